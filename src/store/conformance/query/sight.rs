//! Who sees which rows: what sight lets through, in every list (G1, G2).

use crate::store::conformance::world::Shape;
use crate::store::conformance::world::{activity, let_through, minute, paged, shaped, texts, written};
use crate::store::conformance::{Failure, Verdict, same};
use crate::store::{
    AnyQuery, AnyStore, BoardQuery, CaseFilter, CaseOrder, CaseQuery, CaseRow, Commit, Find, KeyKind, Seen,
    Sight,
};

fn persons(persons: &[&str], teams: &[&str]) -> Sight {
    let seen = Seen { scenarios: texts(&["sale"]), persons: Some(texts(persons)), teams: texts(teams) };
    Sight::Parts(vec![seen])
}

/// Cases of which Boris is this or that, or nothing.
async fn boris<S: AnyStore>(store: &S) -> Verdict {
    let name = |it: &str| it.to_owned();
    let shapes: [Shape; 6] = [
        ("author", |it| it.author = "boris".to_owned()),
        ("helper", |_| ()),
        ("nothing", |_| ()),
        ("other", |it| (it.scenario, it.responsible) = ("claim".to_owned(), Some("boris".to_owned()))),
        ("responsible", |it| it.responsible = Some("boris".to_owned())),
        ("team", |it| it.team = Some("north".to_owned())),
    ];
    let mut commits: Vec<Commit> =
        shapes.into_iter().map(|(id, shape)| shaped(id, shape)).collect::<Result<_, Failure>>()?;
    for commit in &mut commits {
        let id = name(&commit.case.id);
        commit.keys = vec![crate::store::conformance::world::key(&id, KeyKind::Contact, "+7")];
        if id == "helper" {
            commit.activities.put = vec![activity(&id, "a", Some("boris"), Some(minute(5)))];
        }
        if id == "nothing" {
            commit.activities.put =
                vec![activity(&id, "a", Some("anna"), None), activity(&id, "b", None, None)];
        }
    }
    written(store, &commits).await
}

async fn seen<S: AnyQuery>(store: &S, sight: Sight) -> Result<Vec<String>, Failure> {
    let_through(store, CaseFilter { sight, ..CaseFilter::default() }).await
}

pub async fn own_cases_are_seen_and_no_others<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    boris(store).await?;
    let found = seen(store, persons(&["boris"], &[])).await?;
    same("Boris's", &found, &texts(&["author", "helper", "responsible"]))?;
    let found = seen(store, persons(&["vera"], &[])).await?;
    same("Vera's", &found, &vec![])
}

pub async fn cases_of_a_team_are_seen<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    boris(store).await?;
    let found = seen(store, persons(&["boris"], &["south", "north"])).await?;
    same("his and his team's", &found, &texts(&["author", "helper", "responsible", "team"]))?;
    same("his team's alone", &seen(store, persons(&[], &["north"])).await?, &texts(&["team"]))
}

pub async fn no_part_sees_nothing<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    boris(store).await?;
    same("with no part", &seen(store, Sight::Parts(vec![])).await?, &vec![])?;
    same("with no person", &seen(store, persons(&[], &[])).await?, &vec![])?;
    let no_scenario = Seen { scenarios: vec![], persons: None, teams: vec![] };
    same("with no scenario", &seen(store, Sight::Parts(vec![no_scenario])).await?, &vec![])
}

pub async fn parts_add_up<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    boris(store).await?;
    let of = |scenario: &str, persons: Option<&[&str]>| Seen {
        scenarios: texts(&[scenario]),
        persons: persons.map(texts),
        teams: vec![],
    };
    let all_claims = Sight::Parts(vec![of("sale", Some(&["boris"])), of("claim", None)]);
    let expected = texts(&["author", "helper", "other", "responsible"]);
    same("his sales and all claims", &seen(store, all_claims).await?, &expected)?;
    let both = Sight::Parts(vec![of("sale", None), of("sale", Some(&["boris"]))]);
    let expected = texts(&["author", "helper", "nothing", "responsible", "team"]);
    same("what two parts let through shows once", &seen(store, both).await?, &expected)?;
    same("all of all", &seen(store, Sight::All).await?.len(), &6)
}

pub async fn pages_do_not_tell_of_what_is_unseen<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    for nth in 0..30 {
        let own = nth % 5 == 0;
        let commit = shaped(&format!("c{nth:02}"), |it| {
            it.red_from = Some(minute(nth));
            it.author = if own { "boris" } else { "anna" }.to_owned();
        })?;
        written(store, &[commit]).await?;
    }
    let expected = texts(&["c00", "c05", "c10", "c15", "c20", "c25"]);
    for order in [CaseOrder::Id, CaseOrder::RedFrom] {
        let filter = CaseFilter { sight: persons(&["boris"], &[]), ..CaseFilter::default() };
        let mut query = CaseQuery { filter, order, ..CaseQuery::default() };
        same("all pages", &paged(store, query.clone(), 2).await?, &expected)?;
        query.limit = 2;
        same("a page is full", &store.cases(&query).await?.rows.len(), &2)?;
        query.limit = 6;
        same("the last page says so", &store.cases(&query).await?.next, &None)?;
    }
    Ok(())
}

pub async fn the_board_counts_what_is_seen<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    boris(store).await?;
    let filter = CaseFilter { sight: persons(&["boris"], &[]), ..CaseFilter::default() };
    let board = store.board(&BoardQuery { filter, now: minute(0) }).await?;
    let cells: Vec<_> = board.cells.iter().map(|it| (it.scenario.as_str(), it.cases)).collect();
    same("cells", &cells, &vec![("sale", 3)])
}

pub async fn finding_finds_what_is_seen<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    boris(store).await?;
    let find = Find::Key { kind: KeyKind::Contact, key: "+7".to_owned() };
    let ids = |rows: Vec<CaseRow>| rows.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let found = ids(store.find(&find, &persons(&["boris"], &[]), 10).await?);
    same("Boris finds", &found, &texts(&["responsible", "helper", "author"]))?;
    // What is unseen takes no place.
    let found = ids(store.find(&find, &persons(&["boris"], &[]), 2).await?);
    same("two of them", &found, &texts(&["responsible", "helper"]))?;
    same("with no part", &store.find(&find, &Sight::Parts(vec![]), 10).await?, &vec![])
}
