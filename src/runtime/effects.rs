//! Effects: handed out in lanes, done, tried again, given up (S5).

use super::clock::{back_off, later};
use super::error::StepError;
use super::facts::AnyFacts;
use super::handler::{AnyCalls, Delivery, Feed, Handled, Tried};
use super::host::Host;
use super::request::{Asked, Done, Request, Which};
use super::trace;
use super::work::Stop;
use crate::Moment;
use crate::case::{Act, Actor, Effect, Input};
use crate::process::{self, Word};
use crate::store::{AnyStore, DueEffect, LeaseKind, Settle, StoreError};
use std::collections::{BTreeMap, VecDeque};

/// What came of one batch of effects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivered {
    /// How many are done.
    pub done: usize,
    /// Those that are to be tried again, by id, with what went wrong.
    pub failed: Vec<(String, String)>,
    /// Those that were given up, by id, with what went wrong.
    pub given_up: Vec<(String, String)>,
    /// How many were handed back untried.
    pub back: usize,
    /// What handlers fed back and cases refused: the effect's id and why. The effect is done all the same.
    pub refused: Vec<(String, StepError)>,
}

impl Delivered {
    /// How many were looked at.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.done + self.failed.len() + self.given_up.len() + self.back
    }
}

/// Effects of one case and lane, in order.
type Lane = VecDeque<DueEffect>;

/// What became of an effect.
enum Fate {
    Done(Vec<Feed>),
    /// What it says to other cases: it is done once they have taken it.
    Said(Vec<Feed>),
    Failed(String),
    Lost(String),
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Does one batch of effects; on a stop, those that have not begun are handed back.
    pub async fn deliver(
        &self,
        calls: &mut impl AnyCalls,
        stop: Option<&Stop>,
    ) -> Result<Delivered, StoreError> {
        let setup = &self.shared.setup;
        let mut lease = self.lease_of(LeaseKind::Effects, setup.batch);
        // At least one attempt must fit in.
        lease.until = lease.until.max(later(lease.now, setup.handler_limit * 2));
        let mut delivered = Delivered::default();
        if !calls.has_room() {
            return Ok(delivered);
        }
        let mut lanes: Vec<Lane> = Vec::new();
        let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
        for effect in self.store.lease(&lease).await?.effects {
            let place = *places.entry((effect.case.clone(), effect.lane.clone())).or_insert(lanes.len());
            if place == lanes.len() {
                lanes.push(Lane::new());
            }
            if let Some(lane) = lanes.get_mut(place) {
                lane.push_back(effect);
            }
        }
        let mut waiting: VecDeque<usize> = (0..lanes.len()).collect();
        let mut under_way = 0;
        let mut fates: Vec<(usize, Fate)> = Vec::new();
        let mut back = Vec::new();
        loop {
            while under_way < setup.hands as usize
                && let Some(place) = waiting.pop_front()
            {
                let Some(lane) = lanes.get_mut(place) else { continue };
                let ends = later(self.time.now(), setup.handler_limit);
                if stop.is_some_and(Stop::is_stopped) || ends > lease.until || !calls.has_room() {
                    back.extend(self.hand_back(lane, &mut delivered));
                    continue;
                }
                let Some(first) = lane.front() else { continue };
                match self.ready(first) {
                    Ok(delivery) => match self.said(&delivery) {
                        Some(feeds) => fates.push((place, Fate::Said(feeds))),
                        None => {
                            calls.start(place, delivery);
                            under_way += 1;
                        }
                    },
                    Err(fate) => fates.push((place, fate)),
                }
            }
            if !back.is_empty() {
                self.store.settle(&std::mem::take(&mut back)).await?;
            }
            if fates.is_empty() {
                if under_way == 0 {
                    break;
                }
                let back = calls.back().await?;
                under_way = under_way.saturating_sub(back.len());
                fates.extend(back.into_iter().map(|(place, tried)| (place, fate(tried))));
            }
            let settled = std::mem::take(&mut fates);
            self.settle(settled, &mut lanes, &mut waiting, &mut delivered).await?;
        }
        trace::effects(delivered.done, delivered.failed.len(), delivered.given_up.len());
        Ok(delivered)
    }

    /// An effect as its handler gets it, or what becomes of one that none gets.
    fn ready(&self, due: &DueEffect) -> Result<Delivery, Fate> {
        // It was handed out so often and nobody came back with it: it may well be what kills its hosts.
        if due.attempt > self.shared.setup.attempts {
            return Err(Fate::Lost(format!("{} attempts came to no end", due.attempt - 1)));
        }
        match serde_json::from_str::<Effect>(&due.text) {
            Ok(effect) => Ok(Delivery { case: due.case.clone(), effect, attempt: due.attempt }),
            Err(error) => Err(Fate::Failed(format!("not an effect that this version knows: {error}"))),
        }
    }

    /// What an effect says to other cases, which needs no handler (P6).
    fn said(&self, delivery: &Delivery) -> Option<Vec<Feed>> {
        if !self.shared.setup.carries {
            return None;
        }
        let words = process::words(&delivery.case, &delivery.effect)?;
        let feed = |word: Word| Feed {
            case: word.case,
            input: word.input,
            scenario: word.scenario.map(Which::from),
        };
        Some(words.into_iter().map(feed).collect())
    }

    /// Settles what came back, in one call each of stepping and settling.
    async fn settle(
        &self,
        fates: Vec<(usize, Fate)>,
        lanes: &mut [Lane],
        waiting: &mut VecDeque<usize>,
        delivered: &mut Delivered,
    ) -> Result<(), StoreError> {
        let setup = &self.shared.setup;
        let now = self.time.now();
        let mut asked: Vec<Asked> = Vec::new();
        let mut parts = Vec::new();
        for (place, fate) in fates {
            let Some(due) = lanes.get_mut(place).and_then(VecDeque::pop_front) else { continue };
            let fate = match fate {
                Fate::Failed(error) if due.attempt >= setup.attempts => Fate::Lost(error),
                fate => fate,
            };
            let from = asked.len();
            match &fate {
                Fate::Done(feeds) | Fate::Said(feeds) => asked.extend(self.fed(&due, feeds)),
                Fate::Lost(error) => asked.push(self.given_up(&due, error, now)),
                Fate::Failed(_) => {}
            }
            parts.push((place, due, fate, from..asked.len()));
        }
        let answers = self.run(asked, false, |_| ()).await;
        let mut settles = Vec::new();
        for (place, due, fate, range) in parts {
            let answers = answers.get(range).unwrap_or_default();
            let trouble = answers.iter().find_map(|it| it.as_ref().err().filter(|it| it.is_transient()));
            let goes_on = match (fate, trouble) {
                (Fate::Done(_) | Fate::Said(_), Some(trouble)) => {
                    settles.push(self.try_later(&due, trouble.to_string(), now, delivered));
                    false
                }
                (Fate::Done(_), None) => {
                    let errors = answers.iter().filter_map(|it| it.as_ref().err());
                    delivered.refused.extend(errors.map(|error| (due.id.clone(), error.clone())));
                    delivered.done += 1;
                    settles.push(Settle::EffectDone { id: due.id });
                    true
                }
                (Fate::Said(_), None) => {
                    match answers.iter().find_map(|it| it.as_ref().err().filter(|it| !is_moot(&due, it))) {
                        // The other case, or its scenario, is not there or refuses it: this case says so, and a person has
                        // it tried again once that is mended.
                        Some(refused) => {
                            let error = refused.to_string();
                            let told = self.run(vec![self.given_up(&due, &error, now)], false, |_| ()).await;
                            match told.iter().find_map(|it| it.as_ref().err().filter(|it| it.is_transient()))
                            {
                                Some(trouble) => {
                                    settles.push(self.try_later(&due, trouble.to_string(), now, delivered));
                                    false
                                }
                                None => self.lost(due, error, &told, &mut settles, delivered),
                            }
                        }
                        None => {
                            delivered.done += 1;
                            settles.push(Settle::EffectDone { id: due.id });
                            true
                        }
                    }
                }
                (Fate::Failed(error), _) => {
                    settles.push(self.try_later(&due, error, now, delivered));
                    false
                }
                (Fate::Lost(error), Some(_)) => {
                    settles.push(self.try_later(&due, error, now, delivered));
                    false
                }
                (Fate::Lost(error), None) => self.lost(due, error, answers, &mut settles, delivered),
            };
            let rest = lanes.get_mut(place);
            match rest {
                Some(lane) if goes_on && !lane.is_empty() => waiting.push_front(place),
                Some(lane) => settles.extend(self.hand_back(lane, delivered)),
                None => {}
            }
        }
        if !settles.is_empty() {
            self.store.settle(&settles).await?;
        }
        Ok(())
    }

    /// The inputs that a handler gave back, each under an id of the effect and its place.
    fn fed(&self, due: &DueEffect, feeds: &[Feed]) -> Vec<Asked> {
        let machine = &self.shared.setup.machine;
        let one = |(i, feed): (usize, &Feed)| {
            let id = format!("{}/fed/{}", due.id, i + 1);
            let request = Request::new(&feed.case, feed.input.clone(), id, machine.clone());
            Asked::from(Request { scenario: feed.scenario.clone(), ..request })
        };
        feeds.iter().enumerate().map(one).collect()
    }

    /// That an effect is given up is an event of the case, and one with its settlement.
    fn given_up(&self, due: &DueEffect, error: &str, now: Moment) -> Asked {
        let setup = &self.shared.setup;
        let error: String = error.chars().filter(|c| *c != '\0').take(2_000).collect();
        let input = Input::GivenUp { effect: due.id.clone(), kind: Some(kind(due)), error: error.clone() };
        // Its number of attempts begins anew when a person has it tried again; the moment does not.
        let id = format!("{}/given-up/{}", due.id, now.millis());
        let request = Request::new(&due.case, input, id, setup.machine.clone());
        Asked { request, settles: vec![self.stopping(due, error)] }
    }

    fn stopping(&self, due: &DueEffect, error: String) -> Settle {
        let setup = &self.shared.setup;
        let frees = setup.frees.contains(&due.lane);
        Settle::EffectGivenUp { id: due.id.clone(), by: setup.by.clone(), error, frees }
    }

    /// After giving up: whether the lane goes on without it.
    fn lost(
        &self,
        due: DueEffect,
        error: String,
        answers: &[Result<Done, StepError>],
        settles: &mut Vec<Settle>,
        delivered: &mut Delivered,
    ) -> bool {
        for answer in answers {
            match answer {
                Ok(done) if !done.repeated => {}
                // The case cannot say it; the effect must not be tried for ever all the same.
                Ok(_) => settles.push(self.stopping(&due, error.clone())),
                Err(refused) => {
                    settles.push(self.stopping(&due, error.clone()));
                    delivered.refused.push((due.id.clone(), refused.clone()));
                }
            }
        }
        delivered.given_up.push((due.id, error));
        self.shared.setup.frees.contains(&due.lane)
    }

    fn try_later(&self, due: &DueEffect, error: String, now: Moment, delivered: &mut Delivered) -> Settle {
        let setup = &self.shared.setup;
        let wait = back_off(setup.retry_wait.0, setup.retry_wait.1, due.attempt, &*setup.chance);
        delivered.failed.push((due.id.clone(), error.clone()));
        Settle::EffectLater { id: due.id.clone(), by: setup.by.clone(), at: later(now, wait), error }
    }

    /// Hands back what was not tried.
    fn hand_back(&self, lane: &mut Lane, delivered: &mut Delivered) -> Vec<Settle> {
        delivered.back += lane.len();
        let by = &self.shared.setup.by;
        lane.drain(..).map(|due| Settle::EffectBack { id: due.id, by: by.clone() }).collect()
    }

    /// A stopped effect is tried again, or dropped, with its event on the case.
    pub async fn resolve(
        &self,
        effect: &str,
        again: bool,
        actor: &Actor,
        input_id: &str,
    ) -> Result<Done, StepError> {
        // Ids made by a step are case/entry/ordinal; the case's own may have slashes.
        let case = effect.rsplitn(3, '/').nth(2).unwrap_or(effect);
        let id = effect.to_owned();
        let settle = if again { Settle::EffectAgain { id } } else { Settle::EffectDropped { id } };
        let input = Input::Settled { effect: effect.to_owned() };
        let request = Request::new(case, input, input_id, actor.clone());
        self.one(Asked { request, settles: vec![settle] }).await
    }
}

/// Whether a refusal means that there is nothing left to do: a process to be cancelled that never came to be.
fn is_moot(due: &DueEffect, refused: &StepError) -> bool {
    due.kind == "cancel_process" && matches!(refused, StepError::NoCase { .. })
}

fn fate(tried: Tried) -> Fate {
    match tried {
        Ok(Handled::Done) => Fate::Done(Vec::new()),
        Ok(Handled::Fed(feeds)) => Fate::Done(feeds),
        Ok(Handled::Retry(error)) => Fate::Failed(error),
        Ok(Handled::GiveUp(error)) => Fate::Lost(error),
        Err(no_answer) => Fate::Failed(format!("its handler {no_answer}")),
    }
}

/// An effect's kind as the scenario names it: of the host's own its own.
fn kind(due: &DueEffect) -> String {
    match serde_json::from_str::<Effect>(&due.text).map(|it| it.act) {
        Ok(Act::Host { kind, .. }) => kind,
        _ => due.kind.clone(),
    }
}
