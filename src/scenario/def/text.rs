//! Texts for people, in one language or several.

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A text for people: one for all, or one per language (`{"en": "Sale", "ru": "Продажа"}`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Text(Texts);

/// Shared, since every case and every entry of a scenario carries its titles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Texts {
    #[default]
    None,
    One(Arc<str>),
    PerLanguage(Arc<BTreeMap<String, String>>),
}

impl Text {
    /// A text in each of several languages.
    pub fn per_language<K: Into<String>, V: Into<String>>(texts: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(Texts::PerLanguage(Arc::new(texts.into_iter().map(|(k, v)| (k.into(), v.into())).collect())))
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Texts::None)
    }

    /// The text in a language; else in English; else in the first that there is.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        match &self.0 {
            Texts::None => "",
            Texts::One(text) => text,
            Texts::PerLanguage(texts) => texts
                .get(language)
                .or_else(|| texts.get("en"))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }

    /// Every text with its language (none where one text is for all).
    pub fn all(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        let (one, many) = match &self.0 {
            Texts::None => (None, None),
            Texts::One(text) => (Some((None, &**text)), None),
            Texts::PerLanguage(texts) => (None, Some(texts)),
        };
        one.into_iter().chain(
            many.into_iter().flat_map(|texts| texts.iter()).map(|(k, v)| (Some(k.as_str()), v.as_str())),
        )
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Texts::One(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Texts::One(text.into()))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get("en"))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Texts::None => serializer.serialize_none(),
            Texts::One(text) => serializer.serialize_str(text),
            Texts::PerLanguage(texts) => texts.as_ref().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a text per language")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(text.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((language, text)) = map.next_entry::<String, String>()? {
                    texts.insert(language, text);
                }
                Ok(Text(Texts::PerLanguage(Arc::new(texts))))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text for people: one for all, or one per language.",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "additionalProperties": { "type": "string" } }
            ]
        })
    }
}
