//! The store on SQLite: its body of SQL, over any executor.
//!
//! SQLite lets one writer in at a time, which makes much easy: `BEGIN IMMEDIATE` shuts out the others for the whole of a
//! call, and positions in the journal are the order of commits. The statements are constant, or built of a few constant
//! pieces, so that a driver that keeps prepared statements prepares each once.

mod case_row;
mod commit;
mod filter;
mod inbox;
mod kept;
mod lease;
mod lists;
mod load;
mod orphans;

use super::{AnyExecutor, AsyncDatabase, Database, Migrations};
use crate::Moment;
use crate::store::{
    ActivityQuery, ActivityRow, AsyncQuery, AsyncStore, Awaiting, Blocking, Board, BoardQuery, BoxFuture,
    CaseQuery, CaseRow, Changed, Commit, Committed, EntryText, Find, Keep, Kept, LeaseRequest, Leases,
    Loading, Look, Message, Page, Position, Posted, Query, RefusedItem, Settle, Sight, StoppedEffect, Store,
    StoreError, Wanted, at_once,
};
pub use orphans::Orphan;

/// The published schema of the SQLite store, version 1: tables, indexes and read-only views (`docs/SCHEMA.md`).
pub const SQLITE_SCHEMA: &str = include_str!("schema_1.sql");

pub(crate) const MIGRATIONS: Migrations = Migrations {
    begin: "BEGIN IMMEDIATE",
    exists: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'voronka_meta'",
    version: "SELECT value FROM voronka_meta WHERE key = 'schema'",
    record: "INSERT INTO voronka_meta (key, value) VALUES ('schema', ?1)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    steps: &[SQLITE_SCHEMA],
};

/// A store on SQLite, on connections of its own or on a transaction borrowed from the host (S7).
///
/// It is a [`Store`] and a [`Query`] where `D` is a [`Database`], and their async twins where `D` is an [`AsyncDatabase`].
/// All its tables begin with `voronka_`, so that it lives in one file with the host's tables.
#[derive(Debug, Clone)]
pub struct SqliteStore<D> {
    db: D,
}

impl<D> SqliteStore<D> {
    /// A store on a database whose schema is there: see [`SqliteStore::migrate`] and [`SqliteStore::ready`].
    pub const fn new(db: D) -> Self {
        Self { db }
    }

    /// The database it is on.
    pub const fn database(&self) -> &D {
        &self.db
    }
}

impl<D: Database> SqliteStore<D> {
    /// Brings the schema to the latest version, in one transaction, and gives the version it had before (0: none).
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a later version of this crate wrote it; nothing is changed then.
    pub fn migrate(&self) -> Result<u32, StoreError> {
        let conn = Blocking(self.db.acquire()?);
        at_once(MIGRATIONS.migrate(&conn, self.db.owns()))
    }

    /// Refuses a schema of any version but the latest.
    ///
    /// # Errors
    /// [`StoreError::Newer`] or [`StoreError::Unmigrated`].
    pub fn ready(&self) -> Result<(), StoreError> {
        at_once(MIGRATIONS.check(&Blocking(self.db.acquire()?)))
    }

    /// Rows that belong to no case, and what SQLite itself finds wrong with the file; at most `limit`.
    ///
    /// [`crate::store::check`] finds what is wrong with cases and their journals.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn orphans(&self, limit: u32) -> Result<Vec<Orphan>, StoreError> {
        at_once(orphans::orphans(&Blocking(self.db.acquire()?), limit))
    }
}

impl<D: AsyncDatabase> SqliteStore<D> {
    /// As [`SqliteStore::migrate`].
    ///
    /// # Errors
    /// As there.
    pub async fn migrate_async(&self) -> Result<u32, StoreError> {
        let conn = Awaiting(self.db.acquire().await?);
        MIGRATIONS.migrate(&conn, self.db.owns()).await
    }

    /// As [`SqliteStore::ready`].
    ///
    /// # Errors
    /// As there.
    pub async fn ready_async(&self) -> Result<(), StoreError> {
        MIGRATIONS.check(&Awaiting(self.db.acquire().await?)).await
    }

    /// As [`SqliteStore::orphans`].
    ///
    /// # Errors
    /// As there.
    pub async fn orphans_async(&self, limit: u32) -> Result<Vec<Orphan>, StoreError> {
        orphans::orphans(&Awaiting(self.db.acquire().await?), limit).await
    }
}

/// Begins where the connection is the store's own; on a borrowed one the host has begun (S7).
async fn begin<X: AnyExecutor>(conn: &X, owns: bool) -> Result<(), StoreError> {
    if owns { conn.script("BEGIN IMMEDIATE").await } else { Ok(()) }
}

/// Commits what succeeded and rolls back what did not, where the connection is the store's own.
async fn end<X: AnyExecutor, T>(conn: &X, owns: bool, done: Result<T, StoreError>) -> Result<T, StoreError> {
    if !owns {
        return done;
    }
    let done = match done {
        Ok(done) => conn.script("COMMIT").await.map(|()| done),
        Err(error) => Err(error),
    };
    if done.is_err() {
        // SQLite rolls back by itself after some errors; then there is nothing left to roll back.
        let _ = conn.script("ROLLBACK").await;
    }
    done
}

/// Implements both twins of a contract by one body each: `body(conn, owns, …)`.
macro_rules! twins {
    ($sync:ident, $async:ident: $( $name:ident($($arg:ident $(: &$borrowed:ty)? $(= $given:ty)?),*) -> $out:ty
        = $body:path; )*) => {
        impl<D: Database> $sync for SqliteStore<D> {
            $( fn $name(&self, $($arg: $(&$borrowed)? $($given)?),*) -> Result<$out, StoreError> {
                let conn = Blocking(self.db.acquire()?);
                at_once($body(&conn, self.db.owns(), $($arg),*))
            } )*
        }

        impl<D: AsyncDatabase> $async for SqliteStore<D> {
            $( fn $name<'a>(
                &'a self, $($arg: $(&'a $borrowed)? $($given)?),*
            ) -> BoxFuture<'a, Result<$out, StoreError>> {
                Box::pin(async move {
                    let conn = Awaiting(self.db.acquire().await?);
                    $body(&conn, self.db.owns(), $($arg),*).await
                })
            } )*
        }
    };
}

twins! { Store, AsyncStore:
    load(wanted: &[Wanted]) -> Loading = load::load;
    journal(case: &str, from = u64, limit = u32) -> Vec<EntryText> = load::journal;
    commit(commits: &[Commit]) -> Vec<Committed> = commit::commit;
    lease(request: &LeaseRequest) -> Leases = lease::lease;
    settle(settlements: &[Settle]) -> Vec<bool> = lease::settle;
    post(messages: &[Message]) -> Vec<Posted> = inbox::post;
    keep(keep: &Keep) -> Kept = kept::keep;
    kept(look: &Look) -> Vec<Keep> = kept::kept;
}

twins! { Query, AsyncQuery:
    cases(query: &CaseQuery) -> Page<CaseRow> = lists::cases;
    activities(query: &ActivityQuery) -> Page<ActivityRow> = lists::activities;
    board(query: &BoardQuery) -> Board = lists::board;
    find(find: &Find, sight: &Sight, limit = u32) -> Vec<CaseRow> = lists::find;
    changes(since = Position, limit = u32) -> Changed = load::changes;
    stopped(after: &str, limit = u32) -> Page<StoppedEffect> = lists::stopped;
    refused(after: &str, limit = u32) -> Page<RefusedItem> = inbox::refused;
    counters(names: &[String]) -> Vec<i64> = lists::counters;
}

/// The moment of a column.
fn moment(millis: i64) -> Result<Moment, StoreError> {
    Moment::from_millis(millis).map_err(|error| StoreError::damaged("a moment in a row", error))
}

/// The moment of a column, or none for NULL.
fn maybe_moment(millis: Option<i64>) -> Result<Option<Moment>, StoreError> {
    millis.map(moment).transpose()
}

/// A whole number of a column that cannot be negative.
fn unsigned<T: TryFrom<i64>>(number: i64) -> Result<T, StoreError> {
    T::try_from(number)
        .map_err(|_| StoreError::damaged("a number in a row", format!("{number} is out of range")))
}

/// A number for a column.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Refuses U+0000 in texts that become columns (S11), as all stores do.
fn fit<'a>(what: &str, texts: impl IntoIterator<Item = &'a str>) -> Result<(), StoreError> {
    if texts.into_iter().any(|text| text.contains('\0')) {
        let why = "S11: it contains U+0000".to_owned();
        return Err(StoreError::Unfit { what: what.to_owned(), why });
    }
    Ok(())
}
