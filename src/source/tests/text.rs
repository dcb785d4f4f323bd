//! Defects of the text, and places.

use super::super::json::{MAX_DEPTH, MAX_ITEMS, MAX_STRING, MAX_TEXT, parse};
use super::super::{Defect, Severity, Tree, join, read};
use super::told;
use serde_json::Value as Json;

fn defects(text: &str) -> Vec<Defect> {
    match read::<Json>(text) {
        Ok(read) => read.defects,
        Err(defects) => defects,
    }
}

#[test]
fn a_syntax_error_names_its_place_and_what_to_do() {
    for (text, expected, help) in [
        ("", "1:1 json-syntax the text is empty", ""),
        ("  \n ", "2:2 json-syntax the text is empty", ""),
        ("[1\n 2]", "2:2 json-syntax a comma is missing before this", ""),
        (r#"{"a": 1 "b": 2}"#, "1:9 json-syntax a comma is missing before this", ""),
        ("[1,\n]", "1:3 json-syntax after this comma nothing follows", "remove the comma"),
        ("{\"ж\": 1, }", "1:8 json-syntax after this comma nothing follows", "remove the comma"),
        (
            "{'a': 1}",
            "1:2 json-syntax expected a key in double quotes, found `'`",
            "texts and keys stand in straight double quotes: \"",
        ),
        (
            "[“a”]",
            "1:2 json-syntax /0: expected a value, found `“`",
            "texts and keys stand in straight double quotes: \"",
        ),
        ("[1, // one\n 2]", "1:5 json-syntax /1: JSON has no comments", "remove it"),
        ("[1 /* one */]", "1:4 json-syntax JSON has no comments", "remove it"),
        ("# a\n[]", "1:1 json-syntax JSON has no comments", "remove it"),
        (
            "{id: 1}",
            "1:2 json-syntax expected a key in double quotes, found `id`",
            "texts and keys stand in double quotes",
        ),
        (
            r#"{"a/b": {"c": True}}"#,
            "1:15 json-syntax /a~1b/c: expected a value, found `True`",
            "write true or false in lower case",
        ),
        (r#"{"a" = 1}"#, "1:6 json-syntax /a: expected `:`, found `=`", ""),
        (
            r#"{"a", "b"}"#,
            "1:5 json-syntax /a: the key `a` has no value",
            "a list stands in [ ], an object in { }",
        ),
        (r#"["a": 1]"#, "1:5 json-syntax a list has no keys", "an object stands in { }, a list in [ ]"),
        ("[[1, 2", "1:2 json-syntax /0: the list is not closed, `]` is missing", ""),
        (r#"{"a": 1"#, "1:1 json-syntax the object is not closed, `}` is missing", ""),
        (r#"{"a":"#, "1:6 json-syntax /a: expected a value, found the end of the text", ""),
        ("[] []", "1:4 json-syntax expected the end of the text, found `[`", ""),
        ("{}}", "1:3 json-syntax this closes nothing", "remove it, or open it earlier"),
        (
            "[\"a\nb\"]",
            "1:2 json-syntax /0: the text is not closed on its line",
            "close it with \", or write a new line as \\n",
        ),
        ("\"a", "1:1 json-syntax the text is not closed", "close it with \""),
        (r#""a\x""#, "1:3 json-syntax `\\` begins no known escape", "write a backslash as \\\\"),
        (
            r#""\ud800""#,
            "1:2 json-syntax `\\u` is not followed by a character",
            "write four hexadecimal digits",
        ),
        (
            r#""\u+123""#,
            "1:2 json-syntax `\\u` is not followed by a character",
            "write four hexadecimal digits",
        ),
        ("[01]", "1:3 json-syntax /0: a number may not begin with 0", "put it in quotes if it is a text"),
        ("[1.]", "1:4 json-syntax /0: expected a digit after the decimal point, found `]`", ""),
        ("[-]", "1:3 json-syntax /0: expected a digit, found `]`", ""),
        ("[1e+]", "1:5 json-syntax /0: expected a digit in the exponent, found `]`", ""),
        ("[.5]", "1:2 json-syntax /0: expected a value, found `.`", "a number begins with a digit or -"),
        (
            "[truely]",
            "1:2 json-syntax /0: expected a value, found `truely`",
            "texts and keys stand in double quotes",
        ),
    ] {
        let defects = defects(text);
        assert_eq!(told(&defects), [expected], "{text}");
        assert_eq!(defects[0].help().unwrap_or_default(), help, "{text}");
    }
}

#[test]
fn a_mark_at_the_start_is_no_defect_and_shifts_no_column() {
    assert_eq!(told(&defects("\u{feff}{\"a\": 1}")), [""; 0]);
    assert_eq!(told(&defects("\u{feff}[1 2]")), ["1:4 json-syntax a comma is missing before this"]);
}

#[test]
fn duplicate_keys_and_nul_are_told_together_and_the_first_value_stays() {
    let text = "{\n \"a\": 1,\n \"a\": 2, \"b\": {\"c\\u0000\": \"x\\u0000y\"},\n \"a\": 3}";
    let read = read::<Json>(text).unwrap();
    assert_eq!(
        told(&read.defects),
        [
            "3:2 json-duplicate-key /a: `a` stands twice in one object",
            "3:18 json-nul /b: a text may not contain the character U+0000",
            "3:29 json-nul /b/c\0: a text may not contain the character U+0000",
            "4:2 json-duplicate-key /a: `a` stands twice in one object",
        ]
    );
    assert_eq!(read.value.unwrap()["a"], 1);
}

#[test]
fn bounds_hold_on_a_small_stack() {
    let checks = || {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = |levels: usize, inner: &str| open.repeat(levels) + inner + &close.repeat(levels);
            assert_eq!(told(&defects(&deep(MAX_DEPTH, "1"))), [""; 0]);
            for levels in [MAX_DEPTH + 1, 10_000, 100_000] {
                let defects = defects(&deep(levels, "1"));
                assert_eq!(defects.len(), 1);
                assert_eq!(defects[0].code(), "json-too-deep");
            }
            let value = read::<crate::Value>(&deep(MAX_DEPTH, "1e300")).unwrap();
            assert_eq!(value.defects.len(), 1);
            assert_eq!(value.defects[0].code(), "bad-value");
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(checks).unwrap().join().unwrap();

    let large = format!("\"{}\"", "a".repeat(MAX_TEXT));
    assert_eq!(
        told(&defects(&large)),
        ["1:1 json-too-large the text has 1048578 bytes, 1048576 are allowed"]
    );
    let long = format!("[{}0]", "0,".repeat(MAX_ITEMS));
    let read = read::<Vec<u8>>(&long).unwrap();
    assert_eq!(told(&read.defects), ["1:1 json-too-long the list has more than 10000 elements"]);
    assert_eq!(read.value.unwrap().len(), MAX_ITEMS);
    let keys: Vec<_> = (0..=MAX_ITEMS).map(|at| format!("\"{at}\":0")).collect();
    let long = format!("{{{}}}", keys.join(","));
    assert_eq!(told(&defects(&long)), ["1:1 json-too-long the object has more than 10000 keys"]);
    let long = format!("[\"{}\"]", "ж".repeat(MAX_STRING / 2 + 1));
    assert_eq!(told(&defects(&long)), ["1:2 json-too-long /0: the text has 65538 bytes, 65536 are allowed"]);
}

#[test]
fn a_pointer_has_its_place_and_an_absent_part_that_of_what_is_around_it() {
    let text = "{\n  \"стадии\": [\n    { \"a/b\": \"ж\", \"m~n\": 2 }, 7\n  ]\r\n}";
    let tree = Tree::new(text, parse(text).unwrap().0);
    for (pointer, value, key) in [
        ("", (1, 1), (1, 1)),
        ("/стадии", (2, 13), (2, 3)),
        ("/стадии/0", (3, 5), (3, 5)),
        ("/стадии/0/a~1b", (3, 14), (3, 7)),
        ("/стадии/0/m~0n", (3, 26), (3, 19)),
        ("/стадии/1", (3, 31), (3, 31)),
        ("/стадии/01", (2, 13), (2, 13)),
        ("/стадии/2/x", (2, 13), (2, 13)),
        ("/стадии/0/none/deeper", (3, 5), (3, 5)),
        ("/none", (1, 1), (1, 1)),
    ] {
        let at = |place: super::super::Place| {
            assert_eq!(place.pointer, pointer);
            (place.line, place.column)
        };
        assert_eq!(at(tree.place(pointer)), value, "{pointer}");
        assert_eq!(at(tree.key_place(pointer)), key, "{pointer}");
    }
    assert!(tree.find("/стадии/0/a~1b").is_some());
    assert!(tree.find("/стадии/2").is_none());
    assert_eq!(join("/a", "b/c~d"), "/a/b~1c~0d");
}

#[test]
fn a_later_check_makes_defects_of_the_same_shape() {
    let text = "{\"a\": [1,\n 2]}";
    let tree = Tree::new(text, parse(text).unwrap().0);
    let mut defects = vec![
        tree.resolve(Defect::lint("dead-end", "/a/1", "nothing leads on").with_help("add a move")),
        tree.resolve(Defect::error("no-id", "/id", "missing `id`")),
    ];
    defects.sort();
    assert_eq!(told(&defects), ["1:1 no-id /id: missing `id`", "2:2 dead-end /a/1: nothing leads on"]);
    assert_eq!(defects[1].severity(), Severity::Lint);
    assert_eq!(
        serde_json::to_string(&defects[1]).unwrap(),
        r#"{"severity":"lint","code":"dead-end","pointer":"/a/1","line":2,"column":2,"message":"nothing leads on","help":"add a move"}"#
    );
}
