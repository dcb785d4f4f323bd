//! What PostgreSQL's error codes mean to a store.

use super::POSTGRES_SCHEMA;
use crate::store::StoreError;

/// The error of a SQLSTATE; none is a connection that broke.
pub(in crate::store::sql) fn error(code: Option<&str>, why: String) -> StoreError {
    let Some(code) = code else {
        return StoreError::Unreachable { why };
    };
    let why = format!("{why} (SQLSTATE {code})");
    match code {
        // A deadlock, a serialization failure, a lock that could not be had; too many connections.
        "40001" | "40P01" | "55P03" | "53300" => StoreError::Busy { why },
        // No such table, no such schema.
        "42P01" | "3F000" => StoreError::Unmigrated {
            found: 0,
            wanted: u32::try_from(POSTGRES_SCHEMA.len()).unwrap_or(u32::MAX),
        },
        // A text with U+0000, or one that is too long for an index.
        "22021" | "54000" => StoreError::Unfit { what: "a text".to_owned(), why },
        // A read-only transaction, or a server that follows another one.
        "25006" => StoreError::Full { why },
        _ if code.starts_with("53") => StoreError::Full { why },
        // The connection broke, or the server is going down or coming up.
        _ if code.starts_with("08") || code.starts_with("57P") => StoreError::Unreachable { why },
        _ => StoreError::Failed { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        let kind = |code: &str| match error(Some(code), "it".to_owned()) {
            StoreError::Busy { .. } => "busy",
            StoreError::Unreachable { .. } => "unreachable",
            StoreError::Full { .. } => "full",
            StoreError::Unmigrated { found: 0, wanted: 1 } => "unmigrated",
            StoreError::Unfit { .. } => "unfit",
            _ => "failed",
        };
        let codes =
            ["40P01", "40001", "57P01", "08006", "53100", "25006", "42P01", "22021", "42601", "53300"];
        let kinds = [
            "busy",
            "busy",
            "unreachable",
            "unreachable",
            "full",
            "full",
            "unmigrated",
            "unfit",
            "failed",
            "busy",
        ];
        assert_eq!(codes.map(kind), kinds);
        assert!(matches!(error(None, "closed".to_owned()), StoreError::Unreachable { .. }));
    }
}
