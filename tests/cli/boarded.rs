//! The board as a page: what stands where, and that nobody sees in it what they may not see.

use super::{place, run};
use std::fs;
use std::path::{Path, PathBuf};

const FUNNEL: &str = r#"{
  "id": "sale", "title": { "en": "Sale", "ru": "Продажа" }, "value": "amount",
  "calendar": { "time_zone": "Europe/Moscow", "week": { "mon-fri": ["09:00-18:00"] } },
  "rights": { "see_all": "head", "see_own": "manager" },
  "fields": {
    "amount": { "type": "money", "currency": "RUB", "see": "head" },
    "secret": { "type": "text", "see": "head" }
  },
  "stages": [
    { "id": "request", "title": { "en": "Request", "ru": "Обращение" },
      "plan": [{ "id": "call", "call": { "en": "Call the client", "ru": "Позвонить клиенту" }, "due": "4 working hours" }] },
    { "id": "invoice", "title": { "en": "Invoice", "ru": "Счёт" }, "plan": [
      { "id": "remind", "task": { "en": "Remind of the invoice", "ru": "Напомнить о счёте" }, "due": "2 working days" }] },
    { "id": "shipment", "title": { "en": "Shipment", "ru": "Отгрузка" } },
    { "id": "won", "outcome": "won" },
    { "id": "lost", "outcome": "lost" }
  ],
  "moves": [
    { "from": "request", "to": "invoice" }, { "from": "invoice", "to": "shipment" },
    { "from": "shipment", "to": "won" }, { "from": "*", "to": "lost" }
  ]
}"#;

/// Opens a case of a person on a Monday at an hour.
fn open(dir: &Path, case: &str, who: &str, at: &str, title: &str, amount: &str) {
    let it = run(
        dir,
        &[
            "case",
            "open",
            "s.db",
            "--scenario",
            "sale.json",
            "--case",
            case,
            "--as",
            who,
            "--at",
            at,
            "--title",
            title,
            "--field",
            &format!("amount={amount}"),
            "--field",
            "secret=the client is a spy",
            "--responsible",
            who.split(':').next().unwrap(),
        ],
    );
    assert_eq!((it.err.as_str(), it.status), ("", 0), "{}", it.out);
}

/// Four cases of two persons; one is on its second stage.
pub fn desk(name: &str) -> PathBuf {
    let dir = place(name);
    fs::write(dir.join("sale.json"), FUNNEL).unwrap();
    assert_eq!(run(&dir, &["db", "init", "s.db"]).status, 0);
    let all = "anna:manager,head";
    open(&dir, "c1", all, "2026-03-02 09:00", "Tiles for <b>Smith</b>", "1000.50");
    open(&dir, "c2", all, "2026-03-02 10:00", "Grout", "2000");
    open(&dir, "c3", "boris:manager,head", "2026-03-02 12:00", "Bathtubs of Boris", "70000");
    open(&dir, "c4", all, "2026-03-02 13:00", "Taps", "5");
    let moved = run(
        &dir,
        &["case", "step", "s.db", "c4", "--as", all, "--at", "2026-03-02 13:30", "--move", "invoice"],
    );
    assert_eq!((moved.err.as_str(), moved.status), ("", 0), "{}", moved.out);
    dir
}

fn board(dir: &Path, arguments: &[&str]) -> String {
    let mut all = vec!["board", "s.db", "--at", "2026-03-02 13:30"];
    all.extend(arguments);
    let it = run(dir, &all);
    assert_eq!((it.err.as_str(), it.status), ("", 0), "{}", it.out);
    it.out
}

/// The texts of a page in order, without its markup.
fn texts(page: &str) -> Vec<String> {
    let body = page.split_once("<body>").unwrap().1;
    let mut texts: Vec<String> =
        body.split('<').map(|it| it.split_once('>').map_or("", |it| it.1).trim().to_owned()).collect();
    texts.retain(|it| !it.is_empty());
    texts
}

#[test]
fn the_board_shows_stages_counts_sums_lights_causes_and_next_steps() {
    let dir = desk("board");
    let page = board(&dir, &["--as", "olga:head"]);
    let told = [
        "Board: Sale",
        "As of 2 March 2026, 13:30",
        "As seen by olga (head)",
        "Request",
        "cases: 3 · red: 1 · yellow: 2",
        "73,000.50 RUB",
        // What is overdue stands first.
        "Tiles for &lt;b&gt;Smith&lt;/b&gt;",
        "▲ red",
        "“Call the client” is overdue since 2 March 2026, 13:00",
        "1,000.50 RUB · anna · c1",
        "Grout",
        "◆ yellow",
        "“Call the client” is due by 2 March 2026, 14:00",
        "2,000 RUB · anna · c2",
        "Bathtubs of Boris",
        "◆ yellow",
        "“Call the client” is due by 2 March 2026, 16:00",
        "70,000 RUB · boris · c3",
        "Invoice",
        "cases: 1 · yellow: 1",
        "5 RUB",
        "Taps",
        "◆ yellow",
        "“Call the client” is due by 2 March 2026, 17:00",
        "5 RUB · anna · c4",
        "Shipment",
        "cases: 0",
    ];
    assert_eq!(texts(&page), told);
    assert_eq!(board(&dir, &["--as", "olga:head"]), page, "the same again");

    let russian = texts(&board(&dir, &["--as", "olga:head", "--lang", "ru", "--cards", "1"]));
    let told = [
        "Доска: Продажа",
        "На 2 марта 2026 г., 13:30",
        "Как видит olga (head)",
        "Обращение",
        "обращений: 3 · красных: 1 · жёлтых: 2",
        "73\u{a0}000,50 RUB",
        "Tiles for &lt;b&gt;Smith&lt;/b&gt;",
        "▲ красный",
        "«Позвонить клиенту» — просрочено с 2 марта 2026 г., 13:00",
        "1\u{a0}000,50 RUB · anna · c1",
        "и ещё 2",
    ];
    assert_eq!(russian[..told.len()], told);
}

#[test]
fn a_green_case_says_what_is_next() {
    let dir = desk("board-green");
    let page = texts(&board(&dir, &["--as", "olga:head"]));
    assert!(!page.iter().any(|it| it.starts_with("Next")), "what is due is told once");
    let done = [
        "case",
        "step",
        "s.db",
        "c4",
        "--as",
        "anna:manager,head",
        "--at",
        "2026-03-02 13:35",
        "--done",
        "call",
    ];
    let done = run(&dir, &done);
    assert_eq!((done.err.as_str(), done.status), ("", 0), "{}", done.out);
    let it = run(&dir, &["board", "s.db", "--at", "2026-03-02 13:40", "--as", "olga:head"]);
    let page = texts(&it.out);
    let at = page.iter().position(|it| it == "Taps").unwrap();
    assert_eq!(page[at + 1..at + 3], ["● green", "Next: Remind of the invoice, 5 March 2026, 00:00"]);
}

#[test]
fn g1_g2_nobody_sees_on_the_board_what_they_may_not_see() {
    let dir = desk("board-rights");
    let page = board(&dir, &["--as", "anna:manager"]);
    let all = texts(&page);
    assert!(
        all.contains(&"cases: 2 · red: 1 · yellow: 1".to_owned()),
        "cases of others are not counted: {all:?}"
    );
    // Neither others' cases nor the fields that heads alone see, anywhere in the file.
    for hidden in ["oris", "c3", "RUB", "1,000", "spy"] {
        assert!(!page.split_once("<body>").unwrap().1.contains(hidden), "{hidden} is in {all:?}");
    }
    // Who may see nothing sees that there is nothing to see.
    let guest = texts(&board(&dir, &["--as", "eve"]));
    assert_eq!(
        guest,
        ["Board", "As of 2 March 2026, 13:30", "As seen by eve", "There are no open cases to see."]
    );
}

#[test]
fn the_board_can_be_of_some_cases_and_go_to_a_file() {
    let dir = desk("board-file");
    let one = [
        "board",
        "s.db",
        "--as",
        "olga:head",
        "--at",
        "2026-03-02 13:30",
        "--responsible",
        "boris",
        "-o",
        "b.html",
    ];
    let it = run(&dir, &one);
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), ("", "", 0));
    let page = texts(&fs::read_to_string(dir.join("b.html")).unwrap());
    assert_eq!(page[3..6], ["Only responsible: boris", "Request", "cases: 1 · yellow: 1"]);

    let it = run(&dir, &["board", "s.db", "--as", "olga:head", "--scenario", "sail"]);
    assert_eq!((it.err.as_str(), it.status), ("voronka: s.db: no scenario `sail` is published\n", 2));
    let it = run(&dir, &["board", "s.db", "--as", "olga:head", "-o", "no/where.html"]);
    assert!(it.err.starts_with("voronka: no/where.html: ") && it.status == 2, "{}", it.err);
    let it = run(&dir, &["board", "s.db", "--as", "olga:head", "--at", "soon"]);
    assert!(it.err.starts_with("voronka: `soon` is no moment") && it.status == 2, "{}", it.err);
}
