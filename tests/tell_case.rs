//! Telling cases: refusals, events, entries, lights, in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use voronka::case::{Effect, Missing};
use voronka::tell::{Catalog, Speaker, missing, placeholders};
use voronka::{Actor, Case, Context, Definition, Input, Opening, Scenario};

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

/// A case on its way, and what was told of it in both languages.
struct Sale {
    scenario: Scenario,
    case: Option<Case>,
    inputs: u32,
    pages: [String; 2],
}

impl Sale {
    fn tell(&mut self, tell: impl Fn(Speaker<'_>) -> String) {
        for (page, language) in self.pages.iter_mut().zip(["en", "ru"]) {
            let speaker = Speaker::new(&self.scenario, language);
            let speaker = self.case.as_ref().map_or(speaker, |case| speaker.about(case));
            page.push_str(&tell(speaker));
            page.push_str("\n\n");
        }
    }

    fn context(&mut self, at: &str, who: &str) -> Context {
        self.inputs += 1;
        let (id, role) = who.split_once(' ').unwrap();
        Context::new(at.parse().unwrap(), Actor::new(id, role), self.inputs.to_string())
    }

    fn open(&mut self, at: &str, who: &str, opening: &str) {
        let ctx = self.context(at, who);
        let opening: Opening = serde_json::from_str(opening).unwrap();
        let outcome = self.scenario.open("c1", opening, &ctx).unwrap();
        self.case = Some(outcome.case().clone());
        self.tell(|speaker| speaker.entry(outcome.entry()));
    }

    fn step(&mut self, at: &str, who: &str, input: &str) {
        let ctx = self.context(at, who);
        let input: Input = serde_json::from_str(input).unwrap();
        let case = self.case.clone().unwrap();
        match self.scenario.step(&case, input.clone(), &ctx) {
            Ok(outcome) => {
                self.case = Some(outcome.case().clone());
                self.tell(|speaker| speaker.entry(outcome.entry()));
            }
            Err(refused) => self.tell(|speaker| {
                let told = speaker.rejection(&refused);
                assert_eq!(speaker.refusal(&refused), told.join("; "));
                format!("? {}\n  × {}", speaker.asked(&input), told.join("\n  × "))
            }),
        }
    }

    fn light(&mut self, at: &str) {
        let case = self.case.clone().unwrap();
        let light = case.light(at.parse().unwrap());
        self.tell(|speaker| format!("* {}", light.map_or_else(String::new, |it| speaker.light(&it, &case))));
    }

    /// The id of the open activity of a rule.
    fn activity(&self, rule: &str) -> String {
        let case = self.case.as_ref().unwrap();
        let found = case.activities.iter().find(|it| it.rule.as_deref() == Some(rule));
        found.unwrap_or_else(|| panic!("{rule}: {:#?}", case.activities)).id.clone()
    }
}

#[test]
fn a_sale_is_told_from_the_first_call_to_the_shipment() {
    let mut sale = Sale { scenario: wholesale(), case: None, inputs: 0, pages: Default::default() };
    sale.open(
        "2026-03-02T07:05:11.250Z",
        "anna manager",
        r#"{"title": "Tiles for a shop", "channel": "phone", "responsible": "anna",
            "parties": {"contact": {"reference": "p-7", "contacts": ["+7 900 000-00-00"]}}}"#,
    );
    sale.light("2026-03-02T08:00:00Z");
    sale.step("2026-03-02T08:00:00Z", "anna manager", r#"{"move": {"to": "invoice"}}"#);
    sale.step("2026-03-02T08:00:00Z", "anna manager", r#"{"move": {"to": "shipment"}}"#);
    sale.step(
        "2026-03-02T08:00:00Z",
        "oleg storekeeper",
        r#"{"set": {"fields": {"amount": "5", "colour": "red"}}}"#,
    );
    sale.light("2026-03-02T18:00:00Z");
    let call = sale.activity("request/plan/clarify");
    sale.step(
        "2026-03-02T08:10:00Z",
        "anna manager",
        &format!(
            r#"{{"done": {{"activity": "{call}", "outcome": "no_answer", "note": "try after lunch"}}}}"#
        ),
    );
    let call = sale.activity("request/plan/clarify");
    sale.step(
        "2026-03-02T11:30:00Z",
        "anna manager",
        &format!(
            r#"{{"done": {{"activity": "{call}", "fields": {{"client_type": "shop", "amount": "1250000", "discount": "3",
                "terms": "deferral", "delivery": true, "special_order": true,
                "lines": [{{"item": "4711", "characteristic": "blue", "quantity": "5"}},
                          {{"item": "4712", "characteristic": "white", "quantity": "120"}}]}}}}}}"#
        ),
    );
    sale.step("2026-03-02T11:31:00Z", "anna manager", r#"{"move": {"to": "invoice"}}"#);
    sale.step(
        "2026-03-02T11:40:00Z",
        "anna manager",
        r#"{"set": {"fields": {"address": "Tver, 1 Station road", "special_order": false, "delivery_date": "2026-03-12",
            "waiting_for_client": true}}}"#,
    );
    sale.step(
        "2026-03-03T07:00:00Z",
        "anna manager",
        r#"{"set": {"fields": {"waiting_for_client": false}}}"#,
    );
    sale.step(
        "2026-03-03T07:01:00Z",
        "anna manager",
        r#"{"party": {"role": "client", "party": {"reference": "shop-12"}}}"#,
    );
    let task = sale.activity("request/trigger/special-order");
    sale.step(
        "2026-03-03T07:05:00Z",
        "anna manager",
        &format!(r#"{{"cancel_activity": {{"activity": "{task}", "reason": "plain sizes after all"}}}}"#),
    );
    sale.step(
        "2026-03-03T07:06:00Z",
        "boris head",
        &format!(r#"{{"cancel_activity": {{"activity": "{task}", "reason": "plain sizes after all"}}}}"#),
    );
    sale.step(
        "2026-03-03T07:10:00Z",
        "boris head",
        r#"{"move": {"to": "invoice", "override": "the calculation is not needed"}}"#,
    );
    sale.step("2026-03-03T07:12:00Z", "anna manager", r#"{"command": {"command": "reserve"}}"#);
    let facts = |values: &str| format!(r#"{{"facts": {{"source": "1c", "values": [{values}]}}}}"#);
    sale.step(
        "2026-03-03T07:13:00Z",
        "1c manager",
        &facts(
            r#"{"fact": "stock", "key": ["4711", "blue", "main"], "value": {"decimal": "3"}},
               {"fact": "stock", "key": ["4712", "white", "main"], "unknown": "the warehouse does not answer"},
               {"fact": "reserved", "value": false}"#,
        ),
    );
    sale.step("2026-03-03T07:14:00Z", "anna manager", r#"{"command": {"command": "reserve"}}"#);
    let run = sale.case.as_ref().unwrap().commands[0].id.clone();
    sale.step(
        "2026-03-03T07:15:00Z",
        "1c manager",
        &format!(
            r#"{{"answer": {{"command": "{run}", "answer": "refused", "text": "only 3 of 5 are free"}}}}"#
        ),
    );
    sale.step("2026-03-03T07:20:00Z", "anna manager", r#"{"move": {"to": "prepayment"}}"#);
    sale.light("2026-03-04T08:00:00Z");
    let process = sale.case.as_ref().unwrap().processes[0].id.clone();
    sale.step(
        "2026-03-03T08:00:00Z",
        "head-of-sales head",
        &format!(r#"{{"finished": {{"process": "{process}", "result": "approved"}}}}"#),
    );
    let invoice = sale.activity("invoice/plan/send-invoice");
    sale.step("2026-03-03T08:10:00Z", "anna manager", &format!(r#"{{"done": {{"activity": "{invoice}"}}}}"#));
    sale.step("2026-03-03T08:11:00Z", "anna manager", r#"{"set": {"fields": {"terms": "prepayment"}}}"#);
    sale.step(
        "2026-03-03T08:12:00Z",
        "1c manager",
        &facts(
            r#"{"fact": "stock", "key": ["4711", "blue", "main"], "value": {"decimal": "30"}},
               {"fact": "stock", "key": ["4712", "white", "main"], "value": {"decimal": "500"}}"#,
        ),
    );
    sale.step("2026-03-03T08:15:00Z", "anna manager", r#"{"move": {"to": "prepayment"}}"#);
    sale.step(
        "2026-03-03T08:16:00Z",
        "boris head",
        r#"{"waive": {"debt": "DEBT", "reason": "settled by telephone"}}"#,
    );
    let debts: Vec<String> = sale.case.as_ref().unwrap().debts.iter().map(|debt| debt.id.clone()).collect();
    for debt in debts {
        sale.step(
            "2026-03-03T08:17:00Z",
            "boris head",
            &format!(r#"{{"waive": {{"debt": "{debt}", "reason": "settled by telephone"}}}}"#),
        );
    }
    sale.step("2026-03-03T08:20:00Z", "anna manager", r#"{"move": {"to": "prepayment"}}"#);
    sale.light("2026-03-03T08:21:00Z");
    sale.step(
        "2026-03-04T09:00:00Z",
        "1c manager",
        &facts(r#"{"fact": "paid_percent", "value": {"decimal": "40"}, "since": "2026-03-04T06:00:00Z"}"#),
    );
    sale.step("2026-03-04T09:01:00Z", "anna manager", r#"{"move": {"to": "shipment"}}"#);
    sale.step(
        "2026-03-05T09:00:00Z",
        "1c manager",
        &facts(r#"{"fact": "paid_percent", "value": {"decimal": "100"}}"#),
    );
    sale.light("2026-03-05T10:00:00Z");
    sale.step(
        "2026-03-05T11:00:00Z",
        "1c manager",
        &facts(r#"{"fact": "paid_percent", "value": {"decimal": "90"}}"#),
    );
    sale.light("2026-03-11T10:00:00Z");
    sale.step(
        "2026-03-06T11:00:00Z",
        "1c manager",
        &facts(
            r#"{"fact": "paid_percent", "value": {"decimal": "100"}}, {"fact": "delivered", "value": false}"#,
        ),
    );
    sale.step("2026-03-10T08:00:00Z", "1c manager", &facts(r#"{"fact": "shipped", "value": true}"#));
    sale.light("2026-03-10T09:00:00Z");
    sale.step("2026-03-12T08:00:00Z", "1c manager", &facts(r#"{"fact": "delivered", "value": true}"#));
    sale.step("2026-03-13T08:00:00Z", "anna manager", r#"{"note": {"text": "thanked the client"}}"#);
    sale.step("2026-03-13T08:01:00Z", "anna manager", r#"{"move": {"to": "request"}}"#);
    let [en, ru] = sale.pages.clone();
    golden("sale.en.txt", &en);
    golden("sale.ru.txt", &ru);
}

#[test]
fn a_refused_request_is_told() {
    let mut sale = Sale { scenario: wholesale(), case: None, inputs: 0, pages: Default::default() };
    sale.open("2026-12-30T07:00:00Z", "anna manager", r#"{"intake": true, "responsible": "anna"}"#);
    sale.step("2026-12-30T07:01:00Z", "anna manager", r#"{"close": {"stage": "lost"}}"#);
    sale.step("2026-12-30T07:01:00Z", "anna manager", r#"{"close": {"stage": "lost", "reason": "spam"}}"#);
    sale.step(
        "2026-12-30T07:01:00Z",
        "anna manager",
        r#"{"close": {"stage": "lost", "reason": "found_elsewhere"}}"#,
    );
    sale.step(
        "2027-01-03T07:02:00Z",
        "anna manager",
        r#"{"interaction": {"channel": "phone", "direction": "out", "result": "missed", "at": "2026-12-31T08:00:00Z"}}"#,
    );
    sale.light("2027-01-03T07:03:00Z");
    sale.step(
        "2027-01-03T07:04:00Z",
        "anna manager",
        r#"{"close": {"stage": "lost", "reason": "found_elsewhere", "comment": "at the market"}}"#,
    );
    sale.step("2027-01-03T07:05:00Z", "anna manager", r#"{"reopen": {}}"#);
    sale.step("2027-01-03T07:05:00Z", "boris head", r#"{"correct_reason": {"reason": "price"}}"#);
    sale.step("2027-01-03T07:06:00Z", "boris head", r#"{"reopen": {}}"#);
    sale.step("2027-01-03T07:07:00Z", "boris head", r#"{"hand_over": {"to": "olga", "team": "north"}}"#);
    let [en, ru] = sale.pages.clone();
    golden("refused.en.txt", &en);
    golden("refused.ru.txt", &ru);
}

/// A small scenario whose moves ask conditions.
fn asking(condition: &str, say: &str) -> Scenario {
    let text = format!(
        r#"{{"id": "asking", "fields": {{
            "amount": {{"type": "money", "currency": "RUB", "title": {{"en": "Amount", "ru": "Сумма"}}}},
            "colour": {{"type": "text", "title": {{"en": "Colour", "ru": "Цвет"}}}},
            "secret": {{"type": "number", "see": "head"}},
            "lines": {{"type": "list", "of": {{"item": "text", "quantity": "decimal"}}}}}},
          "facts": {{"in_stock": {{"type": "bool"}},
            "paid": {{"type": "decimal", "unit": "%", "title": {{"en": "Paid", "ru": "Оплачено"}}}}}},
          "stages": [
            {{"id": "a", "leave": {{"need": [{{"id": "x", "that": "{condition}"{say}}}]}}}},
            {{"id": "b"}}, {{"id": "won", "outcome": "won"}}, {{"id": "lost", "outcome": "lost"}}],
          "rights": {{"override": "head"}}}}"#
    );
    Scenario::from_json(&text).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

fn refused(condition: &str, say: &str, fields: &str) -> [Vec<String>; 2] {
    let scenario = asking(condition, say);
    let ctx = Context::new("2026-03-02T08:00:00Z".parse().unwrap(), Actor::new("anna", "manager"), "1");
    let opened = scenario.open("c1", Opening::default(), &ctx).unwrap();
    let head = Context::new(ctx.now, Actor::new("boris", "head"), "2");
    let set = format!(r#"{{"set": {{"fields": {{{fields}}}}}}}"#);
    let set = scenario.step(opened.case(), serde_json::from_str(&set).unwrap(), &head).unwrap();
    let go = serde_json::from_str(r#"{"move": {"to": "b"}}"#).unwrap();
    let refused = scenario.step(set.case(), go, &ctx).unwrap_err();
    ["en", "ru"].map(|language| Speaker::new(&scenario, language).rejection(&refused))
}

#[test]
fn conditions_are_told_in_values() {
    for (condition, fields, en, ru) in [
        (
            "fields.amount >= 1000",
            r#""amount": "900""#,
            "Amount is 900\u{a0}RUB, must be at least 1000\u{a0}RUB",
            "Сумма: 900\u{a0}₽, нужно не меньше 1000\u{a0}₽",
        ),
        (
            "!(10000.5 > fields.amount)",
            r#""amount": "900""#,
            "Amount is 900\u{a0}RUB, must be at least 10,000.5\u{a0}RUB",
            "Сумма: 900\u{a0}₽, нужно не меньше 10\u{a0}000,5\u{a0}₽",
        ),
        ("has(fields.colour)", "", "Colour is empty, must be filled in", "Цвет: пусто, нужно заполнить"),
        (
            "fields.colour in ['red', 'blue']",
            r#""colour": "green""#,
            "Colour is green, must be one of: red, blue",
            "Цвет: green, нужно одно из: red, blue",
        ),
        (
            "fields.lines.exists(l, l.quantity > 5)",
            r#""lines": [{"item": "x", "quantity": "3"}, {"item": "y", "quantity": "4"}]"#,
            "lines: none of 2 satisfies `l.quantity > 5`",
            "lines: ни для одного из 2 не верно `l.quantity > 5`",
        ),
        (
            "fields.lines.all(l, l.quantity > 3)",
            r#""lines": [{"item": "x", "quantity": "3"}, {"item": "y", "quantity": "4"}]"#,
            "`l.quantity` is 3, must be more than 3 (item: x, quantity: 3)",
            "`l.quantity`: 3, нужно больше 3 (item: x, quantity: 3)",
        ),
        ("facts.in_stock", "", "unknown: in_stock", "неизвестно: in_stock"),
        ("facts.paid >= 100", "", "unknown: Paid", "неизвестно: Оплачено"),
        (
            "case.responsible == 'anna'",
            "",
            "the responsible is empty, must be anna",
            "ответственный: пусто, нужно: anna",
        ),
        ("fields.secret > 5", r#""secret": 3"#, "a condition is not met", "не выполнено условие"),
    ] {
        assert_eq!(refused(condition, "", fields), [[en], [ru]], "{condition}");
    }
}

#[test]
fn own_words_are_filled_from_each_finding() {
    let say = r#", "or_say": {"en": "{item}: {quantity}, {right} wanted", "ru": "{item}: {quantity}, нужно {right}"}"#;
    let lines = r#""lines": [{"item": "x", "quantity": "3"}, {"item": "y", "quantity": "12500.5"}, {"item": "z", "quantity": "1"}]"#;
    let [en, ru] = refused("fields.lines.all(l, l.quantity > 20000)", say, lines);
    assert_eq!(en, ["x: 3, 20,000 wanted", "y: 12,500.5, 20,000 wanted", "z: 1, 20,000 wanted"]);
    assert_eq!(ru[1], "y: 12\u{a0}500,5, нужно 20\u{a0}000");
    // What may not be seen is not in the scenario's words either.
    let say = r#", "or_say": "only {left}""#;
    assert_eq!(refused("fields.secret > 5", say, r#""secret": 3"#)[0], ["a condition is not met"]);
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
