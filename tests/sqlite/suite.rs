//! The suite over the SQLite store: in memory, on a file with a connection for each client, inside one transaction of a
//! host's, and over an async executor.

use super::toy::{Slow, execute, query, told};
use rusqlite::Connection;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use voronka::store::conformance::{AsyncBuilder, AsyncFresh, Builder, Fresh};
use voronka::store::sql::{Database, Executor, Param, Row, Rusqlite, SqliteStore};
use voronka::store::{BoxFuture, StoreError};

struct InMemory;
struct Shared(Arc<SqliteStore<Rusqlite>>);

impl Builder for InMemory {
    type Fresh = Shared;
    fn build(&self) -> Result<Shared, StoreError> {
        Ok(Shared(Arc::new(SqliteStore::open_in_memory()?)))
    }
}

impl Fresh for Shared {
    type Store = Arc<SqliteStore<Rusqlite>>;
    fn connect(&self) -> Result<Self::Store, StoreError> {
        Ok(Arc::clone(&self.0))
    }
}

struct OnFile;
struct Folder(tempfile::TempDir);

impl Builder for OnFile {
    type Fresh = Folder;
    fn build(&self) -> Result<Folder, StoreError> {
        let folder = tempfile::tempdir().unwrap();
        SqliteStore::open_or_create(folder.path().join("sales.db"))?;
        Ok(Folder(folder))
    }
}

impl Fresh for Folder {
    type Store = SqliteStore<Rusqlite>;
    fn connect(&self) -> Result<Self::Store, StoreError> {
        SqliteStore::open(self.0.path().join("sales.db"))
    }
}

/// A host's transaction that is never ended, lent to one call after the other.
struct Lent(Mutex<Connection>);

struct Turn<'d>(MutexGuard<'d, Connection>);

impl Executor for Turn<'_> {
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        query(&self.0, sql, params)
    }
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        execute(&self.0, sql, params)
    }
    fn script(&self, sql: &str) -> Result<(), StoreError> {
        assert!(!sql.contains("BEGIN") && !sql.contains("COMMIT") && !sql.contains("ROLLBACK"), "S7: {sql}");
        self.0.execute_batch(sql).map_err(told)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        assert!(!self.0.is_autocommit(), "S7: the host's transaction was ended");
    }
}

impl Database for Lent {
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, StoreError> {
        Ok(Box::new(Turn(self.0.lock().unwrap())))
    }
    fn owns(&self) -> bool {
        false
    }
}

struct Borrowing;
struct OneTransaction(Arc<SqliteStore<Lent>>);

impl Builder for Borrowing {
    type Fresh = OneTransaction;
    fn build(&self) -> Result<OneTransaction, StoreError> {
        let conn = Connection::open_in_memory().map_err(told)?;
        conn.execute_batch("BEGIN IMMEDIATE").map_err(told)?;
        let store = SqliteStore::new(Lent(Mutex::new(conn)));
        store.migrate()?;
        Ok(OneTransaction(Arc::new(store)))
    }
}

impl Fresh for OneTransaction {
    type Store = Arc<SqliteStore<Lent>>;
    fn connect(&self) -> Result<Self::Store, StoreError> {
        Ok(Arc::clone(&self.0))
    }
}

struct OverAsync;
struct SharedSlow(Arc<SqliteStore<Slow>>);

impl AsyncBuilder for OverAsync {
    type Fresh = SharedSlow;
    fn build(&self) -> BoxFuture<'_, Result<SharedSlow, StoreError>> {
        Box::pin(async {
            let store = SqliteStore::new(Slow::new(Connection::open_in_memory().map_err(told)?));
            store.migrate_async().await?;
            Ok(SharedSlow(Arc::new(store)))
        })
    }
    fn block_on<F: Future>(&self, work: F) -> F::Output {
        static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
        RUNTIME
            .get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap())
            .block_on(work)
    }
}

impl AsyncFresh for SharedSlow {
    type Store = Arc<SqliteStore<Slow>>;
    fn connect(&self) -> BoxFuture<'_, Result<Self::Store, StoreError>> {
        Box::pin(ready(Ok(Arc::clone(&self.0))))
    }
}

mod in_memory {
    use super::InMemory;
    voronka::conformance_tests!(sync, InMemory);
}

mod on_file {
    use super::OnFile;
    voronka::conformance_tests!(sync, OnFile);
}

mod borrowed {
    use super::Borrowing;
    voronka::conformance_tests!(sync, Borrowing);
}

mod over_async {
    use super::OverAsync;
    voronka::conformance_tests!(async, OverAsync);
}
