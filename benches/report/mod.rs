//! The funnel of many cases against a plain loop over columns, and an entry fed to live records.

mod made;

use super::common::{Bench, quick};
use made::{Columns, Ended, REASONS, STAGES};
use rust_decimal::Decimal;
use std::hint::black_box;
use std::time::Instant;
use voronka::case::{CloseInput, Entry, Input, MoveInput};
use voronka::report::{Ask, Funnel, Keeping, Layout, Records, Timing, Total};
use voronka::{Actor, Case, Context, Opening, Scenario};

const CASES: u64 = 2_000_000;

pub fn run(bench: &mut Bench) {
    funnel(bench);
    feed(bench);
}

fn funnel(bench: &mut Bench) {
    let names = ["report/funnel", "report/threads", "report/bytes_a_visit"];
    if !names.iter().any(|name| bench.wants(name)) {
        return;
    }
    let (records, columns) = made::records(if quick() { 20_000 } else { CASES });
    let layout = Layout::of(&made::scenario());
    let asked = |threads| {
        let ask = Ask { timing: Timing::Calendar, threads, ..Ask::default() };
        Funnel::asked(&records, &layout, &ask).unwrap().pop().unwrap().1
    };
    assert_same(&asked(1), &plain(&columns));
    let rounds = if quick() { 1 } else { 9 };
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..rounds {
        times[0].push(nanos(|| drop(black_box(asked(1)))));
        times[1].push(nanos(|| drop(black_box(plain(&columns)))));
        times[2].push(nanos(|| drop(black_box(asked(2)))));
    }
    let [one, loop_, two] = times;
    println!(
        "  {} cases, {} visits; medians {:.3} s, plain loop {:.3} s, two threads {:.3} s",
        records.len(),
        records.visits(),
        middle(&one) / 1e9,
        middle(&loop_) / 1e9,
        middle(&two) / 1e9
    );
    bench.ratio("report/funnel", &one, &loop_, 2.0);
    // At least 1.7 times as fast: at most so much of the time.
    bench.ratio("report/threads", &two, &one, 1.0 / 1.7);
    let bytes = records.bytes() as f64 / records.visits() as f64;
    bench.absolute("report/bytes_a_visit", &[bytes], 48.0, "bytes a visit");
}

fn nanos(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64
}

fn middle(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// What a plain loop counts.
#[derive(Default, Clone)]
struct Plain {
    cases: Sum,
    won: Sum,
    void: Sum,
    stages: Vec<Stage>,
}

#[derive(Default, Clone, Copy)]
struct Sum {
    cases: u64,
    worth: i128,
}

#[derive(Default, Clone)]
struct Stage {
    entered: Sum,
    visits: u64,
    reached: Sum,
    reached_void: Sum,
    lost: Vec<Sum>,
    open: Sum,
    times: Vec<i64>,
    median_twice: i64,
}

impl Sum {
    fn add(&mut self, worth: Option<i64>) {
        self.cases += 1;
        self.worth += i128::from(worth.unwrap_or_default());
    }
}

/// The same counts, sums and medians.
fn plain(columns: &Columns) -> Plain {
    let stages = vec![Stage { lost: vec![Sum::default(); REASONS], ..Stage::default() }; STAGES];
    let mut out = Plain { stages, ..Plain::default() };
    for (case, (ended, worth)) in columns.ended.iter().zip(&columns.worth).enumerate() {
        let worth = *worth;
        out.cases.add(worth);
        let first = columns.first[case] as usize;
        let end = columns.first.get(case + 1).map_or(columns.stage.len(), |it| *it as usize);
        let mut seen = 0_u32;
        for (stage, took) in columns.stage[first..end].iter().zip(&columns.took[first..end]) {
            let line = &mut out.stages[usize::from(*stage)];
            line.visits += 1;
            if seen & (1 << stage) == 0 {
                seen |= 1 << stage;
                line.entered.add(worth);
            }
            if *took >= 0 {
                line.times.push(*took);
            }
        }
        let furthest = if *ended == Ended::Won { STAGES - 1 } else { 31 - seen.leading_zeros() as usize };
        for line in &mut out.stages[..=furthest] {
            line.reached.add(worth);
            if *ended == Ended::Void {
                line.reached_void.add(worth);
            }
        }
        let last = usize::from(columns.stage[end - 1]);
        match ended {
            Ended::Open => out.stages[last].open.add(worth),
            Ended::Won => out.won.add(worth),
            Ended::Lost(reason) => out.stages[last].lost[usize::from(*reason)].add(worth),
            Ended::Void => out.void.add(worth),
        }
    }
    for line in &mut out.stages {
        let middle = line.times.len() / 2;
        let odd = line.times.len() % 2 == 1;
        let (below, at, _) = line.times.select_nth_unstable(middle);
        line.median_twice = *at + if odd { *at } else { below.iter().copied().max().unwrap() };
    }
    out
}

fn assert_same(funnel: &Funnel, plain: &Plain) {
    let same = |total: &Total, sum: Sum| {
        assert_eq!(total.cases, sum.cases);
        assert_eq!(total.sum("RUB"), Decimal::try_from_i128_with_scale(sum.worth, 4).unwrap());
    };
    same(&funnel.cases, plain.cases);
    same(&funnel.won, plain.won);
    same(&funnel.void[0].total, plain.void);
    for (line, plain) in funnel.stages.iter().zip(&plain.stages) {
        same(&line.entered, plain.entered);
        same(&line.reached, plain.reached);
        same(&line.reached_void, plain.reached_void);
        same(&line.open, plain.open);
        assert_eq!(line.visits, plain.visits);
        assert_eq!(line.calendar.median_ms.unwrap(), Decimal::new(plain.median_twice * 5, 1));
        for refusal in &line.lost {
            let reason: usize = refusal.reason[1..].parse().unwrap();
            same(&refusal.total, plain.lost[reason]);
        }
    }
}

/// A journal with the case as each entry leaves it.
fn journal(scenario: &Scenario, id: &str) -> Vec<(Case, Entry)> {
    let ctx = |number: i64| {
        let at = voronka::Moment::from_millis(1_800_000_000_000 + number * 3_600_000).unwrap();
        Context::new(at, Actor::new("anna", "manager"), format!("{id}/{number}"))
    };
    let opened = scenario.open(id, Opening::default(), &ctx(0)).unwrap();
    let mut out = vec![(opened.case().clone(), opened.entry().clone())];
    let set = |amount: i64| Input::Set { fields: [("amount".to_owned(), Some(amount.into()))].into() };
    let to = |stage: &str| Input::Move(MoveInput { to: stage.into(), ..MoveInput::default() });
    let inputs = [
        set(900),
        to("s1"),
        Input::Note { text: "called back".into() },
        to("s2"),
        set(1_200),
        to("s3"),
        Input::Close(CloseInput { stage: "lost".into(), reason: Some("r3".into()), ..CloseInput::default() }),
    ];
    for (number, input) in (1..).zip(inputs) {
        let outcome = scenario.step(&out.last().unwrap().0, input, &ctx(number)).unwrap();
        out.push((outcome.case().clone(), outcome.entry().clone()));
    }
    out
}

/// Entries fed to live records of many cases, case by case in turn so that none is at hand.
fn feed(bench: &mut Bench) {
    if !bench.wants("report/feed_ns") && !bench.wants("report/feed_all_ns") {
        return;
    }
    let scenario = made::scenario();
    let (many, rounds, batch) = if quick() { (1_000, 1, 10) } else { (500_000, 9, 1_000) };
    for (name, keeping) in
        [("report/feed_ns", Keeping::default()), ("report/feed_all_ns", Keeping::all(["source"]))]
    {
        let mut records = Records::new(keeping);
        records.learn(&scenario);
        let one = scenario.open("one", Opening::default(), &super::common::context()).unwrap();
        let mut case = one.case().clone();
        for number in 0..many {
            case.id = format!("case-{number:07}");
            records.add(&case).unwrap();
        }
        let mut samples = Vec::new();
        for round in 0..rounds {
            let (mut spent, mut entries) = (0.0, 0);
            for part in 0..batch / 10 {
                // A commit is fed when it has just been made: its case and entry are at hand, the records are not.
                let journals: Vec<_> =
                    (0..10).map(|nth| journal(&scenario, &format!("live-{round}-{part}-{nth}"))).collect();
                let start = Instant::now();
                for step in 0..journals[0].len() {
                    for journal in &journals {
                        let (case, entry) = &journal[step];
                        records.feed(black_box(case), black_box(entry)).unwrap();
                    }
                }
                spent += start.elapsed().as_nanos() as f64;
                entries += journals.iter().map(Vec::len).sum::<usize>();
            }
            samples.push(spent / entries as f64);
        }
        assert_eq!(records.len(), many + rounds * batch);
        let fed = records.get("live-0-0-0").unwrap();
        assert_eq!((fed.visits.len(), fed.closing.is_some()), (4, true));
        bench.absolute(name, &samples, 300.0, "ns an entry");
    }
}
