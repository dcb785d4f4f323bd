//! What must not creep, by instruction counts, which no other load on the machine changes:
//! `.ci/instructions` (valgrind and the runner of `gungraun`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench may stop")]

mod common;

use gungraun::{library_benchmark, library_benchmark_group, main};
use std::hint::black_box;
use voronka::{Case, Context, Entry, Outcome, Scenario};

fn busy() -> (Scenario, Case, Context) {
    let (scenario, case) = common::busy();
    (scenario, case, common::context())
}

fn deal() -> (Scenario, Case, Context) {
    let (scenario, case) = common::wholesale();
    (scenario, case, common::context())
}

#[library_benchmark]
#[bench::busy(busy())]
fn step(input: (Scenario, Case, Context)) -> (Outcome, (Scenario, Case, Context)) {
    let outcome = input.0.step(black_box(&input.1), common::move_on(), &input.2).unwrap();
    (black_box(outcome), input)
}

#[library_benchmark]
#[bench::deal(deal())]
fn evaluate(input: (Scenario, Case, Context)) -> (usize, (Scenario, Case, Context)) {
    let moves = input.0.evaluate(black_box(&input.1), &input.2).moves.len();
    (black_box(moves), input)
}

#[library_benchmark]
#[bench::deal(deal())]
fn light(input: (Scenario, Case, Context)) -> (bool, (Scenario, Case, Context)) {
    let red = black_box(&input.1).light(input.2.now).is_some_and(|light| light.red_from.is_some());
    (black_box(red), input)
}

#[library_benchmark]
#[bench::long(common::journal())]
fn replay(entries: Vec<Entry>) -> (Case, Vec<Entry>) {
    (Case::replay(black_box(&entries)).unwrap(), entries)
}

#[library_benchmark]
#[bench::hand(common::Condition::new())]
fn condition(it: common::Condition) -> (bool, common::Condition) {
    (black_box(it.program()), it)
}

library_benchmark_group!(name = core; benchmarks = step, evaluate, light, replay, condition);
main!(library_benchmark_groups = core);
