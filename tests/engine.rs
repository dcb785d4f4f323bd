//! The engine by its rules: given, when, then, in the words of a sales department.
//!
//! `dsl` is the language of the tests; every step made through it is also held to C1, C2 and C3. `examples` has
//! the cases of the design's examples under their numbers, the others each a group of rules under their names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "engine/activities.rs"]
mod activities;
#[path = "engine/adopting.rs"]
mod adopting;
#[path = "engine/bad_input.rs"]
mod bad_input;
#[path = "engine/core.rs"]
mod core_rules;
#[path = "engine/documents.rs"]
mod documents;
#[path = "engine/dsl.rs"]
pub mod dsl;
#[path = "engine/erasure.rs"]
mod erasure;
#[path = "engine/examples.rs"]
mod examples;
#[path = "engine/groups.rs"]
mod groups;
#[path = "engine/merging.rs"]
mod merging;
#[path = "engine/moves.rs"]
mod moves;
#[path = "engine/processes.rs"]
mod processes;
#[path = "engine/properties.rs"]
pub mod properties;
#[path = "engine/rights.rs"]
mod rights;
#[path = "engine/triggers.rs"]
mod triggers;
