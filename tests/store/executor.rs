//! An executor of the host's own, as `docs/ADAPTERS.md` shows it, passes the suite.

use rusqlite::types::Value;
use rusqlite::{Connection, Error, ErrorCode, params_from_iter};
use std::path::PathBuf;
use std::time::Duration;
use voronka::store::StoreError;
use voronka::store::sql::{Database, Executor, Param, Row, SqlValue};

struct MyConnection(Connection);

fn told(error: Error) -> StoreError {
    let why = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { why },
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly) => StoreError::Full { why },
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => StoreError::Unreachable { why },
        _ => StoreError::Failed { why },
    }
}

fn bound(params: &[Param<'_>]) -> Result<Vec<Value>, StoreError> {
    let bound = params.iter().map(|param| match param {
        Param::Null => Ok(Value::Null),
        Param::Int(number) => Ok(Value::Integer(*number)),
        Param::Bool(bool) => Ok(Value::Integer(i64::from(*bool))),
        Param::Text(text) => Ok(Value::Text((*text).to_owned())),
        other => Err(StoreError::Failed { why: format!("SQLite has no {other:?}") }),
    });
    bound.collect()
}

impl Executor for MyConnection {
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(told)?;
        let columns = statement.column_count();
        let rows = statement.query_map(params_from_iter(bound(params)?), |row| {
            let value = |column| match row.get(column)? {
                Value::Null => Ok(SqlValue::Null),
                Value::Integer(number) => Ok(SqlValue::Int(number)),
                Value::Text(text) => Ok(SqlValue::Text(text)),
                _ => Err(Error::InvalidColumnIndex(column)), // no other types are ever selected
            };
            (0..columns).map(value).collect::<Result<_, Error>>().map(Row)
        });
        rows.map_err(told)?.collect::<Result<_, Error>>().map_err(told)
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(told)?;
        statement.execute(params_from_iter(bound(params)?)).map(|rows| rows as u64).map_err(told)
    }

    fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.0.execute_batch(sql).map_err(told)
    }
}

struct MyDatabase {
    path: PathBuf,
}

impl Database for MyDatabase {
    // A connection for each call: dropped inside a transaction, SQLite rolls that back. A pool is faster.
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, StoreError> {
        let connection = Connection::open(&self.path).map_err(told)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(told)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(told)?;
        Ok(Box::new(MyConnection(connection)))
    }

    fn owns(&self) -> bool {
        true
    }
}

mod suite {
    use super::MyDatabase;
    use tempfile::TempDir;
    use voronka::store::StoreError;
    use voronka::store::conformance::{Builder, Fresh};
    use voronka::store::sql::SqliteStore;

    struct Files;

    struct File(TempDir);

    impl Builder for Files {
        type Fresh = File;

        fn build(&self) -> Result<File, StoreError> {
            let file =
                File(tempfile::tempdir().map_err(|error| StoreError::Failed { why: error.to_string() })?);
            file.connect()?.migrate()?;
            Ok(file)
        }
    }

    impl Fresh for File {
        type Store = SqliteStore<MyDatabase>;

        fn connect(&self) -> Result<Self::Store, StoreError> {
            Ok(SqliteStore::new(MyDatabase { path: self.0.path().join("sales.db") }))
        }
    }

    voronka::conformance_tests!(sync, Files);
}
