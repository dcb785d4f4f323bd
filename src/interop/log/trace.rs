//! What a log knows of one case: a trace and its events.

use super::Attributes;
use crate::Moment;

/// One trace: what a log knows of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTrace {
    /// Its name (`concept:name`, or what stands in the column of the case).
    pub name: String,
    /// Its attributes; those that hold nothing are left out.
    pub attributes: Attributes,
    /// Its events, in the order of the log.
    pub events: Vec<LogEvent>,
}

/// One event of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// What happened (`concept:name`).
    pub activity: String,
    /// When (`time:timestamp`), cut to whole milliseconds.
    pub at: Moment,
    /// Who did it (`org:resource`).
    pub resource: Option<String>,
    /// All its attributes.
    pub attributes: Attributes,
}
