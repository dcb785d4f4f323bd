//! Hosts that step one input after the other, while somebody does something to the server under them.

use super::host::{Act, Host, POSTGRES, Place, Watch, open, replays, request, setup, whole};
use crate::postgres::server::{self, Server};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use voronka::runtime::{Handled, StepError};
use voronka::store::StoreError;

/// How many tasks step at once.
const TASKS: usize = 8;

/// What one task did: how many inputs were accepted, how many sendings were broken, how many had been accepted in those.
#[derive(Debug, Default, Clone, Copy)]
struct Stepped {
    accepted: u64,
    broken: u64,
    found: u64,
}

/// Sends one input after the other to a case of its own, each until it is acknowledged.
fn steps(host: &dyn Host, case: &str, count: &AtomicU64, stop: &AtomicBool) -> Stepped {
    let mut stepped = Stepped::default();
    while !stop.load(Ordering::Relaxed) {
        let nth = stepped.accepted + 1;
        let sort = match nth {
            1 => "open",
            it if it % 4 == 0 => "mail",
            _ => "note",
        };
        let mut broken = false;
        let done = loop {
            match host.step(request(sort, case, &format!("{case}#{nth}"))) {
                Ok(done) => break done,
                Err(error) => {
                    // Which case it was, and what to do.
                    let told = error.to_string();
                    assert!(
                        told.starts_with(&format!("case {case}: the store cannot be reached: ")),
                        "{told}"
                    );
                    assert!(told.ends_with("; send the same input with the same id again"), "{told}");
                    let StepError::Store { error: StoreError::Unreachable { .. }, .. } = error else {
                        panic!("{error:?}")
                    };
                    broken = true;
                    stepped.broken += 1;
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        };
        assert_eq!(done.entry.number, nth, "{case}");
        // Nothing is there before it was sent.
        assert!(broken || !done.repeated, "{case}#{nth}");
        stepped.found += u64::from(done.repeated);
        stepped.accepted = nth;
        count.store(nth, Ordering::Relaxed);
    }
    stepped
}

/// Stops the tasks when it goes.
struct Stopping<'s>(&'s AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets tasks step on a server, does something to it, and lets them step on; then holds what is there to what was answered.
fn disturbed(address: &str, disturb: impl FnOnce(&dyn Fn(u64))) {
    let stop = AtomicBool::new(false);
    let counts: Vec<AtomicU64> = (0..TASKS).map(|_| AtomicU64::new(0)).collect();
    // Each task has a runtime of its own; nothing is sent again but by the task itself.
    let hosts: Vec<Box<dyn Host>> = (0..TASKS)
        .map(|nth| {
            let driver = POSTGRES[nth % POSTGRES.len()];
            open(driver, address, setup(&format!("host-{nth}")).retries(0), &Watch::default())
        })
        .collect();
    hosts[0].publish();
    let progress = |more: u64| {
        let before: Vec<u64> = counts.iter().map(|it| it.load(Ordering::Relaxed)).collect();
        let until = Instant::now() + Duration::from_secs(120);
        while counts.iter().zip(&before).any(|(now, before)| now.load(Ordering::Relaxed) < before + more) {
            assert!(Instant::now() < until, "some task does not go on: {counts:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let stepped: Vec<Stepped> = std::thread::scope(|scope| {
        let tasks: Vec<_> = hosts
            .iter()
            .enumerate()
            .map(|(nth, host)| {
                let (count, stop) = (&counts[nth], &stop);
                scope.spawn(move || steps(&**host, &format!("t{nth}"), count, stop))
            })
            .collect();
        // Also where this fails, so that the tasks end.
        let stopping = Stopping(&stop);
        disturb(&progress);
        progress(3);
        drop(stopping);
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    eprintln!("{stepped:?}");
    assert!(stepped.iter().map(|it| it.broken).sum::<u64>() > 0, "nothing was broken");
    let mut mails = 0;
    for (nth, it) in stepped.iter().enumerate() {
        let journal = replays(&*hosts[0], &format!("t{nth}"));
        assert_eq!(journal.len() as u64, it.accepted, "t{nth}");
        mails += it.accepted / 4;
    }
    // Each effect is there once, and is done once by a host that nobody disturbs.
    let handed: Arc<Mutex<BTreeMap<String, u32>>> = Arc::default();
    let act: Act = {
        let handed = handed.clone();
        Arc::new(move |delivery| {
            *handed.lock().unwrap().entry(delivery.effect.id.clone()).or_default() += 1;
            Some(Handled::Done)
        })
    };
    while hosts[1].deliver(&act).unwrap().count() > 0 {}
    assert_eq!(handed.lock().unwrap().values().copied().collect::<Vec<_>>(), vec![1; mails as usize]);
    whole(&*hosts[0]);
}

#[test]
fn s1_s3_a_server_restarted_under_eight_runtimes_loses_nothing_and_they_go_on() {
    let Some(server) = Server::start(&[]) else { return server::missing() };
    let address = server.address("postgres");
    let store = voronka::store::sql::PostgresStore::connect(&address, 1).unwrap();
    super::host::tokio().block_on(store.migrate_async()).unwrap();
    disturbed(&address, |progress| {
        for _ in 0..3 {
            progress(3);
            server.down();
            server.up();
        }
    });
}

#[test]
fn s1_s3_connections_that_break_in_the_middle_of_commits_lose_nothing() {
    let Some(place) = Place::postgres() else { return };
    // A commit takes a few milliseconds, so that many connections break in one.
    place.sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.004); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON ~entry DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    disturbed(&place.address, |progress| {
        for _ in 0..40 {
            progress(1);
            place.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
        }
    });
}
