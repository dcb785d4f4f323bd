//! Who becomes responsible for a new case (I3).

use super::decision::{Counter, Step};
use super::reading::Reading;
use super::rules::IntakeContext;
use crate::scenario::intake::Responsible;
use std::collections::BTreeSet;

/// How many deputies of deputies are asked.
const MOST_DEPUTIES: usize = 8;

/// Who it is, and the counter that it moves.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub person: Option<String>,
    pub counter: Option<Counter>,
}

/// The name of the counter that keeps whose turn it is.
pub(super) fn turn_counter(scenario: &str, turn: &str) -> String {
    format!("intake/turn/{scenario}/{turn}")
}

impl IntakeContext {
    fn is_away(&self, person: &str) -> bool {
        self.absences.iter().any(|it| it.person == person && it.until > self.now)
    }

    /// The person, or where they are away the deputy who is not (A10).
    fn there(&self, person: &str, why: &mut Vec<Step>) -> Option<String> {
        let mut asked = BTreeSet::new();
        let mut now = person;
        while self.is_away(now) && asked.insert(now) && asked.len() <= MOST_DEPUTIES {
            let away = self.absences.iter().find(|it| it.person == now && it.until > self.now);
            let Some(deputy) = away.and_then(|it| it.deputy.as_deref()) else {
                why.push(Step::new("intake.away").with("person", now));
                return None;
            };
            why.push(Step::new("intake.deputy").with("person", now).with("deputy", deputy));
            now = deputy;
        }
        (!self.is_away(now)).then(|| now.to_owned())
    }
}

/// The first rule that counts and gives somebody who is there.
pub(super) fn responsible(reading: &Reading<'_>, ctx: &IntakeContext, why: &mut Vec<Step>) -> Chosen {
    let rules = &reading.rules.responsible;
    for rule in rules.iter().filter(|rule| reading.holds(rule.when.as_ref())) {
        let chosen = one(rule, reading, ctx, why);
        if chosen.person.is_some() {
            return chosen;
        }
    }
    if !rules.is_empty() {
        why.push(Step::new("intake.nobody"));
    }
    Chosen::default()
}

fn one(rule: &Responsible, reading: &Reading<'_>, ctx: &IntakeContext, why: &mut Vec<Step>) -> Chosen {
    let def = &rule.def;
    let of = |person: Option<String>, code: &str, why: &mut Vec<Step>| {
        let asked = person.filter(|it| !it.is_empty());
        let person = asked.and_then(|it| ctx.there(&it, why));
        if let Some(person) = &person {
            why.push(Step::new(code).with("person", person.as_str()));
        }
        Chosen { person, counter: None }
    };
    if def.employee {
        return of(reading.inquiry.employee.clone(), "intake.responsible.employee", why);
    }
    if let Some(person) = &def.person {
        return of(Some(person.clone()), "intake.responsible.person", why);
    }
    if rule.by.is_some() {
        return of(reading.text(rule.by.as_ref()), "intake.responsible.by", why);
    }
    if !def.least_load.is_empty() {
        // Those who are there; only where nobody is, deputies count.
        let load = |person: &str| ctx.loads.get(person).copied().unwrap_or(0);
        let there = def.least_load.iter().filter(|it| !ctx.is_away(it));
        let least = there.min_by_key(|it| load(it)).or(def.least_load.first());
        let mut chosen = of(least.cloned(), "intake.responsible.load", why);
        if chosen.person.is_none() {
            chosen.person = def.least_load.iter().find_map(|it| ctx.there(it, why));
        }
        if let (Some(step), Some(person)) = (why.last_mut(), &chosen.person) {
            let count = i64::try_from(load(person)).unwrap_or(i64::MAX);
            step.args.insert("n".to_owned(), count.into());
        }
        return chosen;
    }
    in_turn(rule, reading, ctx, why)
}

fn in_turn(rule: &Responsible, reading: &Reading<'_>, ctx: &IntakeContext, why: &mut Vec<Step>) -> Chosen {
    let persons = &rule.def.in_turn;
    let name = turn_counter(&reading.scenario.reference().id, rule.def.turn());
    let from = ctx.counters.get(&name).copied().unwrap_or(0);
    let count = i64::try_from(persons.len()).unwrap_or(i64::MAX).max(1);
    let at = |ahead: i64| {
        let place = usize::try_from(from.rem_euclid(count).wrapping_add(ahead).rem_euclid(count)).ok()?;
        persons.get(place)
    };
    let there = (0..count).find(|ahead| at(*ahead).is_some_and(|it| !ctx.is_away(it)));
    let passed = (0..there.unwrap_or(0)).filter_map(at);
    why.extend(passed.map(|it| Step::new("intake.away").with("person", it.as_str())));
    // Where everybody is away, the deputy of whose turn it is.
    // Where that one has none, the next one's.
    let one = |ahead: i64, why: &mut Vec<Step>| Some((ahead, at(ahead).and_then(|it| ctx.there(it, why))?));
    let chosen = match there {
        Some(ahead) => one(ahead, why),
        None => (0..count).find_map(|ahead| one(ahead, why)),
    };
    let Some((ahead, person)) = chosen else { return Chosen::default() };
    why.push(Step::new("intake.responsible.turn").with("person", person.as_str()));
    // The place alone is kept, so that the counter never grows beyond the list.
    let to = from.rem_euclid(count).wrapping_add(ahead).wrapping_add(1).rem_euclid(count);
    let counter = (to != from).then_some(Counter { name, from, to });
    Chosen { person: Some(person), counter }
}
