#![doc = include_str!("../README.md")]

mod calendar;
pub mod case;
pub mod condition;
mod engine;
pub mod foresight;
#[cfg(feature = "pages")]
mod html;
pub mod intake;
pub mod interop;
pub mod process;
pub mod report;
pub mod runtime;
pub mod scenario;
mod source;
pub mod store;
pub mod tell;
pub mod testing;
mod value;

pub use calendar::{
    Calendar, CalendarDefect, CalendarError, CalendarSource, Due, Remaining, Span, SpanError,
};
pub use case::{Actor, Case, Context, Entry, Event, Input, Opening, Rejection, ReplayError};
pub use engine::{
    Card, ClosedCard, CommandView, DebtView, DocumentGroup, DocumentView, EraseError, Erased, FactGroup,
    FactNeed, FactView, MoveView, NextStep, Outcome, ProcessView, Scope, SumView, TriggerView, Unarmed, View,
    Why, WishView,
};
pub use scenario::{Definition, Scenario};
pub use source::{Defect, Place, Severity};
pub use value::{Moment, MomentError, Value};
