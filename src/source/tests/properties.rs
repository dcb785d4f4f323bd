//! What holds for any text and any tree.

use super::super::json::parse;
use super::super::{Kind, Node, Tree, read};
use super::hidden_forms::File;
use proptest::prelude::*;
use serde_json::Value as Json;

fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof!["[a-z/~\"\\\\\n\t ]{0,8}", "[^\0]{0,6}"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e15..1e15).prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(text.clone(), inner, 0..6)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

fn to_json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::Bool(bool) => Json::Bool(*bool),
        Kind::Number(text) => serde_json::from_str(text).unwrap(),
        Kind::String(text) => Json::String(text.clone()),
        Kind::Array(items) => items.iter().map(to_json).collect(),
        Kind::Object(entries) => {
            entries.iter().map(|(key, value)| (key.text.clone(), to_json(value))).collect()
        }
    }
}

/// Calls `check` with each node and its pointer.
fn each(node: &Node, pointer: &str, check: &mut impl FnMut(&Node, &str)) {
    check(node, pointer);
    match &node.kind {
        Kind::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                each(item, &super::super::join(pointer, &at.to_string()), check);
            }
        }
        Kind::Object(entries) => {
            for (key, value) in entries {
                each(value, &super::super::join(pointer, &key.text), check);
            }
        }
        _ => {}
    }
}

/// Line and column by counting, to hold the table against.
fn counted(text: &str, offset: usize) -> (u32, u32) {
    let before = text[..offset].trim_start_matches('\u{feff}');
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    (line as u32, column as u32)
}

/// JSON of the words that `File` knows, so that much of it fits and much of it nearly does.
fn nearly_a_file() -> impl Strategy<Value = Json> {
    const WORDS: &[&str] = &[
        "need", "on", "do", "titles", "fields", "levels", "field", "when", "becomes", "after", "move",
        "type", "currency", "money", "text", "1", "decimal", "record", "a", "nede", "B",
    ];
    let word = prop::sample::select(WORDS);
    let leaf = prop_oneof![
        4 => word.clone().prop_map(Json::from),
        1 => any::<u8>().prop_map(Json::from),
        1 => Just(Json::Null),
        1 => Just(Json::from(1e300)),
    ];
    let inner = leaf.prop_recursive(4, 60, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    });
    let top = prop::sample::select(&WORDS[..7]).prop_map(str::to_owned);
    prop::collection::btree_map(top, inner, 0..5)
        .prop_map(|entries| Json::Object(entries.into_iter().collect()))
}

proptest! {
    #[test]
    fn there_are_defects_exactly_when_serde_json_refuses(json in nearly_a_file()) {
        let text = serde_json::to_string(&json).unwrap();
        let ours = read::<File>(&text).unwrap();
        match serde_json::from_str::<File>(&text) {
            Ok(theirs) => {
                prop_assert_eq!(&ours.defects, &[]);
                prop_assert_eq!(ours.value.unwrap(), theirs);
            }
            Err(error) => prop_assert!(!ours.defects.is_empty(), "{error}"),
        }
        let mut places: Vec<_> = ours.defects.iter().map(|d| (d.place(), d.message())).collect();
        places.dedup();
        prop_assert_eq!(places.len(), ours.defects.len());
    }

    #[test]
    fn any_value_comes_back_and_its_parts_stand_where_they_say(
        json in any_json(), pretty in any::<bool>(), mark in any::<bool>(),
    ) {
        let written = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.unwrap();
        let text = format!("{}{written}", if mark { "\u{feff}" } else { "" });
        let (root, flaws) = parse(&text).unwrap();
        prop_assert_eq!(&flaws, &[]);
        let expected: Json = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(to_json(&root), expected);
        let tree = Tree::new(&text, root.clone());
        each(&root, "", &mut |node, pointer| {
            let part = &text[node.span.start..node.span.end];
            assert_eq!(to_json(&parse(part).unwrap().0), to_json(node));
            assert_eq!(tree.find(pointer), Some(node));
            assert_eq!(tree.pointer_at(node.span.start), pointer);
            let place = tree.place(pointer);
            assert_eq!((place.line, place.column), counted(&text, node.span.start));
        });
    }

    #[test]
    fn serde_reads_the_same_through_the_tree(json in any_json()) {
        let text = serde_json::to_string(&json).unwrap();
        let ours = read::<Json>(&text).unwrap();
        prop_assert_eq!(ours.defects.len(), 0);
        // Written by serde_json, which writes the shortest text of a double, the numbers are exact.
        prop_assert_eq!(ours.value.unwrap(), json);
    }

    #[test]
    fn what_serde_json_refuses_we_refuse(
        json in any_json(), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        put in prop_oneof!["[\\[\\]{},:\"'\\\\0-9eE.+tfnu /#-]{0,3}", "\\PC{0,2}"], drop in 0..3_usize,
    ) {
        let text = serde_json::to_string(&json).unwrap();
        let mut letters: Vec<char> = text.chars().collect();
        let from = at.index(letters.len() + 1);
        let to = (from + drop).min(letters.len());
        letters.splice(from..to, put.chars());
        letters.truncate(letters.len().min(1 + cut.index(4 * letters.len() + 1)));
        let text: String = letters.into_iter().collect();
        let ours = parse(&text);
        // serde_json refuses numbers beyond a double, which are no matter of syntax.
        match serde_json::from_str::<Json>(&text) {
            Ok(theirs) => prop_assert_eq!(ours.as_ref().is_ok(), true, "{} {:?}", text, theirs),
            Err(error) => prop_assert!(ours.is_err() || error.to_string().contains("out of range"), "{text}"),
        }
        let defects = match read::<Json>(&text) {
            Ok(read) => read.defects,
            Err(defects) => { prop_assert!(!defects.is_empty()); defects }
        };
        for defect in defects {
            let place = defect.place().unwrap();
            prop_assert!(place.line >= 1 && place.column >= 1);
        }
    }

    #[test]
    fn any_text_at_all_is_answered(text in "\\PC{0,40}") {
        prop_assert_eq!(parse(&text).is_ok(), serde_json::from_str::<Json>(text.trim_start_matches('\u{feff}')).is_ok());
    }
}
