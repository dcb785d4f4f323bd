//! The cases for lists.

pub(super) mod lists;
