//! Telling cases: refusals, events, entries, lights, in both languages.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of tests fails as a test does"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use voronka::case::{Effect, Missing};
use voronka::tell::{Catalog, Speaker, missing, placeholders};
use voronka::{Definition, Scenario};

#[path = "tell_case/conditions.rs"]
mod conditions;
#[path = "tell_case/sale.rs"]
mod sale;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Arguments that the teller makes of others.
const MADE: [&str; 2] = ["n", "text"];
/// What helpers of the engine add to a code, where the place that names it does not say.
const BY_HELPERS: [(&str, &[&str]); 8] = [
    ("V-IN-", &["field", "fact", "value", "keys", "type", "min", "max", "pattern", "among", "part", "role"]),
    ("V-A8-", &["activity"]),
    ("V-A7-", &["item", "activity"]),
    ("V-C4-", &["field", "limit"]),
    ("V-G1-edit", &["field"]),
    ("V-S11-", &["field"]),
    ("V-M3-", &["kind"]),
    ("V-M11-debt", &["requirement"]),
];

/// Every code of the engine's source, with the arguments that stand beside it.
fn codes() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // The runtime refuses only what it alone can see.
    let folders = ["src/engine", "src/runtime"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    for file in folders.into_iter().flatten() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for (at, _) in text.match_indices("\"V-") {
            let rest = &text[at + 1..];
            let (code, after) = rest.split_once('"').unwrap();
            // The statement, and the next where that adds an argument; or until another code begins.
            let after = &after[..after.find("\"V-").unwrap_or(after.len())];
            let mut statements = after.split(';');
            let mut statement = statements.next().unwrap().to_owned();
            statement.push_str(statements.next().filter(|next| next.contains("missing.arg(")).unwrap_or(""));
            let args: BTreeSet<String> = statement
                .match_indices(".arg(\"")
                .map(|(at, start)| statement[at + start.len()..].split('"').next().unwrap().to_owned())
                .collect();
            let mut codes = vec![code.to_owned()];
            if code.contains("{rule}") {
                codes = ["M2", "M3", "M4", "M5", "M11", "M13", "T2", "K1", "P1"]
                    .map(|rule| code.replace("{rule}", rule))
                    .to_vec();
            }
            if code.contains("{what}") {
                let whats = ["min", "max", "pattern", "among"];
                codes =
                    codes.iter().flat_map(|code| whats.map(|what| code.replace("{what}", what))).collect();
            }
            for code in codes {
                let known = found.entry(code.clone()).or_default();
                known.extend(args.clone());
                for what in ["min", "max", "pattern", "among"] {
                    if code.ends_with(what) {
                        known.extend([what.to_owned(), "field".to_owned(), "value".to_owned()]);
                    }
                }
                for (prefix, names) in BY_HELPERS {
                    if code.starts_with(prefix) {
                        known.extend(names.iter().map(|&name| name.to_owned()));
                    }
                }
            }
        }
    }
    found
}

/// The templates by which a code can be told: its own, or what it shares with other rules.
fn templates<'a>(catalog: &'a Catalog, language: &'a str, code: &str) -> Vec<(&'a str, &'a str)> {
    let what = code.splitn(3, '-').nth(2).unwrap();
    let of = |base: String| -> Vec<(&'a str, &'a str)> {
        let forms = catalog.codes(language).filter(|it| {
            *it == base || it.strip_prefix(base.as_str()).is_some_and(|form| form.starts_with('.'))
        });
        forms.map(|it| (it, catalog.template(language, it).unwrap())).collect()
    };
    let own = of(code.to_owned());
    if own.is_empty() { of(format!("missing.{what}")) } else { own }
}

#[test]
fn every_code_of_the_engine_has_a_text_in_both_languages_with_arguments_that_it_gets() {
    let catalog = Catalog::default();
    let codes = codes();
    assert!(codes.len() > 70, "{}", codes.len());
    for (code, args) in &codes {
        for language in ["en", "ru"] {
            let templates = templates(&catalog, language, code);
            assert!(!templates.is_empty(), "{code} has no text in {language}");
            for (name, template) in templates {
                for placeholder in placeholders(template) {
                    let made = MADE.contains(&placeholder);
                    assert!(
                        made || args.contains(placeholder),
                        "{name}: {code} gets no {placeholder}: {args:?}"
                    );
                }
            }
        }
    }
    // And no text is for a code that there is no more.
    for code in catalog.codes("en").filter(|code| code.starts_with("V-")) {
        let base = code.split('.').next().unwrap();
        assert!(codes.contains_key(base), "{base} is not a code of the engine");
    }
}

fn bare(code: &str, args: &str) -> Missing {
    let json = format!(r#"{{"code": "{code}", "args": {{{args}}}}}"#);
    serde_json::from_str(&json).unwrap()
}

#[test]
fn without_a_scenario_names_stand_as_they_are() {
    for (code, args, en, ru) in [
        ("V-M3-field", r#""field": "amount""#, "not filled in: “amount”", "не заполнено: «amount»"),
        ("V-M13-field", r#""field": "amount""#, "not filled in: “amount”", "не заполнено: «amount»"),
        ("V-M4-unknown", r#""unknown": "in_stock""#, "unknown: in_stock", "неизвестно: in_stock"),
        ("V-P1-unknown", r#""unknown": "in_stock""#, "unknown: in_stock", "неизвестно: in_stock"),
        ("V-P1-unknown", r#""process": "x""#, "there is no process “x” here", "здесь нет процесса «x»"),
        ("V-M4-hidden", "", "a condition is not met", "не выполнено условие"),
        ("V-M1-stage", r#""stage": """#, "there is no stage for it", "для этого нет этапа"),
        ("V-M1-stage", "", "there is no stage for it", "для этого нет этапа"),
        (
            "V-M3-min",
            r#""field": "amount", "value": {"decimal": "900"}, "min": {"decimal": "12000.50"}"#,
            "“amount” is 900, must be at least 12,000.50",
            "«amount»: 900, нужно не меньше 12\u{a0}000,50",
        ),
        (
            "V-M3-min",
            r#""field": "lines", "value": ["a", "b"], "min": {"decimal": "3"}"#,
            "“lines”: 2 lines, must be at least 3",
            "«lines»: 2 строки, нужно не меньше 3",
        ),
        (
            "V-C5-backwards",
            r#""now": {"moment": "2026-03-02T08:00:00Z"}, "last": {"moment": "2026-03-02T08:00:00.005Z"}"#,
            "the clock runs backwards: it is 2 March 2026, 08:00 UTC, but the last entry is of 2 March 2026, 08:00:00.005 UTC",
            "часы идут назад: сейчас 2 марта 2026 г., 08:00 UTC, а последняя запись — 2 марта 2026 г., 08:00:00.005 UTC",
        ),
    ] {
        let it = bare(code, args);
        assert_eq!(missing(&it, "en"), en);
        assert_eq!(missing(&it, "ru-RU"), ru);
    }
    // A code of a newer engine is told by itself.
    assert_eq!(missing(&bare("V-Z9-new", r#""field": "x""#), "ru"), "V-Z9-new (field: «x»)");
}

/// The names of an enum's variants in a source file, as JSON has them.
fn variants(file: &str, name: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let body = text.split_once(&format!("pub enum {name} {{\n")).unwrap().1.split_once("\n}").unwrap().0;
    let named = body
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    let mut found = BTreeSet::new();
    for line in named {
        let end = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
        let mut snake = String::new();
        for c in line[..end].chars() {
            if c.is_ascii_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        }
        found.insert(snake);
    }
    found
}

/// The variants of JSON values: an object's only key, or the text that they are.
fn covered(values: &[serde_json::Value]) -> BTreeSet<String> {
    let key = |value: &serde_json::Value| match value {
        serde_json::Value::String(name) => name.clone(),
        value => value.as_object().unwrap().keys().next().unwrap().clone(),
    };
    values.iter().map(key).collect()
}

fn samples(name: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(root().join("tests/data/tell").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// No code, no placeholder and nothing empty is left in what was told.
fn assert_told(told: &str, source: &serde_json::Value) {
    let catalog = Catalog::default();
    assert!(!told.trim().is_empty(), "nothing is told of {source}");
    assert!(!told.contains(['{', '}']), "{told}");
    assert!(!told.contains("  ") && !told.contains("; ;") && !told.ends_with([' ', ';']), "`{told}`");
    for code in catalog.codes("en").filter(|code| code.contains(['.', '-'])) {
        assert!(!told.contains(code), "{told} has {code}");
    }
    for group in ["told.", "asked.", "act.", "with.", "light.", "missing.", "value.", "month.", "rule."] {
        let mut words = told.split([' ', '(', ')', '“', '«']);
        assert!(words.all(|word| !word.starts_with(group)), "{told}");
    }
}

#[test]
fn every_event_input_and_act_tells_itself() {
    let wholesale = wholesale();
    let mut page = String::new();
    for (file, of, in_file) in [
        ("events.json", "Event", "src/case/event.rs"),
        ("inputs.json", "Input", "src/case/input.rs"),
        ("acts.json", "Act", "src/case/event.rs"),
    ] {
        let values = samples(file);
        assert_eq!(covered(&values), variants(in_file, of), "{file}");
        for value in &values {
            for language in ["en", "ru"] {
                let speakers = [Speaker::new(&wholesale, language), Speaker::new(&*NOTHING, language)];
                let [told, bare] = speakers.map(|speaker| {
                    let value = value.clone();
                    match of {
                        "Event" => speaker.event(&serde_json::from_value(value).unwrap()),
                        "Input" => speaker.asked(&serde_json::from_value(value).unwrap()),
                        _ => speaker.effect(&Effect {
                            id: "c1/1/1".into(),
                            lane: "x".into(),
                            rule: None,
                            act: serde_json::from_value(value).unwrap(),
                        }),
                    }
                });
                assert_told(&told, value);
                assert_told(&bare, value);
                page.push_str(&told);
                page.push('\n');
            }
        }
    }
    golden("every.txt", &page);
}

static NOTHING: LazyLock<Definition> = LazyLock::new(|| Definition::new("nothing"));

fn wholesale() -> Scenario {
    Scenario::from_json(include_str!("../examples/wholesale.json")).unwrap()
}

/// Compares with `tests/golden/tell/…`; `UPDATE_GOLDEN=1` writes it anew.
fn golden(name: &str, text: &str) {
    let path = root().join("tests/golden/tell").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} differs; UPDATE_GOLDEN=1 writes it anew:\n{text}");
}

#[test]
fn a_refusal_tells_the_chain_and_a_host_can_say_it_otherwise() {
    let rejection = r#"{"missing": [{"code": "V-T5-endless", "args": {"limit": {"decimal": "2"}}}],
        "chain": ["prepayment/trigger/paid", "/trigger/escalate", "prepayment/trigger/paid"]}"#;
    let rejection = serde_json::from_str(rejection).unwrap();
    let wholesale = wholesale();
    assert_eq!(
        Speaker::new(&wholesale, "en").refusal(&rejection),
        "rules set each other off without end (more than 2 times); it went: “Paid in full” → “Overdue: tell the head” → “Paid in full”"
    );
    let catalog = Catalog::default().with_texts(
        "en",
        [("V-M3-field", "please fill in {field}"), ("missing.party", "who is the {role}?")],
    );
    let speaker = Speaker::new(wholesale.definition(), "en").with_catalog(&catalog);
    assert_eq!(speaker.missing(&bare("V-M3-field", r#""field": "amount""#)), "please fill in “Amount”");
    assert_eq!(speaker.missing(&bare("V-M4-field", r#""field": "amount""#)), "not filled in: “Amount”");
    assert_eq!(speaker.missing(&bare("V-M4-party", r#""role": "client""#)), "who is the “Client”?");
}

#[test]
fn no_text_from_outside_breaks_the_lines() {
    let evil = "a\\nb\\u001b[2Jc\\u202ed";
    let event = format!(r#"{{"noted": {{"text": "{evil}"}}}}"#);
    let told = Speaker::new(&wholesale(), "en").event(&serde_json::from_str(&event).unwrap());
    assert_eq!(told, "note: a b [2Jc d");
    for code in ["V-IN-field", "V-M1-stage", "V-Z9-new"] {
        let args = format!(r#""field": "{evil}", "stage": "{evil}", "odd": "{evil}""#);
        assert!(!missing(&bare(code, &args), "ru").contains(|c: char| c.is_control() || c == '\u{202e}'));
    }
}
