//! Many at once: one input from ten clients, timers that several hosts look at.

use super::host::{Host, Place, long_ago, replays, request, setup, whole};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use voronka::case::Recorded;

#[test]
fn s3_one_input_sent_by_ten_clients_at_once_is_one_entry() {
    for place in Place::all() {
        // Two instances, which share nothing but the store.
        let hosts = [place.host(0, setup("host-0")), place.host(1, setup("host-1"))];
        hosts[0].step(request("open", "c", "open")).unwrap();
        for round in 0..10 {
            let case = format!("c-{round}");
            for (sort, case) in [("note", "c"), ("open", case.as_str()), ("mail", case.as_str())] {
                let id = format!("{sort}-{round}");
                let begin = Barrier::new(10);
                let answers: Vec<(bool, u64)> = std::thread::scope(|scope| {
                    let clients: Vec<_> = (0..10)
                        .map(|nth| {
                            let (hosts, begin, id) = (&hosts, &begin, &id);
                            scope.spawn(move || {
                                begin.wait();
                                let done = hosts[nth % 2].step(request(sort, case, id)).unwrap();
                                (done.repeated, done.entry.number)
                            })
                        })
                        .collect();
                    clients.into_iter().map(|it| it.join().unwrap()).collect()
                });
                let driver = place.drivers[0];
                assert_eq!(answers.iter().filter(|it| !it.0).count(), 1, "{driver} {id}: {answers:?}");
                assert!(answers.iter().all(|it| it.1 == answers[0].1), "{driver} {id}: {answers:?}");
            }
            assert_eq!(replays(&*hosts[0], &case).len(), 2);
        }
        assert_eq!(replays(&*hosts[1], "c").len(), 11);
        assert_eq!(place.number("SELECT count(*) FROM ~effect"), 10);
        whole(&*hosts[0]);
    }
}

/// Opens many cases whose timers are due, and lets many hosts fire at once until none is left.
fn fires_once(place: &Place, hosts: usize, count: usize) {
    let opening = place.host(0, setup("opens"));
    let cases: Vec<String> = (0..count).map(|nth| format!("c{nth}")).collect();
    let at = long_ago();
    let requests = cases.iter().map(|case| request("open", case, &format!("{case}-open")).at(at)).collect();
    assert_eq!(opening.bulk(requests).iter().filter(|it| it.is_ok()).count(), count);
    assert_eq!(place.number("SELECT count(*) FROM ~timer"), i64::try_from(count).unwrap());
    let begin = Barrier::new(hosts);
    let fired: Vec<usize> = std::thread::scope(|scope| {
        let hosts: Vec<_> = (0..hosts)
            .map(|nth| {
                let begin = &begin;
                scope.spawn(move || {
                    let host = place.host(nth, setup(&format!("host-{nth}")).batch(40));
                    begin.wait();
                    let (mut fired, until) = (0, Instant::now() + Duration::from_secs(120));
                    // While one is there it may be another's, who may not come to an end with it.
                    while place.number("SELECT count(*) FROM ~timer") > 0 {
                        assert!(Instant::now() < until, "timers are left");
                        fired += host.fire().unwrap().fired;
                    }
                    fired
                })
            })
            .collect();
        hosts.into_iter().map(|it| it.join().unwrap()).collect()
    });
    eprintln!("{}: {hosts} hosts fired {fired:?}", place.drivers[0]);
    assert_eq!(fired.iter().sum::<usize>(), count);
    let number = i64::try_from(count).unwrap();
    for sql in [
        "SELECT count(*) FROM ~entry WHERE input = 'timer'",
        "SELECT count(DISTINCT case_id) FROM ~entry WHERE input = 'timer'",
        "SELECT count(*) FROM ~effect WHERE lane = 'bell'",
        "SELECT count(DISTINCT case_id) FROM ~effect",
    ] {
        assert_eq!(place.number(sql), number, "{sql}");
    }
    for case in [&cases[0], &cases[count / 2], &cases[count - 1]] {
        let journal = replays(&*opening, case);
        let [_, Recorded::Known(entry)] = &journal[..] else { panic!("{journal:?}") };
        assert_eq!((entry.input.name(), entry.case.as_str()), ("timer", case.as_str()));
    }
    whole(&*opening);
}

#[test]
fn s6_two_hosts_on_one_file_fire_each_of_many_timers_once() {
    fires_once(&Place::sqlite(), 2, 600);
}

#[test]
fn s6_four_hosts_on_one_server_fire_each_of_three_thousand_timers_once() {
    let Some(place) = Place::postgres() else { return };
    fires_once(&place, 4, 3_000);
}

/// A host that took timers and died: others fire them once its lease has ended, each once.
#[test]
fn s6_timers_that_a_dead_host_holds_are_fired_by_another_once() {
    for place in Place::all() {
        let host = place.host(0, setup("lives"));
        for nth in 0..5 {
            let case = format!("c{nth}");
            host.step(request("open", &case, &format!("{case}-open")).at(long_ago())).unwrap();
        }
        let now = voronka::runtime::SystemClock::now();
        place.sql(&format!("UPDATE ~timer SET held = {}, held_by = 'died'", now.plus_millis(3_000).millis()));
        assert_eq!(host.fire().unwrap().count(), 0);
        let until = Instant::now() + Duration::from_secs(60);
        let mut fired = 0;
        while fired < 5 {
            assert!(Instant::now() < until);
            std::thread::sleep(Duration::from_millis(50));
            fired += host.fire().unwrap().fired;
        }
        assert_eq!(host.fire().unwrap().count(), 0);
        assert_eq!(place.number("SELECT count(*) FROM ~entry WHERE input = 'timer'"), 5);
    }
}

/// A bulk over many cases and single steps on the same ones, by two hosts: nothing is lost, and nothing is there twice.
#[test]
fn s2_m10_two_hosts_in_each_others_way_accept_everything_once() {
    for place in Place::all() {
        let hosts =
            [place.host(0, setup("host-0").retries(100)), place.host(1, setup("host-1").retries(100))];
        let cases: Vec<String> = (0..20).map(|nth| format!("c{nth}")).collect();
        for case in &cases {
            hosts[0].step(request("open", case, &format!("{case}-open"))).unwrap();
        }
        std::thread::scope(|scope| {
            for (by, host) in hosts.iter().enumerate() {
                let cases = &cases;
                scope.spawn(move || {
                    for round in 0..5 {
                        let mut requests: Vec<_> = cases
                            .iter()
                            .map(|case| request("note", case, &format!("{case}-{by}-{round}")))
                            .collect();
                        if by == 1 {
                            requests.reverse();
                        }
                        let answers = host.bulk(requests);
                        assert!(
                            answers.iter().all(|it| it.as_ref().is_ok_and(|done| !done.repeated)),
                            "{answers:?}"
                        );
                    }
                });
            }
        });
        for case in &cases {
            assert_eq!(replays(&*hosts[0], case).len(), 11, "{case}");
        }
        whole(&*hosts[1]);
    }
}

/// S8: a row that two hosts look at reaches its case once.
#[test]
fn s8_two_hosts_receive_each_of_many_rows_once() {
    for place in Place::all() {
        let opening = place.host(0, setup("opens"));
        for nth in 0..10 {
            opening.step(request("open", &format!("c{nth}"), &format!("c{nth}-open"))).unwrap();
        }
        let rows: Vec<String> = (0..200)
            .map(|nth| format!(r#"('r{nth}', 'c{}', '{{"note": {{"text": "{nth}"}}}}')"#, nth % 10))
            .collect();
        place.sql(&format!("INSERT INTO ~inbox (id, object, input) VALUES {}", rows.join(", ")));
        let left = "SELECT count(*) FROM ~inbox WHERE state <> 'done'";
        std::thread::scope(|scope| {
            for nth in 0..2 {
                let place = &place;
                scope.spawn(move || {
                    let host: Box<dyn Host> = place.host(nth, setup(&format!("host-{nth}")).batch(15));
                    let until = Instant::now() + Duration::from_secs(120);
                    while place.number(left) > 0 {
                        assert!(Instant::now() < until, "rows are left");
                        assert_eq!(host.receive().unwrap().refused, []);
                    }
                });
            }
        });
        for nth in 0..10 {
            let journal = replays(&*opening, &format!("c{nth}"));
            let ids: Vec<&str> = journal
                .iter()
                .skip(1)
                .map(|it| if let Recorded::Known(entry) = it { entry.input_id.as_str() } else { "" })
                .collect();
            let rows: Vec<String> = (0..20).map(|it| format!("r{}/c{nth}", it * 10 + nth)).collect();
            assert_eq!(ids, rows, "in their order");
        }
        whole(&*opening);
    }
}
