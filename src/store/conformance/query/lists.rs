//! Lists of cases: orders and pages.

use crate::store::conformance::world::{bare, written};
use crate::store::conformance::{Verdict, holds, same};
use crate::store::{AnyQuery, AnyStore, CaseQuery};

pub async fn pages_hold_each_case_once<S: AnyStore + AnyQuery>(store: &S) -> Verdict {
    for id in ["c3", "c1", "c5", "c2", "c4"] {
        written(store, &[bare(id)?]).await?;
    }
    let mut query = CaseQuery { limit: 2, ..CaseQuery::default() };
    let mut ids = Vec::new();
    for _ in 0..5 {
        let page = store.cases(&query).await?;
        holds("a page is no longer than asked", page.rows.len() <= 2)?;
        ids.extend(page.rows.into_iter().map(|it| it.id));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    same("cases of all pages", &ids, &super::super::world::texts(&["c1", "c2", "c3", "c4", "c5"]))
}
