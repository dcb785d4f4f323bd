//! `docs/PROCESSES.md` shows the templates as they are.

use super::office::json;
use serde_json::Value as Json;
use std::fs;
use std::path::Path;
use voronka::process::templates;
use voronka::scenario::check_set;
use voronka::scenario::def::ProcessDef;
use voronka::{Definition, Scenario};

fn docs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PROCESSES.md")
}

/// The blocks of a sort, with what stands before each.
fn blocks(text: &str, info: &str) -> Vec<(String, String)> {
    let open = format!("```{info}\n");
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&open) {
        let (block, after) = after.split_once("\n```").unwrap();
        found.push((before.to_owned(), block.to_owned()));
        rest = after;
    }
    found
}

#[test]
fn p3_the_pictures_are_those_of_the_templates() {
    let text = fs::read_to_string(docs()).unwrap();
    let mut now = text.clone();
    for template in templates() {
        let scenario = Scenario::from_json(template.json).unwrap();
        let drawn = voronka::interop::to_mermaid(scenario.definition(), "en");
        let section = format!("\n## `{}`", template.id);
        let at = now.find(&section).unwrap_or_else(|| panic!("no section{section}"));
        let start = at + now[at..].find("```mermaid\n").unwrap() + "```mermaid\n".len();
        let end = start + now[start..].find("```").unwrap();
        now.replace_range(start..end, &format!("{}\n", drawn.trim_end()));
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(docs(), &now).unwrap();
        return;
    }
    assert!(now == text, "docs/PROCESSES.md has other pictures; UPDATE_GOLDEN=1 draws them anew");
}

#[test]
fn p3_every_field_of_a_template_is_told_of() {
    let text = fs::read_to_string(docs()).unwrap();
    for template in templates() {
        let def: Definition = serde_json::from_str(template.json).unwrap();
        let at = text.find(&format!("\n## `{}`", template.id)).unwrap();
        let section = text[at + 1..].split("\n## ").next().unwrap();
        for field in def.fields.names() {
            assert!(section.contains(&format!("`{field}`")), "{}: {field}", template.id);
        }
        let ends = def.stages.iter().filter(|stage| stage.outcome.is_some());
        for stage in ends {
            assert!(section.contains(&format!("`{}`", stage.id)), "{}: {}", template.id, stage.id);
        }
    }
}

#[test]
fn p3_the_hooks_that_the_page_shows_fit_the_templates() {
    let text = fs::read_to_string(docs()).unwrap();
    let hooks = blocks(&text, "json process");
    assert!(hooks.len() >= 3, "{}", hooks.len());
    for (_, block) in hooks {
        let hook: ProcessDef =
            serde_json::from_str(&block).unwrap_or_else(|error| panic!("{error} in {block}"));
        // A scenario in which everything stands that the hook reads and fills.
        let mut parts = json!({
            "id": "mine", "title": "Mine", "nothing_planned": "green",
            "fields": {
                "discount": { "type": "decimal" }, "amount": { "type": "money", "currency": "RUB" },
                "approvers": { "type": "list", "of": "text" }, "remarks": { "type": "text" },
                "what": { "type": "text" }, "who": { "type": "text" }, "report": { "type": "text" },
                "complaint": { "type": "text" }
            },
            "parties": { "client": {} },
            "stages": [{ "id": "first" }, { "id": "offer" }, { "id": "won", "outcome": "won" },
                       { "id": "lost", "outcome": "lost" }],
        });
        parts["stages"][1]["run"] = json!([serde_json::from_str::<Json>(&block).unwrap()]);
        let mine = Scenario::from_json(&parts.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"));
        let mut all = vec![mine.definition().clone()];
        all.extend(templates().iter().map(|it| serde_json::from_str::<Definition>(it.json).unwrap()));
        let found = check_set(&all.iter().collect::<Vec<_>>());
        assert!(found[0].is_empty(), "{}: {:#?}", hook.process, found[0]);
    }
}
