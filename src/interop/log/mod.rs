//! Event logs of other systems: what they hold, what it means to a scenario, and how it is replayed.
//!
//! A log is a list of traces, one for each case, each a list of events with a moment. The modules `xes` and `csv` read
//! one from a file; a [`Mapping`] says what its activities mean; a [`Replayer`] steps a trace by a scenario and gives a
//! journal, and a [`Deviation`] for every event that the scenario refuses. `docs/LOGS.md` has the format of a mapping
//! and a worked example.
//!
//! ```
//! use voronka::interop::log::{Attributes, LogEvent, LogTrace, Mapping, Replayer};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mapping = Mapping::from_json(
//!     r#"{ "activities": { "New": "request", "Offer sent": "offer", "Paid": { "outcome": "won" } } }"#,
//! )?;
//! let scenario = mapping.scenario()?;
//! let event = |activity: &str, at: &str| -> Result<LogEvent, voronka::MomentError> {
//!     let (activity, at) = (activity.to_owned(), at.parse()?);
//!     Ok(LogEvent { activity, at, resource: None, attributes: Attributes::new() })
//! };
//! let events = vec![event("New", "2026-03-02T08:00:00Z")?, event("Paid", "2026-03-03T09:00:00Z")?];
//! let trace = LogTrace { name: "7".into(), attributes: Attributes::new(), events };
//! let replayed = Replayer::new(&scenario, &mapping).replay(&trace);
//! assert!(replayed.deviations.is_empty());
//! assert_eq!(replayed.entries.len(), 2);
//! # Ok(()) }
//! ```

mod attributes;
mod deviation;
mod mapping;
mod meaning;
mod numbers;
mod replay;
mod scenario;
mod summary;
mod time;
mod trace;

pub use attributes::Attributes;
pub use deviation::{Deviation, Followed, Refused, Why};
pub use mapping::{Activity, Columns, DecimalMark, Delimiter, FieldColumn, Mapping, TimeFormat, Unknown};
pub use replay::{Replayed, Replayer};
pub use summary::{LISTED, Summary};
#[cfg(feature = "csv")]
pub(crate) use time::{Clock, without_midnight};
pub use trace::{LogEvent, LogTrace};

/// A log, a trace or a mapping that does not fit together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The mapping says nothing of an activity.
    #[error("trace {name}: the mapping has no input for `{activity}` {}", if *.closed { "on a closed case" } else { "on an open case" })]
    Unmapped {
        /// The trace.
        name: String,
        /// The activity.
        activity: String,
        /// Whether its case was closed already.
        closed: bool,
    },
    /// A later event of a trace opens its case again.
    #[error("trace {name}: `{activity}` opens the case again")]
    OpensAgain {
        /// The trace.
        name: String,
        /// The activity.
        activity: String,
    },
    /// The mapping says nothing of some activities of the log.
    #[error("the mapping says nothing of {}; map them, ignore them, or write \"unknown\": \"list\"", .0)]
    Unknown(String),
    /// A time zone that there is not.
    #[error("there is no time zone `{0}`; write one such as `Europe/Moscow`")]
    TimeZone(String),
    /// The mapping does not make a scenario.
    #[error("no scenario can be made of the mapping: {0}")]
    NoScenario(String),
    /// What the mapping names is not in the scenario.
    #[error("the mapping does not fit the scenario: {0}")]
    Unfit(String),
}
