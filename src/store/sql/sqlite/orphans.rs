//! Rows that belong to no case, and what SQLite itself finds wrong with the file.

use crate::store::StoreError;
use crate::store::sql::{AnyExecutor, Param};

/// A row that belongs to nothing, or a fault of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Which: `timer c1/x/1/1`.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}

/// Tables whose rows belong to a case: what to call a row, the table, and what names it.
const TABLES: [(&str, &str); 6] = [
    ("entry", "SELECT 'entry ' || number || ' of case ' || case_id, case_id FROM voronka_entry"),
    ("timer", "SELECT 'timer ' || id, case_id FROM voronka_timer"),
    ("effect", "SELECT 'effect ' || id, case_id FROM voronka_effect"),
    ("activity", "SELECT 'activity ' || id || ' of case ' || case_id, case_id FROM voronka_activity"),
    ("field", "SELECT 'field ' || field || ' of case ' || case_id, case_id FROM voronka_field_value"),
    ("key", "SELECT 'key ' || kind || ' ' || key || ' of case ' || case_id, case_id FROM voronka_case_key"),
];

pub(super) async fn orphans<X: AnyExecutor>(conn: &X, limit: u32) -> Result<Vec<Orphan>, StoreError> {
    let mut found = Vec::new();
    let rows = conn.query("SELECT integrity_check FROM pragma_integrity_check", &[]).await?;
    for mut row in rows {
        let why = row.text(0)?;
        if why != "ok" && found.len() < limit as usize {
            found.push(Orphan { what: "the file".to_owned(), why });
        }
    }
    for (what, select) in TABLES {
        let left = i64::from(limit) - i64::try_from(found.len()).unwrap_or(i64::MAX);
        if left <= 0 {
            break;
        }
        let sql = format!(
            "{select} r WHERE NOT EXISTS (SELECT 1 FROM voronka_case_state c WHERE c.id = r.case_id) LIMIT ?1"
        );
        for mut row in conn.query(&sql, &[Param::Int(left)]).await? {
            let why = format!("there is no case {} to which this {what} belongs", row.text(1)?);
            found.push(Orphan { what: row.text(0)?, why });
        }
    }
    Ok(found)
}
