//! What lies between two versions of a scenario, drawn for Mermaid (V1).

use super::drawing::{Drawing, Edge, Line};
use super::mermaid::{arrow, escape};
use crate::scenario::def::Definition;
use crate::scenario::edit::{Edit, diff};
use crate::tell::{Catalog, Teller};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The later of two versions as a Mermaid flowchart, with what was added in green, what was removed in red and dashed,
/// and stages in which something was changed in amber.
///
/// ```
/// use voronka::{Definition, scenario::def::StageDef};
/// let before = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won"));
/// let after = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::new("offer")).stage(StageDef::won("won"));
/// let drawing = voronka::interop::to_mermaid_diff(&before, &after, "en");
/// assert!(drawing.contains("class s1 added"));
/// ```
#[must_use]
pub fn to_mermaid_diff(from: &Definition, to: &Definition, language: &str) -> String {
    to_mermaid_diff_with(from, to, language, &Catalog::default())
}

/// The same with the texts of a catalogue of the host's own.
#[must_use]
pub fn to_mermaid_diff_with(from: &Definition, to: &Definition, language: &str, catalog: &Catalog) -> String {
    let old = Drawing::new(&Teller::new(from, language, catalog));
    let new = Drawing::new(&Teller::new(to, language, catalog));
    let moved = renamed(from, to);
    let touched = touched(from, to);
    let mut out = String::from("flowchart TD\n");
    let mut classes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for node in &new.nodes {
        node_line(&mut out, &node.id, &node.title, &node.lines);
        let stage = stage_of(to, &node.id);
        let known = stage.is_none_or(|stage| from.stages.iter().any(|it| it.id == stage));
        let class = if !known {
            "added"
        } else if stage.is_some_and(|stage| touched.contains(stage)) {
            "changed"
        } else {
            "same"
        };
        classes.entry(class).or_default().push(node.id.clone());
    }
    let gone =
        old.nodes.iter().filter(|node| !moved.contains_key(&node.id) && stage_of(from, &node.id).is_some());
    for node in gone {
        let id = format!("r{}", node.id);
        node_line(&mut out, &id, &node.title, &[]);
        classes.entry("removed").or_default().push(id);
    }
    let mut styles = Vec::new();
    let before: Vec<Edge> = old.edges.into_iter().map(|edge| carried(edge, &moved)).collect();
    let same = |a: &Edge, b: &Edge| a.from == b.from && a.to == b.to && is_alike(a.line, b.line);
    for edge in &new.edges {
        let was = before.iter().find(|it| same(it, edge));
        styles.push(match was {
            None => Some("stroke:#2e7d32,stroke-width:3px"),
            Some(was) if was.label != edge.label => Some("stroke:#b08d2f,stroke-width:3px"),
            Some(_) => None,
        });
        edge_line(&mut out, edge, edge.line);
    }
    let has_any = new.nodes.iter().any(|node| node.id == "any");
    for edge in before.iter().filter(|edge| !new.edges.iter().any(|it| same(it, edge))) {
        // Without a note for any stage there is nothing from which it could come.
        if edge.from == "any" && !has_any {
            continue;
        }
        styles.push(Some("stroke:#c62828,stroke-dasharray:5 4"));
        edge_line(&mut out, edge, Line::Aside);
    }
    for (at, style) in styles.iter().enumerate() {
        if let Some(style) = style {
            let _ = writeln!(out, "  linkStyle {at} {style}");
        }
    }
    for (class, style) in [
        ("added", "fill:#e3f4e1,stroke:#2e7d32,stroke-width:3px,color:#1b2733,text-align:left"),
        ("removed", "fill:#fbe6e4,stroke:#c62828,stroke-dasharray:5 4,color:#1b2733"),
        ("changed", "fill:#fff3d6,stroke:#b08d2f,stroke-width:3px,color:#1b2733,text-align:left"),
        ("same", "fill:#f4f6f8,stroke:#8a97a5,color:#1b2733,text-align:left"),
    ] {
        if let Some(ids) = classes.get(class) {
            let _ = writeln!(out, "  classDef {class} {style}\n  class {} {class}", ids.join(","));
        }
    }
    out
}

/// The stages in which something is otherwise.
fn touched(from: &Definition, to: &Definition) -> BTreeSet<String> {
    diff(from, to)
        .into_iter()
        .filter_map(|edit| if let Edit::InStage { stage, .. } = edit { Some(stage) } else { None })
        .collect()
}

/// The nodes of the earlier version by their names in the later one.
fn renamed(from: &Definition, to: &Definition) -> BTreeMap<String, String> {
    let places = from.stages.iter().enumerate().filter_map(|(was, stage)| {
        let is = to.stages.iter().position(|it| it.id == stage.id)?;
        Some((format!("s{was}"), format!("s{is}")))
    });
    places.chain([("any".to_owned(), "any".to_owned())]).collect()
}

fn carried(edge: Edge, moved: &BTreeMap<String, String>) -> Edge {
    let name = |id: String| moved.get(&id).cloned().unwrap_or_else(|| format!("r{id}"));
    Edge { from: name(edge.from), to: name(edge.to), ..edge }
}

/// The stage of a node, by its place.
fn stage_of<'d>(def: &'d Definition, node: &str) -> Option<&'d str> {
    let place: usize = node.strip_prefix('s')?.parse().ok()?;
    def.stages.get(place).map(|stage| stage.id.as_str())
}

/// Whether two arrows are of one sort: a person's move, or a trigger's.
fn is_alike(a: Line, b: Line) -> bool {
    let by_trigger = |line| matches!(line, Line::Trigger | Line::Off);
    by_trigger(a) == by_trigger(b)
}

fn node_line(out: &mut String, id: &str, title: &str, lines: &[String]) {
    let mut label = format!("<b>{}</b>", escape(title));
    for line in lines {
        let _ = write!(label, "<br/>{}", escape(line));
    }
    let _ = writeln!(out, "  {id}[\"{label}\"]");
}

fn edge_line(out: &mut String, edge: &Edge, line: Line) {
    let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&edge.label)) };
    let _ = writeln!(out, "  {} {}{label} {}", edge.from, arrow(line), edge.to);
}
