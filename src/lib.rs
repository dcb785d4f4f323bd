//! voronka: run every client request by a scenario.

mod calendar;
pub mod scenario;
mod value;

pub use calendar::{
    Calendar, CalendarDefect, CalendarError, CalendarSource, Due, Remaining, Span, SpanError,
};
pub use value::{Moment, MomentError, Value};
