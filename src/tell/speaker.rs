//! Who tells about cases: the names, values and moments that every sentence needs.

use super::catalog::{Arg, Catalog};
use super::words::Teller;
use crate::Scenario;
use crate::case::{Activity, Case, Debt, Entry, Event, Party};
use crate::scenario::def::{Definition, Text};
use std::sync::LazyLock;

/// The texts that come with the crate.
pub(super) static BUILT_IN: LazyLock<Catalog> = LazyLock::new(Catalog::default);
/// A scenario without anything, for telling names as they are.
pub(super) static NO_SCENARIO: LazyLock<Definition> = LazyLock::new(|| Definition::new(""));

/// Tells people about cases of a scenario: refusals, journals, lights.
///
/// Fields, stages, reasons, activities are told by the titles that the scenario gives them, by their names
/// where it gives none; moments in the local time of the scenario's calendar. Events name activities,
/// processes and debts by their ids: [`Speaker::about`] gives it the case, from which it takes their titles.
///
/// ```
/// use voronka::tell::Speaker;
/// use voronka::{Actor, Context, Input, Opening, Scenario};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scenario = Scenario::from_json(
///     r#"{"id": "small", "stages": [
///         {"id": "talk", "title": "First talk"}, {"id": "won", "outcome": "won"}, {"id": "lost", "outcome": "lost"}
///     ]}"#,
/// )
/// .map_err(|defects| format!("{defects:?}"))?;
/// let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
/// let opened = scenario.open("c1", Opening::default(), &ctx)?;
/// let speaker = Speaker::new(&scenario, "en").about(opened.case());
/// assert!(speaker.entry(opened.entry()).starts_with("2 March 2026, 08:00 UTC, anna (manager): open the case"));
/// let refused = scenario.step(opened.case(), Input::Note { text: " ".into() }, &ctx).err();
/// assert_eq!(refused.map(|it| speaker.refusal(&it)).as_deref(), Some("the note is empty"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    pub(super) definition: &'a Definition,
    pub(super) language: &'a str,
    pub(super) catalog: &'a Catalog,
    pub(super) case: Option<&'a Case>,
    pub(super) entry: Option<&'a Entry>,
}

impl AsRef<Definition> for Scenario {
    fn as_ref(&self) -> &Definition {
        self.definition()
    }
}

impl AsRef<Self> for Definition {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<'a> Speaker<'a> {
    /// For a [`Scenario`] or a [`Definition`], in a language (`en`, `ru`), with the texts that come with the crate.
    #[must_use]
    pub fn new<S: AsRef<Definition> + ?Sized>(scenario: &'a S, language: &'a str) -> Self {
        Self { definition: scenario.as_ref(), language, catalog: &BUILT_IN, case: None, entry: None }
    }

    /// The same with the texts of a catalogue of the host's own.
    #[must_use]
    pub const fn with_catalog(mut self, catalog: &'a Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// The same, knowing a case: titles of its activities, its processes and debts, its calendar.
    #[must_use]
    pub const fn about(mut self, case: &'a Case) -> Self {
        self.case = Some(case);
        self
    }

    /// A speaker without a scenario: names as they are.
    pub(super) fn bare(language: &'a str) -> Self {
        Self::new(&*NO_SCENARIO, language)
    }

    pub(super) fn teller(&self) -> Teller<'a> {
        Teller::new(self.definition, self.language, self.catalog)
    }

    pub(super) fn say(&self, code: &str, args: &[(&str, Arg)]) -> String {
        self.teller().say(code, args)
    }

    /// A text with one argument, already told.
    pub(super) fn part(&self, code: &str, name: &str, told: impl Into<Arg>) -> String {
        self.teller().part(code, name, told)
    }

    /// What the catalogue has under a code, in the language or in English.
    pub(super) fn find(&self, code: &str, args: &[(&str, Arg)]) -> Option<String> {
        self.catalog.find(self.language, code, args)
    }

    pub(super) fn text(&self, text: &Text) -> String {
        self.teller().text(text)
    }

    pub(crate) fn clean(&self, text: &str) -> String {
        self.teller().clean(text)
    }

    /// Something between quotation marks.
    pub(super) fn quoted(&self, text: &str) -> String {
        self.teller().titled(None, text)
    }

    /// A field's title, a fact's where it is one, or what the door calls it.
    pub(super) fn field(&self, name: &str) -> String {
        let teller = self.teller();
        if self.definition.fields.get(name).is_some() {
            return teller.field(name);
        }
        if self.definition.facts.get(name).is_some() {
            return teller.fact(name);
        }
        self.find(&format!("given.{name}"), &[]).unwrap_or_else(|| teller.field(name))
    }

    /// A stage's title: as it was called then, where that is known.
    pub(super) fn stage_then(&self, label: &Text, id: &str) -> String {
        if label.is_empty() { self.teller().stage(id) } else { self.teller().titled(Some(label), id) }
    }

    /// Somebody, by their id.
    pub(super) fn person(&self, id: &str) -> String {
        let id = self.clean(id);
        if id.is_empty() { self.say("who.rule", &[]) } else { id }
    }

    pub(super) fn party(&self, party: &Party) -> String {
        let mut parts: Vec<String> = party.reference.iter().map(|it| self.clean(it)).collect();
        parts.extend(party.contacts.iter().map(|it| self.clean(it)));
        if parts.is_empty() { self.say("value.empty", &[]) } else { parts.join(", ") }
    }

    /// The kind and title of an activity.
    pub(super) fn titled_activity(&self, it: &Activity) -> String {
        self.kind_and_title(&it.kind, &it.title)
    }

    pub(super) fn kind_and_title(&self, kind: &str, title: &Text) -> String {
        let teller = self.teller();
        let kind = teller.kind(kind);
        if teller.text(title).is_empty() {
            return self.part("plan.bare", "kind", kind);
        }
        let title = teller.titled(Some(title), "");
        self.say("plan.line", &[("kind", kind.into()), ("title", title.into())])
    }

    /// An activity by its id: from the case, or from the entry that plans it.
    fn find_activity(&self, id: &str) -> Option<&'a Activity> {
        let planned = || {
            self.entry.into_iter().flat_map(|entry| &entry.events).find_map(|event| match event {
                Event::Planned(it) if it.id == id => Some(&**it),
                _ => None,
            })
        };
        self.case.and_then(|case| case.activity(id)).or_else(planned)
    }

    /// The kind of an activity, where that is known.
    pub(super) fn kind_of(&self, activity: &str) -> Option<&'a str> {
        self.find_activity(activity).map(|it| it.kind.as_str())
    }

    /// An activity by its id: its kind and title where they are known.
    pub(super) fn activity(&self, id: &str) -> String {
        match self.find_activity(id) {
            Some(it) => self.titled_activity(it),
            None if self.definition.kinds.get(id).is_some() => self.teller().kind(id),
            None => self.quoted(id),
        }
    }

    /// What a rule plans: `request/plan/clarify` by its title.
    pub(super) fn item(&self, rule: &str) -> String {
        let mut parts = rule.splitn(3, '/');
        let (stage, part, id) = (parts.next(), parts.next(), parts.next());
        if let (Some(stage), Some("plan"), Some(id)) = (stage, part, id) {
            let stages = self.definition.stages.iter().filter(|it| it.id == stage);
            if let Some(plan) = stages.flat_map(|it| &it.plan).find(|plan| plan.id() == id) {
                return self.teller().plan_head(plan);
            }
            return self.quoted(id);
        }
        self.rule(rule)
    }

    /// A process by the id of its hook, or by the id of a run of it.
    pub(super) fn process(&self, id: &str) -> String {
        let run = self.case.and_then(|case| case.processes.iter().find(|run| run.id == id));
        let started = self.entry.into_iter().flat_map(|entry| &entry.events).find_map(|event| match event {
            Event::ProcessStarted(run) if run.id == id => Some(&**run),
            _ => None,
        });
        if let Some(run) = run.or(started) {
            return self.teller().process(&run.hook);
        }
        self.teller().process(id)
    }

    /// A command by its id on some stage.
    pub(super) fn command(&self, id: &str) -> String {
        let commands = self.definition.stages.iter().flat_map(|stage| &stage.commands);
        let found = commands.into_iter().find(|command| command.id == id);
        self.teller().titled(found.map(|command| &command.title), id)
    }

    /// A rule of the scenario by its place there: `invoice/enter`, `prepayment/trigger/paid`.
    pub(super) fn rule(&self, rule: &str) -> String {
        let mut parts = rule.splitn(3, '/');
        let (first, part, id) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let of_stage = |code: &str| self.part(code, "stage", self.teller().stage(first));
        match (first, part, id) {
            ("adopt", None, None) => self.say("rule.adopt", &[]),
            ("close", None, None) => self.say("rule.close", &[]),
            ("merge", None, None) => self.say("rule.merge", &[]),
            ("kind", Some(kind), None) => self.part("rule.kind", "kind", self.teller().kind(kind)),
            (_, Some("enter"), None) => of_stage("rule.enter"),
            (_, Some("limit"), None) => of_stage("rule.limit"),
            (_, Some("pause"), None) => of_stage("rule.pause"),
            (_, Some("plan"), Some(_)) => of_stage("rule.plan"),
            (_, Some("trigger"), Some(id)) => {
                self.part("rule.trigger", "trigger", self.trigger_at(first, id))
            }
            (_, Some("run"), Some(id)) => self.part("rule.run", "process", self.process(id)),
            (_, Some("command"), Some(id)) => self.part("rule.command", "command", self.command(id)),
            (_, Some("enter" | "leave"), Some(id)) => {
                self.requirement(rule).unwrap_or_else(|| self.quoted(id))
            }
            _ => self.quoted(rule),
        }
    }

    /// The title of a trigger by its full name.
    pub(super) fn trigger(&self, rule: &str) -> String {
        match rule.split_once("/trigger/") {
            Some((stage, id)) => self.trigger_at(stage, id),
            None => self.rule(rule),
        }
    }

    fn trigger_at(&self, stage: &str, id: &str) -> String {
        let all = if stage.is_empty() {
            Some(&self.definition.triggers)
        } else {
            self.definition.stages.iter().find(|it| it.id == stage).map(|it| &it.triggers)
        };
        let found = all.and_then(|all| all.iter().find(|trigger| trigger.id == id));
        self.teller().titled(found.map(|trigger| &trigger.title), id)
    }

    /// What a timer waits for: its trigger, or what would be overdue.
    pub(super) fn timer(&self, id: &str) -> String {
        let armed = self.entry.into_iter().flat_map(|entry| &entry.events).find_map(|event| match event {
            Event::Armed(timer) if timer.id == id => Some(&**timer),
            _ => None,
        });
        let known = self.case.and_then(|case| case.timers.iter().find(|timer| timer.id == id)).or(armed);
        if let Some(timer) = known {
            return match (&timer.trigger, &timer.subject) {
                (Some(trigger), _) => self.trigger(trigger),
                (None, Some(subject)) => self.activity_or_process(subject),
                (None, None) => self.quoted(id),
            };
        }
        // A timer's id is the case's and the rule's, or the subject's, with the visit and the arming behind it.
        let Some(subject) = id.rsplitn(3, '/').nth(2) else { return self.quoted(id) };
        match subject.split_once("/trigger/") {
            Some((before, trigger)) => {
                let stage = before.rsplit('/').next().unwrap_or_default();
                self.trigger_at(stage, trigger)
            }
            None => self.activity_or_process(subject),
        }
    }

    pub(super) fn activity_or_process(&self, id: &str) -> String {
        let is_run = self.case.is_some_and(|case| case.processes.iter().any(|run| run.id == id));
        if is_run { self.process(id) } else { self.activity(id) }
    }

    /// A debt of the case, standing or ended.
    pub(super) fn debt(&self, id: &str) -> Option<&'a Debt> {
        let of_case = self.case.into_iter().flat_map(|case| case.debts.iter().chain(&case.ended_debts));
        let of_entry =
            self.entry.into_iter().flat_map(|entry| &entry.events).filter_map(|event| match event {
                Event::DebtArose(debt) => Some(&**debt),
                _ => None,
            });
        of_case.chain(of_entry).find(|debt| debt.id == id)
    }

    /// What a requirement of the scenario asks, in words.
    pub(crate) fn requirement(&self, rule: &str) -> Option<String> {
        let (stage, rest) = rule.split_once('/')?;
        let (part, id) = rest.split_once('/')?;
        let stage = self.definition.stages.iter().find(|it| it.id == stage)?;
        let needs = if part == "enter" { &stage.enter.need } else { &stage.leave.need };
        let mut need = needs.iter().find(|need| need.id() == id)?.clone();
        // What is asked is told here, not what happens when it is not met.
        (need.or_say, need.deadline, need.keep) = (Text::default(), None, false);
        Some(self.teller().requirement(&need))
    }
}
