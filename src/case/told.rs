//! What a case was told: facts, answers, interactions, documents, effects given up.

use super::{CommandAnswer, InteractionInput};
use crate::{Moment, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A command that was run (K1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandRun {
    /// The id of the run.
    pub id: String,
    /// The command.
    pub command: String,
    /// When it was run.
    pub at: Moment,
    /// The host's answer; none while it is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<CommandAnswer>,
    /// What the host said to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What is known of a fact (C7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactState {
    /// The fact.
    pub fact: String,
    /// Its key, where it is keyed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Value>,
    /// Its value; none is "empty".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why it is unknown, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Since when it is so.
    pub since: Moment,
    /// When it was learnt.
    pub learnt_at: Moment,
    /// Who told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The source's own counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The last counter of each source that told this fact with one before; "" is a source without a name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<String, u64>,
}

/// Something that hangs on an unknown fact (A3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hanging {
    /// What hangs: a debt's id, a hook's rule.
    pub rule: String,
    /// Since when.
    pub since: Moment,
}

/// An effect that was given up (S5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenUp {
    /// The effect's id.
    pub effect: String,
    /// What went wrong.
    pub error: String,
    /// Since when.
    pub since: Moment,
}

/// An interaction that was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// Its id: the channel's own, or one made by the step.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// `in` or `out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// When it happened.
    pub at: Moment,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Our employee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// The client's contact key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The ids of what it answers: of letters, of a chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thread: Vec<String>,
    /// Our line or mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Contact keys of others who took part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What came with it, by reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Where its recording is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
}

/// The key by which a store finds the case that holds an interaction of this id, or one of this thread (I1, I2).
///
/// ```
/// assert_eq!(voronka::case::interaction_key("email", "<17@mail.example>"), "email:<17@mail.example>");
/// ```
#[must_use]
pub fn interaction_key(channel: &str, id: &str) -> String {
    format!("{channel}:{id}")
}

/// A file that came with an interaction: what is known of it, never its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its file name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its media type: `application/pdf`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Where it is: a path, an address, the number of a letter's part.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

impl Interaction {
    /// What an interaction becomes by an input: logged anew, or the known one with what the input says more (I1).
    ///
    /// What the input does not say stays; lists grow, and an attachment of a known reference is replaced.
    #[must_use]
    pub fn logged(known: Option<&Self>, it: &InteractionInput, id: &str, now: Moment) -> Self {
        let or = |new: &Option<String>, old: fn(&Self) -> &Option<String>| {
            new.clone().or_else(|| known.and_then(|known| old(known).clone()))
        };
        let more = |new: &[String], old: fn(&Self) -> &Vec<String>| {
            let mut all = known.map(|known| old(known).clone()).unwrap_or_default();
            for it in new.iter().filter(|it| !it.is_empty()) {
                if !all.contains(it) {
                    all.push(it.clone());
                }
            }
            all
        };
        let attachments =
            with_files(known.map(|known| known.attachments.as_slice()).unwrap_or_default(), &it.attachments);
        Self {
            id: id.to_owned(),
            channel: it.channel.clone(),
            direction: or(&it.direction, |old| &old.direction),
            at: it.at.or(known.map(|known| known.at)).unwrap_or(now),
            result: or(&it.result, |old| &old.result),
            employee: or(&it.employee, |old| &old.employee),
            contact: or(&it.contact, |old| &old.contact),
            subject: or(&it.subject, |old| &old.subject),
            text: or(&it.text, |old| &old.text),
            thread: more(&it.thread, |old| &old.thread),
            line: or(&it.line, |old| &old.line),
            contacts: more(&it.contacts, |old| &old.contacts),
            duration_ms: it.duration_ms.or_else(|| known.and_then(|known| known.duration_ms)),
            attachments,
            recording: or(&it.recording, |old| &old.recording),
        }
    }
}

/// The files known of an interaction with those told of now; one of a known reference is replaced.
///
/// Of those known already each is the same as one that comes: by its reference, else by what is known of it, since a
/// letter that is delivered twice lies in two places.
pub(crate) fn with_files(known: &[Attachment], new: &[Attachment]) -> Vec<Attachment> {
    let mut files = known.to_vec();
    let mut open: Vec<usize> = (0..files.len()).collect();
    for file in new {
        let place =
            |same: &dyn Fn(&Attachment) -> bool| open.iter().position(|at| files.get(*at).is_some_and(same));
        let by_reference = place(&|old| !old.reference.is_empty() && old.reference == file.reference);
        let by_content =
            place(&|old| (&old.name, &old.media_type, old.size) == (&file.name, &file.media_type, file.size));
        match (by_reference, by_content) {
            (Some(at), _) => {
                let at = open.remove(at);
                if let Some(old) = files.get_mut(at) {
                    old.clone_from(file);
                }
            }
            (None, Some(at)) => drop(open.remove(at)),
            (None, None) => files.push(file.clone()),
        }
    }
    files
}

/// What is known of a document of the host: its last event, whether it is in force, its sums (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentState {
    /// The document's kind.
    pub document: String,
    /// Its id.
    pub id: String,
    /// What happened to it last.
    pub event: String,
    /// When that happened.
    pub at: Moment,
    /// The host's counter of that event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Whether it is in force; none where no event has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<bool>,
    /// The counter of the event that said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_sequence: Option<u64>,
    /// The decimals that its events carried, of those that the scenario adds up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums: BTreeMap<String, DocumentSum>,
}

/// What a document's events said of one of its sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSum {
    /// The decimal; none where what came is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// The counter of the event that carried it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
}
