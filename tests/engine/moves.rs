//! Moves, debts, opening and closing: M1 to M14, X1 to X4.

use super::dsl::{Deal, json, local, msk, read, scenario};
use serde_json::Value as Json;
use voronka::Scenario;
use voronka::case::{DebtEnd, Event};
use voronka::scenario::def::StageOutcome;

fn three(parts: Json) -> Scenario {
    let mut all = json!({
        "fields": { "a": { "type": "text" }, "b": { "type": "text" }, "c": { "type": "text" } },
        "rights": { "override": "head" },
        "stages": [{ "id": "request" }, { "id": "invoice" }, { "id": "shipment" }]
    });
    for (name, part) in parts.as_object().unwrap() {
        if let Some(stage) =
            all["stages"].as_array_mut().unwrap().iter_mut().find(|it| it["id"] == name.as_str())
        {
            for (name, part) in part.as_object().unwrap() {
                stage[name] = part.clone();
            }
        } else {
            all[name] = part.clone();
        }
    }
    scenario(all)
}

fn over(to: &str) -> Json {
    json!({ "move": { "to": to, "override": "agreed by telephone" } })
}

#[test]
fn m1_only_what_is_drawn_and_only_by_whom_it_is_drawn_for() {
    let mut deal = Deal::opened(three(json!({
        "moves": [
            { "from": "request", "to": "invoice", "who": "head" }, { "from": "invoice", "to": ["shipment", "won"] },
            { "from": "shipment", "to": "won" }, { "from": "*", "to": "lost" }
        ]
    })));
    assert_eq!(deal.cannot_move("shipment"), ["V-M1-edge"]);
    assert_eq!(deal.cannot_move("nowhere"), ["V-M1-stage"]);
    assert_eq!(deal.cannot_move("invoice"), ["V-M1-right"]);
    assert_eq!(deal.by("boss", "head").moves("invoice"), ["left", "entered"]);
}

#[test]
fn m2_a_moves_own_condition() {
    let mut deal = Deal::opened(three(json!({
        "moves": [
            { "from": "request", "to": "invoice", "if": "has(fields.a)", "or_say": "first fill in a" },
            { "from": "invoice", "to": "shipment" }, { "from": "shipment", "to": "won" },
            { "from": "*", "to": "lost" }
        ]
    })));
    let refused = deal.rejection(json!({ "move": { "to": "invoice" } }));
    assert_eq!(
        (refused.code(), refused.missing()[0].say.to_string().as_str()),
        ("V-M2-condition", "first fill in a")
    );
    // An override passes M3 and M4 only.
    assert_eq!(deal.by("boss", "head").refused(over("invoice")), ["V-M2-condition"]);
    deal.does(json!({ "move": { "to": "invoice", "fields": { "a": "x" } } }));
}

#[test]
fn m3_exit_requirements_bind_forward_and_winning_not_back_and_not_losing() {
    let leave = json!({ "leave": { "need": ["a"] } });
    let mut deal = Deal::opened(three(json!({ "invoice": leave })));
    deal.moves("invoice");
    assert_eq!(deal.cannot_move("shipment"), ["V-M3-field"]);
    deal.moves("request");
    deal.moves("invoice");
    deal.loses();
    let mut deal = Deal::opened(three(json!({ "shipment": leave })));
    deal.moves("invoice");
    deal.moves("shipment");
    assert_eq!(deal.refused(json!({ "close": { "stage": "won" } })), ["V-M3-field"]);
}

#[test]
fn m3_each_open_task_of_one_trigger_binds_by_itself() {
    let mut deal = Deal::opened(three(json!({ "request": { "triggers": [{
        "id": "ask", "on": { "message": "question" }, "repeat": true,
        "do": { "plan": { "task": "Answer", "mandatory": true } }
    }] } })));
    for key in ["1", "2"] {
        deal.does(json!({ "message": { "name": "question", "key": key } }));
    }
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity", "V-M3-activity"]);
    deal.finishes("Answer", None);
    let other = deal.id_of("Answer");
    deal.by("boss", "head").does(json!({ "cancel_activity": { "activity": other, "reason": "off" } }));
    // What one did well does not make good that another was cancelled.
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity"]);
}

#[test]
fn m3_what_a_bad_outcome_plans_next_takes_its_place() {
    let mut deal = Deal::opened(three(json!({
        "kinds": { "call": { "outcomes": { "reached": {}, "no_answer": { "bad": true, "next": { "due": "2 working hours" } } } } },
        "request": { "plan": [{ "id": "call", "call": "Call", "mandatory": true }] }
    })));
    assert_eq!(deal.finishes("Call", Some("no_answer")), ["ended", "planned"]);
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity"]);
    deal.finishes("Call", Some("reached"));
    deal.moves("invoice");
    let first = &deal.case().finished[0];
    assert_eq!(deal.case().finished[1].replaces.as_ref(), Some(&first.id));
}

#[test]
fn m4_entry_requirements() {
    let mut deal = Deal::opened(three(
        json!({ "invoice": { "enter": { "need": ["a", { "field": "b", "pattern": "[0-9]+" }] } } }),
    ));
    assert_eq!(deal.cannot_move("invoice"), ["V-M4-field", "V-M4-field"]);
    assert_eq!(
        deal.refused(json!({ "move": { "to": "invoice", "fields": { "a": "x", "b": "12a" } } })),
        ["V-M4-pattern"]
    );
    deal.does(json!({ "move": { "to": "invoice", "fields": { "a": "x", "b": "12" } } }));
}

#[test]
fn m5_a_jump_can_be_asked_what_the_skipped_stages_ask_and_no_override_passes_it() {
    let mut deal = Deal::opened(three(json!({
        "jumps_meet_skipped": true,
        "invoice": { "leave": { "need": ["b"] }, "plan": [{ "task": "Never asked", "mandatory": true }] },
        "moves": [{ "from": "request", "to": ["invoice", "shipment"] }, { "from": "invoice", "to": "shipment" },
                  { "from": "shipment", "to": "won" }, { "from": "*", "to": "lost" }]
    })));
    assert_eq!(deal.cannot_move("shipment"), ["V-M5-field"]);
    assert_eq!(deal.by("boss", "head").refused(over("shipment")), ["V-M5-field"]);
    deal.does(json!({ "move": { "to": "shipment", "fields": { "b": "x" } } }));
}

#[test]
fn m6_a_visit_ends_with_its_durations() {
    let mut deal = Deal::of(three(json!({})));
    deal.at("2026-03-06 17:00").opens(json!({}));
    deal.at("2026-03-09 10:00").moves("invoice");
    let visit = &deal.case().visits[0];
    assert_eq!((visit.calendar_ms, visit.working_ms), (65 * 3_600_000, 2 * 3_600_000));
    assert_eq!((visit.by.as_str(), local(visit.to).as_str()), ("anna", "2026-03-09 10:00"));
}

#[test]
fn m7_the_entry_rule_names_kinds_and_never_closes_what_is_owed() {
    let mut deal = Deal::opened(three(json!({
        "request": { "plan": [{ "task": "Clarify", "mandatory": true }] },
        "invoice": { "enter": { "close": "all" } },
        "shipment": { "enter": { "close": { "what": "all", "kinds": ["call"] } } }
    })));
    deal.does(json!({ "plan": { "kind": "call", "title": "Call" } }));
    assert_eq!(deal.by("boss", "head").does(over("invoice")), ["debt_arose", "left", "ended", "entered"]);
    assert_eq!(deal.open(), ["Clarify"]);
    // A second move: the task is of an earlier visit now, and still owed.
    deal.does(json!({ "plan": { "kind": "call", "title": "Call again" } }));
    assert_eq!(deal.refused(over("shipment")), ["V-M11-debt"]);
    assert_eq!(deal.by("anna", "manager").finishes("Clarify", None), ["ended", "debt_ended"]);
    deal.does(json!({ "plan": { "kind": "task", "title": "Stays" } }));
    deal.moves("shipment");
    assert_eq!(deal.open(), ["Stays"]);
}

#[test]
fn m7_a_task_left_over_from_an_earlier_visit_is_owed_and_met_too() {
    let mut deal = Deal::opened(three(json!({
        "invoice": { "plan": [{ "task": "Send", "mandatory": true }] },
        "shipment": { "enter": { "close": "all" } }
    })));
    deal.moves("invoice");
    deal.moves("request");
    deal.moves("invoice");
    deal.by("boss", "head").does(over("shipment"));
    assert_eq!(deal.open(), ["Send"], "planned in visit 2, owed since visit 4");
    assert_eq!(deal.by("anna", "manager").finishes("Send", None), ["ended", "debt_ended"]);
    assert_eq!(deal.case().ended_debts[0].end, Some(DebtEnd::Met));
}

#[test]
fn m8_items_are_planned_anew_each_visit_but_once_is_once_and_when_can_come_later() {
    let mut deal = Deal::opened(three(json!({ "invoice": { "limit": "1 working day", "plan": [
        { "task": "Each visit" }, { "task": "Once", "once": true }, { "task": "Later", "when": "has(fields.a)" }
    ] } })));
    assert_eq!(deal.moves("invoice"), ["left", "entered", "limit_set", "planned", "planned"]);
    assert_eq!(deal.sets(json!({ "a": "x" })), ["field_set", "planned"]);
    for title in ["Each visit", "Once", "Later"] {
        deal.finishes(title, None);
    }
    deal.sets(json!({ "a": null }));
    assert_eq!(deal.sets(json!({ "a": "y" })), ["field_set"], "each item happens once a visit");
    deal.moves("request");
    deal.moves("invoice");
    assert_eq!(deal.open(), ["Each visit", "Later"]);
}

#[test]
fn m8_one_item_may_make_the_next_ones_when_hold() {
    let deal = Deal::opened(three(json!({ "request": { "plan": [
        { "id": "b", "call": "Second", "when": "activities.task.open > 0" }, { "id": "a", "task": "First" }
    ] } })));
    assert_eq!(deal.open(), ["First", "Second"]);
}

#[test]
fn m9_triggers_run_after_the_entry() {
    let mut deal = Deal::opened(three(json!({ "invoice": {
        "plan": [{ "task": "Send" }],
        "triggers": [{ "id": "t", "on": "entered", "do": { "notify": { "text": "In" } } }]
    } })));
    assert_eq!(deal.moves("invoice"), ["left", "entered", "planned", "triggered", "effect"]);
}

#[test]
fn m10_a_bulk_answers_case_by_case_in_the_order_of_the_inputs() {
    let scenario = three(json!({ "invoice": { "enter": { "need": ["a"] } } }));
    let cases: Vec<_> = ["x", ""]
        .map(|a| {
            let mut deal = Deal::of(scenario.clone());
            deal.opens(json!({ "fields": { "a": a } }));
            deal.case().clone()
        })
        .into();
    let ctx = Deal::of(scenario.clone()).ctx();
    let to = |to: &str| read(json!({ "move": { "to": to } }));
    let mut second = cases[1].clone();
    second.id = "c2".to_owned();
    let inputs = [(&cases[0], to("invoice")), (&second, to("invoice")), (&cases[0], to("shipment"))];
    let answers = scenario.step_many(inputs, &ctx);
    assert_eq!(answers[0].as_ref().unwrap().entry().input_id, "input-0/c1");
    assert_eq!(answers[1].as_ref().unwrap_err().code(), "V-M4-field");
    let third = answers[2].as_ref().unwrap();
    assert_eq!((third.entry().input_id.as_str(), third.case().stage()), ("input-0/c1/2", "shipment"));
}

#[test]
fn m10_an_import_brings_its_past_which_fires_plans_and_arms_nothing() {
    let scenario = || {
        three(json!({
            "request": { "plan": [{ "task": "Clarify" }], "limit": "2 days" },
            "invoice": { "plan": [{ "task": "Send" }], "limit": "2 days" },
            "triggers": [{ "id": "t", "on": "entered", "do": { "notify": { "text": "In" } } }]
        }))
    };
    let mut deal = Deal::of(scenario());
    let visit = |stage: &str, from: &str, to: &str| json!({ "stage": stage, "from": msk(from).to_string(), "to": msk(to).to_string() });
    let past = [
        visit("request", "2026-02-02 10:00", "2026-02-03 10:00"),
        visit("request", "2026-02-03 10:00", "2026-02-04 10:00"),
    ];
    let import = |past: Json| json!({ "stage": "invoice", "responsible": "anna", "import": { "visits": past, "from": msk("2026-02-04 10:00").to_string() } });
    let events = deal.opens(import(json!(past)));
    assert_eq!(
        events,
        ["opened", "imported", "imported", "entered", "limit_set", "planned", "triggered", "effect"]
    );
    let case = deal.case();
    assert_eq!((case.visit.number, case.visits[1].number, case.visits[0].working_ms), (3, 2, 8 * 3_600_000));
    assert_eq!(local(case.visit.limit.unwrap().due.at), "2026-03-04 10:00", "entered when recorded");
    deal.moves("shipment");
    assert_eq!(local(deal.case().visits[2].from), "2026-02-04 10:00", "counted since it stood there");
    let wrong = [visit("request", "2026-02-03 10:00", "2026-02-02 10:00")];
    assert_eq!(Deal::of(scenario()).refused(json!({ "open": import(json!(wrong)) })), ["V-M10-visits"]);
}

#[test]
fn m11_a_debt_ends_when_the_case_goes_back_before_the_stage_that_asked() {
    let mut deal = Deal::opened(three(json!({ "shipment": { "enter": { "need": ["a"] } } })));
    deal.moves("invoice");
    deal.by("boss", "head").does(over("shipment"));
    assert_eq!(deal.moves("invoice"), ["left", "debt_ended", "entered"]);
    assert_eq!(deal.case().ended_debts[0].end, Some(DebtEnd::WentBack));
}

#[test]
fn m11_an_unmet_process_or_group_becomes_a_debt_that_is_met_later() {
    let mut deal = Deal::opened(three(json!({
        "kinds": { "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } } },
        "request": {
            "plan": [{ "id": "ok", "kind": "approve", "title": "Approve", "mandatory": true, "group": { "each": "['boris']" } }],
            "run": [{ "process": "check", "await": true }]
        },
        "invoice": { "enter": { "close": "all" } }
    })));
    let events = deal.by("boss", "head").does(over("invoice"));
    assert_eq!(events, ["debt_arose", "debt_arose", "left", "entered"], "neither is closed nor cancelled");
    assert_eq!(deal.finish("done", true), ["process_ended", "debt_ended"]);
    assert_eq!(
        deal.by("boris", "chief").finishes("Approve", Some("yes")),
        ["ended", "group_ended", "debt_ended"]
    );
    deal.moves("shipment");
}

#[test]
fn m12_a_case_passes_to_another_scenario_by_a_mapping() {
    let mut deal = Deal::opened(three(json!({ "request": { "triggers": [
        { "id": "gone", "on": { "after": "3 days" }, "do": { "notify": { "text": "No" } } }
    ] } })));
    deal.scenario = scenario(json!({ "id": "retail", "stages": [{ "id": "talk" }, { "id": "till" }] }));
    assert_eq!(deal.refused(json!({ "adopt": {} })), ["V-V3-stage"]);
    let events = deal.does(json!({ "adopt": { "stages": { "request": "talk" } } }));
    assert_eq!(events, ["adopted", "disarmed", "left", "entered"]);
    assert_eq!((deal.case().scenario.id.as_str(), deal.stage()), ("retail", "talk"));
    assert_eq!(deal.refused(json!({ "adopt": {} })), ["V-V3-same"]);
    deal.moves("till");
}

#[test]
fn m12_on_the_same_stage_the_visit_goes_on_and_what_is_gone_is_cancelled() {
    let version = |number: u32, stage: Json| {
        scenario(json!({
            "version": number,
            "fields": { "x": { "type": "bool" }, "when": { "type": "date" } },
            "stages": [stage, { "id": "invoice" }]
        }))
    };
    let say = |text: &str| json!({ "notify": { "text": text } });
    let mut deal = Deal::opened(version(
        1,
        json!({
            "id": "request", "limit": "2 days", "pause": { "when": "fields.x" },
            "run": [{ "process": "check", "await": true }],
            "triggers": [
                { "id": "kept", "on": { "becomes": "fields.x" }, "do": say("kept") },
                { "id": "gone", "on": { "after": "3 days" }, "do": say("gone") }
            ]
        }),
    ));
    deal.sets(json!({ "x": true }));
    assert_eq!(deal.fired(), ["request/trigger/kept"]);
    deal.scenario = version(
        2,
        json!({
            "id": "request", "title": "Request", "limit": "9 days",
            "triggers": [
                { "id": "kept", "on": { "becomes": "fields.x" }, "do": say("kept") },
                { "id": "new", "on": { "becomes": "fields.x" }, "do": say("new") },
                { "id": "late", "on": { "after": "5 days" }, "do": say("late") }
            ]
        }),
    );
    let events = deal.does(json!({ "adopt": {} }));
    assert_eq!(
        events,
        ["adopted", "disarmed", "process_ended", "effect", "resumed", "armed", "seen", "triggered", "effect"]
    );
    assert_eq!(deal.fired(), ["request/trigger/new"], "what holds already fires for the new one only");
    assert_eq!(deal.case().visit.number, 1);
    assert_eq!(local(deal.case().visit.limit.unwrap().due.at), "2026-03-04 10:00", "V4: kept");
    deal.moves("invoice");
}

#[test]
fn m12_a_scenarios_new_becomes_starts_from_the_truth() {
    let version = |number: u32, triggers: Json| {
        scenario(json!({ "version": number, "fields": { "x": { "type": "bool" } }, "triggers": triggers,
                         "stages": [{ "id": "request" }, { "id": "invoice" }] }))
    };
    let mut deal = Deal::of(version(1, json!([])));
    deal.opens(json!({ "responsible": "anna", "fields": { "x": true } }));
    deal.scenario = version(
        2,
        json!([{ "id": "t", "on": { "becomes": "fields.x" }, "do": { "notify": { "text": "x" } } }]),
    );
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted", "seen"]);
    deal.sets(json!({ "x": false }));
    deal.sets(json!({ "x": true }));
    assert_eq!(deal.notices(), ["x"]);
}

#[test]
fn m13_unknown_is_not_ceasing_to_hold() {
    let mut deal = Deal::opened(three(json!({
        "facts": { "paid": { "type": "bool" } },
        "invoice": { "enter": { "need": [{ "id": "paid", "that": "facts.paid", "keep": true }] } }
    })));
    deal.learns("paid", json!(true));
    deal.moves("invoice");
    let gone = json!({ "facts": { "values": [{ "fact": "paid", "unknown": "the bank is silent" }] } });
    assert_eq!(deal.does(gone), ["fact_learnt"]);
    assert_eq!(deal.learns("paid", json!(false)), ["fact_learnt", "debt_arose"]);
    assert_eq!(deal.moves("request"), ["left", "debt_ended", "entered"]);
}

#[test]
fn m14_opening_is_an_entry_and_intake_leaves_out_what_does_not_fit() {
    let scenario = || {
        three(json!({
            "request": { "enter": { "need": ["a"] }, "plan": [{ "task": "Clarify" }] },
            "fields": { "a": { "type": "text", "max": 3 }, "b": { "type": "text" }, "c": { "type": "text" } },
            "rights": { "open": "head", "override": "head" }
        }))
    };
    assert_eq!(Deal::of(scenario()).refused(json!({ "open": {} })), ["V-G1-open", "V-M4-field"]);
    let mut deal = Deal::of(scenario());
    let events = deal.opens(json!({ "intake": true, "fields": { "a": "too long", "b": "x" } }));
    assert_eq!(events, ["opened", "field_set", "left_out", "entered", "planned", "debt_arose"]);
    let mut deal = Deal::of(scenario());
    deal.by("boss", "head");
    assert_eq!(deal.opens(json!({ "override": "later" })), ["opened", "entered", "planned", "debt_arose"]);
}

#[test]
fn x1_losing_needs_a_reason_from_the_catalogue() {
    let mut deal = Deal::opened(three(json!({ "reasons": {
        "price": {}, "other": { "comment": "required" }, "late": { "stages": ["shipment"] }, "spam": { "void": true }
    } })));
    let close = |reason: Json| json!({ "close": { "stage": "lost", "reason": reason } });
    assert_eq!(deal.refused(close(json!(null))), ["V-X1-reason"]);
    assert_eq!(deal.refused(json!({ "move": { "to": "lost" } })), ["V-X1-reason"]);
    assert_eq!(deal.refused(close(json!("nonsense"))), ["V-X1-unknown"]);
    assert_eq!(deal.refused(close(json!("spam"))), ["V-X1-kind"]);
    assert_eq!(deal.refused(close(json!("late"))), ["V-X1-stage"]);
    assert_eq!(deal.refused(close(json!("other"))), ["V-X1-comment"]);
    deal.does(close(json!("price")));
    let closing = deal.case().closing.as_ref().unwrap();
    assert_eq!(
        (closing.outcome, closing.reason.as_ref().unwrap().id.as_str()),
        (StageOutcome::Lost, "price")
    );
}

#[test]
fn x2_closing_closes_what_is_open_and_says_by_which_rule() {
    let mut deal = Deal::opened(three(json!({
        "kinds": { "approve": { "outcomes": { "yes": {} } } },
        "request": { "plan": [
            { "task": "Clarify", "due": "1 day" },
            { "kind": "approve", "title": "Approve", "mandatory": true, "group": { "each": "['boris', 'clara']", "mode": "in_turn" } }
        ] }
    })));
    assert_eq!(deal.loses(), ["left", "ended", "ended", "group_ended", "entered", "closed"]);
    assert!(deal.case().light(deal.now).is_none(), "A6");
    // What closing closed stays closed, and holds nothing up; the new visit plans its own.
    deal.does(json!({ "reopen": {} }));
    assert_eq!(deal.open(), ["Clarify", "Approve"]);
    assert_eq!(deal.case().groups.len(), 2);
    deal.by("boris", "chief").finishes("Approve", None);
    deal.by("clara", "chief").finishes("Approve", None);
    deal.by("anna", "manager").moves("invoice");
}

#[test]
fn x3_reopening_asks_what_entering_asks_and_debts_stand_again() {
    let mut deal = Deal::opened(three(json!({
        "rights": { "override": "head", "reopen": ["head", "manager"] },
        "invoice": { "enter": { "need": ["a"] } }
    })));
    deal.by("boss", "head").does(over("invoice"));
    deal.loses();
    assert_eq!(
        deal.by("petr", "storekeeper").refused(json!({ "reopen": {} })),
        ["V-G1-reopen", "V-M4-field"]
    );
    assert_eq!(deal.by("boss", "head").refused(json!({ "reopen": { "stage": "won" } })), ["V-M1-stage"]);
    let events = deal.does(json!({ "reopen": { "override": "he came back" } }));
    assert_eq!(events, ["left", "reopened", "entered"], "one debt for one requirement: it stands again");
    assert_eq!(deal.cannot_move("shipment"), ["V-M11-debt"]);
    assert_eq!(deal.refused(json!({ "reopen": {} })), ["V-X3-open"]);
}

#[test]
fn x3_what_reopening_passes_over_belongs_to_the_new_visit() {
    let mut deal = Deal::opened(three(json!({ "invoice": { "enter": { "need": ["a"] } } })));
    deal.does(json!({ "move": { "to": "invoice", "fields": { "a": "x" } } }));
    deal.loses();
    deal.sets(json!({ "a": null }));
    deal.by("boss", "head").does(json!({ "reopen": { "override": "he came back" } }));
    assert_eq!((deal.case().debts[0].visit, deal.case().visit.number), (4, 4));
}

#[test]
fn x4_a_closed_case_takes_reports_and_notes_and_refuses_work() {
    let mut deal = Deal::opened(three(json!({
        "facts": { "paid": { "type": "decimal" } },
        "rights": { "correct": "head", "override": "head" },
        "reasons": { "price": {}, "late": {} },
        "request": { "run": [{ "id": "long", "process": "claim", "by_hand": true, "on_close": "keep" }],
                     "triggers": [{ "id": "stage", "on": { "fact": "paid" }, "do": { "notify": { "text": "stage" } }, "repeat": true }] },
        "triggers": [
            { "id": "paid", "on": { "fact": "paid" }, "do": { "notify": { "text": "Paid after all" } }, "repeat": true },
            { "id": "back", "on": { "becomes": "facts.paid >= 100" }, "do": { "reopen": "invoice" } },
            { "id": "end", "on": { "finished": {} }, "do": { "notify": { "text": "Claim settled" } } }
        ]
    })));
    deal.does(json!({ "start_process": { "process": "long" } }));
    deal.does(json!({ "close": { "stage": "lost", "reason": "price" } }));
    for refused in [
        json!({ "move": { "to": "invoice" } }),
        json!({ "close": { "stage": "won" } }),
        json!({ "plan": { "kind": "task", "title": "x" } }),
        json!({ "command": { "command": "x" } }),
    ] {
        assert_eq!(deal.refused(refused), ["V-X4-closed"]);
    }
    deal.learns("paid", json!(50));
    assert_eq!(deal.notices(), ["Paid after all"]);
    for taken in [
        json!({ "note": { "text": "he called" } }),
        json!({ "message": { "name": "x" } }),
        json!({ "document": { "document": "invoice", "id": "1", "event": "paid" } }),
        json!({ "interaction": { "channel": "phone" } }),
        json!({ "link": { "case": "c9", "kind": "follows" } }),
        json!({ "given_up": { "effect": "c1/1/1", "error": "x" } }),
        json!({ "hand_over": { "to": "boris" } }),
    ] {
        deal.does(taken);
    }
    assert_eq!(deal.refused(json!({ "set": { "fields": { "a": "x" } } })), ["V-G1-correct"]);
    assert_eq!(deal.refused(json!({ "correct_reason": { "reason": "late" } })), ["V-G1-correct"]);
    assert_eq!(
        deal.by("boss", "head").does(json!({ "correct_reason": { "reason": "late" } })),
        ["corrected"]
    );
    deal.sets(json!({ "a": "x" }));
    // A process that closing kept finishes all the same.
    assert_eq!(deal.finish("settled", true), ["process_ended", "triggered", "effect"]);
    deal.learns("paid", json!(100));
    assert_eq!((deal.case().is_open(), deal.stage()), (true, "invoice"));
    assert!(deal.last().iter().any(|event| matches!(event, Event::Reopened)));
}

#[test]
fn m12_what_may_become_overdue_and_what_stands_still_follow_the_new_version() {
    let version = |number: u32, triggers: Json| {
        scenario(json!({
            "version": number,
            "fields": { "x": { "type": "bool" } },
            "stages": [{ "id": "request", "pause": { "when": "fields.x" }, "triggers": triggers,
                         "plan": [{ "task": "T", "due": "1 day" }] }, { "id": "invoice" }]
        }))
    };
    let mut deal = Deal::opened(version(1, json!([])));
    deal.sets(json!({ "x": true }));
    assert!(deal.case().timers.is_empty());
    let say = json!({ "notify": { "text": "x" } });
    deal.scenario = version(
        2,
        json!([
            { "id": "overdue", "on": { "overdue": {} }, "do": say },
            { "id": "after", "on": { "after": "2 hours" }, "do": say }
        ]),
    );
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted", "armed", "paused", "armed"]);
    assert_eq!(
        deal.at("2026-03-03 10:00").ticks().len(),
        1,
        "the stage's clock stands still, the task's does not"
    );
    deal.at("2026-03-04 10:00").sets(json!({ "x": false }));
    assert_eq!(local(deal.case().timers[0].at), "2026-03-04 12:00");
}

#[test]
fn m12_a_closed_case_is_mapped_to_an_outcome_of_the_same_meaning_and_stands_on_it() {
    let mut deal = Deal::opened(scenario(json!({ "stages": [{ "id": "request" }] })));
    deal.loses();
    deal.scenario = scenario(json!({ "version": 2, "stages": [
        { "id": "request" }, { "id": "refused", "outcome": "lost" }
    ] }));
    assert_eq!(deal.refused(json!({ "adopt": { "stages": { "lost": "won" } } })), ["V-V3-stage"]);
    deal.does(json!({ "adopt": { "stages": { "lost": "refused" } } }));
    assert_eq!(deal.stage(), "refused");
    assert_eq!(deal.case().closing.as_ref().unwrap().stage, "refused");
}
