//! What a case is told: notes, interactions, messages, documents, commands, answers, timers, links (X4, K1, T11).

use super::matching::matches;
use super::work::{Done, Work, is_on};
use crate::case::{
    Act, ActivityEnd, CommandRun, Event, Fields, Handing, Input, Interaction, InteractionInput, LinkKind,
    Missing,
};
use crate::condition::Truth;
use crate::{Remaining, Value};
use std::collections::BTreeMap;

impl<'a> Work<'a> {
    /// Inputs that record something and leave the rest to the triggers.
    pub fn tell(&mut self, input: &'a Input) -> Done {
        let s = self.s;
        match input {
            Input::Note { text } => {
                if text.trim().is_empty() {
                    return Err(Missing::new("V-A12-empty").into());
                }
                self.emit(Event::Noted { text: text.clone() });
            }
            Input::Interaction(it) => {
                self.report()?;
                self.interaction(it)?;
            }
            Input::Message { name, key, .. } => {
                self.report()?;
                self.emit(Event::Messaged { name: name.clone(), key: key.clone() });
            }
            Input::Document(it) => {
                self.report()?;
                self.document(it);
            }
            Input::Command { command, fields } => self.command(command, fields)?,
            Input::Answer { command, answer, text } => {
                self.report()?;
                // The first answer counts; one to a run that is not known is kept and changes nothing.
                let waits = self.case.commands.iter().any(|run| run.id == *command && run.answer.is_none());
                self.emit(Event::Answered {
                    command: command.clone(),
                    answer: *answer,
                    text: text.clone(),
                    late: !waits,
                });
            }
            Input::Timer { timer } => self.timer(timer)?,
            Input::GivenUp { effect, error, kind } => {
                self.report()?;
                if !self.case.given_up.iter().any(|it| it.effect == *effect) {
                    let (effect, kind, error) = (effect.clone(), kind.clone(), error.clone());
                    self.emit(Event::GaveUp { effect, kind, error });
                }
            }
            Input::Settled { effect } => {
                self.report()?;
                if self.case.given_up.iter().any(|it| it.effect == *effect) {
                    self.emit(Event::Settled { effect: effect.clone() });
                }
            }
            Input::Party { role, party } => {
                if s.def.parties.get(role).is_none() {
                    return Err(Missing::new("V-IN-party").arg("role", role.as_str()).into());
                }
                self.need(self.judge().may(s.rights.contacts.as_ref()), "V-G1-contacts")?;
                if self.case.parties.get(role) != party.as_ref() {
                    self.emit(Event::PartySet { role: role.clone(), party: party.clone() });
                }
            }
            Input::Link { case, kind } => {
                if *case == self.case.id {
                    return Err(Missing::new("V-P7-self").into());
                }
                // Whose process it is stands since its opening, and its finish goes there.
                let is_child = self.case.links.get(case) == Some(&LinkKind::ChildOf);
                if (*kind == LinkKind::ChildOf) != is_child {
                    return Err(Missing::new("V-P7-child").into());
                }
                if self.case.links.get(case) != Some(kind) {
                    self.emit(Event::Linked { case: case.clone(), kind: *kind });
                }
            }
            Input::CorrectReason { reason, comment } => self.correct(reason, comment.as_deref())?,
            _ => return Err(Missing::new("V-IN-input").into()),
        }
        Ok(())
    }

    /// An interaction that has happened; the same id with more amends it, with nothing new does nothing (I1).
    fn interaction(&mut self, it: &InteractionInput) -> Done {
        let id = match &it.id {
            Some(id) => id.clone(),
            None => self.id(),
        };
        // Ids are each channel's own.
        let same = |known: &&Interaction| known.id == id && known.channel == it.channel;
        let known = self.case.interactions.iter().find(same);
        let logged = Interaction::logged(known, it, &id, self.now());
        // What is told later of one that went to another case goes there as well.
        if let Some(to) = self.case.redirected.get(&id).cloned() {
            self.hand_on(&to, Handing { interactions: vec![logged], ..Handing::default() });
            return Ok(());
        }
        if known != Some(&logged) {
            self.emit(Event::Logged(Box::new(logged.clone())));
            if let Some(into) = self.case.merged_into.clone() {
                self.hand_on(&into, Handing { interactions: vec![logged], ..Handing::default() });
            }
        }
        self.answered_by(it)
    }

    /// What an interaction answers is done by it (I2), with the outcome that its result names, else with the
    /// kind's first if it came about at all. A report is never refused for it: an approver's activity, one that
    /// is not open, or an outcome that asks for more leaves it as it is.
    fn answered_by(&mut self, it: &InteractionInput) -> Done {
        let open = it.answers.as_ref().and_then(|id| self.case.open_activity(id));
        let Some(activity) = open.filter(|it| it.group.is_none()).cloned() else { return Ok(()) };
        let s = self.s;
        let outcomes = s.kinds.get(&activity.kind).map_or(&[][..], |kind| &kind.outcomes);
        let result = it.result.as_deref();
        let named = result.and_then(|result| outcomes.iter().find(|(id, _)| id == result));
        let came_about = result.is_none_or(|result| result == "answered");
        let found = named.or_else(|| outcomes.first().filter(|_| came_about));
        let (outcome, good) = match found {
            Some((_, outcome)) if outcome.ask.iter().any(|it| !self.case.fields.contains_key(it)) => {
                return Ok(());
            }
            Some((id, outcome)) => (id.as_str(), !outcome.bad),
            None if came_about => ("done", true),
            None => return Ok(()),
        };
        let by = it.employee.clone().unwrap_or_else(|| self.actor().id.clone());
        let end = ActivityEnd::Done { at: self.now(), by, outcome: outcome.to_owned(), good };
        self.end_activity(&activity.id, end, None);
        match found.and_then(|(_, outcome)| outcome.next.as_ref()) {
            Some(next) if self.case.is_open() => self.plan_next(&activity, next),
            _ => Ok(()),
        }
    }

    /// A person asks the host to do something: an effect, whose answer is an input (K1).
    fn command(&mut self, id: &str, fields: &Fields) -> Done {
        let stage = self.stage();
        let Some(command) = stage.and_then(|stage| stage.commands.iter().find(|command| command.id == id))
        else {
            return Err(Missing::new("V-K1-unknown").arg("command", id).into());
        };
        let mut missing = Vec::new();
        let checked = self.judge().fields(fields, &mut missing);
        for (field, value) in checked {
            self.set(&field, value, None);
        }
        missing.extend(self.judge().command(command, &self.case.fields));
        if !missing.is_empty() {
            return Err(missing.into());
        }
        let run = self.id();
        let at = self.now();
        let state = CommandRun { id: run.clone(), command: id.to_owned(), at, answer: None, text: None };
        self.emit(Event::CommandRun(Box::new(state)));
        let asked = command.ask.iter();
        let fields: BTreeMap<String, Value> =
            asked.filter_map(|name| Some((name.clone(), self.case.fields.get(name)?.clone()))).collect();
        let rule = stage.map(|stage| format!("{}/command/{id}", stage.id));
        self.effect(id, rule.as_deref(), Act::Command { run, command: id.to_owned(), fields });
        Ok(())
    }

    /// A timer has come due. For one that is not armed, switched off, standing still, or before its moment,
    /// there is no entry (T11).
    fn timer(&mut self, id: &str) -> Done {
        let Some(timer) = self.case.timers.iter().find(|timer| timer.id == id).cloned() else {
            return Err(Missing::new("V-T11-unknown").arg("timer", id).into());
        };
        // What was due before the clock stood still stays due (A9).
        let standing = self.case.visit.pause.as_ref().and_then(|pause| pause.timers.get(id));
        if standing.is_some_and(|left| !matches!(left, Remaining::WasDue(_))) {
            return Err(Missing::new("V-T11-paused").arg("timer", id).into());
        }
        if self.now() < timer.at {
            let missing = Missing::new("V-T11-early").arg("timer", id).arg("at", timer.at);
            return Err(missing.into());
        }
        self.timer = Some(timer);
        let fired = Event::TimerFired { timer: id.to_owned() };
        // It waits while every trigger that it is for is off, and is handed out when one is on again (T7).
        let s = self.s;
        let here = self.stage().filter(|_| self.case.is_open());
        let live = here.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&s.triggers);
        let mut waiting = live.filter(|trigger| matches(self, trigger, &fired)).peekable();
        if let Some(first) = waiting.peek()
            && let off = Missing::new("V-T11-off").arg("timer", id).arg("trigger", first.rule.as_str())
            && !waiting.any(|trigger| is_on(self.ctx, &trigger.rule, trigger.enabled))
        {
            return Err(off.into());
        }
        self.emit(fired);
        Ok(())
    }

    /// The reason or comment of a closed case is corrected, by right (X4).
    fn correct(&mut self, reason: &str, comment: Option<&str>) -> Done {
        let Some(closing) = &self.case.closing else { return Err(Missing::new("V-X3-open").into()) };
        let mut missing = Vec::new();
        if !self.judge().may(self.s.rights.correct.as_ref()) {
            missing.push(Missing::new("V-G1-correct"));
        }
        if let Some(stage) = self.s.stage_named(&closing.stage) {
            let input = crate::case::CloseInput {
                stage: closing.stage.clone(),
                reason: Some(reason.to_owned()),
                comment: comment.map(str::to_owned).or_else(|| closing.comment.clone()),
                ..crate::case::CloseInput::default()
            };
            self.judge().reason(stage, &input, &mut missing);
            // A reason that is limited to stages was given on the stage of the last visit before closing.
            let def = self.s.def.reasons.get(reason);
            if def.is_some_and(|def| def.stages.contains(&closing.from)) {
                missing.retain(|it| it.code != "V-X1-stage");
            }
        }
        if !missing.is_empty() {
            return Err(missing.into());
        }
        if let Some(reason) = self.reason(reason) {
            self.emit(Event::Corrected { reason, comment: comment.map(str::to_owned) });
        }
        Ok(())
    }
}

impl super::judge::Judge<'_> {
    /// What is missing for a command (K1).
    pub fn command(
        &self,
        command: &crate::scenario::model::Command,
        fields: &BTreeMap<String, Value>,
    ) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !self.may(command.who.as_ref()) {
            missing.push(Missing::new("V-K1-right").arg("command", command.id.as_str()));
        }
        if let Some(when) = &command.when {
            match when.holds(self) {
                Truth::True => {}
                Truth::Unknown => missing.push(self.unknown("K1", None, when)),
                Truth::False => {
                    let mut it = Missing::new("V-K1-when")
                        .arg("command", command.id.as_str())
                        .arg("condition", when.text());
                    it.findings = when.explain(self).findings;
                    missing.push(it);
                }
            }
        }
        for field in command.ask.iter().filter(|field| !fields.contains_key(*field)) {
            missing.push(Missing::new("V-K1-field").arg("field", field.as_str()));
        }
        missing
    }
}
