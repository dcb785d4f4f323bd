//! The published suite, on PostgreSQL: by each driver, owned and in a transaction of the host's.

use super::server;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use tokio::runtime::Runtime;
use tokio_postgres::Client;
use voronka::store::conformance::{AsyncBuilder, AsyncFresh};
use voronka::store::sql::tokio_postgres::{Borrowed, PostgresPool};
use voronka::store::sql::{AsyncDatabase, AsyncExecutor, PostgresStore};
use voronka::store::{BoxFuture, StoreError};

/// One for all tests, since the server and its first database are made once.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap())
}

/// Where there is no server, a case cannot run; that is told as an error, which `skipping` keeps from happening.
async fn database() -> Result<server::Fresh, StoreError> {
    let why = "SKIPPED: no PostgreSQL was found".to_owned();
    server::fresh().await.ok_or(StoreError::Unreachable { why })
}

struct Pool;

struct PoolFresh(server::Fresh);

impl AsyncBuilder for Pool {
    type Fresh = PoolFresh;

    fn build(&self) -> BoxFuture<'_, Result<PoolFresh, StoreError>> {
        Box::pin(async { database().await.map(PoolFresh) })
    }

    fn block_on<F: Future>(&self, work: F) -> F::Output {
        runtime().block_on(work)
    }
}

impl AsyncFresh for PoolFresh {
    type Store = PostgresStore<PostgresPool>;

    fn connect(&self) -> BoxFuture<'_, Result<Self::Store, StoreError>> {
        Box::pin(async { PostgresStore::connect(&self.0.address, 1) })
    }
}

mod tokio_postgres_pool {
    use super::*;
    voronka::conformance_tests!(async, Pool);
}

/// A connection within a transaction that the host has begun; it is never committed.
struct Lent(Arc<Client>);

impl AsyncDatabase for Lent {
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
        Box::pin(async { Ok(Box::new(Borrowed::new(&*self.0)) as Box<dyn AsyncExecutor + '_>) })
    }

    fn owns(&self) -> bool {
        false
    }
}

struct Transaction;

struct TransactionFresh {
    client: Arc<Client>,
    _db: server::Fresh,
}

impl AsyncBuilder for Transaction {
    type Fresh = TransactionFresh;

    fn build(&self) -> BoxFuture<'_, Result<TransactionFresh, StoreError>> {
        Box::pin(async {
            let db = database().await?;
            let client = super::client(&db).await;
            client.batch_execute("BEGIN").await.unwrap();
            Ok(TransactionFresh { client: Arc::new(client), _db: db })
        })
    }

    fn block_on<F: Future>(&self, work: F) -> F::Output {
        runtime().block_on(work)
    }
}

impl AsyncFresh for TransactionFresh {
    type Store = PostgresStore<Lent>;

    fn connect(&self) -> BoxFuture<'_, Result<Self::Store, StoreError>> {
        Box::pin(async { Ok(PostgresStore::new(Lent(self.client.clone()))) })
    }
}

mod tokio_postgres_transaction {
    use super::*;
    voronka::conformance_tests!(async alone, Transaction);
}

#[cfg(feature = "sqlx")]
mod by_sqlx {
    use super::{
        AsyncBuilder, AsyncFresh, BoxFuture, Future, PostgresStore, StoreError, database, runtime, server,
    };
    use voronka::store::sql::sqlx::SqlxPool;

    struct Pool;

    struct PoolFresh(server::Fresh);

    impl AsyncBuilder for Pool {
        type Fresh = PoolFresh;

        fn build(&self) -> BoxFuture<'_, Result<PoolFresh, StoreError>> {
            Box::pin(async { database().await.map(PoolFresh) })
        }

        fn block_on<F: Future>(&self, work: F) -> F::Output {
            runtime().block_on(work)
        }
    }

    impl AsyncFresh for PoolFresh {
        type Store = PostgresStore<SqlxPool>;

        fn connect(&self) -> BoxFuture<'_, Result<Self::Store, StoreError>> {
            Box::pin(async { PostgresStore::connect_sqlx(&self.0.address, 1) })
        }
    }

    mod pool {
        use super::*;
        voronka::conformance_tests!(async, Pool);
    }
}
