//! The back-test: what would have come of journals, had a draft been in force (C6).
//!
//! Each recorded input is stepped again by the draft, from the opening on, with its own moment, actor, id, switches and
//! absences. Recorded timer notices are no inputs of people: the draft's own timers are fired instead. Where a person's
//! input no longer fits, the case has diverged at this step, and the rest of it is not guessed on.
//!
//! The recorded side is taken from the entries' own events, so that no earlier version is needed (C3). Nothing is
//! written.
//!
//! ```
//! use voronka::foresight::backtest::{Journal, Options, backtest};
//! use voronka::{Actor, Context, Opening, Scenario};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let read = |text: &str| Scenario::from_json(text).map_err(|defects| format!("{defects:?}"));
//! let text = r#"{"id": "small", "fields": {"name": {"type": "text"}}, "stages": [
//!     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#;
//! let scenario = read(text)?;
//! let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
//! let (case, opened) = scenario.open("c1", Opening::default(), &ctx)?.into_parts();
//! let moved = scenario.step(&case, serde_json::from_str(r#"{"move": {"to": "offer"}}"#)?, &ctx)?;
//! let journal = [opened, moved.entry().clone()];
//!
//! let same = backtest(&scenario, &Options::default(), [Journal::of(&journal)]);
//! assert_eq!((same.cases, same.same), (1, 1));
//! let draft = read(&text.replace(r#""id": "offer""#, r#""id": "offer", "enter": {"need": ["name"]}"#))?;
//! let stricter = backtest(&draft, &Options::default(), [Journal::of(&journal)]);
//! assert_eq!(stricter.held_up.cases, 1);
//! # Ok(()) }
//! ```

mod alike;
mod counterpart;
mod many;
mod renamed;
mod result;
mod run;
mod told;
mod words;

pub use many::{backtest, backtest_with};
pub use result::{
    Backtest, Barrier, CaseResult, Changed, Count, Counts, Divergence, EXAMPLES, End, Ended, Example, First,
    Found, Left, Passage, Side, Stop, Tally, Verdict,
};
pub use run::run_one;

use crate::Scenario;
use crate::case::{Entry, Event, Recorded};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How journals are run again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Options {
    /// The stages that the draft names otherwise: old id to new id. A name that the draft still has is left alone.
    pub stages: BTreeMap<String, String>,
    /// Triggers that were off by the file of the version by which the cases ran: see [`Options::recorded`].
    pub off: BTreeSet<String>,
    /// How many threads share the work; as many as the machine has where none is said.
    pub threads: Option<usize>,
}

impl Options {
    /// Also says that the draft names a stage otherwise.
    #[must_use]
    pub fn stage(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.stages.insert(from.into(), to.into());
        self
    }

    /// Says by which version the cases ran. A journal does not tell which triggers its version's file had off, and their
    /// timers were armed and got no notice; with the version, what the draft switches on fires. Several versions may be
    /// named.
    #[must_use]
    pub fn recorded(mut self, version: &Scenario) -> Self {
        let all = version.stages.iter().flat_map(|stage| &stage.triggers).chain(&version.triggers);
        self.off.extend(all.filter(|trigger| !trigger.enabled).map(|trigger| trigger.rule.clone()));
        self
    }

    /// Says how many threads share the work.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }
}

/// The journal of one case, as far as it can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal<'a> {
    /// The case.
    case: Cow<'a, str>,
    /// Its entries, or the code of why they cannot be read.
    entries: Result<Cow<'a, [Entry]>, &'static str>,
}

impl<'a> Journal<'a> {
    /// A journal in memory, all of its entries in order.
    #[must_use]
    pub fn of(entries: &'a [Entry]) -> Self {
        let case = entries.first().map_or(Cow::Borrowed(""), |entry| Cow::Borrowed(entry.case.as_str()));
        Self { case, entries: Ok(Cow::Borrowed(entries)) }
    }

    /// A journal as a store gives it: the bytes of its entries, in order.
    ///
    /// What cannot be read, or only by a newer engine (C11), is counted as such.
    pub fn read<T: AsRef<str>>(
        case: impl Into<String>,
        texts: impl IntoIterator<Item = T>,
    ) -> Journal<'static> {
        let read = texts.into_iter().map(|text| Recorded::read(text.as_ref()).map_err(|_| run::DAMAGED));
        Self::made(case.into(), read)
    }

    /// A journal of entries that were read already.
    pub fn recorded(
        case: impl Into<String>,
        entries: impl IntoIterator<Item = Recorded>,
    ) -> Journal<'static> {
        Self::made(case.into(), entries.into_iter().map(Ok))
    }

    /// A journal that its store cannot give.
    pub fn damaged(case: impl Into<String>) -> Journal<'static> {
        Journal { case: Cow::Owned(case.into()), entries: Err(run::DAMAGED) }
    }

    fn made(case: String, entries: impl Iterator<Item = Result<Recorded, &'static str>>) -> Journal<'static> {
        let known = |it| match it {
            Ok(Recorded::Known(entry)) => Ok(*entry),
            Ok(Recorded::Newer { .. }) => Err(run::NEWER),
            Err(why) => Err(why),
        };
        let entries = entries.map(known).collect::<Result<Vec<Entry>, _>>();
        Journal { case: Cow::Owned(case), entries: entries.map(Cow::Owned) }
    }

    /// Whether the case is closed as its journal ends, as far as it can be read.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let events = self.entries.iter().flat_map(|entries| entries.iter()).flat_map(|entry| &entry.events);
        events.fold(false, |closed, event| match event {
            Event::Closed(_) => true,
            Event::Reopened => false,
            _ => closed,
        })
    }

    /// The scenario by which the case runs as its journal ends; none where it cannot be read.
    #[must_use]
    pub fn scenario(&self) -> Option<&str> {
        let entries = self.entries.as_ref().ok()?;
        entries.last().map(|entry| entry.scenario.id.as_str())
    }

    /// The case that it is of.
    #[must_use]
    pub fn case(&self) -> &str {
        &self.case
    }
}

impl From<Vec<Entry>> for Journal<'static> {
    fn from(entries: Vec<Entry>) -> Self {
        let case = entries.first().map(|entry| entry.case.clone()).unwrap_or_default();
        Self { case: Cow::Owned(case), entries: Ok(Cow::Owned(entries)) }
    }
}
