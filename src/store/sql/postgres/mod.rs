//! The store on PostgreSQL (version 13 or later): the whole body of SQL, over any executor.
//!
//! Drivers ship behind the features `postgres` and `sqlx`; for another one a host writes an [`AsyncExecutor`](crate::store::sql::AsyncExecutor) or
//! [`Executor`](crate::store::sql::Executor). The tables are in the schema `voronka` of the host's database
//! ([`POSTGRES_SCHEMA`]); `docs/SCHEMA.md` tells what other programs may read and write there.
//!
//! The isolation is that of PostgreSQL's default, READ COMMITTED; on a transaction borrowed from the host too (S7).
//! What is of a stricter one there fails with [`StoreError::Busy`] where others were writing the same.

mod commit;
mod feed;
mod filter;
mod inbox;
mod kept;
mod lease;
mod lists;
mod load;
mod parts;
mod rows;
mod settle;
#[cfg(any(feature = "postgres", feature = "sqlx"))]
mod state;
mod text;

#[cfg(any(feature = "postgres", feature = "sqlx"))]
pub(super) use state::error;

use super::migrate::Migrations;
use super::{AnyExecutor, AsyncDatabase, Database};
use crate::store::{
    ActivityQuery, ActivityRow, AsyncQuery, AsyncStore, Awaiting, Blocking, Board, BoardQuery, BoxFuture,
    CaseQuery, CaseRow, Changed, Commit, Committed, EntryText, Find, Keep, Kept, LeaseRequest, Leases,
    Loading, Look, Message, Page, Position, Posted, Query, RefusedItem, Settle, Sight, StoppedEffect, Store,
    StoreError, Wanted, at_once,
};

/// The schema's scripts, the first one first: each leads from one version to the next.
pub const POSTGRES_SCHEMA: &[&str] = &[include_str!("schema_1.sql")];

/// What a connection of a pool should begin with.
///
/// The plan of a prepared statement is kept; one made while a table is small would read it as a whole, and go on doing so while
/// it grows. All that the store asks has its index. And a statement is planned once: by itself the server would plan the
/// large statement of a commit anew each time, since arrays of a known length look cheaper.
pub const SESSION: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; \
     SET enable_seqscan = off; SET jit = off; SET plan_cache_mode = force_generic_plan";

/// One host at a time, until the end of the transaction.
const ALONE: &str = "SELECT pg_advisory_xact_lock(1448235600, 0)";

const MIGRATIONS: Migrations = Migrations {
    begin: "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(1448235600, 0)",
    exists: "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = 'voronka' AND c.relname = 'meta'",
    version: "SELECT value::bigint FROM voronka.meta WHERE key = 'schema'",
    record: "INSERT INTO voronka.meta (key, value) VALUES ('schema', $1::bigint::text) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    steps: POSTGRES_SCHEMA,
};

/// A store on PostgreSQL, on whatever gives it connections.
///
/// With the features of the drivers: `PostgresStore::connect` (its own pool), `PostgresStore::on` (a transaction or
/// connection of the host's, S7).
#[derive(Debug, Clone)]
pub struct PostgresStore<D> {
    db: D,
}

impl<D> PostgresStore<D> {
    /// A store on a database.
    ///
    /// It takes the schema to be there ([`PostgresStore::ready`], [`PostgresStore::migrate`]).
    pub const fn new(db: D) -> Self {
        Self { db }
    }

    /// What gives it connections.
    pub const fn database(&self) -> &D {
        &self.db
    }
}

impl<D: Database> PostgresStore<D> {
    /// Brings the schema to the latest version, in one transaction, and gives the version it had before (0: none); several
    /// hosts may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a later version of this crate wrote it; nothing is changed then.
    pub fn migrate(&self) -> Result<u32, StoreError> {
        at_once(migrate(&Blocking(self.db.acquire()?), self.db.owns()))
    }

    /// Refuses a schema of any version but the latest.
    ///
    /// # Errors
    /// [`StoreError::Newer`] or [`StoreError::Unmigrated`].
    pub fn ready(&self) -> Result<(), StoreError> {
        at_once(MIGRATIONS.check(&Blocking(self.db.acquire()?)))
    }
}

impl<D: AsyncDatabase> PostgresStore<D> {
    /// As [`PostgresStore::migrate`].
    ///
    /// # Errors
    /// As there.
    pub async fn migrate_async(&self) -> Result<u32, StoreError> {
        migrate(&Awaiting(self.db.acquire().await?), self.db.owns()).await
    }

    /// As [`PostgresStore::ready`].
    ///
    /// # Errors
    /// As there.
    pub async fn ready_async(&self) -> Result<(), StoreError> {
        MIGRATIONS.check(&Awaiting(self.db.acquire().await?)).await
    }
}

async fn migrate<X: AnyExecutor>(conn: &X, owns: bool) -> Result<u32, StoreError> {
    if !owns {
        conn.script(ALONE).await?;
    }
    MIGRATIONS.migrate(conn, owns).await
}

/// Begins a transaction of the store's own.
async fn begin<X: AnyExecutor>(conn: &X) -> Result<(), StoreError> {
    conn.script("BEGIN ISOLATION LEVEL READ COMMITTED").await
}

/// Commits it, or rolls it back after an error.
async fn end<X: AnyExecutor, T>(conn: &X, done: Result<T, StoreError>) -> Result<T, StoreError> {
    match done {
        Ok(value) => conn.script("COMMIT").await.map(|()| value),
        Err(error) => {
            // The first error says what was wrong; a connection that is broken rolls back anyway.
            let _ = conn.script("ROLLBACK").await;
            Err(error)
        }
    }
}

/// Makes of one function over any executor the method of the sync trait and that of the async one.
macro_rules! methods {
    ($sync:ident $async:ident: $(fn $name:ident($($arg:ident $(: &$borrowed:ty)? $(= $given:ty)?),*) -> $out:ty
        = $module:ident $(($owns:ident))?;)*) => {
        impl<D: Database> $sync for PostgresStore<D> {
            $(fn $name(&self, $($arg: $(&$borrowed)? $($given)?),*) -> Result<$out, StoreError> {
                let conn = Blocking(self.db.acquire()?);
                at_once($module::$name(&conn, $(self.db.$owns(),)? $($arg),*))
            })*
        }

        impl<D: AsyncDatabase> $async for PostgresStore<D> {
            $(fn $name<'a>(&'a self, $($arg: $(&'a $borrowed)? $($given)?),*) -> BoxFuture<'a, Result<$out, StoreError>> {
                Box::pin(async move {
                    let conn = Awaiting(self.db.acquire().await?);
                    $module::$name(&conn, $(self.db.$owns(),)? $($arg),*).await
                })
            })*
        }
    };
}

methods! {
    Store AsyncStore:
    fn load(wanted: &[Wanted]) -> Loading = load;
    fn journal(case: &str, from = u64, limit = u32) -> Vec<EntryText> = load;
    fn commit(commits: &[Commit]) -> Vec<Committed> = commit(owns);
    fn lease(request: &LeaseRequest) -> Leases = lease(owns);
    fn settle(settlements: &[Settle]) -> Vec<bool> = settle(owns);
    fn post(messages: &[Message]) -> Vec<Posted> = inbox;
    fn keep(keep: &Keep) -> Kept = kept;
    fn kept(look: &Look) -> Vec<Keep> = kept;
}

methods! {
    Query AsyncQuery:
    fn cases(query: &CaseQuery) -> Page<CaseRow> = lists;
    fn activities(query: &ActivityQuery) -> Page<ActivityRow> = lists;
    fn board(query: &BoardQuery) -> Board = lists;
    fn find(find: &Find, sight: &Sight, limit = u32) -> Vec<CaseRow> = lists;
    fn changes(since = Position, limit = u32) -> Changed = feed;
    fn stopped(after: &str, limit = u32) -> Page<StoppedEffect> = feed;
    fn refused(after: &str, limit = u32) -> Page<RefusedItem> = feed;
    fn counters(names: &[String]) -> Vec<i64> = feed;
}
