//! The door: what values may come in, and in which form (C4, S11).

use super::judge::Judge;
use super::requirement::compare;
use crate::case::{Fields, Input, Missing};
use crate::scenario::Scenario;
use crate::scenario::def::{FieldDef, FieldType, RecordPart};
use crate::scenario::model::Field;
use crate::{Moment, Value};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::cmp::Ordering;

const MAX_TEXT: u32 = 100_000;
pub(super) const MAX_LIST: u32 = 10_000;
pub(super) const MAX_VALUES: usize = 1_000;

/// A field's value as it will be kept; none empties it.
pub(crate) type Checked = Vec<(String, Option<Value>)>;

fn at(code: &str, field: &str) -> Missing {
    Missing::new(code).arg("field", field)
}

impl Judge<'_> {
    /// Fields that a person sets: known, of their type, within their own rules, and editable by the actor.
    pub fn fields(&self, fields: &Fields, missing: &mut Vec<Missing>) -> Checked {
        let mut checked = Vec::with_capacity(fields.len());
        if fields.len() > MAX_VALUES {
            missing.push(Missing::new("V-C4-values").arg("limit", MAX_VALUES as i64));
            return checked;
        }
        for (name, value) in fields {
            let Some(field) = self.scenario.field(name) else {
                missing.push(at("V-IN-field", name));
                continue;
            };
            if !self.may(field.see.as_ref()) || !self.may(field.edit.as_ref()) {
                missing.push(at("V-G1-edit", name));
                continue;
            }
            match value.as_ref().map(|value| field_value(self.scenario, name, field, value)) {
                None => checked.push((name.clone(), None)),
                Some(Ok(value)) => checked.push((name.clone(), value)),
                Some(Err(wrong)) => missing.push(wrong),
            }
        }
        checked
    }
}

/// A value in the form of its field's type and within the field's own rules; none if it is empty.
pub(crate) fn field_value(
    s: &Scenario,
    name: &str,
    field: &Field,
    value: &Value,
) -> Result<Option<Value>, Missing> {
    let value = coerce(s, name, &field.def, value)?;
    if value.is_empty() {
        return Ok(None);
    }
    let kind = field.def.kind;
    let wrong = |code: &str| at(code, name).arg("value", value.clone());
    if let Some(min) = field.def.min.as_ref().filter(|min| compare(kind, &value, min) == Some(Ordering::Less))
    {
        return Err(wrong("V-IN-min").arg("min", min.clone()));
    }
    if let Some(max) =
        field.def.max.as_ref().filter(|max| compare(kind, &value, max) == Some(Ordering::Greater))
    {
        return Err(wrong("V-IN-max").arg("max", max.clone()));
    }
    if let (Some(pattern), Some(text)) = (&field.pattern, value.as_text())
        && !pattern.is_match(text)
    {
        return Err(wrong("V-IN-pattern").arg("pattern", pattern.as_str()));
    }
    Ok(Some(value))
}

fn coerce(s: &Scenario, name: &str, def: &FieldDef, value: &Value) -> Result<Value, Missing> {
    match (def.kind, &def.of, value) {
        (FieldType::Choice, Some(RecordPart::Values(values)), Value::Text(text)) => {
            if text.is_empty() || values.contains(text) {
                Ok(value.clone())
            } else {
                let values = values.iter().map(|value| Value::from(value.as_str())).collect();
                Err(at("V-IN-choice", name).arg("value", value.clone()).arg("among", Value::List(values)))
            }
        }
        (FieldType::List, Some(of), Value::List(items)) => {
            let limit = s.def.bounds.list.unwrap_or(MAX_LIST) as usize;
            if items.len() > limit {
                return Err(at("V-C4-list", name).arg("limit", limit as i64));
            }
            let items: Result<Vec<Value>, Missing> =
                items.iter().map(|item| element(s, name, of, item)).collect();
            items.map(Value::List)
        }
        (FieldType::List, ..) => Err(at("V-IN-type", name).arg("type", "list")),
        (kind, _, value) => plain(s, name, kind, value),
    }
}

fn element(s: &Scenario, name: &str, of: &RecordPart, item: &Value) -> Result<Value, Missing> {
    match (of, item) {
        (RecordPart::Plain(kind), item) => plain(s, name, *kind, item),
        (RecordPart::Parts(parts), Value::Record(record)) => {
            if let Some(unknown) = record.keys().find(|key| parts.get(key).is_none()) {
                return Err(at("V-IN-part", name).arg("part", unknown.as_str()));
            }
            let kept: Result<Vec<(String, Value)>, Missing> = parts
                .iter()
                .filter_map(|(part, kind)| record.get(part).map(|value| (part, *kind, value)))
                .map(|(part, kind, value)| Ok((part.to_owned(), plain(s, name, kind, value)?)))
                .collect();
            Ok(Value::Record(kept?.into_iter().collect()))
        }
        _ => Err(at("V-IN-type", name).arg("type", "record")),
    }
}

/// A value in the form of a plain type: a text becomes the decimal, date or moment that is asked for.
pub(crate) fn plain(s: &Scenario, name: &str, kind: FieldType, value: &Value) -> Result<Value, Missing> {
    let wrong = |kind: &str| at("V-IN-type", name).arg("type", kind).arg("value", value.clone());
    match (kind, value) {
        (FieldType::Text | FieldType::Choice | FieldType::Reference | FieldType::File, Value::Text(text)) => {
            text_fits(s, name, text)?;
            Ok(value.clone())
        }
        (FieldType::Number, Value::Decimal(decimal)) if decimal.is_integer() => Ok(value.clone()),
        (FieldType::Decimal | FieldType::Money, Value::Decimal(_))
        | (FieldType::Moment, Value::Moment(_))
        | (FieldType::Bool, Value::Bool(_)) => Ok(value.clone()),
        (FieldType::Number, Value::Text(text)) => match text.parse::<Decimal>() {
            Ok(decimal) if decimal.is_integer() => Ok(decimal.into()),
            _ => Err(wrong("number")),
        },
        (FieldType::Decimal | FieldType::Money, Value::Text(text)) => {
            text.parse::<Decimal>().map(Into::into).map_err(|_| wrong("decimal"))
        }
        // C4: the years that a moment can have.
        (FieldType::Date, Value::Date(date)) if (1..=9999).contains(&date.year()) => Ok(value.clone()),
        (FieldType::Date, Value::Text(text)) => match text.parse::<NaiveDate>() {
            Ok(date) if (1..=9999).contains(&date.year()) => Ok(Value::Date(date)),
            _ => Err(wrong("date")),
        },
        (FieldType::Moment, Value::Text(text)) => {
            text.parse::<Moment>().map(Value::Moment).map_err(|_| wrong("moment"))
        }
        (FieldType::Number, _) => Err(wrong("number")),
        (FieldType::Decimal | FieldType::Money, _) => Err(wrong("decimal")),
        (FieldType::Date, _) => Err(wrong("date")),
        (FieldType::Moment, _) => Err(wrong("moment")),
        (FieldType::Bool, _) => Err(wrong("bool")),
        (FieldType::List, _) => Err(wrong("list")),
        _ => Err(wrong("text")),
    }
}

fn text_fits(s: &Scenario, name: &str, text: &str) -> Result<(), Missing> {
    let limit = s.def.bounds.text.unwrap_or(MAX_TEXT) as usize;
    if text.contains('\0') {
        return Err(at("V-S11-nul", name));
    }
    // A character is at least one byte, so most texts need no counting.
    if text.len() > limit && text.chars().count() > limit {
        return Err(at("V-C4-text", name).arg("limit", limit as i64));
    }
    Ok(())
}

/// The texts and values of an input that its own handling does not look at: without U+0000, within bounds.
pub(crate) fn check(s: &Scenario, input: &Input, missing: &mut Vec<Missing>) {
    let found = RefCell::new(missing);
    let text = |name: &str, text: &str| {
        if let Err(wrong) = text_fits(s, name, text) {
            found.borrow_mut().push(wrong);
        }
    };
    let maybe = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            text(name, value);
        }
    };
    match input {
        Input::Open(it) => {
            maybe("title", &it.title);
            maybe("channel", &it.channel);
            maybe("responsible", &it.responsible);
            maybe("team", &it.team);
            maybe("override", &it.r#override);
            for id in &it.external_ids {
                text("external_ids", id);
            }
            for (role, party) in &it.parties {
                text("parties", role);
                party.reference.iter().chain(&party.contacts).for_each(|key| text("parties", key));
            }
            it.links.keys().for_each(|case| text("links", case));
        }
        Input::Move(it) => maybe("override", &it.r#override),
        Input::Close(it) => {
            maybe("comment", &it.comment);
            maybe("override", &it.r#override);
        }
        Input::Reopen { r#override, .. } => maybe("override", r#override),
        Input::Facts(it) => maybe("source", &it.source),
        Input::Plan(it) => {
            it.title.all().for_each(|(_, title)| text("title", title));
        }
        Input::Done(it) => maybe("note", &it.note),
        Input::Reassign { to, .. } => maybe("to", to),
        Input::CancelActivity { reason, .. } => maybe("reason", reason),
        Input::HandOver { to, team, .. } => {
            maybe("to", to);
            maybe("team", team);
        }
        Input::Note { text: note } => text("text", note),
        Input::Interaction(it) => {
            text("channel", &it.channel);
            for (name, value) in [
                ("direction", &it.direction),
                ("id", &it.id),
                ("employee", &it.employee),
                ("contact", &it.contact),
                ("subject", &it.subject),
                ("text", &it.text),
                ("result", &it.result),
                ("line", &it.line),
                ("recording", &it.recording),
            ] {
                maybe(name, value);
            }
            it.thread.iter().for_each(|id| text("thread", id));
            it.contacts.iter().for_each(|key| text("contacts", key));
            for file in &it.attachments {
                for part in [&file.name, &file.media_type, &file.reference] {
                    text("attachments", part);
                }
            }
        }
        Input::Message { name, key, data } => {
            text("name", name);
            maybe("key", key);
            data.iter().for_each(|(name, value)| texts(name, value, &text));
        }
        Input::Document(it) => {
            for (name, value) in [("document", &it.document), ("id", &it.id), ("event", &it.event)] {
                text(name, value);
            }
            it.data.iter().for_each(|(name, value)| texts(name, value, &text));
        }
        Input::Answer { text: answer, .. } => maybe("text", answer),
        Input::Finished(it) => {
            text("result", &it.result);
            it.fields.iter().for_each(|(name, value)| texts(name, value, &text));
        }
        Input::GivenUp { effect, error, .. } => {
            text("effect", effect);
            text("error", error);
        }
        Input::Waive { reason, .. } => text("reason", reason),
        Input::Party { role, party } => {
            text("role", role);
            if let Some(party) = party {
                party.reference.iter().chain(&party.contacts).for_each(|key| text("party", key));
            }
        }
        Input::Link { case, .. } => text("case", case),
        Input::Merge(it) => {
            text("into", &it.into);
            maybe("comment", &it.comment);
        }
        Input::Redirect { interaction, to } => {
            text("interaction", interaction);
            text("to", to);
        }
        Input::Split(it) => maybe("title", &it.title),
        Input::Handed { from, what } => {
            text("from", from);
            what.external_ids.iter().for_each(|id| text("external_ids", id));
            for it in &what.activities {
                it.title.all().for_each(|(_, title)| text("title", title));
            }
            for it in &what.interactions {
                text("id", &it.id);
                for (name, value) in [("subject", &it.subject), ("text", &it.text), ("contact", &it.contact)]
                {
                    maybe(name, value);
                }
            }
            for party in what.parties.values() {
                party.reference.iter().chain(&party.contacts).for_each(|key| text("parties", key));
            }
        }
        Input::CorrectReason { comment, .. } => maybe("comment", comment),
        _ => {}
    }
}

/// Every text within a value; nesting beyond what any type allows was cut by the reader.
fn texts(name: &str, value: &Value, see: &impl Fn(&str, &str)) {
    match value {
        Value::Text(text) => see(name, text),
        Value::List(items) => items.iter().for_each(|item| texts(name, item, see)),
        Value::Record(parts) => parts.values().for_each(|part| texts(name, part, see)),
        _ => {}
    }
}
