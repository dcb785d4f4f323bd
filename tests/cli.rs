//! The command line, run as people run it.
#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

mod backtested;
mod boarded;
mod brought_back;
mod by_hand;
mod carried;
mod edited;
mod foreseen;
mod logged;
#[cfg(unix)]
mod on_postgres;
mod proved;
mod published;
mod replayed;
mod reported;
mod taken_over;
mod worked;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A directory of this test's own, empty.
fn place(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

fn voronka(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_voronka"));
    command.current_dir(dir);
    command
}

struct Said {
    out: String,
    err: String,
    status: i32,
}

fn said(output: Output) -> Said {
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    }
}

fn run(dir: &Path, arguments: &[&str]) -> Said {
    said(voronka(dir).args(arguments).output().unwrap())
}

fn run_with(dir: &Path, arguments: &[&str], input: &str) -> Said {
    let mut child = voronka(dir)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    said(child.wait_with_output().unwrap())
}

const SCENARIO: &str = include_str!("../examples/wholesale.json");

/// Small, and nothing is wrong with it.
const SMALL: &str = r#"{
  "id": "small",
  "value": "amount",
  "fields": { "amount": { "type": "money", "currency": "RUB" } },
  "stages": [
    { "id": "request", "limit": "2 days", "leave": { "need": ["amount"] } },
    { "id": "won", "outcome": "won" }
  ]
}
"#;

#[test]
fn check_says_nothing_but_ok_where_all_is_well() {
    let dir = place("check-ok");
    fs::write(dir.join("small.json"), SMALL).unwrap();
    let it = run(&dir, &["check", "small.json"]);
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), ("small.json: ok\n", "", 0));
    let it = run_with(&dir, &["check", "-"], SMALL);
    assert_eq!((it.out.as_str(), it.status), ("<stdin>: ok\n", 0));
    let it = run(&dir, &["check", "small.json", "--format", "json"]);
    assert_eq!((it.out.as_str(), it.status), ("[]\n", 0));
}

#[test]
fn check_says_every_defect_with_its_place() {
    let dir = place("check-defects");
    let text = SMALL.replace("\"amount\"] }", "\"amuont\"] }").replace("\"outcome\"", "\"outcom\"");
    fs::write(dir.join("small.json"), text).unwrap();
    let it = run(&dir, &["check", "small.json"]);
    let expected = "\
small.json:6:63: error[unknown-field]: there is no field `amuont`
  help: did you mean `amount`?
small.json:7:20: error[unknown-key]: unknown field `outcom`, did you mean `outcome`?
small.json: 2 errors
";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (expected, "", 1));
    let it = run(&dir, &["check", "small.json", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&it.out).unwrap();
    let first = serde_json::json!({
        "file": "small.json", "severity": "error", "code": "unknown-field", "pointer": "/stages/0/leave/need/0",
        "line": 6, "column": 63, "message": "there is no field `amuont`", "help": "did you mean `amount`?"
    });
    assert_eq!((&json[0], json.as_array().unwrap().len(), it.status), (&first, 2, 1));
}

#[test]
fn check_warns_and_is_content() {
    let dir = place("check-lints");
    fs::write(dir.join("wholesale.json"), SCENARIO).unwrap();
    let it = run(&dir, &["check", "wholesale.json", "--today", "2026-03-02"]);
    assert_eq!((it.out.as_str(), it.status), ("wholesale.json: ok\n", 0));
    let it = run(&dir, &["check", "wholesale.json", "--today", "2026-12-20"]);
    let expected = "\
wholesale.json:28:20: warning[calendar-ends-soon]: the holidays that are known end on 2026-12-31
  help: add the next year's holidays under `days`, and move `known_until`
wholesale.json: 1 warning
";
    assert_eq!((it.out.as_str(), it.status), (expected, 0));
}

#[test]
fn what_cannot_be_read_is_said_kindly() {
    let dir = place("unread");
    fs::write(dir.join("small.json"), SMALL).unwrap();
    fs::write(dir.join("latin.json"), b"{\n\"id\": \"caf\xe9\" }").unwrap();
    fs::write(dir.join("small.tests.json"), "{ \"tests\": [] }").unwrap();
    let cases: [(&[&str], &str); 9] = [
        (
            &["check", "smal.json"],
            "voronka: smal.json: there is no such file; there is latin.json, small.json, small.tests.json\n",
        ),
        (&["check", "no/small.json"], "voronka: no/small.json: there is no such file\n"),
        (&["tell", "."], "voronka: .: this is a directory; name a file in it, such as ./SCENARIO.json\n"),
        (&["draw", "latin.json"], "voronka: latin.json:2: the file is not UTF-8; save it in that encoding\n"),
        (
            &["check", "small.tests.json"],
            "voronka: small.tests.json: this is a tests file; `voronka test` runs it\n",
        ),
        (&["test", "-"], "voronka: a scenario from standard input needs `--tests FILE`\n"),
        (&["test", "small.json"], "voronka: small.tests.json: the file has no tests\n"),
        (
            &["test", "latin.json", "--tests", "no.json"],
            "voronka: latin.json:2: the file is not UTF-8; save it in that encoding\n",
        ),
        (&["init", "small.json"], "voronka: small.json: this is a file, not a directory\n"),
    ];
    for (arguments, expected) in cases {
        let it = run(&dir, arguments);
        assert_eq!((it.err.as_str(), it.status), (expected, 2), "{arguments:?}");
    }
    fs::remove_file(dir.join("small.tests.json")).unwrap();
    let it = run(&dir, &["test", "small.json"]);
    let expected = "voronka: small.tests.json: there is no such file; the tests of small.json stand there, \
                    or in `--tests FILE`\n";
    assert_eq!((it.err.as_str(), it.status), (expected, 2));
    // One file that cannot be read does not hide the others.
    let it = run(&dir, &["check", "no.json", "small.json"]);
    assert_eq!((it.out.as_str(), it.status), ("small.json: ok\n", 2));
}

#[test]
fn usage_is_explained() {
    let dir = place("usage");
    for arguments in [
        &[][..],
        &["check"],
        &["chekc", "x"],
        &["tell", "x", "--lang", "de"],
        &["draw", "x", "--format", "svg"],
        &["check", "x", "--today", "soon"],
    ] {
        let it = run(&dir, arguments);
        assert_eq!(it.status, 2, "{arguments:?}");
        assert!(it.err.contains("Usage") || it.err.contains("--help"), "{arguments:?}: {}", it.err);
    }
    assert!(run(&dir, &["tell", "x", "--lang", "de"]).err.contains("the languages are en and ru"));
    let it = run(&dir, &["--help"]);
    assert_eq!(it.status, 0);
    for command in ["check", "test", "tell", "draw", "init", "template", "db", "case", "replay", "work"] {
        assert!(it.out.contains(&format!("\n  {command} ")), "{command}");
        assert_eq!(run(&dir, &[command, "--help"]).status, 0);
    }
    assert_eq!(run(&dir, &["--version"]).out, format!("voronka {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_defective_scenario_is_neither_told_drawn_nor_tested() {
    let dir = place("defective");
    fs::write(dir.join("x.json"), "{ \"id\": 7 }").unwrap();
    fs::write(dir.join("x.tests.json"), "{ \"tests\": [] }").unwrap();
    for command in ["tell", "draw", "test"] {
        let it = run(&dir, &[command, "x.json"]);
        let expected = "\
x.json:1:1: error[missing-key]: missing `stages`
x.json:1:9: error[wrong-type]: expected a text, found a number
x.json: 2 errors
";
        assert_eq!((it.out.as_str(), it.status), (expected, 1), "{command}");
    }
}

#[test]
fn tell_and_draw_print_what_the_library_gives() {
    let dir = place("tell");
    fs::write(dir.join("wholesale.json"), SCENARIO).unwrap();
    let scenario = voronka::Scenario::from_json(SCENARIO).unwrap();
    let def = scenario.definition();
    let cases: [(&[&str], String); 6] = [
        (&["tell"], voronka::tell::tell(def, "en")),
        (&["tell", "--lang", "ru"], voronka::tell::tell(def, "ru")),
        (&["tell", "--lang", "ru_RU"], voronka::tell::tell(def, "ru")),
        (&["draw"], voronka::interop::to_mermaid(def, "en")),
        (&["draw", "--format", "mermaid", "--lang", "ru"], voronka::interop::to_mermaid(def, "ru")),
        (&["draw", "--format", "dot"], voronka::interop::to_dot(def, "en")),
    ];
    for (arguments, expected) in cases {
        let mut arguments = arguments.to_vec();
        arguments.push("wholesale.json");
        let it = run(&dir, &arguments);
        assert_eq!((it.out, it.err.as_str(), it.status), (expected, "", 0), "{arguments:?}");
    }
}

const PASSING: &str = r#"{ "tests": [
  { "name": "what is given is there", "given": { "at": "2026-03-02 10:00", "fields": { "amount": 5 } },
    "steps": [ { "as": "anna", "close": "won", "expect": { "outcome": "won" } } ] },
  { "name": "without an amount nothing is won", "given": { "at": "2026-03-02 10:00" },
    "steps": [ { "as": "anna", "close": "won", "expect": { "refused": ["amount"] } } ] }
] }"#;

#[test]
fn test_says_what_passed_and_what_did_not() {
    let dir = place("test");
    fs::write(dir.join("small.json"), SMALL).unwrap();
    fs::write(dir.join("small.tests.json"), PASSING).unwrap();
    let expected = "\
ok   what is given is there
ok   without an amount nothing is won
small.tests.json: 2 passed, 0 failed
";
    let it = run(&dir, &["test", "small.json"]);
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (expected, "", 0));
    assert_eq!(run(&dir, &["test", "small.tests.json"]).out, expected, "the tests name their scenario");
    assert_eq!(run_with(&dir, &["test", "-", "--tests", "small.tests.json"], SMALL).out, expected);
    let it = run(&dir, &["test", "small.json", "-q", "--only", "given"]);
    assert_eq!((it.out.as_str(), it.status), ("small.tests.json: 1 passed, 0 failed, 1 left out\n", 0));

    fs::write(dir.join("small.tests.json"), PASSING.replace("\"won\" } }", "\"lost\" } }")).unwrap();
    let expected = "\
FAIL what is given is there
  small.tests.json:3:71: step 1, outcome
    expected `lost`
    got      `won`
    2026-03-02 10:00: on `won`, no light
ok   without an amount nothing is won
small.tests.json: 1 passed, 1 failed
";
    let it = run(&dir, &["test", "small.json"]);
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (expected, "", 1));

    fs::write(dir.join("small.tests.json"), PASSING.replace("\"outcome\"", "\"outcom\"")).unwrap();
    let it = run(&dir, &["test", "small.json"]);
    let expected = "\
small.tests.json:3:60: error[unknown-key]: unknown field `outcom`, did you mean `outcome`?
small.tests.json: 1 error, no test was run
";
    assert_eq!((it.out.as_str(), it.status), (expected, 1));
}

#[test]
fn init_writes_a_scenario_that_is_well_and_never_over_another() {
    let dir = place("init");
    let it = run(&dir, &["init", "new"]);
    let expected = "\
wrote new/wholesale.json
wrote new/wholesale.tests.json
wrote new/scenario.schema.json
wrote new/tests.schema.json
now try: voronka check new/wholesale.json, voronka test new/wholesale.json, voronka tell new/wholesale.json
";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (expected, "", 0));
    let new = dir.join("new");
    assert_eq!(run(&new, &["check", "wholesale.json", "--today", "2026-03-02"]).status, 0);
    assert_eq!(run(&new, &["test", "wholesale.json"]).status, 0);
    for (file, schema) in [("wholesale.json", "scenario"), ("wholesale.tests.json", "tests")] {
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(new.join(file)).unwrap()).unwrap();
        assert_eq!(json["$schema"], format!("{schema}.schema.json"));
        assert!(new.join(format!("{schema}.schema.json")).is_file());
    }
    // One of the files is there: nothing is written.
    fs::remove_file(new.join("wholesale.json")).unwrap();
    fs::write(new.join("wholesale.tests.json"), "mine").unwrap();
    let it = run(&new, &["init"]);
    assert_eq!((it.out.as_str(), it.status), ("", 2));
    assert!(it.err.contains("wholesale.tests.json"), "{}", it.err);
    assert!(!new.join("wholesale.json").exists());
    assert_eq!(fs::read_to_string(new.join("wholesale.tests.json")).unwrap(), "mine");
}

#[test]
fn whoever_stops_reading_is_left_in_peace() {
    let dir = place("pipe");
    fs::write(dir.join("wholesale.json"), SCENARIO).unwrap();
    let mut child = voronka(&dir)
        .args(["tell", "wholesale.json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let it = said(child.wait_with_output().unwrap());
    assert_eq!((it.err.as_str(), it.status), ("", 0));
}

#[test]
fn there_are_no_colours_where_nobody_sees_them() {
    let dir = place("colours");
    fs::write(dir.join("x.json"), "{").unwrap();
    for no_color in ["", "1"] {
        let output = voronka(&dir).args(["check", "x.json"]).env("NO_COLOR", no_color).output().unwrap();
        assert!(!said(output).out.contains('\u{1b}'));
    }
}

#[test]
fn template_lists_prints_and_writes_what_ships_with_it() {
    let dir = place("template");
    let it = run(&dir, &["template", "--lang", "ru"]);
    let expected = "\
approval    Согласование (1)
claim       Разбор претензии (1)
assignment  Поручение (1)
sale        Продажа (1)
quick_sale  Быстрая продажа (1)
";
    assert_eq!((it.out.as_str(), it.err.as_str(), it.status), (expected, "", 0));
    let it = run(&dir, &["template", "approval"]);
    assert_eq!((it.out.as_str(), it.status), (voronka::process::template("approval").unwrap().json, 0));
    let it = run(&dir, &["template", "approval", "-o", "mine.json"]);
    assert_eq!((it.out.as_str(), it.status), ("wrote mine.json\nwrote mine.tests.json\n", 0));
    assert_eq!(run(&dir, &["check", "mine.json", "--today", "2026-03-02"]).out, "mine.json: ok\n");
    assert!(run(&dir, &["test", "mine.json"]).out.contains(" passed, 0 failed"));
    // One of the two is there: neither is written.
    fs::remove_file(dir.join("mine.json")).unwrap();
    let it = run(&dir, &["template", "sale", "-o", "mine.json"]);
    assert_eq!((it.out.as_str(), it.status), ("", 2));
    assert!(
        it.err.contains("mine.tests.json is there already") && !dir.join("mine.json").exists(),
        "{}",
        it.err
    );
    let it = run(&dir, &["template", "aproval"]);
    let known = "approval, claim, assignment, sale, quick_sale";
    assert_eq!(it.err, format!("voronka: there is no template `aproval`; there are {known}\n"));
    assert_eq!(it.status, 2);
    assert_eq!(
        run(&dir, &["template", "sale", "-o", "sale"]).status,
        2,
        "a file that no test would be found beside"
    );
    assert_eq!(run(&dir, &["template", "-o", "x.json"]).status, 2, "which one?");
}
