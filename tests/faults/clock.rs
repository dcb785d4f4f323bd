//! A host's clock jumps, forth and back.

use super::host::{Place, Watch, open, replays, request, setup, whole};
use voronka::case::Recorded;
use voronka::runtime::{Done, StepError};

const HOUR: i64 = 3_600_000;

fn code(answer: Result<Done, StepError>) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.case(), "c");
    error.rejection().unwrap_or_else(|| panic!("{error}")).code().to_owned()
}

/// What came at a moment before the last entry's: more than the skew is refused, less is recorded at that and says so.
fn goes_back(host: &dyn super::host::Host, watch: &Watch) {
    watch.wrong_by(-24 * HOUR);
    assert_eq!(code(host.step(request("note", "c", "behind"))), "V-C5-backwards");
    assert_eq!(host.fire().unwrap().count(), 0);
    watch.wrong_by(-60_000);
    let done = host.step(request("note", "c", "a-little")).unwrap();
    assert!(done.entry.asked_at.unwrap() < done.entry.at);
    watch.wrong_by(0);
    // What was refused left no trace, and is judged anew.
    assert!(!host.step(request("note", "c", "behind")).unwrap().repeated);
}

#[test]
fn s10_by_the_servers_clock_a_host_that_is_ahead_fires_and_writes_nothing() {
    let Some(place) = Place::postgres() else { return };
    for (nth, driver) in place.drivers.iter().enumerate() {
        if nth > 0 {
            // One case of that name is in a store.
            break;
        }
        let watch = Watch::default();
        let host = open(driver, &place.address, setup("host"), &watch);
        host.step(request("open", "c", "open")).unwrap();
        for ahead in [3 * 60_000, 2 * HOUR, 24 * HOUR] {
            watch.wrong_by(ahead);
            assert_eq!(host.fire().unwrap().count(), 0, "the timer is due in an hour");
            let error = host.step(request("note", "c", "ahead")).unwrap_err();
            assert!(matches!(&error, StepError::TooFarAhead { case, .. } if case == "c"), "{error:?}");
        }
        watch.wrong_by(60_000);
        let done = host.step(request("note", "c", "within")).unwrap();
        assert_eq!(done.entry.asked_at, None);
        watch.wrong_by(0);
        // The last entry is a minute ahead of this.
        let done = host.step(request("note", "c", "ahead")).unwrap();
        assert!(done.entry.asked_at.unwrap() < done.entry.at);
        goes_back(&*host, &watch);
        assert_eq!(replays(&*host, "c").len(), 5);
        assert_eq!(place.number("SELECT count(*) FROM ~timer"), 1);
        whole(&*host);
    }
}

#[test]
fn s10_on_a_file_the_hosts_clock_counts_and_a_timer_fires_once_however_it_jumps() {
    let place = Place::sqlite();
    let watch = Watch::default();
    let host = open("sqlite", &place.address, setup("host"), &watch);
    host.step(request("open", "c", "open")).unwrap();
    goes_back(&*host, &watch);
    watch.wrong_by(2 * HOUR);
    assert_eq!(host.fire().unwrap().fired, 1);
    watch.wrong_by(0);
    assert_eq!(host.fire().unwrap().count(), 0);
    // The case is two hours ahead now: what comes before is refused until then, and loses nothing.
    assert_eq!(code(host.step(request("note", "c", "later"))), "V-C5-backwards");
    watch.wrong_by(2 * HOUR + 1_000);
    assert!(!host.step(request("note", "c", "later")).unwrap().repeated);
    for jump in [48 * HOUR, -48 * HOUR, 3 * HOUR] {
        watch.wrong_by(jump);
        assert_eq!(host.fire().unwrap().count(), 0);
    }
    let journal = replays(&*host, "c");
    let timers = journal.iter().filter(|it| matches!(it, Recorded::Known(it) if it.input.name() == "timer"));
    assert_eq!((timers.count(), journal.len()), (1, 5));
    whole(&*host);
}
