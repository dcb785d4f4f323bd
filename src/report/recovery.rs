//! What would come back if reasons were resolved, and which ones must be for so much more sales (F6).
//!
//! # The formula
//! Of the cases lost at stage s for reason r a share ρ comes back, each onto the stage that it was lost from; from there
//! it still has to be won. At each remaining stage t ≥ s it is passed on with that stage's own measured conversion, from
//! which the reason that was just resolved is taken out:
//!
//! > p(t, r) = P(t) / (P(t) + L(t) − L(t, r))
//!
//! where P(t) is how many passed t (they were won, or were lost from, or stand on, a later stage), L(t) how many were lost
//! from t, and L(t, r) how many of those for r. So
//!
//! > regained(s, r) = ρ · L(s, r) · p(s, r) · p(s + 1, r) · … · p(last, r)
//!
//! - *Open cases are not lost.* One that stands on t has not been decided there and is in no count of t; before t it has
//!   passed. Counting closed cases alone would be worse: losing is quick and winning slow, so that in a young funnel the
//!   closed are mostly the lost ones.
//! - *The loss that is resolved is not counted again.* Won / closed would hold the very loss that is no more. Taking it
//!   out treats these cases as not watched any further at t, which is what life tables do when one cause of death is
//!   removed (C. L. Chiang, Introduction to Stochastic Processes in Biostatistics, 1968). It supposes that they would
//!   otherwise have fared as the others; where those whom one thing put off had more to object to, it is too much.
//! - *Other reasons stay as they were*, those that are resolved as well among them. So what reasons bring adds up, and a
//!   case that one resolved reason brings to another one is not counted there once more: a little too low, never too high.
//! - *Void and transferred cases* are in no count. A stage that the version does not have has no place in its order; what
//!   was lost there has the whole way before it, which is the least that can be said.
//! - *Amounts* go the same way by the conversions of cases: those by amount would hang on a few large ones.
//!
//! # The range
//! It is the range of the conversions, not of the share ρ: how many come back at all is yours to say, and no statistics
//! know it. Each p has its 95 % interval of Wilson, as [`Share::interval`] gives it; those of the way are put together
//! as Newcombe puts two together for a difference, in logarithms since they are multiplied (G. Y. Zou and A. Donner,
//! Statistics in Medicine 27, 2008): ln low = Σ ln p − √Σ (ln p − ln l)², ln high alike. For one stage it is Wilson's
//! own. Where nobody ever passed one of them nothing is expected, and the high end is the product of all high ends.
//! In sums the ends are added up: all that comes back takes the same last stages, and is mistaken in the same direction.
//!
//! # An example
//! Four cases and two stages, request and invoice: `a` is won, `b` is lost from request for price, `c` from request for
//! delivery, `d` from invoice for delivery. Delivery is resolved, for all of them.
//!
//! - `c`: request passed a and d, so P = 2; lost there are b and c, c for delivery: p = 2 / (2 + 2 − 1) = 2/3. Invoice
//!   passed a: P = 1, lost d, for delivery: p = 1 / (1 + 1 − 1) = 1. Regained: 1 · 2/3 · 1 = 0.67 cases.
//! - `d`: only invoice remains, p = 1: one case.
//! - In all 1.67 cases, beside one that was won: + 167 %. At worst 0.09 + 0.21 = 0.30 and at best 0.94 + 1 = 1.94: of
//!   so few nearly anything can be, and all are marked.
//!
//! Figures are rounded to six places, and sums are sums of those.

mod goal;

pub use goal::{Goal, Means, Needed, Yardstick};

use super::{Funnel, Interval, Key, Query, Share, StageLine, Total};
use crate::scenario::def::{Resolver, Text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// A reason that is to be resolved, and what share of the cases lost for it comes back.
///
/// As text `no_delivery=20%`, `no_delivery=0.2`, or `no_delivery` for all of them.
///
/// ```
/// let it: voronka::report::Recover = "no_delivery=20%".parse()?;
/// assert_eq!((it.reason.as_str(), it.share.to_string().as_str()), ("no_delivery", "0.20"));
/// # Ok::<(), voronka::report::RecoverError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recover {
    /// The reason; empty for cases lost without one.
    pub reason: String,
    /// The share that comes back, from 0 to 1.
    pub share: Decimal,
}

/// What cannot be reckoned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// A share is no share.
    #[error(
        "F6: the share of `{reason}` that comes back is {share}; it is from 0 to 1, or from 0 % to 100 %"
    )]
    Share {
        /// The reason.
        reason: String,
        /// What was said.
        share: String,
    },
    /// A reason is named twice.
    #[error("F6: the reason `{0}` is named twice")]
    Twice(String),
    /// So much more of nothing.
    #[error("F6: nothing was won {0}, so there is nothing of which to have so much more")]
    NothingWon(String),
    /// More sales are more.
    #[error("F6: {0} is no growth; it is above 0, such as 0.3 for +30 %")]
    Growth(Decimal),
}

/// A number that hangs on conversions: between what and what it lies, and where most likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The low end.
    pub low: Decimal,
    /// What is to be expected.
    pub expected: Decimal,
    /// The high end.
    pub high: Decimal,
}

/// Cases that come back and are won, and what they are worth by currency; never added across.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Regained {
    /// How many cases; of shares, so not whole.
    pub cases: Range,
    /// What those that have a value are worth.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub amounts: BTreeMap<String, Range>,
}

/// The stages that remain, each with how many of those decided on it passed it; the reason that is resolved left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Way(Vec<Share>);

/// What one reason brings back on one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegainedAt {
    /// The stage from which the cases were lost.
    pub stage: String,
    /// Its title.
    pub label: Text,
    /// Whether the report's version has it.
    pub known: bool,
    /// The reason.
    pub reason: String,
    /// Its title.
    pub title: Text,
    /// The cases that were lost.
    pub lost: Total,
    /// The share of them that comes back.
    pub share: Decimal,
    /// What remains to be passed.
    pub way: Way,
    /// What is regained.
    pub regained: Regained,
    /// Whether a conversion of the way is of so few that it says little ([`Share::is_small`]).
    pub few: bool,
}

/// What one reason brings back on all stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegainedFor {
    /// The reason.
    pub reason: String,
    /// Its title.
    pub title: Text,
    /// Who can resolve it.
    pub resolved_by: Resolver,
    /// The cases that were lost for it.
    pub lost: Total,
    /// The share of them that comes back.
    pub share: Decimal,
    /// What is regained.
    pub regained: Regained,
    /// Whether it rests on few cases.
    pub few: bool,
}

/// What would come back (F6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recovery {
    /// By stage in the report's order, and by reason in the order in which they were named.
    pub parts: Vec<RegainedAt>,
    /// By reason, in the order in which they were named.
    pub reasons: Vec<RegainedFor>,
    /// By stage, those from which something was lost for one of the reasons.
    pub stages: Vec<(String, Regained)>,
    /// In all.
    pub all: Regained,
    /// What was won without it.
    pub won: Total,
    /// Reasons that were named and for which nothing was lost.
    pub nothing_lost: Vec<String>,
    /// Whether a part of it rests on few cases.
    pub few: bool,
}

/// How many decimal places are kept.
const PLACES: u32 = 6;

impl FromStr for Recover {
    type Err = RecoverError;

    fn from_str(text: &str) -> Result<Self, RecoverError> {
        let (reason, share) = text.split_once('=').unwrap_or((text, "1"));
        let (reason, said) = (reason.trim(), share.trim());
        let wrong = || RecoverError::Share { reason: reason.to_owned(), share: said.to_owned() };
        let (number, places) = match said.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 2),
            None => (said, 0),
        };
        let mut share: Decimal = number.parse().map_err(|_| wrong())?;
        share.set_scale(share.scale() + places).map_err(|_| wrong())?;
        let it = Self { reason: reason.to_owned(), share };
        it.check()?;
        Ok(it)
    }
}

impl Recover {
    /// A reason, all cases of which come back.
    pub fn all(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), share: Decimal::ONE }
    }

    /// A reason, a share of whose cases comes back.
    pub fn share(reason: impl Into<String>, share: Decimal) -> Self {
        Self { reason: reason.into(), share }
    }

    fn check(&self) -> Result<(), RecoverError> {
        if self.share < Decimal::ZERO || self.share > Decimal::ONE {
            let (reason, share) = (self.reason.clone(), self.share.to_string());
            return Err(RecoverError::Share { reason, share });
        }
        Ok(())
    }
}

impl Range {
    fn add(&mut self, other: &Self) {
        self.low = self.low.saturating_add(other.low);
        self.expected = self.expected.saturating_add(other.expected);
        self.high = self.high.saturating_add(other.high);
    }

    /// The same as a share of something; none of nothing.
    #[must_use]
    pub fn of(&self, whole: Decimal) -> Option<Self> {
        if whole <= Decimal::ZERO {
            return None;
        }
        let share =
            |part: Decimal| part.checked_div(whole).unwrap_or(Decimal::MAX).round_dp(PLACES).normalize();
        Some(Self { low: share(self.low), expected: share(self.expected), high: share(self.high) })
    }
}

impl Regained {
    fn add(&mut self, other: &Self) {
        self.cases.add(&other.cases);
        for (currency, range) in &other.amounts {
            self.amounts.entry(currency.clone()).or_default().add(range);
        }
    }

    /// What is regained in one currency; nothing where there is none.
    #[must_use]
    pub fn sum(&self, currency: &str) -> Range {
        self.amounts.get(currency).copied().unwrap_or_default()
    }

    /// In one measure: cases, or an amount.
    #[must_use]
    pub fn by(&self, by: &Yardstick) -> Range {
        match by {
            Yardstick::Cases => self.cases,
            Yardstick::Amount(currency) => self.sum(currency),
        }
    }
}

impl Way {
    /// Each stage that remains, in order: how many passed it, of how many that were decided on it.
    #[must_use]
    pub fn steps(&self) -> &[Share] {
        &self.0
    }

    /// The chance to be won; 0 where nobody passed a stage of it, of none or of some.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.0.iter().map(|it| it.value().unwrap_or(0.0)).product()
    }

    /// The interval of the chance.
    #[must_use]
    pub fn interval(&self) -> Interval {
        let expected = self.expected();
        let each = || self.0.iter().map(|it| (it.value(), it.interval()));
        if expected <= 0.0 {
            let high = each().map(|(_, interval)| interval.map_or(1.0, |it| it.high)).product();
            return Interval { low: 0.0, high };
        }
        let off = |end: fn(&Interval) -> f64| -> f64 {
            let squares = each().filter_map(|(p, it)| Some((end(&it?) / p?).ln().powi(2)));
            squares.sum::<f64>().sqrt()
        };
        let (below, above) = (off(|it| it.low), off(|it| it.high));
        Interval { low: expected * (-below).exp(), high: (expected * above.exp()).min(1.0) }
    }

    /// Whether a stage of it was decided for so few that it says little.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.0.iter().any(Share::is_small)
    }

    /// What comes through of a number.
    fn range(&self, of: Decimal) -> Range {
        let mut expected = of;
        for it in &self.0 {
            if it.hits == 0 {
                expected = Decimal::ZERO;
                break;
            }
            if it.hits != it.of {
                let (hits, all) = (Decimal::from(it.hits), Decimal::from(it.of));
                // First what may be exact; what is too large for that is divided first.
                let exact = expected.checked_mul(hits).map(|it| it / all);
                expected = exact.unwrap_or_else(|| expected / all * hits);
            }
        }
        let interval = self.interval();
        let end = |share: f64| {
            let share = Decimal::from_f64_retain(share).unwrap_or_default();
            of.checked_mul(share).unwrap_or(of).round_dp(PLACES).normalize()
        };
        let expected = expected.round_dp(PLACES).normalize();
        let (mut low, mut high) = (end(interval.low), end(interval.high));
        // Of an amount below zero (a credit note) the ends change places.
        if of < Decimal::ZERO {
            std::mem::swap(&mut low, &mut high);
        }
        // The ends go through floats, whose last digit is not to make a range that does not hold its middle.
        Range { low: low.min(expected), expected, high: high.max(expected) }
    }
}

impl RegainedAt {
    /// What lists the cases that were lost (F8).
    #[must_use]
    pub fn cases(&self) -> Query {
        Query::all().and(Key::LostAt, &self.stage).and(Key::Reason, &self.reason)
    }
}

impl Recovery {
    /// By how much more is won, as a share of what was won without it: 0.3 is +30 %. None where nothing was won.
    #[must_use]
    pub fn growth(&self, by: &Yardstick) -> Option<Range> {
        self.all.by(by).of(by.of(&self.won))
    }
}

impl Funnel {
    /// What would come back if these reasons were resolved (F6): by reason, by stage, and in all, each as a range. The
    /// formula, and how the range is put together, are told with an example in `docs/REPORT.md`, "What would come back".
    ///
    /// # Errors
    /// When a share is not from 0 to 1, or a reason is named twice.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Context, Opening, Scenario};
    /// use voronka::report::{Funnel, Recover};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let funnel = Funnel::of(&scenario, [opened.case()]);
    /// let back = funnel.recovered(&["price=20%".parse()?])?;
    /// assert_eq!(back.nothing_lost, ["price"]); // nobody was lost yet
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recovered(&self, recover: &[Recover]) -> Result<Recovery, RecoverError> {
        let mut named = BTreeSet::new();
        for it in recover {
            it.check()?;
            if !named.insert(it.reason.as_str()) {
                return Err(RecoverError::Twice(it.reason.clone()));
            }
        }
        let mut out = Recovery {
            parts: Vec::new(),
            reasons: Vec::new(),
            stages: Vec::new(),
            all: Regained::default(),
            won: self.won.clone(),
            nothing_lost: Vec::new(),
            few: false,
        };
        for line in &self.stages {
            let mut here = Regained::default();
            let parts: Vec<RegainedAt> = recover.iter().filter_map(|it| self.part(line, it)).collect();
            parts.iter().for_each(|it| here.add(&it.regained));
            if !parts.is_empty() {
                out.all.add(&here);
                out.stages.push((line.id.clone(), here));
            }
            out.parts.extend(parts);
        }
        let known = self.refusals();
        for it in recover {
            let Some(refusal) = known.iter().find(|known| known.reason == it.reason) else {
                out.nothing_lost.push(it.reason.clone());
                continue;
            };
            let mut regained = Regained::default();
            let parts = || out.parts.iter().filter(|part| part.reason == it.reason);
            parts().for_each(|part| regained.add(&part.regained));
            let few = parts().any(|part| part.few);
            out.reasons.push(RegainedFor {
                reason: refusal.reason.clone(),
                title: refusal.title.clone(),
                resolved_by: refusal.resolved_by,
                lost: refusal.total.clone(),
                share: it.share,
                regained,
                few,
            });
        }
        out.few = out.parts.iter().any(|it| it.few);
        Ok(out)
    }

    /// What remains to be passed by a case that comes back onto a stage, the reason for which it was lost left out.
    #[must_use]
    pub fn way(&self, stage: &str, resolved: &str) -> Way {
        let known: Vec<&StageLine> = self.stages.iter().filter(|it| it.known).collect();
        let from = known.iter().position(|it| it.id == stage).unwrap_or(0);
        let mut passed = self.won.cases;
        let mut steps = Vec::new();
        for line in known.iter().skip(from).rev() {
            let others = line.lost.iter().filter(|it| it.reason != resolved);
            let others: u64 = others.map(|it| it.total.cases).sum();
            steps.push(Share::new(passed, passed + others));
            passed += line.lost_cases() + line.open.cases;
        }
        steps.reverse();
        Way(steps)
    }

    fn part(&self, line: &StageLine, it: &Recover) -> Option<RegainedAt> {
        let lost = line.lost.iter().find(|lost| lost.reason == it.reason)?;
        let way = self.way(&line.id, &it.reason);
        let back = |number: Decimal| way.range(number.checked_mul(it.share).unwrap_or(number));
        let amounts = lost.total.amounts.iter();
        let regained = Regained {
            cases: back(Decimal::from(lost.total.cases)),
            amounts: amounts.map(|(currency, it)| (currency.clone(), back(it.sum))).collect(),
        };
        Some(RegainedAt {
            stage: line.id.clone(),
            label: line.label.clone(),
            known: line.known,
            reason: lost.reason.clone(),
            title: lost.title.clone(),
            lost: lost.total.clone(),
            share: it.share,
            few: way.is_small(),
            way,
            regained,
        })
    }
}
