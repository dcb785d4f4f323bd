//! Reading what a step needs: cases, journals, switches; and the feed of changes.

use super::{end, moment, signed, unsigned};
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    CaseText, Change, Changed, EntryText, Loaded, Loading, Position, StoreError, Switched, Wanted,
};

/// The case, the entry of the input's id, and whether anything was ever switched in the case's scenario, in one statement:
/// beginning to read costs as much as reading.
const WANTED: &str = "SELECT c.id, c.revision, c.body, c.scenario, e.case_id, e.number, e.body, \
    EXISTS (SELECT 1 FROM voronka_switch s WHERE s.scenario = c.scenario) \
    FROM (SELECT 1) LEFT JOIN voronka_case_state c ON c.id = ?1 LEFT JOIN voronka_entry e ON e.input_id = ?2";
/// The same where no input's id is asked for.
const CASE: &str = "SELECT c.id, c.revision, c.body, c.scenario, NULL, NULL, NULL, \
    EXISTS (SELECT 1 FROM voronka_switch s WHERE s.scenario = c.scenario) \
    FROM voronka_case_state c WHERE c.id = ?1";
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
    owns: bool,
    wanted: &[Wanted],
) -> Result<Loading, StoreError> {
    // Several in one read transaction: it costs as much as a statement to begin one.
    if !owns || wanted.len() < 2 {
        return load_all(conn, wanted).await;
    }
    conn.script("BEGIN").await?;
    let loaded = load_all(conn, wanted).await;
    end(conn, owns, loaded).await
}

async fn load_all<X: AnyExecutor>(conn: &X, wanted: &[Wanted]) -> Result<Loading, StoreError> {
    let mut loading = Loading::default();
    let mut switches: Option<(String, Vec<Switched>)> = None;
    for Wanted { case, input_id } in wanted {
        let mut rows = match input_id {
            Some(id) => conn.query(WANTED, &[Param::Text(case), Param::Text(id)]).await?,
            None => conn.query(CASE, &[Param::Text(case)]).await?,
        };
        let mut loaded = Loaded::default();
        if let Some(row) = rows.first_mut() {
            if let Some(case) = row.maybe_text(4)? {
                loaded.answer = Some(EntryText { case, number: unsigned(row.int(5)?)?, text: row.text(6)? });
            }
            if let Some(id) = row.maybe_text(0)? {
                loaded.case = Some(CaseText { id, revision: unsigned(row.int(1)?)?, text: row.text(2)? });
                if row.bool(7)? {
                    let scenario = row.text(3)?;
                    if switches.as_ref().is_none_or(|(known, _)| *known != scenario) {
                        let found = switched(conn, &scenario).await?;
                        switches = Some((scenario, found));
                    }
                    loaded.switches = switches.as_ref().map(|(_, found)| found.clone()).unwrap_or_default();
                }
            }
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
