//! The journal: in order, in pages, without holes (S4).

use crate::store::conformance::world::{Deal, at, written};
use crate::store::conformance::{Failure, Verdict, holds, same};
use crate::store::{AnyStore, Commit, StoreError, Wanted};

/// A case with twelve entries, as more than nine show what is compared as text.
async fn twelve<S: AnyStore>(store: &S, id: &str) -> Result<Vec<Commit>, Failure> {
    let mut deal = Deal::new(id)?;
    let mut commits = vec![deal.open(at("offer"))?];
    for nth in 2..=12 {
        commits.push(deal.note(&format!("note {nth}"))?);
    }
    written(store, &commits).await?;
    Ok(commits)
}

async fn numbers<S: AnyStore>(store: &S, from: u64, limit: u32) -> Result<Vec<u64>, Failure> {
    Ok(store.journal("c", from, limit).await?.into_iter().map(|it| it.number).collect())
}

pub async fn entries_come_in_order<S: AnyStore>(store: &S) -> Verdict {
    let commits = twelve(store, "c").await?;
    let found = store.journal("c", 1, 100).await?;
    let texts: Vec<_> = found.iter().map(|it| (it.case.clone(), it.number, it.text.clone())).collect();
    let expected: Vec<_> =
        commits.iter().map(|it| ("c".to_owned(), it.entry.number, it.entry.text.clone())).collect();
    same("the journal", &texts, &expected)
}

pub async fn pages_join_without_a_seam<S: AnyStore>(store: &S) -> Verdict {
    twelve(store, "c").await?;
    same("from 1, 5", &numbers(store, 1, 5).await?, &vec![1, 2, 3, 4, 5])?;
    same("from 6, 5", &numbers(store, 6, 5).await?, &vec![6, 7, 8, 9, 10])?;
    same("from 11, 5", &numbers(store, 11, 5).await?, &vec![11, 12])?;
    same("from 12, 1", &numbers(store, 12, 1).await?, &vec![12])?;
    same("from 13, 5", &numbers(store, 13, 5).await?, &vec![])?;
    same("none at all", &numbers(store, 1, 0).await?, &vec![])
}

pub async fn nothing_there_is_an_empty_list<S: AnyStore>(store: &S) -> Verdict {
    same("of no case", &numbers(store, 1, 10).await?, &vec![])?;
    let found = store.load(&[Wanted::case("c")]).await?.found;
    same("the place of no case", &found.len(), &1)?;
    holds("there is no case in it", found.iter().all(|it| it.case.is_none() && it.answer.is_none()))
}

pub async fn cases_do_not_mix<S: AnyStore>(store: &S) -> Verdict {
    // Ids that begin alike, and that differ in case only.
    for id in ["c", "c1", "C", "c/1"] {
        twelve(store, id).await?;
    }
    let found = store.journal("c", 1, 100).await?;
    same("entries", &found.len(), &12)?;
    holds("all of the case asked for", found.iter().all(|it| it.case == "c"))
}

/// Whether the store refuses to write it; else it must refuse to read it.
async fn refused_or_damaged<S: AnyStore>(store: &S, commit: Commit) -> Verdict {
    if store.commit(&[commit]).await.is_err() {
        return Ok(());
    }
    let damaged = matches!(store.journal("c", 1, 100).await, Err(StoreError::Damaged { .. }));
    holds("S4: a journal in which an entry is missing is told as damaged", damaged)
}

pub async fn hole_is_an_error<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("offer"))?]).await?;
    deal.note("lost")?;
    let mut note = deal.note("after the hole")?;
    note.before = 1;
    refused_or_damaged(store, note).await
}

pub async fn lost_end_is_an_error<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("offer"))?]).await?;
    let mut note = deal.note("the last that is there")?;
    // The case says that there is one more.
    note.case.revision = 3;
    refused_or_damaged(store, note).await
}
