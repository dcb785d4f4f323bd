//! Bad input is refused in words: no panic, no change, no unbounded work.

use super::dsl::{Deal, json, msk, scenario};
use voronka::case::{DueAt, EntryError, FactReading, FactsInput, Input, PlanInput, Recorded};
use voronka::{Case, ReplayError, Value};

fn deal() -> Deal {
    Deal::opened(scenario(json!({
        "deadline": "day",
        "fields": { "text": { "type": "text" }, "list": { "type": "list", "of": "text" }, "day": { "type": "date" } },
        "facts": { "stock": { "type": "decimal", "by": ["item"] }, "paid": { "type": "decimal" } },
        "parties": { "client": {} },
        "stages": [
            { "id": "request", "commands": [{ "id": "reserve" }], "run": [{ "process": "check" }],
              "triggers": [{ "id": "t", "on": { "moment": { "field": "day", "before": "10000 days" } }, "do": { "notify": { "text": "x" } } }] },
            { "id": "invoice" }
        ]
    })))
}

#[test]
fn m1_a_move_to_an_unknown_stage() {
    assert_eq!(deal().cannot_move("nowhere"), ["V-M1-stage"]);
    assert_eq!(deal().refused(json!({ "close": { "stage": "request" } })), ["V-X1-stage-kind"]);
}

#[test]
fn s11_u0000_is_refused_wherever_it_stands_and_the_field_named() {
    let nul = "a\u{0}b";
    for (input, field) in [
        (json!({ "set": { "fields": { "text": nul } } }), "text"),
        (json!({ "set": { "fields": { "list": ["ok", nul] } } }), "list"),
        (json!({ "note": { "text": nul } }), "text"),
        (json!({ "move": { "to": "invoice", "override": nul } }), "override"),
        (json!({ "message": { "name": "x", "data": { "part": nul } } }), "part"),
        (json!({ "message": { "name": "x", "data": { nul: 1 } } }), "data"),
        (json!({ "answer": { "command": nul, "answer": "done" } }), "command"),
        (json!({ "finished": { "process": nul, "result": "x" } }), "process"),
        (json!({ "facts": { "values": [{ "fact": "stock", "key": ["a"], "unknown": nul }] } }), "unknown"),
        (json!({ "given_up": { "effect": "e", "kind": nul, "error": "x" } }), "kind"),
        (json!({ "interaction": { "channel": "phone", "answers": nul } }), "answers"),
        (json!({ "adopt": { "stages": { "old": nul } } }), "old"),
        (json!({ "link": { "case": nul, "kind": "follows" } }), "case"),
        (json!({ "party": { "role": "client", "party": { "contacts": [nul] } } }), "party"),
    ] {
        let refused = deal().rejection(input.clone());
        assert_eq!(refused.code(), "V-S11-nul", "{input}");
        assert_eq!(refused.missing()[0].args["field"], field.into(), "{input}");
    }
    let mut deal = deal();
    deal.actor.roles.push(nul.to_owned());
    assert_eq!(deal.refused(json!("tick")), ["V-S11-nul"]);
    // A backslash and `u0000` as somebody types it is a text like any other.
    deal.by("anna", "manager").does(json!({ "note": { "text": "\\u0000" } }));
}

#[test]
fn c4_a_list_of_a_million_entries_is_refused_with_the_limit() {
    let mut deal = deal();
    let list = Value::List(vec!["x".into(); 1_000_000]);
    let fields = [("list".to_owned(), Some(list))].into();
    assert_eq!(deal.tries(Input::Set { fields }).unwrap_err().code(), "V-C4-list");
    let reading =
        FactReading { fact: "stock".into(), key: vec!["a".into()], value: None, unknown: None, since: None };
    let facts = FactsInput { values: vec![reading; 1_000_000], ..FactsInput::default() };
    assert_eq!(deal.tries(Input::Facts(facts)).unwrap_err().code(), "V-C4-list");
    let key = Value::List(vec!["x".into(); 3_000_000]);
    let data = [("part".to_owned(), key)].into();
    let message = Input::Message { name: "x".into(), key: None, data };
    assert_eq!(deal.tries(message).unwrap_err().code(), "V-C4-input");
}

#[test]
fn s4_a_journal_with_a_hole_cut_mixed_or_turned_round_is_refused() {
    let mut deal = deal();
    for text in ["1", "2", "3"] {
        deal.sets(json!({ "text": text }));
    }
    let entries = &deal.entries;
    let pick = |places: &[usize]| Case::replay(places.iter().map(|at| &entries[*at])).unwrap_err();
    assert_eq!(Case::replay([]).unwrap_err(), ReplayError::Empty);
    assert!(matches!(pick(&[0, 1, 3]), ReplayError::Hole { after: 2, found: 4, .. }));
    assert!(matches!(pick(&[1, 2, 3]), ReplayError::Hole { after: 0, found: 2, .. }));
    assert!(matches!(pick(&[0, 1, 1]), ReplayError::Hole { after: 2, found: 2, .. }));
    assert!(matches!(pick(&[0, 2, 1]), ReplayError::Hole { after: 1, found: 3, .. }));
    let changed = |at: usize, change: &dyn Fn(&mut voronka::Entry)| {
        let mut entries = entries.clone();
        change(&mut entries[at]);
        Case::replay(&entries).unwrap_err()
    };
    assert!(matches!(changed(2, &|it| it.case = "c2".into()), ReplayError::Foreign { number: 3, .. }));
    assert!(matches!(changed(2, &|it| it.format = 2), ReplayError::Format { format: 2, .. }));
    assert!(matches!(changed(2, &|it| it.at = msk("2026-03-01 10:00")), ReplayError::Backwards { .. }));
    assert!(matches!(changed(0, &|it| it.events.clear()), ReplayError::Opening { number: 1, .. }));
    let opened = entries[0].events.clone();
    assert!(matches!(
        changed(2, &|it| it.events.clone_from(&opened)),
        ReplayError::Opening { number: 3, .. }
    ));
    // Bytes that were cut in the middle, and of another format.
    let text = serde_json::to_string(&entries[1]).unwrap();
    assert!(matches!(Recorded::read(&text[..text.len() / 2]), Err(EntryError::Damaged(_))));
    let other = text.replacen(r#""format":1"#, r#""format":2"#, 1);
    assert!(matches!(Recorded::read(&other), Err(EntryError::Format { format: 2, .. })));
    assert!(matches!(Recorded::read("[]"), Err(EntryError::Damaged(_))));
}

#[test]
fn c11_a_case_of_another_format_is_refused() {
    let deal = deal();
    let mut case = deal.case().clone();
    case.format = 2;
    let refused = deal.scenario.step(&case, Input::Tick, &deal.ctx()).unwrap_err();
    assert_eq!(refused.code(), "V-C11-format");
}

#[test]
fn c5_the_clock_backwards() {
    assert_eq!(deal().at("2025-03-02 10:00").refused(json!("tick")), ["V-C5-backwards"]);
}

#[test]
fn c4_dates_beyond_all_years() {
    let mut deal = deal();
    assert_eq!(deal.refused(json!({ "set": { "fields": { "day": "262144-01-01" } } })), ["V-IN-type"]);
    assert_eq!(deal.refused(json!({ "set": { "fields": { "day": "+262142-12-31" } } })), ["V-IN-type"]);
    for day in [chrono::NaiveDate::MAX, chrono::NaiveDate::MIN] {
        let fields = [("day".to_owned(), Some(Value::Date(day)))].into();
        assert_eq!(deal.tries(Input::Set { fields }).unwrap_err().code(), "V-IN-type");
        let plan = PlanInput {
            kind: "task".into(),
            title: "x".into(),
            due: Some(DueAt::On(day)),
            assignee: None,
            mandatory: false,
        };
        assert_eq!(deal.tries(Input::Plan(plan)).unwrap_err().code(), "V-A2-due");
    }
    // The first and last dates that there are arm and are due without harm.
    deal.sets(json!({ "day": "9999-12-31" }));
    deal.sets(json!({ "day": "0001-01-01" }));
    for span in
        [voronka::Span::days(10_001), voronka::Span::weeks(u32::MAX), voronka::Span::working_days(u32::MAX)]
    {
        let due = Some(DueAt::In(span));
        let plan =
            PlanInput { kind: "task".into(), title: "x".into(), due, assignee: None, mandatory: false };
        assert_eq!(deal.tries(Input::Plan(plan)).unwrap_err().code(), "V-A2-due");
    }
}

#[test]
fn m14_a_case_is_opened_once_and_with_an_id() {
    let mut deal = deal();
    assert_eq!(deal.refused(json!({ "open": {} })), ["V-M14-open"]);
    for id in ["", "a\0", &"x".repeat(201)] {
        let refused = deal.scenario.open(id, voronka::Opening::default(), &deal.ctx()).unwrap_err();
        assert_eq!(refused.code(), "V-IN-case");
    }
}

#[test]
fn c4_deep_and_long_cascades_fit_a_small_stack() {
    let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let run = small.spawn(|| {
        let mut deal = Deal::opened(scenario(json!({
            "fields": { "x": { "type": "number" }, "y": { "type": "number" } },
            "bounds": { "cascade": 1000 },
            "stages": [{ "id": "request", "triggers": [
                { "id": "a", "on": { "field": "x" }, "do": { "set": { "field": "y", "to": "fields.x + 1" } }, "repeat": true },
                { "id": "b", "on": { "field": "y" }, "do": { "set": { "field": "x", "to": "fields.y + 1" } }, "repeat": true }
            ] }]
        })));
        let refused = deal.rejection(json!({ "set": { "fields": { "x": 1 } } }));
        assert_eq!(refused.chain().len(), 1001);
        let mut nested = json!("x");
        for _ in 0..60 {
            nested = json!([nested]);
        }
        deal.does(json!({ "message": { "name": "x", "data": { "deep": nested } } }));
    });
    run.unwrap().join().unwrap();
}

#[test]
fn in_what_is_no_exact_decimal_is_refused() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "amount": { "type": "decimal" } }, "stages": [{ "id": "request" }]
    })));
    for wrong in ["NaN", "inf", "-inf", "1e400", "12,5", "0x10"] {
        assert_eq!(
            deal.refused(json!({ "set": { "fields": { "amount": wrong } } })),
            ["V-IN-type"],
            "{wrong}"
        );
    }
}
