//! The tables, what their rows hold, and how errors of redb are told apart.

use redb::{Key, ReadTransaction, ReadableTable, TableDefinition, Value, WriteTransaction};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::io::ErrorKind;
use voronka::Moment;
use voronka::store::{LeaseRequest, StoreError};

pub type Table<K, V> = TableDefinition<'static, K, V>;
/// A row as JSON.
pub type Json = &'static str;
type Text = &'static str;

/// By case: `CaseRow`.
pub const CASES: Table<Text, Json> = Table::new("cases");
/// By case and number: `EntryRow`.
pub const ENTRIES: Table<(Text, u64), Json> = Table::new("entries");
/// By input id: the entry that answered it.
pub const INPUTS: Table<Text, (Text, u64)> = Table::new("inputs");
/// By position in the store: the entry.
pub const CHANGES: Table<u64, (Text, u64)> = Table::new("changes");
/// Cases by order (see [`super::lists`]) and moment.
pub const PLACES: Table<(u8, i64, Text), ()> = Table::new("places");
/// By case and id: `ActivityRow`.
pub const ACTIVITIES: Table<(Text, Text), Json> = Table::new("activities");
/// Activities by due moment, id and case.
pub const AGENDA: Table<(i64, Text, Text), ()> = Table::new("agenda");
/// By case and name: `FieldRow`.
pub const FIELDS: Table<(Text, Text), Json> = Table::new("fields");
/// Cases by field and text, of fields that are found by.
pub const FOUND_BY: Table<(Text, Text, Text), ()> = Table::new("found_by");
/// Cases by kind and key; also which cases an inbox row is for.
pub const KEYS: Table<(Text, Text, Text), ()> = Table::new("keys");
pub const COUNTERS: Table<Text, i64> = Table::new("counters");
/// By id: `Timer`.
pub const TIMERS: Table<Text, Json> = Table::new("timers");
/// Timers by moment.
pub const TIMERS_AT: Table<(i64, Text), ()> = Table::new("timers_at");
/// By case, lane, entry and place, which is their order: `Effect`.
pub const EFFECTS: Table<(Text, Text, u64, u32), Json> = Table::new("effects");
/// By id: the key in `EFFECTS`.
pub const EFFECT_IDS: Table<Text, (Text, Text, u64, u32)> = Table::new("effect_ids");
/// Ids of effects that were given up.
pub const STOPPED: Table<Text, ()> = Table::new("stopped");
/// Rows that wait, by their place in the queue: `Item`.
pub const INBOX: Table<u64, Json> = Table::new("inbox");
/// Rows that were refused, by id: `Item`.
pub const REFUSED: Table<Text, Json> = Table::new("refused");
/// Every id that was ever posted: the digest of what it stood for, and its place while it waits (else 0).
pub const POSTED: Table<Text, (&'static [u8], u64)> = Table::new("posted");
pub const VERSIONS: Table<(Text, u32), Json> = Table::new("versions");
pub const DRAFTS: Table<Text, Json> = Table::new("drafts");
/// From which scenario and version to which version of which.
pub const MAPPINGS: Table<(Text, u32, u32, Text), Json> = Table::new("mappings");
pub const SWITCHES: Table<(Text, Text), Json> = Table::new("switches");
/// By scenario, version, stage, rule and role: how many times.
pub const REFUSALS: Table<(Text, u32, Text, Text, Text), u64> = Table::new("refusals");

/// Creates what is not there yet, since a transaction that reads cannot.
pub fn create(tx: &WriteTransaction) -> Result<(), Fault> {
    macro_rules! create { ($($table:ident)*) => { $( tx.open_table($table)?; )* } }
    create! { CASES ENTRIES INPUTS CHANGES PLACES ACTIVITIES AGENDA FIELDS FOUND_BY KEYS COUNTERS TIMERS TIMERS_AT
    EFFECTS EFFECT_IDS STOPPED INBOX REFUSED POSTED VERSIONS DRAFTS MAPPINGS SWITCHES REFUSALS }
    Ok(())
}

/// A transaction that can be read: one that only reads, or one that writes too.
///
/// One that writes has each table open once at a time, so nobody calls another with a table in hand that the other opens.
pub trait Read {
    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        table: Table<K, V>,
    ) -> Result<impl ReadableTable<K, V>, Fault>;
}

impl Read for ReadTransaction {
    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        table: Table<K, V>,
    ) -> Result<impl ReadableTable<K, V>, Fault> {
        Ok(self.open_table(table)?)
    }
}

impl Read for WriteTransaction {
    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        table: Table<K, V>,
    ) -> Result<impl ReadableTable<K, V>, Fault> {
        Ok(self.open_table(table)?)
    }
}

/// The row of a key.
pub fn row<'k, K: Key + 'static, T: DeserializeOwned>(
    table: &impl ReadableTable<K, Json>,
    key: impl Borrow<K::SelfType<'k>>,
) -> Result<Option<T>, Fault> {
    table.get(key)?.map(|it| parsed(it.value())).transpose()
}

pub fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let damaged = |error: serde_json::Error| StoreError::Damaged {
        what: format!("a row ({})", std::any::type_name::<T>()),
        why: error.to_string(),
    };
    Ok(serde_json::from_str(text).map_err(damaged)?)
}

pub fn json(row: &impl Serialize) -> Result<String, Fault> {
    Ok(serde_json::to_string(row).map_err(|error| StoreError::Failed { why: error.to_string() })?)
}

/// The text that comes next after one, so that `text..next(text)` is that text alone in the first place of a key.
pub fn next(text: &str) -> String {
    format!("{text}\0")
}

/// Whose something is that can be handed out, and until when (S5, S6, S8).
#[derive(Serialize, Deserialize)]
pub struct Held {
    /// Leased until then, or put off; free from then on.
    pub until: i64,
    /// Who leases it; none where it is put off.
    pub by: Option<String>,
    pub attempts: u32,
    pub error: String,
}

impl Held {
    pub const fn free() -> Self {
        Self { until: i64::MIN, by: None, attempts: 0, error: String::new() }
    }

    pub fn is_free(&self, now: Moment) -> bool {
        self.until <= now.millis()
    }

    pub fn is_of(&self, host: &str) -> bool {
        self.by.as_deref() == Some(host)
    }

    pub fn take(&mut self, request: &LeaseRequest) {
        (self.until, self.by) = (request.until.millis(), Some(request.by.clone()));
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Nobody's until a moment: a late word of the host that had it holds no more.
    pub fn put_off(&mut self, at: Moment, error: &str) {
        (self.until, self.by, self.error) = (at.millis(), None, error.to_owned());
    }
}

/// What goes wrong inside; a `StoreError` at the edge.
pub struct Fault(pub StoreError);

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<redb::CommitError> for Fault {
    /// A commit that fails half way may be there or not: the caller finds out by the input's id.
    fn from(error: redb::CommitError) -> Self {
        Self(StoreError::Unreachable { why: error.to_string() })
    }
}

macro_rules! faults {
    ($($error:ident)*) => { $(
        impl From<redb::$error> for Fault {
            fn from(error: redb::$error) -> Self {
                Self(told(error.into()))
            }
        }
    )* };
}

faults! { DatabaseError TransactionError TableError StorageError }

fn told(error: redb::Error) -> StoreError {
    let why = error.to_string();
    match error {
        redb::Error::DatabaseAlreadyOpen | redb::Error::WouldBlock => StoreError::Busy { why },
        redb::Error::Io(io)
            if matches!(io.kind(), ErrorKind::StorageFull | ErrorKind::ReadOnlyFilesystem) =>
        {
            StoreError::Full { why }
        }
        // Whoever opens the file again can go on.
        redb::Error::Io(_) | redb::Error::PreviousIo | redb::Error::DatabaseClosed => {
            StoreError::Unreachable { why }
        }
        redb::Error::Corrupted(_) => StoreError::Damaged { what: "the file".to_owned(), why },
        _ => StoreError::Failed { why },
    }
}
