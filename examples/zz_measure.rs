//! x
#![allow(clippy::all, missing_docs)]
#[path = "../benches/common/mod.rs"]
mod common;
use std::time::Instant;
fn main() {
    for (name, (scenario, case)) in [("busy", common::busy()), ("wholesale", common::wholesale())] {
        let text = serde_json::to_string(&case).unwrap();
        let n = 20000;
        let t = Instant::now();
        for _ in 0..n {
            std::hint::black_box(serde_json::from_str::<voronka::Case>(std::hint::black_box(&text)).unwrap());
        }
        let parse = t.elapsed().as_nanos() / n;
        let t = Instant::now();
        for _ in 0..n {
            std::hint::black_box(serde_json::to_string(std::hint::black_box(&case)).unwrap());
        }
        let write = t.elapsed().as_nanos() / n;
        println!("{name}: {} bytes, parse {parse} ns, write {write} ns", text.len());
        if name == "busy" {
            let ctx = common::context();
            let t = Instant::now();
            for _ in 0..n {
                std::hint::black_box(scenario.step(&case, common::move_on(), &ctx).unwrap());
            }
            println!("step {} ns", t.elapsed().as_nanos() / n);
            let o = scenario.step(&case, common::move_on(), &ctx).unwrap();
            let t = Instant::now();
            for _ in 0..n {
                std::hint::black_box(voronka::store::commit_of(&scenario, Some(&case), &o).unwrap());
            }
            println!(
                "commit_of {} ns; entry {} bytes",
                t.elapsed().as_nanos() / n,
                serde_json::to_string(o.entry()).unwrap().len()
            );
        }
    }
}
