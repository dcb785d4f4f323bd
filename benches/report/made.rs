//! Cases that are made of numbers: the same ones in every run, and in `benches/peers/funnel.py`.

use rust_decimal::Decimal;
use voronka::case::Reason;
use voronka::report::{CaseRecord, ClosingRecord, Keeping, Records, Took, VisitRecord, Worth};
use voronka::scenario::def::{Resolver, StageOutcome, Text};
use voronka::{Moment, Scenario};

pub const STAGES: usize = 8;
pub const REASONS: usize = 12;

/// A number of a number, as if by chance (splitmix64).
pub fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Open,
    Won,
    Lost(u8),
    Void,
}

/// A case: its visits by stage and milliseconds, how it ended, what it is worth in whole ten-thousandths.
pub struct Made {
    pub visits: Vec<(u8, i64)>,
    pub ended: Ended,
    pub worth: Option<i64>,
}

pub fn case(number: u64) -> Made {
    let count = 1 + mixed(number) % 9;
    let mut stage = 0_u8;
    let mut visits = Vec::new();
    for nth in 0..count {
        if nth > 0 {
            stage = match mixed(number * 16 + nth) % 10 {
                0..=6 => stage + 1,
                7 => stage + 2,
                _ => stage.saturating_sub(1),
            }
            .min(STAGES as u8 - 1);
        }
        visits.push((stage, (mixed((1 << 40) + number * 16 + nth) % 10_000_000_000) as i64));
    }
    let ended = match mixed((2 << 40) + number) % 100 {
        0..=19 => Ended::Open,
        20..=44 => Ended::Won,
        45..=96 => Ended::Lost((mixed((3 << 40) + number) % REASONS as u64) as u8),
        _ => Ended::Void,
    };
    let worth = mixed((4 << 40) + number);
    Made { visits, ended, worth: (!worth.is_multiple_of(10)).then_some((worth % 100_000_000) as i64 * 100) }
}

pub fn scenario() -> Scenario {
    let stages: Vec<String> = (0..STAGES).map(|it| format!(r#"{{"id": "s{it}"}}"#)).collect();
    let reasons: Vec<String> = (0..REASONS).map(|it| format!(r#""r{it}": {{"title": "R{it}"}}"#)).collect();
    let text = format!(
        r#"{{"id": "made", "value": "amount", "fields": {{"amount": {{"type": "money", "currency": "RUB"}}}},
            "reasons": {{{}, "spam": {{"void": true}}}}, "stages": [{}, {{"id": "won", "outcome": "won"}},
            {{"id": "lost", "outcome": "lost"}}, {{"id": "void", "outcome": "void"}}]}}"#,
        reasons.join(","),
        stages.join(",")
    );
    Scenario::from_json(&text).unwrap()
}

fn record(number: u64, made: &Made) -> CaseRecord {
    let opened = 1_700_000_000_000 + number as i64 * 1_000;
    let moment = |millis| Moment::from_millis(millis).unwrap();
    let mut at = opened;
    let last = made.visits.len() - 1;
    let mut visits = Vec::new();
    for (nth, (stage, took)) in made.visits.iter().enumerate() {
        let ended = nth < last || made.ended != Ended::Open;
        let millis = Took { calendar_ms: *took, working_ms: took / 3, paused_ms: 0 };
        visits.push(VisitRecord {
            stage: format!("s{stage}"),
            from: moment(at),
            took: ended.then_some(millis),
            reopened: false,
        });
        at += took;
    }
    let reason = |id: &str| Reason { id: id.into(), title: Text::default(), resolved_by: Resolver::Company };
    let closing = |stage: &str, outcome, reason| ClosingRecord {
        at: moment(at),
        from: visits[last].stage.clone(),
        stage: stage.into(),
        outcome,
        reason,
        comment: None,
    };
    let closing = match made.ended {
        Ended::Open => None,
        Ended::Won => Some(closing("won", StageOutcome::Won, None)),
        Ended::Lost(it) => Some(closing("lost", StageOutcome::Lost, Some(reason(&format!("r{it}"))))),
        Ended::Void => Some(closing("void", StageOutcome::Void, Some(reason("spam")))),
    };
    CaseRecord {
        id: format!("c{number}"),
        scenario: "made".into(),
        version: 1,
        revision: 1,
        opened_at: moment(opened),
        value: made.worth.map(|it| Worth { amount: Decimal::new(it, 4), currency: "RUB".into() }),
        expected: None,
        channel: Some(["phone", "email", "web"][(number % 3) as usize].into()),
        responsible: None,
        team: None,
        product: Vec::new(),
        region: Vec::new(),
        fields: Default::default(),
        visits,
        closing,
        earlier: Vec::new(),
        reopened: 0,
        follows: Vec::new(),
        ran_by: None,
        work: None,
    }
}

/// So many cases as records, and as plain columns.
pub fn records(cases: u64) -> (Records, Columns) {
    let mut records = Records::new(Keeping::default());
    records.learn(&scenario());
    let mut columns = Columns::default();
    for number in 0..cases {
        let made = case(number);
        records.insert(&record(number, &made)).unwrap();
        columns.push(&made);
    }
    records.shrink();
    (records, columns)
}

/// The same cases as a plain loop would like them.
#[derive(Default)]
pub struct Columns {
    pub stage: Vec<u8>,
    pub took: Vec<i64>,
    pub first: Vec<u32>,
    pub ended: Vec<Ended>,
    pub worth: Vec<Option<i64>>,
}

impl Columns {
    fn push(&mut self, made: &Made) {
        self.first.push(self.stage.len() as u32);
        self.stage.extend(made.visits.iter().map(|it| it.0));
        let last = made.visits.len() - 1;
        let open = made.ended == Ended::Open;
        let took = made.visits.iter().enumerate();
        self.took.extend(took.map(|(nth, it)| if open && nth == last { -1 } else { it.1 }));
        self.ended.push(made.ended);
        self.worth.push(made.worth);
    }
}
