//! The scenario as data: what a file says and what the builder makes.
//!
//! Everything here is plain and public, reads and writes JSON, and is not yet checked;
//! [`crate::Scenario`] is made from a [`Definition`] by checking and compiling it.

mod activity;
mod document;
mod fact;
mod field;
mod intake;
mod named;
mod process;
mod requirement;
mod rights;
mod stage;
mod text;
mod trigger;

pub use activity::{
    Assignee, DueDef, FieldMoment, GroupDef, GroupMode, KindDef, Needed, NextDef, OutcomeDef, PastRole,
    PlanDef,
};
pub use document::{DocumentDef, SumDef};
pub(crate) use document::{IN_FORCE, OUT_OF_FORCE};
pub use fact::{FactDef, FactGroupDef};
pub use field::{FieldDef, FieldType, PartyDef, RecordPart};
pub use intake::{ByContact, DocumentPatternDef, IgnoreDef, IntakeDef, ReopenDef, ResponsibleDef};
pub use named::{Named, OneOrMany};
pub use process::{CommandDef, Fate, OnBad, ProcessDef};
pub use requirement::{Need, RequirementDef};
pub use rights::{Rights, Who};
pub use stage::{
    CloseDef, CloseWhat, EnterDef, LeaveDef, LimitDef, MoveDef, PauseDef, ReasonDef, Resolver, StageDef,
    StageOutcome,
};
pub use text::Text;
pub use trigger::{
    ActionDef, ActivityFilter, CloseCaseDef, CommandFilter, DocumentFilter, EffectDef, EventDef,
    InteractionFilter, NotifyDef, OpenCaseDef, ProcessFilter, Repeat, SetDef, TriggerDef,
};

use crate::calendar::CalendarSource;
use serde::{Deserialize, Serialize};

/// What a scenario is drawn over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A sales funnel: its outcomes are won, lost and void.
    #[default]
    Funnel,
    /// A business process (approval, claim): its outcomes are results.
    Process,
    /// A document of the host (order, invoice): its outcomes are results.
    Document,
}

/// The colour of a case's traffic light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Time in hand.
    Green,
    /// Must be worked today.
    Yellow,
    /// Overdue.
    Red,
}

/// A calendar of its own for the cases for which a condition holds when they open (A2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CalendarChoice {
    /// Its id.
    pub id: String,
    /// The condition; the first calendar whose condition holds is the case's, else `calendar`.
    pub when: String,
    /// The calendar itself.
    pub calendar: CalendarSource,
}

/// The limits that a scenario sets below the engine's own (C4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// How many trigger firings one input may cause (default 50, at most 1,000).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cascade: Option<u32>,
    /// How many characters a text may have (default 100,000, at most 1,000,000).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<u32>,
    /// How many elements a list may have (default and at most 10,000).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<u32>,
}

/// The shipped template that a scenario was copied from (P3).
///
/// A copy keeps it, however much it is changed, and every case records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplateRef {
    /// The template's id.
    pub id: String,
    /// The template's own version, from 1.
    pub version: u32,
}

/// A whole scenario, as its file says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Where an editor finds the schema of this format.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The scenario's id, the same in every version.
    pub id: String,
    /// The version's number, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub version: u32,
    /// The shipped template that it was copied from (P3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// Its title for people.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What it is drawn over.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: Kind,
    /// What it is for, told at the head of the regulation.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub about: Text,
    /// The money field that the case is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The date field that says when closing is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The date or moment field that is the case's own deadline (A3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// The outcome's stage on which a process closes when the case that started it cancels it (P5); the first void or
    /// bad one where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<String>,
    /// The field that names the product, for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The field that names the region, for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Working time and time zone; where silent, UTC around the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarSource>,
    /// Further calendars, each chosen by a condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<CalendarChoice>,
    /// What people fill in.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub fields: Named<FieldDef>,
    /// What the accounting host owns.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub facts: Named<FactDef>,
    /// The groups in which facts are shown (K2).
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub fact_groups: Named<FactGroupDef>,
    /// The kinds of the host's documents that a case gathers (P4).
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub documents: Named<DocumentDef>,
    /// The roles that companies and persons have in a case.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub parties: Named<PartyDef>,
    /// Kinds of activities with their outcomes.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub kinds: Named<KindDef>,
    /// The catalogue of reasons for losing and voiding.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub reasons: Named<ReasonDef>,
    /// The stages, in the funnel's order.
    pub stages: Vec<StageDef>,
    /// The moves that are drawn; where silent, forward one by one, back to any, to won from the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<Vec<MoveDef>>,
    /// Whether a jump must meet the field and condition requirements of the stages that it skips (M5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub jumps_meet_skipped: bool,
    /// The scenario's own triggers, live on every stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<TriggerDef>,
    /// What becomes of inquiries from channels; where silent, it takes none (I1–I5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<IntakeDef>,
    /// Who may do what.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rights: Rights,
    /// The light of a case with nothing planned (A4); yellow where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing_planned: Option<Color>,
    /// Limits below the engine's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bounds: Bounds,
}

const fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_first(version: &u32) -> bool {
    *version == 1
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
