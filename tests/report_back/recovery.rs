//! What would come back if reasons were resolved, held against figures that can be counted by hand (F6).

use super::world::{funnel, lost, number, open, void, won, worth};
use proptest::prelude::*;
use rust_decimal::Decimal;
use voronka::report::{CaseRecord, Funnel, Goal, Range, Recover, RecoverError, Recovery, Share, Yardstick};

fn four() -> Vec<CaseRecord> {
    vec![
        won("a"),
        worth(lost("b", "request", "price"), "100", "RUB"),
        worth(lost("c", "request", "delivery"), "300", "RUB"),
        worth(lost("d", "invoice", "delivery"), "1000.50", "EUR"),
    ]
}

fn shown(range: &Range) -> String {
    format!("{} {} {}", range.low.round_dp(2), range.expected.round_dp(2), range.high.round_dp(2))
}

fn recovered(cases: &[CaseRecord], reasons: &[&str]) -> Recovery {
    let recover: Vec<Recover> = reasons.iter().map(|it| it.parse().unwrap()).collect();
    funnel(cases).recovered(&recover).unwrap()
}

#[test]
fn f6_four_cases_come_back_as_the_example_says() {
    let back = recovered(&four(), &["delivery"]);
    let part = |stage: &str| back.parts.iter().find(|it| it.stage == stage).unwrap();
    assert_eq!(part("request").way.steps(), [Share::new(2, 3), Share::new(1, 1)]);
    assert_eq!(part("invoice").way.steps(), [Share::new(1, 1)]);
    assert_eq!(part("request").regained.cases.expected, number("0.666667"));
    assert_eq!(part("invoice").regained.cases.expected, Decimal::ONE);
    assert_eq!(shown(&back.all.cases), "0.30 1.67 1.94");
    // Each currency by itself: two thirds of 300, and all of 1000.50.
    assert_eq!(back.all.sum("RUB").expected, Decimal::from(200));
    assert_eq!(back.all.sum("EUR").expected, number("1000.5"));
    assert_eq!(back.all.sum("USD"), Range::default());
    assert!(back.few && back.parts.iter().all(|it| it.few), "of three nothing follows");
    assert_eq!(back.growth(&Yardstick::Cases).unwrap().expected, number("1.666667"));
    assert_eq!(part("request").cases().to_string(), "lost_at=request,reason=delivery");
    assert_eq!(back.stages.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["request", "invoice"]);

    // Half of them bring half of it.
    let half = recovered(&four(), &["delivery=50%"]);
    assert_eq!(half.all.cases.expected, number("0.833333"));
    assert_eq!(half.reasons[0].share, number("0.5"));
}

#[test]
fn f6_open_and_void_cases_are_not_lost() {
    let mut cases = four();
    let before = recovered(&cases, &["delivery"]).all;
    cases.extend([void("v", "request"), void("w", "invoice"), open("o", "request")]);
    assert_eq!(recovered(&cases, &["delivery"]).all, before);
    // One that stands on the invoice has passed the request, and is undecided where it stands.
    cases.push(open("p", "invoice"));
    let back = recovered(&cases, &["delivery"]);
    let request = &back.parts[0];
    assert_eq!(request.way.steps(), [Share::new(3, 4), Share::new(1, 1)]);
}

#[test]
fn f6_the_range_of_one_stage_is_wilsons() {
    let cases: Vec<CaseRecord> = (0..40)
        .map(|n| {
            let id = n.to_string();
            if n < 30 { won(&id) } else { lost(&id, "invoice", if n < 35 { "price" } else { "delivery" }) }
        })
        .collect();
    let funnel = funnel(&cases);
    let way = funnel.way("invoice", "delivery");
    let wilson = Share::new(30, 35).interval().unwrap();
    assert!(
        (way.interval().low - wilson.low).abs() < 1e-12 && (way.interval().high - wilson.high).abs() < 1e-12
    );
    assert!(!way.is_small());
    // From the request on nobody was lost there: 35 of 35, then the same; wider than one alone, narrower than both ends.
    let (both, all) = (funnel.way("request", "delivery").interval(), Share::new(35, 35).interval().unwrap());
    assert!(both.low < wilson.low && both.low > wilson.low * all.low, "{both:?} {wilson:?} {all:?}");
}

#[test]
fn f6_a_reason_that_is_not_lost_by_is_named_and_nonsense_is_refused() {
    let funnel = funnel(&four());
    let back = funnel.recovered(&[Recover::all("moved")]).unwrap();
    assert_eq!((back.nothing_lost, back.all), (vec!["moved".to_owned()], Default::default()));
    let twice = funnel.recovered(&[Recover::all("price"), Recover::all("price")]);
    assert_eq!(twice, Err(RecoverError::Twice("price".into())));
    for wrong in ["price=120%", "price=-0.1", "price=much", "price=", "price=1.01", "price=%"] {
        assert!(matches!(wrong.parse::<Recover>(), Err(RecoverError::Share { .. })), "{wrong}");
    }
    let over = Recover::share("price", Decimal::TWO);
    assert!(matches!(funnel.recovered(&[over]), Err(RecoverError::Share { .. })));
    assert_eq!("price = 12.5 %".parse::<Recover>(), Ok(Recover::share("price", number("0.125"))));
    // Where nothing was won, nothing is to be expected; what is possible is not nothing.
    let none = recovered(&[lost("x", "invoice", "price")], &["price"]);
    assert_eq!(shown(&none.all.cases), "0 0 1");
    assert_eq!(none.growth(&Yardstick::Cases), None);
}

/// 60 won; lost 20 for delivery and 10 for price from the invoice, 10 because they moved away.
fn hundred() -> Funnel {
    let case = |n: usize| {
        let id = n.to_string();
        match n {
            0..60 => worth(won(&id), "10", "RUB"),
            60..80 => worth(lost(&id, "invoice", "delivery"), "1", "RUB"),
            80..90 => worth(lost(&id, "invoice", "price"), "100", "RUB"),
            _ => lost(&id, "invoice", "moved"),
        }
    };
    funnel(&(0..100).map(case).collect::<Vec<_>>())
}

#[test]
fn f6_the_fewest_reasons_for_so_much_more_sales() {
    let funnel = hundred();
    // Delivery brings 20 · 60/80 = 15 cases, a quarter more; price 10 · 60/90 = 6.67.
    let quarter = funnel.needed(&Goal::growth(number("0.25"))).unwrap();
    let named =
        |it: &voronka::report::Needed| it.means.iter().map(|it| it.reason.reason.clone()).collect::<Vec<_>>();
    assert_eq!((named(&quarter), quarter.suffices), (vec!["delivery".to_owned()], true));
    assert_eq!(quarter.means[0].growth.expected, number("0.25"));
    assert!(!quarter.surely, "at the low end it is less");
    assert_eq!(quarter.passed_over, ["moved"]);
    let third = funnel.needed(&Goal::growth(number("0.3"))).unwrap();
    assert_eq!((named(&third), third.more), (vec!["delivery".into(), "price".into()], number("18")));
    assert_eq!(third.means[1].growth.expected, number("0.361111"));

    // By amount the order is another one: price brings 666.67 of 600.
    let amount = Goal { by: Yardstick::Amount("RUB".into()), ..Goal::growth(number("0.3")) };
    let by_amount = funnel.needed(&amount).unwrap();
    assert_eq!((named(&by_amount), by_amount.surely), (vec!["price".to_owned()], true));

    // All that may be resolved do not suffice for half more, and it says how far they reach.
    let half = funnel.needed(&Goal::growth(number("0.5"))).unwrap();
    assert_eq!((half.suffices, half.means.len(), half.reach.expected), (false, 2, number("0.361111")));
    let anybody = Goal { also_nobody: true, ..Goal::growth(number("0.45")) };
    let anybody = funnel.needed(&anybody).unwrap();
    assert_eq!((named(&anybody).len(), anybody.suffices, anybody.passed_over.len()), (3, true, 0));
    // With half of them each, less is reached.
    let shares = [("delivery".to_owned(), number("0.1"))].into();
    let less = funnel.needed(&Goal { share: number("0.5"), shares, ..Goal::growth(number("0.3")) }).unwrap();
    assert_eq!((named(&less), less.suffices), (vec!["price".into(), "delivery".into()], false));

    let nothing = |goal: &Goal| funnel.needed(goal).unwrap_err().to_string();
    assert!(nothing(&Goal::growth(Decimal::ZERO)).contains("no growth"));
    let euro = Goal { by: Yardstick::Amount("EUR".into()), ..Goal::growth(number("0.3")) };
    assert!(nothing(&euro).contains("nothing was won in EUR"));
    let over = Goal { share: Decimal::TEN, ..Goal::growth(number("0.3")) };
    assert!(nothing(&over).contains("from 0 to 1"));
}

#[test]
fn f6_a_goal_is_plain_data() {
    let goal: Goal = serde_json::from_str(r#"{"growth": "0.3", "by": {"amount": "RUB"}}"#).unwrap();
    assert_eq!(goal, Goal { by: Yardstick::Amount("RUB".into()), ..Goal::growth(number("0.3")) });
    assert!(serde_json::from_str::<Goal>(r#"{"growth": "0.3", "bye": "cases"}"#).is_err());
}

/// Each number of the way by going through the cases one by one.
fn naive(cases: &[CaseRecord], reason: &str) -> f64 {
    let stages = ["request", "invoice"];
    let place = |it: &CaseRecord| {
        let stage = it.closing.as_ref().map_or_else(|| &it.visits.last().unwrap().stage, |end| &end.from);
        stages.iter().position(|name| name == stage).unwrap()
    };
    let why = |it: &CaseRecord| it.closing.as_ref().map(|it| it.reason_id().to_owned());
    let is = |it: &CaseRecord, stage: &str| it.closing.as_ref().is_some_and(|end| end.stage == stage);
    let mut sum = 0.0;
    for case in cases.iter().filter(|it| is(it, "lost") && why(it).as_deref() == Some(reason)) {
        let mut chance = 1.0;
        for t in place(case)..2 {
            let passed =
                cases.iter().filter(|it| !is(it, "void") && (is(it, "won") || place(it) > t)).count();
            let stopped = cases
                .iter()
                .filter(|it| is(it, "lost") && place(it) == t && why(it).as_deref() != Some(reason))
                .count();
            chance *= if passed == 0 { 0.0 } else { passed as f64 / (passed + stopped) as f64 };
        }
        sum += chance;
    }
    sum
}

fn any_case() -> impl Strategy<Value = (u8, u8, u8)> {
    (0..6_u8, 0..2_u8, 0..4_u8)
}

fn made(which: &[(u8, u8, u8)]) -> Vec<CaseRecord> {
    let case = |(n, (kind, stage, why)): (usize, &(u8, u8, u8))| {
        let (id, stage) = (format!("c{n}"), ["request", "invoice"][usize::from(*stage)]);
        let it = match kind {
            0 | 1 => won(&id),
            2..=3 => lost(&id, stage, ["price", "delivery", "moved", ""][usize::from(*why)]),
            4 => void(&id, stage),
            _ => open(&id, stage),
        };
        worth(it, &format!("{}.{why}", n + 1), if n % 3 == 0 { "EUR" } else { "RUB" })
    };
    which.iter().enumerate().map(case).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn f6_what_comes_back_was_lost_and_more_is_not_less(
        which in prop::collection::vec(any_case(), 0..60),
        share in 0..=100_u32,
        more in 0..=100_u32,
    ) {
        let cases = made(&which);
        let funnel = funnel(&cases);
        let reasons = ["price", "delivery", "moved", ""];
        let with = |percent: u32| {
            let share = Decimal::new(percent.into(), 2);
            funnel.recovered(&reasons.map(|it| Recover::share(it, share))).unwrap()
        };
        let back = with(share);
        let tiny = Decimal::new(1, 5);
        for part in &back.parts {
            let most = Decimal::from(part.lost.cases) * part.share;
            let it = part.regained.cases;
            prop_assert!(Decimal::ZERO <= it.low && it.low <= it.expected && it.expected <= it.high);
            prop_assert!(it.high <= most + tiny, "{it:?} of {most}");
            for (currency, range) in &part.regained.amounts {
                prop_assert!(range.low <= range.expected && range.expected <= range.high);
                prop_assert!(range.high <= part.lost.sum(currency) * part.share + tiny);
            }
        }
        let sum: Decimal = back.parts.iter().map(|it| it.regained.cases.expected).sum();
        let by_reason: Decimal = back.reasons.iter().map(|it| it.regained.cases.expected).sum();
        let by_stage: Decimal = back.stages.iter().map(|(_, it)| it.cases.expected).sum();
        prop_assert!(sum == back.all.cases.expected && sum == by_reason && sum == by_stage);
        if share == 0 {
            prop_assert!(back.all.cases == Range::default());
        }
        let (less, more) = (with(share.min(more)), with(share.max(more)));
        prop_assert!(less.all.cases.expected <= more.all.cases.expected);
        prop_assert!(less.all.cases.low <= more.all.cases.low && less.all.cases.high <= more.all.cases.high);
        // All of one reason at the last stage, where nothing else is lost: all come back.
        let invoice = funnel.stage("invoice").unwrap();
        if funnel.won.cases > 0 && let [only] = invoice.lost.as_slice() {
            let all = funnel.recovered(&[Recover::all(only.reason.as_str())]).unwrap();
            let part = all.parts.iter().find(|it| it.stage == "invoice").unwrap();
            prop_assert_eq!(part.regained.cases.expected, Decimal::from(only.total.cases));
        }
    }

    #[test]
    fn f6_a_naive_count_says_the_same(which in prop::collection::vec(any_case(), 0..60)) {
        let cases = made(&which);
        let funnel = funnel(&cases);
        for reason in ["price", "delivery", "moved"] {
            let found = funnel.recovered(&[Recover::all(reason)]).unwrap().all.cases.expected;
            let found: f64 = found.to_string().parse().unwrap();
            prop_assert!((found - naive(&cases, reason)).abs() < 1e-4, "{} {}", found, naive(&cases, reason));
        }
    }

    #[test]
    fn f6_no_fewer_reasons_suffice(which in prop::collection::vec(any_case(), 0..60), percent in 1..150_u32) {
        let funnel = funnel(&made(&which));
        let goal = Goal { also_nobody: true, ..Goal::growth(Decimal::new(percent.into(), 2)) };
        let Ok(needed) = funnel.needed(&goal) else {
            prop_assert_eq!(funnel.won.cases, 0);
            return Ok(());
        };
        let reasons = ["price", "delivery", "moved", ""];
        let enough = |set: u8| {
            let chosen = (0..4).filter(|bit| set >> bit & 1 == 1).map(|bit| Recover::all(reasons[bit]));
            let back = funnel.recovered(&chosen.collect::<Vec<_>>()).unwrap();
            back.all.cases.expected >= needed.more
        };
        let least = (0..16_u8).filter(|set| enough(*set)).map(u8::count_ones).min();
        prop_assert_eq!(least.is_some(), needed.suffices);
        if let Some(least) = least {
            prop_assert_eq!(needed.means.len(), least as usize);
        }
    }
}
