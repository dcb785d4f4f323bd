//! Steps: writing them, loading what they need, the journal, and what changed (S1–S4, S11, S12).

use super::tables::{
    ACTIVITIES, AGENDA, CASES, CHANGES, COUNTERS, ENTRIES, FIELDS, FOUND_BY, Fault, INPUTS, KEYS, PLACES,
    Read, json, row,
};
use super::{effects, inbox, kept, lists, timers};
use redb::{ReadableTable, WriteTransaction};
use voronka::store::{
    ActivityQuery, ActivityRow, CaseRow, CaseText, Change, Changed, Commit, Committed, EntryRow, EntryText,
    FieldRow, Loaded, Loading, Position, Settle, StoreError, Wanted,
};

pub fn commit(tx: &WriteTransaction, commits: &[Commit]) -> Result<Vec<Committed>, Fault> {
    for commit in commits {
        commit.check()?;
    }
    let one = |commit: &Commit| match refusal(tx, commit)? {
        Some(refusal) => Ok(refusal),
        None => write(tx, commit).map(|()| Committed::Done),
    };
    commits.iter().map(one).collect()
}

/// What speaks against a commit, in the order of the contract. Nothing is written before it is asked.
fn refusal(tx: &WriteTransaction, commit: &Commit) -> Result<Option<Committed>, Fault> {
    if let Some(answer) = answer(tx, &commit.entry.input_id)? {
        return Ok(Some(Committed::Repeated(Box::new(answer))));
    }
    let stored: Option<CaseRow> = row(&tx.table(CASES)?, commit.case.id.as_str())?;
    let revision = stored.map_or(0, |it| it.revision);
    if revision != commit.before {
        return Ok(Some(Committed::Conflict { revision }));
    }
    let counters = tx.table(COUNTERS)?;
    for (nth, change) in commit.counters.iter().enumerate() {
        // Changes of one counter in one commit stand on each other.
        let earlier = commit.counters.iter().take(nth).rfind(|it| it.name == change.name);
        let value = match earlier {
            Some(earlier) => earlier.to,
            None => counters.get(change.name.as_str())?.map_or(0, |it| it.value()),
        };
        if value != change.from {
            return Ok(Some(Committed::Counter { name: change.name.clone(), value }));
        }
    }
    Ok(None)
}

/// Writes a commit that nothing speaks against.
fn write(tx: &WriteTransaction, commit: &Commit) -> Result<(), Fault> {
    put_case(tx, &commit.case)?;
    put_entry(tx, &commit.entry)?;
    let case = commit.case.id.as_str();
    for id in &commit.timers.gone {
        timers::remove(tx, id, Some(case))?;
    }
    for timer in &commit.timers.put {
        timers::put(tx, timer)?;
    }
    for id in &commit.activities.gone {
        remove_activity(tx, case, id)?;
    }
    for activity in &commit.activities.put {
        put_activity(tx, activity)?;
    }
    for name in &commit.fields.gone {
        remove_field(tx, case, name)?;
    }
    for field in &commit.fields.put {
        put_field(tx, field)?;
    }
    let mut keys = tx.open_table(KEYS)?;
    for key in &commit.lost_keys {
        keys.remove((key.kind.name(), key.key.as_str(), key.case.as_str()))?;
    }
    for key in &commit.keys {
        keys.insert((key.kind.name(), key.key.as_str(), key.case.as_str()), ())?;
    }
    drop(keys);
    let mut counters = tx.open_table(COUNTERS)?;
    for counter in &commit.counters {
        counters.insert(counter.name.as_str(), counter.to)?;
    }
    drop(counters);
    effects::put(tx, &commit.effects)?;
    for it in &commit.settles {
        settle(tx, it)?;
    }
    if let Some(erasure) = &commit.erasure {
        replace_entries(tx, case, &erasure.entries)?;
        effects::replace(tx, &erasure.effects)?;
    }
    Ok(())
}

fn put_case(tx: &WriteTransaction, case: &CaseRow) -> Result<(), Fault> {
    let mut cases = tx.open_table(CASES)?;
    let mut places = tx.open_table(PLACES)?;
    if let Some(was) = row::<_, CaseRow>(&cases, case.id.as_str())? {
        for (order, at) in lists::places(&was) {
            places.remove((order, at, was.id.as_str()))?;
        }
    }
    for (order, at) in lists::places(case) {
        places.insert((order, at, case.id.as_str()), ())?;
    }
    cases.insert(case.id.as_str(), json(case)?.as_str())?;
    Ok(())
}

fn put_entry(tx: &WriteTransaction, entry: &EntryRow) -> Result<(), Fault> {
    let key = (entry.case.as_str(), entry.number);
    tx.open_table(ENTRIES)?.insert(key, json(entry)?.as_str())?;
    tx.open_table(INPUTS)?.insert(entry.input_id.as_str(), key)?;
    let mut changes = tx.open_table(CHANGES)?;
    // redb writes one transaction after the other, so that positions are committed in their order.
    let position = changes.last()?.map_or(0, |(last, _)| last.value()) + 1;
    changes.insert(position, key)?;
    Ok(())
}

/// Other bytes for entries that are there; all else of them stays (S12).
fn replace_entries(tx: &WriteTransaction, case: &str, anew: &[EntryRow]) -> Result<(), Fault> {
    let mut entries = tx.open_table(ENTRIES)?;
    for anew in anew {
        let key = (case, anew.number);
        let Some(entry) = row::<_, EntryRow>(&entries, key)? else { continue };
        entries.insert(key, json(&EntryRow { text: anew.text.clone(), ..entry })?.as_str())?;
    }
    Ok(())
}

fn remove_activity(tx: &WriteTransaction, case: &str, id: &str) -> Result<(), Fault> {
    let mut activities = tx.open_table(ACTIVITIES)?;
    if let Some(was) = row::<_, ActivityRow>(&activities, (case, id))? {
        tx.open_table(AGENDA)?.remove((ActivityQuery::key(&was).at, id, case))?;
        activities.remove((case, id))?;
    }
    Ok(())
}

fn put_activity(tx: &WriteTransaction, activity: &ActivityRow) -> Result<(), Fault> {
    let (case, id) = (activity.case.as_str(), activity.id.as_str());
    remove_activity(tx, case, id)?;
    tx.open_table(AGENDA)?.insert((ActivityQuery::key(activity).at, id, case), ())?;
    tx.open_table(ACTIVITIES)?.insert((case, id), json(activity)?.as_str())?;
    Ok(())
}

fn remove_field(tx: &WriteTransaction, case: &str, name: &str) -> Result<(), Fault> {
    let mut fields = tx.open_table(FIELDS)?;
    if let Some(was) = row::<_, FieldRow>(&fields, (case, name))? {
        tx.open_table(FOUND_BY)?.remove((name, was.text.as_str(), case))?;
        fields.remove((case, name))?;
    }
    Ok(())
}

fn put_field(tx: &WriteTransaction, field: &FieldRow) -> Result<(), Fault> {
    let (case, name) = (field.case.as_str(), field.field.as_str());
    remove_field(tx, case, name)?;
    if field.find {
        tx.open_table(FOUND_BY)?.insert((name, field.text.as_str(), case), ())?;
    }
    tx.open_table(FIELDS)?.insert((case, name), json(field)?.as_str())?;
    Ok(())
}

pub fn settle(tx: &WriteTransaction, settle: &Settle) -> Result<bool, Fault> {
    match settle {
        Settle::TimerGone { id } => timers::remove(tx, id, None),
        Settle::TimerLater { id, by, at } => timers::later(tx, id, by, *at),
        Settle::EffectDone { .. }
        | Settle::EffectLater { .. }
        | Settle::EffectBack { .. }
        | Settle::EffectGivenUp { .. }
        | Settle::EffectAgain { .. }
        | Settle::EffectDropped { .. } => effects::settle(tx, settle),
        Settle::InboxDone { .. }
        | Settle::InboxLater { .. }
        | Settle::InboxRefused { .. }
        | Settle::InboxAgain { .. }
        | Settle::InboxDropped { .. } => inbox::settle(tx, settle),
        _ => Err(StoreError::Failed { why: format!("this store does not know {settle:?}") }.into()),
    }
}

pub fn load<R: Read>(tx: &R, wanted: &[Wanted]) -> Result<Loading, Fault> {
    let one = |wanted: &Wanted| {
        let case: Option<CaseRow> = row(&tx.table(CASES)?, wanted.case.as_str())?;
        Ok(Loaded {
            answer: wanted.input_id.as_deref().map_or(Ok(None), |id| answer(tx, id))?,
            switches: match &case {
                Some(case) => kept::switches(tx, &case.scenario)?,
                None => Vec::new(),
            },
            case: case.map(|it| CaseText { id: it.id, revision: it.revision, text: it.text }),
        })
    };
    // One file, one process: there is no clock that hosts share (S10).
    Ok(Loading { clock: None, found: wanted.iter().map(one).collect::<Result<_, Fault>>()? })
}

/// The entry of an input's id, whichever case it is of (S3).
fn answer<R: Read>(tx: &R, input_id: &str) -> Result<Option<EntryText>, Fault> {
    let inputs = tx.table(INPUTS)?;
    let Some(key) = inputs.get(input_id)? else { return Ok(None) };
    entry(&tx.table(ENTRIES)?, key.value()).map(Some)
}

fn missing(case: &str, number: u64) -> Fault {
    let why = "S4: it is not there".to_owned();
    StoreError::Damaged { what: format!("entry {number} of case {case}"), why }.into()
}

fn entry(
    entries: &impl ReadableTable<(&'static str, u64), &'static str>,
    (case, number): (&str, u64),
) -> Result<EntryText, Fault> {
    let found = row::<_, EntryRow>(entries, (case, number))?.ok_or_else(|| missing(case, number))?;
    Ok(EntryText { case: found.case, number, text: found.text })
}

/// A number that is missing, also at the end, is an error: the case says how many there must be.
pub fn journal<R: Read>(tx: &R, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, Fault> {
    let stored: Option<CaseRow> = row(&tx.table(CASES)?, case)?;
    let revision = stored.map_or(0, |it| it.revision);
    let entries = tx.table(ENTRIES)?;
    (from.max(1)..=revision).take(limit as usize).map(|number| entry(&entries, (case, number))).collect()
}

pub fn changes<R: Read>(tx: &R, since: Position, limit: u32) -> Result<Changed, Fault> {
    let (log, entries) = (tx.table(CHANGES)?, tx.table(ENTRIES)?);
    let mut changed = Changed { changes: Vec::new(), next: since };
    for found in log.range(since.number.saturating_add(1)..)?.take(limit as usize) {
        let (number, key) = found?;
        changed.next = Position { epoch: 0, number: number.value() };
        changed.changes.push(Change { position: changed.next, entry: entry(&entries, key.value())? });
    }
    Ok(changed)
}

pub fn counters<R: Read>(tx: &R, names: &[String]) -> Result<Vec<i64>, Fault> {
    let counters = tx.table(COUNTERS)?;
    names.iter().map(|it| Ok(counters.get(it.as_str())?.map_or(0, |it| it.value()))).collect()
}
