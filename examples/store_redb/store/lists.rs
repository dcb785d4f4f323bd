//! Lists of cases and activities, the board, finding: a walk along an index, and a filter on the way.
//!
//! It has no index for each filter: a store for millions of cases puts the responsible into the key of
//! [`super::tables::PLACES`] too, before the moment, and the owner into that of `AGENDA`.

use super::tables::{
    ACTIVITIES, AGENDA, CASES, FOUND_BY, Fault, Json, KEYS, PLACES, Read, next, parsed, row,
};
use redb::ReadableTable;
use std::collections::BTreeMap;
use std::ops::Bound;
use voronka::Moment;
use voronka::scenario::def::Color;
use voronka::store::{
    ActivityQuery, ActivityRow, ActivityState, Board, BoardCell, BoardQuery, CaseFilter, CaseKey, CaseOrder,
    CaseQuery, CaseRow, Find, LightFilter, Page, Sight, StoreError,
};

/// The orders of cases: all by id, open ones by id, and by what lists are ordered by.
const ALL: u8 = 0;
const OPEN: u8 = 1;
const RED: u8 = 2;
const YELLOW: u8 = 3;
const CLOSED: u8 = 4;
const OPENED: u8 = 5;

/// Where a case stands in which orders.
pub fn places(case: &CaseRow) -> impl Iterator<Item = (u8, i64)> {
    let open = case.closed_at.is_none();
    let place = |order, at: Option<Moment>| at.map(|at| (order, at.millis()));
    [
        Some((ALL, 0)),
        open.then_some((OPEN, 0)),
        place(RED, case.red_from.filter(|_| open)),
        place(YELLOW, case.yellow_from.filter(|_| open)),
        place(CLOSED, case.closed_at),
        place(OPENED, Some(case.opened_at)),
    ]
    .into_iter()
    .flatten()
}

fn color(case: &CaseRow, now: Moment) -> Color {
    let reached = |from: Option<Moment>| from.is_some_and(|from| from <= now);
    match (reached(case.red_from), reached(case.yellow_from)) {
        (true, _) => Color::Red,
        (false, true) => Color::Yellow,
        (false, false) => Color::Green,
    }
}

fn has_light(case: &CaseRow, light: LightFilter) -> bool {
    let within = |at: Option<Moment>, from, to| at.is_some_and(|at| at > from && at <= to);
    case.closed_at.is_none()
        && match light {
            LightFilter::Is(wanted, now) => color(case, now) == wanted,
            LightFilter::TurnsRed(from, to) => within(case.red_from, from, to),
            LightFilter::TurnsYellow(from, to) => {
                within(case.yellow_from, from, to) && color(case, from) == Color::Green
            }
        }
}

/// Whether a case may be seen; `activities` are asked only where persons matter.
fn sees(
    sight: &Sight,
    case: &CaseRow,
    activities: &impl ReadableTable<(&'static str, &'static str), Json>,
) -> Result<bool, Fault> {
    let Sight::Parts(parts) = sight else { return Ok(true) };
    for part in parts.iter().filter(|it| it.scenarios.contains(&case.scenario)) {
        let Some(persons) = &part.persons else { return Ok(true) };
        let is_one = |it: &Option<String>| it.as_ref().is_some_and(|it| persons.contains(it));
        let of_team = case.team.as_ref().is_some_and(|it| part.teams.contains(it));
        if of_team || is_one(&case.responsible) || persons.contains(&case.author) {
            return Ok(true);
        }
        for found in activities.range((case.id.as_str(), "")..(next(&case.id).as_str(), ""))? {
            if is_one(&parsed::<ActivityRow>(found?.1.value())?.owner) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What a filter says beside `sight`.
fn fits(filter: &CaseFilter, case: &CaseRow) -> bool {
    let is = |wanted: &Option<String>, there: Option<&String>| wanted.is_none() || wanted.as_ref() == there;
    let open = case.closed_at.is_none();
    filter.open.is_none_or(|wanted| wanted == open)
        && is(&filter.scenario, Some(&case.scenario))
        && is(&filter.stage, if open { Some(&case.stage) } else { case.closed_from.as_ref() })
        && is(&filter.responsible, case.responsible.as_ref())
        && is(&filter.team, case.team.as_ref())
        && is(&filter.channel, case.channel.as_ref())
        && is(&filter.outcome, case.outcome.as_ref())
        && is(&filter.reason, case.reason.as_ref())
        && is(&filter.parent, case.parent.as_ref())
        && filter.closed_from.is_none_or(|from| case.closed_at.is_some_and(|at| at >= from))
        && filter.closed_to.is_none_or(|to| case.closed_at.is_some_and(|at| at < to))
        && filter.light.is_none_or(|light| has_light(case, light))
}

fn lost(id: &str) -> StoreError {
    StoreError::Damaged { what: format!("the index entry of {id}"), why: "it has no row".to_owned() }
}

pub fn cases<R: Read>(tx: &R, query: &CaseQuery) -> Result<Page<CaseRow>, Fault> {
    let (places, rows, activities) = (tx.table(PLACES)?, tx.table(CASES)?, tx.table(ACTIVITIES)?);
    let (order, latest_first) = match query.order {
        CaseOrder::Id if query.filter.open == Some(true) => (OPEN, false),
        CaseOrder::Id => (ALL, false),
        CaseOrder::RedFrom => (RED, false),
        CaseOrder::YellowFrom => (YELLOW, false),
        CaseOrder::ClosedAt => (CLOSED, true),
        CaseOrder::OpenedAt => (OPENED, true),
    };
    let (start, end) = ((order, i64::MIN, ""), (order + 1, i64::MIN, ""));
    let after = query.after.as_ref().map(|it| (order, it.at, it.id.as_str()));
    let walk = match after {
        None => places.range(start..end)?,
        Some(after) if latest_first => places.range(start..after)?,
        Some(after) => places.range::<(u8, i64, &str)>((Bound::Excluded(after), Bound::Excluded(end)))?,
    };
    let mut walk: Box<dyn Iterator<Item = _>> =
        if latest_first { Box::new(walk.rev()) } else { Box::new(walk) };
    let mut page = Vec::new();
    while let (true, Some(found)) = (page.len() <= query.limit as usize, walk.next()) {
        let place = found?.0;
        let id = place.value().2;
        let case: CaseRow = row(&rows, id)?.ok_or_else(|| lost(id))?;
        if fits(&query.filter, &case) && sees(&query.filter.sight, &case, &activities)? {
            page.push(case);
        }
    }
    Ok(Page::cut(page, query.limit, |case| CaseKey::of(case, query.order)))
}

pub fn activities<R: Read>(tx: &R, query: &ActivityQuery) -> Result<Page<ActivityRow>, Fault> {
    let (agenda, rows, cases) = (tx.table(AGENDA)?, tx.table(ACTIVITIES)?, tx.table(CASES)?);
    let after = query.after.as_ref().map(|it| (it.at, next(&it.id)));
    let from = after.as_ref().map_or((i64::MIN, "", ""), |(at, id)| (*at, id.as_str(), ""));
    let mut page = Vec::new();
    for found in agenda.range(from..)? {
        if page.len() > query.limit as usize {
            break;
        }
        let place = found?.0;
        let (_, id, case) = place.value();
        if query.case.as_ref().is_some_and(|it| it != case) {
            continue;
        }
        let activity: ActivityRow = row(&rows, (case, id))?.ok_or_else(|| lost(id))?;
        let own = activity.owner.as_ref().is_some_and(|it| query.owners.contains(it));
        let of_role =
            activity.owner.is_none() && activity.role.as_ref().is_some_and(|it| query.roles.contains(it));
        let of_all = query.owners.is_empty() && query.roles.is_empty();
        let by = |at: Option<Moment>, by: Moment| at.is_some_and(|at| at <= by);
        let timely = match query.state {
            ActivityState::Open => true,
            ActivityState::DueBy(moment) => by(activity.due, moment),
            ActivityState::Agenda(now) => by(activity.due, now) || by(activity.yellow_from, now),
        };
        if !timely || !(own || of_role || of_all) {
            continue;
        }
        let case: CaseRow = row(&cases, case)?.ok_or_else(|| lost(case))?;
        if case.closed_at.is_none() && (own || sees(&query.sight, &case, &rows)?) {
            page.push(activity);
        }
    }
    Ok(Page::cut(page, query.limit, ActivityQuery::key))
}

pub fn board<R: Read>(tx: &R, query: &BoardQuery) -> Result<Board, Fault> {
    let (places, rows, activities) = (tx.table(PLACES)?, tx.table(CASES)?, tx.table(ACTIVITIES)?);
    let filter = CaseFilter { open: None, light: None, ..query.filter.clone() };
    let mut cells: BTreeMap<(String, String, Option<String>), BoardCell> = BTreeMap::new();
    // Of a stage: the latest version that a case there has, and the order that it gives.
    let mut orders: BTreeMap<(String, String), (u32, u32)> = BTreeMap::new();
    for found in places.range((OPEN, i64::MIN, "")..(RED, i64::MIN, ""))? {
        let place = found?.0;
        let id = place.value().2;
        let case: CaseRow = row(&rows, id)?.ok_or_else(|| lost(id))?;
        if !fits(&filter, &case) || !sees(&filter.sight, &case, &activities)? {
            continue;
        }
        let order = orders.entry((case.scenario.clone(), case.stage.clone())).or_default();
        *order = (*order).max((case.version, case.stage_order));
        let color = color(&case, query.now);
        let (currency, sum) = case.amount.map_or((None, 0), |it| (Some(it.currency), it.ten_thousandths));
        let key = (case.scenario.clone(), case.stage.clone(), currency.clone());
        let cell = cells.entry(key).or_insert_with(|| BoardCell {
            scenario: case.scenario,
            stage: case.stage,
            order: 0,
            currency,
            cases: 0,
            red: 0,
            yellow: 0,
            ten_thousandths: 0,
        });
        cell.cases += 1;
        cell.red += u64::from(color == Color::Red);
        cell.yellow += u64::from(color == Color::Yellow);
        let added = cell.ten_thousandths.checked_add(sum);
        cell.ten_thousandths = added
            .ok_or_else(|| StoreError::Failed { why: "a sum is larger than it can be told".to_owned() })?;
    }
    let mut cells: Vec<BoardCell> = cells.into_values().collect();
    for cell in &mut cells {
        cell.order = orders.get(&(cell.scenario.clone(), cell.stage.clone())).map_or(0, |it| it.1);
    }
    // By stage and currency they are in order already, and the sort is stable.
    cells.sort_by(|a, b| (&a.scenario, a.order).cmp(&(&b.scenario, b.order)));
    Ok(Board { cells })
}

pub fn find<R: Read>(tx: &R, find: &Find, sight: &Sight, limit: u32) -> Result<Vec<CaseRow>, Fault> {
    let (index, first, second) = match find {
        Find::Key { kind, key } => (KEYS, kind.name(), key),
        Find::Field { field, text } => (FOUND_BY, field.as_str(), text),
    };
    let (index, rows, activities) = (tx.table(index)?, tx.table(CASES)?, tx.table(ACTIVITIES)?);
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    let end = next(second);
    for found in index.range((first, second.as_str(), "")..(first, end.as_str(), ""))?.rev() {
        let place = found?.0;
        let id = place.value().2;
        let case: CaseRow = row(&rows, id)?.ok_or_else(|| lost(id))?;
        if sees(sight, &case, &activities)? {
            if case.closed_at.is_none() { open.push(case) } else { closed.push(case) }
        }
    }
    open.append(&mut closed);
    open.truncate(limit as usize);
    Ok(open)
}
