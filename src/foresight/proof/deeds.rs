//! What people and hosts do with a case: tell it values, do its activities, finish its processes, move it.

use super::domain::Var;
use super::solve::{Chosen, document_id};
use super::walker::{Gone, Stuck, Trail, Walker, stuck};
use crate::case::{
    Case, CloseInput, DocumentInput, DoneInput, FactsInput, Fields, FinishedInput, Input, Missing, MoveInput,
    Party,
};
use crate::engine::InputNames;
use crate::scenario::def::StageOutcome;
use crate::scenario::model::Limit;
use crate::{Actor, Value};
use std::collections::BTreeMap;

impl<'s> Walker<'s> {
    /// Tells the case what was chosen, but for fields.
    pub fn tell(&self, trail: &mut Trail, who: &Actor, trial: &Case, chosen: &Chosen) -> Gone<()> {
        let values = self.readings(trial, chosen);
        if !values.is_empty() {
            let reporter = self.reporter(&trail.case).ok_or_else(no_reporter)?;
            let input = Input::Facts(FactsInput { values, ..FactsInput::default() });
            self.step(trail, &reporter, input)?;
        }
        for (var, value) in chosen {
            match var {
                Var::Party(role) => {
                    let reference = value.as_ref().and_then(Value::as_text).map(str::to_owned);
                    let party = value.as_ref().map(|_| Party { reference, contacts: Vec::new() });
                    let input = Input::Party { role: role.clone(), party };
                    self.by_right(trail, self.s.rights.contacts.as_ref(), Some(who), input)?;
                }
                Var::Document(kind) => {
                    let Some((document, _)) = self.s.def.documents.at(*kind) else { continue };
                    let Some(Value::Record(record)) = value else { continue };
                    let event = record.get("").and_then(Value::as_text).unwrap_or_default().to_owned();
                    let data: BTreeMap<String, Value> = record
                        .iter()
                        .filter(|(name, _)| !name.is_empty())
                        .map(|(n, v)| (n.clone(), v.clone()))
                        .collect();
                    let input = Input::Document(DocumentInput {
                        document: document.to_owned(),
                        id: document_id(document),
                        event,
                        data,
                        ..DocumentInput::default()
                    });
                    let reporter = self.reporter(&trail.case).ok_or_else(no_reporter)?;
                    self.step(trail, &reporter, input)?;
                }
                _ => {}
            }
        }
        if chosen.contains_key(&Var::Responsible) || chosen.contains_key(&Var::Team) {
            let team = trial.team.clone().filter(|_| chosen.contains_key(&Var::Team));
            let input = Input::HandOver { to: trial.responsible.clone(), team, keep_activities: false };
            self.by_right(trail, self.s.rights.hand_over.as_ref(), Some(who), input)?;
        }
        Ok(())
    }

    /// Does it by the first of those who may.
    pub fn by_right(
        &self,
        trail: &mut Trail,
        limit: Option<&Limit>,
        first: Option<&Actor>,
        input: Input,
    ) -> Gone<()> {
        let mut why = Stuck::default();
        for actor in self.allowed(&trail.case, limit, first).take(2) {
            match self.step(trail, &actor, input.clone()) {
                Ok(()) => return Ok(()),
                Err(it) => why = it,
            }
        }
        Err(why)
    }

    /// Sets the fields that this person may not edit by somebody who may; all of them where it is early. What
    /// remains is to go with the move.
    pub fn set_outside(&self, trail: &mut Trail, who: &Actor, fields: Fields, all: bool) -> Gone<Fields> {
        let names = InputNames::default();
        let (mut kept, mut others) = (Fields::new(), Fields::new());
        for (name, value) in fields {
            let may = self.s.field(&name).is_some_and(|field| {
                let judge = self.solver.judge(&trail.case, self.asker(&trail.case, who, &names));
                judge.may(field.see.as_ref()) && judge.may(field.edit.as_ref())
            });
            if may && !all {
                kept.insert(name, value)
            } else {
                others.insert(name, value)
            };
        }
        if others.is_empty() {
            return Ok(kept);
        }
        let editors: Vec<Actor> = std::iter::once(who).chain(self.walkers()).cloned().collect();
        let may_all = |actor: &&Actor, trail: &Trail| {
            let judge = self.solver.judge(&trail.case, self.asker(&trail.case, actor, &names));
            others
                .keys()
                .filter_map(|name| self.s.field(name))
                .all(|field| judge.may(field.see.as_ref()) && judge.may(field.edit.as_ref()))
        };
        if let Some(actor) = editors.iter().find(|actor| actor.id != "trigger" && may_all(actor, trail)) {
            self.step(trail, actor, Input::Set { fields: others })?;
            return Ok(kept);
        }
        // One by one, where nobody may edit them all.
        for (name, value) in others {
            let one: Fields = std::iter::once((name, value)).collect();
            let mut why = Stuck::default();
            let done = editors.iter().filter(|actor| actor.id != "trigger").any(|actor| {
                match self.step(trail, actor, Input::Set { fields: one.clone() }) {
                    Ok(()) => true,
                    Err(it) => {
                        why = it;
                        false
                    }
                }
            });
            if !done {
                return Err(why);
            }
        }
        Ok(kept)
    }

    /// The move or closing itself.
    pub fn move_on(&self, trail: &mut Trail, actor: &Actor, to: usize, fields: Fields) -> Gone<()> {
        let Some(target) = self.s.stages.get(to) else { return stuck(Vec::new()) };
        let Some(outcome) = target.outcome else {
            let input = MoveInput { to: target.id.clone(), fields, r#override: None };
            return self.step(trail, actor, Input::Move(input));
        };
        let (reason, comment) = self.reason(&trail.case, outcome);
        let input = CloseInput { stage: target.id.clone(), reason, comment, fields, r#override: None };
        self.step(trail, actor, Input::Close(input))
    }

    /// The first reason that fits (X1).
    fn reason(&self, case: &Case, outcome: StageOutcome) -> (Option<String>, Option<String>) {
        let void = outcome == StageOutcome::Void;
        if !void && outcome != StageOutcome::Lost {
            return (None, None);
        }
        let fits = |reason: &crate::scenario::def::ReasonDef| {
            reason.void == void && (reason.stages.is_empty() || reason.stages.contains(&case.visit.stage))
        };
        let found = self.s.def.reasons.iter().find(|(_, reason)| fits(reason));
        let comment = found.filter(|(_, reason)| reason.comment_required).map(|_| "as it was".to_owned());
        (found.map(|(id, _)| id.to_owned()), comment)
    }

    /// Brings about one thing that values cannot: an activity done, a process finished.
    pub fn bring_about(&self, trail: &mut Trail, who: &Actor, it: &Missing, here: usize) -> Gone<()> {
        let arg = |name: &str| it.args.get(name).and_then(Value::as_text);
        match it.code.as_str() {
            "V-M3-activity" => {
                let id = arg("activity").unwrap_or_default();
                if trail.case.open_activity(id).is_none() {
                    let input = Input::ReopenActivity { activity: id.to_owned() };
                    self.by_right(trail, self.s.rights.activities.as_ref(), Some(who), input)?;
                }
                self.do_activity(trail, id, who, None)
            }
            "V-M3-group" => {
                let id = arg("id").unwrap_or_default().to_owned();
                let open = trail.case.activities.iter().find(|it| it.group.as_deref() == Some(&id));
                let open = open.map(|it| it.id.clone());
                open.map_or(Ok(()), |activity| self.do_activity(trail, &activity, who, None))
            }
            "V-M11-debt" => {
                let debt = arg("debt").unwrap_or_default();
                let debt = trail.case.debts.iter().find(|it| it.id == debt);
                let activity =
                    debt.and_then(|debt| debt.missing.args.get("activity")?.as_text()).map(str::to_owned);
                activity.map_or(Ok(()), |activity| self.do_activity(trail, &activity, who, None))
            }
            _ => {
                let Some(rule) = &it.requirement else { return Ok(()) };
                let hooks = self.s.stages.get(here).map_or(&[][..], |stage| &stage.hooks);
                let Some(hook) = hooks.iter().find(|hook| hook.rule == *rule && hook.def.awaited) else {
                    return Ok(());
                };
                let running = trail.case.processes.iter().find(|run| run.rule == *rule && run.is_running());
                match running.map(|run| run.id.clone()) {
                    Some(run) => {
                        let result = hook.def.good.first().map_or("good", String::as_str);
                        self.finish(trail, &run, result, true)
                    }
                    None => {
                        let input = Input::StartProcess { process: hook.id.clone() };
                        self.step(trail, who, input)
                    }
                }
            }
        }
    }

    /// Finishes a process as its host would.
    pub fn finish(&self, trail: &mut Trail, run: &str, result: &str, good: bool) -> Gone<()> {
        self.finish_with(trail, run, result, good, BTreeMap::new())
    }

    /// The same with what comes back.
    pub fn finish_with(
        &self,
        trail: &mut Trail,
        run: &str,
        result: &str,
        good: bool,
        fields: BTreeMap<String, Value>,
    ) -> Gone<()> {
        let reporter = self.reporter(&trail.case).ok_or_else(no_reporter)?;
        let process = run.to_owned();
        let input = FinishedInput { process, result: result.to_owned(), good, fields };
        self.step(trail, &reporter, Input::Finished(input))
    }

    /// Does an activity by somebody who may, with an outcome: the first good one where none is named.
    pub fn do_activity(&self, trail: &mut Trail, id: &str, who: &Actor, outcome: Option<&str>) -> Gone<()> {
        let Some(it) = trail.case.open_activity(id).cloned() else { return Ok(()) };
        let outcomes = self.s.kinds.get(&it.kind).map_or(&[][..], |kind| &kind.outcomes);
        let found = match outcome {
            Some(wanted) => outcomes.iter().find(|(id, _)| id == wanted),
            None => outcomes.iter().find(|(_, outcome)| !outcome.bad),
        };
        let mut fields = Fields::new();
        for field in found.into_iter().flat_map(|(_, outcome)| &outcome.ask) {
            if trail.case.fields.contains_key(field) {
                continue;
            }
            let position = self.s.def.fields.position(field).unwrap_or(usize::MAX);
            let domain = self.solver.literals.domain(self.s, &Var::Field(position), self.start);
            fields.insert(field.clone(), domain.into_iter().flatten().next());
        }
        let outcome = found.map(|(id, _)| id.clone());
        let mut persons: Vec<Actor> = Vec::new();
        if let Some(person) = &it.assignee {
            let roles = self.walkers().last().map(|it| it.roles.clone()).unwrap_or_default();
            // Where a question names who acts, nobody else does.
            let known = match &self.movers {
                Some(movers) => movers.iter().find(|actor| actor.id == *person).cloned(),
                None => {
                    let known = self.people.iter().find(|actor| actor.id == *person).cloned();
                    Some(known.unwrap_or(Actor { id: person.clone(), roles, ..Actor::default() }))
                }
            };
            persons.extend(known);
        }
        if let Some(role) = &it.role {
            persons.extend(self.walkers().iter().filter(|actor| actor.roles.contains(role)).cloned());
        }
        persons.push(who.clone());
        persons.extend(self.walkers().iter().cloned());
        let mut why = Stuck::default();
        let mut asked: Vec<String> = Vec::new();
        for actor in persons {
            if actor.id == "trigger" || asked.contains(&actor.id) {
                continue;
            }
            asked.push(actor.id.clone());
            let input = DoneInput {
                activity: id.to_owned(),
                outcome: outcome.clone(),
                note: None,
                fields: fields.clone(),
            };
            match self.step(trail, &actor, Input::Done(input)) {
                Ok(()) => return Ok(()),
                Err(it) => why = it,
            }
        }
        Err(why)
    }
}

fn no_reporter() -> Stuck {
    Stuck { missing: vec![Missing::new("V-G1-report")] }
}
