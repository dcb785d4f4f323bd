//! The order in which a report shows stages, and what becomes of those of other versions (F1).

use super::records::{NONE16, Records};
use crate::Scenario;
use crate::case::ScenarioRef;
use crate::scenario::def::{Resolver, StageOutcome, Text};
use std::collections::BTreeMap;

/// What a report is told in: the stages of one version in its order, its reasons, and how stages of other versions
/// are called there.
#[derive(Debug, Clone)]
pub struct Layout {
    pub(super) reference: ScenarioRef,
    pub(super) title: Text,
    pub(super) won_label: Text,
    pub(super) stages: Vec<LaidStage>,
    pub(super) ends: BTreeMap<String, Text>,
    pub(super) reasons: BTreeMap<String, (Text, Resolver)>,
    /// From which version to which.
    mapped: Vec<(u32, u32, BTreeMap<String, String>)>,
    pub(super) zone: chrono_tz::Tz,
}

/// An ordinary stage.
#[derive(Debug, Clone)]
pub(super) struct LaidStage {
    pub id: String,
    pub title: Text,
    /// The chance of winning that the scenario gives, in per cent (F9).
    pub probability: Option<u32>,
}

impl Layout {
    /// The order of this version.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let def = scenario.definition();
        let titled = |id: &str, title: &Text| if title.is_empty() { id.into() } else { title.clone() };
        let good = |outcome| matches!(outcome, Some(StageOutcome::Won | StageOutcome::Result));
        let won = def.stages.iter().find(|stage| good(stage.outcome));
        let ordinary = def.stages.iter().filter(|stage| stage.outcome.is_none());
        let ends = def.stages.iter().filter(|stage| stage.outcome.is_some());
        let reasons = def.reasons.iter();
        let zone = def.calendar.as_ref().and_then(|it| it.time_zone.parse().ok());
        Self {
            reference: scenario.reference().clone(),
            title: titled(&def.id, &def.title),
            won_label: won.map(|stage| titled(&stage.id, &stage.title)).unwrap_or_default(),
            stages: ordinary
                .map(|it| LaidStage {
                    id: it.id.clone(),
                    title: titled(&it.id, &it.title),
                    probability: it.probability,
                })
                .collect(),
            ends: ends.map(|it| (it.id.clone(), titled(&it.id, &it.title))).collect(),
            reasons: reasons
                .map(|(id, it)| (id.to_owned(), (titled(id, &it.title), it.resolved_by)))
                .collect(),
            mapped: Vec::new(),
            zone: zone.unwrap_or(chrono_tz::UTC),
        }
    }

    /// Also how the stages of a version that was left behind are called in the one after it: what was published with it
    /// (V3). A stage that this version has counts as itself; another one follows the mappings from version to version
    /// until it is one that this version has. Stages that were merged count as the one that they became.
    #[must_use]
    pub fn mapped(mut self, from: u32, to: u32, stages: BTreeMap<String, String>) -> Self {
        // What came after this version is told by nobody here.
        if to <= self.reference.version {
            self.mapped.push((from, to, stages));
            self.mapped.sort_by_key(|(from, to, _)| (*from, *to));
        }
        self
    }

    /// The time zone in which its days and months are counted: that of the scenario's calendar.
    #[must_use]
    pub const fn time_zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    /// Which version it is the order of.
    #[must_use]
    pub const fn reference(&self) -> &ScenarioRef {
        &self.reference
    }

    fn position(&self, stage: &str) -> Option<usize> {
        self.stages.iter().position(|it| it.id == stage)
    }

    /// The stage of this version that a stage of another one became; none where nothing says so.
    #[must_use]
    pub fn becomes<'s>(&'s self, stage: &'s str) -> Option<&'s str> {
        self.follow(stage).and_then(|at| self.stages.get(at)).map(|it| it.id.as_str())
    }

    fn follow(&self, stage: &str) -> Option<usize> {
        if let Some(at) = self.position(stage) {
            return Some(at);
        }
        // Straight to this version where that was published; else from version to version, which only rise.
        let straight = self.mapped.iter().rev().filter(|(_, to, _)| *to == self.reference.version);
        if let Some(at) =
            straight.filter_map(|(.., stages)| stages.get(stage)).find_map(|it| self.position(it))
        {
            return Some(at);
        }
        let (mut name, mut version) = (stage, 0);
        for (from, to, stages) in &self.mapped {
            if *from < version {
                continue;
            }
            if let Some(next) = stages.get(name) {
                (name, version) = (next, *to);
                if let Some(at) = self.position(name) {
                    return Some(at);
                }
            }
        }
        None
    }
}

/// The places of a report: the stages of its version, then such as only other versions know, by id.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// By the number of the stage in the records.
    pub of: Vec<u16>,
    /// How many are this version's.
    pub known: usize,
    /// Those that are not.
    pub former: Vec<String>,
}

impl Places {
    /// `places` of all stages that cases of this scenario stood on.
    pub fn of(layout: &Layout, records: &Records) -> Self {
        let known = layout.stages.len();
        let followed: Vec<Option<usize>> = records.stages.iter().map(|id| layout.follow(id)).collect();
        // Outcomes' stages are no places: nobody stands there, or is lost from there.
        let stood = |number: usize| records.stood.get(number).copied().unwrap_or(false);
        let each = records.stages.iter().zip(&followed).enumerate();
        let mut former: Vec<&str> =
            each.filter(|(number, (_, at))| at.is_none() && stood(*number)).map(|(_, (id, _))| id).collect();
        former.sort_unstable();
        let of = records
            .stages
            .iter()
            .zip(&followed)
            .map(|(id, at)| at.or_else(|| former.binary_search(&id).ok().map(|at| known + at)))
            .map(|at| at.and_then(|at| u16::try_from(at).ok()).unwrap_or(NONE16))
            .collect();
        Self { of, known, former: former.into_iter().map(str::to_owned).collect() }
    }

    pub fn len(&self) -> usize {
        self.known + self.former.len()
    }

    #[inline]
    pub fn at(&self, stage: u16) -> usize {
        self.of.get(usize::from(stage)).map_or(usize::MAX, |at| usize::from(*at))
    }
}
