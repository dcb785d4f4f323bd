//! Spans and counters, behind the feature `tracing`; without it nothing is done.
//!
//! Counters follow the convention of `tracing-opentelemetry`: a field `monotonic_counter.NAME` of an event.

use super::error::StepError;
use super::request::Done;
use crate::case::FactReading;

/// Counts something of a name, with what belongs to it.
#[cfg(feature = "tracing")]
macro_rules! count {
    ($name:literal, $by:expr $(, $field:ident = $value:expr)*) => {{
        let by = u64::try_from($by).unwrap_or(u64::MAX);
        tracing::debug!(target: "voronka", { $($field = $value,)* $name = by }, "counted");
    }};
}

#[cfg(not(feature = "tracing"))]
macro_rules! count {
    ($name:literal, $by:expr $(, $field:ident = $value:expr)*) => {{ let _ = ($name, $by, $($value,)*); }};
}

pub(super) fn answered(answer: &Result<Done, StepError>) {
    match answer {
        Ok(done) if done.repeated => {
            count!("monotonic_counter.voronka_repeated", 1_u64, case = done.case.id.as_str())
        }
        Ok(done) => count!("monotonic_counter.voronka_steps", 1_u64, case = done.case.id.as_str()),
        Err(error) => count!("monotonic_counter.voronka_failures", 1_u64, why = error.to_string().as_str()),
    }
}

pub(super) fn again(store: bool) {
    count!("monotonic_counter.voronka_again", 1_u64, store = store);
}

pub(super) fn facts(readings: &Result<Vec<FactReading>, String>, asked: usize) {
    match readings {
        Ok(_) => count!("monotonic_counter.voronka_facts_read", asked),
        Err(why) => count!("monotonic_counter.voronka_facts_unknown", asked, why = why.as_str()),
    }
}

pub(super) fn timers(count: usize) {
    count!("monotonic_counter.voronka_timers", count);
}

pub(super) fn inbox(done: usize, refused: usize) {
    count!("monotonic_counter.voronka_inbox", done, refused = refused);
}

pub(super) fn effects(done: usize, failed: usize, given_up: usize) {
    count!("monotonic_counter.voronka_effects", done, failed = failed, given_up = given_up);
}

/// Runs a future in a span of this name.
#[cfg(feature = "tracing")]
pub(super) async fn spanned<T>(name: &'static str, by: &str, future: impl Future<Output = T>) -> T {
    use tracing::Instrument;
    future.instrument(tracing::info_span!(target: "voronka", "voronka", call = name, by)).await
}

/// Runs a future; spans are behind the feature `tracing`.
#[cfg(not(feature = "tracing"))]
pub(super) async fn spanned<T>(name: &'static str, by: &str, future: impl Future<Output = T>) -> T {
    let _ = (name, by);
    future.await
}
