//! The words for the parts of a scenario that the regulation and the drawings share.

use super::catalog::{Arg, Catalog, tell_number};
use super::condition::in_words;
use crate::scenario::def::{
    Assignee, Definition, DueDef, FieldMoment, GroupMode, Need, Needed, PastRole, PlanDef, RequirementDef,
    StageDef, Text, Who,
};

/// A scenario, a language and the texts to tell it with.
pub(crate) struct Teller<'a> {
    pub definition: &'a Definition,
    /// The language of the scenario's own texts.
    language: &'a str,
    catalog: &'a Catalog,
}

impl<'a> Teller<'a> {
    pub fn new(definition: &'a Definition, language: &'a str, catalog: &'a Catalog) -> Self {
        // `ru-RU` asks for what the scenario has under `ru`; a language that only the scenario has stays.
        let meant = catalog.meant(language);
        let language = if language.starts_with(meant) { meant } else { language };
        Self { definition, language, catalog }
    }

    pub fn say(&self, code: &str, args: &[(&str, Arg)]) -> String {
        self.catalog.say(self.language, code, args)
    }

    /// A text in the language, on one line.
    pub fn text(&self, text: &Text) -> String {
        self.clean(text.get(self.language))
    }

    /// A text on one line, without what could move the cursor of a terminal or turn the text round.
    #[expect(clippy::unused_self, reason = "it reads as the teller's")]
    pub fn clean(&self, text: &str) -> String {
        let visible = text.chars().map(|c| if c.is_control() || turns_text(c) { ' ' } else { c });
        visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn number(&self, digits: &str) -> String {
        tell_number(self.catalog, self.language, digits)
    }

    /// A title in quotation marks, or the name where there is none.
    pub fn titled(&self, title: Option<&Text>, name: &str) -> String {
        let title = title.map(|title| self.text(title)).filter(|title| !title.is_empty());
        self.say("quote", &[("text", title.unwrap_or_else(|| self.clean(name)).into())])
    }

    /// A title without quotation marks, or the name where there is none.
    pub fn plain(&self, title: &Text, name: &str) -> String {
        let title = self.text(title);
        if title.is_empty() { self.clean(name) } else { title }
    }

    pub fn field(&self, name: &str) -> String {
        self.titled(self.definition.fields.get(name).map(|field| &field.title), name)
    }

    /// A value of a choice, as people read it.
    pub fn choice(&self, field: &str, value: &str) -> Option<String> {
        let title = self.text(self.definition.fields.get(field)?.titles.get(value)?);
        (!title.is_empty()).then_some(title)
    }

    pub fn fields(&self, names: &[String]) -> String {
        join(names.iter().map(|name| self.field(name)))
    }

    pub fn fact(&self, name: &str) -> String {
        self.titled(self.definition.facts.get(name).map(|fact| &fact.title), name)
    }

    pub fn stage(&self, id: &str) -> String {
        let stage = self.definition.stages.iter().find(|stage| stage.id == id);
        self.titled(stage.map(|stage| &stage.title), id)
    }

    pub fn stages(&self, ids: &[String]) -> String {
        join(ids.iter().map(|id| self.stage(id)))
    }

    pub fn stage_title(&self, stage: &StageDef) -> String {
        self.plain(&stage.title, &stage.id)
    }

    pub fn reason(&self, id: &str) -> String {
        self.titled(self.definition.reasons.get(id).map(|reason| &reason.title), id)
    }

    pub fn party(&self, role: &str) -> String {
        self.titled(self.definition.parties.get(role).map(|party| &party.title), role)
    }

    /// The title of a kind of activity: the scenario's, the catalogue's, or its id.
    pub fn kind(&self, id: &str) -> String {
        let title = self.definition.kinds.get(id).map(|kind| self.text(&kind.title)).unwrap_or_default();
        if title.is_empty() { self.known("kind", id) } else { title }
    }

    /// What the catalogue calls an id, or the id.
    pub fn known(&self, group: &str, id: &str) -> String {
        self.catalog.find(self.language, &format!("{group}.{id}"), &[]).unwrap_or_else(|| self.clean(id))
    }

    /// The name of a process: the catalogue's where it knows it, for a hook has no title of its own.
    pub fn process(&self, id: &str) -> String {
        let hooks = || self.definition.stages.iter().flat_map(|stage| &stage.run);
        let hook = hooks().find(|hook| hook.id() == id).or_else(|| hooks().find(|hook| hook.process == id));
        let known = self.known("process", hook.map_or(id, |hook| &hook.process));
        self.titled(hook.map(|hook| &hook.title), &known)
    }

    /// A result of a process.
    pub fn result(&self, id: &str) -> String {
        self.titled(None, &self.known("result", id))
    }

    pub fn role(&self, id: &str) -> String {
        self.known("role", id)
    }

    /// The title of what `fields.…`, `facts.…`, `documents.…`, `groups.…` or `processes.…` names.
    pub fn path(&self, path: &str) -> Option<String> {
        match path.split_once('.')? {
            ("groups", rest) => match rest.split_once('.')? {
                (item, "waiting") => Some(self.part("path.group_waiting", "item", self.item(item))),
                _ => None,
            },
            ("processes", rest) => match rest.split_once('.')? {
                (hook, "result") => Some(self.part("path.process_result", "process", self.process(hook))),
                _ => None,
            },
            ("case", "responsible") => Some(self.say("path.responsible", &[])),
            ("case", "author") => Some(self.say("path.author", &[])),
            ("case", "title") => Some(self.say("path.title", &[])),
            ("case", "stage") => Some(self.say("path.stage", &[])),
            ("case", "outcome") => Some(self.say("path.outcome", &[])),
            ("stage", "visit") => Some(self.say("path.visit", &[])),
            ("fields", name) if self.definition.fields.get(name).is_some() => Some(self.field(name)),
            ("facts", name) if self.definition.facts.get(name).is_some() => Some(self.fact(name)),
            ("documents", name) => {
                self.document_path(name).map(|told| self.say("quote", &[("text", told.into())]))
            }
            _ => None,
        }
    }

    /// What a name that is a whole statement says where it holds, or where it does not.
    pub fn statement(&self, path: &str, holds: bool) -> Option<String> {
        let (root, rest) = path.split_once('.')?;
        let (name, what) = rest.split_once('.')?;
        let (code, arg, told) = match (root, what) {
            ("groups", "good" | "bad" | "open") => (format!("path.group_{what}"), "item", self.item(name)),
            ("processes", "good" | "running") => {
                (format!("path.process_{what}"), "process", self.process(name))
            }
            _ => return None,
        };
        let code = if holds { code } else { format!("{code}.not") };
        Some(self.part(&code, arg, told))
    }

    /// The title of a kind of documents: the scenario's, the catalogue's, or its name (P4).
    pub fn document(&self, kind: &str) -> String {
        let title = self.definition.documents.get(kind).map(|it| self.text(&it.title)).unwrap_or_default();
        if title.is_empty() { self.known("document", kind) } else { title }
    }

    /// The title of a sum of a kind of documents.
    pub fn sum(&self, kind: &str, name: &str) -> String {
        let sum = self.definition.documents.get(kind).and_then(|it| it.sums.get(name));
        sum.map_or_else(|| self.clean(name), |sum| self.plain(&sum.title, name))
    }

    /// What `KIND.SUM`, `KIND.count` and `KIND.last` are called; none if the scenario declares no such thing.
    pub fn document_path(&self, path: &str) -> Option<String> {
        let (kind, name) = path.split_once('.')?;
        let def = self.definition.documents.get(kind)?;
        let document = ("document", Arg::from(self.document(kind)));
        Some(match name {
            "count" | "last" => self.say(&format!("documents.{name}"), &[document]),
            sum => {
                def.sums.get(sum)?;
                self.say("documents.sum", &[document, ("sum", self.sum(kind, sum).into())])
            }
        })
    }

    pub fn condition(&self, condition: &str) -> String {
        in_words(self, condition)
    }

    /// An expression that gives a value: the title of what it reads, or as a condition is told.
    pub fn expression(&self, expression: &str) -> String {
        let expression = expression.trim();
        if expression == "null" {
            return self.say("expression.empty", &[]);
        }
        // Only one choice between two names or conditions can be told without doubt.
        if let Some((condition, (yes, no))) =
            expression.split_once(" ? ").and_then(|(first, rest)| Some((first, rest.split_once(" : ")?)))
            && !rest_is_choice(yes)
            && !rest_is_choice(no)
        {
            let args = [
                ("condition", self.condition(condition).into()),
                ("yes", self.expression(yes).into()),
                ("no", self.expression(no).into()),
            ];
            return self.say("expression.if", &args);
        }
        self.path(expression).unwrap_or_else(|| self.condition(expression))
    }

    /// A part with one argument, already told.
    pub fn part(&self, code: &str, name: &str, told: impl Into<Arg>) -> String {
        self.say(code, &[(name, told.into())])
    }

    pub fn who(&self, who: &Who) -> String {
        let mut named: Vec<String> = who.roles.iter().map(|role| self.role(role)).collect();
        let is_responsible = |when: &&String| when.trim() == "case.responsible == actor.id";
        if who.when.as_ref().is_some_and(|when| is_responsible(&when)) {
            named.push(self.say("path.responsible", &[]));
        }
        let roles = join(named.into_iter());
        let Some(relation) = who.when.as_ref().filter(|when| !is_responsible(when)) else {
            return if roles.is_empty() { self.say("who.nobody", &[]) } else { roles };
        };
        let relation = self.part("who.relation", "condition", self.condition(relation));
        if roles.is_empty() {
            return relation;
        }
        self.say("who.or", &[("roles", roles.into()), ("relation", relation.into())])
    }

    pub fn past(&self, past: &PastRole) -> String {
        match past {
            PastRole::Author => self.say("past.author", &[]),
            PastRole::Responsible => self.say("past.responsible", &[]),
            PastRole::MovedTo(stage) => self.part("past.moved_to", "stage", self.stage(stage)),
            PastRole::Did(item) => self.part("past.did", "item", self.item(item)),
            PastRole::Field(field) => self.part("past.field", "field", self.field(field)),
        }
    }

    /// The title of a planned item by its id.
    pub fn item(&self, id: &str) -> String {
        let definition = self.definition;
        let stages = definition.stages.iter();
        let triggers = definition.triggers.iter().chain(stages.clone().flat_map(|stage| &stage.triggers));
        let by_triggers = triggers.flat_map(|trigger| trigger.actions.iter()).filter_map(|act| match act {
            crate::scenario::def::ActionDef::Plan(plan) => Some(&**plan),
            _ => None,
        });
        let found = stages.flat_map(|stage| &stage.plan).chain(by_triggers).find(|plan| plan.id() == id);
        self.titled(found.map(|plan| &plan.title), id)
    }

    pub fn moment(&self, moment: &FieldMoment) -> String {
        let field = Arg::from(self.field(&moment.field));
        let told = match (moment.before, moment.after) {
            (Some(span), _) => self.say("event.moment_before", &[("span", span.into()), ("field", field)]),
            (None, Some(span)) => self.say("event.moment_after", &[("span", span.into()), ("field", field)]),
            (None, None) => self.say("event.moment", &[("field", field)]),
        };
        match moment.at {
            Some(time) => {
                let time = time.format("%H:%M").to_string();
                self.say("event.at", &[("moment", told.into()), ("time", time.into())])
            }
            None => told,
        }
    }

    pub fn due(&self, due: &DueDef) -> String {
        let due = match due {
            DueDef::Span(span) => Arg::from(*span),
            DueDef::Field(moment) => self.moment(moment).into(),
        };
        self.say("plan.due", &[("due", due)])
    }

    /// An activity in one line, with everything but its script.
    pub fn plan(&self, plan: &PlanDef) -> String {
        let mut parts = vec![self.plan_head(plan)];
        parts.extend(plan.due.as_ref().map(|due| self.due(due)));
        if plan.mandatory {
            parts.push(self.say("plan.mandatory", &[]));
        }
        match (&plan.assignee, &plan.group) {
            (_, Some(group)) => {
                parts.push(self.part("plan.group", "each", self.expression(&group.each)));
                if group.mode == GroupMode::InTurn {
                    parts.push(self.say("plan.in_turn", &[]));
                }
                parts.push(match &group.needed {
                    Needed::All => self.say("plan.all", &[]),
                    Needed::Any => self.say("plan.any", &[]),
                    Needed::AtLeast(n) => self.part("plan.some", "n", *n),
                    Needed::Count(count) => self.part("plan.count", "n", self.expression(count)),
                });
                parts
                    .extend(group.not_by.iter().map(|past| self.part("plan.not_by", "who", self.past(past))));
            }
            (Assignee::Responsible, None) => {
                parts.push(self.part("plan.by", "who", self.say("who.responsible", &[])));
            }
            (Assignee::Role(role), None) => parts.push(self.part("plan.by", "who", self.role(role))),
            (Assignee::Person(expression), None) => {
                parts.push(self.part("plan.by", "who", self.expression(expression)));
            }
        }
        parts
            .extend(plan.when.as_ref().map(|when| self.part("plan.when", "condition", self.condition(when))));
        if plan.once {
            parts.push(self.say("plan.once", &[]));
        }
        parts.extend(plan.not_by.iter().map(|past| self.part("plan.not_by", "who", self.past(past))));
        parts.join(", ")
    }

    /// The kind and the title of an activity.
    pub fn plan_head(&self, plan: &PlanDef) -> String {
        let kind = self.kind(&plan.kind);
        if plan.title.is_empty() {
            return self.part("plan.bare", "kind", kind);
        }
        let title = self.titled(Some(&plan.title), "");
        self.say("plan.line", &[("kind", kind.into()), ("title", title.into())])
    }

    pub fn requirement(&self, requirement: &RequirementDef) -> String {
        let mut told = match &requirement.need {
            Need::That(condition) => self.condition(condition),
            Need::Party(role) => self.part("need.party", "party", self.party(role)),
            Need::Field { field, min, max, pattern, among } => {
                let mut parts = vec![self.part("need.filled", "field", self.field(field))];
                parts.extend(min.as_ref().map(|min| self.part("need.min", "value", min)));
                parts.extend(max.as_ref().map(|max| self.part("need.max", "value", max)));
                let written = pattern.as_ref().map(|pattern| format!("`{}`", self.clean(pattern)));
                parts.extend(written.map(|written| self.part("need.pattern", "pattern", written)));
                if !among.is_empty() {
                    let told = |value: &crate::Value| match value
                        .as_text()
                        .and_then(|text| self.choice(field, text))
                    {
                        Some(title) => Arg::from(title),
                        None => Arg::from(value),
                    };
                    let values: Vec<Arg> = among.iter().map(told).collect();
                    parts.push(self.part("need.among", "values", values));
                }
                parts.join(", ")
            }
        };
        if let Some(when) = &requirement.when {
            let condition = self.condition(when);
            told = self.say("need.when", &[("condition", condition.into()), ("need", told.into())]);
        }
        let mut parts = vec![told];
        parts.extend(self.refusal(&requirement.or_say));
        if requirement.keep {
            parts.push(self.say("need.keep", &[]));
        }
        parts.extend(requirement.deadline.map(|span| self.part("need.deadline", "span", span)));
        parts.join("; ")
    }

    /// What people are told otherwise. Its placeholders have no values here: those of a record's parts give
    /// their names, the others an ellipsis.
    pub fn refusal(&self, or_say: &Text) -> Option<String> {
        let template = self.text(or_say);
        if template.is_empty() {
            return None;
        }
        let mut text = template.replace("{{", "\u{1}").replace("}}", "\u{2}");
        for value in ["{left}", "{right}", "{count}"] {
            text = text.replace(value, "…");
        }
        let text = text.replace(['{', '}'], "").replace('\u{1}', "{").replace('\u{2}', "}");
        Some(self.part("need.say", "text", text))
    }
}

/// Marks that turn the direction of the text after them.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

pub(crate) fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Whether a part of a choice is one itself, or holds a text in which its signs might stand.
fn rest_is_choice(part: &str) -> bool {
    part.contains(['?', ':', '\'', '"'])
}
