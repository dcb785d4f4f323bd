//! Scenarios: what a funnel is.

mod builder;
mod check;
mod compile;
pub mod def;
pub mod edit;
pub(crate) mod graph;
pub(crate) mod intake;
#[cfg(feature = "schema")]
mod json_schema;
pub(crate) mod model;
pub(crate) mod names;

pub(crate) use check::circles;
pub use check::{CheckOptions, check, check_set, check_text, check_text_with, check_texts, check_with};
pub(crate) use compile::FieldTimer;
pub use def::Definition;
#[cfg(feature = "schema")]
pub use json_schema::json_schema;

use crate::calendar::Calendar;
use crate::case::{Case, ScenarioRef};
use crate::condition::Program;
use crate::source::{Defect, Severity};
use model::{Edge, Field, Kind, Limit, Rights, Stage, Trigger};
use names::Names;
use std::collections::BTreeMap;

/// A checked and compiled scenario: immutable, and pure in all that it does (C1).
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(crate) def: Definition,
    pub(crate) reference: ScenarioRef,
    pub(crate) names: Names,
    pub(crate) calendar: Calendar,
    pub(crate) calendars: Vec<(String, Program, Calendar)>,
    pub(crate) fields: Vec<Field>,
    pub(crate) fact_rights: Vec<Option<Limit>>,
    pub(crate) document_rights: Vec<Option<Limit>>,
    pub(crate) kinds: BTreeMap<String, Kind>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) index: BTreeMap<String, usize>,
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) edges: Vec<Vec<Edge>>,
    pub(crate) intake: Option<intake::IntakeRules>,
    pub(crate) rights: Rights,
    pub(crate) field_timers: BTreeMap<String, Vec<FieldTimer>>,
    /// Whether some trigger waits for an activity to become overdue.
    pub(crate) overdue_timers: bool,
    /// Whether some trigger waits for a process to become overdue.
    pub(crate) process_timers: bool,
}

impl Scenario {
    /// Reads, checks and compiles a scenario's file.
    ///
    /// # Errors
    /// Every defect at once, each with its code, place and help. Lints stop nothing; see [`Scenario::lints`].
    ///
    /// # Examples
    /// ```
    /// let defects = voronka::Scenario::from_json(r#"{"id": "small"}"#).unwrap_err();
    /// assert_eq!(defects.len(), 1); // `stages` is missing
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Vec<Defect>> {
        let (def, defects) = check_text(text);
        Self::checked(def, defects)
    }

    /// Checks and compiles a definition, such as the builder makes.
    ///
    /// # Errors
    /// As [`Scenario::from_json`]; the places are pointers without line and column.
    pub fn new(def: Definition) -> Result<Self, Vec<Defect>> {
        let defects = check(&def);
        Self::checked(Some(def), defects)
    }

    fn checked(def: Option<Definition>, defects: Vec<Defect>) -> Result<Self, Vec<Defect>> {
        let errors: Vec<Defect> = defects.into_iter().filter(|it| it.severity() == Severity::Error).collect();
        match def {
            Some(def) if errors.is_empty() => compile::compile(def),
            _ => Err(errors),
        }
    }

    /// What is no defect but worth a look: more than seven stages, a field that nothing uses.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// for lint in scenario.lints() {
    ///     println!("{lint}");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lints(&self) -> Vec<Defect> {
        check(&self.def).into_iter().filter(|it| it.severity() == Severity::Lint).collect()
    }

    /// The definition that it was made from.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.def
    }

    /// Its id, version and content hash.
    #[must_use]
    pub const fn reference(&self) -> &ScenarioRef {
        &self.reference
    }

    /// Whether a kind of activity is an interaction with the client (call, e-mail, meeting) and not a task.
    #[must_use]
    pub fn is_interaction(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|kind| kind.interaction)
    }

    /// The calendar by which a case counts its time (A2).
    #[must_use]
    pub fn calendar_of(&self, case: &Case) -> &Calendar {
        self.calendar_named(case.calendar.as_deref())
    }

    pub(crate) fn calendar_named(&self, id: Option<&str>) -> &Calendar {
        let chosen = id.and_then(|id| self.calendars.iter().find(|(known, ..)| known == id));
        chosen.map_or(&self.calendar, |(.., calendar)| calendar)
    }

    pub(crate) fn stage_index(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    pub(crate) fn stage_named(&self, id: &str) -> Option<&Stage> {
        self.stage_index(id).and_then(|i| self.stages.get(i))
    }

    pub(crate) fn edge(&self, from: usize, to: usize) -> Option<&Edge> {
        self.edges.get(from)?.iter().find(|edge| edge.to == to)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.def.fields.position(name).and_then(|i| self.fields.get(i))
    }

    /// The trigger of this full name.
    pub(crate) fn trigger(&self, rule: &str) -> Option<&Trigger> {
        let stage = rule.split('/').next().unwrap_or_default();
        let of = if stage.is_empty() {
            Some(&self.triggers)
        } else {
            self.stage_named(stage).map(|s| &s.triggers)
        };
        of?.iter().find(|trigger| trigger.rule == rule)
    }
}
