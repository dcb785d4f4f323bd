//! The loop of a host: timers, inbox, effects, until it is told to stop.

use super::clock::back_off;
use super::facts::AnyFacts;
use super::handler::AnyCalls;
use super::host::Host;
use super::waiting::AnyTaker;
use crate::store::{AnyStore, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells a loop to stop: it finishes what is in hand, hands back what it has not begun, and returns.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// One that has not been told yet; its clones are told with it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells it.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was told.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What a loop has done until it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worked {
    /// How many timers fired.
    pub timers: usize,
    /// How many rows of the inbox reached all their cases.
    pub rows: usize,
    /// How many effects were done.
    pub effects: usize,
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Works until it is stopped. A store that cannot be reached is tried again; what else fails in it ends the loop.
    pub async fn work(
        &self,
        calls: &mut impl AnyCalls,
        taker: &impl AnyTaker,
        stop: &Stop,
    ) -> Result<Worked, StoreError> {
        let setup = &self.shared.setup;
        let mut worked = Worked::default();
        let mut tries = 0;
        while !stop.is_stopped() {
            match self.pass(calls, taker, stop, &mut worked).await {
                Ok(0) => {
                    tries = 0;
                    self.shared.write_counts(self.store, 1).await;
                    self.time.sleep(setup.idle).await;
                }
                Ok(_) => tries = 0,
                Err(error) if error.is_transient() => {
                    tries += 1;
                    let (first, longest) = (setup.conflict_wait.0, setup.retry_wait.0);
                    self.time.sleep(back_off(first, longest, tries, &*setup.chance)).await;
                }
                Err(error) => return Err(error),
            }
        }
        self.shared.write_counts(self.store, 1).await;
        Ok(worked)
    }

    /// Once through all that is due; how much there was.
    async fn pass(
        &self,
        calls: &mut impl AnyCalls,
        taker: &impl AnyTaker,
        stop: &Stop,
        worked: &mut Worked,
    ) -> Result<usize, StoreError> {
        let fired = self.fire().await?;
        worked.timers += fired.fired;
        let mut count = fired.count();
        if !stop.is_stopped() {
            let received = self.receive(taker).await?;
            worked.rows += received.done;
            count += received.count();
        }
        if !stop.is_stopped() {
            let delivered = self.deliver(calls, Some(stop)).await?;
            worked.effects += delivered.done;
            count += delivered.count();
        }
        Ok(count)
    }
}
