//! Scenarios' own examples, run with a clock of their own.
//!
//! The author of a scenario writes beside it (`wholesale.tests.json`) what it must do, in stories of one case
//! each; [`run`] tells which of them hold. [`Play`] is the same for tests written in Rust. `docs/TESTING.md`
//! describes the format.

mod check;
mod expect;
mod file;
mod naming;
mod play;
mod report;
mod run;
mod short;
mod steps;
mod translate;
mod when;

pub use play::{Difference, Play};
pub use report::{Failure, Report, TestResult};
pub use run::run;

/// The JSON Schema of tests files, by which editors complete them.
#[cfg(feature = "schema")]
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(file::TestsFile);
    schema.insert("title".to_owned(), "Tests of a scenario of voronka".into());
    schema.to_value()
}

/// The authors' guide, whose example runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/TESTING.md")]
struct Guide;
