//! Intake: what a request from a channel becomes, by its rules (I1–I5).

#[cfg(feature = "calls")]
#[path = "intake/calls.rs"]
mod calls;
#[path = "intake/decide.rs"]
mod decide;
#[path = "intake/form.rs"]
mod form;
#[path = "intake/inquiry.rs"]
mod inquiry;
#[cfg(feature = "mail")]
#[path = "intake/mail.rs"]
mod mail;
#[path = "intake/mended.rs"]
mod mended;
#[path = "intake/responsible.rs"]
mod responsible;
#[path = "intake/runtime.rs"]
mod runtime;
#[cfg(feature = "sqlite")]
#[path = "intake/stores.rs"]
mod stores;
#[path = "intake/waiting.rs"]
mod waiting;
#[path = "intake/world.rs"]
mod world;
