//! What is allowed and yet probably not meant.

use super::at::At;
use super::checking::{Checking, shown};
use crate::scenario::def::{ActionDef, Kind, StageDef};

/// More ordinary stages than these nobody oversees.
const MANY_STAGES: usize = 7;

impl Checking<'_> {
    pub fn check_habits(&mut self) {
        let def = self.def;
        let at = At::root().key("stages");
        let ordinary = def.stages.iter().filter(|stage| stage.outcome.is_none()).count();
        if ordinary > MANY_STAGES {
            let message = format!("{ordinary} ordinary stages");
            let help = "people tell up to 7 apart: make some of them activities or fields";
            self.lint("many-stages", &at, message, help);
        }
        for (position, stage) in def.stages.iter().enumerate() {
            if stage.outcome.is_some() {
                continue;
            }
            // The stages of a document are moved by the host's events; nobody works on them.
            if def.kind != Kind::Document && !plans_something(stage) {
                let message = format!(
                    "nothing is planned on `{}`, and nothing limits the time there",
                    shown(&stage.id)
                );
                let help = "cases are forgotten there: give it a `plan` or a `limit`";
                self.lint("nothing-planned", &at.index(position), message, help);
            }
            if self.nobody_may_leave(position) {
                let message = format!("nobody has the right to leave `{}`", shown(&stage.id));
                let help = "give a role the right to some move from it, or move it by a trigger";
                self.lint("nobody-may-leave", &at.index(position), message, help);
            }
        }
        let fields: Vec<&str> = def.fields.names().collect();
        for (position, name) in fields.into_iter().enumerate() {
            if !self.used.contains(&position) {
                let help = "require it somewhere, read it in a condition, or leave it out";
                let message = format!("nothing uses the field `{}`", shown(name));
                self.lint("field-unused", &At::root().key("fields").key(name), message, help);
            }
        }
    }

    fn nobody_may_leave(&self, position: usize) -> bool {
        let mut edges = self.edges.iter().filter(|edge| edge.from == position).peekable();
        let leaves = |action: &ActionDef| matches!(action, ActionDef::Move(_) | ActionDef::Close(_));
        let own = self.def.stages.get(position).into_iter().flat_map(|stage| &stage.triggers);
        let moved = self.def.triggers.iter().chain(own).any(|trigger| trigger.actions.iter().any(leaves));
        edges.peek().is_some()
            && !moved
            && edges
                .all(|edge| self.mover(edge).is_some_and(|who| who.roles.is_empty() && who.when.is_none()))
    }
}

fn plans_something(stage: &StageDef) -> bool {
    let plans = |action: &ActionDef| matches!(action, ActionDef::Plan(_));
    !stage.plan.is_empty()
        || !stage.run.is_empty()
        || stage.limit.is_some()
        || stage.triggers.iter().any(|trigger| trigger.actions.iter().any(plans))
}
