//! Recorded events under the draft's names of stages, so that a stage by another name is no difference.

use super::counterpart::Names;
use crate::case::Event;
use serde_json::Value as Json;
use std::borrow::Cow;

/// What follows the stage in a rule's full name.
const PARTS: [&str; 6] = ["plan", "run", "trigger", "enter", "leave", "limit"];

impl Names<'_> {
    /// The events of an entry with the draft's names of stages and of their rules.
    pub(super) fn events<'e>(&self, events: &'e [Event]) -> Cow<'e, [Event]> {
        if self.stages.is_empty() {
            return Cow::Borrowed(events);
        }
        Cow::Owned(events.iter().map(|event| self.event(event).unwrap_or_else(|| event.clone())).collect())
    }

    fn event(&self, event: &Event) -> Option<Event> {
        let mut json = serde_json::to_value(event).ok()?;
        self.rename("", &mut json);
        serde_json::from_value(json).ok()
    }

    fn rename(&self, key: &str, json: &mut Json) {
        match json {
            Json::Object(parts) => parts.iter_mut().for_each(|(key, part)| self.rename(key, part)),
            Json::Array(parts) => parts.iter_mut().for_each(|part| self.rename(key, part)),
            Json::String(text) => {
                let of_rule = text.split('/').nth(1).is_some_and(|part| PARTS.contains(&part));
                if of_rule {
                    *text = self.rule(text).into_owned();
                } else if matches!(key, "stage" | "to" | "from")
                    && let Some(new) = self.renamed(text)
                {
                    new.clone_into(text);
                }
            }
            _ => {}
        }
    }
}
