//! Which case an inquiry belongs to (I2, I5).

use super::world::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use voronka::intake::{Candidate, Closed, Intake, IntakeContext, Match, Verdict};
use voronka::{Moment, Scenario};

fn codes(taken: &voronka::runtime::Taken) -> Vec<&str> {
    taken.decision.reason.codes()
}

#[test]
fn i2_a_first_letter_opens_a_case_and_what_answers_it_finds_it() {
    let world = World::new(json!({}));
    let case = world.opened(&mail("<1@c>", "Eva <", "tiles"));
    assert_eq!(case.parties["client"].contacts, ["Eva <"], "what cannot be read as an address is kept");
    let case = world.opened(&mail("<2@c>", "Eva@Client.example", "tiles"));
    assert_eq!(case.parties["client"].contacts, ["eva@client.example"]);
    assert_eq!((case.channel.as_deref(), case.title.as_deref()), (Some("email"), Some("tiles")));
    assert_eq!(case.interactions.len(), 1);
    assert_eq!(case.debts.len(), 0);
    // Our answer, and the client's from another address to it, by the thread alone.
    let ours = world.take(&out(answering(mail("<3@o>", "eva@client.example", "Re: tiles"), "<2@c>")));
    assert_eq!((ours.case.as_deref(), codes(&ours)), (Some(case.id.as_str()), vec!["intake.thread"]));
    let theirs = world.take(&answering(mail("<4@c>", "eva@home.example", "Re: Re: tiles"), "<3@o>"));
    assert_eq!((theirs.case.as_deref(), codes(&theirs)), (Some(case.id.as_str()), vec!["intake.thread"]));
    assert_eq!(world.case(&case.id).interactions.len(), 3);
    assert_eq!(world.cases().len(), 2);
}

#[test]
fn i2_messages_of_a_chat_find_their_case_by_the_chat() {
    let world = World::new(json!({}));
    let message = |id: &str| answering(voronka::intake::Inquiry::new("chat", id), "room-7");
    let case = world.opened(&message("m1"));
    assert_eq!(world.take(&message("m2")).case, Some(case.id.clone()));
    // A room of another channel is another room.
    let mut other = message("m3");
    other.channel = "sms".to_owned();
    assert_eq!(world.take(&other).decision.verdict.name(), "open");
}

#[test]
fn i2_a_contact_with_one_open_case_is_logged_on_it_and_with_several_waits() {
    let world = World::new(json!({}));
    let first = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    let again = world.take(&mail("<2@c>", "EVA@client.example", "paint"));
    assert_eq!(
        (again.case, codes(&world.take(&mail("<2@c>", "EVA@client.example", "paint")))),
        (Some(first.id.clone()), vec!["intake.nothing_new"])
    );
    // Another case of hers, opened by hand.
    let opening = json!({ "parties": { "client": { "contacts": ["eva@client.example"] } } });
    world.runtime.open("sale", "by-hand", serde_json::from_value(opening).unwrap(), "x", anna()).unwrap();
    let waits = world.take(&mail("<3@c>", "eva@client.example", "when?"));
    assert_eq!((waits.case.as_ref(), codes(&waits)), (None, vec!["intake.several.contact"]));
    let Verdict::Undecided { choices } = &waits.decision.verdict else { panic!("{waits:?}") };
    let choices: Vec<&str> = choices.iter().map(|it| it.case.as_str()).collect();
    assert_eq!(choices, ["by-hand", first.id.as_str()]);
}

#[test]
fn i2_a_documents_number_says_which_of_several_is_meant() {
    let world = World::new(json!({}));
    for (case, external) in [("a", "4711"), ("b", "4712"), ("c", "4713")] {
        let opening = json!({ "external_ids": [external],
            "parties": { "client": { "contacts": ["eva@client.example"] } } });
        let opening = serde_json::from_value(opening).unwrap();
        world.runtime.open("sale", case, opening, format!("open-{case}"), anna()).unwrap();
    }
    let taken = world.take(&mail("<1@c>", "eva@client.example", "where is order 4712?"));
    assert_eq!((taken.case.as_deref(), codes(&taken)), (Some("b"), vec!["intake.document"]));
    // A document that the host reported; a stranger asks for it.
    world.step("c", json!({ "document": { "document": "invoice", "id": "17", "event": "posted" } }), "d1");
    let taken = world.take(&mail("<2@c>", "boss@client.example", "paid invoice 17"));
    assert_eq!((taken.case.as_deref(), codes(&taken)), (Some("c"), vec!["intake.document"]));
    // Two orders in one letter say nothing.
    let taken = world.take(&mail("<3@c>", "eva@client.example", "order 4711 and order 4712"));
    assert_eq!(codes(&taken), ["intake.several.document"]);
    // A number that nobody has leaves it to the contact.
    let taken = world.take(&mail("<4@c>", "eva@client.example", "order 99"));
    assert_eq!(codes(&taken), ["intake.several.contact"]);
}

#[test]
fn i2_several_are_told_apart_by_the_rules_order() {
    let world = World::new(json!({ "by_contact": ["responsible", "latest"] }));
    for (case, responsible) in [("a", "anna"), ("b", "boris")] {
        let opening = json!({ "responsible": responsible,
            "parties": { "client": { "contacts": ["+79990000001"] } } });
        let opening = serde_json::from_value(opening).unwrap();
        world.clock.go(60_000);
        world.runtime.open("sale", case, opening, format!("open-{case}"), anna()).unwrap();
    }
    let taken = world.take(&taken_by(call("1", "8 999 000-00-01", "answered"), "anna"));
    assert_eq!((taken.case.as_deref(), codes(&taken)), (Some("a"), vec!["intake.responsible"]));
    world.step("b", json!({ "note": { "text": "he thinks" } }), "n1");
    let taken = world.take(&taken_by(call("2", "8 999 000-00-01", "answered"), "olga"));
    assert_eq!((taken.case.as_deref(), codes(&taken)), (Some("b"), vec!["intake.latest"]));
}

#[test]
fn i2_new_by_rule_opens_another_case() {
    let world = World::new(json!({ "by_contact": "new" }));
    world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.opened(&mail("<2@c>", "eva@client.example", "paint"));
    // What answers a letter is no new request all the same.
    let answer = world.take(&answering(mail("<3@c>", "eva@client.example", "Re: paint"), "<2@c>"));
    assert_eq!(answer.decision.verdict.name(), "log");
    assert_eq!(world.cases().len(), 2);
}

#[test]
fn i2_what_is_automatic_ours_or_going_out_opens_nothing_and_the_rule_is_named() {
    let world = World::new(json!({}));
    let rule = |taken: &voronka::runtime::Taken| match &taken.decision.verdict {
        Verdict::Ignore { rule, .. } => rule.clone(),
        other => panic!("{other:?}"),
    };
    let automatic = voronka::intake::Inquiry {
        result: Some("automatic".to_owned()),
        ..mail("<1@c>", "a@c.example", "away")
    };
    assert_eq!(rule(&world.take(&automatic)), "automatic");
    let bounced = voronka::intake::Inquiry {
        result: Some("bounced".to_owned()),
        ..mail("<2@c>", "daemon@c.example", "failed")
    };
    assert_eq!(rule(&world.take(&bounced)), "bounced");
    assert_eq!(rule(&world.take(&mail("<3@o>", "boris@ours.example", "lunch?"))), "own");
    assert_eq!(rule(&world.take(&out(mail("<4@o>", "new@client.example", "offer")))), "outgoing");
    assert_eq!(world.cases(), Vec::<String>::new());
    // In the thread of a case a bounce is logged on it, and answers nothing; by the contact alone it is not.
    let case = world.opened(&mail("<5@c>", "eva@client.example", "tiles"));
    let in_thread = world
        .take(&answering(voronka::intake::Inquiry { id: "<6@c>".to_owned(), ..bounced.clone() }, "<5@c>"));
    assert_eq!(in_thread.case, Some(case.id.clone()));
    assert_eq!(world.case(&case.id).interactions[1].result.as_deref(), Some("bounced"));
    let by_contact = voronka::intake::Inquiry {
        result: Some("automatic".to_owned()),
        ..mail("<7@c>", "eva@client.example", "away")
    };
    assert_eq!(rule(&world.take(&by_contact)), "automatic");
}

#[test]
fn i2_a_scenario_can_take_what_is_automatic() {
    let world = World::new(json!({ "take_automatic": true }));
    let automatic = voronka::intake::Inquiry {
        result: Some("automatic".to_owned()),
        ..mail("<1@c>", "a@c.example", "form 7")
    };
    world.opened(&automatic);
}

#[test]
fn i2_a_case_closed_not_long_ago_is_reopened_and_one_closed_long_ago_is_followed() {
    let world = World::new(json!({ "reopen": { "within": "7 days", "stage": "request" } }));
    let case = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.lose(&case.id);
    let taken = world.take(&mail("<2@c>", "eva@client.example", "we take them after all"));
    assert_eq!((taken.decision.verdict.name(), taken.done.len()), ("reopen", 2));
    let now = world.case(&case.id);
    assert_eq!((now.is_open(), now.reopened, now.interactions.len()), (true, 1, 2));
    world.step(&case.id, json!({ "close": { "stage": "lost", "reason": "price" } }), "lost again");
    world.clock.go(8 * 86_400_000);
    // Going out, it is kept where it belongs.
    let ours = world.take(&out(answering(mail("<3@o>", "eva@client.example", "Re"), "<2@c>")));
    assert_eq!((ours.case.as_deref(), world.case(&case.id).is_open()), (Some(case.id.as_str()), false));
    let later = world.opened(&answering(mail("<4@c>", "eva@client.example", "again"), "<3@o>"));
    assert_eq!(later.links.keys().collect::<Vec<_>>(), [&case.id]);
}

#[test]
fn i2_only_the_outcomes_that_the_rule_names_are_reopened() {
    let world = World::new(json!({ "reopen": { "within": "7 days", "outcomes": ["won"] } }));
    let case = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.lose(&case.id);
    world.opened(&mail("<2@c>", "eva@client.example", "again"));
}

#[test]
fn i2_an_answer_closes_the_planned_call_and_a_missed_call_plans_one() {
    let world = World::new(json!({ "answers": { "phone": "call" } }));
    let case = world.opened(&call("1.1", "8 (999) 000-00-01", "missed"));
    assert_eq!(open_kinds(&case), ["call"], "a missed call plans a call back");
    // Missed once more: another call back is planned, the first is not answered by it.
    let missed = world.take(&call("1.2", "+7 999 000 00 01", "missed"));
    assert_eq!(open_kinds(&world.case(missed.case.as_deref().unwrap())), ["call", "call"]);
    // We call, and nobody takes it: an attempt, by the outcome of that name.
    world.take(&taken_by(out(call("1.3", "+79990000001", "no_answer")), "anna"));
    let now = world.case(&case.id);
    assert_eq!((open_kinds(&now).len(), now.finished.len()), (1, 1));
    // We reach them.
    let reached = world.take(&taken_by(out(call("1.4", "+79990000001", "answered")), "anna"));
    assert_eq!(codes(&reached), ["intake.contact", "intake.answers"]);
    let now = world.case(&case.id);
    assert_eq!((open_kinds(&now).len(), now.finished.len(), now.interactions.len()), (0, 2, 4));
}

#[test]
fn i5_the_scenario_is_chosen_by_condition_and_priority() {
    let mut retail = scenario(&json!({ "priority": 5, "when": "inquiry.line == '+7000'" }));
    retail["id"] = json!("retail");
    let world = World::of(&[scenario(&json!({ "when": "inquiry.channel == 'phone'" })), retail]);
    let by = |line: &str, id: &str| voronka::intake::Inquiry {
        line: Some(line.to_owned()),
        ..call(id, &format!("+7 999 000 10 0{id}"), "answered")
    };
    assert_eq!(world.opened(&by("+7000", "1")).scenario.id, "retail");
    assert_eq!(world.opened(&by("+7001", "2")).scenario.id, "sale");
    // None fits: it says so, and waits.
    let taken = world.take(&mail("<1@c>", "eva@client.example", "tiles"));
    assert_eq!((taken.decision.verdict.name(), codes(&taken)), ("no_scenario", vec!["intake.no_scenario"]));
    assert!(taken.waits.is_some());
}

#[test]
fn i5_a_contact_is_matched_only_with_cases_of_scenarios_that_take_it() {
    let mut claims = scenario(&json!({ "when": "inquiry.subject.contains('claim')" }));
    claims["id"] = json!("claims");
    let world = World::of(&[scenario(&json!({ "priority": -1 })), claims]);
    assert_eq!(world.opened(&mail("<1@c>", "eva@client.example", "a claim")).scenario.id, "claims");
    assert_eq!(world.opened(&mail("<2@c>", "eva@client.example", "tiles")).scenario.id, "sale");
    let taken = world.take(&mail("<3@c>", "eva@client.example", "tiles too"));
    assert_eq!(world.case(taken.case.as_deref().unwrap()).scenario.id, "sale");
}

fn candidate(case: &str, by: &[Match], closed: Option<&str>) -> Candidate {
    Candidate {
        case: case.to_owned(),
        revision: 1,
        title: None,
        scenario: "sale".to_owned(),
        closed: closed
            .map(|at| Closed { at: moment(at), outcome: voronka::scenario::def::StageOutcome::Lost }),
        calendar: None,
        responsible: None,
        last_at: moment(START),
        matched: by.iter().copied().collect::<BTreeSet<_>>(),
        known: None,
        erased: false,
        planned: Vec::new(),
    }
}

/// The order of I2, on candidates as plain data.
#[test]
fn i2_thread_comes_before_document_and_document_before_contact() {
    let scenario = Scenario::from_json(&scenario(&json!({})).to_string()).unwrap();
    let intake = Intake::new([Arc::new(scenario)]);
    let ctx = IntakeContext::new(START.parse::<Moment>().unwrap());
    let inquiry = mail("<1@c>", "eva@client.example", "order 4711");
    let decided = |candidates: &[Candidate]| {
        let decision = intake.decide(&inquiry, candidates, &ctx);
        assert_eq!(decision, intake.decide(&inquiry, candidates, &ctx), "the same again");
        decision.verdict.case().map_or(decision.verdict.name().to_owned(), str::to_owned)
    };
    use Match::{Contact, Document, Party, Thread};
    let (a, b) = (|by: &[Match]| candidate("a", by, None), |by: &[Match]| candidate("b", by, None));
    assert_eq!(decided(&[a(&[Document]), b(&[Thread])]), "b");
    assert_eq!(decided(&[a(&[Contact]), b(&[Document])]), "b");
    assert_eq!(decided(&[a(&[Party]), b(&[Contact])]), "b");
    assert_eq!(decided(&[a(&[Thread]), b(&[Thread, Document])]), "b", "the document tells threads apart");
    assert_eq!(decided(&[a(&[Document, Contact]), b(&[Document])]), "a", "the contact tells documents apart");
    assert_eq!(decided(&[a(&[Thread]), b(&[Thread])]), "undecided");
    assert_eq!(decided(&[candidate("a", &[Thread], Some(START)), b(&[Thread])]), "b", "an open one first");
    assert_eq!(decided(&[a(&[Party]), b(&[Party])]), "undecided");
}
