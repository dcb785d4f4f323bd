//! Event logs in XES, read trace by trace, and a mapping from their events to inputs that is data.
//!
//! XES is the format in which process mining exchanges logs: a trace is a case, an event an activity with a
//! moment. Reading is done by the `process_mining` crate; here its attributes become [`Value`]s, and the order
//! of the log is kept.

use crate::case::{Case, Input, Opening};
use crate::{Moment, Value};
use process_mining::core::event_data::case_centric::xes::{
    XESImportOptions, XESParseError, XESParsingTraceStream, stream_xes_bufread,
};
use process_mining::core::event_data::case_centric::{Attribute, AttributeValue, Event, Trace};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::BufRead;

const NAME: &str = "concept:name";
const TIME: &str = "time:timestamp";
const WHO: &str = "org:resource";

/// A log, trace or event that cannot be read or mapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XesError {
    /// It is no XES.
    #[error("not an event log in XES: {0}")]
    Parse(#[from] XESParseError),
    /// A trace has no name.
    #[error("trace {0} of the log has no `concept:name`")]
    Unnamed(usize),
    /// An event has no activity or no moment.
    #[error("event {number} of trace {name} has no `{attribute}`")]
    Event {
        /// The trace.
        name: String,
        /// The event's number in it, from 1.
        number: usize,
        /// What it lacks.
        attribute: &'static str,
    },
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
}

/// One trace: what a log knows of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTrace {
    /// Its name (`concept:name`).
    pub name: String,
    /// Its attributes; those that hold nothing are left out.
    pub attributes: BTreeMap<String, Value>,
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
    pub attributes: BTreeMap<String, Value>,
}

/// The traces of a log, read one by one.
pub struct Traces<'a> {
    stream: XESParsingTraceStream<'a>,
    read: usize,
    ended: bool,
}

impl std::fmt::Debug for Traces<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traces").field("read", &self.read).finish_non_exhaustive()
    }
}

/// Reads a log; a gzipped one is known by its first bytes.
///
/// # Errors
/// When it does not begin as XES.
///
/// # Examples
/// ```
/// let log = r#"<log><trace><string key="concept:name" value="7"/><event>
///     <string key="concept:name" value="asked"/>
///     <date key="time:timestamp" value="2026-03-02T10:00:00+03:00"/>
/// </event></trace></log>"#;
/// let traces = voronka::interop::xes::read(log.as_bytes())?.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(traces[0].events[0].activity, "asked");
/// # Ok::<(), voronka::interop::xes::XesError>(())
/// ```
pub fn read<'a>(mut log: impl BufRead + 'a) -> Result<Traces<'a>, XesError> {
    let gzipped = log.fill_buf().map_err(XESParseError::from)?.starts_with(&[0x1f, 0x8b]);
    let options = XESImportOptions { verbose: false, ..XESImportOptions::default() };
    let (stream, _) = stream_xes_bufread(log, gzipped, options)?;
    Ok(Traces { stream, read: 0, ended: false })
}

impl Iterator for Traces<'_> {
    type Item = Result<LogTrace, XesError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = (&mut self.stream).next();
        // The reader tells of an error only after its last trace, so that a damaged log is not a short one.
        let Some(trace) = next else {
            self.ended = true;
            return self.stream.check_for_errors().map(|error| Err(error.into()));
        };
        self.read += 1;
        let trace = LogTrace::from_xes(trace, self.read);
        self.ended = trace.is_err();
        Some(trace)
    }
}

impl LogTrace {
    fn from_xes(trace: Trace, number: usize) -> Result<Self, XesError> {
        let attributes = values(trace.attributes);
        let name = attributes.get(NAME).map(ToString::to_string).ok_or(XesError::Unnamed(number))?;
        let events = trace
            .events
            .into_iter()
            .zip(1..)
            .map(|(event, number)| {
                LogEvent::from_xes(event).map_err(|attribute| XesError::Event {
                    name: name.clone(),
                    number,
                    attribute,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { name, attributes, events })
    }
}

impl LogEvent {
    fn from_xes(event: Event) -> Result<Self, &'static str> {
        let attributes = values(event.attributes);
        let text = |name| attributes.get(name).map(ToString::to_string);
        let activity = text(NAME).ok_or(NAME)?;
        let at = match attributes.get(TIME) {
            Some(Value::Moment(at)) => *at,
            _ => return Err(TIME),
        };
        Ok(Self { activity, at, resource: text(WHO), attributes })
    }
}

fn values(attributes: Vec<Attribute>) -> BTreeMap<String, Value> {
    attributes.into_iter().filter_map(|it| Some((it.key, value(it.value)?))).collect()
}

fn value(value: AttributeValue) -> Option<Value> {
    Some(match value {
        AttributeValue::String(text) => Value::Text(text),
        AttributeValue::Date(date) => Moment::try_from(date.to_utc()).ok()?.into(),
        AttributeValue::Int(number) => number.into(),
        // The shortest text of the double is what stood in the log, up to 17 digits.
        AttributeValue::Float(number) => Value::Decimal(number.to_string().parse().ok()?),
        AttributeValue::Boolean(bool) => bool.into(),
        AttributeValue::ID(id) => Value::Text(id.to_string()),
        AttributeValue::List(items) => {
            Value::List(items.into_iter().filter_map(|it| self::value(it.value)).collect())
        }
        AttributeValue::Container(parts) => Value::Record(values(parts)),
        AttributeValue::None() => return None,
    })
}

/// What each activity of a log means to a case: an input, as its JSON.
///
/// ```json
/// { "fields": { "amount": "AMOUNT_REQ" },
///   "open":   { "A_SUBMITTED": { "open": {} },
///               "A_DECLINED": { "close": { "stage": "lost", "reason": "declined" } } },
///   "closed": { "A_DECLINED": { "note": { "text": "declined again" } } } }
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Fields that opening takes from the trace's attributes: field to attribute.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The input of each activity while the case is open, and of those that open it.
    pub open: BTreeMap<String, Input>,
    /// The input of each activity once the case is closed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub closed: BTreeMap<String, Input>,
    /// Activities that mean nothing to the case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// When the text is no mapping.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// What opening the case of a trace takes, if this event opens it.
    #[must_use]
    pub fn opening(&self, trace: &LogTrace, event: &LogEvent) -> Option<Opening> {
        let Some(Input::Open(opening)) = self.open.get(&event.activity) else { return None };
        let mut opening = Opening::clone(opening);
        for (field, attribute) in &self.fields {
            if let Some(value) = trace.attributes.get(attribute) {
                opening.fields.insert(field.clone(), Some(value.clone()));
            }
        }
        Some(opening)
    }

    /// The input that an event is to a case that has been opened; none for an activity that is ignored.
    ///
    /// # Errors
    /// When the mapping says nothing of the activity, or it opens a case.
    pub fn input(&self, trace: &LogTrace, event: &LogEvent, case: &Case) -> Result<Option<Input>, XesError> {
        if self.ignore.contains(&event.activity) {
            return Ok(None);
        }
        let inputs = if case.is_open() { &self.open } else { &self.closed };
        let (name, activity) = (trace.name.clone(), event.activity.clone());
        match inputs.get(&event.activity) {
            Some(Input::Open(_)) => Err(XesError::OpensAgain { name, activity }),
            Some(input) => Ok(Some(input.clone())),
            None => Err(XesError::Unmapped { name, activity, closed: !case.is_open() }),
        }
    }
}
