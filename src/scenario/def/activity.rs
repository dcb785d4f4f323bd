//! Planned activities, their kinds and outcomes, and groups of them.

use super::{ActionDef, Named, OneOrMany, Text, is_default};
use crate::calendar::Span;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

/// A moment taken from a field: at it, or so long before or after it (T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldMoment {
    /// The date or moment field.
    pub field: String,
    /// So long before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Span>,
    /// So long after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// The hour of the day that a date stands for, `HH:MM`; its first instant where silent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hour")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub at: Option<NaiveTime>,
}

mod hour {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::ref_option, reason = "serde asks for a reference")]
    pub fn serialize<S: Serializer>(time: &Option<NaiveTime>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.collect_str(&time.format("%H:%M")),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveTime>, D::Error> {
        let text = String::deserialize(deserializer)?;
        NaiveTime::parse_from_str(&text, "%H:%M")
            .map(Some)
            .map_err(|_| de::Error::custom("an hour of the day is written `HH:MM`"))
    }
}

/// When an activity is due: so long after it was planned, or by a field.
#[derive(Debug, Clone, PartialEq)]
pub enum DueDef {
    /// So long after it was planned.
    Span(Span),
    /// By a date or moment field.
    Field(FieldMoment),
}

/// To whom an activity goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Assignee {
    /// The case's responsible, and it follows them.
    #[default]
    Responsible,
    /// Anyone with this role.
    Role(String),
    /// The person whose id this expression gives, read once when planned.
    Person(String),
}

/// What somebody did before that excludes them (G4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PastRole {
    /// Who opened the case.
    Author,
    /// Who is responsible for the case.
    Responsible,
    /// Who moved the case onto this stage, ever.
    MovedTo(String),
    /// Who finished this item, ever.
    Did(String),
    /// Whose id stands in this text field.
    Field(String),
}

/// In which order the members of a group are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupMode {
    /// All at once.
    #[default]
    AtOnce,
    /// One after the other.
    InTurn,
}

/// How many good outcomes make a group good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// All of them.
    #[default]
    All,
    /// One of them.
    Any,
    /// So many of them.
    AtLeast(u32),
    /// As many as this expression gives when the group is planned; all of them where it is empty.
    Count(String),
}

/// One activity for each person of a list (A7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupDef {
    /// An expression that gives the persons' ids; read once, doubles dropped.
    pub each: String,
    /// At once, or in turn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: GroupMode,
    /// How many good outcomes are needed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub needed: Needed,
    /// Who is passed over, by what they did before (G4).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub not_by: OneOrMany<PastRole>,
}

/// An activity that a stage or a trigger plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "LongPlan", into = "LongPlan")]
#[cfg_attr(feature = "schema", schemars(with = "LongPlan"))]
pub struct PlanDef {
    /// Its id within the stage; where silent, kind plus title.
    pub id: Option<String>,
    /// The kind: task, call, email, meeting, message, or one of the scenario's own.
    pub kind: String,
    /// Its title for people.
    pub title: Text,
    /// When it is due; without one it is open until done.
    pub due: Option<DueDef>,
    /// Whether the stage cannot be left forward without it (M3).
    pub mandatory: bool,
    /// To whom it goes.
    pub assignee: Assignee,
    /// It is planned only when this holds, on entry or later during the visit (M8).
    pub when: Option<String>,
    /// Once in the whole case instead of once a visit.
    pub once: bool,
    /// One for each person of a list.
    pub group: Option<GroupDef>,
    /// Who may not do it, by what they did before (G4).
    pub not_by: OneOrMany<PastRole>,
    /// A script or checklist for whoever does it.
    pub script: Text,
}

impl PlanDef {
    /// An activity of a kind with a title, with nothing else said.
    pub fn new(kind: impl Into<String>, title: impl Into<Text>) -> Self {
        Self {
            id: None,
            kind: kind.into(),
            title: title.into(),
            due: None,
            mandatory: false,
            assignee: Assignee::Responsible,
            when: None,
            once: false,
            group: None,
            not_by: OneOrMany::default(),
            script: Text::default(),
        }
    }

    /// The id given, else kind plus title: `call: Clarify what is needed`.
    #[must_use]
    pub fn id(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("{}: {}", self.kind, self.title))
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Plan"))]
#[serde(deny_unknown_fields, default)]
struct LongPlan {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    task: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    call: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    email: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    meeting: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<DueDef>,
    #[serde(skip_serializing_if = "is_default")]
    mandatory: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    once: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupDef>,
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    not_by: OneOrMany<PastRole>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    script: Text,
}

impl From<PlanDef> for LongPlan {
    fn from(plan: PlanDef) -> Self {
        let PlanDef { id, kind, title, due, mandatory, assignee, when, once, group, not_by, script } = plan;
        let (assignee, role) = match assignee {
            Assignee::Responsible => (None, None),
            Assignee::Person(expression) => (Some(expression), None),
            Assignee::Role(role) => (None, Some(role)),
        };
        let mut long =
            Self { id, due, mandatory, assignee, role, when, once, group, not_by, script, ..Self::default() };
        match kind.as_str() {
            _ if title.is_empty() => long.kind = Some(kind),
            "task" => long.task = title,
            "call" => long.call = title,
            "email" => long.email = title,
            "meeting" => long.meeting = title,
            "message" => long.message = title,
            _ => {
                long.kind = Some(kind);
                long.title = title;
            }
        }
        long
    }
}

impl TryFrom<LongPlan> for PlanDef {
    type Error = &'static str;

    fn try_from(long: LongPlan) -> Result<Self, Self::Error> {
        let short = [
            ("task", long.task),
            ("call", long.call),
            ("email", long.email),
            ("meeting", long.meeting),
            ("message", long.message),
        ];
        let mut named = short.into_iter().filter(|(_, title)| !title.is_empty());
        let (kind, title) = match (named.next(), named.next(), long.kind, long.title) {
            (Some((kind, title)), None, None, rest) if rest.is_empty() => (kind.to_owned(), title),
            (None, None, Some(kind), title) => (kind, title),
            _ => {
                return Err(
                    "an activity is written as one of `task`, `call`, `email`, `meeting`, `message` with \
                            its title, or with `kind` and `title`",
                );
            }
        };
        let assignee = match (long.assignee, long.role) {
            (None, None) => Assignee::Responsible,
            (Some(expression), None) => Assignee::Person(expression),
            (None, Some(role)) => Assignee::Role(role),
            _ => return Err("an activity goes to an `assignee` or to a `role`, not to both"),
        };
        if long.group.is_some() && assignee != Assignee::Responsible {
            return Err("a group has its persons from `each`; `assignee` and `role` do not go with it");
        }
        Ok(Self {
            id: long.id,
            kind,
            title,
            due: long.due,
            mandatory: long.mandatory,
            assignee,
            when: long.when,
            once: long.once,
            group: long.group,
            not_by: long.not_by,
            script: long.script,
        })
    }
}

/// What follows an outcome: the same again, or something else (A11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NextDef {
    /// What is planned; the same kind and title again where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<PlanDef>>,
    /// When the same is due again (goes without `plan`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueDef>,
    /// How many times at most within a visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// What is done once that many are used up.
    #[serde(default, rename = "then", skip_serializing_if = "OneOrMany::is_empty")]
    pub after_that: OneOrMany<ActionDef>,
}

/// One way in which an activity of a kind can end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct OutcomeDef {
    /// Its title for people; the id where silent.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Whether it is a bad one, which satisfies nothing (A7: one not named bad is good).
    #[serde(skip_serializing_if = "is_default")]
    pub bad: bool,
    /// Fields that must be filled with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<String>,
    /// What is planned next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextDef>,
}

/// A kind of activity with its outcomes (A11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct KindDef {
    /// Its title for people; the id where silent.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Whether it is an interaction with the client (call, e-mail, meeting, message) and not a task.
    #[serde(skip_serializing_if = "is_default")]
    pub interaction: bool,
    /// Its outcomes; `done` where silent.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub outcomes: Named<OutcomeDef>,
}

mod due {
    use super::{DueDef, FieldMoment};
    use serde::de::{self, MapAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::fmt;

    impl Serialize for DueDef {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Span(span) => span.serialize(serializer),
                Self::Field(moment) => moment.serialize(serializer),
            }
        }
    }

    impl<'de> Deserialize<'de> for DueDef {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct DueVisitor;
            impl<'de> Visitor<'de> for DueVisitor {
                type Value = DueDef;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a duration such as `4 working hours`, or an object with `field`")
                }

                fn visit_str<E: de::Error>(self, text: &str) -> Result<DueDef, E> {
                    text.parse().map(DueDef::Span).map_err(de::Error::custom)
                }

                fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DueDef, A::Error> {
                    FieldMoment::deserialize(de::value::MapAccessDeserializer::new(map)).map(DueDef::Field)
                }
            }
            deserializer.deserialize_any(DueVisitor)
        }
    }

    #[cfg(feature = "schema")]
    impl schemars::JsonSchema for DueDef {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Due".into()
        }

        fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
            let span = generator.subschema_for::<crate::calendar::Span>();
            let field = generator.subschema_for::<FieldMoment>();
            schemars::json_schema!({ "anyOf": [span, field] })
        }
    }
}
