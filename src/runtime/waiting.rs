//! Inquiries that wait for a person: the inbox rows that could not be decided, and how a person settles them (I2, S8).

use super::facts::AnyFacts;
use super::host::Host;
use super::intake::{Looked, Origin, Row, TakeError, Taken, Trouble, sayings};
use super::request::Which;
use crate::Moment;
use crate::case::Actor;
use crate::intake::{Choice, Decision, Inquiry, Match, Reason, Verdict};
use crate::scenario::Scenario;
use crate::store::{Answer, AnyQuery, AnyStore, InboxItem, Page, RefusedItem, Settle, StoreError, Wanted};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many choices are kept with a row.
const MOST_CHOICES: usize = 50;
/// How many rows are looked through at once for one of an id.
const PAGE: u32 = 100;

/// An inquiry that waits for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The inbox row, under which it is settled.
    pub row: String,
    /// When it was posted.
    pub at: Moment,
    /// The inquiry as it came.
    pub inquiry: Inquiry,
    /// Why it waits; empty where it was refused for another cause.
    pub reason: Reason,
    /// Which cases it may belong to; none where no scenario takes it.
    pub choices: Vec<Choice>,
    /// Why it waits, in words.
    pub why: String,
}

/// What a person makes of an inquiry that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Assign {
    /// It belongs to this case.
    Case(String),
    /// It is a new case by this scenario.
    Open(Which),
    /// It is nothing.
    Ignore,
}

/// Why a person's choice was not carried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignError {
    /// No inquiry waits under this row: another has settled it, or there never was one.
    #[error("no inquiry waits under the row {0}; look at the list again")]
    NoRow(String),
    /// Another case holds it already, since it was taken in meanwhile, or waited twice.
    #[error(
        "row {row}: case {case} holds this inquiry already; assign the row to that case, or send it again and it amends it"
    )]
    Held {
        /// The row.
        row: String,
        /// The case that holds it.
        case: String,
    },
    /// It could not be taken in.
    #[error(transparent)]
    Take(#[from] TakeError),
}

impl From<StoreError> for AssignError {
    fn from(error: StoreError) -> Self {
        Self::Take(error.into())
    }
}

/// What is kept with a refused row: a line for people, and what a program reads.
#[derive(Serialize, Deserialize)]
struct Kept {
    reason: Reason,
    choices: Vec<Choice>,
}

/// What is said of an inquiry in the inbox of a host that takes none in.
pub(super) const NOT_TAKING: &str =
    "an inquiry, and this host takes none in: call `taking_in` on its runtime, and send it again";

/// What became of an inbox row with an inquiry.
pub(crate) enum RowTaken {
    Done,
    Refused(String),
    Later(String),
}

/// Takes in inbox rows with inquiries, where the store can look for candidates.
pub(crate) trait AnyTaker {
    fn take<'a>(&'a self, row: &'a InboxItem, inquiry: &'a Inquiry) -> Answer<'a, RowTaken>;
}

/// The inquiry of an inbox row, or why it is none; nothing where the row is an input.
pub(super) fn inquiry_of(text: &str) -> Option<Result<Inquiry, String>> {
    #[derive(Deserialize)]
    struct Key {
        #[serde(default)]
        inquiry: Option<serde::de::IgnoredAny>,
    }
    // Most rows are inputs: they are not read twice.
    if !text.contains("\"inquiry\"") || serde_json::from_str::<Key>(text).ok()?.inquiry.is_none() {
        return None;
    }
    let row = serde_json::from_str::<Row<'_>>(text);
    Some(
        row.map(|row| row.inquiry.into_owned())
            .map_err(|error| format!("not the JSON of an inquiry: {error}")),
    )
}

fn said(decision: &Decision) -> String {
    let mut choices = match &decision.verdict {
        Verdict::Undecided { choices } => choices.clone(),
        _ => Vec::new(),
    };
    choices.truncate(MOST_CHOICES);
    let name = decision.verdict.name();
    let words = decision.reason.to_string();
    let kept = Kept { reason: decision.reason.clone(), choices };
    format!("{name}: {words}\n{}", serde_json::to_string(&kept).unwrap_or_default())
}

fn waiting(row: RefusedItem) -> Option<Waiting> {
    let inquiry = inquiry_of(&row.text)?.ok()?;
    let (why, kept) = row.error.split_once('\n').unwrap_or((&row.error, ""));
    let kept = serde_json::from_str::<Kept>(kept).ok();
    let (reason, choices) = kept.map(|it| (it.reason, it.choices)).unwrap_or_default();
    Some(Waiting { row: row.id, at: row.at, inquiry, reason, choices, why: why.to_owned() })
}

/// What one case holds is logged on no other, and opens none (I1).
fn not_held(looked: &Looked, row: &str, target: Option<&str>) -> Result<(), AssignError> {
    let mut holders = looked.candidates.iter().filter(|it| it.known.is_some()).map(|it| it.case.as_str());
    match holders.next() {
        Some(first) if Some(first) != target && !holders.any(|it| Some(it) == target) => {
            Err(AssignError::Held { row: row.to_owned(), case: first.to_owned() })
        }
        _ => Ok(()),
    }
}

impl<S: AnyStore + AnyQuery, F: AnyFacts> Host<'_, S, F> {
    /// Takes in a row that was handed out.
    pub async fn take_row(&self, row: &InboxItem, inquiry: &Inquiry) -> Result<RowTaken, StoreError> {
        let settles = [Settle::InboxDone { id: row.id.clone() }];
        let origin = Origin { cases: &row.cases, settles: &settles };
        Ok(match self.decide_and_do(inquiry, origin).await {
            Ok(taken) if taken.decision.verdict.waits() => RowTaken::Refused(said(&taken.decision)),
            Ok(_) => RowTaken::Done,
            Err(error) if error.is_transient() => RowTaken::Later(error.to_string()),
            Err(error) => RowTaken::Refused(error.to_string()),
        })
    }

    /// A page of inquiries that wait for a person.
    pub async fn undecided(&self, after: &str, limit: u32) -> Result<Page<Waiting>, StoreError> {
        let page = AnyQuery::refused(self.store, after, limit).await?;
        Ok(Page { rows: page.rows.into_iter().filter_map(waiting).collect(), next: page.next })
    }

    async fn waiting(&self, id: &str) -> Result<Option<Waiting>, StoreError> {
        // Rows are listed after an id: the row itself comes soon after its own beginning.
        let mut after: String =
            id.char_indices().next_back().and_then(|(end, _)| id.get(..end)).unwrap_or("").to_owned();
        loop {
            let page = AnyQuery::refused(self.store, &after, PAGE).await?;
            let past = page.rows.iter().any(|row| row.id.as_str() > id);
            if let Some(row) = page.rows.into_iter().find(|row| row.id == id) {
                return Ok(waiting(row));
            }
            match page.next {
                Some(next) if !past => after = next.id,
                _ => return Ok(None),
            }
        }
    }

    /// Carries out what a person says of an inquiry that waits.
    pub async fn assign(&self, row: &str, to: &Assign, actor: &Actor) -> Result<Taken, AssignError> {
        let none = || AssignError::NoRow(row.to_owned());
        let waiting = self.waiting(row).await?.ok_or_else(none)?;
        let (looked, mut decision) = self.by_hand(&waiting, to).await?;
        let mut settles = vec![Settle::InboxDropped { id: row.to_owned() }];
        if *to != Assign::Ignore {
            // What else waits of this inquiry amends what is logged now, as soon as it is judged anew.
            let others = self.others(&waiting).await?;
            settles.extend(others.into_iter().map(|id| Settle::InboxAgain { id }));
        }
        decision.reason.0.push(crate::intake::Step::by_hand(&actor.id));
        match self.carry_out(&looked, decision, &settles, actor).await {
            Ok(taken) => Ok(taken),
            Err(Trouble::Again(error) | Trouble::Failed(error)) => Err(TakeError::from(*error).into()),
        }
    }

    /// What a person's choice makes of an inquiry.
    async fn by_hand(&self, waiting: &Waiting, to: &Assign) -> Result<(Looked, Decision), AssignError> {
        let inquiry = &waiting.inquiry;
        if let Assign::Open(which) = to {
            // The scenario comes first: its counters are read before the candidates are looked for.
            let scenario = self.named(inquiry, which).await?;
            let mut looked = self.look(inquiry, &[], Some(&scenario)).await?;
            not_held(&looked, &waiting.row, None)?;
            looked.which = Some(which.clone());
            let decision = looked.intake.open(&looked.inquiry, &scenario, &looked.ctx);
            return Ok((looked, decision));
        }
        let mut looked = self.look(inquiry, &[], None).await?;
        let decision = if let Assign::Case(case) = to {
            not_held(&looked, &waiting.row, Some(case))?;
            self.to_case(&mut looked, case).await?
        } else {
            let (rule, title) = ("by_hand".to_owned(), crate::scenario::def::Text::default());
            Decision { verdict: Verdict::Ignore { rule, title }, reason: Reason::default() }
        };
        Ok((looked, decision))
    }

    /// Other refused rows of the same inquiry, which told less or more of it when they were taken in.
    async fn others(&self, waiting: &Waiting) -> Result<Vec<String>, StoreError> {
        let inquiry = &waiting.inquiry;
        let start = sayings(inquiry);
        let mut others = Vec::new();
        let mut after = start.clone();
        loop {
            let page = AnyQuery::refused(self.store, &after, PAGE).await?;
            let past = page.rows.iter().any(|row| !row.id.starts_with(&start));
            let rows =
                page.rows.into_iter().filter(|row| row.id.starts_with(&start) && row.id != waiting.row);
            let same = |it: &Inquiry| it.channel == inquiry.channel && it.id == inquiry.id;
            let read = rows.filter(|row| matches!(inquiry_of(&row.text), Some(Ok(it)) if same(&it)));
            others.extend(read.map(|row| row.id));
            match page.next {
                Some(next) if !past => after = next.id,
                _ => return Ok(others),
            }
        }
    }

    async fn named(&self, inquiry: &Inquiry, which: &Which) -> Result<Arc<Scenario>, TakeError> {
        let named = self.shared.named(self.store, &which.scenario, which.version).await?;
        named.ok_or_else(|| {
            let case = self.shared.setup.case_id(inquiry);
            let version = which.version.map(|it| format!(" {it}")).unwrap_or_default();
            let scenario = format!("scenario {}{version}", which.scenario);
            super::error::StepError::NoScenario { case, scenario }.into()
        })
    }

    async fn to_case(&self, looked: &mut Looked, case: &str) -> Result<Decision, TakeError> {
        let loading = self.store.load(&[Wanted::case(case)]).await?;
        let Some(text) = loading.found.into_iter().next().and_then(|it| it.case) else {
            return Err(super::error::StepError::NoCase { case: case.to_owned() }.into());
        };
        let found = self.candidate(&text.read()?, &looked.inquiry, &[Match::Document]).await?;
        let decision = looked.intake.log(&looked.inquiry, &found, &looked.ctx);
        looked.candidates = vec![found];
        Ok(decision)
    }
}
