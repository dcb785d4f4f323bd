//! Rules and examples, by their names.

use super::*;
use crate::Moment;
use chrono::NaiveDate;
use std::collections::BTreeMap;

fn calendar(zone: &str, week: &[(&str, &[&str])], days: &[(&str, &[&str])]) -> Calendar {
    Calendar::compile(&source(zone, week, days)).unwrap()
}

fn source(zone: &str, week: &[(&str, &[&str])], days: &[(&str, &[&str])]) -> CalendarSource {
    let map = |entries: &[(&str, &[&str])]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        entries.iter().map(|(key, texts)| ((*key).to_owned(), owned(texts))).collect::<BTreeMap<_, _>>()
    };
    CalendarSource { time_zone: zone.to_owned(), week: map(week), days: map(days), known_until: None }
}

/// Moscow, Mon–Fri 09–13 and 14–18, as in the examples.
fn moscow() -> Calendar {
    calendar("Europe/Moscow", &[("mon-fri", &["09:00-13:00", "14:00-18:00"])], &[])
}

fn around_the_clock(zone: &str) -> Calendar {
    calendar(zone, &[("mon-sun", &["00:00-24:00"])], &[])
}

fn local(calendar: &Calendar, text: &str) -> Moment {
    let (date, time) = text.split_once(' ').unwrap();
    calendar.at(date.parse().unwrap(), format!("{time}:00").parse().unwrap())
}

fn due(calendar: &Calendar, span: &str, start: &str) -> Moment {
    calendar.due(&span.parse().unwrap(), local(calendar, start)).unwrap().moment
}

#[track_caller]
fn assert_due(calendar: &Calendar, span: &str, start: &str, expected: &str) {
    assert_eq!(due(calendar, span, start), local(calendar, expected), "{span} from {start}");
}

fn utc(text: &str) -> Moment {
    text.parse().unwrap()
}

#[test]
fn x22_four_working_hours_planned_on_friday_evening_are_due_on_monday_noon() {
    assert_due(&moscow(), "4 working hours", "2026-02-20 17:30", "2026-02-23 12:30");
}

#[test]
fn x23_one_working_day_planned_on_saturday_is_due_at_the_end_of_monday() {
    let calendar = moscow();
    let red_from = due(&calendar, "1 working day", "2026-02-21 11:00");
    assert_eq!(red_from, local(&calendar, "2026-02-24 00:00"));
    assert_eq!(calendar.yellow_from(red_from), local(&calendar, "2026-02-23 00:00"));
}

#[test]
fn x26_hours_elapse_and_days_keep_the_local_time() {
    let calendar = around_the_clock("Europe/Berlin");
    assert_due(&calendar, "36 hours", "2026-03-28 12:00", "2026-03-30 01:00");
    assert_due(&calendar, "2 days", "2026-03-28 12:00", "2026-03-30 12:00");
}

#[test]
fn x27_a_pause_keeps_the_working_hours_that_were_left() {
    let calendar = moscow();
    // Wednesday, 25 February 2026.
    let span = Span::WorkingHours(8);
    let first = due(&calendar, "8 working hours", "2026-02-25 09:00");
    let left = calendar.remaining(&span, local(&calendar, "2026-02-25 10:00"), first);
    assert_eq!(left, Remaining::WorkingMillis(7 * 3_600_000));
    let again = calendar.resume(&left, local(&calendar, "2026-02-27 10:00")).unwrap();
    assert_eq!(again.moment, local(&calendar, "2026-02-27 18:00"));
}

#[test]
fn a9_of_working_days_the_dates_after_the_pauses_own_are_left() {
    let calendar = moscow();
    let span = Span::WorkingDays { days: 3, by_close: false };
    // Monday; due at the end of Thursday, which is Friday 00:00 and belongs to Thursday.
    let first = due(&calendar, "3 working days", "2026-02-23 12:00");
    assert_eq!(first, local(&calendar, "2026-02-27 00:00"));
    let left = calendar.remaining(&span, local(&calendar, "2026-02-24 12:00"), first);
    assert_eq!(left, Remaining::WorkingDays { days: 2, by_close: false });
    let again = calendar.resume(&left, local(&calendar, "2026-02-28 12:00")).unwrap();
    assert_eq!(again.moment, local(&calendar, "2026-03-04 00:00"));
    // On the last date itself nothing but the rest of the date is left.
    let left = calendar.remaining(&span, local(&calendar, "2026-02-26 23:00"), first);
    assert_eq!(left, Remaining::WorkingDays { days: 0, by_close: false });
    let again = calendar.resume(&left, local(&calendar, "2026-03-02 12:00")).unwrap();
    assert_eq!(again.moment, local(&calendar, "2026-03-03 00:00"));
}

#[test]
fn a9_what_was_due_stays_due_and_the_rest_keeps_its_elapsed_time() {
    let calendar = moscow();
    let paused = local(&calendar, "2026-02-25 10:00");
    for span in ["1 working hour", "1 working day", "1 hour", "end of today"] {
        let span: Span = span.parse().unwrap();
        let left = calendar.remaining(&span, paused, paused);
        assert_eq!(left, Remaining::WasDue(paused));
        let again = calendar.resume(&left, local(&calendar, "2026-02-27 10:00")).unwrap();
        assert_eq!(again.moment, paused);
    }
    let left =
        calendar.remaining(&Span::EndOfToday, paused, due(&calendar, "end of today", "2026-02-25 10:00"));
    assert_eq!(left, Remaining::ElapsedMillis(14 * 3_600_000));
    let again = calendar.resume(&left, local(&calendar, "2026-02-27 12:00")).unwrap();
    assert_eq!(again.moment, local(&calendar, "2026-02-28 02:00"));
}

#[test]
fn a9_a_remainder_is_plain_data() {
    for (left, text) in [
        (Remaining::WorkingMillis(25_200_000), r#"{"working_millis":25200000}"#),
        (
            Remaining::WorkingDays { days: 2, by_close: true },
            r#"{"working_days":{"days":2,"by_close":true}}"#,
        ),
        (Remaining::ElapsedMillis(1), r#"{"elapsed_millis":1}"#),
        (Remaining::WasDue(utc("2026-02-23T10:00:00Z")), r#"{"was_due":"2026-02-23T10:00:00.000Z"}"#),
    ] {
        assert_eq!(serde_json::to_string(&left).unwrap(), text);
        assert_eq!(serde_json::from_str::<Remaining>(text).unwrap(), left);
    }
    let calendar = moscow();
    let at = utc("2026-02-23T10:00:00Z");
    for bad in [-1, i64::MIN, i64::MAX] {
        for left in [Remaining::WorkingMillis(bad), Remaining::ElapsedMillis(bad)] {
            assert_eq!(calendar.resume(&left, at), Err(CalendarError::BadRemainder(bad)));
        }
    }
    let huge = Remaining::WorkingDays { days: u32::MAX, by_close: true };
    assert_eq!(calendar.resume(&huge, at), Err(CalendarError::BeyondLastMoment));
}

#[test]
fn a2_working_days_end_with_the_date_or_at_its_close() {
    let shortened = [("2026-04-30", ["09:00-13:00", "14:00-17:00"].as_slice()), ("2026-05-01", &[])];
    let calendar = calendar("Europe/Moscow", &[("mon-fri", &["09:00-13:00", "14:00-18:00"])], &shortened);
    assert_due(&calendar, "1 working day", "2026-04-29 12:00", "2026-05-01 00:00");
    assert_due(&calendar, "1 working day by close", "2026-04-29 12:00", "2026-04-30 17:00");
    assert_due(&calendar, "2 working days by close", "2026-04-29 12:00", "2026-05-04 18:00");
    // None: the own date; and never before the start.
    assert_due(&calendar, "0 working days", "2026-05-01 12:00", "2026-05-02 00:00");
    assert_due(&calendar, "0 working days by close", "2026-04-30 12:00", "2026-04-30 17:00");
    assert_due(&calendar, "0 working days by close", "2026-04-30 20:00", "2026-04-30 20:00");
    assert_due(&calendar, "0 working days by close", "2026-05-01 12:00", "2026-05-02 00:00");
}

#[test]
fn a2_no_working_time_is_due_at_the_start_itself() {
    assert_due(&moscow(), "0 working minutes", "2026-02-21 03:00", "2026-02-21 03:00");
    assert_due(&moscow(), "0 working hours", "2026-02-20 18:00", "2026-02-20 18:00");
    // A whole day's work ends with it, not with the next one's beginning.
    assert_due(&moscow(), "8 working hours", "2026-02-20 09:00", "2026-02-20 18:00");
}

#[test]
fn a2_end_of_today_and_of_the_working_day() {
    let calendar = moscow();
    assert_due(&calendar, "end of today", "2026-02-20 17:30", "2026-02-21 00:00");
    assert_due(&calendar, "end of today", "2026-02-21 00:00", "2026-02-22 00:00");
    assert_due(&calendar, "end of the working day", "2026-02-20 07:00", "2026-02-20 18:00");
    assert_due(&calendar, "end of the working day", "2026-02-20 18:00", "2026-02-23 18:00");
    assert_due(&calendar, "end of the working day", "2026-02-21 12:00", "2026-02-23 18:00");
}

#[test]
fn a2_days_fall_into_gaps_and_doubled_hours() {
    let berlin = around_the_clock("Europe/Berlin");
    let from = |start: &str| berlin.due(&Span::Days(1), local(&berlin, start)).unwrap().moment;
    assert_eq!(from("2026-03-28 02:30"), utc("2026-03-29T01:00:00Z"));
    assert_eq!(from("2026-10-24 02:30"), utc("2026-10-25T00:30:00Z"));
    let second = utc("2026-10-25T01:30:00Z");
    assert_eq!(berlin.due(&Span::Days(0), second).unwrap().moment, second);
    assert_due(&berlin, "2 weeks", "2026-10-20 12:00", "2026-11-03 12:00");
}

#[test]
fn a2_a_day_starts_with_its_first_instant_where_midnight_is_missing() {
    for (zone, date, start) in [
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00.000Z"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00.000Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000Z"),
        ("America/Havana", "2025-11-02", "2025-11-02T04:00:00.000Z"),
    ] {
        let calendar = around_the_clock(zone);
        let date: NaiveDate = date.parse().unwrap();
        let moment = calendar.day_start(date);
        assert_eq!(moment.to_string(), start, "{zone}");
        assert_eq!(calendar.local_date(moment), date);
        assert_eq!(calendar.local_date(moment.plus_millis(-1)), date.pred_opt().unwrap());
        assert_eq!(calendar.next_day_start(moment.plus_millis(-1)), moment);
        assert_eq!(calendar.yellow_from(moment.plus_millis(1)), moment);
    }
}

#[test]
fn a2_a_date_that_a_zone_left_out_is_no_working_date() {
    let samoa = around_the_clock("Pacific/Apia");
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert!(!samoa.is_working_date(date("2011-12-30")));
    assert_eq!(samoa.working_dates_between(date("2011-12-29"), date("2011-12-31")), 1);
    assert_due(&samoa, "1 working day", "2011-12-29 12:00", "2012-01-01 00:00");
    assert_due(&samoa, "1 working day by close", "2011-12-29 12:00", "2012-01-01 00:00");
}

#[test]
fn a2_a_due_beyond_the_known_holidays_is_marked() {
    let mut source = source("Europe/Moscow", &[("mon-fri", &["09:00-18:00"])], &[]);
    source.known_until = Some("2026-12-31".to_owned());
    let calendar = Calendar::compile(&source).unwrap();
    assert_eq!(calendar.known_until(), "2026-12-31".parse().ok());
    let due =
        |start: &str| calendar.due(&Span::WorkingDays { days: 1, by_close: false }, local(&calendar, start));
    assert!(!due("2026-12-30 12:00").unwrap().beyond_known);
    assert!(due("2026-12-31 12:00").unwrap().beyond_known);
}

#[test]
fn c4_what_lies_beyond_the_last_moment_or_the_bounds_is_an_error() {
    let calendar = calendar("UTC", &[("mon", &["09:00-09:01"])], &[]);
    let now = utc("2026-02-23T10:00:00Z");
    for span in ["14400000 working minutes", "10000 working days"] {
        let due = calendar.due(&span.parse().unwrap(), now);
        assert_eq!(due.is_err(), span.ends_with("minutes"), "{span}: {due:?}");
    }
    let last = calendar.due(&Span::EndOfToday, Moment::MAX);
    assert_eq!(last, Err(CalendarError::BeyondLastMoment));
    let long = calendar.due(&Span::Days(10_001), now).unwrap_err();
    assert_eq!(long.to_string(), "\"10001 days\" is more than 10000 days");
    assert_eq!(calendar.day_start(NaiveDate::MAX), Moment::MAX);
    assert_eq!(calendar.next_day_start(Moment::MAX), Moment::MAX);
    assert_eq!(calendar.yellow_from(Moment::MIN), Moment::MIN);
}

fn defects(source: &CalendarSource) -> Vec<(String, &'static str)> {
    let defects = Calendar::compile(source).unwrap_err();
    defects.iter().map(|d| (d.path().to_owned(), d.code())).collect()
}

#[test]
fn a2_every_defect_of_a_calendar_is_named_at_once() {
    let mut source = source(
        "Europe/Moskow",
        &[
            ("mon-fri", &["09:00-13:00", "12:00-18:00", "9-18", "22:00-06:00"]),
            ("fry", &[]),
            ("wed,mon", &["08:00-08:00"]),
        ],
        &[("2026-02-30", &[]), ("1969-01-01", &["00:00-24:01"]), ("a/b", &[])],
    );
    source.known_until = Some("2026-2-1".to_owned());
    let expected = [
        ("/time_zone", "V-A2-zone"),
        ("/week/fry", "V-A2-day"),
        ("/week/mon-fri/2", "V-A2-interval"),
        ("/week/mon-fri/3", "V-A2-interval"),
        ("/week/mon-fri/1", "V-A2-overlap"),
        ("/week/wed,mon/0", "V-A2-interval"),
        ("/week/wed,mon", "V-A2-double"),
        ("/week/wed,mon", "V-A2-double"),
        ("/days/1969-01-01/0", "V-A2-interval"),
        ("/days/1969-01-01", "V-A2-date"),
        ("/days/2026-02-30", "V-A2-date"),
        ("/days/a~1b", "V-A2-date"),
        ("/known_until", "V-A2-date"),
    ];
    assert_eq!(defects(&source), expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn a2_a_mistyped_time_zone_is_answered_with_the_one_meant() {
    for (written, meant) in [
        ("Europe/Moskow", "Europe/Moscow"),
        ("moscow", "Europe/Moscow"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("Europe/Almaty", "Asia/Almaty"),
    ] {
        let defects = Calendar::compile(&source(written, &[("mon", &["09:00-18:00"])], &[])).unwrap_err();
        assert_eq!(defects[0].help(), Some(format!("did you mean \"{meant}\"?").as_str()), "{written}");
    }
    let defects = Calendar::compile(&source("Middle Earth", &[("mon", &["09:00-18:00"])], &[])).unwrap_err();
    assert_eq!(
        defects[0].to_string(),
        "/time_zone: unknown time zone \"Middle Earth\" (write an IANA name such as \"Europe/Moscow\")"
    );
}

#[test]
fn c4_a_calendar_has_bounds() {
    let mut many = CalendarSource::default();
    let first: NaiveDate = "2020-01-01".parse().unwrap();
    many.days = first.iter_days().take(4_000).map(|date| (date.to_string(), Vec::new())).collect();
    assert!(Calendar::compile(&many).is_ok());
    many.days.insert("2019-01-01".to_owned(), Vec::new());
    many.week.insert("mon-sat".to_owned(), vec!["00:00-00:01".to_owned(); 25]);
    let expected = [("/week/mon-sat", "V-C4-calendar"), ("/days", "V-C4-calendar")];
    let found = defects(&many);
    for (path, code) in expected {
        assert!(found.contains(&(path.to_owned(), code)), "{found:?}");
    }
    assert_eq!(defects(&source("UTC", &[("mon", &[])], &[])), [("/week".to_owned(), "V-A2-no-work")]);
    assert_eq!(defects(&source("UTC", &[], &[])), [("/week".to_owned(), "V-A2-no-work")]);
}

#[test]
fn a2_weeks_may_begin_on_any_day() {
    let calendar = calendar("Asia/Jerusalem", &[("sun-thu", &["09:00-18:00"])], &[]);
    let working: Vec<bool> = "2026-02-22"
        .parse::<NaiveDate>()
        .unwrap()
        .iter_days()
        .take(7)
        .map(|date| calendar.is_working_date(date))
        .collect();
    assert_eq!(working, [true, true, true, true, true, false, false]);
}
