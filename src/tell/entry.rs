//! Entries in words: who, when, what was asked, and what came of it.

use super::speaker::Speaker;
use crate::case::{Actor, Entry};

impl Speaker<'_> {
    /// An entry: a line of when, who and what was asked, then a line for each event.
    ///
    /// [`Speaker::about`] makes it better: events of earlier entries' activities name only their ids.
    #[must_use]
    pub fn entry(&self, entry: &Entry) -> String {
        let speaker = Speaker { entry: Some(entry), ..*self };
        let mut lines = vec![speaker.say(
            "entry.head",
            &[
                ("when", speaker.moment(entry.at, None).into()),
                ("who", speaker.actor(&entry.actor).into()),
                ("asked", speaker.asked(&entry.input).into()),
            ],
        )];
        lines.extend(entry.events.iter().map(|event| {
            let event = speaker.event(event);
            speaker.part("entry.event", "event", event)
        }));
        lines.join("\n")
    }

    fn actor(&self, actor: &Actor) -> String {
        let who = if actor.id.is_empty() { self.say("entry.nobody", &[]) } else { self.clean(&actor.id) };
        let mut known: Vec<String> = actor.roles.iter().map(|role| self.teller().role(role)).collect();
        if !actor.stands_in_for.is_empty() {
            let people: Vec<String> = actor.stands_in_for.iter().map(|person| self.clean(person)).collect();
            known.push(self.part("entry.stands_in", "people", people.join(", ")));
        }
        if known.is_empty() {
            return who;
        }
        self.say("entry.who", &[("who", who.into()), ("roles", known.join(", ").into())])
    }
}
