//! Timers: armed, handed out at their moment, put off (S6, T7, T11).

use crate::Moment;
use crate::store::{DueTimer, LeaseRequest, TimerRow};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
struct Timer {
    row: TimerRow,
    /// Until when it is leased or put off; before all moments while it is neither.
    held: Moment,
    by: Option<String>,
}

/// The armed timers, by id and by moment.
#[derive(Clone, Default)]
pub(super) struct Timers {
    by_id: BTreeMap<String, Timer>,
    by_moment: BTreeSet<(Moment, String)>,
}

impl Timers {
    /// Arms a timer; what was leased or put off of one with that id is forgotten.
    pub fn put(&mut self, row: &TimerRow) {
        self.remove(&row.id);
        self.by_moment.insert((row.at, row.id.clone()));
        let timer = Timer { row: row.clone(), held: Moment::MIN, by: None };
        self.by_id.insert(row.id.clone(), timer);
    }

    /// Whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(timer) = self.by_id.remove(id) else { return false };
        self.by_moment.remove(&(timer.row.at, timer.row.id));
        true
    }

    /// Removes one of a case.
    pub fn remove_of(&mut self, case: &str, id: &str) {
        if self.by_id.get(id).is_some_and(|timer| timer.row.case == case) {
            self.remove(id);
        }
    }

    /// Puts off what this host holds.
    pub fn later(&mut self, id: &str, by: &str, at: Moment) -> bool {
        let Some(timer) = self.by_id.get_mut(id) else { return false };
        if timer.by.as_deref() != Some(by) {
            return false;
        }
        (timer.held, timer.by) = (at, None);
        true
    }

    /// What was put off of a scenario is free again, since something was switched (T7).
    pub fn free(&mut self, scenario: &str) {
        for timer in self.by_id.values_mut().filter(|it| it.by.is_none() && it.row.scenario == scenario) {
            timer.held = Moment::MIN;
        }
    }

    /// Hands out what is due and on, the earliest first.
    pub fn lease(
        &mut self,
        request: &LeaseRequest,
        now: Moment,
        is_on: impl Fn(&TimerRow) -> bool,
    ) -> Vec<DueTimer> {
        let mut due = Vec::new();
        for (at, id) in &self.by_moment {
            if *at > now || due.len() >= request.limit as usize {
                break;
            }
            let Some(timer) = self.by_id.get_mut(id) else { continue };
            if timer.held > now || !is_on(&timer.row) {
                continue;
            }
            timer.held = request.until;
            timer.by = Some(request.by.clone());
            due.push(DueTimer { id: id.clone(), case: timer.row.case.clone(), at: *at });
        }
        due
    }
}
