//! Several clients at once, on handles of their own (S2, S3, S5, S6, S13, I3).

use super::bench::{AnyBench, patiently, together};
use super::world::{Deal, ask, at, bare, due, effect, message, minute, seen, timer, written};
use super::{Failure, Verdict, holds, same};
use crate::store::{
    AnyStore, Commit, Committed, CounterChange, Draft, EntryText, Keep, Kept, LeaseKind, LeaseRequest, Look,
    Posted, Refusal, Settle, StoreError, Wanted,
};
use std::collections::BTreeSet;

const CLIENTS: usize = 10;

/// A client's commit, alone in a call.
async fn commits<S: AnyStore>(store: &S, commit: &Commit) -> Result<Committed, Failure> {
    let answers = patiently(async || store.commit(std::slice::from_ref(commit)).await).await?;
    super::there("an answer", answers.into_iter().next())
}

fn of_all<B: AnyBench, T>(
    bench: &B,
    work: impl AsyncFnOnce(&B::Store) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let store = bench.connect()?;
    bench.drive(work(&store))
}

pub(super) fn one_input_of_ten_clients_is_written_once<B: AnyBench>(bench: &B) -> Verdict {
    let commit = bare("c")?;
    let answers = together(bench, CLIENTS, async |_, store: &B::Store| commits(store, &commit).await)?;
    let done = answers.iter().filter(|it| **it == Committed::Done).count();
    let repeated = answers.iter().filter(|it| matches!(it, Committed::Repeated(entry) if entry.number == 1));
    same("clients that wrote it, and that got its answer", &(done, repeated.count()), &(1, CLIENTS - 1))?;
    of_all(bench, async |store| same("entries", &seen(store, "c").await?.journal.len(), &1))
}

pub(super) fn one_input_for_ten_cases_is_written_once<B: AnyBench>(bench: &B) -> Verdict {
    let answers = together(bench, CLIENTS, async |nth, store: &B::Store| {
        let mut commit = bare(&format!("c{nth}"))?;
        commit.entry.input_id = "the one".to_owned();
        commits(store, &commit).await
    })?;
    let done = answers.iter().filter(|it| **it == Committed::Done).count();
    let repeated = answers.iter().filter(|it| matches!(it, Committed::Repeated(_))).count();
    same("clients that wrote it, and that got its answer", &(done, repeated), &(1, CLIENTS - 1))
}

pub(super) fn one_revision_is_followed_once<B: AnyBench>(bench: &B) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    of_all(bench, async |store| written(store, &[open]).await)?;
    let notes: Vec<Commit> =
        (1..=10).map(|nth| deal.fork(100 * nth).note("mine")).collect::<Result<_, _>>()?;
    let answers = together(bench, CLIENTS, async |nth, store: &B::Store| match notes.get(nth) {
        Some(note) => commits(store, note).await,
        None => Err(Failure::new("a client too many")),
    })?;
    let done = answers.iter().filter(|it| **it == Committed::Done).count();
    let conflict = Committed::Conflict { revision: 2 };
    let conflicts = answers.iter().filter(|it| **it == conflict).count();
    same("clients that went on, and that were stale", &(done, conflicts), &(1, CLIENTS - 1))?;
    of_all(bench, async |store| {
        let entries = store.journal("c", 1, 100).await?;
        same("the journal", &entries.iter().map(|it| it.number).collect(), &vec![1, 2])
    })
}

pub(super) fn journals_of_busy_cases_have_no_holes<B: AnyBench>(bench: &B) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    of_all(bench, async |store| written(store, &[open]).await)?;
    // Each client writes five notes, and judges anew whenever it was stale.
    together(bench, 4, async |nth, store: &B::Store| {
        let inputs = u32::try_from(nth).unwrap_or_default() * 10_000;
        for note in 1..=5_u32 {
            for attempt in 0.. {
                holds("it gets its turn in the end", attempt < 1_000)?;
                let loading = patiently(async || store.load(&[Wanted::case("c")]).await).await?;
                let case = loading.found.into_iter().next().and_then(|it| it.case);
                let case = super::there("the case", case)?.read()?;
                let mut mine = Deal::new("c")?.fork(inputs + note * 1_000 + attempt);
                mine.case = Some(case);
                if commits(store, &mine.note("mine")?).await? == Committed::Done {
                    break;
                }
            }
        }
        Ok(())
    })?;
    of_all(bench, async |store| {
        let entries: Vec<EntryText> = store.journal("c", 1, 100).await?;
        same("the numbers", &entries.iter().map(|it| it.number).collect(), &(1..=21).collect::<Vec<u64>>())?;
        let entries: Vec<crate::Entry> =
            entries.iter().map(EntryText::read).collect::<Result<_, StoreError>>()?;
        let folded = crate::Case::replay(&entries).map_err(|it| Failure::new(format!("S4: {it:?}")))?;
        same("the revision that it folds to", &folded.revision, &21)
    })
}

pub(super) fn calls_with_many_cases_in_any_order_all_succeed<B: AnyBench>(bench: &B) -> Verdict {
    // Each client has cases of its own, and one call for all of them; the orders cross.
    let answers = together(bench, 4, async |nth, store: &B::Store| {
        let mut mine: Vec<Commit> =
            (0..20).map(|case| bare(&format!("c{case}-{nth}"))).collect::<Result<_, _>>()?;
        if nth % 2 == 1 {
            mine.reverse();
        }
        patiently(async || store.commit(&mine).await).await
    })?;
    let done = answers.iter().flatten().filter(|it| **it == Committed::Done).count();
    same("commits that were done", &done, &80)
}

pub(super) fn crossing_calls_write_each_case_once<B: AnyBench>(bench: &B) -> Verdict {
    // The same cases in opposite orders, as two bulk changes would have them.
    let answers = together(bench, 4, async |nth, store: &B::Store| {
        let mut all: Vec<Commit> = Vec::new();
        for case in 0..20 {
            let mut commit = bare(&format!("c{case}"))?;
            commit.entry.input_id = format!("{case} of {nth}");
            all.push(commit);
        }
        if nth % 2 == 1 {
            all.reverse();
        }
        patiently(async || store.commit(&all).await).await
    })?;
    let all: Vec<&Committed> = answers.iter().flatten().collect();
    let done = all.iter().filter(|it| ***it == Committed::Done).count();
    let conflicts = all.iter().filter(|it| ***it == Committed::Conflict { revision: 1 }).count();
    same("commits that were done, and that were stale", &(done, conflicts), &(20, 60))
}

/// Each client takes what it can get, a few at a time, until nothing comes.
fn shared_out<B: AnyBench>(bench: &B, kind: LeaseKind, many: usize) -> Verdict {
    let taken = together(bench, 4, async |nth, store: &B::Store| {
        let request = LeaseRequest { limit: 3, ..ask(kind, minute(0), &format!("host {nth}")) };
        let mut mine = Vec::new();
        let mut empty = 0;
        // Where the others hold locks, nothing may come for a while.
        while empty < 20 {
            let leases = patiently(async || store.lease(&request).await).await?;
            let ids = super::world::ids(&leases);
            if ids.is_empty() {
                empty += 1;
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            mine.extend(ids);
        }
        Ok(mine)
    })?;
    let all: Vec<String> = taken.into_iter().flatten().collect();
    let different: BTreeSet<&String> = all.iter().collect();
    same("handed out, and different ones", &(all.len(), different.len()), &(many, many))
}

pub(super) fn timers_go_to_one_host_each<B: AnyBench>(bench: &B) -> Verdict {
    let mut commit = bare("c")?;
    commit.timers.put = (0..60).map(|nth| timer("c", &format!("t{nth}"), minute(0))).collect();
    of_all(bench, async |store| written(store, &[commit]).await)?;
    shared_out(bench, LeaseKind::Timers, 60)
}

pub(super) fn effects_go_to_one_host_each<B: AnyBench>(bench: &B) -> Verdict {
    let mut commit = bare("c")?;
    commit.effects = (0..60).map(|nth| effect("c", 1, nth, &format!("lane {nth}"))).collect();
    of_all(bench, async |store| written(store, &[commit]).await)?;
    shared_out(bench, LeaseKind::Effects, 60)
}

pub(super) fn inbox_rows_go_to_one_host_each<B: AnyBench>(bench: &B) -> Verdict {
    of_all(bench, async |store| {
        let rows: Vec<_> = (0..60).map(|nth| message(&format!("m{nth}"), "nowhere")).collect();
        same("posted", &store.post(&rows).await?, &vec![Posted::New; 60])
    })?;
    shared_out(bench, LeaseKind::Inbox, 60)
}

pub(super) fn a_lane_is_never_at_two_hosts<B: AnyBench>(bench: &B) -> Verdict {
    let mut commit = bare("c")?;
    commit.effects = (0..20).map(|nth| effect("c", 1, nth, "x")).collect();
    of_all(bench, async |store| written(store, &[commit]).await)?;
    let taken = together(bench, 6, async |nth, store: &B::Store| {
        let request = LeaseRequest { limit: 5, ..ask(LeaseKind::Effects, minute(0), &format!("host {nth}")) };
        Ok(super::world::ids(&patiently(async || store.lease(&request).await).await?))
    })?;
    at_one_host(&taken, "c/1/")
}

/// Only one host got any, and those from the front: 0, 1, 2, …
fn at_one_host(taken: &[Vec<String>], prefix: &str) -> Verdict {
    let hosts: Vec<&Vec<String>> = taken.iter().filter(|it| !it.is_empty()).collect();
    same("hosts that got any", &hosts.len(), &1)?;
    let got: Vec<&String> = hosts.into_iter().flatten().collect();
    let expected: Vec<String> = (0..got.len()).map(|nth| format!("{prefix}{nth}")).collect();
    same("what it got", &got, &expected.iter().collect())
}

pub(super) fn rows_of_one_case_are_never_at_two_hosts<B: AnyBench>(bench: &B) -> Verdict {
    of_all(bench, async |store| {
        written(store, &[bare("c")?]).await?;
        let rows: Vec<_> = (0..20).map(|nth| message(&format!("m{nth}"), "c")).collect();
        same("posted", &store.post(&rows).await?, &vec![Posted::New; 20])
    })?;
    let taken = together(bench, 6, async |nth, store: &B::Store| {
        let request = LeaseRequest { limit: 5, ..ask(LeaseKind::Inbox, minute(0), &format!("host {nth}")) };
        Ok(super::world::ids(&patiently(async || store.lease(&request).await).await?))
    })?;
    at_one_host(&taken, "m")
}

pub(super) fn one_effect_is_settled_once<B: AnyBench>(bench: &B) -> Verdict {
    let mut commit = bare("c")?;
    commit.effects = vec![effect("c", 1, 0, "x")];
    of_all(bench, async |store| {
        written(store, &[commit]).await?;
        due(store, LeaseKind::Effects, minute(0), "h").await
    })?;
    let done = [Settle::EffectDone { id: "c/1/0".to_owned() }];
    let held = together(bench, CLIENTS, async |_, store: &B::Store| {
        patiently(async || store.settle(&done).await).await
    })?;
    same("those for whom it held", &held.iter().filter(|it| it.contains(&true)).count(), &1)
}

pub(super) fn counter_moves_on_once<B: AnyBench>(bench: &B) -> Verdict {
    let answers = together(bench, CLIENTS, async |nth, store: &B::Store| {
        let mut commit = bare(&format!("c{nth}"))?;
        commit.counters = vec![CounterChange { name: "turn".to_owned(), from: 0, to: 1 }];
        commits(store, &commit).await
    })?;
    let done = answers.iter().filter(|it| **it == Committed::Done).count();
    let other = Committed::Counter { name: "turn".to_owned(), value: 1 };
    let others = answers.iter().filter(|it| **it == other).count();
    same("clients that had their turn, and that were told", &(done, others), &(1, CLIENTS - 1))
}

pub(super) fn refusals_of_all_are_counted<B: AnyBench>(bench: &B) -> Verdict {
    let refusal = |rule: String, count| Refusal {
        scenario: "sale".to_owned(),
        version: 1,
        stage: "offer".to_owned(),
        rule,
        role: "manager".to_owned(),
        count,
    };
    together(bench, CLIENTS, async |nth, store: &B::Store| {
        for _ in 0..10 {
            // In crossing orders, as two hosts have them.
            let mut both = vec![refusal("a".to_owned(), 1), refusal("b".to_owned(), 2)];
            if nth % 2 == 1 {
                both.reverse();
            }
            let keep = Keep::Refusals(both);
            same("kept", &patiently(async || store.keep(&keep).await).await?, &Kept::Done)?;
        }
        Ok(())
    })?;
    of_all(bench, async |store| {
        let look = Look::Refusals { scenario: "sale".to_owned() };
        let expected = vec![refusal("a".to_owned(), 100), refusal("b".to_owned(), 200)];
        same("the counts", &store.kept(&look).await?, &vec![Keep::Refusals(expected)])
    })
}

pub(super) fn of_many_editors_one_wins<B: AnyBench>(bench: &B) -> Verdict {
    let answers = together(bench, CLIENTS, async |nth, store: &B::Store| {
        let draft = Draft {
            id: "d".to_owned(),
            scenario: "sale".to_owned(),
            revision: 1,
            text: format!("{{\"of\":{nth}}}"),
            by: format!("editor {nth}"),
            at: minute(0),
        };
        let keep = Keep::Draft(draft);
        patiently(async || store.keep(&keep).await).await
    })?;
    let won = answers.iter().filter(|it| **it == Kept::Done).count();
    let clash = Kept::Clash { found: "1".to_owned() };
    let lost = answers.iter().filter(|it| **it == clash).count();
    same("editors that won, and that lost", &(won, lost), &(1, CLIENTS - 1))
}

pub(super) fn one_message_is_posted_once<B: AnyBench>(bench: &B) -> Verdict {
    let row = [message("m", "c")];
    let answers = together(bench, CLIENTS, async |_, store: &B::Store| {
        patiently(async || store.post(&row).await).await
    })?;
    let new = answers.iter().flatten().filter(|it| **it == Posted::New).count();
    let known = answers.iter().flatten().filter(|it| **it == Posted::Known).count();
    same("posters of a new one, and of a known one", &(new, known), &(1, CLIENTS - 1))
}

pub(super) fn what_one_handle_writes_another_reads<B: AnyBench>(bench: &B) -> Verdict {
    let (one, other) = (bench.connect()?, bench.connect()?);
    let mut deal = Deal::new("c")?;
    for nth in 0..5 {
        let commit = if nth == 0 { deal.open(at("offer"))? } else { deal.note("next")? };
        let (text, revision) = (commit.case.text.clone(), commit.case.revision);
        bench.drive(written(&one, &[commit]))?;
        let now = bench.drive(seen(&other, "c"))?;
        same("the case by the other handle", &now.case, &Some((revision, text)))?;
        same("its journal", &now.journal.len(), &(nth + 1))?;
    }
    Ok(())
}

pub(super) fn a_case_is_never_read_torn<B: AnyBench>(bench: &B) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    of_all(bench, async |store| written(store, &[open]).await)?;
    let notes: Vec<Commit> = (0..30).map(|_| deal.note("next")).collect::<Result<_, _>>()?;
    together(bench, 4, async |nth, store: &B::Store| {
        if nth == 0 {
            for note in &notes {
                same("written", &commits(store, note).await?, &Committed::Done)?;
                // So that the others read in between.
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            return Ok(());
        }
        for attempt in 0.. {
            holds("the last note is read in the end", attempt < 5_000)?;
            let loading = patiently(async || store.load(&[Wanted::case("c")]).await).await?;
            let case = loading.found.into_iter().next().and_then(|it| it.case);
            // Reading refuses bytes of another revision than the row's.
            let case = super::there("the case", case)?.read()?;
            let entries = patiently(async || store.journal("c", 1, 100).await).await?;
            holds("its journal is not behind it", entries.len() as u64 >= case.revision)?;
            if case.revision == 31 {
                break;
            }
        }
        Ok(())
    })
    .map(|_| ())
}
