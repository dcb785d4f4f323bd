//! Conditions that do not hold: in values, and in the scenario's own words.

use voronka::tell::Speaker;
use voronka::{Actor, Context, Opening, Scenario};

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
