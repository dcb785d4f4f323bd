//! The records of many cases in little room: a row of numbers for each case, a column for what visits have.

use super::symbols::{Symbols, hash};
use crate::case::Reason;
use crate::scenario::def::StageOutcome;
use hashbrown::HashTable;
use std::collections::BTreeMap;

/// No symbol, no stage, no currency.
pub(crate) const NONE16: u16 = u16::MAX;
/// No word.
pub(crate) const NONE32: u32 = u32::MAX;
/// A word that is the number of a list of them.
pub(crate) const LIST: u32 = 1 << 31;
/// No moment, no length of time, no amount.
pub(crate) const NONE64: i64 = i64::MIN;

/// A case in numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub opened: i64,
    /// When it was closed; [`NONE64`] while it is open.
    pub closed: i64,
    /// What it is worth in ten-thousandths; [`NONE64`] where nothing is known, or where it stands among the odd ones.
    pub value: i64,
    /// Where its visits begin, and how many there are.
    pub first: u32,
    pub len: u32,
    pub id: u32,
    pub revision: u32,
    pub expected: i32,
    pub id_len: u16,
    pub currency: u16,
    pub scenario: u16,
    /// The stage from which it was closed.
    pub from: u16,
    /// The outcome's stage.
    pub ended: u16,
    pub reason: u16,
    pub reopened: u16,
    pub outcome: Outcome,
    /// Whether its journal was looked at from the beginning, so that it is known by which scenarios it ever ran.
    pub whole: bool,
    /// Whether its visits have room to grow: up to the next power of two.
    pub grown: bool,
}

/// How a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Outcome {
    Open,
    Won,
    Lost,
    Void,
    Result,
    BadResult,
}

impl Outcome {
    pub const fn of(outcome: StageOutcome) -> Self {
        match outcome {
            StageOutcome::Won => Self::Won,
            StageOutcome::Lost => Self::Lost,
            StageOutcome::Void => Self::Void,
            StageOutcome::Result => Self::Result,
            StageOutcome::BadResult => Self::BadResult,
        }
    }

    pub const fn outcome(self) -> Option<StageOutcome> {
        match self {
            Self::Open => None,
            Self::Won => Some(StageOutcome::Won),
            Self::Lost => Some(StageOutcome::Lost),
            Self::Void => Some(StageOutcome::Void),
            Self::Result => Some(StageOutcome::Result),
            Self::BadResult => Some(StageOutcome::BadResult),
        }
    }

    pub const fn is_won(self) -> bool {
        matches!(self, Self::Won | Self::Result)
    }

    pub const fn is_lost(self) -> bool {
        matches!(self, Self::Lost | Self::BadResult)
    }
}

/// Of each visit its stage, whether the case was reopened onto it, from when, how long.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visits {
    pub stage: Vec<u16>,
    pub reopened: Vec<bool>,
    pub from: Vec<i64>,
    /// [`NONE64`] while it goes on.
    pub calendar: Vec<i64>,
    pub working: Vec<i64>,
}

/// One visit in numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VisitRow {
    pub stage: u16,
    pub reopened: bool,
    pub from: i64,
    pub calendar: i64,
    pub working: i64,
}

impl Visits {
    pub fn len(&self) -> usize {
        self.stage.len()
    }

    pub fn push(&mut self, it: VisitRow) {
        self.stage.push(it.stage);
        self.reopened.push(it.reopened);
        self.from.push(it.from);
        self.calendar.push(it.calendar);
        self.working.push(it.working);
    }

    pub fn get(&self, at: usize) -> Option<VisitRow> {
        Some(VisitRow {
            stage: *self.stage.get(at)?,
            reopened: *self.reopened.get(at)?,
            from: *self.from.get(at)?,
            calendar: *self.calendar.get(at)?,
            working: *self.working.get(at)?,
        })
    }

    pub fn set(&mut self, at: usize, it: VisitRow) {
        let Self { stage, reopened, from, calendar, working } = self;
        if let (Some(a), Some(b), Some(c), Some(d), Some(e)) = (
            stage.get_mut(at),
            reopened.get_mut(at),
            from.get_mut(at),
            calendar.get_mut(at),
            working.get_mut(at),
        ) {
            (*a, *b, *c, *d, *e) = (it.stage, it.reopened, it.from, it.calendar, it.working);
        }
    }

    pub fn shrink(&mut self) {
        self.stage.shrink_to_fit();
        self.reopened.shrink_to_fit();
        self.from.shrink_to_fit();
        self.calendar.shrink_to_fit();
        self.working.shrink_to_fit();
    }

    /// Bytes that the columns take.
    pub fn bytes(&self) -> usize {
        self.stage.capacity() * 2
            + self.reopened.capacity()
            + (self.from.capacity() + self.calendar.capacity() + self.working.capacity()) * 8
    }
}

/// Lists of words by number: of cases of which a field says several things.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    lists: Vec<Box<[u32]>>,
    index: BTreeMap<Box<[u32]>, u32>,
}

impl Lists {
    pub fn of(&mut self, words: &[u32]) -> u32 {
        if let Some(known) = self.index.get(words) {
            return *known;
        }
        let number = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.lists.push(words.into());
        self.index.insert(words.into(), number);
        number
    }

    pub fn get(&self, number: u32) -> &[u32] {
        self.lists.get(number as usize).map_or(&[], |it| it)
    }
}

/// Reasons by number. The catalogue may have named one otherwise at another time, so the whole of it is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reasons {
    pub all: Vec<Reason>,
    index: BTreeMap<String, Vec<u16>>,
}

impl Reasons {
    pub fn of(&mut self, reason: &Reason) -> Option<u16> {
        let known = self.index.get(&reason.id);
        let mut known = known.into_iter().flatten();
        if let Some(known) = known.find(|at| self.all.get(usize::from(**at)) == Some(reason)) {
            return Some(*known);
        }
        let number = u16::try_from(self.all.len()).ok().filter(|it| *it < NONE16)?;
        self.all.push(reason.clone());
        self.index.entry(reason.id.clone()).or_default().push(number);
        Some(number)
    }

    pub fn get(&self, number: u16) -> Option<&Reason> {
        self.all.get(usize::from(number))
    }
}

/// Ids of cases one after the other, and the row of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    texts: String,
    index: HashTable<u32>,
}

impl Ids {
    pub fn text(&self, row: &Row) -> &str {
        let from = row.id as usize;
        self.texts.get(from..from + usize::from(row.id_len)).unwrap_or_default()
    }

    pub fn find(&self, id: &str, rows: &[Row]) -> Option<usize> {
        let same = |at: &u32| rows.get(*at as usize).is_some_and(|row| self.text(row) == id);
        self.index.find(hash(id), same).map(|at| *at as usize)
    }

    /// Where the text of a new id stands, and how long it is; none where there is no room for it.
    pub fn add(&mut self, id: &str, rows: &[Row]) -> Option<(u32, u16)> {
        let at = u32::try_from(self.texts.len()).ok()?;
        let len = u16::try_from(id.len()).ok()?;
        let number = u32::try_from(rows.len()).ok()?;
        self.texts.push_str(id);
        let texts = &self.texts;
        self.index.insert_unique(hash(id), number, |it| {
            let row = rows.get(*it as usize);
            let text =
                row.and_then(|row| texts.get(row.id as usize..row.id as usize + usize::from(row.id_len)));
            hash(text.unwrap_or(id))
        });
        Some((at, len))
    }

    pub fn shrink(&mut self, rows: &[Row]) {
        self.texts.shrink_to_fit();
        let texts = &self.texts;
        self.index.shrink_to_fit(|it| {
            let row = rows.get(*it as usize);
            let text =
                row.and_then(|row| texts.get(row.id as usize..row.id as usize + usize::from(row.id_len)));
            hash(text.unwrap_or_default())
        });
    }

    pub fn bytes(&self) -> usize {
        self.texts.capacity() + self.index.allocation_size()
    }
}

/// A symbol in two bytes; none where there are too many.
pub(crate) fn short(symbols: &mut Symbols, text: &str) -> Option<u16> {
    u16::try_from(symbols.of(text)).ok().filter(|it| *it < NONE16)
}
