//! Lengths of time in a few numbers: how many, sum, median, 90th percentile, exactly (F4).

use super::Times;
use rust_decimal::Decimal;
use serde::Serialize;

/// Lengths of time in milliseconds, in a few numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Durations {
    /// How many.
    pub count: u64,
    /// All of them together.
    pub sum_ms: Decimal,
    /// The median; none where there is nothing.
    pub median_ms: Option<Decimal>,
    /// The 90th percentile by type 7 ([`Times::percentile`]).
    pub p90_ms: Option<Decimal>,
    /// The longest.
    pub longest_ms: Option<i64>,
}

impl Durations {
    /// Of these; their order changes, and does not matter.
    pub(super) fn of(all: &mut [i64]) -> Self {
        if all.is_empty() {
            return Self::default();
        }
        let sum: i128 = all.iter().copied().map(i128::from).sum();
        let (median_ms, above) = percentile(all, 0, 50);
        let (p90_ms, above) = percentile(all, above, 90);
        Self {
            count: all.len() as u64,
            sum_ms: Decimal::try_from_i128_with_scale(sum, 0).unwrap_or(Decimal::MAX),
            median_ms,
            p90_ms,
            longest_ms: all.get(above..).unwrap_or_default().iter().copied().max(),
        }
    }

    /// The median.
    #[must_use]
    pub const fn median(&self) -> Option<Decimal> {
        self.median_ms
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl From<Times> for Durations {
    fn from(times: Times) -> Self {
        Self::of(&mut times.into_vec())
    }
}

/// The same as [`Times::percentile`], without putting all in order: what stands before `from` is known to be no greater
/// than what stands after. Answers also the place up to which that holds now.
fn percentile(all: &mut [i64], from: usize, percent: usize) -> (Option<Decimal>, usize) {
    let place = (all.len().saturating_sub(1)) as u128 * percent as u128;
    let (at, rest) = ((place / 100) as usize, (place % 100) as i64);
    let Some(part) = all.get_mut(from..).filter(|part| !part.is_empty()) else { return (None, from) };
    let nth = at.saturating_sub(from).min(part.len() - 1);
    let (_, below, above) = part.select_nth_unstable(nth);
    let below = *below;
    let above = if rest == 0 { below } else { above.iter().copied().min().unwrap_or(below) };
    let between = Decimal::from(below) + Decimal::from(above - below) * Decimal::new(rest, 2);
    (Some(between.normalize()), at)
}
