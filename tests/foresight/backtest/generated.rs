//! Whatever a scenario says and whatever came in: the same scenario gives no difference.

use crate::engine::dsl::msk;
use crate::engine::properties::{Choices, compiled, context, fields, input, scenario};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use voronka::case::{Event, Input};
use voronka::foresight::backtest::{Backtest, Journal, Options, Verdict, backtest, run_one};
use voronka::{Actor, Context, Entry, Scenario};

/// A journal, its scenario, and two drafts: another scenario altogether, and one that shifts every id.
struct Story {
    scenario: Scenario,
    other: Option<Scenario>,
    shifted: Scenario,
    journal: Vec<Entry>,
}

/// The same scenario with notices sent at every turn, so that ids and numbers of entries are others.
fn shifting(text: &str) -> String {
    let mut scenario: Json = serde_json::from_str(text).unwrap();
    scenario["version"] = json!(7);
    let notify = json!({ "notify": { "text": "By the way" } });
    let more = [
        json!({ "id": "extra_opened", "on": "opened", "do": [notify, notify, notify] }),
        json!({ "id": "extra_after", "on": { "after": "30 minutes" }, "do": [notify], "repeat": true }),
    ];
    for it in more {
        scenario["triggers"].as_array_mut().unwrap().insert(0, it);
    }
    scenario["bounds"]["cascade"] = json!(50);
    scenario.to_string()
}

fn story(numbers: &[u16], steps: usize, adopts: bool) -> Option<Story> {
    let mut c = Choices::of_numbers(numbers);
    let (one, two) = (scenario(&mut c, 1).to_string(), scenario(&mut c, 2).to_string());
    let first = compiled(&one)?;
    let (other, shifted) = (compiled(&two), compiled(&shifting(&one))?);
    let mut now = msk("2026-03-02 10:00");
    let opening = json!({ "open": { "intake": true, "responsible": "anna", "fields": fields(&mut c) } });
    let Ok(Input::Open(opening)) = serde_json::from_value(opening) else { panic!("an opening") };
    let opened = first.open("c1", *opening, &context(&mut c, now, 0)).ok()?;
    let (mut case, entry) = opened.into_parts();
    let mut journal = vec![entry];
    let mut by = &first;
    for number in 1..=steps {
        now = now.plus_millis(match c.below(6) {
            0 | 1 => 0,
            2 | 3 => 3_600_000,
            4 => 26 * 3_600_000,
            _ => 9 * 24 * 3_600_000,
        });
        // A host that fires timers, sometimes late, sometimes not at all.
        if c.below(3) > 0 {
            for _ in 0..20 {
                let due = case.timers.iter().filter(|it| it.at <= now).min_by_key(|it| it.at).cloned();
                let Some(timer) = due else { break };
                let late = if c.maybe() { now } else { timer.at.max(case.last_at) };
                let actor = Actor { id: "machine".to_owned(), ..Actor::default() };
                let mut ctx = Context::new(late, actor, &timer.id);
                ctx.switches = context(&mut c, now, number).switches;
                let Ok(outcome) = by.step(&case, Input::Timer { timer: timer.id }, &ctx) else { break };
                let (next, entry) = outcome.into_parts();
                journal.push(entry);
                case = next;
            }
        }
        let ctx = context(&mut c, now, number);
        let mut next = input(&mut c, &case);
        let passes = adopts && c.below(12) == 1 && case.scenario.version == 1;
        if let Some(other) = other.as_ref().filter(|_| passes) {
            (by, next) = (other, json!({ "adopt": { "stages": { case.stage(): "s1" } } }));
        }
        let next: Input = serde_json::from_value(next).unwrap();
        if let Ok(outcome) = by.step(&case, next, &ctx) {
            let (next, entry) = outcome.into_parts();
            journal.push(entry);
            case = next;
        }
        by = if case.scenario.version == 1 { &first } else { other.as_ref().unwrap_or(&first) };
        now = now.max(case.last_at);
    }
    Some(Story { scenario: first.clone(), other, shifted, journal })
}

fn numbers(seed: &mut u64) -> Vec<u16> {
    (0..900)
        .map(|_| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u16::try_from(*seed >> 48).unwrap()
        })
        .collect()
}

fn is_same(story: &Story) {
    let result = run_one(&story.scenario, &Options::default(), &Journal::of(&story.journal));
    assert_eq!(result.verdict, Verdict::Same, "{result:#?}");
    assert!(result.stop.is_none() && result.first.is_none() && result.passages.is_empty());
    for counts in [&result.triggers, &result.wishes, &result.effects] {
        assert!(counts.values().all(|it| it.recorded == it.draft), "{counts:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c6_over_the_same_scenario_nothing_differs(numbers in prop::collection::vec(any::<u16>(), 300..900)) {
        if let Some(story) = story(&numbers, 40, false) {
            is_same(&story);
        }
    }

    #[test]
    fn c6_any_journal_runs_over_any_draft(numbers in prop::collection::vec(any::<u16>(), 300..900)) {
        if let Some(story) = story(&numbers, 40, true) {
            for draft in [Some(&story.scenario), story.other.as_ref(), Some(&story.shifted)].into_iter().flatten() {
                let journal = Journal::of(&story.journal);
                let result = run_one(draft, &Options::default(), &journal);
                assert_eq!(result, run_one(draft, &Options::default(), &journal), "C1");
                let whole = backtest(draft, &Options::default(), [journal]);
                assert_eq!(whole.cases, whole.same + whole.different.cases + whole.erased.cases + count(&whole));
            }
        }
    }
}

fn count(whole: &Backtest) -> usize {
    whole.failed.iter().map(|(_, found)| found.cases).sum()
}

/// Every id is another one, and every number of an entry: what people named is found all the same.
#[test]
fn c6_what_an_input_names_is_found_under_other_ids() {
    let mut seed = 11;
    let (mut stories, mut named, mut done) = (0, 0, 0);
    for _ in 0..150 {
        let Some(story) = story(&numbers(&mut seed), 40, false) else { continue };
        // Circles end elsewhere where more is said in them.
        let circles = |event: &Event| matches!(event, Event::CascadeUndone { .. });
        if story.journal.iter().flat_map(|entry| &entry.events).any(circles) {
            continue;
        }
        is_same(&story);
        let result = run_one(&story.shifted, &Options::default(), &Journal::of(&story.journal));
        assert_eq!(result.verdict, Verdict::Different);
        assert_eq!(result.stop, None, "{result:#?}");
        assert!(
            result.passages.is_empty() && result.ended.is_none() && result.unasked.is_empty(),
            "{result:#?}"
        );
        for (rule, count) in &result.triggers {
            assert!(rule.starts_with("/trigger/extra") || count.recorded == count.draft, "{rule}: {count:?}");
        }
        stories += 1;
        named += story
            .journal
            .iter()
            .filter(|it| matches!(it.input, Input::Done(_) | Input::Finished(_) | Input::Waive { .. }))
            .count();
        done += story.journal.iter().filter(|it| matches!(it.input, Input::Timer { .. })).count();
    }
    assert!(stories > 50 && named > 200 && done > 50, "{stories} stories, {named} named, {done} timers");
}
