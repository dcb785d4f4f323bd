//! Timers, effects and the inbox: handing out with a lease, settling, posting (S5, S6, S8).

use super::StoreError;
use crate::Moment;
use serde::{Deserialize, Serialize};

/// What is to be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseKind {
    /// Timers that are due and whose trigger is on (S6, T7).
    Timers,
    /// Effects whose turn in their lane it is (S5).
    Effects,
    /// Rows of the inbox (S8).
    Inbox,
}

/// Asks for what is due, for so long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// What.
    pub kind: LeaseKind,
    /// The caller's moment; where the store has a clock of its own, the earlier of the two counts.
    pub now: Moment,
    /// Until when what is handed out is nobody else's.
    pub until: Moment,
    /// Who takes it: a host's name of its own.
    pub by: String,
    /// At most so many.
    pub limit: u32,
}

/// What was handed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leases {
    /// Timers, the earliest first.
    pub timers: Vec<DueTimer>,
    /// Effects, in the order in which they must be done within a case and lane.
    pub effects: Vec<DueEffect>,
    /// Rows of the inbox, in the order in which they came.
    pub inbox: Vec<InboxItem>,
}

/// A timer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    /// Its id, also the id of the input that reports it (T11).
    pub id: String,
    /// The case.
    pub case: String,
    /// When it fell due.
    pub at: Moment,
}

/// An effect whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueEffect {
    /// Its id.
    pub id: String,
    /// The case.
    pub case: String,
    /// Its lane.
    pub lane: String,
    /// Its kind.
    pub kind: String,
    /// Its bytes: JSON of [`crate::case::Effect`].
    pub text: String,
    /// The how manieth attempt this is, from 1.
    pub attempt: u32,
}

/// A row of the inbox whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// Its id.
    pub id: String,
    /// The object that it concerns: a case's id, one of its external ids, or a document as `invoice/17`.
    pub object: String,
    /// The input as JSON, as it came.
    pub text: String,
    /// The how manieth attempt this is, from 1.
    pub attempt: u32,
    /// The cases linked to the object, by id.
    pub cases: Vec<String>,
}

/// A row for the inbox (S8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The object that it concerns: a case's id, one of its external ids, or a document as `invoice/17`.
    pub object: String,
    /// The input as JSON.
    pub text: String,
    /// When it was posted.
    pub at: Moment,
}

impl Message {
    /// Refuses what no store could keep the same way: U+0000 (S11). Each store asks this before it writes.
    ///
    /// # Errors
    /// [`StoreError::Unfit`], naming the row.
    pub fn check(&self) -> Result<(), StoreError> {
        StoreError::unless_fit(|| format!("the message {:?}", self.id), [&self.id, &self.object, &self.text])
    }
}

/// What came of posting a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// It is there.
    New,
    /// The same row had been posted before; nothing was written.
    Known,
    /// The id had been posted with another object or input; nothing was written.
    Clash,
}

/// What became of something that was handed out, or of what stopped.
///
/// Those that name `by` hold only while the lease is still that host's, so that a host that was thought dead
/// takes nothing from the one that went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Settle {
    /// The effect is done: it is handed out no more. Holds whoever says it.
    EffectDone {
        /// The effect.
        id: String,
    },
    /// It is to be tried again from a moment on; until then it holds its lane.
    EffectLater {
        /// The effect.
        id: String,
        /// Whose lease.
        by: String,
        /// From when on.
        at: Moment,
        /// What went wrong.
        error: String,
    },
    /// It was not tried after all, since an earlier one of its lane failed or the host stops: it is handed out
    /// again at once, and the attempt does not count.
    EffectBack {
        /// The effect.
        id: String,
        /// Whose lease.
        by: String,
    },
    /// It could not be done: it stays listed as stopped, and holds its lane unless it `frees` it.
    EffectGivenUp {
        /// The effect.
        id: String,
        /// Whose lease.
        by: String,
        /// What went wrong.
        error: String,
        /// Whether the lane goes on without it.
        frees: bool,
    },
    /// A stopped effect is handed out again, from its first attempt.
    EffectAgain {
        /// The effect.
        id: String,
    },
    /// A stopped effect is dropped: it will not be done, and frees its lane.
    EffectDropped {
        /// The effect.
        id: String,
    },
    /// The timer is not armed any more; its row goes. Only for what the case itself does not know (T11).
    TimerGone {
        /// The timer.
        id: String,
    },
    /// The timer could not be reported now; it is handed out again from a moment on.
    TimerLater {
        /// The timer.
        id: String,
        /// Whose lease.
        by: String,
        /// From when on.
        at: Moment,
    },
    /// The inbox row reached all its cases: it goes.
    InboxDone {
        /// The row.
        id: String,
    },
    /// It is to be tried again from a moment on; until then later rows of its cases wait.
    InboxLater {
        /// The row.
        id: String,
        /// Whose lease.
        by: String,
        /// From when on.
        at: Moment,
        /// What went wrong.
        error: String,
    },
    /// A case refused it, or none was found: it stays listed with the reason, and holds up nothing.
    InboxRefused {
        /// The row.
        id: String,
        /// Whose lease.
        by: String,
        /// Why, as text for people.
        error: String,
    },
    /// A refused row is sent again, at the end of the queue.
    InboxAgain {
        /// The row.
        id: String,
    },
    /// A refused row is dropped.
    InboxDropped {
        /// The row.
        id: String,
    },
}
