//! What the broken stores do wrong of lists.

use super::{Broken, Flaw};
use voronka::store::{
    ActivityQuery, ActivityRow, Board, BoardCell, BoardQuery, CaseFilter, CaseQuery, CaseRow, Changed, Find,
    LightFilter, Page, Position, Query, RefusedItem, Sight, StoppedEffect, StoreError,
};

/// All rows that a query lets through.
fn all(query: &CaseQuery) -> CaseQuery {
    CaseQuery { after: None, limit: 1_000, ..query.clone() }
}

impl Broken {
    fn spoilt_filter(&self, mut filter: CaseFilter) -> CaseFilter {
        match (self.flaw, &mut filter.light) {
            (Flaw::LightsAMomentLate, Some(LightFilter::Is(_, now))) => *now = now.plus_millis(-1),
            (Flaw::IgnoresSight, _) => filter.sight = Sight::All,
            _ => {}
        }
        filter
    }
}

impl Query for Broken {
    fn cases(&self, query: &CaseQuery) -> Result<Page<CaseRow>, StoreError> {
        let query = CaseQuery { filter: self.spoilt_filter(query.filter.clone()), ..query.clone() };
        match self.flaw {
            Flaw::DropsTheLastRow => {
                let mut page = Query::cases(&self.inner, &query)?;
                page.rows.pop();
                Ok(page)
            }
            // Goes on at the last row instead of after it.
            Flaw::RepeatsARow if query.after.is_some() && query.limit > 1 => {
                let after = query.after.as_ref().unwrap();
                let rows = Query::cases(&self.inner, &all(&query))?.rows;
                let from = rows.iter().position(|it| it.id == after.id).unwrap_or_default();
                let mut page = Query::cases(&self.inner, &query)?;
                page.rows.insert(0, rows[from].clone());
                page.rows.truncate(query.limit as usize);
                Ok(page)
            }
            Flaw::PagesByOffset => {
                let mut offsets = self.offsets.lock().unwrap();
                let from = query.after.as_ref().map_or(0, |it| offsets[&it.id]);
                let rows = Query::cases(&self.inner, &all(&query))?.rows;
                let rows = rows.into_iter().skip(from as usize).take(query.limit as usize + 1).collect();
                let page = Page::cut(rows, query.limit, |it| voronka::store::CaseKey::of(it, query.order));
                offsets.extend(page.next.iter().map(|it| (it.id.clone(), from + query.limit)));
                Ok(page)
            }
            Flaw::SightAfterPaging => {
                let mut blind = query.clone();
                blind.filter.sight = Sight::All;
                let mut page = Query::cases(&self.inner, &blind)?;
                let seen = Query::cases(&self.inner, &all(&query))?.rows;
                page.rows.retain(|row| seen.contains(row));
                Ok(page)
            }
            Flaw::ShowsClosedByTheirStage if query.filter.stage.is_some() => {
                let mut any = query.clone();
                let stage = any.filter.stage.take();
                let mut page = Query::cases(&self.inner, &any)?;
                page.rows.retain(|row| Some(&row.stage) == stage.as_ref());
                Ok(page)
            }
            _ => Query::cases(&self.inner, &query),
        }
    }

    fn activities(&self, query: &ActivityQuery) -> Result<Page<ActivityRow>, StoreError> {
        let mut query = query.clone();
        match self.flaw {
            Flaw::IgnoresRoles => query.roles.clear(),
            Flaw::IgnoresSight => query.sight = Sight::All,
            Flaw::HidesActivitiesOfUnseen => {
                let filter = CaseFilter { sight: query.sight.clone(), ..CaseFilter::default() };
                let seen = CaseQuery { filter, limit: 1_000, ..CaseQuery::default() };
                let seen = Query::cases(&self.inner, &seen)?.rows;
                let mut page = Query::activities(&self.inner, &query)?;
                page.rows.retain(|row| seen.iter().any(|it| it.id == row.case));
                return Ok(page);
            }
            _ => {}
        }
        Query::activities(&self.inner, &query)
    }

    fn board(&self, query: &BoardQuery) -> Result<Board, StoreError> {
        let mut query = query.clone();
        query.filter = self.spoilt_filter(query.filter);
        if self.flaw == Flaw::LightsAMomentLate {
            query.now = query.now.plus_millis(-1);
        }
        let mut board = Query::board(&self.inner, &query)?;
        match self.flaw {
            Flaw::AddsCurrencies => {
                let mut cells: Vec<BoardCell> = Vec::new();
                for cell in board.cells {
                    match cells.last_mut().filter(|it| it.scenario == cell.scenario && it.stage == cell.stage)
                    {
                        Some(one) => {
                            one.cases += cell.cases;
                            one.red += cell.red;
                            one.yellow += cell.yellow;
                            one.ten_thousandths += cell.ten_thousandths;
                        }
                        None => cells.push(cell),
                    }
                }
                board.cells = cells;
            }
            Flaw::AddsInFloats => {
                for cell in &mut board.cells {
                    cell.ten_thousandths = cell.ten_thousandths as f64 as i64;
                }
            }
            _ => {}
        }
        Ok(board)
    }

    fn find(&self, find: &Find, sight: &Sight, limit: u32) -> Result<Vec<CaseRow>, StoreError> {
        let sight = if self.flaw == Flaw::IgnoresSight { &Sight::All } else { sight };
        let find = match find {
            Find::Key { kind, key } if self.flaw == Flaw::FoldsKeys => {
                &Find::Key { kind: *kind, key: key.to_lowercase() }
            }
            _ => find,
        };
        let mut rows = Query::find(&self.inner, find, sight, limit)?;
        if self.flaw == Flaw::FindsClosedFirst {
            rows.sort_by_key(|row| row.closed_at.is_none());
        }
        Ok(rows)
    }

    fn changes(&self, since: Position, limit: u32) -> Result<Changed, StoreError> {
        let mut changed = Query::changes(&self.inner, since, limit)?;
        match self.flaw {
            // The third of a store is lost.
            Flaw::MissesAChange => {
                changed.changes.retain(|it| it.position.number != 3);
                if changed.changes.is_empty() && changed.next.number == 3 {
                    return Query::changes(&self.inner, changed.next, limit);
                }
                if let Some(last) = changed.changes.last() {
                    changed.next = last.position;
                }
            }
            // From the last one on, again.
            Flaw::RepeatsAChange if since.number > 0 => {
                let before = Position { number: since.number - 1, ..since };
                changed = Query::changes(&self.inner, before, limit)?;
            }
            _ => {}
        }
        Ok(changed)
    }

    fn stopped(&self, after: &str, limit: u32) -> Result<Page<StoppedEffect>, StoreError> {
        let mut page = Query::stopped(&self.inner, after, limit)?;
        if self.flaw == Flaw::HidesThoseThatFree {
            page.rows.retain(|it| !it.frees);
        }
        Ok(page)
    }

    fn refused(&self, after: &str, limit: u32) -> Result<Page<RefusedItem>, StoreError> {
        Query::refused(&self.inner, after, limit)
    }

    fn counters(&self, names: &[String]) -> Result<Vec<i64>, StoreError> {
        let values = Query::counters(&self.inner, names)?;
        let first = i64::from(self.flaw == Flaw::CountsFromOne);
        Ok(values.into_iter().map(|it| if it == 0 { first } else { it }).collect())
    }
}
