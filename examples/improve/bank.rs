//! The bank's host: its clock, its store, and a log taken into them event by event.

use super::Result;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use voronka::case::Entry;
use voronka::interop::xes::{LogTrace, Mapping};
use voronka::runtime::{Clock, Request, Runtime, Setup};
use voronka::store::{CaseFilter, CaseQuery, CaseText, MemoryStore, Query, Store};
use voronka::{Actor, Case, Moment, Scenario};

/// A clock that stands where the log has come to.
#[derive(Clone)]
pub struct Hands(Arc<Mutex<Moment>>);

impl Hands {
    pub fn set(&self, to: Moment) {
        if let Ok(mut now) = self.0.lock() {
            *now = to;
        }
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        self.0.lock().map_or(Moment::MIN, |now| *now)
    }

    fn sleep(&self, _: Duration) {}
}

pub struct Bank {
    pub store: MemoryStore,
    pub clock: Hands,
    pub runtime: Runtime<MemoryStore>,
}

/// Whoever is responsible for the scenario.
pub fn head() -> Actor {
    Actor::new("head", "head")
}

impl Bank {
    pub fn new(scenario: Scenario) -> Result<Self> {
        let (store, clock) = (MemoryStore::new(), Hands(Arc::new(Mutex::new(Moment::MIN))));
        let runtime = Runtime::new(store.clone(), clock.clone(), Setup::new("bank"));
        runtime.publish(scenario, &head(), "as it always was")?;
        Ok(Self { store, clock, runtime })
    }

    /// Takes in one application; the moment of its last event.
    pub fn take(&self, mapping: &Mapping, trace: &LogTrace) -> Result<Moment> {
        let mut case: Option<Case> = None;
        let mut last = Moment::MIN;
        for (number, event) in trace.events.iter().enumerate() {
            let who = event.resource.clone().unwrap_or_else(|| "web".to_owned());
            let actor = Actor { id: who, ..Actor::default() };
            let input_id = format!("{}/{number}", trace.name);
            let request = match &case {
                None => {
                    let opening = mapping.opening(trace, event).ok_or_else(|| {
                        format!("application {} begins with {}", trace.name, event.activity)
                    })?;
                    Request::open("bpi2012", trace.name.as_str(), opening, input_id, actor)
                }
                Some(case) => match mapping.input(trace, event, case)? {
                    Some(input) => Request::new(trace.name.as_str(), input, input_id, actor),
                    None => continue,
                },
            };
            self.clock.set(event.at);
            case = Some(*self.runtime.step(request)?.case);
            last = event.at;
        }
        Ok(last)
    }

    /// All cases, or only the open ones.
    pub fn cases(&self, open: Option<bool>) -> Result<Vec<Case>> {
        let filter = CaseFilter { open, ..CaseFilter::default() };
        let mut query = CaseQuery { filter, limit: 500, ..CaseQuery::default() };
        let mut cases = Vec::new();
        loop {
            let page = Query::cases(&self.store, &query)?;
            for row in page.rows {
                cases.push(CaseText { id: row.id, revision: row.revision, text: row.text }.read()?);
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(cases),
            }
        }
    }

    pub fn journal(&self, case: &str) -> Result<Vec<Entry>> {
        let texts = Store::journal(&self.store, case, 1, 10_000)?;
        Ok(texts.iter().map(voronka::store::EntryText::read).collect::<std::result::Result<_, _>>()?)
    }
}
