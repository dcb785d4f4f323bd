//! What must hold for a way to be gone, as one list: conditions, requirements, rights.

use super::domain::{Var, var_of};
use crate::condition::{Evaluated, Program, Truth};
use crate::engine::Judge;
use crate::scenario::model::{Ask as Asked, Hook, Limit, Plan, Requirement};
use crate::{Scenario, Value};

/// One thing that must hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask<'s> {
    /// The condition of this rule holds.
    Holds(&'s str, &'s Program),
    /// The condition of this rule does not hold, and is not unknown.
    Fails(&'s str, &'s Program),
    /// A requirement is met.
    Need(&'s Requirement),
    /// What a requirement asks does not hold, whether it counts or not.
    Unmet(&'s Requirement),
    /// An awaited process is not waited for.
    Free(&'s Hook),
    /// The actor has one of the roles, or the relation holds.
    Right(&'s Limit),
    /// A field is empty.
    Empty(usize),
    /// A list names enough persons for a group.
    Persons(&'s Plan),
}

/// The name under which conditions of moves are told.
pub(super) const MOVE: &str = "move";

impl<'s> Ask<'s> {
    /// The rule that asks it.
    pub fn rule(&self) -> &'s str {
        match self {
            Self::Holds(rule, _) | Self::Fails(rule, _) => rule,
            Self::Need(it) | Self::Unmet(it) => &it.rule,
            Self::Free(hook) => &hook.rule,
            Self::Right(_) | Self::Empty(_) => "",
            Self::Persons(plan) => &plan.rule,
        }
    }

    /// The conditions that it reads.
    pub fn programs(&self) -> impl Iterator<Item = &'s Program> + use<'s> {
        let (first, second) = match self {
            Self::Holds(_, program) | Self::Fails(_, program) => (Some(*program), None),
            Self::Need(it) | Self::Unmet(it) => {
                let that = if let Asked::That(program) = &it.ask { Some(program) } else { None };
                let when = it.when.as_ref().filter(|_| matches!(self, Self::Need(_)));
                (that, when)
            }
            Self::Free(hook) => (hook.when.as_ref(), None),
            Self::Right(limit) => (limit.when.as_ref(), None),
            Self::Empty(_) => (None, None),
            Self::Persons(plan) => {
                let group = plan.group.as_ref();
                (group.map(|it| &it.each), group.and_then(|it| it.count.as_ref()))
            }
        };
        first.into_iter().chain(second)
    }

    /// What somebody can choose so that it holds, in the order of reading.
    pub fn vars(&self, s: &Scenario, into: &mut Vec<Var>) {
        let mut add = |var: Var| {
            if !into.contains(&var) {
                into.push(var);
            }
        };
        if let Self::Need(it) | Self::Unmet(it) = self {
            match &it.ask {
                Asked::Field { position, .. } => add(Var::Field(*position)),
                Asked::Party(role) => add(Var::Party(role.clone())),
                Asked::That(_) => {}
            }
        }
        if let Self::Empty(position) = self {
            add(Var::Field(*position));
        }
        for program in self.programs() {
            for slot in program.slots().iter().chain(program.keyed_slots()) {
                var_of(s, *slot).into_iter().for_each(&mut add);
            }
        }
    }

    /// Whether it holds on the case as it stands.
    pub fn holds(&self, judge: &Judge<'_>) -> bool {
        match self {
            Self::Holds(_, program) => program.holds(judge).holds(),
            Self::Fails(_, program) => program.holds(judge) == Truth::False,
            Self::Need(it) => match it.when.as_ref().map_or(Truth::True, |when| when.holds(judge)) {
                Truth::False => true,
                Truth::Unknown => false,
                Truth::True => is_met(it, judge),
            },
            Self::Unmet(it) => !is_met(it, judge),
            Self::Free(hook) => {
                hook.when.as_ref().is_some_and(|when| when.holds(judge) == Truth::False)
                    || has_good_run(hook, judge)
            }
            Self::Right(limit) => judge.fits(limit),
            Self::Empty(position) => {
                let name = judge.scenario.def.fields.at(*position).map_or("", |(name, _)| name);
                !judge.case.fields.contains_key(name)
            }
            Self::Persons(plan) => has_persons(plan, judge),
        }
    }
}

/// Whether what a requirement asks holds, counting or not.
pub(super) fn is_met(it: &Requirement, judge: &Judge<'_>) -> bool {
    match &it.ask {
        Asked::That(program) => program.holds(judge).holds(),
        Asked::Party(role) => judge.case.parties.contains_key(role),
        Asked::Field { field, .. } => {
            judge.case.fields.get(field).is_some_and(|value| judge.suits(it, value))
        }
    }
}

/// Whether a hook's process has an accepted result in this visit.
pub(super) fn has_good_run(hook: &Hook, judge: &Judge<'_>) -> bool {
    let visit = judge.case.visit.number;
    let mut runs =
        judge.case.processes.iter().rev().filter(|run| run.rule == hook.rule && run.visit == visit);
    runs.next().is_some_and(crate::case::ProcessRun::is_good)
}

fn has_persons(plan: &Plan, judge: &Judge<'_>) -> bool {
    let Some(group) = &plan.group else { return true };
    let Evaluated::Value(Value::List(items)) = group.each.eval(judge) else { return false };
    let mut persons: Vec<&str> = Vec::new();
    let past = || group.def.not_by.iter().chain(plan.not_by.iter());
    for person in items.iter().filter_map(Value::as_text) {
        let counts = !person.is_empty() && crate::engine::excluded(judge.case, person, past()).is_none();
        if counts && !persons.contains(&person) {
            persons.push(person);
        }
    }
    let needed = match (&group.def.needed, &group.count) {
        (crate::scenario::def::Needed::AtLeast(number), _) => *number as usize,
        (_, Some(count)) => match count.eval(judge) {
            Evaluated::Empty => 1,
            Evaluated::Value(Value::Decimal(number)) => usize::try_from(number).unwrap_or(usize::MAX),
            _ => return false,
        },
        _ => 1,
    };
    (1..=persons.len()).contains(&needed)
}

impl Ask<'_> {
    /// What it asks, as the scenario has it.
    pub fn text(&self, s: &Scenario) -> String {
        let field = |position: usize| s.def.fields.at(position).map_or("", |(name, _)| name).to_owned();
        match self {
            Self::Holds(_, program) => program.text().to_owned(),
            Self::Fails(_, program) => format!("!({})", program.text()),
            Self::Need(it) => asked(it),
            Self::Unmet(it) => format!("!({})", asked(it)),
            Self::Free(hook) => format!("!({})", hook.when.as_ref().map_or("true", Program::text)),
            Self::Right(limit) => limit.when.as_ref().map_or("", Program::text).to_owned(),
            Self::Empty(position) => format!("!has(fields.{})", field(*position)),
            Self::Persons(plan) => plan.group.as_ref().map_or("", |group| group.each.text()).to_owned(),
        }
    }
}

fn asked(it: &Requirement) -> String {
    let what = match &it.ask {
        Asked::That(program) => program.text().to_owned(),
        Asked::Party(role) => format!("has(case.parties.{role})"),
        Asked::Field { field, min, max, among, .. } => {
            let mut parts = vec![format!("has(fields.{field})")];
            parts.extend(min.iter().map(|min| format!("fields.{field} >= {min}")));
            parts.extend(max.iter().map(|max| format!("fields.{field} <= {max}")));
            if !among.is_empty() {
                parts.push(format!("fields.{field} in {}", Value::List(among.clone())));
            }
            parts.join(" && ")
        }
    };
    match &it.when {
        Some(when) => format!("{} ? {what} : true", when.text()),
        None => what,
    }
}
