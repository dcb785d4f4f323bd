//! The inbox: rows of any program, stepped on each case that they concern (S8).

use super::world::*;
use std::time::Duration;
use voronka::runtime::Received;
use voronka::store::{Message, Posted, Query};

fn row(id: &str, object: &str, text: &str) -> Message {
    Message { id: id.to_owned(), object: object.to_owned(), text: text.to_owned(), at: moment(START) }
}

fn pays(id: &str, object: &str) -> Message {
    row(id, object, r#"{"facts": {"values": [{"fact": "paid", "value": 100}]}}"#)
}

/// A case is linked with a document.
fn link(world: &World, case: &str, contract: &str) {
    let document = json!({ "document": { "document": "contract", "id": contract, "event": "signed" } });
    let request = voronka::runtime::Request::new(case, read(document), format!("{case}-{contract}"), anna());
    world.runtime.step(request).unwrap();
}

fn refused(world: &World) -> Vec<(String, String)> {
    let page = Query::refused(&world.store.inner, "", 10).unwrap();
    page.rows.into_iter().map(|it| (it.id, it.error)).collect()
}

#[test]
fn s8_a_row_is_stepped_on_each_case_that_it_concerns_under_an_id_of_its_own() {
    let world = World::new();
    world.open("c2");
    link(&world, "c1", "77");
    link(&world, "c2", "77");
    assert_eq!(world.runtime.post(&[pays("pay-1", "contract/77")]).unwrap(), [Posted::New]);
    assert_eq!(world.runtime.receive().unwrap(), Received { done: 1, ..Received::default() });
    for case in ["c1", "c2"] {
        let entry = world.runtime.journal(case, 3, 1).unwrap().remove(0);
        let voronka::case::Recorded::Known(entry) = entry else { panic!("newer") };
        assert_eq!(entry.input_id, format!("pay-1/{case}"));
    }
    assert_eq!(world.runtime.receive().unwrap().count(), 0);
    assert_eq!(world.runtime.post(&[pays("pay-1", "contract/77")]).unwrap(), [Posted::Known]);
    assert_eq!(world.runtime.receive().unwrap().count(), 0);
}

#[test]
fn x44_what_concerns_no_case_stays_listed_and_is_stepped_once_one_is_linked_and_it_is_sent_again() {
    let world = World::new();
    world.runtime.post(&[pays("pay-1", "contract/77")]).unwrap();
    let received = world.runtime.receive().unwrap();
    let why = "no case: nothing is linked with contract/77".to_owned();
    assert_eq!(received.refused, [("pay-1".to_owned(), why.clone())]);
    assert_eq!(refused(&world), [("pay-1".to_owned(), why)]);
    assert_eq!(world.runtime.receive().unwrap().count(), 0, "it holds up nothing and is not tried by itself");
    link(&world, "c1", "77");
    assert_eq!(world.runtime.resend("pay-1"), Ok(true));
    assert_eq!(world.runtime.receive().unwrap().done, 1);
    assert_eq!((world.revision("c1"), refused(&world).len()), (3, 0));
    assert_eq!(world.runtime.resend("pay-1"), Ok(false));
}

#[test]
fn s8_sending_again_reaches_only_the_cases_that_refused() {
    let world = World::new();
    world.open("c2");
    link(&world, "c1", "77");
    link(&world, "c2", "77");
    let close = json!({ "close": { "stage": "lost", "reason": "price" } });
    world.step("close", close).unwrap();
    // Reopening fits the closed case only.
    world.runtime.post(&[row("r", "contract/77", r#"{"reopen": {}}"#)]).unwrap();
    let received = world.runtime.receive().unwrap();
    assert_eq!(received.refused.len(), 1);
    let error = &received.refused[0].1;
    assert!(error.contains("case c2") && !error.contains("case c1"), "{error}");
    assert_eq!((world.revision("c1"), world.revision("c2")), (4, 2));
    let request = |input| voronka::runtime::Request::new("c2", read(input), "close-2", anna());
    world.runtime.step(request(json!({ "close": { "stage": "lost", "reason": "price" } }))).unwrap();
    world.runtime.resend("r").unwrap();
    assert_eq!(world.runtime.receive().unwrap().done, 1);
    assert_eq!((world.revision("c1"), world.revision("c2")), (4, 4), "the first one is not told twice");
}

#[test]
fn s8_a_row_that_is_no_json_or_no_input_is_refused_with_the_place() {
    let world = World::new();
    let rows = [
        row("a", "c1", "{\n  \"note\": {\"text\": }"),
        row("b", "c1", r#"{"dance": {}}"#),
        row("c", "c1", ""),
        row("d", "c1", r#"{"open": {}}"#),
        row("e", "c1", r#"{"note": {"text": "fine"}}"#),
    ];
    world.runtime.post(&rows).unwrap();
    let mut received = Received::default();
    loop {
        let next = world.runtime.receive().unwrap();
        if next.count() == 0 {
            break;
        }
        received.done += next.done;
        received.refused.extend(next.refused);
    }
    let said: Vec<(&str, &str)> =
        received.refused.iter().map(|(id, why)| (id.as_str(), why.split(';').next().unwrap())).collect();
    assert_eq!(said[0], ("a", "not the JSON of an input: expected value at line 2 column 20"));
    assert!(said[1].1.starts_with("not the JSON of an input: unknown variant `dance`"), "{}", said[1].1);
    assert_eq!(said[2].1, "not the JSON of an input: EOF while parsing a value at line 1 column 0");
    assert!(said[3].1.starts_with("case c1 is there already"), "{}", said[3].1);
    assert_eq!((received.done, world.revision("c1")), (1, 2));
    assert_eq!(world.runtime.discard("a"), Ok(true));
    assert_eq!(refused(&world).len(), 3);
}

#[test]
fn s8_rows_for_one_case_are_stepped_in_their_order() {
    let world = World::new();
    let rows: Vec<Message> =
        (0..5).map(|i| row(&format!("r{i}"), "c1", &format!(r#"{{"note": {{"text": "{i}"}}}}"#))).collect();
    world.runtime.post(&rows).unwrap();
    while world.runtime.receive().unwrap().count() > 0 {}
    let entries = world.runtime.journal("c1", 2, 10).unwrap();
    let ids: Vec<String> = entries
        .iter()
        .map(|it| match it {
            voronka::case::Recorded::Known(entry) => entry.input_id.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, ["r0/c1", "r1/c1", "r2/c1", "r3/c1", "r4/c1"]);
}

#[test]
fn s8_a_later_row_waits_where_an_earlier_one_of_its_case_could_not_be_stepped_now() {
    let world = World::opened(setup().retries(0));
    world.open("c2");
    let item = |id: &str, cases: &[&str]| voronka::store::InboxItem {
        id: id.to_owned(),
        object: "contract/77".to_owned(),
        text: r#"{"note": {"text": "x"}}"#.to_owned(),
        attempt: 1,
        cases: cases.iter().map(|it| (*it).to_owned()).collect(),
    };
    // Another store may hand out both at once, in their order.
    *world.store.rows.lock().unwrap() = vec![item("a", &["c1"]), item("b", &["c1", "c2"])];
    world.store.on_commit(meanwhile(&world.clock, "m", note("between")));
    let received = world.runtime.receive().unwrap();
    let later: Vec<&str> = received.later.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((received.done, later), (0, vec!["a", "b"]));
    assert!(received.later[1].1.contains("an earlier input for it"), "{}", received.later[1].1);
    assert_eq!((world.revision("c1"), world.revision("c2")), (2, 2), "only what was between, and c2's");
}

#[test]
fn s8_what_the_store_could_not_do_now_is_tried_again_by_itself() {
    let wait = Duration::from_secs(10);
    let world = World::opened(setup().retries(0).retry_wait(wait, wait));
    world.runtime.post(&[row("r", "c1", r#"{"note": {"text": "x"}}"#)]).unwrap();
    world.store.on_commit(Fault::LosesAnswer);
    let received = world.runtime.receive().unwrap();
    assert_eq!((received.later.len(), received.refused.len()), (1, 0));
    assert_eq!(world.runtime.receive().unwrap().count(), 0);
    world.clock.go(5_000);
    assert_eq!(world.runtime.receive().unwrap().done, 1);
    assert_eq!(world.revision("c1"), 2, "it had been written, and is not written twice");
}
