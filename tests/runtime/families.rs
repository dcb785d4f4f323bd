//! Cases that start each other, carried by the runtime: a process and the case that waits for it, linked cases, and a
//! host that falls at every point between their two steps (P2, P5, P6).

use super::world::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use voronka::case::{LinkKind, ProcessEnd};
use voronka::runtime::{Delivery, EffectHandler, Handled, Request, Runtime, StepError};
use voronka::store::{
    CaseQuery, Commit, Committed, EntryText, Keep, Kept, LeaseRequest, Leases, Loading, Look, MemoryStore,
    Message, Posted, Query, Settle, Store, StoreError, Wanted,
};
use voronka::{Case, Opening, Scenario};

fn scenario(json: &serde_json::Value) -> Scenario {
    Scenario::from_json(&json.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// A deal that waits for an approval, and goes back for new terms where it is refused.
fn deal() -> Scenario {
    scenario(&json!({
        "id": "deal",
        "fields": { "discount": { "type": "decimal" }, "remark": { "type": "text" } },
        "parties": { "client": {}, "payer": {} },
        "stages": [
            { "id": "terms" },
            { "id": "offer",
              "run": [{ "process": "approval", "await": true, "give": { "discount": "fields.discount" },
                        "take": { "remark": "remark" }, "on_bad": { "move": "terms" },
                        "void_on": ["discount"], "limit": "1 day" }],
              "triggers": [{ "id": "claim", "on": { "message": "claim" },
                             "do": { "open_case": { "scenario": "claim", "link": "claim_on" } } }] },
            { "id": "won", "outcome": "won" },
            { "id": "lost", "outcome": "lost" }
        ]
    }))
}

fn approval() -> Scenario {
    scenario(&json!({
        "id": "approval", "kind": "process", "cancelled": "withdrawn", "deadline": "by",
        "fields": { "discount": { "type": "decimal", "max": 50, "edit": "boss" }, "remark": { "type": "text" },
                    "by": { "type": "moment" } },
        "parties": { "client": {} },
        "stages": [
            { "id": "ask", "plan": [{ "task": "Approve" }] },
            { "id": "approved", "outcome": "result" },
            { "id": "refused", "outcome": "bad_result" },
            { "id": "withdrawn", "outcome": "bad_result" }
        ]
    }))
}

/// A store that the host loses at one of its calls: before it is done, or after it and before the host hears of it.
pub(super) struct Dying<'s> {
    pub inner: &'s MemoryStore,
    pub left: AtomicI64,
    pub done: bool,
}

impl Dying<'_> {
    fn call<T>(&self, call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            left if left > 1 => call(),
            1 if self.done => call().and(Err(unreachable())),
            _ => Err(unreachable()),
        }
    }
}

impl Store for Dying<'_> {
    fn load(&self, wanted: &[Wanted]) -> Result<Loading, StoreError> {
        self.call(|| Store::load(self.inner, wanted))
    }
    fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<EntryText>, StoreError> {
        self.call(|| Store::journal(self.inner, case, from, limit))
    }
    fn commit(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.call(|| Store::commit(self.inner, commits))
    }
    fn lease(&self, request: &LeaseRequest) -> Result<Leases, StoreError> {
        self.call(|| Store::lease(self.inner, request))
    }
    fn settle(&self, settlements: &[Settle]) -> Result<Vec<bool>, StoreError> {
        self.call(|| Store::settle(self.inner, settlements))
    }
    fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
        self.call(|| Store::post(self.inner, messages))
    }
    fn keep(&self, keep: &Keep) -> Result<Kept, StoreError> {
        self.call(|| Store::keep(self.inner, keep))
    }
    fn kept(&self, look: &Look) -> Result<Vec<Keep>, StoreError> {
        self.call(|| Store::kept(self.inner, look))
    }
}

/// Nothing of what cases say to each other reaches the host's handler.
pub(super) fn nobody() -> Arc<dyn EffectHandler> {
    Arc::new(|delivery: &Delivery| -> Handled { panic!("not the host's: {:?}", delivery.effect) })
}

pub(super) fn deliver<S: Store>(runtime: &Runtime<S>) -> Result<(), StepError> {
    let handler = nobody();
    while runtime.deliver(&handler)?.count() > 0 {}
    Ok(())
}

pub(super) fn request(case: &str, id: &str, input: serde_json::Value) -> Request {
    Request::new(case, read(input), id, anna())
}

/// A deal asks for an approval, which is given, and is won.
fn story<S: Store>(runtime: &Runtime<S>) -> Result<(), StepError> {
    let opening: Opening = serde_json::from_value(json!({ "stage": "offer", "responsible": "anna",
        "channel": "phone", "fields": { "discount": 20 }, "parties": { "client": { "reference": "c-7" },
        "payer": { "reference": "c-8" } } }))
    .unwrap();
    runtime.open("deal", "d", opening, "open", anna())?;
    deliver(runtime)?;
    runtime.step(request(
        "d/1/1",
        "yes",
        json!({ "close": { "stage": "approved", "fields": { "remark": "fine" } } }),
    ))?;
    deliver(runtime)?;
    runtime.step(request("d", "win", json!({ "close": { "stage": "won" } })))?;
    deliver(runtime)
}

pub(super) fn case(store: &MemoryStore, id: &str) -> Option<Case> {
    let loading = Store::load(store, &[Wanted::case(id)]).unwrap();
    loading.found[0].case.as_ref().map(|text| serde_json::from_str(&text.text).unwrap())
}

/// The events of a case, by name, in their order.
pub(super) fn events(store: &MemoryStore, id: &str) -> Vec<String> {
    let texts = Store::journal(store, id, 1, 1000).unwrap();
    let mut names = Vec::new();
    for text in texts {
        let entry: serde_json::Value = serde_json::from_str(&text.text).unwrap();
        let input = entry["input"].as_str().map_or_else(
            || entry["input"].as_object().unwrap().keys().next().unwrap().clone(),
            str::to_owned,
        );
        let of = entry["events"].as_array().unwrap().iter();
        let of: Vec<&str> = of.map(|it| it.as_object().unwrap().keys().next().unwrap().as_str()).collect();
        names.push(format!("{input}: {}", of.join(" ")));
    }
    names
}

fn published(store: &MemoryStore, clock: &Hands) {
    let runtime = Runtime::new(store, clock.clone(), setup());
    for scenario in [deal(), approval()] {
        runtime.publish(scenario, &olga(), "").unwrap();
    }
}

#[test]
fn p2_a_process_is_a_case_of_its_own_and_has_what_it_needs_of_the_one_that_started_it() {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    published(&store, &clock);
    let runtime = Runtime::new(&store, clock.clone(), setup());
    story(&runtime).unwrap();
    let (parent, child) = (case(&store, "d").unwrap(), case(&store, "d/1/1").unwrap());
    assert_eq!(child.links["d"], LinkKind::ChildOf);
    assert_eq!((child.channel.as_deref(), child.responsible.as_deref()), (Some("phone"), Some("anna")));
    assert_eq!(child.parties.keys().collect::<Vec<_>>(), ["client"], "a role that it knows");
    assert_eq!((child.depth, child.fields["discount"].clone()), (1, 20.into()), "whoever may edit it");
    let due = parent.processes[0].due.unwrap().at;
    assert_eq!(child.deadline.unwrap().at, due, "the limit of the one that waits is its deadline");
    assert_eq!(parent.fields["remark"], "fine".into());
    assert!(
        matches!(&parent.processes[0].end, Some(ProcessEnd::Finished { result, good: true, .. }) if result == "approved")
    );
    assert_eq!(parent.closing.unwrap().stage, "won");
}

#[test]
fn p6_a_host_that_falls_anywhere_between_the_two_steps_changes_nothing_of_what_comes_of_them() {
    let undisturbed = {
        let (store, clock) = (MemoryStore::default(), Hands::new());
        published(&store, &clock);
        let dying = Dying { inner: &store, left: AtomicI64::new(i64::MAX), done: false };
        story(&Runtime::new(&dying, clock.clone(), setup())).unwrap();
        let calls = i64::MAX - dying.left.load(Ordering::SeqCst);
        (events(&store, "d"), events(&store, "d/1/1"), calls)
    };
    let child = [
        "open: opened field_set field_set deadline_set entered planned",
        "close: field_set left ended entered closed effect",
    ];
    assert_eq!(undisturbed.1, child);
    let finishes = undisturbed.0.iter().filter(|it| it.starts_with("finished: process_ended")).count();
    assert_eq!(finishes, 1);
    assert!(undisturbed.2 > 15, "{} calls", undisturbed.2);
    for done in [false, true] {
        for falls_at in 1..=undisturbed.2 {
            let (store, clock) = (MemoryStore::default(), Hands::new());
            published(&store, &clock);
            let dying = Dying { inner: &store, left: AtomicI64::new(falls_at), done };
            let fallen = story(&Runtime::new(&dying, clock.clone(), setup().retries(0)));
            assert!(fallen.is_err(), "call {falls_at}");
            // What it had taken is free again after the lease; then another host goes on from the beginning.
            clock.go(120_000);
            story(&Runtime::new(&store, clock.clone(), setup())).unwrap();
            let now = (events(&store, "d"), events(&store, "d/1/1"));
            assert_eq!((&now.0, &now.1), (&undisturbed.0, &undisturbed.1), "call {falls_at}, done {done}");
        }
    }
}

/// A host with the deal of `story` up to its offer, at which an approval of `d/1/1` runs.
fn offered() -> (MemoryStore, Hands) {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    published(&store, &clock);
    let runtime = Runtime::new(&store, clock.clone(), setup());
    let opening: Opening =
        serde_json::from_value(json!({ "stage": "offer", "fields": { "discount": 20 } })).unwrap();
    runtime.open("deal", "d", opening, "open", anna()).unwrap();
    deliver(&runtime).unwrap();
    (store, clock)
}

fn tell(store: &MemoryStore, clock: &Hands, of: &str, id: &str, input: serde_json::Value) {
    let runtime = Runtime::new(store, clock.clone(), setup());
    runtime.step(request(of, id, input)).unwrap();
    deliver(&runtime).unwrap();
}

#[test]
fn p1_a_bad_result_moves_the_case_that_waits() {
    let (store, clock) = offered();
    tell(&store, &clock, "d/1/1", "no", json!({ "close": { "stage": "refused" } }));
    let deal = case(&store, "d").unwrap();
    assert_eq!((deal.stage(), deal.visit.by.as_str()), ("terms", ""), "as the scenario, not as a person");
    // Offered anew it is asked anew, as a case of its own.
    tell(&store, &clock, "d", "anew", json!({ "move": { "to": "offer" } }));
    let deal = case(&store, "d").unwrap();
    assert_eq!(deal.processes.len(), 2);
    assert!(case(&store, &deal.processes[1].id).unwrap().is_open());
}

#[test]
fn p5_a_process_that_is_needed_no_more_closes_as_cancelled_and_tells_nobody() {
    let (store, clock) = offered();
    tell(&store, &clock, "d", "other", json!({ "set": { "fields": { "discount": 30 } } }));
    let (deal, child) = (case(&store, "d").unwrap(), case(&store, "d/1/1").unwrap());
    assert_eq!(child.closing.as_ref().unwrap().stage, "withdrawn");
    assert_eq!(events(&store, "d/1/1").last().unwrap(), "cancel: left ended entered closed");
    // The one that took its place runs with the new terms.
    assert_eq!(case(&store, &deal.processes[1].id).unwrap().fields["discount"], 30.into());
    // Lost, nothing of it is left open; cancelled once more, the journal has it and nothing happens.
    tell(&store, &clock, "d", "lose", json!({ "close": { "stage": "lost" } }));
    assert!(!case(&store, &deal.processes[1].id).unwrap().is_open());
    tell(&store, &clock, "d/1/1", "again", json!({ "cancel": { "case": "d", "why": "by hand" } }));
    assert_eq!(events(&store, "d/1/1").last().unwrap(), "cancel: ");
}

#[test]
fn p6_a_process_that_ends_while_it_is_being_cancelled_does_no_harm() {
    let (store, clock) = offered();
    // Both steps are done before either is carried.
    let runtime = Runtime::new(&store, clock.clone(), setup());
    runtime.step(request("d/1/1", "yes", json!({ "close": { "stage": "approved" } }))).unwrap();
    runtime.step(request("d", "lose", json!({ "close": { "stage": "lost" } }))).unwrap();
    deliver(&runtime).unwrap();
    assert_eq!(events(&store, "d").last().unwrap(), "finished: finish_ignored");
    let (deal, child) = (case(&store, "d").unwrap(), case(&store, "d/1/1").unwrap());
    assert_eq!(deal.closing.unwrap().stage, "lost");
    assert_eq!(child.closing.unwrap().stage, "approved", "what was said first counts");
}

#[test]
fn p2_a_process_whose_scenario_is_not_there_is_told_on_the_case_and_starts_once_it_is() {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    let runtime = Runtime::new(&store, clock.clone(), setup());
    runtime.publish(deal(), &olga(), "").unwrap();
    let opening = serde_json::from_value(json!({ "stage": "offer" })).unwrap();
    runtime.open("deal", "d", opening, "open", anna()).unwrap();
    let delivered = runtime.deliver(&nobody()).unwrap();
    assert_eq!(delivered.given_up.len(), 1);
    let deal = case(&store, "d").unwrap();
    assert_eq!(deal.given_up[0].effect, "d/1/2");
    assert!(deal.given_up[0].error.contains("approval is not published"), "{}", deal.given_up[0].error);
    assert!(deal.processes[0].is_running(), "the stage waits all the same");
    let stopped = Query::stopped(&store, "", 10).unwrap().rows;
    runtime.publish(approval(), &olga(), "").unwrap();
    runtime.requeue(&stopped[0].id, &anna(), "again").unwrap();
    deliver(&runtime).unwrap();
    assert!(case(&store, "d/1/1").unwrap().is_open());
    assert!(case(&store, "d").unwrap().given_up.is_empty());
}

#[test]
fn p2_what_is_given_and_does_not_fit_is_told_on_the_case_that_gave_it() {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    published(&store, &clock);
    let runtime = Runtime::new(&store, clock.clone(), setup());
    let opening = serde_json::from_value(json!({ "stage": "offer", "fields": { "discount": 70 } })).unwrap();
    runtime.open("deal", "d", opening, "open", anna()).unwrap();
    assert_eq!(runtime.deliver(&nobody()).unwrap().given_up.len(), 1);
    let error = &case(&store, "d").unwrap().given_up[0].error;
    assert!(error.contains("discount") && error.contains("50"), "{error}");
    assert!(case(&store, "d/1/1").is_none());
}

#[test]
fn p7_a_linked_case_is_opened_by_its_own_scenario_and_names_the_one_that_opened_it() {
    let (store, clock) = offered();
    let runtime = Runtime::new(&store, clock.clone(), setup());
    let claim =
        scenario(&json!({ "id": "claim", "stages": [{ "id": "new" }, { "id": "won", "outcome": "won" }] }));
    runtime.publish(claim, &olga(), "").unwrap();
    runtime.step(request("d", "claim", json!({ "message": { "name": "claim" } }))).unwrap();
    deliver(&runtime).unwrap();
    let claim = case(&store, "d/2/1").unwrap();
    assert_eq!((claim.scenario.id.as_str(), claim.links["d"]), ("claim", LinkKind::ClaimOn));
}

#[test]
fn c4_scenarios_that_start_each_other_come_to_an_end() {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    let runtime = Runtime::new(&store, clock.clone(), setup());
    for (id, other) in [("a", "b"), ("b", "a")] {
        let it = json!({ "id": id, "kind": "process",
            "stages": [{ "id": "s", "run": [{ "process": other }] }, { "id": "end", "outcome": "result" },
                       { "id": "no", "outcome": "bad_result" }] });
        runtime.publish(scenario(&it), &olga(), "").unwrap();
    }
    runtime.open("a", "c", Opening::default(), "open", anna()).unwrap();
    deliver(&runtime).unwrap();
    let cases = runtime.cases(CaseQuery { limit: 20, ..CaseQuery::default() }, &olga()).unwrap().rows;
    assert_eq!(cases.len(), 9, "one, and eight below it");
    let last = case(&store, &format!("c{}", "/1/1".repeat(8))).unwrap();
    assert_eq!(last.depth, 8);
    assert!(last.given_up[0].error.contains('8'), "{}", last.given_up[0].error);
}

#[test]
fn p2_a_host_may_carry_it_by_itself() {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    published(&store, &clock);
    let runtime = Runtime::new(&store, clock.clone(), setup().carries(false));
    let opening = serde_json::from_value(json!({ "stage": "offer" })).unwrap();
    runtime.open("deal", "d", opening, "open", anna()).unwrap();
    let handler: Arc<dyn EffectHandler> = Arc::new(|delivery: &Delivery| {
        let words = voronka::process::words(&delivery.case, &delivery.effect).unwrap();
        assert_eq!((words[0].case.as_str(), words[0].scenario.as_deref()), ("d/1/1", Some("approval")));
        Handled::Done
    });
    assert_eq!(runtime.deliver(&handler).unwrap().done, 1);
    assert!(case(&store, "d/1/1").is_none());
}

#[test]
fn p5_nothing_but_a_process_of_that_case_is_closed_by_cancelling() {
    let (store, clock) = offered();
    let runtime = Runtime::new(&store, clock.clone(), setup());
    let refused = |of: &str, by: &str| {
        let told = runtime.step(request(of, &format!("{of}/{by}"), json!({ "cancel": { "case": by } })));
        code(told)
    };
    assert_eq!(refused("d", "d"), "V-P5-no-parent");
    assert_eq!(refused("d/1/1", "x"), "V-P5-no-parent");
    assert!(case(&store, "d").unwrap().is_open() && case(&store, "d/1/1").unwrap().is_open());
}

#[test]
fn g2_only_what_the_other_case_takes_is_told_when_a_process_finishes() {
    let (store, clock) = offered();
    tell(
        &store,
        &clock,
        "d/1/1",
        "yes",
        json!({ "close": { "stage": "approved", "fields": { "remark": "fine" } } }),
    );
    let child = case(&store, "d/1/1").unwrap();
    assert!(child.fields.contains_key("discount") && child.fields.contains_key("by"));
    let journal = Store::journal(&store, "d", 1, 100).unwrap();
    let finished: serde_json::Value = serde_json::from_str(&journal.last().unwrap().text).unwrap();
    let told = &finished["input"]["finished"]["fields"];
    assert_eq!(told.as_object().unwrap().keys().collect::<Vec<_>>(), ["remark"]);
}

#[test]
fn p5_cancelling_a_process_that_never_came_to_be_is_done_and_stops_no_lane() {
    let (store, clock) = (MemoryStore::default(), Hands::new());
    published(&store, &clock);
    let runtime = Runtime::new(&store, clock.clone(), setup());
    let opening = serde_json::from_value(json!({ "stage": "offer", "fields": { "discount": 70 } })).unwrap();
    runtime.open("deal", "d", opening, "open", anna()).unwrap();
    assert_eq!(runtime.deliver(&nobody()).unwrap().given_up.len(), 1);
    let stopped = Query::stopped(&store, "", 10).unwrap().rows;
    runtime.drop_effect(&stopped[0].id, &anna(), "drop").unwrap();
    runtime.step(request("d", "less", json!({ "set": { "fields": { "discount": 20 } } }))).unwrap();
    let delivered = runtime.deliver(&nobody()).unwrap();
    assert_eq!((delivered.done, delivered.given_up.len()), (2, 0), "cancelled, and started anew");
    let runs = case(&store, "d").unwrap().processes;
    assert!(!runs[0].is_running() && runs[1].is_running());
    assert!(case(&store, &runs[1].id).unwrap().is_open());
}

#[test]
fn p2_what_a_case_has_of_another_comes_with_a_link_to_it_and_whose_process_it_is_stands() {
    let (store, clock) = offered();
    let runtime = Runtime::new(&store, clock.clone(), setup());
    let opens = |id: &str, opening: serde_json::Value| {
        code(runtime.open("deal", id, serde_json::from_value(opening).unwrap(), id, anna()))
    };
    assert_eq!(opens("x1", json!({ "origin": {} })), "V-P2-origin");
    assert_eq!(
        opens("x2", json!({ "origin": {}, "links": { "d": "part_of" }, "intake": true })),
        "V-P2-origin"
    );
    assert_eq!(opens("x3", json!({ "links": { "d": "child_of", "e": "child_of" } })), "V-P2-origin");
    let link = |of: &str, case: &str, kind: &str| {
        let input = json!({ "link": { "case": case, "kind": kind } });
        runtime.step(request(of, &format!("{of}/{case}/{kind}"), input))
    };
    assert_eq!(code(link("d/1/1", "a", "child_of")), "V-P7-child", "its finish would go there");
    assert_eq!(code(link("d/1/1", "d", "follows")), "V-P7-child");
    assert!(link("d/1/1", "e", "follows").is_ok());
}
