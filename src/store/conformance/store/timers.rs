//! Timers: not before their moment, once, also after a crash (S6, T7, T11).

use crate::Moment;
use crate::store::conformance::world::{
    Deal, ask, at, bare, due, leased, minute, opened, settled, texts, timer, written,
};
use crate::store::conformance::{Failure, Verdict, holds, same, there};
use crate::store::{AnyStore, Commit, Keep, LeaseKind, LeaseRequest, Settle, Switched, TimerRow, Wanted};

const T: LeaseKind = LeaseKind::Timers;

/// A case with these timers.
fn with(id: &str, timers: Vec<TimerRow>) -> Result<Commit, Failure> {
    let mut commit = bare(id)?;
    commit.timers.put = timers;
    Ok(commit)
}

async fn armed<S: AnyStore>(store: &S, at: Moment) -> Verdict {
    written(store, &[with("c", vec![timer("c", "t", at)])?]).await
}

pub async fn not_before_its_moment<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    let just_before = minute(5).plus_millis(-1);
    same("a millisecond before", &due(store, T, just_before, "h").await?, &vec![])?;
    let leases = leased(store, T, minute(5), "h").await?;
    let timer = there("it is handed out at its moment", leases.timers.first())?;
    same("the timer", &(timer.id.as_str(), timer.case.as_str(), timer.at), &("c/t", "c", minute(5)))
}

pub async fn once_while_leased<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    same("at first", &due(store, T, minute(6), "one").await?, &texts(&["c/t"]))?;
    // Until 16.
    same("another host", &due(store, T, minute(15), "two").await?, &vec![])?;
    same("the same host", &due(store, T, minute(15), "one").await?, &vec![])
}

pub async fn again_when_the_lease_has_ended<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    due(store, T, minute(6), "dead").await?;
    same("at its end", &due(store, T, minute(16), "two").await?, &texts(&["c/t"]))?;
    let late = Settle::TimerLater { id: "c/t".to_owned(), by: "dead".to_owned(), at: minute(16) };
    holds("the first host's word holds no more", !settled(store, late).await?)?;
    same("and changes nothing", &due(store, T, minute(17), "three").await?, &vec![])
}

pub async fn the_earliest_first_and_no_more_than_asked<S: AnyStore>(store: &S) -> Verdict {
    let timers = [("a", 30), ("b", 10), ("d", 20), ("e", 10)];
    let rows = timers.iter().map(|(name, at)| timer("c", name, minute(*at))).collect();
    written(store, &[with("c", rows)?]).await?;
    let two = LeaseRequest { limit: 2, ..ask(T, minute(60), "h") };
    let mut first: Vec<_> = store.lease(&two).await?.timers.into_iter().map(|it| (it.at, it.id)).collect();
    // Which of two at one moment comes first is the store's affair.
    first.sort();
    let expected = vec![(minute(10), "c/b".to_owned()), (minute(10), "c/e".to_owned())];
    same("two of four", &first, &expected)?;
    same("the others, in order", &due(store, T, minute(60), "h").await?, &texts(&["c/d", "c/a"]))
}

pub async fn limit_of_none_hands_out_none<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    let none = LeaseRequest { limit: 0, ..ask(T, minute(6), "h") };
    same("of none", &store.lease(&none).await?.timers, &vec![])?;
    same("then", &due(store, T, minute(6), "h").await?, &texts(&["c/t"]))
}

pub async fn put_off_until_a_moment<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    due(store, T, minute(6), "h").await?;
    let later = Settle::TimerLater { id: "c/t".to_owned(), by: "h".to_owned(), at: minute(30) };
    holds("it holds", settled(store, later.clone()).await?)?;
    holds("and not twice, since nobody holds it now", !settled(store, later).await?)?;
    same("before that", &due(store, T, minute(30).plus_millis(-1), "h").await?, &vec![])?;
    same("then", &due(store, T, minute(30), "h").await?, &texts(&["c/t"]))
}

pub async fn put_off_to_before_the_leases_end<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    due(store, T, minute(6), "h").await?;
    let later = Settle::TimerLater { id: "c/t".to_owned(), by: "h".to_owned(), at: minute(7) };
    holds("it holds", settled(store, later).await?)?;
    same("then", &due(store, T, minute(7), "other").await?, &texts(&["c/t"]))
}

pub async fn armed_anew_replaces_and_is_nobodys<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    open.timers.put = vec![timer("c", "t", minute(5)), timer("c", "leased", minute(5))];
    written(store, &[open]).await?;
    same("both", &due(store, T, minute(6), "h").await?.len(), &2)?;
    let mut note = deal.note("armed anew")?;
    note.timers.put = vec![timer("c", "t", minute(8)), timer("c", "leased", minute(7))];
    written(store, &[note]).await?;
    let late = Settle::TimerLater { id: "c/t".to_owned(), by: "h".to_owned(), at: minute(90) };
    holds("who had the earlier one has nothing to say of it", !settled(store, late).await?)?;
    same("the one for before", &due(store, T, minute(7), "h").await?, &texts(&["c/leased"]))?;
    same("the other", &due(store, T, minute(8), "h").await?, &texts(&["c/t"]))?;
    same("and no third", &due(store, T, minute(9), "h").await?, &vec![])
}

pub async fn cancelled_is_handed_out_no_more<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    open.timers.put = vec![timer("c", "t", minute(5)), timer("c", "stays", minute(5))];
    let mut note = deal.note("cancelled")?;
    note.timers.gone = texts(&["c/t", "c/never-there"]);
    written(store, &[open, note]).await?;
    same("what is left", &due(store, T, minute(60), "h").await?, &texts(&["c/stays"]))
}

pub async fn gone_is_handed_out_no_more<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    due(store, T, minute(6), "h").await?;
    let gone = Settle::TimerGone { id: "c/t".to_owned() };
    holds("it holds", settled(store, gone.clone()).await?)?;
    holds("and not twice", !settled(store, gone).await?)?;
    same("after the lease", &due(store, T, minute(60), "h").await?, &vec![])
}

pub async fn fired_by_a_real_step_fires_once<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("request"))?]).await?;
    let day = minute(24 * 60);
    let id = "c/request/trigger/remind/1/1";
    same("due, without the one that is off", &due(store, T, day, "h").await?, &texts(&[id]))?;
    deal.now = day;
    let mut fired = deal.step(crate::Input::Timer { timer: id.to_owned() })?;
    // Its report has the timer's own id, so that it is reported once.
    fired.entry.input_id = id.to_owned();
    holds("the step makes the timer go", fired.timers.gone.contains(&id.to_owned()))?;
    written(store, &[fired.clone()]).await?;
    same("after the lease", &due(store, T, minute(48 * 60), "h").await?, &vec![])?;
    let again = store.commit(&[fired]).await?;
    let repeated = matches!(again.first(), Some(crate::store::Committed::Repeated(_)));
    holds("reported again it gives its answer", repeated)
}

fn switch(trigger: &str, on: bool, since: i64) -> Keep {
    Keep::Switch(Switched {
        scenario: "sale".to_owned(),
        trigger: trigger.to_owned(),
        on,
        since: minute(since),
        by: "anna".to_owned(),
    })
}

pub async fn switched_off_waits_and_on_again_fires<S: AnyStore>(store: &S) -> Verdict {
    armed(store, minute(5)).await?;
    let trigger = "request/trigger/t";
    store.keep(&switch(trigger, false, 1)).await?;
    same("while it is off", &due(store, T, minute(60), "h").await?, &vec![])?;
    store.keep(&switch(trigger, true, 61)).await?;
    same("when it is on", &due(store, T, minute(62), "h").await?, &texts(&["c/t"]))
}

pub async fn off_by_its_scenario_waits_until_switched_on<S: AnyStore>(store: &S) -> Verdict {
    let quiet = TimerRow { enabled: false, ..timer("c", "t", minute(5)) };
    written(store, &[with("c", vec![quiet])?]).await?;
    same("while nobody switched it", &due(store, T, minute(60), "h").await?, &vec![])?;
    store.keep(&switch("request/trigger/t", true, 61)).await?;
    same("when it is on", &due(store, T, minute(62), "h").await?, &texts(&["c/t"]))
}

pub async fn a_switch_stops_its_own_trigger_only<S: AnyStore>(store: &S) -> Verdict {
    let other = TimerRow { scenario: "other".to_owned(), ..timer("c", "a", minute(5)) };
    let none = TimerRow { trigger: None, ..timer("c", "b", minute(6)) };
    let next = timer("c", "next", minute(7));
    written(store, &[with("c", vec![other, none, next, timer("c", "a2", minute(8))])?]).await?;
    for trigger in ["request/trigger/a", "request/trigger/b"] {
        store.keep(&switch(trigger, false, 1)).await?;
    }
    let expected = texts(&["c/a", "c/b", "c/next", "c/a2"]);
    same("those that nobody switched", &due(store, T, minute(60), "h").await?, &expected)
}

pub async fn switches_are_loaded_with_the_case<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[opened("c")?]).await?;
    store.keep(&switch("request/trigger/quiet", true, 1)).await?;
    store.keep(&switch("request/trigger/remind", false, 2)).await?;
    store.keep(&switch("request/trigger/remind", true, 3)).await?;
    let other = Switched {
        scenario: "other".to_owned(),
        trigger: "/trigger/x".to_owned(),
        on: false,
        since: minute(0),
        by: "b".to_owned(),
    };
    store.keep(&Keep::Switch(other)).await?;
    let found = store.load(&[Wanted::case("c"), Wanted::case("none")]).await?.found;
    let told: Vec<Vec<(String, bool, Moment)>> = found
        .into_iter()
        .map(|it| it.switches.into_iter().map(|it| (it.trigger, it.on, it.since)).collect())
        .map(|mut it: Vec<_>| {
            it.sort();
            it
        })
        .collect();
    let expected = vec![
        vec![
            ("request/trigger/quiet".to_owned(), true, minute(1)),
            ("request/trigger/remind".to_owned(), true, minute(3)),
        ],
        vec![],
    ];
    same("switches of the case's scenario as they are now", &told, &expected)
}

pub async fn a_host_whose_clock_is_ahead_fires_nothing_early<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    let Some(clock) = store.load(&[Wanted::case("c")]).await?.clock else {
        // Without a clock of the store's the caller's counts, which `not-before-its-moment` holds it to.
        return Ok(());
    };
    let (hour, two) = (clock.plus_millis(3_600_000), clock.plus_millis(7_200_000));
    let mut commit = bare("d")?;
    commit.timers.put = vec![timer("d", "ahead", hour), timer("d", "due", minute(0))];
    written(store, &[commit]).await?;
    same("to a caller two hours ahead", &due(store, T, two, "h").await?, &texts(&["d/due"]))
}

pub async fn goes_with_its_own_case_only<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("d")?;
    let open = deal.open(at("offer"))?;
    let mut note = deal.note("another case's timer")?;
    note.timers.gone = texts(&["c/t"]);
    armed(store, minute(5)).await?;
    written(store, &[open, note]).await?;
    same("the timer", &due(store, T, minute(60), "h").await?, &texts(&["c/t"]))
}
