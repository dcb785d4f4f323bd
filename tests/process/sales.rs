//! A sale whose terms are approved: two cases, by the templates `sale` and `approval`, carried by the runtime (P1, P2, P3, P5).

use super::office::*;
use voronka::case::LinkKind;

/// Anna sells to Romashka at these terms; the proposal is being made, and the terms are asked about.
fn offered(terms: serde_json::Value) -> Office {
    let office = Office::of(&["sale", "approval"]);
    let mut fields = json!({ "need": "Tiles", "amount": 500_000, "decision_by": "2026-03-20" });
    fields.as_object_mut().unwrap().append(&mut terms.as_object().unwrap().clone());
    office.opens(
        "sale",
        "deal",
        json!({ "stage": "proposal", "title": "Romashka, tiles", "responsible": "anna", "channel": "phone",
                "parties": { "client": { "reference": "romashka" } }, "fields": fields }),
    );
    office
}

fn no(remarks: &str) -> serde_json::Value {
    json!({ "remarks": remarks })
}

#[test]
fn p3_terms_are_approved_by_a_case_of_its_own_and_the_sale_goes_on() {
    let office = offered(json!({ "discount": 15, "approvers": ["boris", "vera"] }));
    let (approval, state) = office.run("deal", "terms");
    assert_eq!(state, "running");
    let child = office.case(&approval);
    assert_eq!(
        (child.title.as_deref(), child.responsible.as_deref()),
        (Some("Romashka, tiles"), Some("anna"))
    );
    assert_eq!((child.fields["subject"].clone(), child.links["deal"]), ("Tiles".into(), LinkKind::ChildOf));
    let template = child.template.as_ref().unwrap();
    assert_eq!((template.id.as_str(), template.version), ("approval", 1));
    assert_eq!(child.deadline.unwrap().at, office.case("deal").processes[0].due.unwrap().at);
    office.ends("manager anna", "deal", "email", "done", json!({}));
    assert_eq!(
        office.refused("manager anna", "deal", json!({ "move": { "to": "invoice" } })),
        ["V-M3-process"]
    );
    office.ends("head boris", &approval, "approval", "approved", json!({}));
    assert_eq!(office.run("deal", "terms").1, "running");
    office.ends("head vera", &approval, "approval", "approved", json!({}));
    assert_eq!(office.run("deal", "terms").1, "approved true");
    office.does("manager anna", "deal", json!({ "move": { "to": "invoice" } }));
}

#[test]
fn p3_terms_come_back_for_rework_and_are_approved_the_second_time() {
    let office = offered(json!({ "discount": 15, "approvers": ["boris"] }));
    let (approval, _) = office.run("deal", "terms");
    office.ends("head boris", &approval, "approval", "rework", no("For how long?"));
    assert_eq!(office.stage(&approval), "rework");
    assert!(office.told().contains(&"anna: Returned with remarks".to_owned()));
    assert_eq!(office.run("deal", "terms").1, "running", "the sale waits on");
    office.ends(
        "manager anna",
        &approval,
        "reworking",
        "resubmitted",
        json!({ "changes": "Until the end of March" }),
    );
    office.ends("head boris", &approval, "approval", "approved", json!({}));
    assert_eq!(office.run("deal", "terms").1, "approved true");
}

#[test]
fn p3_refused_terms_take_the_sale_back_with_the_remarks() {
    let office = offered(json!({ "discount": 25, "approvers": ["boris", "vera"] }));
    let (approval, _) = office.run("deal", "terms");
    office.ends("head vera", &approval, "approval", "refused", no("15 at most"));
    let deal = office.case("deal");
    assert_eq!((deal.stage(), deal.fields["terms_remarks"].clone()), ("qualification", "15 at most".into()));
    assert!(office.open("deal").contains(&"Agree on other terms".to_owned()));
    assert!(office.open(&approval).is_empty(), "boris is asked no more");
    // With better terms they are asked about anew, by a case of its own.
    for call in ["Talk the need over", "Agree on other terms"] {
        let it = office.case("deal").activities.into_iter().find(|it| it.title.get("en") == call).unwrap();
        office.does("manager anna", "deal", json!({ "done": { "activity": it.id, "outcome": "reached" } }));
    }
    office.does(
        "manager anna",
        "deal",
        json!({ "move": { "to": "proposal", "fields": { "discount": 12 } } }),
    );
    let (again, state) = office.run("deal", "terms");
    assert_eq!((again != approval, state.as_str()), (true, "running"));
    // Approved then, the remarks of the refusal are over: nothing is to be agreed anew if the sale comes back once more.
    for approver in ["head boris", "head vera"] {
        office.ends(approver, &again, "approval", "approved", json!({}));
    }
    assert!(!office.case("deal").fields.contains_key("terms_remarks"));
}

#[test]
fn p3_terms_that_change_withdraw_the_question_and_ask_another() {
    let office = offered(json!({ "discount": 15, "approvers": ["boris"] }));
    let (first, _) = office.run("deal", "terms");
    office.does("manager anna", "deal", json!({ "set": { "fields": { "discount": 18 } } }));
    let (second, _) = office.run("deal", "terms");
    assert_ne!(first, second);
    assert_eq!((office.stage(&first), office.stage(&second)), ("withdrawn".into(), "approving".into()));
    assert_eq!(office.case(&second).fields["approvers"], vec![voronka::Value::from("boris")].into());
}

#[test]
fn p3_a_sale_that_is_lost_withdraws_what_it_asked() {
    let office = offered(json!({ "deferral": 14, "approvers": ["boris"] }));
    let (approval, _) = office.run("deal", "terms");
    office.does("manager anna", "deal", json!({ "close": { "stage": "lost", "reason": "not_needed" } }));
    let closing = office.case(&approval).closing.unwrap();
    assert_eq!(closing.stage, "withdrawn");
    assert!(office.open(&approval).is_empty());
}

#[test]
fn p3_whoever_withdraws_the_question_leaves_the_sale_without_an_answer() {
    let office = offered(json!({ "deferral": 14, "approvers": ["boris"] }));
    let (approval, _) = office.run("deal", "terms");
    office.does("manager anna", &approval, json!({ "close": { "stage": "withdrawn" } }));
    assert_eq!(office.run("deal", "terms").1, "withdrawn false");
    assert_eq!(office.stage("deal"), "qualification");
}

#[test]
fn p3_a_question_that_nobody_can_answer_is_told_and_goes_on_once_somebody_is_named() {
    // The seller is the only one on the list.
    let office = offered(json!({ "deferral": 14, "approvers": ["anna", "anna"] }));
    let (approval, _) = office.run("deal", "terms");
    let told = office.told();
    assert!(told.iter().any(|it| it.starts_with("anna: Nobody can approve this")), "{told:?}");
    let held = office.case(&approval).held;
    assert_eq!((held[0].why.as_str(), held[0].skipped["anna"].as_str()), ("no_approver", "responsible"));
    office.does("manager anna", &approval, json!({ "set": { "fields": { "approvers": ["boris"] } } }));
    assert_eq!(office.open(&approval), ["Approve"]);
    office.ends("head boris", &approval, "approval", "approved", json!({}));
    assert_eq!(office.run("deal", "terms").1, "approved true");
}

#[test]
fn p3_the_time_limit_of_the_hook_reminds_and_escalates_by_itself() {
    let office = offered(json!({ "discount": 15, "approvers": ["boris", "vera"] }));
    let (approval, _) = office.run("deal", "terms");
    office.ends("head vera", &approval, "approval", "approved", json!({}));
    let _ = office.told();
    // One working day from Monday the 2nd ends with Tuesday.
    office.at("2026-03-03 00:01");
    assert_eq!(office.told(), ["boris: Your answer is due soon"]);
    office.at("2026-03-04 00:01");
    let told = office.told();
    for expected in ["boris: Your answer is late", "anna: An approval is late"] {
        assert!(told.contains(&expected.to_owned()), "{told:?}");
    }
    assert!(office.open(&approval).contains(&"Get the approval decided".to_owned()));
    // Late is not lost.
    office.ends("head boris", &approval, "approval", "approved", json!({}));
    assert_eq!(office.run("deal", "terms").1, "approved true");
}

#[test]
fn p3_a_quick_sale_needs_no_more_than_three_stages() {
    let office = Office::of(&["quick_sale"]);
    office.opens(
        "quick_sale",
        "order",
        json!({ "responsible": "anna", "fields": { "order": "Kettle", "amount": 3000 } }),
    );
    office.ends("manager anna", "order", "task", "done", json!({}));
    office.does("manager anna", "order", json!({ "move": { "to": "payment" } }));
    let learn = |fact: &str| {
        let values = json!([{ "fact": fact, "value": true }]);
        office.does("host till", "order", json!({ "facts": { "values": values } }));
    };
    learn("paid");
    assert_eq!(office.stage("order"), "shipment");
    learn("shipped");
    assert_eq!(office.stage("order"), "won");
}
