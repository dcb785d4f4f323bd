//! Carrying a whole store to another place: lines of JSON out, lines of JSON in.
//!
//! Cases are not carried: they are what their journals fold to (C3), and are made anew from them. All else is: versions,
//! drafts, mappings, switches, counts of refusals, counters, entries byte for byte, effects that are not done, the inbox with
//! the ids of what is done.

mod read;
mod write;

use super::{Draft, StoreError};
use crate::Moment;
use serde::{Deserialize, Serialize};

pub use read::{Imported, import};
pub use write::export;

/// The form of the lines that this version writes, and the only one that it reads.
pub const CARRIED: u32 = 1;

/// What is kept beside versions and journals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BesideKind {
    /// Effects that are not done.
    Effects,
    /// The inbox, also of rows that are done the ids.
    Inbox,
    /// Intake counters (I3).
    Counters,
}

/// Something that is kept beside versions and journals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// A counter.
    Counter {
        /// Its name.
        name: String,
        /// Its value.
        value: i64,
    },
    /// A draft, with its revision as it is.
    Draft(Draft),
    /// An effect that is not done.
    Effect(Outstanding),
    /// A row of the inbox.
    Inbox(Posting),
}

/// An effect that is not done (S5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outstanding {
    /// Its id.
    pub id: String,
    /// The case.
    pub case: String,
    /// The entry that made it.
    pub entry: u64,
    /// Its place among the entry's effects.
    pub nth: u32,
    /// Its lane.
    pub lane: String,
    /// Its kind.
    pub kind: String,
    /// `pending`, `stopped`, or `freed`: stopped without holding its lane.
    pub state: String,
    /// How many times it was tried.
    pub attempts: u32,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its bytes.
    pub text: String,
}

/// A row of the inbox (S8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Its id.
    pub id: String,
    /// The object.
    pub object: String,
    /// The input; none where it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of a row that is done, the SHA-256 of its input, by which the same row is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When it was posted.
    pub at: Moment,
    /// `waiting`, `refused` or `done`.
    pub state: String,
    /// How many times it was tried.
    pub attempts: u32,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a store must give and take beside [`super::Store`] and [`super::Query`], to be carried as a whole.
pub trait Carry {
    /// A page of it in its order, each with its place; those after a place, `i64::MIN` for the beginning.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn beside(&self, kind: BesideKind, after: i64, limit: u32) -> Result<Vec<(i64, Beside)>, StoreError>;

    /// Puts rows, as one; what is there already under the same id or name stays as it is.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn restore(&self, rows: &[Beside]) -> Result<(), StoreError>;

    /// Whether an import into this store was begun and came to no end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn is_importing(&self) -> Result<bool, StoreError>;

    /// Notes that an import is under way, or has come to its end.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn set_importing(&self, under_way: bool) -> Result<(), StoreError>;
}

/// Why a store was not carried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CarryError {
    /// A line of the export cannot be taken in.
    #[error("line {line}: {why}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The export does not say that it is complete, or is of another form.
    #[error("{0}")]
    Form(String),
    /// The lines could not be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
