//! The loop: all that is due, until it is told to stop; many hosts, no leader (S5, S6, S8).

use super::world::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use voronka::runtime::{Delivery, EffectHandler, Handled, Runtime, Setup, Stop, Worked};
use voronka::store::{Message, StoreError};

fn until(what: impl Fn() -> bool) {
    for _ in 0..5_000 {
        if what() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("it did not come to that within five seconds");
}

#[test]
fn a_loop_does_all_that_is_due_and_stops_when_told() {
    let world = World::of(setup());
    for i in 0..20 {
        world.open(&format!("c{i}"));
    }
    let row = |i: usize| Message {
        id: format!("r{i}"),
        object: format!("c{i}"),
        text: r#"{"message": {"name": "mail"}}"#.to_owned(),
        at: moment(START),
    };
    world.runtime.post(&(0..20).map(row).collect::<Vec<_>>()).unwrap();
    world.clock.go(3_600_000);
    let done = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&done);
    let handler: Arc<dyn EffectHandler> = Arc::new(move |_: &Delivery| {
        counts.fetch_add(1, Ordering::SeqCst);
        Handled::Done
    });
    let stop = Stop::new();
    let worked = std::thread::scope(|scope| {
        let thread = scope.spawn(|| world.runtime.work(&handler, &stop));
        // A reminder and a letter each.
        until(|| done.load(Ordering::SeqCst) == 40);
        stop.stop();
        thread.join().unwrap()
    });
    assert_eq!(worked, Ok(Worked { timers: 20, rows: 20, effects: 40 }));
}

#[test]
fn a_stop_finishes_what_is_in_hand_and_hands_back_the_rest() {
    let world = World::opened(setup().hands(1));
    for i in 0..3 {
        let input = json!({ "message": { "name": "mail", "key": i.to_string() } });
        world.step(&i.to_string(), input).unwrap();
    }
    let stop = Stop::new();
    let stops = stop.clone();
    let handler: Arc<dyn EffectHandler> = Arc::new(move |_: &Delivery| {
        stops.stop();
        Handled::Done
    });
    assert_eq!(world.runtime.work(&handler, &stop), Ok(Worked { effects: 1, ..Worked::default() }));
    // Nothing of it is leased any more: another host goes on at once.
    let other: Arc<dyn EffectHandler> = Arc::new(|delivery: &Delivery| {
        assert_eq!(delivery.attempt, 1);
        Handled::Done
    });
    assert_eq!(world.other().deliver(&other).unwrap().done, 2);
}

#[test]
fn a_loop_waits_for_a_store_that_is_out_of_reach_and_ends_on_what_no_waiting_mends() {
    let world = World::new();
    world.clock.go(3_600_000);
    let stop = Stop::new();
    let stops = stop.clone();
    let handler: Arc<dyn EffectHandler> = Arc::new(move |_: &Delivery| {
        stops.stop();
        Handled::Done
    });
    // The timer is leased and cannot be loaded; later it can.
    for _ in 0..4 {
        world.store.on_load(Fault::Fails(unreachable()));
    }
    assert_eq!(world.runtime.work(&handler, &stop), Ok(Worked { timers: 1, effects: 1, rows: 0 }));
    let newer = voronka::runtime::Runtime::new(Newer, world.clock.clone(), setup());
    let error = newer.work(&handler, &Stop::new());
    assert_eq!(error, Err(StoreError::Newer { found: 9, known: 1 }));
}

#[test]
fn s5_s6_s8_many_hosts_divide_the_work_without_a_leader() {
    let world = World::of(setup());
    for i in 0..60 {
        world.open(&format!("c{i}"));
    }
    let row = |i: usize| Message {
        id: format!("r{i}"),
        object: format!("c{}", i % 60),
        text: format!(r#"{{"message": {{"name": "mail", "key": "{i}"}}}}"#),
        at: moment(START),
    };
    world.runtime.post(&(0..180).map(row).collect::<Vec<_>>()).unwrap();
    world.clock.go(3_600_000);
    // What each lane saw, in order.
    let seen: Arc<Mutex<BTreeMap<String, Vec<String>>>> = Arc::default();
    let (sees, stop) = (Arc::clone(&seen), Stop::new());
    let handler: Arc<dyn EffectHandler> = Arc::new(move |delivery: &Delivery| {
        let lane = format!("{} {}", delivery.case, delivery.effect.lane);
        sees.lock().unwrap().entry(lane).or_default().push(delivery.effect.id.clone());
        Handled::Done
    });
    let worked: Vec<Worked> = std::thread::scope(|scope| {
        let host = |i: usize| {
            // Who waits moves the clock of all; no lease may end by that while another host is at work.
            let lease = std::time::Duration::from_secs(86_400 * 365);
            let setup = Setup::new(format!("host-{i}")).batch(5).chance(Never).lease(lease);
            let runtime = Runtime::new(world.store.inner.clone(), world.clock.clone(), setup);
            let (handler, stop) = (&handler, &stop);
            scope.spawn(move || runtime.work(handler, stop).unwrap())
        };
        let threads: Vec<_> = (0..4).map(host).collect();
        until(|| seen.lock().unwrap().values().map(Vec::len).sum::<usize>() >= 240);
        stop.stop();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let sum = |what: fn(&Worked) -> usize| worked.iter().map(what).sum::<usize>();
    assert_eq!((sum(|it| it.timers), sum(|it| it.rows), sum(|it| it.effects)), (60, 180, 240));
    for (lane, ids) in &*seen.lock().unwrap() {
        let numbers: Vec<u64> = ids.iter().map(|id| id.split('/').nth(1).unwrap().parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{lane}: {ids:?}");
    }
}

/// A store of a later version of the schema.
struct Newer;

impl voronka::store::Store for Newer {
    fn load(&self, _: &[voronka::store::Wanted]) -> Result<voronka::store::Loading, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn journal(&self, _: &str, _: u64, _: u32) -> Result<Vec<voronka::store::EntryText>, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn commit(&self, _: &[voronka::store::Commit]) -> Result<Vec<voronka::store::Committed>, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn lease(&self, _: &voronka::store::LeaseRequest) -> Result<voronka::store::Leases, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn settle(&self, _: &[voronka::store::Settle]) -> Result<Vec<bool>, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn post(&self, _: &[Message]) -> Result<Vec<voronka::store::Posted>, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn keep(&self, _: &voronka::store::Keep) -> Result<voronka::store::Kept, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }

    fn kept(&self, _: &voronka::store::Look) -> Result<Vec<voronka::store::Keep>, StoreError> {
        Err(StoreError::Newer { found: 9, known: 1 })
    }
}
