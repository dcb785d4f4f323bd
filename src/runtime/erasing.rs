//! Erasing a case's personal texts through the runtime (S12).

use super::error::StepError;
use super::facts::AnyFacts;
use super::host::Host;
use super::judge::in_force;
use super::request::Done;
use crate::case::{Actor, Context, Entry, Input};
use crate::store::{AnyStore, Committed, StoreError, Wanted, commit_of_erasure};
use crate::{EraseError, Scenario};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many entries are read at once.
const PAGE: u32 = 1_000;

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Erases; when others were in the way, anew.
    pub async fn erase(
        &self,
        id: &str,
        reason: &str,
        actor: &Actor,
        input_id: &str,
    ) -> Result<Done, StepError> {
        let failed = |error| StepError::store(id, error);
        let tries = if self.owned { self.shared.setup.retries.max(1) } else { 1 };
        for _ in 0..tries {
            let wanted = Wanted { case: id.to_owned(), input_id: Some(input_id.to_owned()) };
            let loading = self.store.load(&[wanted]).await.map_err(failed)?;
            let loaded = loading.found.into_iter().next().unwrap_or_default();
            if let Some(answer) = loaded.answer {
                return self.erased_before(
                    id,
                    reason,
                    &answer.read().map_err(failed)?,
                    input_id,
                    loaded.case,
                );
            }
            let Some(text) = loaded.case else { return Err(StepError::NoCase { case: id.to_owned() }) };
            let case = text.read().map_err(failed)?;
            let journal = self.whole_journal(id, case.revision).await.map_err(failed)?;
            let scenarios = self.scenarios_of(&journal).await.map_err(failed)?;
            let Some(scenario) = scenarios.get(&case.scenario) else {
                let scenario = format!("version {} of scenario {}", case.scenario.version, case.scenario.id);
                return Err(StepError::NoScenario { case: id.to_owned(), scenario });
            };
            let others: Vec<&Scenario> = scenarios.values().map(Arc::as_ref).collect();
            let mut ctx = Context::new(self.time.now().max(case.last_at), actor.clone(), input_id);
            ctx.switches = in_force(scenario, &loaded.switches);
            let erased = scenario.erase(&journal, &others, reason, &ctx).map_err(|error| match error {
                EraseError::Refused(rejection) => {
                    self.shared.count(scenario, case.stage(), actor, &rejection);
                    StepError::Refused { case: id.to_owned(), rejection: Box::new(rejection) }
                }
                EraseError::Journal(error) => failed(StoreError::damaged(format!("case {id}"), error)),
            })?;
            let commit = commit_of_erasure(scenario, &case, &erased).map_err(failed)?;
            match self.store.commit(&[commit]).await.map_err(failed)?.into_iter().next() {
                Some(Committed::Done) => {
                    let (case, entry) = erased.outcome().clone().into_parts();
                    return Ok(Done { entry: Box::new(entry), case: Box::new(case), repeated: false });
                }
                // Somebody was faster; or this very input was, and loading gives its answer.
                Some(_) => {}
                None => return Err(failed(StoreError::failed("a commit was left without an answer"))),
            }
        }
        Err(StepError::Contended { case: id.to_owned(), attempts: tries })
    }

    fn erased_before(
        &self,
        id: &str,
        reason: &str,
        entry: &Entry,
        input_id: &str,
        case: Option<crate::store::CaseText>,
    ) -> Result<Done, StepError> {
        let same = matches!(&entry.input, Input::Erase { reason: then } if then == reason);
        match case {
            Some(text) if entry.case == id && same => {
                let case = text.read().map_err(|error| StepError::store(id, error))?;
                Ok(Done { entry: Box::new(entry.clone()), case: Box::new(case), repeated: true })
            }
            _ => Err(StepError::Taken {
                case: id.to_owned(),
                input_id: input_id.to_owned(),
                of: entry.case.clone(),
                number: entry.number,
            }),
        }
    }

    /// All entries up to a revision.
    async fn whole_journal(&self, id: &str, revision: u64) -> Result<Vec<Entry>, StoreError> {
        let mut journal: Vec<Entry> = Vec::new();
        loop {
            let from = journal.len() as u64 + 1;
            if from > revision {
                return Ok(journal);
            }
            let page = self.store.journal(id, from, PAGE).await?;
            if page.is_empty() {
                return Err(StoreError::damaged(
                    format!("case {id}"),
                    format!("S4: entry {from} is missing"),
                ));
            }
            for text in page.iter().take_while(|it| it.number <= revision) {
                journal.push(text.read()?);
            }
        }
    }

    /// Every scenario by which the entries were made, in the versions that are published.
    async fn scenarios_of(
        &self,
        journal: &[Entry],
    ) -> Result<BTreeMap<crate::case::ScenarioRef, Arc<Scenario>>, StoreError> {
        let mut scenarios = BTreeMap::new();
        for entry in journal {
            if !scenarios.contains_key(&entry.scenario)
                && let Some(scenario) = self.shared.exactly(self.store, &entry.scenario).await?
            {
                scenarios.insert(entry.scenario.clone(), scenario);
            }
        }
        Ok(scenarios)
    }
}
