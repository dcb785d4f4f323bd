//! A small world around a store in memory: a clock that tests own, a scenario, a store in which things go wrong.

pub use serde_json::json;

use serde_json::Value as Json;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use voronka::runtime::{AsyncClock, Chance, Clock, Done, Request, Runtime, Setup, StepError};
use voronka::store::{
    ActivityQuery, ActivityRow, AsyncStore, Board, BoardQuery, BoxFuture, CaseQuery, CaseRow, Changed,
    Commit, Committed, EntryText, Find, InboxItem, Keep, Kept, LeaseKind, LeaseRequest, Leases, Loading,
    Look, MemoryStore, Message, Page, Position, Posted, Query, RefusedItem, Settle, Sight, StoppedEffect,
    Store, StoreError, Wanted,
};
use voronka::{Actor, Input, Moment, Opening, Scenario};

/// A clock that stands still, but for sleeping.
#[derive(Clone)]
pub struct Hands(Arc<Mutex<(Moment, u32)>>);

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

/// Monday the 2nd of March 2026 at ten.
pub const START: &str = "2026-03-02T10:00:00Z";

impl Hands {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new((moment(START), 0))))
    }

    pub fn read(&self) -> Moment {
        self.0.lock().unwrap().0
    }

    pub fn go(&self, millis: i64) {
        let mut clock = self.0.lock().unwrap();
        clock.0 = clock.0.plus_millis(millis);
    }

    pub fn slept(&self) -> u32 {
        self.0.lock().unwrap().1
    }

    fn sleep_for(&self, time: Duration) {
        let mut clock = self.0.lock().unwrap();
        clock.0 = clock.0.plus_millis(i64::try_from(time.as_millis()).unwrap());
        clock.1 += 1;
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        self.read()
    }

    fn sleep(&self, time: Duration) {
        self.sleep_for(time);
        // A loop that only waits must let others work.
        std::thread::yield_now();
    }
}

impl AsyncClock for Hands {
    fn now(&self) -> Moment {
        self.read()
    }

    /// Gives others three turns, then it is so late.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        let mut turns = 3;
        Box::pin(std::future::poll_fn(move |cx| {
            if turns > 0 {
                turns -= 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.sleep_for(time);
            Poll::Ready(())
        }))
    }
}

/// No chance at all.
pub struct Never;

impl Chance for Never {
    fn next(&self) -> u64 {
        0
    }
}

/// What goes wrong with a call.
pub enum Fault {
    /// Nothing.
    None,
    /// It fails, and nothing is written.
    Fails(StoreError),
    /// It is written, and then the answer is lost.
    LosesAnswer,
    /// Somebody else does this first.
    First(Box<dyn FnOnce(&MemoryStore) + Send>),
}

pub fn unreachable() -> StoreError {
    StoreError::Unreachable { why: "the cable is out".to_owned() }
}

/// A store in memory whose calls go wrong as planned, one fault each in the order of the calls.
#[derive(Clone, Default)]
pub struct Faulty {
    pub inner: MemoryStore,
    pub commits: Arc<Mutex<VecDeque<Fault>>>,
    pub loads: Arc<Mutex<VecDeque<Fault>>>,
    pub keeps: Arc<Mutex<VecDeque<Fault>>>,
    /// Rows that are handed out next, whatever is in the inbox.
    pub rows: Arc<Mutex<Vec<InboxItem>>>,
    /// How many times each was called.
    pub calls: Arc<Mutex<(u32, u32)>>,
}

impl Faulty {
    pub fn on_commit(&self, fault: Fault) -> &Self {
        self.commits.lock().unwrap().push_back(fault);
        self
    }

    pub fn on_load(&self, fault: Fault) -> &Self {
        self.loads.lock().unwrap().push_back(fault);
        self
    }

    fn fault<T>(
        &self,
        plan: &Mutex<VecDeque<Fault>>,
        call: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fault = plan.lock().unwrap().pop_front();
        match fault {
            None | Some(Fault::None) => call(),
            Some(Fault::Fails(error)) => Err(error),
            Some(Fault::LosesAnswer) => call().and(Err(unreachable())),
            Some(Fault::First(first)) => {
                first(&self.inner);
                call()
            }
        }
    }
}

impl Store for Faulty {
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
        self.calls.lock().unwrap().0 += 1;
        self.fault(&self.loads, || Store::load(&self.inner, wanted))
    }

    fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, StoreError> {
        Store::journal(&self.inner, case, from, limit)
    }

    fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.calls.lock().unwrap().1 += 1;
        let mut cases: Vec<&str> = commits.iter().map(|it| it.case.id.as_str()).collect();
        cases.sort_unstable();
        cases.dedup();
        assert_eq!(cases.len(), commits.len(), "what stands on a commit never comes in the same call");
        self.fault(&self.commits, || Store::commit(&self.inner, commits))
    }

    fn lease(&self, request: &LeaseRequest) -> Result<Leases, StoreError> {
        let rows = std::mem::take(&mut *self.rows.lock().unwrap());
        if request.kind == LeaseKind::Inbox && !rows.is_empty() {
            return Ok(Leases { inbox: rows, ..Leases::default() });
        }
        Store::lease(&self.inner, request)
    }

    fn settle(&self, settlements: &[Settle]) -> Result<Vec<bool>, StoreError> {
        Store::settle(&self.inner, settlements)
    }

    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        Store::post(&self.inner, messages)
    }

    fn keep(&self, keep: &Keep) -> Result<Kept, StoreError> {
        self.fault(&self.keeps, || Store::keep(&self.inner, keep))
    }

    fn kept(&self, look: &Look) -> Result<Vec<Keep>, StoreError> {
        Store::kept(&self.inner, look)
    }
}

impl Query for Faulty {
    fn cases(&self, query: &CaseQuery) -> Result<Page<CaseRow>, StoreError> {
        Query::cases(&self.inner, query)
    }

    fn activities(&self, query: &ActivityQuery) -> Result<Page<ActivityRow>, StoreError> {
        Query::activities(&self.inner, query)
    }

    fn board(&self, query: &BoardQuery) -> Result<Board, StoreError> {
        Query::board(&self.inner, query)
    }

    fn find(&self, find: &Find, sight: &Sight, limit: u32) -> Result<Vec<CaseRow>, StoreError> {
        Query::find(&self.inner, find, sight, limit)
    }

    fn changes(&self, since: Position, limit: u32) -> Result<Changed, StoreError> {
        Query::changes(&self.inner, since, limit)
    }

    fn stopped(&self, after: &str, limit: u32) -> Result<Page<StoppedEffect>, StoreError> {
        Query::stopped(&self.inner, after, limit)
    }

    fn refused(&self, after: &str, limit: u32) -> Result<Page<RefusedItem>, StoreError> {
        Query::refused(&self.inner, after, limit)
    }

    fn counters(&self, names: &[String]) -> Result<Vec<i64>, StoreError> {
        Query::counters(&self.inner, names)
    }
}

macro_rules! ready {
    ($self:ident, $call:expr) => {
        Box::pin(std::future::ready($call))
    };
}

impl AsyncStore for Faulty {
    fn load<'a>(&'a self, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Loading, StoreError>> {
        ready!(self, Store::load(self, wanted))
    }

    fn journal<'a>(
        &'a self,
        case: &'a str,
        from: u64,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<EntryText>, StoreError>> {
        ready!(self, Store::journal(self, case, from, limit))
    }

    fn commit<'a>(&'a self, commits: &'a [Commit]) -> BoxFuture<'a, Result<Vec<Committed>, StoreError>> {
        ready!(self, Store::commit(self, commits))
    }

    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Leases, StoreError>> {
        ready!(self, Store::lease(self, request))
    }

    fn settle<'a>(&'a self, settlements: &'a [Settle]) -> BoxFuture<'a, Result<Vec<bool>, StoreError>> {
        ready!(self, Store::settle(self, settlements))
    }

    fn post<'a>(&'a self, messages: &'a [Message]) -> BoxFuture<'a, Result<Vec<Posted>, StoreError>> {
        ready!(self, Store::post(self, messages))
    }

    fn keep<'a>(&'a self, keep: &'a Keep) -> BoxFuture<'a, Result<Kept, StoreError>> {
        ready!(self, Store::keep(self, keep))
    }

    fn kept<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Vec<Keep>, StoreError>> {
        ready!(self, Store::kept(self, look))
    }
}

pub fn read(input: Json) -> Input {
    serde_json::from_value(input).unwrap()
}

pub fn anna() -> Actor {
    Actor::new("anna", "manager")
}

pub fn olga() -> Actor {
    Actor::new("olga", "head")
}

/// A sale with something of everything: facts, a timer, a command, effects in two lanes, rights.
pub fn sale() -> Scenario {
    sale_of(1)
}

pub fn sale_of(version: u32) -> Scenario {
    let text = json!({
        "id": "sale",
        "version": version,
        "fields": { "amount": { "type": "money", "currency": "RUB" }, "item": { "type": "text" } },
        "facts": { "paid": { "type": "decimal", "fresh": "1 hour" }, "credit": { "type": "bool" },
                   "stock": { "type": "decimal", "by": ["item"] } },
        "rights": { "switch": "head", "edit": "head", "correct": "head", "erase": "head" },
        "stages": [
            { "id": "request", "leave": { "need": ["amount"] }, "commands": [{ "id": "reserve" }],
              "triggers": [
                { "id": "remind", "on": { "after": "1 hour" }, "do": { "notify": { "role": "manager", "text": "Call" } } },
                { "id": "mail", "on": { "message": "mail" }, "repeat": true,
                  "do": { "effect": { "kind": "mail", "lane": "post" } } },
                { "id": "print", "on": { "message": "print" }, "repeat": true,
                  "do": { "effect": { "kind": "print", "lane": "paper" } } },
                { "id": "sorry", "on": { "given_up": "mail" }, "do": { "set": { "field": "item", "to": "'no mail'" } } }
              ] },
            { "id": "invoice", "enter": { "need": [{ "id": "paid", "that": "facts.paid >= 100" }] } },
            { "id": "shipment", "enter": { "need": [{ "that": "facts.stock[fields.item] > 0" }, { "that": "facts.credit" }] } },
            { "id": "won", "outcome": "won" },
            { "id": "lost", "outcome": "lost" }
        ],
        "reasons": { "price": { "title": "Too dear" } },
        "moves": [{ "from": "request", "to": "invoice" }, { "from": "request", "to": "shipment" },
                  { "from": "invoice", "to": "shipment" }, { "from": "shipment", "to": "won" },
                  { "from": "request", "to": "lost" }]
    });
    Scenario::from_json(&text.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// A setup in which nothing is left to chance and waiting is short.
pub fn setup() -> Setup {
    Setup::new("host-1")
        .chance(Never)
        .retries(3)
        .fact_limit(Some(Duration::from_secs(20)))
        .handler_limit(Duration::from_secs(20))
}

pub struct World {
    pub store: Faulty,
    pub clock: Hands,
    pub runtime: Runtime<Faulty>,
}

impl World {
    pub fn of(setup: Setup) -> Self {
        let (store, clock) = (Faulty::default(), Hands::new());
        let runtime = Runtime::new(store.clone(), clock.clone(), setup);
        runtime.publish(sale(), &olga(), "the first").unwrap();
        Self { store, clock, runtime }
    }

    /// With the case `c1` open, at revision 1.
    pub fn opened(setup: Setup) -> Self {
        let world = Self::of(setup);
        world.open("c1");
        world
    }

    pub fn new() -> Self {
        Self::opened(setup())
    }

    pub fn open(&self, case: &str) -> Done {
        let opening = Opening { responsible: Some("anna".to_owned()), ..Opening::default() };
        self.runtime.open("sale", case, opening, format!("open-{case}"), anna()).unwrap()
    }

    pub fn ask(&self, id: &str, input: Json) -> Request {
        Request::new("c1", read(input), id, anna())
    }

    pub fn step(&self, id: &str, input: Json) -> Result<Done, StepError> {
        self.runtime.step(self.ask(id, input))
    }

    /// The revision of a case.
    pub fn revision(&self, case: &str) -> u64 {
        let found = Store::load(&self.store.inner, &[Wanted::case(case)]).unwrap().found;
        found[0].case.as_ref().map_or(0, |case| case.revision)
    }

    /// Another host's runtime on the same store.
    pub fn other(&self) -> Runtime<MemoryStore> {
        other(&self.store.inner, &self.clock)
    }
}

pub fn other(store: &MemoryStore, clock: &Hands) -> Runtime<MemoryStore> {
    Runtime::new(store.clone(), clock.clone(), Setup::new("host-2").chance(Never))
}

/// A fault: somebody else's host steps the case first.
pub fn meanwhile(clock: &Hands, id: &str, input: Json) -> Fault {
    let (clock, id, input) = (clock.clone(), id.to_owned(), read(input));
    Fault::First(Box::new(move |store| {
        other(store, &clock).step(Request::new("c1", input, id, olga())).unwrap();
    }))
}

pub fn note(text: &str) -> Json {
    json!({ "note": { "text": text } })
}

/// The code of a refusal.
pub fn code(answer: Result<Done, StepError>) -> String {
    match answer {
        Err(StepError::Refused { rejection, .. }) => rejection.code().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}
