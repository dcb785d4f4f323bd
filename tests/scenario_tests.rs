//! Scenarios' own tests: the wholesale story, what is told where a test fails, and what a file may not say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

use voronka::case::{Input, MoveInput};
use voronka::testing::{self, Play, Report};
use voronka::{Case, Opening, Scenario};

const SCENARIO: &str = include_str!("../examples/wholesale.json");
const TESTS: &str = include_str!("../examples/wholesale.tests.json");

fn scenario(text: &str) -> Scenario {
    Scenario::from_json(text).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// The report on tests whose beginning and steps are given.
fn report(given: &str, steps: &str) -> Report {
    let tests = format!(
        r#"{{ "tests": [ {{ "name": "n",
             "given": {{ {comma} "at": "2026-03-02 10:00", "as": "manager anna" }}, "steps": [ {steps} ] }} ] }}"#,
        comma = if given.is_empty() { String::new() } else { format!("{given},") },
    );
    testing::run(&scenario(SCENARIO), &tests)
}

/// What is expected and what is there instead, of the only test.
fn difference(given: &str, steps: &str) -> (String, String, String) {
    let report = report(given, steps);
    assert_eq!(report.defects(), [], "{report}");
    let failure = report.tests()[0].failure().unwrap_or_else(|| panic!("it passed: {steps}"));
    let it = failure.difference();
    (it.what(), it.expected().to_owned(), it.got().to_owned())
}

fn passes(given: &str, steps: &str) {
    let report = report(given, steps);
    assert!(report.is_ok(), "{report}");
}

#[test]
fn the_wholesale_story_holds() {
    let report = testing::run(&scenario(SCENARIO), TESTS);
    assert!(report.is_ok(), "{report}");
    assert!(report.tests().len() >= 12);
    assert_eq!(report, testing::run(&scenario(SCENARIO), TESTS), "the same arguments give the same report");
}

#[test]
fn p4_the_story_of_documents_holds_and_its_sums_are_looked_at() {
    let orders = scenario(include_str!("../examples/documents.json"));
    let tests = include_str!("../examples/documents.tests.json");
    let report = testing::run(&orders, tests);
    assert!(report.is_ok(), "{report}");
    for (right, wrong) in [
        (r#""count": 2, "amount": "100.00""#, r#""count": 2, "amount": "100.01""#),
        (r#""amount": "0.01", "last": "unposted""#, r#""amount": "0.01", "last": "posted""#),
        (r#""count": 1, "amount": null"#, r#""count": 1, "amount": "0""#),
        (r#""count": 1, "amount": "100""#, r#""count": 1, "amuont": "100""#),
    ] {
        assert!(tests.contains(right));
        assert!(!testing::run(&orders, &tests.replace(right, wrong)).is_ok(), "{wrong}");
    }
}

/// Each change of the scenario is noticed by the test that speaks of it.
#[test]
fn a_changed_scenario_fails_the_tests_that_speak_of_it() {
    let changes = [
        (r#""due": "4 working hours","#, r#""due": "5 working hours","#, "red after four working hours"),
        (r#""enter": { "close": "overdue" },"#, r#""enter": { "close": "all" },"#, "closes what is overdue"),
        (r#""enter": { "close": "overdue" },"#, "", "closes what is overdue"),
        (r#""on": { "becomes": "facts.shipped" }"#, r#""on": "entered", "if": "false""#, "ends by itself"),
        (r#""keep": true,"#, "", "a payment that is withdrawn"),
        (r#""deadline": "1 working day""#, r#""deadline": "3 working days""#, "who ships unpaid goods"),
        (r#""void_on": ["amount", "discount"]"#, r#""void_on": ["discount"]"#, "more than a million"),
        (r#""override": "head","#, r#""override": ["head", "manager"],"#, "who ships unpaid goods"),
        (
            r#""see": ["manager", "head", "accountant"], "edit": ["manager", "head"]"#,
            r#""edit": ["manager", "head"]"#,
            "the storekeeper is told",
        ),
        (
            r#""resolved_by": "company", "comment": "required""#,
            r#""resolved_by": "company""#,
            "says where to",
        ),
    ];
    for (from, to, name) in changes {
        assert!(SCENARIO.contains(from), "{from}");
        let report = testing::run(&scenario(&SCENARIO.replace(from, to)), TESTS);
        assert_eq!(report.defects(), []);
        let failed: Vec<&str> = report.failed().map(testing::TestResult::name).collect();
        assert!(failed.iter().any(|failed| failed.contains(name)), "{from} -> {to}: {failed:#?}");
    }
}

#[test]
fn a_difference_says_what_was_expected_what_there_is_and_where() {
    let tests = r#"{
  "tests": [
    {
      "name": "a light of the wrong colour",
      "given": { "at": "2026-03-02 10:00", "as": "manager anna" },
      "steps": [
        { "at": "12:00" },
        {
          "at": "15:00",
          "expect": {
            "stage": "request",
            "light": "green"
          }
        }
      ]
    }
  ]
}"#;
    let report = testing::run(&scenario(SCENARIO), tests);
    let expected = "failed: a light of the wrong colour
  12:22: step 2, light
    expected `green`
    got      `red`
    2026-03-02 15:00: on `request`, red (activity: Clarify what is needed)
    open: Clarify what is needed, due 2026-03-02 15:00
0 passed, 1 failed";
    assert_eq!(report.to_string(), expected);
    let failure = report.tests()[0].failure().unwrap();
    assert_eq!(failure.step(), Some(2));
    assert_eq!(failure.place().pointer, "/tests/0/steps/1/expect/light");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["tests"][0]["failure"]["got"], "`red`");
}

#[test]
fn every_expectation_can_fail() {
    let cases = [
        (r#""stage": "invoice""#, "stage", "`invoice`", "`request`"),
        (r#""outcome": "won""#, "outcome", "`won`", "`open`"),
        (r#""reason": "spam""#, "reason", "`spam`", "`none`"),
        (r#""comment": "x""#, "comment", "`x`", "`none`"),
        (r#""light": "red""#, "light", "`red`", "`yellow`"),
        (r#""cause": "limit""#, "cause", "`limit`", "`activity: Clarify what is needed`"),
        (r#""yellow_from": "09:00""#, "yellow_from", "2026-03-02 09:00", "2026-03-02 00:00"),
        (r#""red_from": "16:00""#, "red_from", "2026-03-02 16:00", "2026-03-02 15:00"),
        (r#""activities": []"#, "activities", "nothing", "`Clarify what is needed`"),
        (r#""assigned": { "clarify": "oleg" }"#, "assigned/clarify", "`oleg`", "`nobody by name`"),
        (
            r#""assigned": { "nix": null }"#,
            "assigned/nix",
            "an open activity",
            "open is `Clarify what is needed`",
        ),
        (r#""due": { "clarify": null }"#, "due/clarify", "none", "2026-03-02 15:00"),
        (r#""due": { "deadline": "15:00" }"#, "due/deadline", "2026-03-02 15:00", "none"),
        (
            r#""closed_by": { "clarify": "x" }"#,
            "closed_by/clarify",
            "it ends in this step",
            "what ended is nothing",
        ),
        (r#""wishes": ["prepayment/paid"]"#, "wishes", "`prepayment/paid`", "nothing"),
        (r#""debts": ["x"]"#, "debts", "`x`", "nothing"),
        (r#""effects": ["notify head"]"#, "effects", "`notify head`", "nothing"),
        (r#""fields": { "amount": 901 }"#, "fields/amount", "`901`", "`900`"),
        (r#""fields": { "amount": null }"#, "fields/amount", "`empty`", "`900`"),
        (r#""facts": { "paid_percent": 50 }"#, "facts/paid_percent", "`50`", "`20`"),
        (r#""facts": { "stock": { "a, b, c": 2 } }"#, "facts/stock/a, b, c", "`2`", "`1`"),
        (r#""fired": ["special-order"]"#, "fired", "`special-order`", "nothing"),
        (r#""events": ["left"]"#, "events", "`left` in this order", "`noted`"),
        (r#""moves": []"#, "moves", "nothing", "`lost`, `void`"),
        (r#""sees": ["lines"], "hidden": ["amount"]"#, "hidden", "`amount` is not shown", "shown are "),
        (r#""processes": { "approval": "running" }"#, "processes/approval", "`running`", "`never started`"),
        (r#""why": { "escalate": "fired" }"#, "why//escalate", "`fired`", "`off`"),
        (r#""timers": { "delivery-soon": "12:00" }"#, "timers/delivery-soon", "2026-03-02 12:00", "none"),
        (r#""responsible": "oleg""#, "responsible", "`oleg`", "`anna`"),
        (r#""paused": true"#, "paused", "`paused`", "`running`"),
        (r#""refused": true"#, "refused", "a refusal", "it was accepted"),
        (r#""refused": ["amount"]"#, "refused", "`amount`", "it was accepted"),
    ];
    let given = r#""responsible": "anna", "fields": { "amount": 900 },
        "facts": { "paid_percent": 20, "stock": { "a, b, c": 1 } }"#;
    for (expect, what, expected, got) in cases {
        let expect = expect.replace("escalate", "/escalate");
        let step = format!(r#"{{ "note": "x", "expect": {{ {expect} }} }}"#);
        let (told, wanted, there) = difference(given, &step);
        assert_eq!((told.as_str(), wanted.as_str()), (what, expected), "{expect}");
        assert!(there.starts_with(got), "{expect}: {there}");
    }
}

#[test]
fn what_cannot_be_done_is_told() {
    let cases = [
        (r#"{ "move": "invoice" }"#, "move", "accepted", "refused: `V-M3-field client_type"),
        (r#"{ "at": "09:00" }"#, "at", "2026-03-02 10:00 or later", "2026-03-02 09:00"),
        (
            r#"{ "done": "clarfy" }"#,
            "done",
            "an activity called `clarfy`",
            "there is `Clarify what is needed`",
        ),
        (
            r#"{ "timer": "delivery-soon" }"#,
            "timer",
            "an armed timer, called `delivery-soon`",
            "there is `Clarify what is needed`",
        ),
        (r#"{ "waive": { "debt": "x", "reason": "y" } }"#, "waive", "a debt, called `x`", "there is nothing"),
        (
            r#"{ "answer": { "command": "reserve", "answer": "done" } }"#,
            "answer",
            "a command that was run, called `reserve`",
            "there is nothing",
        ),
        (
            r#"{ "finished": { "process": "approval", "result": "approved" } }"#,
            "finished",
            "a process that was started, called `approval`",
            "there is nothing",
        ),
        (r#"{ "given_up": "notify" }"#, "given_up", "an effect, called `notify`", "there is nothing"),
        (
            r#"{ "facts": { "paid_percent": { "vaule": 1 } } }"#,
            "facts",
            "`paid_percent` as a value",
            "`vaule`",
        ),
    ];
    for (step, what, expected, got) in cases {
        let (told, wanted, there) = difference("", step);
        assert_eq!(told, what, "{step}");
        assert!(wanted.starts_with(expected), "{step}: {wanted}");
        assert!(there.starts_with(got), "{step}: {there}");
    }
}

#[test]
fn a_refused_opening_is_expected_or_told() {
    let expect = r#""expect": { "refused": ["we sell only by prepayment"] }"#;
    passes(&format!(r#""stage": "prepayment", {expect}"#), "");
    let (what, expected, got) = difference(r#""stage": "prepayment""#, "");
    assert_eq!((what.as_str(), expected.as_str()), ("", "the case opens"));
    assert_eq!(got, "refused: `V-M4-condition by_prepayment: we sell only by prepayment`");
    passes(
        r#""stage": "prepayment", "intake": true, "expect": { "debts": ["we sell only by prepayment"] }"#,
        "",
    );
}

#[test]
fn steps_in_all_their_forms() {
    passes(
        r#""responsible": "anna""#,
        r#"{ "as": { "id": "boris", "roles": ["head"] }, "reassign": { "activity": "clarify", "to": "oleg" },
             "expect": { "assigned": { "clarify": "oleg" } } },
           { "as": "head boris", "reschedule": { "activity": "clarify", "due": "+2 working days" },
             "expect": { "due": { "clarify": "2026-03-05" } } },
           { "as": "head boris", "reschedule": { "activity": "clarify" }, "expect": { "due": { "clarify": null } } },
           { "as": "head boris", "cancel_activity": { "activity": "clarify", "reason": "by mistake" },
             "expect": { "activities": [] } },
           { "as": "head boris", "reopen_activity": "clarify", "expect": { "activities": ["clarify"] } },
           { "interaction": { "channel": "email", "direction": "in", "at": "09:00", "text": "hello" },
             "expect": { "events": ["logged"] } },
           { "message": "ping", "expect": { "events": ["messaged"] } },
           { "document": { "document": "order", "id": "7", "event": "posted" },
             "expect": { "events": ["documented"] } },
           { "document": { "document": "order", "id": "7", "event": "amended", "sequence": 3 },
             "expect": { "documents": { "order": { "count": 1, "last": "amended" } } } },
           { "document": { "document": "order", "id": "7", "event": "cancelled", "sequence": 2 },
             "expect": { "events": ["document_ignored"], "documents": { "order": { "count": 1 } } } },
           { "interaction": { "channel": "email", "id": "m7" }, "expect": { "events": ["logged"] } },
           { "as": "head boris", "redirect": { "interaction": "m7", "to": "other" },
             "expect": { "events": ["redirected"], "effects": ["hand other"] } },
           { "split": { "field": "lines", "lines": [1] }, "expect": { "refused": ["V-P7-lines"] } },
           { "merge": "c1", "expect": { "refused": true } },
           { "link": { "case": "other", "kind": "follows" }, "expect": { "events": ["linked"] } },
           { "party": { "client": "romashka", "contact": { "contacts": ["+7 900"] } },
             "expect": { "events": ["party_set", "party_set"] } },
           { "as": "head boris", "hand_over": { "to": "oleg", "keep_activities": true },
             "expect": { "responsible": "oleg" } },
           { "facts": { "paid_percent": { "value": 100, "since": "2026-02-27 12:00" } },
             "expect": { "facts": { "paid_percent": "100" } } },
           { "facts": { "paid_percent": { "unknown": "no answer" } }, "expect": { "facts": { "paid_percent": null } } },
           { "set": { "delivery": true, "delivery_date": "2026-03-04" },
             "expect": { "fields": { "delivery_date": "2026-03-04" } } },
           { "timers": "hold", "at": "2026-03-04 12:00", "expect": { "fired": [] } },
           { "expect": { "fired": ["delivery-soon"], "effects": ["notify storekeeper"] } },
           { "given_up": { "effect": "notify", "error": "no network" },
             "expect": { "events": ["gave_up"] } },
           { "settled": "notify", "expect": { "events": ["settled"] } },
           { "switch": { "/escalate": true }, "tick": true, "expect": { "events": ["switched"] } },
           { "absent": { "oleg": { "until": "2026-03-09 09:00", "deputy": "vera" } },
             "note": "oleg is away" },
           { "absent": { "oleg": null } }"#,
    );
}

#[test]
fn a_timer_waits_while_its_trigger_is_off_and_is_handed_out_once_it_is_on() {
    // Example 17, in the words of the file.
    passes(
        r#""stage": "prepayment", "fields": { "terms": "prepayment" }, "facts": { "paid_percent": 0 },
           "switch": { "remind": true }"#,
        r#"{ "at": "2026-03-03 10:00", "switch": { "remind": false } },
           { "at": "2026-03-05 10:00", "expect": { "fired": [] } },
           { "at": "11:00", "switch": { "remind": true }, "expect": { "fired": ["remind"] } },
           { "at": "tomorrow", "expect": { "fired": [] } }"#,
    );
}

#[test]
fn a_file_is_read_strictly_and_told_by_place() {
    let told = |tests: &str| -> Vec<String> {
        let report = testing::run(&scenario(SCENARIO), tests);
        assert!(report.tests().is_empty(), "no test of a file with defects is run");
        report
            .defects()
            .iter()
            .map(|it| {
                let at = it.place().unwrap();
                format!("{}:{} {}: {}", at.line, at.column, it.code(), it.message())
            })
            .collect()
    };
    assert_eq!(told("{"), ["1:1 json-syntax: the object is not closed, `}` is missing"].map(str::to_owned));
    let tests = r#"{ "tests": [ { "name": "n", "given": { "at": "soon", "feilds": {} }, "steps": [
  { "mvoe": "invoice" },
  { "expect": { "lihgt": "red" } },
  { "expect": { "light": "rad" } },
  { "at": "+2 fortnights" },
  { "as": 7 } ] } ] }"#;
    let got = told(tests);
    let expected = [
        "unknown field `feilds`, did you mean `fields`?",
        "unknown field `mvoe`, did you mean `move`?",
        "unknown field `lihgt`, did you mean `light`?",
        "unknown value `rad`, did you mean `red`?",
        "not a time: `soon`",
        "fortnights",
        "`manager anna`",
    ];
    for text in expected {
        assert!(got.iter().any(|line| line.contains(text)), "{text}: {got:#?}");
    }
    let tests = r#"{ "given": { "as": "manager anna", "fields": { "amuont": 1 } }, "tests": [
  { "name": "n", "steps": [
    { "move": "invocie" },
    { "set": { "adress": "x" }, "note": "two" },
    { "facts": { "payed_percent": 1 } },
    { "switch": { "remnid": true } },
    { "close": { "stage": "lost", "reason": "prize" } },
    { "expect": { "refused": true, "stage": "nowhere", "hidden": ["sum"] } } ] } ] }"#;
    let expected = [
        "1:48 test-unknown-name: the scenario has no field `amuont`, did you mean `amount`?",
        "2:3 test-without-time: the test does not say when it begins",
        "3:15 test-unknown-name: the scenario has no stage `invocie`, did you mean `invoice`?",
        "4:16 test-unknown-name: the scenario has no field `adress`, did you mean `address`?",
        "4:33 test-two-inputs: a step has one input, this one has `set` and `note`",
        "5:18 test-unknown-name: the scenario has no fact `payed_percent`, did you mean `paid_percent`?",
        "6:19 test-unknown-name: the scenario has no trigger `remnid`, did you mean `remind`?",
        "7:45 test-unknown-name: the scenario has no reason `prize`, did you mean `price`?",
        "8:30 test-nothing-refused: a step without an input cannot be refused",
        "8:45 test-unknown-name: the scenario has no stage `nowhere`",
        "8:67 test-unknown-name: the scenario has no field, fact or kind of documents `sum`",
    ];
    assert_eq!(told(tests), expected);
}

#[test]
fn a_case_is_played_in_rust() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = scenario(SCENARIO);
    let mut play = Play::new(&scenario);
    play.at("2026-03-02 10:00")?.by("manager anna")?;
    play.open(Opening { responsible: Some("anna".to_owned()), ..Opening::default() })?;
    play.expect(r#"{ "stage": "request", "due": { "clarify": "15:00" } }"#)?;
    let onward = || Input::Move(MoveInput { to: "invoice".to_owned(), ..MoveInput::default() });
    let refused = play.refused(onward())?;
    assert_eq!(refused.missing().len(), 5);
    play.step(r#"{ "at": "+1 working hours", "done": "clarify", "expect": { "activities": [] } }"#)?;
    play.input(Input::Set {
        fields: [("client_type".to_owned(), Some("shop".into())), ("amount".to_owned(), Some(900.into()))]
            .into(),
    })?;
    let difference = play.input(onward()).unwrap_err();
    assert_eq!(difference.expected(), "accepted");
    assert!(difference.got().contains("V-M3-party client"), "{difference}");
    assert!(difference.to_string().contains("on `request`"), "{difference}");
    assert!(play.step(r#"{ "move": "invoice", "note": "x" }"#).is_err());
    assert!(play.step(r#"{ "mvoe": "invoice" }"#).unwrap_err().got().contains("did you mean `move`"));
    assert!(play.at("09:00").is_err());
    assert!(play.switch("nix", true).is_err());
    let again = Case::replay(play.entries())?;
    assert_eq!(Some(&again), play.case());
    let permitted = play.with_view(|view| {
        view.moves.iter().filter(|it| it.is_permitted()).map(|it| it.to.to_owned()).collect()
    });
    assert_eq!(permitted, Some(vec!["lost".to_owned(), "void".to_owned()]));
    Ok(())
}
