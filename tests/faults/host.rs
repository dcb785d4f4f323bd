//! One face over sync and async hosts and over all stores; a scenario with timers and effects; seeded chance.

use crate::postgres::{Whole, server};
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use voronka::runtime::{
    AsyncClock, AsyncEffectHandler, AsyncRuntime, Clock, Delivered, Delivery, Done, EffectHandler, Fired,
    Handled, Received, Request, Runtime, Setup, StepError, SystemClock,
};
use voronka::store::sql::{PostgresStore, Rusqlite, SqliteStore};
use voronka::store::{
    AsyncQuery, AsyncStore, BoxFuture, Checked, Loading, Message, Posted, Query, RefusedItem, Store,
    StoreError, Wanted, check, check_async,
};
use voronka::{Actor, Case, Input, Moment, Opening, Scenario, case::Recorded};

/// The machine's clock, set wrong by so many milliseconds.
#[derive(Clone, Default)]
pub struct Watch(pub Arc<AtomicI64>);

impl Watch {
    pub fn wrong_by(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }

    pub fn read(&self) -> Moment {
        SystemClock::now().plus_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for Watch {
    fn now(&self) -> Moment {
        self.read()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

impl AsyncClock for Watch {
    fn now(&self) -> Moment {
        self.read()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// What a handler does with an effect; none: it never comes back.
pub type Act = Arc<dyn Fn(&Delivery) -> Option<Handled> + Send + Sync>;

/// The same as an async handler.
struct Awaited(Act);

impl AsyncEffectHandler for Awaited {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Handled> {
        Box::pin(async move {
            match (self.0)(delivery) {
                Some(handled) => handled,
                None => std::future::pending().await,
            }
        })
    }
}

/// A host of either kind.
pub trait Host: Send + Sync {
    fn step(&self, request: Request) -> Result<Done, StepError>;
    fn bulk(&self, requests: Vec<Request>) -> Vec<Result<Done, StepError>>;
    fn fire(&self) -> Result<Fired, StoreError>;
    fn receive(&self) -> Result<Received, StoreError>;
    fn deliver(&self, act: &Act) -> Result<Delivered, StoreError>;
    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError>;
    fn journal(&self, case: &str) -> Result<Vec<Recorded>, StoreError>;
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError>;
    fn check(&self) -> Result<Checked, StoreError>;
    fn refused(&self) -> Result<Vec<RefusedItem>, StoreError>;
    fn publish(&self);
}

const MOST: u32 = 1_000_000;

struct OnThreads(Runtime<SqliteStore<Rusqlite>>);

impl Host for OnThreads {
    fn step(&self, request: Request) -> Result<Done, StepError> {
        self.0.step(request)
    }
    fn bulk(&self, requests: Vec<Request>) -> Vec<Result<Done, StepError>> {
        self.0.bulk(requests, |_| ())
    }
    fn fire(&self) -> Result<Fired, StoreError> {
        self.0.fire()
    }
    fn receive(&self) -> Result<Received, StoreError> {
        self.0.receive()
    }
    fn deliver(&self, act: &Act) -> Result<Delivered, StoreError> {
        let act = act.clone();
        let handler: Arc<dyn EffectHandler> = Arc::new(move |delivery: &Delivery| match act(delivery) {
            Some(handled) => handled,
            None => loop {
                std::thread::park();
            },
        });
        self.0.deliver(&handler)
    }
    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        self.0.post(messages)
    }
    fn journal(&self, case: &str) -> Result<Vec<Recorded>, StoreError> {
        self.0.journal(case, 1, MOST)
    }
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
        self.0.store().load(wanted)
    }
    fn check(&self) -> Result<Checked, StoreError> {
        check(self.0.store(), 100, &mut |_, _| ())
    }
    fn refused(&self) -> Result<Vec<RefusedItem>, StoreError> {
        self.0.store().refused("", 100).map(|page| page.rows)
    }
    fn publish(&self) {
        self.0.publish(sale(), &anna(), "the first").unwrap();
    }
}

struct OnTasks(AsyncRuntime<Arc<dyn Whole>>);

impl Host for OnTasks {
    fn step(&self, request: Request) -> Result<Done, StepError> {
        tokio().block_on(self.0.step(request))
    }
    fn bulk(&self, requests: Vec<Request>) -> Vec<Result<Done, StepError>> {
        tokio().block_on(self.0.bulk(requests, |_| ()))
    }
    fn fire(&self) -> Result<Fired, StoreError> {
        tokio().block_on(self.0.fire())
    }
    fn receive(&self) -> Result<Received, StoreError> {
        tokio().block_on(self.0.receive())
    }
    fn deliver(&self, act: &Act) -> Result<Delivered, StoreError> {
        tokio().block_on(self.0.deliver(&Awaited(act.clone())))
    }
    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        tokio().block_on(self.0.post(messages))
    }
    fn journal(&self, case: &str) -> Result<Vec<Recorded>, StoreError> {
        tokio().block_on(self.0.journal(case, 1, MOST))
    }
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
        tokio().block_on(self.0.store().load(wanted))
    }
    fn check(&self) -> Result<Checked, StoreError> {
        tokio().block_on(check_async(self.0.store(), 100, &mut |_, _| ()))
    }
    fn refused(&self) -> Result<Vec<RefusedItem>, StoreError> {
        tokio().block_on(self.0.store().refused("", 100)).map(|page| page.rows)
    }
    fn publish(&self) {
        tokio().block_on(self.0.publish(sale(), &anna(), "the first")).unwrap();
    }
}

/// What async hosts run on here.
pub fn tokio() -> &'static tokio::runtime::Runtime {
    static TOKIO: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    TOKIO.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    })
}

/// A host by a driver (`sqlite`, `tokio-postgres`, `sqlx`) on a database that has the schema.
pub fn open(driver: &str, address: &str, setup: Setup, watch: &Watch) -> Box<dyn Host> {
    let _within = tokio().enter();
    let store: Arc<dyn Whole> = match driver {
        "sqlite" => {
            let store = SqliteStore::open_or_create(address).unwrap();
            return Box::new(OnThreads(Runtime::new(store, watch.clone(), setup)));
        }
        "tokio-postgres" => Arc::new(PostgresStore::connect(address, 4).unwrap()),
        #[cfg(feature = "sqlx")]
        "sqlx" => Arc::new(PostgresStore::connect_sqlx(address, 4).unwrap()),
        other => panic!("no such driver: {other}"),
    };
    Box::new(OnTasks(AsyncRuntime::new(store, watch.clone(), setup)))
}

/// The drivers for PostgreSQL that are built in.
pub const POSTGRES: &[&str] = &[
    "tokio-postgres",
    #[cfg(feature = "sqlx")]
    "sqlx",
];

/// A database of a test's own, with the scenario published.
pub struct Place {
    /// By turns; one where there is only one.
    pub drivers: &'static [&'static str],
    pub address: String,
    kept: Kept,
}

enum Kept {
    File(#[allow(dead_code, reason = "it goes with this")] tempfile::TempDir),
    Database(server::Fresh),
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("sales.db").to_str().unwrap().to_owned();
        let place = Self { drivers: &["sqlite"], address, kept: Kept::File(folder) };
        place.host(0, setup("publisher")).publish();
        place
    }

    /// None, and loudly so, where there is no PostgreSQL.
    pub fn postgres() -> Option<Self> {
        let db = tokio().block_on(server::fresh())?;
        let place = Self { drivers: POSTGRES, address: db.address.clone(), kept: Kept::Database(db) };
        place.host(0, setup("publisher")).publish();
        Some(place)
    }

    /// One of each kind.
    pub fn all() -> Vec<Self> {
        [Some(Self::sqlite()), Self::postgres()].into_iter().flatten().collect()
    }

    pub fn driver(&self, nth: usize) -> &'static str {
        self.drivers[nth % self.drivers.len()]
    }

    /// A host, by the drivers in turn.
    pub fn host(&self, nth: usize, setup: Setup) -> Box<dyn Host> {
        open(self.driver(nth), &self.address, setup, &Watch::default())
    }

    /// Runs a statement as another program would; `~inbox` is a table's name in either dialect.
    pub fn sql(&self, sql: &str) {
        match &self.kept {
            Kept::File(_) => {
                let sql = sql.replace('~', "voronka_");
                rusqlite::Connection::open(&self.address).unwrap().execute_batch(&sql).unwrap();
            }
            Kept::Database(db) => tokio().block_on(async {
                let client = crate::postgres::client(db).await;
                client.batch_execute(&sql.replace('~', "voronka.")).await.unwrap();
            }),
        }
    }

    /// Waits until the server is done with what processes that are gone had asked of it.
    pub fn quiet(&self) {
        let busy = "SELECT count(*) FROM pg_stat_activity \
                    WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()";
        while matches!(self.kept, Kept::Database(_)) && self.number(busy) > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The number that a query gives.
    pub fn number(&self, sql: &str) -> i64 {
        match &self.kept {
            Kept::File(_) => {
                let conn = rusqlite::Connection::open(&self.address).unwrap();
                conn.query_row(&sql.replace('~', "voronka_"), [], |row| row.get(0)).unwrap()
            }
            Kept::Database(db) => tokio().block_on(async {
                let client = crate::postgres::client(db).await;
                client.query_one(&sql.replace('~', "voronka."), &[]).await.unwrap().get(0)
            }),
        }
    }
}

pub fn anna() -> Actor {
    Actor::new("anna", "manager")
}

/// A timer, and effects in three lanes.
fn sale() -> Scenario {
    let text = json!({
        "id": "sale",
        "fields": { "amount": { "type": "money", "currency": "RUB" } },
        "stages": [
            { "id": "request", "leave": { "need": ["amount"] }, "triggers": [
                { "id": "remind", "on": { "after": "1 hour" }, "do": { "effect": { "kind": "bell" } } },
                { "id": "mail", "on": { "message": "mail" }, "repeat": true, "do": { "effect": { "kind": "mail" } } },
                { "id": "print", "on": { "message": "print" }, "repeat": true, "do": { "effect": { "kind": "print" } } }
            ] },
            { "id": "won", "outcome": "won" }
        ]
    });
    Scenario::from_json(&text.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// A host whose leases end soon, and who gives nothing up.
pub fn setup(by: &str) -> Setup {
    let (short, long) = (Duration::from_millis(1), Duration::from_millis(20));
    Setup::new(by)
        .lease(Duration::from_secs(2))
        .handler_limit(Duration::from_secs(1))
        .attempts(100_000)
        .retry_wait(short, long)
}

/// Two hours ago, so that what is due after an hour is due.
pub fn long_ago() -> Moment {
    SystemClock::now().plus_millis(-2 * 3_600_000)
}

/// An input by its sort: `open`, `mail`, `print`, `note`, `move`.
pub fn request(sort: &str, case: &str, id: &str) -> Request {
    let input = match sort {
        "open" => return Request::open("sale", case, Opening::default(), id, anna()),
        "note" => json!({ "note": { "text": id } }),
        "move" => json!({ "move": { "to": "won" } }),
        name => json!({ "message": { "name": name } }),
    };
    Request::new(case, serde_json::from_value::<Input>(input).unwrap(), id, anna())
}

/// The case must be the fold of its journal, whose numbers follow each other; gives how many entries it has.
pub fn replays(host: &dyn Host, case: &str) -> Vec<Recorded> {
    let journal = host.journal(case).unwrap();
    let found = host.load(&[Wanted::case(case)]).unwrap().found;
    let kept = found[0].case.as_ref().unwrap();
    assert_eq!(kept.revision, journal.len() as u64, "{case}");
    assert_eq!(kept.read().unwrap(), Case::replay_recorded(&journal).unwrap(), "{case}");
    journal
}

pub fn whole(host: &dyn Host) {
    assert_eq!(host.check().unwrap().findings, []);
}

/// Chance by a seed, which is told.
pub struct Seeded(u64);

impl Seeded {
    pub fn new(test: &str) -> Self {
        let seed = std::env::var("VORONKA_FAULTS_SEED").ok().and_then(|it| it.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::try_from(SystemClock::now().millis()).unwrap());
        eprintln!("{test}: VORONKA_FAULTS_SEED={seed}");
        Self(seed)
    }

    /// The same each time.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below another.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}
