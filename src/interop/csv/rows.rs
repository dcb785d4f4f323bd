//! Rows, gathered into traces.

use super::LISTED;
use super::columns::Places;
use crate::Value;
use crate::interop::log::{Attributes, Clock, Delimiter, LogEvent, LogTrace, without_midnight};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CsvLog {
    /// A trace for each case, in the order in which they first occur; events by their moments, those of one moment in
    /// the order of the rows.
    pub traces: Vec<LogTrace>,
    /// The encoding that was taken.
    pub encoding: &'static str,
    /// What parts the cells.
    pub delimiter: Delimiter,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// How many rows it has, without the names and what is blank.
    pub rows: usize,
    /// How many of them were left out.
    pub left_out: usize,
    /// The first of those, at most [`LISTED`].
    pub bad_rows: Vec<BadRow>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// The column that is wrong; none where the whole row is.
    pub column: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// Why a row is no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// A cell that must not be is empty, or the row ends before it.
    Empty,
    /// A text is no moment in the format of the mapping.
    NoMoment(String),
    /// The row has more cells than there are columns.
    TooLong {
        /// How many.
        cells: usize,
    },
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column `{}`", shown(column))?;
        }
        match &self.fault {
            Fault::Empty => write!(f, ": it is empty"),
            Fault::NoMoment(text) => write!(f, ": `{text}` is no moment"),
            Fault::TooLong { cells } => write!(f, ": it has {cells} cells, more than there are columns"),
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(60).collect()
}

/// Gathers rows.
pub(super) struct Rows<'c> {
    places: Places,
    columns: usize,
    clock: &'c Clock<'c>,
    names: BTreeMap<String, usize>,
    traces: Vec<LogTrace>,
    rows: usize,
    left_out: usize,
    bad: Vec<(u64, Option<usize>, Fault)>,
}

impl<'c> Rows<'c> {
    pub fn new(places: Places, columns: usize, clock: &'c Clock<'c>) -> Self {
        let (names, traces, bad) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { places, columns, clock, names, traces, rows: 0, left_out: 0, bad }
    }

    pub fn take(&mut self, line: u64, row: &csv::StringRecord) {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        self.rows += 1;
        match self.event(row) {
            Ok((case, event)) => {
                let place = match self.names.get(case) {
                    Some(place) => *place,
                    None => {
                        let name = case.to_owned();
                        self.names.insert(name.clone(), self.traces.len());
                        self.traces.push(LogTrace {
                            name,
                            attributes: Attributes::new(),
                            events: Vec::new(),
                        });
                        self.traces.len() - 1
                    }
                };
                if let Some(trace) = self.traces.get_mut(place) {
                    trace.events.push(event);
                }
            }
            Err((column, fault)) => {
                self.left_out += 1;
                if self.bad.len() < LISTED {
                    self.bad.push((line, column, fault));
                }
            }
        }
    }

    fn event<'r>(&self, row: &'r csv::StringRecord) -> Result<(&'r str, LogEvent), (Option<usize>, Fault)> {
        let beyond = row.iter().skip(self.columns).any(|cell| !cell.trim().is_empty());
        if beyond {
            return Err((None, Fault::TooLong { cells: row.len() }));
        }
        let cell = |place: usize| row.get(place).unwrap_or_default().trim();
        let filled = |place: usize| match cell(place) {
            "" => Err((Some(place), Fault::Empty)),
            text => Ok(text),
        };
        let case = filled(self.places.case)?;
        let activity = filled(self.places.activity)?;
        let mut time = String::new();
        for place in &self.places.time {
            // Of a date and a time beside it, the time may be empty.
            let mut text = if time.is_empty() { filled(*place)? } else { cell(*place) };
            let more = self.places.time.iter().any(|it| it != place && !cell(*it).is_empty());
            if time.is_empty() && more {
                text = without_midnight(text);
            }
            if !time.is_empty() && !text.is_empty() {
                time.push(' ');
            }
            time.push_str(text);
        }
        let first = self.places.time.first().copied();
        let at = self.clock.moment(&time).ok_or_else(|| (first, Fault::NoMoment(shown(&time))))?;
        let text = |place: usize| Some(cell(place)).filter(|it| !it.is_empty());
        let attribute = |(name, place): &(String, usize)| Some((name.clone(), Value::from(text(*place)?)));
        let event = LogEvent {
            activity: activity.to_owned(),
            at,
            resource: self.places.resource.and_then(text).map(str::to_owned),
            attributes: self.places.kept.iter().filter_map(attribute).collect(),
        };
        Ok((case, event))
    }

    pub fn into_log(self, encoding: &'static str, delimiter: Delimiter, columns: Vec<String>) -> CsvLog {
        let mut traces = self.traces;
        for trace in &mut traces {
            trace.events.sort_by_key(|event| event.at);
            for event in &trace.events {
                for (name, value) in event.attributes.iter() {
                    if !trace.attributes.contains_key(name) {
                        trace.attributes.insert(name.to_owned(), value.clone());
                    }
                }
            }
        }
        let column = |place: Option<usize>| place.and_then(|it| columns.get(it).cloned());
        let bad =
            self.bad.into_iter().map(|(line, place, fault)| BadRow { line, column: column(place), fault });
        let bad_rows = bad.collect();
        let (rows, left_out) = (self.rows, self.left_out);
        CsvLog { traces, encoding, delimiter, rows, left_out, bad_rows, columns }
    }
}
