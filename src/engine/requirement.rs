//! Requirements: whether they hold on the case as it stands, and what is missing where not.

use super::judge::Judge;
use crate::Value;
use crate::case::Missing;
use crate::condition::{Finding, Program, Truth};
use crate::scenario::def::FieldType;
use crate::scenario::model::{Ask, Requirement};
use std::cmp::Ordering;

/// Whether a requirement holds.
pub(crate) enum Verdict {
    Met,
    Unmet(Missing),
    /// It hangs on something unknown, and nothing is let through on it (C8).
    Unknown(Missing),
}

impl Verdict {
    pub fn missing(self) -> Option<Missing> {
        match self {
            Self::Met => None,
            Self::Unmet(missing) | Self::Unknown(missing) => Some(missing),
        }
    }
}

impl Judge<'_> {
    /// Whether a requirement holds; `rule` is the rule that asks it (M3, M4, M5, M13).
    pub fn requirement(&self, rule: &str, it: &Requirement) -> Verdict {
        if let Some(when) = &it.when {
            match when.holds(self) {
                Truth::False => return Verdict::Met,
                Truth::Unknown => return Verdict::Unknown(self.unknown(rule, Some(it), when)),
                Truth::True => {}
            }
        }
        match &it.ask {
            Ask::Party(role) => {
                if self.case.parties.contains_key(role) {
                    Verdict::Met
                } else {
                    Verdict::Unmet(said(
                        Missing::new(&format!("V-{rule}-party")).arg("role", role.as_str()),
                        it,
                    ))
                }
            }
            Ask::That(condition) => match condition.holds(self) {
                Truth::True => Verdict::Met,
                Truth::Unknown => Verdict::Unknown(self.unknown(rule, Some(it), condition)),
                Truth::False => {
                    let mut missing =
                        Missing::new(&format!("V-{rule}-condition")).arg("condition", condition.text());
                    missing.findings = condition.explain(self).findings;
                    Verdict::Unmet(said(missing, it))
                }
            },
            Ask::Field { field, .. } => match self.case.fields.get(field) {
                None => Verdict::Unmet(said(
                    Missing::new(&format!("V-{rule}-field")).arg("field", field.as_str()),
                    it,
                )),
                Some(value) => match self.field(rule, it, value) {
                    None => Verdict::Met,
                    Some(missing) => Verdict::Unmet(said(missing, it)),
                },
            },
        }
    }

    /// Whether a value is what a requirement asks of its field.
    pub fn suits(&self, it: &Requirement, value: &Value) -> bool {
        self.field("M3", it, value).is_none()
    }

    /// What more than "not empty" a requirement asks of a field.
    fn field(&self, rule: &str, it: &Requirement, value: &Value) -> Option<Missing> {
        let Ask::Field { field, position, min, max, pattern, among } = &it.ask else { return None };
        let kind = self.scenario.fields.get(*position).map_or(FieldType::Text, |field| field.def.kind);
        let missing = |what: &str| {
            Missing::new(&format!("V-{rule}-{what}")).arg("field", field.as_str()).arg("value", value.clone())
        };
        if let Some(min) = min.as_ref().filter(|min| compare(kind, value, min) == Some(Ordering::Less)) {
            return Some(missing("min").arg("min", min.clone()));
        }
        if let Some(max) = max.as_ref().filter(|max| compare(kind, value, max) == Some(Ordering::Greater)) {
            return Some(missing("max").arg("max", max.clone()));
        }
        if let (Some(pattern), Some(text)) = (pattern, value.as_text())
            && !pattern.is_match(text)
        {
            return Some(missing("pattern").arg("pattern", pattern.as_str()));
        }
        if !among.is_empty() && !among.iter().any(|one| compare(kind, value, one) == Some(Ordering::Equal)) {
            return Some(missing("among").arg("among", Value::List(among.clone())));
        }
        None
    }

    /// What is missing where a condition is unknown: "unknown: `in_stock`" (C8).
    pub fn unknown(&self, rule: &str, it: Option<&Requirement>, condition: &Program) -> Missing {
        let explained = condition.explain(self);
        let mut missing =
            Missing::new(&format!("V-{rule}-unknown")).arg("unknown", causes(&explained.findings));
        missing.requirement = it.map(|it| it.rule.clone());
        missing.findings = explained.findings;
        missing
    }
}

/// The names of what is unknown, each once.
fn causes(findings: &[Finding]) -> Value {
    let mut names: Vec<String> = Vec::new();
    for cause in findings.iter().flat_map(|finding| &finding.causes) {
        let name = cause.to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Value::Text(names.join("; "))
}

fn said(mut missing: Missing, it: &Requirement) -> Missing {
    missing.requirement = Some(it.rule.clone());
    missing.say = it.or_say.clone();
    missing
}

/// How a field's value compares with a bound: by value, or for a text or list by its length.
pub(crate) fn compare(kind: FieldType, value: &Value, bound: &Value) -> Option<Ordering> {
    let length = match (kind, value) {
        (_, Value::List(items)) => Some(items.len()),
        (FieldType::Text, Value::Text(text)) if matches!(bound, Value::Decimal(_)) => {
            Some(text.chars().count())
        }
        _ => None,
    };
    match (length, value, bound) {
        (Some(length), _, Value::Decimal(bound)) => Some(rust_decimal::Decimal::from(length).cmp(bound)),
        (_, Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        (_, Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (_, Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (_, Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (_, Value::Date(a), Value::Text(b)) => b.parse().ok().map(|b| a.cmp(&b)),
        (_, Value::Moment(a), Value::Text(b)) => b.parse().ok().map(|b| a.cmp(&b)),
        (_, Value::Decimal(a), Value::Text(b)) => b.parse().ok().map(|b| a.cmp(&b)),
        (_, Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
