//! Passing the cases of one version over to another, in batches beside the work on them (V3, V4, M10).

use super::error::{AdoptError, StepError};
use super::facts::AnyFacts;
use super::host::Host;
use super::request::{Asked, Request, Which, bulk_id};
use crate::case::{Actor, Adoption, Input, ScenarioRef};
use crate::scenario::edit::AdoptionDefect;
use crate::store::{
    AnyQuery, AnyStore, CaseFilter, CaseQuery, CaseRow, Keep, Look, Mapping, PageKey, StoreError,
};
use std::ops::ControlFlow;

/// How many cases are passed over at once where the host does not say.
const BATCH: u32 = 100;

/// How many refusals are kept with their words.
const MOST_REFUSED: usize = 1_000;

/// Which cases pass to which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopting {
    /// The scenario.
    pub scenario: String,
    /// The version that its open cases leave.
    pub from: u32,
    /// The version to which they pass; the latest where none.
    pub to: Option<u32>,
    /// How; where none, as it was published ([`super::Running::Adopt`]). A changed rule that it does not name is kept.
    pub adoption: Option<Adoption>,
    /// How many at once; 100 where 0.
    pub batch: u32,
    /// After this place, where an earlier round was stopped; from the beginning where none. Those that passed are not
    /// looked at again either way.
    pub after: Option<PageKey>,
}

impl Adopting {
    /// The open cases of a version pass to the latest, as it was published.
    pub fn new(scenario: impl Into<String>, from: u32) -> Self {
        Self { scenario: scenario.into(), from, to: None, adoption: None, batch: 0, after: None }
    }
}

/// How far it has come, told after each batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdoptProgress {
    /// How many open cases of the scenario were looked at.
    pub seen: u64,
    /// How many of them passed over.
    pub adopted: u64,
    /// How many refused, or could not be stepped now.
    pub refused: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AdoptedAll {
    /// The version to which they passed.
    pub to: ScenarioRef,
    /// How many.
    pub progress: AdoptProgress,
    /// Those that did not, with why: the first 1,000. They are as they were, and are tried when it is asked again.
    pub refused: Vec<StepError>,
    /// Where it was stopped; none where all were looked at.
    pub stopped: Option<PageKey>,
}

impl<S: AnyStore + AnyQuery, F: AnyFacts> Host<'_, S, F> {
    /// Passes the open cases of a version over, a batch at a time; each case is a step of its own, so that work on the
    /// others, and on itself, goes on meanwhile. It stops where `progress` says so, and can be asked again.
    pub async fn adopt_all(
        &self,
        asked: &Adopting,
        actor: &Actor,
        mut progress: impl FnMut(AdoptProgress) -> ControlFlow<()>,
    ) -> Result<AdoptedAll, AdoptError> {
        let version = |number: Option<u32>| {
            let scenario = asked.scenario.clone();
            move || AdoptError::NoVersion { scenario, version: number }
        };
        let from = self.shared.named(self.store, &asked.scenario, Some(asked.from)).await?;
        let from = from.ok_or_else(version(Some(asked.from)))?;
        let to = self.shared.named(self.store, &asked.scenario, asked.to).await?;
        let to = to.ok_or_else(version(asked.to))?;
        if from.reference() == to.reference() {
            return Err(AdoptError::Same(to.reference().clone()));
        }
        let (old, new) = (from.definition(), to.definition());
        let mut adoption = match &asked.adoption {
            // What is not spoken of is kept.
            Some(said) => {
                let mut all = Adoption::between(old, new);
                all.stages.clone_from(&said.stages);
                all.rules.extend(said.rules.iter().map(|(rule, fate)| (rule.clone(), *fate)));
                let mut defects = all.defects(old, new);
                // Whoever stands on a stage that is gone and mapped nowhere stays where they are, and is listed.
                defects.retain(|it| !matches!(it, AdoptionDefect::Unmapped { .. }));
                if !defects.is_empty() {
                    return Err(AdoptError::Adoption(defects));
                }
                all
            }
            None => self.mapping(from.reference(), to.reference()).await?,
        };
        // Somebody else may pass the case over at this very moment, and further: it is never taken back.
        adoption.from = Some(from.reference().clone());
        let which = Which { scenario: asked.scenario.clone(), version: Some(to.reference().version) };
        let bulk = format!("adopt/{}/{}-{}", asked.scenario, asked.from, to.reference().version);
        let filter =
            CaseFilter { open: Some(true), scenario: Some(asked.scenario.clone()), ..CaseFilter::default() };
        let limit = if asked.batch == 0 { BATCH } else { asked.batch };
        let mut query = CaseQuery { filter, limit, after: asked.after.clone(), ..CaseQuery::default() };
        let (mut done, mut refused) = (AdoptProgress::default(), Vec::new());
        let to = to.reference().clone();
        loop {
            let page = AnyQuery::cases(self.store, &query).await?;
            done.seen += page.rows.len() as u64;
            let cases = page.rows.iter().filter(|row| row.version == asked.from);
            let one = |row: &CaseRow| {
                let input = Input::Adopt(adoption.clone());
                // A case that was taken back in between passes over once more, under an id of its own.
                let id = bulk_id(&format!("{bulk}@{}", row.revision), &row.id);
                let request = Request::new(row.id.clone(), input, id, actor.clone());
                Asked::from(request.adopting(which.clone()))
            };
            let requests: Vec<Asked> = cases.map(one).collect();
            for answer in self.run(requests, false, |_| ()).await {
                match answer {
                    Ok(_) => done.adopted += 1,
                    Err(error) => {
                        done.refused += 1;
                        if refused.len() < MOST_REFUSED {
                            refused.push(error);
                        }
                    }
                }
            }
            let stop = progress(done).is_break();
            match page.next {
                Some(next) if stop => {
                    return Ok(AdoptedAll { to, progress: done, refused, stopped: Some(next) });
                }
                Some(next) => query.after = Some(next),
                None => return Ok(AdoptedAll { to, progress: done, refused, stopped: None }),
            }
        }
    }

    /// The mapping that was published for two versions.
    async fn mapping(&self, from: &ScenarioRef, to: &ScenarioRef) -> Result<Adoption, AdoptError> {
        let kept = self.store.kept(&Look::Mappings { scenario: from.id.clone() }).await?;
        let mapping = kept.into_iter().find_map(|it| match it {
            Keep::Mapping(it) if it.from == *from && it.to == *to => Some(it),
            _ => None,
        });
        let Some(Mapping { text, .. }) = mapping else {
            return Err(AdoptError::Pinned { from: from.clone(), to: to.clone() });
        };
        let damaged = |error: serde_json::Error| {
            let what = format!("the mapping from version {} to {} of {}", from.version, to.version, to.id);
            StoreError::damaged(what, error.to_string())
        };
        Ok(serde_json::from_str(&text).map_err(damaged)?)
    }
}
