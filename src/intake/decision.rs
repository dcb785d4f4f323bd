//! What an inquiry becomes, and why (I2).

use super::candidate::{Candidate, Match};
use crate::case::{Input, InteractionInput, Opening};
use crate::scenario::def::Text;
use crate::tell::{Arg, Catalog};
use crate::{Moment, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One step of a reason: a code with named values, told in any language that the catalogue has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The code: `intake.thread`.
    pub code: String,
    /// The values by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Value>,
}

impl Step {
    pub(crate) fn new(code: &str) -> Self {
        Self { code: code.to_owned(), args: BTreeMap::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    /// A person said so.
    #[must_use]
    pub fn by_hand(person: &str) -> Self {
        Self::new("intake.by_hand").with("person", person)
    }

    /// The step in words.
    #[must_use]
    pub fn told(&self, catalog: &Catalog, language: &str) -> String {
        let args: Vec<(&str, Arg)> =
            self.args.iter().map(|(name, value)| (name.as_str(), Arg::Value(value.clone()))).collect();
        catalog.find(language, &self.code, &args).unwrap_or_else(|| self.code.clone())
    }
}

/// Why an inquiry became what it became, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(pub Vec<Step>);

impl Reason {
    /// The reason in words: its steps, parted by semicolons.
    #[must_use]
    pub fn told(&self, catalog: &Catalog, language: &str) -> String {
        let steps: Vec<String> = self.0.iter().map(|step| step.told(catalog, language)).collect();
        steps.join("; ")
    }

    /// The codes of its steps.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        self.0.iter().map(|step| step.code.as_str()).collect()
    }
}

impl fmt::Display for Reason {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(&Catalog::default(), "en"))
    }
}

/// A counter that a decision moves; the commit must find it as it was read (I3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Its name.
    pub name: String,
    /// As it was read.
    pub from: i64,
    /// As it is from now on.
    pub to: i64,
}

/// A case that was chosen from, in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The case.
    pub case: String,
    /// By what it was found.
    pub matched: BTreeSet<Match>,
    /// When it was closed; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Moment>,
}

impl From<&Candidate> for Choice {
    fn from(it: &Candidate) -> Self {
        Self {
            case: it.case.clone(),
            matched: it.matched.clone(),
            closed_at: it.closed.map(|closed| closed.at),
        }
    }
}

/// What an inquiry becomes (I2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is known, and says nothing new, or what it says was erased.
    Nothing {
        /// The case that holds it.
        case: String,
    },
    /// An interaction on a case, or more of one that it holds.
    Log {
        /// The case.
        case: String,
        /// The interaction.
        interaction: Box<InteractionInput>,
    },
    /// The reopening of a case that was closed not long ago, and an interaction on it.
    Reopen {
        /// The case.
        case: String,
        /// At which stage; at the last ordinary one where none.
        stage: Option<String>,
        /// The interaction.
        interaction: Box<InteractionInput>,
    },
    /// A new case, and an interaction on it.
    Open {
        /// By which scenario.
        scenario: String,
        /// The opening.
        opening: Box<Opening>,
        /// The interaction.
        interaction: Box<InteractionInput>,
        /// Whose turn it is, and what keeps two inquiries of one contact from opening two cases at once.
        counters: Vec<Counter>,
    },
    /// Nothing, by a rule.
    Ignore {
        /// The rule's id: a scenario's own, or `automatic`, `bounced`, `outgoing`.
        rule: String,
        /// Its title.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        title: Text,
    },
    /// It waits for a person.
    Undecided {
        /// Which cases it may belong to; none where it was refused.
        choices: Vec<Choice>,
    },
    /// No scenario takes it, and no case holds what it answers; it waits for a person (I5).
    NoScenario,
}

impl Verdict {
    /// Its name, as JSON has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Nothing { .. } => "nothing",
            Self::Log { .. } => "log",
            Self::Reopen { .. } => "reopen",
            Self::Open { .. } => "open",
            Self::Ignore { .. } => "ignore",
            Self::Undecided { .. } => "undecided",
            Self::NoScenario => "no_scenario",
        }
    }

    /// The case that it names; none of a new one.
    #[must_use]
    pub fn case(&self) -> Option<&str> {
        match self {
            Self::Nothing { case } | Self::Log { case, .. } | Self::Reopen { case, .. } => Some(case),
            _ => None,
        }
    }

    /// The inputs that carry it out, in order: none where nothing is to be done, or a person is waited for.
    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        match self {
            Self::Log { interaction, .. } => vec![Input::Interaction(interaction.clone())],
            Self::Reopen { stage, interaction, .. } => {
                let reopen =
                    Input::Reopen { stage: stage.clone(), fields: BTreeMap::new(), r#override: None };
                vec![reopen, Input::Interaction(interaction.clone())]
            }
            Self::Open { opening, interaction, .. } => {
                vec![Input::Open(opening.clone()), Input::Interaction(interaction.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// Whether a person is waited for.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Undecided { .. } | Self::NoScenario)
    }
}

/// What an inquiry becomes, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What it becomes.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}
