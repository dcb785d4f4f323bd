//! What would happen.

mod proof;
