//! Scenarios: what a funnel is.

pub mod def;
// The checker and the engine, which are written next, are the first callers.
#[allow(dead_code)]
mod names;

pub use def::Definition;
