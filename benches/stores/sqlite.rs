//! SQLite: steps, loading, a page of a list, timers.

use super::{Hands, anna, busy, case_id, commits, open, opened_at, to_offer};
use crate::common::{Bench, quick};
use rusqlite::{Connection, TransactionBehavior::Immediate, params};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;
use voronka::case::Input;
use voronka::runtime::{Request, Runtime, Setup};
use voronka::scenario::def::Color;
use voronka::store::sql::{Rusqlite, SqliteStore};
use voronka::store::{
    CaseFilter, CaseOrder, CaseQuery, Commit, Committed, LightFilter, Store, Wanted, commit_of,
};
use voronka::{Actor, Case, Context, Moment, Opening, Scenario};

type Host = Runtime<SqliteStore<Rusqlite>>;

pub fn run(bench: &mut Bench) {
    if bench.wants("sqlite/step") || bench.wants("sqlite/hundred_steps") {
        steps(bench);
    }
    if bench.wants("sqlite/load") {
        load(bench);
    }
    if bench.wants("sqlite/red_page_ms") || bench.wants("sqlite/red_page_growth") {
        red_page(bench);
    }
    if bench.wants("sqlite/timers") {
        timers(bench);
    }
}

/// On the disk on which everything is built, not in memory.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn store(path: &Path) -> SqliteStore<Rusqlite> {
    SqliteStore::open_or_create(path).unwrap()
}

fn host(path: &Path, hands: &'static Hands, scenario: Scenario) -> Host {
    let runtime = Runtime::new(store(path), hands, Setup::new("bench").fact_limit(None).batch(1_000));
    runtime.publish(scenario, &anna(), "").unwrap();
    runtime
}

fn write(store: &impl Store, commits: &[Commit]) {
    for some in commits.chunks(500) {
        assert!(store.commit(some).unwrap().iter().all(|it| *it == Committed::Done));
    }
}

/// What somebody would write by hand for the same rows: a prepared statement for each.
struct Raw(Connection);

impl Raw {
    fn open(path: &Path) -> Self {
        let conn = Connection::open(path).unwrap();
        conn.pragma_update(None, "journal_mode", "WAL").unwrap();
        conn.pragma_update(None, "synchronous", "FULL").unwrap();
        conn.set_prepared_statement_cache_capacity(64);
        Self(conn)
    }

    fn write(&mut self, commits: &[Commit]) {
        let tx = self.0.transaction_with_behavior(Immediate).unwrap();
        for it in commits {
            one(&tx, it);
        }
        tx.commit().unwrap();
    }
}

fn one(tx: &Connection, commit: &Commit) {
    let ms = Moment::millis;
    let case = &commit.case;
    let amount = case.amount.as_ref();
    let changed = tx
        .prepare_cached(
            "UPDATE voronka_case_state SET revision = ?3, version = ?4, stage_order = ?5, stage_from = ?6, title = ?7, \
             channel = ?8, team = ?9, last_at = ?10, amount = ?11, currency = ?12, body = ?13, yellow_from = ?14, \
             red_from = ?15, stage = ?16, responsible = ?17 WHERE id = ?1 AND revision = ?2",
        )
        .unwrap()
        .execute(params![
            case.id, commit.before as i64, case.revision as i64, case.version, case.stage_order, ms(case.stage_from),
            case.title, case.channel, case.team, ms(case.last_at), amount.map(|it| it.ten_thousandths),
            amount.map(|it| &it.currency), case.text, case.yellow_from.map(ms), case.red_from.map(ms), case.stage,
            case.responsible
        ])
        .unwrap();
    assert_eq!(changed, 1);
    let entry = &commit.entry;
    tx.prepare_cached(
        "INSERT INTO voronka_entry (case_id, number, at, input_id, input, actor, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .unwrap()
    .execute(params![entry.case, entry.number as i64, ms(entry.at), entry.input_id, entry.input, entry.actor, entry.text])
    .unwrap();
    for id in &commit.activities.gone {
        tx.prepare_cached("DELETE FROM voronka_activity WHERE case_id = ?1 AND id = ?2")
            .unwrap()
            .execute(params![case.id, id])
            .unwrap();
    }
    for it in &commit.activities.put {
        tx.prepare_cached(
            "INSERT INTO voronka_activity (case_id, id, kind, title, owner, role, due, yellow_from, mandatory, planned_at, \
             body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .unwrap()
        .execute(params![
            it.case, it.id, it.kind, it.title, it.owner, it.role, it.due.map(ms), it.yellow_from.map(ms), it.mandatory,
            ms(it.planned_at), it.text
        ])
        .unwrap();
    }
    for it in &commit.fields.put {
        tx.prepare_cached(
            "INSERT INTO voronka_field_value (case_id, field, kind, text, moment, find) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .unwrap()
        .execute(params![it.case, it.field, it.kind.name(), it.text, it.moment.map(ms), it.find])
        .unwrap();
    }
    assert!(
        commit.timers.is_empty() && commit.keys.is_empty() && commit.effects.is_empty(),
        "no rows but these"
    );
}

/// A step for each commit, and a hundred: the whole way through the runtime (load, step, commit) against the writing alone.
fn steps(bench: &mut Bench) {
    let (rounds, single, bulk) = if quick() { (1, 2, 5) } else { (25, 40, 100) };
    let scenario = busy();
    let cases = rounds * (single + bulk);
    let (opened, moved): (Vec<Commit>, Vec<Commit>) =
        (0..cases).map(|n| commits(&scenario, n).into()).unzip();
    let folder = folder();
    let hands: &'static Hands = Box::leak(Box::new(Hands::at(opened_at().plus_millis(60_000))));
    let ours = host(&folder.path().join("ours.db"), hands, scenario);
    let theirs = folder.path().join("theirs.db");
    write(ours.store(), &opened);
    write(&store(&theirs), &opened);
    let mut raw = Raw::open(&theirs);
    let mut next = 0..cases;
    let (mut singly, mut hundred) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let some: Vec<usize> = next.by_ref().take(single).collect();
        let start = Instant::now();
        for n in &some {
            black_box(ours.step(to_offer(*n)).unwrap());
        }
        let mine = start.elapsed();
        let start = Instant::now();
        for n in &some {
            raw.write(&moved[*n..=*n]);
        }
        singly.push(start.elapsed().as_secs_f64() / mine.as_secs_f64());
        let some: Vec<usize> = next.by_ref().take(bulk).collect();
        let requests = some.iter().map(|n| to_offer(*n)).collect();
        let start = Instant::now();
        let answers = ours.bulk(requests, |_| ());
        let mine = start.elapsed();
        assert!(answers.iter().all(Result::is_ok));
        let start = Instant::now();
        raw.write(&moved[some[0]..=some[some.len() - 1]]);
        hundred.push(start.elapsed().as_secs_f64() / mine.as_secs_f64());
    }
    bench.at_least("sqlite/step", &singly, 0.85, "of the speed of raw statements, a step per commit");
    bench.at_least(
        "sqlite/hundred_steps",
        &hundred,
        0.7,
        "of the speed of raw statements, 100 steps per commit",
    );
    let last = case_id(cases - 1);
    let there = ours.store().load(&[Wanted::case(last.as_str())]).unwrap().found.remove(0).case.unwrap();
    let theirs = store(&theirs).load(&[Wanted::case(last.as_str())]).unwrap().found.remove(0).case.unwrap();
    assert_eq!(there, theirs, "both wrote the same");
}

/// A case with a thousand entries against reading and parsing its row.
fn load(bench: &mut Bench) {
    let scenario = busy();
    let folder = folder();
    let path = folder.path().join("long.db");
    let store = store(&path);
    let (mut case, commit) = open(&scenario, 0);
    let mut written = vec![commit];
    for n in 1..1_000_i64 {
        let ctx = Context::new(opened_at().plus_millis(n * 1_000), anna(), format!("set-{n}"));
        let amount = [("amount".to_owned(), Some(voronka::Value::from(1_000 + n)))].into();
        let outcome = scenario.step(&case, Input::Set { fields: amount }, &ctx).unwrap();
        written.push(commit_of(&scenario, Some(&case), &outcome).unwrap());
        case = outcome.into_parts().0;
    }
    write(&store, &written);
    let raw = Raw::open(&path);
    let id = case_id(0);
    let wanted = [Wanted::case(id.as_str())];
    let (ours, theirs) = crate::common::alternately(
        || {
            let loaded = store.load(black_box(&wanted)).unwrap().found.remove(0).case.unwrap();
            black_box(loaded.read().unwrap());
        },
        || {
            let mut row = raw.0.prepare_cached("SELECT body FROM voronka_case_state WHERE id = ?1").unwrap();
            let body: String = row.query_row([black_box(&id)], |row| row.get(0)).unwrap();
            black_box(serde_json::from_str::<Case>(&body).unwrap());
        },
    );
    bench.ratio("sqlite/load", &ours, &theirs, 1.3);
}

const SMALL: &str = r#"{ "id": "sale", "rights": { "see_all": "head", "see_own": "manager" },
    "stages": [{ "id": "request", "plan": [{ "call": "Call", "due": "1 day" }] }, { "id": "won", "outcome": "won" }] }"#;
const PERSONS: usize = 20;

/// Fifty red cases of one person, as that person sees them, out of very many open ones.
fn red_page(bench: &mut Bench) {
    let [few, many] = if quick() { [1_500, 3_000] } else { [10_000, 1_000_000] };
    let folder = folder();
    let person = Actor::new("person-7", "manager");
    let now = opened_at().plus_millis(86_400_000 + 500_000_000);
    let hands: &'static Hands = Box::leak(Box::new(Hands::at(now)));
    let hosts = [few, many].map(|count| {
        let path = folder.path().join(format!("{count}.db"));
        let host = host(&path, hands, Scenario::from_json(SMALL).unwrap());
        fill(&path, count);
        host
    });
    let filter = CaseFilter {
        responsible: Some("person-7".to_owned()),
        light: Some(LightFilter::Is(Color::Red, now)),
        ..CaseFilter::default()
    };
    let query = CaseQuery { filter, order: CaseOrder::RedFrom, limit: 50, after: None };
    let time = |host: &Host| {
        let start = Instant::now();
        let page = host.cases(query.clone(), &person).unwrap();
        assert_eq!(page.rows.len(), 50);
        start.elapsed().as_secs_f64() * 1e3
    };
    let rounds = if quick() { 1 } else { 200 };
    hosts.iter().for_each(|host| assert!(time(host) > 0.0));
    let (small, large): (Vec<f64>, Vec<f64>) =
        (0..rounds).map(|_| (time(&hosts[0]), time(&hosts[1]))).unzip();
    bench.absolute("sqlite/red_page_ms", &large, 5.0, "ms for a page of 50 cards out of a million cases");
    let growth: Vec<f64> = large.iter().zip(&small).map(|(large, small)| large / small).collect();
    bench.absolute("sqlite/red_page_growth", &growth, 1.5, "times the cost among ten thousand");
}

/// So many open cases, half of them red at different moments; written by hand, since only reading is measured.
fn fill(path: &Path, count: usize) {
    let scenario = Scenario::from_json(SMALL).unwrap();
    let mut raw = Raw::open(path);
    let ctx = Context::new(opened_at(), anna(), "0");
    let opening = Opening { responsible: Some("person-x".to_owned()), ..Opening::default() };
    let outcome = scenario.open("case-x", opening, &ctx).unwrap();
    let case = commit_of(&scenario, None, &outcome).unwrap().case;
    raw.0.pragma_update(None, "synchronous", "OFF").unwrap();
    let tx = raw.0.transaction().unwrap();
    for n in 0..count {
        // Moments in no order, half of them past.
        let spread = (n as i64).wrapping_mul(7_919) % 1_000_000_000;
        let red = opened_at().plus_millis(86_400_000 + spread).millis();
        let (id, who) = (case_id(n), format!("person-{}", n % PERSONS));
        let text = case.text.replace("case-x", &id).replace("person-x", &who);
        tx.prepare_cached(
            "INSERT INTO voronka_case_state (id, revision, version, stage_order, stage_from, last_at, erased, body, \
             yellow_from, red_from, scenario, kind, stage, responsible, author, opened_at) \
             VALUES (?1, 1, 1, 1, ?2, ?2, 0, ?3, ?4, ?5, 'sale', 'funnel', 'request', ?6, 'anna', ?2)",
        )
        .unwrap()
        .execute(params![id, case.opened_at.millis(), text, red - 36_000_000, red, who])
        .unwrap();
    }
    tx.commit().unwrap();
    raw.0.pragma_update(None, "synchronous", "FULL").unwrap();
}

const TIMED: &str = r#"{ "id": "timed", "stages": [
    { "id": "request", "triggers": [{ "id": "remind", "on": { "after": "1 day" }, "do": { "plan": { "task": "Look" } } }] },
    { "id": "won", "outcome": "won" }] }"#;

/// A thousand timers due among a million that are not, against stepping those thousand cases.
fn timers(bench: &mut Bench) {
    let (rounds, due, armed) = if quick() { (1, 10, 1_000) } else { (9, 1_000, 1_000_000) };
    let folder = folder();
    let hands: &'static Hands = Box::leak(Box::new(Hands::at(opened_at())));
    let timed = || Scenario::from_json(TIMED).unwrap();
    let paths = ["found.db", "stepped.db"].map(|name| folder.path().join(name));
    let [found, stepped] = paths.each_ref().map(|path| host(path, hands, timed()));
    let scenario = timed();
    let mut ids = Vec::new();
    for round in 0..rounds {
        let mut opened = Vec::new();
        for n in 0..due {
            let id = format!("case-{round}-{n}");
            let at = opened_at().plus_millis(round as i64 * 3_600_000);
            let ctx = Context::new(at, anna(), format!("open-{id}"));
            let outcome = scenario.open(id.as_str(), Opening::default(), &ctx).unwrap();
            ids.push((id, outcome.case().timers[0].id.clone()));
            opened.push(commit_of(&scenario, None, &outcome).unwrap());
        }
        write(found.store(), &opened);
        write(stepped.store(), &opened);
    }
    paths.iter().for_each(|path| arm(path, armed));
    let mut ratios = Vec::new();
    for (round, ids) in ids.chunks(due).enumerate() {
        hands.put(opened_at().plus_millis(86_400_000 + round as i64 * 3_600_000));
        let start = Instant::now();
        let fired = found.fire().unwrap();
        let mine = start.elapsed();
        assert_eq!(fired.fired, due, "{fired:?}");
        let request = |(case, timer): &(String, String)| {
            Request::new(
                case.as_str(),
                Input::Timer { timer: timer.clone() },
                timer.as_str(),
                Actor::default(),
            )
        };
        let requests = ids.iter().map(request).collect();
        let start = Instant::now();
        let answers = stepped.bulk(requests, |_| ());
        ratios.push(mine.as_secs_f64() / start.elapsed().as_secs_f64());
        assert!(answers.iter().all(Result::is_ok));
    }
    bench.absolute(
        "sqlite/timers",
        &ratios,
        1.5,
        "times stepping a thousand cases, to find and fire their timers among a million",
    );
}

/// Timers of other cases, far ahead; written by hand, since only finding is measured.
fn arm(path: &Path, count: usize) {
    let mut raw = Raw::open(path);
    raw.0.pragma_update(None, "synchronous", "OFF").unwrap();
    let tx = raw.0.transaction().unwrap();
    for n in 0..count {
        let at = opened_at()
            .plus_millis(86_400_000 * 30 + (n as i64).wrapping_mul(7_919) % 1_000_000_000)
            .millis();
        tx.prepare_cached(
            "INSERT INTO voronka_timer (id, case_id, at, scenario, \"trigger\", enabled) VALUES (?1, ?2, ?3, 'timed', \
             'request/trigger/remind', 1)",
        )
        .unwrap()
        .execute(params![format!("far-{n}"), case_id(n), at])
        .unwrap();
    }
    tx.commit().unwrap();
}
