//! Kinds with their outcomes, and what is planned (A1, A7, A11).

use super::at::At;
use super::checking::{Checking, shown};
use crate::condition::Type;
use crate::scenario::def::{
    ActivityFilter, Assignee, DueDef, GroupDef, KindDef, Needed, NextDef, OneOrMany, PastRole, PlanDef,
};
use crate::scenario::names::type_of_field;

/// Names of counts that a kind cannot have, as they stand beside the kinds: `activities.open`.
const KEPT_KINDS: [&str; 4] = ["open", "done", "cancelled", "closed"];

impl Checking<'_> {
    pub fn check_kinds(&mut self) {
        let def = self.def;
        let at = At::root().key("kinds");
        for (name, kind) in def.kinds.iter() {
            let at = at.key(name);
            if KEPT_KINDS.contains(&name) {
                let message = format!("a kind cannot be called `{name}`");
                let help = format!("conditions count all activities by `activities.{name}`");
                self.error_with("reserved-name", &at, message, help);
            } else {
                self.name(&at, name);
            }
            self.check_kind(&at, kind);
        }
    }

    fn check_kind(&mut self, at: &At, kind: &KindDef) {
        let outcomes = at.key("outcomes");
        if !kind.outcomes.is_empty() && kind.outcomes.iter().all(|(_, outcome)| outcome.bad) {
            let help = "a mandatory activity of this kind could never be met: leave `bad` out of one";
            self.error_with("no-good-outcome", &outcomes, "every outcome is bad", help);
        }
        for (name, outcome) in kind.outcomes.iter() {
            let at = outcomes.key(name);
            if name == "open" {
                let help = "conditions count open activities by that name";
                self.error_with("reserved-name", &at, "an outcome cannot be called `open`", help);
            } else {
                self.name(&at, name);
            }
            for (index, field) in outcome.ask.iter().enumerate() {
                self.field(&at.key("ask").index(index), field);
            }
            if let Some(next) = &outcome.next {
                self.check_next(&at.key("next"), next);
            }
        }
    }

    fn check_next(&mut self, at: &At, next: &NextDef) {
        if let Some(plan) = &next.plan {
            self.check_plan(&at.key("plan"), plan);
        }
        if let Some(due) = &next.due {
            self.check_due(&at.key("due"), due);
            if next.plan.is_some() {
                let help = "say `due` inside `plan`, or leave `plan` out to plan the same again";
                self.error_with("due-beside-plan", &at.key("due"), "`due` goes without `plan`", help);
            }
        }
        if next.at_most == Some(0) {
            let message = "at most 0 times: it is never planned";
            self.error_with("at-most-zero", &at.key("at_most"), message, "leave `next` out instead");
        }
        if !next.after_that.is_empty() && next.at_most.is_none() {
            let help = "say after how many times: `\"at_most\": 3`";
            self.error_with("then-without-at-most", &at.key("then"), "`then` is never reached", help);
        }
        self.check_actions(&at.key("then"), &next.after_that, None, None);
    }

    pub fn check_plan(&mut self, at: &At, plan: &PlanDef) {
        if let Some(id) = &plan.id {
            self.id(&at.key("id"), id);
        }
        self.kind(&at.key("kind"), &plan.kind);
        if let Some(due) = &plan.due {
            self.check_due(&at.key("due"), due);
        }
        match &plan.assignee {
            Assignee::Responsible => {}
            Assignee::Role(role) => self.id(&at.key("role"), role),
            Assignee::Person(expression) => {
                self.expression(&at.key("assignee"), expression, Some(Type::Text));
            }
        }
        if let Some(when) = &plan.when {
            self.condition(&at.key("when"), when, false);
        }
        if let Some(group) = &plan.group {
            self.check_group(&at.key("group"), group);
        }
        self.check_past(&at.key("not_by"), &plan.not_by);
    }

    pub fn check_due(&mut self, at: &At, due: &DueDef) {
        if let DueDef::Field(moment) = due {
            self.check_field_moment(at, moment);
        }
    }

    fn check_group(&mut self, at: &At, group: &GroupDef) {
        self.expression(&at.key("each"), &group.each, Some(Type::List(Box::new(Type::Text))));
        if group.needed == Needed::AtLeast(0) {
            let message = "0 good outcomes are needed: the group is good before it begins";
            self.error_with("needed-zero", &at.key("needed"), message, "write 1 or more, `any` or `all`");
        }
        if let Needed::Count(count) = &group.needed {
            self.expression(&at.key("needed").key("count"), count, Some(Type::Decimal));
        }
        self.check_past(&at.key("not_by"), &group.not_by);
    }

    pub fn check_past(&mut self, at: &At, past: &OneOrMany<PastRole>) {
        for (index, role) in past.iter().enumerate() {
            let at = at.index(index);
            match role {
                PastRole::Author | PastRole::Responsible => {}
                PastRole::MovedTo(stage) => {
                    self.stage(&at.key("moved_to"), stage);
                }
                PastRole::Did(item) => self.item(&at.key("did"), item),
                PastRole::Field(name) => self.person_field(&at.key("field"), name),
            }
        }
    }

    /// A field in which a person's id stands (G4).
    fn person_field(&mut self, at: &At, name: &str) {
        if let Some(field) = self.field(at, name)
            && type_of_field(field) != Type::Text
        {
            let message = format!("`{}` holds no person's id", shown(name));
            self.error_with("person-field", at, message, "name a text field");
        }
    }

    /// A kind that is named here.
    pub fn kind(&mut self, at: &At, name: &str) {
        if !self.kinds.iter().any(|kind| kind.name == name) {
            let known: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
            self.unknown("unknown-kind", at, "kind", name, known);
        }
    }

    /// An item that is named here: of any stage, as what was planned on one can still be open on another.
    pub fn item(&mut self, at: &At, name: &str) {
        if !self.items.contains_key(name) {
            let known: Vec<String> = self.items.keys().cloned().collect();
            self.unknown("unknown-item", at, "item", name, known.iter().map(String::as_str));
        }
    }

    /// Which activities a trigger means; `done` tells whether an outcome can be asked.
    pub fn check_activity_filter(&mut self, at: &At, filter: &ActivityFilter, done: bool) {
        if let Some(kind) = &filter.kind {
            self.kind(&at.key("kind"), kind);
        }
        if let Some(item) = &filter.item {
            self.item(&at.key("item"), item);
        }
        let Some(outcome) = &filter.outcome else { return };
        let at = at.key("outcome");
        if !done {
            self.error_with("outcome-not-here", &at, "only what is done has an outcome", "leave it out");
            return;
        }
        let kind =
            filter.kind.clone().or_else(|| self.items.get(filter.item.as_ref()?)?.kind.map(str::to_owned));
        if let Some(kind) = &kind
            && !self.kinds.iter().any(|it| it.name == kind)
        {
            return;
        }
        let of_kind = |name: &str| kind.as_ref().is_none_or(|kind| kind == name);
        let known: Vec<&str> = self
            .kinds
            .iter()
            .filter(|it| of_kind(it.name))
            .flat_map(|it| it.outcomes.iter().map(|(outcome, _)| *outcome))
            .collect();
        if !known.contains(&outcome.as_str()) {
            let what =
                kind.map_or("outcome".to_owned(), |kind| format!("outcome of the kind `{}`:", shown(&kind)));
            self.unknown("unknown-outcome", &at, &what, outcome, known);
        }
    }
}
