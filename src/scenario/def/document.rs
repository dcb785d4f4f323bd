//! Documents: what the host posts, pays and ships, gathered by a case (P4).

use super::{Named, Text, Who};
use serde::{Deserialize, Serialize};

/// A kind of the host's documents that a case gathers: order, invoice, payment, shipment (P4).
///
/// Conditions read `documents.KIND.count`, `documents.KIND.last` and `documents.KIND.SUM`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DocumentDef {
    /// Its title for people; the name where silent.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What is added up over the documents that are in force: the names of decimals that their events carry.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub sums: Named<SumDef>,
    /// The events that put a document in force; `posted` and `amended` where silent.
    #[serde(skip_serializing_if = "is_in_force")]
    pub in_force: Vec<String>,
    /// The events that take it out of force; `unposted` and `cancelled` where silent.
    #[serde(skip_serializing_if = "is_out_of_force")]
    pub out_of_force: Vec<String>,
    /// Who may see its sums; all where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see: Option<Who>,
}

/// A decimal that the documents of a kind carry, and that is added up (P4).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SumDef {
    /// Its title for people; the name where silent.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Its unit, shown beside the sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The events that put a document in force where a scenario is silent.
pub(crate) const IN_FORCE: [&str; 2] = ["posted", "amended"];
/// The events that take it out of force where a scenario is silent.
pub(crate) const OUT_OF_FORCE: [&str; 2] = ["unposted", "cancelled"];

impl Default for DocumentDef {
    fn default() -> Self {
        Self {
            title: Text::default(),
            sums: Named::new(),
            in_force: IN_FORCE.map(str::to_owned).to_vec(),
            out_of_force: OUT_OF_FORCE.map(str::to_owned).to_vec(),
            see: None,
        }
    }
}

impl DocumentDef {
    /// Whether an event puts a document in force (true), takes it out (false), or leaves it as it is.
    #[must_use]
    pub fn force_of(&self, event: &str) -> Option<bool> {
        let has = |events: &[String]| events.iter().any(|it| it == event);
        if has(&self.in_force) {
            return Some(true);
        }
        has(&self.out_of_force).then_some(false)
    }
}

fn is_in_force(events: &[String]) -> bool {
    events == IN_FORCE
}

fn is_out_of_force(events: &[String]) -> bool {
    events == OUT_OF_FORCE
}
