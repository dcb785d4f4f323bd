//! Types that take a short form or a long one, through visitors written by hand.

use super::super::read;
use super::told;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// `"field"`, or an object that says more.
#[derive(Debug, PartialEq)]
struct Need {
    field: Name,
    when: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedLong {
    field: Name,
    when: Option<String>,
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Need;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name or an object")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Need, E> {
                Ok(Need { field: text.parse().map_err(E::custom)?, when: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Need, A::Error> {
                let long = NeedLong::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Need { field: long.field, when: long.when })
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// A text with a rule of its own.
#[derive(Debug, PartialEq, PartialOrd, Ord, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl FromStr for Name {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
        if fits { Ok(Self(text.to_owned())) } else { Err(format!("not a name: `{text}`")) }
    }
}

impl TryFrom<String> for Name {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// `{"becomes": "…"}` or `{"after": "…"}`, read by hand.
#[derive(Debug, PartialEq)]
enum On {
    Becomes(Name),
    After(Need),
}

const ON: &[&str] = &["becomes", "after"];

impl<'de> Deserialize<'de> for On {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = On;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<On, A::Error> {
                let Some(key) = map.next_key::<String>()? else {
                    return Err(de::Error::custom("one of `becomes`, `after` is needed"));
                };
                match key.as_str() {
                    "becomes" => map.next_value().map(On::Becomes),
                    "after" => map.next_value().map(On::After),
                    other => Err(de::Error::unknown_field(other, ON)),
                }
            }
        }
        deserializer.deserialize_map(Form)
    }
}

/// An enum by its single key behind a visitor: a text is the first form.
#[derive(Debug, PartialEq)]
struct Do(DoLong);

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum DoLong {
    Move(Name),
    Need(Need),
}

impl<'de> Deserialize<'de> for Do {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Do;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Do, E> {
                text.parse().map(|name| Do(DoLong::Move(name))).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Do, A::Error> {
                DoLong::deserialize(MapAccessDeserializer::new(map)).map(Do)
            }
        }
        deserializer.deserialize_any(Form)
    }
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(untagged)]
enum Title {
    One(String),
    Many(BTreeMap<String, String>),
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Field {
    Money { currency: String },
    Text {},
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    need: Vec<Need>,
    #[serde(default)]
    on: Vec<On>,
    #[serde(default, rename = "do")]
    acts: Vec<Do>,
    #[serde(default)]
    titles: Vec<Title>,
    #[serde(default)]
    fields: BTreeMap<Name, Field>,
    #[serde(default)]
    levels: BTreeMap<u8, Option<crate::Value>>,
}

#[test]
fn a_sound_file_reads_as_with_serde_json() {
    let text = r#"{
 "need": ["a", {"field": "b", "when": "c"}],
 "on": [{"becomes": "a"}, {"after": "b"}, {"after": {"field": "c"}}],
 "do": ["a", {"move": "b"}, {"need": {"field": "c"}}],
 "titles": ["a", {"en": "b"}],
 "fields": {"a": {"type": "money", "currency": "RUB"}, "b": {"type": "text"}},
 "levels": {"1": {"decimal": "12.50"}, "2": 7, "3": [true, 0.5, -1], "4": null}
}"#;
    let read = read::<File>(text).unwrap();
    assert_eq!(told(&read.defects), [""; 0]);
    assert_eq!(read.value.unwrap(), serde_json::from_str(text).unwrap());
}

#[test]
fn defects_behind_hidden_forms_have_their_places() {
    let text = r#"{
 "need": ["A", {"field": "B", "when": 1, "wen": 2}, {"when": "x"}, 5, {"feild": "a"}],
 "on": [{"becoms": "a"}, {"becomes": "A"}, {"after": {"field": 1}}, {}, {"becomes": "a", "x": 1}, "text"],
 "do": ["A", {"move": "B"}, {"need": {"field": "c", "x": 1}}, {"mvoe": "a"}, {"move": "a", "need": "b"}],
 "titles": ["a", 5, {"en": 1}],
 "fields": {"A": {"type": "text"}, "b": {"type": "money"}, "c": {"type": "mony"}, "d": {"type": "text", "x": 1}},
 "levels": {"one": 1, "2": 1e300, "3": {"decimal": "x"}, "4": {"a": [1, {"b": 1e300}]}}
}"#;
    let read = read::<File>(text).unwrap();
    assert_eq!(
        told(&read.defects),
        [
            "2:11 bad-value /need/0: not a name: `A`",
            "2:26 bad-value /need/1/field: not a name: `B`",
            "2:39 wrong-type /need/1/when: expected a text, found a number",
            "2:42 unknown-key /need/1/wen: unknown field `wen`, did you mean `when`?",
            "2:53 missing-key /need/2: missing `field`",
            "2:68 wrong-type /need/3: expected a field's name or an object, found a number",
            "2:72 unknown-key /need/4/feild: unknown field `feild`, did you mean `field`?",
            "3:10 unknown-key /on/0/becoms: unknown field `becoms`, did you mean `becomes`?",
            "3:38 bad-value /on/1/becomes: not a name: `A`",
            "3:64 wrong-type /on/2/after/field: expected a text, found a number",
            "3:69 bad-value /on/3: one of `becomes`, `after` is needed",
            "3:90 unknown-key /on/4/x: `x` may not stand here",
            "3:99 wrong-type /on/5: expected an event, found a text",
            "4:9 bad-value /do/0: not a name: `A`",
            "4:23 bad-value /do/1/move: not a name: `B`",
            "4:53 unknown-key /do/2/need/x: unknown field `x`",
            "4:64 unknown-key /do/3/mvoe: unknown field `mvoe`, did you mean `move`?",
            "4:92 unknown-key /do/4/need: `need` may not stand here",
            "5:18 bad-value /titles/1: data did not match any variant of untagged enum Title",
            "5:21 bad-value /titles/2: data did not match any variant of untagged enum Title",
            "6:13 bad-value /fields/A: not a name: `A`",
            "6:41 missing-key /fields/b: missing `currency`",
            "6:74 bad-value /fields/c/type: unknown value `mony`, did you mean `money`?",
            "6:105 unknown-key /fields/d/x: unknown field `x`",
            "7:13 bad-value /levels/one: expected a whole number from 0 to 255, found `one`",
            "7:28 bad-value /levels/2: a number that no exact decimal can hold",
            "7:40 bad-value /levels/3: not a decimal: Invalid decimal: unknown character",
            "7:79 bad-value /levels/4/a/1/b: a number that no exact decimal can hold",
        ]
    );
    let file = read.value.unwrap();
    assert_eq!(file.need.len(), 0);
    assert_eq!(file.on, [On::Becomes(Name("a".to_owned()))]);
    assert_eq!(file.acts.len(), 2);
    assert_eq!(file.levels.len(), 1);
}
