//! Reports over cases: the funnel by stage, its refusals, and the time on each stage.
//!
//! [`Records`] hold what reports know of cases, in little room; a [`Layout`] says in which version's order they are
//! told; an [`Ask`] says which cases, cut by what. Definitions and formulas, each with an example: `docs/REPORT.md`.

mod ask;
pub mod board;
mod brought;
mod compare;
mod conversion;
mod count;
mod discipline;
mod durations;
mod ends;
mod frame;
mod funnel;
mod holdups;
mod layout;
mod matching;
mod plan;
mod query;
mod records;
mod recovery;
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
pub use brought::{BroughtBack, BroughtFor, Expected, ExpectedError};
pub use compare::{Difference, Measure};
pub use conversion::Conversion;
pub use discipline::{DayLights, DebtLine, Discipline, PersonLine, StageDiscipline, Work};
pub use durations::Durations;
pub use ends::Ends;
pub use funnel::{Balance, Clocks, Funnel, Refusal, StageLine};
pub use holdups::{HoldUp, HoldUps, RefusalCount};
pub use layout::Layout;
pub use plan::{MonthLine, PlanFact, PlanLine, StageChance, Target, TargetError, TargetOf, Weighted};
pub use query::{Dimension, Key, Query, QueryError, Term};
pub use records::{
    ActivityRecord, CaseRecord, ClosingRecord, DebtRecord, FORMAT, Keeping, LightRecord, Reading,
    RecordError, Records, StageTitle, Took, VisitRecord, WorkRecord, Worth,
};
pub use recovery::{
    Goal, Means, Needed, Range, Recover, RecoverError, Recovery, Regained, RegainedAt, RegainedFor, Way,
    Yardstick,
};
pub use refusals::{Comment, ReasonLine, RefusalShare, Refusals};
pub use slices::MOST_SLICES;
pub use stats::{Interval, Share, adjusted};
pub use table::TimeUnit;
pub use times::Times;
pub use told::About;
pub use total::{Amount, Rates, Total};
pub use whole::{Comparison, Report, Slice, SliceReport, cases};
