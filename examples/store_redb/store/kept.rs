//! Versions, drafts, mappings, switches, counts of refusals (S9, S13, T7).

use super::tables::{
    DRAFTS, Fault, Json, MAPPINGS, REFUSALS, Read, SWITCHES, VERSIONS, json, next, parsed, row,
};
use redb::{Key, Range, ReadableTable, WriteTransaction};
use serde::de::DeserializeOwned;
use voronka::store::{Draft, Keep, Kept, Look, Refusal, StoreError, Switched, Version};

pub fn keep(tx: &WriteTransaction, keep: &Keep) -> Result<Kept, Fault> {
    keep.check()?;
    match keep {
        Keep::Version(version) => {
            let mut versions = tx.open_table(VERSIONS)?;
            let key = (version.scenario.id.as_str(), version.scenario.version);
            if let Some(there) = row::<_, Version>(&versions, key)? {
                let same = there.scenario.hash == version.scenario.hash;
                return Ok(if same { Kept::Done } else { Kept::Clash { found: there.scenario.hash } });
            }
            versions.insert(key, json(version)?.as_str())?;
        }
        Keep::Draft(draft) => {
            let mut drafts = tx.open_table(DRAFTS)?;
            let found = row::<_, Draft>(&drafts, draft.id.as_str())?.map_or(0, |it| it.revision);
            if found.checked_add(1) != Some(draft.revision) {
                return Ok(Kept::Clash { found: found.to_string() });
            }
            drafts.insert(draft.id.as_str(), json(draft)?.as_str())?;
        }
        Keep::DropDraft { id } => {
            tx.open_table(DRAFTS)?.remove(id.as_str())?;
        }
        Keep::Mapping(it) => {
            let key = (it.from.id.as_str(), it.from.version, it.to.version, it.to.id.as_str());
            tx.open_table(MAPPINGS)?.insert(key, json(it)?.as_str())?;
        }
        Keep::Switch(it) => {
            let key = (it.scenario.as_str(), it.trigger.as_str());
            tx.open_table(SWITCHES)?.insert(key, json(it)?.as_str())?;
        }
        Keep::Refusals(added) => {
            let mut refusals = tx.open_table(REFUSALS)?;
            for it in added {
                let key =
                    (it.scenario.as_str(), it.version, it.stage.as_str(), it.rule.as_str(), it.role.as_str());
                let counted = refusals.get(key)?.map_or(0, |it| it.value());
                refusals.insert(key, counted.saturating_add(it.count))?;
            }
        }
        _ => return Err(StoreError::Failed { why: format!("this store does not know {keep:?}") }.into()),
    }
    Ok(Kept::Done)
}

/// The rows of a range, each as what is kept.
fn all<K: Key + 'static, T: DeserializeOwned>(
    range: Range<'_, K, Json>,
    keep: impl Fn(T) -> Keep,
) -> Result<Vec<Keep>, Fault> {
    range.map(|found| Ok(keep(parsed(found?.1.value())?))).collect()
}

pub fn kept<R: Read>(tx: &R, look: &Look) -> Result<Vec<Keep>, Fault> {
    match look {
        Look::Latest { scenario } => {
            let versions = tx.table(VERSIONS)?;
            let last = versions.range((scenario.as_str(), 0)..=(scenario.as_str(), u32::MAX))?.next_back();
            last.map(|found| Ok(Keep::Version(parsed(found?.1.value())?))).into_iter().collect()
        }
        Look::Version { scenario, version, hash } => {
            let there: Option<Version> = row(&tx.table(VERSIONS)?, (scenario.as_str(), *version))?;
            let same = there.filter(|it| hash.is_empty() || it.scenario.hash == *hash);
            Ok(same.map(Keep::Version).into_iter().collect())
        }
        Look::Versions { scenario: Some(scenario) } => {
            let of_scenario = (scenario.as_str(), 0)..=(scenario.as_str(), u32::MAX);
            all(tx.table(VERSIONS)?.range(of_scenario)?, Keep::Version)
        }
        Look::Versions { scenario: None } => all(tx.table(VERSIONS)?.iter()?, Keep::Version),
        Look::Draft { id } => {
            let draft: Option<Draft> = row(&tx.table(DRAFTS)?, id.as_str())?;
            Ok(draft.map(Keep::Draft).into_iter().collect())
        }
        Look::Drafts => all(tx.table(DRAFTS)?.iter()?, Keep::Draft),
        Look::Mappings { scenario } => {
            let of_scenario = (scenario.as_str(), 0, 0, "")..(&next(scenario), 0, 0, "");
            all(tx.table(MAPPINGS)?.range(of_scenario)?, Keep::Mapping)
        }
        Look::Switches { scenario } => Ok(switches(tx, scenario)?.into_iter().map(Keep::Switch).collect()),
        Look::Refusals { scenario } => {
            let refusals = refusals(tx, scenario)?;
            Ok(if refusals.is_empty() { Vec::new() } else { vec![Keep::Refusals(refusals)] })
        }
        _ => Err(StoreError::Failed { why: format!("this store does not know {look:?}") }.into()),
    }
}

/// All that were ever switched in a scenario, by trigger.
pub fn switches<R: Read>(tx: &R, scenario: &str) -> Result<Vec<Switched>, Fault> {
    let switches = tx.table(SWITCHES)?;
    let of_scenario = switches.range((scenario, "")..(next(scenario).as_str(), ""))?;
    of_scenario.map(|found| parsed(found?.1.value())).collect()
}

fn refusals<R: Read>(tx: &R, scenario: &str) -> Result<Vec<Refusal>, Fault> {
    let refusals = tx.table(REFUSALS)?;
    let of_scenario = refusals.range((scenario, 0, "", "", "")..(next(scenario).as_str(), 0, "", "", ""))?;
    let mut all = Vec::new();
    for found in of_scenario {
        let (key, count) = found?;
        let (scenario, version, stage, rule, role) = key.value();
        let [scenario, stage, rule, role] = [scenario, stage, rule, role].map(str::to_owned);
        all.push(Refusal { scenario, version, stage, rule, role, count: count.value() });
    }
    Ok(all)
}
