//! Conditions: CEL text, checked against declared names and types, run with unknowns and exact decimals.
//!
//! The way of a condition: text → tokens (`lex`) → tree (`parse`) → checked and lowered (`check`) →
//! [`Program`], which [holds](Program::holds), [gives a value](Program::eval) and
//! [says why not](Program::explain). `docs/CONDITIONS.md` is the language's reference.

mod calculate;
mod calls;
mod check;
mod declare;
mod env;
mod error;
mod explain;
mod finding;
mod judge;
mod lex;
mod needs;
mod operand;
mod parse;
mod program;
mod run;
mod uses;

#[cfg(test)]
mod tests;

pub use declare::{Declarations, Options, Slot, Type};
pub(crate) use env::keyed_name;
pub use env::{Cause, Env, Evaluated, Operand, Truth};
pub use error::ConditionError;
pub use finding::{Element, Explanation, Finding, Operator, Read, Side};
pub use program::Program;

/// How many characters a condition may have (C4).
pub const MAX_LENGTH: usize = 10_000;
/// How deep a condition may nest (C4).
pub const MAX_DEPTH: u32 = 100;
/// How many names, literals and operators a condition may have (C4).
pub const MAX_NODES: u32 = 1_000;
/// How deep `all`, `exists`, `filter`, `map` and `sum` may stand inside each other (C4).
pub const MAX_LIST_NESTING: usize = 3;
/// How many list elements one run may visit before its answer is unknown (C4).
pub const MAX_VISITS: u32 = 1_000_000;
/// How many findings one explanation lists (C4).
pub const MAX_FINDINGS: usize = 100;
