//! Bad input and faults: a full disk, a damaged row, U+0000.

use super::fixture::{effect, opened, set, stored, write};
use rusqlite::Connection;
use voronka::store::sql::SqliteStore;
use voronka::store::{Commit, Committed, Message, Store, StoreError, Wanted};

/// A file with a case, and a connection beside the store's.
fn file() -> (tempfile::TempDir, SqliteStore<voronka::store::sql::Rusqlite>, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let store = SqliteStore::open_or_create(&path).unwrap();
    write(&store, opened("c1").1);
    let conn = Connection::open(path).unwrap();
    (folder, store, conn)
}

#[test]
fn a_full_disk_loses_nothing_and_writes_no_half() {
    let (_folder, _, conn) = file();
    // As much room as there is: the next page does not fit.
    let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    let owner = toy_owner(&conn);
    let mut acknowledged = vec!["c1".to_owned()];
    let error = loop {
        let id = format!("c{}", acknowledged.len() + 1);
        let mut commit = opened(&id).1;
        commit.effects = (0..20).map(|nth| effect(&id, 1, nth, "notify")).collect();
        match owner.commit(&[commit]) {
            Ok(done) => {
                assert_eq!(done, [Committed::Done]);
                acknowledged.push(id);
            }
            Err(error) => break error,
        }
        assert!(acknowledged.len() < 1_000, "the disk is never full");
    };
    assert!(matches!(&error, StoreError::Full { .. }), "{error:?}");
    assert!(conn.is_autocommit(), "it was rolled back");
    let count = |table: &str| -> i64 {
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let known = i64::try_from(acknowledged.len()).unwrap();
    assert_eq!((count("voronka_case_state"), count("voronka_entry")), (known, known));
    assert_eq!(count("voronka_effect"), (known - 1) * 20);
    for id in &acknowledged {
        assert!(stored(&owner, id).is_some(), "{id}");
    }
    // With room again, the same input goes through.
    conn.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())).unwrap();
    let id = format!("c{}", acknowledged.len() + 1);
    assert_eq!(owner.commit(&[opened(&id).1]), Ok(vec![Committed::Done]));
}

fn toy_owner(conn: &Connection) -> SqliteStore<super::toy::Owned<'_>> {
    SqliteStore::new(super::toy::Owned(conn))
}

#[test]
fn s11_a_text_with_u_0000_is_refused_and_nothing_of_the_call_is_written() {
    let (_folder, store, _) = file();
    let mut bad = opened("c3").1;
    bad.case.title = Some("a\0b".to_owned());
    let error = store.commit(&[opened("c2").1, bad]).unwrap_err();
    assert_eq!(error.to_string(), "the title of case \"c3\" cannot be kept: S11: it contains U+0000");
    assert_eq!((stored(&store, "c2"), stored(&store, "c3")), (None, None));
    let message = Message {
        id: "m1".to_owned(),
        object: "c1".to_owned(),
        text: "\0".to_owned(),
        at: super::fixture::minute(0),
    };
    assert!(matches!(store.post(&[message]), Err(StoreError::Unfit { .. })));
}

#[test]
fn a_damaged_row_is_told_by_its_case_and_stops_no_other() {
    let (_folder, store, conn) = file();
    write(&store, opened("c2").1);
    conn.execute("UPDATE voronka_case_state SET body = substr(body, 1, 40) WHERE id = 'c1'", []).unwrap();
    let found = store.load(&[Wanted::case("c1"), Wanted::case("c2")]).unwrap().found;
    let error = found[0].case.as_ref().unwrap().read().unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { what, .. } if what == "case c1"), "{error}");
    assert_eq!(found[1].case.as_ref().unwrap().read().unwrap().id, "c2");
}

#[test]
fn s4_a_lost_entry_is_an_error_never_a_shorter_journal() {
    let (_folder, store, conn) = file();
    let mut case = opened("c1").0.case().clone();
    for nth in 2..=4 {
        let (next, commit) = set(&case, &format!("B-{nth}"), &format!("set-{nth}"));
        assert_eq!(write(&store, commit), Committed::Done);
        case = next.case().clone();
    }
    assert_eq!(store.journal("c1", 2, 2).unwrap().iter().map(|it| it.number).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((store.journal("c1", 5, 9), store.journal("nobody", 1, 9)), (Ok(vec![]), Ok(vec![])));
    for (lost, from, told) in [(4, 1, 4), (2, 1, 2), (1, 1, 1)] {
        conn.execute("DELETE FROM voronka_entry WHERE case_id = 'c1' AND number = ?1", [lost]).unwrap();
        let error = store.journal("c1", from, 100).unwrap_err();
        let StoreError::Damaged { what, .. } = &error else { panic!("{error:?}") };
        assert_eq!(what, &format!("entry {told} of case c1"));
    }
}

#[test]
fn an_entry_that_is_there_before_its_case_knows_it_is_damage_and_writes_nothing() {
    let (_folder, store, conn) = file();
    let (_, commit) = set(opened("c1").0.case(), "B-1", "set-2");
    conn.execute(
        "INSERT INTO voronka_entry (case_id, number, at, input_id, input, actor, body) \
         VALUES ('c1', 2, 0, 'foreign', 'set', 'x', '{}')",
        [],
    )
    .unwrap();
    let error = store.commit(&[opened("c2").1, commit]).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { what, .. } if what == "entry 2 of case c1"), "{error:?}");
    assert_eq!(stored(&store, "c2"), None, "nothing of the call is there");
}

#[test]
fn limits_a_megabyte_an_emoji_and_ten_thousand_effects_in_one_commit() {
    let (_folder, store, conn) = file();
    let mut commit: Commit = opened("c2").1;
    commit.entry.text = format!("\"🪟{}\"", "x".repeat(1 << 20));
    commit.effects = (0..10_000).map(|nth| effect("c2", 1, nth, "notify")).collect();
    let text = commit.entry.text.clone();
    assert_eq!(write(&store, commit), Committed::Done);
    assert_eq!(store.journal("c2", 1, 1).unwrap()[0].text, text);
    let effects: i64 = conn.query_row("SELECT count(*) FROM voronka_effect", [], |row| row.get(0)).unwrap();
    assert_eq!(effects, 10_000);
}
