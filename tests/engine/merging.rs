//! What one case hands to another: P7, and P6 of it.

use super::dsl::{Deal, json, name, scenario};
use serde_json::Value as Json;
use voronka::Scenario;
use voronka::case::{Act, ActivityEnd, Event, Handing, Input, LinkKind};
use voronka::process::words;

/// A funnel in which requests come twice.
fn sale() -> Scenario {
    scenario(json!({
        "fields": {
            "lines": { "type": "list", "of": { "item": "text", "quantity": "decimal" } },
            "city": { "type": "text" },
            "margin": { "type": "decimal", "see": "head" },
            "locked": { "type": "list", "of": "text", "edit": "head" }
        },
        "parties": { "client": {}, "payer": {} },
        "documents": { "invoice": { "sums": { "amount": {} } } },
        "kinds": { "visit": {} },
        "reasons": { "duplicate": { "void": true }, "price": {} },
        "rights": { "close": ["manager", "head"], "hand_over": ["manager"], "open": ["manager"] },
        "stages": [
            { "id": "talk",
              "plan": [{ "id": "clarify", "call": "Clarify", "mandatory": true, "due": "1 working day" }],
              "triggers": [
                { "id": "answer", "on": { "interaction": { "direction": "in" } }, "repeat": true,
                  "do": { "notify": { "role": "manager", "text": "answer it" } } },
                { "id": "billed", "on": { "becomes": "documents.invoice.amount >= 100" }, "do": { "move": "offer" } }] },
            { "id": "offer" },
            { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" },
            { "id": "void", "outcome": "void" }, { "id": "spam", "outcome": "void" }
        ]
    }))
}

fn opened(id: &'static str, opening: Json) -> Deal {
    let mut deal = Deal::of(sale());
    deal.id = id;
    deal.opens(opening);
    deal
}

/// What the last entry of one case says to the other arrives there: the events by name.
fn arrives(from: &Deal, to: &mut Deal) -> Vec<&'static str> {
    let said: Vec<Input> = from
        .entries
        .last()
        .unwrap()
        .effects()
        .filter_map(|effect| words(from.id, effect))
        .flatten()
        .filter(|word| word.case == to.id)
        .map(|word| word.input)
        .collect();
    assert_eq!(said.len(), 1, "{:#?}", from.last());
    to.tries(said[0].clone()).unwrap().events.iter().map(name).collect()
}

fn letter(id: &str, text: &str) -> Json {
    json!({ "interaction": { "channel": "email", "direction": "in", "id": id, "text": text, "at": "2026-03-01T09:00:00Z" } })
}

fn merge(into: &str) -> Json {
    json!({ "merge": { "into": into, "reason": "duplicate" } })
}

/// Two requests of one client: a letter, and a call about the same.
fn two() -> (Deal, Deal) {
    let mut first = opened(
        "letter",
        json!({ "responsible": "anna", "external_ids": ["mail-1"],
        "parties": { "client": { "reference": "romashka" } } }),
    );
    first.does(letter("m1", "tiles, please"));
    let mut second = opened(
        "call",
        json!({ "responsible": "boris", "external_ids": ["phone-7", "mail-1"],
        "parties": { "client": { "reference": "romashka?" }, "payer": { "contacts": ["+7 900"] } } }),
    );
    second.does(letter("m2", "and where are my tiles?"));
    second.does(json!({ "plan": { "kind": "visit", "title": "Measure", "assignee": "oleg",
                                  "due": { "at": "2026-03-04T10:00:00Z" } } }));
    second.does(json!({ "document": { "document": "invoice", "id": "9", "event": "posted", "sequence": 2,
                                      "data": { "amount": 100 } } }));
    (first, second)
}

#[test]
fn p7_two_requests_that_turn_out_to_be_one_go_on_as_one() {
    let (mut first, mut second) = two();
    let measure = second.id_of("Measure");
    // When the second is merged into the first
    let events = second.does(merge("letter"));
    // Then it is closed as void, linked, and its work is closed by that rule.
    assert_eq!(events[..2], ["merged", "ended"]);
    assert!(events.contains(&"closed"), "{events:?}");
    let case = second.case();
    assert_eq!((case.stage(), case.merged_into.as_deref()), ("void", Some("letter")));
    assert_eq!(case.links["letter"], LinkKind::DuplicateOf);
    assert!(case.activities.is_empty());
    let ended = case.finished.iter().find(|it| it.id == measure).unwrap();
    assert!(matches!(&ended.end, Some(ActivityEnd::Closed { rule, .. }) if rule == "merge"));
    // And one effect hands it over.
    let hands = second.entries.last().unwrap().effects().filter(|it| matches!(it.act, Act::Hand { .. }));
    assert_eq!(hands.count(), 1);
    let events = arrives(&second, &mut first);
    assert_eq!(events[0], "taken_over");
    let case = first.case();
    let taken = case.open_activity(&measure).unwrap();
    assert_eq!((taken.kind.as_str(), taken.assignee.as_deref()), ("visit", Some("oleg")), "as it was");
    assert_eq!(taken.due.unwrap().at.to_string(), "2026-03-04T10:00:00.000Z");
    assert_eq!(case.external_ids, ["mail-1", "phone-7"], "each once");
    let logged: Vec<&str> = case.interactions.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(logged, ["m1", "m2"]);
    // The first keeps its own client and gets the payer that it lacked.
    assert_eq!(case.parties["client"].reference.as_deref(), Some("romashka"));
    assert_eq!(case.parties["payer"].contacts, ["+7 900"]);
    assert_eq!(case.merged_from, ["call"]);
    // The letter was reacted to where it came; the invoice would move the case on, as a condition sees it.
    assert!(first.notices().is_empty(), "{:?}", first.notices());
    assert_eq!(first.fired(), ["talk/trigger/billed"]);
    assert_eq!(first.case().wishes[0].to, "offer", "held up by what is still to be clarified here");
}

#[test]
fn p6_what_is_handed_twice_or_late_does_no_harm() {
    let (mut first, mut second) = two();
    second.does(merge("letter"));
    arrives(&second, &mut first);
    let before = first.case().clone();
    assert_eq!(arrives(&second, &mut first), Vec::<&str>::new(), "twice");
    let after = first.case();
    assert_eq!(
        (&after.activities, &after.interactions, &after.documents),
        (&before.activities, &before.interactions, &before.documents)
    );
    // What was done meanwhile stays done.
    first.finishes("Measure", None);
    assert_eq!(arrives(&second, &mut first), Vec::<&str>::new());
    // And what is known better here stays as it is known.
    first.does(json!({ "interaction": { "channel": "email", "id": "m2", "text": "the whole letter" } }));
    first.does(
        json!({ "document": { "document": "invoice", "id": "9", "event": "unposted", "sequence": 3 } }),
    );
    assert_eq!(arrives(&second, &mut first), Vec::<&str>::new());
    assert_eq!(first.case().interactions[1].text.as_deref(), Some("the whole letter"));
    assert_eq!(first.case().documents[0].in_force, Some(false));
}

#[test]
fn p7_a_closed_case_takes_over_all_but_work() {
    let (mut first, mut second) = two();
    first.does(json!({ "close": { "stage": "lost", "reason": "price" } }));
    second.does(merge("letter"));
    let events = arrives(&second, &mut first);
    assert_eq!(events[0], "taken_over");
    assert!(!events.contains(&"planned") && events.contains(&"logged"), "{events:?}");
    let Event::TakenOver { left_out, .. } = &first.last()[0] else { panic!("{:?}", first.last()) };
    assert_eq!(left_out.len(), 2, "named in the journal: Clarify and Measure");
    assert_eq!(arrives(&second, &mut first), Vec::<&str>::new(), "and told once");
}

#[test]
fn p7_merging_asks_for_the_right_a_reason_and_another_case_all_at_once() {
    let mut deal = opened("call", json!({}));
    deal.by("ivan", "guest");
    assert_eq!(
        deal.refused(json!({ "merge": { "into": "call" } })),
        ["V-P7-self", "V-M1-right", "V-X1-reason"]
    );
    assert_eq!(
        deal.refused(json!({ "merge": { "into": " ", "stage": "lost" } })),
        ["V-IN-case", "V-P7-void"]
    );
    deal.by("anna", "manager");
    assert_eq!(deal.refused(json!({ "merge": { "into": "letter", "reason": "price" } })), ["V-X1-kind"]);
    deal.does(json!({ "merge": { "into": "letter", "stage": "spam", "reason": "duplicate", "comment": "the same" } }));
    assert_eq!(
        (deal.stage(), deal.case().closing.as_ref().unwrap().comment.as_deref()),
        ("spam", Some("the same"))
    );
    assert_eq!(deal.refused(merge("other")), ["V-X4-closed"]);
    let mut without = Deal::opened(scenario(json!({ "stages": [{ "id": "talk" }] })));
    assert_eq!(without.refused(json!({ "merge": { "into": "other" } })), ["V-P7-void"]);
}

#[test]
fn p7_what_a_merged_case_is_told_later_goes_on_to_the_other() {
    let (mut first, mut second) = two();
    second.does(merge("letter"));
    arrives(&second, &mut first);
    assert_eq!(second.does(letter("m3", "hello?")), ["logged", "effect"]);
    assert_eq!(arrives(&second, &mut first)[0], "taken_over");
    assert_eq!(first.notices(), ["answer it"], "this is news, and no past");
    assert_eq!(first.case().interactions.last().unwrap().id, "m3");
    second.does(
        json!({ "document": { "document": "invoice", "id": "9", "event": "unposted", "sequence": 4 } }),
    );
    arrives(&second, &mut first);
    assert_eq!(first.case().documents[0].in_force, Some(false));
    // With nothing new nothing is handed on.
    assert_eq!(second.does(letter("m3", "hello?")), Vec::<&str>::new());
    // Reopened it goes its own way again.
    second.does(json!({ "reopen": {} }));
    assert_eq!(second.case().merged_into, None);
    assert!(!second.does(letter("m4", "mine")).contains(&"taken_over"));
    assert!(second.entries.last().unwrap().effects().all(|it| !matches!(it.act, Act::Hand { .. })));
}

#[test]
fn p7_a_merged_case_hands_on_and_never_in_a_ring() {
    let (mut a, mut b) = (opened("letter", json!({})), opened("call", json!({})));
    b.does(merge("letter"));
    a.does(merge("call"));
    // Each is merged into the other: what the one says stays with the other, which came through it.
    assert_eq!(arrives(&b, &mut a)[0], "taken_over");
    let mut third = opened("third", json!({}));
    third.does(merge("letter"));
    assert_eq!(arrives(&third, &mut a), ["effect"], "handed on to the call");
    assert_eq!(arrives(&a, &mut b)[0], "taken_over", "where it stays, for it came through the letter");
    let Input::Handed { what, .. } = &b.entries.last().unwrap().input else { panic!() };
    assert_eq!(what.through, ["third", "letter"]);
}

#[test]
fn p7_an_interaction_on_the_wrong_case_goes_to_the_right_one() {
    let mut wrong = opened("call", json!({}));
    let mut right = opened("letter", json!({}));
    wrong.does(letter("m1", "where are my tiles"));
    assert_eq!(wrong.notices(), ["answer it"]);
    assert_eq!(
        wrong.refused(json!({ "redirect": { "interaction": "m9", "to": "call" } })),
        ["V-P7-self", "V-P7-interaction"]
    );
    wrong.by("ivan", "guest");
    assert_eq!(
        wrong.refused(json!({ "redirect": { "interaction": "m1", "to": "letter" } })),
        ["V-G1-hand-over"]
    );
    wrong.by("anna", "manager");
    let redirect = json!({ "redirect": { "interaction": "m1", "to": "letter" } });
    assert_eq!(wrong.does(redirect.clone()), ["redirected", "effect"]);
    assert!(wrong.case().interactions.is_empty());
    // There it is as good as logged: what waits for a letter fires.
    assert_eq!(arrives(&wrong, &mut right)[..2], ["taken_over", "logged"]);
    assert_eq!(right.notices(), ["answer it"]);
    assert_eq!(arrives(&wrong, &mut right), Vec::<&str>::new(), "once");
    // The same again is not here any more; what comes of it later goes there, and is nobody's here.
    assert_eq!(wrong.refused(redirect), ["V-P7-interaction"]);
    let more =
        json!({ "interaction": { "channel": "email", "id": "m1", "subject": "tiles", "result": "bounced" } });
    assert_eq!(wrong.does(more), ["effect"]);
    assert!(wrong.case().interactions.is_empty());
    arrives(&wrong, &mut right);
    let it = &right.case().interactions[0];
    assert_eq!((it.subject.as_deref(), it.text.as_deref()), (Some("tiles"), Some("where are my tiles")));
    assert_eq!(
        (it.result.as_deref(), it.at.to_string().as_str()),
        (Some("bounced"), "2026-03-01T09:00:00.000Z")
    );
    wrong.does(json!({ "interaction": { "channel": "email", "id": "m1", "result": "answered" } }));
    arrives(&wrong, &mut right);
    assert_eq!(right.case().interactions[0].result.as_deref(), Some("answered"), "I1: amended");
}

#[test]
fn p7_chosen_lines_go_into_a_linked_case() {
    let line = |item: &str| json!({ "record": { "item": item, "quantity": 2 } });
    let mut deal = opened(
        "call",
        json!({ "title": "Tiles", "responsible": "anna",
        "fields": { "lines": [line("red"), line("blue"), line("green")], "city": "Tver" } }),
    );
    let events = deal.does(
        json!({ "split": { "field": "lines", "lines": [3, 1, 3], "title": "Later", "copy": ["city"] } }),
    );
    assert_eq!(events, ["field_set", "effect"]);
    let effect = deal.entries.last().unwrap().effects().next().unwrap().clone();
    let said = words("call", &effect).unwrap();
    assert_eq!((said[0].case.as_str(), said[0].scenario.as_deref()), (effect.id.as_str(), Some("sale")));
    let mut part = Deal::of(sale());
    part.tries(said[0].input.clone()).unwrap();
    let items = |deal: &Deal| deal.case().fields["lines"].to_string();
    assert!(
        items(&deal).contains("blue") && !items(&deal).contains("red") && !items(&deal).contains("green")
    );
    assert!(items(&part).contains("red") && items(&part).contains("green") && !items(&part).contains("blue"));
    let case = part.case();
    assert_eq!((case.links["call"], case.title.as_deref()), (LinkKind::PartOf, Some("Later")));
    assert_eq!(
        (case.fields["city"].to_string(), case.responsible.as_deref()),
        ("Tver".to_owned(), Some("anna"))
    );
}

#[test]
fn p7_a_split_that_cannot_be_is_refused_with_all_that_is_wrong() {
    let mut deal = opened(
        "call",
        json!({ "fields": { "lines": [{ "item": "red" }, { "item": "blue" }], "city": "Tver" } }),
    );
    let mut split = |field: &str, lines: Json, copy: Json| {
        deal.refused(json!({ "split": { "field": field, "lines": lines, "copy": copy } }))
    };
    assert_eq!(
        split("lines", json!([0, 3, 1]), json!(["margin", "nothing"])),
        ["V-P7-line", "V-P7-line", "V-G1-hidden", "V-IN-field"]
    );
    assert_eq!(split("lines", json!([1, 2]), json!([])), ["V-P7-all"]);
    assert_eq!(split("lines", json!([]), json!([])), ["V-P7-lines"]);
    assert_eq!(split("city", json!([1]), json!([])), ["V-P7-list"]);
    assert_eq!(split("locked", json!([1]), json!([])), ["V-P7-lines"]);
    assert_eq!(split("nothing", json!([1]), json!([])), ["V-IN-field"]);
    deal.by("boris", "head");
    deal.does(json!({ "set": { "fields": { "locked": ["a", "b"] } } }));
    deal.by("anna", "manager");
    assert_eq!(deal.refused(json!({ "split": { "field": "locked", "lines": [1] } })), ["V-G1-edit"]);
    deal.by("ivan", "guest");
    assert_eq!(deal.refused(json!({ "split": { "field": "lines", "lines": [1] } })), ["V-G1-open"]);
}

#[test]
fn p7_a_handing_of_nonsense_is_a_clear_refusal() {
    let mut deal = opened("call", json!({}));
    let handed = |what: Json| json!({ "handed": { "from": "x", "what": what } });
    assert_eq!(deal.does(handed(json!({}))), Vec::<&str>::new());
    assert_eq!(deal.refused(handed(json!({ "external_ids": ["a\u{0}b"] }))), ["V-S11-nul"]);
    let ids: Vec<String> = (0..1_001).map(|it| it.to_string()).collect();
    assert_eq!(deal.refused(handed(json!({ "external_ids": ids }))), ["V-C4-list"]);
    // A kind of activity that this scenario does not have is a task here.
    let activity = json!({ "id": "x/1/1", "kind": "dance", "title": "Dance", "stage": "ball", "visit": 7,
                           "mandatory": true, "planned_at": "2026-03-01T09:00:00Z" });
    assert_eq!(deal.does(handed(json!({ "activities": [activity, activity] }))), ["taken_over", "planned"]);
    let it = deal.case().open_activity("x/1/1").unwrap();
    assert_eq!((it.kind.as_str(), it.stage.as_str(), it.visit, it.mandatory), ("task", "talk", 1, false));
    deal.finishes("Dance", None);
}

#[test]
fn p7_what_is_handed_over_is_hidden_and_erased_like_the_rest() {
    let text = json!({
        "rights": { "contacts": "head", "erase": "head" },
        "parties": { "client": { "personal": true } },
        "stages": [{ "id": "talk" }, { "id": "won", "outcome": "won" }, { "id": "void", "outcome": "void" }]
    });
    let mut deal = Deal::of(scenario(text));
    deal.opens(
        json!({ "parties": { "client": { "reference": "Ivan Petrov", "contacts": ["+7 900 123"] } } }),
    );
    deal.does(json!({ "interaction": { "channel": "phone", "id": "p1", "contact": "+7 900 123", "text": "my secret" } }));
    deal.does(json!({ "merge": { "into": "other" } }));
    let effect = deal.entries.last().unwrap().effects().next().unwrap().clone();
    let Act::Hand { what, .. } = &effect.act else { panic!() };
    assert_ne!(**what, Handing::default());
    let shown = deal.scenario.entries_for(deal.case(), &deal.entries, &deal.actor, deal.now);
    assert!(!serde_json::to_string(&shown).unwrap().contains("+7 900 123"), "G2");
    deal.by("boris", "head");
    let erased = deal.scenario.erase(&deal.entries, &[], "asked", &deal.ctx()).unwrap();
    let left = serde_json::to_string(erased.entries()).unwrap();
    for personal in ["+7 900 123", "my secret", "Ivan Petrov"] {
        assert!(!left.contains(personal), "S12: {personal}");
    }
}

#[test]
fn p7_an_approval_that_is_asked_is_not_asked_anywhere_else() {
    let mut deal = Deal::of(scenario(json!({
        "stages": [{ "id": "talk", "plan": [{ "task": "Approve", "group": { "each": "['boris', 'clara']" } }, { "task": "Measure" }] },
                   { "id": "won", "outcome": "won" }, { "id": "void", "outcome": "void" }]
    })));
    deal.opens(json!({}));
    assert_eq!(deal.open(), ["Approve", "Approve", "Measure"]);
    deal.does(json!({ "merge": { "into": "other" } }));
    let effect = deal.entries.last().unwrap().effects().next().unwrap();
    let Act::Hand { what, .. } = &effect.act else { panic!() };
    let titles: Vec<String> = what.activities.iter().map(|it| it.title.to_string()).collect();
    assert_eq!(titles, ["Measure"]);
    let rules = deal.case().finished.iter().map(|it| match &it.end {
        Some(ActivityEnd::Closed { rule, .. }) => rule.as_str(),
        other => panic!("{other:?}"),
    });
    let mut rules: Vec<&str> = rules.collect();
    rules.sort_unstable();
    assert_eq!(rules, ["close", "close", "merge"]);
}

#[test]
fn p7_long_letters_go_in_several_parcels_that_arrive_whole() {
    let mut deal = opened("call", json!({}));
    let mut other = opened("letter", json!({}));
    for number in 0..40 {
        deal.does(letter(&format!("m{number}"), &"x".repeat(99_000)));
    }
    deal.does(merge("letter"));
    let entry = deal.entries.last().unwrap().clone();
    let said: Vec<Input> =
        entry.effects().filter_map(|it| words("call", it)).flatten().map(|word| word.input).collect();
    assert_eq!(said.len(), 4, "a megabyte each");
    // Lanes keep their order, but whatever the order is and however often: the same arrives.
    for input in said.iter().rev().chain(&said) {
        other.tries(input.clone()).unwrap();
    }
    assert_eq!((other.case().interactions.len(), other.case().merged_from.len()), (40, 1));
}

#[test]
fn p7_an_interaction_that_was_sent_on_and_back_ends_where_it_belongs() {
    let mut a = opened("call", json!({}));
    let mut b = opened("letter", json!({}));
    a.does(letter("m1", "tiles"));
    a.does(json!({ "redirect": { "interaction": "m1", "to": "letter" } }));
    arrives(&a, &mut b);
    // It was no mistake after all, and goes back.
    b.does(json!({ "redirect": { "interaction": "m1", "to": "call" } }));
    arrives(&b, &mut a);
    assert_eq!((a.case().interactions.len(), b.case().interactions.len()), (1, 0));
    assert!(a.case().redirected.is_empty());
    // What comes to either later is where it is now.
    a.does(letter("m1", "tiles, please"));
    assert_eq!(a.case().interactions[0].text.as_deref(), Some("tiles, please"));
    b.does(json!({ "interaction": { "channel": "email", "id": "m1", "subject": "order" } }));
    arrives(&b, &mut a);
    assert_eq!(
        (a.case().interactions[0].subject.as_deref(), b.case().interactions.len()),
        (Some("order"), 0)
    );
    // A third case that is merged into where it was: it goes on from there, and only the other things stay.
    let mut c = opened("third", json!({}));
    c.does(letter("m1", "tiles"));
    c.does(letter("m5", "and grout"));
    c.does(merge("letter"));
    assert!(arrives(&c, &mut b).contains(&"taken_over"));
    let logged =
        |deal: &Deal| -> Vec<String> { deal.case().interactions.iter().map(|it| it.id.clone()).collect() };
    assert_eq!((logged(&b), &b.case().merged_from[..]), (vec!["m5".to_owned()], &["third".to_owned()][..]));
    let known = a.case().interactions.clone();
    arrives(&b, &mut a);
    assert_eq!((&a.case().interactions, a.case().merged_from.len()), (&known, 0), "b was not merged into a");
}

#[test]
fn p7_an_interaction_sent_round_three_cases_ends_where_it_was_sent_last() {
    let (mut a, mut b) = (opened("call", json!({})), opened("letter", json!({})));
    let mut c = opened("third", json!({}));
    let redirect = |to: &str| json!({ "redirect": { "interaction": "m1", "to": to } });
    a.does(letter("m1", "tiles"));
    a.does(redirect("letter"));
    arrives(&a, &mut b);
    b.does(redirect("third"));
    arrives(&b, &mut c);
    c.does(redirect("call"));
    arrives(&c, &mut a);
    let held = |deal: &Deal| deal.case().interactions.len();
    assert_eq!((held(&a), held(&b), held(&c)), (1, 0, 0));
    // What comes to any of them later is where it is now.
    b.does(json!({ "interaction": { "channel": "email", "id": "m1", "subject": "order" } }));
    arrives(&b, &mut c);
    assert!(arrives(&c, &mut a).contains(&"logged"));
    assert_eq!((held(&a), held(&b), held(&c)), (1, 0, 0));
    assert_eq!(a.case().interactions[0].subject.as_deref(), Some("order"));
    // Past that only follows it makes no case a merged one.
    let mut fourth = opened("fourth", json!({}));
    fourth.does(letter("m1", "tiles!"));
    fourth.does(letter("m6", "bricks"));
    fourth.does(merge("third"));
    arrives(&fourth, &mut c);
    arrives(&c, &mut a);
    let mut empty = opened("call", json!({}));
    arrives(&c, &mut empty);
    assert_eq!((empty.case().interactions.len(), empty.case().merged_from.len()), (1, 0));
    assert_eq!((&c.case().merged_from[..], a.case().merged_from.len()), (&["fourth".to_owned()][..], 0));
    assert!(empty.notices().is_empty(), "past all the same");
}

#[test]
fn p7_news_of_a_document_without_a_counter_reaches_the_other_case() {
    let news = |event: &str, amount: u32, more: Json| {
        let mut it =
            json!({ "document": "invoice", "id": "9", "event": event, "data": { "amount": amount } });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "document": it })
    };
    // With and without a counter before, on either side.
    let day = json!({ "at": "2026-03-01T21:00:00Z" });
    for counted in [day.clone(), json!({ "sequence": 2, "at": "2026-03-01T20:00:00Z" })] {
        let (mut first, mut second) = (opened("letter", json!({})), opened("call", json!({})));
        second.does(news("posted", 70, counted.clone()));
        second.does(merge("letter"));
        arrives(&second, &mut first);
        let invoice = |deal: &Deal| deal.case().documents[0].clone();
        assert_eq!(invoice(&first).in_force, Some(true));
        second.does(news("unposted", 50, day.clone()));
        arrives(&second, &mut first);
        let it = invoice(&first);
        assert_eq!((it.event.as_str(), it.in_force), ("unposted", Some(false)), "{counted}");
        assert_eq!(it.sums["amount"].value, invoice(&second).sums["amount"].value);
        assert_eq!(arrives(&second, &mut first), Vec::<&str>::new(), "twice");
        // What this case learnt after that stays, though it comes late again.
        let late = second.entries.last().unwrap().clone();
        first.does(news("posted", 90, json!({ "at": "2026-03-02T05:00:00Z" })));
        let said = late.effects().filter_map(|it| words("call", it)).flatten().next().unwrap();
        assert!(first.tries(said.input).unwrap().events.is_empty());
        assert_eq!((invoice(&first).event.as_str(), invoice(&first).in_force), ("posted", Some(true)));
        assert_eq!(invoice(&first).sums["amount"].value, Some(90.into()));
    }
}

#[test]
fn p7_what_is_told_later_of_an_interaction_adds_to_its_lists_and_takes_nothing_away() {
    let told = |more: Json| {
        let mut it =
            json!({ "channel": "email", "id": "m1", "direction": "in", "at": "2026-03-01T09:00:00Z" });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "interaction": it })
    };
    let file =
        |reference: &str, size: u64| json!({ "name": reference, "reference": reference, "size": size });
    let (mut wrong, mut right) = (opened("call", json!({})), opened("letter", json!({})));
    wrong.does(told(
        json!({ "thread": ["t1"], "contacts": ["a"], "attachments": [file("1", 5), file("2", 5)] }),
    ));
    wrong.does(json!({ "redirect": { "interaction": "m1", "to": "letter" } }));
    arrives(&wrong, &mut right);
    wrong.does(told(
        json!({ "thread": ["t2"], "contacts": ["b", "a"], "attachments": [file("2", 6), file("3", 5)] }),
    ));
    arrives(&wrong, &mut right);
    let lists = |deal: &Deal| {
        let it = &deal.case().interactions[0];
        let files: Vec<(String, Option<u64>)> =
            it.attachments.iter().map(|it| (it.reference.clone(), it.size)).collect();
        (it.thread.join(" "), it.contacts.join(" "), files)
    };
    let files = |two| vec![("1".to_owned(), Some(5)), ("2".to_owned(), Some(two)), ("3".to_owned(), Some(5))];
    assert_eq!(lists(&right), ("t1 t2".to_owned(), "a b".to_owned(), files(6)));
    // The past of a merged case adds as well, but knows nothing better.
    let mut third = opened("third", json!({}));
    third.does(told(
        json!({ "thread": ["t3"], "contacts": ["c"], "attachments": [file("2", 1), file("4", 5)] }),
    ));
    third.does(merge("letter"));
    arrives(&third, &mut right);
    let mut all = files(6);
    all.push(("4".to_owned(), Some(5)));
    assert_eq!(lists(&right), ("t1 t2 t3".to_owned(), "a b c".to_owned(), all));
    assert_eq!(arrives(&third, &mut right), Vec::<&str>::new(), "twice");
}

#[test]
fn p7_ids_beyond_what_a_case_keeps_are_named_in_the_journal() {
    let mut deal =
        opened("letter", json!({ "external_ids": (0..999).map(|it| it.to_string()).collect::<Vec<_>>() }));
    let handed =
        json!({ "handed": { "from": "x", "what": { "past": true, "external_ids": ["7", "c", "b", "a"] } } });
    deal.does(handed);
    let Event::TakenOver { external_ids, left_out, .. } = &deal.last()[0] else {
        panic!("{:?}", deal.last())
    };
    assert_eq!(
        (&external_ids[..], &left_out[..]),
        (&["a".to_owned()][..], &["b".to_owned(), "c".to_owned()][..])
    );
    assert_eq!(deal.case().external_ids.len(), 1_000);
}

#[test]
fn p7_a_past_call_that_is_amended_later_fires_nothing_that_it_would_have_fired() {
    let calls = || {
        scenario(json!({
            "stages": [
                { "id": "talk", "triggers": [
                    { "id": "back", "on": { "interaction": { "result": "missed" } }, "do": { "plan": { "call": "Call back" } } }] },
                { "id": "won", "outcome": "won" }, { "id": "void", "outcome": "void" }
            ],
            "triggers": [
                { "id": "tell", "on": { "interaction": { "result": "missed" } }, "do": { "notify": { "role": "manager", "text": "missed" } } },
                { "id": "held", "on": { "interaction": { "direction": "in" } }, "do": { "notify": { "role": "manager", "text": "in" } } }]
        }))
    };
    let call = |id: &str, more: Json| {
        let mut it =
            json!({ "channel": "phone", "id": id, "result": "missed", "at": "2026-03-01T09:00:00Z" });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "interaction": it })
    };
    let begun = |id: &'static str| {
        let mut deal = Deal::of(calls());
        deal.id = id;
        deal.opens(json!({}));
        deal
    };
    let (mut first, mut second) = (begun("letter"), begun("call"));
    second.does(call("p1", json!({})));
    second.finishes("Call back", None);
    second.does(json!({ "merge": { "into": "letter" } }));
    arrives(&second, &mut first);
    assert!(first.open().is_empty() && first.notices().is_empty());
    // Its recording comes later: it was called back already.
    second.does(call("p1", json!({ "recording": "r/1" })));
    arrives(&second, &mut first);
    assert_eq!(first.case().interactions[0].recording.as_deref(), Some("r/1"));
    assert!(first.open().is_empty() && first.notices().is_empty(), "{:?}", first.last());
    // What that says for the first time is news, as is another call.
    first.does(call("p1", json!({ "direction": "in" })));
    assert_eq!(first.notices(), ["in"]);
    second.does(call("p2", json!({})));
    arrives(&second, &mut first);
    assert_eq!(first.open(), ["Call back"]);
}

#[test]
fn p7_interactions_are_parcelled_by_all_that_they_carry() {
    let mut deal = opened("call", json!({}));
    for number in 0..40 {
        let files: Vec<Json> = (0..100)
            .map(|it| json!({ "name": "x".repeat(200), "reference": format!("{number}/{it}/{}", "y".repeat(150)) }))
            .collect();
        deal.does(json!({ "interaction": { "channel": "email", "id": format!("m{number}"), "attachments": files } }));
    }
    deal.does(merge("letter"));
    let hands = deal.entries.last().unwrap().effects().filter(|it| matches!(it.act, Act::Hand { .. }));
    let sizes: Vec<usize> = hands.map(|it| serde_json::to_string(&it.act).unwrap().len()).collect();
    assert!(sizes.len() == 2 && sizes.iter().all(|it| *it < 1_100_000), "{sizes:?}");
}
