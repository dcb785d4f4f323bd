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
            Param::Int(_) | Param::NoInt => "bigint",
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
    ///
    /// Of one row it is that row, `(VALUES ($1::text, $2::bigint))`: a step writes one of most things, and the server reads,
    /// plans and runs a row in a fraction of what it needs for arrays and a function that might give many.
    pub fn unnest(&mut self, columns: impl IntoIterator<Item = Param<'a>>) -> &mut Self {
        self.rows(columns, false)
    }

    /// The same with the row's place from 1 as the last column.
    pub fn numbered(&mut self, columns: impl IntoIterator<Item = Param<'a>>) -> &mut Self {
        self.rows(columns, true)
    }

    fn rows(&mut self, columns: impl IntoIterator<Item = Param<'a>>, numbered: bool) -> &mut Self {
        let columns: Vec<Param<'a>> = columns.into_iter().collect();
        let one = columns.iter().all(|it| match it {
            Param::Ints(rows) => rows.len() == 1,
            Param::Texts(rows) => rows.len() == 1,
            Param::Bools(rows) => rows.len() == 1,
            _ => false,
        });
        self.push(if one { "(VALUES (" } else { "unnest(" });
        for (nth, column) in columns.into_iter().enumerate() {
            if nth > 0 {
                self.push(", ");
            }
            self.arg(if one { only(column) } else { column });
        }
        self.push(match (one, numbered) {
            (true, true) => ", 1::bigint))",
            (true, false) => "))",
            (false, true) => ") WITH ORDINALITY",
            (false, false) => ")",
        })
    }
}

/// The one value of a column, always of the column's type.
fn only(column: Param<'_>) -> Param<'_> {
    match column {
        Param::Ints(rows) => rows.first().copied().flatten().map_or(Param::NoInt, Param::Int),
        Param::Texts(rows) => rows.first().copied().flatten().map_or(Param::Null, Param::Text),
        Param::Bools(rows) => rows.first().copied().map_or(Param::Null, Param::Bool),
        other => other,
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
