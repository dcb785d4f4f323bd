//! What refusals cost: by reason, and by the stage from which cases were lost.

use rust_decimal::Decimal;
use std::collections::BTreeMap;
use voronka::scenario::def::StageOutcome;
use voronka::{Case, Value};

/// Cases lost from one stage for one reason.
#[derive(Default)]
pub struct Cost {
    pub cases: usize,
    pub amount: Decimal,
    /// How long each had stood there, in milliseconds.
    pub waits: Vec<i64>,
}

impl Cost {
    /// Half of them were refused later than this.
    pub fn median_days(&self) -> i64 {
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        waits.get(waits.len() / 2).map_or(0, |wait| wait / 86_400_000)
    }
}

pub type Costs = BTreeMap<(String, String), Cost>;

/// What was lost, by reason and stage.
pub fn costs(cases: &[Case]) -> Costs {
    let mut costs = Costs::new();
    for case in cases {
        let Some((reason, stage)) = lost(case) else { continue };
        let cost = costs.entry((reason.to_owned(), stage.to_owned())).or_default();
        cost.cases += 1;
        cost.amount += amount(case);
        let visit = case.visits.iter().rev().find(|it| it.stage == stage);
        cost.waits.extend(visit.map(|it| it.calendar_ms));
    }
    costs
}

/// Why a case was lost, and from which stage.
pub fn lost(case: &Case) -> Option<(&str, &str)> {
    let closing = case.closing.as_ref().filter(|it| it.outcome == StageOutcome::Lost)?;
    Some((&closing.reason.as_ref()?.id, &closing.from))
}

/// The amount that was asked for.
pub fn amount(case: &Case) -> Decimal {
    match case.fields.get("amount") {
        Some(Value::Decimal(amount)) => *amount,
        _ => Decimal::ZERO,
    }
}
