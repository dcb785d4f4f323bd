//! Stores beside hand-written statements that write the same rows, on the same disk, in the same run.

#[cfg(all(feature = "postgres", feature = "sqlx"))]
pub mod postgres;
pub mod sqlite;

use super::common;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use voronka::case::{Input, MoveInput};
use voronka::runtime::{Clock, Request};
use voronka::store::{Commit, commit_of};
use voronka::{Actor, Case, Context, Moment, Opening, Scenario, Value};

/// A clock that stands where the bench puts it.
pub struct Hands(pub AtomicI64);

impl Hands {
    pub fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.millis()))
    }

    pub fn put(&self, moment: Moment) {
        self.0.store(moment.millis(), Ordering::SeqCst);
    }
}

impl Clock for &'static Hands {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// When cases are opened, and when they are moved on.
pub fn opened_at() -> Moment {
    common::moment("2026-03-02T08:00:00Z")
}

pub fn anna() -> Actor {
    Actor::new("anna", "manager")
}

pub fn busy() -> Scenario {
    common::busy().0
}

pub fn opening() -> Opening {
    let text = |text: &str| Some(Value::from(text));
    Opening {
        responsible: Some("anna".to_owned()),
        channel: Some("phone".to_owned()),
        fields: BTreeMap::from([
            ("amount".to_owned(), Some(Value::from(rust_decimal::Decimal::new(150_000, 2)))),
            ("discount".to_owned(), Some(Value::from(5))),
            ("client".to_owned(), text("shop-17")),
            ("city".to_owned(), text("Kazan")),
        ]),
        ..Opening::default()
    }
}

pub fn case_id(n: usize) -> String {
    format!("case-{n:07}")
}

/// The move that the step bench makes: three activities closed, two planned, a field set by a trigger.
pub fn to_offer(n: usize) -> Request {
    let input = Input::Move(MoveInput { to: "offer".to_owned(), ..MoveInput::default() });
    Request::new(case_id(n), input, format!("move-{n}"), anna())
}

/// What a host's own statements would write for the same: the opening, and the move.
pub fn commits(scenario: &Scenario, n: usize) -> [Commit; 2] {
    let (case, opened) = open(scenario, n);
    let ctx = Context::new(opened_at().plus_millis(60_000), anna(), format!("move-{n}"));
    let moved = scenario.step(&case, to_offer(n).input, &ctx).unwrap();
    [opened, commit_of(scenario, Some(&case), &moved).unwrap()]
}

pub fn open(scenario: &Scenario, n: usize) -> (Case, Commit) {
    let ctx = Context::new(opened_at(), anna(), format!("open-{n}"));
    let outcome = scenario.open(case_id(n), opening(), &ctx).unwrap();
    let commit = commit_of(scenario, None, &outcome).unwrap();
    (outcome.into_parts().0, commit)
}
