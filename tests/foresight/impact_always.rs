//! Whatever the versions and the cases are: an impact tells what really happens, and does not depend on who counts.

use crate::engine::dsl::{json, msk};
use crate::engine::properties::{Choices, compiled, context, fields, input, scenario};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use voronka::case::{Adoption, Event, Input, RuleFate};
use voronka::foresight::impact::{Impact, Line, impact};
use voronka::scenario::def::Color;
use voronka::{Actor, Case, Context, Moment, Scenario};

/// Two versions of a random scenario, and cases of the first after random lives; none where the scenario is unsound.
struct World {
    old: Scenario,
    new: Scenario,
    adoption: Adoption,
    cases: Vec<Case>,
    ctx: Context,
    /// What the timers were of that have fired.
    told: BTreeSet<String>,
}

fn world(numbers: &[u16], count: usize) -> Option<World> {
    let mut c = Choices { numbers, at: 0 };
    let (one, two) = (scenario(&mut c, 1), scenario(&mut c, 2));
    let old = compiled(&one.to_string())?;
    // Now and then the same one again.
    let two = if c.maybe() {
        let mut same = one;
        same["version"] = json!(2);
        same
    } else {
        two
    };
    let new = compiled(&two.to_string())?;
    let fate = [RuleFate::Keep, RuleFate::Restart, RuleFate::Recompute][c.below(3)];
    let mut adoption = Adoption::between(old.definition(), new.definition()).all(fate);
    if c.maybe() {
        adoption = adoption.map(format!("s{}", c.below(2)), format!("s{}", c.below(3)));
    }
    let (mut cases, mut told) = (Vec::new(), BTreeSet::new());
    let mut last = msk("2026-03-02 10:00");
    for number in 0..count {
        if let Some((case, at)) = live(&mut c, &old, &format!("c{number}"), &mut told) {
            last = last.max(at);
            cases.push(case);
        }
    }
    let mut ctx = context(&mut c, last.plus_millis(3_600_000), 0);
    ctx.actor = Actor::new("vera", "head");
    Some(World { old, new, adoption, cases, ctx, told })
}

impl World {
    /// The case after an input that says nothing, at the moment and with the switches of the impact.
    fn ticked(&self, case: &Case) -> Option<Case> {
        Some(self.old.step(case, Input::Tick, &self.ctx).ok()?.into_parts().0)
    }
}

fn live(
    c: &mut Choices<'_>,
    scenario: &Scenario,
    id: &str,
    told: &mut BTreeSet<String>,
) -> Option<(Case, Moment)> {
    let mut now = msk("2026-03-02 10:00");
    let opening = json!({ "open": { "intake": true, "responsible": "anna", "fields": fields(c) } });
    let Ok(Input::Open(opening)) = serde_json::from_value(opening) else { panic!("an opening") };
    let (mut case, _) = scenario.open(id, *opening, &context(c, now, 0)).ok()?.into_parts();
    for number in 1..=c.below(10) {
        now = now.plus_millis([0, 3_600_000, 26 * 3_600_000][c.below(3)]);
        let input = serde_json::from_value(input(c, &case)).unwrap();
        if let Ok(outcome) = scenario.step(&case, input, &context(c, now, number)) {
            let fired = |timer: &str| case.timers.iter().find(|it| it.id == timer).cloned();
            for event in &outcome.entry().events {
                if let Event::TimerFired { timer, .. } = event {
                    let rule = fired(timer).and_then(|it| it.trigger);
                    told.insert(rule.unwrap_or_else(|| "overdue".to_owned()));
                }
            }
            case = outcome.into_parts().0;
        }
    }
    Some((case, now))
}

/// What happens when the cases really adopt, of what is plain to see of a case.
fn really(world: &World) -> BTreeMap<Line, u64> {
    let mut seen = BTreeMap::new();
    for case in world.cases.iter().filter(|case| case.is_open()) {
        let from = case.light(world.ctx.now).map(|it| it.color);
        let mut lines = Vec::new();
        match world.new.step(case, Input::Adopt(world.adoption.clone()), &world.ctx) {
            Ok(outcome) => {
                let adopted = outcome.case();
                let to = adopted.light(world.ctx.now).map(|it| it.color);
                if from != to {
                    lines.push(Line::Color { from, to });
                }
                let onto = world.adoption.stages.get(&case.visit.stage).unwrap_or(&case.visit.stage);
                if *onto != case.visit.stage {
                    lines.push(Line::Moved { from: case.visit.stage.clone(), to: onto.clone() });
                }
                if *onto != adopted.visit.stage {
                    lines.push(Line::Onward { from: onto.clone(), to: adopted.visit.stage.clone() });
                }
                for event in &outcome.entry().events {
                    lines.extend(match event {
                        Event::Triggered(mark) => Some(Line::TriggerFires { trigger: mark.trigger.clone() }),
                        Event::WishEnded { trigger, lapsed: Some(_) } => {
                            Some(Line::WishLapses { trigger: trigger.clone() })
                        }
                        _ => None,
                    });
                }
            }
            Err(refused) => lines.extend(refused.missing().iter().map(|it| {
                let stage = case.visit.stage.clone();
                let to = world.adoption.stages.get(&stage).unwrap_or(&stage).clone();
                if it.code == "V-V3-stage" {
                    Line::Stranded { stage, to }
                } else {
                    Line::Refused { code: it.code.clone() }
                }
            })),
        }
        lines.sort_unstable();
        lines.dedup();
        for line in lines {
            *seen.entry(line).or_default() += 1;
        }
    }
    seen
}

fn told(found: &Impact) -> BTreeMap<Line, u64> {
    let plain = |line: &Line| {
        matches!(
            line,
            Line::Color { .. }
                | Line::Moved { .. }
                | Line::Onward { .. }
                | Line::TriggerFires { .. }
                | Line::WishLapses { .. }
                | Line::Stranded { .. }
                | Line::Refused { .. }
        )
    };
    let lines = found.lines.iter().filter(|(line, _)| plain(line));
    lines.map(|(line, found)| (line.clone(), found.cases)).collect()
}

fn bytes(found: &Impact) -> String {
    serde_json::to_string(found).unwrap()
}

fn holds(numbers: &[u16]) -> Option<Impact> {
    let world = world(numbers, 8)?;
    let found = impact(&world.old, &world.new, &world.adoption, &world.ctx, &world.cases);
    assert_eq!(told(&found), really(&world), "what is told is what happens");
    let open = world.cases.iter().filter(|case| case.is_open()).count() as u64;
    assert_eq!((found.cases, found.closed), (open, world.cases.len() as u64 - open));
    assert!(found.lines.values().all(|it| it.cases <= open && it.examples.len() as u64 == it.cases.min(5)));

    // One by one and merged, forwards and backwards.
    let survey = || Impact::of(&world.old, &world.new, &world.adoption, &world.ctx);
    let parts: Vec<Impact> = world
        .cases
        .chunks(5)
        .map(|cases| {
            let mut part = survey();
            cases.iter().for_each(|case| part.take(case));
            part.into_impact()
        })
        .collect();
    for backwards in [false, true] {
        let mut whole = survey().into_impact();
        let mut parts = parts.clone();
        if backwards {
            parts.reverse();
        }
        parts.into_iter().for_each(|part| whole.merge(part).unwrap());
        assert_eq!(bytes(&whole), bytes(&found), "parts merge to the same bytes");
    }

    // The same version again does nothing to anybody, but for what any input would set off now.
    let ticked: Vec<Case> = world.cases.iter().filter_map(|case| world.ticked(case)).collect();
    let mut same = world.old.definition().clone();
    same.version = 7;
    let same = Scenario::new(same).unwrap();
    let adoption = Adoption::between(world.old.definition(), same.definition());
    let still = impact(&world.old, &same, &adoption, &world.ctx, &ticked);
    // What was told already without setting anything off is armed again by any adoption.
    let again = |line: &Line| matches!(line, Line::TimerGained { rule } if world.told.contains(rule));
    let unchanged: Vec<&Line> = still.lines.keys().filter(|line| !again(line)).collect();
    assert_eq!(unchanged, Vec::<&Line>::new());
    Some(found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn v4_an_impact_tells_what_happens_and_merges_in_any_order(numbers in prop::collection::vec(any::<u16>(), 300..900)) {
        holds(&numbers);
    }
}

/// The property would say nothing if nothing ever happened.
#[test]
fn the_random_impacts_are_worth_something() {
    let mut state: u64 = 11;
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for _ in 0..40 {
        let numbers: Vec<u16> = (0..900)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                u16::try_from(state >> 48).unwrap()
            })
            .collect();
        let Some(found) = holds(&numbers) else { continue };
        for (line, found) in &found.lines {
            let what = serde_json::to_value(line).unwrap()["what"].as_str().unwrap().to_owned();
            *seen.entry(what).or_default() += found.cases;
        }
    }
    assert!(seen.len() > 20 && seen["color"] > 10, "{seen:?}");
}

#[test]
fn v4_any_number_of_threads_counts_the_same() {
    let text = include_str!("../../examples/wholesale.json");
    let old = Scenario::from_json(text).unwrap();
    let mut new: serde_json::Value = serde_json::from_str(text).unwrap();
    new["version"] = json!(2);
    new["stages"][0]["leave"]["need"].as_array_mut().unwrap().push(json!("line_of_goods"));
    new["stages"][0]["limit"] = json!("1 working day");
    let new = Scenario::from_json(&new.to_string()).unwrap();
    let adoption = Adoption::between(old.definition(), new.definition()).all(RuleFate::Recompute);
    let ctx = |at: &str| Context::new(msk(at), Actor::new("vera", "head"), "impact");
    let opening = |number: usize| {
        let fields = if number.is_multiple_of(3) { json!({ "line_of_goods": "tiles" }) } else { json!({}) };
        serde_json::from_value(json!({ "fields": fields })).unwrap()
    };
    let opened = |number: usize| {
        let id = format!("d{}", number * 7919 % 3000);
        old.open(id, opening(number), &ctx("2026-03-02 10:00")).unwrap().into_parts().0
    };
    let cases: Vec<Case> = (0..3000).map(opened).collect();
    let ctx = ctx("2026-03-03 12:00");
    let on = |threads: usize| {
        let mut survey = Impact::of(&old, &new, &adoption, &ctx);
        survey.take_all_on(threads, &cases);
        bytes(survey.impact())
    };
    let mut alone = Impact::of(&old, &new, &adoption, &ctx);
    cases.iter().for_each(|case| alone.take(case));
    let lacks =
        Line::LacksField { requirement: "request/leave/line_of_goods".into(), field: "line_of_goods".into() };
    assert_eq!((alone.impact().cases, alone.impact().count(&lacks)), (3000, 2000));
    for threads in [0, 1, 2, 7, 64] {
        assert_eq!(on(threads), bytes(alone.impact()), "{threads} threads");
    }
    let colors = Line::Color { from: Some(Color::Green), to: Some(Color::Red) };
    assert_eq!(alone.impact().count(&colors), 0);
}
