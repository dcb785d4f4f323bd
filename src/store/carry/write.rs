//! Export: everything that a store has, as lines.

use super::{BesideKind, CARRIED, Carry, CarryError};
use crate::store::{CaseQuery, Keep, Look, Query, Store, StoreError};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// So many rows are read at once.
const PAGE: u32 = 500;

/// Writes everything that a store has as lines of JSON; the same store gives the same bytes. Gives the number of lines.
///
/// Nobody else should write meanwhile: each case is whole in any case, but an input that is accepted during the export may
/// be in it or not. `progress` is told the number of cases.
///
/// # Errors
/// When the store cannot be read, or the lines cannot be written.
pub fn export<S: Store + Query + Carry + ?Sized>(
    store: &S,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, CarryError> {
    let mut lines = Lines { out, count: 0 };
    lines.line(&serde_json::json!({ "voronka_export": CARRIED }))?;
    let versions = store.kept(&Look::Versions { scenario: None })?;
    let mut scenarios = BTreeSet::new();
    for version in &versions {
        if let Keep::Version(version) = version {
            scenarios.insert(version.scenario.id.clone());
        }
        lines.line(version)?;
    }
    for draft in store.kept(&Look::Drafts)? {
        lines.line(&draft)?;
    }
    for scenario in &scenarios {
        for look in [
            Look::Mappings { scenario: scenario.clone() },
            Look::Switches { scenario: scenario.clone() },
            Look::Refusals { scenario: scenario.clone() },
        ] {
            for kept in store.kept(&look)? {
                if !matches!(&kept, Keep::Refusals(rows) if rows.is_empty()) {
                    lines.line(&kept)?;
                }
            }
        }
    }
    beside(store, BesideKind::Counters, &mut lines)?;
    journals(store, &mut lines, progress)?;
    // After the journals: of an entry that came too late its effects do no harm, while one that is missing would.
    beside(store, BesideKind::Effects, &mut lines)?;
    beside(store, BesideKind::Inbox, &mut lines)?;
    let count = lines.count;
    lines.line(&serde_json::json!({ "end": count }))?;
    lines.out.flush()?;
    Ok(count + 1)
}

struct Lines<'o> {
    out: &'o mut dyn Write,
    count: u64,
}

impl Lines<'_> {
    fn line(&mut self, value: &impl Serialize) -> Result<(), CarryError> {
        let text = serde_json::to_string(value).map_err(StoreError::failed)?;
        self.text(&text)
    }

    fn text(&mut self, text: &str) -> Result<(), CarryError> {
        writeln!(self.out, "{text}")?;
        self.count += 1;
        Ok(())
    }
}

fn beside<S: Carry + ?Sized>(store: &S, kind: BesideKind, lines: &mut Lines<'_>) -> Result<(), CarryError> {
    let mut after = i64::MIN;
    loop {
        let page = store.beside(kind, after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (_, row) in &page {
            lines.line(row)?;
        }
    }
}

/// Case by case in the order of their ids, each from its first entry on; so the order is the same whatever the store.
fn journals<S: Store + Query + ?Sized>(
    store: &S,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), CarryError> {
    let mut query = CaseQuery { limit: PAGE, ..CaseQuery::default() };
    let mut cases = 0;
    loop {
        let page = store.cases(&query)?;
        for row in &page.rows {
            let mut from = 1;
            while from <= row.revision {
                let entries = store.journal(&row.id, from, PAGE)?;
                let last = from + u64::from(PAGE) - 1;
                for entry in entries.iter().filter(|it| it.number <= row.revision) {
                    if entry.text.contains(['\n', '\r']) {
                        let what = format!("entry {} of case {}", entry.number, entry.case);
                        return Err(StoreError::damaged(what, "its bytes hold a line break").into());
                    }
                    // As they are: an entry's bytes never change (C3, C11).
                    lines.text(&format!("{{\"entry\":{}}}", entry.text))?;
                }
                from = last + 1;
            }
            cases += 1;
            progress(cases);
        }
        query.after = page.next;
        if query.after.is_none() {
            return Ok(());
        }
    }
}
