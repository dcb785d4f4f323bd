//! The proof on the graph: each finding as shown and as possible, and what is no finding at all.

use serde_json::{Value as Json, json};
use std::fs;
use voronka::case::Input;
use voronka::foresight::proof::{
    Barred, Budget, Certainty, Code, Finding, Proof, Run, Why, prove, prove_with,
};
use voronka::{Event, Scenario};

pub fn scenario(json: &Json) -> Scenario {
    Scenario::from_json(&json.to_string()).unwrap_or_else(|defects| panic!("{defects:?}\n{json:#}"))
}

/// What was found, as short as it can be said.
fn told(proof: &Proof) -> Vec<(Code, Certainty, String)> {
    let of = |it: &Finding| it.stage.clone().unwrap_or_default();
    proof.findings.iter().map(|it| (it.code, it.certainty, of(it))).collect()
}

fn shown(code: Code, stage: &str) -> (Code, Certainty, String) {
    (code, Certainty::Shown, stage.to_owned())
}

fn possible(code: Code, stage: &str) -> (Code, Certainty, String) {
    (code, Certainty::Possible, stage.to_owned())
}

/// A run goes through as it stands; the stage on which it ends.
pub fn ends_on(run: &Run, scenario: &Scenario) -> String {
    let replayed = run.replay(scenario);
    assert_eq!(replayed.refused, None);
    assert_eq!(replayed.journal.len(), run.steps.len());
    replayed.case.unwrap().visit.stage
}

/// What is shown of a chain is what the engine says when the run is run.
pub fn is_endless(run: &Run, scenario: &Scenario) -> bool {
    let replayed = run.replay(scenario);
    match replayed.refused {
        Some((at, rejection)) => at + 1 == run.steps.len() && rejection.code() == "V-T5-endless",
        None => {
            let last = replayed.journal.last().unwrap();
            last.events.iter().any(|event| matches!(event, Event::CascadeUndone { .. }))
        }
    }
}

fn names(run: &Run) -> Vec<&'static str> {
    run.steps.iter().map(|step| step.input.name()).collect()
}

fn two(leave: Json, enter: Json) -> Scenario {
    scenario(&json!({
        "id": "two",
        "fields": { "amount": { "type": "decimal" }, "other": { "type": "decimal" }, "n": { "type": "number" } },
        "stages": [
            { "id": "a", "leave": { "need": leave } },
            { "id": "b", "enter": { "need": enter } },
            { "id": "won", "outcome": "won" },
            { "id": "lost", "outcome": "lost" }
        ]
    }))
}

#[test]
fn v2_a_scenario_that_is_well_has_no_findings() {
    let it = two(json!([{ "that": "fields.amount > 100" }]), json!([{ "that": "fields.amount < 101" }]));
    let proof = prove(&it);
    assert_eq!((told(&proof), proof.exhausted, proof.blocks()), (vec![], false, false));
}

#[test]
fn v2_what_contradicts_itself_on_every_way_shows_a_stage_unreached() {
    let it = two(
        json!([{ "id": "much", "that": "fields.amount > 100" }]),
        json!([{ "id": "little", "that": "fields.amount < 50" }]),
    );
    let proof = prove(&it);
    assert_eq!(told(&proof), [shown(Code::StageUnreached, "b"), shown(Code::StageUnreached, "won")]);
    assert!(proof.blocks());
    let finding = &proof.findings[0];
    assert_eq!((finding.pointer.as_str(), &finding.run), ("/stages/1", &None));
    let Why::Barred(Barred::Clash { clash }) = &finding.because[0].why else { panic!("{finding:?}") };
    let rules: Vec<_> = clash.iter().map(|it| (it.rule.as_str(), it.condition.as_str())).collect();
    assert_eq!(rules, [("a/leave/much", "fields.amount > 100"), ("b/enter/little", "fields.amount < 50")]);
    assert_eq!(proof.findings[1].because[0].why, Why::Unreached);
}

#[test]
fn v2_what_no_values_were_found_for_is_only_possible() {
    // There are such numbers, and none among those that are tried; and there are none, which nobody proved.
    for hard in ["fields.amount * fields.amount == 1522756", "fields.amount * 0 > 5"] {
        let it = two(json!([{ "that": hard }]), json!([]));
        let proof = prove(&it);
        let unreached = [possible(Code::StageUnreached, "b"), possible(Code::StageUnreached, "won")];
        assert_eq!(told(&proof), unreached, "{hard}");
        assert!(!proof.blocks());
        let Why::Missing(missing) = &proof.findings[0].because[0].why else { panic!() };
        assert_eq!(missing[0].code, "V-M3-condition");
    }
}

#[test]
fn v2_between_two_literals_and_at_them_values_are_found() {
    for (leave, enter) in [
        ("fields.amount > 1 && fields.amount < 1.0001", "true"),
        ("fields.amount >= 7", "fields.amount <= 7"),
        ("fields.amount > -3 && fields.amount < 0", "fields.amount != -1"),
        ("fields.n > 4 && fields.n < 6", "true"),
        ("!has(fields.amount)", "!(fields.amount > 3)"),
        ("fields.amount > fields.other", "fields.other > 10"),
        ("fields.amount + fields.other == 12", "fields.amount == 4"),
        ("fields.amount in [3, 5, 9]", "fields.amount > 4 && fields.amount < 9"),
        ("fields.amount > 5 ? fields.other > 5 : fields.other < 2", "fields.amount > 7"),
    ] {
        let it = two(json!([{ "that": leave }]), json!([{ "that": enter }]));
        assert_eq!(told(&prove(&it)), [], "{leave} / {enter}");
    }
    // No whole number lies between four and five, nor any number at both ends.
    for (leave, enter) in [
        ("fields.n > 4 && fields.n < 5", "true"),
        ("fields.amount > 7", "fields.amount <= 7"),
        ("fields.amount in [3, 5]", "!(fields.amount < 10)"),
        ("fields.amount == 3", "!has(fields.amount)"),
        ("fields.amount > 5 ? fields.other > 5 : fields.other < 2", "fields.amount > 7 && fields.other < 5"),
    ] {
        let it = two(json!([{ "that": leave }]), json!([{ "that": enter }]));
        assert_eq!(told(&prove(&it))[0], shown(Code::StageUnreached, "b"), "{leave} / {enter}");
    }
}

#[test]
fn v2_a_requirement_that_counts_only_when_something_holds_bars_only_then() {
    let need = json!([{ "field": "amount", "min": 10, "when": "fields.n > 3" }]);
    let it = two(need.clone(), json!([{ "that": "fields.amount < 5" }]));
    assert_eq!(told(&prove(&it)), []);
    let it = two(need, json!([{ "that": "fields.amount < 5 && fields.n == 4" }]));
    assert_eq!(told(&prove(&it))[0], shown(Code::StageUnreached, "b"));
}

#[test]
fn m11_where_somebody_may_override_what_contradicts_itself_is_only_possible() {
    let mut json = two(json!([{ "that": "fields.amount > 9" }]), json!([{ "that": "fields.amount < 5" }]));
    let mut def = serde_json::to_value(json.definition()).unwrap();
    def["rights"] = json!({ "override": "head" });
    json = scenario(&def);
    assert_eq!(
        told(&prove(&json)),
        [possible(Code::StageUnreached, "b"), possible(Code::StageUnreached, "won")]
    );
    // A move's own condition nobody passes over.
    def["moves"] = json!([{ "from": "a", "to": "b", "if": "fields.amount > 9 && fields.amount < 5" },
        { "from": "*", "to": "lost" }, { "from": "b", "to": "won" }]);
    assert_eq!(told(&prove(&scenario(&def)))[0], shown(Code::StageUnreached, "b"));
}

/// Two stages, of which the second is left by one way only.
fn trap(way_out: Json, more: Json) -> Scenario {
    let mut json = json!({
        "id": "trap",
        "fields": { "amount": { "type": "decimal" }, "done": { "type": "bool" } },
        "stages": [
            { "id": "a" }, { "id": "b" }, { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
        ],
        "moves": [
            { "from": "a", "to": ["b", "lost"], "who": "clerk", "if": "fields.amount > 10" },
            way_out
        ]
    });
    for (name, value) in more.as_object().unwrap() {
        json[name] = value.clone();
    }
    scenario(&json)
}

#[test]
fn v2_a_stage_that_nobody_may_leave_is_shown_by_a_shortest_run_onto_it() {
    let it = trap(json!({ "from": "b", "to": "won", "who": [] }), json!({}));
    let proof = prove(&it);
    assert_eq!(told(&proof), [shown(Code::StageWithoutWayOut, "b"), shown(Code::StageUnreached, "won")]);
    let finding = &proof.findings[0];
    assert_eq!(finding.because[0].why, Why::Barred(Barred::Nobody));
    let run = finding.run.as_ref().unwrap();
    assert_eq!(ends_on(run, &it), "b");
    // The amount goes with the move.
    assert_eq!(names(run), ["open", "move"]);
    assert_eq!(run.steps[1].actor.roles, ["clerk"]);
}

#[test]
fn v2_a_stage_that_no_values_let_leave_is_shown_and_where_that_is_not_certain_possible() {
    let clash = "fields.amount > 10 && fields.amount < 5";
    let it = trap(json!({ "from": "b", "to": "won", "if": clash }), json!({}));
    let proof = prove(&it);
    assert_eq!(told(&proof)[0], shown(Code::StageWithoutWayOut, "b"));
    assert_eq!(ends_on(proof.findings[0].run.as_ref().unwrap(), &it), "b");

    let it = trap(json!({ "from": "b", "to": "won", "if": "fields.amount * 0 > 5" }), json!({}));
    let proof = prove(&it);
    assert_eq!(
        told(&proof),
        [possible(Code::StageWithoutWayOut, "b"), possible(Code::StageUnreached, "won")]
    );
    assert_eq!(ends_on(proof.findings[0].run.as_ref().unwrap(), &it), "b");
    assert!(!proof.blocks());
}

#[test]
fn v2_stages_that_lead_only_to_each_other_never_end() {
    let mut moves = json!([{ "from": "a", "to": ["b", "lost"] }, { "from": "b", "to": "c" },
        { "from": "c", "to": "b" }, { "from": ["b", "c"], "to": "won", "if": "fields.amount > 10 && fields.amount < 5" }]);
    let json = |moves: &Json| {
        json!({ "id": "ring", "fields": { "amount": { "type": "decimal" } },
            "stages": [{ "id": "a" }, { "id": "b" }, { "id": "c" }, { "id": "won", "outcome": "won" },
                { "id": "lost", "outcome": "lost" }],
            "moves": moves })
    };
    let it = scenario(&json(&moves));
    let proof = prove(&it);
    assert_eq!(
        told(&proof),
        [
            shown(Code::StageWithoutEnd, "b"),
            shown(Code::StageWithoutEnd, "c"),
            shown(Code::StageUnreached, "won")
        ]
    );
    let runs: Vec<_> = proof.findings.iter().filter_map(|it| it.run.as_ref()).collect();
    assert_eq!(runs.iter().map(|run| ends_on(run, &it)).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(runs.iter().map(|run| run.steps.len()).collect::<Vec<_>>(), [2, 3]);
    // One way out of the ring will do for both.
    moves[3]["if"] = json!("fields.amount > 10");
    assert_eq!(told(&prove(&scenario(&json(&moves)))), []);
}

#[test]
fn v2_a_case_that_nobody_can_open_is_shown() {
    let it = scenario(&json!({ "id": "shut", "fields": { "n": { "type": "number" } },
        "stages": [{ "id": "a", "enter": { "need": [{ "that": "fields.n > 2 && fields.n < 1" }] } },
            { "id": "won", "outcome": "won" }] }));
    let proof = prove(&it);
    assert_eq!(told(&proof)[0], shown(Code::NeverOpened, "a"));
}

/// Two fields that triggers set by each other.
fn chain(condition: &str, limit: u32) -> Scenario {
    scenario(&json!({
        "id": "chain",
        "bounds": { "cascade": limit },
        "fields": { "x": { "type": "number" }, "y": { "type": "number" }, "wild": { "type": "number" } },
        "stages": [{ "id": "a" }, { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }],
        "triggers": [
            { "id": "there", "on": { "field": "x" }, "if": condition, "repeat": true,
              "do": { "set": { "field": "y", "to": "fields.x + 1" } } },
            { "id": "back", "on": { "field": "y" }, "repeat": true,
              "do": { "set": { "field": "x", "to": "fields.y + 1" } } }
        ]
    }))
}

#[test]
fn t5_a_chain_without_end_is_shown_by_the_run_that_is_refused() {
    let it = chain("fields.wild > 5", 20);
    let proof = prove(&it);
    assert_eq!(told(&proof), [shown(Code::ChainEndless, "")]);
    let finding = &proof.findings[0];
    assert_eq!(finding.triggers, ["/trigger/back", "/trigger/there"]);
    assert_eq!(finding.pointer, "/triggers/1");
    let run = finding.run.as_ref().unwrap();
    // Both fields at once: no run is shorter, since opening alone changes nothing.
    assert_eq!(names(run), ["open", "set"]);
    assert!(is_endless(run, &it));
}

#[test]
fn t5_a_chain_that_values_end_is_possible_and_not_shown() {
    // It goes round, but no further than the limit lets it; and it never begins.
    for condition in ["fields.x < 6", "fields.wild > 5 && fields.wild < 3"] {
        let it = chain(condition, 50);
        let proof = prove(&it);
        assert_eq!(told(&proof), [possible(Code::ChainEndless, "")], "{condition}");
        assert_eq!(proof.findings[0].triggers, ["/trigger/there", "/trigger/back"]);
    }
    // The same where the scenario lets triggers fire three times only.
    let it = chain("fields.x < 6", 3);
    let proof = prove(&it);
    assert_eq!(told(&proof), [shown(Code::ChainEndless, "")]);
    assert!(is_endless(proof.findings[0].run.as_ref().unwrap(), &it));
}

#[test]
fn t5_triggers_that_throw_a_case_to_and_fro_are_shown_where_the_throwing_begins() {
    let json = json!({
        "id": "pendulum",
        "fields": { "loose": { "type": "bool" } },
        "stages": [
            { "id": "a" },
            { "id": "b", "triggers": [{ "id": "on", "on": "entered", "if": "fields.loose", "do": { "move": "c" } }] },
            { "id": "c", "triggers": [{ "id": "back", "on": "entered", "do": { "move": "b" } }] },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
        ]
    });
    let it = scenario(&json);
    let proof = prove(&it);
    let chains: Vec<_> = proof.findings.iter().filter(|it| it.code == Code::ChainEndless).collect();
    assert_eq!(chains.len(), 1, "{:?}", told(&proof));
    assert_eq!(chains[0].triggers, ["b/trigger/on", "c/trigger/back"]);
    let run = chains[0].run.as_ref().unwrap();
    assert_eq!(names(run), ["open", "move"]);
    assert!(
        matches!(&run.steps[1].input, Input::Move(it) if it.to == "b" && it.fields.contains_key("loose"))
    );
    assert!(is_endless(run, &it));
}

/// A way that only one trigger goes.
fn by_trigger(on: Json, stage: Json, more: Json) -> Scenario {
    let mut first = json!({ "id": "a", "triggers": [{ "id": "go", "on": on, "do": { "move": "b" } }] });
    for (name, value) in stage.as_object().unwrap() {
        if name == "if" {
            first["triggers"][0]["if"] = value.clone();
        } else {
            first[name] = value.clone();
        }
    }
    let mut json = json!({
        "id": "only",
        "fields": { "n": { "type": "number" }, "d": { "type": "date" }, "t": { "type": "text" },
            "people": { "type": "list", "of": "text" },
            "lines": { "type": "list", "of": { "item": "text", "quantity": "decimal" } } },
        "facts": { "f": { "type": "decimal" }, "stock": { "type": "decimal", "by": ["item"] } },
        "documents": { "order": { "sums": { "amount": {} } }, "payment": { "sums": { "amount": {} } } },
        "kinds": { "call": { "outcomes": { "reached": {}, "no_answer": { "bad": true, "ask": ["t"] } } } },
        "stages": [first, { "id": "b" }, { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }],
        "moves": [{ "from": "a", "to": "b", "who": [] }, { "from": "*", "to": "lost" }, { "from": "b", "to": "won" }]
    });
    for (name, value) in more.as_object().unwrap() {
        json[name] = value.clone();
    }
    scenario(&json)
}

#[test]
fn t1_whatever_a_trigger_waits_for_can_be_brought_about() {
    let none = json!({});
    for (on, stage) in [
        (json!({ "becomes": "fields.n > 10" }), none.clone()),
        (json!({ "becomes": "facts.f >= 100" }), none.clone()),
        (
            json!({ "becomes": "documents.payment.amount >= documents.order.amount && documents.order.amount > 20" }),
            none.clone(),
        ),
        (
            json!({ "becomes": "fields.lines.all(l, facts.stock[l.item] >= l.quantity) && size(fields.lines) > 1" }),
            none.clone(),
        ),
        (json!({ "becomes": "activities.call.no_answer > 1" }), none.clone()),
        (
            json!({ "becomes": "groups.ask.good" }),
            json!({ "plan": [{ "id": "ask", "task": "Approve", "group": { "each": "fields.people", "needed": { "at_least": 2 }, "not_by": "author" } }] }),
        ),
        (
            json!({ "becomes": "processes.check.result == 'fine'" }),
            json!({ "run": [{ "process": "check" }] }),
        ),
        (json!({ "after": "2 days" }), json!({ "if": "fields.n == 3" })),
        (json!({ "moment": { "field": "d", "before": "1 day" } }), none.clone()),
        (json!({ "field": "n" }), json!({ "if": "fields.n > 100 && fields.t == 'x'" })),
        (json!({ "fact": "f" }), json!({ "if": "facts.f > 3 && fields.n < 2" })),
        (json!({ "fact": "stock" }), none.clone()),
        (json!({ "planned": { "kind": "call" } }), none.clone()),
        (json!({ "done": { "kind": "call", "outcome": "no_answer" } }), none.clone()),
        (
            json!({ "done": { "item": "first" } }),
            json!({ "plan": [{ "id": "first", "call": "Call", "role": "clerk" }] }),
        ),
        (json!({ "overdue": {} }), json!({ "plan": [{ "id": "first", "call": "Call", "due": "1 day" }] })),
        (
            json!({ "interaction": { "channel": "email", "direction": "out", "result": "bounced" } }),
            none.clone(),
        ),
        (
            json!({ "started": { "process": "check" } }),
            json!({ "run": [{ "process": "check", "by_hand": true }] }),
        ),
        (
            json!({ "finished": { "process": "check", "result": "poor", "good": false } }),
            json!({ "run": [{ "process": "check", "when": "fields.n > 6" }] }),
        ),
        (
            json!({ "process_overdue": { "process": "check" } }),
            json!({ "run": [{ "process": "check", "limit": "1 day" }] }),
        ),
        (
            json!({ "answered": { "command": "reserve", "answer": "refused" } }),
            json!({ "commands": [{ "id": "reserve", "when": "fields.n > 2", "ask": ["t"] }] }),
        ),
        (json!({ "document": { "document": "order", "event": "shipped" } }), none.clone()),
        (json!({ "message": "ping" }), none.clone()),
        (json!("handed_over"), none.clone()),
        (json!({ "given_up": "print" }), none.clone()),
        (json!("entered"), json!({ "if": "fields.n > 2" })),
    ] {
        let it = by_trigger(on.clone(), stage.clone(), json!({}));
        let proof = prove(&it);
        assert_eq!(told(&proof), [], "{on} {stage}");
    }
}

#[test]
fn t6_a_wish_is_granted_by_what_holds_it_up() {
    let stage = json!({
        "leave": { "need": ["t", { "that": "fields.n > 3" }] },
        "plan": [{ "id": "first", "call": "Call", "mandatory": true }],
        "run": [{ "process": "check", "await": true, "good": ["fine"] }]
    });
    let it = by_trigger(json!({ "message": "ping" }), stage, json!({}));
    assert_eq!(told(&prove(&it)), []);
}

#[test]
fn m3_whatever_holds_a_move_up_can_be_brought_about() {
    for (need, plan) in [
        (json!([{ "field": "t", "pattern": "[A-Z]{2}-\\d{4}" }]), json!([])),
        (json!([{ "field": "t", "min": 12 }]), json!([])),
        (json!([{ "field": "people", "min": 4 }]), json!([])),
        (json!([{ "that": "fields.t.startsWith('AB') && fields.t.endsWith('AB')" }]), json!([])),
        (json!([{ "that": "fields.t.matches('^x[0-9]+$')" }]), json!([])),
        (json!([{ "that": "fields.d > date('2027-03-01') && fields.d < date('2027-03-03')" }]), json!([])),
        (json!([{ "that": "fields.d > today" }]), json!([])),
        (json!([{ "that": "fields.lines.exists(l, l.quantity > 40 && l.item == 'bolt')" }]), json!([])),
        (json!([{ "party": "client" }, { "that": "case.parties.client == 'acme'" }]), json!([])),
        (json!([{ "that": "case.responsible == 'anna'" }]), json!([])),
        (json!([{ "that": "facts.stock['bolt'] > 3" }]), json!([])),
        (json!([]), json!([{ "id": "first", "call": "Call", "mandatory": true, "role": "clerk" }])),
        (
            json!([]),
            json!([{ "id": "first", "call": "Call", "mandatory": true, "assignee": "'zoe'", "not_by": "author" }]),
        ),
        (
            json!([]),
            json!([{ "id": "ask", "task": "Approve", "mandatory": true, "group": { "each": "fields.people", "mode": "in_turn", "needed": { "at_least": 3 } } }]),
        ),
    ] {
        let it = scenario(&json!({
            "id": "held",
            "fields": { "d": { "type": "date" }, "t": { "type": "text" }, "people": { "type": "list", "of": "text" },
                "lines": { "type": "list", "of": { "item": "text", "quantity": "decimal" } } },
            "facts": { "stock": { "type": "decimal", "by": ["item"] } },
            "parties": { "client": {} },
            "stages": [{ "id": "a", "leave": { "need": need }, "plan": plan }, { "id": "b" },
                { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }]
        }));
        assert_eq!(told(&prove(&it)), [], "{need} {plan}");
    }
}

#[test]
fn g1_people_of_several_roles_are_found_to_do_what_each_may() {
    let it = scenario(&json!({
        "id": "roles",
        "fields": {
            "amount": { "type": "decimal", "edit": "clerk" }, "checked": { "type": "bool", "edit": "auditor" },
            "made": { "type": "text", "edit": [] }
        },
        "facts": { "f": { "type": "bool" } },
        "stages": [
            { "id": "a", "leave": { "need": ["amount", { "that": "fields.checked" }] },
              "plan": [{ "id": "look", "task": "Look", "mandatory": true, "role": "auditor", "not_by": "author" }] },
            { "id": "b", "leave": { "need": ["made"] },
              "triggers": [{ "id": "make", "on": { "fact": "f" }, "do": { "set": { "field": "made", "to": "'it'" } } }] },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
        ],
        "moves": [
            { "from": "a", "to": "b", "who": { "when": "case.responsible == actor.id" }, "not_by": "author" },
            { "from": "b", "to": "won", "who": "head", "if": "actor.id == 'boris' && 'east' in actor.teams" },
            { "from": "*", "to": "lost" }
        ],
        "rights": { "open": "clerk", "hand_over": "head", "report": "host", "activities": "head" }
    }));
    let proof = prove(&it);
    assert_eq!(told(&proof), []);
}

#[test]
fn p1_what_an_awaited_process_brings_back_fills_a_field_that_nobody_edits() {
    let it = scenario(&json!({
        "id": "back",
        "fields": { "grade": { "type": "number", "edit": [] } },
        "stages": [
            { "id": "a", "leave": { "need": ["grade"] }, "run": [{ "process": "check", "take": { "grade": "mark" } }] },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
        ]
    }));
    assert_eq!(told(&prove(&it)), []);
}

#[test]
fn v2_nothing_is_shown_of_what_is_shipped() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut seen = 0;
    for folder in ["examples", "src/process/templates"] {
        for entry in fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with(".json") || name.ends_with(".tests.json") || name.ends_with(".mapping.json") {
                continue;
            }
            seen += 1;
            let it = Scenario::from_json(&fs::read_to_string(&path).unwrap()).unwrap();
            let proof = prove(&it);
            assert_eq!((told(&proof), proof.exhausted), (vec![], false), "{name}");
        }
    }
    assert!(seen >= 8, "{seen}");
}

/// Whatever is broken on purpose in the wholesale scenario is found.
#[test]
fn v2_each_way_of_breaking_the_wholesale_scenario_is_found() {
    let text = include_str!("../../examples/wholesale.json");
    let broken = |change: &dyn Fn(&mut Json)| {
        let mut json: Json = serde_json::from_str(text).unwrap();
        change(&mut json);
        // Without anybody who overrides, so that what contradicts itself is certain.
        json["rights"].as_object_mut().unwrap().remove("override");
        let it = scenario(&json);
        told(&prove(&it))
    };
    assert_eq!(broken(&|_| {}), []);
    let unpaid = broken(&|json| {
        json["stages"][2]["enter"]["need"][0]["that"] =
            json!("fields.terms == 'deferral' && fields.terms == 'prepayment'");
    });
    let after = |stages: &[&str]| stages.iter().map(|it| shown(Code::StageUnreached, it)).collect::<Vec<_>>();
    assert_eq!(unpaid, after(&["prepayment", "shipment", "won"]));
    let shipped = broken(&|json| {
        json["stages"][3]["leave"]["need"][0]["that"] = json!("facts.shipped && !facts.shipped")
    });
    assert_eq!(shipped, after(&["won"]));
    let discount = broken(&|json| {
        json["stages"][1]["leave"]["need"][0] = json!({ "field": "discount", "min": 31 });
    });
    assert_eq!(discount, after(&["prepayment", "shipment", "won"]));
    let choice = broken(
        &|json| json["stages"][0]["leave"]["need"][0] = json!({ "that": "!(fields.client_type in ['shop', 'builder', 'factory']) && has(fields.client_type)" }),
    );
    assert_eq!(choice, after(&["invoice", "prepayment", "shipment", "won"]));
}

#[test]
fn c4_a_spent_budget_says_so_and_shows_nothing_that_is_not_so() {
    let text = include_str!("../../examples/wholesale.json");
    let it = Scenario::from_json(text).unwrap();
    for budget in [Budget::default().steps(0), Budget::default().steps(3), Budget::default().judgements(5)] {
        let proof = prove_with(&it, budget);
        assert!(proof.exhausted && !proof.blocks(), "{budget:?} {:?}", told(&proof));
        assert!(proof.steps <= budget.steps);
    }
}

#[test]
fn c1_the_same_scenario_gives_the_same_proof_which_is_plain_data() {
    let it = trap(json!({ "from": "b", "to": "won", "who": [] }), json!({}));
    let proof = prove(&it);
    assert_eq!(proof, prove(&it));
    let json = serde_json::to_string(&proof).unwrap();
    let read: Proof = serde_json::from_str(&json).unwrap();
    assert_eq!(read, proof);
    assert_eq!(ends_on(read.findings[0].run.as_ref().unwrap(), &it), "b");
}

#[test]
fn v2_a_proof_is_told_in_both_languages() {
    let it = trap(json!({ "from": "b", "to": "won", "who": [] }), json!({}));
    let proof = prove(&it);
    assert_eq!(
        proof.told(&it, "en"),
        "shown[stage-without-way-out]: cases enter “b” and none can leave it
  from “b” to “won”: nobody may, and no trigger goes this way
  The run that leads there:
    1. 12 January 2026, 09:00 UTC, clerk (clerk): open the case
    2. 12 January 2026, 09:01 UTC, clerk (clerk): move to “b”; fields: “amount”
shown[stage-unreached]: no case reaches “won”
  from “b” to “won”: nobody may, and no trigger goes this way
"
    );
    let ru = proof.told(&it, "ru");
    assert!(
        ru.starts_with(
            "доказано[stage-without-way-out]: обращения попадают на этап «b» и не могут с него уйти\n"
        ),
        "{ru}"
    );
    assert!(!ru.contains('{') && ru.lines().count() == 7, "{ru}");
    let it = chain("fields.wild > 5", 20);
    for (language, refused) in [("en", "refused: "), ("ru", "отказано: ")] {
        let told = prove(&it).told(&it, language);
        assert!(told.lines().last().unwrap().contains(refused), "{told}");
    }
    let fine = two(json!([]), json!([]));
    assert_eq!(prove(&fine).told(&fine, "ru").lines().count(), 1);
}

/// Only the case that started a process stops it: nobody may go that way, and cases end there all the same.
#[test]
fn p5_where_a_cancelled_process_ends_is_reached_though_nobody_may_go_there() {
    let it = scenario(&json!({ "id": "approval", "kind": "process", "cancelled": "stopped",
        "stages": [{ "id": "ask" }, { "id": "yes", "outcome": "result" },
                   { "id": "stopped", "outcome": "bad_result" }],
        "moves": [{ "from": "ask", "to": "yes" }, { "from": "*", "to": "stopped", "who": [] }] }));
    assert!(!prove(&it).blocks(), "{:?}", told(&prove(&it)));
}

/// What follows the last attempt of an activity goes where nobody may go by hand.
#[test]
fn a11_where_the_last_attempt_leads_is_reached_though_nobody_may_go_there() {
    let it = scenario(&json!({ "id": "calls",
        "kinds": { "call": { "interaction": true, "outcomes": { "reached": {}, "no_answer": { "bad": true,
            "next": { "due": "1 hour", "at_most": 2, "then": { "close": { "stage": "silent", "reason": "silent" } } } } } } },
        "reasons": { "silent": {} },
        "stages": [{ "id": "a", "plan": [{ "id": "call", "call": "Call" }] }, { "id": "won", "outcome": "won" },
                   { "id": "silent", "outcome": "lost" }],
        "moves": [{ "from": "a", "to": "won" }, { "from": "a", "to": "silent", "who": [] }] }));
    assert!(!prove(&it).blocks(), "{:?}", told(&prove(&it)));
}

/// The search is bounded also where a condition goes through long lists within each other, and where chains are many.
#[test]
fn c4_a_proof_comes_to_an_end_whatever_the_scenario() {
    let within = (0..3).fold("false".to_owned(), |inner, depth| format!("fields.l.all(x{depth}, {inner})"));
    let it = scenario(
        &json!({ "id": "deep", "fields": { "l": { "type": "list", "of": "text" }, "n": { "type": "decimal" } },
        "stages": [{ "id": "a", "leave": { "need": [{ "field": "l", "min": 99 }, { "id": "x", "that": within }] } },
                   { "id": "won", "outcome": "won" }] }),
    );
    let proof = prove(&it);
    assert!(proof.steps <= 20_000);
}
