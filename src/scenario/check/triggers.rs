//! What triggers wait for (T1, T3).

use super::at::At;
use super::checking::Checking;
use crate::condition::Slot;
use crate::scenario::def::{EventDef, ProcessFilter, TriggerDef};
use crate::scenario::names::Meaning;

impl Checking<'_> {
    /// The triggers of a stage, or the scenario's.
    pub fn check_triggers(&mut self, at: &At, triggers: &[TriggerDef], stage: Option<usize>) {
        let ids = triggers.iter().enumerate().map(|(index, it)| (at.index(index).key("id"), it.id.clone()));
        self.once("trigger", ids);
        for (index, trigger) in triggers.iter().enumerate() {
            let at = at.index(index);
            self.id(&at.key("id"), &trigger.id);
            self.check_event(&at.key("on"), trigger, stage);
            if let Some(condition) = &trigger.condition {
                let at = at.key("if");
                if self.condition(&at, condition, true).is_some() && condition.trim() == "false" {
                    self.never_fires(
                        &at,
                        "its condition never holds",
                        "switch it off by `\"enabled\": false`",
                    );
                }
            }
            let actions = at.key("do");
            if trigger.actions.is_empty() {
                self.error_with("no-action", &actions, "the trigger does nothing", "say what it does");
            }
            self.check_actions(&actions, &trigger.actions, stage, Some(&trigger.on));
        }
    }

    pub fn never_fires(&mut self, at: &At, why: &str, help: &str) {
        self.lint("trigger-never-fires", at, format!("this trigger can never fire: {why}"), help);
    }

    fn check_event(&mut self, at: &At, trigger: &TriggerDef, stage: Option<usize>) {
        self.check_event_belongs(at, &trigger.on, stage);
        match &trigger.on {
            EventDef::Becomes(condition) => self.check_becomes(&at.key("becomes"), condition),
            EventDef::EnteredStage(name) => {
                self.stage(&at.key("entered_stage"), name);
            }
            EventDef::After(span) => self.check_limit(&at.key("after"), span),
            EventDef::Moment(moment) => self.check_field_moment(&at.key("moment"), moment),
            EventDef::Field(name) => {
                self.field(&at.key("field"), name);
            }
            EventDef::Fact(name) => self.check_fact_event(&at.key("fact"), name),
            EventDef::Planned(filter) => self.check_activity_filter(&at.key("planned"), filter, false),
            EventDef::Done(filter) => self.check_activity_filter(&at.key("done"), filter, true),
            EventDef::Overdue(filter) => {
                let at = at.key("overdue");
                self.check_activity_filter(&at, filter, false);
                if filter.item.as_ref().and_then(|item| self.items.get(item)).is_some_and(|item| !item.due) {
                    self.never_fires(&at, "the item has no due time", "give the item a `due`");
                }
            }
            EventDef::Interaction(filter) => {
                let at = at.key("interaction");
                if let Some(direction) = &filter.direction {
                    self.word(&at.key("direction"), "direction", direction, &["in", "out"]);
                }
                if let Some(result) = &filter.result {
                    let known = ["answered", "missed", "busy", "bounced", "automatic"];
                    self.word(&at.key("result"), "result", result, &known);
                }
            }
            EventDef::Started(filter) => self.check_process_filter(&at.key("started"), filter, false),
            EventDef::Finished(filter) => self.check_process_filter(&at.key("finished"), filter, true),
            EventDef::ProcessOverdue(filter) => {
                let at = at.key("process_overdue");
                self.check_process_filter(&at, filter, false);
                let hooks = || self.def.stages.iter().flat_map(|stage| &stage.run);
                let meant = |id: &str| filter.process.as_ref().is_none_or(|process| process == id);
                let mut meant = hooks().filter(|hook| meant(hook.id())).peekable();
                if meant.peek().is_some() && meant.all(|hook| hook.limit.is_none()) {
                    self.never_fires(&at, "the process has no limit", "give it a `limit`");
                }
            }
            EventDef::Document(filter) => self.check_document_filter(&at.key("document"), filter),
            EventDef::Answered(filter) => {
                let at = at.key("answered");
                if let Some(command) = &filter.command {
                    self.command(&at.key("command"), command);
                }
                if let Some(answer) = &filter.answer {
                    self.word(&at.key("answer"), "answer", answer, &["done", "part", "refused"]);
                }
            }
            EventDef::Entered
            | EventDef::Left
            | EventDef::Message(_)
            | EventDef::Opened
            | EventDef::Reopened
            | EventDef::Closed
            | EventDef::HandedOver
            | EventDef::GivenUp(_) => {}
        }
    }

    /// Whether the event can come to a trigger that stands here (T3, X4).
    fn check_event_belongs(&mut self, at: &At, event: &EventDef, stage: Option<usize>) {
        let Some(stage) = stage.and_then(|at| self.def.stages.get(at)) else { return };
        let of_scenario = match event {
            EventDef::EnteredStage(_) => Some("`entered_stage`"),
            EventDef::Opened => Some("`opened`"),
            EventDef::Reopened => Some("`reopened`"),
            EventDef::Closed => Some("`closed`"),
            _ => None,
        };
        if let Some(name) = of_scenario {
            let help = "move it to the scenario's `triggers`, or use `entered` or `left`";
            self.error_with(
                "event-not-on-stage",
                at,
                format!("{name} does not come to a stage's trigger"),
                help,
            );
            return;
        }
        if stage.outcome.is_none() {
            return;
        }
        match event {
            EventDef::After(_) | EventDef::Moment(_) => {
                let help = "the case is closed here: put it among the scenario's `triggers`, or leave it out";
                self.error_with("not-on-outcome", at, "a timer on an outcome", help);
            }
            EventDef::Entered | EventDef::Becomes(_) => {}
            _ => {
                let help = "on a closed case only the scenario's triggers run: move it there";
                self.never_fires(at, "its stage is an outcome", help);
            }
        }
    }

    fn check_becomes(&mut self, at: &At, condition: &str) {
        let Some(program) = self.condition(at, condition, false) else { return };
        let slots: Vec<Slot> = program.slots().iter().chain(program.keyed_slots()).copied().collect();
        if slots.is_empty() {
            let help = "it reads nothing that can change; a stage's `entered` fires on entry";
            self.lint("becomes-constant", at, "this condition is always the same", help);
        }
        for slot in slots {
            let Some(Meaning::Fact(position)) = self.meaning(slot) else { continue };
            let name = self.def.facts.names().nth(*position).unwrap_or_default().to_owned();
            self.check_is_pushed(at, &name);
        }
    }

    fn check_fact_event(&mut self, at: &At, name: &str) {
        if self.def.facts.get(name).is_none() {
            self.unknown("unknown-fact", at, "fact", name, self.def.facts.names());
        }
        self.check_is_pushed(at, name);
    }

    /// A fact with an age is read when a step needs it; nobody tells that it has changed meanwhile.
    fn check_is_pushed(&mut self, at: &At, name: &str) {
        if self.def.facts.get(name).is_some_and(|fact| fact.fresh.is_some()) {
            let message =
                format!("the fact `{name}` is read on demand, so that its change is noticed late or never");
            let help = "have the host send it, and leave `fresh` out; or judge it in a move or a requirement";
            self.lint("fact-not-pushed", at, message, help);
        }
    }

    fn check_process_filter(&mut self, at: &At, filter: &ProcessFilter, finished: bool) {
        if let Some(hook) = &filter.process {
            self.hook(&at.key("process"), hook, None);
        }
        for (key, given) in [("result", filter.result.is_some()), ("good", filter.good.is_some())] {
            if given && !finished {
                let message = "only what is finished has a result";
                self.error_with("result-not-here", &at.key(key), message, "leave it out");
            }
        }
    }

    /// A hook that is named here: of this stage, or of any.
    pub fn hook(&mut self, at: &At, name: &str, stage: Option<usize>) {
        let def = self.def;
        let stages = def.stages.iter().enumerate().filter(|(at, _)| stage.is_none_or(|it| it == *at));
        let known: Vec<&str> = stages.flat_map(|(_, stage)| &stage.run).map(|hook| hook.id()).collect();
        if !known.contains(&name) {
            let what = if stage.is_some() { "process of this stage" } else { "process" };
            self.unknown("unknown-hook", at, what, name, known);
        }
    }

    fn command(&mut self, at: &At, name: &str) {
        let def = self.def;
        let known: Vec<&str> =
            def.stages.iter().flat_map(|stage| &stage.commands).map(|command| command.id.as_str()).collect();
        if !known.contains(&name) {
            self.unknown("unknown-command", at, "command", name, known);
        }
    }
}
