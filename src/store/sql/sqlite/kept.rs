//! Versions, drafts, mappings, switches and counts of refusals (S9, S13, T7).

use super::{begin, end, fit, load, moment, signed, unsigned};
use crate::case::ScenarioRef;
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{Draft, Keep, Kept, Look, Mapping, Refusal, StoreError, Switched, Version};

const VERSION: &str = "INSERT INTO voronka_version (scenario, version, hash, published_by, published_at, comment, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (scenario, version) DO NOTHING";
const VERSION_HASH: &str = "SELECT hash FROM voronka_version WHERE scenario = ?1 AND version = ?2";
const DRAFT_NEW: &str = "INSERT INTO voronka_draft (id, scenario, revision, changed_by, changed_at, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING";
const DRAFT_NEXT: &str = "UPDATE voronka_draft SET scenario = ?2, revision = ?3, changed_by = ?4, changed_at = ?5, \
    body = ?6 WHERE id = ?1 AND revision = ?3 - 1";
const DRAFT_REVISION: &str = "SELECT revision FROM voronka_draft WHERE id = ?1";
const DRAFT_DROP: &str = "DELETE FROM voronka_draft WHERE id = ?1";
const MAPPING: &str = "INSERT INTO voronka_mapping (from_scenario, from_version, from_hash, to_scenario, to_version, \
    to_hash, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
    ON CONFLICT (from_scenario, from_version, to_scenario, to_version) DO UPDATE SET from_hash = excluded.from_hash, \
    to_hash = excluded.to_hash, body = excluded.body";
// What was put off of a scenario goes again, since something was switched (T7).
const FREE: &str = "UPDATE voronka_timer SET held = 0 WHERE scenario = ?1 AND held > 0 AND held_by IS NULL";
const SWITCH: &str = "INSERT INTO voronka_switch (scenario, \"trigger\", is_on, since, set_by) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (scenario, \"trigger\") DO UPDATE SET is_on = excluded.is_on, \
    since = excluded.since, set_by = excluded.set_by";
const REFUSAL: &str = "INSERT INTO voronka_refusal (scenario, version, stage, rule, role, count) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (scenario, version, stage, rule, role) \
    DO UPDATE SET count = count + excluded.count";

const LATEST: &str = "SELECT scenario, version, hash, published_by, published_at, comment, body FROM voronka_version \
    WHERE scenario = ?1 ORDER BY version DESC LIMIT 1";
const ONE_VERSION: &str = "SELECT scenario, version, hash, published_by, published_at, comment, body \
    FROM voronka_version WHERE scenario = ?1 AND version = ?2 AND (?3 = '' OR hash = ?3)";
const VERSIONS_OF: &str = "SELECT scenario, version, hash, published_by, published_at, comment, body \
    FROM voronka_version WHERE scenario = ?1 ORDER BY version";
const VERSIONS: &str = "SELECT scenario, version, hash, published_by, published_at, comment, body \
    FROM voronka_version ORDER BY scenario, version";
const DRAFT: &str =
    "SELECT id, scenario, revision, changed_by, changed_at, body FROM voronka_draft WHERE id = ?1";
const DRAFTS: &str =
    "SELECT id, scenario, revision, changed_by, changed_at, body FROM voronka_draft ORDER BY id";
const MAPPINGS: &str = "SELECT from_scenario, from_version, from_hash, to_scenario, to_version, to_hash, body \
    FROM voronka_mapping WHERE from_scenario = ?1 ORDER BY from_version, to_version, to_scenario";
const REFUSALS: &str = "SELECT scenario, version, stage, rule, role, count FROM voronka_refusal WHERE scenario = ?1 \
    ORDER BY version, stage, rule, role";

pub(super) async fn keep<X: AnyExecutor>(conn: &X, owns: bool, keep: &Keep) -> Result<Kept, StoreError> {
    check(keep)?;
    begin(conn, owns).await?;
    let kept = write(conn, keep).await;
    end(conn, owns, kept).await
}

fn check(keep: &Keep) -> Result<(), StoreError> {
    match keep {
        Keep::Version(it) => {
            let texts = [&it.scenario.id, &it.scenario.hash, &it.by, &it.comment, &it.text];
            fit("a version", texts.map(String::as_str))
        }
        Keep::Draft(it) => fit("a draft", [&it.id, &it.scenario, &it.by, &it.text].map(String::as_str)),
        Keep::DropDraft { id } => fit("a draft's id", [id.as_str()]),
        Keep::Mapping(it) => {
            let texts = [&it.from.id, &it.from.hash, &it.to.id, &it.to.hash, &it.text];
            fit("a mapping", texts.map(String::as_str))
        }
        Keep::Switch(it) => fit("a switch", [&it.scenario, &it.trigger, &it.by].map(String::as_str)),
        Keep::Refusals(rows) => {
            let texts = rows.iter().flat_map(|it| [&it.scenario, &it.stage, &it.rule, &it.role]);
            fit("a count of refusals", texts.map(String::as_str))
        }
    }
}

async fn write<X: AnyExecutor>(conn: &X, keep: &Keep) -> Result<Kept, StoreError> {
    match keep {
        Keep::Version(it) => return version(conn, it).await,
        Keep::Draft(it) => return draft(conn, it).await,
        Keep::DropDraft { id } => {
            conn.execute(DRAFT_DROP, &[Param::Text(id)]).await?;
        }
        Keep::Mapping(it) => {
            let params = [
                Param::Text(&it.from.id),
                Param::Int(i64::from(it.from.version)),
                Param::Text(&it.from.hash),
                Param::Text(&it.to.id),
                Param::Int(i64::from(it.to.version)),
                Param::Text(&it.to.hash),
                Param::Text(&it.text),
            ];
            conn.execute(MAPPING, &params).await?;
        }
        Keep::Switch(it) => {
            let params = [
                Param::Text(&it.scenario),
                Param::Text(&it.trigger),
                Param::Bool(it.on),
                Param::Int(it.since.millis()),
                Param::Text(&it.by),
            ];
            conn.execute(SWITCH, &params).await?;
            conn.execute(FREE, &[Param::Text(&it.scenario)]).await?;
        }
        Keep::Refusals(rows) => {
            for it in rows {
                let params = [
                    Param::Text(&it.scenario),
                    Param::Int(i64::from(it.version)),
                    Param::Text(&it.stage),
                    Param::Text(&it.rule),
                    Param::Text(&it.role),
                    Param::Int(signed(it.count)),
                ];
                conn.execute(REFUSAL, &params).await?;
            }
        }
    }
    Ok(Kept::Done)
}

async fn version<X: AnyExecutor>(conn: &X, it: &Version) -> Result<Kept, StoreError> {
    let number = Param::Int(i64::from(it.scenario.version));
    let params = [
        Param::Text(&it.scenario.id),
        number.clone(),
        Param::Text(&it.scenario.hash),
        Param::Text(&it.by),
        Param::Int(it.at.millis()),
        Param::Text(&it.comment),
        Param::Text(&it.text),
    ];
    if conn.execute(VERSION, &params).await? == 1 {
        return Ok(Kept::Done);
    }
    let mut rows = conn.query(VERSION_HASH, &[Param::Text(&it.scenario.id), number]).await?;
    let found = rows.first_mut().map_or(Ok(String::new()), |row| row.text(0))?;
    Ok(if found == it.scenario.hash { Kept::Done } else { Kept::Clash { found } })
}

async fn draft<X: AnyExecutor>(conn: &X, it: &Draft) -> Result<Kept, StoreError> {
    let params = [
        Param::Text(&it.id),
        Param::Text(&it.scenario),
        Param::Int(signed(it.revision)),
        Param::Text(&it.by),
        Param::Int(it.at.millis()),
        Param::Text(&it.text),
    ];
    let sql = if it.revision == 1 { DRAFT_NEW } else { DRAFT_NEXT };
    if conn.execute(sql, &params).await? == 1 {
        return Ok(Kept::Done);
    }
    let rows = conn.query(DRAFT_REVISION, &[Param::Text(&it.id)]).await?;
    let found = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(Kept::Clash { found: found.to_string() })
}

pub(super) async fn kept<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    look: &Look,
) -> Result<Vec<Keep>, StoreError> {
    match look {
        Look::Latest { scenario } => versions(conn, LATEST, &[Param::Text(scenario)]).await,
        Look::Version { scenario, version, hash } => {
            let params = [Param::Text(scenario), Param::Int(i64::from(*version)), Param::Text(hash)];
            versions(conn, ONE_VERSION, &params).await
        }
        Look::Versions { scenario: Some(scenario) } => {
            versions(conn, VERSIONS_OF, &[Param::Text(scenario)]).await
        }
        Look::Versions { scenario: None } => versions(conn, VERSIONS, &[]).await,
        Look::Draft { id } => drafts(conn, DRAFT, &[Param::Text(id)]).await,
        Look::Drafts => drafts(conn, DRAFTS, &[]).await,
        Look::Mappings { scenario } => mappings(conn, scenario).await,
        Look::Switches { scenario } => {
            let found: Vec<Switched> = load::switched(conn, scenario).await?;
            Ok(found.into_iter().map(Keep::Switch).collect())
        }
        Look::Refusals { scenario } => refusals(conn, scenario).await,
    }
}

async fn versions<X: AnyExecutor>(
    conn: &X,
    sql: &str,
    params: &[Param<'_>],
) -> Result<Vec<Keep>, StoreError> {
    let read = |mut row: Row| {
        let scenario = ScenarioRef { id: row.text(0)?, version: unsigned(row.int(1)?)?, hash: row.text(2)? };
        let (by, at) = (row.text(3)?, moment(row.int(4)?)?);
        Ok(Keep::Version(Version { scenario, by, at, comment: row.text(5)?, text: row.text(6)? }))
    };
    conn.query(sql, params).await?.into_iter().map(read).collect()
}

async fn drafts<X: AnyExecutor>(conn: &X, sql: &str, params: &[Param<'_>]) -> Result<Vec<Keep>, StoreError> {
    let read = |mut row: Row| {
        Ok(Keep::Draft(Draft {
            id: row.text(0)?,
            scenario: row.text(1)?,
            revision: unsigned(row.int(2)?)?,
            by: row.text(3)?,
            at: moment(row.int(4)?)?,
            text: row.text(5)?,
        }))
    };
    conn.query(sql, params).await?.into_iter().map(read).collect()
}

async fn mappings<X: AnyExecutor>(conn: &X, scenario: &str) -> Result<Vec<Keep>, StoreError> {
    let read = |mut row: Row| {
        let from = ScenarioRef { id: row.text(0)?, version: unsigned(row.int(1)?)?, hash: row.text(2)? };
        let to = ScenarioRef { id: row.text(3)?, version: unsigned(row.int(4)?)?, hash: row.text(5)? };
        Ok(Keep::Mapping(Mapping { from, to, text: row.text(6)? }))
    };
    conn.query(MAPPINGS, &[Param::Text(scenario)]).await?.into_iter().map(read).collect()
}

async fn refusals<X: AnyExecutor>(conn: &X, scenario: &str) -> Result<Vec<Keep>, StoreError> {
    let read = |mut row: Row| {
        Ok(Refusal {
            scenario: row.text(0)?,
            version: unsigned(row.int(1)?)?,
            stage: row.text(2)?,
            rule: row.text(3)?,
            role: row.text(4)?,
            count: unsigned(row.int(5)?)?,
        })
    };
    let rows = conn.query(REFUSALS, &[Param::Text(scenario)]).await?;
    let rows = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(if rows.is_empty() { Vec::new() } else { vec![Keep::Refusals(rows)] })
}
