//! 13,087 real loan applications, one event at a time, through a funnel that is a file.
//!
//! The log is BPI Challenge 2012 (a Dutch bank, October 2011 to March 2012, doi
//! 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f). It is not part of this repository. Stages, moves and
//! reasons stand in `bpi2012.json`, what each event of the log means in `bpi2012.mapping.json`; this program
//! has no rule of its own. It checks the result against the published figures of the log, and ends with an error if
//! they differ.
//!
//! ```text
//! cargo run --release --features xes --example bpi2012 -- PATH/TO/bpi2012_a.xes.gz [--lang ru]
//! ```

use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use std::error::Error;
use std::fmt::Write as _;
use std::io::BufRead;
use voronka::interop::log::{Mapping, Replayer};
use voronka::interop::xes;
use voronka::report::{Funnel, TimeUnit};
use voronka::{Actor, Case, Scenario};

const HOW_TO_GET: &str = "\
SKIPPED: no log was given, so nothing was replayed and nothing was checked.

This example replays the events of type A of BPI Challenge 2012: 13,087 loan applications at a Dutch bank.
Get the log by its doi, 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f (4TU.ResearchData), and give its path:

    cargo run --release --features xes --example bpi2012 -- PATH/TO/bpi2012_a.xes.gz
";

/// What anybody can count in the log: stage, cases that entered, declined, cancelled, median seconds of the
/// visits that have ended.
const STAGES: [(&str, usize, usize, usize, &str); 5] = [
    ("submitted", 13_087, 0, 0, "0.3"),
    ("partly_submitted", 13_087, 5_719, 1, "43.4"),
    ("preaccepted", 7_367, 1_085, 1_100, "24346.4"),
    ("accepted", 5_113, 29, 66, "183.9"),
    ("finalized", 5_015, 802, 1_640, "1258039.6"),
];
const WON: usize = 2_246;
const OPEN: usize = 399;
const CASES: usize = 13_087;

/// Reads the log, replays it, and tells what came of it; the second part names every figure that differs.
pub fn run(log: impl BufRead, language: &str) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let scenario = Scenario::from_json(include_str!("bpi2012.json")).map_err(|it| format!("{it:#?}"))?;
    let mapping = Mapping::from_json(include_str!("bpi2012.mapping.json"))?;
    let mut cases = Vec::new();
    let mut entries = 0;
    let replayer =
        Replayer::strict(&scenario, &mapping).actor(Actor { id: "web".into(), ..Actor::default() });
    for trace in xes::read(log)? {
        let replayed = replayer.replay(&trace?);
        if let Some(refused) = replayed.refused {
            return Err(format!("application {}", refused.told(&scenario, "en")).into());
        }
        let case = replayed.case.ok_or("an application has no event")?;
        if Case::replay(&replayed.entries)? != case {
            return Err(format!("application {}: its journal gives another case", case.id).into());
        }
        entries += replayed.entries.len();
        cases.push(case);
    }
    let funnel = Funnel::of(&scenario, &cases);
    let mut told = funnel.table_in(language, TimeUnit::Seconds);
    let _ = writeln!(
        told,
        "\nTimes are in seconds. Working time is by our assumption (Mon to Fri, 9 to 17); the log has no calendar."
    );
    let _ = writeln!(told, "{entries} entries; every journal folds back into its case.");
    Ok((told, differences(&funnel)))
}

/// Every figure that is not what anybody can count in the log.
fn differences(funnel: &Funnel) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: String, published: String| {
        if found != published {
            wrong.push(format!("{what}: {found}, and should be {published}"));
        }
    };
    for (id, entered, declined, cancelled, median) in STAGES {
        let Some(line) = funnel.stage(id) else {
            same(id, "no such stage".into(), "there".into());
            continue;
        };
        let lost = |reason: &str| {
            line.lost
                .iter()
                .filter(|it| it.reason == reason)
                .map(|it| it.total.cases)
                .sum::<u64>()
                .to_string()
        };
        let seconds = line.calendar.median().map(|ms| {
            (ms / Decimal::ONE_THOUSAND).round_dp_with_strategy(1, MidpointAwayFromZero).to_string()
        });
        same(&format!("{id}: entered"), line.entered.cases.to_string(), entered.to_string());
        same(&format!("{id}: declined"), lost("declined"), declined.to_string());
        same(&format!("{id}: cancelled"), lost("cancelled"), cancelled.to_string());
        same(&format!("{id}: median seconds"), seconds.unwrap_or_default(), median.to_owned());
    }
    let balance = funnel.balance();
    same("cases", balance.cases.to_string(), CASES.to_string());
    same("won", balance.won.to_string(), WON.to_string());
    same("open", balance.open.to_string(), OPEN.to_string());
    same("balance", balance.holds().to_string(), true.to_string());
    wrong
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut path = None;
    let mut language = "en".to_owned();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--lang" => language = args.next().ok_or("--lang needs a language: en, ru")?,
            _ => path = Some(arg),
        }
    }
    let Some(path) = path else {
        eprintln!("{HOW_TO_GET}");
        return Ok(());
    };
    let log = std::fs::File::open(&path).map_err(|error| format!("{path}: {error}"))?;
    let (told, wrong) = run(std::io::BufReader::new(log), &language)?;
    print!("{told}");
    if wrong.is_empty() {
        println!("All published figures of the log are met.");
        return Ok(());
    }
    Err(format!("figures differ:\n  {}", wrong.join("\n  ")).into())
}
