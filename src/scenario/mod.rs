//! Scenarios: what a funnel is.

pub mod def;
// The engine, which is written next, is the first caller.
#[allow(dead_code)]
mod graph;
// The checker and the engine, which are written next, are the first callers.
#[allow(dead_code)]
mod names;

pub use def::Definition;
