//! Lists by the actor's rights, and erasing through the runtime (G1, G2, S12).

use super::world::{Hands, Never, START, json, moment, read};
use serde_json::Value as Json;
use std::time::Duration;
use voronka::runtime::{Runtime, Setup, StepError};
use voronka::scenario::def::Color;
use voronka::store::{
    ActivityQuery, CaseFilter, CaseOrder, CaseQuery, Find, KeyKind, LightFilter, MemoryStore, Position, Query,
};
use voronka::{Actor, Opening};

const DAY: i64 = 86_400_000;

struct Office {
    hands: Hands,
    store: MemoryStore,
    runtime: Runtime<MemoryStore>,
}

fn of(id: &str, role: &str, team: &str) -> Actor {
    Actor { id: id.into(), roles: vec![role.into()], teams: vec![team.into()], ..Actor::default() }
}

fn boss() -> Actor {
    of("boss", "head", "")
}

/// Three cases: Anna's and Petr's of the north, Ivan's of the south; a storekeeper's task on Ivan's.
fn office() -> Office {
    let (hands, store) = (Hands::new(), MemoryStore::default());
    let setup =
        Setup::new("host").chance(Never).fact_limit(None).conflict_wait(Duration::ZERO, Duration::ZERO);
    let runtime = Runtime::new(store.clone(), hands.clone(), setup);
    let scenario = json!({
        "id": "sale", "value": "amount",
        "fields": {
            "amount": { "type": "money", "currency": "RUB", "see": "head" },
            "order": { "type": "text", "find": true },
            "secret": { "type": "text", "find": true, "see": "head" },
            "phone": { "type": "text", "personal": true }
        },
        "parties": { "client": {} },
        "rights": { "see_all": "head", "see_team": "lead", "see_own": ["manager", "storekeeper"],
                    "contacts": "head", "erase": "head" },
        "stages": [
            { "id": "request", "plan": [{ "id": "call", "call": "Call", "due": "1 day" }] },
            { "id": "pack", "plan": [{ "id": "pack", "task": "Pack", "role": "storekeeper", "due": "2 days" }] },
            { "id": "won", "outcome": "won" }
        ]
    });
    runtime.publish_text(&scenario.to_string(), &boss(), "first").unwrap();
    for (case, person, team, amount) in
        [("c1", "anna", "north", 100), ("c2", "petr", "north", 200), ("c3", "ivan", "south", 400)]
    {
        let opening: Opening = serde_json::from_value(json!({
            "responsible": person, "team": team, "title": format!("Deal of {person}"),
            "parties": { "client": { "contacts": [format!("+7 {case}")] } },
            "fields": { "amount": amount, "order": format!("order-{case}"), "secret": format!("secret-{case}"),
                        "phone": format!("phone of {case}") }
        }))
        .unwrap();
        runtime.open("sale", case, opening, format!("open-{case}"), boss()).unwrap();
    }
    let office = Office { hands, store, runtime };
    office.does("c3", "go", json!({ "move": { "to": "pack" } }));
    office
}

impl Office {
    fn does(&self, case: &str, id: &str, input: Json) {
        let request = voronka::runtime::Request::new(case, read(input), id, boss());
        self.runtime.step(request).unwrap();
    }

    fn ids(&self, actor: &Actor) -> Vec<String> {
        let query = CaseQuery { limit: 10, ..CaseQuery::default() };
        self.runtime.cases(query, actor).unwrap().rows.into_iter().map(|card| card.id).collect()
    }
}

#[test]
fn g1_a_list_has_the_rows_that_the_actor_sees() {
    let office = office();
    assert_eq!(office.ids(&of("anna", "manager", "north")), ["c1"]);
    assert_eq!(office.ids(&of("olga", "lead", "north")), ["c1", "c2"]);
    assert_eq!(office.ids(&boss()), ["c1", "c2", "c3"]);
    assert_eq!(office.ids(&of("x", "guest", "north")), Vec::<String>::new());
    let deputy = Actor { stands_in_for: vec!["ivan".into()], ..of("anna", "manager", "north") };
    assert_eq!(office.ids(&deputy), ["c1", "c3"]);
    assert_eq!(office.runtime.entries("c3", 1, 10, &of("anna", "manager", "north")).unwrap(), []);
}

#[test]
fn g2_cards_boards_and_entries_have_no_hidden_value() {
    let office = office();
    let anna = of("anna", "manager", "north");
    let query = CaseQuery { limit: 10, ..CaseQuery::default() };
    let card = office.runtime.cases(query.clone(), &anna).unwrap().rows.remove(0);
    assert_eq!((card.value.as_ref(), card.fields.len()), (None, 2));
    let card = office.runtime.cases(query, &boss()).unwrap().rows.remove(0);
    assert_eq!((card.value, card.fields.len()), (Some((100.into(), "RUB".into())), 4));
    let shown = |actor: &Actor| {
        let entries = office.runtime.entries("c1", 1, 10, actor).unwrap();
        serde_json::to_string(&entries).unwrap()
    };
    for secret in ["secret-c1", "+7 c1", "\"100\""] {
        assert!(shown(&boss()).contains(secret), "{secret}");
        assert!(!shown(&anna).contains(secret), "{secret}: {}", shown(&anna));
    }
    let board = |actor: &Actor| {
        let board = office.runtime.board(CaseFilter::default(), actor).unwrap();
        let cell = |it: voronka::store::BoardCell| (it.stage, it.cases, it.currency, it.ten_thousandths);
        board.cells.into_iter().map(cell).collect::<Vec<_>>()
    };
    let rub = || Some("RUB".to_owned());
    assert_eq!(
        board(&boss()),
        [("request".into(), 2, rub(), 3_000_000), ("pack".into(), 1, rub(), 4_000_000)]
    );
    assert_eq!(board(&of("olga", "lead", "north")), [("request".into(), 2, None, 0)]);
}

#[test]
fn g2_finding_by_what_is_hidden_finds_nothing() {
    let office = office();
    let field = |field: &str, text: &str| Find::Field { field: field.into(), text: text.into() };
    let found = |find: &Find, actor: &Actor| {
        office.runtime.find(find, actor, 10).unwrap().into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    let anna = of("anna", "manager", "north");
    assert_eq!(found(&field("order", "order-c1"), &anna), ["c1"]);
    assert_eq!(found(&field("order", "order-c2"), &anna), Vec::<String>::new());
    assert_eq!(found(&field("secret", "secret-c1"), &anna), Vec::<String>::new());
    assert_eq!(found(&field("secret", "secret-c1"), &boss()), ["c1"]);
    let key = Find::Key { kind: KeyKind::Contact, key: "+7 c2".into() };
    assert_eq!(found(&key, &of("petr", "manager", "")), ["c2"]);
}

#[test]
fn a3_an_agenda_has_what_is_due_today_of_ones_own_and_of_ones_roles() {
    let office = office();
    let agenda = |actor: &Actor, days: i64| {
        let at = moment(START).plus_millis(days * DAY);
        let page = office.runtime.agenda(actor, at, None, 10).unwrap();
        page.rows.into_iter().map(|it| (it.case, it.title)).collect::<Vec<_>>()
    };
    let anna = of("anna", "manager", "north");
    // Tomorrow at ten it is due: today it is not yet on the agenda, tomorrow it is.
    assert_eq!(agenda(&anna, 0), []);
    assert_eq!(agenda(&anna, 1), [("c1".into(), "Call".into())]);
    // Nobody has the storekeeper's task, so each of that role does; whose case it is does not matter.
    let keeper = of("sveta", "storekeeper", "");
    assert_eq!(agenda(&keeper, 2), [("c3".into(), "Pack".into())]);
    // What others have to do shows only where one sees their cases.
    let of_petr = ActivityQuery { owners: vec!["petr".into()], limit: 10, ..ActivityQuery::default() };
    let count = |actor: &Actor| office.runtime.activities(of_petr.clone(), actor).unwrap().rows.len();
    assert_eq!((count(&anna), count(&of("olga", "lead", "north")), count(&boss())), (0, 1, 1));
    let all = ActivityQuery { limit: 10, ..ActivityQuery::default() };
    assert_eq!(office.runtime.activities(all.clone(), &anna).unwrap().rows.len(), 1);
    assert_eq!(office.runtime.activities(all, &boss()).unwrap().rows.len(), 4);
}

#[test]
fn a5_what_is_red_is_told_by_columns_alone() {
    let office = office();
    office.hands.go(DAY);
    let red =
        CaseFilter { light: Some(LightFilter::Is(Color::Red, office.hands.read())), ..CaseFilter::default() };
    let query = CaseQuery { filter: red, order: CaseOrder::RedFrom, limit: 10, after: None };
    let page = office.runtime.cases(query, &boss()).unwrap();
    let cards: Vec<_> = page.rows.iter().map(|it| (it.id.as_str(), it.light, it.cause)).collect();
    // The call on the third case is overdue as well: moving on does not close it.
    let red = |id| (id, Some(Color::Red), Some("activity"));
    assert_eq!(cards, [red("c1"), red("c2"), red("c3")]);
}

#[test]
fn s12_erasing_reaches_entries_indexes_and_answers_and_is_done_once() {
    let office = office();
    let erase = |actor: &Actor, reason: &str, id: &str| office.runtime.erase("c1", reason, actor, id);
    assert!(matches!(erase(&of("anna", "manager", ""), "asked", "e1"), Err(StepError::Refused { .. })));
    let done = erase(&boss(), "asked by letter", "e1").unwrap();
    assert_eq!((done.entry.number, done.repeated, done.case.title.as_deref()), (2, false, None));
    assert!(erase(&boss(), "asked by letter", "e1").unwrap().repeated);
    assert!(matches!(erase(&boss(), "another reason", "e1"), Err(StepError::Taken { .. })));
    assert!(matches!(office.runtime.erase("c9", "x", &boss(), "e2"), Err(StepError::NoCase { .. })));
    // Nothing of it is left in what the store gives, by whatever way.
    let all = office.store.changes(Position::default(), 100).unwrap();
    let bytes: String = all.changes.iter().map(|it| it.entry.text.as_str()).collect();
    assert!(
        bytes.contains("phone of c2") && !bytes.contains("phone of c1") && !bytes.contains("+7 c1"),
        "{bytes}"
    );
    let key = Find::Key { kind: KeyKind::Contact, key: "+7 c1".into() };
    assert_eq!(office.runtime.find(&key, &boss(), 10).unwrap(), []);
    let answer = office.runtime.entries("c1", 1, 1, &boss()).unwrap();
    assert!(!serde_json::to_string(&answer).unwrap().contains("phone of c1"));
    let card =
        office.runtime.cases(CaseQuery { limit: 1, ..CaseQuery::default() }, &boss()).unwrap().rows.remove(0);
    assert_eq!((card.title, card.erased_at), (None, Some(moment(START))));
    // The opening sent again cannot be compared any more: it gets the first answer, and does nothing (S3).
    let again = office.runtime.open("sale", "c1", Opening::default(), "open-c1", boss()).unwrap();
    assert_eq!((again.repeated, again.entry.number, again.case.revision), (true, 1, 2));
}
