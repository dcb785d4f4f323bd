//! The inbox: posting, handing out in order per case, and what was refused (S8).

use super::{begin, end, fit, moment, unsigned};
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    InboxItem, LeaseRequest, Message, Page, PageKey, Posted, RefusedItem, Settle, StoreError,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;

const POST: &str = "INSERT INTO voronka_inbox (id, object, input, posted_at) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (id) DO NOTHING";
const POSTED: &str = "SELECT object, input, digest FROM voronka_inbox WHERE id = ?1";

const WAITING: &str = "SELECT i.seq, i.id, i.object, i.input, i.attempts, i.held, ( \
        SELECT json_group_array(l.id) FROM ( \
            SELECT c.id FROM voronka_case_state c WHERE c.id = i.object UNION \
            SELECT k.case_id FROM voronka_case_key k WHERE k.kind IN ('external', 'document') AND k.key = i.object \
            ORDER BY 1) l) \
    FROM voronka_inbox i WHERE i.state = 'waiting' AND i.seq > ?1 ORDER BY i.seq LIMIT ?2";
const TAKE: &str = "UPDATE voronka_inbox SET attempts = attempts + 1, held = ?2, held_by = ?3 WHERE seq = ?1";

const OPEN: &str = "SELECT object, input FROM voronka_inbox WHERE id = ?1 AND state <> 'done'";
const REFUSED: &str = "SELECT object, input FROM voronka_inbox WHERE id = ?1 AND state = 'refused'";
const DONE: &str = "UPDATE voronka_inbox SET state = 'done', input = '', digest = ?2, held = 0, held_by = NULL, \
    error = NULL WHERE id = ?1";
const LATER: &str = "UPDATE voronka_inbox SET held = ?3, held_by = NULL, error = ?4 \
    WHERE id = ?1 AND held_by = ?2 AND state = 'waiting'";
const REFUSE: &str = "UPDATE voronka_inbox SET state = 'refused', held = 0, held_by = NULL, error = ?3 \
    WHERE id = ?1 AND held_by = ?2 AND state = 'waiting'";
const AGAIN: &str = "UPDATE voronka_inbox SET state = 'waiting', attempts = 0, held = 0, held_by = NULL, error = NULL, \
    seq = (SELECT max(seq) + 1 FROM voronka_inbox) WHERE id = ?1 AND state = 'refused'";
const LIST: &str = "SELECT id, object, input, posted_at, error FROM voronka_inbox \
    WHERE state = 'refused' AND id > ?1 ORDER BY id LIMIT ?2";

/// So many rows are looked at in one go.
const AT_ONCE: i64 = 256;

pub(super) async fn post<X: AnyExecutor>(
    conn: &X,
    owns: bool,
    messages: &[Message],
) -> Result<Vec<Posted>, StoreError> {
    for it in messages {
        fit(&format!("inbox row {:?}", it.id), [it.id.as_str(), &it.object, &it.text])?;
    }
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    begin(conn, owns).await?;
    let posted = post_all(conn, messages).await;
    end(conn, owns, posted).await
}

async fn post_all<X: AnyExecutor>(conn: &X, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
    let mut posted = Vec::with_capacity(messages.len());
    for it in messages {
        let params =
            [Param::Text(&it.id), Param::Text(&it.object), Param::Text(&it.text), Param::Int(it.at.millis())];
        let answer = if conn.execute(POST, &params).await? == 1 {
            Posted::New
        } else if known(conn, it).await? {
            Posted::Known
        } else {
            Posted::Clash
        };
        posted.push(answer);
    }
    Ok(posted)
}

/// Whether the row that has this id is the same one.
async fn known<X: AnyExecutor>(conn: &X, message: &Message) -> Result<bool, StoreError> {
    let mut rows = conn.query(POSTED, &[Param::Text(&message.id)]).await?;
    let Some(row) = rows.first_mut() else { return Ok(false) };
    let (object, input) = (row.text(0)?, row.text(1)?);
    Ok(match row.maybe_text(2)? {
        Some(known) => object == message.object && known == digest(&message.text),
        None => object == message.object && input == message.text,
    })
}

/// By what a row that is done is known again: its text may hold personal data, and is not kept.
fn digest(text: &str) -> String {
    let hash = Sha256::digest(text);
    hash.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Walks the rows that wait, in order. A row that is held, and one behind it, keep their cases from later rows; so does
/// one that is handed out now, since it may yet be put off.
pub(super) async fn lease<X: AnyExecutor>(
    conn: &X,
    request: &LeaseRequest,
) -> Result<Vec<InboxItem>, StoreError> {
    let mut taken = Vec::new();
    let mut busy: BTreeSet<String> = BTreeSet::new();
    let mut after = i64::MIN;
    loop {
        let rows = conn.query(WAITING, &[Param::Int(after), Param::Int(AT_ONCE)]).await?;
        if rows.is_empty() {
            return Ok(taken);
        }
        for mut row in rows {
            let (seq, held) = (row.int(0)?, row.int(5)?);
            after = seq;
            let cases = row.text(6)?;
            let cases: Vec<String> = serde_json::from_str(&cases)
                .map_err(|error| StoreError::damaged("the cases of an inbox row", error))?;
            let free = held <= request.now.millis() && !cases.iter().any(|it| busy.contains(it));
            busy.extend(cases.iter().cloned());
            if !free {
                continue;
            }
            let params = [Param::Int(seq), Param::Int(request.until.millis()), Param::Text(&request.by)];
            conn.execute(TAKE, &params).await?;
            taken.push(InboxItem {
                id: row.text(1)?,
                object: row.text(2)?,
                text: row.text(3)?,
                attempt: unsigned(row.int(4)? + 1)?,
                cases,
            });
            if taken.len() >= request.limit as usize {
                return Ok(taken);
            }
        }
    }
}

/// A settlement of an inbox row; whether it held.
pub(super) async fn settle<X: AnyExecutor>(conn: &X, settle: &Settle) -> Result<bool, StoreError> {
    let changed = match settle {
        Settle::InboxDone { id } => return done(conn, OPEN, id).await,
        Settle::InboxDropped { id } => return done(conn, REFUSED, id).await,
        Settle::InboxLater { id, by, at, error } => {
            let params = [Param::Text(id), Param::Text(by), Param::Int(at.millis()), Param::Text(error)];
            conn.execute(LATER, &params).await?
        }
        Settle::InboxRefused { id, by, error } => {
            conn.execute(REFUSE, &[Param::Text(id), Param::Text(by), Param::Text(error)]).await?
        }
        Settle::InboxAgain { id } => conn.execute(AGAIN, &[Param::Text(id)]).await?,
        _ => 0,
    };
    Ok(changed > 0)
}

/// Ends a row; its id stays, so that the same row posted again does nothing twice.
async fn done<X: AnyExecutor>(conn: &X, which: &str, id: &str) -> Result<bool, StoreError> {
    let mut rows = conn.query(which, &[Param::Text(id)]).await?;
    let Some(row) = rows.first_mut() else { return Ok(false) };
    let digest = digest(&row.text(1)?);
    Ok(conn.execute(DONE, &[Param::Text(id), Param::Text(&digest)]).await? > 0)
}

pub(super) async fn refused<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    after: &str,
    limit: u32,
) -> Result<Page<RefusedItem>, StoreError> {
    if limit == 0 {
        return Ok(Page::default());
    }
    let rows = conn.query(LIST, &[Param::Text(after), Param::Int(i64::from(limit) + 1)]).await?;
    let read = |mut row: Row| {
        Ok(RefusedItem {
            id: row.text(0)?,
            object: row.text(1)?,
            text: row.text(2)?,
            at: moment(row.int(3)?)?,
            error: row.maybe_text(4)?.unwrap_or_default(),
        })
    };
    let rows = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(rows, limit, |it| PageKey { at: 0, id: it.id.clone() }))
}
