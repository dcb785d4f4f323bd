//! What a trigger does, but for moving and closing (T2).

use super::door::field_value;
use super::matching::of_activity;
use super::work::Work;
use crate::Value;
use crate::case::{Act, ActivityEnd, Event, Missing};
use crate::condition::Evaluated;
use crate::scenario::model::Action;

impl Work<'_> {
    /// Sets a field to a value that passed the door; an equal one has not changed (T1).
    pub fn set(&mut self, field: &str, value: Option<Value>, rule: Option<&str>) {
        let was = self.case.fields.get(field);
        if was == value.as_ref() {
            return;
        }
        let was = was.cloned();
        self.emit(Event::FieldSet { field: field.to_owned(), value, was, rule: rule.map(str::to_owned) });
        self.field_changed(field);
        self.void_on(field, rule);
    }

    /// A rule sets a field: within the field's own rules.
    pub fn set_by_rule(&mut self, rule: &str, field: &str, value: Option<Value>) -> Result<(), Missing> {
        let s = self.s;
        let def = s.field(field).ok_or_else(|| Missing::new("V-IN-field").arg("field", field))?;
        let value = match value {
            Some(value) => field_value(s, field, def, &value)?,
            None => None,
        };
        self.set(field, value, Some(rule));
        Ok(())
    }

    /// One action; what cannot be done says why.
    pub fn act_one(&mut self, rule: &str, action: &Action) -> Result<(), Vec<Missing>> {
        let open = self.case.is_open();
        let closed = || vec![Missing::new("V-X4-closed")];
        match action {
            Action::Set { field, to } => {
                let value = match to.eval(&self.judge()) {
                    Evaluated::Value(value) => Some(value),
                    Evaluated::Empty => None,
                    Evaluated::Span(_) => {
                        return Err(vec![Missing::new("V-T2-value").arg("field", field.as_str())]);
                    }
                    Evaluated::Unknown(_) => return Err(vec![self.judge().unknown("T2", None, to)]),
                };
                self.set_by_rule(rule, field, value).map_err(|missing| vec![missing])
            }
            Action::Plan(plan) if open => {
                if plan.when.as_ref().is_none_or(|when| when.holds(&self.judge()).holds()) {
                    self.plan(plan);
                }
                Ok(())
            }
            Action::CloseActivities(filter) if open => {
                let matching: Vec<String> = self
                    .case
                    .activities
                    .iter()
                    .filter(|it| of_activity(self.s, filter, it))
                    .map(|it| it.id.clone())
                    .collect();
                for activity in matching {
                    if self.case.open_activity(&activity).is_some() {
                        let end = ActivityEnd::Closed { at: self.now(), rule: rule.to_owned() };
                        self.end_activity(&activity, end, None);
                    }
                }
                Ok(())
            }
            Action::Start(hook) => self.act_start(hook),
            Action::Cancel(hook) if open => {
                let running = self.case.processes.iter().find(|run| run.hook == *hook && run.is_running());
                match running.map(|run| run.id.clone()) {
                    Some(id) => {
                        self.cancel_process(&id, "trigger");
                        Ok(())
                    }
                    None => Err(vec![Missing::new("V-P1-not-running").arg("process", hook.as_str())]),
                }
            }
            Action::OpenCase { scenario, link, give } => {
                let fields = self.values(give);
                let (scenario, origin) = (scenario.clone(), self.origin(None));
                let act = Act::OpenCase { scenario, link: *link, fields, origin };
                self.effect("open_case", Some(rule), act);
                Ok(())
            }
            Action::Notify { role, person, text } => {
                let persons = match person {
                    Some(person) => self.texts_of(person),
                    None if role.is_none() => self.case.responsible.iter().cloned().collect(),
                    None => Vec::new(),
                };
                // A deputy is told instead of whoever is away (A10), and nobody twice.
                let mut told: Vec<Option<String>> = Vec::new();
                for person in persons {
                    let person = Some(self.stand_in(&person).0);
                    if !told.contains(&person) {
                        told.push(person);
                    }
                }
                match (role, told.is_empty()) {
                    (None, true) => return Err(vec![Missing::new("V-T2-nobody")]),
                    (Some(_), true) => told.push(None),
                    _ => {}
                }
                for person in told {
                    let act = Act::Notify { person, role: role.clone(), text: text.clone() };
                    self.effect("notify", Some(rule), act);
                }
                Ok(())
            }
            Action::Effect { kind, lane, payload } => {
                let payload = self.values(payload);
                self.effect(lane, Some(rule), Act::Host { kind: kind.clone(), payload });
                Ok(())
            }
            Action::Reopen(stage) => {
                let target = self.s.stage_index(stage);
                match target {
                    Some(to) if !open => {
                        let mut verdicts = super::moves::Verdicts::default();
                        if let Some(stage) = self.s.stages.get(to) {
                            self.judge().entry(stage, &mut verdicts);
                        }
                        if verdicts.owed.is_empty() {
                            self.as_scenario = true;
                            self.reopen(to);
                            self.as_scenario = false;
                            Ok(())
                        } else {
                            Err(verdicts.owed.into_iter().map(|owed| owed.missing).collect())
                        }
                    }
                    _ => Err(vec![Missing::new("V-X3-open")]),
                }
            }
            Action::Plan(_)
            | Action::CloseActivities(_)
            | Action::Cancel(_)
            | Action::Move(_)
            | Action::Close { .. } => Err(closed()),
        }
    }

    fn act_start(&mut self, id: &str) -> Result<(), Vec<Missing>> {
        let s = self.s;
        let unknown = || vec![Missing::new("V-P1-unknown").arg("process", id)];
        let here = self.stage().and_then(|stage| stage.hooks.iter().find(|hook| hook.id == id));
        // A scenario's trigger may start any stage's hook by its id, as a process that nothing awaits.
        let hook =
            here.or_else(|| s.stages.iter().flat_map(|stage| stage.hooks.iter()).find(|hook| hook.id == id));
        let hook = hook.ok_or_else(unknown)?;
        if !self.case.is_open() && hook.def.awaited {
            return Err(vec![Missing::new("V-X4-awaited").arg("process", id)]);
        }
        if self.case.processes.iter().any(|run| run.rule == hook.rule && run.is_running()) {
            return Err(vec![Missing::new("V-P1-running").arg("process", id)]);
        }
        self.start_process(hook);
        Ok(())
    }
}
