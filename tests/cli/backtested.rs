//! `voronka backtest`: of a database, an export of one, and an event log.

use super::replayed::ready;
use super::{Said, run};
use std::fs;

const TRACES: [(&str, &[&str]); 4] = [
    ("t1", &["ASK", "ACCEPT", "PAY"]),
    ("t2", &["ASK", "DECLINE"]),
    ("t3", &["ASK", "ACCEPT"]),
    ("t4", &["ASK", "ACCEPT", "DECLINE", "NOISE"]),
];

/// A database with two paid or declined loans and one that is open, and a draft that asks for what nobody said.
fn loans(name: &str) -> std::path::PathBuf {
    let dir = ready(name, &TRACES);
    let it =
        run(&dir, &["replay", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--db", "r.db"]);
    assert_eq!(it.status, 0, "{}{}", it.out, it.err);
    let draft = fs::read_to_string(dir.join("loan.json")).unwrap();
    let draft = draft.replace(r#""id": "loan","#, r#""id": "loan", "version": 2,"#);
    fs::write(dir.join("same.json"), &draft).unwrap();
    let draft = draft
        .replace(
            r#""amount": {"#,
            r#""rate": { "type": "decimal", "title": { "en": "Rate", "ru": "Ставка" } }, "amount": {"#,
        )
        .replace(r#"{ "id": "accepted" }"#, r#"{ "id": "accepted", "enter": { "need": ["rate"] } }"#);
    fs::write(dir.join("draft.json"), draft).unwrap();
    dir
}

fn told(it: &Said) -> (&str, &str, i32) {
    (it.out.as_str(), it.err.as_str(), it.status)
}

const FOUND: &str = "\
Back-test: loan
cases: 3; nothing differs: 1; something differs: 2

Held up: a move or close that was made, and that the draft refuses: 2
  2  not filled in: “Rate” — for example t1 (entry 2), t4 (entry 2)
  Such cases are compared up to that step; the rest of them is not guessed on.
";

#[test]
fn c6_closed_cases_of_a_database_are_run_again_over_a_draft() {
    let dir = loans("backtest-db");
    let before = run(&dir, &["db", "export", "r.db"]).out;
    let it = run(&dir, &["backtest", "r.db", "same.json"]);
    assert_eq!(told(&it), ("Back-test: loan\ncases: 3; nothing differs: 3; something differs: 0\n", "", 0));
    assert_eq!(run(&dir, &["backtest", "r.db", "same.json", "--check"]).status, 0);
    let it = run(&dir, &["backtest", "r.db", "draft.json"]);
    assert_eq!(told(&it), (FOUND, "", 0));
    assert_eq!(run(&dir, &["backtest", "r.db", "draft.json", "--check"]).status, 1);
    // Open ones too, up to where they stand.
    let it = run(&dir, &["backtest", "r.db", "draft.json", "--open", "--lang", "ru"]);
    assert!(
        it.out.starts_with(
            "Прогон журналов по черновику: loan\nинтересов: 4; ничем не отличаются: 1; отличаются: 3\n"
        ),
        "{}",
        it.out
    );
    assert!(it.out.contains("  3  не заполнено: «Ставка» — например t1 (запись 2)"), "{}", it.out);
    let it = run(&dir, &["backtest", "r.db", "draft.json", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&it.out).unwrap();
    assert_eq!((&json["cases"], &json["held_up"]["cases"], &json["same"]), (&3.into(), &2.into(), &1.into()));
    assert_eq!(json["barriers"][0]["missing"]["code"], "V-M4-field");
    assert_eq!(json["held_up"]["examples"][1], serde_json::json!({ "case": "t4", "entry": 2 }));
    // Nothing was written.
    assert_eq!(run(&dir, &["db", "export", "r.db"]).out, before);
}

#[test]
fn c6_an_export_and_an_event_log_give_the_same_as_the_database() {
    let dir = loans("backtest-log");
    assert_eq!(run(&dir, &["db", "export", "r.db", "-o", "all.jsonl"]).status, 0);
    assert_eq!(told(&run(&dir, &["backtest", "all.jsonl", "draft.json"])), (FOUND, "", 0));
    let log =
        |from: &str| run(&dir, &["backtest", from, "draft.json", "--base", "loan.json", "--map", "map.json"]);
    assert_eq!(told(&log("log.xes")), (FOUND, "", 0));
    // A single journal, as it is printed.
    fs::write(dir.join("t4.jsonl"), run(&dir, &["case", "journal", "r.db", "t4", "--json"]).out).unwrap();
    let it = run(&dir, &["backtest", "t4.jsonl", "draft.json"]);
    assert!(
        it.out.starts_with("Back-test: loan\ncases: 1; nothing differs: 0; something differs: 1\n"),
        "{}",
        it.out
    );
    // A stage by another name.
    let renamed = fs::read_to_string(dir.join("same.json")).unwrap().replace("\"accepted\"", "\"agreed\"");
    fs::write(dir.join("renamed.json"), renamed).unwrap();
    let it = run(&dir, &["backtest", "r.db", "renamed.json"]);
    assert!(it.out.contains("Held up") && it.out.contains("there is no stage"), "{}", it.out);
    let it = run(&dir, &["backtest", "r.db", "renamed.json", "--stage", "accepted=agreed"]);
    assert!(!it.out.contains("Held up") && it.out.contains("2  accepted → agreed"), "{}", it.out);
}

#[test]
fn c6_what_cannot_be_run_again_is_told() {
    let dir = loans("backtest-wrong");
    let says = |arguments: &[&str], status: i32, what: &str| {
        let it = run(&dir, arguments);
        assert_eq!(it.status, status, "{arguments:?}: {}{}", it.out, it.err);
        assert!(it.out.contains(what) || it.err.contains(what), "{arguments:?}: {}{}", it.out, it.err);
    };
    says(&["backtest", "nowhere.db", "draft.json"], 2, "nowhere.db: there is no such file");
    says(&["backtest", "r.db", "nowhere.json"], 2, "nowhere.json: there is no such file");
    says(&["backtest", "log.xes", "draft.json"], 2, "an event log needs --base and --map");
    says(
        &["backtest", "r.db", "draft.json", "--stage", "accepted=nowhere"],
        2,
        "the draft has no stage `nowhere`",
    );
    fs::write(dir.join("bad.json"), r#"{ "id": "loan", "stages": [] }"#).unwrap();
    says(&["backtest", "r.db", "bad.json"], 1, "error[");
    // A log that the base refuses in part, and one that breaks off.
    let log = |from: &str, base: &str, status: i32, what: &str| {
        says(&["backtest", from, "draft.json", "--base", base, "--map", "map.json"], status, what);
    };
    log("log.xes", "draft.json", 1, "refused: t1, event 2 (ACCEPT): not filled in: “Rate”");
    let text = fs::read_to_string(dir.join("log.xes")).unwrap();
    fs::write(dir.join("torn.xes"), &text[..text.len() - 120]).unwrap();
    log("torn.xes", "loan.json", 2, "torn.xes: ");
    // A line that is no entry, an entry of a newer engine, a journal with a hole.
    assert_eq!(run(&dir, &["db", "export", "r.db", "-o", "all.jsonl"]).status, 0);
    let all = fs::read_to_string(dir.join("all.jsonl")).unwrap();
    let write = |name: &str, text: String| fs::write(dir.join(name), text).unwrap();
    let second =
        all.lines().position(|line| line.contains("\"number\":2") && line.contains("\"t1\"")).unwrap();
    let with = |line: &str| -> String {
        let put = |(at, it): (usize, &str)| if at == second { line.to_owned() } else { it.to_owned() };
        all.lines().enumerate().map(put).collect::<Vec<_>>().join("\n")
    };
    write("torn.jsonl", with(r#"{"entry":{"format":1}"#));
    says(&["backtest", "torn.jsonl", "draft.json"], 0, "1  the journal is damaged — for example t1");
    write("newer.jsonl", with(&all.lines().nth(second).unwrap().replace("\"move\"", "\"sing\"")));
    says(&["backtest", "newer.jsonl", "same.json"], 0, "1  written by a newer engine — for example t1");
    write("hole.jsonl", with(""));
    says(&["backtest", "hole.jsonl", "same.json"], 0, "1  the journal is damaged — for example t1");
}
