//! Whether values fit the types of fields.

use crate::Value;
use crate::scenario::def::{FieldDef, FieldType, RecordPart};
use regex_lite::RegexBuilder;
use rust_decimal::Decimal;

/// How many characters a pattern may have; the same as in conditions.
const MAX_PATTERN: usize = 500;
/// How many bytes a compiled pattern may take; the same as in conditions.
const MAX_PATTERN_SIZE: usize = 1 << 20;

/// A `min` or `max` that was read.
#[derive(Debug, PartialEq, PartialOrd)]
pub(super) enum Bound {
    Number(Decimal),
    Date(chrono::NaiveDate),
    Moment(crate::Moment),
}

/// A `min` or `max` of a field of this type.
///
/// # Errors
/// What it may be instead.
pub(super) fn bound(kind: FieldType, value: &Value) -> Result<Bound, &'static str> {
    let number = decimal(value);
    match kind {
        FieldType::Decimal | FieldType::Money => number.map(Bound::Number).ok_or("write a number"),
        FieldType::Number => number
            .filter(|number| number.is_integer())
            .map(Bound::Number)
            .ok_or("the field holds whole numbers: write one"),
        FieldType::Text | FieldType::List => number
            .filter(|number| number.is_integer() && !number.is_sign_negative())
            .map(Bound::Number)
            .ok_or("of a text or a list it is the length: write a whole number"),
        FieldType::Date => date(value).map(Bound::Date).ok_or("write a date as `2026-02-23`"),
        FieldType::Moment => {
            moment(value).map(Bound::Moment).ok_or("write a moment as `2026-02-23T10:00:00Z`")
        }
        FieldType::Bool | FieldType::Choice | FieldType::Reference | FieldType::File => {
            Err("a bool, choice, reference or file has no least and no greatest value: leave it out")
        }
    }
}

/// Why a value cannot be one of the field's; none if it can.
pub(super) fn misfit(field: &FieldDef, value: &Value) -> Option<&'static str> {
    let fits = match field.kind {
        FieldType::Text | FieldType::Reference | FieldType::File => value.as_text().is_some(),
        FieldType::Choice => {
            let text = value.as_text();
            return match (&field.of, text) {
                (_, None) => Some("the values of a choice are texts"),
                (Some(RecordPart::Values(known)), Some(text)) if !known.iter().any(|it| it == text) => {
                    Some("it is none of the choice's values")
                }
                _ => None,
            };
        }
        FieldType::Number => decimal(value).is_some_and(|number| number.is_integer()),
        FieldType::Decimal | FieldType::Money => decimal(value).is_some(),
        FieldType::Date => date(value).is_some(),
        FieldType::Moment => moment(value).is_some(),
        FieldType::Bool => matches!(value, Value::Bool(_)),
        FieldType::List => return Some("a list is not compared with single values"),
    };
    (!fits).then_some("it does not fit the field's type")
}

/// What is wrong with a pattern: a code and a message.
pub(super) fn pattern_flaw(pattern: &str) -> Option<(&'static str, String)> {
    let length = pattern.chars().count();
    if length > MAX_PATTERN {
        let message = format!("the pattern has {length} characters, {MAX_PATTERN} are allowed");
        return Some(("pattern-too-big", message));
    }
    let error = RegexBuilder::new(pattern).size_limit(MAX_PATTERN_SIZE).build().err()?;
    let said = error.to_string();
    let code = if said.contains("size limit") { "pattern-too-big" } else { "pattern-wrong" };
    Some((code, format!("the pattern cannot be used: {said}")))
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_decimal().or_else(|| value.as_text()?.parse().ok())
}

fn date(value: &Value) -> Option<chrono::NaiveDate> {
    if let Value::Date(date) = value { Some(*date) } else { value.as_text()?.parse().ok() }
}

fn moment(value: &Value) -> Option<crate::Moment> {
    if let Value::Moment(moment) = value { Some(*moment) } else { value.as_text()?.parse().ok() }
}
