//! voronka: run every client request by a scenario.

mod value;

pub use value::{Moment, MomentError, Value};
