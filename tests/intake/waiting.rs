//! What waits for a person, and how it is settled (I2, S8).

use super::world::*;
use voronka::intake::Inquiry;
use voronka::runtime::{Assign, AssignError, Waiting};
use voronka::store::{Message, Query};

fn waiting(world: &World) -> Vec<Waiting> {
    world.clock.go(1_000);
    world.runtime.receive().unwrap();
    world.runtime.undecided("", 100).unwrap().rows
}

fn post(world: &World, id: &str, object: &str, inquiry: &Inquiry) {
    let text = json!({ "inquiry": inquiry }).to_string();
    let message = Message { id: id.to_owned(), object: object.to_owned(), text, at: moment(START) };
    world.runtime.post(&[message]).unwrap();
}

/// A client with three open orders.
fn regular(world: &World) {
    for (case, order) in [("a", "4711"), ("b", "4712"), ("c", "4713")] {
        let opening = json!({ "external_ids": [order], "responsible": "anna",
            "parties": { "client": { "contacts": ["eva@client.example"] } } });
        world
            .runtime
            .open("sale", case, serde_json::from_value(opening).unwrap(), format!("open-{case}"), anna())
            .unwrap();
    }
}

#[test]
fn i2_what_is_undecided_waits_and_a_person_settles_it() {
    let world = World::new(json!({}));
    regular(&world);
    let letter = mail("<1@c>", "eva@client.example", "when does it come?");
    let taken = world.take(&letter);
    let row = taken.waits.unwrap();
    assert_eq!(world.runtime.undecided("", 100).unwrap().rows, [], "not before the inbox was received");
    let list = waiting(&world);
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].row.as_str(), &list[0].inquiry), (row.as_str(), &letter));
    assert_eq!(list[0].choices.iter().map(|it| it.case.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(list[0].why, "undecided: the contact has 3 open cases: a, b, c");
    assert_eq!(
        list[0].reason.told(&voronka::tell::Catalog::default(), "ru"),
        "у контакта несколько открытых обращений (3): a, b, c"
    );
    // Sent again while it waits, it waits once.
    world.take(&letter);
    assert_eq!(waiting(&world).len(), 1);
    let settled = world.runtime.assign(&row, &Assign::Case("b".to_owned()), &anna()).unwrap();
    assert_eq!(settled.case.as_deref(), Some("b"));
    assert_eq!(world.case("b").interactions.len(), 1);
    assert_eq!(waiting(&world), []);
    let again = world.runtime.assign(&row, &Assign::Case("c".to_owned()), &anna());
    assert_eq!(again, Err(AssignError::NoRow(row)));
    assert_eq!(world.take(&letter).decision.verdict.name(), "nothing");
}

#[test]
fn i2_a_person_opens_a_case_or_ignores_it() {
    let world = World::new(json!({ "when": "inquiry.channel == 'email'" }));
    let taken = world.take(&call("1.1", "+79990000001", "answered"));
    assert_eq!(taken.decision.verdict.name(), "no_scenario");
    let row = waiting(&world)[0].row.clone();
    let none = world.runtime.assign(&row, &Assign::Case("nowhere".to_owned()), &anna());
    assert!(none.unwrap_err().to_string().contains("there is no case nowhere"));
    let none = world.runtime.assign(&row, &Assign::Open("nothing".into()), &anna());
    assert!(none.unwrap_err().to_string().contains("scenario nothing is not published"));
    let opened = world.runtime.assign(&row, &Assign::Open("sale".into()), &anna()).unwrap();
    assert_eq!(world.case(opened.case.as_deref().unwrap()).author, "anna");
    world.take(&call("1.2", "+79990000002", "answered"));
    let row = waiting(&world)[0].row.clone();
    world.runtime.assign(&row, &Assign::Ignore, &anna()).unwrap();
    assert_eq!((waiting(&world), world.cases().len()), (vec![], 1));
}

#[test]
fn s8_a_row_with_an_inquiry_is_taken_in() {
    let world = World::new(json!({}));
    post(&world, "r1", "", &mail("<1@c>", "eva@client.example", "tiles"));
    post(&world, "r2", "", &mail("<2@c>", "eva@client.example", "and paint"));
    world.clock.go(1_000);
    let received = world.runtime.receive().unwrap();
    assert_eq!((received.done, received.refused.len()), (2, 0));
    assert_eq!(world.cases().len(), 1);
    // The object that a program names says to which case it belongs.
    regular(&world);
    post(&world, "r3", "b", &mail("<3@c>", "nobody@else.example", "?"));
    world.clock.go(1_000);
    assert_eq!(world.runtime.receive().unwrap().done, 1);
    assert_eq!(world.case("b").interactions[0].contact.as_deref(), Some("nobody@else.example"));
}

#[test]
fn s8_a_row_that_is_no_inquiry_is_refused_with_the_reason_and_nothing_is_lost() {
    let world = World::new(json!({}));
    for (id, text) in [
        ("r1", r#"{"inquiry": {"channel": "email"}}"#),
        ("r2", r#"{"inquiry": {"channel": "email", "id": ""}}"#),
        ("r3", r#"{"inquiry": 5}"#),
        ("r4", r#"{"inquiry": {"channel": "email", "id": "1"}, "more": 1}"#),
    ] {
        let message =
            Message { id: id.to_owned(), object: String::new(), text: text.to_owned(), at: moment(START) };
        world.runtime.post(&[message]).unwrap();
    }
    world.clock.go(1_000);
    assert_eq!(world.runtime.receive().unwrap().refused.len(), 4);
    let refused = Query::refused(&world.store, "", 10).unwrap().rows;
    let said: Vec<&str> = refused.iter().map(|it| it.error.as_str()).collect();
    assert!(said[0].contains("missing field `id`") && said[1].contains("`id` is empty"), "{said:?}");
    assert!(said[2].contains("not the JSON of an inquiry") && said[3].contains("`more`"), "{said:?}");
    // The one that is an inquiry at all waits for a person.
    assert_eq!(world.runtime.undecided("", 10).unwrap().rows.len(), 1);
}

#[test]
fn s8_a_host_that_takes_none_in_says_so_and_the_row_can_be_sent_again() {
    let world = World::new(json!({}));
    let other = voronka::runtime::Runtime::new(
        world.store.clone(),
        world.clock.clone(),
        voronka::runtime::Setup::new("plain"),
    );
    post(&world, "r1", "", &mail("<1@c>", "eva@client.example", "tiles"));
    world.clock.go(1_000);
    assert!(other.receive().unwrap().refused[0].1.contains("taking_in"));
    assert!(world.runtime.resend("r1").unwrap());
    world.clock.go(1_000);
    assert_eq!(world.runtime.receive().unwrap().done, 1);
}

#[test]
fn i2_a_reopening_that_is_refused_waits_with_the_reason() {
    let mut definition = scenario(&json!({ "reopen": { "within": "7 days" } }));
    definition["rights"] = json!({ "reopen": "head" });
    let world = World::of(&[definition]);
    let case = world.opened(&mail("<1@c>", "eva@client.example", "tiles"));
    world.lose(&case.id);
    post(&world, "r1", "", &mail("<2@c>", "eva@client.example", "again"));
    let list = waiting(&world);
    assert!(list[0].why.contains("reopen"), "{}", list[0].why);
    assert_eq!(world.case(&case.id).interactions.len(), 1);
}

/// Calls that no scenario takes, as they wait, by row.
fn untaken(world: &World, calls: &[(&str, &str)]) -> Vec<String> {
    calls.iter().map(|(id, from)| world.take(&call(id, from, "answered")).waits.unwrap()).collect()
}

#[test]
fn i3_what_a_person_opens_moves_the_turn_on() {
    let mails =
        json!({ "when": "inquiry.channel == 'email'", "responsible": [{ "in_turn": ["anna", "boris"] }] });
    let world = World::new(mails);
    let rows = untaken(&world, &[("1", "+79990000001"), ("2", "+79990000002"), ("3", "+79990000003")]);
    assert_eq!(waiting(&world).len(), 3);
    let opened = rows.iter().map(|row| {
        let taken = world.runtime.assign(row, &Assign::Open("sale".into()), &anna()).unwrap();
        world.case(&taken.case.unwrap()).responsible.unwrap()
    });
    assert_eq!(opened.collect::<Vec<_>>(), ["anna", "boris", "anna"]);
}

#[test]
fn i3_what_a_person_opens_goes_to_whoever_has_least() {
    let mails = json!({ "when": "inquiry.channel == 'email'",
        "responsible": [{ "least_load": ["anna", "boris"] }] });
    let world = World::new(mails);
    regular(&world);
    let row = &untaken(&world, &[("1", "+79990000001")])[0];
    waiting(&world);
    let taken = world.runtime.assign(row, &Assign::Open("sale".into()), &anna()).unwrap();
    assert_eq!(world.case(&taken.case.unwrap()).responsible.as_deref(), Some("boris"));
}

#[test]
fn i2_what_a_person_opens_moves_the_guards_of_its_contacts() {
    use voronka::intake::Verdict;
    // With rules of its own, and without.
    let mut plain = scenario(&json!({}));
    plain["id"] = json!("plain");
    plain.as_object_mut().unwrap().remove("intake");
    let world = World::of(&[scenario(&json!({ "when": "inquiry.channel == 'email'" })), plain]);
    let rows = untaken(&world, &[("1", "+79990000001"), ("2", "+79990000001")]);
    waiting(&world);
    for (row, id, from) in [(&rows[0], "sale", 0), (&rows[1], "plain", 1)] {
        let taken = world.runtime.assign(row, &Assign::Open(id.into()), &anna()).unwrap();
        let Verdict::Open { counters, .. } = taken.decision.verdict else { panic!("{id}") };
        assert!(matches!(&counters[..], [it] if (it.from, it.to) == (from, from + 1)), "{counters:?}");
    }
}

#[test]
fn i2_what_a_person_opens_by_an_older_version_is_opened_by_it() {
    let mut definition = scenario(&json!({ "when": "inquiry.channel == 'email'" }));
    let world = World::of(&[definition.clone()]);
    definition["version"] = json!(2);
    world.runtime.publish_text(&definition.to_string(), &anna(), "").unwrap();
    let row = &untaken(&world, &[("1", "+79990000001")])[0];
    waiting(&world);
    let first = |version| voronka::runtime::Which { scenario: "sale".to_owned(), version: Some(version) };
    let none = world.runtime.assign(row, &Assign::Open(first(9)), &anna()).unwrap_err();
    assert!(none.to_string().contains("scenario sale 9 is not published"), "{none}");
    let taken = world.runtime.assign(row, &Assign::Open(first(1)), &anna()).unwrap();
    assert_eq!(world.case(&taken.case.unwrap()).scenario.version, 1);
}

/// A call with its recording, which becomes known later.
fn recorded(mut call: Inquiry) -> Inquiry {
    call.recording = Some("calls/1.ogg".to_owned());
    call
}

/// A call of a client with three open orders, and the same with its recording, as both wait.
fn twice(world: &World) -> (String, String) {
    let mut opening =
        json!({ "responsible": "anna", "parties": { "client": { "contacts": ["+79990000001"] } } });
    for case in ["a", "b", "c"] {
        opening["external_ids"] = json!([case]);
        let opening = serde_json::from_value(opening.clone()).unwrap();
        world.runtime.open("sale", case, opening, format!("open-{case}"), anna()).unwrap();
    }
    let it = call("1.1", "+79990000001", "answered");
    let rows = (world.take(&it).waits.unwrap(), world.take(&recorded(it)).waits.unwrap());
    assert_eq!(waiting(world).len(), 2);
    rows
}

#[test]
fn i1_what_a_case_holds_is_assigned_to_no_other() {
    let world = World::new(json!({}));
    let (_, second) = twice(&world);
    // Taken in meanwhile: its object says whose it is.
    post(&world, "r", "b", &call("1.1", "+79990000001", "answered"));
    assert_eq!(waiting(&world).len(), 2);
    for to in [Assign::Case("c".to_owned()), Assign::Open("sale".into())] {
        let said = world.runtime.assign(&second, &to, &anna()).unwrap_err().to_string();
        assert!(said.contains("case b holds") && said.contains(&second), "{said}");
    }
    assert_eq!((world.case("c").interactions.len(), world.cases().len()), (0, 3));
    // To the one that holds it, it may go; what else waits of it amends by itself.
    world.runtime.assign(&second, &Assign::Case("b".to_owned()), &anna()).unwrap();
    assert_eq!(world.case("b").interactions[0].recording.as_deref(), Some("calls/1.ogg"));
    assert_eq!((waiting(&world), world.case("b").interactions.len()), (vec![], 1));
}

#[test]
fn i1_what_waits_of_one_inquiry_is_settled_with_it() {
    let world = World::new(json!({}));
    let (first, _) = twice(&world);
    let other = world.take(&call("1.12", "+79990000001", "answered")).waits.unwrap();
    waiting(&world);
    world.runtime.assign(&first, &Assign::Case("b".to_owned()), &anna()).unwrap();
    // The same call with its recording amends it by itself; another call waits on.
    assert_eq!(waiting(&world).iter().map(|it| it.row.as_str()).collect::<Vec<_>>(), [other]);
    let held = world.case("b").interactions;
    assert_eq!((held.len(), held[0].recording.as_deref()), (1, Some("calls/1.ogg")));
}

#[test]
fn i2_what_is_refused_when_it_is_taken_in_waits_with_the_reason() {
    for right in ["reopen", "report"] {
        let mut definition = scenario(&json!({ "reopen": { "within": "7 days" } }));
        definition["rights"] = json!({ right: "manager" });
        let world = World::of(&[definition]);
        world.runtime.open("sale", "old", Default::default(), "x", anna()).unwrap();
        let first = json!({ "interaction": { "channel": "email", "id": "<1@c>" } });
        world.step("old", first, "first");
        if right == "reopen" {
            world.lose("old");
        }
        let letter = answering(mail("<2@c>", "eva@client.example", "again"), "<1@c>");
        let taken = world.take(&letter);
        assert_eq!((taken.case, taken.done), (None, vec![]));
        assert_eq!(taken.decision.reason.codes(), ["intake.refused"], "{}", taken.decision.reason);
        assert!(taken.decision.reason.to_string().contains("case old"), "{}", taken.decision.reason);
        assert_eq!(world.case("old").interactions.len(), 1);
        let row = taken.waits.unwrap();
        let list = waiting(&world);
        assert_eq!(list.iter().map(|it| &it.row).collect::<Vec<_>>(), [&row]);
        assert!(list[0].why.contains("case old"), "{}", list[0].why);
        // Sent again it waits once; a person who may carries it out.
        assert_eq!(world.take(&letter).waits, Some(row.clone()));
        assert_eq!(waiting(&world).len(), 1);
        world.runtime.assign(&row, &Assign::Case("old".to_owned()), &anna()).unwrap();
        assert_eq!((waiting(&world), world.case("old").interactions.len()), (vec![], 2));
    }
}

#[test]
fn s12_what_was_erased_does_not_come_back_by_hand() {
    let mut definition = scenario(&json!({}));
    definition["rights"] = json!({ "erase": "manager" });
    let world = World::of(&[definition]);
    let (_, second) = twice(&world);
    post(&world, "r", "b", &call("1.1", "+79990000001", "answered"));
    waiting(&world);
    world.runtime.erase("b", "asked by letter", &anna(), "erase").unwrap();
    let erased = world.case("b").interactions;
    let settled = world.runtime.assign(&second, &Assign::Case("b".to_owned()), &anna()).unwrap();
    assert_eq!(settled.decision.reason.codes(), ["intake.erased", "intake.by_hand"]);
    assert_eq!((waiting(&world), world.case("b").interactions), (vec![], erased));
}
