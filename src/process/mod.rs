//! Business processes: what cases that start each other tell each other (P2, P6, P7).

mod family;

pub use family::{Word, words};
