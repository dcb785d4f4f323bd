//! What must not creep, by wall time: `cargo bench --bench core`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench may stop")]

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use voronka::{Case, Scenario};

fn step(c: &mut Criterion) {
    let (scenario, case) = common::busy();
    let ctx = common::context();
    common::assert_work(&scenario.step(&case, common::move_on(), &ctx).unwrap());
    c.bench_function("step", |b| {
        b.iter(|| scenario.step(black_box(&case), common::move_on(), &ctx).unwrap())
    });
    let (wholesale, deal) = common::wholesale();
    c.bench_function("evaluate", |b| {
        b.iter(|| black_box(wholesale.evaluate(black_box(&deal), &ctx)).moves.len())
    });
    c.bench_function("evaluate_in_full", |b| {
        b.iter(|| black_box(wholesale.evaluate_in_full(black_box(&deal), &ctx)).triggers.len())
    });
    c.bench_function("needs", |b| b.iter(|| wholesale.needs(black_box(&deal), &common::move_on())));
    c.bench_function("light", |b| b.iter(|| black_box(&deal).light(ctx.now)));
}

fn journal(c: &mut Criterion) {
    let entries = common::journal();
    c.bench_function("replay", |b| b.iter(|| Case::replay(black_box(&entries)).unwrap()));
    let text = serde_json::to_string(&entries).unwrap();
    c.bench_function("read journal", |b| {
        b.iter(|| serde_json::from_str::<Vec<voronka::Entry>>(black_box(&text)).unwrap().len())
    });
}

fn load(c: &mut Criterion) {
    c.bench_function("load wholesale", |b| {
        b.iter(|| Scenario::from_json(black_box(common::WHOLESALE)).unwrap())
    });
}

criterion_group!(benches, step, journal, load);
criterion_main!(benches);
