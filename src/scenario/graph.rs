//! The graph of a definition: which stage can be followed by which (M1).

use super::def::{Definition, Kind, MoveDef, StageOutcome};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;
use std::collections::{BTreeMap, BTreeSet};

/// A passage from one stage to another, both by their position in the definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub from: usize,
    pub to: usize,
    /// The first move of the definition that draws it; none where the definition draws no moves.
    pub drawn: Option<usize>,
}

/// Every passage of a definition, each once, by the order of stages; unknown names draw nothing.
///
/// Without `moves`: from each ordinary stage to the next and back to any earlier one, from the last one to the
/// good outcomes (won, results), from any to lost and void, and to results that are not good. Openings,
/// reopenings and triggers are no passages: they go where they name, and triggers only along what is here.
pub(crate) fn edges(def: &Definition) -> Vec<Edge> {
    match &def.moves {
        Some(moves) => drawn(def, moves),
        None => silent(def),
    }
}

fn drawn(def: &Definition, moves: &[MoveDef]) -> Vec<Edge> {
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, stage) in def.stages.iter().enumerate() {
        by_id.entry(&stage.id).or_insert(at);
    }
    let ordinary: Vec<usize> = positions(def, |outcome| outcome.is_none()).collect();
    let mut found: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, drawing) in moves.iter().enumerate() {
        // Names may stand twice; each passage is drawn once.
        let to: BTreeSet<usize> =
            drawing.to.iter().filter_map(|to| by_id.get(to.as_str()).copied()).collect();
        let every = drawing.from.iter().any(|name| name == "*");
        let mut from: BTreeSet<usize> =
            drawing.from.iter().filter_map(|from| by_id.get(from.as_str()).copied()).collect();
        from.extend(ordinary.iter().copied().filter(|_| every));
        for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))) {
            if from != to {
                found.entry((from, to)).or_insert(at);
            }
        }
    }
    found.into_iter().map(|((from, to), at)| Edge { from, to, drawn: Some(at) }).collect()
}

fn silent(def: &Definition) -> Vec<Edge> {
    let ordinary: Vec<usize> = positions(def, |outcome| outcome.is_none()).collect();
    let good: Vec<usize> = positions(def, |outcome| outcome.is_some_and(is_good)).collect();
    let bad: Vec<usize> = positions(def, |outcome| outcome.is_some_and(|it| !is_good(it))).collect();
    let mut found = Vec::new();
    for (at, from) in ordinary.iter().enumerate() {
        let next = ordinary.get(at + 1);
        let ends = if next.is_none() { good.as_slice() } else { &[] };
        let earlier = ordinary.get(..at).unwrap_or_default();
        for to in earlier.iter().chain(next).chain(ends).chain(&bad) {
            found.push(Edge { from: *from, to: *to, drawn: None });
        }
    }
    found.sort_unstable();
    found
}

/// Whether ending so is what the scenario works for.
pub(crate) const fn is_good(outcome: StageOutcome) -> bool {
    matches!(outcome, StageOutcome::Won | StageOutcome::Result)
}

/// Whether an outcome goes with what the scenario is drawn over.
pub(crate) const fn fits(kind: Kind, outcome: StageOutcome) -> bool {
    let is_result = matches!(outcome, StageOutcome::Result | StageOutcome::BadResult);
    matches!(kind, Kind::Funnel) != is_result
}

fn positions(def: &Definition, wanted: impl Fn(Option<StageOutcome>) -> bool) -> impl Iterator<Item = usize> {
    def.stages.iter().enumerate().filter(move |(_, stage)| wanted(stage.outcome)).map(|(at, _)| at)
}

/// The stages to which a way leads from one of `from`, these included.
pub(crate) fn reachable(edges: &[Edge], from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let from: Vec<_> = from.into_iter().collect();
    let graph = graph(edges, &from);
    let mut walk = Dfs::empty(&graph);
    walk.stack = from.into_iter().map(NodeIndex::new).collect();
    std::iter::from_fn(|| walk.next(&graph)).map(|node: NodeIndex| node.index()).collect()
}

/// The stages from which a way leads to one of `to`, these included.
pub(crate) fn reaching(edges: &[Edge], to: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let turned: Vec<Edge> = edges.iter().map(|edge| Edge { from: edge.to, to: edge.from, ..*edge }).collect();
    reachable(&turned, to)
}

fn graph(edges: &[Edge], more: &[usize]) -> DiGraph<(), ()> {
    let ends = edges.iter().flat_map(|edge| [edge.from, edge.to]);
    let nodes = ends.chain(more.iter().copied()).max().map_or(0, |last| last + 1);
    let mut graph = DiGraph::new();
    for _ in 0..nodes {
        graph.add_node(());
    }
    for edge in edges {
        graph.add_edge(NodeIndex::new(edge.from), NodeIndex::new(edge.to), ());
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let def: Definition = serde_json::from_str(text).unwrap();
        let id = |at: usize| def.stages[at].id.clone();
        edges(&def).iter().map(|edge| format!("{}-{}", id(edge.from), id(edge.to))).collect()
    }

    #[test]
    fn m1_without_moves_forward_is_one_by_one_and_back_is_any() {
        let text = r#"{ "id": "s", "stages": [ { "id": "a" }, { "id": "b" }, { "id": "c" },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" } ] }"#;
        assert_eq!(told(text), ["a-b", "a-lost", "b-a", "b-c", "b-lost", "c-a", "c-b", "c-won", "c-lost"]);
    }

    #[test]
    fn m1_a_process_ends_well_from_its_last_stage_and_badly_from_any() {
        let text = r#"{ "id": "s", "kind": "process", "stages": [ { "id": "a" }, { "id": "b" },
            { "id": "yes", "outcome": "result" }, { "id": "no", "outcome": "bad_result" } ] }"#;
        assert_eq!(told(text), ["a-b", "a-no", "b-a", "b-yes", "b-no"]);
    }

    #[test]
    fn m1_with_moves_it_is_what_is_drawn_and_the_first_drawing_counts() {
        let text = r#"{ "id": "s", "stages": [ { "id": "a" }, { "id": "b" },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" } ],
            "moves": [ { "from": "a", "to": ["b", "nowhere"] }, { "from": "*", "to": ["lost", "b"] },
                       { "from": "b", "to": "won" } ] }"#;
        assert_eq!(told(text), ["a-b", "a-lost", "b-won", "b-lost"]);
        let def: Definition = serde_json::from_str(text).unwrap();
        let drawn: Vec<_> = edges(&def).iter().map(|edge| edge.drawn).collect();
        assert_eq!(drawn, [Some(0), Some(1), Some(2), Some(1)]);
        let edges = edges(&def);
        assert_eq!(reachable(&edges, [1]), BTreeSet::from([1, 2, 3]));
        assert_eq!(reaching(&edges, [2]), BTreeSet::from([0, 1, 2]));
    }
}
