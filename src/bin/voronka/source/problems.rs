//! What went wrong while journals were read.

use super::{Journal, Unread};
use crate::output::{Failed, complain};
use indicatif::ProgressBar;
use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use voronka::Scenario;
use voronka::interop::csv::CsvLog;
use voronka::interop::log::{LISTED, Replayed, Summary};

/// What went wrong while journals were read: what ended it, and what was left out.
#[derive(Default)]
pub struct Problems {
    failed: RefCell<Option<Failed>>,
    unread: RefCell<(usize, Vec<(String, Unread)>)>,
    summary: RefCell<Summary>,
    table: RefCell<Option<CsvLog>>,
}

impl Problems {
    pub(super) fn fail(&self, why: Failed) {
        self.failed.borrow_mut().get_or_insert(why);
    }

    pub(super) fn table(&self, table: CsvLog) {
        self.summary.borrow_mut().rows_left_out = table.left_out;
        self.table.replace(Some(table));
    }

    pub(super) fn replayed(&self, it: &Replayed) {
        self.summary.borrow_mut().add(it);
    }

    /// Runs a bar with journals, and counts those that cannot be read.
    pub(super) fn watched<'s>(
        &'s self,
        journals: impl Iterator<Item = Journal> + 's,
        bar: ProgressBar,
        by_case: bool,
    ) -> impl Iterator<Item = Journal> + 's {
        let mut journals = journals;
        std::iter::from_fn(move || {
            let Some(journal) = journals.next() else {
                bar.finish_and_clear();
                return None;
            };
            if by_case {
                bar.inc(1);
            }
            if let Err(why) = &journal.entries {
                let mut unread = self.unread.borrow_mut();
                unread.0 += 1;
                if unread.1.len() < LISTED {
                    unread.1.push((journal.case.clone(), why.clone()));
                }
            }
            Some(journal)
        })
    }

    /// What ended the reading; to be asked once it has ended.
    pub fn failed(&self) -> Option<Failed> {
        self.failed.borrow_mut().take()
    }

    /// What came of a log.
    pub fn summary(&self) -> Ref<'_, Summary> {
        self.summary.borrow()
    }

    /// What is known of a table.
    pub fn of_table(&self) -> Ref<'_, Option<CsvLog>> {
        self.table.borrow()
    }

    /// What a strict replaying left out, in lines: rows of a table and traces, the first of each and how many more.
    pub fn strictly(&self, scenario: &Scenario) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(table) = &*self.table.borrow() {
            told.extend(table.bad_rows.iter().map(|row| format!("row left out: {row}")));
            told.extend(more(table.left_out, table.bad_rows.len(), "rows left out"));
        }
        let summary = self.summary.borrow();
        let shown = summary.refused_traces.iter();
        told.extend(shown.map(|it| format!("refused: {}", it.told(scenario, "en"))));
        told.extend(more(summary.refused, summary.refused_traces.len(), "refused"));
        told
    }

    /// Whether anything was left out or passed over.
    pub fn any(&self) -> bool {
        let rows = self.table.borrow().as_ref().map_or(0, |it| it.left_out);
        rows + self.unread.borrow().0 > 0 || !self.summary.borrow().fits()
    }

    /// What was left out or does not fit, in lines: the first of each and how many more.
    pub fn told(&self, scenario: Option<&Scenario>, language: &str) -> Vec<String> {
        let unread = self.unread.borrow();
        let mut told: Vec<String> = unread.1.iter().map(|(case, why)| format!("{case}: {why}")).collect();
        told.extend(more(unread.0, unread.1.len(), "cases"));
        if let Some(table) = &*self.table.borrow() {
            told.extend(table.bad_rows.iter().map(ToString::to_string));
            told.extend(more(table.left_out, table.bad_rows.len(), "rows"));
        }
        let summary = self.summary.borrow();
        if let Some(scenario) = scenario
            && !summary.fits()
        {
            told.extend(
                summary.told(scenario, language).lines().filter(|it| !it.is_empty()).map(str::to_owned),
            );
        }
        told
    }

    /// Says on standard error what was left out: journals and rows one by one (the first of them), deviations as a count,
    /// of which `voronka log deviations` has the list.
    pub fn tell(&self, scenario: Option<&Scenario>, from: &str, language: &str) {
        let unread = self.unread.borrow();
        for (case, why) in &unread.1 {
            complain(&format!("{from}: {case} left out: {why}"));
        }
        more(unread.0, unread.1.len(), "cases").iter().for_each(|line| complain(line));
        if let Some(table) = &*self.table.borrow() {
            for row in &table.bad_rows {
                complain(&format!("{from}: row left out: {row}"));
            }
            more(table.left_out, table.bad_rows.len(), "rows").iter().for_each(|line| complain(line));
        }
        let summary = self.summary.borrow();
        if let Some(scenario) = scenario
            && !summary.fits()
        {
            complain(&format!("{from}:"));
            for line in summary.told(scenario, language).lines().filter(|line| !line.is_empty()) {
                complain(line);
            }
        }
    }
}

/// Cases that were left out with why, the first of them and how many more.
pub fn listed(cases: BTreeMap<String, String>) -> Vec<String> {
    let all = cases.len();
    let mut told: Vec<String> =
        cases.into_iter().take(LISTED).map(|(case, why)| format!("{case}: {why}")).collect();
    told.extend(more(all, all.min(LISTED), "cases"));
    told
}

fn more(all: usize, shown: usize, what: &str) -> Option<String> {
    (all > shown).then(|| format!("… and {} more {what}", all - shown))
}
