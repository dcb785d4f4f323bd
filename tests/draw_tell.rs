//! Drawings and regulations: golden files, and hostile texts.

use std::fs;
use std::path::Path;
use voronka::Definition;
use voronka::condition::{Declarations, Options, Program, Type};
use voronka::interop::{to_dot, to_mermaid};
use voronka::scenario::def::*;
use voronka::tell::tell;

#[path = "builder/everything.rs"]
mod everything;

fn wholesale() -> Definition {
    serde_json::from_str(include_str!("../examples/wholesale.json")).unwrap()
}

/// Compares with `tests/golden/…`; `UPDATE_GOLDEN=1` writes it anew.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} differs; UPDATE_GOLDEN=1 writes it anew:\n{text}");
}

#[test]
fn the_regulation_is_as_it_was() {
    golden("wholesale.en.md", &tell(&wholesale(), "en"));
    golden("wholesale.ru.md", &tell(&wholesale(), "ru"));
    golden("everything.en.md", &tell(&everything::everything(), "en"));
    golden("everything.ru.md", &tell(&everything::everything(), "ru"));
}

#[test]
fn the_drawings_are_as_they_were() {
    for language in ["en", "ru"] {
        golden(&format!("wholesale.{language}.mmd"), &to_mermaid(&wholesale(), language));
        golden(&format!("wholesale.{language}.dot"), &to_dot(&wholesale(), language));
    }
    golden("everything.en.mmd", &to_mermaid(&everything::everything(), "en"));
    golden("everything.en.dot", &to_dot(&everything::everything(), "en"));
}
