//! Proofs of scenarios made at random, held to what a crowd of people who try everything comes to.

use super::proof::{ends_on, is_endless};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use voronka::case::{CloseInput, DoneInput, FactReading, FactsInput, FinishedInput, Input, MoveInput};
use voronka::foresight::proof::{Answer, Certainty, Code, Question, ask, prove};
use voronka::{Actor, Case, Context, Moment, Opening, Scenario, Value};

/// Choices as numbers, which shrink to fewer and smaller ones.
struct Choices<'a> {
    numbers: &'a [u16],
    at: usize,
}

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % bound.max(1)
    }

    fn maybe(&mut self) -> bool {
        self.below(3) == 1
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

const CONDITIONS: [&str; 12] = [
    "fields.n > 3",
    "fields.n < 2",
    "fields.n == 3",
    "fields.b",
    "!fields.b",
    "facts.f >= 100",
    "facts.f < 100",
    "fields.c == 'red'",
    "fields.c in ['red', 'blue'] && fields.n > 3",
    "fields.b || facts.f < 50",
    "!has(fields.n)",
    "fields.n * 2 == 8",
];

fn need(c: &mut Choices<'_>, number: usize) -> Json {
    let mut need = match c.below(4) {
        0 => json!({ "field": "n", "min": c.below(5) }),
        1 => json!({ "field": c.of(&["n", "b", "c"]) }),
        _ => json!({ "that": c.of(&CONDITIONS) }),
    };
    need["id"] = json!(format!("r{number}"));
    if c.maybe() {
        need["when"] = json!(c.of(&CONDITIONS));
    }
    need
}

fn definition(c: &mut Choices<'_>) -> Json {
    let count = 2 + c.below(3);
    let name = |at: usize| format!("s{at}");
    let mut stages = Vec::new();
    for at in 0..count {
        let mut stage = json!({ "id": name(at) });
        let needs: Vec<Json> = (0..c.below(3)).map(|number| need(c, number)).collect();
        stage["leave"] = json!({ "need": needs });
        if at > 0 && c.maybe() {
            stage["enter"] = json!({ "need": [need(c, 9)] });
        }
        if c.maybe() {
            stage["plan"] = json!([{ "id": "p", "task": "Work", "mandatory": c.maybe() }]);
        }
        if c.maybe() {
            let mut hook = json!({ "process": "check", "await": true });
            if c.maybe() {
                hook["when"] = json!(c.of(&CONDITIONS));
            }
            stage["run"] = json!([hook]);
        }
        stages.push(stage);
    }
    stages.push(json!({ "id": "won", "outcome": "won" }));
    stages.push(json!({ "id": "lost", "outcome": "lost" }));
    // Each stage is reached by a way and leads to an end, which the check asks; who may go them is another thing.
    let mut moves = vec![json!({ "from": name(count - 1), "to": "won" })];
    for at in 1..count {
        moves.push(json!({ "from": name(c.below(at)), "to": name(at) }));
        moves.push(
            json!({ "from": name(at - 1), "to": if c.maybe() { name(at) } else { "lost".to_owned() } }),
        );
    }
    if c.maybe() {
        moves.push(json!({ "from": name(count - 1), "to": name(0) }));
    }
    moves.push(json!({ "from": name(0), "to": "lost" }));
    for drawing in &mut moves {
        if c.maybe() {
            drawing["if"] = json!(c.of(&CONDITIONS));
        }
        match c.below(6) {
            0 => drawing["who"] = json!([]),
            1 => drawing["who"] = json!("head"),
            _ => {}
        }
    }
    let mut triggers = Vec::new();
    for at in 0..c.below(4) {
        let on = match c.below(4) {
            0 => json!({ "field": c.of(&["n", "b"]) }),
            1 => json!({ "becomes": c.of(&CONDITIONS) }),
            2 => json!({ "fact": "f" }),
            _ => json!({ "field": "m" }),
        };
        let set = match c.below(4) {
            0 => json!({ "field": "n", "to": "fields.n + 1" }),
            1 => json!({ "field": "m", "to": "fields.n + 1" }),
            2 => json!({ "field": "b", "to": "!fields.b" }),
            _ => json!({ "field": "n", "to": "fields.m" }),
        };
        let mut trigger = json!({ "id": format!("t{at}"), "on": on, "do": { "set": set }, "repeat": c.maybe(),
            "if": c.of(&CONDITIONS) });
        if c.maybe() {
            trigger["if"] = json!("fields.n < 40");
        }
        triggers.push(trigger);
    }
    json!({
        "id": "random",
        "bounds": { "cascade": 30 },
        "fields": { "n": { "type": "number" }, "m": { "type": "number" }, "b": { "type": "bool" },
            "c": { "type": "choice", "of": ["red", "blue", "green"] } },
        "facts": { "f": { "type": "decimal" } },
        "stages": stages, "moves": moves, "triggers": triggers
    })
}

/// Where a crowd gets that tries every move with every sort of values, and what it saw of chains without end.
struct Crowd {
    stood: BTreeSet<String>,
    /// The stages from which somebody went on.
    left: BTreeSet<String>,
    /// The stages from which somebody came to an end.
    ended: BTreeSet<String>,
}

fn crowd(s: &Scenario, seeds: &[u16]) -> Crowd {
    let mut c = Choices { numbers: seeds, at: 0 };
    let mut seen = Crowd { stood: BTreeSet::new(), left: BTreeSet::new(), ended: BTreeSet::new() };
    let start: Moment = "2026-02-02T08:00:00Z".parse().unwrap();
    let stages: Vec<String> = s.definition().stages.iter().map(|stage| stage.id.clone()).collect();
    for _ in 0..12 {
        let anna = Actor { id: "anna".into(), roles: vec!["head".into()], ..Actor::default() };
        let Ok(opened) = s.open("c", Opening::default(), &Context::new(start, anna.clone(), "0")) else {
            continue;
        };
        let mut case: Case = opened.case().clone();
        seen.stood.insert(case.visit.stage.clone());
        for at in 1..60 {
            if !case.is_open() {
                break;
            }
            let number = c.of(&[None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), Some(8)]);
            let fields = [
                ("n".to_owned(), number.map(Value::from)),
                ("b".to_owned(), c.of(&[None, Some(true), Some(false)]).map(Value::from)),
                ("c".to_owned(), c.of(&[None, Some("red"), Some("blue"), Some("green")]).map(Value::from)),
            ]
            .into();
            let input = match c.below(6) {
                0 => Input::Facts(FactsInput {
                    values: vec![FactReading {
                        fact: "f".into(),
                        key: vec![],
                        value: c.of(&[None, Some(20), Some(70), Some(100)]).map(Value::from),
                        unknown: None,
                        since: None,
                    }],
                    ..FactsInput::default()
                }),
                1 => match case.activities.first() {
                    Some(open) => {
                        Input::Done(DoneInput { activity: open.id.clone(), ..DoneInput::default() })
                    }
                    None => Input::Set { fields },
                },
                2 => match case.processes.iter().find(|run| run.end.is_none()) {
                    Some(run) => Input::Finished(FinishedInput {
                        process: run.id.clone(),
                        result: "good".into(),
                        good: true,
                        ..FinishedInput::default()
                    }),
                    None => Input::Set { fields },
                },
                _ => {
                    let to = c.of(&stages);
                    if to == "won" || to == "lost" {
                        Input::Close(CloseInput { stage: to, fields, ..CloseInput::default() })
                    } else {
                        Input::Move(MoveInput { to, fields, r#override: None })
                    }
                }
            };
            let ctx = Context::new(start.plus_millis(at * 60_000), anna.clone(), format!("{at}"));
            if let Ok(outcome) = s.step(&case, input, &ctx) {
                let before = case.visit.stage.clone();
                case = outcome.case().clone();
                seen.stood.insert(case.visit.stage.clone());
                if case.visit.stage != before {
                    seen.left.insert(before);
                }
                if !case.is_open() {
                    seen.ended.extend(case.visits.iter().map(|visit| visit.stage.clone()));
                }
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is shown is so, every run runs, and where the crowd got the proof got too.
    #[test]
    fn v2_what_is_shown_of_a_scenario_nobody_refutes(
        numbers in proptest::collection::vec(any::<u16>(), 120),
        seeds in proptest::collection::vec(any::<u16>(), 4000),
    ) {
        let json = definition(&mut Choices { numbers: &numbers, at: 0 });
        let Ok(s) = Scenario::from_json(&json.to_string()) else { return Ok(()) };
        let proof = prove(&s);
        prop_assert!(!proof.exhausted);
        let crowd = crowd(&s, &seeds);
        let mut unreached = BTreeSet::new();
        for it in &proof.findings {
            let stage = it.stage.clone().unwrap_or_default();
            match it.code {
                Code::StageUnreached => {
                    unreached.insert(stage.clone());
                    // What is only possible was not ruled out, and a crowd may find it.
                    let refuted = it.certainty == Certainty::Shown && crowd.stood.contains(&stage);
                    prop_assert!(!refuted, "{stage} {:?}\n{json:#}", it);
                }
                Code::StageWithoutWayOut | Code::StageWithoutEnd => {
                    prop_assert_eq!(&ends_on(it.run.as_ref().unwrap(), &s), &stage);
                    let somebody = match it.code {
                        Code::StageWithoutWayOut => crowd.left.contains(&stage),
                        _ => crowd.ended.contains(&stage),
                    };
                    let refuted = it.certainty == Certainty::Shown && somebody;
                    prop_assert!(!refuted, "{stage} {it:?}\n{json:#}");
                }
                Code::ChainEndless if it.certainty == Certainty::Shown => {
                    prop_assert!(is_endless(it.run.as_ref().unwrap(), &s), "{it:?}");
                }
                _ => {}
            }
        }
        // Whatever is not found unreached is reached, by a run that anybody can see.
        for stage in s.definition().stages.iter().map(|stage| stage.id.clone()) {
            let question = Question::Reach { to: stage.clone(), from: None, role: None };
            match ask(&s, &question).unwrap() {
                Answer::Shown { run } => {
                    let end = ends_on(&run, &s);
                    prop_assert_eq!(&end, &stage);
                }
                _ => prop_assert!(unreached.contains(&stage), "{stage}\n{json:#}"),
            }
        }
    }
}

#[test]
fn v2_random_scenarios_are_of_every_sort() {
    let mut found: BTreeSet<(Code, Certainty)> = BTreeSet::new();
    let mut well = 0;
    let mut number = 7_u32;
    for _ in 0..400 {
        let numbers: Vec<u16> = (0..120)
            .map(|_| {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (number >> 16) as u16
            })
            .collect();
        let json = definition(&mut Choices { numbers: &numbers, at: 0 });
        let Ok(s) = Scenario::from_json(&json.to_string()) else { continue };
        let proof = prove(&s);
        well += usize::from(proof.findings.is_empty());
        found.extend(proof.findings.iter().map(|it| (it.code, it.certainty)));
    }
    assert!(well > 20, "{well}");
    for code in [Code::StageUnreached, Code::StageWithoutWayOut, Code::ChainEndless] {
        for certainty in [Certainty::Shown, Certainty::Possible] {
            assert!(found.contains(&(code, certainty)), "{code:?} {certainty:?}: {found:?}");
        }
    }
}
