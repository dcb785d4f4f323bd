//! Triggers that wake each other (T4, T5).

use super::at::At;
use super::checking::{Checking, shown};
use crate::condition::{Options, Program};
use crate::scenario::def::{ActionDef, ActivityFilter, EventDef, PlanDef, Repeat, TriggerDef};
use crate::scenario::names::Meaning;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeSet;

/// More pairs of an action and a trigger than these are not compared.
const MAX_PAIRS: usize = 4_000_000;

/// An enabled or disabled trigger, with where it stands.
struct Live<'a> {
    at: At,
    stage: Option<usize>,
    trigger: &'a TriggerDef,
    /// The fields that its "becomes" reads.
    reads: BTreeSet<usize>,
}

/// How one trigger wakes another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wakes {
    /// Perhaps: values, conditions and requirements decide.
    Perhaps,
    /// Whenever it fires.
    Surely,
}

impl<'a> Checking<'a> {
    pub fn check_cascades(&mut self) {
        let live = self.live();
        if self.is_full() {
            return;
        }
        let Some(graph) = self.waking(&live) else { return };
        let sure = graph.filter_map(
            |_, at| live.get(*at).filter(|it| it.trigger.condition.is_none()).map(|_| *at),
            |_, wakes| (*wakes == Wakes::Surely).then_some(()),
        );
        let mut told: BTreeSet<usize> = BTreeSet::new();
        for circle in circles(&sure, &live) {
            told.extend(circle.iter().copied());
            let help = "give one of them a condition that ends it, or leave out `repeat`";
            let (at, message) = self.tell(&circle, &live, "never ends");
            self.error_with("cascade-endless", &at, message, help);
        }
        for circle in circles(&graph, &live) {
            if circle.iter().any(|at| told.contains(at)) {
                continue;
            }
            let help = "if nothing ends it, the cascade's limit refuses the input that began it";
            let (at, message) = self.tell(&circle, &live, "may not end");
            self.lint("cascade-loop", &at, message, help);
        }
    }

    /// The circles of triggers that may not end, by the triggers' full names.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let live = self.live();
        let Some(graph) = self.waking(&live) else { return Vec::new() };
        let name = |at: &usize| {
            let it = live.get(*at)?;
            let stage = it.stage.and_then(|at| self.def.stages.get(at)).map_or("", |stage| &stage.id);
            Some(format!("{stage}/trigger/{}", it.trigger.id))
        };
        circles(&graph, &live).iter().map(|circle| circle.iter().filter_map(name).collect()).collect()
    }

    /// Which trigger can wake which; none where there are too many to compare.
    fn waking(&self, live: &[Live<'_>]) -> Option<DiGraph<usize, Wakes>> {
        let actions: usize = live.iter().map(|it| it.trigger.actions.iter().len()).sum();
        if live.len().saturating_mul(actions) > MAX_PAIRS {
            return None;
        }
        let mut graph: DiGraph<usize, Wakes> = DiGraph::new();
        let nodes: Vec<NodeIndex> = (0..live.len()).map(|at| graph.add_node(at)).collect();
        for (a, from) in live.iter().zip(&nodes) {
            // A trigger that is off wakes nobody until it is switched on, which is a decision of its own.
            if !a.trigger.enabled {
                continue;
            }
            for (b, to) in live.iter().zip(&nodes).filter(|(b, _)| b.trigger.enabled) {
                if let Some(wakes) = self.wakes(a, b) {
                    graph.add_edge(*from, *to, wakes);
                }
            }
        }
        Some(graph)
    }

    fn tell(&self, circle: &[usize], live: &[Live<'_>], how: &str) -> (At, String) {
        let first = circle.first().and_then(|at| live.get(*at));
        let at = first.map_or_else(At::root, |it| it.at.clone());
        let names: Vec<String> = circle
            .iter()
            .filter_map(|at| live.get(*at))
            .map(|it| match it.stage.and_then(|at| self.def.stages.get(at)) {
                Some(stage) => format!("`{}/{}`", shown(&stage.id), shown(&it.trigger.id)),
                None => format!("`{}`", shown(&it.trigger.id)),
            })
            .collect();
        let message = match names.as_slice() {
            [one] => format!("{one} wakes itself, which {how}"),
            many => format!("{} wake each other, which {how}", many.join(", ")),
        };
        (at, message)
    }

    fn live(&self) -> Vec<Live<'a>> {
        let def = self.def;
        let of_scenario = (At::root().key("triggers"), None, def.triggers.as_slice());
        let stages = At::root().key("stages");
        let of_stages = def
            .stages
            .iter()
            .enumerate()
            .map(|(at, stage)| (stages.index(at).key("triggers"), Some(at), stage.triggers.as_slice()));
        let mut live = Vec::new();
        for (at, stage, triggers) in of_stages.chain([of_scenario]) {
            for (index, trigger) in triggers.iter().enumerate() {
                let reads = self.read_by(&trigger.on);
                live.push(Live { at: at.index(index), stage, trigger, reads });
            }
        }
        live
    }

    fn read_by(&self, event: &EventDef) -> BTreeSet<usize> {
        let EventDef::Becomes(condition) = event else { return BTreeSet::new() };
        let Ok(program) = Program::compile(condition, &self.names.declarations, &Options::condition()) else {
            return BTreeSet::new();
        };
        let field = |slot| match self.meaning(slot) {
            Some(Meaning::Field(position)) => Some(*position),
            _ => None,
        };
        program.slots().iter().filter_map(|slot| field(*slot)).collect()
    }

    /// Whether firing `a` can be what `b` waits for.
    fn wakes(&self, a: &Live<'_>, b: &Live<'_>) -> Option<Wakes> {
        // A stage's trigger is live on its own stage only; a move takes the case to another.
        let same_visit = a.stage.is_none() || b.stage.is_none() || a.stage == b.stage;
        let found = a.trigger.actions.iter().filter_map(|action| match (action, &b.trigger.on) {
            (ActionDef::Set(set), EventDef::Field(name)) if same_visit && set.field == *name => {
                Some(if always_changes(&set.field, &set.to) { Wakes::Surely } else { Wakes::Perhaps })
            }
            (ActionDef::Set(set), EventDef::Becomes(_)) if same_visit => {
                self.def.fields.position(&set.field).filter(|at| b.reads.contains(at)).map(|_| Wakes::Perhaps)
            }
            (ActionDef::Plan(plan), EventDef::Planned(filter)) if same_visit && covers(filter, plan) => {
                let sure = plan.when.is_none() && plan.group.is_none() && !plan.once;
                Some(if sure { Wakes::Surely } else { Wakes::Perhaps })
            }
            (ActionDef::Move(to), event) => self.move_wakes(a, b, to, event),
            (ActionDef::Close(_), EventDef::Closed) if b.stage.is_none() => Some(Wakes::Perhaps),
            (ActionDef::Reopen(_), EventDef::Reopened) if b.stage.is_none() => Some(Wakes::Perhaps),
            _ => None,
        });
        found.max_by_key(|wakes| *wakes == Wakes::Surely)
    }

    fn move_wakes(&self, a: &Live<'_>, b: &Live<'_>, to: &str, event: &EventDef) -> Option<Wakes> {
        let to = self.stages.get(to).copied()?;
        let lands = b.stage.is_none_or(|stage| stage == to);
        match event {
            EventDef::Entered if lands => Some(self.passes(a.stage, to)),
            EventDef::EnteredStage(name) if self.stages.get(name.as_str()) == Some(&to) => {
                Some(self.passes(a.stage, to))
            }
            // After a move back a stage's "becomes" starts from the truth (T9), so that it cannot throw forward.
            EventDef::Becomes(_) if b.stage == Some(to) && a.stage.is_some_and(|from| from < to) => {
                Some(Wakes::Perhaps)
            }
            _ => None,
        }
    }

    /// Whether nothing can hold up the way from a stage to another (M2, M3, M4).
    fn passes(&self, from: Option<usize>, to: usize) -> Wakes {
        let Some(from) = from else { return Wakes::Perhaps };
        let at = self.edges.binary_search_by_key(&(from, to), |edge| (edge.from, edge.to)).ok();
        let drawn = at.and_then(|at| self.edges.get(at));
        let unconditional = drawn.is_some_and(|edge| {
            let own = edge.drawn.and_then(|at| self.def.moves.as_ref()?.get(at));
            own.is_none_or(|own| own.condition.is_none())
        });
        let (Some(left), Some(entered)) = (self.def.stages.get(from), self.def.stages.get(to)) else {
            return Wakes::Perhaps;
        };
        let free = left.leave.need.is_empty()
            && !left.plan.iter().any(|plan| plan.mandatory)
            && !left.run.iter().any(|hook| hook.awaited)
            && entered.enter.need.is_empty();
        if free && unconditional { Wakes::Surely } else { Wakes::Perhaps }
    }
}

/// The circles of triggers that can fire again (T4), each in the order of definition.
fn circles<E>(graph: &DiGraph<usize, E>, live: &[Live<'_>]) -> Vec<Vec<usize>> {
    let mut graph = graph.map(|_, at| *at, |_, _| ());
    loop {
        let mut found = Vec::new();
        let mut spent = BTreeSet::new();
        for part in tarjan_scc(&graph) {
            let members: Vec<usize> =
                part.iter().filter_map(|node| graph.node_weight(*node).copied()).collect();
            let is_circle =
                part.len() > 1 || part.first().is_some_and(|node| graph.find_edge(*node, *node).is_some());
            if !is_circle {
                continue;
            }
            let once: Vec<usize> =
                members.iter().copied().filter(|at| !fires_again(*at, &members, live)).collect();
            if once.is_empty() {
                found.push(members);
            }
            spent.extend(once);
        }
        if spent.is_empty() {
            for circle in &mut found {
                circle.sort_unstable();
            }
            found.sort();
            return found;
        }
        // What fires once breaks its circle; what is left of that may still hold a smaller one.
        graph.retain_nodes(|graph, node| graph.node_weight(node).is_some_and(|at| !spent.contains(at)));
    }
}

/// Whether a trigger can fire a second time while the circle of `members` runs.
fn fires_again(at: usize, members: &[usize], live: &[Live<'_>]) -> bool {
    let Some(it) = live.get(at) else { return false };
    // Each activity is a subject of its own.
    if it.trigger.repeat == Repeat::Always || matches!(it.trigger.on, EventDef::Planned(_)) {
        return true;
    }
    // A stage that is entered again begins a new visit, in which its triggers are fresh.
    it.stage.is_some()
        && members.iter().filter_map(|member| live.get(*member)).any(|member| {
            member.stage != it.stage
                && member.trigger.actions.iter().any(|action| matches!(action, ActionDef::Move(_)))
        })
}

fn covers(filter: &ActivityFilter, plan: &PlanDef) -> bool {
    filter.kind.as_ref().is_none_or(|kind| *kind == plan.kind)
        && filter.item.as_ref().is_none_or(|item| *item == plan.id())
}

/// Whether setting the field to this gives it another value each time: `fields.x + 1`, `!fields.x`.
fn always_changes(field: &str, expression: &str) -> bool {
    let text: String = expression.chars().filter(|letter| !letter.is_whitespace()).collect();
    let name = format!("fields.{field}");
    if text.strip_prefix('!') == Some(&name) {
        return true;
    }
    let is_step = |text: &str| {
        text.parse::<rust_decimal::Decimal>().is_ok_and(|number| !number.is_zero() && text.is_ascii())
    };
    let after = text.strip_prefix(&name).and_then(|rest| rest.strip_prefix(['+', '-']));
    let before = text.strip_suffix(&name).and_then(|rest| rest.strip_suffix('+'));
    after.or(before).is_some_and(is_step)
}
