//! The rules that hold people up most, and how the cases ended (S13, F6).

use super::ask::{Ask, AskError};
use super::count::chosen;
use super::ends::Ends;
use super::frame::Frame;
use super::matching::Matcher;
use super::{Layout, Records};
use crate::scenario::Scenario;
use crate::scenario::def::Text;
use crate::tell::Speaker;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many times a rule refused, as a store counts it (S13).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalCount {
    /// The scenario's version.
    pub version: u32,
    /// The stage on which the case stood; empty on opening.
    pub stage: String,
    /// The code of what was missing, with the requirement where there is one: `V-M3-field request/leave/amount`.
    pub rule: String,
    /// The first role of the actor; empty for one without.
    pub role: String,
    /// How many times.
    pub count: u64,
}

/// A rule that held people up on a stage (S13).
///
/// Refusals are counted by rule and not by case: one case can have been refused ten times, another never. So how cases
/// ended is told of all that entered the stage, refused there or not. Of debts, which are the cases' own, it is exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HoldUp {
    /// The code of what was missing: `V-M3-field`.
    pub code: String,
    /// The requirement, where there is one: `request/leave/amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// What the requirement asks, in words, where the scenario still has it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub words: Text,
    /// The stage on which the cases stood, as the report's version calls it; empty on opening.
    pub stage: String,
    /// Its title.
    pub label: Text,
    /// How many times it refused, over all versions and roles.
    pub refusals: u64,
    /// The same by role; people without one under the empty one.
    pub roles: BTreeMap<String, u64>,
    /// The same by version.
    pub versions: BTreeMap<u32, u64>,
    /// How all cases ended that entered the stage; none on opening, since who is refused there has no case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered: Option<Ends>,
    /// How the cases ended in which this requirement was passed over (M11), and which so have a debt of it; none where
    /// it is no requirement, or the records keep no work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debts: Option<Ends>,
}

/// The rules that hold people up most, those with most refusals first; requirements that were only ever passed over
/// come last, with no refusals (S13).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct HoldUps(pub Vec<HoldUp>);

#[derive(Default)]
struct Counted {
    refusals: u64,
    roles: BTreeMap<String, u64>,
    versions: BTreeMap<u32, u64>,
}

impl HoldUps {
    /// Adds refusals up and puts beside them how the cases ended that are asked for. The counts have no dates: the
    /// period chooses cases, not refusals.
    ///
    /// # Errors
    /// When the period ends before it begins, or the records do not keep what the filter is about.
    pub fn of(
        records: &Records,
        layout: &Layout,
        ask: &Ask,
        scenario: &Scenario,
        counts: &[RefusalCount],
    ) -> Result<Self, AskError> {
        ask.check()?;
        let frame = Frame::new(records, layout, ask);
        let matcher = Matcher::new(&frame, &ask.only)?;
        let mut found: BTreeMap<(String, String), Counted> = BTreeMap::new();
        for it in counts.iter().filter(|it| it.count > 0) {
            let stage = layout.becomes(&it.stage).unwrap_or(&it.stage).to_owned();
            let of = found.entry((it.rule.clone(), stage)).or_default();
            of.refusals = of.refusals.saturating_add(it.count);
            let add = |sum: &mut u64| *sum = sum.saturating_add(it.count);
            add(of.roles.entry(it.role.clone()).or_default());
            add(of.versions.entry(it.version).or_default());
        }
        let stages: BTreeSet<usize> = found.keys().filter_map(|(_, stage)| frame.place(stage)).collect();
        let mut entered: BTreeMap<usize, Ends> = stages.iter().map(|it| (*it, Ends::default())).collect();
        let mut debts: BTreeMap<&str, Ends> = BTreeMap::new();
        for at in chosen(&frame, ask, &matcher) {
            let at = at as usize;
            let Some(row) = records.rows.get(at).filter(|row| frame.is_ours(row)) else { continue };
            if !stages.is_empty() {
                for place in frame.walk(row).entered {
                    if let Some(ends) = entered.get_mut(&place) {
                        ends.add(&frame, at, row);
                    }
                }
            }
            if let Some(Some(work)) = records.work.get(at) {
                let rules: BTreeSet<&str> = work.debts.iter().map(|it| it.rule.as_str()).collect();
                for rule in rules {
                    debts.entry(rule).or_default().add(&frame, at, row);
                }
            }
        }
        let keeps = records.keeping().work;
        let mut all: Vec<HoldUp> = Vec::with_capacity(found.len());
        let mut named: BTreeSet<String> = BTreeSet::new();
        for ((rule, stage), counted) in found {
            let (code, requirement) = match rule.split_once(' ') {
                Some((code, requirement)) => (code.to_owned(), Some(requirement.to_owned())),
                None => (rule, None),
            };
            let place = frame.place(&stage);
            let passed = requirement.as_ref().filter(|_| keeps);
            all.push(HoldUp {
                code,
                words: requirement.as_deref().map(|it| words(scenario, it)).unwrap_or_default(),
                label: place.map_or_else(|| Text::from(stage.as_str()), |it| frame.place_title(it)),
                entered: place.and_then(|it| entered.get(&it)).cloned(),
                debts: passed.map(|it| debts.get(it.as_str()).cloned().unwrap_or_default()),
                refusals: counted.refusals,
                roles: counted.roles,
                versions: counted.versions,
                stage,
                requirement: requirement.inspect(|it| {
                    named.insert(it.clone());
                }),
            });
        }
        for (rule, ends) in debts.into_iter().filter(|(rule, _)| !named.contains(*rule)) {
            let stage = rule.split('/').next().unwrap_or_default();
            let place = frame.place(stage);
            all.push(HoldUp {
                code: String::new(),
                words: words(scenario, rule),
                stage: place.map_or(stage, |it| frame.place_id(it)).to_owned(),
                label: place.map_or_else(|| Text::from(stage), |it| frame.place_title(it)),
                refusals: 0,
                roles: BTreeMap::new(),
                versions: BTreeMap::new(),
                entered: None,
                debts: Some(ends),
                requirement: Some(rule.to_owned()),
            });
        }
        let debts = |it: &HoldUp| it.debts.as_ref().map_or(0, |it| it.cases.cases);
        let key = |it: &HoldUp| (it.code.clone(), it.requirement.clone(), it.stage.clone());
        all.sort_by(|a, b| {
            let order = b.refusals.cmp(&a.refusals).then_with(|| debts(b).cmp(&debts(a)));
            order.then_with(|| key(a).cmp(&key(b)))
        });
        Ok(Self(all))
    }
}

/// What a requirement asks, in both languages.
fn words(scenario: &Scenario, requirement: &str) -> Text {
    let told = |language| Some((language, Speaker::new(scenario, language).requirement(requirement)?));
    Text::per_language(["en", "ru"].into_iter().filter_map(told))
}
