//! Activities, time and the light: A1 to A12.

use super::dsl::{Deal, json, local, msk, scenario};
use serde_json::Value as Json;
use voronka::Scenario;
use voronka::case::{ActivityEnd, Cause, Event};
use voronka::scenario::def::Color;

fn one(stage: Json) -> Scenario {
    let mut request = json!({ "id": "request" });
    for (name, part) in stage.as_object().unwrap() {
        request[name] = part.clone();
    }
    scenario(json!({
        "fields": { "x": { "type": "bool" }, "day": { "type": "date" }, "who": { "type": "list", "of": "text" },
                    "paper": { "type": "file" } },
        "facts": { "stock": { "type": "bool" } },
        "kinds": {
            "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } },
            "call": { "outcomes": {
                "a_reached": { "ask": ["day"] },
                "no_answer": { "bad": true, "next": { "due": "2 working days", "at_most": 2,
                                                       "then": { "notify": { "role": "head", "text": "Nobody answers" } } } }
            } }
        },
        "rights": { "override": "head", "activities": { "roles": ["head"], "when": "case.responsible == actor.id" } },
        "stages": [request, { "id": "invoice" }]
    }))
}

#[test]
fn a1_a_date_is_due_at_the_first_instant_of_the_next_day() {
    let mut deal = Deal::opened(one(
        json!({ "plan": [{ "task": "T", "due": { "field": "day" }, "when": "has(fields.day)" }] }),
    ));
    deal.sets(json!({ "day": "2026-03-05" }));
    assert_eq!(deal.due("T"), "2026-03-06 00:00");
    deal.does(json!({ "plan": { "kind": "task", "title": "By hand", "due": { "on": "2026-03-05" } } }));
    assert_eq!(deal.due("By hand"), "2026-03-06 00:00");
}

#[test]
fn a1_only_the_approver_or_a_deputy_finishes_an_approvers() {
    let mut deal = Deal::opened(one(
        json!({ "plan": [{ "kind": "approve", "title": "A", "group": { "each": "['boris']" } }] }),
    ));
    let id = deal.id_of("A");
    let done = json!({ "done": { "activity": id, "outcome": "yes" } });
    assert_eq!(deal.refused(done.clone()), ["V-A1-assignee"]);
    assert_eq!(deal.by("boss", "head").refused(done.clone()), ["V-A1-assignee"]);
    deal.actor.stands_in_for = vec!["boris".to_owned()];
    deal.does(done);
}

#[test]
fn a2_due_is_computed_once_with_the_cases_calendar_and_marked_beyond_what_is_known() {
    let mut deal = Deal::of(scenario(json!({
        "calendar": { "time_zone": "Europe/Moscow", "week": { "mon-fri": ["09:00-18:00"] }, "known_until": "2026-03-31" },
        "calendars": [{ "id": "far", "when": "fields.far", "calendar":
            { "time_zone": "Asia/Vladivostok", "week": { "mon-fri": ["09:00-18:00"] } } }],
        "fields": { "far": { "type": "bool" } },
        "stages": [{ "id": "request", "plan": [{ "task": "Today", "due": "end of today" }, { "task": "Later", "due": "60 days" }] }]
    })));
    deal.opens(json!({ "fields": { "far": true } }));
    assert_eq!(deal.case().calendar.as_deref(), Some("far"));
    assert_eq!(deal.due("Today"), "2026-03-02 17:00", "midnight in Vladivostok");
    let mut near = Deal::opened(deal.scenario.clone());
    let beyond = |deal: &Deal| {
        deal.case().activities.iter().map(|it| it.due.unwrap().beyond_known).collect::<Vec<_>>()
    };
    assert_eq!(beyond(&near), [false, true]);
    near.sets(json!({ "far": true }));
    assert_eq!(near.due("Today"), "2026-03-03 00:00", "chosen when it opened");
}

#[test]
fn a3_deadline_process_debt_unknown_and_given_up_make_the_light() {
    let mut deal = Deal::opened(scenario(json!({
        "deadline": "day",
        "fields": { "day": { "type": "date" } },
        "facts": { "stock": { "type": "bool" } },
        "stages": [{ "id": "request", "plan": [{ "task": "T", "due": "90 days" }],
                     "run": [{ "process": "check", "await": true, "when": "facts.stock", "limit": "1 day" }] }, { "id": "invoice" }]
    })));
    // An awaited process hangs on a fact that nobody knows.
    assert_eq!(deal.light("2026-03-02 10:00"), (Color::Yellow, Some(Cause::Unknown("request/run/check"))));
    deal.learns("stock", json!(true));
    let run = deal.run();
    assert_eq!(deal.light("2026-03-02 10:00"), (Color::Green, Some(Cause::Process(&run))));
    assert_eq!(deal.light("2026-03-03 10:00"), (Color::Red, Some(Cause::Process(&run))));
    deal.sets(json!({ "day": "2026-03-02" }));
    assert_eq!(deal.light("2026-03-02 10:00"), (Color::Yellow, Some(Cause::Deadline)));
    assert_eq!(deal.light("2026-03-03 00:00"), (Color::Red, Some(Cause::Deadline)));
    deal.sets(json!({ "day": null }));
    deal.finish("good", true);
    assert_eq!(deal.color("2026-03-03 10:00"), Color::Green);
    deal.does(json!({ "given_up": { "effect": "c1/1/1", "error": "no network" } }));
    assert_eq!(deal.light("2026-03-02 10:00"), (Color::Yellow, Some(Cause::GivenUp("c1/1/1"))));
    deal.does(json!({ "settled": { "effect": "c1/1/1" } }));
    assert_eq!(deal.color("2026-03-03 10:00"), Color::Green);
}

#[test]
fn a4_with_nothing_planned_it_is_what_the_scenario_says() {
    for (says, color) in [("red", Color::Red), ("yellow", Color::Yellow), ("green", Color::Green)] {
        let mut deal = Deal::opened(one(json!({ "nothing_planned": says })));
        assert_eq!(deal.light("2026-03-02 11:00"), (color, Some(Cause::NoNextStep)));
        deal.does(json!({ "plan": { "kind": "task", "title": "No due" } }));
        assert_eq!(deal.light("2026-03-02 11:00"), (Color::Green, None));
    }
}

#[test]
fn a5_the_light_tells_from_when_it_is_yellow_and_red() {
    let deal = Deal::opened(one(json!({ "plan": [{ "task": "T", "due": "2 working days by close" }] })));
    let light = deal.case().light(deal.now).unwrap();
    let moments = (light.yellow_from.map(local).unwrap(), light.red_from.map(local).unwrap());
    assert_eq!(moments, ("2026-03-04 00:00".to_owned(), "2026-03-04 18:00".to_owned()));
    assert_eq!(deal.color("2026-03-04 17:59:59.999"), Color::Yellow);
}

#[test]
fn a6_a_closed_case_has_no_light() {
    let mut deal = Deal::opened(one(json!({})));
    deal.loses();
    assert_eq!(deal.case().light(msk("2030-01-01 00:00")), None);
}

fn approvers(mode: &str, needed: Json) -> Deal {
    Deal::opened(one(json!({ "plan": [{
        "id": "ok", "kind": "approve", "title": "A", "mandatory": true,
        "group": { "each": "['a', 'b', 'b', 'c']", "mode": mode, "needed": needed }
    }] })))
}

fn answers(deal: &mut Deal, person: &str, outcome: &str) -> Vec<&'static str> {
    let id = deal.id_for(person);
    deal.by(person, "chief").does(json!({ "done": { "activity": id, "outcome": outcome } }))
}

#[test]
fn a7_in_turn_the_next_is_asked_when_the_one_before_has_answered() {
    let mut deal = approvers("in_turn", json!("any"));
    assert_eq!(deal.case().groups[0].persons, ["a", "b", "c"], "doubles are dropped");
    assert_eq!(answers(&mut deal, "a", "no"), ["ended", "planned"]);
    assert_eq!(answers(&mut deal, "b", "yes"), ["ended", "group_ended"]);
    assert_eq!((deal.case().groups[0].good, deal.open().len()), (Some(true), 0));
    let mut deal = approvers("in_turn", json!("all"));
    answers(&mut deal, "a", "yes");
    assert_eq!(answers(&mut deal, "b", "no"), ["ended", "group_ended"], "the third is not asked any more");
}

#[test]
fn a7_in_turn_goes_to_the_deputy_of_who_is_away() {
    let mut deal = approvers("in_turn", json!("all"));
    deal.away("b", "2026-04-01 00:00", "d").away("d", "2026-04-01 00:00", "e");
    answers(&mut deal, "a", "yes");
    let it = &deal.case().activities[0];
    assert_eq!(
        (it.assignee.as_deref(), it.instead_of.as_deref()),
        (Some("e"), Some("b")),
        "the deputy is away too"
    );
}

#[test]
fn a7_a_cancelled_member_can_no_longer_become_good() {
    let mut deal = approvers("at_once", json!("all"));
    let id = deal.id_for("a");
    let cancel = json!({ "cancel_activity": { "activity": id, "reason": "on leave" } });
    assert_eq!(deal.refused(cancel.clone()), ["V-M3-cancel"]);
    assert_eq!(deal.by("boss", "head").does(cancel), ["ended", "group_ended", "ended", "ended"]);
    assert_eq!(deal.case().groups[0].good, Some(false));
}

#[test]
fn a7_reopening_a_member_opens_the_question_again() {
    let mut deal = approvers("at_once", json!({ "at_least": 2 }));
    answers(&mut deal, "a", "no");
    answers(&mut deal, "b", "no");
    let id = deal.case().finished.iter().find(|it| it.assignee.as_deref() == Some("b")).unwrap().id.clone();
    let events = deal.does(json!({ "reopen_activity": { "activity": id } }));
    assert_eq!(
        events,
        ["activity_reopened", "activity_reopened", "group_ended"],
        "the third is asked again too"
    );
    assert_eq!(deal.case().groups[0].good, None);
    answers(&mut deal, "b", "yes");
    answers(&mut deal, "c", "yes");
    deal.by("anna", "manager").moves("invoice");
}

#[test]
fn a7_an_empty_list_holds_up_leaving_until_somebody_is_named() {
    let mut deal = Deal::opened(one(json!({ "plan": [{
        "kind": "approve", "title": "A", "mandatory": true, "when": "!fields.x", "group": { "each": "fields.who", "needed": { "at_least": 2 } }
    }] })));
    deal.sets(json!({ "x": false, "who": ["boris"] }));
    deal.sets(json!({ "x": true }));
    // No approver is missed where none is asked for.
    deal.moves("invoice");
    deal.moves("request");
    deal.sets(json!({ "x": false }));
    assert_eq!(deal.cannot_move("invoice"), ["V-A7-no-approver"]);
    assert_eq!(
        deal.sets(json!({ "who": ["boris", "clara"] })),
        ["field_set", "group_planned", "planned", "planned"]
    );
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-group"]);
}

#[test]
fn a8_an_activity_is_reassigned_and_back_to_the_responsible() {
    let mut deal = Deal::opened(one(json!({ "plan": [{ "task": "T", "role": "storekeeper" }] })));
    let id = deal.id_of("T");
    let reassign = |to: Json| json!({ "reassign": { "activity": id.clone(), "to": to } });
    deal.does(reassign(json!("boris")));
    assert_eq!(deal.case().activities[0].assignee.as_deref(), Some("boris"));
    deal.does(reassign(json!(null)));
    let it = &deal.case().activities[0];
    assert_eq!((&it.assignee, &it.role), (&None, &None), "it follows the responsible");
    assert_eq!(deal.by("petr", "manager").refused(reassign(json!("petr"))), ["V-G1-activity"]);
    assert_eq!(deal.refused(json!({ "done": { "activity": "c1/9/9" } })), ["V-A8-unknown"]);
}

#[test]
fn a9_a_pause_moves_only_limit_and_after_timers_and_what_was_due_stays_due() {
    let mut deal = Deal::opened(one(json!({
        "limit": "2 working days", "pause": { "when": "fields.x && facts.stock" },
        "plan": [{ "task": "T", "due": "1 day" }],
        "triggers": [{ "id": "soon", "on": { "after": "1 working hours" }, "do": { "notify": { "text": "An hour" } } }]
    })));
    let timer = deal.case().timers[0].id.clone();
    deal.learns("stock", json!(true));
    deal.at("2026-03-03 10:00").sets(json!({ "x": true }));
    assert_eq!(deal.due("T"), "2026-03-03 10:00", "an activity goes on");
    // The timer was due before the clock stood still.
    assert_eq!(deal.does(json!({ "timer": { "timer": timer } })), ["timer_fired", "triggered", "effect"]);
    // Unknown leaves the pause as it was.
    deal.does(json!({ "facts": { "values": [{ "fact": "stock", "unknown": "gone" }] } }));
    assert!(deal.case().visit.pause.is_some());
    deal.at("2026-03-10 16:00").sets(json!({ "x": false }));
    assert_eq!(
        local(deal.case().visit.limit.unwrap().due.at),
        "2026-03-12 00:00",
        "one working date after the 10th"
    );
}

#[test]
fn a10_open_activities_go_along_unless_they_are_to_stay() {
    let plans = || {
        one(
            json!({ "plan": [{ "task": "Follows" }, { "task": "Named", "assignee": "'anna'" }, { "task": "Other", "assignee": "'clara'" }] }),
        )
    };
    let whose = |deal: &Deal| {
        deal.case().activities.iter().map(|it| it.assignee.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let mut deal = Deal::opened(plans());
    assert_eq!(deal.does(json!({ "hand_over": { "to": "boris" } })), ["handed_over", "reassigned"]);
    assert_eq!(whose(&deal), ["", "boris", "clara"]);
    let mut deal = Deal::opened(plans());
    deal.does(json!({ "hand_over": { "to": "boris", "keep_activities": true } }));
    assert_eq!(whose(&deal), ["anna", "anna", "clara"]);
    // What a deputy does for the old responsible goes along as well.
    let mut deal = Deal::of(plans());
    deal.away("anna", "2026-04-01 00:00", "dora").opens(json!({ "responsible": "anna" }));
    assert_eq!(whose(&deal), ["dora", "dora", "clara"]);
    deal.does(json!({ "hand_over": { "to": "boris" } }));
    assert_eq!(whose(&deal), ["boris", "boris", "clara"]);
}

#[test]
fn a11_no_answer_calls_again_twice_and_then_tells_the_head() {
    let mut deal =
        Deal::opened(one(json!({ "plan": [{ "call": "Call", "mandatory": true, "script": "Be kind" }] })));
    assert_eq!(deal.finishes("Call", Some("no_answer")), ["ended", "planned"]);
    assert_eq!(deal.due("Call"), "2026-03-05 00:00");
    assert_eq!(deal.case().activities[0].script.to_string(), "Be kind");
    deal.finishes("Call", Some("no_answer"));
    assert_eq!(deal.finishes("Call", Some("no_answer")), ["ended", "effect"]);
    assert_eq!(deal.notices(), ["Nobody answers"]);
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-activity"]);
    let again = deal.case().finished[0].id.clone();
    deal.does(json!({ "reopen_activity": { "activity": again.clone() } }));
    let done = |fields: Json| json!({ "done": { "activity": again.clone(), "outcome": "a_reached", "fields": fields } });
    assert_eq!(deal.refused(done(json!({}))), ["V-A11-field"]);
    assert_eq!(
        deal.refused(json!({ "done": { "activity": again.clone(), "outcome": "nonsense" } })),
        ["V-A11-outcome"]
    );
    assert_eq!(deal.does(done(json!({ "day": "2026-03-09" }))), ["field_set", "ended"]);
}

#[test]
fn a11_an_interaction_that_did_not_come_about_does_no_mandatory_call() {
    let mut deal = Deal::opened(one(
        json!({ "plan": [{ "call": "Call", "mandatory": true }, { "kind": "email", "title": "Write" }] }),
    ));
    let phone = |deal: &Deal, result: &str| json!({ "interaction": { "channel": "phone", "result": result, "employee": "anna", "answers": deal.id_of("Call") } });
    let missed = phone(&deal, "missed");
    assert_eq!(deal.does(missed), ["logged"]);
    let named = phone(&deal, "no_answer");
    assert_eq!(deal.does(named), ["logged", "ended", "planned"]);
    let asks_more = phone(&deal, "answered");
    assert_eq!(deal.does(asks_more), ["logged"], "the outcome asks for a day, which is not known");
    let write = deal.id_of("Write");
    deal.does(json!({ "interaction": { "channel": "email", "answers": write } }));
    assert!(matches!(&deal.case().finished.last().unwrap().end, Some(ActivityEnd::Done { good: true, .. })));
}

#[test]
fn a12_a_note_is_kept_and_a_file_can_be_required() {
    let mut deal = Deal::opened(one(json!({ "leave": { "need": ["paper"] } })));
    assert_eq!(deal.refused(json!({ "note": { "text": " " } })), ["V-A12-empty"]);
    deal.does(json!({ "note": { "text": "He is on holiday" } }));
    assert!(matches!(&deal.last()[0], Event::Noted { text } if text == "He is on holiday"));
    assert_eq!(deal.cannot_move("invoice"), ["V-M3-field"]);
    deal.does(json!({ "move": { "to": "invoice", "fields": { "paper": "scan-17.pdf" } } }));
}

#[test]
fn a7_a_triggers_group_without_approvers_holds_up_leaving_until_somebody_is_named() {
    let group = json!({ "each": "fields.who" });
    let plan = json!({ "plan": { "kind": "approve", "title": "A", "mandatory": true, "group": group } });
    let mut deal =
        Deal::opened(one(json!({ "triggers": [{ "id": "ask", "on": { "message": "ask" }, "do": plan }] })));
    assert_eq!(deal.does(json!({ "message": { "name": "ask" } })), ["messaged", "triggered", "item_held"]);
    assert_eq!(deal.cannot_move("invoice"), ["V-A7-no-approver"]);
    assert_eq!(deal.sets(json!({ "who": ["boris"] })), ["field_set", "group_planned", "planned"]);
    deal.by("boris", "chief").finishes("A", Some("yes"));
    deal.by("anna", "manager").moves("invoice");
}
