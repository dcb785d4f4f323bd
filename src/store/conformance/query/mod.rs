//! The cases for lists.

pub(super) mod activities;
pub(super) mod board;
pub(super) mod changes;
pub(super) mod feed;
pub(super) mod find;
pub(super) mod lights;
pub(super) mod lists;
pub(super) mod outcomes;
pub(super) mod sight;
