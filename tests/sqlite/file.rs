//! The file: opened again, migrated, of a later version, read only.

use super::fixture::{everything, ids, opened, set, stored, write};
use rusqlite::Connection;
use std::thread;
use voronka::store::sql::{Rusqlite, SqliteStore};
use voronka::store::{CaseOrder, Committed, Store, StoreError};

#[test]
fn s1_what_was_committed_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let (first, commit) = opened("c1");
    let text = commit.case.text.clone();
    {
        let store = SqliteStore::open_or_create(&path).unwrap();
        assert_eq!(write(&store, commit.clone()), Committed::Done);
    }
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(stored(&store, "c1"), Some((1, text)));
    assert_eq!(store.journal("c1", 1, 10).unwrap()[0].read().unwrap(), *first.entry());
    assert!(matches!(write(&store, commit), Committed::Repeated(_)));
    let mode: String =
        Connection::open(&path).unwrap().query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_file_without_the_schema_must_be_migrated_first_and_one_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Unreachable { .. })));
    assert!(!path.exists());
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE host (id)").unwrap();
    assert_eq!(SqliteStore::open(&path).map(drop), Err(StoreError::Unmigrated { found: 0, wanted: 1 }));
    let store = SqliteStore::new(Rusqlite::existing(&path).unwrap());
    assert_eq!((store.migrate(), store.migrate(), store.ready()), (Ok(0), Ok(1), Ok(())));
    SqliteStore::open(&path).unwrap();
}

#[test]
fn a_schema_of_a_later_version_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    drop(SqliteStore::open_or_create(&path).unwrap());
    Connection::open(&path).unwrap().execute("UPDATE voronka_meta SET value = 9", []).unwrap();
    let newer = StoreError::Newer { found: 9, known: 1 };
    assert_eq!(SqliteStore::open(&path).map(drop), Err(newer.clone()));
    assert_eq!(SqliteStore::open_or_create(&path).map(drop), Err(newer.clone()));
    assert_eq!(
        newer.to_string(),
        "the store's schema has version 9, this program knows versions up to 1; use a later one"
    );
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let conn = Connection::open(&path).unwrap();
    // Something of that name is in the way, half through the script.
    conn.execute_batch("CREATE TABLE voronka_inbox (mine)").unwrap();
    let Err(StoreError::Failed { why }) = SqliteStore::open_or_create(&path) else {
        panic!("it was migrated")
    };
    assert!(why.contains("voronka_inbox already exists"), "{why}");
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_master WHERE name LIKE 'voronka%'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn ten_hosts_that_migrate_at_once_do_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let found: Vec<u32> = thread::scope(|scope| {
        let hosts: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| SqliteStore::new(Rusqlite::open(&path).unwrap()).migrate().unwrap()))
            .collect();
        hosts.into_iter().map(|host| host.join().unwrap()).collect()
    });
    assert_eq!(found.iter().filter(|found| **found == 0).count(), 1, "{found:?}");
}

#[test]
fn s2_of_ten_threads_on_one_revision_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let store = SqliteStore::open_or_create(&path).unwrap();
    let (first, commit) = opened("c1");
    write(&store, commit);
    let done: Vec<Committed> = thread::scope(|scope| {
        let (store, path, first) = (&store, &path, &first);
        let hosts: Vec<_> = (0..10)
            .map(|nth| {
                scope.spawn(move || {
                    let (_, commit) = set(first.case(), &format!("B-{nth}"), &format!("set-{nth}"));
                    // Half of them as another process would, on connections of their own.
                    if nth % 2 == 0 {
                        write(store, commit)
                    } else {
                        write(&SqliteStore::open(path).unwrap(), commit)
                    }
                })
            })
            .collect();
        hosts.into_iter().map(|host| host.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|it| **it == Committed::Done).count(), 1);
    assert_eq!(done.iter().filter(|it| **it == Committed::Conflict { revision: 2 }).count(), 9);
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let store = SqliteStore::open_or_create(&path).unwrap();
    write(&store, opened("c1").1);
    let mut writer = Connection::open(&path).unwrap();
    let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    write(&SqliteStore::on(&tx), opened("c2").1);
    assert_eq!(ids(&store, everything(), CaseOrder::Id), ["c1"]);
    tx.commit().unwrap();
    assert_eq!(ids(&store, everything(), CaseOrder::Id), ["c1", "c2"]);
}

#[test]
fn a_store_that_is_only_read_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let keeps = SqliteStore::open_or_create(&path).unwrap();
    write(&keeps, opened("c1").1);
    let store = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(ids(&store, everything(), CaseOrder::Id), ["c1"]);
    let error = store.commit(&[opened("c2").1]).unwrap_err();
    assert!(matches!(&error, StoreError::Full { why } if why.contains("readonly")), "{error}");
    assert!(error.to_string().starts_with("the store cannot be written: "));
}

#[test]
fn a_file_that_is_no_database_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    std::fs::write(
        &path,
        "this is a letter, not a database, and long enough for nobody to take it for an empty one",
    )
    .unwrap();
    let error = SqliteStore::open_or_create(&path).map(drop).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { what, .. } if what == "the file"), "{error:?}");
}
