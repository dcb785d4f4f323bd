//! Whether a store holds what it must: every journal whole, every case the fold of its journal (S4, C3).

use super::{
    ActivityQuery, ActivityRow, AnyQuery, AnyStore, AsyncQuery, AsyncStore, Awaiting, Blocking, CaseOrder,
    CaseQuery, CaseRow, EntryText, Position, Query, Store, StoreError, Wanted, at_once, making,
};
use crate::Case;
use crate::case::Recorded;
use std::collections::BTreeMap;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which: `case 17`, `entry 4 of case 17`.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}

/// What a check looked at, and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Checked {
    /// How many cases it looked at.
    pub cases: u64,
    /// How many entries.
    pub entries: u64,
    /// What is wrong, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// Whether it stopped because that is as much as was asked for.
    pub more: bool,
}

/// Looks at all cases, journals and open activities of a store; stops after `limit` findings.
///
/// It finds entries that are missing, torn, out of order, of another case or of none, or not found by their input's id;
/// cases whose bytes are not the fold of their journal, and columns that say something else than the bytes; activities
/// that are not those of their case. What other hosts write meanwhile is no finding. `progress` is told cases and entries.
///
/// # Errors
/// When the store cannot be read; what is damaged is a finding.
///
/// # Examples
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use voronka::store::{check, sql::SqliteStore};
/// let store = SqliteStore::open_in_memory()?;
/// assert_eq!(check(&store, 100, &mut |_, _| ())?.findings, []);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check<S: Store + Query>(
    store: &S,
    limit: u32,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Checked, StoreError> {
    at_once(Check::new(&Blocking(store), limit, progress).run())
}

/// As [`check()`], for async hosts.
///
/// # Errors
/// As [`check()`].
pub async fn check_async<S: AsyncStore + AsyncQuery>(
    store: &S,
    limit: u32,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Checked, StoreError> {
    Check::new(&Awaiting(store), limit, progress).run().await
}

/// So many cases, entries or activities are read at once.
const PAGE: u32 = 500;

struct Check<'c, S> {
    store: &'c S,
    limit: usize,
    progress: &'c mut (dyn FnMut(u64, u64) + Send),
    checked: Checked,
    /// Of each case the revision that was seen, and the last entry that the feed gave.
    known: BTreeMap<String, (u64, u64)>,
}

/// The result, or none where it is damaged: then that is a finding.
macro_rules! or_found {
    ($self:ident, $answer:expr) => {
        match $answer {
            Ok(it) => Some(it),
            Err(StoreError::Damaged { what, why }) => {
                $self.found(what, why);
                None
            }
            Err(error) => return Err(error),
        }
    };
}

impl<'c, S: AnyStore + AnyQuery> Check<'c, S> {
    fn new(store: &'c S, limit: u32, progress: &'c mut (dyn FnMut(u64, u64) + Send)) -> Self {
        let limit = limit as usize;
        Self { store, limit, progress, checked: Checked::default(), known: BTreeMap::new() }
    }

    fn found(&mut self, what: impl Into<String>, why: impl ToString) {
        if self.full() {
            self.checked.more = true;
        } else {
            self.checked.findings.push(Finding { what: what.into(), why: why.to_string() });
        }
    }

    fn full(&self) -> bool {
        self.checked.findings.len() >= self.limit
    }

    async fn run(mut self) -> Result<Checked, StoreError> {
        self.cases().await?;
        if !self.full() {
            self.feed().await?;
        }
        Ok(self.checked)
    }

    async fn cases(&mut self) -> Result<(), StoreError> {
        let mut query = CaseQuery { order: CaseOrder::Id, limit: PAGE, ..CaseQuery::default() };
        loop {
            let page = or_found!(self, self.store.cases(&query).await);
            // Where a page cannot be read, what follows it has no beginning either.
            let Some(page) = page else { return Ok(()) };
            for row in &page.rows {
                self.case(row).await?;
                self.known.insert(row.id.clone(), (row.revision, 0));
                self.checked.cases += 1;
                (self.progress)(self.checked.cases, self.checked.entries);
                if self.full() {
                    self.checked.more = true;
                    return Ok(());
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(());
            }
        }
    }

    async fn case(&mut self, row: &CaseRow) -> Result<(), StoreError> {
        let before = self.checked.findings.len();
        let journal = self.journal(&row.id, row.revision).await?;
        let whole = self.checked.findings.len() == before;
        let case = match serde_json::from_str::<Case>(&row.text) {
            Ok(case) => case,
            Err(error) => {
                self.found(format!("case {}", row.id), format!("its bytes are no case: {error}"));
                return Ok(());
            }
        };
        if whole {
            match Case::replay_recorded(&journal) {
                Ok(folded) => self.fold(row, &folded),
                Err(error) => self.found(format!("case {}", row.id), error),
            }
        }
        self.columns(row, &case)?;
        self.activities(row, &case).await
    }

    /// The bytes must be those of the journal's fold, to the byte.
    fn fold(&mut self, row: &CaseRow, folded: &Case) {
        match serde_json::to_string(folded) {
            Ok(text) if text == row.text => {}
            Ok(text) => {
                let same = text.bytes().zip(row.text.bytes()).take_while(|(a, b)| a == b).count();
                let why = format!("C3: its bytes differ from the fold of its journal from byte {same} on");
                self.found(format!("case {}", row.id), why);
            }
            Err(error) => self.found(format!("case {}", row.id), error),
        }
    }

    /// The journal up to a revision, as far as it is there and can be read; what is wrong with it is found.
    async fn journal(&mut self, case: &str, revision: u64) -> Result<Vec<Recorded>, StoreError> {
        let mut recorded = Vec::new();
        let mut from = 1;
        while from <= revision && !self.full() {
            let entries = match self.store.journal(case, from, PAGE).await {
                Ok(entries) => entries,
                Err(StoreError::Damaged { .. }) => self.one_by_one(case, from, revision).await?,
                Err(error) => return Err(error),
            };
            let last = revision.min(from + u64::from(PAGE) - 1);
            let entries: Vec<EntryText> = entries.into_iter().filter(|it| it.number <= last).collect();
            self.checked.entries += entries.len() as u64;
            let mut read = Vec::with_capacity(entries.len());
            for entry in &entries {
                read.extend(or_found!(self, entry.recorded()));
            }
            self.answers(&read).await?;
            recorded.extend(read);
            from = last + 1;
        }
        Ok(recorded)
    }

    /// Those entries of a page that are there, where some are not.
    async fn one_by_one(
        &mut self,
        case: &str,
        from: u64,
        revision: u64,
    ) -> Result<Vec<EntryText>, StoreError> {
        let mut entries = Vec::new();
        for number in from..=revision.min(from + u64::from(PAGE) - 1) {
            if self.full() {
                break;
            }
            if let Some(entry) = or_found!(self, self.store.journal(case, number, 1).await) {
                if entry.is_empty() {
                    self.found(format!("entry {number} of case {case}"), "S4: it is not there");
                }
                entries.extend(entry);
            }
        }
        Ok(entries)
    }

    /// Each entry must be the answer of its input's id (S3).
    async fn answers(&mut self, recorded: &[Recorded]) -> Result<(), StoreError> {
        let known = recorded.iter().filter_map(|it| match it {
            Recorded::Known(entry) => Some(entry),
            Recorded::Newer { .. } => None,
        });
        let known: Vec<_> = known.collect();
        let wanted =
            known.iter().map(|it| Wanted { case: String::new(), input_id: Some(it.input_id.clone()) });
        let wanted: Vec<Wanted> = wanted.collect();
        let Some(loading) = or_found!(self, self.store.load(&wanted).await) else { return Ok(()) };
        for (entry, loaded) in known.iter().zip(loading.found) {
            let what = || format!("entry {} of case {}", entry.number, entry.case);
            match loaded.answer {
                None => {
                    self.found(what(), format!("S3: it is not found by its input's id {:?}", entry.input_id))
                }
                Some(it) if it.case == entry.case && it.number == entry.number => {}
                Some(it) => {
                    let why = format!(
                        "S3: its input's id {:?} gives entry {} of case {}",
                        entry.input_id, it.number, it.case
                    );
                    self.found(what(), why);
                }
            }
        }
        Ok(())
    }

    /// The columns must say what the bytes say. The sum of its value is told by the scenario, and taken as it is.
    fn columns(&mut self, row: &CaseRow, case: &Case) -> Result<(), StoreError> {
        let mut told = making::columns(case, row.amount.clone())?;
        told.erased = row.erased;
        let fields = |row: &CaseRow| serde_json::to_value(row).map_err(StoreError::failed);
        let (told, row_fields) = (fields(&told)?, fields(row)?);
        let named = |value: &serde_json::Value| value.as_object().cloned().unwrap_or_default();
        let told = named(&told);
        for (column, there) in named(&row_fields) {
            // The bytes themselves are compared with the journal.
            if column != "text" && told.get(&column) != Some(&there) {
                let bytes = told.get(&column).unwrap_or(&serde_json::Value::Null);
                let why = format!("its column {column} is {there}, its bytes say {bytes}");
                self.found(format!("case {}", row.id), why);
            }
        }
        Ok(())
    }

    /// The rows of open activities must be those of the case.
    async fn activities(&mut self, row: &CaseRow, case: &Case) -> Result<(), StoreError> {
        if row.closed_at.is_some() {
            return Ok(());
        }
        let told = making::activities(None, case)?.put;
        let mut told: BTreeMap<String, ActivityRow> =
            told.into_iter().map(|it| (it.id.clone(), it)).collect();
        let mut wrong = Vec::new();
        let mut query = ActivityQuery { case: Some(row.id.clone()), limit: PAGE, ..ActivityQuery::default() };
        loop {
            let Some(page) = or_found!(self, self.store.activities(&query).await) else { return Ok(()) };
            for there in &page.rows {
                match told.remove(&there.id) {
                    None => wrong.push((there.id.clone(), "it is not open in its case")),
                    Some(it) if it != *there => {
                        wrong.push((there.id.clone(), "its row differs from its case"))
                    }
                    Some(_) => {}
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        wrong.extend(told.into_keys().map(|id| (id, "it is open in its case and has no row")));
        // Somebody may have written the case since it was read.
        if !wrong.is_empty() && self.revision(&row.id).await? == Some(row.revision) {
            for (id, why) in wrong {
                self.found(format!("activity {id} of case {}", row.id), why);
            }
        }
        Ok(())
    }

    async fn revision(&self, case: &str) -> Result<Option<u64>, StoreError> {
        let loading = self.store.load(&[Wanted::case(case)]).await?;
        Ok(loading.found.into_iter().next().and_then(|it| it.case).map(|it| it.revision))
    }

    /// All entries in the order of commits: each of a case that is there, and within it in order.
    async fn feed(&mut self) -> Result<(), StoreError> {
        let mut since = Position::default();
        loop {
            let Some(changed) = or_found!(self, self.store.changes(since, PAGE).await) else { return Ok(()) };
            if changed.changes.is_empty() {
                return Ok(());
            }
            if self.full() {
                self.checked.more = true;
                return Ok(());
            }
            since = changed.next;
            for change in &changed.changes {
                self.fed(&change.entry).await?;
            }
            (self.progress)(self.checked.cases, self.checked.entries);
        }
    }

    async fn fed(&mut self, entry: &EntryText) -> Result<(), StoreError> {
        let what = || format!("entry {} of case {}", entry.number, entry.case);
        let beyond = self.known.get(&entry.case).is_none_or(|(revision, _)| entry.number > *revision);
        if beyond {
            // Written since the case was looked at, or never by it.
            let revision = match self.revision(&entry.case).await? {
                Some(revision) if entry.number <= revision => revision,
                now => {
                    let why = match now {
                        None => "S4: there is no such case".to_owned(),
                        Some(revision) => format!("S1: its case is at revision {revision}"),
                    };
                    self.found(what(), why);
                    return Ok(());
                }
            };
            self.known.entry(entry.case.clone()).or_default().0 = revision;
        }
        let last = self.known.get(&entry.case).map_or(0, |(_, last)| *last);
        if entry.number <= last {
            self.found(what(), format!("S4: in the order of commits it comes after entry {last}"));
        } else if let Some(known) = self.known.get_mut(&entry.case) {
            known.1 = entry.number;
        }
        Ok(())
    }
}
