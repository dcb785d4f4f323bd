//! What would happen: of an edited scenario on running cases, on closed ones, and by itself.
//!
//! Everything here calls the engine and writes nothing.

pub mod backtest;
pub mod impact;
pub mod proof;
