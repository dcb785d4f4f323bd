//! The parts of a case: visits, activities, groups, processes, facts, debts, wishes, timers.

use super::Missing;
use super::state::{DueState, Pause, is_zero};
use crate::scenario::def::{Color, Fate, GroupMode, StageOutcome, Text};
use crate::{Moment, Remaining, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which scenario, in which version, with which content (C3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioRef {
    /// Its id.
    pub id: String,
    /// The version's number.
    pub version: u32,
    /// The hash of its content.
    pub hash: String,
}

/// How two cases are linked (P7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// It is a part of the other.
    PartOf,
    /// It is the same request as the other.
    DuplicateOf,
    /// It follows the other.
    Follows,
    /// It is a claim on the other.
    ClaimOn,
    /// It is the process that the other started.
    ChildOf,
}

/// A company or person with a role in the case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The host's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Contact keys: telephone numbers, addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
}

/// The stay on a stage that goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// The visit's number in the case, from 1.
    pub number: u32,
    /// The stage.
    pub stage: String,
    /// The stage's title at that time.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// The stage's place in the funnel's order at that time.
    pub order: u32,
    /// The how manieth stay on this stage it is, from 1.
    pub nth: u32,
    /// Who moved the case here (G4).
    pub by: String,
    /// When it was entered, as recorded.
    pub entered_at: Moment,
    /// Since when it counts for durations (earlier than `entered_at` in an import).
    pub from: Moment,
    /// What ending here means; none for an ordinary stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<StageOutcome>,
    /// The light of the case here while nothing is planned (A4).
    pub nothing_planned: Color,
    /// How long the visit may last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The stage's clock stands still (A9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Box<Pause>>,
    /// Milliseconds of pauses that have ended.
    #[serde(default, skip_serializing_if = "no_millis")]
    pub paused_ms: i64,
    /// Items and processes that this visit is spared, since the stage got them while the case stood here (V4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spared: Vec<String>,
}

/// The time limit of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What the scenario says.
    pub span: Span,
    /// When it is due.
    pub due: DueState,
}

/// A stay on a stage that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitEnd {
    /// The visit's number in the case.
    pub number: u32,
    /// The stage.
    pub stage: String,
    /// The stage's title at that time.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// The stage's place in the funnel's order at that time.
    pub order: u32,
    /// Who moved the case there (G4).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// From when.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
    /// Milliseconds between the two.
    pub calendar_ms: i64,
    /// Milliseconds of working time between the two.
    pub working_ms: i64,
    /// Milliseconds of pauses within it.
    #[serde(default, skip_serializing_if = "no_millis")]
    pub paused_ms: i64,
    /// What ending there meant, where it was an outcome's stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<StageOutcome>,
}

/// Planned work on a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The rule that planned it: `request/plan/…`; none if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The stage on which it was planned.
    pub stage: String,
    /// The visit in which it was planned.
    pub visit: u32,
    /// Whether the stage cannot be left forward without it (M3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mandatory: bool,
    /// Whose it is; none is the case's responsible (A1) or anybody with the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// The role whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// For whom the assignee does it, who is away (A10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueState>,
    /// When it was due at first, where that was changed (A8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_due: Option<Moment>,
    /// How many times it was rescheduled (A8).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub moved: u32,
    /// When it was planned.
    pub planned_at: Moment,
    /// The group to which it belongs (A7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The how manieth attempt it is, where an outcome planned it again (A11).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempt: u32,
    /// The activity whose place it takes, which ended with a bad outcome (M3, A11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// A script or checklist.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub script: Text,
    /// How it ended; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ActivityEnd>,
}

/// How an activity ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ActivityEnd {
    /// Somebody did it.
    Done {
        /// When.
        at: Moment,
        /// Who.
        by: String,
        /// With which outcome.
        outcome: String,
        /// Whether that is a good one.
        good: bool,
    },
    /// A rule closed it (M7, X2, A7).
    Closed {
        /// When.
        at: Moment,
        /// The rule.
        rule: String,
    },
    /// Somebody cancelled it.
    Cancelled {
        /// When.
        at: Moment,
        /// Who.
        by: String,
    },
}

impl Activity {
    /// Whether it was done with a good outcome.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.end, Some(ActivityEnd::Done { good: true, .. }))
    }

    /// Whether it is overdue at a moment (A1).
    #[must_use]
    pub fn is_overdue(&self, now: Moment) -> bool {
        self.end.is_none() && self.due.is_some_and(|due| now >= due.at)
    }
}

/// A group of activities, one for each person of a list (A7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// The rule that planned it.
    pub rule: String,
    /// The stage on which it was planned.
    pub stage: String,
    /// The visit in which it was planned.
    pub visit: u32,
    /// Whether the stage cannot be left forward unless it is good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mandatory: bool,
    /// In which order they are asked.
    pub mode: GroupMode,
    /// The persons, doubles and excluded ones dropped.
    pub persons: Vec<String>,
    /// How many good outcomes are needed.
    pub needed: u32,
    /// Who was passed over, and why (G4).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, String>,
    /// Whether it ended well; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<bool>,
}

/// An item that could not be planned and holds up leaving (A7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldItem {
    /// The item's rule.
    pub rule: String,
    /// The visit.
    pub visit: u32,
    /// Why: `no_approver`, `unknown`.
    pub why: String,
    /// Who was passed over, and why (G4).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, String>,
}

/// A process that was started from a stage (P1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRun {
    /// Its id; a child case has it as its own.
    pub id: String,
    /// The hook that started it: `invoice/run/approval`.
    pub rule: String,
    /// The hook's id.
    pub hook: String,
    /// The process.
    pub process: String,
    /// Whether the host runs it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub host: bool,
    /// The visit in which it was started.
    pub visit: u32,
    /// When it was started.
    pub started_at: Moment,
    /// Whether the stage waits for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaited: bool,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueState>,
    /// The results that are accepted; where empty, those that the finish calls good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub good: Vec<String>,
    /// What becomes of it when the stage is left.
    pub on_leave: Fate,
    /// What becomes of it when the case closes.
    pub on_close: Fate,
    /// How it ended; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ProcessEnd>,
}

impl ProcessRun {
    /// Whether it runs.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.end.is_none()
    }

    /// Whether it runs and the stage waits for it.
    #[must_use]
    pub const fn is_awaited(&self) -> bool {
        self.end.is_none() && self.awaited
    }

    /// Whether it finished with an accepted result that has not been voided.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.end, Some(ProcessEnd::Finished { good: true, .. }))
    }
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ProcessEnd {
    /// It finished.
    Finished {
        /// When the finish was recorded.
        at: Moment,
        /// Its result.
        result: String,
        /// Whether the result is accepted.
        good: bool,
    },
    /// It was cancelled, or its result voided.
    Cancelled {
        /// When.
        at: Moment,
        /// Why: `left`, `closed`, `trigger`, `voided`, `adopted`.
        why: String,
    },
}

/// A requirement that was passed over (M11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debt {
    /// Its id.
    pub id: String,
    /// The requirement: `shipment/enter/paid`, or an activity's or process's rule.
    pub requirement: String,
    /// What people are told is missing.
    pub missing: Missing,
    /// The place in the funnel's order of the stage that asked.
    pub order: u32,
    /// The visit that asked.
    pub visit: u32,
    /// When it arose.
    pub since: Moment,
    /// By when it must be met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueState>,
    /// How it ended; none while it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DebtEnd>,
}

/// How a debt ended (M11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DebtEnd {
    /// What was asked holds now.
    Met,
    /// The case went back before the stage that asked.
    WentBack,
    /// Somebody waived it, with this reason.
    Waived {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// The scenario that the case adopted does not ask it any more.
    Gone,
}

/// A trigger's move that is held up (T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The trigger.
    pub trigger: String,
    /// The stage to which it would move or close.
    pub to: String,
    /// The reason with which it would close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The event's subject, which counts as fired once the move is done (T4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The visit in which it arose.
    pub visit: u32,
    /// Since when.
    pub since: Moment,
    /// What was missing when it arose.
    pub missing: Vec<Missing>,
}

/// That a trigger has fired (T4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The trigger.
    pub trigger: String,
    /// The visit; none for a scenario's trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// The event's subject, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The local day, for a trigger that repeats daily.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<chrono::NaiveDate>,
    /// That it repeats always: nothing keeps it from firing again, so the case keeps one mark, without visit
    /// and subject.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
}

/// A timer that is armed (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Its id: case, rule or activity, visit, number of arming.
    pub id: String,
    /// When it falls due.
    pub at: Moment,
    /// The trigger whose timer it is; none for one that tells that an activity or process is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// The activity or process that would be overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The visit to which it belongs; none for a scenario's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// How long it was armed for, where it stands still in a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// What remains of a timer while the clock stands still.
pub type TimerRemaining = BTreeMap<String, Remaining>;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn no_millis(millis: &i64) -> bool {
    *millis == 0
}
