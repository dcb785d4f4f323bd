//! What was brought back, beside what was expected (F6, F8): cases that had been lost and were reopened, and cases that
//! follow a lost one.

use super::ask::{Ask, AskError};
use super::ends::{Ends, one};
use super::frame::Frame;
use super::matching::Matcher;
use super::records::{CaseRecord, ClosingRecord, Outcome, Row};
use super::{Key, Layout, Query, Range, Records, Recovery, Total};
use crate::Moment;
use crate::scenario::def::{Resolver, Text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was expected to come back for a reason: plain data of the host's, or of a [`Recovery`] that it kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The reason.
    pub reason: String,
    /// How many cases were to be won after they came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<Range>,
    /// Or what share of all that were lost for it, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Decimal>,
    /// What those were to be worth, by currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub amounts: BTreeMap<String, Range>,
}

/// What of expected figures is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectedError {
    /// It is no list of them.
    #[error("the expected figures cannot be read: {0}")]
    Json(String),
    /// One of them says nothing, too much, or nonsense.
    #[error("expected figure {nth} (`{reason}`): {why}")]
    Figure {
        /// Its place, from 1.
        nth: usize,
        /// Its reason.
        reason: String,
        /// What is wrong.
        why: &'static str,
    },
}

impl Expected {
    /// Reads a list of them, as JSON: `[{"reason": "no_delivery", "share": "0.2"}]`, or with
    /// `"cases": {"low": "3", "expected": "5", "high": "8"}`.
    ///
    /// # Errors
    /// Where it is no such list, a reason stands twice, a share is not from 0 to 1, or a range does not hold its middle.
    pub fn read(json: &str) -> Result<Vec<Self>, ExpectedError> {
        let all: Vec<Self> = serde_json::from_str(json).map_err(|it| ExpectedError::Json(it.to_string()))?;
        let mut known = BTreeSet::new();
        for (nth, it) in all.iter().enumerate() {
            let unordered = |range: &Range| range.low > range.expected || range.expected > range.high;
            let why = if !known.insert(it.reason.as_str()) {
                "the reason stands twice"
            } else if it.cases.is_some() == it.share.is_some() {
                "say either `cases` or `share`"
            } else if it.share.is_some_and(|it| it < Decimal::ZERO || it > Decimal::ONE) {
                "the share is from 0 to 1"
            } else if it.cases.iter().chain(it.amounts.values()).any(unordered) {
                "low is at most expected, and that at most high"
            } else {
                continue;
            };
            return Err(ExpectedError::Figure { nth: nth + 1, reason: it.reason.clone(), why });
        }
        Ok(all)
    }
}

impl Recovery {
    /// What it lets expect by reason: to be kept until the next report shows what came of it.
    #[must_use]
    pub fn expected(&self) -> Vec<Expected> {
        let each = self.reasons.iter().map(|it| Expected {
            reason: it.reason.clone(),
            cases: Some(it.regained.cases),
            share: None,
            amounts: it.regained.amounts.clone(),
        });
        each.collect()
    }
}

/// What was brought back for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BroughtFor {
    /// The reason for which the cases had been lost.
    pub reason: String,
    /// Its title.
    pub title: Text,
    /// Who can resolve it.
    pub resolved_by: Resolver,
    /// How many cases of the records were ever lost for it.
    pub lost: u64,
    /// Those that were reopened, as they stand now.
    pub reopened: Ends,
    /// Cases that follow one that was lost for it, as they stand now.
    pub followed: Ends,
    /// What was expected, where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// How many cases that is; to be held against those that are won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_cases: Option<Range>,
}

/// What was brought back (F6, F8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct BroughtBack {
    /// By reason, those with most cases first; a case that was lost for several reasons stands under each. Reasons of
    /// which something was expected stand here also where nothing came.
    pub reasons: Vec<BroughtFor>,
    /// Cases that were reopened after they were lost, each once.
    pub reopened: Ends,
    /// Cases that follow a lost one, each once.
    pub followed: Ends,
    /// Cases that were reopened and of which the records do not know how they had ended: they were taken in without
    /// their journals.
    pub unknown: Total,
    /// Cases that follow one that the records do not have, so that nobody knows for what it was lost.
    pub elsewhere: Total,
}

impl BroughtFor {
    /// What lists the cases that were reopened (F8).
    #[must_use]
    pub fn cases(&self) -> Query {
        Query::all().and(Key::LostBefore, &self.reason)
    }

    /// How many of those that came back are won.
    #[must_use]
    pub const fn won(&self) -> u64 {
        self.reopened.won.cases + self.followed.won.cases
    }
}

impl BroughtBack {
    /// Counts them. The period is that of coming back: when a case was reopened, or one that follows was opened. The
    /// filter is of the cases that came back.
    ///
    /// # Errors
    /// When the period ends before it begins, or the records do not keep what the filter is about.
    pub fn of(
        records: &Records,
        layout: &Layout,
        ask: &Ask,
        expected: &[Expected],
    ) -> Result<Self, AskError> {
        ask.check()?;
        let frame = Frame::new(records, layout, ask);
        let matcher = Matcher::new(&frame, &ask.only)?;
        let mut count = Count { frame: &frame, reasons: BTreeMap::new(), out: Self::default() };
        let within = |at: Moment| ask.from.is_none_or(|from| at >= from) && ask.to.is_none_or(|to| at < to);
        let mut rows: BTreeSet<u32> = records.earlier.keys().copied().collect();
        rows.extend(records.follows.keys());
        for (at, row) in (0_u32..).zip(&records.rows) {
            let place = at as usize;
            let chosen = || matcher.holds(&frame, ask.basis, place, row);
            if frame.is_ours(row) && row.outcome.is_lost() && chosen() {
                let line = frame.lines.get(frame.line(row));
                let earlier = records.earlier.get(&at).map_or(&[][..], |it| it);
                // One that was lost for the same reason before is one case.
                if let Some(line) = line.filter(|line| !was_lost_for(earlier, &line.id)) {
                    count.reason(&line.id, None).lost += 1;
                }
            }
            if row.reopened == 0 && !rows.contains(&at) || !chosen() {
                continue;
            }
            let Some(record) = records.record(place) else { continue };
            count.reopened(&record, place, row, within);
            count.followed(records, &record, place, row, within);
        }
        Ok(count.told(expected))
    }
}

fn was_lost_for(earlier: &[ClosingRecord], reason: &str) -> bool {
    earlier.iter().any(|it| is_lost(it) && it.reason_id() == reason)
}

const fn is_lost(closing: &ClosingRecord) -> bool {
    Outcome::of(closing.outcome).is_lost()
}

struct Count<'f, 'r> {
    frame: &'f Frame<'r>,
    reasons: BTreeMap<String, BroughtFor>,
    out: BroughtBack,
}

impl Count<'_, '_> {
    fn reason(&mut self, id: &str, closing: Option<&ClosingRecord>) -> &mut BroughtFor {
        self.reasons.entry(id.to_owned()).or_insert_with(|| {
            let own = closing.and_then(|it| it.reason.as_ref());
            let line = self.frame.lines.iter().find(|it| it.id == id).filter(|it| !it.id.is_empty());
            let (title, resolved_by) = match (self.frame.layout.reasons.get(id), line, own) {
                (Some((title, who)), ..) => (title.clone(), *who),
                (None, Some(line), _) => (line.title.clone(), line.resolved_by),
                (None, None, Some(own)) => (own.title.clone(), own.resolved_by),
                (None, None, None) => (Text::from(id), Resolver::Nobody),
            };
            BroughtFor {
                reason: id.to_owned(),
                title,
                resolved_by,
                lost: 0,
                reopened: Ends::default(),
                followed: Ends::default(),
                expected: None,
                expected_cases: None,
            }
        })
    }

    /// A case that was lost, and reopened within the period.
    fn reopened(&mut self, record: &CaseRecord, at: usize, row: &Row, within: impl Fn(Moment) -> bool) {
        if row.reopened == 0 || !self.frame.is_ours(row) {
            return;
        }
        let back = |end: &ClosingRecord| {
            let visit = record.visits.iter().find(|it| it.reopened && it.from >= end.at);
            visit.is_some_and(|it| within(it.from))
        };
        let mut reasons: BTreeMap<&str, (&ClosingRecord, bool)> = BTreeMap::new();
        for end in record.earlier.iter().filter(|it| is_lost(it)) {
            let known = reasons.entry(end.reason_id()).or_insert((end, false));
            known.1 |= back(end);
        }
        for (reason, (end, is_back)) in &reasons {
            let frame = self.frame;
            let of = self.reason(reason, Some(end));
            of.lost += 1;
            if *is_back {
                of.reopened.add(frame, at, row);
            }
        }
        if reasons.values().any(|(_, is_back)| *is_back) {
            self.out.reopened.add(self.frame, at, row);
        }
        let known = u32::try_from(record.earlier.len()).unwrap_or(u32::MAX);
        if known < record.reopened && reasons.is_empty() {
            self.out.unknown.add(&one(self.frame, at, row));
        }
    }

    /// A case that follows a lost one, opened within the period; by whatever scenario it runs.
    fn followed(
        &mut self,
        records: &Records,
        record: &CaseRecord,
        at: usize,
        row: &Row,
        within: impl Fn(Moment) -> bool,
    ) {
        if record.follows.is_empty() || !within(record.opened_at) {
            return;
        }
        let frame = self.frame;
        let mut ends: BTreeMap<String, ClosingRecord> = BTreeMap::new();
        let mut elsewhere = false;
        for id in &record.follows {
            let Some(other) = records.get(id) else {
                elsewhere = true;
                continue;
            };
            if other.scenario != frame.layout.reference.id {
                continue;
            }
            // How it had last ended when this one was opened; one that was reopened meanwhile had been lost all the same.
            let ended = other.earlier.into_iter().chain(other.closing);
            if let Some(end) = ended.filter(|it| it.at <= record.opened_at).last().filter(is_lost) {
                ends.insert(end.reason_id().to_owned(), end);
            }
        }
        for (reason, end) in &ends {
            self.reason(reason, Some(end)).followed.add(frame, at, row);
        }
        if !ends.is_empty() {
            self.out.followed.add(frame, at, row);
        } else if elsewhere {
            self.out.elsewhere.add(&one(frame, at, row));
        }
    }

    fn told(mut self, expected: &[Expected]) -> BroughtBack {
        for it in expected {
            let of = self.reason(&it.reason, None);
            let share = it.share.map(|share| share.saturating_mul(Decimal::from(of.lost)).normalize());
            let even = |it: Decimal| Range { low: it, expected: it, high: it };
            of.expected_cases = it.cases.or_else(|| share.map(even));
            of.expected = Some(it.clone());
        }
        let back = |it: &BroughtFor| it.reopened.cases.cases + it.followed.cases.cases;
        let mut reasons: Vec<BroughtFor> =
            self.reasons.into_values().filter(|it| back(it) > 0 || it.expected.is_some()).collect();
        reasons.sort_by(|a, b| back(b).cmp(&back(a)).then_with(|| a.reason.cmp(&b.reason)));
        BroughtBack { reasons, ..self.out }
    }
}
