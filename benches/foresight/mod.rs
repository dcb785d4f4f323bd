//! Impact over many cases against evaluating them twice, and the diff of two large scenarios.

use super::common::{self, Bench, quick};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use voronka::case::{Adoption, RuleFate};
use voronka::foresight::impact::{Impact, Line};
use voronka::scenario::def::{
    ActionDef, EventDef, FieldDef, MoveDef, PlanDef, RequirementDef, StageDef, TriggerDef,
};
use voronka::scenario::edit::diff;
use voronka::{Actor, Case, Context, Definition, Scenario, Span};

/// How many cases are looked at.
const CASES: usize = 1_000_000;

/// What a case takes of memory at least, in bytes.
const USUAL: usize = 4_900;

/// So many at a time by one thread, as an impact does.
const PORTION: usize = 256;

pub fn run(bench: &mut Bench) {
    impact(bench);
    stages(bench);
}

/// Bytes of memory that are free to take, where the system tells.
fn free_memory() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib * 1024)
}

/// Bytes that the process holds, where the system tells.
fn held_memory() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split_whitespace().nth(1)?.parse::<usize>().ok().map(|pages| pages * 4096)
}

/// Deals of the wholesale scenario: half on their first stage, half on the invoice with lines, facts and activities.
fn cases() -> (Scenario, Vec<Case>) {
    let (scenario, deal) = common::wholesale();
    let ctx = Context::new(common::moment("2026-03-02T08:00:00Z"), Actor::new("anna", "manager"), "open");
    let opened = scenario.open("first", voronka::Opening::default(), &ctx).unwrap();
    let first = opened.case().clone();
    let make = |number: usize| {
        let mut case = if number.is_multiple_of(2) { deal.clone() } else { first.clone() };
        case.id = format!("deal-{number:07}");
        case
    };
    if quick() {
        return (scenario, (0..2_000).map(make).collect());
    }
    let before = held_memory();
    let mut cases: Vec<Case> = (0..10_000).map(make).collect();
    // What an earlier figure has given back may be taken again, and shows no growth: then what such a case takes.
    let grown = before.zip(held_memory()).map(|(before, now)| now.saturating_sub(before) / cases.len());
    let each = grown.unwrap_or_default().max(USUAL);
    // Two thirds of what is free, so that the machine does not swap or kill.
    let fit = free_memory().map_or(CASES, |free| free / 3 * 2 / each);
    let count = CASES.min(cases.len() + fit);
    println!("    {count} cases of about {each} bytes held in memory");
    cases.extend((cases.len()..count).map(make));
    (scenario, cases)
}

/// The draft: times, a field, an item, a trigger; a stage goes on which none of the cases stands.
fn draft(old: &Scenario) -> (Scenario, Adoption) {
    let mut new = old.definition().clone();
    new.version += 1;
    new.stages[0].limit = Some(Span::working_days(1));
    new.stages[0].leave.need.push(RequirementDef::field("line_of_goods"));
    new.stages[1].plan.push(PlanDef::new("task", "Check the price").due(Span::working_hours(4)).mandatory());
    new.stages[1]
        .triggers
        .push(TriggerDef::on("late", EventDef::After(Span::working_days(2))).then(ActionDef::notify("Late")));
    let adoption = Adoption::between(old.definition(), &new)
        .rule("request/limit", RuleFate::Recompute)
        .rule("invoice/plan/task: Check the price", RuleFate::Restart);
    let new = Scenario::new(new).unwrap_or_else(|defects| panic!("{defects:#?}"));
    assert_eq!(adoption.defects(old.definition(), new.definition()), []);
    (new, adoption)
}

/// Two `evaluate`s of each case on all cores, portion by portion.
fn evaluate_twice(old: &Scenario, cases: &[Case], ctx: &Context, threads: usize) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let from = next.fetch_add(PORTION, Ordering::Relaxed);
            let Some(rest) = cases.get(from..).filter(|rest| !rest.is_empty()) else { return };
            for case in rest.iter().take(PORTION) {
                black_box(old.evaluate(black_box(case), ctx));
                black_box(old.evaluate(black_box(case), ctx));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}

fn impact(bench: &mut Bench) {
    if !bench.wants("impact/two_evaluates") {
        return;
    }
    let (old, cases) = cases();
    let (new, adoption) = draft(&old);
    let ctx = Context { actor: Actor::new("vera", "head"), ..common::context() };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos() as f64 / cases.len() as f64
    };
    let mut found = None;
    let (ours, twice): (Vec<f64>, Vec<f64>) = (0..if quick() { 1 } else { 5 })
        .map(|_| {
            let ours = timed(&mut || {
                let mut survey = Impact::of(&old, &new, &adoption, &ctx);
                survey.take_all(&cases);
                found = Some(black_box(survey.into_impact()));
            });
            (ours, timed(&mut || evaluate_twice(&old, &cases, &ctx, threads)))
        })
        .unzip();
    let found = found.unwrap();
    let lacks =
        Line::LacksField { requirement: "request/leave/line_of_goods".into(), field: "line_of_goods".into() };
    let held = Line::HeldByActivity { rule: "invoice/plan/task: Check the price".into() };
    let half = cases.len() as u64 / 2;
    assert_eq!((found.cases, found.count(&lacks), found.count(&held)), (half * 2, half, half));
    bench.ratio("impact/two_evaluates", &ours, &twice, 2.0);
    println!("    nanoseconds a case, over {} cases on {threads} threads each", cases.len());
}

/// A scenario of 200 stages, each with an item, a requirement, a trigger, a limit and moves.
fn large() -> Definition {
    let mut scenario = Definition::new("large");
    for number in 0..200 {
        scenario.fields.insert(format!("field{number}"), FieldDef::text().title(format!("Field {number}")));
        let stage = StageDef::new(format!("stage{number}"))
            .title(format!("Stage {number}"))
            .plan(PlanDef::new("task", format!("Do {number}")).due(Span::working_hours(4)).mandatory())
            .plan(PlanDef::new("call", format!("Call {number}")).due(Span::days(2)))
            .leave_need(RequirementDef::field(format!("field{number}")))
            .enter_need(RequirementDef::that(format!("has(fields.field{})", number / 2)))
            .trigger(TriggerDef::on("late", EventDef::After(Span::days(3))).then(ActionDef::notify("Late")))
            .limit(Span::days(5));
        let next = if number < 199 { format!("stage{}", number + 1) } else { "won".to_owned() };
        scenario = scenario.stage(stage).draw(MoveDef::new(format!("stage{number}"), next));
    }
    scenario.stage(StageDef::won("won")).stage(StageDef::lost("lost"))
}

/// The same with edits all over: stages added, removed, put elsewhere, their parts changed, fields and moves.
fn edited(from: &Definition) -> Definition {
    let mut to = from.clone();
    to.version = 2;
    for (number, stage) in to.stages.iter_mut().enumerate().take(200) {
        match number % 5 {
            0 => stage.limit = Some(Span::days(7)),
            1 => stage.plan.reverse(),
            2 => stage.triggers.clear(),
            3 => stage.leave.need.push(RequirementDef::field("field1")),
            _ => stage.plan[0].due = Some(Span::working_hours(8).into()),
        }
    }
    to.stages[20..180].reverse();
    to.stages.remove(100);
    to.stages.insert(50, StageDef::new("between").limit(Span::days(1)));
    to.stages.swap(3, 150);
    let moves = to.moves.get_or_insert_default();
    moves.truncate(150);
    moves.swap(10, 20);
    to.fields.insert("more", FieldDef::text());
    to
}

fn stages(bench: &mut Bench) {
    if !bench.wants("diff/stages_200_ms") {
        return;
    }
    let from = large();
    let to = edited(&from);
    let edits = diff(&from, &to);
    assert!(edits.len() > 200, "{}", edits.len());
    let mut again = from.clone();
    for edit in &edits {
        edit.apply(&mut again).unwrap();
    }
    again.version = to.version;
    assert_eq!(again, to);
    let samples: Vec<f64> = (0..if quick() { 1 } else { 60 })
        .map(|_| {
            let start = Instant::now();
            black_box(diff(black_box(&from), black_box(&to)));
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    bench.absolute("diff/stages_200_ms", &samples, 10.0, "ms");
    println!("    {} edits", edits.len());
}
