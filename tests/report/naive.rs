//! The funnel counted a second time, as plainly as can be: from the whole cases, number by number.

use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use voronka::Case;
use voronka::Scenario;
use voronka::scenario::def::{FieldType, StageOutcome};

/// What is known of a case by itself.
pub struct Plain<'c> {
    pub case: &'c Case,
    /// Where each of its visits to ordinary stages was: the stage in the report's words, whether it was reopened onto it,
    /// and how long it lasted if it has ended.
    pub visits: Vec<(String, bool, Option<Lasted>)>,
    pub worth: Option<(String, Decimal)>,
}

/// Milliseconds of calendar time, of working time, of pauses.
pub type Lasted = (i64, i64, i64);

pub struct Naive<'c> {
    pub stages: Vec<String>,
    pub id: String,
    pub cases: Vec<Plain<'c>>,
}

/// How many, and what they are worth by currency with how many of them have a value.
pub type Sum = (u64, BTreeMap<String, (u64, Decimal)>);

impl<'c> Naive<'c> {
    pub fn new(
        latest: &Scenario,
        versions: &[&Scenario],
        mappings: &[(u32, BTreeMap<String, String>)],
        cases: &'c [Case],
    ) -> Self {
        let ordinary = latest.definition().stages.iter().filter(|it| it.outcome.is_none());
        let stages: Vec<String> = ordinary.map(|it| it.id.clone()).collect();
        let told = |stage: &str| {
            let mut name = stage.to_owned();
            for (_, map) in mappings {
                if stages.contains(&name) {
                    break;
                }
                name = map.get(&name).cloned().unwrap_or(name);
            }
            if stages.contains(&name) { name } else { stage.to_owned() }
        };
        let plain = |case: &'c Case| {
            let mut visits = Vec::new();
            let mut closed = false;
            for it in &case.visits {
                if it.outcome.is_some() {
                    closed = true;
                } else {
                    let took = (it.calendar_ms, it.working_ms, it.paused_ms);
                    visits.push((told(&it.stage), std::mem::take(&mut closed), Some(took)));
                }
            }
            if case.closing.is_none() {
                visits.push((told(&case.visit.stage), closed, None));
            }
            let by = versions.iter().find(|it| it.reference() == &case.scenario).unwrap().definition();
            let field = by.value.as_ref().unwrap();
            let def = by.fields.get(field).unwrap();
            assert_eq!(def.kind, FieldType::Money);
            let amount = case.fields.get(field).and_then(|it| it.as_decimal());
            Plain { case, visits, worth: amount.map(|it| (def.currency.clone().unwrap(), it)) }
        };
        Self { id: latest.reference().id.clone(), cases: cases.iter().map(plain).collect(), stages }
    }

    pub fn sum(&self, which: impl Fn(&Plain<'c>) -> bool) -> Sum {
        let mut sum: Sum = (0, BTreeMap::new());
        for it in self.cases.iter().filter(|it| which(it)) {
            sum.0 += 1;
            if let Some((currency, amount)) = &it.worth {
                let known = sum.1.entry(currency.clone()).or_default();
                *known = (known.0 + 1, known.1 + amount);
            }
        }
        sum
    }

    pub fn ids(&self, which: impl Fn(&Plain<'c>) -> bool) -> BTreeSet<String> {
        self.cases.iter().filter(|it| which(it)).map(|it| it.case.id.clone()).collect()
    }

    pub fn is_ours(&self, it: &Plain<'_>) -> bool {
        it.case.scenario.id == self.id
    }

    pub fn outcome(it: &Plain<'_>) -> Option<StageOutcome> {
        it.case.closing.as_ref().map(|closing| closing.outcome)
    }

    pub fn entered(&self, it: &Plain<'_>, stage: &str) -> bool {
        self.is_ours(it) && it.visits.iter().any(|(on, ..)| on == stage)
    }

    pub fn reached(&self, it: &Plain<'_>, stage: &str) -> bool {
        let order = |stage: &str| self.stages.iter().position(|it| it == stage);
        let Some(at) = order(stage) else { return self.entered(it, stage) };
        let far = it.visits.iter().any(|(on, ..)| order(on).is_some_and(|it| it >= at));
        self.is_ours(it) && (far || Self::outcome(it) == Some(StageOutcome::Won))
    }

    /// The stage of the last visit.
    pub fn last(it: &Plain<'_>) -> Option<String> {
        it.visits.last().map(|(stage, ..)| stage.clone())
    }

    pub fn lost_at(&self, it: &Plain<'_>, stage: &str, reason: &str) -> bool {
        let closing = it.case.closing.as_ref();
        self.is_ours(it)
            && Self::outcome(it) == Some(StageOutcome::Lost)
            && Self::last(it).as_deref() == Some(stage)
            && closing.and_then(|it| it.reason.as_ref()).is_some_and(|it| it.id == reason)
    }

    pub fn open_at(&self, it: &Plain<'_>, stage: &str) -> bool {
        self.is_ours(it) && it.case.closing.is_none() && Self::last(it).as_deref() == Some(stage)
    }

    /// The times of ended visits to a stage, sorted.
    pub fn times(&self, stage: &str) -> Vec<(i64, i64, i64)> {
        let ours = self.cases.iter().filter(|it| self.is_ours(it));
        let visits = ours.flat_map(|it| &it.visits).filter(|(on, ..)| on == stage);
        let mut times: Vec<_> = visits.filter_map(|(.., took)| *took).collect();
        times.sort_unstable();
        times
    }
}
