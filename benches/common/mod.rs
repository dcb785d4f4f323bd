//! What the benches share: the cases that they step, and how they measure.
#![allow(dead_code, reason = "each bench uses a part of it")]

pub mod family;
pub mod large;
mod measure;

#[allow(unused_imports, reason = "each bench uses a part of it")]
pub use measure::{Bench, alternately, per_call, quick};

use rust_decimal::Decimal;
use std::collections::BTreeMap;
use voronka::case::{Entry, Event, FactReading, FactsInput, Input, MoveInput, Party};
use voronka::condition::{Declarations, Env, Operand, Options, Program, Slot, Type};
use voronka::{Actor, Case, Context, Moment, Opening, Outcome, Scenario, Value};

pub const WHOLESALE: &str = include_str!("../../examples/wholesale.json");
const BUSY: &str = include_str!("../data/busy.json");

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

pub fn context() -> Context {
    Context::new(moment("2026-03-03T09:00:00Z"), Actor::new("anna", "manager"), "bench-2")
}

/// A case whose next move checks a condition of two comparisons and two required fields, closes three
/// activities, plans two, and fires one trigger.
pub fn busy() -> (Scenario, Case) {
    let scenario = Scenario::from_json(BUSY).unwrap_or_else(|defects| panic!("{defects:#?}"));
    let ctx = Context::new(moment("2026-03-02T08:00:00Z"), Actor::new("anna", "manager"), "bench-1");
    let opening = Opening {
        responsible: Some("anna".to_owned()),
        channel: Some("phone".to_owned()),
        fields: BTreeMap::from([
            ("amount".to_owned(), Some(Value::from(Decimal::new(150_000, 2)))),
            ("discount".to_owned(), Some(Value::from(5))),
            ("client".to_owned(), Some("shop-17".into())),
            ("city".to_owned(), Some("Kazan".into())),
        ]),
        ..Opening::default()
    };
    let (case, _) = scenario.open("bench-case", opening, &ctx).unwrap().into_parts();
    (scenario, case)
}

pub fn move_on() -> Input {
    Input::Move(MoveInput { to: "offer".to_owned(), ..MoveInput::default() })
}

/// The step does just the work that the figure names.
pub fn assert_work(outcome: &Outcome) {
    let count =
        |wanted: fn(&Event) -> bool| outcome.entry().events.iter().filter(|event| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, Event::Ended { .. })), 3, "activities closed");
    assert_eq!(count(|event| matches!(event, Event::Planned(_))), 2, "activities planned");
    assert_eq!(count(|event| matches!(event, Event::Triggered(_))), 1, "triggers fired");
    assert_eq!(outcome.case().stage(), "offer");
}

/// A deal of the wholesale scenario in full life: on the invoice, with lines, facts and activities.
pub fn wholesale() -> (Scenario, Case) {
    let (scenario, entries) = wholesale_journal();
    let case = Case::replay(&entries).unwrap();
    (scenario, case)
}

pub fn wholesale_journal() -> (Scenario, Vec<Entry>) {
    let scenario = Scenario::from_json(WHOLESALE).unwrap_or_else(|defects| panic!("{defects:#?}"));
    let at = |at: &str, id: &str| Context::new(moment(at), Actor::new("anna", "manager"), id);
    let mut entries = Vec::new();
    let line = |item: &str, blue: &str, quantity: i64| {
        Value::Record(BTreeMap::from([
            ("item".to_owned(), item.into()),
            ("characteristic".to_owned(), blue.into()),
            ("quantity".to_owned(), quantity.into()),
        ]))
    };
    let opening = Opening {
        responsible: Some("anna".to_owned()),
        channel: Some("phone".to_owned()),
        parties: BTreeMap::from([(
            "client".to_owned(),
            Party { reference: Some("shop-17".to_owned()), contacts: vec!["+7 000 000-00-00".to_owned()] },
        )]),
        fields: BTreeMap::from([
            ("amount".to_owned(), Some(Value::from(150_000))),
            ("client_type".to_owned(), Some("shop".into())),
            ("terms".to_owned(), Some("prepayment".into())),
            ("lines".to_owned(), Some(Value::List(vec![line("4711", "blue", 5), line("4712", "red", 1)]))),
        ]),
        ..Opening::default()
    };
    let opened = scenario.open("deal-1", opening, &at("2026-03-02T08:00:00Z", "1")).unwrap();
    let (mut case, entry) = opened.into_parts();
    entries.push(entry);
    let mut go = |case: &mut Case, input: Input, ctx: &Context| {
        let outcome = scenario.step(case, input, ctx).unwrap_or_else(|refused| panic!("{refused:#?}"));
        let (next, entry) = outcome.into_parts();
        *case = next;
        entries.push(entry);
    };
    let call = case.activities.first().unwrap().id.clone();
    let done = voronka::case::DoneInput { activity: call, ..Default::default() };
    go(&mut case, Input::Done(done), &at("2026-03-02T08:30:00Z", "2"));
    let reading = |fact: &str, key: &[&str], value: Value| FactReading {
        fact: fact.to_owned(),
        key: key.iter().map(|key| Value::from(*key)).collect(),
        value: Some(value),
        unknown: None,
        since: None,
    };
    let facts = FactsInput {
        source: Some("ledger".to_owned()),
        sequence: Some(1),
        values: vec![
            reading("paid_percent", &[], 0.into()),
            reading("stock", &["4711", "blue", "main"], 30.into()),
            reading("stock", &["4712", "red", "main"], 9.into()),
        ],
    };
    go(&mut case, Input::Facts(facts), &at("2026-03-02T08:31:00Z", "3"));
    let invoice = Input::Move(MoveInput { to: "invoice".to_owned(), ..MoveInput::default() });
    go(&mut case, invoice, &at("2026-03-02T08:32:00Z", "4"));
    (scenario, entries)
}

/// A long journal: fields set, activities done, facts learnt.
pub fn journal() -> Vec<Entry> {
    let (scenario, mut entries) = wholesale_journal();
    let mut case = Case::replay(&entries).unwrap();
    for i in 0..300_i64 {
        let ctx = Context::new(
            moment("2026-03-02T09:00:00Z").plus_millis(i * 60_000),
            Actor::new("anna", "manager"),
            format!("more-{i}"),
        );
        let input = match i % 3 {
            0 => Input::Set {
                fields: BTreeMap::from([
                    ("amount".to_owned(), Some(Value::from(150_000 + i))),
                    ("address".to_owned(), Some(Value::from(format!("street {i}")))),
                ]),
            },
            1 => Input::Plan(voronka::case::PlanInput {
                kind: "task".to_owned(),
                title: "Look after it".into(),
                due: Some(voronka::case::DueAt::In(voronka::Span::Days(2))),
                assignee: None,
                mandatory: false,
            }),
            _ => Input::Done(voronka::case::DoneInput {
                activity: case.activities.last().unwrap().id.clone(),
                ..Default::default()
            }),
        };
        let outcome = scenario.step(&case, input, &ctx).unwrap_or_else(|refused| panic!("{refused:#?}"));
        let (next, entry) = outcome.into_parts();
        case = next;
        entries.push(entry);
    }
    entries
}

/// `fields.amount >= 1000 && fields.paid < 500`, as a program and by hand.
pub struct Condition {
    program: Program,
    values: Values,
}

struct Values {
    amount: Value,
    paid: Value,
}

impl Env for Values {
    fn load(&self, slot: Slot) -> Operand<'_> {
        match slot.0 {
            0 => Operand::Value(&self.amount),
            _ => Operand::Value(&self.paid),
        }
    }

    fn keyed(&self, _: Slot, _: &[Value]) -> Operand<'_> {
        Operand::Unknown
    }

    fn now(&self) -> Moment {
        Moment::MIN
    }

    fn today(&self) -> chrono::NaiveDate {
        chrono::NaiveDate::MIN
    }
}

impl Condition {
    pub fn new() -> Self {
        let mut names = Declarations::new();
        names.declare("fields.amount", Type::Decimal);
        names.declare("fields.paid", Type::Decimal);
        let text = "fields.amount >= 1000.00 && fields.paid < 500.00";
        let program = Program::compile(text, &names, &Options::condition()).unwrap();
        let values = Values { amount: Decimal::new(150_000, 2).into(), paid: Decimal::new(1_000, 2).into() };
        Self { program, values }
    }

    pub fn program(&self) -> bool {
        self.program.holds(std::hint::black_box(&self.values)).holds()
    }

    pub fn by_hand(&self) -> bool {
        let thousand = Decimal::new(100_000, 2);
        let limit = Decimal::new(50_000, 2);
        let values = std::hint::black_box(&self.values);
        let (Value::Decimal(amount), Value::Decimal(paid)) = (&values.amount, &values.paid) else {
            return false;
        };
        *amount >= thousand && *paid < limit
    }
}
