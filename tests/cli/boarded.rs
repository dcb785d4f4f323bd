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
      "plan": [{ "id": "call", "title": { "en": "Call the client", "ru": "Позвонить клиенту" }, "within": "4wh" }] },
    { "id": "invoice", "title": { "en": "Invoice", "ru": "Счёт" }, "plan": [
      { "id": "remind", "title": { "en": "Remind of the invoice", "ru": "Напомнить о счёте" }, "within": "3d" }] },
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
    open(&dir, "c3", "boris:manager,head", "2026-03-02 16:00", "Bathtubs of Boris", "70000");
    open(&dir, "c4", all, "2026-03-02 17:00", "Taps", "5");
    let moved = run(
        &dir,
        &["case", "step", "s.db", "c4", "--as", all, "--at", "2026-03-02 17:30", "--move", "invoice"],
    );
    assert_eq!((moved.err.as_str(), moved.status), ("", 0), "{}", moved.out);
    dir
}

fn board(dir: &Path, arguments: &[&str]) -> String {
    let mut all = vec!["board", "s.db", "--at", "2026-03-02 15:30"];
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
    let page = board(&dir, &["--as", "olga:head", "--at", "2026-03-02 17:45"].map(|it| it)[..2].as_ref());
    assert_eq!(texts(&page).join("\n"), "");
}
