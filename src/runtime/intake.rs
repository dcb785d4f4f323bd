//! The runtime's door for inquiries: candidates are found, one decision is made and committed as one (I1–I5).

use super::clock::back_off;
use super::directory::{MOST_CASES, owners_by_cases};
use super::error::StepError;
use super::facts::AnyFacts;
use super::host::Host;
use super::judge::{Desk, Next};
use super::request::{Asked, Done, Request, Which};
use crate::case::{Actor, Case, Input};
use crate::intake::{
    Candidate, Counter, Decision, Inquiry, InquiryError, Intake, IntakeContext, Lookup, LookupKind,
    MOST_CONTACTS, Match, Owner, Reason, Step, Verdict, Wants,
};
use crate::scenario::Scenario;
use crate::store::{
    AnyQuery, AnyStore, BoardQuery, CaseFilter, CaseText, Committed, CounterChange, Find, KeyKind, Message,
    Settle, Sight, StoreError, Wanted,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What became of an inquiry.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// What was decided, and why.
    pub decision: Decision,
    /// The case on which it stands now; none where it was ignored, or waits.
    pub case: Option<String>,
    /// The steps that carried it out, in order.
    pub done: Vec<Done>,
    /// The inbox row under which it waits for a person ([`super::Runtime::undecided`]).
    pub waits: Option<String>,
}

/// Why an inquiry was not taken in.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TakeError {
    /// It cannot be taken in as it is.
    #[error("inquiry: {0}")]
    Inquiry(#[from] InquiryError),
    /// A step was refused or could not be made.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The directory could not tell whose the contact keys are.
    #[error("the directory could not tell whose the contact keys are: {0}")]
    Directory(String),
}

impl From<StoreError> for TakeError {
    fn from(error: StoreError) -> Self {
        Self::Step(error.into())
    }
}

impl TakeError {
    /// Whether the same inquiry may well be taken in when it is sent again as it is.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Directory(_) => true,
            Self::Step(error) => error.is_transient(),
            Self::Inquiry(_) => false,
        }
    }
}

/// With what an inquiry comes beside itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'o> {
    /// The cases that the row's object names.
    pub cases: &'o [String],
    /// What the commit settles.
    pub settles: &'o [Settle],
}

/// Why inputs could not be stepped together.
pub(super) enum Trouble {
    /// Others were in the way; the decision is to be made anew.
    Again(Box<StepError>),
    Failed(Box<StepError>),
}

/// What was looked up for an inquiry.
pub(super) struct Looked {
    pub intake: Intake,
    pub inquiry: Inquiry,
    pub candidates: Vec<Candidate>,
    pub ctx: IntakeContext,
    /// The scenario that a person named for a new case, with its version.
    pub which: Option<Which>,
}

/// The id of the case that an inquiry opens: the same for the same channel and id, so that it is opened once.
#[must_use]
pub fn case_id_of(inquiry: &Inquiry) -> String {
    format!("{}-{}", inquiry.channel, digest(inquiry.own_key().as_bytes()))
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}

/// The id of an inquiry and what it says: the same inquiry again has the same, with more it has another.
pub(super) fn saying(inquiry: &Inquiry) -> String {
    let said = serde_json::to_vec(inquiry).unwrap_or_default();
    format!("{}{}", sayings(inquiry), digest(&said))
}

/// With what the ids of all that one inquiry ever says begin.
pub(super) fn sayings(inquiry: &Inquiry) -> String {
    format!("intake/{}/", inquiry.own_key())
}

/// The inbox row of an inquiry that waits.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row<'r> {
    pub inquiry: std::borrow::Cow<'r, Inquiry>,
}

impl<S: AnyStore + AnyQuery, F: AnyFacts> Host<'_, S, F> {
    /// Takes an inquiry in; what waits for a person is posted to the inbox, and what was refused as well.
    pub async fn take_in(&self, inquiry: &Inquiry) -> Result<Taken, TakeError> {
        let mut taken = match self.decide_and_do(inquiry, Origin { cases: &[], settles: &[] }).await {
            Err(TakeError::Step(error)) if is_refused(&error, self.owned) => refused(&error),
            taken => taken?,
        };
        if taken.decision.verdict.waits() {
            let id = saying(inquiry);
            let text = serde_json::to_string(&Row { inquiry: std::borrow::Cow::Borrowed(inquiry) });
            let text = text.map_err(StoreError::failed)?;
            let message = Message { id: id.clone(), object: inquiry.own_key(), text, at: self.time.now() };
            self.store.post(&[message]).await?;
            taken.waits = Some(id);
        }
        Ok(taken)
    }

    /// Decides and carries out; where others were in the way, anew.
    pub async fn decide_and_do(&self, inquiry: &Inquiry, origin: Origin<'_>) -> Result<Taken, TakeError> {
        inquiry.check()?;
        let machine = &self.shared.setup.machine;
        let mut tries = 0;
        loop {
            let looked = self.look(inquiry, origin.cases, None).await?;
            let decision = looked.intake.decide(&looked.inquiry, &looked.candidates, &looked.ctx);
            match self.carry_out(&looked, decision, origin.settles, machine).await {
                Ok(taken) => return Ok(taken),
                Err(Trouble::Failed(error)) => return Err((*error).into()),
                Err(Trouble::Again(error)) => {
                    tries += 1;
                    let setup = &self.shared.setup;
                    if !self.owned || tries > setup.retries {
                        return Err((*error).into());
                    }
                    let (first, longest) = setup.conflict_wait;
                    self.time.sleep(back_off(first, longest, tries, &*setup.chance)).await;
                }
            }
        }
    }

    /// Everything that a decision is made of: by the scenarios that take it, or the one that a person named.
    pub async fn look(
        &self,
        inquiry: &Inquiry,
        cases: &[String],
        named: Option<&Scenario>,
    ) -> Result<Looked, TakeError> {
        let intake = Intake::new(self.latest_of(None).await?);
        let inquiry = intake.normal(inquiry.clone());
        let owners = self.owners_of(&inquiry).await?;
        let now = self.time.now();
        // Counters first: whatever is opened after this moves one of them, and the commit notices.
        let wants = match named {
            Some(scenario) => intake.wants_of(scenario, &inquiry, &owners, now),
            None => intake.wants(&inquiry, &owners, now),
        };
        let mut ctx = self.context(&wants, owners).await?;
        ctx.now = now;
        let lookups = intake.lookups(&inquiry, &ctx.owners);
        let candidates = self.candidates(&inquiry, &lookups, cases).await?;
        Ok(Looked { intake, inquiry, candidates, ctx, which: None })
    }

    async fn owners_of(&self, inquiry: &Inquiry) -> Result<Vec<Owner>, TakeError> {
        let keys = inquiry.contacts.get(..MOST_CONTACTS).unwrap_or(&inquiry.contacts);
        match self.facts.owners(keys).await? {
            Some(told) => told.map_err(TakeError::Directory),
            None => Ok(owners_by_cases(self.store, keys).await?),
        }
    }

    async fn context(&self, wants: &Wants, owners: Vec<Owner>) -> Result<IntakeContext, StoreError> {
        let mut ctx = IntakeContext::new(self.time.now());
        ctx.owners = owners;
        ctx.absences = self.shared.setup.absences();
        if !wants.counters.is_empty() {
            let values = self.store.counters(&wants.counters).await?;
            ctx.counters = wants.counters.iter().cloned().zip(values).collect();
        }
        for person in &wants.loads {
            let filter = CaseFilter { responsible: Some(person.clone()), ..CaseFilter::default() };
            let board = AnyQuery::board(self.store, &BoardQuery { filter, now: ctx.now }).await?;
            ctx.loads.insert(person.clone(), board.cells.iter().map(|it| it.cases).sum());
        }
        Ok(ctx)
    }

    async fn candidates(
        &self,
        inquiry: &Inquiry,
        lookups: &[Lookup],
        cases: &[String],
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut found: BTreeMap<String, (Case, Vec<Match>)> = BTreeMap::new();
        for lookup in lookups {
            let kind = match lookup.kind {
                LookupKind::External => KeyKind::External,
                LookupKind::Document => KeyKind::Document,
                LookupKind::Contact => KeyKind::Contact,
                LookupKind::Party => KeyKind::Party,
            };
            let find = Find::Key { kind, key: lookup.key.clone() };
            for row in AnyQuery::find(self.store, &find, &Sight::All, MOST_CASES).await? {
                if let Some((_, matched)) = found.get_mut(&row.id) {
                    matched.push(lookup.by);
                    continue;
                }
                let text = CaseText { id: row.id, revision: row.revision, text: row.text };
                let case = text.read()?;
                found.insert(case.id.clone(), (case, vec![lookup.by]));
            }
        }
        let wanted: Vec<Wanted> = cases.iter().map(Wanted::case).collect();
        if !wanted.is_empty() {
            for text in self.store.load(&wanted).await?.found.into_iter().filter_map(|it| it.case) {
                let case = text.read()?;
                let known = found.entry(case.id.clone()).or_insert_with(|| (case, Vec::new()));
                known.1.push(Match::Document);
            }
        }
        let mut candidates = Vec::with_capacity(found.len());
        for (case, matched) in found.into_values() {
            candidates.push(self.candidate(&case, inquiry, &matched).await?);
        }
        Ok(candidates)
    }

    pub(super) async fn candidate(
        &self,
        case: &Case,
        inquiry: &Inquiry,
        matched: &[Match],
    ) -> Result<Candidate, StoreError> {
        let scenario: Option<Arc<Scenario>> = self.shared.exactly(self.store, &case.scenario).await?;
        let candidate = Candidate::of(case, scenario.as_deref(), inquiry);
        Ok(matched.iter().fold(candidate, |it, by| it.by(*by)))
    }

    /// Carries a decision out as one commit; what waits or is ignored is nothing to be done.
    pub(super) async fn carry_out(
        &self,
        looked: &Looked,
        decision: Decision,
        settles: &[Settle],
        actor: &Actor,
    ) -> Result<Taken, Trouble> {
        let inputs = decision.verdict.inputs();
        let (case, which, counters) = match &decision.verdict {
            Verdict::Log { case, .. } | Verdict::Reopen { case, .. } => (case.clone(), None, Vec::new()),
            Verdict::Open { scenario, counters, .. } => {
                let which = looked.which.clone().unwrap_or_else(|| scenario.as_str().into());
                (self.shared.setup.case_id(&looked.inquiry), Some(which), counters.clone())
            }
            verdict => {
                let case = verdict.case().map(str::to_owned);
                if !settles.is_empty() && !verdict.waits() {
                    self.store
                        .settle(settles)
                        .await
                        .map_err(|error| Trouble::Failed(Box::new(error.into())))?;
                }
                return Ok(Taken { decision, case, done: Vec::new(), waits: None });
            }
        };
        // Of a case that has moved on since it was looked at, the decision may be another.
        let seen = looked.candidates.iter().find(|it| it.case == case).map(|it| it.revision);
        let says = saying(&looked.inquiry);
        let asked = inputs.into_iter().enumerate().map(|(at, input)| {
            let id = match &input {
                Input::Open(_) => format!("intake/{}/open", looked.inquiry.own_key()),
                Input::Reopen { .. } => format!("{says}/reopen/{}", seen.unwrap_or(0)),
                _ => says.clone(),
            };
            let mut request = Request::new(case.as_str(), input, id, actor.clone());
            request.seen_revision = seen.filter(|_| at == 0);
            request.scenario = which.clone().filter(|_| at == 0);
            Asked::from(request)
        });
        let mut asked: Vec<Asked> = asked.collect();
        if let Some(last) = asked.last_mut() {
            last.settles = settles.to_vec();
        }
        let done = self.together(&asked, &counters).await?;
        // What was done before settles nothing any more.
        if !settles.is_empty() && done.iter().any(|it| it.repeated) {
            self.store.settle(settles).await.map_err(|error| Trouble::Failed(Box::new(error.into())))?;
        }
        Ok(Taken { decision, case: Some(case), done, waits: None })
    }

    /// Steps inputs of one case on each other and commits them in one call, so that they stand and fall together.
    async fn together(&self, asked: &[Asked], counters: &[Counter]) -> Result<Vec<Done>, Trouble> {
        let failed = |error: StoreError, case: &str| {
            let transient = error.is_transient();
            let error = Box::new(StepError::store(case, error));
            if transient { Trouble::Again(error) } else { Trouble::Failed(error) }
        };
        let Some(first) = asked.first() else { return Ok(Vec::new()) };
        let case = first.request.case.as_str();
        let wanted = [Wanted { case: case.to_owned(), input_id: Some(first.request.input_id.clone()) }];
        let loading = self.store.load(&wanted).await.map_err(|error| failed(error, case))?;
        let mut desk = Desk::new(self, loading.clock);
        let loaded = loading.found.into_iter().next().unwrap_or_default();
        let mut seat = match desk.admit(first, loaded).await {
            Ok(seat) => seat,
            Err(answer) => return (*answer).map(|done| vec![done]).map_err(judged),
        };
        let mut commits = Vec::new();
        let mut done = Vec::new();
        let mut rest = asked.iter().skip(1);
        loop {
            match desk.next(seat).await {
                Next::Answer(answer) => match *answer {
                    Ok(_) => break,
                    Err(error) => return Err(judged(error)),
                },
                Next::Commit(commit, made) if made.facts => {
                    commits.push(*commit);
                    seat = match made.learnt() {
                        Ok(seat) => seat,
                        Err(answer) => match *answer {
                            Ok(_) => break,
                            Err(error) => return Err(judged(error)),
                        },
                    };
                }
                Next::Commit(commit, made) => {
                    commits.push(*commit);
                    let next = rest.next().map(|asked| desk.follow(&made, asked));
                    done.push(made.done());
                    match next {
                        Some(next) => seat = next,
                        None => break,
                    }
                }
            }
        }
        if let Some(first) = commits.first_mut() {
            first.counters = counters
                .iter()
                .map(|it| CounterChange { name: it.name.clone(), from: it.from, to: it.to })
                .collect();
        }
        let answers = self.store.commit(&commits).await.map_err(|error| failed(error, case))?;
        let attempts = 1;
        if answers.len() == commits.len() && answers.iter().all(|it| matches!(it, Committed::Done)) {
            return Ok(done);
        }
        Err(Trouble::Again(Box::new(StepError::Contended { case: case.to_owned(), attempts })))
    }
}

/// Whether an inquiry was understood and is refused for good: the same again helps nothing, a person may. In the
/// host's transaction, where nothing is tried again, what another host has just taken in is no refusal.
const fn is_refused(error: &StepError, owned: bool) -> bool {
    match error {
        StepError::Refused { .. } | StepError::Facts { .. } | StepError::NoScenario { .. } => true,
        StepError::Exists { .. } | StepError::Taken { .. } => owned,
        _ => false,
    }
}

/// It waits for a person, who is told why.
fn refused(error: &StepError) -> Taken {
    let reason = Reason(vec![Step::new("intake.refused").with("why", error.to_string())]);
    let verdict = Verdict::Undecided { choices: Vec::new() };
    Taken { decision: Decision { verdict, reason }, case: None, done: Vec::new(), waits: None }
}

/// What is to be decided anew: the case has moved on, or another host has taken the same in.
fn judged(error: StepError) -> Trouble {
    match error {
        StepError::Stale { .. }
        | StepError::Exists { .. }
        | StepError::Taken { .. }
        | StepError::Contended { .. } => Trouble::Again(Box::new(error)),
        error => Trouble::Failed(Box::new(error)),
    }
}
