//! Several scenarios checked together (P2, C4).

use serde_json::{Value as Json, json};
use voronka::scenario::{CheckOptions, check_texts};

/// Code, pointer, message and help of each defect, by scenario.
fn found(scenarios: &[Json]) -> Vec<Vec<String>> {
    let texts: Vec<String> = scenarios.iter().map(|it| serde_json::to_string_pretty(it).unwrap()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let told = |it: &voronka::Defect| {
        assert!(it.place().is_some(), "{it} has no line");
        let help = it.help().map_or(String::new(), |help| format!(" ({help})"));
        format!("{} {} {}{help}", it.code(), it.pointer(), it.message())
    };
    check_texts(&texts, CheckOptions::default()).iter().map(|it| it.iter().map(told).collect()).collect()
}

fn sale(hook: Json, triggers: Json) -> Json {
    json!({
        "id": "sale", "fields": { "amount": { "type": "decimal" }, "note": { "type": "text" } }, "value": "amount",
        "stages": [
            { "id": "offer", "leave": { "need": ["note"] }, "run": [hook], "triggers": triggers },
            { "id": "won", "outcome": "won" }
        ]
    })
}

fn approval(run: Json) -> Json {
    json!({
        "id": "approval", "kind": "process",
        "fields": { "sum": { "type": "decimal", "title": "Sum" }, "remark": { "type": "text" },
                    "persons": { "type": "list", "of": "text" } },
        "stages": [
            { "id": "ask", "leave": { "need": ["sum", "remark", "persons"] }, "limit": "1 day", "run": run },
            { "id": "approved", "outcome": "result" },
            { "id": "refused", "outcome": "bad_result" }
        ]
    })
}

#[test]
fn scenarios_that_fit_each_other_are_fine() {
    let hook = json!({ "process": "approval", "give": { "sum": "fields.amount", "persons": "['olga']" },
                       "take": { "note": "remark" }, "good": ["approved"] });
    let on = json!([{ "id": "no", "on": { "finished": { "process": "approval", "result": "refused" } },
                      "do": { "notify": { "text": "No" } } }]);
    let all = found(&[sale(hook, on), approval(json!([]))]);
    assert_eq!(all[0], ["field-unused"; 0]);
    assert_eq!(all[1], ["field-unused"; 0]);
}

#[test]
fn p2_what_one_says_of_another_is_held_to_it() {
    let hook = json!({ "process": "approval", "give": { "summ": "fields.amount", "persons": "fields.amount" },
                       "take": { "note": "sum", "amount": "remarks" }, "good": ["aproved"] });
    let on = json!([{ "id": "no", "on": { "finished": { "result": "denied" } },
        "do": { "open_case": { "scenario": "clame", "give": { "x": "1" } } } },
        { "id": "again", "on": { "message": "x" },
          "do": { "open_case": { "scenario": "approval", "give": { "sum": "fields.note" } } } }]);
    assert_eq!(
        found(&[sale(hook, on), approval(json!([]))])[0],
        [
            "give-type /stages/0/run/0/give/persons `persons` of `approval` is a list of text, and this is not",
            "give-unknown /stages/0/run/0/give/summ the scenario `approval` has no field `summ` (did you mean `sum`?)",
            "result-unknown /stages/0/run/0/good/0 no such process ends with `aproved` (did you mean `approved`?)",
            "take-unknown /stages/0/run/0/take/amount the scenario `approval` has no field `remarks` (did you mean `remark`?)",
            "take-type /stages/0/run/0/take/note `note` is a text, and comes as a decimal",
            "scenario-elsewhere /stages/0/triggers/0/do/open_case/scenario no scenario `clame` among these (check them \
             together, or mark it `\"host\": true` if it is the host's)",
            "result-unknown /stages/0/triggers/0/on/finished/result no such process ends with `denied` (it ends with \
             approved, refused)",
            "give-type /stages/0/triggers/1/do/open_case/give/sum `sum` of `approval` is a decimal, and this is not",
        ]
    );
}

#[test]
fn p2_a_funnel_is_no_process_and_an_id_stands_once() {
    let all = found(&[
        sale(json!({ "process": "sale" }), json!([])),
        sale(json!({ "process": "x", "host": true }), json!([])),
    ]);
    assert!(all[0].iter().any(|it| it.starts_with("not-a-process /stages/0/run/0/process")), "{all:?}");
    assert_eq!(all[1], ["set-duplicate /id another of these scenarios has the id `sale`"]);
}

#[test]
fn c4_scenarios_that_start_each_other_without_end_are_found() {
    let of = |id: &str, run: Json| json!({ "id": id, "kind": "process", "stages": [{ "id": "s", "run": run }, { "id": "end", "outcome": "result" }] });
    let sure = found(&[
        of("a", json!([{ "process": "b" }])),
        of("b", json!([{ "process": "c" }])),
        of("c", json!([{ "process": "a" }])),
    ]);
    let told = "start-cycle /stages/0/run/0 scenarios that start each other without end: `a`, `b`, `c` (give one of them \
                a `when` that ends it; at most 8 cases stand above one)";
    assert_eq!((sure[0].as_slice(), sure[1].len(), sure[2].len()), (&[told.to_owned()][..], 0, 0));
    let perhaps = found(&[
        of("a", json!([{ "process": "b" }])),
        of("b", json!([{ "process": "a", "when": "case.author == 'x'" }])),
    ]);
    assert!(
        perhaps[0][0]
            .starts_with("start-cycle /stages/0/run/0 scenarios that start each other and may do so"),
        "{perhaps:?}"
    );
    assert!(found(&[of("a", json!([{ "process": "b" }])), of("b", json!([]))])[0].is_empty());
    // A stage to which only a person comes starts nothing by itself.
    let delegated = json!({ "id": "a", "kind": "process", "stages": [{ "id": "s", "limit": "1 day" },
        { "id": "given_on", "run": [{ "process": "a" }] }, { "id": "end", "outcome": "result" }] });
    assert!(found(&[delegated.clone(), of("b", json!([]))])[0][0].contains("may do so"), "a lint only");
}
