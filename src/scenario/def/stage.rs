//! Stages, the moves between them, and the reasons for ending.

use super::{
    Color, CommandDef, OneOrMany, PastRole, PlanDef, ProcessDef, RequirementDef, Text, TriggerDef, Who,
    is_default,
};
use crate::calendar::Span;
use serde::{Deserialize, Serialize};

/// What ending on an outcome stage means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageOutcome {
    /// The client bought.
    Won,
    /// The client or the company refused.
    Lost,
    /// It was no request at all: spam, a duplicate, a wrong number, entered by mistake.
    Void,
    /// The good result of a process or document; the stage's id is the result.
    Result,
    /// A result of a process or document that is not good.
    BadResult,
}

/// Which of the open activities entering a stage closes (M7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CloseWhat {
    /// None of them.
    #[default]
    Nothing,
    /// Those that are overdue.
    Overdue,
    /// All of them.
    All,
}

/// The entry rule's closing: what, and of which kinds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CloseDef {
    /// Which ones.
    pub what: CloseWhat,
    /// Only of these kinds; of all where empty.
    pub kinds: Vec<String>,
}

/// What entering a stage asks and does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct EnterDef {
    /// What must hold (M4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub need: Vec<RequirementDef>,
    /// What is closed of what was open before (M7).
    #[serde(skip_serializing_if = "is_default")]
    pub close: CloseDef,
}

/// What leaving a stage forward asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LeaveDef {
    /// What must hold (M3).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub need: Vec<RequirementDef>,
}

/// How long a visit to a stage may last.
pub type LimitDef = Span;

/// While this holds, the stage's clock stands still (A9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PauseDef {
    /// The condition; `now` and `today` may not stand in it.
    pub when: String,
    /// What people are told the case waits for.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
}

/// One stage of a scenario: ordinary, or an outcome.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageDef {
    /// Its id, the same in every version.
    pub id: String,
    /// Its title for people; the id where silent.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What ending here means; none for an ordinary stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<StageOutcome>,
    /// What people do here, in words.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub instruction: Text,
    /// What entering asks and closes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub enter: EnterDef,
    /// What leaving forward asks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub leave: LeaveDef,
    /// What is planned here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<PlanDef>,
    /// Which processes are started from here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run: Vec<ProcessDef>,
    /// What can be asked of the host here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<CommandDef>,
    /// What happens by itself here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<TriggerDef>,
    /// How long a visit may last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitDef>,
    /// When the stage's clock stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseDef>,
    /// The chance of winning from here, 0 to 100, for the weighted funnel (F9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<u32>,
    /// The light of a case with nothing planned here (A4); the scenario's where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing_planned: Option<Color>,
}

impl StageDef {
    /// A stage with an id, with nothing else said.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

/// A move that is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveDef {
    /// From which stages; `*` is every ordinary one.
    pub from: OneOrMany<String>,
    /// To which.
    pub to: OneOrMany<String>,
    /// Its title for people: what the button says.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Its own condition (M2).
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What people are told when the condition does not hold.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub or_say: Text,
    /// Who may make it; all where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// Who may not, by what they did before (G4).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub not_by: OneOrMany<PastRole>,
}

/// Who could have kept the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resolver {
    /// The employee who runs the case.
    Employee,
    /// The company, by changing how it works.
    Company,
    /// Nobody.
    #[default]
    Nobody,
}

/// Why a case is lost or voided (X1).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReasonDef {
    /// Its title for people; the id where silent.
    pub title: Text,
    /// Who could have resolved it.
    pub resolved_by: Resolver,
    /// Whether a comment must be written.
    pub comment_required: bool,
    /// Whether it voids instead of losing.
    pub void: bool,
    /// The stages on which it can be given; all where empty.
    pub stages: Vec<String>,
}

mod forms {
    use super::{CloseDef, CloseWhat, ReasonDef, Resolver, Text, is_default};
    use serde::de::{self, MapAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::fmt;

    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(deny_unknown_fields)]
    pub struct LongClose {
        what: CloseWhat,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kinds: Vec<String>,
    }

    impl Serialize for CloseDef {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.kinds.is_empty() {
                self.what.serialize(serializer)
            } else {
                LongClose { what: self.what, kinds: self.kinds.clone() }.serialize(serializer)
            }
        }
    }

    impl<'de> Deserialize<'de> for CloseDef {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct CloseVisitor;
            impl<'de> Visitor<'de> for CloseVisitor {
                type Value = CloseDef;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("`nothing`, `overdue`, `all`, or an object with `what` and `kinds`")
                }

                fn visit_str<E: de::Error>(self, text: &str) -> Result<CloseDef, E> {
                    let what = CloseWhat::deserialize(de::value::StrDeserializer::new(text))?;
                    Ok(CloseDef { what, kinds: Vec::new() })
                }

                fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CloseDef, A::Error> {
                    let long = LongClose::deserialize(de::value::MapAccessDeserializer::new(map))?;
                    Ok(CloseDef { what: long.what, kinds: long.kinds })
                }
            }
            deserializer.deserialize_any(CloseVisitor)
        }
    }

    #[cfg(feature = "schema")]
    impl schemars::JsonSchema for CloseDef {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Close".into()
        }

        fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
            let what = generator.subschema_for::<CloseWhat>();
            let long = generator.subschema_for::<LongClose>();
            schemars::json_schema!({ "anyOf": [what, long] })
        }
    }

    #[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "snake_case")]
    enum Comment {
        #[default]
        Optional,
        Required,
    }

    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(deny_unknown_fields)]
    pub struct LongReason {
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        title: Text,
        #[serde(default, skip_serializing_if = "is_default")]
        resolved_by: Resolver,
        #[serde(default, skip_serializing_if = "is_default")]
        comment: Comment,
        #[serde(default, skip_serializing_if = "is_default")]
        void: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stages: Vec<String>,
    }

    impl Serialize for ReasonDef {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let reason = self.clone();
            LongReason {
                title: reason.title,
                resolved_by: reason.resolved_by,
                comment: if reason.comment_required { Comment::Required } else { Comment::Optional },
                void: reason.void,
                stages: reason.stages,
            }
            .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for ReasonDef {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let long = LongReason::deserialize(deserializer)?;
            Ok(Self {
                title: long.title,
                resolved_by: long.resolved_by,
                comment_required: long.comment == Comment::Required,
                void: long.void,
                stages: long.stages,
            })
        }
    }

    #[cfg(feature = "schema")]
    impl schemars::JsonSchema for ReasonDef {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Reason".into()
        }

        fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
            LongReason::json_schema(generator)
        }
    }
}
