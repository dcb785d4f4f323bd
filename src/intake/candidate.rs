//! Candidates: cases that an inquiry may belong to, as plain data that a store finds (I2).

use crate::Moment;
use crate::case::{Case, Interaction};
use crate::scenario::Scenario;
use crate::scenario::def::StageOutcome;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// By what a case was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// It holds this very inquiry already.
    Same,
    /// It holds what the inquiry answers, or another one of the same thread.
    Thread,
    /// By a document's number, an id that it has elsewhere, or the object that an inbox row names.
    Document,
    /// By a contact key.
    Contact,
    /// By the host's reference of whose contact key it is.
    Party,
}

impl Match {
    /// Its name, as JSON and texts have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Thread => "thread",
            Self::Document => "document",
            Self::Contact => "contact",
            Self::Party => "party",
        }
    }
}

/// How and when a case was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Moment,
    /// How.
    pub outcome: StageOutcome,
}

/// A planned interaction that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The activity.
    pub activity: String,
    /// Its kind.
    pub kind: String,
    /// Whose it is; none where it is nobody's yet.
    pub owner: Option<String>,
    /// When it is due.
    pub due: Option<Moment>,
}

/// A case that an inquiry may belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The case.
    pub case: String,
    /// Its revision when it was looked at.
    pub revision: u64,
    /// Its title.
    pub title: Option<String>,
    /// Its scenario.
    pub scenario: String,
    /// How it was closed; none while it is open.
    pub closed: Option<Closed>,
    /// Which of the scenario's calendars is its; none is the first.
    pub calendar: Option<String>,
    /// Whose it is.
    pub responsible: Option<String>,
    /// When something happened on it last.
    pub last_at: Moment,
    /// By what it was found.
    pub matched: BTreeSet<Match>,
    /// What it holds of this very inquiry.
    pub known: Option<Box<Interaction>>,
    /// Whether what it holds was erased since (S12).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// Its open planned interactions, as planned.
    pub planned: Vec<Planned>,
}

impl Candidate {
    /// What matters of a case for an inquiry of a channel and id; its scenario says which activities are interactions.
    #[must_use]
    pub fn of(case: &Case, scenario: Option<&Scenario>, inquiry: &super::Inquiry) -> Self {
        let is_interaction = |kind: &str| scenario.is_some_and(|it| it.is_interaction(kind));
        let known = case.interactions.iter().find(|it| it.channel == inquiry.channel && it.id == inquiry.id);
        let planned = case.activities.iter().filter(|it| it.group.is_none() && is_interaction(&it.kind));
        Self {
            case: case.id.clone(),
            revision: case.revision,
            title: case.title.clone(),
            scenario: case.scenario.id.clone(),
            closed: case.closing.as_deref().map(|it| Closed { at: it.at, outcome: it.outcome }),
            calendar: case.calendar.clone(),
            responsible: case.responsible.clone(),
            last_at: case.last_at,
            matched: BTreeSet::new(),
            erased: known.is_some_and(|it| case.erased_at.is_some_and(|at| it.at <= at || is_bare(it))),
            known: known.cloned().map(Box::new),
            planned: planned
                .map(|it| Planned {
                    activity: it.id.clone(),
                    kind: it.kind.clone(),
                    owner: it
                        .assignee
                        .clone()
                        .or_else(|| case.responsible.clone().filter(|_| it.role.is_none())),
                    due: it.due.map(|due| due.at),
                })
                .collect(),
        }
    }

    /// By what it was found as well.
    #[must_use]
    pub fn by(mut self, by: Match) -> Self {
        self.matched.insert(by);
        self
    }

    /// Whether it is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// Whether nothing personal is left of an interaction: one that its sender dated ahead may have been erased as well.
const fn is_bare(it: &Interaction) -> bool {
    it.contact.is_none()
        && it.contacts.is_empty()
        && it.thread.is_empty()
        && it.subject.is_none()
        && it.text.is_none()
        && it.recording.is_none()
}

/// Whose contact key it is, as the host's directory knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The contact key, as it was asked.
    pub key: String,
    /// The host's reference of the company or person.
    pub reference: String,
}
