//! A company that runs the shipped templates: a store in memory, a clock that tests own, and its accounting.

pub use serde_json::json;

use crate::runtime::world::{Hands, moment, read, setup};
use serde_json::Value as Json;
use std::sync::{Arc, Mutex};
use voronka::case::{Act, ProcessEnd};
use voronka::process::template;
use voronka::runtime::{Delivery, EffectHandler, Handled, Request, Runtime, StepError};
use voronka::store::{MemoryStore, Store, Wanted};
use voronka::{Actor, Case, Opening, Scenario};

pub struct Office {
    store: MemoryStore,
    clock: Hands,
    runtime: Runtime<MemoryStore>,
    handler: Arc<dyn EffectHandler>,
    /// What the host was told to do, and did.
    told: Arc<Mutex<Vec<String>>>,
    inputs: Mutex<u32>,
}

/// What an effect asks of the host, in a line.
fn asked(act: &Act) -> String {
    match act {
        Act::Notify { person: Some(who), text, .. } => format!("{who}: {}", text.get("en")),
        Act::Notify { role, text, .. } => format!("{}s: {}", role.as_deref().unwrap_or("?"), text.get("en")),
        Act::StartProcess { process, run, fields, .. } => format!("start {process} {run} {fields:?}"),
        Act::CancelProcess { process, run, .. } => format!("cancel {process} {run}"),
        other => format!("{other:?}"),
    }
}

impl Office {
    /// With these templates published.
    pub fn of(templates: &[&str]) -> Self {
        let scenarios = templates.iter().map(|id| Scenario::from_json(template(id).unwrap().json).unwrap());
        Self::with(scenarios)
    }

    pub fn with(scenarios: impl IntoIterator<Item = Scenario>) -> Self {
        let (store, clock, told) =
            (MemoryStore::default(), Hands::new(), Arc::<Mutex<Vec<String>>>::default());
        let runtime = Runtime::new(store.clone(), clock.clone(), setup());
        for scenario in scenarios {
            runtime.publish(scenario, &Actor::new("olga", "head"), "").unwrap();
        }
        let heard = Arc::clone(&told);
        let handler: Arc<dyn EffectHandler> = Arc::new(move |delivery: &Delivery| {
            heard.lock().unwrap().push(asked(&delivery.effect.act));
            Handled::Done
        });
        Self { store, clock, runtime, handler, told, inputs: Mutex::new(0) }
    }

    /// It is so late, in Moscow; what fell due until then was done.
    pub fn at(&self, local: &str) -> &Self {
        let then = moment(&format!("{}:00+03:00", local.replace(' ', "T")));
        self.clock.go(then.millis() - self.clock.read().millis());
        self.carry();
        self
    }

    /// Brings what cases say to each other, and fires what is due, until nothing is left to do.
    fn carry(&self) {
        loop {
            let delivered = self.runtime.deliver(&self.handler).unwrap();
            assert!(delivered.given_up.is_empty(), "{delivered:?}");
            if delivered.count() + self.runtime.fire().unwrap().count() == 0 {
                return;
            }
        }
    }

    pub fn opens(&self, scenario: &str, case: &str, opening: Json) {
        let opening: Opening = serde_json::from_value(opening).unwrap();
        let actor = Actor::new("anna", "manager");
        self.runtime.open(scenario, case, opening, format!("open-{case}"), actor).unwrap();
        self.carry();
    }

    pub fn tries(&self, who: &str, case: &str, input: Json) -> Result<(), StepError> {
        let (role, id) = who.split_once(' ').unwrap();
        let mut inputs = self.inputs.lock().unwrap();
        *inputs += 1;
        let request = Request::new(case, read(input), format!("input-{inputs}"), Actor::new(id, role));
        self.runtime.step(request).map(|_| self.carry())
    }

    /// Somebody (`role person`) does something to a case.
    pub fn does(&self, who: &str, case: &str, input: Json) {
        self.tries(who, case, input).unwrap_or_else(|refused| panic!("{case}: {refused:?}"));
    }

    /// The codes of what is missing.
    pub fn refused(&self, who: &str, case: &str, input: Json) -> Vec<String> {
        match self.tries(who, case, input) {
            Err(StepError::Refused { rejection, .. }) => {
                rejection.missing().iter().map(|it| it.code.clone()).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// Somebody does their open activity of this kind, with an outcome and fields.
    pub fn ends(&self, who: &str, case: &str, kind: &str, outcome: &str, fields: Json) {
        let person = who.split_once(' ').unwrap().1;
        let known = self.case(case);
        let mut open = known.activities.iter().filter(|it| it.kind == kind);
        let own = open.clone().find(|it| it.assignee.as_deref() == Some(person));
        let it = own.or_else(|| open.next()).unwrap_or_else(|| panic!("{case} has no {kind}"));
        self.does(who, case, json!({ "done": { "activity": it.id, "outcome": outcome, "fields": fields } }));
    }

    pub fn find(&self, case: &str) -> Option<Case> {
        let loading = Store::load(&self.store, &[Wanted::case(case)]).unwrap();
        loading.found[0].case.as_ref().map(|text| serde_json::from_str(&text.text).unwrap())
    }

    pub fn case(&self, case: &str) -> Case {
        self.find(case).unwrap_or_else(|| panic!("there is no case {case}"))
    }

    pub fn stage(&self, case: &str) -> String {
        self.case(case).stage().to_owned()
    }

    /// The open activities of a case, by title.
    pub fn open(&self, case: &str) -> Vec<String> {
        self.case(case).activities.iter().map(|it| it.title.get("en").to_owned()).collect()
    }

    /// The last process of this hook: its case, and how it ended.
    pub fn run(&self, case: &str, hook: &str) -> (String, String) {
        let case = self.case(case);
        let run = case.processes.iter().rev().find(|run| run.hook == hook).unwrap();
        let end = match &run.end {
            None => "running".to_owned(),
            Some(ProcessEnd::Finished { result, good, .. }) => format!("{result} {good}"),
            Some(ProcessEnd::Cancelled { why, .. }) => format!("cancelled: {why}"),
            Some(other) => panic!("{other:?}"),
        };
        (run.id.clone(), end)
    }

    /// What the host was told since this was last asked.
    pub fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The events of a case's last entry, by name.
    pub fn last_events(&self, case: &str) -> Vec<String> {
        let texts = Store::journal(&self.store, case, 1, 1_000).unwrap();
        let entry: Json = serde_json::from_str(&texts.last().unwrap().text).unwrap();
        let events = entry["events"].as_array().unwrap().iter();
        events.map(|it| it.as_object().unwrap().keys().next().unwrap().clone()).collect()
    }
}
