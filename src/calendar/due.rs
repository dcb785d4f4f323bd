//! When something is due: arithmetic over a compiled calendar.

use super::compile::{self, CalendarDefect};
use super::hours::{DAY, HOUR, Hours, MINUTE};
use super::zone::{Segment, Zone};
use super::{CalendarSource, Span};
use crate::Moment;
use chrono::{NaiveDate, NaiveTime, Timelike};
use std::fmt;

/// A working calendar that counts: a time zone, working hours, and the dates that differ.
///
/// Everything is computed in closed form from tables made when it was compiled, so that ten thousand working
/// days cost as much as one; nothing searches day by day. Rules A2, A9, C1 and C4.
///
/// Days follow each other without overlap: a local day lasts from its first instant to the first instant of
/// the next, also where clocks go back across midnight. Local times are taken from the time-zone data built
/// in ([`Calendar::TIME_ZONE_DATA`]); before 1970 the offset of 1970-01-01 holds, and after 2099 the data
/// knows no daylight saving.
#[derive(Clone)]
pub struct Calendar {
    zone: Zone,
    hours: Hours,
    /// For each segment of the zone: working time up to its start, and what is to be added to the working
    /// time along local time, so that the sum runs on through the change of the clocks.
    worked: Vec<Worked>,
    known: Option<Known>,
}

#[derive(Clone, Copy)]
struct Worked {
    at_start: i64,
    plus: i64,
}

#[derive(Clone, Copy)]
struct Known {
    until: NaiveDate,
    end: i64,
}

/// When something is due, and whether the calendar knew its holidays up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The moment from which it is overdue (rule A1: now ≥ due).
    pub moment: Moment,
    /// Whether it lies after the end of the last date whose holidays are known.
    pub beyond_known: bool,
}

/// Why a due moment could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// It would lie after the last moment that there is.
    #[error("the due moment lies beyond the year 9999")]
    BeyondLastMoment,
    /// The span was not read from text and is longer than any text may be.
    #[error("\"{span}\" is more than {bound}")]
    TooLong {
        /// The span.
        span: Span,
        /// The bound that it exceeds, in words.
        bound: &'static str,
    },
    /// The remainder of a pause is negative or longer than any span.
    #[error("a remainder of {0} is not between zero and the longest span")]
    BadRemainder(i64),
}

impl CalendarError {
    /// A stable code for support and translations.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BeyondLastMoment => "V-C5-late",
            Self::TooLong { .. } => "V-C4-span",
            Self::BadRemainder(_) => "V-A9-remainder",
        }
    }
}

impl Calendar {
    /// The version of the time-zone data that all calendars count with, such as `2025b` (rule C3).
    pub const TIME_ZONE_DATA: &'static str = chrono_tz::IANA_TZDB_VERSION;

    /// Compiles what an author wrote.
    ///
    /// # Errors
    /// Every defect at once, each with its place: an unknown time zone, days that do not exist or are named
    /// twice, intervals that are malformed, wrap midnight or overlap, a week without working time, dates
    /// outside 1970 to 9999, more than 4,000 dates or 24 intervals a day.
    pub fn compile(source: &CalendarSource) -> Result<Self, Vec<CalendarDefect>> {
        compile::compile(source)
    }

    pub(super) fn new(zone: Zone, hours: Hours, known_until: Option<NaiveDate>) -> Self {
        let mut worked: Vec<Worked> = Vec::with_capacity(zone.segments().len());
        let mut before: Option<(Segment, Worked)> = None;
        for segment in zone.segments() {
            let this = match before {
                // Nothing is known of an earlier stretch: the sum along local time is as good an origin as any.
                None => Worked { at_start: i64::MIN, plus: 0 },
                Some((last, sums)) => {
                    let at_start = sums.plus + hours.millis_by(segment.start + last.offset);
                    Worked { at_start, plus: at_start - hours.millis_by(segment.start + segment.offset) }
                }
            };
            worked.push(this);
            before = Some((*segment, this));
        }
        let known = known_until
            .map(|until| Known { until, end: zone.utc((i64::from(until.to_epoch_days()) + 1) * DAY) });
        Self { zone, hours, worked, known }
    }

    /// The IANA name of the time zone.
    #[must_use]
    pub fn time_zone(&self) -> &'static str {
        self.zone.tz().name()
    }

    /// The last date whose holidays are known, if the calendar says so.
    #[must_use]
    pub fn known_until(&self) -> Option<NaiveDate> {
        self.known.map(|known| known.until)
    }

    /// When a span that starts at a moment ends; never before the start.
    ///
    /// | span | due |
    /// | --- | --- |
    /// | `4 working hours` | when so much working time has elapsed, also across daylight saving; none: the start |
    /// | `2 working days` | the first instant after the second working date that follows the start's own local date; none: after the own date |
    /// | `2 working days by close` | the end of that date's working time; none: of the own date, or its last instant if it is free |
    /// | `3 days`, `2 weeks` | the same local time so many dates on; in a gap the first instant after it, of two the earlier |
    /// | `36 hours` | so much later |
    /// | `end of today` | the first instant of the next local day |
    /// | `end of the working day` | the next close of business after the start, today or on the next working date |
    ///
    /// The answer is marked `beyond_known` whatever the span, since a host may show holidays for any.
    ///
    /// # Errors
    /// When it lies beyond the year 9999, or a span made by hand exceeds its bound.
    pub fn due(&self, span: &Span, start: Moment) -> Result<Due, CalendarError> {
        if let Some(bound) = span.beyond_bound() {
            return Err(CalendarError::TooLong { span: *span, bound });
        }
        let from = start.millis();
        let millis = match *span {
            Span::WorkingMinutes(n) => self.after_work(from, i64::from(n) * MINUTE),
            Span::WorkingHours(n) => self.after_work(from, i64::from(n) * HOUR),
            Span::WorkingDays { days, by_close } => self.after_working_days(from, i64::from(days), by_close),
            Span::Minutes(n) => from + i64::from(n) * MINUTE,
            Span::Hours(n) => from + i64::from(n) * HOUR,
            Span::Days(n) => self.after_days(from, i64::from(n)),
            Span::Weeks(n) => self.after_days(from, i64::from(n) * 7),
            Span::EndOfToday => self.start_of(self.zone.day(from) + 1),
            Span::EndOfWorkingDay => self.next_close(from),
        };
        self.due_at(millis)
    }

    /// Working time from one moment to another, in milliseconds; negative when `to` is the earlier.
    #[must_use]
    pub fn working_millis(&self, from: Moment, to: Moment) -> i64 {
        self.worked_by(to.millis()) - self.worked_by(from.millis())
    }

    /// How many working dates lie after one date and up to, with it, another; 0 when there is none.
    ///
    /// A working date is one on which some working time exists.
    #[must_use]
    pub fn working_dates_between(&self, after: NaiveDate, up_to: NaiveDate) -> i64 {
        self.dates_in(i64::from(after.to_epoch_days()), i64::from(up_to.to_epoch_days()))
    }

    /// Whether some working time exists on a date.
    #[must_use]
    pub fn is_working_date(&self, date: NaiveDate) -> bool {
        !self.hours.plan(i64::from(date.to_epoch_days())).is_empty()
    }

    /// The local date of a moment.
    #[must_use]
    pub fn local_date(&self, moment: Moment) -> NaiveDate {
        i32::try_from(self.zone.day(moment.millis()))
            .ok()
            .and_then(NaiveDate::from_epoch_days)
            .unwrap_or(NaiveDate::MAX)
    }

    /// The first instant of a local day, also where midnight falls into a gap of the clock.
    ///
    /// A date before the year 1 or after 9999 gives the first or last moment that there is.
    #[must_use]
    pub fn day_start(&self, date: NaiveDate) -> Moment {
        clamped(self.start_of(i64::from(date.to_epoch_days())))
    }

    /// The first instant of the local day after a moment's own.
    #[must_use]
    pub fn next_day_start(&self, moment: Moment) -> Moment {
        clamped(self.start_of(self.zone.day(moment.millis()) + 1))
    }

    /// The moment of a local time: of two the earlier, in a gap of the clock the first instant after it.
    ///
    /// Finer parts than milliseconds are cut; beyond the years 1 to 9999 it is the first or last moment.
    #[must_use]
    pub fn at(&self, date: NaiveDate, time: NaiveTime) -> Moment {
        let millis =
            i64::from(time.num_seconds_from_midnight()) * 1000 + i64::from(time.nanosecond() / 1_000_000);
        clamped(self.zone.utc(i64::from(date.to_epoch_days()) * DAY + millis))
    }

    /// The moment from which something due counts as due today (rule A3).
    ///
    /// Due today is what is due no later than the first instant of the next local day: due on Tuesday at
    /// 00:00 and due on Monday at 15:00 both count from Monday 00:00.
    #[must_use]
    pub fn yellow_from(&self, due: Moment) -> Moment {
        clamped(self.start_of(self.last_day_of(due.millis())))
    }

    pub(super) fn due_at(&self, millis: i64) -> Result<Due, CalendarError> {
        let moment = Moment::from_millis(millis).map_err(|_| CalendarError::BeyondLastMoment)?;
        Ok(Due { moment, beyond_known: self.known.is_some_and(|known| millis > known.end) })
    }

    /// The earliest moment by which so much was worked since `from`.
    pub(super) fn after_work(&self, from: i64, work: i64) -> i64 {
        if work == 0 { from } else { self.time_of(self.worked_by(from).saturating_add(work)) }
    }

    pub(super) fn after_working_days(&self, from: i64, days: i64, by_close: bool) -> i64 {
        let own = self.zone.day(from);
        let day = match days {
            0 => own,
            _ => self.hours.day_of_date(self.hours.dates_before(own + 1) + days),
        };
        if by_close && !self.hours.plan(day).is_empty() {
            self.close_of(day).max(from)
        } else {
            self.start_of(day + 1)
        }
    }

    /// Working dates after one day, up to and with another.
    pub(super) fn dates_in(&self, after: i64, up_to: i64) -> i64 {
        (self.hours.dates_before(up_to + 1) - self.hours.dates_before(after + 1)).max(0)
    }

    pub(super) fn day_of(&self, millis: i64) -> i64 {
        self.zone.day(millis)
    }

    /// The day that something due belongs to: due at the first instant of a day, it belongs to the day before.
    pub(super) fn last_day_of(&self, due: i64) -> i64 {
        self.zone.day(due - 1)
    }

    fn after_days(&self, from: i64, days: i64) -> i64 {
        // Counting no days from the second of two equal local times must not lead back to the first.
        self.zone.utc(self.zone.wall(from) + days * DAY).max(from)
    }

    fn next_close(&self, from: i64) -> i64 {
        let own = self.zone.day(from);
        let today = if self.hours.plan(own).is_empty() { from } else { self.close_of(own) };
        if today > from {
            return today;
        }
        self.close_of(self.hours.day_of_date(self.hours.dates_before(own + 1) + 1))
    }

    fn start_of(&self, day: i64) -> i64 {
        self.zone.utc(day.saturating_mul(DAY))
    }

    /// The end of the last working time of a working day.
    fn close_of(&self, day: i64) -> i64 {
        self.time_of(self.worked_by(self.start_of(day + 1)))
    }

    /// Working time up to a moment, from an origin that is the same for all.
    fn worked_by(&self, utc: i64) -> i64 {
        let (number, segment) = self.zone.segment(utc);
        let plus = self.worked.get(number).map_or(0, |worked| worked.plus);
        plus + self.hours.millis_by(utc + segment.offset)
    }

    /// The earliest moment by which [`Calendar::worked_by`] has come to `target`.
    fn time_of(&self, target: i64) -> i64 {
        let number = self.worked.partition_point(|worked| worked.at_start < target).saturating_sub(1);
        let plus = self.worked.get(number).map_or(0, |worked| worked.plus);
        let offset = self.zone.segments().get(number).map_or(0, |segment| segment.offset);
        self.hours.local_of(target - plus) - offset
    }
}

impl fmt::Debug for Calendar {
    /// Names the calendar; its tables would fill pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar")
            .field("time_zone", &self.time_zone())
            .field("known_until", &self.known_until())
            .finish_non_exhaustive()
    }
}

fn clamped(millis: i64) -> Moment {
    Moment::from_millis(millis).unwrap_or(if millis < 0 { Moment::MIN } else { Moment::MAX })
}
