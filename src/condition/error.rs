//! What is wrong with a condition, and where.

use serde::Serialize;
use std::fmt;

/// One thing that is wrong with a condition's text.
///
/// The codes are stable: `syntax`, `unknown-name`, `type`, `literal`, `now-not-allowed`, `too-long`,
/// `too-deep`, `too-many-nodes`, `too-nested`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionError {
    code: &'static str,
    offset: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl ConditionError {
    pub(super) fn new(code: &'static str, offset: u32, message: impl Into<String>) -> Self {
        Self { code, offset: offset as usize, message: message.into(), help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The stable code of this kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Where it begins: a byte offset in the condition's text.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The line and the column of the place in `text`, both from 1, columns in characters.
    #[must_use]
    pub fn place(&self, text: &str) -> (usize, usize) {
        place(text, self.offset)
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConditionError {}

/// Line and column, from 1, of a byte offset.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// A place as a message says it: `column 5`, or `line 2, column 5` when there are several lines.
pub(super) fn place_name(text: &str, offset: usize) -> String {
    let (line, column) = place(text, offset);
    if text.contains('\n') { format!("line {line}, column {column}") } else { format!("column {column}") }
}
