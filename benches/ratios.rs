//! Speed as ratios, measured side by side in one run: `cargo bench --bench ratios [-- NAME …]`.
//!
//! Prints one line a figure: `NAME VALUE limit LIMIT ok` or `… short`, and what was measured beneath it.
//! With `--test` each figure is taken once, to see that it runs.
#![allow(clippy::disallowed_methods, reason = "a bench measures time")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench may stop"
)]

mod backtest;
mod common;
mod foresight;
mod intake;
#[cfg(feature = "xes")]
mod interop;
mod report;
#[cfg(feature = "sqlite")]
mod stores;

use common::{Bench, alternately, per_call, quick};
use std::hint::black_box;
use std::time::Instant;
use voronka::case::Entry;
use voronka::foresight::proof::{Answer, ask, prove};
use voronka::scenario::def::Color;
use voronka::{Case, Moment, Scenario};

fn main() {
    let mut bench = Bench::new();
    step(&mut bench);
    evaluate(&mut bench);
    light(&mut bench);
    condition(&mut bench);
    replay(&mut bench);
    load(&mut bench);
    family(&mut bench);
    proof(&mut bench);
    backtest::run(&mut bench);
    intake::run(&mut bench);
    foresight::run(&mut bench);
    #[cfg(feature = "xes")]
    interop::run(&mut bench);
    report::run(&mut bench);
    #[cfg(feature = "sqlite")]
    stores::sqlite::run(&mut bench);
    #[cfg(all(feature = "sqlite", feature = "postgres", feature = "sqlx"))]
    stores::postgres::run(&mut bench);
    bench.finish();
}

/// A step that checks two comparisons and two fields, closes three, plans two, fires one, against cloning
/// that case and the entry that comes of it.
fn step(bench: &mut Bench) {
    if !bench.wants("step/floor") {
        return;
    }
    let (scenario, case) = common::busy();
    let ctx = common::context();
    let outcome = scenario.step(&case, common::move_on(), &ctx).unwrap();
    common::assert_work(&outcome);
    let entry = outcome.entry().clone();
    let (step, floor) = alternately(
        || {
            black_box(scenario.step(black_box(&case), common::move_on(), black_box(&ctx)).unwrap());
        },
        || {
            // Both at once, as a step gives both at once.
            black_box((black_box(&case).clone(), black_box(&entry).clone()));
        },
    );
    bench.ratio("step/floor", &step, &floor, 2.0);
}

/// `evaluate` on the wholesale scenario against that step.
fn evaluate(bench: &mut Bench) {
    if !bench.wants("evaluate/step") {
        return;
    }
    let (scenario, case) = common::busy();
    let ctx = common::context();
    let (wholesale, deal) = common::wholesale();
    let (view, step) = alternately(
        || {
            black_box(wholesale.evaluate(black_box(&deal), black_box(&ctx)));
        },
        || {
            black_box(scenario.step(black_box(&case), common::move_on(), black_box(&ctx)).unwrap());
        },
    );
    bench.ratio("evaluate/step", &view, &step, 1.5);
}

/// The light alone over a list.
fn light(bench: &mut Bench) {
    if !bench.wants("light/color_ns") && !bench.wants("light/with_cause_ns") {
        return;
    }
    let (_, deal) = common::wholesale();
    let (_, busy) = common::busy();
    let count = if quick() { 100 } else { 20_000 };
    let list: Vec<Case> = (0..count).map(|i| if i % 2 == 0 { deal.clone() } else { busy.clone() }).collect();
    let now = common::context().now;
    let samples: Vec<f64> = (0..if quick() { 1 } else { 15 })
        .map(|_| {
            let start = Instant::now();
            let red = list.iter().filter(|case| black_box(*case).color(now) == Some(Color::Red)).count();
            black_box(red);
            start.elapsed().as_nanos() as f64 / list.len() as f64
        })
        .collect();
    bench.absolute("light/color_ns", &samples, 100.0, "ns a case");
    let samples: Vec<f64> = (0..if quick() { 1 } else { 15 })
        .map(|_| {
            let start = Instant::now();
            let caused =
                list.iter().filter(|case| black_box(*case).light(now).unwrap().cause.is_some()).count();
            black_box(caused);
            start.elapsed().as_nanos() as f64 / list.len() as f64
        })
        .collect();
    bench.absolute("light/with_cause_ns", &samples, 100.0, "ns a case");
}

/// Two comparisons as a program against the same by hand.
fn condition(bench: &mut Bench) {
    if !bench.wants("condition/hand") {
        return;
    }
    let it = common::Condition::new();
    let (program, hand) = per_call(|| it.program(), || it.by_hand());
    bench.ratio("condition/hand", &program, &hand, 3.0);
}

/// Replay from entries in memory.
fn replay(bench: &mut Bench) {
    if !bench.wants("replay/million_events") {
        return;
    }
    let journal: Vec<Entry> = common::journal();
    let events: usize = journal.iter().map(|entry| entry.events.len()).sum();
    let samples: Vec<f64> = (0..if quick() { 1 } else { 30 })
        .map(|_| {
            let start = Instant::now();
            for _ in 0..20 {
                black_box(Case::replay(black_box(&journal)).unwrap());
            }
            (events * 20) as f64 / start.elapsed().as_secs_f64() / 1e6
        })
        .collect();
    bench.at_least("replay/million_events", &samples, 3.0, "million events a second");
}

/// Loading and checking the wholesale scenario.
fn load(bench: &mut Bench) {
    if !bench.wants("load/wholesale_ms") {
        return;
    }
    let text = common::WHOLESALE;
    let samples: Vec<f64> = (0..if quick() { 1 } else { 30 })
        .map(|_| {
            let start = Instant::now();
            black_box(Scenario::from_json(black_box(text)).unwrap());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    bench.absolute("load/wholesale_ms", &samples, 5.0, "ms");
    let _: Option<Moment> = None;
}

/// The proof on a scenario of 50 stages and 200 triggers in which every way asks something.
fn proof(bench: &mut Bench) {
    if !bench.wants("proof/ms") && !bench.wants("proof/ask_ms") {
        return;
    }
    let scenario = common::large::large();
    let proof = prove(&scenario);
    assert!(!proof.exhausted && proof.findings.is_empty(), "{:?}", proof.findings);
    assert!(proof.steps > 500, "{}", proof.steps);
    let timed = |work: &dyn Fn()| -> Vec<f64> {
        (0..if quick() { 1 } else { 10 })
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect()
    };
    bench.absolute("proof/ms", &timed(&|| drop(black_box(prove(black_box(&scenario))))), 1000.0, "ms");
    let question = "win without process approval".parse().unwrap();
    assert!(matches!(ask(&scenario, &question), Ok(Answer::Shown { .. })));
    bench.absolute(
        "proof/ask_ms",
        &timed(&|| drop(black_box(ask(black_box(&scenario), &question)))),
        1000.0,
        "ms",
    );
}

/// A process started, ended and heard of, against the same four steps of cases that know nothing of each other.
fn family(bench: &mut Bench) {
    if !bench.wants("process/steps") {
        return;
    }
    let family = common::family::Family::new();
    let (parent, child) = family.together();
    assert!(parent.processes[0].is_good() && parent.fields["remark"] == "fine".into());
    assert_eq!(child.id, parent.processes[0].id);
    let (parent, child) = family.apart();
    assert!(parent.processes.is_empty() && !child.is_open());
    let (together, apart) = alternately(
        || {
            black_box(black_box(&family).together());
        },
        || {
            black_box(black_box(&family).apart());
        },
    );
    bench.ratio("process/steps", &together, &apart, 1.2);
}
