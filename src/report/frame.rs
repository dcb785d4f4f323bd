//! The records beside the layout in which they are told: places of stages, lines of reasons, what a case went through.

use super::Rates;
use super::ask::Ask;
use super::layout::{Layout, Places};
use super::records::{NONE16, NONE64, Outcome, Records, Row};
use super::total::Worthy;
use crate::Moment;
use crate::scenario::def::{Resolver, Text};
use std::collections::BTreeMap;

/// The records beside the layout in which they are told.
pub(super) struct Frame<'r> {
    pub records: &'r Records,
    pub layout: &'r Layout,
    /// The moment for which is told what is overdue.
    pub until: Option<Moment>,
    /// How currencies are told in one, where totals are made case by case.
    pub rates: Option<Rates>,
    pub places: Places,
    pub currencies: Vec<&'r str>,
    /// Lines of refusals: the first is of cases without a reason.
    pub lines: Vec<ReasonLine>,
    /// By the number of the reason.
    by_reason: Vec<u16>,
    /// By the number of the outcome's stage, for bad results without a reason.
    by_end: Vec<u16>,
    /// By the number of the version: whether it is one of this scenario.
    ours: Vec<bool>,
}

/// A reason as the report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReasonLine {
    pub id: String,
    pub title: Text,
    pub resolved_by: Resolver,
}

impl<'r> Frame<'r> {
    pub fn new(records: &'r Records, layout: &'r Layout, ask: &Ask) -> Self {
        let mut frame = Self {
            records,
            layout,
            until: ask.now,
            rates: ask.rates.clone(),
            places: Places::of(layout, records),
            currencies: records.currencies.iter().collect(),
            lines: vec![ReasonLine {
                id: String::new(),
                title: Text::default(),
                resolved_by: Resolver::Nobody,
            }],
            by_reason: Vec::new(),
            by_end: Vec::new(),
            ours: records.version_of.iter().map(|(id, _)| *id == layout.reference.id).collect(),
        };
        frame.reasons();
        frame
    }

    /// The title is the report's version's; of a reason that it does not have, the one at the time, the greatest of them
    /// where there were several.
    fn reasons(&mut self) {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in &self.records.reasons.all {
            let at = *known.entry(&reason.id).or_insert_with(|| {
                self.lines.push(ReasonLine {
                    id: reason.id.clone(),
                    title: Text::default(),
                    resolved_by: reason.resolved_by,
                });
                self.lines.len() - 1
            });
            self.by_reason.push(u16::try_from(at).unwrap_or(0));
            let Some(line) = self.lines.get_mut(at) else { continue };
            match self.layout.reasons.get(&reason.id) {
                Some((title, resolved_by)) => {
                    line.title = title.clone();
                    line.resolved_by = *resolved_by;
                }
                None => {
                    let title = if reason.title.is_empty() {
                        reason.id.as_str().into()
                    } else {
                        reason.title.clone()
                    };
                    let new = (title, reason.resolved_by);
                    if (&line.title, line.resolved_by) < (&new.0, new.1) {
                        (line.title, line.resolved_by) = new;
                    }
                }
            }
        }
        self.by_end = vec![0; self.records.stages.len()];
        // In the order of their names, whatever the order of the cases.
        let mut bad: Vec<u16> = self.records.bad_ends.iter().copied().collect();
        bad.sort_by_key(|it| self.records.stages.text((*it).into()));
        bad.into_iter().for_each(|ended| self.bad_result(ended));
    }

    /// A bad result is a reason in itself.
    fn bad_result(&mut self, ended: u16) {
        let id = self.records.stages.text(ended.into());
        let known = self.lines.iter().position(|line| line.id == id);
        let Some(place) = self.by_end.get_mut(usize::from(ended)).filter(|it| **it == 0) else { return };
        // A reason of the same name is the same line.
        if let Some(known) = known {
            *place = u16::try_from(known).unwrap_or(0);
            return;
        }
        let title = self.layout.ends.get(id).cloned().unwrap_or_else(|| id.into());
        *place = u16::try_from(self.lines.len()).unwrap_or(0);
        self.lines.push(ReasonLine { id: id.to_owned(), title, resolved_by: Resolver::Nobody });
    }

    /// The line of a closed case.
    #[inline]
    pub fn line(&self, row: &Row) -> usize {
        let of = if row.reason == NONE16 && row.outcome == Outcome::BadResult {
            self.by_end.get(usize::from(row.ended))
        } else {
            self.by_reason.get(usize::from(row.reason))
        };
        of.map_or(0, |line| usize::from(*line))
    }

    /// Whether it still runs by this scenario.
    #[inline]
    pub fn is_ours(&self, row: &Row) -> bool {
        self.ours.get(usize::from(row.scenario)).copied().unwrap_or(false)
    }

    /// Whether it never ran by this scenario: then it is in no report of it. Of a case whose journal was not looked at
    /// from the beginning that is not known, and whoever gave it meant it.
    pub fn is_foreign(&self, at: u32, row: &Row) -> bool {
        if self.is_ours(row) || !row.whole {
            return false;
        }
        let before = self.records.ran_by.get(&at);
        before.is_none_or(|before| !before.contains(&self.layout.reference.id))
    }

    /// What a case adds to sums.
    #[inline]
    pub fn worth(&self, at: usize, row: &Row) -> Worthy {
        if row.currency == NONE16 {
            return Worthy { currency: self.currencies.len(), ten_thousandths: 0, odd: None };
        }
        let currency = usize::from(row.currency);
        if row.value == NONE64 {
            let odd = u32::try_from(at).ok().and_then(|at| self.records.odd.get(&at)).copied();
            return Worthy { currency, ten_thousandths: 0, odd };
        }
        Worthy { currency, ten_thousandths: row.value, odd: None }
    }

    /// The closing moment of a closed case.
    #[inline]
    pub const fn closed(row: &Row) -> Option<i64> {
        if row.closed == NONE64 { None } else { Some(row.closed) }
    }

    /// What a case went through.
    pub fn walk(&self, row: &Row) -> Walk {
        let mut walk = Walk::default();
        let mut before: Option<usize> = None;
        let known = |place: usize| place < self.places.known;
        let skip = |walk: &mut Walk, from: usize, to: usize| {
            walk.skipped.extend(from + 1..to);
        };
        for nth in row.first as usize..(row.first + row.len) as usize {
            let Some(it) = self.records.visits.get(nth) else { break };
            let place = self.places.at(it.stage);
            walk.entered.push(place);
            if known(place) {
                if walk.furthest.is_none_or(|furthest| furthest < place) {
                    walk.furthest = Some(place);
                }
                if let Some(before) = before.filter(|_| !it.reopened) {
                    if place < before {
                        walk.back.push(before);
                    }
                    skip(&mut walk, before, place);
                }
                before = Some(place);
            }
        }
        if let Some(before) = before.filter(|_| row.outcome.is_won()) {
            skip(&mut walk, before, self.places.known);
        }
        walk.moved_back = walk.back.len();
        for list in [&mut walk.entered, &mut walk.skipped, &mut walk.back] {
            list.sort_unstable();
            list.dedup();
        }
        walk
    }

    /// The id of a place.
    pub fn place_id(&self, place: usize) -> &str {
        match self.layout.stages.get(place) {
            Some(stage) => &stage.id,
            None => self.places.former.get(place - self.places.known).map_or("", |id| id),
        }
    }

    /// The title of a place; of a former stage the one under which it was visited last.
    pub fn place_title(&self, place: usize) -> Text {
        if let Some(stage) = self.layout.stages.get(place) {
            return stage.title.clone();
        }
        let id = self.place_id(place);
        let title = self.records.title_of(id).filter(|title| !title.is_empty());
        title.cloned().unwrap_or_else(|| id.into())
    }

    /// The place of a stage by its id, also one that no case stood on yet.
    pub fn place(&self, id: &str) -> Option<usize> {
        match self.layout.becomes(id) {
            Some(stage) => self.layout.stages.iter().position(|it| it.id == stage),
            None => {
                let at = self.places.former.binary_search_by(|it| it.as_str().cmp(id)).ok()?;
                Some(self.places.known + at)
            }
        }
    }
}

/// What a case went through.
#[derive(Debug, Clone, Default)]
pub(super) struct Walk {
    /// The places on which it stood, each once.
    pub entered: Vec<usize>,
    /// The furthest of this version's.
    pub furthest: Option<usize>,
    /// Those that it was passed over when it was moved forward, or won.
    pub skipped: Vec<usize>,
    /// Those from which it was moved back.
    pub back: Vec<usize>,
    /// How many times it was moved back.
    pub moved_back: usize,
}
