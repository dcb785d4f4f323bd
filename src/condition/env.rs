//! What a program reads, and what it gives back.

use super::declare::Slot;
use crate::value::{Moment, Value};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a name stands for at the moment of asking.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand<'a> {
    /// A value that somebody else keeps; an [empty](Value::is_empty) one counts as [`Empty`](Self::Empty).
    Value(&'a Value),
    /// A value made for the asking, such as a count.
    Owned(Value),
    /// Nothing was filled in.
    Empty,
    /// Nobody knows: never learnt, or its source could not say (C8).
    Unknown,
}

/// The values behind the declared names.
///
/// To ensure correctness: the same slot and key give the same answer while one condition is judged, and
/// a value has the type that its name was declared with (one that has not makes the answer unknown).
pub trait Env {
    /// The value of a plain name.
    fn load(&self, slot: Slot) -> Operand<'_>;

    /// The value of a keyed name; an empty text among the keys is the empty text.
    fn keyed(&self, slot: Slot, key: &[Value]) -> Operand<'_>;

    /// The entry's moment (C10).
    fn now(&self) -> Moment;

    /// The local date of the entry's moment (C10).
    fn today(&self) -> NaiveDate;
}

/// Whether a condition holds (C8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It does not hold.
    False,
    /// Nobody can tell.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// Kleene's `&&`: the lesser of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Kleene's `||`: the greater of the two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Whether it is `True`; nothing is let through on `Unknown`.
    #[must_use]
    pub fn holds(self) -> bool {
        self == Self::True
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(bool: bool) -> Self {
        if bool { Self::True } else { Self::False }
    }
}

/// What a program, or a part of it, gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// A value.
    Value(Value),
    /// A length of time in milliseconds; no field has this type.
    Span(i64),
    /// Nothing, as some field that it needs is empty.
    Empty,
    /// Nobody can tell, and why.
    Unknown(Vec<Cause>),
}

impl fmt::Display for Evaluated {
    /// `900`, `36h30m`, `empty`, `unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => value.fmt(f),
            Self::Span(millis) => write_span(f, *millis),
            Self::Empty => f.write_str("empty"),
            Self::Unknown(_) => f.write_str("unknown"),
        }
    }
}

/// As `duration('…')` reads it.
fn write_span(f: &mut fmt::Formatter<'_>, millis: i64) -> fmt::Result {
    let all = millis.unsigned_abs();
    let parts =
        [(all / 3_600_000, "h"), (all / 60_000 % 60, "m"), (all / 1_000 % 60, "s"), (all % 1_000, "ms")];
    if all == 0 {
        return f.write_str("0s");
    }
    f.write_str(if millis < 0 { "-" } else { "" })?;
    for (count, unit) in parts.iter().filter(|(count, _)| *count > 0) {
        write!(f, "{count}{unit}")?;
    }
    Ok(())
}

/// Why something is unknown (C8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// A value that is not known.
    Value {
        /// The slot that was asked.
        slot: Slot,
        /// Its name.
        path: String,
        /// The key, if it is read by one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        key: Vec<Value>,
    },
    /// A division by zero.
    DivisionByZero {
        /// The division as written.
        text: String,
    },
    /// A number or a moment beyond what can be held.
    Overflow {
        /// The calculation as written.
        text: String,
    },
    /// A date and a length of time that is not a number of whole days.
    NotWholeDays {
        /// The calculation as written.
        text: String,
    },
    /// A value whose type is not the declared one.
    WrongType {
        /// The place as written.
        text: String,
    },
    /// More list elements than [`MAX_VISITS`](super::MAX_VISITS).
    TooMuchWork,
}

impl fmt::Display for Cause {
    /// `in_stock`, `stock of 4711, blue, main`, ``division by zero in `a / b` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { path, key, .. } => f.write_str(&keyed_name(path, key)),
            Self::DivisionByZero { text } => write!(f, "division by zero in `{text}`"),
            Self::Overflow { text } => write!(f, "overflow in `{text}`"),
            Self::NotWholeDays { text } => write!(f, "not a number of whole days in `{text}`"),
            Self::WrongType { text } => write!(f, "value of another type in `{text}`"),
            Self::TooMuchWork => f.write_str("too much work"),
        }
    }
}

/// The last part of a path, with its keys; of a document's, its kind as well.
pub(crate) fn keyed_name(path: &str, key: &[Value]) -> String {
    let last = || path.rsplit('.').next().unwrap_or(path);
    // The sums of several kinds of documents have the same name.
    let name = path.strip_prefix("documents.").unwrap_or_else(last);
    if key.is_empty() {
        return name.to_owned();
    }
    let keys: Vec<String> = key.iter().map(ToString::to_string).collect();
    format!("{name} of {}", keys.join(", "))
}
