//! What intake rules read of an inquiry.

use super::candidate::Owner;
use super::inquiry::Inquiry;
use crate::calendar::Calendar;
use crate::condition::{Env, Evaluated, Operand, Program, Slot};
use crate::engine::plain_value;
use crate::scenario::Scenario;
use crate::scenario::intake::{InquiryName, IntakeRules};
use crate::{Moment, Value};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// An inquiry as the rules of one scenario read it.
pub(super) struct Reading<'a> {
    pub scenario: &'a Scenario,
    pub rules: &'a IntakeRules,
    pub inquiry: &'a Inquiry,
    pub owners: &'a [Owner],
    pub now: Moment,
    calendar: &'a Calendar,
    text: Option<Value>,
}

impl<'a> Reading<'a> {
    /// None for a scenario without intake rules.
    pub fn new(
        scenario: &'a Scenario,
        inquiry: &'a Inquiry,
        owners: &'a [Owner],
        now: Moment,
    ) -> Option<Self> {
        let rules = scenario.intake.as_ref()?;
        let text = inquiry.text.clone().filter(|_| rules.reads_text).map(Value::Text);
        Some(Self { scenario, rules, inquiry, owners, now, calendar: scenario.calendar_named(None), text })
    }

    /// Whether a condition holds; where there is none, it does.
    pub fn holds(&self, condition: Option<&Program>) -> bool {
        condition.is_none_or(|it| it.holds(self).holds())
    }

    /// What an expression gives: a value, or none where it is empty; or that nobody can tell.
    pub fn value(&self, expression: &Program) -> Result<Option<Value>, ()> {
        match expression.eval(self) {
            Evaluated::Value(value) => Ok(Some(value).filter(|it| !it.is_empty())),
            Evaluated::Empty => Ok(None),
            Evaluated::Span(_) | Evaluated::Unknown(_) => Err(()),
        }
    }

    /// The text that an expression gives.
    pub fn text(&self, expression: Option<&Program>) -> Option<String> {
        match self.value(expression?) {
            Ok(Some(Value::Text(text))) => Some(text),
            _ => None,
        }
    }

    fn form(&self, position: usize) -> Operand<'_> {
        let Some((name, kind)) = self.rules.def.form.at(position) else { return Operand::Empty };
        let Some(value) = self.inquiry.extra.get(name) else { return Operand::Empty };
        if value.is_empty() {
            return Operand::Empty;
        }
        match plain_value(self.scenario, name, *kind, value) {
            Ok(value) => Operand::Owned(value),
            // "about 5" for a number: it is there, and nobody can tell what it is.
            Err(_) => Operand::Unknown,
        }
    }
}

fn text(text: &str) -> Operand<'static> {
    if text.is_empty() { Operand::Empty } else { Operand::Owned(Value::from(text)) }
}

fn maybe(value: Option<&String>) -> Operand<'static> {
    value.map_or(Operand::Empty, |it| text(it))
}

fn list<'t>(texts: impl Iterator<Item = &'t String>) -> Operand<'static> {
    Operand::Owned(Value::List(texts.map(|it| Value::from(it.as_str())).collect()))
}

impl Env for Reading<'_> {
    fn load(&self, slot: Slot) -> Operand<'_> {
        let it = self.inquiry;
        let Some(name) = self.rules.names.meanings.get(slot.0 as usize) else { return Operand::Unknown };
        match name {
            InquiryName::Channel => text(&it.channel),
            InquiryName::Direction => text(it.direction.name()),
            InquiryName::Id => text(&it.id),
            InquiryName::Result => maybe(it.result.as_ref()),
            InquiryName::Line => maybe(it.line.as_ref()),
            InquiryName::Employee => maybe(it.employee.as_ref()),
            InquiryName::Subject => maybe(it.subject.as_ref()),
            InquiryName::Text => self.text.as_ref().map_or(Operand::Empty, Operand::Value),
            InquiryName::Contact => maybe(it.contacts.first().map(|it| &it.key)),
            InquiryName::Contacts => list(it.contacts.iter().map(|it| &it.key)),
            InquiryName::Name => maybe(it.contacts.first().and_then(|it| it.name.as_ref())),
            InquiryName::Party => maybe(party(self.inquiry, self.owners)),
            InquiryName::At => it.at.map_or(Operand::Empty, |at| Operand::Owned(Value::Moment(at))),
            InquiryName::Duration => it.duration_ms.map_or(Operand::Empty, |ms| {
                Operand::Owned(Value::Decimal(Decimal::from(ms) / Decimal::ONE_THOUSAND))
            }),
            InquiryName::Attachments => {
                Operand::Owned(Value::from(i64::try_from(it.attachments.len()).unwrap_or(i64::MAX)))
            }
            InquiryName::Documents => list(it.documents.iter()),
            InquiryName::Answers => Operand::Owned(Value::Bool(!it.thread.is_empty())),
            InquiryName::Form(position) => self.form(*position),
        }
    }

    fn keyed(&self, _slot: Slot, _key: &[Value]) -> Operand<'_> {
        Operand::Unknown
    }

    fn now(&self) -> Moment {
        self.now
    }

    fn today(&self) -> NaiveDate {
        self.calendar.local_date(self.now)
    }
}

/// Whose the contact keys are, where the directory knows just one.
pub(super) fn party<'o>(inquiry: &Inquiry, owners: &'o [Owner]) -> Option<&'o String> {
    let keys = inquiry.contacts.iter();
    keys.filter_map(|contact| {
        let mut of = owners.iter().filter(|it| it.key == contact.key).map(|it| &it.reference);
        let first = of.next()?;
        of.all(|other| other == first).then_some(first)
    })
    .next()
}
