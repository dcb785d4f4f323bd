//! A statement under way: its text, and the parameters that stand in it.

use crate::store::sql::Param;
use std::fmt::Write;

/// The text of a statement, and its parameters in order.
#[derive(Debug, Default)]
pub(super) struct Sql<'a> {
    pub text: String,
    pub params: Vec<Param<'a>>,
}

impl<'a> Sql<'a> {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), params: Vec::new() }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// A parameter, with its type, so that the server need not guess it.
    pub fn arg(&mut self, param: Param<'a>) -> &mut Self {
        let kind = match &param {
            Param::Int(_) => "bigint",
            // A null always stands where a text may.
            Param::Text(_) | Param::Null => "text",
            Param::Bool(_) => "boolean",
            Param::Ints(_) => "bigint[]",
            Param::Texts(_) => "text[]",
            Param::Bools(_) => "boolean[]",
        };
        self.params.push(param);
        // Writing to a string cannot fail.
        let _ = write!(self.text, "${}::{kind}", self.params.len());
        self
    }

    /// Columns side by side as rows: `unnest($1::text[], $2::bigint[])`.
    pub fn unnest(&mut self, columns: impl IntoIterator<Item = Param<'a>>) -> &mut Self {
        self.push("unnest(");
        for (nth, column) in columns.into_iter().enumerate() {
            if nth > 0 {
                self.push(", ");
            }
            self.arg(column);
        }
        self.push(")")
    }
}

/// A column of texts.
pub(super) fn texts<'a, T>(rows: &[T], of: impl Fn(&T) -> &'a str) -> Param<'a> {
    Param::Texts(rows.iter().map(|row| Some(of(row))).collect())
}

/// A column of texts or nulls.
pub(super) fn maybe_texts<'a, T>(rows: &[T], of: impl Fn(&T) -> Option<&'a str>) -> Param<'a> {
    Param::Texts(rows.iter().map(of).collect())
}

/// A column of numbers.
pub(super) fn ints<'a, T>(rows: &[T], of: impl Fn(&T) -> i64) -> Param<'a> {
    Param::Ints(rows.iter().map(|row| Some(of(row))).collect())
}

/// A column of numbers or nulls.
pub(super) fn maybe_ints<'a, T>(rows: &[T], of: impl Fn(&T) -> Option<i64>) -> Param<'a> {
    Param::Ints(rows.iter().map(of).collect())
}

/// A column of booleans.
pub(super) fn bools<'a, T>(rows: &[T], of: impl Fn(&T) -> bool) -> Param<'a> {
    Param::Bools(rows.iter().map(of).collect())
}

/// A count as the database has it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
