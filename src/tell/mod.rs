//! Telling a scenario to people: as a regulation, in any language that the catalogue has.
//!
//! [`tell`] prints what a scenario asks of the people who work by it. Every word of the engine's own comes
//! from a [`Catalog`] of texts by code; a host can add a language, or replace texts.

mod catalog;
mod condition;
mod en;
mod en_case;
mod finding;
mod missing;
mod regulation;
mod ru;
mod ru_case;
mod sections;
mod speaker;
mod trigger;
mod words;

pub use catalog::{Arg, Catalog, Plural, placeholders};
pub use missing::missing;
pub use regulation::{tell, tell_with};
pub use speaker::Speaker;

pub(crate) use words::Teller;
