//! `voronka diff` and `voronka edit`.

use super::{place, run};
use std::fs;

#[test]
fn v1_what_diff_writes_as_json_edit_applies_and_refuses_what_does_not_fit() {
    let dir = place("edited");
    let old = include_str!("../../examples/wholesale.json");
    fs::write(dir.join("old.json"), old).unwrap();
    let mut new: serde_json::Value = serde_json::from_str(old).unwrap();
    new["stages"][0]["limit"] = "3 days".into();
    fs::write(dir.join("new.json"), new.to_string()).unwrap();
    let told = run(&dir, &["diff", "old.json", "new.json"]);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(
        told.out.contains("Stage “Incoming request”\n") && told.out.contains("+ no longer here than: 3 days"),
        "{}",
        told.out
    );
    let json = run(&dir, &["diff", "old.json", "new.json", "--format", "json"]).out;
    fs::write(dir.join("edits.json"), &json).unwrap();
    let made = run(&dir, &["edit", "old.json", "edits.json"]);
    assert_eq!(made.status, 0, "{}{}", made.out, made.err);
    fs::write(dir.join("made.json"), &made.out).unwrap();
    assert_eq!(run(&dir, &["diff", "made.json", "new.json"]).out, "");
    assert!(
        run(&dir, &["diff", "old.json", "new.json", "--format", "mermaid"]).out.contains("class s0 changed")
    );

    // An edit of what is not there, one that leaves the scenario unsound, and no list at all.
    fs::write(dir.join("bad.json"), r#"[{"stage": {"remove": {"id": "nowhere"}}}]"#).unwrap();
    let bad = run(&dir, &["edit", "old.json", "bad.json"]);
    assert_eq!(
        (bad.status, bad.out.as_str()),
        (1, "bad.json: edit 1: stages/nowhere: there is no such thing\n")
    );
    fs::write(dir.join("unsound.json"), r#"[{"field": {"remove": {"id": "amount"}}}]"#).unwrap();
    let unsound = run(&dir, &["edit", "old.json", "unsound.json"]);
    assert_eq!(unsound.status, 1);
    assert!(unsound.out.contains("error[") && !unsound.out.contains("\"stages\""), "{}", unsound.out);
    fs::write(dir.join("none.json"), "{}").unwrap();
    let none = run(&dir, &["edit", "old.json", "none.json"]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("neither a list of edits nor a draft"), "{}", none.err);

    // A draft names the version that it was begun on.
    let base = voronka::Scenario::from_json(old).unwrap();
    let mut draft = voronka::scenario::edit::Draft::of(&base);
    for edit in serde_json::from_str::<Vec<voronka::scenario::edit::Edit>>(&json).unwrap() {
        draft.edit(&base, edit).unwrap();
    }
    fs::write(dir.join("draft.json"), serde_json::to_string(&draft).unwrap()).unwrap();
    assert_eq!(run(&dir, &["edit", "old.json", "draft.json"]).out, made.out);
    let other = run(&dir, &["edit", "new.json", "draft.json"]);
    assert_eq!(other.status, 1);
    assert!(other.out.starts_with("draft.json: the draft is of wholesale 1 ("), "{}", other.out);
}
