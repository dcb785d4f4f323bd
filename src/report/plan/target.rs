//! Targets as plain data (F9).

use crate::report::Yardstick;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whose target it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetOf {
    /// Of everybody.
    All,
    /// Of a person: cases of which they are responsible.
    Person(String),
    /// Of a team.
    Team(String),
}

/// What is to be sold in a month: so many cases, or so much in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// By whom.
    pub of: TargetOf,
    /// In which month: `2026-03`.
    pub month: String,
    /// How much, and of what.
    pub measure: (Decimal, Yardstick),
}

/// What of a list of targets is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It is no list of targets.
    #[error("F9: the targets cannot be read: {0}")]
    Json(String),
    /// One of them is none.
    #[error("F9: target {nth}: {why}")]
    Target {
        /// Its place, from 1.
        nth: usize,
        /// What is wrong.
        why: String,
    },
}

/// A target as a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    person: Option<String>,
    team: Option<String>,
    month: String,
    amount: Option<Decimal>,
    currency: Option<String>,
    cases: Option<u64>,
}

impl Target {
    /// So many cases.
    pub fn cases(of: TargetOf, month: impl Into<String>, cases: u64) -> Self {
        Self { of, month: month.into(), measure: (cases.into(), Yardstick::Cases) }
    }

    /// So much in a currency.
    pub fn amount(
        of: TargetOf,
        month: impl Into<String>,
        amount: Decimal,
        currency: impl Into<String>,
    ) -> Self {
        Self { of, month: month.into(), measure: (amount, Yardstick::Amount(currency.into())) }
    }

    /// How much.
    #[must_use]
    pub const fn plan(&self) -> Decimal {
        self.measure.0
    }

    /// Measured by what.
    #[must_use]
    pub fn by(&self) -> Yardstick {
        self.measure.1.clone()
    }

    /// Reads a list of targets, as JSON: `[{"person": "anna", "month": "2026-03", "amount": "300000", "currency": "RUB"},
    /// {"team": "north", "month": "2026-03", "cases": 12}]`; one without person and team is of everybody.
    ///
    /// # Errors
    /// Where it is no such list, or a target says too little, too much, nonsense, or what another one says already; with
    /// its place in the list.
    ///
    /// # Examples
    /// ```
    /// use voronka::report::{Target, TargetOf};
    /// let targets = Target::read(r#"[{"person": "anna", "month": "2026-03", "cases": 12}]"#)?;
    /// assert_eq!(targets[0].of, TargetOf::Person("anna".into()));
    /// let error = Target::read(r#"[{"month": "2026-13", "cases": 1}]"#).unwrap_err();
    /// assert_eq!(error.to_string(), "F9: target 1: `2026-13` is no month; write `2026-03`");
    /// # Ok::<(), voronka::report::TargetError>(())
    /// ```
    pub fn read(json: &str) -> Result<Vec<Self>, TargetError> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let written: Vec<serde_json::Value> =
            serde_json::from_str(json).map_err(|it| TargetError::Json(it.to_string()))?;
        let mut known = BTreeSet::new();
        let mut all = Vec::with_capacity(written.len());
        for (nth, it) in (1..).zip(written) {
            let wrong = |why: String| TargetError::Target { nth, why };
            let written: Written = serde_json::from_value(it).map_err(|it| wrong(it.to_string()))?;
            let target = written.checked().map_err(wrong)?;
            let by = match &target.measure.1 {
                Yardstick::Cases => String::new(),
                Yardstick::Amount(currency) => currency.clone(),
            };
            if !known.insert((target.of.clone(), target.month.clone(), by)) {
                return Err(wrong(
                    "an earlier one says the same person or team, month and measure".to_owned(),
                ));
            }
            all.push(target);
        }
        Ok(all)
    }
}

impl Written {
    fn checked(self) -> Result<Target, String> {
        let named = |what: &str, it: String| {
            if it.trim().is_empty() { Err(format!("`{what}` is empty")) } else { Ok(it) }
        };
        let of = match (self.person, self.team) {
            (Some(_), Some(_)) => return Err("it is of a person or of a team, not of both".to_owned()),
            (Some(person), None) => TargetOf::Person(named("person", person)?),
            (None, Some(team)) => TargetOf::Team(named("team", team)?),
            (None, None) => TargetOf::All,
        };
        if !is_month(&self.month) {
            return Err(format!("`{}` is no month; write `2026-03`", self.month));
        }
        let measure = match (self.amount, self.currency, self.cases) {
            (Some(amount), Some(currency), None) => {
                if amount < Decimal::ZERO {
                    return Err(format!("the amount is {amount}; it is not below zero"));
                }
                (amount, Yardstick::Amount(named("currency", currency)?))
            }
            (None, None, Some(cases)) => (Decimal::from(cases), Yardstick::Cases),
            (Some(_), None, None) => return Err("an amount needs its `currency`".to_owned()),
            _ => return Err("say either `amount` and `currency`, or `cases`".to_owned()),
        };
        Ok(Target { of, month: self.month, measure })
    }
}

fn is_month(text: &str) -> bool {
    let Some((year, month)) = text.split_once('-') else { return false };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
    digits(year, 4) && digits(month, 2) && month.parse().is_ok_and(|it: u32| (1..=12).contains(&it))
}
