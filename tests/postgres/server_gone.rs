//! A server that goes away in the middle, and comes back.

use super::rows::step;
use super::server::{self, Server};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use voronka::store::sql::PostgresStore;
use voronka::store::{AsyncStore, Committed, StoreError};

/// Writes entry after entry of a case; what is not known to be written is sent again. Gives how many were acknowledged.
async fn write<S: AsyncStore>(store: S, case: String, stop: Arc<AtomicBool>) -> (u64, u32) {
    let (mut number, mut broken) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        match store.commit(&[step(&case, number + 1)]).await {
            Ok(answers) => match &answers[0] {
                Committed::Done => number += 1,
                Committed::Repeated(entry) => {
                    assert!(broken > 0);
                    assert_eq!((entry.case.as_str(), entry.number), (case.as_str(), number + 1));
                    number += 1;
                }
                other => panic!("{other:?}"),
            },
            Err(StoreError::Unreachable { .. }) => {
                broken += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    (number, broken)
}

async fn restarted<S: AsyncStore + Clone + 'static>(server: &Server, store: S, prefix: &str) {
    let stop = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..4)
        .map(|nth| tokio::spawn(write(store.clone(), format!("{prefix}{nth}"), stop.clone())))
        .collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::task::block_in_place(|| {
            server.down();
            server.up();
        });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    for (nth, task) in tasks.into_iter().enumerate() {
        let (number, broken) = task.await.unwrap();
        assert!(number > 0 && broken > 0);
        // No entry is lost, none is there twice, none stands that was not acknowledged.
        let journal = store.journal(&format!("{prefix}{nth}"), 1, 1_000_000).await.unwrap();
        assert_eq!(journal.len() as u64, number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_s3_a_server_restarted_under_load_loses_nothing_and_doubles_nothing() {
    let Some(server) = Server::start(&[]) else { return server::missing() };
    let address = server.address("postgres");
    let store = PostgresStore::connect(&address, 4).unwrap();
    store.migrate_async().await.unwrap();
    restarted(&server, store, "t").await;
    #[cfg(feature = "sqlx")]
    restarted(&server, PostgresStore::connect_sqlx(&address, 4).unwrap(), "s").await;
}
