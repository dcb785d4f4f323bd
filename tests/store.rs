//! The stores, held to their contracts by the suite.

mod broken;
mod memory;
mod redb;
