//! Why cases were lost: each reason with its bases, its stages, its months and what people said to it (F6).

use super::frame::Frame;
use super::funnel::{Funnel, Refusal};
use super::matching::month;
use super::{Share, Total};
use crate::Moment;
use crate::scenario::def::{Resolver, Text};
use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A reason with its shares, each of a base that is named (F6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RefusalShare {
    /// The reason, and the cases lost for it on all stages.
    #[serde(flatten)]
    pub refusal: Refusal,
    /// Of all lost cases of this funnel (of the channel's lost, where the funnel is a channel's).
    pub of_lost: Share,
    /// Of all its requests: cases that are not void and have not passed to another scenario.
    pub of_requests: Share,
    /// Of all lost cases this reason and those before it in the list: what Pareto's line shows.
    pub cumulative: Share,
}

impl Funnel {
    /// Cases that are requests: not void, and not passed to another scenario.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let void: u64 = self.void.iter().map(|it| it.total.cases).sum();
        self.cases.cases.saturating_sub(void).saturating_sub(self.transferred.cases)
    }

    /// The reasons of lost cases with their shares, the most frequent first (F6).
    #[must_use]
    pub fn refusal_shares(&self) -> Vec<RefusalShare> {
        let (lost, requests) = (self.lost().cases, self.requests());
        let mut so_far = 0;
        let share = |refusal: Refusal| {
            let cases = refusal.total.cases;
            so_far += cases;
            RefusalShare {
                refusal,
                of_lost: Share::new(cases, lost),
                of_requests: Share::new(cases, requests),
                cumulative: Share::new(so_far, lost),
            }
        };
        self.refusals().into_iter().map(share).collect()
    }

    /// The reasons by what was lost for them in one currency, the greatest first, each with the sum of it and of those
    /// before it (F6, F5).
    #[must_use]
    pub fn refusals_by_amount(&self, currency: &str) -> Vec<(Refusal, Decimal, Decimal)> {
        let mut all = self.refusals();
        all.retain(|it| it.total.amounts.contains_key(currency));
        all.sort_by(|a, b| {
            b.total.sum(currency).cmp(&a.total.sum(currency)).then_with(|| a.reason.cmp(&b.reason))
        });
        let mut so_far = Decimal::ZERO;
        let each = all.into_iter().map(|it| {
            let sum = it.total.sum(currency);
            so_far = so_far.saturating_add(sum);
            (it, sum, so_far)
        });
        each.collect()
    }
}

/// What a report says of one reason beyond its shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReasonLine {
    /// The reason; empty where none was given.
    pub reason: String,
    /// Its title.
    pub title: Text,
    /// Who could have resolved it.
    pub resolved_by: Resolver,
    /// All cases lost for it.
    pub total: Total,
    /// On which stages, in the report's order.
    pub stages: Vec<(String, Total)>,
    /// How many in each of the months.
    pub months: Vec<u64>,
    /// What was said when they were closed, the latest first.
    pub comments: Vec<Comment>,
    /// How many more comments there are.
    pub more_comments: u64,
}

/// What was said when a case was closed. It is a personal text (S12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comment {
    /// The case.
    pub case: String,
    /// When it was closed.
    pub at: Moment,
    /// The same in the report's time zone.
    pub local: NaiveDateTime,
    /// What was said.
    pub text: String,
}

/// Why cases were lost, by stage and month, with comments (F6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Refusals {
    /// The months in which cases were lost, all from the first to the last, in the time zone of the report: `2026-03`.
    pub months: Vec<String>,
    /// The reasons, the most frequent first.
    pub reasons: Vec<ReasonLine>,
}

/// So many comments of a reason are told.
const MOST_COMMENTS: usize = 50;
/// So many months are told, the latest.
const MOST_MONTHS: usize = 120;

impl Refusals {
    pub(super) fn of(frame: &Frame<'_>, funnel: &Funnel, rows: &[u32]) -> Self {
        let records = frame.records;
        let lost = || {
            let row = |at: &u32| Some((*at, records.rows.get(*at as usize)?));
            rows.iter().filter_map(row).filter(|(_, row)| frame.is_ours(row) && row.outcome.is_lost())
        };
        let found: BTreeSet<String> = lost().map(|(_, row)| month(frame, row.closed)).collect();
        let months = between(found);
        let mut trend: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        let mut comments: BTreeMap<usize, Vec<Comment>> = BTreeMap::new();
        for (at, row) in lost() {
            let line = frame.line(row);
            if let Ok(place) = months.binary_search(&month(frame, row.closed)) {
                let counts = trend.entry(line).or_insert_with(|| vec![0; months.len()]);
                if let Some(count) = counts.get_mut(place) {
                    *count += 1;
                }
            }
            if let Some(text) = records.comments.get(&at) {
                let closed = Moment::from_millis(row.closed).unwrap_or(Moment::MIN);
                comments.entry(line).or_default().push(Comment {
                    case: records.id(at as usize).to_owned(),
                    at: closed,
                    local: closed.to_utc().with_timezone(&frame.layout.zone).naive_local(),
                    text: (**text).to_owned(),
                });
            }
        }
        let reason = |it: Refusal| {
            let line = frame.lines.iter().position(|line| line.id == it.reason).unwrap_or(0);
            let mut comments = comments.remove(&line).unwrap_or_default();
            comments.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.case.cmp(&b.case)));
            let more = comments.len().saturating_sub(MOST_COMMENTS) as u64;
            comments.truncate(MOST_COMMENTS);
            let stages = funnel.stages.iter().filter_map(|stage| {
                let here = stage.lost.iter().find(|lost| lost.reason == it.reason)?;
                Some((stage.id.clone(), here.total.clone()))
            });
            ReasonLine {
                stages: stages.collect(),
                months: trend.remove(&line).unwrap_or_else(|| vec![0; months.len()]),
                comments,
                more_comments: more,
                reason: it.reason,
                title: it.title,
                resolved_by: it.resolved_by,
                total: it.total,
            }
        };
        let reasons = funnel.refusals().into_iter().map(reason).collect();
        Self { reasons, months }
    }
}

/// All months from the first to the last, so that one in which nothing was lost shows as such.
fn between(found: BTreeSet<String>) -> Vec<String> {
    let number = |text: &String| {
        let (year, month) = text.split_once('-')?;
        Some(year.parse::<usize>().ok()? * 12 + month.parse::<usize>().ok()?.checked_sub(1)?)
    };
    let (Some(first), Some(last)) = (found.first().and_then(number), found.last().and_then(number)) else {
        return Vec::new();
    };
    let first = first.max((last + 1).saturating_sub(MOST_MONTHS));
    (first..=last).map(|it| format!("{:04}-{:02}", it / 12, it % 12 + 1)).collect()
}
