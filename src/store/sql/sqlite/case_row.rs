//! The row of a case: its columns in the order in which statements take and give them.

use super::{maybe_moment, moment, signed, unsigned};
use crate::store::sql::{Param, Row};
use crate::store::{Amount, CaseRow, StoreError};

/// All columns of `voronka_case_state c`, as [`read`] takes them.
pub(super) const COLUMNS: &str = "c.id, c.revision, c.version, c.stage_order, c.stage_from, c.title, c.channel, \
    c.team, c.last_at, c.amount, c.currency, c.outcome, c.reason, c.closed_from, c.erased, c.body, c.yellow_from, \
    c.red_from, c.scenario, c.kind, c.stage, c.responsible, c.author, c.parent, c.opened_at, c.closed_at";

pub(super) const INSERT: &str = "INSERT INTO voronka_case_state (id, revision, version, stage_order, stage_from, \
    title, channel, team, last_at, amount, currency, outcome, reason, closed_from, erased, body, yellow_from, red_from, \
    scenario, kind, stage, responsible, author, parent, opened_at, closed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
    ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)";

/// The stored revision; whether the columns of [`placed`] are as given; whether the lights are.
pub(super) const BEFORE: &str = "SELECT revision, \
    scenario = ?2 AND kind = ?3 AND stage = ?4 AND responsible IS ?5 AND author = ?6 AND parent IS ?7 \
    AND opened_at = ?8 AND closed_at IS ?9, yellow_from IS ?10 AND red_from IS ?11 \
    FROM voronka_case_state WHERE id = ?1";

// SQLite writes an index anew for every column that is set, whether or not its value differs: so what stands in no
// index is set alone, and what stands in one only where it has changed.
pub(super) const UPDATE_PLAIN: &str = "UPDATE voronka_case_state SET revision = ?2, version = ?3, stage_order = ?4, \
    stage_from = ?5, title = ?6, channel = ?7, team = ?8, last_at = ?9, amount = ?10, currency = ?11, outcome = ?12, \
    reason = ?13, closed_from = ?14, erased = ?15, body = ?16 WHERE id = ?1";

pub(super) const UPDATE_LIGHTS: &str = "UPDATE voronka_case_state SET revision = ?2, version = ?3, stage_order = ?4, \
    stage_from = ?5, title = ?6, channel = ?7, team = ?8, last_at = ?9, amount = ?10, currency = ?11, outcome = ?12, \
    reason = ?13, closed_from = ?14, erased = ?15, body = ?16, yellow_from = ?17, red_from = ?18 WHERE id = ?1";

pub(super) const UPDATE_ALL: &str = "UPDATE voronka_case_state SET revision = ?2, version = ?3, stage_order = ?4, \
    stage_from = ?5, title = ?6, channel = ?7, team = ?8, last_at = ?9, amount = ?10, currency = ?11, outcome = ?12, \
    reason = ?13, closed_from = ?14, erased = ?15, body = ?16, yellow_from = ?17, red_from = ?18, scenario = ?19, \
    kind = ?20, stage = ?21, responsible = ?22, author = ?23, parent = ?24, opened_at = ?25, closed_at = ?26 \
    WHERE id = ?1";

/// Parameters 1 to 16: the id, and what stands in no index.
pub(super) fn plain(case: &CaseRow) -> [Param<'_>; 16] {
    let (amount, currency) = money(case.amount.as_ref());
    [
        Param::Text(&case.id),
        Param::Int(signed(case.revision)),
        Param::Int(i64::from(case.version)),
        Param::Int(i64::from(case.stage_order)),
        Param::Int(case.stage_from.millis()),
        Param::maybe(case.title.as_deref()),
        Param::maybe(case.channel.as_deref()),
        Param::maybe(case.team.as_deref()),
        Param::Int(case.last_at.millis()),
        amount,
        currency,
        Param::maybe(case.outcome.as_deref()),
        Param::maybe(case.reason.as_deref()),
        Param::maybe(case.closed_from.as_deref()),
        Param::Bool(case.erased),
        Param::Text(&case.text),
    ]
}

/// Parameters 17 and 18.
pub(super) fn lights(case: &CaseRow) -> [Param<'_>; 2] {
    [
        Param::maybe_int(case.yellow_from.map(crate::Moment::millis)),
        Param::maybe_int(case.red_from.map(crate::Moment::millis)),
    ]
}

/// Parameters 19 to 26.
pub(super) fn placed(case: &CaseRow) -> [Param<'_>; 8] {
    [
        Param::Text(&case.scenario),
        Param::Text(&case.kind),
        Param::Text(&case.stage),
        Param::maybe(case.responsible.as_deref()),
        Param::Text(&case.author),
        Param::maybe(case.parent.as_deref()),
        Param::Int(case.opened_at.millis()),
        Param::maybe_int(case.closed_at.map(crate::Moment::millis)),
    ]
}

/// A sum as its two columns.
pub(super) fn money(amount: Option<&Amount>) -> (Param<'_>, Param<'_>) {
    amount
        .map_or((Param::Null, Param::Null), |it| (Param::Int(it.ten_thousandths), Param::Text(&it.currency)))
}

/// A sum of its two columns.
fn amount(number: Option<i64>, currency: Option<String>) -> Option<Amount> {
    Some(Amount { ten_thousandths: number?, currency: currency? })
}

/// A row of [`COLUMNS`].
pub(super) fn read(row: &mut Row) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: row.text(0)?,
        revision: unsigned(row.int(1)?)?,
        version: unsigned(row.int(2)?)?,
        stage_order: unsigned(row.int(3)?)?,
        stage_from: moment(row.int(4)?)?,
        title: row.maybe_text(5)?,
        channel: row.maybe_text(6)?,
        team: row.maybe_text(7)?,
        last_at: moment(row.int(8)?)?,
        amount: amount(row.maybe_int(9)?, row.maybe_text(10)?),
        outcome: row.maybe_text(11)?,
        reason: row.maybe_text(12)?,
        closed_from: row.maybe_text(13)?,
        erased: row.bool(14)?,
        text: row.text(15)?,
        yellow_from: maybe_moment(row.maybe_int(16)?)?,
        red_from: maybe_moment(row.maybe_int(17)?)?,
        scenario: row.text(18)?,
        kind: row.text(19)?,
        stage: row.text(20)?,
        responsible: row.maybe_text(21)?,
        author: row.text(22)?,
        parent: row.maybe_text(23)?,
        opened_at: moment(row.int(24)?)?,
        closed_at: maybe_moment(row.maybe_int(25)?)?,
    })
}
