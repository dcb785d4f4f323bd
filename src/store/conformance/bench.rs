//! What the cases run on: one body for sync and async stores, and several clients at once.

use super::{AsyncBuilder, AsyncFresh, Failure, Fresh};
use crate::store::{AnyStore, Awaiting, Blocking, StoreError, at_once};
use std::future::Future;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

/// A fresh store of either kind.
pub(super) trait AnyBench: Sync {
    type Store: AnyStore;

    /// Another handle; not to be called while work is driven.
    fn connect(&self) -> Result<Self::Store, StoreError>;

    /// Drives work to its end on this thread.
    fn drive<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure>;
}

pub(super) struct SyncBench<F>(pub F);

impl<F: Fresh> AnyBench for SyncBench<F> {
    type Store = Blocking<F::Store>;

    fn connect(&self) -> Result<Self::Store, StoreError> {
        self.0.connect().map(Blocking)
    }

    fn drive<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        at_once(work)
    }
}

pub(super) struct AsyncBench<'b, B: AsyncBuilder> {
    pub builder: &'b B,
    pub fresh: B::Fresh,
}

impl<B: AsyncBuilder> AnyBench for AsyncBench<'_, B> {
    type Store = Awaiting<<B::Fresh as AsyncFresh>::Store>;

    fn connect(&self) -> Result<Self::Store, StoreError> {
        self.builder.block_on(self.fresh.connect()).map(Awaiting)
    }

    fn drive<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        self.builder.block_on(work)
    }
}

/// So many clients, each with a handle and a thread of its own, that begin at the same time.
pub(super) fn together<B: AnyBench, T: Send>(
    bench: &B,
    clients: usize,
    act: impl AsyncFn(usize, &B::Store) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let (barrier, act) = (Barrier::new(clients), &act);
    let client = |nth: usize| {
        let store = bench.connect();
        // Nobody is left waiting for one that could not connect, nor a runtime held while it waits.
        barrier.wait();
        let store = store?;
        bench.drive(act(nth, &store))
    };
    thread::scope(|scope| {
        let client = &client;
        let threads: Vec<_> = (0..clients).map(|nth| scope.spawn(move || client(nth))).collect();
        let done = threads.into_iter().map(|it| it.join());
        done.map(|it| it.unwrap_or_else(|_| Err(Failure::new("a client panicked")))).collect()
    })
}

/// Makes a call again while the store says that others are in the way, as a host does.
pub(super) async fn patiently<T>(act: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, Failure> {
    let mut tries = 0;
    loop {
        match act().await {
            Err(StoreError::Busy { .. }) if tries < 500 => {
                tries += 1;
                thread::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(error.into()),
            Ok(done) => return Ok(done),
        }
    }
}
