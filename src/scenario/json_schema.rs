//! The schema of scenario files, generated from their types.

use super::def::Definition;

/// The JSON Schema of scenario files (`docs/scenario.schema.json`), by which editors complete them.
///
/// It knows the form only; whether names, types and conditions fit is what [`check`](super::check()) says.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Definition);
    schema.insert("title".to_owned(), "A scenario of voronka".into());
    schema.to_value()
}
