//! Scenarios: what a funnel is.

mod builder;
pub mod def;

pub use def::Definition;
