//! Defects that were mended, each by its name (I1–I3).

use super::world::*;
use voronka::intake::Inquiry;

#[test]
fn i1_the_same_id_by_another_channel_is_another_interaction() {
    let world = World::new(json!({}));
    let from = |channel: &str, text: &str| Inquiry {
        contacts: mail("", "eva@client.example", "").contacts,
        text: Some(text.to_owned()),
        ..Inquiry::new(channel, "77")
    };
    let case = world.opened(&from("chat", "white tiles"));
    assert_eq!(world.take(&from("web", "and paint")).case, Some(case.id.clone()));
    let case = world.case(&case.id);
    let told: Vec<_> =
        case.interactions.iter().map(|it| (it.channel.as_str(), it.text.as_deref().unwrap())).collect();
    assert_eq!(told, [("chat", "white tiles"), ("web", "and paint")]);
    // Each is amended by its own channel.
    world.take(&from("chat", "white tiles, 20 boxes"));
    let case = world.case(&case.id);
    assert_eq!(case.interactions.len(), 2);
    assert_eq!(case.interactions[0].text.as_deref(), Some("white tiles, 20 boxes"));
    // A trigger fires once for each of them, not once for the id.
    let missed =
        |channel: &str| Inquiry { channel: channel.to_owned(), ..call("88", "+79990000001", "missed") };
    let called = world.opened(&Inquiry { result: None, ..missed("sms") });
    world.take(&missed("phone"));
    assert_eq!(open_kinds(&world.case(&called.id)), ["call"]);
}

#[test]
fn i2_callers_who_hide_their_number_are_not_one_contact() {
    let world = World::new(json!({}));
    let first = world.opened(&call("1", "anonymous", "answered"));
    let second = world.opened(&call("2", "anonymous", "answered"));
    assert_ne!(first.id, second.id);
    assert!(first.parties.values().all(|it| it.contacts.is_empty()));
}

#[test]
fn i1_a_call_that_somebody_took_stays_taken_whatever_else_rang() {
    let world = World::new(json!({}));
    let case = world.opened(&taken_by(call("1", "+79990000001", "answered"), "anna"));
    world.take(&taken_by(call("1", "+79990000001", "missed"), "boris"));
    let call = &world.case(&case.id).interactions[0];
    assert_eq!((call.result.as_deref(), call.employee.as_deref()), (Some("answered"), Some("anna")));
    assert!(world.case(&case.id).activities.is_empty(), "nobody is to be called back");
}

#[test]
fn i2_where_the_rule_says_new_nothing_is_reopened() {
    let world = World::new(json!({ "by_contact": ["responsible", "new"], "reopen": { "within": "7 days" } }));
    let closed = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.lose(&closed.id);
    for id in ["a", "b"] {
        let opening = json!({ "parties": { "client": { "contacts": ["eva@client.example"] } } });
        world.runtime.open("sale", id, serde_json::from_value(opening).unwrap(), id, anna()).unwrap();
    }
    let new = world.opened(&mail("<2@c>", "eva@client.example", "paint"));
    assert!(!world.case(&closed.id).is_open());
    assert_eq!(world.cases().len(), 4, "{}", new.id);
}

#[test]
fn i2_a_letter_that_comes_after_its_answer_finds_the_case_that_holds_the_answer() {
    let world = World::new(json!({ "by_contact": "new" }));
    let answer = world.opened(&answering(mail("<2@c>", "eva@client.example", "Re: tiles"), "<1@c>"));
    let first = world.take(&mail("<1@c>", "eva@client.example", "tiles"));
    assert_eq!((first.case, first.decision.reason.codes()), (Some(answer.id), vec!["intake.thread"]));
}

#[test]
fn i3_where_all_are_away_the_first_deputy_of_them_gets_it() {
    let world = World::new(json!({ "responsible": [{ "in_turn": ["anna", "boris"] }] }));
    for (person, deputy) in [("anna", None), ("boris", Some("vera".to_owned()))] {
        let until = moment("2026-04-01T00:00:00Z");
        world.away.0.lock().unwrap().push(voronka::case::Absence {
            person: person.to_owned(),
            until,
            deputy,
        });
    }
    let opened = |id: &str, from: &str| world.opened(&call(id, from, "answered")).responsible;
    assert_eq!(opened("1", "+79990000001").as_deref(), Some("vera"));
    assert_eq!(opened("2", "+79990000002").as_deref(), Some("vera"));
}

#[test]
fn i1_a_channel_has_no_sign_that_parts_ids() {
    for channel in ["a:b", "a/b"] {
        let error = Inquiry::new(channel, "c").check().unwrap_err();
        assert!(error.to_string().contains("`channel`"), "{error}");
    }
}
