//! Reading what a step needs: cases, journals, switches; and the feed of changes.

use super::{moment, signed, unsigned};
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    CaseText, Change, Changed, EntryText, Loaded, Loading, Position, StoreError, Switched, Wanted,
};

const CASE: &str = "SELECT id, revision, body, scenario FROM voronka_case_state WHERE id = ?1";
const ANSWER: &str = "SELECT case_id, number, body FROM voronka_entry WHERE input_id = ?1";
const SWITCHES: &str = "SELECT scenario, \"trigger\", is_on, since, set_by FROM voronka_switch \
    WHERE scenario = ?1 ORDER BY \"trigger\"";
const REVISION: &str = "SELECT revision FROM voronka_case_state WHERE id = ?1";
const JOURNAL: &str = "SELECT case_id, number, body FROM voronka_entry WHERE case_id = ?1 AND number >= ?2 \
    ORDER BY number LIMIT ?3";
const CHANGES: &str = "SELECT case_id, number, body, position FROM voronka_entry WHERE position > ?1 \
    ORDER BY position LIMIT ?2";

pub(super) async fn load<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    wanted: &[Wanted],
) -> Result<Loading, StoreError> {
    let mut loading = Loading::default();
    let mut switches: Option<(String, Vec<Switched>)> = None;
    for Wanted { case, input_id } in wanted {
        let mut loaded = Loaded::default();
        // The answer first: what is committed between the two reads makes a conflict, never a second answer.
        if let Some(id) = input_id {
            loaded.answer = answer(conn, id).await?;
        }
        let mut rows = conn.query(CASE, &[Param::Text(case)]).await?;
        if let Some(row) = rows.first_mut() {
            loaded.case =
                Some(CaseText { id: row.text(0)?, revision: unsigned(row.int(1)?)?, text: row.text(2)? });
            let scenario = row.text(3)?;
            if switches.as_ref().is_none_or(|(known, _)| *known != scenario) {
                let found = switched(conn, &scenario).await?;
                switches = Some((scenario, found));
            }
            loaded.switches = switches.as_ref().map(|(_, found)| found.clone()).unwrap_or_default();
        }
        loading.found.push(loaded);
    }
    Ok(loading)
}

/// The entry of an input's id (S3).
pub(super) async fn answer<X: AnyExecutor>(
    conn: &X,
    input_id: &str,
) -> Result<Option<EntryText>, StoreError> {
    let mut rows = conn.query(ANSWER, &[Param::Text(input_id)]).await?;
    rows.first_mut().map(entry).transpose()
}

/// All switches of a scenario, by trigger.
pub(super) async fn switched<X: AnyExecutor>(conn: &X, scenario: &str) -> Result<Vec<Switched>, StoreError> {
    let rows = conn.query(SWITCHES, &[Param::Text(scenario)]).await?;
    let read = |mut row: Row| {
        Ok(Switched {
            scenario: row.text(0)?,
            trigger: row.text(1)?,
            on: row.bool(2)?,
            since: moment(row.int(3)?)?,
            by: row.text(4)?,
        })
    };
    rows.into_iter().map(read).collect()
}

fn entry(row: &mut Row) -> Result<EntryText, StoreError> {
    Ok(EntryText { case: row.text(0)?, number: unsigned(row.int(1)?)?, text: row.text(2)? })
}

pub(super) async fn journal<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    case: &str,
    from: u64,
    limit: u32,
) -> Result<Vec<EntryText>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let from = from.max(1);
    // The revision first: what is committed after it can only make the journal longer.
    let row = conn.query(REVISION, &[Param::Text(case)]).await?;
    let revision: u64 = row.first().map_or(Ok(0), |row| unsigned(row.int(0)?))?;
    let params = [Param::Text(case), Param::Int(signed(from)), Param::Int(i64::from(limit))];
    let mut rows = conn.query(JOURNAL, &params).await?;
    let mut entries = Vec::with_capacity(rows.len());
    let mut next = from;
    for row in &mut rows {
        let entry = entry(row)?;
        if entry.number != next {
            return Err(hole(case, next, entry.number));
        }
        next += 1;
        entries.push(entry);
    }
    if entries.len() < limit as usize && next <= revision {
        let why = format!("S4: it is not there, the case is at revision {revision}");
        return Err(StoreError::damaged(format!("entry {next} of case {case}"), why));
    }
    Ok(entries)
}

fn hole(case: &str, wanted: u64, found: u64) -> StoreError {
    StoreError::damaged(
        format!("entry {wanted} of case {case}"),
        format!("S4: it is not there, entry {found} is"),
    )
}

pub(super) async fn changes<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    since: Position,
    limit: u32,
) -> Result<Changed, StoreError> {
    let params = [Param::Int(signed(since.number)), Param::Int(i64::from(limit))];
    let rows = conn.query(CHANGES, &params).await?;
    let mut changed = Changed { changes: Vec::with_capacity(rows.len()), next: since };
    for mut row in rows {
        let position = Position { epoch: 0, number: unsigned(row.int(3)?)? };
        changed.next = position;
        changed.changes.push(Change { position, entry: entry(&mut row)? });
    }
    Ok(changed)
}
