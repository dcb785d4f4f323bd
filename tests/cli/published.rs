//! `voronka db publish --next`: an edited copy on top of what is published, and cases that pass over.

use super::by_hand::{desk, open};
use super::run;
use std::fs;
use std::path::Path;

/// The scenario with some texts replaced, each everywhere.
fn edited(dir: &Path, name: &str, replaced: &[(&str, &str)]) {
    let mut text = fs::read_to_string(dir.join("wholesale.json")).unwrap();
    for (old, new) in replaced {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    fs::write(dir.join(name), text).unwrap();
}

#[test]
fn v3_an_edited_copy_is_published_and_open_cases_pass_over() {
    let dir = desk("published");
    open(&dir);
    edited(
        &dir,
        "two.json",
        &[("\"request\"", "\"inquiry\""), ("\"limit\": \"2 working days\"", "\"limit\": \"3 days\"")],
    );
    let publish = |more: &[&str]| {
        let mut arguments = vec!["db", "publish", "s.db", "two.json", "--as", "olga:head", "--next"];
        arguments.extend(more);
        run(&dir, &arguments)
    };
    let unmapped = publish(&["--adopt"]);
    assert_eq!(unmapped.status, 1, "{}", unmapped.err);
    let said = "cases under way cannot pass to it: stage \"request\" is gone; say onto which stage its cases go (case c1 stands there)\n";
    assert_eq!(unmapped.out, said);
    fs::write(
        dir.join("bad.tests.json"),
        r#"{ "tests": [ { "name": "it begins with the invoice", "given": { "at": "2026-03-02 10:00", "as": "manager anna" },
            "steps": [ { "at": "10:00", "expect": { "stage": "invoice" } } ] } ] }"#,
    )
    .unwrap();
    let failing = publish(&["--adopt", "--map", "request=inquiry", "--examples", "bad.tests.json"]);
    assert_eq!(failing.status, 1);
    assert!(failing.out.contains("failed: it begins with the invoice"), "{}", failing.out);
    let done = publish(&[
        "--adopt",
        "--map",
        "request=inquiry",
        "--examples",
        "bad.tests.json",
        "--despite",
        "they are of last year",
        "--comment",
        "three days are enough",
    ]);
    assert_eq!(
        (done.out.as_str(), done.err.as_str()),
        ("s.db: wholesale version 2 published\n  cases passed over: 1, refused: 0\n", "")
    );
    let shown = run(&dir, &["case", "show", "s.db", "c1", "--as", "anna:manager"]);
    assert!(shown.out.contains("wholesale 2"), "{}", shown.out);
    let done = run(&dir, &["case", "step", "s.db", "c1", "--as", "anna:manager", "--done", "c1/2/1"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(run(&dir, &["db", "check", "s.db"]).status, 0);
    // The same once more changes nothing.
    assert_eq!(publish(&[]).out, "the draft changes nothing of version 2 of scenario wholesale\n");
}

#[test]
fn v5_a_copy_of_an_earlier_version_is_put_on_top_of_the_latest() {
    let dir = desk("on-top");
    let publish = |file: &str| run(&dir, &["db", "publish", "s.db", file, "--as", "olga:head", "--next"]);
    assert!(publish("wholesale.json").err.contains("version 1 of wholesale is not published there"));
    assert_eq!(run(&dir, &["db", "publish", "s.db", "wholesale.json"]).status, 0);
    edited(&dir, "mine.json", &[("\"limit\": \"2 working days\"", "\"limit\": \"3 days\"")]);
    edited(&dir, "hers.json", &[("\"probability\": 50", "\"probability\": 60")]);
    edited(&dir, "also.json", &[("\"probability\": 50", "\"probability\": 70")]);
    assert_eq!(publish("mine.json").out, "s.db: wholesale version 2 published\n");
    let said =
        "s.db: wholesale version 3 published\n  on top of version 2, which changed 1 thing meanwhile\n";
    assert_eq!(publish("hers.json").out, said);
    let clash = publish("also.json");
    assert_eq!(clash.status, 1);
    let said = "version 3 was published meanwhile and changed the same: 1 of the draft's edits are to be decided anew\n  stages/invoice/probability\n";
    assert_eq!(clash.out, said);
    let alone = run(&dir, &["db", "publish", "s.db", "mine.json", "--map", "a=b"]);
    assert_eq!(alone.status, 2);
}
