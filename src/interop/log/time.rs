//! Moments as tables write them.

use super::{LogError, Mapping, TimeFormat};
use crate::Moment;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use std::fmt::Write as _;

/// Reads moments by a format, local ones in a time zone.
#[derive(Debug, Clone)]
pub(crate) struct Clock<'m> {
    format: &'m TimeFormat,
    zone: Tz,
}

impl Mapping {
    /// How moments of this log are read.
    pub(crate) fn clock(&self) -> Result<Clock<'_>, LogError> {
        let name = self.time_zone.as_deref().unwrap_or("UTC");
        let zone = name.parse().map_err(|_| LogError::TimeZone(name.to_owned()))?;
        Ok(Clock { format: &self.time_format, zone })
    }
}

impl Clock<'_> {
    /// A moment, or none where the text is none.
    pub fn moment(&self, text: &str) -> Option<Moment> {
        let text = text.trim();
        if let TimeFormat::Pattern(pattern) = self.format {
            if let Ok(time) = DateTime::parse_from_str(text, pattern) {
                return Moment::from_millis(time.timestamp_millis()).ok();
            }
            let date = || Some(NaiveDate::parse_from_str(text, pattern).ok()?.and_time(NaiveTime::MIN));
            let time = NaiveDateTime::parse_from_str(text, pattern).ok().or_else(date)?;
            return Moment::of_local(time, self.zone);
        }
        if let Ok(moment) = text.parse() {
            return Some(moment);
        }
        // The date ends at the first space, or at the `T` of ISO.
        let cut = text.find([' ', 'T', '\u{a0}']).unwrap_or(text.len());
        let (date, time) = text.split_at_checked(cut)?;
        let date = self.format.date(date.trim_end_matches(','))?;
        let time = time.trim_start_matches([' ', 'T', '\u{a0}']).trim();
        if time.is_empty() {
            return Moment::of_local(date.and_time(NaiveTime::MIN), self.zone);
        }
        let (time, offset) = offset(time);
        let time = date.and_time(clock_time(time.trim())?);
        match offset {
            None => Moment::of_local(time, self.zone),
            Some(seconds) => {
                let utc = time.checked_sub_signed(TimeDelta::seconds(seconds))?;
                Moment::try_from(utc.and_utc()).ok()
            }
        }
    }
}

impl TimeFormat {
    /// A date without a time.
    pub(super) fn date(&self, text: &str) -> Option<NaiveDate> {
        let text = text.trim();
        if let Self::Pattern(pattern) = self {
            let day = pattern.split([' ', 'T']).next().unwrap_or(pattern);
            let first = text.split([' ', 'T']).next().unwrap_or(text);
            return NaiveDate::parse_from_str(text, pattern)
                .or_else(|_| NaiveDate::parse_from_str(first, day))
                .ok();
        }
        let mut parts = without_midnight(text).split(['.', '/', '-']);
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let dotted = text.contains('.');
        let number = |text: &str, most: usize| -> Option<i32> {
            let fits = !text.is_empty() && text.len() <= most && text.bytes().all(|it| it.is_ascii_digit());
            fits.then(|| text.parse().ok())?
        };
        // A year of four digits at the head is ISO's order, whatever was said of the others.
        let (year, month, day) = if a.len() == 4 {
            (a, b, c)
        } else {
            match self {
                Self::Iso if !dotted => return None,
                Self::MonthFirst => (c, a, b),
                _ => (c, b, a),
            }
        };
        let full = match (year.len(), number(year, 4)?) {
            (4, year) => year,
            (2, year) => year + if year < 70 { 2000 } else { 1900 },
            _ => return None,
        };
        let part = |text| number(text, 2).and_then(|it| u32::try_from(it).ok());
        NaiveDate::from_ymd_opt(full, part(month)?, part(day)?)
    }
}

/// A date without the midnight that spreadsheets write behind it.
pub(crate) fn without_midnight(text: &str) -> &str {
    let Some((date, time)) = text.trim().split_once([' ', 'T', '\u{a0}']) else { return text };
    let (time, _) = offset(time.trim());
    let is_midnight = clock_time(time.trim()) == Some(NaiveTime::MIN);
    if is_midnight { date.trim_end_matches(',') } else { text }
}

/// Whether a pattern can give a date: of what it writes it can read one.
pub(super) fn gives_a_date(pattern: &str) -> bool {
    let Some(at) = DateTime::from_timestamp(1_798_725_900, 0) else { return false };
    let mut text = String::new();
    // What cannot be written is no pattern to read by.
    if write!(text, "{}", at.fixed_offset().format(pattern)).is_err() {
        return false;
    }
    DateTime::parse_from_str(&text, pattern).is_ok()
        || NaiveDateTime::parse_from_str(&text, pattern).is_ok()
        || NaiveDate::parse_from_str(&text, pattern).is_ok()
}

/// A time of day: `14:05`, `14:05:30.250`, `9:05`, `2:05 PM`.
fn clock_time(text: &str) -> Option<NaiveTime> {
    let forms: &[&str] = if text.ends_with(['M', 'm']) {
        &["%I:%M:%S%.f %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p"]
    } else {
        &["%H:%M:%S%.f", "%H:%M", "%H:%M:%S,%3f"]
    };
    forms.iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// A time without the offset that stands after it, and the offset in seconds.
fn offset(text: &str) -> (&str, Option<i64>) {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return (time, Some(0));
    }
    let Some(at) = text.rfind(['+', '-']) else { return (text, None) };
    let (time, zone) = text.split_at_checked(at).unwrap_or((text, ""));
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().skip(1).filter(|it| *it != ':').collect();
    let read = |from: usize, to: usize| digits.get(from..to).and_then(|it| it.parse::<i64>().ok());
    match (digits.len(), read(0, 2), read(2, 4)) {
        (2, Some(hours), _) if hours < 24 => (time, Some(sign * hours * 3_600)),
        (4, Some(hours), Some(minutes)) if hours < 24 && minutes < 60 => {
            (time, Some(sign * (hours * 3_600 + minutes * 60)))
        }
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, zone: &str, text: &str) -> String {
        let format = serde_json::from_value(format.into()).unwrap();
        let mapping = Mapping { time_format: format, time_zone: Some(zone.to_owned()), ..Mapping::default() };
        let moment = mapping.clock().unwrap().moment(text);
        moment.map_or_else(|| "none".to_owned(), |it| it.to_string().replace(":00.000Z", "Z"))
    }

    #[test]
    fn a_date_may_have_a_midnight_behind_it_and_nothing_else() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1);
        for text in ["01.03.2026", "01.03.2026 0:00:00", "01.03.2026 00:00", "2026-03-01T00:00:00Z"] {
            assert_eq!(TimeFormat::DayFirst.date(text), day, "{text}");
        }
        assert_eq!(TimeFormat::DayFirst.date("01.03.2026 10:30"), None);
        assert!(gives_a_date("%d.%m.%Y") && gives_a_date("%d.%m.%Y %H:%M %z") && !gives_a_date("%H:%M"));
    }

    #[test]
    fn moments_are_read_in_each_format_and_in_the_zone_of_the_log() {
        for (format, text, expected) in [
            ("iso", "2026-12-31T14:05:00+05:00", "2026-12-31T09:05Z"),
            ("iso", "2026-12-31 14:05", "2026-12-31T11:05Z"),
            ("iso", "2026-12-31 14:05:30.250", "2026-12-31T11:05:30.250Z"),
            ("iso", "2026-12-31 14:05:00 +0500", "2026-12-31T09:05Z"),
            ("iso", "2026-12-31 14:05:00+05", "2026-12-31T09:05Z"),
            ("iso", "2026-12-31 14:05:00Z", "2026-12-31T14:05Z"),
            ("iso", " 2026-12-31 ", "2026-12-30T21:00Z"),
            ("iso", "31.12.2026 14:05", "2026-12-31T11:05Z"),
            ("iso", "31/12/2026 14:05", "none"),
            ("iso", "2026-13-31", "none"),
            ("iso", "yesterday", "none"),
            ("iso", "", "none"),
            ("iso", "46023,586", "none"),
            ("day_first", "31.12.2026 14:05", "2026-12-31T11:05Z"),
            ("day_first", "31/12/2026", "2026-12-30T21:00Z"),
            ("day_first", "1.2.26 9:05:00", "2026-02-01T06:05Z"),
            ("day_first", "31.12.2026, 14:05", "2026-12-31T11:05Z"),
            ("day_first", "12/31/2026", "none"),
            ("day_first", "2026-12-31 14:05", "2026-12-31T11:05Z"),
            ("day_first", "31.12.2026 25:05", "none"),
            ("month_first", "12/31/2026 2:05 PM", "2026-12-31T11:05Z"),
            ("%d-%m-%Y %H.%M", "31-12-2026 14.05", "2026-12-31T11:05Z"),
            ("%Y%m%d", "20261231", "2026-12-30T21:00Z"),
            ("%Y%m%d", "2026-12-31", "none"),
            ("%d.%m.%Y %H:%M %z", "31.12.2026 14:05 +0100", "2026-12-31T13:05Z"),
        ] {
            assert_eq!(read(format, "Europe/Moscow", text), expected, "{format}: {text}");
        }
        // Of an hour that is twice the first, and of one that is not the first instant after it.
        assert_eq!(read("iso", "Europe/Berlin", "2026-10-25 02:30"), "2026-10-25T00:30Z");
        assert_eq!(read("iso", "Europe/Berlin", "2026-03-29 02:30"), "2026-03-29T01:00Z");
    }
}
