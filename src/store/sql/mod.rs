//! Stores on SQL: one body of SQL per dialect, over a small executor that any driver can be.

mod executor;

pub(crate) use executor::AnyExecutor;
pub use executor::{AsyncDatabase, AsyncExecutor, Database, Executor, Param, Row, SqlValue};
