//! The proof itself: what was reached, what was not, and why.

use super::ask::Ask;
use super::barrier::{Barrier, Over, Way, nobody, reached, reaching};
use super::domain::Literals;
use super::people::{Beside, names_actor, people};
use super::run::Run;
use super::search::Search;
use super::solve::Solver;
use super::walker::{Avoid, Endless, Trail, Walker};
use super::{Barred, Because, Budget, Certainty, Code, Finding, Proof, Why};
use crate::case::Missing;
use crate::condition::Program;
use crate::scenario::model::{Action, Ask as Asked, Limit, Plan, Requirement, Trigger};
use crate::{Moment, Scenario};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// When every run begins: a working morning, 12 January 2026, 09:00 UTC.
const START: i64 = 1_768_208_400_000;
/// How many different cases are gone on from on one stage when something was not reached at once.
const MORE_CASES: usize = 4;
/// On how many stages a scenario's trigger is tried.
const TRIED: usize = 3;

/// The walker of a scenario.
pub(super) fn walker<'s>(s: &'s Scenario, budget: Budget) -> Walker<'s> {
    let mut literals = Literals::default();
    let mut beside: BTreeSet<(Beside, String)> = BTreeSet::new();
    each_program(s, &mut |program| {
        literals.read(s, program);
        for it in program.uses().slots {
            let meaning = s.names.meanings.get(it.slot.0 as usize);
            if let Some(what) = meaning.and_then(names_actor) {
                let texts = it.with.iter().filter_map(|value| value.as_text());
                beside.extend(texts.map(|text| (what, text.to_owned())));
            }
        }
    });
    for it in s.stages.iter().flat_map(|stage| stage.enter.iter().chain(&stage.leave)) {
        literals.read_requirement(s, it);
    }
    let people = people(s, &beside);
    literals.people = people.iter().map(|actor| actor.id.clone()).collect();
    Walker {
        s,
        solver: Solver::new(s, literals, budget.judgements),
        people,
        movers: None,
        avoid: Avoid::Nothing,
        start: start(),
        left: Cell::new(budget.steps),
        endless: RefCell::default(),
        editable: RefCell::default(),
        depth: Cell::new(0),
    }
}

pub(super) fn start() -> Moment {
    Moment::from_millis(START).unwrap_or(Moment::MIN)
}

/// Every condition of a scenario.
fn each_program(s: &Scenario, see: &mut dyn FnMut(&Program)) {
    let limit = |limit: &Option<Limit>, see: &mut dyn FnMut(&Program)| {
        limit.iter().filter_map(|it| it.when.as_ref()).for_each(see);
    };
    let requirement = |it: &Requirement, see: &mut dyn FnMut(&Program)| {
        if let Asked::That(program) = &it.ask {
            see(program);
        }
        it.when.iter().for_each(see);
    };
    let plan = |it: &Plan, see: &mut dyn FnMut(&Program)| {
        it.when.iter().chain(&it.person).for_each(&mut *see);
        if let Some(group) = &it.group {
            see(&group.each);
            group.count.iter().for_each(&mut *see);
        }
    };
    let trigger = |it: &Trigger, see: &mut dyn FnMut(&Program)| {
        it.becomes.iter().chain(&it.condition).for_each(&mut *see);
        for action in &it.actions {
            match action {
                Action::Set { to, .. } => see(to),
                Action::Plan(it) => plan(it, see),
                _ => {}
            }
        }
    };
    let r = &s.rights;
    for it in [&r.open, &r.r#move, &r.close, &r.hand_over, &r.activities, &r.contacts, &r.report] {
        limit(it, see);
    }
    for field in &s.fields {
        limit(&field.see, see);
        limit(&field.edit, see);
    }
    for edge in s.edges.iter().flatten() {
        edge.condition.iter().for_each(&mut *see);
        limit(&edge.who, see);
    }
    s.triggers.iter().for_each(|it| trigger(it, see));
    for (_, when, _) in &s.calendars {
        see(when);
    }
    for stage in &s.stages {
        stage.enter.iter().chain(&stage.leave).for_each(|it| requirement(it, see));
        stage.items.iter().for_each(|it| plan(it, see));
        stage.hooks.iter().flat_map(|hook| &hook.when).for_each(&mut *see);
        for command in &stage.commands {
            command.when.iter().for_each(&mut *see);
            limit(&command.who, see);
        }
        stage.triggers.iter().for_each(|it| trigger(it, see));
        stage.pause.iter().for_each(&mut *see);
    }
}

/// Everything that is wrong, with what shows it.
pub(super) fn prove(s: &Scenario, budget: Budget) -> Proof {
    let walker = walker(s, budget);
    let barrier = Barrier::new(s, walker.start, Over::May, budget.judgements);
    let ways = barrier.ways();
    let first = s.stages.iter().position(|stage| stage.is_ordinary()).unwrap_or(0);
    let might = reached(&ways, first);
    let everywhere = |found: &BTreeSet<usize>| might.is_subset(found);
    let mut search = Search::new(&walker, 1);
    search.to_ends = true;
    let mut opened = search.open();
    search.run(&|_| false, &|_| Vec::new());
    if !everywhere(&search.visited()) && !walker.is_spent() {
        // What a case has been through may matter: more cases of each stage.
        let mut more = Search::new(&walker, MORE_CASES);
        more.to_ends = true;
        opened = more.open();
        more.run(&|_| false, &|_| Vec::new());
        if more.visited().len() >= search.visited().len() {
            search = more;
        }
    }
    search.spread_ends();
    let mut proving =
        Proving { s, walker: &walker, barrier: &barrier, search, ways, first, findings: Vec::new() };
    if let Err(why) = opened {
        proving.never_opened(why.missing);
    }
    proving.stages(&might);
    proving.chains();
    let Proving { mut findings, .. } = proving;
    findings.sort_by_key(|it| (it.code == Code::ChainEndless, it.code != Code::NeverOpened));
    Proof {
        findings,
        exhausted: walker.is_spent() || barrier.is_spent(),
        steps: budget.steps - walker.left.get(),
    }
}

struct Proving<'w, 's> {
    s: &'s Scenario,
    walker: &'w Walker<'s>,
    barrier: &'w Barrier<'s>,
    search: Search<'w, 's>,
    ways: Vec<Way>,
    first: usize,
    findings: Vec<Finding>,
}

impl<'w, 's> Proving<'w, 's> {
    fn id(&self, stage: usize) -> String {
        self.s.stages.get(stage).map_or_else(String::new, |stage| stage.id.clone())
    }

    fn never_opened(&mut self, missing: Vec<Missing>) {
        let Some(stage) = self.s.stages.get(self.first) else { return };
        let asks: Vec<Ask<'_>> = stage.enter.iter().map(Ask::Need).collect();
        let barred = if self.s.rights.open.as_ref().is_some_and(nobody) {
            Some(Barred::Nobody)
        } else if self.s.rights.r#override.as_ref().is_none_or(nobody) {
            self.barrier.contradiction(&asks).map(|clash| Barred::Clash { clash })
        } else {
            None
        };
        // A scenario that only takes in requests from channels, or that others start, needs nobody who opens.
        let only_nobody = matches!(barred, Some(Barred::Nobody));
        if only_nobody && !self.search.nodes.is_empty() {
            return;
        }
        let certainty = if barred.is_some() { Certainty::Shown } else { Certainty::Possible };
        let why = barred.map_or(Why::Missing(missing), Why::Barred);
        let because = vec![Because { from: String::new(), to: stage.id.clone(), why }];
        self.findings.push(Finding {
            code: Code::NeverOpened,
            certainty,
            pointer: format!("/stages/{}", self.first),
            stage: Some(stage.id.clone()),
            triggers: Vec::new(),
            run: None,
            because,
        });
    }

    fn stages(&mut self, might: &BTreeSet<usize>) {
        let outcomes = self.s.stages.iter().enumerate().filter(|(_, stage)| !stage.is_ordinary());
        let might_end = reaching(&self.ways, outcomes.map(|(at, _)| at).collect());
        let firsts = self.search.firsts();
        if firsts.is_empty() {
            return;
        }
        let visited = self.search.visited();
        for stage in 0..self.s.stages.len() {
            match firsts.get(&stage) {
                None if visited.contains(&stage) => {}
                None => self.unreached(stage, !might.contains(&stage), &firsts),
                Some(node) => self.reached(stage, *node, might_end.contains(&stage)),
            }
        }
    }

    fn unreached(&mut self, stage: usize, certain: bool, firsts: &BTreeMap<usize, usize>) {
        let into: Vec<(usize, Option<Barred>)> = self
            .ways
            .iter()
            .filter(|way| way.to == stage)
            .map(|way| (way.from, way.barred.clone()))
            .collect();
        let because = into
            .into_iter()
            .map(|(from, barred)| {
                let missing = self.search.stuck.get(&(from, stage)).cloned();
                let why = match (barred, firsts.contains_key(&from)) {
                    (Some(barred), _) => Why::Barred(barred),
                    (None, false) => Why::Unreached,
                    (None, true) => Why::Missing(missing.unwrap_or_default()),
                };
                Because { from: self.id(from), to: self.id(stage), why }
            })
            .collect();
        let certainty = if certain { Certainty::Shown } else { Certainty::Possible };
        self.push(Code::StageUnreached, certainty, stage, None, because);
    }

    fn push(
        &mut self,
        code: Code,
        certainty: Certainty,
        stage: usize,
        run: Option<Run>,
        because: Vec<Because>,
    ) {
        let pointer = format!("/stages/{stage}");
        let id = self.id(stage);
        self.findings.push(Finding {
            code,
            certainty,
            pointer,
            stage: Some(id),
            triggers: Vec::new(),
            run,
            because,
        });
    }

    /// A stage that was reached: whether it can be left, and whether cases can end from there.
    fn reached(&mut self, stage: usize, node: usize, might_end: bool) {
        let of_stage: Vec<(usize, bool, bool)> = self
            .search
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.stage == stage)
            .map(|(id, node)| (id, node.ends, node.left))
            .collect();
        if of_stage.iter().any(|(_, ends, _)| *ends) {
            return;
        }
        // Cases like it were gone on from only where they were the first: now from here to an end.
        let mut left = of_stage.iter().any(|(_, _, left)| *left);
        if might_end && !self.walker.is_spent() {
            let case = self.search.nodes.get(node).map(|node| Rc::clone(&node.case));
            let mut further = Search::new(self.walker, 2);
            case.into_iter().for_each(|case| further.begin(case));
            if further.run(&|case| !case.is_open(), &|_| Vec::new()).is_some() {
                return;
            }
            left |= further.nodes.first().is_some_and(|node| node.left);
            for (way, missing) in further.stuck {
                self.search.stuck.entry(way).or_insert(missing);
            }
        }
        let out: Vec<(usize, Option<Barred>)> = self
            .ways
            .iter()
            .filter(|way| way.from == stage)
            .map(|way| (way.to, way.barred.clone()))
            .collect();
        let closed = out.iter().all(|(_, barred)| barred.is_some());
        let because = out
            .into_iter()
            .filter_map(|(to, barred)| {
                let missing = self.search.stuck.get(&(stage, to)).cloned();
                let why = match (barred, missing) {
                    (Some(barred), _) => Why::Barred(barred),
                    (None, Some(missing)) => Why::Missing(missing),
                    (None, None) => return None,
                };
                Some(Because { from: self.id(stage), to: self.id(to), why })
            })
            .collect();
        let run = Some(self.search.run_to(node));
        let certainty = if might_end { Certainty::Possible } else { Certainty::Shown };
        // What is shown is no more than what is barred.
        let no_way_out = closed || (might_end && !left);
        let code = if no_way_out { Code::StageWithoutWayOut } else { Code::StageWithoutEnd };
        self.push(code, certainty, stage, run, because);
    }

    /// Chains of triggers: those that some step ran into, and those that might be.
    fn chains(&mut self) {
        let circles = crate::scenario::circles(&self.s.def);
        for circle in &circles {
            self.try_circle(circle);
        }
        let mut shown: BTreeSet<BTreeSet<String>> = BTreeSet::new();
        let mut found: Vec<(Vec<String>, Run)> = Vec::new();
        let endless = self.walker.endless.take();
        for it in endless {
            let Some(run) = self.run_of(&it) else { continue };
            // What goes round is what comes at the end.
            let circle = going_round(&it.chain);
            let key: BTreeSet<String> = circle.iter().cloned().collect();
            if shown.insert(key) {
                found.push((circle, run));
            } else if let Some((_, known)) = found
                .iter_mut()
                .find(|(known, _)| known.iter().collect::<BTreeSet<_>>() == circle.iter().collect())
                && run.steps.len() < known.steps.len()
            {
                *known = run;
            }
        }
        for (circle, run) in found {
            self.chain(circle, Certainty::Shown, Some(run));
        }
        for circle in circles {
            let is_shown = shown.iter().any(|shown| circle.iter().any(|rule| shown.contains(rule)));
            if !is_shown {
                self.chain(circle, Certainty::Possible, None);
            }
        }
    }

    fn chain(&mut self, triggers: Vec<String>, certainty: Certainty, run: Option<Run>) {
        let pointer = triggers.first().and_then(|rule| self.pointer(rule)).unwrap_or_default();
        let stage = triggers.first().and_then(|rule| self.s.trigger(rule)?.stage).map(|at| self.id(at));
        let because = Vec::new();
        self.findings.push(Finding {
            code: Code::ChainEndless,
            certainty,
            pointer,
            stage,
            triggers,
            run,
            because,
        });
    }

    fn pointer(&self, rule: &str) -> Option<String> {
        let trigger = self.s.trigger(rule)?;
        let (of, place) = match trigger.stage {
            Some(at) => (&self.s.stages.get(at)?.triggers, format!("/stages/{at}/triggers")),
            None => (&self.s.triggers, "/triggers".to_owned()),
        };
        of.iter().position(|it| it.rule == rule).map(|at| format!("{place}/{at}"))
    }

    /// Tries to set a circle going: each of its triggers where it is live, with values by which all their
    /// conditions hold, or only its own.
    fn try_circle(&mut self, circle: &[String]) {
        let triggers: Vec<&'s Trigger> = circle.iter().filter_map(|rule| self.s.trigger(rule)).collect();
        let conditions: Vec<Ask<'s>> =
            triggers.iter().flat_map(|it| it.condition.as_ref().map(|c| Ask::Holds(&it.rule, c))).collect();
        for trigger in &triggers {
            let nodes: Vec<Rc<crate::Case>> = self
                .search
                .nodes
                .iter()
                .filter(|node| node.case.is_open())
                .filter(|node| trigger.stage.is_none_or(|stage| stage == node.stage))
                .take(TRIED)
                .map(|node| Rc::clone(&node.case))
                .collect();
            for case in nodes {
                let before = self.walker.endless.borrow().len();
                let from = Trail::at(case);
                for extra in [conditions.as_slice(), &[]] {
                    drop(self.walker.fire(&from, trigger, extra));
                    if self.walker.endless.borrow().len() > before || self.walker.is_spent() {
                        break;
                    }
                }
            }
            // What a stage's trigger does on entry is begun by whoever enters.
            self.enter_into(trigger, &conditions);
        }
    }

    fn enter_into(&self, trigger: &'s Trigger, conditions: &[Ask<'s>]) {
        let Some(stage) = trigger.stage else {
            drop(self.walker.open(conditions));
            return;
        };
        if stage == self.first {
            drop(self.walker.open(conditions));
        }
        let mut tried = 0;
        for node in self.search.nodes.iter().filter(|node| node.case.is_open()) {
            if tried >= TRIED || self.s.edge(node.stage, stage).is_none() {
                continue;
            }
            tried += 1;
            let from = Trail::at(Rc::clone(&node.case));
            drop(self.walker.by_hand(&from, stage, conditions));
        }
    }

    /// The whole run of a chain without end, which whoever replays it sees too.
    fn run_of(&self, it: &Endless) -> Option<Run> {
        let mut run = match self.search.node_of(&it.from) {
            Some(id) => self.search.run_to(id),
            None if it.from.revision == 0 => Run::default(),
            None => return None,
        };
        run.steps.extend(it.steps.iter().cloned());
        let replayed = run.replay(self.s);
        let refused = replayed
            .refused
            .as_ref()
            .is_some_and(|(at, rejection)| *at + 1 == run.steps.len() && rejection.code() == "V-T5-endless");
        let undone = replayed.refused.is_none()
            && replayed.journal.last().is_some_and(|entry| {
                entry.events.iter().any(|event| matches!(event, crate::Event::CascadeUndone { .. }))
            });
        (refused || undone).then_some(run)
    }
}

/// The triggers that fire over and over at the end of a chain, each once, by name.
fn going_round(chain: &[String]) -> Vec<String> {
    let mut circle: Vec<String> = Vec::new();
    for rule in chain.iter().rev() {
        if circle.contains(rule) {
            break;
        }
        circle.push(rule.clone());
    }
    circle.sort();
    circle
}
