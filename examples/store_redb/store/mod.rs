//! A store on redb, an embedded key-value database: what an integrator copies for a database of their own.
//!
//! One file per subject: what is kept ([`tables`]), steps ([`commit`]), what is handed out ([`timers`], [`effects`],
//! [`inbox`]), versions and the like ([`kept`]), lists ([`lists`]). `docs/ADAPTERS.md` goes through them in this order.

mod commit;
mod effects;
mod inbox;
mod kept;
mod lists;
mod tables;
mod timers;

use redb::{Database, ReadTransaction, ReadableDatabase, WriteTransaction};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use tables::{Fault, Read};
use voronka::store::{
    ActivityQuery, ActivityRow, Board, BoardQuery, CaseQuery, CaseRow, Changed, Commit, Committed, EntryText,
    Find, Keep, Kept, LeaseKind, LeaseRequest, Leases, Loading, Look, Message, Page, Position, Posted, Query,
    RefusedItem, Settle, Sight, StoppedEffect, Store, StoreError, Wanted,
};

/// Where a call gets its transaction from.
pub trait Access {
    /// A transaction that can be read.
    type Reads: Read;

    /// One transaction for all that a call reads, so that all of it is of one moment.
    fn read<T>(&self, act: impl FnOnce(&Self::Reads) -> Result<T, Fault>) -> Result<T, StoreError>;

    /// One transaction for all that a call writes; it is kept only where that was `worth` it.
    fn write<T>(
        &self,
        act: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
        worth: impl FnOnce(&T) -> bool,
    ) -> Result<T, StoreError>;
}

/// Owned: each call begins a transaction of its own and ends it, durably. redb lets one write at a time, and others wait,
/// so two writers never see the same revision.
impl Access for Database {
    type Reads = ReadTransaction;

    fn read<T>(&self, act: impl FnOnce(&ReadTransaction) -> Result<T, Fault>) -> Result<T, StoreError> {
        let read = || act(&self.begin_read()?);
        read().map_err(|fault| fault.0)
    }

    fn write<T>(
        &self,
        act: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
        worth: impl FnOnce(&T) -> bool,
    ) -> Result<T, StoreError> {
        let write = || {
            // Dropped on an error, it leaves no trace.
            let tx = self.begin_write()?;
            let done = act(&tx)?;
            if worth(&done) {
                tx.commit()?;
            }
            Ok(done)
        };
        write().map_err(|fault: Fault| fault.0)
    }
}

/// Borrowed: the host begins and ends it (S7). After an error the host drops it.
impl Access for WriteTransaction {
    type Reads = Self;

    fn read<T>(&self, act: impl FnOnce(&Self) -> Result<T, Fault>) -> Result<T, StoreError> {
        act(self).map_err(|fault| fault.0)
    }

    fn write<T>(
        &self,
        act: impl FnOnce(&Self) -> Result<T, Fault>,
        _worth: impl FnOnce(&T) -> bool,
    ) -> Result<T, StoreError> {
        act(self).map_err(|fault| fault.0)
    }
}

/// A store on a redb database (`Arc<Database>`), or on a host's open transaction (`&WriteTransaction`).
pub struct RedbStore<P>(pub P);

impl RedbStore<Arc<Database>> {
    /// Opens a file, or begins one.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let open = || Ok(Database::create(path)?);
        let db = open().map_err(|fault: Fault| fault.0)?;
        db.write(tables::create, |()| true)?;
        Ok(Self(Arc::new(db)))
    }
}

fn any<T: PartialEq>(answers: &[T], one: &T) -> bool {
    answers.contains(one)
}

impl<P: Deref<Target: Access>> Store for RedbStore<P> {
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
        self.0.read(|tx| commit::load(tx, wanted))
    }

    fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, StoreError> {
        self.0.read(|tx| commit::journal(tx, case, from, limit))
    }

    fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.0.write(|tx| commit::commit(tx, commits), |it| any(it, &Committed::Done))
    }

    fn lease(&self, request: &LeaseRequest) -> Result<Leases, StoreError> {
        let mut leases = Leases::default();
        let lease = |tx: &WriteTransaction| {
            match request.kind {
                LeaseKind::Timers => leases.timers = timers::lease(tx, request)?,
                LeaseKind::Effects => leases.effects = effects::lease(tx, request)?,
                LeaseKind::Inbox => leases.inbox = inbox::lease(tx, request)?,
            }
            Ok(leases)
        };
        self.0.write(lease, |it| *it != Leases::default())
    }

    fn settle(&self, settlements: &[Settle]) -> Result<Vec<bool>, StoreError> {
        let settle = |tx: &WriteTransaction| settlements.iter().map(|it| commit::settle(tx, it)).collect();
        self.0.write(settle, |it: &Vec<bool>| any(it, &true))
    }

    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        self.0.write(|tx| inbox::post(tx, messages), |it| any(it, &Posted::New))
    }

    fn keep(&self, keep: &Keep) -> Result<Kept, StoreError> {
        self.0.write(|tx| kept::keep(tx, keep), |it| *it == Kept::Done)
    }

    fn kept(&self, look: &Look) -> Result<Vec<Keep>, StoreError> {
        self.0.read(|tx| kept::kept(tx, look))
    }
}

impl<P: Deref<Target: Access>> Query for RedbStore<P> {
    fn cases(&self, query: &CaseQuery) -> Result<Page<CaseRow>, StoreError> {
        self.0.read(|tx| lists::cases(tx, query))
    }

    fn activities(&self, query: &ActivityQuery) -> Result<Page<ActivityRow>, StoreError> {
        self.0.read(|tx| lists::activities(tx, query))
    }

    fn board(&self, query: &BoardQuery) -> Result<Board, StoreError> {
        self.0.read(|tx| lists::board(tx, query))
    }

    fn find(&self, find: &Find, sight: &Sight, limit: u32) -> Result<Vec<CaseRow>, StoreError> {
        self.0.read(|tx| lists::find(tx, find, sight, limit))
    }

    fn changes(&self, since: Position, limit: u32) -> Result<Changed, StoreError> {
        self.0.read(|tx| commit::changes(tx, since, limit))
    }

    fn stopped(&self, after: &str, limit: u32) -> Result<Page<StoppedEffect>, StoreError> {
        self.0.read(|tx| effects::stopped(tx, after, limit))
    }

    fn refused(&self, after: &str, limit: u32) -> Result<Page<RefusedItem>, StoreError> {
        self.0.read(|tx| inbox::refused(tx, after, limit))
    }

    fn counters(&self, names: &[String]) -> Result<Vec<i64>, StoreError> {
        self.0.read(|tx| commit::counters(tx, names))
    }
}
