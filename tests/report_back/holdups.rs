//! What holds people up most, and how the cases ended (S13).

use super::world::{lost, open, won, worth};
use voronka::Scenario;
use voronka::report::{
    Ask, CaseRecord, DebtRecord, HoldUps, Keeping, Layout, Records, RefusalCount, WorkRecord,
};

/// The sale, whose request asks for an amount before it is left, and whose invoice was once called the bill.
fn asking() -> Scenario {
    let text = super::world::SALE.replace(
        r#""probability": 20"#,
        r#""probability": 20, "leave": { "need": [{ "field": "amount" }, { "field": "size" }] }"#,
    );
    Scenario::from_json(&text).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

fn count(version: u32, stage: &str, rule: &str, role: &str, count: u64) -> RefusalCount {
    RefusalCount { version, stage: stage.into(), rule: rule.into(), role: role.into(), count }
}

fn owing(mut it: CaseRecord, rules: &[&str]) -> CaseRecord {
    let debt = |rule: &&str| DebtRecord { rule: (*rule).into(), since: it.opened_at, end: None };
    it.work = Some(Box::new(WorkRecord { debts: rules.iter().map(debt).collect(), ..WorkRecord::default() }));
    it
}

const AMOUNT: &str = "V-M3-field request/leave/amount";

fn held(counts: &[RefusalCount], ask: &Ask) -> HoldUps {
    let scenario = asking();
    let amount = AMOUNT.split_once(' ').unwrap().1;
    let cases = [
        worth(owing(won("a"), &[]), "10", "RUB"),
        owing(lost("b", "invoice", "price"), &[amount, amount]),
        owing(lost("c", "request", "delivery"), &[amount, "invoice/enter/gone"]),
        owing(open("d", "request"), &[]),
    ];
    let mut records = Records::new(Keeping { work: true, ..Keeping::default() });
    records.learn(&scenario);
    cases.iter().for_each(|it| records.insert(it).unwrap());
    let layout = Layout::of(&scenario).mapped(0, 1, [("bill".to_owned(), "invoice".to_owned())].into());
    HoldUps::of(&records, &layout, ask, &scenario, counts).unwrap()
}

#[test]
fn s13_refusals_are_added_up_by_rule_and_stand_beside_how_the_cases_ended() {
    let counts = [
        count(1, "request", AMOUNT, "manager", 5),
        count(2, "request", AMOUNT, "manager", 3),
        count(2, "request", AMOUNT, "", 1),
        count(1, "bill", "V-M1-stage", "manager", 4),
        count(2, "invoice", "V-M1-stage", "head", 6),
        count(2, "", "V-G1-open", "guest", 2),
        count(2, "invoice", "V-M1-none", "head", 0),
    ];
    let HoldUps(all) = held(&counts, &Ask::default());
    let told: Vec<_> = all.iter().map(|it| (it.code.as_str(), it.stage.as_str(), it.refusals)).collect();
    assert_eq!(
        told,
        [
            ("V-M1-stage", "invoice", 10),
            ("V-M3-field", "request", 9),
            ("V-G1-open", "", 2),
            ("", "invoice", 0)
        ]
    );
    // A stage that was renamed counts as what it became; versions and roles stay visible.
    assert_eq!(all[0].versions, [(1, 4), (2, 6)].into());
    assert_eq!(all[1].roles, [(String::new(), 1), ("manager".to_owned(), 8)].into());
    // Of all that entered the stage, whether they were refused there or not.
    let entered = all[1].entered.as_ref().unwrap();
    assert_eq!(
        (entered.cases.cases, entered.won.cases, entered.lost.cases, entered.open.cases),
        (4, 1, 2, 1)
    );
    assert_eq!(entered.reasons.keys().collect::<Vec<_>>(), ["delivery", "price"]);
    assert_eq!(entered.won.sum("RUB"), 10.into());
    assert_eq!(all[0].entered.as_ref().unwrap().cases.cases, 2);
    assert!(all[2].entered.is_none(), "who is refused on opening has no case");
    // Debts are the cases' own: two cases, one of them with two debts of the rule, and both were lost.
    let debts = all[1].debts.as_ref().unwrap();
    assert_eq!((debts.cases.cases, debts.lost.cases), (2, 2));
    assert!(all[0].debts.is_none(), "it is no requirement");
    assert!(!all[1].words.get("en").is_empty() && all[1].words.get("ru") != all[1].words.get("en"));
    // A requirement that was only ever passed over, and that the scenario does not have any more.
    assert_eq!(all[3].requirement.as_deref(), Some("invoice/enter/gone"));
    assert_eq!((all[3].debts.as_ref().unwrap().cases.cases, all[3].words.get("en")), (1, ""));
}

#[test]
fn s13_the_filter_chooses_cases_and_not_refusals() {
    let counts = [count(1, "request", AMOUNT, "manager", 5)];
    let ask = Ask { only: "outcome=lost".parse().unwrap(), ..Ask::default() };
    let HoldUps(all) = held(&counts, &ask);
    assert_eq!((all[0].refusals, all[0].entered.as_ref().unwrap().cases.cases), (5, 2));
    assert_eq!(
        held(&counts, &ask),
        held(&[count(1, "request", AMOUNT, "manager", 2), count(1, "request", AMOUNT, "manager", 3)], &ask)
    );
    assert!(held(&[], &Ask { only: "outcome=won".parse().unwrap(), ..Ask::default() }).0.is_empty());
}
