//! What goes wrong with stores and hosts, done for real: processes killed, servers restarted, answers cut off, disks full.
//!
//! Each fault is written once, over [`host::Host`], and runs on SQLite and on PostgreSQL by each driver that is built in.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the environment, and wait by the clock of the machine"
)]

#[path = "faults/broken.rs"]
mod broken;
#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/damaged.rs"]
mod damaged;
#[path = "faults/host.rs"]
mod host;
#[path = "faults/killed.rs"]
mod killed;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/many.rs"]
mod many;
#[path = "faults/proxy.rs"]
mod proxy;
#[path = "faults/rings.rs"]
mod rings;
#[path = "faults/room.rs"]
mod room;
