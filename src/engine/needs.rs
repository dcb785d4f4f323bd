//! Which facts a step may read (C9).

use super::judge::{InputNames, Judge};
use crate::case::{Actor, Case, Fields, Input};
use crate::scenario::Scenario;
use crate::scenario::names::Meaning;
use crate::{Moment, Span, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A fact that a step may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactNeed {
    /// The fact.
    pub fact: String,
    /// Its key, where it is keyed.
    pub key: Vec<Value>,
    /// The age beyond which it must be read again; any age will do where there is none.
    pub fresh: Option<Span>,
}

impl FactNeed {
    /// Whether the case knows the fact, and learnt it recently enough (C9).
    #[must_use]
    pub fn is_met(&self, case: &Case, scenario: &Scenario, now: Moment) -> bool {
        let Some(fact) = case.fact(&self.fact, &self.key) else { return false };
        if fact.unknown.is_some() {
            return false;
        }
        self.fresh.is_none_or(|span| {
            scenario.calendar_of(case).due(&span, fact.learnt_at).is_ok_and(|due| due.moment > now)
        })
    }
}

impl Scenario {
    /// Every fact that stepping the case by this input may read: of its stage, of the target, and of all
    /// stages that triggers can reach from there; keyed ones by the case's lines (C9).
    ///
    /// A key that depends on a fact not yet learnt shows only once that is: ask again until nothing new comes.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let note = Input::Note { text: "called".into() };
    /// assert!(scenario.needs(opened.case(), &note).is_empty()); // this scenario reads no facts
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn needs(&self, case: &Case, input: &Input) -> Vec<FactNeed> {
        let (target, fields) = target_and_fields(case, input);
        let starts = [self.stage_index(&case.visit.stage), target.and_then(|stage| self.stage_index(stage))];
        let first = self.stages.iter().position(crate::scenario::model::Stage::is_ordinary);
        let starts = starts.into_iter().flatten().chain(first.filter(|_| matches!(input, Input::Open(_))));
        let mut stages: BTreeSet<usize> = BTreeSet::new();
        for start in starts {
            stages.extend(self.stages.get(start).into_iter().flat_map(|stage| stage.reach.iter()));
        }
        let mut needed: BTreeMap<(&str, Vec<Value>), Option<Span>> = BTreeMap::new();
        let trial = with_fields(self, case, fields);
        let trial = trial.as_ref().unwrap_or(case);
        let actor = Actor::default();
        let names = InputNames::of(input);
        let judge = Judge { scenario: self, case: trial, now: case.last_at, actor: &actor, input: &names };
        for stage in stages.iter().filter_map(|i| self.stages.get(*i)) {
            for position in &stage.facts {
                if let Some((name, def)) = self.def.facts.at(*position) {
                    needed.insert((name, Vec::new()), def.fresh);
                }
            }
            for program in &stage.keyed {
                for (slot, key) in program.keyed_reads(&judge) {
                    let meaning = self.names.meanings.get(slot.0 as usize);
                    if let Some(Meaning::Fact(position)) = meaning
                        && let Some((name, def)) = self.def.facts.at(*position)
                    {
                        needed.insert((name, key), def.fresh);
                    }
                }
            }
        }
        needed
            .into_iter()
            .map(|((fact, key), fresh)| FactNeed { fact: fact.to_owned(), key, fresh })
            .collect()
    }
}

fn target_and_fields<'a>(case: &'a Case, input: &'a Input) -> (Option<&'a str>, Option<&'a Fields>) {
    match input {
        Input::Open(opening) => (opening.stage.as_deref(), Some(&opening.fields)),
        Input::Move(input) => (Some(&input.to), Some(&input.fields)),
        Input::Close(input) => (Some(&input.stage), Some(&input.fields)),
        Input::Reopen { stage, fields, .. } => {
            let last = case.closing.as_ref().map(|closing| closing.from.as_str());
            (stage.as_deref().or(last), Some(fields))
        }
        Input::Set { fields } | Input::Command { fields, .. } => (None, Some(fields)),
        Input::Done(input) => (None, Some(&input.fields)),
        _ => (None, None),
    }
}

/// The case with the fields that come with the input, as the step would set them.
fn with_fields(s: &Scenario, case: &Case, fields: Option<&Fields>) -> Option<Case> {
    let fields = fields.filter(|fields| !fields.is_empty())?;
    let mut trial = case.clone();
    for (name, value) in fields {
        let value =
            value.as_ref().and_then(|value| super::door::field_value(s, name, s.field(name)?, value).ok()?);
        match value {
            Some(value) => drop(trial.fields.insert(name.clone(), value)),
            None => drop(trial.fields.remove(name)),
        }
    }
    Some(trial)
}
