//! `voronka case bring-back`: lost cases come back in one go (F8).

use super::by_hand::{desk, open, step};
use super::run;
use std::fs;
use std::path::{Path, PathBuf};

/// A desk with c1, lost for want of delivery.
fn lost(name: &str) -> PathBuf {
    let dir = desk(name);
    open(&dir);
    let close = ["--close", "lost", "--reason", "no_delivery", "--comment", "too far"];
    let (told, status) = step(&dir, "anna:manager", "2026-03-02 11:00", &close);
    assert_eq!(status, 0, "{told}");
    dir
}

fn bring(dir: &Path, who: &str, what: &[&str]) -> (String, i32) {
    let mut arguments = vec!["case", "bring-back", "s.db", "--batch", "north-1", "--as", who];
    arguments.extend(["--at", "2026-03-02 12:00"]);
    arguments.extend(what);
    let it = run(dir, &arguments);
    (format!("{}{}", it.out, it.err), it.status)
}

#[test]
fn f8_a_list_is_reopened_with_calls_and_what_cannot_be_is_explained() {
    let dir = lost("brought_back");
    // As a report lists them: a mark, an empty line, one twice, one that is not there.
    fs::write(dir.join("list.txt"), "\u{feff}c1\r\n\n c1 \nnobody\n").unwrap();
    let call = ["--list", "list.txt", "--reopen", "--call", "call", "--title", "We deliver now", "--due"];
    let again = [&call[..], &["2 working hours", "--assignee", "boris"]].concat();
    let (told, status) = bring(&dir, "olga:head", &again);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("c1: reopened: Incoming request\n"), "{told}");
    assert!(told.contains("“We deliver now”") && told.contains("boris"), "{told}");
    assert!(told.contains("nobody: refused: there is no case nobody"), "{told}");
    assert!(told.ends_with("north-1: 1 back, 1 refused\n"), "{told}");
    // Twice does nothing twice.
    let before = run(&dir, &["case", "journal", "s.db", "c1"]).out;
    let (told, status) = bring(&dir, "olga:head", &again);
    assert!(told.ends_with("north-1: 0 back, 1 back since an earlier time, 1 refused\n"), "{told}");
    assert_eq!((run(&dir, &["case", "journal", "s.db", "c1"]).out, status), (before, 1));
    let (told, _) = bring(&dir, "olga:head", &[&again[..], &["--lang", "ru"]].concat());
    assert!(told.contains("c1: открыто снова раньше") && told.contains("1 отказано"), "{told}");
}

#[test]
fn f8_a_case_that_follows_is_opened_and_nonsense_is_refused() {
    let dir = lost("followed");
    let (told, status) = bring(&dir, "anna:manager", &["--case", "c1", "--follow"]);
    assert_eq!(status, 0, "{told}");
    assert_eq!(told, "c1: followed by north-1/c1: Incoming request\nnorth-1: 1 back\n");
    let shown = run(
        &dir,
        &["case", "show", "s.db", "north-1/c1", "--as", "anna:manager", "--at", "2026-03-02 12:30"],
    );
    for it in ["Tiles", "1250.50"] {
        assert!(shown.out.contains(it), "{it}: {}", shown.out);
    }
    let kept = run(&dir, &["case", "journal", "s.db", "north-1/c1", "--json"]).out;
    assert!(kept.contains(r#""c1":"follows""#), "{kept}");

    for (wrong, why) in [
        (&["--follow"][..], "--case"),
        (&["--case", "c1"], "--reopen"),
        (&["--case", "c1", "--reopen", "--follow"], "--follow"),
        (&["--case", "c1", "--reopen", "--call", "call", "--due", "soon"], "`soon` is no due time"),
        (&["--case", "c1", "--follow", "--scenario", "sale@x"], "`x` is no version"),
        (&["--case", " ", "--reopen"], "no case is named"),
        (&["--list", "none.txt", "--reopen"], "there is no such file"),
        (&["--case", "c1", "--reopen", "--title", "x"], "--call"),
    ] {
        let (told, status) = bring(&dir, "anna:manager", wrong);
        assert!(status == 2 && told.contains(why), "{wrong:?} {status}: {told}");
    }
}
