//! Drawings for Mermaid, which code forges and editors show by themselves.

use super::drawing::{Drawing, Line, Look};
use crate::scenario::def::Definition;
use crate::tell::{Catalog, Teller};
use std::fmt::Write;

/// A scenario as a Mermaid flowchart, in a language.
///
/// Forward moves are solid, moves back and out of the funnel dashed, triggers that move thick. Where every
/// stage leads back to every earlier one, or to an outcome, one note or arrow stands for all of them.
///
/// No text of the scenario can become markup: but for letters, digits and a few marks, each character is
/// written as its number.
///
/// # Examples
/// ```
/// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
/// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
/// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
/// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
/// let drawing = voronka::interop::to_mermaid(scenario.definition(), "en");
/// assert!(drawing.starts_with("flowchart"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn to_mermaid(definition: &Definition, language: &str) -> String {
    to_mermaid_with(definition, language, &Catalog::default())
}

/// The same with the texts of a catalogue of the host's own.
#[must_use]
pub fn to_mermaid_with(definition: &Definition, language: &str, catalog: &Catalog) -> String {
    let drawing = Drawing::new(&Teller::new(definition, language, catalog));
    let mut out = String::from("flowchart TD\n");
    for node in &drawing.nodes {
        let mut label = format!("<b>{}</b>", escape(&node.title));
        for line in &node.lines {
            let _ = write!(label, "<br/>{}", escape(line));
        }
        let (open, close) = match node.look {
            Look::Ordinary | Look::Note => ("[", "]"),
            Look::Good | Look::Bad | Look::Void => ("([", "])"),
        };
        let _ = writeln!(out, "  {}{open}\"{label}\"{close}", node.id);
    }
    for edge in &drawing.edges {
        let arrow = arrow(edge.line);
        let label =
            if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&edge.label)) };
        let _ = writeln!(out, "  {} {arrow}{label} {}", edge.from, edge.to);
    }
    for (look, name, style) in [
        (Look::Ordinary, "stage", "fill:#eef4fb,stroke:#4a78a8,color:#1b2733,text-align:left"),
        (Look::Good, "good", "fill:#e3f4e1,stroke:#3d8b37,color:#1b2733"),
        (Look::Bad, "bad", "fill:#fbe6e4,stroke:#b5483f,color:#1b2733"),
        (Look::Void, "void", "fill:#eeeeee,stroke:#888888,color:#1b2733"),
        (
            Look::Note,
            "note",
            "fill:#fff8e1,stroke:#b08d2f,color:#1b2733,stroke-dasharray:4 3,text-align:left",
        ),
    ] {
        let ids: Vec<&str> =
            drawing.nodes.iter().filter(|node| node.look == look).map(|node| node.id.as_str()).collect();
        if !ids.is_empty() {
            let _ = writeln!(out, "  classDef {name} {style}\n  class {} {name}", ids.join(","));
        }
    }
    out
}

/// How an arrow is written.
pub(super) const fn arrow(line: Line) -> &'static str {
    match line {
        Line::Forward => "-->",
        Line::Aside | Line::Off => "-.->",
        Line::Trigger => "==>",
    }
}

/// Text in which only letters, digits and marks without a meaning stand as they are.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == 'ﬂ' {
            // Mermaid writes its own entities with this ligature meanwhile, and would take ours for one.
            out.push_str("fl");
        } else if c.is_alphanumeric() || " ,()«»“”–—→↯•≤≥≠…".contains(c) {
            out.push(c);
        } else if !c.is_control() {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
