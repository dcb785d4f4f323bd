//! The cases of the design's examples that are easily got wrong, each under its number.

use super::dsl::{Deal, json, local, msk, scenario};
use voronka::Scenario;
use voronka::case::{ActivityEnd, Cause, DebtEnd, Event, ProcessEnd};
use voronka::scenario::def::Color;

fn two_stages(request: serde_json::Value, invoice: serde_json::Value) -> Scenario {
    let mut parts = json!({
        "fields": { "amount": { "type": "money", "currency": "RUB" }, "client": { "type": "text" } },
        "rights": { "override": "head", "move": ["manager", "head"] },
        "stages": [{ "id": "request" }, { "id": "invoice" }]
    });
    for (at, more) in [request, invoice].into_iter().enumerate() {
        for (name, part) in more.as_object().unwrap() {
            parts["stages"][at][name] = part.clone();
        }
    }
    scenario(parts)
}

fn plan_task(title: &str, due: &str) -> serde_json::Value {
    json!({ "plan": { "kind": "task", "title": title, "due": { "at": msk(due).to_string() } } })
}

#[test]
fn x01_entering_closes_what_was_open_and_plans_its_own() {
    let invoice = json!({ "enter": { "close": "all" }, "plan": [{ "task": "Send the invoice" }] });
    let mut deal = Deal::opened(two_stages(json!({}), invoice));
    deal.does(plan_task("Look up the price", "2026-03-03 12:00"));
    deal.does(plan_task("Ask the warehouse", "2026-03-03 12:00"));
    let events = deal.moves("invoice");
    assert_eq!(events, ["left", "ended", "ended", "entered", "planned"]);
    assert_eq!(deal.open(), ["Send the invoice"]);
    let at = deal.now;
    let closed = ActivityEnd::Closed { at, rule: "invoice/enter".to_owned() };
    assert_eq!(deal.case().finished.iter().filter(|it| it.end.as_ref() == Some(&closed)).count(), 2);
}

#[test]
fn x02_due_at_noon_is_overdue_from_noon_on() {
    let make = || {
        let mut deal = Deal::opened(two_stages(json!({}), json!({ "enter": { "close": "overdue" } })));
        deal.does(plan_task("Call", "2026-03-02 12:00"));
        deal
    };
    let mut deal = make();
    deal.at("2026-03-02 12:00").moves("invoice");
    assert_eq!(deal.open(), [""; 0]);
    let mut deal = make();
    deal.at("2026-03-02 11:59:59.999").moves("invoice");
    assert_eq!(deal.open(), ["Call"]);
}

#[test]
fn x03_the_next_stages_entry_rule_never_meets_this_ones_mandatory_call() {
    let request = json!({ "plan": [{ "id": "call", "call": "Call", "mandatory": true }] });
    let mut deal = Deal::opened(two_stages(request, json!({ "enter": { "close": "all" } })));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity"]);
    let call = deal.id_of("Call");
    deal.by("boss", "head").does(json!({ "cancel_activity": { "activity": call, "reason": "no phone" } }));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity"]);
}

#[test]
fn x04_one_refusal_names_all_that_is_missing() {
    let request = json!({
        "leave": { "need": ["amount", "client"] },
        "plan": [{ "task": "Clarify", "mandatory": true }]
    });
    let mut deal = Deal::opened(two_stages(request, json!({})));
    deal.by("petr", "storekeeper");
    let refused = deal.cannot_move("invoice");
    assert_eq!(refused, ["V-M1-right", "V-M3-field", "V-M3-field", "V-M3-activity"]);
}

#[test]
fn x05_what_comes_with_the_move_counts() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "delivery": { "type": "bool" }, "address": { "type": "text" } },
        "stages": [
            { "id": "request", "leave": { "need": [{ "field": "address", "when": "fields.delivery" }] } },
            { "id": "invoice" }
        ]
    })));
    deal.sets(json!({ "delivery": true }));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-field"]);
    let events = deal.does(json!({ "move": { "to": "invoice", "fields": { "delivery": false } } }));
    assert_eq!(events, ["field_set", "left", "entered"]);
}

#[test]
fn x06_a_mandatory_task_binds_its_own_stage_only() {
    let mut deal = Deal::opened(scenario(json!({ "stages": [
        { "id": "request" },
        { "id": "invoice", "plan": [{ "task": "Send the invoice", "mandatory": true }] },
        { "id": "shipment" }
    ] })));
    deal.moves("invoice");
    deal.moves("request");
    assert_eq!(deal.open(), ["Send the invoice"]);
    deal.moves("invoice");
    assert_eq!(deal.open(), ["Send the invoice"], "M8: not planned twice");
    assert_eq!(deal.cannot_move("shipment"), ["V-M3-activity"], "of earlier visits what is open binds");
}

#[test]
fn x07_a_jump_passes_a_stage_without_visiting_it() {
    let mut deal = Deal::opened(scenario(json!({
        "stages": [{ "id": "request" }, { "id": "invoice" }, { "id": "shipment" }],
        "moves": [
            { "from": "request", "to": ["invoice", "shipment"] }, { "from": "invoice", "to": "shipment" },
            { "from": "shipment", "to": "won" }, { "from": "*", "to": "lost" }
        ]
    })));
    deal.moves("shipment");
    let stages: Vec<_> = deal.case().visits.iter().map(|it| it.stage.as_str()).collect();
    assert_eq!((stages, deal.stage(), deal.case().visit.order), (vec!["request"], "shipment", 2));
}

fn prepaid() -> Scenario {
    scenario(json!({
        "facts": { "paid_percent": { "type": "decimal" } },
        "rights": { "override": "head" },
        "stages": [
            { "id": "request" },
            { "id": "shipment", "enter": { "need": [
                { "id": "paid", "that": "facts.paid_percent >= 100", "keep": true, "deadline": "1 working day" }
            ] } }
        ]
    }))
}

#[test]
fn x08_an_override_leaves_a_debt_that_binds_winning() {
    let mut deal = Deal::opened(prepaid());
    deal.learns("paid_percent", json!(30));
    let over = json!({ "move": { "to": "shipment", "override": "a client of ten years" } });
    assert_eq!(deal.refused(over.clone()), ["V-M11-right", "V-M4-condition"]);
    deal.by("boss", "head");
    assert_eq!(
        deal.refused(json!({ "move": { "to": "shipment", "override": " " } })),
        ["V-M11-reason", "V-M4-condition"]
    );
    assert_eq!(deal.does(over), ["debt_arose", "left", "entered"]);
    let debt = deal.case().debts[0].clone();
    assert_eq!((debt.requirement.as_str(), debt.visit), ("shipment/enter/paid", 2));
    assert_eq!(local(debt.due.unwrap().at), "2026-03-04 00:00");
    deal.does(plan_task("Pack", "2026-03-20 12:00"));
    assert_eq!(deal.light("2026-03-02 10:00").0, Color::Green);
    assert_eq!(deal.light("2026-03-03 10:00"), (Color::Yellow, Some(Cause::Debt(&debt.id))));
    assert_eq!(deal.light("2026-03-04 00:00"), (Color::Red, Some(Cause::Debt(&debt.id))));
    let won = json!({ "close": { "stage": "won" } });
    assert_eq!(deal.refused(won.clone()), ["V-M11-debt"]);
    let waive = |reason: &str| json!({ "waive": { "debt": debt.id.clone(), "reason": reason } });
    assert_eq!(deal.refused(waive("")), ["V-M11-reason"]);
    assert_eq!(deal.by("anna", "manager").refused(waive("he is good for it")), ["V-M11-right"]);
    // Waived in this visit it stays waived, though the requirement is one to be kept.
    assert_eq!(deal.by("boss", "head").does(waive("he is good for it")), ["debt_ended"]);
    deal.does(won);
    assert!(!deal.case().is_open());
}

#[test]
fn x09_what_is_to_be_kept_and_ceases_to_hold_is_a_debt_from_then_on() {
    let mut deal = Deal::opened(prepaid());
    deal.learns("paid_percent", json!(100));
    deal.moves("shipment");
    assert_eq!(deal.at("2026-03-05 11:00").learns("paid_percent", json!(0)), ["fact_learnt", "debt_arose"]);
    assert_eq!(deal.stage(), "shipment");
    assert_eq!(local(deal.case().debts[0].since), "2026-03-05 11:00");
    assert_eq!(deal.learns("paid_percent", json!(100)), ["fact_learnt", "debt_ended"]);
    assert_eq!(deal.case().ended_debts[0].end, Some(DebtEnd::Met));
}

#[test]
fn x10_a_request_from_intake_is_never_turned_away() {
    let asks = || two_stages(json!({ "enter": { "need": ["amount"] } }), json!({}));
    assert_eq!(Deal::of(asks()).refused(json!({ "open": {} })), ["V-M4-field"]);
    let mut deal = Deal::of(asks());
    deal.opens(json!({ "intake": true, "channel": "email" }));
    assert_eq!(deal.case().debts[0].requirement, "request/enter/amount");
    assert_eq!(deal.case().debts[0].visit, 1);
    assert_eq!(deal.cannot_move("invoice"), ["V-M11-debt"]);
    // The debt is judged on the trial copy too: what comes with the move may meet it (M11).
    let events = deal.does(json!({ "move": { "to": "invoice", "fields": { "amount": "900" } } }));
    assert_eq!(events, ["field_set", "left", "entered", "debt_ended"]);
}

#[test]
fn x11_of_a_hundred_imports_three_are_told_what_they_miss() {
    let scenario = scenario(json!({
        "fields": { "amount": { "type": "decimal" } },
        "rights": { "override": "head" },
        "stages": [{ "id": "request" }, { "id": "invoice", "enter": { "need": ["amount"] } }]
    }));
    let import = |number: u32, with_debts: bool| {
        let mut deal = Deal::of(scenario.clone());
        let past = json!({ "stage": "request", "from": msk("2026-02-02 10:00").to_string(),
                           "to": msk("2026-02-04 10:00").to_string() });
        let import = json!({ "visits": [past], "from": msk("2026-02-04 10:00").to_string(),
                             "with_debts": with_debts });
        let fields = if number % 40 == 7 { json!({}) } else { json!({ "amount": number }) };
        deal.by("boss", "head");
        let opening = json!({ "open": { "stage": "invoice", "fields": fields, "import": import } });
        deal.tries(super::dsl::read(opening)).map(|_| ()).map_err(|refused| refused.code().to_owned())
    };
    let strict: Vec<_> = (0..100).map(|number| import(number, false)).collect();
    let refused: Vec<_> = (0..100).filter(|number| strict[*number].is_err()).collect();
    assert_eq!(refused, [7, 47, 87]);
    assert_eq!(strict[7], Err("V-M4-field".to_owned()));
    assert!((0..100).all(|number| import(number, true).is_ok()));
}

fn paid_moves_on() -> Scenario {
    scenario(json!({
        "facts": { "paid": { "type": "decimal" } },
        "fields": { "contract": { "type": "text" } },
        "stages": [
            { "id": "invoice" },
            { "id": "prepayment", "leave": { "need": ["contract"] }, "triggers": [
                { "id": "paid", "on": { "becomes": "facts.paid >= 100" }, "do": { "move": "shipment" } }
            ] },
            { "id": "shipment" }
        ]
    }))
}

#[test]
fn x12_what_holds_already_on_entering_counts_as_new_but_not_after_a_move_back() {
    let mut deal = Deal::opened(paid_moves_on());
    deal.sets(json!({ "contract": "7" }));
    deal.learns("paid", json!(100));
    deal.moves("prepayment");
    assert_eq!(deal.stage(), "shipment");
    assert_eq!(deal.fired(), ["prepayment/trigger/paid"]);
    deal.moves("prepayment");
    assert_eq!(deal.stage(), "prepayment");
    deal.does(json!("tick"));
    assert_eq!(deal.stage(), "prepayment");
    // Nobody moved it to shipment: the scenario did (G3).
    let by: Vec<_> = deal.case().visits.iter().map(|it| it.by.as_str()).collect();
    assert_eq!(by, ["anna", "anna", ""]);
}

fn held_up() -> Deal {
    let mut deal = Deal::opened(paid_moves_on());
    deal.moves("prepayment");
    deal.does(plan_task("Call", "2026-03-20 12:00"));
    assert_eq!(deal.color("2026-03-02 10:00"), Color::Green);
    let events = deal.learns("paid", json!(100));
    assert_eq!(events, ["fact_learnt", "seen", "triggered", "wished"]);
    deal
}

#[test]
fn x13_a_move_that_is_held_up_is_done_as_soon_as_it_can_be() {
    let mut deal = held_up();
    assert_eq!(deal.stage(), "prepayment");
    assert_eq!(deal.light("2026-03-02 10:00"), (Color::Yellow, Some(Cause::Wish("prepayment/trigger/paid"))));
    deal.view(|view| {
        assert_eq!(view.wishes[0].to, "shipment");
        assert_eq!(view.wishes[0].missing[0].code, "V-M3-field");
    });
    let events = deal.at("2026-03-02 11:00").sets(json!({ "contract": "7" }));
    assert_eq!(events, ["field_set", "wish_ended", "triggered", "left", "entered"]);
    assert_eq!(deal.stage(), "shipment");
}

#[test]
fn x14_a_wish_lapses_when_its_condition_ceases_to_hold() {
    let mut deal = held_up();
    assert_eq!(deal.learns("paid", json!(0)), ["fact_learnt", "seen", "wish_ended"]);
    assert!(
        matches!(deal.last().last(), Some(Event::WishEnded { lapsed: Some(why), .. }) if why == "condition")
    );
    deal.sets(json!({ "contract": "7" }));
    assert_eq!(deal.stage(), "prepayment");
}

#[test]
fn x15_a_trigger_fires_once_a_visit_and_each_time_where_it_repeats() {
    for (repeat, times) in [(false, 1), (true, 2)] {
        let mut deal = Deal::opened(scenario(json!({
            "facts": { "paid": { "type": "decimal" } },
            "stages": [{ "id": "invoice", "triggers": [{
                "id": "paid", "on": { "becomes": "facts.paid >= 100" }, "do": { "notify": { "text": "Paid" } },
                "repeat": repeat
            }] }]
        })));
        let mut told = 0;
        for paid in [100, 90, 100] {
            deal.learns("paid", json!(paid));
            told += deal.notices().len();
        }
        assert_eq!(told, times, "repeat {repeat}");
    }
}

fn endless() -> serde_json::Value {
    json!({
        "fields": { "x": { "type": "number" }, "y": { "type": "number" } },
        "facts": { "n": { "type": "decimal" } },
        "bounds": { "cascade": 5 },
        "stages": [{ "id": "request", "triggers": [
            { "id": "start", "on": { "fact": "n" }, "do": { "set": { "field": "x", "to": "facts.n" } }, "repeat": true },
            { "id": "a", "on": { "field": "x" }, "do": { "set": { "field": "y", "to": "fields.x + 1" } }, "repeat": true },
            { "id": "b", "on": { "field": "y" }, "do": { "set": { "field": "x", "to": "fields.y + 1" } }, "repeat": true }
        ] }]
    })
}

#[test]
fn x16_two_triggers_that_wake_each_other_stop_at_the_bound() {
    let scenario = scenario(endless());
    assert!(scenario.lints().iter().any(|lint| lint.code().contains("cascade")), "{:?}", scenario.lints());
    let mut deal = Deal::opened(scenario);
    let refused = deal.rejection(json!({ "set": { "fields": { "x": 1 } } }));
    assert_eq!(refused.code(), "V-T5-endless");
    let chain: Vec<_> = refused.chain().iter().map(|it| it.rsplit('/').next().unwrap()).collect();
    assert_eq!(chain, ["a", "b", "a", "b", "a", "b"]);
    // A fact is kept, what it set off is undone, and the chain is shown.
    assert_eq!(deal.learns("n", json!(1)), ["fact_learnt", "cascade_undone"]);
    assert!(deal.case().fields.is_empty());
    assert_eq!(deal.does(json!("tick")), [""; 0]);
}

#[test]
fn x17_a_timer_that_falls_due_while_switched_off_waits() {
    let mut deal = Deal::opened(two_stages(
        json!({ "triggers": [{ "id": "remind", "on": { "after": "2 working days" },
                               "do": { "notify": { "text": "Two days" } } }] }),
        json!({}),
    ));
    assert_eq!(local(deal.case().timers[0].at), "2026-03-05 00:00");
    let timer = json!({ "timer": { "timer": deal.case().timers[0].id.clone() } });
    assert_eq!(deal.at("2026-03-04 23:59").refused(timer.clone()), ["V-T11-early"]);
    deal.switch("request/trigger/remind", false);
    assert_eq!(deal.at("2026-03-05 12:00").refused(timer.clone()), ["V-T11-off"]);
    deal.switch("request/trigger/remind", true);
    assert_eq!(deal.at("2026-03-05 14:00").does(timer.clone()), ["timer_fired", "triggered", "effect"]);
    assert_eq!(deal.refused(timer), ["V-T11-unknown"]);
}

#[test]
fn x18_a_moment_from_a_field_follows_the_field() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "delivery_date": { "type": "date" } },
        "stages": [{ "id": "request", "triggers": [{
            "id": "soon", "on": { "moment": { "field": "delivery_date", "before": "2 days" } },
            "do": { "notify": { "text": "In two days" } }
        }] }]
    })));
    deal.view(|view| assert_eq!(view.unarmed[0].field, "delivery_date"));
    let armed = |deal: &Deal| deal.case().timers.iter().map(|it| local(it.at)).collect::<Vec<_>>();
    deal.sets(json!({ "delivery_date": "2026-03-20" }));
    assert_eq!(armed(&deal), ["2026-03-18 00:00"]);
    deal.at("2026-03-09 10:00").sets(json!({ "delivery_date": "2026-03-10" }));
    assert_eq!(armed(&deal), ["2026-03-08 00:00"]);
    assert_eq!(deal.at("2026-03-09 10:01").ticks().len(), 1);
    assert_eq!(deal.notices(), ["In two days"]);
    assert_eq!(deal.ticks().len(), 0);
    deal.sets(json!({ "delivery_date": "2026-03-30" }));
    assert_eq!(armed(&deal), ["2026-03-28 00:00"]);
    assert_eq!(deal.at("2026-03-28 00:00").ticks().len(), 1);
    assert_eq!(deal.notices(), ["In two days"]);
    deal.sets(json!({ "delivery_date": null }));
    deal.view(|view| assert_eq!(view.unarmed.len(), 1));
}

#[test]
fn x19_a_trigger_fires_once_for_each_activity_done() {
    let mut deal = Deal::opened(two_stages(
        json!({
            "plan": [{ "task": "A" }, { "task": "B" }, { "task": "C" }],
            "triggers": [{ "id": "next", "on": { "done": { "kind": "task" } }, "do": { "plan": { "call": "Call" } } }]
        }),
        json!({}),
    ));
    for task in ["A", "B", "C"] {
        deal.finishes(task, None);
    }
    assert_eq!(deal.open(), ["Call", "Call", "Call"]);
}

#[test]
fn x20_a_left_trigger_may_not_move() {
    let text = json!({ "id": "sale", "stages": [
        { "id": "a", "triggers": [{ "id": "t", "on": "left", "do": { "move": "b" } }] }, { "id": "b" },
        { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
    ] });
    assert!(Scenario::from_json(&text.to_string()).is_err());
}

#[test]
fn x21_an_action_that_cannot_be_done_is_left_out_and_the_win_stands() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "bonus": { "type": "number", "max": 10 } },
        "stages": [{ "id": "request" }],
        "triggers": [{ "id": "bonus", "on": { "entered_stage": "won" },
                       "do": [{ "set": { "field": "bonus", "to": "50" } }, { "notify": { "text": "Won" } }] }]
    })));
    let events = deal.does(json!({ "close": { "stage": "won" } }));
    assert_eq!(events, ["left", "entered", "closed", "triggered", "left_out", "effect"]);
    let left_out = deal.last().iter().find_map(|event| match event {
        Event::LeftOut { action, missing, .. } => Some((*action, missing[0].code.clone())),
        _ => None,
    });
    assert_eq!(left_out, Some((1, "V-IN-max".to_owned())));
    assert!(!deal.case().is_open());
}

#[test]
fn x22_four_working_hours_from_friday_evening_end_on_monday() {
    let mut deal =
        Deal::of(two_stages(json!({ "plan": [{ "call": "Call", "due": "4 working hours" }] }), json!({})));
    deal.at("2026-03-06 17:30").opens(json!({}));
    assert_eq!(deal.due("Call"), "2026-03-09 12:30");
}

#[test]
fn x23_one_working_day_from_saturday_is_green_on_sunday() {
    let mut deal =
        Deal::of(two_stages(json!({ "plan": [{ "call": "Call", "due": "1 working day" }] }), json!({})));
    deal.at("2026-03-07 11:00").opens(json!({}));
    let light = deal.case().light(msk("2026-03-08 12:00")).unwrap();
    assert_eq!(light.color, Color::Green);
    assert_eq!(light.yellow_from.map(local).as_deref(), Some("2026-03-09 00:00"));
    assert_eq!(light.red_from.map(local).as_deref(), Some("2026-03-10 00:00"));
}

#[test]
fn x24_the_cause_of_red_is_what_was_due_first() {
    let mut deal = Deal::opened(two_stages(json!({}), json!({})));
    deal.does(plan_task("New", "2026-03-03 15:00"));
    deal.does(plan_task("Old", "2026-03-02 15:00"));
    let old = deal.id_of("Old");
    assert_eq!(deal.light("2026-03-03 11:00"), (Color::Red, Some(Cause::Activity(&old))));
    assert_eq!(deal.light("2026-03-03 16:00"), (Color::Red, Some(Cause::Activity(&old))));
}

#[test]
fn x25_nothing_planned_is_yellow_and_a_passed_limit_red() {
    let mut deal = Deal::opened(two_stages(json!({ "limit": "2 working days" }), json!({})));
    assert_eq!(deal.light("2026-03-02 11:00"), (Color::Yellow, Some(Cause::NoNextStep)));
    deal.does(plan_task("Call", "2026-03-10 15:00"));
    assert_eq!(deal.light("2026-03-02 11:00"), (Color::Green, Some(Cause::Limit)));
    assert_eq!(deal.light("2026-03-05 00:00"), (Color::Red, Some(Cause::Limit)));
}

#[test]
fn x26_hours_elapse_and_days_keep_the_local_time_across_daylight_saving() {
    let mut deal = Deal::of(scenario(json!({
        "calendar": { "time_zone": "Europe/Berlin", "week": { "mon-fri": ["09:00-18:00"] } },
        "stages": [{ "id": "request", "plan": [{ "task": "H", "due": "36 hours" }, { "task": "D", "due": "2 days" }] }]
    })));
    deal.now = "2026-03-28T12:00:00+01:00".parse().unwrap();
    deal.opens(json!({}));
    let due = |title: &str| deal.case().open_activity(&deal.id_of(title)).unwrap().due.unwrap().at;
    assert_eq!(due("H"), "2026-03-30T01:00:00+02:00".parse().unwrap());
    assert_eq!(due("D"), "2026-03-30T12:00:00+02:00".parse().unwrap());
}

fn waits_for_the_client(limit: &str) -> Scenario {
    scenario(json!({
        "fields": { "waiting": { "type": "bool" } },
        "stages": [{ "id": "request", "limit": limit, "pause": { "when": "fields.waiting" },
                     "plan": [{ "task": "Far away", "due": "100 days" }],
                     "triggers": [{ "id": "remind", "on": { "after": "4 working hours" },
                                    "do": { "notify": { "text": "Four hours" } } }] }]
    }))
}

#[test]
fn x27_while_we_wait_for_the_client_the_stages_clock_stands_still() {
    let mut deal = Deal::of(waits_for_the_client("8 working hours"));
    deal.at("2026-03-04 09:00").opens(json!({}));
    let timer = json!({ "timer": { "timer": deal.case().timers[0].id.clone() } });
    assert_eq!(deal.at("2026-03-04 10:00").sets(json!({ "waiting": true })), ["field_set", "paused"]);
    assert_eq!(deal.color("2026-03-06 09:59"), Color::Green);
    assert_eq!(deal.at("2026-03-05 17:00").refused(timer), ["V-T11-paused"]);
    assert_eq!(deal.at("2026-03-06 10:00").sets(json!({ "waiting": false })), ["field_set", "resumed"]);
    assert_eq!(deal.case().light(deal.now).unwrap().red_from.map(local).as_deref(), Some("2026-03-06 18:00"));
    assert_eq!(local(deal.case().timers[0].at), "2026-03-06 13:00");
    assert_eq!(deal.case().visit.paused_ms, 2 * 24 * 3_600_000);
}

#[test]
fn x28_a_reopened_mandatory_task_binds_again_and_keeps_its_first_due() {
    let request = json!({ "plan": [{ "task": "Clarify", "due": "4 working hours", "mandatory": true }] });
    let mut deal = Deal::opened(two_stages(request, json!({})));
    let task = deal.id_of("Clarify");
    deal.finishes("Clarify", None);
    deal.does(json!({ "reopen_activity": { "activity": task.clone() } }));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity"]);
    deal.does(json!({ "reschedule": { "activity": task.clone(), "due": { "in": "2 days" } } }));
    deal.does(json!({ "reschedule": { "activity": task.clone(), "due": { "in": "3 days" } } }));
    let it = deal.case().open_activity(&task).unwrap();
    assert_eq!((local(it.first_due.unwrap()), it.moved), ("2026-03-02 15:00".to_owned(), 2));
}

fn approved_by(each: &str, group: serde_json::Value) -> Scenario {
    let mut group = group;
    group["each"] = json!(each);
    scenario(json!({
        "fields": { "approvers": { "type": "list", "of": "text" } },
        "kinds": { "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } } },
        "rights": { "override": "head" },
        "stages": [
            { "id": "request", "plan": [{ "id": "ok", "kind": "approve", "title": "Approve", "mandatory": true, "group": group }] },
            { "id": "invoice" }
        ]
    }))
}

#[test]
fn x29_two_of_three_approvers_are_enough_and_two_refusals_too_many() {
    let approvers = || approved_by("['a', 'b', 'c']", json!({ "needed": { "at_least": 2 } }));
    let answer = |deal: &mut Deal, person: &str, outcome: &str| {
        let id = deal.id_for(person);
        deal.by(person, "chief").does(json!({ "done": { "activity": id, "outcome": outcome } }))
    };
    let mut deal = Deal::opened(approvers());
    assert_eq!(answer(&mut deal, "a", "no"), ["ended"]);
    assert_eq!(answer(&mut deal, "b", "no"), ["ended", "group_ended", "ended"]);
    assert_eq!(deal.case().groups[0].good, Some(false));
    let third = deal.case().finished.last().unwrap();
    assert!(matches!(&third.end, Some(ActivityEnd::Closed { rule, .. }) if rule == "request/plan/ok"));
    let mut deal = Deal::opened(approvers());
    answer(&mut deal, "a", "yes");
    answer(&mut deal, "b", "no");
    assert_eq!(deal.case().groups[0].good, None);
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-group"]);
    assert_eq!(answer(&mut deal, "c", "yes"), ["ended", "group_ended"]);
    deal.moves("invoice");
}

#[test]
fn x30_nobody_approves_their_own_request() {
    let group = || json!({ "mode": "in_turn", "not_by": "author" });
    let deal = Deal::opened(approved_by("['anna', 'boris']", group()));
    assert_eq!(deal.case().groups[0].skipped["anna"], "author");
    assert_eq!(deal.case().activities[0].assignee.as_deref(), Some("boris"));
    let mut deal = Deal::opened(approved_by("['anna']", group()));
    assert!(
        matches!(&deal.last()[2], Event::ItemHeld(held) if held.why == "no_approver" && held.skipped["anna"] == "author")
    );
    assert_eq!(deal.cannot_move("invoice"), ["V-A7-no-approver"]);
}

pub(super) fn approval() -> Scenario {
    scenario(json!({
        "fields": { "amount": { "type": "decimal" } },
        "stages": [
            { "id": "invoice", "run": [{ "process": "approval", "when": "fields.amount > 1000000", "await": true,
                                         "void_on": ["amount"] }] },
            { "id": "shipment" }
        ]
    }))
}

#[test]
fn x31_an_approval_is_void_when_the_amount_changes() {
    let mut deal = Deal::of(approval());
    deal.opens(json!({ "fields": { "amount": 900000 } }));
    assert!(deal.case().processes.is_empty());
    assert_eq!(deal.sets(json!({ "amount": 2000000 })), ["field_set", "process_started", "effect"]);
    assert_eq!(deal.cannot_move("shipment"), ["V-M3-process"]);
    deal.finish("approved", true);
    let events = deal.sets(json!({ "amount": 3000000 }));
    assert_eq!(events, ["field_set", "process_ended", "process_started", "effect"]);
    assert_eq!(deal.cannot_move("shipment"), ["V-M3-process"]);
    deal.finish("approved", true);
    deal.moves("shipment");
}

#[test]
fn x32_the_first_finish_counts() {
    let mut deal = Deal::of(approval());
    deal.opens(json!({ "fields": { "amount": 2000000 } }));
    assert_eq!(deal.finish("approved", true), ["process_ended"]);
    assert_eq!(deal.finish("refused", false), ["finish_ignored"]);
    assert!(matches!(&deal.last()[0], Event::FinishIgnored { why, .. } if why == "late"));
    deal.moves("shipment");
}

#[test]
fn x33_a_finish_after_closing_reopens_nothing() {
    let mut deal = Deal::of(approval());
    deal.opens(json!({ "fields": { "amount": 2000000 } }));
    let events = deal.loses();
    assert_eq!(events, ["left", "process_ended", "effect", "entered", "closed"]);
    assert!(
        matches!(&deal.case().processes[0].end, Some(ProcessEnd::Cancelled { why, .. }) if why == "closed")
    );
    assert_eq!(deal.finish("approved", true), ["finish_ignored"]);
    assert!(!deal.case().is_open());
}

#[test]
fn x34_nothing_is_let_through_on_what_is_unknown() {
    let mut deal = Deal::opened(scenario(json!({
        "facts": { "in_stock": { "type": "bool" }, "paid": { "type": "bool" } },
        "stages": [
            { "id": "request", "leave": { "need": [{ "that": "facts.in_stock && facts.paid" }] },
              "triggers": [{ "id": "order", "on": { "becomes": "!facts.in_stock" }, "do": { "notify": { "text": "Order" } } }] },
            { "id": "invoice" }
        ]
    })));
    deal.learns("paid", json!(true));
    let refused = deal.rejection(json!({ "move": { "to": "invoice" } }));
    assert_eq!(refused.code(), "V-M3-unknown");
    assert_eq!(refused.missing()[0].args["unknown"], "in_stock".into());
    deal.does(json!({ "facts": { "values": [{ "fact": "in_stock", "unknown": "no answer" }] } }));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-unknown"]);
    deal.learns("paid", json!(false));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-condition"]);
    assert!(deal.case().fired.is_empty());
    deal.learns("in_stock", json!(false));
    assert_eq!(deal.notices(), ["Order"]);
}

#[test]
fn x35_an_empty_amount_is_neither_more_nor_less() {
    let holds = |condition: &str| {
        let mut deal = Deal::opened(scenario(json!({
            "fields": { "amount": { "type": "decimal" } },
            "stages": [{ "id": "request", "leave": { "need": [{ "that": condition }] } }, { "id": "invoice" }]
        })));
        deal.tries(super::dsl::read(json!({ "move": { "to": "invoice" } }))).is_ok()
    };
    assert!(!holds("fields.amount > 1000000"));
    assert!(holds("!(fields.amount > 1000000)"));
    assert!(!holds("fields.amount == 0"));
    assert!(!holds("has(fields.amount)"));
}

#[test]
fn x36_the_value_learnt_last_is_the_value_whenever_it_was_so() {
    let mut deal = Deal::opened(paid_moves_on());
    deal.does(plan_task("Call", "2026-03-20 12:00"));
    let fact = |paid: u32, since: &str| json!({ "facts": { "values": [{ "fact": "paid", "value": paid, "since": msk(since).to_string() }] } });
    deal.does(fact(100, "2026-03-02 09:00"));
    deal.at("2026-03-03 10:00").does(fact(50, "2026-02-26 09:00"));
    let paid = deal.case().fact("paid", &[]).unwrap();
    assert_eq!(paid.value, Some(50.into()));
    assert_eq!(
        (local(paid.since), local(paid.learnt_at)),
        ("2026-02-26 09:00".into(), "2026-03-03 10:00".into())
    );
    assert_eq!(deal.color("2026-03-03 10:00"), Color::Green);
}

#[test]
fn x37_a_requirement_over_lines_names_the_line() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "lines": { "type": "list", "of": { "item": "text", "characteristic": "text", "quantity": "decimal" } } },
        "facts": { "stock": { "type": "decimal", "by": ["item", "characteristic", "warehouse"] } },
        "stages": [
            { "id": "request", "leave": { "need": [{
                "id": "stock",
                "that": "fields.lines.all(l, facts.stock[l.item, l.characteristic, 'main'] >= l.quantity)",
                "or_say": "{item}, {characteristic}: {left} free, {right} asked"
            }] } },
            { "id": "invoice" }
        ]
    })));
    deal.sets(json!({ "lines": [
        { "item": "4711", "characteristic": "blue", "quantity": 5 },
        { "item": "4712", "characteristic": "red", "quantity": 1 }
    ] }));
    let free = |item: &str, color: &str, free: u32| json!({ "fact": "stock", "key": [item, color, "main"], "value": free });
    let needs = deal.scenario.needs(deal.case(), &super::dsl::read(json!({ "move": { "to": "invoice" } })));
    assert_eq!(needs.len(), 2, "C9: the stock of each line");
    deal.does(json!({ "facts": { "values": [free("4711", "blue", 3), free("4712", "red", 9)] } }));
    let refused = deal.rejection(json!({ "move": { "to": "invoice" } }));
    let missing = &refused.missing()[0];
    assert_eq!(missing.say.to_string(), "{item}, {characteristic}: {left} free, {right} asked");
    let found = serde_json::to_string(&missing.findings).unwrap();
    assert!(found.contains("4711") && found.contains("blue") && !found.contains("4712"), "{found}");
}

#[test]
fn x38_who_may_not_see_the_amount_is_told_no_name_and_no_value() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "amount": { "type": "decimal", "see": "manager" } },
        "stages": [
            { "id": "request", "leave": { "need": [{ "that": "fields.amount >= 1000" }] } }, { "id": "invoice" }
        ]
    })));
    deal.sets(json!({ "amount": 900 }));
    let refused = deal.by("petr", "storekeeper").rejection(json!({ "move": { "to": "invoice" } }));
    let text = serde_json::to_string(&refused).unwrap() + &refused.to_string();
    assert_eq!(refused.code(), "V-M3-hidden");
    assert!(!text.contains("amount") && !text.contains("900") && !text.contains("1000"), "{text}");
}

#[test]
fn x41_a_moment_before_the_last_entry_is_refused_and_says_both() {
    let mut deal = Deal::opened(two_stages(json!({}), json!({})));
    let refused = deal.at("2026-03-02 09:59:59").rejection(json!("tick"));
    assert_eq!(refused.code(), "V-C5-backwards");
    let args = &refused.missing()[0].args;
    assert_eq!(
        (&args["now"], &args["last"]),
        (&msk("2026-03-02 09:59:59").into(), &msk("2026-03-02 10:00").into())
    );
}

#[test]
fn x42_adopting_a_version_without_the_stage_keeps_what_is_open() {
    let stages = |middle: serde_json::Value, version: u32| {
        scenario(json!({
            "version": version,
            "fields": { "amount": { "type": "decimal" } },
            "stages": [{ "id": "request" }, middle, { "id": "shipment" }]
        }))
    };
    let mut deal = Deal::opened(stages(
        json!({ "id": "offer", "title": "Offer", "plan": [{ "task": "Write the offer" }] }),
        1,
    ));
    deal.moves("offer");
    deal.scenario = stages(
        json!({ "id": "invoice", "enter": { "need": ["amount"], "close": "all" }, "plan": [{ "task": "Send the invoice" }] }),
        2,
    );
    assert_eq!(deal.refused(json!("tick")), ["V-V3-version"]);
    assert_eq!(deal.refused(json!({ "adopt": {} })), ["V-V3-stage"]);
    let events = deal.does(json!({ "adopt": { "stages": { "offer": "invoice" } } }));
    assert_eq!(events, ["adopted", "left", "entered", "planned", "debt_arose"]);
    assert_eq!(deal.open(), ["Write the offer", "Send the invoice"]);
    assert_eq!(deal.case().debts[0].requirement, "invoice/enter/amount");
    let past = &deal.case().visits[1];
    assert_eq!((past.stage.as_str(), past.label.to_string().as_str()), ("offer", "Offer"));
    assert_eq!(deal.case().visit.number, 3);
}

#[test]
fn x43_lost_then_reopened_then_won_counts_as_won() {
    let mut deal = Deal::opened(two_stages(json!({}), json!({})));
    deal.moves("invoice");
    deal.loses();
    assert_eq!(deal.case().closing.as_ref().unwrap().from, "invoice");
    assert_eq!(deal.does(json!({ "reopen": {} })), ["left", "reopened", "entered"]);
    assert_eq!((deal.stage(), deal.case().reopened), ("invoice", 1));
    deal.does(json!({ "close": { "stage": "won" } }));
    let closing = deal.case().closing.as_ref().unwrap();
    assert_eq!(closing.stage, "won");
    let visits: Vec<_> = deal.case().visits.iter().map(|it| it.stage.as_str()).collect();
    assert_eq!(visits, ["request", "invoice", "lost", "invoice"]);
}
