//! The examples, run as they stand: what they print is compared, what they check must hold.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

#[cfg(feature = "sqlite")]
#[path = "../examples/wholesale/main.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod wholesale;

#[path = "../examples/documents.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod documents;

#[cfg(feature = "xes")]
#[path = "../examples/bpi2012.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod bpi2012;

#[cfg(feature = "pages")]
#[path = "../examples/refusals/main.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod refusals;

#[cfg(feature = "pages")]
#[path = "examples/refusals.rs"]
mod refusals_tests;

#[cfg(feature = "sqlite")]
#[path = "examples/wholesale.rs"]
mod wholesale_tests;

/// Rewrite with `UPDATE_GOLDEN=1`, then read what `git diff` shows.
#[test]
fn documents_tells_the_same_story() {
    for (language, file) in [("en", "documents.txt"), ("ru", "documents.ru.txt")] {
        let told = documents::run(language).unwrap();
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        for (number, (found, expected)) in told.lines().zip(golden.lines()).enumerate() {
            assert_eq!(found, expected, "{file}, line {}; see `UPDATE_GOLDEN`", number + 1);
        }
        assert_eq!(told, golden, "{file}; see `UPDATE_GOLDEN`");
    }
}

/// The funnel over orders is fine, without lints.
#[test]
fn documents_scenario_is_fine() {
    let (definition, defects) = voronka::scenario::check_text(include_str!("../examples/documents.json"));
    assert!(definition.is_some());
    assert_eq!(defects, []);
}

#[cfg(all(feature = "mail", feature = "calls"))]
#[path = "../examples/intake/main.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod intake;

/// Rewrite with `UPDATE_GOLDEN=1 cargo test --all-features examples`, then read what `git diff` shows.
#[cfg(all(feature = "mail", feature = "calls"))]
#[test]
fn i2_the_intake_example_tells_the_same_morning() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (ru, file) in [(false, "intake.txt"), (true, "intake.ru.txt")] {
        let mut told = String::new();
        intake::run(&root.join("examples/intake"), ru, &mut told).unwrap();
        let path = root.join("tests/golden").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&path).unwrap(), "{file}; see `UPDATE_GOLDEN`");
    }
}

#[cfg(feature = "xes")]
#[path = "../examples/improve/main.rs"]
#[allow(dead_code, reason = "the example's own `main` is not run here")]
mod improve;

/// Rewrite with `UPDATE_GOLDEN=1 cargo test --all-features examples`, then read what `git diff` shows.
#[cfg(feature = "xes")]
#[test]
fn v4_the_circle_of_improving_is_walked_on_the_sample() {
    for (ru, file) in [(false, "improve.txt"), (true, "improve.ru.txt")] {
        let mut told = String::new();
        improve::run(improve::made_up(), ru, &mut told).unwrap();
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&path).unwrap(), "{file}; see `UPDATE_GOLDEN`");
    }
}

#[cfg(feature = "xes")]
#[test]
fn v4_the_circle_of_improving_is_walked_on_real_refusals() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpi2012_a.xes.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("SKIPPED: ../shared/data/bpi2012_a.xes.gz is not there, so no real refusal was looked at");
        return;
    };
    // Every tenth application: the whole log takes a minute without optimisation.
    let log = improve::log(std::io::BufReader::new(file)).unwrap().step_by(10);
    let mut told = String::new();
    improve::run(log, false, &mut told).unwrap();
    assert!(told.contains("It costs most on “Finalized”"), "{told}");
    assert!(told.contains("refused: 0\n"), "{told}");
}

#[cfg(feature = "xes")]
#[test]
fn bpi2012_meets_the_published_figures() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpi2012_a.xes.gz");
    let Ok(log) = std::fs::File::open(&path) else {
        eprintln!(
            "SKIPPED: ../shared/data/bpi2012_a.xes.gz is not there, so nothing was replayed or checked"
        );
        return;
    };
    let (told, wrong) = bpi2012::run(std::io::BufReader::new(log), "en").unwrap();
    assert!(wrong.is_empty(), "{told}\n{wrong:#?}");
}

#[cfg(feature = "xes")]
mod xes {
    use voronka::interop::xes::{LogError, Mapping, XesError, read};

    const LOG: &str = r#"<log><trace><string key="concept:name" value="7"/><int key="sum" value="900"/><event>
        <string key="concept:name" value="asked"/>
        <date key="time:timestamp" value="2026-03-02T10:00:00.123456+03:00"/>
        <boolean key="by_phone" value="true"/><float key="weight" value="1.5"/>
    </event></trace></log>"#;

    #[test]
    fn a_log_is_read_with_its_attributes() {
        let traces = read(LOG.as_bytes()).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        let [trace] = traces.as_slice() else { panic!("{traces:#?}") };
        assert_eq!((trace.name.as_str(), &trace.attributes["sum"]), ("7", &900.into()));
        let [event] = trace.events.as_slice() else { panic!("{trace:#?}") };
        assert_eq!(event.at.to_string(), "2026-03-02T07:00:00.123Z");
        assert_eq!(event.attributes["by_phone"], true.into());
        assert_eq!(event.attributes["weight"].to_string(), "1.5");
        assert_eq!(event.resource, None);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_never_a_short_log() {
        let first = |log: &str| read(log.as_bytes()).and_then(|mut traces| traces.next().transpose());
        let without = |part: &str| first(&LOG.replace(part, "x"));
        assert!(matches!(without("concept:name\" value=\"7"), Err(XesError::Unnamed(1))));
        let timeless = without("time:timestamp");
        assert!(matches!(timeless, Err(XesError::Event { number: 1, attribute: "time:timestamp", .. })));
        assert!(matches!(without("2026-03-02T10"), Err(XesError::Event { .. })));
        assert!(first("no log").is_err());
        for cut in [LOG.len() - 3, LOG.len() - 8, LOG.len() - 30, 200, 60] {
            let read = read(&LOG.as_bytes()[..cut]).and_then(|traces| traces.collect::<Result<Vec<_>, _>>());
            assert!(read.is_err(), "{cut}: {read:?}");
        }
    }

    #[test]
    fn an_activity_that_the_mapping_does_not_name_is_an_error() {
        let scenario = r#"{ "id": "s", "stages": [{ "id": "a" }, { "id": "won", "outcome": "won" }] }"#;
        let scenario = voronka::Scenario::from_json(scenario).unwrap();
        let trace = read(LOG.as_bytes()).unwrap().next().unwrap().unwrap();
        let event = &trace.events[0];
        let mapping = |json: &str| Mapping::from_json(json).unwrap();
        assert_eq!(mapping(r#"{ "open": {} }"#).opening(&trace, event), None);
        let opens = mapping(r#"{ "fields": { "amount": "sum" }, "open": { "asked": { "open": {} } } }"#);
        let opening = opens.opening(&trace, event).unwrap();
        assert_eq!(opening.fields["amount"], Some(900.into()));
        let ctx = voronka::Context::new(event.at, voronka::Actor::default(), "1");
        let opened = scenario.open("7", voronka::Opening::default(), &ctx).unwrap();
        let input = |mapping: &Mapping| mapping.input(&trace, event, opened.case());
        assert!(matches!(
            input(&mapping(r#"{ "open": {} }"#)),
            Err(LogError::Unmapped { closed: false, .. })
        ));
        assert!(matches!(input(&opens), Err(LogError::OpensAgain { .. })));
        assert!(matches!(input(&mapping(r#"{ "ignore": ["asked"] }"#)), Ok(None)));
    }
}
