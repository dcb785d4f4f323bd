//! One step is one commit (S1, S2, S3, M10).

use crate::store::conformance::world::{
    Deal, activity, at, bare, due, effect, key, leased, message, minute, opened, seen, settled, texts, timer,
    written,
};
use crate::store::conformance::{Failure, Verdict, holds, same, there};
use crate::store::{
    AnyStore, Commit, Committed, CounterChange, EntryText, KeyKind, LeaseKind, Settle, Wanted,
};

/// What a commit can leave anywhere: all of it by hand on top of a real step.
fn laden(mut commit: Commit) -> Commit {
    let (id, number) = (commit.case.id.clone(), commit.entry.number);
    commit.timers.put.push(timer(&id, "laden", minute(1)));
    commit.activities.put.push(activity(&id, "laden", Some("anna"), Some(minute(5))));
    commit.keys.push(key(&id, KeyKind::External, "laden"));
    commit.effects.push(effect(&id, number, 50, "laden"));
    commit
}

/// Nothing of a laden commit is there; of the case itself, what it had on the stage where nothing happens.
async fn nothing_laden<S: AnyStore>(store: &S) -> Verdict {
    let later = minute(60);
    same("timers that are due", &due(store, LeaseKind::Timers, later, "h").await?, &vec![])?;
    same("effects to be done", &due(store, LeaseKind::Effects, later, "h").await?, &vec![])?;
    store.post(&[message("probe", "laden")]).await?;
    let inbox = leased(store, LeaseKind::Inbox, later, "h").await?.inbox;
    let cases = there("the probe is handed out", inbox.into_iter().next())?.cases;
    same("cases that its key finds", &cases, &vec![])
}

fn counter(from: i64, to: i64) -> CounterChange {
    CounterChange { name: "turn".to_owned(), from, to }
}

/// A whole new case whose input is known.
fn entry_of(commit: &Commit) -> EntryText {
    EntryText {
        case: commit.entry.case.clone(),
        number: commit.entry.number,
        text: commit.entry.text.clone(),
    }
}

pub async fn writes_all_of_it<S: AnyStore>(store: &S) -> Verdict {
    let commit = opened("c")?;
    written(store, &[laden(commit.clone())]).await?;
    let now = seen(store, "c").await?;
    same("the case", &now.case, &Some((1, commit.case.text.clone())))?;
    same("the journal", &now.journal, &vec![entry_of(&commit)])?;
    let effects: Vec<_> = commit.effects.iter().map(|it| it.id.clone()).chain(texts(&["c/1/50"])).collect();
    let mut handed = due(store, LeaseKind::Effects, minute(0), "h").await?;
    handed.sort();
    let mut wanted = effects;
    wanted.sort();
    same("the effects", &handed, &wanted)?;
    same("the timers", &due(store, LeaseKind::Timers, minute(1), "h").await?, &texts(&["c/laden"]))?;
    store.post(&[message("probe", "laden")]).await?;
    let inbox = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
    same("cases that its key finds", &there("the probe", inbox.first())?.cases, &texts(&["c"]))
}

pub async fn stale_revision_writes_nothing<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("offer"))?]).await?;
    let mut other = deal.fork(100);
    written(store, &[deal.note("first")?]).await?;
    let before = seen(store, "c").await?;
    // Made on revision 1, as by a host that had not seen the note.
    let stale = laden(other.note("second")?);
    let answers = store.commit(&[stale]).await?;
    same("the answer", &answers, &vec![Committed::Conflict { revision: 2 }])?;
    same("the case and its journal", &seen(store, "c").await?, &before)?;
    nothing_laden(store).await
}

pub async fn revision_ahead_writes_nothing<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let (open, note) = (deal.open(at("offer"))?, laden(deal.note("too early")?));
    let answers = store.commit(std::slice::from_ref(&note)).await?;
    same("the answer where there is no case", &answers, &vec![Committed::Conflict { revision: 0 }])?;
    same("the journal", &store.journal("c", 1, 10).await?, &vec![])?;
    nothing_laden(store).await?;
    written(store, &[open, note]).await
}

pub async fn first_revision_only_once<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    let before = seen(store, "c").await?;
    let mut again = laden(bare("c")?);
    again.entry.input_id = "other".to_owned();
    let answers = store.commit(&[again]).await?;
    same("the answer to a second opening", &answers, &vec![Committed::Conflict { revision: 1 }])?;
    same("the case and its journal", &seen(store, "c").await?, &before)?;
    nothing_laden(store).await
}

pub async fn known_input_gives_its_entry_and_writes_nothing<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    written(store, std::slice::from_ref(&open)).await?;
    written(store, &[deal.note("first")?]).await?;
    let before = seen(store, "c").await?;
    // The same input judged anew, on the case as it is now, by a host that did not know.
    let mut again = laden(deal.note("second")?);
    again.entry.input_id.clone_from(&open.entry.input_id);
    let answers = store.commit(&[again]).await?;
    same("the answer", &answers, &vec![Committed::Repeated(Box::new(entry_of(&open)))])?;
    same("the case and its journal", &seen(store, "c").await?, &before)?;
    nothing_laden(store).await
}

pub async fn known_input_of_another_case_gives_that_ones_entry<S: AnyStore>(store: &S) -> Verdict {
    let first = bare("a")?;
    written(store, std::slice::from_ref(&first)).await?;
    let mut other = laden(bare("b")?);
    other.entry.input_id.clone_from(&first.entry.input_id);
    let answers = store.commit(&[other]).await?;
    same("the answer", &answers, &vec![Committed::Repeated(Box::new(entry_of(&first)))])?;
    same("the other case", &seen(store, "b").await?.case, &None)?;
    nothing_laden(store).await
}

pub async fn known_input_counts_before_a_stale_revision<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    written(store, &[open.clone(), deal.note("first")?]).await?;
    let answers = store.commit(std::slice::from_ref(&open)).await?;
    same("the answer", &answers, &vec![Committed::Repeated(Box::new(entry_of(&open)))])
}

pub async fn stale_revision_counts_before_a_counter<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    let mut again = bare("c")?;
    again.entry.input_id = "other".to_owned();
    again.counters = vec![counter(7, 8)];
    same("the answer", &store.commit(&[again]).await?, &vec![Committed::Conflict { revision: 1 }])
}

pub async fn other_counter_writes_nothing<S: AnyStore>(store: &S) -> Verdict {
    let mut first = bare("a")?;
    first.counters = vec![counter(0, 1)];
    written(store, &[first]).await?;
    let mut second = laden(bare("b")?);
    second.counters = vec![CounterChange { name: "free".to_owned(), from: 0, to: 5 }, counter(0, 1)];
    let answers = store.commit(std::slice::from_ref(&second)).await?;
    same("the answer", &answers, &vec![Committed::Counter { name: "turn".to_owned(), value: 1 }])?;
    same("the case", &seen(store, "b").await?.case, &None)?;
    nothing_laden(store).await?;
    // The other counter of it was left alone, and its input's id is not known.
    second.counters = vec![CounterChange { name: "free".to_owned(), from: 0, to: 5 }, counter(1, 2)];
    written(store, &[second]).await
}

pub async fn counter_moves_on<S: AnyStore>(store: &S) -> Verdict {
    for (case, from, to) in [("a", 0, 3), ("b", 3, -1), ("c", -1, i64::MAX), ("d", i64::MAX, i64::MIN)] {
        let mut commit = bare(case)?;
        commit.counters = vec![counter(from, to)];
        written(store, &[commit]).await?;
    }
    let mut commit = bare("e")?;
    commit.counters = vec![counter(0, 1)];
    let answers = store.commit(&[commit]).await?;
    same("the answer", &answers, &vec![Committed::Counter { name: "turn".to_owned(), value: i64::MIN }])
}

pub async fn one_that_conflicts_leaves_the_others<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("b")?]).await?;
    let mut again = laden(bare("b")?);
    again.entry.input_id = "other".to_owned();
    let mut repeated = bare("d")?;
    repeated.entry.input_id = "b-1".to_owned();
    let answers = store.commit(&[bare("a")?, again, bare("c")?, repeated, bare("e")?]).await?;
    let told: Vec<&str> = answers
        .iter()
        .map(|it| match it {
            Committed::Done => "done",
            Committed::Conflict { .. } => "conflict",
            Committed::Repeated(_) => "repeated",
            Committed::Counter { .. } => "counter",
        })
        .collect();
    same("the answers", &told, &vec!["done", "conflict", "done", "repeated", "done"])?;
    let mut there = Vec::new();
    for id in ["a", "b", "c", "d", "e"] {
        there.push(seen(store, id).await?.case.map(|(revision, _)| revision));
    }
    same("revisions", &there, &vec![Some(1), Some(1), Some(1), None, Some(1)])?;
    nothing_laden(store).await
}

pub async fn two_of_one_case_stand_on_each_other<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let commits = [deal.open(at("request"))?, deal.note("one")?, deal.note("two")?];
    written(store, &commits).await?;
    let now = seen(store, "c").await?;
    same("the case", &now.case, &Some((3, commits[2].case.text.clone())))?;
    same("the journal", &now.journal, &commits.iter().map(entry_of).collect())
}

pub async fn two_of_one_revision_in_one_call<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    let mut other = deal.fork(100);
    let (first, second, third) = (deal.note("first")?, laden(other.note("second")?), deal.note("third")?);
    let answers = store.commit(&[open, first, second, third]).await?;
    let conflict = Committed::Conflict { revision: 2 };
    let answers_are = vec![Committed::Done, Committed::Done, conflict.clone(), conflict];
    same("answers", &answers, &answers_are)?;
    same("the case", &seen(store, "c").await?.case.map(|it| it.0), &Some(2))?;
    nothing_laden(store).await
}

pub async fn none_stands_on_one_that_was_refused<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    let mut other = deal.fork(100);
    let theirs = other.note("theirs")?;
    written(store, &[open, theirs.clone()]).await?;
    // The second of these has the number that is next, but it stands on what never came to be.
    let (first, second) = (deal.note("first")?, laden(deal.note("second")?));
    let answers = store.commit(&[first, second]).await?;
    let conflict = Committed::Conflict { revision: 2 };
    same("answers", &answers, &vec![conflict.clone(), conflict])?;
    same("the case", &seen(store, "c").await?.case, &Some((2, theirs.case.text)))?;
    nothing_laden(store).await
}

pub async fn one_input_twice_in_one_call<S: AnyStore>(store: &S) -> Verdict {
    let first = bare("a")?;
    let mut second = laden(bare("b")?);
    second.entry.input_id.clone_from(&first.entry.input_id);
    let answers = store.commit(&[first.clone(), second]).await?;
    let repeated = Committed::Repeated(Box::new(entry_of(&first)));
    same("answers", &answers, &vec![Committed::Done, repeated])?;
    nothing_laden(store).await
}

pub async fn counters_in_one_call_stand_on_each_other<S: AnyStore>(store: &S) -> Verdict {
    let (mut first, mut second, mut third) = (bare("a")?, bare("b")?, bare("c")?);
    first.counters = vec![counter(0, 1)];
    second.counters = vec![counter(0, 1)];
    third.counters = vec![counter(1, 2)];
    let answers = store.commit(&[first, second, third]).await?;
    let counter = Committed::Counter { name: "turn".to_owned(), value: 1 };
    same("answers", &answers, &vec![Committed::Done, counter, Committed::Done])
}

pub async fn nothing_at_all_is_no_error<S: AnyStore>(store: &S) -> Verdict {
    same("answers to no commits", &store.commit(&[]).await?, &vec![])?;
    same("answers to no settlements", &store.settle(&[]).await?, &vec![])?;
    same("answers to no messages", &store.post(&[]).await?, &vec![])?;
    same("what is found of nothing", &store.load(&[]).await?.found, &vec![])
}

pub async fn refused_text_writes_nothing_of_the_call<S: AnyStore>(store: &S) -> Verdict {
    let mut bad = bare("b")?;
    bad.case.title = Some("a\0b".to_owned());
    let answer = store.commit(&[bare("a")?, bad]).await;
    let unfit = matches!(answer, Err(crate::store::StoreError::Unfit { .. }));
    holds("S11: a title with U+0000 is refused as unfit", unfit)?;
    same("the case before it in the call", &seen(store, "a").await?.case, &None)?;
    written(store, &[bare("a")?]).await
}

pub async fn settlements_in_it_are_settled_with_it<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    open.effects = vec![effect("c", 1, 0, "x"), effect("c", 1, 1, "y")];
    written(store, &[open]).await?;
    store.post(&[message("row", "c")]).await?;
    due(store, LeaseKind::Effects, minute(0), "h").await?;
    due(store, LeaseKind::Inbox, minute(0), "h").await?;
    let mut note = deal.note("given up")?;
    note.settles = vec![
        Settle::EffectGivenUp {
            id: "c/1/0".to_owned(),
            by: "h".to_owned(),
            error: "no".to_owned(),
            frees: false,
        },
        Settle::InboxDone { id: "row".to_owned() },
        // What does not hold fails nothing.
        Settle::EffectGivenUp {
            id: "c/1/1".to_owned(),
            by: "other".to_owned(),
            error: "no".to_owned(),
            frees: true,
        },
        Settle::TimerGone { id: "none".to_owned() },
    ];
    written(store, &[note]).await?;
    let later = minute(60);
    same("effects", &due(store, LeaseKind::Effects, later, "h").await?, &texts(&["c/1/1"]))?;
    same("the inbox", &due(store, LeaseKind::Inbox, later, "h").await?, &vec![])?;
    let again = settled(store, Settle::EffectAgain { id: "c/1/0".to_owned() }).await?;
    holds("the effect had stopped", again)
}

pub async fn settlements_of_one_that_conflicts_settle_nothing<S: AnyStore>(store: &S) -> Verdict {
    let mut open = bare("c")?;
    open.effects = vec![effect("c", 1, 0, "x")];
    written(store, &[open]).await?;
    let mut again = bare("c")?;
    again.entry.input_id = "other".to_owned();
    again.settles = vec![Settle::EffectDone { id: "c/1/0".to_owned() }];
    let answers = store.commit(&[again]).await?;
    same("the answer", &answers, &vec![Committed::Conflict { revision: 1 }])?;
    same("effects", &due(store, LeaseKind::Effects, minute(0), "h").await?, &texts(&["c/1/0"]))
}

pub async fn lost_key_finds_no_more_and_a_known_one_stays<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    let keys = |names: &[&str]| names.iter().map(|it| key("c", KeyKind::External, it)).collect::<Vec<_>>();
    open.keys = keys(&["lost", "stays"]);
    let mut note = deal.note("keys")?;
    (note.keys, note.lost_keys) = (keys(&["stays", "new"]), keys(&["lost", "never there"]));
    written(store, &[open, note]).await?;
    let objects = ["lost", "stays", "new"];
    let messages: Vec<_> = objects.iter().map(|it| message(it, it)).collect();
    store.post(&messages).await?;
    let mut found: Vec<(String, usize)> = Vec::new();
    for id in objects {
        // One at a time, since rows of one case follow each other.
        let inbox = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
        for item in inbox {
            found.push((item.id.clone(), item.cases.len()));
            settled(store, Settle::InboxDone { id: item.id }).await?;
        }
        holds("it is handed out", found.iter().any(|(it, _)| it == id))?;
    }
    found.sort();
    let expected = [("lost", 0), ("new", 1), ("stays", 1)].map(|(id, cases)| (id.to_owned(), cases));
    same("how many cases each key finds", &found, &expected.to_vec())
}

pub async fn load_gives_what_was_asked_in_its_order<S: AnyStore>(store: &S) -> Verdict {
    let (a, b) = (bare("a")?, opened("b")?);
    written(store, &[a.clone(), b.clone()]).await?;
    let asked = [
        Wanted { case: "b".to_owned(), input_id: Some("a-1".to_owned()) },
        Wanted { case: "none".to_owned(), input_id: Some("b-1".to_owned()) },
        Wanted::case("a"),
        Wanted { case: "b".to_owned(), input_id: Some("unknown".to_owned()) },
    ];
    let found = store.load(&asked).await?.found;
    let short: Vec<(Option<String>, Option<EntryText>)> =
        found.iter().map(|it| (it.case.as_ref().map(|it| it.text.clone()), it.answer.clone())).collect();
    let expected = vec![
        (Some(b.case.text.clone()), Some(entry_of(&a))),
        (None, Some(entry_of(&b))),
        (Some(a.case.text.clone()), None),
        (Some(b.case.text.clone()), None),
    ];
    same("what was found", &short, &expected)?;
    let case = there("the case", found.first().and_then(|it| it.case.as_ref()))?;
    let read = case.read()?;
    same("the case as it reads", &(read.id.as_str(), read.revision), &("b", 1))
}

pub async fn what_is_read_folds_to_the_case<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let commits = [deal.open(at("request"))?, deal.note("one")?, deal.step(to_offer())?];
    for commit in &commits {
        written(store, std::slice::from_ref(commit)).await?;
    }
    let entries: Vec<crate::Entry> =
        store.journal("c", 1, 10).await?.iter().map(EntryText::read).collect::<Result<_, _>>()?;
    let folded = crate::Case::replay(&entries).map_err(|it| Failure::new(format!("{it:?}")))?;
    same("the case that the journal folds to", &Some(folded), &deal.case)
}

fn to_offer() -> crate::Input {
    crate::Input::Move(crate::case::MoveInput { to: "offer".to_owned(), ..Default::default() })
}
