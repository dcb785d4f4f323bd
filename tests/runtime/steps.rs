//! One input: known, stale, ahead of time, in somebody's way (S2, S3, S10).

use super::world::*;
use std::time::Duration;
use voronka::runtime::{Request, StepError};
use voronka::{Event, Opening};

#[test]
fn a_case_is_opened_stepped_and_its_journal_read() {
    let world = World::new();
    let done = world.step("1", note("called")).unwrap();
    assert_eq!((done.entry.number, done.case.revision, done.repeated), (2, 2, false));
    assert!(matches!(&done.entry.events[..], [Event::Noted { text }] if text == "called"));
    let journal = world.runtime.journal("c1", 1, 10).unwrap();
    assert_eq!(journal.len(), 2);
    let light = world
        .runtime
        .evaluate("c1", &anna(), |case, view| (case.revision, view.moves.len(), view.light.is_some()));
    assert_eq!(light, Ok((2, 3, true)));
}

#[test]
fn x39_an_accepted_input_gets_its_first_answer_and_a_rejected_one_is_judged_anew() {
    let world = World::new();
    let first = world.step("42", json!({ "set": { "fields": { "amount": "900.00" } } })).unwrap();
    assert_eq!(code(world.step("43", json!({ "correct_reason": { "reason": "price" } }))), "V-X3-open");
    let close = json!({ "close": { "stage": "lost", "reason": "price" } });
    world.step("44", close).unwrap();
    // Both come again after the case has moved on.
    let again = world.step("42", json!({ "set": { "fields": { "amount": "900.00" } } })).unwrap();
    assert!(again.repeated);
    assert_eq!((again.entry, again.case.revision), (first.entry, 3));
    let judged = Request::new("c1", read(json!({ "correct_reason": { "reason": "price" } })), "43", olga());
    assert_eq!(world.runtime.step(judged).unwrap().entry.number, 4);
    let other = world.step("42", json!({ "set": { "fields": { "amount": "901.00" } } }));
    let taken = StepError::Taken { case: "c1".into(), input_id: "42".into(), of: "c1".into(), number: 2 };
    assert_eq!(other, Err(taken));
    assert_eq!(world.revision("c1"), 4);
}

#[test]
fn s3_an_id_is_unique_in_the_store_also_across_cases() {
    let world = World::new();
    world.open("c2");
    world.step("7", note("x")).unwrap();
    let answer = world.runtime.step(Request::new("c2", read(note("x")), "7", anna()));
    assert!(matches!(answer, Err(StepError::Taken { case, of, .. }) if case == "c2" && of == "c1"));
    let error = world.runtime.step(Request::new("c2", read(note("x")), "7", anna())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "case c2: the input id 7 is that of another input, entry 2 of case c1; send this one under an id of its own"
    );
}

#[test]
fn s3_the_same_opening_again_gives_the_first_answer_and_another_is_refused() {
    let world = World::new();
    let again = world.open("c1");
    assert!(again.repeated && again.entry.number == 1);
    let opening = Opening { title: Some("another".to_owned()), ..Opening::default() };
    let answer = world.runtime.open("sale", "c1", opening.clone(), "open-c1", anna());
    assert!(matches!(answer, Err(StepError::Taken { number: 1, .. })));
    let answer = world.runtime.open("sale", "c1", opening, "another", anna());
    assert_eq!(answer, Err(StepError::Exists { case: "c1".into(), revision: 1 }));
}

#[test]
fn s3_the_first_answer_comes_before_anything_else_is_looked_at() {
    let world = World::new();
    let request = world.ask("1", note("x")).seen(1);
    world.runtime.step(request.clone()).unwrap();
    world.step("2", note("y")).unwrap();
    // It is stale, and far ahead of time; but it was answered.
    let ahead = moment("2026-03-09T10:00:00Z");
    assert!(world.runtime.step(request.at(ahead)).unwrap().repeated);
}

#[test]
fn s3_s12_an_input_that_comes_again_after_its_texts_were_erased_is_done_no_second_time() {
    let world = World::new();
    world.step("1", note("Anna's number is 555-1234")).unwrap();
    world.runtime.erase("c1", "the client asked", &olga(), "erase").unwrap();
    let again = world.step("1", note("Anna's number is 555-1234")).unwrap();
    assert_eq!((again.repeated, again.entry.number, world.revision("c1")), (true, 2, 3));
    // Another sort of input under that id is another one; and what came after the erasing is compared as ever.
    assert!(matches!(world.step("1", json!("tick")), Err(StepError::Taken { .. })));
    world.clock.go(1);
    world.step("2", note("called")).unwrap();
    assert!(matches!(world.step("2", note("rang")), Err(StepError::Taken { .. })));
}

#[test]
fn x40_without_a_seen_revision_a_conflict_is_judged_anew_with_one_it_goes_back() {
    let world = World::new();
    world.step("0", json!({ "set": { "fields": { "amount": 5 } } })).unwrap();
    // Another host closes the case while this one judges a note on it: it is judged anew, and fits.
    let closes = json!({ "close": { "stage": "lost", "reason": "price" } });
    world.store.on_commit(meanwhile(&world.clock, "close", closes));
    let done = world.step("1", note("called")).unwrap();
    assert_eq!((done.entry.number, world.clock.slept()), (4, 1));
    // And reopens it while this one corrects the reason: judged anew, it is refused.
    let reopens = json!({ "reopen": {} });
    world.store.on_commit(meanwhile(&world.clock, "reopen", reopens));
    let correct = Request::new("c1", read(json!({ "correct_reason": { "reason": "price" } })), "2", olga());
    assert_eq!(code(world.runtime.step(correct)), "V-X3-open");
    // With a seen revision it goes back to its sender, whether it is stale when it comes or becomes so.
    world.store.on_commit(meanwhile(&world.clock, "other", note("between")));
    let stale = |seen, revision| Err(StepError::Stale { case: "c1".into(), seen, revision });
    assert_eq!(world.runtime.step(world.ask("3", note("x")).seen(5)), stale(5, 6));
    assert_eq!(world.runtime.step(world.ask("4", note("x")).seen(5)), stale(5, 6));
    assert_eq!(world.runtime.step(world.ask("5", note("x")).seen(7)), stale(7, 6));
    assert_eq!(world.runtime.step(world.ask("6", note("x")).seen(6)).unwrap().entry.number, 7);
}

#[test]
fn s2_what_conflicts_each_time_is_given_back_after_so_many_tries() {
    let world = World::new();
    for i in 0..4 {
        world.store.on_commit(meanwhile(&world.clock, &format!("m{i}"), note("between")));
    }
    let answer = world.step("1", note("x"));
    assert_eq!(answer, Err(StepError::Contended { case: "c1".into(), attempts: 4 }));
    assert_eq!((world.clock.slept(), world.revision("c1")), (3, 5));
    // Nothing was written of it, so it may come again.
    assert_eq!(world.step("1", note("x")).unwrap().entry.number, 6);
}

#[test]
fn s3_the_same_input_sent_by_ten_clients_at_once_is_done_once() {
    let world = World::new();
    let runtime = &world.runtime;
    let answers: Vec<_> = std::thread::scope(|scope| {
        let send = || runtime.step(Request::new("c1", read(note("once")), "same", anna()));
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|it| !it.repeated).count(), 1);
    assert!(answers.iter().all(|it| it.entry.number == 2));
    assert_eq!(world.revision("c1"), 2);
}

#[test]
fn x41_a_moment_a_little_before_the_last_entry_is_recorded_at_that_and_both_are_kept() {
    let world = World::new();
    world.step("1", note("x")).unwrap();
    let late = moment("2026-03-02T09:59:59Z");
    let done = world.runtime.step(world.ask("2", note("late")).at(late)).unwrap();
    assert_eq!((done.entry.at, done.entry.asked_at), (moment(START), Some(late)));
    let stored = world.runtime.journal("c1", 3, 1).unwrap();
    assert_eq!(stored, [voronka::case::Recorded::Known(done.entry)]);
    // Two minutes are the skew; what lags more is refused, and says both (C5).
    let edge = moment("2026-03-02T09:58:00Z");
    assert!(world.runtime.step(world.ask("3", note("edge")).at(edge)).is_ok());
    let error = world.runtime.step(world.ask("4", note("x")).at(edge.plus_millis(-1))).unwrap_err();
    assert_eq!(error.rejection().unwrap().code(), "V-C5-backwards");
    for says in ["case c1", "2 March 2026, 09:57:59.999 UTC", "2 March 2026, 10:00 UTC"] {
        assert!(error.to_string().contains(says), "{error}");
    }
    // In time, no second moment is kept.
    assert_eq!(world.step("5", note("x")).unwrap().entry.asked_at, None);
}

#[test]
fn s10_what_lies_too_far_ahead_of_the_clock_is_refused() {
    let world = World::new();
    let edge = moment("2026-03-02T10:02:00Z");
    let ahead = edge.plus_millis(1);
    let clock = moment(START);
    assert_eq!(
        world.runtime.step(world.ask("1", note("x")).at(ahead)),
        Err(StepError::TooFarAhead { case: "c1".into(), at: ahead, clock, skew_ms: 120_000 })
    );
    assert_eq!(world.runtime.step(world.ask("1", note("x")).at(edge)).unwrap().entry.at, edge);
    // This host's own clock is behind now; the case's last moment is taken.
    let done = world.step("2", note("y")).unwrap();
    assert_eq!((done.entry.at, done.entry.asked_at), (edge, Some(clock)));
}

#[test]
fn s10_the_clock_of_the_store_counts_where_it_has_one() {
    let clock = Hands::new();
    let (shared, ours) = (Hands::new(), clock.clone());
    let read_shared = shared.clone();
    let store = voronka::store::MemoryStore::with_clock(move || read_shared.read());
    let runtime = voronka::runtime::Runtime::new(store, ours, setup());
    runtime.publish(sale(), &olga(), "").unwrap();
    runtime.open("sale", "c1", Opening::default(), "0", anna()).unwrap();
    let step = |id: &str| runtime.step(Request::new("c1", read(note("x")), id, anna()));
    // Ours jumps ahead by an hour: nothing is recorded in the future.
    clock.go(3_600_000);
    assert!(matches!(step("1"), Err(StepError::TooFarAhead { clock, .. }) if clock == moment(START)));
    // The store's follows: all is well again.
    shared.go(3_600_000);
    assert_eq!(step("1").unwrap().entry.at, moment("2026-03-02T11:00:00Z"));
    // Ours jumps back by an hour: refused by C5, both named, until it is set right.
    clock.go(-3_600_000);
    assert_eq!(code(step("2")), "V-C5-backwards");
}

#[test]
fn errors_say_which_case_and_what_to_do() {
    let world = World::new();
    let missing = Request::new("c9", read(note("x")), "1", anna());
    let error = world.runtime.step(missing).unwrap_err();
    assert_eq!(error.to_string(), "there is no case c9; open it first");
    assert_eq!((error.case(), error.is_transient()), ("c9", false));
    let error = world.runtime.open("claim", "c9", Opening::default(), "1", anna()).unwrap_err();
    assert_eq!(error.to_string(), "case c9: scenario claim is not published in this store; publish it first");
    let which = voronka::runtime::Which { scenario: "sale".to_owned(), version: Some(9) };
    let error = world.runtime.open(which, "c9", Opening::default(), "1", anna()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "case c9: scenario sale version 9 is not published in this store; publish it first"
    );
    assert_eq!(world.revision("c9"), 0);
}

#[test]
fn s7_in_a_borrowed_transaction_nothing_is_tried_again_and_both_sides_are_one() {
    let world = World::new();
    let store = &world.store.inner;
    // Rolled back, there is nothing of it.
    let tx = store.transaction().unwrap();
    let done = world.runtime.within(&tx).step(world.ask("1", note("x"))).unwrap();
    assert_eq!(done.entry.number, 2);
    drop(tx);
    assert_eq!(world.revision("c1"), 1);
    // Committed, there is all of it; what was scenario and clock is the runtime's.
    let tx = store.transaction().unwrap();
    let within = world.runtime.within(&tx);
    within.step(world.ask("1", note("x"))).unwrap();
    within.open("sale", "c2", Opening::default(), "2", anna()).unwrap();
    tx.commit_all().unwrap();
    assert_eq!((world.revision("c1"), world.revision("c2")), (2, 1));
    // A conflict is told at once.
    world.store.on_commit(meanwhile(&world.clock, "m", note("between")));
    let answer = world.runtime.within(&world.store).step(world.ask("3", note("y")));
    assert_eq!(answer, Err(StepError::Contended { case: "c1".into(), attempts: 1 }));
    world.store.on_commit(meanwhile(&world.clock, "n", note("between")));
    let answer = world.runtime.within(&world.store).step(world.ask("3", note("y")).seen(3));
    assert_eq!(answer, Err(StepError::Stale { case: "c1".into(), seen: 3, revision: 4 }));
    assert_eq!(world.clock.slept(), 0);
}

#[test]
fn a10_who_is_away_comes_in_through_the_setup() {
    struct Away;
    impl voronka::runtime::People for Away {
        fn absent(&self) -> Vec<voronka::case::Absence> {
            let until = moment("2026-03-09T00:00:00Z");
            vec![voronka::case::Absence { person: "anna".into(), until, deputy: Some("petr".into()) }]
        }
    }
    let world = World::opened(setup().people(Away).skew(Duration::from_secs(1)));
    let plan = json!({ "plan": { "kind": "call", "title": "Call", "assignee": "anna" } });
    let done = world.step("1", plan).unwrap();
    assert_eq!(done.case.activities[0].assignee.as_deref(), Some("petr"));
    assert_eq!(done.entry.absences.len(), 1);
}
