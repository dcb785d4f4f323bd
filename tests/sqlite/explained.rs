//! How SQLite runs the statements: lists by their indexes, a step without looking through a table.

use super::fixture::{everything, ids, minute, opened, set, write};
use super::toy;
use rusqlite::Connection;
use std::cell::RefCell;
use voronka::scenario::def::Color;
use voronka::store::sql::{Database, Executor, Param, Row, SqliteStore};
use voronka::store::{
    ActivityQuery, ActivityState, CaseFilter, CaseOrder, CaseQuery, Commit, Find, KeyKind, LeaseKind,
    LeaseRequest, LightFilter, PageKey, Query, Seen, Sight, Store, Wanted,
};

/// A database that asks SQLite for the plan of each statement before it runs it.
struct Explained {
    conn: Connection,
    plans: RefCell<Vec<(String, String)>>,
}

impl Explained {
    fn explain(&self, sql: &str, params: &[Param<'_>]) {
        let rows = toy::query(&self.conn, &format!("EXPLAIN QUERY PLAN {sql}"), params).unwrap();
        let mut plans = self.plans.borrow_mut();
        for Row(values) in rows {
            let voronka::store::sql::SqlValue::Text(detail) = &values[3] else { panic!("{values:?}") };
            plans.push((detail.clone(), sql.to_owned()));
        }
    }
}

impl Executor for &Explained {
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, voronka::store::StoreError> {
        self.explain(sql, params);
        toy::query(&self.conn, sql, params)
    }
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, voronka::store::StoreError> {
        self.explain(sql, params);
        toy::execute(&self.conn, sql, params)
    }
    fn script(&self, sql: &str) -> Result<(), voronka::store::StoreError> {
        self.conn.execute_batch(sql).map_err(toy::told)
    }
}

impl Database for &Explained {
    fn acquire(&self) -> Result<Box<dyn Executor + '_>, voronka::store::StoreError> {
        Ok(Box::new(*self))
    }
    fn owns(&self) -> bool {
        true
    }
}

fn explained(run: impl FnOnce(&SqliteStore<&Explained>)) -> Vec<(String, String)> {
    let db = Explained { conn: Connection::open_in_memory().unwrap(), plans: RefCell::default() };
    SqliteStore::new(&db).migrate().unwrap();
    db.plans.borrow_mut().clear();
    run(&SqliteStore::new(&db));
    db.plans.into_inner()
}

#[test]
fn every_list_walks_an_index_in_its_order() {
    let seen = Seen {
        scenarios: vec!["sale".to_owned()],
        persons: Some(vec!["anna".to_owned()]),
        teams: vec!["north".to_owned()],
    };
    let own = || CaseFilter {
        sight: Sight::Parts(vec![seen.clone()]),
        open: Some(true),
        responsible: Some("anna".to_owned()),
        ..CaseFilter::default()
    };
    let red = || LightFilter::Is(Color::Red, minute(0));
    let all = || everything();
    let asked = [
        ("voronka_case_person_red", CaseOrder::RedFrom, CaseFilter { light: Some(red()), ..own() }),
        ("voronka_case_person_red", CaseOrder::RedFrom, own()),
        (
            "voronka_case_person_yellow",
            CaseOrder::YellowFrom,
            CaseFilter { light: Some(LightFilter::TurnsYellow(minute(0), minute(9))), ..own() },
        ),
        ("voronka_case_red", CaseOrder::RedFrom, CaseFilter { light: Some(red()), ..all() }),
        (
            "voronka_case_red",
            CaseOrder::RedFrom,
            CaseFilter { light: Some(LightFilter::TurnsRed(minute(0), minute(9))), ..all() },
        ),
        ("voronka_case_yellow", CaseOrder::YellowFrom, all()),
        ("voronka_case_person_open", CaseOrder::Id, own()),
        (
            "voronka_case_stage_open",
            CaseOrder::Id,
            CaseFilter {
                open: Some(true),
                scenario: Some("sale".to_owned()),
                stage: Some("talk".to_owned()),
                ..all()
            },
        ),
        ("voronka_case_open", CaseOrder::Id, CaseFilter { open: Some(true), ..all() }),
        (
            "voronka_case_closed",
            CaseOrder::ClosedAt,
            CaseFilter {
                closed_from: Some(minute(0)),
                closed_to: Some(minute(9)),
                outcome: Some("won".to_owned()),
                ..all()
            },
        ),
        ("voronka_case_opened", CaseOrder::OpenedAt, all()),
        ("voronka_case_parent", CaseOrder::Id, CaseFilter { parent: Some("c0".to_owned()), ..all() }),
        ("sqlite_autoindex_voronka_case_state_1", CaseOrder::Id, all()),
    ];
    for (index, order, filter) in asked {
        for after in [None, Some(PageKey { at: 5, id: "c7".to_owned() })] {
            let query = CaseQuery { filter: filter.clone(), order, after, limit: 50 };
            let plans = explained(|store| drop(store.cases(&query).unwrap()));
            let first = &plans[0].0;
            assert!(first.contains(&format!("INDEX {index}")), "{first}\n{query:?}");
            let whole = order == CaseOrder::OpenedAt || query.after.is_none();
            let sorted = plans.iter().find(|(it, _)| it.contains("TEMP B-TREE"));
            assert_eq!(sorted, None, "{query:?}");
            let scans = plans.iter().find(|(it, _)| it.contains("SCAN") && !(whole && it.contains(index)));
            assert_eq!(scans, None, "{query:?}");
        }
    }
}

#[test]
fn agendas_walk_an_index_in_its_order() {
    let owner = ActivityQuery { owners: vec!["anna".to_owned()], limit: 50, ..ActivityQuery::default() };
    let role = ActivityQuery { roles: vec!["manager".to_owned()], limit: 50, ..ActivityQuery::default() };
    let asked = [
        ("voronka_activity_owner", owner.clone()),
        ("voronka_activity_owner", ActivityQuery { state: ActivityState::DueBy(minute(9)), ..owner.clone() }),
        ("voronka_activity_owner", ActivityQuery { state: ActivityState::Agenda(minute(9)), ..owner }),
        ("voronka_activity_role", role),
        (
            "voronka_activity_due",
            ActivityQuery { state: ActivityState::DueBy(minute(9)), limit: 50, ..ActivityQuery::default() },
        ),
    ];
    for (index, query) in asked {
        for after in [None, Some(PageKey { at: 5, id: "a7".to_owned() })] {
            let query = ActivityQuery { after, ..query.clone() };
            let plans = explained(|store| drop(store.activities(&query).unwrap()));
            assert!(plans[0].0.contains(&format!("SEARCH a USING INDEX {index}")), "{plans:?}");
            assert_eq!(plans.iter().find(|(it, _)| it.contains("TEMP B-TREE")), None, "{query:?}");
        }
    }
}

#[test]
fn a_step_and_what_is_leased_look_through_no_table() {
    let (first, open) = opened("c1");
    let (_, next) = set(first.case(), "B-1", "set-2");
    let plans = explained(|store| {
        store.commit(std::slice::from_ref(&open)).unwrap();
        store.commit(std::slice::from_ref(&next)).unwrap();
        store.load(&[Wanted { case: "c1".to_owned(), input_id: Some("set-2".to_owned()) }]).unwrap();
        store.journal("c1", 1, 10).unwrap();
        store.changes(Default::default(), 10).unwrap();
        let key = Find::Key { kind: KeyKind::Contact, key: "+7".to_owned() };
        store.find(&key, &Sight::All, 10).unwrap();
        let field = Find::Field { field: "order".to_owned(), text: "B-1".to_owned() };
        assert_eq!(store.find(&field, &Sight::All, 10).unwrap().len(), 1);
        for kind in [LeaseKind::Timers, LeaseKind::Inbox] {
            let (now, until) = (minute(0), minute(1));
            store.lease(&LeaseRequest { kind, now, until, by: "a".to_owned(), limit: 10 }).unwrap();
        }
    });
    // A constant, or a row of one, has no table to look through; a set of linked cases is small.
    let scans: Vec<_> = plans
        .iter()
        .filter(|(it, _)| it.contains("SCAN") && !it.contains("CONSTANT") && !it.contains("SCAN l"))
        .filter(|(it, _)| !it.contains("SCAN (subquery"))
        .collect();
    assert_eq!(scans, Vec::<&(String, String)>::new());
}

#[test]
fn pages_go_on_where_they_stopped_and_show_each_case_once() {
    let store = SqliteStore::open_in_memory().unwrap();
    let template = opened("c").1;
    let commits: Vec<Commit> = (0..97)
        .map(|nth: i64| {
            let mut commit = template.clone();
            let id = format!("c{nth:03}");
            commit.case.id.clone_from(&id);
            (commit.entry.case, commit.entry.input_id) = (id.clone(), format!("open-{id}"));
            // Many at the same moment, so that the id decides.
            commit.case.red_from = (nth % 3 != 0).then(|| minute(nth % 5));
            commit.case.opened_at = minute(nth % 7);
            commit.timers = Default::default();
            commit.activities = Default::default();
            commit.fields = Default::default();
            commit
        })
        .collect();
    store.commit(&commits).unwrap();
    for order in [CaseOrder::Id, CaseOrder::RedFrom, CaseOrder::OpenedAt] {
        let whole = ids(&store, everything(), order);
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let query = CaseQuery { filter: everything(), order, after, limit: 10 };
            let page = store.cases(&query).unwrap();
            paged.extend(page.rows.into_iter().map(|it| it.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole, "{order:?}");
        assert_eq!(whole.len(), if order == CaseOrder::RedFrom { 64 } else { 97 });
    }
    write(&store, opened("d").1);
    let of = |filter: CaseFilter| ids(&store, filter, CaseOrder::Id).len();
    assert_eq!(of(CaseFilter { light: Some(LightFilter::Is(Color::Red, minute(1))), ..everything() }), 26);
    assert_eq!(of(CaseFilter { sight: Sight::Parts(Vec::new()), ..CaseFilter::default() }), 0);
}
