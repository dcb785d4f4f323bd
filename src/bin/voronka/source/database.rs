//! The journals of a database.

use super::{Journal, Problems, Unread};
use crate::place::Place;
use voronka::case::Recorded;
use voronka::store::{CaseFilter, CaseQuery, CaseRow, StoreError};

const PAGE: u32 = 500;

/// The journals of a scenario's cases, or of all, case by case in the order of their ids; with open ones or without.
pub fn of_database<'s>(
    place: &'s Place,
    scenario: Option<&str>,
    open: bool,
    problems: &'s Problems,
) -> impl Iterator<Item = Journal> + 's {
    let open = if open { None } else { Some(false) };
    let filter = CaseFilter { scenario: scenario.map(str::to_owned), open, ..CaseFilter::default() };
    let mut query = CaseQuery { filter, limit: PAGE, ..CaseQuery::default() };
    let mut rows = Vec::new().into_iter();
    let mut ended = false;
    std::iter::from_fn(move || {
        loop {
            if let Some((case, revision)) = rows.next() {
                match journal(place, case, revision) {
                    Ok(journal) => return Some(journal),
                    Err(error) => {
                        problems.fail(place.failed(&error));
                        return None;
                    }
                }
            }
            if ended {
                return None;
            }
            match place.kept().cases(&query) {
                Ok(page) => {
                    ended = page.next.is_none();
                    query.after = page.next;
                    let of = |it: CaseRow| (it.id, it.revision);
                    rows = page.rows.into_iter().map(of).collect::<Vec<_>>().into_iter();
                }
                Err(error) => {
                    problems.fail(place.failed(&error));
                    return None;
                }
            }
        }
    })
}

fn journal(place: &Place, case: String, revision: u64) -> Result<Journal, StoreError> {
    let mut entries = Vec::new();
    let mut from = 1;
    while from <= revision {
        match place.kept().journal(&case, from, PAGE) {
            Ok(page) => {
                for row in page {
                    match Recorded::read(&row.text) {
                        Ok(read) => entries.push(read),
                        Err(error) => {
                            let entries = Err(Unread::Damaged(error.to_string()));
                            return Ok(Journal { case, entries });
                        }
                    }
                }
            }
            // A journal with a hole, of one case; the others can be read.
            Err(error @ StoreError::Damaged { .. }) => {
                return Ok(Journal { case, entries: Err(Unread::Damaged(error.to_string())) });
            }
            Err(error) => return Err(error),
        }
        from += u64::from(PAGE);
    }
    let entries = super::lines::known(entries);
    Ok(Journal { case, entries })
}
