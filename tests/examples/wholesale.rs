//! The wholesale example: its story word by word, and the file that it leaves.

use super::wholesale::host::Company;
use super::wholesale::{Asked, start};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use voronka::case::{Act, Effect};
use voronka::runtime::{Delivery, EffectHandler, Handled, Runtime, Setup, SystemClock};
use voronka::store::sql::SqliteStore;
use voronka::store::{CaseQuery, Query, Store, Wanted, check};
use voronka::{Case, Value};

struct Told {
    folder: TempDir,
    file: PathBuf,
    text: String,
}

/// Runs the example on a file of its own, as its `main` does; what it says at the end names the file.
fn run(file: &Path, language: &'static str, anew: bool) -> Result<String, String> {
    let mut told = String::new();
    let asked = Asked { file: file.to_owned(), language, anew };
    start(&asked, &mut told)
        .map(|()| told.replace(&file.display().to_string(), "FILE"))
        .map_err(|it| it.to_string())
}

/// A story in a file of the test's own. Each is played once, and its file copied: one file is all that there is of it.
fn story(language: &'static str) -> Told {
    static PLAYED: [OnceLock<(String, Vec<u8>)>; 2] = [const { OnceLock::new() }; 2];
    let (text, bytes) = PLAYED[usize::from(language == "ru")].get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wholesale.db");
        let text = run(&file, language, false).unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["wholesale.db"]);
        (text, std::fs::read(&file).unwrap())
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wholesale.db");
    std::fs::write(&file, bytes).unwrap();
    Told { folder, file, text: text.clone() }
}

fn number(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Rewrite with `UPDATE_GOLDEN=1 cargo test --all-features examples`, then read what `git diff` shows.
#[test]
fn wholesale_tells_the_same_story() {
    for (language, file) in [("en", "wholesale.txt"), ("ru", "wholesale.ru.txt")] {
        let told = story(language).text;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &told).unwrap();
            continue;
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        for (number, (found, expected)) in told.lines().zip(golden.lines()).enumerate() {
            assert_eq!(found, expected, "{file}, line {}; see `UPDATE_GOLDEN`", number + 1);
        }
        assert_eq!(told.lines().count(), golden.lines().count(), "{file}; see `UPDATE_GOLDEN`");
    }
}

#[test]
fn both_languages_tell_of_the_same_rows_and_entries() {
    let numbers = |language| -> Vec<Vec<String>> {
        let counted = ["rows of accounting", "строк в учёте"];
        let lines = story(language).text;
        let lines = lines.lines().filter(|line| counted.iter().any(|it| line.contains(it)));
        let digits = |it: &str| it.chars().all(|c| c.is_ascii_digit()) && !it.is_empty();
        let parts =
            |line: &str| line.split([' ', ',', ')']).filter(|it| digits(it)).map(str::to_owned).collect();
        lines.map(parts).collect()
    };
    let english = numbers("en");
    assert_eq!(english, numbers("ru"));
    assert_eq!(english.len(), 9, "{english:#?}");
}

#[test]
fn s7_what_is_rolled_back_leaves_neither_rows_nor_entries() {
    let text = story("en").text;
    let rolled_back: Vec<Vec<i64>> = (text.lines().filter(|line| line.contains("rolled back together")))
        .map(|line| line.split([' ', ',', ')']).filter_map(|it| it.parse().ok()).collect())
        .collect();
    assert_eq!(rolled_back.len(), 2, "{rolled_back:#?}");
    for counts in rolled_back {
        let [own, own_within, own_after, entries, within, after] = counts[..] else { panic!("{counts:?}") };
        // Both sides had written when one of them refused.
        assert!(own_within > own && within > entries, "{counts:?}");
        assert_eq!((own_after, after), (own, entries));
    }
}

#[test]
fn the_file_that_stays_is_sound() {
    let told = story("en");
    let store = SqliteStore::open(&told.file).unwrap();
    let checked = check(&store, 100, &mut |_, _| ()).unwrap();
    assert_eq!((checked.cases, checked.findings), (10, vec![]));
    assert_eq!(store.orphans(100).unwrap(), []);
    let query = CaseQuery { limit: 100, ..CaseQuery::default() };
    let rows = Query::cases(&store, &query).unwrap().rows;
    let runtime = Runtime::new(store, SystemClock, Setup::new("test"));
    let mut entries = 0;
    for row in rows {
        let loaded = runtime.store().load(&[Wanted::case(&row.id)]).unwrap();
        let case = loaded.found[0].case.as_ref().unwrap().read().unwrap();
        let journal = runtime.journal(&row.id, 1, u32::MAX).unwrap();
        assert_eq!(Case::replay_recorded(&journal).unwrap(), case, "{}", row.id);
        entries += journal.len() as u64;
    }
    assert_eq!(entries, checked.entries);
}

#[test]
fn the_books_of_the_company_are_as_the_story_tells() {
    let told = story("en");
    let db = Connection::open(&told.file).unwrap();
    let count = |what: &str| number(&db, &format!("SELECT count(*) FROM {what}"));
    assert_eq!(count("contract"), 1);
    assert_eq!(count("contract_line"), 2);
    assert_eq!((count("payment"), count("unposted")), (3, 1));
    assert_eq!((count("shipment"), count("shipment_line")), (2, 2));
    assert_eq!(count("delivery WHERE arrived"), 1);
    assert_eq!(count("reserve WHERE quantity > 0"), 0);
    // The claim was paid, once, and its case heard so.
    assert_eq!(count("refund WHERE kopecks = 120000"), 1);
    assert_eq!(count("refund"), 1);
    let on_hand = |item: &str, warehouse: &str| {
        number(&db, &format!("SELECT on_hand FROM stock WHERE item = '{item}' AND warehouse = '{warehouse}'"))
    };
    assert_eq!((on_hand("tile-4711", "main"), on_hand("tile-4711", "port")), (8, 0));
    assert_eq!(on_hand("tile-4712", "main"), 39);
    assert_eq!(count("message WHERE recipient = 'head'"), 4);
    assert_eq!(count("message WHERE recipient = 'storekeeper'"), 1);
    // Nothing waits: every effect was done once, every row of the inbox found its case.
    assert_eq!(count("voronka_effect"), 0);
    assert_eq!(count("voronka_inbox WHERE state <> 'done'"), 0);
    assert_eq!(count("voronka_inbox"), 1);
}

#[test]
fn a_second_run_says_what_is_there_and_changes_nothing() {
    let told = story("en");
    let bytes = || {
        let db = Connection::open(&told.file).unwrap();
        let all = |sql: &str| number(&db, sql);
        (all("SELECT count(*) FROM voronka_entry"), all("SELECT count(*) FROM payment"))
    };
    let before = bytes();
    let again = run(&told.file, "en", false).unwrap();
    assert!(again.starts_with("FILE is there already, as the story left it on Thu 12 Mar 17:30:"), "{again}");
    assert!(again.contains("[uyut] closed: “Sold”"), "{again}");
    assert_eq!(again.lines().filter(|line| line.trim_start().starts_with('[')).count(), 10);
    assert_eq!(bytes(), before);
    assert_eq!(run(&told.file, "en", true).unwrap(), told.text);
    assert_eq!(bytes(), before);
    drop(told.folder);
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "not a database").unwrap();
    for anew in [false, true] {
        assert_eq!(
            run(&file, "en", anew).unwrap_err(),
            format!("{} is no file of this example; name another", file.display())
        );
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a database");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn s5_an_effect_that_comes_again_is_done_once_and_one_that_fails_leaves_nothing() {
    let told = story("en");
    let company = Company::open(&told.file, SystemClock).unwrap();
    let db = Connection::open(&told.file).unwrap();
    let counts = || {
        ["message", "reserve", "effect_done", "voronka_entry"]
            .map(|table| number(&db, &format!("SELECT count(*) FROM {table}")))
    };
    let deliver = |case: &str, id: &str, act: Act| {
        let effect = Effect { id: id.to_owned(), lane: "own".to_owned(), rule: None, act };
        company.handle(&Delivery { case: case.to_owned(), effect, attempt: 1 })
    };
    let [messages, reserves, done, entries] = counts();
    let notify = Act::Notify { person: Some("anna".to_owned()), role: None, text: "Call them".into() };
    for _ in 0..2 {
        assert_eq!(deliver("lavka", "lavka/9/0", notify.clone()), Handled::Done);
        assert_eq!(counts(), [messages + 1, reserves, done + 1, entries]);
    }
    // The goods are there, but there is no case to be answered: so nothing is reserved either.
    let line = [("item", "paint-10".into()), ("characteristic", "white".into()), ("quantity", 2.into())];
    let line = Value::Record(line.map(|(name, value): (&str, Value)| (name.to_owned(), value)).into());
    let fields = BTreeMap::from([("lines".to_owned(), Value::List(vec![line]))]);
    let command = Act::Command { run: "nobody/9/1".to_owned(), command: "reserve".to_owned(), fields };
    let Handled::Retry(why) = deliver("nobody", "nobody/9/1", command) else { panic!("it was done") };
    assert_eq!(why, "there is no case nobody; open it first");
    assert_eq!(counts(), [messages + 1, reserves, done + 1, entries]);
}
