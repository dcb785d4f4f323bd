//! Why an input was refused, or a trigger's action held up: everything that is missing, at once.

use crate::Value;
use crate::condition::Finding;
use crate::scenario::def::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One thing that is missing, with a stable code and named arguments.
///
/// The text for people is made on demand from a catalogue, by code; see [`crate::tell`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// The stable code: the rule's name and what of it, `V-M3-field`.
    pub code: String,
    /// Where the scenario asks it: `request/leave/amount`; none for what the engine asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Named arguments for the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Value>,
    /// The scenario's own text.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub say: Text,
    /// Why the condition does not hold, in values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Missing {
    pub(crate) fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            requirement: None,
            args: BTreeMap::new(),
            say: Text::default(),
            findings: Vec::new(),
        }
    }

    pub(crate) fn arg(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    /// The name of the rule of `docs/` that is behind it: `M3`.
    #[must_use]
    pub fn rule(&self) -> &str {
        self.code.split('-').nth(1).unwrap_or_default()
    }
}

/// A refused input: the case is what it was (C2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    missing: Vec<Missing>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chain: Vec<String>,
}

impl Rejection {
    pub(crate) const fn new(missing: Vec<Missing>) -> Self {
        Self { missing, chain: Vec::new() }
    }

    pub(crate) fn one(missing: Missing) -> Self {
        Self::new(vec![missing])
    }

    pub(crate) fn endless(missing: Missing, chain: Vec<String>) -> Self {
        Self { missing: vec![missing], chain }
    }

    /// Everything that is missing, in the order of the rules.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The stable code of the first thing that is missing.
    #[must_use]
    pub fn code(&self) -> &str {
        self.missing.first().map_or("V", |missing| &missing.code)
    }

    /// The triggers that fired, in order, where a cascade had no end (T5).
    #[must_use]
    pub fn chain(&self) -> &[String] {
        &self.chain
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, missing) in self.missing.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&crate::tell::missing(missing, "en"))?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}
