//! Cases, commits and questions for the tests of the SQLite store.

use voronka::store::{
    CaseFilter, CaseOrder, CaseQuery, Commit, Committed, EffectRow, Query, Sight, Store, Wanted, commit_of,
};
use voronka::{Actor, Case, Context, Input, Moment, Opening, Outcome, Scenario};

pub fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

pub fn minute(nth: i64) -> Moment {
    at("2026-03-02T08:00:00Z").plus_millis(nth * 60_000)
}

pub fn scenario() -> Scenario {
    Scenario::from_json(
        r#"{"id": "sale", "value": "amount",
            "fields": {"amount": {"type": "money", "currency": "RUB"}, "order": {"type": "text", "find": true}},
            "stages": [
              {"id": "talk", "plan": [{"call": "Call", "due": "4 hours"}],
               "triggers": [{"id": "remind", "on": {"after": "1 day"}, "do": {"notify": {"text": "slow"}}}]},
              {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#,
    )
    .unwrap()
}

fn context(nth: i64, id: &str) -> Context {
    Context::new(minute(nth), Actor::new("anna", "manager"), id)
}

/// The step that opens a case, and its commit; the input's id is `<case>-open`.
pub fn opened(case: &str) -> (Outcome, Commit) {
    let opening: Opening = serde_json::from_value(serde_json::json!({
        "responsible": "anna", "title": "Windows 🪟", "channel": "site",
        "fields": {"amount": "1250.00", "order": "A-17"}
    }))
    .unwrap();
    let scenario = scenario();
    let outcome = scenario.open(case, opening, &context(0, &format!("{case}-open"))).unwrap();
    let commit = commit_of(&scenario, None, &outcome).unwrap();
    (outcome, commit)
}

/// The next step of a case, and its commit.
pub fn stepped(before: &Case, input: serde_json::Value, id: &str) -> (Outcome, Commit) {
    let scenario = scenario();
    let input: Input = serde_json::from_value(input).unwrap();
    let nth = i64::try_from(before.revision).unwrap();
    let outcome = scenario.step(before, input, &context(nth, id)).unwrap();
    let commit = commit_of(&scenario, Some(before), &outcome).unwrap();
    (outcome, commit)
}

/// A field set: the smallest step there is.
pub fn set(before: &Case, order: &str, id: &str) -> (Outcome, Commit) {
    stepped(before, serde_json::json!({"set": {"fields": {"order": order}}}), id)
}

/// An effect of a case, as the entry of that number could have made it.
pub fn effect(case: &str, entry: u64, nth: u32, lane: &str) -> EffectRow {
    EffectRow {
        id: format!("{case}/{entry}/{nth}"),
        case: case.to_owned(),
        entry,
        nth,
        lane: lane.to_owned(),
        kind: "notify".to_owned(),
        text: format!("{{\"nth\":{nth}}}"),
    }
}

pub fn write(store: &impl Store, commit: Commit) -> Committed {
    store.commit(&[commit]).unwrap().remove(0)
}

/// The stored revision and bytes.
pub fn stored(store: &impl Store, case: &str) -> Option<(u64, String)> {
    let loaded = store.load(&[Wanted::case(case)]).unwrap().found.remove(0);
    loaded.case.map(|it| (it.revision, it.text))
}

pub fn ids(store: &impl Query, filter: CaseFilter, order: CaseOrder) -> Vec<String> {
    let query = CaseQuery { filter, order, after: None, limit: 1_000 };
    store.cases(&query).unwrap().rows.into_iter().map(|it| it.id).collect()
}

pub fn everything() -> CaseFilter {
    CaseFilter { sight: Sight::All, ..CaseFilter::default() }
}
