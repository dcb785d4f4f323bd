//! What adopting a new version does to a case that stands on a stage whose rules changed (V4): the table of
//! `docs/EDITING.md`, row by row.

use super::dsl::{Deal, json, local, scenario};
use serde_json::Value as Json;
use voronka::Scenario;
use voronka::case::{ActivityEnd, Adoption, Event, RuleFate};
use voronka::scenario::def::Color;

const FATES: [RuleFate; 3] = [RuleFate::Keep, RuleFate::Restart, RuleFate::Recompute];

/// A version of a funnel whose first stage says so.
fn version(number: u32, request: Json) -> Scenario {
    let mut stage = json!({ "id": "request" });
    stage.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    scenario(json!({
        "version": number,
        "fields": { "x": { "type": "bool" }, "when": { "type": "date" }, "people": { "type": "list", "of": "text" } },
        "stages": [stage, { "id": "invoice" }]
    }))
}

/// A case on the first version since Monday at 10, and then what happens to it before it adopts on Tuesday at 12.
fn deal(before: Json, meanwhile: impl FnOnce(&mut Deal)) -> Deal {
    let mut deal = Deal::opened(version(1, before));
    meanwhile(&mut deal);
    deal.at("2026-03-03 12:00");
    deal
}

/// It adopts the second version with one fate for everything that changed; the events after `adopted`.
fn adopts(deal: &mut Deal, after: Json, fate: RuleFate) -> Vec<&'static str> {
    let new = version(2, after);
    let adoption = Adoption::between(deal.scenario.definition(), new.definition()).all(fate);
    assert_eq!(adoption.defects(deal.scenario.definition(), new.definition()), []);
    deal.scenario = new;
    let events = deal.does(json!({ "adopt": adoption }));
    assert_eq!(events[0], "adopted");
    events[1..].to_vec()
}

/// The same story under each fate.
fn under_each<T>(
    before: &Json,
    after: &Json,
    meanwhile: impl Fn(&mut Deal),
    look: impl Fn(&mut Deal) -> T,
) -> [T; 3] {
    FATES.map(|fate| {
        let mut deal = deal(before.clone(), &meanwhile);
        adopts(&mut deal, after.clone(), fate);
        look(&mut deal)
    })
}

const fn nothing(_: &mut Deal) {}

fn say(text: &str) -> Json {
    json!({ "notify": { "text": text } })
}

#[test]
fn v4_an_open_activity_of_a_changed_item() {
    let before = json!({ "plan": [{ "id": "call", "call": "Call", "due": "4 working days" }] });
    let after = json!({ "plan": [{ "id": "call", "call": "Call at once", "due": "1 working day", "mandatory": true,
                                   "script": "Ask." }] });
    let seen = under_each(&before, &after, nothing, |deal| {
        let it = deal.case().activities[0].clone();
        assert_eq!((it.moved, it.first_due), (0, None), "people have moved nothing (A8)");
        (local(it.due.unwrap().at), it.title.to_string(), it.mandatory, it.script.to_string())
    });
    let now = |due: &str| (due.to_owned(), "Call at once".to_owned(), true, "Ask.".to_owned());
    assert_eq!(seen[0], ("2026-03-07 00:00".to_owned(), "Call".to_owned(), false, String::new()));
    assert_eq!(seen[1], now("2026-03-05 00:00"));
    assert_eq!(seen[2], now("2026-03-04 00:00"), "one working day from Monday");
}

#[test]
fn v4_an_activity_that_is_done_is_not_asked_twice() {
    let before = json!({ "plan": [{ "id": "call", "call": "Call", "due": "4 working days" }] });
    let after =
        json!({ "plan": [{ "id": "call", "call": "Call", "due": "1 working day", "mandatory": true }] });
    let done = |deal: &mut Deal| drop(deal.finishes("Call", None));
    let open = under_each(&before, &after, done, |deal| deal.open());
    assert_eq!(open, [const { Vec::<String>::new() }; 3]);
}

#[test]
fn v4_what_an_outcome_planned_keeps_the_due_moment_of_that_outcome() {
    let kinds = json!({ "call": { "interaction": true, "outcomes": {
        "reached": {}, "no_answer": { "bad": true, "next": { "due": "2 days", "at_most": 3 } } } } });
    let of = |number: u32, due: &str| {
        scenario(json!({ "version": number, "kinds": kinds, "stages": [
            { "id": "request", "plan": [{ "id": "call", "call": "Call", "due": due }] }, { "id": "invoice" }] }))
    };
    let mut deal = Deal::opened(of(1, "4 hours"));
    deal.finishes("Call", Some("no_answer"));
    assert_eq!(deal.due("Call"), "2026-03-04 10:00");
    let new = of(2, "1 hour");
    let adoption = Adoption::between(deal.scenario.definition(), new.definition()).all(RuleFate::Restart);
    deal.scenario = new;
    assert_eq!(deal.does(json!({ "adopt": adoption })), ["adopted"]);
    assert_eq!(deal.due("Call"), "2026-03-04 10:00");
}

#[test]
fn v4_a_new_item() {
    let after = json!({ "plan": [{ "id": "call", "call": "Call", "due": "2 days", "mandatory": true }] });
    let due = under_each(&json!({}), &after, nothing, |deal| {
        let due = deal.case().activities.iter().map(|it| local(it.due.unwrap().at)).collect::<Vec<_>>();
        // The next input plans nothing that was spared.
        deal.sets(json!({ "x": true }));
        assert_eq!(deal.case().activities.len(), due.len());
        due
    });
    assert_eq!(due, [vec![], vec!["2026-03-05 12:00".to_owned()], vec!["2026-03-04 10:00".to_owned()]]);
    let mut kept = deal(json!({}), nothing);
    assert_eq!(adopts(&mut kept, after, RuleFate::Keep), ["spared"]);
    kept.moves("invoice");
    kept.moves("request");
    assert_eq!(kept.open(), ["Call"], "spared is this visit, not the case");
}

#[test]
fn v4_a_new_item_that_is_planned_when_something_becomes_true() {
    let after = json!({ "plan": [{ "id": "call", "call": "Call", "when": "fields.x" }] });
    let open = under_each(&json!({}), &after, nothing, |deal| {
        assert!(deal.open().is_empty());
        deal.sets(json!({ "x": true }));
        deal.open().len()
    });
    assert_eq!(open, [0, 1, 1]);
}

#[test]
fn v4_an_item_that_waits_for_its_condition_is_not_spared_for_having_changed() {
    let before = json!({ "plan": [{ "id": "call", "call": "Call", "when": "fields.x" }] });
    let after = json!({ "plan": [{ "id": "call", "call": "Call back", "when": "fields.x" }] });
    let open = under_each(&before, &after, nothing, |deal| {
        deal.sets(json!({ "x": true }));
        deal.open()
    });
    assert_eq!(open, [["Call back"], ["Call back"], ["Call back"]]);
}

#[test]
fn v4_an_item_that_is_gone() {
    let before = json!({ "plan": [{ "id": "call", "call": "Call", "mandatory": true }] });
    let ends = under_each(&before, &json!({}), nothing, |deal| {
        let ended = deal.case().finished.first().and_then(|it| it.end.clone());
        (
            deal.open(),
            ended.is_some_and(|end| matches!(end, ActivityEnd::Closed { rule, .. } if rule == "adopt")),
        )
    });
    assert_eq!(ends, [(vec!["Call".to_owned()], false), (vec![], true), (vec![], true)]);
    let mut kept = deal(before.clone(), nothing);
    adopts(&mut kept, json!({}), RuleFate::Keep);
    assert_eq!(kept.cannot_move("invoice"), ["V-M3-activity"], "what was planned is still to be done");
    kept.finishes("Call", None);
    kept.moves("invoice");
    let mut closed = deal(before, nothing);
    adopts(&mut closed, json!({}), RuleFate::Restart);
    closed.moves("invoice");
}

/// A mandatory activity that ended badly, or a group, whose item is gone holds nobody up: nothing can be done about it.
#[test]
fn v3_what_ended_badly_and_is_asked_no_more_holds_up_nobody() {
    let of = |group: Json| json!({ "plan": [{ "id": "agree", "kind": "approve", "title": "Agree", "mandatory": true, "group": group }] });
    let whole = |number: u32, request: Json| {
        let mut stage = json!({ "id": "request" });
        stage.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
        scenario(json!({ "version": number, "fields": { "people": { "type": "list", "of": "text" } },
            "kinds": { "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } } },
            "stages": [stage, { "id": "invoice" }] }))
    };
    for (mode, outcome) in [("at_once", "no"), ("in_turn", "no")] {
        let mut asked =
            Deal::of(whole(1, of(json!({ "each": "fields.people", "mode": mode, "needed": "all" }))));
        asked.opens(json!({ "responsible": "anna", "fields": { "people": ["vera", "gleb"] } }));
        let one = asked.id_for("vera");
        asked.by("vera", "head").does(json!({ "done": { "activity": one, "outcome": outcome } }));
        assert_eq!(asked.cannot_move("invoice"), ["V-M3-group"]);
        asked.scenario = whole(2, json!({}));
        asked.by("anna", "manager").does(json!({ "adopt": {} }));
        asked.moves("invoice");
    }
    // Those who are asked in turn are asked on.
    let mut asked =
        Deal::of(whole(1, of(json!({ "each": "fields.people", "mode": "in_turn", "needed": "all" }))));
    asked.opens(json!({ "responsible": "anna", "fields": { "people": ["vera", "gleb"] } }));
    asked.scenario = whole(2, json!({}));
    asked.does(json!({ "adopt": {} }));
    let one = asked.id_for("vera");
    asked.by("vera", "head").does(json!({ "done": { "activity": one, "outcome": "yes" } }));
    assert_eq!(asked.by("anna", "manager").cannot_move("invoice"), ["V-M3-group"]);
    let two = asked.id_for("gleb");
    asked.by("gleb", "head").does(json!({ "done": { "activity": two, "outcome": "yes" } }));
    asked.by("anna", "manager").moves("invoice");
}

#[test]
fn m11_a_debt_goes_by_where_its_stage_stands_now() {
    let of = |number: u32, stages: Json| {
        scenario(
            json!({ "version": number, "fields": { "a": { "type": "text" } }, "rights": { "override": "head" }, "stages": stages,
        "moves": [{ "from": "*", "to": ["request", "offer", "invoice", "shipment", "won", "lost"] }] }),
        )
    };
    let stage = |id: &str| json!({ "id": id });
    let invoice = json!({ "id": "invoice", "leave": { "need": ["a"] } });
    let all = json!([stage("request"), stage("offer"), invoice, stage("shipment")]);
    let first = scenario(json!({ "fields": { "a": { "type": "text" } }, "rights": { "override": "head" },
        "stages": [stage("request"), invoice, stage("shipment")] }));
    let mut deal = Deal::opened(first);
    deal.moves("invoice");
    deal.by("boss", "head").does(json!({ "move": { "to": "shipment", "override": "agreed" } }));
    assert_eq!(deal.case().debts.len(), 1);
    deal.scenario = of(2, all);
    deal.does(json!({ "adopt": {} }));
    // The offer stands before the invoice now: going back there ends what the invoice asked.
    assert!(deal.moves("offer").contains(&"debt_ended"));
}

#[test]
fn t6_a_wish_follows_its_trigger_to_where_that_moves_now() {
    let of = |number: u32, to: &str| {
        scenario(
            json!({ "version": number, "fields": { "x": { "type": "bool" }, "a": { "type": "text" } }, "stages": [
            { "id": "request", "triggers": [{ "id": "go", "on": { "becomes": "fields.x" }, "do": { "move": to } }] },
            { "id": to, "enter": { "need": ["a"] } }] }),
        )
    };
    let mut deal = Deal::opened(of(1, "shipment"));
    deal.sets(json!({ "x": true }));
    assert_eq!(deal.case().wishes[0].to, "shipment");
    deal.scenario = of(2, "delivery");
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted", "wish_ended", "wished"]);
    deal.sets(json!({ "a": "x" }));
    assert_eq!((deal.stage(), deal.case().wishes.len()), ("delivery", 0));
}

#[test]
fn t4_what_has_gone_off_without_firing_is_not_armed_by_the_next_adoption() {
    let of = |number: u32| {
        scenario(
            json!({ "version": number, "fields": { "x": { "type": "bool" }, "when": { "type": "date" } },
            "triggers": [{ "id": "near", "on": { "moment": { "field": "when" } }, "if": "fields.x", "do": say("near") }],
            "stages": [{ "id": "request", "plan": [{ "id": "call", "call": "Call", "due": "1 hour" }],
                "triggers": [{ "id": "late", "on": { "after": "1 hour" }, "if": "fields.x", "do": say("late") },
                             { "id": "overdue", "on": { "overdue": {} }, "if": "fields.x", "do": say("overdue") }] },
                { "id": "invoice" }] }),
        )
    };
    let mut deal = Deal::opened(of(1));
    deal.sets(json!({ "when": "2026-03-03" }));
    deal.at("2026-03-03 12:00");
    assert_eq!(deal.ticks().len(), 3);
    assert!(deal.case().timers.is_empty());
    deal.scenario = of(2);
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted"]);
    deal.sets(json!({ "x": true }));
    assert!(deal.ticks().is_empty());
}

/// A trigger that went off without firing, was removed and came back is a new one.
#[test]
fn v3_a_trigger_that_is_gone_and_comes_back_is_armed_anew() {
    let late = json!({ "triggers": [{ "id": "late", "on": { "after": "1 hour" }, "if": "fields.x", "do": say("late") }] });
    let mut deal = deal(late.clone(), |deal| {
        assert_eq!(deal.at("2026-03-02 12:00").ticks().len(), 1);
    });
    assert_eq!(adopts(&mut deal, json!({}), RuleFate::Keep), ["forgotten"]);
    deal.scenario = version(3, late);
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted", "armed"]);
}

#[test]
fn v4_what_was_spared_is_asked_where_a_later_version_begins_anew() {
    let of = |limit: &str| {
        json!({ "run": [{ "id": "check", "process": "check", "await": true, "limit": limit }],
                "plan": [{ "id": "ask", "task": "Ask", "when": "fields.x", "due": limit }] })
    };
    let mut deal = deal(json!({}), nothing);
    assert_eq!(adopts(&mut deal, of("2 days"), RuleFate::Keep), ["spared"]);
    let new = {
        let mut def = version(2, of("3 days")).definition().clone();
        def.version = 3;
        Scenario::new(def).unwrap()
    };
    let adoption = Adoption::between(deal.scenario.definition(), new.definition()).all(RuleFate::Restart);
    deal.scenario = new;
    assert_eq!(deal.does(json!({ "adopt": adoption })), ["adopted", "spared", "process_started", "effect"]);
    assert_eq!(deal.case().visit.spared, Vec::<String>::new());
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-process"]);
    deal.sets(json!({ "x": true }));
    assert_eq!(deal.open(), ["Ask"]);
}

#[test]
fn p1_another_process_takes_the_place_only_where_its_condition_holds() {
    let of = |process: &str, when: &str| json!({ "run": [{ "id": "check", "process": process, "await": true, "when": when }] });
    let mut deal = deal(of("a", "!fields.x"), nothing);
    assert_eq!(adopts(&mut deal, of("b", "fields.x"), RuleFate::Restart), ["process_ended", "effect"]);
    deal.moves("invoice");
}

#[test]
fn a3_what_hung_on_a_condition_that_is_gone_hangs_no_more() {
    let of = |number: u32, hook: Json| {
        scenario(json!({ "version": number, "facts": { "risky": { "type": "bool" } }, "stages": [
            { "id": "request", "run": [hook] }, { "id": "invoice" }] }))
    };
    let mut deal = Deal::opened(of(
        1,
        json!({ "id": "check", "process": "check", "await": true, "when": "facts.risky" }),
    ));
    assert_eq!(deal.case().hanging.len(), 1);
    deal.scenario = of(2, json!({ "id": "check", "process": "check", "await": true }));
    deal.does(json!({ "adopt": {} }));
    assert_eq!(deal.case().hanging, []);
}

#[test]
fn t9_a_closed_case_notices_only_what_becomes_so_after_it_has_adopted() {
    let of = |number: u32, triggers: Json| {
        scenario(json!({ "version": number, "fields": { "x": { "type": "bool" } }, "triggers": triggers,
            "stages": [{ "id": "request" }] }))
    };
    let mut deal = Deal::of(of(1, json!([])));
    deal.opens(json!({ "responsible": "anna", "fields": { "x": true } }));
    deal.loses();
    deal.scenario = of(2, json!([{ "id": "t", "on": { "becomes": "fields.x" }, "do": say("x") }]));
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted", "seen"]);
}

#[test]
fn v3_onto_a_mapped_stage_an_item_that_the_case_had_is_planned_neither_now_nor_later() {
    let invoice = |number: u32, extra: Json| {
        let mut all = vec![
            json!({ "id": "request" }),
            json!({ "id": "invoice", "plan": [
            { "id": "send", "task": "Send" }, { "id": "big", "task": "Tell the head", "when": "fields.x" }] }),
        ];
        all.extend(extra.as_array().unwrap().clone());
        scenario(json!({ "version": number, "fields": { "x": { "type": "bool" } }, "stages": all }))
    };
    let mut deal = Deal::of(invoice(1, json!([{ "id": "check" }])));
    deal.opens(json!({ "responsible": "anna", "fields": { "x": true } }));
    deal.moves("invoice");
    deal.finishes("Send", None);
    deal.finishes("Tell the head", None);
    deal.moves("check");
    deal.scenario = invoice(2, json!([]));
    deal.does(json!({ "adopt": { "stages": { "check": "invoice" } } }));
    deal.sets(json!({ "x": false }));
    deal.sets(json!({ "x": true }));
    assert_eq!(deal.open(), Vec::<String>::new());
}

#[test]
fn v4_a_group_keeps_whom_it_asked() {
    let of = |due: &str| {
        json!({ "plan": [{ "id": "agree", "task": "Agree", "due": due, "mandatory": true,
                           "group": { "each": "fields.people", "needed": "all" } }] })
    };
    let mut asked = Deal::of(version(1, of("5 days")));
    asked.opens(json!({ "responsible": "anna", "fields": { "people": ["vera", "gleb"] } }));
    asked.sets(json!({ "people": ["gleb"] }));
    asked.at("2026-03-03 12:00");
    assert_eq!(adopts(&mut asked, of("1 day"), RuleFate::Restart), ["replanned", "replanned"]);
    let due: Vec<_> = asked.case().activities.iter().map(|it| local(it.due.unwrap().at)).collect();
    assert_eq!(due, ["2026-03-04 12:00", "2026-03-04 12:00"]);
    assert!(asked.case().groups[0].mandatory && asked.case().activities.iter().all(|it| !it.mandatory));
    assert_eq!(asked.cannot_move("invoice"), ["V-M3-group"]);
}

#[test]
fn v4_a_limit() {
    let limit = |deal: &mut Deal| deal.case().visit.limit.map(|limit| local(limit.due.at));
    let some = |text: &str| Some(text.to_owned());
    let changed = under_each(&json!({ "limit": "9 days" }), &json!({ "limit": "2 days" }), nothing, limit);
    assert_eq!(changed, [some("2026-03-11 10:00"), some("2026-03-05 12:00"), some("2026-03-04 10:00")]);
    let new = under_each(&json!({}), &json!({ "limit": "2 days" }), nothing, limit);
    assert_eq!(new, [None, some("2026-03-05 12:00"), some("2026-03-04 10:00")]);
    let gone = under_each(&json!({ "limit": "2 days" }), &json!({}), nothing, limit);
    assert_eq!(gone, [None, None, None], "V3: what is gone is cancelled");
}

#[test]
fn v4_a_limit_while_the_clock_stands_still() {
    let of = |limit: &str| json!({ "limit": limit, "pause": { "when": "fields.x" } });
    // Paused on Monday at 16, after six hours.
    let paused = |deal: &mut Deal| {
        deal.at("2026-03-02 16:00").sets(json!({ "x": true }));
    };
    let due = under_each(&of("9 days"), &of("2 days"), paused, |deal| {
        deal.at("2026-03-10 10:00").sets(json!({ "x": false }));
        local(deal.case().visit.limit.unwrap().due.at)
    });
    assert_eq!(due[0], "2026-03-19 04:00", "9 days less six hours");
    assert_eq!(due[1], "2026-03-12 10:00", "two days from the adoption, none of which has run");
    assert_eq!(due[2], "2026-03-12 04:00", "2 days less six hours");
    // Six hours of a pause that is over do not count from the entry.
    let was_paused = |deal: &mut Deal| {
        deal.sets(json!({ "x": true }));
        deal.at("2026-03-02 16:00").sets(json!({ "x": false }));
    };
    let due = under_each(&of("9 days"), &of("2 days"), was_paused, |deal| {
        local(deal.case().visit.limit.unwrap().due.at)
    });
    assert_eq!(due, ["2026-03-11 16:00", "2026-03-05 12:00", "2026-03-04 16:00"]);
    let gone = under_each(&of("9 days"), &json!({ "pause": { "when": "fields.x" } }), paused, |deal| {
        deal.sets(json!({ "x": false }));
        deal.case().visit.limit
    });
    assert_eq!(gone, [None; 3]);
}

#[test]
fn v4_a_trigger_that_has_not_fired_yet() {
    let of =
        |after: &str| json!({ "triggers": [{ "id": "late", "on": { "after": after }, "do": say("late") }] });
    let due = |deal: &mut Deal| deal.case().timers.iter().map(|it| local(it.at)).collect::<Vec<_>>();
    let changed = under_each(&of("5 days"), &of("2 days"), nothing, due);
    assert_eq!(changed, [["2026-03-07 10:00"], ["2026-03-05 12:00"], ["2026-03-04 10:00"]]);
    let new = under_each(&json!({}), &of("2 days"), nothing, due);
    assert_eq!(new, [["2026-03-05 12:00"], ["2026-03-05 12:00"], ["2026-03-04 10:00"]]);
    let past = under_each(&json!({}), &of("3 hours"), nothing, |deal| {
        deal.ticks();
        deal.notices()
    });
    assert_eq!(past, [vec![], vec![], vec!["late".to_owned()]], "counted from the entry it is due already");
}

#[test]
fn v4_a_trigger_that_has_fired() {
    let of =
        |after: &str| json!({ "triggers": [{ "id": "late", "on": { "after": after }, "do": say("late") }] });
    let fired = |deal: &mut Deal| {
        deal.at("2026-03-03 11:00").ticks();
        assert_eq!(deal.notices(), ["late"]);
    };
    let due = under_each(&of("1 day"), &of("2 days"), fired, |deal| {
        deal.case().timers.iter().map(|it| local(it.at)).collect::<Vec<_>>()
    });
    assert_eq!(due, [vec![], vec!["2026-03-05 12:00".to_owned()], vec![]], "only a restart says it again");
}

#[test]
fn v4_an_after_trigger_while_the_clock_stands_still() {
    let of = |after: &str| {
        json!({ "pause": { "when": "fields.x" },
                "triggers": [{ "id": "late", "on": { "after": after }, "do": say("late") }] })
    };
    let paused = |deal: &mut Deal| {
        deal.at("2026-03-02 16:00").sets(json!({ "x": true }));
    };
    let due = under_each(&of("9 days"), &of("2 days"), paused, |deal| {
        deal.at("2026-03-10 10:00").sets(json!({ "x": false }));
        deal.case().timers.iter().map(|it| local(it.at)).collect::<Vec<_>>()
    });
    assert_eq!(due, [["2026-03-19 04:00"], ["2026-03-12 10:00"], ["2026-03-12 04:00"]]);
}

#[test]
fn v4_a_trigger_on_a_moment_from_a_field() {
    let of = |days: &str| json!({ "triggers": [{ "id": "soon", "on": { "moment": { "field": "when", "before": days } }, "do": say("soon") }] });
    let set = |deal: &mut Deal| drop(deal.sets(json!({ "when": "2026-03-20" })));
    let due = under_each(&of("2 days"), &of("5 days"), set, |deal| {
        deal.case().timers.iter().map(|it| local(it.at)).collect::<Vec<_>>()
    });
    assert_eq!(due, [["2026-03-18 00:00"], ["2026-03-15 00:00"], ["2026-03-15 00:00"]]);
}

#[test]
fn v4_a_moment_that_has_gone_off_is_said_again_by_a_restart_only() {
    let of = |days: &str| json!({ "triggers": [{ "id": "soon", "on": { "moment": { "field": "when", "before": days } }, "do": say("soon") }] });
    let gone_off = |deal: &mut Deal| {
        deal.sets(json!({ "when": "2026-03-05" }));
        deal.at("2026-03-03 11:00").ticks();
        assert_eq!(deal.notices(), ["soon"]);
    };
    let again = under_each(&of("2 days"), &of("5 days"), gone_off, |deal| deal.ticks().len());
    assert_eq!(again, [0, 1, 0]);
}

#[test]
fn v4_a_trigger_on_becoming() {
    let of =
        |text: &str| json!({ "triggers": [{ "id": "x", "on": { "becomes": "fields.x" }, "do": say(text) }] });
    let fired = |deal: &mut Deal| drop(deal.sets(json!({ "x": true })));
    let said = under_each(&of("old"), &of("new"), fired, |deal| deal.notices());
    assert_eq!(said, [vec![], vec!["new".to_owned()], vec![]], "restarted it counts as not holding (T9)");
    let said = under_each(&json!({}), &of("new"), fired, |deal| deal.notices());
    assert_eq!(
        said,
        [["new"], ["new"], ["new"]],
        "one that the case did not have counts as not holding (T9)"
    );
}

#[test]
fn v4_a_trigger_that_waits_for_something_else_now_has_no_clock() {
    let before = json!({ "triggers": [{ "id": "t", "on": { "after": "2 days" }, "do": say("late") }] });
    let after = json!({ "triggers": [{ "id": "t", "on": { "field": "x" }, "do": say("x") }] });
    let seen = under_each(&before, &after, nothing, |deal| {
        let timers = deal.case().timers.len();
        deal.sets(json!({ "x": true }));
        (timers, deal.notices())
    });
    assert_eq!(seen, [const { 0 }; 3].map(|timers| (timers, vec!["x".to_owned()])));
}

#[test]
fn v4_the_scenarios_own_triggers() {
    let of = |number: u32, days: &str| {
        scenario(json!({ "version": number, "fields": { "when": { "type": "date" } },
            "triggers": [{ "id": "soon", "on": { "moment": { "field": "when", "before": days } }, "do": say("soon") }],
            "stages": [{ "id": "request" }, { "id": "invoice" }] }))
    };
    for (fate, due) in FATES.into_iter().zip(["2026-03-18 00:00", "2026-03-15 00:00", "2026-03-15 00:00"]) {
        let mut deal = Deal::opened(of(1, "2 days"));
        deal.sets(json!({ "when": "2026-03-20" }));
        deal.moves("invoice");
        let new = of(2, "5 days");
        let adoption = Adoption::between(deal.scenario.definition(), new.definition()).all(fate);
        deal.scenario = new;
        deal.does(json!({ "adopt": adoption }));
        assert_eq!(local(deal.case().timers[0].at), due, "{fate:?}");
    }
}

#[test]
fn v4_a_process_that_runs() {
    let of = |limit: &str, good: &str, process: &str| json!({ "run": [{ "id": "check", "process": process, "await": true, "limit": limit, "good": [good] }] });
    let run = |deal: &mut Deal| {
        let run = deal.case().processes.last().unwrap().clone();
        (deal.case().processes.len(), local(run.due.unwrap().at), run.good.join(","), run.process)
    };
    let said = |count: usize, due: &str, good: &str, process: &str| {
        (count, due.to_owned(), good.to_owned(), process.to_owned())
    };
    let seen = under_each(&of("5 days", "yes", "a"), &of("2 days", "fine", "a"), nothing, run);
    assert_eq!(seen[0], said(1, "2026-03-07 10:00", "yes", "a"));
    assert_eq!(seen[1], said(1, "2026-03-05 12:00", "fine", "a"));
    assert_eq!(seen[2], said(1, "2026-03-04 10:00", "fine", "a"));
    let seen = under_each(&of("5 days", "yes", "a"), &of("5 days", "yes", "b"), nothing, run);
    assert_eq!(seen[0], said(1, "2026-03-07 10:00", "yes", "a"), "the one that runs goes on");
    assert_eq!(seen[1], said(2, "2026-03-08 12:00", "yes", "b"), "another takes its place");
    assert_eq!(seen[2].0, 2);
}

#[test]
fn v4_a_new_process() {
    let after = json!({ "run": [{ "id": "check", "process": "check", "await": true, "limit": "2 days" }] });
    let seen = under_each(&json!({}), &after, nothing, |deal| {
        let due = deal.case().processes.first().map(|run| local(run.due.unwrap().at));
        let awaited = deal.view(|view| view.processes[0].awaited);
        let held = deal.tries(super::dsl::read(json!({ "move": { "to": "invoice" } }))).is_err();
        (due, awaited, held)
    });
    assert_eq!(seen[0], (None, false, false), "spared, it holds nobody up");
    assert_eq!(seen[1], (Some("2026-03-05 12:00".to_owned()), true, true));
    assert_eq!(seen[2], (Some("2026-03-04 10:00".to_owned()), true, true));
}

#[test]
fn v4_a_process_that_runs_beside_is_waited_for_only_where_the_publisher_says_so() {
    let of = |awaited: bool| json!({ "run": [{ "id": "check", "process": "check", "await": awaited }] });
    let held = under_each(&of(false), &of(true), nothing, |deal| {
        deal.tries(super::dsl::read(json!({ "move": { "to": "invoice" } }))).is_err()
    });
    assert_eq!(held, [false, true, true]);
}

#[test]
fn v4_a_process_that_nobody_spoke_of_is_started_rather_than_holding_the_case_up_for_good() {
    let mut deal = deal(json!({}), nothing);
    deal.scenario = version(2, json!({ "run": [{ "id": "check", "process": "check", "await": true }] }));
    assert_eq!(deal.does(json!({ "adopt": {} })), ["adopted", "process_started", "effect"]);
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-process"]);
    deal.finish("done", true);
    deal.moves("invoice");
}

#[test]
fn v4_rules_without_a_fate_hold_from_the_adoption_on() {
    // A requirement of leaving is judged on leaving; one that is to be kept is owed at once (M13).
    let mut deal = deal(json!({}), nothing);
    let after =
        json!({ "leave": { "need": ["when"] }, "enter": { "need": [{ "that": "fields.x", "keep": true }] } });
    assert_eq!(adopts(&mut deal, after, RuleFate::Keep), ["debt_arose"]);
    assert_eq!(deal.cannot_move("invoice"), ["V-M11-debt", "V-M3-field"]);
    assert_eq!(deal.color("2026-03-03 12:00"), Color::Yellow);
    deal.does(json!({ "move": { "to": "invoice", "fields": { "x": true, "when": "2026-03-20" } } }));
}

#[test]
fn v4_a_fate_of_what_is_no_rule_is_refused() {
    let mut deal = deal(json!({}), nothing);
    deal.scenario = version(2, json!({ "limit": "1 day" }));
    for name in ["request", "request/limit/x", "request/leave/x", "/plan/x", "request/plan/", "trigger/", ""]
    {
        assert_eq!(
            deal.refused(json!({ "adopt": { "rules": { name: "restart" } } })),
            ["V-V4-rule"],
            "{name}"
        );
        assert_eq!(deal.refused(json!({ "adopt": { "added": [name] } })), ["V-V4-rule"], "{name}");
    }
    assert_eq!(
        deal.does(json!({ "adopt": { "rules": { "request/limit": "restart" } } })),
        ["adopted", "limit_set"]
    );
}

#[test]
fn v4_on_a_mapped_stage_a_new_visit_begins_whatever_the_fates() {
    let mut deal = deal(json!({ "limit": "1 day", "plan": [{ "id": "call", "call": "Call" }] }), nothing);
    let new = scenario(json!({ "version": 2, "stages": [{ "id": "talk", "limit": "3 days", "plan": [
        { "id": "ask", "task": "Ask" }] }, { "id": "invoice" }] }));
    let adoption = Adoption::between(deal.scenario.definition(), new.definition()).map("request", "talk");
    deal.scenario = new;
    let events = deal.does(json!({ "adopt": adoption }));
    assert_eq!(events, ["adopted", "left", "entered", "limit_set", "planned"]);
    assert_eq!(deal.open(), ["Call", "Ask"]);
    assert!(matches!(&deal.last()[1], Event::Left(end) if end.stage == "request"));
}

/// Recomputed to a moment that is past, an activity is overdue at once, and whoever waits for that is told.
#[test]
fn t1_what_a_recomputed_due_moment_makes_overdue_is_told() {
    let of = |due: &str| {
        json!({ "plan": [{ "id": "call", "call": "Call", "due": due }],
                "triggers": [{ "id": "late", "on": { "overdue": {} }, "do": say("late") }] })
    };
    let said = under_each(&of("9 days"), &of("1 hour"), nothing, |deal| {
        deal.ticks();
        deal.notices()
    });
    assert_eq!(said, [vec![], vec![], vec!["late".to_owned()]]);
}
