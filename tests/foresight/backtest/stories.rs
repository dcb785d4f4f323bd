//! Small stories, each with what it must show.

use crate::engine::dsl::{Deal, json, msk, scenario};
use serde_json::Value as Json;
use voronka::case::Input;
use voronka::foresight::backtest::{
    Backtest, CaseResult, Count, Journal, Options, Passage, Side, Verdict, backtest, run_one,
};
use voronka::testing::Play;
use voronka::{Entry, Opening, Scenario};

/// Two stages, with what each has.
fn stages(a: Json, b: Json) -> Json {
    let with = |id: &str, parts: Json| {
        let mut stage = json!({ "id": id });
        stage.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        stage
    };
    json!({
        "fields": { "n": { "type": "number" }, "name": { "type": "text" }, "d": { "type": "date" } },
        "reasons": { "price": {}, "silent": { "title": "Nobody answers" } },
        "stages": [with("a", a), with("b", b)]
    })
}

fn one(draft: &Scenario, journal: &[Entry]) -> CaseResult {
    run_one(draft, &Options::default(), &Journal::of(journal))
}

fn whole(draft: &Scenario, journal: &[Entry]) -> Backtest {
    backtest(draft, &Options::default(), [Journal::of(journal)])
}

fn codes(it: &CaseResult) -> Vec<&str> {
    it.stop.iter().flat_map(|stop| &stop.missing).map(|it| it.code.as_str()).collect()
}

/// A note, a move to `b`, and a loss.
fn plain(scenario: Scenario) -> Deal {
    let mut deal = Deal::opened(scenario);
    deal.does(json!({ "note": { "text": "called" } }));
    deal.at("2026-03-03 12:00").moves("b");
    deal.at("2026-03-04 12:00").does(json!({ "close": { "stage": "lost", "reason": "price" } }));
    deal
}

#[test]
fn c6_a_field_that_is_newly_required_holds_up_the_move() {
    let deal = plain(scenario(stages(json!({}), json!({}))));
    assert_eq!(one(&deal.scenario, &deal.entries).verdict, Verdict::Same);
    let draft = scenario(stages(json!({ "leave": { "need": ["name"] } }), json!({})));
    let it = one(&draft, &deal.entries);
    let stop = it.stop.as_ref().unwrap();
    assert_eq!((stop.entry, stop.input.as_str(), stop.stage.as_str(), stop.held_up), (3, "move", "a", true));
    assert_eq!((codes(&it), stop.at), (vec!["V-M3-field"], msk("2026-03-03 12:00")));
    assert_eq!(stop.missing[0].requirement.as_deref(), Some("a/leave/name"));
    // What came after is not guessed on, and before it nothing differs.
    assert!(it.first.is_none() && it.ended.is_none() && it.passages.is_empty());
    let all = whole(&draft, &deal.entries);
    assert_eq!((all.held_up.cases, all.diverged.cases, all.different.cases, all.same), (1, 0, 1, 0));
    assert_eq!(all.held_up.examples[0].entry, Some(3));
}

#[test]
fn c6_what_a_new_trigger_does_counts_and_who_comes_after_it_diverges() {
    let mut deal = Deal::opened(scenario(stages(json!({}), json!({}))));
    deal.sets(json!({ "n": 5 }));
    deal.moves("b");
    deal.loses_for("price");
    let moves = |to: Json| {
        let trigger = json!([{ "id": "t", "on": { "field": "n" }, "do": to }]);
        scenario(stages(json!({ "triggers": trigger }), json!({})))
    };
    // It moves where a person did so afterwards: the person's move finds the case moved already.
    let it = one(&moves(json!({ "move": "b" })), &deal.entries);
    let stop = it.stop.as_ref().unwrap();
    assert_eq!((stop.entry, stop.stage.as_str(), stop.held_up), (3, "b", false));
    assert_eq!(it.passages, [(passage("a", "b"), Count { recorded: 0, draft: 1 })].into());
    assert_eq!(it.triggers["a/trigger/t"], Count { recorded: 0, draft: 1 });
    assert_eq!(it.first.as_ref().map(|it| (it.event.as_str(), it.entry)), Some(("triggered", 2)));
    assert_eq!(it.closed_earlier, None);
    // It closes: that is said, and a move of a closed case is not called held up.
    let draft = moves(json!({ "close": { "stage": "lost", "reason": "silent" } }));
    let it = one(&draft, &deal.entries);
    assert_eq!(codes(&it), ["V-X4-closed"]);
    let end = it.closed_earlier.as_ref().unwrap();
    assert_eq!(
        (end.stage.as_str(), end.outcome, end.reason.as_deref()),
        ("lost", Some("lost"), Some("silent"))
    );
    let all = whole(&draft, &deal.entries);
    assert_eq!((all.held_up.cases, all.diverged.cases, all.closed_earlier.len()), (0, 1, 1));
}

fn passage(from: &str, to: &str) -> Passage {
    Passage { from: from.to_owned(), to: to.to_owned() }
}

/// A stage that gives up after so long.
fn gives_up(after: &str) -> Scenario {
    let closes = json!({ "id": "give_up", "on": { "after": after },
                         "do": { "close": { "stage": "lost", "reason": "silent" } } });
    scenario(stages(json!({ "triggers": [closes] }), json!({})))
}

#[test]
fn c6_a_timer_that_is_changed_fires_at_its_own_moment() {
    // A person came on the second day, before the timer of two days.
    let deal = plain(gives_up("2 days"));
    assert_eq!(one(&deal.scenario, &deal.entries).verdict, Verdict::Same);
    // One of a day would have closed it by then.
    let it = one(&gives_up("1 day"), &deal.entries);
    assert_eq!(it.stop.as_ref().map(|stop| (stop.entry, stop.held_up)), Some((3, false)));
    assert_eq!(codes(&it), ["V-X4-closed"]);
    assert_eq!(it.passages, [(passage("a", "lost"), Count { recorded: 0, draft: 1 })].into());
    // One of three days would not have come to it.
    let it = one(&gives_up("3 days"), &deal.entries);
    assert_eq!((it.stop, it.passages.len(), it.ended), (None, 0, None));
    assert_eq!(it.first.unwrap().event, "armed");

    // Nobody came: it was given up by the timer, which the host fired an hour late.
    let mut silent = Deal::opened(gives_up("2 days"));
    assert_eq!(silent.at("2026-03-04 11:00").ticks().len(), 1);
    assert_eq!(one(&silent.scenario, &silent.entries).verdict, Verdict::Same);
    let it = one(&gives_up("1 day"), &silent.entries);
    assert_eq!((it.stop, it.ended, it.passages.len()), (None, None, 0));
    assert_eq!(it.triggers["a/trigger/give_up"], Count { recorded: 1, draft: 1 });
    let it = one(&gives_up("3 days"), &silent.entries);
    let ended = it.ended.unwrap();
    assert_eq!((ended.recorded.stage.as_str(), ended.recorded.outcome), ("lost", Some("lost")));
    assert_eq!((ended.draft.stage.as_str(), ended.draft.outcome), ("a", None));
    assert_eq!(it.triggers["a/trigger/give_up"], Count { recorded: 1, draft: 0 });
}

#[test]
fn c6_a_trigger_that_is_gone_does_not_fire() {
    let notifies = json!([{ "id": "t", "on": "entered", "do": { "notify": { "text": "Look" } } }]);
    let deal = plain(scenario(stages(json!({}), json!({ "triggers": notifies }))));
    let draft = scenario(stages(json!({}), json!({})));
    let it = one(&draft, &deal.entries);
    assert_eq!(it.triggers["b/trigger/t"], Count { recorded: 1, draft: 0 });
    assert_eq!(it.effects["notify"], Count { recorded: 1, draft: 0 });
    assert_eq!((it.stop, it.ended, it.passages.len()), (None, None, 0));
    let all = whole(&draft, &deal.entries);
    assert_eq!((all.triggers["b/trigger/t"].fewer.cases, all.triggers["b/trigger/t"].more.cases), (1, 0));
    assert_eq!((all.moved.cases, all.held_up.cases), (0, 0));
}

#[test]
fn c6_who_does_what_the_draft_does_not_plan_diverges_there() {
    let plan =
        |id: &str| json!({ "plan": [{ "id": "more", "task": "More" }, { "id": id, "task": "Call back" }] });
    let mut deal = Deal::opened(scenario(stages(plan("call"), json!({}))));
    deal.finishes("Call back", None);
    deal.moves("b");
    let it = one(&scenario(stages(plan("ring"), json!({}))), &deal.entries);
    let stop = it.stop.as_ref().unwrap();
    assert_eq!(
        (stop.entry, stop.input.as_str(), stop.gone, stop.held_up),
        (2, "done", Some("activity"), false)
    );
    let all = whole(&scenario(stages(plan("ring"), json!({}))), &deal.entries);
    let (key, found) = all.divergences.iter().next().unwrap();
    assert_eq!((key.input.as_str(), key.code.as_str(), found.cases), ("done", "gone/activity", 1));
    // One activity more before it shifts its id, and does no harm.
    let mut more = plan("call");
    more["plan"].as_array_mut().unwrap().insert(0, json!({ "id": "first", "task": "First" }));
    let it = one(&scenario(stages(more, json!({}))), &deal.entries);
    assert_eq!((it.stop, it.passages.len()), (None, 0));
    // Mandatory and never done, it holds up.
    let mut must = plan("call");
    must["plan"]
        .as_array_mut()
        .unwrap()
        .insert(0, json!({ "id": "first", "task": "First", "mandatory": true }));
    let it = one(&scenario(stages(must, json!({}))), &deal.entries);
    assert_eq!((codes(&it), it.stop.as_ref().unwrap().held_up), (vec!["V-M3-activity"], true));
}

#[test]
fn c6_t7_a_switch_that_was_off_stays_off() {
    let with = |after: &str, more: bool| {
        let mut triggers =
            vec![json!({ "id": "remind", "on": { "after": after }, "do": { "notify": { "text": "Look" } } })];
        if more {
            triggers.push(json!({ "id": "hello", "on": "entered", "do": { "notify": { "text": "Hello" } } }));
        }
        scenario(stages(json!({ "triggers": triggers }), json!({})))
    };
    let mut deal = Deal::of(with("1 day", false));
    deal.switch("a/trigger/remind", false);
    deal.opens(json!({ "responsible": "anna" }));
    assert_eq!(deal.at("2026-03-03 11:00").ticks(), Vec::<String>::new());
    deal.does(json!({ "note": { "text": "nothing came" } }));
    let off = deal.entries.len();
    deal.switch("a/trigger/remind", true);
    assert_eq!(deal.at("2026-03-03 15:00").ticks().len(), 1);
    deal.does(json!({ "note": { "text": "there it is" } }));
    assert_eq!(one(&deal.scenario, &deal.entries).verdict, Verdict::Same);
    for draft in [with("1 day", true), with("2 hours", true), with("2 hours", false)] {
        // While it is off, nothing fires; once it is on, what waited does.
        let it = one(&draft, &deal.entries[..off]);
        assert!(!it.triggers.contains_key("a/trigger/remind"), "{:?}", it.triggers);
        let it = one(&draft, &deal.entries);
        assert_eq!(it.triggers["a/trigger/remind"], Count { recorded: 1, draft: 1 });
    }
}

#[test]
fn c6_reports_on_what_the_draft_never_asked_for_are_left_out() {
    let run = |parts: Json| scenario(stages(json!({ "run": [parts] }), json!({})));
    let waits = json!({ "id": "ok", "process": "approval", "await": true });
    let mut deal = Deal::opened(run(waits.clone()));
    deal.finish("approved", true);
    deal.moves("b");
    let without = scenario(stages(json!({}), json!({})));
    let it = one(&without, &deal.entries);
    assert_eq!((it.stop, it.unasked, it.passages.len()), (None, [("finished".to_owned(), 1)].into(), 0));
    assert_eq!(it.effects["start_process approval"], Count { recorded: 1, draft: 0 });
    // Another id of its run is no matter: what it reports is heard.
    let mut before = stages(json!({ "run": [waits.clone()] }), json!({}));
    before["stages"][0]["run"]
        .as_array_mut()
        .unwrap()
        .insert(0, json!({ "id": "early", "process": "check" }));
    let it = one(&scenario(before), &deal.entries);
    assert_eq!((it.stop, it.unasked.len()), (None, 0));
    // The other way round: nobody reports on a process that only the draft starts.
    let mut plain = Deal::opened(without);
    plain.moves("b");
    let it = one(&run(waits), &plain.entries);
    assert_eq!((codes(&it), it.stop.as_ref().unwrap().held_up), (vec!["V-M3-process"], true));
}

#[test]
fn c6_s12_erased_cases_are_left_out_and_counted() {
    let mut parts = stages(json!({}), json!({}));
    parts["fields"]["name"]["personal"] = json!(true);
    parts["rights"] = json!({ "erase": "head" });
    let mut deal = Deal::opened(scenario(parts));
    deal.sets(json!({ "name": "N. N." }));
    deal.by("boris", "head");
    let erased = deal.scenario.erase(&deal.entries, &[], "asked by letter", &deal.ctx()).unwrap();
    let mut journal = erased.entries().to_vec();
    journal.push(erased.outcome().entry().clone());
    let all = whole(&deal.scenario, &journal);
    assert_eq!((all.cases, all.same, all.different.cases, all.erased.cases), (1, 0, 0, 1));
    assert_eq!(all.erased.examples[0].case, "c1");
}

#[test]
fn c6_a_draft_stands_for_every_version_and_no_other_scenario() {
    let first = scenario(stages(json!({}), json!({})));
    let mut second = stages(json!({ "plan": [{ "id": "call", "task": "Call" }] }), json!({}));
    second["version"] = json!(2);
    let second = scenario(second);
    let mut deal = Deal::opened(first);
    deal.scenario = second.clone();
    deal.by("boris", "head").does(json!({ "adopt": {} }));
    deal.by("anna", "manager").moves("b");
    // The draft is what the first version was: passing to another one is no input.
    let mut third = stages(json!({}), json!({}));
    third["version"] = json!(3);
    let it = one(&scenario(third), &deal.entries);
    assert_eq!((it.verdict.clone(), it.adopted), (Verdict::Same, 1), "{it:#?}");
    // By the second version all along, the call would have been planned from the beginning.
    let it = one(&second, &deal.entries);
    assert_eq!((it.verdict, it.stop), (Verdict::Different, None));
    assert_eq!(it.first.map(|it| (it.event, it.entry)), Some(("planned".to_owned(), 1)));

    // Another scenario: what was before is compared, what comes after is not.
    let mut claim = stages(json!({ "leave": { "need": ["name"] } }), json!({}));
    claim["id"] = json!("claim");
    let sale = deal.scenario.clone();
    deal.scenario = scenario(claim);
    deal.does(json!({ "adopt": {} }));
    deal.does(json!({ "note": { "text": "by the other" } }));
    let all = whole(&sale, &deal.entries);
    let (to, found) = all.transferred.iter().next().unwrap();
    assert_eq!((to.why.as_str(), found.cases, all.cases), ("claim", 1, 1));
    // And a journal that began elsewhere is none of this draft's.
    let all = whole(&deal.scenario, &deal.entries);
    assert_eq!(all.failed.iter().map(|(it, _)| it.why.as_str()).collect::<Vec<_>>(), ["scenario"]);
}

#[test]
fn c6_a_stage_by_another_name_is_the_same_stage() {
    let deal = plain(scenario(stages(json!({}), json!({}))));
    let mut parts = stages(json!({}), json!({}));
    parts["stages"][1]["id"] = json!("offer");
    let draft = scenario(parts);
    let it = one(&draft, &deal.entries);
    assert_eq!((codes(&it), it.stop.as_ref().unwrap().held_up), (vec!["V-M1-stage"], true));
    let options = Options::default().stage("b", "offer");
    let it = run_one(&draft, &options, &Journal::of(&deal.entries));
    assert_eq!((it.stop, it.passages.len(), it.ended), (None, 0, None));
    assert_eq!(it.renamed, [("b".to_owned(), "offer".to_owned())].into());
    // A journal that adopted the version with the new name says so itself.
    let mut adopted = Deal::opened(scenario(stages(json!({}), json!({}))));
    adopted.moves("b");
    let mut parts = stages(json!({}), json!({}));
    parts["stages"][1]["id"] = json!("offer");
    parts["version"] = json!(2);
    adopted.scenario = scenario(parts);
    adopted.by("boris", "head").does(json!({ "adopt": { "stages": { "b": "offer" } } }));
    adopted.does(json!({ "move": { "to": "a" } }));
    let it = one(&adopted.scenario, &adopted.entries);
    assert_eq!((it.stop, it.passages.len(), it.ended), (None, 0, None));
}

#[test]
fn c6_a_journal_that_cannot_be_run_is_counted_with_the_reason() {
    let deal = plain(scenario(stages(json!({}), json!({}))));
    let texts: Vec<String> = deal.entries.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    let without = |at: usize| {
        let mut entries = deal.entries.clone();
        entries.remove(at);
        entries
    };
    let mut backwards = deal.entries.clone();
    backwards[1].at = msk("2026-03-01 10:00");
    let newer: Vec<String> = texts.iter().map(|it| it.replace("\"note\"", "\"sing\"")).collect();
    let mut torn = texts.clone();
    torn[2].truncate(30);
    let journals: Vec<(&str, Journal<'_>)> = vec![
        ("damaged", Journal::from(without(0))),
        ("damaged", Journal::from(without(1))),
        ("damaged", Journal::of(&[])),
        ("damaged", Journal::from(backwards)),
        ("damaged", Journal::read("torn", &torn)),
        ("newer", Journal::read("newer", &newer)),
    ];
    for (why, journal) in &journals {
        let all = backtest(&deal.scenario, &Options::default(), [journal.clone()]);
        let failed: Vec<&str> = all.failed.iter().map(|(it, _)| it.why.as_str()).collect();
        assert_eq!((failed, all.run()), (vec![*why], 0), "{journal:?}");
    }
    let whole = backtest(&deal.scenario, &Options::default(), [Journal::read("c1", &texts)]);
    assert_eq!((whole.same, whole.cases), (1, 1));
}

#[test]
fn c6_timers_without_end_are_bounded() {
    let mut deal = Deal::opened(scenario(stages(json!({}), json!({}))));
    deal.sets(json!({ "d": "2026-03-01" }));
    deal.at("2026-03-05 10:00").does(json!({ "note": { "text": "later" } }));
    // Each time it is a day later, and that is past as well, for ever.
    let again = json!([{ "id": "again", "on": { "moment": { "field": "d" } }, "repeat": true,
                         "do": { "set": { "field": "d", "to": "date('1900-01-01')" } } },
                       { "id": "back", "on": { "moment": { "field": "d", "before": "1 day" } }, "repeat": true,
                         "do": { "set": { "field": "d", "to": "date('1900-01-02')" } } }]);
    let draft = scenario(stages(json!({ "triggers": again }), json!({})));
    let all = whole(&draft, &deal.entries);
    assert_eq!(all.failed.iter().map(|(it, _)| it.why.as_str()).collect::<Vec<_>>(), ["timers"], "{all:#?}");
}

#[test]
fn c6_f7_parts_in_any_order_and_on_any_number_of_threads_give_the_same_whole() {
    let was = scenario(stages(json!({}), json!({})));
    let mut journals: Vec<Vec<Entry>> = Vec::new();
    for number in 0..300 {
        let mut deal = Deal::of(was.clone());
        deal.id = Box::leak(format!("c{:03}", number * 7 % 300).into_boxed_str());
        deal.opens(json!({ "responsible": "anna", "fields": { "n": number % 5 } }));
        if number % 3 > 0 {
            deal.moves("b");
        }
        if number % 4 == 0 {
            deal.loses_for("price");
        }
        journals.push(deal.entries);
    }
    let needs = json!({ "enter": { "need": [{ "field": "n", "min": 2 }] } });
    let draft = scenario(stages(
        json!({ "triggers": [
        { "id": "t", "on": "entered", "if": "fields.n == 3", "do": { "close": { "stage": "lost", "reason": "silent" } } }
    ] }),
        needs,
    ));
    let run = |threads: usize, journals: &[Vec<Entry>]| {
        backtest(&draft, &Options::default().threads(threads), journals.iter().map(|it| Journal::of(it)))
    };
    let whole = run(1, &journals);
    assert_eq!((whole.cases, whole.held_up.examples.len()), (300, 10));
    assert!(whole.held_up.cases > 50 && whole.diverged.cases > 20 && whole.same > 50, "{whole:#?}");
    let text = serde_json::to_string(&whole).unwrap();
    for threads in [2, 3, 8] {
        assert_eq!(serde_json::to_string(&run(threads, &journals)).unwrap(), text);
    }
    let mut merged = Backtest::default();
    for part in journals.chunks(17).rev() {
        merged.merge(run(1, part));
    }
    assert_eq!((serde_json::to_string(&merged).unwrap(), &merged), (text, &whole));
    // The examples are those with the smallest ids.
    let held: Vec<&str> = whole.held_up.examples.iter().map(|it| it.case.as_str()).collect();
    let mut sorted = held.clone();
    sorted.sort_unstable();
    assert_eq!(held, sorted);
    let recorded = whole.passages.iter().filter(|(it, _)| it.side == Side::Recorded).count();
    assert_eq!(recorded, 0, "what came after a step that no longer fits is not compared");
}

/// The shipped wholesale scenario, with its own clock: overdue timers fire between the steps.
#[test]
fn c6_a_wholesale_request_is_run_again_with_its_timers() {
    let text = include_str!("../../../examples/wholesale.json");
    let read = |text: &str| Scenario::from_json(text).unwrap();
    let was = read(text);
    let mut play = Play::new(&was);
    play.at("2026-03-02 10:00").unwrap().by("manager anna").unwrap();
    play.switch("/trigger/escalate", true).unwrap();
    play.open(Opening { responsible: Some("anna".into()), ..Opening::default() }).unwrap();
    // Nobody calls until the next day.
    play.at("2026-03-03 12:00").unwrap().step(r#"{ "done": "clarify" }"#).unwrap();
    play.at("2026-03-10 12:00").unwrap().step(r#"{ "note": "still silent" }"#).unwrap();
    let timers = play.entries().iter().filter(|it| matches!(it.input, Input::Timer { .. })).count();
    assert!(timers > 0, "{:#?}", play.entries());
    assert_eq!(one(&was, play.entries()).verdict, Verdict::Same);
    // By an item of another id nobody could have done it; every timer before it fires all the same.
    let mut draft: Json = serde_json::from_str(text).unwrap();
    let plan = draft["stages"][0]["plan"].as_array_mut().unwrap();
    let item = plan.iter_mut().find(|it| it["id"] == "clarify").unwrap();
    item["id"] = json!("ask");
    let it =
        one(&read(&draft.to_string().replace("request/plan/clarify", "request/plan/ask")), play.entries());
    assert_eq!(it.stop.as_ref().and_then(|stop| stop.gone), Some("activity"));
    assert!(it.triggers.values().all(|count| count.recorded == count.draft), "{:?}", it.triggers);
}

/// Rewrite with `UPDATE_GOLDEN=1`, then read what `git diff` shows.
#[test]
fn c6_a_back_test_is_told_in_both_languages() {
    let parts = |a: Json, b: Json| {
        let mut parts = stages(a, b);
        parts["title"] = json!({ "en": "Sale", "ru": "Продажа" });
        parts["stages"][0]["title"] = json!({ "en": "Request", "ru": "Заявка" });
        parts["stages"][1]["title"] = json!({ "en": "Offer", "ru": "Предложение" });
        parts["fields"]["n"]["title"] = json!({ "en": "Size", "ru": "Размер" });
        parts["fields"]["name"]["title"] = json!({ "en": "Client", "ru": "Клиент" });
        parts
    };
    let greets = json!({ "id": "hello", "title": { "en": "Greet", "ru": "Поздороваться" }, "on": "entered",
                         "do": { "notify": { "text": "Hello" } } });
    let was = scenario(parts(
        json!({ "triggers": [greets], "plan": [{ "id": "call", "task": "Call" }] }),
        json!({}),
    ));
    let draft = scenario(parts(
        json!({ "plan": [{ "id": "ring", "task": "Ring" }], "triggers": [
            { "id": "drop", "title": { "en": "Drop the small", "ru": "Мелких не берём" }, "on": { "field": "n" }, "if": "fields.n < 3",
              "do": { "close": { "stage": "lost", "reason": "silent" } } }] }),
        json!({ "enter": { "need": ["name", { "field": "n", "min": 10 }] } }),
    ));
    let mut journals = Vec::new();
    for (number, size) in [1, 5, 5, 20, 2, 20].into_iter().enumerate() {
        let mut deal = Deal::of(was.clone());
        deal.id = Box::leak(format!("c{number}").into_boxed_str());
        deal.opens(json!({ "responsible": "anna", "fields": { "name": "N. N." } }));
        deal.sets(json!({ "n": size }));
        match number {
            3 => drop(deal.finishes("Call", None)),
            4 => {}
            _ => drop(deal.moves("b")),
        }
        if number == 5 {
            deal.loses_for("price");
        }
        journals.push(deal.entries);
    }
    journals.push(Vec::new());
    let all = backtest(&draft, &Options::default(), journals.iter().map(|it| Journal::of(it)));
    for (language, file) in [("en", "backtest.txt"), ("ru", "backtest.ru.txt")] {
        let told = all.told(&draft, language);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&path).unwrap(), "{file}; see `UPDATE_GOLDEN`");
    }
}

/// A trigger that the recorded version had off was armed and got no notice; a draft that switches it on closes the case.
#[test]
fn t7_a_trigger_that_the_draft_switches_on_fires_where_it_waited_in_the_record() {
    let of = |enabled: bool| {
        let silent = json!({ "id": "silent", "on": { "after": "2 days" }, "enabled": enabled,
            "do": { "close": { "stage": "lost", "reason": "silent" } } });
        scenario(stages(json!({ "triggers": [silent] }), json!({})))
    };
    let mut deal = Deal::opened(of(false));
    deal.at("2026-03-09 12:00").moves("b");
    let options = Options::default().recorded(&deal.scenario);
    let run = |draft: &Scenario| run_one(draft, &options, &Journal::of(&deal.entries));
    assert_eq!(run(&of(false)).verdict, Verdict::Same);
    let it = run(&of(true));
    assert_eq!(it.verdict, Verdict::Different);
    assert_eq!(it.triggers["a/trigger/silent"], Count { recorded: 0, draft: 1 });
    // Switched on by hand it would have told of itself: then the notice, or its absence, is what happened.
    let mut on = Deal::opened(of(false));
    on.switch("a/trigger/silent", true).does(json!({ "note": { "text": "x" } }));
    on.at("2026-03-09 12:00").moves("b");
    let it = run_one(&of(true), &options, &Journal::of(&on.entries));
    assert!(it.triggers.is_empty(), "a late host is no difference: {:?}", it.triggers);
}

/// What a person planned is told without its id and title, which are this case's alone.
#[test]
fn c6_what_holds_up_is_told_by_rules_and_not_by_what_stands_in_one_case() {
    let kinds = |bad: bool| json!({ "task": { "outcomes": { "done": {}, "half": { "bad": bad } } } });
    let of = |bad: bool| {
        let mut json = stages(json!({}), json!({}));
        json["kinds"] = kinds(bad);
        scenario(json)
    };
    let mut deal = Deal::opened(of(false));
    deal.does(
        json!({ "plan": { "kind": "task", "title": "Call Mrs Smith about her husband", "mandatory": true } }),
    );
    deal.finishes("Call Mrs Smith about her husband", Some("half"));
    deal.moves("b");
    let found = whole(&of(true), &deal.entries);
    assert_eq!(found.held_up.cases, 1);
    let json = serde_json::to_string(&found).unwrap();
    assert!(!json.contains("Smith") && !json.contains("c1/"), "{json}");
}
