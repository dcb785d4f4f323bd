//! From what a step says to the engine's own inputs.

use super::file::{Given, PartySaid, Values};
use super::naming;
use super::play::{Difference, Play, refusal};
use super::short::{Refused, Short};
use super::steps::Step;
use super::when::When;
use crate::case::{
    Absence, Act, CloseInput, DocumentInput, DoneInput, DueAt, Effect, FactReading, FactsInput,
    FinishedInput, Import, Input, InteractionInput, MergeInput, MoveInput, Opening, Party, PastVisit,
    PlanInput, SplitInput,
};
use crate::{Moment, Value};
use std::collections::BTreeMap;

impl Play<'_> {
    /// Opens the case as a test begins.
    pub(super) fn begin_with(&mut self, given: &Given) -> Result<(), Difference> {
        self.begin();
        if let Some(at) = given.at {
            self.advance(at)?;
        }
        if let Some(Short(actor)) = &given.actor {
            self.actor = actor.clone();
        }
        self.apply(&given.switch, &given.absent)?;
        let mut opening = Opening {
            stage: given.stage.clone(),
            title: given.title.clone(),
            channel: given.channel.clone(),
            responsible: given.responsible.clone(),
            team: given.team.clone(),
            fields: given.fields.clone(),
            facts: self.facts("facts", &given.facts)?.values,
            parties: BTreeMap::new(),
            external_ids: given.external_ids.clone(),
            intake: given.intake,
            r#override: given.r#override.clone(),
            ..Opening::default()
        };
        for (role, party) in &given.parties {
            opening.parties.extend(party.as_ref().map(|Short(party)| (role.clone(), party.into())));
        }
        if let Some(import) = &given.import {
            let moment = |when| self.resolve("import", when);
            let visits = import.visits.iter().map(|visit| {
                Ok(PastVisit { stage: visit.stage.clone(), from: moment(visit.from)?, to: moment(visit.to)? })
            });
            opening.import = Some(Import {
                visits: visits.collect::<Result<_, _>>()?,
                from: import.from.map(moment).transpose()?,
                with_debts: import.with_debts,
            });
        }
        let refused = given.expect.as_ref().and_then(|expect| expect.refused.as_ref());
        let rejection = self.try_open(opening)?;
        if let (Some(rejection), None | Some(Refused::Any(false))) = (&rejection, refused) {
            return Err(self.differs("", "the case opens", refusal(rejection)));
        }
        given.expect.as_ref().map_or(Ok(()), |expect| self.hold_to(expect))
    }

    /// Does one step, and holds the case to what it expects.
    pub(super) fn take(&mut self, step: &Step) -> Result<(), Difference> {
        self.begin();
        let hold = step.timers == super::file::Timers::Hold;
        let held = self.holding(hold);
        let usual = self.actor.clone();
        let done = self.happen(step);
        // Who acts and what waits is said for this step only; the expectation is still of it.
        let held_to = done.and_then(|()| step.expect.as_ref().map_or(Ok(()), |it| self.hold_to(it)));
        self.holding(held);
        self.actor = usual;
        held_to
    }

    fn happen(&mut self, step: &Step) -> Result<(), Difference> {
        if let Some(at) = step.at {
            self.advance(at)?;
        }
        if !step.switch.is_empty() || !step.absent.is_empty() {
            self.apply(&step.switch, &step.absent)?;
        }
        self.fire_due(self.clock.unwrap_or(Moment::MIN))?;
        if let Some(Short(actor)) = &step.actor {
            self.actor = actor.clone();
        }
        let key = step.inputs().first().copied().unwrap_or_default();
        let inputs = self.inputs_of(step)?;
        for input in inputs {
            let rejection = self.try_input(input)?;
            let refused = step.expect.as_ref().and_then(|expect| expect.refused.as_ref());
            if let (Some(rejection), None | Some(Refused::Any(false))) = (&rejection, refused) {
                return Err(self.differs(key, "accepted", refusal(rejection)));
            }
        }
        Ok(())
    }

    fn apply(
        &mut self,
        switch: &BTreeMap<String, bool>,
        absent: &BTreeMap<String, Option<super::file::AbsentSaid>>,
    ) -> Result<(), Difference> {
        for (trigger, on) in switch {
            self.set_switch(trigger, *on)?;
        }
        for (person, said) in absent {
            let absence = match said {
                Some(said) => Some(Absence {
                    person: person.clone(),
                    until: self.resolve("absent", said.until)?,
                    deputy: said.deputy.clone(),
                }),
                None => None,
            };
            self.absent(person, absence);
        }
        Ok(())
    }

    /// The step's input; none where it only looks, several where one key stands for several.
    fn inputs_of(&self, step: &Step) -> Result<Vec<Input>, Difference> {
        if let Some(party) = &step.party {
            let inputs = party.iter().map(|(role, party)| Input::Party {
                role: role.clone(),
                party: party.as_ref().map(|Short(party)| party.into()),
            });
            return Ok(inputs.collect());
        }
        let input = match self.moving(step) {
            Some(input) => Some(input),
            None => match self.working(step)? {
                Some(input) => Some(input),
                None => self.reporting(step)?,
            },
        };
        Ok(input.into_iter().collect())
    }

    /// Moving, closing, reopening, fields.
    fn moving(&self, step: &Step) -> Option<Input> {
        if let Some(Short(it)) = &step.r#move {
            let (to, fields, r#override) = (it.to.clone(), it.fields.clone(), it.r#override.clone());
            return Some(Input::Move(MoveInput { to, fields, r#override }));
        }
        if let Some(Short(it)) = &step.close {
            return Some(Input::Close(CloseInput {
                stage: it.stage.clone(),
                reason: it.reason.clone(),
                comment: it.comment.clone(),
                fields: it.fields.clone(),
                r#override: it.r#override.clone(),
            }));
        }
        if let Some(Short(it)) = &step.reopen {
            let (stage, fields, r#override) = (it.stage.clone(), it.fields.clone(), it.r#override.clone());
            return Some(Input::Reopen { stage, fields, r#override });
        }
        if let Some(fields) = &step.set {
            return Some(Input::Set { fields: fields.clone() });
        }
        if let Some(Short(it)) = &step.hand_over {
            let (to, team, keep_activities) = (it.to.clone(), it.team.clone(), it.keep_activities);
            return Some(Input::HandOver { to, team, keep_activities });
        }
        if let Some(Short(it)) = &step.correct_reason {
            return Some(Input::CorrectReason { reason: it.reason.clone(), comment: it.comment.clone() });
        }
        if let Some(it) = &step.link {
            return Some(Input::Link { case: it.case.clone(), kind: it.kind });
        }
        if let Some(Short(it)) = &step.merge {
            let (into, stage) = (it.into.clone(), it.stage.clone());
            let (reason, comment) = (it.reason.clone(), it.comment.clone());
            return Some(Input::Merge(MergeInput { into, stage, reason, comment }));
        }
        if let Some(it) = &step.redirect {
            return Some(Input::Redirect { interaction: it.interaction.clone(), to: it.to.clone() });
        }
        if let Some(it) = &step.split {
            return Some(Input::Split(SplitInput {
                field: it.field.clone(),
                lines: it.lines.clone(),
                scenario: it.scenario.clone(),
                title: it.title.clone(),
                copy: it.copy.clone(),
            }));
        }
        if let Some(text) = &step.note {
            return Some(Input::Note { text: text.clone() });
        }
        if let Some(process) = &step.start_process {
            return Some(Input::StartProcess { process: process.clone() });
        }
        (step.tick == Some(true)).then_some(Input::Tick)
    }

    /// What people do with activities and debts.
    fn working(&self, step: &Step) -> Result<Option<Input>, Difference> {
        let id = |key, name: &str, ended| self.activity(key, name, ended).map(|it| it.id.clone());
        let input = if let Some(it) = &step.plan {
            Input::Plan(PlanInput {
                kind: it.kind.clone(),
                title: it.title.clone(),
                due: it.due.map(|due| self.due("plan", due)).transpose()?,
                assignee: it.assignee.clone(),
                mandatory: it.mandatory,
            })
        } else if let Some(Short(it)) = &step.done {
            Input::Done(DoneInput {
                activity: id("done", &it.activity, false)?,
                outcome: it.outcome.clone(),
                note: it.note.clone(),
                fields: it.fields.clone(),
            })
        } else if let Some(it) = &step.reschedule {
            let due = it.due.map(|due| self.due("reschedule", due)).transpose()?;
            Input::Reschedule { activity: id("reschedule", &it.activity, false)?, due }
        } else if let Some(it) = &step.reassign {
            Input::Reassign { activity: id("reassign", &it.activity, false)?, to: it.to.clone() }
        } else if let Some(name) = &step.reopen_activity {
            Input::ReopenActivity { activity: id("reopen_activity", name, true)? }
        } else if let Some(Short(it)) = &step.cancel_activity {
            let activity = id("cancel_activity", &it.activity, false)?;
            Input::CancelActivity { activity, reason: it.reason.clone() }
        } else if let Some(it) = &step.waive {
            let debts = self.case().map_or(&[][..], |case| &case.debts);
            let debt = debts.iter().find(|debt| naming::debt(debt).is(&it.debt));
            let known = || naming::listed(debts.iter().map(|debt| debt.requirement.as_str()));
            let debt =
                debt.ok_or_else(|| self.missing_name("waive", "a debt", &it.debt, &known()))?.id.clone();
            Input::Waive { debt, reason: it.reason.clone() }
        } else {
            return Ok(None);
        };
        Ok(Some(input))
    }

    fn due(&self, key: &str, due: When) -> Result<DueAt, Difference> {
        Ok(match due {
            When::In(span) => DueAt::In(span),
            // A date alone is due until its end (A1).
            When::Local(date, None) => DueAt::On(date),
            other => DueAt::At(self.resolve(key, other)?),
        })
    }

    /// What hosts and channels report.
    fn reporting(&self, step: &Step) -> Result<Option<Input>, Difference> {
        let moment = |key, when: Option<When>| when.map(|when| self.resolve(key, when)).transpose();
        let input = if let Some(facts) = &step.facts {
            Input::Facts(self.facts("facts", facts)?)
        } else if let Some(it) = &step.interaction {
            let answers = match &it.answers {
                Some(name) => Some(self.activity("interaction", name, false)?.id.clone()),
                None => None,
            };
            Input::Interaction(Box::new(InteractionInput {
                channel: it.channel.clone(),
                direction: it.direction.clone(),
                id: it.id.clone(),
                at: moment("interaction", it.at)?,
                employee: it.employee.clone(),
                contact: it.contact.clone(),
                subject: it.subject.clone(),
                text: it.text.clone(),
                result: it.result.clone(),
                answers,
                ..InteractionInput::default()
            }))
        } else if let Some(Short(it)) = &step.message {
            Input::Message { name: it.name.clone(), key: it.key.clone(), data: it.data.clone() }
        } else if let Some(it) = &step.document {
            Input::Document(DocumentInput {
                document: it.document.clone(),
                id: it.id.clone(),
                event: it.event.clone(),
                at: moment("document", it.at)?,
                sequence: it.sequence,
                data: it.data.clone(),
            })
        } else if let Some(Short(it)) = &step.command {
            Input::Command { command: it.command.clone(), fields: it.fields.clone() }
        } else if let Some(it) = &step.answer {
            let runs = self.case().map_or(&[][..], |case| &case.commands);
            let run = runs.iter().rev().find(|run| run.command == it.command || run.id == it.command);
            let known = || naming::listed(runs.iter().map(|run| run.command.as_str()));
            let command = run
                .ok_or_else(|| self.missing_name("answer", "a command that was run", &it.command, &known()))?
                .id
                .clone();
            Input::Answer { command, answer: it.answer, text: it.text.clone() }
        } else if let Some(it) = &step.finished {
            let runs = self.case().map_or(&[][..], |case| &case.processes);
            let named = || runs.iter().rev().filter(|run| run.hook == it.process || run.id == it.process);
            let run = named().find(|run| run.is_running()).or_else(|| named().next());
            let known = || naming::listed(runs.iter().map(|run| run.hook.as_str()));
            let process = run
                .ok_or_else(|| {
                    self.missing_name("finished", "a process that was started", &it.process, &known())
                })?
                .id
                .clone();
            let (result, good, fields) = (it.result.clone(), it.good, it.fields.clone());
            Input::Finished(FinishedInput { process, result, good, fields })
        } else if let Some(name) = &step.timer {
            Input::Timer { timer: self.timer(name)? }
        } else if let Some(Short(it)) = &step.given_up {
            let effect = self.effect("given_up", &it.effect)?;
            let kind = Some(kind_of(&effect).to_owned());
            let error = it.error.clone().unwrap_or_else(|| "given up".to_owned());
            Input::GivenUp { effect: effect.id, kind, error }
        } else if let Some(name) = &step.settled {
            Input::Settled { effect: self.effect("settled", name)?.id }
        } else {
            return Ok(None);
        };
        Ok(Some(input))
    }

    fn missing_name(&self, key: &str, what: &str, name: &str, known: &str) -> Difference {
        self.differs(key, &format!("{what}, called `{name}`"), format!("there is {known}"))
    }

    fn timer(&self, name: &str) -> Result<String, Difference> {
        let Some(case) = self.case() else { return Ok(name.to_owned()) };
        let subject = |it: &crate::case::Timer| it.subject.as_deref().and_then(|id| case.activity(id));
        let names = |it: &crate::case::Timer| {
            let of_trigger = it.trigger.as_deref().is_some_and(|rule| naming::rule_names(rule).is(name));
            it.id == name || of_trigger || subject(it).is_some_and(|it| naming::activity(it).is(name))
        };
        let armed: Vec<String> = case
            .timers
            .iter()
            .map(|it| match (&it.trigger, subject(it)) {
                (Some(rule), _) => rule.clone(),
                (None, Some(activity)) => naming::activity(activity).told,
                (None, None) => it.id.clone(),
            })
            .collect();
        let found = case.timers.iter().find(|it| names(it));
        found.map(|it| it.id.clone()).ok_or_else(|| {
            self.missing_name(
                "timer",
                "an armed timer",
                name,
                &naming::listed(armed.iter().map(String::as_str)),
            )
        })
    }

    /// The last effect that is called so.
    fn effect(&self, key: &str, name: &str) -> Result<Effect, Difference> {
        let effects: Vec<&Effect> = self.entries().iter().flat_map(crate::case::Entry::effects).collect();
        let found =
            effects.iter().rev().find(|it| it.id == name || it.lane == name || naming::effect(it).is(name));
        let told: Vec<String> = effects.iter().map(|it| naming::effect(it).told).collect();
        found.map(|it| (*it).clone()).ok_or_else(|| {
            let known = naming::listed(told.iter().map(String::as_str));
            self.missing_name(key, "an effect", name, &known)
        })
    }

    /// Facts by name: a value, what is known of it, or of a keyed one either by key.
    fn facts(&self, key: &str, facts: &Values) -> Result<FactsInput, Difference> {
        let mut values = Vec::new();
        for (name, said) in facts {
            let by = self.scenario().def.facts.get(name).map_or(&[][..], |def| &def.by);
            match said {
                Some(Value::Record(keyed)) if !by.is_empty() => {
                    for (parts, said) in keyed {
                        let parts = parts.split(',').map(|part| Value::from(part.trim())).collect();
                        values.push(self.reading(key, name, parts, Some(said))?);
                    }
                }
                said => values.push(self.reading(key, name, Vec::new(), said.as_ref())?),
            }
        }
        Ok(FactsInput { source: None, sequence: None, values })
    }

    fn reading(
        &self,
        key: &str,
        fact: &str,
        parts: Vec<Value>,
        said: Option<&Value>,
    ) -> Result<FactReading, Difference> {
        let mut reading = FactReading {
            fact: fact.to_owned(),
            key: parts,
            value: said.cloned(),
            unknown: None,
            since: None,
        };
        let Some(Value::Record(more)) = said else { return Ok(reading) };
        reading.value = more.get("value").cloned();
        reading.unknown = more.get("unknown").map(ToString::to_string);
        if let Some(since) = more.get("since") {
            let when =
                since.to_string().parse().map_err(|error: String| self.trouble(key, "a time", error))?;
            reading.since = Some(self.resolve(key, when)?);
        }
        if let Some(odd) = more.keys().find(|name| !["value", "unknown", "since"].contains(&name.as_str())) {
            let expected = format!("`{fact}` as a value, or as `value`, `unknown` and `since`");
            return Err(self.trouble(key, &expected, format!("`{odd}`")));
        }
        Ok(reading)
    }
}

impl From<&PartySaid> for Party {
    fn from(said: &PartySaid) -> Self {
        Self { reference: said.reference.clone(), contacts: said.contacts.clone() }
    }
}

/// An effect's kind, as a trigger on "given up" names it.
fn kind_of(effect: &Effect) -> &str {
    match &effect.act {
        Act::Host { kind, .. } => kind,
        Act::Command { command, .. } => command,
        Act::Notify { .. } => "notify",
        Act::StartProcess { .. } => "start_process",
        Act::CancelProcess { .. } => "cancel_process",
        Act::OpenCase { .. } => "open_case",
        Act::Finish { .. } => "finish",
        Act::Hand { .. } => "hand",
    }
}
