//! Hooks that start business processes from a stage, and commands to the host.

use super::{CloseCaseDef, Named, Text, Who, is_default};
use crate::calendar::Span;
use serde::{Deserialize, Serialize};

/// What becomes of a running process when its stage is left or the case closes (P5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is cancelled, which is an effect.
    Cancel,
    /// It goes on.
    Keep,
}

/// What a bad result of a process does to the case that waits for it, while it stands on the stage (P1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnBad {
    /// The case stays where it is, and people see the result.
    #[default]
    Stay,
    /// It is moved to this stage, as a trigger moves it: held up, it is a wish (T6).
    Move(String),
    /// It is closed on this outcome's stage, with a reason where one is needed (X1).
    Close(CloseCaseDef),
}

/// A business process that a stage starts, may wait for and may limit in time (P1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessDef {
    /// The hook's id within the stage; the process's where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its title for people.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The id of the process: a scenario of kind `process`, or the host's own.
    pub process: String,
    /// Whether the host runs it, instead of a child case.
    #[serde(default, skip_serializing_if = "is_default")]
    pub host: bool,
    /// It is started only when this holds, on entry or later during the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// It is started by a trigger's `start` or by a person only, not on entry.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_hand: bool,
    /// Whether the stage cannot be left forward without an accepted result.
    #[serde(default, rename = "await", skip_serializing_if = "is_default")]
    pub awaited: bool,
    /// What goes down: the process's fields, each by an expression.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub give: Named<String>,
    /// What comes back: this case's fields, each from a field of the finish.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub take: Named<String>,
    /// The results that are accepted; those that the finish itself calls good where silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub good: Vec<String>,
    /// What a result that is not accepted does: the case stays where silent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_bad: OnBad,
    /// How long it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Span>,
    /// Fields whose change cancels the running process or voids its result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub void_on: Vec<String>,
    /// What becomes of it when the stage is left: awaited ones are cancelled, others kept, where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_leave: Option<Fate>,
    /// What becomes of it when the case closes: cancelled where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_close: Option<Fate>,
}

impl ProcessDef {
    /// A hook for a process, with nothing else said.
    pub fn new(process: impl Into<String>) -> Self {
        Self {
            id: None,
            title: Text::default(),
            process: process.into(),
            host: false,
            when: None,
            by_hand: false,
            awaited: false,
            give: Named::new(),
            take: Named::new(),
            good: Vec::new(),
            on_bad: OnBad::Stay,
            limit: None,
            void_on: Vec::new(),
            on_leave: None,
            on_close: None,
        }
    }

    /// The hook's id: the one given, else the process's.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.process)
    }
}

/// What a person may ask of the host on a stage: reserve, invoice, order delivery (K1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CommandDef {
    /// Its id within the stage.
    pub id: String,
    /// Its title for people.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Who may run it; all where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// It can be run only while this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Fields that are asked for, and go with the effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<String>,
}
