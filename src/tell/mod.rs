//! Telling a scenario to people: as a regulation, in any language that the catalogue has.
//!
//! [`tell`] prints what a scenario asks of the people who work by it. Every word of the engine's own comes
//! from a [`Catalog`] of texts by code; a host can add a language, or replace texts.

mod asked;
mod catalog;
mod condition;
mod edits;
mod effect;
mod en;
mod en_case;
mod en_events;
mod en_intake;
mod entry;
mod event;
mod event_rules;
mod event_work;
mod finding;
mod intake;
mod light;
mod missing;
mod regulation;
mod ru;
mod ru_case;
mod ru_events;
mod ru_intake;
mod sections;
mod shown;
mod speaker;
mod trigger;
mod values;
mod words;

pub use catalog::{Arg, Catalog, Plural, placeholders};
pub use edits::{tell_diff, tell_diff_with};
pub use missing::missing;
pub use regulation::{tell, tell_with};
pub use speaker::Speaker;

pub(crate) use words::Teller;
