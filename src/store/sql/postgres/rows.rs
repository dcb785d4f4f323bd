//! Rows as the tables have them.

use crate::Moment;
use crate::store::sql::Row;
use crate::store::{ActivityRow, Amount, CaseRow, StoreError};

/// The columns of a case, in the order in which [`case_row`] reads them.
pub(super) const CASE: &str = "s.id, s.revision, s.scenario, s.version, s.kind, s.stage, s.stage_order, s.stage_from, \
     s.title, s.channel, s.responsible, s.team, s.author, s.parent, s.opened_at, s.last_at, s.yellow_from, \
     s.red_from, s.amount, s.currency, s.closed_at, s.outcome, s.reason, s.closed_from, s.erased, s.body";

/// The columns of an open activity, in the order in which [`activity_row`] reads them.
pub(super) const ACTIVITY: &str = "a.id, a.case_id, a.kind, a.title, a.owner, a.role, a.due, a.yellow_from, \
     a.mandatory, a.planned_at, a.body";

/// A number that cannot be negative, nor too large.
pub(super) fn count<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<T, StoreError> {
    let number = row.int(column)?;
    T::try_from(number).map_err(|_| {
        StoreError::damaged(format!("column {column} of a row"), format!("{number} is no count"))
    })
}

/// A moment.
pub(super) fn moment(row: &Row, column: usize) -> Result<Moment, StoreError> {
    Moment::from_millis(row.int(column)?)
        .map_err(|error| StoreError::damaged(format!("column {column} of a row"), error))
}

/// A moment, or none for NULL.
pub(super) fn maybe_moment(row: &Row, column: usize) -> Result<Option<Moment>, StoreError> {
    row.maybe_int(column)?.map(|_| moment(row, column)).transpose()
}

fn amount(row: &mut Row, column: usize) -> Result<Option<Amount>, StoreError> {
    let Some(ten_thousandths) = row.maybe_int(column)? else {
        return Ok(None);
    };
    Ok(Some(Amount { ten_thousandths, currency: row.text(column + 1)? }))
}

/// A case, from columns in the order of [`CASE`].
pub(super) fn case_row(mut row: Row) -> Result<CaseRow, StoreError> {
    let row = &mut row;
    Ok(CaseRow {
        id: row.text(0)?,
        revision: count(row, 1)?,
        scenario: row.text(2)?,
        version: count(row, 3)?,
        kind: row.text(4)?,
        stage: row.text(5)?,
        stage_order: count(row, 6)?,
        stage_from: moment(row, 7)?,
        title: row.maybe_text(8)?,
        channel: row.maybe_text(9)?,
        responsible: row.maybe_text(10)?,
        team: row.maybe_text(11)?,
        author: row.text(12)?,
        parent: row.maybe_text(13)?,
        opened_at: moment(row, 14)?,
        last_at: moment(row, 15)?,
        yellow_from: maybe_moment(row, 16)?,
        red_from: maybe_moment(row, 17)?,
        amount: amount(row, 18)?,
        closed_at: maybe_moment(row, 20)?,
        outcome: row.maybe_text(21)?,
        reason: row.maybe_text(22)?,
        closed_from: row.maybe_text(23)?,
        erased: row.bool(24)?,
        text: row.text(25)?,
    })
}

/// An activity, from columns in the order of [`ACTIVITY`].
pub(super) fn activity_row(mut row: Row) -> Result<ActivityRow, StoreError> {
    let row = &mut row;
    Ok(ActivityRow {
        id: row.text(0)?,
        case: row.text(1)?,
        kind: row.text(2)?,
        title: row.text(3)?,
        owner: row.maybe_text(4)?,
        role: row.maybe_text(5)?,
        due: maybe_moment(row, 6)?,
        yellow_from: maybe_moment(row, 7)?,
        mandatory: row.bool(8)?,
        planned_at: moment(row, 9)?,
        text: row.text(10)?,
    })
}
