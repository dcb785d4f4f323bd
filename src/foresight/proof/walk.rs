//! Walking one way on a real case: whatever the engine says is missing is brought about, then the move is made.

use super::ask::{Ask, MOVE};
use super::solve::{Asker, Chosen};
use super::walker::{Gone, Stuck, Trail, Walker, stuck};
use crate::case::{Case, Missing};
use crate::engine::{InputNames, Mover, excluded, find_plan, find_requirement};
use crate::scenario::model::{Edge, Limit, Stage};
use crate::scenario::names::Meaning;
use crate::{Actor, Scenario, Value};

/// How many times what is missing is brought about on one way.
const ROUNDS: usize = 12;
/// How many persons are asked to walk one way.
const MOVERS: usize = 2;

impl<'s> Walker<'s> {
    /// What the way asks that values can meet.
    pub fn asks_of(&self, case: &Case, here: usize, to: usize) -> Vec<Ask<'s>> {
        let mut asks = Vec::new();
        let (Some(from), Some(target), Some(edge)) =
            (self.s.stages.get(here), self.s.stages.get(to), self.s.edge(here, to))
        else {
            return asks;
        };
        asks.extend(edge.condition.as_ref().map(|condition| Ask::Holds(MOVE, condition)));
        let forward = is_forward(from, target);
        if forward {
            asks.extend(from.leave.iter().map(Ask::Need));
        }
        asks.extend(target.enter.iter().map(Ask::Need));
        if forward && self.s.def.jumps_meet_skipped {
            for stage in skipped(self.s, from, target) {
                asks.extend(stage.enter.iter().chain(&stage.leave).map(Ask::Need));
            }
        }
        if forward {
            let debts = case.debts.iter().filter_map(|debt| find_requirement(self.s, &debt.requirement));
            asks.extend(debts.map(Ask::Need));
        }
        asks
    }

    /// Moves or closes by hand, bringing about first what is missing; ends where the case then stands.
    pub fn by_hand(&self, from: &Trail, to: usize, extra: &[Ask<'s>]) -> Gone<Trail> {
        let Some((here, _)) = self.stage(&from.case) else { return stuck(Vec::new()) };
        let (Some(edge), Some(target)) = (self.s.edge(here, to), self.s.stages.get(to)) else {
            return stuck(Vec::new());
        };
        let mut why = Stuck { missing: vec![Missing::new("V-M1-right").arg("to", target.id.as_str())] };
        for (actor, right) in self.movers_of(&from.case, edge, target) {
            let mut asks: Vec<Ask<'s>> = right.into_iter().map(Ask::Right).collect();
            asks.extend(extra);
            match self.walk(from, here, to, Some(&actor), &asks) {
                Ok(trail) => return Ok(trail),
                Err(it) => why = it,
            }
            if self.is_spent() {
                break;
            }
        }
        Err(why)
    }

    /// Who may go a way, those first who may already; beside each the relation that must be brought about.
    fn movers_of(&self, case: &Case, edge: &'s Edge, target: &Stage) -> Vec<(Actor, Option<&'s Limit>)> {
        let general = if target.is_ordinary() { &self.s.rights.r#move } else { &self.s.rights.close };
        let limit = edge.who.as_ref().or(general.as_ref());
        let names = InputNames::default();
        let mut may = Vec::new();
        let mut might = Vec::new();
        for actor in self.walkers() {
            if excluded(case, &actor.id, edge.not_by.iter()).is_some() {
                continue;
            }
            let judge = self.solver.judge(case, self.asker(case, actor, &names));
            match limit {
                Some(it) if !judge.fits(it) => {
                    if it.when.is_some() {
                        might.push((actor.clone(), Some(it)));
                    }
                }
                _ => may.push((actor.clone(), None)),
            }
        }
        // Whoever it is makes a difference only where conditions ask who acts.
        let asks = self.asks_of(case, self.s.stage_index(&case.visit.stage).unwrap_or(0), edge.to);
        let personal = asks.iter().flat_map(Ask::programs).any(|program| {
            program
                .slots()
                .iter()
                .any(|slot| matches!(self.s.names.meanings.get(slot.0 as usize), Some(Meaning::Actor(_))))
        });
        let take = if personal { usize::MAX } else { MOVERS };
        // Who has every role comes last, and may edit what the others may not.
        let last = may.last().cloned().filter(|_| may.len() > take);
        may.truncate(take);
        may.extend(last);
        might.truncate(MOVERS + 1);
        may.extend(might);
        may
    }

    /// Brings about what a way asks; with somebody, and makes the move; without, until a trigger's wish has moved it.
    pub fn walk(
        &self,
        from: &Trail,
        here: usize,
        to: usize,
        actor: Option<&Actor>,
        extra: &[Ask<'s>],
    ) -> Gone<Trail> {
        let mut trail = from.clone();
        let mut persons: Vec<Ask<'s>> = Vec::new();
        let mut why = Vec::new();
        let scenario = Actor { id: "trigger".to_owned(), ..Actor::default() };
        let who = actor.unwrap_or(&scenario);
        let names = InputNames { kind: "move", ..InputNames::default() };
        for _ in 0..ROUNDS {
            if self.is_spent() {
                break;
            }
            if self.has_left(from, &trail) {
                return Ok(trail);
            }
            let fixed = self.fixed(&trail.case);
            let by = Asker { fixed: Some(&fixed), ..self.asker(&trail.case, who, &names) };
            let mut asks = self.asks_of(&trail.case, here, to);
            asks.extend(extra);
            asks.extend(&persons);
            let Some((chosen, asks)) = self.choose(&trail.case, by, here, to, &asks) else {
                if matches!(self.push(&mut trail, who, &asks), Ok(true)) {
                    continue;
                }
                let by = self.asker(&trail.case, who, &names);
                let judge = self.solver.judge(&trail.case, by);
                let mover = actor.map_or(Mover::Scenario, |_| Mover::Actor { r#override: None });
                return stuck(judge.move_to(here, to, mover).err().unwrap_or_default());
            };
            let mut trial = Case::clone(&trail.case);
            self.apply(&mut trial, by, &chosen, &asks);
            let judge = self.solver.judge(&trial, by);
            let mover = actor.map_or(Mover::Scenario, |_| Mover::Actor { r#override: None });
            let missing = judge.move_to(here, to, mover).err().unwrap_or_default();
            let revision = trail.case.revision;
            let more = self.persons_of(&missing, &persons);
            persons.extend(more);
            // What the stage plans and starts by these values must be there before it can be done.
            let early = missing.iter().any(|it| it.code.starts_with("V-A7-") || is_not_started(it));
            self.tell(&mut trail, who, &trial, &chosen)?;
            if self.has_left(from, &trail) {
                return Ok(trail);
            }
            let fields = self.fields(&chosen);
            if missing.is_empty() || early || actor.is_none() {
                let kept = self.set_outside(&mut trail, who, fields, early || actor.is_none())?;
                if self.has_left(from, &trail) {
                    return Ok(trail);
                }
                if let (Some(actor), true) = (actor, missing.is_empty()) {
                    match self.move_on(&mut trail, actor, to, kept) {
                        Ok(()) => return Ok(trail),
                        Err(it) => why = it.missing,
                    }
                }
            }
            why = if missing.is_empty() { why } else { missing.clone() };
            for it in &missing {
                self.bring_about(&mut trail, who, it, here)?;
                if self.has_left(from, &trail) {
                    return Ok(trail);
                }
            }
            // A round that has told the case nothing new will not do so in the next.
            if trail.case.revision == revision && !early {
                break;
            }
        }
        stuck(why)
    }

    /// Whether the case stands no longer where it began to walk.
    fn has_left(&self, from: &Trail, trail: &Trail) -> bool {
        trail.case.visit.number != from.case.visit.number || trail.case.is_open() != from.case.is_open()
    }

    /// Values for all that is asked; where they can be, such that no process is waited for.
    fn choose(
        &self,
        case: &Case,
        by: Asker<'_>,
        here: usize,
        to: usize,
        asks: &[Ask<'s>],
    ) -> Option<(Chosen, Vec<Ask<'s>>)> {
        let (Some(from), Some(target)) = (self.s.stages.get(here), self.s.stages.get(to)) else {
            return None;
        };
        let hooks = from.hooks.iter().filter(|hook| hook.def.awaited && hook.when.is_some());
        let free: Vec<Ask<'s>> = hooks.filter(|_| is_forward(from, target)).map(Ask::Free).collect();
        if !free.is_empty() {
            let mut all = asks.to_vec();
            all.extend(free);
            if let Some(chosen) = self.solver.solve(case, by, &all) {
                return Some((chosen, all));
            }
        }
        self.solver.solve(case, by, asks).map(|chosen| (chosen, asks.to_vec()))
    }

    /// What groups ask that have nobody to ask.
    fn persons_of(&self, missing: &[Missing], known: &[Ask<'s>]) -> Vec<Ask<'s>> {
        let held = missing.iter().filter(|it| it.code.starts_with("V-A7-"));
        let rules = held.filter_map(|it| it.requirement.as_deref());
        let plans = rules.filter_map(|rule| find_plan(self.s, rule, |plan| plan.group.is_some()));
        plans.filter(|plan| !known.iter().any(|ask| ask.rule() == plan.rule)).map(Ask::Persons).collect()
    }
}

/// Whether a process is awaited that nobody has started yet.
fn is_not_started(it: &Missing) -> bool {
    it.code == "V-M3-process" && it.args.get("state").and_then(Value::as_text) != Some("running")
}

/// Whether a way asks what leaving forward asks (M3).
pub(super) fn is_forward(from: &Stage, target: &Stage) -> bool {
    target.is_win() || (target.is_ordinary() && target.order > from.order)
}

/// The stages that a jump skips (M5).
pub(super) fn skipped<'s>(
    s: &'s Scenario,
    from: &'s Stage,
    target: &'s Stage,
) -> impl Iterator<Item = &'s Stage> {
    let between = move |stage: &&Stage| {
        stage.is_ordinary() && stage.order > from.order && (stage.order < target.order || target.is_win())
    };
    s.stages.iter().filter(between).filter(move |stage| stage.id != target.id)
}
