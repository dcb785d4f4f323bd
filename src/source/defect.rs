//! What is wrong with a file, and how bad that is.

use super::place::Place;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::fmt;

/// How bad a [`Defect`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but probably does not say what was meant.
    Lint,
}

/// One thing that is wrong with a file, with the place where it stands.
///
/// Defects order by line and column. [`Display`](fmt::Display) is `pointer: message`; a defect of the whole
/// file shows its message only.
///
/// In JSON: `{"severity", "code", "pointer", "line", "column", "message", "help"}`; line, column and help
/// are null when there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    // The order of the fields is the order of defects.
    position: Option<(u32, u32)>,
    pointer: String,
    severity: Severity,
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl Defect {
    fn new(severity: Severity, code: &'static str, pointer: String, message: String) -> Self {
        Self { position: None, pointer, severity, code, message, help: None }
    }

    /// A defect that forbids using the file; its place is resolved later.
    pub(crate) fn error(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, pointer.into(), message.into())
    }

    /// A warning; its place is resolved later.
    pub(crate) fn lint(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Lint, code, pointer.into(), message.into())
    }

    /// The same defect with advice.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same defect at a known line and column.
    pub(crate) fn at(mut self, line: u32, column: u32) -> Self {
        self.position = Some((line, column));
        self
    }

    /// The stable name of this kind of defect, in kebab-case.
    #[must_use]
    pub fn code(&self) -> &str {
        self.code
    }

    /// Whether the file can still be used.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The JSON pointer (RFC 6901) of the part that is wrong; empty for the whole file.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Where it stands in the text; `None` when the file was not read from text.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.position.map(|(line, column)| Place { pointer: self.pointer.clone(), line, column })
    }

    /// What is wrong, in lower case without a final period.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, if that can be said.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for Defect {}

impl Serialize for Defect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Defect", 7)?;
        out.serialize_field("severity", &self.severity)?;
        out.serialize_field("code", self.code)?;
        out.serialize_field("pointer", &self.pointer)?;
        out.serialize_field("line", &self.position.map(|(line, _)| line))?;
        out.serialize_field("column", &self.position.map(|(_, column)| column))?;
        out.serialize_field("message", &self.message)?;
        out.serialize_field("help", &self.help)?;
        out.end()
    }
}

/// Names in messages are cut, since a file can hold any text.
pub(super) fn short(text: &str) -> String {
    const LETTERS: usize = 40;
    match text.char_indices().nth(LETTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
