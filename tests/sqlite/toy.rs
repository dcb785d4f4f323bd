//! Executors as a host would write them: on a connection of its own, sync and async.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::sync::{Mutex, MutexGuard};
use voronka::store::sql::{
    AsyncDatabase, AsyncExecutor, Database, Executor, Param, Row, SqlValue, SqliteStore,
};
use voronka::store::{AsyncQuery, AsyncStore, BoxFuture, CaseQuery, Committed, StoreError, Wanted};

pub fn told(error: rusqlite::Error) -> StoreError {
    let why = error.to_string();
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy) => StoreError::Busy { why },
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full { why },
        _ => StoreError::Failed { why },
    }
}

fn values(params: &[Param<'_>]) -> Vec<Value> {
    let value = |param: &Param<'_>| match param {
        Param::Int(number) => Value::Integer(*number),
        Param::Bool(bool) => Value::Integer(i64::from(*bool)),
        Param::Text(text) => Value::Text((*text).to_owned()),
        _ => Value::Null,
    };
    params.iter().map(value).collect()
}

pub fn query(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
    let mut statement = conn.prepare_cached(sql).map_err(told)?;
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let value = |column| {
            Ok(match row.get::<_, Value>(column)? {
                Value::Integer(number) => SqlValue::Int(number),
                Value::Text(text) => SqlValue::Text(text),
                _ => SqlValue::Null,
            })
        };
        Ok(Row((0..columns).map(value).collect::<rusqlite::Result<_>>()?))
    };
    let rows = statement.query_map(params_from_iter(values(params)), read).map_err(told)?;
    rows.collect::<rusqlite::Result<_>>().map_err(told)
}

pub fn execute(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached(sql).map_err(told)?;
    statement.execute(params_from_iter(values(params))).map(|changed| changed as u64).map_err(told)
}

/// A connection that the store may begin and commit on.
#[derive(Clone, Copy)]
pub struct Owned<'c>(pub &'c Connection);

impl Executor for Owned<'_> {
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        query(self.0, sql, params)
    }
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        execute(self.0, sql, params)
    }
    fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.0.execute_batch(sql).map_err(told)
    }
}

impl Database for Owned<'_> {
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, StoreError> {
        Ok(Box::new(*self))
    }
    fn owns(&self) -> bool {
        true
    }
}

/// An async database: one connection, whose answers are given at the second asking.
pub struct Slow(Mutex<Connection>, tokio::sync::Semaphore);

pub struct SlowConnection<'d> {
    db: &'d Slow,
    _turn: tokio::sync::SemaphorePermit<'d>,
}

impl Slow {
    pub fn new(conn: Connection) -> Self {
        Self(Mutex::new(conn), tokio::sync::Semaphore::new(1))
    }
    fn conn(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap()
    }
}

impl AsyncExecutor for SlowConnection<'_> {
    fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            query(&self.db.conn(), sql, params)
        })
    }
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            execute(&self.db.conn(), sql, params)
        })
    }
    fn script<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.db.conn().execute_batch(sql).map_err(told)
        })
    }
}

impl Drop for SlowConnection<'_> {
    fn drop(&mut self) {
        let conn = self.db.conn();
        if !conn.is_autocommit() {
            conn.execute_batch("ROLLBACK").unwrap();
        }
    }
}

impl AsyncDatabase for Slow {
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
        Box::pin(async move {
            let turn = self.1.acquire().await.unwrap();
            Ok(Box::new(SlowConnection { db: self, _turn: turn }) as Box<dyn AsyncExecutor + '_>)
        })
    }
    fn owns(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn the_same_body_serves_async_hosts() {
    let store = SqliteStore::new(Slow::new(Connection::open_in_memory().unwrap()));
    assert!(matches!(store.ready_async().await, Err(StoreError::Unmigrated { found: 0, wanted: 1 })));
    assert_eq!(store.migrate_async().await, Ok(0));
    let (first, commit) = super::fixture::opened("c1");
    assert_eq!(store.commit(std::slice::from_ref(&commit)).await, Ok(vec![Committed::Done]));
    assert!(matches!(store.commit(&[commit]).await.unwrap()[0], Committed::Repeated(_)));
    let loaded = store.load(&[Wanted::case("c1")]).await.unwrap();
    assert_eq!(loaded.found[0].case.as_ref().unwrap().read().unwrap(), *first.case());
    let page = store.cases(&CaseQuery { limit: 5, ..CaseQuery::default() }).await.unwrap();
    assert_eq!(page.rows.len(), 1);
}

#[tokio::test]
async fn s1_a_call_that_is_given_up_half_way_writes_nothing() {
    let store = SqliteStore::new(Slow::new(Connection::open_in_memory().unwrap()));
    store.migrate_async().await.unwrap();
    let commits = [super::fixture::opened("c1").1, super::fixture::opened("c2").1];
    for polls in 1..12 {
        let mut call = store.commit(&commits);
        for _ in 0..polls {
            let pending = futures_poll(&mut call).await;
            assert!(pending, "it was done after {polls} polls");
        }
        drop(call);
        let loaded = store.load(&[Wanted::case("c1")]).await.unwrap();
        assert_eq!(loaded.found[0].case, None, "after {polls} polls");
    }
}

/// Polls once; whether it is still pending.
async fn futures_poll<T>(future: &mut BoxFuture<'_, T>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}
