//! The store inside the host's own transaction (S7).

use super::fixture::{effect, opened, set, stored, write};
use rusqlite::{Connection, TransactionBehavior::Immediate};
use voronka::store::sql::SqliteStore;
use voronka::store::{Committed, Query, Store, Wanted};

/// The host's rows, and ours in each table that a step writes.
fn counts(conn: &Connection) -> (i64, Vec<i64>) {
    let count = |table: &str| {
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let ours = ["case_state", "entry", "timer", "effect", "activity", "field_value"];
    (count("invoice"), ours.iter().map(|table| count(&format!("voronka_{table}"))).collect())
}

fn file() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let conn = Connection::open(folder.path().join("host.db")).unwrap();
    conn.execute_batch("CREATE TABLE invoice (id TEXT PRIMARY KEY) STRICT").unwrap();
    assert_eq!(SqliteStore::on(&conn).migrate(), Ok(0));
    (folder, conn)
}

#[test]
fn s7_the_hosts_rows_and_ours_are_committed_together_and_rolled_back_together() {
    let (_folder, mut conn) = file();
    let (_, mut commit) = opened("c1");
    commit.effects = vec![effect("c1", 1, 0, "notify")];
    let tx = conn.transaction_with_behavior(Immediate).unwrap();
    tx.execute("INSERT INTO invoice VALUES ('i1')", []).unwrap();
    assert_eq!(write(&SqliteStore::on(&tx), commit.clone()), Committed::Done);
    let inside = counts(&tx);
    assert_eq!(inside, (1, vec![1, 1, 1, 1, 1, 2]));
    tx.rollback().unwrap();
    assert_eq!(counts(&conn), (0, vec![0; 6]));

    let tx = conn.transaction_with_behavior(Immediate).unwrap();
    tx.execute("INSERT INTO invoice VALUES ('i1')", []).unwrap();
    assert_eq!(write(&SqliteStore::on(&tx), commit), Committed::Done);
    tx.commit().unwrap();
    assert_eq!(counts(&conn), inside);
}

#[test]
fn s7_what_is_refused_leaves_nothing_and_does_not_end_the_hosts_transaction() {
    let (_folder, mut conn) = file();
    let (first, commit) = opened("c1");
    let (_, next) = set(first.case(), "B-1", "next");
    let mut stale = next.clone();
    stale.before = 7;
    stale.effects = vec![effect("c1", 8, 0, "notify")];
    let (_, mut repeated) = opened("c2");
    repeated.entry.input_id = commit.entry.input_id.clone();
    let (_, mut counted) = opened("c3");
    counted.counters = vec![voronka::store::CounterChange { name: "turn".to_owned(), from: 3, to: 4 }];

    let tx = conn.transaction_with_behavior(Immediate).unwrap();
    let store = SqliteStore::on(&tx);
    assert_eq!(write(&store, commit), Committed::Done);
    let before = counts(&tx);
    let answers = store.commit(&[stale, repeated, counted]).unwrap();
    assert_eq!(answers[0], Committed::Conflict { revision: 1 });
    let Committed::Repeated(answer) = &answers[1] else { panic!("{:?}", answers[1]) };
    assert_eq!((answer.case.as_str(), answer.number), ("c1", 1));
    assert_eq!(answers[2], Committed::Counter { name: "turn".to_owned(), value: 0 });
    assert_eq!(counts(&tx), before);
    assert!(!tx.is_autocommit());
    assert_eq!(write(&store, next), Committed::Done);
    tx.commit().unwrap();
    assert_eq!(stored(&SqliteStore::on(&conn), "c1").unwrap().0, 2);
}

#[test]
fn s7_others_see_nothing_before_the_host_commits() {
    let (folder, mut conn) = file();
    let other = SqliteStore::open(folder.path().join("host.db")).unwrap();
    let tx = conn.transaction_with_behavior(Immediate).unwrap();
    write(&SqliteStore::on(&tx), opened("c1").1);
    assert_eq!(stored(&other, "c1"), None);
    assert_eq!(other.changes(Default::default(), 10).unwrap().changes, []);
    let loaded = SqliteStore::on(&tx)
        .load(&[Wanted { case: "c1".to_owned(), input_id: Some("c1-open".to_owned()) }])
        .unwrap();
    assert_eq!(loaded.found[0].answer.as_ref().unwrap().number, 1);
    tx.commit().unwrap();
    assert_eq!(stored(&other, "c1").unwrap().0, 1);
}

#[test]
fn s11_other_programs_post_with_three_columns_and_read_the_views() {
    let (_folder, conn) = file();
    let store = SqliteStore::on(&conn);
    write(&store, opened("c1").1);
    let insert = "INSERT INTO voronka_inbox (id, object, input) VALUES ('m1', 'c1', '{}')";
    conn.execute(insert, []).unwrap();
    let posted_at: i64 = conn.query_row("SELECT posted_at FROM voronka_inbox", [], |row| row.get(0)).unwrap();
    assert!(posted_at > 1_700_000_000_000, "{posted_at}");
    let view = "SELECT c.opened_at, c.amount, c.currency, a.title, a.due, f.text FROM voronka_cases c \
        JOIN voronka_activities a ON a.case_id = c.id JOIN voronka_case_fields f ON f.case_id = c.id \
        WHERE f.field = 'order'";
    let row: (String, f64, String, String, String, String) = conn
        .query_row(view, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })
        .unwrap();
    assert_eq!((row.0.as_str(), row.1, row.2.as_str()), ("2026-03-02T08:00:00.000Z", 1250.0, "RUB"));
    assert_eq!(
        (row.3.as_str(), row.4.as_str(), row.5.as_str()),
        ("Call", "2026-03-02T12:00:00.000Z", "A-17")
    );
}
