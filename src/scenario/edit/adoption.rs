//! What running cases are told of an edit: the rules that changed under them, and what is wrong with a mapping
//! (V3, V4).

use super::{Edit, Op, StageEdit, diff};
use crate::case::{Adoption, RuleFate};
use crate::scenario::def::{Definition, PlanDef, ProcessDef, StageDef, TriggerDef};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What becomes of a rule between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleChange {
    /// The later version has it, the earlier one does not.
    Added,
    /// Both have it, and it says something else.
    Changed,
    /// The earlier version has it, the later one does not.
    Removed,
}

/// Why an adoption does not fit two versions (V3, V4).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdoptionDefect {
    /// A stage is gone, and is mapped to none.
    Unmapped {
        /// The stage.
        stage: String,
    },
    /// A mapping from a stage that the earlier version does not have.
    UnknownFrom {
        /// The stage.
        stage: String,
    },
    /// A mapping to a stage that the later version does not have.
    UnknownTo {
        /// From.
        stage: String,
        /// To.
        to: String,
    },
    /// An ordinary stage is mapped to an outcome, an outcome to an ordinary stage, or to one of another meaning:
    /// adopting closes nothing, and does not rewrite how a case ended.
    Outcome {
        /// From.
        stage: String,
        /// To.
        to: String,
    },
    /// A rule that did not change, or is in neither version.
    Rule {
        /// Its full name.
        rule: String,
    },
    /// More rules changed than an adoption may name (C4): publish the change in parts.
    TooMany {
        /// How many.
        rules: usize,
    },
}

impl fmt::Display for AdoptionDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmapped { stage } => {
                write!(f, "stage {stage:?} is gone; say onto which stage its cases go")
            }
            Self::UnknownFrom { stage } => write!(f, "the earlier version has no stage {stage:?}"),
            Self::UnknownTo { stage, to } => {
                write!(f, "stage {stage:?} is mapped to {to:?}, which the later version does not have")
            }
            Self::Outcome { stage, to } => write!(
                f,
                "stage {stage:?} cannot be mapped to {to:?}: an ordinary stage goes with an ordinary one, an outcome with one of the same meaning"
            ),
            Self::Rule { rule } => {
                write!(f, "rule {rule:?} did not change between the two versions, or is in neither")
            }
            Self::TooMany { rules } => {
                let most = Adoption::MOST_RULES;
                write!(
                    f,
                    "{rules} rules change for cases under way, more than {most}; publish the change in parts"
                )
            }
        }
    }
}

impl std::error::Error for AdoptionDefect {}

impl Adoption {
    /// An adoption from one version to another that names each changed rule, all kept (V4). Stages that are gone
    /// are still to be mapped; [`Adoption::defects`] names them.
    ///
    /// # Examples
    /// ```
    /// use voronka::case::{Adoption, RuleFate};
    /// use voronka::{Definition, Span, scenario::def::{PlanDef, StageDef}};
    /// let before = Definition::new("sale")
    ///     .stage(StageDef::new("talk").plan(PlanDef::new("call", "Call back").due(Span::Hours(4))))
    ///     .stage(StageDef::won("won"));
    /// let mut after = before.clone();
    /// after.stages[0].plan[0].due = Some(Span::Hours(2).into());
    /// let adoption = Adoption::between(&before, &after);
    /// assert_eq!(adoption.fate("talk/plan/call: Call back"), Some(RuleFate::Keep));
    /// assert_eq!(adoption.defects(&before, &after), []);
    /// ```
    #[must_use]
    pub fn between(from: &Definition, to: &Definition) -> Self {
        let changed = changed_rules(from, to);
        let is_new = |(rule, change): &(&String, &RuleChange)| {
            **change == RuleChange::Added && (rule.contains("/plan/") || rule.contains("/run/"))
        };
        let added = changed.iter().filter(is_new).map(|(rule, _)| rule.clone()).collect();
        let rules = changed.into_keys().map(|rule| (rule, RuleFate::Keep)).collect();
        Self { rules, added, ..Self::default() }
    }

    /// With the same fate for every rule that it names.
    #[must_use]
    pub fn all(mut self, fate: RuleFate) -> Self {
        self.rules.values_mut().for_each(|it| *it = fate);
        self
    }

    /// Everything about it that does not fit two versions. A stage that is gone and mapped nowhere is among them,
    /// whether or not a case stands on it.
    #[must_use]
    pub fn defects(&self, from: &Definition, to: &Definition) -> Vec<AdoptionDefect> {
        let stage = |def: &'_ Definition, id: &str| def.stages.iter().find(|it| it.id == id).cloned();
        let mut defects = Vec::new();
        for before in &from.stages {
            let name = self.stages.get(&before.id).unwrap_or(&before.id);
            match stage(to, name) {
                Some(after) if after.outcome == before.outcome => {}
                Some(after) => {
                    defects.push(AdoptionDefect::Outcome { stage: before.id.clone(), to: after.id });
                }
                None if *name == before.id => {
                    defects.push(AdoptionDefect::Unmapped { stage: before.id.clone() });
                }
                None => {
                    defects.push(AdoptionDefect::UnknownTo { stage: before.id.clone(), to: name.clone() });
                }
            }
        }
        let unknown = self.stages.keys().filter(|id| stage(from, id).is_none());
        defects.extend(unknown.map(|stage| AdoptionDefect::UnknownFrom { stage: stage.clone() }));
        let changed = changed_rules(from, to);
        let other = self.rules.keys().filter(|rule| !changed.contains_key(*rule));
        let added = self.added.iter().filter(|rule| changed.get(*rule) != Some(&RuleChange::Added));
        let unfit: BTreeSet<&String> = other.chain(added).collect();
        if self.rules.len() > Self::MOST_RULES {
            defects.push(AdoptionDefect::TooMany { rules: self.rules.len() });
        }
        defects.extend(unfit.into_iter().map(|rule| AdoptionDefect::Rule { rule: rule.clone() }));
        defects
    }
}

/// The rules that a case may stand under while they change (V4), by their full names: items, processes and limits
/// of stages that both versions have, their triggers, and the scenario's own.
#[must_use]
pub fn changed_rules(from: &Definition, to: &Definition) -> BTreeMap<String, RuleChange> {
    let mut rules = BTreeMap::new();
    for edit in diff(from, to) {
        match edit {
            Edit::InStage { stage, edit } => {
                let before = from.stages.iter().find(|it| it.id == stage);
                let after = to.stages.iter().find(|it| it.id == stage);
                if let (Some(before), Some(after)) = (before, after) {
                    rules.extend(in_stage(before, after, &edit));
                }
            }
            Edit::Trigger(op) => rules.extend(change(&op).map(|(id, it)| (format!("/trigger/{id}"), it))),
            _ => {}
        }
    }
    rules
}

fn in_stage(before: &StageDef, after: &StageDef, edit: &StageEdit) -> Option<(String, RuleChange)> {
    let named = |part: &str, id: &str| format!("{}/{part}/{id}", after.id);
    match edit {
        StageEdit::Limit(_) => {
            let change = match (before.limit, after.limit) {
                (None, _) => RuleChange::Added,
                (_, None) => RuleChange::Removed,
                _ => RuleChange::Changed,
            };
            Some((format!("{}/limit", after.id), change))
        }
        StageEdit::Plan(op) => change::<PlanDef>(op).map(|(id, it)| (named("plan", &id), it)),
        StageEdit::Run(op) => change::<ProcessDef>(op).map(|(id, it)| (named("run", &id), it)),
        StageEdit::Trigger(op) => change::<TriggerDef>(op).map(|(id, it)| (named("trigger", &id), it)),
        _ => None,
    }
}

fn change<T>(op: &Op<T>) -> Option<(String, RuleChange)> {
    match op {
        Op::Add { id, .. } => Some((id.clone(), RuleChange::Added)),
        Op::Change { id, .. } => Some((id.clone(), RuleChange::Changed)),
        Op::Remove { id } => Some((id.clone(), RuleChange::Removed)),
        // Which stands before which is no matter of a case that stands there.
        Op::Reorder { .. } => None,
    }
}
