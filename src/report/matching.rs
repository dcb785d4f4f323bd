//! Which cases meet a query (F8).

use super::Basis;
use super::frame::{Frame, Walk};
use super::query::{Band, Dimension, Key, Query, QueryError, Term};
use super::records::{
    ActivityRecord, CHANNEL, FIELDS, Outcome, PRODUCT, REGION, RESPONSIBLE, Records, Row, TEAM, amount,
};
use crate::Moment;
use crate::scenario::def::Resolver;
use chrono::Datelike;
use std::collections::BTreeSet;

/// A query, understood in these records.
pub(super) struct Matcher {
    checks: Vec<Check>,
    walks: bool,
}

enum Check {
    Entered(Vec<usize>),
    Reached(Vec<usize>),
    LostAt(Vec<usize>),
    OpenAt(Vec<usize>),
    Outcome(Vec<Ending>),
    Line(Vec<bool>),
    Skipped(Vec<usize>),
    Back(Vec<usize>),
    Reopened(Vec<bool>),
    LostBefore(Vec<String>),
    Late(Vec<usize>),
    Debt(Vec<String>),
    Case(BTreeSet<String>),
    Words { column: usize, words: Vec<u32>, none: bool },
    Version { versions: Vec<u32>, none: bool },
    Amount { bands: Vec<Band>, none: bool },
    Month { months: Vec<String>, none: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Open,
    Won,
    Lost,
    Void,
    Transferred,
}

impl Ending {
    fn of(frame: &Frame<'_>, row: &Row) -> Self {
        match row.outcome {
            _ if !frame.is_ours(row) => Self::Transferred,
            Outcome::Open => Self::Open,
            Outcome::Won | Outcome::Result => Self::Won,
            Outcome::Lost | Outcome::BadResult => Self::Lost,
            Outcome::Void => Self::Void,
        }
    }

    fn named(text: &str) -> Option<Self> {
        Some(match text {
            "open" => Self::Open,
            "won" => Self::Won,
            "lost" => Self::Lost,
            "void" => Self::Void,
            "transferred" => Self::Transferred,
            _ => return None,
        })
    }
}

/// The column of a dimension that is one; a field must be kept.
pub(super) fn column(records: &Records, by: &Dimension) -> Result<Option<usize>, QueryError> {
    Ok(Some(match by {
        Dimension::Channel => CHANNEL,
        Dimension::Responsible => RESPONSIBLE,
        Dimension::Team => TEAM,
        Dimension::Product => PRODUCT,
        Dimension::Region => REGION,
        Dimension::Field(name) => {
            let nth = records.keeping().fields.iter().position(|it| it == name);
            FIELDS + nth.ok_or_else(|| QueryError::NotKept(format!("the field `{name}`")))?
        }
        Dimension::Version | Dimension::Amount | Dimension::Month => return Ok(None),
    }))
}

/// The month of a moment in a time zone: `2026-03`.
pub(super) fn month(frame: &Frame<'_>, millis: i64) -> String {
    let local = Moment::from_millis(millis).unwrap_or(Moment::MIN).to_utc().with_timezone(&frame.layout.zone);
    format!("{:04}-{:02}", local.year(), local.month())
}

impl Matcher {
    pub fn new(frame: &Frame<'_>, query: &Query) -> Result<Self, QueryError> {
        let checks = query.terms.iter().map(|term| check(frame, term)).collect::<Result<Vec<_>, _>>()?;
        let walks = checks.iter().any(Check::walks);
        Ok(Self { checks, walks })
    }

    pub fn holds(&self, frame: &Frame<'_>, basis: Basis, at: usize, row: &Row) -> bool {
        if self.checks.is_empty() {
            return true;
        }
        let walk = if self.walks { frame.walk(row) } else { Walk::default() };
        self.checks.iter().all(|check| check.holds(frame, basis, at, row, &walk))
    }
}

fn check(frame: &Frame<'_>, term: &Term) -> Result<Check, QueryError> {
    let records = frame.records;
    let wrong = |value: &String| QueryError::Value { key: term.key.to_string(), value: value.clone() };
    let each = term.values.iter();
    let places =
        || each.clone().map(|it| frame.place(it).ok_or_else(|| wrong(it))).collect::<Result<Vec<_>, _>>();
    let needs_work = |what: &str| {
        if records.keeping().work { Ok(()) } else { Err(QueryError::NotKept(what.to_owned())) }
    };
    let none = term.values.iter().any(String::is_empty);
    let known_reasons = || {
        let known = |it: &String| {
            frame.layout.reasons.contains_key(it)
                || frame.layout.ends.contains_key(it)
                || frame.lines.iter().any(|line| line.id == *it)
        };
        term.values.iter().find(|it| !known(it)).map_or(Ok(()), |it| Err(wrong(it)))
    };
    Ok(match &term.key {
        Key::Entered => Check::Entered(places()?),
        Key::Reached => Check::Reached(places()?),
        Key::LostAt => Check::LostAt(places()?),
        Key::OpenAt => Check::OpenAt(places()?),
        Key::Skipped => Check::Skipped(places()?),
        Key::Back => Check::Back(places()?),
        Key::Outcome => Check::Outcome(
            each.map(|it| Ending::named(it).ok_or_else(|| wrong(it))).collect::<Result<_, _>>()?,
        ),
        Key::Reason => {
            known_reasons()?;
            Check::Line(frame.lines.iter().map(|line| term.values.contains(&line.id)).collect())
        }
        Key::ResolvedBy => {
            let who = |it: &String| match it.as_str() {
                "employee" => Ok(Resolver::Employee),
                "company" => Ok(Resolver::Company),
                "nobody" => Ok(Resolver::Nobody),
                _ => Err(wrong(it)),
            };
            let who = each.map(who).collect::<Result<Vec<_>, _>>()?;
            Check::Line(frame.lines.iter().map(|line| who.contains(&line.resolved_by)).collect())
        }
        Key::Reopened => {
            let yes = |it: &String| match it.as_str() {
                "yes" => Ok(true),
                "no" => Ok(false),
                _ => Err(wrong(it)),
            };
            Check::Reopened(each.map(yes).collect::<Result<_, _>>()?)
        }
        Key::LostBefore => {
            known_reasons()?;
            Check::LostBefore(term.values.clone())
        }
        Key::Late => {
            needs_work("activities")?;
            Check::Late(places()?)
        }
        Key::Debt => {
            needs_work("debts")?;
            Check::Debt(term.values.clone())
        }
        Key::Case => Check::Case(term.values.iter().cloned().collect()),
        Key::By(by) => match by {
            Dimension::Version => {
                let number = |it: &String| it.parse().map_err(|_| wrong(it));
                let versions = each.filter(|it| !it.is_empty()).map(number).collect::<Result<_, _>>()?;
                Check::Version { versions, none }
            }
            Dimension::Amount => {
                let bands = each.filter(|it| !it.is_empty()).map(|it| it.parse());
                Check::Amount { bands: bands.collect::<Result<_, _>>()?, none }
            }
            Dimension::Month => {
                let is_month =
                    |it: &String| chrono::NaiveDate::parse_from_str(&format!("{it}-01"), "%Y-%m-%d").is_ok();
                if let Some(it) = each.clone().find(|it| !it.is_empty() && !is_month(it)) {
                    return Err(wrong(it));
                }
                Check::Month { months: term.values.clone(), none }
            }
            by => {
                let column = column(records, by)?.unwrap_or(CHANNEL);
                let words = each.filter(|it| !it.is_empty()).filter_map(|it| records.words.known(it));
                Check::Words { column, words: words.collect(), none }
            }
        },
    })
}

impl Check {
    const fn walks(&self) -> bool {
        matches!(self, Self::Entered(_) | Self::Reached(_) | Self::Skipped(_) | Self::Back(_))
    }

    fn holds(&self, frame: &Frame<'_>, basis: Basis, at: usize, row: &Row, walk: &Walk) -> bool {
        let records = frame.records;
        let ours = frame.is_ours(row);
        match self {
            // A case that has passed to another scenario stands in no stage's line.
            Self::Entered(places) => ours && places.iter().any(|it| walk.entered.contains(it)),
            Self::Reached(places) => ours && places.iter().any(|it| reached(frame, row, walk, *it)),
            Self::Skipped(places) => ours && places.iter().any(|it| walk.skipped.contains(it)),
            Self::Back(places) => ours && places.iter().any(|it| walk.back.contains(it)),
            Self::LostAt(places) => {
                ours && row.outcome.is_lost() && places.contains(&frame.places.at(row.from))
            }
            Self::OpenAt(places) => {
                ours && row.outcome == Outcome::Open
                    && last_stage(records, row).is_some_and(|it| places.contains(&frame.places.at(it)))
            }
            Self::Outcome(which) => which.contains(&Ending::of(frame, row)),
            Self::Line(lines) => {
                let ended = row.outcome.is_lost() || row.outcome == Outcome::Void;
                ours && ended && lines.get(frame.line(row)).copied().unwrap_or(false)
            }
            Self::Reopened(yes) => ours && yes.contains(&(row.reopened > 0)),
            Self::LostBefore(reasons) => {
                let number = u32::try_from(at).unwrap_or(u32::MAX);
                let earlier = records.earlier.get(&number).map_or(&[][..], |it| it);
                ours && earlier.iter().any(|it| {
                    Outcome::of(it.outcome).is_lost() && reasons.iter().any(|reason| reason == it.reason_id())
                })
            }
            Self::Late(places) => {
                let work = records.work.get(at).and_then(Option::as_deref);
                let late = |it: &ActivityRecord| was_late(it, frame.until);
                ours && work.is_some_and(|work| {
                    let mut of = work.activities.iter().filter(|it| late(it));
                    of.any(|it| frame.place(&it.stage).is_some_and(|place| places.contains(&place)))
                })
            }
            Self::Debt(rules) => {
                let work = records.work.get(at).and_then(Option::as_deref);
                ours && work.is_some_and(|work| work.debts.iter().any(|it| rules.contains(&it.rule)))
            }
            Self::Case(ids) => ids.contains(records.id(at)),
            Self::Words { column, words, none } => {
                let of = records.words_of(*column, at);
                if of.is_empty() { *none } else { of.iter().any(|it| words.contains(it)) }
            }
            Self::Version { none, .. } if !ours => *none,
            Self::Version { versions, .. } => {
                let version = records.version_of.get(usize::from(row.scenario)).map(|(_, it)| *it);
                version.is_some_and(|it| versions.contains(&it))
            }
            Self::Amount { bands, none } => match value(frame, at, row) {
                None => *none,
                Some((currency, amount)) => bands.iter().any(|band| band.holds(currency, amount)),
            },
            Self::Month { months, none } => match basis_moment(basis, row) {
                None => *none,
                Some(millis) => months.contains(&month(frame, millis)),
            },
        }
    }
}

/// The moment by which a case is chosen.
pub(super) const fn basis_moment(basis: Basis, row: &Row) -> Option<i64> {
    match basis {
        Basis::Opened => Some(row.opened),
        Basis::Closed => Frame::closed(row),
    }
}

/// What a case is worth.
pub(super) fn value<'f>(frame: &Frame<'f>, at: usize, row: &Row) -> Option<(&'f str, rust_decimal::Decimal)> {
    let currency = frame.currencies.get(usize::from(row.currency)).copied()?;
    let odd = u32::try_from(at).ok().and_then(|at| frame.records.odd.get(&at)).copied();
    Some((currency, odd.or_else(|| amount(row.value))?))
}

/// The stage on which an open case stands.
pub(super) fn last_stage(records: &Records, row: &Row) -> Option<u16> {
    let last = row.len.checked_sub(1)?;
    records.visits.stage.get((row.first + last) as usize).copied()
}

/// Whether its furthest stage is this or a later one (F1); a stage that the version does not have has no place in its order.
pub(super) fn reached(frame: &Frame<'_>, row: &Row, walk: &Walk, place: usize) -> bool {
    if place < frame.places.known {
        row.outcome.is_won() || walk.furthest.is_some_and(|furthest| furthest >= place)
    } else {
        walk.entered.contains(&place)
    }
}

/// Whether an activity was done late, or is open and overdue at a moment (A1).
pub(super) fn was_late(it: &ActivityRecord, now: Option<Moment>) -> bool {
    let Some(due) = it.due else { return false };
    match it.ended {
        Some(ended) => ended >= due,
        None => now.is_some_and(|now| now >= due),
    }
}
