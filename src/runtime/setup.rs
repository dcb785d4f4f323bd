//! What a host sets: its name, its patience, who stands behind the runtime's own inputs.

use super::clock::{Chance, Dice};
use super::intake::case_id_of;
use crate::case::{Absence, Actor};
use crate::intake::Inquiry;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Who is away (A10).
pub trait People: Send + Sync {
    /// Those who are away now, each with who stands in.
    fn absent(&self) -> Vec<Absence>;
}

/// What a host sets; what it does not set has the value that each method names.
#[derive(Clone)]
pub struct Setup {
    pub(crate) by: String,
    pub(crate) machine: Actor,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) people: Option<Arc<dyn People>>,
    pub(crate) retries: u32,
    pub(crate) skew: Duration,
    pub(crate) lease: Duration,
    pub(crate) batch: u32,
    pub(crate) hands: u32,
    pub(crate) attempts: u32,
    pub(crate) handler_limit: Duration,
    pub(crate) fact_limit: Option<Duration>,
    pub(crate) conflict_wait: (Duration, Duration),
    pub(crate) retry_wait: (Duration, Duration),
    pub(crate) idle: Duration,
    pub(crate) frees: BTreeSet<String>,
    pub(crate) refusals: u32,
    case_ids: Option<Arc<CaseIds>>,
    pub(crate) carries: bool,
}

type CaseIds = dyn Fn(&Inquiry) -> String + Send + Sync;

impl Setup {
    /// A host's setup; its name must be its own among all hosts of the store, also after a restart.
    pub fn new(by: impl Into<String>) -> Self {
        let by = by.into();
        Self {
            machine: Actor { id: "voronka".to_owned(), ..Actor::default() },
            by,
            chance: Arc::new(Dice),
            people: None,
            retries: 10,
            skew: Duration::from_secs(120),
            lease: Duration::from_secs(60),
            batch: 500,
            hands: 4,
            attempts: 10,
            handler_limit: Duration::from_secs(20),
            fact_limit: Some(Duration::from_secs(10)),
            conflict_wait: (Duration::from_millis(10), Duration::from_secs(1)),
            retry_wait: (Duration::from_secs(1), Duration::from_secs(600)),
            idle: Duration::from_millis(500),
            frees: BTreeSet::new(),
            refusals: 1,
            case_ids: None,
            carries: true,
        }
    }

    /// In whose name timers, facts that were read, inbox rows and what handlers feed back are stepped: an actor
    /// of the id `voronka` without roles. Where the scenario limits who may report, it needs that right.
    #[must_use]
    pub fn machine(mut self, actor: Actor) -> Self {
        self.machine = actor;
        self
    }

    /// Whether the runtime itself carries what cases say to each other: that a process is to start, has finished or is
    /// cancelled, that a linked case is to be opened (P6). It does. Otherwise the handler gets these effects too, as a
    /// host needs it whose processes live in another store.
    #[must_use]
    pub const fn carries(mut self, carries: bool) -> Self {
        self.carries = carries;
        self
    }

    /// Chance for scattering: [`Dice`].
    #[must_use]
    pub fn chance(mut self, chance: impl Chance + 'static) -> Self {
        self.chance = Arc::new(chance);
        self
    }

    /// Who is away: nobody.
    #[must_use]
    pub fn people(mut self, people: impl People + 'static) -> Self {
        self.people = Some(Arc::new(people));
        self
    }

    /// How many times an input is judged anew when others were in the way (S2): 10.
    #[must_use]
    pub const fn retries(mut self, times: u32) -> Self {
        self.retries = times;
        self
    }

    /// How far hosts' clocks may differ (S10): 2 minutes.
    #[must_use]
    pub const fn skew(mut self, time: Duration) -> Self {
        self.skew = time;
        self
    }

    /// How long what is handed out is this host's: 1 minute. It must be well beyond the handler's limit; an effect
    /// that would not be done within its lease is handed back untried.
    #[must_use]
    pub const fn lease(mut self, time: Duration) -> Self {
        self.lease = time;
        self
    }

    /// How many cases, timers, rows or effects are taken at once: 500.
    #[must_use]
    pub fn batch(mut self, count: u32) -> Self {
        self.batch = count.max(1);
        self
    }

    /// How many effects are under way at once, each of another lane: 4.
    #[must_use]
    pub fn hands(mut self, count: u32) -> Self {
        self.hands = count.max(1);
        self
    }

    /// After how many attempts an effect is given up (S5): 10.
    #[must_use]
    pub fn attempts(mut self, count: u32) -> Self {
        self.attempts = count.max(1);
        self
    }

    /// How long a handler may take for one effect: 20 seconds.
    #[must_use]
    pub const fn handler_limit(mut self, time: Duration) -> Self {
        self.handler_limit = time;
        self
    }

    /// How long a fact source may take: 10 seconds. With none a sync source runs on the caller's thread, for as long
    /// as it likes.
    #[must_use]
    pub const fn fact_limit(mut self, time: Option<Duration>) -> Self {
        self.fact_limit = time;
        self
    }

    /// The first and the longest wait before an input is judged anew: 10 milliseconds, 1 second.
    #[must_use]
    pub const fn conflict_wait(mut self, first: Duration, longest: Duration) -> Self {
        self.conflict_wait = (first, longest);
        self
    }

    /// The first and the longest wait before an effect or an inbox row is tried again: 1 second, 10 minutes.
    #[must_use]
    pub const fn retry_wait(mut self, first: Duration, longest: Duration) -> Self {
        self.retry_wait = (first, longest);
        self
    }

    /// How long the loop waits when nothing is due: half a second.
    #[must_use]
    pub const fn idle(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }

    /// Lanes that go on without an effect that was given up (S5): none.
    #[must_use]
    pub fn frees<L: Into<String>>(mut self, lanes: impl IntoIterator<Item = L>) -> Self {
        self.frees = lanes.into_iter().map(Into::into).collect();
        self
    }

    /// After how many refusals their counts are written (S13): each at once. More saves writing; what was not
    /// written when the host ends is lost.
    #[must_use]
    pub fn refusals_at_once(mut self, count: u32) -> Self {
        self.refusals = count.max(1);
        self
    }

    /// The ids of cases that inquiries open: [`case_id_of`]. The same channel and id must give the same id, so that an
    /// inquiry that two hosts take in at once opens one case.
    #[must_use]
    pub fn case_ids(mut self, id: impl Fn(&Inquiry) -> String + Send + Sync + 'static) -> Self {
        self.case_ids = Some(Arc::new(id));
        self
    }

    pub(crate) fn case_id(&self, inquiry: &Inquiry) -> String {
        self.case_ids.as_ref().map_or_else(|| case_id_of(inquiry), |id| id(inquiry))
    }

    pub(crate) fn absences(&self) -> Vec<Absence> {
        self.people.as_ref().map(|people| people.absent()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("by", &self.by).finish_non_exhaustive()
    }
}
