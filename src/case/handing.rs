//! What one case hands to another: merged, redirected, split (P7).

use super::{Activity, DocumentState, Interaction, Party};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one case hands to another (P7): of an effect `hand`, and of the input `handed` that comes of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Handing {
    /// Open activities, as they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<Activity>,
    /// Interactions with the client.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interactions: Vec<Interaction>,
    /// Ids that it has elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<String>,
    /// Who takes part, for roles that the other case has nobody in.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parties: BTreeMap<String, Party>,
    /// Documents of the host, as far as they are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentState>,
    /// Whether it is the past of a case that was merged: it was reacted to there, and no trigger fires on it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub past: bool,
    /// Whether somebody sent it here by hand (I2): it stays, though it went from here to another case before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub redirected: bool,
    /// Whether it only follows interactions that were redirected: the case that hands it on was not merged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    /// The cases through which it came, so that it does not go in a ring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<String>,
}

/// Closing as void what turns out to be the same request as another case (P7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// The case that goes on.
    pub into: String,
    /// The outcome's stage, one of void; the first such stage where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The reason from the catalogue (X1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The comment; some reasons need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Taking lines out of a case into a linked one (P7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitInput {
    /// The list field.
    pub field: String,
    /// Which of its lines go, counted from 1.
    pub lines: Vec<u32>,
    /// The other case's scenario; this one's where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The other case's title; this one's where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Fields that the other case gets as well, as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copy: Vec<String>,
}
