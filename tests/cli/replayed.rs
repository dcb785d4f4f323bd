//! An event log stepped into a database.

use super::run;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const SCENARIO: &str = r#"{
  "id": "loan", "value": "amount",
  "fields": { "amount": { "type": "money", "currency": "EUR" } },
  "reasons": { "declined": { "title": "Declined" } },
  "stages": [
    { "id": "asked" }, { "id": "accepted" },
    { "id": "paid", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
  ]
}"#;

const MAP: &str = r#"{
  "fields": { "amount": "AMOUNT" },
  "open": {
    "ASK": { "open": { "channel": "web" } }, "ACCEPT": { "move": { "to": "accepted" } },
    "PAY": { "close": { "stage": "paid" } }, "DECLINE": { "close": { "stage": "lost", "reason": "declined" } }
  },
  "closed": { "PAY": { "note": { "text": "paid again" } } },
  "ignore": ["NOISE"]
}"#;

/// A log; each trace is its name and its events, a minute apart.
fn log(traces: &[(&str, &[&str])]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\">\n".to_owned();
    for (name, events) in traces {
        let _ = write!(
            text,
            "<trace><string key=\"concept:name\" value=\"{name}\"/><string key=\"AMOUNT\" value=\"1000\"/>"
        );
        for (minute, event) in events.iter().enumerate() {
            let _ = write!(
                text,
                "<event><string key=\"concept:name\" value=\"{event}\"/><string key=\"org:resource\" value=\"r{minute}\"/>\
                 <date key=\"time:timestamp\" value=\"2012-01-02T10:{minute:02}:00.000+01:00\"/></event>"
            );
        }
        text.push_str("</trace>\n");
    }
    text + "</log>\n"
}

pub fn ready(name: &str, traces: &[(&str, &[&str])]) -> std::path::PathBuf {
    let dir = super::place(name);
    fs::write(dir.join("loan.json"), SCENARIO).unwrap();
    fs::write(dir.join("map.json"), MAP).unwrap();
    fs::write(dir.join("log.xes"), log(traces)).unwrap();
    assert_eq!(run(&dir, &["db", "init", "r.db"]).status, 0);
    dir
}

fn replay(dir: &Path) -> super::Said {
    run(dir, &["replay", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--db", "r.db"])
}

#[test]
fn a_log_is_stepped_at_its_own_moments_and_never_twice() {
    let first: [(&str, &[&str]); 2] = [("t1", &["ASK", "NOISE", "ACCEPT", "PAY", "PAY"]), ("t2", &["ASK"])];
    let dir = ready("replay", &first);
    let it = replay(&dir);
    let told = "log.xes: 2 cases, 5 inputs stepped, 1 ignored\n";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (told, "", 0));
    let list = run(&dir, &["case", "list", "r.db", "--closed"]).out;
    assert!(list.contains("t1    2 January 2012, 09:03 UTC  paid                       1000 EUR"), "{list}");
    let it = replay(&dir);
    assert_eq!(it.out, "log.xes: 2 cases, 0 inputs stepped, 5 known already, 1 ignored\n");

    // A longer log goes on where the first one ended.
    let more: [(&str, &[&str]); 3] = [first[0], ("t2", &["ASK", "DECLINE"]), ("t3", &["ASK"])];
    fs::write(dir.join("log.xes"), log(&more)).unwrap();
    let it = replay(&dir);
    assert_eq!(it.out, "log.xes: 3 cases, 2 inputs stepped, 5 known already, 1 ignored\n");
    assert_eq!(run(&dir, &["db", "check", "r.db"]).out, "r.db: ok, cases: 3, entries: 7\n");
}

#[test]
fn what_a_log_says_wrongly_is_told_and_the_rest_is_stepped() {
    let dir = ready(
        "replay-wrong",
        &[
            ("t1", &["ASK", "PAY"]),
            ("t2", &["ACCEPT"]),
            ("t3", &["ASK", "ACCEPT", "ACCEPT"]),
            ("t4", &["ASK", "WHAT"]),
        ],
    );
    let it = replay(&dir);
    let told = "\
refused: t1, event 2 (PAY): no move leads from “asked” to “paid”
refused: t2: `ACCEPT` opens no case
refused: t3, event 3 (ACCEPT): no move leads from “accepted” to “accepted”
refused: trace t4: the mapping has no input for `WHAT` on an open case
log.xes: 4 cases, 4 inputs stepped, 4 refused
";
    assert_eq!((it.out.as_str(), it.status), (told, 1));
    // A log that breaks off is an error, after what stands before the break.
    let text = log(&[("t5", &["ASK"]), ("t6", &["ASK"])]);
    fs::write(dir.join("log.xes"), &text[..text.len() - 120]).unwrap();
    let it = replay(&dir);
    assert!(it.err.starts_with("voronka: log.xes: ") && it.status == 2, "{}", it.err);
    assert_eq!(run(&dir, &["case", "show", "r.db", "t5"]).status, 0);
}
