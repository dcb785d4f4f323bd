//! Writing steps, each as one (S1–S3).
//!
//! Of each commit everything that can refuse it is asked before anything of it is written: so what is refused needs no
//! savepoint, and on a borrowed transaction (S7) leaves nothing behind either.

use super::{begin, case_row, end, lease, load, signed, unsigned};
use crate::Moment;
use crate::store::sql::{AnyExecutor, Param};
use crate::store::{ActivityRow, CounterChange, KeyRow};
use crate::store::{Changes, Commit, Committed, EffectRow, Erasure, FieldRow, StoreError, TimerRow};
use std::collections::BTreeSet;

const ENTRY: &str = "INSERT INTO voronka_entry (case_id, number, at, input_id, input, actor, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";

const TIMER_PUT: &str = "INSERT INTO voronka_timer (id, case_id, at, scenario, \"trigger\", enabled) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, at = excluded.at, \
    scenario = excluded.scenario, \"trigger\" = excluded.\"trigger\", enabled = excluded.enabled, held = 0, held_by = NULL";
const TIMER_GONE: &str = "DELETE FROM voronka_timer WHERE id = ?1 AND case_id = ?2";

const ACTIVITY_PUT: &str = "INSERT INTO voronka_activity (case_id, id, kind, title, owner, role, due, yellow_from, \
    mandatory, planned_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (case_id, id) \
    DO UPDATE SET kind = excluded.kind, title = excluded.title, owner = excluded.owner, role = excluded.role, \
    due = excluded.due, yellow_from = excluded.yellow_from, mandatory = excluded.mandatory, \
    planned_at = excluded.planned_at, body = excluded.body";
const ACTIVITY_GONE: &str = "DELETE FROM voronka_activity WHERE case_id = ?1 AND id = ?2";

const FIELD_PUT: &str = "INSERT INTO voronka_field_value (case_id, field, kind, text, amount, currency, moment, find) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (case_id, field) DO UPDATE SET kind = excluded.kind, \
    text = excluded.text, amount = excluded.amount, currency = excluded.currency, moment = excluded.moment, \
    find = excluded.find";
const FIELD_GONE: &str = "DELETE FROM voronka_field_value WHERE case_id = ?1 AND field = ?2";

const KEY_PUT: &str =
    "INSERT INTO voronka_case_key (kind, key, case_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const KEY_LOST: &str = "DELETE FROM voronka_case_key WHERE kind = ?1 AND key = ?2 AND case_id = ?3";

const EFFECT: &str = "INSERT INTO voronka_effect (id, case_id, entry, nth, lane, kind, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const COUNTER: &str = "SELECT value FROM voronka_counter WHERE name = ?1";
const COUNTER_PUT: &str = "INSERT INTO voronka_counter (name, value) VALUES (?1, ?2) \
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

const ERASE_ENTRY: &str = "UPDATE voronka_entry SET body = ?3 WHERE case_id = ?1 AND number = ?2";
const ERASE_EFFECT: &str = "UPDATE voronka_effect SET body = ?2 WHERE id = ?1";

pub(super) async fn commit<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    commits: &[Commit],
) -> Result<Vec<Committed>, StoreError> {
    for commit in commits {
        commit.check()?;
    }
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    begin(conn, owns).await?;
    let done = write(conn, commits).await;
    end(conn, owns, done).await
}

async fn write<X: AnyExecutor>(conn: &X, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
    let mut done = Vec::with_capacity(commits.len());
    // What was to stand on a commit that is not written stands on nothing (S4).
    let mut refused: BTreeSet<&str> = BTreeSet::new();
    for commit in commits {
        let answer = one(conn, commit, refused.contains(commit.case.id.as_str())).await?;
        if answer != Committed::Done {
            refused.insert(&commit.case.id);
        }
        done.push(answer);
    }
    Ok(done)
}

/// What the stored case says of a commit: its revision, and which columns differ.
struct Before {
    revision: u64,
    placed_differs: bool,
    lights_differ: bool,
}

async fn one<X: AnyExecutor>(conn: &X, commit: &Commit, on_nothing: bool) -> Result<Committed, StoreError> {
    let before = before(conn, commit).await?;
    if before.revision != commit.before || on_nothing {
        return Ok(match load::answer(conn, &commit.entry.input_id).await? {
            Some(entry) => Committed::Repeated(Box::new(entry)),
            None => Committed::Conflict { revision: before.revision },
        });
    }
    if !commit.counters.is_empty() {
        if let Some(entry) = load::answer(conn, &commit.entry.input_id).await? {
            return Ok(Committed::Repeated(Box::new(entry)));
        }
        if let Some((name, value)) = other_counter(conn, &commit.counters).await? {
            return Ok(Committed::Counter { name, value });
        }
    }
    if let Some(refused) = entry(conn, commit).await? {
        return Ok(refused);
    }
    case(conn, commit, &before).await?;
    if let Some(erasure) = &commit.erasure {
        erase(conn, erasure).await?;
    }
    timers(conn, &commit.case.id, &commit.timers).await?;
    activities(conn, &commit.case.id, &commit.activities).await?;
    fields(conn, &commit.case.id, &commit.fields).await?;
    keys(conn, &commit.keys, &commit.lost_keys).await?;
    effects(conn, &commit.effects).await?;
    for CounterChange { name, to, .. } in &commit.counters {
        conn.execute(COUNTER_PUT, &[Param::Text(name), Param::Int(*to)]).await?;
    }
    for settle in &commit.settles {
        lease::settle_one(conn, settle).await?;
    }
    Ok(Committed::Done)
}

async fn before<X: AnyExecutor>(conn: &X, commit: &Commit) -> Result<Before, StoreError> {
    let case = &commit.case;
    let [id, ..] = case_row::plain(case);
    let mut params = vec![id];
    params.extend(case_row::placed(case));
    params.extend(case_row::lights(case));
    let rows = conn.query(case_row::BEFORE, &params).await?;
    match rows.first() {
        None => Ok(Before { revision: 0, placed_differs: true, lights_differ: true }),
        Some(row) => Ok(Before {
            revision: unsigned(row.int(0)?)?,
            placed_differs: !row.bool(1)?,
            lights_differ: !row.bool(2)?,
        }),
    }
}

/// The first counter whose value is another one than was read.
async fn other_counter<X: AnyExecutor>(
    conn: &X,
    counters: &[CounterChange],
) -> Result<Option<(String, i64)>, StoreError> {
    for CounterChange { name, from, .. } in counters {
        let rows = conn.query(COUNTER, &[Param::Text(name)]).await?;
        let value = rows.first().map_or(Ok(0), |row| row.int(0))?;
        if value != *from {
            return Ok(Some((name.clone(), value)));
        }
    }
    Ok(None)
}

/// Writes the entry; gives the answer where its input's id is known, and then writes nothing.
async fn entry<X: AnyExecutor>(conn: &X, commit: &Commit) -> Result<Option<Committed>, StoreError> {
    let entry = &commit.entry;
    let params = [
        Param::Text(&entry.case),
        Param::Int(signed(entry.number)),
        Param::Int(entry.at.millis()),
        Param::Text(&entry.input_id),
        Param::Text(&entry.input),
        Param::Text(&entry.actor),
        Param::Text(&entry.text),
    ];
    if conn.execute(ENTRY, &params).await? == 1 {
        return Ok(None);
    }
    match load::answer(conn, &entry.input_id).await? {
        Some(answer) => Ok(Some(Committed::Repeated(Box::new(answer)))),
        None => Err(StoreError::damaged(
            format!("entry {} of case {}", entry.number, entry.case),
            format!("S4: it is there already, though the case is at revision {}", commit.before),
        )),
    }
}

async fn case<X: AnyExecutor>(conn: &X, commit: &Commit, before: &Before) -> Result<(), StoreError> {
    let case = &commit.case;
    let mut params = Vec::with_capacity(26);
    params.extend(case_row::plain(case));
    let sql = if before.placed_differs {
        params.extend(case_row::lights(case));
        params.extend(case_row::placed(case));
        if before.revision == 0 { case_row::INSERT } else { case_row::UPDATE_ALL }
    } else if before.lights_differ {
        params.extend(case_row::lights(case));
        case_row::UPDATE_LIGHTS
    } else {
        case_row::UPDATE_PLAIN
    };
    match conn.execute(sql, &params).await? {
        1 => Ok(()),
        rows => Err(StoreError::failed(format!("case {}: {rows} rows were written, not one", case.id))),
    }
}

async fn erase<X: AnyExecutor>(conn: &X, erasure: &Erasure) -> Result<(), StoreError> {
    for entry in &erasure.entries {
        let params = [Param::Text(&entry.case), Param::Int(signed(entry.number)), Param::Text(&entry.text)];
        conn.execute(ERASE_ENTRY, &params).await?;
    }
    for effect in &erasure.effects {
        conn.execute(ERASE_EFFECT, &[Param::Text(&effect.id), Param::Text(&effect.text)]).await?;
    }
    Ok(())
}

async fn timers<X: AnyExecutor>(conn: &X, case: &str, changes: &Changes<TimerRow>) -> Result<(), StoreError> {
    for id in &changes.gone {
        conn.execute(TIMER_GONE, &[Param::Text(id), Param::Text(case)]).await?;
    }
    for timer in &changes.put {
        let params = [
            Param::Text(&timer.id),
            Param::Text(&timer.case),
            Param::Int(timer.at.millis()),
            Param::Text(&timer.scenario),
            Param::maybe(timer.trigger.as_deref()),
            Param::Bool(timer.enabled),
        ];
        conn.execute(TIMER_PUT, &params).await?;
    }
    Ok(())
}

async fn activities<X: AnyExecutor>(
    conn: &X,
    case: &str,
    changes: &Changes<ActivityRow>,
) -> Result<(), StoreError> {
    for id in &changes.gone {
        conn.execute(ACTIVITY_GONE, &[Param::Text(case), Param::Text(id)]).await?;
    }
    for it in &changes.put {
        let params = [
            Param::Text(&it.case),
            Param::Text(&it.id),
            Param::Text(&it.kind),
            Param::Text(&it.title),
            Param::maybe(it.owner.as_deref()),
            Param::maybe(it.role.as_deref()),
            Param::maybe_int(it.due.map(Moment::millis)),
            Param::maybe_int(it.yellow_from.map(Moment::millis)),
            Param::Bool(it.mandatory),
            Param::Int(it.planned_at.millis()),
            Param::Text(&it.text),
        ];
        conn.execute(ACTIVITY_PUT, &params).await?;
    }
    Ok(())
}

async fn fields<X: AnyExecutor>(conn: &X, case: &str, changes: &Changes<FieldRow>) -> Result<(), StoreError> {
    for field in &changes.gone {
        conn.execute(FIELD_GONE, &[Param::Text(case), Param::Text(field)]).await?;
    }
    for it in &changes.put {
        let (amount, currency) = case_row::money(it.amount.as_ref());
        let params = [
            Param::Text(&it.case),
            Param::Text(&it.field),
            Param::Text(it.kind.name()),
            Param::Text(&it.text),
            amount,
            currency,
            Param::maybe_int(it.moment.map(Moment::millis)),
            Param::Bool(it.find),
        ];
        conn.execute(FIELD_PUT, &params).await?;
    }
    Ok(())
}

async fn keys<X: AnyExecutor>(conn: &X, put: &[KeyRow], lost: &[KeyRow]) -> Result<(), StoreError> {
    for (sql, rows) in [(KEY_LOST, lost), (KEY_PUT, put)] {
        for it in rows {
            let params = [Param::Text(it.kind.name()), Param::Text(&it.key), Param::Text(&it.case)];
            conn.execute(sql, &params).await?;
        }
    }
    Ok(())
}

async fn effects<X: AnyExecutor>(conn: &X, effects: &[EffectRow]) -> Result<(), StoreError> {
    // Numbered as they come in, so that the order of lanes is the order of numbers (S5).
    let mut ordered: Vec<&EffectRow> = effects.iter().collect();
    ordered.sort_by_key(|it| (it.entry, it.nth));
    for it in ordered {
        let params = [
            Param::Text(&it.id),
            Param::Text(&it.case),
            Param::Int(signed(it.entry)),
            Param::Int(i64::from(it.nth)),
            Param::Text(&it.lane),
            Param::Text(&it.kind),
            Param::Text(&it.text),
        ];
        conn.execute(EFFECT, &params).await?;
    }
    Ok(())
}
