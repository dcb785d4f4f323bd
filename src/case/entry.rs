//! Entries: what the journal keeps of one accepted input.

use super::{Absence, Actor, Effect, Event, Input, ScenarioRef, Switch};
use crate::Moment;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The format of entries and cases that this version writes.
pub const FORMAT: u32 = 1;

/// What the journal keeps of one accepted input (C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Entry {
    /// The format of these bytes.
    pub format: u32,
    /// The case.
    pub case: String,
    /// Its number in the case, from 1: the case's revision.
    pub number: u64,
    /// The moment of recording.
    pub at: Moment,
    /// The moment that the input came with, where it lay before the case's last one and the last one was taken
    /// (S10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Moment>,
    /// Whose input it was.
    pub actor: Actor,
    /// The input's id.
    pub input_id: String,
    /// The scenario that judged it.
    pub scenario: ScenarioRef,
    /// The engine's version.
    pub engine: Cow<'static, str>,
    /// The version of the time-zone data.
    pub time_zones: Cow<'static, str>,
    /// The input.
    pub input: Input,
    /// The switches in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
    /// The absences in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// What came of it, in order.
    pub events: Vec<Event>,
}

impl Entry {
    /// What the host must do, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.events
            .iter()
            .filter_map(|event| if let Event::Effect(effect) = event { Some(&**effect) } else { None })
    }
}

/// An entry as it was read from a store: understood, or of a newer engine and kept byte for byte (C11).
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// Understood as a whole.
    Known(Box<Entry>),
    /// It holds something that this engine does not know; the case that has it is refused, the bytes are kept.
    Newer {
        /// The case, as far as it could be read.
        case: String,
        /// The entry's number.
        number: u64,
        /// The bytes as they came.
        text: String,
        /// What could not be read.
        why: String,
    },
}

/// The least that every entry says of itself, in any version.
#[derive(Deserialize)]
struct Head {
    format: u32,
    case: String,
    number: u64,
}

/// An entry that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// It is no entry.
    #[error("not an entry: {0}")]
    Damaged(String),
    /// It was written in another format of stored bytes.
    #[error("entry {number} of case {case} has format {format}, this engine reads format {FORMAT}")]
    Format {
        /// The case.
        case: String,
        /// The entry's number.
        number: u64,
        /// Its format.
        format: u32,
    },
}

impl Recorded {
    /// Reads an entry's bytes.
    ///
    /// # Errors
    /// When they are no entry, or of another format.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let stored = serde_json::to_string(opened.entry())?;
    /// let read = voronka::case::Recorded::read(&stored)?;
    /// assert_eq!(read.write()?, stored);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, EntryError> {
        match serde_json::from_str::<Entry>(text) {
            Ok(entry) if entry.format == FORMAT => Ok(Self::Known(Box::new(entry))),
            Ok(entry) => {
                Err(EntryError::Format { case: entry.case, number: entry.number, format: entry.format })
            }
            Err(error) => {
                let head: Head =
                    serde_json::from_str(text).map_err(|e| EntryError::Damaged(e.to_string()))?;
                if head.format != FORMAT {
                    return Err(EntryError::Format {
                        case: head.case,
                        number: head.number,
                        format: head.format,
                    });
                }
                let why = error.to_string();
                Ok(Self::Newer { case: head.case, number: head.number, text: text.to_owned(), why })
            }
        }
    }

    /// The bytes to store: of a newer engine's entry just those that were read.
    ///
    /// # Errors
    /// Never for what [`Recorded::read`] gave; a value that JSON cannot hold otherwise.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Known(entry) => serde_json::to_string(entry),
            Self::Newer { text, .. } => Ok(text.clone()),
        }
    }
}
