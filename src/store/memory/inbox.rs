//! The inbox: posted by whoever, handed out in order per case, refused, remembered (S8).

use super::cases::Cases;
use super::rows::{after_id, more};
use crate::Moment;
use crate::store::{
    InboxItem, LeaseRequest, Message, Page, PageKey, Posted, RefusedItem, Settle, StoreError,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
enum State {
    Waiting,
    Refused,
    /// Only what the id stands for is left of it.
    Done,
}

#[derive(Clone)]
struct Row {
    seq: u64,
    object: String,
    text: String,
    /// Tells the same row posted again from another one, also when its text is gone.
    hash: [u8; 32],
    posted_at: Moment,
    state: State,
    attempts: u32,
    held: Moment,
    by: Option<String>,
    error: String,
}

/// The inbox: rows by id, and those that wait in their order.
#[derive(Clone, Default)]
pub(super) struct Inbox {
    rows: BTreeMap<String, Row>,
    waiting: BTreeMap<u64, String>,
    refused: BTreeSet<String>,
    last: u64,
}

fn hash(message: &Message) -> [u8; 32] {
    let mut hash = Sha256::new();
    // The length parts the two, so that no other pair gives the same bytes.
    hash.update(message.object.len().to_le_bytes());
    hash.update(&message.object);
    hash.update(&message.text);
    hash.finalize().into()
}

/// Refuses what no store could keep the same way (S11).
pub(super) fn check(messages: &[Message]) -> Result<(), StoreError> {
    let bad = messages.iter().find(|it| [&it.id, &it.object, &it.text].iter().any(|it| it.contains('\0')));
    match bad {
        None => Ok(()),
        Some(message) => Err(StoreError::Unfit {
            what: format!("the message {:?}", message.id),
            why: "S11: it contains U+0000".to_owned(),
        }),
    }
}

impl Inbox {
    pub fn post(&mut self, message: &Message) -> Posted {
        let hash = hash(message);
        if let Some(row) = self.rows.get(&message.id) {
            return if row.hash == hash { Posted::Known } else { Posted::Clash };
        }
        let row = Row {
            seq: 0,
            object: message.object.clone(),
            text: message.text.clone(),
            hash,
            posted_at: message.at,
            state: State::Waiting,
            attempts: 0,
            held: Moment::MIN,
            by: None,
            error: String::new(),
        };
        self.rows.insert(message.id.clone(), row);
        self.enqueue(&message.id);
        Posted::New
    }

    /// Puts a row at the end of the queue.
    fn enqueue(&mut self, id: &str) {
        self.last += 1;
        if let Some(row) = self.rows.get_mut(id) {
            (row.seq, row.state) = (self.last, State::Waiting);
            (row.attempts, row.held, row.by) = (0, Moment::MIN, None);
            self.waiting.insert(self.last, id.to_owned());
        }
    }

    pub fn lease(&mut self, request: &LeaseRequest, now: Moment, cases: &Cases) -> Vec<InboxItem> {
        let mut items = Vec::new();
        // Cases for which an earlier row is on its way, or waits.
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for id in self.waiting.values() {
            if items.len() >= request.limit as usize {
                break;
            }
            let Some(row) = self.rows.get_mut(id) else { continue };
            let linked = cases.linked(&row.object);
            let free = row.held <= now && !linked.iter().any(|it| taken.contains(it));
            if free {
                row.attempts = row.attempts.saturating_add(1);
                (row.held, row.by) = (request.until, Some(request.by.clone()));
                items.push(InboxItem {
                    id: id.clone(),
                    object: row.object.clone(),
                    text: row.text.clone(),
                    attempt: row.attempts,
                    cases: linked.iter().cloned().collect(),
                });
            }
            taken.extend(linked);
        }
        items
    }

    fn finish(&mut self, id: &str) {
        if let Some(row) = self.rows.get_mut(id) {
            self.waiting.remove(&row.seq);
            self.refused.remove(id);
            row.state = State::Done;
            row.by = None;
            row.text = String::new();
        }
    }

    pub fn settle(&mut self, settle: &Settle) -> bool {
        match settle {
            Settle::InboxDone { id } => {
                let there = self.rows.get(id).is_some_and(|it| !matches!(it.state, State::Done));
                if there {
                    self.finish(id);
                }
                there
            }
            Settle::InboxLater { id, by, at, error } => self.held_by(id, by).is_some_and(|row| {
                (row.held, row.by) = (*at, None);
                row.error.clone_from(error);
                true
            }),
            Settle::InboxRefused { id, by, error } => {
                let Some(row) = self.held_by(id, by) else { return false };
                (row.state, row.by) = (State::Refused, None);
                row.error.clone_from(error);
                let seq = row.seq;
                self.waiting.remove(&seq);
                self.refused.insert(id.clone())
            }
            Settle::InboxAgain { id } => {
                let refused = self.refused.remove(id);
                if refused {
                    self.enqueue(id);
                }
                refused
            }
            Settle::InboxDropped { id } => {
                let refused = self.refused.contains(id);
                if refused {
                    self.finish(id);
                }
                refused
            }
            _ => false,
        }
    }

    fn held_by(&mut self, id: &str, by: &str) -> Option<&mut Row> {
        let row = self.rows.get_mut(id)?;
        (row.by.as_deref() == Some(by)).then_some(row)
    }

    pub fn refused(&self, after: &str, limit: u32) -> Page<RefusedItem> {
        let ids = after_id(&self.refused, after).take(more(limit));
        let rows = ids.filter_map(|id| {
            let row = self.rows.get(id)?;
            Some(RefusedItem {
                id: id.clone(),
                object: row.object.clone(),
                text: row.text.clone(),
                at: row.posted_at,
                error: row.error.clone(),
            })
        });
        Page::cut(rows.collect(), limit, |row| PageKey { at: 0, id: row.id.clone() })
    }
}
