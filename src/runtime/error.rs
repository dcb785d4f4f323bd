//! Why the runtime did not accept an input: which case, and what to do.

use super::publication::Moved;
use crate::Moment;
use crate::case::{Rejection, ScenarioRef};
use crate::foresight::proof::Finding;
use crate::scenario::edit::{AdoptionDefect, DraftError};
use crate::store::StoreError;
use crate::testing::Report;

/// Why an input was not accepted; the case is as if it had not come, but for facts that were read for it (C9).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// A rule refused it (C2).
    #[error("case {case}: {rejection}")]
    Refused {
        /// The case.
        case: String,
        /// Everything that is missing.
        rejection: Box<Rejection>,
    },
    /// The case has moved on since its sender looked at it (S2).
    #[error(
        "case {case} is at revision {revision}, not {seen}, as its sender saw it; look at it again and decide anew"
    )]
    Stale {
        /// The case.
        case: String,
        /// The revision that the sender saw.
        seen: u64,
        /// The revision that it has.
        revision: u64,
    },
    /// The input's id belongs to another input (S3).
    #[error(
        "case {case}: the input id {input_id} is that of another input, entry {number} of case {of}; send this one under an id of its own"
    )]
    Taken {
        /// The case.
        case: String,
        /// The id.
        input_id: String,
        /// The case whose entry it is.
        of: String,
        /// The entry.
        number: u64,
    },
    /// There is no such case.
    #[error("there is no case {case}; open it first")]
    NoCase {
        /// The case.
        case: String,
    },
    /// The case that was to be opened is there.
    #[error("case {case} is there already, at revision {revision}; open another under an id of its own")]
    Exists {
        /// The case.
        case: String,
        /// Its revision.
        revision: u64,
    },
    /// The scenario was not published in this store.
    #[error("case {case}: {scenario} is not published in this store; publish it first")]
    NoScenario {
        /// The case.
        case: String,
        /// Which: `sale`, `sale 3`.
        scenario: String,
    },
    /// The moment lies too far ahead of the store's clock, or of this host's (S10).
    #[error(
        "case {case}: {at} is more than {skew_ms} ms ahead of {clock}, the clock that counts (S10); set the sender's clock"
    )]
    TooFarAhead {
        /// The case.
        case: String,
        /// The moment that the input came with.
        at: Moment,
        /// The clock that counts.
        clock: Moment,
        /// By how much they may differ, in milliseconds.
        skew_ms: u64,
    },
    /// Others were in the way each time (S2); in a borrowed transaction: once.
    #[error(
        "case {case}: others changed it {attempts} times while this was judged; send the same input with the same id again"
    )]
    Contended {
        /// The case.
        case: String,
        /// How many times it was judged.
        attempts: u32,
    },
    /// The facts that were read for it were refused, so that it could not be judged (C9).
    #[error(
        "case {case}: the facts that were read for it were refused: {rejection}; give the runtime's own actor the right to report"
    )]
    Facts {
        /// The case.
        case: String,
        /// What is missing.
        rejection: Box<Rejection>,
    },
    /// It waited for an earlier input of its case, which could not be stepped now.
    #[error("case {case}: an earlier input for it could not be stepped now; this one waits for it")]
    Behind {
        /// The case.
        case: String,
    },
    /// Only what was lost is brought back (F8).
    #[error("case {case} is not lost: it stands on {stage}; only lost cases are brought back")]
    NotLost {
        /// The case.
        case: String,
        /// The stage on which it stands, or by which it ended.
        stage: String,
    },
    /// The store failed.
    #[error("case {case}: {error}")]
    Store {
        /// The case.
        case: String,
        /// What the store said.
        #[source]
        error: StoreError,
    },
}

impl StepError {
    /// The case.
    #[must_use]
    pub fn case(&self) -> &str {
        match self {
            Self::Refused { case, .. }
            | Self::Stale { case, .. }
            | Self::Taken { case, .. }
            | Self::NoCase { case }
            | Self::Exists { case, .. }
            | Self::NoScenario { case, .. }
            | Self::TooFarAhead { case, .. }
            | Self::Contended { case, .. }
            | Self::Facts { case, .. }
            | Self::Behind { case }
            | Self::NotLost { case, .. }
            | Self::Store { case, .. } => case,
        }
    }

    /// Whether the same input, with the same id, may well be accepted when it is sent again as it is.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Contended { .. } | Self::Behind { .. } => true,
            Self::Store { error, .. } => error.is_transient(),
            _ => false,
        }
    }

    /// The rejection, where a rule refused it.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Refused { rejection, .. } | Self::Facts { rejection, .. } => Some(rejection),
            _ => None,
        }
    }

    pub(crate) fn store(case: impl Into<String>, error: StoreError) -> Self {
        Self::Store { case: case.into(), error }
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::store("", error)
    }
}

/// Why a scenario was not published.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The definition has defects (V2).
    #[error("the scenario has {} defects: {}", .0.len(), list(.0))]
    Defects(Vec<crate::Defect>),
    /// Who publishes it may not edit it (V1, G1).
    #[error("{actor} may not edit scenario {scenario} (G1)")]
    Right {
        /// Who.
        actor: String,
        /// The scenario.
        scenario: String,
    },
    /// Its version's number is taken by another content (S9).
    #[error(
        "version {version} of scenario {scenario} is published with another content, {found}; publish this one under the next number"
    )]
    Clash {
        /// The scenario.
        scenario: String,
        /// The version.
        version: u32,
        /// The hash of what is there.
        found: String,
    },
    /// The version on which the draft was begun is not published, or has another content.
    #[error("the draft was begun on version {} of scenario {} ({}), {}", .draft.version, .draft.id, .draft.hash, of_base(.found.as_deref()))]
    Base {
        /// The version that the draft names.
        draft: Box<ScenarioRef>,
        /// The hash of what is published under that number; none where nothing is.
        found: Option<String>,
    },
    /// The draft's edits cannot be applied to the version on which it was begun.
    #[error("the draft cannot be made: {0}")]
    Draft(Box<DraftError>),
    /// Others published meanwhile, and it touches what they changed (V5).
    #[error(
        "version {} was published meanwhile and changed the same: {} of the draft's edits are to be decided anew",
        .0.latest.version,
        .0.clashes.len()
    )]
    Moved(Box<Moved>),
    /// The draft changes nothing of the latest version.
    #[error("the draft changes nothing of version {} of scenario {}", .0.version, .0.id)]
    Unchanged(ScenarioRef),
    /// Some of the scenario's own examples fail.
    #[error("the scenario's own examples fail; correct it or them, or publish with a reason\n{0}")]
    Examples(Box<Report>),
    /// Something is shown to be wrong by search: each with a run that leads there, or with what bars every way.
    #[error("shown by search:\n{told}")]
    Shown {
        /// What.
        findings: Vec<Finding>,
        /// The same for people, in English; [`crate::foresight::proof::Proof::told`] has other languages.
        told: String,
    },
    /// To publish although examples fail needs a reason in words.
    #[error("to publish although examples fail, say why")]
    Reason,
    /// Cases under way cannot pass over so.
    #[error("cases under way cannot pass to it: {}", adoption(.defects, .standing))]
    Adoption {
        /// What is wrong with the mapping and the fates.
        defects: Vec<AdoptionDefect>,
        /// Of each stage that is gone and mapped nowhere, an open case that stands there.
        standing: Vec<(String, String)>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn of_base(found: Option<&str>) -> String {
    match found {
        Some(hash) => format!("which is published with another content ({hash})"),
        None => "which is not published in this store".to_owned(),
    }
}

fn adoption(defects: &[AdoptionDefect], standing: &[(String, String)]) -> String {
    let told = defects.iter().map(|it| match it {
        AdoptionDefect::Unmapped { stage } => {
            let case = standing.iter().find(|(on, _)| on == stage).map(|(_, case)| case.as_str());
            format!("{it} (case {} stands there)", case.unwrap_or_default())
        }
        it => it.to_string(),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Why the cases of a version could not be passed over; those that were passed stay so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// There is no such version.
    #[error("{} of scenario {scenario} is not published in this store", match .version { Some(it) => format!("version {it}"), None => "any version".to_owned() })]
    NoVersion {
        /// The scenario.
        scenario: String,
        /// The version; none is the latest.
        version: Option<u32>,
    },
    /// They are on it already.
    #[error("version {} of scenario {} is the one that its cases are on", .0.version, .0.id)]
    Same(ScenarioRef),
    /// What was said of how they pass over does not fit the two versions.
    #[error("cases cannot pass over so: {}", adoption(.0, &[]))]
    Adoption(Vec<AdoptionDefect>),
    /// It was published for new cases only; say how the others are to pass over.
    #[error(
        "version {} of scenario {} was published without a way for cases of version {}; say how they pass over",
        .to.version, .to.id, .from.version
    )]
    Pinned {
        /// The version that they are on.
        from: ScenarioRef,
        /// The version that was published without a way for them.
        to: ScenarioRef,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list(defects: &[crate::Defect]) -> String {
    defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Why a trigger was not switched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SwitchError {
    /// The scenario was not published in this store.
    #[error("scenario {0} is not published in this store")]
    NoScenario(String),
    /// No version has such a trigger.
    #[error(
        "no version of scenario {scenario} has a trigger {trigger}; its full name is STAGE/trigger/ID, or /trigger/ID"
    )]
    NoTrigger {
        /// The scenario.
        scenario: String,
        /// The trigger.
        trigger: String,
    },
    /// Who switches it may not (G1).
    #[error("{actor} may not switch triggers of scenario {scenario} (G1)")]
    Right {
        /// Who.
        actor: String,
        /// The scenario.
        scenario: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
