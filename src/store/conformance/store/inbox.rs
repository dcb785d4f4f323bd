//! The inbox: posted by any program, in order per case, remembered (S8).

use crate::Moment;
use crate::store::conformance::world::{
    Deal, ask, at, bare, due, key, leased, message, minute, settled, texts, written,
};
use crate::store::conformance::{Failure, Verdict, holds, same, there};
use crate::store::{AnyStore, InboxItem, KeyKind, LeaseKind, LeaseRequest, Message, Posted, Settle};

const I: LeaseKind = LeaseKind::Inbox;

async fn post<S: AnyStore>(store: &S, rows: &[(&str, &str)]) -> Verdict {
    let messages: Vec<Message> = rows.iter().map(|(id, object)| message(id, object)).collect();
    same("the answers to posting", &store.post(&messages).await?, &vec![Posted::New; rows.len()])
}

fn done(id: &str) -> Settle {
    Settle::InboxDone { id: id.to_owned() }
}

fn later(id: &str, by: &str, at: Moment) -> Settle {
    Settle::InboxLater { id: id.to_owned(), by: by.to_owned(), at, error: "busy".to_owned() }
}

fn refused(id: &str, by: &str) -> Settle {
    Settle::InboxRefused { id: id.to_owned(), by: by.to_owned(), error: "no".to_owned() }
}

fn again(id: &str) -> Settle {
    Settle::InboxAgain { id: id.to_owned() }
}

/// Leases and settles as done until nothing comes any more: the order in which rows are handed out.
async fn drained<S: AnyStore>(store: &S, now: Moment) -> Result<Vec<String>, Failure> {
    let mut order = Vec::new();
    for _ in 0..100 {
        let ids = due(store, I, now, "h").await?;
        if ids.is_empty() {
            return Ok(order);
        }
        for id in ids {
            holds("a row that is leased can be done", settled(store, done(&id)).await?)?;
            order.push(id);
        }
    }
    Err(Failure::new(format!("rows that are done are handed out again: {order:?}")))
}

/// What one row is handed out with, alone in the store.
async fn handed<S: AnyStore>(store: &S, now: i64) -> Result<InboxItem, Failure> {
    there("the row is handed out", leased(store, I, minute(now), "h").await?.inbox.into_iter().next())
}

pub async fn new_known_and_clash<S: AnyStore>(store: &S) -> Verdict {
    let row = message("m", "c");
    let other_text = Message { text: "{}".to_owned(), ..row.clone() };
    let other_object = Message { object: "d".to_owned(), ..row.clone() };
    let later = Message { at: minute(50), ..row.clone() };
    let rows = [row.clone(), row, other_text, other_object, later, message("m2", "c")];
    let answers = store.post(&rows).await?;
    use Posted::{Clash, Known, New};
    same("the answers", &answers, &vec![New, Known, Clash, Clash, Known, New])?;
    same("each is there once", &drained(store, minute(60)).await?, &texts(&["m", "m2"]))
}

pub async fn handed_out_as_it_came<S: AnyStore>(store: &S) -> Verdict {
    let text = "{ \"note\" : {\"text\":\"as it came,\\u0000 spaces   and all\"} }\n";
    let row = Message { text: text.to_owned(), ..message("m", "c") };
    store.post(&[row]).await?;
    let found = handed(store, 0).await?;
    let expected = InboxItem {
        id: "m".to_owned(),
        object: "c".to_owned(),
        text: text.to_owned(),
        attempt: 1,
        cases: vec![],
    };
    same("the row", &found, &expected)
}

pub async fn finds_cases_by_id_external_id_and_document<S: AnyStore>(store: &S) -> Verdict {
    let mut commits = Vec::new();
    for (id, kind, text) in [
        ("obj", KeyKind::External, "elsewhere"),
        ("b", KeyKind::External, "obj"),
        ("a", KeyKind::Document, "obj"),
        ("d", KeyKind::Contact, "obj"),
        ("e", KeyKind::Party, "obj"),
        ("f", KeyKind::Link, "obj"),
        ("g", KeyKind::External, "OBJ"),
        ("h", KeyKind::External, "obj2"),
    ] {
        let mut commit = bare(id)?;
        commit.keys = vec![key(id, kind, text)];
        // The same case by two ways is one.
        commit.keys.extend((id == "b").then(|| key(id, KeyKind::Document, "obj")));
        commits.push(commit);
    }
    written(store, &commits).await?;
    post(store, &[("m", "obj")]).await?;
    same("the cases, by id", &handed(store, 0).await?.cases, &texts(&["a", "b", "obj"]))
}

pub async fn no_case_is_handed_out_too<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "invoice/17")]).await?;
    same("its cases", &handed(store, 0).await?.cases, &vec![])
}

pub async fn finds_a_case_that_came_after_it<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "c")]).await?;
    same("before", &handed(store, 0).await?.cases, &vec![])?;
    settled(store, later("m", "h", minute(5))).await?;
    written(store, &[bare("c")?]).await?;
    same("after", &handed(store, 5).await?.cases, &texts(&["c"]))
}

pub async fn in_the_order_of_posting<S: AnyStore>(store: &S) -> Verdict {
    // Neither by id nor by the moment that the poster gives.
    let rows = [("m9", 50), ("m10", 3), ("m1", 20)];
    let messages: Vec<Message> =
        rows.iter().map(|(id, at)| Message { at: minute(*at), ..message(id, "nowhere") }).collect();
    store.post(&messages).await?;
    post(store, &[("m0", "nowhere")]).await?;
    same("the order", &drained(store, minute(60)).await?, &texts(&["m9", "m10", "m1", "m0"]))
}

pub async fn in_order_per_case<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    post(store, &[("m3", "c"), ("m1", "c"), ("m2", "c")]).await?;
    same("the order", &drained(store, minute(0)).await?, &texts(&["m3", "m1", "m2"]))
}

pub async fn one_row_of_a_case_at_a_time<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?, bare("d")?]).await?;
    post(store, &[("c1", "c"), ("c2", "c"), ("d1", "d"), ("c3", "c")]).await?;
    same("at once", &due(store, I, minute(0), "h").await?, &texts(&["c1", "d1"]))
}

pub async fn a_leased_one_holds_up_its_case_only<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?, bare("d")?]).await?;
    post(store, &[("c1", "c"), ("c2", "c"), ("d1", "d")]).await?;
    let one = LeaseRequest { limit: 1, ..ask(I, minute(0), "h") };
    let first: Vec<_> = store.lease(&one).await?.inbox.into_iter().map(|it| it.id).collect();
    same("one", &first, &texts(&["c1"]))?;
    same("the other case's alone", &due(store, I, minute(1), "other").await?, &texts(&["d1"]))?;
    settled(store, done("c1")).await?;
    same("then", &due(store, I, minute(1), "other").await?, &texts(&["c2"]))
}

pub async fn order_holds_across_objects<S: AnyStore>(store: &S) -> Verdict {
    // a is concerned by its id and by an external id, which concerns b too.
    let mut a = bare("a")?;
    a.keys = vec![key("a", KeyKind::External, "both")];
    let mut b = bare("b")?;
    b.keys = vec![key("b", KeyKind::Document, "both")];
    written(store, &[a, b]).await?;
    post(store, &[("m1", "a"), ("m2", "both"), ("m3", "b")]).await?;
    let one = LeaseRequest { limit: 1, ..ask(I, minute(0), "h") };
    let first: Vec<_> = store.lease(&one).await?.inbox.into_iter().map(|it| it.id).collect();
    same("one", &first, &texts(&["m1"]))?;
    // m2 waits for m1 because of a; m3 for m2 because of b.
    same("while it is leased", &due(store, I, minute(1), "h").await?, &vec![])?;
    settled(store, done("m1")).await?;
    same("then", &drained(store, minute(1)).await?, &texts(&["m2", "m3"]))
}

pub async fn put_off_holds_up_its_case_until_then<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    post(store, &[("m1", "c")]).await?;
    due(store, I, minute(0), "h").await?;
    post(store, &[("m2", "c")]).await?;
    holds("put off", settled(store, later("m1", "h", minute(30))).await?)?;
    same("before that", &due(store, I, minute(29), "h").await?, &vec![])?;
    let item = handed(store, 30).await?;
    same("then, for the second time", &(item.id.as_str(), item.attempt), &("m1", 2))?;
    settled(store, done("m1")).await?;
    same("and the other", &drained(store, minute(50)).await?, &texts(&["m2"]))
}

pub async fn again_when_the_lease_has_ended<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "c")]).await?;
    due(store, I, minute(0), "dead").await?;
    same("a millisecond before", &due(store, I, minute(10).plus_millis(-1), "h").await?, &vec![])?;
    let item = handed(store, 10).await?;
    same("the attempt", &item.attempt, &2)?;
    holds("the first host's word holds no more", !settled(store, refused("m", "dead")).await?)?;
    holds("nor this of it", !settled(store, later("m", "dead", minute(0))).await?)?;
    holds("the other's does", settled(store, refused("m", "h")).await?)
}

pub async fn refused_holds_up_nothing<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    post(store, &[("m1", "c")]).await?;
    due(store, I, minute(0), "h").await?;
    post(store, &[("m2", "c")]).await?;
    holds("refused", settled(store, refused("m1", "h")).await?)?;
    same("the next", &drained(store, minute(0)).await?, &texts(&["m2"]))?;
    same("and no more, ever", &due(store, I, minute(9_000), "h").await?, &vec![])
}

pub async fn sent_again_goes_to_the_end<S: AnyStore>(store: &S) -> Verdict {
    written(store, &[bare("c")?]).await?;
    post(store, &[("m1", "c")]).await?;
    due(store, I, minute(0), "h").await?;
    settled(store, refused("m1", "h")).await?;
    post(store, &[("m2", "c")]).await?;
    holds("sent again", settled(store, again("m1")).await?)?;
    holds("once", !settled(store, again("m1")).await?)?;
    let order = drained(store, minute(0)).await?;
    same("the order", &order, &texts(&["m2", "m1"]))?;
    holds("what is done is not sent again", !settled(store, again("m1")).await?)
}

pub async fn sent_again_is_counted_anew<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "c")]).await?;
    due(store, I, minute(0), "h").await?;
    settled(store, later("m", "h", minute(0))).await?;
    due(store, I, minute(0), "h").await?;
    settled(store, refused("m", "h")).await?;
    settled(store, again("m")).await?;
    same("the attempt", &handed(store, 0).await?.attempt, &1)
}

pub async fn dropped_is_gone<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "c")]).await?;
    let drop = Settle::InboxDropped { id: "m".to_owned() };
    holds("one that waits is not dropped", !settled(store, drop.clone()).await?)?;
    due(store, I, minute(0), "h").await?;
    settled(store, refused("m", "h")).await?;
    holds("one that was refused is", settled(store, drop.clone()).await?)?;
    holds("once", !settled(store, drop).await?)?;
    holds("it is not sent again", !settled(store, again("m")).await?)?;
    same("it is not handed out", &due(store, I, minute(60), "h").await?, &vec![])
}

pub async fn done_is_remembered<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "c")]).await?;
    due(store, I, minute(0), "h").await?;
    holds("done", settled(store, done("m")).await?)?;
    holds("once", !settled(store, done("m")).await?)?;
    let clash = Message { text: "{}".to_owned(), ..message("m", "c") };
    let answers = store.post(&[message("m", "c"), clash]).await?;
    same("the answers", &answers, &vec![Posted::Known, Posted::Clash])?;
    same("nothing is handed out", &due(store, I, minute(60), "h").await?, &vec![])
}

pub async fn what_another_host_says_does_not_hold<S: AnyStore>(store: &S) -> Verdict {
    post(store, &[("m", "c"), ("n", "d")]).await?;
    let one = LeaseRequest { limit: 1, ..ask(I, minute(0), "h") };
    store.lease(&one).await?;
    for settle in [
        later("m", "other", minute(0)),
        refused("m", "other"),
        refused("n", "h"),
        again("m"),
        again("none"),
        done("none"),
        later("none", "h", minute(0)),
    ] {
        let told = format!("{settle:?} does not hold");
        holds(&told, !settled(store, settle).await?)?;
    }
    same("nothing has changed", &due(store, I, minute(1), "h").await?, &texts(&["n"]))
}

pub async fn needs_no_case_and_no_sense<S: AnyStore>(store: &S) -> Verdict {
    let odd = ["", "not JSON", "{\"move\":{\"to\":\"nowhere\"}}", "null"];
    let rows: Vec<Message> = (odd.iter().enumerate())
        .map(|(nth, text)| Message { text: (*text).to_owned(), ..message(&format!("m{nth}"), "nowhere") })
        .collect();
    same("the answers", &store.post(&rows).await?, &vec![Posted::New; odd.len()])?;
    let inbox = leased(store, I, minute(0), "h").await?.inbox;
    let found: Vec<_> = inbox.iter().map(|it| it.text.as_str()).collect();
    same("what was handed out", &found, &odd.to_vec())
}

pub async fn a_closed_case_is_still_found<S: AnyStore>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("offer"))?;
    let close = crate::case::CloseInput { stage: "won".to_owned(), ..Default::default() };
    written(store, &[open, deal.step(crate::Input::Close(close))?]).await?;
    post(store, &[("m", "c")]).await?;
    same("its cases", &handed(store, 0).await?.cases, &texts(&["c"]))
}
