//! One step is one commit (S1, S2, S3, M10).

use crate::store::conformance::world::{
    Deal, activity, ask, at, bare, due, effect, key, minute, opened, seen, timer, written,
};
use crate::store::conformance::{Verdict, holds, same, there};
use crate::store::{
    AnyStore, Commit, Committed, CounterChange, EntryText, KeyKind, LeaseKind, Settle, StoreError, Wanted,
};
use crate::{Input, store::conformance::Failure};

/// What a commit can leave anywhere: all of it by hand on top of a real step.
fn laden(mut commit: Commit) -> Commit {
    let (id, number) = (commit.case.id.clone(), commit.entry.number);
    commit.timers.put.push(timer(&id, "laden", minute(1)));
    commit.activities.put.push(activity(&id, "laden", Some("anna"), Some(minute(5))));
    commit.keys.push(key(&id, KeyKind::External, "laden"));
    commit.effects.push(effect(&id, number, 50, "laden"));
    commit
}

/// Nothing of a laden commit is there.
async fn nothing_laden<S: AnyStore>(store: &S) -> Verdict {
    let later = minute(60);
    same("timers", &due(store, LeaseKind::Timers, later, "h").await?, &vec![])?;
    same("effects", &due(store, LeaseKind::Effects, later, "h").await?, &vec![])?;
    store.post(&[super::super::world::message("probe", "laden")]).await?;
    let inbox = store.lease(&ask(LeaseKind::Inbox, later, "h")).await?.inbox;
    let cases = there("the probe is handed out", inbox.into_iter().next())?.cases;
    same("cases found by the key", &cases, &vec![])
}

pub async fn stale_revision_writes_nothing<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("offer"))?]).await?;
    let mut other = deal.fork(100);
    written(store, &[deal.note("first")?]).await?;
    let before = seen(store, "c").await?;
    // Made on revision 1, as by a host that had not seen the note.
    let answers = store.commit(&[laden(other.note("second")?)]).await?;
    same("the answer", &answers, &vec![Committed::Conflict { revision: 2 }])?;
    same("the case and its journal", &seen(store, "c").await?, &before)?;
    nothing_laden(store).await
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
