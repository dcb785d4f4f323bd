//! Reports over cases: the funnel by stage, its refusals, and the time on each stage.
//!
//! [`Records`] hold what reports know of cases, in little room; a [`Layout`] says in which version's order they are
//! told; an [`Ask`] says which cases, cut by what. Definitions and formulas, each with an example: `docs/REPORT.md`.

mod ask;
pub mod board;
mod compare;
mod conversion;
mod count;
mod discipline;
mod durations;
mod frame;
mod funnel;
mod layout;
mod matching;
mod query;
mod records;
mod refusals;
pub mod show;
mod slices;
mod stats;
mod table;
mod times;
mod told;
mod total;
mod whole;
pub(crate) mod words;

pub use ask::{Ask, AskError, Basis, Timing};
pub use compare::{Difference, Measure};
pub use conversion::Conversion;
pub use discipline::{DayLights, DebtLine, Discipline, PersonLine, StageDiscipline, Work};
pub use durations::Durations;
pub use funnel::{Balance, Clocks, Funnel, Refusal, StageLine};
pub use layout::Layout;
pub use query::{Dimension, Key, Query, QueryError, Term};
pub use records::{
    ActivityRecord, CaseRecord, ClosingRecord, DebtRecord, FORMAT, Keeping, LightRecord, Reading,
    RecordError, Records, StageTitle, Took, VisitRecord, WorkRecord, Worth,
};
pub use refusals::{Comment, ReasonLine, RefusalShare, Refusals};
pub use slices::MOST_SLICES;
pub use stats::{Interval, Share, adjusted};
pub use table::TimeUnit;
pub use times::Times;
pub use told::About;
pub use total::{Amount, Rates, Total};
pub use whole::{Comparison, Report, Slice, SliceReport, cases};
