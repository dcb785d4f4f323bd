//! Handlers: the host's code that does what an effect says (S5).

use super::clock::Time;
use super::guard::{Call, Guarded, Hung, MOST_HUNG, NoAnswer, call, guarded, within};
use super::request::Which;
use crate::case::{Effect, Input};
use crate::store::{Answer, BoxFuture};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::{Duration, Instant};

/// An effect that is handed out.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The case.
    pub case: String,
    /// What is to be done; its id makes doing it twice harmless.
    pub effect: Effect,
    /// The how manieth attempt this is, from 1.
    pub attempt: u32,
}

/// An input that a handler gives back: the answer to a command, the finish of a process, a child case's opening.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// For which case; often the effect's own.
    pub case: String,
    /// The input.
    pub input: Input,
    /// By which scenario, where it opens a case.
    pub scenario: Option<Which>,
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Handled {
    /// It is done.
    Done,
    /// It is done, and this came back. Each is stepped under an id of the effect and its place here.
    Fed(Vec<Feed>),
    /// It could not be done now; it is tried again, after a wait that doubles.
    Retry(String),
    /// It cannot be done: it is given up at once.
    GiveUp(String),
}

impl Handled {
    /// It is done, and the effect's own case is told this.
    pub fn answer(delivery: &Delivery, input: Input) -> Self {
        Self::Fed(vec![Feed { case: delivery.case.clone(), input, scenario: None }])
    }
}

impl<E: std::fmt::Display> From<Result<(), E>> for Handled {
    fn from(done: Result<(), E>) -> Self {
        match done {
            Ok(()) => Self::Done,
            Err(error) => Self::Retry(error.to_string()),
        }
    }
}

/// Does what effects say, for sync hosts; each call has a thread of its own, and a time limit.
///
/// A call that hangs is left behind and counts as a failed attempt; it may come true later, which the effect's id makes
/// harmless. So does one that panics.
pub trait EffectHandler: Send + Sync {
    /// Does it, at least once; never inside a transaction of the store (S5).
    fn handle(&self, delivery: &Delivery) -> Handled;
}

/// Does what effects say, for async hosts.
///
/// A future that is not ready within the time limit is dropped and counts as a failed attempt, as does a panic. One that
/// blocks its thread cannot be stopped by anybody.
pub trait AsyncEffectHandler: Send + Sync {
    /// Does it, at least once; never inside a transaction of the store (S5).
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Handled>;
}

impl<F: Fn(&Delivery) -> Handled + Send + Sync> EffectHandler for F {
    fn handle(&self, delivery: &Delivery) -> Handled {
        self(delivery)
    }
}

/// What came of one call.
pub(super) type Tried = Result<Handled, NoAnswer>;

/// Calls under way, of either kind.
pub(super) trait AnyCalls {
    fn start(&mut self, lane: usize, delivery: Delivery);
    /// Those that have come back, by lane; waits until there is at least one.
    fn back(&mut self) -> Answer<'_, Vec<(usize, Tried)>>;
    /// Whether one more can be started.
    fn has_room(&self) -> bool;
}

/// Calls on threads.
pub(super) struct Threads<'h> {
    handler: &'h Arc<dyn EffectHandler>,
    hung: &'h Hung,
    limit: Duration,
    next: u64,
    under_way: BTreeMap<u64, (usize, Instant, Call)>,
    tell: mpsc::Sender<(u64, Tried)>,
    answers: mpsc::Receiver<(u64, Tried)>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge: how long a thread takes is told by the wall's clock"
)]
fn instant() -> Instant {
    Instant::now()
}

impl<'h> Threads<'h> {
    pub fn new(handler: &'h Arc<dyn EffectHandler>, hung: &'h Hung, limit: Duration) -> Self {
        let (tell, answers) = mpsc::channel();
        Self { handler, hung, limit, next: 0, under_way: BTreeMap::new(), tell, answers }
    }

    fn take(&mut self, id: u64, tried: Tried, back: &mut Vec<(usize, Tried)>) {
        if let Some((lane, ..)) = self.under_way.remove(&id) {
            back.push((lane, tried));
        }
    }

    fn wait(&mut self) -> Vec<(usize, Tried)> {
        let mut back = Vec::new();
        while back.is_empty() {
            // The one begun first reaches its limit first.
            let Some((id, (_, since, call))) = self.under_way.first_key_value() else { break };
            let id = *id;
            match self.answers.recv_timeout(self.limit.saturating_sub(since.elapsed())) {
                Ok((id, tried)) => self.take(id, tried, &mut back),
                Err(_) if call.leave() => self.take(id, Err(NoAnswer::Hung(self.limit)), &mut back),
                // It came back in this very instant: its answer is on the way.
                Err(_) => std::thread::yield_now(),
            }
        }
        while let Ok((id, tried)) = self.answers.try_recv() {
            self.take(id, tried, &mut back);
        }
        back
    }
}

impl AnyCalls for Threads<'_> {
    fn start(&mut self, lane: usize, delivery: Delivery) {
        let id = self.next;
        self.next += 1;
        let (handler, tell) = (Arc::clone(self.handler), self.tell.clone());
        let (call, callee) = call(self.hung);
        let run = move || {
            let tried = guarded(|| handler.handle(&delivery));
            // What was left behind told nobody in time; its answer would be taken for the next attempt's.
            if callee.finish() {
                drop(tell.send((id, tried)));
            }
        };
        let thread = std::thread::Builder::new().name("voronka-effect".to_owned()).spawn(run);
        if let Err(error) = thread {
            let tried = Err(NoAnswer::Panicked(format!("no thread could be started: {error}")));
            drop(self.tell.send((id, tried)));
        }
        self.under_way.insert(id, (lane, instant(), call));
    }

    fn back(&mut self) -> Answer<'_, Vec<(usize, Tried)>> {
        Answer::now(Ok(self.wait()))
    }

    fn has_room(&self) -> bool {
        self.hung.count() < MOST_HUNG
    }
}

/// Calls as futures.
pub(super) struct Futures<'h> {
    handler: &'h dyn AsyncEffectHandler,
    time: &'h Time,
    limit: Duration,
    under_way: Vec<(usize, BoxFuture<'h, Tried>)>,
}

impl<'h> Futures<'h> {
    pub fn new(handler: &'h dyn AsyncEffectHandler, time: &'h Time, limit: Duration) -> Self {
        Self { handler, time, limit, under_way: Vec::new() }
    }
}

impl AnyCalls for Futures<'_> {
    fn start(&mut self, lane: usize, delivery: Delivery) {
        let (handler, time, limit) = (self.handler, self.time, self.limit);
        let future = async move {
            let future = Guarded::new(|| handler.handle(&delivery))?;
            match time {
                Time::Async(clock) => within(&**clock, limit, future).await,
                Time::Sync(_) => future.await,
            }
        };
        self.under_way.push((lane, Box::pin(future)));
    }

    fn back(&mut self) -> Answer<'_, Vec<(usize, Tried)>> {
        Answer::Later(Box::pin(std::future::poll_fn(|cx| {
            let mut back = Vec::new();
            self.under_way.retain_mut(|(lane, future)| match Pin::new(future).poll(cx) {
                Poll::Pending => true,
                Poll::Ready(tried) => {
                    back.push((*lane, tried));
                    false
                }
            });
            if back.is_empty() && !self.under_way.is_empty() { Poll::Pending } else { Poll::Ready(Ok(back)) }
        })))
    }

    fn has_room(&self) -> bool {
        true
    }
}
