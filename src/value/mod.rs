//! The plain values that cases, facts and conditions share.

mod moment;

pub use moment::{Moment, MomentError};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// A value of a field or a fact; an empty one is the absence of a `Value`.
///
/// In JSON a text is a string, a bool a bool, a list an array; the others name themselves, so that a
/// journal can be read without its scenario: `{"decimal": "12.50"}`, `{"date": "2026-02-23"}`,
/// `{"moment": "2026-02-23T10:00:00.000Z"}`, `{"record": {…}}`. On the way in a JSON number is a
/// decimal too, and an object that is none of these is a record; `Scenario::step` turns texts
/// into what the declared type asks for (`"2026-02-23"` into a date).
///
/// Equality of decimals is numeric: `1.5` equals `1.50`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A text; also a choice, a reference and a file reference.
    Text(String),
    /// An exact decimal: number, decimal and money.
    Decimal(Decimal),
    /// Yes or no.
    Bool(bool),
    /// A calendar date, without time and zone.
    Date(NaiveDate),
    /// An instant.
    Moment(Moment),
    /// A list of values, or of records.
    List(Vec<Value>),
    /// One record of a list: its parts by name.
    Record(BTreeMap<String, Value>),
}

impl Value {
    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The decimal, if this is one.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        if let Self::Decimal(decimal) = self { Some(*decimal) } else { None }
    }

    /// Whether nothing was filled in: an empty text or an empty list is as good as none (`has` is false).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Record(parts) => parts.is_empty(),
            _ => false,
        }
    }

    /// This value as people write it in JSON: decimals, dates and moments as strings, records as objects.
    #[must_use]
    pub fn to_plain_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Text(text) => Json::String(text.clone()),
            Self::Decimal(decimal) => Json::String(decimal.to_string()),
            Self::Bool(bool) => Json::Bool(*bool),
            Self::Date(date) => Json::String(date.to_string()),
            Self::Moment(moment) => Json::String(moment.to_string()),
            Self::List(items) => Json::Array(items.iter().map(Self::to_plain_json).collect()),
            Self::Record(parts) => Json::Object(
                parts.iter().map(|(name, value)| (name.clone(), value.to_plain_json())).collect(),
            ),
        }
    }
}

impl fmt::Display for Value {
    /// As a person would read it in a sentence: `900`, `2026-02-23`, `blue`, `yes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Decimal(decimal) => write!(f, "{decimal}"),
            Self::Bool(bool) => f.write_str(if *bool { "true" } else { "false" }),
            Self::Date(date) => write!(f, "{date}"),
            Self::Moment(moment) => write!(f, "{moment}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Record(parts) => {
                f.write_str("{")?;
                for (i, (name, value)) in parts.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<Decimal> for Value {
    fn from(decimal: Decimal) -> Self {
        Self::Decimal(decimal)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Decimal(number.into())
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Self {
        Self::Moment(moment)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl From<BTreeMap<String, Value>> for Value {
    fn from(parts: BTreeMap<String, Value>) -> Self {
        Self::Record(parts)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn named<S: Serializer, T: Serialize>(
            serializer: S,
            name: &str,
            value: &T,
        ) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(name, value)?;
            map.end()
        }
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::List(items) => items.serialize(serializer),
            Self::Decimal(decimal) => named(serializer, "decimal", &decimal.to_string()),
            Self::Date(date) => named(serializer, "date", &date.to_string()),
            Self::Moment(moment) => named(serializer, "moment", moment),
            Self::Record(parts) => named(serializer, "record", parts),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a bool, a number, a list, or a named value such as {\"decimal\": \"12.50\"}")
    }

    fn visit_bool<E: de::Error>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Decimal(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Decimal(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        // The shortest text of the double is what the sender wrote, up to 17 digits.
        let text = number.to_string();
        text.parse().map(Value::Decimal).map_err(|_| E::custom("a number that no exact decimal can hold"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut parts = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if parts.is_empty() && name == "record" {
                // What stands under `record` is one, whatever its names are.
                let inner = map.next_value()?;
                return match map.next_key::<String>()? {
                    None => Ok(Value::Record(inner)),
                    Some(_) => Err(de::Error::custom("beside \"record\" nothing else may stand")),
                };
            }
            let value: Value = map.next_value()?;
            if parts.insert(name, value).is_some() {
                return Err(de::Error::custom("a name stands twice in one record"));
            }
        }
        if parts.len() == 1
            && let Some((name, value)) = parts.first_key_value()
            && let Some(known) = named_value(name, value)
        {
            return known.map_err(de::Error::custom);
        }
        Ok(Value::Record(parts))
    }
}

fn named_value(name: &str, value: &Value) -> Option<Result<Value, String>> {
    match (name, value) {
        ("decimal", Value::Text(text)) => {
            Some(text.parse().map(Value::Decimal).map_err(|e| format!("not a decimal: {e}")))
        }
        ("date", Value::Text(text)) => {
            Some(text.parse().map(Value::Date).map_err(|_| format!("not a date: {text}")))
        }
        ("moment", Value::Text(text)) => {
            Some(text.parse().map(Value::Moment).map_err(|e: MomentError| e.to_string()))
        }
        _ => None,
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Value {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "A text, a number, a bool, a list, or a named value such as {\"date\": \"2026-02-23\"}." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_name_themselves_in_json_and_come_back_equal() {
        let value = Value::List(vec![
            Value::Decimal("12.50".parse().unwrap()),
            Value::Date("2026-02-23".parse().unwrap()),
            Value::Record(BTreeMap::from([("date".to_owned(), "x".into())])),
            true.into(),
        ]);
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(text, r#"[{"decimal":"12.50"},{"date":"2026-02-23"},{"record":{"date":"x"}},true]"#);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_json_number_is_a_decimal() {
        assert_eq!(serde_json::from_str::<Value>("0.1").unwrap(), Value::Decimal("0.1".parse().unwrap()));
        assert!(serde_json::from_str::<Value>("1e300").is_err());
    }
}
