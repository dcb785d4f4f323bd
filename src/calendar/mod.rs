//! Working calendars: what authors write, and when something is due (rules A2 and A9).

mod compile;
mod due;
mod hours;
mod pause;
mod source;
mod span;
#[cfg(test)]
mod tests;
mod zone;

pub use compile::CalendarDefect;
pub use due::{Calendar, CalendarError, Due};
pub use pause::Remaining;
pub use source::CalendarSource;
pub use span::{Span, SpanError};

/// The authors' guide, whose examples run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/CALENDAR.md")]
struct Guide;
