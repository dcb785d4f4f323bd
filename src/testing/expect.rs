//! Holding a case to what a step expects.

use super::file::{Expect, LightSaid, Outcome, Values, WishesSaid};
use super::naming::{self, Named, listed, pair_off};
use super::play::{Difference, Play, refusal};
use super::short::Refused;
use super::when::{When, local, shown};
use crate::case::{ActivityEnd, Case, DueState, Entry, Event, FactState, ProcessEnd};
use crate::engine::{View, Why};
use crate::{Moment, Value};
use std::collections::BTreeMap;

/// An expected thing under its key, or nothing to look at.
type Held = Result<(), Difference>;

impl Play<'_> {
    /// The first difference between what is expected and what is.
    pub(super) fn hold_to(&self, expect: &Expect) -> Held {
        self.hold_refusal(expect)?;
        let Some(case) = self.case() else {
            // A refused opening leaves nothing that could be looked at.
            return Ok(());
        };
        self.hold_stand(expect, case)?;
        self.hold_light(expect, case)?;
        self.hold_work(expect, case)?;
        self.hold_held_up(expect, case)?;
        self.hold_values(expect, case)?;
        self.hold_step(expect)?;
        let view = self.with_view(|view| self.hold_view(expect, view));
        view.unwrap_or(Ok(()))
    }

    fn hold_refusal(&self, expect: &Expect) -> Held {
        let got = || self.rejection().map_or_else(|| "it was accepted".to_owned(), refusal);
        match (&expect.refused, self.rejection()) {
            (Some(Refused::Any(true)), None) => Err(self.unlike("refused", "a refusal", got())),
            (Some(Refused::Any(false)), Some(_)) => Err(self.unlike("refused", "accepted", got())),
            (Some(Refused::These(texts)), None) => Err(self.unlike("refused", &quoted(texts), got())),
            (Some(Refused::These(texts)), Some(rejection)) => {
                let missing: Vec<Named> = rejection.missing().iter().map(naming::missing).collect();
                self.same_all("refused", texts, &missing)
            }
            _ => Ok(()),
        }
    }

    fn hold_stand(&self, expect: &Expect, case: &Case) -> Held {
        self.same("stage", expect.stage.as_deref(), case.stage())?;
        let outcome = Outcome::of(case.closing.as_ref().map(|closing| closing.outcome));
        self.same("outcome", expect.outcome.map(Outcome::name), outcome.name())?;
        let closing = case.closing.as_ref();
        let reason = closing.and_then(|it| it.reason.as_ref()).map_or("none", |reason| reason.id.as_str());
        self.same("reason", expect.reason.as_deref(), reason)?;
        let comment = closing.and_then(|closing| closing.comment.as_deref());
        self.same("comment", expect.comment.as_deref(), comment.unwrap_or("none"))?;
        self.same(
            "responsible",
            expect.responsible.as_deref(),
            case.responsible.as_deref().unwrap_or("nobody"),
        )?;
        let paused = if case.visit.pause.is_some() { "paused" } else { "running" };
        let wanted = expect.paused.map(|paused| if paused { "paused" } else { "running" });
        self.same("paused", wanted, paused)
    }

    fn hold_light(&self, expect: &Expect, case: &Case) -> Held {
        let light = self.now().and_then(|now| case.light(now));
        let color = LightSaid::of(light.map(|light| light.color));
        self.same("light", expect.light.map(LightSaid::name), color.name())?;
        if let Some(wanted) = &expect.cause {
            let cause = naming::cause(case, light.and_then(|light| light.cause).as_ref());
            if !cause.is(wanted) {
                return Err(self.unlike("cause", &format!("`{wanted}`"), format!("`{}`", cause.told)));
            }
        }
        let from = |moment: Option<Moment>| light.and(moment);
        let (yellow, red) =
            (light.and_then(|light| light.yellow_from), light.and_then(|light| light.red_from));
        if let Some(when) = expect.yellow_from {
            self.same_moment("yellow_from", Some(when), from(yellow))?;
        }
        match expect.red_from {
            Some(when) => self.same_moment("red_from", Some(when), from(red)),
            None => Ok(()),
        }
    }

    fn hold_work(&self, expect: &Expect, case: &Case) -> Held {
        if let Some(wanted) = &expect.activities {
            let open: Vec<Named> = case.activities.iter().map(naming::activity).collect();
            self.same_all("activities", wanted, &open)?;
        }
        for (name, wanted) in &expect.assigned {
            let key = format!("assigned/{}", escaped(name));
            let it = self.open_one(&key, case, name)?;
            let got = it.assignee.as_deref().unwrap_or("nobody by name");
            self.same(&key, Some(wanted.as_deref().unwrap_or("nobody by name")), got)?;
        }
        for (name, wanted) in &expect.due {
            let key = format!("due/{}", escaped(name));
            let due = self.due_of(&key, case, name)?;
            self.same_moment(&key, *wanted, due.map(|due| due.at))?;
        }
        for (name, wanted) in &expect.processes {
            let run = case.processes.iter().rev().find(|run| run.hook == *name);
            let got = run.map_or("never started", |run| match &run.end {
                None => "running",
                Some(ProcessEnd::Finished { result, .. }) => result,
                Some(ProcessEnd::Cancelled { .. }) => "cancelled",
            });
            let key = format!("processes/{}", escaped(name));
            self.same(&key, Some(wanted.as_deref().unwrap_or("never started")), got)?;
        }
        for (name, wanted) in &expect.timers {
            let key = format!("timers/{}", escaped(name));
            let armed = case
                .timers
                .iter()
                .find(|it| it.trigger.as_deref().is_some_and(|rule| naming::rule_names(rule).is(name)));
            self.same_moment(&key, *wanted, armed.map(|timer| timer.at))?;
        }
        Ok(())
    }

    fn open_one<'c>(
        &self,
        key: &str,
        case: &'c Case,
        name: &str,
    ) -> Result<&'c crate::case::Activity, Difference> {
        let found = case.activities.iter().rev().find(|it| naming::activity(it).is(name));
        found.ok_or_else(|| {
            let open = listed(case.activities.iter().map(|it| it.title.get("en")));
            self.unlike(key, "an open activity", format!("open is {open}"))
        })
    }

    /// When the activity, process, debt, limit or deadline of this name is due.
    fn due_of(&self, key: &str, case: &Case, name: &str) -> Result<Option<DueState>, Difference> {
        match name {
            "limit" => return Ok(case.visit.limit.map(|limit| limit.due)),
            "deadline" => return Ok(case.deadline),
            _ => {}
        }
        if let Some(run) = case.processes.iter().rev().find(|run| run.hook == name && run.is_running()) {
            return Ok(run.due);
        }
        let known = case.activities.iter().any(|it| naming::activity(it).is(name));
        match case.debts.iter().find(|debt| naming::debt(debt).is(name)).filter(|_| !known) {
            Some(debt) => Ok(debt.due),
            None => self.open_one(key, case, name).map(|it| it.due),
        }
    }

    fn hold_held_up(&self, expect: &Expect, case: &Case) -> Held {
        if let Some(wanted) = &expect.debts {
            let debts: Vec<Named> = case.debts.iter().map(naming::debt).collect();
            self.same_all("debts", wanted, &debts)?;
        }
        let wishes = || case.wishes.iter().map(|wish| naming::rule_names(&wish.trigger)).collect::<Vec<_>>();
        match &expect.wishes {
            None => Ok(()),
            Some(WishesSaid::Triggers(wanted)) => self.same_all("wishes", wanted, &wishes()),
            Some(WishesSaid::Missing(wanted)) => {
                let triggers: Vec<String> = wanted.keys().cloned().collect();
                self.same_all("wishes", &triggers, &wishes())?;
                wanted.iter().try_for_each(|(trigger, texts)| self.hold_wish(trigger, texts))
            }
        }
    }

    /// What is missing for a wish now, as the one who acts may be told.
    fn hold_wish(&self, trigger: &str, texts: &[String]) -> Held {
        let missing = self.with_view(|view| {
            let wishes = view.wishes.iter();
            let of_it = wishes.filter(|it| naming::rule_names(it.trigger).is(trigger));
            of_it.flat_map(|it| it.missing.iter().map(naming::missing)).collect::<Vec<_>>()
        });
        self.same_all(&format!("wishes/{}", escaped(trigger)), texts, &missing.unwrap_or_default())
    }

    fn hold_values(&self, expect: &Expect, case: &Case) -> Held {
        for (name, wanted) in &expect.fields {
            let key = format!("fields/{}", escaped(name));
            self.same_value(&key, wanted.as_ref(), case.fields.get(name))?;
        }
        self.hold_facts(&expect.facts, case)
    }

    fn hold_facts(&self, facts: &Values, case: &Case) -> Held {
        for (name, wanted) in facts {
            let known = || case.facts.iter().filter(|fact| fact.fact == *name);
            let place = format!("facts/{}", escaped(name));
            let keyed = self.scenario().def.facts.get(name).is_some_and(|def| !def.by.is_empty());
            match wanted {
                Some(Value::Record(by_key)) if keyed => {
                    for (key, wanted) in by_key {
                        let same = |fact: &&FactState| {
                            let parts: Vec<String> = fact.key.iter().map(ToString::to_string).collect();
                            key.split(',').map(str::trim).eq(parts.iter().map(String::as_str))
                        };
                        let got = known().find(same).and_then(|fact| fact.value.as_ref());
                        self.same_value(&format!("{place}/{}", escaped(key)), Some(wanted), got)?;
                    }
                }
                wanted => {
                    let got = known().next().and_then(|fact| fact.value.as_ref());
                    self.same_value(&place, wanted.as_ref(), got)?;
                }
            }
        }
        Ok(())
    }

    /// What the step did.
    fn hold_step(&self, expect: &Expect) -> Held {
        let events = || self.last_entries().iter().flat_map(|entry| &entry.events);
        if let Some(wanted) = &expect.fired {
            let fired: Vec<Named> = events()
                .filter_map(|event| match event {
                    Event::Triggered(mark) => Some(naming::rule_names(&mark.trigger)),
                    _ => None,
                })
                .collect();
            let same = wanted.len() == fired.len() && wanted.iter().zip(&fired).all(|(name, it)| it.is(name));
            if !same {
                let got = listed(fired.iter().map(|it| it.told.as_str()));
                return Err(self.unlike("fired", &quoted(wanted), got));
            }
        }
        if let Some(wanted) = &expect.effects {
            let effects: Vec<Named> =
                self.last_entries().iter().flat_map(Entry::effects).map(naming::effect).collect();
            self.same_all("effects", wanted, &effects)?;
        }
        if let Some(wanted) = &expect.events {
            let names: Vec<String> = events().map(event_name).collect();
            let mut rest = names.iter();
            if !wanted.iter().all(|name| rest.any(|event| event == name)) {
                let got = listed(names.iter().map(String::as_str));
                return Err(self.unlike("events", &format!("{} in this order", quoted(wanted)), got));
            }
        }
        self.hold_closed_by(&expect.closed_by)
    }

    fn hold_closed_by(&self, wanted: &BTreeMap<String, String>) -> Held {
        let Some(case) = self.case() else { return Ok(()) };
        let ended =
            self.last_entries().iter().flat_map(|entry| &entry.events).filter_map(|event| match event {
                Event::Ended { activity, end, .. } => Some((naming::activity(case.activity(activity)?), end)),
                _ => None,
            });
        let ended: Vec<_> = ended.collect();
        for (name, rule) in wanted {
            let key = format!("closed_by/{}", escaped(name));
            let got = match ended.iter().find(|(it, _)| it.is(name)) {
                Some((_, ActivityEnd::Closed { rule, .. })) => rule.as_str(),
                Some((_, ActivityEnd::Done { .. })) => "it was done",
                Some((_, ActivityEnd::Cancelled { .. })) => "it was cancelled",
                None => {
                    let among = listed(ended.iter().map(|(it, _)| it.told.as_str()));
                    return Err(self.unlike(&key, "it ends in this step", format!("what ended is {among}")));
                }
            };
            self.same(&key, Some(rule), got)?;
        }
        Ok(())
    }

    /// What the one who acts is shown.
    fn hold_view(&self, expect: &Expect, view: &View<'_>) -> Held {
        if let Some(wanted) = &expect.moves {
            let may = view.moves.iter().filter(|it| it.is_permitted());
            let may: Vec<Named> = may.map(|it| Named::plain(it.to)).collect();
            self.same_all("moves", wanted, &may)?;
        }
        let facts = view.facts.iter().flat_map(|group| &group.facts).map(|fact| fact.name);
        let kinds = view.documents.iter().map(|group| group.kind);
        let shown: Vec<&str> = view.fields.iter().map(|(name, _)| *name).chain(facts).chain(kinds).collect();
        for (kind, wanted) in &expect.documents {
            self.hold_documents(kind, wanted, view)?;
        }
        let told = || format!("shown are {}", listed(shown.iter().copied()));
        if let Some(name) = expect.sees.iter().find(|name| !shown.contains(&name.as_str())) {
            return Err(self.unlike("sees", &format!("`{name}` is shown"), told()));
        }
        if let Some(name) = expect.hidden.iter().find(|name| shown.contains(&name.as_str())) {
            return Err(self.unlike("hidden", &format!("`{name}` is not shown"), told()));
        }
        for (trigger, wanted) in &expect.why {
            let found = view.triggers.iter().find(|it| naming::rule_names(it.trigger).is(trigger));
            let got = found.map_or_else(|| vec!["not live here".to_owned()], |it| self.reasons(&it.why));
            if !got.contains(wanted) {
                let key = format!("why/{}", escaped(trigger));
                return Err(self.unlike(&key, &format!("`{wanted}`"), format!("`{}`", got.join(": "))));
            }
        }
        Ok(())
    }

    /// What the documents of a kind come to, as the one who acts is shown it.
    fn hold_documents(&self, kind: &str, wanted: &Values, view: &View<'_>) -> Held {
        let place = format!("documents/{}", escaped(kind));
        let Some(group) = view.documents.iter().find(|group| group.kind == kind) else {
            let shown = listed(view.documents.iter().map(|group| group.kind));
            return Err(self.unlike(&place, "documents of this kind", format!("shown are {shown}")));
        };
        for (name, wanted) in wanted {
            let got: Option<Value> = match name.as_str() {
                "count" => Some(rust_decimal::Decimal::from(group.in_force()).into()),
                "last" => group.last().map(|it| it.event.as_str().into()),
                sum => match group.sums.iter().find(|it| it.name == sum) {
                    Some(sum) => sum.value.map(Value::from),
                    None => {
                        let known = listed(group.sums.iter().map(|it| it.name));
                        let key = format!("{place}/{}", escaped(name));
                        return Err(self.unlike(&key, "a sum of this kind", format!("sums are {known}")));
                    }
                },
            };
            self.same_value(&format!("{place}/{}", escaped(name)), wanted.as_ref(), got.as_ref())?;
        }
        Ok(())
    }

    fn reasons(&self, why: &Why<'_>) -> Vec<String> {
        let with = |sort: &str, more: String| vec![sort.to_owned(), more];
        match why {
            Why::Off => vec!["off".to_owned()],
            Why::Fired => vec!["fired".to_owned()],
            Why::Wish => vec!["wish".to_owned()],
            Why::HoldsAlready => vec!["holds already".to_owned()],
            Why::NotHappened => vec!["not happened".to_owned()],
            Why::EmptyField(field) => with("empty field", (*field).to_owned()),
            Why::Timer(at) => with("timer", local(self.calendar(), *at)),
            Why::Condition { findings, .. } => {
                let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
                with("condition", told.join("; "))
            }
        }
    }

    fn same(&self, key: &str, wanted: Option<&str>, got: &str) -> Held {
        match wanted {
            Some(wanted) if wanted != got => {
                Err(self.unlike(key, &format!("`{wanted}`"), format!("`{got}`")))
            }
            _ => Ok(()),
        }
    }

    fn same_all(&self, key: &str, wanted: &[String], got: &[Named]) -> Held {
        if pair_off(wanted, got) {
            return Ok(());
        }
        Err(self.unlike(key, &quoted(wanted), listed(got.iter().map(|it| it.told.as_str()))))
    }

    fn same_moment(&self, key: &str, wanted: Option<When>, got: Option<Moment>) -> Held {
        let wanted = wanted.map(|when| self.resolve(&format!("expect/{key}"), when)).transpose()?;
        if wanted == got {
            return Ok(());
        }
        let told = |moment: Option<Moment>| moment.map_or("none".to_owned(), |at| local(self.calendar(), at));
        Err(self.unlike(key, &told(wanted), told(got)))
    }

    fn same_value(&self, key: &str, wanted: Option<&Value>, got: Option<&Value>) -> Held {
        if alike(wanted, got) {
            return Ok(());
        }
        let told = |value| format!("`{}`", shown(self.calendar(), value));
        Err(self.unlike(key, &told(wanted), told(got)))
    }

    fn unlike(&self, key: &str, expected: &str, got: impl Into<String>) -> Difference {
        self.differs(&format!("expect/{key}"), expected, got)
    }
}

/// Whether a value is the one that was written: in a file decimals, dates and moments may be texts.
fn alike(wanted: Option<&Value>, got: Option<&Value>) -> bool {
    match (wanted, got) {
        (Some(Value::List(wanted)), Some(Value::List(got))) => {
            wanted.len() == got.len() && wanted.iter().zip(got).all(|(a, b)| alike(Some(a), Some(b)))
        }
        (Some(Value::Record(wanted)), Some(Value::Record(got))) => {
            wanted.len() == got.len() && wanted.iter().all(|(name, value)| alike(Some(value), got.get(name)))
        }
        (Some(Value::Text(text)), Some(Value::Decimal(got))) => text.parse() == Ok(*got),
        (Some(Value::Text(text)), Some(Value::Moment(got))) => text.parse() == Ok(*got),
        (Some(Value::Text(text)), Some(got)) => *text == got.to_string(),
        (Some(wanted), None) => wanted.is_empty(),
        (wanted, got) => wanted == got,
    }
}

fn quoted(texts: &[String]) -> String {
    listed(texts.iter().map(String::as_str))
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// An event's name, as it stands in the journal.
fn event_name(event: &Event) -> String {
    match serde_json::to_value(event) {
        Ok(serde_json::Value::Object(parts)) => parts.keys().next().cloned().unwrap_or_default(),
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
