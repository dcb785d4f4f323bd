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
