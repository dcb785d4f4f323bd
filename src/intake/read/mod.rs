//! Readers: real inputs as inquiries (I1).
//!
//! What can be read with a sane value instead is read, and a note says so; what cannot is an error that names its place,
//! and the rest goes on. A reader keeps no bytes of attachments: they are told of by reference.

#[cfg(feature = "calls")]
mod calls;
mod form;
#[cfg(feature = "mail")]
mod mail;
#[cfg(feature = "mail")]
mod mailbox;

#[cfg(feature = "calls")]
pub use calls::{CallLog, CallRecords};
pub use form::FormMap;
#[cfg(feature = "mail")]
pub use mail::MailReader;
#[cfg(feature = "mail")]
pub use mailbox::{Mbox, maildir};

use super::decision::Step;
use super::inquiry::{Inquiry, MAX_ID, MAX_LINE, cut};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// An inquiry that was read, and what had to be supposed, cut or left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The inquiry.
    pub inquiry: Inquiry,
    /// What is to be known of the reading, by code.
    pub notes: Vec<Step>,
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file system did not give it.
    #[error("{path}: {why}")]
    File {
        /// Where.
        path: String,
        /// What it said.
        why: String,
    },
    /// It is no letter: it has no headers.
    #[error("it is no letter: no header can be read in its {bytes} bytes")]
    NoLetter {
        /// How long it is.
        bytes: usize,
    },
    /// A line cannot be read; the lines after it can.
    #[error("line {line}: {why}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A form's JSON cannot be read.
    #[error("the form: {0}")]
    Form(String),
    /// A setting of the reader itself is wrong.
    #[error("{what}: {why}")]
    Setting {
        /// Which.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

#[cfg_attr(not(feature = "mail"), allow(dead_code, reason = "only files are opened by readers of letters"))]
fn file_error(path: &std::path::Path, error: &std::io::Error) -> ReadError {
    ReadError::File { path: PathBuf::from(path).display().to_string(), why: error.to_string() }
}

/// An id of an inquiry that brings none: of what it consists of.
fn made_id(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(16).fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// An id within the bounds: a longer one by its digest.
fn short_id(id: &str) -> String {
    let id = id.trim();
    if id.len() <= MAX_ID && !id.contains('\0') { id.to_owned() } else { made_id(id.as_bytes()) }
}

/// A text without U+0000, within a bound; whether it is all of it.
fn fitting(text: &str, limit: usize) -> (Option<String>, bool) {
    // Characters are at least one byte each: most texts fit without being counted.
    if text.len() <= limit && !text.contains('\0') {
        return (Some(text).filter(|it| !it.trim().is_empty()).map(str::to_owned), true);
    }
    let mut fit: String = text.chars().take(limit.saturating_add(1)).filter(|c| *c != '\0').collect();
    let whole = fit.chars().count() <= limit && fit.len() == text.len();
    cut(&mut fit, limit);
    (Some(fit).filter(|it| !it.trim().is_empty()), whole)
}

/// A name, a subject, a reference.
fn line(text: &str) -> Option<String> {
    fitting(text.trim(), MAX_LINE).0
}
