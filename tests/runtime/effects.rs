//! Effects: in lane order, tried again, given up, requeued; handlers that fail, hang and panic (S5).

use super::world::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use voronka::case::Act;
use voronka::runtime::{Delivered, Delivery, EffectHandler, Feed, Handled, Request, Setup, StepError};
use voronka::store::{LeaseKind, LeaseRequest, Query, Store};

const SECOND: Duration = Duration::from_secs(1);

/// A handler of a closure, and what it was given.
fn handler(
    handle: impl Fn(&Delivery) -> Handled + Send + Sync + 'static,
) -> (Arc<dyn EffectHandler>, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sees = Arc::clone(&seen);
    let handler = move |delivery: &Delivery| {
        sees.lock().unwrap().push(delivery.effect.id.clone());
        handle(delivery)
    };
    (Arc::new(handler), seen)
}

fn taken(seen: &Mutex<Vec<String>>) -> Vec<String> {
    std::mem::take(&mut seen.lock().unwrap())
}

/// With three letters and a print of one case: `c1/2/1`, `c1/3/1`, `c1/4/1`, and `c1/5/1` in another lane.
fn posted(setup: Setup) -> World {
    let world = World::opened(setup.retry_wait(SECOND, SECOND));
    for i in 1..4 {
        mail(&world, &i.to_string());
    }
    world.step("print", json!({ "message": { "name": "print", "key": "1" } })).unwrap();
    world
}

fn mail(world: &World, id: &str) {
    world.step(id, json!({ "message": { "name": "mail", "key": id } })).unwrap();
}

fn is_mail(delivery: &Delivery) -> bool {
    delivery.effect.lane == "post"
}

#[test]
fn s5_effects_are_done_in_the_order_of_their_lane_and_once() {
    let world = posted(setup());
    let (handler, seen) = handler(|delivery| {
        assert!(matches!(&delivery.effect.act, Act::Host { .. }));
        assert_eq!((delivery.case.as_str(), delivery.attempt), ("c1", 1));
        Handled::Done
    });
    assert_eq!(world.runtime.deliver(&handler), Ok(Delivered { done: 4, ..Delivered::default() }));
    let mails: Vec<String> = taken(&seen).into_iter().filter(|id| id != "c1/5/1").collect();
    assert_eq!(mails, ["c1/2/1", "c1/3/1", "c1/4/1"]);
    world.clock.go(3_600_000);
    assert_eq!(world.runtime.deliver(&handler).unwrap().count(), 0);
}

#[test]
fn s5_one_that_fails_holds_its_lane_alone_and_waits_longer_each_time() {
    let world = World::opened(setup().retry_wait(SECOND, 10 * SECOND));
    mail(&world, "1");
    mail(&world, "2");
    world.step("print", json!({ "message": { "name": "print", "key": "1" } })).unwrap();
    let (failing, seen) = handler(|delivery| match is_mail(delivery) {
        true => Handled::Retry("the post is closed".to_owned()),
        false => Handled::Done,
    });
    let delivered = world.runtime.deliver(&failing).unwrap();
    assert_eq!(delivered.failed, [("c1/2/1".to_owned(), "the post is closed".to_owned())]);
    assert_eq!((delivered.done, delivered.back), (1, 1), "the print is done, the second letter handed back");
    taken(&seen);
    // Waiting doubles: half a second to begin with, without any chance.
    for (wait, attempts) in [(499, 0), (1, 1), (999, 0), (1, 1)] {
        world.clock.go(wait);
        assert_eq!(world.runtime.deliver(&failing).unwrap().failed.len(), attempts, "after {wait} ms");
    }
    assert_eq!(taken(&seen), ["c1/2/1", "c1/2/1"]);
    world.clock.go(60_000);
    let (works, seen) = handler(|delivery| {
        let attempts = if delivery.effect.id == "c1/2/1" { 4 } else { 1 };
        assert_eq!(delivery.attempt, attempts, "what was handed back untried does not count");
        Handled::Done
    });
    assert_eq!(world.runtime.deliver(&works).unwrap().done, 2);
    assert_eq!(taken(&seen), ["c1/2/1", "c1/3/1"]);
}

#[test]
fn s5_after_so_many_attempts_it_is_given_up_which_is_an_event_and_stops_its_lane() {
    let world = posted(setup().attempts(2));
    let (failing, _) = handler(|delivery| match is_mail(delivery) {
        true => Handled::Retry("no".to_owned()),
        false => Handled::Done,
    });
    assert_eq!(world.runtime.deliver(&failing).unwrap().given_up.len(), 0);
    world.clock.go(1_000);
    let delivered = world.runtime.deliver(&failing).unwrap();
    assert_eq!(delivered.given_up, [("c1/2/1".to_owned(), "no".to_owned())]);
    let case = world.runtime.evaluate("c1", &anna(), |case, _| case.clone()).unwrap();
    assert_eq!((case.given_up.len(), case.given_up[0].effect.as_str()), (1, "c1/2/1"));
    assert_eq!(case.fields["item"].to_string(), "no mail", "a trigger on `given_up` of its kind has fired");
    let stopped = Query::stopped(&world.store.inner, "", 10).unwrap().rows;
    assert_eq!((stopped.len(), stopped[0].attempts, stopped[0].error.as_str()), (1, 2, "no"));
    world.clock.go(3_600_000);
    assert_eq!(world.runtime.deliver(&failing).unwrap().count(), 0, "the lane stands still");
}

#[test]
fn s5_a_lane_that_is_freed_goes_on_without_what_was_given_up() {
    let world = posted(setup().attempts(1).frees(["post"]));
    let (failing, _) = handler(|delivery| match delivery.effect.id.as_str() {
        "c1/2/1" => Handled::GiveUp("no such address".to_owned()),
        _ => Handled::Done,
    });
    let delivered = world.runtime.deliver(&failing).unwrap();
    assert_eq!((delivered.done, delivered.given_up.len(), delivered.back), (3, 1, 0));
    assert!(Query::stopped(&world.store.inner, "", 10).unwrap().rows[0].frees);
}

#[test]
fn s5_a_person_requeues_or_drops_what_was_given_up() {
    let world = posted(setup().attempts(1));
    let (failing, _) = handler(|delivery| match is_mail(delivery) {
        true => Handled::Retry("no".to_owned()),
        false => Handled::Done,
    });
    world.runtime.deliver(&failing).unwrap();
    let given_up = || world.runtime.evaluate("c1", &anna(), |case, _| case.given_up.len()).unwrap();
    assert_eq!(given_up(), 1);
    world.clock.go(1);
    world.runtime.requeue("c1/2/1", &olga(), "again").unwrap();
    assert_eq!(given_up(), 0);
    // It fails again, and is given up again: by another input than before.
    let delivered = world.runtime.deliver(&failing).unwrap();
    assert_eq!((delivered.given_up.len(), given_up()), (1, 1));
    world.runtime.drop_effect("c1/2/1", &olga(), "drop").unwrap();
    assert_eq!(given_up(), 0);
    let (works, seen) = handler(|_| Handled::Done);
    assert_eq!(world.runtime.deliver(&works).unwrap().done, 2);
    assert_eq!(taken(&seen), ["c1/3/1", "c1/4/1"]);
}

#[test]
fn s5_what_comes_back_is_stepped_and_the_effect_is_done_once_it_is() {
    let world = World::new();
    world.step("1", json!({ "command": { "command": "reserve" } })).unwrap();
    let (reserves, seen) = handler(|delivery| {
        let Act::Command { run, .. } = &delivery.effect.act else { panic!("a command") };
        Handled::answer(delivery, read(json!({ "answer": { "command": run, "answer": "done" } })))
    });
    // The answer to its commit is lost: it is found again, and the effect is done.
    world.store.on_commit(Fault::LosesAnswer);
    assert_eq!(world.runtime.deliver(&reserves).unwrap().done, 1);
    let entry = world.runtime.journal("c1", 3, 10).unwrap();
    assert_eq!((entry.len(), taken(&seen).len()), (1, 1));
    let voronka::case::Recorded::Known(entry) = &entry[0] else { panic!("newer") };
    assert_eq!((entry.input_id.as_str(), entry.actor.id.as_str()), ("c1/2/2/fed/1", "voronka"));
}

#[test]
fn s5_what_comes_back_may_open_cases_and_what_a_case_refuses_is_told() {
    let world = World::new();
    mail(&world, "1");
    let (opens, _) = handler(|_| {
        let feed = |case: &str, input, scenario| Feed { case: case.to_owned(), input, scenario };
        Handled::Fed(vec![
            feed("child", read(json!({ "open": {} })), Some("sale".into())),
            feed("c1", read(json!({ "correct_reason": { "reason": "price" } })), None),
        ])
    });
    let delivered = world.runtime.deliver(&opens).unwrap();
    assert_eq!((delivered.done, delivered.refused.len(), world.revision("child")), (1, 1, 1));
    assert!(matches!(&delivered.refused[0].1, StepError::Refused { .. }));
    assert_eq!(world.runtime.deliver(&opens).unwrap().count(), 0);
}

#[test]
fn s5_what_comes_back_and_cannot_be_stepped_now_is_asked_for_again() {
    let world = World::opened(setup().retries(0).retry_wait(SECOND, SECOND));
    mail(&world, "1");
    let (notes, seen) = handler(|delivery| Handled::answer(delivery, read(note("sent"))));
    world.store.on_commit(Fault::Fails(unreachable()));
    assert_eq!(world.runtime.deliver(&notes).unwrap().failed.len(), 1);
    world.clock.go(1_000);
    assert_eq!(world.runtime.deliver(&notes).unwrap().done, 1);
    assert_eq!((taken(&seen).len(), world.revision("c1")), (2, 3));
}

#[test]
fn s5_a_handler_that_panics_has_failed_and_others_go_on() {
    let world = posted(setup().attempts(2));
    let (panics, _) = handler(|delivery| {
        assert!(!is_mail(delivery), "a jam in {}", delivery.effect.id);
        Handled::Done
    });
    let delivered = world.runtime.deliver(&panics).unwrap();
    assert_eq!(delivered.failed, [("c1/2/1".to_owned(), "its handler panicked: a jam in c1/2/1".to_owned())]);
    assert_eq!(delivered.done, 1);
    world.clock.go(1_000);
    assert_eq!(world.runtime.deliver(&panics).unwrap().given_up.len(), 1);
}

#[test]
fn s5_a_handler_that_hangs_is_left_behind_and_blocks_no_other_lane() {
    let world = posted(setup().handler_limit(Duration::from_millis(50)).hands(2));
    let (release, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let (hangs, seen) = handler(move |delivery| {
        if is_mail(delivery) {
            let _ = wait.lock().unwrap().recv();
        }
        Handled::Done
    });
    let delivered = world.runtime.deliver(&hangs).unwrap();
    let error = "its handler did not answer within 50ms".to_owned();
    assert_eq!(delivered.failed, [("c1/2/1".to_owned(), error)]);
    assert_eq!((delivered.done, delivered.back), (1, 2));
    // It comes true later; its answer is nobody's, and the next attempt is what counts.
    drop(release);
    world.clock.go(1_000);
    taken(&seen);
    assert_eq!(world.runtime.deliver(&hangs).unwrap().done, 3);
    assert_eq!(taken(&seen), ["c1/2/1", "c1/3/1", "c1/4/1"]);
}

#[test]
fn s5_what_kills_its_host_each_time_is_given_up_untried() {
    let world = World::opened(setup().attempts(2));
    mail(&world, "1");
    for _ in 0..2 {
        // A host takes it and dies.
        let now = world.clock.read();
        let (until, by) = (now.plus_millis(1_000), "dead".to_owned());
        let lease = LeaseRequest { kind: LeaseKind::Effects, now, until, by, limit: 1 };
        assert_eq!(Store::lease(&world.store, &lease).unwrap().effects[0].id, "c1/2/1");
        world.clock.go(1_000);
    }
    let (works, seen) = handler(|_| Handled::Done);
    let delivered = world.runtime.deliver(&works).unwrap();
    assert_eq!(delivered.given_up, [("c1/2/1".to_owned(), "2 attempts came to no end".to_owned())]);
    assert_eq!(taken(&seen), Vec::<String>::new());
}

#[test]
fn s5_lanes_are_done_beside_each_other_up_to_the_number_of_hands() {
    let world = World::of(setup().hands(3));
    for i in 0..9 {
        let case = format!("c{i}");
        world.open(&case);
        let request =
            Request::new(&case, read(json!({ "message": { "name": "mail" } })), format!("m{i}"), anna());
        world.runtime.step(request).unwrap();
    }
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (sees, peak) = (Arc::clone(&now), Arc::clone(&most));
    let (slow, _) = handler(move |_| {
        peak.fetch_max(sees.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        sees.fetch_sub(1, Ordering::SeqCst);
        Handled::Done
    });
    assert_eq!(world.runtime.deliver(&slow).unwrap().done, 9);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[test]
fn s5_an_effect_of_a_case_that_cannot_say_so_is_given_up_all_the_same() {
    // The scenario lets nobody report but the accountant, which the runtime's own actor is not.
    let text = json!({
        "id": "strict", "rights": { "report": "accountant" },
        "stages": [{ "id": "request", "triggers": [{ "id": "go", "on": "entered", "do": { "effect": { "kind": "mail" } } }] },
                   { "id": "won", "outcome": "won" }]
    });
    let world = World::of(setup().attempts(1));
    world.runtime.publish_text(&text.to_string(), &olga(), "").unwrap();
    world.runtime.open("strict", "s1", voronka::Opening::default(), "1", anna()).unwrap();
    let (fails, _) = handler(|_| Handled::Retry("no".to_owned()));
    let delivered = world.runtime.deliver(&fails).unwrap();
    assert_eq!((delivered.given_up.len(), delivered.refused.len()), (1, 1));
    assert_eq!(Query::stopped(&world.store.inner, "", 10).unwrap().rows.len(), 1);
    world.clock.go(3_600_000);
    assert_eq!(world.runtime.deliver(&fails).unwrap().count(), 0);
}
