//! The schemas in `docs/` are those of the types, and hold the examples.
#![cfg(feature = "schema")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

use serde_json::Value as Json;
use std::fs;
use std::path::Path;

/// Compares with a file of `docs/`; `UPDATE_SCHEMA=1` writes it anew.
fn in_step(name: &str, schema: &Json) {
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    // By content: other features of the build may keep the keys in another order.
    let there: Json = serde_json::from_str(&there).unwrap_or_default();
    assert!(there == *schema, "docs/{name} is not that of the types; UPDATE_SCHEMA=1 writes it anew");
}

#[test]
fn the_schema_of_scenarios_is_in_step() {
    in_step("scenario.schema.json", &voronka::scenario::json_schema());
}

#[test]
fn the_schema_of_tests_is_in_step() {
    in_step("tests.schema.json", &voronka::testing::json_schema());
}

/// Whether a value fits a schema, as far as our schemas go: the keywords that they use, and no others.
fn fits(root: &Json, schema: &Json, value: &Json) -> Result<(), String> {
    let Json::Object(rules) = schema else {
        return if *schema == Json::Bool(false) {
            Err(format!("nothing may stand here: {value}"))
        } else {
            Ok(())
        };
    };
    for (keyword, rule) in rules {
        keyword_fits(root, rules, keyword, rule, value).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn keyword_fits(
    root: &Json,
    rules: &serde_json::Map<String, Json>,
    keyword: &str,
    rule: &Json,
    value: &Json,
) -> Result<(), String> {
    let wrong = || Err(format!("{keyword} {rule}: {value}"));
    match keyword {
        "$schema" | "title" | "description" | "examples" | "default" | "$defs" | "format" => Ok(()),
        "$ref" => {
            let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
            fits(root, root.pointer(pointer).unwrap_or_else(|| panic!("{pointer}")), value)
        }
        "type" => {
            let is = |name: &str| match name {
                "null" => value.is_null(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                "string" => value.is_string(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                other => panic!("an unknown type {other}"),
            };
            let any = match rule {
                Json::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
                name => is(name.as_str().unwrap()),
            };
            if any { Ok(()) } else { wrong() }
        }
        "enum" => {
            if rule.as_array().unwrap().contains(value) {
                Ok(())
            } else {
                wrong()
            }
        }
        "const" => {
            if rule == value {
                Ok(())
            } else {
                wrong()
            }
        }
        "anyOf" | "oneOf" => {
            let tried: Vec<_> = rule.as_array().unwrap().iter().map(|one| fits(root, one, value)).collect();
            let fitting = tried.iter().filter(|result| result.is_ok()).count();
            match (keyword, fitting) {
                (_, 1) | ("anyOf", 1..) => Ok(()),
                _ => Err(format!("{keyword}: {fitting} fit {value}: {tried:?}")),
            }
        }
        "allOf" => rule.as_array().unwrap().iter().try_for_each(|one| fits(root, one, value)),
        "minimum" => {
            if value.as_f64().is_none_or(|it| it >= rule.as_f64().unwrap()) {
                Ok(())
            } else {
                wrong()
            }
        }
        "maximum" => {
            if value.as_f64().is_none_or(|it| it <= rule.as_f64().unwrap()) {
                Ok(())
            } else {
                wrong()
            }
        }
        "pattern" => {
            let pattern = regex_lite::Regex::new(rule.as_str().unwrap()).unwrap();
            if value.as_str().is_none_or(|text| pattern.is_match(text)) { Ok(()) } else { wrong() }
        }
        "items" => value.as_array().into_iter().flatten().try_for_each(|item| fits(root, rule, item)),
        "minItems" => {
            let enough = value.as_array().is_none_or(|it| it.len() as u64 >= rule.as_u64().unwrap());
            if enough { Ok(()) } else { wrong() }
        }
        "required" => {
            let Some(parts) = value.as_object() else { return Ok(()) };
            let missing =
                rule.as_array().unwrap().iter().any(|key| !parts.contains_key(key.as_str().unwrap()));
            if missing { wrong() } else { Ok(()) }
        }
        "properties" => value.as_object().into_iter().flatten().try_for_each(|(key, part)| {
            rule.get(key).map_or(Ok(()), |schema| fits(root, schema, part)).map_err(|e| format!("/{key}{e}"))
        }),
        "additionalProperties" => value.as_object().into_iter().flatten().try_for_each(|(key, part)| {
            let known = rules.get("properties").is_some_and(|known| known.get(key).is_some());
            if known { Ok(()) } else { fits(root, rule, part).map_err(|e| format!("/{key} {e}")) }
        }),
        other => panic!("the schemas use `{other}`, which this test does not know"),
    }
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

const SCENARIO: &str = include_str!("../examples/wholesale.json");
const TESTS: &str = include_str!("../examples/wholesale.tests.json");

#[test]
fn the_example_fits_the_schema_of_scenarios() {
    let schema = voronka::scenario::json_schema();
    fits(&schema, &schema, &json(SCENARIO)).unwrap();
}

#[test]
fn the_examples_tests_fit_the_schema_of_tests() {
    let schema = voronka::testing::json_schema();
    fits(&schema, &schema, &json(TESTS)).unwrap();
}

#[test]
fn what_is_mistyped_does_not_fit() {
    let scenario = voronka::scenario::json_schema();
    for (from, to) in [
        ("\"stages\": [", "\"stegas\": ["),
        ("\"mandatory\": true", "\"mandatory\": \"yes\""),
        ("\"outcome\": \"won\"", "\"outcome\": \"one\""),
        ("\"limit\": \"2 working days\"", "\"limit\": 2"),
        ("\"do\": { \"move\": \"shipment\" }", "\"do\": { \"mvoe\": \"shipment\" }"),
    ] {
        assert!(SCENARIO.contains(from), "{from}");
        assert!(fits(&scenario, &scenario, &json(&SCENARIO.replace(from, to))).is_err(), "{from}");
    }
    let tests = voronka::testing::json_schema();
    for (from, to) in [
        ("\"tests\": [", "\"tset\": ["),
        ("\"light\": \"red\"", "\"light\": \"rad\""),
        ("\"move\": \"invoice\"", "\"mvoe\": \"invoice\""),
        ("\"refused\": [", "\"refused\": [7, "),
    ] {
        assert!(TESTS.contains(from), "{from}");
        assert!(fits(&tests, &tests, &json(&TESTS.replace(from, to))).is_err(), "{from}");
    }
}

/// The guide names every key of the format of tests.
#[test]
fn the_guide_of_tests_is_whole() {
    let guide = include_str!("../docs/TESTING.md");
    let schema = voronka::testing::json_schema();
    for part in ["Given", "Step", "Expect"] {
        let keys = schema["$defs"][part]["properties"].as_object().unwrap().keys();
        for key in keys.filter(|key| *key != "about") {
            let named = guide.contains(&format!("`{key}`")) || guide.contains(&format!("\"{key}\":"));
            assert!(named, "{part}: docs/TESTING.md says nothing of `{key}`");
        }
    }
}
