//! Effects: in order within case and lane, leased, put off, given up (S5).

use super::rows::{after_id, more};
use crate::Moment;
use crate::store::{DueEffect, EffectRow, LeaseRequest, Page, PageKey, Settle, StoppedEffect};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    /// Given up: it stops its lane.
    Stopped,
    /// Given up: its lane goes on without it.
    Freed,
}

#[derive(Clone)]
struct Effect {
    row: EffectRow,
    seq: u64,
    state: State,
    attempts: u32,
    held: Moment,
    by: Option<String>,
    error: String,
}

/// A case's lane.
type Lane = (String, String);

/// Effects by id, by lane, and the lanes whose first one may be handed out, by when.
#[derive(Clone, Default)]
pub(super) struct Effects {
    by_id: BTreeMap<String, Effect>,
    /// What is in a lane, in its order: by entry, then by place.
    lanes: BTreeMap<Lane, BTreeMap<(u64, u32), String>>,
    /// From when the first one of a lane is free, and its number in the store; lanes that are stopped are not here.
    heads: BTreeSet<(Moment, u64, Lane)>,
    given_up: BTreeSet<String>,
    last: u64,
}

impl Effects {
    /// The place of a lane among those that can be handed out.
    fn head(&self, lane: &Lane) -> Option<(Moment, u64, Lane)> {
        let ids = self.lanes.get(lane)?.values();
        let mut there = ids.filter_map(|id| self.by_id.get(id));
        let first = there.find(|it| it.state != State::Freed)?;
        (first.state == State::Pending).then(|| (first.held, first.seq, lane.clone()))
    }

    /// Changes what is in a lane, and keeps its place true.
    fn in_lane<T>(&mut self, lane: &Lane, change: impl FnOnce(&mut Self) -> T) -> T {
        if let Some(head) = self.head(lane) {
            self.heads.remove(&head);
        }
        let changed = change(self);
        if let Some(head) = self.head(lane) {
            self.heads.insert(head);
        }
        changed
    }

    /// New effects of one commit.
    pub fn put(&mut self, rows: &[EffectRow]) {
        let mut rows: Vec<&EffectRow> = rows.iter().collect();
        rows.sort_by_key(|row| (row.entry, row.nth));
        for row in rows {
            self.last += 1;
            let effect = Effect {
                row: row.clone(),
                seq: self.last,
                state: State::Pending,
                attempts: 0,
                held: Moment::MIN,
                by: None,
                error: String::new(),
            };
            let lane = (row.case.clone(), row.lane.clone());
            self.in_lane(&lane, |it| {
                it.lanes.entry(lane.clone()).or_default().insert((row.entry, row.nth), row.id.clone());
                it.by_id.insert(row.id.clone(), effect);
            });
        }
    }

    /// Other bytes for those that are still there (S12).
    pub fn replace_texts(&mut self, rows: &[EffectRow]) {
        for row in rows {
            if let Some(effect) = self.by_id.get_mut(&row.id).filter(|it| it.row.case == row.case) {
                effect.row.text.clone_from(&row.text);
            }
        }
    }

    fn remove(&mut self, id: &str) {
        let Some(effect) = self.by_id.get(id) else { return };
        let lane = (effect.row.case.clone(), effect.row.lane.clone());
        let place = (effect.row.entry, effect.row.nth);
        self.in_lane(&lane, |it| {
            it.by_id.remove(id);
            it.given_up.remove(id);
            if let Some(there) = it.lanes.get_mut(&lane) {
                there.remove(&place);
                if there.is_empty() {
                    it.lanes.remove(&lane);
                }
            }
        });
    }

    /// Changes one, where it is as it must be for that.
    fn change(&mut self, id: &str, fits: impl Fn(&Effect) -> bool, change: impl FnOnce(&mut Effect)) -> bool {
        let Some(effect) = self.by_id.get(id).filter(|it| fits(it)) else { return false };
        let lane = (effect.row.case.clone(), effect.row.lane.clone());
        self.in_lane(&lane, |it| {
            let Some(effect) = it.by_id.get_mut(id) else { return };
            change(effect);
            if effect.state == State::Pending {
                it.given_up.remove(id);
            } else {
                it.given_up.insert(id.to_owned());
            }
        });
        true
    }

    pub fn settle(&mut self, settle: &Settle) -> bool {
        match settle {
            Settle::EffectDone { id } => {
                let there = self.by_id.contains_key(id);
                self.remove(id);
                there
            }
            Settle::EffectLater { id, by, at, error } => self.change(
                id,
                |it| it.by.as_ref() == Some(by),
                |it| {
                    (it.held, it.by) = (*at, None);
                    it.error.clone_from(error);
                },
            ),
            Settle::EffectBack { id, by } => self.change(
                id,
                |it| it.by.as_ref() == Some(by),
                |it| {
                    (it.held, it.by, it.attempts) = (Moment::MIN, None, it.attempts.saturating_sub(1));
                },
            ),
            Settle::EffectGivenUp { id, by, error, frees } => self.change(
                id,
                |it| it.by.as_ref() == Some(by),
                |it| {
                    it.state = if *frees { State::Freed } else { State::Stopped };
                    it.by = None;
                    it.error.clone_from(error);
                },
            ),
            Settle::EffectAgain { id } => self.change(
                id,
                |it| it.state != State::Pending,
                |it| {
                    (it.state, it.attempts, it.held) = (State::Pending, 0, Moment::MIN);
                },
            ),
            Settle::EffectDropped { id } => {
                let given_up = self.given_up.contains(id);
                if given_up {
                    self.remove(id);
                }
                given_up
            }
            _ => false,
        }
    }

    /// Hands out what is free, lane by lane in order; the lanes by since when they are free, then by age.
    pub fn lease(&mut self, request: &LeaseRequest, now: Moment) -> Vec<DueEffect> {
        let free = self.heads.iter().take_while(|(from, ..)| *from <= now);
        // Each lane gives at least one.
        let free: Vec<Lane> = free.take(request.limit as usize).map(|(_, _, lane)| lane.clone()).collect();
        let mut due = Vec::new();
        for lane in free {
            let room = (request.limit as usize).saturating_sub(due.len());
            if room == 0 {
                break;
            }
            self.in_lane(&lane, |it| it.lease_lane(&lane, request, now, room, &mut due));
        }
        due
    }

    fn lease_lane(
        &mut self,
        lane: &Lane,
        request: &LeaseRequest,
        now: Moment,
        room: usize,
        due: &mut Vec<DueEffect>,
    ) {
        let most = due.len() + room;
        for id in self.lanes.get(lane).into_iter().flat_map(BTreeMap::values) {
            let Some(effect) = self.by_id.get_mut(id) else { continue };
            match effect.state {
                State::Freed => continue,
                State::Pending if effect.held <= now && due.len() < most => {}
                State::Pending | State::Stopped => break,
            }
            effect.attempts = effect.attempts.saturating_add(1);
            (effect.held, effect.by) = (request.until, Some(request.by.clone()));
            due.push(DueEffect {
                id: id.clone(),
                case: effect.row.case.clone(),
                lane: effect.row.lane.clone(),
                kind: effect.row.kind.clone(),
                text: effect.row.text.clone(),
                attempt: effect.attempts,
            });
        }
    }

    pub fn stopped(&self, after: &str, limit: u32) -> Page<StoppedEffect> {
        let ids = after_id(&self.given_up, after).take(more(limit));
        let rows = ids.filter_map(|id| {
            let effect = self.by_id.get(id)?;
            Some(StoppedEffect {
                id: id.clone(),
                case: effect.row.case.clone(),
                lane: effect.row.lane.clone(),
                kind: effect.row.kind.clone(),
                text: effect.row.text.clone(),
                attempts: effect.attempts,
                error: effect.error.clone(),
                frees: effect.state == State::Freed,
            })
        });
        Page::cut(rows.collect(), limit, |row| PageKey { at: 0, id: row.id.clone() })
    }
}
