//! Stores on SQL: one body of SQL per dialect, over a small executor that any driver can be.

mod executor;
mod migrate;
#[cfg(feature = "sqlite")]
mod rusqlite;
mod sqlite;

pub(crate) use executor::AnyExecutor;
pub use executor::{AsyncDatabase, AsyncExecutor, Database, Executor, Param, Row, SqlValue};
pub(crate) use migrate::Migrations;
#[cfg(feature = "sqlite")]
pub use rusqlite::{Borrowed, Rusqlite};
pub use sqlite::{SQLITE_SCHEMA, SqliteStore};
