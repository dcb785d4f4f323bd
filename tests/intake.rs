//! Intake: what a request from a channel becomes, by its rules (I1–I5).

#[path = "intake/decide.rs"]
mod decide;
#[path = "intake/inquiry.rs"]
mod inquiry;
#[path = "intake/responsible.rs"]
mod responsible;
#[path = "intake/runtime.rs"]
mod runtime;
#[path = "intake/waiting.rs"]
mod waiting;
#[path = "intake/world.rs"]
mod world;
