//! The example of refusals: its text word by word, and the numbers that it is there to show.

use super::refusals::{Story, run};
use rust_decimal::Decimal;
use std::path::Path;
use std::sync::OnceLock;
use voronka::report::{Refusal, Share};
use voronka::scenario::def::Resolver;

/// Each language is played once.
fn story(ru: bool) -> &'static Story {
    static PLAYED: [OnceLock<Story>; 2] = [const { OnceLock::new() }; 2];
    PLAYED[usize::from(ru)].get_or_init(|| run(ru).unwrap())
}

/// Rewrite with `UPDATE_GOLDEN=1 cargo test --all-features examples`, then read what `git diff` shows.
#[test]
fn f6_the_refusals_of_the_wholesale_funnel_are_told_in_both_languages() {
    for (ru, file) in [(false, "refusals.txt"), (true, "refusals.ru.txt")] {
        let told = &story(ru).text;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, told).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        for (number, (found, expected)) in told.lines().zip(golden.lines()).enumerate() {
            assert_eq!(found, expected, "{file}, line {}; see `UPDATE_GOLDEN`", number + 1);
        }
        assert_eq!(*told, golden, "{file}; see `UPDATE_GOLDEN`");
    }
}

fn of<'r>(all: &'r [Refusal], reason: &str) -> &'r Refusal {
    all.iter().find(|it| it.reason == reason).unwrap()
}

/// Each share with the base that is named: of all refusals, of all requests, of the requests of a channel.
#[test]
fn f6_each_main_refusal_has_its_share_of_the_base_that_is_named() {
    let report = &story(false).report;
    let funnel = &report.funnel;
    assert!(funnel.balance().holds());
    let balance = funnel.balance();
    assert_eq!(
        (balance.cases, balance.won, balance.lost, balance.open, balance.void),
        (1260, 490, 600, 110, 60)
    );
    assert_eq!((funnel.lost().cases, funnel.requests()), (600, 1200));

    let shares = funnel.refusal_shares();
    let share = |reason: &str| shares.iter().find(|it| it.refusal.reason == reason).unwrap();
    assert_eq!(share("special_order_slow").of_lost, Share::new(90, 600), "15 % of all refusals");
    assert_eq!(share("no_service").of_requests, Share::new(60, 1200), "5 % of the clients' requests");
    assert_eq!(share("no_delivery").of_lost, Share::new(108, 600), "18 % of all refusals");

    let slices = report.slices.as_ref().unwrap();
    assert!(!slices.overlapping);
    let email = slices.slices.iter().find(|it| it.value == "email").unwrap();
    let shares = email.funnel.refusal_shares();
    let builders = shares.iter().find(|it| it.refusal.reason == "no_builders").unwrap();
    assert_eq!(builders.of_requests, Share::new(15, 500), "3 % of the requests by e-mail");
    // Elsewhere hardly anybody asks for them, so that the share of all requests would hide it.
    assert_eq!(of(&funnel.refusals(), "no_builders").total.cases, 18);

    for reason in ["special_order_slow", "no_delivery", "no_service", "no_builders"] {
        assert_eq!(of(&funnel.refusals(), reason).resolved_by, Resolver::Company, "{reason}");
    }
    let by = funnel.resolvable();
    assert_eq!(by[&Resolver::Company].cases, 336);
    assert_eq!((by[&Resolver::Employee].cases, by[&Resolver::Nobody].cases), (24, 240));
}

/// About a fifth of all that was lost, if the company resolves the four; by hand from the conversions of the funnel.
#[test]
fn f6_about_a_fifth_of_the_lost_would_be_sold() {
    let Story { report, recovery, .. } = story(false);
    let expected = |it: &str, lost: f64, share: f64, way: &[(f64, f64)]| {
        let found = recovery.parts.iter().filter(|part| format!("{}/{}", part.stage, part.reason) == it);
        let found: Vec<f64> = found.map(|it| it.regained.cases.expected.try_into().unwrap()).collect();
        let by_hand = lost * share * way.iter().map(|(passed, of)| passed / of).product::<f64>();
        assert!((found[0] - by_hand).abs() < 1e-4, "{it}: {found:?}, {by_hand}");
    };
    // 490 are sold and 15 wait for it; 76 were lost on prepayment and 25 wait there; and so on.
    let prepayment = (505.0, 505.0 + 76.0);
    let invoice = (606.0, 606.0 + 264.0);
    expected("request/special_order_slow", 90.0, 0.8, &[(900.0, 900.0 + 170.0), invoice, prepayment]);
    expected("invoice/no_delivery", 108.0, 0.7, &[(606.0, 606.0 + 156.0), prepayment]);
    expected("request/no_service", 24.0, 0.7, &[(900.0, 1136.0), (606.0, 606.0 + 228.0), prepayment]);
    expected("invoice/no_service", 36.0, 0.7, &[(606.0, 606.0 + 228.0), prepayment]);
    expected("request/no_builders", 18.0, 0.7, &[(900.0, 1142.0), invoice, prepayment]);

    let lost = Decimal::from(report.funnel.lost().cases);
    let share = recovery.all.cases.of(lost).unwrap();
    assert_eq!(share.expected.round_dp(2), Decimal::new(20, 2));
    assert!(share.low < share.expected && share.expected < share.high);
    assert!(!recovery.few);
}

/// From a number to its cases, to a bulk, to what came of it.
#[test]
fn f8_the_cases_of_one_number_come_back_and_the_next_report_says_how_many() {
    let Story { report, recovery, listed, returned, brought, .. } = story(false);
    let lost = &report.funnel.stage("request").unwrap().lost;
    assert_eq!(of(lost, "special_order_slow").total.cases, 90);
    assert_eq!(listed.len(), 90);
    assert_eq!(returned.len(), 90);
    for it in returned {
        assert!(it.back.is_ok() && matches!(it.call, Some(Ok(_))), "{it:?}");
        assert!(listed.contains(&it.case) && it.runs == it.case);
    }
    let [back] = brought.reasons.as_slice() else { panic!("{:#?}", brought.reasons) };
    let now = &back.reopened;
    let counts = [&now.cases, &now.won, &now.lost, &now.open].map(|it| it.cases);
    assert_eq!((back.reason.as_str(), counts), ("special_order_slow", [90, 35, 46, 9]));
    let expected = recovery.reasons.iter().find(|it| it.reason == back.reason).unwrap().regained.cases;
    assert_eq!(back.expected_cases, Some(expected));
    let won = Decimal::from(back.won());
    assert!(expected.low <= won && won <= expected.high, "{won} beside {expected:?}");
}

/// The document that `-o` writes has all of it, and both languages tell the same numbers.
#[test]
fn f6_both_languages_tell_the_same_numbers() {
    let (en, ru) = (story(false), story(true));
    assert_eq!(en.report.funnel, ru.report.funnel);
    assert_eq!(en.recovery, ru.recovery);
    assert_eq!(en.listed, ru.listed);
    for story in [en, ru] {
        for (section, table) in [("funnel", "stages"), ("refusals", "comments"), ("slices", "slice_refusals")]
        {
            assert!(story.page.table(section, table).is_some(), "{section}/{table}");
        }
        let html = story.page.html();
        assert!(html.contains("no_builders"), "the queries behind the numbers are in the page");
    }
}
