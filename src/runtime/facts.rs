//! Facts that a step needs, from the host's own tables (C7–C9).

use super::clock::AsyncClock;
use super::directory::{AsyncDirectory, Directory, DirectoryError};
use super::guard::{Guarded, NoAnswer, Thread, guarded, within};
use crate::FactNeed;
use crate::case::{Case, FactReading};
use crate::intake::{ContactKey, Owner};
use crate::scenario::Scenario;
use crate::store::{Answer, BoxFuture};
use std::sync::Arc;
use std::time::Duration;

/// Why a source could give nothing; it becomes the cause of what is unknown (C8).
pub type FactError = Box<dyn std::error::Error + Send + Sync>;

/// Where facts come from, for sync hosts: stock, payments, shipments.
pub trait FactSource {
    /// The facts that a step of the case needs, as they are now; of a case that is being opened only its id is known.
    ///
    /// What is not among the readings is unknown, "not given"; what is there with no value is empty, which is not unknown (C8).
    /// What was not asked for is left out.
    ///
    /// # Errors
    /// When nothing can be given now; all that was asked for is unknown then, with this cause.
    fn read(&self, case: &Case, needs: &[FactNeed]) -> Result<Vec<FactReading>, FactError>;
}

/// Where facts come from, for async hosts: as [`FactSource`].
pub trait AsyncFactSource: Send + Sync {
    /// The facts that a step of the case needs; see [`FactSource::read`].
    fn read<'a>(
        &'a self,
        case: &'a Case,
        needs: &'a [FactNeed],
    ) -> BoxFuture<'a, Result<Vec<FactReading>, FactError>>;
}

type Readings = Result<Vec<FactReading>, String>;
type Owners = Option<Result<Vec<Owner>, String>>;

/// Both, and none; and whose contact keys are (I2).
pub(crate) trait AnyFacts {
    fn is_there(&self) -> bool;
    fn read<'a>(&'a self, case: &'a Case, needs: &'a [FactNeed]) -> Answer<'a, Readings>;
    /// None where there is no directory.
    fn owners<'a>(&'a self, keys: &'a [ContactKey]) -> Answer<'a, Owners>;
}

fn told(answer: Result<Result<Vec<Owner>, DirectoryError>, NoAnswer>) -> Owners {
    Some(match answer {
        Ok(Ok(owners)) => Ok(owners),
        Ok(Err(error)) => Err(error.to_string()),
        Err(no_answer) => Err(format!("it {no_answer}")),
    })
}

fn plain(answer: Result<Result<Vec<FactReading>, FactError>, NoAnswer>) -> Readings {
    match answer {
        Ok(Ok(readings)) => Ok(readings),
        Ok(Err(error)) => Err(error.to_string()),
        Err(no_answer) => Err(format!("its source {no_answer}")),
    }
}

/// A sync source that the runtime owns: on a thread beside the caller's, within a time limit.
pub(crate) struct Owned {
    source: Option<Arc<dyn FactSource + Send + Sync>>,
    directory: Option<Arc<dyn Directory + Send + Sync>>,
    limit: Option<Duration>,
    thread: Arc<Thread>,
}

impl Owned {
    pub fn none(limit: Option<Duration>) -> Self {
        Self { source: None, directory: None, limit, thread: Arc::new(Thread::default()) }
    }

    pub fn set(&mut self, source: impl FactSource + Send + Sync + 'static) {
        self.source = Some(Arc::new(source));
    }

    pub fn ask(&mut self, directory: impl Directory + Send + Sync + 'static) {
        self.directory = Some(Arc::new(directory));
    }
}

impl AnyFacts for Owned {
    fn is_there(&self) -> bool {
        self.source.is_some()
    }

    fn read<'a>(&'a self, case: &'a Case, needs: &'a [FactNeed]) -> Answer<'a, Readings> {
        let Some(source) = &self.source else { return Answer::now(Ok(Ok(Vec::new()))) };
        let answer = match self.limit {
            None => guarded(|| source.read(case, needs)),
            Some(limit) => {
                let (source, case, needs) = (Arc::clone(source), case.clone(), needs.to_vec());
                self.thread.within(limit, move || source.read(&case, &needs))
            }
        };
        Answer::now(Ok(plain(answer)))
    }

    fn owners<'a>(&'a self, keys: &'a [ContactKey]) -> Answer<'a, Owners> {
        let Some(directory) = &self.directory else { return Answer::now(Ok(None)) };
        let answer = match self.limit {
            None => guarded(|| directory.owners(keys)),
            Some(limit) => {
                let (directory, keys) = (Arc::clone(directory), keys.to_vec());
                self.thread.within(limit, move || directory.owners(&keys))
            }
        };
        Answer::now(Ok(told(answer)))
    }
}

/// A sync source that is lent, as one that reads in the transaction: on the caller's thread, for as long as it likes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lent<'s> {
    pub source: Option<&'s dyn FactSource>,
    pub directory: Option<&'s dyn Directory>,
}

impl AnyFacts for Lent<'_> {
    fn is_there(&self) -> bool {
        self.source.is_some()
    }

    fn read<'a>(&'a self, case: &'a Case, needs: &'a [FactNeed]) -> Answer<'a, Readings> {
        let Some(source) = self.source else { return Answer::now(Ok(Ok(Vec::new()))) };
        Answer::now(Ok(plain(guarded(|| source.read(case, needs)))))
    }

    fn owners<'a>(&'a self, keys: &'a [ContactKey]) -> Answer<'a, Owners> {
        let Some(directory) = self.directory else { return Answer::now(Ok(None)) };
        Answer::now(Ok(told(guarded(|| directory.owners(keys)))))
    }
}

/// An async source, raced against the clock.
pub(crate) struct Awaited<'s> {
    pub source: Option<&'s dyn AsyncFactSource>,
    pub directory: Option<&'s dyn AsyncDirectory>,
    pub clock: &'s dyn AsyncClock,
    pub limit: Option<Duration>,
}

impl AnyFacts for Awaited<'_> {
    fn is_there(&self) -> bool {
        self.source.is_some()
    }

    fn read<'a>(&'a self, case: &'a Case, needs: &'a [FactNeed]) -> Answer<'a, Readings> {
        let Some(source) = self.source else { return Answer::now(Ok(Ok(Vec::new()))) };
        Answer::Later(Box::pin(async move {
            let make = || source.read(case, needs);
            Ok(plain(match (self.limit, Guarded::new(make)) {
                (_, Err(panicked)) => Err(panicked),
                (None, Ok(future)) => future.await,
                (Some(limit), Ok(future)) => within(self.clock, limit, future).await,
            }))
        }))
    }

    fn owners<'a>(&'a self, keys: &'a [ContactKey]) -> Answer<'a, Owners> {
        let Some(directory) = self.directory else { return Answer::now(Ok(None)) };
        Answer::Later(Box::pin(async move {
            let make = || directory.owners(keys);
            Ok(told(match (self.limit, Guarded::new(make)) {
                (_, Err(panicked)) => Err(panicked),
                (None, Ok(future)) => future.await,
                (Some(limit), Ok(future)) => within(self.clock, limit, future).await,
            }))
        }))
    }
}

/// One reading for each need: what the source gave, or unknown with the cause (C8).
pub(crate) fn complete(scenario: &Scenario, needs: &[FactNeed], readings: Readings) -> Vec<FactReading> {
    let unknown = |need: &FactNeed, why: &str| FactReading {
        fact: need.fact.clone(),
        key: need.key.clone(),
        value: None,
        unknown: Some(why.chars().take(500).map(|c| if c == '\0' { ' ' } else { c }).collect()),
        since: None,
    };
    let readings = match readings {
        Ok(readings) => readings,
        Err(why) => return needs.iter().map(|need| unknown(need, &why)).collect(),
    };
    let one = |need: &FactNeed| {
        let given = readings.iter().rev().find(|it| it.fact == need.fact && it.key == need.key);
        let Some(given) = given else { return unknown(need, "not given") };
        if let Some(why) = &given.unknown {
            return unknown(need, why);
        }
        match scenario.fact_value(given) {
            Ok(_) => given.clone(),
            Err(missing) => unknown(need, &crate::tell::missing(&missing, "en")),
        }
    };
    needs.iter().map(one).collect()
}
