//! Stores on SQL: one body of SQL per dialect, over a small executor that any driver can be.

mod carry;
mod executor;
mod migrate;
pub mod postgres;
#[cfg(feature = "sqlite")]
mod rusqlite;
mod sqlite;
#[cfg(feature = "sqlx")]
pub mod sqlx;
#[cfg(feature = "postgres")]
pub mod tokio_postgres;

pub(crate) use executor::AnyExecutor;
pub use executor::{AsyncDatabase, AsyncExecutor, Database, Executor, Param, Row, SqlValue};
pub(crate) use migrate::Migrations;
pub use postgres::{POSTGRES_SCHEMA, PostgresStore};
#[cfg(feature = "sqlite")]
pub use rusqlite::{Borrowed, Rusqlite};
pub use sqlite::{SQLITE_SCHEMA, SqliteStore};
