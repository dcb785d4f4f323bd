//! What entering and leaving a stage asks (M3, M4, M13).

use super::at::At;
use super::checking::{Checking, shown};
use super::values::misfit;
use crate::scenario::def::{FieldDef, Need, RequirementDef, StageDef, Who};
use crate::scenario::graph::Edge;
use std::collections::BTreeSet;

impl<'a> Checking<'a> {
    pub fn check_stage_requirements(&mut self, at: &At, position: usize, stage: &StageDef) {
        let enter = at.key("enter").key("need");
        let leave = at.key("leave").key("need");
        for (list_at, list, entering) in
            [(&enter, &stage.enter.need, true), (&leave, &stage.leave.need, false)]
        {
            if list.is_empty() {
                continue;
            }
            let movers = self.movers(position, entering);
            let ids = list.iter().enumerate().map(|(index, it)| (list_at.index(index), it.id().to_owned()));
            self.once("requirement", ids);
            for (index, requirement) in list.iter().enumerate() {
                let at = list_at.index(index);
                self.check_requirement(&at, requirement);
                if requirement.keep && !entering {
                    let help = "move it to `enter`: it then binds as long as the case stands on the stage";
                    self.error_with("keep-on-leave", &at.key("keep"), "`keep` on leaving", help);
                }
                if let Need::Field { field, .. } = &requirement.need {
                    self.check_can_be_met(&at.key("field"), field, movers.as_ref());
                }
            }
        }
        let kinds = at.key("enter").key("close").key("kinds");
        for (index, kind) in stage.enter.close.kinds.iter().enumerate() {
            self.kind(&kinds.index(index), kind);
        }
    }

    fn check_requirement(&mut self, at: &At, requirement: &RequirementDef) {
        if let Some(id) = &requirement.id {
            self.id(&at.key("id"), id);
        }
        match &requirement.need {
            Need::Field { field, min, max, pattern, among } => {
                if let Some(definition) = self.field(&at.key("field"), field) {
                    self.check_bounds(at, definition.kind, min.as_ref(), max.as_ref());
                    if let Some(pattern) = pattern {
                        self.check_pattern(&at.key("pattern"), definition.kind, pattern);
                    }
                    for (index, value) in among.iter().enumerate() {
                        if let Some(why) = misfit(definition, value) {
                            let message = format!("`{field}` can never be `{}`", shown(&value.to_string()));
                            self.error_with("among-wrong", &at.key("among").index(index), message, why);
                        }
                    }
                }
            }
            Need::That(condition) => {
                self.condition(&at.key("that"), condition, !requirement.keep);
            }
            Need::Party(role) => {
                let known = self.def.parties.names();
                if self.def.parties.get(role).is_none() {
                    self.unknown("unknown-party", &at.key("party"), "party", role, known);
                }
            }
        }
        if let Some(when) = &requirement.when {
            self.condition(&at.key("when"), when, !requirement.keep);
        }
    }

    /// Whether somebody, or a rule, can fill the field, and whether those who move are among them.
    fn check_can_be_met(&mut self, at: &At, name: &str, movers: Option<&BTreeSet<&str>>) {
        let Some(field) = self.def.fields.get(name) else { return };
        let Some(editors) = editors(field) else { return };
        if self.filled.contains(name) {
            return;
        }
        if editors.is_empty() {
            let help = "nobody may edit the field, and no trigger or process fills it";
            let message = format!("`{name}` can never be filled");
            self.error_with("requirement-cannot-be-met", at, message, help);
            return;
        }
        if movers.is_some_and(|movers| movers.is_disjoint(&editors)) {
            let message = format!("who may move the case here may not fill `{name}`");
            let told: Vec<_> = editors.iter().map(|role| format!("`{}`", shown(role))).collect();
            let help = format!("only {} may, and must do so before", told.join(", "));
            self.lint("requirement-met-by-others", at, message, help);
        }
    }

    /// The roles that may make some move to or from the stage; none when it is open to all or by a relation.
    fn movers(&self, stage: usize, entering: bool) -> Option<BTreeSet<&'a str>> {
        let mut roles = BTreeSet::new();
        let mut some = false;
        for edge in &self.edges {
            if (if entering { edge.to } else { edge.from }) != stage {
                continue;
            }
            let roles_of_edge = roles_of(self.mover(edge)?)?;
            some = true;
            roles.extend(roles_of_edge);
        }
        some.then_some(roles)
    }

    /// Who may make this passage; none when nothing limits it (G1).
    pub fn mover(&self, edge: &Edge) -> Option<&'a Who> {
        let def = self.def;
        let own = edge.drawn.and_then(|at| def.moves.as_ref()?.get(at)?.who.as_ref());
        let closing = def.stages.get(edge.to).is_some_and(|stage| stage.outcome.is_some());
        let rights = &def.rights;
        own.or(if closing { rights.close.as_ref() } else { rights.r#move.as_ref() })
    }
}

/// The roles that may fill a field; none when others may too.
fn editors(field: &FieldDef) -> Option<BTreeSet<&str>> {
    roles_of(field.edit.as_ref().or(field.see.as_ref())?)
}

fn roles_of(who: &Who) -> Option<BTreeSet<&str>> {
    who.when.is_none().then(|| who.roles.iter().map(String::as_str).collect())
}
