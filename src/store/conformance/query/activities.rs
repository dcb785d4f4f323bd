//! Open activities: whose, when, in pages (A1).

use crate::Moment;
use crate::store::conformance::world::{Deal, activity, at, bare, close, minute, shaped, texts, written};
use crate::store::conformance::{Failure, Verdict, holds, same};
use crate::store::{
    ActivityQuery, ActivityRow, ActivityState, AnyQuery, AnyStore, Commit, PageKey, Seen, Sight,
};

fn with(id: &str, rows: Vec<ActivityRow>) -> Result<Commit, Failure> {
    let mut commit = bare(id)?;
    commit.activities.put = rows;
    Ok(commit)
}

async fn paged<S: AnyQuery>(store: &S, mut query: ActivityQuery, limit: u32) -> Result<Vec<String>, Failure> {
    query.limit = limit;
    let mut ids = Vec::new();
    for _ in 0..1_000 {
        let page = store.activities(&query).await?;
        holds("a page is no longer than asked", page.rows.len() <= limit as usize)?;
        ids.extend(page.rows.into_iter().map(|it| it.id));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(ids);
        }
    }
    Err(Failure::new(format!("the pages have no end: {ids:?}")))
}

fn of(owners: &[&str], roles: &[&str]) -> ActivityQuery {
    ActivityQuery { owners: texts(owners), roles: texts(roles), ..ActivityQuery::default() }
}

fn role(row: ActivityRow, role: &str) -> ActivityRow {
    ActivityRow { role: Some(role.to_owned()), ..row }
}

/// Activities of two cases, with moments that tie and without.
async fn some<S: AnyStore>(store: &S) -> Verdict {
    let a = vec![
        activity("a", "1", Some("anna"), Some(minute(20))),
        activity("a", "2", Some("boris"), Some(minute(10))),
        activity("a", "3", Some("anna"), None),
        role(activity("a", "4", None, Some(minute(15))), "head"),
    ];
    let b = vec![
        activity("b", "1", Some("anna"), Some(minute(10))),
        activity("b", "2", Some("anna"), None),
        activity("b", "3", None, Some(minute(30))),
        role(activity("b", "4", None, None), "clerk"),
    ];
    written(store, &[with("a", a)?, with("b", b)?]).await
}

pub async fn by_due_moment_those_without_last<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    some(store).await?;
    let expected = texts(&["a/2", "b/1", "a/4", "a/1", "b/3", "a/3", "b/2", "b/4"]);
    for limit in [1, 2, 3, 8, 100] {
        let found = paged(store, ActivityQuery::default(), limit).await?;
        same(&format!("in pages of {limit}"), &found, &expected)?;
    }
    let query = ActivityQuery { limit: 6, ..ActivityQuery::default() };
    let next = store.activities(&query).await?.next;
    same("the place of one without", &next, &Some(PageKey { at: i64::MAX, id: "a/3".to_owned() }))
}

pub async fn of_owners_and_of_roles_where_nobody_has_it<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    some(store).await?;
    let had = vec![role(activity("c", "1", Some("vera"), Some(minute(1))), "head")];
    written(store, &[with("c", had)?]).await?;
    let expected: [(ActivityQuery, &[&str]); 5] = [
        (of(&["anna"], &[]), &["b/1", "a/1", "a/3", "b/2"]),
        (of(&["boris", "anna"], &[]), &["a/2", "b/1", "a/1", "a/3", "b/2"]),
        // What somebody has is theirs, whatever role it was of.
        (of(&[], &["head"]), &["a/4"]),
        (of(&["boris"], &["head", "clerk"]), &["a/2", "a/4", "b/4"]),
        (of(&["nobody"], &[]), &[]),
    ];
    for (query, ids) in expected {
        for limit in [1, 2, 100] {
            let told = format!("of {:?} and {:?}", query.owners, query.roles);
            same(&told, &paged(store, query.clone(), limit).await?, &texts(ids))?;
        }
    }
    Ok(())
}

pub async fn of_one_case<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    some(store).await?;
    let query = ActivityQuery { case: Some("b".to_owned()), ..ActivityQuery::default() };
    same("all of it", &paged(store, query, 2).await?, &texts(&["b/1", "b/3", "b/2", "b/4"]))?;
    let query = ActivityQuery { case: Some("b".to_owned()), ..of(&["anna"], &[]) };
    same("Anna's of it", &paged(store, query, 1).await?, &texts(&["b/1", "b/2"]))
}

pub async fn due_by_and_agenda<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    some(store).await?;
    let at = |state: ActivityState| ActivityQuery { state, ..ActivityQuery::default() };
    let before = |minutes: i64| minute(minutes).plus_millis(-1);
    let expected: [(ActivityState, &[&str]); 6] = [
        (ActivityState::DueBy(minute(15)), &["a/2", "b/1", "a/4"]),
        (ActivityState::DueBy(before(15)), &["a/2", "b/1"]),
        (ActivityState::DueBy(before(10)), &[]),
        // Yellow from an hour before they are due.
        (ActivityState::Agenda(minute(-45)), &["a/2", "b/1", "a/4"]),
        (ActivityState::Agenda(before(-45)), &["a/2", "b/1"]),
        (ActivityState::Agenda(minute(90)), &["a/2", "b/1", "a/4", "a/1", "b/3"]),
    ];
    for (state, ids) in expected {
        same(&format!("{state:?}"), &paged(store, at(state), 2).await?, &texts(ids))?;
    }
    Ok(())
}

pub async fn rows_come_back_as_they_were_written<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let full = ActivityRow {
        role: Some("head".to_owned()),
        title: "Звонок '\"% 🙂".to_owned(),
        mandatory: true,
        planned_at: Moment::MIN,
        yellow_from: Some(Moment::MIN),
        text: "{\"a\": 1}".to_owned(),
        ..activity("c", "1", Some("anna"), Some(Moment::MAX))
    };
    let empty = ActivityRow { title: String::new(), ..activity("c", "2", None, None) };
    written(store, &[with("c", vec![full.clone(), empty.clone()])?]).await?;
    let query = ActivityQuery { limit: 10, ..ActivityQuery::default() };
    same("the rows", &store.activities(&query).await?.rows, &vec![full, empty])
}

pub async fn put_again_it_is_replaced<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let mut open = deal.open(at("offer"))?;
    open.activities.put =
        ["1", "2", "3"].map(|name| activity("c", name, Some("anna"), Some(minute(10)))).to_vec();
    let mut note = deal.note("changed")?;
    note.activities.put = vec![activity("c", "1", Some("boris"), Some(minute(20)))];
    note.activities.gone = texts(&["c/2", "c/none"]);
    written(store, &[open, note]).await?;
    same("all", &paged(store, ActivityQuery::default(), 10).await?, &texts(&["c/3", "c/1"]))?;
    same("Anna's", &paged(store, of(&["anna"], &[]), 10).await?, &texts(&["c/3"]))?;
    same("Boris's", &paged(store, of(&["boris"], &[]), 10).await?, &texts(&["c/1"]))
}

pub async fn of_real_steps_until_they_are_done<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let open = deal.open(at("request"))?;
    let planned: Vec<ActivityRow> = open.activities.put.clone();
    same("planned by the stage", &planned.len(), &1)?;
    written(store, &[open]).await?;
    let query = ActivityQuery { limit: 10, ..of(&["anna"], &[]) };
    same("Anna's", &store.activities(&query).await?.rows, &planned)?;
    let id = planned.into_iter().map(|it| it.id).collect::<String>();
    let done = crate::case::DoneInput { activity: id, ..Default::default() };
    written(store, &[deal.step(crate::Input::Done(done))?]).await?;
    same("then", &store.activities(&query).await?.rows, &vec![])
}

pub async fn of_child_processes_too<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut child = shaped("child", |it| {
        (it.kind, it.scenario, it.parent) =
            ("process".to_owned(), "approval".to_owned(), Some("parent".to_owned()));
    })?;
    child.activities.put = vec![activity("child", "1", Some("anna"), Some(minute(5)))];
    let parent = with("parent", vec![activity("parent", "1", Some("anna"), Some(minute(10)))])?;
    written(store, &[parent, child]).await?;
    same("Anna's", &paged(store, of(&["anna"], &[]), 10).await?, &texts(&["child/1", "parent/1"]))
}

pub async fn of_unseen_cases_ones_own_only<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    some(store).await?;
    let seen = Seen { scenarios: texts(&["sale"]), persons: Some(texts(&["boris"])), teams: vec![] };
    let sees = |query: ActivityQuery| ActivityQuery { sight: Sight::Parts(vec![seen.clone()]), ..query };
    // Boris sees case a, since he has an activity on it.
    let all = paged(store, sees(ActivityQuery::default()), 2).await?;
    same("of all", &all, &texts(&["a/2", "a/4", "a/1", "a/3"]))?;
    let roles = paged(store, sees(of(&[], &["head", "clerk"])), 1).await?;
    same("of roles", &roles, &texts(&["a/4"]))?;
    let blind = |query: ActivityQuery| ActivityQuery { sight: Sight::Parts(vec![]), ..query };
    let own = paged(store, blind(of(&["anna"], &["clerk"])), 1).await?;
    same("one's own, whatever the case", &own, &texts(&["b/1", "a/1", "a/3", "b/2"]))?;
    same("of all, without sight", &paged(store, blind(ActivityQuery::default()), 10).await?, &vec![])
}

pub async fn of_closed_cases_none<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    let mut deal = Deal::new("c")?;
    let commits = [deal.open(at("request"))?, deal.step(close(Some("dear")))?];
    written(store, &commits).await?;
    same("all", &paged(store, ActivityQuery::default(), 10).await?, &vec![])
}
