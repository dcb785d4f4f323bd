//! The rules, the tests that carry their names, and the documents, held together.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// All Rust sources below a folder, in one text.
fn sources(folder: &Path, into: &mut String) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all tests begin with the rule or the numbered case that they hold.
fn test_names() -> BTreeSet<String> {
    let mut text = String::new();
    sources(&root().join("src"), &mut text);
    sources(&root().join("tests"), &mut text);
    let name = |line: &str| {
        let line = line.trim();
        line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ").map(str::to_owned)
    };
    text.lines().filter_map(name).collect()
}

fn missing(prefixes: impl Iterator<Item = String>) -> Vec<String> {
    let names = test_names();
    prefixes
        .filter(|prefix| {
            let wanted = format!("{prefix}_");
            !names.iter().any(|name| name.starts_with(&wanted))
        })
        .collect()
}

#[test]
fn every_rule_has_a_test_that_carries_its_name() {
    let groups = [
        ("c", 11),
        ("m", 14),
        ("a", 12),
        ("t", 12),
        ("k", 2),
        ("x", 4),
        ("g", 4),
        ("s", 13),
        ("i", 5),
        ("v", 5),
        ("f", 9),
    ];
    let rules = groups
        .into_iter()
        .flat_map(|(group, count)| (1..=count).map(move |number| format!("{group}{number}")))
        .chain(["p1", "p2", "p3", "p4", "p5", "p6", "p7"].map(str::to_owned));
    assert_eq!(missing(rules), Vec::<String>::new());
}

#[test]
fn every_case_that_is_easily_got_wrong_has_its_test() {
    let cases = (1..=44).map(|number| format!("x{number:02}"));
    assert_eq!(missing(cases), Vec::<String>::new());
}

/// Each event stands in `docs/JOURNAL.md`, and nothing that is no event.
#[test]
fn the_journal_lists_each_event() {
    let source = fs::read_to_string(root().join("src/case/event.rs")).unwrap();
    let body = source.split("pub enum Event {").nth(1).unwrap().split("\n}\n").next().unwrap();
    let variants: BTreeSet<String> = body
        .lines()
        .filter(|line| line.starts_with("    ") && line.as_bytes().get(4).is_some_and(u8::is_ascii_uppercase))
        .map(|line| snake(line.trim().split(|c: char| !c.is_alphanumeric()).next().unwrap()))
        .collect();
    let journal = fs::read_to_string(root().join("docs/JOURNAL.md")).unwrap();
    let table = journal.split("## Events").nth(1).unwrap().split("## The order").next().unwrap();
    let listed: BTreeSet<String> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned))
        .collect();
    assert_eq!(listed, variants);
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// A rule that a refusal can name stands in `docs/RULES.md`.
#[test]
fn every_rule_that_a_refusal_names_is_documented() {
    let mut text = String::new();
    sources(&root().join("src/engine"), &mut text);
    let rules = fs::read_to_string(root().join("docs/RULES.md")).unwrap();
    let named: BTreeSet<&str> = text
        .split("\"V-")
        .skip(1)
        .filter_map(|rest| rest.split(['-', '"', '{']).next())
        .filter(|rule| !rule.is_empty() && *rule != "IN")
        .collect();
    let absent: Vec<&&str> = named.iter().filter(|rule| !rules.contains(&format!("| {rule} |"))).collect();
    assert!(absent.is_empty(), "not in docs/RULES.md: {absent:?}");
}
