//! How many cases, and what they are worth (F5).

use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many cases, and what they are worth, each currency by itself (F5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Total {
    /// How many.
    pub cases: u64,
    /// What those are worth that have a value, by currency; never added across, unless rates were given.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub amounts: BTreeMap<String, Amount>,
}

/// Amounts of one currency added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Amount {
    /// Of how many cases.
    pub cases: u64,
    /// Their sum, exactly.
    pub sum: Decimal,
}

impl Total {
    /// How many of them have no value.
    #[must_use]
    pub fn without_value(&self) -> u64 {
        self.cases - self.amounts.values().map(|it| it.cases).sum::<u64>().min(self.cases)
    }

    /// The sum in one currency; zero where there is none.
    #[must_use]
    pub fn sum(&self, currency: &str) -> Decimal {
        self.amounts.get(currency).map_or(Decimal::ZERO, |it| it.sum)
    }

    /// Adds another one, of other cases.
    pub fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        for (currency, amount) in &other.amounts {
            let known = self.amounts.entry(currency.clone()).or_default();
            known.cases += amount.cases;
            known.sum = known.sum.saturating_add(amount.sum);
        }
    }

    /// The same by rates: what has one is told in the rates' currency, what has none in its own.
    #[must_use]
    pub fn converted(&self, rates: &Rates) -> Self {
        let mut out = Self { cases: self.cases, amounts: BTreeMap::new() };
        for (currency, amount) in &self.amounts {
            let (name, sum) = match rates.rates.get(currency) {
                _ if *currency == rates.to => (&rates.to, amount.sum),
                Some(rate) => (&rates.to, amount.sum.saturating_mul(*rate)),
                None => (currency, amount.sum),
            };
            let known = out.amounts.entry(name.clone()).or_default();
            known.cases += amount.cases;
            known.sum = known.sum.saturating_add(sum);
        }
        out
    }
}

/// What one unit of other currencies is worth in one of them (F5); the host's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// The currency in which all is told.
    pub to: String,
    /// What a unit of each other currency is worth in it.
    pub rates: BTreeMap<String, Decimal>,
}

/// Counts and sums by place, while cases are counted.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    /// Of each place one cell for each currency, and the last for cases without a value.
    cells: Vec<Cell>,
    /// Cells of a place.
    width: usize,
    /// What is no whole number of ten-thousandths, by cell.
    odd: BTreeMap<usize, Decimal>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    cases: u64,
    ten_thousandths: i128,
}

/// What one case adds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worthy {
    /// The number of its currency; that of the currencies where it has no value.
    pub currency: usize,
    pub ten_thousandths: i64,
    /// Beside them, where that would not be exact.
    pub odd: Option<Decimal>,
}

impl Counts {
    pub fn new(places: usize, currencies: usize) -> Self {
        let width = currencies + 1;
        Self { cells: vec![Cell::default(); places * width], width, odd: BTreeMap::new() }
    }

    #[inline]
    pub fn add(&mut self, place: usize, worth: &Worthy) {
        let at = place * self.width + worth.currency;
        if let Some(cell) = self.cells.get_mut(at) {
            cell.cases += 1;
            cell.ten_thousandths += i128::from(worth.ten_thousandths);
        }
        if let Some(odd) = worth.odd {
            let sum = self.odd.entry(at).or_default();
            *sum = sum.saturating_add(odd);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (cell, it) in self.cells.iter_mut().zip(&other.cells) {
            cell.cases += it.cases;
            cell.ten_thousandths += it.ten_thousandths;
        }
        for (at, it) in &other.odd {
            let sum = self.odd.entry(*at).or_default();
            *sum = sum.saturating_add(*it);
        }
    }

    /// The total of a place.
    pub fn total(&self, place: usize, currencies: &[&str]) -> Total {
        let mut total = Total::default();
        for nth in 0..self.width {
            let at = place * self.width + nth;
            let Some(cell) = self.cells.get(at).filter(|cell| cell.cases > 0) else { continue };
            total.cases += cell.cases;
            if let Some(currency) = currencies.get(nth) {
                let whole =
                    Decimal::try_from_i128_with_scale(cell.ten_thousandths, 4).unwrap_or(Decimal::MAX);
                let odd = self.odd.get(&at).copied().unwrap_or_default();
                let sum = whole.saturating_add(odd).normalize();
                total.amounts.insert((*currency).to_owned(), Amount { cases: cell.cases, sum });
            }
        }
        total
    }
}
