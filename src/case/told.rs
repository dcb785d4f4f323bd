//! What a case was told: facts, answers, interactions, documents, effects given up.

use super::CommandAnswer;
use crate::{Moment, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A command that was run (K1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandRun {
    /// The id of the run.
    pub id: String,
    /// The command.
    pub command: String,
    /// When it was run.
    pub at: Moment,
    /// The host's answer; none while it is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<CommandAnswer>,
    /// What the host said to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What is known of a fact (C7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactState {
    /// The fact.
    pub fact: String,
    /// Its key, where it is keyed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Value>,
    /// Its value; none is "empty".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why it is unknown, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Since when it is so.
    pub since: Moment,
    /// When it was learnt.
    pub learnt_at: Moment,
    /// Who told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The source's own counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The last counter of each source that told this fact with one before; "" is a source without a name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<String, u64>,
}

/// Something that hangs on an unknown fact (A3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hanging {
    /// What hangs: a debt's id, a hook's rule.
    pub rule: String,
    /// Since when.
    pub since: Moment,
}

/// An effect that was given up (S5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenUp {
    /// The effect's id.
    pub effect: String,
    /// What went wrong.
    pub error: String,
    /// Since when.
    pub since: Moment,
}

/// An interaction that was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// Its id: the channel's own, or one made by the step.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// `in` or `out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// When it happened.
    pub at: Moment,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Our employee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// The client's contact key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What is known of a document of the host: its last event, whether it is in force, its sums (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentState {
    /// The document's kind.
    pub document: String,
    /// Its id.
    pub id: String,
    /// What happened to it last.
    pub event: String,
    /// When that happened.
    pub at: Moment,
    /// The host's counter of that event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Whether it is in force; none where no event has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<bool>,
    /// The counter of the event that said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_sequence: Option<u64>,
    /// The decimals that its events carried, of those that the scenario adds up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums: BTreeMap<String, DocumentSum>,
}

/// What a document's events said of one of its sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSum {
    /// The decimal; none where what came is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// The counter of the event that carried it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
}
