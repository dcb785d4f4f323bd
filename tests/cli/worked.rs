//! The loop of a host: timers, the inbox, effects as lines.

use super::by_hand::{desk, open, sell};
use super::{run, voronka};
use rusqlite::Connection;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

#[test]
fn s5_s8_what_is_due_is_done_once() {
    let dir = desk("work");
    open(&dir);
    sell(&dir);
    let db = Connection::open(dir.join("s.db")).unwrap();
    let post = "INSERT INTO voronka_inbox (id, object, input) VALUES (?1, ?2, ?3)";
    db.execute(post, ["m1", "c1", r#"{"note": {"text": "from elsewhere"}}"#]).unwrap();
    db.execute(post, ["m2", "nobody", r#"{"tick": null}"#]).unwrap();
    db.execute(post, ["m3", "c1", "no JSON"]).unwrap();
    let it = run(&dir, &["work", "s.db", "--once", "--by", "desk-1"]);
    assert_eq!(it.status, 0);
    let lines: Vec<serde_json::Value> =
        it.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let acts: Vec<&str> = lines
        .iter()
        .filter_map(|it| it["effect"]["act"].as_object()?.keys().next().map(String::as_str))
        .collect();
    assert_eq!(
        (acts.first(), lines[0]["case"].as_str(), &lines[0]["attempt"]),
        (Some(&"command"), Some("c1"), &1.into())
    );
    let last = it.err.lines().last().unwrap_or_default();
    assert!(last.ends_with(&format!("1 inbox rows stepped, {} effects written", lines.len())), "{}", it.err);
    assert!(it.err.contains("voronka: inbox row m2: "), "{}", it.err);
    assert!(it.err.contains("voronka: inbox row m3: "), "{}", it.err);
    let journal = run(&dir, &["case", "journal", "s.db", "c1", "--as", "anna:manager"]).out;
    assert!(journal.contains("from elsewhere"), "{journal}");
    // Nothing is left.
    let it = run(&dir, &["work", "s.db", "--once"]);
    assert_eq!((it.out.as_str(), it.status), ("", 0));
    assert!(
        it.err.ends_with("voronka: 0 timers fired, 0 inbox rows stepped, 0 effects written\n"),
        "{}",
        it.err
    );
}

#[cfg(unix)]
#[test]
fn it_works_until_it_is_told_to_end() {
    let dir = desk("work-on");
    open(&dir);
    let mut child =
        voronka(&dir).args(["work", "s.db"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    sell(&dir);
    let line = lines.next().unwrap().unwrap();
    assert!(line.starts_with(r#"{"case":"c1","attempt":1,"effect":{"#), "{line}");
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let ended = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(100));
        child.try_wait().unwrap()
    });
    if ended.is_none() {
        child.kill().unwrap();
    }
    assert_eq!(ended.and_then(|it| it.code()), Some(0), "it ends well, and within ten seconds");
}

#[test]
fn effects_that_nobody_reads_are_not_done() {
    let dir = desk("work-unread");
    open(&dir);
    sell(&dir);
    let mut child =
        voronka(&dir).args(["work", "s.db"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success(), "whoever reads has seen enough");
    let db = Connection::open(dir.join("s.db")).unwrap();
    let left: i64 = db.query_row("SELECT count(*) FROM voronka_effect", [], |row| row.get(0)).unwrap();
    assert!(left > 0);
}
