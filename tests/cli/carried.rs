//! Databases checked, carried away and back.

use super::by_hand::{desk, open, sell, step};
use super::{run, run_with};
use rusqlite::Connection;
use std::fs;
use std::path::Path;

fn made(dir: &Path, db: &str) {
    assert_eq!(run(dir, &["db", "init", db]).status, 0);
}

/// A database with a sale, an effect that is not done, one that stopped, inbox rows of every state, a counter, a draft.
fn full(dir: &Path) {
    open(dir);
    assert_eq!(step(dir, "anna:manager", "2026-03-02 10:29", &["--move", "invoice"]).1, 1);
    sell(dir);
    run(dir, &["case", "open", "s.db", "--scenario", "wholesale", "--case", "c2", "--as", "boris:manager"]);
    let secret = [
        "case",
        "open",
        "s.db",
        "--scenario",
        "wholesale",
        "--case",
        "c3",
        "--as",
        "boris:manager",
        "--field",
        "address=Secret street 1",
        "--field",
        "delivery=yes",
    ];
    assert_eq!(run(dir, &secret).status, 0);
    erase(dir, "c3");
    reserved(dir, "c4");
    reserved(dir, "c5");
    let db = Connection::open(dir.join("s.db")).unwrap();
    db.execute_batch(
        "UPDATE voronka_effect SET state = 'stopped', attempts = 10, error = 'no printer'
             WHERE seq = (SELECT min(seq) FROM voronka_effect);
         DELETE FROM voronka_effect WHERE case_id = 'c5';
         INSERT INTO voronka_inbox (id, object, input, posted_at) VALUES ('m1', 'c1', '{\"note\":{\"text\":\"hi\"}}', 7);
         INSERT INTO voronka_inbox (id, object, input, posted_at, state, attempts, error)
             VALUES ('m2', 'nobody', '{\"tick\":null}', 8, 'refused', 3, 'there is no case');
         INSERT INTO voronka_inbox (id, object, input, posted_at, state, digest)
             VALUES ('m3', 'c1', '', 9, 'done', 'abcdef');
         INSERT INTO voronka_counter (name, value) VALUES ('in turn', 41);
         INSERT INTO voronka_draft (id, scenario, revision, changed_by, changed_at, body)
             VALUES ('d1', 'wholesale', 3, 'olga', 10, '{\"half\": ');
         INSERT INTO voronka_switch (scenario, \"trigger\", is_on, since, set_by)
             VALUES ('wholesale', 'prepayment/trigger/paid', 0, 11, 'olga');",
    )
    .unwrap();
}

/// A case up to the command that makes an effect.
fn reserved(dir: &Path, case: &str) {
    let lines = r#"lines=[{"item":"T-1","quantity":"1"}]"#;
    let (anna, at) = ("anna:manager", "2026-03-02 10:00");
    let open = ["case", "open", "s.db", "--scenario", "wholesale", "--case", case, "--as", anna, "--at", at];
    let given =
        ["--field", "amount=1", "--field", "client_type=shop", "--field", lines, "--party", "client=c"];
    assert_eq!(run(dir, &[&open[..], &given].concat()).status, 0);
    for what in
        [["--done", "clarify"], ["--move", "invoice"], ["--fact", "reserved=no"], ["--command", "reserve"]]
    {
        let step = ["case", "step", "s.db", case, "--as", anna, "--at", at];
        let it = run(dir, &[&step[..], &what].concat());
        assert_eq!(it.status, 0, "{what:?}: {}{}", it.out, it.err);
    }
}

/// Erases the personal texts of a case (S12).
fn erase(dir: &Path, case: &str) {
    use voronka::runtime::{Runtime, Setup, SystemClock};
    use voronka::store::sql::{Rusqlite, SqliteStore};
    let store = SqliteStore::new(Rusqlite::existing(dir.join("s.db")).unwrap());
    let runtime = Runtime::new(store, SystemClock, Setup::new("eraser"));
    runtime.erase(case, "asked for", &voronka::Actor::new("olga", "head"), "erase-1").unwrap();
}

/// All rows of the tables that an import makes anew, but for numbers that the database gives.
fn rows(dir: &Path, db: &str) -> Vec<String> {
    let db = Connection::open(dir.join(db)).unwrap();
    let mut all = Vec::new();
    for (table, columns) in [
        ("case_state", "*"),
        ("entry", "case_id, number, at, input_id, input, actor, body"),
        ("timer", "id, case_id, at, scenario, \"trigger\", enabled"),
        ("effect", "id, case_id, entry, nth, lane, kind, state, attempts, error, body"),
        ("activity", "*"),
        ("field_value", "*"),
        ("case_key", "*"),
        ("inbox", "id, object, input, posted_at, state, attempts, error, digest"),
        ("counter", "*"),
        ("version", "*"),
        ("draft", "*"),
        ("mapping", "*"),
        ("switch", "*"),
        ("refusal", "*"),
    ] {
        let mut found = db.prepare(&format!("SELECT {columns} FROM voronka_{table}")).unwrap();
        let width = found.column_count();
        let read = found.query_map([], |row| {
            let values = (0..width).map(|it| row.get::<_, rusqlite::types::Value>(it));
            values.map(|it| it.map(|it| format!("{it:?}"))).collect::<Result<Vec<_>, _>>()
        });
        let mut table_rows: Vec<String> =
            read.unwrap().map(|it| format!("{table}: {}", it.unwrap().join(" | "))).collect();
        table_rows.sort();
        all.extend(table_rows);
    }
    all
}

#[test]
fn an_export_read_in_and_written_again_is_the_same_to_the_byte() {
    let dir = desk("carried");
    full(&dir);
    let it = run(&dir, &["db", "export", "s.db", "-o", "all.jsonl"]);
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), ("wrote all.jsonl: 35 lines\n", "", 0));
    let it = run(&dir, &["db", "export", "s.db", "-o", "all.jsonl"]);
    assert!(it.status == 2 && it.err.starts_with("voronka: all.jsonl: cannot be made: "), "{}", it.err);
    let all = fs::read_to_string(dir.join("all.jsonl")).unwrap();
    assert!(!all.contains("Secret street"), "S12: what was erased is gone from an export too");
    assert_eq!(run(&dir, &["db", "export", "s.db"]).out, all);

    made(&dir, "t.db");
    let it = run(&dir, &["db", "import", "t.db", "all.jsonl"]);
    assert_eq!(
        (it.out.as_str(), it.err.as_str(), it.status),
        ("t.db: 5 cases and 23 entries are new\n", "", 0)
    );
    assert_eq!(rows(&dir, "t.db"), rows(&dir, "s.db"));
    assert_eq!(run(&dir, &["db", "export", "t.db"]).out, all);
    assert_eq!(run(&dir, &["db", "check", "t.db"]).out, "t.db: ok, cases: 5, entries: 23\n");

    // Into the same again nothing happens, not even to an effect that is done meanwhile.
    Connection::open(dir.join("t.db")).unwrap().execute_batch("DELETE FROM voronka_effect").unwrap();
    let it = run_with(&dir, &["db", "import", "t.db", "-"], &all);
    assert!(it.out.starts_with("t.db: nothing is new, ") && it.status == 0, "{}{}", it.out, it.err);
    assert!(!rows(&dir, "t.db").iter().any(|it| it.starts_with("effect")));
    // Into a store with something else nothing is read.
    made(&dir, "other.db");
    let arguments =
        ["case", "open", "other.db", "--scenario", "wholesale.json", "--case", "c1", "--as", "x:manager"];
    assert_eq!(run(&dir, &arguments).status, 0);
    let it = run(&dir, &["db", "import", "other.db", "all.jsonl"]);
    assert!(it.err.contains("the store is not empty, and has another entry 1 of case c1"), "{}", it.err);
    assert_eq!(it.status, 2);
}

#[test]
fn an_import_that_came_to_no_end_goes_on() {
    let dir = desk("carried-half");
    full(&dir);
    let all = run(&dir, &["db", "export", "s.db"]).out;
    made(&dir, "t.db");
    let half: String = all.split_inclusive('\n').take(12).collect();
    let it = run_with(&dir, &["db", "import", "t.db", "-"], &half);
    let why = "voronka: -: the export is cut off after line 12: its last line is missing\n";
    assert_eq!((it.err.as_str(), it.status), (why, 2));
    // Half of a store is not worked with.
    let it = run(&dir, &["work", "t.db", "--once"]);
    let why = "voronka: t.db: an import into it came to no end; run `voronka db import` with the same export again\n";
    assert_eq!((it.err.as_str(), it.status), (why, 2));
    let it = run_with(&dir, &["db", "import", "t.db", "-"], &all);
    assert_eq!(it.status, 0, "{}", it.err);
    assert_eq!(rows(&dir, "t.db"), rows(&dir, "s.db"));

    for (from, to, why) in [
        ("\"voronka_export\":1", "\"voronka_export\":2", "the export has form 2, this program reads form 1"),
        ("{\"voronka_export\":1}\n", "", "this is no export: `voronka db export` writes one"),
        (
            "\"number\":2,",
            "\"number\":3,",
            "S4: the journal of case c1 has a hole: after entry 1 comes entry 3",
        ),
        ("\"counter\"", "\"konter\"", "not a line of an export"),
    ] {
        let name = format!("{}.db", to.len());
        made(&dir, &name);
        let it = run_with(&dir, &["db", "import", &name, "-"], &all.replacen(from, to, 1));
        assert!(it.err.contains(why) && it.status == 2, "{why}: {}", it.err);
        fs::remove_file(dir.join(name)).unwrap();
    }
}

#[test]
fn check_finds_what_was_damaged() {
    let dir = desk("checked");
    open(&dir);
    sell(&dir);
    let damaged = |sql: &str| {
        fs::copy(dir.join("s.db"), dir.join("d.db")).unwrap();
        Connection::open(dir.join("d.db")).unwrap().execute_batch(sql).unwrap();
        let it = run(&dir, &["db", "check", "d.db"]);
        assert_eq!(it.status, 1, "{sql}: {}", it.out);
        it.out
    };
    Connection::open(dir.join("s.db")).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let lost = damaged("DELETE FROM voronka_entry WHERE number = 3");
    assert!(lost.contains("entry 3 of case c1: S4: "), "{lost}");
    assert!(lost.ends_with("d.db: wrong: 1; cases: 1, entries: 9\n"), "{lost}");
    let moved = damaged("UPDATE voronka_case_state SET stage = 'request'");
    assert!(moved.starts_with("case c1: its column stage is \"request\""), "{moved}");
    let torn = damaged("UPDATE voronka_entry SET body = substr(body, 1, 90) WHERE number = 2");
    assert!(torn.starts_with("entry 2 of case c1: "), "{torn}");
    let orphan = damaged(
        "UPDATE voronka_timer SET case_id = 'c9'; INSERT INTO voronka_case_key VALUES ('party', 'x', 'c8')",
    );
    assert!(orphan.contains("there is no case c8 to which this key belongs"), "{orphan}");
    assert_eq!(run(&dir, &["db", "check", "s.db"]).status, 0);
}
