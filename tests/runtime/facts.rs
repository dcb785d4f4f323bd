//! Facts that a step needs: read before it, an input of their own, unknown where the source could not give them (C7–C9).

use super::world::*;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use voronka::case::FactReading;
use voronka::runtime::{FactError, FactSource, Request, Runtime, Setup, StepError};
use voronka::{Actor, Case, Event, FactNeed, Input, Opening, Value};

/// A source that does as it is told, and remembers what it was asked.
type Answers = Arc<Mutex<Box<dyn FnMut(&[FactNeed]) -> Result<Vec<FactReading>, FactError> + Send>>>;

#[derive(Clone)]
struct Source {
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Source {
    fn of(answer: impl FnMut(&[FactNeed]) -> Result<Vec<FactReading>, FactError> + Send + 'static) -> Self {
        Self { answers: Arc::new(Mutex::new(Box::new(answer))), asked: Arc::default() }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl FactSource for Source {
    fn read(&self, case: &Case, needs: &[FactNeed]) -> Result<Vec<FactReading>, FactError> {
        let shown = |need: &FactNeed| {
            let keys: Vec<String> = need.key.iter().map(ToString::to_string).collect();
            format!(
                "{} {}{}",
                case.id,
                need.fact,
                if keys.is_empty() { String::new() } else { keys.join(",") }
            )
        };
        self.asked.lock().unwrap().extend(needs.iter().map(shown));
        let mut answers = self.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        answers(needs)
    }
}

pub fn reading(need: &FactNeed, value: impl Into<Value>) -> FactReading {
    FactReading {
        fact: need.fact.clone(),
        key: need.key.clone(),
        value: Some(value.into()),
        unknown: None,
        since: None,
    }
}

fn with(source: &Source, setup: Setup) -> World {
    let mut world = World::opened(setup);
    world.runtime =
        Runtime::new(world.store.clone(), world.clock.clone(), self::setup()).facts(source.clone());
    world.step("amount", json!({ "set": { "fields": { "amount": 900 } } })).unwrap();
    source.asked();
    world
}

fn moves(to: &str) -> serde_json::Value {
    json!({ "move": { "to": to } })
}

/// Steps something that is held up by an unknown fact: what the refusal calls unknown, and the cause that the one
/// window shows for it.
fn held_up(world: &World, fact: &str, input: serde_json::Value) -> (String, String) {
    let error = world.step("held-up", input).unwrap_err();
    let missing = error.rejection().unwrap().missing();
    assert_eq!((missing.len(), missing[0].code.as_str()), (1, "V-M4-unknown"), "{missing:#?}");
    let cause = |_: &Case, view: &voronka::View<'_>| {
        let facts = view.facts.iter().flat_map(|group| &group.facts);
        let shown = facts.filter(|it| it.name == fact).find_map(|it| it.state?.unknown.clone());
        shown.expect("the window shows a cause")
    };
    let cause = world.runtime.evaluate("c1", &anna(), cause).unwrap();
    (missing[0].args["unknown"].to_string(), cause)
}

fn paid(amount: i64) -> Source {
    Source::of(move |needs| Ok(needs.iter().map(|need| reading(need, amount)).collect()))
}

#[test]
fn c9_what_is_needed_is_read_and_is_an_input_of_its_own_before_the_persons() {
    let source = paid(100);
    let world = with(&source, setup());
    let done = world.step("1", moves("invoice")).unwrap();
    assert_eq!(source.asked(), ["c1 paid"]);
    assert_eq!((done.entry.number, done.case.stage()), (4, "invoice"));
    let facts = world.runtime.journal("c1", 3, 1).unwrap().remove(0);
    let voronka::case::Recorded::Known(facts) = facts else { panic!("newer") };
    assert_eq!((facts.input_id.as_str(), facts.actor.id.as_str()), ("1/facts/2", "voronka"));
    let Input::Facts(input) = &facts.input else { panic!("{:?}", facts.input) };
    assert_eq!((input.source.as_deref(), input.values.len()), (Some("voronka"), 1));
    assert!(matches!(&facts.events[..], [Event::FactLearnt { .. }]));
}

#[test]
fn c9_a_refusal_does_not_lose_what_was_read_and_what_is_fresh_is_not_read_again() {
    let source = paid(99);
    let world = with(&source, setup());
    assert_eq!(code(world.step("1", moves("invoice"))), "V-M4-condition");
    assert_eq!((source.asked().len(), world.revision("c1")), (1, 3));
    // Within the hour it is fresh; the same input is judged anew on it.
    world.clock.go(3_599_000);
    assert_eq!(code(world.step("1", moves("invoice"))), "V-M4-condition");
    assert_eq!((source.asked().len(), world.revision("c1")), (0, 3));
    // An hour on it must be read again.
    world.clock.go(1_000);
    assert_eq!(code(world.step("1", moves("invoice"))), "V-M4-condition");
    assert_eq!((source.asked().len(), world.revision("c1")), (1, 4));
}

#[test]
fn c9_only_what_the_input_may_read_is_read() {
    let source = paid(100);
    let world = with(&source, setup());
    world.step("1", note("nothing is read for this")).unwrap();
    assert_eq!((source.asked().len(), world.revision("c1")), (0, 3));
    // A report of the fact itself is not read beforehand.
    world.step("2", json!({ "facts": { "values": [{ "fact": "paid", "value": 100 }] } })).unwrap();
    world.step("3", moves("invoice")).unwrap();
    assert_eq!(source.asked(), Vec::<String>::new());
}

#[test]
fn c9_keyed_facts_are_read_by_the_cases_own_keys_all_at_once() {
    let source = Source::of(|needs| {
        let one = |need: &FactNeed| match need.fact.as_str() {
            "credit" => reading(need, true),
            _ => reading(need, 5),
        };
        Ok(needs.iter().map(one).collect())
    });
    let world = with(&source, setup());
    let input = json!({ "move": { "to": "shipment", "fields": { "item": "4711" } } });
    assert_eq!(world.step("1", input).unwrap().case.stage(), "shipment");
    assert_eq!(source.asked(), ["c1 credit", "c1 stock4711"]);
    assert_eq!(world.revision("c1"), 4, "one input of facts, one of the person");
}

#[test]
fn c8_a_source_that_fails_leaves_all_unknown_with_the_cause() {
    let source = Source::of(|_| Err("the warehouse is on strike".into()));
    let world = with(&source, setup());
    let told = held_up(&world, "paid", moves("invoice"));
    assert_eq!(told, ("paid".to_owned(), "the warehouse is on strike".to_owned()));
    // What is unknown is asked for again each time.
    source.asked();
    world.step("1", moves("invoice")).unwrap_err();
    assert_eq!(source.asked(), ["c1 paid"]);
}

#[test]
fn c8_a_source_that_answers_in_part_or_nonsense_leaves_the_rest_unknown() {
    let source = Source::of(|needs| {
        let stock = needs.iter().find(|need| need.fact == "stock").unwrap();
        let stranger = FactReading { fact: "weather".to_owned(), ..reading(stock, 1) };
        Ok(vec![reading(stock, 5), stranger])
    });
    let world = with(&source, setup());
    let input = json!({ "move": { "to": "shipment", "fields": { "item": "4711" } } });
    assert_eq!(held_up(&world, "credit", input), ("credit".to_owned(), "not given".to_owned()));
    let unknown = |world: &World, fact: &str, key: &[Value]| {
        world
            .runtime
            .evaluate("c1", &anna(), |case, _| case.fact(fact, key).cloned())
            .unwrap()
            .unwrap()
            .unknown
    };
    assert_eq!(unknown(&world, "stock", &["4711".into()]), None);
    // A value that is none of the fact's type is as good as none.
    let source = Source::of(|needs| Ok(needs.iter().map(|need| reading(need, "much\0")).collect()));
    let world = with(&source, setup());
    assert_eq!(code(world.step("1", moves("invoice"))), "V-M4-unknown");
    let why = unknown(&world, "paid", &[]).unwrap();
    assert!(why.contains("paid") && !why.contains('\0'), "{why}");
}

#[test]
fn c8_a_source_that_panics_is_unknown_and_the_next_call_goes_on() {
    let mut times = 0;
    let source = Source::of(move |needs| {
        times += 1;
        assert!(times > 1, "out of paper");
        Ok(needs.iter().map(|need| reading(need, 100)).collect())
    });
    let world = with(&source, setup());
    let told = held_up(&world, "paid", moves("invoice"));
    assert_eq!(told, ("paid".to_owned(), "its source panicked: out of paper".to_owned()));
    assert!(world.step("1", moves("invoice")).is_ok());
}

#[test]
fn c8_a_source_that_hangs_is_left_behind_and_the_step_goes_on() {
    let (release, wait) = mpsc::channel::<()>();
    let source = Source::of(move |_| {
        let _ = wait.recv();
        Ok(Vec::new())
    });
    let mut world = World::new();
    let limit = Some(Duration::from_millis(30));
    world.runtime =
        Runtime::new(world.store.clone(), world.clock.clone(), setup().fact_limit(limit)).facts(source);
    world.step("0", json!({ "set": { "fields": { "amount": 900 } } })).unwrap();
    let told = held_up(&world, "paid", moves("invoice"));
    assert_eq!(told, ("paid".to_owned(), "its source did not answer within 30ms".to_owned()));
    drop(release);
}

#[test]
fn c9_an_opening_takes_its_facts_along_also_for_who_may_not_report_them() {
    let text = serde_json::json!({
        "id": "quick",
        "facts": { "limit": { "type": "decimal" }, "stock": { "type": "decimal", "by": ["item"] } },
        "fields": { "item": { "type": "text" } },
        "rights": { "report": "accountant" },
        "stages": [{ "id": "request", "enter": { "need": [{ "that": "facts.limit > 0" }, { "that": "facts.stock[fields.item] > 0" }] } },
                   { "id": "won", "outcome": "won" }]
    });
    let source = paid(7);
    let (store, clock) = (Faulty::default(), Hands::new());
    let runtime = Runtime::new(store, clock, setup()).facts(source.clone());
    runtime.publish_text(&text.to_string(), &anna(), "").unwrap();
    let opening =
        || Opening { fields: [("item".to_owned(), Some(Value::from("4711")))].into(), ..Opening::default() };
    let done = runtime.open("quick", "c1", opening(), "1", anna()).unwrap();
    assert_eq!(source.asked(), ["c1 limit", "c1 stock4711"]);
    assert_eq!((done.entry.number, done.case.facts.len()), (1, 2));
    // The same opening again is the same, though the facts stand in the entry.
    assert!(runtime.open("quick", "c1", opening(), "1", anna()).unwrap().repeated);
    // Reported by whoever opens it, they need the right.
    let facts = vec![FactReading {
        fact: "limit".to_owned(),
        key: Vec::new(),
        value: Some(Value::from(1)),
        unknown: None,
        since: None,
    }];
    let forged = Opening { facts, read: 1, ..opening() };
    assert_eq!(code(runtime.open("quick", "c2", forged, "2", anna())), "V-G1-report");
}

#[test]
fn c9_facts_that_the_scenario_lets_nobody_report_stop_the_step_and_say_why() {
    let text = serde_json::json!({
        "id": "quick", "facts": { "limit": { "type": "decimal" } }, "rights": { "report": "accountant" },
        "stages": [{ "id": "request" }, { "id": "next", "enter": { "need": [{ "that": "facts.limit > 0" }] } },
                   { "id": "won", "outcome": "won" }]
    });
    let open = |setup: Setup| {
        let runtime = Runtime::new(Faulty::default(), Hands::new(), setup).facts(paid(7));
        runtime.publish_text(&text.to_string(), &anna(), "").unwrap();
        runtime.open("quick", "c1", Opening::default(), "1", anna()).unwrap();
        runtime.step(Request::new("c1", read(moves("next")), "2", anna()))
    };
    let error = open(setup()).unwrap_err();
    assert!(matches!(&error, StepError::Facts { case, .. } if case == "c1"));
    assert!(error.to_string().ends_with("give the runtime's own actor the right to report"), "{error}");
    assert!(open(setup().machine(Actor::new("erp", "accountant"))).is_ok());
}

#[test]
fn s2_facts_read_for_this_very_input_do_not_make_it_stale() {
    let source = paid(100);
    let world = with(&source, setup());
    // The facts are there, and then the answer is lost; it comes again as it was.
    world.store.on_commit(Fault::None).on_commit(meanwhile(&world.clock, "m", note("between")));
    let request = || world.ask("1", moves("invoice")).seen(2);
    let stale = Err(StepError::Stale { case: "c1".into(), seen: 2, revision: 4 });
    assert_eq!(world.runtime.step(request()), stale, "somebody's note does");
    let world = with(&source, setup().retries(0));
    world.store.on_commit(Fault::None).on_commit(Fault::Fails(unreachable()));
    let request = || world.ask("1", moves("invoice")).seen(2);
    let done = world.runtime.step(request()).unwrap();
    assert_eq!((done.entry.number, done.case.stage()), (4, "invoice"));
    // Facts of another input do.
    let world = with(&source, setup());
    world.step("0/facts", json!({ "facts": { "values": [{ "fact": "paid", "value": 1 }] } })).unwrap();
    let stale = Err(StepError::Stale { case: "c1".into(), seen: 2, revision: 3 });
    assert_eq!(world.runtime.step(world.ask("1", note("x")).seen(2)), stale);
}

#[test]
fn s2_facts_read_for_it_that_moved_the_case_make_it_stale() {
    let text = serde_json::json!({
        "id": "quick", "facts": { "paid": { "type": "bool" } },
        "stages": [{ "id": "request", "triggers": [{ "id": "go", "on": { "becomes": "facts.paid" }, "do": { "move": "next" } }] },
                   { "id": "next" }, { "id": "won", "outcome": "won" }]
    });
    let source = Source::of(|needs| Ok(needs.iter().map(|need| reading(need, true)).collect()));
    let (store, clock) = (Faulty::default(), Hands::new());
    let plain = Runtime::new(store.clone(), clock.clone(), setup());
    plain.publish_text(&text.to_string(), &anna(), "").unwrap();
    plain.open("quick", "c1", Opening::default(), "1", anna()).unwrap();
    let runtime = Runtime::new(store, clock, setup()).facts(source);
    let request = || Request::new("c1", read(note("still at the request?")), "2", anna());
    let stale = Err(StepError::Stale { case: "c1".into(), seen: 1, revision: 2 });
    assert_eq!(runtime.step(request().seen(1)), stale);
    assert_eq!(runtime.step(request().seen(1)), stale, "also when it comes again");
    assert_eq!(runtime.step(request()).unwrap().case.stage(), "next");
}

#[test]
fn s7_within_a_transaction_a_lent_source_reads_on_this_thread() {
    struct Here(std::thread::ThreadId, std::cell::Cell<u32>);
    impl FactSource for Here {
        fn read(&self, _: &Case, needs: &[FactNeed]) -> Result<Vec<FactReading>, FactError> {
            assert_eq!(std::thread::current().id(), self.0);
            self.1.set(self.1.get() + 1);
            Ok(needs.iter().map(|need| reading(need, 100)).collect())
        }
    }
    let world = World::new();
    world.step("0", json!({ "set": { "fields": { "amount": 900 } } })).unwrap();
    let tx = world.store.inner.transaction().unwrap();
    let here = Here(std::thread::current().id(), std::cell::Cell::default());
    let done = world.runtime.within(&tx).facts(&here).step(world.ask("1", moves("invoice"))).unwrap();
    assert_eq!((done.entry.number, here.1.get(), world.revision("c1")), (4, 1, 2));
    tx.commit_all().unwrap();
    assert_eq!(world.revision("c1"), 4);
}
