//! Replaying: what is refused, what is passed over, what is left out, and the strict way.

use super::{at, mapping, scenario, trace, with};
use voronka::case::{DebtEnd, Entry, Event};
use voronka::interop::log::{Followed, LISTED, Mapping, Replayed, Replayer, Summary, Why};
use voronka::{Actor, Case, Scenario};

const SCENARIO: &str = r#"{
  "id": "sale", "value": "amount",
  "fields": { "amount": { "type": "money", "currency": "RUB", "min": 100 }, "note": { "type": "text" } },
  "reasons": { "price": { "title": "Too dear", "comment": "required" } },
  "stages": [
    { "id": "request", "title": "Request" },
    { "id": "offer", "title": "Offer", "enter": { "need": ["amount"] } },
    { "id": "invoice", "title": "Invoice" },
    { "id": "won", "title": "Won", "outcome": "won" }, { "id": "lost", "title": "Lost", "outcome": "lost" }
  ],
  "rights": { "move": "manager", "open": "manager", "close": "manager" }
}"#;

const MAP: &str = r#"{
  "fields": { "amount": "Sum" },
  "activities": { "New": "request", "Offer": "offer", "Bill": "invoice", "Paid": { "outcome": "won" },
                  "No": { "outcome": "lost" }, "Dear": { "outcome": "lost", "reason": "price" } }
}"#;

fn followed(it: &Replayed) -> Vec<(usize, &str, Followed)> {
    it.deviations.iter().map(|it| (it.event, it.why.code(), it.followed)).collect()
}

fn ready() -> (Scenario, Mapping) {
    (scenario(SCENARIO), mapping(MAP))
}

#[test]
fn m11_what_the_scenario_refuses_is_passed_over_and_told() {
    let (scenario, map) = ready();
    let replayer = Replayer::new(&scenario, &map);
    let it = replayer.replay(&trace("7", &[(0, "New"), (1, "Offer"), (2, "Bill"), (3, "Paid")]));
    // The field that the offer asks for is owed; the debt then binds the way on, and is waived.
    assert_eq!(
        followed(&it),
        [(2, "V-M4-field", Followed::PassedOver), (3, "V-M11-debt", Followed::PassedOver)]
    );
    let case = it.case.unwrap();
    assert_eq!(case.closing.as_ref().unwrap().stage, "won");
    assert!(matches!(case.ended_debts[0].end, Some(DebtEnd::Waived { .. })), "{:#?}", case.ended_debts);
    assert_eq!(
        it.deviations[0].told(&scenario, "en"),
        "7, event 2 (Offer): not filled in: “amount” — passed over"
    );
    assert_eq!(
        it.deviations[0].told(&scenario, "ru"),
        "7, событие 2 (Offer): не заполнено: «amount» — проведено в обход"
    );
    assert_eq!(it.deviations[0].at, at(1));
    // The journal folds back into the case, and its entries follow each other (S4).
    assert_eq!(Case::replay(&it.entries).unwrap(), case);
    assert!(it.entries.iter().zip(1..).all(|(entry, number)| entry.number == number));
    assert!(it.entries.iter().all(|entry| entry.scenario == *scenario.reference()));
}

#[test]
fn m1_a_move_that_is_not_drawn_is_made_and_told() {
    let (scenario, map) = ready();
    let trace = trace("7", &[(0, "New"), (1, "Bill"), (2, "Paid")]);
    let it = Replayer::new(&scenario, &map).replay(&trace);
    assert_eq!(followed(&it), [(2, "V-M1-edge", Followed::PassedOver)]);
    let stages: Vec<_> = it.case.as_ref().unwrap().visits.iter().map(|it| it.stage.as_str()).collect();
    assert_eq!(stages, ["request", "invoice"]);
    assert_eq!(it.case.unwrap().closing.unwrap().stage, "won");
}

#[test]
fn what_the_scenario_cannot_take_is_left_off_and_the_rest_is_done() {
    let (scenario, map) = ready();
    let replayer = Replayer::new(&scenario, &map);
    // An amount below the least, a text that is no number: the move is made without it.
    for sum in ["5", "much"] {
        let it = with(trace("7", &[(0, "New"), (1, "Offer")]), 1, &[("Sum", sum)]);
        let it = replayer.replay(&it);
        let [deviation] = it.deviations.as_slice() else { panic!("{:#?}", it.deviations) };
        assert_eq!(deviation.followed, Followed::InPart, "{sum}");
        let case = it.case.unwrap();
        assert_eq!((case.visit.stage.as_str(), case.fields.get("amount")), ("offer", None));
    }
    // A refusal without a reason, and with one that needs a comment, are refusals.
    let it = replayer.replay(&trace("7", &[(0, "New"), (1, "No")]));
    assert_eq!(followed(&it), [(2, "V-X1-reason", Followed::InPart)]);
    assert_eq!(it.case.unwrap().closing.unwrap().reason, None);
    let it = replayer.replay(&trace("7", &[(0, "New"), (1, "Dear")]));
    assert_eq!(followed(&it), [(2, "V-X1-comment", Followed::PassedOver)]);
    assert_eq!(it.case.unwrap().closing.unwrap().reason.unwrap().id, "price");
}

#[test]
fn what_cannot_be_stepped_at_all_is_left_out() {
    let scenario = scenario(SCENARIO);
    let map = mapping(
        r#"{ "open": { "New": { "open": {} }, "Sing": { "done": { "activity": "nothing" } },
             "Lose": { "close": { "stage": "lost", "reason": "cost" } }, "Nowhere": { "move": { "to": "nowhere" } },
             "Again": { "move": { "to": "request" } } } }"#,
    );
    let replayer = Replayer::new(&scenario, &map);
    let events = [
        (0, "Sing"),
        (1, "New"),
        (2, "New"),
        (3, "Sing"),
        (4, "Nowhere"),
        (5, "Again"),
        (6, "Lose"),
        (7, "Sing"),
    ];
    let it = replayer.replay(&trace("7", &events));
    assert_eq!(
        followed(&it),
        [
            (1, "opens-nothing", Followed::LeftOut),
            (3, "opens-again", Followed::LeftOut),
            (4, "V-A8-unknown", Followed::LeftOut),
            (5, "V-M1-stage", Followed::LeftOut),
            (6, "V-M1-edge", Followed::LeftOut),
            (7, "V-X1-unknown", Followed::InPart),
            (8, "unmapped-closed", Followed::LeftOut),
        ]
    );
    let closing = it.case.unwrap().closing.unwrap();
    // The word of a reason that there is not is not lost.
    assert_eq!((closing.reason, closing.comment.as_deref()), (None, Some("cost")));
    assert_eq!(it.entries.len(), 2);
    // Each says in both languages why.
    for it in &it.deviations {
        for language in ["en", "ru"] {
            let told = it.told(&scenario, language);
            assert!(told.contains(&it.activity) && !told.contains("V-"), "{told}");
        }
    }
}

#[test]
fn g1_a_log_does_not_say_who_may_and_four_eyes_are_seen_all_the_same() {
    let (scenario, map) = ready();
    let it = Replayer::new(&scenario, &map).replay(&trace("7", &[(0, "New"), (1, "Offer")]));
    assert!(!it.deviations.iter().any(|it| it.why.code().starts_with("V-G1")), "{:#?}", it.deviations);
    // Strictly they count.
    let it = Replayer::strict(&scenario, &map).replay(&trace("7", &[(0, "New")]));
    let refused = it.refused.unwrap();
    assert_eq!(refused.deviation.as_ref().unwrap().why.code(), "V-G1-open");
    let four_eyes = SCENARIO.replace(
        r#""rights":"#,
        r#""moves": [{ "from": "request", "to": "offer", "not_by": "author" }, { "from": "*", "to": ["lost", "won"] },
                     { "from": "offer", "to": "invoice" }], "rights":"#,
    );
    let four_eyes = super::scenario(&four_eyes);
    let it = with(trace("7", &[(0, "New"), (1, "Offer")]), 1, &[("Sum", "200")]);
    let it = Replayer::new(&four_eyes, &map).replay(&it);
    assert_eq!(followed(&it), [(2, "V-G4-move", Followed::PassedOver)]);
}

#[test]
fn c5_events_are_taken_by_their_moments_and_keep_their_numbers() {
    let (scenario, map) = ready();
    let it = trace("7", &[(5, "Bill"), (0, "New"), (2, "Offer"), (2, "New")]);
    let it = Replayer::new(&scenario, &map).replay(&with(it, 2, &[("Sum", "200")]));
    // Two of one moment stay in the order of the log: the offer, and back again.
    assert_eq!(followed(&it), [(1, "V-M1-edge", Followed::PassedOver)]);
    let stages: Vec<_> = it.case.as_ref().unwrap().visits.iter().map(|it| it.stage.as_str()).collect();
    assert_eq!(stages, ["request", "offer", "request"]);
    let moments: Vec<_> = it.entries.iter().map(|entry| entry.at).collect();
    assert_eq!(moments, [at(0), at(2), at(2), at(5)]);
}

#[test]
fn a_trace_that_nothing_opens_is_named() {
    let (scenario, map) = ready();
    let mut summary = Summary::default();
    for trace in [trace("empty", &[]), trace("odd", &[(0, "Strange")]), trace("good", &[(0, "New")])] {
        summary.add(&Replayer::new(&scenario, &map).replay(&trace));
    }
    assert_eq!((summary.traces, summary.journals, summary.refused), (3, 1, 2));
    let names: Vec<_> = summary.refused_traces.iter().map(|it| it.case.as_str()).collect();
    assert_eq!(names, ["empty", "odd"]);
    // A name that no case can have.
    let long = "x".repeat(1_000);
    let it = Replayer::new(&scenario, &map).replay(&trace(&long, &[(0, "New")]));
    assert!(it.case.is_none() && it.refused.is_some());
    assert!(it.refused.unwrap().told(&scenario, "en").len() < 400);
}

#[test]
fn strictly_a_trace_ends_with_its_first_refusal() {
    let scenario = scenario(&SCENARIO.replace(
        r#""rights": { "move": "manager", "open": "manager", "close": "manager" }"#,
        r#""rights": {}"#,
    ));
    let map = mapping(MAP);
    let it = Replayer::strict(&scenario, &map).replay(&trace("7", &[(0, "New"), (1, "Bill"), (2, "Offer")]));
    assert_eq!((it.entries.len(), it.deviations.len()), (1, 0));
    let refused = it.refused.unwrap();
    assert_eq!(refused.told(&scenario, "en"), "7, event 2 (Bill): no move leads from “Request” to “Invoice”");
    assert!(matches!(refused.deviation.unwrap().why, Why::Refused(_)));
    // What is unknown ends it too.
    let it = Replayer::strict(&scenario, &map).replay(&trace("7", &[(0, "New"), (1, "Strange")]));
    assert_eq!(
        it.refused.unwrap().told(&scenario, "en"),
        "trace 7: the mapping has no input for `Strange` on an open case"
    );
}

#[test]
fn c1_the_same_log_gives_the_same_bytes_and_the_actor_is_the_logs() {
    let (scenario, map) = ready();
    let trace = trace("7", &[(0, "New"), (1, "Offer"), (2, "Bill"), (3, "No")]);
    let bytes = || {
        let replayer = Replayer::new(&scenario, &map).actor(Actor::new("robot", "importer"));
        let entries: Vec<Entry> = replayer.replay(&trace).entries;
        serde_json::to_string(&entries).unwrap()
    };
    assert_eq!(bytes(), bytes());
    let entries: Vec<Entry> = serde_json::from_str(&bytes()).unwrap();
    assert!(entries.iter().all(|entry| entry.actor.id == "anna" && entry.actor.roles[0] == "importer"));
    let ids: Vec<_> = entries.iter().map(|entry| entry.input_id.as_str()).collect();
    assert_eq!((ids[0], ids[1], ids[3], ids[4]), ("replay/7/1", "replay/7/2", "replay/7/3", "replay/7/4"));
    assert!(ids[2].starts_with("replay/7/3/waive/"), "{ids:?}");
    assert!(entries.iter().any(|it| it.events.iter().any(|it| matches!(it, Event::DebtEnded { .. }))));
}

#[test]
fn what_is_done_of_an_event_is_told_and_a_comment_that_is_refused_is_cut() {
    let (scenario, _) = ready();
    let map =
        mapping(&MAP.replacen('{', r#"{ "columns": { "responsible": "Manager", "comment": "Words" },"#, 1));
    let replayer = Replayer::new(&scenario, &map);
    // The move is made, the handing over is refused for its name.
    let it = with(trace("7", &[(0, "New"), (1, "Bill"), (2, "Paid")]), 0, &[("Manager", "anna")]);
    let it = with(it, 1, &[("Manager", "pe\0ter")]);
    let it = replayer.replay(&it);
    assert!(it.deviations.iter().all(|it| it.followed != Followed::LeftOut), "{:#?}", it.deviations);
    assert!(it.deviations.iter().any(|it| it.event == 2 && it.followed == Followed::InPart));
    assert_eq!(it.case.unwrap().closing.unwrap().stage, "won");
    // Strictly, nothing of an event that is refused in part is done.
    let free = super::scenario(&SCENARIO.replace(
        r#""rights": { "move": "manager", "open": "manager", "close": "manager" }"#,
        r#""moves": [{ "from": "request", "to": ["offer", "invoice"] }, { "from": "offer", "to": "invoice" }, { "from": "*", "to": ["won", "lost"] }]"#,
    ));
    let it = with(trace("7", &[(0, "New"), (1, "Bill")]), 0, &[("Manager", "anna")]);
    let it = with(it, 1, &[("Manager", "pe\0ter")]);
    let it = Replayer::strict(&free, &map).replay(&it);
    assert!(it.refused.is_some());
    assert_eq!((it.entries.len(), it.case.unwrap().visit.stage.as_str()), (1, "request"));
    for (words, kept) in [("too\0 dear".to_owned(), 8), ("ж".repeat(200_000), 1)] {
        let it = with(trace("7", &[(0, "New"), (1, "Dear")]), 1, &[("Words", &words)]);
        let it = replayer.replay(&it);
        assert_eq!(it.deviations.len(), 1, "{:#?}", it.deviations);
        assert_eq!(it.deviations[0].followed, Followed::InPart);
        let closing = it.case.unwrap().closing.unwrap();
        assert_eq!(closing.reason.unwrap().id, "price");
        let comment = closing.comment.unwrap();
        assert!(comment.chars().count() >= kept && comment.len() < words.len(), "{}", comment.len());
    }
}

#[test]
fn a_summary_counts_all_and_lists_the_first() {
    let (scenario, map) = ready();
    let replayer = Replayer::new(&scenario, &map);
    let mut summary = Summary::default();
    for number in 0..LISTED + 20 {
        summary.add(&replayer.replay(&trace(&number.to_string(), &[(0, "New"), (1, "Bill")])));
        summary.add(&replayer.replay(&trace(&format!("e{number}"), &[])));
    }
    assert_eq!(
        (summary.deviating(), summary.passed_over, summary.refused),
        (LISTED + 20, LISTED + 20, LISTED + 20)
    );
    assert_eq!(
        (summary.deviations.len(), summary.refused_traces.len(), summary.kinds.len()),
        (LISTED, LISTED, 1)
    );
    let told = summary.told(&scenario, "en");
    assert!(
        told.contains(
            "  120  Bill: no move leads from “Request” to “Invoice” — passed over; for example 0 (2), 1 (2), 2 (2)\n"
        ),
        "{told}"
    );
    assert!(told.contains("… more 100"), "{told}");
    // It is plain data.
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["kinds"][0]["count"], 120);
    assert_eq!(json["deviations"][0]["why"]["refused"]["missing"][0]["code"], "V-M1-edge");
}
