//! Edits: each with its inverse, and what lies between two scenarios (V1, V5).

use crate::builder::everything::everything;
use crate::builder::generated;
use proptest::prelude::*;
use std::collections::BTreeSet;
use voronka::scenario::def::{
    ActionDef, EventDef, FieldDef, PlanDef, RequirementDef, StageDef, Text, TriggerDef,
};
use voronka::scenario::edit::{Draft, DraftError, Edit, HeadEdit, Op, StageEdit, Why, diff, rebase};
use voronka::{Definition, Scenario, Severity, Span};

fn wholesale() -> Definition {
    serde_json::from_str(include_str!("../../examples/wholesale.json")).unwrap()
}

/// What stands twice under one id is no sound scenario: only the first stays.
fn unique(mut def: Definition) -> Definition {
    fn by<T>(things: &mut Vec<T>, id: impl Fn(&T) -> String) {
        let mut seen = BTreeSet::new();
        things.retain(|it| seen.insert(id(it)));
    }
    let needs = |needs: &mut Vec<RequirementDef>| by(needs, |it| it.id().to_owned());
    by(&mut def.stages, |it| it.id.clone());
    by(&mut def.triggers, |it| it.id.clone());
    by(&mut def.calendars, |it| it.id.clone());
    for stage in &mut def.stages {
        needs(&mut stage.enter.need);
        needs(&mut stage.leave.need);
        by(&mut stage.plan, PlanDef::id);
        by(&mut stage.run, |it| it.id().to_owned());
        by(&mut stage.commands, |it| it.id.clone());
        by(&mut stage.triggers, |it| it.id.clone());
    }
    def
}

/// A third one that has something of both, in another order.
fn mixed(a: &Definition, b: &Definition, chance: u64) -> Definition {
    let mut dice = chance;
    let mut roll = move || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        dice >> 60
    };
    let mut mixed = a.clone();
    if roll() < 8 {
        mixed.title = b.title.clone();
        mixed.rights = b.rights.clone();
    }
    mixed.fields =
        a.fields.iter().chain(b.fields.iter()).filter(|_| roll() < 10).map(|(n, f)| (n, f.clone())).collect();
    let mut stages: Vec<StageDef> =
        a.stages.iter().chain(&b.stages).filter(|_| roll() < 10).cloned().collect();
    for at in (1..stages.len()).rev() {
        if roll() < 6 {
            stages.swap(at, roll() as usize % (at + 1));
        }
    }
    for stage in &mut stages {
        if roll() < 6 {
            let by = usize::from(stage.plan.len() > 1);
            stage.plan.rotate_left(by);
            stage.triggers.reverse();
            stage.limit = Some(Span::days(3));
        }
        if let Some(item) = stage.plan.first_mut().filter(|_| roll() < 5) {
            item.title = Text::from("something else");
        }
    }
    mixed.stages = stages;
    mixed.moves = if roll() < 8 { a.moves.clone() } else { b.moves.clone() };
    if let Some(moves) = mixed.moves.as_mut().filter(|_| roll() < 8) {
        moves.reverse();
    }
    unique(mixed)
}

fn leads(from: &Definition, to: &Definition) -> Result<(), TestCaseError> {
    let edits = diff(from, to);
    let json = serde_json::to_string(&edits).unwrap();
    prop_assert_eq!(&serde_json::from_str::<Vec<Edit>>(&json).unwrap(), &edits, "there and back");
    let mut made = from.clone();
    let mut back = Vec::new();
    for edit in &edits {
        let before = made.clone();
        let inverse = edit.apply(&mut made).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let mut undone = made.clone();
        inverse.apply(&mut undone).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(undone, before, "{:?} is undone", edit);
        back.push(inverse);
    }
    prop_assert_eq!(&made, to);
    for edit in back.iter().rev() {
        edit.apply(&mut made).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
    prop_assert_eq!(&made, from, "all of it is undone");
    prop_assert!(diff(to, to).is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn v1_the_diff_of_any_two_leads_from_the_one_to_the_other_and_back(
        a in generated::definition(), b in generated::definition(), chance in any::<u64>()
    ) {
        let (a, b) = (unique(a), unique(b));
        leads(&a, &b)?;
        let mixed = mixed(&a, &b, chance);
        leads(&a, &mixed)?;
        leads(&mixed, &b)?;
    }
}

#[test]
fn v1_what_uses_every_construct_is_reached_from_nothing_and_from_the_wholesale_scenario() {
    leads(&Definition::new("x"), &everything()).unwrap();
    leads(&wholesale(), &unique(everything())).unwrap();
    leads(&everything(), &wholesale()).unwrap();
}

#[test]
fn v1_one_stage_that_moves_is_one_edit() {
    let from = wholesale();
    let mut to = from.clone();
    let first = to.stages.remove(0);
    to.stages.insert(2, first);
    let edits = diff(&from, &to);
    assert_eq!(edits.len(), 1, "{edits:#?}");
    assert!(matches!(&edits[0], Edit::Stage(Op::Reorder { id, after: Some(after) })
        if *id == from.stages[0].id && *after == from.stages[2].id));
}

fn why(edit: Edit) -> (String, Why) {
    let mut def = wholesale();
    let error = edit.apply(&mut def).unwrap_err();
    assert_eq!(def, wholesale(), "nothing was changed");
    (error.place().to_owned(), error.why().clone())
}

#[test]
fn v1_an_edit_of_what_is_not_there_is_refused_with_its_place() {
    let remove = |id: &str| Op::Remove { id: id.to_owned() };
    assert_eq!(why(Edit::Stage(remove("invoise"))), ("stages/invoise".to_owned(), Why::Unknown));
    let in_stage = |stage: &str, edit| Edit::InStage { stage: stage.to_owned(), edit };
    let limit = StageEdit::Limit(None);
    assert_eq!(why(in_stage("nowhere", limit)), ("stages/nowhere".to_owned(), Why::Unknown));
    let plan = StageEdit::Plan(Op::Remove { id: "x".into() });
    assert_eq!(why(in_stage("invoice", plan)), ("stages/invoice/plan/x".to_owned(), Why::Unknown));
    let taken = Edit::Field(Op::Add { id: "amount".into(), after: None, to: FieldDef::text() });
    assert_eq!(why(taken), ("fields/amount".to_owned(), Why::Exists));
    let anchor = Edit::Field(Op::Reorder { id: "amount".into(), after: Some("nobody".into()) });
    assert_eq!(why(anchor), ("fields/amount".to_owned(), Why::NoAnchor { after: "nobody".into() }));
    let renamed = Edit::Stage(Op::Change { id: "invoice".into(), to: StageDef::new("request") });
    assert_eq!(why(renamed), ("stages/request".to_owned(), Why::Exists), "renaming to a name that is taken");
    let other = Edit::Stage(Op::Add { id: "a".into(), after: None, to: StageDef::new("b") });
    assert_eq!(why(other), ("stages/a".to_owned(), Why::OtherId { id: "b".into() }));
    let right = Edit::Right { right: "fly".into(), who: None };
    assert_eq!(why(right), ("rights/fly".to_owned(), Why::Unknown));
}

fn limit(stage: &str, days: u32) -> Edit {
    Edit::InStage { stage: stage.to_owned(), edit: StageEdit::Limit(Some(Span::days(days))) }
}

#[test]
fn v1_a_draft_is_undone_and_done_again_over_all_of_it() {
    let base = Scenario::new(wholesale()).unwrap();
    let mut draft = Draft::of(&base);
    let note = TriggerDef::on("note", EventDef::Opened).then(ActionDef::notify("Look here"));
    let edits = [
        limit("invoice", 5),
        Edit::Head(HeadEdit::About(Text::from("All of it"))),
        Edit::Trigger(Op::Add { id: "note".into(), after: None, to: note }),
    ];
    let mut steps = vec![base.definition().clone()];
    for edit in edits {
        draft.edit(&base, edit).unwrap();
        steps.push(draft.definition(&base).unwrap());
    }
    for step in steps.iter().rev().skip(1) {
        assert!(draft.undo());
        assert_eq!(&draft.definition(&base).unwrap(), step);
    }
    assert!(!draft.undo());
    for step in &steps[1..] {
        assert!(draft.redo());
        assert_eq!(&draft.definition(&base).unwrap(), step);
    }
    assert!(!draft.redo());
    // A new edit after undoing: what was undone is gone.
    draft.undo();
    draft.edit(&base, limit("request", 1)).unwrap();
    assert!(!draft.redo());
    let json = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<Draft>(&json).unwrap(), draft);
}

#[test]
fn v1_what_cannot_be_edited_leaves_the_draft_as_it_was() {
    let base = Scenario::new(wholesale()).unwrap();
    let mut draft = Draft::of(&base);
    draft.edit(&base, Edit::Stage(Op::Remove { id: "prepayment".into() })).unwrap();
    let before = draft.clone();
    let gone = draft.edit(&base, limit("prepayment", 1)).unwrap_err();
    assert_eq!(gone.to_string(), "edit 2: stages/prepayment: there is no such thing");
    let id = draft.edit(&base, Edit::Head(HeadEdit::Id("retail".into()))).unwrap_err();
    assert_eq!(id, DraftError::Fixed { what: "id" });
    let version = draft.edit(&base, Edit::Head(HeadEdit::Version(9))).unwrap_err();
    assert_eq!(version, DraftError::Fixed { what: "version" });
    assert_eq!(draft, before);
    // The same number with other content is another base.
    let mut other = wholesale();
    other.about = Text::from("Something else");
    let other = Scenario::new(other).unwrap();
    assert!(matches!(draft.definition(&other), Err(DraftError::OtherBase { .. })));
    // What no longer fits is told by the check, with its place, and the draft stays.
    draft.edit(&base, Edit::Field(Op::Remove { id: "amount".into() })).unwrap();
    let defects = draft.check(&base).unwrap();
    assert!(
        defects.iter().any(|it| it.pointer() == "/value" && it.severity() == Severity::Error),
        "{defects:#?}"
    );
    assert_eq!(draft.edits().len(), 2);
}

#[test]
fn v5_what_touches_nothing_in_common_is_applied_again_and_the_rest_stands_side_by_side() {
    let base = wholesale();
    let mut theirs = base.clone();
    for edit in [limit("invoice", 9), Edit::Stage(Op::Remove { id: "prepayment".into() })] {
        edit.apply(&mut theirs).unwrap();
    }
    theirs.version = 2;
    let rename =
        |stage: &str| Edit::InStage { stage: stage.to_owned(), edit: StageEdit::Title(Text::from("New")) };
    let mine = [rename("invoice"), limit("invoice", 2), limit("prepayment", 1), limit("request", 3)];
    let rebased = rebase(&base, &theirs, &mine);
    assert_eq!(rebased.edits, [rename("invoice"), limit("request", 3)]);
    let clashes: Vec<_> =
        rebased.clashes.iter().map(|it| (&it.mine, it.theirs.as_slice(), it.error.is_some())).collect();
    assert_eq!(clashes[0], (&mine[1], &[limit("invoice", 9)][..], false));
    assert_eq!(clashes[1], (&mine[2], &[Edit::Stage(Op::Remove { id: "prepayment".into() })][..], true));
    assert_eq!(clashes.len(), 2);
    assert_eq!(rebased.definition.version, 2);
    // Both did the same: nothing to do, and nothing to decide.
    assert!(rebase(&base, &theirs, &[limit("invoice", 9)]).clashes.is_empty());
    // What stands on an edit that was not applied is not lost either.
    let new = StageDef::new("check");
    let add = Edit::Stage(Op::Add { id: "check".into(), after: Some("prepayment".into()), to: new });
    let stands_on_it = rebase(&base, &theirs, &[add, limit("check", 1)]);
    assert!(stands_on_it.edits.is_empty());
    assert_eq!(stands_on_it.clashes.len(), 2);
}

#[test]
fn v5_an_edit_behind_what_the_other_removed_stands_beside_that() {
    let base = wholesale();
    let mut theirs = base.clone();
    let removed = Edit::Reason(Op::Remove { id: "price".into() });
    removed.apply(&mut theirs).unwrap();
    let to = serde_json::from_value(serde_json::json!({ "title": "No money" })).unwrap();
    let mine = Edit::Reason(Op::Add { id: "no_money".into(), after: Some("price".into()), to });
    let rebased = rebase(&base, &theirs, std::slice::from_ref(&mine));
    assert!(rebased.edits.is_empty());
    assert_eq!((&rebased.clashes[0].mine, &rebased.clashes[0].theirs), (&mine, &vec![removed]));
}
