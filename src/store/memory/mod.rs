//! The store in memory: all that the contracts ask, for tests, for hosts that keep nothing, and as the measure of others.
//!
//! It has the indexes that the SQL stores have, so that what is fast there is fast here. What it holds is gone
//! with the last of its clones.

mod cases;
mod effects;
mod inbox;
mod kept;
mod lists;
mod rows;
mod timers;

use super::{
    ActivityQuery, ActivityRow, AsyncQuery, AsyncStore, Board, BoardQuery, BoxFuture, CaseQuery, CaseRow,
    Changed, Commit, Committed, EntryText, Find, Keep, Kept, LeaseKind, LeaseRequest, Leases, Loading, Look,
    Message, Page, Position, Posted, Query, RefusedItem, Settle, Sight, StoppedEffect, Store, StoreError,
    Wanted,
};
use crate::Moment;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard};

/// All that a store keeps.
#[derive(Clone, Default)]
struct Data {
    /// Grows with whatever is written, so that a transaction sees that others wrote meanwhile.
    generation: u64,
    cases: cases::Cases,
    timers: timers::Timers,
    effects: effects::Effects,
    inbox: inbox::Inbox,
    kept: kept::KeptThings,
}

type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// A store in memory; clones share what it holds, and may be used from many threads.
///
/// It implements [`Store`] and [`Query`] and, with answers that are ready at once, [`AsyncStore`] and [`AsyncQuery`].
/// One call is one lock, so calls follow each other and each sees all of the ones before it (S2, S3, S4).
///
/// # Examples
/// ```
/// # use voronka::{Actor, Context, Opening, Scenario, store::commit_of};
/// use voronka::store::{Committed, MemoryStore, Store, Wanted};
/// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
/// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
/// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
/// let store = MemoryStore::new();
/// let opened = scenario.open("c1", Opening::default(), &ctx)?;
/// assert_eq!(store.commit(&[commit_of(&scenario, None, &opened)?])?, [Committed::Done]);
/// assert!(store.load(&[Wanted::case("c1")])?.found[0].case.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    data: Arc<Mutex<Data>>,
    clock: Option<Clock>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("clock", &self.clock.is_some()).finish_non_exhaustive()
    }
}

fn locked(data: &Mutex<Data>) -> Result<MutexGuard<'_, Data>, StoreError> {
    data.lock().map_err(|_| StoreError::failed("a thread panicked while it held the store in memory"))
}

impl MemoryStore {
    /// An empty store without a clock of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store with a clock, which all that share it see (S10).
    #[must_use]
    pub fn with_clock(clock: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self { data: Arc::default(), clock: Some(Arc::new(clock)) }
    }

    /// Begins a transaction: a store on a copy of what is there now, which others see once it is committed (S7).
    ///
    /// Copying takes as long as there is much in the store, which is good enough for tests and for small data.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when a thread panicked inside the store.
    pub fn transaction(&self) -> Result<MemoryTransaction, StoreError> {
        let copy = locked(&self.data)?.clone();
        Ok(MemoryTransaction {
            store: self.clone(),
            begun: copy.generation,
            data: Mutex::new(copy),
            clock: self.clock.clone(),
        })
    }
}

/// A transaction on a [`MemoryStore`]: a store of its own until it is committed; dropped, it leaves no trace (S7).
///
/// # Examples
/// ```
/// use voronka::store::{Keep, Look, MemoryStore, Store, Switched};
/// # let since = "2026-03-02T08:00:00Z".parse()?;
/// let store = MemoryStore::new();
/// let tx = store.transaction()?;
/// let (scenario, trigger, by) = ("sale".to_owned(), "/trigger/remind".to_owned(), "anna".to_owned());
/// tx.keep(&Keep::Switch(Switched { scenario, trigger, on: false, since, by }))?;
/// let switches = Look::Switches { scenario: "sale".to_owned() };
/// assert_eq!((store.kept(&switches)?.len(), tx.kept(&switches)?.len()), (0, 1));
/// tx.commit_all()?;
/// assert_eq!(store.kept(&switches)?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MemoryTransaction {
    store: MemoryStore,
    begun: u64,
    data: Mutex<Data>,
    clock: Option<Clock>,
}

impl fmt::Debug for MemoryTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransaction").field("begun", &self.begun).finish_non_exhaustive()
    }
}

impl MemoryTransaction {
    /// Writes all that was written in it, as one.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when somebody else wrote to the store since it was begun; then nothing is written, and the
    /// host does it all again in a new transaction.
    pub fn commit_all(self) -> Result<(), StoreError> {
        let mine = self.data.into_inner().map_err(|_| StoreError::failed("a thread panicked in it"))?;
        if mine.generation == self.begun {
            return Ok(());
        }
        let mut theirs = locked(&self.store.data)?;
        if theirs.generation != self.begun {
            return Err(StoreError::Busy { why: "somebody wrote while the transaction was open".to_owned() });
        }
        *theirs = mine;
        Ok(())
    }
}

impl Data {
    fn settle_one(&mut self, settle: &Settle) -> bool {
        match settle {
            Settle::EffectDone { .. }
            | Settle::EffectLater { .. }
            | Settle::EffectBack { .. }
            | Settle::EffectGivenUp { .. }
            | Settle::EffectAgain { .. }
            | Settle::EffectDropped { .. } => self.effects.settle(settle),
            Settle::TimerGone { id } => self.timers.remove(id),
            Settle::TimerLater { id, by, at } => self.timers.later(id, by, *at),
            Settle::InboxDone { .. }
            | Settle::InboxLater { .. }
            | Settle::InboxRefused { .. }
            | Settle::InboxAgain { .. }
            | Settle::InboxDropped { .. } => self.inbox.settle(settle),
        }
    }

    fn settle(&mut self, settlements: &[Settle]) -> Vec<bool> {
        let settled: Vec<bool> = settlements.iter().map(|it| self.settle_one(it)).collect();
        self.generation += u64::from(settled.contains(&true));
        settled
    }

    fn lease(&mut self, request: &LeaseRequest, clock: Option<Moment>) -> Leases {
        let now = clock.map_or(request.now, |clock| clock.min(request.now));
        let mut leases = Leases::default();
        match request.kind {
            LeaseKind::Timers => {
                let kept = &self.kept;
                leases.timers = self.timers.lease(request, now, |timer| kept.is_on(timer));
            }
            LeaseKind::Effects => leases.effects = self.effects.lease(request, now),
            LeaseKind::Inbox => leases.inbox = self.inbox.lease(request, now, &self.cases),
        }
        self.generation += u64::from(leases != Leases::default());
        leases
    }

    fn post(&mut self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        inbox::check(messages)?;
        let posted: Vec<Posted> = messages.iter().map(|it| self.inbox.post(it)).collect();
        self.generation += u64::from(posted.contains(&Posted::New));
        Ok(posted)
    }
}

/// The four traits for what holds [`Data`] behind a lock.
macro_rules! stores {
    ($($store:ident)*) => { $(
        impl Store for $store {
            fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
                let clock = self.clock.as_ref().map(|clock| clock());
                Ok(locked(&self.data)?.load(wanted, clock))
            }

            fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, StoreError> {
                locked(&self.data)?.cases.journal(case, from, limit)
            }

            fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
                locked(&self.data)?.commit(commits)
            }

            fn lease(&self, request: &LeaseRequest) -> Result<Leases, StoreError> {
                let clock = self.clock.as_ref().map(|clock| clock());
                Ok(locked(&self.data)?.lease(request, clock))
            }

            fn settle(&self, settlements: &[Settle]) -> Result<Vec<bool>, StoreError> {
                Ok(locked(&self.data)?.settle(settlements))
            }

            fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
                locked(&self.data)?.post(messages)
            }

            fn keep(&self, keep: &Keep) -> Result<Kept, StoreError> {
                Ok(locked(&self.data)?.keep(keep))
            }

            fn kept(&self, look: &Look) -> Result<Vec<Keep>, StoreError> {
                Ok(locked(&self.data)?.kept.kept(look))
            }
        }

        impl Query for $store {
            fn cases(&self, query: &CaseQuery) -> Result<Page<CaseRow>, StoreError> {
                Ok(locked(&self.data)?.cases.page(query))
            }

            fn activities(&self, query: &ActivityQuery) -> Result<Page<ActivityRow>, StoreError> {
                Ok(locked(&self.data)?.cases.agenda(query))
            }

            fn board(&self, query: &BoardQuery) -> Result<Board, StoreError> {
                locked(&self.data)?.cases.board(query)
            }

            fn find(&self, find: &Find, sight: &Sight, limit: u32) -> Result<Vec<CaseRow>, StoreError> {
                Ok(locked(&self.data)?.cases.find(find, sight, limit))
            }

            fn changes(&self, since: Position, limit: u32) -> Result<Changed, StoreError> {
                Ok(locked(&self.data)?.cases.changes(since, limit))
            }

            fn stopped(&self, after: &str, limit: u32) -> Result<Page<StoppedEffect>, StoreError> {
                Ok(locked(&self.data)?.effects.stopped(after, limit))
            }

            fn refused(&self, after: &str, limit: u32) -> Result<Page<RefusedItem>, StoreError> {
                Ok(locked(&self.data)?.inbox.refused(after, limit))
            }

            fn counters(&self, names: &[String]) -> Result<Vec<i64>, StoreError> {
                Ok(locked(&self.data)?.cases.counters(names))
            }
        }

        impl AsyncStore for $store {
            fn load<'a>(&'a self, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Loading, StoreError>> {
                Box::pin(ready(Store::load(self, wanted)))
            }

            fn journal<'a>(
                &'a self, case: &'a str, from: u64, limit: u32,
            ) -> BoxFuture<'a, Result<Vec<EntryText>, StoreError>> {
                Box::pin(ready(Store::journal(self, case, from, limit)))
            }

            fn commit<'a>(&'a self, commits: &'a [Commit]) -> BoxFuture<'a, Result<Vec<Committed>, StoreError>> {
                Box::pin(ready(Store::commit(self, commits)))
            }

            fn lease<'a>(&'a self, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Leases, StoreError>> {
                Box::pin(ready(Store::lease(self, request)))
            }

            fn settle<'a>(&'a self, settlements: &'a [Settle]) -> BoxFuture<'a, Result<Vec<bool>, StoreError>> {
                Box::pin(ready(Store::settle(self, settlements)))
            }

            fn post<'a>(&'a self, messages: &'a [Message]) -> BoxFuture<'a, Result<Vec<Posted>, StoreError>> {
                Box::pin(ready(Store::post(self, messages)))
            }

            fn keep<'a>(&'a self, keep: &'a Keep) -> BoxFuture<'a, Result<Kept, StoreError>> {
                Box::pin(ready(Store::keep(self, keep)))
            }

            fn kept<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Vec<Keep>, StoreError>> {
                Box::pin(ready(Store::kept(self, look)))
            }
        }

        impl AsyncQuery for $store {
            fn cases<'a>(&'a self, query: &'a CaseQuery) -> BoxFuture<'a, Result<Page<CaseRow>, StoreError>> {
                Box::pin(ready(Query::cases(self, query)))
            }

            fn activities<'a>(
                &'a self, query: &'a ActivityQuery,
            ) -> BoxFuture<'a, Result<Page<ActivityRow>, StoreError>> {
                Box::pin(ready(Query::activities(self, query)))
            }

            fn board<'a>(&'a self, query: &'a BoardQuery) -> BoxFuture<'a, Result<Board, StoreError>> {
                Box::pin(ready(Query::board(self, query)))
            }

            fn find<'a>(
                &'a self, find: &'a Find, sight: &'a Sight, limit: u32,
            ) -> BoxFuture<'a, Result<Vec<CaseRow>, StoreError>> {
                Box::pin(ready(Query::find(self, find, sight, limit)))
            }

            fn changes<'a>(&'a self, since: Position, limit: u32) -> BoxFuture<'a, Result<Changed, StoreError>> {
                Box::pin(ready(Query::changes(self, since, limit)))
            }

            fn stopped<'a>(
                &'a self, after: &'a str, limit: u32,
            ) -> BoxFuture<'a, Result<Page<StoppedEffect>, StoreError>> {
                Box::pin(ready(Query::stopped(self, after, limit)))
            }

            fn refused<'a>(
                &'a self, after: &'a str, limit: u32,
            ) -> BoxFuture<'a, Result<Page<RefusedItem>, StoreError>> {
                Box::pin(ready(Query::refused(self, after, limit)))
            }

            fn counters<'a>(&'a self, names: &'a [String]) -> BoxFuture<'a, Result<Vec<i64>, StoreError>> {
                Box::pin(ready(Query::counters(self, names)))
            }
        }
    )* };
}

stores! { MemoryStore MemoryTransaction }
