//! The wire is cut between a commit and its answer, or before the commit arrives.

use super::host::{POSTGRES, Place, Watch, open, replays, request, setup, whole};
use super::proxy::{LOSE_ANSWER, LOSE_CALL, Proxy};
use std::sync::atomic::Ordering;
use std::time::Duration;
use voronka::runtime::StepError;
use voronka::store::{StoreError, Wanted};

#[test]
fn s3_an_answer_lost_on_the_wire_is_found_and_a_call_lost_on_the_wire_was_never_there() {
    let Some(place) = Place::postgres() else { return };
    let Some(proxy) = Proxy::before(&place.address) else { return };
    for driver in POSTGRES {
        let direct = place.host(0, setup("direct"));
        let short = Duration::from_millis(1);
        let patient =
            open(driver, &proxy.address(), setup("patient").conflict_wait(short, short), &Watch::default());
        let hasty = open(driver, &proxy.address(), setup("hasty").retries(0), &Watch::default());
        let case = format!("case-by-{driver}");
        hasty.step(request("open", &case, &format!("{case}-open"))).unwrap();
        let mut number = 1;
        for nth in 0..20 {
            for (mark, lost, arrives) in
                [(LOSE_ANSWER, &proxy.answers, true), (LOSE_CALL, &proxy.calls, false)]
            {
                let input = |by: &str| {
                    let input = serde_json::json!({ "note": { "text": mark } });
                    // The mark is in the entry and nowhere else, so that it is the commit that is lost.
                    let mut request = request("note", &case, &format!("{case}-{arrives}-{nth}-{by}"));
                    request.input = serde_json::from_value(input).unwrap();
                    request
                };
                number += 1;
                lost.store(1, Ordering::SeqCst);
                let error = hasty.step(input("hasty")).unwrap_err();
                let StepError::Store { case: named, error: StoreError::Unreachable { .. } } = &error else {
                    panic!("{error:?}")
                };
                assert_eq!((named, error.is_transient()), (&case, true));
                let wanted = Wanted { case: case.clone(), input_id: Some(input("hasty").input_id) };
                let found = direct.load(&[wanted]).unwrap().found.remove(0);
                assert_eq!(found.answer.is_some(), arrives, "{mark}");
                assert_eq!(found.case.unwrap().revision, if arrives { number } else { number - 1 });
                let done = hasty.step(input("hasty")).unwrap();
                assert_eq!((done.repeated, done.entry.number), (arrives, number));
                // A host that is patient notices nothing of it.
                number += 1;
                lost.store(1, Ordering::SeqCst);
                let done = patient.step(input("patient")).unwrap();
                assert_eq!((done.repeated, done.entry.number), (arrives, number), "{mark}");
                assert_eq!(lost.load(Ordering::SeqCst), 0);
            }
        }
        assert_eq!(replays(&*direct, &case).len() as u64, number);
        whole(&*direct);
    }
}
