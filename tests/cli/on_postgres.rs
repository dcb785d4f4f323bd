//! The same on PostgreSQL, and from SQLite to it and back.

use super::by_hand::{desk, open, sell};
use super::{run, run_with};
use crate::postgres::server;

/// An empty database; none where there is no PostgreSQL.
fn empty() -> Option<(tokio::runtime::Runtime, server::Fresh)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fresh = runtime.block_on(server::empty())?;
    Some((runtime, fresh))
}

#[test]
fn a_store_goes_from_sqlite_to_postgresql_and_back_the_same() {
    let dir = desk("carried-pg");
    open(&dir);
    sell(&dir);
    let Some((_runtime, db)) = empty() else { return };
    let address = db.address.as_str();
    let none = run(&dir, &["case", "list", address]);
    assert!(none.err.contains("there are no tables of voronka in it") && none.status == 2, "{}", none.err);
    assert_eq!(run(&dir, &["db", "init", address]).status, 0);
    let all = run(&dir, &["db", "export", "s.db"]).out;
    let it = run_with(&dir, &["db", "import", address, "-"], &all);
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    assert!(it.out.ends_with(": 1 cases and 10 entries are new\n"), "{}", it.out);
    assert_eq!(run(&dir, &["db", "export", address]).out, all);
    let it = run(&dir, &["db", "check", address]);
    assert!(it.out.ends_with(": ok, cases: 1, entries: 10\n"), "{}", it.out);
    assert_eq!(run(&dir, &["db", "init", "back.db"]).status, 0);
    assert_eq!(run_with(&dir, &["db", "import", "back.db", "-"], &all).status, 0);
    assert_eq!(run(&dir, &["db", "export", "back.db"]).out, all);

    // The sale goes on there.
    let step = [
        "case",
        "step",
        address,
        "c1",
        "--as",
        "petr:storekeeper",
        "--at",
        "2026-03-06 10:01",
        "--fact",
        "shipped=true",
    ];
    let it = run(&dir, &step);
    assert!(it.out.ends_with("c1: closed 6 March 2026, 10:01: Sold (revision 11)\n"), "{}{}", it.out, it.err);
    let it = run(&dir, &["work", address, "--once"]);
    assert!(it.out.contains(r#"{"case":"c1","attempt":1,"effect":{"#) && it.status == 0, "{}", it.err);
    assert_eq!(run(&dir, &["work", address, "--once"]).out, "");
    let show = run(&dir, &["case", "show", address, "c1", "--as", "anna:manager"]);
    assert!(show.out.contains("\nclosed       6 March 2026, 10:01: Sold\n"), "{}", show.out);
}

#[test]
fn deals_and_logs_come_into_postgresql_once() {
    let Some((_runtime, db)) = empty() else { return };
    let dir = super::replayed::ready("replay-pg", &[("t1", &["ASK", "ACCEPT", "PAY"]), ("t2", &["ASK"])]);
    let address = db.address.as_str();
    assert_eq!(run(&dir, &["db", "init", address]).status, 0);
    let replay = ["replay", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--db", address];
    assert_eq!(run(&dir, &replay).out, "log.xes: 2 cases, 4 inputs stepped\n");
    assert_eq!(run(&dir, &replay).out, "log.xes: 2 cases, 0 inputs stepped, 4 known already\n");

    std::fs::write(
        dir.join("deals.map.json"),
        r#"{ "id": "no", "with_debts": false, "entered": { "asked": "asked" }, "fields": { "amount": "sum" } }"#,
    )
    .unwrap();
    std::fs::write(dir.join("deals.csv"), "no;asked;sum\n7;2026-01-05;12.5\n8;2026-01-06;x\n").unwrap();
    let import =
        ["case", "import", "deals.csv", "--map", "deals.map.json", "--db", address, "--scenario", "loan"];
    let bad = "deals.csv:3: “amount”: “x” does not fit, wanted is a number\n";
    assert_eq!(run(&dir, &import).out, format!("{bad}deals.csv: 1 opened, 1 not taken over\n"));
    assert_eq!(
        run(&dir, &import).out,
        format!("{bad}deals.csv: 0 opened, 1 known already, 1 not taken over\n")
    );
    let list = run(&dir, &["case", "list", address, "--light", "yellow", "--limit", "1"]).out;
    assert!(list.contains("\nt2    yellow  asked") && list.ends_with(":t2\n"), "{list}");
    assert!(run(&dir, &["db", "check", address]).out.ends_with(": ok, cases: 3, entries: 5\n"));
}

#[test]
fn a_server_that_is_not_there_is_said_without_the_password() {
    let dir = super::place("no-server");
    let it = run(&dir, &["case", "list", "postgres://anna:secret@%2Fnowhere/sales"]);
    assert!(
        it.err.starts_with("voronka: postgres://anna@%2Fnowhere/sales: the store cannot be reached: "),
        "{}",
        it.err
    );
    assert_eq!((it.err.contains("secret"), it.status), (false, 2));
    let it = run(&dir, &["case", "list", "host=/nowhere user=anna password=secret"]);
    assert!(
        it.err.starts_with("voronka: host=/nowhere user=anna: the store cannot be reached: "),
        "{}",
        it.err
    );
}
