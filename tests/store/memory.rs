//! The store in memory passes the suite: sync and async, with a clock and without, and in a transaction (S7).

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use tokio::runtime::Runtime;
use tokio::task::yield_now;
use voronka::Moment;
use voronka::store::conformance::{self, AsyncBuilder, Builder, names};
use voronka::store::*;

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

/// A transaction each.
struct InTransaction;

impl Builder for InTransaction {
    type Fresh = Arc<MemoryTransaction>;

    fn build(&self) -> Result<Arc<MemoryTransaction>, StoreError> {
        MemoryStore::new().transaction().map(Arc::new)
    }
}

/// A store whose every answer is waited for, before and after, on a runtime with threads.
struct Waits(MemoryStore);

macro_rules! waits {
    ($($trait:ident $sync:ident { $(fn $name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)* })*) => { $(
        impl $trait for Waits {
            $( fn $name<'a>(&'a self, $($arg: $kind),*) -> BoxFuture<'a, Result<$out, StoreError>> {
                Box::pin(async move {
                    yield_now().await;
                    let answer = $sync::$name(&self.0, $($arg),*);
                    yield_now().await;
                    answer
                })
            } )*
        }
    )* };
}

waits! {
    AsyncStore Store {
        fn load(wanted: &'a [Wanted]) -> Loading;
        fn journal(case: &'a str, from: u64, limit: u32) -> Vec<EntryText>;
        fn commit(commits: &'a [Commit]) -> Vec<Committed>;
        fn lease(request: &'a LeaseRequest) -> Leases;
        fn settle(settlements: &'a [Settle]) -> Vec<bool>;
        fn post(messages: &'a [Message]) -> Vec<Posted>;
        fn keep(keep: &'a Keep) -> Kept;
        fn kept(look: &'a Look) -> Vec<Keep>;
    }
    AsyncQuery Query {
        fn cases(query: &'a CaseQuery) -> Page<CaseRow>;
        fn activities(query: &'a ActivityQuery) -> Page<ActivityRow>;
        fn board(query: &'a BoardQuery) -> Board;
        fn find(find: &'a Find, sight: &'a Sight, limit: u32) -> Vec<CaseRow>;
        fn changes(since: Position, limit: u32) -> Changed;
        fn stopped(after: &'a str, limit: u32) -> Page<StoppedEffect>;
        fn refused(after: &'a str, limit: u32) -> Page<RefusedItem>;
        fn counters(names: &'a [String]) -> Vec<i64>;
    }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

struct OnTokio;

impl AsyncBuilder for OnTokio {
    type Fresh = Arc<Waits>;

    fn build(&self) -> BoxFuture<'_, Result<Arc<Waits>, StoreError>> {
        Box::pin(async { Ok(Arc::new(Waits(MemoryStore::new()))) })
    }

    fn block_on<F: Future>(&self, work: F) -> F::Output {
        RUNTIME.block_on(work)
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

mod on_tokio {
    use super::*;
    voronka::conformance_tests!(async, OnTokio);
}

mod with_clock {
    use super::*;
    voronka::conformance_tests!(sync, WithClock);
}

mod in_transaction {
    use super::*;
    voronka::conformance_tests!(sync alone, InTransaction);
    voronka::conformance_tests!(sync query, InTransaction);
}

#[test]
fn a_case_that_is_not_there_is_a_failure() {
    assert!(conformance::run(&Plain, "commit/no-such-case").is_err());
    assert!(conformance::run(&Plain, "lists/pages-hold-each-case-once").is_err(), "it is one of the lists");
    assert!(conformance::run_query(&Plain, "commit/writes-all-of-it").is_err(), "it is none of the lists");
}

/// Names are published: hosts leave cases out by name, and write of them. A case may be added, none renamed.
#[test]
fn the_names_of_cases_are_stable() {
    let mut sorted = names();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), names().len(), "each name is there once");
    let golden = include_str!("cases.txt").lines().collect::<Vec<_>>();
    assert_eq!(names(), golden, "tests/store/cases.txt");
}

fn switch(on: bool) -> Keep {
    let since = "2026-03-02T08:00:00Z".parse().unwrap();
    let (scenario, trigger, by) = ("sale".to_owned(), "/trigger/x".to_owned(), "anna".to_owned());
    Keep::Switch(Switched { scenario, trigger, on, since, by })
}

fn switches(store: &impl Store) -> Vec<Keep> {
    store.kept(&Look::Switches { scenario: "sale".to_owned() }).unwrap()
}

#[test]
fn s7_a_transaction_is_seen_by_nobody_until_it_is_committed() {
    let store = MemoryStore::new();
    let tx = store.transaction().unwrap();
    Store::keep(&tx, &switch(true)).unwrap();
    assert_eq!((switches(&tx).len(), switches(&store).len()), (1, 0));
    tx.commit_all().unwrap();
    assert_eq!(switches(&store), [switch(true)]);
}

#[test]
fn s7_a_transaction_that_is_dropped_leaves_no_trace() {
    let store = MemoryStore::new();
    let tx = store.transaction().unwrap();
    Store::keep(&tx, &switch(true)).unwrap();
    drop(tx);
    assert_eq!(switches(&store), []);
}

#[test]
fn s7_a_transaction_in_whose_way_somebody_wrote_writes_nothing() {
    let store = MemoryStore::new();
    let tx = store.transaction().unwrap();
    Store::keep(&tx, &switch(true)).unwrap();
    // What hands out nothing and settles nothing is in nobody's way.
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let request = LeaseRequest { kind: LeaseKind::Timers, now, until: now, by: "h".to_owned(), limit: 9 };
    Store::lease(&store, &request).unwrap();
    Store::settle(&store, &[Settle::TimerGone { id: "none".to_owned() }]).unwrap();
    let other = store.transaction().unwrap();
    Store::keep(&other, &switch(false)).unwrap();
    other.commit_all().unwrap();
    assert!(matches!(tx.commit_all(), Err(StoreError::Busy { .. })));
    assert_eq!(switches(&store), [switch(false)]);
}

#[test]
fn s7_a_transaction_that_wrote_nothing_is_in_nobodys_way() {
    let store = MemoryStore::new();
    let tx = store.transaction().unwrap();
    assert_eq!(switches(&tx), []);
    Store::keep(&store, &switch(true)).unwrap();
    tx.commit_all().unwrap();
    assert_eq!(switches(&store), [switch(true)]);
}
