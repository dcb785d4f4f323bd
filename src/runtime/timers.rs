//! Timers that are due: each is an input of its own id (S6, T11).

use super::clock::later;
use super::error::StepError;
use super::facts::AnyFacts;
use super::host::Host;
use super::request::{Asked, Request};
use super::trace;
use crate::case::Input;
use crate::store::{AnyStore, DueTimer, LeaseKind, LeaseRequest, Settle, StoreError};
use crate::{Moment, Value};

/// What came of one batch of timers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fired {
    /// How many fired.
    pub fired: usize,
    /// How many the cases did not know any more; they are gone.
    pub gone: usize,
    /// Those that could not be reported now, and why; they are handed out again.
    pub later: Vec<StepError>,
}

impl Fired {
    /// How many were looked at.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.fired + self.gone + self.later.len()
    }
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    pub(super) fn lease_of(&self, kind: LeaseKind, limit: u32) -> LeaseRequest {
        let (now, setup) = (self.time.now(), &self.shared.setup);
        LeaseRequest { kind, now, until: later(now, setup.lease), by: setup.by.clone(), limit }
    }

    /// Fires one batch of what is due.
    pub async fn fire(&self) -> Result<Fired, StoreError> {
        let setup = &self.shared.setup;
        let lease = self.lease_of(LeaseKind::Timers, setup.batch);
        let due = self.store.lease(&lease).await?.timers;
        let mut fired = Fired::default();
        if due.is_empty() {
            return Ok(fired);
        }
        let ask = |it: &DueTimer| {
            let input = Input::Timer { timer: it.id.clone() };
            Asked::from(Request::new(&it.case, input, &it.id, setup.machine.clone()))
        };
        let answers = self.run(due.iter().map(ask).collect(), false, |_| ()).await;
        let mut settles = Vec::new();
        for (timer, answer) in due.iter().zip(answers) {
            match answer {
                Ok(done) if !done.repeated => fired.fired += 1,
                // It had fired, or the case does not know it: what is left of it goes.
                Ok(_) | Err(StepError::NoCase { .. }) => {
                    fired.gone += 1;
                    settles.push(Settle::TimerGone { id: timer.id.clone() });
                }
                Err(error) => match self.again(&error, &lease) {
                    None => {
                        fired.gone += 1;
                        settles.push(Settle::TimerGone { id: timer.id.clone() });
                    }
                    Some(at) => {
                        let (id, by) = (timer.id.clone(), setup.by.clone());
                        settles.push(Settle::TimerLater { id, by, at });
                        fired.later.push(error);
                    }
                },
            }
        }
        if !settles.is_empty() {
            self.store.settle(&settles).await?;
        }
        trace::timers(fired.fired);
        Ok(fired)
    }

    /// When a timer that could not be reported is handed out again; never, where the case does not know it.
    fn again(&self, error: &StepError, lease: &LeaseRequest) -> Option<Moment> {
        let soon = self.shared.setup.retry_wait.0;
        if let StepError::TooFarAhead { clock, .. } = error {
            // This host's clock is wrong; what it put off by that clock nobody would fire for as long.
            return Some(later(*clock, soon));
        }
        let missing = error.rejection().and_then(|it| it.missing().first());
        match missing.map(|it| it.code.as_str()) {
            Some("V-T11-unknown") => None,
            Some("V-T11-early") => match missing.and_then(|it| it.args.get("at")) {
                Some(Value::Moment(at)) => Some(*at),
                _ => Some(lease.until),
            },
            _ if error.is_transient() => Some(later(lease.now, soon)),
            _ => Some(lease.until),
        }
    }
}
