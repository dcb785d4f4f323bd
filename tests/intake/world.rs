//! A small sales department: a store in memory, a clock that tests own, and a scenario with intake rules.

pub use serde_json::json;

use serde_json::Value as Json;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use voronka::case::{Absence, Activity};
use voronka::intake::{ContactKey, Inquiry};
use voronka::runtime::{Chance, Clock, People, Runtime, Setup, Taken};
use voronka::store::{CaseQuery, MemoryStore, Query, Store, Wanted};
use voronka::{Actor, Case, Moment};

pub const START: &str = "2026-03-02T10:00:00Z";

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

/// A clock that stands still, but for sleeping.
#[derive(Clone)]
pub struct Hands(Arc<Mutex<Moment>>);

impl Hands {
    pub fn go(&self, millis: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_millis(millis);
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, time: Duration) {
        self.go(i64::try_from(time.as_millis()).unwrap());
    }
}

struct Never;

impl Chance for Never {
    fn next(&self) -> u64 {
        0
    }
}

#[derive(Clone, Default)]
pub struct Away(pub Arc<Mutex<Vec<Absence>>>);

impl People for Away {
    fn absent(&self) -> Vec<Absence> {
        self.0.lock().unwrap().clone()
    }
}

pub fn anna() -> Actor {
    Actor::new("anna", "manager")
}

/// The scenario, with intake rules of a test's own over the common ones.
pub fn scenario(intake: &Json) -> Json {
    let mut rules = json!({
        "region": "RU", "party": "client",
        "ignore": [{ "id": "own", "when": "inquiry.contact.endsWith('@ours.example')" }],
        "documents": [{ "pattern": "order (\\d+)" }, { "pattern": "invoice (\\d+)", "document": "invoice" }]
    });
    for (key, value) in intake.as_object().unwrap() {
        rules[key] = value.clone();
    }
    json!({
        "id": "sale",
        "fields": { "city": { "type": "text" }, "amount": { "type": "money", "currency": "RUB" } },
        "parties": { "client": {} },
        "kinds": { "call": { "interaction": true, "outcomes": { "reached": {}, "no_answer": { "bad": true } } } },
        "reasons": { "price": {} },
        "stages": [
            { "id": "request", "limit": "2 days", "leave": { "need": ["city", "amount"] } },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
        ],
        "triggers": [{ "id": "missed", "on": { "interaction": { "channel": "phone", "direction": "in",
            "result": "missed" } }, "do": { "plan": { "id": "call-back", "call": "Call back", "due": "1 hour" } } }],
        "intake": rules
    })
}

pub struct World {
    pub store: MemoryStore,
    pub clock: Hands,
    pub away: Away,
    pub runtime: Runtime<MemoryStore>,
}

impl World {
    pub fn new(intake: Json) -> Self {
        Self::of(&[scenario(&intake)])
    }

    pub fn of(scenarios: &[Json]) -> Self {
        let store = MemoryStore::new();
        let clock = Hands(Arc::new(Mutex::new(moment(START))));
        let away = Away::default();
        let setup = Setup::new("host").chance(Never).people(away.clone());
        let runtime = Runtime::new(store.clone(), clock.clone(), setup).taking_in();
        for scenario in scenarios {
            runtime.publish_text(&scenario.to_string(), &anna(), "").unwrap();
        }
        Self { store, clock, away, runtime }
    }

    /// Takes an inquiry in a minute after the last one.
    pub fn take(&self, inquiry: &Inquiry) -> Taken {
        self.clock.go(60_000);
        self.runtime.take_in(inquiry).unwrap()
    }

    pub fn case(&self, id: &str) -> Case {
        let loading = Store::load(&self.store, &[Wanted::case(id)]).unwrap();
        loading.found.into_iter().next().unwrap().case.unwrap().read().unwrap()
    }

    /// The ids of all cases.
    pub fn cases(&self) -> Vec<String> {
        let page = Query::cases(&self.store, &CaseQuery { limit: 1_000, ..CaseQuery::default() }).unwrap();
        page.rows.into_iter().map(|it| it.id).collect()
    }

    pub fn opened(&self, inquiry: &Inquiry) -> Case {
        let taken = self.take(inquiry);
        assert_eq!(taken.decision.verdict.name(), "open", "{}", taken.decision.reason);
        self.case(&taken.case.unwrap())
    }

    pub fn step(&self, case: &str, input: Json, id: &str) {
        self.clock.go(60_000);
        let input = serde_json::from_value(input).unwrap();
        let request = voronka::runtime::Request::new(case, input, id, anna());
        self.runtime.step(request).unwrap();
    }

    pub fn lose(&self, case: &str) {
        self.step(case, json!({ "close": { "stage": "lost", "reason": "price" } }), &format!("{case}-lost"));
    }
}

pub fn mail(id: &str, from: &str, subject: &str) -> Inquiry {
    Inquiry {
        contacts: vec![ContactKey::email(from)],
        subject: Some(subject.to_owned()),
        ..Inquiry::new("email", id)
    }
}

pub fn answering(mut inquiry: Inquiry, id: &str) -> Inquiry {
    inquiry.thread.push(id.to_owned());
    inquiry
}

pub fn call(id: &str, from: &str, result: &str) -> Inquiry {
    Inquiry {
        contacts: vec![ContactKey::phone(from)],
        result: Some(result.to_owned()),
        ..Inquiry::new("phone", id)
    }
}

pub fn out(mut inquiry: Inquiry) -> Inquiry {
    inquiry.direction = voronka::intake::Direction::Out;
    inquiry
}

pub fn taken_by(mut inquiry: Inquiry, employee: &str) -> Inquiry {
    inquiry.employee = Some(employee.to_owned());
    inquiry
}

pub fn open_kinds(case: &Case) -> Vec<&str> {
    case.activities.iter().map(|it: &Activity| it.kind.as_str()).collect()
}
