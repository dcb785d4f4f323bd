//! PostgreSQL through `tokio-postgres`, with a pool of `deadpool-postgres` (feature `postgres`).

use super::postgres::{PostgresStore, SESSION, error};
use super::{AsyncDatabase, AsyncExecutor, Param, Row, SqlValue};
use crate::store::{BoxFuture, StoreError};
use ::tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use ::tokio_postgres::{Error, GenericClient, NoTls};
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a call waits for a connection of a pool made by [`PostgresStore::connect`].
const PATIENCE: Duration = Duration::from_secs(30);

/// A pool of connections of the store's own.
#[derive(Debug, Clone)]
pub struct PostgresPool {
    pool: Pool,
}

impl PostgresStore<PostgresPool> {
    /// A store on a pool of its own with so many connections, without TLS; nothing is connected yet.
    ///
    /// The address is `postgres://user@host/database`, or `host=/tmp user=anna`, as `tokio-postgres` reads it.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] where the address is none.
    pub fn connect(address: &str, size: usize) -> Result<Self, StoreError> {
        let config = address.parse().map_err(|error: Error| StoreError::Unreachable { why: told(&error) })?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let begun = Hook::async_fn(|client, _| {
            Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(size.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .post_create(begun)
            .build()
            .map_err(StoreError::failed)?;
        Ok(Self::with_pool(pool))
    }

    /// A store on a pool that is ready, for TLS or other settings.
    ///
    /// Its connections should begin with [`SESSION`].
    #[must_use]
    pub const fn with_pool(pool: Pool) -> Self {
        Self::new(PostgresPool { pool })
    }
}

impl<'t, C: GenericClient + Sync> PostgresStore<Borrowed<'t, C>> {
    /// A store on a transaction of the host's (S7), or on a connection: what it writes is written when the host commits, and
    /// it commits nothing itself.
    ///
    /// # Examples
    /// ```no_run
    /// # use voronka::store::{AsyncStore, Commit, Committed, sql::PostgresStore};
    /// # async fn doc(client: &mut tokio_postgres::Client, commit: Commit) -> Result<(), Box<dyn std::error::Error>> {
    /// let transaction = client.transaction().await?;
    /// transaction.execute("INSERT INTO invoice (id) VALUES ($1)", &[&"17"]).await?;
    /// let done = PostgresStore::on(&transaction).commit(&[commit]).await?;
    /// if done == [Committed::Done] {
    ///     transaction.commit().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub const fn on(client: &'t C) -> Self {
        Self::new(Borrowed::new(client))
    }
}

/// A transaction or connection of the host's; an executor too, for a [`AsyncDatabase`] of the host's own.
#[derive(Debug)]
pub struct Borrowed<'t, C> {
    client: &'t C,
}

impl<'t, C: GenericClient + Sync> Borrowed<'t, C> {
    /// Of the host's.
    #[must_use]
    pub const fn new(client: &'t C) -> Self {
        Self { client }
    }
}

impl<C: GenericClient + Sync> AsyncDatabase for Borrowed<'_, C> {
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
        Box::pin(async { Ok(Box::new(Borrowed { client: self.client }) as Box<dyn AsyncExecutor + '_>) })
    }

    fn owns(&self) -> bool {
        false
    }
}

/// The types go with the statement, so that it takes one way there and back without being prepared.
impl<C: GenericClient + Sync> AsyncExecutor for Borrowed<'_, C> {
    fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            let values: Vec<Value<'_>> = params.iter().map(Value).collect();
            let typed: Vec<(&(dyn ToSql + Sync), Type)> =
                values.iter().map(|value| (value as &(dyn ToSql + Sync), kind(value.0))).collect();
            let rows = self.client.query_typed(sql, &typed).await.map_err(|it| failed(&it))?;
            rows.iter().map(row).collect()
        })
    }

    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let values: Vec<Value<'_>> = params.iter().map(Value).collect();
            let typed: Vec<(&(dyn ToSql + Sync), Type)> =
                values.iter().map(|value| (value as &(dyn ToSql + Sync), kind(value.0))).collect();
            self.client.execute_typed(sql, &typed).await.map_err(|it| failed(&it))
        })
    }

    fn script<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.client.batch_execute(sql).await.map_err(|it| failed(&it)) })
    }
}

impl AsyncDatabase for PostgresPool {
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
        Box::pin(async {
            let client = self.pool.get().await.map_err(|error| match error {
                PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                    failed(&error)
                }
                PoolError::Timeout(_) => StoreError::Busy { why: "all connections are in use".to_owned() },
                other => StoreError::Unreachable { why: other.to_string() },
            })?;
            let pooled = Pooled { client: Some(client), within: AtomicBool::new(false) };
            Ok(Box::new(pooled) as Box<dyn AsyncExecutor + '_>)
        })
    }

    fn owns(&self) -> bool {
        true
    }
}

/// A connection of the pool, for one call.
struct Pooled {
    client: Option<Object>,
    /// Whether a transaction may be open.
    within: AtomicBool,
}

impl Pooled {
    fn client(&self) -> Result<&Object, StoreError> {
        self.client.as_ref().ok_or_else(|| StoreError::failed("the connection was given back"))
    }
}

/// One that is dropped inside a transaction is thrown away, which rolls it back.
impl Drop for Pooled {
    fn drop(&mut self) {
        if self.within.load(Ordering::Relaxed)
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

impl AsyncExecutor for Pooled {
    fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            let client = self.client()?;
            let statement = client.prepare_cached(sql).await.map_err(|it| failed(&it))?;
            let values: Vec<Value<'_>> = params.iter().map(Value).collect();
            let values: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|it| it as &(dyn ToSql + Sync)).collect();
            let rows = client.query(&statement, &values).await.map_err(|it| failed(&it))?;
            rows.iter().map(row).collect()
        })
    }

    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let client = self.client()?;
            let statement = client.prepare_cached(sql).await.map_err(|it| failed(&it))?;
            let values: Vec<Value<'_>> = params.iter().map(Value).collect();
            let values: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|it| it as &(dyn ToSql + Sync)).collect();
            client.execute(&statement, &values).await.map_err(|it| failed(&it))
        })
    }

    fn script<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let ends = sql == "COMMIT" || sql == "ROLLBACK";
            if !ends {
                self.within.store(true, Ordering::Relaxed);
            }
            self.client()?.batch_execute(sql).await.map_err(|it| failed(&it))?;
            if ends {
                self.within.store(false, Ordering::Relaxed);
            }
            Ok(())
        })
    }
}

/// A parameter as the driver sends it.
#[derive(Debug)]
struct Value<'a>(&'a Param<'a>);

fn kind(param: &Param<'_>) -> Type {
    match param {
        Param::Null | Param::Text(_) => Type::TEXT,
        Param::Int(_) | Param::NoInt => Type::INT8,
        Param::Bool(_) => Type::BOOL,
        Param::Ints(_) => Type::INT8_ARRAY,
        Param::Texts(_) => Type::TEXT_ARRAY,
        Param::Bools(_) => Type::BOOL_ARRAY,
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Param::Null | Param::NoInt => Ok(IsNull::Yes),
            Param::Int(number) => number.to_sql(ty, out),
            Param::Text(text) => text.to_sql(ty, out),
            Param::Bool(bool) => bool.to_sql(ty, out),
            Param::Ints(numbers) => numbers.to_sql(ty, out),
            Param::Texts(texts) => texts.to_sql(ty, out),
            Param::Bools(bools) => bools.to_sql(ty, out),
        }
    }

    /// The statements give each place its type.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn row(row: &::tokio_postgres::Row) -> Result<Row, StoreError> {
    let value = |(nth, column): (usize, &::tokio_postgres::Column)| {
        let value = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(nth).map(|it| it.map(SqlValue::Int)),
            Type::BOOL => row.try_get::<_, Option<bool>>(nth).map(|it| it.map(SqlValue::Bool)),
            _ => row.try_get::<_, Option<String>>(nth).map(|it| it.map(SqlValue::Text)),
        };
        value.map(|it| it.unwrap_or(SqlValue::Null)).map_err(|it| failed(&it))
    };
    Ok(Row(row.columns().iter().enumerate().map(value).collect::<Result<_, _>>()?))
}

/// The driver's own text says little of what the server said.
fn told(error: &Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(db), _) => db.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

fn failed(it: &Error) -> StoreError {
    use std::error::Error as _;
    let io = it.source().is_some_and(|source| source.is::<std::io::Error>());
    match it.code() {
        Some(code) => error(Some(code.code()), told(it)),
        // What the driver itself could not do, such as reading a row, is not the connection's fault.
        None if it.is_closed() || io => error(None, told(it)),
        None if it.to_string().contains("connecting") => error(None, told(it)),
        None => StoreError::failed(told(it)),
    }
}
