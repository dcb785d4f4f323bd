//! Mappings: their forms, the scenario that they give, what each event means.

use super::{mapping, scenario, trace, with};
use voronka::interop::log::{Followed, LogError, Mapping, Replayed, Replayer};
use voronka::scenario::def::StageOutcome;

const MAP: &str = r#"{
  "columns": { "responsible": "Manager", "team": "Team", "channel": "Source", "reason": "Why", "comment": "Words" },
  "decimal": "comma", "time_format": "day_first", "time_zone": "Europe/Moscow",
  "fields": { "amount": { "column": "Sum", "type": "money", "currency": "RUB" },
              "by": { "column": "By", "type": "date" }, "urgent": { "column": "Urgent", "type": "bool" } },
  "activities": {
    "New": "request", "Offer": { "stage": "offer" }, "Bill": "invoice", "Prepaid": "invoice",
    "Paid": { "outcome": "won" }, "No": { "outcome": "lost", "reason": "other" },
    "Declined": { "outcome": "lost", "stage": "declined" }, "Spam": { "outcome": "void", "reason": "spam" },
    "Comment": "ignore"
  },
  "reasons": { "too dear": "price" }
}"#;

fn replayed(events: &[(i64, &str)]) -> Replayed {
    let map = mapping(MAP);
    Replayer::new(&map.scenario().unwrap(), &map).replay(&trace("7", events))
}

/// The stages entered, and how it closed: `request offer !won`.
fn way(it: &Replayed) -> String {
    let case = it.case.as_ref().unwrap();
    let mut way: Vec<String> = case.visits.iter().map(|visit| visit.stage.clone()).collect();
    match &case.closing {
        Some(closing) if !case.is_open() => {
            let reason = closing.reason.as_ref().map(|it| format!(":{}", it.id)).unwrap_or_default();
            way.push(format!("!{}{reason}", closing.stage));
        }
        _ => way.push(case.visit.stage.clone()),
    }
    way.join(" ")
}

#[test]
fn a_scenario_is_made_of_a_mapping() {
    let scenario = mapping(MAP).scenario().unwrap();
    let def = scenario.definition();
    let stages: Vec<_> =
        def.stages.iter().map(|it| (it.id.as_str(), it.title.get("en"), it.outcome)).collect();
    assert_eq!(
        stages,
        [
            ("request", "New", None),
            ("offer", "Offer", None),
            // Of two activities neither is the stage's name.
            ("invoice", "", None),
            ("won", "Paid", Some(StageOutcome::Won)),
            ("lost", "No", Some(StageOutcome::Lost)),
            ("declined", "Declined", Some(StageOutcome::Lost)),
            ("void", "Spam", Some(StageOutcome::Void)),
        ]
    );
    assert_eq!((def.id.as_str(), def.value.as_deref()), ("log", Some("amount")));
    assert_eq!(def.reasons.names().collect::<Vec<_>>(), ["price", "other", "spam"]);
    assert_eq!(def.reasons.iter().filter(|(_, it)| it.void).map(|(id, _)| id).collect::<Vec<_>>(), ["spam"]);
    // It can be printed and read again.
    let printed = serde_json::to_string(def).unwrap();
    assert_eq!(voronka::Scenario::from_json(&printed).unwrap().reference(), scenario.reference());
}

#[test]
fn a_mapping_reads_and_writes_both_forms() {
    for text in [MAP, include_str!("../../examples/bpi2012.mapping.json")] {
        let map = mapping(text);
        let written = serde_json::to_string(&map).unwrap();
        assert_eq!(mapping(&written), map, "{written}");
    }
}

#[test]
fn a_mapping_that_is_wrong_says_what() {
    for (text, said) in [
        (r#"{ "colums": {} }"#, "unknown field `colums`"),
        (r#"{ "columns": { "cases": "A" } }"#, "unknown field `cases`"),
        (r#"{ "time_format": "days" }"#, "`days` is no format of time: it is one of `iso`, `day_first`"),
        (r#"{ "time_format": "%H:%M" }"#, "`%H:%M` gives no date"),
        (r#"{ "time_format": "%Q" }"#, "`%Q` is no pattern of a time"),
        (r#"{ "delimiter": "/" }"#, "unknown variant `/`"),
        (r#"{ "activities": { "A": { "reason": "x" } } }"#, "an activity means a `stage` or an `outcome`"),
        (r#"{ "activities": { "A": { "stage": "a", "reason": "x" } } }"#, "a reason belongs to an `outcome`"),
        (r#"{ "activities": { "A": { "outcome": "lots" } } }"#, "unknown variant `lots`"),
        (r#"{ "activities": { "A": 3 } }"#, "a stage, `ignore`, or an object"),
        (r#"{ "fields": { "a": { "type": "money" } } }"#, "missing field `column`"),
    ] {
        let error = Mapping::from_json(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
    for (text, said) in [
        (r#"{ "open": { "A": { "open": {} } } }"#, "it names no stage"),
        (r#"{ "activities": { "A": "Первый" } }"#, "`Первый` is no id"),
        (
            r#"{ "activities": { "A": "a" }, "fields": { "x": { "column": "X", "type": "money" } } }"#,
            "currency",
        ),
        (r#"{ "activities": { "A": "a" }, "time_zone": "Europe/Moskow" }"#, "Europe/Moskow"),
    ] {
        let error = mapping(text).scenario().unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn a_mapping_names_what_is_in_the_scenario() {
    let own = scenario(
        r#"{ "id": "s", "fields": { "amount": { "type": "decimal" } }, "reasons": { "price": { "title": "P" } },
             "stages": [{ "id": "request" }, { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }] }"#,
    );
    let fits = |text: &str| mapping(text).fits(&own).map_err(|it| it.to_string());
    assert_eq!(fits(r#"{ "activities": { "A": "request", "B": { "outcome": "won" } } }"#), Ok(()));
    for (text, said) in [
        (
            r#"{ "activities": { "A": "requests" } }"#,
            "there is no ordinary stage `requests`, did you mean `request`?",
        ),
        (r#"{ "activities": { "A": "won" } }"#, "there is no ordinary stage `won`"),
        (
            r#"{ "activities": { "A": { "outcome": "void" } } }"#,
            "there is no stage of such an outcome `void`",
        ),
        (
            r#"{ "activities": { "A": { "outcome": "won", "stage": "lost" } } }"#,
            "no stage of such an outcome `lost`",
        ),
        (r#"{ "activities": { "A": { "outcome": "lost", "reason": "prise" } } }"#, "did you mean `price`?"),
        (r#"{ "reasons": { "dear": "cost" } }"#, "there is no reason `cost`"),
        (r#"{ "fields": { "amout": "Sum" } }"#, "there is no field `amout`, did you mean `amount`?"),
    ] {
        let error = fits(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn what_an_event_means_depends_on_where_the_case_stands() {
    for (events, expected, unchanged) in [
        (
            &[(0, "New"), (1, "Offer"), (2, "Bill"), (3, "Prepaid"), (4, "Paid")][..],
            "request offer invoice !won",
            1,
        ),
        // Forward over stages, and back.
        (&[(0, "New"), (1, "Bill"), (2, "Offer")], "request invoice offer", 0),
        // In the middle, and at the end, where the log begins.
        (&[(0, "Bill")], "invoice", 0),
        (&[(0, "Paid")], "request !won", 0),
        // Closed and said again; closed otherwise; opened again.
        (&[(0, "New"), (1, "No"), (2, "No")], "request !lost:other", 1),
        (&[(0, "New"), (1, "No"), (2, "Paid")], "request lost request !won", 0),
        (&[(0, "New"), (1, "No"), (2, "Offer")], "request lost offer", 0),
        (&[(0, "New"), (1, "Spam")], "request !void:spam", 0),
    ] {
        let it = replayed(events);
        assert_eq!((way(&it).as_str(), it.unchanged), (expected, unchanged), "{events:?}");
        assert!(it.deviations.is_empty() && it.refused.is_none(), "{:#?}", it.deviations);
    }
}

#[test]
fn fields_come_with_the_event_that_has_them_in_the_form_of_their_type() {
    let map = mapping(MAP);
    let made = map.scenario().unwrap();
    let it = trace("7", &[(0, "New"), (1, "New"), (2, "Offer"), (3, "Paid")]);
    let it = with(it, 0, &[("Sum", "1 500,50 ₽"), ("Source", "site"), ("Manager", "anna"), ("Urgent", "да")]);
    let it = with(it, 1, &[("Sum", "1.600")]);
    let it = with(it, 2, &[("By", "31.12.2026"), ("Manager", "peter"), ("Team", "north")]);
    let it = Replayer::new(&made, &map).replay(&it);
    assert!(it.deviations.is_empty(), "{:#?}", it.deviations);
    let names: Vec<_> = it.entries.iter().map(|entry| entry.input.name()).collect();
    assert_eq!(names, ["open", "set", "move", "hand_over", "close"]);
    let case = it.case.unwrap();
    let fields: Vec<_> = case.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(fields, ["amount=1600", "by=2026-12-31", "urgent=true"]);
    assert_eq!((case.channel.as_deref(), case.team.as_deref()), (Some("site"), Some("north")));
    assert_eq!(case.responsible.as_deref(), Some("peter"));
}

#[test]
fn x1_words_for_a_reason_are_mapped_or_kept_as_the_comment() {
    let map = mapping(MAP);
    let made = map.scenario().unwrap();
    for (words, reason, comment, unknown) in [
        (&[("Why", "too dear")][..], "price", None, 0),
        (&[("Why", "price"), ("Words", "much too dear")], "price", Some("much too dear"), 0),
        (&[("Why", "moved away")], "other", Some("moved away"), 1),
        (&[], "other", None, 0),
    ] {
        let it = with(trace("7", &[(0, "New"), (1, "No")]), 1, words);
        let it = Replayer::new(&made, &map).replay(&it);
        let closing = it.case.unwrap().closing.unwrap();
        assert_eq!((closing.reason.unwrap().id.as_str(), closing.comment.as_deref()), (reason, comment));
        assert_eq!(it.unknown_reasons.len(), unknown, "{words:?}");
    }
    // A later row knows the reason better.
    let it = with(trace("7", &[(0, "New"), (1, "No"), (2, "No")]), 2, &[("Why", "too dear")]);
    let it = Replayer::new(&made, &map).replay(&it);
    assert_eq!(way(&it), "request !lost:price");
}

#[test]
fn x4_a_repeated_refusal_keeps_its_reason_and_says_the_rest() {
    let map = mapping(MAP);
    let made = map.scenario().unwrap();
    let it = with(trace("7", &[(0, "New"), (1, "No"), (2, "No"), (3, "No")]), 1, &[("Why", "too dear")]);
    let it = with(it, 3, &[("Sum", "900"), ("Manager", "peter")]);
    let it = Replayer::new(&made, &map).replay(&it);
    assert_eq!((way(&it).as_str(), it.unchanged), ("request !lost:price", 1));
    let case = it.case.unwrap();
    assert_eq!((&case.fields["amount"], case.responsible.as_deref()), (&900.into(), Some("peter")));
    assert!(it.deviations.is_empty(), "{:#?}", it.deviations);
}

#[test]
fn one_stage_for_two_things_is_an_error_and_a_silent_outcome_goes_where_it_is_read() {
    let error = mapping(
        r#"{ "activities": { "New": "request", "Paid": { "outcome": "won", "stage": "end" },
             "No": { "outcome": "lost", "stage": "end" } } }"#,
    );
    assert_eq!(
        error.scenario().unwrap_err().to_string(),
        "no scenario can be made of the mapping: `Paid` and `No` are the same stage `end`, and end differently"
    );
    let map = mapping(
        r#"{ "activities": { "New": "request", "Declined": { "outcome": "lost", "stage": "declined" },
             "No": { "outcome": "lost" } } }"#,
    );
    let made = map.scenario().unwrap();
    let stages: Vec<_> = made.definition().stages.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(stages, ["request", "declined"]);
    let it = Replayer::new(&made, &map).replay(&trace("7", &[(0, "New"), (1, "No")]));
    assert_eq!(it.case.unwrap().closing.unwrap().stage, "declined");
}

#[test]
fn the_exact_form_reads_fields_by_their_types_and_not_from_later_events() {
    let own = scenario(
        r#"{ "id": "s", "fields": { "amount": { "type": "decimal" } },
             "stages": [{ "id": "request" }, { "id": "won", "outcome": "won" }] }"#,
    );
    let map = mapping(
        r#"{ "decimal": "comma", "fields": { "amount": "Sum" },
             "open": { "New": { "open": {} }, "Paid": { "close": { "stage": "won" } } } }"#,
    );
    let events = [(0, "New"), (1, "Paid")];
    for (place, amount) in [(0, Some("1500.5".parse().unwrap())), (1, None)] {
        let mut it = with(trace("7", &events), place, &[("Sum", "1 500,5")]);
        // As a table has it: what some event says.
        it.attributes.insert("Sum".to_owned(), "1 500,5".into());
        let it = Replayer::new(&own, &map).replay(&it);
        assert!(it.deviations.is_empty(), "{:#?}", it.deviations);
        let amount = amount.map(voronka::Value::Decimal);
        assert_eq!(it.case.unwrap().fields.get("amount"), amount.as_ref(), "{place}");
    }
}

#[test]
fn a_number_that_breaks_the_rule_of_decimals_is_refused_and_not_read_otherwise() {
    let map = mapping(MAP);
    let made = map.scenario().unwrap();
    for sum in ["1.5", "12 50", "1,5,0"] {
        let it = with(trace("7", &[(0, "New"), (1, "Offer")]), 1, &[("Sum", sum)]);
        let it = Replayer::new(&made, &map).replay(&it);
        let [deviation] = it.deviations.as_slice() else { panic!("{sum}: {:#?}", it.deviations) };
        assert_eq!(deviation.followed, Followed::InPart);
        assert_eq!(it.case.unwrap().fields.get("amount"), None, "{sum}");
    }
}

#[test]
fn unknown_activities_are_counted_and_an_error_unless_they_may_be() {
    let map = mapping(MAP);
    let made = map.scenario().unwrap();
    let mut summary = voronka::interop::log::Summary::default();
    for name in ["a", "b"] {
        let it = trace(name, &[(0, "New"), (1, "Called"), (2, "Called"), (3, "Comment"), (4, "Sent")]);
        summary.add(&Replayer::new(&made, &map).replay(&it));
    }
    assert_eq!((summary.unknown["Called"], summary.unknown["Sent"], summary.ignored), (4, 2, 2));
    let Err(LogError::Unknown(told)) = summary.known(&map) else { panic!() };
    assert_eq!(told, "`Called` (4), `Sent` (2)");
    let list = mapping(&MAP.replacen('{', r#"{ "unknown": "list","#, 1));
    assert_eq!(summary.known(&list), Ok(()));
    assert!(!summary.fits());
}
