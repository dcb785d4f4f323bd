//! Whether an event is what a trigger waits for, and which subject it has (T1, T4).

use super::plan::plan_of;
use super::work::Work;
use crate::Scenario;
use crate::case::{Activity, ActivityEnd, Event, ProcessEnd, ProcessRun};
use crate::scenario::def::{ActivityFilter, EventDef, InteractionFilter, ProcessFilter};
use crate::scenario::model::Trigger;

/// Whether an event is what a trigger waits for.
pub(crate) fn matches(work: &Work<'_>, trigger: &Trigger, event: &Event) -> bool {
    match (&trigger.on, event) {
        (EventDef::Entered, Event::Entered(visit)) => visit.outcome.is_none(),
        (EventDef::EnteredStage(stage), Event::Entered(visit)) => visit.stage == *stage,
        (EventDef::Left, Event::Left(end)) => end.outcome.is_none(),
        (EventDef::After(_) | EventDef::Moment(_), Event::TimerFired { .. }) => {
            work.timer.as_ref().is_some_and(|timer| timer.trigger.as_deref() == Some(&trigger.rule))
        }
        (EventDef::Field(wanted), Event::FieldSet { field, .. }) => field == wanted,
        (EventDef::Fact(wanted), Event::FactLearnt { fact, late: false, was }) => {
            fact.fact == *wanted && fact.unknown.is_none() && fact.value != *was
        }
        (EventDef::Planned(filter), Event::Planned(activity)) => of_activity(work.s, filter, activity),
        (EventDef::Done(filter), Event::Ended { activity, end: ActivityEnd::Done { outcome, .. }, .. }) => {
            filter.outcome.as_ref().is_none_or(|wanted| wanted == outcome)
                && work.case.activity(activity).is_some_and(|it| of_activity(work.s, filter, it))
        }
        (EventDef::Overdue(filter), Event::TimerFired { .. }) => overdue_subject(work)
            .and_then(|id| work.case.open_activity(id))
            .is_some_and(|it| of_activity(work.s, filter, it)),
        (EventDef::Interaction(filter), Event::Logged(it)) => of_interaction(filter, it),
        (EventDef::Started(filter), Event::ProcessStarted(run)) => of_process(filter, run, None),
        (
            EventDef::Finished(filter),
            Event::ProcessEnded { process, end: ProcessEnd::Finished { result, good, .. } },
        ) => run(work, process).is_some_and(|run| {
            // What a hook itself does is asked of its run of this visit (P1).
            of_process(filter, run, Some(result))
                && filter.good.is_none_or(|wanted| wanted == *good)
                && (work.hook(&trigger.rule).is_none()
                    || (trigger.rule == run.rule && run.visit == work.case.visit.number))
        }),
        (EventDef::ProcessOverdue(filter), Event::TimerFired { .. }) => overdue_subject(work)
            .and_then(|id| run(work, id))
            .is_some_and(|run| run.is_running() && of_process(filter, run, None)),
        (EventDef::Answered(filter), Event::Answered { command, answer, late: false, .. }) => {
            filter.answer.as_ref().is_none_or(|wanted| wanted == answer.name())
                && work
                    .case
                    .commands
                    .iter()
                    .find(|run| run.id == *command)
                    .is_some_and(|run| filter.command.as_ref().is_none_or(|wanted| *wanted == run.command))
        }
        (EventDef::Document(filter), Event::Documented(it)) => {
            filter.document.as_ref().is_none_or(|wanted| *wanted == it.document)
                && filter.event.as_ref().is_none_or(|wanted| *wanted == it.event)
        }
        (EventDef::Message(wanted), Event::Messaged { name, .. }) => name == wanted,
        (EventDef::GivenUp(wanted), Event::GaveUp { kind, .. }) => {
            kind.as_ref().is_none_or(|kind| kind == wanted)
        }
        (EventDef::Opened, Event::Opened(_))
        | (EventDef::Reopened, Event::Reopened)
        | (EventDef::Closed, Event::Closed(_))
        | (EventDef::HandedOver, Event::HandedOver { .. }) => true,
        _ => false,
    }
}

fn overdue_subject<'w>(work: &'w Work<'_>) -> Option<&'w str> {
    work.timer.as_ref().and_then(|timer| timer.subject.as_deref())
}

fn run<'w>(work: &'w Work<'_>, id: &str) -> Option<&'w ProcessRun> {
    work.case.processes.iter().find(|run| run.id == id)
}

/// Whether an activity is among those that a filter names.
pub(crate) fn of_activity(s: &Scenario, filter: &ActivityFilter, it: &Activity) -> bool {
    filter.kind.as_ref().is_none_or(|kind| *kind == it.kind)
        && filter.item.as_ref().is_none_or(|item| is_item(s, item, it))
}

/// Whether an activity is this item's: a stage's is named by its rule, a trigger's only by what the trigger plans.
fn is_item(s: &Scenario, item: &str, it: &Activity) -> bool {
    let Some(rule) = it.rule.as_deref() else { return false };
    match rule.split_once("/plan/") {
        Some((_, id)) => id == item,
        None => plan_of(s, it).is_some_and(|plan| plan.item == item),
    }
}

fn of_interaction(filter: &InteractionFilter, it: &crate::case::Interaction) -> bool {
    filter.channel.as_ref().is_none_or(|wanted| *wanted == it.channel)
        && filter.direction.as_ref().is_none_or(|wanted| it.direction.as_ref() == Some(wanted))
        && filter.result.as_ref().is_none_or(|wanted| it.result.as_ref() == Some(wanted))
}

fn of_process(filter: &ProcessFilter, run: &ProcessRun, result: Option<&String>) -> bool {
    filter.process.as_ref().is_none_or(|wanted| *wanted == run.hook)
        && filter.result.as_ref().is_none_or(|wanted| result == Some(wanted))
}

/// The subject of an event, for which a trigger fires once (T4).
pub(crate) fn subject(work: &Work<'_>, trigger: &Trigger, event: &Event) -> Option<String> {
    match event {
        Event::Planned(it) => Some(it.id.clone()),
        Event::Ended { activity, .. } => Some(activity.clone()),
        Event::ProcessStarted(run) => Some(run.id.clone()),
        Event::ProcessEnded { process, .. } => Some(process.clone()),
        Event::Answered { command, .. } => Some(command.clone()),
        Event::Logged(it) => Some(crate::case::interaction_key(&it.channel, &it.id)),
        Event::Documented(it) => Some(format!("{}/{}", it.document, it.id)),
        Event::Messaged { key, .. } => key.clone(),
        Event::GaveUp { effect, .. } => Some(effect.clone()),
        Event::TimerFired { timer } => match &trigger.on {
            EventDef::Overdue(_) | EventDef::ProcessOverdue(_) => overdue_subject(work).map(str::to_owned),
            _ => Some(timer.clone()),
        },
        _ => None,
    }
}
