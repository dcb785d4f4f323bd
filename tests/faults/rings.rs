//! Transactions in each other's way: rings of locks, serialization failures.

use super::host::{Place, Watch, replays, request, setup, tokio, whole};
use crate::postgres::{client, rows, server};
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Client;
use voronka::runtime::{AsyncRuntime, StepError};
use voronka::store::sql::PostgresStore;
use voronka::store::{AsyncStore, Committed, StoreError};

fn is_busy(error: &StoreError, code: &str) -> bool {
    matches!(error, StoreError::Busy { why } if why.contains(code)) && error.is_transient()
}

/// How many backends wait for a lock.
async fn waiting(client: &Client) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[test]
fn s7_two_transactions_of_hosts_in_a_ring_one_is_told_that_it_is_busy_and_the_other_goes_through() {
    tokio().block_on(async {
        let Some(db) = server::fresh().await else { return };
        let (mut first, mut second, look) = (client(&db).await, client(&db).await, client(&db).await);
        for round in 0..3 {
            // The one that notices it is the second one; the first waits for as long as it takes.
            first.batch_execute("SET deadlock_timeout = '1min'").await.unwrap();
            second.batch_execute("SET deadlock_timeout = '100ms'").await.unwrap();
            let (a, b) = (format!("a{round}"), format!("b{round}"));
            let (one, two) = (first.transaction().await.unwrap(), second.transaction().await.unwrap());
            let (store_one, store_two) = (PostgresStore::on(&one), PostgresStore::on(&two));
            assert_eq!(store_one.commit(&[rows::step(&a, 1)]).await, Ok(vec![Committed::Done]));
            assert_eq!(store_two.commit(&[rows::step(&b, 1)]).await, Ok(vec![Committed::Done]));
            let (in_one, in_two) = ([rows::step(&b, 1)], [rows::step(&a, 1)]);
            let (done, error) = tokio::join!(store_one.commit(&in_one), async {
                while waiting(&look).await == 0 {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                store_two.commit(&in_two).await.unwrap_err()
            });
            two.rollback().await.unwrap();
            assert!(is_busy(&error, "40P01"), "{error:?}");
            // Its ring is broken, and nobody else wrote that case.
            assert_eq!(done, Ok(vec![Committed::Done]));
            one.commit().await.unwrap();
            let count = look.query_one("SELECT count(*) FROM voronka.entry", &[]).await.unwrap();
            assert_eq!(count.get::<_, i64>(0), 2 * (round + 1));
        }
    });
}

#[test]
fn s2_a_store_of_its_own_in_a_ring_is_judged_anew_and_nobody_notices() {
    let Some(place) = Place::postgres() else { return };
    for nth in 0..place.drivers.len() {
        let host = place.host(nth, setup("owns"));
        let (a, b) = (format!("a{nth}"), format!("b{nth}"));
        for case in [&a, &b] {
            host.step(request("open", case, &format!("{case}-open"))).unwrap();
        }
        let (reached, bulk) = tokio().block_on(async {
            let lent = PostgresStore::connect(&place.address, 2).unwrap();
            let runtime = AsyncRuntime::new(lent, Watch::default(), setup("lent"));
            let (mut conn, connection) =
                tokio_postgres::connect(&place.address, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            // It is the runtime's own statement that is found to close the ring.
            conn.batch_execute("SET deadlock_timeout = '1min'").await.unwrap();
            let mut transaction = conn.transaction().await.unwrap();
            let within = runtime.within(PostgresStore::on(&transaction));
            within.step(request("note", &b, &format!("{b}-lent"))).await.unwrap();
            drop(within);
            let requests =
                vec![request("note", &a, &format!("{a}-own")), request("note", &b, &format!("{b}-own"))];
            let bulk = std::thread::spawn(move || host.bulk(requests));
            let watch = "SELECT count(*) FROM pg_stat_activity \
                         WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while transaction.query_one(watch, &[]).await.unwrap().get::<_, i64>(0) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
                // What a transaction sees of activity is as it was when it first looked.
                transaction.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
            }
            let savepoint = transaction.savepoint("ring").await.unwrap();
            let within = runtime.within(PostgresStore::on(&savepoint));
            let reached = within.step(request("note", &a, &format!("{a}-lent"))).await;
            drop(within);
            savepoint.commit().await.unwrap();
            transaction.commit().await.unwrap();
            (reached, tokio::task::spawn_blocking(move || bulk.join().unwrap()).await.unwrap())
        });
        assert_eq!(reached.unwrap().entry.number, 2);
        let numbers: Vec<u64> = bulk.into_iter().map(|it| it.unwrap().entry.number).collect();
        assert_eq!(numbers, [3, 3], "each stands on what the other transaction wrote");
        let host = place.host(nth, setup("looks"));
        assert_eq!((replays(&*host, &a).len(), replays(&*host, &b).len()), (3, 3));
        whole(&*host);
        // The server counts what it broke up.
        let broken = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let until = std::time::Instant::now() + Duration::from_secs(30);
        while place.number(broken) < i64::try_from(nth).unwrap() + 1 {
            assert!(std::time::Instant::now() < until, "there was no ring");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn s7_a_serialization_failure_in_the_hosts_transaction_names_the_case_and_is_worth_another_try() {
    let Some(place) = Place::postgres() else { return };
    let host = place.host(0, setup("other"));
    host.step(request("open", "c", "open")).unwrap();
    let host = Arc::new(host);
    tokio().block_on(async {
        let store = PostgresStore::connect(&place.address, 1).unwrap();
        let runtime = AsyncRuntime::new(store, Watch::default(), setup("host"));
        let (mut conn, connection) =
            tokio_postgres::connect(&place.address, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        conn.batch_execute("CREATE TABLE invoice (id text)").await.unwrap();
        for level in
            [tokio_postgres::IsolationLevel::RepeatableRead, tokio_postgres::IsolationLevel::Serializable]
        {
            let transaction = conn.build_transaction().isolation_level(level).start().await.unwrap();
            transaction.execute("INSERT INTO invoice VALUES ('17')", &[]).await.unwrap();
            let id = format!("other-{level:?}");
            let other = host.clone();
            tokio::task::spawn_blocking(move || other.step(request("note", "c", &id)).unwrap())
                .await
                .unwrap();
            let id = format!("mine-{level:?}");
            let error = runtime
                .within(PostgresStore::on(&transaction))
                .step(request("note", "c", &id))
                .await
                .unwrap_err();
            let StepError::Store { case, error: busy } = &error else { panic!("{error:?}") };
            assert_eq!((case.as_str(), error.is_transient()), ("c", true));
            assert!(is_busy(busy, "40001"), "{busy:?}");
            transaction.rollback().await.unwrap();
            // Begun anew it goes through.
            let transaction = conn.build_transaction().isolation_level(level).start().await.unwrap();
            let within = runtime.within(PostgresStore::on(&transaction));
            assert!(!within.step(request("note", "c", &id)).await.unwrap().repeated);
            drop(within);
            transaction.commit().await.unwrap();
        }
        assert_eq!(conn.query_one("SELECT count(*) FROM invoice", &[]).await.unwrap().get::<_, i64>(0), 0);
    });
    assert_eq!(replays(&**host, "c").len(), 5);
    whole(&**host);
}
