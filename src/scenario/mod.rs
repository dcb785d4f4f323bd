//! Scenarios: what a funnel is.

pub mod def;

pub use def::Definition;
