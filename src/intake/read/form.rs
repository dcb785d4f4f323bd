//! A web form as JSON, by a map of its names to the parts of an inquiry (I1).

use super::{Found, ReadError, line, made_id};
use crate::intake::decision::Step;
use crate::intake::inquiry::{Inquiry, MAX_LIST, MAX_TEXT};
use crate::intake::keys::ContactKey;
use crate::{Moment, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How many bytes a form may have.
const MAX_BYTES: usize = 1024 * 1024;
/// How deep the values of a form may nest.
const MAX_DEPTH: usize = 6;

/// Which name of a form is which part of an inquiry; all others are kept under their own names.
///
/// ```
/// use voronka::intake::read::FormMap;
/// let map: FormMap = serde_json::from_str(r#"{ "id": "request", "phone": ["tel"], "email": ["mail"],
///     "name": "fio", "text": "comment" }"#)?;
/// let found = map.read(r#"{ "request": "77", "tel": "8 495 000-00-01", "fio": "Eva", "comment": "tiles",
///     "city": "Tver" }"#)?;
/// assert_eq!(found.inquiry.contacts[0].name.as_deref(), Some("Eva"));
/// assert_eq!(found.inquiry.extra["city"], "Tver".into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormMap {
    /// The channel; `web` where silent.
    pub channel: Option<String>,
    /// The form's own id; where there is none, the same content is the same inquiry.
    pub id: Option<String>,
    /// Telephone numbers.
    pub phone: Vec<String>,
    /// Addresses.
    pub email: Vec<String>,
    /// The person's name.
    pub name: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// Our site or page.
    pub line: Option<String>,
    /// When it was sent, as RFC 3339.
    pub at: Option<String>,
    /// Numbers of documents.
    pub documents: Vec<String>,
}

impl FormMap {
    /// Reads a form: one JSON object.
    ///
    /// # Errors
    /// When it is no JSON object, or too large.
    pub fn read(&self, text: &str) -> Result<Found, ReadError> {
        if text.len() > MAX_BYTES {
            return Err(ReadError::Form(format!("{} bytes, {MAX_BYTES} are allowed", text.len())));
        }
        let mut form: BTreeMap<String, Json> =
            serde_json::from_str(text).map_err(|error| ReadError::Form(error.to_string()))?;
        let mut notes = Vec::new();
        let mut take = |name: Option<&String>| plain(form.remove(name?)?);
        let channel = self.channel.clone().unwrap_or_else(|| "web".to_owned());
        let id = take(self.id.as_ref()).map_or_else(|| made_id(text.as_bytes()), |id| super::short_id(&id));
        let mut inquiry = Inquiry::new(channel, id);
        let name = take(self.name.as_ref()).and_then(|it| line(&it));
        for (keys, make) in [
            (&self.phone, ContactKey::phone as fn(String) -> ContactKey),
            (&self.email, ContactKey::email as fn(String) -> ContactKey),
        ] {
            for key in keys.iter().filter_map(|key| take(Some(key))).filter_map(|it| line(&it)) {
                let key = make(super::short_id(&key));
                inquiry.contacts.push(ContactKey { name: name.clone(), ..key });
            }
        }
        inquiry.subject = take(self.subject.as_ref()).and_then(|it| line(&it));
        inquiry.line = take(self.line.as_ref()).and_then(|it| line(&it));
        if let Some(text) = take(self.text.as_ref()) {
            let (text, whole) = super::fitting(&text, MAX_TEXT);
            inquiry.text = text;
            if !whole {
                notes.push(Step::new("intake.note.text_cut"));
            }
        }
        let at = take(self.at.as_ref());
        inquiry.at = at.as_ref().and_then(|at| at.parse::<Moment>().ok());
        if let Some(at) = at.filter(|_| inquiry.at.is_none()) {
            notes.push(Step::new("intake.note.date_unread").with("text", at.as_str()));
        }
        let documents = self.documents.iter().filter_map(|key| take(Some(key)));
        inquiry.documents = documents.map(|it| super::short_id(&it)).filter(|it| !it.is_empty()).collect();
        for (name, value) in form {
            if inquiry.extra.len() >= MAX_LIST {
                notes.push(Step::new("intake.note.fields_left_out"));
                break;
            }
            match (line(&name), value_of(value, 0)) {
                (Some(name), Some(value)) => drop(inquiry.extra.insert(name, value)),
                (_, None) => {}
                (None, _) => notes.push(Step::new("intake.note.fields_left_out")),
            }
        }
        Ok(Found { inquiry, notes })
    }
}

fn plain(value: Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text).filter(|it| !it.trim().is_empty()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(bool) => Some(bool.to_string()),
        Json::Null => None,
        other => Some(other.to_string()),
    }
}

fn value_of(value: Json, depth: usize) -> Option<Value> {
    match value {
        Json::Null => None,
        Json::Bool(bool) => Some(Value::Bool(bool)),
        Json::Number(number) => {
            let text = number.to_string();
            Some(text.parse().map_or(Value::Text(text), Value::Decimal))
        }
        Json::String(text) => super::fitting(&text, MAX_TEXT).0.map(Value::Text),
        // What nests deeper than any form does is kept as its text.
        other if depth >= MAX_DEPTH => super::fitting(&other.to_string(), MAX_TEXT).0.map(Value::Text),
        Json::Array(items) => {
            let items = items.into_iter().take(MAX_LIST).filter_map(|it| value_of(it, depth + 1));
            Some(Value::List(items.collect()))
        }
        Json::Object(parts) => {
            let parts = parts.into_iter().take(MAX_LIST);
            let parts = parts.filter_map(|(name, it)| Some((line(&name)?, value_of(it, depth + 1)?)));
            Some(Value::Record(parts.collect()))
        }
    }
}
