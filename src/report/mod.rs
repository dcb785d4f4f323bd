//! Reports over cases: the funnel by stage, its refusals, and the time on each stage.
//!
//! A report reads cases only, so that it can be made of any set of them, wherever they are stored.

mod conversion;
mod funnel;
pub mod show;
mod stats;
mod table;
mod times;
pub(crate) mod words;

pub use conversion::Conversion;
pub use funnel::{Balance, Funnel, Refusal, StageLine};
pub use stats::{Interval, Share, adjusted};
pub use table::TimeUnit;
pub use times::Times;
