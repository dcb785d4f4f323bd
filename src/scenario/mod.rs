//! Scenarios: what a funnel is.

mod check;
pub mod def;
mod graph;
// The engine, which is written next, reads all of it.
#[allow(dead_code)]
mod names;

pub use check::{CheckOptions, check, check_text, check_text_with, check_with};
pub use def::Definition;
