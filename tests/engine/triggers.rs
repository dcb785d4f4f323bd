//! Triggers: T1 to T12.

use super::dsl::{Deal, json, local, scenario};
use serde_json::Value as Json;
use voronka::case::{Act, Event};
use voronka::{Scenario, Why};

fn say(text: &str) -> Json {
    json!({ "notify": { "text": text } })
}

/// Stages request and invoice with triggers on the first, or of the scenario where the last part is so.
fn with(triggers: Json, shared: bool) -> Scenario {
    let mut parts = json!({
        "fields": { "x": { "type": "number" }, "y": { "type": "number" }, "b": { "type": "bool" }, "day": { "type": "date" },
                    "need": { "type": "text" } },
        "facts": { "paid": { "type": "decimal" } },
        "rights": { "override": "head" },
        "stages": [
            { "id": "request",
              "plan": [{ "id": "task", "task": "Task", "due": "1 day" }],
              "commands": [{ "id": "reserve" }],
              "run": [{ "process": "check", "by_hand": true, "limit": "1 day" }] },
            { "id": "invoice" }, { "id": "shipment" }
        ]
    });
    if shared {
        parts["triggers"] = triggers;
    } else {
        parts["stages"][0]["triggers"] = triggers;
    }
    scenario(parts)
}

fn on(event: Json) -> Json {
    json!([{ "id": "t", "on": event, "do": say("fired") }])
}

#[test]
fn t1_each_kind_of_event_fires_its_trigger() {
    let fires = |event: Json, shared: bool, happens: &dyn Fn(&mut Deal)| {
        let mut deal = Deal::opened(with(on(event.clone()), shared));
        let opening = deal.notices().len();
        let before = deal.entries.len();
        happens(&mut deal);
        let said = |entry: &voronka::Entry| {
            entry.effects().filter(|it| matches!(it.act, Act::Notify { .. })).count()
        };
        let later: usize = deal.entries[before..].iter().map(said).sum();
        assert_eq!(opening + later, 1, "{event}");
    };
    let nothing = |_: &mut Deal| {};
    fires(json!("entered"), false, &nothing);
    fires(json!("opened"), true, &nothing);
    fires(json!({ "entered_stage": "invoice" }), true, &|deal| drop(deal.moves("invoice")));
    fires(json!("left"), false, &|deal| drop(deal.moves("invoice")));
    fires(json!({ "after": "2 hours" }), false, &|deal| {
        assert_eq!(deal.at("2026-03-02 12:00").ticks().len(), 1)
    });
    fires(json!({ "moment": { "field": "day", "at": "15:00" } }), false, &|deal| {
        deal.sets(json!({ "day": "2026-03-05" }));
        assert_eq!(deal.at("2026-03-05 15:00").ticks().len(), 1);
    });
    fires(json!({ "field": "x" }), false, &|deal| drop(deal.sets(json!({ "x": 1 }))));
    fires(json!({ "fact": "paid" }), false, &|deal| drop(deal.learns("paid", json!(1))));
    fires(json!({ "planned": { "item": "task" } }), false, &nothing);
    fires(json!({ "done": { "outcome": "done" } }), false, &|deal| drop(deal.finishes("Task", None)));
    fires(json!({ "overdue": { "kind": "task" } }), false, &|deal| {
        assert_eq!(deal.at("2026-03-03 10:00").ticks().len(), 1)
    });
    fires(json!({ "interaction": { "channel": "phone", "result": "missed" } }), false, &|deal| {
        deal.does(json!({ "interaction": { "channel": "email", "result": "missed" } }));
        deal.does(json!({ "interaction": { "channel": "phone", "result": "missed" } }));
    });
    let start = json!({ "start_process": { "process": "check" } });
    fires(json!({ "started": { "process": "check" } }), false, &|deal| drop(deal.does(start.clone())));
    fires(json!({ "finished": { "result": "good" } }), false, &|deal| {
        deal.does(start.clone());
        deal.finish("good", true);
    });
    fires(json!({ "process_overdue": {} }), false, &|deal| {
        deal.does(start.clone());
        assert_eq!(deal.at("2026-03-03 10:00").ticks().len(), 1);
    });
    fires(json!({ "answered": { "command": "reserve", "answer": "part" } }), false, &|deal| {
        deal.does(json!({ "command": { "command": "reserve" } }));
        let run = deal.case().commands[0].id.clone();
        deal.does(json!({ "answer": { "command": run, "answer": "part" } }));
    });
    fires(json!({ "document": { "document": "order", "event": "posted" } }), false, &|deal| {
        deal.does(json!({ "document": { "document": "order", "id": "7", "event": "posted" } }));
    });
    fires(json!({ "message": "ping" }), false, &|deal| {
        drop(deal.does(json!({ "message": { "name": "ping" } })))
    });
    fires(json!("closed"), true, &|deal| drop(deal.loses()));
    fires(json!("reopened"), true, &|deal| {
        deal.loses();
        deal.does(json!({ "reopen": {} }));
    });
    fires(json!("handed_over"), false, &|deal| drop(deal.does(json!({ "hand_over": { "to": "boris" } }))));
    fires(json!({ "given_up": "print" }), false, &|deal| {
        deal.does(json!({ "given_up": { "effect": "e1", "kind": "print", "error": "no paper" } }));
    });
    fires(json!({ "becomes": "fields.b" }), false, &|deal| drop(deal.sets(json!({ "b": true }))));
}

#[test]
fn t1_an_equal_value_has_not_changed() {
    let mut deal = Deal::opened(with(
        json!([
            { "id": "field", "on": { "field": "x" }, "do": say("field"), "repeat": true },
            { "id": "fact", "on": { "fact": "paid" }, "do": say("fact"), "repeat": true }
        ]),
        false,
    ));
    deal.sets(json!({ "x": 1 }));
    assert_eq!(deal.sets(json!({ "x": "1.0" })), [""; 0]);
    deal.learns("paid", json!(1));
    assert_eq!(deal.learns("paid", json!("1.00")), ["fact_learnt"]);
}

#[test]
fn t2_each_kind_of_action_is_done() {
    let does = |action: Json| {
        let mut deal =
            Deal::opened(with(json!([{ "id": "t", "on": { "message": "go" }, "do": action }]), false));
        let events = deal.does(json!({ "message": { "name": "go" } }));
        events.into_iter().skip(2).collect::<Vec<_>>()
    };
    assert_eq!(does(json!({ "set": { "field": "x", "to": "41 + 1" } })), ["field_set"]);
    assert_eq!(does(json!({ "plan": { "call": "Call" } })), ["planned"]);
    assert_eq!(does(json!({ "close_activities": { "item": "task" } })), ["ended"]);
    assert_eq!(does(json!({ "start": "check" })), ["process_started", "effect"]);
    assert_eq!(
        does(json!([{ "start": "check" }, { "cancel": "check" }])),
        ["process_started", "effect", "process_ended", "effect"]
    );
    assert_eq!(does(json!({ "cancel": "check" })), ["left_out"]);
    assert_eq!(
        does(json!({ "open_case": { "scenario": "claim", "give": { "x": "fields.x" } } })),
        ["effect"]
    );
    assert_eq!(does(say("Hello")), ["effect"]);
    assert_eq!(does(json!({ "effect": { "kind": "print", "payload": { "x": "7" } } })), ["effect"]);
    assert_eq!(does(json!({ "move": "invoice" })), ["left", "entered"]);
    assert_eq!(does(json!({ "close": "lost" })), ["left", "ended", "entered", "closed"]);
}

#[test]
fn t3_a_stages_triggers_come_before_the_scenarios_and_only_left_ones_see_a_visit_that_is_over() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "x": { "type": "number" } },
        "stages": [
            { "id": "request", "triggers": [
                { "id": "go", "on": { "field": "x" }, "do": { "move": "invoice" } },
                { "id": "late", "on": { "field": "x" }, "do": say("too late") },
                { "id": "bye", "on": "left", "do": say("bye") }
            ] },
            { "id": "invoice", "triggers": [{ "id": "in", "on": { "field": "x" }, "do": say("not mine") }] }
        ],
        "triggers": [{ "id": "all", "on": { "field": "x" }, "do": say("all") }]
    })));
    deal.sets(json!({ "x": 1 }));
    assert_eq!(deal.fired(), ["request/trigger/go", "/trigger/all", "request/trigger/bye"]);
    let mut closing = Deal::opened(deal.scenario.clone());
    closing.loses();
    assert_eq!(closing.notices(), ["bye"], "also on closing");
}

#[test]
fn t4_once_a_visit_for_a_stages_once_a_life_for_a_scenarios() {
    let go = |deal: &mut Deal| {
        deal.does(json!({ "message": { "name": "go" } }));
        deal.notices().len()
    };
    let trigger = json!([{ "id": "t", "on": { "message": "go" }, "do": say("go") }]);
    for (shared, again) in [(false, 1), (true, 0)] {
        let mut deal = Deal::opened(with(trigger.clone(), shared));
        assert_eq!((go(&mut deal), go(&mut deal)), (1, 0));
        deal.moves("invoice");
        deal.moves("request");
        assert_eq!(go(&mut deal), again);
        deal.loses();
        deal.does(json!({ "reopen": {} }));
        assert_eq!(go(&mut deal), 1);
        // Where the event has a subject, once for each.
        deal.does(json!({ "message": { "name": "go", "key": "7" } }));
        assert_eq!(deal.notices().len(), 1);
    }
}

#[test]
fn t4_daily_is_once_a_local_day() {
    let mut deal = Deal::opened(with(
        json!([{ "id": "t", "on": { "field": "x" }, "do": say("x"), "repeat": "daily" }]),
        false,
    ));
    let mut told = Vec::new();
    for (at, x) in [("2026-03-02 10:00", 1), ("2026-03-02 23:59", 2), ("2026-03-03 00:00", 3)] {
        deal.at(at).sets(json!({ "x": x }));
        told.push(deal.notices().len());
    }
    assert_eq!(told, [1, 0, 1]);
}

#[test]
fn t4_counts_the_move_that_is_done_and_not_the_wish() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "b": { "type": "bool" }, "need": { "type": "text" } },
        "stages": [
            { "id": "request", "leave": { "need": ["need"] }, "triggers": [{ "id": "go", "on": { "becomes": "fields.b" }, "do": { "move": "invoice" } }] },
            { "id": "invoice" }
        ]
    })));
    for _ in 0..2 {
        assert_eq!(deal.sets(json!({ "b": true })), ["field_set", "seen", "triggered", "wished"]);
        assert!(deal.case().fired.is_empty());
        assert_eq!(deal.sets(json!({ "b": false })), ["field_set", "seen", "wish_ended"]);
    }
    deal.sets(json!({ "b": true }));
    deal.sets(json!({ "need": "x" }));
    assert_eq!((deal.stage(), deal.case().fired.len()), ("invoice", 1));
}

#[test]
fn t5_a_report_is_kept_brought_up_to_date_and_the_next_input_does_not_loop_again() {
    let loops = scenario(json!({
        "fields": { "x": { "type": "number" }, "y": { "type": "number" } },
        "facts": { "paid": { "type": "decimal" } },
        "bounds": { "cascade": 7 },
        "stages": [{
            "id": "request", "plan": [{ "task": "Thank", "when": "facts.paid > 0" }],
            "triggers": [
                { "id": "p", "on": { "becomes": "facts.paid > 0" }, "do": { "set": { "field": "x", "to": "1" } }, "repeat": true },
                { "id": "a", "on": { "field": "x" }, "do": { "set": { "field": "y", "to": "fields.x + 1" } }, "repeat": true },
                { "id": "b", "on": { "field": "y" }, "do": { "set": { "field": "x", "to": "fields.y + 1" } }, "repeat": true }
            ]
        }]
    }));
    let mut deal = Deal::opened(loops);
    assert_eq!(deal.learns("paid", json!(5)), ["fact_learnt", "planned", "seen", "cascade_undone"]);
    let Some(Event::CascadeUndone { chain }) = deal.last().last() else { panic!("the chain is shown") };
    assert_eq!(chain.len(), 8);
    assert!(chain[0].ends_with("/p") && chain[7].ends_with("/a"));
    assert_eq!(deal.does(json!("tick")), [""; 0]);
    assert_eq!(deal.refused(json!({ "set": { "fields": { "x": 1 } } })), ["V-T5-endless"]);
    // An opening from intake is recorded as well; by hand it is refused whole.
    let mut deal = Deal::of(deal.scenario.clone());
    let opening =
        |intake: bool| json!({ "open": { "intake": intake, "facts": [{ "fact": "paid", "value": 1 }] } });
    assert_eq!(deal.refused(opening(false)), ["V-T5-endless"]);
    assert_eq!(deal.does(opening(true)).last(), Some(&"cascade_undone"));
}

#[test]
fn t5_unknown_is_not_taken_as_seen_where_a_cascade_is_undone() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "x": { "type": "number" }, "y": { "type": "number" } },
        "facts": { "paid": { "type": "decimal" }, "n": { "type": "decimal" } },
        "bounds": { "cascade": 3 },
        "stages": [{ "id": "request", "triggers": [
            { "id": "p", "on": { "becomes": "facts.paid > 0" }, "do": say("Paid"), "repeat": true },
            { "id": "n", "on": { "fact": "n" }, "do": { "set": { "field": "x", "to": "facts.n" } }, "repeat": true },
            { "id": "a", "on": { "field": "x" }, "do": { "set": { "field": "y", "to": "fields.x + 1" } }, "repeat": true },
            { "id": "b", "on": { "field": "y" }, "do": { "set": { "field": "x", "to": "fields.y + 1" } }, "repeat": true }
        ] }]
    })));
    deal.learns("paid", json!(1));
    deal.does(json!({ "facts": { "values": [{ "fact": "paid", "unknown": "gone" }, { "fact": "n", "value": 1 }] } }));
    assert!(matches!(deal.last().last(), Some(Event::CascadeUndone { .. })));
    deal.learns("paid", json!(2));
    assert!(deal.notices().is_empty(), "T9: unknown neither fires nor resets");
}

fn wishes(condition: &str) -> Deal {
    Deal::opened(scenario(json!({
        "fields": { "b": { "type": "bool" }, "need": { "type": "text" } },
        "facts": { "ok": { "type": "bool" } },
        "stages": [
            { "id": "request", "leave": { "need": ["need"] }, "plan": [{ "task": "T" }], "triggers": [
                { "id": "go", "on": { "message": "go" }, "if": condition, "do": { "move": "invoice" } }
            ] },
            { "id": "invoice" }
        ]
    })))
}

#[test]
fn t6_a_wish_stays_on_unknown_and_lapses_when_left_or_switched_off() {
    let go = json!({ "message": { "name": "go" } });
    let mut deal = wishes("facts.ok");
    deal.learns("ok", json!(true));
    assert_eq!(deal.does(go.clone()), ["messaged", "triggered", "wished"]);
    assert_eq!(
        deal.does(json!({ "facts": { "values": [{ "fact": "ok", "unknown": "gone" }] } })),
        ["fact_learnt"]
    );
    assert_eq!(deal.sets(json!({ "need": "x" })), ["field_set"], "nothing is done on what is unknown");
    assert_eq!(deal.learns("ok", json!(true)), ["fact_learnt", "wish_ended", "triggered", "left", "entered"]);
    let lapse = |deal: &Deal| {
        deal.last().iter().find_map(|event| match event {
            Event::WishEnded { lapsed, .. } => lapsed.clone(),
            _ => None,
        })
    };
    let mut deal = wishes("true");
    deal.does(go.clone());
    deal.switch("request/trigger/go", false).does(json!("tick"));
    assert_eq!(lapse(&deal).as_deref(), Some("off"));
    let mut deal = wishes("true");
    deal.does(go);
    deal.loses();
    assert_eq!(lapse(&deal).as_deref(), Some("left"));
}

#[test]
fn t6_what_was_asked_of_the_input_is_not_asked_of_the_next_one() {
    let mut deal = wishes("input.name == 'go'");
    deal.does(json!({ "message": { "name": "go" } }));
    assert_eq!(deal.does(json!("tick")), [""; 0], "the wish stands");
    deal.sets(json!({ "need": "x" }));
    assert_eq!(deal.stage(), "invoice");
}

#[test]
fn t7_a_trigger_that_is_off_does_not_fire_and_what_holds_counts_as_new_once_it_is_on() {
    let mut deal = Deal::opened(with(
        json!([{ "id": "t", "on": { "becomes": "fields.b" }, "do": say("b"), "repeat": true }]),
        false,
    ));
    deal.switch("request/trigger/t", false);
    assert_eq!(deal.sets(json!({ "b": true })), ["switched", "field_set"]);
    deal.switch("request/trigger/t", true);
    assert_eq!(deal.does(json!("tick")), ["switched", "seen", "triggered", "effect"]);
    assert_eq!(deal.does(json!("tick")), [""; 0]);
}

#[test]
fn t7_a_switch_that_stood_before_the_stage_was_entered_is_nothing_new() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "b": { "type": "bool" } },
        "stages": [{ "id": "request" }, { "id": "invoice", "triggers": [
            { "id": "t", "on": { "becomes": "fields.b" }, "do": say("b"), "repeat": true, "enabled": false }] }]
    })));
    deal.switch("invoice/trigger/t", true);
    deal.sets(json!({ "b": true }));
    deal.moves("invoice");
    assert_eq!(deal.notices(), ["b"]);
    assert_eq!(deal.does(json!("tick")), [""; 0], "it fired on entering, and does not fire again");
}

#[test]
fn t8_before_keeps_the_local_time_across_daylight_saving_and_over_free_days() {
    let armed = |before: &str, at: Option<&str>, kind: &str, value: &str| {
        let mut moment = json!({ "field": "d", "before": before });
        if let Some(at) = at {
            moment["at"] = json!(at);
        }
        let mut deal = Deal::of(scenario(json!({
            "calendar": { "time_zone": "Europe/Berlin", "week": { "mon-fri": ["09:00-18:00"] } },
            "fields": { "d": { "type": kind } },
            "stages": [{ "id": "request", "triggers": [{ "id": "t", "on": { "moment": moment }, "do": say("x") }] }]
        })));
        deal.opens(json!({ "fields": { "d": value } }));
        deal.case().timers[0].at.to_string()
    };
    // On 29 March 2026 clocks go from 02:00 to 03:00, on 25 October from 03:00 to 02:00.
    assert_eq!(armed("2 days", None, "moment", "2026-03-29T10:00:00Z"), "2026-03-27T11:00:00.000Z");
    assert_eq!(armed("1 day", None, "moment", "2026-10-25T22:30:00Z"), "2026-10-24T21:30:00.000Z");
    assert_eq!(armed("1 week", None, "moment", "2026-10-26T08:00:00Z"), "2026-10-19T07:00:00.000Z");
    assert_eq!(armed("36 hours", None, "moment", "2026-03-29T10:00:00Z"), "2026-03-27T22:00:00.000Z");
    // One working day before Monday the 30th is Friday the 27th, at the hour that was given.
    assert_eq!(armed("1 working day", Some("10:00"), "date", "2026-03-30"), "2026-03-27T09:00:00.000Z");
    assert_eq!(armed("1 working day", None, "date", "2026-03-30"), "2026-03-26T23:00:00.000Z");
}

#[test]
fn t9_a_scenarios_becomes_counts_as_new_at_opening_only() {
    let trigger = json!([{ "id": "t", "on": { "becomes": "fields.b" }, "do": say("b"), "repeat": true }]);
    let mut deal = Deal::of(with(trigger.clone(), true));
    deal.opens(json!({ "responsible": "anna", "fields": { "b": true } }));
    assert_eq!(deal.notices(), ["b"]);
    deal.moves("invoice");
    assert!(deal.notices().is_empty());
    deal.switch("/trigger/t", false).does(json!("tick"));
    deal.switch("/trigger/t", true);
    assert_eq!(deal.does(json!("tick")), ["switched"]);
    // What began to hold while it was off does not count as new either.
    let mut deal = Deal::opened(with(trigger, true));
    deal.switch("/trigger/t", false).sets(json!({ "b": true }));
    deal.switch("/trigger/t", true);
    assert_eq!(deal.does(json!("tick")), ["switched", "seen"]);
}

#[test]
fn t10_evaluate_says_why_each_trigger_has_not_fired() {
    let deal = Deal::opened(with(
        json!([
            { "id": "cond", "on": { "becomes": "facts.paid >= 100" }, "do": say("1") },
            { "id": "timer", "on": { "after": "3 hours" }, "do": say("2") },
            { "id": "field", "on": { "moment": { "field": "day" } }, "do": say("3") },
            { "id": "off", "on": "entered", "do": say("4"), "enabled": false },
            { "id": "fired", "on": "entered", "do": say("5") },
            { "id": "event", "on": { "message": "x" }, "do": say("6") }
        ]),
        false,
    ));
    deal.view(|view| {
        let why: Vec<_> = view.triggers.iter().map(|it| &it.why).collect();
        assert!(matches!(why[0], Why::Condition { findings, .. } if !findings.is_empty()), "{:?}", why[0]);
        assert!(matches!(why[1], Why::Timer(at) if local(*at) == "2026-03-02 13:00"));
        assert!(matches!(why[2], Why::EmptyField("day")));
        assert!(matches!((why[3], why[4], why[5]), (Why::Off, Why::Fired, Why::NotHappened)));
    });
}

#[test]
fn t11_a_timers_id_is_case_rule_visit_and_number_of_arming() {
    let mut deal =
        Deal::opened(with(json!([{ "id": "t", "on": { "after": "1 day" }, "do": say("x") }]), false));
    assert_eq!(deal.case().timers[0].id, "c1/request/trigger/t/1/1");
    deal.moves("invoice");
    assert!(deal.case().timers.is_empty());
    assert_eq!(deal.refused(json!({ "timer": { "timer": "c1/request/trigger/t/1/1" } })), ["V-T11-unknown"]);
    deal.moves("request");
    assert_eq!(deal.case().timers[0].id, "c1/request/trigger/t/3/2");
}

#[test]
fn t12_batches_go_in_order_and_the_state_is_up_to_date_before_triggers_see_it() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "x": { "type": "number" }, "y": { "type": "number" } },
        "stages": [{
            "id": "request",
            "plan": [{ "id": "late", "task": "Late", "when": "fields.x > 0" }],
            "triggers": [
                { "id": "planned", "on": { "planned": { "item": "late" } }, "do": say("planned") },
                { "id": "first", "on": { "field": "x" }, "do": { "set": { "field": "y", "to": "fields.x" } } },
                { "id": "second", "on": { "field": "x" }, "if": "fields.y == 1", "do": say("second sees y") },
                { "id": "y", "on": { "field": "y" }, "do": say("y") },
                { "id": "becomes", "on": { "becomes": "fields.y == 1" }, "do": say("becomes") }
            ]
        }]
    })));
    deal.sets(json!({ "x": 1 }));
    let fired: Vec<_> = deal.fired().iter().map(|it| it.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(fired, ["first", "second", "planned", "becomes", "y"]);
}

#[test]
fn t12_a_becomes_waits_until_the_entry_of_its_stage_has_been_seen() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "b": { "type": "bool" } },
        "stages": [
            { "id": "request", "triggers": [{ "id": "go", "on": { "message": "go" }, "do": { "move": "invoice" } }] },
            { "id": "invoice", "triggers": [
                { "id": "b", "on": { "becomes": "fields.b" }, "do": { "move": "shipment" } },
                { "id": "in", "on": "entered", "do": say("in") }
            ] },
            { "id": "shipment" }
        ]
    })));
    deal.sets(json!({ "b": true }));
    deal.does(json!({ "message": { "name": "go" } }));
    assert_eq!(deal.fired(), ["request/trigger/go", "invoice/trigger/in", "invoice/trigger/b"]);
}

#[test]
fn t4_a_trigger_that_repeats_always_leaves_one_mark_however_many_subjects_it_had() {
    let mut deal = Deal::opened(scenario(json!({
        "stages": [{ "id": "request", "triggers": [
            { "id": "t", "on": { "message": "ping" }, "repeat": true, "do": { "notify": { "role": "head", "text": "!" } } }
        ] }]
    })));
    for key in ["a", "b", "a"] {
        assert_eq!(
            deal.does(json!({ "message": { "name": "ping", "key": key } })),
            ["messaged", "triggered", "effect"]
        );
    }
    assert_eq!(deal.case().fired.len(), 1);
}

#[test]
fn t1_an_item_is_meant_by_its_id_also_where_a_trigger_planned_it() {
    let plan = |id: &str, title: &str| json!({ "plan": { "id": id, "task": title } });
    let mut deal = Deal::opened(scenario(json!({
        "stages": [{ "id": "request", "triggers": [
            { "id": "ask", "on": { "message": "ask" }, "do": [plan("one", "One"), plan("two", "Two")] },
            { "id": "close", "on": { "message": "close" }, "do": { "close_activities": { "item": "one" } } },
            { "id": "done", "on": { "done": { "item": "two" } }, "do": { "notify": { "text": "two is done" } } }
        ] }]
    })));
    deal.does(json!({ "message": { "name": "ask" } }));
    deal.does(json!({ "message": { "name": "close" } }));
    assert_eq!(deal.open(), ["Two"]);
    deal.finishes("Two", None);
    assert_eq!(deal.notices(), ["two is done"]);
}
