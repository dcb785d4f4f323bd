//! The cases for what a step needs of a store.

pub(super) mod commit;
pub(super) mod effects;
pub(super) mod erasure;
pub(super) mod inbox;
pub(super) mod journal;
pub(super) mod kept;
pub(super) mod limits;
pub(super) mod timers;
