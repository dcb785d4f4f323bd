//! Adopting: what a case is told when it passes to another version or scenario (V3, V4, M12).

use super::ScenarioRef;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a case passes to another version or another scenario (V3, V4, M12).
///
/// [`Adoption::between`] makes one of two versions, with every rule that changed under its name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// The version that it is made for: a case on another one refuses it. None fits any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ScenarioRef>,
    /// The stages that the new one names otherwise: old id to new id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, String>,
    /// What changed rules do to cases that stand on their stage already (V4), by the rule's full name:
    /// `STAGE/plan/ITEM`, `STAGE/run/PROCESS`, `STAGE/limit`, `STAGE/trigger/ID`, or `/trigger/ID`. A rule that is
    /// not named is kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, RuleFate>,
    /// Items and processes that the version left behind does not have. A case that stands on their stage is spared
    /// them in this visit, unless `rules` says `restart` or `recompute`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub added: BTreeSet<String>,
}

/// What a changed rule does to a case that stands on its stage already (V4); `docs/EDITING.md` has the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleFate {
    /// The visit goes on as it began: what was planned and armed stays, what the stage did not have is not asked.
    #[default]
    Keep,
    /// The rule begins anew at the moment of adopting.
    Restart,
    /// The rule holds as if it had stood there when the stage was entered.
    Recompute,
}

/// A word that is no fate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no fate; there are `keep`, `restart`, `recompute`")]
pub struct UnknownFate(String);

impl std::str::FromStr for RuleFate {
    type Err = UnknownFate;

    fn from_str(text: &str) -> Result<Self, UnknownFate> {
        match text {
            "keep" => Ok(Self::Keep),
            "restart" => Ok(Self::Restart),
            "recompute" => Ok(Self::Recompute),
            other => Err(UnknownFate(other.to_owned())),
        }
    }
}

impl Adoption {
    /// How many rules it may name at most (C4).
    pub const MOST_RULES: usize = 2_000;

    /// Onto stages of other names.
    #[must_use]
    pub fn mapped<O: Into<String>, N: Into<String>>(stages: impl IntoIterator<Item = (O, N)>) -> Self {
        let stages = stages.into_iter().map(|(from, to)| (from.into(), to.into())).collect();
        Self { stages, ..Self::default() }
    }

    /// Also maps one stage onto another.
    #[must_use]
    pub fn map(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.stages.insert(from.into(), to.into());
        self
    }

    /// Also says what a rule does to cases that stand on its stage already.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>, fate: RuleFate) -> Self {
        self.rules.insert(rule.into(), fate);
        self
    }

    /// What is said of a rule; none where nothing is.
    #[must_use]
    pub fn fate(&self, rule: &str) -> Option<RuleFate> {
        self.rules.get(rule).copied()
    }
}
