//! Lists of cases and activities, the board, finding.

use super::filter::{filter, sight};
use super::rows::{ACTIVITY, CASE, activity_row, case_row, count};
use super::text::Sql;
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    ActivityQuery, ActivityRow, ActivityState, Board, BoardCell, BoardQuery, CaseFilter, CaseKey, CaseOrder,
    CaseQuery, CaseRow, Find, Page, Sight, StoreError,
};

/// One more than wanted, to know whether there is more.
fn limit(limit: u32) -> Param<'static> {
    Param::Int(i64::from(limit) + 1)
}

pub(super) async fn cases<X: AnyExecutor>(conn: &X, query: &CaseQuery) -> Result<Page<CaseRow>, StoreError> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    let mut sql = Sql::new("SELECT ");
    sql.push(CASE).push(" FROM voronka.case_state s WHERE true");
    filter(&mut sql, &query.filter);
    let (column, sign, direction) = match query.order {
        CaseOrder::Id => ("", ">", ""),
        CaseOrder::RedFrom => ("s.red_from", ">", ""),
        CaseOrder::YellowFrom => ("s.yellow_from", ">", ""),
        CaseOrder::ClosedAt => ("s.closed_at", "<", " DESC"),
        CaseOrder::OpenedAt => ("s.opened_at", "<", " DESC"),
    };
    match query.order {
        // Lights are of open cases, and only of them are there indexes.
        CaseOrder::RedFrom | CaseOrder::YellowFrom => {
            sql.push(" AND s.closed_at IS NULL AND ").push(column).push(" IS NOT NULL")
        }
        CaseOrder::ClosedAt => sql.push(" AND s.closed_at IS NOT NULL"),
        CaseOrder::Id | CaseOrder::OpenedAt => &mut sql,
    };
    if let Some(after) = &query.after {
        if column.is_empty() {
            sql.push(" AND s.id > ").arg(Param::Text(&after.id));
        } else {
            sql.push(" AND (").push(column).push(", s.id) ").push(sign).push(" (");
            sql.arg(Param::Int(after.at)).push(", ").arg(Param::Text(&after.id)).push(")");
        }
    }
    sql.push(" ORDER BY ");
    if !column.is_empty() {
        sql.push(column).push(direction).push(", ");
    }
    sql.push("s.id").push(direction).push(" LIMIT ").arg(limit(query.limit));
    let rows = conn.query(&sql.text, &sql.params).await?;
    let rows = rows.into_iter().map(case_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(rows, query.limit, |row| CaseKey::of(row, query.order)))
}

pub(super) async fn activities<X: AnyExecutor>(
    conn: &X,
    query: &ActivityQuery,
) -> Result<Page<ActivityRow>, StoreError> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    let (some_owners, some_roles) = (!query.owners.is_empty(), !query.roles.is_empty());
    let owners = || Param::Texts(query.owners.iter().map(|it| Some(it.as_str())).collect());
    let mut sql = Sql::new("SELECT ");
    sql.push(ACTIVITY).push(" FROM voronka.activity a WHERE true");
    if some_owners || some_roles {
        sql.push(" AND (a.owner = ANY (").arg(owners()).push(")");
        if some_roles {
            sql.push(" OR (a.owner IS NULL AND a.role = ANY (");
            sql.arg(Param::Texts(query.roles.iter().map(|it| Some(it.as_str())).collect())).push("))");
        }
        sql.push(")");
    }
    if let Some(case) = &query.case {
        sql.push(" AND a.case_id = ").arg(Param::Text(case));
    }
    match query.state {
        ActivityState::Open => {}
        ActivityState::DueBy(moment) => {
            sql.push(" AND a.due_order <= ").arg(Param::Int(moment.millis()));
        }
        ActivityState::Agenda(moment) => {
            sql.push(" AND (a.due <= ").arg(Param::Int(moment.millis()));
            sql.push(" OR a.yellow_from <= ").arg(Param::Int(moment.millis())).push(")");
        }
    }
    if query.sight != Sight::All {
        sql.push(" AND (a.owner = ANY (").arg(owners());
        sql.push(") OR EXISTS (SELECT FROM voronka.case_state s WHERE s.id = a.case_id");
        sight(&mut sql, &query.sight, None);
        sql.push("))");
    }
    if let Some(after) = &query.after {
        sql.push(" AND (a.due_order, a.id) > (").arg(Param::Int(after.at));
        sql.push(", ").arg(Param::Text(&after.id)).push(")");
    }
    sql.push(" ORDER BY a.due_order, a.id LIMIT ").arg(limit(query.limit));
    let rows = conn.query(&sql.text, &sql.params).await?;
    let rows = rows.into_iter().map(activity_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(rows, query.limit, ActivityQuery::key))
}

pub(super) async fn board<X: AnyExecutor>(conn: &X, query: &BoardQuery) -> Result<Board, StoreError> {
    // Neither is looked at, and each would close off the other.
    let wanted = CaseFilter { open: Some(true), light: None, ..query.filter.clone() };
    let mut sql = Sql::new("WITH now AS (SELECT ");
    sql.arg(Param::Int(query.now.millis()));
    sql.push(
        " AS at), g AS (SELECT s.scenario, s.stage, s.currency, \
         (array_agg(s.stage_order ORDER BY s.version DESC, s.stage_order))[1] AS place, max(s.version) AS version, \
         count(*) AS cases, count(*) FILTER (WHERE s.red_from <= now.at) AS red, \
         count(*) FILTER (WHERE s.yellow_from <= now.at AND (s.red_from IS NULL OR s.red_from > now.at)) AS yellow, \
         coalesce(sum(s.amount), 0)::bigint AS amount FROM voronka.case_state s, now WHERE true",
    );
    filter(&mut sql, &wanted);
    sql.push(
        " GROUP BY s.scenario, s.stage, s.currency), h AS (SELECT g.*, first_value(g.place) OVER (\
         PARTITION BY g.scenario, g.stage ORDER BY g.version DESC, g.place) AS stage_place FROM g) \
         SELECT scenario, stage, stage_place, currency, cases, red, yellow, amount FROM h \
         ORDER BY scenario, stage_place, stage, currency NULLS FIRST",
    );
    let cell = |mut row: Row| {
        Ok(BoardCell {
            scenario: row.text(0)?,
            stage: row.text(1)?,
            order: count(&row, 2)?,
            currency: row.maybe_text(3)?,
            cases: count(&row, 4)?,
            red: count(&row, 5)?,
            yellow: count(&row, 6)?,
            ten_thousandths: row.int(7)?,
        })
    };
    let rows = conn.query(&sql.text, &sql.params).await?;
    Ok(Board { cells: rows.into_iter().map(cell).collect::<Result<_, StoreError>>()? })
}

pub(super) async fn find<X: AnyExecutor>(
    conn: &X,
    find: &Find,
    seen: &Sight,
    limit: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    let mut sql = Sql::new("SELECT ");
    sql.push(CASE).push(" FROM voronka.case_state s WHERE s.id IN (");
    match find {
        Find::Key { kind, key } => {
            sql.push("SELECT k.case_id FROM voronka.case_key k WHERE k.kind = ")
                .arg(Param::Text(kind.name()));
            sql.push(" AND left(k.key, 100) = left(").arg(Param::Text(key)).push(", 100) AND k.key = ");
            sql.arg(Param::Text(key));
        }
        Find::Field { field, text } => {
            sql.push("SELECT f.case_id FROM voronka.field_value f WHERE f.find AND f.field = ");
            sql.arg(Param::Text(field));
            sql.push(" AND left(f.text, 100) = left(").arg(Param::Text(text)).push(", 100) AND f.text = ");
            sql.arg(Param::Text(text));
        }
    }
    sql.push(")");
    sight(&mut sql, seen, None);
    sql.push(" ORDER BY s.closed_at IS NOT NULL, s.id DESC LIMIT ").arg(Param::Int(i64::from(limit)));
    conn.query(&sql.text, &sql.params).await?.into_iter().map(case_row).collect()
}
