//! The journals of an event log: its traces, replayed.

use super::{Journal, Problems, Unread};
use crate::input;
use crate::output::Failed;
use std::collections::BTreeSet;
use std::io::{BufRead, Chain, Cursor, Read};
use std::path::Path;
use voronka::Scenario;
use voronka::interop::csv::{self, CsvLog};
use voronka::interop::log::{LogTrace, Mapping, Replayer};
use voronka::interop::xes;

/// So much before the first character is looked at.
const LOOK: u64 = 64;

/// What the activities of a log mean.
pub fn mapping(map: &Path) -> Result<Mapping, Failed> {
    let map = input::read(map)?;
    Mapping::from_json(&map.text)
        .map_err(|error| Failed::said(format!("{}: not a mapping of a log: {error}", map.name)))
}

/// The same, of which the simple form names what is in the scenario.
pub fn mapping_for(map: &Path, scenario: &Scenario) -> Result<Mapping, Failed> {
    let read = mapping(map)?;
    // Of the exact form each trace is refused by itself.
    if !read.activities.is_empty() {
        read.fits(scenario).map_err(|error| Failed::said(format!("{}: {error}", map.display())))?;
    }
    Ok(read)
}

/// The traces of a log, one by one; of a table they are there at once.
pub struct Traces {
    traces: Box<dyn Iterator<Item = Result<LogTrace, Failed>>>,
    /// What is known of a table besides its traces.
    pub table: Option<CsvLog>,
}

impl Iterator for Traces {
    type Item = Result<LogTrace, Failed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.traces.next()
    }
}

type Whole = Chain<Cursor<Vec<u8>>, Box<dyn BufRead>>;

/// Reads a log: XES if it begins with a tag, else a table.
pub fn traces(file: Box<dyn BufRead>, name: &str, mapping: &Mapping) -> Result<Traces, Failed> {
    let (is_xes, file) =
        looked_at(file).map_err(|error| Failed::said(format!("{name}: cannot be read: {error}")))?;
    let name = name.to_owned();
    if is_xes {
        let failed = move |error: xes::XesError| Failed::said(format!("{name}: {error}"));
        let read = xes::read(file).map_err(&failed)?;
        return Ok(Traces { traces: Box::new(read.map(move |it| it.map_err(&failed))), table: None });
    }
    let mut log = csv::read(file, mapping).map_err(|error| Failed::said(format!("{name}: {error}")))?;
    let traces = std::mem::take(&mut log.traces);
    Ok(Traces { traces: Box::new(traces.into_iter().map(Ok)), table: Some(log) })
}

/// Whether the first characters that are no space begin a document of XML or its log.
fn looked_at(mut file: Box<dyn BufRead>) -> std::io::Result<(bool, Whole)> {
    let mut start = Vec::new();
    (&mut file).take(LOOK).read_to_end(&mut start)?;
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&start);
    let text = text.trim_ascii_start();
    // A table may have a column `<ID>`.
    let is_xes = [&b"<?"[..], b"<!", b"<log"].iter().any(|it| text.starts_with(it));
    Ok((is_xes, Cursor::new(start).chain(file)))
}

/// How the events of a log become journals.
pub struct Logged<'r> {
    pub replayer: Replayer<'r>,
    pub mapping: &'r Mapping,
    /// A trace that is refused has no journal; else it has what could be followed.
    pub strict: bool,
}

impl<'r> Logged<'r> {
    /// The journals of a log's traces; what is wrong with them is told to the problems.
    pub fn of_log(
        self,
        file: Box<dyn BufRead>,
        name: &str,
        problems: &'r Problems,
    ) -> Result<impl Iterator<Item = Journal> + 'r, Failed> {
        let mut traces = traces(file, name, self.mapping)?;
        if let Some(table) = traces.table.take() {
            problems.table(table);
        }
        let mut names = BTreeSet::new();
        Ok(std::iter::from_fn(move || {
            loop {
                match traces.next()? {
                    Err(error) => {
                        problems.fail(error);
                        return None;
                    }
                    Ok(trace) if !names.insert(trace.name.clone()) => {
                        return Some(Journal { case: trace.name, entries: Err(Unread::Twice) });
                    }
                    Ok(trace) => {
                        let replayed = self.replayer.replay(&trace);
                        problems.replayed(&replayed);
                        let left_out = self.strict && replayed.refused.is_some();
                        if !replayed.entries.is_empty() && !left_out {
                            return Some(Journal { case: trace.name, entries: Ok(replayed.entries) });
                        }
                    }
                }
            }
        }))
    }
}
