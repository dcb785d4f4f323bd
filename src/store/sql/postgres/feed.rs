//! Changes since a position; what stopped and what was refused; counters.
//!
//! An entry's position is its number in the store, from a sequence. Numbers are given before their transactions commit, so a
//! reader must not pass one whose transaction still runs. Whoever writes entries therefore first takes a shared advisory
//! lock, whose key is the next number at that moment, and holds it to the transaction's end ([`super::commit`]). A reader
//! looks, in this order, at the next number, at the keys of the locks, and at the entries below all of these: a writer whose
//! lock it did not see gets its numbers later, and so larger ones; one whose lock is gone has committed what it wrote.
//! So only transactions that write entries hold the feed up, and only from their first one on.
//!
//! Both can be seen on the server that writes only; on one that follows it this is refused.

use super::rows::{count, moment};
use super::text::{signed, texts};
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    Change, Changed, EntryText, Page, PageKey, Position, RefusedItem, StoppedEffect, StoreError,
};

/// The number below which all entries are there, or will never be. Of a key only 32 bits are shown, which is more than
/// entries are under way at once.
const SETTLED: &str = r#"
SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE least(q.next, (
    SELECT min(q.next - ((q.next - l.objid::bigint) & 4294967295)) FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'advisory' AND l.classid = 1448235601 AND l.objsubid = 2 AND l.granted
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
)) END FROM (SELECT last_value + is_called::integer AS next FROM voronka.entry_position_seq OFFSET 0) q
"#;

const CHANGES: &str = r#"
SELECT e.position, e.case_id, e.number, e.body FROM voronka.entry e
WHERE e.position > $1::bigint AND e.position < $2::bigint ORDER BY e.position LIMIT $3::bigint
"#;

pub(super) async fn changes<X: AnyExecutor>(
    conn: &X,
    since: Position,
    limit: u32,
) -> Result<Changed, StoreError> {
    let rows = conn.query(SETTLED, &[]).await?;
    let Some(settled) = rows.first().map_or(Ok(None), |row| row.maybe_int(0))? else {
        return Err(StoreError::failed(
            "changes are read from the server that writes, not from one that follows it",
        ));
    };
    // A statement of its own, whose snapshot is from after the locks were looked at.
    let params = [Param::Int(signed(since.number)), Param::Int(settled), Param::Int(i64::from(limit))];
    let change = |mut row: Row| {
        let position = Position { epoch: 0, number: count(&row, 0)? };
        let entry = EntryText { case: row.text(1)?, number: count(&row, 2)?, text: row.text(3)? };
        Ok(Change { position, entry })
    };
    let rows = conn.query(CHANGES, &params).await?;
    let changes: Vec<Change> = rows.into_iter().map(change).collect::<Result<_, StoreError>>()?;
    let next = changes.last().map_or(since, |last| last.position);
    Ok(Changed { changes, next })
}

fn key(id: &str) -> PageKey {
    PageKey { at: 0, id: id.to_owned() }
}

const STOPPED: &str = r#"
SELECT id, case_id, lane, kind, body, attempts, coalesce(error, ''), state = 'freed' FROM voronka.effect
WHERE state <> 'pending' AND id > $1::text ORDER BY id LIMIT $2::bigint
"#;

pub(super) async fn stopped<X: AnyExecutor>(
    conn: &X,
    after: &str,
    limit: u32,
) -> Result<Page<StoppedEffect>, StoreError> {
    if limit == 0 {
        return Ok(Page::default());
    }
    let effect = |mut row: Row| {
        Ok(StoppedEffect {
            id: row.text(0)?,
            case: row.text(1)?,
            lane: row.text(2)?,
            kind: row.text(3)?,
            text: row.text(4)?,
            attempts: count(&row, 5)?,
            error: row.text(6)?,
            frees: row.bool(7)?,
        })
    };
    let rows = conn.query(STOPPED, &[Param::Text(after), Param::Int(i64::from(limit) + 1)]).await?;
    let rows = rows.into_iter().map(effect).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(rows, limit, |row| key(&row.id)))
}

const REFUSED: &str = r#"
SELECT id, object, input, posted_at, coalesce(error, '') FROM voronka.inbox
WHERE state = 'refused' AND id > $1::text ORDER BY id LIMIT $2::bigint
"#;

pub(super) async fn refused<X: AnyExecutor>(
    conn: &X,
    after: &str,
    limit: u32,
) -> Result<Page<RefusedItem>, StoreError> {
    if limit == 0 {
        return Ok(Page::default());
    }
    let item = |mut row: Row| {
        Ok(RefusedItem {
            id: row.text(0)?,
            object: row.text(1)?,
            text: row.text(2)?,
            at: moment(&row, 3)?,
            error: row.text(4)?,
        })
    };
    let rows = conn.query(REFUSED, &[Param::Text(after), Param::Int(i64::from(limit) + 1)]).await?;
    let rows = rows.into_iter().map(item).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(rows, limit, |row| key(&row.id)))
}

const COUNTERS: &str = r#"
SELECT coalesce(k.value, 0) FROM unnest($1::text[]) WITH ORDINALITY AS w (name, n)
LEFT JOIN voronka.counter k ON k.name = w.name ORDER BY w.n
"#;

pub(super) async fn counters<X: AnyExecutor>(conn: &X, names: &[String]) -> Result<Vec<i64>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = conn.query(COUNTERS, &[texts(&names, |name| name)]).await?;
    rows.iter().map(|row| row.int(0)).collect()
}
