//! The feed of entries: each once, none missed.

use crate::store::conformance::world::{Deal, at, bare, texts, written};
use crate::store::conformance::{Failure, Verdict, holds, same};
use crate::store::{AnyQuery, AnyStore, Change, Committed, Position};
use std::thread;
use std::time::Duration;

/// Reads on from a position, in pages, until so many have come; what others have under way may hold it up a while.
pub(in crate::store::conformance) async fn read_on<S: AnyQuery>(
    store: &S,
    mut since: Position,
    many: usize,
    limit: u32,
) -> Result<(Vec<Change>, Position), Failure> {
    let mut changes: Vec<Change> = Vec::new();
    for _ in 0..2_000 {
        let page = store.changes(since, limit).await?;
        holds("a page is no longer than asked", page.changes.len() <= limit as usize)?;
        let last = page.changes.last().map_or(since, |it| it.position);
        same("where to go on", &page.next, &last)?;
        since = page.next;
        changes.extend(page.changes);
        if changes.len() >= many {
            return Ok((changes, since));
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err(Failure::new(format!("{} of {many} entries came", changes.len())))
}

fn numbers(changes: &[Change], case: &str) -> Vec<u64> {
    changes.iter().filter(|it| it.entry.case == case).map(|it| it.entry.number).collect()
}

pub async fn all_from_the_beginning_in_order<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let (mut a, mut b) = (Deal::new("a")?, Deal::new("b")?);
    let commits =
        [a.open(at("offer"))?, b.open(at("offer"))?, a.note("1")?, a.note("2")?, b.note("1")?, a.note("3")?];
    for commit in &commits {
        written(store, std::slice::from_ref(commit)).await?;
    }
    let (changes, _) = read_on(store, Position::default(), 6, 100).await?;
    let told: Vec<_> =
        changes.iter().map(|it| (it.entry.case.clone(), it.entry.number, it.entry.text.clone())).collect();
    let expected: Vec<_> =
        commits.iter().map(|it| (it.entry.case.clone(), it.entry.number, it.entry.text.clone())).collect();
    same("in the order of commits", &told, &expected)?;
    let positions: Vec<Position> = changes.iter().map(|it| it.position).collect();
    holds("positions ascend", positions.is_sorted_by(|a, b| a < b))
}

pub async fn pages_hold_each_entry_once<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut commits = vec![deal.open(at("offer"))?];
    for _ in 0..10 {
        commits.push(deal.note("next")?);
    }
    // In one call, and so perhaps in one transaction.
    written(store, &commits).await?;
    for limit in [1, 2, 3, 11, 100] {
        let (changes, next) = read_on(store, Position::default(), 11, limit).await?;
        same(&format!("in pages of {limit}"), &numbers(&changes, "c"), &(1..=11).collect())?;
        same("then none", &store.changes(next, limit).await?.changes, &vec![])?;
    }
    same("of none", &store.changes(Position::default(), 0).await?.changes, &vec![])
}

pub async fn goes_on_after_further_commits<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let nothing = store.changes(Position::default(), 10).await?;
    same("at first", &(nothing.changes.len(), nothing.next), &(0, Position::default()))?;
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("offer"))?, deal.note("1")?]).await?;
    let (changes, next) = read_on(store, nothing.next, 2, 10).await?;
    same("then", &numbers(&changes, "c"), &vec![1, 2])?;
    written(store, &[bare("d")?, deal.note("2")?]).await?;
    let (changes, last) = read_on(store, next, 2, 10).await?;
    same("of the one", &numbers(&changes, "c"), &vec![3])?;
    same("of the other", &numbers(&changes, "d"), &vec![1])?;
    let nothing = store.changes(last, 10).await?;
    same("at last", &(nothing.changes.len(), nothing.next), &(0, last))?;
    // From an earlier position the same comes again.
    let (changes, _) = read_on(store, next, 2, 10).await?;
    same("again", &changes.len(), &2)
}

pub async fn what_was_not_done_is_not_there<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    written(store, &[bare("a")?]).await?;
    let mut again = bare("a")?;
    again.entry.input_id = "other".to_owned();
    let answers = store.commit(&[again, bare("a")?, bare("b")?]).await?;
    holds("the first conflicts", answers.first() == Some(&Committed::Conflict { revision: 1 }))?;
    let (changes, _) = read_on(store, Position::default(), 2, 100).await?;
    let cases: Vec<String> = changes.into_iter().map(|it| it.entry.case).collect();
    same("cases", &cases, &texts(&["a", "b"]))
}

pub async fn after_an_erasure_gives_its_bytes<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let (commits, erasing) = crate::store::conformance::store::erasure::erased()?;
    written(store, &commits).await?;
    written(store, std::slice::from_ref(&erasing)).await?;
    let (changes, _) = read_on(store, Position::default(), 4, 100).await?;
    let texts: Vec<String> = changes.into_iter().map(|it| it.entry.text).collect();
    let mut expected: Vec<String> = (1..=3).map(|nth| format!("{{\"erased\":{nth}}}")).collect();
    expected.push(erasing.entry.text);
    same("the bytes", &texts, &expected)
}
