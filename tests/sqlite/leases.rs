//! Handing out and settling, where the SQL has to do more than a row (S5, S6, S8, T7).

use super::fixture::{at, effect, minute, opened, write};
use voronka::store::sql::{Rusqlite, SqliteStore};
use voronka::store::{
    Keep, KeyKind, KeyRow, LeaseKind, LeaseRequest, Leases, Message, Posted, Query, Settle, Store, Switched,
};

type Sqlite = SqliteStore<Rusqlite>;

fn lease(store: &Sqlite, kind: LeaseKind, now: i64, by: &str, limit: u32) -> Leases {
    let request = LeaseRequest { kind, now: minute(now), until: minute(now + 5), by: by.to_owned(), limit };
    store.lease(&request).unwrap()
}

fn effects(store: &Sqlite, now: i64, by: &str) -> Vec<String> {
    lease(store, LeaseKind::Effects, now, by, 100).effects.into_iter().map(|it| it.id).collect()
}

fn inbox(store: &Sqlite, now: i64, by: &str) -> Vec<String> {
    lease(store, LeaseKind::Inbox, now, by, 100).inbox.into_iter().map(|it| it.id).collect()
}

fn settle(store: &Sqlite, settle: Settle) -> bool {
    store.settle(&[settle]).unwrap()[0]
}

#[test]
fn s5_a_lane_waits_for_its_earliest_and_goes_on_when_that_is_done_dropped_or_freed() {
    let store = Sqlite::open_in_memory().unwrap();
    let mut commit = opened("c1").1;
    commit.effects = vec![
        effect("c1", 1, 2, "mail"),
        effect("c1", 1, 0, "mail"),
        effect("c1", 1, 1, "call"),
        effect("c1", 1, 3, "mail"),
    ];
    write(&store, commit);
    let first = lease(&store, LeaseKind::Effects, 0, "a", 1).effects;
    assert_eq!((first[0].id.as_str(), first[0].attempt), ("c1/1/0", 1));
    assert_eq!(effects(&store, 0, "b"), ["c1/1/1"], "the other lane is free");
    let id = || "c1/1/0".to_owned();
    let later = |by: &str| Settle::EffectLater {
        id: id(),
        by: by.to_owned(),
        at: minute(30),
        error: "no answer".to_owned(),
    };
    assert!(!settle(&store, later("b")), "the lease is another's");
    assert!(settle(&store, later("a")));
    assert_eq!(effects(&store, 29, "b"), ["c1/1/1"], "its lease has ended; the lane of mail waits");
    let third = lease(&store, LeaseKind::Effects, 30, "a", 1).effects;
    assert_eq!((third[0].id.as_str(), third[0].attempt), ("c1/1/0", 2));
    let given_up =
        |frees| Settle::EffectGivenUp { id: id(), by: "a".to_owned(), error: "bounced".to_owned(), frees };
    assert!(settle(&store, given_up(false)));
    assert!(settle(&store, Settle::EffectDone { id: "c1/1/1".to_owned() }));
    assert_eq!(effects(&store, 500, "a"), [""; 0]);
    let stopped = store.stopped("", 10).unwrap().rows;
    assert_eq!((stopped.len(), stopped[0].attempts, stopped[0].frees), (1, 2, false));
    assert_eq!((stopped[0].id.as_str(), stopped[0].error.as_str()), ("c1/1/0", "bounced"));
    assert!(settle(&store, Settle::EffectAgain { id: id() }));
    assert_eq!(lease(&store, LeaseKind::Effects, 600, "a", 1).effects[0].attempt, 1);
    assert!(settle(&store, given_up(true)));
    assert_eq!(effects(&store, 600, "a"), ["c1/1/2", "c1/1/3"], "in order, all to one");
    assert!(settle(&store, Settle::EffectDropped { id: id() }));
    assert!(!settle(&store, Settle::EffectDropped { id: id() }));
    assert_eq!(store.stopped("", 10).unwrap().rows, []);
}

#[test]
fn s6_t7_timers_come_at_their_moment_once_and_not_while_their_trigger_is_off() {
    let store = Sqlite::open_in_memory().unwrap();
    let commit = opened("c1").1;
    let (id, due) = (commit.timers.put[0].id.clone(), commit.timers.put[0].at);
    let trigger = commit.timers.put[0].trigger.clone().unwrap();
    write(&store, commit);
    assert_eq!(due, at("2026-03-03T08:00:00Z"));
    let minutes = due.millis_since(minute(0)) / 60_000;
    let ask = |now, by: &str| {
        let timers = lease(&store, LeaseKind::Timers, now, by, 10).timers;
        timers.into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(ask(minutes - 1, "a"), [""; 0]);
    let switch = |on| {
        let (scenario, since, by) = ("sale".to_owned(), minute(0), "anna".to_owned());
        store.keep(&Keep::Switch(Switched { scenario, trigger: trigger.clone(), on, since, by })).unwrap()
    };
    switch(false);
    assert_eq!(ask(minutes, "a"), [""; 0]);
    switch(true);
    assert_eq!((ask(minutes, "a"), ask(minutes, "b")), (vec![id.clone()], vec![]));
    assert_eq!(ask(minutes + 5, "b"), [id.as_str()], "the lease has ended");
    let later = |by: &str| Settle::TimerLater { id: id.clone(), by: by.to_owned(), at: minute(minutes + 20) };
    assert_eq!((settle(&store, later("a")), settle(&store, later("b"))), (false, true));
    assert_eq!((ask(minutes + 19, "a"), ask(minutes + 20, "a")), (vec![], vec![id.clone()]));
    let gone = || Settle::TimerGone { id: id.clone() };
    assert_eq!((settle(&store, gone()), settle(&store, gone())), (true, false));
}

#[test]
fn s8_inbox_rows_come_in_order_per_case_and_are_remembered() {
    let store = Sqlite::open_in_memory().unwrap();
    let mut first = opened("c1").1;
    let key = |case: &str, kind, key: &str| KeyRow { case: case.to_owned(), kind, key: key.to_owned() };
    first.keys = vec![key("c1", KeyKind::Document, "invoice/17"), key("c1", KeyKind::External, "ext")];
    let mut second = opened("c2").1;
    second.keys = vec![key("c2", KeyKind::Document, "invoice/17"), key("c2", KeyKind::Contact, "ext")];
    store.commit(&[first, second]).unwrap();
    let message = |id: &str, object: &str| Message {
        id: id.to_owned(),
        object: object.to_owned(),
        text: format!("{{\"of\":\"{object}\"}}"),
        at: minute(0),
    };
    let posted = store
        .post(&[
            message("m1", "c1"),
            message("m2", "invoice/17"),
            message("m3", "c2"),
            message("m4", "nowhere"),
            message("m1", "c1"),
            message("m1", "c2"),
        ])
        .unwrap();
    use Posted::{Clash, Known, New};
    assert_eq!(posted, [New, New, New, New, Known, Clash]);
    let handed = lease(&store, LeaseKind::Inbox, 0, "a", 10).inbox;
    let handed: Vec<_> = handed.iter().map(|it| (it.id.as_str(), it.cases.join(" "), it.attempt)).collect();
    assert_eq!(handed, [("m1", "c1".to_owned(), 1), ("m4", String::new(), 1)]);
    assert!(settle(&store, Settle::InboxDone { id: "m1".to_owned() }));
    assert!(!settle(&store, Settle::InboxDone { id: "m1".to_owned() }));
    let refused = |id: &str| Settle::InboxRefused {
        id: id.to_owned(),
        by: "a".to_owned(),
        error: "no such case".to_owned(),
    };
    assert!(settle(&store, refused("m4")));
    let handed = lease(&store, LeaseKind::Inbox, 1, "a", 10).inbox;
    assert_eq!(handed.iter().map(|it| it.cases.join(" ")).collect::<Vec<_>>(), ["c1 c2"]);
    let later = Settle::InboxLater {
        id: "m2".to_owned(),
        by: "a".to_owned(),
        at: minute(10),
        error: "busy".to_owned(),
    };
    assert!(settle(&store, later));
    assert_eq!((inbox(&store, 9, "b"), inbox(&store, 10, "b")), (vec![], vec!["m2".to_owned()]));
    let listed = store.refused("", 10).unwrap().rows;
    assert_eq!((listed[0].id.as_str(), listed[0].error.as_str(), listed.len()), ("m4", "no such case", 1));
    assert!(settle(&store, Settle::InboxAgain { id: "m4".to_owned() }));
    assert!(settle(&store, Settle::InboxDone { id: "m2".to_owned() }));
    assert_eq!(inbox(&store, 11, "a"), ["m3", "m4"], "at the end of the queue");
    assert!(settle(&store, refused("m4")));
    assert!(settle(&store, Settle::InboxDropped { id: "m4".to_owned() }));
    let again = [message("m1", "c1"), message("m4", "nowhere"), message("m2", "c2")];
    assert_eq!(store.post(&again).unwrap(), [Known, Known, Clash]);
}
