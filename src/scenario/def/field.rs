//! Fields (what people fill in) and parties (who takes part).

use super::{Named, Text, Who, is_default};
use serde::{Deserialize, Serialize};

/// The type of a field, of a part of a record, or of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// An exact decimal.
    Decimal,
    /// An exact decimal in the field's `currency`.
    Money,
    /// A calendar date.
    Date,
    /// An instant.
    Moment,
    /// Yes or no.
    Bool,
    /// One of the values listed under `of`.
    Choice,
    /// The host's key of something of its own.
    Reference,
    /// The host's key of a file; the file itself stays outside.
    File,
    /// A list: of a plain type, or of records.
    List,
}

/// What stands under `of`: the values of a choice, the type of a list's elements, or the parts of its records.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordPart {
    /// The values of a choice.
    Values(Vec<String>),
    /// The type of a list's plain elements.
    Plain(FieldType),
    /// The parts of a list's records.
    Parts(Named<FieldType>),
}

/// An attribute that people fill in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldDef {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Its title for people; the name where silent.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The ISO 4217 code of a money field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The values of a choice, or what a list consists of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<RecordPart>,
    /// What people read for the values of a choice; the values themselves where silent.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub titles: Named<Text>,
    /// Whether it is about a person, and so can be erased (S12).
    #[serde(default, skip_serializing_if = "is_default")]
    pub personal: bool,
    /// Whether cases are found by it: a store keeps it in an index.
    #[serde(default, skip_serializing_if = "is_default")]
    pub find: bool,
    /// The smallest value (number, decimal, money, date); of a text or list, the least length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<crate::Value>,
    /// The largest value; of a text or list, the greatest length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<crate::Value>,
    /// A regular expression that a text must match as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Who may see it; all where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub see: Option<Who>,
    /// Who may edit it; all who see it where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Who>,
}

impl FieldDef {
    /// A field of a type, with nothing else said.
    #[must_use]
    pub fn new(kind: FieldType) -> Self {
        Self {
            kind,
            title: Text::default(),
            currency: None,
            of: None,
            titles: Named::new(),
            personal: false,
            find: false,
            min: None,
            max: None,
            pattern: None,
            see: None,
            edit: None,
        }
    }
}

/// A role that a company or a person has in a case: client, contact, payer, consignee.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PartyDef {
    /// The role's title for people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Whether contact keys of this role are a person's, and so can be erased (S12).
    #[serde(skip_serializing_if = "is_default")]
    pub personal: bool,
}

mod part {
    use super::{FieldType, Named, RecordPart};
    use serde::de::{self, MapAccess, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::fmt;

    impl Serialize for RecordPart {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Values(values) => values.serialize(serializer),
                Self::Plain(kind) => kind.serialize(serializer),
                Self::Parts(parts) => parts.serialize(serializer),
            }
        }
    }

    impl<'de> Deserialize<'de> for RecordPart {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct PartVisitor;
            impl<'de> Visitor<'de> for PartVisitor {
                type Value = RecordPart;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a list of values, a type, or the parts of a record")
                }

                fn visit_str<E: de::Error>(self, text: &str) -> Result<RecordPart, E> {
                    FieldType::deserialize(de::value::StrDeserializer::new(text)).map(RecordPart::Plain)
                }

                fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RecordPart, A::Error> {
                    Named::deserialize(de::value::MapAccessDeserializer::new(map)).map(RecordPart::Parts)
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RecordPart, A::Error> {
                    let mut values = Vec::new();
                    while let Some(value) = seq.next_element()? {
                        values.push(value);
                    }
                    Ok(RecordPart::Values(values))
                }
            }
            deserializer.deserialize_any(PartVisitor)
        }
    }

    #[cfg(feature = "schema")]
    impl schemars::JsonSchema for RecordPart {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Of".into()
        }

        fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
            let kind = generator.subschema_for::<FieldType>();
            schemars::json_schema!({
                "description": "The values of a choice, the type of a list's elements, or the parts of its records.",
                "anyOf": [
                    { "type": "array", "items": { "type": "string" } },
                    kind,
                    { "type": "object", "additionalProperties": kind }
                ]
            })
        }
    }
}
