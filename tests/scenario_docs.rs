//! Every JSON block of `docs/SCENARIO.md` is read as what its info string says.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside of test functions")]

use serde::de::DeserializeOwned;
use std::fmt::Debug;
use voronka::condition::{Declarations, Options, Program};
use voronka::scenario::def::*;
use voronka::{Calendar, CalendarSource, Definition, Span};

fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```json") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((info.trim().to_owned(), block.join("\n")));
        }
    }
    found
}

fn read<T: DeserializeOwned + serde::Serialize + PartialEq + Debug>(block: &str) -> T {
    let read: T = serde_json::from_str(block).unwrap_or_else(|error| panic!("{error} in {block}"));
    let written = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<T>(&written).unwrap(), read, "{written}");
    read
}

fn read_one(info: &str, block: &str) {
    match info {
        "" => drop(read::<Definition>(block)),
        "text" => drop(read::<Text>(block)),
        "spans" => drop(read::<Vec<Span>>(block)),
        "who" => drop(read::<Who>(block)),
        "calendar" => drop(Calendar::compile(&read::<CalendarSource>(block)).unwrap()),
        "calendars" => drop(read::<Vec<CalendarChoice>>(block)),
        "fields" => drop(read::<Named<FieldDef>>(block)),
        "facts" => drop(read::<Named<FactDef>>(block)),
        "fact_groups" => drop(read::<Named<FactGroupDef>>(block)),
        "documents" => drop(read::<Named<DocumentDef>>(block)),
        "parties" => drop(read::<Named<PartyDef>>(block)),
        "kinds" => drop(read::<Named<KindDef>>(block)),
        "reasons" => drop(read::<Named<ReasonDef>>(block)),
        "stage" => drop(read::<StageDef>(block)),
        "close" => drop(read::<CloseDef>(block)),
        "requirement" => drop(read::<RequirementDef>(block)),
        "requirements" => drop(read::<Vec<RequirementDef>>(block)),
        "plan" => drop(read::<PlanDef>(block)),
        "plans" => drop(read::<Vec<PlanDef>>(block)),
        "process" => drop(read::<ProcessDef>(block)),
        "command" => drop(read::<CommandDef>(block)),
        "trigger" => drop(read::<TriggerDef>(block)),
        "events" => drop(read::<Vec<EventDef>>(block)),
        "actions" => drop(read::<Vec<ActionDef>>(block)),
        "moves" => drop(read::<Vec<MoveDef>>(block)),
        "inputs" => drop(read::<Vec<voronka::Input>>(block)),
        "intake" => drop(read::<IntakeDef>(block)),
        "rights" => drop(read::<Rights>(block)),
        "conditions" => read::<Vec<String>>(block).iter().for_each(|text| {
            // Without declared names only the syntax is judged.
            let errors = Program::compile(text, &Declarations::new(), &Options::default()).unwrap_err();
            assert!(errors.iter().all(|error| error.code() == "unknown-name"), "{text}: {errors:?}");
        }),
        other => panic!("no type is known for ```json {other}"),
    }
}

#[test]
fn every_example_of_the_reference_is_read() {
    let blocks = blocks(include_str!("../docs/SCENARIO.md"));
    assert!(blocks.len() >= 25, "{}", blocks.len());
    for (info, block) in blocks {
        read_one(&info, &block);
    }
}
