#![doc = include_str!("../../docs/RUNTIME.md")]

mod clock;
mod desk;
mod effects;
mod erasing;
mod error;
mod face;
mod face_async;
mod facts;
mod guard;
mod handler;
mod host;
mod inbox;
mod judge;
mod lists;
mod request;
mod setup;
mod shared;
mod timers;
mod trace;
mod work;

pub use clock::{AsyncClock, AsyncSystemClock, Chance, Clock, Dice, SystemClock};
pub use effects::Delivered;
pub use error::{PublishError, StepError, SwitchError};
pub use face::{Runtime, Within};
pub use face_async::{AsyncRuntime, AsyncWithin};
pub use facts::{AsyncFactSource, FactError, FactSource};
pub use handler::{AsyncEffectHandler, Delivery, EffectHandler, Feed, Handled};
pub use inbox::Received;
pub use request::{Done, Progress, Request, Which, bulk_id};
pub use setup::{People, Setup};
pub use timers::Fired;
pub use work::{Stop, Worked};
