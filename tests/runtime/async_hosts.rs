//! The same on async hosts: each future can be sent, limits are raced against the host's own sleep.

use super::facts::reading;
use super::world::*;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use voronka::case::FactReading;
use voronka::runtime::{
    AsyncEffectHandler, AsyncFactSource, AsyncRuntime, BringBack, Delivery, FactError, Handled, Request,
    Setup, StepError, Stop, SystemClock, Worked,
};
use voronka::store::{BoxFuture, MemoryStore, Message};
use voronka::{Case, FactNeed, Opening};

/// Runs a test on a runtime with several threads, so that every future must be one that can be sent.
fn runs(test: impl Future<Output = ()> + Send + 'static) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async { tokio::spawn(test).await.unwrap() });
}

async fn opened(setup: Setup) -> (Arc<AsyncRuntime<Faulty>>, Faulty, Hands) {
    let (store, clock) = (Faulty::default(), Hands::new());
    let runtime = AsyncRuntime::new(store.clone(), clock.clone(), setup);
    runtime.publish(sale(), &olga(), "the first").await.unwrap();
    runtime.open("sale", "c1", Opening::default(), "open-c1", anna()).await.unwrap();
    (Arc::new(runtime), store, clock)
}

fn ask(id: &str, input: serde_json::Value) -> Request {
    Request::new("c1", read(input), id, anna())
}

#[test]
fn s3_s2_steps_repeat_conflict_and_go_back_as_for_sync_hosts() {
    runs(async {
        let (runtime, store, clock) = opened(setup()).await;
        store.on_commit(Fault::LosesAnswer);
        let done = runtime.step(ask("1", note("x"))).await.unwrap();
        assert_eq!((done.entry.number, done.repeated), (2, true));
        store.on_commit(meanwhile(&clock, "m", note("between")));
        assert_eq!(runtime.step(ask("2", note("x"))).await.unwrap().entry.number, 4);
        assert_eq!(clock.slept(), 2);
        let stale = Err(StepError::Stale { case: "c1".into(), seen: 3, revision: 4 });
        assert_eq!(runtime.step(ask("3", note("x")).seen(3)).await, stale);
        let seen = runtime.evaluate("c1", &anna(), |case, view| (case.revision, view.moves.len())).await;
        assert_eq!(seen, Ok((4, 3)));
        assert_eq!(runtime.journal("c1", 1, 10).await.unwrap().len(), 4);
        assert_eq!(runtime.latest("sale").await.unwrap().unwrap().reference().version, 1);
        runtime.switch(&olga(), "sale", "request/trigger/remind", false).await.unwrap();
    });
}

#[test]
fn m10_a_bulk_answers_each_and_tells_how_far_it_is() {
    runs(async {
        let (runtime, store, _) = opened(setup()).await;
        let cases: Vec<String> = (0..1_200).map(|i| format!("b{i}")).collect();
        let open =
            |case: &String| Request::open("sale", case, Opening::default(), format!("o-{case}"), anna());
        let mut last = 0;
        let answers = runtime.bulk(cases.iter().map(open).collect(), |it| last = it.answered).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!((last, *store.calls.lock().unwrap()), (1_200, (4, 4)));
    });
}

enum Source {
    Gives(i64),
    Fails,
    Hangs,
    Panics,
}

impl AsyncFactSource for Source {
    fn read<'a>(
        &'a self,
        _: &'a Case,
        needs: &'a [FactNeed],
    ) -> BoxFuture<'a, Result<Vec<FactReading>, FactError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Gives(value) => Ok(needs.iter().map(|need| reading(need, *value)).collect()),
                Self::Fails => Err("no connection".into()),
                Self::Hangs => std::future::pending().await,
                Self::Panics => panic!("no {}", "paper"),
            }
        })
    }
}

#[test]
fn c8_c9_facts_are_awaited_and_what_fails_hangs_or_panics_is_unknown() {
    runs(async {
        let moves = || ask("1", json!({ "move": { "to": "invoice", "fields": { "amount": 5 } } }));
        for (source, why) in [
            (Source::Fails, "no connection"),
            (Source::Hangs, "its source did not answer within 20s"),
            (Source::Panics, "its source panicked: no paper"),
        ] {
            let (_, store, clock) = opened(setup()).await;
            let runtime = AsyncRuntime::new(store, clock, setup()).facts(source);
            let error = runtime.step(moves()).await.unwrap_err();
            assert_eq!(error.rejection().unwrap().code(), "V-M4-unknown");
            let unknown = |case: &Case| case.fact("paid", &[]).unwrap().unknown.clone();
            let unknown = runtime.evaluate("c1", &anna(), |case, _| unknown(case)).await.unwrap();
            assert_eq!(unknown.as_deref(), Some(why));
        }
        let (_, store, clock) = opened(setup()).await;
        let runtime = AsyncRuntime::new(store.clone(), clock, setup()).facts(Source::Gives(100));
        // In the host's own transaction, by a source that it lends.
        let tx = store.inner.transaction().unwrap();
        let lent = Source::Gives(99);
        let refused = runtime.within(&tx).facts(&lent).step(moves()).await;
        assert_eq!(code(refused), "V-M4-condition");
        drop(tx);
        assert_eq!(runtime.step(moves()).await.unwrap().entry.number, 3);
    });
}

#[derive(Default)]
struct Handler {
    done: AtomicUsize,
    stop: Option<Stop>,
}

impl AsyncEffectHandler for Handler {
    fn handle<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Handled> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match delivery.case.as_str() {
                "hangs" => std::future::pending().await,
                "panics" => panic!("a jam"),
                "fails" => Handled::Retry("not now".to_owned()),
                _ => {
                    self.done.fetch_add(1, Ordering::SeqCst);
                    if let Some(stop) = &self.stop {
                        stop.stop();
                    }
                    Handled::answer(delivery, read(note("sent")))
                }
            }
        })
    }
}

#[test]
fn s5_effects_are_awaited_beside_each_other_and_what_hangs_or_panics_blocks_no_other() {
    runs(async {
        let (runtime, _, clock) =
            opened(setup().attempts(2).retry_wait(Duration::from_secs(1), Duration::from_secs(1))).await;
        let mail = || read(json!({ "message": { "name": "mail" } }));
        for case in ["hangs", "panics", "fails", "fine"] {
            runtime.open("sale", case, Opening::default(), format!("o-{case}"), anna()).await.unwrap();
            runtime.step(Request::new(case, mail(), format!("m-{case}"), anna())).await.unwrap();
        }
        let handler = Handler::default();
        let delivered = runtime.deliver(&handler).await.unwrap();
        let mut failed = delivered.failed.clone();
        failed.sort();
        let said = |id: &str, why: &str| (id.to_owned(), why.to_owned());
        assert_eq!(
            failed,
            [
                said("fails/2/1", "not now"),
                said("hangs/2/1", "its handler did not answer within 20s"),
                said("panics/2/1", "its handler panicked: a jam"),
            ]
        );
        assert_eq!((delivered.done, handler.done.load(Ordering::SeqCst)), (1, 1));
        assert_eq!(runtime.journal("fine", 3, 9).await.unwrap().len(), 1);
        clock.go(1_000);
        assert_eq!(runtime.deliver(&handler).await.unwrap().given_up.len(), 3);
        runtime.requeue("hangs/2/1", &olga(), "again").await.unwrap();
        runtime.drop_effect("fails/2/1", &olga(), "drop").await.unwrap();
    });
}

#[test]
fn a_loop_fires_receives_delivers_and_stops() {
    runs(async {
        let (runtime, store, clock) = opened(setup()).await;
        let row = Message {
            id: "r".to_owned(),
            object: "c1".to_owned(),
            text: r#"{"message": {"name": "mail"}}"#.to_owned(),
            at: moment(START),
        };
        runtime.post(&[row]).await.unwrap();
        runtime
            .post(&[Message {
                id: "lost".to_owned(),
                object: "nobody".to_owned(),
                text: "{}".to_owned(),
                at: moment(START),
            }])
            .await
            .unwrap();
        clock.go(3_600_000);
        let stop = Stop::new();
        let handler = Arc::new(Handler { stop: Some(stop.clone()), ..Handler::default() });
        let works = {
            let (runtime, handler, stop) = (Arc::clone(&runtime), Arc::clone(&handler), stop.clone());
            tokio::spawn(async move { runtime.work(&*handler, &stop).await })
        };
        let worked = works.await.unwrap().unwrap();
        assert_eq!((worked.timers, worked.rows), (1, 1));
        assert!(worked.effects >= 1);
        assert_eq!(runtime.resend("lost").await, Ok(true));
        assert_eq!(runtime.receive().await.unwrap().refused.len(), 1);
        assert_eq!(runtime.discard("lost").await, Ok(true));
        drop((store, Worked::default()));
    });
}

#[test]
fn the_machines_own_clock_waits_as_the_host_says() {
    runs(async {
        let clock = SystemClock::waiting(|time| Box::pin(tokio::time::sleep(time)));
        let runtime = AsyncRuntime::new(MemoryStore::new(), clock, setup());
        runtime.publish(sale(), &olga(), "").await.unwrap();
        let before = SystemClock::now();
        let opened = runtime.open("sale", "c1", Opening::default(), "1", anna()).await.unwrap();
        assert!((before..=SystemClock::now()).contains(&opened.entry.at));
        let stop = Stop::new();
        let stops = stop.clone();
        let handler = Handler::default();
        let worked = tokio::join!(runtime.work(&handler, &stop), async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            stops.stop();
        });
        assert_eq!(worked.0, Ok(Worked::default()));
    });
}

#[test]
fn f8_lost_cases_are_brought_back_on_async_hosts_too() {
    runs(async {
        let (runtime, store, clock) = opened(setup()).await;
        let close = json!({ "close": { "stage": "lost", "reason": "price" } });
        runtime.step(ask("1", close)).await.unwrap();
        let asked = BringBack::reopen("b", ["c1".to_owned(), "nobody".to_owned()]);
        // Somebody else works on it meanwhile: whether it is still to come back is looked at again.
        store.on_commit(meanwhile(&clock, "m", note("between")));
        let told = runtime.bring_back(&asked, &olga(), |_| ControlFlow::Continue(())).await;
        assert!(matches!(told[0].back, Err(StepError::Stale { .. })), "{told:?}");
        // The answer of the store is lost once, and comes with the next look.
        store.on_commit(Fault::LosesAnswer);
        let told = runtime.bring_back(&asked, &olga(), |_| ControlFlow::Continue(())).await;
        assert!(told[0].back.as_ref().is_ok_and(|done| done.case.is_open()), "{told:?}");
        assert!(matches!(told[1].back, Err(StepError::NoCase { .. })));
        store.on_load(Fault::Fails(unreachable()));
        let told = runtime.bring_back(&asked, &olga(), |_| ControlFlow::Continue(())).await;
        assert!(told.iter().all(|it| matches!(it.back, Err(StepError::Store { .. }))), "{told:?}");
        let told = runtime.bring_back(&asked, &olga(), |_| ControlFlow::Continue(())).await;
        assert!(told[0].back.as_ref().is_ok_and(|done| done.repeated));
    });
}
