//! The company: its cases in memory, and a clock that stands where the history has come to.

use super::Result;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use voronka::case::{Entry, FactReading, Fields, Input, Recorded};
use voronka::report::{Keeping, Records};
use voronka::runtime::{BringBack, Clock, FactError, FactSource, Request, Returned, Runtime, Setup};
use voronka::store::MemoryStore;
use voronka::{Actor, Calendar, Case, FactNeed, Moment, Opening, Scenario, Span, Value};

#[derive(Clone)]
struct Hands(Arc<Mutex<Moment>>);

impl Clock for Hands {
    fn now(&self) -> Moment {
        self.0.lock().map_or(Moment::MIN, |now| *now)
    }

    fn sleep(&self, _: Duration) {}
}

/// There is enough of everything: this history is not about stock.
struct Warehouse;

impl FactSource for Warehouse {
    fn read(&self, _: &Case, needs: &[FactNeed]) -> std::result::Result<Vec<FactReading>, FactError> {
        let stock = needs.iter().filter(|need| need.fact == "stock");
        let reading = |need: &FactNeed| FactReading {
            fact: need.fact.clone(),
            key: need.key.clone(),
            value: Some(Value::from(1_000_i64)),
            unknown: None,
            since: None,
        };
        Ok(stock.map(reading).collect())
    }
}

pub struct Company {
    pub scenario: Scenario,
    cases: Vec<String>,
    calendar: Calendar,
    runtime: Runtime<MemoryStore>,
    hands: Hands,
    inputs: u64,
}

impl Company {
    pub fn new() -> Result<Self> {
        let scenario =
            Scenario::from_json(include_str!("../wholesale.json")).map_err(|it| format!("{it:#?}"))?;
        let calendar = scenario.definition().calendar.as_ref().ok_or("the scenario has a calendar")?;
        let calendar = Calendar::compile(calendar).map_err(|it| format!("{it:#?}"))?;
        let hands = Hands(Arc::new(Mutex::new(Moment::MIN)));
        let runtime = Runtime::new(MemoryStore::new(), hands.clone(), Setup::new("office")).facts(Warehouse);
        runtime.publish(scenario.clone(), &Actor::new("boris", "head"), "")?;
        Ok(Self { scenario, cases: Vec::new(), calendar, runtime, hands, inputs: 0 })
    }

    /// What reports know of: the journals of all cases, as they are now.
    pub fn records(&self) -> Result<Records> {
        let mut records = Records::new(Keeping::all(["client_type"]));
        records.learn(&self.scenario);
        for case in &self.cases {
            let journal = self.runtime.journal(case, 1, u32::MAX)?;
            let entries: Vec<&Entry> = journal.iter().filter_map(known).collect();
            records.add_journal(entries, None)?;
        }
        Ok(records)
    }

    /// So many working minutes later.
    pub fn later(&self, at: Moment, minutes: i64) -> Result<Moment> {
        let span: Span = format!("{minutes} working minutes").parse()?;
        Ok(self.calendar.due(&span, at)?.moment)
    }

    /// The local date so many days later.
    pub fn date(&self, at: Moment, days: u64) -> Result<Value> {
        let date = self.calendar.local_date(at).checked_add_days(chrono::Days::new(days));
        Ok(Value::from(date.ok_or("a date beyond the calendar")?))
    }

    pub fn opens(&mut self, case: &str, actor: Actor, at: Moment, opening: Opening) -> Result<Case> {
        let id = self.id();
        self.cases.push(case.to_owned());
        self.step(at, Request::open("wholesale", case, opening, id, actor))
    }

    pub fn does(&mut self, case: &str, actor: Actor, at: Moment, input: Input) -> Result<Case> {
        let id = self.id();
        self.step(at, Request::new(case, input, id, actor))
    }

    /// Brings lost cases back in one bulk.
    pub fn brings_back(&self, asked: &BringBack, actor: &Actor, at: Moment) -> Vec<Returned> {
        self.set(at);
        self.runtime.bring_back(asked, actor, |_| ControlFlow::Continue(()))
    }

    fn id(&mut self) -> String {
        self.inputs += 1;
        format!("i{}", self.inputs)
    }

    fn set(&self, at: Moment) {
        if let Ok(mut now) = self.hands.0.lock() {
            *now = at;
        }
    }

    fn step(&self, at: Moment, request: Request) -> Result<Case> {
        self.set(at);
        Ok(*self.runtime.step(request)?.case)
    }
}

/// An entry, all of which this engine knows: it has written them itself.
fn known(it: &Recorded) -> Option<&Entry> {
    if let Recorded::Known(entry) = it { Some(entry) } else { None }
}

/// The open activity of a rule: `clarify`, `special-order`.
pub fn activity(case: &Case, rule: &str) -> Result<String> {
    let open = case.activities.iter().find(|it| it.rule.as_deref().is_some_and(|it| it.ends_with(rule)));
    Ok(open.ok_or_else(|| format!("{}: there is no open activity {rule}", case.id))?.id.clone())
}

pub fn fields<const N: usize>(values: [(&str, Value); N]) -> Fields {
    values.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect()
}

pub fn order(item: &str, quantity: i64) -> Value {
    let line: [(&str, Value); 3] =
        [("item", item.into()), ("characteristic", "white".into()), ("quantity", quantity.into())];
    let line: BTreeMap<String, Value> = line.map(|(name, value)| (name.to_owned(), value)).into();
    Value::from(vec![Value::Record(line)])
}
