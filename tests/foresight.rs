//! What would happen: impact, back-test, proof (V4, C6).
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside of test functions")]

#[path = "foresight/impact.rs"]
mod impact;
#[path = "foresight/impact_always.rs"]
mod impact_always;
