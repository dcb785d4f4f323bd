//! Spans and counters, behind the feature `tracing`; without it nothing is done.
//!
//! Counters follow the convention of `tracing-opentelemetry`: a field `monotonic_counter.NAME` of an event.

use super::error::StepError;
use super::request::Done;
use crate::case::FactReading;

#[cfg(feature = "tracing")]
macro_rules! count {
    ($name:ident, $by:expr $(, $field:ident = $value:expr)*) => {
        tracing::debug!(target: "voronka", monotonic_counter.$name = $by as u64 $(, $field = $value)*)
    };
}

#[cfg(not(feature = "tracing"))]
macro_rules! count {
    ($name:ident, $by:expr $(, $field:ident = $value:expr)*) => {{ let _ = ($by, $($value,)*); }};
}

pub(super) fn answered(answer: &Result<Done, StepError>) {
    match answer {
        Ok(done) if done.repeated => count!(voronka_repeated, 1, case = done.case.id.as_str()),
        Ok(done) => count!(voronka_steps, 1, case = done.case.id.as_str()),
        Err(error) => count!(voronka_failures, 1, why = error.to_string().as_str()),
    }
}

pub(super) fn again(store: bool) {
    count!(voronka_again, 1, store = store);
}

pub(super) fn facts(readings: &Result<Vec<FactReading>, String>, asked: usize) {
    match readings {
        Ok(_) => count!(voronka_facts_read, asked),
        Err(why) => count!(voronka_facts_unknown, asked, why = why.as_str()),
    }
}

pub(super) fn timers(count: usize) {
    count!(voronka_timers, count);
}

pub(super) fn inbox(done: usize, refused: usize) {
    count!(voronka_inbox, done, refused = refused);
}

pub(super) fn effects(done: usize, failed: usize, given_up: usize) {
    count!(voronka_effects, done, failed = failed, given_up = given_up);
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
