//! Documents of the host and their sums: P4.

use super::dsl::{Deal, json, name, scenario};
use proptest::prelude::*;
use serde_json::Value as Json;
use voronka::case::{DocumentState, Event};
use voronka::{Actor, Case, Scenario, View};

/// The funnel over an order: what its documents say moves it, forward and back.
fn order() -> Scenario {
    scenario(json!({
        "kind": "document",
        "documents": {
            "order": { "title": "Order", "sums": { "amount": { "title": "Amount", "unit": "RUB" } } },
            "invoice": { "sums": { "amount": {} } },
            "payment": { "title": "Payment", "sums": { "amount": { "unit": "RUB" } } },
            "shipment": { "sums": { "amount": {} }, "in_force": ["shipped"], "out_of_force": ["returned"] }
        },
        "stages": [
            { "id": "draft", "triggers": [
                { "id": "posted", "on": { "becomes": "documents.order.count > 0" }, "do": { "move": "invoiced" } }] },
            { "id": "invoiced",
              "triggers": [
                { "id": "paid", "on": { "becomes": "documents.payment.amount >= documents.order.amount" },
                  "do": { "move": "paid" } },
                { "id": "gone", "on": { "becomes": "documents.order.count == 0" }, "do": { "move": "draft" } }] },
            { "id": "paid",
              "enter": { "need": [{ "id": "in_full", "keep": true, "deadline": "1 working day",
                                    "that": "documents.payment.amount >= documents.order.amount" }] },
              "triggers": [
                { "id": "unpaid", "on": { "becomes": "documents.payment.amount < documents.order.amount" },
                  "enabled": false, "do": { "move": "invoiced" } },
                { "id": "shipped", "on": { "becomes": "documents.shipment.amount >= documents.order.amount" },
                  "do": { "close": "done" } }] },
            { "id": "done", "outcome": "result" },
            { "id": "cancelled", "outcome": "bad_result" }
        ]
    }))
}

/// A document event: kind, id, what happened, its counter (0: none), and what it carries.
fn said(kind: &str, id: &str, event: &str, sequence: u64, data: Json) -> Json {
    let mut said = json!({ "document": kind, "id": id, "event": event, "data": data });
    if sequence > 0 {
        said["sequence"] = json!(sequence);
    }
    json!({ "document": said })
}

fn amount(sum: &str) -> Json {
    json!({ "amount": sum })
}

/// The sum of a kind as the actor is shown it; none where it is unknown.
fn sum(deal: &Deal, kind: &str) -> Option<String> {
    deal.view(|view| {
        let group = view.documents.iter().find(|it| it.kind == kind).unwrap();
        group.sums[0].value.map(|it| it.to_string())
    })
}

#[test]
fn p4_an_order_with_two_invoices_and_three_partial_payments_moves_as_its_documents_say() {
    let mut deal = Deal::opened(order());
    let posted = deal.does(said("order", "7", "posted", 0, amount("1000.00")));
    assert_eq!(posted[0], "documented");
    assert_eq!(deal.stage(), "invoiced");
    deal.does(said("invoice", "a", "posted", 0, amount("600.00")));
    deal.does(said("invoice", "b", "posted", 0, amount("400.00")));
    deal.does(said("payment", "1", "posted", 0, amount("333.33")));
    deal.does(said("payment", "2", "posted", 0, amount("333.33")));
    assert_eq!((deal.stage(), sum(&deal, "payment")), ("invoiced", Some("666.66".to_owned())));
    deal.does(said("payment", "3", "posted", 0, amount("333.34")));
    assert_eq!((deal.stage(), sum(&deal, "payment")), ("paid", Some("1000.00".to_owned())));
    // What has been shipped in part does not close it.
    deal.does(said("shipment", "s1", "shipped", 0, amount("700")));
    assert!(deal.case().is_open());
    deal.does(said("shipment", "s2", "shipped", 0, amount("300")));
    assert_eq!(deal.stage(), "done");
    assert_eq!(sum(&deal, "invoice"), Some("1000.00".to_owned()));
}

#[test]
fn p4_unposting_takes_back_what_posting_did_and_moves_the_case_back() {
    // Given a paid order, and the trigger that follows the money back
    let mut deal = Deal::of(order());
    deal.switch("paid/trigger/unpaid", true);
    deal.opens(json!({}));
    deal.does(said("order", "7", "posted", 1, amount("100")));
    deal.does(said("payment", "1", "posted", 1, amount("100")));
    assert_eq!(deal.stage(), "paid");
    // When the payment is unposted
    let events = deal.does(said("payment", "1", "unposted", 2, json!({})));
    // Then it is an event, nothing is erased, and the case stands where it stood before.
    assert_eq!(events[0], "documented");
    assert_eq!(deal.stage(), "invoiced");
    assert_eq!(sum(&deal, "payment"), Some("0".to_owned()));
    let payment = deal.case().documents.iter().find(|it| it.document == "payment").unwrap();
    assert_eq!((payment.in_force, payment.sums["amount"].value), (Some(false), Some(100.into())));
    // And posted again it is paid again: of a move back the "becomes" starts from the truth.
    deal.does(said("payment", "1", "posted", 3, json!({})));
    assert_eq!((deal.stage(), sum(&deal, "payment")), ("paid", Some("100".to_owned())));
}

#[test]
fn p4_unposting_under_a_requirement_that_is_kept_is_a_debt() {
    let mut deal = Deal::opened(order());
    deal.does(said("order", "7", "posted", 0, amount("100")));
    deal.does(said("payment", "1", "posted", 0, amount("100")));
    let events = deal.does(said("payment", "1", "unposted", 0, json!({})));
    assert!(events.contains(&"debt_arose"), "M13: {events:?}");
    assert_eq!(deal.stage(), "paid", "nothing is moved back by itself");
    assert_eq!(deal.case().debts[0].requirement, "paid/enter/in_full");
    // Another payment meets it.
    let events = deal.does(said("payment", "2", "posted", 0, amount("100")));
    assert!(events.contains(&"debt_ended"), "{events:?}");
}

#[test]
fn p4_a_debt_that_hangs_on_an_unknown_sum_is_shown_as_the_cause() {
    let mut deal = Deal::opened(order());
    deal.does(said("order", "7", "posted", 0, amount("100")));
    deal.does(said("payment", "1", "posted", 0, amount("100")));
    deal.does(said("payment", "1", "unposted", 0, json!({})));
    let debt = deal.case().debts[0].id.clone();
    deal.does(said("payment", "2", "posted", 0, json!({})));
    assert!(
        deal.case().debts.len() == 1 && deal.case().hanging.iter().any(|it| it.rule == debt),
        "unknown ends no debt"
    );
    deal.does(said("payment", "2", "amended", 0, amount("100")));
    assert!(deal.case().debts.is_empty() && deal.case().hanging.is_empty());
}

#[test]
fn p4_sums_are_exact() {
    let mut deal = Deal::opened(order());
    for (id, sum) in [("1", json!("0.1")), ("2", json!(0.2)), ("3", json!({ "decimal": "0.30" }))] {
        deal.does(said("payment", id, "posted", 0, json!({ "amount": sum })));
    }
    assert_eq!(sum(&deal, "payment"), Some("0.60".to_owned()));
    // Where the exact sum has more digits than a decimal holds, it is unknown and not rounded.
    deal.does(said("payment", "4", "posted", 0, amount("7922816251426433759354395033")));
    assert_eq!(sum(&deal, "payment"), None);
    deal.does(said("payment", "4", "amended", 0, amount("79228162514264337593543950335")));
    assert_eq!(sum(&deal, "payment"), None);
    deal.does(said("payment", "4", "cancelled", 0, json!({})));
    assert_eq!(sum(&deal, "payment"), Some("0.60".to_owned()));
}

#[test]
fn p4_a_document_in_force_without_the_sum_makes_it_unknown_and_never_nothing() {
    let mut deal = Deal::opened(order());
    deal.does(said("order", "7", "posted", 0, amount("100")));
    assert_eq!(deal.stage(), "invoiced");
    for (event, data) in
        [("posted", json!({})), ("amended", amount("a lot")), ("amended", json!({ "amount": true }))]
    {
        deal.does(said("payment", "1", event, 0, data));
        assert_eq!(deal.stage(), "invoiced", "nothing is let through on it");
        let refused = deal.rejection(json!({ "move": { "to": "paid" } }));
        let missing = &refused.missing()[0];
        assert_eq!(missing.code, "V-M4-unknown");
        assert_eq!(missing.args["unknown"], "payment.amount".into(), "C8: with the cause");
        deal.view(|view| {
            let payments = view.documents.iter().find(|it| it.kind == "payment").unwrap();
            assert_eq!((payments.sums[0].value, payments.sums[0].unknown.as_slice()), (None, &["1"][..]));
        });
    }
    // Out of force it lacks nothing.
    deal.does(said("payment", "1", "cancelled", 0, json!({})));
    assert_eq!(sum(&deal, "payment"), Some("0".to_owned()));
    // An event that leaves the force as it is may bring the sum later.
    deal.does(said("payment", "2", "posted", 0, json!({})));
    assert_eq!(sum(&deal, "payment"), None);
    deal.does(said("payment", "2", "checked", 0, amount("100")));
    assert_eq!((deal.stage(), sum(&deal, "payment")), ("paid", Some("100".to_owned())));
}

#[test]
fn p4_the_same_event_twice_changes_nothing() {
    let mut deal = Deal::opened(order());
    deal.does(said("payment", "1", "posted", 4, amount("10")));
    let ignored = deal.does(said("payment", "1", "posted", 4, amount("10")));
    assert_eq!(ignored, ["document_ignored"]);
    assert!(matches!(&deal.last()[0], Event::DocumentIgnored { why, .. } if why == "twice"));
    // The counter counts, whatever comes under it again.
    assert_eq!(deal.does(said("payment", "1", "amended", 4, amount("99"))), ["document_ignored"]);
    assert_eq!(sum(&deal, "payment"), Some("10".to_owned()));
    // Without a counter the host's own moment tells a repetition; without either, each report counts.
    let at = |at: &str| {
        let mut said = said("payment", "2", "posted", 0, amount("5"));
        said["document"]["at"] = json!(at);
        said
    };
    assert_eq!(deal.does(at("2026-03-01T10:00:00Z")), ["documented"]);
    assert_eq!(deal.does(at("2026-03-01T10:00:00Z")), ["document_ignored"]);
    assert_eq!(deal.does(at("2026-03-01T11:00:00Z")), ["documented"]);
    deal.at("2026-03-02 11:00");
    assert_eq!(deal.does(said("payment", "3", "posted", 0, amount("5"))), ["documented"]);
    assert_eq!(deal.does(said("payment", "3", "posted", 0, amount("5"))), ["documented"]);
    assert_eq!(sum(&deal, "payment"), Some("20".to_owned()), "a document counts once");
}

#[test]
fn p4_what_comes_late_replaces_nothing_and_tells_what_was_left_open() {
    let mut deal = Deal::opened(order());
    deal.does(said("order", "7", "posted", 1, amount("100")));
    // The unposting overtakes the posting: then the payment never counts.
    deal.does(said("payment", "1", "unposted", 2, json!({})));
    let events = deal.does(said("payment", "1", "posted", 1, amount("100")));
    assert_eq!(events, ["document_completed"], "its sum was not known before");
    assert_eq!((deal.stage(), sum(&deal, "payment")), ("invoiced", Some("0".to_owned())));
    assert_eq!(deal.does(said("payment", "1", "posted", 1, amount("100"))), ["document_ignored"]);
    // "Checked" overtakes the posting: nothing said yet that it is in force, so that the posting counts.
    deal.does(said("payment", "2", "checked", 3, json!({})));
    let events = deal.does(said("payment", "2", "posted", 1, amount("100")));
    assert_eq!(events[0], "document_completed");
    assert_eq!(deal.stage(), "paid");
    let payment = deal.case().documents.last().unwrap();
    assert_eq!((payment.event.as_str(), payment.sequence), ("checked", Some(3)));
    // An amendment that is older than the known one is no news.
    deal.does(said("payment", "2", "amended", 5, amount("70")));
    assert_eq!(deal.does(said("payment", "2", "amended", 4, amount("90"))), ["document_ignored"]);
    assert_eq!(sum(&deal, "payment"), Some("70".to_owned()));
}

#[test]
fn p4_no_trigger_sees_what_is_ignored() {
    let mut deal = Deal::opened(scenario(json!({
        "documents": { "payment": { "sums": { "amount": {} } } },
        "stages": [{ "id": "a", "triggers": [{ "id": "any", "on": { "document": {} }, "repeat": true,
                                               "do": { "notify": { "text": "look" } } }] }]
    })));
    deal.does(said("payment", "1", "checked", 5, json!({})));
    assert_eq!(deal.fired(), ["a/trigger/any"]);
    for (event, sequence) in [("posted", 3), ("posted", 3), ("checked", 5)] {
        deal.does(said("payment", "1", event, sequence, amount("1")));
        assert_eq!(deal.fired(), Vec::<String>::new());
    }
    deal.does(said("payment", "1", "paid", 6, json!({})));
    assert_eq!(deal.fired(), ["a/trigger/any"]);
}

#[test]
fn p4_a_kind_that_the_scenario_does_not_declare_is_journalled_and_read_by_no_sum() {
    let mut deal = Deal::opened(order());
    assert_eq!(deal.does(said("contract", "c", "posted", 0, amount("5"))), ["documented"]);
    assert!(deal.case().documents[0].sums.is_empty());
    deal.view(|view| {
        let contract = view.documents.last().unwrap();
        assert_eq!((view.documents.len(), contract.kind), (5, "contract"));
        assert!(contract.def.is_none() && contract.sums.is_empty() && contract.documents[0].in_force);
    });
}

#[test]
fn p4_an_event_for_a_document_never_seen_is_kept() {
    let mut deal = Deal::opened(order());
    assert_eq!(deal.does(said("payment", "9", "unposted", 0, json!({})))[0], "documented");
    let it = &deal.case().documents[0];
    assert_eq!((it.event.as_str(), it.in_force), ("unposted", Some(false)));
    assert_eq!(sum(&deal, "payment"), Some("0".to_owned()));
}

#[test]
fn p4_a_closed_case_still_takes_document_events() {
    let mut deal = Deal::opened(order());
    deal.does(json!({ "close": { "stage": "cancelled" } }));
    assert_eq!(deal.does(said("payment", "1", "posted", 1, amount("10"))), ["documented"]);
    assert_eq!(deal.does(said("payment", "1", "posted", 1, amount("10"))), ["document_ignored"]);
    assert_eq!(sum(&deal, "payment"), Some("10".to_owned()));
    assert!(!deal.case().is_open());
}

#[test]
fn p4_sums_are_shown_to_whom_the_kind_says() {
    let mut deal = Deal::opened(scenario(json!({
        "documents": { "payment": { "sums": { "amount": {} }, "see": "head" } },
        "stages": [{ "id": "a", "leave": { "need": [{ "that": "documents.payment.amount > 100",
                                                      "or_say": "paid {left} of {right}" }] } }, { "id": "b" }]
    })));
    deal.does(said("payment", "p-77", "posted", 0, amount("7654")));
    deal.does(said("payment", "p-77", "amended", 0, amount("76.54")));
    let shown = |deal: &Deal| {
        let view = |view: View<'_>| format!("{:?} {:?}", view.documents, view.moves);
        let actor = deal.actor.clone();
        let entries = deal.scenario.entries_for(deal.case(), &deal.entries, &actor, deal.now);
        format!("{} {}", deal.view(view), serde_json::to_string(&entries).unwrap())
    };
    let to_anna = shown(&deal);
    assert!(!to_anna.contains("7654") && !to_anna.contains("76.54"), "{to_anna}");
    assert_eq!(deal.cannot_move("b"), ["V-M3-hidden"]);
    deal.actor = Actor::new("boris", "head");
    assert!(shown(&deal).contains("7654"));
    assert_eq!(deal.cannot_move("b"), ["V-M3-condition"]);
}

#[test]
fn p4_a_case_gathers_so_many_documents_and_says_when_it_is_full() {
    // Given a case as full as it may be; it is made by hand, for ten thousand steps would take a while.
    let mut deal = Deal::opened(order());
    deal.does(said("payment", "0", "posted", 0, amount("1")));
    let mut case = deal.case().clone();
    let first = case.documents[0].clone();
    for id in 1..10_000 {
        case.documents.push(DocumentState { id: id.to_string(), ..first.clone() });
    }
    let step = |case: &Case, input: Json| {
        let outcome = deal.scenario.step(case, super::dsl::read(input), &deal.ctx()).unwrap();
        let events: Vec<_> = outcome.entry().events.iter().map(name).collect();
        (outcome.case().clone(), events)
    };
    let (case, events) = step(&case, said("payment", "5", "unposted", 0, json!({})));
    assert_eq!(events, ["documented"]);
    let shown = |case: &Case| deal.scenario.evaluate(case, &deal.ctx()).documents[2].sums[0].value;
    assert_eq!(shown(&case), Some(9_999.into()));
    // When one more comes, it is journalled, and the sum is not known any more.
    let (case, events) = step(&case, said("payment", "more", "posted", 0, amount("1")));
    assert_eq!(events, ["document_ignored"]);
    assert_eq!((case.documents.len(), case.documents_left_out, shown(&case)), (10_000, 1, None));
}

#[test]
fn p4_what_an_older_journal_kept_reads_the_same() {
    let mut deal = Deal::opened(order());
    deal.does(said("payment", "1", "posted", 0, amount("1")));
    let mut case = serde_json::to_value(deal.case()).unwrap();
    case["documents"][0] =
        json!({ "document": "payment", "id": "1", "event": "posted", "at": "2026-03-02T07:00:00.000Z" });
    let case: Case = serde_json::from_value(case).unwrap();
    let ctx = deal.ctx();
    let view = deal.scenario.evaluate(&case, &ctx);
    assert!(view.documents[2].documents[0].in_force, "by its last event");
    assert_eq!(
        view.documents[2].sums[0].value, None,
        "its sum was not kept, which is unknown and not nothing"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the order in which counted events come, and however often each: the same is known in the end.
    #[test]
    fn p4_counted_events_in_any_order_give_the_same_documents(
        events in proptest::collection::vec((0..6_usize, 0..4_usize), 1..8),
        shuffle in any::<u64>(),
    ) {
        const WHAT: [&str; 6] = ["posted", "unposted", "amended", "paid", "cancelled", "checked"];
        let mut counted: Vec<Json> = events
            .iter()
            .zip(1..)
            .map(|((what, sum), sequence)| {
                let data = [json!({}), json!({ "amount": "1.10" }), json!({ "amount": 2 }), json!({ "amount": "x" })];
                let mut it = said("payment", "1", WHAT[*what], sequence, data[*sum].clone());
                it["document"]["at"] = json!(format!("2026-02-{sequence:02}T10:00:00Z"));
                it
            })
            .collect();
        let gathered = |inputs: &[Json]| {
            let mut deal = Deal::opened(order());
            for input in inputs {
                deal.does(input.clone());
            }
            (deal.case().documents.clone(), sum(&deal, "payment"))
        };
        let in_order = gathered(&counted);
        let mut seed = shuffle;
        for i in (1..counted.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            counted.swap(i, (seed >> 33) as usize % (i + 1));
        }
        counted.push(counted[0].clone());
        prop_assert_eq!(gathered(&counted), in_order);
    }
}

#[test]
fn p4_a_document_of_nothing_leaves_the_sum_known() {
    for amounts in [["600", "0.00"], ["0.00", "600"], ["0.00", "0.0"]] {
        let mut deal = Deal::opened(order());
        for (id, amount_of) in amounts.iter().enumerate() {
            deal.does(said("payment", &id.to_string(), "posted", 0, amount(amount_of)));
        }
        let sum: rust_decimal::Decimal = sum(&deal, "payment").unwrap().parse().unwrap();
        let paid = if amounts.contains(&"600") { 600 } else { 0 };
        assert_eq!(sum, rust_decimal::Decimal::from(paid), "{amounts:?}");
    }
}
