//! Where cases are kept: a SQLite file, or a PostgreSQL database.

use crate::output::Failed;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use voronka::Scenario;
use voronka::case::ScenarioRef;
use voronka::store::carry::Carry;
use voronka::store::sql::tokio_postgres::PostgresPool;
use voronka::store::sql::{PostgresStore, Rusqlite, SqliteStore};
use voronka::store::{Blocked, Keep, Look, Query, Store, StoreError, check};

/// All that the commands ask of a store.
pub trait Kept: Store + Query + Carry {}

impl<T: Store + Query + Carry> Kept for T {}

/// What a check found.
pub struct Checked {
    pub cases: u64,
    pub entries: u64,
    /// What, and what is wrong with it.
    pub findings: Vec<(String, String)>,
    pub more: bool,
}

/// A database by its address.
pub enum Place {
    Sqlite { store: SqliteStore<Rusqlite>, address: String },
    Postgres { store: Box<Blocked<PostgresStore<PostgresPool>>>, address: String },
}

/// What is said of an address in help texts.
pub const ADDRESS: &str = "The database: a SQLite file, or `postgres://user@host/database`";

/// A PostgreSQL address in either of the two forms that its own programs know; anything else is a file.
pub fn is_postgres(address: &str) -> bool {
    let words = || address.split_whitespace();
    address.starts_with("postgres://")
        || address.starts_with("postgresql://")
        || words()
            .any(|word| ["host=", "hostaddr=", "dbname=", "user="].iter().any(|key| word.starts_with(key)))
}

impl Place {
    /// A database whose schema is there and of the version that is known here.
    pub fn open(address: &str) -> Result<Self, Failed> {
        let place = Self::to_import(address)?;
        // What was not read in yet would be missed: effects, rows of the inbox, whole cases.
        if place.kept().is_importing().map_err(|error| place.failed(&error))? {
            let why = "an import into it came to no end; run `voronka db import` with the same export again";
            return Err(Failed::said(format!("{}: {why}", place.address())));
        }
        Ok(place)
    }

    /// The same, also where an import is under way.
    pub fn to_import(address: &str) -> Result<Self, Failed> {
        let place = Self::existing(address)?;
        place.ready().map_err(|error| place.failed(&error))?;
        Ok(place)
    }

    /// A database that is there, whatever its schema.
    pub fn existing(address: &str) -> Result<Self, Failed> {
        if is_postgres(address) {
            return Self::postgres(address);
        }
        if !Path::new(address).exists() {
            let why = format!("{address}: there is no such file; `voronka db init {address}` makes it");
            return Err(Failed::said(why));
        }
        Self::sqlite(address, Rusqlite::existing(address))
    }

    /// A database that is made if it is not there.
    pub fn made(address: &str) -> Result<Self, Failed> {
        if is_postgres(address) {
            Self::postgres(address)
        } else {
            Self::sqlite(address, Rusqlite::open(address))
        }
    }

    fn sqlite(address: &str, opened: Result<Rusqlite, StoreError>) -> Result<Self, Failed> {
        let db = opened.map_err(|error| Failed::said(format!("{address}: {error}")))?;
        Ok(Self::Sqlite { store: SqliteStore::new(db), address: address.to_owned() })
    }

    fn postgres(address: &str) -> Result<Self, Failed> {
        let shown = without_password(address);
        let store = PostgresStore::connect(address, 4).and_then(Blocked::new);
        let store = store.map_err(|error| Failed::said(format!("{shown}: {error}")))?;
        Ok(Self::Postgres { store: Box::new(store), address: shown })
    }

    /// The address as it may be shown.
    pub fn address(&self) -> &str {
        match self {
            Self::Sqlite { address, .. } | Self::Postgres { address, .. } => address,
        }
    }

    pub fn kept(&self) -> &dyn Kept {
        match self {
            Self::Sqlite { store, .. } => store,
            Self::Postgres { store, .. } => &**store,
        }
    }

    fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { store, .. } => store.ready(),
            Self::Postgres { store, .. } => store.wait(store.store().ready_async()),
        }
    }

    /// Brings the schema to the latest version, and gives the version that it had: 0 for none.
    pub fn migrate(&self) -> Result<u32, Failed> {
        let had = match self {
            Self::Sqlite { store, .. } => store.migrate(),
            Self::Postgres { store, .. } => store.wait(store.store().migrate_async()),
        };
        had.map_err(|error| self.failed(&error))
    }

    /// Everything that is wrong with it.
    pub fn check(&self, limit: u32, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Checked, Failed> {
        let failed = |error| self.failed(&error);
        let checked = check(&self.kept(), limit, progress).map_err(failed)?;
        let mut findings: Vec<(String, String)> =
            checked.findings.into_iter().map(|it| (it.what, it.why)).collect();
        let mut more = checked.more;
        if let Self::Sqlite { store, .. } = self {
            let left = limit.saturating_sub(u32::try_from(findings.len()).unwrap_or(u32::MAX));
            let orphans = store.orphans(left).map_err(failed)?;
            more |= left > 0 && orphans.len() >= left as usize;
            findings.extend(orphans.into_iter().map(|it| (it.what, it.why)));
        }
        Ok(Checked { cases: checked.cases, entries: checked.entries, findings, more })
    }

    /// What the store said, with the address before it.
    pub fn failed(&self, error: &StoreError) -> Failed {
        match error {
            StoreError::Unmigrated { found: 0, .. } => Failed::said(format!(
                "{0}: there are no tables of voronka in it; `voronka db init {0}` makes them",
                self.address()
            )),
            error => Failed::said(format!("{}: {error}", self.address())),
        }
    }
}

/// A password is nobody's business but the server's.
pub fn without_password(address: &str) -> String {
    if let Some((scheme, rest)) = address.split_once("://")
        && let Some((user, host)) = rest.rsplit_once('@')
        && let Some((name, _)) = user.split_once(':')
    {
        return format!("{scheme}://{name}@{host}");
    }
    let words = address.split(' ').filter(|word| !word.starts_with("password="));
    words.collect::<Vec<_>>().join(" ")
}

/// The published scenarios of a place, compiled once.
pub struct Published<'p> {
    place: &'p Place,
    known: RefCell<BTreeMap<ScenarioRef, Rc<Scenario>>>,
}

impl<'p> Published<'p> {
    pub fn new(place: &'p Place) -> Self {
        Self { place, known: RefCell::default() }
    }

    /// Just this version.
    pub fn exactly(&self, it: &ScenarioRef) -> Result<Rc<Scenario>, Failed> {
        if let Some(known) = self.known.borrow().get(it) {
            return Ok(Rc::clone(known));
        }
        let look = Look::Version { scenario: it.id.clone(), version: it.version, hash: it.hash.clone() };
        let missing = || {
            let why = format!("version {} of scenario {} ({}) is not published", it.version, it.id, it.hash);
            Failed::said(format!("{}: {why}", self.place.address()))
        };
        self.look(&look)?.ok_or_else(missing)
    }

    /// One version, or the latest.
    pub fn named(&self, scenario: &str, version: Option<u32>) -> Result<Option<Rc<Scenario>>, Failed> {
        let scenario = scenario.to_owned();
        match version {
            Some(version) => self.look(&Look::Version { scenario, version, hash: String::new() }),
            None => self.look(&Look::Latest { scenario }),
        }
    }

    /// The latest version of each scenario.
    pub fn latest(&self) -> Result<Vec<Rc<Scenario>>, Failed> {
        let kept = self.kept(&Look::Versions { scenario: None })?;
        let mut latest: BTreeMap<String, Keep> = BTreeMap::new();
        for keep in kept {
            if let Keep::Version(version) = &keep {
                // They come by number.
                latest.insert(version.scenario.id.clone(), keep);
            }
        }
        latest.values().filter_map(|keep| self.compiled(keep).transpose()).collect()
    }

    fn kept(&self, look: &Look) -> Result<Vec<Keep>, Failed> {
        self.place.kept().kept(look).map_err(|error| self.place.failed(&error))
    }

    fn look(&self, look: &Look) -> Result<Option<Rc<Scenario>>, Failed> {
        self.kept(look)?.first().map_or(Ok(None), |keep| self.compiled(keep))
    }

    fn compiled(&self, keep: &Keep) -> Result<Option<Rc<Scenario>>, Failed> {
        let Keep::Version(version) = keep else { return Ok(None) };
        if let Some(known) = self.known.borrow().get(&version.scenario) {
            return Ok(Some(Rc::clone(known)));
        }
        let scenario = Scenario::from_json(&version.text).map_err(|defects| {
            let first = defects.first().map(ToString::to_string).unwrap_or_default();
            let it = &version.scenario;
            let why = format!("version {} of scenario {} is damaged: {first}", it.version, it.id);
            Failed::said(format!("{}: {why}", self.place.address()))
        })?;
        let scenario = Rc::new(scenario);
        self.known.borrow_mut().insert(version.scenario.clone(), Rc::clone(&scenario));
        Ok(Some(scenario))
    }
}
