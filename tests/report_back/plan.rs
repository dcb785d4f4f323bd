//! Plan and fact (F9).

use super::world::{at, layout, lost, number, open, records, void, won, worth};
use proptest::prelude::*;
use rust_decimal::Decimal;
use voronka::report::{Ask, CaseRecord, Keeping, PlanFact, Target, TargetError, TargetOf, Yardstick};

fn due(mut it: CaseRecord, date: &str) -> CaseRecord {
    it.expected = Some(date.parse().unwrap());
    it
}

fn of(mut it: CaseRecord, person: &str, team: &str) -> CaseRecord {
    (it.responsible, it.team) = (Some(person.into()), Some(team.into()));
    it
}

fn four() -> Vec<CaseRecord> {
    vec![
        of(worth(won("a"), "100", "RUB"), "anna", "north"),
        lost("b", "invoice", "price"),
        of(due(worth(open("c", "invoice"), "200", "RUB"), "2026-03-31"), "anna", "north"),
        of(due(worth(open("d", "request"), "50", "RUB"), "2026-03-15"), "boris", "north"),
    ]
}

fn plan(cases: &[CaseRecord], ask: &Ask, targets: &[Target]) -> PlanFact {
    PlanFact::of(&records(cases, Keeping::default()), &layout(), ask, targets).unwrap()
}

fn march(of: TargetOf, amount: i64) -> Target {
    Target::amount(of, "2026-03", amount.into(), "RUB")
}

#[test]
fn f9_four_cases_beside_their_plan_as_the_example_says() {
    let anna = || TargetOf::Person("anna".into());
    let targets = [
        march(TargetOf::All, 300),
        march(anna(), 300),
        march(TargetOf::Team("north".into()), 100),
        Target::cases(TargetOf::All, "2026-03", 3),
        Target::cases(anna(), "2026-04", 2),
    ];
    let it = plan(&four(), &Ask::default(), &targets);
    let all = &it.lines[0];
    let figures = |nth: usize| {
        let it = &it.lines[nth];
        [it.fact, it.open, it.given, it.measured, it.gap_given, it.gap_measured].map(|it| it.to_string())
    };
    assert_eq!(figures(0), ["100", "250", "130", "125", "70", "75"]);
    assert!(all.few && all.not_given.is_zero() && all.not_measured.is_zero());
    assert_eq!(figures(1), ["100", "200", "120", "100", "80", "100"]);
    assert_eq!(
        figures(2),
        ["100", "250", "130", "125", "-130", "-125"],
        "more is to be expected than planned"
    );
    assert_eq!(figures(3), ["1", "2", "0.8", "1", "1.2", "1"]);
    assert_eq!(figures(4), ["0", "0", "0", "0", "2", "2"]);
    let chance =
        |nth: usize| (it.chances[nth].given, it.chances[nth].measured.hits, it.chances[nth].measured.of);
    assert_eq!((chance(0), chance(1)), ((Some(20), 1, 2), (Some(60), 1, 2)));
}

#[test]
fn f9_void_is_in_no_chance_and_the_period_says_where_chances_are_measured() {
    let mut cases = four();
    cases.push(void("v", "invoice"));
    cases.push(lost("late", "request", "price"));
    cases[5].closing.as_mut().unwrap().at = at("2026-04-05 10:00");
    let it = plan(&cases, &Ask::default(), &[]);
    assert_eq!((it.chances[0].measured.of, it.chances[1].measured.of), (3, 2));
    let ask = Ask { to: Some(at("2026-04-01 00:00")), ..Ask::default() };
    let it = plan(&cases, &ask, &[]);
    assert_eq!(it.chances[0].measured.of, 2);
    // What is open stands in its month all the same.
    assert_eq!(it.months[0].open.cases, 2);
}

#[test]
fn f9_what_has_no_date_or_no_chance_stands_by_itself() {
    let cases = [
        worth(open("c", "invoice"), "200", "RUB"),
        due(worth(open("d", "request"), "7", "EUR"), "2026-05-01"),
        due(open("e", "former"), "2026-05-01"),
    ];
    let it = plan(&cases, &Ask::default(), &[march(TargetOf::All, 10)]);
    assert_eq!((it.undated.open.cases, it.undated.given.cases), (1, number("0.6")));
    // Nothing has closed yet, so nothing was measured; no gap is made smaller by it.
    assert_eq!((it.undated.measured.unknown.cases, it.undated.measured.cases), (1, Decimal::ZERO));
    let may = &it.months[0];
    assert_eq!((may.month.as_str(), may.open.cases, may.given.unknown.cases), ("2026-05", 2, 1));
    // Currencies are never added across.
    assert_eq!((may.given.by(&Yardstick::Amount("EUR".into())), may.given.amounts.len()), (number("1.4"), 1));
    assert_eq!((it.lines[0].fact, it.lines[0].gap_given), (Decimal::ZERO, Decimal::TEN));
}

#[test]
fn f9_a_month_ends_in_the_time_zone_of_the_report() {
    let mut case = won("a");
    // In Moscow it is April already.
    case.closing.as_mut().unwrap().at = at("2026-03-31 21:30");
    let it = plan(&[case], &Ask::default(), &[]);
    assert_eq!(it.months.iter().map(|it| it.month.as_str()).collect::<Vec<_>>(), ["2026-04"]);
}

#[test]
fn f9_targets_that_are_none_are_refused_by_their_place() {
    let good = r#"{"person": "anna", "month": "2026-03", "amount": "10.5", "currency": "RUB"}"#;
    let read = Target::read(&format!("\u{feff}[{good}, {{\"month\": \"2026-03\", \"cases\": 2}}]")).unwrap();
    assert_eq!(read[0], Target::amount(TargetOf::Person("anna".into()), "2026-03", number("10.5"), "RUB"));
    assert_eq!(read[1], Target::cases(TargetOf::All, "2026-03", 2));
    for (wrong, why) in [
        (r#"{"month": "2026-3", "cases": 1}"#, "no month"),
        (r#"{"month": "2026-00", "cases": 1}"#, "no month"),
        (r#"{"month": "+026-01", "cases": 1}"#, "no month"),
        (r#"{"month": "2026-03"}"#, "either `amount` and `currency`, or `cases`"),
        (r#"{"month": "2026-03", "amount": "1"}"#, "needs its `currency`"),
        (r#"{"month": "2026-03", "amount": "1", "currency": "RUB", "cases": 1}"#, "either"),
        (r#"{"month": "2026-03", "amount": "-1", "currency": "RUB"}"#, "not below zero"),
        (r#"{"month": "2026-03", "amount": "1", "currency": " "}"#, "`currency` is empty"),
        (r#"{"person": "a", "team": "b", "month": "2026-03", "cases": 1}"#, "not of both"),
        (r#"{"person": "", "month": "2026-03", "cases": 1}"#, "`person` is empty"),
        (r#"{"month": "2026-03", "cases": -1}"#, "-1"),
        (r#"{"month": "2026-03", "case": 1}"#, "unknown field `case`"),
        (good, "an earlier one"),
    ] {
        let error = Target::read(&format!("[{good}, {wrong}]")).unwrap_err();
        assert!(matches!(error, TargetError::Target { nth: 2, .. }), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(matches!(Target::read("{"), Err(TargetError::Json(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn f9_nothing_is_lost_between_months_and_weights_lie_within(
        which in prop::collection::vec((0..4_u8, 0..2_u8, 0..4_u8), 0..40)
    ) {
        let cases: Vec<CaseRecord> = which.iter().enumerate().map(|(n, (kind, stage, month))| {
            let (id, stage) = (format!("c{n}"), ["request", "invoice"][usize::from(*stage)]);
            let it = match kind {
                0 => won(&id),
                1 => lost(&id, stage, "price"),
                _ => open(&id, stage),
            };
            let it = worth(it, &(n + 1).to_string(), if n % 2 == 0 { "RUB" } else { "EUR" });
            if *month == 0 { it } else { due(it, &format!("2026-0{month}-10")) }
        }).collect();
        let it = plan(&cases, &Ask::default(), &[]);
        let lines = || it.months.iter().chain([&it.undated]);
        let open: u64 = lines().map(|it| it.open.cases).sum();
        let sold: u64 = lines().map(|it| it.won.cases).sum();
        prop_assert_eq!(open, which.iter().filter(|it| it.0 > 1).count() as u64);
        prop_assert_eq!(sold, which.iter().filter(|it| it.0 == 0).count() as u64);
        for line in lines() {
            for weighted in [&line.given, &line.measured] {
                for by in [Yardstick::Cases, Yardstick::Amount("RUB".into()), Yardstick::Amount("EUR".into())] {
                    let most = by.of(&line.open) - by.of(&weighted.unknown);
                    prop_assert!(weighted.by(&by) >= Decimal::ZERO && weighted.by(&by) <= most);
                }
            }
        }
    }
}
