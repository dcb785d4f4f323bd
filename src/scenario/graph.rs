//! The moves that are drawn, as edges between stages.

use super::def::{Definition, StageOutcome};

/// A move from one stage to another, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub from: usize,
    pub to: usize,
    /// Which of the definition's moves drew it; none if it is there by default.
    pub drawn: Option<usize>,
}

/// All edges of a definition.
pub(crate) fn edges(def: &Definition) -> Vec<Edge> {
    let ordinary: Vec<usize> =
        (0..def.stages.len()).filter(|i| def.stages.get(*i).is_some_and(|s| s.outcome.is_none())).collect();
    let mut edges = Vec::new();
    for (k, from) in ordinary.iter().enumerate() {
        if let Some(next) = ordinary.get(k + 1) {
            edges.push(Edge { from: *from, to: *next, drawn: None });
        }
        for back in ordinary.iter().take(k) {
            edges.push(Edge { from: *from, to: *back, drawn: None });
        }
        for (to, stage) in def.stages.iter().enumerate() {
            let last = k + 1 == ordinary.len();
            let open = match stage.outcome {
                None => false,
                Some(StageOutcome::Won | StageOutcome::Result) => last,
                Some(_) => true,
            };
            if open {
                edges.push(Edge { from: *from, to, drawn: None });
            }
        }
    }
    edges
}
