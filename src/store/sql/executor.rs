//! The executor: what a driver must do so that the SQL stores run on it.
//!
//! A host whose driver does not ship here writes an [`Executor`] (or an [`AsyncExecutor`]) in some sixty lines, and a
//! [`Database`] that hands out connections; on a transaction of its own it hands out that transaction.

use crate::store::StoreError;
use crate::store::reach::{Answer, Awaiting, Blocking, BoxFuture};

/// A parameter of a statement, by position: `?1` in SQLite, `$1` in PostgreSQL.
///
/// Arrays are sent by the PostgreSQL dialect only (as `bigint[]`, `text[]`, `boolean[]`). A null has the type that the
/// statement gives its place.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// NULL where a `bigint` stands; the PostgreSQL dialect tells it apart, since a statement that is prepared once has one
    /// type for each place.
    NoInt,
    /// A `bigint`, or `integer` of SQLite.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// A `boolean`; in SQLite 1 or 0.
    Bool(bool),
    /// An array of `bigint`.
    Ints(Vec<Option<i64>>),
    /// An array of `text`.
    Texts(Vec<Option<&'a str>>),
    /// An array of `boolean`.
    Bools(Vec<bool>),
}

impl<'a> Param<'a> {
    /// A text or NULL.
    #[must_use]
    pub fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// A number or NULL.
    #[must_use]
    pub fn maybe_int(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Int)
    }
}

/// A value of a row. The stores' statements give nothing but these types, `bigint`, `text` and `boolean`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlValue {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// A boolean; SQLite gives an `Int` instead.
    Bool(bool),
}

/// A row, its columns in the order of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row(pub Vec<SqlValue>);

impl Row {
    fn wrong(&self, column: usize, wanted: &str) -> StoreError {
        let found = self.0.get(column);
        StoreError::damaged(format!("column {column} of a row"), format!("{found:?}, {wanted} was expected"))
    }

    /// The text of a column, taken out of the row.
    pub(crate) fn text(&mut self, column: usize) -> Result<String, StoreError> {
        match self.0.get_mut(column) {
            Some(SqlValue::Text(text)) => Ok(std::mem::take(text)),
            _ => Err(self.wrong(column, "a text")),
        }
    }

    /// The text of a column, or none for NULL.
    pub(crate) fn maybe_text(&mut self, column: usize) -> Result<Option<String>, StoreError> {
        match self.0.get(column) {
            Some(SqlValue::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// The number of a column.
    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.0.get(column) {
            Some(SqlValue::Int(number)) => Ok(*number),
            _ => Err(self.wrong(column, "a number")),
        }
    }

    /// The number of a column, or none for NULL.
    pub(crate) fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(SqlValue::Null) => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    /// The boolean of a column.
    pub(crate) fn bool(&self, column: usize) -> Result<bool, StoreError> {
        match self.0.get(column) {
            Some(SqlValue::Bool(bool)) => Ok(*bool),
            Some(SqlValue::Int(number)) => Ok(*number != 0),
            _ => Err(self.wrong(column, "a boolean")),
        }
    }
}

/// One connection, or one transaction of the host's, for sync drivers.
///
/// To ensure correctness:
/// - statements run in the order of the calls, on one and the same connection;
/// - errors are told apart as [`StoreError`] names them: what a lock, deadlock or serialization failure was in the way of is
///   `Busy`, a broken connection `Unreachable`, a full or read-only disk `Full`, all else `Failed`;
/// - one that comes from a [`Database`] that owns its connections, and is dropped inside a transaction, rolls it back (or is
///   thrown away, which does the same).
pub trait Executor {
    /// Runs a statement and gives its rows. Statements are few and constant, so that preparing them once pays.
    ///
    /// # Errors
    /// As above.
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement and gives how many rows it changed.
    ///
    /// # Errors
    /// As above.
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError>;

    /// Runs statements without parameters, parted by semicolons: the schema, `BEGIN`, `COMMIT`.
    ///
    /// # Errors
    /// As above.
    fn script(&self, sql: &str) -> Result<(), StoreError>;
}

/// One connection, or one transaction of the host's, for async drivers; see [`Executor`].
pub trait AsyncExecutor: Send + Sync {
    /// Runs a statement and gives its rows.
    fn query<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [Param<'a>],
    ) -> BoxFuture<'a, Result<Vec<Row>, StoreError>>;

    /// Runs a statement and gives how many rows it changed.
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>])
    -> BoxFuture<'a, Result<u64, StoreError>>;

    /// Runs statements without parameters, parted by semicolons.
    fn script<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// Where a sync store gets its connections from.
pub trait Database {
    /// A connection for one call of the store.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when none can be had, [`StoreError::Busy`] when all are in use for too long.
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, StoreError>;

    /// Whether the connections are the store's own. On a transaction borrowed from the host (`false`) the store never begins,
    /// commits, rolls back or retries (S7).
    fn owns(&self) -> bool;
}

/// Where an async store gets its connections from; see [`Database`].
pub trait AsyncDatabase: Send + Sync {
    /// A connection for one call of the store.
    fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>>;

    /// Whether the connections are the store's own.
    fn owns(&self) -> bool;
}

/// Both kinds of executor, for SQL that is written once.
pub(crate) trait AnyExecutor {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>]) -> Answer<'a, Vec<Row>>;
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>]) -> Answer<'a, u64>;
    fn script<'a>(&'a self, sql: &'a str) -> Answer<'a, ()>;
}

impl<'c> AnyExecutor for Blocking<Box<dyn Executor + 'c>> {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>]) -> Answer<'a, Vec<Row>> {
        Answer::now(self.0.query(sql, params))
    }

    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>]) -> Answer<'a, u64> {
        Answer::now(self.0.execute(sql, params))
    }

    fn script<'a>(&'a self, sql: &'a str) -> Answer<'a, ()> {
        Answer::now(self.0.script(sql))
    }
}

impl<'c> AnyExecutor for Awaiting<Box<dyn AsyncExecutor + 'c>> {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>]) -> Answer<'a, Vec<Row>> {
        Answer::Later(self.0.query(sql, params))
    }

    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Param<'a>]) -> Answer<'a, u64> {
        Answer::Later(self.0.execute(sql, params))
    }

    fn script<'a>(&'a self, sql: &'a str) -> Answer<'a, ()> {
        Answer::Later(self.0.script(sql))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::at_once;

    async fn count<X: AnyExecutor>(conn: &X, words: &[String]) -> Result<usize, StoreError> {
        let mut found = 0;
        for word in words {
            let rows = conn.query("select ?1", &[Param::Text(word)]).await?;
            conn.execute("x", &[]).await?;
            found += rows.len();
        }
        Ok(found)
    }

    struct Two;
    impl Executor for Two {
        fn query(&self, _: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
            Ok(params.iter().map(|_| Row::default()).collect())
        }
        fn execute(&self, _: &str, _: &[Param<'_>]) -> Result<u64, StoreError> {
            Ok(0)
        }
        fn script(&self, _: &str) -> Result<(), StoreError> {
            Ok(())
        }
    }

    /// Compiles only while what is written over both kinds gives futures that can be sent.
    fn sent<'a, D: AsyncDatabase>(
        db: &'a D,
        words: &'a [String],
    ) -> BoxFuture<'a, Result<usize, StoreError>> {
        Box::pin(async move { count(&Awaiting(db.acquire().await?), words).await })
    }

    struct Never;
    impl AsyncDatabase for Never {
        fn acquire(&self) -> BoxFuture<'_, Result<Box<dyn AsyncExecutor + '_>, StoreError>> {
            Box::pin(async { Err(StoreError::failed("no")) })
        }
        fn owns(&self) -> bool {
            true
        }
    }

    #[test]
    fn one_body_runs_on_sync_executors_and_can_be_sent_on_async_ones() {
        let conn: Box<dyn Executor> = Box::new(Two);
        assert_eq!(at_once(count(&Blocking(conn), &["one".to_owned()])), Ok(1));
        assert!(at_once(sent(&Never, &[])).is_err());
    }
}
