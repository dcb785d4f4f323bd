//! Building intake rules.

use crate::calendar::Span;
use crate::scenario::def::{
    ByContact, DocumentPatternDef, FieldType, IgnoreDef, IntakeDef, OneOrMany, ReopenDef, ResponsibleDef,
    StageOutcome, Text,
};

impl IntakeDef {
    /// Takes every inquiry, ignores what is automatic, and leaves what is not clear undecided.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes only inquiries for which a condition holds (I5).
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// Sets the priority among scenarios (I5).
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Reads national telephone numbers by the rules of a region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Declares a part of a web form.
    pub fn form(mut self, name: impl Into<String>, kind: FieldType) -> Self {
        self.form.insert(name, kind);
        self
    }

    /// Ignores inquiries for which a condition holds.
    pub fn ignore(
        mut self,
        id: impl Into<String>,
        title: impl Into<Text>,
        condition: impl Into<String>,
    ) -> Self {
        self.ignore.push(IgnoreDef { id: id.into(), title: title.into(), when: condition.into() });
        self
    }

    /// Takes automatic replies and bounces as any other letter.
    pub fn takes_automatic(mut self) -> Self {
        self.take_automatic = true;
        self
    }

    /// Finds ids that a case has elsewhere by a pattern with one group.
    pub fn number(mut self, pattern: impl Into<String>) -> Self {
        self.documents.push(DocumentPatternDef { pattern: pattern.into(), document: None });
        self
    }

    /// Finds numbers of a kind of documents by a pattern with one group.
    pub fn document(mut self, kind: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.documents.push(DocumentPatternDef { pattern: pattern.into(), document: Some(kind.into()) });
        self
    }

    /// Says which of a contact's open cases is meant, in this order.
    pub fn by_contact(mut self, ways: impl IntoIterator<Item = ByContact>) -> Self {
        self.by_contact = OneOrMany(ways.into_iter().collect());
        self
    }

    /// Reopens cases that were closed no longer ago.
    pub fn reopens(mut self, rule: ReopenDef) -> Self {
        self.reopen = Some(rule);
        self
    }

    /// Closes planned activities of these kinds by what comes through a channel.
    pub fn answers<K: Into<String>>(
        mut self,
        channel: impl Into<String>,
        kinds: impl IntoIterator<Item = K>,
    ) -> Self {
        self.answers.insert(channel, OneOrMany(kinds.into_iter().map(Into::into).collect()));
        self
    }

    /// Gives a field of a new case the value of an expression.
    pub fn give(mut self, field: impl Into<String>, expression: impl Into<String>) -> Self {
        self.give.insert(field, expression.into());
        self
    }

    /// Titles a new case by an expression.
    pub fn titled(mut self, expression: impl Into<String>) -> Self {
        self.title = Some(expression.into());
        self
    }

    /// Gives the contact a role in a new case.
    pub fn party(mut self, role: impl Into<String>) -> Self {
        self.party = Some(role.into());
        self
    }

    /// Adds a rule for who becomes responsible (I3).
    pub fn responsible(mut self, rule: ResponsibleDef) -> Self {
        self.responsible.push(rule);
        self
    }

    /// Says by an expression whose team it is.
    pub fn team(mut self, expression: impl Into<String>) -> Self {
        self.team = Some(expression.into());
        self
    }
}

impl ReopenDef {
    /// Those that were closed no longer ago, with any outcome, at the last ordinary stage.
    #[must_use]
    pub const fn within(span: Span) -> Self {
        Self { within: span, stage: None, outcomes: Vec::new() }
    }

    /// Reopens at this stage.
    pub fn at(mut self, stage: impl Into<String>) -> Self {
        self.stage = Some(stage.into());
        self
    }

    /// Reopens only those with these outcomes.
    pub fn closed_as(mut self, outcomes: impl IntoIterator<Item = StageOutcome>) -> Self {
        self.outcomes = outcomes.into_iter().collect();
        self
    }
}

impl ResponsibleDef {
    /// This person.
    pub fn person(person: impl Into<String>) -> Self {
        Self { person: Some(person.into()), ..Self::default() }
    }

    /// Whoever an expression names.
    pub fn by(expression: impl Into<String>) -> Self {
        Self { by: Some(expression.into()), ..Self::default() }
    }

    /// The employee who took the call.
    #[must_use]
    pub fn employee() -> Self {
        Self { employee: true, ..Self::default() }
    }

    /// These persons in turn.
    pub fn in_turn<P: Into<String>>(persons: impl IntoIterator<Item = P>) -> Self {
        Self { in_turn: persons.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The one of these persons who has the fewest open cases.
    pub fn least_load<P: Into<String>>(persons: impl IntoIterator<Item = P>) -> Self {
        Self { least_load: persons.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Gives the rule an id of its own.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Counts only when a condition holds.
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.when = Some(condition.into());
        self
    }
}
