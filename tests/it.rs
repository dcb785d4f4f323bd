//! All tests that look at the crate from outside, in one binary, so that they link once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

mod builder;
mod check;
mod check_set;
mod cli;
mod condition_cel;
mod draw_tell;
mod editing;
mod engine;
mod examples;
#[cfg(all(feature = "sqlite", feature = "postgres", unix))]
mod faults;
mod foresight;
mod intake;
mod interop;
mod pages;
#[cfg(all(feature = "postgres", unix))]
mod postgres;
mod process;
mod report;
mod report_back;
mod rules;
mod runtime;
mod scenario_docs;
mod scenario_tests;
mod schemas;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "conformance")]
mod store;
mod tell_case;
mod worktime;
