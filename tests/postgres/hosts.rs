//! Many hosts on one database: timers, effects, the inbox, the feed of changes.
#![allow(clippy::disallowed_methods, reason = "tests may look at the clock")]

use super::rows::{at, step, with_effects, with_key, with_timer};
use super::{client, subjects};
use std::collections::{BTreeMap, BTreeSet};
use voronka::store::sql::PostgresStore;
use voronka::store::{
    AsyncStore as _, Committed, InboxItem, Keep, KeyKind, LeaseKind, LeaseRequest, Message, Position, Posted,
    Settle, Switched,
};

fn request(kind: LeaseKind, now: i64, by: &str, limit: u32) -> LeaseRequest {
    LeaseRequest { kind, now: at(now), until: at(now + 1_000), by: by.to_owned(), limit }
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_each_timer_fires_at_one_host() {
    for subject in subjects().await {
        let store = &subject.store;
        let commits: Vec<_> = (0..400)
            .map(|nth| {
                with_timer(step(&format!("c{nth}"), 1), "t", at(if nth < 300 { nth } else { 5_000 }), None)
            })
            .collect();
        store.commit(&commits).await.unwrap();
        let hosts = (0..4).map(|host| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut fired = Vec::new();
                loop {
                    let request = request(LeaseKind::Timers, 1_000, &format!("host {host}"), 10);
                    let timers = store.lease(&request).await.unwrap().timers;
                    if timers.is_empty() {
                        return fired;
                    }
                    fired.extend(timers.into_iter().map(|it| it.id));
                }
            })
        });
        let mut all = Vec::new();
        for host in hosts.collect::<Vec<_>>() {
            all.extend(host.await.unwrap());
        }
        assert_eq!(all.len(), 300, "{}", subject.driver);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 300);
        // A lease that has ended is as good as none.
        let again = store.lease(&request(LeaseKind::Timers, 2_000, "other", 3)).await.unwrap().timers;
        assert_eq!(again.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["c0/t", "c1/t", "c2/t"]);
        let settles = [
            Settle::TimerLater { id: "c0/t".to_owned(), by: "host 0".to_owned(), at: at(9_000) },
            Settle::TimerLater { id: "c0/t".to_owned(), by: "other".to_owned(), at: at(9_000) },
            Settle::TimerGone { id: "c1/t".to_owned() },
            Settle::TimerGone { id: "c1/t".to_owned() },
        ];
        assert_eq!(store.settle(&settles).await, Ok(vec![false, true, true, false]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t7_a_switch_holds_timers_back_and_lets_them_go() {
    for subject in subjects().await {
        let store = &subject.store;
        store.commit(&[with_timer(step("c", 1), "t", at(0), Some("/trigger/x"))]).await.unwrap();
        for on in [false, true] {
            let (scenario, trigger) = ("sale".to_owned(), "/trigger/x".to_owned());
            store
                .keep(&Keep::Switch(Switched { scenario, trigger, on, since: at(0), by: "anna".to_owned() }))
                .await
                .unwrap();
            let timers = store.lease(&request(LeaseKind::Timers, 1, "host", 3)).await.unwrap().timers;
            assert_eq!(timers.len(), usize::from(on), "{}", subject.driver);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_a_host_whose_clock_is_ahead_fires_nothing_early() {
    for subject in subjects().await {
        let store = &subject.store;
        let clock = store.load(&[]).await.unwrap().clock.unwrap();
        let early = with_timer(step("c", 1), "t", clock.plus_millis(60_000), None);
        store.commit(&[with_effects(early, "mail", 1)]).await.unwrap();
        let mut ahead = request(LeaseKind::Timers, 0, "host", 3);
        (ahead.now, ahead.until) = (clock.plus_millis(120_000), clock.plus_millis(130_000));
        assert!(store.lease(&ahead).await.unwrap().timers.is_empty(), "{}", subject.driver);
        ahead.kind = LeaseKind::Effects;
        assert_eq!(store.lease(&ahead).await.unwrap().effects.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_hosts_that_lease_at_once_get_different_effects_in_the_order_of_their_lanes() {
    for subject in subjects().await {
        let store = &subject.store;
        for number in 1..=5 {
            let commits: Vec<_> = (0..20)
                .map(|nth| with_effects(with_effects(step(&format!("c{nth}"), number), "mail", 3), "call", 2))
                .collect();
            store.commit(&commits).await.unwrap();
        }
        // Each host does what it got, in order; while it has it, nobody gets what follows in the lane.
        let done = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let hosts = (0..6).map(|host| {
            let (store, done) = (store.clone(), done.clone());
            tokio::spawn(async move {
                let mut idle = 0;
                while idle < 20 {
                    let name = format!("host {host}");
                    let effects =
                        store.lease(&request(LeaseKind::Effects, 1_000, &name, 7)).await.unwrap().effects;
                    if effects.is_empty() {
                        idle += 1;
                        tokio::task::yield_now().await;
                        continue;
                    }
                    idle = 0;
                    for effect in effects {
                        assert_eq!(effect.attempt, 1);
                        done.lock().unwrap().push((effect.case, effect.lane, effect.id.clone()));
                        tokio::task::yield_now().await;
                        assert_eq!(
                            store.settle(&[Settle::EffectDone { id: effect.id }]).await,
                            Ok(vec![true])
                        );
                    }
                }
            })
        });
        for host in hosts.collect::<Vec<_>>() {
            host.await.unwrap();
        }
        let mut lanes: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (case, lane, id) in done.lock().unwrap().drain(..) {
            lanes.entry((case, lane)).or_default().push(id);
        }
        assert_eq!(lanes.len(), 40);
        for ((case, lane), ids) in lanes {
            let nths = if lane == "mail" { 0..3 } else { 3..5 };
            let expected: Vec<String> = (1..=5)
                .flat_map(|number| nths.clone().map(move |nth| (number, nth)))
                .map(|(number, nth)| format!("{case}/{number}/{nth}"))
                .collect();
            assert_eq!(ids, expected, "{}", subject.driver);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_a_lane_waits_for_what_is_put_off_or_stopped() {
    for subject in subjects().await {
        let store = &subject.store;
        store.commit(&[with_effects(with_effects(step("c", 1), "mail", 3), "call", 1)]).await.unwrap();
        let lease = |now, limit| {
            let store = store.clone();
            async move {
                let effects =
                    store.lease(&request(LeaseKind::Effects, now, "host", limit)).await.unwrap().effects;
                effects.into_iter().map(|it| it.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(lease(10, 1).await, ["c/1/0"], "{}", subject.driver);
        assert_eq!(lease(20, 9).await, ["c/1/3"]);
        let (id, by, error) = ("c/1/0".to_owned(), "host".to_owned(), "no net".to_owned());
        let later =
            Settle::EffectLater { id: id.clone(), by: by.clone(), at: at(5_000), error: error.clone() };
        assert_eq!(store.settle(&[later.clone(), later]).await, Ok(vec![true, false]));
        store.settle(&[Settle::EffectDone { id: "c/1/3".to_owned() }]).await.unwrap();
        assert!(lease(4_999, 9).await.is_empty());
        assert_eq!(lease(5_000, 1).await, ["c/1/0"]);
        let stop =
            Settle::EffectGivenUp { id: id.clone(), by: by.clone(), error: error.clone(), frees: false };
        assert_eq!(store.settle(&[stop]).await, Ok(vec![true]));
        assert!(lease(90_000, 9).await.is_empty());
        let stopped = store.stopped("", 9).await.unwrap().rows;
        assert_eq!((stopped[0].attempts, stopped[0].frees, stopped[0].error.as_str()), (2, false, "no net"));
        assert_eq!(store.settle(&[Settle::EffectAgain { id: id.clone() }]).await, Ok(vec![true]));
        assert_eq!(lease(91_000, 1).await, ["c/1/0"]);
        let free = Settle::EffectGivenUp { id: id.clone(), by, error, frees: true };
        // A commit can settle, too.
        let mut commit = step("c", 2);
        commit.settles = vec![free];
        assert_eq!(store.commit(&[commit]).await, Ok(vec![Committed::Done]));
        assert!(store.stopped("", 9).await.unwrap().rows[0].frees);
        assert_eq!(lease(91_000, 9).await, ["c/1/1", "c/1/2"]);
        assert_eq!(store.settle(&[Settle::EffectDropped { id: "c/1/1".to_owned() }]).await, Ok(vec![false]));
        assert_eq!(store.settle(&[Settle::EffectDropped { id }]).await, Ok(vec![true]));
        assert!(store.stopped("", 9).await.unwrap().rows.is_empty());
    }
}

fn message(id: &str, object: &str) -> Message {
    Message { id: id.to_owned(), object: object.to_owned(), text: format!("{{\"{id}\":1}}"), at: at(0) }
}

fn ids(items: &[InboxItem]) -> Vec<&str> {
    items.iter().map(|it| it.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_the_inbox_goes_in_order_per_case() {
    for subject in subjects().await {
        let store = &subject.store;
        let linked = |case| with_key(step(case, 1), KeyKind::Document, "invoice/17");
        store.commit(&[linked("a"), linked("b"), step("z", 1)]).await.unwrap();
        let posted = [
            message("1", "a"),
            message("2", "invoice/17"),
            message("3", "b"),
            message("4", "z"),
            message("5", "nobody"),
            message("1", "a"),
            message("1", "b"),
        ];
        use Posted::{Clash, Known, New};
        assert_eq!(
            store.post(&posted).await,
            Ok(vec![New, New, New, New, New, Known, Clash]),
            "{}",
            subject.driver
        );
        let lease = |now, by: &'static str, limit| {
            let store = store.clone();
            async move { store.lease(&request(LeaseKind::Inbox, now, by, limit)).await.unwrap().inbox }
        };
        let first = lease(10, "one", 1).await;
        assert_eq!((ids(&first), &first[0].cases, first[0].attempt), (vec!["1"], &vec!["a".to_owned()], 1));
        // 2 waits for 1 because of a, 3 for 2 because of b.
        let second = lease(20, "two", 9).await;
        assert_eq!(ids(&second), ["4", "5"]);
        assert!(second[1].cases.is_empty());
        let done = [
            Settle::InboxDone { id: "1".to_owned() },
            Settle::InboxRefused { id: "4".to_owned(), by: "one".to_owned(), error: "no".to_owned() },
            Settle::InboxRefused { id: "4".to_owned(), by: "two".to_owned(), error: "no".to_owned() },
            Settle::InboxRefused { id: "5".to_owned(), by: "two".to_owned(), error: "no case".to_owned() },
        ];
        assert_eq!(store.settle(&done).await, Ok(vec![true, false, true, true]));
        assert_eq!(store.post(&[message("1", "a"), message("1", "c")]).await, Ok(vec![Known, Clash]));
        let both = lease(30, "one", 9).await;
        assert_eq!(ids(&both), ["2", "3"]);
        assert_eq!(both[0].cases, ["a", "b"]);
        let later = Settle::InboxLater {
            id: "2".to_owned(),
            by: "one".to_owned(),
            at: at(5_000),
            error: String::new(),
        };
        assert_eq!(store.settle(&[later]).await, Ok(vec![true]));
        assert!(lease(4_000, "one", 9).await.is_empty());
        let refused = store.refused("", 9).await.unwrap().rows;
        assert_eq!(refused.iter().map(|it| it.error.as_str()).collect::<Vec<_>>(), ["no", "no case"]);
        let again = [Settle::InboxAgain { id: "4".to_owned() }, Settle::InboxDropped { id: "5".to_owned() }];
        assert_eq!(store.settle(&again).await, Ok(vec![true, true]));
        assert!(store.refused("", 9).await.unwrap().rows.is_empty());
        assert_eq!(ids(&lease(6_000, "one", 9).await), ["2", "3", "4"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_any_program_writes_three_columns() {
    for subject in subjects().await {
        let sql = "INSERT INTO voronka.inbox (id, object, input) VALUES ('1', 'c', '{}')";
        client(&subject.db).await.batch_execute(sql).await.unwrap();
        let mut now = request(LeaseKind::Inbox, 0, "host", 9);
        now.now = subject.store.load(&[]).await.unwrap().clock.unwrap();
        now.until = now.now;
        assert_eq!(ids(&subject.store.lease(&now).await.unwrap().inbox), ["1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_wait_for_a_transaction_that_wrote_before() {
    for subject in subjects().await {
        let store = &subject.store;
        store.commit(&[step("a", 1)]).await.unwrap();
        let mut client = client(&subject.db).await;
        let early = client.transaction().await.unwrap();
        // What writes something else holds up nothing.
        early.batch_execute("CREATE TABLE mine (id int)").await.unwrap();
        store.commit(&[step("b", 1)]).await.unwrap();
        let seen = store.changes(Position::default(), 100).await.unwrap();
        assert_eq!(seen.changes.len(), 2, "{}", subject.driver);
        let borrowed = PostgresStore::on(&early);
        assert_eq!(borrowed.commit(&[step("c", 1)]).await, Ok(vec![Committed::Done]));
        assert_eq!(borrowed.commit(&[step("a", 2)]).await, Ok(vec![Committed::Done]));
        store.commit(&[step("b", 2)]).await.unwrap();
        let waits = store.changes(seen.next, 100).await.unwrap();
        assert_eq!((waits.changes.len(), waits.next), (0, seen.next));
        early.commit().await.unwrap();
        let mut since = seen.next;
        let mut rest = Vec::new();
        loop {
            let seen = store.changes(since, 1).await.unwrap();
            let Some(change) = seen.changes.into_iter().next() else { break };
            since = seen.next;
            rest.push((change.entry.case, change.entry.number));
        }
        let expected = [("c", 1), ("a", 2), ("b", 2)].map(|(case, number)| (case.to_owned(), number));
        assert_eq!(rest, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_wait_no_longer_for_what_was_rolled_back() {
    for subject in subjects().await {
        let store = &subject.store;
        let mut client = client(&subject.db).await;
        let mut early = client.transaction().await.unwrap();
        // The mark of a savepoint that is rolled back is gone; what follows sets it again.
        let inner = early.transaction().await.unwrap();
        PostgresStore::on(&inner).commit(&[step("a", 1)]).await.unwrap();
        inner.rollback().await.unwrap();
        store.commit(&[step("b", 1)]).await.unwrap();
        assert_eq!(
            store.changes(Position::default(), 9).await.unwrap().changes.len(),
            1,
            "{}",
            subject.driver
        );
        PostgresStore::on(&early).commit(&[step("a", 1)]).await.unwrap();
        store.commit(&[step("b", 2)]).await.unwrap();
        assert_eq!(store.changes(Position::default(), 9).await.unwrap().changes.len(), 1);
        early.rollback().await.unwrap();
        assert_eq!(store.changes(Position::default(), 9).await.unwrap().changes.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_give_a_reader_each_entry_once() {
    for subject in subjects().await {
        let store = &subject.store;
        let writers = (0..6).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 1..=40 {
                    store.commit(&[step(&format!("w{writer}"), number)]).await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let (mut since, mut seen): (_, BTreeMap<String, u64>) = (Position::default(), BTreeMap::new());
        let mut count = 0;
        let began = std::time::Instant::now();
        while count < 240 {
            assert!(began.elapsed().as_secs() < 60, "{count} of 240 entries were seen");
            let changed = store.changes(since, 7).await.unwrap();
            since = changed.next;
            for change in changed.changes {
                let last = seen.entry(change.entry.case.clone()).or_default();
                *last += 1;
                assert_eq!(change.entry.number, *last, "{}", subject.driver);
                count += 1;
            }
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(store.changes(since, 7).await.unwrap().changes.is_empty());
    }
}
