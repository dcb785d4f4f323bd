//! Timers: fired once, at or after their moment, whoever looks (S6, T7, T11).

use super::world::*;
use std::time::Duration;
use voronka::runtime::{Fired, Runtime, Setup};
use voronka::store::{LeaseKind, LeaseRequest, Store};

const HOUR: i64 = 3_600_000;

fn fired(count: usize) -> Fired {
    Fired { fired: count, ..Fired::default() }
}

#[test]
fn s6_a_timer_fires_at_its_moment_once_and_the_case_says_so() {
    let world = World::new();
    world.clock.go(HOUR - 1);
    assert_eq!(world.runtime.fire(), Ok(fired(0)));
    world.clock.go(1);
    assert_eq!(world.runtime.fire(), Ok(fired(1)));
    assert_eq!(world.runtime.fire(), Ok(fired(0)));
    let entry = world.runtime.journal("c1", 2, 10).unwrap().remove(0);
    let voronka::case::Recorded::Known(entry) = entry else { panic!("newer") };
    assert_eq!(entry.input_id, "c1/request/trigger/remind/1/1", "T11: the timer's id is the input's");
    assert_eq!(entry.events.iter().filter(|it| matches!(it, voronka::Event::Effect(_))).count(), 1);
}

#[test]
fn s6_many_hosts_fire_each_timer_once() {
    let world = World::of(setup());
    for i in 0..200 {
        world.open(&format!("c{i}"));
    }
    world.clock.go(HOUR);
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let host = |name: usize| {
            let runtime = Runtime::new(
                world.store.inner.clone(),
                world.clock.clone(),
                Setup::new(format!("host-{name}")).batch(7),
            );
            move || {
                let mut count = 0;
                loop {
                    let fired = runtime.fire().unwrap();
                    if fired.count() == 0 {
                        return count;
                    }
                    count += fired.fired;
                }
            }
        };
        let threads: Vec<_> = (0..4).map(|i| scope.spawn(host(i))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(counts.iter().sum::<usize>(), 200);
    assert!((0..200).all(|i| world.revision(&format!("c{i}")) == 2));
}

#[test]
fn s6_a_host_that_dies_with_a_timer_in_hand_keeps_nothing_from_firing() {
    let world = World::new();
    world.clock.go(HOUR);
    let now = world.clock.read();
    let lease = LeaseRequest {
        kind: LeaseKind::Timers,
        now,
        until: now.plus_millis(60_000),
        by: "dead".to_owned(),
        limit: 10,
    };
    assert_eq!(Store::lease(&world.store, &lease).unwrap().timers.len(), 1);
    assert_eq!(world.runtime.fire(), Ok(fired(0)));
    world.clock.go(60_000);
    assert_eq!(world.runtime.fire(), Ok(fired(1)));
}

#[test]
fn s6_a_crash_after_the_commit_fires_it_no_second_time() {
    let world = World::new();
    world.clock.go(HOUR);
    world.store.on_commit(Fault::LosesAnswer);
    let fired = world.runtime.fire().unwrap();
    assert_eq!((fired.fired, fired.gone, fired.later.len()), (0, 1, 0), "it had fired already");
    world.clock.go(HOUR);
    assert_eq!(world.runtime.fire().unwrap().count(), 0);
    assert_eq!(world.revision("c1"), 2);
}

#[test]
fn t7_one_that_falls_due_while_off_waits_and_fires_when_it_is_on_again() {
    let world = World::new();
    let switch = |on| world.runtime.switch(&olga(), "sale", "request/trigger/remind", on).unwrap();
    switch(false);
    world.clock.go(HOUR);
    assert_eq!(world.runtime.fire(), Ok(fired(0)));
    world.clock.go(HOUR);
    switch(true);
    assert_eq!(world.runtime.fire(), Ok(fired(1)));
}

#[test]
fn t11_a_notice_that_comes_too_late_leaves_no_trace() {
    let world = World::new();
    world.clock.go(HOUR);
    // Another host moves the case on while the timer is in hand.
    let close = json!({ "close": { "stage": "lost", "reason": "price" } });
    world.store.on_load(meanwhile(&world.clock, "m", close));
    let fired = world.runtime.fire().unwrap();
    assert_eq!((fired.fired, fired.gone), (0, 1));
    assert_eq!(world.revision("c1"), 2);
}

#[test]
fn s6_a_timer_whose_case_the_store_cannot_give_now_is_handed_out_again() {
    let world = World::opened(setup().retries(0).retry_wait(Duration::from_secs(5), Duration::from_secs(5)));
    world.clock.go(HOUR);
    world.store.on_load(Fault::Fails(unreachable()));
    let fired = world.runtime.fire().unwrap();
    assert_eq!((fired.later.len(), fired.later[0].case()), (1, "c1"));
    assert_eq!(world.runtime.fire().unwrap().count(), 0);
    world.clock.go(5_000);
    assert_eq!(world.runtime.fire().unwrap().fired, 1);
}

#[test]
fn s10_a_host_whose_clock_jumps_ahead_fires_nothing_early() {
    let shared = Hands::new();
    let read_shared = shared.clone();
    let store = voronka::store::MemoryStore::with_clock(move || read_shared.read());
    let clock = Hands::new();
    let runtime = Runtime::new(store, clock.clone(), setup());
    runtime.publish(sale(), &olga(), "").unwrap();
    runtime.open("sale", "c1", voronka::Opening::default(), "0", anna()).unwrap();
    clock.go(2 * HOUR);
    assert_eq!(runtime.fire(), Ok(fired(0)));
    shared.go(HOUR);
    // It is due by the store's clock; what this host would record lies an hour ahead, which nobody may.
    assert_eq!(runtime.fire().unwrap().later.len(), 1);
    // Set right, it fires within a second: it was put off by the clock that counts.
    clock.go(-HOUR + 1_000);
    shared.go(1_000);
    assert_eq!(runtime.fire(), Ok(fired(1)));
}
