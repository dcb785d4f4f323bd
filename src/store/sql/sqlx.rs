//! PostgreSQL through `sqlx` (feature `sqlx`).

use super::postgres::{PostgresStore, SESSION, error};
use super::{AsyncDatabase, AsyncExecutor, Param, Row, SqlValue};
use crate::store::{BoxFuture, StoreError};
use ::sqlx::pool::PoolConnection;
use ::sqlx::postgres::{PgArguments, PgConnection, PgPool, PgPoolOptions, PgRow, Postgres};
use ::sqlx::{Arguments as _, AssertSqlSafe, Column as _, Error, Executor as _, Row as _, TypeInfo as _};
use std::ops::DerefMut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a call waits for a connection of a pool made by [`PostgresStore::connect_sqlx`].
const PATIENCE: Duration = Duration::from_secs(30);

/// A pool of `sqlx`.
#[derive(Debug, Clone)]
pub struct SqlxPool {
    pool: PgPool,
}

impl PostgresStore<SqlxPool> {
    /// A store on a pool of its own with so many connections; nothing is connected yet.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] where the address is none.
    pub fn connect_sqlx(address: &str, size: u32) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(size.max(1))
            .acquire_timeout(PATIENCE)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(SESSION).await.map(drop) }))
            .connect_lazy(address)
            .map_err(|it| StoreError::Unreachable { why: it.to_string() })?;
        Ok(Self::with_sqlx_pool(pool))
    }

    /// A store on a pool that is ready, for TLS or other settings.
    ///
    /// Its connections should begin with [`SESSION`].
    #[must_use]
    pub const fn with_sqlx_pool(pool: PgPool) -> Self {
        Self::new(SqlxPool { pool })
    }
}

impl<'t> PostgresStore<SqlxBorrowed<'t>> {
    /// A store on a transaction of the host's (S7), or on a connection: what it writes is written when the host commits, and
    /// it commits nothing itself.
    ///
    /// # Examples
    /// ```no_run
    /// # use voronka::store::{AsyncStore, Commit, Committed, sql::PostgresStore};
    /// # async fn doc(pool: sqlx::PgPool, commit: Commit) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut transaction = pool.begin().await?;
    /// sqlx::query("INSERT INTO invoice (id) VALUES ('17')").execute(&mut *transaction).await?;
    /// let done = PostgresStore::on_sqlx(&mut transaction).commit(&[commit]).await?;
    /// if done == [Committed::Done] {
    ///     transaction.commit().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_sqlx(connection: &'t mut PgConnection) -> Self {
        Self::new(SqlxBorrowed { connection: Mutex::new(connection) })
    }
}

/// A transaction or connection of the host's.
#[derive(Debug)]
pub struct SqlxBorrowed<'t> {
    connection: Mutex<&'t mut PgConnection>,
}

impl AsyncDatabase for SqlxBorrowed<'_> {
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
        Box::pin(async { Ok(Box::new(Shared(&self.connection)) as Box<dyn AsyncExecutor + '_>) })
    }

    fn owns(&self) -> bool {
        false
    }
}

struct Shared<'m, 't>(&'m Mutex<&'t mut PgConnection>);

impl AsyncExecutor for Shared<'_, '_> {
    fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move { query(&mut **self.0.lock().await, sql, params).await })
    }

    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move { execute(&mut **self.0.lock().await, sql, params).await })
    }

    fn script<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { script(&mut **self.0.lock().await, sql).await })
    }
}

impl AsyncDatabase for SqlxPool {
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
        Box::pin(async {
            let connection = self.pool.acquire().await.map_err(failed)?;
            let pooled = Pooled { connection: Mutex::new(connection), within: AtomicBool::new(false) };
            Ok(Box::new(pooled) as Box<dyn AsyncExecutor + '_>)
        })
    }

    fn owns(&self) -> bool {
        true
    }
}

/// A connection of the pool, for one call.
struct Pooled {
    connection: Mutex<PoolConnection<Postgres>>,
    /// Whether a transaction may be open.
    within: AtomicBool,
}

/// One that is dropped inside a transaction is closed, which rolls it back.
impl Drop for Pooled {
    fn drop(&mut self) {
        if self.within.load(Ordering::Relaxed) {
            self.connection.get_mut().close_on_drop();
        }
    }
}

impl AsyncExecutor for Pooled {
    fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move { query(self.connection.lock().await.deref_mut(), sql, params).await })
    }

    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move { execute(self.connection.lock().await.deref_mut(), sql, params).await })
    }

    fn script<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let ends = sql == "COMMIT" || sql == "ROLLBACK";
            if !ends {
                self.within.store(true, Ordering::Relaxed);
            }
            script(self.connection.lock().await.deref_mut(), sql).await?;
            if ends {
                self.within.store(false, Ordering::Relaxed);
            }
            Ok(())
        })
    }
}

fn arguments(params: &[Param<'_>]) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    for param in params {
        let added = match param {
            Param::Null => arguments.add(None::<String>),
            Param::NoInt => arguments.add(None::<i64>),
            Param::Int(number) => arguments.add(*number),
            Param::Text(text) => arguments.add(*text),
            Param::Bool(bool) => arguments.add(*bool),
            Param::Ints(numbers) => arguments.add(numbers.as_slice()),
            Param::Texts(texts) => arguments.add(texts.as_slice()),
            Param::Bools(bools) => arguments.add(bools.as_slice()),
        };
        added.map_err(StoreError::failed)?;
    }
    Ok(arguments)
}

/// The statements are this crate's own, and what they are about stands in parameters.
async fn query(conn: &mut PgConnection, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
    let query = ::sqlx::query_with(AssertSqlSafe(sql), arguments(params)?);
    query.fetch_all(conn).await.map_err(failed)?.iter().map(row).collect()
}

async fn execute(conn: &mut PgConnection, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    let query = ::sqlx::query_with(AssertSqlSafe(sql), arguments(params)?);
    query.execute(conn).await.map(|done| done.rows_affected()).map_err(failed)
}

async fn script(conn: &mut PgConnection, sql: &str) -> Result<(), StoreError> {
    ::sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop).map_err(failed)
}

fn row(row: &PgRow) -> Result<Row, StoreError> {
    let value = |nth: usize| {
        let value = match row.columns().get(nth).map(|column| column.type_info().name()) {
            Some("INT8") => row.try_get::<Option<i64>, _>(nth).map(|it| it.map(SqlValue::Int)),
            Some("BOOL") => row.try_get::<Option<bool>, _>(nth).map(|it| it.map(SqlValue::Bool)),
            _ => row.try_get::<Option<String>, _>(nth).map(|it| it.map(SqlValue::Text)),
        };
        value.map(|it| it.unwrap_or(SqlValue::Null)).map_err(failed)
    };
    Ok(Row((0..row.len()).map(value).collect::<Result<_, _>>()?))
}

fn failed(it: Error) -> StoreError {
    match &it {
        Error::Database(db) => error(Some(&db.code().unwrap_or_default()), db.message().to_owned()),
        Error::PoolTimedOut => StoreError::Busy { why: it.to_string() },
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::PoolClosed | Error::WorkerCrashed => {
            error(None, it.to_string())
        }
        _ => StoreError::failed(it),
    }
}
