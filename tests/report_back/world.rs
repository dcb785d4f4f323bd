//! A small sale, and records of its cases as a journal would leave them.

use rust_decimal::Decimal;
use std::sync::LazyLock;
use voronka::case::Reason;
use voronka::report::{
    Ask, CaseRecord, ClosingRecord, Funnel, Keeping, Layout, Records, Took, VisitRecord, Worth,
};
use voronka::scenario::def::StageOutcome;
use voronka::{Moment, Scenario};

pub const SALE: &str = r#"{
  "id": "sale", "title": { "en": "Sale", "ru": "Продажа" },
  "calendar": { "time_zone": "Europe/Moscow", "week": { "mon-fri": ["09:00-18:00"] } },
  "value": "amount", "expected": "expected",
  "fields": {
    "amount": { "type": "money", "currency": "RUB" }, "expected": { "type": "date" },
    "size": { "type": "text" }, "note": { "type": "text", "personal": true }
  },
  "parties": { "client": {} },
  "reasons": {
    "price": { "title": { "en": "Price" }, "resolved_by": "employee" },
    "delivery": { "title": { "en": "Delivery" }, "resolved_by": "company" },
    "moved": { "title": { "en": "Moved away" }, "resolved_by": "nobody" },
    "spam": { "title": { "en": "Spam" }, "void": true }
  },
  "stages": [
    { "id": "request", "title": { "en": "Request" }, "probability": 20 },
    { "id": "invoice", "title": { "en": "Invoice" }, "probability": 60 },
    { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }, { "id": "void", "outcome": "void" }
  ],
  "moves": [
    { "from": "request", "to": "invoice" }, { "from": "invoice", "to": ["request", "won"] },
    { "from": "*", "to": ["lost", "void"] }
  ]
}"#;

static COMPILED: LazyLock<Scenario> =
    LazyLock::new(|| Scenario::from_json(SALE).unwrap_or_else(|defects| panic!("{defects:#?}")));

pub fn sale() -> &'static Scenario {
    &COMPILED
}

pub fn at(text: &str) -> Moment {
    format!("{text}:00Z").replace(' ', "T").parse().unwrap()
}

pub fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn reason(id: &str) -> Option<Reason> {
    let title = voronka::scenario::def::Text::from(id);
    let resolved_by = sale().definition().reasons.get(id).map(|it| it.resolved_by).unwrap_or_default();
    (!id.is_empty()).then(|| Reason { id: id.into(), title, resolved_by })
}

pub fn visit(stage: &str, from: &str, ended: bool) -> VisitRecord {
    let took = ended.then_some(Took { calendar_ms: 1, working_ms: 1, paused_ms: 0 });
    VisitRecord { stage: stage.into(), from: at(from), took, reopened: false }
}

pub fn closing(from: &str, outcome: StageOutcome, why: &str, when: &str) -> ClosingRecord {
    let stage = match outcome {
        StageOutcome::Won => "won",
        StageOutcome::Void => "void",
        _ => "lost",
    };
    ClosingRecord {
        at: at(when),
        from: from.into(),
        stage: stage.into(),
        outcome,
        reason: reason(why),
        comment: None,
    }
}

/// A case that stands on a stage, opened on the 2nd of March 2026.
pub fn open(id: &str, stage: &str) -> CaseRecord {
    let mut visits = vec![visit("request", "2026-03-02 08:00", stage != "request")];
    if stage != "request" {
        visits.push(visit(stage, "2026-03-02 09:00", false));
    }
    CaseRecord {
        id: id.into(),
        scenario: "sale".into(),
        version: 1,
        revision: 2,
        opened_at: at("2026-03-02 08:00"),
        value: None,
        expected: None,
        channel: None,
        responsible: None,
        team: None,
        product: Vec::new(),
        region: Vec::new(),
        fields: Default::default(),
        visits,
        closing: None,
        earlier: Vec::new(),
        reopened: 0,
        follows: Vec::new(),
        ran_by: None,
        work: None,
    }
}

fn closed(id: &str, stage: &str, outcome: StageOutcome, why: &str) -> CaseRecord {
    let mut it = open(id, stage);
    if let Some(last) = it.visits.last_mut() {
        last.took = Some(Took { calendar_ms: 1, working_ms: 1, paused_ms: 0 });
    }
    it.closing = Some(closing(stage, outcome, why, "2026-03-10 12:00"));
    it
}

pub fn won(id: &str) -> CaseRecord {
    closed(id, "invoice", StageOutcome::Won, "")
}

pub fn lost(id: &str, stage: &str, why: &str) -> CaseRecord {
    closed(id, stage, StageOutcome::Lost, why)
}

pub fn void(id: &str, stage: &str) -> CaseRecord {
    closed(id, stage, StageOutcome::Void, "spam")
}

pub fn worth(mut it: CaseRecord, amount: &str, currency: &str) -> CaseRecord {
    it.value = Some(Worth { amount: number(amount), currency: currency.into() });
    it
}

pub fn records(cases: &[CaseRecord], keeping: Keeping) -> Records {
    let mut records = Records::new(keeping);
    records.learn(sale());
    for it in cases {
        records.insert(it).unwrap();
    }
    records
}

pub fn layout() -> Layout {
    Layout::of(sale())
}

pub fn funnel(cases: &[CaseRecord]) -> Funnel {
    let records = records(cases, Keeping::default());
    Funnel::asked(&records, &layout(), &Ask::default()).unwrap().pop().unwrap().1
}
