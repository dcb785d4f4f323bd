//! Publishing a draft: everything is checked before a version is made (V2, V3, V5).

use super::error::PublishError;
use super::facts::AnyFacts;
use super::host::Host;
use super::publication::{Moved, Publication, Published, Running};
use crate::case::{Actor, Adoption, ScenarioRef};
use crate::foresight::proof::{Certainty, prove};
use crate::scenario::def::Definition;
use crate::scenario::edit::{AdoptionDefect, Draft, Edit, HeadEdit, changed_rules, diff, rebase};
use crate::scenario::{Scenario, check_set};
use crate::source::Severity;
use crate::store::{
    AnyQuery, AnyStore, CaseFilter, CaseQuery, Keep, Kept, Look, Mapping, StoreError, Version,
};
use crate::testing::{self, Report};
use std::sync::Arc;

/// How many times a draft is put on top of what others published meanwhile, before they are too many.
const MOST_TRIES: u32 = 5;

/// How many cases are looked at at once for one that stands on a stage which is gone.
const PAGE: u32 = 500;

/// A draft on top of the latest version.
struct Ready {
    latest: Arc<Scenario>,
    scenario: Scenario,
    others: Vec<Edit>,
}

impl<S: AnyStore + AnyQuery, F: AnyFacts> Host<'_, S, F> {
    /// Publishes a draft as the next version, or refuses with everything that stands in the way; the draft is as it
    /// was either way.
    pub async fn publish_draft(&self, asked: &Publication, by: &Actor) -> Result<Published, PublishError> {
        let base = self.base_of(&asked.draft).await?;
        for _ in 0..MOST_TRIES {
            let ready = self.on_top(asked, &base, by).await?;
            let examples = examples_of(asked, &ready.scenario)?;
            let proof = prove(&ready.scenario);
            if proof.blocks() {
                let mut proof = proof;
                proof.findings.retain(|it| it.certainty == Certainty::Shown);
                let told = proof.told(&ready.scenario, "en");
                return Err(PublishError::Shown { findings: proof.findings, told });
            }
            let adoption = self.adoption_of(asked, &base, &ready).await?;
            let lints = ready.scenario.lints();
            let (scenario, before) = (ready.scenario.reference().clone(), ready.latest.reference().clone());
            let version = Version {
                scenario: scenario.clone(),
                text: serde_json::to_string(ready.scenario.definition()).map_err(StoreError::failed)?,
                by: by.id.clone(),
                at: self.time.now(),
                comment: comment_of(asked, examples.as_ref()),
            };
            match self.store.keep(&Keep::Version(version)).await? {
                Kept::Done => {
                    // After the version: a mapping to one that somebody else publishes would be taken for theirs.
                    self.keep_mapping(&before, &scenario, adoption.as_ref()).await?;
                    self.shared.know(ready.scenario);
                    let others = ready.others;
                    return Ok(Published { scenario, before, others, examples, adoption, lints });
                }
                // Somebody published this number a moment ago: once more, on top of that.
                Kept::Clash { .. } if self.owned => {}
                Kept::Clash { found } => {
                    let (scenario, version) = (scenario.id, scenario.version);
                    return Err(PublishError::Clash { scenario, version, found });
                }
            }
        }
        let it = asked.draft.base();
        Err(PublishError::Store(StoreError::failed(format!(
            "others publish scenario {} faster than this draft of version {} could be",
            it.id, it.version
        ))))
    }

    async fn keep_mapping(
        &self,
        from: &ScenarioRef,
        to: &ScenarioRef,
        adoption: Option<&Adoption>,
    ) -> Result<(), StoreError> {
        let Some(adoption) = adoption else { return Ok(()) };
        let text = serde_json::to_string(adoption).map_err(StoreError::failed)?;
        let mapping = Mapping { from: from.clone(), to: to.clone(), text };
        self.store.keep(&Keep::Mapping(mapping)).await.map(drop)
    }

    /// The version on which a draft was begun, with just its content.
    async fn base_of(&self, draft: &Draft) -> Result<Arc<Scenario>, PublishError> {
        let it = draft.base();
        if let Some(base) = self.shared.exactly(self.store, it).await? {
            return Ok(base);
        }
        let found = self.shared.named(self.store, &it.id, Some(it.version)).await?;
        let found = found.map(|other| other.reference().hash.clone());
        Err(PublishError::Base { draft: Box::new(it.clone()), found })
    }

    /// The draft on top of the latest version, checked and compiled.
    async fn on_top(&self, asked: &Publication, base: &Scenario, by: &Actor) -> Result<Ready, PublishError> {
        let it = asked.draft.base();
        let latest = self.shared.named(self.store, &it.id, None).await?;
        let Some(latest) = latest else {
            return Err(PublishError::Base { draft: Box::new(it.clone()), found: None });
        };
        if !latest.may_edit(by, self.time.now()) {
            return Err(PublishError::Right { actor: by.id.clone(), scenario: it.id.clone() });
        }
        let mut definition = asked.draft.definition(base).map_err(|it| PublishError::Draft(Box::new(it)))?;
        let mut others = Vec::new();
        if latest.reference() != it {
            others = changes(base.definition(), latest.definition());
            let rebased = rebase(base.definition(), latest.definition(), asked.draft.edits());
            if !rebased.clashes.is_empty() {
                let draft = Draft::with(&latest, rebased.edits);
                let latest = latest.reference().clone();
                let moved = Moved { latest, others, draft, clashes: rebased.clashes };
                return Err(PublishError::Moved(Box::new(moved)));
            }
            definition = rebased.definition;
        }
        if changes(latest.definition(), &definition).is_empty() {
            return Err(PublishError::Unchanged(latest.reference().clone()));
        }
        definition.version = latest.reference().version.saturating_add(1);
        let scenario = Scenario::new(definition).map_err(PublishError::Defects)?;
        self.fits_others(&scenario).await?;
        Ok(Ready { latest, scenario, others })
    }

    /// What it says of other scenarios fits their latest versions (P2).
    async fn fits_others(&self, scenario: &Scenario) -> Result<(), PublishError> {
        let latest = self.latest_of(None).await?;
        let id = &scenario.reference().id;
        let others = latest.iter().filter(|it| it.reference().id != *id).map(|it| it.definition());
        let set: Vec<&Definition> = std::iter::once(scenario.definition()).chain(others).collect();
        let mut found = check_set(&set).into_iter().next().unwrap_or_default();
        found.retain(|it| it.severity() == Severity::Error);
        if found.is_empty() { Ok(()) } else { Err(PublishError::Defects(found)) }
    }

    /// How cases pass from the latest version to the new one: each changed rule by name, those not spoken of kept.
    async fn adoption_of(
        &self,
        asked: &Publication,
        base: &Scenario,
        ready: &Ready,
    ) -> Result<Option<Adoption>, PublishError> {
        let Running::Adopt(asked_for) = &asked.running else { return Ok(None) };
        let (old, new) = (ready.latest.definition(), ready.scenario.definition());
        let theirs = changed_rules(base.definition(), old);
        let mut adoption = Adoption::between(old, new);
        adoption.stages.clone_from(&asked_for.stages);
        for (rule, fate) in &asked_for.rules {
            match adoption.rules.get_mut(rule) {
                Some(known) => *known = *fate,
                // What another editor did alike, and published before, is no change any more.
                None if theirs.contains_key(rule) => {}
                None => drop(adoption.rules.insert(rule.clone(), *fate)),
            }
        }
        let mut defects = adoption.defects(old, new);
        let mut standing = Vec::new();
        for it in &defects {
            if let AdoptionDefect::Unmapped { stage } = it
                && let Some(case) = self.standing_on(ready.latest.reference(), stage).await?
            {
                standing.push((stage.clone(), case));
            }
        }
        // A stage that is gone and on which nobody stands needs no mapping.
        defects.retain(|it| match it {
            AdoptionDefect::Unmapped { stage } => standing.iter().any(|(on, _)| on == stage),
            _ => true,
        });
        if defects.is_empty() {
            Ok(Some(adoption))
        } else {
            Err(PublishError::Adoption { defects, standing })
        }
    }

    /// An open case of a version that stands on a stage.
    async fn standing_on(&self, version: &ScenarioRef, stage: &str) -> Result<Option<String>, StoreError> {
        let filter = CaseFilter {
            open: Some(true),
            scenario: Some(version.id.clone()),
            stage: Some(stage.to_owned()),
            ..CaseFilter::default()
        };
        let mut query = CaseQuery { filter, limit: PAGE, ..CaseQuery::default() };
        loop {
            let page = AnyQuery::cases(self.store, &query).await?;
            if let Some(row) = page.rows.into_iter().find(|row| row.version == version.version) {
                return Ok(Some(row.id));
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(None),
            }
        }
    }
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// A draft that is kept, with its revision.
    pub async fn draft(&self, id: &str) -> Result<Option<(Draft, u64)>, StoreError> {
        let kept = self.store.kept(&Look::Draft { id: id.to_owned() }).await?;
        let Some(Keep::Draft(row)) = kept.into_iter().next() else { return Ok(None) };
        let draft = serde_json::from_str(&row.text);
        let draft = draft.map_err(|error| StoreError::damaged(format!("draft {id}"), error.to_string()))?;
        Ok(Some((draft, row.revision)))
    }

    /// Keeps a draft after the revision on which its editor began; 0 where it is new.
    pub async fn keep_draft(
        &self,
        id: &str,
        draft: &Draft,
        seen: u64,
        by: &Actor,
    ) -> Result<Kept, PublishError> {
        let scenario = &draft.base().id;
        if let Some(latest) = self.shared.named(self.store, scenario, None).await?
            && !latest.may_edit(by, self.time.now())
        {
            return Err(PublishError::Right { actor: by.id.clone(), scenario: scenario.clone() });
        }
        let row = crate::store::Draft {
            id: id.to_owned(),
            scenario: draft.base().id.clone(),
            revision: seen.saturating_add(1),
            text: serde_json::to_string(draft).map_err(StoreError::failed)?,
            by: by.id.clone(),
            at: self.time.now(),
        };
        Ok(self.store.keep(&Keep::Draft(row)).await?)
    }

    /// Drops a draft.
    pub async fn drop_draft(&self, id: &str) -> Result<(), StoreError> {
        self.store.keep(&Keep::DropDraft { id: id.to_owned() }).await.map(drop)
    }
}

/// What lies between two definitions, but for the number, which publishing gives.
fn changes(from: &Definition, to: &Definition) -> Vec<Edit> {
    let mut edits = diff(from, to);
    edits.retain(|edit| !matches!(edit, Edit::Head(HeadEdit::Version(_))));
    edits
}

/// The scenario's own examples, run on what is to be published.
fn examples_of(asked: &Publication, scenario: &Scenario) -> Result<Option<Report>, PublishError> {
    if asked.despite.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(PublishError::Reason);
    }
    let Some(tests) = &asked.examples else { return Ok(None) };
    let report = testing::run(scenario, tests);
    if report.is_ok() || asked.despite.is_some() {
        Ok(Some(report))
    } else {
        Err(PublishError::Examples(Box::new(report)))
    }
}

/// What the author says, and why it was published although examples fail.
fn comment_of(asked: &Publication, examples: Option<&Report>) -> String {
    match (&asked.despite, examples) {
        (Some(reason), Some(report)) if !report.is_ok() => {
            let failed = report.failed().count();
            let what = if report.defects().is_empty() {
                format!("{failed} of {} examples fail", report.tests().len())
            } else {
                "the examples could not be run".to_owned()
            };
            let said = asked.comment.trim_end();
            let between = if said.is_empty() { "" } else { "\n" };
            format!("{said}{between}Published although {what}: {}", reason.trim())
        }
        _ => asked.comment.clone(),
    }
}
