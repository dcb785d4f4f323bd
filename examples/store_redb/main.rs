//! A store of one's own: voronka on redb, an embedded key-value database, written by `docs/ADAPTERS.md`.
//!
//! `store/` is what an integrator copies: `Store` and `Query` for a database that does not ship here. This file is the host
//! beside it: it opens a file in a temporary folder, takes a small sale through it step by step, and says what the
//! store gives back. The company and its figures are of the project's own making.
//!
//! ```text
//! cargo run --example store_redb
//! ```

pub mod store;

use redb::{ReadableDatabase, TableDefinition, WriteTransaction};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use store::RedbStore;
use voronka::case::MoveInput;
use voronka::store::{
    ActivityQuery, BoardQuery, CaseFilter, CaseOrder, CaseQuery, Commit, Committed, Find, LeaseKind,
    LeaseRequest, Message, Query, Settle, Sight, Store, Wanted, commit_of,
};
use voronka::{Actor, Context, Input, Moment, Opening, Scenario, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SCENARIO: &str = r#"{
    "id": "repair", "value": "price",
    "calendar": { "time_zone": "UTC", "week": { "mon-sat": ["09:00-18:00"] } },
    "fields": {
        "price": { "type": "money", "currency": "EUR" },
        "ticket": { "type": "text", "find": true }
    },
    "stages": [
        { "id": "request",
          "plan": [{ "kind": "call", "title": "Ask what is broken", "due": "2 hours" }],
          "triggers": [
            { "id": "tell", "on": "entered",
              "do": { "notify": { "role": "workshop", "text": "A repair was asked for" } } },
            { "id": "remind", "on": { "after": "1 day" },
              "do": { "notify": { "role": "workshop", "text": "A request is a day old" } } } ] },
        { "id": "offer" },
        { "id": "won", "outcome": "won" },
        { "id": "lost", "outcome": "lost" }
    ]
}"#;

/// The host's own table, in the same file.
const BENCHES: TableDefinition<'_, &str, &str> = TableDefinition::new("workshop_benches");

/// What a host without the runtime does for a step: load, step, and make the commit; nothing is written yet.
fn step(scenario: &Scenario, store: &impl Store, case: &str, input: Input, ctx: &Context) -> Result<Commit> {
    let wanted = Wanted { case: case.to_owned(), input_id: Some(ctx.input_id.clone()) };
    let loading = store.load(&[wanted])?;
    let stored = loading.found.into_iter().next().and_then(|it| it.case).ok_or("there is no such case")?;
    let before = stored.read()?;
    Ok(commit_of(scenario, Some(&before), &scenario.step(&before, input, ctx)?)?)
}

/// One commit's answer.
fn write(store: &impl Store, commit: Commit) -> Result<Committed> {
    Ok(store.commit(&[commit])?.into_iter().next().ok_or("a commit without an answer")?)
}

fn ask(kind: LeaseKind, now: Moment) -> LeaseRequest {
    LeaseRequest { kind, now, until: now.plus_millis(60_000), by: "host-1".to_owned(), limit: 10 }
}

fn to_offer() -> Input {
    Input::Move(MoveInput { to: "offer".into(), ..MoveInput::default() })
}

/// Runs the sale on a file, and tells what came of it.
pub fn run(path: &Path, told: &mut String) -> Result<()> {
    let scenario = Scenario::from_json(SCENARIO).map_err(|defects| format!("{defects:#?}"))?;
    let store = RedbStore::open(path)?;
    let monday: Moment = "2026-03-02T09:00:00Z".parse()?;
    let hour = |hours: i64| monday.plus_millis(hours * 3_600_000);
    let by_anna = |hours: i64, id: &str| Context::new(hour(hours), Actor::new("anna", "manager"), id);

    let fields = [("price", Value::Decimal("180.50".parse()?)), ("ticket", "T-7".into())];
    let opening = Opening {
        title: Some("Mrs Berg's bicycle".to_owned()),
        responsible: Some("anna".to_owned()),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect(),
        ..Opening::default()
    };
    let opened = commit_of(&scenario, None, &scenario.open("bike-1", opening, &by_anna(0, "in-1"))?)?;
    writeln!(told, "opened:            {:?}", write(&store, opened.clone())?)?;
    let again = match write(&store, opened)? {
        Committed::Repeated(entry) => format!("known, its answer is entry {}", entry.number),
        other => format!("{other:?}"),
    };
    writeln!(told, "the same again:    {again}")?;

    for effect in store.lease(&ask(LeaseKind::Effects, hour(0)))?.effects {
        let done = store.settle(&[Settle::EffectDone { id: effect.id.clone() }])?;
        writeln!(told, "effect handed out: {} ({}), done: {done:?}", effect.id, effect.kind)?;
    }

    // Two people act on what both saw: the second one's step does not write over the first one's.
    let note = Input::Note { text: "The rear wheel".to_owned() };
    let first = step(&scenario, &store, "bike-1", note, &by_anna(1, "in-2"))?;
    let second = step(&scenario, &store, "bike-1", to_offer(), &by_anna(1, "in-3"))?;
    writeln!(told, "one of two:        {:?}", write(&store, first)?)?;
    writeln!(told, "the other:         {:?}", write(&store, second)?)?;

    // The host's rows and the step in one transaction (S7): dropped, neither is there; committed, both are.
    let host = |tx: &WriteTransaction| -> Result<Committed> {
        tx.open_table(BENCHES)?.insert("bench-1", "bike-1")?;
        let store = RedbStore(tx);
        let commit = step(&scenario, &store, "bike-1", to_offer(), &by_anna(2, "in-3"))?;
        write(&store, commit)
    };
    let tx = store.0.begin_write()?;
    host(&tx)?;
    drop(tx);
    writeln!(told, "rolled back:       {} entries", store.journal("bike-1", 1, 100)?.len())?;
    let tx = store.0.begin_write()?;
    let answer = host(&tx)?;
    tx.commit()?;
    let benches = store.0.begin_read()?.open_table(BENCHES)?;
    let bench = benches.get("bench-1")?.map(|it| it.value().to_owned());
    writeln!(told, "with host's rows:  {answer:?}, on the bench: {}", bench.unwrap_or_default())?;

    // Another case stays where it is for a day, until its timer fires.
    let opened = scenario.open("bike-2", Opening::default(), &by_anna(3, "in-4"))?;
    write(&store, commit_of(&scenario, None, &opened)?)?;
    writeln!(told, "timers too early:  {}", store.lease(&ask(LeaseKind::Timers, hour(4)))?.timers.len())?;
    for timer in store.lease(&ask(LeaseKind::Timers, hour(48)))?.timers {
        let ctx = Context::new(hour(48), Actor::default(), timer.id.clone());
        let report = Input::Timer { timer: timer.id.clone() };
        let answer = write(&store, step(&scenario, &store, &timer.case, report, &ctx)?)?;
        writeln!(told, "timer handed out:  {}, reported: {answer:?}", timer.id)?;
    }

    // Another program posts what happened; the row waits until its case has heard of it.
    let text = serde_json::to_string(&Input::Note { text: "Paid at the till".to_owned() })?;
    let row = Message { id: "till-5".to_owned(), object: "bike-1".to_owned(), text, at: hour(48) };
    writeln!(told, "posted twice:      {:?}", store.post(&[row.clone(), row])?)?;
    for item in store.lease(&ask(LeaseKind::Inbox, hour(48)))?.inbox {
        for case in &item.cases {
            let ctx = Context::new(hour(48), Actor::new("till", "cashier"), format!("{}/{case}", item.id));
            let mut commit = step(&scenario, &store, case, serde_json::from_str(&item.text)?, &ctx)?;
            // In one commit with the step: it is done exactly when the step is there.
            commit.settles.push(Settle::InboxDone { id: item.id.clone() });
            writeln!(told, "inbox handed out:  {} for {case}: {:?}", item.id, write(&store, commit)?)?;
        }
    }

    writeln!(told, "journal of bike-1:")?;
    for entry in store.journal("bike-1", 1, 100)? {
        let entry = entry.read()?;
        writeln!(told, "  {} {} by {}", entry.number, entry.input.name(), entry.actor.id)?;
    }
    writeln!(told, "board:")?;
    for cell in store.board(&BoardQuery { filter: CaseFilter::default(), now: hour(48) })?.cells {
        let sum = cell.currency.map(|it| format!(", {} ten-thousandths {it}", cell.ten_thousandths));
        let sum = sum.unwrap_or_default();
        writeln!(told, "  {}: {} open, {} red{sum}", cell.stage, cell.cases, cell.red)?;
    }
    let red = CaseQuery { order: CaseOrder::RedFrom, limit: 10, ..CaseQuery::default() };
    let red: Vec<String> = store.cases(&red)?.rows.into_iter().map(|it| it.id).collect();
    writeln!(told, "first to be red:   {red:?}")?;
    let agenda = store.activities(&ActivityQuery { limit: 10, ..ActivityQuery::default() })?;
    for row in agenda.rows {
        writeln!(told, "open activity:     {} ({})", row.title, row.case)?;
    }
    let ticket = Find::Field { field: "ticket".to_owned(), text: "T-7".to_owned() };
    let found: Vec<String> = store.find(&ticket, &Sight::All, 10)?.into_iter().map(|it| it.id).collect();
    writeln!(told, "found by ticket:   {found:?}")?;
    Ok(())
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut told = String::new();
    let ran = run(&folder.path().join("sales.redb"), &mut told);
    print!("{told}");
    ran
}
