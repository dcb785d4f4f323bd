//! Processes: P1, P5, P6.

use super::dsl::{Deal, json, scenario};
use serde_json::Value as Json;
use voronka::Scenario;
use voronka::case::{Event, ProcessEnd};

fn hook(parts: Json) -> Scenario {
    let mut hook = json!({ "process": "approval" });
    for (name, part) in parts.as_object().unwrap() {
        hook[name] = part.clone();
    }
    scenario(json!({
        "fields": { "amount": { "type": "decimal" }, "note": { "type": "text", "max": 5 } },
        "facts": { "risky": { "type": "bool" } },
        "rights": { "override": "head" },
        "stages": [{ "id": "request", "run": [hook] }, { "id": "invoice" }, { "id": "shipment" }]
    }))
}

#[test]
fn p1_an_awaited_process_holds_up_leaving_started_or_not() {
    let mut deal = Deal::opened(hook(json!({ "await": true, "when": "facts.risky", "good": ["approved"] })));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-unknown"]);
    deal.learns("risky", json!(true));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-process"]);
    // Only a result that the hook names is accepted, whatever the process thinks of it.
    deal.finish("refused", true);
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-process"]);
    assert_eq!(
        deal.does(json!({ "start_process": { "process": "approval" } })),
        ["process_started", "effect"]
    );
    deal.finish("approved", false);
    deal.moves("invoice");
    // A result of an earlier visit does not count.
    deal.moves("request");
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-process"]);
}

#[test]
fn p1_what_was_voided_starts_anew_when_its_condition_holds_again() {
    let mut deal = Deal::of(super::examples::approval());
    deal.opens(json!({ "fields": { "amount": 2_000_000 } }));
    deal.finish("approved", true);
    let events = deal.sets(json!({ "amount": 900_000 }));
    assert_eq!(events, ["field_set", "process_ended"], "a void result, and nothing to cancel");
    assert_eq!(deal.sets(json!({ "amount": 3_000_000 })), ["field_set", "process_started", "effect"]);
    assert_eq!(deal.cannot_move("shipment"), ["V-M3-process"]);
    // A running one is cancelled, which is an effect.
    assert_eq!(deal.sets(json!({ "amount": 800_000 })), ["field_set", "process_ended", "effect"]);
    deal.moves("shipment");
}

#[test]
fn p1_fields_go_down_and_come_back_and_what_does_not_fit_is_left_out() {
    let mut deal =
        Deal::of(hook(json!({ "give": { "sum": "fields.amount" }, "take": { "note": "remark" } })));
    deal.opens(json!({ "fields": { "amount": 7 } }));
    let effect = &deal.entries[0].effects().next().unwrap().act;
    assert!(matches!(effect, voronka::case::Act::StartProcess { fields, .. } if fields["sum"] == 7.into()));
    let finish = |deal: &mut Deal, remark: &str| {
        let process = deal.run();
        deal.does(json!({ "finished": { "process": process, "result": "ok", "good": true, "fields": { "remark": remark } } }))
    };
    assert_eq!(finish(&mut deal, "far too long"), ["process_ended", "left_out"]);
    deal.does(json!({ "start_process": { "process": "approval" } }));
    assert_eq!(finish(&mut deal, "fine"), ["process_ended", "field_set"]);
}

#[test]
fn p5_leaving_cancels_awaited_ones_and_keeps_others_closing_cancels_all() {
    let ends = |parts: Json, happens: &dyn Fn(&mut Deal)| {
        let mut deal = Deal::opened(hook(parts));
        happens(&mut deal);
        match &deal.case().processes[0].end {
            None => "running".to_owned(),
            Some(ProcessEnd::Cancelled { why, .. }) => why.clone(),
            other => panic!("{other:?}"),
        }
    };
    let leaves = |deal: &mut Deal| {
        deal.moves("invoice");
    };
    let loses = |deal: &mut Deal| {
        deal.loses();
    };
    let overrides = |deal: &mut Deal| {
        deal.by("boss", "head").does(json!({ "move": { "to": "invoice", "override": "trust" } }));
    };
    assert_eq!(ends(json!({}), &leaves), "running");
    assert_eq!(ends(json!({ "on_leave": "cancel" }), &leaves), "left");
    assert_eq!(ends(json!({ "await": true }), &overrides), "running", "M7: a debt stands on it");
    assert_eq!(ends(json!({}), &loses), "closed");
    assert_eq!(ends(json!({ "await": true }), &loses), "closed");
    assert_eq!(
        ends(json!({ "await": true, "on_close": "keep" }), &loses),
        "running",
        "closing asks on_close alone"
    );
    assert_eq!(ends(json!({ "on_leave": "cancel", "on_close": "keep" }), &loses), "running");
}

#[test]
fn p6_a_finish_that_is_late_or_of_nobody_does_no_harm() {
    let mut deal = Deal::opened(hook(json!({ "await": true })));
    let stray = json!({ "finished": { "process": "c9/1/1", "result": "ok", "good": true } });
    assert_eq!(deal.does(stray.clone()), ["finish_ignored"]);
    assert!(matches!(&deal.last()[0], Event::FinishIgnored { why, .. } if why == "unknown"));
    deal.loses();
    assert_eq!(deal.does(stray), ["finish_ignored"]);
    assert_eq!(deal.finish("ok", true), ["finish_ignored"]);
    assert!(!deal.case().is_open());
}

#[test]
fn p6_the_first_finish_counts_and_the_process_need_not_be_good() {
    let mut deal = Deal::opened(hook(json!({ "await": true })));
    deal.finish("refused", false);
    deal.finish("approved", true);
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-process"]);
}

#[test]
fn p1_a_change_that_comes_with_the_move_voids_the_result_before_the_move_is_judged() {
    let mut deal = Deal::opened(hook(json!({ "await": true, "good": ["approved"], "void_on": ["amount"] })));
    deal.finish("approved", true);
    let with = json!({ "move": { "to": "invoice", "fields": { "amount": 5_000_000 } } });
    assert_eq!(deal.refused(with), ["V-M3-process"]);
    assert!(deal.case().processes[0].is_good(), "C2: a refusal changes nothing");
    deal.moves("invoice");
}

#[test]
fn p1_what_a_process_brings_back_does_not_void_its_own_result() {
    let mut deal = Deal::opened(hook(json!({ "await": true, "void_on": ["note"], "take": { "note": "r" } })));
    let process = deal.run();
    deal.does(
        json!({ "finished": { "process": process, "result": "ok", "good": true, "fields": { "r": "fine" } } }),
    );
    assert!(deal.case().processes[0].is_good());
    assert_eq!(deal.case().processes.len(), 1);
}

#[test]
fn p1_m11_a_process_on_which_a_debt_stands_is_voided_after_the_stage_was_left_too() {
    let mut deal = Deal::opened(hook(json!({ "await": true, "good": ["approved"], "void_on": ["amount"] })));
    deal.by("boss", "head").does(json!({ "move": { "to": "invoice", "override": "trust" } }));
    let old = deal.run();
    deal.sets(json!({ "amount": 5_000_000 }));
    assert_ne!(deal.run(), old, "it starts anew");
    deal.does(json!({ "finished": { "process": old, "result": "approved", "good": true } }));
    assert_eq!(deal.case().debts.len(), 1, "what was approved before does not meet the debt");
    deal.finish("approved", true);
    assert!(deal.case().debts.is_empty());
}

#[test]
fn p1_what_a_bad_result_does_goes_the_ways_that_are_drawn_and_waits_where_it_is_held_up() {
    let on_bad = |on_bad: Json| {
        scenario(json!({
            "fields": { "note": { "type": "text" } },
            "reasons": { "dear": { "title": "Too dear" } },
            "stages": [{ "id": "request", "leave": { "need": ["note"] },
                         "run": [{ "process": "approval", "await": true, "on_bad": on_bad }] },
                       { "id": "invoice" }, { "id": "shipment" }],
            "moves": [{ "from": "request", "to": ["invoice", "shipment", "lost"] }, { "from": "invoice", "to": "shipment" },
                      { "from": "shipment", "to": "won" }]
        }))
    };
    let mut deal = Deal::opened(on_bad(json!({ "close": { "stage": "lost", "reason": "dear" } })));
    // Losing asks nothing of the stage (M3).
    assert_eq!(deal.finish("no", false)[..3], ["process_ended", "triggered", "left"]);
    let closing = deal.case().closing.as_ref().unwrap();
    assert_eq!((closing.stage.as_str(), closing.by.as_str()), ("lost", ""));
    assert_eq!(closing.reason.as_ref().unwrap().id, "dear");
    // A move forward is held up by the process itself and by the empty field: it is a wish (T6).
    let mut deal = Deal::opened(on_bad(json!({ "move": "shipment" })));
    assert_eq!(deal.finish("no", false), ["process_ended", "triggered", "wished"]);
    assert_eq!(deal.stage(), "request");
    assert_eq!(deal.case().wishes[0].trigger, "request/run/approval");
    // Good, or nothing said: the case stays.
    let mut deal = Deal::opened(on_bad(json!({ "move": "shipment" })));
    assert_eq!(deal.finish("yes", true), ["process_ended"]);
    let mut deal = Deal::opened(on_bad(json!("stay")));
    assert_eq!(deal.finish("no", false), ["process_ended"]);
}

#[test]
fn p1_a_bad_result_of_an_earlier_visit_moves_nothing() {
    let mut deal = Deal::opened(hook(json!({ "on_leave": "keep", "on_bad": { "close": "lost" } })));
    let run = deal.run();
    deal.moves("invoice");
    deal.moves("request");
    let late = json!({ "finished": { "process": run, "result": "no", "good": false } });
    assert_eq!(deal.does(late), ["process_ended"]);
    assert!(deal.case().is_open());
}

#[test]
fn t1_a_trigger_can_wait_for_a_result_that_is_not_accepted() {
    let told = |result: &str| {
        let mut deal = Deal::opened(scenario(json!({
            "stages": [{ "id": "request", "run": [{ "process": "approval", "good": ["yes"] }], "triggers": [
                { "id": "bad", "on": { "finished": { "good": false } }, "do": { "notify": { "role": "x", "text": "bad" } } },
                { "id": "good", "on": { "finished": { "process": "approval", "good": true } },
                  "do": { "notify": { "role": "x", "text": "good" } } }] },
                { "id": "invoice" }]
        })));
        deal.finish(result, true);
        deal.notices()
    };
    assert_eq!(told("yes"), ["good"]);
    assert_eq!(told("no"), ["bad"], "whatever the process itself calls good");
}

#[test]
fn p1_the_view_shows_what_runs_what_is_waited_for_and_what_can_be_started() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "amount": { "type": "decimal" } },
        "stages": [
            { "id": "request", "run": [{ "process": "talk" }] },
            { "id": "invoice", "run": [{ "process": "approval", "await": true, "when": "fields.amount > 10" },
                                       { "process": "check", "by_hand": true }] },
            { "id": "shipment" }
        ]
    })));
    let shown = |deal: &Deal| {
        deal.view(|view| {
            let one = |it: &voronka::ProcessView<'_>| {
                let state = it.run.map_or("-", |run| if run.is_running() { "runs" } else { "ended" });
                let missing: Vec<&str> = it.missing.iter().map(|it| it.code.as_str()).collect();
                format!("{} {} {state} {}", it.id, it.awaited, missing.join(","))
            };
            view.processes.iter().map(one).collect::<Vec<_>>()
        })
    };
    assert_eq!(shown(&deal), ["talk false runs V-P1-running"]);
    deal.moves("invoice");
    assert_eq!(shown(&deal), ["approval true - V-P1-when", "check false - ", "talk false runs "]);
    deal.does(json!({ "start_process": { "process": "check" } }));
    deal.sets(json!({ "amount": 11 }));
    assert_eq!(
        shown(&deal),
        ["approval true runs V-P1-running", "check false runs V-P1-running", "talk false runs "]
    );
    deal.loses();
    assert_eq!(shown(&deal), [""; 0]);
}

#[test]
fn p1_what_a_bad_result_does_is_asked_of_the_hook_whose_process_it_was() {
    let mut deal = Deal::of(scenario(json!({
        "rights": { "override": "head" },
        "stages": [
            { "id": "request", "run": [{ "process": "approval", "await": true, "on_leave": "keep" }] },
            { "id": "invoice", "run": [{ "process": "approval", "when": "case.title == 'x'", "on_bad": { "close": "lost" } }] },
            { "id": "shipment" }]
    })));
    deal.opens(json!({}));
    deal.by("boss", "head").does(json!({ "move": { "to": "invoice", "override": "trust" } }));
    deal.finish("no", false);
    assert!(deal.case().is_open(), "it was asked for on the stage before");
}
