//! What `check` and `orphans` find: each damage, by its name, and nothing else.

use super::fixture::{opened, set, stepped, write};
use rusqlite::Connection;
use voronka::store::sql::{Rusqlite, SqliteStore};
use voronka::store::{Committed, check};

/// A file with two cases of four and three entries, and a connection beside the store's.
fn file() -> (tempfile::TempDir, SqliteStore<Rusqlite>, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.db");
    let store = SqliteStore::open_or_create(&path).unwrap();
    for (case, steps) in [("c1", 3), ("c2", 2)] {
        let (mut outcome, commit) = opened(case);
        assert_eq!(write(&store, commit), Committed::Done);
        for nth in 0..steps {
            let (next, commit) = set(outcome.case(), &format!("B-{nth}"), &format!("{case}-{nth}"));
            assert_eq!(write(&store, commit), Committed::Done);
            outcome = next;
        }
    }
    (folder, store, Connection::open(path).unwrap())
}

fn findings(damage: &str) -> Vec<(String, String)> {
    let (_folder, store, conn) = file();
    conn.execute_batch(damage).unwrap();
    let checked = check(&store, 100, &mut |_, _| ()).unwrap();
    assert!(!checked.more);
    checked.findings.into_iter().map(|it| (it.what, it.why)).collect()
}

#[test]
fn s4_a_whole_store_has_no_findings_and_tells_how_far_it_is() {
    let (_folder, store, _) = file();
    let mut told = Vec::new();
    let checked = check(&store, 100, &mut |cases, entries| told.push((cases, entries))).unwrap();
    assert_eq!((checked.cases, checked.entries, checked.findings, checked.more), (2, 7, vec![], false));
    assert_eq!(told, [(1, 4), (2, 7), (2, 7)]);
    assert_eq!(store.orphans(100), Ok(vec![]));
}

#[test]
fn s4_a_closed_case_has_no_findings_either() {
    let (_folder, store, _) = file();
    let (first, commit) = opened("c3");
    write(&store, commit);
    let moved = serde_json::json!({"move": {"to": "offer", "override": "known for years"}});
    let (second, moved) = stepped(first.case(), moved, "c3-offer");
    assert_eq!(write(&store, moved), Committed::Done);
    let (third, closed) = stepped(second.case(), serde_json::json!({"close": {"stage": "won"}}), "c3-won");
    assert_eq!(write(&store, closed), Committed::Done);
    assert!(third.case().closing.is_some());
    assert_eq!(check(&store, 100, &mut |_, _| ()).unwrap().findings, []);
}

#[test]
fn s4_each_damage_is_found_by_its_name_and_nothing_else_is() {
    let entry = |nth: u32| format!("case_id = 'c1' AND number = {nth}");
    let damages = [
        (
            format!("DELETE FROM voronka_entry WHERE {}", entry(2)),
            vec![("entry 2 of case c1", "S4: it is not there, entry 3 is")],
        ),
        (
            format!("DELETE FROM voronka_entry WHERE {} OR {}", entry(2), entry(4)),
            vec![
                ("entry 2 of case c1", "S4: it is not there, entry 3 is"),
                ("entry 4 of case c1", "S4: it is not there, the case is at revision 4"),
            ],
        ),
        (
            format!("UPDATE voronka_entry SET body = substr(body, 1, 60) WHERE {}", entry(3)),
            vec![("entry 3 of case c1", "not an entry")],
        ),
        (
            "UPDATE voronka_entry SET number = number + 10 WHERE case_id = 'c1' AND number IN (2, 3);
             UPDATE voronka_entry SET number = 15 - number WHERE case_id = 'c1' AND number > 10"
                .to_owned(),
            vec![
                ("entry 2 of case c1", "its bytes are of entry 3 of case c1"),
                ("entry 3 of case c1", "its bytes are of entry 2 of case c1"),
                ("entry 2 of case c1", "S4: in the order of commits it comes after entry 3"),
            ],
        ),
        (
            format!("UPDATE voronka_entry SET case_id = 'c9' WHERE {}", entry(4)),
            vec![
                ("entry 4 of case c1", "S4: it is not there, the case is at revision 4"),
                ("entry 4 of case c9", "S4: there is no such case"),
            ],
        ),
        (
            format!("UPDATE voronka_entry SET input_id = 'other' WHERE {}", entry(2)),
            vec![("entry 2 of case c1", "S3: it is not found by its input's id \"c1-0\"")],
        ),
        (
            "UPDATE voronka_case_state SET body = replace(body, 'B-2', 'B-9') WHERE id = 'c1'".to_owned(),
            vec![("case c1", "C3: its bytes differ from the fold of its journal from byte")],
        ),
        (
            "UPDATE voronka_case_state SET body = '{' WHERE id = 'c1'".to_owned(),
            vec![("case c1", "its bytes are no case")],
        ),
        (
            "UPDATE voronka_case_state SET responsible = 'boris' WHERE id = 'c2'".to_owned(),
            vec![("case c2", "its column responsible is \"boris\", its bytes say \"anna\"")],
        ),
        (
            "UPDATE voronka_case_state SET revision = 2 WHERE id = 'c2'".to_owned(),
            vec![
                ("case c2", "C3: its bytes differ from the fold of its journal"),
                ("case c2", "its column revision is 2, its bytes say 3"),
                ("entry 3 of case c2", "S1: its case is at revision 2"),
            ],
        ),
        (
            "DELETE FROM voronka_case_state WHERE id = 'c2'".to_owned(),
            vec![
                ("entry 1 of case c2", "S4: there is no such case"),
                ("entry 2 of case c2", "S4: there is no such case"),
                ("entry 3 of case c2", "S4: there is no such case"),
            ],
        ),
        (
            "DELETE FROM voronka_activity WHERE case_id = 'c2'".to_owned(),
            vec![("activity c2/1/1 of case c2", "it is open in its case and has no row")],
        ),
    ];
    for (damage, expected) in damages {
        let found = findings(&damage);
        let fits = found.len() == expected.len()
            && found
                .iter()
                .zip(&expected)
                .all(|((what, why), (named, told))| what == named && why.starts_with(told));
        assert!(fits, "{damage}\n{found:#?}\n{expected:#?}");
    }
}

#[test]
fn s4_findings_are_bounded() {
    let (_folder, store, conn) = file();
    conn.execute_batch("UPDATE voronka_case_state SET team = 'x', channel = 'y'").unwrap();
    let checked = check(&store, 3, &mut |_, _| ()).unwrap();
    assert_eq!((checked.findings.len(), checked.more), (3, true));
}

#[test]
fn orphans_are_named_table_by_table() {
    let (_folder, store, conn) = file();
    conn.execute_batch("DELETE FROM voronka_case_state WHERE id = 'c2'").unwrap();
    let found: Vec<String> = store.orphans(100).unwrap().into_iter().map(|it| it.what).collect();
    let expected = [
        "entry 1 of case c2",
        "entry 2 of case c2",
        "entry 3 of case c2",
        "timer c2/talk/trigger/remind/1/1",
        "activity c2/1/1 of case c2",
        "field amount of case c2",
        "field order of case c2",
    ];
    assert_eq!(found, expected);
    let first = store.orphans(2).unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!(first[0].why, "there is no case c2 to which this entry belongs");
}
