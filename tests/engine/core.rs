//! The pure function and its journal: C1 to C11.

use super::dsl::{Deal, json, msk, read, scenario};
use voronka::case::{Event, Recorded, Switch};
use voronka::{Case, Entry, ReplayError};

fn sale() -> Deal {
    let mut deal = Deal::of(scenario(json!({
        "fields": { "amount": { "type": "money", "currency": "RUB" }, "bought": { "type": "text" } },
        "facts": { "paid": { "type": "decimal", "fresh": "1 hour" }, "stock": { "type": "decimal", "by": ["item"] },
                   "far": { "type": "bool" } },
        "stages": [
            { "id": "request", "leave": { "need": ["amount"] }, "plan": [{ "call": "Call", "due": "4 working hours" }],
              "triggers": [{ "id": "go", "on": { "becomes": "facts.paid >= 100" }, "do": { "move": "invoice" } }] },
            { "id": "invoice", "enter": { "need": [{ "that": "facts.stock[fields.bought] > 0", "when": "has(fields.bought)" }] },
              "triggers": [{ "id": "on", "on": { "message": "on" }, "do": { "move": "shipment" } }] },
            { "id": "shipment", "enter": { "need": [{ "that": "facts.far", "when": "has(fields.bought)" }] } }
        ]
    })));
    deal.opens(json!({ "responsible": "anna" }));
    deal
}

#[test]
fn c1_the_same_arguments_give_the_same_bytes() {
    let run = || {
        let mut deal = sale();
        deal.sets(json!({ "amount": "900.00" }));
        deal.learns("paid", json!(100));
        serde_json::to_string(&deal.entries).unwrap()
    };
    assert_eq!(run(), run());
    assert!(run().contains(r#""id":"c1/1/1""#), "ids are case, entry, ordinal");
}

#[test]
fn c2_a_refusal_names_everything_at_once_and_changes_nothing() {
    let mut deal = sale();
    let bad = json!({ "set": { "fields": { "amount": "much", "nowhere": 1, "bought": 7 } } });
    assert_eq!(deal.refused(bad), ["V-IN-type", "V-IN-type", "V-IN-field"]);
    assert_eq!(deal.case().revision, 1);
}

#[test]
fn c3_a_case_is_its_journal_and_follows_it_entry_by_entry() {
    let mut deal = sale();
    deal.sets(json!({ "amount": "900.00" }));
    deal.moves("invoice");
    let (first, rest) = deal.entries.split_first().unwrap();
    let mut case = Case::replay([first]).unwrap();
    for entry in rest {
        case = case.follow(entry).unwrap();
    }
    assert_eq!(&case, deal.case());
    let last = deal.entries.last().unwrap();
    assert_eq!(
        (last.number, last.format, last.scenario.version, last.input_id.as_str()),
        (3, 1, 1, "input-3")
    );
}

#[test]
fn c3_opened_is_the_first_event_even_where_something_is_switched() {
    let mut deal = Deal::of(scenario(json!({
        "stages": [{ "id": "request", "triggers": [
            { "id": "s", "on": "entered", "do": { "notify": { "text": "stage" } }, "enabled": false }] }],
        "triggers": [{ "id": "t", "on": "opened", "do": { "notify": { "text": "opened" } } }]
    })));
    deal.switch("/trigger/t", false).switch("request/trigger/s", true);
    let events = deal.opens(json!({ "responsible": "anna" }));
    assert_eq!(events, ["opened", "switched", "entered", "switched", "triggered", "effect"]);
    assert_eq!(deal.notices(), ["stage"]);
}

#[test]
fn c4_what_is_too_much_is_refused_and_the_limit_named() {
    let mut deal = sale();
    let refused = deal.rejection(json!({ "set": { "fields": { "bought": "x".repeat(100_001) } } }));
    assert_eq!((refused.code(), &refused.missing()[0].args["limit"]), ("V-C4-text", &100_000.into()));
    let many: Vec<_> = (0..10_001).map(|_| json!({ "fact": "paid", "value": 1 })).collect();
    assert_eq!(deal.refused(json!({ "facts": { "values": many } })), ["V-C4-list"]);
}

#[test]
fn c5_moments_do_not_run_backwards_but_what_happened_may_be_long_ago() {
    let mut deal = sale();
    let call = json!({ "interaction": { "channel": "phone", "at": msk("2020-01-01 10:00").to_string() } });
    deal.does(call.clone());
    assert_eq!(deal.at("2026-03-02 09:59:59.999").refused(call), ["V-C5-backwards"]);
}

#[test]
fn c6_the_inputs_run_again_give_the_same_events() {
    let mut deal = sale();
    deal.sets(json!({ "amount": "900.00" }));
    deal.learns("paid", json!(100));
    deal.loses();
    let mut again = Deal::of(deal.scenario.clone());
    for entry in &deal.entries {
        again.now = entry.at;
        again.actor = entry.actor.clone();
        again.tries(entry.input.clone()).unwrap();
    }
    let events = |deal: &Deal| deal.entries.iter().map(|entry| entry.events.clone()).collect::<Vec<_>>();
    assert_eq!(events(&again), events(&deal));
}

#[test]
fn c7_a_newer_sequence_beats_an_older_one_of_the_same_source() {
    let mut deal = sale();
    let fact = |sequence: u64, paid: u32| json!({ "facts": { "source": "erp", "sequence": sequence, "values": [{ "fact": "paid", "value": paid }] } });
    deal.does(fact(5, 50));
    deal.does(fact(4, 40));
    assert!(matches!(&deal.last()[0], Event::FactLearnt { late: true, .. }));
    assert_eq!(deal.case().fact("paid", &[]).unwrap().value, Some(50.into()));
    deal.learns("paid", json!(30));
    assert_eq!(deal.case().fact("paid", &[]).unwrap().value, Some(30.into()), "another source told it last");
}

#[test]
fn c8_division_by_zero_is_unknown_with_its_cause() {
    let mut deal = Deal::opened(scenario(json!({
        "fields": { "a": { "type": "decimal" } },
        "stages": [{ "id": "request", "leave": { "need": [{ "that": "1 / fields.a > 0" }] } }, { "id": "invoice" }]
    })));
    deal.sets(json!({ "a": 0 }));
    let refused = deal.rejection(json!({ "move": { "to": "invoice" } }));
    assert_eq!(refused.code(), "V-M3-unknown");
    assert!(refused.missing()[0].args["unknown"].to_string().contains("division by zero"));
}

#[test]
fn c9_needs_names_the_facts_of_all_stages_that_triggers_can_reach() {
    let mut deal = sale();
    let names = |deal: &Deal, input| {
        let needs = deal.scenario.needs(deal.case(), &read(input));
        let key = |key: &[voronka::Value]| key.iter().map(|part| format!(" {part}")).collect::<String>();
        needs.into_iter().map(|need| format!("{}{}", need.fact, key(&need.key))).collect::<Vec<_>>()
    };
    assert_eq!(names(&deal, json!("tick"))[..2], ["far", "paid"]);
    let bought = json!({ "set": { "fields": { "bought": "4711" } } });
    assert_eq!(names(&deal, bought), ["far", "paid", "stock 4711"], "with the fields that come with it");
    deal.learns("paid", json!(10));
    let needs = deal.scenario.needs(deal.case(), &read(json!("tick")));
    let need = needs.iter().find(|need| need.fact == "paid").unwrap();
    assert!(need.is_met(deal.case(), &deal.scenario, msk("2026-03-02 10:59:59.999")));
    assert!(!need.is_met(deal.case(), &deal.scenario, msk("2026-03-02 11:00")), "an hour old");
}

#[test]
fn c10_a_condition_reads_case_stage_actor_input_activities_and_processes() {
    let reads = "case.responsible == 'anna' && stage.id == 'request' && 'manager' in actor.roles && \
                 input.kind == 'move' && activities.task.open == 1 && !processes.check.running && today == date('2026-03-02')";
    let mut deal = Deal::opened(scenario(json!({
        "stages": [
            { "id": "request", "leave": { "need": [{ "that": reads }] }, "plan": [{ "task": "T" }],
              "run": [{ "process": "check", "by_hand": true }] },
            { "id": "invoice" }
        ]
    })));
    deal.moves("invoice");
}

#[test]
fn c11_an_entry_of_a_newer_engine_is_kept_byte_for_byte_and_refuses_its_case_only() {
    let mut deal = sale();
    deal.sets(json!({ "amount": "900.00" }));
    let texts: Vec<String> = deal.entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
    let newer = texts[1].replace(r#""events":["#, r#""events":[ {"teleported":{"to":"moon"}}, "#);
    let read: Vec<Recorded> = [&texts[0], &newer].map(|text| Recorded::read(text).unwrap()).into();
    assert_eq!(read[1].write().unwrap(), newer);
    let refused = Case::replay_recorded(&read).unwrap_err();
    assert!(matches!(refused, ReplayError::Newer { number: 2, .. }), "{refused}");
    // So does one that knows more of an event, or of the entry itself.
    for (old, new) in
        [(r#""field":"#, r#""shade":1,"field":"#), (r#"{"format":1,"#, r#"{"format":1,"mood":"good","#)]
    {
        let newer = texts[1].replacen(old, new, 1);
        assert!(
            matches!(Recorded::read(&newer).unwrap(), Recorded::Newer { ref text, .. } if *text == newer)
        );
    }
    let known: Vec<Recorded> = texts.iter().map(|text| Recorded::read(text).unwrap()).collect();
    assert_eq!(&Case::replay_recorded(&known).unwrap(), deal.case());
}

#[test]
fn c3_the_entry_keeps_switches_and_absences() {
    let mut deal = sale();
    deal.switch("request/trigger/go", false).away("anna", "2026-04-01 00:00", "boris");
    deal.does(json!("tick"));
    let entry: &Entry = deal.entries.last().unwrap();
    assert_eq!(entry.switches, [Switch { trigger: "request/trigger/go".into(), on: false }]);
    assert_eq!(entry.absences.len(), 1);
    assert!(matches!(&entry.events[0], Event::Switched { on: false, .. }));
}

/// The case of `tests/data/case.json`, which documentation examples read; delete the file to have it written.
#[test]
fn the_sample_case_is_what_the_engine_gives() {
    let mut deal = sale();
    deal.sets(json!({ "amount": "900.00" }));
    let text = serde_json::to_string_pretty(deal.case()).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/case.json");
    if !std::path::Path::new(path).exists() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
}

#[test]
fn c7_the_last_sequence_is_each_sources_own_whoever_told_a_value_in_between() {
    let mut deal = Deal::opened(scenario(json!({
        "facts": { "paid": { "type": "decimal" } }, "stages": [{ "id": "request" }]
    })));
    let mut tell = |source: &str, sequence: Option<u64>, paid: u32| {
        let mut facts = json!({ "source": source, "values": [{ "fact": "paid", "value": paid }] });
        if let Some(sequence) = sequence {
            facts["sequence"] = json!(sequence);
        }
        deal.does(json!({ "facts": facts }));
        deal.case().fact("paid", &[]).unwrap().value.clone().unwrap()
    };
    assert_eq!(tell("erp", Some(5), 50), 50.into());
    assert_eq!(tell("bank", Some(2), 60), 60.into());
    assert_eq!(tell("erp", Some(4), 40), 60.into(), "late, though the bank spoke last");
    assert_eq!(tell("erp", None, 70), 70.into());
    assert_eq!(tell("erp", Some(4), 40), 70.into(), "one without a sequence forgets none");
    assert_eq!(tell("bank", Some(1), 10), 70.into());
    assert_eq!(tell("bank", Some(3), 80), 80.into());
    assert_eq!(tell("erp", Some(6), 90), 90.into());
}
