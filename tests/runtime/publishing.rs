//! Publishing drafts: what stands in the way, two editors at once, what becomes of cases under way (V1–V5, S9).

use super::world::*;
use voronka::case::{Adoption, RuleFate, ScenarioRef};
use voronka::runtime::{Publication, PublishError, Runtime};
use voronka::scenario::def::{StageDef, Text};
use voronka::scenario::edit::{AdoptionDefect, Draft, DraftError, Edit, HeadEdit, Op, StageEdit};
use voronka::store::{Keep, Kept, Look, Mapping, Store, Version};
use voronka::{Definition, Scenario, Span};

fn in_stage(stage: &str, edit: StageEdit) -> Edit {
    Edit::InStage { stage: stage.to_owned(), edit }
}

fn limit(stage: &str, hours: u32) -> Edit {
    in_stage(stage, StageEdit::Limit(Some(Span::Hours(hours))))
}

fn title(text: &str) -> Edit {
    Edit::Head(HeadEdit::Title(Text::from(text)))
}

fn draft(base: &Scenario, edits: impl IntoIterator<Item = Edit>) -> Draft {
    let mut draft = Draft::of(base);
    for edit in edits {
        draft.edit(base, edit).unwrap();
    }
    draft
}

fn versions(world: &World) -> Vec<Version> {
    let kept =
        Store::kept(&world.store.inner, &Look::Versions { scenario: Some("sale".to_owned()) }).unwrap();
    let version = |it| if let Keep::Version(version) = it { Some(version) } else { None };
    kept.into_iter().filter_map(version).collect()
}

fn refused(world: &World, asked: &Publication) -> PublishError {
    let before = versions(world);
    let error = world.runtime.publish_draft(asked, &olga()).unwrap_err();
    assert_eq!(versions(world), before, "nothing was published");
    error
}

const GOOD: &str = r#"{ "tests": [ { "name": "it opens", "given": { "at": "2026-03-02 10:00", "as": "manager anna" },
    "steps": [ { "at": "10:00", "expect": { "stage": "request" } } ] } ] }"#;
const BAD: &str = r#"{ "tests": [ { "name": "it begins with the invoice", "given": { "at": "2026-03-02 10:00", "as": "manager anna" },
    "steps": [ { "at": "10:00", "expect": { "stage": "invoice" } } ] } ] }"#;

#[test]
fn v2_a_draft_becomes_the_next_version_with_author_moment_comment_and_hash() {
    let world = World::new();
    let asked = Publication::pinned(draft(&sale(), [title("Sales")]), "a title").examples(GOOD);
    let published = world.runtime.publish_draft(&asked, &olga()).unwrap();
    assert!(published.examples.unwrap().is_ok());
    assert_eq!((published.others.len(), published.adoption), (0, None));
    let kept = versions(&world).pop().unwrap();
    let mut expected = sale().definition().clone();
    (expected.version, expected.title) = (2, Text::from("Sales"));
    assert_eq!(kept.scenario, *Scenario::new(expected.clone()).unwrap().reference());
    assert_eq!((&kept.scenario, &published.before), (&published.scenario, sale().reference()));
    assert_eq!(serde_json::from_str::<Definition>(&kept.text).unwrap(), expected);
    assert_eq!((kept.by.as_str(), kept.at, kept.comment.as_str()), ("olga", world.clock.read(), "a title"));
    // Cases under way stay, new ones take it.
    assert_eq!(
        world.runtime.step(world.ask("1", json!({ "note": { "text": "x" } }))).unwrap().case.scenario.version,
        1
    );
    assert_eq!(world.open("c2").case.scenario.version, 2);
}

#[test]
fn v2_every_defect_is_told_at_once_and_nothing_is_published() {
    let world = World::new();
    let edits = [
        in_stage(
            "invoice",
            StageEdit::Pause(Some(voronka::scenario::def::PauseDef {
                when: "fields.nothing".into(),
                title: Text::default(),
            })),
        ),
        Edit::Field(Op::Remove { id: "amount".into() }),
    ];
    match refused(&world, &Publication::pinned(draft(&sale(), edits), "")) {
        PublishError::Defects(defects) => {
            let pointers: Vec<&str> = defects.iter().map(voronka::Defect::pointer).collect();
            assert_eq!(pointers, ["/stages/0/leave/need/0", "/stages/1/pause/when"], "{defects:#?}");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn v2_an_example_that_fails_refuses_unless_a_reason_is_given() {
    let world = World::new();
    let asked = Publication::pinned(draft(&sale(), [title("Sales")]), "a title").examples(BAD);
    match refused(&world, &asked) {
        PublishError::Examples(report) => {
            assert_eq!(
                report.failed().map(|it| it.name()).collect::<Vec<_>>(),
                ["it begins with the invoice"]
            );
        }
        other => panic!("{other}"),
    }
    let blank = refused(&world, &asked.clone().despite("  "));
    assert_eq!(blank, PublishError::Reason);
    // A file that cannot be read runs no example; that is no pass.
    let unread = refused(&world, &Publication { examples: Some("{".to_owned()), ..asked.clone() });
    assert!(matches!(unread, PublishError::Examples(report) if !report.defects().is_empty()));
    let published =
        world.runtime.publish_draft(&asked.despite("the examples are of last year "), &olga()).unwrap();
    assert!(!published.examples.unwrap().is_ok());
    let said = versions(&world).pop().unwrap().comment;
    assert_eq!(said, "a title\nPublished although 1 of 1 examples fail: the examples are of last year");
}

#[test]
fn v2_what_is_shown_to_be_wrong_refuses_with_its_run() {
    let world = World::new();
    // Nobody may go the only way on from the invoice.
    let edit = json!({ "move": { "change": { "id": "invoice>shipment", "to": {
        "from": "invoice", "to": "shipment", "who": [] } } } });
    let edits = [serde_json::from_value(edit).unwrap()];
    let error = refused(&world, &Publication::pinned(draft(&sale(), edits), ""));
    let PublishError::Shown { findings, told } = error else { panic!("{error}") };
    assert_eq!(findings[0].stage.as_deref(), Some("invoice"));
    assert!(findings.iter().all(|it| it.certainty == voronka::foresight::proof::Certainty::Shown));
    assert!(
        told.starts_with("shown[stage-without-way-out]: cases enter “invoice” and none can leave it\n"),
        "{told}"
    );
    let run = findings[0].run.as_ref().unwrap();
    let last = &run.steps.last().unwrap().input;
    assert!(matches!(last, voronka::Input::Move(it) if it.to == "invoice"), "{last:?}");
}

#[test]
fn v1_only_who_may_edit_publishes_and_a_draft_without_changes_makes_no_version() {
    let world = World::new();
    let asked = Publication::pinned(draft(&sale(), [title("Sales")]), "");
    let error = world.runtime.publish_draft(&asked, &anna()).unwrap_err();
    assert!(matches!(error, PublishError::Right { actor, .. } if actor == "anna"));
    let nothing = refused(&world, &Publication::pinned(draft(&sale(), []), ""));
    assert_eq!(nothing, PublishError::Unchanged(sale().reference().clone()));
    let undone = [title("Sales"), Edit::Head(HeadEdit::Title(Text::default()))];
    assert!(matches!(
        refused(&world, &Publication::pinned(draft(&sale(), undone), "")),
        PublishError::Unchanged(_)
    ));
}

#[test]
fn v1_a_draft_of_what_is_not_published_or_has_another_hash_is_refused() {
    let world = World::new();
    let mut other = sale().definition().clone();
    other.title = Text::from("Another");
    let other = Scenario::new(other).unwrap();
    let error = refused(&world, &Publication::pinned(draft(&other, [limit("request", 1)]), ""));
    let hash = sale().reference().hash.clone();
    assert!(matches!(&error, PublishError::Base { found: Some(found), .. } if *found == hash), "{error}");
    assert!(error.to_string().contains("published with another content"), "{error}");
    let error = refused(&world, &Publication::pinned(draft(&sale_of(7), [title("x")]), ""));
    assert!(matches!(&error, PublishError::Base { found: None, .. }), "{error}");
    // A list of edits that no longer fits its own base: kept by somebody's hand, say.
    let text =
        json!({ "base": sale().reference(), "edits": [{ "field": { "remove": { "id": "nothing" } } }] });
    let by_hand: Draft = serde_json::from_value(text).unwrap();
    let error = refused(&world, &Publication::pinned(by_hand, ""));
    assert!(matches!(&error, PublishError::Draft(it) if matches!(**it, DraftError::Edit { number: 1, .. })));
    assert_eq!(error.to_string(), "the draft cannot be made: edit 1: fields/nothing: there is no such thing");
}

#[test]
fn v5_edits_that_touch_nothing_in_common_are_applied_on_what_the_first_published() {
    let world = World::new();
    let (first, second) = (draft(&sale(), [title("Sales")]), draft(&sale(), [limit("invoice", 8)]));
    world.runtime.publish_draft(&Publication::pinned(first, "the first"), &olga()).unwrap();
    let published = world.runtime.publish_draft(&Publication::pinned(second, "the second"), &olga()).unwrap();
    assert_eq!(published.others, [title("Sales")], "the second is told what the first changed");
    assert_eq!((published.before.version, published.scenario.version), (2, 3));
    let latest = world.runtime.latest("sale").unwrap().unwrap();
    assert_eq!(latest.definition().title, Text::from("Sales"));
    assert_eq!(latest.definition().stages[1].limit, Some(Span::Hours(8)));
}

#[test]
fn v5_edits_that_touch_the_same_are_shown_side_by_side_and_nothing_is_lost() {
    let world = World::new();
    let first = draft(&sale(), [limit("invoice", 4)]);
    let second = draft(&sale(), [limit("invoice", 8), title("Sales")]);
    world.runtime.publish_draft(&Publication::pinned(first, ""), &olga()).unwrap();
    let PublishError::Moved(moved) = refused(&world, &Publication::pinned(second, "")) else { panic!() };
    assert_eq!(moved.latest.version, 2);
    assert_eq!(moved.others, [limit("invoice", 4)]);
    assert_eq!(moved.draft.edits(), [title("Sales")]);
    assert_eq!(moved.clashes.len(), 1);
    assert_eq!(
        (&moved.clashes[0].mine, &moved.clashes[0].theirs),
        (&limit("invoice", 8), &vec![limit("invoice", 4)])
    );
    // The draft that is left stands on the latest version; the editor decides the rest there.
    let latest = world.runtime.latest("sale").unwrap().unwrap();
    let mut decided = moved.draft.clone();
    decided.edit(&latest, limit("invoice", 8)).unwrap();
    let published = world.runtime.publish_draft(&Publication::pinned(decided, ""), &olga()).unwrap();
    assert_eq!((published.scenario.version, published.others.len()), (3, 0));
}

#[test]
fn v5_a_draft_that_fits_alone_and_not_beside_what_others_published_is_refused_with_its_defects() {
    let world = World::new();
    // One removes the field, the other begins to ask for it: places that have nothing in common.
    let first = draft(
        &sale(),
        [
            in_stage("request", StageEdit::Leave(Op::Remove { id: "amount".into() })),
            Edit::Field(Op::Remove { id: "amount".into() }),
        ],
    );
    let second = draft(
        &sale(),
        [in_stage(
            "invoice",
            StageEdit::Leave(Op::Add {
                id: "amount".into(),
                after: None,
                to: voronka::scenario::def::RequirementDef::field("amount"),
            }),
        )],
    );
    world.runtime.publish_draft(&Publication::pinned(first, ""), &olga()).unwrap();
    assert!(matches!(refused(&world, &Publication::pinned(second, "")), PublishError::Defects(_)));
}

#[test]
fn v5_who_publishes_a_moment_later_publishes_on_top() {
    let world = World::new();
    let mut first = sale().definition().clone();
    (first.version, first.title) = (2, Text::from("Sales"));
    let first = Scenario::new(first).unwrap();
    let version = Version {
        scenario: first.reference().clone(),
        text: serde_json::to_string(first.definition()).unwrap(),
        by: "vera".to_owned(),
        at: world.clock.read(),
        comment: String::new(),
    };
    // Just before ours is written, hers is.
    world.store.keeps.lock().unwrap().push_back(Fault::First(Box::new(move |store| {
        assert_eq!(Store::keep(store, &Keep::Version(version)).unwrap(), Kept::Done);
    })));
    let asked = Publication::pinned(draft(&sale(), [limit("invoice", 8)]), "");
    let published = world.runtime.publish_draft(&asked, &olga()).unwrap();
    assert_eq!((published.scenario.version, published.others), (3, vec![title("Sales")]));
    assert_eq!(world.runtime.latest("sale").unwrap().unwrap().definition().title, Text::from("Sales"));
}

fn mapping(world: &World) -> Option<(ScenarioRef, ScenarioRef, Adoption)> {
    match Store::kept(&world.store.inner, &Look::Mappings { scenario: "sale".to_owned() }).unwrap().pop()? {
        Keep::Mapping(Mapping { from, to, text }) => Some((from, to, serde_json::from_str(&text).unwrap())),
        _ => None,
    }
}

#[test]
fn v4_the_way_over_names_every_changed_rule_and_is_kept() {
    let world = World::new();
    let edits = [limit("request", 2), limit("invoice", 8)];
    let adoption = Adoption::default().rule("invoice/limit", RuleFate::Restart);
    let asked = Publication::adopted(draft(&sale(), edits), "", adoption);
    let published = world.runtime.publish_draft(&asked, &olga()).unwrap();
    let (from, to, kept) = mapping(&world).unwrap();
    assert_eq!((&from, &to), (sale().reference(), &published.scenario));
    assert_eq!(Some(&kept), published.adoption.as_ref());
    assert_eq!(
        (kept.fate("request/limit"), kept.fate("invoice/limit")),
        (Some(RuleFate::Keep), Some(RuleFate::Restart))
    );
}

#[test]
fn v3_a_stage_that_is_gone_needs_a_mapping_only_where_cases_stand_on_it() {
    let world = World::new();
    let no_request = || {
        let mut base = sale().definition().clone();
        base.stages.remove(0);
        base.moves = Some(vec![
            voronka::scenario::def::MoveDef::new("invoice", "shipment"),
            voronka::scenario::def::MoveDef::new("shipment", "won"),
            voronka::scenario::def::MoveDef::new("*", "lost"),
        ]);
        let edits = voronka::scenario::edit::diff(sale().definition(), &base);
        draft(&sale(), edits)
    };
    let error = refused(&world, &Publication::adopted(no_request(), "", Adoption::default()));
    let PublishError::Adoption { defects, standing } = &error else { panic!("{error}") };
    assert_eq!(defects, &[AdoptionDefect::Unmapped { stage: "request".into() }]);
    assert_eq!(standing, &[("request".to_owned(), "c1".to_owned())]);
    assert!(error.to_string().ends_with("(case c1 stands there)"), "{error}");
    for (to, expected) in [
        ("won", AdoptionDefect::Outcome { stage: "request".into(), to: "won".into() }),
        ("nowhere", AdoptionDefect::UnknownTo { stage: "request".into(), to: "nowhere".into() }),
    ] {
        let error =
            refused(&world, &Publication::adopted(no_request(), "", Adoption::default().map("request", to)));
        assert!(
            matches!(&error, PublishError::Adoption { defects, .. } if defects == &[expected]),
            "{error}"
        );
    }
    let strange = Adoption::default()
        .map("request", "invoice")
        .map("offer", "invoice")
        .rule("invoice/limit", RuleFate::Keep);
    let error = refused(&world, &Publication::adopted(no_request(), "", strange));
    let PublishError::Adoption { defects, .. } = error else { panic!("{error}") };
    assert_eq!(
        defects,
        [
            AdoptionDefect::UnknownFrom { stage: "offer".into() },
            AdoptionDefect::Rule { rule: "invoice/limit".into() }
        ]
    );
    // Pinned, nobody need move; and where nobody stands there, there is nothing to map.
    world.runtime.publish_draft(&Publication::pinned(no_request(), ""), &olga()).unwrap();
    let empty = World::of(setup());
    empty
        .runtime
        .publish_draft(&Publication::adopted(no_request(), "", Adoption::default()), &olga())
        .unwrap();
}

#[test]
fn s9_a_draft_is_kept_by_its_revision() {
    let world = World::new();
    let mut kept = draft(&sale(), [title("Sales"), limit("request", 1)]);
    kept.undo();
    assert_eq!(world.runtime.keep_draft("d1", &kept, 0, &olga()).unwrap(), Kept::Done);
    assert!(
        matches!(world.runtime.keep_draft("d1", &kept, 0, &olga()).unwrap(), Kept::Clash { found } if found == "1")
    );
    let error = world.runtime.keep_draft("d1", &kept, 1, &anna()).unwrap_err();
    assert!(matches!(error, PublishError::Right { .. }), "G1");
    let (mut read, revision) = world.other().draft("d1").unwrap().unwrap();
    assert_eq!((&read, revision), (&kept, 1));
    assert!(read.redo(), "what was undone is kept as well");
    assert_eq!(world.runtime.keep_draft("d1", &read, 1, &olga()).unwrap(), Kept::Done);
    world.runtime.drop_draft("d1").unwrap();
    assert!(world.runtime.draft("d1").unwrap().is_none());
}

#[test]
fn v2_what_is_said_of_other_scenarios_fits_their_latest_versions() {
    let world = World::new();
    let approval = Definition::process("approval").stage(StageDef::new("ask")).stage(StageDef::result("yes"));
    world.runtime.publish(Scenario::new(approval).unwrap(), &olga(), "").unwrap();
    let run = voronka::scenario::def::ProcessDef::new("approval").give("sum", "case.id");
    let edit = in_stage("invoice", StageEdit::Run(Op::Add { id: "approval".into(), after: None, to: run }));
    let PublishError::Defects(defects) = refused(&world, &Publication::pinned(draft(&sale(), [edit]), ""))
    else {
        panic!()
    };
    assert_eq!(defects[0].code(), "give-unknown");
}

#[test]
fn s7_a_draft_is_published_within_the_hosts_transaction() {
    let world = World::new();
    let store = world.store.clone();
    let within = world.runtime.within(store);
    let asked = Publication::pinned(draft(&sale(), [title("Sales")]), "");
    assert_eq!(within.publish_draft(&asked, &olga()).unwrap().scenario.version, 2);
    let _: &Runtime<Faulty> = &world.runtime;
}
