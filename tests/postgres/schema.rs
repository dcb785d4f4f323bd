//! The schema: migrations, and what other programs read.

use super::rows::step;
use super::{client, server};
use voronka::store::sql::PostgresStore;
use voronka::store::{ActivityRow, Amount, AsyncStore, FieldKind, FieldRow, StoreError, Wanted};

#[tokio::test(flavor = "multi_thread")]
async fn many_hosts_migrate_at_once_and_it_is_done_once() {
    let Some(db) = server::empty().await else { return };
    let store = PostgresStore::connect(&db.address, 10).unwrap();
    let unmigrated = Err(StoreError::Unmigrated { found: 0, wanted: 1 });
    assert_eq!(store.ready_async().await, unmigrated);
    assert_eq!(store.load(&[Wanted::case("c")]).await.map(drop), unmigrated);
    let hosts: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.migrate_async().await })
        })
        .collect();
    let mut found = Vec::new();
    for host in hosts {
        found.push(host.await.unwrap().unwrap());
    }
    found.sort_unstable();
    assert_eq!(found, [0, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(store.ready_async().await, Ok(()));
    #[cfg(feature = "sqlx")]
    assert_eq!(PostgresStore::connect_sqlx(&db.address, 1).unwrap().migrate_async().await, Ok(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_schema_is_refused_and_left_alone() {
    let Some(db) = server::fresh().await else { return };
    let store = PostgresStore::connect(&db.address, 1).unwrap();
    client(&db)
        .await
        .batch_execute("UPDATE voronka.meta SET value = '7' WHERE key = 'schema'")
        .await
        .unwrap();
    let newer = StoreError::Newer { found: 7, known: 1 };
    assert_eq!(store.ready_async().await, Err(newer.clone()));
    assert_eq!(store.migrate_async().await, Err(newer));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_borrowed_migration_is_the_hosts_to_roll_back() {
    let Some(db) = server::empty().await else { return };
    let mut client = client(&db).await;
    let transaction = client.transaction().await.unwrap();
    assert_eq!(PostgresStore::on(&transaction).migrate_async().await, Ok(0));
    assert_eq!(PostgresStore::on(&transaction).ready_async().await, Ok(()));
    transaction.rollback().await.unwrap();
    assert_eq!(
        PostgresStore::on(&client).ready_async().await,
        Err(StoreError::Unmigrated { found: 0, wanted: 1 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn views_show_moments_and_sums_as_other_programs_want_them() {
    let Some(db) = server::fresh().await else { return };
    let store = PostgresStore::connect(&db.address, 1).unwrap();
    let sum = Amount { ten_thousandths: 12_500_001, currency: "EUR".to_owned() };
    let mut commit = step("c", 1);
    commit.case.amount = Some(sum.clone());
    commit.case.yellow_from = Some("2026-01-02T03:04:05.678Z".parse().unwrap());
    commit.fields.put.push(FieldRow {
        case: "c".to_owned(),
        field: "price".to_owned(),
        kind: FieldKind::Money,
        text: "1250.0001".to_owned(),
        amount: Some(sum),
        moment: None,
        find: true,
    });
    commit.activities.put.push(ActivityRow {
        id: "c/1/1".to_owned(),
        case: "c".to_owned(),
        kind: "call".to_owned(),
        title: "Call".to_owned(),
        owner: Some("anna".to_owned()),
        role: None,
        due: Some("2026-01-02T00:00:00Z".parse().unwrap()),
        yellow_from: None,
        mandatory: true,
        planned_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        text: "{}".to_owned(),
    });
    store.commit(&[commit]).await.unwrap();
    let client = client(&db).await;
    client.batch_execute("SET timezone = 'UTC'").await.unwrap();
    let sql = "SELECT c.id || ' ' || c.yellow_from || ' ' || trim_scale(c.amount) || ' ' || c.currency || ' ' || a.due || ' ' \
         || f.text || ' ' || trim_scale(f.amount) FROM voronka.cases c JOIN voronka.activities a ON a.case_id = c.id \
         JOIN voronka.case_fields f ON f.case_id = c.id";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!(
        row.get::<_, String>(0),
        "c 2026-01-02 03:04:05.678+00 1250.0001 EUR 2026-01-02 00:00:00+00 1250.0001 1250.0001"
    );
}
