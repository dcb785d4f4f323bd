//! What is kept beside cases: versions, switches, counts of refusals (S9, S13, T7, V3).

use super::world::*;
use voronka::runtime::{PublishError, Request, Runtime, StepError, SwitchError, Which};
use voronka::store::{Keep, Look, Refusal, Store};
use voronka::{Opening, Scenario};

fn refusals(world: &World) -> Vec<Refusal> {
    match Store::kept(&world.store.inner, &Look::Refusals { scenario: "sale".to_owned() }).unwrap().pop() {
        Some(Keep::Refusals(rows)) => rows,
        _ => Vec::new(),
    }
}

fn changed(version: u32) -> Scenario {
    let mut def = sale_of(version).definition().clone();
    def.title = "Another".into();
    Scenario::new(def).unwrap()
}

#[test]
fn s9_a_published_version_never_changes_and_new_cases_take_the_latest() {
    let world = World::new();
    let first = world.runtime.publish(sale(), &olga(), "again").unwrap();
    assert_eq!((first.version, &first.hash), (1, &sale().reference().hash), "the same again is no change");
    let clash = world.runtime.publish(changed(1), &olga(), "").unwrap_err();
    assert!(matches!(&clash, PublishError::Clash { version: 1, found, .. } if *found == first.hash));
    assert!(clash.to_string().ends_with("publish this one under the next number"), "{clash}");
    world.runtime.publish(changed(2), &olga(), "the second").unwrap();
    // Another host, which has compiled nothing yet, steps each case by its own version.
    let other = world.other();
    let two = other.open("sale", "c2", Opening::default(), "2", anna()).unwrap();
    let which = Which { scenario: "sale".to_owned(), version: Some(1) };
    let one = other.open(which, "c3", Opening::default(), "3", anna()).unwrap();
    assert_eq!((two.case.scenario.version, one.case.scenario.version), (2, 1));
    assert_eq!(other.step(world.ask("4", note("x"))).unwrap().entry.scenario.version, 1);
    assert_eq!(other.latest("sale").unwrap().unwrap().reference().version, 2);
    assert!(other.latest("claim").unwrap().is_none());
}

#[test]
fn v3_a_case_adopts_the_latest_version_or_the_one_that_is_named() {
    let world = World::new();
    let adopt = |id: &str| Request::new("c1", read(json!({ "adopt": {} })), id, olga());
    assert_eq!(code(world.runtime.step(adopt("1"))), "V-V3-same");
    world.runtime.publish(changed(2), &olga(), "").unwrap();
    world.runtime.publish(changed(3), &olga(), "").unwrap();
    let named = adopt("2").adopting(Which { scenario: "sale".to_owned(), version: Some(2) });
    assert_eq!(world.runtime.step(named.clone()).unwrap().case.scenario.version, 2);
    assert_eq!(world.runtime.step(adopt("3")).unwrap().case.scenario.version, 3);
    assert!(world.runtime.step(named).unwrap().repeated);
    let other = adopt("2").adopting(Which { scenario: "sale".to_owned(), version: Some(3) });
    assert!(matches!(world.runtime.step(other), Err(StepError::Taken { .. })));
}

#[test]
fn g1_publishing_and_switching_ask_for_their_rights() {
    let world = World::new();
    let right = |result: PublishError| matches!(result, PublishError::Right { .. });
    assert!(right(world.runtime.publish(changed(2), &anna(), "").unwrap_err()));
    let defects = world.runtime.publish_text(r#"{"id": "sale"}"#, &olga(), "").unwrap_err();
    assert!(matches!(&defects, PublishError::Defects(list) if list.len() == 1));
    let remind = "request/trigger/remind";
    let error = world.runtime.switch(&anna(), "sale", remind, false).unwrap_err();
    assert_eq!(error.to_string(), "anna may not switch triggers of scenario sale (G1)");
    let error = world.runtime.switch(&olga(), "sale", "remind", false).unwrap_err();
    assert!(matches!(error, SwitchError::NoTrigger { .. }));
    let error = world.runtime.switch(&olga(), "claim", remind, false).unwrap_err();
    assert_eq!(error, SwitchError::NoScenario("claim".to_owned()));
}

#[test]
fn t7_a_switch_holds_at_once_for_every_case_and_host_and_the_entry_keeps_it() {
    let world = World::new();
    world.runtime.switch(&olga(), "sale", "request/trigger/mail", false).unwrap();
    let mail = json!({ "message": { "name": "mail" } });
    let effects = |done: &voronka::runtime::Done| done.entry.effects().count();
    let done = world.other().step(world.ask("1", mail.clone())).unwrap();
    assert_eq!((effects(&done), done.entry.switches.len()), (0, 1));
    // A case that is opened meanwhile has it too.
    let opened = world.open("c2");
    assert_eq!(opened.entry.switches, done.entry.switches);
    world.runtime.switch(&olga(), "sale", "request/trigger/mail", true).unwrap();
    let done = world.step("2", mail).unwrap();
    assert_eq!((effects(&done), done.entry.switches.len()), (1, 0), "as the file says: nothing differs");
}

#[test]
fn s13_refusals_are_counted_by_version_stage_rule_and_role() {
    let world = World::new();
    for _ in 0..2 {
        world.step("1", json!({ "move": { "to": "invoice" } })).unwrap_err();
    }
    let correct = Request::new("c1", read(json!({ "correct_reason": { "reason": "price" } })), "2", olga());
    world.runtime.step(correct).unwrap_err();
    // What is no rule's refusal is not counted.
    world.runtime.step(world.ask("3", note("x")).seen(9)).unwrap_err();
    let row = |rule: &str, role: &str, count| Refusal {
        scenario: "sale".to_owned(),
        version: 1,
        stage: "request".to_owned(),
        rule: rule.to_owned(),
        role: role.to_owned(),
        count,
    };
    assert_eq!(
        refusals(&world),
        [
            row("V-M3-field request/leave/amount", "manager", 2),
            row("V-M4-unknown invoice/enter/paid", "manager", 2),
            row("V-X3-open", "head", 1),
        ]
    );
}

#[test]
fn s13_failing_to_count_fails_no_step_and_loses_no_count() {
    let world = World::new();
    world.store.keeps.lock().unwrap().push_back(Fault::Fails(unreachable()));
    let correct = || world.step("1", json!({ "correct_reason": { "reason": "price" } }));
    assert_eq!(code(correct()), "V-X3-open");
    assert_eq!(refusals(&world).len(), 0);
    assert_eq!(code(correct()), "V-X3-open");
    assert_eq!(refusals(&world)[0].count, 2);
    // Counted many at once, they are written when there are so many.
    let runtime = Runtime::new(world.store.clone(), world.clock.clone(), setup().refusals_at_once(3));
    for i in 0..3 {
        assert_eq!(refusals(&world)[0].count, 2);
        runtime
            .step(world.ask(&format!("r{i}"), json!({ "correct_reason": { "reason": "price" } })))
            .unwrap_err();
    }
    assert_eq!(refusals(&world)[0].count, 5);
}

#[test]
fn s9_a_damaged_version_is_told_by_name() {
    let world = World::new();
    let mut reference = sale().reference().clone();
    (reference.id, reference.hash) = ("claim".to_owned(), "00".to_owned());
    let version = voronka::store::Version {
        scenario: reference,
        text: serde_json::to_string(sale().definition()).unwrap(),
        by: "olga".to_owned(),
        at: moment(START),
        comment: String::new(),
    };
    Store::keep(&world.store.inner, &Keep::Version(version)).unwrap();
    let error = world.runtime.open("claim", "c2", Opening::default(), "1", anna()).unwrap_err();
    assert!(
        error.to_string().contains("version 1 of scenario claim is damaged: its text is sale 1"),
        "{error}"
    );
}
