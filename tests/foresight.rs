//! What would happen: impact, back-test, proof (V4, C6).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "foresight/backtest.rs"]
mod backtest;
#[path = "foresight/impact.rs"]
mod impact;
#[path = "foresight/impact_always.rs"]
mod impact_always;
#[path = "foresight/proof.rs"]
mod proof;
#[path = "foresight/proof_asked.rs"]
mod proof_asked;
#[path = "foresight/proof_random.rs"]
mod proof_random;
