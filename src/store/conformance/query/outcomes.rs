//! What waits for people: stopped effects, refused inbox rows; and the intake's counters (S5, S8, I3).

use crate::store::conformance::world::{
    Deal, at, bare, due, effect, key, leased, message, minute, settled, texts, written,
};
use crate::store::conformance::{Failure, Verdict, same, there};
use crate::store::{
    AnyQuery, AnyStore, CounterChange, KeyKind, LeaseKind, RefusedItem, Settle, StoppedEffect,
};

async fn stopped<S: AnyQuery>(store: &S, limit: u32) -> Result<Vec<StoppedEffect>, Failure> {
    let (mut after, mut all) = (String::new(), Vec::new());
    for _ in 0..1_000 {
        let page = store.stopped(&after, limit).await?;
        all.extend(page.rows);
        match page.next {
            Some(next) => after = next.id,
            None => return Ok(all),
        }
    }
    Err(Failure::new("the pages have no end"))
}

async fn refused<S: AnyQuery>(store: &S, limit: u32) -> Result<Vec<RefusedItem>, Failure> {
    let (mut after, mut all) = (String::new(), Vec::new());
    for _ in 0..1_000 {
        let page = store.refused(&after, limit).await?;
        all.extend(page.rows);
        match page.next {
            Some(next) => after = next.id,
            None => return Ok(all),
        }
    }
    Err(Failure::new("the pages have no end"))
}

fn given_up(id: &str, frees: bool) -> Settle {
    Settle::EffectGivenUp {
        id: id.to_owned(),
        by: "h".to_owned(),
        error: format!("the error of {id}"),
        frees,
    }
}

/// A case with five effects in lanes of their own; three are given up.
async fn three_stopped<S: AnyStore>(store: &S) -> Verdict {
    let mut commit = bare("c")?;
    commit.effects = (0..5).map(|nth| effect("c", 1, nth, &format!("lane {nth}"))).collect();
    written(store, &[commit]).await?;
    due(store, LeaseKind::Effects, minute(0), "h").await?;
    for (id, frees) in [("c/1/4", false), ("c/1/0", true), ("c/1/2", false)] {
        settled(store, given_up(id, frees)).await?;
    }
    Ok(())
}

pub async fn stopped_effects_by_id_in_pages<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    three_stopped(store).await?;
    let one = |nth: u32, frees: bool| {
        let row = effect("c", 1, nth, &format!("lane {nth}"));
        StoppedEffect {
            error: format!("the error of {}", row.id),
            id: row.id,
            case: row.case,
            lane: row.lane,
            kind: row.kind,
            text: row.text,
            attempts: 1,
            frees,
        }
    };
    let expected = vec![one(0, true), one(2, false), one(4, false)];
    for limit in [1, 2, 3, 100] {
        same(&format!("in pages of {limit}"), &stopped(store, limit).await?, &expected)?;
    }
    Ok(())
}

pub async fn stopped_effects_leave_when_settled<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    three_stopped(store).await?;
    settled(store, Settle::EffectDone { id: "c/1/0".to_owned() }).await?;
    settled(store, Settle::EffectAgain { id: "c/1/2".to_owned() }).await?;
    let ids: Vec<_> = stopped(store, 10).await?.into_iter().map(|it| it.id).collect();
    same("what is left", &ids, &texts(&["c/1/4"]))?;
    settled(store, Settle::EffectDropped { id: "c/1/4".to_owned() }).await?;
    same("then", &stopped(store, 10).await?, &vec![])?;
    // The one that was tried again is given up again.
    due(store, LeaseKind::Effects, minute(1), "h").await?;
    settled(store, given_up("c/1/2", false)).await?;
    let ids: Vec<_> = stopped(store, 10).await?.into_iter().map(|it| it.id).collect();
    same("again", &ids, &texts(&["c/1/2"]))
}

/// Four rows, the first three refused.
async fn three_refused<S: AnyStore>(store: &S) -> Verdict {
    let rows = ["m3", "m1", "m2"].map(|id| message(id, "nowhere"));
    store.post(&rows).await?;
    due(store, LeaseKind::Inbox, minute(0), "h").await?;
    for id in ["m2", "m3", "m1"] {
        let error = format!("the error of {id}");
        let refused = Settle::InboxRefused { id: id.to_owned(), by: "h".to_owned(), error };
        settled(store, refused).await?;
    }
    store.post(&[message("m0", "nowhere"), message("m4", "nowhere")]).await?;
    // One waits, one is leased.
    let one = crate::store::LeaseRequest {
        limit: 1,
        ..crate::store::conformance::world::ask(LeaseKind::Inbox, minute(0), "h")
    };
    same("leased", &store.lease(&one).await?.inbox.len(), &1)
}

pub async fn refused_rows_by_id_in_pages<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    three_refused(store).await?;
    let expected: Vec<RefusedItem> = ["m1", "m2", "m3"]
        .into_iter()
        .map(|id| {
            let row = message(id, "nowhere");
            let error = format!("the error of {id}");
            RefusedItem { id: row.id, object: row.object, text: row.text, at: row.at, error }
        })
        .collect();
    for limit in [1, 2, 3, 100] {
        same(&format!("in pages of {limit}"), &refused(store, limit).await?, &expected)?;
    }
    Ok(())
}

pub async fn refused_rows_leave_when_sent_again_or_dropped<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    three_refused(store).await?;
    settled(store, Settle::InboxAgain { id: "m1".to_owned() }).await?;
    settled(store, Settle::InboxDropped { id: "m3".to_owned() }).await?;
    let ids: Vec<_> = refused(store, 10).await?.into_iter().map(|it| it.id).collect();
    same("what is left", &ids, &texts(&["m2"]))
}

pub async fn a_row_without_a_case_waits_to_be_sent_again<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("offer"))?]).await?;
    // A payment for a contract that no case names.
    store.post(&[message("payment", "contract-9")]).await?;
    let leases = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
    same("its cases", &there("the row", leases.first())?.cases, &vec![])?;
    let (id, by, error) = ("payment".to_owned(), "h".to_owned(), "no case".to_owned());
    settled(store, Settle::InboxRefused { id, by, error }).await?;
    let listed: Vec<_> = refused(store, 10).await?.into_iter().map(|it| (it.id, it.error)).collect();
    same("listed", &listed, &vec![("payment".to_owned(), "no case".to_owned())])?;
    let mut note = deal.note("linked")?;
    note.keys = vec![key("c", KeyKind::External, "contract-9")];
    written(store, &[note]).await?;
    settled(store, Settle::InboxAgain { id: "payment".to_owned() }).await?;
    let leases = leased(store, LeaseKind::Inbox, minute(0), "h").await?.inbox;
    same("its cases then", &there("the row", leases.first())?.cases, &texts(&["c"]))?;
    same("listed no more", &refused(store, 10).await?, &vec![])
}

pub async fn counters_in_the_order_asked<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut commit = bare("c")?;
    let change = |name: &str, to| CounterChange { name: name.to_owned(), from: 0, to };
    commit.counters = vec![change("turn", 7), change("Turn", i64::MIN), change("большой", i64::MAX)];
    written(store, &[commit]).await?;
    let names = texts(&["none", "turn", "большой", "turn", "Turn"]);
    same("the values", &store.counters(&names).await?, &vec![0, 7, i64::MAX, 7, i64::MIN])?;
    same("of none", &store.counters(&[]).await?, &vec![])
}

pub async fn a_counter_of_what_was_not_done_stays<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    let mut again = bare("c")?;
    again.entry.input_id = "other".to_owned();
    again.counters = vec![CounterChange { name: "turn".to_owned(), from: 0, to: 1 }];
    store.commit(&[again]).await?;
    let values = store.counters(&texts(&["turn"])).await?;
    same("the value", there("it", values.first())?, &0)
}
