//! The search: real cases, stepped from the opening on, those with the fewest steps first.

use super::ask::Ask;
use super::run::{Run, Step};
use super::walker::{Stuck, Trail, Walker};
use crate::case::{Case, Missing};
use crate::scenario::def::EventDef;
use crate::scenario::model::{Action, Trigger};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::rc::Rc;

/// A case that was reached.
#[derive(Debug)]
pub(super) struct Node {
    pub case: Rc<Case>,
    /// The steps from the parent's.
    pub steps: Vec<Step>,
    pub parent: Option<usize>,
    /// How many steps from the opening.
    pub cost: usize,
    pub stage: usize,
    /// Whether some way led on from here.
    pub left: bool,
    /// Whether an outcome was reached from here.
    pub ends: bool,
}

/// What matters of a case beside its stage.
type Signature = (BTreeSet<String>, BTreeSet<String>, bool);

/// What is asked besides on the way onto a stage.
pub(super) type Extra<'e, 's> = dyn Fn(usize) -> Vec<Ask<'s>> + 'e;

pub(super) struct Search<'w, 's> {
    pub walker: &'w Walker<'s>,
    pub nodes: Vec<Node>,
    queue: BinaryHeap<Reverse<(usize, usize)>>,
    /// What was reached of each stage, and gone on from.
    closed: BTreeMap<usize, BTreeSet<Signature>>,
    /// How many different cases are gone on from on one stage.
    cases: usize,
    /// Whether each stage is left for an outcome once, so that it is known whether it can end.
    pub to_ends: bool,
    /// What was missing on ways that were not gone.
    pub stuck: BTreeMap<(usize, usize), Vec<Missing>>,
}

impl<'w, 's> Search<'w, 's> {
    pub fn new(walker: &'w Walker<'s>, cases: usize) -> Self {
        Self {
            walker,
            nodes: Vec::new(),
            queue: BinaryHeap::new(),
            closed: BTreeMap::new(),
            cases,
            to_ends: false,
            stuck: BTreeMap::new(),
        }
    }

    /// Begins with a case just opened: as it comes, and such that what triggers do on opening takes it on.
    pub fn open(&mut self) -> Result<(), Stuck> {
        let opened = self.walker.open(&[]);
        let first = self.walker.s.stages.iter().position(|stage| stage.is_ordinary());
        for (extra, _) in first.map(|first| self.entry_variants(first)).unwrap_or_default() {
            if let Ok(trail) = self.walker.open(&extra) {
                self.arrive(None, trail);
            }
        }
        match opened {
            Ok(trail) => self.arrive(None, trail),
            Err(why) => match self.walker.take_in() {
                Ok(trail) => {
                    self.arrive(None, trail);
                    return Err(why);
                }
                Err(_) => return Err(why),
            },
        }
        Ok(())
    }

    /// Begins with a case that another search reached.
    pub fn begin(&mut self, case: Rc<Case>) {
        self.arrive(None, Trail::at(case));
    }

    fn arrive(&mut self, parent: Option<usize>, trail: Trail) {
        let Some(stage) = self.walker.s.stage_index(&trail.case.visit.stage) else { return };
        let before = parent.and_then(|at| self.nodes.get(at)).map_or(0, |node| node.cost);
        let cost = before + trail.steps.len();
        if self.is_full(stage) {
            return;
        }
        let id = self.nodes.len();
        let ends = !trail.case.is_open();
        self.nodes.push(Node {
            case: trail.case,
            steps: trail.steps,
            parent,
            cost,
            stage,
            left: false,
            ends,
        });
        self.queue.push(Reverse((cost, id)));
    }

    fn is_full(&self, stage: usize) -> bool {
        self.closed.get(&stage).is_some_and(|known| known.len() >= self.cases)
    }

    /// Goes on until a case is what is sought, nothing is left, or the budget is spent.
    pub fn run(&mut self, sought: &dyn Fn(&Case) -> bool, extra: &Extra<'_, 's>) -> Option<usize> {
        while let Some(Reverse((_, id))) = self.queue.pop() {
            let Some(node) = self.nodes.get(id) else { continue };
            if sought(&node.case) {
                return Some(id);
            }
            let (stage, signature) = (node.stage, signature(&node.case));
            if self.is_full(stage) || !self.closed.entry(stage).or_default().insert(signature) {
                continue;
            }
            if self.walker.is_spent() {
                return None;
            }
            self.go_on(id, extra);
        }
        None
    }

    fn go_on(&mut self, id: usize, extra: &Extra<'_, 's>) {
        let Some(node) = self.nodes.get(id) else { return };
        let from = Trail::at(Rc::clone(&node.case));
        let here = node.stage;
        let s = self.walker.s;
        if !from.case.is_open() {
            for (trigger, to) in reopening(s) {
                if !self.is_full(to)
                    && let Ok(trail) = self.walker.by_trigger(&from, trigger, to, &[])
                {
                    self.went(id, trail);
                }
            }
            return;
        }
        let targets: Vec<usize> = s.edges.get(here).into_iter().flatten().map(|edge| edge.to).collect();
        let mut ended = false;
        for to in targets {
            let is_end = s.stages.get(to).is_some_and(|stage| !stage.is_ordinary());
            // Where it is known already whether cases here can end, what was reached is not sought again.
            if self.is_full(to) && !(is_end && self.to_ends && !ended) {
                continue;
            }
            let asked = extra(to);
            match self.walker.by_hand(&from, to, &asked) {
                Ok(trail) => {
                    ended |= !trail.case.is_open();
                    self.went(id, trail);
                }
                Err(why) => self.note(here, to, why),
            }
            if asked.is_empty() {
                for (more, led) in self.entry_variants(to) {
                    if !self.is_full(led)
                        && let Ok(trail) = self.walker.by_hand(&from, to, &more)
                        && trail.case.visit.stage != s.stages.get(to).map_or("", |stage| &stage.id)
                    {
                        self.went(id, trail);
                    }
                }
            }
            for trigger in self.triggers_to(here, to) {
                if let Ok(trail) = self.walker.by_trigger(&from, trigger, to, &asked) {
                    ended |= !trail.case.is_open();
                    self.went(id, trail);
                }
            }
            if self.walker.is_spent() {
                break;
            }
        }
    }

    fn went(&mut self, id: usize, trail: Trail) {
        let closed = !trail.case.is_open();
        if let Some(node) = self.nodes.get_mut(id) {
            node.left = true;
            node.ends |= closed;
        }
        self.arrive(Some(id), trail);
    }

    fn note(&mut self, from: usize, to: usize, why: Stuck) {
        let known = self.stuck.entry((from, to)).or_insert_with(|| why.missing.clone());
        if why.missing.len() < known.len() {
            *known = why.missing;
        }
    }

    /// The triggers that take a case from a stage to another.
    fn triggers_to(&self, here: usize, to: usize) -> Vec<&'s Trigger> {
        let s = self.walker.s;
        let of_stage = s.stages.get(here).into_iter().flat_map(|stage| &stage.triggers);
        of_stage
            .chain(&s.triggers)
            .filter(|trigger| trigger.enabled && Walker::target(trigger) == Some(to))
            .collect()
    }

    /// What must hold on entering a stage so that its triggers take the case on at once, and where to.
    fn entry_variants(&self, to: usize) -> Vec<(Vec<Ask<'s>>, usize)> {
        let s = self.walker.s;
        let Some(stage) = s.stages.get(to) else { return Vec::new() };
        let at_once = |trigger: &&'s Trigger| match &trigger.on {
            EventDef::Entered | EventDef::Becomes(_) | EventDef::Opened => true,
            EventDef::EnteredStage(id) => *id == stage.id,
            _ => false,
        };
        let live = stage.triggers.iter().chain(&s.triggers).filter(|trigger| trigger.enabled);
        live.filter(at_once)
            .filter_map(|trigger| {
                let led = Walker::target(trigger).filter(|led| *led != to && !self.is_full(*led))?;
                let mut asks = Walker::asks_of_trigger(trigger);
                asks.extend(
                    s.edge(to, led)
                        .and_then(|edge| edge.condition.as_ref())
                        .map(|it| Ask::Holds(super::ask::MOVE, it)),
                );
                let target = s.stages.get(led)?;
                if super::walk::is_forward(stage, target) {
                    asks.extend(stage.leave.iter().map(Ask::Need));
                }
                asks.extend(target.enter.iter().map(Ask::Need));
                (!asks.is_empty()).then_some((asks, led))
            })
            .collect()
    }

    /// The run that leads to a case.
    pub fn run_to(&self, id: usize) -> Run {
        let mut parts: Vec<&[Step]> = Vec::new();
        let mut at = Some(id);
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            parts.push(&node.steps);
            at = node.parent;
        }
        Run { steps: parts.into_iter().rev().flatten().cloned().collect() }
    }

    /// The first case that was reached on each stage, with the fewest steps.
    pub fn firsts(&self) -> BTreeMap<usize, usize> {
        let mut firsts: BTreeMap<usize, usize> = BTreeMap::new();
        for (id, node) in self.nodes.iter().enumerate() {
            let known = firsts.entry(node.stage).or_insert(id);
            let fewer = self.nodes.get(*known).is_some_and(|known| node.cost < known.cost);
            if fewer {
                *known = id;
            }
        }
        firsts
    }

    /// The stages on which some case stood, if only until a trigger took it on.
    pub fn visited(&self) -> BTreeSet<usize> {
        let s = self.walker.s;
        let passed = self.nodes.iter().flat_map(|node| &node.case.visits);
        let passed = passed.filter_map(|visit| s.stage_index(&visit.stage));
        passed.chain(self.nodes.iter().map(|node| node.stage)).collect()
    }

    /// Whether an outcome was reached from a case on, for each.
    pub fn spread_ends(&mut self) {
        // A child comes after its parent.
        for id in (0..self.nodes.len()).rev() {
            let Some((true, Some(parent))) = self.nodes.get(id).map(|node| (node.ends, node.parent)) else {
                continue;
            };
            if let Some(parent) = self.nodes.get_mut(parent) {
                parent.ends = true;
            }
        }
    }

    /// The node whose case this is, by its place in the journal.
    pub fn node_of(&self, case: &Rc<Case>) -> Option<usize> {
        self.nodes.iter().position(|node| Rc::ptr_eq(&node.case, case))
    }
}

/// The triggers that reopen, and where.
fn reopening(s: &crate::Scenario) -> Vec<(&Trigger, usize)> {
    let to = |trigger: &Trigger| {
        trigger.actions.iter().find_map(|action| match action {
            Action::Reopen(stage) => s.stage_index(stage),
            _ => None,
        })
    };
    s.triggers.iter().filter(|it| it.enabled).filter_map(|it| Some((it, to(it)?))).collect()
}

fn signature(case: &Case) -> Signature {
    let visited = case.visits.iter().map(|visit| visit.stage.clone()).collect();
    let good = case.processes.iter().filter(|run| run.is_good()).map(|run| run.rule.clone()).collect();
    (visited, good, case.debts.is_empty())
}
