//! What is left of a span when its clock is paused, and when it ends once it runs again (rule A9).

use super::due::{Calendar, CalendarError, Due};
use super::span::Span;
use crate::Moment;
use serde::{Deserialize, Serialize};

/// What was left when a clock was paused.
///
/// Plain data for a journal: it keeps no calendar and no span. In JSON `{"working_millis": 25200000}`,
/// `{"working_days": {"days": 2, "by_close": false}}`, `{"elapsed_millis": 60000}` or
/// `{"was_due": "2026-02-23T10:00:00.000Z"}`. Rule A9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Remaining {
    /// Of working hours and minutes: working time, in milliseconds.
    WorkingMillis(i64),
    /// Of working days: the working dates after the pause's own date up to the due's.
    WorkingDays {
        /// How many.
        days: u32,
        /// Whether it ends with the last date's working time instead of with the date.
        by_close: bool,
    },
    /// Of everything else: elapsed time, in milliseconds.
    ElapsedMillis(i64),
    /// It was due already, at this moment, and stays so.
    WasDue(Moment),
}

/// Longer than any remainder: the time from the first moment to the last.
const LONGEST: i64 = Moment::MAX.millis() - Moment::MIN.millis();

impl Calendar {
    /// What is left of a span that is due at `due` when its clock is paused.
    ///
    /// Something due at the first instant of a day belongs to the day before. `end of the working day`, like
    /// all that is neither working hours nor working days, keeps its elapsed time. Rule A9.
    #[must_use]
    pub fn remaining(&self, span: &Span, paused_at: Moment, due: Moment) -> Remaining {
        if due <= paused_at {
            return Remaining::WasDue(due);
        }
        match *span {
            Span::WorkingMinutes(_) | Span::WorkingHours(_) => {
                Remaining::WorkingMillis(self.working_millis(paused_at, due))
            }
            Span::WorkingDays { by_close, .. } => {
                let days = self.dates_in(self.day_of(paused_at.millis()), self.last_day_of(due.millis()));
                Remaining::WorkingDays { days: u32::try_from(days).unwrap_or(u32::MAX), by_close }
            }
            _ => Remaining::ElapsedMillis(due.millis_since(paused_at)),
        }
    }

    /// When what was left of a span ends, counted from the moment at which its clock runs again.
    ///
    /// What was due at the pause stays due at its old moment. Rule A9.
    ///
    /// # Errors
    /// When it lies beyond the year 9999, or the remainder is negative or longer than all time.
    pub fn resume(&self, remaining: &Remaining, at: Moment) -> Result<Due, CalendarError> {
        let from = at.millis();
        let within = |millis: i64| match millis {
            0..=LONGEST => Ok(millis),
            _ => Err(CalendarError::BadRemainder(millis)),
        };
        match *remaining {
            Remaining::WorkingMillis(millis) => self.due_at(self.after_work(from, within(millis)?)),
            Remaining::WorkingDays { days, by_close } => {
                self.due_at(self.after_working_days(from, i64::from(days), by_close))
            }
            Remaining::ElapsedMillis(millis) => self.due_at(from + within(millis)?),
            Remaining::WasDue(due) => self.due_at(due.millis()),
        }
    }
}
