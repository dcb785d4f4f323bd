//! A scenario made of a mapping, so that a log alone gives a funnel.

use super::meaning::outcome_id;
use super::{Activity, LogError, Mapping};
use crate::calendar::CalendarSource;
use crate::scenario::Scenario;
use crate::scenario::def::{
    Definition, FieldDef, FieldType, MoveDef, OneOrMany, ReasonDef, StageDef, StageOutcome, Text,
};
use crate::source::suggest;
use std::collections::BTreeMap;

impl Mapping {
    /// The definition that the mapping's simple form gives: its stages in the order of the mapping, with all moves
    /// allowed, its outcomes, reasons and fields.
    ///
    /// # Errors
    /// When the mapping names no stage, or one stage for two things.
    pub fn definition(&self) -> Result<Definition, LogError> {
        let id = self.scenario.clone().unwrap_or_else(|| "log".to_owned());
        let mut def = Definition::new(id);
        let mut outcomes: Vec<StageDef> = Vec::new();
        let mut known: BTreeMap<&str, (&str, Option<StageOutcome>)> = BTreeMap::new();
        for (name, activity) in self.activities.iter() {
            let (id, outcome) = match activity {
                Activity::Stage(id) => (id.as_str(), None),
                Activity::Outcome { outcome, stage, .. } => {
                    (stage.as_deref().unwrap_or_else(|| self.silent_stage(*outcome)), Some(*outcome))
                }
                Activity::Ignore => continue,
            };
            let (first, before) = *known.entry(id).or_insert((name, outcome));
            if before != outcome {
                let why = format!("`{first}` and `{name}` are the same stage `{id}`, and end differently");
                return Err(LogError::NoScenario(why));
            }
            let stages = if outcome.is_some() { &mut outcomes } else { &mut def.stages };
            self.add_stage(stages, name, id, outcome);
        }
        if def.stages.is_empty() {
            let why = "it names no stage; write under \"activities\" which activity means which, or name a scenario";
            return Err(LogError::NoScenario(why.to_owned()));
        }
        if outcomes.is_empty() {
            outcomes.push(StageDef { outcome: Some(StageOutcome::Won), ..StageDef::new("won") });
        }
        let ordinary: Vec<String> = def.stages.iter().map(|stage| stage.id.clone()).collect();
        def.stages.extend(outcomes);
        let to: Vec<String> = def.stages.iter().map(|stage| stage.id.clone()).collect();
        let from_each = ordinary.iter().map(|from| MoveDef {
            from: OneOrMany(vec![from.clone()]),
            to: OneOrMany(to.iter().filter(|to| *to != from).cloned().collect()),
            title: Text::default(),
            condition: None,
            or_say: Text::default(),
            who: None,
            not_by: OneOrMany::default(),
        });
        def.moves = Some(from_each.collect());
        if let Some(zone) = &self.time_zone {
            // Around the clock: a log does not say when people work.
            def.calendar = Some(CalendarSource::new(zone).week("mon-sun", ["00:00-24:00"]));
        }
        for (name, from) in self.fields.iter() {
            let kind = from.kind.unwrap_or(FieldType::Text);
            let mut field = FieldDef::new(kind);
            if from.column != name {
                field.title = from.column.as_str().into();
            }
            field.currency.clone_from(&from.currency);
            field.personal = from.personal;
            if kind == FieldType::Money && def.value.is_none() {
                def.value = Some(name.to_owned());
            }
            def.fields.insert(name, field);
        }
        self.add_reasons(&mut def);
        Ok(def)
    }

    /// The scenario that the mapping's simple form gives.
    ///
    /// # Errors
    /// When the mapping names no stage, or what it names cannot be in a scenario: an id with a capital letter, a money
    /// field without a currency.
    pub fn scenario(&self) -> Result<Scenario, LogError> {
        let scenario = Scenario::new(self.definition()?).map_err(|defects| {
            let told: Vec<String> = defects.iter().map(ToString::to_string).collect();
            LogError::NoScenario(told.join("; "))
        })?;
        self.fits(&scenario)?;
        Ok(scenario)
    }

    /// The stage of an outcome for which an activity names none: the first that another names, as when the log is read.
    fn silent_stage(&self, outcome: StageOutcome) -> &str {
        let stage = self.activities.iter().find_map(|(_, it)| match it {
            Activity::Outcome { outcome: it, stage, .. } if *it == outcome => Some(stage.as_deref()),
            _ => None,
        });
        stage.flatten().unwrap_or_else(|| outcome_id(outcome))
    }

    fn add_stage(&self, stages: &mut Vec<StageDef>, name: &str, id: &str, outcome: Option<StageOutcome>) {
        if stages.iter().any(|stage| stage.id == id) {
            return;
        }
        // Where several activities mean one stage, the name of none of them is the stage's.
        let means = |it: &Activity| match (it, outcome) {
            (Activity::Stage(stage), None) => stage == id,
            (Activity::Outcome { outcome: it, stage, .. }, Some(outcome)) => {
                *it == outcome && stage.as_deref().unwrap_or_else(|| self.silent_stage(outcome)) == id
            }
            _ => false,
        };
        let alone = self.activities.iter().filter(|(_, it)| means(it)).count() == 1;
        let title = if alone && name != id { name.into() } else { Text::default() };
        stages.push(StageDef { title, outcome, ..StageDef::new(id) });
    }

    fn add_reasons(&self, def: &mut Definition) {
        let is_void = |reason: &str| {
            let of = |it: &Activity| matches!(it, Activity::Outcome { outcome: StageOutcome::Void, reason: Some(own), .. } if own == reason);
            self.activities.iter().any(|(_, it)| of(it))
        };
        let of_words = self.reasons.iter();
        let of_activities = self.activities.iter().filter_map(|(name, activity)| match activity {
            Activity::Outcome { reason: Some(reason), .. } => Some((name, reason)),
            _ => None,
        });
        for (title, id) in of_words.chain(of_activities) {
            if def.reasons.get(id).is_none() {
                let reason = ReasonDef::new(title);
                def.reasons.insert(id, if is_void(id) { reason.void() } else { reason });
            }
        }
    }

    /// Whether all that the mapping names is in a scenario; else what is not.
    ///
    /// # Errors
    /// The first stage, reason or field that the scenario does not have, with the nearest that it has.
    pub fn fits(&self, scenario: &Scenario) -> Result<(), LogError> {
        let def = scenario.definition();
        let stage = |outcome: Option<StageOutcome>, id: &str| {
            let stages = def.stages.iter().filter(|it| it.outcome == outcome).map(|it| it.id.as_str());
            let what = if outcome.is_some() { "stage of such an outcome" } else { "ordinary stage" };
            found(what, id, stages)
        };
        for (_, activity) in self.activities.iter() {
            match activity {
                Activity::Stage(id) => stage(None, id)?,
                Activity::Outcome { outcome, stage: id, reason } => {
                    match id {
                        Some(id) => stage(Some(*outcome), id)?,
                        None if def.stages.iter().any(|it| it.outcome == Some(*outcome)) => {}
                        None => stage(Some(*outcome), outcome_id(*outcome))?,
                    }
                    if let Some(reason) = reason {
                        found("reason", reason, def.reasons.names())?;
                    }
                }
                Activity::Ignore => {}
            }
        }
        for (_, reason) in self.reasons.iter() {
            found("reason", reason, def.reasons.names())?;
        }
        for name in self.fields.names() {
            found("field", name, def.fields.names())?;
        }
        Ok(())
    }
}

fn found<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Result<(), LogError> {
    let known: Vec<&str> = known.collect();
    if known.contains(&name) {
        return Ok(());
    }
    let near = suggest(name, known).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    Err(LogError::Unfit(format!("there is no {what} `{name}`{near}")))
}
