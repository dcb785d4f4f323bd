//! Who acts in a run: somebody of each role that the scenario names, one more of each, and one of all.

use crate::Scenario;
use crate::case::Actor;
use crate::scenario::def::{ActionDef, Definition, PlanDef, Who};
use crate::scenario::names::{ActorName, Meaning};
use std::collections::BTreeSet;

/// Of more roles than these nobody is sent alone.
const MAX_ROLES: usize = 24;

/// Persons to whom lists of approvers can name; nobody who does anything else.
pub(super) const APPROVERS: [&str; 3] = ["approver-1", "approver-2", "approver-3"];
/// The team of who has all roles.
pub(super) const TEAM: &str = "team";

/// The persons who act, in the order in which they are asked.
pub(super) fn people(s: &Scenario, literals: &BTreeSet<(Beside, String)>) -> Vec<Actor> {
    let roles = roles(&s.def);
    let one = |id: String, roles: Vec<String>| Actor { id, roles, ..Actor::default() };
    let mut people = Vec::new();
    for role in roles.iter().take(MAX_ROLES) {
        people.push(one(role.clone(), vec![role.clone()]));
    }
    people.push(one("somebody".to_owned(), Vec::new()));
    for role in roles.iter().take(MAX_ROLES) {
        people.push(one(format!("{role}-2"), vec![role.clone()]));
    }
    if roles.is_empty() {
        people.push(one("somebody-2".to_owned(), Vec::new()));
    }
    let teams: Vec<String> = std::iter::once(TEAM.to_owned())
        .chain(literals.iter().filter(|(what, _)| *what == Beside::Team).map(|(_, text)| text.clone()))
        .collect();
    let named = literals.iter().filter(|(what, _)| *what == Beside::Id).map(|(_, text)| text.clone());
    let all: Vec<String> = named.chain(["everybody".to_owned(), "everybody-2".to_owned()]).collect();
    for id in all {
        people.push(Actor { id, roles: roles.clone(), teams: teams.clone(), stands_in_for: Vec::new() });
    }
    people
}

/// What a literal beside a name of the actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beside {
    Id,
    Team,
}

/// What a name's literals say of who must act.
pub(super) const fn names_actor(meaning: &Meaning) -> Option<Beside> {
    match meaning {
        Meaning::Actor(ActorName::Id) => Some(Beside::Id),
        Meaning::Actor(ActorName::Teams) => Some(Beside::Team),
        _ => None,
    }
}

/// Every role that a definition names, those that move first.
pub(super) fn roles(def: &Definition) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |roles: &[String]| {
        for role in roles {
            if !found.contains(role) {
                found.push(role.clone());
            }
        }
    };
    let rights = &def.rights;
    let general = [
        &rights.r#move,
        &rights.open,
        &rights.close,
        &rights.hand_over,
        &rights.activities,
        &rights.contacts,
        &rights.report,
        &rights.reopen,
        &rights.correct,
    ];
    let who = |it: &Option<Who>| it.as_ref().map(|it| it.roles.clone()).unwrap_or_default();
    for right in general {
        add(&who(right));
    }
    for drawing in def.moves.iter().flatten() {
        add(&who(&drawing.who));
    }
    for (_, field) in def.fields.iter() {
        add(&who(&field.see));
        add(&who(&field.edit));
    }
    for stage in &def.stages {
        for plan in &stage.plan {
            add(&role_of(plan));
        }
        for command in &stage.commands {
            add(&who(&command.who));
        }
    }
    for trigger in def.triggers.iter().chain(def.stages.iter().flat_map(|stage| &stage.triggers)) {
        for action in trigger.actions.iter() {
            if let ActionDef::Plan(plan) = action {
                add(&role_of(plan));
            }
        }
    }
    found
}

fn role_of(plan: &PlanDef) -> Vec<String> {
    match &plan.assignee {
        crate::scenario::def::Assignee::Role(role) => vec![role.clone()],
        _ => Vec::new(),
    }
}
