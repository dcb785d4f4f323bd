//! What would happen: of an edited scenario on running cases, on closed ones, and by itself.

mod proof;
mod proof_asked;
mod proof_random;
