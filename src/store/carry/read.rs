//! Import: lines of an export into an empty store; into the same store again, nothing changes.

use super::{Beside, CARRIED, Carry, CarryError};
use crate::case::{Case, Entry, Recorded, ScenarioRef};
use crate::scenario::Scenario;
use crate::store::{
    CaseQuery, Commit, Committed, Keep, Kept, Look, Query, Refusal, Store, StoreError, commit_of_entry,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::mem;

/// So many entries are written at once.
const BATCH: usize = 200;

/// What an import has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Entries that were not there.
    pub entries: u64,
    /// Cases that were not there.
    pub cases: u64,
    /// Lines that were there already.
    pub known: u64,
    /// Whether the store was full before: then it was only compared.
    pub compared: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Kept(Keep),
    Beside(Beside),
    Head { voronka_export: u32 },
    End { end: u64 },
}

const ENTRY: &str = "{\"entry\":";

/// Reads an export into an empty store, or goes on with one that came to no end. A store that has something else is only
/// compared: what it lacks is an error, since effects that it has done would be done again.
///
/// Cases are folded from their entries, the rows beside them made by the scenario of each entry. `progress` is told the
/// number of lines.
///
/// # Errors
/// At the first line that cannot be taken in; what was read before it stays, and the same import goes on from there.
pub fn import<S: Store + Query + Carry + ?Sized>(
    store: &S,
    lines: &mut dyn BufRead,
    progress: &mut dyn FnMut(u64),
) -> Result<Imported, CarryError> {
    let continued = store.is_importing()?;
    let compared = !continued && !is_empty(store)?;
    let imported = Imported { compared, ..Imported::default() };
    let mut this = Import {
        store,
        imported,
        scenarios: BTreeMap::new(),
        case: None,
        commits: Vec::new(),
        beside: Vec::new(),
        line: 0,
    };
    if !compared {
        store.set_importing(true)?;
    }
    let mut text = String::new();
    let mut ended = false;
    loop {
        text.clear();
        if lines.read_line(&mut text)? == 0 {
            break;
        }
        this.line += 1;
        let line = text.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            continue;
        }
        if ended {
            return Err(this.wrong("something comes after the end"));
        }
        ended = this.take(line)?;
        progress(this.line);
    }
    if !ended {
        let why = format!("the export is cut off after line {}: its last line is missing", this.line);
        return Err(CarryError::Form(why));
    }
    this.flush()?;
    if !compared {
        store.set_importing(false)?;
    }
    Ok(this.imported)
}

fn is_empty<S: Store + Query + ?Sized>(store: &S) -> Result<bool, StoreError> {
    let cases = store.cases(&CaseQuery { limit: 1, ..CaseQuery::default() })?;
    Ok(cases.rows.is_empty() && store.kept(&Look::Versions { scenario: None })?.is_empty())
}

struct Import<'s, S: ?Sized> {
    store: &'s S,
    imported: Imported,
    scenarios: BTreeMap<ScenarioRef, Scenario>,
    /// The case whose entries come now.
    case: Option<Case>,
    commits: Vec<(u64, Commit)>,
    beside: Vec<Beside>,
    line: u64,
}

impl<S: Store + Query + Carry + ?Sized> Import<'_, S> {
    fn wrong(&self, why: impl ToString) -> CarryError {
        CarryError::Line { line: self.line, why: why.to_string() }
    }

    /// Takes a line in; whether it is the last one.
    fn take(&mut self, line: &str) -> Result<bool, CarryError> {
        if self.line == 1 {
            return match serde_json::from_str(line) {
                Ok(Line::Head { voronka_export: CARRIED }) => Ok(false),
                Ok(Line::Head { voronka_export }) => Err(CarryError::Form(format!(
                    "the export has form {voronka_export}, this program reads form {CARRIED}"
                ))),
                _ => Err(CarryError::Form("this is no export: `voronka db export` writes one".to_owned())),
            };
        }
        if let Some(text) = line.strip_prefix(ENTRY).and_then(|rest| rest.strip_suffix('}')) {
            self.entry(text)?;
            return Ok(false);
        }
        // What comes after the journals stands on them.
        self.flush()?;
        match serde_json::from_str(line)
            .map_err(|error| self.wrong(format!("not a line of an export: {error}")))?
        {
            Line::Kept(Keep::Draft(draft)) => self.beside(Beside::Draft(draft))?,
            Line::Kept(keep) => self.keep(keep)?,
            Line::Beside(beside) => self.beside(beside)?,
            Line::Head { .. } => return Err(self.wrong("a second export begins here")),
            Line::End { end } if end + 1 == self.line => return Ok(true),
            Line::End { end } => {
                return Err(
                    self.wrong(format!("{} lines are missing before it", end + 1 - self.line.min(end + 1)))
                );
            }
        }
        Ok(false)
    }

    fn keep(&mut self, keep: Keep) -> Result<(), CarryError> {
        let keep = match keep {
            // Counts are added: only what is missing there.
            Keep::Refusals(rows) => Keep::Refusals(self.uncounted(rows)?),
            Keep::Version(version) => {
                let scenario = Scenario::from_json(&version.text).map_err(|defects| {
                    let first = defects.first().map(ToString::to_string).unwrap_or_default();
                    self.wrong(format!("the scenario has defects: {first}"))
                })?;
                if *scenario.reference() != version.scenario {
                    return Err(self.wrong("the scenario's text is not that of its hash"));
                }
                self.scenarios.insert(version.scenario.clone(), scenario);
                Keep::Version(version)
            }
            other => other,
        };
        if self.imported.compared && !matches!(keep, Keep::Version(_)) {
            // Switches, mappings and counts of a store at work change.
            self.imported.known += 1;
            return Ok(());
        }
        match self.store.keep(&keep)? {
            Kept::Done => Ok(()),
            Kept::Clash { found } => Err(self.wrong(format!("the store has another one: {found}"))),
        }
    }

    fn uncounted(&self, rows: Vec<Refusal>) -> Result<Vec<Refusal>, CarryError> {
        let Some(first) = rows.first() else { return Ok(rows) };
        let there = self.store.kept(&Look::Refusals { scenario: first.scenario.clone() })?;
        let there: Vec<&Refusal> = (there.iter())
            .flat_map(|it| if let Keep::Refusals(rows) = it { rows.as_slice() } else { &[] })
            .collect();
        let same =
            |a: &Refusal, b: &Refusal| Refusal { count: 0, ..a.clone() } == Refusal { count: 0, ..b.clone() };
        let left = rows.into_iter().filter_map(|row| {
            let counted = there.iter().find(|it| same(it, &row)).map_or(0, |it| it.count);
            let count = row.count.checked_sub(counted).filter(|count| *count > 0)?;
            Some(Refusal { count, ..row })
        });
        Ok(left.collect())
    }

    fn beside(&mut self, row: Beside) -> Result<(), CarryError> {
        if self.imported.compared {
            self.imported.known += 1;
            return Ok(());
        }
        self.beside.push(row);
        if self.beside.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn entry(&mut self, text: &str) -> Result<(), CarryError> {
        let entry = match Recorded::read(text).map_err(|error| self.wrong(error))? {
            Recorded::Known(entry) => *entry,
            Recorded::Newer { why, .. } => {
                return Err(self.wrong(format!("C11: written by a newer engine: {why}; use a later version")));
            }
        };
        let before = self.case.take().filter(|case| case.id == entry.case);
        let case = match &before {
            Some(before) => before.follow(&entry),
            None => Case::replay([&entry]),
        };
        let case = case.map_err(|error| self.wrong(error))?;
        let commit = self.commit(before.as_ref(), &case, &entry, text)?;
        self.commits.push((self.line, commit));
        self.case = Some(case);
        if self.commits.len() >= BATCH { self.write() } else { Ok(()) }
    }

    fn commit(
        &self,
        before: Option<&Case>,
        case: &Case,
        entry: &Entry,
        text: &str,
    ) -> Result<Commit, CarryError> {
        let it = &entry.scenario;
        let scenario = self.scenarios.get(it).ok_or_else(|| {
            self.wrong(format!(
                "version {} of scenario {} ({}) is not in the export",
                it.version, it.id, it.hash
            ))
        })?;
        let mut commit = commit_of_entry(scenario, before, case, entry)?;
        if commit.entry.text != text {
            return Err(self.wrong("the entry's bytes are not those that this version reads"));
        }
        // Most were done long ago; those that are not have lines of their own.
        commit.effects.clear();
        Ok(commit)
    }

    fn flush(&mut self) -> Result<(), CarryError> {
        self.write()?;
        let rows = mem::take(&mut self.beside);
        if rows.is_empty() { Ok(()) } else { Ok(self.store.restore(&rows)?) }
    }

    fn write(&mut self) -> Result<(), CarryError> {
        let (lines, commits): (Vec<u64>, Vec<Commit>) = mem::take(&mut self.commits).into_iter().unzip();
        if commits.is_empty() {
            return Ok(());
        }
        if self.imported.compared {
            return self.compare(&lines, &commits);
        }
        for ((line, commit), answer) in lines.iter().zip(&commits).zip(self.store.commit(&commits)?) {
            let wrong = |why: String| Err(CarryError::Line { line: *line, why });
            let (case, number) = (&commit.entry.case, commit.entry.number);
            match answer {
                Committed::Done => {
                    self.imported.entries += 1;
                    self.imported.cases += u64::from(number == 1);
                }
                Committed::Repeated(there) if there.text == commit.entry.text => self.imported.known += 1,
                Committed::Repeated(there) => {
                    return wrong(format!(
                        "its input's id {} is that of entry {} of case {} there",
                        commit.entry.input_id, there.number, there.case
                    ));
                }
                Committed::Conflict { revision } => {
                    return wrong(format!(
                        "case {case} is at revision {revision} there, this is entry {number}"
                    ));
                }
                Committed::Counter { name, .. } => return wrong(format!("counter {name} has another value")),
            }
        }
        Ok(())
    }

    fn compare(&mut self, lines: &[u64], commits: &[Commit]) -> Result<(), CarryError> {
        for (line, commit) in lines.iter().zip(commits) {
            let (case, number) = (&commit.entry.case, commit.entry.number);
            let there = self.store.journal(case, number, 1)?;
            let same = there.first().is_some_and(|it| it.number == number && it.text == commit.entry.text);
            if !same {
                let is = if there.is_empty() { "does not have" } else { "has another" };
                let why = format!(
                    "the store is not empty, and {is} entry {number} of case {case}; import into an empty one"
                );
                return Err(CarryError::Line { line: *line, why });
            }
            self.imported.known += 1;
        }
        Ok(())
    }
}
