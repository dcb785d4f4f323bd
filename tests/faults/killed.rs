//! A host's process is killed in the middle of its work, again and again.

use super::host::{Act, Host, Place, Seeded, Watch, long_ago, open, replays, request, setup, whole};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use voronka::Moment;
use voronka::runtime::Handled;
use voronka::store::{Message, Posted, Wanted};

const KILLS: u64 = 50;
const CHILD: &str = "VORONKA_FAULTS_CHILD";

/// Tells the parent, in one write.
fn say(line: &str) {
    // Not by `print!`, which the test's own harness would keep.
    let mut out = std::io::stdout().lock();
    out.write_all(format!("@{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn row(id: &str, case: &str) -> Message {
    let text = format!(r#"{{"note": {{"text": "{id}"}}}}"#);
    Message { id: id.to_owned(), object: case.to_owned(), text, at: long_ago() }
}

/// What the child does until it is killed; without the variable it is no child, and does nothing.
#[test]
fn the_child() {
    let Ok(job) = std::env::var(CHILD) else { return };
    let [driver, nth, address] = job.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{job}") };
    std::io::stdout().write_all(b"\n").unwrap();
    let host = open(driver, address, setup(&format!("host-{nth}")).batch(8), &Watch::default());
    let send = |sort: &str, case: &str, id: &str| {
        let at = long_ago();
        say(&format!("try {sort} {case} {id} {}", at.millis()));
        let input = request(sort, case, id);
        match host.step(if sort == "open" { input.at(at) } else { input }) {
            Ok(done) => say(&format!("ack {id} {} {}", done.entry.number, done.repeated)),
            Err(error) => say(&format!("error {id}: {error}")),
        }
    };
    let handed: Arc<Mutex<Vec<String>>> = Arc::default();
    let act: Act = {
        let handed = handed.clone();
        Arc::new(move |delivery| {
            say(&format!("hand {}", delivery.effect.id));
            handed.lock().unwrap().push(delivery.effect.id.clone());
            Some(Handled::Done)
        })
    };
    // It is killed long before; should nobody do so, it ends by itself.
    for i in 0..5_000 {
        let case = format!("k{nth}-{i}");
        send("open", &case, &format!("{case}-open"));
        send("mail", &case, &format!("{case}-mail"));
        send("print", &case, &format!("{case}-print"));
        send("note", &format!("k{nth}-{}", i / 2), &format!("{case}-note"));
        send("note", "shared", &format!("{case}-shared"));
        say(&format!("post {case}-row {case}"));
        match host.post(&[row(&format!("{case}-row"), &case)]) {
            Ok(posted) => say(&format!("posted {case}-row {posted:?}")),
            Err(error) => say(&format!("error {case}-row: {error}")),
        }
        if i % 2 == 0 {
            for failed in
                [host.fire().map(drop), host.receive().map(drop)].into_iter().filter_map(Result::err)
            {
                say(&format!("error {failed}"));
            }
            match host.deliver(&act) {
                // Only where nothing else came of any is each that was handed out acknowledged.
                Ok(delivered) if delivered.done == handed.lock().unwrap().len() => {
                    handed.lock().unwrap().iter().for_each(|id| say(&format!("done {id}")));
                }
                Ok(_) => {}
                Err(error) => say(&format!("error {error}")),
            }
            handed.lock().unwrap().clear();
        }
    }
}

/// Runs a child, kills it a little after its first word of that sort, and gives what it said.
fn killed_after(driver: &str, nth: u64, address: &str, first: &str, wait: Duration) -> Vec<String> {
    let name = concat!(module_path!(), "::the_child").split_once("::").unwrap().1;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--test-threads", "1"])
        .env(CHILD, format!("{driver} {nth} {address}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (tell, told) = mpsc::channel();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|it| it > 0) {
            // The last one may be torn.
            if let Some(line) = line.strip_suffix('\n').and_then(|it| it.strip_prefix('@')) {
                let _ = tell.send(line.to_owned());
            }
            line.clear();
        }
    });
    let mut said = Vec::new();
    while !said.last().is_some_and(|it: &String| it.starts_with(first)) {
        match told.recv_timeout(Duration::from_secs(120)) {
            Ok(line) => said.push(line),
            Err(error) => {
                let _ = child.kill();
                panic!("child {nth} by {driver} said only {said:?}: {error}");
            }
        }
    }
    std::thread::sleep(wait);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    reader.join().unwrap();
    said.extend(told.try_iter());
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(9),
        "it ended by itself: {said:?}"
    );
    said
}

/// What all children said, and what must come of it.
#[derive(Default)]
struct Ledger {
    /// By id: its sort, its case, its moment.
    tried: BTreeMap<String, (String, String, Moment)>,
    acknowledged: BTreeMap<String, u64>,
    rows: BTreeMap<String, String>,
    posted: BTreeSet<String>,
    handed: BTreeSet<String>,
    done: BTreeSet<String>,
}

impl Ledger {
    fn hand(&mut self, effect: &str) {
        assert!(!self.done.contains(effect), "{effect} was acknowledged, and came again");
        self.handed.insert(effect.to_owned());
    }

    /// Takes down what a child said; gives the ids that it tried and the rows that it posted.
    fn take(&mut self, said: &[String]) -> (Vec<String>, Vec<String>) {
        let (mut ids, mut rows) = (Vec::new(), Vec::new());
        for line in said {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["try", sort, case, id, at] => {
                    let at = Moment::from_millis(at.parse().unwrap()).unwrap();
                    assert!(
                        self.tried.insert(id.to_owned(), (sort.to_owned(), case.to_owned(), at)).is_none()
                    );
                    ids.push(id.to_owned());
                }
                ["ack", id, number, "false"] => {
                    assert!(self.acknowledged.insert(id.to_owned(), number.parse().unwrap()).is_none());
                }
                ["post", id, case] => {
                    self.rows.insert(id.to_owned(), case.to_owned());
                    rows.push(id.to_owned());
                }
                ["posted", id, "[New]"] => assert!(self.posted.insert(id.to_owned())),
                ["hand", id] => self.hand(id),
                ["done", id] => assert!(self.done.insert(id.to_owned()), "{id} was acknowledged twice"),
                _ => panic!("a child said: {line}"),
            }
        }
        (ids, rows)
    }

    /// S1, S3: what was acknowledged is there, and what was not is there as a whole or not at all; sent again it is one entry.
    fn hold(&self, host: &dyn Host, ids: &[String], rows: &[String]) {
        let wanted = |id: &String| Wanted { case: String::new(), input_id: Some(id.clone()) };
        let found = host.load(&ids.iter().map(wanted).collect::<Vec<_>>()).unwrap().found;
        let mut cases = BTreeSet::new();
        for (id, found) in ids.iter().zip(found) {
            let (sort, case, at) = &self.tried[id];
            let there = found.answer.map(|it| (it.case, it.number));
            let acknowledged = self.acknowledged.get(id).map(|number| (case.clone(), *number));
            assert!(
                acknowledged.is_none() || there == acknowledged,
                "{id}: {acknowledged:?}, there {there:?}"
            );
            let send = || {
                let input = request(sort, case, id);
                let done = host.step(if sort == "open" { input.at(*at) } else { input }).unwrap();
                (done.repeated, done.entry.number)
            };
            let first = send();
            assert_eq!(first.0, there.is_some(), "{id}");
            assert!(there.is_none_or(|(_, number)| number == first.1), "{id}");
            assert_eq!(send(), (true, first.1), "{id}");
            cases.insert(case);
        }
        for id in rows {
            let case = &self.rows[id];
            // The moment is not of what is compared: another program's row has the database's.
            let posted = host.post(&[row(id, case)]).unwrap();
            assert!(
                posted == [Posted::Known] || !self.posted.contains(id) && posted == [Posted::New],
                "{id}"
            );
        }
        for case in cases {
            replays(host, case);
        }
    }
}

fn killed(place: &Place) {
    let mut chance = Seeded::new(place.drivers[0]);
    let mut ledger = Ledger::default();
    let host = place.host(0, setup("parent"));
    host.step(request("open", "shared", "shared-open").at(long_ago())).unwrap();
    for nth in 0..KILLS {
        let first = if chance.below(4) == 0 { "try" } else { "ack" };
        let wait = Duration::from_micros(chance.below(150_000));
        let driver = place.driver(usize::try_from(nth).unwrap());
        let said = killed_after(driver, nth, &place.address, first, wait);
        let (ids, rows) = ledger.take(&said);
        place.quiet();
        // By connections that the child never had.
        let fresh = place.host(0, setup("parent"));
        ledger.hold(&*fresh, &ids, &rows);
        if nth % 10 == 9 {
            whole(&*fresh);
        }
    }
    drain(place, &*host, &mut ledger);
    let ids: Vec<String> = ledger.acknowledged.keys().cloned().collect();
    assert!(ids.len() as u64 >= KILLS / 2, "{} inputs were acknowledged", ids.len());
    ledger.hold(&*host, &ids, &[]);
    whole(&*host);
    exact(place, &*host, &ledger);
    eprintln!(
        "{}: {KILLS} kills; of {} inputs {} acknowledged, {} rows, {} effects, {} acknowledged by a child",
        place.drivers[0],
        ledger.tried.len(),
        ids.len(),
        ledger.rows.len(),
        ledger.handed.len(),
        ledger.done.len(),
    );
}

/// One host does what is left, once the leases of the killed have ended.
fn drain(place: &Place, host: &dyn Host, ledger: &mut Ledger) {
    let handed: Arc<Mutex<Vec<String>>> = Arc::default();
    let act: Act = {
        let handed = handed.clone();
        Arc::new(move |delivery| {
            handed.lock().unwrap().push(delivery.effect.id.clone());
            Some(Handled::Done)
        })
    };
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        host.fire().unwrap();
        let received = host.receive().unwrap();
        assert_eq!(received.refused, []);
        host.deliver(&act).unwrap();
        for id in handed.lock().unwrap().drain(..) {
            ledger.hand(&id);
        }
        let left = "SELECT (SELECT count(*) FROM ~timer) + (SELECT count(*) FROM ~effect) \
                    + (SELECT count(*) FROM ~inbox WHERE state <> 'done')";
        if place.number(left) == 0 {
            return;
        }
        assert!(Instant::now() < until, "something is never done");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// S5, S6, S8: each timer fired once, each row reached its case once, each effect was handed out; and nothing else is there.
fn exact(place: &Place, host: &dyn Host, ledger: &Ledger) {
    let mut cases: BTreeSet<&str> = ledger.tried.values().map(|(_, case, _)| case.as_str()).collect();
    cases.insert("shared");
    let (mut entries, mut effects) = (0, BTreeSet::new());
    for case in &cases {
        let mut timers = 0;
        for recorded in replays(host, case) {
            let voronka::case::Recorded::Known(entry) = recorded else { panic!("{recorded:?}") };
            entries += 1;
            timers += u32::from(entry.input.name() == "timer");
            effects.extend(entry.effects().map(|it| it.id.clone()));
        }
        assert_eq!(timers, 1, "timers of {case}");
    }
    let expected = 1 + ledger.tried.len() + cases.len() + ledger.rows.len();
    assert_eq!(entries, expected, "the inputs, a timer of each case, each row once");
    assert_eq!(place.number("SELECT count(*) FROM ~entry"), i64::try_from(expected).unwrap());
    assert_eq!(place.number("SELECT count(*) FROM ~case_state"), i64::try_from(cases.len()).unwrap());
    let sent = ledger.tried.values().filter(|(sort, ..)| sort == "mail" || sort == "print").count();
    assert_eq!(effects.len(), sent + cases.len());
    assert_eq!(ledger.handed, effects);
}

#[test]
fn s1_s3_s5_s6_s8_a_process_killed_fifty_times_loses_nothing_and_doubles_nothing_on_sqlite() {
    killed(&Place::sqlite());
}

#[test]
fn s1_s3_s5_s6_s8_a_process_killed_fifty_times_loses_nothing_and_doubles_nothing_on_postgres() {
    let Some(place) = Place::postgres() else { return };
    killed(&place);
}
