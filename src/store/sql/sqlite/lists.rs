//! Lists, paged by key.

use super::filter::{Where, places, texts};
use super::{case_row, maybe_moment, moment, unsigned};
use crate::store::sql::{AnyExecutor, Param, Row};
use crate::store::{
    ActivityQuery, ActivityRow, ActivityState, Board, BoardCell, BoardQuery, CaseKey, CaseOrder, CaseQuery,
    CaseRow, Find, Page, PageKey, Sight, StoppedEffect, StoreError,
};
use std::collections::BTreeMap;

/// The statement of a page of cases, and its parameters.
pub(super) fn cases_sql(query: &CaseQuery) -> (String, Vec<Param<'_>>) {
    let mut wheres = Where::default();
    let filter = &query.filter;
    let open = if filter.light.is_some() { Some(true) } else { filter.open };
    wheres.filter(filter, open);
    if filter.open == Some(false) && open == Some(true) {
        // Both a light and closed cases: there are none.
        wheres.and("0", []);
    }
    if let Some(light) = filter.light {
        wheres.light(light);
    }
    let (column, down) = match query.order {
        CaseOrder::Id => (None, false),
        CaseOrder::RedFrom => (Some("c.red_from"), false),
        CaseOrder::YellowFrom => (Some("c.yellow_from"), false),
        CaseOrder::ClosedAt => (Some("c.closed_at"), true),
        CaseOrder::OpenedAt => (Some("c.opened_at"), true),
    };
    if let Some(column) = column.filter(|_| query.order != CaseOrder::OpenedAt) {
        wheres.and(&format!("{column} IS NOT NULL"), []);
    }
    if let Some(PageKey { at, id }) = &query.after {
        let beyond = if down { "<" } else { ">" };
        match column {
            None => wheres.and("c.id > ?", [Param::Text(id)]),
            Some(column) => {
                let values = [Param::Int(*at), Param::Text(id)];
                wheres.and(&format!("({column}, c.id) {beyond} (?, ?)"), values);
            }
        }
    }
    wheres.sight(&filter.sight, Some(filter), None);
    let order = match (column, down) {
        (None, _) => "c.id".to_owned(),
        (Some(column), false) => format!("{column}, c.id"),
        (Some(column), true) => format!("{column} DESC, c.id DESC"),
    };
    let columns = case_row::COLUMNS;
    let sql =
        format!("SELECT {columns} FROM voronka_case_state c{} ORDER BY {order} LIMIT {}", wheres.sql(), "?");
    wheres.params.push(Param::Int(i64::from(query.limit) + 1));
    (sql, wheres.params)
}

pub(super) async fn cases<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    query: &CaseQuery,
) -> Result<Page<CaseRow>, StoreError> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    let (sql, params) = cases_sql(query);
    let mut rows = conn.query(&sql, &params).await?;
    let rows = rows.iter_mut().map(case_row::read).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(rows, query.limit, |row| CaseKey::of(row, query.order)))
}

/// The statement of a page of activities, and its parameters.
pub(super) fn activities_sql(query: &ActivityQuery) -> (String, Vec<Param<'_>>) {
    let mut wheres = Where::default();
    wheres.and(
        "EXISTS (SELECT 1 FROM voronka_case_state o WHERE o.id = a.case_id AND o.closed_at IS NULL)",
        [],
    );
    let own = format!("a.owner IN {}", places(query.owners.len()));
    let in_role = format!("(a.owner IS NULL AND a.role IN {})", places(query.roles.len()));
    match (query.owners.is_empty(), query.roles.is_empty()) {
        (true, true) => {}
        (false, true) => wheres.and(&own, texts(&query.owners)),
        (true, false) => wheres.and(&in_role, texts(&query.roles)),
        (false, false) => {
            let values = texts(&query.owners).chain(texts(&query.roles));
            wheres.and(&format!("({own} OR {in_role})"), values);
        }
    }
    if let Some(case) = query.case.as_deref() {
        wheres.and("a.case_id = ?", [Param::Text(case)]);
    }
    match query.state {
        ActivityState::Open => {}
        ActivityState::DueBy(at) => wheres.and("a.due_order <= ?", [Param::Int(at.millis())]),
        ActivityState::Agenda(at) => {
            let at = Param::Int(at.millis());
            wheres.and("(a.yellow_from <= ? OR a.due <= ?)", [at.clone(), at]);
        }
    }
    if let Some(PageKey { at, id }) = &query.after {
        wheres.and("(a.due_order, a.id) > (?, ?)", [Param::Int(*at), Param::Text(id)]);
    }
    // Where only owners are asked for, each of their activities is theirs to see.
    if query.owners.is_empty() || !query.roles.is_empty() {
        wheres.sight(&query.sight, None, Some((&own, texts(&query.owners).collect())));
    }
    let sql = format!(
        "SELECT a.id, a.case_id, a.kind, a.title, a.owner, a.role, a.due, a.yellow_from, a.mandatory, a.planned_at, \
         a.body FROM voronka_activity a{} ORDER BY a.due_order, a.id LIMIT ?",
        wheres.sql()
    );
    wheres.params.push(Param::Int(i64::from(query.limit) + 1));
    (sql, wheres.params)
}

pub(super) async fn activities<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    query: &ActivityQuery,
) -> Result<Page<ActivityRow>, StoreError> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    let (sql, params) = activities_sql(query);
    let read = |mut row: Row| {
        Ok(ActivityRow {
            id: row.text(0)?,
            case: row.text(1)?,
            kind: row.text(2)?,
            title: row.text(3)?,
            owner: row.maybe_text(4)?,
            role: row.maybe_text(5)?,
            due: maybe_moment(row.maybe_int(6)?)?,
            yellow_from: maybe_moment(row.maybe_int(7)?)?,
            mandatory: row.bool(8)?,
            planned_at: moment(row.int(9)?)?,
            text: row.text(10)?,
        })
    };
    let rows = conn.query(&sql, &params).await?;
    let rows = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(rows, query.limit, ActivityQuery::key))
}

pub(super) async fn board<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    query: &BoardQuery,
) -> Result<Board, StoreError> {
    let mut wheres = Where::default();
    wheres.filter(&query.filter, Some(true));
    wheres.sight(&query.filter.sight, Some(&query.filter), None);
    // Of columns beside `max` SQLite gives those of the row that has it.
    let sql = format!(
        "SELECT c.scenario, c.stage, c.currency, max(c.version), c.stage_order, count(*), \
         ifnull(sum(c.red_from <= ?), 0), \
         ifnull(sum(c.yellow_from <= ? AND (c.red_from IS NULL OR c.red_from > ?)), 0), ifnull(sum(c.amount), 0) \
         FROM voronka_case_state c{} GROUP BY c.scenario, c.stage, c.currency",
        wheres.sql()
    );
    let now = Param::Int(query.now.millis());
    let mut params = vec![now.clone(), now.clone(), now];
    params.extend(wheres.params);
    let mut cells = Vec::new();
    let mut orders: BTreeMap<(String, String), (u32, u32)> = BTreeMap::new();
    for mut row in conn.query(&sql, &params).await? {
        let cell = BoardCell {
            scenario: row.text(0)?,
            stage: row.text(1)?,
            currency: row.maybe_text(2)?,
            order: unsigned(row.int(4)?)?,
            cases: unsigned(row.int(5)?)?,
            red: unsigned(row.int(6)?)?,
            yellow: unsigned(row.int(7)?)?,
            ten_thousandths: row.int(8)?,
        };
        let latest = (unsigned(row.int(3)?)?, cell.order);
        let known = orders.entry((cell.scenario.clone(), cell.stage.clone())).or_insert(latest);
        *known = latest.max(*known);
        cells.push(cell);
    }
    for cell in &mut cells {
        if let Some((_, order)) = orders.get(&(cell.scenario.clone(), cell.stage.clone())) {
            cell.order = *order;
        }
    }
    cells.sort_by(|a, b| {
        let key = |it: &BoardCell| (it.scenario.clone(), it.order, it.stage.clone(), it.currency.clone());
        key(a).cmp(&key(b))
    });
    Ok(Board { cells })
}

pub(super) async fn find<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    find: &Find,
    sight: &Sight,
    limit: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let mut wheres = Where::default();
    let from = match find {
        Find::Key { kind, key } => {
            wheres.and("k.kind = ? AND k.key = ?", [Param::Text(kind.name()), Param::Text(key)]);
            "voronka_case_key k"
        }
        Find::Field { field, text } => {
            wheres.and("k.find = 1 AND k.field = ? AND k.text = ?", [Param::Text(field), Param::Text(text)]);
            "voronka_field_value k"
        }
    };
    wheres.sight(sight, None, None);
    let columns = case_row::COLUMNS;
    let sql = format!(
        "SELECT {columns} FROM {from} JOIN voronka_case_state c ON c.id = k.case_id{} \
         ORDER BY c.closed_at IS NOT NULL, c.id DESC LIMIT ?",
        wheres.sql()
    );
    wheres.params.push(Param::Int(i64::from(limit)));
    conn.query(&sql, &wheres.params).await?.iter_mut().map(case_row::read).collect()
}

const STOPPED: &str = "SELECT id, case_id, lane, kind, body, attempts, error, state = 'freed' FROM voronka_effect \
    WHERE state <> 'pending' AND id > ?1 ORDER BY id LIMIT ?2";
const COUNTER: &str = "SELECT value FROM voronka_counter WHERE name = ?1";

pub(super) async fn stopped<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    after: &str,
    limit: u32,
) -> Result<Page<StoppedEffect>, StoreError> {
    if limit == 0 {
        return Ok(Page::default());
    }
    let rows = conn.query(STOPPED, &[Param::Text(after), Param::Int(i64::from(limit) + 1)]).await?;
    let read = |mut row: Row| {
        Ok(StoppedEffect {
            id: row.text(0)?,
            case: row.text(1)?,
            lane: row.text(2)?,
            kind: row.text(3)?,
            text: row.text(4)?,
            attempts: unsigned(row.int(5)?)?,
            error: row.maybe_text(6)?.unwrap_or_default(),
            frees: row.bool(7)?,
        })
    };
    let rows = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(rows, limit, |it| PageKey { at: 0, id: it.id.clone() }))
}

pub(super) async fn counters<X: AnyExecutor>(
    conn: &X,
    _owns: bool,
    names: &[String],
) -> Result<Vec<i64>, StoreError> {
    let mut values = Vec::with_capacity(names.len());
    for name in names {
        let rows = conn.query(COUNTER, &[Param::Text(name)]).await?;
        values.push(rows.first().map_or(Ok(0), |row| row.int(0))?);
    }
    Ok(values)
}
