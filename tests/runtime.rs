//! The runtime by its rules, on the store in memory, sync and async, with what goes wrong done on purpose.

#[path = "runtime/adopting.rs"]
mod adopting;
#[path = "runtime/async_hosts.rs"]
mod async_hosts;
#[path = "runtime/bulk.rs"]
mod bulk;
#[path = "runtime/effects.rs"]
mod effects;
#[path = "runtime/facts.rs"]
mod facts;
#[path = "runtime/families.rs"]
mod families;
#[path = "runtime/faults.rs"]
mod faults;
#[path = "runtime/inbox.rs"]
mod inbox;
#[path = "runtime/kept.rs"]
mod kept;
#[path = "runtime/lists.rs"]
mod lists;
#[path = "runtime/merging.rs"]
mod merging;
#[path = "runtime/publishing.rs"]
mod publishing;
#[path = "runtime/steps.rs"]
mod steps;
#[path = "runtime/timers.rs"]
mod timers;
#[path = "runtime/work.rs"]
mod work;
#[path = "runtime/world.rs"]
pub mod world;
