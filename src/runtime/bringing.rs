//! Bringing lost cases back: from a report's list to one bulk input (F8, M10, X3, P7).

use super::error::StepError;
use super::facts::AnyFacts;
use super::host::Host;
use super::request::{Asked, Done, Request, Which, bulk_id};
use crate::case::{Actor, Case, Input, LinkKind, Opening, PlanInput};
use crate::scenario::Scenario;
use crate::scenario::def::StageOutcome;
use crate::store::{AnyStore, Loaded, StoreError, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// So many cases are looked at and written together.
const BATCH: usize = 100;

/// Which lost cases are brought back, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct BringBack {
    /// The id of the whole: asked again under the same one, nothing is done twice, and what was refused is tried again.
    /// Each case's inputs are `BATCH/CASE` and `BATCH/CASE/call`; a case that follows is itself called `BATCH/CASE`.
    pub batch: String,
    /// The lost cases, as [`crate::report::cases`] lists them; one that is named twice counts once.
    pub cases: Vec<String>,
    /// How.
    pub how: Back,
    /// What is planned on each once it is back: mostly a call to the client.
    pub call: Option<PlanInput>,
}

/// How a lost case comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// It is reopened (X3).
    Reopened {
        /// At this stage; at the last ordinary one where none.
        stage: Option<String>,
        /// Passing over what the stage asks, with this reason (M11).
        r#override: Option<String>,
    },
    /// A new case is opened that follows it (P7), with what the actor may see of it: [`Scenario::following`].
    Followed {
        /// By which scenario; by its own, in the latest version, where none.
        scenario: Option<Which>,
        /// At this stage; at the first where none.
        stage: Option<String>,
        /// The fields that it takes along; where none are named, all that both scenarios have.
        fields: Option<Vec<String>>,
        /// Passing over what the stage asks, with this reason (M11).
        r#override: Option<String>,
    },
}

impl BringBack {
    /// Reopens these cases, each at its last stage, without planning anything.
    pub fn reopen(batch: impl Into<String>, cases: impl IntoIterator<Item = String>) -> Self {
        let how = Back::Reopened { stage: None, r#override: None };
        Self { batch: batch.into(), cases: cases.into_iter().collect(), how, call: None }
    }

    /// Opens a case by the same scenario after each of these, without planning anything.
    pub fn follow(batch: impl Into<String>, cases: impl IntoIterator<Item = String>) -> Self {
        let how = Back::Followed { scenario: None, stage: None, fields: None, r#override: None };
        Self { batch: batch.into(), cases: cases.into_iter().collect(), how, call: None }
    }

    /// With something planned on each.
    #[must_use]
    pub fn with_call(mut self, call: PlanInput) -> Self {
        self.call = Some(call);
        self
    }
}

/// How far it has come, told after each batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BringProgress {
    /// How many cases have their answer.
    pub answered: u64,
    /// How many of them are back, those from an earlier time among them.
    pub back: u64,
    /// How many of those were brought back at an earlier time.
    pub repeated: u64,
    /// How many were refused, or could not be stepped now.
    pub refused: u64,
    /// How many are back, and what was to be planned on them was refused.
    pub without_call: u64,
    /// How many there are.
    pub of: u64,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// The lost case.
    pub case: String,
    /// The case that runs now: the same, or the one that follows it.
    pub runs: String,
    /// Reopening or opening it; `repeated` where an earlier time did it.
    pub back: Result<Done, StepError>,
    /// What was planned; none where nothing was to be, or the case is not back.
    pub call: Option<Result<Done, StepError>>,
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Brings them back, a batch at a time; one that is refused stops no other.
    pub async fn bring_back(
        &self,
        asked: &BringBack,
        actor: &Actor,
        mut progress: impl FnMut(BringProgress) -> ControlFlow<()>,
    ) -> Vec<Returned> {
        let mut known = BTreeSet::new();
        let cases: Vec<&String> = asked.cases.iter().filter(|it| known.insert(it.as_str())).collect();
        let mut told = BringProgress { of: cases.len() as u64, ..BringProgress::default() };
        let mut all = Vec::with_capacity(cases.len());
        for batch in cases.chunks(BATCH) {
            for it in self.bring_batch(asked, batch, actor).await {
                told.answered += 1;
                match &it.back {
                    Ok(done) => {
                        told.back += 1;
                        told.repeated += u64::from(done.repeated);
                    }
                    Err(_) => told.refused += 1,
                }
                told.without_call += u64::from(matches!(it.call, Some(Err(_))));
                all.push(it);
            }
            if progress(told).is_break() {
                break;
            }
        }
        all
    }

    async fn bring_batch(&self, asked: &BringBack, cases: &[&String], actor: &Actor) -> Vec<Returned> {
        let follows = matches!(asked.how, Back::Followed { .. });
        let runs = |case: &str| if follows { bulk_id(&asked.batch, case) } else { case.to_owned() };
        let mut wanted = Vec::with_capacity(cases.len() * 2);
        for case in cases {
            let input_id = Some(bulk_id(&asked.batch, case));
            wanted.push(Wanted { case: runs(case), input_id });
            if follows {
                wanted.push(Wanted::case(case.as_str()));
            }
        }
        let loading = self.store.load(&wanted).await;
        let mut found = match loading {
            Ok(loading) => Ok(loading.found.into_iter()),
            Err(error) => Err(error),
        };
        let mut all: Vec<Returned> = Vec::with_capacity(cases.len());
        let (mut requests, mut places) = (Vec::new(), Vec::new());
        for case in cases {
            let turn = match &mut found {
                Ok(found) => {
                    let now = found.next().unwrap_or_default();
                    let lost = if follows { found.next().unwrap_or_default() } else { now.clone() };
                    self.turn(asked, case, lost, now, actor).await
                }
                Err(error) => Err(StepError::store(case.as_str(), error.clone())),
            };
            let back = match turn {
                Ok(Turn::Answer(done)) => Ok(*done),
                Ok(Turn::Ask(request)) => {
                    places.push(all.len());
                    requests.push(Asked::from(*request));
                    // Until it has its answer.
                    Err(StepError::Behind { case: (*case).clone() })
                }
                Err(error) => Err(error),
            };
            all.push(Returned { case: (*case).clone(), runs: runs(case), back, call: None });
        }
        let answers = self.run(requests, false, |_| ()).await;
        for (place, answer) in places.into_iter().zip(answers) {
            if let Some(it) = all.get_mut(place) {
                it.back = answer;
            }
        }
        if let Some(call) = &asked.call {
            let back = || all.iter().enumerate().filter(|(_, it)| it.back.is_ok());
            let places: Vec<usize> = back().map(|(place, _)| place).collect();
            let plan = |it: &Returned| {
                let id = format!("{}/call", bulk_id(&asked.batch, &it.case));
                Asked::from(Request::new(it.runs.as_str(), Input::Plan(call.clone()), id, actor.clone()))
            };
            let requests = back().map(|(_, it)| plan(it)).collect();
            let answers = self.run(requests, false, |_| ()).await;
            for (place, answer) in places.into_iter().zip(answers) {
                if let Some(it) = all.get_mut(place) {
                    it.call = Some(answer);
                }
            }
        }
        all
    }

    /// What is to be done for one case: of the lost case, and of the one that will run with the input's answer.
    async fn turn(
        &self,
        asked: &BringBack,
        id: &str,
        lost: Loaded,
        now: Loaded,
        actor: &Actor,
    ) -> Result<Turn, StepError> {
        let failed = |error: StoreError| StepError::store(id, error);
        let none = || StepError::NoCase { case: id.to_owned() };
        let revision = lost.case.as_ref().map(|it| it.revision);
        let case = lost.case.ok_or_else(none)?.read().map_err(failed)?;
        let reference = case.scenario.clone();
        let own = self.shared.exactly(self.store, &reference).await.map_err(failed)?;
        let no_scenario = |scenario: String| StepError::NoScenario { case: id.to_owned(), scenario };
        let own = own.ok_or_else(|| {
            no_scenario(format!("version {} of scenario {}", reference.version, reference.id))
        })?;
        // Who may see which cases is said by the latest version, as in lists (G1); others are as if they were not there.
        let latest = self.shared.named(self.store, &reference.id, None).await.map_err(failed)?;
        if !latest.as_deref().unwrap_or(&*own).sees(&case, actor) {
            return Err(none());
        }
        let input_id = bulk_id(&asked.batch, id);
        let known = now.answer.is_some();
        match &asked.how {
            Back::Reopened { stage, r#override } => {
                let (stage, r#override) = (stage.clone(), r#override.clone());
                let input = Input::Reopen { stage, fields: BTreeMap::new(), r#override };
                let mut request = Request::new(id, input, input_id, actor.clone());
                if !known {
                    unless_lost(&case)?;
                    // Whoever closes it anew in between means something else by it.
                    request.seen_revision = revision;
                }
                Ok(Turn::Ask(Box::new(request)))
            }
            Back::Followed { scenario, stage, fields, r#override } => {
                if let (Some(answer), Some(text)) = (&now.answer, &now.case) {
                    let entry = answer.read().map_err(failed)?;
                    let follows = |it: &Opening| it.links.get(id) == Some(&LinkKind::Follows);
                    if entry.case == input_id && matches!(&entry.input, Input::Open(it) if follows(it)) {
                        // What the lost case says may have changed since; the answer is the first one (S3).
                        let case = text.read().map_err(failed)?;
                        let done = Done { entry: Box::new(entry), case: Box::new(case), repeated: true };
                        return Ok(Turn::Answer(Box::new(done)));
                    }
                }
                unless_lost(&case)?;
                let which = scenario.clone().unwrap_or_else(|| Which::from(reference.id.as_str()));
                let by =
                    self.shared.named(self.store, &which.scenario, which.version).await.map_err(failed)?;
                let by: Arc<Scenario> =
                    by.ok_or_else(|| no_scenario(format!("scenario {}", which.scenario)))?;
                let opening = Opening {
                    stage: stage.clone(),
                    r#override: r#override.clone(),
                    ..own.following(&case, &by, fields.as_deref(), actor, self.time.now().max(case.last_at))
                };
                let request =
                    Request::open(which, input_id.as_str(), opening, input_id.as_str(), actor.clone());
                Ok(Turn::Ask(Box::new(request)))
            }
        }
    }
}

/// None is back, since the store could not even be asked.
pub(super) fn none_of(asked: &BringBack, error: &StoreError) -> Vec<Returned> {
    let failed = |case: &String| Returned {
        case: case.clone(),
        runs: case.clone(),
        back: Err(StepError::store(case.as_str(), error.clone())),
        call: None,
    };
    asked.cases.iter().map(failed).collect()
}

/// What is to be done for one case.
enum Turn {
    /// Nothing: it was done before.
    Answer(Box<Done>),
    /// This.
    Ask(Box<Request>),
}

/// Only what was lost is brought back.
fn unless_lost(case: &Case) -> Result<(), StepError> {
    let lost = |outcome| matches!(outcome, StageOutcome::Lost | StageOutcome::BadResult);
    if case.closing.as_ref().is_some_and(|it| lost(it.outcome)) {
        return Ok(());
    }
    let stands = case.visit.stage.clone();
    Err(StepError::NotLost { case: case.id.clone(), stage: stands })
}
