//! Running a tests file.

use super::check::check;
use super::file::{Test, TestsFile};
use super::play::{Difference, Play};
use super::report::{Failure, Report, TestResult};
use crate::scenario::Scenario;
use crate::source::{self, Place, Tree};

/// Runs the tests of a file on a scenario, each on a case and with a clock of its own.
///
/// A file with defects (a mistyped key, a stage that the scenario does not have) runs no test; see
/// [`Report::defects`]. Pure, as all of the core: the same arguments give the same report.
///
/// ```
/// use voronka::{Scenario, testing};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scenario = Scenario::from_json(include_str!("../../examples/wholesale.json"))
///     .map_err(|defects| format!("{defects:?}"))?;
/// let report = testing::run(&scenario, r#"{ "tests": [ {
///     "name": "nobody waits for our answer longer than four working hours",
///     "given": { "at": "2026-03-02 10:00", "as": "manager anna" },
///     "steps": [
///         { "at": "14:59", "expect": { "light": "yellow" } },
///         { "at": "15:00", "expect": { "light": "red", "cause": "Clarify what is needed" } }
///     ]
/// } ] }"#);
/// assert!(report.is_ok(), "{report}");
/// # Ok(()) }
/// ```
#[must_use]
pub fn run(scenario: &Scenario, tests: &str) -> Report {
    let read = match source::read::<TestsFile>(tests) {
        Ok(read) => read,
        Err(defects) => return Report { defects, tests: Vec::new() },
    };
    let mut defects = read.defects;
    let file = match (read.value, defects.is_empty()) {
        (Some(file), true) => file,
        (_, _) => return Report { defects, tests: Vec::new() },
    };
    defects.extend(check(scenario, &file, &read.tree));
    if !defects.is_empty() {
        defects.sort();
        defects.dedup();
        return Report { defects, tests: Vec::new() };
    }
    let tests = file.tests.iter().enumerate();
    let tests = tests.map(|(i, test)| one(scenario, &file, i, test, &read.tree)).collect();
    Report { defects, tests }
}

fn one(scenario: &Scenario, file: &TestsFile, i: usize, test: &Test, tree: &Tree) -> TestResult {
    let at = format!("/tests/{i}");
    let failure = play(scenario, file, test).err().map(|(step, difference)| {
        let place = match step {
            Some(step) => place_of(tree, &[&format!("{at}/steps/{step}")], &difference),
            // What the test itself does not say, the whole file does.
            None => place_of(tree, &[&format!("{at}/given"), "/given", &at], &difference),
        };
        Failure::new(place, step.map(|step| step + 1), difference)
    });
    TestResult { name: test.name.clone(), place: tree.place(&format!("{at}/name")), failure }
}

fn play(scenario: &Scenario, file: &TestsFile, test: &Test) -> Result<(), (Option<usize>, Difference)> {
    let mut play = Play::new(scenario);
    play.begin_with(&test.given.over(&file.given)).map_err(|difference| (None, difference))?;
    for (i, step) in test.steps.iter().enumerate() {
        play.take(step).map_err(|difference| (Some(i), difference))?;
    }
    Ok(())
}

/// The place of a difference below the first of these parts that has it, else of the last part.
fn place_of(tree: &Tree, parts: &[&str], difference: &Difference) -> Place {
    let below = |part: &&&str| {
        let pointer = format!("{part}{}", difference.pointer.trim_end_matches('/'));
        tree.find(&pointer).is_some().then_some(pointer)
    };
    let found = parts.iter().find_map(|part| below(&part));
    match (found, parts.iter().find(|part| tree.find(part).is_some())) {
        (Some(pointer), _) => tree.place(&pointer),
        (None, Some(part)) => tree.place(part),
        (None, None) => tree.place(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Case;

    /// Every story of the example also gives its case back from its journal (C3).
    #[test]
    fn c3_every_story_replays_from_its_journal() {
        let scenario = Scenario::from_json(include_str!("../../examples/wholesale.json")).unwrap();
        let read = source::read::<TestsFile>(include_str!("../../examples/wholesale.tests.json")).unwrap();
        let file = read.value.unwrap();
        for test in &file.tests {
            let mut play = Play::new(&scenario);
            play.begin_with(&test.given.over(&file.given)).unwrap();
            for step in &test.steps {
                play.take(step).unwrap();
                let again = Case::replay(play.entries()).unwrap();
                assert_eq!(Some(&again), play.case(), "{}", test.name);
                let bytes = serde_json::to_string(&again).unwrap();
                let read: Case = serde_json::from_str(&bytes).unwrap();
                assert_eq!(read, again, "{}", test.name);
            }
        }
    }
}
