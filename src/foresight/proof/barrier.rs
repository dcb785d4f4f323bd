//! What no values can pass: ways that nobody may go, and conditions that contradict each other.
//!
//! Everything here errs on one side only: what is said to be barred is barred, whatever the values.

use super::ask::{Ask, MOVE};
use super::domain::{Literals, MAX_VALUES, Var, var_of};
use super::run::case_id;
use super::walk::{is_forward, skipped};
use super::walker::Walker;
use super::{Barred, Clash};
use crate::case::{Actor, Case};
use crate::condition::{Env, Operand, Program, Slot, Truth};
use crate::engine::{InputNames, Judge};
use crate::scenario::def::{FieldType, Kind};
use crate::scenario::model::{Action, Ask as Asked, Limit, Requirement, Trigger};
use crate::{Moment, Scenario, Value};
use chrono::NaiveDate;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// How many judgements one proof of a contradiction may take (C4).
const MAX_JUDGED: u32 = 20_000;
/// What looking at one way costs of the budget, beside its judgements.
const WAY: u64 = 20;

/// Whether what somebody may override bars a way all the same (M11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// It does not, where the scenario lets anybody override.
    May,
    /// It does: nobody overrides.
    Never,
}

/// A way of the graph, and why it can never be gone.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub from: usize,
    pub to: usize,
    pub barred: Option<Barred>,
}

/// Looks for what bars ways, within a budget: once it is spent, nothing more is barred for certain.
pub(super) struct Barrier<'s> {
    pub s: &'s Scenario,
    pub start: Moment,
    pub over: Over,
    left: Cell<u64>,
}

impl<'s> Barrier<'s> {
    pub fn new(s: &'s Scenario, start: Moment, over: Over, budget: u64) -> Self {
        Self { s, start, over, left: Cell::new(budget) }
    }

    /// Whether the budget is spent.
    pub fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    fn spend(&self, work: u64) {
        self.left.set(self.left.get().saturating_sub(work));
    }
}

impl Barrier<'_> {
    /// Every way that a case might go, those that are barred marked: drawn, and by triggers that reopen.
    pub fn ways(&self) -> Vec<Way> {
        let s = self.s;
        let mut ways = Vec::new();
        for (from, edges) in s.edges.iter().enumerate() {
            for edge in edges {
                ways.push(Way { from, to: edge.to, barred: self.barred(from, edge.to, &[]) });
            }
        }
        let reopening =
            s.triggers.iter().flat_map(|trigger| &trigger.actions).filter_map(|action| match action {
                Action::Reopen(stage) => s.stage_index(stage),
                _ => None,
            });
        for to in reopening.collect::<BTreeSet<usize>>() {
            for (from, _) in s.stages.iter().enumerate().filter(|(_, stage)| !stage.is_ordinary()) {
                ways.push(Way { from, to, barred: None });
            }
        }
        ways.extend(self.unasked());
        ways
    }

    /// Ways on which nobody is asked for a right: a process that is needed no more, what follows the last attempt of an
    /// activity, a closed case that an inquiry reopens.
    fn unasked(&self) -> Vec<Way> {
        let s = self.s;
        let of = |ordinary: bool| {
            s.stages.iter().enumerate().filter(move |(_, it)| it.is_ordinary() == ordinary).map(|(at, _)| at)
        };
        let free = |from: usize, to: usize| Way { from, to, barred: None };
        let mut ways = Vec::new();
        if s.def.kind == Kind::Process
            && let Some(to) = s.cancelled_stage().and_then(|stage| s.stage_index(&stage.id))
        {
            ways.extend(of(true).map(|from| free(from, to)));
        }
        let outcomes = s.kinds.values().flat_map(|kind| &kind.outcomes);
        let then =
            outcomes.filter_map(|(_, outcome)| outcome.next.as_ref()).flat_map(|next| &next.after_that);
        let targets: BTreeSet<usize> = then
            .filter_map(|action| match action {
                Action::Move(to) => Some(*to),
                Action::Close { stage, .. } => Some(*stage),
                _ => None,
            })
            .collect();
        for to in targets {
            // It goes along drawn ways alone; who may go them does not matter (G3).
            ways.extend(of(true).filter(|from| s.edge(*from, to).is_some()).map(|from| free(from, to)));
        }
        if let Some(reopen) = s.def.intake.as_ref().and_then(|intake| intake.reopen.as_ref()) {
            let named = reopen.stage.as_deref().and_then(|stage| s.stage_index(stage));
            let to: Vec<usize> = named.map_or_else(|| of(true).collect(), |to| vec![to]);
            ways.extend(of(false).flat_map(|from| to.iter().map(move |to| free(from, *to))));
        }
        ways
    }

    /// Why a drawn way can never be gone, if that is so; `extra` is asked besides.
    pub fn barred(&self, from: usize, to: usize, extra: &[Ask<'_>]) -> Option<Barred> {
        let s = self.s;
        self.spend(WAY);
        let (here, target, edge) = (s.stages.get(from)?, s.stages.get(to)?, s.edge(from, to)?);
        let general = if target.is_ordinary() { &s.rights.r#move } else { &s.rights.close };
        let limit = edge.who.as_ref().or(general.as_ref());
        let moves = |trigger: &&Trigger| Walker::target(trigger) == Some(to);
        let mut triggers = here.triggers.iter().chain(&s.triggers).filter(moves).peekable();
        if limit.is_some_and(nobody) {
            if triggers.peek().is_none() {
                return Some(Barred::Nobody);
            }
            // Only triggers go this way, and none of them ever fires.
            let clashes: Option<Vec<Vec<Clash>>> =
                triggers.map(|trigger| self.contradiction(&Walker::asks_of_trigger(trigger))).collect();
            if let Some(clash) = clashes.and_then(|clashes| clashes.into_iter().next()) {
                return Some(Barred::Clash { clash });
            }
        }
        let mut asks: Vec<Ask<'_>> =
            edge.condition.iter().map(|condition| Ask::Holds(MOVE, condition)).collect();
        if self.over == Over::Never || s.rights.r#override.as_ref().is_none_or(nobody) {
            let forward = is_forward(here, target);
            if forward {
                asks.extend(here.leave.iter().map(Ask::Need));
            }
            asks.extend(target.enter.iter().map(Ask::Need));
        }
        if is_forward(here, target) && s.def.jumps_meet_skipped {
            for stage in skipped(s, here, target) {
                asks.extend(stage.enter.iter().chain(&stage.leave).map(Ask::Need));
            }
        }
        asks.extend(extra);
        self.contradiction(&asks).map(|clash| Barred::Clash { clash })
    }

    /// What of all this can never hold together; none where that is not certain.
    pub fn contradiction(&self, asks: &[Ask<'_>]) -> Option<Vec<Clash>> {
        let s = self.s;
        if asks.is_empty() || !self.clashes(asks) {
            return None;
        }
        // As few as will do, for people.
        let one = asks.iter().find(|ask| self.clashes(std::slice::from_ref(*ask))).map(|ask| vec![*ask]);
        let two = || {
            asks.iter().enumerate().find_map(|(at, a)| {
                let rest = asks.get(at + 1..).unwrap_or_default();
                rest.iter().find(|b| self.clashes(&[*a, **b])).map(|b| vec![*a, *b])
            })
        };
        let fewest = one.or_else(two).unwrap_or_else(|| asks.to_vec());
        Some(fewest.iter().map(|ask| Clash { rule: ask.rule().to_owned(), condition: ask.text(s) }).collect())
    }

    /// Whether it is certain that not all of this can hold at once.
    fn clashes(&self, asks: &[Ask<'_>]) -> bool {
        let (s, start) = (self.s, self.start);
        if self.is_spent() {
            return false;
        }
        let mut literals = Literals::default();
        let mut simple: BTreeMap<Var, bool> = BTreeMap::new();
        let mut slots: BTreeMap<Var, Slot> = BTreeMap::new();
        let mut judged: Vec<Ask<'_>> = Vec::new();
        for ask in asks {
            let uses: Vec<_> = ask.programs().map(Program::uses).collect();
            // What time decides may come true.
            if uses.iter().any(|uses| uses.clock) {
                continue;
            }
            judged.push(*ask);
            for program in ask.programs() {
                literals.read(s, program);
            }
            if let Ask::Need(it) | Ask::Unmet(it) = ask {
                literals.read_requirement(s, it);
                if let Asked::Field { position, pattern, .. } = &it.ask {
                    let var = Var::Field(*position);
                    *simple.entry(var).or_insert(true) &= pattern.is_none();
                }
            }
            if let Ask::Empty(position) = ask {
                simple.entry(Var::Field(*position)).or_insert(true);
            }
            for it in uses.iter().flat_map(|uses| &uses.slots) {
                if let Some(var) = var_of(s, it.slot) {
                    *simple.entry(var.clone()).or_insert(true) &= it.direct;
                    slots.insert(var, it.slot);
                }
            }
        }
        let mut free: Vec<(Var, Vec<Option<Value>>)> = Vec::new();
        for (var, _) in simple.into_iter().filter(|(_, simple)| *simple) {
            if let Some(domain) = complete(s, &literals, &var, start) {
                free.push((var, domain));
            }
        }
        let blank = Case::blank(case_id(), start);
        let mut proof = Partial { s, blank: &blank, slots: &slots, values: BTreeMap::new(), judged: 0 };
        let clashes = !proof.may_hold(&judged, &free);
        self.spend(proof.judged.into());
        clashes
    }
}

/// A right that nobody ever has.
pub(super) fn nobody(limit: &Limit) -> bool {
    limit.roles.is_empty() && limit.when.is_none()
}

/// The stages to which ways that are not barred lead.
pub(super) fn reached(ways: &[Way], from: usize) -> BTreeSet<usize> {
    closure(ways, BTreeSet::from([from]), |way| (way.from, way.to))
}

/// The stages from which ways that are not barred lead to one of these.
pub(super) fn reaching(ways: &[Way], to: BTreeSet<usize>) -> BTreeSet<usize> {
    closure(ways, to, |way| (way.to, way.from))
}

fn closure(
    ways: &[Way],
    mut found: BTreeSet<usize>,
    ends: impl Fn(&Way) -> (usize, usize),
) -> BTreeSet<usize> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for way in ways.iter().filter(|way| way.barred.is_none()) {
        let (from, to) = ends(way);
        next.entry(from).or_default().push(to);
    }
    let mut open: Vec<usize> = found.iter().copied().collect();
    while let Some(at) = open.pop() {
        for to in next.get(&at).into_iter().flatten() {
            if found.insert(*to) {
                open.push(*to);
            }
        }
    }
    found
}

/// Values of which one decides as any other would; none where that cannot be said.
fn complete(s: &Scenario, literals: &Literals, var: &Var, start: Moment) -> Option<Vec<Option<Value>>> {
    let (kind, bounded) = match var {
        Var::Field(position) => {
            let (_, def) = s.def.fields.at(*position)?;
            (def.kind, def.pattern.is_some() || def.min.is_some() || def.max.is_some())
        }
        Var::Fact(position) => {
            let (_, def) = s.def.facts.at(*position)?;
            (def.kind, !def.by.is_empty())
        }
        _ => return None,
    };
    let whole = match kind {
        FieldType::Bool | FieldType::Choice => true,
        FieldType::Number | FieldType::Decimal | FieldType::Money | FieldType::Date | FieldType::Moment => {
            matches!(var, Var::Field(_)) || !bounded
        }
        FieldType::Text | FieldType::Reference | FieldType::File => !bounded && !literals.has_numbers(var),
        FieldType::List => false,
    };
    let domain = literals.domain(s, var, start);
    (whole && domain.len() < MAX_VALUES).then_some(domain)
}

/// Some values, all else unknown: what is false then is false whatever the rest is (C8).
struct Partial<'p> {
    s: &'p Scenario,
    blank: &'p Case,
    slots: &'p BTreeMap<Var, Slot>,
    values: BTreeMap<Var, Option<Value>>,
    judged: u32,
}

impl Partial<'_> {
    /// Whether some values leave it open that all holds, or none were left to try.
    fn may_hold(&mut self, asks: &[Ask<'_>], free: &[(Var, Vec<Option<Value>>)]) -> bool {
        self.judged += u32::try_from(asks.len()).unwrap_or(u32::MAX);
        if self.judged > MAX_JUDGED {
            return true;
        }
        if asks.iter().any(|ask| self.truth(ask) == Truth::False) {
            return false;
        }
        let Some(((var, domain), rest)) = free.split_first() else { return true };
        for value in domain {
            self.values.insert(var.clone(), value.clone());
            if self.may_hold(asks, rest) {
                return true;
            }
        }
        self.values.remove(var);
        false
    }

    fn truth(&self, ask: &Ask<'_>) -> Truth {
        match ask {
            Ask::Holds(_, program) => program.holds(self),
            Ask::Fails(_, program) => !program.holds(self),
            Ask::Need(it) => {
                let counts = it.when.as_ref().map_or(Truth::True, |when| when.holds(self));
                (!counts).or(self.met(it))
            }
            Ask::Unmet(it) => !self.met(it),
            Ask::Free(hook) => hook.when.as_ref().map_or(Truth::Unknown, |when| !when.holds(self)),
            Ask::Empty(position) => match self.values.get(&Var::Field(*position)) {
                None => Truth::Unknown,
                Some(value) => value.is_none().into(),
            },
            Ask::Right(_) | Ask::Persons(_) => Truth::Unknown,
        }
    }

    fn met(&self, it: &Requirement) -> Truth {
        match &it.ask {
            Asked::That(program) => program.holds(self),
            Asked::Party(_) => Truth::Unknown,
            Asked::Field { position, .. } => match self.values.get(&Var::Field(*position)) {
                None => Truth::Unknown,
                Some(None) => Truth::False,
                Some(Some(value)) => {
                    let (names, actor) = (InputNames::default(), Actor::default());
                    let now = self.blank.last_at;
                    let judge =
                        Judge { scenario: self.s, case: self.blank, now, actor: &actor, input: &names };
                    judge.suits(it, value).into()
                }
            },
        }
    }
}

impl Env for Partial<'_> {
    fn load(&self, slot: Slot) -> Operand<'_> {
        let var = self.slots.iter().find(|(_, known)| **known == slot).map(|(var, _)| var);
        match var.and_then(|var| self.values.get(var)) {
            None => Operand::Unknown,
            Some(None) => Operand::Empty,
            Some(Some(value)) => Operand::Value(value),
        }
    }

    fn keyed(&self, _: Slot, _: &[Value]) -> Operand<'_> {
        Operand::Unknown
    }

    fn now(&self) -> Moment {
        self.blank.last_at
    }

    fn today(&self) -> NaiveDate {
        self.blank.last_at.to_utc().date_naive()
    }
}
