//! How far a share can be trusted: intervals, and whether two shares differ by more than chance (F3).
//!
//! Small funnels mislead: of four cases one more or less is 25 per cent. So each share comes with the interval in which
//! the true one lies with 95 per cent confidence, and a difference of two with its own and with a test. All of it is
//! plain arithmetic on counts, the same on every machine.

use serde::Serialize;

/// The quantile of the standard normal distribution for 95 per cent, both sides.
const Z: f64 = 1.959_963_984_540_054;

/// An interval of shares, from 0 to 1; of differences, from −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Whether it leaves open on which side of a number the truth lies.
    #[must_use]
    pub fn holds(&self, number: f64) -> bool {
        self.low <= number && number <= self.high
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many have it.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    /// So many of so many; never more than all.
    #[must_use]
    pub const fn new(hits: u64, of: u64) -> Self {
        Self { hits: if hits < of { hits } else { of }, of }
    }

    /// Whether it is of so few (under 30) that it says little by itself: its interval is then up to 35 points wide.
    #[must_use]
    pub const fn is_small(&self) -> bool {
        self.of < 30
    }

    /// The share itself; none of nothing.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.of > 0).then(|| float(self.hits) / float(self.of))
    }

    /// Its 95 per cent interval by Wilson's score; none of nothing.
    ///
    /// With n cases, share p and z = 1.96 it is (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n): unlike the usual
    /// p ± z·√(p(1−p)/n) it is never outside of 0 to 1, and says something for 0 of 5 as well. (E. B. Wilson, Journal
    /// of the American Statistical Association 22, 1927.)
    ///
    /// ```
    /// let interval = voronka::report::Share::new(1, 4).interval().unwrap();
    /// assert_eq!(format!("{:.3} {:.3}", interval.low, interval.high), "0.046 0.699");
    /// ```
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let (p, n) = (self.value()?, float(self.of));
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        // Of none and of all the one end is exact, which rounding must not spoil.
        let low = if self.hits == 0 { 0.0 } else { ((middle - half) / scale).max(0.0) };
        let high = if self.hits == self.of { 1.0 } else { ((middle + half) / scale).min(1.0) };
        Some(Interval { low, high })
    }

    /// The 95 per cent interval of how much greater this share is than another, by Newcombe's method from the two
    /// intervals of Wilson; none where either is of nothing. (R. G. Newcombe, Statistics in Medicine 17, 1998, his
    /// method 10.)
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Interval> {
        let (p, q) = (self.value()?, other.value()?);
        let (a, b) = (self.interval()?, other.interval()?);
        let low = p - q - ((p - a.low).powi(2) + (b.high - q).powi(2)).sqrt();
        let high = p - q + ((a.high - p).powi(2) + (q - b.low).powi(2)).sqrt();
        Some(Interval { low, high })
    }

    /// The probability that two shares differ by so much or more where nothing is behind it: Fisher's exact test, both
    /// sides. Where it is large (over 0.05, say) the difference means nothing. 1 where either is of nothing.
    ///
    /// Among all tables with the same margins, those as probable as this one or less are added up.
    #[must_use]
    pub fn chance(&self, other: &Self) -> f64 {
        fisher(self.hits, self.of - self.hits, other.hits, other.of - other.hits)
    }
}

fn float(count: u64) -> f64 {
    // Counts of cases are far below 2^53, up to which a float holds each whole number.
    #[expect(clippy::cast_precision_loss, reason = "counts of cases")]
    {
        count as f64
    }
}

/// Weights of the hypergeometric distribution by the ratio of neighbours, the greatest of them 1: no factorials, so
/// nothing overflows, and no logarithms, so nothing is lost.
fn fisher(a: u64, b: u64, c: u64, d: u64) -> f64 {
    let (row, column, all) = (a + b, a + c, a + b + c + d);
    if row == 0 || row == all {
        return 1.0;
    }
    let (first, last) = ((row + column).saturating_sub(all), row.min(column));
    // The weight of x + 1 over that of x.
    let ratio = |x: u64| {
        float(row - x) * float(column - x)
            / (float(x + 1) * (float(all + x + 1) - float(row) - float(column)))
    };
    let mode = first.max(last.min((row + 1).saturating_mul(column + 1) / (all + 2)));
    let mut weights = vec![1.0];
    let mut places = vec![mode];
    let mut weight = 1.0;
    for x in mode..last {
        weight *= ratio(x);
        if weight < f64::MIN_POSITIVE {
            break;
        }
        weights.push(weight);
        places.push(x + 1);
    }
    weight = 1.0;
    for x in (first..mode).rev() {
        weight /= ratio(x);
        if weight < f64::MIN_POSITIVE {
            break;
        }
        weights.push(weight);
        places.push(x);
    }
    let here = places.iter().position(|x| *x == a).and_then(|at| weights.get(at)).copied().unwrap_or(0.0);
    // What is equal but for rounding is equal.
    let limit = here * (1.0 + 1e-7);
    let mut rare: Vec<f64> = weights.iter().copied().filter(|it| *it <= limit).collect();
    // From the smallest on, so that the small ones are not lost.
    rare.sort_by(f64::total_cmp);
    weights.sort_by(f64::total_cmp);
    (rare.iter().sum::<f64>() / weights.iter().sum::<f64>()).min(1.0)
}

/// Probabilities of chance, each made greater for the company it stands in: among many comparisons some differ by
/// chance alone. By Benjamini and Hochberg (Journal of the Royal Statistical Society B 57, 1995), in the order in which
/// they were given.
///
/// ```
/// let adjusted = voronka::report::adjusted(&[0.01, 0.04, 0.5]);
/// assert_eq!(adjusted, [0.03, 0.06, 0.5]);
/// ```
#[must_use]
pub fn adjusted(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    let chance = |at: &usize| chances.get(*at).copied().unwrap_or(1.0);
    order.sort_by(|a, b| chance(a).total_cmp(&chance(b)));
    let mut out = vec![1.0; chances.len()];
    let mut least = 1.0_f64;
    let all = float(chances.len() as u64);
    for (rank, at) in order.iter().enumerate().rev() {
        least = least.min(chance(at) * all / float(rank as u64 + 1));
        if let Some(place) = out.get_mut(*at) {
            *place = least;
        }
    }
    out
}
