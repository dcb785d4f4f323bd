//! The 13,087 loan applications of BPI Challenge 2012, run again over drafts of their scenario.

use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use voronka::case::{Entry, Event};
use voronka::foresight::backtest::{Backtest, Journal, Options, Side, backtest, run_one};
use voronka::interop::xes::{self, Mapping};
use voronka::{Actor, Context, Scenario};

const SCENARIO: &str = include_str!("../../../examples/bpi2012.json");

fn scenario(text: &str) -> Scenario {
    Scenario::from_json(text).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// The journals of all applications; none where the log is not there, neither beside the repository nor where
/// `VORONKA_BPI2012` says.
fn journals() -> Option<Vec<Vec<Entry>>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpi2012_a.xes.gz");
    let path = std::env::var_os("VORONKA_BPI2012").map_or(beside, PathBuf::from);
    let Ok(log) = File::open(&path) else {
        eprintln!("SKIPPED: {} is not there, so nothing was run again", path.display());
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

    // A move that is forbidden, and a way out: just those who took it are held up, there and by that.
    let first = |moves: &mut Vec<Json>| {
        moves.retain(|it| *it != json!({ "from": "accepted", "to": "finalized" }));
        // Else nothing would lead there, which is an error.
        moves.push(json!({ "from": "submitted", "to": "finalized" }));
    };
    forbids(&journals, ("accepted", "finalized"), "move", 5_015, first);
    let second = |moves: &mut Vec<Json>| {
        let lost = moves.iter_mut().find(|it| it["to"] == "lost").unwrap();
        lost["from"].as_array_mut().unwrap().retain(|it| it != "preaccepted");
    };
    forbids(&journals, ("preaccepted", "lost"), "close", 1_085 + 1_100, second);

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

/// A draft that forbids a passage holds up just those who took it, counted one by one from their journals' events.
fn forbids(
    journals: &[Vec<Entry>],
    (from, to): (&str, &str),
    input: &str,
    count: usize,
    change: impl Fn(&mut Vec<Json>),
) {
    let mut draft: Json = serde_json::from_str(SCENARIO).unwrap();
    draft["version"] = json!(2);
    change(draft["moves"].as_array_mut().unwrap());
    let draft = scenario(&draft.to_string());
    let took_it = took(journals, from, to);
    assert_eq!(took_it.len(), count);
    let all = over(&draft, journals);
    assert_eq!((all.held_up.cases, all.different.cases), (count, count));
    assert_eq!((all.cases, all.same, all.diverged.cases), (13_087, 13_087 - count, 0));
    let shown: Vec<&str> = all.held_up.examples.iter().map(|it| it.case.as_str()).collect();
    assert_eq!(shown, took_it.iter().take(10).map(String::as_str).collect::<Vec<_>>());
    let barriers: Vec<_> = all.barriers.iter().collect();
    assert_eq!(barriers.len(), 1);
    let (barrier, found) = barriers[0];
    assert_eq!((barrier.missing.code.as_str(), barrier.input.as_str()), ("V-M1-edge", input));
    assert_eq!((barrier.missing.args["from"].to_string(), found.cases), (from.to_owned(), count));
    // Until there nothing went another way.
    assert!(all.moved.cases == 0 && all.ended.is_empty() && all.first.is_empty());
    // One by one: who is said to be held up took it, and who is not did not.
    for journal in journals {
        let it = run_one(&draft, &Options::default(), &Journal::of(journal));
        let held_up = it.stop.is_some_and(|stop| stop.held_up);
        assert_eq!(held_up, took_it.contains(&journal[0].case), "{}", journal[0].case);
    }
}
