//! Event logs: mappings, replaying, tables, XES.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

#[cfg(feature = "cli")]
mod guide;
mod mapping;
mod replaying;
#[cfg(feature = "csv")]
mod tables;
#[cfg(feature = "xes")]
mod written;

use voronka::interop::log::{LogEvent, LogTrace, Mapping};
use voronka::{Moment, Scenario, Value};

fn mapping(json: &str) -> Mapping {
    Mapping::from_json(json).unwrap()
}

fn scenario(json: &str) -> Scenario {
    Scenario::from_json(json).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

fn at(minute: i64) -> Moment {
    let start: Moment = "2026-03-02T08:00:00Z".parse().unwrap();
    start.plus_millis(minute * 60_000)
}

/// A trace of activities, each at its minute.
fn trace(name: &str, events: &[(i64, &str)]) -> LogTrace {
    let event = |(minute, activity): &(i64, &str)| LogEvent {
        activity: (*activity).to_owned(),
        at: at(*minute),
        resource: Some("anna".to_owned()),
        attributes: [].into(),
    };
    LogTrace { name: name.to_owned(), attributes: [].into(), events: events.iter().map(event).collect() }
}

/// What the event at a place says besides.
fn with(mut trace: LogTrace, place: usize, attributes: &[(&str, &str)]) -> LogTrace {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    trace.events[place].attributes.extend(attributes);
    trace
}
