//! Drawings and regulations: golden files, and hostile texts.
#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside of test functions")]

use std::fs;
use std::path::Path;
use voronka::Definition;
use voronka::condition::{Declarations, Options, Program, Type};
use voronka::interop::{to_dot, to_mermaid};
use voronka::scenario::def::*;
use voronka::tell::tell;

use crate::builder::everything;

fn wholesale() -> Definition {
    serde_json::from_str(include_str!("../examples/wholesale.json")).unwrap()
}

/// Compares with `tests/golden/…`; `UPDATE_GOLDEN=1` writes it anew.
pub fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} differs; UPDATE_GOLDEN=1 writes it anew:\n{text}");
}

#[test]
fn the_regulation_is_as_it_was() {
    golden("wholesale.en.md", &tell(&wholesale(), "en"));
    golden("wholesale.ru.md", &tell(&wholesale(), "ru"));
    golden("everything.en.md", &tell(&everything::everything(), "en"));
    golden("everything.ru.md", &tell(&everything::everything(), "ru"));
}

#[test]
fn p3_the_templates_read_as_they_did_in_both_languages() {
    for template in voronka::process::templates() {
        let definition: Definition = serde_json::from_str(template.json).unwrap();
        for language in ["en", "ru"] {
            golden(&format!("templates/{}.{language}.md", template.id), &tell(&definition, language));
        }
    }
}

#[test]
fn the_drawings_are_as_they_were() {
    for language in ["en", "ru"] {
        golden(&format!("wholesale.{language}.mmd"), &to_mermaid(&wholesale(), language));
        golden(&format!("wholesale.{language}.dot"), &to_dot(&wholesale(), language));
    }
    golden("everything.en.mmd", &to_mermaid(&everything::everything(), "en"));
    golden("everything.en.dot", &to_dot(&everything::everything(), "en"));
}

/// What is left of a drawing without its quoted texts.
fn skeleton(drawing: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut escaped) = (false, false);
    for c in drawing.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    assert!(!inside, "a quotation is left open");
    out
}

#[test]
fn no_text_of_a_scenario_becomes_markup() {
    let drawn = |title: &str| {
        let call = PlanDef::call(title).due("2 days".parse::<voronka::Span>().unwrap());
        let jump = TriggerDef::on("t", EventDef::Entered).title(title).then(ActionDef::move_to(title));
        Definition::new("x")
            .title(title)
            .stage(StageDef::new("a").title(title).plan(call).trigger(jump))
            .stage(StageDef::new(title).run(ProcessDef::new(title)))
            .stage(StageDef::won("w").title(title))
            .draw(MoveDef::new("a", title).title(title))
            .draw(MoveDef::new(title, "w").only_if(format!("fields.x == '{title}'")))
    };
    let plain = drawn("plain");
    for hostile in [
        "\"]; s0 --> s9",
        "\\\" -> x [label=\"y",
        "\\",
        "\\\\\"",
        "<script>alert(1)</script><b>",
        "&lt;img src=x onerror=alert(1)&gt;",
        "#quot;] #lt;",
        "%%{init: {}}%%",
        "`md` **b** - 1. x",
        "a\nend\n---\nclick s0 \"javascript:alert(1)\"",
        "style x:#fff;",
        "\u{202e}\u{1b}[31m\u{0}\u{2028}",
        "ﬂ°°60¶ß",
    ] {
        let hostile = drawn(hostile);
        let (mermaid, dot) = (to_mermaid(&hostile, "en"), to_dot(&hostile, "ru"));
        assert_eq!(skeleton(&mermaid), skeleton(&to_mermaid(&plain, "en")), "{mermaid}");
        assert_eq!(skeleton(&dot), skeleton(&to_dot(&plain, "ru")), "{dot}");
        for forbidden in ["<script", "<img", "%%", "javascript:", "&lt;img", "°°"] {
            assert!(!mermaid.contains(forbidden), "{mermaid}");
        }
        assert!(!dot.contains('<') && !dot.contains("&lt;img"), "{dot}");
        let told = tell(&hostile, "en");
        assert!(!told.contains(['\u{1b}', '\u{202e}', '\u{0}', '\u{2028}']), "{told}");
        assert_eq!(told.lines().count(), tell(&plain, "en").lines().count(), "{told}");
    }
}

#[test]
fn moves_that_lead_from_everywhere_are_folded() {
    let stages = |definition: Definition| {
        definition
            .stage(StageDef::new("a"))
            .stage(StageDef::new("b"))
            .stage(StageDef::new("c"))
            .stage(StageDef::won("won"))
            .stage(StageDef::lost("lost"))
    };
    let arrows = |definition: &Definition| {
        let drawn = to_mermaid(definition, "en");
        let arrows = drawn.lines().filter(|line| line.contains("->") || line.contains("=>"));
        arrows.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let by_default = stages(Definition::new("x"));
    let drawn = stages(Definition::new("x"))
        .draw(MoveDef::new("a", "b"))
        .draw(MoveDef::between(["b"], ["a", "c"]))
        .draw(MoveDef::between(["c"], ["a", "b", "won"]))
        .draw(MoveDef::new("*", "lost"));
    assert_eq!(arrows(&by_default), ["s0 --> s1", "s1 --> s2", "s2 --> s3", "any -.-> s4"]);
    assert_eq!(arrows(&drawn), arrows(&by_default));
    let some = stages(Definition::new("x"))
        .draw(MoveDef::between(["a"], ["b", "lost"]))
        .draw(MoveDef::new("b", "a").title("Back"))
        .trigger(TriggerDef::on("t", EventDef::Entered).then(ActionDef::close("lost")).off());
    assert_eq!(
        arrows(&some),
        ["s0 --> s1", "s0 -.-> s4", "s1 -.->|\"Back\"| s0", "any -.->|\"↯ t (switched off)\"| s4",]
    );
}

#[test]
fn conditions_are_told_with_titles_where_they_are_simple() {
    let told = |condition: &str, language: &str| {
        let definition = Definition::new("x")
            .field("amount", FieldDef::money("RUB").title([("en", "Amount"), ("ru", "Сумма")]))
            .field("urgent", FieldDef::bool().title([("en", "Urgent"), ("ru", "Срочно")]))
            .stage(StageDef::new("a").leave_need(RequirementDef::that(condition)));
        let text = tell(&definition, language);
        text.lines()
            .rev()
            .find_map(|line| {
                line.strip_prefix("- ").filter(|it| {
                    !it.starts_with("Pass")
                        && !it.starts_with("What")
                        && !it.starts_with("Проп")
                        && !it.starts_with("Что")
                })
            })
            .unwrap()
            .to_owned()
    };
    for (condition, en, ru) in [
        ("fields.amount >= 1000000.5", "“Amount” ≥ 1,000,000.5", "«Сумма» ≥ 1\u{a0}000\u{a0}000,5"),
        ("fields.urgent", "“Urgent” is yes", "«Срочно» — да"),
        ("!fields.urgent", "“Urgent” is no", "«Срочно» — нет"),
        ("!has(fields.amount)", "not “Amount” is filled in", "не заполнено поле «Сумма»"),
        (
            "fields.urgent && (fields.amount < 5 || !fields.urgent)",
            "“Urgent” is yes and (“Amount” < 5 or “Urgent” is no)",
            "«Срочно» — да и («Сумма» < 5 или «Срочно» — нет)",
        ),
        ("!(fields.amount == 5)", "not (“Amount” = 5)", "не («Сумма» = 5)"),
        ("fields.amount + 1 > 5", "`fields.amount + 1 > 5`", "`fields.amount + 1 > 5`"),
        ("fields.other", "`fields.other`", "`fields.other`"),
        ("!fields.urgent == true", "`!fields.urgent == true`", "`!fields.urgent == true`"),
        ("fields.urgent == 'a`b'", "“Urgent” = a`b", "«Срочно» = a`b"),
    ] {
        assert_eq!(told(condition, "en"), en);
        assert_eq!(told(condition, "ru"), ru);
    }
}

/// Every text in a definition that is a condition or an expression.
fn conditions(json: &serde_json::Value, found: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(map) => {
            for (name, value) in map {
                match (name.as_str(), value) {
                    ("when" | "if" | "that" | "becomes" | "each" | "to", serde_json::Value::String(text)) => {
                        found.push(text.clone());
                    }
                    ("give" | "payload", serde_json::Value::Object(parts)) => {
                        found.extend(parts.values().map(|text| text.as_str().unwrap().to_owned()));
                    }
                    _ => conditions(value, found),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| conditions(item, found)),
        _ => {}
    }
}

#[test]
fn every_condition_of_the_example_compiles() {
    let plain = |kind: FieldType| match kind {
        FieldType::Number | FieldType::Decimal | FieldType::Money => Type::Decimal,
        FieldType::Bool => Type::Bool,
        FieldType::Date => Type::Date,
        FieldType::Moment => Type::Moment,
        _ => Type::Text,
    };
    let mut definition = wholesale();
    // Intake reads names of its own; the check of the whole compiles it.
    definition.intake = None;
    let mut names = Declarations::new();
    for (name, field) in definition.fields.iter() {
        let of = match &field.of {
            Some(RecordPart::Parts(parts)) => {
                let parts = parts.iter().map(|(name, kind)| (name.to_owned(), plain(*kind)));
                Type::List(Box::new(Type::Record(parts.collect())))
            }
            _ => plain(field.kind),
        };
        names.declare(&format!("fields.{name}"), of);
    }
    for (name, fact) in definition.facts.iter() {
        let keys = fact.by.iter().map(|key| (key.clone(), Type::Text)).collect();
        names.declare_keyed(&format!("facts.{name}"), keys, plain(fact.kind));
    }
    names.declare("case.responsible", Type::Text);
    names.declare("actor.id", Type::Text);
    let mut found = Vec::new();
    let mut json = serde_json::to_value(&definition).unwrap();
    // The rules of intake read the inquiry, and the check compiles them.
    json.as_object_mut().unwrap().remove("intake");
    conditions(&json, &mut found);
    assert!(found.len() > 15, "{found:?}");
    for text in found {
        if let Err(errors) = Program::compile(&text, &names, &Options::default()) {
            panic!("{text}: {errors:?}");
        }
    }
}
