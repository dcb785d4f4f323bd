//! Rows that are damaged, rows of other programs that make no sense, stores that cannot be written, handlers that misbehave.

use super::host::{Act, Host, Place, Watch, anna, long_ago, replays, request, setup, whole};
use crate::sqlite::toy;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use voronka::runtime::{Handled, Runtime, StepError};
use voronka::store::sql::SqliteStore;
use voronka::store::{Store, StoreError, Wanted};

/// By case: of which entry each effect was that was tried, and the how manieth attempt it was.
type Tried = BTreeMap<String, Vec<(u64, u32)>>;

fn opened(place: &Place, cases: &[&str]) -> Box<dyn Host> {
    let host = place.host(0, setup("host"));
    for case in cases {
        host.step(request("open", case, &format!("{case}-open"))).unwrap();
    }
    host
}

#[test]
fn s4_a_damaged_row_is_told_with_its_case_and_what_to_do_and_the_others_go_on() {
    for place in Place::all() {
        let host = opened(&place, &["c1", "c2", "c3", "c4"]);
        // Torn, or with bytes flipped; in a case, and in an entry.
        place.sql("UPDATE ~case_state SET body = substr(body, 1, 60) WHERE id = 'c1'");
        place.sql("UPDATE ~case_state SET body = replace(body, '\"id\"', '\"id\\\"') WHERE id = 'c2'");
        place.sql("UPDATE ~entry SET body = replace(body, '{', '[') WHERE case_id = 'c3'");
        let cases = ["c1", "c2", "c3", "c4"];
        let answers = host.bulk(cases.iter().map(|it| request("note", it, &format!("{it}-note"))).collect());
        for (case, answer) in cases.iter().zip(&answers).take(2) {
            let error = answer.as_ref().unwrap_err();
            let StepError::Store { case: named, error: StoreError::Damaged { what, .. } } = error else {
                panic!("{error:?}")
            };
            assert_eq!((named.as_str(), what), (*case, &format!("case {case}")));
            let told = error.to_string();
            assert!(told.starts_with(&format!("case {case}: case {case} is damaged: ")), "{told}");
            assert!(told.ends_with("; `voronka db check` lists all that is"), "{told}");
            assert!(!error.is_transient());
        }
        // A step stands on the case; the journal's damage shows where that is read.
        assert_eq!([2, 3].map(|it| answers[it].as_ref().unwrap().entry.number), [2, 2]);
        let error = host.journal("c3").unwrap_err();
        assert!(
            matches!(&error, StoreError::Damaged { what, .. } if what == "entry 1 of case c3"),
            "{error}"
        );
        assert_eq!(replays(&*host, "c4").len(), 2);
        let found: Vec<String> = host.check().unwrap().findings.into_iter().map(|it| it.what).collect();
        assert_eq!(found, ["case c1", "case c2", "entry 1 of case c3"], "{}", place.drivers[0]);
    }
}

#[test]
fn c3_bytes_that_were_changed_and_still_make_sense_are_found_by_the_check() {
    for place in Place::all() {
        let host = opened(&place, &["c1", "c2"]);
        host.step(request("note", "c1", "a-note")).unwrap();
        place.sql(
            "UPDATE ~case_state SET body = replace(body, 'anna', 'anne'), author = 'anne' WHERE id = 'c1'",
        );
        let findings = host.check().unwrap().findings;
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert_eq!(finding.what, "case c1");
        assert!(
            finding.why.starts_with("C3: its bytes differ from the fold of its journal"),
            "{}",
            finding.why
        );
    }
}

#[test]
fn s8_rows_of_other_programs_that_make_no_sense_are_listed_with_the_reason_and_hold_up_nothing() {
    for place in Place::all() {
        let host = opened(&place, &["c1"]);
        let note = r#"{"note": {"text": "fine"}}"#;
        place.sql(&format!(
            "INSERT INTO ~inbox (id, object, input) VALUES ('r1', 'c1', 'Dear Sirs, we have paid'), \
             ('r2', 'c1', '{{\"note\": {{\"text\": 17}}}}'), ('r3', 'c1', ''), ('r4', 'c1', '{note}'), \
             ('r5', 'invoice/17', '{note}')"
        ));
        // Of one case's rows a store hands out one at a time, or several in their order.
        let (mut done, mut refused) = (0, Vec::new());
        loop {
            let received = host.receive().unwrap();
            if received.count() == 0 {
                break;
            }
            assert_eq!(received.later, []);
            done += received.done;
            refused.extend(received.refused);
        }
        assert_eq!((done, refused.len()), (1, 4), "{}: {refused:?}", place.drivers[0]);
        let told: BTreeMap<&str, &str> =
            refused.iter().map(|(id, why)| (id.as_str(), why.as_str())).collect();
        assert_eq!(told.keys().copied().collect::<Vec<_>>(), ["r1", "r2", "r3", "r5"]);
        for row in ["r1", "r2", "r3"] {
            assert!(told[row].starts_with("not the JSON of an input: "), "{row}: {}", told[row]);
        }
        assert_eq!(told["r5"], "no case: nothing is linked with invoice/17");
        let listed: Vec<(String, String)> =
            host.refused().unwrap().into_iter().map(|it| (it.id, it.error)).collect();
        assert_eq!(listed.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["r1", "r2", "r3", "r5"]);
        assert!(listed.iter().all(|(id, why)| told[id.as_str()] == why));
        // The case goes on, and what was refused does not come again.
        place.sql(&format!("INSERT INTO ~inbox (id, object, input) VALUES ('r6', 'c1', '{note}')"));
        assert_eq!(host.receive().unwrap().done, 1);
        assert_eq!(host.receive().unwrap().count(), 0);
        assert_eq!(replays(&*host, "c1").len(), 3);
    }
}

#[test]
fn s1_a_full_disk_stops_a_step_by_name_and_with_room_the_same_input_goes_through() {
    let place = Place::sqlite();
    drop(opened(&place, &["c1", "c2"]));
    let conn = rusqlite::Connection::open(&place.address).unwrap();
    let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let room =
        |pages: i64| conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    room(pages + 2);
    let runtime = Runtime::new(SqliteStore::new(toy::Owned(&conn)), Watch::default(), setup("host"));
    let mut accepted = 0;
    let (id, error) = loop {
        let id = format!("mail-{accepted}");
        match runtime.step(request("mail", "c1", &id)) {
            Ok(done) => accepted = done.entry.number,
            Err(error) => break (id, error),
        }
        assert!(accepted < 1_000, "the disk is never full");
    };
    let StepError::Store { case, error: StoreError::Full { .. } } = &error else { panic!("{error:?}") };
    assert_eq!((case.as_str(), error.is_transient(), conn.is_autocommit()), ("c1", false, true));
    assert!(error.to_string().starts_with("case c1: the store cannot be written: "), "{error}");
    // Nothing half is there: one effect for each that was accepted, and the journal is whole.
    assert!(accepted > 1);
    assert_eq!(place.number("SELECT count(*) FROM ~effect"), i64::try_from(accepted).unwrap() - 1);
    let looking = place.host(0, setup("looks"));
    assert_eq!(replays(&*looking, "c1").len() as u64, accepted);
    whole(&*looking);
    room(1_000_000);
    let done = runtime.step(request("mail", "c1", &id)).unwrap();
    assert_eq!((done.repeated, done.entry.number), (false, accepted + 1));
    whole(&*looking);
}

#[test]
fn a_file_that_is_only_read_shows_its_cases_and_says_of_each_step_that_it_cannot_be_written() {
    let place = Place::sqlite();
    let host = opened(&place, &["c1"]);
    host.step(request("open", "due", "due-open").at(long_ago())).unwrap();
    place.sql("INSERT INTO ~inbox (id, object, input) VALUES ('r1', 'c1', '{}')");
    let store = SqliteStore::open_read_only(&place.address).unwrap();
    let runtime = Runtime::new(store, Watch::default(), setup("reads"));
    let error = runtime.step(request("note", "c1", "note")).unwrap_err();
    assert!(
        matches!(&error, StepError::Store { case, error: StoreError::Full { .. } } if case == "c1"),
        "{error:?}"
    );
    assert!(error.to_string().starts_with("case c1: the store cannot be written: "), "{error}");
    // A refusal stays one, though it cannot be counted (S13).
    let error = runtime.step(request("move", "c1", "move")).unwrap_err();
    assert!(matches!(&error, StepError::Refused { case, .. } if case == "c1"), "{error:?}");
    for failed in [runtime.fire().map(drop), runtime.receive().map(drop)] {
        assert!(matches!(failed, Err(StoreError::Full { .. })), "{failed:?}");
    }
    let stage = runtime.evaluate("c1", &anna(), |case, _| case.stage().to_owned());
    assert_eq!(stage, Ok("request".to_owned()));
    assert_eq!(
        runtime.store().load(&[Wanted::case("c1")]).unwrap().found[0].case.as_ref().unwrap().revision,
        1
    );
    assert!(!host.step(request("note", "c1", "note")).unwrap().repeated);
}

#[test]
fn s5_a_handler_that_panics_or_hangs_fails_alone_and_each_effect_is_done_in_the_end() {
    for place in Place::all() {
        for nth in 0..place.drivers.len() {
            let host = place.host(nth, setup("host").handler_limit(Duration::from_secs(2)));
            let cases = ["panics", "hangs", "works"].map(|it| format!("{it}-{nth}"));
            for case in &cases {
                host.step(request("open", case, &format!("{case}-open"))).unwrap();
                for mail in ["first", "second"] {
                    host.step(request("mail", case, &format!("{case}-{mail}"))).unwrap();
                }
            }
            let tried: Arc<Mutex<Tried>> = Arc::default();
            let act: Act = {
                let tried = tried.clone();
                Arc::new(move |delivery| {
                    let number = delivery.effect.id.split('/').nth(1).unwrap().parse().unwrap();
                    let mut all = tried.lock().unwrap();
                    all.entry(delivery.case.clone()).or_default().push((number, delivery.attempt));
                    drop(all);
                    match delivery.case.split('-').next() {
                        Some("panics") if delivery.attempt == 1 && number == 2 => panic!("on purpose"),
                        Some("hangs") if delivery.attempt == 1 && number == 2 => None,
                        _ => Some(Handled::Done),
                    }
                })
            };
            let delivered = host.deliver(&act).unwrap();
            assert_eq!(
                (delivered.done, delivered.back, delivered.given_up.len()),
                (2, 2, 0),
                "{delivered:?}"
            );
            let failed: BTreeMap<String, String> = delivered.failed.into_iter().collect();
            let why = |case: &str| failed[&format!("{case}/2/1")].clone();
            assert_eq!(failed.len(), 2);
            assert_eq!(why(&cases[0]), "its handler panicked: on purpose");
            assert_eq!(why(&cases[1]), "its handler did not answer within 2s");
            let until = Instant::now() + Duration::from_secs(60);
            while place.number("SELECT count(*) FROM ~effect") > 0 {
                assert!(Instant::now() < until, "an effect is never done");
                host.deliver(&act).unwrap();
            }
            let tried = tried.lock().unwrap().clone();
            let expected = [vec![(2, 1), (2, 2), (3, 1)], vec![(2, 1), (2, 2), (3, 1)], vec![(2, 1), (3, 1)]];
            for (case, expected) in cases.iter().zip(expected) {
                assert_eq!(tried[case], expected, "{case}: in their order, each once but for what failed");
            }
        }
    }
}
