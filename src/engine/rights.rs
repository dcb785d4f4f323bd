//! Rights: by role and by relation (G1), what an actor may see (G2), who is passed over (G4).

use super::judge::{InputNames, Judge};
use crate::case::{ActivityEnd, Actor, Case, Missing};
use crate::condition::{Finding, Slot};
use crate::scenario::Scenario;
use crate::scenario::def::PastRole;
use crate::scenario::model::Limit;
use crate::scenario::names::Meaning;
use crate::{Moment, Value};

impl Judge<'_> {
    /// Whether the actor may do what is limited so; what nothing limits is open to all (G1).
    pub fn may(&self, limit: Option<&Limit>) -> bool {
        limit.is_none_or(|limit| self.fits(limit))
    }

    /// Whether the actor has one of the roles, or the relation holds.
    pub fn fits(&self, limit: &Limit) -> bool {
        limit.roles.iter().any(|role| self.actor.roles.contains(role))
            || limit.when.as_ref().is_some_and(|when| when.holds(self).holds())
    }

    /// Whether the actor may pass over requirements; nobody may where the scenario is silent (M11).
    pub fn may_override(&self) -> bool {
        self.scenario.rights.r#override.as_ref().is_some_and(|limit| self.fits(limit))
    }

    /// Whether the actor may see a field.
    pub fn sees_field(&self, name: &str) -> bool {
        self.scenario.field(name).is_none_or(|field| self.may(field.see.as_ref()))
    }

    /// Whether the actor may see a fact.
    pub fn sees_fact(&self, position: usize) -> bool {
        self.scenario.fact_rights.get(position).is_none_or(|limit| self.may(limit.as_ref()))
    }

    /// Whether the actor may see the sums of a kind of documents.
    pub fn sees_document(&self, kind: usize) -> bool {
        self.scenario.document_rights.get(kind).is_none_or(|limit| self.may(limit.as_ref()))
    }

    fn sees_slot(&self, slot: Slot) -> bool {
        match self.scenario.names.meanings.get(slot.0 as usize) {
            Some(Meaning::Field(position)) => {
                self.scenario.fields.get(*position).is_none_or(|field| self.may(field.see.as_ref()))
            }
            Some(Meaning::Fact(position)) => self.sees_fact(*position),
            Some(Meaning::Document { kind, .. }) => self.sees_document(*kind),
            Some(Meaning::Case(crate::scenario::names::CaseName::Party(_))) => {
                self.may(self.scenario.rights.contacts.as_ref())
            }
            _ => true,
        }
    }

    /// Whether the actor may see all that a finding reveals.
    pub fn sees(&self, finding: &Finding) -> bool {
        finding.reveals.iter().all(|slot| self.sees_slot(*slot))
    }

    /// What the actor may be told of what is missing (G2): of a condition over what they may not see, only
    /// that it is not met.
    pub fn told(&self, missing: Vec<Missing>) -> Vec<Missing> {
        missing.into_iter().map(|it| self.told_one(it)).collect()
    }

    /// Whether a condition's own text, which also stands for its name, names what the actor may not see.
    fn names_hidden(&self, missing: &Missing) -> bool {
        let mut texts = Vec::new();
        for arg in ["condition", "requirement", "unknown"] {
            texts.extend(missing.args.get(arg).and_then(Value::as_text));
        }
        texts.extend(missing.requirement.as_deref());
        texts.iter().any(|text| self.names_hidden_in(text))
    }

    fn names_hidden_in(&self, text: &str) -> bool {
        let words = || text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let def = &self.scenario.def;
        words().any(|word| {
            def.fields.get(word).is_some() && !self.sees_field(word)
                || def.facts.position(word).is_some_and(|position| !self.sees_fact(position))
                || def.documents.position(word).is_some_and(|kind| !self.sees_document(kind))
        })
    }

    fn told_one(&self, mut missing: Missing) -> Missing {
        let field = missing.args.get("field").and_then(|field| field.as_text().map(str::to_owned));
        let hidden = field.is_some_and(|field| !self.sees_field(&field))
            || missing.findings.iter().any(|finding| !self.sees(finding))
            || self.names_hidden(&missing);
        if hidden {
            // The rule's name may hold the condition's text, and the scenario's own words the values.
            let rule = missing.rule().to_owned();
            missing = Missing::new(&format!("V-{rule}-hidden"));
        }
        missing
    }
}

impl Scenario {
    /// Whether the actor may switch triggers on and off (T7).
    pub(crate) fn may_switch(&self, actor: &Actor, now: Moment) -> bool {
        self.may_beyond_cases(self.rights.switch.as_ref(), actor, now)
    }

    /// Whether the actor may edit the scenario (V1).
    pub(crate) fn may_edit(&self, actor: &Actor, now: Moment) -> bool {
        self.may_beyond_cases(self.rights.edit.as_ref(), actor, now)
    }

    /// A right that is of no one case: a relation to the case never holds there.
    fn may_beyond_cases(&self, limit: Option<&Limit>, actor: &Actor, now: Moment) -> bool {
        let (case, names) = (Case::blank("", now), InputNames::default());
        Judge { scenario: self, case: &case, now, actor, input: &names }.may(limit)
    }
}

/// Why a person is passed over by what they did before (G4); none if they are not.
pub(crate) fn excluded<'a>(
    case: &Case,
    person: &str,
    by: impl Iterator<Item = &'a PastRole>,
) -> Option<&'static str> {
    for past in by {
        let did = match past {
            PastRole::Author => (case.author == person).then_some("author"),
            PastRole::Responsible => (case.responsible.as_deref() == Some(person)).then_some("responsible"),
            PastRole::MovedTo(stage) => {
                let now = (case.visit.stage == *stage && case.visit.by == person).then_some("moved");
                now.or_else(|| {
                    case.visits.iter().any(|it| it.stage == *stage && it.by == person).then_some("moved")
                })
            }
            PastRole::Did(item) => case
                .finished
                .iter()
                .any(|it| {
                    let rule = it.rule.as_deref().unwrap_or_default();
                    let same = rule.rsplit_once("/plan/").is_some_and(|(_, id)| id == item) || rule == item;
                    same && matches!(&it.end, Some(ActivityEnd::Done { by, .. }) if by == person)
                })
                .then_some("did"),
            PastRole::Field(field) => {
                (case.fields.get(field).and_then(crate::Value::as_text) == Some(person)).then_some("field")
            }
        };
        if did.is_some() {
            return did;
        }
    }
    None
}
