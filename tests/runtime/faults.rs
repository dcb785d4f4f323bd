//! The store fails: nothing acknowledged is lost, nothing is done twice (S1, S3).

use super::world::*;
use voronka::Opening;
use voronka::runtime::{Request, StepError};
use voronka::store::{Settle, Store, StoreError};

fn busy() -> StoreError {
    StoreError::Busy { why: "a lock".to_owned() }
}

#[test]
fn s3_an_answer_that_was_lost_is_found_again_and_nothing_is_done_twice() {
    let world = World::new();
    world.store.on_commit(Fault::LosesAnswer);
    let done = world.step("1", note("once")).unwrap();
    assert!(done.repeated, "it was there already");
    assert_eq!((done.entry.number, world.revision("c1")), (2, 2));
    // The same for an opening.
    world.store.on_commit(Fault::LosesAnswer);
    assert_eq!(world.open("c2").entry.number, 1);
    assert_eq!(world.revision("c2"), 1);
}

#[test]
fn s3_a_client_that_gave_up_waiting_sends_again_and_gets_the_first_answer() {
    let world = World::opened(setup().retries(0));
    world.store.on_commit(Fault::LosesAnswer);
    let error = world.step("1", note("once")).unwrap_err();
    assert!(error.is_transient());
    assert_eq!(
        error.to_string(),
        "case c1: the store cannot be reached: the cable is out; send the same input with the same id again"
    );
    let done = world.step("1", note("once")).unwrap();
    assert_eq!((done.repeated, done.entry.number, world.revision("c1")), (true, 2, 2));
}

#[test]
fn what_is_busy_or_out_of_reach_is_tried_again() {
    let world = World::new();
    world.store.on_load(Fault::Fails(busy())).on_commit(Fault::Fails(unreachable()));
    assert_eq!(world.step("1", note("x")).unwrap().entry.number, 2);
    assert_eq!(world.clock.slept(), 2);
    for _ in 0..4 {
        world.store.on_load(Fault::Fails(busy()));
    }
    let error = world.step("2", note("x")).unwrap_err();
    assert_eq!(error, StepError::Store { case: "c1".into(), error: busy() });
    assert_eq!(world.revision("c1"), 2);
}

#[test]
fn what_else_fails_is_told_at_once_and_stops_no_other() {
    let world = World::new();
    world.open("c2");
    let full = StoreError::Full { why: "no space".to_owned() };
    world.store.on_commit(Fault::Fails(full.clone()));
    assert_eq!(world.step("1", note("x")), Err(StepError::Store { case: "c1".into(), error: full.clone() }));
    assert_eq!(world.clock.slept(), 0);
    // In a bulk each is tried by itself: the first fails again, the second goes through.
    world.store.on_commit(Fault::Fails(full.clone())).on_commit(Fault::Fails(full));
    let cases = ["c1".to_owned(), "c2".to_owned()];
    let answers = world.runtime.bulk(Request::bulk("b", &cases, &read(note("x")), &anna()), |_| ());
    assert!(matches!(&answers[0], Err(StepError::Store { .. })));
    assert_eq!(answers[1].as_ref().unwrap().entry.number, 2);
    assert_eq!((world.revision("c1"), world.revision("c2")), (1, 2));
}

#[test]
fn s11_what_the_store_cannot_keep_holds_up_no_other_of_its_call() {
    let world = World::new();
    let opening = |title: &str| Opening { title: Some(title.to_owned()), ..Opening::default() };
    let requests = vec![
        Request::open("sale", "a", opening("fine"), "1", anna()),
        Request::open("sale", "b", opening("fine\0"), "2", anna()),
        Request::open("sale", "c", opening("fine"), "3", anna()),
    ];
    let answers = world.runtime.bulk(requests, |_| ());
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(answers[1].as_ref().unwrap_err().rejection().unwrap().code(), "V-S11-nul");
}

#[test]
fn s1_a_crash_between_the_commit_and_settling_gives_up_an_effect_once() {
    let world = World::opened(setup().attempts(1));
    world.step("1", json!({ "message": { "name": "mail" } })).unwrap();
    let fails: std::sync::Arc<dyn voronka::runtime::EffectHandler> =
        std::sync::Arc::new(|_: &voronka::runtime::Delivery| voronka::runtime::Handled::Retry("no".into()));
    // The answer of the commit that gives it up is lost; the settlement is in it.
    world.store.on_commit(Fault::LosesAnswer);
    let delivered = world.runtime.deliver(&fails).unwrap();
    assert_eq!(delivered.given_up.len(), 1);
    assert_eq!(world.revision("c1"), 3);
    let again = Store::settle(&world.store, &[Settle::EffectAgain { id: "c1/2/1".into() }]).unwrap();
    assert_eq!(again, [true], "it had stopped");
}
