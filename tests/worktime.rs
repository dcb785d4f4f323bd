//! Working calendars against answers that others computed, against a second implementation that steps minute
//! by minute, and against the laws they must keep (rules A2 and A9).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails as a test does")]

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use voronka::{Calendar, CalendarSource, Moment, Span};

const MINUTE: i64 = 60_000;
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

// --- answers that others computed ---

#[derive(Deserialize)]
struct Answers {
    calendars: BTreeMap<String, Office>,
    working_minutes: Vec<InMinutes>,
    working_days: Vec<InDays>,
    working_between: Vec<Between>,
}

#[derive(Deserialize)]
struct Office {
    tz: String,
    weekly: BTreeMap<String, Vec<[String; 2]>>,
    days: BTreeMap<String, Vec<[String; 2]>>,
}

#[derive(Deserialize)]
struct InMinutes {
    calendar: String,
    start: Moment,
    minutes: u32,
    due: Moment,
}

#[derive(Deserialize)]
struct InDays {
    calendar: String,
    start: Moment,
    days: u32,
    due: Moment,
}

#[derive(Deserialize)]
struct Between {
    calendar: String,
    from: Moment,
    to: Moment,
    minutes: i64,
}

fn hold_against(text: &str) {
    let answers: Answers = serde_json::from_str(text).unwrap();
    let written = |map: &BTreeMap<String, Vec<[String; 2]>>| {
        map.iter()
            .map(|(key, all)| (key.clone(), all.iter().map(|[a, b]| format!("{a}-{b}")).collect()))
            .collect()
    };
    let calendars: BTreeMap<&str, Calendar> = answers
        .calendars
        .iter()
        .map(|(name, office)| {
            let (week, days) = (written(&office.weekly), written(&office.days));
            let source = CalendarSource { time_zone: office.tz.clone(), week, days, known_until: None };
            (name.as_str(), Calendar::compile(&source).unwrap())
        })
        .collect();
    let calendar = |name: &String| &calendars[name.as_str()];
    for case in &answers.working_minutes {
        let due = calendar(&case.calendar).due(&Span::WorkingMinutes(case.minutes), case.start).unwrap();
        assert_eq!(due.moment, case.due, "{} {} {}", case.calendar, case.start, case.minutes);
    }
    for case in &answers.working_days {
        let span = Span::WorkingDays { days: case.days, by_close: false };
        let due = calendar(&case.calendar).due(&span, case.start).unwrap();
        assert_eq!(due.moment, case.due, "{} {} {}", case.calendar, case.start, case.days);
    }
    for case in &answers.working_between {
        let worked = calendar(&case.calendar).working_millis(case.from, case.to);
        assert_eq!(worked, case.minutes * MINUTE, "{} {} {}", case.calendar, case.from, case.to);
    }
    let cases = answers.working_minutes.len() + answers.working_days.len() + answers.working_between.len();
    assert_eq!(cases, 450);
}

#[test]
fn a2_the_450_answers_are_ours() {
    hold_against(include_str!("data/worktime.json"));
}

#[test]
fn a2_the_answers_beside_the_project_are_ours_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles/worktime.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => hold_against(&text),
        // Past the capture of test output, which would hide it.
        Err(error) => {
            writeln!(std::io::stderr(), "SKIPPED: no answers at {}: {error}", path.display()).unwrap();
        }
    }
}

// --- a second implementation, minute by minute ---

/// A calendar without any cleverness.
#[derive(Clone, Debug)]
struct Plain {
    zone: Tz,
    week: Vec<Vec<(u32, u32)>>,
    days: BTreeMap<NaiveDate, Vec<(u32, u32)>>,
}

impl Plain {
    fn source(&self) -> CalendarSource {
        let written = |all: &Vec<(u32, u32)>| {
            let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
            all.iter().map(|(from, to)| format!("{}-{}", time(*from), time(*to))).collect::<Vec<_>>()
        };
        CalendarSource {
            time_zone: self.zone.name().to_owned(),
            week: WEEKDAYS
                .iter()
                .zip(&self.week)
                .map(|(day, all)| ((*day).to_owned(), written(all)))
                .collect(),
            days: self.days.iter().map(|(date, all)| (date.to_string(), written(all))).collect(),
            known_until: None,
        }
    }

    fn compile(&self) -> Calendar {
        Calendar::compile(&self.source()).unwrap()
    }

    fn wall(&self, minute: i64) -> NaiveDateTime {
        self.zone
            .from_utc_datetime(&DateTime::from_timestamp(minute * 60, 0).unwrap().naive_utc())
            .naive_local()
    }

    fn works(&self, wall: NaiveDateTime) -> bool {
        let weekday = &self.week[wall.weekday().num_days_from_monday() as usize];
        let intervals = self.days.get(&wall.date()).unwrap_or(weekday);
        let time = wall.hour() * 60 + wall.minute();
        intervals.iter().any(|(from, to)| (*from..*to).contains(&time))
    }

    /// Each minute from a moment on, as the clock on the wall shows it.
    fn minutes(&self, from: i64) -> impl Iterator<Item = (i64, NaiveDateTime)> + '_ {
        (from..from + 1440 * 60).map(|minute| (minute, self.wall(minute)))
    }

    fn after_minutes(&self, start: i64, mut n: u32) -> Option<i64> {
        for (minute, wall) in self.minutes(start) {
            if n == 0 {
                return Some(minute);
            }
            n -= u32::from(self.works(wall));
        }
        None
    }

    /// The date after which N working days end, then the first minute after it, and its last working minute.
    fn after_days(&self, start: i64, n: usize) -> Option<(i64, i64)> {
        let own = self.wall(start).date();
        let mut dates = BTreeSet::new();
        let mut close = None;
        for (minute, wall) in self.minutes(start) {
            if dates.last().is_some_and(|last| dates.len() == n && wall.date() > *last) {
                return Some((minute, close?));
            }
            if wall.date() > own && self.works(wall) {
                dates.insert(wall.date());
                close = Some(minute + 1);
            }
        }
        None
    }

    /// The first minute at which the wall shows a time or a later one.
    fn first_showing(&self, start: i64, time: NaiveDateTime) -> Option<i64> {
        self.minutes(start).find(|(_, wall)| *wall >= time).map(|(minute, _)| minute)
    }
}

fn minute(minute: i64) -> Moment {
    Moment::from_millis(minute * MINUTE).unwrap()
}

/// Starts some days before the clocks change, in zones that change them differently.
fn changes() -> impl Strategy<Value = (Tz, i64)> {
    let places = [
        (Tz::America__New_York, "2026-03-08"),
        (Tz::America__New_York, "2026-11-01"),
        (Tz::Europe__Berlin, "2026-03-29"),
        (Tz::Europe__Berlin, "2026-10-25"),
        (Tz::America__Sao_Paulo, "2018-11-04"),
        (Tz::America__Sao_Paulo, "2019-02-17"),
        (Tz::Africa__Cairo, "2024-04-26"),
        (Tz::Africa__Cairo, "2024-11-01"),
        (Tz::Asia__Beirut, "2026-03-29"),
        (Tz::Asia__Beirut, "2025-10-26"),
        (Tz::Australia__Lord_Howe, "2026-04-05"),
        (Tz::Australia__Lord_Howe, "2026-10-04"),
        (Tz::Pacific__Apia, "2011-12-30"),
        (Tz::America__Havana, "2025-11-02"),
        (Tz::Asia__Kathmandu, "2026-06-01"),
        (Tz::UTC, "2026-12-31"),
    ];
    (prop::sample::select(places.to_vec()), -4 * 1440..2 * 1440_i64).prop_map(|((zone, date), minutes)| {
        let date: NaiveDate = date.parse().unwrap();
        (zone, i64::from(date.to_epoch_days()) * 1440 + minutes)
    })
}

/// Some intervals of one day; every sixth minute of it may be a bound, midnight at both ends is likely.
fn intervals() -> impl Strategy<Value = Vec<(u32, u32)>> {
    let bound = prop_oneof![8 => (0..=240_u32).prop_map(|n| n * 6), 1 => Just(0), 1 => Just(1440)];
    prop::collection::btree_set(bound, 0..7).prop_map(|bounds| {
        let bounds: Vec<u32> = bounds.into_iter().collect();
        bounds.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    })
}

fn plain() -> impl Strategy<Value = (Plain, i64)> {
    let week = prop::collection::vec(intervals(), 7)
        .prop_filter("some working time", |week| week.iter().any(|day| !day.is_empty()));
    let days = prop::collection::btree_map(-6..20_i64, intervals(), 0..8);
    (changes(), week, days).prop_map(|((zone, start), week, days)| {
        let first = DateTime::<Utc>::from_timestamp(start * 60, 0).unwrap().date_naive();
        let days = days.into_iter().map(|(n, day)| (first + TimeDelta::days(n), day)).collect();
        (Plain { zone, week, days }, start)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a2_stepping_minute_by_minute_comes_to_the_same((plain, start) in plain(), n in 1..2_000_u32, days in 1..8_usize) {
        let calendar = plain.compile();
        let due = |span: Span| calendar.due(&span, minute(start)).unwrap().moment;
        if let Some(expected) = plain.after_minutes(start, n) {
            prop_assert_eq!(due(Span::WorkingMinutes(n)), minute(expected));
        }
        if let Some((end, close)) = plain.after_days(start, days) {
            let days = u32::try_from(days).unwrap();
            prop_assert_eq!(due(Span::WorkingDays { days, by_close: false }), minute(end));
            prop_assert_eq!(due(Span::WorkingDays { days, by_close: true }), minute(close));
        }
        let to = start + i64::from(n) * 7;
        let worked = (start..to).filter(|m| plain.works(plain.wall(*m))).count();
        prop_assert_eq!(calendar.working_millis(minute(start), minute(to)), i64::try_from(worked).unwrap() * MINUTE);
    }

    #[test]
    fn a2_days_start_where_the_wall_first_shows_them((plain, start) in plain(), days in 1..10_i64) {
        let calendar = plain.compile();
        let wall = plain.wall(start);
        prop_assert_eq!(calendar.local_date(minute(start)), wall.date());
        let target = wall + TimeDelta::days(days);
        let same_time = plain.first_showing(start, target).unwrap();
        let due = calendar.due(&Span::Days(u32::try_from(days).unwrap()), minute(start)).unwrap();
        prop_assert_eq!(due.moment, minute(same_time));
        prop_assert_eq!(calendar.at(target.date(), target.time()), minute(same_time));
        let tomorrow = wall.date().succ_opt().unwrap();
        let next = plain.first_showing(start, tomorrow.into()).unwrap();
        prop_assert_eq!(calendar.next_day_start(minute(start)), minute(next));
        prop_assert_eq!(calendar.day_start(tomorrow), minute(next));
        let end_of_today = calendar.due(&Span::EndOfToday, minute(start)).unwrap();
        prop_assert_eq!(end_of_today.moment, minute(next));
        prop_assert_eq!(calendar.yellow_from(minute(next)), calendar.day_start(wall.date()));
    }
}

// --- laws ---

fn spans() -> impl Strategy<Value = Span> {
    prop_oneof![
        (0..=14_400_000_u32).prop_map(Span::WorkingMinutes),
        (0..=240_000_u32).prop_map(Span::WorkingHours),
        (0..=10_000_u32, any::<bool>()).prop_map(|(days, by_close)| Span::WorkingDays { days, by_close }),
        (0..=14_400_000_u32).prop_map(Span::Minutes),
        (0..=240_000_u32).prop_map(Span::Hours),
        (0..=10_000_u32).prop_map(Span::Days),
        (0..=1_428_u32).prop_map(Span::Weeks),
        Just(Span::EndOfToday),
        Just(Span::EndOfWorkingDay),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a2_a_span_is_what_its_text_says(span in spans()) {
        prop_assert_eq!(span.to_string().parse(), Ok(span));
        let json = serde_json::to_string(&span).unwrap();
        prop_assert_eq!(serde_json::from_str::<Span>(&json).unwrap(), span);
    }

    #[test]
    fn a2_no_text_makes_the_reader_fail(text in ".{0,40}|[0-9.]{0,12} (working )?(hours?|days?)( by close)?") {
        if let Ok(span) = text.parse::<Span>() {
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn a2_due_keeps_its_laws((plain, start) in plain(), span in spans(), millis in 0..60_000_i64, later in 0..90_000_000_i64, n in 0..20_000_u32) {
        let calendar = plain.compile();
        let start = minute(start).plus_millis(millis);
        let Ok(due) = calendar.due(&span, start) else { return Ok(()) };
        prop_assert!(due.moment >= start, "{} is before its start", due.moment);
        let second = calendar.due(&span, start.plus_millis(later)).unwrap();
        // What starts later is not due earlier; of days in a doubled hour the earlier time is meant.
        let slack = if matches!(span, Span::Days(_) | Span::Weeks(_)) { 3_600_000 } else { 0 };
        prop_assert!(second.moment.plus_millis(slack) >= due.moment);
        let work = Span::WorkingMinutes(n);
        let due = calendar.due(&work, start).unwrap().moment;
        prop_assert_eq!(calendar.working_millis(start, due), i64::from(n) * MINUTE);
        let middle = start.plus_millis(later);
        let sum = calendar.working_millis(start, middle) + calendar.working_millis(middle, due);
        prop_assert_eq!(sum, i64::from(n) * MINUTE);
        prop_assert!(calendar.working_millis(start, middle) >= 0);
    }

    #[test]
    fn a9_a_pause_without_length_changes_nothing((plain, start) in plain(), span in spans(), part in 0..1_000_i64) {
        let calendar = plain.compile();
        let start = minute(start);
        let Ok(due) = calendar.due(&span, start) else { return Ok(()) };
        let paused = start.plus_millis(due.moment.millis_since(start) / 1_000 * part);
        let left = calendar.remaining(&span, paused, due.moment);
        prop_assert_eq!(calendar.resume(&left, paused).unwrap(), due);
    }
}
