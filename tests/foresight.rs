//! What would happen: of drafts on closed cases, on running ones, and by themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "foresight/backtest.rs"]
mod backtest;
