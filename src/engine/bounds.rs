//! What is bounded of an input as a whole, wherever in it something stands (C4, S11).

use super::door::{MAX_LIST, MAX_VALUES};

use crate::case::{Actor, Adoption, Context, Input, Missing};
use std::io;

/// How many bytes the JSON of one input may have.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// How many characters an id of an input or actor may have, and how many roles, teams or persons an actor.
const MAX_ID: usize = 1_000;

/// What of an input is too much, or holds U+0000, as a whole.
pub(crate) fn check(input: &Input, ctx: &Context, missing: &mut Vec<Missing>) {
    counts(input, missing);
    who(ctx, missing);
    if !missing.is_empty() {
        return;
    }
    let mut scan = Scan::default();
    // Writing to a scan cannot fail but for what it itself refuses.
    let written = serde_json::to_writer(&mut scan, input);
    if scan.bytes > MAX_BYTES {
        missing.push(Missing::new("V-C4-input").arg("limit", MAX_BYTES as i64));
    } else if scan.nul || written.is_err() {
        let name = serde_json::to_value(input).ok().and_then(|json| holder(&json, "input"));
        missing.push(Missing::new("V-S11-nul").arg("field", name.unwrap_or_else(|| "input".to_owned())));
    }
}

fn counts(input: &Input, missing: &mut Vec<Missing>) {
    let list = MAX_LIST as usize;
    let counted: &[(&str, usize, usize)] = match input {
        Input::Open(it) => &[
            ("facts", it.facts.len(), list),
            ("external_ids", it.external_ids.len(), MAX_VALUES),
            ("links", it.links.len(), MAX_VALUES),
            ("parties", it.parties.len(), MAX_VALUES),
        ],
        Input::Facts(it) => &[("values", it.values.len(), list)],
        Input::Interaction(it) => &[
            ("thread", it.thread.len(), MAX_VALUES),
            ("contacts", it.contacts.len(), MAX_VALUES),
            ("attachments", it.attachments.len(), list),
        ],
        Input::Message { data, .. } => &[("data", data.len(), MAX_VALUES)],
        Input::Split(it) => &[("lines", it.lines.len(), list), ("copy", it.copy.len(), MAX_VALUES)],
        Input::Handed { what: it, .. } => &[
            ("activities", it.activities.len(), list),
            ("interactions", it.interactions.len(), list),
            ("external_ids", it.external_ids.len(), MAX_VALUES),
            ("parties", it.parties.len(), MAX_VALUES),
            ("documents", it.documents.len(), list),
        ],
        Input::Document(it) => &[("data", it.data.len(), MAX_VALUES)],
        Input::Finished(it) => &[("fields", it.fields.len(), MAX_VALUES)],
        Input::Adopt(it) => &[
            ("stages", it.stages.len(), MAX_VALUES),
            ("rules", it.rules.len(), Adoption::MOST_RULES),
            ("added", it.added.len(), Adoption::MOST_RULES),
        ],
        _ => &[],
    };
    for (name, count, limit) in counted {
        if count > limit {
            missing.push(Missing::new("V-C4-list").arg("field", *name).arg("limit", *limit as i64));
        }
    }
}

fn who(ctx: &Context, missing: &mut Vec<Missing>) {
    let Actor { id, roles, teams, stands_in_for } = &ctx.actor;
    let persons = ctx.absences.iter().flat_map(|it| std::iter::once(&it.person).chain(&it.deputy));
    let texts = [
        ("input_id", &mut std::iter::once(&ctx.input_id) as &mut dyn Iterator<Item = &String>),
        ("actor", &mut std::iter::once(id).chain(roles).chain(teams).chain(stands_in_for)),
        ("switches", &mut ctx.switches.iter().map(|it| &it.trigger)),
        ("absences", &mut persons.into_iter()),
    ];
    for (name, texts) in texts {
        let mut nul = false;
        let mut long = false;
        for text in texts {
            nul |= text.contains('\0');
            long |= text.len() > MAX_ID && text.chars().count() > MAX_ID;
        }
        if nul {
            missing.push(Missing::new("V-S11-nul").arg("field", name));
        }
        if long {
            missing.push(Missing::new("V-C4-text").arg("field", name).arg("limit", MAX_ID as i64));
        }
    }
    if roles.len().max(teams.len()).max(stands_in_for.len()) > MAX_VALUES {
        missing.push(Missing::new("V-C4-list").arg("field", "actor").arg("limit", MAX_VALUES as i64));
    }
}

/// The name under which a text with U+0000 stands.
fn holder(json: &serde_json::Value, name: &str) -> Option<String> {
    use serde_json::Value as Json;
    match json {
        Json::String(text) => text.contains('\0').then(|| name.to_owned()),
        Json::Array(items) => items.iter().find_map(|item| holder(item, name)),
        Json::Object(parts) => parts.iter().find_map(|(part, value)| {
            if part.contains('\0') { Some(name.to_owned()) } else { holder(value, part) }
        }),
        _ => None,
    }
}

/// Reads the JSON of an input as it is written and keeps nothing: how long it is, whether it holds `\u0000`.
#[derive(Default)]
struct Scan {
    bytes: usize,
    nul: bool,
    escape: Escape,
}

#[derive(Default, Clone, Copy)]
enum Escape {
    #[default]
    None,
    Backslash,
    /// So many zeros after `\u`.
    Zeros(u8),
}

impl io::Write for Scan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        if self.bytes > MAX_BYTES {
            return Err(io::ErrorKind::WriteZero.into());
        }
        for byte in bytes {
            self.escape = match (self.escape, byte) {
                (Escape::None, b'\\') => Escape::Backslash,
                (Escape::Backslash, b'u') => Escape::Zeros(0),
                (Escape::Zeros(3), b'0') => {
                    self.nul = true;
                    Escape::None
                }
                (Escape::Zeros(zeros), b'0') => Escape::Zeros(zeros + 1),
                _ => Escape::None,
            };
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn has_nul(text: &str) -> bool {
        let mut scan = Scan::default();
        for part in serde_json::to_vec(text).unwrap().chunks(2) {
            scan.write_all(part).unwrap();
        }
        scan.nul
    }

    #[test]
    fn s11_a_nul_is_found_and_a_written_escape_is_none() {
        assert!(has_nul("a\0b"));
        assert!(has_nul("\\\0"));
        assert!(!has_nul("\\u0000"));
        assert!(!has_nul("\u{1}0000"));
        assert!(!has_nul("\\\\u0000"));
    }
}
