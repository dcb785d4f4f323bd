//! Commits: conflicts, repetitions, many at once, in the host's own transaction.

use super::rows::{at, step, with_effects, with_key, with_timer};
use super::{client, server, subjects};
use voronka::store::sql::PostgresStore;
use voronka::store::{
    AsyncStore, Commit, Committed, CounterChange, EntryText, Find, KeyKind, LeaseKind, LeaseRequest,
    Position, Sight, StoreError, Wanted,
};

fn entry(case: &str, number: u64) -> EntryText {
    EntryText { case: case.to_owned(), number, text: format!("entry {case} {number}") }
}

fn with_input(mut commit: Commit, id: &str) -> Commit {
    commit.entry.input_id = id.to_owned();
    commit
}

fn with_counter(mut commit: Commit, from: i64, to: i64) -> Commit {
    commit.counters.push(CounterChange { name: "turn".to_owned(), from, to });
    commit
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_a_commit_is_read_back_as_it_was_written() {
    for subject in subjects().await {
        let store = &subject.store;
        let first = with_key(with_timer(step("c1", 1), "t", at(5), None), KeyKind::External, "x1");
        assert_eq!(
            store.commit(std::slice::from_ref(&first)).await,
            Ok(vec![Committed::Done]),
            "{}",
            subject.driver
        );
        assert_eq!(store.commit(&[step("c1", 2)]).await, Ok(vec![Committed::Done]));
        let wanted = [
            Wanted { case: "c1".to_owned(), input_id: Some("c1#1".to_owned()) },
            Wanted::case("none"),
            Wanted { case: "with\0".to_owned(), input_id: Some("c1#2".to_owned()) },
        ];
        let loading = store.load(&wanted).await.unwrap();
        assert!(loading.clock.is_some_and(|clock| clock > at(0)));
        let case = loading.found[0].case.clone().unwrap();
        assert_eq!((case.revision, case.text.as_str()), (2, "case c1 2"));
        assert_eq!(loading.found[0].answer, Some(entry("c1", 1)));
        assert_eq!((&loading.found[1].case, &loading.found[1].answer), (&None, &None));
        assert_eq!((&loading.found[2].case, &loading.found[2].answer), (&None, &Some(entry("c1", 2))));
        assert_eq!(store.journal("c1", 1, 10).await, Ok(vec![entry("c1", 1), entry("c1", 2)]));
        assert_eq!(store.journal("c1", 2, 1).await, Ok(vec![entry("c1", 2)]));
        assert_eq!(store.journal("c1", 3, 1).await, Ok(Vec::new()));
        let key = Find::Key { kind: KeyKind::External, key: "x1".to_owned() };
        let mut row = first.case.clone();
        (row.revision, row.last_at, row.text) = (2, at(2), "case c1 2".to_owned());
        assert_eq!(store.find(&key, &Sight::All, 5).await, Ok(vec![row]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_lost_entry_is_an_error() {
    for subject in subjects().await {
        let store = &subject.store;
        store.commit(&[step("c1", 1), step("c1", 2), step("c1", 3)]).await.unwrap();
        let client = client(&subject.db).await;
        for lost in [2_i64, 3] {
            client.execute("DELETE FROM voronka.entry WHERE number = $1", &[&lost]).await.unwrap();
            let what = format!("entry {lost} of case c1");
            let found = store.journal("c1", 1, 10).await;
            assert!(matches!(&found, Err(StoreError::Damaged { what: it, .. }) if *it == what), "{found:?}");
            client
                .execute(
                    "INSERT INTO voronka.entry VALUES ('c1', $1, 0, $2, '', '', '')",
                    &[&lost, &lost.to_string()],
                )
                .await
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_s3_what_is_not_done_writes_nothing_and_leaves_the_others() {
    for subject in subjects().await {
        let store = &subject.store;
        let opened: Vec<Commit> = ["a", "b", "c", "d"].iter().map(|case| step(case, 1)).collect();
        assert_eq!(store.commit(&opened).await, Ok(vec![Committed::Done; 4]));
        let full = |commit| {
            with_key(with_timer(with_effects(commit, "mail", 2), "t", at(0), None), KeyKind::Link, "l")
        };
        let commits = [
            full(step("a", 2)),
            // Stale, new again, too far ahead.
            full(with_input(step("b", 1), "again")),
            full(with_input(step("c", 3), "ahead")),
            full(with_input(step("e", 1), "a#1")),
            full(step("d", 2)),
            full(with_input(step("f", 2), "no case")),
            full(step("a", 3)),
            full(with_input(step("g", 1), "a#3")),
        ];
        let answers = store.commit(&commits).await.unwrap();
        let expected = [
            Committed::Done,
            Committed::Conflict { revision: 1 },
            Committed::Conflict { revision: 1 },
            Committed::Repeated(Box::new(entry("a", 1))),
            Committed::Done,
            Committed::Conflict { revision: 0 },
            Committed::Done,
            Committed::Repeated(Box::new(entry("a", 3))),
        ];
        assert_eq!(answers, expected, "{}", subject.driver);
        let client = client(&subject.db).await;
        for (table, rows) in [("entry", 7), ("case_state", 4), ("timer", 2), ("effect", 6), ("case_key", 2)] {
            let sql = format!("SELECT count(*) FROM voronka.{table}");
            assert_eq!(client.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0), rows, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_of_many_at_once_one_wins_and_the_journal_has_no_hole() {
    for subject in subjects().await {
        let store = &subject.store;
        for number in 1..=20 {
            let tries = (0..10).map(|nth| {
                let store = store.clone();
                tokio::spawn(async move {
                    let commit = with_input(step("c", number), &format!("{number}-{nth}"));
                    store.commit(&[with_effects(commit, "mail", 1)]).await.unwrap().remove(0)
                })
            });
            let mut done = 0;
            for answer in tries.collect::<Vec<_>>() {
                match answer.await.unwrap() {
                    Committed::Done => done += 1,
                    other => assert_eq!(other, Committed::Conflict { revision: number }),
                }
            }
            assert_eq!(done, 1, "{}", subject.driver);
        }
        assert_eq!(store.journal("c", 1, 100).await.unwrap().len(), 20);
        let request = lease(LeaseKind::Effects, 100);
        assert_eq!(store.lease(&request).await.unwrap().effects.len(), 20);
    }
}

fn lease(kind: LeaseKind, limit: u32) -> LeaseRequest {
    LeaseRequest { kind, now: at(1_000), until: at(2_000), by: "host".to_owned(), limit }
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_one_input_id_sent_at_once_to_several_cases_is_one_entry() {
    for subject in subjects().await {
        let store = &subject.store;
        for round in 0..20 {
            let id = format!("input {round}");
            let tries = (0..10).map(|nth| {
                let (store, id) = (store.clone(), id.clone());
                // New cases and, later, cases that are there.
                let case = format!("c{nth}");
                tokio::spawn(async move {
                    let revision = store.load(&[Wanted::case(&case)]).await.unwrap().found[0]
                        .case
                        .as_ref()
                        .map_or(0, |it| it.revision);
                    store.commit(&[with_input(step(&case, revision + 1), &id)]).await.unwrap().remove(0)
                })
            });
            let mut done = 0;
            for answer in tries.collect::<Vec<_>>() {
                match answer.await.unwrap() {
                    Committed::Done => done += 1,
                    Committed::Repeated(_) => {}
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(done, 1, "{}", subject.driver);
        }
        let changed = store.changes(Position::default(), 1_000).await.unwrap();
        assert_eq!(changed.changes.len(), 20);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m10_bulk_calls_over_the_same_cases_do_not_stand_in_each_others_way() {
    for subject in subjects().await {
        let store = &subject.store;
        let cases: Vec<String> = (0..300).map(|nth| format!("c{nth}")).collect();
        let tries = (0..4).map(|host| {
            let (store, mut cases) = (store.clone(), cases.clone());
            if host % 2 == 1 {
                cases.reverse();
            }
            tokio::spawn(async move {
                let commits: Vec<Commit> =
                    cases.iter().map(|case| with_input(step(case, 1), &format!("{host}/{case}"))).collect();
                store.commit(&commits).await
            })
        });
        let mut done = 0;
        for answers in tries.collect::<Vec<_>>() {
            let Ok(answers) = answers.await.unwrap() else { continue };
            for answer in answers {
                match answer {
                    Committed::Done => done += 1,
                    other => assert_eq!(other, Committed::Conflict { revision: 1 }),
                }
            }
        }
        // A call in several statements can be in a ring with another one, and is then told that others were busy.
        let client = client(&subject.db).await;
        let row = client.query_one("SELECT count(*) FROM voronka.entry", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), done, "{}", subject.driver);
        assert_eq!(done, 300);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_a_counter_changes_only_from_the_value_that_was_read() {
    for subject in subjects().await {
        let store = &subject.store;
        let names = ["turn".to_owned(), "other".to_owned()];
        let commits = [
            with_counter(step("a", 1), 0, 1),
            with_counter(step("b", 1), 1, 2),
            with_counter(step("c", 1), 1, 2),
        ];
        let answers = store.commit(&commits).await.unwrap();
        let stale = Committed::Counter { name: "turn".to_owned(), value: 2 };
        assert_eq!(answers, [Committed::Done, Committed::Done, stale], "{}", subject.driver);
        assert_eq!(store.counters(&names).await, Ok(vec![2, 0]));
        assert!(store.load(&[Wanted::case("c")]).await.unwrap().found[0].case.is_none());
        // Ten hosts, each in turn; whoever was passed reads it anew.
        let tries = (0..10).map(|nth| {
            let store = store.clone();
            tokio::spawn(async move {
                loop {
                    let value = store.counters(&["turn".to_owned()]).await.unwrap()[0];
                    let commit = with_counter(step(&format!("x{nth}"), 1), value, value + 1);
                    match store.commit(&[commit]).await.unwrap().remove(0) {
                        Committed::Done => break,
                        Committed::Counter { .. } => {}
                        other => panic!("{other:?}"),
                    }
                }
            })
        });
        for task in tries.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(store.counters(&names).await, Ok(vec![12, 0]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_the_hosts_transaction_holds_its_rows_and_the_step_together() {
    let Some(db) = server::fresh().await else { return };
    let mut client = client(&db).await;
    client.batch_execute("CREATE TABLE invoice (id text PRIMARY KEY)").await.unwrap();
    let store = PostgresStore::connect(&db.address, 2).unwrap();
    store.commit(&[step("a", 1)]).await.unwrap();
    for (commit, rows) in [(false, 0), (true, 1)] {
        let transaction = client.transaction().await.unwrap();
        transaction.execute("INSERT INTO invoice VALUES ('17')", &[]).await.unwrap();
        let borrowed = PostgresStore::on(&transaction);
        // A conflict and a repetition leave the transaction usable.
        let commits =
            [with_input(step("a", 1), "stale"), with_input(step("n", 1), "a#1"), step("a", 2), step("a", 3)];
        let answers = borrowed.commit(&commits).await.unwrap();
        assert_eq!(answers[0], Committed::Conflict { revision: 1 });
        assert_eq!(answers[1], Committed::Repeated(Box::new(entry("a", 1))));
        assert_eq!(answers[2..], [Committed::Done, Committed::Done]);
        assert_eq!(
            borrowed.load(&[Wanted::case("a")]).await.unwrap().found[0].case.as_ref().unwrap().revision,
            3
        );
        assert_eq!(
            store.load(&[Wanted::case("a")]).await.unwrap().found[0].case.as_ref().unwrap().revision,
            1
        );
        if commit {
            transaction.commit().await.unwrap()
        } else {
            transaction.rollback().await.unwrap()
        }
        let count = client.query_one("SELECT count(*) FROM invoice", &[]).await.unwrap().get::<_, i64>(0);
        assert_eq!(count, rows);
        assert_eq!(store.journal("a", 1, 10).await.unwrap().len() as i64, 1 + 2 * rows);
    }
}

#[cfg(feature = "sqlx")]
#[tokio::test(flavor = "multi_thread")]
async fn s7_by_sqlx_too() {
    let Some(db) = server::fresh().await else { return };
    let pool = sqlx::PgPool::connect(&db.address).await.unwrap();
    sqlx::raw_sql("CREATE TABLE invoice (id text PRIMARY KEY)").execute(&pool).await.unwrap();
    let store = PostgresStore::with_sqlx_pool(pool.clone());
    store.commit(&[step("a", 1)]).await.unwrap();
    for (commit, rows) in [(false, 0), (true, 1)] {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO invoice VALUES ('17')").execute(&mut *transaction).await.unwrap();
        let commits = [with_input(step("a", 1), "stale"), step("a", 2)];
        let answers = PostgresStore::on_sqlx(&mut transaction).commit(&commits).await.unwrap();
        assert_eq!(answers, [Committed::Conflict { revision: 1 }, Committed::Done]);
        if commit {
            transaction.commit().await.unwrap()
        } else {
            transaction.rollback().await.unwrap()
        }
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM invoice").fetch_one(&pool).await.unwrap();
        assert_eq!(count, rows);
        assert_eq!(store.journal("a", 1, 10).await.unwrap().len() as i64, 1 + rows);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_large_and_odd_texts_are_kept() {
    for subject in subjects().await {
        let store = &subject.store;
        let mut commit = with_effects(step("big", 1), "mail", 10_000);
        commit.case.text = "я😀".repeat(200_000);
        let text = commit.case.text.clone();
        assert_eq!(store.commit(&[commit]).await, Ok(vec![Committed::Done]));
        assert_eq!(
            store.load(&[Wanted::case("big")]).await.unwrap().found[0].case.as_ref().unwrap().text,
            text
        );
        let effects = store.lease(&lease(LeaseKind::Effects, 20_000)).await.unwrap().effects;
        let ids: Vec<String> = effects.into_iter().map(|it| it.id).collect();
        assert_eq!(ids, (0..10_000).map(|nth| format!("big/1/{nth}")).collect::<Vec<_>>());
        let mut odd = step("odd", 1);
        odd.case.title = Some("a\0b".to_owned());
        assert!(matches!(store.commit(&[odd]).await, Err(StoreError::Unfit { .. })));
    }
}
