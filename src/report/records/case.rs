//! What reports know of one case.

use super::Reading;
use crate::case::{ActivityEnd, Case, Closing, DebtEnd, LinkKind, Reason, VisitEnd};
use crate::scenario::def::{StageOutcome, Text};
use crate::{Moment, Value};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What reports know of one case: taken from the case and its journal, and enough for every number of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRecord {
    /// The case.
    pub id: String,
    /// The scenario by which it runs.
    pub scenario: String,
    /// That one's version.
    pub version: u32,
    /// The number of the last entry that was looked at.
    pub revision: u64,
    /// When it was opened.
    pub opened_at: Moment,
    /// What it is worth, by the field that the scenario names its `value` (F5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Worth>,
    /// When closing is expected, by the field that the scenario names `expected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<NaiveDate>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Their team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// What the field says that the scenario names its `product`; a list has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product: Vec<String>,
    /// What the field says that the scenario names its `region`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub region: Vec<String>,
    /// Further fields that the records keep, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Vec<String>>,
    /// The stays on ordinary stages, oldest first; time after closing belongs to no stage (F4).
    pub visits: Vec<VisitRecord>,
    /// How it ended; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<ClosingRecord>,
    /// How it had ended before it was reopened, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<ClosingRecord>,
    /// How many times it was reopened; more than `earlier` where its journal was not looked at from the beginning.
    #[serde(default, skip_serializing_if = "crate::case::is_zero")]
    pub reopened: u32,
    /// Cases that it follows (P7): opened for what an earlier one lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// Other scenarios by which it ran before (M12); none where its journal was not looked at from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran_by: Option<Vec<String>>,
    /// Its work, where the records keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Box<WorkRecord>>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worth {
    /// How much.
    pub amount: Decimal,
    /// In which currency.
    pub currency: String,
}

/// A stay on an ordinary stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitRecord {
    /// The stage.
    pub stage: String,
    /// From when.
    pub from: Moment,
    /// How long; none while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<Took>,
    /// Whether the case was reopened onto it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reopened: bool,
}

/// How long a visit lasted, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Took {
    /// In calendar time.
    pub calendar_ms: i64,
    /// In working time.
    pub working_ms: i64,
    /// Pauses within it, in calendar time.
    #[serde(default, skip_serializing_if = "is_none")]
    pub paused_ms: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_none(millis: &i64) -> bool {
    *millis == 0
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingRecord {
    /// When.
    pub at: Moment,
    /// The stage of the last visit before (F2).
    pub from: String,
    /// The outcome's stage.
    pub stage: String,
    /// What it means.
    pub outcome: StageOutcome,
    /// The reason, for lost and void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The comment, where the records keep them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The work on a case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkRecord {
    /// Its activities, those that have ended first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<ActivityRecord>,
    /// Requirements that were passed over (M11).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub debts: Vec<DebtRecord>,
    /// From when it was yellow and red, each as it was known from a moment on, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lights: Vec<LightRecord>,
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityRecord {
    /// Its kind.
    pub kind: String,
    /// The stage on which it was planned.
    pub stage: String,
    /// Who ended it; of an open one, or one that a rule closed, whose it is: the assignee, else the responsible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// When it was due last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// How many times it was rescheduled (A8).
    #[serde(default, skip_serializing_if = "crate::case::is_zero")]
    pub moved: u32,
    /// When it ended; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// Whether somebody did it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// A debt (M11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebtRecord {
    /// The requirement.
    pub rule: String,
    /// Since when.
    pub since: Moment,
    /// How it ended: `met`, `went_back`, `waived`, `gone`; none while it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

/// From when a case is yellow and red, as it was known from a moment on (A5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LightRecord {
    /// From this moment on it was known so.
    pub at: Moment,
    /// Whether it was open.
    pub open: bool,
    /// Since or from when it is at least yellow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yellow_from: Option<Moment>,
    /// Since or from when it is red.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red_from: Option<Moment>,
}

impl VisitRecord {
    pub(crate) fn ended(end: &VisitEnd, reopened: bool) -> Self {
        Self { stage: end.stage.clone(), from: end.from, took: Some(Took::of(end)), reopened }
    }
}

impl Took {
    pub(crate) const fn of(end: &VisitEnd) -> Self {
        Self { calendar_ms: end.calendar_ms, working_ms: end.working_ms, paused_ms: end.paused_ms }
    }
}

impl ClosingRecord {
    pub(crate) fn of(closing: &Closing, comments: bool) -> Self {
        Self {
            at: closing.at,
            from: closing.from.clone(),
            stage: closing.stage.clone(),
            outcome: closing.outcome,
            reason: closing.reason.clone(),
            comment: closing.comment.clone().filter(|text| comments && !text.is_empty()),
        }
    }

    /// A reason for people: of a bad result that has none, the outcome's stage (it is a reason in itself).
    #[must_use]
    pub fn reason_id(&self) -> &str {
        match &self.reason {
            Some(reason) => &reason.id,
            None if self.outcome == StageOutcome::BadResult => &self.stage,
            None => "",
        }
    }
}

impl LightRecord {
    pub(crate) fn of(case: &Case) -> Self {
        Self {
            at: case.last_at,
            open: case.is_open(),
            yellow_from: case.lights.yellow_from,
            red_from: case.lights.red_from,
        }
    }

    pub(crate) fn says_more_than(&self, before: &Self) -> bool {
        (self.open, self.yellow_from, self.red_from) != (before.open, before.yellow_from, before.red_from)
    }
}

impl WorkRecord {
    /// What the case itself tells; the lights as they are now.
    pub(crate) fn of(case: &Case) -> Self {
        let mut work = Self { lights: vec![LightRecord::of(case)], ..Self::default() };
        work.take(case);
        work
    }

    /// Activities and debts as the case has them now.
    pub(crate) fn take(&mut self, case: &Case) {
        let activity = |it: &crate::case::Activity| {
            let (ended, done, by) = match &it.end {
                Some(ActivityEnd::Done { at, by, .. }) => (Some(*at), true, Some(by)),
                Some(ActivityEnd::Closed { at, .. } | ActivityEnd::Cancelled { at, .. }) => {
                    (Some(*at), false, None)
                }
                None => (None, false, None),
            };
            let owner =
                it.assignee.as_ref().or_else(|| case.responsible.as_ref().filter(|_| it.role.is_none()));
            ActivityRecord {
                kind: it.kind.clone(),
                stage: it.stage.clone(),
                person: by.or(owner).cloned(),
                due: it.due.map(|due| due.at),
                moved: it.moved,
                ended,
                done,
            }
        };
        self.activities = case.finished.iter().chain(&case.activities).map(activity).collect();
        let debt = |it: &crate::case::Debt| DebtRecord {
            rule: it.requirement.clone(),
            since: it.since,
            end: it.end.as_ref().map(|end| {
                match end {
                    DebtEnd::Met => "met",
                    DebtEnd::WentBack => "went_back",
                    DebtEnd::Waived { .. } => "waived",
                    DebtEnd::Gone => "gone",
                }
                .to_owned()
            }),
        };
        self.debts = case.ended_debts.iter().chain(&case.debts).map(debt).collect();
    }
}

impl CaseRecord {
    /// What a case itself tells. How it had ended before it was reopened only its journal knows.
    #[must_use]
    pub fn of(case: &Case, reading: &Reading) -> Self {
        let mut visits = Vec::new();
        let mut reopened = false;
        for end in &case.visits {
            // A stay on an outcome's stage is over because the case was reopened.
            if end.outcome.is_some() {
                reopened = true;
                continue;
            }
            visits.push(VisitRecord::ended(end, reopened));
            reopened = false;
        }
        if case.is_open() && case.visit.outcome.is_none() {
            let stage = case.visit.stage.clone();
            visits.push(VisitRecord { stage, from: case.visit.from, took: None, reopened });
        }
        let follows = case.links.iter().filter(|(_, kind)| **kind == LinkKind::Follows);
        Self {
            id: case.id.clone(),
            scenario: case.scenario.id.clone(),
            version: case.scenario.version,
            revision: case.revision,
            // Of an imported one what it tells of itself, and not when it was taken over (M10).
            opened_at: visits.first().map_or(case.opened_at, |it| it.from.min(case.opened_at)),
            value: reading.worth(case),
            expected: reading.expected(case),
            channel: case.channel.clone(),
            responsible: case.responsible.clone(),
            team: case.team.clone(),
            product: reading.product(case),
            region: reading.region(case),
            fields: reading.fields(case),
            visits,
            closing: case.closing.as_deref().map(|it| ClosingRecord::of(it, reading.comments)),
            earlier: Vec::new(),
            reopened: case.reopened,
            follows: follows.map(|(id, _)| id.clone()).collect(),
            ran_by: None,
            work: reading.work.then(|| Box::new(WorkRecord::of(case))),
        }
    }
}

/// The values of a field by which cases are told apart: of a list each of its parts.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::List(items)) => {
            let mut all: Vec<String> = items.iter().map(ToString::to_string).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
        Some(value) if value.is_empty() => Vec::new(),
        Some(value) => vec![value.to_string()],
    }
}

/// The titles under which a stage was known, for stages that the report's version does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageTitle {
    /// When it was seen last.
    pub at: Moment,
    /// The title.
    pub title: Text,
}
