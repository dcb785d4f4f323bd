//! The funnel by stage: how many came how far, where and why the others were lost (F1, F2, F4).

use super::Times;
use crate::Scenario;
use crate::case::{Case, Closing, VisitEnd};
use crate::scenario::def::{Resolver, StageOutcome, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// The funnel of a set of cases, in the order of one scenario.
///
/// Which cases it is of — those closed in a period, or opened in it — is for the caller to choose. The report
/// balances: each case is won, lost, void, open or transferred, and in exactly one of these (F2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Funnel {
    /// The scenario's title.
    pub title: Text,
    /// How many cases there are.
    pub cases: usize,
    /// The ordinary stages in the scenario's order, then such as only older cases know.
    pub stages: Vec<StageLine>,
    /// The title of winning.
    pub won_label: Text,
    /// Cases that are won; of a process or document, that ended with a good result.
    pub won: usize,
    /// Cases that were no requests, by reason; outside conversions and shares.
    pub void: Vec<Refusal>,
    /// Cases that now run by another scenario (M12); they stand in no stage's line.
    pub transferred: usize,
    /// Cases that were reopened at some time.
    pub reopened: usize,
}

/// What a funnel says of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StageLine {
    /// The stage.
    pub id: String,
    /// Its title; of one that the scenario does not have, the title under which it was visited.
    pub label: Text,
    /// Whether the scenario has it.
    pub known: bool,
    /// Cases with at least one visit (F1).
    pub entered: usize,
    /// Visits (F1).
    pub visits: usize,
    /// Cases whose furthest stage is this or a later one, so that a skipped stage counts as passed (F1).
    pub reached: usize,
    /// Those of them that were void, which no conversion counts (F2).
    pub reached_void: usize,
    /// Cases lost from here, by reason, the most frequent first (F2).
    pub lost: Vec<Refusal>,
    /// Cases that stand here.
    pub open: usize,
    /// How long visits lasted that have ended, in calendar time (F4).
    pub calendar: Times,
    /// The same in working time.
    pub working: Times,
}

/// A reason, and how many cases ended by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The reason; empty where none was given.
    pub reason: String,
    /// Its title.
    pub title: Text,
    /// Who could have resolved it.
    pub resolved_by: Resolver,
    /// How many cases.
    pub cases: usize,
}

/// That a funnel's parts are the whole (F2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Balance {
    /// Won.
    pub won: usize,
    /// Lost, on all stages.
    pub lost: usize,
    /// Open, on all stages.
    pub open: usize,
    /// Void.
    pub void: usize,
    /// Passed to another scenario.
    pub transferred: usize,
    /// The number of cases.
    pub cases: usize,
}

impl Balance {
    /// Whether the parts' sum is the number of cases.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.won + self.lost + self.open + self.void + self.transferred == self.cases
    }
}

impl StageLine {
    fn new(id: &str, label: Text, known: bool) -> Self {
        Self {
            id: id.to_owned(),
            label,
            known,
            entered: 0,
            visits: 0,
            reached: 0,
            reached_void: 0,
            lost: Vec::new(),
            open: 0,
            calendar: Times::default(),
            working: Times::default(),
        }
    }

    /// Cases lost from here, for whatever reason.
    #[must_use]
    pub fn lost_cases(&self) -> usize {
        self.lost.iter().map(|refusal| refusal.cases).sum()
    }
}

impl Funnel {
    /// The funnels of these cases by channel (I4); those without one under the empty text.
    pub fn by_channel<'c>(
        scenario: &Scenario,
        cases: impl IntoIterator<Item = &'c Case>,
    ) -> BTreeMap<String, Self> {
        let mut cut: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
        for case in cases {
            cut.entry(case.channel.clone().unwrap_or_default()).or_default().push(case);
        }
        cut.into_iter().map(|(channel, cases)| (channel, Self::of(scenario, cases))).collect()
    }

    /// The funnel of these cases, in the order of this scenario.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let funnel = voronka::report::Funnel::of(&scenario, [opened.case()]);
    /// assert_eq!(funnel.cases, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of<'c>(scenario: &Scenario, cases: impl IntoIterator<Item = &'c Case>) -> Self {
        let mut counting = Counting::new(scenario);
        for case in cases {
            counting.case(case);
        }
        counting.finish()
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
            won: self.won,
            lost: self.stages.iter().map(StageLine::lost_cases).sum(),
            open: self.stages.iter().map(|line| line.open).sum(),
            void: self.void.iter().map(|refusal| refusal.cases).sum(),
            transferred: self.transferred,
            cases: self.cases,
        }
    }

    /// Lost cases by reason over all stages, the most frequent first.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        let mut all: Vec<Refusal> = Vec::new();
        for refusal in self.stages.iter().flat_map(|line| &line.lost) {
            match all.iter_mut().find(|it| it.reason == refusal.reason) {
                Some(known) => known.cases += refusal.cases,
                None => all.push(refusal.clone()),
            }
        }
        most_frequent_first(all)
    }

    /// Lost cases by who could have resolved them.
    #[must_use]
    pub fn resolvable(&self) -> BTreeMap<Resolver, usize> {
        let mut by = BTreeMap::new();
        for refusal in self.stages.iter().flat_map(|line| &line.lost) {
            *by.entry(refusal.resolved_by).or_insert(0) += refusal.cases;
        }
        by
    }
}

/// A funnel while cases are counted.
struct Counting<'s> {
    scenario: &'s Scenario,
    lines: Vec<StageLine>,
    /// Calendar and working times of each line, unsorted.
    times: Vec<(Vec<i64>, Vec<i64>)>,
    funnel: Funnel,
}

impl<'s> Counting<'s> {
    fn new(scenario: &'s Scenario) -> Self {
        let def = scenario.definition();
        let titled = |id: &str, title: &Text| if title.is_empty() { id.into() } else { title.clone() };
        let ordinary = def.stages.iter().filter(|stage| stage.outcome.is_none());
        let lines: Vec<StageLine> =
            ordinary.map(|it| StageLine::new(&it.id, titled(&it.id, &it.title), true)).collect();
        let good = |outcome| matches!(outcome, Some(StageOutcome::Won | StageOutcome::Result));
        let won = def.stages.iter().find(|stage| good(stage.outcome));
        let funnel = Funnel {
            title: titled(&def.id, &def.title),
            cases: 0,
            stages: Vec::new(),
            won_label: won.map(|stage| titled(&stage.id, &stage.title)).unwrap_or_default(),
            won: 0,
            void: Vec::new(),
            transferred: 0,
            reopened: 0,
        };
        Self { scenario, times: lines.iter().map(|_| Default::default()).collect(), lines, funnel }
    }

    /// The place of a stage's line; one that the scenario does not have gets a line of its own.
    fn place(&mut self, stage: &str, label: &Text) -> usize {
        self.lines.iter().position(|line| line.id == stage).unwrap_or_else(|| {
            let label = if label.is_empty() { stage.into() } else { label.clone() };
            self.lines.push(StageLine::new(stage, label, false));
            self.times.push(Default::default());
            self.lines.len() - 1
        })
    }

    fn case(&mut self, case: &Case) {
        self.funnel.cases += 1;
        // A case that has passed to another scenario has stages of both, and does not say which is whose.
        if case.scenario.id != self.scenario.reference().id {
            self.funnel.transferred += 1;
            return;
        }
        if case.reopened > 0 {
            self.funnel.reopened += 1;
        }
        let mut visited: Vec<usize> = Vec::new();
        // Time after closing belongs to no stage (F4).
        for visit in case.visits.iter().filter(|visit| visit.outcome.is_none()) {
            visited.push(self.ended(visit));
        }
        if case.visit.outcome.is_none() && case.is_open() {
            visited.push(self.place(&case.visit.stage, &case.visit.label));
        }
        for place in &visited {
            if let Some(line) = self.lines.get_mut(*place) {
                line.visits += 1;
            }
        }
        visited.sort_unstable();
        visited.dedup();
        for place in &visited {
            if let Some(line) = self.lines.get_mut(*place) {
                line.entered += 1;
            }
        }
        self.reached(case, &visited);
        self.outcome(case);
    }

    fn ended(&mut self, visit: &VisitEnd) -> usize {
        let place = self.place(&visit.stage, &visit.label);
        if let Some((calendar, working)) = self.times.get_mut(place) {
            calendar.push(visit.calendar_ms);
            working.push(visit.working_ms);
        }
        place
    }

    /// Won is after all stages; lost and void are not in the order, and a win that was undone by reopening
    /// is none.
    fn reached(&mut self, case: &Case, visited: &[usize]) {
        let outcome = case.closing.as_ref().map(|closing| closing.outcome);
        let won = matches!(outcome, Some(StageOutcome::Won | StageOutcome::Result));
        let void = outcome == Some(StageOutcome::Void);
        let furthest =
            visited.iter().rev().find(|place| self.lines.get(**place).is_some_and(|line| line.known));
        for (place, line) in self.lines.iter_mut().enumerate() {
            // A stage that the scenario does not have has no place in its order.
            let reached = if line.known {
                won || furthest.is_some_and(|furthest| place <= *furthest)
            } else {
                visited.contains(&place)
            };
            line.reached += usize::from(reached);
            line.reached_void += usize::from(reached && void);
        }
    }

    fn outcome(&mut self, case: &Case) {
        let Some(closing) = &case.closing else {
            let place = self.place(&case.visit.stage, &case.visit.label);
            if let Some(line) = self.lines.get_mut(place) {
                line.open += 1;
            }
            return;
        };
        match closing.outcome {
            StageOutcome::Won | StageOutcome::Result => self.funnel.won += 1,
            StageOutcome::Void => {
                let refusal = self.refusal(closing);
                count(&mut self.funnel.void, refusal);
            }
            StageOutcome::Lost | StageOutcome::BadResult => {
                let refusal = self.refusal(closing);
                let place = self.place(&closing.from, &Text::default());
                if let Some(line) = self.lines.get_mut(place) {
                    count(&mut line.lost, refusal);
                }
            }
        }
    }

    /// The title is the report's version's; of a reason that it does not have, the one at the time.
    fn refusal(&self, closing: &Closing) -> Refusal {
        let def = self.scenario.definition();
        let Some(reason) = &closing.reason else {
            // A bad result is a reason in itself.
            let stage = def.stages.iter().find(|stage| stage.id == closing.stage);
            let bad = stage.filter(|_| closing.outcome == StageOutcome::BadResult);
            return Refusal {
                reason: bad.map(|stage| stage.id.clone()).unwrap_or_default(),
                title: bad.map(|stage| stage.title.clone()).unwrap_or_default(),
                resolved_by: Resolver::Nobody,
                cases: 1,
            };
        };
        let known = def.reasons.get(&reason.id);
        let title = known.map_or(&reason.title, |known| &known.title);
        Refusal {
            reason: reason.id.clone(),
            title: if title.is_empty() { reason.id.as_str().into() } else { title.clone() },
            resolved_by: known.map_or(reason.resolved_by, |known| known.resolved_by),
            cases: 1,
        }
    }

    fn finish(self) -> Funnel {
        let Self { lines, times, mut funnel, .. } = self;
        funnel.stages = lines;
        for (line, (calendar, working)) in funnel.stages.iter_mut().zip(times) {
            line.calendar = calendar.into_iter().collect();
            line.working = working.into_iter().collect();
            line.lost = most_frequent_first(std::mem::take(&mut line.lost));
        }
        // In which order cases came must not show.
        funnel.stages.sort_by(|a, b| match (a.known, b.known) {
            (false, false) => a.id.cmp(&b.id),
            (a, b) => b.cmp(&a),
        });
        funnel.void = most_frequent_first(funnel.void);
        funnel
    }
}

fn count(refusals: &mut Vec<Refusal>, refusal: Refusal) {
    match refusals.iter_mut().find(|known| known.reason == refusal.reason) {
        Some(known) => known.cases += refusal.cases,
        None => refusals.push(refusal),
    }
}

fn most_frequent_first(mut refusals: Vec<Refusal>) -> Vec<Refusal> {
    refusals.sort_by(|a, b| b.cases.cmp(&a.cases).then_with(|| a.reason.cmp(&b.reason)));
    refusals
}
