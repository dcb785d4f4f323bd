//! Arithmetic: exact decimals, dates, moments, lengths of time, joined texts.

use super::operand::V;
use super::program::Calculation;
use chrono::Days;
use rust_decimal::Decimal;

pub(super) const DAY: i64 = 86_400_000;
/// How long a joined text may grow (C4).
const MAX_JOINED: usize = 1_000_000;

/// Why a calculation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    DivisionByZero,
    Overflow,
    NotWholeDays,
    WrongType,
    TooMuchWork,
}

/// The result; empty where one side is, but for texts, where an empty one is the text without characters.
pub(super) fn calculate<'e>(how: Calculation, left: V<'e>, right: V<'e>) -> Result<V<'e>, Failure> {
    match (left, right) {
        (V::Text(a), V::Text(b)) if how == Calculation::Add => {
            if a.len() + b.len() > MAX_JOINED {
                return Err(Failure::TooMuchWork);
            }
            Ok(V::text(a.into_owned() + b.as_ref()))
        }
        (text @ V::Text(_), V::Empty) | (V::Empty, text @ V::Text(_)) => Ok(text),
        (V::Empty, _) | (_, V::Empty) => Ok(V::Empty),
        (V::Decimal(a), V::Decimal(b)) => decimals(how, a, b).map(V::Decimal),
        (left, right) => times(how, &left, &right),
    }
}

fn decimals(how: Calculation, a: Decimal, b: Decimal) -> Result<Decimal, Failure> {
    let result = match how {
        Calculation::Add => a.checked_add(b),
        Calculation::Subtract => a.checked_sub(b),
        Calculation::Multiply => a.checked_mul(b),
        Calculation::Divide | Calculation::Remainder if b.is_zero() => return Err(Failure::DivisionByZero),
        Calculation::Divide => a.checked_div(b),
        Calculation::Remainder => a.checked_rem(b),
    };
    result.ok_or(Failure::Overflow)
}

fn times<'e>(how: Calculation, left: &V<'e>, right: &V<'e>) -> Result<V<'e>, Failure> {
    match (how, left, right) {
        (Calculation::Add, V::Date(date), V::Span(span))
        | (Calculation::Add, V::Span(span), V::Date(date)) => plus_days(*date, *span).map(V::Date),
        (Calculation::Subtract, V::Date(date), V::Span(span)) => {
            plus_days(*date, span.checked_neg().ok_or(Failure::Overflow)?).map(V::Date)
        }
        (Calculation::Subtract, V::Date(a), V::Date(b)) => {
            Ok(V::Decimal(a.signed_duration_since(*b).num_days().into()))
        }
        (Calculation::Add, V::Moment(moment), V::Span(span))
        | (Calculation::Add, V::Span(span), V::Moment(moment)) => plus(*moment, *span).map(V::Moment),
        (Calculation::Subtract, V::Moment(moment), V::Span(span)) => {
            plus(*moment, span.checked_neg().ok_or(Failure::Overflow)?).map(V::Moment)
        }
        (Calculation::Subtract, V::Moment(a), V::Moment(b)) => Ok(V::Span(a.millis_since(*b))),
        (Calculation::Add, V::Span(a), V::Span(b)) => a.checked_add(*b).map(V::Span).ok_or(Failure::Overflow),
        (Calculation::Subtract, V::Span(a), V::Span(b)) => {
            a.checked_sub(*b).map(V::Span).ok_or(Failure::Overflow)
        }
        _ => Err(Failure::WrongType),
    }
}

fn plus_days(date: chrono::NaiveDate, span: i64) -> Result<chrono::NaiveDate, Failure> {
    if span % DAY != 0 {
        return Err(Failure::NotWholeDays);
    }
    let days = Days::new((span / DAY).unsigned_abs());
    let moved = if span < 0 { date.checked_sub_days(days) } else { date.checked_add_days(days) };
    moved.ok_or(Failure::Overflow)
}

fn plus(moment: crate::value::Moment, span: i64) -> Result<crate::value::Moment, Failure> {
    let millis = moment.millis().checked_add(span).ok_or(Failure::Overflow)?;
    crate::value::Moment::from_millis(millis).map_err(|_| Failure::Overflow)
}

/// So many days as a length of time, to the millisecond.
pub(super) fn days(count: Decimal) -> Result<i64, Failure> {
    let millis = count.checked_mul(DAY.into()).ok_or(Failure::Overflow)?;
    i64::try_from(millis.trunc()).map_err(|_| Failure::Overflow)
}
