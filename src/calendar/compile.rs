//! From what was written to a calendar that counts, or to every defect at once.

use super::hours::{DAY, DayPlan, HOUR, Hours, MINUTE};
use super::zone::Zone;
use super::{Calendar, CalendarSource};
use chrono::{Datelike, NaiveDate};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Something in a [`CalendarSource`] that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarDefect {
    path: String,
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl CalendarDefect {
    /// Where it is, as a JSON pointer from the calendar's own object: `/week/mon-fri/1`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A stable code for support and translations: `V-A2-zone`, `-day`, `-double`, `-interval`, `-overlap`,
    /// `-no-work`, `-date`, or `V-C4-calendar` where a bound is exceeded.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong, in one lower-case clause.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead, where there is something to say.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for CalendarDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CalendarDefect {}

const MAX_DAYS: usize = 4_000;
const MAX_INTERVALS: usize = 24;
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn compile(source: &CalendarSource) -> Result<Calendar, Vec<CalendarDefect>> {
    let mut defects = Defects(Vec::new());
    let tz = time_zone(&source.time_zone, &mut defects);
    let week = week(&source.week, &mut defects);
    let days = days(&source.days, &mut defects);
    let known_until = source.known_until.as_ref().and_then(|text| date("/known_until", text, &mut defects));
    match tz {
        Some(tz) if defects.0.is_empty() => {
            let zone = Zone::new(tz);
            let days = without_swallowed_dates(&week, days, &zone);
            Ok(Calendar::new(zone, Hours::new(week, days), known_until))
        }
        _ => Err(defects.0),
    }
}

struct Defects(Vec<CalendarDefect>);

impl Defects {
    fn add(&mut self, path: impl Into<String>, code: &'static str, message: String, help: Option<&str>) {
        self.0.push(CalendarDefect { path: path.into(), code, message, help: help.map(str::to_owned) });
    }
}

/// A key as a step of a JSON pointer, cut where it is too long to be shown.
fn step(key: &str) -> String {
    shown(key).replace('~', "~0").replace('/', "~1")
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

fn time_zone(name: &str, defects: &mut Defects) -> Option<Tz> {
    if let Ok(tz) = name.parse() {
        return Some(tz);
    }
    let help = match nearest_zone(name) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "write an IANA name such as \"Europe/Moscow\"".to_owned(),
    };
    defects.add("/time_zone", "V-A2-zone", format!("unknown time zone \"{}\"", shown(name)), Some(&help));
    None
}

/// The zone that was probably meant: the same city, else the one that is fewest letters away.
fn nearest_zone(name: &str) -> Option<&'static str> {
    let name = shown(name).to_lowercase().replace(' ', "_");
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or_default().to_owned();
    let wanted = city(&name);
    TZ_VARIANTS
        .iter()
        .map(|tz| tz.name())
        .map(|zone| {
            let lower = zone.to_lowercase();
            let whole = distance(&name, &lower);
            // A city alone, or under a wrong continent, counts as one letter away.
            (whole.min(distance(&wanted, &city(&lower)) + 1), whole, zone)
        })
        .filter(|(near, _, _)| *near <= 1 + wanted.len() / 4)
        .min()
        .map(|(_, _, zone)| zone)
}

/// How many letters must be changed, added or left out to get from one text to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = i + 1;
        next.push(left);
        for ((y, corner), up) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            left = (left + 1).min(up + 1).min(corner + usize::from(x != *y));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

fn week(week: &BTreeMap<String, Vec<String>>, defects: &mut Defects) -> [DayPlan; 7] {
    let mut plans: [Option<DayPlan>; 7] = Default::default();
    if week.len() > WEEKDAYS.len() {
        let message = format!("{} entries, at most 7 are needed", week.len());
        defects.add("/week", "V-C4-calendar", message, Some("name each day once"));
        return Default::default();
    }
    let before = defects.0.len();
    for (key, intervals) in week {
        let path = format!("/week/{}", step(key));
        let plan = plan(&path, intervals, defects);
        for number in weekdays(&path, key, defects) {
            let Some(slot) = plans.get_mut(number) else { continue };
            if slot.is_some() {
                let name = WEEKDAYS.get(number).copied().unwrap_or_default();
                defects.add(
                    &path,
                    "V-A2-double",
                    format!("{name} is named twice"),
                    Some("name each day once"),
                );
            }
            *slot = Some(plan.clone());
        }
    }
    let plans = plans.map(Option::unwrap_or_default);
    // What could not be read may have been the working time.
    if defects.0.len() == before && plans.iter().all(DayPlan::is_empty) {
        let help = "give at least one weekday an interval, as in {\"mon-fri\": [\"09:00-18:00\"]}";
        defects.add("/week", "V-A2-no-work", "no working time in the whole week".to_owned(), Some(help));
    }
    plans
}

/// The weekdays that a key names, Monday being 0: `mon`, `mon-fri`, `sun-thu`, `mon,wed-fri`.
fn weekdays(path: &str, key: &str, defects: &mut Defects) -> Vec<usize> {
    let number = |name: &str| WEEKDAYS.iter().position(|day| *day == name);
    let mut days = Vec::new();
    for part in key.split(',').map(str::trim) {
        match part.split_once('-').map_or((number(part), None), |(from, to)| (number(from), Some(number(to))))
        {
            (Some(day), None) => days.push(day),
            (Some(from), Some(Some(to))) if from != to => {
                let length = (to + 7 - from) % 7;
                days.extend((from..=from + length).map(|day| day % 7));
            }
            _ => {
                let message = format!("\"{}\" names no days", shown(part));
                let help = "use mon, tue, wed, thu, fri, sat, sun, ranges such as mon-fri, and lists such as mon,wed";
                defects.add(path, "V-A2-day", message, Some(help));
                // One defect is enough: a key may be long.
                return Vec::new();
            }
        }
        if days.len() > WEEKDAYS.len() {
            break;
        }
    }
    days
}

fn days(days: &BTreeMap<String, Vec<String>>, defects: &mut Defects) -> BTreeMap<i64, DayPlan> {
    if days.len() > MAX_DAYS {
        let message = format!("{} dates, at most {MAX_DAYS} are allowed", days.len());
        defects.add("/days", "V-C4-calendar", message, Some("leave out the years that are long over"));
        return BTreeMap::new();
    }
    let mut plans = BTreeMap::new();
    for (key, intervals) in days {
        let path = format!("/days/{}", step(key));
        let plan = plan(&path, intervals, defects);
        if let Some(date) = date(&path, key, defects) {
            plans.insert(i64::from(date.to_epoch_days()), plan);
        }
    }
    plans
}

/// A date in its one spelling, so that two keys never mean the same day.
fn date(path: &str, text: &str, defects: &mut Defects) -> Option<NaiveDate> {
    let date = text.parse::<NaiveDate>().ok().filter(|date| date.to_string() == text);
    let in_range = date.filter(|date| (1970..=9999).contains(&date.year()));
    if in_range.is_none() {
        let message = match date {
            Some(_) => format!("{} lies outside the years 1970 to 9999", shown(text)),
            None => format!("\"{}\" is no date", shown(text)),
        };
        defects.add(path, "V-A2-date", message, Some("write a date as 2026-02-23"));
    }
    in_range
}

fn plan(path: &str, written: &[String], defects: &mut Defects) -> DayPlan {
    if written.len() > MAX_INTERVALS {
        let message = format!("{} intervals, at most {MAX_INTERVALS} a day are allowed", written.len());
        defects.add(path, "V-C4-calendar", message, None);
        return DayPlan::default();
    }
    let mut intervals: Vec<(i64, i64, usize)> = Vec::with_capacity(written.len());
    for (number, text) in written.iter().enumerate() {
        match interval(text) {
            Ok((from, to)) => intervals.push((from, to, number)),
            Err((message, help)) => {
                defects.add(format!("{path}/{number}"), "V-A2-interval", message, Some(help));
            }
        }
    }
    intervals.sort_unstable();
    for ((_, end, first), (from, _, second)) in intervals.iter().zip(intervals.iter().skip(1)) {
        if from < end {
            let text = |number: usize| written.get(number).map(String::as_str).unwrap_or_default();
            let message = format!("{} overlaps {}", text(*second), text(*first));
            defects.add(
                format!("{path}/{second}"),
                "V-A2-overlap",
                message,
                Some("join them into one interval"),
            );
        }
    }
    DayPlan::new(intervals.into_iter().map(|(from, to, _)| (from, to)).collect())
}

fn interval(text: &str) -> Result<(i64, i64), (String, &'static str)> {
    let times = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
    match times {
        None => Err((
            format!("\"{}\" is no interval", shown(text)),
            "write it as 09:00-13:00, with two digits each; 24:00 is the end of the day",
        )),
        Some((from, to)) if from == to => {
            Err((format!("{text} is empty"), "its end is exclusive; around the clock is 00:00-24:00"))
        }
        Some((from, to)) if from > to => Err((
            format!("{text} ends before it begins"),
            "split it at midnight: the evening up to 24:00, and the morning from 00:00 on the next day",
        )),
        Some(times) => Ok(times),
    }
}

/// `HH:MM` as milliseconds of the day.
fn time(text: &str) -> Option<i64> {
    let two_digits = |text: &str| {
        let fine = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        fine.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let time = hours * HOUR + minutes * MINUTE;
    (minutes < 60 && time <= DAY).then_some(time)
}

/// Makes free the dates whose whole working time fell into a gap of the clock, so that a working date always
/// has working time (Samoa had no 30 December 2011).
fn without_swallowed_dates(
    week: &[DayPlan; 7],
    days: BTreeMap<i64, DayPlan>,
    zone: &Zone,
) -> BTreeMap<i64, DayPlan> {
    let written = Hours::new(week.clone(), days.clone());
    let mut days = days;
    for (from, to) in zone.gaps() {
        for day in from.div_euclid(DAY)..=(to - 1).div_euclid(DAY) {
            let inside = |(begin, end): &(i64, i64)| day * DAY + begin >= from && day * DAY + end <= to;
            if written.plan(day).intervals().iter().all(inside) {
                days.insert(day, DayPlan::default());
            }
        }
    }
    days
}
