//! Taking out of entries what must not be seen (G2) or is erased for good (S12): one walk for both.

use super::{
    Act, Attachment, Effect, Entry, Event, FactReading, Fields, Handing, Input, Interaction,
    InteractionInput, Missing, Party,
};
use crate::Value;
use crate::condition::Finding;
use crate::scenario::def::Text;
use std::collections::{BTreeMap, BTreeSet};

/// What is taken out of entries, and of whatever copies it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Withheld {
    /// Values of these fields.
    pub fields: BTreeSet<String>,
    /// Values of these facts.
    pub facts: BTreeSet<String>,
    /// Sums and data of documents of these kinds.
    pub documents: BTreeSet<String>,
    /// Contact keys.
    pub contacts: bool,
    /// Of these parties also the host's reference.
    pub parties: BTreeSet<String>,
    /// What people wrote: titles of cases, notes, comments, subjects, bodies, reasons in their own words.
    pub texts: bool,
    /// Whether it is erased, and not only hidden: then copies in fields go as well, but only those of texts, dates
    /// and moments, since it must not take a number with it that happens to be equal.
    pub erasing: bool,
    /// What was taken out, to be found where it was copied.
    pub copies: BTreeSet<Value>,
}

/// A text shorter than this is found only where it stands alone, else it would be found everywhere.
const LEAST_WITHIN: usize = 4;

impl Withheld {
    /// The entries without it; copies of what one of them holds are found in all.
    pub fn taken_out_of(mut self, entries: &[Entry]) -> Vec<Entry> {
        let mut entries = entries.to_vec();
        for entry in &mut entries {
            self.take_out(entry);
        }
        for entry in &mut entries {
            self.find_copies(entry);
        }
        entries
    }

    /// Whether there is nothing to take out.
    pub fn hides_nothing(&self) -> bool {
        self.fields.is_empty()
            && self.facts.is_empty()
            && self.documents.is_empty()
            && self.parties.is_empty()
            && !self.contacts
            && !self.texts
    }

    fn took(&mut self, value: Value) {
        match value {
            Value::List(items) => items.into_iter().for_each(|item| self.took(item)),
            Value::Record(parts) => parts.into_values().for_each(|part| self.took(part)),
            Value::Bool(_) => {}
            Value::Decimal(_) if self.erasing => {}
            value if value.is_empty() => {}
            value => drop(self.copies.insert(value)),
        }
    }

    fn value(&mut self, value: &mut Option<Value>) {
        if let Some(value) = value.take() {
            self.took(value);
        }
    }

    fn text(&mut self, text: &mut Option<String>) {
        if self.texts
            && let Some(text) = text.take()
        {
            self.took(Value::Text(text));
        }
    }

    fn said(&mut self, text: &mut String) {
        if self.texts {
            self.took(Value::Text(std::mem::take(text)));
        }
    }

    fn fields(&mut self, fields: &mut Fields) {
        for (name, value) in fields {
            if self.fields.contains(name) {
                self.value(value);
            }
        }
    }

    fn known(&mut self, fields: &mut BTreeMap<String, Value>) {
        let hidden: Vec<String> = fields.keys().filter(|name| self.fields.contains(*name)).cloned().collect();
        for name in hidden {
            let value = fields.remove(&name);
            self.value(&mut { value });
        }
    }

    fn readings(&mut self, readings: &mut [FactReading]) {
        for reading in readings.iter_mut() {
            if self.facts.contains(&reading.fact) {
                self.value(&mut reading.value);
            }
        }
    }

    fn data(&mut self, data: &mut BTreeMap<String, Value>) {
        if self.texts {
            data.values_mut().filter(|value| value.as_text().is_some()).for_each(|value| {
                self.took(std::mem::replace(value, Value::Text(String::new())));
            });
        }
    }

    fn party(&mut self, role: &str, party: &mut Party) {
        if self.contacts {
            std::mem::take(&mut party.contacts).into_iter().for_each(|key| self.took(Value::Text(key)));
        }
        if self.parties.contains(role)
            && let Some(reference) = party.reference.take()
        {
            self.took(Value::Text(reference));
        }
    }

    fn contact(&mut self, contact: &mut Option<String>) {
        if self.contacts
            && let Some(key) = contact.take()
        {
            self.took(Value::Text(key));
        }
    }

    fn contacts_of(&mut self, contacts: &mut Vec<String>) {
        if self.contacts {
            std::mem::take(contacts).into_iter().for_each(|key| self.took(Value::Text(key)));
        }
    }

    /// A file's name and place tell of a person; that there was one of such a type and size does not.
    fn files(&mut self, files: &mut [Attachment]) {
        for file in files {
            self.said(&mut file.name);
            self.said(&mut file.reference);
        }
    }

    fn interaction(&mut self, it: &mut Interaction) {
        self.contact(&mut it.contact);
        self.contacts_of(&mut it.contacts);
        // A chat is often named after a telephone number.
        self.contacts_of(&mut it.thread);
        self.text(&mut it.subject);
        self.text(&mut it.text);
        self.text(&mut it.recording);
        self.files(&mut it.attachments);
    }

    /// What one case hands to another (P7).
    fn handing(&mut self, what: &mut Handing) {
        what.parties.iter_mut().for_each(|(role, party)| self.party(role, party));
        what.interactions.iter_mut().for_each(|it| self.interaction(it));
        for it in &mut what.documents {
            if self.documents.contains(&it.document) {
                let sums = std::mem::take(&mut it.sums).into_values().filter_map(|sum| sum.value);
                sums.for_each(|value| self.took(value.into()));
            }
        }
    }

    fn interaction_input(&mut self, it: &mut InteractionInput) {
        self.contact(&mut it.contact);
        self.contacts_of(&mut it.contacts);
        // A chat is often named after a telephone number.
        self.contacts_of(&mut it.thread);
        self.text(&mut it.subject);
        self.text(&mut it.text);
        self.text(&mut it.recording);
        self.files(&mut it.attachments);
    }

    /// Takes out what stands in its own place.
    fn take_out(&mut self, entry: &mut Entry) {
        self.input(&mut entry.input);
        for event in &mut entry.events {
            self.event(event);
        }
    }

    fn input(&mut self, input: &mut Input) {
        match input {
            Input::Open(it) => {
                self.fields(&mut it.fields);
                self.readings(&mut it.facts);
                it.parties.iter_mut().for_each(|(role, party)| self.party(role, party));
                self.text(&mut it.title);
                self.text(&mut it.r#override);
                if let Some(origin) = &mut it.origin {
                    self.origin(origin);
                }
            }
            Input::Move(it) => {
                self.fields(&mut it.fields);
                self.text(&mut it.r#override);
            }
            Input::Close(it) => {
                self.fields(&mut it.fields);
                self.text(&mut it.comment);
                self.text(&mut it.r#override);
            }
            Input::Reopen { fields, r#override, .. } => {
                self.fields(fields);
                self.text(r#override);
            }
            Input::Set { fields } | Input::Command { fields, .. } => self.fields(fields),
            Input::Facts(it) => {
                it.values
                    .iter_mut()
                    .filter(|it| self.facts.contains(&it.fact))
                    .for_each(|it| it.value = None);
            }
            Input::Done(it) => {
                self.fields(&mut it.fields);
                self.text(&mut it.note);
            }
            Input::CancelActivity { reason, .. } => self.text(reason),
            Input::Cancel { why, .. } => self.text(why),
            Input::Merge(it) => self.text(&mut it.comment),
            Input::Split(it) => self.text(&mut it.title),
            Input::Handed { what, .. } => self.handing(what),
            Input::Waive { reason, .. } => self.said(reason),
            Input::Note { text } => self.said(text),
            Input::Interaction(it) => self.interaction_input(it),
            Input::Message { data, .. } => self.data(data),
            Input::Document(it) => {
                self.data(&mut it.data);
                if self.documents.contains(&it.document) {
                    std::mem::take(&mut it.data).into_values().for_each(|value| self.took(value));
                }
            }
            Input::Answer { text, .. } => self.text(text),
            Input::Finished(it) => self.known(&mut it.fields),
            Input::Party { role, party: Some(party) } => self.party(role, party),
            Input::CorrectReason { comment, .. } => self.text(comment),
            _ => {}
        }
    }

    fn event(&mut self, event: &mut Event) {
        match event {
            Event::Opened(it) => {
                it.parties.iter_mut().for_each(|(role, party)| self.party(role, party));
                self.text(&mut it.title);
            }
            Event::FieldSet { field, value, was, .. } if self.fields.contains(field) => {
                self.value(value);
                self.value(was);
            }
            Event::FactLearnt { fact, was, .. } if self.facts.contains(&fact.fact) => {
                self.value(&mut fact.value);
                self.value(was);
            }
            Event::Documented(it) | Event::DocumentCompleted { document: it, .. }
                if self.documents.contains(&it.document) =>
            {
                let sums = std::mem::take(&mut it.sums).into_values().filter_map(|sum| sum.value);
                sums.for_each(|value| self.took(value.into()));
            }
            Event::Ended { note, .. } => self.text(note),
            Event::DebtEnded { end: super::DebtEnd::Waived { reason, .. }, .. } => self.said(reason),
            Event::Answered { text, .. } => self.text(text),
            Event::Noted { text } => self.said(text),
            Event::Logged(it) => self.interaction(it),
            Event::PartySet { role, party: Some(party) } => self.party(role, party),
            Event::Closed(it) => self.text(&mut it.comment),
            Event::Corrected { comment, .. } => self.text(comment),
            Event::Effect(effect) => self.act(&mut effect.act),
            _ => {}
        }
    }

    fn origin(&mut self, it: &mut super::Origin) {
        it.parties.iter_mut().for_each(|(role, party)| self.party(role, party));
        self.text(&mut it.title);
    }

    fn act(&mut self, act: &mut Act) {
        match act {
            Act::StartProcess { fields, origin, .. } | Act::OpenCase { fields, origin, .. } => {
                self.known(fields);
                self.origin(origin);
            }
            Act::Command { fields, .. } | Act::Finish { fields, .. } => self.known(fields),
            Act::Hand { what, .. } => self.handing(what),
            _ => {}
        }
    }

    /// Takes out copies of what was taken out elsewhere: in what an effect carries, in what is said to be missing, in
    /// fields that a trigger set from others.
    fn find_copies(&self, entry: &mut Entry) {
        if self.copies.is_empty() {
            return;
        }
        match &mut entry.input {
            Input::Plan(it) => self.title(&mut it.title),
            Input::Handed { what, .. } => self.titles(what),
            Input::GivenUp { error, .. } => self.words(error),
            // What a process brings back stands here under names of its own.
            Input::Finished(it) => self.in_values(&mut it.fields),
            input if self.erasing => self.in_input(input),
            _ => {}
        }
        for event in &mut entry.events {
            match event {
                Event::FieldSet { value, was, .. } if self.erasing => {
                    value.iter_mut().chain(was).for_each(|value| self.copy(value));
                }
                Event::Planned(it) => self.title(&mut it.title),
                Event::Replanned { title, .. } => self.title(title),
                Event::GaveUp { error, .. } => self.words(error),
                Event::DebtArose(it) => self.missing(&mut it.missing),
                Event::Wished(it) => it.missing.iter_mut().for_each(|it| self.missing(it)),
                Event::LeftOut { missing, .. } => missing.iter_mut().for_each(|it| self.missing(it)),
                Event::Effect(effect) => self.effect(effect),
                _ => {}
            }
        }
    }

    fn in_input(&self, input: &mut Input) {
        match input {
            Input::Set { fields } | Input::Command { fields, .. } => self.in_fields(fields),
            Input::Open(it) => self.in_fields(&mut it.fields),
            Input::Move(it) => self.in_fields(&mut it.fields),
            Input::Close(it) => self.in_fields(&mut it.fields),
            Input::Done(it) => self.in_fields(&mut it.fields),
            Input::Finished(it) => self.in_values(&mut it.fields),
            _ => {}
        }
    }

    fn effect(&self, effect: &mut Effect) {
        match &mut effect.act {
            Act::StartProcess { fields, .. }
            | Act::OpenCase { fields, .. }
            | Act::Command { fields, .. }
            | Act::Finish { fields, .. } => self.in_values(fields),
            Act::Host { payload, .. } => self.in_values(payload),
            Act::Hand { what, .. } => self.titles(what),
            _ => {}
        }
    }

    fn titles(&self, what: &mut Handing) {
        what.activities.iter_mut().for_each(|it| self.title(&mut it.title));
    }

    fn in_fields(&self, fields: &mut Fields) {
        fields.values_mut().flatten().for_each(|value| self.copy(value));
    }

    fn in_values(&self, values: &mut BTreeMap<String, Value>) {
        values.values_mut().for_each(|value| self.copy(value));
    }

    fn copy(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.copy(item)),
            Value::Record(parts) => parts.values_mut().for_each(|part| self.copy(part)),
            value if self.is_copy(value) => *value = Value::Text(String::new()),
            _ => {}
        }
    }

    fn is_copy(&self, value: &Value) -> bool {
        match value {
            Value::Text(text) => self.tells(text),
            value => self.copies.contains(value),
        }
    }

    fn tells(&self, text: &str) -> bool {
        let within = |copy: &str| copy.chars().count() >= LEAST_WITHIN && text.contains(copy);
        self.copies.iter().filter_map(Value::as_text).any(|copy| text == copy || within(copy))
    }

    fn words(&self, text: &mut String) {
        if self.tells(text) {
            text.clear();
        }
    }

    fn title(&self, title: &mut Text) {
        if title.all().any(|(_, text)| self.tells(text)) {
            *title = Text::default();
        }
    }

    fn missing(&self, missing: &mut Missing) {
        let of_hidden = missing
            .args
            .get("field")
            .and_then(Value::as_text)
            .is_some_and(|field| self.fields.contains(field));
        if of_hidden {
            missing.args.remove("value");
        }
        missing.args.values_mut().for_each(|value| self.copy(value));
        if missing.findings.iter().any(|it| self.told_by(it)) {
            missing.findings.clear();
        }
    }

    /// Whether a finding tells one of the copies; what it tells stands in many places, so its JSON is looked through.
    fn told_by(&self, finding: &Finding) -> bool {
        let Ok(json) = serde_json::to_value(finding) else { return true };
        let mut open = vec![&json];
        while let Some(json) = open.pop() {
            match json {
                serde_json::Value::String(text) if self.tells(text) => return true,
                serde_json::Value::Array(items) => open.extend(items),
                serde_json::Value::Object(parts) => {
                    if serde_json::from_value::<Value>(json.clone())
                        .is_ok_and(|value| self.copies.contains(&value))
                    {
                        return true;
                    }
                    open.extend(parts.values());
                }
                _ => {}
            }
        }
        false
    }
}
