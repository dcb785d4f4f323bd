//! What the activities and columns of a log mean, as data.

use super::{LogError, LogEvent, LogTrace};
use crate::case::{Case, Input, Opening};
use crate::scenario::def::{FieldType, Named, OneOrMany};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// What each activity of a log means to a case, and where its table has what.
///
/// Two forms, which may stand together. The simple one says of an activity which stage or outcome it is:
///
/// ```json
/// { "columns": { "case": "Order", "activity": "Status", "time": "Changed" }, "time_format": "day_first",
///   "fields": { "amount": { "column": "Sum", "type": "money", "currency": "EUR" } },
///   "activities": { "New": "request", "Invoiced": "invoice", "Paid": { "outcome": "won" },
///                   "Too dear": { "outcome": "lost", "reason": "price" }, "Comment": "ignore" } }
/// ```
///
/// The exact one names the input of an activity, as its JSON:
///
/// ```json
/// { "fields": { "amount": "AMOUNT_REQ" },
///   "open":   { "A_SUBMITTED": { "open": {} },
///               "A_DECLINED": { "close": { "stage": "lost", "reason": "declined" } } },
///   "closed": { "A_DECLINED": { "note": { "text": "declined again" } } } }
/// ```
///
/// `docs/LOGS.md` describes each key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The id of the scenario that is made of the mapping; `log` where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The columns of a table, and the attributes from which a case has more than fields.
    #[serde(skip_serializing_if = "crate::scenario::def::is_default")]
    pub columns: Columns,
    /// How moments are written.
    #[serde(skip_serializing_if = "crate::scenario::def::is_default")]
    pub time_format: TimeFormat,
    /// The time zone of moments without one; UTC where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What stands before the decimals of a number.
    #[serde(skip_serializing_if = "crate::scenario::def::is_default")]
    pub decimal: DecimalMark,
    /// The encoding of a table, by its name; found out where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What parts the cells of a table; found out where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// Fields by the column or attribute that they are taken from.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub fields: Named<FieldColumn>,
    /// What each activity means, in the order of the funnel.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub activities: Named<Activity>,
    /// The reasons of refusals by the words that the log has for them.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub reasons: Named<String>,
    /// What becomes of an activity of which nothing is said.
    #[serde(skip_serializing_if = "crate::scenario::def::is_default")]
    pub unknown: Unknown,
    /// The input of each activity while the case is open, and of those that open it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub open: BTreeMap<String, Input>,
    /// The input of each activity once the case is closed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub closed: BTreeMap<String, Input>,
    /// Activities that mean nothing to the case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

/// Where a table has what; in XES the first four name themselves, the others are attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The case; `case`, `case_id` or `case:concept:name` where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The activity or status; `activity` or `concept:name` where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
    /// When it happened, in one column or several (date and time); `time`, `timestamp` or `time:timestamp` where silent.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub time: OneOrMany<String>,
    /// Who did it; `resource` or `org:resource` where silent, if there is such a column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// By which channel the request came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Whose team has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// A title for lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The reason of a refusal, in words of which `reasons` says what they mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The comment on closing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// How moments are written in a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TimeFormat {
    /// As ISO 8601 has it: `2026-12-31T14:05:00+03:00`, `2026-12-31 14:05`, `2026-12-31`. Where silent; dates with dots
    /// (`31.12.2026`) are read too, since only the day can stand before a dot.
    #[default]
    Iso,
    /// The day first: `31.12.2026 14:05`, `31/12/2026`, `31-12-26`.
    DayFirst,
    /// The month first: `12/31/2026 2:05 PM`.
    MonthFirst,
    /// As a pattern of `chrono` says: `%d.%m.%Y %H:%M`.
    Pattern(String),
}

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.50`.
    #[default]
    Point,
    /// `1 234,50`.
    Comma,
}

/// What parts the cells of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delimiter {
    /// A comma.
    #[serde(rename = ",", alias = "comma")]
    Comma,
    /// A semicolon.
    #[serde(rename = ";", alias = "semicolon")]
    Semicolon,
    /// A tab.
    #[serde(rename = "\t", alias = "tab")]
    Tab,
    /// A vertical bar.
    #[serde(rename = "|", alias = "bar")]
    Bar,
}

impl Delimiter {
    /// All of them, the likelier first.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    /// The byte that it is.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "vertical bar",
        })
    }
}

/// The column or attribute that a field is taken from, and what the field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldColumn {
    /// The column of the table, or the attribute of the event or trace.
    pub column: String,
    /// The type of the field in a scenario that is made of the mapping; a text where silent.
    pub kind: Option<FieldType>,
    /// The currency of a money field.
    pub currency: Option<String>,
    /// Whether it is about a person (S12).
    pub personal: bool,
}

/// What an activity means to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// The case stands on this stage.
    Stage(String),
    /// The case has ended.
    Outcome {
        /// `won`, `lost` or `void`; in a process or document `result` or `bad_result`.
        outcome: crate::scenario::def::StageOutcome,
        /// The outcome's stage; the scenario's first one of this outcome where silent.
        stage: Option<String>,
        /// The reason, where the log's own does not say it.
        reason: Option<String>,
    },
    /// Nothing.
    Ignore,
}

/// What becomes of an activity of which a mapping says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// An error that names all of them, with how often each occurs.
    #[default]
    Error,
    /// They are left out, and listed with how often each occurs.
    List,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// When the text is no mapping.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Whether a mapping says anything of an activity, in one form or the other.
    #[must_use]
    pub fn knows(&self, activity: &str) -> bool {
        self.activities.get(activity).is_some()
            || self.open.contains_key(activity)
            || self.closed.contains_key(activity)
            || self.is_ignored(activity)
    }

    pub(super) fn is_ignored(&self, activity: &str) -> bool {
        self.ignore.iter().any(|it| it == activity)
            || matches!(self.activities.get(activity), Some(Activity::Ignore))
    }

    /// What opening the case of a trace takes, if this event opens it by the exact form: fields as this event has them,
    /// else as the trace has them, unless it is a later event that says so.
    #[must_use]
    pub fn opening(&self, trace: &LogTrace, event: &LogEvent) -> Option<Opening> {
        let Some(Input::Open(opening)) = self.open.get(&event.activity) else { return None };
        let mut opening = Opening::clone(opening);
        for (field, from) in self.fields.iter() {
            let of_events = || trace.events.iter().any(|it| it.attributes.contains_key(&from.column));
            let own = event.attributes.get(&from.column);
            // What the log only says later was not known at the beginning.
            let value = own.or_else(|| trace.attributes.get(&from.column).filter(|_| !of_events()));
            if let Some(value) = value {
                opening.fields.insert(field.to_owned(), Some(value.clone()));
            }
        }
        Some(opening)
    }

    /// The input that an event is to a case that has been opened, by the exact form; none for an activity that is
    /// ignored.
    ///
    /// # Errors
    /// When the mapping says nothing of the activity, or it opens a case.
    pub fn input(&self, trace: &LogTrace, event: &LogEvent, case: &Case) -> Result<Option<Input>, LogError> {
        if self.is_ignored(&event.activity) {
            return Ok(None);
        }
        let inputs = if case.is_open() { &self.open } else { &self.closed };
        let (name, activity) = (trace.name.clone(), event.activity.clone());
        match inputs.get(&event.activity) {
            Some(Input::Open(_)) => Err(LogError::OpensAgain { name, activity }),
            Some(input) => Ok(Some(input.clone())),
            None => Err(LogError::Unmapped { name, activity, closed: !case.is_open() }),
        }
    }
}

const TIME_FORMATS: &str = "`iso`, `day_first`, `month_first`, or a pattern such as `%d.%m.%Y %H:%M`";

impl Serialize for TimeFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Iso => "iso",
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
            Self::Pattern(pattern) => pattern,
        })
    }
}

impl<'de> Deserialize<'de> for TimeFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "iso" => Ok(Self::Iso),
            "day_first" => Ok(Self::DayFirst),
            "month_first" => Ok(Self::MonthFirst),
            pattern if pattern.contains('%') => {
                let items = chrono::format::StrftimeItems::new(pattern);
                if items.into_iter().any(|item| item == chrono::format::Item::Error) {
                    return Err(de::Error::custom(format_args!("`{pattern}` is no pattern of a time")));
                }
                if !super::time::gives_a_date(pattern) {
                    return Err(de::Error::custom(format_args!("`{pattern}` gives no date")));
                }
                Ok(Self::Pattern(text))
            }
            other => Err(de::Error::custom(format_args!(
                "`{other}` is no format of time: it is one of {TIME_FORMATS}"
            ))),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LongField {
    column: String,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<FieldType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    personal: bool,
}

impl Serialize for FieldColumn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.kind.is_none() && self.currency.is_none() && !self.personal {
            return serializer.serialize_str(&self.column);
        }
        let it = self.clone();
        let long =
            LongField { column: it.column, kind: it.kind, currency: it.currency, personal: it.personal };
        long.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FieldColumn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldVisitor;
        impl<'de> Visitor<'de> for FieldVisitor {
            type Value = FieldColumn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column, or an object with `column` and `type`")
            }

            fn visit_str<E: de::Error>(self, column: &str) -> Result<FieldColumn, E> {
                Ok(FieldColumn { column: column.to_owned(), kind: None, currency: None, personal: false })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldColumn, A::Error> {
                let it = LongField::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(FieldColumn {
                    column: it.column,
                    kind: it.kind,
                    currency: it.currency,
                    personal: it.personal,
                })
            }
        }
        deserializer.deserialize_any(FieldVisitor)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LongActivity {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<crate::scenario::def::StageOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The word of an activity that means nothing.
const IGNORE: &str = "ignore";

impl Serialize for Activity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.clone() {
            Self::Ignore => serializer.serialize_str(IGNORE),
            Self::Stage(stage) => {
                LongActivity { stage: Some(stage), outcome: None, reason: None }.serialize(serializer)
            }
            Self::Outcome { outcome, stage, reason } => {
                LongActivity { stage, outcome: Some(outcome), reason }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ActivityVisitor;
        impl<'de> Visitor<'de> for ActivityVisitor {
            type Value = Activity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a stage, `ignore`, or an object with `stage` or `outcome`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Activity, E> {
                Ok(if text == IGNORE { Activity::Ignore } else { Activity::Stage(text.to_owned()) })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Activity, A::Error> {
                let it = LongActivity::deserialize(de::value::MapAccessDeserializer::new(map))?;
                match (it.outcome, it.stage, it.reason) {
                    (Some(outcome), stage, reason) => Ok(Activity::Outcome { outcome, stage, reason }),
                    (None, Some(stage), None) => Ok(Activity::Stage(stage)),
                    (None, Some(_), Some(_)) => {
                        Err(de::Error::custom("a reason belongs to an `outcome`, not to a stage"))
                    }
                    (None, None, _) => Err(de::Error::custom(
                        "an activity means a `stage` or an `outcome`, or is to `ignore`",
                    )),
                }
            }
        }
        deserializer.deserialize_any(ActivityVisitor)
    }
}
