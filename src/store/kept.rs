//! What a store keeps beside cases: versions, drafts, mappings, switches, counts of refusals (S9, S13, T7).

use super::StoreError;
use crate::Moment;
use crate::case::ScenarioRef;
use serde::{Deserialize, Serialize};

/// A published version of a scenario: immutable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its id, version and content hash.
    pub scenario: ScenarioRef,
    /// Its definition as JSON.
    pub text: String,
    /// Who published it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What they said of it.
    pub comment: String,
}

/// A draft under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The scenario.
    pub scenario: String,
    /// Its revision: one more than that on which it was begun; 1 is new.
    pub revision: u64,
    /// Its content.
    pub text: String,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// How the stages of one version map onto those of another (V3, M12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// From which scenario and version.
    pub from: ScenarioRef,
    /// To which.
    pub to: ScenarioRef,
    /// The mapping as JSON.
    pub text: String,
}

/// A trigger's switch (T7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// The scenario.
    pub scenario: String,
    /// The trigger under its full name: `STAGE/trigger/ID`, or `/trigger/ID`.
    pub trigger: String,
    /// Whether it is on.
    pub on: bool,
    /// Since when.
    pub since: Moment,
    /// By whom.
    pub by: String,
}

/// How many times a rule refused (S13).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refusal {
    /// The scenario.
    pub scenario: String,
    /// Its version.
    pub version: u32,
    /// The stage on which the case stood; empty on opening.
    pub stage: String,
    /// The code of what was missing, with the requirement where there is one: `V-M3-field request/leave/amount`.
    pub rule: String,
    /// The first role of the actor; empty for one without.
    pub role: String,
    /// How many times; on writing how many more.
    pub count: u64,
}

/// Something to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Keep {
    /// A version; one that is there with the same hash is [`Kept::Done`], with another [`Kept::Clash`].
    Version(Version),
    /// A draft, on the revision before its own; on another [`Kept::Clash`].
    Draft(Draft),
    /// Drops a draft; done also where there is none.
    DropDraft {
        /// Its id.
        id: String,
    },
    /// A mapping; replaces an earlier one of the same two versions.
    Mapping(Mapping),
    /// A switch; replaces the earlier state. Timers that wait for it are handed out from now on (T7).
    Switch(Switched),
    /// Refusals, added to those counted already.
    Refusals(Vec<Refusal>),
}

impl Keep {
    /// Refuses what no store could keep the same way: U+0000 (S11). Each store asks this before it writes.
    ///
    /// # Errors
    /// [`StoreError::Unfit`], naming the value.
    pub fn check(&self) -> Result<(), StoreError> {
        let reference = |it: &ScenarioRef| format!("version {} of {:?}", it.version, it.id);
        match self {
            Self::Version(it) => StoreError::unless_fit(
                || reference(&it.scenario),
                [&it.scenario.id, &it.scenario.hash, &it.text, &it.by, &it.comment],
            ),
            Self::Draft(it) => StoreError::unless_fit(
                || format!("the draft {:?}", it.id),
                [&it.id, &it.scenario, &it.text, &it.by],
            ),
            Self::DropDraft { id } => StoreError::unless_fit(|| format!("the draft {id:?}"), [id]),
            Self::Mapping(it) => StoreError::unless_fit(
                || format!("the mapping from {}", reference(&it.from)),
                [&it.from.id, &it.from.hash, &it.to.id, &it.to.hash, &it.text],
            ),
            Self::Switch(it) => StoreError::unless_fit(
                || format!("the switch {:?}", it.trigger),
                [&it.scenario, &it.trigger, &it.by],
            ),
            Self::Refusals(rows) => rows.iter().try_for_each(|it| {
                let what = || format!("the count of refusals by {:?}", it.rule);
                StoreError::unless_fit(what, [&it.scenario, &it.stage, &it.rule, &it.role])
            }),
        }
    }
}

/// What came of keeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Done,
    /// Another one is there; nothing was written.
    Clash {
        /// What is there: a version's hash, a draft's revision.
        found: String,
    },
}

/// What is looked for among what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Look {
    /// The latest version of a scenario.
    Latest {
        /// The scenario.
        scenario: String,
    },
    /// One version.
    Version {
        /// The scenario.
        scenario: String,
        /// The version.
        version: u32,
        /// Its content hash; where empty, whichever is there.
        hash: String,
    },
    /// All versions of all scenarios or of one, by scenario and number.
    Versions {
        /// The scenario.
        scenario: Option<String>,
    },
    /// The draft of this id.
    Draft {
        /// Its id.
        id: String,
    },
    /// All drafts, by id.
    Drafts,
    /// All mappings from a scenario, by version from and to.
    Mappings {
        /// The scenario.
        scenario: String,
    },
    /// All switches of a scenario, by trigger.
    Switches {
        /// The scenario.
        scenario: String,
    },
    /// All counts of refusals of a scenario, as one [`Keep::Refusals`], sorted.
    Refusals {
        /// The scenario.
        scenario: String,
    },
}
