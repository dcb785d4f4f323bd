//! Triggers: when X happens, if Y holds, do Z.

use super::{FieldMoment, Named, OneOrMany, PlanDef, Text, is_default};
use crate::calendar::Span;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Which activities are meant; what is silent is any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ActivityFilter {
    /// Of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Planned by this item of the stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Done with this outcome (only of `done`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// Which interactions are meant; what is silent is any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct InteractionFilter {
    /// By this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// `in` or `out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// With this result: answered, missed, busy, bounced, automatic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

/// Which processes are meant; what is silent is any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ProcessFilter {
    /// Started by this hook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Finished with this result (only of `finished`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Finished with a result that is accepted, or that is not (only of `finished`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good: Option<bool>,
}

/// Which answers to commands are meant; what is silent is any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CommandFilter {
    /// To this command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// With this answer: done, part, refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// Which document events are meant; what is silent is any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DocumentFilter {
    /// Of a document of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// This event of it: posted, unposted, amended, paid, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// What a trigger waits for (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventDef {
    /// A condition passes from not holding to holding.
    Becomes(String),
    /// The trigger's stage is entered; for the scenario's triggers any stage.
    Entered,
    /// This stage is entered (for the scenario's triggers).
    EnteredStage(String),
    /// The trigger's stage is left; for the scenario's triggers any stage. It may not move.
    Left,
    /// So much time has passed on the stage.
    After(Span),
    /// A moment in a field, or so long before or after it, has come.
    Moment(FieldMoment),
    /// A field has got another value.
    Field(String),
    /// A fact has got another value.
    Fact(String),
    /// An activity was planned.
    Planned(ActivityFilter),
    /// An activity was done.
    Done(ActivityFilter),
    /// An activity became overdue.
    Overdue(ActivityFilter),
    /// An interaction was logged.
    Interaction(InteractionFilter),
    /// A process was started.
    Started(ProcessFilter),
    /// A process finished.
    Finished(ProcessFilter),
    /// A process became overdue.
    ProcessOverdue(ProcessFilter),
    /// The host answered a command.
    Answered(CommandFilter),
    /// A document event came.
    Document(DocumentFilter),
    /// A message of this name came.
    Message(String),
    /// The case was opened.
    Opened,
    /// The case was reopened.
    Reopened,
    /// The case was closed, on any outcome or (scenario's) this one's stage.
    Closed,
    /// The case was handed over.
    HandedOver,
    /// An effect of this kind was given up.
    GivenUp(String),
}

/// Whether a trigger fires again (T4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// At most once a visit (a stage's) or once a life (a scenario's).
    #[default]
    Never,
    /// Each time.
    Always,
    /// At most once a local day.
    Daily,
}

/// Sets a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetDef {
    /// The field.
    pub field: String,
    /// The expression that gives its value; an empty answer empties the field.
    pub to: String,
}

/// Tells somebody something; the host brings it to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotifyDef {
    /// A role; the case's responsible where neither this nor `person` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// An expression that gives a person's id, or a list of them: each is told, and nobody twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What they are told.
    pub text: Text,
}

/// An effect of the host's own kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EffectDef {
    /// Its kind, which the host knows.
    pub kind: String,
    /// The lane in which its order holds; the kind where silent (S5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// Its payload, each part by an expression.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub payload: Named<String>,
}

/// Opens a linked case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenCaseDef {
    /// The scenario by which it runs.
    pub scenario: String,
    /// How it is linked: `part_of`, `duplicate_of`, `follows`, `claim_on`.
    #[serde(default = "follows")]
    pub link: String,
    /// Its fields, each by an expression.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub give: Named<String>,
}

fn follows() -> String {
    "follows".to_owned()
}

/// Closes the case: the outcome's stage, and a reason where one is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseCaseDef {
    /// The outcome's stage.
    pub stage: String,
    /// The reason, for lost and void.
    pub reason: Option<String>,
}

/// What a trigger does (T2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionDef {
    /// Sets a field.
    Set(SetDef),
    /// Plans an activity.
    Plan(Box<PlanDef>),
    /// Closes open activities.
    CloseActivities(ActivityFilter),
    /// Starts the process of this hook.
    Start(String),
    /// Cancels the running process of this hook.
    Cancel(String),
    /// Opens a linked case.
    OpenCase(OpenCaseDef),
    /// Tells somebody something.
    Notify(NotifyDef),
    /// Makes an effect of the host's own kind.
    Effect(EffectDef),
    /// Reopens a closed case at this stage (the scenario's triggers, X4).
    Reopen(String),
    /// Moves the case; the last action, if at all.
    Move(String),
    /// Closes the case; the last action, if at all.
    Close(CloseCaseDef),
}

/// When X happens, if Y holds, do Z.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TriggerDef {
    /// Its id within the stage, or among the scenario's.
    pub id: String,
    /// Its title for people.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What it waits for.
    pub on: EventDef,
    /// It fires only if this holds; judged when its turn comes.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What it does, in this order.
    #[serde(rename = "do")]
    pub actions: OneOrMany<ActionDef>,
    /// Whether it is on as long as nobody switches it (T7).
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Whether it fires again (T4).
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeat: Repeat,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_yes(value: &bool) -> bool {
    *value
}

impl Serialize for Repeat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_bool(false),
            Self::Always => serializer.serialize_bool(true),
            Self::Daily => serializer.serialize_str("daily"),
        }
    }
}

impl<'de> Deserialize<'de> for Repeat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RepeatVisitor;
        impl Visitor<'_> for RepeatVisitor {
            type Value = Repeat;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or \"daily\"")
            }

            fn visit_bool<E: de::Error>(self, again: bool) -> Result<Repeat, E> {
                Ok(if again { Repeat::Always } else { Repeat::Never })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Repeat, E> {
                if text == "daily" {
                    Ok(Repeat::Daily)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
        }
        deserializer.deserialize_any(RepeatVisitor)
    }
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct LongCloseCase {
    stage: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Serialize for CloseCaseDef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.reason.is_none() {
            self.stage.serialize(serializer)
        } else {
            LongCloseCase { stage: self.stage.clone(), reason: self.reason.clone() }.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for CloseCaseDef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CloseVisitor;
        impl<'de> Visitor<'de> for CloseVisitor {
            type Value = CloseCaseDef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an outcome's stage, or an object with `stage` and `reason`")
            }

            fn visit_str<E: de::Error>(self, stage: &str) -> Result<CloseCaseDef, E> {
                Ok(CloseCaseDef { stage: stage.to_owned(), reason: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CloseCaseDef, A::Error> {
                let long = LongCloseCase::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(CloseCaseDef { stage: long.stage, reason: long.reason })
            }
        }
        deserializer.deserialize_any(CloseVisitor)
    }
}

#[cfg(feature = "schema")]
mod schema {
    use super::{CloseCaseDef, LongCloseCase, Repeat};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for Repeat {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Repeat".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "enum": [true, false, "daily"] })
        }
    }

    impl JsonSchema for CloseCaseDef {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "CloseCase".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let long = generator.subschema_for::<LongCloseCase>();
            json_schema!({ "anyOf": [{ "type": "string" }, long] })
        }
    }
}
