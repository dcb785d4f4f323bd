//! Intake: what a request from a channel becomes (I1–I5).

use super::{FieldType, Named, OneOrMany, StageOutcome, Text, is_default};
use crate::calendar::Span;
use serde::{Deserialize, Serialize};

/// What becomes of inquiries from channels: which of them this scenario takes, and how (I2, I3, I5).
///
/// Conditions and expressions in it read `inquiry.…` and what the form declares, nothing of a case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct IntakeDef {
    /// Which inquiries it takes; all where silent (I5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Of several scenarios that take an inquiry the one with the highest opens the case (I5).
    #[serde(skip_serializing_if = "is_default")]
    pub priority: i32,
    /// The region by whose rules national telephone numbers are read: `RU`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What a web form brings beside the rest, as conditions read it: `inquiry.form.city`.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub form: Named<FieldType>,
    /// What is nobody's request: our own addresses, newsletters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreDef>,
    /// Whether automatic replies and bounces are taken as any other letter; where not, they open nothing.
    #[serde(skip_serializing_if = "is_default")]
    pub take_automatic: bool,
    /// How a document's number is found in subject and text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentPatternDef>,
    /// Which case is meant where a contact has several open ones, tried in this order; undecided where silent.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub by_contact: OneOrMany<ByContact>,
    /// Which closed cases are reopened; none where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reopen: Option<ReopenDef>,
    /// Which planned interactions an inquiry closes: by channel, the kinds of activities.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub answers: Named<OneOrMany<String>>,
    /// The fields of a new case: by name, an expression.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub give: Named<String>,
    /// The title of a new case, an expression; the subject where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The role that the inquiry's contact has in a new case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// Who becomes responsible: the first of these rules that gives somebody who is there (I3).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub responsible: Vec<ResponsibleDef>,
    /// Their team, an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

/// What is nobody's request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IgnoreDef {
    /// The rule's id, which the decision names.
    pub id: String,
    /// Its title for people.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Which inquiries.
    pub when: String,
}

/// How a document's number is found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DocumentPatternDef {
    /// A regular expression; what its one group catches is the number.
    pub pattern: String,
    /// The kind of the host's documents that it numbers; an id that the case has elsewhere where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// Which of a contact's cases is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ByContact {
    /// The one whose responsible is the employee that took part.
    Responsible,
    /// The one on which something happened last.
    Latest,
    /// None of them: a new case.
    New,
}

/// Which closed cases are reopened by an inquiry (I2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReopenDef {
    /// Closed no longer ago than this.
    pub within: Span,
    /// At which stage; at the last ordinary one where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// With these outcomes; with any where silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<StageOutcome>,
}

/// Who becomes responsible for a new case: one way, and when it counts (I3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ResponsibleDef {
    /// The rule's id; rules that go in turn keep whose turn it is under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it counts; always where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// This person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Whoever an expression names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The employee who took the call.
    #[serde(skip_serializing_if = "is_default")]
    pub employee: bool,
    /// These persons in turn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_turn: Vec<String>,
    /// The one of these persons who has the fewest open cases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub least_load: Vec<String>,
}

impl ResponsibleDef {
    /// The id under which its turn is kept.
    #[must_use]
    pub fn turn(&self) -> &str {
        self.id.as_deref().unwrap_or("turn")
    }

    /// How many ways it names; one is right.
    #[must_use]
    pub fn ways(&self) -> usize {
        usize::from(self.person.is_some())
            + usize::from(self.by.is_some())
            + usize::from(self.employee)
            + usize::from(!self.in_turn.is_empty())
            + usize::from(!self.least_load.is_empty())
    }
}
