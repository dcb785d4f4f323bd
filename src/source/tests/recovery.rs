//! Every structural defect in one go.

use super::super::read;
use super::told;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    #[serde(default)]
    stages: Vec<Stage>,
    #[serde(default)]
    fields: BTreeMap<String, Field>,
    limit: Option<u32>,
    #[serde(default)]
    open: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Stage {
    id: String,
    due: Option<String>,
    #[serde(default)]
    light: Light,
    #[serde(default)]
    on: Option<On>,
    #[serde(default)]
    pair: Option<(u8, String)>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Field {
    #[serde(rename = "type")]
    kind: Light,
    since: Option<crate::Moment>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Light {
    #[default]
    Green,
    Red,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum On {
    Never,
    Becomes(String),
    Between { from: u8, to: u8 },
}

#[test]
fn a_sound_file_reads_as_with_serde_json() {
    let text = r#"{"id": "a", "limit": 3, "open": true,
        "stages": [{"id": "s", "due": null, "light": "red", "on": {"becomes": "x"}, "pair": [1, "x"]},
                   {"id": "t", "on": "never"}, {"id": "u", "on": {"between": {"from": 1, "to": 2}}}],
        "fields": {"f": {"type": "green", "since": "2026-02-23T10:00:00Z"}}}"#;
    let read = read::<File>(text).unwrap();
    assert_eq!(told(&read.defects), [""; 0]);
    assert_eq!(read.value.unwrap(), serde_json::from_str(text).unwrap());
}

#[test]
fn all_defects_of_all_kinds_are_told_at_once() {
    let text = r#"{
 "idd": "a",
 "limit": -1,
 "opened": 1, "open": "yes",
 "xyzzy": 0,
 "stages": [
  { "id": 1, "dew": "x", "due": [] },
  { "due": {} },
  "text",
  { "id": "s", "light": "rod", "on": { "becoms": "x" }, "pair": ["a", 1, 2] },
  { "id": "t", "light": "purple", "on": { "becomes": "x", "beyond": 1 } },
  { "id": "u", "on": { "between": { "from": 256, "to": "b", "too": 1 } } },
  { "id": "v", "on": "becomes", "pair": [1, "x", 3] },
  { "id": "w", "on": {} },
  { "id": "x", "on": { "never": 1 } },
  ["y"],
  null
 ],
 "fields": { "f": { "type": "green", "since": "yesterday", "sinse": 1 }, "g": {}, "h": 4, "i": { "type": "red" } }
}"#;
    let read = read::<File>(text).unwrap();
    assert_eq!(
        told(&read.defects),
        [
            "2:2 unknown-key /idd: unknown field `idd`, did you mean `id`?",
            "3:11 bad-value /limit: expected a whole number from 0 to 4294967295, found -1",
            "4:2 unknown-key /opened: unknown field `opened`, did you mean `open`?",
            "4:23 wrong-type /open: expected true or false, found a text",
            "5:2 unknown-key /xyzzy: unknown field `xyzzy`",
            "7:11 wrong-type /stages/0/id: expected a text, found a number",
            "7:14 unknown-key /stages/0/dew: unknown field `dew`, did you mean `due`?",
            "7:33 wrong-type /stages/0/due: expected a text, found a list",
            "8:3 missing-key /stages/1: missing `id`",
            "8:12 wrong-type /stages/1/due: expected a text, found an object",
            "9:3 wrong-type /stages/2: expected an object, found a text",
            "10:25 bad-value /stages/3/light: unknown value `rod`, did you mean `red`?",
            "10:40 unknown-key /stages/3/on/becoms: unknown field `becoms`, did you mean `becomes`?",
            "10:66 wrong-type /stages/3/pair/0: expected a whole number from 0 to 255, found a text",
            "11:25 bad-value /stages/4/light: unknown value `purple`",
            "11:59 unknown-key /stages/4/on/beyond: unknown field `beyond`",
            "12:45 bad-value /stages/5/on/between/from: expected a whole number from 0 to 255, found 256",
            "12:56 wrong-type /stages/5/on/between/to: expected a whole number from 0 to 255, found a text",
            "12:61 unknown-key /stages/5/on/between/too: unknown field `too`, did you mean `to`?",
            "13:22 wrong-type /stages/6/on: `becomes` needs a value: {\"becomes\": …}",
            "13:41 bad-value /stages/6/pair: expected a list of 2 elements, found 3",
            "14:22 wrong-type /stages/7/on: expected an object with one key of `never`, `becomes`, `between`, found 0 keys",
            "15:33 wrong-type /stages/8/on/never: `never` takes no value",
            "16:3 wrong-type /stages/9: expected an object, found a list",
            "17:3 wrong-type /stages/10: expected an object, found null",
            "19:47 bad-value /fields/f/since: not a moment between the years 1 and 9999: yesterday",
            "19:60 unknown-key /fields/f/sinse: unknown field `sinse`, did you mean `since`?",
            "19:79 missing-key /fields/g: missing `type`",
            "19:88 wrong-type /fields/h: expected an object, found a number",
        ]
    );
    // The root lacks its id, so that there is nothing to check further.
    assert_eq!(read.value, None);
}

#[test]
fn what_can_be_read_is_there_for_further_checks() {
    let text = r#"{"id": "a", "limit": "3", "stages": [{"id": "s", "due": 1, "x": 2}, {"id": 4}, {"id": "t"}],
        "fields": {"f": {}, "g": {"type": "red"}}}"#;
    let read = read::<File>(text).unwrap();
    assert_eq!(read.defects.len(), 5);
    let file = read.value.unwrap();
    assert_eq!(file.stages.iter().map(|stage| stage.id.as_str()).collect::<Vec<_>>(), ["s", "t"]);
    assert_eq!(file.fields.keys().collect::<Vec<_>>(), ["g"]);
    assert_eq!((file.limit, file.open), (None, false));
    assert_eq!(read.tree.place("/stages/0/on").column, 38);
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // Read, but not looked at.
struct Demanding {
    id: String,
    title: String,
    count: u32,
    stages: Vec<Stage>,
    inner: Option<Box<Demanding>>,
    light: Light,
    last: bool,
}

#[test]
fn all_missing_keys_are_told_up_to_one_that_nothing_can_stand_in_for() {
    let read =
        read::<Demanding>(r#"{"titel": "a", "count": "x", "inner": {"light": "red", "id": ""}}"#).unwrap();
    assert_eq!(
        told(&read.defects),
        [
            "1:1 missing-key missing `id`",
            "1:1 missing-key missing `light`",
            "1:1 missing-key missing `stages`",
            "1:2 unknown-key /titel: unknown field `titel`, did you mean `title`?",
            "1:25 wrong-type /count: expected a whole number from 0 to 4294967295, found a text",
            "1:39 missing-key /inner: missing `count`",
            "1:39 missing-key /inner: missing `last`",
            "1:39 missing-key /inner: missing `stages`",
            "1:39 missing-key /inner: missing `title`",
        ]
    );
    assert!(read.value.is_none());
}

#[test]
fn as_many_defects_as_there_are_up_to_the_bound() {
    let stages = |count: usize| {
        let stages: Vec<_> = (0..count).map(|at| format!(r#"{{"id": {at}, "dew": {at}}}"#)).collect();
        format!(r#"{{"id": "a", "stages": [{}]}}"#, stages.join(",\n"))
    };
    assert_eq!(read::<File>(&stages(25)).unwrap().defects.len(), 50);
    assert_eq!(read::<File>(&stages(500)).unwrap().defects.len(), 1_000);
    let many = read::<File>(&stages(501)).unwrap();
    assert_eq!(many.defects.len(), 1_001);
    assert_eq!(many.defects[1_000].code(), "too-many-defects");
    assert!(many.value.is_none());
    let keys = format!("{{{}\"a\": 1}}", "\"a\": 1,".repeat(5_000));
    assert_eq!(read::<crate::Value>(&keys).unwrap().defects.len(), 1_001);

    // Many keys of one object: each costs a reading of that object.
    let keys: Vec<_> = (0..999).map(|at| format!("\"{at}\": 1e300")).collect();
    let values = read::<crate::Value>(&format!("{{{}}}", keys.join(","))).unwrap();
    assert_eq!(values.defects.len(), 999);
}

#[test]
fn a_hostile_file_is_answered_within_the_bounds() {
    // Each defect costs a reading of a large object around it, on each of many levels.
    let wide: Vec<_> =
        (0..9_000).map(|at| format!("\"{at}\": {}", if at > 8_000 { "1e300" } else { "1" })).collect();
    let mut text = format!("{{{}}}", wide.join(","));
    for level in 0..60 {
        text = format!("{{\"{}\": {text}, \"x\": 1e300}}", "a".repeat(level + 1));
    }
    let read = read::<crate::Value>(&text).unwrap();
    assert_eq!(read.defects.last().unwrap().code(), "too-many-defects");
}
