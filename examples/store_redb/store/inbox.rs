//! The inbox: posted by whoever, handed out in order per case, refused, remembered (S8).

use super::tables::{CASES, Fault, Held, INBOX, KEYS, POSTED, REFUSED, Read, json, next, parsed, row};
use redb::{ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ops::Bound;
use voronka::store::{InboxItem, KeyKind, LeaseRequest, Message, Page, PageKey, Posted, RefusedItem, Settle};

#[derive(Serialize, Deserialize)]
struct Item {
    message: Message,
    held: Held,
}

/// By what a row is known again when its text is gone. The length parts object and text.
fn digest(message: &Message) -> [u8; 32] {
    let hash = Sha256::new().chain_update(message.object.len().to_le_bytes());
    hash.chain_update(&message.object).chain_update(&message.text).finalize().into()
}

pub fn post(tx: &WriteTransaction, messages: &[Message]) -> Result<Vec<Posted>, Fault> {
    for message in messages {
        message.check()?;
    }
    let one = |message: &Message| {
        let digest = digest(message);
        if let Some(known) = tx.table(POSTED)?.get(message.id.as_str())? {
            return Ok(if known.value().0 == digest { Posted::Known } else { Posted::Clash });
        }
        enqueue(tx, message, &digest)?;
        Ok(Posted::New)
    };
    messages.iter().map(one).collect()
}

/// Puts a row at the end of the queue.
fn enqueue(tx: &WriteTransaction, message: &Message, digest: &[u8]) -> Result<(), Fault> {
    let mut inbox = tx.open_table(INBOX)?;
    let seq = inbox.last()?.map_or(0, |(last, _)| last.value()) + 1;
    let item = Item { message: message.clone(), held: Held::free() };
    inbox.insert(seq, json(&item)?.as_str())?;
    tx.open_table(POSTED)?.insert(message.id.as_str(), (digest, seq))?;
    Ok(())
}

/// The cases that an object is or belongs to, by id.
fn linked<R: Read>(tx: &R, object: &str) -> Result<BTreeSet<String>, Fault> {
    let mut linked = BTreeSet::new();
    if tx.table(CASES)?.get(object)?.is_some() {
        linked.insert(object.to_owned());
    }
    let (keys, next) = (tx.table(KEYS)?, next(object));
    for kind in [KeyKind::External.name(), KeyKind::Document.name()] {
        for found in keys.range((kind, object, "")..(kind, next.as_str(), ""))? {
            linked.insert(found?.0.value().2.to_owned());
        }
    }
    Ok(linked)
}

/// Walks the rows that wait, in order. Whatever becomes of a row, later ones of its cases wait for it.
pub fn lease(tx: &WriteTransaction, request: &LeaseRequest) -> Result<Vec<InboxItem>, Fault> {
    let (mut taken, mut items) = (Vec::new(), Vec::new());
    let mut busy: BTreeSet<String> = BTreeSet::new();
    let mut inbox = tx.open_table(INBOX)?;
    for found in inbox.iter()? {
        if items.len() >= request.limit as usize {
            break;
        }
        let (seq, text) = found?;
        let mut item: Item = parsed(text.value())?;
        let cases = linked(tx, &item.message.object)?;
        if item.held.is_free(request.now) && busy.is_disjoint(&cases) {
            item.held.take(request);
            let (Message { id, object, text, .. }, attempt) = (item.message.clone(), item.held.attempts);
            items.push(InboxItem { id, object, text, attempt, cases: cases.iter().cloned().collect() });
            taken.push((seq.value(), item));
        }
        busy.extend(cases);
    }
    for (seq, item) in taken {
        inbox.insert(seq, json(&item)?.as_str())?;
    }
    Ok(items)
}

/// A row that was posted once: its digest and, while it waits, its place and itself.
type Found = (Vec<u8>, Option<(u64, Item)>);

fn find(tx: &WriteTransaction, id: &str) -> Result<Option<Found>, Fault> {
    let posted = tx.table(POSTED)?;
    let Some(posted) = posted.get(id)? else { return Ok(None) };
    let (digest, seq) = posted.value();
    let item = row(&tx.table(INBOX)?, seq)?;
    Ok(Some((digest.to_vec(), item.map(|item| (seq, item)))))
}

/// Takes a row out of the queue; its id and digest stay.
fn leave(tx: &WriteTransaction, id: &str, digest: &[u8], seq: u64) -> Result<(), Fault> {
    tx.open_table(INBOX)?.remove(seq)?;
    tx.open_table(POSTED)?.insert(id, (digest, 0))?;
    Ok(())
}

pub fn settle(tx: &WriteTransaction, settle: &Settle) -> Result<bool, Fault> {
    match settle {
        Settle::InboxDone { id } => {
            let Some((digest, waiting)) = find(tx, id)? else { return Ok(false) };
            if let Some((seq, _)) = &waiting {
                leave(tx, id, &digest, *seq)?;
            }
            let refused = tx.open_table(REFUSED)?.remove(id.as_str())?.is_some();
            Ok(waiting.is_some() || refused)
        }
        Settle::InboxLater { id, by, at, error } => {
            let Some((_, Some((seq, mut item)))) = find(tx, id)? else { return Ok(false) };
            if !item.held.is_of(by) {
                return Ok(false);
            }
            item.held.put_off(*at, error);
            tx.open_table(INBOX)?.insert(seq, json(&item)?.as_str())?;
            Ok(true)
        }
        Settle::InboxRefused { id, by, error } => {
            let Some((digest, Some((seq, mut item)))) = find(tx, id)? else { return Ok(false) };
            if !item.held.is_of(by) {
                return Ok(false);
            }
            item.held.error.clone_from(error);
            leave(tx, id, &digest, seq)?;
            tx.open_table(REFUSED)?.insert(id.as_str(), json(&item)?.as_str())?;
            Ok(true)
        }
        Settle::InboxAgain { id } => {
            let Some(item) = unrefuse(tx, id)? else { return Ok(false) };
            enqueue(tx, &item.message, &digest(&item.message))?;
            Ok(true)
        }
        Settle::InboxDropped { id } => Ok(unrefuse(tx, id)?.is_some()),
        _ => Ok(false),
    }
}

fn unrefuse(tx: &WriteTransaction, id: &str) -> Result<Option<Item>, Fault> {
    let mut refused = tx.open_table(REFUSED)?;
    let item = refused.remove(id)?.map(|it| parsed(it.value())).transpose()?;
    Ok(item)
}

pub fn refused<R: Read>(tx: &R, after: &str, limit: u32) -> Result<Page<RefusedItem>, Fault> {
    let from = if after.is_empty() { Bound::Unbounded } else { Bound::Excluded(after) };
    let mut rows = Vec::new();
    for found in tx.table(REFUSED)?.range::<&str>((from, Bound::Unbounded))?.take(limit as usize + 1) {
        let Item { message: Message { id, object, text, at }, held } = parsed(found?.1.value())?;
        rows.push(RefusedItem { id, object, text, at, error: held.error });
    }
    Ok(Page::cut(rows, limit, |row| PageKey { at: 0, id: row.id.clone() }))
}
