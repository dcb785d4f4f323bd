//! Requirements: what must hold to leave or enter a stage.

use super::{Text, is_default};
use crate::Value;
use crate::calendar::Span;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What a requirement asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// A field that is filled, and more where said.
    Field {
        /// The field's name.
        field: String,
        /// The smallest value; of a text or list the least length.
        min: Option<Value>,
        /// The largest value; of a text or list the greatest length.
        max: Option<Value>,
        /// A regular expression that the text must match as a whole.
        pattern: Option<String>,
        /// The values that will do.
        among: Vec<Value>,
    },
    /// A condition that holds.
    That(String),
    /// A party that is known in a role.
    Party(String),
}

/// One requirement: a field's name, or an object that says more.
#[derive(Debug, Clone, PartialEq)]
pub struct RequirementDef {
    /// Its id within the stage; where silent, the field's name, or the condition's text.
    pub id: Option<String>,
    /// What it asks for.
    pub need: Need,
    /// It counts only while this condition holds.
    pub when: Option<String>,
    /// It binds as long as the case stands on the stage (M13).
    pub keep: bool,
    /// Its own text for people, with `{left}`, `{right}` and the parts of a list's record as placeholders.
    pub or_say: Text,
    /// By when a debt that passes over it must be met (M11).
    pub deadline: Option<Span>,
}

impl RequirementDef {
    /// A field that must be filled.
    pub fn field(name: impl Into<String>) -> Self {
        let need = Need::Field { field: name.into(), min: None, max: None, pattern: None, among: Vec::new() };
        Self::new(need)
    }

    /// A condition that must hold.
    pub fn that(condition: impl Into<String>) -> Self {
        Self::new(Need::That(condition.into()))
    }

    /// A party that must be known.
    pub fn party(role: impl Into<String>) -> Self {
        Self::new(Need::Party(role.into()))
    }

    fn new(need: Need) -> Self {
        Self { id: None, need, when: None, keep: false, or_say: Text::default(), deadline: None }
    }

    /// The id given, else the field's name, the role's, or the condition's text.
    #[must_use]
    pub fn id(&self) -> &str {
        match (&self.id, &self.need) {
            (Some(id), _) => id,
            (None, Need::Field { field: name, .. } | Need::That(name) | Need::Party(name)) => name,
        }
    }

    fn is_bare(&self) -> bool {
        *self == Self::field(self.id()) && self.id.is_none()
    }
}

impl From<&str> for RequirementDef {
    fn from(field: &str) -> Self {
        Self::field(field)
    }
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct LongRequirement {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    that: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    among: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    keep: bool,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    or_say: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<Span>,
}

impl From<RequirementDef> for LongRequirement {
    fn from(it: RequirementDef) -> Self {
        let RequirementDef { id, need, when, keep, or_say, deadline } = it;
        let mut long = Self {
            id,
            field: None,
            that: None,
            party: None,
            min: None,
            max: None,
            pattern: None,
            among: Vec::new(),
            when,
            keep,
            or_say,
            deadline,
        };
        match need {
            Need::Field { field, min, max, pattern, among } => {
                long = Self { field: Some(field), min, max, pattern, among, ..long };
            }
            Need::That(condition) => long.that = Some(condition),
            Need::Party(role) => long.party = Some(role),
        }
        long
    }
}

impl TryFrom<LongRequirement> for RequirementDef {
    type Error = &'static str;

    fn try_from(long: LongRequirement) -> Result<Self, Self::Error> {
        let LongRequirement {
            id,
            field,
            that,
            party,
            min,
            max,
            pattern,
            among,
            when,
            keep,
            or_say,
            deadline,
        } = long;
        let extras = min.is_some() || max.is_some() || pattern.is_some() || !among.is_empty();
        let need = match (field, that, party) {
            (Some(field), None, None) => Need::Field { field, min, max, pattern, among },
            (None, Some(_), None) | (None, None, Some(_)) if extras => {
                return Err("`min`, `max`, `pattern` and `among` go with `field` only");
            }
            (None, Some(condition), None) => Need::That(condition),
            (None, None, Some(role)) => Need::Party(role),
            _ => return Err("a requirement names exactly one of `field`, `that` and `party`"),
        };
        Ok(Self { id, need, when, keep, or_say, deadline })
    }
}

impl Serialize for RequirementDef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_bare() {
            serializer.serialize_str(self.id())
        } else {
            LongRequirement::from(self.clone()).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for RequirementDef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RequirementVisitor;
        impl<'de> Visitor<'de> for RequirementVisitor {
            type Value = RequirementDef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name, or an object with `field`, `that` or `party`")
            }

            fn visit_str<E: de::Error>(self, field: &str) -> Result<RequirementDef, E> {
                Ok(RequirementDef::field(field))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RequirementDef, A::Error> {
                LongRequirement::deserialize(de::value::MapAccessDeserializer::new(map))?
                    .try_into()
                    .map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(RequirementVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RequirementDef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Requirement".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let long = generator.subschema_for::<LongRequirement>();
        schemars::json_schema!({
            "description": "A field's name, or an object that says more.",
            "anyOf": [{ "type": "string" }, long]
        })
    }
}
