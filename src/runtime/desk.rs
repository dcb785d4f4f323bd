//! What a host asks of the runtime beside steps: looking, publishing, switching, posting.

use super::error::{PublishError, StepError, SwitchError};
use super::facts::AnyFacts;
use super::host::Host;
use super::judge::in_force;
use crate::case::{Actor, Case, Context, Recorded, ScenarioRef};
use crate::engine::View;
use crate::scenario::Scenario;
use crate::store::{AnyStore, Keep, Kept, StoreError, Switched, Version, Wanted};
use std::sync::Arc;

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Shows a case as an actor may see it (G2).
    pub async fn evaluate<T>(
        &self,
        id: &str,
        actor: &Actor,
        in_full: bool,
        look: impl FnOnce(&Case, &View<'_>) -> T,
    ) -> Result<T, StepError> {
        let failed = |error| StepError::store(id, error);
        let loading = self.store.load(&[Wanted::case(id)]).await.map_err(failed)?;
        let loaded = loading.found.into_iter().next().unwrap_or_default();
        let Some(text) = loaded.case else { return Err(StepError::NoCase { case: id.to_owned() }) };
        let case = text.read().map_err(failed)?;
        let Some(scenario) = self.shared.exactly(self.store, &case.scenario).await.map_err(failed)? else {
            let it = &case.scenario;
            let scenario = format!("version {} of scenario {} ({})", it.version, it.id, it.hash);
            return Err(StepError::NoScenario { case: id.to_owned(), scenario });
        };
        // What is recorded later is judged later: a case seen by a slow clock is seen at its last moment.
        let now = self.time.now().max(case.last_at);
        let mut ctx = Context::new(now, actor.clone(), "");
        ctx.switches = in_force(&scenario, &loaded.switches);
        ctx.absences = self.shared.setup.absences();
        let view =
            if in_full { scenario.evaluate_in_full(&case, &ctx) } else { scenario.evaluate(&case, &ctx) };
        Ok(look(&case, &view))
    }

    /// Entries of a case from a number on.
    pub async fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        let entries = self.store.journal(case, from, limit).await?;
        entries.iter().map(crate::store::EntryText::recorded).collect()
    }

    /// The latest version of a scenario.
    pub async fn latest(&self, scenario: &str) -> Result<Option<Arc<Scenario>>, StoreError> {
        self.shared.named(self.store, scenario, None).await
    }

    /// Publishes a version (S9, V2).
    pub async fn publish(
        &self,
        scenario: Scenario,
        by: &Actor,
        comment: &str,
    ) -> Result<ScenarioRef, PublishError> {
        let reference = scenario.reference().clone();
        let now = self.time.now();
        if let Some(latest) = self.latest(&reference.id).await?
            && !latest.may_edit(by, now)
        {
            return Err(PublishError::Right { actor: by.id.clone(), scenario: reference.id });
        }
        let text = serde_json::to_string(scenario.definition()).map_err(StoreError::failed)?;
        let version = Version {
            scenario: reference.clone(),
            text,
            by: by.id.clone(),
            at: now,
            comment: comment.to_owned(),
        };
        match self.store.keep(&Keep::Version(version)).await? {
            Kept::Done => {
                self.shared.know(scenario);
                Ok(reference)
            }
            Kept::Clash { found } => {
                Err(PublishError::Clash { scenario: reference.id, version: reference.version, found })
            }
        }
    }

    /// Switches a trigger on or off, for all versions and at once (T7).
    pub async fn switch(
        &self,
        actor: &Actor,
        scenario: &str,
        trigger: &str,
        on: bool,
    ) -> Result<(), SwitchError> {
        let now = self.time.now();
        let versions = self.shared.all(self.store, scenario).await?;
        let Some(latest) = versions.first() else {
            return Err(SwitchError::NoScenario(scenario.to_owned()));
        };
        if !latest.may_switch(actor, now) {
            return Err(SwitchError::Right { actor: actor.id.clone(), scenario: scenario.to_owned() });
        }
        if !versions.iter().any(|it| it.trigger(trigger).is_some()) {
            let (scenario, trigger) = (scenario.to_owned(), trigger.to_owned());
            return Err(SwitchError::NoTrigger { scenario, trigger });
        }
        let switched = Switched {
            scenario: scenario.to_owned(),
            trigger: trigger.to_owned(),
            on,
            since: now,
            by: actor.id.clone(),
        };
        self.store.keep(&Keep::Switch(switched)).await?;
        Ok(())
    }
}
