//! Intake on a database, and in the host's own transaction (S7).

use super::world::*;
use rusqlite::{Connection, TransactionBehavior::Immediate};
use voronka::intake::Inquiry;
use voronka::runtime::{Runtime, Setup, SystemClock};
use voronka::store::{CaseQuery, Query, sql::SqliteStore};

#[test]
fn s7_inquiries_are_taken_in_on_a_file_and_within_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sales.db");
    let runtime =
        Runtime::new(SqliteStore::open_or_create(&file).unwrap(), SystemClock, Setup::new("office"))
            .taking_in();
    let intake =
        json!({ "responsible": [{ "in_turn": ["anna", "boris"] }], "reopen": { "within": "7 days" } });
    runtime.publish_text(&scenario(&intake).to_string(), &anna(), "").unwrap();
    let first = runtime.take_in(&mail("<1@c>", "eva@client.example", "tiles")).unwrap();
    assert_eq!(
        runtime.take_in(&mail("<1@c>", "eva@client.example", "tiles")).unwrap().decision.verdict.name(),
        "nothing"
    );
    let case = first.case.unwrap();
    let answer = runtime.take_in(&answering(mail("<2@h>", "eva@home.example", "Re"), "<1@c>")).unwrap();
    assert_eq!(answer.case.as_ref(), Some(&case));
    // In the host's transaction: what it drops is not there, what it commits is.
    let letter = mail("<3@c>", "ivan@client.example", "paint");
    for commits in [false, true] {
        let mut own = Connection::open(&file).unwrap();
        let tx = own.transaction_with_behavior(Immediate).unwrap();
        let taken = runtime.within(SqliteStore::on(&tx)).take_in(&letter).unwrap();
        assert_eq!(taken.decision.verdict.name(), "open");
        if commits {
            tx.commit().unwrap();
        }
    }
    let page = Query::cases(runtime.store(), &CaseQuery { limit: 9, ..CaseQuery::default() }).unwrap();
    let mut who: Vec<_> = page.rows.iter().map(|it| it.responsible.clone().unwrap()).collect();
    who.sort();
    assert_eq!(who, ["anna", "boris"], "the turn of the dropped transaction was not lost");
    // A closed case is found by its thread, and reopened with the letter, as one.
    let close = serde_json::from_value(json!({ "close": { "stage": "lost", "reason": "price" } })).unwrap();
    runtime.step(voronka::runtime::Request::new(&case, close, "lost", anna())).unwrap();
    let again = runtime.take_in(&answering(mail("<4@c>", "eva@client.example", "wait"), "<2@h>")).unwrap();
    assert_eq!((again.decision.verdict.name(), again.done.len()), ("reopen", 2));
    // What is undecided waits, and a person settles it.
    let opening = json!({ "parties": { "client": { "contacts": ["ivan@client.example"] } } });
    runtime.open("sale", "by-hand", serde_json::from_value(opening).unwrap(), "x", anna()).unwrap();
    let waits = runtime.take_in(&mail("<5@c>", "ivan@client.example", "when?")).unwrap();
    assert_eq!(waits.decision.verdict.name(), "undecided");
    // And once more with its text, which waits under a row of its own and amends when the first is settled.
    let more =
        Inquiry { text: Some("and how much?".to_owned()), ..mail("<5@c>", "ivan@client.example", "when?") };
    assert!(runtime.take_in(&more).unwrap().waits.is_some());
    runtime.receive().unwrap();
    assert_eq!(runtime.undecided("", 10).unwrap().rows.len(), 2);
    let row = waits.waits.unwrap();
    runtime.assign(&row, &voronka::runtime::Assign::Case("by-hand".to_owned()), &anna()).unwrap();
    runtime.receive().unwrap();
    assert_eq!(runtime.undecided("", 10).unwrap().rows, []);
    assert_eq!(voronka::store::check(runtime.store(), 100, &mut |_, _| ()).unwrap().findings, []);
}
