//! The values that a program works on while it runs.

use super::env::{Operand, Truth};
use super::program::{Comparison, Constant};
use crate::value::{Moment, Value};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A value at work: borrowed where it can be; an empty text, list or record is `Empty`.
#[derive(Debug, Clone)]
pub(super) enum V<'e> {
    Empty,
    Unknown,
    Bool(bool),
    Decimal(Decimal),
    Text(Cow<'e, str>),
    Date(NaiveDate),
    Moment(Moment),
    Span(i64),
    Slice(&'e [Value]),
    List(Rc<Vec<V<'e>>>),
    Record(Cow<'e, BTreeMap<String, Value>>),
}

impl<'e> V<'e> {
    pub fn borrowed(value: &'e Value) -> Self {
        match value {
            value if value.is_empty() => Self::Empty,
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Decimal(decimal) => Self::Decimal(*decimal),
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Date(date) => Self::Date(*date),
            Value::Moment(moment) => Self::Moment(*moment),
            Value::List(items) => Self::Slice(items),
            Value::Record(parts) => Self::Record(Cow::Borrowed(parts)),
        }
    }

    pub fn owned(value: Value) -> Self {
        match value {
            value if value.is_empty() => Self::Empty,
            Value::Text(text) => Self::Text(Cow::Owned(text)),
            Value::Decimal(decimal) => Self::Decimal(decimal),
            Value::Bool(bool) => Self::Bool(bool),
            Value::Date(date) => Self::Date(date),
            Value::Moment(moment) => Self::Moment(moment),
            Value::List(items) => Self::List(Rc::new(items.into_iter().map(Self::owned).collect())),
            Value::Record(parts) => Self::Record(Cow::Owned(parts)),
        }
    }

    pub fn loaded(operand: Operand<'e>) -> Self {
        match operand {
            Operand::Value(value) => Self::borrowed(value),
            Operand::Owned(value) => Self::owned(value),
            Operand::Empty => Self::Empty,
            Operand::Unknown => Self::Unknown,
        }
    }

    pub fn constant(constant: &'e Constant) -> Self {
        match constant {
            Constant::Null => Self::Empty,
            Constant::Bool(bool) => Self::Bool(*bool),
            Constant::Decimal(decimal) => Self::Decimal(*decimal),
            Constant::Text(text) if text.is_empty() => Self::Empty,
            Constant::Text(text) => Self::Text(Cow::Borrowed(text)),
            Constant::Date(date) => Self::Date(*date),
            Constant::Moment(moment) => Self::Moment(*moment),
            Constant::Span(span) => Self::Span(*span),
        }
    }

    pub fn text(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(Cow::Owned(text)) }
    }

    pub fn truth(truth: Truth) -> Self {
        match truth {
            Truth::True => Self::Bool(true),
            Truth::False => Self::Bool(false),
            Truth::Unknown => Self::Unknown,
        }
    }

    /// How many elements a list has; an empty one is `Empty`.
    pub fn length(&self) -> usize {
        match self {
            Self::Slice(items) => items.len(),
            Self::List(items) => items.len(),
            _ => 0,
        }
    }

    pub fn element(&self, at: usize) -> Self {
        match self {
            Self::Slice(items) => items.get(at).map_or(Self::Empty, Self::borrowed),
            Self::List(items) => items.get(at).cloned().unwrap_or(Self::Empty),
            _ => Self::Empty,
        }
    }

    /// A part of a record; one that is missing is empty.
    pub fn part(&self, name: &str) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Record(Cow::Borrowed(parts)) => Some(parts.get(name).map_or(Self::Empty, Self::borrowed)),
            Self::Record(Cow::Owned(parts)) => {
                Some(parts.get(name).map_or(Self::Empty, |value| Self::owned(value.clone())))
            }
            _ => None,
        }
    }

    /// How two values stand to each other; none where their types differ or have no order.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Decimal(a), Self::Decimal(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Moment(a), Self::Moment(b)) => Some(a.cmp(b)),
            (Self::Span(a), Self::Span(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl Comparison {
    /// Whether this order of left and right satisfies the comparison.
    pub fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::Unequal => order != Ordering::Equal,
            Self::Less => order == Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::More => order == Ordering::Greater,
            Self::AtLeast => order != Ordering::Less,
        }
    }
}
