//! The SQLite store from outside: its file, the host's transaction, faults, plans.

#[path = "sqlite/checked.rs"]
mod checked;
#[path = "sqlite/explained.rs"]
mod explained;
#[path = "sqlite/faults.rs"]
mod faults;
#[path = "sqlite/file.rs"]
mod file;
#[path = "sqlite/fixture.rs"]
mod fixture;
#[path = "sqlite/host.rs"]
mod host;
#[path = "sqlite/leases.rs"]
mod leases;
#[cfg(feature = "conformance")]
#[path = "sqlite/suite.rs"]
mod suite;
#[path = "sqlite/toy.rs"]
pub mod toy;
