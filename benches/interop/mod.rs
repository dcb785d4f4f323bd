//! Reading an event log in XES against the crate that parses it.

use crate::common::{Bench, quick};
use process_mining::core::event_data::case_centric::xes::{XESImportOptions, import_xes_slice};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;
use voronka::interop::xes::{LogTrace, read};

/// The log of 13,087 applications where it lies beside the repository or `VORONKA_BPI2012` says; else one of its size.
fn log() -> Vec<u8> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/bpi2012_a.xes.gz");
    let path = std::env::var_os("VORONKA_BPI2012").unwrap_or_else(|| beside.into());
    if let Ok(bytes) = std::fs::read(path) {
        return bytes;
    }
    println!("    the log is not there, so one of its size is made up");
    let mut text = "<?xml version=\"1.0\"?><log xes.version=\"1.0\">".to_owned();
    for case in 0..13_087 {
        let _ = write!(
            text,
            "<trace><string key=\"concept:name\" value=\"{case}\"/><string key=\"AMOUNT_REQ\" value=\"5000\"/>\
             <date key=\"REG_DATE\" value=\"2011-10-01T00:38:44.546+02:00\"/>"
        );
        for event in 0..3 + case % 5 {
            let _ = write!(
                text,
                "<event><date key=\"time:timestamp\" value=\"2011-10-0{}T00:38:44.546+02:00\"/>\
                 <string key=\"lifecycle:transition\" value=\"COMPLETE\"/>\
                 <string key=\"concept:name\" value=\"A_STEP{event}\"/><string key=\"org:resource\" value=\"112\"/></event>",
                1 + event
            );
        }
        text.push_str("</trace>");
    }
    text.push_str("</log>");
    text.into_bytes()
}

pub fn run(bench: &mut Bench) {
    if !bench.wants("xes/import") {
        return;
    }
    let bytes = log();
    let gzipped = bytes.starts_with(&[0x1f, 0x8b]);
    let ours = || {
        let traces: Vec<LogTrace> = read(black_box(&bytes[..])).unwrap().map(Result::unwrap).collect();
        assert_eq!(black_box(traces).len(), 13_087);
    };
    let theirs = || {
        let log = import_xes_slice(black_box(&bytes), gzipped, XESImportOptions::default()).unwrap();
        assert_eq!(black_box(log).traces.len(), 13_087);
    };
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos() as f64
    };
    let rounds = if quick() { 1 } else { 15 };
    let (ours, theirs): (Vec<f64>, Vec<f64>) = (0..rounds).map(|_| (time(&ours), time(&theirs))).unzip();
    bench.ratio("xes/import", &ours, &theirs, 1.3);
}
