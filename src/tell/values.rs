//! Values, lengths of time and moments, as people read them.

use super::catalog::Arg;
use super::speaker::Speaker;
use crate::calendar::Span;
use crate::case::Event;
use crate::scenario::def::{FieldType, Named, RecordPart, Text};
use crate::{Moment, Value};
use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

/// A text of a value is cut after so many characters; the journal has it whole.
const LONGEST: usize = 200;
/// So many elements of a list are told; of the others, how many there are.
const MOST: usize = 5;

/// In what a number is told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measure<'a> {
    currency: Option<&'a str>,
    unit: Option<&'a str>,
    /// The parts of a list's records, in their order.
    parts: Option<&'a Named<FieldType>>,
    /// What people read for the values of a choice.
    titles: Option<&'a Named<Text>>,
}

impl<'a> Speaker<'a> {
    /// In what the numbers of a field, a fact or a sum over documents (`KIND.SUM`) are told.
    pub(super) fn measure(&self, name: &str) -> Measure<'a> {
        let field = self.definition.fields.get(name);
        let parts = field.and_then(|field| match &field.of {
            Some(RecordPart::Parts(parts)) => Some(parts),
            _ => None,
        });
        let fact = || self.definition.facts.get(name).and_then(|fact| fact.unit.as_deref());
        let sum =
            |(kind, sum): (&str, &str)| self.definition.documents.get(kind)?.sums.get(sum)?.unit.as_deref();
        let unit = name.split_once('.').map_or_else(fact, sum);
        Measure {
            currency: field.and_then(|field| field.currency.as_deref()),
            unit,
            parts,
            titles: field.map(|field| &field.titles),
        }
    }

    /// A value of the field or fact of this name.
    pub(super) fn value_of(&self, name: &str, value: &Value) -> String {
        self.value(value, self.measure(name))
    }

    pub(super) fn value(&self, value: &Value, measure: Measure<'_>) -> String {
        match value {
            Value::Text(text) if measure.titles.is_some_and(|titles| titles.get(text).is_some()) => {
                let title = measure.titles.and_then(|titles| titles.get(text)).map(|title| self.text(title));
                title.filter(|title| !title.is_empty()).unwrap_or_else(|| self.shortened(text))
            }
            Value::Decimal(_) => {
                let number = Arg::Value(value.clone()).told(self.catalog, self.language);
                match measure {
                    Measure { currency: Some(code), .. } => {
                        let sign = self.teller().known("currency", code);
                        self.say("value.money", &[("number", number.into()), ("currency", sign.into())])
                    }
                    Measure { unit: Some(unit), .. } => self
                        .say("value.unit", &[("number", number.into()), ("unit", self.clean(unit).into())]),
                    _ => number,
                }
            }
            Value::Text(text) => self.shortened(text),
            Value::Moment(moment) => self.exact(*moment),
            Value::List(items) => {
                let of_records = items.iter().any(|item| matches!(item, Value::Record(_)));
                let mut told: Vec<String> =
                    items.iter().take(MOST).map(|it| self.value(it, measure)).collect();
                if let Some(more) = items.len().checked_sub(MOST).filter(|more| *more > 0) {
                    told.push(self.part("draw.more", "n", more as u64));
                }
                told.join(if of_records { "; " } else { ", " })
            }
            Value::Record(parts) => {
                let place = |name: &str| measure.parts.and_then(|parts| parts.position(name));
                let mut parts: Vec<(&String, &Value)> = parts.iter().collect();
                parts.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
                let told = parts.into_iter().map(|(name, part)| {
                    format!("{}: {}", self.clean(name), self.value(part, Measure::default()))
                });
                told.collect::<Vec<_>>().join(", ")
            }
            other => Arg::Value(other.clone()).told(self.catalog, self.language),
        }
    }

    pub(super) fn maybe_value(&self, name: &str, value: Option<&Value>) -> String {
        value.map_or_else(|| self.say("value.empty", &[]), |value| self.value_of(name, value))
    }

    /// A text on one line, cut where it is long.
    pub(super) fn shortened(&self, text: &str) -> String {
        let text = self.clean(text);
        match text.char_indices().nth(LONGEST).and_then(|(at, _)| text.get(..at)) {
            Some(start) => format!("{}…", start.trim_end()),
            None => text,
        }
    }

    /// A length of time: its two largest parts.
    pub(super) fn duration(&self, millis: i64) -> String {
        let minutes = millis.unsigned_abs() / 60_000;
        if minutes < 1_440 {
            return self.hours(millis);
        }
        self.spans(millis, [Span::Days(count(minutes / 1_440)), Span::Hours(count(minutes / 60 % 24))])
    }

    /// A length of time in hours and minutes, however long: working time has no days of 24 hours.
    pub(super) fn hours(&self, millis: i64) -> String {
        let minutes = millis.unsigned_abs() / 60_000;
        self.spans(millis, [Span::Hours(count(minutes / 60)), Span::Minutes(count(minutes % 60))])
    }

    fn spans(&self, millis: i64, spans: [Span; 2]) -> String {
        let none = |span: &Span| matches!(span, Span::Days(0) | Span::Hours(0) | Span::Minutes(0));
        let spans = spans.into_iter().filter(|span| !none(span));
        let told = spans.map(|span| Arg::from(span).told(self.catalog, self.language));
        let told = told.collect::<Vec<_>>().join(" ");
        match (told.is_empty(), millis < 0) {
            (true, _) => self.say("duration.none", &[]),
            (false, true) => format!("−{told}"),
            (false, false) => told,
        }
    }

    /// The time zone of the case's calendar; none is UTC, and said.
    fn zone(&self) -> Option<Tz> {
        let opened = self.entry.and_then(|entry| match entry.events.first() {
            Some(Event::Opened(opened)) => opened.calendar.as_deref(),
            _ => None,
        });
        let chosen = self.case.map_or(opened, |case| case.calendar.as_deref());
        let own = chosen.and_then(|id| self.definition.calendars.iter().find(|it| it.id == id));
        let source = own.map(|it| &it.calendar).or(self.definition.calendar.as_ref())?;
        source.time_zone.parse().ok()
    }

    /// A moment in local time, to the minute; without the year where that is the year of `beside`.
    pub(super) fn moment(&self, moment: Moment, beside: Option<Moment>) -> String {
        self.told_moment(moment, beside, false)
    }

    /// A moment in local time with all that it has.
    pub(super) fn exact(&self, moment: Moment) -> String {
        self.told_moment(moment, None, true)
    }

    fn local(&self, moment: Moment) -> (DateTime<Tz>, bool) {
        let zone = self.zone();
        (moment.to_utc().with_timezone(&zone.unwrap_or(Tz::UTC)), zone.is_some())
    }

    fn told_moment(&self, moment: Moment, beside: Option<Moment>, exact: bool) -> String {
        let (at, known_zone) = self.local(moment);
        let mut time = format!("{:02}:{:02}", at.hour(), at.minute());
        let millis = at.timestamp_subsec_millis();
        if exact && (at.second() > 0 || millis > 0) {
            time.push_str(&format!(":{:02}", at.second()));
        }
        if exact && millis > 0 {
            time.push_str(&format!(".{millis:03}"));
        }
        if !known_zone {
            time.push_str(" UTC");
        }
        self.dated("moment", &at, beside, time)
    }

    /// The date that ends with this moment, where it is the first instant of a local day.
    pub(super) fn end_of_day(&self, moment: Moment, beside: Option<Moment>) -> Option<String> {
        let (at, known_zone) = self.local(moment);
        let is_midnight = known_zone && at.num_seconds_from_midnight() == 0 && at.nanosecond() == 0;
        let (before, _) = self.local(moment.plus_millis(-1));
        is_midnight.then(|| self.dated("date", &before, beside, String::new()))
    }

    /// A date, with its year unless that is the year of `beside`.
    fn dated(&self, code: &str, at: &DateTime<Tz>, beside: Option<Moment>, time: String) -> String {
        let form = if beside.is_some_and(|beside| self.local(beside).0.year() == at.year()) {
            "short"
        } else {
            "full"
        };
        self.dated_as(&format!("{code}.{form}"), at.date_naive(), time)
    }

    /// A date in words, with its year.
    pub(super) fn date(&self, date: NaiveDate) -> String {
        self.dated_as("date.full", date, String::new())
    }

    fn dated_as(&self, code: &str, date: NaiveDate, time: String) -> String {
        let month = self.say(&format!("month.{}", date.month()), &[]);
        let args = [
            ("day", Arg::from(date.day())),
            ("month", month.into()),
            ("year", Arg::Text(date.year().to_string())),
            ("time", time.into()),
        ];
        self.say(code, &args)
    }
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
