//! Effects: in order within case and lane, handed out, put off, given up (S5).

use super::tables::{EFFECT_IDS, EFFECTS, Fault, Held, Read, STOPPED, json, parsed, row};
use redb::{ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};
use std::ops::Bound;
use voronka::store::{DueEffect, EffectRow, LeaseRequest, Page, PageKey, Settle, StoppedEffect, StoreError};

#[derive(Serialize, Deserialize, PartialEq)]
enum State {
    Pending,
    /// Given up: it holds its lane.
    Stopped,
    /// Given up: its lane goes on without it.
    Freed,
}

#[derive(Serialize, Deserialize)]
struct Effect {
    row: EffectRow,
    state: State,
    held: Held,
}

fn key(row: &EffectRow) -> (&str, &str, u64, u32) {
    (&row.case, &row.lane, row.entry, row.nth)
}

pub fn put(tx: &WriteTransaction, rows: &[EffectRow]) -> Result<(), Fault> {
    let (mut effects, mut ids) = (tx.open_table(EFFECTS)?, tx.open_table(EFFECT_IDS)?);
    for row in rows {
        let effect = Effect { row: row.clone(), state: State::Pending, held: Held::free() };
        effects.insert(key(row), json(&effect)?.as_str())?;
        ids.insert(row.id.as_str(), key(row))?;
    }
    Ok(())
}

fn find<R: Read>(tx: &R, id: &str) -> Result<Option<Effect>, Fault> {
    let (ids, effects) = (tx.table(EFFECT_IDS)?, tx.table(EFFECTS)?);
    ids.get(id)?.map_or(Ok(None), |key| row(&effects, key.value()))
}

/// Changes one that is as it must be for that, and says whether it was.
fn change(tx: &WriteTransaction, id: &str, change: impl FnOnce(&mut Effect) -> bool) -> Result<bool, Fault> {
    let Some(mut effect) = find(tx, id)? else { return Ok(false) };
    if !change(&mut effect) {
        return Ok(false);
    }
    tx.open_table(EFFECTS)?.insert(key(&effect.row), json(&effect)?.as_str())?;
    let mut stopped = tx.open_table(STOPPED)?;
    if effect.state == State::Pending {
        stopped.remove(id)?;
    } else {
        stopped.insert(id, ())?;
    }
    Ok(true)
}

fn remove(tx: &WriteTransaction, id: &str, fits: impl FnOnce(&Effect) -> bool) -> Result<bool, Fault> {
    let Some(effect) = find(tx, id)?.filter(fits) else { return Ok(false) };
    tx.open_table(EFFECTS)?.remove(key(&effect.row))?;
    tx.open_table(EFFECT_IDS)?.remove(id)?;
    tx.open_table(STOPPED)?.remove(id)?;
    Ok(true)
}

/// Other bytes for those that are still there (S12).
pub fn replace(tx: &WriteTransaction, rows: &[EffectRow]) -> Result<(), Fault> {
    for anew in rows {
        change(tx, &anew.id, |it| {
            it.row.text.clone_from(&anew.text);
            true
        })?;
    }
    Ok(())
}

pub fn settle(tx: &WriteTransaction, settle: &Settle) -> Result<bool, Fault> {
    match settle {
        Settle::EffectDone { id } => remove(tx, id, |_| true),
        Settle::EffectDropped { id } => remove(tx, id, |it| it.state != State::Pending),
        Settle::EffectLater { id, by, at, error } => change(tx, id, |it| {
            let holds = it.held.is_of(by);
            if holds {
                it.held.put_off(*at, error);
            }
            holds
        }),
        Settle::EffectBack { id, by } => change(tx, id, |it| {
            let holds = it.held.is_of(by);
            if holds {
                let attempts = it.held.attempts.saturating_sub(1);
                it.held = Held { attempts, error: std::mem::take(&mut it.held.error), ..Held::free() };
            }
            holds
        }),
        Settle::EffectGivenUp { id, by, error, frees } => change(tx, id, |it| {
            let holds = it.held.is_of(by);
            if holds {
                (it.held.by, it.held.error) = (None, error.clone());
                it.state = if *frees { State::Freed } else { State::Stopped };
            }
            holds
        }),
        Settle::EffectAgain { id } => change(tx, id, |it| {
            let holds = it.state != State::Pending;
            if holds {
                (it.state, it.held) = (State::Pending, Held::free());
            }
            holds
        }),
        _ => Ok(false),
    }
}

/// Lane by lane, since the key sorts by case, lane and place.
pub fn lease(tx: &WriteTransaction, request: &LeaseRequest) -> Result<Vec<DueEffect>, Fault> {
    let mut effects = tx.open_table(EFFECTS)?;
    let mut due = Vec::new();
    let mut last: Option<(String, String)> = None;
    while due.len() < request.limit as usize {
        let (case, lane) = {
            let after = last.as_ref().map_or(Bound::Unbounded, |(case, lane)| {
                Bound::Excluded((case.as_str(), lane.as_str(), u64::MAX, u32::MAX))
            });
            let Some(first) = effects.range((after, Bound::Unbounded))?.next() else { break };
            let first = first?.0;
            let (case, lane, ..) = first.value();
            (case.to_owned(), lane.to_owned())
        };
        let mut taken = Vec::new();
        let of_lane =
            (case.as_str(), lane.as_str(), 0, 0)..=(case.as_str(), lane.as_str(), u64::MAX, u32::MAX);
        for found in effects.range(of_lane)? {
            let effect: Effect = parsed(found?.1.value())?;
            match effect.state {
                // Listed, but in nobody's way.
                State::Freed => {}
                State::Pending if effect.held.is_free(request.now) => taken.push(effect),
                State::Pending | State::Stopped => break,
            }
            if due.len() + taken.len() >= request.limit as usize {
                break;
            }
        }
        for mut effect in taken {
            effect.held.take(request);
            effects.insert(key(&effect.row), json(&effect)?.as_str())?;
            let EffectRow { id, case, lane, kind, text, .. } = effect.row;
            due.push(DueEffect { id, case, lane, kind, text, attempt: effect.held.attempts });
        }
        last = Some((case, lane));
    }
    Ok(due)
}

pub fn stopped<R: Read>(tx: &R, after: &str, limit: u32) -> Result<Page<StoppedEffect>, Fault> {
    let from = if after.is_empty() { Bound::Unbounded } else { Bound::Excluded(after) };
    let mut rows = Vec::new();
    for found in tx.table(STOPPED)?.range::<&str>((from, Bound::Unbounded))?.take(limit as usize + 1) {
        let id = found?.0;
        let lost = || StoreError::Damaged {
            what: format!("effect {}", id.value()),
            why: "it has no row".to_owned(),
        };
        let Effect { row, state, held } = find(tx, id.value())?.ok_or_else(lost)?;
        rows.push(StoppedEffect {
            id: row.id,
            case: row.case,
            lane: row.lane,
            kind: row.kind,
            text: row.text,
            attempts: held.attempts,
            error: held.error,
            frees: state == State::Freed,
        });
    }
    Ok(Page::cut(rows, limit, |row| PageKey { at: 0, id: row.id.clone() }))
}
