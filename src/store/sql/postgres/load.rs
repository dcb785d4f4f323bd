//! Loading cases, and their journals (S3, S4, S10).

use super::rows::{count, moment};
use super::text::signed;
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{CaseText, EntryText, Loaded, Loading, StoreError, Switched, Wanted};
use std::collections::BTreeMap;

/// One statement, so that all is of one snapshot: the clock, the cases with the answers, their scenarios' switches.
const LOAD: &str = r#"
WITH w AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (id, input_id, n)
), f AS MATERIALIZED (
    SELECT w.n, s.id, s.revision, s.scenario, s.body, e.case_id, e.number, e.body AS answer
    FROM w
    LEFT JOIN LATERAL (
        SELECT s.id, s.revision, s.scenario, s.body FROM voronka.case_state s WHERE s.id = w.id OFFSET 0
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT e.case_id, e.number, e.body FROM voronka.entry e WHERE e.input_id = w.input_id OFFSET 0
    ) e ON true
)
SELECT 0::bigint AS n, voronka.now_ms() AS number, NULL::text AS id, NULL::bigint AS revision, NULL::text AS scenario,
       NULL::text AS body, NULL::text AS case_id, NULL::text AS answer, NULL::boolean AS is_on
UNION ALL
SELECT f.n, f.number, f.id, f.revision, f.scenario, f.body, f.case_id, f.answer, NULL FROM f
UNION ALL
SELECT -1, w.since, NULL, NULL, w.scenario, w.trigger, w.set_by, NULL, w.is_on
FROM (SELECT DISTINCT f.scenario FROM f) g JOIN voronka.switch w ON w.scenario = g.scenario
"#;

/// What U+0000 is in is not in the store: PostgreSQL has no such texts.
fn fit(text: &str) -> Option<&str> {
    (!text.contains('\0')).then_some(text)
}

pub(super) async fn load<X: AnyExecutor>(conn: &X, wanted: &[Wanted]) -> Result<Loading, StoreError> {
    let params = [
        Param::Texts(wanted.iter().map(|it| fit(&it.case)).collect()),
        Param::Texts(wanted.iter().map(|it| it.input_id.as_deref().and_then(fit)).collect()),
    ];
    let mut loading = Loading { clock: None, found: vec![Loaded::default(); wanted.len()] };
    let mut scenarios = vec![None; wanted.len()];
    let mut switches: BTreeMap<String, Vec<Switched>> = BTreeMap::new();
    for mut row in conn.query(LOAD, &params).await? {
        let n = row.int(0)?;
        if n == 0 {
            loading.clock = Some(moment(&row, 1)?);
            continue;
        }
        let Some(place) = usize::try_from(n).ok().and_then(|n| n.checked_sub(1)) else {
            let switch = switch(&mut row)?;
            switches.entry(switch.scenario.clone()).or_default().push(switch);
            continue;
        };
        if let Some(found) = loading.found.get_mut(place) {
            found.case = case(&mut row)?;
            found.answer = answer(&mut row)?;
        }
        if let Some(scenario) = scenarios.get_mut(place) {
            *scenario = row.maybe_text(4)?;
        }
    }
    for of in switches.values_mut() {
        of.sort_by(|a, b| a.trigger.cmp(&b.trigger));
    }
    for (found, scenario) in loading.found.iter_mut().zip(&scenarios) {
        let known = scenario.as_ref().and_then(|scenario| switches.get(scenario));
        found.switches = known.cloned().unwrap_or_default();
    }
    Ok(loading)
}

fn switch(row: &mut Row) -> Result<Switched, StoreError> {
    Ok(Switched {
        scenario: row.text(4)?,
        trigger: row.text(5)?,
        on: row.bool(8)?,
        since: moment(row, 1)?,
        by: row.text(6)?,
    })
}

fn case(row: &mut Row) -> Result<Option<CaseText>, StoreError> {
    let Some(id) = row.maybe_text(2)? else {
        return Ok(None);
    };
    Ok(Some(CaseText { id, revision: count(row, 3)?, text: row.text(5)? }))
}

fn answer(row: &mut Row) -> Result<Option<EntryText>, StoreError> {
    let Some(case) = row.maybe_text(6)? else {
        return Ok(None);
    };
    Ok(Some(EntryText { case, number: count(row, 1)?, text: row.text(7)? }))
}

/// The case's revision beside the entries, so that a lost last entry is seen too.
const JOURNAL: &str = r#"
SELECT (SELECT s.revision FROM voronka.case_state s WHERE s.id = $1::text), e.number, e.body
FROM (SELECT 1) one
LEFT JOIN LATERAL (
    SELECT number, body FROM voronka.entry WHERE case_id = $1::text AND number >= $2::bigint
    ORDER BY number LIMIT $3::bigint
) e ON true
ORDER BY e.number
"#;

pub(super) async fn journal<X: AnyExecutor>(
    conn: &X,
    case: &str,
    from: u64,
    limit: u32,
) -> Result<Vec<EntryText>, StoreError> {
    let Some(id) = fit(case) else {
        return Ok(Vec::new());
    };
    let from = from.max(1);
    let params = [Param::Text(id), Param::Int(signed(from)), Param::Int(i64::from(limit))];
    let rows = conn.query(JOURNAL, &params).await?;
    let mut revision = 0_u64;
    let mut entries = Vec::with_capacity(rows.len());
    for mut row in rows {
        revision = row.maybe_int(0)?.map_or(Ok(0), |_| count(&row, 0))?;
        if row.maybe_int(1)?.is_some() {
            entries.push(EntryText { case: case.to_owned(), number: count(&row, 1)?, text: row.text(2)? });
        }
    }
    let wanted = (revision + 1).saturating_sub(from).min(u64::from(limit));
    let found = (from..).zip(&entries).find(|(number, entry)| *number != entry.number);
    if let Some((number, _)) = found {
        return Err(lost(case, number));
    }
    if entries.len() as u64 != wanted {
        return Err(lost(case, from.saturating_add(entries.len() as u64)));
    }
    Ok(entries)
}

fn lost(case: &str, number: u64) -> StoreError {
    StoreError::damaged(format!("entry {number} of case {case}"), "S4: its row or its case's row is lost")
}
