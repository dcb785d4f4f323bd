//! Plan and fact: targets, what was won, what is open by its chance, and what is still missing (F9).

mod target;

pub use target::{Target, TargetError, TargetOf};

use super::ask::{Ask, AskError};
use super::ends::one;
use super::frame::Frame;
use super::matching::{Matcher, month};
use super::records::{Outcome, RESPONSIBLE, Row, TEAM, date};
use super::{Layout, Records, Share, Total, Yardstick};
use crate::scenario::def::Text;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Targets beside what was won, and beside what is open by the chance it has (F9).
///
/// A case counts as won in the month in which it closed, in the time zone of the report. An open one stands in the month
/// of its expected close date (the field that the scenario names `expected`), and in none where that is empty. It is
/// weighted twice: by the chance that the scenario gives its stage, and by the measured one, the share won of the closed
/// cases that had reached that stage, void ones apart. Gap = plan − fact − weighted open; below zero where more is to be
/// expected than planned. By cases, or in one currency, never across.
///
/// # An example
/// Four cases: `a` (100 RUB) was won in March, `b` lost from the invoice; `c` (200 RUB) stands on the invoice and `d` (50
/// RUB) on the request, both expected in March. The invoice was reached by a and b, of which a was won: 1/2; so was the
/// request. The scenario gives the invoice 60 % and the request 20 %. The plan for March is 300 RUB: fact 100; open 250,
/// by the given chances 200 · 0.6 + 50 · 0.2 = 130, by the measured 250 · 1/2 = 125; so the gap is 70, or 75.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanFact {
    /// The targets in the order in which they were given, each beside what came of it.
    pub lines: Vec<PlanLine>,
    /// All cases by month, whether there is a target or not, in order.
    pub months: Vec<MonthLine>,
    /// Open cases without an expected date; they stand in no month.
    pub undated: MonthLine,
    /// The chances by stage, in the report's order.
    pub chances: Vec<StageChance>,
}

/// The chance of a stage (F9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StageChance {
    /// The stage.
    pub stage: String,
    /// Its title.
    pub label: Text,
    /// What the scenario gives, in per cent.
    pub given: Option<u32>,
    /// Of the closed cases that had reached it (void ones apart), how many were won; of none, nothing is known. Small
    /// ones say little ([`Share::is_small`]).
    pub measured: Share,
    /// The open cases that stand on it.
    pub open: Total,
}

/// Open cases, each by its chance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Weighted {
    /// Of cases: the sum of their chances.
    pub cases: Decimal,
    /// Of those that have a value: the sums of value by chance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub amounts: BTreeMap<String, Decimal>,
    /// Those of whose stage no chance is known; they are not in it.
    pub unknown: Total,
    /// Whether a chance in it was measured on few cases.
    pub few: bool,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct MonthLine {
    /// The month, such as `2026-03`; empty for what has no date.
    pub month: String,
    /// What was won in it.
    pub won: Total,
    /// What is open and expected in it.
    pub open: Total,
    /// The open by the chances that the scenario gives.
    pub given: Weighted,
    /// The open by measured chances.
    pub measured: Weighted,
}

/// A target beside what came of it, in its own measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanLine {
    /// The target.
    #[serde(flatten)]
    pub target: Target,
    /// What was to be.
    pub plan: Decimal,
    /// What was won.
    pub fact: Decimal,
    /// What is open and expected in that month.
    pub open: Decimal,
    /// The open by the chances that the scenario gives.
    pub given: Decimal,
    /// The open whose stage has no given chance.
    pub not_given: Decimal,
    /// The open by measured chances.
    pub measured: Decimal,
    /// The open of whose stage nothing was measured.
    pub not_measured: Decimal,
    /// Plan − fact − given.
    pub gap_given: Decimal,
    /// Plan − fact − measured.
    pub gap_measured: Decimal,
    /// Whether a measured chance in it is of few cases.
    pub few: bool,
}

/// How many decimal places weighted figures are told with.
const PLACES: u32 = 6;

impl Weighted {
    fn add(&mut self, one: &Total, chance: Option<(Decimal, Decimal)>, few: bool) {
        let Some((part, whole)) = chance.filter(|(_, whole)| !whole.is_zero()) else {
            self.unknown.add(one);
            return;
        };
        let weigh = |it: Decimal| it.checked_mul(part).map_or_else(|| it / whole * part, |it| it / whole);
        self.cases = self.cases.saturating_add(weigh(Decimal::from(one.cases)));
        for (currency, amount) in &one.amounts {
            let sum = self.amounts.entry(currency.clone()).or_default();
            *sum = sum.saturating_add(weigh(amount.sum));
        }
        self.few |= few;
    }

    /// In one measure.
    #[must_use]
    pub fn by(&self, by: &Yardstick) -> Decimal {
        match by {
            Yardstick::Cases => self.cases,
            Yardstick::Amount(currency) => self.amounts.get(currency).copied().unwrap_or_default(),
        }
    }

    fn rounded(mut self) -> Self {
        for it in self.amounts.values_mut().chain([&mut self.cases]) {
            *it = it.round_dp(PLACES).normalize();
        }
        self
    }
}

impl MonthLine {
    fn rounded(self) -> Self {
        Self { given: self.given.rounded(), measured: self.measured.rounded(), ..self }
    }
}

impl PlanFact {
    /// Puts targets beside what came of them.
    ///
    /// The filter is of all cases; the period is that of the cases by which chances are measured (say, those closed in the
    /// last year), and not of what was won or is open, which stand in their months.
    ///
    /// # Errors
    /// When the period ends before it begins, or the records do not keep what the filter is about.
    pub fn of(records: &Records, layout: &Layout, ask: &Ask, targets: &[Target]) -> Result<Self, AskError> {
        ask.check()?;
        let frame = Frame::new(records, layout, ask);
        let matcher = Matcher::new(&frame, &ask.only)?;
        let ours =
            |(at, row): &(usize, &Row)| frame.is_ours(row) && matcher.holds(&frame, ask.basis, *at, row);
        let rows = || records.rows.iter().enumerate().filter(ours);
        let mut chances = chances(&frame, ask, rows());
        let mut cells: BTreeMap<(TargetOf, String), MonthLine> = BTreeMap::new();
        let named: BTreeSet<&TargetOf> = targets.iter().map(|it| &it.of).collect();
        for (at, row) in rows() {
            let month = match row.outcome {
                Outcome::Won | Outcome::Result => month(&frame, row.closed),
                Outcome::Open => {
                    date(row.expected).map(|it| it.format("%Y-%m").to_string()).unwrap_or_default()
                }
                _ => continue,
            };
            let it = one(&frame, at, row);
            let place = super::matching::last_stage(records, row).map(|it| frame.places.at(it));
            let is_open = row.outcome == Outcome::Open;
            if let Some(chance) = place.and_then(|place| chances.get_mut(place)).filter(|_| is_open) {
                chance.open.add(&it);
            }
            let chance = place.and_then(|place| chances.get(place));
            let word = |column| {
                let word = records.words_of(column, at).first();
                word.map(|word| records.words.text(*word).to_owned())
            };
            let whose = [word(RESPONSIBLE).map(TargetOf::Person), word(TEAM).map(TargetOf::Team)];
            let whose = whose.into_iter().flatten().filter(|it| named.contains(it));
            for of in whose.chain([TargetOf::All]) {
                let line = cells.entry((of, month.clone())).or_default();
                if !is_open {
                    line.won.add(&it);
                    continue;
                }
                line.open.add(&it);
                let given = chance.and_then(|it| it.given);
                line.given.add(&it, given.map(|it| (it.into(), Decimal::ONE_HUNDRED)), false);
                let measured = chance.map(|it| it.measured);
                let share = measured.map(|it| (it.hits.into(), it.of.into()));
                line.measured.add(&it, share, measured.is_some_and(|it| it.is_small()));
            }
        }
        let cell = |of: &TargetOf, month: &str| {
            let found = cells.get(&(of.clone(), month.to_owned())).cloned();
            MonthLine { month: month.to_owned(), ..found.unwrap_or_default() }.rounded()
        };
        let all = cells.keys().filter(|(of, month)| *of == TargetOf::All && !month.is_empty());
        Ok(Self {
            lines: targets.iter().map(|it| PlanLine::of(it, &cell(&it.of, &it.month))).collect(),
            months: all.map(|(of, month)| cell(of, month)).collect(),
            undated: cell(&TargetOf::All, ""),
            chances,
        })
    }
}

impl PlanLine {
    fn of(target: &Target, line: &MonthLine) -> Self {
        let by = target.by();
        let (plan, fact) = (target.plan(), by.of(&line.won));
        let (given, measured) = (line.given.by(&by), line.measured.by(&by));
        let gap = |weighted: Decimal| plan.saturating_sub(fact).saturating_sub(weighted).normalize();
        Self {
            target: target.clone(),
            plan,
            fact,
            open: by.of(&line.open),
            given,
            not_given: by.of(&line.given.unknown),
            measured,
            not_measured: by.of(&line.measured.unknown),
            gap_given: gap(given),
            gap_measured: gap(measured),
            few: line.measured.few,
        }
    }
}

/// The chance of each stage of the version, measured on the closed cases of the period.
fn chances<'r>(
    frame: &Frame<'_>,
    ask: &Ask,
    rows: impl Iterator<Item = (usize, &'r Row)>,
) -> Vec<StageChance> {
    let mut won = 0;
    let mut lost = vec![0_u64; frame.places.known];
    for (_, row) in rows.filter(|(_, row)| ask.holds(row.opened, Frame::closed(row))) {
        if row.outcome.is_won() {
            won += 1;
        } else if row.outcome.is_lost()
            && let Some(furthest) = frame.walk(row).furthest
            && let Some(count) = lost.get_mut(furthest)
        {
            *count += 1;
        }
    }
    let mut reached = won;
    let mut all: Vec<StageChance> = Vec::with_capacity(lost.len());
    for (place, lost) in lost.iter().enumerate().rev() {
        reached += lost;
        all.push(StageChance {
            stage: frame.place_id(place).to_owned(),
            label: frame.place_title(place),
            given: frame.layout.stages.get(place).and_then(|it| it.probability),
            measured: Share::new(won, reached),
            open: Total::default(),
        });
    }
    all.reverse();
    all
}
