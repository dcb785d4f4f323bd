//! Changing a scenario: edits as data, drafts, two editors at once (V1, V5).
#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside of test functions")]

#[path = "editing/edits.rs"]
mod edits;
#[path = "editing/running.rs"]
mod running;
#[path = "editing/words.rs"]
mod words;
