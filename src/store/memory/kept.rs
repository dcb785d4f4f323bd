//! Versions, drafts, mappings, switches, counts of refusals (S9, S13, T7).

use super::Data;
use crate::store::{Draft, Keep, Kept, Look, Mapping, Refusal, Switched, TimerRow, Version};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// From which version of which scenario to which of which: the versions first, as they are listed.
type MappingKey = (String, u32, u32, String);

/// What is kept beside cases.
#[derive(Clone, Default)]
pub(super) struct KeptThings {
    versions: BTreeMap<(String, u32), Version>,
    drafts: BTreeMap<String, Draft>,
    mappings: BTreeMap<MappingKey, Mapping>,
    switches: BTreeMap<(String, String), Switched>,
    /// By all of it but the count.
    refusals: BTreeMap<(String, u32, String, String, String), u64>,
}

/// What of a map is a scenario's, where the scenario comes first in the key.
fn of<'a, V>(
    map: &'a BTreeMap<(String, String), V>,
    scenario: &'a str,
) -> impl Iterator<Item = &'a V> + use<'a, V> {
    map.range((scenario.to_owned(), String::new())..)
        .take_while(move |((of, _), _)| of == scenario)
        .map(|(_, value)| value)
}

impl KeptThings {
    /// Whether a timer's trigger is on: by its switch, or where nobody switched it as the timer has it (T7).
    pub fn is_on(&self, timer: &TimerRow) -> bool {
        let Some(trigger) = &timer.trigger else { return true };
        let switch = self.switches.get(&(timer.scenario.clone(), trigger.clone()));
        switch.map_or(timer.enabled, |it| it.on)
    }

    /// All that were ever switched in a scenario.
    pub fn switches(&self, scenario: &str) -> Vec<Switched> {
        of(&self.switches, scenario).cloned().collect()
    }

    pub fn keep(&mut self, keep: &Keep) -> Kept {
        match keep {
            Keep::Version(version) => {
                let key = (version.scenario.id.clone(), version.scenario.version);
                match self.versions.entry(key) {
                    Entry::Occupied(there) if there.get().scenario.hash != version.scenario.hash => {
                        return Kept::Clash { found: there.get().scenario.hash.clone() };
                    }
                    Entry::Occupied(_) => {}
                    Entry::Vacant(free) => {
                        free.insert(version.clone());
                    }
                }
            }
            Keep::Draft(draft) => {
                let found = self.drafts.get(&draft.id).map_or(0, |it| it.revision);
                if found.checked_add(1) != Some(draft.revision) {
                    return Kept::Clash { found: found.to_string() };
                }
                self.drafts.insert(draft.id.clone(), draft.clone());
            }
            Keep::DropDraft { id } => {
                self.drafts.remove(id);
            }
            Keep::Mapping(it) => {
                let key = (it.from.id.clone(), it.from.version, it.to.version, it.to.id.clone());
                self.mappings.insert(key, it.clone());
            }
            Keep::Switch(switch) => {
                let key = (switch.scenario.clone(), switch.trigger.clone());
                self.switches.insert(key, switch.clone());
            }
            Keep::Refusals(refusals) => {
                for Refusal { scenario, version, stage, rule, role, count } in refusals {
                    let key = (scenario.clone(), *version, stage.clone(), rule.clone(), role.clone());
                    let counted = self.refusals.entry(key).or_default();
                    *counted = counted.saturating_add(*count);
                }
            }
        }
        Kept::Done
    }

    fn versions_of<'a>(&'a self, scenario: &'a str) -> impl DoubleEndedIterator<Item = &'a Version> {
        let key = |version| (scenario.to_owned(), version);
        self.versions.range(key(0)..=key(u32::MAX)).map(|(_, it)| it)
    }

    fn refusals_of(&self, scenario: &str) -> Option<Keep> {
        let from = (scenario.to_owned(), 0, String::new(), String::new(), String::new());
        let counted = self.refusals.range(from..).take_while(|((of, ..), _)| of == scenario);
        let refusals: Vec<Refusal> = counted
            .map(|((scenario, version, stage, rule, role), count)| Refusal {
                scenario: scenario.clone(),
                version: *version,
                stage: stage.clone(),
                rule: rule.clone(),
                role: role.clone(),
                count: *count,
            })
            .collect();
        (!refusals.is_empty()).then_some(Keep::Refusals(refusals))
    }

    pub fn kept(&self, look: &Look) -> Vec<Keep> {
        match look {
            Look::Latest { scenario } => {
                self.versions_of(scenario).next_back().cloned().map(Keep::Version).into_iter().collect()
            }
            Look::Version { scenario, version, hash } => {
                let there = self.versions.get(&(scenario.clone(), *version));
                let same = there.filter(|it| hash.is_empty() || it.scenario.hash == *hash);
                same.cloned().map(Keep::Version).into_iter().collect()
            }
            Look::Versions { scenario: Some(scenario) } => {
                self.versions_of(scenario).cloned().map(Keep::Version).collect()
            }
            Look::Versions { scenario: None } => self.versions.values().cloned().map(Keep::Version).collect(),
            Look::Draft { id } => self.drafts.get(id).cloned().map(Keep::Draft).into_iter().collect(),
            Look::Drafts => self.drafts.values().cloned().map(Keep::Draft).collect(),
            Look::Mappings { scenario } => {
                let from = (scenario.clone(), 0, 0, String::new());
                let all = self.mappings.range(from..).take_while(|((of, ..), _)| of == scenario);
                all.map(|(_, it)| Keep::Mapping(it.clone())).collect()
            }
            Look::Switches { scenario } => self.switches(scenario).into_iter().map(Keep::Switch).collect(),
            Look::Refusals { scenario } => self.refusals_of(scenario).into_iter().collect(),
        }
    }
}

impl Data {
    pub(super) fn keep(&mut self, keep: &Keep) -> Kept {
        self.generation += 1;
        if let Keep::Switch(switch) = keep {
            self.timers.free(&switch.scenario);
        }
        self.kept.keep(keep)
    }
}
