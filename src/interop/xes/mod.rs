//! Event logs in XES, read and written trace by trace.
//!
//! XES is the format in which process mining exchanges logs: a trace is a case, an event an activity with a
//! moment. Reading and writing are done by the `process_mining` crate; here its attributes become [`Value`]s, and the
//! order of the log is kept. What the events mean, and how they are replayed, is [`log`](super::log)'s.

use crate::{Moment, Value};
use process_mining::core::event_data::case_centric::xes::{
    XESImportOptions, XESParseError, XESParsingTraceStream, stream_xes_bufread,
};
use process_mining::core::event_data::case_centric::{Attribute, AttributeValue, Event, Trace};
use std::io::BufRead;

mod write;

pub use super::log::{Attributes, LogError, LogEvent, LogTrace, Mapping};
pub use write::{Written, XesWriter};

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
    /// A log cannot be written.
    #[error("cannot be written: {0}")]
    Write(String),
    /// The mapping does not fit.
    #[error(transparent)]
    Log(#[from] LogError),
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
        let attributes: Attributes = values(trace.attributes).into_iter().collect();
        let name = attributes.get(NAME).map(text).ok_or(XesError::Unnamed(number))?;
        let mut events = Vec::with_capacity(trace.events.len());
        for (event, number) in trace.events.into_iter().zip(1..) {
            match LogEvent::from_xes(event) {
                Ok(event) => events.push(event),
                Err(attribute) => return Err(XesError::Event { name, number, attribute }),
            }
        }
        Ok(Self { name, attributes, events })
    }
}

impl LogEvent {
    fn from_xes(event: Event) -> Result<Self, &'static str> {
        let attributes: Attributes = values(event.attributes).into_iter().collect();
        let activity = attributes.get(NAME).map(text).ok_or(NAME)?;
        let at = match attributes.get(TIME) {
            Some(Value::Moment(at)) => *at,
            _ => return Err(TIME),
        };
        let resource = attributes.get(WHO).map(text);
        Ok(Self { activity, at, resource, attributes })
    }
}

/// A name as a text; most are one already.
fn text(value: &Value) -> String {
    if let Value::Text(text) = value { text.clone() } else { value.to_string() }
}

/// Those that hold something, in a list of their own: shrinking theirs leaves holes that later ones do not fit into.
fn values(attributes: Vec<Attribute>) -> Vec<(String, Value)> {
    let mut values = Vec::with_capacity(attributes.len());
    for it in attributes {
        if let Some(value) = value(it.value) {
            values.push((it.key, value));
        }
    }
    values
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
        AttributeValue::Container(parts) => Value::Record(values(parts).into_iter().collect()),
        AttributeValue::None() => return None,
    })
}
