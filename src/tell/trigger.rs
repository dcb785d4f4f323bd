//! Triggers in words: when what happens, what is done.

use super::words::Teller;
use crate::scenario::def::{
    ActionDef, ActivityFilter, CommandFilter, DocumentFilter, EventDef, InteractionFilter, NotifyDef,
    ProcessFilter, Repeat, TriggerDef,
};

impl Teller<'_> {
    pub fn trigger_title(&self, trigger: &TriggerDef) -> String {
        self.plain(&trigger.title, &trigger.id)
    }

    /// A trigger in one line.
    pub fn trigger(&self, trigger: &TriggerDef) -> String {
        let mut event = self.event(&trigger.on);
        if let Some(condition) = &trigger.condition {
            let condition = self.condition(condition);
            event = self.say("trigger.if", &[("event", event.into()), ("condition", condition.into())]);
        }
        let actions: Vec<String> = trigger.actions.iter().map(|action| self.action(action)).collect();
        let title = format!("**{}**", self.trigger_title(trigger).replace('*', "∗"));
        let args = [("title", title.into()), ("event", event.into()), ("actions", actions.join("; ").into())];
        let mut line = self.say("trigger.line", &args);
        line = match trigger.repeat {
            Repeat::Never => line,
            Repeat::Always => self.part("trigger.always", "line", line),
            Repeat::Daily => self.part("trigger.daily", "line", line),
        };
        if trigger.enabled {
            return line;
        }
        let off = format!("**{}**", self.say("off", &[]));
        self.say("trigger.off", &[("line", line.into()), ("off", off.into())])
    }

    pub fn event(&self, event: &EventDef) -> String {
        let filtered = |code: &str, filter: String| self.part(code, "filter", filter);
        match event {
            EventDef::Becomes(condition) => {
                self.part("event.becomes", "condition", self.condition(condition))
            }
            EventDef::Entered => self.say("event.entered", &[]),
            EventDef::EnteredStage(stage) => self.part("event.entered_stage", "stage", self.stage(stage)),
            EventDef::Left => self.say("event.left", &[]),
            EventDef::After(span) => self.part("event.after", "span", *span),
            EventDef::Moment(moment) => self.moment(moment),
            EventDef::Field(field) => self.part("event.field", "field", self.field(field)),
            EventDef::Fact(fact) => self.part("event.fact", "fact", self.fact(fact)),
            EventDef::Planned(filter) => filtered("event.planned", self.activities(filter)),
            EventDef::Done(filter) => filtered("event.done", self.activities(filter)),
            EventDef::Overdue(filter) => filtered("event.overdue", self.activities(filter)),
            EventDef::Interaction(filter) => filtered("event.interaction", self.interactions(filter)),
            EventDef::Started(filter) => filtered("event.started", self.processes(filter)),
            EventDef::Finished(filter) => filtered("event.finished", self.processes(filter)),
            EventDef::ProcessOverdue(filter) => filtered("event.process_overdue", self.processes(filter)),
            EventDef::Answered(filter) => filtered("event.answered", self.commands(filter)),
            EventDef::Document(filter) => filtered("event.document", self.documents(filter)),
            EventDef::Message(name) => self.part("event.message", "name", self.titled(None, name)),
            EventDef::Opened => self.say("event.opened", &[]),
            EventDef::Reopened => self.say("event.reopened", &[]),
            EventDef::Closed => self.say("event.closed", &[]),
            EventDef::HandedOver => self.say("event.handed_over", &[]),
            EventDef::GivenUp(kind) => self.part("event.given_up", "kind", self.titled(None, kind)),
        }
    }

    pub fn action(&self, action: &ActionDef) -> String {
        match action {
            ActionDef::Set(set) => {
                let args =
                    [("field", self.field(&set.field).into()), ("value", self.expression(&set.to).into())];
                self.say("action.set", &args)
            }
            ActionDef::Plan(plan) => self.part("action.plan", "plan", self.plan(plan)),
            ActionDef::CloseActivities(filter) => {
                self.part("action.close_activities", "filter", self.activities(filter))
            }
            ActionDef::Start(hook) => self.part("action.start", "process", self.process(hook)),
            ActionDef::Cancel(hook) => self.part("action.cancel", "process", self.process(hook)),
            ActionDef::OpenCase(open) => {
                self.part("action.open_case", "scenario", self.titled(None, &open.scenario))
            }
            ActionDef::Notify(notify) => self.notify(notify),
            ActionDef::Effect(effect) => self.part("action.effect", "kind", self.titled(None, &effect.kind)),
            ActionDef::Reopen(stage) => self.part("action.reopen", "stage", self.stage(stage)),
            ActionDef::Move(stage) => self.part("action.move", "stage", self.stage(stage)),
            ActionDef::Close(close) => {
                let stage = self.stage(&close.stage);
                let Some(reason) = &close.reason else { return self.part("action.close", "stage", stage) };
                let args = [("stage", stage.into()), ("reason", self.reason(reason).into())];
                self.say("action.close_for", &args)
            }
        }
    }

    fn notify(&self, notify: &NotifyDef) -> String {
        let who = match (&notify.role, &notify.person) {
            (Some(role), _) => self.role(role),
            (None, Some(expression)) => self.expression(expression),
            (None, None) => self.say("who.responsible", &[]),
        };
        let text = self.titled(Some(&notify.text), "");
        self.say("action.notify", &[("who", who.into()), ("text", text.into())])
    }

    /// What a filter asks, in parentheses; nothing where it asks nothing.
    fn filter<const N: usize>(&self, parts: [(&str, Option<String>); N]) -> String {
        let told: Vec<String> = parts
            .into_iter()
            .filter_map(|(code, value)| Some(self.part(&format!("filter.{code}"), "value", value?)))
            .collect();
        if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
    }

    fn activities(&self, filter: &ActivityFilter) -> String {
        let kinds = &self.definition.kinds;
        let outcome = filter.outcome.as_ref().map(|id| {
            let mut of = kinds.iter().filter(|(kind, _)| filter.kind.as_deref().is_none_or(|k| k == *kind));
            self.titled(of.find_map(|(_, kind)| kind.outcomes.get(id)).map(|known| &known.title), id)
        });
        self.filter([
            ("kind", filter.kind.as_ref().map(|kind| self.kind(kind))),
            ("item", filter.item.as_ref().map(|item| self.item(item))),
            ("outcome", outcome),
        ])
    }

    fn interactions(&self, filter: &InteractionFilter) -> String {
        let named = |name: &Option<String>| name.as_ref().map(|name| self.clean(name));
        self.filter([
            ("channel", named(&filter.channel)),
            ("direction", named(&filter.direction)),
            ("result", named(&filter.result)),
        ])
    }

    fn processes(&self, filter: &ProcessFilter) -> String {
        self.filter([
            ("process", filter.process.as_ref().map(|hook| self.process(hook))),
            ("result", filter.result.as_ref().map(|result| self.result(result))),
            ("good", filter.good.map(|good| self.say(if good { "good.yes" } else { "good.no" }, &[]))),
        ])
    }

    fn commands(&self, filter: &CommandFilter) -> String {
        let command = filter.command.as_ref().map(|id| {
            let mut known = self.definition.stages.iter().flat_map(|stage| &stage.commands);
            self.titled(known.find(|command| command.id == *id).map(|command| &command.title), id)
        });
        let answer = filter.answer.as_ref().map(|answer| self.known("answer", answer));
        self.filter([("command", command), ("answer", answer)])
    }

    fn documents(&self, filter: &DocumentFilter) -> String {
        let told = |text: String| self.titled(None, &text);
        let kind = filter.document.as_ref().map(|kind| told(self.document(kind)));
        let event = filter.event.as_ref().map(|event| told(self.known("happened", event)));
        self.filter([("document", kind), ("event", event)])
    }
}
