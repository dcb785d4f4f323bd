//! The store on PostgreSQL, on a server of the tests' own; by both drivers, owned and borrowed.

#[path = "postgres/server.rs"]
pub mod server;

#[path = "postgres/commits.rs"]
mod commits;
#[path = "postgres/hosts.rs"]
mod hosts;
#[path = "postgres/lists.rs"]
mod lists;
#[path = "postgres/rows.rs"]
pub mod rows;
#[path = "postgres/schema.rs"]
mod schema;
#[path = "postgres/server_gone.rs"]
mod server_gone;
#[cfg(feature = "conformance")]
#[path = "postgres/suite.rs"]
mod suite;

use std::sync::Arc;
use voronka::store::sql::PostgresStore;
use voronka::store::{AsyncQuery, AsyncStore};

/// A store and its queries.
pub trait Whole: AsyncStore + AsyncQuery {}
impl<S: AsyncStore + AsyncQuery> Whole for S {}

/// A store by one driver on a database of its own.
pub struct Subject {
    pub driver: &'static str,
    pub store: Arc<dyn Whole>,
    pub db: server::Fresh,
}

/// A store by each driver that is built in; none where there is no PostgreSQL.
pub async fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    if let Some(db) = server::fresh().await {
        let store = Arc::new(PostgresStore::connect(&db.address, 12).unwrap());
        subjects.push(Subject { driver: "tokio-postgres", store, db });
    }
    #[cfg(feature = "sqlx")]
    if let Some(db) = server::fresh().await {
        let store = Arc::new(PostgresStore::connect_sqlx(&db.address, 12).unwrap());
        subjects.push(Subject { driver: "sqlx", store, db });
    }
    subjects
}

/// A connection beside the store's.
pub async fn client(db: &server::Fresh) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&db.address, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
