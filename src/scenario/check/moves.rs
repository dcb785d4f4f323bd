//! Moves, the graph that they draw, and rights (M1, G1).

use super::at::At;
use super::checking::{Checking, shown};
use crate::scenario::def::{ActionDef, MoveDef};
use crate::scenario::graph::{reachable, reaching};

impl Checking<'_> {
    pub fn check_moves(&mut self) {
        let def = self.def;
        let at = At::root().key("moves");
        for (index, drawing) in def.moves.iter().flatten().enumerate() {
            self.check_move(&at.index(index), index, drawing);
        }
    }

    fn check_move(&mut self, at: &At, index: usize, drawing: &MoveDef) {
        let before = self.found.len();
        for (number, name) in drawing.from.iter().enumerate() {
            if name == "*" {
                continue;
            }
            let at = at.key("from").index(number);
            if let Some((_, stage)) = self.stage(&at, name)
                && stage.outcome.is_some()
            {
                let message = format!("`{}` is an outcome: a closed case does not move", shown(name));
                self.error_with("move-from-outcome", &at, message, "reopening needs no move: leave it out");
            }
        }
        for (number, name) in drawing.to.iter().enumerate() {
            let at = at.key("to").index(number);
            if self.stage(&at, name).is_some() && drawing.from.iter().any(|from| from == name) {
                let message = format!("a move from `{}` to itself", shown(name));
                self.error_with(
                    "move-to-itself",
                    &at,
                    message,
                    "leave it out: the case stands there already",
                );
            }
        }
        if drawing.from.is_empty() || drawing.to.is_empty() {
            let help = "name stages under `from` and `to`; `*` under `from` is every ordinary one";
            self.error_with("move-empty", at, "a move that leads nowhere", help);
        } else if self.found.len() == before && !self.edges.iter().any(|edge| edge.drawn == Some(index)) {
            let help = "of several drawings of one move the first counts: leave this out, or put it before";
            self.lint("move-drawn-twice", at, "this move is drawn before already", help);
        }
        if let Some(condition) = &drawing.condition {
            self.condition(&at.key("if"), condition, true);
        }
        if let Some(who) = &drawing.who {
            self.who(&at.key("who"), who);
        }
        self.check_past(&at.key("not_by"), &drawing.not_by);
    }

    /// What the stages and moves come to as a whole.
    pub fn check_graph(&mut self) {
        let def = self.def;
        let at = At::root().key("stages");
        let has_ordinary = def.stages.iter().any(|stage| stage.outcome.is_none());
        let has_outcome = def.stages.iter().any(|stage| stage.outcome.is_some());
        if !has_ordinary {
            self.error_with("no-ordinary-stage", &at, "no ordinary stage", "add one without `outcome`");
        }
        if !has_outcome {
            let help = "add a stage with `\"outcome\": \"won\"`, `lost` or `void` (in a process: `result`)";
            self.error_with("no-outcome-stage", &at, "no stage on which a case ends", help);
        }
        if has_ordinary && def.stages.first().is_some_and(|first| first.outcome.is_some()) {
            let help = "cases are opened on the first stage: put an ordinary one there";
            self.error_with("first-stage-outcome", &at.index(0), "the first stage is an outcome", help);
        }
        let moves_are_known = !self
            .found
            .iter()
            .any(|found| found.code == "unknown-stage" && found.pointer.starts_with("/moves/"));
        if !moves_are_known {
            // Ways that seem to lack may be those whose names are mistyped.
            self.found.retain(|found| found.code != "move-not-drawn");
        } else if has_ordinary && has_outcome {
            self.check_ways();
        }
    }

    /// Whether every stage is reached, and an end from every stage.
    fn check_ways(&mut self) {
        let def = self.def;
        let at = At::root().key("stages");
        let first = def.stages.iter().position(|stage| stage.outcome.is_none());
        let reopened = def.triggers.iter().flat_map(|trigger| trigger.actions.iter()).filter_map(|action| {
            if let ActionDef::Reopen(stage) = action {
                self.stages.get(stage.as_str()).copied()
            } else {
                None
            }
        });
        let reached = reachable(&self.edges, first.into_iter().chain(reopened));
        let outcomes = def.stages.iter().enumerate().filter(|(_, stage)| stage.outcome.is_some());
        let ending = reaching(&self.edges, outcomes.map(|(position, _)| position));
        for (position, stage) in def.stages.iter().enumerate() {
            // Of two stages of one id only the first has moves; that there are two is said elsewhere.
            if self.stages.get(stage.id.as_str()) != Some(&position) {
                continue;
            }
            if !reached.contains(&position) {
                let message = format!("no way leads from the first stage to `{}`", shown(&stage.id));
                let help = "draw a move to it under `moves`, or leave it out";
                self.error_with("stage-unreachable", &at.index(position), message, help);
            }
            if !ending.contains(&position) {
                let message = format!("no way leads from `{}` to an outcome", shown(&stage.id));
                let help = "draw a move under `moves` by which its cases end";
                self.error_with("stage-dead-end", &at.index(position), message, help);
            }
        }
    }

    pub fn check_rights(&mut self) {
        let rights = &self.def.rights;
        let at = At::root().key("rights");
        for (key, who) in [
            ("open", &rights.open),
            ("move", &rights.r#move),
            ("close", &rights.close),
            ("reopen", &rights.reopen),
            ("override", &rights.r#override),
            ("hand_over", &rights.hand_over),
            ("activities", &rights.activities),
            ("contacts", &rights.contacts),
            ("correct", &rights.correct),
            ("report", &rights.report),
            ("import", &rights.import),
            ("erase", &rights.erase),
            ("see_all", &rights.see_all),
            ("see_team", &rights.see_team),
            ("see_own", &rights.see_own),
            ("switch", &rights.switch),
            ("edit", &rights.edit),
        ] {
            if let Some(who) = who {
                self.who(&at.key(key), who);
                if key.starts_with("see_") && who.when.is_some() {
                    let message = format!("`{key}` takes roles only, since stores filter by it");
                    self.error("see-when", &at.key(key).key("when"), message);
                }
            }
        }
    }
}
