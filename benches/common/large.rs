//! A scenario of fifty stages and two hundred triggers, in which every way asks something.

use serde_json::{Value as Json, json};
use voronka::Scenario;

const STAGES: usize = 50;

/// Every stage asks fields and conditions, plans what is mandatory and has four triggers; every fourth awaits an approval.
pub fn large() -> Scenario {
    let name = |at: usize| format!("s{at}");
    let mut fields = serde_json::Map::new();
    let mut facts = serde_json::Map::new();
    for at in 0..20 {
        fields.insert(format!("n{at}"), json!({ "type": "number", "edit": ["clerk", "head"] }));
        fields.insert(format!("c{at}"), json!({ "type": "choice", "of": ["red", "blue", "green"] }));
        fields.insert(format!("b{at}"), json!({ "type": "bool", "edit": "head" }));
        facts.insert(format!("f{at}"), json!({ "type": "decimal" }));
    }
    let mut stages: Vec<Json> = Vec::new();
    let mut moves: Vec<Json> = vec![json!({ "from": "*", "to": "lost" })];
    for at in 0..STAGES - 2 {
        let (k, next) = (at % 20, at + 1);
        let onward =
            if next == STAGES - 2 { json!({ "close": "won" }) } else { json!({ "move": name(next) }) };
        let mut stage = json!({
            "id": name(at),
            "leave": { "need": [
                { "field": format!("n{k}"), "min": at },
                { "that": format!("fields.n{k} < {} && (fields.c{k} == 'blue' || facts.f{k} >= 100)", at + 40) },
                { "that": format!("fields.b{k} || fields.c{k} != 'red'"), "when": format!("fields.n{k} > {}", at + 5) }
            ] },
            "enter": { "need": [{ "that": format!("facts.f{k} > {at}") }] },
            "plan": [{ "id": "work", "task": "Work", "mandatory": true, "due": "1 day", "role": if at % 2 == 0 { "clerk" } else { "head" } }],
            "triggers": [
                { "id": "go", "on": { "becomes": format!("facts.f{k} >= 1000 && fields.b{k}") }, "do": onward },
                { "id": "late", "on": { "after": "2 days" }, "if": format!("facts.f{k} < 50"), "do": { "notify": { "text": "Late" } } },
                { "id": "count", "on": { "field": format!("c{k}") }, "if": format!("fields.n{k} < {}", at + 30),
                  "do": { "set": { "field": format!("n{}", (k + 7) % 20), "to": format!("fields.n{k} + 1") } } },
                { "id": "more", "on": { "done": { "kind": "task" } }, "if": format!("fields.c{k} == 'green'"),
                  "do": { "plan": { "task": "More work" } } }
            ]
        });
        if at % 4 == 3 {
            let run = json!([{ "process": "approval", "await": true, "when": format!("fields.n{k} > {}", at + 10) }]);
            stage.as_object_mut().unwrap().insert("run".to_owned(), run);
        }
        if at == 0 {
            stage.as_object_mut().unwrap().remove("enter");
        }
        stages.push(stage);
        if next < STAGES - 2 {
            moves.push(json!({ "from": name(at), "to": name(next), "who": if at % 3 == 0 { "head" } else { "clerk" } }));
        }
        for jump in [at + 3, at + 5] {
            if jump < STAGES - 2 {
                moves.push(json!({ "from": name(at), "to": name(jump), "if": format!("facts.f{k} > 500") }));
            }
        }
        for back in [1, 4] {
            if at >= back {
                moves.push(json!({ "from": name(at), "to": name(at - back) }));
            }
        }
    }
    moves.push(json!({ "from": name(STAGES - 3), "to": "won" }));
    stages.push(json!({ "id": "won", "outcome": "won" }));
    stages.push(json!({ "id": "lost", "outcome": "lost" }));
    let triggers: Vec<Json> = (0..200 - 4 * (STAGES - 2))
        .map(|at| json!({ "id": format!("t{at}"), "on": { "message": format!("m{at}") }, "do": { "notify": { "text": "Look" } } }))
        .collect();
    let json = json!({ "id": "large", "fields": fields, "facts": facts, "stages": stages, "moves": moves,
        "triggers": triggers, "rights": { "open": "clerk", "activities": "head" } });
    let scenario = Scenario::from_json(&json.to_string()).unwrap();
    let def = scenario.definition();
    let count: usize = def.stages.iter().map(|stage| stage.triggers.len()).sum();
    assert_eq!((def.stages.len(), count + def.triggers.len()), (STAGES, 200));
    scenario
}
