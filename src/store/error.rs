//! What can go wrong with a store.

/// Why a store could not do what it was asked; nothing was written then, except where it says so.
///
/// A conflict is no error: [`super::Committed`] tells it, since it is an answer of the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store could not be reached, or the connection broke. Whether a commit that was under way is there
    /// is not known: send the same input with the same id again, which does nothing twice (S3).
    #[error("the store cannot be reached: {why}; send the same input with the same id again")]
    Unreachable {
        /// What the driver said.
        why: String,
    },
    /// Others were in the way (a lock, a deadlock, a serialization failure); nothing was written, and the same
    /// may well succeed when tried again.
    #[error("the store is busy: {why}; try again")]
    Busy {
        /// What the driver said.
        why: String,
    },
    /// There is no room, or the store may not be written.
    #[error("the store cannot be written: {why}")]
    Full {
        /// What the driver said.
        why: String,
    },
    /// A row cannot be what this crate wrote: it was damaged, or written by something else.
    #[error("{what} is damaged: {why}; `voronka db check` lists all that is")]
    Damaged {
        /// Which: `case 17`, `entry 4 of case 17`.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The schema was written by a later version of this crate.
    #[error(
        "the store's schema has version {found}, this program knows versions up to {known}; use a later one"
    )]
    Newer {
        /// The schema's version.
        found: u32,
        /// The latest that is known here.
        known: u32,
    },
    /// The schema is not there yet, or is of an earlier version.
    #[error("the store's schema has version {found}, version {wanted} is needed; run `voronka db migrate`")]
    Unmigrated {
        /// The schema's version; 0 where there is none.
        found: u32,
        /// The version that is needed.
        wanted: u32,
    },
    /// What was to be written cannot be kept, such as a text with U+0000 (S11).
    #[error("{what} cannot be kept: {why}")]
    Unfit {
        /// Which value.
        what: String,
        /// Why not.
        why: String,
    },
    /// Anything else.
    #[error("the store failed: {why}")]
    Failed {
        /// What the driver said.
        why: String,
    },
}

impl StoreError {
    /// Whether the same call may well succeed when it is made again.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Busy { .. })
    }

    pub(crate) fn damaged(what: impl Into<String>, why: impl ToString) -> Self {
        Self::Damaged { what: what.into(), why: why.to_string() }
    }

    /// Refuses texts of which one has U+0000 (S11).
    pub(super) fn unless_fit<const N: usize>(
        what: impl FnOnce() -> String,
        texts: [&String; N],
    ) -> Result<(), Self> {
        if texts.iter().any(|it| it.contains('\0')) {
            return Err(Self::Unfit { what: what(), why: "S11: it contains U+0000".to_owned() });
        }
        Ok(())
    }

    pub(crate) fn failed(why: impl ToString) -> Self {
        Self::Failed { why: why.to_string() }
    }
}
