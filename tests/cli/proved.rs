//! `voronka prove`.

use super::{place, run};
use serde_json::{Value as Json, json};
use std::fs;

fn trap() -> Json {
    json!({
        "id": "trap",
        "fields": { "amount": { "type": "decimal" } },
        "stages": [{ "id": "a" }, { "id": "b" }, { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" }],
        "moves": [
            { "from": "a", "to": ["b", "lost"], "who": "clerk", "if": "fields.amount > 10" },
            { "from": "b", "to": "won", "who": [] }
        ]
    })
}

#[test]
fn v2_prove_tells_what_is_shown_and_ends_with_one() {
    let dir = place("proved");
    fs::write(dir.join("trap.json"), trap().to_string()).unwrap();
    let told = run(&dir, &["prove", "trap.json"]);
    assert_eq!(told.status, 1, "{}", told.err);
    assert!(
        told.out.starts_with("shown[stage-without-way-out]: cases enter “b” and none can leave it\n"),
        "{}",
        told.out
    );
    assert!(
        told.out
            .contains("\n    2. 12 January 2026, 09:01 UTC, clerk (clerk): move to “b”; fields: “amount”\n"),
        "{}",
        told.out
    );
    let ru = run(&dir, &["prove", "trap.json", "--lang", "ru"]).out;
    assert!(ru.starts_with("доказано[stage-without-way-out]"), "{ru}");
    let json = run(&dir, &["prove", "trap.json", "--format", "json"]);
    assert_eq!(json.status, 1);
    let proof: Json = serde_json::from_str(&json.out).unwrap();
    assert_eq!(proof["findings"][0]["code"], "stage-without-way-out");
    assert_eq!(proof["findings"][0]["run"]["steps"].as_array().unwrap().len(), 2);
    assert_eq!(proof["exhausted"], false);

    // Somebody may: all is well.
    let mut fine = trap();
    fine["moves"][1]["who"] = "clerk".into();
    fs::write(dir.join("fine.json"), fine.to_string()).unwrap();
    let told = run(&dir, &["prove", "fine.json"]);
    assert_eq!((told.status, told.out.lines().count()), (0, 1), "{}", told.out);

    // What has defects is not proved.
    fs::write(dir.join("wrong.json"), r#"{"id": "wrong"}"#).unwrap();
    let wrong = run(&dir, &["prove", "wrong.json"]);
    assert_eq!(wrong.status, 1);
    assert!(wrong.out.contains("error[missing-key]"), "{}", wrong.out);
}

#[test]
fn v2_prove_answers_questions_with_runs() {
    let dir = place("asked");
    fs::write(dir.join("sale.json"), include_str!("../../examples/wholesale.json")).unwrap();
    let told = run(
        &dir,
        &["prove", "sale.json", "--ask", "win without process approval", "--ask", "win without prepayment"],
    );
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(
        told.out.starts_with("win without process approval?\nyes, by this run:\n  1. 12 January 2026"),
        "{}",
        told.out
    );
    assert!(told.out.contains("win without prepayment?\nno, whatever the values:\n"), "{}", told.out);
    let json = run(&dir, &["prove", "sale.json", "--ask", "reach shipment as manager", "--format", "json"]);
    let answers: Json = serde_json::from_str(&json.out).unwrap();
    assert_eq!(answers[0]["question"], "reach shipment as manager");
    assert!(answers[0]["answer"]["shown"]["run"]["steps"].as_array().unwrap().len() > 3);
    for (question, why) in
        [("win nicely", "no question: `win nicely`"), ("reach nowhere", "no stage `nowhere`")]
    {
        let wrong = run(&dir, &["prove", "sale.json", "--ask", question]);
        assert_eq!(wrong.status, 2);
        assert!(wrong.err.contains(why), "{}", wrong.err);
    }
}
