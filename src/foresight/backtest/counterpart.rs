//! What a recorded input names, under the ids of the draft's run.
//!
//! Ids that a step makes are case, entry and ordinal, so one activity more shifts those behind it. An activity, process,
//! command, debt or interaction of the journal is the same as that of the draft's run which has the same rule in the same
//! stay on a stage, and is the how manieth of these. Where nothing has changed, each is itself.

use crate::case::{
    Act, Activity, Case, Debt, DoneInput, Effect, FinishedInput, Input, Interaction, InteractionInput,
    MoveInput, ProcessRun, Switch,
};
use crate::scenario::Scenario;
use crate::scenario::def::Text;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What becomes of a recorded input.
pub(super) enum Fate {
    /// It is stepped.
    Stepped(Input),
    /// A person's, which names what the draft's run does not have.
    Gone(&'static str),
    /// A report on what the draft never asked for.
    Unasked,
}

/// A thing of the journal in the draft's run.
enum Found {
    /// It is this.
    Is(String),
    /// The draft's run does not have it.
    Gone,
    /// The journal's case does not have it either; the input was taken all the same.
    Unknown,
}

/// Effects, each with what tells it from others.
pub(super) type Effects = Vec<(String, String)>;

/// The stages that the draft names otherwise.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub draft: &'a Scenario,
    pub stages: &'a BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// A stage's name in the draft.
    pub fn stage<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        if self.stages.is_empty() || self.draft.stage_index(name).is_some() {
            return name;
        }
        self.stages.get(name).map_or(name, String::as_str)
    }

    /// The name that a stage has otherwise, if it does.
    pub fn renamed(&self, name: &str) -> Option<&'a str> {
        if self.draft.stage_index(name).is_some() { None } else { self.stages.get(name).map(String::as_str) }
    }

    /// A rule's full name in the draft: `STAGE/plan/ITEM`.
    pub fn rule<'n>(&self, rule: &'n str) -> Cow<'n, str>
    where
        'a: 'n,
    {
        match rule.split_once('/') {
            Some((stage, rest)) if !stage.is_empty() => match self.renamed(stage) {
                Some(stage) => Cow::Owned(format!("{stage}/{rest}")),
                None => Cow::Borrowed(rule),
            },
            _ => Cow::Borrowed(rule),
        }
    }

    /// The switches under the draft's names.
    pub fn switches(&self, switches: &[Switch]) -> Vec<Switch> {
        let named = |it: &Switch| Switch { trigger: self.rule(&it.trigger).into_owned(), on: it.on };
        switches.iter().map(named).collect()
    }

    /// An input with the draft's names of stages, and no more.
    pub fn input(&self, input: &Input) -> Input {
        let mut input = input.clone();
        if self.stages.is_empty() {
            return input;
        }
        let rename = |name: &mut String| {
            if let Some(new) = self.renamed(name) {
                new.clone_into(name);
            }
        };
        match &mut input {
            Input::Open(opening) => {
                opening.stage.iter_mut().for_each(rename);
                let visits = opening.import.iter_mut().flat_map(|import| &mut import.visits);
                visits.for_each(|visit| rename(&mut visit.stage));
            }
            Input::Move(MoveInput { to, .. }) => rename(to),
            Input::Close(it) => rename(&mut it.stage),
            Input::Reopen { stage: Some(stage), .. } => rename(stage),
            Input::Merge(it) => it.stage.iter_mut().for_each(rename),
            _ => {}
        }
        input
    }
}

/// The journal's case and the draft's, both just before an input.
pub(super) struct Sides<'a> {
    pub names: Names<'a>,
    pub recorded: &'a Case,
    pub draft: &'a Case,
    pub recorded_effects: &'a Effects,
    pub draft_effects: &'a Effects,
}

impl Sides<'_> {
    /// What a recorded input, other than a timer's notice, is to the draft's run.
    pub fn input(&self, input: &Input) -> Fate {
        let mut input = self.names.input(input);
        let done = match &mut input {
            Input::Done(DoneInput { activity, .. })
            | Input::Reschedule { activity, .. }
            | Input::Reassign { activity, .. }
            | Input::ReopenActivity { activity }
            | Input::CancelActivity { activity, .. } => put(activity, |id| self.activity(id), "activity"),
            Input::Interaction(it) => self.interaction_input(it),
            Input::Redirect { interaction, .. } => {
                put(interaction, |id| self.interaction(id, None), "interaction")
            }
            Input::Waive { debt, .. } => put(debt, |id| self.debt(id), "debt"),
            Input::Handed { what, .. } => {
                for it in &mut what.activities {
                    if let Found::Is(id) = self.activity(&it.id) {
                        it.id = id;
                    }
                }
                Ok(())
            }
            Input::Answer { command, .. } => {
                let id = command.clone();
                return reported(&id, |id| self.command(id), input);
            }
            Input::Finished(FinishedInput { process, .. }) => {
                let id = process.clone();
                return reported(&id, |id| self.process(id), input);
            }
            Input::GivenUp { effect, .. } | Input::Settled { effect } => {
                let id = effect.clone();
                return reported(&id, |id| self.effect(id), input);
            }
            _ => Ok(()),
        };
        match done {
            Ok(()) => Fate::Stepped(input),
            Err(what) => Fate::Gone(what),
        }
    }

    fn interaction_input(&self, it: &mut InteractionInput) -> Result<(), &'static str> {
        if let Some(activity) = &mut it.answers {
            put(activity, |id| self.activity(id), "activity")?;
        }
        let channel = it.channel.clone();
        match &mut it.id {
            Some(id) => put(id, |id| self.interaction(id, Some(&channel)), "interaction"),
            None => Ok(()),
        }
    }

    fn activity(&self, id: &str) -> Found {
        fn list(case: &Case) -> Vec<&Activity> {
            let mut list: Vec<&Activity> = case.activities.iter().chain(&case.finished).collect();
            list.sort_by_key(|it| made(&it.id));
            list
        }
        let (recorded, draft) = (list(self.recorded), list(self.draft));
        let of = |case: &Case, it: &Activity, named: bool| -> ActivityKey {
            if !is_own(&case.id, &it.id) {
                return ActivityKey::Foreign(it.id.clone());
            }
            match &it.rule {
                Some(rule) => ActivityKey::Rule {
                    rule: if named { self.names.rule(rule).into_owned() } else { rule.clone() },
                    nth: nth(case, it.visit),
                    attempt: it.attempt,
                    person: it.group.as_ref().and(it.assignee.clone()),
                },
                None => ActivityKey::Hand { kind: it.kind.clone(), title: it.title.clone() },
            }
        };
        let recorded: Vec<_> =
            recorded.iter().map(|it| (of(self.recorded, it, true), it.id.as_str())).collect();
        let draft: Vec<_> = draft.iter().map(|it| (of(self.draft, it, false), it.id.as_str())).collect();
        found(id, &recorded, &draft)
    }

    fn process(&self, id: &str) -> Found {
        let of = |case: &Case, it: &ProcessRun, named: bool| {
            let rule = if named { self.names.rule(&it.rule).into_owned() } else { it.rule.clone() };
            (rule, nth(case, it.visit))
        };
        let recorded: Vec<_> =
            self.recorded.processes.iter().map(|it| (of(self.recorded, it, true), it.id.as_str())).collect();
        let draft: Vec<_> =
            self.draft.processes.iter().map(|it| (of(self.draft, it, false), it.id.as_str())).collect();
        found(id, &recorded, &draft)
    }

    fn command(&self, id: &str) -> Found {
        let list = |case: &Case| -> Vec<(String, String)> {
            case.commands.iter().map(|it| (it.command.clone(), it.id.clone())).collect()
        };
        found(id, &borrowed(&list(self.recorded)), &borrowed(&list(self.draft)))
    }

    fn debt(&self, id: &str) -> Found {
        let key = |it: &Debt, named: bool| match named.then(|| self.activity(&it.requirement)) {
            // What a person planned as mandatory is asked by its own id.
            Some(Found::Is(activity)) => activity,
            Some(_) => self.names.rule(&it.requirement).into_owned(),
            None => it.requirement.clone(),
        };
        let list = |case: &Case, named: bool| -> Vec<(String, String)> {
            let mut debts: Vec<&Debt> = case.debts.iter().chain(&case.ended_debts).collect();
            debts.sort_by_key(|it| made(&it.id));
            debts.into_iter().map(|it| (key(it, named), it.id.clone())).collect()
        };
        found(id, &borrowed(&list(self.recorded, true)), &borrowed(&list(self.draft, false)))
    }

    /// An interaction by an id that a step made; a channel's own id is what it is.
    fn interaction(&self, id: &str, channel: Option<&str>) -> Found {
        if !is_own(&self.recorded.id, id) {
            return Found::Unknown;
        }
        let list = |case: &Case| -> Vec<(InteractionKey, String)> {
            let own = |it: &&Interaction| {
                is_own(&case.id, &it.id) && channel.is_none_or(|channel| it.channel == channel)
            };
            let key = |it: &Interaction| (it.channel.clone(), it.direction.clone(), it.at);
            case.interactions.iter().filter(own).map(|it| (key(it), it.id.clone())).collect()
        };
        found(id, &borrowed(&list(self.recorded)), &borrowed(&list(self.draft)))
    }

    fn effect(&self, id: &str) -> Found {
        // What was made while both ran alike has the same id.
        found(id, &borrowed(self.recorded_effects), &borrowed(self.draft_effects))
    }

    /// Which timers of the draft's run the journal has armed alike, for the same moment: place of each in the draft's
    /// list, with the journal's id.
    pub fn timers(&self) -> Vec<(usize, &str)> {
        let mut taken = vec![false; self.draft.timers.len()];
        let mut pairs = Vec::new();
        for it in &self.recorded.timers {
            let trigger = it.trigger.as_deref().map(|rule| self.names.rule(rule));
            let subject = it.subject.as_deref().map(|id| match self.activity(id) {
                Found::Is(activity) => Some(activity),
                Found::Gone => None,
                Found::Unknown => match self.process(id) {
                    Found::Is(process) => Some(process),
                    Found::Gone | Found::Unknown => None,
                },
            });
            if matches!(subject, Some(None)) {
                continue;
            }
            let same = |place: &usize| {
                let open = taken.get(*place) == Some(&false);
                self.draft.timers.get(*place).is_some_and(|draft| {
                    open && draft.at == it.at
                        && draft.trigger.as_deref() == trigger.as_deref()
                        && draft.subject.as_ref() == subject.as_ref().and_then(Option::as_ref)
                })
            };
            if let Some(place) = (0..self.draft.timers.len()).find(same) {
                if let Some(it) = taken.get_mut(place) {
                    *it = true;
                }
                pairs.push((place, it.id.as_str()));
            }
        }
        pairs
    }
}

#[derive(PartialEq)]
enum ActivityKey {
    Rule { rule: String, nth: u32, attempt: u32, person: Option<String> },
    Hand { kind: String, title: Text },
    Foreign(String),
}

type InteractionKey = (String, Option<String>, crate::Moment);

/// What tells an effect from others.
pub(super) fn effect_key(names: Option<Names<'_>>, effect: &Effect) -> String {
    let rule = effect.rule.as_deref().unwrap_or_default();
    let rule = names.map_or(Cow::Borrowed(rule), |names| names.rule(rule));
    format!("{rule} {}", effect_kind(&effect.act))
}

/// What kind of effect it is: its name, and of what.
pub(super) fn effect_kind(act: &Act) -> String {
    let of = match act {
        Act::Host { kind, .. } => kind,
        Act::StartProcess { process, .. } | Act::CancelProcess { process, .. } => process,
        Act::Command { command, .. } => command,
        Act::OpenCase { scenario, .. } => scenario,
        _ => return act.name().to_owned(),
    };
    format!("{} {of}", act.name())
}

fn borrowed<K: Clone>(list: &[(K, String)]) -> Vec<(K, &str)> {
    list.iter().map(|(key, id)| (key.clone(), id.as_str())).collect()
}

/// The how manieth of its sort it is, and which one of the draft's is that.
fn found<K: PartialEq>(id: &str, recorded: &[(K, &str)], draft: &[(K, &str)]) -> Found {
    let Some(place) = recorded.iter().position(|(_, it)| *it == id) else { return Found::Unknown };
    let Some((key, _)) = recorded.get(place) else { return Found::Unknown };
    let before = recorded.iter().take(place).filter(|(it, _)| it == key).count();
    match draft.iter().filter(|(it, _)| it == key).nth(before) {
        Some((_, id)) => Found::Is((*id).to_owned()),
        None => Found::Gone,
    }
}

fn put(id: &mut String, find: impl Fn(&str) -> Found, what: &'static str) -> Result<(), &'static str> {
    match find(id) {
        Found::Is(new) => *id = new,
        Found::Unknown => {}
        Found::Gone => return Err(what),
    }
    Ok(())
}

fn reported(id: &str, find: impl Fn(&str) -> Found, mut input: Input) -> Fate {
    let new = match find(id) {
        Found::Is(new) => new,
        Found::Unknown => return Fate::Stepped(input),
        Found::Gone => return Fate::Unasked,
    };
    match &mut input {
        Input::Answer { command: id, .. }
        | Input::Finished(FinishedInput { process: id, .. })
        | Input::GivenUp { effect: id, .. }
        | Input::Settled { effect: id } => *id = new,
        _ => {}
    }
    Fate::Stepped(input)
}

/// The entry and ordinal of an id that a step made; ids from elsewhere come first, as they are.
fn made(id: &str) -> (u64, u64) {
    let mut parts = id.rsplit('/');
    let ordinal = parts.next().and_then(|it| it.parse().ok());
    let entry = parts.next().and_then(|it| it.parse().ok());
    entry.zip(ordinal).unwrap_or_default()
}

/// Whether a step of this case made it.
fn is_own(case: &str, id: &str) -> bool {
    let rest = id.strip_prefix(case).and_then(|rest| rest.strip_prefix('/'));
    rest.and_then(|rest| rest.split_once('/')).is_some_and(|(entry, ordinal)| {
        [entry, ordinal].iter().all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    })
}

/// The how manieth stay on its stage a visit is.
fn nth(case: &Case, visit: u32) -> u32 {
    let ended = || case.visits.iter().map(|it| (it.number, it.stage.as_str()));
    let all = || ended().chain([(case.visit.number, case.visit.stage.as_str())]);
    let Some((_, stage)) = all().find(|(number, _)| *number == visit) else { return 0 };
    let count = all().filter(|(number, it)| *it == stage && *number <= visit).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
