//! What a drawing of a scenario shows, before it is written in one format or another.

use crate::scenario::def::{
    ActionDef, Definition, MoveDef, OnBad, PlanDef, ProcessDef, StageDef, StageOutcome, TriggerDef,
};
use crate::tell::Teller;
use std::collections::{BTreeMap, BTreeSet};

/// How a stage looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Ordinary,
    Good,
    Bad,
    Void,
    /// Not a stage: any of the ordinary ones, or what holds on all of them.
    Note,
}

/// A stage, or a note.
#[derive(Debug)]
pub struct Node {
    pub id: String,
    pub title: String,
    pub lines: Vec<String>,
    pub look: Look,
}

/// How an arrow looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// On towards winning.
    Forward,
    /// Back, or out of the funnel.
    Aside,
    /// By a trigger.
    Trigger,
    /// By a trigger that is switched off.
    Off,
}

/// An arrow between two nodes, by their ids.
#[derive(Debug)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub label: String,
    pub line: Line,
}

/// A whole drawing. Ids are the engine's own (`s0`, `any`), never the scenario's.
#[derive(Debug)]
pub struct Drawing {
    pub title: String,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

const ANY: &str = "any";
/// More lines than this of one sort make a node too tall to read.
const MOST_LINES: usize = 6;

/// The moves of a scenario by the places of their stages: from, to, label.
type Moves = BTreeMap<(usize, usize), String>;

impl Drawing {
    pub fn new(teller: &Teller<'_>) -> Self {
        let definition = teller.definition;
        let mut nodes = stages(teller);
        let mut edges = Vec::new();
        let mut any_lines = Vec::new();

        let moves = moves(teller);
        let ordinary: Vec<usize> = ordinary(definition);
        let outward = from_everywhere(definition, &moves, &ordinary);
        let back = all_back(&moves, &ordinary);
        if back {
            any_lines.push(format!("• {}", teller.say("draw.back", &[])));
        }
        for ((from, to), label) in &moves {
            let aside = is_aside(definition, *from, *to);
            if outward.contains(to) || (back && aside && ordinary.contains(to)) {
                continue;
            }
            let line = if aside { Line::Aside } else { Line::Forward };
            edges.push(Edge { from: stage_id(*from), to: stage_id(*to), label: label.clone(), line });
        }
        for to in &outward {
            edges.push(Edge {
                from: ANY.to_owned(),
                to: stage_id(*to),
                label: String::new(),
                line: Line::Aside,
            });
        }
        for (from, stage) in definition.stages.iter().enumerate() {
            edges.extend(stage.triggers.iter().filter_map(|it| by_trigger(teller, it, stage_id(from))));
            edges.extend(stage.run.iter().filter_map(|it| by_process(teller, it, stage_id(from))));
        }
        edges.extend(definition.triggers.iter().filter_map(|it| by_trigger(teller, it, ANY.to_owned())));

        let everywhere: Vec<String> = trigger_lines(teller, &definition.triggers);
        if !any_lines.is_empty() || !everywhere.is_empty() || edges.iter().any(|edge| edge.from == ANY) {
            any_lines.extend(everywhere);
            let title = teller.say("draw.any", &[]);
            nodes.push(Node { id: ANY.to_owned(), title, lines: any_lines, look: Look::Note });
        }
        Self { title: teller.plain(&definition.title, &definition.id), nodes, edges }
    }
}

fn stage_id(place: usize) -> String {
    format!("s{place}")
}

fn ordinary(definition: &Definition) -> Vec<usize> {
    let stages = definition.stages.iter().enumerate();
    stages.filter(|(_, stage)| stage.outcome.is_none()).map(|(place, _)| place).collect()
}

fn stages(teller: &Teller<'_>) -> Vec<Node> {
    let mut number = 0;
    let stages = teller.definition.stages.iter().enumerate();
    stages
        .map(|(place, stage)| {
            let look = match stage.outcome {
                None => Look::Ordinary,
                Some(StageOutcome::Won | StageOutcome::Result) => Look::Good,
                Some(StageOutcome::Lost | StageOutcome::BadResult) => Look::Bad,
                Some(StageOutcome::Void) => Look::Void,
            };
            let mut title = teller.stage_title(stage);
            if look == Look::Ordinary {
                number += 1;
                title = format!("{number}. {title}");
            }
            Node { id: stage_id(place), title, lines: lines(teller, stage), look }
        })
        .collect()
}

fn lines(teller: &Teller<'_>, stage: &StageDef) -> Vec<String> {
    let dotted = |line: String| format!("• {line}");
    let mut lines: Vec<String> = teller.closing(stage).into_iter().map(dotted).collect();
    shorten(teller, &mut lines, stage.plan.iter().map(|plan| dotted(plan_line(teller, plan))).collect());
    for process in &stage.run {
        let name = teller.process(process.id());
        lines.push(dotted(teller.say("run.line", &[("process", name.into())])));
    }
    shorten(teller, &mut lines, trigger_lines(teller, &stage.triggers));
    lines.extend(stage.limit.map(|span| dotted(teller.say("draw.limit", &[("span", span.into())]))));
    lines
}

fn plan_line(teller: &Teller<'_>, plan: &PlanDef) -> String {
    let mut parts = vec![teller.plan_head(plan)];
    parts.extend(plan.due.as_ref().map(|due| teller.due(due)));
    if plan.mandatory {
        parts.push(teller.say("plan.mandatory", &[]));
    }
    parts.join(", ")
}

/// The triggers that do not move; those that do are arrows.
fn trigger_lines(teller: &Teller<'_>, triggers: &[TriggerDef]) -> Vec<String> {
    let still = triggers.iter().filter(|trigger| target(trigger).is_none());
    still.map(|trigger| format!("↯ {}", trigger_label(teller, trigger))).collect()
}

fn trigger_label(teller: &Teller<'_>, trigger: &TriggerDef) -> String {
    let title = teller.trigger_title(trigger);
    if trigger.enabled { title } else { format!("{title} ({})", teller.say("off", &[])) }
}

fn shorten(teller: &Teller<'_>, lines: &mut Vec<String>, more: Vec<String>) {
    let left_out = more.len().saturating_sub(MOST_LINES);
    lines.extend(more.into_iter().take(MOST_LINES));
    if left_out > 0 {
        let left_out = u64::try_from(left_out).unwrap_or(u64::MAX);
        lines.push(format!("… {}", teller.say("draw.more", &[("n", left_out.into())])));
    }
}

fn target(trigger: &TriggerDef) -> Option<&str> {
    trigger.actions.iter().find_map(|action| match action {
        ActionDef::Move(stage) => Some(stage.as_str()),
        ActionDef::Close(close) => Some(close.stage.as_str()),
        _ => None,
    })
}

fn by_trigger(teller: &Teller<'_>, trigger: &TriggerDef, from: String) -> Option<Edge> {
    let to = place(teller.definition, target(trigger)?)?;
    let line = if trigger.enabled { Line::Trigger } else { Line::Off };
    Some(Edge { from, to: stage_id(to), label: format!("↯ {}", trigger_label(teller, trigger)), line })
}

fn by_process(teller: &Teller<'_>, process: &ProcessDef, from: String) -> Option<Edge> {
    let to = match &process.on_bad {
        OnBad::Stay => return None,
        OnBad::Move(to) => to,
        OnBad::Close(close) => &close.stage,
    };
    let name = teller.process(process.id());
    let label = format!("↯ {}", teller.say("draw.bad", &[("process", name.into())]));
    Some(Edge { from, to: stage_id(place(teller.definition, to)?), label, line: Line::Trigger })
}

fn place(definition: &Definition, id: &str) -> Option<usize> {
    definition.stages.iter().position(|stage| stage.id == id)
}

/// Every move that is allowed, by default or as drawn.
fn moves(teller: &Teller<'_>) -> Moves {
    let definition = teller.definition;
    let ordinary = ordinary(definition);
    let mut found = Moves::new();
    let Some(drawn) = &definition.moves else {
        for (at, from) in ordinary.iter().enumerate() {
            let earlier = ordinary.iter().take(at).copied();
            let out = outcomes(definition, |outcome| !is_good(outcome));
            for to in earlier.chain(ordinary.get(at + 1).copied()).chain(out) {
                found.insert((*from, to), String::new());
            }
        }
        for to in outcomes(definition, is_good) {
            found.extend(ordinary.last().map(|last| ((*last, to), String::new())));
        }
        return found;
    };
    for one in drawn {
        let label = label(teller, one);
        let from = one.from.iter().flat_map(|id| {
            if id == "*" { ordinary.clone() } else { place(definition, id).into_iter().collect() }
        });
        for from in from {
            for to in one.to.iter().filter_map(|id| place(definition, id)) {
                if from != to {
                    found.entry((from, to)).or_insert_with(|| label.clone());
                }
            }
        }
    }
    found
}

fn label(teller: &Teller<'_>, drawn: &MoveDef) -> String {
    let title = teller.text(&drawn.title);
    match &drawn.condition {
        Some(condition) if title.is_empty() => {
            teller.say("move.if", &[("condition", teller.condition(condition).into())])
        }
        _ => title,
    }
}

fn is_good(outcome: StageOutcome) -> bool {
    matches!(outcome, StageOutcome::Won | StageOutcome::Result)
}

fn outcomes(definition: &Definition, fits: impl Fn(StageOutcome) -> bool) -> impl Iterator<Item = usize> {
    let stages = definition.stages.iter().enumerate();
    stages.filter(move |(_, stage)| stage.outcome.is_some_and(&fits)).map(|(place, _)| place)
}

/// Whether a move goes back, or out without having won.
fn is_aside(definition: &Definition, from: usize, to: usize) -> bool {
    match definition.stages.get(to).and_then(|stage| stage.outcome) {
        Some(outcome) => !is_good(outcome),
        None => to < from,
    }
}

/// The outcomes to which a bare move leads from every ordinary stage: one arrow instead of many.
fn from_everywhere(definition: &Definition, moves: &Moves, ordinary: &[usize]) -> BTreeSet<usize> {
    let bare = |from: &usize, to| moves.get(&(*from, to)).is_some_and(String::is_empty);
    if ordinary.len() < 2 {
        return BTreeSet::new();
    }
    outcomes(definition, |_| true).filter(|to| ordinary.iter().all(|from| bare(from, *to))).collect()
}

/// Whether a bare move leads from every ordinary stage back to every earlier one.
fn all_back(moves: &Moves, ordinary: &[usize]) -> bool {
    let pairs = ordinary
        .iter()
        .enumerate()
        .flat_map(|(at, from)| ordinary.iter().take(at).map(move |to| (*from, *to)));
    ordinary.len() > 1 && { pairs }.all(|pair| moves.get(&pair).is_some_and(String::is_empty))
}
