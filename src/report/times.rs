//! Lengths of time: their median and other quantiles, exactly (F4).

use rust_decimal::Decimal;
use serde::Serialize;

/// Lengths of time in milliseconds, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Times(Vec<i64>);

impl Times {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them together, in milliseconds.
    #[must_use]
    pub fn sum(&self) -> Decimal {
        self.0.iter().copied().map(Decimal::from).sum()
    }

    pub(super) fn into_vec(self) -> Vec<i64> {
        self.0
    }

    /// The median in milliseconds; none where there is nothing.
    ///
    /// ```
    /// let times: voronka::report::Times = [3, 1, 2, 10].into_iter().collect();
    /// assert_eq!(times.median().map(|ms| ms.to_string()), Some("2.5".to_owned()));
    /// ```
    #[must_use]
    pub fn median(&self) -> Option<Decimal> {
        self.percentile(50)
    }

    /// A percentile (0 to 100) in milliseconds by type 7, the one of R and of spreadsheets: between the two
    /// values around the place (n − 1) · p, in proportion. Exact, never a float.
    #[must_use]
    pub fn percentile(&self, percent: u32) -> Option<Decimal> {
        let last = self.0.len().checked_sub(1)?;
        let place = (last as u128) * u128::from(percent.min(100));
        let at = |place: u128| usize::try_from(place).ok().and_then(|place| self.0.get(place)).copied();
        let below = at(place / 100)?;
        let above = at(place / 100 + 1).unwrap_or(below);
        let rest = i64::try_from(place % 100).ok()?;
        Some(Decimal::from(below) + Decimal::from(above - below) * Decimal::new(rest, 2))
            .map(|ms| ms.normalize())
    }
}

impl FromIterator<i64> for Times {
    fn from_iter<I: IntoIterator<Item = i64>>(millis: I) -> Self {
        let mut all: Vec<i64> = millis.into_iter().collect();
        all.sort_unstable();
        Self(all)
    }
}
