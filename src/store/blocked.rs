//! An async store for hosts that are sync: each call waits for its answer.

use super::{
    ActivityQuery, ActivityRow, AsyncQuery, AsyncStore, Board, BoardQuery, CaseQuery, CaseRow, Changed,
    Commit, Committed, EntryText, Find, Keep, Kept, LeaseRequest, Leases, Loading, Look, Message, Page,
    Position, Posted, Query, RefusedItem, Settle, Sight, StoppedEffect, Store, StoreError, Wanted,
};
use std::fmt;

/// An async store as a sync one, on a small tokio runtime of its own.
///
/// Not for use within async code: there the async store itself is what is wanted, and waiting would panic.
pub struct Blocked<S> {
    store: S,
    runtime: tokio::runtime::Runtime,
}

impl<S> Blocked<S> {
    /// The store as a sync one.
    ///
    /// # Errors
    /// When the system gives no means of waiting.
    pub fn new(store: S) -> Result<Self, StoreError> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StoreError::failed)?;
        Ok(Self { store, runtime })
    }

    /// The async store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Waits for something that the async store does.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

impl<S> fmt::Debug for Blocked<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocked").finish_non_exhaustive()
    }
}

macro_rules! wait {
    ($sync:ident by $async:ident:
        $( $name:ident($($arg:ident $(: &$borrowed:ty)? $(= $given:ty)?),*) -> $out:ty; )*) => {
        impl<S: $async> $sync for Blocked<S> {
            $( fn $name(&self, $($arg: $(&$borrowed)? $($given)?),*) -> Result<$out, StoreError> {
                self.wait(self.store.$name($($arg),*))
            } )*
        }
    };
}

wait! { Store by AsyncStore:
    load(wanted: &[Wanted]) -> Loading;
    journal(case: &str, from = u64, limit = u32) -> Vec<EntryText>;
    commit(commits: &[Commit]) -> Vec<Committed>;
    lease(request: &LeaseRequest) -> Leases;
    settle(settlements: &[Settle]) -> Vec<bool>;
    post(messages: &[Message]) -> Vec<Posted>;
    keep(keep: &Keep) -> Kept;
    kept(look: &Look) -> Vec<Keep>;
}

wait! { Query by AsyncQuery:
    cases(query: &CaseQuery) -> Page<CaseRow>;
    activities(query: &ActivityQuery) -> Page<ActivityRow>;
    board(query: &BoardQuery) -> Board;
    find(find: &Find, sight: &Sight, limit = u32) -> Vec<CaseRow>;
    changes(since = Position, limit = u32) -> Changed;
    stopped(after: &str, limit = u32) -> Page<StoppedEffect>;
    refused(after: &str, limit = u32) -> Page<RefusedItem>;
    counters(names: &[String]) -> Vec<i64>;
}
