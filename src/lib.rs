//! voronka: run every client request by a scenario.

mod source;
mod value;

pub use source::{Defect, Place, Severity};
pub use value::{Moment, MomentError, Value};
