//! `voronka impact`.

use super::by_hand::{desk, open, step};
use super::run;
use serde_json::{Value as Json, json};
use std::fs;
use std::path::Path;

/// The wholesale scenario with a field asked for, a shorter limit, and without prepayment.
fn draft(dir: &Path) -> Json {
    let mut draft: Json = serde_json::from_str(super::SCENARIO).unwrap();
    draft["stages"][0]["leave"]["need"].as_array_mut().unwrap().push(json!("line_of_goods"));
    draft["stages"][0]["limit"] = json!("1 working day");
    draft["stages"].as_array_mut().unwrap().remove(2);
    fs::write(dir.join("draft.json"), draft.to_string()).unwrap();
    draft
}

#[test]
fn v4_the_impact_of_a_draft_is_told_by_version_and_nothing_is_written() {
    let dir = desk("impact");
    open(&dir);
    draft(&dir);
    let before = run(&dir, &["db", "export", "s.db"]).out;
    let ask = ["impact", "s.db", "draft.json", "--as", "vera:head", "--at", "2026-03-03 10:00"];
    // Prepayment is gone, and no case stands there: nothing need be said of it.
    let it = run(&dir, &ask);
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    let expected = "\
What would happen: wholesale 1 → wholesale 2, 3 March 2026, 10:00
Open cases: 1; nothing happens to: 0; closed and left out: 0

Fields
  lack “Line of goods”, newly required to leave “Incoming request”  1  c1

Under rules that changed
  “Incoming request”: the stage's time limit: changed, goes on as it began  1  c1
";
    assert_eq!(it.out, expected);
    let more = ["--map", "prepayment=shipment", "--rule", "request/limit=recompute"];
    let it = run(&dir, &[&ask[..], &more].concat());
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    assert!(
        it.out.contains("\n  earlier: “Incoming request”: the stage's time limit  1  c1\n"),
        "{}",
        it.out
    );
    let it = run(&dir, &[&ask[..], &more, &["--lang", "ru"]].concat());
    assert!(it.out.contains("\n  раньше: «Входящее обращение»: срок этапа  1  c1\n"), "{}", it.out);
    assert_eq!(run(&dir, &["db", "export", "s.db"]).out, before, "nothing was written");

    // Another version is published, by which a second case runs; the first stays on its own.
    let second =
        super::SCENARIO.replacen("\"id\": \"wholesale\",", "\"id\": \"wholesale\", \"version\": 2,", 1);
    fs::write(dir.join("second.json"), second).unwrap();
    let it = run(&dir, &["db", "publish", "s.db", "second.json", "--as", "vera:head"]);
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    let arguments = [
        "case",
        "open",
        "s.db",
        "--scenario",
        "second.json",
        "--case",
        "c2",
        "--as",
        "anna:manager",
        "--at",
        "2026-03-02 11:00",
    ];
    assert_eq!(run(&dir, &arguments).status, 0);
    let it = run(&dir, &[&ask[..], &more, &["--format", "json"]].concat());
    assert_eq!((it.err.as_str(), it.status), ("", 0));
    let json: Json = serde_json::from_str(&it.out).unwrap();
    let versions: Vec<(&Json, &Json, &Json)> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["from"]["version"], &it["to"]["version"], &it["cases"]))
        .collect();
    assert_eq!(versions, [(&json!(2), &json!(3), &json!(1)), (&json!(1), &json!(3), &json!(1))]);
    let lacks = json!({ "what": "lacks_field", "requirement": "request/leave/line_of_goods", "field": "line_of_goods",
                        "cases": 1, "examples": ["c2"] });
    assert!(json[0]["lines"].as_array().unwrap().contains(&lacks), "{}", it.out);

    // A case that has moved on is not asked for what its former stage asks.
    assert_eq!(step(&dir, "anna:manager", "2026-03-02 10:30", &["--done", "clarify"]).1, 0);
    assert_eq!(step(&dir, "anna:manager", "2026-03-02 10:31", &["--move", "invoice"]).1, 0);
    let it = run(&dir, &[&ask[..], &more, &["--format", "json", "--examples", "0"]].concat());
    let json: Json = serde_json::from_str(&it.out).unwrap();
    assert!(json[1]["lines"].as_array().unwrap().iter().all(|it| it["what"] != "lacks_field"), "{}", it.out);
    assert!(!it.out.contains("\"c1\"") && !it.out.contains("\"c2\""), "{}", it.out);
}

#[test]
fn v4_what_cannot_be_weighed_is_said() {
    let dir = desk("impact-bad");
    let draft = draft(&dir);
    let it = run(&dir, &["impact", "s.db", "draft.json"]);
    assert_eq!(it.status, 2);
    assert_eq!(it.err, "voronka: s.db: scenario wholesale is not published, so no case runs by it\n");
    open(&dir);
    // Who may not edit the scenario is told just that.
    let it =
        run(&dir, &["impact", "s.db", "draft.json", "--map", "prepayment=shipment", "--as", "anna:manager"]);
    assert_eq!(it.status, 0);
    assert!(it.out.ends_with("Cannot adopt\n  refused: V-G1-edit-scenario  1  c1\n"), "{}", it.out);
    // A stage and a rule that there are not.
    let wrong =
        ["impact", "s.db", "draft.json", "--map", "nowhere=shipment", "--rule", "request/limit/x=keep"];
    let it = run(&dir, &wrong);
    assert_eq!(it.status, 1);
    assert!(it.out.contains("  the earlier version has no stage “nowhere”\n"), "{}", it.out);
    assert!(
        it.out.contains("  rule request/limit/x did not change between the two versions, or is in neither\n"),
        "{}",
        it.out
    );
    let it = run(&dir, &["impact", "s.db", "draft.json", "--rule", "request/limit=soon"]);
    assert_eq!(it.status, 2);
    assert!(it.err.contains("write `RULE=keep`, `RULE=restart` or `RULE=recompute`"), "{}", it.err);
    // A draft with a defect.
    let mut unsound = draft;
    unsound["stages"][0]["leave"]["need"].as_array_mut().unwrap().push(json!("nothing_such"));
    fs::write(dir.join("unsound.json"), unsound.to_string()).unwrap();
    let it = run(&dir, &["impact", "s.db", "unsound.json"]);
    assert_eq!(it.status, 1);
    assert!(it.out.contains("error[unknown-field]") && !it.out.contains("Open cases"), "{}", it.out);
}
