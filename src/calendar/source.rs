//! A calendar as authors write it.

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A working calendar as it stands in a scenario file.
///
/// Nothing is judged yet; [`Calendar::compile`](crate::Calendar::compile) does that, and names every defect at
/// once. Writing gives back what was read, in the order of the keys. A key that stands twice in one map is
/// refused on reading. Rule A2.
///
/// The default is UTC around the clock.
///
/// ```
/// use voronka::{Calendar, CalendarSource};
/// let source: CalendarSource = serde_json::from_str(r#"{
///   "time_zone": "Europe/Moscow",
///   "week": { "mon-fri": ["09:00-13:00", "14:00-18:00"] },
///   "days": { "2026-02-23": [], "2026-04-30": ["09:00-13:00", "14:00-17:00"] },
///   "known_until": "2026-12-31"
/// }"#)?;
/// let calendar = Calendar::compile(&source).map_err(|defects| format!("{defects:?}"))?;
/// let due = calendar.due(&"4 working hours".parse()?, "2026-02-20T14:30:00Z".parse()?)?;
/// assert_eq!(due.moment.to_string(), "2026-02-24T09:30:00.000Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CalendarSource {
    /// The IANA name of the time zone, such as `Europe/Moscow`.
    pub time_zone: String,
    /// The working intervals of each weekday, in local time.
    ///
    /// A key is a day (`mon`), a range (`mon-fri`, `sun-thu`) or a list of both (`mon,wed-fri`); a weekday that
    /// is not named is free. An interval is `HH:MM-HH:MM`; its end is exclusive and may be `24:00`.
    #[serde(deserialize_with = "each_key_once")]
    pub week: BTreeMap<String, Vec<String>>,
    /// The dates (`YYYY-MM-DD`) that differ from their weekday: holidays (`[]`), shortened and moved days.
    #[serde(default, deserialize_with = "each_key_once", skip_serializing_if = "BTreeMap::is_empty")]
    pub days: BTreeMap<String, Vec<String>>,
    /// The last date (`YYYY-MM-DD`) whose holidays are known; what is due after it is marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_until: Option<String>,
}

impl Default for CalendarSource {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            week: BTreeMap::from([("mon-sun".to_owned(), vec!["00:00-24:00".to_owned()])]),
            days: BTreeMap::new(),
            known_until: None,
        }
    }
}

/// Reads a map that refuses a key standing twice; `serde` alone would silently keep the last.
fn each_key_once<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    struct EachKeyOnce;

    impl<'de> Visitor<'de> for EachKeyOnce {
        type Value = BTreeMap<String, Vec<String>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map from days to lists of intervals such as \"09:00-13:00\"")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some((key, intervals)) = map.next_entry::<String, Vec<String>>()? {
                if entries.contains_key(&key) {
                    let shown: String = key.chars().take(40).collect();
                    return Err(de::Error::custom(format_args!("\"{shown}\" stands twice")));
                }
                entries.insert(key, intervals);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(EachKeyOnce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back() {
        let text = r#"{"time_zone":"Europe/Berlin","week":{"mon-thu":["09:00-17:00"],"fri":[]},"days":{"2026-04-03":[]},"known_until":"2026-12-31"}"#;
        let source: CalendarSource = serde_json::from_str(text).unwrap();
        let written: serde_json::Value = serde_json::to_value(&source).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(text).unwrap());
        let short = r#"{"time_zone":"UTC","week":{"mon-sun":["00:00-24:00"]}}"#;
        assert_eq!(serde_json::to_string(&CalendarSource::default()).unwrap(), short);
    }

    #[test]
    fn unknown_names_and_doubled_keys_are_refused() {
        let error = |text: &str| serde_json::from_str::<CalendarSource>(text).unwrap_err().to_string();
        assert!(error(r#"{"time_zone":"UTC","week":{},"holidays":{}}"#).contains("holidays"));
        assert!(error(r#"{"time_zone":"UTC","week":{"mon":[],"mon":[]}}"#).contains("\"mon\" stands twice"));
        assert!(error(r#"{"week":{}}"#).contains("time_zone"));
    }
}
