//! The back-test: journals run again over a draft (C6).

#[path = "backtest/generated.rs"]
mod generated;
#[cfg(feature = "xes")]
#[path = "backtest/loans.rs"]
mod loans;
#[path = "backtest/stories.rs"]
mod stories;
