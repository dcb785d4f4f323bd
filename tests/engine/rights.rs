//! Who may do and see what: G1 to G4, K1, K2.

use super::dsl::{Deal, json, scenario};
use voronka::case::Act;

#[test]
fn g1_roles_or_a_relation_will_do() {
    let mut deal = Deal::opened(scenario(json!({
        "rights": { "move": { "roles": ["head"], "when": "case.responsible == actor.id" }, "hand_over": "head",
                    "report": "robot", "close": "head" },
        "facts": { "paid": { "type": "bool" } },
        "fields": { "amount": { "type": "decimal", "edit": "head" } },
        "stages": [{ "id": "request" }, { "id": "invoice" }]
    })));
    assert_eq!(deal.by("petr", "manager").cannot_move("invoice"), ["V-M1-right"]);
    assert_eq!(deal.refused(json!({ "set": { "fields": { "amount": 1 } } })), ["V-G1-edit"]);
    assert_eq!(deal.refused(json!({ "hand_over": { "to": "petr" } })), ["V-G1-hand-over"]);
    assert_eq!(deal.refused(json!({ "close": { "stage": "lost" } })), ["V-M1-right"]);
    let paid = json!({ "facts": { "values": [{ "fact": "paid", "value": true }] } });
    assert_eq!(deal.refused(paid.clone()), ["V-G1-report"]);
    deal.by("erp", "robot").does(paid);
    deal.by("anna", "manager").moves("invoice");
    // Facts and requests that come with an opening are reports too.
    let mut other = Deal::of(deal.scenario.clone());
    assert_eq!(
        other.refused(json!({ "open": { "facts": [{ "fact": "paid", "value": true }] } })),
        ["V-G1-report"]
    );
    assert_eq!(other.refused(json!({ "open": { "intake": true } })), ["V-G1-report"]);
}

#[test]
fn g1_a_party_must_have_a_role_that_there_is() {
    let parties = json!({ "parties": { "client": {} }, "rights": { "contacts": "head" }, "stages": [{ "id": "request" }] });
    let mut deal = Deal::of(scenario(parties));
    assert_eq!(
        deal.refused(json!({ "open": { "parties": { "nobody": { "reference": "7" } } } })),
        ["V-IN-party"]
    );
    deal.opens(json!({}));
    let party = json!({ "party": { "role": "client", "party": { "contacts": ["+7"] } } });
    assert_eq!(deal.refused(party.clone()), ["V-G1-contacts"]);
    assert_eq!(deal.by("boss", "head").does(party), ["party_set"]);
}

#[test]
fn g2_a_view_shows_only_what_the_actor_may_see() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "secret": { "type": "decimal", "see": "head" }, "day": { "type": "date", "see": "head" },
                    "open": { "type": "text" } },
        "facts": { "margin": { "type": "decimal", "see": "head" } },
        "rights": { "override": "head" },
        "stages": [
            { "id": "request", "leave": { "need": [{ "that": "has(fields.open) && fields.secret > 31337" }] },
              "triggers": [
                { "id": "soon", "on": { "moment": { "field": "day" } }, "do": { "notify": { "text": "soon" } } },
                { "id": "go", "on": { "message": "go" }, "do": { "move": "invoice" } },
                { "id": "rich", "on": { "becomes": "facts.margin > 31337" }, "do": { "notify": { "text": "rich" } } }
            ] },
            { "id": "invoice", "enter": { "need": [{ "that": "facts.margin > 31337" }] } }
        ]
    })));
    let shown = |deal: &Deal| deal.view(|view| format!("{view:?}"));
    assert!(!shown(&deal).contains("day"), "an empty hidden field has no name either");
    deal.by("boss", "head").sets(json!({ "secret": 9041, "day": "2026-08-17" }));
    deal.learns("margin", json!(9042));
    deal.does(json!({ "message": { "name": "go" } }));
    assert_eq!(deal.case().wishes.len(), 1);
    deal.by("petr", "storekeeper");
    let text = shown(&deal);
    for hidden in ["secret", "margin", "31337", "9041", "9042", "2026-08-1"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    deal.view(|view| {
        assert_eq!(view.fields, [("open", None)]);
        assert!(view.facts.is_empty() && view.timers.is_empty());
        assert!(view.moves[0].missing.iter().all(|it| it.code.ends_with("-hidden")));
        assert!(view.wishes[0].missing.iter().all(|it| it.code.ends_with("-hidden")));
    });
    // A debt keeps what it was in the journal, and tells who may not see it nothing of that.
    deal.by("boss", "head").does(json!({ "move": { "to": "invoice", "override": "trust" } }));
    deal.by("petr", "storekeeper");
    deal.view(|view| assert!(view.debts.iter().all(|debt| debt.missing.code.ends_with("-hidden"))));
    assert!(!shown(&deal).contains("9042"));
    let unknown = json!({ "facts": { "values": [{ "fact": "margin", "unknown": "gone" }] } });
    deal.does(unknown);
    assert!(!shown(&deal).contains("margin"));
    deal.by("boss", "head").view(|view| assert_eq!(view.debts.len(), 2));
}

#[test]
fn g3_a_trigger_acts_as_the_scenario_and_the_entry_keeps_whose_input_it_was() {
    let mut deal = Deal::opened(scenario(json!({
        "rights": { "move": "head" },
        "stages": [
            { "id": "request", "triggers": [{ "id": "go", "on": { "message": "go" }, "do": { "move": "invoice" } }] },
            { "id": "invoice" }
        ]
    })));
    assert_eq!(deal.cannot_move("invoice"), ["V-M1-right"]);
    deal.does(json!({ "message": { "name": "go" } }));
    assert_eq!(deal.stage(), "invoice");
    assert_eq!((deal.case().visit.by.as_str(), deal.entries[1].actor.id.as_str()), ("", "anna"));
}

#[test]
fn g4_who_did_one_thing_may_not_do_the_other() {
    let mut deal = Deal::opened(scenario(json!({
        "stages": [
            { "id": "request", "plan": [{ "id": "count", "task": "Count" }] },
            { "id": "invoice", "plan": [{ "id": "check", "task": "Check", "not_by": [{ "did": "count" }] }] },
            { "id": "shipment" }
        ],
        "moves": [
            { "from": "request", "to": "invoice" },
            { "from": "invoice", "to": "shipment", "not_by": [{ "moved_to": "invoice" }] },
            { "from": "shipment", "to": "won" }, { "from": "*", "to": "lost" }
        ]
    })));
    deal.finishes("Count", None);
    deal.moves("invoice");
    let check = deal.id_of("Check");
    assert_eq!(deal.refused(json!({ "done": { "activity": check.clone() } })), ["V-G4-activity"]);
    assert_eq!(deal.refused(json!({ "reassign": { "activity": check, "to": "anna" } })), ["V-G4-activity"]);
    assert_eq!(deal.cannot_move("shipment"), ["V-G4-move"]);
    deal.by("boris", "manager").moves("shipment");
}

#[test]
fn g4_holds_for_deputies_and_for_a_groups_own_list() {
    let approvers = scenario(json!({
        "kinds": { "approve": { "outcomes": { "yes": {} } } },
        "stages": [{ "id": "request", "plan": [{ "id": "ok", "kind": "approve", "title": "Approve",
                     "group": { "each": "['boris']", "not_by": "author" } }] }]
    }));
    let mut deal = Deal::of(approvers);
    deal.away("boris", "2026-04-01 00:00", "anna").opens(json!({}));
    let it = &deal.case().activities[0];
    assert_eq!((it.assignee.as_deref(), it.instead_of.as_deref()), (Some("boris"), None));
    let id = it.id.clone();
    deal.actor.stands_in_for = vec!["boris".to_owned()];
    assert_eq!(deal.refused(json!({ "done": { "activity": id } })), ["V-G4-activity"]);
}

#[test]
fn k1_a_command_is_an_effect_whose_answer_is_an_input() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "amount": { "type": "decimal" } },
        "facts": { "reserved": { "type": "bool" } },
        "stages": [{
            "id": "request",
            "commands": [{ "id": "reserve", "who": "manager", "when": "!facts.reserved", "ask": ["amount"] }],
            "triggers": [{ "id": "no", "on": { "answered": { "command": "reserve", "answer": "refused" } },
                           "do": { "notify": { "text": "Offer something else" } } }]
        }]
    })));
    let command =
        |fields: serde_json::Value| json!({ "command": { "command": "reserve", "fields": fields } });
    assert_eq!(
        deal.by("petr", "storekeeper").refused(command(json!({}))),
        ["V-K1-right", "V-K1-unknown", "V-K1-field"]
    );
    deal.by("anna", "manager").learns("reserved", json!(false));
    deal.view(|view| assert!(view.commands[0].missing.is_empty() && view.commands[0].ask == ["amount"]));
    assert_eq!(deal.does(command(json!({ "amount": 7 }))), ["field_set", "command_run", "effect"]);
    let Act::Command { run, fields, .. } = &deal.entries.last().unwrap().effects().next().unwrap().act else {
        panic!("a command")
    };
    assert_eq!(fields["amount"], 7.into());
    let answer = json!({ "answer": { "command": run.clone(), "answer": "refused", "text": "sold out" } });
    assert_eq!(deal.does(answer.clone()), ["answered", "triggered", "effect"]);
    assert_eq!(deal.does(answer), ["answered"], "the first answer counts");
    assert_eq!(deal.case().commands[0].text.as_deref(), Some("sold out"));
    assert_eq!(deal.refused(json!({ "command": { "command": "nothing" } })), ["V-K1-unknown"]);
}

#[test]
fn k2_facts_are_shown_in_their_groups_with_both_times_or_unknown() {
    let mut deal = Deal::opened(scenario(json!({
        "facts": {
            "stock": { "type": "decimal", "by": ["item"], "group": "stock" },
            "paid": { "type": "decimal", "group": "payments", "unit": "%" }, "debt": { "type": "decimal", "see": "head" }
        },
        "fact_groups": { "payments": { "title": "Payments" }, "stock": { "title": "Stock" } },
        "stages": [{ "id": "request" }]
    })));
    let free = |item: &str| json!({ "fact": "stock", "key": [item], "value": 3 });
    deal.does(json!({ "facts": { "values": [free("b"), free("a")] } }));
    deal.view(|view| {
        let names: Vec<_> = view.facts.iter().map(|group| (group.id, group.facts.len())).collect();
        assert_eq!(names, [("payments", 1), ("stock", 2)]);
        assert!(view.facts[0].facts[0].state.is_none(), "never learnt is unknown");
        assert_eq!(view.facts[0].facts[0].def.unit.as_deref(), Some("%"));
        let first = view.facts[1].facts[0].state.unwrap();
        assert_eq!((&first.key[0], first.learnt_at), (&"a".into(), deal.now));
    });
}
