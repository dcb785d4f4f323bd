//! SQLite by `rusqlite`: databases of the store's own, and transactions borrowed from the host (S7).

use super::{Database, Executor, Param, Row, SqlValue, SqliteStore};
use crate::store::StoreError;
use ::rusqlite as driver;
use driver::types::{ToSqlOutput, ValueRef};
use driver::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a writer waits for another program's.
const PATIENCE: Duration = Duration::from_secs(10);
/// More statements than the store has, but for the forms of filters.
const STATEMENTS: usize = 192;
/// So many connections are kept open while nobody uses them.
const IDLE: usize = 16;

/// A SQLite file of the store's own, or one that it shares with other connections.
///
/// Connections are opened as threads ask for them and kept, so that readers never wait for the writer; writers of this
/// process wait in line for each other, those of other processes for 10 seconds.
#[derive(Debug)]
pub struct Rusqlite {
    place: Place,
    idle: Mutex<Vec<Connection>>,
    /// Whether somebody in this process writes.
    writing: Mutex<bool>,
    written: Condvar,
}

#[derive(Debug)]
enum Place {
    File {
        path: PathBuf,
        flags: OpenFlags,
    },
    /// One connection, which is the database; whoever wants it waits for it.
    Memory(Condvar),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is whole at any time: a flag, or a list of connections.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rusqlite {
    /// A file, which is made when it is not there. WAL, and every commit is on the disk before it is answered.
    ///
    /// # Errors
    /// When the file cannot be opened or is no database.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::with(path.as_ref(), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// A file that must be there.
    ///
    /// # Errors
    /// As [`Rusqlite::open`], and when there is no such file.
    pub fn existing(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::with(path.as_ref(), OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// A file that must be there and is only read.
    ///
    /// # Errors
    /// As [`Rusqlite::existing`].
    pub fn read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::with(path.as_ref(), OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn with(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let this = Self::at(Place::File { path: path.to_owned(), flags });
        let first = this.connect()?;
        lock(&this.idle).push(first);
        Ok(this)
    }

    /// A database in memory, gone with this value.
    ///
    /// # Errors
    /// When SQLite cannot make one.
    pub fn in_memory() -> Result<Self, StoreError> {
        let this = Self::at(Place::Memory(Condvar::new()));
        let only = prepare(Connection::open_in_memory().map_err(told)?, true)?;
        lock(&this.idle).push(only);
        Ok(this)
    }

    fn at(place: Place) -> Self {
        Self { place, idle: Mutex::default(), writing: Mutex::default(), written: Condvar::new() }
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let Place::File { path, flags } = &self.place else {
            return Err(StoreError::failed("a database in memory has one connection"));
        };
        let conn = Connection::open_with_flags(path, *flags).map_err(told)?;
        prepare(conn, !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY))
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut idle = lock(&self.idle);
        match &self.place {
            Place::File { .. } => match idle.pop() {
                Some(conn) => Ok(conn),
                None => {
                    drop(idle);
                    self.connect()
                }
            },
            Place::Memory(free) => loop {
                match idle.pop() {
                    Some(conn) => return Ok(conn),
                    None => idle = free.wait(idle).unwrap_or_else(PoisonError::into_inner),
                }
            },
        }
    }

    fn give_back(&self, conn: Connection) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE {
            idle.push(conn);
        }
        if let Place::Memory(free) = &self.place {
            free.notify_one();
        }
    }

    /// Waits until nobody else in this process writes. SQLite itself would make them ask again and again.
    fn enter(&self) {
        let mut writing = lock(&self.writing);
        while *writing {
            writing = self.written.wait(writing).unwrap_or_else(PoisonError::into_inner);
        }
        *writing = true;
    }

    fn leave(&self) {
        *lock(&self.writing) = false;
        self.written.notify_one();
    }
}

/// Settings of a connection of the store's own.
fn prepare(conn: Connection, writes: bool) -> Result<Connection, StoreError> {
    conn.busy_timeout(PATIENCE).map_err(told)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    if writes {
        keep_a_log(&conn)?;
        conn.pragma_update(None, "synchronous", "FULL").map_err(told)?;
    }
    Ok(conn)
}

/// Turns on WAL. SQLite does not wait for others here, as it does everywhere else: so this does.
fn keep_a_log(conn: &Connection) -> Result<(), StoreError> {
    const STEP: Duration = Duration::from_millis(10);
    let mut left = PATIENCE;
    loop {
        match conn.pragma_update(None, "journal_mode", "WAL").map_err(told) {
            Err(StoreError::Busy { .. }) if !left.is_zero() => {
                std::thread::sleep(STEP);
                left = left.saturating_sub(STEP);
            }
            done => return done,
        }
    }
}

impl Database for Rusqlite {
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, StoreError> {
        Ok(Box::new(Own { db: self, conn: Some(self.take()?), writes: std::cell::Cell::new(false) }))
    }

    fn owns(&self) -> bool {
        true
    }
}

/// One of the store's own connections, for one call.
struct Own<'d> {
    db: &'d Rusqlite,
    conn: Option<Connection>,
    /// Whether it holds the place of the one that writes.
    writes: std::cell::Cell<bool>,
}

impl Own<'_> {
    fn conn(&self) -> Result<&Connection, StoreError> {
        self.conn.as_ref().ok_or_else(|| StoreError::failed("the connection was given back"))
    }

    fn leave(&self) {
        if self.writes.replace(false) {
            self.db.leave();
        }
    }
}

impl Executor for Own<'_> {
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        query(self.conn()?, sql, params)
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        execute(self.conn()?, sql, params)
    }

    fn script(&self, sql: &str) -> Result<(), StoreError> {
        let conn = self.conn()?;
        if sql == "BEGIN IMMEDIATE" && !self.writes.get() {
            self.db.enter();
            self.writes.set(true);
        }
        let done = script(conn, sql);
        if conn.is_autocommit() {
            self.leave();
        }
        done
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            // One that cannot roll back is thrown away, which does the same.
            if conn.is_autocommit() || conn.execute_batch("ROLLBACK").is_ok() {
                self.db.give_back(conn);
            }
        }
        self.leave();
    }
}

/// A connection borrowed from the host, most often its transaction (S7).
#[derive(Debug, Clone, Copy)]
pub struct Borrowed<'c> {
    conn: &'c Connection,
}

impl<'c> Borrowed<'c> {
    /// The host's connection, or its transaction.
    pub const fn new(conn: &'c Connection) -> Self {
        Self { conn }
    }
}

impl Database for Borrowed<'_> {
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, StoreError> {
        Ok(Box::new(*self))
    }

    fn owns(&self) -> bool {
        false
    }
}

impl Executor for Borrowed<'_> {
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        query(self.conn, sql, params)
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        execute(self.conn, sql, params)
    }

    fn script(&self, sql: &str) -> Result<(), StoreError> {
        script(self.conn, sql)
    }
}

impl SqliteStore<Rusqlite> {
    /// A store on a file whose schema is there already, of just the latest version.
    ///
    /// # Errors
    /// When there is no such file, it is no database, or its schema must be migrated or is of a later version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self::new(Rusqlite::existing(path)?);
        store.ready()?;
        Ok(store)
    }

    /// A store on a file, which is made where it is not there; its schema is made or brought to the latest version.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], but for an earlier schema.
    ///
    /// # Examples
    /// ```
    /// use voronka::store::{Store, Wanted, sql::SqliteStore};
    /// let folder = tempfile::tempdir()?;
    /// let store = SqliteStore::open_or_create(folder.path().join("sales.db"))?;
    /// assert_eq!(store.load(&[Wanted::case("c1")])?.found[0].case, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self::new(Rusqlite::open(path)?);
        store.migrate()?;
        Ok(store)
    }

    /// A store on a file that is only read, for lists and reports.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self::new(Rusqlite::read_only(path)?);
        store.ready()?;
        Ok(store)
    }

    /// A store in memory, for tests and trials.
    ///
    /// # Errors
    /// When SQLite cannot make one.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        let store = Self::new(Rusqlite::in_memory()?);
        store.migrate()?;
        Ok(store)
    }
}

impl<'c> SqliteStore<Borrowed<'c>> {
    /// The store on a transaction of the host's (or on its connection): what it writes stands and falls with it (S7).
    ///
    /// It never begins, commits, rolls back or retries; after an error the host rolls back. Begin the transaction with
    /// [`TransactionBehavior::Immediate`](driver::TransactionBehavior::Immediate), so that it waits for other writers at
    /// its beginning and not in its middle.
    ///
    /// # Examples
    /// ```
    /// use rusqlite::{Connection, TransactionBehavior::Immediate};
    /// use voronka::store::{Store, Wanted, sql::SqliteStore};
    /// let mut conn = Connection::open_in_memory()?;
    /// SqliteStore::on(&conn).migrate()?;
    /// let tx = conn.transaction_with_behavior(Immediate)?;
    /// tx.execute_batch("CREATE TABLE invoice (id TEXT)")?;
    /// assert_eq!(SqliteStore::on(&tx).load(&[Wanted::case("c1")])?.found[0].case, None);
    /// tx.commit()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn on(conn: &'c Connection) -> Self {
        Self::new(Borrowed::new(conn))
    }
}

struct Value<'a>(&'a Param<'a>);

impl driver::ToSql for Value<'_> {
    fn to_sql(&self) -> driver::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Param::Null | Param::NoInt => ValueRef::Null,
            Param::Int(number) => ValueRef::Integer(*number),
            Param::Bool(bool) => ValueRef::Integer(i64::from(*bool)),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
            Param::Ints(_) | Param::Texts(_) | Param::Bools(_) => {
                let why = "SQLite has no arrays".to_owned();
                return Err(driver::Error::ToSqlConversionFailure(why.into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

fn query(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
    let mut statement = conn.prepare_cached(sql).map_err(told)?;
    let columns = statement.column_count();
    let params = driver::params_from_iter(params.iter().map(Value));
    let mut found = statement.query(params).map_err(told)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(told)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(match row.get_ref(column).map_err(told)? {
                ValueRef::Null => SqlValue::Null,
                ValueRef::Integer(number) => SqlValue::Int(number),
                ValueRef::Text(text) => SqlValue::Text(
                    String::from_utf8(text.to_vec())
                        .map_err(|error| StoreError::damaged("a text in a row", error))?,
                ),
                other => {
                    let why = format!("its type is {}", other.data_type());
                    return Err(StoreError::damaged("a value in a row", why));
                }
            });
        }
        rows.push(Row(values));
    }
    Ok(rows)
}

fn execute(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached(sql).map_err(told)?;
    let changed = statement.execute(driver::params_from_iter(params.iter().map(Value))).map_err(told)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

fn script(conn: &Connection, sql: &str) -> Result<(), StoreError> {
    if sql.contains(';') {
        conn.execute_batch(sql).map_err(told)
    } else {
        // `BEGIN` and `COMMIT`, which each call has.
        execute(conn, sql, &[]).map(drop)
    }
}

/// What went wrong, as a store tells it.
#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn told(error: driver::Error) -> StoreError {
    let why = error.to_string();
    let Some(code) = error.sqlite_error_code() else { return StoreError::failed(why) };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            StoreError::Busy { why }
        }
        ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::Full { why },
        // Whether what was being committed when the disk failed is there shows when it is read again.
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => StoreError::Unreachable { why },
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::damaged("the file", why),
        _ => StoreError::failed(why),
    }
}
