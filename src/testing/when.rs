//! Times as the authors of tests write them: local, in the calendar of the case.

use crate::calendar::{Calendar, Span};
use crate::{Moment, Value};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;
use std::str::FromStr;

/// A time in a test, before it is known what day it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// `2026-03-02 10:00`, or a date alone: its first instant.
    Local(NaiveDate, Option<NaiveTime>),
    /// `10:05`: on the day that the clock shows.
    Today(NaiveTime),
    /// `tomorrow 09:00`.
    Tomorrow(Option<NaiveTime>),
    /// `next working day 09:00`.
    NextWorkingDay(Option<NaiveTime>),
    /// `+2 working hours`.
    In(Span),
    /// `2026-03-02T07:00:00Z`, for who wants to be exact.
    Moment(Moment),
}

const FORMS: &str = "write `2026-03-02 10:00`, `10:05` for the same day, `tomorrow 09:00`, \
`next working day 09:00` or `+2 working hours`";

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("not a time: `{}`; {FORMS}", text.chars().take(40).collect::<String>());
        let hour = |rest: &str| -> Result<Option<NaiveTime>, String> {
            match rest.trim() {
                "" => Ok(None),
                rest => time(rest).map(Some).ok_or_else(wrong),
            }
        };
        let trimmed = text.trim();
        if let Some(span) = trimmed.strip_prefix('+') {
            return span.trim().parse().map(Self::In).map_err(|error: crate::SpanError| error.to_string());
        }
        if let Some(rest) = trimmed.strip_prefix("tomorrow") {
            return hour(rest).map(Self::Tomorrow);
        }
        if let Some(rest) = trimmed.strip_prefix("next working day") {
            return hour(rest).map(Self::NextWorkingDay);
        }
        if let Some(time) = time(trimmed) {
            return Ok(Self::Today(time));
        }
        if let Ok(moment) = trimmed.parse() {
            return Ok(Self::Moment(moment));
        }
        let (date, rest) = trimmed.split_once([' ', 'T']).unwrap_or((trimmed, ""));
        let date = date.parse().map_err(|_| wrong())?;
        hour(rest).map(|time| Self::Local(date, time))
    }
}

fn time(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S", "%H:%M:%S%.3f"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

impl When {
    /// The moment that is meant; none where a day of the clock is needed and there is none yet.
    pub fn resolve(self, calendar: &Calendar, clock: Option<Moment>) -> Option<Moment> {
        let at = |date, time: Option<NaiveTime>| match time {
            Some(time) => calendar.at(date, time),
            None => calendar.day_start(date),
        };
        match self {
            Self::Local(date, time) => Some(at(date, time)),
            Self::Moment(moment) => Some(moment),
            Self::Today(time) => Some(at(calendar.local_date(clock?), Some(time))),
            Self::Tomorrow(time) => Some(at(calendar.local_date(clock?).succ_opt()?, time)),
            Self::NextWorkingDay(time) => {
                let mut date = calendar.local_date(clock?);
                // Calendars without working time in a week do not compile; holidays are at most 4,000.
                for _ in 0..10_000 {
                    date = date.succ_opt()?;
                    if calendar.is_working_date(date) {
                        return Some(at(date, time));
                    }
                }
                None
            }
            Self::In(span) => calendar.due(&span, clock?).ok().map(|due| due.moment),
        }
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A moment as the authors of tests read it: local time, without the seconds where there are none.
pub(crate) fn local(calendar: &Calendar, moment: Moment) -> String {
    let utc = moment.to_utc();
    let wall: NaiveDateTime = match calendar.time_zone().parse::<chrono_tz::Tz>() {
        Ok(zone) => utc.with_timezone(&zone).naive_local(),
        Err(_) => utc.naive_utc(),
    };
    let form = match moment.millis() {
        millis if millis % 60_000 == 0 => "%Y-%m-%d %H:%M",
        millis if millis % 1_000 == 0 => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S%.3f",
    };
    wall.format(form).to_string()
}

/// A value as the authors of tests read it.
pub(crate) fn shown(calendar: &Calendar, value: Option<&Value>) -> String {
    match value {
        None => "empty".to_owned(),
        Some(Value::Moment(moment)) => local(calendar, *moment),
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let calendar = crate::Calendar::compile(&crate::CalendarSource {
            time_zone: "Europe/Moscow".to_owned(),
            ..Default::default()
        })
        .unwrap();
        let clock = Some("2026-03-06T07:00:00Z".parse().unwrap());
        let cases = [
            ("10:05", "2026-03-06 10:05"),
            ("10:05:07.250", "2026-03-06 10:05:07.250"),
            ("2026-03-09", "2026-03-09 00:00"),
            ("2026-03-09 9:30", "2026-03-09 09:30"),
            ("2026-03-09T09:30", "2026-03-09 09:30"),
            ("tomorrow", "2026-03-07 00:00"),
            ("tomorrow 09:00", "2026-03-07 09:00"),
            ("next working day 09:00", "2026-03-07 09:00"),
            ("+ 90 minutes", "2026-03-06 11:30"),
            ("2026-03-06T07:00:00Z", "2026-03-06 10:00"),
        ];
        for (text, expected) in cases {
            let when: When = text.parse().unwrap();
            assert_eq!(local(&calendar, when.resolve(&calendar, clock).unwrap()), expected, "{text}");
        }
        for bad in ["", "25:00", "soon", "+2 fortnights", "2026-02-30", "tomorrow noon"] {
            assert!(bad.parse::<When>().is_err(), "{bad}");
        }
        assert_eq!("10:00".parse::<When>().unwrap().resolve(&calendar, None), None);
    }
}
