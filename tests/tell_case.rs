//! Telling cases: refusals, events, entries, lights, in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use voronka::case::Missing;
use voronka::tell::{Catalog, missing, placeholders};

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
    for file in fs::read_dir(root().join("src/engine")).unwrap() {
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
        ("V-M3-field", r#""field": "amount""#, "“amount” is not filled in", "не заполнено: «amount»"),
        ("V-M13-field", r#""field": "amount""#, "“amount” is not filled in", "не заполнено: «amount»"),
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
            "“lines” has 2 lines, must have at least 3",
            "«lines»: 2 строки, нужно не меньше 3",
        ),
        (
            "V-C5-backwards",
            r#""now": {"moment": "2026-03-02T08:00:00Z"}, "last": {"moment": "2026-03-02T08:00:00.005Z"}"#,
            "the clock runs backwards: it is 2 March 2026, 08:00 UTC, but the last entry is of 2 March 2026, 08:00:00.005 UTC",
            "часы идут назад: сейчас 2 марта 2026, 08:00 UTC, а последняя запись — 2 марта 2026, 08:00:00.005 UTC",
        ),
    ] {
        let it = bare(code, args);
        assert_eq!(missing(&it, "en"), en);
        assert_eq!(missing(&it, "ru-RU"), ru);
    }
    // A code of a newer engine is told by itself.
    assert_eq!(missing(&bare("V-Z9-new", r#""field": "x""#), "ru"), "V-Z9-new (field: «x»)");
}
