//! Lists of cases and activities, the board, finding, changes: the query side.

use super::cases::{ActivityPlace, Cases, Orders, entry_text};
use super::rows::more;
use crate::Moment;
use crate::scenario::def::Color;
use crate::store::{
    ActivityQuery, ActivityRow, ActivityState, Board, BoardCell, BoardQuery, CaseFilter, CaseKey, CaseOrder,
    CaseQuery, CaseRow, Change, Changed, Find, LightFilter, Page, PageKey, Position, Sight, StoreError,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

type Rows<'a> = Box<dyn Iterator<Item = &'a CaseRow> + 'a>;
type Places = BTreeSet<(Moment, String)>;

/// The colour of a case at a moment; only open ones have one.
fn color(row: &CaseRow, now: Moment) -> Color {
    let reached = |from: Option<Moment>| from.is_some_and(|from| from <= now);
    if reached(row.red_from) {
        Color::Red
    } else if reached(row.yellow_from) {
        Color::Yellow
    } else {
        Color::Green
    }
}

fn has_light(row: &CaseRow, light: LightFilter) -> bool {
    let within = |at: Option<Moment>, from, to| at.is_some_and(|at| at > from && at <= to);
    row.closed_at.is_none()
        && match light {
            LightFilter::Is(wanted, now) => color(row, now) == wanted,
            LightFilter::TurnsRed(from, to) => within(row.red_from, from, to),
            LightFilter::TurnsYellow(from, to) => {
                within(row.yellow_from, from, to) && color(row, from) == Color::Green
            }
        }
}

/// What is not asked for fits, what is asked for must be there.
fn fits(wanted: Option<&String>, there: Option<&String>) -> bool {
    wanted.is_none() || wanted == there
}

impl Cases {
    fn sees(&self, sight: &Sight, row: &CaseRow) -> bool {
        let Sight::Parts(parts) = sight else { return true };
        parts.iter().any(|part| {
            let whose = |persons: &Vec<String>| {
                row.responsible.as_ref().is_some_and(|it| persons.contains(it))
                    || persons.contains(&row.author)
                    || row.team.as_ref().is_some_and(|it| part.teams.contains(it))
                    || self
                        .activities
                        .of_case(&row.id)
                        .any(|activity| activity.owner.as_ref().is_some_and(|owner| persons.contains(owner)))
            };
            part.scenarios.contains(&row.scenario) && part.persons.as_ref().is_none_or(whose)
        })
    }

    fn lets_through(&self, filter: &CaseFilter, row: &CaseRow) -> bool {
        let open = row.closed_at.is_none();
        let stage = if open { Some(&row.stage) } else { row.closed_from.as_ref() };
        filter.open.is_none_or(|wanted| wanted == open)
            && fits(filter.scenario.as_ref(), Some(&row.scenario))
            && fits(filter.stage.as_ref(), stage)
            && fits(filter.responsible.as_ref(), row.responsible.as_ref())
            && fits(filter.team.as_ref(), row.team.as_ref())
            && fits(filter.channel.as_ref(), row.channel.as_ref())
            && fits(filter.outcome.as_ref(), row.outcome.as_ref())
            && fits(filter.reason.as_ref(), row.reason.as_ref())
            && fits(filter.parent.as_ref(), row.parent.as_ref())
            && filter.closed_from.is_none_or(|from| row.closed_at.is_some_and(|at| at >= from))
            && filter.closed_to.is_none_or(|to| row.closed_at.is_some_and(|at| at < to))
            && filter.light.is_none_or(|light| has_light(row, light))
            && self.sees(&filter.sight, row)
    }

    fn orders(&self, filter: &CaseFilter) -> Option<&Orders> {
        match &filter.responsible {
            Some(responsible) => self.of_responsible.get(responsible),
            None => Some(&self.all),
        }
    }

    /// The rows of some places; a place without a row there is none.
    fn at<'a>(&'a self, places: impl Iterator<Item = &'a (Moment, String)> + 'a) -> Rows<'a> {
        Box::new(places.filter_map(|(_, id)| self.rows.get(id)))
    }

    /// Ids in order, after one.
    fn ids<'a>(&'a self, ids: impl Iterator<Item = &'a String> + 'a, after: Option<&PageKey>) -> Rows<'a> {
        let after = after.map(|it| it.id.clone());
        let rows = ids.filter(move |id| after.as_ref().is_none_or(|after| *id > after));
        Box::new(rows.filter_map(|id| self.rows.get(id)))
    }

    /// The rows in order of id that a filter can let through, from the narrowest index there is.
    fn by_id<'a>(&'a self, filter: &'a CaseFilter, orders: &'a Orders, after: Option<&PageKey>) -> Rows<'a> {
        let within = |places: &'a Places, from: Bound<Moment>, to: Moment| {
            let from = match from {
                // A moment later, since whatever id comes with the moment itself is out.
                Bound::Excluded(from) => Bound::Included((from.plus_millis(1), String::new())),
                _ => Bound::Unbounded,
            };
            let places = places.range((from, Bound::Unbounded)).take_while(move |(at, _)| *at <= to);
            places.map(|(_, id)| id).collect::<BTreeSet<&String>>()
        };
        let lit = match filter.light {
            Some(LightFilter::Is(Color::Red, now)) => Some(within(&orders.red, Bound::Unbounded, now)),
            Some(LightFilter::Is(Color::Yellow, now)) => Some(within(&orders.yellow, Bound::Unbounded, now)),
            Some(LightFilter::TurnsRed(from, to)) => Some(within(&orders.red, Bound::Excluded(from), to)),
            Some(LightFilter::TurnsYellow(from, to)) => {
                Some(within(&orders.yellow, Bound::Excluded(from), to))
            }
            Some(LightFilter::Is(Color::Green, _)) | None => None,
        };
        if let Some(lit) = lit {
            return self.ids(lit.into_iter(), after);
        }
        if let Some(parent) = &filter.parent {
            return self.ids(self.children.get(parent).into_iter().flatten(), after);
        }
        if let (None, Some(true), Some(scenario), Some(stage)) =
            (&filter.responsible, filter.open, &filter.scenario, &filter.stage)
        {
            let there = self.on_stage.get(&(scenario.clone(), stage.clone()));
            return self.ids(there.into_iter().flatten(), after);
        }
        let from = after.map_or(Bound::Unbounded, |it| Bound::Excluded(it.id.clone()));
        self.ids(orders.ids.range((from, Bound::Unbounded)), None)
    }

    /// The rows that a query can let through, in its order and after its place.
    fn in_order<'a>(&'a self, query: &'a CaseQuery) -> Rows<'a> {
        let Some(orders) = self.orders(&query.filter) else { return Box::new(std::iter::empty()) };
        let after = query.after.as_ref();
        let place = after
            .map(|it| (Moment::MIN.plus_millis(it.at.saturating_sub(Moment::MIN.millis())), it.id.clone()));
        let upwards = |places: &'a Places| {
            let from = place.clone().map_or(Bound::Unbounded, Bound::Excluded);
            self.at(places.range((from, Bound::Unbounded)))
        };
        let downwards = |places: &'a Places| {
            let to = place.clone().map_or(Bound::Unbounded, Bound::Excluded);
            self.at(places.range((Bound::Unbounded, to)).rev())
        };
        match query.order {
            CaseOrder::Id => self.by_id(&query.filter, orders, after),
            CaseOrder::RedFrom => match query.filter.light {
                // Nothing after the last moment can be let through.
                Some(LightFilter::Is(Color::Red, to) | LightFilter::TurnsRed(_, to)) => Box::new(
                    upwards(&orders.red).take_while(move |row| row.red_from.is_some_and(|at| at <= to)),
                ),
                _ => upwards(&orders.red),
            },
            CaseOrder::YellowFrom => match query.filter.light {
                Some(LightFilter::Is(Color::Yellow, to) | LightFilter::TurnsYellow(_, to)) => Box::new(
                    upwards(&orders.yellow).take_while(move |row| row.yellow_from.is_some_and(|at| at <= to)),
                ),
                _ => upwards(&orders.yellow),
            },
            CaseOrder::ClosedAt => match query.filter.closed_from {
                Some(from) => Box::new(
                    downwards(&orders.closed)
                        .take_while(move |row| row.closed_at.is_some_and(|at| at >= from)),
                ),
                None => downwards(&orders.closed),
            },
            CaseOrder::OpenedAt => downwards(&orders.opened),
        }
    }

    pub(super) fn page(&self, query: &CaseQuery) -> Page<CaseRow> {
        let rows = self.in_order(query).filter(|row| self.lets_through(&query.filter, row));
        let rows = rows.take(more(query.limit)).cloned().collect();
        Page::cut(rows, query.limit, |row| CaseKey::of(row, query.order))
    }

    fn shows(&self, query: &ActivityQuery, row: &ActivityRow) -> bool {
        let own = row.owner.as_ref().is_some_and(|owner| query.owners.contains(owner));
        let of_role = row.owner.is_none() && row.role.as_ref().is_some_and(|role| query.roles.contains(role));
        let of_all = query.owners.is_empty() && query.roles.is_empty();
        let reached = |at: Option<Moment>, by: Moment| at.is_some_and(|at| at <= by);
        let state = match query.state {
            ActivityState::Open => true,
            ActivityState::DueBy(by) => reached(row.due, by),
            ActivityState::Agenda(now) => reached(row.due, now) || reached(row.yellow_from, now),
        };
        let case = self.rows.get(&row.case).filter(|case| case.closed_at.is_none());
        state
            && (own || of_role || of_all)
            && query.case.as_ref().is_none_or(|case| *case == row.case)
            && case.is_some_and(|case| own || self.sees(&query.sight, case))
    }

    /// The places of the activities that a query can show: whole sets, each in order.
    fn agendas<'a>(&'a self, query: &'a ActivityQuery) -> Vec<&'a BTreeSet<ActivityPlace>> {
        if query.owners.is_empty() && query.roles.is_empty() {
            return vec![&self.activities.all];
        }
        let owned = query.owners.iter().filter_map(|it| self.activities.of_owner.get(it));
        owned.chain(query.roles.iter().filter_map(|it| self.activities.of_role.get(it))).collect()
    }

    pub(super) fn agenda(&self, query: &ActivityQuery) -> Page<ActivityRow> {
        let limit = more(query.limit);
        let after = query.after.as_ref().map(|it| (it.at, it.id.as_str()));
        let is_after = |at: i64, id: &str| after.is_none_or(|after| (at, id) > after);
        let mut rows: BTreeMap<(i64, &str), &ActivityRow> = BTreeMap::new();
        if let Some(case) = &query.case {
            let of_case = self.activities.of_case(case).filter(|row| self.shows(query, row));
            let placed =
                of_case.map(|row| ((row.due.map_or(i64::MAX, Moment::millis), row.id.as_str()), row));
            rows.extend(placed.filter(|((at, id), _)| is_after(*at, id)));
        } else {
            for set in self.agendas(query) {
                let from = after
                    .map_or(Bound::Unbounded, |(at, id)| Bound::Included((at, id.to_owned(), String::new())));
                let places = set.range((from, Bound::Unbounded)).filter(|(at, id, _)| is_after(*at, id));
                let there = places.filter_map(|(at, id, case)| {
                    let row = self.activities.rows.get(&(case.clone(), id.clone()))?;
                    self.shows(query, row).then_some(((*at, id.as_str()), row))
                });
                rows.extend(there.take(limit));
            }
        }
        let rows = rows.into_values().take(limit).cloned().collect();
        Page::cut(rows, query.limit, ActivityQuery::key)
    }

    pub(super) fn board(&self, query: &BoardQuery) -> Result<Board, StoreError> {
        let filter = CaseFilter { open: Some(true), light: None, ..query.filter.clone() };
        // Of a stage: the latest version that a case has there, and the order that it gives.
        let mut orders: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
        let mut sums: BTreeMap<(&str, &str, Option<&str>), (BoardCell, i128)> = BTreeMap::new();
        let Some(whose) = self.orders(&filter) else { return Ok(Board::default()) };
        for row in self.by_id(&filter, whose, None).filter(|row| self.lets_through(&filter, row)) {
            let stage = (row.scenario.as_str(), row.stage.as_str());
            let order = orders.entry(stage).or_default();
            *order = (*order).max((row.version, row.stage_order));
            let currency = row.amount.as_ref().map(|it| it.currency.as_str());
            let (cell, sum) = sums.entry((stage.0, stage.1, currency)).or_insert_with(|| {
                let cell = BoardCell {
                    scenario: row.scenario.clone(),
                    stage: row.stage.clone(),
                    order: 0,
                    currency: currency.map(str::to_owned),
                    cases: 0,
                    red: 0,
                    yellow: 0,
                    ten_thousandths: 0,
                };
                (cell, 0)
            });
            cell.cases += 1;
            match color(row, query.now) {
                Color::Red => cell.red += 1,
                Color::Yellow => cell.yellow += 1,
                Color::Green => {}
            }
            *sum += row.amount.as_ref().map_or(0, |it| i128::from(it.ten_thousandths));
        }
        let cell = |((scenario, stage, _), (mut cell, sum)): ((&str, &str, _), (BoardCell, i128))| {
            cell.order = orders.get(&(scenario, stage)).map_or(0, |(_, order)| *order);
            cell.ten_thousandths = i64::try_from(sum)
                .map_err(|_| StoreError::failed("a sum is larger than a store can tell"))?;
            Ok(cell)
        };
        let mut cells = sums.into_iter().map(cell).collect::<Result<Vec<_>, StoreError>>()?;
        // By stage and currency they are in order already, and the sort is stable.
        cells.sort_by(|a, b| (&a.scenario, a.order).cmp(&(&b.scenario, b.order)));
        Ok(Board { cells })
    }

    pub(super) fn find(&self, find: &Find, sight: &Sight, limit: u32) -> Vec<CaseRow> {
        let ids = match find {
            Find::Key { kind, key } => self.by_key.get(&(*kind, key.clone())),
            Find::Field { field, text } => self.by_field.get(&(field.clone(), text.clone())),
        };
        let rows = ids.into_iter().flatten().rev().filter_map(|id| self.rows.get(id));
        let seen = rows.filter(|row| self.sees(sight, row));
        let (open, closed): (Vec<_>, Vec<_>) = seen.partition(|row| row.closed_at.is_none());
        open.into_iter().chain(closed).take(limit as usize).cloned().collect()
    }

    /// Entries since a position, which counts those that were written before.
    pub(super) fn changes(&self, since: Position, limit: u32) -> Changed {
        let mut number = since.number;
        let from = usize::try_from(since.number).unwrap_or(usize::MAX);
        let mut changes = Vec::new();
        for (case, entry) in self.log.iter().skip(from).take(limit as usize) {
            number += 1;
            if let Some(row) = self.entries.get(case).and_then(|it| it.get(entry)) {
                changes.push(Change { position: Position { epoch: 0, number }, entry: entry_text(row) });
            }
        }
        Changed { changes, next: Position { epoch: 0, number } }
    }
}
