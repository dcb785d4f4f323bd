//! Journals written as XES, and read again.

use super::{mapping, scenario, trace, with};
use voronka::case::{Entry, Event};
use voronka::interop::log::{LogTrace, Replayer};
use voronka::interop::xes::{XesWriter, read};
use voronka::{Actor, Context, Opening, Scenario};

const SCENARIO: &str = r#"{
  "id": "sale", "version": 3,
  "fields": { "amount": { "type": "money", "currency": "RUB" }, "phone": { "type": "text", "personal": true },
              "lines": { "type": "list", "of": { "item": "text", "count": "number" } } },
  "reasons": { "price": { "title": "Too dear" } },
  "stages": [
    { "id": "request", "title": "Request",
      "plan": [{ "id": "clarify", "kind": "call", "title": "Clarify what is needed" }] },
    { "id": "offer", "title": "Offer", "enter": { "close": "all" } },
    { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }
  ]
}"#;

fn step(scenario: &Scenario, entries: &mut Vec<Entry>, minute: i64, input: &str) {
    let case = voronka::Case::replay(entries.iter()).unwrap();
    let ctx = Context::new(super::at(minute), Actor::new("anna", "manager"), format!("{minute}"));
    let input = serde_json::from_str(input).unwrap();
    entries.push(scenario.step(&case, input, &ctx).unwrap().into_parts().1);
}

/// Two cases with all that is written.
fn journals(scenario: &Scenario) -> Vec<Vec<Entry>> {
    let open = |name: &str| {
        let ctx = Context::new(super::at(0), Actor::new("anna", "manager"), "0");
        let opening: Opening = serde_json::from_str(
            r#"{ "title": "Ivan Petrov, garage", "channel": "site", "responsible": "anna",
                 "fields": { "amount": "1500.50", "phone": "+7 900 & \u0007<b>", "lines": [{ "item": "nail", "count": 3 }] } }"#,
        )
        .unwrap();
        vec![scenario.open(name, opening, &ctx).unwrap().into_parts().1]
    };
    let mut first = open("c1");
    let call = first[0]
        .events
        .iter()
        .find_map(|it| if let Event::Planned(it) = it { Some(it.id.clone()) } else { None });
    let done = format!(r#"{{ "done": {{ "activity": "{}", "note": "he is on holiday" }} }}"#, call.unwrap());
    step(scenario, &mut first, 5, &done);
    step(scenario, &mut first, 6, r#"{ "plan": { "kind": "task", "title": "Ask Ivan again" } }"#);
    step(scenario, &mut first, 7, r#"{ "hand_over": { "to": "peter" } }"#);
    step(scenario, &mut first, 8, r#"{ "move": { "to": "offer" } }"#);
    let lost = r#"{ "close": { "stage": "lost", "reason": "price", "comment": "Ivan says it is dear" } }"#;
    step(scenario, &mut first, 9, lost);
    step(scenario, &mut first, 10, r#"{ "reopen": {} }"#);
    step(scenario, &mut first, 11, lost);
    vec![first, open("c2")]
}

fn written(writer: &XesWriter, journals: &[Vec<Entry>]) -> (String, Vec<LogTrace>) {
    let mut bytes = Vec::new();
    let counts = writer.write(&mut bytes, journals).unwrap();
    let traces: Vec<LogTrace> = read(&bytes[..]).unwrap().map(Result::unwrap).collect();
    assert_eq!(counts.traces, traces.len());
    assert_eq!(counts.events, traces.iter().map(|it| it.events.len()).sum::<usize>());
    (String::from_utf8_lossy(&bytes).into_owned(), traces)
}

fn told(trace: &LogTrace) -> Vec<String> {
    let event = |it: &voronka::interop::log::LogEvent| {
        let transition = &it.attributes["lifecycle:transition"];
        let minute = it.at.millis_since(super::at(0)) / 60_000;
        format!("{minute} {} {} {transition}", it.attributes["voronka:event"], it.activity)
    };
    trace.events.iter().map(event).collect()
}

#[test]
fn a_journal_becomes_a_trace_with_its_moments_names_and_people() {
    let scenario = scenario(SCENARIO);
    let journals = journals(&scenario);
    let (text, traces) = written(&XesWriter::new().scenario(&scenario), &journals);
    assert_eq!(
        told(&traces[0]),
        [
            "0 entered request complete",
            "0 activity call schedule",
            "5 activity call complete",
            "6 activity task schedule",
            "7 handed_over handed_over complete",
            "8 activity task autoskip",
            "8 entered offer complete",
            "9 closed lost complete",
            "10 reopened reopened complete",
            "10 entered offer complete",
            "11 closed lost complete",
        ]
    );
    assert!(traces[0].events.iter().all(|it| it.resource.as_deref() == Some("anna")));
    let of = |name: &str| traces[0].attributes.get(name).map(ToString::to_string);
    for (name, value) in [
        ("concept:name", "c1"),
        ("voronka:scenario", "sale"),
        ("voronka:version", "3"),
        ("channel", "site"),
        ("responsible", "peter"),
        ("outcome", "lost"),
        ("reason", "price"),
        ("field:amount", "1500.5"),
    ] {
        assert_eq!(of(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(traces[1].attributes.get("outcome"), None);
    assert!(text.contains("Clarify what is needed") && text.contains("Too dear"));
}

#[test]
fn s12_what_is_about_persons_is_written_only_where_it_is_asked_for() {
    let scenario = scenario(SCENARIO);
    let journals = journals(&scenario);
    let personal = ["Ivan Petrov", "+7 900", "he is on holiday", "Ask Ivan again", "Ivan says"];
    let (text, _) = written(&XesWriter::new().scenario(&scenario), &journals);
    assert!(personal.iter().all(|it| !text.contains(it)), "{text}");
    // Without a scenario nobody knows which fields are personal.
    let (text, traces) = written(&XesWriter::new(), &journals);
    assert!(personal.iter().all(|it| !text.contains(it)), "{text}");
    assert_eq!(traces[0].attributes.keys().filter(|it| it.starts_with("field:")).count(), 0);
    let (text, traces) = written(&XesWriter::new().personal(), &journals);
    assert!(personal.iter().all(|it| text.contains(it)), "{text}");
    // What XML cannot hold is marked, and nothing becomes markup.
    assert_eq!(traces[0].attributes["field:phone"], "+7 900 & \u{fffd}<b>".into());
    // Of two versions one that calls a field personal is enough.
    let open = super::scenario(&SCENARIO.replace(r#", "personal": true"#, ""));
    for writer in [
        XesWriter::new().scenario(&open).scenario(&scenario),
        XesWriter::new().scenario(&scenario).scenario(&open),
    ] {
        let (text, _) = written(&writer, &journals);
        assert!(!text.contains("+7 900"), "{text}");
    }
}

#[test]
fn a_log_that_was_written_gives_the_same_ways_when_it_is_read() {
    let map = mapping(
        r#"{ "fields": { "amount": { "column": "Sum", "type": "money", "currency": "RUB" } },
             "activities": { "New": "request", "Offer": "offer", "Paid": { "outcome": "won" },
                             "No": { "outcome": "lost", "reason": "price" } } }"#,
    );
    let made = map.scenario().unwrap();
    let replayer = Replayer::new(&made, &map);
    let traces = [
        with(trace("a", &[(0, "New"), (1, "Offer"), (2, "Paid")]), 0, &[("Sum", "100")]),
        trace("b", &[(0, "New"), (3, "No"), (4, "Offer"), (5, "No")]),
        trace("c", &[(7, "Offer"), (8, "New")]),
    ];
    let journals: Vec<_> = traces.iter().map(|it| replayer.replay(it).entries).collect();
    let (_, again) = written(&XesWriter::new().scenario(&made), &journals);
    let back = mapping(
        r#"{ "fields": { "amount": { "column": "field:amount", "type": "money", "currency": "RUB" } },
             "columns": { "reason": "reason" }, "ignore": ["reopened"],
             "activities": { "request": "request", "offer": "offer", "won": { "outcome": "won" },
                             "lost": { "outcome": "lost", "reason": "price" } } }"#,
    );
    assert_eq!(again.len(), traces.len());
    for (trace, journal) in again.iter().zip(&journals) {
        let it = Replayer::new(&made, &back).replay(trace);
        assert!(it.deviations.is_empty() && it.unknown.is_empty(), "{:#?}", it.deviations);
        let (first, second) = (voronka::Case::replay(journal).unwrap(), it.case.unwrap());
        let ways = |case: &voronka::Case| {
            let visits: Vec<_> = case.visits.iter().map(|it| (it.stage.clone(), it.from, it.to)).collect();
            let closing = case.closing.as_ref().map(|it| (it.at, it.stage.clone(), it.reason.clone()));
            (case.id.clone(), visits, closing, case.fields.clone())
        };
        assert_eq!(ways(&first), ways(&second));
    }
}

#[test]
fn a_log_is_written_gzipped_and_empty_ones_are_logs() {
    let scenario = scenario(SCENARIO);
    let journals = journals(&scenario);
    let mut bytes = Vec::new();
    XesWriter::new().gzip(true).write(&mut bytes, &journals).unwrap();
    assert!(bytes.starts_with(&[0x1f, 0x8b]));
    assert_eq!(read(&bytes[..]).unwrap().map(Result::unwrap).count(), 2);
    let (_, traces) = written(&XesWriter::new(), &[]);
    assert!(traces.is_empty());
    let (_, traces) = written(&XesWriter::new(), &[Vec::new()]);
    assert!(traces.is_empty());
    // Who cannot write says so.
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for gzip in [false, true] {
        let error = XesWriter::new().gzip(gzip).write(Full, &journals).unwrap_err().to_string();
        assert!(error.starts_with("cannot be written: "), "{error}");
    }
}

#[test]
fn s12_files_and_what_any_scenario_of_the_journal_calls_personal_are_left_out() {
    let scenario = scenario(SCENARIO);
    let mut journals = journals(&scenario);
    // A case that began by another scenario, in which the amount is personal.
    journals[1][0].scenario.id = "before".to_owned();
    let second = journals[0][1].clone();
    journals[1].push(second);
    let before = SCENARIO
        .replacen("\"sale\"", "\"before\"", 1)
        .replace(r#""currency": "RUB" }"#, r#""currency": "RUB", "personal": true }"#);
    let writer = XesWriter::new().scenario(&scenario).scenario(&super::scenario(&before));
    let (_, traces) = written(&writer, &journals);
    assert!(traces[0].attributes.contains_key("field:amount"));
    assert!(!traces[1].attributes.contains_key("field:amount"));
    let filed =
        super::scenario(&SCENARIO.replace(r#""type": "text", "personal": true"#, r#""type": "file""#));
    let (text, _) = written(&XesWriter::new().scenario(&filed), &journals[..1]);
    assert!(!text.contains("field:phone"), "{text}");
}

#[test]
fn xml_is_well_formed_whatever_a_text_holds_and_erasing_takes_what_it_lists() {
    let scenario = scenario(SCENARIO);
    let ctx = Context::new(super::at(0), Actor::new("anna", "manager"), "0");
    let opening = Opening { title: Some("a\r\nb\u{fffe}\u{ffff}c".to_owned()), ..Opening::default() };
    let entry = scenario.open("c1", opening, &ctx).unwrap().into_parts().1;
    let (_, traces) = written(&XesWriter::new().personal(), &[vec![entry]]);
    assert_eq!(traces[0].attributes["title"], "a b\u{fffd}\u{fffd}c".into());
    let mut journals = journals(&scenario);
    let last = journals[0].last_mut().unwrap();
    last.events.push(Event::Erased { fields: vec!["phone".to_owned()] });
    let (_, traces) = written(&XesWriter::new().personal(), &journals[..1]);
    let has = |name: &str| traces[0].attributes.contains_key(name);
    assert!(has("field:amount") && !has("field:phone") && !has("title"));
}
