//! One body for sync and async: a sync store's answer is a future that is ready.
//!
//! What works on a store (the runtime, the suite) is written once, as `async fn` over [`AnyStore`]. A sync host
//! wraps its store in [`Blocking`], whose futures are ready when made, and polls once ([`at_once`]); an async
//! host wraps it in [`Awaiting`]. So there is no second copy to keep in step, and no runtime in the sync path.

use super::StoreError;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// A boxed future that can be sent, as the async traits give it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The answer of either kind: there already, or a future of its own.
///
/// One type for both, and no associated one, since the compiler cannot see through those that what waits can be sent.
#[must_use]
pub(crate) enum Answer<'a, T> {
    /// There already; taken when it is polled.
    Now(Option<Result<T, StoreError>>),
    /// To be awaited.
    Later(BoxFuture<'a, Result<T, StoreError>>),
}

impl<T> Answer<'_, T> {
    pub fn now(answer: Result<T, StoreError>) -> Self {
        Self::Now(Some(answer))
    }
}

// Nothing in it is pinned but the boxed future, which is pinned by its box.
impl<T> Unpin for Answer<'_, T> {}

impl<T> Future for Answer<'_, T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Now(answer) => Poll::Ready(
                answer.take().unwrap_or_else(|| Err(StoreError::failed("an answer was taken twice"))),
            ),
            Self::Later(future) => future.as_mut().poll(cx),
        }
    }
}

/// A sync store, service or handler, seen as one that never waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocking<S>(pub S);

/// An async one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Awaiting<S>(pub S);

/// The output of a future that never waits.
///
/// # Errors
/// When it waits after all, which only something other than [`Blocking`] in it can do.
pub(crate) fn at_once<T, E: From<StoreError>>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => Err(StoreError::failed("a sync call had to wait for something async").into()),
    }
}

pub(crate) use super::contract::{AnyQuery, AnyStore};
