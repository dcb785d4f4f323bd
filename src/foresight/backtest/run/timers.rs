//! The draft's own timers, and the journal's notices of what both have armed.

use super::{Halt, MAX_TIMERS, Run};
use crate::Moment;
use crate::case::{Absence, Actor, Context, Entry, Input, Switch, Timer};
use std::collections::BTreeSet;

impl<'a> Run<'a> {
    /// A timer's notice of the journal: where the draft's run has armed the same for the same moment, it fires now, as it
    /// did then; else it is dropped.
    pub(super) fn notice(&mut self, entry: &Entry) {
        let Input::Timer { timer } = &entry.input else { return };
        let same = match self.sides() {
            None => Some(timer.clone()),
            Some((case, sides)) => {
                let pairs = sides.timers(entry.at);
                let place = pairs.iter().find(|(_, id)| id == timer).map(|(place, _)| *place);
                place.and_then(|place| case.timers.get(place)).map(|it| it.id.clone())
            }
        };
        if let Some(id) = same {
            let mut ctx = self.context(entry);
            if entry.input_id == *timer {
                ctx.input_id.clone_from(&id);
            }
            if let Ok(outcome) = self.step(&entry.case, Input::Timer { timer: id }, &ctx) {
                return self.took(entry, outcome);
            }
        }
        // The draft's case does not have it, or has it stand still, or its trigger is off.
        self.differ(entry, None);
        self.part();
        self.count(&entry.events, true);
        self.follow(entry);
    }

    /// Fires what the draft has armed and the journal has not, each at its own moment, until an entry's.
    ///
    /// What both have armed alike waits for the journal's notice: when a host came to it is part of what happened.
    pub(super) fn own_timers(&mut self, entry: &'a Entry) -> Result<(), Halt> {
        let (switches, absences) = (self.switches, self.absences);
        self.fire(entry, switches, absences, None)?;
        if switches != entry.switches {
            // At the latest now it was known what is on.
            self.fire(entry, &entry.switches, &entry.absences, Some(entry.at))?;
        }
        Ok(())
    }

    pub(super) fn fire(
        &mut self,
        entry: &Entry,
        switches: &[Switch],
        absences: &[Absence],
        now: Option<Moment>,
    ) -> Result<(), Halt> {
        let mut waiting = BTreeSet::new();
        while let Some((id, at)) = self.next_due(entry.at, &waiting, switches) {
            if self.fired >= MAX_TIMERS {
                return Err(Halt::Timers);
            }
            let last = self.case.as_ref().map_or(at, |case| case.last_at);
            let mut ctx = Context::new(now.unwrap_or(at).max(last), self.machine(), id.clone());
            ctx.switches = self.names.switches(switches);
            ctx.absences = absences.to_vec();
            match self.step(&entry.case, Input::Timer { timer: id.clone() }, &ctx) {
                Ok(outcome) => {
                    self.fired += 1;
                    let (case, made) = outcome.into_parts();
                    self.count(&made.events, false);
                    self.differ(entry, made.events.first());
                    self.part();
                    self.keep(case, &made);
                    // What waited may have been waiting for this.
                    waiting.clear();
                }
                // Switched off, or standing still: it is asked again before the next entry.
                Err(_) => drop(waiting.insert(id)),
            }
        }
        Ok(())
    }

    /// The next timer that is due and does not wait: of the draft's alone, or of both where its trigger was off when the
    /// journal was written, so that no notice comes.
    fn next_due(
        &self,
        until: Moment,
        waiting: &BTreeSet<String>,
        switches: &[Switch],
    ) -> Option<(String, Moment)> {
        let case = self.case.as_ref()?;
        let is_due = |at: Moment, id: &str| at <= until && !waiting.contains(id);
        if !case.timers.iter().any(|it| is_due(it.at, &it.id)) {
            return None;
        }
        let was_off = |timer: &Timer| {
            timer.trigger.as_ref().is_some_and(|rule| {
                self.off.contains(rule) && !switches.iter().any(|it| it.trigger == *rule && it.on)
            })
        };
        // Until the two differ all timers are alike.
        let alike: BTreeSet<usize> = match self.sides() {
            Some((_, sides)) => sides.timers(until).into_iter().map(|(place, _)| place).collect(),
            None => (0..case.timers.len()).collect(),
        };
        let own = case.timers.iter().enumerate().filter(|(place, it)| !alike.contains(place) || was_off(it));
        let due = own.map(|(_, it)| it).filter(|it| is_due(it.at, &it.id));
        due.min_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id))).map(|it| (it.id.clone(), it.at))
    }

    /// Who reports timers: whoever did in the journal, else a runtime as it comes.
    fn machine(&mut self) -> Actor {
        let known = || self.entries.iter().find(|it| matches!(it.input, Input::Timer { .. }));
        let machine = self.machine.get_or_insert_with(|| {
            let silent = || Actor { id: "voronka".to_owned(), ..Actor::default() };
            known().map_or_else(silent, |it| it.actor.clone())
        });
        machine.clone()
    }
}
