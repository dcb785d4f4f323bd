//! Where the journals come from: a database, an export of one, or an event log.

use crate::input;
use crate::output::Failed;
use crate::place::{Place, is_postgres};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read};
use std::path::Path;
use voronka::case::{Entry, Recorded};
use voronka::foresight::backtest::Journal;
use voronka::interop::xes::{self, LogTrace, Mapping};
use voronka::store::{CaseFilter, CaseQuery, StoreError};
use voronka::tell::Speaker;
use voronka::{Actor, Case, Context, Scenario};

/// What was named.
pub enum Kind {
    Database,
    /// Lines of JSON: an export, or entries as `case journal --json` writes them.
    Lines,
    Log,
}

/// What went wrong while journals were read.
#[derive(Default)]
pub struct Problems {
    failed: RefCell<Option<Failed>>,
    refused: RefCell<Vec<String>>,
}

impl Problems {
    fn fail(&self, why: Failed) {
        self.failed.borrow_mut().get_or_insert(why);
    }

    pub fn failed(&self) -> Option<Failed> {
        self.failed.borrow_mut().take()
    }

    /// What of a log could not be made a journal of.
    pub fn refused(&self) -> Vec<String> {
        self.refused.take()
    }
}

/// Known by how it begins; what is not there or empty is a database, which says so itself.
pub fn kind(from: &str) -> Result<Kind, Failed> {
    if is_postgres(from) {
        return Ok(Kind::Database);
    }
    let mut start = Vec::new();
    match File::open(from).and_then(|file| file.take(16).read_to_end(&mut start)) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kind::Database),
        Err(error) => return Err(Failed::said(format!("{from}: cannot be read: {error}"))),
    }
    Ok(match start.first() {
        None => Kind::Database,
        Some(_) if start.starts_with(b"SQLite format 3") => Kind::Database,
        Some(b'{') => Kind::Lines,
        Some(_) => Kind::Log,
    })
}

/// A file, and a bar that runs with it where somebody sees it.
pub fn opened(from: &str) -> Result<(Box<dyn BufRead>, ProgressBar), Failed> {
    let failed = |error| Failed::said(format!("{from}: cannot be read: {error}"));
    let file = File::open(from).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(size) } else { ProgressBar::hidden() };
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {percent}% {bytes} of {total_bytes}, {eta} left")
    {
        bar.set_style(style);
    }
    Ok((Box::new(BufReader::new(bar.wrap_read(file))), bar))
}

/// The journals of a scenario's cases, case by case in the order of their ids.
pub fn of_database<'s>(
    place: &'s Place,
    scenario: &str,
    open: bool,
    problems: &'s Problems,
) -> impl Iterator<Item = Journal<'static>> + 's {
    const PAGE: u32 = 500;
    let open = if open { None } else { Some(false) };
    let filter = CaseFilter { scenario: Some(scenario.to_owned()), open, ..CaseFilter::default() };
    let mut query = CaseQuery { filter, limit: PAGE, ..CaseQuery::default() };
    let mut rows = Vec::new().into_iter();
    let mut ended = false;
    std::iter::from_fn(move || {
        loop {
            if let Some((case, revision)) = rows.next() {
                match journal(place, case, revision) {
                    Ok(journal) => return Some(journal),
                    Err(error) => {
                        problems.fail(place.failed(&error));
                        return None;
                    }
                }
            }
            if ended {
                return None;
            }
            match place.kept().cases(&query) {
                Ok(page) => {
                    ended = page.next.is_none();
                    query.after = page.next;
                    let of = |it: voronka::store::CaseRow| (it.id, it.revision);
                    rows = page.rows.into_iter().map(of).collect::<Vec<_>>().into_iter();
                }
                Err(error) => {
                    problems.fail(place.failed(&error));
                    return None;
                }
            }
        }
    })
}

fn journal(place: &Place, case: String, revision: u64) -> Result<Journal<'static>, StoreError> {
    const PAGE: u32 = 500;
    let mut texts = Vec::new();
    let mut from = 1;
    while from <= revision {
        match place.kept().journal(&case, from, PAGE) {
            Ok(page) => texts.extend(page.into_iter().map(|it| it.text)),
            // A journal with a hole, of one case; the others can be run.
            Err(StoreError::Damaged { .. }) => return Ok(Journal::damaged(case)),
            Err(error) => return Err(error),
        }
        from += u64::from(PAGE);
    }
    Ok(Journal::read(case, texts))
}

/// The journals of an export; what else is in it is passed over.
pub fn of_lines<'s>(
    file: Box<dyn BufRead>,
    name: &'s str,
    problems: &'s Problems,
) -> impl Iterator<Item = Journal<'static>> + 's {
    let mut lines = (1_u64..).zip(file.lines());
    let mut begun: Option<(String, Vec<Recorded>)> = None;
    std::iter::from_fn(move || {
        loop {
            let Some((number, line)) = lines.next() else {
                return begun.take().map(|(case, entries)| Journal::recorded(case, entries));
            };
            let failed = |why: String| problems.fail(Failed::said(format!("{name}:{number}: {why}")));
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    failed(error.to_string());
                    return None;
                }
            };
            let inner = line.strip_prefix("{\"entry\":").and_then(|rest| rest.strip_suffix('}'));
            let text = match inner {
                Some(text) => text,
                None if line.starts_with("{\"format\":") => line.as_str(),
                None => continue,
            };
            let read = match Recorded::read(text) {
                Ok(read) => read,
                Err(error) => {
                    failed(error.to_string());
                    return None;
                }
            };
            let case = match &read {
                Recorded::Known(entry) => &entry.case,
                Recorded::Newer { case, .. } => case,
            };
            match &mut begun {
                Some((known, entries)) if known == case => entries.push(read),
                _ => {
                    let next = (case.clone(), vec![read]);
                    if let Some((case, entries)) = begun.replace(next) {
                        return Some(Journal::recorded(case, entries));
                    }
                }
            }
        }
    })
}

/// What the activities of a log mean.
pub fn mapping(map: Option<&Path>) -> Result<Mapping, Failed> {
    let Some(map) = map else { return Ok(Mapping::default()) };
    let map = input::read(map)?;
    Mapping::from_json(&map.text)
        .map_err(|error| Failed::said(format!("{}: not a mapping of a log: {error}", map.name)))
}

/// How the events of a log become journals.
#[derive(Clone, Copy)]
pub struct Replay<'r> {
    pub base: &'r Scenario,
    pub mapping: &'r Mapping,
    pub actor: &'r Actor,
}

impl<'r> Replay<'r> {
    /// The journals of a log's traces, stepped by the base; a trace that it refuses is told, and left out.
    pub fn of_log(
        self,
        file: Box<dyn BufRead>,
        name: &'r str,
        problems: &'r Problems,
    ) -> Result<impl Iterator<Item = Journal<'static>> + 'r, Failed> {
        let failed = move |error: xes::XesError| Failed::said(format!("{name}: {error}"));
        let mut traces = xes::read(file).map_err(failed)?;
        Ok(std::iter::from_fn(move || {
            loop {
                match traces.next()? {
                    Err(error) => {
                        problems.fail(failed(error));
                        return None;
                    }
                    Ok(trace) => match self.trace(&trace) {
                        Ok(entries) if entries.is_empty() => {}
                        Ok(entries) => return Some(Journal::from(entries)),
                        Err(why) => problems.refused.borrow_mut().push(format!("refused: {why}")),
                    },
                }
            }
        }))
    }

    fn trace(&self, trace: &LogTrace) -> Result<Vec<Entry>, String> {
        let mut case: Option<Case> = None;
        let mut entries = Vec::new();
        for (number, event) in (1..).zip(&trace.events) {
            let mut actor = self.actor.clone();
            if let Some(who) = &event.resource {
                actor.id.clone_from(who);
            }
            let ctx = Context::new(event.at, actor, format!("replay/{}/{number}", trace.name));
            let outcome = match &case {
                None => match self.mapping.opening(trace, event) {
                    Some(opening) => self.base.open(trace.name.as_str(), opening, &ctx),
                    None if self.mapping.ignore.contains(&event.activity) => continue,
                    None => return Err(format!("{}: `{}` opens no case", trace.name, event.activity)),
                },
                Some(case) => {
                    let input = self.mapping.input(trace, event, case).map_err(|error| error.to_string())?;
                    let Some(input) = input else { continue };
                    self.base.step(case, input, &ctx)
                }
            };
            let (next, entry) = outcome
                .map_err(|rejection| {
                    let why = Speaker::new(self.base, "en").refusal(&rejection);
                    format!("{}, event {number} ({}): {why}", trace.name, event.activity)
                })?
                .into_parts();
            case = Some(next);
            entries.push(entry);
        }
        Ok(entries)
    }
}
