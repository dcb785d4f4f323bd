//! The cascade: batches of events past the live triggers, then each "becomes", then wishes (T3–T6, T12).

use super::matching::{matches, subject};
use super::moves::Mover;
use super::work::{Done, Stop, Work};
use crate::case::{CloseInput, Event, Mark, Missing, Wish};
use crate::condition::{Program, Slot, Truth};
use crate::scenario::Scenario;
use crate::scenario::def::Repeat;
use crate::scenario::model::{Action, Stage, Trigger};
use crate::scenario::names::Meaning;
use std::collections::VecDeque;
use std::ops::Range;

/// Batches of events that are to be passed, oldest first (T12).
type Queue = VecDeque<Range<usize>>;

/// How many trigger firings one input may cause where the scenario does not say (C4, T5).
const CASCADE: u32 = 50;

/// How many times the state is brought up to date after one batch at most (C4).
const ROUNDS: u32 = 16;

impl<'a> Work<'a> {
    /// Everything that follows from what the input itself changed.
    pub fn cascade(&mut self) -> Done {
        let mut queue = Queue::new();
        queue.push_back(0..self.events.len());
        loop {
            while let Some(batch) = queue.pop_front() {
                let more = self.events.len();
                self.bring_up_to_date(batch.clone());
                let more = more..self.events.len();
                for at in batch.chain(more) {
                    self.pass(at, &mut queue)?;
                    if let Some(Event::Entered(visit)) = self.events.get(at) {
                        self.entered_passed = visit.number;
                    }
                }
                self.becomings(&mut queue)?;
            }
            if !self.try_wishes(&mut queue)? {
                return Ok(());
            }
        }
    }

    /// After each batch: pauses, debts met, `keep` debts, the `when` of items and processes, in this order.
    pub fn bring_up_to_date(&mut self, batch: Range<usize>) {
        if !self.case.is_open() {
            return;
        }
        // What one of them does may make the `when` of another hold. Bounded: each item and process happens
        // once a visit.
        for round in 0..ROUNDS {
            let before = self.events.len();
            self.bring_pause_up_to_date();
            self.bring_debts_up_to_date();
            self.keep_debts();
            if round == 0 {
                self.restart_voided(batch.clone());
            }
            self.plan_items(false);
            self.start_processes(false);
            if self.events.len() == before {
                return;
            }
        }
    }

    /// One event past the live triggers: the stage's, then the scenario's (T3).
    fn pass(&mut self, at: usize, queue: &mut Queue) -> Done {
        let s = self.s;
        let (Some(event), Some(visit)) = (self.events.get(at), self.visits.get(at).copied()) else {
            return Ok(());
        };
        let is_past = at < self.past_until
            && matches!(event, Event::Planned(_) | Event::Logged(_) | Event::Documented(_));
        if is_past || is_silent(event) {
            if is_past && matches!(event, Event::Logged(_)) {
                self.mark_past(at, visit);
            }
            return Ok(());
        }
        if let Event::Left(end) = event {
            if at >= self.quiet_until
                && let Some(stage) = s.stage_named(&end.stage)
            {
                for trigger in Self::left_triggers(stage) {
                    self.fire_on(trigger, at, Some(visit), queue)?;
                }
            }
        } else {
            let here = if self.case.is_open() { self.stage() } else { None };
            for trigger in here.into_iter().flat_map(|stage| stage.triggers.iter()) {
                // An earlier one may have moved the case: an event belongs to the visit in which it arose.
                if self.case.visit.number == visit && self.case.is_open() {
                    self.fire_on(trigger, at, Some(visit), queue)?;
                }
            }
        }
        for trigger in &s.triggers {
            self.fire_on(trigger, at, None, queue)?;
        }
        Ok(())
    }

    /// What would fire on a past interaction is marked as fired and does nothing (P7, T4): where that is amended later
    /// (the recording of a call that was answered long ago), it is still no news.
    fn mark_past(&mut self, at: usize, visit: u32) {
        let s = self.s;
        let here = if self.case.is_open() { self.stage() } else { None };
        let here = here.into_iter().flat_map(|stage| stage.triggers.iter()).map(|it| (it, Some(visit)));
        for (trigger, visit) in here.chain(s.triggers.iter().map(|it| (it, None))) {
            let Some(event) = self.events.get(at) else { return };
            if trigger.repeat == Repeat::Always
                || !matches(self, trigger, event)
                || !self.is_on(&trigger.rule, trigger.enabled)
                || trigger.condition.as_ref().is_some_and(|it| !it.holds(&self.judge()).holds())
            {
                continue;
            }
            let subject = subject(self, trigger, event);
            let mark = self.mark(trigger, subject, visit);
            if !self.case.fired.contains(&mark) {
                self.emit(Event::Triggered(Box::new(mark)));
            }
        }
    }

    /// One trigger on one event.
    fn fire_on(&mut self, trigger: &'a Trigger, at: usize, visit: Option<u32>, queue: &mut Queue) -> Done {
        let Some(event) = self.events.get(at) else { return Ok(()) };
        let quiet = at < self.quiet_until && matches!(event, Event::Entered(_) | Event::Left(_));
        if quiet || !matches(self, trigger, event) || !self.is_on(&trigger.rule, trigger.enabled) {
            return Ok(());
        }
        let subject = subject(self, trigger, event);
        self.fire(trigger, subject, visit, queue)
    }

    /// Each "becomes" compares what it saw last with now (T9).
    fn becomings(&mut self, queue: &mut Queue) -> Done {
        let s = self.s;
        let visit = self.case.visit.number;
        // On a stage that this batch only brought about they wait for the batch in which it was entered.
        let here = if self.case.is_open() && visit == self.entered_passed { self.stage() } else { None };
        for trigger in here.into_iter().flat_map(|stage| stage.triggers.iter()) {
            if self.case.visit.number == visit && self.case.is_open() {
                self.becoming(trigger, Some(visit), queue)?;
            }
        }
        for trigger in &s.triggers {
            self.becoming(trigger, None, queue)?;
        }
        Ok(())
    }

    fn becoming(&mut self, trigger: &'a Trigger, visit: Option<u32>, queue: &mut Queue) -> Done {
        let Some(becomes) = &trigger.becomes else { return Ok(()) };
        if !self.is_on(&trigger.rule, trigger.enabled) {
            return Ok(());
        }
        let seen = self.case.seen.get(&trigger.rule).copied().unwrap_or(false);
        let truth = becomes.holds(&self.judge());
        match (seen, truth) {
            (false, Truth::True) => {
                self.emit(Event::Seen { trigger: trigger.rule.clone(), holds: true });
                self.fire(trigger, None, visit, queue)
            }
            (true, Truth::False) => {
                self.emit(Event::Seen { trigger: trigger.rule.clone(), holds: false });
                Ok(())
            }
            // Unknown neither fires nor resets.
            _ => Ok(()),
        }
    }

    fn fire(
        &mut self,
        trigger: &'a Trigger,
        subject: Option<String>,
        visit: Option<u32>,
        queue: &mut Queue,
    ) -> Done {
        if self.case.wishes.iter().any(|wish| wish.trigger == trigger.rule) {
            return Ok(());
        }
        let mark = self.mark(trigger, subject, visit);
        if trigger.repeat != Repeat::Always && self.case.fired.contains(&mark) {
            return Ok(());
        }
        // Judged when its turn comes; unknown lets nothing through.
        if let Some(condition) = &trigger.condition
            && !condition.holds(&self.judge()).holds()
        {
            return Ok(());
        }
        self.chain.push(&trigger.rule);
        if self.chain.len() > self.s.def.bounds.cascade.unwrap_or(CASCADE) as usize {
            return Err(Stop::Endless(self.chain.iter().map(|rule| (*rule).to_owned()).collect()));
        }
        let start = self.events.len();
        let subject = mark.subject.clone();
        self.emit(Event::Triggered(Box::new(mark)));
        if let Some(wish) = self.act(&trigger.rule, &trigger.actions, subject)? {
            self.emit(Event::Wished(Box::new(wish)));
        }
        queue.push_back(start..self.events.len());
        Ok(())
    }

    fn mark(&self, trigger: &Trigger, subject: Option<String>, visit: Option<u32>) -> Mark {
        let day = (trigger.repeat == Repeat::Daily).then(|| self.calendar.local_date(self.now()));
        let always = trigger.repeat == Repeat::Always;
        Mark { trigger: trigger.rule.clone(), visit, subject, day, always }
    }

    /// Does actions in order. One that cannot be done is left out, journalled with its reason; a move or close
    /// that is held up comes back as a wish (T6).
    pub fn act(&mut self, rule: &str, actions: &'a [Action], subject: Option<String>) -> Done<Option<Wish>> {
        for (i, action) in actions.iter().enumerate() {
            let held = match action {
                Action::Move(to) => self.act_move(*to, None).map_err(|missing| (*to, None, missing)),
                Action::Close { stage, reason } => self
                    .act_move(*stage, reason.as_deref())
                    .map_err(|missing| (*stage, reason.clone(), missing)),
                other => {
                    if let Err(missing) = self.act_one(rule, other) {
                        self.leave_out(rule, i, missing);
                    }
                    continue;
                }
            };
            let Err((to, reason, missing)) = held else { continue };
            let is_trigger = self.s.trigger(rule).is_some() && self.case.is_open();
            let Some(stage) = self.s.stages.get(to).filter(|_| is_trigger) else {
                self.leave_out(rule, i, missing);
                continue;
            };
            return Ok(Some(Wish {
                trigger: rule.to_owned(),
                to: stage.id.clone(),
                reason,
                subject,
                visit: self.case.visit.number,
                since: self.now(),
                missing,
            }));
        }
        Ok(None)
    }

    fn leave_out(&mut self, rule: &str, action: usize, missing: Vec<Missing>) {
        let action = u32::try_from(action).unwrap_or(u32::MAX).saturating_add(1);
        self.emit(Event::LeftOut { trigger: rule.to_owned(), action, missing });
    }

    /// A trigger's move or close: by the same door as a person's, as the scenario (G3, M10).
    fn act_move(&mut self, to: usize, reason: Option<&str>) -> Result<(), Vec<Missing>> {
        let here = self.here();
        let (Some(here), true) = (here, self.case.is_open()) else {
            return Err(vec![Missing::new("V-X4-closed")]);
        };
        let Some(stage) = self.s.stages.get(to) else { return Err(vec![Missing::new("V-M1-stage")]) };
        let input = CloseInput {
            stage: stage.id.clone(),
            reason: reason.map(str::to_owned),
            ..CloseInput::default()
        };
        let mut missing = self.judge().move_to(here, to, Mover::Scenario).err().unwrap_or_default();
        if !stage.is_ordinary() {
            self.judge().reason(stage, &input, &mut missing);
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        self.pass_over(here, to, &input);
        Ok(())
    }

    /// The passage as the scenario: nobody made it (G3).
    fn pass_over(&mut self, here: usize, to: usize, input: &CloseInput) {
        self.as_scenario = true;
        if self.s.stages.get(to).is_some_and(Stage::is_ordinary) {
            self.go(here, to);
        } else {
            self.close(to, input, String::new());
        }
        self.as_scenario = false;
    }

    /// Wishes are tried again, oldest first; whether one was granted (T6).
    fn try_wishes(&mut self, queue: &mut Queue) -> Done<bool> {
        let s = self.s;
        for wish in self.case.wishes.clone() {
            let Some(trigger) = s.trigger(&wish.trigger) else {
                self.lapse(&wish, "gone");
                continue;
            };
            if !self.is_on(&trigger.rule, trigger.enabled) {
                self.lapse(&wish, "off");
                continue;
            }
            let judge = self.judge();
            // What was asked of the input that made the wish is not asked of another one.
            let holds = trigger
                .becomes
                .iter()
                .chain(trigger.condition.iter().filter(|it| !reads_input(s, it)))
                .map(|it| it.holds(&judge))
                .fold(Truth::True, Truth::and);
            match holds {
                Truth::False => {
                    self.lapse(&wish, "condition");
                    continue;
                }
                Truth::Unknown => continue,
                Truth::True => {}
            }
            let Some(to) = s.stage_index(&wish.to) else { continue };
            let Some(here) = self.here() else { continue };
            let input =
                CloseInput { stage: wish.to.clone(), reason: wish.reason.clone(), ..CloseInput::default() };
            let mut missing = self.judge().move_to(here, to, Mover::Scenario).err().unwrap_or_default();
            if let Some(stage) = s.stages.get(to).filter(|stage| !stage.is_ordinary()) {
                self.judge().reason(stage, &input, &mut missing);
            }
            if !missing.is_empty() {
                continue;
            }
            self.chain.push(&trigger.rule);
            if self.chain.len() > self.s.def.bounds.cascade.unwrap_or(CASCADE) as usize {
                return Err(Stop::Endless(self.chain.iter().map(|rule| (*rule).to_owned()).collect()));
            }
            let start = self.events.len();
            self.emit(Event::WishEnded { trigger: wish.trigger.clone(), lapsed: None });
            // T4 counts the done move: the mark that the wish took back is set now.
            let visit = trigger.stage.map(|_| wish.visit);
            let mark = self.mark(trigger, wish.subject.clone(), visit);
            self.emit(Event::Triggered(Box::new(mark)));
            self.pass_over(here, to, &input);
            queue.push_back(start..self.events.len());
            return Ok(true);
        }
        Ok(false)
    }

    fn lapse(&mut self, wish: &Wish, why: &str) {
        self.emit(Event::WishEnded { trigger: wish.trigger.clone(), lapsed: Some(why.to_owned()) });
    }
}

/// Whether a condition reads what the input says of itself.
fn reads_input(s: &Scenario, condition: &Program) -> bool {
    let meaning = |slot: &Slot| s.names.meanings.get(slot.0 as usize);
    condition.slots().iter().any(|slot| matches!(meaning(slot), Some(Meaning::Input(_))))
}

/// Events that no trigger can wait for.
const fn is_silent(event: &Event) -> bool {
    matches!(
        event,
        Event::Triggered(_)
            | Event::Seen { .. }
            | Event::Armed(_)
            | Event::Disarmed { .. }
            | Event::Effect(_)
            | Event::LimitSet { .. }
            | Event::Spared { .. }
            | Event::Replanned { .. }
            | Event::ProcessChanged { .. }
            | Event::Wished(_)
            | Event::WishEnded { .. }
            | Event::LeftOut { .. }
            | Event::DeadlineSet { .. }
            | Event::DocumentCompleted { .. }
            | Event::DocumentIgnored { .. }
    )
}
