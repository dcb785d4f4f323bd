//! Where journals come from: a database, an export of one, or an event log in XES or CSV, gzipped or not.
//!
//! [`Source::open`] takes what was named on the command line; [`Source::journals`] gives the journals case by case. What is
//! wrong with one of them is kept by [`Problems`], and the others go on.

mod database;
mod lines;
mod log;
mod problems;

pub use database::of_database;
pub use lines::of_lines;
pub use log::{Logged, mapping, mapping_for, traces};
pub use problems::{Problems, listed};

use crate::output::{Failed, Output};
use crate::place::{Place, Published, is_postgres};
use crate::{db, defects, input};
use flate2::bufread::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read};
use std::path::Path;
use std::rc::Rc;
use voronka::case::{Adoption, Entry};
use voronka::foresight::backtest;
use voronka::interop::log::{Mapping, Replayer};
use voronka::report::RefusalCount;
use voronka::store::{Keep, Look, Refusal};
use voronka::{Actor, Scenario};

/// What was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Database,
    /// Lines of JSON: an export, or entries as `case journal --json` writes them.
    Lines,
    /// XES or CSV.
    Log,
}

/// From which version to which, and how stages are called there.
pub type Mapped = (u32, u32, BTreeMap<String, String>);

/// The journal of one case.
pub struct Journal {
    pub case: String,
    /// Its entries in order, or why they cannot be read.
    pub entries: Result<Vec<Entry>, Unread>,
}

/// Why a journal cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It is damaged.
    Damaged(String),
    /// It was written by a newer engine (C11).
    Newer(String),
    /// The log has a trace of the same name before it.
    Twice,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(why) => write!(f, "its journal is damaged: {why}"),
            Self::Twice => f.write_str("the log has two traces of this name; the second is not of the case"),
            Self::Newer(why) => write!(f, "its journal was written by a newer engine: {why}"),
        }
    }
}

impl From<Journal> for backtest::Journal<'static> {
    fn from(it: Journal) -> Self {
        match it.entries {
            Ok(entries) if !entries.is_empty() => entries.into(),
            Ok(_) => Self::recorded(it.case, []),
            Err(Unread::Damaged(_) | Unread::Twice) => Self::damaged(it.case),
            Err(Unread::Newer(why)) => {
                let newer = voronka::case::Recorded::Newer {
                    case: it.case.clone(),
                    number: 0,
                    text: String::new(),
                    why,
                };
                Self::recorded(it.case, [newer])
            }
        }
    }
}

/// Known by how it begins; what is not there or empty is a database, which says so itself.
pub fn kind(from: &str) -> Result<Kind, Failed> {
    if is_postgres(from) {
        return Ok(Kind::Database);
    }
    let file = match File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kind::Database),
        Err(error) => return Err(unreadable(from, &error)),
    };
    let mut start = Vec::new();
    unpacked(BufReader::new(file))
        .and_then(|file| file.take(16).read_to_end(&mut start))
        .map_err(|error| unreadable(from, &error))?;
    Ok(match start.first() {
        None => Kind::Database,
        Some(_) if start.starts_with(b"SQLite format 3") => Kind::Database,
        // A table may have a column `{ID}`.
        Some(_) if start.starts_with(b"{\"") => Kind::Lines,
        Some(_) => Kind::Log,
    })
}

fn unreadable(from: &str, error: &std::io::Error) -> Failed {
    Failed::said(format!("{from}: cannot be read: {error}"))
}

/// What is in a file that may be gzipped.
fn unpacked<'f>(mut file: impl BufRead + 'f) -> std::io::Result<Box<dyn BufRead + 'f>> {
    let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) })
}

/// A file, unpacked, and a bar that runs with it where somebody sees it; `-` is standard input.
pub fn opened(from: &str) -> Result<(Box<dyn BufRead>, ProgressBar), Failed> {
    let failed = |error| unreadable(from, &error);
    if from == "-" {
        let input = unpacked(BufReader::new(std::io::stdin())).map_err(failed)?;
        return Ok((input, ProgressBar::hidden()));
    }
    let file = File::open(from).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(size) } else { ProgressBar::hidden() };
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {percent}% {bytes} of {total_bytes}, {eta} left")
    {
        bar.set_style(style);
    }
    let file = unpacked(BufReader::new(bar.wrap_read(file))).map_err(failed)?;
    Ok((file, bar))
}

/// What is asked for on the command line.
pub struct Asked<'a> {
    /// The database, export or log.
    pub from: &'a str,
    /// A scenario's file; of a log without one the scenario is made of the mapping.
    pub scenario: Option<&'a Path>,
    /// What the activities of a log mean.
    pub map: Option<&'a Path>,
    /// Who acts where a log does not say.
    pub actor: &'a Actor,
}

/// A source of journals that was opened.
pub struct Source {
    from: String,
    within: Within,
    scenario: Option<Rc<Scenario>>,
}

enum Within {
    Database(Place),
    Lines,
    Log { mapping: Box<Mapping>, actor: Actor },
}

impl Source {
    /// Opens what was named; none where the scenario's file has defects, which are told.
    pub fn open(out: &mut Output, asked: &Asked<'_>) -> Result<Option<Self>, Failed> {
        let kind = if asked.from == "-" { Kind::Log } else { kind(asked.from)? };
        let mut scenario = None;
        if let Some(file) = asked.scenario {
            let Some(read) = defects::scenario(out, &input::read(file)?)? else { return Ok(None) };
            scenario = Some(Rc::new(read));
        }
        let within = match kind {
            Kind::Database => Within::Database(Place::open(asked.from)?),
            Kind::Lines => Within::Lines,
            Kind::Log => {
                let Some(map) = asked.map else {
                    let why = "an event log needs --map: what its activities mean, see docs/LOGS.md";
                    return Err(Failed::said(format!("{}: {why}", asked.from)));
                };
                let mapping = log::mapping(map)?;
                let failed = |error| Failed::said(format!("{}: {error}", map.display()));
                match &scenario {
                    Some(scenario) => mapping.fits(scenario).map_err(failed)?,
                    None => scenario = Some(Rc::new(mapping.scenario().map_err(failed)?)),
                }
                Within::Log { mapping: Box::new(mapping), actor: asked.actor.clone() }
            }
        };
        if asked.map.is_some() && kind != Kind::Log {
            return Err(Failed::said(format!("{}: --map is for event logs, and this is none", asked.from)));
        }
        Ok(Some(Self { from: asked.from.to_owned(), within, scenario }))
    }

    /// The scenario of `--scenario`, or that a log's mapping gives; none of a database or export without one.
    pub fn scenario(&self) -> Option<&Rc<Scenario>> {
        self.scenario.as_ref()
    }

    /// The latest published version of each scenario of a database or export.
    pub fn published(&self) -> Result<Vec<Rc<Scenario>>, Failed> {
        match &self.within {
            Within::Database(place) => Published::new(place).latest(),
            Within::Lines => {
                let mut latest: BTreeMap<String, Scenario> = BTreeMap::new();
                for version in self.versions()? {
                    let it = version.reference();
                    if latest.get(&it.id).is_none_or(|known| known.reference().version < it.version) {
                        latest.insert(it.id.clone(), version);
                    }
                }
                Ok(latest.into_values().map(Rc::new).collect())
            }
            Within::Log { .. } => Ok(Vec::new()),
        }
    }

    /// What is kept beside the journals: of a database what is asked for, of an export all of it, of a log nothing.
    fn kept(&self, look: &Look) -> Result<Vec<Keep>, Failed> {
        match &self.within {
            Within::Database(place) => place.kept().kept(look).map_err(|error| place.failed(&error)),
            Within::Lines => {
                let (file, bar) = opened(&self.from)?;
                let kept = lines::kept(file).map_err(|error| unreadable(&self.from, &error))?;
                bar.finish_and_clear();
                Ok(kept)
            }
            Within::Log { .. } => Ok(Vec::new()),
        }
    }

    /// Every published version of a database or export that can be read.
    pub fn versions(&self) -> Result<Vec<Scenario>, Failed> {
        let kept = self.kept(&Look::Versions { scenario: None })?;
        let read = |keep| match keep {
            Keep::Version(version) => Scenario::from_json(&version.text).ok(),
            _ => None,
        };
        Ok(kept.into_iter().filter_map(read).collect())
    }

    /// How stages of versions were published to be called in the ones after them, from which to which.
    pub fn mappings(&self, scenario: &str) -> Result<Vec<Mapped>, Failed> {
        let kept = self.kept(&Look::Mappings { scenario: scenario.to_owned() })?;
        let read = |keep| match keep {
            // A mapping to another scenario says nothing of this one's stages.
            Keep::Mapping(it) if it.from.id == scenario && it.to.id == scenario => {
                let adoption: Adoption = serde_json::from_str(&it.text).ok()?;
                Some((it.from.version, it.to.version, adoption.stages))
            }
            _ => None,
        };
        Ok(kept.into_iter().filter_map(read).collect())
    }

    /// How often rules refused in a scenario (S13).
    pub fn refusals(&self, scenario: &str) -> Result<Vec<RefusalCount>, Failed> {
        let kept = self.kept(&Look::Refusals { scenario: scenario.to_owned() })?;
        let count = |it: Refusal| RefusalCount {
            version: it.version,
            stage: it.stage,
            rule: it.rule,
            role: it.role,
            count: it.count,
        };
        let rows =
            kept.into_iter().filter_map(|it| if let Keep::Refusals(rows) = it { Some(rows) } else { None });
        // An export has those of all scenarios.
        Ok(rows.flatten().filter(|it| it.scenario == scenario).map(count).collect())
    }

    /// All journals, of whichever scenario.
    pub fn every<'s>(
        &'s self,
        problems: &'s Problems,
    ) -> Result<Box<dyn Iterator<Item = Journal> + 's>, Failed> {
        self.of(None, problems)
    }

    /// The journals, case by case; of a database or export those of `--scenario`, if it was named.
    ///
    /// A journal that cannot be read is given as such and noted among the problems. What ends the reading altogether is
    /// [`Problems::failed`], to be asked for at the end.
    pub fn journals<'s>(
        &'s self,
        problems: &'s Problems,
    ) -> Result<Box<dyn Iterator<Item = Journal> + 's>, Failed> {
        self.of(self.scenario.as_ref().map(|it| it.reference().id.clone()), problems)
    }

    fn of<'s>(
        &'s self,
        id: Option<String>,
        problems: &'s Problems,
    ) -> Result<Box<dyn Iterator<Item = Journal> + 's>, Failed> {
        Ok(match &self.within {
            Within::Database(place) => {
                let bar = db::spinner("cases");
                let journals = of_database(place, id.as_deref(), true, problems);
                Box::new(problems.watched(journals, bar, true))
            }
            Within::Lines => {
                let (file, bar) = opened(&self.from)?;
                let of_it = move |it: &Journal| match (&id, &it.entries) {
                    (Some(id), Ok(entries)) => entries.last().is_none_or(|entry| entry.scenario.id == *id),
                    _ => true,
                };
                let journals = of_lines(file, &self.from, problems).filter(of_it);
                Box::new(problems.watched(journals, bar, false))
            }
            Within::Log { mapping, actor } => {
                let Some(scenario) = &self.scenario else { return Ok(Box::new(std::iter::empty())) };
                let replayer = Replayer::new(scenario, mapping).actor(actor.clone());
                let logged = Logged { replayer, mapping, strict: false };
                let (file, bar) = opened(&self.from)?;
                let journals = logged.of_log(file, &self.from, problems)?;
                Box::new(problems.watched(journals, bar, false))
            }
        })
    }

    /// What a log's mapping says may be unknown of it, once it has been read.
    pub fn known(&self, problems: &Problems) -> Result<(), Failed> {
        match &self.within {
            Within::Log { mapping, .. } => {
                let known = problems.summary().known(mapping);
                known.map_err(|error| Failed::said(format!("{}: {error}", self.from)))
            }
            _ => Ok(()),
        }
    }
}
