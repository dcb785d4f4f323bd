//! One running request: its state, its inputs, its journal, and how the journal gives the state back.

mod adoption;
mod context;
mod entry;
mod event;
mod fold;
mod handing;
mod input;
mod light;
mod missing;
mod parts;
mod replay;
mod state;
mod told;
mod withhold;

pub use adoption::{Adoption, RuleFate, UnknownFate};
pub use context::{Absence, Actor, Context, Switch};
pub use entry::{Entry, EntryError, FORMAT, Recorded};
pub use event::{Act, Effect, Event, Opened, Origin};
pub use handing::{Handing, MergeInput, SplitInput};
pub use input::{
    CloseInput, CommandAnswer, DocumentInput, DoneInput, DueAt, FactReading, FactsInput, Fields,
    FinishedInput, Import, Input, InteractionInput, MoveInput, Opening, PastVisit, PlanInput,
};
pub use light::{Cause, Light, LightIndex};
pub use missing::{Missing, Rejection};
pub use parts::{
    Activity, ActivityEnd, Debt, DebtEnd, Group, HeldItem, Limit, LinkKind, Mark, Party, ProcessEnd,
    ProcessRun, ScenarioRef, Timer, TimerRemaining, Visit, VisitEnd, Wish,
};
pub use replay::ReplayError;
pub(crate) use state::is_zero;
pub use state::{Case, Closing, DueState, Pause, Reason};
pub(crate) use told::with_files;
pub use told::{
    Attachment, CommandRun, DocumentState, DocumentSum, FactState, GivenUp, Hanging, Interaction,
    interaction_key,
};
pub(crate) use withhold::Withheld;

/// Why an event of a document beyond the bound is ignored (C4).
pub(crate) const TOO_MANY: &str = "too_many";
