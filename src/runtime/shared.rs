//! What a runtime shares with its views on borrowed transactions: scenarios, setup, counts of refusals.

use super::setup::Setup;
use crate::Moment;
use crate::case::{Actor, Rejection, ScenarioRef};
use crate::scenario::Scenario;
use crate::store::{AnyStore, Keep, Look, Refusal, StoreError, Version};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many different refusals are counted before they are written.
const MOST_COUNTS: usize = 10_000;

/// How long lists go by the versions that they have seen.
const FRESH_MS: i64 = 1_000;

type Counts = BTreeMap<Refusal, u64>;

/// What is shared.
pub(crate) struct Shared {
    pub setup: Setup,
    scenarios: Mutex<BTreeMap<ScenarioRef, Arc<Scenario>>>,
    refusals: Mutex<Counts>,
    latest: Mutex<Option<(Moment, Vec<Arc<Scenario>>)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is whole at any moment: it is only put into and taken out of.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub fn new(setup: Setup) -> Self {
        Self { setup, scenarios: Mutex::default(), refusals: Mutex::default(), latest: Mutex::default() }
    }

    /// The latest versions as lists learnt them, for a second; what other hosts publish shows after that.
    pub fn latest_known(&self, now: Moment) -> Option<Vec<Arc<Scenario>>> {
        let known = lock(&self.latest);
        known
            .as_ref()
            .filter(|(at, _)| (0..FRESH_MS).contains(&now.millis_since(*at)))
            .map(|(_, it)| it.clone())
    }

    pub fn latest_learnt(&self, now: Moment, latest: Vec<Arc<Scenario>>) {
        *lock(&self.latest) = Some((now, latest));
    }

    pub fn know(&self, scenario: Scenario) -> Arc<Scenario> {
        let scenario = Arc::new(scenario);
        *lock(&self.latest) = None;
        lock(&self.scenarios).insert(scenario.reference().clone(), Arc::clone(&scenario));
        scenario
    }

    fn known(&self, reference: &ScenarioRef) -> Option<Arc<Scenario>> {
        lock(&self.scenarios).get(reference).cloned()
    }

    /// The scenario of a published version; compiled once.
    pub fn compiled(&self, version: &Version) -> Result<Arc<Scenario>, StoreError> {
        if let Some(known) = self.known(&version.scenario) {
            return Ok(known);
        }
        let ScenarioRef { id, version: number, hash } = &version.scenario;
        let what = || format!("version {number} of scenario {id}");
        let scenario = Scenario::from_json(&version.text).map_err(|defects| {
            let first = defects.first().map(ToString::to_string).unwrap_or_default();
            StoreError::damaged(what(), format!("{} defects: {first}", defects.len()))
        })?;
        if *scenario.reference() != version.scenario {
            let found = scenario.reference();
            let why = format!("its text is {} {} ({}), not {hash}", found.id, found.version, found.hash);
            return Err(StoreError::damaged(what(), why));
        }
        Ok(self.know(scenario))
    }

    /// The scenario of just this version and content; none where it is not published.
    pub async fn exactly<S: AnyStore>(
        &self,
        store: &S,
        reference: &ScenarioRef,
    ) -> Result<Option<Arc<Scenario>>, StoreError> {
        if let Some(known) = self.known(reference) {
            return Ok(Some(known));
        }
        let ScenarioRef { id, version, hash } = reference.clone();
        self.look(store, &Look::Version { scenario: id, version, hash }).await
    }

    /// The scenario of a version's number, or the latest.
    pub async fn named<S: AnyStore>(
        &self,
        store: &S,
        scenario: &str,
        version: Option<u32>,
    ) -> Result<Option<Arc<Scenario>>, StoreError> {
        let scenario = scenario.to_owned();
        let look = match version {
            Some(version) => Look::Version { scenario, version, hash: String::new() },
            None => Look::Latest { scenario },
        };
        self.look(store, &look).await
    }

    /// All versions of a scenario, the latest first.
    pub async fn all<S: AnyStore>(
        &self,
        store: &S,
        scenario: &str,
    ) -> Result<Vec<Arc<Scenario>>, StoreError> {
        let kept = store.kept(&Look::Versions { scenario: Some(scenario.to_owned()) }).await?;
        let versions = kept.iter().rev().filter_map(|it| match it {
            Keep::Version(version) => Some(version),
            _ => None,
        });
        versions.map(|version| self.compiled(version)).collect()
    }

    async fn look<S: AnyStore>(&self, store: &S, look: &Look) -> Result<Option<Arc<Scenario>>, StoreError> {
        match store.kept(look).await?.first() {
            Some(Keep::Version(version)) => self.compiled(version).map(Some),
            _ => Ok(None),
        }
    }

    /// Counts what a rejection names (S13).
    pub fn count(&self, scenario: &Scenario, stage: &str, actor: &Actor, rejection: &Rejection) {
        let mut counts = lock(&self.refusals);
        for missing in rejection.missing() {
            let rule = match &missing.requirement {
                Some(requirement) => format!("{} {requirement}", missing.code),
                None => missing.code.clone(),
            };
            let refusal = Refusal {
                scenario: scenario.reference().id.clone(),
                version: scenario.reference().version,
                stage: stage.to_owned(),
                rule,
                role: actor.roles.first().cloned().unwrap_or_default(),
                count: 0,
            };
            if counts.len() < MOST_COUNTS || counts.contains_key(&refusal) {
                *counts.entry(refusal).or_default() += 1;
            }
        }
    }

    /// Writes the counts once there are so many; failing to never fails anything, they are kept for the next time.
    pub async fn write_counts<S: AnyStore>(&self, store: &S, from: u32) {
        let counts = {
            let mut counts = lock(&self.refusals);
            if counts.is_empty() || counts.values().sum::<u64>() < u64::from(from) {
                return;
            }
            std::mem::take(&mut *counts)
        };
        let rows = counts.iter().map(|(refusal, count)| Refusal { count: *count, ..refusal.clone() });
        if store.keep(&Keep::Refusals(rows.collect())).await.is_err() {
            let mut now = lock(&self.refusals);
            for (refusal, count) in counts {
                *now.entry(refusal).or_default() += count;
            }
        }
    }
}
