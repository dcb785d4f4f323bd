//! Measuring side by side: the two in turn, in small rounds, so that a noisy machine hits both.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a bench measures time, and may stop"
)]

use std::hint::black_box;
use std::time::Instant;

/// Whether each figure is taken once only, to see that it runs (`cargo bench -- --test`).
pub fn quick() -> bool {
    std::env::args().any(|arg| arg == "--test")
}

fn time(calls: u32, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}

/// Nanoseconds a call of each, round by round in turn.
pub fn alternately(mut a: impl FnMut(), mut b: impl FnMut()) -> (Vec<f64>, Vec<f64>) {
    let (rounds, calls) = if quick() { (1, 1) } else { (60, 500) };
    time(calls, &mut a);
    time(calls, &mut b);
    (0..rounds).map(|_| (time(calls, &mut a), time(calls, &mut b))).unzip()
}

/// The same for what takes nanoseconds.
pub fn per_call(a: impl Fn() -> bool, b: impl Fn() -> bool) -> (Vec<f64>, Vec<f64>) {
    let (rounds, calls) = if quick() { (1, 1) } else { (60, 200_000) };
    let run = |work: &dyn Fn() -> bool| {
        time(calls, || {
            black_box(work());
        })
    };
    let _ = (run(&a), run(&b));
    (0..rounds)
        .map(|_| {
            (
                time(calls, || {
                    black_box(a());
                }),
                time(calls, || {
                    black_box(b());
                }),
            )
        })
        .unzip()
}

/// The figures asked for, and how they came out.
pub struct Bench {
    filters: Vec<String>,
    short: u32,
}

impl Bench {
    pub fn new() -> Self {
        let filters = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
        Self { filters, short: 0 }
    }

    pub fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter))
    }

    /// Whether something of these names was asked for.
    pub fn wants_some(&self, prefix: &str) -> bool {
        self.wants(prefix) || self.filters.iter().any(|filter| filter.starts_with(prefix))
    }

    /// The median of the rounds' ratios.
    pub fn ratio(&mut self, name: &str, a: &[f64], b: &[f64], limit: f64) {
        let ratios: Vec<f64> = a.iter().zip(b).map(|(a, b)| a / b).collect();
        let [low, mid, high] = spread(&ratios);
        self.line(name, mid, limit, mid <= limit);
        println!(
            "    {:.0} ns against {:.0} ns; ratio of a round: 10 % below {low:.2}, 90 % below {high:.2}",
            spread(a)[1],
            spread(b)[1]
        );
    }

    pub fn absolute(&mut self, name: &str, samples: &[f64], limit: f64, unit: &str) {
        let [low, mid, high] = spread(samples);
        self.line(name, mid, limit, mid <= limit);
        println!("    {unit}; 10 % below {low:.2}, 90 % below {high:.2}");
    }

    pub fn at_least(&mut self, name: &str, samples: &[f64], limit: f64, unit: &str) {
        let [low, mid, high] = spread(samples);
        self.line(name, mid, limit, mid >= limit);
        println!("    at least; {unit}; 10 % below {low:.2}, 90 % below {high:.2}");
    }

    fn line(&mut self, name: &str, value: f64, limit: f64, ok: bool) {
        self.short += u32::from(!ok);
        println!("{name} {value:.2} limit {limit} {}", if ok { "ok" } else { "short" });
    }

    /// Says how many fell short; a report, not a gate: machines differ.
    pub fn finish(self) {
        println!("{} short", self.short);
    }
}

/// The 10th, 50th and 90th percentile.
fn spread(samples: &[f64]) -> [f64; 3] {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    [at(0.1), at(0.5), at(0.9)]
}
