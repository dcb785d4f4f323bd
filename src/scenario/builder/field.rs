//! Building fields, facts, parties and reasons.

use crate::Value;
use crate::calendar::Span;
use crate::scenario::def::{
    DocumentDef, FactDef, FieldDef, FieldType, Named, PartyDef, ReasonDef, RecordPart, Resolver, SumDef,
    Text, Who,
};

impl FieldDef {
    /// A text.
    #[must_use]
    pub fn text() -> Self {
        Self::new(FieldType::Text)
    }

    /// A whole number.
    #[must_use]
    pub fn number() -> Self {
        Self::new(FieldType::Number)
    }

    /// An exact decimal.
    #[must_use]
    pub fn decimal() -> Self {
        Self::new(FieldType::Decimal)
    }

    /// Money in a currency (ISO 4217).
    pub fn money(currency: impl Into<String>) -> Self {
        Self { currency: Some(currency.into()), ..Self::new(FieldType::Money) }
    }

    /// A calendar date.
    #[must_use]
    pub fn date() -> Self {
        Self::new(FieldType::Date)
    }

    /// An instant.
    #[must_use]
    pub fn moment() -> Self {
        Self::new(FieldType::Moment)
    }

    /// Yes or no.
    #[must_use]
    pub fn bool() -> Self {
        Self::new(FieldType::Bool)
    }

    /// One of these values.
    pub fn choice<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self { of: Some(RecordPart::Values(values)), ..Self::new(FieldType::Choice) }
    }

    /// Says what people read for one value of a choice.
    pub fn value_title(mut self, value: impl Into<String>, title: impl Into<Text>) -> Self {
        self.titles.insert(value, title.into());
        self
    }

    /// The host's key of something of its own.
    #[must_use]
    pub fn reference() -> Self {
        Self::new(FieldType::Reference)
    }

    /// The host's key of a file.
    #[must_use]
    pub fn file() -> Self {
        Self::new(FieldType::File)
    }

    /// A list of plain values.
    #[must_use]
    pub fn list(of: FieldType) -> Self {
        Self { of: Some(RecordPart::Plain(of)), ..Self::new(FieldType::List) }
    }

    /// A list of records with these parts: the lines of an order.
    pub fn records<N: Into<String>>(parts: impl IntoIterator<Item = (N, FieldType)>) -> Self {
        let parts: Named<FieldType> = parts.into_iter().collect();
        Self { of: Some(RecordPart::Parts(parts)), ..Self::new(FieldType::List) }
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Marks it as being about a person (S12).
    pub fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// Lets cases be found by it.
    pub fn find(mut self) -> Self {
        self.find = true;
        self
    }

    /// Sets the smallest value; of a text or list the least length.
    pub fn min(mut self, min: impl Into<Value>) -> Self {
        self.min = Some(min.into());
        self
    }

    /// Sets the largest value; of a text or list the greatest length.
    pub fn max(mut self, max: impl Into<Value>) -> Self {
        self.max = Some(max.into());
        self
    }

    /// Sets the regular expression that a text must match as a whole.
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.pattern = Some(pattern.into());
        self
    }

    /// Says who may see it.
    pub fn see(mut self, who: impl Into<Who>) -> Self {
        self.see = Some(who.into());
        self
    }

    /// Says who may edit it.
    pub fn edit(mut self, who: impl Into<Who>) -> Self {
        self.edit = Some(who.into());
        self
    }
}

impl FactDef {
    /// A fact of a type, with nothing else said.
    #[must_use]
    pub fn of(kind: FieldType) -> Self {
        Self::new(kind, Text::default())
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Says by which keys it is read.
    pub fn by<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.by = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Puts it into a group (K2).
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Sets the age beyond which it is read again (C9).
    pub fn fresh(mut self, age: Span) -> Self {
        self.fresh = Some(age);
        self
    }

    /// Sets its unit.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Says who may see it.
    pub fn see(mut self, who: impl Into<Who>) -> Self {
        self.see = Some(who.into());
        self
    }
}

impl DocumentDef {
    /// A kind of documents with its title.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds up a decimal of this name over the documents in force.
    pub fn sum(mut self, name: impl Into<String>, sum: SumDef) -> Self {
        self.sums.insert(name, sum);
        self
    }

    /// Says which events put a document in force, instead of `posted` and `amended`.
    pub fn in_force<E: Into<String>>(mut self, events: impl IntoIterator<Item = E>) -> Self {
        self.in_force = events.into_iter().map(Into::into).collect();
        self
    }

    /// Says which events take it out of force, instead of `unposted` and `cancelled`.
    pub fn out_of_force<E: Into<String>>(mut self, events: impl IntoIterator<Item = E>) -> Self {
        self.out_of_force = events.into_iter().map(Into::into).collect();
        self
    }

    /// Says who may see its sums.
    pub fn see(mut self, who: impl Into<Who>) -> Self {
        self.see = Some(who.into());
        self
    }
}

impl SumDef {
    /// A sum with its title.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: title.into(), unit: None }
    }

    /// Sets its unit.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }
}

impl PartyDef {
    /// A party's role with its title.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: title.into(), personal: false }
    }

    /// Marks its contact keys as a person's (S12).
    pub fn personal(mut self) -> Self {
        self.personal = true;
        self
    }
}

impl ReasonDef {
    /// A reason for losing that nobody could have resolved.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Says who could have resolved it.
    pub fn resolved_by(mut self, who: Resolver) -> Self {
        self.resolved_by = who;
        self
    }

    /// Asks for a comment.
    pub fn comment_required(mut self) -> Self {
        self.comment_required = true;
        self
    }

    /// Makes it a reason for voiding.
    pub fn void(mut self) -> Self {
        self.void = true;
        self
    }

    /// Limits it to stages.
    pub fn stages<S: Into<String>>(mut self, stages: impl IntoIterator<Item = S>) -> Self {
        self.stages = stages.into_iter().map(Into::into).collect();
        self
    }
}
