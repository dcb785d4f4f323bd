//! Cases with their journals, activities, fields, keys and the intake's counters; the commit (S1–S4, S11, S12).

use super::Data;
use crate::Moment;
use crate::store::{
    ActivityRow, CaseRow, CaseText, Commit, Committed, CounterChange, EntryRow, EntryText, FieldRow, KeyKind,
    Loaded, Loading, StoreError, Wanted,
};
use std::collections::{BTreeMap, BTreeSet};

/// Cases by what lists are ordered by: all of them, or those of one responsible.
#[derive(Clone, Default)]
pub(super) struct Orders {
    pub ids: BTreeSet<String>,
    /// Open ones by when they turn red.
    pub red: BTreeSet<(Moment, String)>,
    /// Open ones by when they turn yellow.
    pub yellow: BTreeSet<(Moment, String)>,
    pub opened: BTreeSet<(Moment, String)>,
    pub closed: BTreeSet<(Moment, String)>,
}

impl Orders {
    fn insert(&mut self, row: &CaseRow) {
        let place = |moment: Moment| (moment, row.id.clone());
        self.ids.insert(row.id.clone());
        self.opened.insert(place(row.opened_at));
        match row.closed_at {
            Some(at) => {
                self.closed.insert(place(at));
            }
            None => {
                self.red.extend(row.red_from.map(place));
                self.yellow.extend(row.yellow_from.map(place));
            }
        }
    }

    fn remove(&mut self, row: &CaseRow) {
        let place = |moment: Moment| (moment, row.id.clone());
        self.ids.remove(&row.id);
        self.opened.remove(&place(row.opened_at));
        if let Some(at) = row.closed_at {
            self.closed.remove(&place(at));
        }
        if let Some(at) = row.red_from {
            self.red.remove(&place(at));
        }
        if let Some(at) = row.yellow_from {
            self.yellow.remove(&place(at));
        }
    }
}

/// The due moment (none last), the id and the case of an activity.
pub(super) type ActivityPlace = (i64, String, String);

/// Open activities by what agendas ask for.
#[derive(Clone, Default)]
pub(super) struct Activities {
    /// By case and id.
    pub rows: BTreeMap<(String, String), ActivityRow>,
    pub all: BTreeSet<ActivityPlace>,
    pub of_owner: BTreeMap<String, BTreeSet<ActivityPlace>>,
    /// Those that nobody has.
    pub of_role: BTreeMap<String, BTreeSet<ActivityPlace>>,
}

impl Activities {
    fn place(row: &ActivityRow) -> ActivityPlace {
        (row.due.map_or(i64::MAX, Moment::millis), row.id.clone(), row.case.clone())
    }

    fn put(&mut self, row: &ActivityRow) {
        self.remove(&row.case, &row.id);
        let place = Self::place(row);
        match (&row.owner, &row.role) {
            (Some(owner), _) => {
                self.of_owner.entry(owner.clone()).or_default().insert(place.clone());
            }
            (None, Some(role)) => {
                self.of_role.entry(role.clone()).or_default().insert(place.clone());
            }
            (None, None) => {}
        }
        self.all.insert(place);
        self.rows.insert((row.case.clone(), row.id.clone()), row.clone());
    }

    fn remove(&mut self, case: &str, id: &str) {
        let Some(row) = self.rows.remove(&(case.to_owned(), id.to_owned())) else { return };
        let place = Self::place(&row);
        for (whose, map) in [(&row.owner, &mut self.of_owner), (&row.role, &mut self.of_role)] {
            if let Some(places) = whose.as_ref().and_then(|it| map.get_mut(it)) {
                places.remove(&place);
            }
        }
        self.all.remove(&place);
    }

    /// The open activities of a case.
    pub fn of_case<'a>(&'a self, case: &'a str) -> impl Iterator<Item = &'a ActivityRow> {
        let from = (case.to_owned(), String::new());
        self.rows.range(from..).take_while(move |((of, _), _)| of == case).map(|(_, row)| row)
    }
}

/// Cases and all that is theirs.
#[derive(Clone, Default)]
pub(super) struct Cases {
    pub rows: BTreeMap<String, CaseRow>,
    pub all: Orders,
    pub of_responsible: BTreeMap<String, Orders>,
    /// Open ones by scenario and stage.
    pub on_stage: BTreeMap<(String, String), BTreeSet<String>>,
    pub children: BTreeMap<String, BTreeSet<String>>,
    pub entries: BTreeMap<String, BTreeMap<u64, EntryRow>>,
    /// Which entry answered an input: its case and number.
    inputs: BTreeMap<String, (String, u64)>,
    /// The entries in the order of commits.
    pub log: Vec<(String, u64)>,
    pub activities: Activities,
    pub fields: BTreeMap<(String, String), FieldRow>,
    /// Cases by field and text, of fields that are found by.
    pub by_field: BTreeMap<(String, String), BTreeSet<String>>,
    pub by_key: BTreeMap<(KeyKind, String), BTreeSet<String>>,
    counters: BTreeMap<String, i64>,
}

pub(super) fn entry_text(row: &EntryRow) -> EntryText {
    EntryText { case: row.case.clone(), number: row.number, text: row.text.clone() }
}

/// Takes a case out of a set that goes with its last one.
fn leave<K: Ord>(map: &mut BTreeMap<K, BTreeSet<String>>, key: &K, case: &str) {
    if let Some(cases) = map.get_mut(key) {
        cases.remove(case);
        if cases.is_empty() {
            map.remove(key);
        }
    }
}

impl Cases {
    fn put_row(&mut self, row: &CaseRow) {
        if let Some(was) = self.rows.remove(&row.id) {
            self.all.remove(&was);
            if let Some(orders) = was.responsible.as_ref().and_then(|it| self.of_responsible.get_mut(it)) {
                orders.remove(&was);
            }
            leave(&mut self.on_stage, &(was.scenario.clone(), was.stage.clone()), &was.id);
            if let Some(parent) = &was.parent {
                leave(&mut self.children, parent, &was.id);
            }
        }
        self.all.insert(row);
        if let Some(responsible) = &row.responsible {
            self.of_responsible.entry(responsible.clone()).or_default().insert(row);
        }
        if row.closed_at.is_none() {
            let stage = (row.scenario.clone(), row.stage.clone());
            self.on_stage.entry(stage).or_default().insert(row.id.clone());
        }
        if let Some(parent) = &row.parent {
            self.children.entry(parent.clone()).or_default().insert(row.id.clone());
        }
        self.rows.insert(row.id.clone(), row.clone());
    }

    fn put_entry(&mut self, row: &EntryRow) {
        self.inputs.insert(row.input_id.clone(), (row.case.clone(), row.number));
        self.log.push((row.case.clone(), row.number));
        self.entries.entry(row.case.clone()).or_default().insert(row.number, row.clone());
    }

    fn remove_field(&mut self, case: &str, field: &str) {
        if let Some(was) = self.fields.remove(&(case.to_owned(), field.to_owned())) {
            leave(&mut self.by_field, &(was.field, was.text), case);
        }
    }

    fn put_field(&mut self, row: &FieldRow) {
        self.remove_field(&row.case, &row.field);
        if row.find {
            let key = (row.field.clone(), row.text.clone());
            self.by_field.entry(key).or_default().insert(row.case.clone());
        }
        self.fields.insert((row.case.clone(), row.field.clone()), row.clone());
    }

    fn answer(&self, input_id: &str) -> Option<EntryText> {
        let (case, number) = self.inputs.get(input_id)?;
        self.entries.get(case)?.get(number).map(entry_text)
    }

    /// The first counter that is not as it was read; a commit's own changes stand on each other.
    fn other_counter(&self, changes: &[CounterChange]) -> Option<Committed> {
        let mut now: BTreeMap<&str, i64> = BTreeMap::new();
        for change in changes {
            let stored = || self.counters.get(&change.name).copied().unwrap_or_default();
            let value = now.get(change.name.as_str()).copied().unwrap_or_else(stored);
            if value != change.from {
                return Some(Committed::Counter { name: change.name.clone(), value });
            }
            now.insert(&change.name, change.to);
        }
        None
    }

    /// Why a commit cannot be written, in the order of the contract.
    fn conflict(&self, id: &str) -> Committed {
        Committed::Conflict { revision: self.rows.get(id).map_or(0, |row| row.revision) }
    }

    fn refusal(&self, commit: &Commit) -> Option<Committed> {
        if let Some(answer) = self.answer(&commit.entry.input_id) {
            return Some(Committed::Repeated(Box::new(answer)));
        }
        let revision = self.rows.get(&commit.case.id).map_or(0, |row| row.revision);
        if revision != commit.before {
            return Some(Committed::Conflict { revision });
        }
        self.other_counter(&commit.counters)
    }

    /// Entries from a number on; a hole, or a journal that ends before the case does, is an error (S4).
    pub fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, StoreError> {
        let revision = self.rows.get(case).map_or(0, |row| row.revision);
        let from = from.max(1);
        let mut wanted = from;
        let mut texts = Vec::new();
        let mut rows = self.entries.get(case).into_iter().flat_map(|rows| rows.range(from..));
        while texts.len() < limit as usize {
            let found = rows.next().map(|(_, row)| row);
            match found {
                Some(row) if row.number == wanted => texts.push(entry_text(row)),
                None if wanted > revision => break,
                _ => {
                    let why = format!("S4: entry {wanted} is not there");
                    return Err(StoreError::damaged(format!("the journal of case {case}"), why));
                }
            }
            wanted = wanted.saturating_add(1);
        }
        Ok(texts)
    }

    /// The cases that an object of the inbox concerns (S8).
    pub fn linked(&self, object: &str) -> BTreeSet<String> {
        let mut cases = BTreeSet::new();
        if self.rows.contains_key(object) {
            cases.insert(object.to_owned());
        }
        for kind in [KeyKind::External, KeyKind::Document] {
            let found = self.by_key.get(&(kind, object.to_owned()));
            cases.extend(found.into_iter().flatten().cloned());
        }
        cases
    }

    pub fn counters(&self, names: &[String]) -> Vec<i64> {
        names.iter().map(|name| self.counters.get(name).copied().unwrap_or_default()).collect()
    }
}

impl Data {
    pub(super) fn load(&self, wanted: &[Wanted], clock: Option<Moment>) -> Loading {
        let loaded = |wanted: &Wanted| {
            let row = self.cases.rows.get(&wanted.case);
            Loaded {
                case: row.map(|row| CaseText {
                    id: row.id.clone(),
                    revision: row.revision,
                    text: row.text.clone(),
                }),
                answer: wanted.input_id.as_deref().and_then(|id| self.cases.answer(id)),
                switches: row.map(|row| self.kept.switches(&row.scenario)).unwrap_or_default(),
            }
        };
        Loading { clock, found: wanted.iter().map(loaded).collect() }
    }

    pub(super) fn commit<'c>(&mut self, commits: &'c [Commit]) -> Result<Vec<Committed>, StoreError> {
        for commit in commits {
            commit.check()?;
        }
        let mut refused: BTreeSet<&str> = BTreeSet::new();
        let one = |commit: &'c Commit| {
            let id = commit.case.id.as_str();
            let stands_on_nothing = || refused.contains(id).then(|| self.cases.conflict(id));
            if let Some(refusal) = self.cases.refusal(commit).or_else(stands_on_nothing) {
                refused.insert(id);
                return refusal;
            }
            self.generation += 1;
            self.write(commit);
            Committed::Done
        };
        Ok(commits.iter().map(one).collect())
    }

    /// Writes a commit that nothing speaks against. Nothing in here can fail half way (S1).
    fn write(&mut self, commit: &Commit) {
        let (cases, id) = (&mut self.cases, &commit.case.id);
        cases.put_row(&commit.case);
        cases.put_entry(&commit.entry);
        for gone in &commit.timers.gone {
            self.timers.remove_of(id, gone);
        }
        for timer in &commit.timers.put {
            self.timers.put(timer);
        }
        for gone in &commit.activities.gone {
            cases.activities.remove(id, gone);
        }
        for activity in &commit.activities.put {
            cases.activities.put(activity);
        }
        for gone in &commit.fields.gone {
            cases.remove_field(id, gone);
        }
        for field in &commit.fields.put {
            cases.put_field(field);
        }
        for key in &commit.lost_keys {
            leave(&mut cases.by_key, &(key.kind, key.key.clone()), &key.case);
        }
        for key in &commit.keys {
            cases.by_key.entry((key.kind, key.key.clone())).or_default().insert(key.case.clone());
        }
        for counter in &commit.counters {
            cases.counters.insert(counter.name.clone(), counter.to);
        }
        if let Some(erasure) = &commit.erasure {
            if let Some(journal) = cases.entries.get_mut(id) {
                for entry in &erasure.entries {
                    if let Some(row) = journal.get_mut(&entry.number) {
                        row.text.clone_from(&entry.text);
                    }
                }
            }
            self.effects.replace_texts(&erasure.effects);
        }
        self.effects.put(&commit.effects);
        for settle in &commit.settles {
            self.settle_one(settle);
        }
    }
}
