//! The state of one running request, as its journal gives it.

use super::light::LightIndex;
use super::{
    Activity, CommandRun, Debt, DocumentState, FactState, GivenUp, Group, Hanging, HeldItem, Interaction,
    LinkKind, Mark, Party, ProcessRun, ScenarioRef, Timer, Visit, VisitEnd, Wish,
};
use crate::scenario::def::{Kind, Resolver, StageOutcome, TemplateRef, Text};
use crate::{Moment, Remaining, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A moment by which something is due, and since when it counts as due today (A3, A5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueState {
    /// Overdue from this moment on (A1).
    pub at: Moment,
    /// Due today from this moment on: the first instant of a local day.
    pub yellow_from: Moment,
    /// Whether it lies beyond the date until which the calendar's holidays are known (A2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_known: bool,
}

/// One running request: the fold of its journal (C3).
///
/// A case is plain data, serde both ways, and changes only by entries; the engine takes `&Case` and gives
/// a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Case {
    /// The format of these bytes.
    pub format: u32,
    /// The case's id, given by the host.
    pub id: String,
    /// The scenario by which it runs.
    pub scenario: ScenarioRef,
    /// The shipped template that the scenario was copied from, in the template's own version (P3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// What the scenario is drawn over.
    pub kind: Kind,
    /// Which of the scenario's calendars is its; none is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The number of the last entry.
    pub revision: u64,
    /// When it was opened.
    pub opened_at: Moment,
    /// The moment of the last entry (C5).
    pub last_at: Moment,
    /// A title for lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// By which channel it came (I4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who opened it.
    pub author: String,
    /// Whose it is (A10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Their team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Ids that it has elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<String>,
    /// Cases that it is linked with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, LinkKind>,
    /// How many cases stand above it, each opened by the next (C4).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u32,
    /// Of a process that another case started: which of its fields that one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<Vec<String>>,
    /// Who takes part, by role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parties: BTreeMap<String, Party>,
    /// The stay on the stage on which it stands; of a closed case, on its outcome's stage.
    pub visit: Visit,
    /// The stays that have ended, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitEnd>,
    /// How it was closed; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Box<Closing>>,
    /// How many times it was reopened.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reopened: u32,
    /// What people filled in; an empty field is not there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// What the accounting host told, by fact and key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactState>,
    /// Activities that are open, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<Activity>,
    /// Activities that are done, closed or cancelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finished: Vec<Activity>,
    /// Groups of activities (A7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Items of this visit that could not be planned, and hold up leaving (A7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldItem>,
    /// Processes, running and finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<ProcessRun>,
    /// Commands that were run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<CommandRun>,
    /// Timers that are armed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<Timer>,
    /// How many timers were ever armed; the number of arming is part of a timer's id (T11).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub armings: u32,
    /// Debts that stand (M11).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub debts: Vec<Debt>,
    /// Debts that have ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended_debts: Vec<Debt>,
    /// Moves of triggers that are held up (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wishes: Vec<Wish>,
    /// Which triggers have fired (T4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<Mark>,
    /// Triggers whose clock has gone off in this visit (a scenario's moments: at all), whether they fired or not: an
    /// adoption arms none of them anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rung: Vec<Mark>,
    /// What each "becomes" last saw (T9).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: BTreeMap<String, bool>,
    /// The switches that this case has noticed (T7).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub switches: BTreeMap<String, bool>,
    /// What hangs on an unknown fact (A3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hanging: Vec<Hanging>,
    /// Effects that were given up and are not settled (S5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<GivenUp>,
    /// Interactions that were logged, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interactions: Vec<Interaction>,
    /// What is known of each document of the host, in the order in which they came (P4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentState>,
    /// How many events of documents beyond the bound were left out: then no sum is known any more (C4, C8).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub documents_left_out: u32,
    /// The case into which it was merged; none while it is open (P7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// The cases that were merged into it (P7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<String>,
    /// Interactions that went to another case, which gets what is told of them later (I2, P7).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub redirected: BTreeMap<String, String>,
    /// The case's own deadline, from the field that the scenario names (A3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DueState>,
    /// From when it is yellow and red, if nothing changes (A5): what a store keeps in columns of its own.
    #[serde(default, skip_serializing_if = "LightIndex::is_empty")]
    pub lights: LightIndex,
    /// Since when nothing is planned; none while something is (A4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unplanned_since: Option<Moment>,
    /// When its personal texts were erased last (S12): audits and back-tests leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Moment>,
    /// The fields whose values were erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<String>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// When.
    pub at: Moment,
    /// The stage of the last visit before closing (F2).
    pub from: String,
    /// The outcome's stage.
    pub stage: String,
    /// What it means.
    pub outcome: StageOutcome,
    /// The reason, for lost and void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Who closed it.
    pub by: String,
}

/// A reason as the catalogue had it when the case was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its id.
    pub id: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Who could have resolved it.
    pub resolved_by: Resolver,
}

/// The stage's clock stands still (A9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Since when.
    pub since: Moment,
    /// What remained of the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Remaining>,
    /// What remained of each `after` timer, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timers: BTreeMap<String, Remaining>,
}

impl Case {
    /// The id of the stage on which the case stands.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.visit.stage
    }

    /// Whether it is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closing.is_none()
    }

    /// The open activity of this id.
    #[must_use]
    pub fn open_activity(&self, id: &str) -> Option<&Activity> {
        self.activities.iter().find(|activity| activity.id == id)
    }

    /// The activity of this id, open or not.
    #[must_use]
    pub fn activity(&self, id: &str) -> Option<&Activity> {
        self.open_activity(id).or_else(|| self.finished.iter().find(|activity| activity.id == id))
    }

    /// A fact's state by its key.
    #[must_use]
    pub fn fact(&self, fact: &str, key: &[Value]) -> Option<&FactState> {
        let at = self
            .facts
            .binary_search_by(|known| (known.fact.as_str(), known.key.as_slice()).cmp(&(fact, key)));
        at.ok().and_then(|at| self.facts.get(at))
    }

    /// The fields as a type of the host's own, read by serde: decimals, dates and moments as strings.
    ///
    /// # Errors
    /// When the fields do not fit the type.
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), serde_json::Error> {
    /// # let json = include_str!("../../tests/data/case.json");
    /// let case: voronka::Case = serde_json::from_str(json)?;
    /// #[derive(serde::Deserialize)]
    /// struct Deal { amount: rust_decimal::Decimal }
    /// let deal: Deal = case.fields_as()?;
    /// assert_eq!(deal.amount.to_string(), "900.00");
    /// # Ok(()) }
    /// ```
    pub fn fields_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let fields = self.fields.iter().map(|(name, value)| (name.clone(), value.to_plain_json())).collect();
        serde_json::from_value(serde_json::Value::Object(fields))
    }

    /// What running processes the visit awaits, or what is open: whether anything is planned (A4).
    #[must_use]
    pub fn has_plan(&self) -> bool {
        !self.activities.is_empty() || self.processes.iter().any(ProcessRun::is_awaited)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) const fn is_zero(number: &u32) -> bool {
    *number == 0
}
