//! Cases of a version passed over to another in batches (V3, V4, M10, S2).

use super::world::*;
use std::ops::ControlFlow;
use voronka::case::{Adoption, RuleFate, ScenarioRef};
use voronka::runtime::{AdoptError, AdoptProgress, Adopting, AsyncRuntime, Publication, StepError};
use voronka::scenario::edit::{Draft, Edit, StageEdit};
use voronka::store::{CaseFilter, CaseQuery, Keep, Mapping, MemoryStore, Query, Store, Wanted};
use voronka::{Case, Span};

/// Twelve open cases, one closed, and a second version published for them: the limit of `request` begins anew.
fn world() -> (World, ScenarioRef) {
    let world = World::of(setup());
    for i in 0..12 {
        world.open(&format!("c{i:02}"));
    }
    world.open("closed");
    let close = json!({ "close": { "stage": "lost", "reason": "price" } });
    let close = voronka::runtime::Request::new("closed", read(close), "close", anna());
    world.runtime.step(close).unwrap();
    let mut draft = Draft::of(&sale());
    let limit = StageEdit::Limit(Some(Span::Hours(2)));
    draft.edit(&sale(), Edit::InStage { stage: "request".into(), edit: limit }).unwrap();
    let adoption = Adoption::default().rule("request/limit", RuleFate::Restart);
    let published = world.runtime.publish_draft(&Publication::adopted(draft, "", adoption), &olga()).unwrap();
    (world, published.scenario)
}

fn case(world: &World, id: &str) -> Case {
    let loading = Store::load(&world.store.inner, &[Wanted::case(id)]).unwrap();
    loading.found[0].case.as_ref().unwrap().read().unwrap()
}

fn on(world: &World, version: u32) -> Vec<String> {
    let query = CaseQuery { filter: CaseFilter::default(), limit: 100, ..CaseQuery::default() };
    let rows = Query::cases(&world.store.inner, &query).unwrap().rows;
    rows.into_iter().filter(|row| row.version == version).map(|row| row.id).collect()
}

const fn go(_: AdoptProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn v3_all_open_cases_of_a_version_pass_over_as_it_was_published() {
    let (world, to) = world();
    let mut told = Vec::new();
    let asked = Adopting { batch: 5, ..Adopting::new("sale", 1) };
    let done = world.runtime.adopt_all(&asked, &olga(), |it| {
        told.push((it.seen, it.adopted));
        go(it)
    });
    let done = done.unwrap();
    assert_eq!((&done.to, done.stopped, done.refused.len()), (&to, None, 0));
    assert_eq!(told, [(5, 5), (10, 10), (12, 12)]);
    assert_eq!(on(&world, 1), ["closed"], "a closed case stays as it is");
    let one = case(&world, "c07");
    assert_eq!(
        one.visit.limit.unwrap().due.at,
        world.clock.read().plus_millis(2 * 3_600_000),
        "restarted (V4)"
    );
    // Once more there is nothing to do.
    let again = world.runtime.adopt_all(&asked, &olga(), go).unwrap();
    assert_eq!(again.progress, AdoptProgress { seen: 12, adopted: 0, refused: 0 });
}

#[test]
fn v3_it_stops_where_it_is_told_and_goes_on_later_on_another_host() {
    let (world, _) = world();
    let asked = Adopting { batch: 5, ..Adopting::new("sale", 1) };
    let stopped = world.runtime.adopt_all(&asked, &olga(), |_| ControlFlow::Break(())).unwrap();
    assert_eq!((stopped.progress.adopted, on(&world, 2).len()), (5, 5));
    // Meanwhile people work on cases of either version, and new ones are opened on the new one.
    for (id, input) in [("c00", "a"), ("c11", "b")] {
        let note =
            voronka::runtime::Request::new(id, read(json!({ "note": { "text": "x" } })), input, anna());
        world.runtime.step(note).unwrap();
    }
    world.open("new");
    let goes_on = Adopting { after: stopped.stopped, ..asked.clone() };
    let rest = world.other().adopt_all(&goes_on, &olga(), go).unwrap();
    assert_eq!((rest.progress.adopted, rest.stopped), (7, None));
    assert_eq!(on(&world, 1), ["closed"]);
    // From the beginning would have done as well.
    let again = world.runtime.adopt_all(&asked, &olga(), go).unwrap();
    assert_eq!((again.progress.seen, again.progress.adopted), (13, 0));
}

#[test]
fn s2_a_case_that_somebody_works_on_at_that_moment_passes_all_the_same() {
    let (world, _) = world();
    world.store.on_commit(Fault::First(Box::new(|store| {
        let runtime = voronka::runtime::Runtime::new(store.clone(), Hands::new(), setup());
        let note = json!({ "note": { "text": "at this moment" } });
        runtime.step(voronka::runtime::Request::new("c03", read(note), "at-once", anna())).unwrap();
    })));
    let done = world.runtime.adopt_all(&Adopting::new("sale", 1), &olga(), go).unwrap();
    assert_eq!((done.progress.adopted, done.progress.refused), (12, 0));
    let it = case(&world, "c03");
    assert_eq!((it.revision, it.scenario.version), (3, 2), "opened, noted, adopted");
}

#[test]
fn m10_a_case_that_refuses_stops_no_other_and_is_as_it_was() {
    let (world, to) = world();
    // One case stands on a stage that what is kept sends nowhere.
    let facts = json!({ "facts": { "values": [{ "fact": "paid", "value": "100" }] } });
    let step = |input, id: &str| {
        world.runtime.step(voronka::runtime::Request::new("c04", read(input), id, anna())).unwrap()
    };
    step(facts, "f");
    step(json!({ "move": { "to": "invoice", "fields": { "amount": "5" } } }), "m");
    let before = case(&world, "c04");
    let keep = |adoption: &Adoption| {
        let text = serde_json::to_string(adoption).unwrap();
        let mapping = Mapping { from: sale().reference().clone(), to: to.clone(), text };
        Store::keep(&world.store.inner, &Keep::Mapping(mapping)).unwrap();
    };
    keep(&Adoption::mapped([("invoice", "nowhere")]));
    let done = world.runtime.adopt_all(&Adopting::new("sale", 1), &olga(), go).unwrap();
    assert_eq!((done.progress.adopted, done.progress.refused), (11, 1));
    assert_eq!(code(Err(done.refused[0].clone())), "V-V3-stage");
    assert_eq!(case(&world, "c04"), before);
    // Asked again with a way that fits, it passes.
    keep(&Adoption::default());
    let done = world.runtime.adopt_all(&Adopting::new("sale", 1), &olga(), go).unwrap();
    assert_eq!((done.progress.adopted, case(&world, "c04").scenario), (1, to));
}

#[test]
fn v3_a_case_that_somebody_else_passed_further_meanwhile_is_not_taken_back() {
    let (world, _) = world();
    // A third version, to which another host passes c05 just before this one passes it to the second.
    let latest = world.runtime.latest("sale").unwrap().unwrap();
    let mut draft = Draft::of(&latest);
    let limit = StageEdit::Limit(Some(Span::Hours(9)));
    draft.edit(&latest, Edit::InStage { stage: "request".into(), edit: limit }).unwrap();
    world.runtime.publish_draft(&Publication::pinned(draft, ""), &olga()).unwrap();
    world.store.on_commit(Fault::First(Box::new(|store| {
        let runtime = voronka::runtime::Runtime::new(store.clone(), Hands::new(), setup());
        let adopt = voronka::runtime::Request::new("c05", read(json!({ "adopt": {} })), "further", olga());
        assert_eq!(runtime.step(adopt).unwrap().case.scenario.version, 3);
    })));
    let done =
        world.runtime.adopt_all(&Adopting { to: Some(2), ..Adopting::new("sale", 1) }, &olga(), go).unwrap();
    assert_eq!((done.progress.adopted, done.progress.refused), (11, 1));
    assert_eq!(code(Err(done.refused[0].clone())), "V-V3-from");
    assert_eq!(case(&world, "c05").scenario.version, 3);
}

#[test]
fn v3_cases_that_were_taken_back_pass_over_once_more() {
    let (world, _) = world();
    let pass = |from, to, adoption| {
        let asked = Adopting { to: Some(to), adoption, ..Adopting::new("sale", from) };
        world.runtime.adopt_all(&asked, &olga(), go).unwrap().progress.adopted
    };
    assert_eq!(pass(1, 2, None), 12);
    assert_eq!(pass(2, 1, Some(Adoption::default())), 12);
    assert_eq!((pass(1, 2, None), on(&world, 2).len()), (12, 12));
}

#[test]
fn g1_passing_over_asks_for_the_right_to_edit() {
    let (world, _) = world();
    let done = world.runtime.adopt_all(&Adopting::new("sale", 1), &anna(), go).unwrap();
    assert_eq!((done.progress.adopted, done.progress.refused), (0, 12));
    assert!(done.refused.iter().all(|it| matches!(it, StepError::Refused { .. })));
}

#[test]
fn v3_what_cannot_be_asked_is_said() {
    let (world, _) = world();
    let error = |asked: &Adopting| world.runtime.adopt_all(asked, &olga(), go).unwrap_err();
    let asked = Adopting::new("sale", 1);
    assert!(matches!(error(&Adopting::new("claim", 1)), AdoptError::NoVersion { version: Some(1), .. }));
    assert!(matches!(
        error(&Adopting { to: Some(9), ..asked.clone() }),
        AdoptError::NoVersion { version: Some(9), .. }
    ));
    assert!(matches!(error(&Adopting::new("sale", 2)), AdoptError::Same(_)));
    // A third version is published for new cases only.
    let latest = world.runtime.latest("sale").unwrap().unwrap();
    let mut draft = Draft::of(&latest);
    let limit = StageEdit::Limit(None);
    draft.edit(&latest, Edit::InStage { stage: "request".into(), edit: limit }).unwrap();
    world.runtime.publish_draft(&Publication::pinned(draft, ""), &olga()).unwrap();
    assert!(matches!(error(&asked), AdoptError::Pinned { .. }));
    let wrong = Adoption::mapped([("invoice", "nowhere")]).rule("request/limti", RuleFate::Restart);
    match error(&Adopting { adoption: Some(wrong), ..asked.clone() }) {
        AdoptError::Adoption(defects) => assert_eq!(defects.len(), 2, "{defects:?}"),
        other => panic!("{other}"),
    }
    let said = Adopting { adoption: Some(Adoption::default()), ..asked.clone() };
    assert_eq!(world.runtime.adopt_all(&said, &olga(), go).unwrap().progress.adopted, 12);
    assert_eq!(on(&world, 3).len(), 12);
}

#[tokio::test]
async fn v3_async_hosts_publish_and_pass_over_the_same_way() {
    let (store, clock) = (MemoryStore::new(), Hands::new());
    let runtime = AsyncRuntime::new(store, clock, setup());
    runtime.publish(sale(), &olga(), "").await.unwrap();
    let opening = voronka::Opening { responsible: Some("anna".to_owned()), ..voronka::Opening::default() };
    for i in 0..3 {
        let id = format!("c{i}");
        runtime.open("sale", id.as_str(), opening.clone(), id.as_str(), anna()).await.unwrap();
    }
    let mut draft = Draft::of(&sale());
    let limit = StageEdit::Limit(Some(Span::Hours(2)));
    draft.edit(&sale(), Edit::InStage { stage: "request".into(), edit: limit }).unwrap();
    runtime.keep_draft("d", &draft, 0, &olga()).await.unwrap();
    let (kept, _) = runtime.draft("d").await.unwrap().unwrap();
    let asked = Publication::adopted(kept, "", Adoption::default());
    runtime.publish_draft(&asked, &olga()).await.unwrap();
    runtime.drop_draft("d").await.unwrap();
    let done =
        runtime.adopt_all(&Adopting { batch: 2, ..Adopting::new("sale", 1) }, &olga(), go).await.unwrap();
    assert_eq!(done.progress, AdoptProgress { seen: 3, adopted: 3, refused: 0 });
}
