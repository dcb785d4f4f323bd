//! The pure core: scenario, case, input and context in; entry and new case out (C1).

mod actions;
mod activities;
mod adopt;
mod bounds;
mod cascade;
mod clock;
mod debts;
mod documents;
mod door;
mod erase;
mod facts;
mod family;
mod fate;
mod following;
mod judge;
mod many;
mod matching;
mod merging;
mod moves;
mod needs;
mod opening;
mod plan;
mod processes;
mod requirement;
mod rights;
mod running;
mod sight;
mod stage;
mod step;
mod tell_case;
mod view;
mod why;
mod work;

pub(crate) use door::{field_value, plain as plain_value};
pub use erase::{EraseError, Erased};
pub(crate) use judge::{InputNames, Judge};
pub(crate) use matching::of_activity;
pub(crate) use merging::no_case;
pub(crate) use moves::{Mover, find_requirement};
pub use needs::FactNeed;
pub(crate) use plan::find_plan;
pub(crate) use rights::excluded;
pub use running::ProcessView;
pub use sight::{Card, ClosedCard, NextStep, Scope};
pub use step::Outcome;
pub use view::{
    CommandView, DebtView, DocumentGroup, DocumentView, FactGroup, FactView, MoveView, SumView, Unarmed,
    View, WishView,
};
pub use why::{TriggerView, Why};
