//! What is kept beside cases: versions, drafts, mappings, switches, counts of refusals (S9, S13, T7).

use super::rows::{count, moment};
use super::text::{Sql, ints, signed, texts};
use crate::case::ScenarioRef;
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{Draft, Keep, Kept, Look, Mapping, Refusal, StoreError, Switched, Version};
use std::collections::BTreeMap;

pub(super) async fn keep<X: AnyExecutor>(conn: &X, keep: &Keep) -> Result<Kept, StoreError> {
    match keep {
        Keep::Version(version) => publish(conn, version).await,
        Keep::Draft(draft) => write_draft(conn, draft).await,
        Keep::DropDraft { id } => {
            conn.execute("DELETE FROM voronka.draft WHERE id = $1::text", &[Param::Text(id)]).await?;
            Ok(Kept::Done)
        }
        Keep::Mapping(mapping) => map(conn, mapping).await,
        Keep::Switch(switch) => turn(conn, switch).await,
        Keep::Refusals(refusals) => refuse(conn, refusals).await,
    }
}

async fn publish<X: AnyExecutor>(conn: &X, it: &Version) -> Result<Kept, StoreError> {
    let sql = "INSERT INTO voronka.version (scenario, version, hash, body, published_by, published_at, comment) \
         VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::text, $6::bigint, $7::text) ON CONFLICT DO NOTHING";
    let params = [
        Param::Text(&it.scenario.id),
        Param::Int(i64::from(it.scenario.version)),
        Param::Text(&it.scenario.hash),
        Param::Text(&it.text),
        Param::Text(&it.by),
        Param::Int(it.at.millis()),
        Param::Text(&it.comment),
    ];
    if conn.execute(sql, &params).await? == 1 {
        return Ok(Kept::Done);
    }
    let sql = "SELECT hash FROM voronka.version WHERE scenario = $1::text AND version = $2::bigint";
    let [scenario, version, ..] = params;
    let mut rows = conn.query(sql, &[scenario, version]).await?;
    let found = rows.first_mut().map_or(Ok(String::new()), |row| row.text(0))?;
    Ok(if found == it.scenario.hash { Kept::Done } else { Kept::Clash { found } })
}

async fn write_draft<X: AnyExecutor>(conn: &X, it: &Draft) -> Result<Kept, StoreError> {
    let sql = if it.revision == 1 {
        "INSERT INTO voronka.draft (id, scenario, revision, body, changed_by, changed_at) \
         VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::bigint) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE voronka.draft SET scenario = $2::text, revision = $3::bigint, body = $4::text, changed_by = $5::text, \
         changed_at = $6::bigint WHERE id = $1::text AND revision = $3::bigint - 1"
    };
    let params = [
        Param::Text(&it.id),
        Param::Text(&it.scenario),
        Param::Int(signed(it.revision)),
        Param::Text(&it.text),
        Param::Text(&it.by),
        Param::Int(it.at.millis()),
    ];
    if conn.execute(sql, &params).await? == 1 {
        return Ok(Kept::Done);
    }
    let sql = "SELECT revision FROM voronka.draft WHERE id = $1::text";
    let rows = conn.query(sql, &[Param::Text(&it.id)]).await?;
    let found: u64 = rows.first().map_or(Ok(0), |row| count(row, 0))?;
    Ok(Kept::Clash { found: found.to_string() })
}

async fn map<X: AnyExecutor>(conn: &X, it: &Mapping) -> Result<Kept, StoreError> {
    let sql = "INSERT INTO voronka.mapping (from_scenario, from_version, from_hash, to_scenario, to_version, to_hash, \
         body) VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::bigint, $6::text, $7::text) \
         ON CONFLICT (from_scenario, from_version, to_scenario, to_version) \
         DO UPDATE SET from_hash = excluded.from_hash, to_hash = excluded.to_hash, body = excluded.body";
    let params = [
        Param::Text(&it.from.id),
        Param::Int(i64::from(it.from.version)),
        Param::Text(&it.from.hash),
        Param::Text(&it.to.id),
        Param::Int(i64::from(it.to.version)),
        Param::Text(&it.to.hash),
        Param::Text(&it.text),
    ];
    conn.execute(sql, &params).await?;
    Ok(Kept::Done)
}

async fn turn<X: AnyExecutor>(conn: &X, it: &Switched) -> Result<Kept, StoreError> {
    let sql = "INSERT INTO voronka.switch (scenario, trigger, is_on, since, set_by) \
         VALUES ($1::text, $2::text, $3::boolean, $4::bigint, $5::text) ON CONFLICT (scenario, trigger) \
         DO UPDATE SET is_on = excluded.is_on, since = excluded.since, set_by = excluded.set_by";
    let params = [
        Param::Text(&it.scenario),
        Param::Text(&it.trigger),
        Param::Bool(it.on),
        Param::Int(it.since.millis()),
        Param::Text(&it.by),
    ];
    conn.execute(sql, &params).await?;
    Ok(Kept::Done)
}

/// Added up before, since one statement changes a row once; in order, so that hosts do not wait for each other in a ring.
async fn refuse<X: AnyExecutor>(conn: &X, refusals: &[Refusal]) -> Result<Kept, StoreError> {
    let mut sums: BTreeMap<(&str, u32, &str, &str, &str), u64> = BTreeMap::new();
    for it in refusals.iter().filter(|it| it.count > 0) {
        let sum = sums.entry((&it.scenario, it.version, &it.stage, &it.rule, &it.role)).or_default();
        *sum = sum.saturating_add(it.count);
    }
    if sums.is_empty() {
        return Ok(Kept::Done);
    }
    let rows: Vec<_> = sums.into_iter().collect();
    let mut sql = Sql::new(
        "INSERT INTO voronka.refusal AS r (scenario, version, stage, rule, role, count) SELECT t.* FROM ",
    );
    sql.unnest([
        texts(&rows, |(key, _)| key.0),
        ints(&rows, |(key, _)| i64::from(key.1)),
        texts(&rows, |(key, _)| key.2),
        texts(&rows, |(key, _)| key.3),
        texts(&rows, |(key, _)| key.4),
        ints(&rows, |(_, count)| signed(*count)),
    ]);
    sql.push(
        " AS t ON CONFLICT (scenario, version, stage, rule, role) DO UPDATE SET count = r.count + excluded.count",
    );
    conn.execute(&sql.text, &sql.params).await?;
    Ok(Kept::Done)
}

const VERSION: &str =
    "SELECT scenario, version, hash, body, published_by, published_at, comment FROM voronka.version";

pub(super) async fn kept<X: AnyExecutor>(conn: &X, look: &Look) -> Result<Vec<Keep>, StoreError> {
    type Read = fn(Row) -> Result<Keep, StoreError>;
    let (sql, params, read): (String, Vec<Param<'_>>, Read) = match look {
        Look::Latest { scenario } => (
            format!("{VERSION} WHERE scenario = $1::text ORDER BY version DESC LIMIT 1"),
            vec![Param::Text(scenario)],
            version,
        ),
        Look::Version { scenario, version: number, hash } => (
            format!("{VERSION} WHERE scenario = $1::text AND version = $2::bigint AND $3::text IN ('', hash)"),
            vec![Param::Text(scenario), Param::Int(i64::from(*number)), Param::Text(hash)],
            version,
        ),
        Look::Versions { scenario: None } => {
            (format!("{VERSION} ORDER BY scenario, version"), Vec::new(), version)
        }
        Look::Versions { scenario: Some(scenario) } => (
            format!("{VERSION} WHERE scenario = $1::text ORDER BY version"),
            vec![Param::Text(scenario)],
            version,
        ),
        Look::Draft { id } => (format!("{DRAFT} WHERE id = $1::text"), vec![Param::Text(id)], draft),
        Look::Drafts => (format!("{DRAFT} ORDER BY id"), Vec::new(), draft),
        Look::Mappings { scenario } => (
            "SELECT from_scenario, from_version, from_hash, to_scenario, to_version, to_hash, body FROM voronka.mapping \
             WHERE from_scenario = $1::text ORDER BY from_version, to_version, to_scenario"
                .to_owned(),
            vec![Param::Text(scenario)],
            mapping,
        ),
        Look::Switches { scenario } => (
            "SELECT scenario, trigger, is_on, since, set_by FROM voronka.switch WHERE scenario = $1::text \
             ORDER BY trigger"
                .to_owned(),
            vec![Param::Text(scenario)],
            switch,
        ),
        Look::Refusals { scenario } => return refusals(conn, scenario).await,
    };
    conn.query(&sql, &params).await?.into_iter().map(read).collect()
}

fn reference(row: &mut Row, column: usize) -> Result<ScenarioRef, StoreError> {
    Ok(ScenarioRef { id: row.text(column)?, version: count(row, column + 1)?, hash: row.text(column + 2)? })
}

fn version(mut row: Row) -> Result<Keep, StoreError> {
    Ok(Keep::Version(Version {
        scenario: reference(&mut row, 0)?,
        text: row.text(3)?,
        by: row.text(4)?,
        at: moment(&row, 5)?,
        comment: row.text(6)?,
    }))
}

const DRAFT: &str = "SELECT id, scenario, revision, body, changed_by, changed_at FROM voronka.draft";

fn draft(mut row: Row) -> Result<Keep, StoreError> {
    Ok(Keep::Draft(Draft {
        id: row.text(0)?,
        scenario: row.text(1)?,
        revision: count(&row, 2)?,
        text: row.text(3)?,
        by: row.text(4)?,
        at: moment(&row, 5)?,
    }))
}

fn mapping(mut row: Row) -> Result<Keep, StoreError> {
    let (from, to) = (reference(&mut row, 0)?, reference(&mut row, 3)?);
    Ok(Keep::Mapping(Mapping { from, to, text: row.text(6)? }))
}

fn switch(mut row: Row) -> Result<Keep, StoreError> {
    Ok(Keep::Switch(Switched {
        scenario: row.text(0)?,
        trigger: row.text(1)?,
        on: row.bool(2)?,
        since: moment(&row, 3)?,
        by: row.text(4)?,
    }))
}

/// Nothing where nothing was refused.
async fn refusals<X: AnyExecutor>(conn: &X, scenario: &str) -> Result<Vec<Keep>, StoreError> {
    let sql = "SELECT scenario, version, stage, rule, role, count FROM voronka.refusal WHERE scenario = $1::text \
         ORDER BY version, stage, rule, role";
    let rows = conn.query(sql, &[Param::Text(scenario)]).await?;
    let refusal = |mut row: Row| {
        Ok(Refusal {
            scenario: row.text(0)?,
            version: count(&row, 1)?,
            stage: row.text(2)?,
            rule: row.text(3)?,
            role: row.text(4)?,
            count: count(&row, 5)?,
        })
    };
    let found: Vec<Refusal> = rows.into_iter().map(refusal).collect::<Result<_, StoreError>>()?;
    Ok(if found.is_empty() { Vec::new() } else { vec![Keep::Refusals(found)] })
}
