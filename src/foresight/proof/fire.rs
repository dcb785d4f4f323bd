//! Making a trigger fire: whatever it waits for is brought about, with values by which its condition holds.

use super::ask::Ask;
use super::domain::Var;
use super::solve::Asker;
use super::walker::{Gone, Stuck, Trail, Walker};
use crate::case::{Case, CommandAnswer, DocumentInput, Fields, Input, InteractionInput, PlanInput};
use crate::engine::InputNames;
use crate::scenario::def::{ActivityFilter, EventDef, Text};
use crate::scenario::model::{Action, Trigger};
use crate::{Actor, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many values of a field are tried to fire what waits for a change.
const VALUES: usize = 4;
/// How many times something is done so that a condition over what was done holds.
const PUSHES: usize = 4;

impl<'s> Walker<'s> {
    /// Where a trigger would take a case, if anywhere.
    pub fn target(trigger: &Trigger) -> Option<usize> {
        trigger.actions.iter().find_map(|action| match action {
            Action::Move(to) => Some(*to),
            Action::Close { stage, .. } => Some(*stage),
            _ => None,
        })
    }

    /// What a trigger asks of values, besides its event.
    pub fn asks_of_trigger(trigger: &'s Trigger) -> Vec<Ask<'s>> {
        let mut asks = Vec::new();
        asks.extend(trigger.becomes.as_ref().map(|it| Ask::Holds(&trigger.rule, it)));
        asks.extend(trigger.condition.as_ref().map(|it| Ask::Holds(&trigger.rule, it)));
        asks
    }

    /// Takes the case where a trigger moves it, or reopens it: by its event, and by what then holds its wish up.
    pub fn by_trigger(
        &self,
        from: &Trail,
        trigger: &'s Trigger,
        to: usize,
        besides: &[Ask<'s>],
    ) -> Gone<Trail> {
        let Some((here, _)) = self.stage(&from.case) else { return Err(Stuck::default()) };
        let mut way = if from.case.is_open() { self.asks_of(&from.case, here, to) } else { Vec::new() };
        // At once, if values can be found by which it is not held up; else as a wish.
        let mut why = Stuck::default();
        way.extend(besides);
        for extra in [way, besides.to_vec()] {
            match self.fire(from, trigger, &extra) {
                Ok(trail) if has_moved(from, &trail) => return Ok(trail),
                Ok(trail) if trail.case.wishes.iter().any(|wish| wish.trigger == trigger.rule) => {
                    match self.grant(from, &trail, here, to) {
                        Ok(trail) => return Ok(trail),
                        Err(it) => why = it,
                    }
                }
                Ok(_) => {}
                Err(it) => why = it,
            }
            if self.is_spent() {
                break;
            }
        }
        Err(why)
    }

    /// Brings about what holds a wish up; each input tries it again (T6).
    fn grant(&self, from: &Trail, trail: &Trail, here: usize, to: usize) -> Gone<Trail> {
        let all = self.walk(trail, here, to, None, &[])?;
        if has_moved(from, &all) { Ok(all) } else { Err(Stuck::default()) }
    }

    /// Brings about a trigger's event, with values by which its condition and `extra` hold.
    pub fn fire(&self, from: &Trail, trigger: &'s Trigger, extra: &[Ask<'s>]) -> Gone<Trail> {
        let who = self.walkers().first().cloned().unwrap_or_default();
        let mut trail = from.clone();
        let mut asks = Self::asks_of_trigger(trigger);
        asks.extend(extra);
        match &trigger.on {
            EventDef::Becomes(_) => {
                self.unset(&mut trail, trigger, &who)?;
                self.bring(&mut trail, &asks, &who)?;
            }
            EventDef::Field(name) => {
                let position = self.s.def.fields.position(name).unwrap_or(usize::MAX);
                self.change(&mut trail, &Var::Field(position), &asks, &who)?;
            }
            EventDef::Fact(name) => {
                let position = self.s.def.facts.position(name).unwrap_or(usize::MAX);
                self.change(&mut trail, &Var::Fact(position), &asks, &who)?;
            }
            EventDef::After(_) | EventDef::Moment(_) => {
                if let EventDef::Moment(moment) = &trigger.on
                    && !trail.case.fields.contains_key(&moment.field)
                {
                    let position = self.s.def.fields.position(&moment.field).unwrap_or(usize::MAX);
                    self.change(&mut trail, &Var::Field(position), &[], &who)?;
                }
                self.bring(&mut trail, &asks, &who)?;
                self.wait(&mut trail, |timer| timer.trigger.as_deref() == Some(&trigger.rule))?;
            }
            EventDef::Overdue(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                let due = |case: &Case, id: &str| {
                    case.open_activity(id).is_some_and(|it| crate::engine::of_activity(self.s, filter, it))
                };
                let case = trail.case.clone();
                self.wait(&mut trail, |timer| timer.subject.as_deref().is_some_and(|id| due(&case, id)))?;
            }
            EventDef::ProcessOverdue(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                let of = |run: &crate::case::ProcessRun| {
                    filter.process.as_ref().is_none_or(|hook| *hook == run.hook)
                };
                let runs: Vec<String> = trail
                    .case
                    .processes
                    .iter()
                    .filter(|run| run.is_running() && of(run))
                    .map(|run| run.id.clone())
                    .collect();
                self.wait(&mut trail, |timer| timer.subject.as_ref().is_some_and(|id| runs.contains(id)))?;
            }
            EventDef::Planned(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                self.plan(&mut trail, filter, &who)?;
            }
            EventDef::Done(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                self.done(&mut trail, filter, &who)?;
            }
            EventDef::Interaction(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                let input = InteractionInput {
                    channel: filter.channel.clone().unwrap_or_else(|| "phone".to_owned()),
                    direction: filter.direction.clone().or_else(|| Some("in".to_owned())),
                    result: filter.result.clone().or_else(|| Some("answered".to_owned())),
                    ..InteractionInput::default()
                };
                self.by_right(&mut trail, None, Some(&who), Input::Interaction(Box::new(input)))?;
            }
            EventDef::Started(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                let hook = self.stage(&trail.case).and_then(|(_, stage)| {
                    stage.hooks.iter().find(|hook| filter.process.as_ref().is_none_or(|id| *id == hook.id))
                });
                let process = hook.map(|hook| hook.id.clone()).ok_or_else(Stuck::default)?;
                self.step(&mut trail, &who, Input::StartProcess { process })?;
            }
            EventDef::Finished(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                self.finished(&mut trail, trigger, filter, &who)?;
            }
            EventDef::Answered(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                self.answer(&mut trail, filter)?;
            }
            EventDef::Document(filter) => {
                self.bring(&mut trail, &asks, &who)?;
                let document = filter
                    .document
                    .clone()
                    .or_else(|| self.s.def.documents.names().next().map(str::to_owned))
                    .unwrap_or_else(|| "document".to_owned());
                let event = filter.event.clone().unwrap_or_else(|| "posted".to_owned());
                let id = format!("{document}-2");
                let input = DocumentInput { document, id, event, ..DocumentInput::default() };
                self.by_right(&mut trail, self.s.rights.report.as_ref(), Some(&who), Input::Document(input))?;
            }
            EventDef::Message(name) => {
                self.bring(&mut trail, &asks, &who)?;
                let input = Input::Message { name: name.clone(), key: None, data: BTreeMap::new() };
                self.by_right(&mut trail, self.s.rights.report.as_ref(), Some(&who), input)?;
            }
            EventDef::HandedOver => {
                self.bring(&mut trail, &asks, &who)?;
                let to = if trail.case.responsible.as_deref() == Some("somebody") {
                    "everybody"
                } else {
                    "somebody"
                };
                let input = Input::HandOver { to: Some(to.to_owned()), team: None, keep_activities: false };
                self.by_right(&mut trail, self.s.rights.hand_over.as_ref(), Some(&who), input)?;
            }
            EventDef::GivenUp(kind) => {
                self.bring(&mut trail, &asks, &who)?;
                let effect = format!("{}/effect", trail.case.id);
                let error = "it could not be done".to_owned();
                let input = Input::GivenUp { effect, kind: Some(kind.clone()), error };
                self.by_right(&mut trail, self.s.rights.report.as_ref(), Some(&who), input)?;
            }
            // These come of opening, entering, leaving, closing and reopening, which are walked.
            EventDef::Entered
            | EventDef::EnteredStage(_)
            | EventDef::Left
            | EventDef::Opened
            | EventDef::Reopened
            | EventDef::Closed => return Err(Stuck::default()),
        }
        if has_fired(&from.case, &trail, trigger) { Ok(trail) } else { Err(Stuck::default()) }
    }

    /// Makes a "becomes" not hold, where it has seen that it does.
    fn unset(&self, trail: &mut Trail, trigger: &'s Trigger, who: &Actor) -> Gone<()> {
        let seen = trail.case.seen.get(&trigger.rule).copied().unwrap_or(false);
        match &trigger.becomes {
            Some(becomes) if seen => self.bring(trail, &[Ask::Fails(&trigger.rule, becomes)], who),
            _ => Ok(()),
        }
    }

    /// Makes all that is asked hold.
    pub fn bring(&self, trail: &mut Trail, asks: &[Ask<'s>], who: &Actor) -> Gone<()> {
        let began = Rc::clone(&trail.case);
        let elsewhere = |trail: &Trail| {
            trail.case.visit.number != began.visit.number || trail.case.is_open() != began.is_open()
        };
        for _ in 0..=PUSHES {
            let names = InputNames::default();
            let fixed = self.fixed(&trail.case);
            let by = Asker { fixed: Some(&fixed), ..self.asker(&trail.case, who, &names) };
            let Some(chosen) = self.solver.solve(&trail.case, by, asks) else {
                if !self.push(trail, who, asks)? {
                    break;
                }
                if elsewhere(trail) {
                    return Ok(());
                }
                continue;
            };
            if chosen.is_empty() {
                return Ok(());
            }
            let mut trial = Case::clone(&trail.case);
            self.apply(&mut trial, by, &chosen, asks);
            // Fields first: facts are what the world answers.
            self.set_outside(trail, who, self.fields(&chosen), true)?;
            if !elsewhere(trail) {
                self.tell(trail, who, &trial, &chosen)?;
            }
            return Ok(());
        }
        Err(Stuck::default())
    }

    /// Gives a field or fact another value, and everything else such values that what is asked holds, at once.
    fn change(&self, trail: &mut Trail, var: &Var, asks: &[Ask<'s>], who: &Actor) -> Gone<()> {
        let names = InputNames::default();
        let (is, key) = self.now_and_key(&trail.case, var);
        let domain = self.solver.literals.domain(self.s, var, trail.case.last_at);
        let mut why = Stuck::default();
        for value in domain.into_iter().filter(|value| *value != is).take(VALUES) {
            let mut fixed = self.fixed(&trail.case);
            if !fixed.insert(var.clone()) {
                break;
            }
            let mut trial = Case::clone(&trail.case);
            let keys: Vec<(usize, Vec<Value>)> = key.iter().cloned().collect();
            self.solver.set(&mut trial, var, value.as_ref(), &keys);
            let by = Asker { fixed: Some(&fixed), ..self.asker(&trail.case, who, &names) };
            let Some(mut chosen) = self.solver.solve(&trial, by, asks) else { continue };
            self.apply(&mut trial, by, &chosen, asks);
            chosen.insert(var.clone(), value);
            // What it is about comes last, with all that is of its kind.
            let fields = self.fields(&chosen);
            let done = match var {
                Var::Field(_) => self
                    .tell(trail, who, &trial, &chosen)
                    .and_then(|()| self.set_outside(trail, who, fields, true).map(drop)),
                _ => self
                    .set_outside(trail, who, fields, true)
                    .and_then(|_| self.tell(trail, who, &trial, &chosen)),
            };
            match done {
                Ok(()) => return Ok(()),
                Err(it) => why = it,
            }
        }
        Err(why)
    }

    /// What a field or fact is now, and the key by which a fact is told.
    fn now_and_key(&self, case: &Case, var: &Var) -> (Option<Value>, Option<(usize, Vec<Value>)>) {
        match var {
            Var::Field(position) => {
                let name = self.s.def.fields.at(*position).map_or("", |(name, _)| name);
                (case.fields.get(name).cloned(), None)
            }
            Var::Fact(position) => {
                let Some((name, def)) = self.s.def.facts.at(*position) else { return (None, None) };
                let key: Vec<Value> = def.by.iter().map(|key| key.as_str().into()).collect();
                let value = case.fact(name, &key).and_then(|fact| fact.value.clone());
                (value, Some((*position, key)))
            }
            _ => (None, None),
        }
    }

    /// Lets time pass until a timer falls due, and tells it.
    fn wait(&self, trail: &mut Trail, which: impl Fn(&crate::case::Timer) -> bool) -> Gone<()> {
        let timer = trail.case.timers.iter().filter(|timer| which(timer)).min_by_key(|timer| timer.at);
        let (id, at) = timer.map(|timer| (timer.id.clone(), timer.at)).ok_or_else(Stuck::default)?;
        let reporter = Actor { id: "clock".to_owned(), ..Actor::default() };
        self.step_at(trail, &reporter, Input::Timer { timer: id }, at)
    }

    fn plan(&self, trail: &mut Trail, filter: &ActivityFilter, who: &Actor) -> Gone<()> {
        let kind = filter.kind.clone().unwrap_or_else(|| "task".to_owned());
        let title = Text::from("more work");
        let input = PlanInput { kind, title, due: None, assignee: None, mandatory: false };
        self.by_right(trail, self.s.rights.activities.as_ref(), Some(who), Input::Plan(input))
    }

    fn done(&self, trail: &mut Trail, filter: &ActivityFilter, who: &Actor) -> Gone<()> {
        let open = |case: &Case| {
            let found = case.activities.iter().find(|it| crate::engine::of_activity(self.s, filter, it));
            found.map(|it| it.id.clone())
        };
        if open(&trail.case).is_none() {
            self.plan(trail, filter, who)?;
        }
        let id = open(&trail.case).ok_or_else(Stuck::default)?;
        self.do_activity(trail, &id, who, filter.outcome.as_deref())
    }

    fn finished(
        &self,
        trail: &mut Trail,
        trigger: &Trigger,
        filter: &crate::scenario::def::ProcessFilter,
        who: &Actor,
    ) -> Gone<()> {
        let stage = self.stage(&trail.case).map(|(_, stage)| stage);
        let wanted = |hook: &str, rule: &str| {
            filter.process.as_ref().is_none_or(|id| id == hook)
                && (!trigger.rule.contains("/run/") || trigger.rule == rule)
        };
        let running = |case: &Case| {
            case.processes
                .iter()
                .find(|run| run.is_running() && wanted(&run.hook, &run.rule))
                .map(|run| (run.id.clone(), run.good.clone()))
        };
        if running(&trail.case).is_none() {
            let hook = stage.and_then(|stage| stage.hooks.iter().find(|hook| wanted(&hook.id, &hook.rule)));
            let Some(hook) = hook else { return Err(Stuck::default()) };
            if let Some(when) = &hook.when {
                self.bring(trail, &[Ask::Holds(&hook.rule, when)], who)?;
            }
            if running(&trail.case).is_none() {
                self.step(trail, who, Input::StartProcess { process: hook.id.clone() })?;
            }
        }
        let (run, good) = running(&trail.case).ok_or_else(Stuck::default)?;
        let is_good = filter.good.unwrap_or(true);
        let named = filter.result.as_deref();
        let result = named.or(good.first().map(String::as_str).filter(|_| is_good));
        let result = result.unwrap_or(if is_good { "good" } else { "bad" }).to_owned();
        let is_good = filter.good.unwrap_or_else(|| good.is_empty() || good.contains(&result));
        self.finish(trail, &run, &result, is_good)
    }

    fn answer(&self, trail: &mut Trail, filter: &crate::scenario::def::CommandFilter) -> Gone<()> {
        let stage = self.stage(&trail.case).map(|(_, stage)| stage);
        let mut commands = stage.into_iter().flat_map(|stage| &stage.commands);
        let command = commands.find(|it| filter.command.as_ref().is_none_or(|id| *id == it.id));
        let Some(command) = command else { return Err(Stuck::default()) };
        let who = self.allowed(&trail.case, command.who.as_ref(), None).next().ok_or_else(Stuck::default)?;
        if let Some(when) = &command.when {
            self.bring(trail, &[Ask::Holds("", when)], &who)?;
        }
        let mut fields = Fields::new();
        for name in &command.ask {
            if !trail.case.fields.contains_key(name) {
                let position = self.s.def.fields.position(name).unwrap_or(usize::MAX);
                let domain = self.solver.literals.domain(self.s, &Var::Field(position), self.start);
                fields.insert(name.clone(), domain.into_iter().flatten().next());
            }
        }
        self.step(trail, &who, Input::Command { command: command.id.clone(), fields })?;
        let run = trail.case.commands.last().map(|run| run.id.clone()).ok_or_else(Stuck::default)?;
        let answer = match filter.answer.as_deref() {
            Some("refused") => CommandAnswer::Refused,
            Some("part") => CommandAnswer::Part,
            _ => CommandAnswer::Done,
        };
        let input = Input::Answer { command: run, answer, text: None };
        self.by_right(trail, self.s.rights.report.as_ref(), Some(&who), input)
    }
}

/// Whether the case stands elsewhere, or was closed or reopened.
pub(super) fn has_moved(from: &Trail, trail: &Trail) -> bool {
    trail.case.visit.number != from.case.visit.number || trail.case.is_open() != from.case.is_open()
}

/// Whether a trigger has fired on the way: it has a mark or a wish more, or has taken the case elsewhere.
fn has_fired(before: &Case, trail: &Trail, trigger: &Trigger) -> bool {
    let count = |case: &Case| {
        case.fired.iter().filter(|mark| mark.trigger == trigger.rule).count()
            + case.wishes.iter().filter(|wish| wish.trigger == trigger.rule).count()
    };
    trail.case.visit.number != before.visit.number
        || trail.case.is_open() != before.is_open()
        || count(&trail.case) > count(before)
        || trail.case.fired.iter().any(|mark| mark.trigger == trigger.rule && mark.always)
}
