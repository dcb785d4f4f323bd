//! What a step is told of the world: time, actor, switches, absences.

use crate::Moment;
use serde::{Deserialize, Serialize};

/// Who acts (G1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The host's id of the person or program.
    pub id: String,
    /// Their roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Their teams.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
    /// For whom they stand in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stands_in_for: Vec<String>,
}

impl Actor {
    /// Somebody with one role.
    pub fn new(id: impl Into<String>, role: impl Into<String>) -> Self {
        Self { id: id.into(), roles: vec![role.into()], ..Self::default() }
    }
}

/// The state of a trigger's switch, as the store keeps it (T7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The trigger under its full name: `STAGE/trigger/ID`, or `/trigger/ID` for one of the scenario's.
    pub trigger: String,
    /// Whether it is on.
    pub on: bool,
}

/// Somebody is away, and who stands in (A10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// Who is away.
    pub person: String,
    /// Until when.
    pub until: Moment,
    /// Who gets what is planned for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<String>,
}

/// What a step is told of the world (C1): the same context and input give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The moment of recording.
    pub now: Moment,
    /// Who acts.
    pub actor: Actor,
    /// The input's id, unique in the store (S3).
    pub input_id: String,
    /// The switches that differ from the file.
    pub switches: Vec<Switch>,
    /// Who is away.
    pub absences: Vec<Absence>,
}

impl Context {
    /// A context with nothing switched and nobody away.
    pub fn new(now: Moment, actor: Actor, input_id: impl Into<String>) -> Self {
        Self { now, actor, input_id: input_id.into(), switches: Vec::new(), absences: Vec::new() }
    }
}
