//! The format of a tests file.

use super::short::{FromShort, Refused, Short};
use super::steps::Step;
use super::when::When;
use crate::Value;
use crate::case::Actor;
use crate::scenario::def::{Color, StageOutcome, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Values of fields or facts by name; null is empty.
pub(crate) type Values = BTreeMap<String, Option<Value>>;

/// A whole tests file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Tests"))]
#[serde(deny_unknown_fields)]
pub(crate) struct TestsFile {
    /// Where an editor finds the schema of this format.
    #[serde(rename = "$schema", default)]
    #[expect(dead_code, reason = "for editors only")]
    pub schema: Option<String>,
    /// What these tests are about, for who reads them.
    #[serde(default)]
    #[expect(dead_code, reason = "for readers only")]
    pub about: Option<Text>,
    /// With what each test begins, unless it says otherwise.
    #[serde(default)]
    pub given: Given,
    /// The tests.
    pub tests: Vec<Test>,
}

/// One test: a story of one case.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Test {
    /// What it holds the scenario to, in one sentence.
    pub name: String,
    /// How it comes to be, or why it matters.
    #[serde(default)]
    #[expect(dead_code, reason = "for readers only")]
    pub about: Option<Text>,
    /// How the case begins.
    #[serde(default)]
    pub given: Given,
    /// What happens then.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// How a case begins.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    /// When it is opened.
    pub at: Option<When>,
    /// Who opens it, and acts in each step that names nobody: roles, then the person.
    #[serde(rename = "as")]
    pub actor: Option<Short<Actor>>,
    /// On which stage; on the first where silent.
    pub stage: Option<String>,
    /// A title for lists.
    pub title: Option<String>,
    /// By which channel it came.
    pub channel: Option<String>,
    /// Whose it is.
    pub responsible: Option<String>,
    /// Their team.
    pub team: Option<String>,
    /// Fields that are filled in.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub fields: Values,
    /// Facts that are known.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub facts: Values,
    /// Who takes part, by role.
    pub parties: BTreeMap<String, Option<Short<PartySaid>>>,
    /// Ids that it has elsewhere.
    pub external_ids: Vec<String>,
    /// Whether it comes from intake, which is never turned away (M14).
    pub intake: bool,
    /// Its past, where it is an import (M10).
    pub import: Option<ImportSaid>,
    /// Passing over what the stage asks, with this reason (M11).
    pub r#override: Option<String>,
    /// Triggers that are switched on or off from the beginning (T7).
    pub switch: BTreeMap<String, bool>,
    /// Who is away from the beginning (A10).
    pub absent: BTreeMap<String, Option<AbsentSaid>>,
    /// What is so once it is open.
    pub expect: Option<Box<Expect>>,
}

/// The past of an imported case.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Import"))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImportSaid {
    /// Earlier visits, oldest first.
    pub visits: Vec<PastVisitSaid>,
    /// Since when it stands on its stage.
    pub from: Option<When>,
    /// Whether what the stage asks becomes a debt.
    pub with_debts: bool,
}

/// An earlier visit of an imported case.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "PastVisit"))]
#[serde(deny_unknown_fields)]
pub(crate) struct PastVisitSaid {
    /// The stage.
    pub stage: String,
    /// From when.
    pub from: When,
    /// Until when.
    pub to: When,
}

/// Who has a role: the host's reference, or that and contact keys.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Party"))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PartySaid {
    /// The host's reference.
    pub reference: Option<String>,
    /// Telephone numbers and addresses.
    pub contacts: Vec<String>,
}

impl FromShort for PartySaid {
    const EXPECTING: &'static str = "the host's reference, or an object with `reference` and `contacts`";

    fn from_short(text: &str) -> Result<Self, String> {
        Ok(Self { reference: Some(text.to_owned()), contacts: Vec::new() })
    }
}

/// Until when somebody is away, and who stands in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Absent"))]
#[serde(deny_unknown_fields)]
pub(crate) struct AbsentSaid {
    /// Until when.
    pub until: When,
    /// Who stands in.
    #[serde(default)]
    pub deputy: Option<String>,
}

/// What becomes of timers that fall due before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Timers {
    /// They are reported in order, each at its moment.
    #[default]
    Fire,
    /// They wait for a later step, as if the host were down.
    Hold,
}

/// What is so after a step; what is silent is not looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expect {
    /// That the step is refused: true, or everything that the refusal names, in any order.
    pub refused: Option<Refused>,
    /// The stage on which the case stands.
    pub stage: Option<String>,
    /// How it was closed.
    pub outcome: Option<Outcome>,
    /// With which reason it was closed.
    pub reason: Option<String>,
    /// With which comment it was closed.
    pub comment: Option<String>,
    /// The light.
    pub light: Option<LightSaid>,
    /// What makes the light so: an activity's title, `no next step`, `limit`, `deadline`, a debt, a wish.
    pub cause: Option<String>,
    /// From when it is yellow.
    pub yellow_from: Option<When>,
    /// From when it is red.
    pub red_from: Option<When>,
    /// The open activities, all of them, by title or item, in any order.
    pub activities: Option<Vec<String>>,
    /// Whose open activities are; null is nobody's by name (the responsible's, or a role's).
    pub assigned: BTreeMap<String, Option<String>>,
    /// When open activities are due, and `limit`, `deadline`, processes and debts; null is without.
    pub due: BTreeMap<String, Option<When>>,
    /// Which rule closed an activity in this step, by its title.
    pub closed_by: BTreeMap<String, String>,
    /// Triggers whose move is held up, all of them; or by trigger what is missing for it.
    pub wishes: Option<WishesSaid>,
    /// Debts that stand, all of them, in any order: by requirement or in the words of a refusal.
    pub debts: Option<Vec<String>>,
    /// What the host was told to do in this step, all of it, in any order.
    pub effects: Option<Vec<String>>,
    /// Fields; null is empty.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub fields: Values,
    /// Facts; null is empty or never learnt.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub facts: Values,
    /// Documents by kind: how many are in force (`count`), the last event (`last`), sums; null is unknown or none.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, BTreeMap<String, serde_json::Value>>"))]
    pub documents: BTreeMap<String, Values>,
    /// Triggers that fired in this step, all of them, in order.
    pub fired: Option<Vec<String>>,
    /// Events of this step in this order; others may stand between them.
    pub events: Option<Vec<String>>,
    /// Where the one who acts may move or close the case now, all of it, in any order.
    pub moves: Option<Vec<String>>,
    /// Fields, facts and kinds of documents that the one who acts is shown.
    pub sees: Vec<String>,
    /// Fields, facts and kinds of documents that the one who acts is not shown.
    pub hidden: Vec<String>,
    /// Processes by hook: `running`, a result, `cancelled`, or null for never started.
    pub processes: BTreeMap<String, Option<String>>,
    /// Why triggers have not fired: `off`, `fired`, `wish`, `condition`, `holds already`, `timer`, …
    pub why: BTreeMap<String, String>,
    /// When triggers' timers fall due; null is not armed.
    pub timers: BTreeMap<String, Option<When>>,
    /// Whose the case is.
    pub responsible: Option<String>,
    /// Whether the stage's clock stands still.
    pub paused: Option<bool>,
}

/// The light of a case, or that it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Light"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum LightSaid {
    /// Overdue.
    Red,
    /// To be worked today.
    Yellow,
    /// Time in hand.
    Green,
    /// Closed.
    None,
}

impl LightSaid {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::None => "none",
        }
    }

    pub const fn of(color: Option<Color>) -> Self {
        match color {
            Some(Color::Red) => Self::Red,
            Some(Color::Yellow) => Self::Yellow,
            Some(Color::Green) => Self::Green,
            None => Self::None,
        }
    }
}

/// How a case was closed, or that it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// No request at all.
    Void,
    /// A result of a process or document.
    Result,
    /// A bad one.
    BadResult,
    /// Not closed.
    Open,
}

impl Outcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Void => "void",
            Self::Result => "result",
            Self::BadResult => "bad_result",
            Self::Open => "open",
        }
    }

    pub const fn of(outcome: Option<StageOutcome>) -> Self {
        match outcome {
            Some(StageOutcome::Won) => Self::Won,
            Some(StageOutcome::Lost) => Self::Lost,
            Some(StageOutcome::Void) => Self::Void,
            Some(StageOutcome::Result) => Self::Result,
            Some(StageOutcome::BadResult) => Self::BadResult,
            None => Self::Open,
        }
    }
}

/// Wishes: their triggers, or by trigger what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WishesSaid {
    /// Their triggers.
    Triggers(Vec<String>),
    /// By trigger, all that is missing.
    Missing(BTreeMap<String, Vec<String>>),
}

impl Given {
    /// What a test says, over what all of the file say.
    pub fn over(&self, base: &Self) -> Self {
        fn map<V: Clone>(ours: &BTreeMap<String, V>, base: &BTreeMap<String, V>) -> BTreeMap<String, V> {
            let both = base.iter().chain(ours);
            both.map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        let or = |ours: &Option<String>, base: &Option<String>| ours.clone().or_else(|| base.clone());
        Self {
            at: self.at.or(base.at),
            actor: self.actor.clone().or_else(|| base.actor.clone()),
            stage: or(&self.stage, &base.stage),
            title: or(&self.title, &base.title),
            channel: or(&self.channel, &base.channel),
            responsible: or(&self.responsible, &base.responsible),
            team: or(&self.team, &base.team),
            fields: map(&self.fields, &base.fields),
            facts: map(&self.facts, &base.facts),
            parties: map(&self.parties, &base.parties),
            external_ids: base.external_ids.iter().chain(&self.external_ids).cloned().collect(),
            intake: self.intake || base.intake,
            import: self.import.clone().or_else(|| base.import.clone()),
            r#override: or(&self.r#override, &base.r#override),
            switch: map(&self.switch, &base.switch),
            absent: map(&self.absent, &base.absent),
            expect: self.expect.clone().or_else(|| base.expect.clone()),
        }
    }
}
