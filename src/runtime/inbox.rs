//! The inbox: rows that any program writes, stepped on each case that they concern (S8).

use super::clock::{back_off, later};
use super::error::StepError;
use super::facts::AnyFacts;
use super::host::Host;
use super::request::{Asked, Done, Request, bulk_id};
use super::trace;
use super::waiting::{AnyTaker, RowTaken, inquiry_of};
use crate::case::Input;
use crate::intake::Inquiry;
use crate::store::{AnyStore, InboxItem, LeaseKind, Settle, StoreError};

/// What came of one batch of rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// How many reached all their cases.
    pub done: usize,
    /// Those that were refused or found no case, by id, with the reason; they stay listed.
    pub refused: Vec<(String, String)>,
    /// Those that could not be stepped now, by id, with the reason; they are tried again.
    pub later: Vec<(String, String)>,
}

impl Received {
    /// How many were looked at.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.done + self.refused.len() + self.later.len()
    }
}

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// Steps one batch of rows, and takes in those that are inquiries.
    pub async fn receive(&self, taker: &impl AnyTaker) -> Result<Received, StoreError> {
        let setup = &self.shared.setup;
        let lease = self.lease_of(LeaseKind::Inbox, setup.batch);
        let rows = self.store.lease(&lease).await?.inbox;
        let mut received = Received::default();
        if rows.is_empty() {
            return Ok(received);
        }
        let mut asked = Vec::new();
        let mut read = Vec::new();
        let mut settles = Vec::new();
        for row in rows {
            if let Some(inquiry) = inquiry_of(&row.text) {
                settles.push(self.inquiry(taker, row, inquiry, &mut received).await?);
                continue;
            }
            let input = match serde_json::from_str::<Input>(&row.text) {
                Ok(_) if row.cases.is_empty() => {
                    Err(format!("no case: nothing is linked with {}", row.object))
                }
                Ok(input) => Ok(input),
                Err(error) => Err(format!("not the JSON of an input: {error}")),
            };
            let cases = if input.is_ok() { row.cases.len() } else { 0 };
            if let Ok(input) = &input {
                asked.extend(row.cases.iter().map(|case| {
                    let id = bulk_id(&row.id, case);
                    Asked::from(Request::new(case, input.clone(), id, setup.machine.clone()))
                }));
            }
            read.push((row, input.err(), cases));
        }
        // In order per case: what cannot be stepped now holds up the later ones of its case.
        let mut answers = self.run(asked, true, |_| ()).await.into_iter();
        for (row, unreadable, cases) in read {
            let answers: Vec<Result<Done, StepError>> = answers.by_ref().take(cases).collect();
            let by = setup.by.clone();
            let settle = match (unreadable, outcome(&answers)) {
                (Some(error), _) | (None, Some((false, error))) => {
                    received.refused.push((row.id.clone(), error.clone()));
                    Settle::InboxRefused { id: row.id, by, error }
                }
                (None, Some((true, error))) => {
                    received.later.push((row.id.clone(), error.clone()));
                    self.try_again(row, by, error)
                }
                (None, None) => {
                    received.done += 1;
                    Settle::InboxDone { id: row.id }
                }
            };
            settles.push(settle);
        }
        self.store.settle(&settles).await?;
        trace::inbox(received.done, received.refused.len());
        Ok(received)
    }

    async fn inquiry(
        &self,
        taker: &impl AnyTaker,
        row: InboxItem,
        inquiry: Result<Inquiry, String>,
        received: &mut Received,
    ) -> Result<Settle, StoreError> {
        let taken = match &inquiry {
            Ok(inquiry) => taker.take(&row, inquiry).await?,
            Err(error) => RowTaken::Refused(error.clone()),
        };
        let by = self.shared.setup.by.clone();
        Ok(match taken {
            RowTaken::Done => {
                received.done += 1;
                Settle::InboxDone { id: row.id }
            }
            RowTaken::Refused(error) => {
                received.refused.push((row.id.clone(), error.clone()));
                Settle::InboxRefused { id: row.id, by, error }
            }
            RowTaken::Later(error) => {
                received.later.push((row.id.clone(), error.clone()));
                self.try_again(row, by, error)
            }
        })
    }

    fn try_again(&self, row: InboxItem, by: String, error: String) -> Settle {
        let (first, longest) = self.shared.setup.retry_wait;
        let wait = back_off(first, longest, row.attempt, &*self.shared.setup.chance);
        Settle::InboxLater { id: row.id, by, at: later(self.time.now(), wait), error }
    }
}

/// What was not accepted, each with its case, and whether it is to be tried again by itself.
fn outcome(answers: &[Result<Done, StepError>]) -> Option<(bool, String)> {
    let errors: Vec<&StepError> = answers.iter().filter_map(|it| it.as_ref().err()).collect();
    let said = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    (!errors.is_empty()).then(|| (errors.iter().any(|it| it.is_transient()), said))
}
