//! The funnel report, held against figures that can be counted by hand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

use std::collections::BTreeMap;
use voronka::case::{CloseInput, Input, MoveInput};
use voronka::report::{Funnel, Share, Times, adjusted};
use voronka::scenario::def::Resolver;
use voronka::{Actor, Case, Context, Opening, Scenario};

pub const SCENARIO: &str = r#"{
  "id": "sale", "title": { "en": "Sale", "ru": "Продажа" },
  "calendar": { "time_zone": "UTC", "week": { "mon-fri": ["09:00-13:00", "14:00-18:00"] } },
  "reasons": {
    "price": { "title": { "en": "Price", "ru": "Цена" } },
    "no_delivery": { "title": { "en": "No delivery", "ru": "Нет доставки" }, "resolved_by": "company" },
    "late": { "title": { "en": "Too late", "ru": "Опоздали" }, "resolved_by": "employee" },
    "spam": { "title": { "en": "Spam", "ru": "Спам" }, "void": true }
  },
  "stages": [
    { "id": "request", "title": { "en": "Request", "ru": "Обращение" } },
    { "id": "invoice", "title": { "en": "Invoice", "ru": "Счёт" } },
    { "id": "shipment", "title": { "en": "Shipment", "ru": "Отгрузка" } },
    { "id": "won", "title": { "en": "Sold", "ru": "Продано" }, "outcome": "won" },
    { "id": "lost", "outcome": "lost" },
    { "id": "void", "outcome": "void" }
  ],
  "moves": [
    { "from": "request", "to": ["invoice", "shipment"] },
    { "from": "invoice", "to": ["request", "shipment"] },
    { "from": "shipment", "to": "won" },
    { "from": "*", "to": ["lost", "void"] }
  ]
}"#;

const HOUR: i64 = 3_600_000;

pub fn scenario() -> Scenario {
    Scenario::from_json(SCENARIO).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

pub fn at(time: &str) -> Context {
    // Monday the 2nd and Tuesday the 3rd of March 2026.
    let (day, time) = time.split_once(' ').unwrap();
    let day = if day == "Mon" { "2026-03-02" } else { "2026-03-03" };
    Context::new(format!("{day}T{time}:00Z").parse().unwrap(), Actor::new("anna", "manager"), time)
}

pub fn to(stage: &str) -> Input {
    Input::Move(MoveInput { to: stage.into(), ..MoveInput::default() })
}

pub fn end(stage: &str, reason: Option<&str>) -> Input {
    Input::Close(CloseInput {
        stage: stage.into(),
        reason: reason.map(str::to_owned),
        ..CloseInput::default()
    })
}

pub fn reopen(stage: &str) -> Input {
    Input::Reopen { stage: Some(stage.into()), fields: BTreeMap::new(), r#override: None }
}

pub fn case(scenario: &Scenario, id: &str, opened: &str, inputs: Vec<(&str, Input)>) -> Case {
    let mut case = scenario.open(id, Opening::default(), &at(opened)).unwrap().case().clone();
    for (time, input) in inputs {
        case = scenario.step(&case, input, &at(time)).unwrap().case().clone();
    }
    case
}

/// One sold straight through, one that jumps and is open, one lost and reopened and sold, one lost.
pub fn four(scenario: &Scenario) -> Vec<Case> {
    let won = || end("won", None);
    vec![
        case(
            scenario,
            "straight",
            "Mon 09:00",
            vec![("Mon 11:00", to("invoice")), ("Tue 09:00", to("shipment")), ("Tue 10:00", won())],
        ),
        case(scenario, "jumped", "Mon 10:00", vec![("Mon 16:00", to("shipment"))]),
        case(
            scenario,
            "reopened",
            "Mon 09:00",
            vec![
                ("Mon 10:00", to("invoice")),
                ("Mon 12:00", end("lost", Some("price"))),
                ("Tue 09:00", reopen("invoice")),
                ("Tue 11:00", to("shipment")),
                ("Tue 12:00", won()),
            ],
        ),
        case(scenario, "lost", "Mon 09:00", vec![("Mon 12:00", end("lost", Some("no_delivery")))]),
    ]
}

fn hours(time: Option<rust_decimal::Decimal>) -> String {
    time.map(|ms| (ms / rust_decimal::Decimal::from(HOUR)).normalize().to_string()).unwrap_or_default()
}

#[test]
fn f1_f2_f4_four_cases_counted_by_hand() {
    let scenario = scenario();
    let funnel = Funnel::of(&scenario, &four(&scenario));
    let line = |id: &str| funnel.stage(id).unwrap();
    let counts = |id: &str| {
        let it = line(id);
        (it.entered.cases, it.visits, it.reached.cases, it.lost_cases(), it.open.cases)
    };
    assert_eq!(counts("request"), (4, 4, 4, 1, 0));
    assert_eq!(counts("invoice"), (2, 3, 3, 0, 0));
    assert_eq!(counts("shipment"), (3, 3, 3, 0, 1));
    assert_eq!((funnel.won.cases, funnel.reopened.cases, funnel.transferred.cases), (2, 1, 0));

    let refusal = &line("request").lost[0];
    assert_eq!((refusal.reason.as_str(), refusal.resolved_by), ("no_delivery", Resolver::Company));
    let resolvable: Vec<_> = funnel.resolvable().iter().map(|(who, it)| (*who, it.cases)).collect();
    assert_eq!(resolvable, [(Resolver::Company, 1)]);

    let medians = |id: &str| (hours(line(id).calendar.median()), hours(line(id).working.median()));
    // 1, 2, 3 and 6 hours; of working time 1, 2, 3 and 5, since there is a break at 13:00.
    assert_eq!(medians("request"), ("2.5".into(), "2.5".into()));
    // 2, 2 and 22 hours: the night is no working time, and the time while it was closed is nobody's.
    assert_eq!(medians("invoice"), ("2".into(), "2".into()));
    assert_eq!(hours(line("invoice").calendar.longest_ms.map(Into::into)), "22");
    assert_eq!(hours(line("invoice").working.longest_ms.map(Into::into)), "6");
    assert_eq!(medians("shipment"), ("1".into(), "1".into()));

    let balance = funnel.balance();
    assert!(balance.holds());
    assert_eq!((balance.won, balance.lost, balance.open, balance.void, balance.cases), (2, 1, 1, 0, 4));
}

#[test]
fn x07_a_jump_counts_as_reached_and_is_no_visit() {
    let scenario = scenario();
    let cases = [case(&scenario, "jumped", "Mon 10:00", vec![("Mon 16:00", to("shipment"))])];
    let funnel = Funnel::of(&scenario, &cases);
    let invoice = funnel.stage("invoice").unwrap();
    assert_eq!((invoice.reached.cases, invoice.entered.cases, invoice.visits), (1, 0, 0));
    assert!(invoice.calendar.is_empty());
}

#[test]
fn x43_a_case_reopened_and_won_is_won_and_lost_nowhere() {
    let scenario = scenario();
    let mut cases = four(&scenario);
    let reopened = cases.swap_remove(2);
    let funnel = Funnel::of(&scenario, [&reopened]);
    assert_eq!((funnel.won.cases, funnel.balance().lost, funnel.reopened.cases), (1, 0, 1));
    assert_eq!(funnel.stage("invoice").unwrap().lost_cases(), 0);
    assert_eq!(funnel.stage("invoice").unwrap().visits, 2);
    assert!(funnel.balance().holds());
}

#[test]
fn f1_a_win_that_was_undone_is_no_win_and_back_is_as_far_as_it_came() {
    let scenario = scenario();
    let inputs = vec![
        ("Mon 10:00", to("shipment")),
        ("Mon 11:00", end("won", None)),
        ("Mon 12:00", reopen("invoice")),
        ("Mon 13:00", to("request")),
        ("Mon 14:00", end("lost", Some("late"))),
    ];
    let funnel = Funnel::of(&scenario, &[case(&scenario, "undone", "Mon 09:00", inputs)]);
    let reached: Vec<u64> = funnel.stages.iter().map(|line| line.reached.cases).collect();
    assert_eq!(reached, [1, 1, 1]);
    assert_eq!((funnel.won.cases, funnel.stage("request").unwrap().lost_cases()), (0, 1));
    assert!(funnel.balance().holds());
}

#[test]
fn f2_void_is_outside_conversions() {
    let scenario = scenario();
    let mut cases = four(&scenario);
    cases.push(case(&scenario, "spam", "Mon 09:00", vec![("Mon 09:05", end("void", Some("spam")))]));
    let funnel = Funnel::of(&scenario, &cases);
    let request = funnel.stage("request").unwrap();
    assert_eq!((request.reached.cases, request.reached_void.cases), (5, 1));
    let table = funnel.table("en");
    // 2 of 4, not of 5.
    assert!(table.lines().any(|line| line.starts_with("Sold") && line.ends_with("50.0 %")), "{table}");
    assert!(table.contains("Balance: won 2 + lost 1 + open 1 + void 1 = 5"), "{table}");
}

#[test]
fn f3_each_stage_has_its_conversions_and_void_is_in_none() {
    let scenario = scenario();
    let mut cases = four(&scenario);
    cases.push(case(&scenario, "spam", "Mon 09:00", vec![("Mon 09:05", end("void", Some("spam")))]));
    let found = Funnel::of(&scenario, &cases).conversions();
    let told: Vec<_> = found.iter().map(|it| (it.stage.as_str(), it.step, it.overall)).collect();
    assert_eq!(
        told,
        [
            ("request", Share::new(3, 4), Share::new(4, 4)),
            ("invoice", Share::new(3, 3), Share::new(3, 4)),
            ("shipment", Share::new(2, 3), Share::new(3, 4)),
        ]
    );
    // Two of three says little: somewhere between a fifth and nearly all.
    let interval = found[2].step.interval().unwrap();
    assert_eq!(format!("{:.2} {:.2}", interval.low, interval.high), "0.21 0.94");
    assert!(Funnel::of(&scenario, []).conversions().iter().all(|it| it.step.value().is_none()));
}

#[test]
fn f2_a_stage_that_the_scenario_has_no_more_keeps_a_line_and_the_balance() {
    let scenario = scenario();
    let old = SCENARIO.replace("invoice", "offer").replace("Invoice", "Offer");
    let old = Scenario::from_json(&old).unwrap();
    let lost = vec![("Mon 10:00", to("offer")), ("Mon 12:00", end("lost", Some("price")))];
    let open = vec![("Mon 10:00", to("offer"))];
    let cases = [case(&old, "lost", "Mon 09:00", lost), case(&old, "open", "Mon 09:00", open)];
    let funnel = Funnel::of(&scenario, &cases);
    let offer = funnel.stages.last().unwrap();
    assert_eq!(
        (offer.id.as_str(), offer.known, offer.entered.cases, offer.open.cases),
        ("offer", false, 2, 1)
    );
    assert_eq!(offer.label.get("en"), "Offer");
    assert!(funnel.balance().holds());

    let other = SCENARIO.replace(r#""id": "sale""#, r#""id": "quick-sale""#);
    let other = Scenario::from_json(&other).unwrap();
    let funnel = Funnel::of(&other, &four(&scenario));
    assert_eq!((funnel.transferred.cases, funnel.stage("request").unwrap().entered.cases), (4, 0));
    assert!(funnel.balance().holds());
}

#[test]
fn f7_the_order_of_cases_does_not_show() {
    let scenario = scenario();
    let cases = four(&scenario);
    let funnel = Funnel::of(&scenario, &cases);
    assert_eq!(funnel, Funnel::of(&scenario, cases.iter().rev()));
}

#[test]
fn f4_quantiles_are_type_7_and_exact() {
    let times: Times = (1..=10).collect();
    assert_eq!(times.percentile(90).unwrap().to_string(), "9.1");
    assert_eq!(times.median().unwrap().to_string(), "5.5");
    assert_eq!((times.percentile(0), times.percentile(100)), (Some(1.into()), Some(10.into())));
    assert_eq!([7].into_iter().collect::<Times>().percentile(90), Some(7.into()));
    assert_eq!(Times::default().median(), None);
    let long: Times = [i64::MAX / 4, i64::MAX / 4 + 1].into_iter().collect();
    assert_eq!(long.median().unwrap().to_string(), "2305843009213693951.5");
}

#[test]
fn the_table_reads_well_in_both_languages() {
    let scenario = scenario();
    let funnel = Funnel::of(&scenario, &four(&scenario));
    assert_eq!(
        funnel.table("en"),
        "\
Sale

Stage     Entered  Visits  Reached  Of first  Lost  Open  Median time  Working time
───────────────────────────────────────────────────────────────────────────────────
Request         4       4        4   100.0 %     1     0   2 h 30 min    2 h 30 min
Invoice         2       3        3    75.0 %     0     0          2 h           2 h
Shipment        3       3        3    75.0 %     0     1          1 h           1 h
───────────────────────────────────────────────────────────────────────────────────
Sold            2                2    50.0 %

Refusals       Cases  Of all lost  Who can resolve it
─────────────────────────────────────────────────────
Request            1      100.0 %
  No delivery      1      100.0 %  the company

Who can resolve it: the company 1.

Balance: won 2 + lost 1 + open 1 = 4
  reopened at some time: 1
"
    );
    let russian = funnel.table("ru-RU");
    for words in [
        "Продажа\n",
        "Этап ",
        "Счёт ",
        "100,0 %",
        "2 ч 30 мин",
        "Нет доставки",
        "компания 1",
        "Баланс: продано 2 + отказов 1",
    ] {
        assert!(russian.contains(words), "{words}: {russian}");
    }
}

#[test]
fn an_empty_funnel_is_a_funnel() {
    let scenario = scenario();
    let funnel = Funnel::of(&scenario, &[]);
    assert!(funnel.balance().holds());
    assert!(funnel.table("en").contains("Balance: won 0 + lost 0 + open 0 = 0"));
}

/// What statsmodels and scipy answer; the file says with which function.
fn oracle(name: &str) -> Vec<serde_json::Value> {
    let all: serde_json::Value = serde_json::from_str(include_str!("../data/stats.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

fn share(json: &serde_json::Value) -> Share {
    Share::new(json[0].as_u64().unwrap(), json[1].as_u64().unwrap())
}

fn close(found: f64, json: &serde_json::Value, what: &serde_json::Value) {
    let expected = json.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-9, "{found} and not {expected}: {what}");
}

#[test]
fn f3_intervals_are_those_that_others_compute() {
    for it in oracle("wilson_95") {
        let interval =
            Share::new(it["hits"].as_u64().unwrap(), it["of"].as_u64().unwrap()).interval().unwrap();
        close(interval.low, &it["low"], &it);
        close(interval.high, &it["high"], &it);
    }
    for it in oracle("newcombe_95") {
        let interval = share(&it["a"]).difference(&share(&it["b"])).unwrap();
        close(interval.low, &it["low"], &it);
        close(interval.high, &it["high"], &it);
    }
}

#[test]
fn f3_chances_are_those_that_others_compute() {
    for it in oracle("fisher_two_sided") {
        let (a, b) = (share(&it["a"]), share(&it["b"]));
        close(a.chance(&b), &it["p"], &it);
        close(b.chance(&a), &it["p"], &it);
    }
    for it in oracle("benjamini_hochberg") {
        let numbers = |name: &str| -> Vec<f64> {
            it[name].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
        };
        for (found, expected) in adjusted(&numbers("p")).iter().zip(it["adjusted"].as_array().unwrap()) {
            close(*found, expected, &it);
        }
    }
}

#[test]
fn f4_quantiles_are_those_that_others_compute() {
    for it in oracle("quantile_type7") {
        let times: Times = it["values"].as_array().unwrap().iter().map(|it| it.as_i64().unwrap()).collect();
        for (name, percent) in [("p10", 10), ("p50", 50), ("p90", 90), ("p99", 99)] {
            let found: f64 = times.percentile(percent).unwrap().to_string().parse().unwrap();
            close(found, &it[name], &it);
        }
    }
}

#[test]
fn f3_of_nothing_there_is_no_share_and_large_counts_come_to_an_end() {
    let nothing = Share::new(0, 0);
    assert_eq!(
        (nothing.value(), nothing.interval(), nothing.difference(&Share::new(1, 2))),
        (None, None, None)
    );
    assert_eq!(nothing.chance(&Share::new(1, 2)), 1.0);
    assert_eq!(Share::new(9, 4), Share::new(4, 4), "never more than all");
    let all = Share::new(4, 4).interval().unwrap();
    assert!(all.high == 1.0 && all.low > 0.5 && all.holds(0.9));
    // A third of a million against a half: no chance at all, and no overflow on the way.
    let (a, b) = (Share::new(333_333, 1_000_000), Share::new(500_000, 1_000_000));
    assert!(a.chance(&b) < 1e-300);
    assert!((Share::new(500_100, 1_000_000).chance(&b) - 0.888_6).abs() < 1e-3);
}
