//! What is written as one text, or as an object that says more.

use super::file::WishesSaid;
use crate::case::Actor;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A type that has a short form.
pub(crate) trait FromShort: Sized {
    /// Both forms in words.
    const EXPECTING: &'static str;

    /// What the short form means.
    fn from_short(text: &str) -> Result<Self, String>;
}

/// A value in its short or its long form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Short<T>(pub T);

impl<'de, T: FromShort + Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShortVisitor<T>(PhantomData<T>);
        impl<'de, T: FromShort + Deserialize<'de>> Visitor<'de> for ShortVisitor<T> {
            type Value = Short<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTING)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::from_short(text).map(Short).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Short)
            }
        }
        deserializer.deserialize_any(ShortVisitor(PhantomData))
    }
}

impl FromShort for Actor {
    const EXPECTING: &'static str = "`manager anna` (roles, then the person), or an object with `id`";

    fn from_short(text: &str) -> Result<Self, String> {
        let mut words: Vec<String> =
            text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let id = words.pop().ok_or("nobody is named here; write `manager anna`: roles, then the person")?;
        Ok(Self { id, roles: words, ..Self::default() })
    }
}

/// What a refusal is expected to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Whatever it says; or, where false, that there is none.
    Any(bool),
    /// Just this, in any order.
    These(Vec<String>),
}

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RefusedVisitor;
        impl<'de> Visitor<'de> for RefusedVisitor {
            type Value = Refused;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, or everything that the refusal names")
            }

            fn visit_bool<E: de::Error>(self, refused: bool) -> Result<Refused, E> {
                Ok(Refused::Any(refused))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Refused, E> {
                Ok(Refused::These(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Refused, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Refused::These(texts))
            }
        }
        deserializer.deserialize_any(RefusedVisitor)
    }
}

impl<'de> Deserialize<'de> for WishesSaid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WishesVisitor;
        impl<'de> Visitor<'de> for WishesVisitor {
            type Value = WishesSaid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of triggers, or an object that says by trigger what is missing")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<WishesSaid, A::Error> {
                let mut triggers = Vec::new();
                while let Some(trigger) = seq.next_element()? {
                    triggers.push(trigger);
                }
                Ok(WishesSaid::Triggers(triggers))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WishesSaid, A::Error> {
                let mut missing = BTreeMap::new();
                while let Some((trigger, texts)) = map.next_entry::<String, Vec<String>>()? {
                    missing.insert(trigger, texts);
                }
                Ok(WishesSaid::Missing(missing))
            }
        }
        deserializer.deserialize_any(WishesVisitor)
    }
}

#[cfg(feature = "schema")]
mod schema {
    use super::{Refused, Short, WishesSaid};
    use crate::case::Actor;
    use crate::testing::when::When;
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    impl<T: JsonSchema> JsonSchema for Short<T> {
        fn schema_name() -> Cow<'static, str> {
            format!("Short{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let long = generator.subschema_for::<T>();
            json_schema!({ "anyOf": [{ "type": "string" }, long] })
        }
    }

    impl JsonSchema for Refused {
        fn schema_name() -> Cow<'static, str> {
            "Refused".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "anyOf": [
                    { "type": "boolean" }, { "type": "string" },
                    { "type": "array", "items": { "type": "string" } }
                ]
            })
        }
    }

    impl JsonSchema for WishesSaid {
        fn schema_name() -> Cow<'static, str> {
            "Wishes".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let texts = serde_json::json!({ "type": "array", "items": { "type": "string" } });
            json_schema!({ "anyOf": [texts, { "type": "object", "additionalProperties": texts }] })
        }
    }

    impl JsonSchema for Actor {
        fn schema_name() -> Cow<'static, str> {
            "Actor".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let texts = serde_json::json!({ "type": "array", "items": { "type": "string" } });
            json_schema!({
                "type": "object",
                "properties": {
                    "id": { "type": "string" }, "roles": texts, "teams": texts, "stands_in_for": texts
                },
                "required": ["id"],
                "additionalProperties": false
            })
        }
    }

    impl JsonSchema for When {
        fn schema_name() -> Cow<'static, str> {
            "When".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "type": "string",
                "description": "A local time: `2026-03-02 10:00`, `10:05`, `tomorrow 09:00`, `+2 working hours`.",
                "examples": ["2026-03-02 10:00", "10:05", "tomorrow 09:00", "next working day 09:00", "+2 working hours"]
            })
        }
    }
}
