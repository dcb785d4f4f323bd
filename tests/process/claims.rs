//! A claim with its compensation and its corrective assignment: by the templates `sale`, `claim` and `assignment` (P3, P6, P7).

use super::office::*;
use voronka::case::LinkKind;

/// A sale has been delivered, and the client complains.
fn complained() -> (Office, String) {
    let office = Office::of(&["sale", "claim", "assignment", "approval"]);
    office.opens(
        "sale",
        "deal",
        json!({ "stage": "payment", "title": "Romashka, tiles", "responsible": "anna",
                "parties": { "client": { "reference": "romashka" }, "contact": { "reference": "mrs-lisa" } },
                "fields": { "need": "Tiles", "amount": 500_000, "decision_by": "2026-03-20", "invoice": "17" } }),
    );
    let values = json!([{ "fact": "paid_percent", "value": 100 }, { "fact": "shipped", "value": true }]);
    office.does("manager anna", "deal", json!({ "facts": { "values": values } }));
    assert_eq!(office.stage("deal"), "feedback");
    let feedback = json!({ "feedback": "Two boxes are broken" });
    office.ends("manager anna", "deal", "survey", "complains", feedback);
    assert_eq!(office.stage("deal"), "won");
    let journal_of_the_claim = (1..=9).flat_map(|n| (1..=9).map(move |k| format!("deal/{n}/{k}")));
    let claim = journal_of_the_claim.into_iter().find(|id| office.find(id).is_some()).unwrap();
    (office, claim)
}

/// The claim is registered and examined: it has grounds, costs 4,800 and Ivan is to pad the corners.
fn with_grounds() -> (Office, String) {
    let (office, claim) = complained();
    office.does("manager anna", &claim, json!({ "set": { "fields": { "category": "damage" } } }));
    office.ends("manager anna", &claim, "task", "done", json!({}));
    let decided =
        json!({ "compensation": 4800, "corrective_task": "Pad the corners", "corrective_executor": "ivan" });
    office.does("manager anna", &claim, json!({ "set": { "fields": decided } }));
    let found = json!({ "findings": "Packed badly", "grounds": "found" });
    office.ends("manager anna", &claim, "examination", "examined", found);
    (office, claim)
}

#[test]
fn p3_a_complaint_becomes_a_claim_on_the_sale() {
    let (office, claim) = complained();
    let case = office.case(&claim);
    assert_eq!((case.scenario.id.as_str(), case.links["deal"]), ("claim", LinkKind::ClaimOn));
    assert_eq!(case.fields["description"], "Two boxes are broken".into());
    assert_eq!(case.parties.keys().collect::<Vec<_>>(), ["client"], "the role that it knows");
    assert_eq!(case.responsible.as_deref(), Some("anna"));
}

#[test]
fn p3_a_claim_with_grounds_is_paid_by_the_host_and_put_right_by_an_assignment() {
    let (office, claim) = with_grounds();
    let told = office.told();
    let (payment, state) = office.run(&claim, "compensation");
    assert_eq!(state, "running");
    let asked = told.iter().find(|it| it.starts_with(&format!("start compensation {payment}"))).unwrap();
    assert!(asked.contains("4800") && asked.contains("romashka") && asked.contains(&claim), "{asked}");
    // The assignment is a case of its own; the claim does not wait for it.
    let (assignment, _) = office.run(&claim, "corrective");
    let given = office.case(&assignment);
    assert_eq!((given.fields["task"].clone(), given.depth), ("Pad the corners".into(), 2));
    assert_eq!(
        given.deadline.unwrap().at,
        office.case(&claim).processes.iter().find(|it| it.id == assignment).unwrap().due.unwrap().at
    );
    office.does("manager anna", &claim, json!({ "set": { "fields": { "answer": "We pay for the boxes" } } }));
    office.ends("manager anna", &claim, "email", "done", json!({}));
    assert_eq!(office.stage(&claim), "answer", "not before it is paid");
    let paid = json!({ "finished": { "process": payment, "result": "paid", "good": true } });
    office.does("host accounting", &claim, paid.clone());
    assert_eq!(office.stage(&claim), "quality");
    // Told twice it is paid once.
    office.does("host accounting", &claim, paid);
    assert_eq!(office.last_events(&claim), ["finish_ignored"]);
    office.ends("manager anna", &claim, "survey", "satisfied", json!({}));
    assert_eq!(office.stage(&claim), "settled");
    // The assignment goes on, and its end does no harm to a claim that is closed.
    assert_eq!(office.stage(&assignment), "acceptance");
    office.ends("clerk ivan", &assignment, "acceptance", "accepted", json!({}));
    office.ends("clerk ivan", &assignment, "work", "done", json!({ "report": "Corners are padded" }));
    office.ends("manager anna", &assignment, "check", "accepted", json!({}));
    assert_eq!(office.stage(&assignment), "done");
    assert_eq!(office.run(&claim, "corrective").1, "done true");
    assert_eq!(office.stage(&claim), "settled");
}

#[test]
fn p3_a_compensation_that_changes_is_cancelled_and_asked_for_anew() {
    let (office, claim) = with_grounds();
    let (first, _) = office.run(&claim, "compensation");
    let _ = office.told();
    office.does("manager anna", &claim, json!({ "set": { "fields": { "compensation": 5200 } } }));
    let told = office.told();
    assert_eq!(told[0], format!("cancel compensation {first}"));
    let (second, _) = office.run(&claim, "compensation");
    assert!(
        told[1].starts_with(&format!("start compensation {second}")) && told[1].contains("5200"),
        "{told:?}"
    );
    // What the host says of the first does no harm.
    let late = json!({ "finished": { "process": first, "result": "paid", "good": true } });
    office.does("host accounting", &claim, late);
    assert_eq!(office.run(&claim, "compensation").1, "running");
}

#[test]
fn p3_a_claim_that_is_withdrawn_cancels_the_payment_and_keeps_the_assignment() {
    let (office, claim) = with_grounds();
    let (assignment, _) = office.run(&claim, "corrective");
    let _ = office.told();
    office.does("manager anna", &claim, json!({ "close": { "stage": "withdrawn" } }));
    assert_eq!(office.told().len(), 1, "the payment is cancelled");
    assert!(office.case(&assignment).is_open(), "what is wrong is still put right");
}

#[test]
fn p3_a_client_who_is_not_content_is_examined_and_paid_once_more() {
    let (office, claim) = with_grounds();
    let (first, _) = office.run(&claim, "compensation");
    office.does("manager anna", &claim, json!({ "set": { "fields": { "answer": "We pay" } } }));
    office.ends("manager anna", &claim, "email", "done", json!({}));
    office.does(
        "host a",
        &claim,
        json!({ "finished": { "process": first, "result": "paid", "good": true } }),
    );
    office.ends(
        "manager anna",
        &claim,
        "survey",
        "not_satisfied",
        json!({ "client_remarks": "It was three" }),
    );
    assert_eq!(office.stage(&claim), "examine");
    let found = json!({ "findings": "It was three", "grounds": "found", "compensation": 7200 });
    office.ends("manager anna", &claim, "examination", "examined", found);
    let (second, state) = office.run(&claim, "compensation");
    assert_eq!((first != second, state.as_str()), (true, "running"));
}

#[test]
fn p3_an_assignment_hears_of_its_deadline_from_the_case_that_gave_it() {
    let (office, claim) = with_grounds();
    let (assignment, _) = office.run(&claim, "corrective");
    office.ends("clerk ivan", &assignment, "acceptance", "accepted", json!({}));
    let _ = office.told();
    // Ten working days from the 2nd of March end with the 16th.
    office.at("2026-03-17 00:01");
    let told = office.told();
    for expected in [
        "ivan: The assignment is due soon",
        "ivan: The assignment is late",
        "anna: An assignment of yours is late",
    ] {
        assert!(told.contains(&expected.to_owned()), "{told:?}");
    }
}
