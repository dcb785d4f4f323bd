//! What a report is asked: which cases, cut by what, with which times.

use super::{Dimension, Query, QueryError, Rates};
use crate::Moment;
use rust_decimal::Decimal;

/// By what cases are chosen for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Basis {
    /// By when they last closed; with a period, open ones are not in it.
    #[default]
    Closed,
    /// By when they were opened: a cohort.
    Opened,
}

/// Which times on stage are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Timing {
    /// Of each visit in calendar time.
    Calendar,
    /// Also in working time, added up by case, and of the latest visits alone.
    #[default]
    Full,
}

/// What a report is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// By what cases are chosen for the period.
    pub basis: Basis,
    /// Not before this moment.
    pub from: Option<Moment>,
    /// Before this moment.
    pub to: Option<Moment>,
    /// The moment for which is told what is overdue and red; without it, what is open is not overdue.
    pub now: Option<Moment>,
    /// Only cases that meet this.
    pub only: Query,
    /// Slices.
    pub by: Option<Dimension>,
    /// The bounds between bands of amounts, in any order, whatever the currency.
    pub bands: Vec<Decimal>,
    /// Which times.
    pub timing: Timing,
    /// How other currencies are told in one (F5).
    pub rates: Option<Rates>,
    /// How many threads count; 0 is 1. The report is the same with any number.
    pub threads: usize,
}

/// A report that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The period ends before it begins.
    #[error("the period ends ({to}) before it begins ({from})")]
    Period {
        /// Its beginning.
        from: Moment,
        /// Its end.
        to: Moment,
    },
    /// The query, or what is to be cut by, cannot be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A field by which is cut has too many different values.
    #[error(
        "F5: `{by}` has {values} different values here, more than the {} slices that a report has",
        super::MOST_SLICES
    )]
    Slices {
        /// By what is cut.
        by: String,
        /// How many values there are.
        values: usize,
    },
}

impl Ask {
    pub(super) fn check(&self) -> Result<(), AskError> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => Err(AskError::Period { from, to }),
            _ => Ok(()),
        }
    }

    /// Whether a case that was opened and closed at these moments is in the period.
    #[inline]
    pub(super) fn holds(&self, opened: i64, closed: Option<i64>) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let at = match self.basis {
            Basis::Opened => Some(opened),
            Basis::Closed => closed,
        };
        at.is_some_and(|at| {
            self.from.is_none_or(|from| at >= from.millis()) && self.to.is_none_or(|to| at < to.millis())
        })
    }
}
