//! Names, values and moments of a case in words, for whoever shows a case in a form of their own.

use super::speaker::Speaker;
use crate::case::{Activity, DocumentState};
use crate::scenario::def::Text;
use crate::{Moment, Value};
use rust_decimal::Decimal;

impl Speaker<'_> {
    /// A field's or fact's title; its name where it has none.
    #[must_use]
    pub fn field_title(&self, name: &str) -> String {
        let title = self.definition.fields.get(name).map(|it| &it.title);
        let title = title.or_else(|| self.definition.facts.get(name).map(|it| &it.title));
        self.plain(title, name)
    }

    /// A stage's title; its id where it has none.
    #[must_use]
    pub fn stage_title(&self, id: &str) -> String {
        self.plain(self.definition.stages.iter().find(|it| it.id == id).map(|it| &it.title), id)
    }

    /// The value of a field or fact: a sum with its currency, a number with its unit.
    #[must_use]
    pub fn value_shown(&self, name: &str, value: &Value) -> String {
        self.value_of(name, value)
    }

    /// The title of a kind of documents (P4); its name where it has none.
    #[must_use]
    pub fn document_title(&self, kind: &str) -> String {
        self.teller().document(kind)
    }

    /// A sum over documents with its title and unit, or that it is unknown and for which documents.
    #[must_use]
    pub fn sum_shown(&self, kind: &str, sum: &str, value: Option<Decimal>, without: &[&str]) -> String {
        let title = self.teller().sum(kind, sum);
        if let Some(value) = value {
            return format!("{title}: {}", self.value_of(&format!("{kind}.{sum}"), &value.into()));
        }
        let ids: Vec<String> = without.iter().map(|id| self.clean(id)).collect();
        let unknown = self.say("documents.unknown", &[]);
        if ids.is_empty() {
            format!("{title}: {unknown}")
        } else {
            format!("{title}: {unknown} ({})", ids.join(", "))
        }
    }

    /// A document: its id, what happened to it last, its sums, and that it is not in force.
    #[must_use]
    pub fn document_shown(&self, it: &DocumentState, in_force: bool) -> String {
        let args = [
            ("id", self.clean(&it.id).into()),
            ("event", self.teller().known("happened", &it.event).into()),
            ("at", self.moment(it.at, None).into()),
        ];
        let out = (!in_force).then(|| self.say("documents.out_of_force", &[]));
        self.lines(self.say("documents.shown", &args), self.sums(it).into_iter().chain(out))
    }

    /// A moment in the local time of the case's calendar, to the minute.
    #[must_use]
    pub fn moment_shown(&self, moment: Moment) -> String {
        self.moment(moment, None)
    }

    /// An activity's kind and title.
    #[must_use]
    pub fn activity_shown(&self, activity: &Activity) -> String {
        self.titled_activity(activity)
    }

    /// A process by its hook's id, by its title.
    #[must_use]
    pub fn process_title(&self, hook: &str) -> String {
        self.process(hook)
    }

    /// A stage by its id, by its title.
    #[must_use]
    pub fn stage_shown(&self, id: &str) -> String {
        self.teller().stage(id)
    }

    /// A trigger by its full name, by its title.
    #[must_use]
    pub fn trigger_shown(&self, rule: &str) -> String {
        self.trigger(rule)
    }

    /// Everything that is missing, each once.
    #[must_use]
    pub fn missing_shown(&self, missing: &[crate::case::Missing]) -> Vec<String> {
        self.all_missing(missing)
    }

    fn plain(&self, title: Option<&Text>, name: &str) -> String {
        let title = title.map(|it| self.text(it)).unwrap_or_default();
        if title.is_empty() { self.clean(name) } else { title }
    }
}
