//! The other way round: which reasons must be resolved for so much more sales (F6).

use super::{Range, Recover, RecoverError, RegainedFor};
use crate::report::{Funnel, Total};
use crate::scenario::def::Resolver;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// By what sales are measured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Yardstick {
    /// How many cases are won.
    #[default]
    Cases,
    /// What they are worth in this currency.
    Amount(String),
}

impl fmt::Display for Yardstick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cases => f.write_str("by cases"),
            Self::Amount(currency) => write!(f, "in {currency}"),
        }
    }
}

impl Yardstick {
    /// How much that is of a total.
    #[must_use]
    pub fn of(&self, total: &Total) -> Decimal {
        match self {
            Self::Cases => Decimal::from(total.cases),
            Self::Amount(currency) => total.sum(currency),
        }
    }
}

/// How much more is to be sold, and what can be done for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// How much more, as a share of what was won: 0.3 is +30 %.
    pub growth: Decimal,
    /// Measured by what.
    #[serde(default)]
    pub by: Yardstick,
    /// What share comes back of cases whose reason is not named in `shares`, from 0 to 1.
    #[serde(default = "all")]
    pub share: Decimal,
    /// What share comes back by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, Decimal>,
    /// Whether reasons that nobody can resolve, and cases without a reason, come into it as well.
    #[serde(default)]
    pub also_nobody: bool,
}

const fn all() -> Decimal {
    Decimal::ONE
}

impl Goal {
    /// So much more (0.3 is +30 %) by cases, where all come back whose reason is resolved.
    #[must_use]
    pub fn growth(growth: Decimal) -> Self {
        Self { growth, by: Yardstick::Cases, share: all(), shares: BTreeMap::new(), also_nobody: false }
    }
}

/// One reason on the way to the goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Means {
    /// The reason and what it brings.
    #[serde(flatten)]
    pub reason: RegainedFor,
    /// By how much more is sold once this reason and all before it are resolved, as a share of what was won.
    pub growth: Range,
}

/// What must be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Needed {
    /// What was asked.
    pub goal: Goal,
    /// What was won.
    pub won: Decimal,
    /// How much more that is.
    pub more: Decimal,
    /// The fewest reasons that suffice, what brings most first; where none suffice, all that bring anything.
    pub means: Vec<Means>,
    /// Whether they suffice, by what is expected of them.
    pub suffices: bool,
    /// Whether they suffice even at the low end.
    pub surely: bool,
    /// How far all reasons together reach that may be resolved, as a share of what was won.
    pub reach: Range,
    /// Reasons that were passed over since nobody can resolve them.
    pub passed_over: Vec<String>,
}

impl Funnel {
    /// Which reasons must be resolved for so much more sales (F6): what brings most first, until it is enough. Since what
    /// reasons bring adds up, no fewer suffice. Of equal ones the reason's id decides.
    ///
    /// # Errors
    /// When a share is not from 0 to 1, when the growth is not above 0, or when nothing was won.
    pub fn needed(&self, goal: &Goal) -> Result<Needed, RecoverError> {
        if goal.growth <= Decimal::ZERO {
            return Err(RecoverError::Growth(goal.growth));
        }
        let won = goal.by.of(&self.won);
        if won <= Decimal::ZERO {
            return Err(RecoverError::NothingWon(goal.by.to_string()));
        }
        // A share that is none is an error also where nothing was lost for the reason.
        for (reason, share) in &goal.shares {
            Recover::share(reason.clone(), *share).check()?;
        }
        let may = |who: Resolver| goal.also_nobody || who != Resolver::Nobody;
        let (can, cannot): (Vec<_>, Vec<_>) = self.refusals().into_iter().partition(|it| may(it.resolved_by));
        let share = |reason: &String| goal.shares.get(reason).copied().unwrap_or(goal.share);
        let recover: Vec<Recover> =
            can.iter().map(|it| Recover::share(it.reason.clone(), share(&it.reason))).collect();
        // The default's own error names no reason.
        Recover::share("", goal.share).check()?;
        let recovery = self.recovered(&recover)?;
        let mut reasons = recovery.reasons;
        let brings = |it: &RegainedFor| it.regained.by(&goal.by).expected;
        reasons.retain(|it| brings(it) > Decimal::ZERO);
        reasons.sort_by(|a, b| brings(b).cmp(&brings(a)).then_with(|| a.reason.cmp(&b.reason)));
        let more = won.saturating_mul(goal.growth);
        let mut needed = Needed {
            goal: goal.clone(),
            won,
            more: more.normalize(),
            means: Vec::new(),
            suffices: false,
            surely: false,
            reach: recovery.all.by(&goal.by).of(won).unwrap_or_default(),
            passed_over: cannot.into_iter().map(|it| it.reason).collect(),
        };
        let mut so_far = Range::default();
        for reason in reasons {
            so_far.add(&reason.regained.by(&goal.by));
            needed.means.push(Means { reason, growth: so_far.of(won).unwrap_or_default() });
            needed.suffices = so_far.expected >= more;
            needed.surely = so_far.low >= more;
            if needed.suffices {
                break;
            }
        }
        Ok(needed)
    }
}
