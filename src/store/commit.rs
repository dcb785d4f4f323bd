//! One step as plain data: what a store writes as one, and what it gives back (S1).

use super::{Settle, StoreError, Switched};
use crate::case::{Entry, Recorded};
use crate::{Case, Moment};
use serde::{Deserialize, Serialize};

/// Everything that one accepted input writes: all or none (S1).
///
/// Made by [`super::commit_of`] from the case before and the step's outcome. A store applies it; it never
/// needs to understand it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// The revision on which it stands: the case's stored revision must be just this (S2); 0 opens a case.
    pub before: u64,
    /// The case as it is now.
    pub case: CaseRow,
    /// The journal's new entry; it carries the input's id, and is the input's answer (S3).
    pub entry: EntryRow,
    /// Timers armed (or armed for another moment), and by id those cancelled or fired.
    pub timers: Changes<TimerRow>,
    /// Open activities planned or changed, and by id those that are open no more.
    pub activities: Changes<ActivityRow>,
    /// Fields set, and by name those emptied.
    pub fields: Changes<FieldRow>,
    /// Keys by which the case is found from now on, and those by which it is not found any more.
    pub keys: Vec<KeyRow>,
    /// Keys by which the case is found no more.
    pub lost_keys: Vec<KeyRow>,
    /// What the host must do, in order (S5).
    pub effects: Vec<EffectRow>,
    /// Intake counters, such as whose turn it is (I3).
    pub counters: Vec<CounterChange>,
    /// What this step settles of what was leased: an effect given up, an inbox row done.
    pub settles: Vec<Settle>,
    /// Where the input erases (S12): the earlier bytes anew.
    pub erasure: Option<Box<Erasure>>,
}

/// Rows put (new or replaced by id), and the ids of rows that are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes<T> {
    /// New ones and changed ones.
    pub put: Vec<T>,
    /// Ids (of fields: names) of those that are there no more.
    pub gone: Vec<String>,
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { put: Vec::new(), gone: Vec::new() }
    }
}

impl<T> Changes<T> {
    /// Whether nothing changes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.put.is_empty() && self.gone.is_empty()
    }
}

/// A sum of money in a column: whole ten-thousandths of a currency.
///
/// The exact decimal stands in the case; a column holds what is summed and compared, rounded half away from
/// zero to four places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Ten-thousandths: 1,250.00 is 12,500,000.
    pub ten_thousandths: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A case as it is stored: its bytes, and beside them what is queried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The case's id.
    pub id: String,
    /// Its revision: the number of its last entry.
    pub revision: u64,
    /// The scenario's id.
    pub scenario: String,
    /// The scenario's version.
    pub version: u32,
    /// What the scenario is drawn over: `funnel`, `process`, `document`.
    pub kind: String,
    /// The stage on which it stands.
    pub stage: String,
    /// The stage's place in the funnel's order.
    pub stage_order: u32,
    /// Since when it stands there.
    pub stage_from: Moment,
    /// A title for lists.
    pub title: Option<String>,
    /// The channel (I4).
    pub channel: Option<String>,
    /// Whose it is (A10).
    pub responsible: Option<String>,
    /// Their team.
    pub team: Option<String>,
    /// Who opened it.
    pub author: String,
    /// The case that started it, where it is a child (P2).
    pub parent: Option<String>,
    /// When it was opened.
    pub opened_at: Moment,
    /// When its last entry was recorded.
    pub last_at: Moment,
    /// From when it is at least yellow, if nothing changes (A5); none: never, or closed.
    pub yellow_from: Option<Moment>,
    /// From when it is red (A5).
    pub red_from: Option<Moment>,
    /// The field that the scenario names its `value`.
    pub amount: Option<Amount>,
    /// When it was closed; none while it is open.
    pub closed_at: Option<Moment>,
    /// How: `won`, `lost`, `void`, `result`.
    pub outcome: Option<String>,
    /// The reason's id.
    pub reason: Option<String>,
    /// The stage of the last visit before closing (F2).
    pub closed_from: Option<String>,
    /// Whether its personal texts were erased (S12).
    pub erased: bool,
    /// The case's bytes: JSON of [`Case`].
    pub text: String,
}

/// An entry as it is stored (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    /// The case.
    pub case: String,
    /// Its number in the case, from 1 without holes.
    pub number: u64,
    /// The moment of recording.
    pub at: Moment,
    /// The input's id, unique in the store (S3).
    pub input_id: String,
    /// The input's name: `move`, `facts`, …
    pub input: String,
    /// Whose input it was.
    pub actor: String,
    /// The entry's bytes: JSON of [`Entry`].
    pub text: String,
}

/// A timer that is armed (T11, S6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerRow {
    /// Its id, which is also the id of the input that reports it.
    pub id: String,
    /// The case.
    pub case: String,
    /// When it falls due.
    pub at: Moment,
    /// The scenario, for the trigger's switch.
    pub scenario: String,
    /// The trigger whose timer it is; none for one that no switch stops.
    pub trigger: Option<String>,
    /// Whether the trigger is on where nobody switched it (T7).
    pub enabled: bool,
}

/// An open activity (A1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityRow {
    /// Its id.
    pub id: String,
    /// The case.
    pub case: String,
    /// Its kind.
    pub kind: String,
    /// Its title, in the first language that it has.
    pub title: String,
    /// Whose it is: its assignee, else where no role is named the case's responsible (A1).
    pub owner: Option<String>,
    /// The role whose it is, where nobody has it.
    pub role: Option<String>,
    /// Overdue from this moment on.
    pub due: Option<Moment>,
    /// Due today from this moment on.
    pub yellow_from: Option<Moment>,
    /// Whether the stage cannot be left forward without it.
    pub mandatory: bool,
    /// When it was planned.
    pub planned_at: Moment,
    /// Its bytes: JSON of [`crate::case::Activity`].
    pub text: String,
}

/// The type of a field in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Text, choice, reference, file.
    Text,
    /// Number or decimal.
    Number,
    /// Money.
    Money,
    /// Date or moment.
    Moment,
    /// Yes or no: the text is `true` or `false`.
    Bool,
}

impl FieldKind {
    /// Its name in a column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Money => "money",
            Self::Moment => "moment",
            Self::Bool => "bool",
        }
    }
}

/// A field's value in a row of its own, for finding and for joins; lists stand in the case only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRow {
    /// The case.
    pub case: String,
    /// The field.
    pub field: String,
    /// Its type.
    pub kind: FieldKind,
    /// Its value as text, exact: `1250.00`, `2026-03-02`.
    pub text: String,
    /// A money field's value as a sum.
    pub amount: Option<Amount>,
    /// A date's or moment's value; of a date its first instant in UTC.
    pub moment: Option<Moment>,
    /// Whether cases are found by it ([`super::Find::Field`]).
    pub find: bool,
}

/// What sort of key a case is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A telephone number, an address: of a party, or of an interaction.
    Contact,
    /// The host's reference of a party.
    Party,
    /// An id that the case has elsewhere.
    External,
    /// A document of the host: `invoice/17`.
    Document,
    /// Another case with which it is linked.
    Link,
}

impl KeyKind {
    /// Its name in a column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Party => "party",
            Self::External => "external",
            Self::Document => "document",
            Self::Link => "link",
        }
    }
}

/// A key by which a case is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyRow {
    /// The case.
    pub case: String,
    /// What sort of key.
    pub kind: KeyKind,
    /// The key.
    pub key: String,
}

/// An effect to be handed out (S5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectRow {
    /// Its id, which makes doing it twice harmless.
    pub id: String,
    /// The case.
    pub case: String,
    /// The entry that made it.
    pub entry: u64,
    /// Its place among the entry's effects, from 0.
    pub nth: u32,
    /// The lane in which its order holds, within the case.
    pub lane: String,
    /// What sort of act it is: `notify`, `command`, …
    pub kind: String,
    /// Its bytes: JSON of [`crate::case::Effect`].
    pub text: String,
}

/// A counter of intake, changed only from the value that was read (I3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterChange {
    /// Its name.
    pub name: String,
    /// The value that was read; 0 where it was not there. Another value now is a conflict.
    pub from: i64,
    /// The value from now on.
    pub to: i64,
}

/// The earlier bytes of a case anew, without what was erased (S12).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Erasure {
    /// Each earlier entry, in order; replaces the bytes of the same number.
    pub entries: Vec<EntryRow>,
    /// Effects that have not been acknowledged; replaces the bytes of the same id.
    pub effects: Vec<EffectRow>,
}

/// What came of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// It is written, as one.
    Done,
    /// The case's revision is another one; nothing was written (S2).
    Conflict {
        /// The stored revision; 0 where there is no such case.
        revision: u64,
    },
    /// The input's id is known; nothing was written. Its answer is this entry (S3).
    Repeated(Box<EntryText>),
    /// A counter had another value; nothing was written.
    Counter {
        /// Its name.
        name: String,
        /// Its value.
        value: i64,
    },
}

/// What is asked of [`super::Store::load`] for one input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The case.
    pub case: String,
    /// The input's id, whose first answer is wanted if there is one (S3).
    pub input_id: Option<String>,
}

impl Wanted {
    /// The case alone.
    pub fn case(case: impl Into<String>) -> Self {
        Self { case: case.into(), input_id: None }
    }
}

/// What was loaded, in the order of what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loading {
    /// The store's own clock, where it has one that many hosts share (S10).
    pub clock: Option<Moment>,
    /// What was found.
    pub found: Vec<Loaded>,
}

/// What a step needs of one case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The case; none where there is no such case.
    pub case: Option<CaseText>,
    /// The entry of the input's id, whichever case it is of (S3).
    pub answer: Option<EntryText>,
    /// All switches of the case's scenario (T7); without a case none.
    pub switches: Vec<Switched>,
}

/// The bytes of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseText {
    /// The case.
    pub id: String,
    /// Its revision, as the column has it.
    pub revision: u64,
    /// Its bytes.
    pub text: String,
}

impl CaseText {
    /// The case.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the bytes are no case, or another one than the columns say.
    pub fn read(&self) -> Result<Case, StoreError> {
        let what = || format!("case {}", self.id);
        let case: Case =
            serde_json::from_str(&self.text).map_err(|error| StoreError::damaged(what(), error))?;
        if case.id != self.id || case.revision != self.revision {
            let why = format!(
                "its bytes are of case {} at revision {}, its row says revision {}",
                case.id, case.revision, self.revision
            );
            return Err(StoreError::damaged(what(), why));
        }
        Ok(case)
    }
}

/// The bytes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryText {
    /// The case.
    pub case: String,
    /// The entry's number.
    pub number: u64,
    /// Its bytes.
    pub text: String,
}

impl EntryText {
    /// The entry, or where a newer engine wrote it its bytes (C11).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the bytes are no entry, or another one than the columns say.
    pub fn recorded(&self) -> Result<Recorded, StoreError> {
        let what = || format!("entry {} of case {}", self.number, self.case);
        let read = Recorded::read(&self.text).map_err(|error| StoreError::damaged(what(), error))?;
        let (case, number) = match &read {
            Recorded::Known(entry) => (&entry.case, entry.number),
            Recorded::Newer { case, number, .. } => (case, *number),
        };
        if *case != self.case || number != self.number {
            let why = format!("its bytes are of entry {number} of case {case}");
            return Err(StoreError::damaged(what(), why));
        }
        Ok(read)
    }

    /// The entry.
    ///
    /// # Errors
    /// As [`EntryText::recorded`], and where a newer engine wrote it.
    pub fn read(&self) -> Result<Entry, StoreError> {
        match self.recorded()? {
            Recorded::Known(entry) => Ok(*entry),
            Recorded::Newer { why, .. } => Err(StoreError::damaged(
                format!("entry {} of case {}", self.number, self.case),
                format!("C11: written by a newer engine: {why}"),
            )),
        }
    }
}

impl Commit {
    /// Refuses what no store could keep the same way: U+0000 in a text that becomes a column (S11).
    ///
    /// Each store asks this before it writes, so that all refuse the same.
    ///
    /// # Errors
    /// [`StoreError::Unfit`], naming the value.
    pub fn check(&self) -> Result<(), StoreError> {
        let case = &self.case;
        let fixed = [
            ("the case's id", Some(&case.id)),
            ("the title", case.title.as_ref()),
            ("the channel", case.channel.as_ref()),
            ("the responsible", case.responsible.as_ref()),
            ("the team", case.team.as_ref()),
            ("the author", Some(&case.author)),
            ("the case's bytes", Some(&case.text)),
            ("the input's id", Some(&self.entry.input_id)),
            ("the actor", Some(&self.entry.actor)),
            ("the entry's bytes", Some(&self.entry.text)),
        ];
        let rows = (self.keys.iter().map(|it| ("a key", &it.key)))
            .chain(self.fields.put.iter().map(|it| ("a field", &it.text)))
            .chain(self.activities.put.iter().map(|it| ("an activity's title", &it.title)))
            .chain(self.effects.iter().map(|it| ("an effect", &it.text)));
        let fixed = fixed.into_iter().filter_map(|(what, text)| Some((what, text?)));
        let bad = fixed.chain(rows).find(|(_, text)| text.contains('\0'));
        match bad {
            None => Ok(()),
            Some((what, _)) => Err(StoreError::Unfit {
                what: format!("{what} of case {:?}", case.id),
                why: "S11: it contains U+0000".to_owned(),
            }),
        }
    }
}
