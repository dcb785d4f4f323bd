//! Facts: values that the accounting host owns.

use super::{FieldType, Text, Who};
use crate::calendar::Span;
use serde::{Deserialize, Serialize};

/// A value that the accounting host owns and the engine only reads (C7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FactDef {
    /// Its type; a list or a record is not a fact.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Its title for people; the name where silent.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The names of its keys where it is keyed: stock by item, characteristic and warehouse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// The group in which it is shown (K2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The age beyond which it must be read again before a step (C9); any age will do where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Span>,
    /// Its unit, shown beside the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Who may see it; all where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub see: Option<Who>,
}

impl FactDef {
    /// A fact of a type, with nothing else said.
    #[must_use]
    pub const fn new(kind: FieldType, title: Text) -> Self {
        Self { kind, title, by: Vec::new(), group: None, fresh: None, unit: None, see: None }
    }
}

/// A group of facts as one window shows it: reserves, payments, stock, shipment, delivery (K2).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FactGroupDef {
    /// Its title for people; the id where silent.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
}
