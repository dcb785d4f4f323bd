//! Which fields of a case reports read, by the version by which it runs.

use super::case::{Worth, texts};
use crate::case::Case;
use crate::scenario::def::FieldType;
use crate::{Scenario, Value};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Which fields reports read: those that the scenario names (F5), and those that the records keep besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    pub(super) value: Option<(String, String)>,
    pub(super) expected: Option<String>,
    pub(super) product: Option<String>,
    pub(super) region: Option<String>,
    pub(super) kept: Vec<String>,
    /// The time zone in which a moment is a date.
    pub(super) zone: chrono_tz::Tz,
    /// Whether comments of closing are kept.
    pub(super) comments: bool,
    /// Whether activities, debts and lights are kept.
    pub(super) work: bool,
}

impl Reading {
    /// What a version's cases are asked for.
    pub(super) fn of(scenario: &Scenario, keep: &super::Keeping) -> Self {
        let def = scenario.definition();
        let money = |field: &String| {
            let known = def.fields.get(field).filter(|it| it.kind == FieldType::Money)?;
            Some((field.clone(), known.currency.clone()?))
        };
        Self {
            value: def.value.as_ref().and_then(money),
            expected: def.expected.clone(),
            product: def.product.clone(),
            region: def.region.clone(),
            zone: def.calendar.as_ref().and_then(|it| it.time_zone.parse().ok()).unwrap_or(chrono_tz::UTC),
            ..Self::kept(keep)
        }
    }

    /// Of a case whose scenario is not known.
    pub(super) fn kept(keep: &super::Keeping) -> Self {
        Self { kept: keep.fields.clone(), comments: keep.comments, work: keep.work, ..Self::default() }
    }

    /// Whether a field is read at all.
    pub(super) fn reads(&self, field: &str) -> bool {
        self.value.as_ref().is_some_and(|(value, _)| value == field)
            || [&self.expected, &self.product, &self.region].into_iter().flatten().any(|it| it == field)
            || self.kept.iter().any(|it| it == field)
    }

    pub(super) fn worth(&self, case: &Case) -> Option<Worth> {
        let (field, currency) = self.value.as_ref()?;
        let amount = case.fields.get(field)?.as_decimal()?;
        Some(Worth { amount, currency: currency.clone() })
    }

    pub(super) fn expected(&self, case: &Case) -> Option<NaiveDate> {
        match case.fields.get(self.expected.as_ref()?)? {
            Value::Date(date) => Some(*date),
            Value::Moment(at) => Some(at.to_utc().with_timezone(&self.zone).date_naive()),
            _ => None,
        }
    }

    pub(super) fn product(&self, case: &Case) -> Vec<String> {
        texts(self.product.as_ref().and_then(|field| case.fields.get(field)))
    }

    pub(super) fn region(&self, case: &Case) -> Vec<String> {
        texts(self.region.as_ref().and_then(|field| case.fields.get(field)))
    }

    pub(super) fn fields(&self, case: &Case) -> BTreeMap<String, Vec<String>> {
        let kept = self.kept.iter().map(|field| (field.clone(), texts(case.fields.get(field))));
        kept.filter(|(_, values)| !values.is_empty()).collect()
    }
}
