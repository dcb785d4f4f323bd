//! The store in memory passes the suite, sync and async, with a clock and without.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use voronka::Moment;
use voronka::store::conformance::{self, AsyncBuilder, Builder, names};
use voronka::store::{BoxFuture, MemoryStore, StoreError};

/// Stores without a clock.
struct Plain;

impl Builder for Plain {
    type Fresh = MemoryStore;

    fn build(&self) -> Result<MemoryStore, StoreError> {
        Ok(MemoryStore::new())
    }
}

impl AsyncBuilder for Plain {
    type Fresh = MemoryStore;

    fn build(&self) -> BoxFuture<'_, Result<MemoryStore, StoreError>> {
        Box::pin(async { Ok(MemoryStore::new()) })
    }

    fn block_on<F: Future>(&self, work: F) -> F::Output {
        // Nothing in it waits.
        match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("the store in memory waited"),
        }
    }
}

/// Stores with a clock, which stands in the summer of 2020.
struct WithClock;

impl Builder for WithClock {
    type Fresh = MemoryStore;

    fn build(&self) -> Result<MemoryStore, StoreError> {
        let now: Moment = "2020-07-01T12:00:00Z".parse().unwrap();
        Ok(MemoryStore::with_clock(move || now))
    }
}

mod sync {
    use super::*;
    voronka::conformance_tests!(sync, Plain);
}

mod ready {
    use super::*;
    voronka::conformance_tests!(async, Plain);
}

mod with_clock {
    use super::*;
    voronka::conformance_tests!(sync, WithClock);
}

#[test]
fn a_case_that_is_not_there_is_a_failure() {
    assert!(conformance::run(&Plain, "commit/no-such-case").is_err());
    assert!(conformance::run(&Plain, "lists/pages-hold-each-case-once").is_err(), "it is one of the lists");
}

#[test]
fn names_are_unique() {
    let mut sorted = names();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), names().len());
}
