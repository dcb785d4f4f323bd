//! The funnel by stage: how many came how far, where and why the others were lost (F1, F2, F4, F5).

use super::ask::{Ask, AskError};
use super::count::{Tally, Told, chosen, tallies, told};
use super::frame::Frame;
use super::layout::Layout;
use super::matching::Matcher;
use super::records::{Keeping, Records};
use super::slices::Slices;
use super::{Durations, Rates, Total};
use crate::Scenario;
use crate::case::Case;
use crate::scenario::def::{Resolver, Text};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// The funnel of a set of cases, in the order of one version.
///
/// The report balances: each case is won, lost, void, open or transferred, and in exactly one of these (F2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Funnel {
    /// The scenario's title.
    pub title: Text,
    /// How many cases there are.
    pub cases: Total,
    /// The ordinary stages in the version's order, then such as only other versions know.
    pub stages: Vec<StageLine>,
    /// The title of winning.
    pub won_label: Text,
    /// Cases that are won; of a process or document, that ended with a good result.
    pub won: Total,
    /// Cases that were no requests, by reason; outside conversions and shares.
    pub void: Vec<Refusal>,
    /// Cases that now run by another scenario (M12); they stand in no stage's line.
    pub transferred: Total,
    /// Cases that were reopened at some time.
    pub reopened: Total,
}

/// What a funnel says of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StageLine {
    /// The stage.
    pub id: String,
    /// Its title; of one that the version does not have, the title under which it was visited last.
    pub label: Text,
    /// Whether the version has it.
    pub known: bool,
    /// Cases with at least one visit (F1).
    pub entered: Total,
    /// Visits (F1).
    pub visits: u64,
    /// Cases whose furthest stage is this or a later one, so that a skipped stage counts as passed (F1).
    pub reached: Total,
    /// Those of them that were void, which no conversion counts (F2).
    pub reached_void: Total,
    /// Cases lost from here, by reason, the most frequent first (F2).
    pub lost: Vec<Refusal>,
    /// Cases that stand here.
    pub open: Total,
    /// The chance of winning from here that the scenario gives, in per cent (F9).
    pub probability: Option<u32>,
    /// How long visits lasted that have ended, in calendar time (F4).
    pub calendar: Durations,
    /// The same in working time.
    pub working: Durations,
    /// Repeated visits added up by case.
    pub per_case: Clocks,
    /// Of each case its latest visit alone.
    pub latest: Clocks,
    /// Pauses within the visits, in milliseconds of calendar time.
    pub paused_ms: Decimal,
}

/// Lengths of time by both clocks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Clocks {
    /// In calendar time.
    pub calendar: Durations,
    /// In working time.
    pub working: Durations,
}

/// A reason, and the cases that ended by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The reason; empty where none was given.
    pub reason: String,
    /// Its title.
    pub title: Text,
    /// Who could have resolved it.
    pub resolved_by: Resolver,
    /// How many cases, and what they are worth.
    #[serde(flatten)]
    pub total: Total,
}

/// That a funnel's parts are the whole (F2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Balance {
    /// Won.
    pub won: u64,
    /// Lost, on all stages.
    pub lost: u64,
    /// Open, on all stages.
    pub open: u64,
    /// Void.
    pub void: u64,
    /// Passed to another scenario.
    pub transferred: u64,
    /// The number of cases.
    pub cases: u64,
}

impl Balance {
    /// Whether the parts' sum is the number of cases.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.won + self.lost + self.open + self.void + self.transferred == self.cases
    }
}

impl StageLine {
    /// Cases lost from here, for whatever reason.
    #[must_use]
    pub fn lost_total(&self) -> Total {
        sum(&self.lost)
    }

    /// How many that are.
    #[must_use]
    pub fn lost_cases(&self) -> u64 {
        self.lost.iter().map(|it| it.total.cases).sum()
    }

    fn is_empty(&self) -> bool {
        self.entered.cases == 0 && self.open.cases == 0 && self.lost.is_empty()
    }
}

/// Of all these together.
pub(super) fn sum(refusals: &[Refusal]) -> Total {
    let mut all = Total::default();
    for refusal in refusals {
        all.add(&refusal.total);
    }
    all
}

impl Funnel {
    /// The funnel of these cases, in the order of this scenario; a case that is given twice counts once.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let funnel = voronka::report::Funnel::of(&scenario, [opened.case()]);
    /// assert_eq!(funnel.cases.cases, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of<'c>(scenario: &Scenario, cases: impl IntoIterator<Item = &'c Case>) -> Self {
        let records = records(scenario, cases);
        let all = Self::asked(&records, &Layout::of(scenario), &Ask::default()).unwrap_or_default();
        all.into_iter().next().map_or_else(|| Self::empty(&Layout::of(scenario)), |(_, funnel)| funnel)
    }

    /// The funnels of these cases by channel (I4); those without one under the empty text.
    pub fn by_channel<'c>(
        scenario: &Scenario,
        cases: impl IntoIterator<Item = &'c Case>,
    ) -> BTreeMap<String, Self> {
        let ask = Ask { by: Some(super::Dimension::Channel), ..Ask::default() };
        let funnels = Self::asked(&records(scenario, cases), &Layout::of(scenario), &ask);
        funnels.unwrap_or_default().into_iter().filter(|(_, funnel)| funnel.cases.cases > 0).collect()
    }

    /// The funnels of the cases that are asked for, by slice: each with the slice's value, the last (of the empty value)
    /// of the cases that have none. Without slices it is one funnel, under the empty value.
    ///
    /// # Errors
    /// When the period ends before it begins, when the records do not keep what is asked about, or when there would be
    /// too many slices.
    pub fn asked(records: &Records, layout: &Layout, ask: &Ask) -> Result<Vec<(String, Self)>, AskError> {
        ask.check()?;
        let frame = Frame::new(records, layout, ask);
        let matcher = Matcher::new(&frame, &ask.only)?;
        let rows = chosen(&frame, ask, &matcher);
        Self::of_rows(&frame, ask, &rows)
    }

    /// The same of rows that are chosen already.
    pub(super) fn of_rows(
        frame: &Frame<'_>,
        ask: &Ask,
        rows: &[u32],
    ) -> Result<Vec<(String, Self)>, AskError> {
        let (slices, names) = Slices::of(frame, ask, rows)?;
        let tallies = tallies(frame, ask, &slices, names.len(), rows);
        let funnel = |tally| {
            let funnel = Self::counted(frame, ask, tally);
            match &ask.rates {
                Some(rates) => funnel.converted(rates),
                None => funnel,
            }
        };
        Ok(names.into_iter().zip(tallies.into_iter().map(funnel)).collect())
    }

    pub(super) fn empty(layout: &Layout) -> Self {
        Self {
            title: layout.title.clone(),
            cases: Total::default(),
            stages: Vec::new(),
            won_label: layout.won_label.clone(),
            won: Total::default(),
            void: Vec::new(),
            transferred: Total::default(),
            reopened: Total::default(),
        }
    }

    fn counted(frame: &Frame<'_>, ask: &Ask, tally: Tally) -> Self {
        let currencies = &frame.currencies;
        let mut funnel = Self {
            cases: tally.cases.total(0, currencies),
            won: tally.won.total(0, currencies),
            void: refusals(frame, |line| tally.void.total(line, currencies)),
            transferred: tally.transferred.total(0, currencies),
            reopened: tally.reopened.total(0, currencies),
            ..Self::empty(frame.layout)
        };
        let mut times = told(tally.times, ask.threads).into_iter();
        for place in 0..frame.places.len() {
            let known = place < frame.places.known;
            let entered = tally.entered.total(place, currencies);
            let told = times.next().unwrap_or_default();
            let line = StageLine {
                id: frame.place_id(place).to_owned(),
                label: frame.place_title(place),
                known,
                visits: tally.visits.get(place).copied().unwrap_or_default(),
                // A stage that the version does not have has no place in its order.
                reached: if known { Total::default() } else { entered.clone() },
                reached_void: Total::default(),
                entered,
                lost: match tally.lost.get(place) {
                    Some(Some(lost)) => refusals(frame, |line| lost.total(line, currencies)),
                    _ => Vec::new(),
                },
                open: tally.open.total(place, currencies),
                probability: frame.layout.stages.get(place).and_then(|it| it.probability),
                ..Self::timed(told)
            };
            if known || !line.is_empty() {
                funnel.stages.push(line);
            }
        }
        // Who reached a stage reached all before it.
        let (mut reached, mut void) = (Total::default(), Total::default());
        reached.add(&tally.furthest.total(frame.places.known + 1, currencies));
        for place in (0..frame.places.known).rev() {
            reached.add(&tally.furthest.total(place + 1, currencies));
            void.add(&tally.furthest_void.total(place + 1, currencies));
            if let Some(line) = funnel.stages.get_mut(place) {
                line.reached = reached.clone();
                line.reached_void = void.clone();
            }
        }
        funnel
    }

    /// A line of which only the times are known.
    fn timed(told: Told) -> StageLine {
        StageLine {
            id: String::new(),
            label: Text::default(),
            known: false,
            entered: Total::default(),
            visits: 0,
            reached: Total::default(),
            reached_void: Total::default(),
            lost: Vec::new(),
            open: Total::default(),
            probability: None,
            calendar: told.calendar,
            working: told.working,
            per_case: Clocks { calendar: told.case_calendar, working: told.case_working },
            latest: Clocks { calendar: told.last_calendar, working: told.last_working },
            paused_ms: Decimal::try_from_i128_with_scale(told.paused, 0).unwrap_or(Decimal::MAX),
        }
    }

    /// The same with other currencies told in one, by rates of the host's (F5).
    #[must_use]
    pub fn converted(mut self, rates: &Rates) -> Self {
        let totals = [&mut self.cases, &mut self.won, &mut self.transferred, &mut self.reopened];
        let refusals = self.void.iter_mut().map(|it| &mut it.total);
        for total in totals.into_iter().chain(refusals) {
            *total = total.converted(rates);
        }
        for line in &mut self.stages {
            let totals = [&mut line.entered, &mut line.reached, &mut line.reached_void, &mut line.open];
            for total in totals.into_iter().chain(line.lost.iter_mut().map(|it| &mut it.total)) {
                *total = total.converted(rates);
            }
        }
        self
    }

    /// The counts of the cases that are in this funnel and not in a part of it; times and amounts are left out. None where
    /// the other one is no part.
    pub(super) fn without(&self, part: &Self) -> Option<Self> {
        let less = |all: &Total, part: &Total| {
            Some(Total { cases: all.cases.checked_sub(part.cases)?, amounts: BTreeMap::new() })
        };
        let refusals = |all: &[Refusal], part: &[Refusal]| {
            let one = |it: &Refusal| {
                let here = part.iter().find(|part| part.reason == it.reason).map(|part| &part.total);
                let total = less(&it.total, here.unwrap_or(&Total::default()))?;
                Some(Refusal { total, ..it.clone() })
            };
            all.iter().map(one).collect::<Option<Vec<_>>>()
        };
        let line = |it: &StageLine| {
            let none = Self::timed(Told::default());
            let of = part.stage(&it.id).unwrap_or(&none);
            Some(StageLine {
                id: it.id.clone(),
                label: it.label.clone(),
                known: it.known,
                entered: less(&it.entered, &of.entered)?,
                visits: it.visits.checked_sub(of.visits)?,
                reached: less(&it.reached, &of.reached)?,
                reached_void: less(&it.reached_void, &of.reached_void)?,
                lost: refusals(&it.lost, &of.lost)?,
                open: less(&it.open, &of.open)?,
                probability: it.probability,
                ..Self::timed(Told::default())
            })
        };
        Some(Self {
            title: self.title.clone(),
            cases: less(&self.cases, &part.cases)?,
            stages: self.stages.iter().map(line).collect::<Option<_>>()?,
            won_label: self.won_label.clone(),
            won: less(&self.won, &part.won)?,
            void: refusals(&self.void, &part.void)?,
            transferred: less(&self.transferred, &part.transferred)?,
            reopened: less(&self.reopened, &part.reopened)?,
        })
    }

    /// The line of a stage.
    #[must_use]
    pub fn stage(&self, id: &str) -> Option<&StageLine> {
        self.stages.iter().find(|line| line.id == id)
    }

    /// The sum of the parts beside the whole.
    #[must_use]
    pub fn balance(&self) -> Balance {
        Balance {
            won: self.won.cases,
            lost: self.stages.iter().map(StageLine::lost_cases).sum(),
            open: self.stages.iter().map(|line| line.open.cases).sum(),
            void: self.void.iter().map(|refusal| refusal.total.cases).sum(),
            transferred: self.transferred.cases,
            cases: self.cases.cases,
        }
    }

    /// All lost cases.
    #[must_use]
    pub fn lost(&self) -> Total {
        let mut all = Total::default();
        for refusal in self.stages.iter().flat_map(|line| &line.lost) {
            all.add(&refusal.total);
        }
        all
    }

    /// Lost cases by reason over all stages, the most frequent first.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        let mut all: Vec<Refusal> = Vec::new();
        for refusal in self.stages.iter().flat_map(|line| &line.lost) {
            match all.iter_mut().find(|it| it.reason == refusal.reason) {
                Some(known) => known.total.add(&refusal.total),
                None => all.push(refusal.clone()),
            }
        }
        most_frequent_first(all)
    }

    /// Lost cases by who could have resolved them.
    #[must_use]
    pub fn resolvable(&self) -> BTreeMap<Resolver, Total> {
        let mut by: BTreeMap<Resolver, Total> = BTreeMap::new();
        for refusal in self.stages.iter().flat_map(|line| &line.lost) {
            by.entry(refusal.resolved_by).or_default().add(&refusal.total);
        }
        by
    }
}

/// The records of cases as they are now.
fn records<'c>(scenario: &Scenario, cases: impl IntoIterator<Item = &'c Case>) -> Records {
    let mut records = Records::new(Keeping::default());
    records.learn(scenario);
    for case in cases {
        // A case that is there already counts once.
        let _ = records.add(case);
    }
    records
}

fn refusals(frame: &Frame<'_>, total: impl Fn(usize) -> Total) -> Vec<Refusal> {
    let each = frame.lines.iter().enumerate().map(|(at, line)| Refusal {
        reason: line.id.clone(),
        title: line.title.clone(),
        resolved_by: line.resolved_by,
        total: total(at),
    });
    most_frequent_first(each.filter(|it| it.total.cases > 0).collect())
}

pub(super) fn most_frequent_first(mut refusals: Vec<Refusal>) -> Vec<Refusal> {
    refusals.sort_by(|a, b| b.total.cases.cmp(&a.total.cases).then_with(|| a.reason.cmp(&b.reason)));
    refusals
}
