//! An inquiry: what came in by whichever channel, as one plain value (I1).

use super::keys::ContactKey;
use crate::case::{Attachment, InteractionInput, interaction_key};
use crate::{Moment, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many bytes an id may have: a store finds cases by it.
pub const MAX_ID: usize = 700;
/// How many characters a text may have; readers cut longer ones and say so.
pub const MAX_TEXT: usize = 100_000;
/// How many characters a name, a subject, a reference may have.
pub const MAX_LINE: usize = 2_000;
/// How many ids of a thread, contact keys, attachments or documents there may be.
pub const MAX_LIST: usize = 1_000;

/// Which way an inquiry went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From a client to us.
    #[default]
    In,
    /// From us to a client.
    Out,
}

impl Direction {
    /// Its name, as JSON and interactions have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// What came in by a channel, or went out by it: a letter, a call, a message, a web form (I1).
///
/// Plain data, serde both ways. The same channel and id again, with more, amends what was logged.
///
/// ```
/// use voronka::intake::Inquiry;
/// let call: Inquiry = serde_json::from_str(r#"{ "channel": "phone", "id": "1741945.77",
///     "contacts": [{ "kind": "phone", "key": "+7 495 000-00-01" }], "result": "missed" }"#)?;
/// call.check()?;
/// assert_eq!(call.direction.name(), "in");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inquiry {
    /// By which channel: phone, email, web, chat, …
    pub channel: String,
    /// Which way; in where silent.
    #[serde(default)]
    pub direction: Direction,
    /// The channel's own id of it.
    pub id: String,
    /// The ids of what it answers (In-Reply-To, References), or of the chat to which it belongs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thread: Vec<String>,
    /// Our line or mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// The employee of ours who took part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// The contact keys of the other side; the first is who it is from, or for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactKey>,
    /// When it happened; it may lie in the past (C5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text, without markup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How it went: answered, missed, busy, no_answer, bounced, automatic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What came with it, by reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Where its recording is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// Numbers of documents, or ids that a case has elsewhere, where they are known already: `invoice/17`, `4711`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// Further fields of a web form, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Value>,
}

/// Why an inquiry cannot be taken in: which of its parts, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InquiryError {
    /// A part that must be there is empty.
    #[error("`{field}` is empty; a channel and the channel's own id must be there")]
    Empty {
        /// The part.
        field: &'static str,
    },
    /// A text with U+0000, which no database keeps (S11).
    #[error("`{field}` holds the character U+0000; leave it out")]
    Nul {
        /// The part.
        field: String,
    },
    /// The channel's name has a sign that parts ids.
    #[error("`channel` has a `:` or a `/`, which part the ids that are made of it")]
    Channel,
    /// Something is beyond its bound (C4).
    #[error("`{field}` has {found} {unit}, {limit} are allowed")]
    TooLarge {
        /// The part.
        field: String,
        /// How much there is.
        found: usize,
        /// How much there may be.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
}

impl Inquiry {
    /// An inquiry by a channel with the channel's own id, with nothing else said.
    pub fn new(channel: impl Into<String>, id: impl Into<String>) -> Self {
        Self { channel: channel.into(), id: id.into(), ..Self::default() }
    }

    /// Looks at bounds and U+0000 (C4, S11).
    ///
    /// # Errors
    /// The first part that cannot be taken in, by name.
    pub fn check(&self) -> Result<(), InquiryError> {
        for (field, text) in [("channel", &self.channel), ("id", &self.id)] {
            if text.trim().is_empty() {
                return Err(InquiryError::Empty { field });
            }
        }
        // Both part the ids that are made of it.
        if self.channel.contains([':', '/']) {
            return Err(InquiryError::Channel);
        }
        bytes("channel", &self.channel, 64)?;
        bytes("id", &self.id, MAX_ID)?;
        for (field, count) in [
            ("thread", self.thread.len()),
            ("contacts", self.contacts.len()),
            ("attachments", self.attachments.len()),
            ("documents", self.documents.len()),
            ("extra", self.extra.len()),
        ] {
            too_many(field, count, MAX_LIST, "elements")?;
        }
        self.thread.iter().try_for_each(|it| bytes("thread", it, MAX_ID))?;
        self.documents.iter().try_for_each(|it| bytes("documents", it, MAX_ID))?;
        for contact in &self.contacts {
            bytes("contacts", &contact.key, MAX_ID)?;
            contact.name.iter().try_for_each(|it| letters("contacts", it, MAX_LINE))?;
        }
        for (field, text, most) in [
            ("line", &self.line, MAX_LINE),
            ("employee", &self.employee, MAX_LINE),
            ("subject", &self.subject, MAX_LINE),
            ("text", &self.text, MAX_TEXT),
            ("result", &self.result, 64),
            ("recording", &self.recording, MAX_LINE),
        ] {
            text.iter().try_for_each(|text| letters(field, text, most))?;
        }
        for file in &self.attachments {
            for text in [&file.name, &file.media_type, &file.reference] {
                letters("attachments", text, MAX_LINE)?;
            }
        }
        self.extra.iter().try_for_each(|(name, value)| {
            letters("extra", name, MAX_LINE)?;
            value_fits(&format!("extra.{name}"), value, 0)
        })
    }

    /// The key by which the store finds the case that holds this very inquiry.
    #[must_use]
    pub fn own_key(&self) -> String {
        interaction_key(&self.channel, &self.id)
    }

    /// The interaction that it is on a case (I1); what a form brings stands in its text, so that nothing is lost.
    #[must_use]
    pub fn interaction(&self) -> InteractionInput {
        let mut keys = self.contacts.iter().map(|it| it.key.clone());
        let form = self.extra.iter().filter(|(_, value)| !value.is_empty());
        let form: Vec<String> = form.map(|(name, value)| format!("{name}: {value}")).collect();
        let mut text = self.text.clone();
        if !form.is_empty() {
            let text = text.get_or_insert_default();
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&form.join("\n"));
            cut(text, MAX_TEXT);
        }
        InteractionInput {
            channel: self.channel.clone(),
            direction: Some(self.direction.name().to_owned()),
            id: Some(self.id.clone()),
            at: self.at,
            employee: self.employee.clone(),
            contact: keys.next(),
            subject: self.subject.clone(),
            text,
            result: self.result.clone(),
            answers: None,
            thread: self.thread.clone(),
            line: self.line.clone(),
            contacts: keys.collect(),
            duration_ms: self.duration_ms,
            attachments: self.attachments.clone(),
            recording: self.recording.clone(),
        }
    }

    /// Whether a machine made it: an automatic reply, or a letter that came back.
    #[must_use]
    pub fn is_automatic(&self) -> bool {
        matches!(self.result.as_deref(), Some("automatic" | "bounced"))
    }

    /// Whether it came about: it is a letter, a message, or a call that was answered.
    #[must_use]
    pub fn came_about(&self) -> bool {
        matches!(self.result.as_deref(), None | Some("answered"))
    }
}

fn too_many(field: &str, found: usize, limit: usize, unit: &'static str) -> Result<(), InquiryError> {
    if found <= limit {
        return Ok(());
    }
    Err(InquiryError::TooLarge { field: field.to_owned(), found, limit, unit })
}

fn no_nul(field: &str, text: &str) -> Result<(), InquiryError> {
    if text.contains('\0') { Err(InquiryError::Nul { field: field.to_owned() }) } else { Ok(()) }
}

fn bytes(field: &str, text: &str, limit: usize) -> Result<(), InquiryError> {
    no_nul(field, text)?;
    too_many(field, text.len(), limit, "bytes")
}

fn letters(field: &str, text: &str, limit: usize) -> Result<(), InquiryError> {
    no_nul(field, text)?;
    // A character is at least one byte, so most texts need no counting.
    if text.len() <= limit { Ok(()) } else { too_many(field, text.chars().count(), limit, "characters") }
}

/// How deep values may nest in a form.
const MAX_DEPTH: usize = 8;

fn value_fits(field: &str, value: &Value, depth: usize) -> Result<(), InquiryError> {
    too_many(field, depth, MAX_DEPTH, "levels")?;
    match value {
        Value::Text(text) => letters(field, text, MAX_TEXT),
        Value::List(items) => {
            too_many(field, items.len(), MAX_LIST, "elements")?;
            items.iter().try_for_each(|it| value_fits(field, it, depth + 1))
        }
        Value::Record(parts) => {
            too_many(field, parts.len(), MAX_LIST, "elements")?;
            parts.iter().try_for_each(|(name, it)| {
                letters(field, name, MAX_LINE)?;
                value_fits(field, it, depth + 1)
            })
        }
        _ => Ok(()),
    }
}

/// Cuts a text to so many characters.
pub(crate) fn cut(text: &mut String, limit: usize) {
    if text.len() > limit
        && let Some((end, _)) = text.char_indices().nth(limit)
    {
        text.truncate(end);
    }
}
