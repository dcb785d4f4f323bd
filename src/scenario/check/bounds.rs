//! How large a scenario may be, and its texts (C4, S11).

use super::at::{At, Part, fit};
use super::checking::{Checking, Found};
use crate::scenario::def::Definition;
use crate::source::{Severity, join};
use serde_json::Value as Json;

/// The most stages of a scenario.
const MAX_STAGES: usize = 200;
/// The most moves that are drawn.
const MAX_MOVES: usize = 2_000;
const MAX_FIELDS: usize = 1_000;
const MAX_FACTS: usize = 1_000;
const MAX_DOCUMENTS: usize = 100;
const MAX_SUMS: usize = 100;
const MAX_TRIGGERS: usize = 500;
const MAX_ITEMS: usize = 100;
const MAX_TEXT: usize = 10_000;
const MAX_CASCADE: u32 = 1_000;
const MAX_CASE_TEXT: u32 = 1_000_000;
const MAX_CASE_LIST: u32 = 10_000;

/// What is beyond a bound, and whether there is more of something than can be checked in good time.
pub(super) fn sizes(def: &Definition) -> (Vec<Found>, bool) {
    let root = At::root();
    let stages = root.key("stages");
    let moves = def.moves.as_ref().map_or(0, Vec::len);
    let mut counts = vec![
        (stages.clone(), def.stages.len(), MAX_STAGES, "stages"),
        (root.key("fields"), def.fields.len(), MAX_FIELDS, "fields"),
        (root.key("facts"), def.facts.len(), MAX_FACTS, "facts"),
        (root.key("documents"), def.documents.len(), MAX_DOCUMENTS, "kinds of documents"),
        (root.key("moves"), moves, MAX_MOVES, "moves"),
        (root.key("triggers"), def.triggers.len(), MAX_TRIGGERS, "triggers"),
    ];
    for (index, stage) in def.stages.iter().enumerate() {
        let at = stages.index(index);
        counts.push((at.key("triggers"), stage.triggers.len(), MAX_TRIGGERS, "triggers of a stage"));
        counts.push((at.key("plan"), stage.plan.len(), MAX_ITEMS, "items of a stage"));
    }
    for (kind, document) in def.documents.iter() {
        let at = root.key("documents").key(kind).key("sums");
        counts.push((at, document.sums.len(), MAX_SUMS, "sums of a kind of documents"));
    }
    let mut found = Vec::new();
    for (at, count, most, what) in counts {
        if count > most {
            let message = format!("{count} {what}, {most} are allowed");
            found.push(Found::new(Severity::Error, "too-many", &at, message));
        }
    }
    let beyond = !found.is_empty();
    let at = root.key("bounds");
    for (key, given, most) in [
        ("cascade", def.bounds.cascade, MAX_CASCADE),
        ("text", def.bounds.text, MAX_CASE_TEXT),
        ("list", def.bounds.list, MAX_CASE_LIST),
    ] {
        if let Some(given) = given.filter(|given| *given == 0 || *given > most) {
            let message = format!("`{key}` cannot be {given}");
            let defect = Found::new(Severity::Error, "bound-wrong", &at.key(key), message);
            found.push(Found { help: Some(format!("write 1 to {most}")), ..defect });
        }
    }
    if def.version == 0 {
        let defect = Found::new(Severity::Error, "version-zero", &root.key("version"), "version 0");
        found.push(Found { help: Some("versions count from 1".to_owned()), ..defect });
    }
    (found, beyond)
}

impl Checking<'_> {
    /// Every text of the definition, its names included.
    pub fn check_texts(&mut self, made: &Json) {
        let mut texts = Vec::new();
        collect(String::new(), made, &mut texts);
        for (pointer, text) in texts {
            self.check_a_text(&pointer, text, made);
        }
    }

    fn check_a_text(&mut self, pointer: &str, text: &str, made: &Json) {
        let at = At::root().below(pointer);
        if text.contains('\0') {
            let help = "databases do not take U+0000: leave it out";
            self.error_with("text-with-nul", &at, "a text with the character U+0000", help);
        }
        // Bytes are counted at once, characters only where it matters.
        let length = if text.len() > MAX_TEXT { text.chars().count() } else { 0 };
        let told = |found: &Found| {
            found.code == "condition-too-long" && fit(&found.pointer, Part::Made(made)) == pointer
        };
        if length > MAX_TEXT && !self.found.iter().any(told) {
            self.error(
                "text-too-long",
                &at,
                format!("a text of {length} characters, {MAX_TEXT} are allowed"),
            );
        }
    }
}

fn collect<'j>(pointer: String, json: &'j Json, into: &mut Vec<(String, &'j str)>) {
    match json {
        Json::String(text) => into.push((pointer, text)),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(join(&pointer, &index.to_string()), item, into);
            }
        }
        Json::Object(entries) => {
            for (key, value) in entries {
                let pointer = join(&pointer, key);
                into.push((pointer.clone(), key));
                collect(pointer, value, into);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
