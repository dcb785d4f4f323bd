#![doc = include_str!("../../docs/INTAKE.md")]

mod candidate;
mod decide;
mod decision;
mod inquiry;
mod keys;
pub mod read;
mod reading;
mod responsible;
mod rules;

pub use candidate::{Candidate, Closed, Match, Owner, Planned};
pub use decision::{Choice, Counter, Decision, Reason, Step, Verdict};
pub use inquiry::{Direction, Inquiry, InquiryError, MAX_ID, MAX_LINE, MAX_LIST, MAX_TEXT};
pub use keys::{ContactKey, KeyType, email, normal, phone};
pub(crate) use rules::MOST_CONTACTS;
pub use rules::{Intake, IntakeContext, Lookup, LookupKind, Wants};
