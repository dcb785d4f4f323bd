//! The back-test of 13,087 journals against their first replay.

use crate::common::{Bench, moment, quick};
use std::hint::black_box;
use std::time::Instant;
use voronka::case::{CloseInput, Entry, Input, MoveInput};
use voronka::foresight::backtest::{Journal, Options, backtest};
use voronka::{Actor, Case, Context, Opening, Scenario};

const SCENARIO: &str = include_str!("../../examples/bpi2012.json");
const CASES: usize = 13_087;

/// What happened to one case: its opening, and what came after.
struct Told {
    id: String,
    opening: Opening,
    opened: Context,
    steps: Vec<(Input, Context)>,
}

/// The applications of the log, where it lies beside the repository; else as many that go the same ways.
fn told(scenario: &Scenario) -> Vec<Told> {
    #[cfg(feature = "xes")]
    if let Some(told) = from_log(scenario) {
        return told;
    }
    println!("    the log is not there, so journals are made up that go its ways");
    made_up(scenario)
}

#[cfg(feature = "xes")]
fn from_log(scenario: &Scenario) -> Option<Vec<Told>> {
    use voronka::interop::xes::{Mapping, read};
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/bpi2012_a.xes.gz");
    let path = std::env::var_os("VORONKA_BPI2012").unwrap_or_else(|| beside.into());
    let log = std::fs::File::open(path).ok()?;
    let mapping = Mapping::from_json(include_str!("../../examples/bpi2012.mapping.json")).unwrap();
    let mut all = Vec::new();
    for trace in read(std::io::BufReader::new(log)).unwrap() {
        let trace = trace.unwrap();
        let ctx = |number: usize| {
            let event = &trace.events[number];
            let id = event.resource.clone().unwrap_or_else(|| "web".into());
            Context::new(event.at, Actor { id, ..Actor::default() }, format!("{}/{number}", trace.name))
        };
        let opening = mapping.opening(&trace, &trace.events[0]).unwrap();
        let mut case = scenario.open(trace.name.as_str(), opening.clone(), &ctx(0)).unwrap().into_parts().0;
        let mut steps = Vec::new();
        for (number, event) in trace.events.iter().enumerate().skip(1) {
            let Some(input) = mapping.input(&trace, event, &case).unwrap() else { continue };
            case = scenario.step(&case, input.clone(), &ctx(number)).unwrap().into_parts().0;
            steps.push((input, ctx(number)));
        }
        all.push(Told { id: trace.name.clone(), opening, opened: ctx(0), steps });
    }
    Some(all)
}

fn made_up(scenario: &Scenario) -> Vec<Told> {
    let start = moment("2011-10-01T08:00:00Z");
    let ctx = |case: usize, number: usize| {
        let at = start.plus_millis((case * 600_000 + number * 90_000) as i64);
        Context::new(
            at,
            Actor { id: format!("r{}", case % 7), ..Actor::default() },
            format!("{case}/{number}"),
        )
    };
    let moves = ["partly_submitted", "preaccepted", "accepted", "finalized"];
    let one = |case: usize| {
        // So many of each hundred come so far as in the log, about.
        let far = match case % 100 {
            0..44 => 1,
            44..61 => 2,
            61..62 => 3,
            _ => 4,
        };
        let mut inputs: Vec<Input> = moves
            .iter()
            .take(far)
            .map(|to| Input::Move(MoveInput { to: (*to).to_owned(), ..MoveInput::default() }))
            .collect();
        let close = |stage: &str, reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            Input::Close(CloseInput { stage: stage.to_owned(), reason, ..CloseInput::default() })
        };
        match case % 100 {
            62..79 => inputs.push(close("approved", None)),
            97..100 => {}
            _ => inputs.push(close("lost", Some("declined"))),
        }
        let steps = inputs.into_iter().zip(1..).map(|(input, number)| (input, ctx(case, number))).collect();
        let fields = [("amount".to_owned(), Some((case % 50_000).to_string().as_str().into()))].into();
        let opening = Opening { fields, ..Opening::default() };
        Told { id: case.to_string(), opening, opened: ctx(case, 0), steps }
    };
    let all: Vec<Told> = (0..CASES).map(one).collect();
    assert!(!first_replay(scenario, &all).is_empty());
    all
}

/// Each case opened and stepped, its journal kept.
fn first_replay(scenario: &Scenario, told: &[Told]) -> Vec<Vec<Entry>> {
    let one = |it: &Told| {
        let mut journal = Vec::with_capacity(1 + it.steps.len());
        let opened = scenario.open(it.id.as_str(), it.opening.clone(), &it.opened).unwrap();
        let (mut case, entry): (Case, Entry) = opened.into_parts();
        journal.push(entry);
        for (input, ctx) in &it.steps {
            let (next, entry) = scenario.step(&case, input.clone(), ctx).unwrap().into_parts();
            case = next;
            journal.push(entry);
        }
        journal
    };
    told.iter().map(one).collect()
}

/// The same scenario over all journals, on one thread; and on as many as the machine has.
pub fn run(bench: &mut Bench) {
    if !bench.wants("backtest/first_replay") && !bench.wants("backtest/all_cores") {
        return;
    }
    let scenario = Scenario::from_json(SCENARIO).unwrap();
    let told = told(&scenario);
    let journals = first_replay(&scenario, &told);
    assert_eq!(journals.len(), CASES);
    let again = |options: &Options| {
        let found = backtest(&scenario, options, journals.iter().map(|it| Journal::of(it)));
        assert_eq!((found.cases, found.same), (CASES, CASES));
    };
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos() as f64
    };
    let first = || drop(black_box(first_replay(black_box(&scenario), black_box(&told))));
    let (alone, all) = (Options::default().threads(1), Options::default());
    let rounds = if quick() { 1 } else { 15 };
    let mut samples = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        samples[0].push(time(&first));
        samples[1].push(time(&|| again(&alone)));
        samples[2].push(time(&|| again(&all)));
    }
    let [first, alone, all] = samples;
    bench.ratio("backtest/first_replay", &alone, &first, 1.5);
    bench.ratio("backtest/all_cores", &all, &first, 1.5);
}
