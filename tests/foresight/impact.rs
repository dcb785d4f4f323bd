//! What an impact tells of cases that stand in a scenario that changes (V4): each line by a story of its own.

use crate::draw_tell::golden;
use crate::engine::dsl::{Deal, json, msk, scenario};
use serde_json::Value as Json;
use voronka::case::{Adoption, RuleFate, Switch};
use voronka::foresight::impact::{Found, Impact, Line, Shift, Turn, impact};
use voronka::scenario::def::Color;
use voronka::scenario::edit::{AdoptionDefect, RuleChange};
use voronka::{Actor, Case, Context, Scenario};

/// A version of a small funnel: its first stage, and what else the scenario says.
fn version(number: u32, request: &Json, rest: &Json) -> Scenario {
    let mut stage = json!({ "id": "request" });
    stage.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    let mut parts = json!({
        "version": number,
        "fields": { "a": { "type": "text" }, "n": { "type": "number" }, "day": { "type": "date" } },
        "facts": { "paid": { "type": "bool" } },
        "stages": [stage, { "id": "invoice" }, { "id": "shipment" }]
    });
    parts.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    scenario(parts)
}

/// A case of a scenario since Monday at 10, and what happens to it then.
fn case(of: &Scenario, id: &'static str, meanwhile: impl FnOnce(&mut Deal)) -> Case {
    let mut deal = Deal::of(of.clone());
    deal.id = id;
    deal.opens(json!({ "responsible": "anna" }));
    meanwhile(&mut deal);
    deal.case().clone()
}

/// On Tuesday at 12, as Anna.
fn tuesday() -> Context {
    Context::new(msk("2026-03-03 12:00"), Actor::new("anna", "manager"), "impact")
}

fn between(old: &Scenario, new: &Scenario) -> Adoption {
    Adoption::between(old.definition(), new.definition())
}

/// What the draft does to one case on the first stage, with everything that changed under one fate.
fn on_request(before: &Json, after: &Json, fate: RuleFate, meanwhile: impl FnOnce(&mut Deal)) -> Vec<Line> {
    let (old, new) = (version(1, before, &json!({})), version(2, after, &json!({})));
    let adoption = between(&old, &new).all(fate);
    let found = impact(&old, &new, &adoption, &tuesday(), &[case(&old, "c1", meanwhile)]);
    assert_eq!((found.cases, &found.defects[..]), (1, &[][..]));
    found.lines.into_keys().collect()
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn rule(rule: &str, change: RuleChange, fate: RuleFate) -> Line {
    Line::Rule { rule: s(rule), change, fate }
}

const fn nothing(_: &mut Deal) {}

#[test]
fn v4_of_the_same_scenario_there_are_counts_alone() {
    let request = json!({ "limit": "2 days", "plan": [{ "id": "call", "call": "Call", "due": "1 day", "mandatory": true }],
                          "leave": { "need": ["a"] } });
    let lines = on_request(&request, &request, RuleFate::Keep, nothing);
    assert_eq!(lines, []);
}

#[test]
fn v4_a_case_lacks_a_field_that_is_newly_required() {
    let before = json!({ "leave": { "need": ["a"] } });
    let after = json!({ "leave": { "need": ["a", "n"] } });
    let lacks = Line::LacksField { requirement: s("request/leave/n"), field: s("n") };
    // It lacks `a` as before, so nothing that was possible is not.
    assert_eq!(on_request(&before, &after, RuleFate::Keep, nothing), std::slice::from_ref(&lacks));
    let filled = |deal: &mut Deal| drop(deal.sets(json!({ "a": "x" })));
    let up = Line::HeldUp { stage: s("request") };
    assert_eq!(on_request(&before, &after, RuleFate::Keep, filled), [lacks, up]);
    let all = |deal: &mut Deal| drop(deal.sets(json!({ "a": "x", "n": 1 })));
    assert_eq!(on_request(&before, &after, RuleFate::Keep, all), []);
    // What was asked already for the same move is not new under another name.
    let named = json!({ "leave": { "need": [{ "id": "say-a", "field": "a" }] } });
    assert_eq!(on_request(&before, &named, RuleFate::Keep, nothing), []);
}

#[test]
fn v4_a_field_that_was_asked_on_one_move_is_new_on_another() {
    let entering = |number, lost: Json, invoice: Json| {
        version(
            number,
            &json!({}),
            &json!({ "stages": [
            { "id": "request" }, { "id": "invoice", "enter": { "need": invoice } },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost", "enter": { "need": lost } }] }),
        )
    };
    let old = entering(1, json!(["a"]), json!([]));
    let new = entering(2, json!(["a"]), json!(["a"]));
    let found = impact(&old, &new, &between(&old, &new), &tuesday(), &[case(&old, "c1", nothing)]);
    let lacks = Line::LacksField { requirement: s("invoice/enter/a"), field: s("a") };
    // Nothing at all is possible any more: neither forward nor losing.
    let held = [Line::HeldUp { stage: s("request") }, Line::NoOutcome { stage: s("request") }];
    assert_eq!(found.lines.into_keys().collect::<Vec<_>>(), [vec![lacks], held.to_vec()].concat());
}

#[test]
fn v4_a_value_does_not_fit_any_more_and_a_field_goes() {
    let before = json!({ "leave": { "need": [{ "field": "n", "min": 1 }] } });
    let after = json!({ "leave": { "need": [{ "field": "n", "min": 5 }] } });
    let filled = |deal: &mut Deal| drop(deal.sets(json!({ "n": 3 })));
    let unfit = Line::FieldUnfit { requirement: s("request/leave/n"), field: s("n") };
    assert_eq!(
        on_request(&before, &after, RuleFate::Keep, filled),
        [unfit, Line::HeldUp { stage: s("request") }]
    );
    let old = version(1, &json!({}), &json!({}));
    let new =
        version(2, &json!({}), &json!({ "fields": { "a": { "type": "text" }, "day": { "type": "date" } } }));
    let cases = [case(&old, "c1", filled), case(&old, "c2", nothing)];
    let found = impact(&old, &new, &between(&old, &new), &tuesday(), &cases);
    let gone = Found { cases: 1, examples: vec![s("c1")] };
    assert_eq!(Vec::from_iter(found.lines), [(Line::FieldGone { field: s("n") }, gone)]);
    assert_eq!((found.cases, found.untouched), (2, 1));
}

#[test]
fn v4_other_requirements_and_conditions_of_moves_are_told_apart() {
    let that =
        json!({ "leave": { "need": [{ "id": "paid", "that": "facts.paid" }, { "party": "client" }] } });
    let rest = json!({ "parties": { "client": {} } });
    let (old, new) = (version(1, &json!({}), &rest), version(2, &that, &rest));
    let found = impact(&old, &new, &between(&old, &new), &tuesday(), &[case(&old, "c1", nothing)]);
    let unmet = |requirement: &str| Line::Unmet { requirement: s(requirement) };
    let asked =
        [unmet("request/leave/client"), unmet("request/leave/paid"), Line::HeldUp { stage: s("request") }];
    assert_eq!(found.lines.into_keys().collect::<Vec<_>>(), asked);

    let moves = |condition: Option<&str>| {
        let mut first = json!({ "from": "request", "to": "invoice" });
        if let Some(condition) = condition {
            first["if"] = json!(condition);
        }
        json!({ "moves": [first, { "from": "invoice", "to": "shipment" }, { "from": "shipment", "to": "won" },
                          { "from": "*", "to": "lost" }] })
    };
    let (old, new) =
        (version(1, &json!({}), &moves(None)), version(2, &json!({}), &moves(Some("fields.n > 1"))));
    let found = impact(&old, &new, &between(&old, &new), &tuesday(), &[case(&old, "c1", nothing)]);
    let lines: Vec<Line> = found.lines.into_keys().collect();
    assert_eq!(lines, [Line::MoveCondition { to: s("invoice") }, Line::HeldUp { stage: s("request") }]);
}

#[test]
fn v4_a_new_mandatory_activity_holds_up_where_it_is_planned_now() {
    let before = json!({});
    let after = json!({ "plan": [{ "id": "call", "call": "Call", "due": "1 day", "mandatory": true }] });
    let changed = |fate| rule("request/plan/call", RuleChange::Added, fate);
    // Kept, the visit goes on as it began.
    let kept = on_request(&before, &after, RuleFate::Keep, nothing);
    assert_eq!(kept, [changed(RuleFate::Keep)]);
    let held = Line::HeldByActivity { rule: s("request/plan/call") };
    let planned = Line::ActivityPlanned { rule: s("request/plan/call") };
    let up = Line::HeldUp { stage: s("request") };
    // On Monday nothing was planned, so that it was yellow; by Wednesday at 12 it is red, or on Tuesday at 10 already.
    let restarted = on_request(&before, &after, RuleFate::Restart, nothing);
    let green = Line::Color { from: Some(Color::Yellow), to: Some(Color::Green) };
    let turns = Line::TurnsRed { turn: Turn::Newly };
    assert_eq!(
        restarted,
        [held.clone(), up.clone(), planned.clone(), changed(RuleFate::Restart), green, turns]
    );
    let recomputed = on_request(&before, &after, RuleFate::Recompute, nothing);
    let red = Line::Color { from: Some(Color::Yellow), to: Some(Color::Red) };
    assert_eq!(recomputed, [held, up, planned, changed(RuleFate::Recompute), red]);
}

#[test]
fn v4_a_due_moment_moves_and_with_it_when_the_case_turns_red() {
    let plan = |due: &str| json!({ "plan": [{ "id": "call", "call": "Call", "due": due }] });
    let changed = rule("request/plan/call", RuleChange::Changed, RuleFate::Restart);
    let shifted = |shift| Line::ActivityShifted { rule: s("request/plan/call"), shift };
    let earlier = on_request(&plan("9 days"), &plan("3 days"), RuleFate::Restart, nothing);
    let turns = |turn| Line::TurnsRed { turn };
    assert_eq!(earlier, [shifted(Shift::Earlier), changed.clone(), turns(Turn::Earlier)]);
    let later = on_request(&plan("3 days"), &plan("9 days"), RuleFate::Restart, nothing);
    assert_eq!(later, [shifted(Shift::Later), changed, turns(Turn::Later)]);
}

#[test]
fn v4_a_process_holds_up_is_started_or_cancelled() {
    let hook = json!({ "run": [{ "process": "approval", "await": true }] });
    let run = "request/run/approval";
    let started = on_request(&json!({}), &hook, RuleFate::Restart, nothing);
    assert!(started.contains(&Line::HeldByProcess { rule: s(run) }), "{started:?}");
    assert!(started.contains(&Line::ProcessStarts { rule: s(run) }), "{started:?}");
    let cancelled = on_request(&hook, &json!({}), RuleFate::Keep, nothing);
    assert!(cancelled.contains(&Line::ProcessCancelled { rule: s(run) }), "{cancelled:?}");
    assert!(cancelled.contains(&rule(run, RuleChange::Removed, RuleFate::Keep)), "{cancelled:?}");
    assert!(!cancelled.iter().any(|it| matches!(it, Line::HeldUp { .. })), "{cancelled:?}");
}

#[test]
fn v4_timers_and_triggers_are_lost_gained_and_shifted() {
    let after = |days: &str| json!({ "triggers": [{ "id": "remind", "on": { "after": days }, "do": { "notify": { "text": "Look" } } }] });
    let none = json!({});
    let name = s("request/trigger/remind");
    let changed = |change, fate| rule("request/trigger/remind", change, fate);
    assert_eq!(
        on_request(&after("9 days"), &none, RuleFate::Keep, nothing),
        [
            Line::TimerLost { rule: name.clone() },
            Line::TriggerLost { trigger: name.clone() },
            changed(RuleChange::Removed, RuleFate::Keep)
        ]
    );
    assert_eq!(
        on_request(&none, &after("9 days"), RuleFate::Keep, nothing),
        [
            Line::TimerGained { rule: name.clone() },
            Line::TriggerGained { trigger: name.clone() },
            changed(RuleChange::Added, RuleFate::Keep)
        ]
    );
    assert_eq!(
        on_request(&after("9 days"), &after("5 days"), RuleFate::Recompute, nothing),
        [
            Line::TimerShifted { rule: name, shift: Shift::Earlier },
            changed(RuleChange::Changed, RuleFate::Recompute)
        ]
    );
    let limit = |span: Option<&str>| {
        span.map_or(json!({}), |span| json!({ "limit": span, "plan": [{ "call": "Call" }] }))
    };
    let gained = on_request(
        &json!({ "plan": [{ "call": "Call" }] }),
        &limit(Some("3 days")),
        RuleFate::Restart,
        nothing,
    );
    assert!(gained.contains(&Line::TimerGained { rule: s("request/limit") }), "{gained:?}");
    assert!(gained.contains(&Line::TurnsRed { turn: Turn::Newly }), "{gained:?}");
}

#[test]
fn v4_a_trigger_that_is_switched_off_is_not_lost() {
    let trigger =
        json!({ "triggers": [{ "id": "t", "on": "left", "do": { "notify": { "text": "Look" } } }] });
    let (old, new) = (version(1, &trigger, &json!({})), version(2, &json!({}), &json!({})));
    let mut ctx = tuesday();
    let cases = [case(&old, "c1", nothing)];
    let lost = Line::TriggerLost { trigger: s("request/trigger/t") };
    assert_eq!(impact(&old, &new, &between(&old, &new), &ctx, &cases).count(&lost), 1);
    ctx.switches.push(Switch { trigger: s("request/trigger/t"), on: false });
    assert_eq!(impact(&old, &new, &between(&old, &new), &ctx, &cases).count(&lost), 0);
}

#[test]
fn v4_a_new_trigger_fires_at_once_and_moves_the_case() {
    let becomes = json!({ "triggers": [{ "id": "go", "on": { "becomes": "fields.n > 1" }, "do": { "move": "invoice" } }] });
    let filled = |deal: &mut Deal| drop(deal.sets(json!({ "n": 3 })));
    let lines = on_request(&json!({}), &becomes, RuleFate::Keep, filled);
    assert!(lines.contains(&Line::Onward { from: s("request"), to: s("invoice") }), "{lines:?}");
    assert!(lines.contains(&Line::TriggerFires { trigger: s("request/trigger/go") }), "{lines:?}");
    let mut held = becomes.clone();
    held["leave"] = json!({ "need": ["a"] });
    let wished = on_request(&json!({}), &held, RuleFate::Keep, filled);
    assert!(wished.contains(&Line::WishArises { trigger: s("request/trigger/go") }), "{wished:?}");
    let lapsed = on_request(&held, &json!({}), RuleFate::Keep, filled);
    assert!(lapsed.contains(&Line::WishLapses { trigger: s("request/trigger/go") }), "{lapsed:?}");
}

#[test]
fn v4_mapped_stranded_refused_closed_and_of_another_version() {
    let old = version(1, &json!({ "limit": "9 days" }), &json!({}));
    let stages = json!({ "stages": [{ "id": "talk", "limit": "9 days", "enter": { "need": ["a"] } }, { "id": "shipment" }] });
    let new = scenario_with(2, &stages);
    let other = version(3, &json!({}), &json!({}));
    let late = |deal: &mut Deal| drop(deal.at("2026-03-04 10:00").sets(json!({ "n": 1 })));
    let cases = [
        case(&old, "c1", nothing),
        case(&old, "c2", |deal| drop(deal.sets(json!({ "a": "x" })))),
        case(&old, "c3", |deal| drop(deal.moves("invoice"))),
        case(&old, "c4", late),
        case(&old, "c5", |deal| drop(deal.loses())),
        case(&other, "c6", nothing),
    ];
    let adoption = between(&old, &new).map("request", "talk");
    let found = impact(&old, &new, &adoption, &tuesday(), &cases);
    assert_eq!((found.cases, found.closed, found.untouched), (4, 1, 0));
    let with = |line: &Line| found.lines.get(line).cloned().unwrap_or_default().examples;
    assert_eq!(with(&Line::Moved { from: s("request"), to: s("talk") }), ["c1", "c2"]);
    assert_eq!(with(&Line::DebtArises { requirement: s("talk/enter/a") }), ["c1"]);
    assert_eq!(with(&Line::Stranded { stage: s("invoice"), to: s("invoice") }), ["c3"]);
    assert_eq!(with(&Line::Refused { code: s("V-C5-backwards") }), ["c4"]);
    let it = other.reference();
    let line = Line::OtherVersion { scenario: it.id.clone(), version: 3, hash: it.hash.clone() };
    assert_eq!(with(&line), ["c6"]);
    // The limit is the new visit's, so it is a day later; the timer is not one lost and one gained.
    let shifted = Line::TimerShifted { rule: s("talk/limit"), shift: Shift::Later };
    assert_eq!(with(&shifted), ["c1", "c2"]);
    assert_eq!(found.defects, [AdoptionDefect::Unmapped { stage: s("invoice") }]);
    assert_eq!(found.hindrances().count(), 1);
    // Where nobody stands on it, nothing need be said of it.
    let two = impact(&old, &new, &adoption, &tuesday(), &cases[..2]);
    assert_eq!((two.defects.len(), two.hindrances().count()), (1, 0));
    // Mapped to an outcome it cannot stand there.
    let adoption = between(&old, &new).map("request", "talk").map("invoice", "won");
    let found = impact(&old, &new, &adoption, &tuesday(), &cases);
    assert_eq!(found.count(&Line::Stranded { stage: s("invoice"), to: s("won") }), 1);
}

fn scenario_with(number: u32, rest: &Json) -> Scenario {
    version(number, &json!({}), rest)
}

#[test]
fn v4_a_way_to_a_good_outcome_is_lost() {
    let ways = |more: &str| {
        json!({ "moves": [{ "from": "request", "to": ["invoice", "lost"] }, { "from": "invoice", "to": ["shipment", "lost"] },
                          { "from": "shipment", "to": ["lost", "won"] }, { "from": "request", "to": more }],
                "stages": [{ "id": "request" }, { "id": "invoice" }, { "id": "shipment" }, { "id": "aside" }] })
    };
    let mut old = ways("aside");
    old["moves"].as_array_mut().unwrap().push(json!({ "from": "aside", "to": ["won", "lost"] }));
    let mut new = ways("aside");
    new["moves"].as_array_mut().unwrap().push(json!({ "from": "aside", "to": "lost" }));
    let (old, new) = (scenario_with(1, &old), scenario_with(2, &new));
    let cases = [case(&old, "c1", nothing), case(&old, "c2", |deal| drop(deal.moves("aside")))];
    let found = impact(&old, &new, &between(&old, &new), &tuesday(), &cases);
    let lines: Vec<(Line, u64)> = found.lines.into_iter().map(|(line, found)| (line, found.cases)).collect();
    let aside = s("aside");
    assert_eq!(
        lines,
        [(Line::HeldUp { stage: aside.clone() }, 1), (Line::NoGoodOutcome { stage: aside }, 1)]
    );
    assert_eq!(found.untouched, 1);
}

#[test]
fn g2_an_impact_tells_an_actor_what_they_may_see() {
    let rest = |see_all: Json| {
        json!({ "fields": { "a": { "type": "text", "see": "head" }, "n": { "type": "number" } },
                "rights": { "edit": ["head", "manager"], "see_all": see_all, "see_own": "manager" } })
    };
    let need = json!({ "leave": { "need": ["a"] } });
    let (old, new) = (version(1, &json!({}), &rest(json!("head"))), version(2, &need, &rest(json!("head"))));
    let hers = case(&old, "c1", nothing);
    let his = {
        let mut deal = Deal::of(old.clone());
        deal.id = "c2";
        deal.by("boris", "manager");
        deal.opens(json!({ "responsible": "boris" }));
        deal.case().clone()
    };
    let cases = [hers, his];
    let by = |actor: Actor| {
        let ctx = Context { actor, ..tuesday() };
        impact(&old, &new, &between(&old, &new), &ctx, &cases)
    };
    let head = by(Actor::new("vera", "head"));
    let lacks = Line::LacksField { requirement: s("request/leave/a"), field: s("a") };
    assert_eq!(head.lines[&lacks], Found { cases: 2, examples: vec![s("c1"), s("c2")] });
    let anna = by(Actor::new("anna", "manager"));
    let text = serde_json::to_string(&anna).unwrap();
    assert_eq!(anna.lines[&Line::Hidden { rule: s("M3") }], Found { cases: 2, examples: vec![s("c1")] });
    assert!(!text.contains("leave/a") && !text.contains("\"c2\""), "{text}");
    // Who may not edit the scenario is refused each case, and learns no more.
    let guest = by(Actor::new("olga", "guest"));
    let lines: Vec<Line> = guest.lines.into_keys().collect();
    assert_eq!(lines, [Line::Refused { code: s("V-G1-edit-scenario") }]);
}

/// Who may see a field changes what is told, and nothing that a case lacks.
#[test]
fn g2_a_field_that_is_hidden_or_shown_from_now_on_is_not_newly_asked() {
    let rest = |see: Json| json!({ "fields": { "a": { "type": "text", "see": see }, "n": { "type": "number", "see": "head" } } });
    let (all, head) = (json!(["head", "manager"]), json!("head"));
    let need = |fields: Json| json!({ "leave": { "need": fields } });
    let asked = |before: Json, after: Json, fields: Json| {
        let (old, new) =
            (version(1, &need(json!(["a"])), &rest(before)), version(2, &need(fields), &rest(after)));
        let cases = [case(&old, "c1", nothing)];
        impact(&old, &new, &between(&old, &new), &tuesday(), &cases).lines
    };
    assert!(asked(all.clone(), head.clone(), json!(["a"])).is_empty());
    assert!(asked(head.clone(), all, json!(["a"])).is_empty());
    // One that is hidden stood before, and another hidden one comes to it.
    let lines: Vec<Line> = asked(head.clone(), head, json!(["a", "n"])).into_keys().collect();
    assert_eq!(lines, [Line::Hidden { rule: s("M3") }]);
}

#[test]
fn v4_examples_are_the_least_ids_and_no_more_than_asked() {
    let (old, new) =
        (version(1, &json!({}), &json!({})), version(2, &json!({ "leave": { "need": ["a"] } }), &json!({})));
    let cases: Vec<Case> =
        ["c7", "c3", "c9", "c1", "c5"].into_iter().map(|id| case(&old, id, nothing)).collect();
    let adoption = between(&old, &new);
    let ctx = tuesday();
    let mut survey = Impact::of(&old, &new, &adoption, &ctx).examples(3);
    cases.iter().for_each(|case| survey.take(case));
    let found = survey.into_impact();
    let lacks = Line::LacksField { requirement: s("request/leave/a"), field: s("a") };
    assert_eq!(found.lines[&lacks], Found { cases: 5, examples: vec![s("c1"), s("c3"), s("c5")] });
    let mut none = Impact::of(&old, &new, &adoption, &ctx).examples(0);
    none.take_all(&cases);
    assert_eq!(none.into_impact().lines[&lacks], Found { cases: 5, examples: Vec::new() });
}

#[test]
fn v4_parts_of_other_impacts_are_not_added() {
    let (old, new) =
        (version(1, &json!({}), &json!({})), version(2, &json!({ "limit": "9 days" }), &json!({})));
    let adoption = between(&old, &new);
    let of =
        |adoption: &Adoption, ctx: &Context| impact(&old, &new, adoption, ctx, &[case(&old, "c1", nothing)]);
    let mut one = of(&adoption, &tuesday());
    let later = Context { now: msk("2026-03-03 12:01"), ..tuesday() };
    let error = one.merge(of(&adoption, &later)).unwrap_err();
    assert_eq!(error.to_string(), "the impacts are of other versions, another moment or another adoption");
    assert!(one.merge(of(&adoption.clone().all(RuleFate::Restart), &tuesday())).is_err());
    assert!(one.merge(impact(&new, &old, &adoption, &tuesday(), &[])).is_err());
    assert_eq!(one, of(&adoption, &tuesday()), "nothing was added");
    one.merge(of(&adoption, &tuesday())).unwrap();
    assert_eq!(one.cases, 2);
}

/// The wholesale scenario with what the refusals of a quarter teach, and cases in all its life.
fn wholesale() -> (Scenario, Scenario, Vec<Case>) {
    let text = include_str!("../../examples/wholesale.json");
    let old = Scenario::from_json(text).unwrap();
    let mut new: Json = serde_json::from_str(text).unwrap();
    new["version"] = json!(2);
    let stages = new["stages"].as_array_mut().unwrap();
    stages[0]["plan"][0]["due"] = json!("1 working hour");
    stages[0]["limit"] = json!("1 working day");
    stages[0]["leave"]["need"].as_array_mut().unwrap().push(json!("line_of_goods"));
    let check = json!({ "id": "check", "task": { "en": "Check the price", "ru": "Проверить цену" }, "due": "4 working hours",
                        "mandatory": true });
    stages[1]["plan"].as_array_mut().unwrap().push(check);
    let prepayment = stages.remove(2);
    let paid = json!({ "id": "waits", "title": prepayment["title"], "on": { "after": "2 working days" },
                       "do": { "notify": { "role": "head", "text": "Nobody has paid" } } });
    stages[1]["triggers"].as_array_mut().unwrap().push(paid);
    new["triggers"].as_array_mut().unwrap().remove(0);
    new["fields"].as_object_mut().unwrap().remove("delivery_date");
    new.as_object_mut().unwrap().remove("expected");
    for stage in new["stages"].as_array_mut().unwrap() {
        for command in stage.get_mut("commands").and_then(Json::as_array_mut).into_iter().flatten() {
            command["ask"].as_array_mut().unwrap().retain(|field| field != "delivery_date");
        }
    }
    let new = Scenario::from_json(&new.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"));
    let full = json!({ "amount": 1000, "client_type": "shop", "terms": "prepayment", "delivery": true, "address": "Kazan",
                       "lines": [{ "item": "T-1", "characteristic": "blue", "quantity": "10" }] });
    let sold = |deal: &mut Deal| {
        deal.sets(full.clone());
        deal.does(json!({ "party": { "role": "client", "party": { "reference": "shop-17" } } }));
        deal.finishes("Clarify what is needed", None);
        deal.moves("invoice");
    };
    let prepaid = |deal: &mut Deal| {
        sold(deal);
        let stock = json!({ "fact": "stock", "key": ["T-1", "blue", "main"], "value": 50 });
        deal.does(json!({ "facts": { "values": [stock] } }));
        deal.finishes("Send the invoice", None);
        deal.moves("prepayment");
        deal.sets(json!({ "delivery_date": "2026-04-01" }));
    };
    let cases = vec![
        case(&old, "d1", nothing),
        case(&old, "d2", |deal| drop(deal.sets(full.clone()))),
        case(&old, "d3", sold),
        case(&old, "d4", prepaid),
        case(&old, "d5", prepaid),
        case(&old, "d6", |deal| drop(deal.does(json!({ "close": { "stage": "lost", "reason": "price" } })))),
    ];
    (old, new, cases)
}

fn on_wholesale() -> (Scenario, Scenario, Impact) {
    let (old, new, cases) = wholesale();
    let adoption = between(&old, &new)
        .map("prepayment", "shipment")
        .rule("request/plan/clarify", RuleFate::Recompute)
        .rule("request/limit", RuleFate::Recompute)
        .rule("invoice/plan/check", RuleFate::Restart)
        .rule("invoice/trigger/waits", RuleFate::Restart);
    let ctx = Context { actor: Actor::new("vera", "head"), ..tuesday() };
    let found = impact(&old, &new, &adoption, &ctx, &cases);
    (old, new, found)
}

#[test]
fn v4_the_impact_on_the_wholesale_sale_is_told_in_both_languages() {
    let (old, new, found) = on_wholesale();
    for language in ["en", "ru"] {
        let told = found.told(old.definition(), new.definition(), language);
        golden(&format!("impact.{language}.txt"), &told);
    }
    let json = serde_json::to_string_pretty(&found).unwrap();
    golden("impact.json", &format!("{json}\n"));
}

#[test]
fn v4_an_impact_of_nothing_says_so() {
    let (old, _, cases) = wholesale();
    let mut same = old.definition().clone();
    same.version = 2;
    let same = Scenario::new(same).unwrap();
    let ctx = Context { actor: Actor::new("vera", "head"), ..tuesday() };
    let found = impact(&old, &same, &between(&old, &same), &ctx, &cases);
    assert_eq!((found.cases, found.untouched, found.closed, found.lines.len()), (5, 5, 1, 0));
    let told = found.told(old.definition(), same.definition(), "en");
    assert!(told.ends_with("\nNothing happens to any of them.\n"), "{told}");
}
