//! The 13,087 loan applications of BPI Challenge 2012, run again over drafts of their scenario.

use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use voronka::case::{Entry, Event};
use voronka::foresight::backtest::{Backtest, Journal, Options, Side, backtest};
use voronka::interop::xes::{self, Mapping};
use voronka::{Actor, Context, Scenario};

const SCENARIO: &str = include_str!("../../../examples/bpi2012.json");

fn scenario(text: &str) -> Scenario {
    Scenario::from_json(text).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// The journals of all applications; none where the log is not there.
fn journals() -> Option<Vec<Vec<Entry>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpi2012_a.xes.gz");
    let Ok(log) = File::open(&path) else {
        eprintln!("SKIPPED: ../shared/data/bpi2012_a.xes.gz is not there, so nothing was run again");
        return None;
    };
    let scenario = scenario(SCENARIO);
    let mapping = Mapping::from_json(include_str!("../../../examples/bpi2012.mapping.json")).unwrap();
    let mut journals = Vec::new();
    for trace in xes::read(BufReader::new(log)).unwrap() {
        let trace = trace.unwrap();
        let mut case = None;
        let mut journal = Vec::new();
        for (number, event) in trace.events.iter().enumerate() {
            let actor =
                Actor { id: event.resource.clone().unwrap_or_else(|| "web".into()), ..Actor::default() };
            let ctx = Context::new(event.at, actor, format!("{}/{number}", trace.name));
            let outcome = match &case {
                None => scenario.open(trace.name.as_str(), mapping.opening(&trace, event).unwrap(), &ctx),
                Some(case) => match mapping.input(&trace, event, case).unwrap() {
                    Some(input) => scenario.step(case, input, &ctx),
                    None => continue,
                },
            };
            let (next, entry) = outcome.unwrap().into_parts();
            case = Some(next);
            journal.push(entry);
        }
        journals.push(journal);
    }
    Some(journals)
}

fn over(draft: &Scenario, journals: &[Vec<Entry>]) -> Backtest {
    backtest(draft, &Options::default(), journals.iter().map(|it| Journal::of(it)))
}

/// The cases whose journals hold this passage, counted from their events alone.
fn took(journals: &[Vec<Entry>], from: &str, to: &str) -> BTreeSet<String> {
    let passed = |journal: &&Vec<Entry>| {
        let mut left = "";
        journal.iter().flat_map(|entry| &entry.events).any(|event| match event {
            Event::Left(end) => {
                left = &end.stage;
                false
            }
            Event::Entered(visit) => left == from && visit.stage == to,
            _ => false,
        })
    };
    journals.iter().filter(passed).map(|journal| journal[0].case.clone()).collect()
}

#[test]
fn c6_on_real_loans_a_draft_shows_just_what_it_changes() {
    let Some(journals) = journals() else { return };
    // Nothing is changed: nothing differs, in any of the 13,087 cases.
    let same = over(&scenario(SCENARIO), &journals);
    let nothing = Backtest::default();
    assert_eq!((same.cases, same.same), (13_087, 13_087));
    assert_eq!(
        (&same.different, &same.first, &same.passages, &same.ended, &same.divergences, &same.barriers),
        (
            &nothing.different,
            &nothing.first,
            &nothing.passages,
            &nothing.ended,
            &nothing.divergences,
            &nothing.barriers
        )
    );
    assert!(same.failed.is_empty() && same.erased.cases == 0 && same.transferred.is_empty());

    // Another version, other titles: nothing differs either.
    let mut told: Json = serde_json::from_str(SCENARIO).unwrap();
    told["version"] = json!(2);
    told["stages"][2]["title"] = json!("Looked at");
    told["reasons"]["declined"]["title"] = json!("No");
    let told = over(&scenario(&told.to_string()), &journals);
    assert_eq!((told.cases, told.same), (13_087, 13_087), "{:#?}", told.first);

    // A move that is forbidden: just those who took it are held up, there and by that.
    let mut forbids: Json = serde_json::from_str(SCENARIO).unwrap();
    forbids["version"] = json!(2);
    let moves = forbids["moves"].as_array_mut().unwrap();
    moves.retain(|it| *it != json!({ "from": "accepted", "to": "finalized" }));
    assert_eq!(moves.len(), 5);
    let forbids = over(&scenario(&forbids.to_string()), &journals);
    let took_it = took(&journals, "accepted", "finalized");
    assert_eq!(took_it.len(), 5_015);
    assert_eq!((forbids.held_up.cases, forbids.different.cases), (5_015, 5_015));
    assert_eq!((forbids.cases, forbids.same, forbids.diverged.cases), (13_087, 13_087 - 5_015, 0));
    let shown: Vec<&str> = forbids.held_up.examples.iter().map(|it| it.case.as_str()).collect();
    assert_eq!(shown, took_it.iter().take(10).map(String::as_str).collect::<Vec<_>>());
    let barriers: Vec<_> = forbids.barriers.iter().collect();
    assert_eq!(barriers.len(), 1);
    let (barrier, found) = barriers[0];
    assert_eq!(
        (barrier.missing.code.as_str(), barrier.input.as_str(), found.cases),
        ("V-M1-edge", "move", 5_015)
    );
    // Until there nothing went another way.
    assert!(forbids.moved.cases == 0 && forbids.ended.is_empty() && forbids.first.is_empty());

    // A case that closes by itself: what it changes is counted as such, and the rest is not guessed on.
    let mut closes: Json = serde_json::from_str(SCENARIO).unwrap();
    closes["stages"][2]["triggers"] = json!([{
        "id": "too_much", "on": "entered", "if": "fields.amount > 30000",
        "do": { "close": { "stage": "lost", "reason": "declined" } }
    }]);
    let closes = over(&scenario(&closes.to_string()), &journals);
    let large: BTreeSet<&str> = journals
        .iter()
        .filter(|journal| {
            let entered =
                |event: &Event| matches!(event, Event::Entered(visit) if visit.stage == "preaccepted");
            let amount = |event: &Event| {
                matches!(event, Event::FieldSet { field, value: Some(value), .. }
                    if field == "amount" && *value > 30_000.into())
            };
            let events = || journal.iter().flat_map(|entry| &entry.events);
            events().any(entered) && events().any(amount)
        })
        .map(|journal| journal[0].case.as_str())
        .collect();
    assert!(large.len() > 100, "{}", large.len());
    assert_eq!(closes.different.cases, large.len());
    let fired = &closes.triggers["preaccepted/trigger/too_much"];
    assert_eq!(
        (fired.all.recorded, fired.all.draft as usize, fired.more.cases),
        (0, large.len(), large.len())
    );
    let lost = closes.passages.iter().find(|(it, _)| {
        it.side == Side::Draft && it.passage.from == "preaccepted" && it.passage.to == "lost"
    });
    assert!(lost.unwrap().1.cases > 100);
}
