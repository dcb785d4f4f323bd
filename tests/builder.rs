//! The builder makes the same definitions as files do.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside of test functions")]

#[path = "builder/everything.rs"]
pub mod everything;
#[path = "builder/generated.rs"]
pub mod generated;
#[path = "builder/wholesale.rs"]
mod wholesale;

use everything::everything;
use proptest::prelude::*;
use voronka::Definition;
use wholesale::wholesale;

fn there_and_back(built: &Definition) -> Definition {
    let text = serde_json::to_string_pretty(built).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn what_uses_every_construct_comes_back_from_json() {
    let built = everything();
    assert_eq!(there_and_back(&built), built);
}

#[test]
fn the_wholesale_scenario_built_equals_the_file() {
    let file: Definition = serde_json::from_str(include_str!("../examples/wholesale.json")).unwrap();
    let built = wholesale();
    // By parts first: the whole would be too long to read.
    assert_eq!(built.calendar, file.calendar);
    for ((name, a), (_, b)) in built.fields.iter().zip(file.fields.iter()) {
        assert_eq!(a, b, "{name}");
    }
    for (a, b) in built.stages.iter().zip(&file.stages) {
        assert_eq!(a, b);
    }
    assert_eq!(built, file);
    assert_eq!(there_and_back(&file), file);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_built_comes_back_from_json(built in generated::definition()) {
        prop_assert_eq!(there_and_back(&built), built);
    }
}
