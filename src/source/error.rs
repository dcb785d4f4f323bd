//! What serde says when a type does not fit, in words for people.

use super::defect::short;
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// Why a value could not be read, and where once that is known.
#[derive(Debug)]
pub(crate) struct ReadError {
    pub(super) fault: Box<Fault>,
    /// The byte at which the offending node or key begins; visitors do not know it, so that whoever handed the
    /// node to the visitor fills it in.
    pub(super) at: Option<usize>,
}

/// The kinds of [`ReadError`].
#[derive(Debug)]
pub(super) enum Fault {
    UnknownKey {
        name: String,
        expected: &'static [&'static str],
    },
    UnknownVariant {
        name: String,
        expected: &'static [&'static str],
    },
    Missing(&'static str),
    /// A key after all that the type wanted to see.
    Surplus(String),
    Type(String),
    Value(String),
    /// What a visitor says about the whole of its node.
    Custom(String),
    /// Follows from a defect that is already recorded.
    Consequence,
    /// There is no sense in going on.
    Stop,
}

impl ReadError {
    pub(super) fn new(fault: Fault) -> Self {
        Self { fault: Box::new(fault), at: None }
    }

    /// The place, unless a smaller part has claimed the error already.
    pub(super) fn or_at(mut self, offset: usize) -> Self {
        self.at.get_or_insert(offset);
        self
    }

    pub(super) fn is_stop(&self) -> bool {
        matches!(*self.fault, Fault::Stop)
    }
}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Fault::Custom(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Fault::Type(format!("expected {}, found {}", wanted(expected), kind(found))))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Fault::Value(format!("expected {}, found {}", wanted(expected), content(found))))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(Fault::Value(format!("expected {}, found {length} elements", wanted(expected))))
    }

    fn unknown_variant(name: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Fault::UnknownVariant { name: name.to_owned(), expected })
    }

    fn unknown_field(name: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Fault::UnknownKey { name: name.to_owned(), expected })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(Fault::Missing(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(Fault::Value(format!("`{name}` is given twice, under two names")))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.fault {
            Fault::UnknownKey { name, .. } => write!(f, "unknown field `{}`", short(name)),
            Fault::UnknownVariant { name, .. } => write!(f, "unknown value `{}`", short(name)),
            Fault::Missing(name) => write!(f, "missing `{name}`"),
            Fault::Surplus(name) => write!(f, "`{}` may not stand here", short(name)),
            Fault::Type(message) | Fault::Value(message) | Fault::Custom(message) => f.write_str(message),
            Fault::Consequence => f.write_str("a part of this could not be read"),
            Fault::Stop => f.write_str("too many defects"),
        }
    }
}

impl std::error::Error for ReadError {}

/// What serde's own visitors say they expect, in the words of someone who writes JSON.
fn wanted(expected: &dyn Expected) -> String {
    let whole = |low: &str, high: &str| format!("a whole number from {low} to {high}");
    match expected.to_string().as_str() {
        "a string" | "a borrowed string" | "string" | "str" => "a text".to_owned(),
        "a boolean" | "bool" => "true or false".to_owned(),
        "a map" => "an object".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a character" => "a text of one character".to_owned(),
        "unit" => "null".to_owned(),
        "u8" => whole("0", &u8::MAX.to_string()),
        "u16" => whole("0", &u16::MAX.to_string()),
        "u32" => whole("0", &u32::MAX.to_string()),
        "i8" => whole(&i8::MIN.to_string(), &i8::MAX.to_string()),
        "i16" => whole(&i16::MIN.to_string(), &i16::MAX.to_string()),
        "i32" => whole(&i32::MIN.to_string(), &i32::MAX.to_string()),
        "u64" | "u128" | "usize" => "a whole number from 0".to_owned(),
        "i64" | "i128" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        name if name.starts_with("a nonzero ") => "a whole number other than 0".to_owned(),
        name if name.starts_with("struct ") => "an object".to_owned(),
        name if name.starts_with("internally tagged enum ") => "an object".to_owned(),
        name if name == "enum" || name.starts_with("enum ") => "a text or an object with one key".to_owned(),
        name if name.starts_with("tuple struct ") || name.starts_with("a tuple of ") => {
            name.rsplit_once(' ').map_or_else(
                || "a list".to_owned(),
                |(_, size)| match size.parse::<usize>() {
                    Ok(size) => format!("a list of {size} elements"),
                    Err(_) => "a list".to_owned(),
                },
            )
        }
        other => other.to_owned(),
    }
}

fn kind(found: Unexpected<'_>) -> String {
    let kind = match found {
        Unexpected::Bool(bool) => return bool.to_string(),
        Unexpected::Float(float) => return float.to_string(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::NewtypeStruct => "an object",
        other => return other.to_string(),
    };
    kind.to_owned()
}

fn content(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Str(text) => format!("`{}`", short(text)),
        Unexpected::Char(letter) => format!("`{letter}`"),
        other => kind(other),
    }
}
