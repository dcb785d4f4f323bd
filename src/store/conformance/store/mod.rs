//! The cases for what a step needs of a store.

pub(super) mod commit;
