//! Cases that went anywhere: journals made by the engine from random choices.

use serde_json::json;
use std::collections::BTreeMap;
use voronka::case::{Adoption, CloseInput, DoneInput, Entry, Input, MoveInput};
use voronka::{Actor, Case, Context, Moment, Opening, Scenario, Value};

/// The scenario in three versions: in the second `offer` is called `proposal` and is worth dollars, in the third `deal`
/// took in `proposal` and `contract`. Another scenario stands beside them.
pub struct Versions {
    pub all: Vec<Scenario>,
    pub other: Scenario,
}

fn stages(named: &[&str]) -> Vec<serde_json::Value> {
    let plan = |id: &&&str| {
        json!({"id": id, "title": {"en": id.to_uppercase(), "ru": format!("Этап {id}")},
            "plan": [{"id": "call", "kind": "call", "due": "2 hours"}]})
    };
    let mut stages: Vec<_> = named.iter().map(|id| plan(&id)).collect();
    stages.extend([
        json!({"id": "won", "outcome": "won"}),
        json!({"id": "lost", "outcome": "lost"}),
        json!({"id": "void", "outcome": "void"}),
    ]);
    stages
}

fn scenario(id: &str, version: u32, named: &[&str], currency: &str) -> Scenario {
    let text = json!({
        "id": id, "version": version, "value": "amount", "product": "goods", "region": "region",
        "calendar": {"time_zone": "Europe/Moscow", "week": {"mon-fri": ["09:00-18:00"]}},
        "fields": {
            "amount": {"type": "money", "currency": currency},
            "goods": {"type": "list", "of": "text"},
            "region": {"type": "text"},
            "source": {"type": "text"}
        },
        "kinds": {"call": {"interaction": true, "outcomes": {"reached": {}}}},
        "reasons": {
            "price": {"title": "Price"},
            "delivery": {"title": "Delivery", "resolved_by": "company"},
            "spam": {"void": true}
        },
        "stages": stages(named),
        "moves": [{"from": "*", "to": named.iter().copied().chain(["won", "lost", "void"]).collect::<Vec<_>>()}],
        "rights": {"override": {"roles": ["manager"]}}
    });
    Scenario::from_json(&text.to_string()).unwrap_or_else(|it| panic!("{it:#?}"))
}

impl Versions {
    pub fn new() -> Self {
        let all = vec![
            scenario("sale", 1, &["request", "offer", "contract", "shipment"], "RUB"),
            scenario("sale", 2, &["request", "proposal", "contract", "shipment"], "USD"),
            scenario("sale", 3, &["request", "deal", "shipment"], "RUB"),
        ];
        Self { all, other: scenario("service", 1, &["request", "visit"], "RUB") }
    }

    pub fn latest(&self) -> &Scenario {
        &self.all[2]
    }

    /// How stages are called from each version to the next.
    pub fn mappings(&self) -> Vec<(u32, BTreeMap<String, String>)> {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
        };
        vec![(1, map(&[("offer", "proposal")])), (2, map(&[("proposal", "deal"), ("contract", "deal")]))]
    }
}

/// Random choices, one after the other; the first ones again when there are no more.
pub struct Dice<'d> {
    pub numbers: &'d [u8],
    pub at: usize,
}

impl Dice<'_> {
    fn of(&mut self, sides: usize) -> usize {
        let number = u64::from(self.numbers[self.at % self.numbers.len()]);
        // So that the choices do not repeat when the numbers do, and near numbers are not near choices (splitmix64).
        let mut mixed = number.wrapping_add((self.at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = (mixed ^ (mixed >> 31)) as usize;
        self.at += 1;
        number % sides
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.of(of.len())]
    }
}

/// A journal of so many inputs at most; what the engine refuses is left out.
pub fn journal(versions: &Versions, id: &str, dice: &mut Dice<'_>, inputs: usize) -> Vec<Entry> {
    let mut at: Moment = "2026-01-30T06:00:00Z".parse().unwrap();
    at = at.plus_millis(dice.of(40) as i64 * 7_200_000);
    let ctx = |at, number: usize, dice: &mut Dice<'_>| {
        let mut actor = Actor::new(dice.one(&["anna", "boris"]), "manager");
        actor.roles.push("admin".into());
        Context::new(at, actor, format!("{id}/{number}"))
    };
    let mut scenario = &versions.all[dice.of(2)];
    let channel = [None, Some("phone".to_owned()), Some("email".to_owned())][dice.of(3)].clone();
    let responsible = [None, Some("anna".to_owned())][dice.of(2)].clone();
    let opening = Opening { channel, responsible, ..Opening::default() };
    let opened = scenario.open(id, opening, &ctx(at, 0, dice)).unwrap();
    let mut case = opened.case().clone();
    let mut entries = vec![opened.entry().clone()];
    for number in 1..=inputs {
        at = at.plus_millis([0, 60_000, 3_600_000, 90_000_000, 700_000_000][dice.of(5)]);
        let (next, input) = input(versions, scenario, &case, dice);
        let ctx = ctx(at, number, dice);
        if let Ok(outcome) = next.step(&case, input, &ctx) {
            scenario = next;
            case = outcome.case().clone();
            entries.push(outcome.entry().clone());
        }
    }
    entries
}

fn input<'v>(
    versions: &'v Versions,
    scenario: &'v Scenario,
    case: &Case,
    dice: &mut Dice<'_>,
) -> (&'v Scenario, Input) {
    let stages = scenario.definition().stages.iter().filter(|it| it.outcome.is_none());
    let stages: Vec<&str> = stages.map(|it| it.id.as_str()).collect();
    let set = |field: &str, value: Option<Value>| Input::Set {
        fields: BTreeMap::from([(field.to_owned(), value)]),
    };
    let input = match dice.of(16) {
        0..=4 => Input::Move(MoveInput { to: dice.one(&stages).into(), ..MoveInput::default() }),
        5 => Input::Close(CloseInput { stage: "won".into(), ..CloseInput::default() }),
        6 => Input::Close(CloseInput {
            stage: "lost".into(),
            reason: Some(dice.one(&["price", "delivery"]).into()),
            comment: Some(dice.one(&["too dear", "waited a week"]).into()),
            ..CloseInput::default()
        }),
        7 => Input::Close(CloseInput {
            stage: "void".into(),
            reason: Some("spam".into()),
            ..CloseInput::default()
        }),
        8 | 9 => {
            Input::Reopen { stage: Some(dice.one(&stages).into()), fields: BTreeMap::new(), r#override: None }
        }
        10 => {
            let amounts = ["100", "2500.5", "0.00001", "99999999999999999.99", "-40"];
            let amount = amounts[dice.of(amounts.len())];
            set("amount", (dice.of(6) > 0).then(|| Value::Decimal(amount.parse().unwrap())))
        }
        11 => {
            let goods = [vec![], vec!["bolts"], vec!["nails"], vec!["bolts", "nails"]][dice.of(4)].clone();
            set("goods", Some(Value::List(goods.into_iter().map(Value::from).collect())))
        }
        12 => set(dice.one(&["region", "source"]), Some(dice.one(&["north", "south", "a,b|c=d\\e"]).into())),
        13 => Input::HandOver {
            to: Some(dice.one(&["anna", "boris", "clara"]).into()),
            team: Some(dice.one(&["east", "west"]).into()),
            keep_activities: dice.of(2) == 0,
        },
        14 => match (case.activities.first(), dice.of(3)) {
            (Some(it), 0) => Input::Done(DoneInput {
                activity: it.id.clone(),
                outcome: Some("reached".into()),
                ..DoneInput::default()
            }),
            (_, 1) => Input::CorrectReason { reason: dice.one(&["price", "delivery"]).into(), comment: None },
            _ => Input::Note { text: "a note".into() },
        },
        _ => return adopting(versions, case, dice),
    };
    (scenario, input)
}

/// Mostly onto the next version, now and then out of the scenario.
fn adopting<'v>(versions: &'v Versions, case: &Case, dice: &mut Dice<'_>) -> (&'v Scenario, Input) {
    if dice.of(5) == 0 {
        let all = ["offer", "proposal", "contract", "shipment", "deal"].map(|it| (it, "visit"));
        return (&versions.other, Input::Adopt(Adoption::mapped(all)));
    }
    let version = case.scenario.version as usize;
    let next = versions.all.get(version).unwrap_or_else(|| versions.latest());
    let stages = versions.mappings().into_iter().find(|(from, _)| *from as usize == version);
    (next, Input::Adopt(Adoption::mapped(stages.map(|(_, it)| it).unwrap_or_default())))
}
