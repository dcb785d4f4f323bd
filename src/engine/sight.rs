//! What an actor may see of cases in lists and of journals (G1, G2).

use super::judge::{InputNames, Judge};
use crate::case::{Actor, Case, Cause, Entry, Event, Withheld};
use crate::scenario::Scenario;
use crate::scenario::def::{Color, Text, Who};
use crate::{Moment, Value};
use rust_decimal::Decimal;
use serde::Serialize;

/// Which cases of a scenario an actor sees in lists (`rights.see_all`, `see_team`, `see_own`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// None.
    Nothing,
    /// Their own: whose responsible or author they are, or on which they have an open activity; also those of
    /// whom they stand in for.
    Own,
    /// Their own, and those of their teams.
    Team,
    /// All.
    All,
}

/// A case in a list, as one actor may see it: plain data, without what is hidden from them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Card {
    /// The case's id.
    pub id: String,
    /// Its revision.
    pub revision: u64,
    /// The scenario's id.
    pub scenario: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The stage's id.
    pub stage: String,
    /// The stage's title.
    pub label: Text,
    /// Since when it stands there.
    pub since: Moment,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Their team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// When it was opened.
    pub opened_at: Moment,
    /// The light; none for a closed case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub light: Option<Color>,
    /// What makes it so: `activity`, `process`, `limit`, `debt`, `deadline`, `wish`, `unknown`, `given_up`, `no_next_step`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// Of what: the activity's title; the debt, process, trigger, effect by its id.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub of: Text,
    /// Since or from when it is yellow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yellow_from: Option<Moment>,
    /// Since or from when it is red.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub red_from: Option<Moment>,
    /// What is due next: the open activity with the earliest due moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextStep>,
    /// The case's value and currency, where the actor may see that field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<(Decimal, String)>,
    /// The fields that have a value and that the actor may see, in the scenario's order.
    pub fields: Vec<(String, Value)>,
    /// How it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedCard>,
    /// When its personal texts were erased (S12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Moment>,
}

/// The next step of a case in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextStep {
    /// The activity's title.
    pub title: Text,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
}

/// How a case in a list was closed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClosedCard {
    /// When.
    pub at: Moment,
    /// From which stage.
    pub from: String,
    /// What it means.
    pub outcome: crate::scenario::def::StageOutcome,
    /// The reason's title.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub reason: Text,
    /// The comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Scenario {
    /// Which cases the actor sees in lists: all where the scenario is silent (G1).
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Scenario, Scope};
    /// let scenario = Scenario::from_json(r#"{"id": "small",
    ///     "rights": {"see_all": "head", "see_own": "manager"},
    ///     "stages": [{"id": "talk"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// assert_eq!(scenario.scope(&Actor::new("boris", "head")), Scope::All);
    /// assert_eq!(scenario.scope(&Actor::new("anna", "manager")), Scope::Own);
    /// assert_eq!(scenario.scope(&Actor::new("olga", "guest")), Scope::Nothing);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn scope(&self, actor: &Actor) -> Scope {
        let rights = &self.def.rights;
        let levels =
            [(&rights.see_all, Scope::All), (&rights.see_team, Scope::Team), (&rights.see_own, Scope::Own)];
        if levels.iter().all(|(who, _)| who.is_none()) {
            return Scope::All;
        }
        let has = |who: &Who| who.roles.iter().any(|role| actor.roles.contains(role));
        let found = levels.iter().find(|(who, _)| who.as_ref().is_some_and(has));
        found.map_or(Scope::Nothing, |(_, scope)| *scope)
    }

    /// Whether the actor sees the case in lists.
    #[must_use]
    pub fn sees(&self, case: &Case, actor: &Actor) -> bool {
        let me = |person: &str| person == actor.id || actor.stands_in_for.iter().any(|it| it == person);
        let own = || {
            case.responsible.as_deref().is_some_and(me)
                || me(&case.author)
                || case.activities.iter().any(|it| it.assignee.as_deref().is_some_and(me))
        };
        match self.scope(actor) {
            Scope::Nothing => false,
            Scope::Own => own(),
            Scope::Team => own() || case.team.as_ref().is_some_and(|team| actor.teams.contains(team)),
            Scope::All => true,
        }
    }

    /// Whether the actor's roles let them see the value of every case; a relation to one case does not say so.
    #[must_use]
    pub(crate) fn shows_value(&self, actor: &Actor) -> bool {
        let field = self.def.value.as_deref().and_then(|name| self.def.fields.get(name));
        let who = field.and_then(|field| field.see.as_ref());
        who.is_none_or(|who| who.roles.iter().any(|role| actor.roles.contains(role)))
    }

    /// The case as a list shows it to the actor (G2).
    #[must_use]
    pub fn card(&self, case: &Case, actor: &Actor, now: Moment) -> Card {
        let names = InputNames::default();
        let judge = Judge { scenario: self, case, now, actor, input: &names };
        let light = case.light(now);
        let (cause, of) =
            light.and_then(|it| it.cause).map_or((None, Text::default()), |it| cause_of(case, it));
        let seen = |name: &str| judge.sees_field(name);
        let value = self.def.value.as_deref().filter(|name| seen(name)).and_then(|name| {
            let currency = self.def.fields.get(name)?.currency.clone()?;
            Some((case.fields.get(name)?.as_decimal()?, currency))
        });
        let due = |it: &&crate::case::Activity| (it.due.is_none(), it.due.map(|due| due.at));
        Card {
            id: case.id.clone(),
            revision: case.revision,
            scenario: case.scenario.id.clone(),
            title: case.title.clone(),
            stage: case.visit.stage.clone(),
            label: case.visit.label.clone(),
            since: case.visit.from,
            responsible: case.responsible.clone(),
            team: case.team.clone(),
            channel: case.channel.clone(),
            opened_at: case.opened_at,
            light: light.map(|it| it.color),
            cause,
            of,
            yellow_from: light.and_then(|it| it.yellow_from),
            red_from: light.and_then(|it| it.red_from),
            next: case.activities.iter().min_by_key(due).map(|it| NextStep {
                title: it.title.clone(),
                due: it.due.map(|due| due.at),
                assignee: it
                    .assignee
                    .clone()
                    .or_else(|| case.responsible.clone().filter(|_| it.role.is_none())),
            }),
            value,
            fields: (self.def.fields.iter())
                .filter(|(name, _)| seen(name))
                .filter_map(|(name, _)| Some((name.to_owned(), case.fields.get(name)?.clone())))
                .collect(),
            closed: case.closing.as_deref().map(|it| ClosedCard {
                at: it.at,
                from: it.from.clone(),
                outcome: it.outcome,
                reason: it.reason.as_ref().map(|it| it.title.clone()).unwrap_or_default(),
                comment: it.comment.clone(),
            }),
            erased_at: case.erased_at,
        }
    }

    /// Entries of a case as the actor may see them: without values of hidden fields and facts, without contact
    /// keys where those are hidden, and without copies of either in what effects carry (G2).
    ///
    /// They are for showing; they fold to nothing.
    #[must_use]
    pub fn entries_for(&self, case: &Case, entries: &[Entry], actor: &Actor, now: Moment) -> Vec<Entry> {
        let names = InputNames::default();
        let judge = Judge { scenario: self, case, now, actor, input: &names };
        let hidden = |name: &&str| !judge.sees_field(name);
        let withheld = Withheld {
            fields: self.def.fields.iter().map(|(name, _)| name).filter(hidden).map(str::to_owned).collect(),
            facts: (self.def.facts.iter().enumerate())
                .filter(|(position, _)| !judge.sees_fact(*position))
                .map(|(_, (name, _))| name.to_owned())
                .collect(),
            documents: (self.def.documents.iter().enumerate())
                .filter(|(position, _)| !judge.sees_document(*position))
                .map(|(_, (kind, _))| kind.to_owned())
                .collect(),
            contacts: !judge.may(self.rights.contacts.as_ref()),
            ..Withheld::default()
        };
        if withheld.hides_nothing() {
            return entries.to_vec();
        }
        let mut entries = withheld.taken_out_of(entries);
        for event in entries.iter_mut().flat_map(|entry| &mut entry.events) {
            let told = |missing: &mut Vec<_>| *missing = judge.told(std::mem::take(missing));
            match event {
                Event::Wished(it) => told(&mut it.missing),
                Event::LeftOut { missing, .. } => told(missing),
                Event::DebtArose(it) => {
                    if let Some(one) = judge.told(vec![it.missing.clone()]).pop() {
                        it.missing = one;
                    }
                }
                _ => {}
            }
        }
        entries
    }
}

fn cause_of(case: &Case, cause: Cause<'_>) -> (Option<&'static str>, Text) {
    let (name, of) = match cause {
        Cause::Activity(id) => {
            ("activity", case.open_activity(id).map(|it| it.title.clone()).unwrap_or_default())
        }
        Cause::Process(id) => {
            let run = case.processes.iter().find(|run| run.id == id);
            ("process", run.map(|run| Text::from(run.process.as_str())).unwrap_or_default())
        }
        Cause::Limit => ("limit", case.visit.label.clone()),
        Cause::Debt(id) => {
            let debt = case.debts.iter().find(|debt| debt.id == id);
            ("debt", debt.map(|debt| Text::from(debt.requirement.as_str())).unwrap_or_default())
        }
        Cause::Deadline => ("deadline", Text::default()),
        Cause::Wish(trigger) => ("wish", trigger.into()),
        Cause::Unknown(rule) => ("unknown", rule.into()),
        Cause::GivenUp(effect) => ("given_up", effect.into()),
        Cause::NoNextStep => ("no_next_step", Text::default()),
    };
    (Some(name), of)
}
