//! What was brought back, beside what was expected (F6, F8).

use super::world::{at, closing, layout, lost, number, open, records, void, won, worth};
use voronka::report::{
    Ask, BroughtBack, CaseRecord, Ends, Expected, ExpectedError, Keeping, Range, Recover, VisitRecord,
};
use voronka::scenario::def::{Resolver, StageOutcome};

/// Lost on the 10th for the reason, and reopened on the 20th.
fn back(mut it: CaseRecord, why: &str) -> CaseRecord {
    it.earlier.push(closing("request", StageOutcome::Lost, why, "2026-03-10 12:00"));
    it.reopened += 1;
    let again = VisitRecord { reopened: true, from: at("2026-03-20 09:00"), ..it.visits[0].clone() };
    let last = it.visits.pop().unwrap();
    it.visits.push(VisitRecord { took: again.took, ..last.clone() });
    it.visits.push(VisitRecord { took: last.took, ..again });
    if let Some(end) = &mut it.closing {
        end.at = at("2026-03-25 12:00");
    }
    it
}

/// Opened on the 1st of April after another one.
fn after(mut it: CaseRecord, other: &str) -> CaseRecord {
    it.follows.push(other.into());
    it.opened_at = at("2026-04-01 08:00");
    it
}

fn cases() -> Vec<CaseRecord> {
    vec![
        worth(back(won("a"), "delivery"), "100", "RUB"),
        back(lost("b", "request", "price"), "delivery"),
        lost("c", "invoice", "delivery"),
        worth(after(open("d", "request"), "c"), "70", "EUR"),
        after(open("e", "request"), "gone"),
        after(open("f", "request"), "g"),
        won("g"),
        void("v", "request"),
    ]
}

fn brought(cases: &[CaseRecord], ask: &Ask, expected: &[Expected]) -> BroughtBack {
    BroughtBack::of(&records(cases, Keeping::default()), &layout(), ask, expected).unwrap()
}

fn counts(it: &Ends) -> [u64; 5] {
    [it.cases.cases, it.won.cases, it.lost.cases, it.open.cases, it.void.cases]
}

#[test]
fn f6_what_came_back_stands_beside_what_was_expected() {
    let expected = Expected::read(
        r#"[{"reason": "delivery", "share": "0.5"}, {"reason": "moved", "cases": {"low": "1", "expected": "2", "high": "3"}}]"#,
    )
    .unwrap();
    let it = brought(&cases(), &Ask::default(), &expected);
    let delivery = &it.reasons[0];
    assert_eq!((delivery.reason.as_str(), delivery.resolved_by), ("delivery", Resolver::Company));
    // Lost for it at some time: a, b and c; half of them were expected.
    let half = number("1.5");
    assert_eq!(
        (delivery.lost, delivery.expected_cases),
        (3, Some(Range { low: half, expected: half, high: half }))
    );
    assert_eq!((counts(&delivery.reopened), counts(&delivery.followed)), ([2, 1, 1, 0, 0], [1, 0, 0, 1, 0]));
    assert_eq!(delivery.won(), 1);
    assert_eq!(delivery.reopened.won.sum("RUB"), number("100"));
    assert_eq!(delivery.followed.open.sum("EUR"), number("70"));
    // It was lost again, for another reason.
    assert_eq!(delivery.reopened.reasons.keys().collect::<Vec<_>>(), ["price"]);
    assert_eq!(delivery.cases().to_string(), "lost_before=delivery");
    // Nothing came for the other reason, and it says so.
    let moved = &it.reasons[1];
    assert_eq!((moved.reason.as_str(), moved.won(), moved.lost), ("moved", 0, 0));
    assert_eq!(moved.expected_cases.unwrap().expected, number("2"));
    assert_eq!((counts(&it.reopened), counts(&it.followed)), ([2, 1, 1, 0, 0], [1, 0, 0, 1, 0]));
    // One follows a case that is not there; one follows a case that was won, which is nothing brought back.
    assert_eq!((it.elsewhere.cases, it.unknown.cases, it.reasons.len()), (1, 0, 2));
}

#[test]
fn f6_the_period_is_that_of_coming_back() {
    let march =
        Ask { from: Some(at("2026-03-20 00:00")), to: Some(at("2026-04-01 00:00")), ..Ask::default() };
    let it = brought(&cases(), &march, &[]);
    assert_eq!((it.reopened.cases.cases, it.followed.cases.cases), (2, 0));
    let april = Ask { from: Some(at("2026-04-01 00:00")), ..Ask::default() };
    let it = brought(&cases(), &april, &[]);
    assert_eq!((it.reopened.cases.cases, it.followed.cases.cases), (0, 1));
    let only = Ask { only: "outcome=won".parse().unwrap(), ..Ask::default() };
    assert_eq!(brought(&cases(), &only, &[]).reopened.cases.cases, 1);
}

#[test]
fn f6_a_case_lost_for_two_reasons_stands_under_each_and_once_in_all() {
    let mut twice = back(won("a"), "delivery");
    twice.earlier.push(closing("request", StageOutcome::Lost, "price", "2026-03-12 12:00"));
    twice.earlier.push(closing("request", StageOutcome::Lost, "price", "2026-03-13 12:00"));
    twice.reopened = 3;
    let mut unheard = won("u");
    unheard.reopened = 1;
    let it = brought(&[twice, unheard], &Ask::default(), &[]);
    let told: Vec<_> = it.reasons.iter().map(|it| (it.reason.as_str(), it.lost, it.won())).collect();
    assert_eq!(told, [("delivery", 1, 1), ("price", 1, 1)]);
    assert_eq!((it.reopened.cases.cases, it.unknown.cases), (1, 1));
}

#[test]
fn f6_a_follower_counts_by_how_the_other_stood_when_it_was_opened() {
    // The other one was lost for delivery, reopened, and is won; the follower was opened before that.
    let it = brought(&[back(won("a"), "delivery"), after(open("d", "request"), "a")], &Ask::default(), &[]);
    assert_eq!(it.followed.cases.cases, 0, "by April it was won");
    let mut early = after(open("d", "request"), "a");
    early.opened_at = at("2026-03-15 08:00");
    let it = brought(&[back(won("a"), "delivery"), early], &Ask::default(), &[]);
    assert_eq!(it.reasons[0].followed.cases.cases, 1);
}

#[test]
fn f6_a_recovery_says_what_to_expect() {
    let cases = [won("a"), lost("b", "invoice", "delivery")];
    let recovery = super::world::funnel(&cases).recovered(&[Recover::all("delivery")]).unwrap();
    let expected = recovery.expected();
    assert_eq!(expected[0].cases.unwrap().expected, number("1"));
    let kept = serde_json::to_string(&expected).unwrap();
    assert_eq!(Expected::read(&kept).unwrap(), expected);
}

#[test]
fn f6_expected_figures_that_are_none_are_refused_by_their_place() {
    for (wrong, why) in [
        (
            r#"[{"reason": "a", "share": "0.2"}, {"reason": "a", "share": "0.2"}]"#,
            "figure 2 (`a`): the reason stands twice",
        ),
        (r#"[{"reason": "a"}]"#, "either `cases` or `share`"),
        (r#"[{"reason": "a", "share": "2"}]"#, "from 0 to 1"),
        (
            r#"[{"reason": "a", "cases": {"low": "2", "expected": "1", "high": "3"}}]"#,
            "low is at most expected",
        ),
    ] {
        let error = Expected::read(wrong).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(matches!(Expected::read("{"), Err(ExpectedError::Json(_))));
    assert!(matches!(Expected::read(r#"[{"reason": "a", "shares": 1}]"#), Err(ExpectedError::Json(_))));
}
