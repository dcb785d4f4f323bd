//! The host's own code, kept from doing harm: its panics are caught, what hangs is left behind.

use super::clock::AsyncClock;
use crate::store::BoxFuture;
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// How many threads of the host's code may hang before no more of it is called.
pub(crate) const MOST_HUNG: usize = 64;

/// Why code of the host gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    Panicked(String),
    Hung(Duration),
    TooManyHang,
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Panicked(why) => write!(f, "panicked: {why}"),
            Self::Hung(limit) => write!(f, "did not answer within {limit:?}"),
            Self::TooManyHang => write!(f, "was not asked, since {MOST_HUNG} calls hang already"),
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> NoAnswer {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    NoAnswer::Panicked(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
}

/// Calls code of the host; a panic in it must not take down the loop that other cases depend on.
///
/// It is asserted to be safe to go on, since nothing that it was given is looked at again: it had shared
/// references to values that the runtime does not change, and a state of its own that is the host's to mend.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, NoAnswer> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| said(&*panic))
}

/// A future of the host, whose panic is its answer.
pub(crate) struct Guarded<'a, T>(BoxFuture<'a, T>);

impl<'a, T> Guarded<'a, T> {
    /// Of what makes the future, which may panic as well.
    pub fn new(make: impl FnOnce() -> BoxFuture<'a, T>) -> Result<Self, NoAnswer> {
        guarded(make).map(Self)
    }
}

impl<T> Future for Guarded<'_, T> {
    type Output = Result<T, NoAnswer>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match guarded(|| self.0.as_mut().poll(cx)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

/// A future of the host within a time limit; on reaching it, the future is dropped.
pub(crate) async fn within<T>(
    clock: &dyn AsyncClock,
    limit: Duration,
    mut future: Guarded<'_, T>,
) -> Result<T, NoAnswer> {
    let mut sleep = clock.sleep(limit);
    std::future::poll_fn(|cx| {
        if let Poll::Ready(output) = Pin::new(&mut future).poll(cx) {
            return Poll::Ready(output);
        }
        sleep.as_mut().poll(cx).map(|()| Err(NoAnswer::Hung(limit)))
    })
    .await
}

const RUNNING: u8 = 0;
const FINISHED: u8 = 1;
const LEFT: u8 = 2;

/// Calls that were left behind and have not come back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hung(Arc<AtomicUsize>);

impl Hung {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A call on a thread of its own, which can be left behind: a thread cannot be ended from outside, only not
/// waited for any longer.
pub(crate) struct Call {
    state: Arc<AtomicU8>,
    hung: Hung,
}

impl Call {
    /// Whether it is left behind now; not when it has just come back.
    pub fn leave(&self) -> bool {
        let left = self.state.compare_exchange(RUNNING, LEFT, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if left {
            self.hung.0.fetch_add(1, Ordering::Relaxed);
        }
        left
    }
}

/// The other end of a [`Call`], held by its thread.
pub(crate) struct Callee {
    state: Arc<AtomicU8>,
    hung: Hung,
}

impl Callee {
    /// Whether anybody still waits for it.
    pub fn finish(&self) -> bool {
        let waited = self.state.swap(FINISHED, Ordering::AcqRel) == RUNNING;
        if !waited {
            self.hung.0.fetch_sub(1, Ordering::Relaxed);
        }
        waited
    }
}

pub(crate) fn call(hung: &Hung) -> (Call, Callee) {
    let state = Arc::new(AtomicU8::new(RUNNING));
    let call = Call { state: Arc::clone(&state), hung: hung.clone() };
    (call, Callee { state, hung: hung.clone() })
}

type Task = Box<dyn FnOnce() + Send>;

/// A thread that is kept for calls with a time limit, one after the other; one that hangs is replaced.
#[derive(Default)]
pub(crate) struct Thread {
    tasks: Mutex<Option<mpsc::Sender<Task>>>,
    hung: Hung,
}

impl Thread {
    /// The answer of a call within a time limit, by the wall's clock.
    pub fn within<T: Send + 'static>(
        &self,
        limit: Duration,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        if self.hung.count() >= MOST_HUNG {
            return Err(NoAnswer::TooManyHang);
        }
        // Taken while it is used, so that two callers at once have two threads.
        let kept = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = kept.unwrap_or_else(start);
        let (tell, answer) = mpsc::channel();
        let (call, callee) = call(&self.hung);
        let task: Task = Box::new(move || {
            let output = guarded(task);
            if callee.finish() {
                // Its caller waits; if it has gone meanwhile, the answer is nobody's.
                drop(tell.send(output));
            }
        });
        if thread.send(task).is_err() {
            return Err(NoAnswer::Panicked("its thread could not be started".to_owned()));
        }
        let output = match answer.recv_timeout(limit) {
            Ok(output) => output,
            Err(RecvTimeoutError::Timeout) if call.leave() => return Err(NoAnswer::Hung(limit)),
            // It came back in this very instant.
            Err(_) => answer.recv().unwrap_or_else(|_| Err(NoAnswer::Panicked(String::new()))),
        };
        *self.tasks.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        output
    }
}

fn start() -> mpsc::Sender<Task> {
    let (tasks, queue) = mpsc::channel::<Task>();
    let run = move || {
        while let Ok(task) = queue.recv() {
            task();
        }
    };
    // Where there is no thread to be had, sending fails and the caller is told.
    drop(std::thread::Builder::new().name("voronka".to_owned()).spawn(run));
    tasks
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_thread_answers_is_kept_and_is_replaced_when_it_hangs() {
        let thread = Thread::default();
        let first = thread.within(LONG, || std::thread::current().id()).unwrap();
        assert_eq!(thread.within(LONG, || std::thread::current().id()), Ok(first), "it is kept");
        let (release, wait) = mpsc::channel::<()>();
        let hangs = thread.within(Duration::from_millis(20), move || wait.recv());
        assert_eq!(hangs.unwrap_err(), NoAnswer::Hung(Duration::from_millis(20)));
        assert_eq!(thread.hung.count(), 1);
        assert_ne!(thread.within(LONG, || std::thread::current().id()), Ok(first), "it is replaced");
        release.send(()).unwrap();
        while thread.hung.count() != 0 {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_panic_is_an_answer_and_the_thread_goes_on() {
        let thread = Thread::default();
        let id = thread.within(LONG, || std::thread::current().id());
        let panicked: Result<(), NoAnswer> = thread.within(LONG, || panic!("no {}", 7));
        assert_eq!(panicked, Err(NoAnswer::Panicked("no 7".to_owned())));
        assert_eq!(thread.within(LONG, || std::thread::current().id()), id);
    }

    #[test]
    fn too_many_that_hang_are_not_joined_by_more() {
        let thread = Thread::default();
        thread.hung.0.store(MOST_HUNG, Ordering::Relaxed);
        assert_eq!(thread.within(LONG, || ()), Err(NoAnswer::TooManyHang));
    }
}
