//! What lies between two versions, in words and drawn (V1).

use crate::builder::everything::everything;
use crate::draw_tell::golden;
use voronka::Definition;
use voronka::Span;
use voronka::interop::{to_mermaid, to_mermaid_diff};
use voronka::scenario::def::*;
use voronka::scenario::edit::{Edit, HeadEdit, Op, StageEdit, diff};
use voronka::tell::tell_diff;

fn wholesale() -> Definition {
    serde_json::from_str(include_str!("../../examples/wholesale.json")).unwrap()
}

fn corrected() -> Definition {
    let mut scenario = wholesale();
    let in_stage = |stage: &str, edit| Edit::InStage { stage: stage.to_owned(), edit };
    let first = scenario.stages[0].plan[0].clone();
    let call = PlanDef { due: Some(DueDef::Span(Span::hours(1))), ..first.clone() };
    let edits = [
        Edit::Head(HeadEdit::About(Text::from("Shorter than before"))),
        Edit::Reason(Op::Add {
            id: "far".into(),
            after: None,
            to: ReasonDef { title: Text::from("Too far"), ..ReasonDef::default() },
        }),
        Edit::Stage(Op::Reorder { id: "shipment".into(), after: Some("request".into()) }),
        Edit::Stage(Op::Add {
            id: "check".into(),
            after: Some("request".into()),
            to: StageDef::new("check").title("Check").limit(Span::days(1)),
        }),
        Edit::Stage(Op::Remove { id: "prepayment".into() }),
        in_stage("request", StageEdit::Plan(Op::Change { id: first.id(), to: call })),
        in_stage("request", StageEdit::Limit(None)),
        in_stage("request", StageEdit::Title(Text::from("Request"))),
        in_stage(
            "invoice",
            StageEdit::Leave(Op::Add {
                id: "amount".into(),
                after: None,
                to: RequirementDef::field("amount"),
            }),
        ),
        in_stage("invoice", StageEdit::Close(CloseDef { what: CloseWhat::All, kinds: Vec::new() })),
        Edit::Right { right: "close".into(), who: Some(Who::roles(["head"])) },
    ];
    for edit in edits {
        edit.apply(&mut scenario).unwrap();
    }
    scenario
}

#[test]
fn v1_what_was_changed_is_told_in_both_languages_and_drawn() {
    for language in ["en", "ru"] {
        golden(&format!("diff.{language}.txt"), &tell_diff(&wholesale(), &corrected(), language));
    }
    golden("diff.en.mmd", &to_mermaid_diff(&wholesale(), &corrected(), "en"));
}

#[test]
fn v1_of_the_same_there_is_nothing_to_tell() {
    assert_eq!(tell_diff(&everything(), &everything(), "en"), "");
    let same = to_mermaid_diff(&wholesale(), &wholesale(), "en");
    let arrows = |text: &str| text.lines().filter(|it| it.contains("->") || it.contains("==>")).count();
    assert_eq!(arrows(&same), arrows(&to_mermaid(&wholesale(), "en")));
    assert!(!same.contains("linkStyle") && !same.contains("classDef added"), "{same}");
}

#[test]
fn v1_every_edit_says_something_under_some_heading() {
    for (from, to) in [
        (Definition::new("x"), everything()),
        (everything(), Definition::new("x")),
        (everything(), wholesale()),
    ] {
        let told = tell_diff(&from, &to, "en");
        let edits = diff(&from, &to).len();
        let lines = told.lines().filter(|it| it.starts_with("  ")).count();
        assert!(lines >= edits, "{edits} edits, {lines} lines");
    }
}
