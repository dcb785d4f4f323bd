//! The worked example of `docs/LOGS.md`, run as it stands there.

use std::fs;
use std::path::Path;
use std::process::Command;

const GUIDE: &str = include_str!("../../docs/LOGS.md");

/// The fenced blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let begins = format!("```{language}\n");
    GUIDE.split(begins.as_str()).skip(1).map(|it| it.split("```").next().unwrap()).collect()
}

#[test]
fn the_worked_example_of_the_guide_runs_as_it_stands_there() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("logs-guide");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let json = blocks("json");
    for (name, text) in [("orders.csv", blocks("csv")[0]), ("map.json", json[0]), ("strict.json", json[1])] {
        fs::write(dir.join(name), text).unwrap();
    }
    let said = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_voronka"));
        let output = command.current_dir(&dir).args(arguments.split_whitespace()).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    let mut run = 0;
    for block in blocks("text") {
        let (command, expected) = block.strip_prefix("$ voronka ").unwrap().split_once('\n').unwrap();
        assert_eq!(said(command), (expected.to_owned(), Some(1)), "{command}");
        run += 1;
    }
    assert_eq!(run, 2);
    let (text, status) = said("log scenario map.json");
    let scenario = voronka::Scenario::from_json(&text).unwrap();
    let stages: Vec<_> = scenario.definition().stages.iter().map(|it| it.id.as_str()).collect();
    assert_eq!((stages, status), (vec!["request", "offer", "invoice", "won", "lost"], Some(0)));
    // The exact form of the guide is one too.
    voronka::interop::log::Mapping::from_json(json[2]).unwrap();
}
