//! voronka: run every client request by a scenario.

pub mod condition;
mod value;

pub use value::{Moment, MomentError, Value};
