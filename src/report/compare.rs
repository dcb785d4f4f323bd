//! Two funnels side by side: what differs, by how much, and whether that means anything (F3).

use super::conversion::Conversion;
use super::funnel::Funnel;
use super::stats::{Interval, Share, adjusted};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Of those that reached a stage, how many went on.
    Step(String),
    /// Of those that reached the first stage, how many were won.
    Won,
    /// Of all requests, how many were lost for a reason.
    Refusal(String),
}

/// A share in two funnels.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Of what.
    pub measure: Measure,
    /// Here.
    pub here: Share,
    /// There.
    pub there: Share,
    /// By how much here is more than there, with 95 per cent confidence (Newcombe); none where either is of nothing.
    pub interval: Option<Interval>,
    /// The probability of such a difference where nothing is behind it (Fisher).
    pub chance: f64,
    /// The same, made greater for the number of comparisons in this table (Benjamini and Hochberg).
    pub adjusted: f64,
}

impl Difference {
    /// Whether more than chance is behind it: the adjusted probability is below 5 per cent.
    #[must_use]
    pub fn means_something(&self) -> bool {
        self.adjusted < 0.05
    }
}

impl Funnel {
    /// Compares this funnel with another one: the steps of the stages that both have, winning, and the reasons of either.
    /// Which of the differences mean something is told with regard to how many are looked at.
    ///
    /// The two must not share cases, as two periods, two slices or two versions do not: the tests take them as independent.
    #[must_use]
    pub fn compared(&self, there: &Self) -> Vec<Difference> {
        let (ours, theirs) = (self.conversions(), there.conversions());
        let mut shares: Vec<(Measure, Share, Share)> = Vec::new();
        for it in &ours {
            if let Some(other) = theirs.iter().find(|other| other.stage == it.stage) {
                shares.push((Measure::Step(it.stage.clone()), it.step, other.step));
            }
        }
        let won = |funnel: &Self, conversions: &[Conversion]| {
            Share::new(funnel.won.cases, conversions.first().map_or(0, |it| it.step.of))
        };
        shares.push((Measure::Won, won(self, &ours), won(there, &theirs)));
        let (here, other) = (self.refusals(), there.refusals());
        let reasons: BTreeSet<&str> = here.iter().chain(&other).map(|it| it.reason.as_str()).collect();
        let cases = |of: &[super::Refusal], reason: &str| {
            of.iter().find(|it| it.reason == reason).map_or(0, |it| it.total.cases)
        };
        for reason in reasons {
            shares.push((
                Measure::Refusal(reason.to_owned()),
                Share::new(cases(&here, reason), self.requests()),
                Share::new(cases(&other, reason), there.requests()),
            ));
        }
        let chances: Vec<f64> = shares.iter().map(|(_, here, there)| here.chance(there)).collect();
        let each = shares.into_iter().zip(chances.iter().zip(adjusted(&chances)));
        each.map(|((measure, here, there), (chance, adjusted))| Difference {
            measure,
            here,
            there,
            interval: here.difference(&there),
            chance: *chance,
            adjusted,
        })
        .collect()
    }
}
