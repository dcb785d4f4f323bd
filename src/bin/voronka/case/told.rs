//! Telling what happened, refusals and lights, for all commands that step.

use super::{Desk, failed};
use crate::Verdict;
use crate::output::{Failed, Look, Output};
use crate::place::{Place, Published};
use std::slice;
use voronka::runtime::{Done, StepError};
use voronka::scenario::def::Color;
use voronka::tell::Speaker;
use voronka::{Case, Moment, Scenario};

/// How a light looks.
pub const fn look(color: Color) -> Look {
    match color {
        Color::Red => Look::Bad,
        Color::Yellow => Look::Warning,
        Color::Green => Look::Good,
    }
}

/// The light in words and in its colour; of a closed case how it was closed.
pub fn light(out: &Output, speaker: &Speaker<'_>, case: &Case, now: Moment) -> Option<String> {
    let light = case.light(now)?;
    Some(out.look(look(light.color), speaker.light(&light, case)))
}

/// What came of an input: the entry, then the light.
pub fn done(
    out: &mut Output,
    desk: &Desk,
    scenario: &Scenario,
    done: &Done,
    now: Moment,
) -> Result<Verdict, Failed> {
    let case = &done.case;
    let speaker = Speaker::new(scenario, &desk.lang).about(case);
    if done.repeated {
        let known = desk.t(
            "this input was accepted before; nothing was done now",
            "это уже было принято; сейчас ничего не сделано",
        );
        out.line(out.look(Look::Warning, known))?;
    }
    for entry in scenario.entries_for(case, slice::from_ref(&*done.entry), &desk.actor, now) {
        out.line(speaker.entry(&entry))?;
    }
    let revision = format!("{} {}", desk.t("revision", "ревизия"), case.revision);
    let line = match light(out, &speaker, case, now) {
        Some(light) => format!("{}: {light}", case.id),
        None => {
            let closed = closed(desk, &speaker, case);
            format!("{}: {} {closed}", case.id, desk.t("closed", "закрыто"))
        }
    };
    out.line(format!("{line} ({revision})"))?;
    Ok(Verdict::Good)
}

/// When a case was closed, and how.
pub fn closed(desk: &Desk, speaker: &Speaker<'_>, case: &Case) -> String {
    let Some(closing) = &case.closing else { return String::new() };
    let when = speaker.moment_shown(closing.at);
    let stage = speaker.stage_title(&closing.stage);
    let reason =
        closing.reason.as_ref().map(|it| format!(", {}", it.title.get(&desk.lang))).unwrap_or_default();
    format!("{when}: {stage}{reason}")
}

/// Why an input was not stepped: a rule's refusal in words, anything else as it is.
pub fn refused(
    out: &mut Output,
    desk: &Desk,
    place: &Place,
    scenario: &Scenario,
    case: Option<&Case>,
    error: &StepError,
) -> Result<Verdict, Failed> {
    let Some(rejection) = error.rejection() else {
        // Somebody else was first, or the id is taken: the person decides anew.
        if let StepError::Stale { .. } | StepError::Taken { .. } | StepError::Exists { .. } = error {
            out.line(format!("{}: {error}", out.look(Look::Bad, desk.t("refused", "отказ"))))?;
            return Ok(Verdict::Bad);
        }
        return Err(failed(place, error));
    };
    let mut speaker = Speaker::new(scenario, &desk.lang);
    if let Some(case) = case {
        speaker = speaker.about(case);
    }
    out.line(format!("{}:", out.look(Look::Bad, desk.t("refused", "отказ"))))?;
    for line in speaker.rejection(rejection) {
        out.line(format!("  {line}"))?;
    }
    Ok(Verdict::Bad)
}

/// A case as it is stored; none where there is no such case.
pub fn load(place: &Place, id: &str) -> Result<Option<Case>, Failed> {
    let wanted = [voronka::store::Wanted::case(id)];
    let read = || {
        let loading = place.kept().load(&wanted)?;
        loading.found.into_iter().next().and_then(|it| it.case).map(|text| text.read()).transpose()
    };
    read().map_err(|error| place.failed(&error))
}

/// A case that is there and that the actor sees, with its scenario.
pub fn seen(
    place: &Place,
    published: &Published<'_>,
    desk: &Desk,
    id: &str,
) -> Result<(Case, std::rc::Rc<Scenario>), Failed> {
    let none = || Failed::said(format!("{}: there is no case {id}", place.address()));
    let case = load(place, id)?.ok_or_else(none)?;
    let scenario = published.exactly(&case.scenario)?;
    let latest = published.named(&case.scenario.id, None)?;
    if latest.as_deref().is_some_and(|latest| !latest.sees(&case, &desk.actor)) {
        return Err(Failed::said(format!("{} may not see case {id}", desk.actor.id)));
    }
    Ok((case, scenario))
}
