//! voronka: run every client request by a scenario.

mod calendar;
pub mod condition;
pub mod interop;
pub mod scenario;
mod source;
pub mod tell;
mod value;

pub use calendar::{
    Calendar, CalendarDefect, CalendarError, CalendarSource, Due, Remaining, Span, SpanError,
};
pub use scenario::Definition;
pub use source::{Defect, Place, Severity};
pub use value::{Moment, MomentError, Value};
