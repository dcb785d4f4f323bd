//! The suite by which a store is held to its contracts (feature `conformance`).
//!
//! A [`Builder`] (or an [`AsyncBuilder`]) gives a fresh store and the guard that throws it away;
//! [`crate::conformance_tests!`] makes one test per case, so that one that fails stops no other. Each case has
//! a stable name, such as `commit/stale-revision-writes-nothing`, by which [`run`] runs it alone; [`names`] lists them all.
//!
//! There are three groups: what [`Store`] says, what it says when several clients come at once, and what
//! [`Query`] says; a first adapter can begin with the first.
//!
//! All moments of the suite lie in March 2020, so that a store with a clock of its own is not ahead of them.
//!
//! # Examples
//! ```
//! use voronka::store::{MemoryStore, StoreError, conformance};
//!
//! struct Memory;
//!
//! impl conformance::Builder for Memory {
//!     type Fresh = MemoryStore;
//!     fn build(&self) -> Result<MemoryStore, StoreError> {
//!         Ok(MemoryStore::new())
//!     }
//! }
//!
//! mod memory {
//!     use super::Memory;
//!     voronka::conformance_tests!(sync, Memory);
//! }
//!
//! # fn main() {
//! // One of them alone.
//! assert_eq!(conformance::run(&Memory, "commit/stale-revision-writes-nothing"), Ok(()));
//! # }
//! ```

mod bench;
mod concurrency;
mod list;
mod query;
mod store;
mod world;

use super::{AsyncQuery, AsyncStore, BoxFuture, MemoryStore, Query, Store, StoreError};
use bench::{AsyncBench, SyncBench};
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

/// What a case found to be otherwise than the contract says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Failure {
    why: String,
}

impl Failure {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(format!("the store gave an error: {error}"))
    }
}

/// What came of a case.
type Verdict = Result<(), Failure>;

/// Holds what was found to what the contract says.
fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Verdict {
    if found == expected {
        return Ok(());
    }
    let short = |it: &T| {
        let text = format!("{it:?}");
        if text.chars().count() > 2_000 {
            text.chars().take(2_000).chain("…".chars()).collect()
        } else {
            text
        }
    };
    Err(Failure::new(format!("{what}: found {}, expected {}", short(found), short(expected))))
}

/// Fails with these words unless it holds.
fn holds(what: &str, it: bool) -> Verdict {
    if it { Ok(()) } else { Err(Failure::new(what)) }
}

/// What was looked for, or a failure with these words.
fn there<T>(what: &str, it: Option<T>) -> Result<T, Failure> {
    it.ok_or_else(|| Failure::new(what))
}

/// Gives a fresh, empty store for each case, for sync stores.
pub trait Builder: Sync {
    /// What it gives; see there.
    type Fresh: Fresh;

    /// A store with nothing in it.
    ///
    /// # Errors
    /// What the store says when it cannot be made; the case fails then.
    fn build(&self) -> Result<Self::Fresh, StoreError>;
}

/// A fresh store: the guard that is dropped at the end of the case, and gives handles to the one store behind it.
pub trait Fresh: Sync {
    /// A handle.
    type Store: Store;

    /// Another handle to the same store, as another host would have it: with a connection of its own.
    ///
    /// Cases with several clients call it on the client's own thread.
    ///
    /// # Errors
    /// What the store says when it cannot be reached; the case fails then.
    fn connect(&self) -> Result<Self::Store, StoreError>;
}

/// Gives a fresh, empty store for each case, for async stores.
pub trait AsyncBuilder: Sync {
    /// What it gives; see there.
    type Fresh: AsyncFresh;

    /// A store with nothing in it.
    fn build(&self) -> BoxFuture<'_, Result<Self::Fresh, StoreError>>;

    /// Runs a future to its end.
    ///
    /// Cases with several clients call it on several threads at once, such as on a runtime of `tokio` that all share.
    fn block_on<F: Future>(&self, work: F) -> F::Output;
}

/// A fresh store for async hosts; see [`Fresh`].
pub trait AsyncFresh: Send + Sync {
    /// A handle.
    type Store: AsyncStore;

    /// Another handle to the same store, with a connection of its own.
    fn connect(&self) -> BoxFuture<'_, Result<Self::Store, StoreError>>;
}

/// A store that many threads share needs no other handle; it is thrown away with the last `Arc`.
impl<S: Store + Send + Sync> Fresh for Arc<S> {
    type Store = Self;

    fn connect(&self) -> Result<Self, StoreError> {
        Ok(self.clone())
    }
}

/// As for [`Fresh`].
impl<S: AsyncStore> AsyncFresh for Arc<S> {
    type Store = Self;

    fn connect(&self) -> BoxFuture<'_, Result<Self, StoreError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

impl Fresh for MemoryStore {
    type Store = Self;

    fn connect(&self) -> Result<Self, StoreError> {
        Ok(self.clone())
    }
}

impl AsyncFresh for MemoryStore {
    type Store = Self;

    fn connect(&self) -> BoxFuture<'_, Result<Self, StoreError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

/// The names of the cases for [`Store`], in their order.
#[must_use]
pub fn store_names() -> Vec<String> {
    list::store_names().into_iter().chain(list::together_names()).collect()
}

/// The names of the cases for [`Query`], in their order.
#[must_use]
pub fn query_names() -> Vec<String> {
    list::query_names().into_iter().chain(list::feed_names()).collect()
}

/// The names of all cases, in their order.
#[must_use]
pub fn names() -> Vec<String> {
    store_names().into_iter().chain(query_names()).collect()
}

fn no_such(name: &str) -> Verdict {
    Err(Failure::new(format!("there is no case {name:?} in this group")))
}

/// Runs one case for [`Store`] on a fresh store.
///
/// # Errors
/// What was otherwise than the contract says, or that there is no such case.
pub fn run<B: Builder>(builder: &B, name: &str) -> Result<(), Failure> {
    let bench = SyncBench(builder.build()?);
    list::run_store(&bench, name)
        .or_else(|| list::run_together(&bench, name))
        .unwrap_or_else(|| no_such(name))
}

/// Runs one case for [`Query`] on a fresh store.
///
/// # Errors
/// As [`run`].
pub fn run_query<B: Builder>(builder: &B, name: &str) -> Result<(), Failure>
where
    <B::Fresh as Fresh>::Store: Query,
{
    let bench = SyncBench(builder.build()?);
    list::run_query(&bench, name).or_else(|| list::run_feed(&bench, name)).unwrap_or_else(|| no_such(name))
}

/// Runs one case for [`AsyncStore`] on a fresh store.
///
/// # Errors
/// As [`run`].
pub fn run_async<B: AsyncBuilder>(builder: &B, name: &str) -> Result<(), Failure> {
    let bench = AsyncBench { builder, fresh: builder.block_on(builder.build())? };
    list::run_store(&bench, name)
        .or_else(|| list::run_together(&bench, name))
        .unwrap_or_else(|| no_such(name))
}

/// Runs one case for [`AsyncQuery`] on a fresh store.
///
/// # Errors
/// As [`run`].
pub fn run_query_async<B: AsyncBuilder>(builder: &B, name: &str) -> Result<(), Failure>
where
    <B::Fresh as AsyncFresh>::Store: AsyncQuery,
{
    let bench = AsyncBench { builder, fresh: builder.block_on(builder.build())? };
    list::run_query(&bench, name).or_else(|| list::run_feed(&bench, name)).unwrap_or_else(|| no_such(name))
}

/// The verdict of a test: it panics with the name and what was found.
///
/// # Panics
/// Where the case failed.
#[doc(hidden)]
#[allow(clippy::panic, reason = "a test fails by a panic")]
pub fn verdict(name: &str, verdict: &Result<(), Failure>) {
    if let Err(failure) = verdict {
        panic!("{name}: {failure}");
    }
}
