//! By what a report is cut, and in which slice each case stands (F5).

use super::ask::{Ask, AskError};
use super::frame::Frame;
use super::matching::{basis_moment, column, month, value};
use super::query::{Band, Dimension};
use super::records::Row;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// How many slices a report has at most.
pub const MOST_SLICES: usize = 2_000;

/// In which slices a case stands.
pub(super) enum Slices {
    /// All in one.
    Whole,
    /// By the words of a column: the slice of each word, and of cases without one.
    Words { column: usize, of: Vec<u32>, none: usize },
    /// By version.
    Version { of: Vec<u32>, none: usize },
    /// By band.
    Amount { bands: Vec<Band>, none: usize },
    /// By month.
    Month { months: Vec<String>, none: usize },
}

impl Slices {
    /// What the rows are cut into, with the name of each slice.
    pub fn of(frame: &Frame<'_>, ask: &Ask, rows: &[u32]) -> Result<(Self, Vec<String>), AskError> {
        let Some(by) = &ask.by else { return Ok((Self::Whole, vec![String::new()])) };
        let records = frame.records;
        let each = || {
            let row = |at: &u32| Some((*at as usize, records.rows.get(*at as usize)?));
            rows.iter().filter_map(row)
        };
        let (slices, names) = match by {
            Dimension::Version => {
                let version =
                    |row: &Row| records.version_of.get(usize::from(row.scenario)).map(|(_, it)| *it);
                // The versions of another scenario are no versions of this one.
                let ours = each().filter(|(_, row)| frame.is_ours(row));
                let found: BTreeSet<u32> = ours.filter_map(|(_, row)| version(row)).collect();
                let names: Vec<u32> = found.into_iter().collect();
                let place = |(_, it): &(String, u32)| {
                    names.binary_search(it).ok().and_then(|it| u32::try_from(it).ok()).unwrap_or(0)
                };
                let of = records.version_of.iter().map(place).collect();
                let none = names.len();
                let mut told: Vec<String> = names.iter().map(ToString::to_string).collect();
                told.push(String::new());
                (Self::Version { of, none }, told)
            }
            Dimension::Amount => {
                let found: BTreeSet<&str> = each()
                    .filter_map(|(at, row)| value(frame, at, row))
                    .map(|(currency, _)| currency)
                    .collect();
                let bands: Vec<Band> =
                    found.into_iter().flat_map(|currency| bands(currency, &ask.bands)).collect();
                let mut names: Vec<String> = bands.iter().map(ToString::to_string).collect();
                names.push(String::new());
                (Self::Amount { none: bands.len(), bands }, names)
            }
            Dimension::Month => {
                let found: BTreeSet<String> = each()
                    .filter_map(|(_, row)| basis_moment(ask.basis, row))
                    .map(|millis| month(frame, millis))
                    .collect();
                let months: Vec<String> = found.into_iter().collect();
                let mut names = months.clone();
                names.push(String::new());
                (Self::Month { none: months.len(), months }, names)
            }
            by => {
                let column = column(records, by)?.unwrap_or(0);
                let mut found: BTreeMap<&str, u32> = BTreeMap::new();
                for (at, _) in each() {
                    for word in records.words_of(column, at) {
                        found.insert(records.words.text(*word), *word);
                    }
                }
                let mut of = vec![0; records.words.len()];
                for (place, word) in found.values().enumerate() {
                    if let (Some(it), Ok(place)) = (of.get_mut(*word as usize), u32::try_from(place)) {
                        *it = place;
                    }
                }
                let mut names: Vec<String> = found.keys().map(|it| (*it).to_owned()).collect();
                names.push(String::new());
                (Self::Words { column, of, none: found.len() }, names)
            }
        };
        if names.len() > MOST_SLICES {
            return Err(AskError::Slices { by: by.to_string(), values: names.len() });
        }
        Ok((slices, names))
    }

    /// The slices of a case; a list stands in several (F5).
    pub fn each(&self, frame: &Frame<'_>, ask: &Ask, at: usize, row: &Row, mut take: impl FnMut(usize)) {
        match self {
            Self::Whole => take(0),
            Self::Words { column, of, none } => {
                let words = frame.records.words_of(*column, at);
                if words.is_empty() {
                    take(*none);
                }
                for word in words {
                    take(of.get(*word as usize).map_or(0, |it| *it as usize));
                }
            }
            Self::Version { none, .. } if !frame.is_ours(row) => take(*none),
            Self::Version { of, .. } => {
                take(of.get(usize::from(row.scenario)).map_or(0, |it| *it as usize));
            }
            Self::Amount { bands, none } => {
                let band = value(frame, at, row).and_then(|(currency, amount)| {
                    bands.iter().position(|band| band.holds(currency, amount))
                });
                take(band.unwrap_or(*none));
            }
            Self::Month { months, none } => {
                let month = basis_moment(ask.basis, row).map(|millis| month(frame, millis));
                take(month.and_then(|it| months.binary_search(&it).ok()).unwrap_or(*none));
            }
        }
    }
}

fn bands(currency: &str, bounds: &[Decimal]) -> Vec<Band> {
    let bounds: BTreeSet<Decimal> = bounds.iter().copied().collect();
    let ends: Vec<Option<Decimal>> =
        std::iter::once(None).chain(bounds.into_iter().map(Some)).chain([None]).collect();
    let band = |pair: &[Option<Decimal>]| match pair {
        [from, to] => Some(Band { currency: currency.to_owned(), from: *from, to: *to }),
        _ => None,
    };
    ends.windows(2).filter_map(band).collect()
}
