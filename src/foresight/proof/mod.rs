//! The proof on the graph: whether every stage can be reached and left, whether triggers ever end, and questions that an
//! author may ask, such as "can anyone win without approval?".
//!
//! Two searches meet. One walks real cases through [`Scenario::step`], fewest steps first, and brings about whatever the
//! engine says is missing: what it finds has a [`Run`] that anybody can replay. The other passes no values at all, and
//! only says what is barred whatever they are: ways that nobody may go, conditions that contradict each other. What lies
//! between the two is [`Certainty::Possible`]: no run was found, and none was ruled out.

mod ask;
mod barrier;
mod deeds;
mod domain;
mod fire;
mod people;
mod proving;
mod push;
mod question;
mod run;
mod sample;
mod search;
mod solve;
mod walk;
mod walker;
mod words;

pub use question::{Answer, Question, QuestionError, Without, ask, ask_with};
pub use run::{Replayed, Run, Step};

use crate::Scenario;
use crate::case::Missing;
use serde::{Deserialize, Serialize};

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// No run was found by which it would not be so, and none was ruled out. It blocks nothing.
    Possible,
    /// It is so: its run shows it, or what bars every way whatever the values. It blocks publishing.
    Shown,
}

/// What is wrong with a scenario as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// No case can be opened by hand on the first stage.
    NeverOpened,
    /// A stage or an outcome that no case reaches.
    StageUnreached,
    /// A stage that cases enter and none can leave.
    StageWithoutWayOut,
    /// A stage from which no case reaches an outcome.
    StageWithoutEnd,
    /// Triggers that wake each other without end (T5).
    ChainEndless,
}

impl Code {
    /// Its name, as JSON has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverOpened => "never-opened",
            Self::StageUnreached => "stage-unreached",
            Self::StageWithoutWayOut => "stage-without-way-out",
            Self::StageWithoutEnd => "stage-without-end",
            Self::ChainEndless => "chain-endless",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where, as a pointer into the scenario's file.
    pub pointer: String,
    /// The stage that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The triggers that it is about, by their full names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<String>,
    /// A shortest run that shows it, or that leads to where it begins: onto the stage that cannot be left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// Why, for each way that might have led on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

/// Why a way was not gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// From this stage; empty for opening.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// To this one.
    pub to: String,
    /// Why.
    pub why: Why,
}

/// Why a way was not gone: barred for good, or not found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Why {
    /// It can never be gone.
    Barred(Barred),
    /// No case stands where it begins.
    Unreached,
    /// No way is drawn that leads there.
    Undrawn,
    /// This was missing, and nothing was found that brings it about.
    Missing(Vec<Missing>),
}

/// Why a way can never be gone, whatever the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Barred {
    /// Nobody has the right to, and no trigger goes it.
    Nobody,
    /// These can never hold together.
    Clash {
        /// What contradicts, as little as will do.
        clash: Vec<Clash>,
    },
}

/// One of several things that can never hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clash {
    /// The rule that asks it; `move` for the move's own condition.
    pub rule: String,
    /// What it asks.
    pub condition: String,
}

/// What a proof found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What is wrong, by stages in their order, then chains.
    pub findings: Vec<Finding>,
    /// Whether the budget was spent before everything was looked at: then more may be wrong, and what is
    /// only possible may be well.
    pub exhausted: bool,
    /// How many steps of real cases were tried.
    pub steps: u32,
}

impl Proof {
    /// Whether something is shown to be wrong, which blocks publishing.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.findings.iter().any(|it| it.certainty == Certainty::Shown)
    }

    /// What is shown.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|it| it.certainty == Certainty::Shown)
    }
}

/// How much a proof may cost (C4): bounds of work and never of time, so that the same scenario gives the same proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// How many steps of real cases.
    pub steps: u32,
    /// How many times a condition or requirement is judged in the search for values.
    pub judgements: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 20_000, judgements: 2_000_000 }
    }
}

impl Budget {
    /// The same with so many steps.
    #[must_use]
    pub const fn steps(mut self, steps: u32) -> Self {
        self.steps = steps;
        self
    }

    /// The same with so many judgements.
    #[must_use]
    pub const fn judgements(mut self, judgements: u64) -> Self {
        self.judgements = judgements;
        self
    }
}

/// Proves a scenario: everything that is wrong with it as a whole, with what shows it.
///
/// A case is opened on the first stage and goes the ways that are drawn; nobody overrides, imports, opens elsewhere or
/// reopens by hand, which can lead a case anywhere.
///
/// # Examples
/// ```
/// use voronka::Scenario;
/// use voronka::foresight::proof::{Code, prove};
/// let scenario = Scenario::from_json(r#"{ "id": "small",
///     "fields": { "amount": { "type": "decimal" } },
///     "stages": [
///         { "id": "talk", "leave": { "need": [{ "that": "fields.amount > 100" }] } },
///         { "id": "offer", "enter": { "need": [{ "that": "fields.amount < 50" }] } },
///         { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" } ] }"#)
///     .map_err(|it| format!("{it:?}"))?;
/// let proof = prove(&scenario);
/// assert!(proof.blocks()); // no amount is above 100 and below 50
/// let told: Vec<_> = proof.findings.iter().map(|it| (it.code, it.stage.as_deref().unwrap_or_default())).collect();
/// assert_eq!(told, [(Code::StageUnreached, "offer"), (Code::StageUnreached, "won")]);
/// # Ok::<(), String>(())
/// ```
#[must_use]
pub fn prove(scenario: &Scenario) -> Proof {
    prove_with(scenario, Budget::default())
}

/// The same with a budget of one's own.
#[must_use]
pub fn prove_with(scenario: &Scenario, budget: Budget) -> Proof {
    proving::prove(scenario, budget)
}
