//! Stores: what survives, where, and what a store must hold (S1–S13, M10, T11).
//!
//! A step gives an entry, a case and effects; [`Commit`] is all of it as plain data, which a store writes
//! as one. [`Store`] is what a step needs, [`Query`] what lists need; [`AsyncStore`] and [`AsyncQuery`] are the same
//! contracts for async hosts. `docs/ADAPTERS.md` tells how to write one; the suite in
//! `voronka::store::conformance` (feature `conformance`) holds it to the contracts.
//!
//! What is stored are bytes finished by the core ([`CaseRow::text`], [`EntryRow::text`]); what is queried has a
//! column of its own beside them (S11). A store never looks into the bytes.

#[cfg(any(feature = "postgres", feature = "sqlx"))]
mod blocked;
pub mod carry;
mod check;
mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod error;
mod kept;
mod lease;
mod making;
mod memory;
mod query;
mod reach;
mod sight;
pub mod sql;

#[cfg(any(feature = "postgres", feature = "sqlx"))]
pub use blocked::Blocked;
pub use check::{Checked, Finding, check, check_async};
pub use commit::{
    ActivityRow, Amount, CaseRow, CaseText, Changes, Commit, Committed, CounterChange, EffectRow, EntryRow,
    EntryText, Erasure, FieldKind, FieldRow, KeyKind, KeyRow, Loaded, Loading, TimerRow, Wanted,
};
pub use contract::{AsyncQuery, AsyncStore, Query, Store};
pub use error::StoreError;
pub use kept::{Draft, Keep, Kept, Look, Mapping, Refusal, Switched, Version};
pub use lease::{DueEffect, DueTimer, InboxItem, LeaseKind, LeaseRequest, Leases, Message, Posted, Settle};
pub use making::{commit_of, commit_of_entry, commit_of_erasure};
pub use memory::{MemoryStore, MemoryTransaction};
pub use query::{
    ActivityQuery, ActivityState, Board, BoardCell, BoardQuery, CaseFilter, CaseKey, CaseOrder, CaseQuery,
    Change, Changed, Find, LightFilter, Page, PageKey, Position, RefusedItem, Seen, Sight, StoppedEffect,
};
pub use reach::BoxFuture;
pub(crate) use reach::{Answer, AnyQuery, AnyStore, Awaiting, Blocking, at_once};
