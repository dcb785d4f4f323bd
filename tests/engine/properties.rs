//! Whatever a scenario says and whatever comes in: C1 to C8 hold, and nothing panics.

use super::dsl::{json, msk};
use proptest::prelude::*;
use serde_json::Value as Json;
use voronka::case::{Absence, Event, Input, Recorded, Switch};
use voronka::scenario::def::Color;
use voronka::{Actor, Case, Context, Entry, Moment, Scenario};

/// Choices as numbers, which shrink to fewer and smaller ones.
pub struct Choices<'a> {
    pub numbers: &'a [u16],
    pub at: usize,
}

impl<'a> Choices<'a> {
    pub const fn of_numbers(numbers: &'a [u16]) -> Self {
        Self { numbers, at: 0 }
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % bound.max(1)
    }

    pub fn maybe(&mut self) -> bool {
        self.below(3) == 1
    }

    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

const CONDITIONS: [&str; 10] = [
    "fields.n > 3",
    "fields.b",
    "facts.f >= 100",
    "!facts.g",
    "fields.n > 3 && facts.f >= 100",
    "fields.b || facts.g",
    "has(fields.t)",
    "documents.order.amount > 10",
    "documents.order.count == 1 && documents.order.last != 'paid'",
    "activities.task.open > 0",
];
const SPANS: [&str; 5] =
    ["4 working hours", "2 working days", "3 days", "90 minutes", "1 working day by close"];
/// Working hours are not counted backwards.
const SPANS_BACK: [&str; 3] = ["2 working days", "3 days", "90 minutes"];
const PEOPLE: [&str; 4] = ["anna", "boris", "clara", "robot"];
const TRIGGERS: [&str; 3] = ["t0", "t1", "t2"];

fn requirement(c: &mut Choices<'_>, number: usize, entering: bool) -> Json {
    let mut need = match c.below(4) {
        0 => json!({ "field": "n", "min": 2 }),
        1 => json!({ "field": c.of(&["t", "d", "b"]) }),
        _ => json!({ "that": c.of(&CONDITIONS[..9]) }),
    };
    need["id"] = json!(format!("r{number}"));
    if c.maybe() {
        need["when"] = json!(c.of(&CONDITIONS[..9]));
    }
    if entering && c.maybe() {
        need["keep"] = json!(true);
    }
    if c.maybe() {
        need["deadline"] = json!(c.of(&SPANS));
    }
    need
}

fn plan(c: &mut Choices<'_>, id: &str) -> Json {
    let kind = c.of(&["task", "call", "approve"]);
    let mut plan = json!({ "id": id, "kind": kind, "title": id });
    if c.maybe() {
        plan["due"] = match c.below(3) {
            0 => json!({ "field": "d" }),
            1 => json!({ "field": "d", "before": c.of(&SPANS_BACK), "at": "10:00" }),
            _ => json!(c.of(&SPANS)),
        };
    }
    plan["mandatory"] = json!(c.maybe());
    if c.maybe() {
        plan["when"] = json!(c.of(&CONDITIONS));
    }
    match c.below(5) {
        1 => plan["once"] = json!(true),
        2 => plan["role"] = json!("manager"),
        3 => {
            let each = c.of(&["['boris', 'clara', 'boris']", "fields.people", "['anna', case.responsible]"]);
            plan["group"] = json!({
                "each": each,
                "mode": c.of(&["at_once", "in_turn"]),
                "needed": c.of(&[json!("all"), json!("any"), json!({ "at_least": 2 })])
            });
            if c.maybe() {
                plan["group"]["not_by"] = json!(c.of(&["author", "responsible"]));
            }
        }
        _ => {}
    }
    plan
}

fn action(c: &mut Choices<'_>, stages: usize, from: Option<usize>) -> Json {
    match c.below(if from.is_some() { 12 } else { 9 }) {
        0 => json!({ "set": { "field": "n", "to": c.of(&["fields.n + 1", "facts.f", "1 / 0"]) } }),
        1 => json!({ "set": { "field": "b", "to": c.of(&["true", "!fields.b", "fields.n > 1"]) } }),
        2 => {
            let mut plan = plan(c, "more");
            plan.as_object_mut().unwrap().remove("when");
            json!({ "plan": plan })
        }
        3 => json!({ "close_activities": { "kind": "task" } }),
        4 => json!({ "notify": { "text": "Look" } }),
        5 => json!({ "effect": { "kind": "print", "payload": { "n": "fields.n", "f": "facts.f" } } }),
        6 => json!({ "open_case": { "scenario": "claim", "give": { "n": "fields.n" } } }),
        7 | 8 => json!({ "set": { "field": "t", "to": "'set'" } }),
        9 => json!({ "close": { "stage": "lost", "reason": "price" } }),
        _ => json!({ "move": format!("s{}", (from.unwrap_or(0) + 1 + c.below(stages - 1)) % stages) }),
    }
}

fn trigger(c: &mut Choices<'_>, id: &str, stages: usize, stage: Option<usize>) -> Json {
    let on = match c.below(15) {
        0 => json!("entered"),
        1 => json!("left"),
        2 => json!({ "after": c.of(&SPANS) }),
        3 => json!({ "moment": { "field": "d", "before": c.of(&SPANS_BACK) } }),
        4 => json!({ "field": c.of(&["n", "b", "t"]) }),
        5 => json!({ "fact": c.of(&["f", "g"]) }),
        6 => json!({ "planned": {} }),
        7 => json!({ "done": { "kind": "task" } }),
        8 => json!({ "overdue": {} }),
        9 => json!({ "interaction": {} }),
        10 => json!({ "message": "ping" }),
        11 => json!({ "document": { "event": "posted" } }),
        12 if stage.is_none() => json!(c.of(&["opened", "reopened", "closed"])),
        _ => json!({ "becomes": c.of(&CONDITIONS) }),
    };
    let from = stage.filter(|_| on != json!("left"));
    let mut actions = vec![action(c, stages, None)];
    if c.maybe() {
        actions.push(action(c, stages, from));
    }
    let mut trigger = json!({ "id": id, "on": on, "do": actions, "enabled": c.below(5) != 1 });
    if c.maybe() {
        trigger["if"] = json!(c.of(&CONDITIONS));
    }
    trigger["repeat"] = c.of(&[json!(false), json!(true), json!("daily")]);
    trigger
}

fn stage(c: &mut Choices<'_>, number: usize, stages: usize) -> Json {
    let mut stage = json!({ "id": format!("s{number}") });
    let needs = |c: &mut Choices<'_>, entering| -> Vec<Json> {
        (0..c.below(3)).map(|at| requirement(c, at, entering)).collect()
    };
    stage["enter"] = json!({ "need": needs(c, true), "close": c.of(&["nothing", "overdue", "all"]) });
    stage["leave"] = json!({ "need": needs(c, false) });
    stage["plan"] = (0..c.below(3)).map(|at| plan(c, &format!("p{at}"))).collect();
    if c.maybe() {
        stage["limit"] = json!(c.of(&SPANS));
    }
    if c.maybe() {
        stage["pause"] = json!({ "when": c.of(&CONDITIONS) });
    }
    if c.maybe() {
        stage["nothing_planned"] = json!(c.of(&["red", "green"]));
    }
    if c.maybe() {
        let mut hook = json!({ "id": "run", "process": "approval", "await": c.below(2) == 1 });
        if c.below(2) == 1 {
            hook["when"] = json!(c.of(&CONDITIONS));
        }
        if c.maybe() {
            hook["void_on"] = json!(["n"]);
        }
        if c.maybe() {
            hook["limit"] = json!(c.of(&SPANS));
        }
        if c.maybe() {
            hook["on_close"] = json!("keep");
        }
        stage["run"] = json!([hook]);
    }
    let mut triggers = Vec::new();
    for id in TRIGGERS.iter().take(c.below(4)) {
        triggers.push(trigger(c, id, stages, Some(number)));
    }
    stage["triggers"] = json!(triggers);
    stage
}

/// A scenario of two to five stages, with everything that a scenario may have.
pub fn scenario(c: &mut Choices<'_>, version: u32) -> Json {
    let count = 2 + c.below(4);
    let mut stages: Vec<Json> = (0..count).map(|number| stage(c, number, count)).collect();
    for outcome in ["won", "lost", "void"] {
        stages.push(json!({ "id": outcome, "outcome": outcome }));
    }
    let shared: Vec<Json> = TRIGGERS.iter().take(c.below(3)).map(|id| trigger(c, id, count, None)).collect();
    let mut scenario = json!({
        "id": "random", "version": version,
        "calendar": { "time_zone": "Europe/Berlin", "week": { "mon-fri": ["09:00-13:00", "14:00-18:00"] },
                      "known_until": "2026-12-31" },
        "fields": {
            "n": { "type": "number" }, "b": { "type": "bool" }, "t": { "type": "text", "max": 5 },
            "d": { "type": "date" }, "people": { "type": "list", "of": "text" }
        },
        "facts": { "f": { "type": "decimal" }, "g": { "type": "bool" } },
        "kinds": {
            "call": { "outcomes": { "reached": {}, "no_answer": { "bad": true, "next": { "due": "2 working hours", "at_most": 2 } } } },
            "approve": { "outcomes": { "yes": {}, "no": { "bad": true } } }
        },
        "reasons": { "price": {}, "spam": { "void": true } },
        "parties": { "client": {} },
        "documents": { "order": { "sums": { "amount": {} } } },
        "rights": { "override": "head" },
        "bounds": { "cascade": 20 },
        "triggers": shared,
        "stages": stages
    });
    if c.maybe() {
        scenario["deadline"] = json!("d");
    }
    if c.maybe() {
        scenario["fields"]["n"]["see"] = json!(["manager", "head"]);
    }
    if c.maybe() {
        scenario["jumps_meet_skipped"] = json!(true);
    }
    let all: Vec<String> = (0..count).map(|at| format!("s{at}")).collect();
    scenario["moves"] = json!([{ "from": "*", "to": all }, { "from": "*", "to": ["won", "lost", "void"] }]);
    scenario
}

pub fn fields(c: &mut Choices<'_>) -> Json {
    let mut fields = json!({});
    for _ in 0..c.below(3) {
        let (name, value) = match c.below(9) {
            0 | 1 => ("n", json!(c.below(6))),
            2 => ("n", json!(null)),
            3 => ("b", json!(c.below(2) == 1)),
            4 => ("t", json!(c.of(&["", "x", "too long", "a\u{0}"]))),
            5 => {
                ("d", json!(c.of(&["2026-03-29", "2026-03-05", "2026-10-26", "262144-01-01", "9999-12-31"])))
            }
            6 => ("people", json!(c.of(&[json!([]), json!(["boris"]), json!(["boris", "clara", "anna"])]))),
            7 => ("b", json!("no bool")),
            _ => ("nowhere", json!(1)),
        };
        fields[name] = value;
    }
    fields
}

pub fn input(c: &mut Choices<'_>, case: &Case) -> Json {
    let stages = ["s0", "s1", "s2", "s3", "s4", "won", "nowhere"];
    let over = |c: &mut Choices<'_>| if c.maybe() { json!("because") } else { json!(null) };
    let activity = |c: &mut Choices<'_>| {
        let all: Vec<&str> = case.activities.iter().chain(&case.finished).map(|it| it.id.as_str()).collect();
        if all.is_empty() { "none".to_owned() } else { c.of(&all).to_owned() }
    };
    match c.below(34) {
        0..=4 => json!({ "move": { "to": c.of(&stages), "fields": fields(c), "override": over(c) } }),
        5 => {
            json!({ "close": { "stage": c.of(&["won", "lost", "void", "s0"]), "reason": c.of(&[json!("price"), json!("spam"), json!(null)]),
                                "override": over(c) } })
        }
        6 => json!({ "reopen": { "override": over(c) } }),
        7..=9 => json!({ "set": { "fields": fields(c) } }),
        10..=12 => {
            let value = c.of(&[json!(100), json!(0), json!(true), json!(false), json!("x")]);
            let mut reading = json!({ "fact": c.of(&["f", "g"]), "value": value });
            if c.maybe() {
                reading = json!({ "fact": c.of(&["f", "g"]), "unknown": "gone" });
            }
            json!({ "facts": { "source": "erp", "sequence": c.below(5), "values": [reading] } })
        }
        13 => {
            json!({ "plan": { "kind": c.of(&["task", "nothing"]), "title": "by hand", "mandatory": c.maybe(),
                                "due": c.of(&[json!(null), json!({ "in": "3 days" }), json!({ "on": "2026-03-29" })]) } })
        }
        14..=16 => {
            json!({ "done": { "activity": activity(c), "outcome": c.of(&[json!(null), json!("no"), json!("no_answer"), json!("yes")]) } })
        }
        17 => json!({ "reschedule": { "activity": activity(c), "due": { "in": c.of(&SPANS) } } }),
        18 => json!({ "reassign": { "activity": activity(c), "to": c.of(&PEOPLE) } }),
        19 => json!({ "reopen_activity": { "activity": activity(c) } }),
        20 => json!({ "cancel_activity": { "activity": activity(c), "reason": "off" } }),
        21 => json!({ "hand_over": { "to": c.of(&PEOPLE), "keep_activities": c.maybe() } }),
        22 => {
            json!({ "interaction": { "channel": "phone", "id": c.of(&["1", "2"]), "result": c.of(&["answered", "missed"]),
                                      "answers": activity(c) } })
        }
        23 => json!({ "message": { "name": "ping", "key": c.of(&["1", "2"]) } }),
        24 | 30 => {
            let sequence = c.of(&[json!(null), json!(1), json!(2), json!(3), json!(u64::MAX)]);
            let amount = c.of(&[json!(7), json!("5.5"), json!("x"), json!("79228162514264337593543950335")]);
            let data = if c.maybe() { json!({}) } else { json!({ "amount": amount }) };
            json!({ "document": { "document": c.of(&["order", "stranger"]), "id": c.of(&["7", "8"]), "sequence": sequence,
                                  "event": c.of(&["posted", "paid", "unposted", "amended"]), "data": data } })
        }
        29 => match c.below(4) {
            0 => json!({ "merge": { "into": c.of(&["c1", "c2"]), "reason": "spam" } }),
            1 => json!({ "redirect": { "interaction": c.of(&["1", "2"]), "to": "c2" } }),
            _ => {
                json!({ "split": { "field": c.of(&["people", "n"]), "lines": [c.below(4)], "copy": ["n"] } })
            }
        },
        31 => {
            // What it has already, what it has not, and what it had once.
            let mut activities = serde_json::to_value(&case.activities).unwrap();
            for it in activities.as_array_mut().unwrap() {
                if c.maybe() {
                    it["id"] = json!(format!("c2/1/{}", c.below(3)));
                }
            }
            let interaction =
                json!({ "id": c.of(&["1", "3"]), "channel": "phone", "at": "2026-03-01T10:00:00Z" });
            let document = json!({ "document": "order", "id": c.of(&["7", "9"]), "event": "posted", "in_force": true,
                                   "at": "2026-03-01T10:00:00Z", "sequence": c.below(4) });
            json!({ "handed": { "from": "c2", "what": { "activities": activities, "interactions": [interaction],
                    "documents": [document], "external_ids": [c.of(&["x", "y"])], "past": c.maybe() } } })
        }
        25 => {
            let runs: Vec<&str> = case.processes.iter().map(|run| run.id.as_str()).collect();
            let run = if runs.is_empty() { "none" } else { c.of(&runs) };
            json!({ "finished": { "process": run, "result": "approved", "good": c.below(2) == 1 } })
        }
        26 | 27 => {
            let timers: Vec<&str> = case.timers.iter().map(|timer| timer.id.as_str()).collect();
            let timer = if timers.is_empty() { "none" } else { c.of(&timers) };
            json!({ "timer": { "timer": timer } })
        }
        28 => {
            let debts: Vec<&str> = case.debts.iter().map(|debt| debt.id.as_str()).collect();
            let debt = if debts.is_empty() { "none" } else { c.of(&debts) };
            json!({ "waive": { "debt": debt, "reason": "fine" } })
        }
        _ => json!("tick"),
    }
}

pub fn context(c: &mut Choices<'_>, now: Moment, number: usize) -> Context {
    let person = c.of(&PEOPLE);
    let role = c.of(&["manager", "head", "storekeeper"]);
    let mut ctx = Context::new(now, Actor::new(person, role), format!("i{number}"));
    if c.maybe() {
        let trigger = format!("{}/trigger/{}", c.of(&["", "s0", "s1"]), c.of(&TRIGGERS));
        ctx.switches.push(Switch { trigger, on: c.below(2) == 1 });
    }
    if c.maybe() {
        let absence = Absence {
            person: c.of(&PEOPLE).into(),
            until: now.plus_millis(1),
            deputy: Some(c.of(&PEOPLE).into()),
        };
        ctx.absences.push(absence);
    }
    ctx
}

fn light_is_exact(case: &Case, now: Moment) {
    let Some(first) = case.light(now) else { return };
    for moment in [first.yellow_from, first.red_from, Some(now)].into_iter().flatten() {
        for moment in [moment.plus_millis(-1), moment] {
            let light = case.light(moment).unwrap();
            let reached = |from: Option<Moment>| from.is_some_and(|from| from <= moment);
            let color = match (reached(first.red_from), reached(first.yellow_from)) {
                (true, _) => Color::Red,
                (false, true) => Color::Yellow,
                (false, false) => Color::Green,
            };
            assert_eq!(light.color, color, "A5");
        }
    }
}

/// What must be so of every case, whatever happened to it.
fn case_is_sound(case: &Case) {
    let visits: Vec<u32> = case.visits.iter().map(|it| it.number).chain([case.visit.number]).collect();
    assert!(visits.windows(2).all(|two| two[0] < two[1]), "visits are numbered in order: {visits:?}");
    assert!(case.visits.iter().all(|it| it.from <= it.to && it.paused_ms <= it.calendar_ms.max(0)));
    assert!(case.activities.iter().all(|it| it.end.is_none()));
    assert!(case.finished.iter().all(|it| it.end.is_some()));
    assert!(
        case.is_open() || (case.activities.is_empty() && case.wishes.is_empty() && case.timers.is_empty())
    );
    let mut ids: Vec<&str> = case.timers.iter().map(|it| it.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), case.timers.len(), "T11: each arming has an id of its own");
    let mut wishes: Vec<&str> = case.wishes.iter().map(|it| it.trigger.as_str()).collect();
    wishes.dedup();
    assert_eq!(wishes.len(), case.wishes.len(), "T6: at most one wish per trigger");
}

fn entry_is_sound(entry: &Entry, before: Option<&Case>, case: &Case) {
    let text = serde_json::to_string(entry).unwrap();
    let Recorded::Known(read) = Recorded::read(&text).unwrap() else { panic!("C11: {text}") };
    assert_eq!(*read, *entry);
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert!(before.is_none_or(|before| before.last_at <= entry.at), "C5");
    assert_eq!(entry.number, before.map_or(1, |before| before.revision + 1));
    let fired = entry.events.iter().filter(|event| matches!(event, Event::Triggered(_))).count();
    // A wish that is granted sets its mark again.
    assert!(fired <= 2 * 20, "T5: {fired} firings");
    let followed = before.map(|before| before.follow(entry).unwrap());
    assert!(followed.is_none_or(|followed| followed == *case));
}

/// None where `check` finds a trigger that would wake itself for ever, or acts on what closing has settled.
pub fn compiled(text: &str) -> Option<Scenario> {
    let refusable = ["cascade-endless", "not-after-closing"];
    match Scenario::from_json(text) {
        Ok(scenario) => Some(scenario),
        Err(defects) if defects.iter().all(|it| refusable.contains(&it.code())) => None,
        Err(defects) => panic!("{defects:?}\n{text}"),
    }
}

fn run(numbers: &[u16], steps: usize) -> (u32, u32) {
    let mut c = Choices::of_numbers(numbers);
    let (one, two) = (scenario(&mut c, 1).to_string(), scenario(&mut c, 2).to_string());
    let (Some(first), Some(other)) = (compiled(&one), compiled(&two)) else { return (0, 0) };
    let mut now = msk("2026-03-02 10:00");
    let opening =
        json!({ "open": { "intake": c.below(5) != 1, "responsible": "anna", "fields": fields(&mut c) } });
    let Ok(Input::Open(opening)) = serde_json::from_value(opening) else { panic!("an opening") };
    let ctx = context(&mut c, now, 0);
    let intake = opening.intake;
    let opened = match first.open("c1", *opening, &ctx) {
        Ok(opened) => opened,
        Err(refused) => {
            assert!(
                !intake || refused.code() == "V-S11-nul",
                "M14: intake is never turned away: {refused:?}"
            );
            return (0, 1);
        }
    };
    let mut scenario = &first;
    let (mut case, entry) = opened.into_parts();
    entry_is_sound(&entry, None, &case);
    let mut entries = vec![entry];
    let (mut accepted, mut refusals) = (1, 0);
    for number in 1..=steps {
        now = now.plus_millis(match c.below(8) {
            0 => -1000,
            1..=3 => 0,
            4 | 5 => 3_600_000,
            6 => 26 * 3_600_000,
            _ => 9 * 24 * 3_600_000,
        });
        let ctx = context(&mut c, now, number);
        let adopts = c.below(25) == 1 && case.scenario.version == 1;
        let (by, input) = if adopts {
            let map = json!({ case.stage(): "s1" });
            (&other, json!({ "adopt": { "stages": if c.maybe() { json!({}) } else { map } } }))
        } else {
            (scenario, input(&mut c, &case))
        };
        let input: Input = serde_json::from_value(input.clone()).unwrap_or_else(|e| panic!("{e}: {input}"));
        let before = case.clone();
        let outcome = by.step(&case, input.clone(), &ctx);
        assert_eq!(before, case, "C2");
        assert_eq!(outcome, by.step(&case, input, &ctx), "C1");
        match outcome {
            Ok(outcome) => {
                accepted += 1;
                scenario = by;
                let (next, entry) = outcome.into_parts();
                entry_is_sound(&entry, Some(&before), &next);
                entries.push(entry);
                case = next;
            }
            Err(refused) => {
                refusals += 1;
                assert!(!refused.missing().is_empty(), "a refusal says why");
            }
        }
        now = now.max(case.last_at);
        case_is_sound(&case);
        light_is_exact(&case, now);
        let view = scenario.evaluate_in_full(&case, &ctx);
        assert_eq!(view.light.map(|light| light.color), case.light(ctx.now).map(|light| light.color));
    }
    let again = Case::replay(&entries).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&case).unwrap(), "C3");
    (accepted, refusals)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c1_to_c8_hold_for_any_scenario_and_any_inputs(numbers in prop::collection::vec(any::<u16>(), 200..700)) {
        run(&numbers, 40);
    }
}

/// The property would say nothing if nearly everything were refused.
#[test]
fn the_random_cases_are_worth_something() {
    let mut state: u64 = 7;
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..30 {
        let numbers: Vec<u16> = (0..600)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                u16::try_from(state >> 48).unwrap()
            })
            .collect();
        let (yes, no) = run(&numbers, 40);
        accepted += yes;
        refused += no;
    }
    assert!(accepted > 150 && refused > 100, "{accepted} accepted, {refused} refused");
}
