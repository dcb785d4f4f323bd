//! Time and chance: both come in through traits, so that a test owns them.

use crate::Moment;
use crate::store::BoxFuture;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// What time it is, for sync hosts.
pub trait Clock: Send + Sync {
    /// The moment, in UTC.
    fn now(&self) -> Moment;
    /// Waits; a clock of a test may move itself on instead.
    fn sleep(&self, time: Duration);
}

/// What time it is, for async hosts.
pub trait AsyncClock: Send + Sync {
    /// The moment, in UTC.
    fn now(&self) -> Moment;
    /// Waits, by the host's own runtime: `Box::pin(tokio::time::sleep(time))`.
    ///
    /// Time limits on fact sources and effect handlers are raced against it.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The moment by the machine's clock, cut to milliseconds.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the edge: the one place where the world's time comes in")]
    pub fn now() -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Moment::from_millis(millis).unwrap_or(Moment::MAX)
    }

    /// The machine's clock for an async host, which says how it waits.
    ///
    /// # Examples
    /// ```
    /// use voronka::runtime::SystemClock;
    /// let clock = SystemClock::waiting(|time| Box::pin(tokio::time::sleep(time)));
    /// ```
    pub const fn waiting<F>(wait: F) -> AsyncSystemClock<F>
    where
        F: Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync,
    {
        AsyncSystemClock(wait)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Self::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The machine's own clock, waiting as an async host says; see [`SystemClock::waiting`].
#[derive(Debug, Clone, Copy)]
pub struct AsyncSystemClock<F>(F);

impl<F> AsyncClock for AsyncSystemClock<F>
where
    F: Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync,
{
    fn now(&self) -> Moment {
        SystemClock::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        (self.0)(time)
    }
}

macro_rules! owners {
    ($($owner:ty),*) => { $(
        impl<C: Clock + ?Sized> Clock for $owner {
            fn now(&self) -> Moment {
                (**self).now()
            }

            fn sleep(&self, time: Duration) {
                (**self).sleep(time);
            }
        }
    )* };
}

macro_rules! async_owners {
    ($($owner:ty),*) => { $(
        impl<C: AsyncClock + ?Sized> AsyncClock for $owner {
            fn now(&self) -> Moment {
                (**self).now()
            }

            fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
                (**self).sleep(time)
            }
        }
    )* };
}

owners!(Arc<C>, &C);
async_owners!(Arc<C>, &C);

/// Chance, by which hosts that were in each other's way do not come back all at once.
pub trait Chance: Send + Sync {
    /// Any number.
    fn next(&self) -> u64;
}

/// Chance as the standard library seeds its hashing: good enough to scatter, no more.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dice;

impl Chance for Dice {
    fn next(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

impl<C: Chance + ?Sized> Chance for Arc<C> {
    fn next(&self) -> u64 {
        (**self).next()
    }
}

/// Either clock, for what is written once.
#[derive(Clone)]
pub(crate) enum Time {
    Sync(Arc<dyn Clock>),
    Async(Arc<dyn AsyncClock>),
}

impl Time {
    pub fn now(&self) -> Moment {
        match self {
            Self::Sync(clock) => clock.now(),
            Self::Async(clock) => clock.now(),
        }
    }

    pub async fn sleep(&self, time: Duration) {
        match self {
            Self::Sync(clock) => clock.sleep(time),
            Self::Async(clock) => clock.sleep(time).await,
        }
    }
}

/// A moment so much later.
pub(crate) fn later(moment: Moment, time: Duration) -> Moment {
    moment.plus_millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

/// How long to wait before the next attempt: doubling, with a jitter of half of it either way.
pub(crate) fn back_off(base: Duration, most: Duration, attempt: u32, chance: &dyn Chance) -> Duration {
    let factor = 2_u32.saturating_pow(attempt.saturating_sub(1).min(20));
    let full = base.saturating_mul(factor).min(most);
    let millis = u64::try_from(full.as_millis()).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(millis / 2 + chance.next() % millis.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u64);

    impl Chance for Always {
        fn next(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn waiting_doubles_up_to_a_limit_and_scatters_by_half() {
        let wait = |attempt, chance| {
            let (base, most) = (Duration::from_millis(100), Duration::from_millis(1000));
            back_off(base, most, attempt, &Always(chance)).as_millis()
        };
        assert_eq!((wait(1, 0), wait(1, 100), wait(1, 101)), (50, 150, 50));
        assert_eq!((wait(2, 0), wait(3, 0), wait(9, 0), wait(u32::MAX, 0)), (100, 200, 500, 500));
    }
}
