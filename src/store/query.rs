//! What lists ask of a store, in plain data; who may see what is decided before, by [`Sight`].

use super::{ActivityRow, CaseRow, EntryText, KeyKind};
use crate::Moment;
use crate::scenario::def::Color;
use serde::{Deserialize, Serialize};

/// Which rows the asking actor may see at all (G1, G2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// All of them.
    #[default]
    All,
    /// Those that one of the parts lets through; with no part, none.
    Parts(Vec<Seen>),
}

/// Cases of some scenarios, of all persons or of some.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// Of these scenarios.
    pub scenarios: Vec<String>,
    /// Only of these persons: whose responsible they are, whose author they are, or who have an open activity on
    /// it; none where persons do not matter.
    pub persons: Option<Vec<String>>,
    /// With `persons`: also cases of these teams.
    pub teams: Vec<String>,
}

/// Which light, at which moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LightFilter {
    /// Cases that have this colour at this moment.
    Is(Color, Moment),
    /// Green or yellow cases that turn red after the first moment and no later than the second.
    TurnsRed(Moment, Moment),
    /// Green cases that turn yellow after the first moment and no later than the second.
    TurnsYellow(Moment, Moment),
}

/// Which cases; what is silent lets all through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaseFilter {
    /// Which rows may be seen at all.
    pub sight: Sight,
    /// Open ones (`true`) or closed ones (`false`).
    pub open: Option<bool>,
    /// Of this scenario.
    pub scenario: Option<String>,
    /// On this stage; of closed ones, the stage from which they were closed.
    pub stage: Option<String>,
    /// Of this responsible.
    pub responsible: Option<String>,
    /// Of this team.
    pub team: Option<String>,
    /// By this channel.
    pub channel: Option<String>,
    /// With this light; implies open.
    pub light: Option<LightFilter>,
    /// With this outcome: `won`, `lost`, `void`, `result`; implies closed.
    pub outcome: Option<String>,
    /// For this reason; implies closed.
    pub reason: Option<String>,
    /// Closed at or after this moment; implies closed.
    pub closed_from: Option<Moment>,
    /// Closed before this moment; implies closed.
    pub closed_to: Option<Moment>,
    /// Children of this case.
    pub parent: Option<String>,
}

/// In which order, the case's id last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseOrder {
    /// By id.
    #[default]
    Id,
    /// By when it turns (or turned) red, the earliest first; those that never do are left out.
    RedFrom,
    /// By when it turns yellow, the earliest first; those that never do are left out.
    YellowFrom,
    /// By when it was closed, the latest first; open ones are left out.
    ClosedAt,
    /// By when it was opened, the latest first.
    OpenedAt,
}

/// The place after which a page begins: the order's moment (0 for [`CaseOrder::Id`]) and the id of the last row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageKey {
    /// The moment by which the page is ordered, in milliseconds; 0 where it is ordered by id, `i64::MAX` for
    /// none.
    pub at: i64,
    /// The id.
    pub id: String,
}

/// Asks for a page of cases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaseQuery {
    /// Which.
    pub filter: CaseFilter,
    /// In which order.
    pub order: CaseOrder,
    /// After this place; from the beginning where none.
    pub after: Option<PageKey>,
    /// At most so many; 0 gives none.
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The place at which to go on; none where there is nothing more.
    pub next: Option<PageKey>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), next: None }
    }
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows in order: a store asks for one more than wanted, to know whether
    /// there is more.
    pub fn cut(mut rows: Vec<T>, limit: u32, key: impl Fn(&T) -> PageKey) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        Self { rows, next }
    }
}

/// By what a page of cases goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseKey;

impl CaseKey {
    /// The place of a row in an order.
    #[must_use]
    pub fn of(row: &CaseRow, order: CaseOrder) -> PageKey {
        let moment = match order {
            CaseOrder::Id => None,
            CaseOrder::RedFrom => row.red_from,
            CaseOrder::YellowFrom => row.yellow_from,
            CaseOrder::ClosedAt => row.closed_at,
            CaseOrder::OpenedAt => Some(row.opened_at),
        };
        PageKey { at: moment.map_or(0, Moment::millis), id: row.id.clone() }
    }
}

/// Which open activities, by their due moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// All that are open.
    #[default]
    Open,
    /// Due (overdue from) no later than this moment.
    DueBy(Moment),
    /// Overdue at this moment, or due on its local day: their `yellow_from` or `due` is no later.
    Agenda(Moment),
}

/// Asks for a page of open activities, by due moment and then by id; those without one last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActivityQuery {
    /// Which cases may be seen at all. An activity of one's own is seen whatever the case.
    pub sight: Sight,
    /// Of these persons, or of these roles where nobody has it; where both are empty, of all.
    pub owners: Vec<String>,
    /// See `owners`.
    pub roles: Vec<String>,
    /// Of this case.
    pub case: Option<String>,
    /// Which.
    pub state: ActivityState,
    /// After this place: due moment (`i64::MAX` for none) and id.
    pub after: Option<PageKey>,
    /// At most so many.
    pub limit: u32,
}

impl ActivityQuery {
    /// The place of a row.
    #[must_use]
    pub fn key(row: &ActivityRow) -> PageKey {
        PageKey { at: row.due.map_or(i64::MAX, Moment::millis), id: row.id.clone() }
    }
}

/// Asks for the board: open cases by stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardQuery {
    /// Which; its `open` and `light` are not looked at.
    pub filter: CaseFilter,
    /// The moment for the lights.
    pub now: Moment,
}

/// Open cases by scenario, stage and currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Board {
    /// Its cells, by scenario, the stage's order, stage and currency.
    pub cells: Vec<BoardCell>,
}

/// Cases of one stage whose value is in one currency, or that have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardCell {
    /// The scenario.
    pub scenario: String,
    /// The stage.
    pub stage: String,
    /// Its place in the funnel's order, of the latest version that a case here has.
    pub order: u32,
    /// The currency; none for cases without a value.
    pub currency: Option<String>,
    /// How many cases.
    pub cases: u64,
    /// How many of them are red.
    pub red: u64,
    /// How many of them are yellow.
    pub yellow: u64,
    /// Their values added up, in ten-thousandths.
    pub ten_thousandths: i64,
}

/// By what a case is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Find {
    /// By a key.
    Key {
        /// What sort of key.
        kind: KeyKind,
        /// The key, exactly.
        key: String,
    },
    /// By a field that the scenario marks with `find`.
    Field {
        /// The field.
        field: String,
        /// Its value as text, exactly.
        text: String,
    },
}

/// A place in the order in which entries were committed; what a feed keeps to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Position {
    /// The transaction, where the store numbers them; else 0.
    pub epoch: u64,
    /// The entry's number in the store.
    pub number: u64,
}

/// Entries since a position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// The entries, in the order of commits; those of one case in theirs.
    pub changes: Vec<Change>,
    /// From where to go on: the last one's position, or that from which was asked.
    pub next: Position,
}

/// An entry and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its position.
    pub position: Position,
    /// The entry.
    pub entry: EntryText,
}

/// An effect that was given up (S5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedEffect {
    /// Its id.
    pub id: String,
    /// The case.
    pub case: String,
    /// Its lane.
    pub lane: String,
    /// Its kind.
    pub kind: String,
    /// Its bytes.
    pub text: String,
    /// How many times it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub error: String,
    /// Whether its lane goes on without it.
    pub frees: bool,
}

/// A row of the inbox that was refused, or found no case (S8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedItem {
    /// Its id.
    pub id: String,
    /// The object.
    pub object: String,
    /// The input.
    pub text: String,
    /// When it was posted.
    pub at: Moment,
    /// Why.
    pub error: String,
}
