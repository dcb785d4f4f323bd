//! Effects: at least once, in order within case and lane (S5).

use crate::Moment;
use crate::store::conformance::world::{
    Deal, ask, at, bare, due, effect, leased, minute, opened, settled, texts, written,
};
use crate::store::conformance::{Failure, Verdict, holds, same, there};
use crate::store::{AnyStore, Commit, LeaseKind, LeaseRequest, Settle};

const E: LeaseKind = LeaseKind::Effects;

/// A case with so many effects in each of these lanes, the lanes by turns.
fn with(id: &str, lanes: &[&str], each: u32) -> Result<Commit, Failure> {
    let mut commit = bare(id)?;
    let many = u32::try_from(lanes.len()).unwrap_or(u32::MAX);
    let rows =
        (0..each).flat_map(|nth| (0_u32..).zip(lanes).map(move |(lane, name)| (nth * many + lane, name)));
    commit.effects = rows.map(|(nth, lane)| effect(id, 1, nth, lane)).collect();
    Ok(commit)
}

fn done(id: &str) -> Settle {
    Settle::EffectDone { id: id.to_owned() }
}

fn later(id: &str, by: &str, at: Moment) -> Settle {
    Settle::EffectLater { id: id.to_owned(), by: by.to_owned(), at, error: "not now".to_owned() }
}

fn given_up(id: &str, by: &str, frees: bool) -> Settle {
    Settle::EffectGivenUp { id: id.to_owned(), by: by.to_owned(), error: "never".to_owned(), frees }
}

async fn take<S: AnyStore>(store: &S, limit: u32, now: i64, by: &str) -> Result<Vec<String>, Failure> {
    let request = LeaseRequest { limit, ..ask(E, minute(now), by) };
    Ok(store.lease(&request).await?.effects.into_iter().map(|it| it.id).collect())
}

pub async fn handed_out_with_all_that_was_written<S: AnyStore>(store: &S) -> Verdict {
    let commit = opened("c")?;
    written(store, std::slice::from_ref(&commit)).await?;
    let leases = leased(store, E, minute(0), "h").await?;
    same("how many", &leases.effects.len(), &commit.effects.len())?;
    for row in &commit.effects {
        let found = there("each that was written", leases.effects.iter().find(|it| it.id == row.id))?;
        let short =
            |case: &str, lane: &str, kind: &str, text: &str| [case, lane, kind, text].map(str::to_owned);
        let expected = short(&row.case, &row.lane, &row.kind, &row.text);
        same("the effect", &short(&found.case, &found.lane, &found.kind, &found.text), &expected)?;
        same("the attempt", &found.attempt, &1)?;
    }
    Ok(())
}

pub async fn in_order_within_a_lane<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    // Twelve of one entry, listed in another order than their places: by place they go.
    open.effects = (0..12).rev().map(|nth| effect("c", 1, nth, "x")).collect();
    let mut note = deal.note("more")?;
    note.effects = (0..2).map(|nth| effect("c", 2, nth, "x")).collect();
    written(store, &[open, note]).await?;
    let expected: Vec<String> =
        (0..12).map(|nth| format!("c/1/{nth}")).chain(texts(&["c/2/0", "c/2/1"])).collect();
    same("all of the lane", &due(store, E, minute(0), "h").await?, &expected)
}

pub async fn no_more_than_asked_and_from_the_front<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 5)?]).await?;
    same("two of five", &take(store, 2, 0, "h").await?, &texts(&["c/1/0", "c/1/1"]))?;
    same("none of none", &take(store, 0, 0, "h").await?, &vec![])
}

pub async fn a_leased_one_holds_its_lane<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 3)?]).await?;
    same("one", &take(store, 1, 0, "h").await?, &texts(&["c/1/0"]))?;
    same("another host", &take(store, 9, 1, "other").await?, &vec![])?;
    same("the same host", &take(store, 9, 1, "h").await?, &vec![])?;
    holds("done", settled(store, done("c/1/0")).await?)?;
    same("then the next", &take(store, 9, 1, "other").await?, &texts(&["c/1/1", "c/1/2"]))
}

pub async fn lanes_do_not_wait_for_each_other<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x", "y"], 2)?]).await?;
    let mut taken = take(store, 1, 0, "h").await?;
    same("one of a lane", &taken.len(), &1)?;
    let other = take(store, 9, 0, "h").await?;
    same("both of the other lane", &other.len(), &2)?;
    taken.extend(other);
    holds("none twice", taken.iter().collect::<std::collections::BTreeSet<_>>().len() == 3)
}

pub async fn cases_do_not_wait_for_each_other<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("a", &["x"], 1)?, with("b", &["x"], 1)?]).await?;
    let first = take(store, 1, 0, "h").await?;
    let second = take(store, 1, 0, "h").await?;
    let mut both: Vec<String> = first.into_iter().chain(second).collect();
    both.sort();
    same("one of each", &both, &texts(&["a/1/0", "b/1/0"]))
}

pub async fn again_when_the_lease_has_ended<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    due(store, E, minute(0), "dead").await?;
    same("a millisecond before", &due(store, E, minute(10).plus_millis(-1), "h").await?, &vec![])?;
    let leases = leased(store, E, minute(10), "h").await?.effects;
    let told: Vec<_> = leases.iter().map(|it| (it.id.as_str(), it.attempt)).collect();
    same("both, for the second time", &told, &vec![("c/1/0", 2), ("c/1/1", 2)])
}

pub async fn put_off_holds_its_lane_until_its_moment<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    take(store, 1, 0, "h").await?;
    holds("put off", settled(store, later("c/1/0", "h", minute(30))).await?)?;
    same("before that", &due(store, E, minute(29), "h").await?, &vec![])?;
    let leases = leased(store, E, minute(30), "h").await?.effects;
    let told: Vec<_> = leases.iter().map(|it| (it.id.as_str(), it.attempt)).collect();
    same("then, in order", &told, &vec![("c/1/0", 2), ("c/1/1", 1)])
}

pub async fn a_later_one_waits_for_an_earlier_put_off<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    due(store, E, minute(0), "h").await?;
    // Both were leased; the first is put off beyond the second's lease.
    holds("put off", settled(store, later("c/1/0", "h", minute(30))).await?)?;
    same("when the second's lease has ended", &due(store, E, minute(11), "h").await?, &vec![])?;
    same("then", &due(store, E, minute(30), "h").await?, &texts(&["c/1/0", "c/1/1"]))
}

pub async fn handed_back_comes_at_once_and_is_not_counted<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    due(store, E, minute(0), "h").await?;
    let back = |id: &str, by: &str| Settle::EffectBack { id: id.to_owned(), by: by.to_owned() };
    holds("not what another host has", !settled(store, back("c/1/0", "other")).await?)?;
    holds("what it has", settled(store, back("c/1/1", "h")).await?)?;
    holds("once", !settled(store, back("c/1/1", "h")).await?)?;
    same("its lane waits for the first", &due(store, E, minute(1), "h").await?, &vec![])?;
    holds("the first too", settled(store, back("c/1/0", "h")).await?)?;
    let leases = leased(store, E, minute(1), "h").await?.effects;
    let told: Vec<_> = leases.iter().map(|it| (it.id.as_str(), it.attempt)).collect();
    same("both, for the first time", &told, &vec![("c/1/0", 1), ("c/1/1", 1)])
}

pub async fn given_up_stops_its_lane<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x", "y"], 2)?]).await?;
    due(store, E, minute(0), "h").await?;
    holds("given up", settled(store, given_up("c/1/0", "h", false)).await?)?;
    // y alone goes on.
    same("long after", &due(store, E, minute(9_000), "h").await?, &texts(&["c/1/1", "c/1/3"]))
}

pub async fn given_up_that_frees_lets_its_lane_go_on<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 3)?]).await?;
    take(store, 1, 0, "h").await?;
    holds("given up", settled(store, given_up("c/1/0", "h", true)).await?)?;
    same("the others", &due(store, E, minute(1), "h").await?, &texts(&["c/1/1", "c/1/2"]))
}

pub async fn requeued_is_handed_out_from_its_first_attempt<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    take(store, 1, 0, "h").await?;
    settled(store, later("c/1/0", "h", minute(1))).await?;
    take(store, 1, 1, "h").await?;
    settled(store, given_up("c/1/0", "h", false)).await?;
    let again = Settle::EffectAgain { id: "c/1/0".to_owned() };
    holds("requeued", settled(store, again.clone()).await?)?;
    holds("not twice, as it has not stopped now", !settled(store, again).await?)?;
    let leases = leased(store, E, minute(2), "h").await?.effects;
    let told: Vec<_> = leases.iter().map(|it| (it.id.as_str(), it.attempt)).collect();
    same("in its place, and at once", &told, &vec![("c/1/0", 1), ("c/1/1", 1)])
}

pub async fn one_that_freed_takes_its_place_again<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    take(store, 1, 0, "h").await?;
    settled(store, given_up("c/1/0", "h", true)).await?;
    holds("requeued", settled(store, Settle::EffectAgain { id: "c/1/0".to_owned() }).await?)?;
    same("in order", &due(store, E, minute(1), "h").await?, &texts(&["c/1/0", "c/1/1"]))
}

pub async fn dropped_frees_its_lane<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    take(store, 1, 0, "h").await?;
    let drop = Settle::EffectDropped { id: "c/1/0".to_owned() };
    holds("one that has not stopped is not dropped", !settled(store, drop.clone()).await?)?;
    settled(store, given_up("c/1/0", "h", false)).await?;
    holds("one that has is", settled(store, drop.clone()).await?)?;
    holds("once", !settled(store, drop).await?)?;
    same("the other", &due(store, E, minute(60), "h").await?, &texts(&["c/1/1"]))
}

pub async fn done_is_done_whoever_says_it_and_when<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 3)?]).await?;
    take(store, 1, 0, "slow").await?;
    // The lease has ended, and another host has it.
    same("another host", &take(store, 1, 10, "other").await?, &texts(&["c/1/0"]))?;
    holds("the first host did it after all", settled(store, done("c/1/0")).await?)?;
    holds("once", !settled(store, done("c/1/0")).await?)?;
    same("the lane goes on", &take(store, 1, 10, "other").await?, &texts(&["c/1/1"]))?;
    holds("also what nobody holds", settled(store, done("c/1/2")).await?)?;
    same("none is left", &due(store, E, minute(60), "h").await?, &texts(&["c/1/1"]))
}

pub async fn done_also_after_it_stopped<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    take(store, 1, 0, "h").await?;
    settled(store, given_up("c/1/0", "h", false)).await?;
    holds("done after all", settled(store, done("c/1/0")).await?)?;
    same("the lane goes on", &due(store, E, minute(1), "h").await?, &texts(&["c/1/1"]))
}

pub async fn what_another_host_says_does_not_hold<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    take(store, 1, 0, "h").await?;
    for settle in [
        later("c/1/0", "other", minute(0)),
        given_up("c/1/0", "other", true),
        given_up("c/1/1", "h", true),
        later("c/1/1", "h", minute(0)),
        later("none", "h", minute(0)),
        Settle::EffectAgain { id: "c/1/0".to_owned() },
        Settle::EffectAgain { id: "none".to_owned() },
        Settle::EffectDropped { id: "none".to_owned() },
        done("none"),
    ] {
        let told = format!("{settle:?} does not hold");
        holds(&told, !settled(store, settle).await?)?;
    }
    same("nothing has changed", &due(store, E, minute(1), "x").await?, &vec![])?;
    holds("the host's own word holds", settled(store, later("c/1/0", "h", minute(2))).await?)
}

pub async fn settlements_are_answered_in_order<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 2)?]).await?;
    due(store, E, minute(0), "h").await?;
    let settles = [done("none"), done("c/1/0"), done("c/1/0"), given_up("c/1/1", "h", false), done("no")];
    same("the answers", &store.settle(&settles).await?, &vec![false, true, false, true, false])
}

pub async fn attempts_are_counted_when_handed_out<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 1)?]).await?;
    let mut attempts = Vec::new();
    // The host dies each time, and says nothing.
    for nth in 0..4 {
        let leases = leased(store, E, minute(nth * 20), "h").await?.effects;
        attempts.extend(leases.iter().map(|it| it.attempt));
    }
    same("attempts", &attempts, &vec![1, 2, 3, 4])
}

pub async fn two_hosts_get_different_ones<S: AnyStore>(store: &S) -> Verdict {
    let cases: Vec<Commit> =
        (0..10).map(|nth| with(&format!("c{nth}"), &["x"], 1)).collect::<Result<_, _>>()?;
    written(store, &cases).await?;
    let mut all = take(store, 4, 0, "one").await?;
    same("the first host's", &all.len(), &4)?;
    all.extend(take(store, 100, 0, "two").await?);
    all.sort();
    let expected: Vec<String> = (0..10).map(|nth| format!("c{nth}/1/0")).collect();
    same("of both", &all, &expected)
}

pub async fn of_a_case_that_conflicted_there_are_none<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[with("c", &["x"], 1)?]).await?;
    let mut again = with("c", &["y"], 1)?;
    again.entry.input_id = "other".to_owned();
    for row in &mut again.effects {
        row.id = "other".to_owned();
    }
    store.commit(&[again]).await?;
    same("effects", &due(store, E, minute(0), "h").await?, &texts(&["c/1/0"]))
}
