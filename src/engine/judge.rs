//! What conditions read: the case, the facts, the actor and the input, behind the declared names (C10).

use crate::case::{ActivityEnd, Actor, Case, Input, ProcessEnd};
use crate::condition::{Env, Operand, Slot};
use crate::scenario::Scenario;
use crate::scenario::def::StageOutcome;
use crate::scenario::names::{
    ActivityCount, ActorName, CaseName, GroupName, InputName, Meaning, ProcessName, StageName,
};
use crate::{Moment, Value};
use chrono::NaiveDate;

/// What conditions may read of the input; what it does not have is empty.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InputNames<'a> {
    pub kind: &'a str,
    pub name: Option<&'a str>,
    pub outcome: Option<&'a str>,
    pub result: Option<&'a str>,
    pub answer: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub direction: Option<&'a str>,
    pub text: Option<&'a str>,
    pub event: Option<&'a str>,
    pub document: Option<&'a str>,
    pub process: Option<&'a str>,
    pub command: Option<&'a str>,
    pub activity: Option<&'a str>,
}

impl<'a> InputNames<'a> {
    /// What an input says of itself.
    pub fn of(input: &'a Input) -> Self {
        let named = |kind| Self { kind, ..Self::default() };
        match input {
            Input::Open(opening) => Self { channel: opening.channel.as_deref(), ..named("open") },
            Input::Move(_) => named("move"),
            Input::Close(_) => named("close"),
            Input::Reopen { .. } => named("reopen"),
            Input::Set { .. } => named("set"),
            Input::Facts(_) => named("facts"),
            Input::Plan(_) => named("plan"),
            Input::Done(done) => Self {
                activity: Some(&done.activity),
                outcome: done.outcome.as_deref(),
                text: done.note.as_deref(),
                ..named("done")
            },
            Input::Reschedule { activity, .. } => Self { activity: Some(activity), ..named("reschedule") },
            Input::Reassign { activity, .. } => Self { activity: Some(activity), ..named("reassign") },
            Input::ReopenActivity { activity } => {
                Self { activity: Some(activity), ..named("reopen_activity") }
            }
            Input::CancelActivity { activity, .. } => {
                Self { activity: Some(activity), ..named("cancel_activity") }
            }
            Input::HandOver { .. } => named("hand_over"),
            Input::Note { text } => Self { text: Some(text), ..named("note") },
            Input::Interaction(it) => Self {
                channel: Some(&it.channel),
                direction: it.direction.as_deref(),
                result: it.result.as_deref(),
                text: it.text.as_deref(),
                ..named("interaction")
            },
            Input::Message { name, .. } => Self { name: Some(name), ..named("message") },
            Input::Document(it) => Self {
                document: Some(&it.document),
                event: Some(&it.event),
                name: Some(&it.id),
                ..named("document")
            },
            Input::Command { command, .. } => Self { command: Some(command), ..named("command") },
            Input::Answer { command, answer, text } => Self {
                command: Some(command),
                answer: Some(answer.name()),
                text: text.as_deref(),
                ..named("answer")
            },
            Input::StartProcess { process } => Self { process: Some(process), ..named("start_process") },
            Input::Finished(it) => {
                Self { process: Some(&it.process), result: Some(&it.result), ..named("finished") }
            }
            Input::Timer { .. } => named("timer"),
            Input::GivenUp { error, kind, .. } => {
                Self { text: Some(error), name: kind.as_deref(), ..named("given_up") }
            }
            Input::Settled { .. } => named("settled"),
            Input::Waive { reason, .. } => Self { text: Some(reason), ..named("waive") },
            Input::Party { role, .. } => Self { name: Some(role), ..named("party") },
            Input::Link { .. } => named("link"),
            Input::Merge(it) => Self { text: it.comment.as_deref(), ..named("merge") },
            Input::Redirect { .. } => named("redirect"),
            Input::Split(_) => named("split"),
            Input::Handed { .. } => named("handed"),
            Input::CorrectReason { .. } => named("correct_reason"),
            Input::Adopt(_) => named("adopt"),
            Input::Cancel { why, .. } => Self { text: why.as_deref(), ..named("cancel") },
            Input::Erase { .. } => named("erase"),
            Input::Tick => named("tick"),
        }
    }
}

/// The environment of every condition of one step or view.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub scenario: &'a Scenario,
    pub case: &'a Case,
    pub now: Moment,
    pub actor: &'a Actor,
    pub input: &'a InputNames<'a>,
}

fn text(text: Option<&str>) -> Operand<'static> {
    match text {
        Some(text) if !text.is_empty() => Operand::Owned(Value::Text(text.to_owned())),
        _ => Operand::Empty,
    }
}

fn list(texts: &[String]) -> Operand<'static> {
    Operand::Owned(Value::List(texts.iter().cloned().map(Value::Text).collect()))
}

fn count(number: usize) -> Operand<'static> {
    Operand::Owned(Value::Decimal(number.into()))
}

impl Judge<'_> {
    fn fact(&self, position: usize, key: &[Value]) -> Operand<'_> {
        let Some((name, _)) = self.scenario.def.facts.at(position) else { return Operand::Unknown };
        // C8: a fact never learnt is unknown, and so is one that its source could not give.
        match self.case.fact(name, key) {
            None => Operand::Unknown,
            Some(fact) if fact.unknown.is_some() => Operand::Unknown,
            Some(fact) => fact.value.as_ref().map_or(Operand::Empty, Operand::Value),
        }
    }

    fn case_name(&self, name: &CaseName) -> Operand<'_> {
        let case = self.case;
        match name {
            CaseName::Id => text(Some(&case.id)),
            CaseName::Title => text(case.title.as_deref()),
            CaseName::Stage => text(Some(&case.visit.stage)),
            CaseName::Responsible => text(case.responsible.as_deref()),
            CaseName::Team => text(case.team.as_deref()),
            CaseName::Author => text(Some(&case.author)),
            CaseName::Channel => text(case.channel.as_deref()),
            CaseName::Scenario => text(Some(&case.scenario.id)),
            CaseName::OpenedAt => Operand::Owned(Value::Moment(case.opened_at)),
            CaseName::Reopened => Operand::Owned(Value::Decimal(case.reopened.into())),
            CaseName::Outcome => text(case.closing.as_ref().map(|closing| match closing.outcome {
                StageOutcome::Won => "won",
                StageOutcome::Lost => "lost",
                StageOutcome::Void => "void",
                StageOutcome::Result | StageOutcome::BadResult => closing.stage.as_str(),
            })),
            CaseName::Reason => text(
                case.closing
                    .as_ref()
                    .and_then(|closing| closing.reason.as_ref())
                    .map(|reason| reason.id.as_str()),
            ),
            CaseName::Party(role) => {
                text(case.parties.get(role).and_then(|party| party.reference.as_deref()))
            }
        }
    }

    fn activities(&self, kind: Option<&str>, what: &ActivityCount) -> Operand<'_> {
        let of_kind = |it: &&crate::case::Activity| kind.is_none_or(|kind| it.kind == kind);
        if *what == ActivityCount::Open {
            return count(self.case.activities.iter().filter(of_kind).count());
        }
        let ended = self.case.finished.iter().filter(of_kind).filter(|it| match (what, &it.end) {
            (ActivityCount::Done, Some(ActivityEnd::Done { .. }))
            | (ActivityCount::Cancelled, Some(ActivityEnd::Cancelled { .. }))
            | (ActivityCount::Closed, Some(ActivityEnd::Closed { .. })) => true,
            (ActivityCount::Outcome(wanted), Some(ActivityEnd::Done { outcome, .. })) => outcome == wanted,
            _ => false,
        });
        count(ended.count())
    }

    fn process(&self, hook: &str, what: ProcessName) -> Operand<'_> {
        let mut runs = self.case.processes.iter().rev().filter(|run| run.hook == hook);
        match what {
            ProcessName::Running => {
                Operand::Owned(Value::Bool(runs.any(crate::case::ProcessRun::is_running)))
            }
            ProcessName::Good => {
                Operand::Owned(Value::Bool(runs.next().is_some_and(crate::case::ProcessRun::is_good)))
            }
            ProcessName::Result => text(runs.next().and_then(|run| match &run.end {
                Some(ProcessEnd::Finished { result, .. }) => Some(result.as_str()),
                _ => None,
            })),
        }
    }

    /// The latest group that these rules planned in this visit, or that was still open when it began.
    fn group(&self, rules: &[String], what: GroupName) -> Operand<'_> {
        let case = self.case;
        let visit = &case.visit;
        let of = |id: &str| {
            let id = id.to_owned();
            move |it: &&crate::case::Activity| it.group.as_deref() == Some(&*id)
        };
        let goes_on = |group: &&crate::case::Group| {
            group.visit == visit.number
                || case.activities.iter().any(|it| of(&group.id)(&it))
                || case.finished.iter().filter(of(&group.id)).any(|it| it.ended_at() > Some(visit.entered_at))
        };
        let mut known = case.groups.iter().rev().filter(|group| rules.contains(&group.rule));
        let group = known.next().filter(goes_on);
        let is = |good: Option<bool>| Value::Bool(group.is_some_and(|group| group.good == good));
        Operand::Owned(match what {
            GroupName::Good => is(Some(true)),
            GroupName::Bad => is(Some(false)),
            GroupName::Open => is(None),
            GroupName::Waiting => {
                let open = case.activities.iter().filter(|it| group.is_some_and(|group| of(&group.id)(it)));
                Value::List(open.filter_map(|it| it.assignee.clone()).map(Value::Text).collect())
            }
        })
    }

    fn input(&self, name: InputName) -> Operand<'_> {
        let input = self.input;
        text(match name {
            InputName::Kind => Some(input.kind),
            InputName::Name => input.name,
            InputName::Outcome => input.outcome,
            InputName::Result => input.result,
            InputName::Answer => input.answer,
            InputName::Channel => input.channel,
            InputName::Direction => input.direction,
            InputName::Text => input.text,
            InputName::Event => input.event,
            InputName::Document => input.document,
            InputName::Process => input.process,
            InputName::Command => input.command,
            InputName::Activity => input.activity,
        })
    }
}

impl Env for Judge<'_> {
    fn load(&self, slot: Slot) -> Operand<'_> {
        let Some(meaning) = self.scenario.names.meanings.get(slot.0 as usize) else {
            return Operand::Unknown;
        };
        match meaning {
            Meaning::Field(position) => match self.scenario.def.fields.at(*position) {
                Some((name, _)) => self.case.fields.get(name).map_or(Operand::Empty, Operand::Value),
                None => Operand::Unknown,
            },
            Meaning::Fact(position) => self.fact(*position, &[]),
            Meaning::Case(name) => self.case_name(name),
            Meaning::Stage(StageName::Id) => text(Some(&self.case.visit.stage)),
            Meaning::Stage(StageName::EnteredAt) => Operand::Owned(Value::Moment(self.case.visit.entered_at)),
            Meaning::Stage(StageName::Visit) => Operand::Owned(Value::Decimal(self.case.visit.nth.into())),
            Meaning::Actor(ActorName::Id) => text(Some(&self.actor.id)),
            Meaning::Actor(ActorName::Roles) => list(&self.actor.roles),
            Meaning::Actor(ActorName::Teams) => list(&self.actor.teams),
            Meaning::Actor(ActorName::StandsInFor) => list(&self.actor.stands_in_for),
            Meaning::Input(name) => self.input(*name),
            Meaning::Activities { kind, what } => self.activities(kind.as_deref(), what),
            Meaning::Process { hook, what } => self.process(hook, *what),
            Meaning::Group { rules, what } => self.group(rules, *what),
            Meaning::Document { kind, what } => self.documents(*kind, what),
        }
    }

    fn keyed(&self, slot: Slot, key: &[Value]) -> Operand<'_> {
        match self.scenario.names.meanings.get(slot.0 as usize) {
            Some(Meaning::Fact(position)) => self.fact(*position, key),
            _ => Operand::Unknown,
        }
    }

    fn now(&self) -> Moment {
        self.now
    }

    fn today(&self) -> NaiveDate {
        self.scenario.calendar_of(self.case).local_date(self.now)
    }
}
