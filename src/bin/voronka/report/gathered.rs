//! Where the cases come from, and what could be read of them.

use super::Report;
use super::asked::Asked;
use crate::output::{Failed, Output};
use crate::place::without_password;
use crate::source::{self, Asked as Wanted, Problems, Source};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use voronka::Scenario;
use voronka::case::{Event, LinkKind};
use voronka::report::{Funnel, Keeping, Layout, Records, RefusalCount};

/// What was read.
pub struct Gathered {
    pub records: Records,
    pub layout: Layout,
    /// What could not be read, in lines.
    pub left_out: Vec<String>,
}

/// A source and the scenario in whose order it is told.
pub struct Opened<'a> {
    asked: &'a Report,
    source: Source,
    scenario: Rc<Scenario>,
}

/// Opens what was named; none where the scenario's file has defects, which are told.
pub fn open<'a>(out: &mut Output, asked: &'a Report) -> Result<Option<Opened<'a>>, Failed> {
    // A name that is no file is the id of a published one.
    let file = asked.scenario.as_deref().filter(|name| name.exists() || *name == Path::new("-"));
    let id = asked.scenario.as_deref().filter(|_| file.is_none());
    let wanted =
        Wanted { from: &asked.source, scenario: file, map: asked.map.as_deref(), actor: &asked.actor };
    let Some(source) = Source::open(out, &wanted)? else { return Ok(None) };
    let scenario = match source.scenario() {
        Some(scenario) => Rc::clone(scenario),
        None => published(asked, &source, id)?,
    };
    Ok(Some(Opened { asked, source, scenario }))
}

fn published(asked: &Report, source: &Source, id: Option<&Path>) -> Result<Rc<Scenario>, Failed> {
    let mut published = source.published()?;
    let ids: Vec<&str> = published.iter().map(|it| it.reference().id.as_str()).collect();
    let known = ids.join(", ");
    if let Some(id) = id {
        let at = ids.iter().position(|it| Path::new(it) == id);
        return at.map(|at| published.swap_remove(at)).ok_or_else(|| {
            let id = id.display();
            let why = if known.is_empty() { String::new() } else { format!("; published are: {known}") };
            Failed::said(format!(
                "--scenario {id}: there is no such file, and none of this id is published{why}"
            ))
        });
    }
    match published.len() {
        1 => Ok(published.swap_remove(0)),
        0 => Err(Failed::said(format!(
            "{}: no scenario is published there; name one with --scenario",
            without_password(&asked.source)
        ))),
        _ => Err(Failed::said(format!(
            "{}: it has several scenarios, choose one with --scenario: {known}",
            without_password(&asked.source)
        ))),
    }
}

impl Opened<'_> {
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// How often rules refused (S13).
    pub fn refusals(&self) -> Result<Vec<RefusalCount>, Failed> {
        self.source.refusals(&self.scenario.reference().id)
    }

    /// Whether the scenario has a reason, or cases were lost for it.
    pub fn has_reason(&self, reason: &str, funnel: &Funnel) -> bool {
        let def = self.scenario.definition();
        let bad = def.stages.iter().any(|it| it.id == reason && it.outcome.is_some());
        bad || def.reasons.get(reason).is_some() || funnel.refusals().iter().any(|it| it.reason == reason)
    }

    /// Reads every journal once.
    pub fn gather(&self, asked: &Asked) -> Result<Gathered, Failed> {
        let keeping = Keeping::all(asked.fields(self.asked)?);
        let mut records = Records::new(keeping);
        for version in self.source.versions()? {
            records.learn(&version);
        }
        records.learn(&self.scenario);
        let id = &self.scenario.reference().id;
        let problems = Problems::default();
        let mut left_out = BTreeMap::new();
        for journal in self.source.every(&problems)? {
            // One that cannot be read is among the problems.
            let Ok(entries) = journal.entries else { continue };
            // One that has passed to another scenario was in this one (M12).
            let known = || entries.iter().filter(|entry| asked.as_of.is_none_or(|until| entry.at <= until));
            let follows = |event: &Event| match event {
                Event::Opened(it) => it.links.values().any(|kind| *kind == LinkKind::Follows),
                Event::Linked { kind, .. } => *kind == LinkKind::Follows,
                _ => false,
            };
            // Also one of another scenario that follows a case of this one (P7).
            if !known().any(|entry| entry.scenario.id == *id || entry.events.iter().any(follows)) {
                continue;
            }
            if let Err(error) = records.add_journal(&entries, asked.as_of) {
                left_out.insert(journal.case, error.to_string());
            }
        }
        if let Some(failed) = problems.failed() {
            return Err(failed);
        }
        self.source.known(&problems)?;
        records.shrink();
        let mut lines = problems.told(Some(&self.scenario), &self.asked.lang);
        lines.extend(source::listed(left_out));
        let mut layout = Layout::of(&self.scenario);
        for (from, to, stages) in self.source.mappings(id)? {
            layout = layout.mapped(from, to, stages);
        }
        Ok(Gathered { records, layout, left_out: lines })
    }
}
