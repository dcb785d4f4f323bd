//! Reading files that people write: every defect at once, each with its place.
//!
//! [`json`] turns text into a tree that knows where each part stands, [`reader`] reads a `Deserialize` type
//! from that tree and goes on after a defect, [`place`] finds line and column of a JSON pointer for the
//! checks that follow.

// The scenario's reader, which is written next, is the first caller.
#![allow(dead_code, unused_imports)]

mod access;
mod defect;
mod error;
mod json;
mod place;
mod reader;
mod stand_in;
mod suggest;

pub use defect::{Defect, Severity};
pub use place::Place;

pub(crate) use json::{Key, Kind, Node, Span};
pub(crate) use place::{Tree, join};
pub(crate) use reader::{Read, read, read_tree};
pub(crate) use suggest::suggest;

#[cfg(test)]
mod tests;
