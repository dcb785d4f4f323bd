//! PostgreSQL: commits by one, eight and thirty-two clients, by both drivers; a bulk input; timers fired by four hosts.

use super::{anna, opened_at};
use crate::common::{Bench, quick};
use deadpool_postgres::Pool;
use rows::{at, step, with_effects, with_timer};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime as Tokio;
use tokio_postgres::types::ToSql;
use voronka::runtime::{AsyncRuntime, Setup, SystemClock};
use voronka::store::sql::PostgresStore;
use voronka::store::{AsyncStore, Commit, Committed, commit_of};
use voronka::{Context, Opening, Scenario};

#[path = "../../tests/postgres/rows.rs"]
#[allow(dead_code, reason = "tests use the rest of it")]
mod rows;
#[path = "../../tests/postgres/server.rs"]
mod server;

/// What somebody would write by hand for the same rows: one statement, its values one by one.
const FLOOR_NEW: &str = "WITH e AS (INSERT INTO voronka.entry (case_id, number, at, input_id, input, actor, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)), \
     s AS (INSERT INTO voronka.case_state (id, revision, scenario, version, kind, stage, stage_order, stage_from, title, \
     channel, responsible, author, opened_at, last_at, erased, body) \
     VALUES ($1, $2, $8, 1, $9, $10, 1, $3, $11, $12, $13, $14, $3, $3, false, $15)), \
     f AS (INSERT INTO voronka.effect (id, case_id, entry, nth, lane, kind, body) VALUES ($16, $1, $2, 0, $17, $18, $19)) \
     INSERT INTO voronka.timer (id, case_id, at, scenario, trigger, enabled) VALUES ($20, $1, $21, $8, $22, true)";
const FLOOR: &str = "WITH s AS (UPDATE voronka.case_state SET revision = $2::bigint, scenario = $8, version = 1, kind = $9, \
     stage = $10, stage_order = 1, stage_from = $3, title = $11, channel = $12, responsible = $13, author = $14, \
     last_at = $3, erased = false, body = $15 WHERE id = $1 AND revision = $2::bigint - 1 RETURNING id), \
     e AS (INSERT INTO voronka.entry (case_id, number, at, input_id, input, actor, body) \
     SELECT s.id, $2, $3, $4, $5, $6, $7 FROM s), \
     f AS (INSERT INTO voronka.effect (id, case_id, entry, nth, lane, kind, body) \
     SELECT $16, s.id, $2, 0, $17, $18, $19 FROM s), g AS (DELETE FROM voronka.timer WHERE id = $23) \
     INSERT INTO voronka.timer (id, case_id, at, scenario, trigger, enabled) SELECT $20, s.id, $21, $8, $22, true FROM s";

/// An entry with an effect, a timer armed and, but for the first, the one before taken back.
fn commit(case: &str, number: u64) -> Commit {
    let mut commit = with_effects(step(case, number), "mail", 1);
    commit = with_timer(commit, &format!("t{number}"), at(1_000_000_000), Some("/trigger/x"));
    if number > 1 {
        commit.timers.gone.push(format!("{case}/t{}", number - 1));
    }
    commit.case.text = "x".repeat(1_500);
    commit.entry.text = "y".repeat(400);
    commit
}

async fn by_hand(pool: &Pool, commit: &Commit) {
    let client = pool.get().await.unwrap();
    let number = i64::try_from(commit.entry.number).unwrap();
    let (effect, timer) = (&commit.effects[0], &commit.timers.put[0]);
    let (at, due) = (commit.entry.at.millis(), timer.at.millis());
    let gone = commit.timers.gone.first();
    let (entry, case) = (&commit.entry, &commit.case);
    let statement = client.prepare_cached(if number == 1 { FLOOR_NEW } else { FLOOR }).await.unwrap();
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![
        &case.id,
        &number,
        &at,
        &entry.input_id,
        &entry.input,
        &entry.actor,
        &entry.text,
        &case.scenario,
        &case.kind,
        &case.stage,
        &case.title,
        &case.channel,
        &case.responsible,
        &case.author,
        &case.text,
        &effect.id,
        &effect.lane,
        &effect.kind,
        &effect.text,
        &timer.id,
        &due,
        &timer.trigger,
    ];
    if number > 1 {
        values.push(&gone);
    }
    client.execute(&statement, &values).await.unwrap();
}

/// The same statements by the other driver.
async fn by_hand_sqlx(pool: &sqlx::PgPool, commit: &Commit) {
    let number = i64::try_from(commit.entry.number).unwrap();
    let (effect, timer) = (&commit.effects[0], &commit.timers.put[0]);
    let (entry, case) = (&commit.entry, &commit.case);
    let statement = if number == 1 { FLOOR_NEW } else { FLOOR };
    let query = sqlx::query(statement)
        .bind(&case.id)
        .bind(number)
        .bind(entry.at.millis())
        .bind(&entry.input_id)
        .bind(&entry.input)
        .bind(&entry.actor)
        .bind(&entry.text)
        .bind(&case.scenario)
        .bind(&case.kind)
        .bind(&case.stage)
        .bind(&case.title)
        .bind(&case.channel)
        .bind(&case.responsible)
        .bind(&case.author)
        .bind(&case.text)
        .bind(&effect.id)
        .bind(&effect.lane)
        .bind(&effect.kind)
        .bind(&effect.text)
        .bind(&timer.id)
        .bind(timer.at.millis())
        .bind(&timer.trigger);
    let query = if number > 1 { query.bind(commit.timers.gone.first()) } else { query };
    query.execute(pool).await.unwrap();
}

/// Commits a second of so many clients, each with cases of its own, ten entries a case.
async fn pace<W, F>(clients: usize, time: Duration, tag: &str, work: W) -> f64
where
    W: Fn(Commit) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send,
{
    let began = Instant::now();
    let client = |k: usize| {
        let (work, tag) = (work.clone(), tag.to_owned());
        tokio::spawn(async move {
            let mut n = 0_u64;
            while began.elapsed() < time {
                work(commit(&format!("{tag}-{k}-{}", n / 10), n % 10 + 1)).await;
                n += 1;
            }
            n
        })
    };
    let tasks: Vec<_> = (0..clients).map(client).collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    done as f64 / began.elapsed().as_secs_f64()
}

pub fn run(bench: &mut Bench) {
    if !bench.wants_some("postgres/") {
        return;
    }
    let Some(server) = server::Server::start(&[]) else {
        println!("postgres SKIPPED: there is no PostgreSQL here");
        return;
    };
    let address = server.address("postgres");
    let tokio = Tokio::new().unwrap();
    tokio.block_on(async {
        PostgresStore::connect(&address, 2).unwrap().migrate_async().await.unwrap();
        commits(bench, &address).await;
        four_hosts(bench, &address).await;
    });
}

async fn commits(bench: &mut Bench, address: &str) {
    let (rounds, time, many) =
        if quick() { (1, Duration::from_millis(50), 200) } else { (5, Duration::from_millis(1_500), 10_000) };
    let manager = deadpool_postgres::Manager::new(address.parse().unwrap(), tokio_postgres::NoTls);
    let pool = Pool::builder(manager).max_size(32).build().unwrap();
    let ours: Arc<dyn AsyncStore> = Arc::new(PostgresStore::connect(address, 32).unwrap());
    let sqlx: Arc<dyn AsyncStore> = Arc::new(PostgresStore::connect_sqlx(address, 32).unwrap());
    let sqlx_pool = sqlx::postgres::PgPoolOptions::new().max_connections(32).connect(address).await.unwrap();
    let by = |store: &Arc<dyn AsyncStore>| {
        let store = Arc::clone(store);
        move |commit: Commit| {
            let store = Arc::clone(&store);
            async move { assert_eq!(store.commit(&[commit]).await.unwrap(), [Committed::Done]) }
        }
    };
    let mut one_client = 0.0;
    for clients in [1, 8, 32] {
        let names = ["tokio_postgres", "sqlx"].map(|driver| format!("postgres/{clients}_{driver}"));
        let for_bulk = clients == 1 && bench.wants("postgres/bulk");
        if !(bench.wants(&names[0]) || bench.wants(&names[1]) || for_bulk) {
            continue;
        }
        let mut ratios = [Vec::new(), Vec::new()];
        let mut floors = Vec::new();
        for round in 0..rounds {
            let hand = {
                let pool = pool.clone();
                move |commit: Commit| {
                    let pool = pool.clone();
                    async move { by_hand(&pool, &commit).await }
                }
            };
            let floor = pace(clients, time, &format!("f{clients}-{round}"), hand).await;
            floors.push(floor);
            let ours = pace(clients, time, &format!("o{clients}-{round}"), by(&ours)).await;
            ratios[0].push(ours / floor);
            let hand = {
                let pool = sqlx_pool.clone();
                move |commit: Commit| {
                    let pool = pool.clone();
                    async move { by_hand_sqlx(&pool, &commit).await }
                }
            };
            let floor = pace(clients, time, &format!("g{clients}-{round}"), hand).await;
            let ours = pace(clients, time, &format!("s{clients}-{round}"), by(&sqlx)).await;
            ratios[1].push(ours / floor);
        }
        floors.sort_by(f64::total_cmp);
        let middle = floors[floors.len() / 2];
        if clients == 1 {
            one_client = middle;
        }
        let unit = format!(
            "of the same driver by hand ({middle:.0} commits a second by tokio-postgres), {clients} clients"
        );
        bench.at_least(&names[0], &ratios[0], 0.85, &unit);
        bench.at_least(&names[1], &ratios[1], 0.85, &unit);
    }
    if !bench.wants("postgres/bulk") {
        return;
    }
    let mut bulk = Vec::new();
    for round in 0..rounds.min(3) {
        let new: Vec<Commit> = (0..many).map(|n| commit(&format!("bulk{round}-{n}"), 1)).collect();
        ours.commit(&new).await.unwrap();
        let more: Vec<Commit> = (0..many).map(|n| commit(&format!("bulk{round}-{n}"), 2)).collect();
        let began = Instant::now();
        assert!(ours.commit(&more).await.unwrap().iter().all(|it| *it == Committed::Done));
        bulk.push(many as f64 / began.elapsed().as_secs_f64() / one_client);
    }
    bench.at_least("postgres/bulk", &bulk, 4.0, "times one client's single statements by hand");
}

const TIMED: &str = r#"{ "id": "timed", "stages": [
    { "id": "request", "triggers": [{ "id": "remind", "on": { "after": "1 minute" }, "do": { "plan": { "task": "Look" } } }] },
    { "id": "won", "outcome": "won" }] }"#;

/// Four hosts fire twenty thousand timers, each once.
async fn four_hosts(bench: &mut Bench, address: &str) {
    if !bench.wants("postgres/four_hosts") {
        return;
    }
    let many = if quick() { 200 } else { 20_000 };
    let store = PostgresStore::connect(address, 4).unwrap();
    let scenario = Scenario::from_json(TIMED).unwrap();
    let first = AsyncRuntime::new(
        store,
        SystemClock::waiting(|time| Box::pin(tokio::time::sleep(time))),
        Setup::new("first"),
    );
    first.publish(scenario.clone(), &anna(), "").await.unwrap();
    let mut opened = Vec::new();
    for n in 0..many {
        let ctx = Context::new(opened_at(), anna(), format!("timed-{n}"));
        let outcome = scenario.open(format!("timed-{n}"), Opening::default(), &ctx).unwrap();
        opened.push(commit_of(&scenario, None, &outcome).unwrap());
    }
    assert!(first.store().commit(&opened).await.unwrap().iter().all(|it| *it == Committed::Done));
    let fired = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let host = |k: usize| {
        let (address, fired) = (address.to_owned(), Arc::clone(&fired));
        tokio::spawn(async move {
            let store = PostgresStore::connect(&address, 4).unwrap();
            let clock = SystemClock::waiting(|time| Box::pin(tokio::time::sleep(time)));
            let host = AsyncRuntime::new(store, clock, Setup::new(format!("host-{k}")));
            let mut mine = 0;
            while fired.load(Ordering::SeqCst) < many && began.elapsed() < Duration::from_secs(120) {
                let done = host.fire().await.unwrap().fired;
                fired.fetch_add(done, Ordering::SeqCst);
                mine += done;
                if done == 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            mine
        })
    };
    let hosts: Vec<_> = (0..4).map(host).collect();
    let mut shares = Vec::new();
    for host in hosts {
        shares.push(host.await.unwrap());
    }
    let seconds = began.elapsed().as_secs_f64();
    let manager = deadpool_postgres::Manager::new(address.parse().unwrap(), tokio_postgres::NoTls);
    let client = Pool::builder(manager).build().unwrap().get().await.unwrap();
    let count = "SELECT count(*), count(DISTINCT input_id) FROM voronka.entry WHERE input = 'timer' AND case_id LIKE 'timed-%'";
    let row = client.query_one(count, &[]).await.unwrap();
    let (entries, ids): (i64, i64) = (row.get(0), row.get(1));
    println!("    {seconds:.1} s; the hosts' shares: {shares:?}");
    let once =
        entries == i64::try_from(many).unwrap() && ids == entries && shares.iter().sum::<usize>() == many;
    bench.at_least(
        "postgres/four_hosts",
        &[f64::from(u8::from(once))],
        1.0,
        "1 where each timer fired just once",
    );
}
