//! How some cases ended: won, lost and for what, open, void.

use super::Total;
use super::frame::Frame;
use super::matching::value;
use super::records::{Outcome, Row};
use super::total::Amount;
use serde::Serialize;
use std::collections::BTreeMap;

/// How some cases stand now; the four together are all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Ends {
    /// All of them.
    pub cases: Total,
    /// Those that are won.
    pub won: Total,
    /// Those that are lost.
    pub lost: Total,
    /// Those that are open.
    pub open: Total,
    /// Those that were no requests.
    pub void: Total,
    /// The lost ones by reason; under the empty one those without.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, Total>,
}

impl Ends {
    /// One more case.
    pub(super) fn add(&mut self, frame: &Frame<'_>, at: usize, row: &Row) {
        let one = one(frame, at, row);
        self.cases.add(&one);
        match row.outcome {
            Outcome::Open => self.open.add(&one),
            Outcome::Won | Outcome::Result => self.won.add(&one),
            Outcome::Void => self.void.add(&one),
            Outcome::Lost | Outcome::BadResult => {
                self.lost.add(&one);
                let reason = frame.lines.get(frame.line(row)).map_or("", |it| &it.id);
                self.reasons.entry(reason.to_owned()).or_default().add(&one);
            }
        }
    }
}

/// What one case is.
pub(super) fn one(frame: &Frame<'_>, at: usize, row: &Row) -> Total {
    let mut total = Total { cases: 1, ..Total::default() };
    if let Some((currency, sum)) = value(frame, at, row) {
        total.amounts.insert(currency.to_owned(), Amount { cases: 1, sum });
    }
    match &frame.rates {
        Some(rates) => total.converted(rates),
        None => total,
    }
}
