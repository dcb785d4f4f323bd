//! Event logs: out of any source, where one deviates, a table into a database.

use super::replayed::ready;
use super::run;
use std::fs;

const TABLE: &str = "\
Case;When;What;Sum
t1;02.01.2012 10:00;ASK;1000
t2;02.01.2012 10:00;ASK;500
t1;02.01.2012 10:05;ACCEPT;1000
t3;02.01.2012 11:00;PAY;1000
t1;03.01.2012 10:00;PAY;1200
t2;soon;DECLINE;500
t2;04.01.2012 10:00;SING;500
";

const MAP: &str = r#"{
  "columns": { "case": "Case", "activity": "What", "time": "When" }, "time_format": "day_first",
  "fields": { "amount": { "column": "Sum", "type": "money", "currency": "EUR" } },
  "activities": { "ASK": "asked", "ACCEPT": "accepted", "PAY": { "outcome": "won" },
                  "DECLINE": { "outcome": "lost", "reason": "declined" } }
}"#;

fn table(name: &str) -> std::path::PathBuf {
    let dir =
        ready(name, &[("x1", &["ASK", "ACCEPT", "PAY"]), ("x2", &["ASK", "DECLINE"]), ("x3", &["ASK"])]);
    fs::write(dir.join("log.csv"), TABLE).unwrap();
    fs::write(dir.join("table.json"), MAP).unwrap();
    fs::write(dir.join("list.json"), MAP.replacen('{', r#"{ "unknown": "list","#, 1)).unwrap();
    dir
}

#[test]
fn deviations_of_a_table_are_told_by_a_scenario_and_without_one() {
    let dir = table("log-deviations");
    let it = run(&dir, &["log", "deviations", "log.csv", "--map", "table.json"]);
    let told = "\
log.csv: 7 rows, UTF-8, parted by semicolons
row left out: line 7, column `When`: `soon` is no moment
traces: 3; journals: 3; entries: 6

Activities of which the mapping says nothing: 1
  1  SING
";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (told, "", 1));
    let deviations = ["log", "deviations", "log.csv", "--map", "list.json", "--scenario", "loan.json"];
    let it = run(&dir, &[&deviations[..], &["--each"]].concat());
    assert!(
        it.out.ends_with("\nt3, event 1 (PAY): no move leads from “asked” to “paid” — passed over\n"),
        "{}{}",
        it.out,
        it.err
    );
    assert_eq!(it.status, 1);
    let it = run(&dir, &[&deviations[..], &["--lang", "ru"]].concat());
    assert!(it.out.contains("\nСобытия, которым сценарий отказывает: 1\n"), "{}", it.out);
    let it = run(&dir, &[&deviations[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&it.out).unwrap();
    assert_eq!(
        (&json["traces"], &json["passed_over"], &json["unknown"]["SING"]),
        (&3.into(), &1.into(), &1.into())
    );
    assert_eq!(json["table"]["bad_rows"][0]["fault"]["no_moment"], "soon");
    assert_eq!(json["deviations"][0]["case"], "t3");
    // An event log that fits.
    let it = run(&dir, &["log", "deviations", "log.xes", "--map", "map.json", "--scenario", "loan.json"]);
    assert_eq!(
        (it.out.as_str(), it.status),
        ("traces: 3; journals: 3; entries: 6\nAll events fit the scenario.\n", 0)
    );
}

#[test]
fn a_log_is_written_of_a_database_an_export_and_another_log() {
    let dir = table("log-export");
    let replay = ["replay", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--db", "r.db"];
    assert_eq!(run(&dir, &replay).status, 0);
    assert_eq!(run(&dir, &["db", "export", "r.db", "-o", "all.jsonl"]).status, 0);
    for (from, more) in [
        ("r.db", &[][..]),
        ("r.db", &["--scenario", "loan.json"]),
        ("all.jsonl", &[]),
        ("all.jsonl", &["--scenario", "loan.json"]),
        ("log.xes", &["--scenario", "loan.json", "--map", "map.json"]),
    ] {
        let it = run(&dir, &[&["log", "export", from, "-o", "out.xes.gz"], more].concat());
        assert_eq!(
            (it.out.as_str(), it.err.as_str(), it.status),
            ("out.xes.gz: 3 traces, 6 events\n", "", 0),
            "{from}"
        );
        assert!(fs::read(dir.join("out.xes.gz")).unwrap().starts_with(&[0x1f, 0x8b]));
        let plain = run(&dir, &[&["log", "export", from], more].concat());
        let log = plain.out;
        assert!(log.starts_with("<?xml") && log.contains("key=\"field:amount\" value=\"1000\""), "{log}");
        // What was written is read again by a mapping of stages.
        let back = r#"{ "activities": { "asked": "asked", "accepted": "accepted", "paid": { "outcome": "won" },
            "lost": { "outcome": "lost", "reason": "declined" } },
            "fields": { "amount": { "column": "field:amount", "type": "money", "currency": "EUR" } } }"#;
        fs::write(dir.join("back.json"), back).unwrap();
        let it =
            run(&dir, &["log", "deviations", "out.xes.gz", "--map", "back.json", "--scenario", "loan.json"]);
        assert_eq!(it.out, "traces: 3; journals: 3; entries: 6\nAll events fit the scenario.\n", "{from}");
    }
    // Cases of another scenario are not among them.
    let other =
        fs::read_to_string(dir.join("loan.json")).unwrap().replace(r#""id": "loan""#, r#""id": "other""#);
    fs::write(dir.join("other.json"), other).unwrap();
    for from in ["r.db", "all.jsonl"] {
        let it = run(&dir, &["log", "export", from, "--scenario", "other.json", "-o", "none.xes"]);
        assert_eq!(it.out, "none.xes: 0 traces, 0 events\n", "{from}: {}", it.err);
    }
}

#[test]
fn a_damaged_journal_is_named_and_the_others_are_written() {
    let dir = table("log-damaged");
    let replay = ["replay", "log.xes", "--scenario", "loan.json", "--map", "map.json", "--db", "r.db"];
    assert_eq!(run(&dir, &replay).status, 0);
    assert_eq!(run(&dir, &["db", "export", "r.db", "-o", "all.jsonl"]).status, 0);
    let all = fs::read_to_string(dir.join("all.jsonl")).unwrap();
    let second = |line: &&str| line.contains(r#""case":"x1","number":2,"#);
    let write = |name: &str, change: &dyn Fn(&str) -> String| {
        let lines: Vec<String> =
            all.lines().map(|line| if second(&line) { change(line) } else { line.to_owned() }).collect();
        fs::write(dir.join(name), lines.join("\n")).unwrap();
        run(&dir, &["log", "export", name, "-o", "out.xes"])
    };
    let it = write("hole.jsonl", &|_| String::new());
    assert_eq!(
        it.err,
        "voronka: hole.jsonl: x1 left out: its journal is damaged: entry 3 stands where entry 2 should\n"
    );
    assert_eq!((it.out.as_str(), it.status), ("out.xes: 2 traces, 3 events\n", 1));
    let it = write("newer.jsonl", &|line| line.replace("\"move\"", "\"sing\""));
    assert!(
        it.err.starts_with("voronka: newer.jsonl: x1 left out: its journal was written by a newer engine"),
        "{}",
        it.err
    );
    assert_eq!((it.out.as_str(), it.status), ("out.xes: 2 traces, 3 events\n", 1));
    // A line that is none is named, whether it names its case still or not.
    let number = 1 + all.lines().position(|line| second(&line)).unwrap();
    let torn: [&dyn Fn(&str) -> String; 4] = [
        &|_| r#"{"entry":{"format":1}"#.to_owned(),
        &|line| line[..line.len() - 20].to_owned(),
        &|line| format!("garbage {line}"),
        &|line| line[12..].to_owned(),
    ];
    for change in torn {
        let it = write("torn.jsonl", change);
        let told = format!("voronka: torn.jsonl: x1 left out: its journal is damaged: line {number}: ");
        assert!(it.err.starts_with(&told) && it.err.lines().count() == 1, "{}", it.err);
        assert_eq!((it.out.as_str(), it.status), ("out.xes: 2 traces, 3 events\n", 1));
    }
    // At its end it is of no case that could be known, and a cut at a line's end is seen by the count that is missing.
    fs::write(dir.join("noise.jsonl"), format!("{all}noise\n")).unwrap();
    let it = run(&dir, &["log", "export", "noise.jsonl", "-o", "out.xes"]);
    assert!(it.err.contains("line ") && it.err.contains("it is no line of an export"), "{}", it.err);
    assert_eq!((it.out.as_str(), it.status), ("out.xes: 3 traces, 6 events\n", 1));
    let cut: Vec<&str> = all.lines().filter(|line| !line.starts_with("{\"end\"")).collect();
    fs::write(dir.join("cut.jsonl"), cut.join("\n")).unwrap();
    let it = run(&dir, &["log", "export", "cut.jsonl", "-o", "out.xes"]);
    assert!(it.err.contains("the export is cut off: its last line is missing"), "{}", it.err);
    assert_eq!(it.status, 1);
    // The same in the database itself.
    let db = rusqlite::Connection::open(dir.join("r.db")).unwrap();
    let sql = "UPDATE voronka_entry SET body = replace(body, '\"events\"', '\"evnts\"') WHERE case_id = 'x1' AND number = 2";
    let changed = db.execute(sql, []);
    assert_eq!(changed, Ok(1));
    let it = run(&dir, &["log", "export", "r.db", "-o", "out.xes"]);
    assert!(it.err.starts_with("voronka: r.db: x1 left out: "), "{}", it.err);
    assert_eq!((it.out.as_str(), it.status), ("out.xes: 2 traces, 3 events\n", 1));
}

#[test]
fn a_second_trace_of_one_name_is_told_and_is_not_taken_for_the_case() {
    let dir = table("log-twice");
    let text = fs::read_to_string(dir.join("log.xes")).unwrap();
    let (start, end) = (text.find("<trace>").unwrap(), text.find("</trace>").unwrap() + "</trace>".len());
    let twice = text.replace("</log>", &format!("{}</log>", &text[start..end]));
    fs::write(dir.join("twice.xes"), twice).unwrap();
    let of = ["--scenario", "loan.json", "--map", "map.json"];
    let it = run(&dir, &[&["log", "export", "twice.xes", "-o", "out.xes"][..], &of].concat());
    assert!(it.err.contains("x1 left out: the log has two traces of this name"), "{}", it.err);
    assert_eq!((it.out.as_str(), it.status), ("out.xes: 3 traces, 6 events\n", 1));
    let it = run(&dir, &[&["replay", "twice.xes", "--db", "r.db"][..], &of].concat());
    assert!(it.out.contains("refused: x1: the log has two traces of this name"), "{}{}", it.out, it.err);
    assert!(it.out.contains("6 inputs stepped, 1 refused"), "{}", it.out);
    assert_eq!(it.status, 1);
}

#[test]
fn a_log_that_cannot_be_read_publishes_nothing_and_rows_left_out_do_not_fit() {
    let dir = table("log-unread");
    fs::write(dir.join("other.csv"), "a,b\n1,2\n").unwrap();
    let replay = ["replay", "other.csv", "--scenario", "loan.json", "--map", "table.json", "--db", "r.db"];
    assert_eq!(run(&dir, &replay).status, 2);
    let draft = fs::read_to_string(dir.join("loan.json")).unwrap();
    fs::write(dir.join("loan.json"), draft.replace("\"asked\"", "\"queried\"")).unwrap();
    let map = MAP.replace("\"asked\"", "\"queried\"");
    fs::write(dir.join("table.json"), map).unwrap();
    // The same version in another form would clash with one that had been published.
    fs::write(dir.join("one.csv"), "Case;When;What;Sum\nt1;02.01.2012;ASK;1\nt2;soon;ASK;1\n").unwrap();
    let replay = ["replay", "one.csv", "--scenario", "loan.json", "--map", "table.json", "--db", "r.db"];
    let it = run(&dir, &replay);
    assert!(it.out.contains("1 inputs stepped"), "{}{}", it.out, it.err);
    let it = run(&dir, &["log", "deviations", "one.csv", "--map", "table.json"]);
    assert!(!it.out.contains("All events fit") && it.status == 1, "{}", it.out);
}

#[test]
fn what_a_log_command_cannot_do_it_says() {
    let dir = table("log-wrong");
    let says = |arguments: &[&str], status: i32, what: &str| {
        let it = run(&dir, arguments);
        assert_eq!(it.status, status, "{arguments:?}: {}{}", it.out, it.err);
        assert!(it.out.contains(what) || it.err.contains(what), "{arguments:?}: {}{}", it.out, it.err);
    };
    says(&["log", "export", "log.csv"], 2, "an event log needs --map");
    says(&["log", "export", "r.db", "--map", "table.json"], 2, "--map is for event logs");
    says(&["log", "export", "nowhere.db"], 2, "nowhere.db: there is no such file");
    says(
        &["log", "export", "log.csv", "--map", "table.json", "-o", "x.xes"],
        2,
        "says nothing of `SING` (1)",
    );
    assert!(!dir.join("x.xes").exists());
    says(&["log", "export", "log.csv", "--map", "list.json", "-o", "x.xes"], 1, "row left out: line 7");
    says(
        &["log", "export", "log.csv", "--map", "list.json", "-o", "no/x.xes"],
        2,
        "no/x.xes: cannot be written",
    );
    says(&["log", "deviations", "log.csv", "--map", "map.json"], 2, "names no stage");
    says(&["log", "deviations", "log.csv", "--map", "loan.json"], 2, "loan.json: not a mapping of a log");
    fs::write(dir.join("bad.json"), r#"{ "id": "loan", "stages": [] }"#).unwrap();
    says(&["log", "deviations", "log.csv", "--map", "table.json", "--scenario", "bad.json"], 1, "error[");
    let other = MAP.replace("\"accepted\"", "\"acepted\"");
    fs::write(dir.join("other.json"), other).unwrap();
    let own = ["log", "deviations", "log.csv", "--map", "other.json", "--scenario", "loan.json"];
    says(&own, 2, "there is no ordinary stage `acepted`, did you mean `accepted`?");
    fs::write(dir.join("empty.csv"), "").unwrap();
    // An empty file is no database either.
    says(&["log", "deviations", "empty.csv", "--map", "table.json"], 2, "empty.csv: ");
    fs::write(dir.join("other.csv"), "a,b\n1,2\n").unwrap();
    says(&["log", "deviations", "other.csv", "--map", "table.json"], 2, "there is no column `Case` (case)");
    let text = fs::read_to_string(dir.join("log.xes")).unwrap();
    fs::write(dir.join("torn.xes"), &text[..text.len() - 120]).unwrap();
    says(&["log", "deviations", "torn.xes", "--map", "map.json", "--scenario", "loan.json"], 2, "torn.xes: ");
    says(&["log", "scenario", "map.json"], 2, "map.json: no scenario can be made of the mapping");
}

#[test]
fn a_table_is_replayed_into_a_database_and_tested_against_a_draft() {
    let dir = table("log-replay");
    let replay = ["replay", "log.csv", "--scenario", "loan.json", "--map", "table.json", "--db", "r.db"];
    let it = run(&dir, &replay);
    let told = "\
row left out: line 7, column `When`: `soon` is no moment
refused: trace t2: the mapping has no input for `SING` on an open case
refused: t3, event 1 (PAY): no move leads from “asked” to “paid”
log.csv: 3 cases, 4 inputs stepped, 2 refused, 1 rows left out
";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (told, "", 1));
    let list = run(&dir, &["case", "list", "r.db", "--closed"]).out;
    assert!(list.contains("t1") && list.contains("1200 EUR"), "{list}");
    // Standard input, and again.
    let again = ["replay", "-", "--scenario", "loan.json", "--map", "table.json", "--db", "r.db"];
    let it = super::run_with(&dir, &again, TABLE);
    assert!(it.out.contains("-: 3 cases, 0 inputs stepped, 4 known already"), "{}{}", it.out, it.err);
    let draft = fs::read_to_string(dir.join("loan.json")).unwrap();
    fs::write(dir.join("draft.json"), draft.replace(r#""id": "loan","#, r#""id": "loan", "version": 2,"#))
        .unwrap();
    let it = run(&dir, &["backtest", "log.csv", "draft.json", "--base", "loan.json", "--map", "table.json"]);
    assert_eq!(it.out, "Back-test: loan\ncases: 1; nothing differs: 1; something differs: 0\n");
    assert!(
        it.err.contains("voronka: row left out: line 7") && it.err.contains("voronka: refused: t3, event 1")
    );
    assert_eq!(it.status, 1);
}
