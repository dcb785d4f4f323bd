//! What the checker says of scenarios, held against golden files: `tests/golden/check/*.txt`.
//!
//! A case is a headline (`== …`), patches of `base.json` (`/pointer = json`, `/pointer remove`), a line `--`, and
//! what is expected: `line:column code message (help)`, of the patched scenario as this test prints it. With
//! `VORONKA_GOLDEN=write` in the environment the expectations are written anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use voronka::scenario::{CheckOptions, check, check_text, check_text_with, check_with};
use voronka::{Defect, Definition, Severity};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/check")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn base() -> Json {
    serde_json::from_str(&read(&folder().join("base.json"))).unwrap()
}

/// JSON with sorted keys, whatever the features of `serde_json` are: golden files hold lines and columns.
fn print(json: &Json, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent + 1);
    match json {
        Json::Object(entries) if !entries.is_empty() && indent < 3 => {
            out.push_str("{\n");
            let sorted: BTreeSet<&String> = entries.keys().collect();
            for (at, key) in sorted.iter().enumerate() {
                let _ = write!(out, "{pad}{}: ", Json::from(key.as_str()));
                print(&entries[key.as_str()], indent + 1, out);
                out.push_str(if at + 1 < entries.len() { ",\n" } else { "\n" });
            }
            let _ = write!(out, "{}}}", "  ".repeat(indent));
        }
        Json::Array(items) if !items.is_empty() && indent < 3 => {
            out.push_str("[\n");
            for (at, item) in items.iter().enumerate() {
                out.push_str(&pad);
                print(item, indent + 1, out);
                out.push_str(if at + 1 < items.len() { ",\n" } else { "\n" });
            }
            let _ = write!(out, "{}]", "  ".repeat(indent));
        }
        Json::Object(entries) => {
            let sorted: BTreeSet<&String> = entries.keys().collect();
            out.push('{');
            for (at, key) in sorted.iter().enumerate() {
                let _ = write!(out, "{}{}: ", if at > 0 { ", " } else { "" }, Json::from(key.as_str()));
                print(&entries[key.as_str()], indent, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                print(item, indent, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn printed(json: &Json) -> String {
    let mut out = String::new();
    print(json, 0, &mut out);
    out
}

fn patch(json: &mut Json, line: &str) {
    if let Some(pointer) = line.strip_suffix(" remove") {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match json.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
            Json::Object(entries) => drop(entries.remove(key).unwrap_or_else(|| panic!("no {pointer}"))),
            Json::Array(items) => drop(items.remove(key.parse().unwrap())),
            other => panic!("{pointer}: {other}"),
        }
        return;
    }
    let (pointer, value) = line.split_once(" = ").unwrap_or_else(|| panic!("no patch: {line}"));
    let value: Json = serde_json::from_str(value).unwrap_or_else(|error| panic!("{line}: {error}"));
    if pointer.is_empty() {
        *json = value;
        return;
    }
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Json::Object(entries) => drop(entries.insert(key.replace("~1", "/"), value)),
        Json::Array(items) if key == "-" => items.push(value),
        Json::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        other => panic!("{pointer}: {other}"),
    }
}

fn told(defect: &Defect) -> String {
    let place = defect.place().unwrap();
    let mut line = format!("{}:{} {} {}", place.line, place.column, defect.code(), defect.message());
    if defect.severity() == Severity::Lint {
        line = line.replacen(defect.code(), &format!("{} (lint)", defect.code()), 1);
    }
    if let Some(help) = defect.help() {
        let _ = write!(line, " ({help})");
    }
    line.replace('\n', "\\n")
}

struct Case {
    name: String,
    patches: Vec<String>,
    expected: Vec<String>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut expecting = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(name) = line.strip_prefix("== ") {
            cases.push(Case { name: name.to_owned(), patches: Vec::new(), expected: Vec::new() });
            expecting = false;
        } else if line == "--" {
            expecting = true;
        } else {
            let case = cases.last_mut().unwrap();
            if expecting { case.expected.push(line.to_owned()) } else { case.patches.push(line.to_owned()) }
        }
    }
    cases
}

fn options() -> CheckOptions {
    CheckOptions::on("2026-06-01".parse().unwrap())
}

/// The golden cases of a file, with what is said of them now.
fn run(path: &Path) -> Vec<(Case, Vec<String>)> {
    cases(&read(path))
        .into_iter()
        .map(|case| {
            let mut json = base();
            for line in &case.patches {
                patch(&mut json, line);
            }
            let text = printed(&json);
            let (_, defects) = check_text_with(&text, options());
            check_places(&json, &text, &defects);
            let found = defects.iter().map(told).collect();
            (case, found)
        })
        .collect()
}

/// Pointers lead to what is there, and the definition alone gives the same defects as its text.
fn check_places(json: &Json, text: &str, defects: &[Defect]) {
    for defect in defects {
        assert!(json.pointer(defect.pointer()).is_some(), "{}: {text}", defect.pointer());
    }
    if let Ok(def) = serde_json::from_str::<Definition>(text) {
        let codes = |defects: &[Defect]| {
            let mut codes: Vec<_> =
                defects.iter().map(|it| (it.code().to_owned(), it.message().to_owned())).collect();
            codes.sort();
            codes
        };
        let of_text: Vec<Defect> = defects.to_vec();
        assert_eq!(codes(&check_with(&def, options())), codes(&of_text));
    }
}

fn golden_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    files.sort();
    files
}

#[test]
fn golden_cases_say_what_they_said() {
    let write = std::env::var_os("VORONKA_GOLDEN").is_some_and(|value| value == "write");
    let mut wrong = String::new();
    for path in golden_files() {
        let results = run(&path);
        if write {
            let mut out = String::new();
            for (case, found) in &results {
                let _ = writeln!(out, "== {}", case.name);
                for line in case
                    .patches
                    .iter()
                    .map(String::as_str)
                    .chain(["--"])
                    .chain(found.iter().map(String::as_str))
                {
                    let _ = writeln!(out, "{line}");
                }
                out.push('\n');
            }
            std::fs::write(&path, out).unwrap();
            continue;
        }
        for (case, found) in results {
            if case.expected != found {
                let _ = writeln!(
                    wrong,
                    "{} == {}\n  expected {:#?}\n  found {found:#?}",
                    path.display(),
                    case.name,
                    case.expected
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_base_scenario_is_fine() {
    let text = read(&folder().join("base.json"));
    let (definition, defects) = check_text(&text);
    assert!(definition.is_some());
    assert_eq!(defects, []);
    assert_eq!(check(&definition.unwrap()), []);
}

#[test]
fn fifty_mistakes_are_told_at_once() {
    let results = run(&folder().join("fifty.txt"));
    assert_eq!(results[0].1.len(), 50);
}

fn codes(text: &str) -> Vec<String> {
    check_text(text).1.iter().map(|defect| defect.code().to_owned()).collect()
}

fn patched(pointer: &str, value: &Json) -> String {
    let mut json = base();
    patch(&mut json, &format!("{pointer} = {value}"));
    json.to_string()
}

#[test]
fn c4_what_is_too_large_is_one_clear_error() {
    let text = " ".repeat(10_000_000);
    assert_eq!(codes(&text), ["json-too-large"]);
    let zone = patched("/calendar/time_zone", &"Mars/Base".into());
    assert_eq!(codes(&zone), ["V-A2-zone"]);
    let condition = |text: String| patched("/triggers/0/if", &text.into());
    assert_eq!(
        codes(&condition(format!("{}true{}", "(".repeat(4_000), ")".repeat(4_000)))),
        ["condition-too-deep"]
    );
    assert_eq!(codes(&condition("(".repeat(10_000))), ["condition-too-deep"]);
    assert_eq!(
        codes(&condition(format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000)))),
        ["condition-too-long"]
    );
    assert_eq!(codes(&condition(vec!["true"; 1_100].join(" && "))), ["condition-too-many-nodes"]);
    assert_eq!(codes(&patched("/about", &"x".repeat(10_001).into())), ["text-too-long"]);
}

#[test]
fn c4_counts_have_bounds() {
    let mut json = base();
    let command = |at: usize| serde_json::json!({ "id": format!("c{at}"), "task": format!("Task {at}") });
    json["stages"][0]["plan"] = (0..101).map(command).collect();
    let trigger = |at: usize| serde_json::json!({ "id": format!("t{at}"), "on": "opened", "do": { "notify": { "text": "x" } } });
    json["triggers"] = (0..501).map(trigger).collect();
    json["moves"] = vec![serde_json::json!({ "from": "*", "to": "lost" }); 2_001].into();
    let (_, defects) = check_text(&json.to_string());
    let of = |code: &str| {
        defects.iter().filter(|it| it.code() == code).map(|it| it.pointer().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("too-many").len(), 3);
    assert!(of("too-many").contains(&"/stages/0/plan".to_owned()));
    assert_eq!(defects.len(), 3, "{defects:?}");
    let def: Definition = serde_json::from_value(json).unwrap();
    assert_eq!(
        check(&def).iter().map(Defect::pointer).collect::<Vec<_>>(),
        ["/moves", "/stages/0/plan", "/triggers"]
    );
}

#[test]
fn c4_more_than_a_thousand_defects_are_cut() {
    let mut json = base();
    json["stages"][0]["leave"]["need"] = (0..1_500).map(|at| Json::from(format!("x{at}"))).collect();
    let (_, defects) = check_text(&json.to_string());
    assert_eq!(defects.len(), 1_001);
    assert_eq!(defects.last().unwrap().code(), "too-many-defects");
}

#[test]
fn s11_a_text_made_by_hand_has_no_nul_either() {
    let mut def: Definition = serde_json::from_value(base()).unwrap();
    def.about = "a\0b".into();
    let defects = check(&def);
    assert_eq!(defects.len(), 1, "{defects:?}");
    assert_eq!((defects[0].code(), defects[0].pointer()), ("text-with-nul", "/about"));
    assert_eq!(codes(&patched("/about", &"a\0b".into())), ["json-nul"]);
}

/// The codes that stand in the sources of a folder: texts in quotes that look like one.
fn codes_in(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let text = read(&path);
        let source = text.split("#[cfg(test)]").next().unwrap();
        let mut parts = source.split('"').peekable();
        let mut before = "";
        while let Some(part) = parts.next() {
            let after = parts.peek().copied().unwrap_or_default();
            let is_other = after.starts_with(" =>") || before.ends_with("error.code() == ");
            if is_code(part) && !is_other {
                found.insert(part.to_owned());
            }
            before = part;
        }
    }
    found
}

fn is_code(text: &str) -> bool {
    let kebab = text.contains('-') && !text.starts_with('-') && !text.ends_with('-');
    let calendar = text.starts_with("V-A2-") || text.starts_with("V-C4-");
    kebab && (calendar || text.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'))
}

fn codes_in_doc() -> BTreeSet<String> {
    let text = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CHECKS.md"));
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let codes: Vec<String> = rows.map(str::to_owned).collect();
    let set: BTreeSet<String> = codes.iter().cloned().collect();
    assert_eq!(set.len(), codes.len(), "a code stands twice in docs/CHECKS.md");
    set
}

#[test]
fn docs_checks_lists_every_code_and_no_other() {
    let doc = codes_in_doc();
    let checks = codes_in("src/scenario/check");
    let missing: Vec<_> = checks.difference(&doc).collect();
    assert!(missing.is_empty(), "not in docs/CHECKS.md: {missing:?}");
    let mut known = checks;
    known.extend(codes_in("src/source"));
    known.extend(codes_in("src/calendar"));
    let strange: Vec<_> = doc.difference(&known).collect();
    assert!(strange.is_empty(), "not in the sources: {strange:?}");
}

#[test]
fn every_code_of_the_checks_has_an_example() {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for path in golden_files() {
        for case in cases(&read(&path)) {
            shown.extend(case.expected.iter().filter_map(|line| line.split(' ').nth(1)).map(str::to_owned));
        }
    }
    // These are shown by tests of their own, as their texts are long or cannot be written.
    let elsewhere = [
        "condition-too-long",
        "condition-too-deep",
        "condition-too-many-nodes",
        "text-too-long",
        "text-with-nul",
        "too-many",
        "too-many-defects",
        // Of several scenarios together: `check_set.rs`.
        "set-duplicate",
        "scenario-elsewhere",
        "not-a-process",
        "give-unknown",
        "give-type",
        "take-unknown",
        "take-type",
        "result-unknown",
        "start-cycle",
        // For a code that conditions do not have yet.
        "condition-error",
    ];
    let missing: Vec<_> =
        codes_in("src/scenario/check").into_iter().filter(|code| !shown.contains(code)).collect();
    let missing: Vec<_> =
        missing.iter().map(String::as_str).filter(|code| !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "no golden case shows {missing:?}");
}

fn pointers(json: &Json, at: &str, into: &mut Vec<String>) {
    match json {
        Json::Object(entries) => {
            for (key, value) in entries {
                let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                into.push(pointer.clone());
                pointers(value, &pointer, into);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                into.push(format!("{at}/{index}"));
                pointers(item, &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

#[test]
fn any_damage_is_told_at_places_that_exist() {
    let whole = base();
    let mut all = Vec::new();
    pointers(&whole, "", &mut all);
    for pointer in &all {
        for damage in [" = \"x-1\"", " = []", " remove"] {
            let mut json = whole.clone();
            patch(&mut json, &format!("{pointer}{damage}"));
            let (_, defects) = check_text(&json.to_string());
            for defect in &defects {
                let place = defect.pointer();
                assert!(json.pointer(place).is_some(), "{pointer}{damage}: {place} {defect}");
                // What is told stands near the damage, or names something that was damaged.
                assert!(!defect.message().contains('\n'), "{defect}");
            }
        }
    }
}

#[test]
fn places_stay_right_when_elements_before_could_not_be_read() {
    for broken in 0..4 {
        let mut json = base();
        json["stages"][broken]["limit"] = "soon".into();
        json["stages"][broken]["outcome"] = "x".into();
        json["stages"][broken].as_object_mut().unwrap().remove("id");
        json["stages"][4]["enter"] =
            serde_json::json!({ "need": ["a", { "that": 5 }, "b", { "field": "c" }] });
        let (_, defects) = check_text(&json.to_string());
        let unknown: Vec<_> = defects
            .iter()
            .filter(|it| it.code() == "unknown-field")
            .map(|it| it.pointer().to_owned())
            .collect();
        assert_eq!(
            unknown,
            ["/stages/4/enter/need/0", "/stages/4/enter/need/2", "/stages/4/enter/need/3/field"],
            "{broken}"
        );
    }
}

#[test]
fn the_same_scenario_gives_the_same_words() {
    let text = printed(&base()).replace("amount", "amuont_").replacen("amuont_", "amount", 1);
    assert_eq!(check_text(&text).1, check_text(&text).1);
    assert!(!check_text(&text).1.is_empty());
}
