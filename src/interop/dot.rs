//! Drawings for Graphviz.

use super::drawing::{Drawing, Line, Look};
use crate::scenario::def::Definition;
use crate::tell::{Catalog, Teller};
use std::fmt::Write;

/// How many characters a line of a label has before it is broken.
const WIDTH: usize = 44;

/// A scenario as a Graphviz digraph, in a language.
///
/// The same drawing as [`to_mermaid`](super::to_mermaid)'s; no text of the scenario can become markup.
#[must_use]
pub fn to_dot(definition: &Definition, language: &str) -> String {
    to_dot_with(definition, language, &Catalog::default())
}

/// The same with the texts of a catalogue of the host's own.
#[must_use]
pub fn to_dot_with(definition: &Definition, language: &str, catalog: &Catalog) -> String {
    let drawing = Drawing::new(&Teller::new(definition, language, catalog));
    let mut out = String::from("digraph scenario {\n");
    let _ = writeln!(
        out,
        "  graph [label=\"{}\", labelloc=t, fontname=\"sans-serif\", fontsize=16]",
        escape(&drawing.title)
    );
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, style=\"filled,rounded\", shape=box]\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=10, color=\"#4a78a8\"]\n");
    for node in &drawing.nodes {
        let (fill, line, shape) = match node.look {
            Look::Ordinary => ("#eef4fb", "#4a78a8", "box"),
            Look::Good => ("#e3f4e1", "#3d8b37", "oval"),
            Look::Bad => ("#fbe6e4", "#b5483f", "oval"),
            Look::Void => ("#eeeeee", "#888888", "oval"),
            Look::Note => ("#fff8e1", "#b08d2f", "note"),
        };
        let style = if node.look == Look::Ordinary { "" } else { ", style=filled" };
        let mut label = broken(&node.title, "\\n");
        if !node.lines.is_empty() {
            label.push_str("\\n");
        }
        for text in &node.lines {
            let _ = write!(label, "{}\\l", broken(text, "\\l    "));
        }
        let _ = writeln!(
            out,
            "  {} [label=\"{label}\", shape={shape}, fillcolor=\"{fill}\", color=\"{line}\"{style}]",
            node.id
        );
    }
    for edge in &drawing.edges {
        let style = match edge.line {
            Line::Forward => "style=solid",
            Line::Aside => "style=dashed, color=\"#888888\", constraint=false",
            Line::Trigger => "style=bold, color=\"#b08d2f\"",
            Line::Off => "style=dotted, color=\"#b08d2f\"",
        };
        // From the note to the outcomes the arrows may stand in for an order; back ones may not.
        let style = if edge.from == "any" { style.trim_end_matches(", constraint=false") } else { style };
        let label = if edge.label.is_empty() {
            String::new()
        } else {
            format!(", label=\"{}\"", broken(&edge.label, "\\n"))
        };
        let _ = writeln!(out, "  {} -> {} [{style}{label}]", edge.from, edge.to);
    }
    out.push_str("}\n");
    out
}

/// Escaped text, broken into lines at spaces.
fn broken(text: &str, line_break: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + length >= WIDTH {
            out.push_str(line_break);
            width = 0;
        } else if width > 0 {
            out.push(' ');
        }
        out.push_str(&escape(word));
        width += length + 1;
    }
    out
}

/// Text inside a quoted string of DOT, where a backslash and an HTML entity have a meaning too.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}
