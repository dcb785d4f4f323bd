//! A sale run by hand on a SQLite file, from the request to won.

use super::{SCENARIO, place, run};
use std::fs;
use std::path::{Path, PathBuf};

/// A directory with the wholesale scenario and an empty database.
pub fn desk(name: &str) -> PathBuf {
    let dir = place(name);
    fs::write(dir.join("wholesale.json"), SCENARIO).unwrap();
    let made = run(&dir, &["db", "init", "s.db"]);
    assert_eq!((made.out.as_str(), made.err.as_str(), made.status), ("s.db: made\n", "", 0));
    dir
}

/// Opens the case c1 with all that the first stage asks.
pub fn open(dir: &Path) -> String {
    let it = run(
        dir,
        &[
            "case",
            "open",
            "s.db",
            "--scenario",
            "wholesale.json",
            "--case",
            "c1",
            "--as",
            "anna:manager",
            "--at",
            "2026-03-02 10:00",
            "--title",
            "Tiles",
            "--channel",
            "phone",
            "--field",
            "amount=1250.50",
            "--field",
            "client_type=shop",
            "--field",
            "terms=prepayment",
            "--field",
            r#"lines=[{"item":"T-1","characteristic":"blue","quantity":"10"}]"#,
            "--party",
            "client=c-17",
            "--id",
            "open-1",
        ],
    );
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    it.out
}

/// One step of c1: who, when, what; the output and the exit status.
pub fn step(dir: &Path, who: &str, at: &str, what: &[&str]) -> (String, i32) {
    let mut arguments = vec!["case", "step", "s.db", "c1", "--as", who, "--at", at];
    arguments.extend(what);
    let it = run(dir, &arguments);
    (format!("{}{}", it.out, it.err), it.status)
}

/// From the open case to the goods that are gone.
pub fn sell(dir: &Path) {
    let anna = "anna:manager";
    let steps: [(&str, &str, &[&str]); 9] = [
        (anna, "2026-03-02 10:30", &["--done", "clarify"]),
        (anna, "2026-03-02 10:31", &["--move", "invoice"]),
        (anna, "2026-03-03 11:00", &["--fact", "reserved=no", "--fact", "stock[T-1,blue,main]=50"]),
        (anna, "2026-03-03 11:01", &["--command", "reserve"]),
        (anna, "2026-03-03 11:06", &["--fact", "reserved=yes"]),
        (anna, "2026-03-03 11:07", &["--done", "Send the invoice"]),
        (anna, "2026-03-03 11:08", &["--move", "prepayment"]),
        ("vera:accountant", "2026-03-05 12:00", &["--fact", "paid_percent=100"]),
        ("petr:storekeeper", "2026-03-06 10:00", &["--done", "pick"]),
    ];
    for (who, at, what) in steps {
        let (said, status) = step(dir, who, at, what);
        assert_eq!(status, 0, "{what:?}: {said}");
    }
}

#[test]
fn a_sale_goes_from_the_request_to_won() {
    let dir = desk("by-hand");
    let opened = "\
wholesale 1 published
2 March 2026, 10:00, anna (manager): open the case
- the case begins, by the scenario “Wholesale sale”, version 1; “Tiles”; responsible: anna; channel: phone; “Client”: c-17
";
    let said = open(&dir);
    assert!(said.starts_with(opened), "{said}");
    let ends = "c1: yellow: Call “Clarify what is needed” is due by 2 March, 15:00 (revision 1)\n";
    assert!(said.ends_with(ends), "{said}");

    // What is missing is told in words, all at once, and nothing is done.
    let refused = step(&dir, "anna:manager", "2026-03-02 10:29", &["--move", "invoice"]);
    assert_eq!(refused, ("refused:\n  to be done first: Call “Clarify what is needed”\n".to_owned(), 1));
    let refused = step(&dir, "anna:manager", "2026-03-02 10:29", &["--move", "invoice", "--lang", "ru"]);
    assert!(refused.0.starts_with("отказ:\n  ") && refused.0.contains("Уточнить потребность"), "{refused:?}");

    sell(&dir);
    let (said, status) = step(&dir, "petr:storekeeper", "2026-03-06 10:01", &["--fact", "shipped=true"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.ends_with("c1: closed 6 March 2026, 10:01: Sold (revision 11)\n"), "{said}");

    let it = run(&dir, &["case", "list", "s.db", "--closed", "--as", "anna:manager"]);
    assert_eq!(it.status, 0);
    assert!(
        it.out.contains("c1    6 March 2026, 10:01  Sold   Tiles  anna         1250.50 RUB"),
        "{}",
        it.out
    );
    assert_eq!(run(&dir, &["case", "list", "s.db", "--as", "anna:manager"]).out.lines().count(), 1);
    let it = run(&dir, &["db", "check", "s.db"]);
    assert_eq!((it.out.as_str(), it.status), ("s.db: ok, cases: 1, entries: 11\n", 0));

    let it = run(&dir, &["case", "journal", "s.db", "c1", "--as", "anna:manager"]);
    assert!(it.out.contains("\n3. 2 March 2026, 10:31, anna (manager): move to “Invoice”\n"), "{}", it.out);
    let it = run(&dir, &["case", "journal", "s.db", "c1", "--as", "anna:manager", "--json", "--from", "11"]);
    let entry: serde_json::Value = serde_json::from_str(&it.out).unwrap();
    assert_eq!((&entry["number"], &entry["input_id"].as_str().is_some()), (&11.into(), &true));
}

#[test]
fn s2_s3_what_was_seen_and_what_was_sent_before() {
    let dir = desk("by-hand-ids");
    open(&dir);
    let note = ["--note", "called", "--id", "n-1"];
    assert_eq!(step(&dir, "anna:manager", "2026-03-02 10:05", &note).1, 0);
    let (said, status) = step(&dir, "anna:manager", "2026-03-02 10:06", &note);
    assert!(said.starts_with("this input was accepted before; nothing was done now\n"), "{said}");
    assert!(said.ends_with("(revision 2)\n") && status == 0, "{said}");
    let other = step(&dir, "anna:manager", "2026-03-02 10:06", &["--note", "another", "--id", "n-1"]);
    let why = "refused: case c1: the input id n-1 is that of another input, entry 2 of case c1; \
               send this one under an id of its own\n";
    assert_eq!(other, (why.to_owned(), 1));
    let stale = step(&dir, "anna:manager", "2026-03-02 10:07", &["--note", "late", "--seen", "1"]);
    let why =
        "refused: case c1 is at revision 2, not 1, as its sender saw it; look at it again and decide anew\n";
    assert_eq!(stale, (why.to_owned(), 1));
}

#[test]
fn g2_the_window_shows_what_the_actor_may_see() {
    let dir = desk("by-hand-show");
    open(&dir);
    let show = |who: &str| {
        let it = run(&dir, &["case", "show", "s.db", "c1", "--as", who, "--at", "2026-03-02 15:00"]);
        assert_eq!((it.err.as_str(), it.status), ("", 0));
        // Between a sum and its currency no line is broken.
        it.out.replace('\u{a0}', " ")
    };
    let anna = show("anna:manager");
    let head = "\
c1 Tiles (wholesale 1, revision 1)
stage        Incoming request, since 2 March 2026, 10:00
light        red: Call “Clarify what is needed” is overdue since 2 March, 15:00
responsible  anna
channel      phone
opened       2 March 2026, 10:00, anna

fields
  Type of client      shop
  Amount              1250.50 RUB
  Terms of payment    prepayment
";
    assert!(anna.starts_with(head), "{anna}");
    for part in [
        "\nfacts\n  Payments\n    Paid by contract, %  unknown: never learnt\n",
        "\nopen activities\n  Call “Clarify what is needed”, due 2 March 2026, 15:00, mandatory [c1/1/1]\n",
        "\nmoves\n  Invoice [invoice]: not yet\n    to be done first: Call “Clarify what is needed”\n  close: Refused [lost]: can be done\n",
    ] {
        assert!(anna.contains(part), "{part}\n{anna}");
    }
    let petr = show("petr:storekeeper");
    assert!(!petr.contains("1250.50") && !petr.contains("Paid by contract"), "{petr}");
}

#[test]
fn a_case_is_opened_by_json_and_by_the_id_of_a_scenario() {
    let dir = desk("by-hand-json");
    let it = run(&dir, &["case", "open", "s.db", "--scenario", "wholesale"]);
    let why = "voronka: s.db: scenario wholesale is not published; name its file\n";
    assert_eq!((it.err.as_str(), it.status), (why, 2));
    let publish = ["db", "publish", "s.db", "wholesale.json", "--as", "olga:head"];
    assert_eq!(run(&dir, &publish).out, "s.db: wholesale version 1 published\n");
    assert_eq!(run(&dir, &publish).out, "s.db: wholesale version 1 is published already\n");
    // Another content under the same number.
    fs::write(dir.join("other.json"), SCENARIO.replace("\"2 working hours\"", "\"3 working hours\""))
        .unwrap();
    let it = run(&dir, &["db", "publish", "s.db", "other.json", "--as", "olga:head"]);
    assert!(
        it.err.contains("version 1 of scenario wholesale is published with another content"),
        "{}",
        it.err
    );
    assert_eq!(it.status, 2);
    let json = r#"{"title": "By JSON", "fields": {"amount": "7"}, "responsible": "boris"}"#;
    let it = run(
        &dir,
        &[
            "case",
            "open",
            "s.db",
            "--scenario",
            "wholesale@1",
            "--json",
            json,
            "--as",
            "anna:manager",
            "--case",
            "j",
        ],
    );
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    let it = run(&dir, &["case", "list", "s.db", "--as", "anna:manager", "--responsible", "boris", "--json"]);
    let card: serde_json::Value = serde_json::from_str(&it.out).unwrap();
    assert_eq!((&card["id"], &card["title"]), (&"j".into(), &"By JSON".into()));
    let it =
        run(&dir, &["case", "step", "s.db", "j", r#"{"note": {"text": "by JSON"}}"#, "--as", "anna:manager"]);
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    let it = run(&dir, &["case", "step", "s.db", "j", r#"{"nope": {}}"#]);
    assert_eq!(it.status, 2);
    assert!(it.err.starts_with("voronka: the JSON cannot be read: unknown variant `nope`"), "{}", it.err);
}

#[test]
fn lists_are_filtered_and_paged() {
    let dir = desk("by-hand-list");
    run(&dir, &["db", "publish", "s.db", "wholesale.json", "--as", "olga:head"]);
    for (case, who, at) in [
        ("a", "anna:manager", "2026-03-02 10:00"),
        ("b", "boris:manager", "2026-03-03 10:00"),
        ("c", "anna:manager", "2026-03-04 10:00"),
    ] {
        let arguments =
            ["case", "open", "s.db", "--scenario", "wholesale", "--case", case, "--as", who, "--at", at];
        assert_eq!(run(&dir, &arguments).status, 0);
    }
    let list = |more: &[&str]| {
        let mut arguments = vec!["case", "list", "s.db", "--as", "olga:head", "--at", "2026-03-04 11:00"];
        arguments.extend(more);
        let it = run(&dir, &arguments);
        assert_eq!((it.err.as_str(), it.status), ("", 0), "{more:?}");
        let ids = it.out.lines().skip(1).map(|line| line.split(' ').next().unwrap().to_owned());
        (ids.collect::<Vec<_>>().join(" "), it.out)
    };
    assert_eq!(list(&[]).0, "a b c");
    assert_eq!(list(&["--light", "red"]).0, "a b");
    assert_eq!(list(&["--light", "yellow"]).0, "c");
    assert_eq!(list(&["--responsible", "anna"]).0, "a c");
    assert_eq!(list(&["--stage", "invoice"]).0, "");
    let (ids, page) = list(&["--limit", "2"]);
    assert_eq!((ids.as_str(), page.lines().last()), ("a b there", Some("there are more: --after 0:b")));
    assert_eq!(list(&["--limit", "2", "--after", "0:b"]).0, "c");
}

#[test]
fn what_is_not_there_is_said() {
    let dir = desk("by-hand-wrong");
    fs::write(dir.join("text.db"), "this is a text, and certainly no database at all").unwrap();
    fs::write(dir.join("empty.db"), "").unwrap();
    let cases: [(&[&str], &str, i32); 8] = [
        (
            &["case", "list", "no.db"],
            "voronka: no.db: there is no such file; `voronka db init no.db` makes it\n",
            2,
        ),
        (
            &["case", "list", "empty.db"],
            "voronka: empty.db: there are no tables of voronka in it; `voronka db init empty.db` makes them\n",
            2,
        ),
        (&["case", "show", "s.db", "c9"], "voronka: s.db: there is no case c9\n", 2),
        (&["db", "init", "s.db"], "voronka: s.db: the tables are there already; nothing was changed\n", 2),
        (
            &["db", "migrate", "no.db"],
            "voronka: no.db: there is no such file; `voronka db init no.db` makes it\n",
            2,
        ),
        (
            &["case", "list", "s.db", "--after", "x"],
            "voronka: `x` is no place in a list; take what the page before named\n",
            2,
        ),
        (
            &["case", "list", "s.db", "--at", "soon"],
            "voronka: `soon` is no moment; write `2026-03-02 10:00`, or with an offset `2026-03-02T10:00:00+03:00`\n",
            2,
        ),
        (&["work", "no.db"], "voronka: no.db: there is no such file; `voronka db init no.db` makes it\n", 2),
    ];
    for (arguments, expected, status) in cases {
        let it = run(&dir, arguments);
        assert_eq!((it.err.as_str(), it.status), (expected, status), "{arguments:?}");
    }
    let it = run(&dir, &["case", "list", "text.db"]);
    assert!(it.err.starts_with("voronka: text.db: ") && it.status == 2, "{}", it.err);
    assert!(!dir.join("no.db").exists());
    assert_eq!(run(&dir, &["db", "migrate", "s.db"]).out, "s.db: is of version 1, nothing was to be done\n");
    assert_eq!(
        run(&dir, &["db", "migrate", "empty.db"]).out,
        "empty.db: brought from version 0 to version 1\n"
    );
}
