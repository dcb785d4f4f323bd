//! Changes since a position; what stopped and what was refused; counters.
//!
//! An entry's position is `(epoch, seq)`. Its epoch is the number of the transaction that wrote it, or that of the case's
//! entry before it if that is larger (a transaction can begin early and write late). A reader gets only entries whose epoch
//! is smaller than the number of every transaction that still runs (`pg_snapshot_xmin`): whoever writes later has a
//! larger one, so nothing can appear before a place that a reader has passed. A transaction of any database of the server
//! that wrote something and stays open holds the feed up, and nothing else does.

use super::rows::{count, moment};
use super::text::{signed, texts};
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    Change, Changed, EntryText, Page, PageKey, Position, RefusedItem, StoppedEffect, StoreError,
};

const CHANGES: &str = r#"
SELECT epoch, seq, case_id, number, body FROM voronka.entry
WHERE (epoch, seq) > ($1::bigint, $2::bigint)
  AND epoch < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
ORDER BY epoch, seq LIMIT $3::bigint
"#;

pub(super) async fn changes<X: AnyExecutor>(
    conn: &X,
    since: Position,
    limit: u32,
) -> Result<Changed, StoreError> {
    let params =
        [Param::Int(signed(since.epoch)), Param::Int(signed(since.number)), Param::Int(i64::from(limit))];
    let change = |mut row: Row| {
        let position = Position { epoch: count(&row, 0)?, number: count(&row, 1)? };
        let entry = EntryText { case: row.text(2)?, number: count(&row, 3)?, text: row.text(4)? };
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
