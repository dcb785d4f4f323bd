//! Lists of cases: filters, orders, pages.

use super::changes::read_on;
use crate::Moment;
use crate::store::conformance::world::Shape;
use crate::store::conformance::world::{
    Deal, activity, amount, at, bare, close, key, let_through, minute, paged, shaped, texts, written,
};
use crate::store::conformance::{Failure, Verdict, holds, same, there};
use crate::store::{
    ActivityQuery, AnyQuery, AnyStore, CaseFilter, CaseOrder, CaseQuery, CaseRow, Commit, Find, KeyKind,
    PageKey, Position, Sight,
};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Five cases on one stage each, with what the filters look at.
async fn five<S: AnyStore>(store: &S) -> Verdict {
    let shapes: [Shape; 5] = [
        ("c1", |it| (it.team, it.channel) = (some("north"), some("phone"))),
        ("c2", |it| (it.team, it.responsible) = (some("north"), some("boris"))),
        ("c3", |it| (it.stage, it.responsible) = ("request".to_owned(), None)),
        ("c4", |it| (it.scenario, it.parent) = ("claim".to_owned(), some("c1"))),
        ("c5", |it| {
            (it.closed_at, it.stage) = (Some(minute(9)), "lost".to_owned());
            (it.outcome, it.reason, it.closed_from) = (some("lost"), some("dear"), some("request"));
            (it.yellow_from, it.red_from) = (None, None);
        }),
    ];
    let commits: Vec<Commit> =
        shapes.into_iter().map(|(id, shape)| shaped(id, shape)).collect::<Result<_, Failure>>()?;
    written(store, &commits).await
}

pub async fn pages_hold_each_case_once<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    for id in ["c3", "c1", "c5", "c2", "c4"] {
        written(store, &[bare(id)?]).await?;
    }
    let expected = texts(&["c1", "c2", "c3", "c4", "c5"]);
    for limit in 1..=6 {
        same("cases of all pages", &paged(store, CaseQuery::default(), limit).await?, &expected)?;
    }
    Ok(())
}

pub async fn a_page_that_is_the_last_says_so<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    written(store, &[bare("c1")?, bare("c2")?, bare("c3")?]).await?;
    let page = |limit| CaseQuery { limit, ..CaseQuery::default() };
    let two = store.cases(&page(2)).await?;
    same("where to go on", &two.next, &Some(PageKey { at: 0, id: "c2".to_owned() }))?;
    same("after just as many as there are", &store.cases(&page(3)).await?.next, &None)?;
    same("rows of a page of none", &store.cases(&page(0)).await?.rows, &vec![])
}

pub async fn a_limit_beyond_all_rows_gives_them_all<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut commit = bare("c")?;
    commit.activities.put = vec![activity("c", "a", Some("anna"), None)];
    commit.keys = vec![key("c", KeyKind::Contact, "k")];
    written(store, &[commit]).await?;
    let limit = u32::MAX;
    let cases = store.cases(&CaseQuery { limit, ..CaseQuery::default() }).await?;
    same("cases", &(cases.rows.len(), cases.next), &(1, None))?;
    let activities = store.activities(&ActivityQuery { limit, ..ActivityQuery::default() }).await?;
    same("activities", &(activities.rows.len(), activities.next), &(1, None))?;
    let find = Find::Key { kind: KeyKind::Contact, key: "k".to_owned() };
    same("found", &store.find(&find, &Sight::All, limit).await?.len(), &1)?;
    same("entries", &read_on(store, Position::default(), 1, limit).await?.0.len(), &1)?;
    same("stopped", &store.stopped("", limit).await?.rows.len(), &0)?;
    same("refused", &store.refused("", limit).await?.rows.len(), &0)
}

pub async fn rows_come_back_as_they_were_written<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c1")?;
    let real = [deal.open(at("request"))?, deal.step(close(Some("slow")))?];
    let full = shaped("c2", |it| {
        (it.title, it.channel, it.team, it.parent) =
            (some("Ж'\"%"), some("phone"), some("north"), some("c1"));
        (it.kind, it.version, it.stage_order) = ("process".to_owned(), 4_000_000_000, 7);
        (it.red_from, it.yellow_from) = (Some(Moment::MAX), Some(Moment::MIN));
        (it.amount, it.erased) = (amount(i64::MIN, "RUB"), true);
    })?;
    let empty = shaped("c3", |it| {
        (it.title, it.responsible, it.yellow_from) = (some(""), None, None);
        it.amount = amount(i64::MAX, "USD");
    })?;
    let expected = [&real[1], &full, &empty].map(|it| it.case.clone()).to_vec();
    written(store, &real).await?;
    written(store, &[full, empty]).await?;
    let query = CaseQuery { limit: 10, ..CaseQuery::default() };
    same("the rows", &store.cases(&query).await?.rows, &expected)
}

pub async fn ids_compare_by_their_bytes<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    // In their order by bytes, which is no language's.
    let ids = [" ", "!", "10", "9", "A", "B", "Z", "_", "a", "aB", "ab", "b", "z", "é", "я", "🙂"];
    for id in ids.iter().rev() {
        written(store, &[bare(id)?]).await?;
    }
    same("by id", &paged(store, CaseQuery::default(), 3).await?, &texts(&ids))
}

pub async fn rows_that_come_and_go_neither_repeat_nor_hide<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut leaving = Deal::new("c30")?;
    let open = leaving.open(at("offer"))?;
    written(store, &[bare("c10")?, bare("c20")?, open, bare("c40")?, bare("c50")?]).await?;
    let filter = CaseFilter { open: Some(true), ..CaseFilter::default() };
    let mut query = CaseQuery { filter, limit: 2, ..CaseQuery::default() };
    let ids = |rows: &[CaseRow]| rows.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    let page = store.cases(&query).await?;
    same("the first page", &ids(&page.rows), &texts(&["c10", "c20"]))?;
    query.after = page.next;
    written(store, &[bare("c15")?, bare("c45")?, leaving.step(close(None))?]).await?;
    let page = store.cases(&query).await?;
    same("the second page", &ids(&page.rows), &texts(&["c40", "c45"]))?;
    query.after = page.next;
    let page = store.cases(&query).await?;
    same("the third page", &ids(&page.rows), &texts(&["c50"]))?;
    same("there is no more", &page.next, &None)
}

/// Cases with moments that tie, each `[id, moment]`, none for none.
const TIES: [(&str, Option<i64>); 9] = [
    ("a", Some(3)),
    ("b", Some(1)),
    ("c", None),
    ("d", Some(3)),
    ("e", Some(3)),
    ("f", Some(2)),
    ("g", None),
    ("h", Some(1)),
    ("i", Some(-5)),
];

async fn ordered<S: AnyStore + AnyQuery>(
    store: &S,
    order: CaseOrder,
    put: fn(&mut CaseRow, Option<Moment>),
    expected: &[&str],
) -> Verdict {
    for (id, at) in TIES {
        written(store, &[shaped(id, |row| put(row, at.map(minute)))?]).await?;
    }
    for limit in [1, 2, 3, 100] {
        let query = CaseQuery { order, ..CaseQuery::default() };
        same(&format!("in pages of {limit}"), &paged(store, query, limit).await?, &texts(expected))?;
    }
    let filter = CaseFilter { responsible: some("anna"), ..CaseFilter::default() };
    let query = CaseQuery { filter, order, ..CaseQuery::default() };
    same("of one responsible", &paged(store, query, 2).await?, &texts(expected))
}

pub async fn by_when_they_turn_red<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let expected = ["i", "b", "h", "f", "a", "d", "e"];
    ordered(store, CaseOrder::RedFrom, |row, at| row.red_from = at, &expected).await
}

pub async fn by_when_they_turn_yellow<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let expected = ["i", "b", "h", "f", "a", "d", "e"];
    ordered(store, CaseOrder::YellowFrom, |row, at| row.yellow_from = at, &expected).await
}

pub async fn by_when_they_were_closed<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let put = |row: &mut CaseRow, at: Option<Moment>| {
        row.closed_at = at;
        if at.is_some() {
            (row.yellow_from, row.outcome, row.closed_from) = (None, some("won"), some("offer"));
        }
    };
    ordered(store, CaseOrder::ClosedAt, put, &["e", "d", "a", "f", "h", "b", "i"]).await
}

pub async fn by_when_they_were_opened<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let put = |row: &mut CaseRow, at: Option<Moment>| row.opened_at = at.unwrap_or(minute(0));
    ordered(store, CaseOrder::OpenedAt, put, &["e", "d", "a", "f", "h", "b", "g", "c", "i"]).await
}

pub async fn each_filter_lets_through_its_own<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    five(store).await?;
    let none = CaseFilter::default;
    let filters: [(CaseFilter, &[&str]); 18] = [
        (none(), &["c1", "c2", "c3", "c4", "c5"]),
        (CaseFilter { open: Some(true), ..none() }, &["c1", "c2", "c3", "c4"]),
        (CaseFilter { open: Some(false), ..none() }, &["c5"]),
        (CaseFilter { scenario: some("sale"), ..none() }, &["c1", "c2", "c3", "c5"]),
        (CaseFilter { scenario: some("claim"), ..none() }, &["c4"]),
        // Of closed ones the stage from which they were closed, and that alone.
        (CaseFilter { stage: some("request"), ..none() }, &["c3", "c5"]),
        (CaseFilter { stage: some("lost"), ..none() }, &[]),
        (CaseFilter { stage: some("offer"), ..none() }, &["c1", "c2", "c4"]),
        (CaseFilter { responsible: some("anna"), ..none() }, &["c1", "c4", "c5"]),
        (CaseFilter { responsible: some("boris"), ..none() }, &["c2"]),
        (CaseFilter { responsible: some("nobody"), ..none() }, &[]),
        (CaseFilter { team: some("north"), ..none() }, &["c1", "c2"]),
        (CaseFilter { channel: some("phone"), ..none() }, &["c1"]),
        (CaseFilter { parent: some("c1"), ..none() }, &["c4"]),
        (CaseFilter { outcome: some("lost"), ..none() }, &["c5"]),
        (CaseFilter { reason: some("dear"), ..none() }, &["c5"]),
        (CaseFilter { closed_from: Some(minute(9)), ..none() }, &["c5"]),
        (CaseFilter { closed_to: Some(minute(9)), ..none() }, &[]),
    ];
    for (filter, expected) in filters {
        let told = format!("{filter:?}");
        same(&told, &let_through(store, filter).await?, &texts(expected))?;
    }
    Ok(())
}

pub async fn filters_hold_together<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    five(store).await?;
    let none = CaseFilter::default;
    let filters: [(CaseFilter, &[&str]); 6] = [
        (CaseFilter { team: some("north"), responsible: some("anna"), ..none() }, &["c1"]),
        (
            CaseFilter { open: Some(true), scenario: some("sale"), stage: some("offer"), ..none() },
            &["c1", "c2"],
        ),
        (CaseFilter { open: Some(true), stage: some("request"), ..none() }, &["c3"]),
        // An outcome implies closed.
        (CaseFilter { open: Some(true), outcome: some("lost"), ..none() }, &[]),
        (CaseFilter { parent: some("c1"), responsible: some("boris"), ..none() }, &[]),
        (
            CaseFilter {
                closed_from: Some(minute(9)),
                closed_to: Some(minute(10)),
                responsible: some("anna"),
                ..none()
            },
            &["c5"],
        ),
    ];
    for (filter, expected) in filters {
        let told = format!("{filter:?}");
        same(&told, &let_through(store, filter).await?, &texts(expected))?;
    }
    Ok(())
}

pub async fn a_step_takes_a_case_to_other_lists<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    written(store, &[deal.open(at("request"))?]).await?;
    let on = |stage: &str, whose: &str| CaseFilter {
        open: Some(true),
        stage: some(stage),
        responsible: some(whose),
        ..CaseFilter::default()
    };
    same("at first", &let_through(store, on("request", "anna")).await?, &texts(&["c"]))?;
    let hand_over = crate::Input::HandOver { to: some("boris"), team: None, keep_activities: false };
    written(store, &[deal.step(hand_over)?]).await?;
    same("no more Anna's", &let_through(store, on("request", "anna")).await?, &vec![])?;
    same("but Boris's", &let_through(store, on("request", "boris")).await?, &texts(&["c"]))?;
    written(store, &[deal.step(close(Some("dear")))?]).await?;
    same("no more open", &let_through(store, on("request", "boris")).await?, &vec![])?;
    let closed = CaseFilter { open: Some(false), responsible: some("boris"), ..CaseFilter::default() };
    same("but closed", &let_through(store, closed).await?, &texts(&["c"]))
}

pub async fn closed_by_period_outcome_and_reason<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    // Closed at 10, 20, 30 and 40 minutes, by real steps.
    let ways = [("a", 10, None), ("b", 20, Some("dear")), ("c", 30, None), ("d", 40, Some("slow"))];
    for (id, when, reason) in ways {
        let mut deal = Deal::new(id)?;
        let open = deal.open(at("offer"))?;
        deal.now = minute(when);
        written(store, &[open, deal.step(close(reason))?]).await?;
    }
    written(store, &[bare("open")?]).await?;
    let none = CaseFilter::default;
    let period = |from: i64, to: i64| CaseFilter {
        closed_from: Some(minute(from)),
        closed_to: Some(minute(to)),
        ..none()
    };
    let filters: [(CaseFilter, &[&str]); 7] = [
        // From a moment on, and before another.
        (period(20, 40), &["c", "b"]),
        (period(20, 41), &["d", "c", "b"]),
        (period(41, 90), &[]),
        (CaseFilter { outcome: some("won"), ..none() }, &["c", "a"]),
        (CaseFilter { outcome: some("lost"), ..period(0, 40) }, &["b"]),
        (CaseFilter { reason: some("slow"), ..none() }, &["d"]),
        (CaseFilter { outcome: some("won"), reason: some("slow"), ..none() }, &[]),
    ];
    for (filter, expected) in filters {
        let told = format!("{filter:?}");
        let query = CaseQuery { filter, order: CaseOrder::ClosedAt, ..CaseQuery::default() };
        same(&told, &paged(store, query, 1).await?, &texts(expected))?;
    }
    Ok(())
}

pub async fn a_reopened_case_is_open<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let closing = [deal.open(at("offer"))?, deal.step(close(Some("dear")))?];
    written(store, &closing).await?;
    let reopen = crate::Input::Reopen { stage: some("offer"), fields: Default::default(), r#override: None };
    written(store, &[deal.step(reopen)?]).await?;
    let query = CaseQuery { limit: 10, ..CaseQuery::default() };
    let rows = store.cases(&query).await?.rows;
    let row = there("the case", rows.first())?;
    holds("it is open", row.closed_at.is_none() && row.outcome.is_none() && row.reason.is_none())?;
    let closed = CaseQuery { order: CaseOrder::ClosedAt, ..CaseQuery::default() };
    same("closed ones", &paged(store, closed, 10).await?, &vec![])
}
