//! The feed of entries while others write (S4).

use super::changes::read_on;
use crate::store::conformance::bench::{AnyBench, patiently, together};
use crate::store::conformance::world::{Deal, at};
use crate::store::conformance::{Verdict, holds, same};
use crate::store::{AnyQuery, AnyStore, Change, Commit, Committed, Position};
use std::collections::BTreeSet;

const WRITERS: usize = 4;
const EACH: usize = 25;

pub fn a_reader_sees_each_entry_once_while_others_write<B: AnyBench>(bench: &B) -> Verdict
where
    B::Store: AnyQuery,
{
    let read = together(bench, WRITERS + 1, async |nth, store: &B::Store| {
        if nth == WRITERS {
            let (changes, next) = read_on(store, Position::default(), WRITERS * EACH, 7).await?;
            same("then there is no more", &store.changes(next, 7).await?.changes, &vec![])?;
            return Ok(changes);
        }
        let mut deal = Deal::new(&format!("c{nth}"))?;
        let mut commits: Vec<Commit> = vec![deal.open(at("offer"))?];
        for _ in 1..EACH {
            commits.push(deal.note("next")?);
        }
        // Calls of different lengths, so that transactions overlap each other in many ways.
        for call in commits.chunks(nth + 1) {
            let answers = patiently(async || store.commit(call).await).await?;
            holds("each is done", answers.iter().all(|it| *it == Committed::Done))?;
        }
        Ok(Vec::new())
    })?;
    let changes: Vec<Change> = read.into_iter().flatten().collect();
    let different: BTreeSet<(&str, u64)> =
        changes.iter().map(|it| (it.entry.case.as_str(), it.entry.number)).collect();
    same(
        "entries, and different ones",
        &(changes.len(), different.len()),
        &(WRITERS * EACH, WRITERS * EACH),
    )?;
    for writer in 0..WRITERS {
        let case = format!("c{writer}");
        let numbers = changes.iter().filter(|it| it.entry.case == case).map(|it| it.entry.number);
        same(&case, &numbers.collect(), &(1..=EACH as u64).collect::<Vec<_>>())?;
    }
    Ok(())
}
