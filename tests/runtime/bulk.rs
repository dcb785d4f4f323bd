//! Many inputs at once: an answer per case, in order, and one failure stops no other (M10).

use super::world::*;
use std::sync::atomic::{AtomicU32, Ordering};
use voronka::case::FactReading;
use voronka::runtime::{FactError, FactSource, Progress, Request, Runtime, StepError, bulk_id};
use voronka::{Case, FactNeed, Opening};

fn opened(count: usize) -> (World, Vec<String>) {
    let world = World::of(setup());
    let cases: Vec<String> = (0..count).map(|i| format!("c{i:05}")).collect();
    let open =
        |case: &String| Request::open("sale", case, Opening::default(), format!("open-{case}"), anna());
    let answers = world.runtime.bulk(cases.iter().map(open).collect(), |_| ());
    assert!(answers.iter().all(Result::is_ok));
    (world, cases)
}

#[test]
fn m10_a_bulk_answers_case_by_case_under_ids_of_the_bulk_and_the_case() {
    let (world, mut cases) = opened(3);
    cases.insert(1, "nobody".to_owned());
    let answers = world.runtime.bulk(Request::bulk("b", &cases, &read(note("x")), &anna()), |_| ());
    let ids: Vec<_> = answers.iter().map(|it| it.as_ref().map(|it| it.entry.input_id.clone())).collect();
    let none = StepError::NoCase { case: "nobody".into() };
    assert_eq!(ids, [Ok("b/c00000".into()), Err(&none), Ok("b/c00001".into()), Ok(bulk_id("b", "c00002"))]);
    // The same bulk again does nothing twice.
    let answers = world.runtime.bulk(Request::bulk("b", &cases, &read(note("x")), &anna()), |_| ());
    assert_eq!(answers.iter().flatten().filter(|it| it.repeated).count(), 3);
    assert_eq!(world.revision("c00000"), 2);
}

#[test]
fn m10_inputs_for_one_case_are_stepped_in_their_order_each_on_the_one_before() {
    let (world, cases) = opened(2);
    let ask = |case: &str, id: &str, input| Request::new(case, read(input), id, anna());
    let (a, b) = (cases[0].as_str(), cases[1].as_str());
    let close = || json!({ "close": { "stage": "lost", "reason": "price" } });
    let requests = vec![
        ask(a, "1", note("first")),
        ask(a, "2", close()),
        ask(b, "3", note("beside")),
        ask(a, "4", close()),
        ask(a, "5", note("last")),
    ];
    let answers = world.runtime.bulk(requests, |_| ());
    let numbers: Vec<_> = answers.iter().map(|it| it.as_ref().ok().map(|it| it.entry.number)).collect();
    assert_eq!(numbers, [Some(2), Some(3), Some(2), None, Some(4)]);
    assert!(matches!(&answers[3], Err(StepError::Refused { .. })), "it was closed by the one before");
}

#[test]
fn m10_a_conflict_on_one_leaves_the_others_and_keeps_the_order_of_its_own() {
    let (world, cases) = opened(2);
    world.open("c1");
    let ask = |case: &str, id: &str| Request::new(case, read(note(id)), id, anna());
    world.store.on_commit(meanwhile(&world.clock, "m", note("between")));
    let requests = vec![ask("c1", "1"), ask(&cases[0], "2"), ask("c1", "3"), ask(&cases[1], "4")];
    let answers = world.runtime.bulk(requests, |_| ());
    let numbers: Vec<_> = answers.iter().map(|it| it.as_ref().unwrap().entry.number).collect();
    assert_eq!(numbers, [3, 2, 4, 2]);
    assert_eq!(world.clock.slept(), 1);
}

#[test]
fn m10_progress_is_told_until_all_have_their_answer() {
    let (world, mut cases) = opened(4);
    cases.push("nobody".to_owned());
    let mut seen = Vec::new();
    world.runtime.bulk(Request::bulk("b", &cases, &read(note("x")), &anna()), |it| seen.push(it));
    assert_eq!(seen.len(), 5);
    assert_eq!(seen.last(), Some(&Progress { answered: 5, failed: 1, of: 5 }));
    assert!(seen.windows(2).all(|it| it[0].answered < it[1].answered));
}

#[test]
fn m10_two_thousand_cases_take_eight_calls_and_the_facts_of_those_that_need_them() {
    struct Source(AtomicU32);
    impl FactSource for &'static Source {
        fn read(&self, _: &Case, needs: &[FactNeed]) -> Result<Vec<FactReading>, FactError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(needs.iter().map(|need| super::facts::reading(need, 100)).collect())
        }
    }
    static SOURCE: Source = Source(AtomicU32::new(0));
    let (mut world, cases) = opened(2_000);
    world.runtime = Runtime::new(world.store.clone(), world.clock.clone(), setup()).facts(&SOURCE);
    *world.store.calls.lock().unwrap() = (0, 0);
    let set = read(json!({ "set": { "fields": { "amount": 5 } } }));
    let answers = world.runtime.bulk(Request::bulk("set", &cases, &set, &anna()), |_| ());
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((*world.store.calls.lock().unwrap(), SOURCE.0.load(Ordering::Relaxed)), ((4, 4), 0));
    // Moving needs a fact: one reading a case, and its commit beside the others'.
    *world.store.calls.lock().unwrap() = (0, 0);
    let (some, moves) = (&cases[..1_000], read(json!({ "move": { "to": "invoice" } })));
    let answers = world.runtime.bulk(Request::bulk("move", some, &moves, &anna()), |_| ());
    assert!(answers.iter().all(|it| it.as_ref().unwrap().case.stage() == "invoice"));
    assert_eq!((*world.store.calls.lock().unwrap(), SOURCE.0.load(Ordering::Relaxed)), ((2, 4), 1_000));
}
