//! Why each live trigger has not fired, in values (T10).

use super::judge::Judge;
use super::work::is_on;
use crate::Moment;
use crate::case::{Case, Context};
use crate::condition::{Finding, Truth};
use crate::scenario::Scenario;
use crate::scenario::def::{EventDef, Repeat, Text};
use crate::scenario::model::Trigger;

/// A live trigger, and why it has not fired.
#[derive(Debug, Clone)]
pub struct TriggerView<'a> {
    /// Its full name.
    pub trigger: &'a str,
    /// Its title.
    pub title: &'a Text,
    /// Why it has not fired, or that it has.
    pub why: Why<'a>,
}

/// Why a trigger has not fired.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Why<'a> {
    /// It is switched off (T7).
    Off,
    /// It has fired, and does not repeat (T4).
    Fired,
    /// Its move is held up (T6).
    Wish,
    /// Its condition does not hold, or is unknown; empty findings where the actor may not see them (G2).
    Condition {
        /// False or unknown.
        truth: Truth,
        /// Why, in values.
        findings: Vec<Finding>,
    },
    /// Its condition holds already since before; it fires when it begins to hold again (T9).
    HoldsAlready,
    /// Its timer falls due then.
    Timer(Moment),
    /// The field from which its moment comes is empty (T8).
    EmptyField(&'a str),
    /// What it waits for has not happened.
    NotHappened,
}

/// Every live trigger of an open case, with why it has not fired.
pub(crate) fn why_not<'a>(
    s: &'a Scenario,
    judge: &Judge<'_>,
    case: &Case,
    ctx: &Context,
) -> Vec<TriggerView<'a>> {
    let stage = s.stage_named(&case.visit.stage).filter(|_| case.is_open());
    let live = stage.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&s.triggers);
    live.map(|trigger| TriggerView {
        trigger: &trigger.rule,
        title: &trigger.title,
        why: why(trigger, judge, case, ctx),
    })
    .collect()
}

fn why<'a>(trigger: &'a Trigger, judge: &Judge<'_>, case: &Case, ctx: &Context) -> Why<'a> {
    if !is_on(ctx, &trigger.rule, trigger.enabled) {
        return Why::Off;
    }
    if case.wishes.iter().any(|wish| wish.trigger == trigger.rule) {
        return Why::Wish;
    }
    let visit = trigger.stage.map(|_| case.visit.number);
    let fired = case.fired.iter().any(|mark| {
        mark.trigger == trigger.rule && mark.visit == visit && !mark.always && mark.subject.is_none()
    });
    if fired && trigger.repeat == Repeat::Never {
        return Why::Fired;
    }
    for condition in trigger.becomes.iter().chain(&trigger.condition) {
        let truth = condition.holds(judge);
        if !truth.holds() {
            let findings = condition.explain(judge).findings;
            let hidden = findings.iter().any(|finding| !judge.sees(finding));
            return Why::Condition { truth, findings: if hidden { Vec::new() } else { findings } };
        }
    }
    let hidden = match &trigger.on {
        EventDef::Moment(moment) => !judge.sees_field(&moment.field),
        _ => false,
    };
    match &trigger.on {
        _ if hidden => Why::NotHappened,
        EventDef::Becomes(_) => Why::HoldsAlready,
        EventDef::After(_) | EventDef::Moment(_) => {
            match case.timers.iter().find(|timer| timer.trigger.as_deref() == Some(&trigger.rule)) {
                Some(timer) => Why::Timer(timer.at),
                None => match &trigger.on {
                    EventDef::Moment(moment) if !case.fields.contains_key(&moment.field) => {
                        Why::EmptyField(&moment.field)
                    }
                    _ => Why::Fired,
                },
            }
        }
        _ => Why::NotHappened,
    }
}
