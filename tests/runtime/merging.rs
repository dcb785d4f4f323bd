//! Two requests of one client that turn out to be one, end to end, and a host that falls anywhere in between (P6, P7).

use super::families::{Dying, case, deliver, events, nobody, request};
use super::world::*;
use std::sync::atomic::{AtomicI64, Ordering};
use voronka::case::LinkKind;
use voronka::runtime::{Runtime, StepError};
use voronka::store::{Find, KeyKind, MemoryStore, Message, Store};
use voronka::{Opening, Scenario};

fn sale() -> Scenario {
    let text = json!({
        "id": "sale",
        "fields": { "lines": { "type": "list", "of": { "item": "text" } } },
        "parties": { "client": {} },
        "documents": { "invoice": { "sums": { "amount": {} } } },
        "reasons": { "duplicate": { "void": true } },
        "stages": [
            { "id": "talk", "plan": [{ "call": "Clarify", "due": "1 day" }] },
            { "id": "won", "outcome": "won" }, { "id": "void", "outcome": "void" }
        ]
    });
    Scenario::from_json(&text.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

fn opening(external: &str, client: &str) -> Opening {
    serde_json::from_value(
        json!({ "external_ids": [external], "parties": { "client": { "reference": client } },
        "fields": { "lines": [{ "item": "red" }, { "item": "blue" }] } }),
    )
    .unwrap()
}

fn letter(id: &str) -> serde_json::Value {
    json!({ "interaction": { "channel": "email", "direction": "in", "id": id, "at": START } })
}

/// A letter and a call about the same tiles: the call is merged into the letter, and a letter that comes to it later goes
/// on. Then a part of the order becomes a case of its own.
fn story<S: Store>(runtime: &Runtime<S>) -> Result<(), StepError> {
    runtime.open("sale", "letter", opening("mail-1", "romashka"), "open-1", anna())?;
    runtime.open("sale", "call", opening("phone-7", "romashka"), "open-2", anna())?;
    runtime.step(request("letter", "1", letter("m1")))?;
    runtime.step(request("call", "2", letter("m2")))?;
    let invoice = json!({ "document": { "document": "invoice", "id": "9", "event": "posted", "at": START,
                                        "data": { "amount": 100 } } });
    runtime.step(request("call", "3", invoice))?;
    runtime.step(request("call", "4", json!({ "merge": { "into": "letter", "reason": "duplicate" } })))?;
    deliver(runtime)?;
    // The inbox finds both by the invoice; what the merged one is told goes on to the other, which knows it already.
    let text = json!({ "document": { "document": "invoice", "id": "9", "event": "unposted", "sequence": 5, "at": START } });
    let row =
        Message { id: "row".into(), object: "invoice/9".into(), text: text.to_string(), at: moment(START) };
    runtime.post(&[row])?;
    while runtime.receive()?.count() > 0 {}
    deliver(runtime)?;
    runtime.step(request("letter", "5", json!({ "split": { "field": "lines", "lines": [2] } })))?;
    deliver(runtime)
}

fn world() -> (MemoryStore, Hands) {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    Runtime::new(&store, clock.clone(), setup()).publish(sale(), &olga(), "").unwrap();
    (store, clock)
}

/// The journals of all three cases, but for which of the two is told by the inbox first.
fn journals(store: &MemoryStore) -> Vec<Vec<String>> {
    let split = format!("letter/{}/1", case(store, "letter").map_or(0, |it| it.revision));
    ["letter", "call", &split].map(|id| events(store, id)).to_vec()
}

#[test]
fn p7_two_requests_of_one_client_go_on_as_one() {
    let (store, clock) = world();
    story(&Runtime::new(&store, clock, setup())).unwrap();
    let (letter, call) = (case(&store, "letter").unwrap(), case(&store, "call").unwrap());
    assert_eq!(
        (call.stage(), call.links["letter"], call.activities.len()),
        ("void", LinkKind::DuplicateOf, 0)
    );
    assert_eq!(letter.external_ids, ["mail-1", "phone-7"]);
    assert_eq!(letter.interactions.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["m1", "m2"]);
    let titles: Vec<String> = letter.activities.iter().map(|it| it.title.to_string()).collect();
    assert_eq!(titles, ["Clarify", "Clarify"], "both were promised");
    assert!(letter.activities[1].id.starts_with("call/"), "under the id that it had");
    assert_eq!((letter.documents[0].event.as_str(), letter.documents[0].in_force), ("unposted", Some(false)));
    // The part is a case of its own, linked to this one.
    let part = case(&store, &format!("letter/{}/1", letter.revision)).unwrap();
    assert_eq!(part.links["letter"], LinkKind::PartOf);
    assert_eq!(
        (
            part.fields["lines"].to_string().contains("blue"),
            letter.fields["lines"].to_string().contains("blue")
        ),
        (true, false)
    );
    // Whoever looks for the telephone's id finds the case that goes on as well.
    let runtime = Runtime::new(&store, Hands::new(), setup());
    let find = Find::Key { kind: KeyKind::External, key: "phone-7".into() };
    let found: Vec<String> = runtime.find(&find, &anna(), 10).unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!((found.len(), found.contains(&"letter".to_owned())), (2, true));
}

#[test]
fn p6_a_host_that_falls_anywhere_while_merging_changes_nothing_of_what_comes_of_it() {
    let (undisturbed, calls) = {
        let (store, clock) = world();
        let dying = Dying { inner: &store, left: AtomicI64::new(i64::MAX), done: false };
        story(&Runtime::new(&dying, clock, setup())).unwrap();
        (journals(&store), i64::MAX - dying.left.load(Ordering::SeqCst))
    };
    assert!(calls > 20, "{calls} calls");
    let taken = undisturbed[0].iter().filter(|it| it.starts_with("handed: taken_over")).count();
    assert_eq!(taken, 1, "{undisturbed:#?}");
    for done in [false, true] {
        for falls_at in 1..=calls {
            let (store, clock) = world();
            let dying = Dying { inner: &store, left: AtomicI64::new(falls_at), done };
            assert!(
                story(&Runtime::new(&dying, clock.clone(), setup().retries(0))).is_err(),
                "call {falls_at}"
            );
            clock.go(120_000);
            story(&Runtime::new(&store, clock, setup())).unwrap();
            assert_eq!(journals(&store), undisturbed, "call {falls_at}, done {done}");
        }
    }
}

#[test]
fn p7_what_is_merged_or_redirected_to_a_case_that_is_not_there_is_refused_and_stays() {
    let (store, clock) = world();
    let runtime = Runtime::new(&store, clock, setup());
    runtime.open("sale", "call", opening("phone-7", "romashka"), "open", anna()).unwrap();
    runtime.step(request("call", "1", letter("m1"))).unwrap();
    let merge = json!({ "merge": { "into": "letter", "reason": "duplicate" } });
    let redirect = |to: &str| json!({ "redirect": { "interaction": "m1", "to": to } });
    for (id, input) in [("2", merge.clone()), ("3", redirect("lettre"))] {
        let error = runtime.step(request("call", id, input)).unwrap_err();
        assert_eq!(error.rejection().unwrap().code(), "V-P7-no-case");
    }
    let call = case(&store, "call").unwrap();
    assert_eq!((call.stage(), call.interactions.len(), call.redirected.len()), ("talk", 1, 0));
    assert_eq!(runtime.deliver(&nobody()).unwrap().given_up.len(), 0, "no lane stands still");
    // The same goes where it is there, under the same id.
    runtime.open("sale", "letter", opening("mail-1", "romashka"), "open-2", anna()).unwrap();
    runtime.step(request("call", "3", redirect("letter"))).unwrap();
    runtime.step(request("call", "2", merge)).unwrap();
    deliver(&runtime).unwrap();
    let letter = case(&store, "letter").unwrap();
    assert_eq!((letter.merged_from.len(), letter.interactions[0].id.as_str()), (1, "m1"));
}
