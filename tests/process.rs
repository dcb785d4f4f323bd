//! The shipped templates: what they are as files, and the business that they run, case by case and family by family (P3).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "process/claims.rs"]
mod claims;
#[path = "process/docs.rs"]
mod docs;
#[path = "process/office.rs"]
mod office;
#[path = "process/sales.rs"]
mod sales;

use serde_json::Value as Json;
use std::collections::BTreeMap;
use voronka::process::{template, templates};
use voronka::scenario::{CheckOptions, check_texts, def::Kind};
use voronka::{Scenario, testing};

/// Every text for people in a scenario: objects of languages.
fn texts<'j>(at: &str, json: &'j Json, found: &mut Vec<(String, &'j BTreeMap<String, String>)>) {
    // Leaked, since a test lives no longer than its process.
    let as_text = |json: &Json| serde_json::from_value::<BTreeMap<String, String>>(json.clone()).ok();
    match json {
        Json::Object(parts) if parts.contains_key("en") || parts.contains_key("ru") => {
            let text = as_text(json).unwrap_or_else(|| panic!("{at} is no text: {json}"));
            found.push((at.to_owned(), Box::leak(Box::new(text))));
        }
        Json::Object(parts) => {
            parts.iter().for_each(|(key, part)| texts(&format!("{at}/{key}"), part, found))
        }
        Json::Array(parts) => {
            parts.iter().enumerate().for_each(|(i, part)| texts(&format!("{at}/{i}"), part, found));
        }
        _ => {}
    }
}

/// Texts that people read may not be in one language for all.
fn bare_texts(at: &str, json: &Json, found: &mut Vec<String>) {
    const OF_PEOPLE: [&str; 10] =
        ["title", "about", "instruction", "or_say", "script", "text", "task", "call", "email", "message"];
    match json {
        Json::Object(parts) => {
            for (key, part) in parts {
                let at = format!("{at}/{key}");
                // A field's name, a message that a trigger waits for, and the type of a field are not for people.
                let name_here =
                    at.ends_with("/on/message") || at.contains("/give/") || at.contains("/fields/task/");
                if OF_PEOPLE.contains(&key.as_str()) && part.is_string() && !name_here {
                    found.push(at.clone());
                }
                bare_texts(&at, part, found);
            }
        }
        Json::Array(parts) => {
            parts.iter().enumerate().for_each(|(i, part)| bare_texts(&format!("{at}/{i}"), part, found));
        }
        _ => {}
    }
}

#[test]
fn p3_each_template_is_sound_without_even_a_lint_and_they_fit_each_other() {
    let texts: Vec<&str> = templates().iter().map(|it| it.json).collect();
    let today = CheckOptions::on("2026-03-02".parse().unwrap());
    for (template, defects) in templates().iter().zip(check_texts(&texts, today)) {
        assert!(defects.is_empty(), "{}: {defects:#?}", template.id);
    }
}

#[test]
fn p3_a_template_is_what_it_says_of_itself() {
    let process =
        [("approval", true), ("claim", true), ("assignment", true), ("sale", false), ("quick_sale", false)];
    assert_eq!(templates().len(), process.len());
    for (id, is_process) in process {
        let it = template(id).unwrap();
        let scenario = Scenario::from_json(it.json).unwrap();
        let def = scenario.definition();
        let head = def.template.as_ref().unwrap();
        assert_eq!((def.id.as_str(), head.id.as_str(), head.version), (it.id, it.id, it.version));
        assert_eq!((def.title.get("en"), def.title.get("ru")), (it.title_en, it.title_ru));
        assert_eq!(
            (it.title("ru"), it.title("ru-RU"), it.title("de")),
            (it.title_ru, it.title_ru, it.title_en)
        );
        assert_eq!(def.kind, if is_process { Kind::Process } else { Kind::Funnel }, "{id}");
    }
    assert!(template("nothing").is_none());
}

#[test]
fn p3_whatever_people_read_is_in_english_and_in_russian() {
    for template in templates() {
        let json: Json = serde_json::from_str(template.json).unwrap();
        let (mut found, mut bare) = (Vec::new(), Vec::new());
        texts(template.id, &json, &mut found);
        assert!(found.len() > 15, "{}", template.id);
        for (at, text) in found {
            let russian = text.get("ru").is_some_and(|text| text.chars().any(|c| ('а'..='я').contains(&c)));
            let english = text.get("en").is_some_and(|text| text.is_ascii() || text.contains('’'));
            assert!(russian && english && text.len() == 2, "{at}: {text:?}");
        }
        bare_texts(template.id, &json, &mut bare);
        assert!(bare.is_empty(), "not in both languages: {bare:?}");
    }
}

#[test]
fn p3_each_template_does_what_its_tests_say() {
    for template in templates() {
        let scenario = Scenario::from_json(template.json).unwrap();
        let report = testing::run(&scenario, template.tests);
        assert!(report.tests().len() >= 3, "{}", template.id);
        assert!(report.is_ok(), "{}: {report:#?}", template.id);
    }
}
