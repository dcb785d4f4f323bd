//! Where a defect stands: a pointer as if every form were written out, fitted to what was written.

use crate::source::{Kind, Node, join};
use serde_json::Value as Json;

/// A JSON pointer in which everything is written out: `/moves/0/from/0` also where `from` is one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At(String);

impl At {
    pub fn root() -> Self {
        Self(String::new())
    }

    pub fn key(&self, key: &str) -> Self {
        Self(join(&self.0, key))
    }

    pub fn index(&self, index: usize) -> Self {
        Self(join(&self.0, &index.to_string()))
    }

    /// Prolonged by a pointer that is relative to it.
    pub fn below(&self, pointer: &str) -> Self {
        Self(format!("{}{pointer}", self.0))
    }

    pub fn into_pointer(self) -> String {
        self.0
    }
}

/// A file or a definition, as the pointers see it.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Written(&'a Node),
    Made(&'a Json),
}

enum Child<'a> {
    Is(Part<'a>),
    /// An object without this key.
    NoKey,
    /// A list, and the segment is no index of it.
    NoIndex,
    /// Neither list nor object.
    Leaf,
}

impl<'a> Part<'a> {
    fn child(self, segment: &str) -> Child<'a> {
        let index = || segment.parse::<usize>().ok();
        match self {
            Self::Written(node) => match &node.kind {
                Kind::Array(items) => match index().and_then(|at| items.get(at)) {
                    Some(item) => Child::Is(Self::Written(item)),
                    None => Child::NoIndex,
                },
                Kind::Object(entries) => match entries.iter().find(|(key, _)| key.text == segment) {
                    Some((_, value)) => Child::Is(Self::Written(value)),
                    None => Child::NoKey,
                },
                _ => Child::Leaf,
            },
            Self::Made(Json::Array(items)) => match index().and_then(|at| items.get(at)) {
                Some(item) => Child::Is(Self::Made(item)),
                None => Child::NoIndex,
            },
            Self::Made(Json::Object(entries)) => match entries.get(segment) {
                Some(value) => Child::Is(Self::Made(value)),
                None => Child::NoKey,
            },
            Self::Made(_) => Child::Leaf,
        }
    }
}

/// The pointer as it stands in `root`: without the steps that a short form leaves out, and not deeper than
/// what is there.
pub(super) fn fit(pointer: &str, root: Part<'_>) -> String {
    let mut part = root;
    let mut fitted = String::new();
    for segment in segments(pointer) {
        let is_index = segment.parse::<usize>().is_ok();
        match part.child(&segment) {
            Child::Is(child) => {
                part = child;
                fitted = join(&fitted, &segment);
            }
            // One thing that stands for a list of one, or a list that stands for the object around it.
            Child::NoKey if is_index => {}
            Child::NoIndex if !is_index => {}
            Child::NoKey | Child::NoIndex | Child::Leaf => break,
        }
    }
    fitted
}

/// The pointer with the indexes that the elements have in the file, of which some could not be read.
///
/// `made` is what was read; `faulty` tells whether a defect of form stands at or below a pointer.
pub(super) fn reindex(pointer: &str, file: &Node, made: &Json, faulty: &dyn Fn(&str) -> bool) -> String {
    let (mut written, mut read) = (Some(file), Some(made));
    let mut fitted = String::new();
    for segment in segments(pointer) {
        let mut segment = segment;
        if let (Some(Kind::Array(items)), Some(list), Ok(index)) =
            (written.map(|node| &node.kind), read, segment.parse::<usize>())
        {
            // What can be one thing or a list is made short when one is left.
            let elements = list.as_array().map_or_else(|| vec![list], |list| list.iter().collect());
            let at = place_of(index, items, &elements, &|at| faulty(&join(&fitted, &at.to_string())));
            read = elements.get(index).copied();
            segment = at.to_string();
        } else {
            read = read.map(|made| made.get(&segment).unwrap_or(made));
        }
        written = written.and_then(|node| match Part::Written(node).child(&segment) {
            Child::Is(Part::Written(child)) => Some(child),
            Child::NoKey | Child::NoIndex => Some(node),
            _ => None,
        });
        fitted = join(&fitted, &segment);
    }
    fitted
}

/// Where the element of this index stands in the file: faulty elements may have been left out.
fn place_of(index: usize, items: &[Node], read: &[&Json], faulty: &dyn Fn(usize) -> bool) -> usize {
    if items.len() == read.len() {
        return index;
    }
    let mut next = 0;
    for (at, item) in items.iter().enumerate() {
        let Some(element) = read.get(next) else { break };
        if faulty(at) && !alike(item, element) {
            continue;
        }
        if next == index {
            return at;
        }
        next += 1;
    }
    index
}

/// Whether the read element can have come from the written one: what both say in plain texts is the same.
fn alike(written: &Node, read: &Json) -> bool {
    match (&written.kind, read) {
        (Kind::String(text), Json::String(read)) => text == read,
        (Kind::Object(entries), Json::Object(read)) => {
            let id = entries.iter().find(|(key, _)| key.text == "id").map(|(_, id)| &id.kind);
            let same_id = match (id, read.get("id")) {
                (Some(Kind::String(id)), Some(Json::String(read))) => id == read,
                (None, None) => true,
                _ => false,
            };
            let same = |key: &str, value: &Node| match (read.get(key), &value.kind) {
                (Some(Json::String(read)), Kind::String(text)) => text == read,
                _ => true,
            };
            same_id && entries.iter().all(|(key, value)| same(&key.text, value))
        }
        // A long form that says no more than the short one.
        (Kind::Object(entries), Json::String(read)) => {
            entries.iter().any(|(_, value)| matches!(&value.kind, Kind::String(text) if text == read))
        }
        _ => false,
    }
}

fn segments(pointer: &str) -> impl Iterator<Item = String> {
    // What stands before the first slash is no segment.
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_leaves_out_what_a_short_form_leaves_out() {
        let made = json!({ "need": ["amount", { "field": "x" }], "from": "a", "to": ["b"], "who": ["r"],
            "do": { "move": "a" } });
        for (full, fitted) in [
            ("/need/0/field", "/need/0"),
            ("/need/1/field", "/need/1/field"),
            ("/need/1/min", "/need/1"),
            ("/from/0", "/from"),
            ("/to/0", "/to/0"),
            ("/who/roles/0", "/who/0"),
            ("/do/0/move", "/do/move"),
            ("/nothing", ""),
        ] {
            assert_eq!(fit(full, Part::Made(&made)), fitted, "{full}");
        }
    }
}
