//! What the cases work with: a small scenario, real steps by it, and rows made by hand where a case needs them.

use super::{Failure, there};
use crate::case::CloseInput;
use crate::store::{
    ActivityRow, Amount, AnyQuery, AnyStore, CaseFilter, CaseQuery, CaseRow, Commit, Committed, EffectRow,
    EntryText, KeyKind, KeyRow, LeaseKind, LeaseRequest, Leases, Message, Settle, TimerRow, Wanted,
    commit_of,
};
use crate::{Actor, Case, Context, Input, Moment, Opening, Outcome, Scenario};
use std::sync::LazyLock;

/// So many minutes after Monday the 2nd of March 2020, 08:00 UTC.
pub(super) fn minute(minutes: i64) -> Moment {
    // 2020-03-02T08:00:00Z.
    Moment::MIN.plus_millis(1_583_136_000_000 - Moment::MIN.millis()).plus_millis(minutes * 60_000)
}

/// A sale: the stage `request` plans, arms and tells; `offer` does nothing by itself.
const SALE: &str = r#"{
    "id": "sale", "value": "sum",
    "calendar": { "time_zone": "UTC", "week": { "mon-fri": ["09:00-18:00"] } },
    "fields": {
        "sum": { "type": "money", "currency": "RUB" },
        "order": { "type": "text", "find": true },
        "remark": { "type": "text" }
    },
    "parties": { "buyer": {} },
    "reasons": { "dear": { "title": "Too dear" }, "slow": { "title": "Too slow" } },
    "stages": [
        { "id": "request",
          "plan": [{ "kind": "call", "title": "Call back", "due": "2 hours" }],
          "triggers": [
            { "id": "tell", "on": "entered", "do": [
                { "notify": { "role": "head", "text": "one" } },
                { "effect": { "kind": "print" } },
                { "notify": { "role": "head", "text": "two" } } ] },
            { "id": "remind", "on": { "after": "1 day" }, "do": { "notify": { "role": "head", "text": "late" } } },
            { "id": "quiet", "on": { "after": "1 day" }, "enabled": false,
              "do": { "notify": { "role": "head", "text": "later" } } } ] },
        { "id": "offer" },
        { "id": "won", "outcome": "won" },
        { "id": "lost", "outcome": "lost" }
    ]
}"#;

/// Read once, since many cases open many.
static SCENARIO: LazyLock<Result<Scenario, String>> =
    LazyLock::new(|| Scenario::from_json(SALE).map_err(|defects| format!("{defects:?}")));

fn scenario() -> Result<&'static Scenario, Failure> {
    SCENARIO.as_ref().map_err(|defects| Failure::new(format!("the suite's scenario: {defects}")))
}

/// A case that goes its way by real steps; it gives the commits, and whoever has it writes them.
pub(super) struct Deal {
    pub scenario: &'static Scenario,
    pub id: String,
    pub case: Option<Case>,
    pub now: Moment,
    inputs: u32,
}

impl Deal {
    /// A case that is not opened yet.
    pub fn new(id: &str) -> Result<Self, Failure> {
        Ok(Self { scenario: scenario()?, id: id.to_owned(), case: None, now: minute(0), inputs: 0 })
    }

    /// The same case for another host, which saw the same of it; its inputs have ids of their own.
    pub fn fork(&self, inputs_from: u32) -> Self {
        Self {
            scenario: self.scenario,
            id: self.id.clone(),
            case: self.case.clone(),
            now: self.now,
            inputs: inputs_from,
        }
    }

    fn context(&mut self) -> Context {
        self.inputs += 1;
        Context::new(self.now, Actor::new("anna", "manager"), format!("{}-{}", self.id, self.inputs))
    }

    fn done(&mut self, outcome: &Outcome) -> Result<Commit, Failure> {
        let commit = commit_of(self.scenario, self.case.as_ref(), outcome)?;
        self.case = Some(outcome.case().clone());
        Ok(commit)
    }

    /// Opens it; its input is `ID-1`.
    pub fn open(&mut self, opening: Opening) -> Result<Commit, Failure> {
        let context = self.context();
        let opened = self.scenario.open(&self.id, opening, &context);
        self.done(&opened.map_err(|it| Failure::new(format!("the suite's own step: {it:?}")))?)
    }

    /// Its next step; its input is `ID-N`.
    pub fn step(&mut self, input: Input) -> Result<Commit, Failure> {
        let context = self.context();
        let case = there("the suite's case is open", self.case.as_ref())?;
        let stepped = self.scenario.step(case, input, &context);
        self.done(&stepped.map_err(|it| Failure::new(format!("the suite's own step: {it:?}")))?)
    }

    /// A note: a step that changes next to nothing.
    pub fn note(&mut self, text: &str) -> Result<Commit, Failure> {
        self.step(Input::Note { text: text.to_owned() })
    }
}

/// Anna's, at a stage.
pub(super) fn at(stage: &str) -> Opening {
    Opening { stage: Some(stage.to_owned()), responsible: Some("anna".to_owned()), ..Opening::default() }
}

/// Opens a case on the stage that plans, arms and tells; its input is `ID-1`.
pub(super) fn opened(id: &str) -> Result<Commit, Failure> {
    Deal::new(id)?.open(at("request"))
}

/// Opens a case on the stage where nothing happens by itself, for what is put there by hand.
pub(super) fn bare(id: &str) -> Result<Commit, Failure> {
    Deal::new(id)?.open(at("offer"))
}

/// Writes commits that nothing speaks against.
pub(super) async fn written<S: AnyStore>(store: &S, commits: &[Commit]) -> Result<(), Failure> {
    let answers = store.commit(commits).await?;
    super::same("answers to commits", &answers, &vec![Committed::Done; commits.len()])
}

/// What a case and its journal are now, told apart from what they were.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub case: Option<(u64, String)>,
    pub journal: Vec<EntryText>,
}

/// The case and its whole journal.
pub(super) async fn seen<S: AnyStore>(store: &S, case: &str) -> Result<Seen, Failure> {
    let loading = store.load(&[Wanted::case(case)]).await?;
    let found = there("an answer for what was asked", loading.found.into_iter().next())?;
    Ok(Seen {
        case: found.case.map(|it| (it.revision, it.text)),
        journal: store.journal(case, 1, 100_000).await?,
    })
}

/// Asks for what is due at a moment, for ten minutes.
pub(super) fn ask(kind: LeaseKind, now: Moment, by: &str) -> LeaseRequest {
    LeaseRequest { kind, now, until: now.plus_millis(600_000), by: by.to_owned(), limit: 100 }
}

pub(super) async fn leased<S: AnyStore>(
    store: &S,
    kind: LeaseKind,
    now: Moment,
    by: &str,
) -> Result<Leases, Failure> {
    Ok(store.lease(&ask(kind, now, by)).await?)
}

/// The ids of what is handed out, in order; what else there is must be empty.
pub(super) fn ids(leases: &Leases) -> Vec<String> {
    let timers = leases.timers.iter().map(|it| it.id.clone());
    let effects = leases.effects.iter().map(|it| it.id.clone());
    timers.chain(effects).chain(leases.inbox.iter().map(|it| it.id.clone())).collect()
}

/// Leases, and gives the ids.
pub(super) async fn due<S: AnyStore>(
    store: &S,
    kind: LeaseKind,
    now: Moment,
    by: &str,
) -> Result<Vec<String>, Failure> {
    Ok(ids(&leased(store, kind, now, by).await?))
}

/// Settles one thing.
pub(super) async fn settled<S: AnyStore>(store: &S, settle: Settle) -> Result<bool, Failure> {
    let answers = store.settle(&[settle]).await?;
    super::same("the number of answers to one settlement", &answers.len(), &1)?;
    Ok(answers.first() == Some(&true))
}

/// A timer by hand.
pub(super) fn timer(case: &str, name: &str, at: Moment) -> TimerRow {
    TimerRow {
        id: format!("{case}/{name}"),
        case: case.to_owned(),
        at,
        scenario: "sale".to_owned(),
        trigger: Some(format!("request/trigger/{name}")),
        enabled: true,
    }
}

/// An effect by hand; its id is `CASE/ENTRY/NTH`.
pub(super) fn effect(case: &str, entry: u64, nth: u32, lane: &str) -> EffectRow {
    EffectRow {
        id: format!("{case}/{entry}/{nth}"),
        case: case.to_owned(),
        entry,
        nth,
        lane: lane.to_owned(),
        kind: "host".to_owned(),
        text: format!("{{\"nth\":{nth}}}"),
    }
}

/// An open activity by hand.
pub(super) fn activity(case: &str, name: &str, owner: Option<&str>, due: Option<Moment>) -> ActivityRow {
    ActivityRow {
        id: format!("{case}/{name}"),
        case: case.to_owned(),
        kind: "call".to_owned(),
        title: "Call".to_owned(),
        owner: owner.map(str::to_owned),
        role: None,
        due,
        yellow_from: due.map(|due| due.plus_millis(-3_600_000)),
        mandatory: false,
        planned_at: minute(0),
        text: "{}".to_owned(),
    }
}

pub(super) fn key(case: &str, kind: KeyKind, key: &str) -> KeyRow {
    KeyRow { case: case.to_owned(), kind, key: key.to_owned() }
}

/// A row for the inbox.
pub(super) fn message(id: &str, object: &str) -> Message {
    Message {
        id: id.to_owned(),
        object: object.to_owned(),
        text: format!("{{\"note\":{{\"text\":\"{id}\"}}}}"),
        at: minute(0),
    }
}

pub(super) fn texts(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|it| (*it).to_owned()).collect()
}

/// A case's id, and what its row is made to be.
pub(in crate::store::conformance) type Shape = (&'static str, fn(&mut CaseRow));

/// A case whose row is as a test wants it.
pub(super) fn shaped(id: &str, shape: impl FnOnce(&mut CaseRow)) -> Result<Commit, Failure> {
    let mut commit = bare(id)?;
    shape(&mut commit.case);
    Ok(commit)
}

/// Closes an open case as won, or as lost for this reason.
pub(super) fn close(reason: Option<&str>) -> Input {
    let stage = if reason.is_some() { "lost" } else { "won" };
    let reason = reason.map(str::to_owned);
    Input::Close(CloseInput { stage: stage.to_owned(), reason, ..CloseInput::default() })
}

/// So much of a currency.
pub(super) fn amount(ten_thousandths: i64, currency: &str) -> Option<Amount> {
    Some(Amount { ten_thousandths, currency: currency.to_owned() })
}

/// All pages of a query, of so many rows each.
pub(super) async fn paged<S: AnyQuery>(
    store: &S,
    mut query: CaseQuery,
    limit: u32,
) -> Result<Vec<String>, Failure> {
    query.limit = limit;
    let mut ids = Vec::new();
    for _ in 0..1_000 {
        let page = store.cases(&query).await?;
        super::holds("a page is no longer than asked", page.rows.len() <= limit as usize)?;
        ids.extend(page.rows.into_iter().map(|it| it.id));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(ids);
        }
    }
    Err(Failure::new(format!("the pages have no end: {ids:?}")))
}

/// The cases that a filter lets through, by id.
pub(super) async fn let_through<S: AnyQuery>(store: &S, filter: CaseFilter) -> Result<Vec<String>, Failure> {
    paged(store, CaseQuery { filter, ..CaseQuery::default() }, 100).await
}
