//! A table whose numbers are still numbers.

use crate::report::{Interval, Share};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde::Serialize;

/// A table: columns, and rows of as many cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Table {
    /// Its id within the section, the same in every language (`stages`, `by_reason`); a program finds it by that.
    pub id: String,
    /// What it shows, above it; nothing where the section's heading says enough.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows. A row that is too short is filled up with empty cells; what is too much is not shown.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its id, the same in every language: the heading in CSV (`entered`, `median_working`).
    pub id: String,
    /// Its heading for people.
    pub title: String,
    /// What its cells hold.
    pub kind: Kind,
}

/// What the cells of a column hold; any cell may be empty or a text as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Texts; they begin at the left.
    Text,
    /// Whole numbers, of cases mostly.
    Count,
    /// Shares.
    Share,
    /// Shares with their intervals: where numbers stand alone, three columns.
    ShareWithInterval,
    /// Differences of shares, in percentage points.
    Points,
    /// Differences of shares with their intervals.
    PointsWithInterval,
    /// Amounts, each with its currency.
    Money,
    /// Lengths of calendar time.
    Time,
    /// Lengths of working time, which is told in hours, since a day of it is not 24 of them.
    WorkingTime,
    /// Other numbers.
    Number,
    /// Dates.
    Date,
    /// Moments, in local time.
    Moment,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Row {
    /// How far its first cell is moved in: 0 for what stands by itself, 1 for a part of the row above.
    pub level: u8,
    /// Whether it is a sum or another line to look at first.
    pub strong: bool,
    /// Whether a line is drawn before it.
    pub ruled: bool,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Cell {
    /// What it says.
    pub figure: Figure,
    /// Whether it rests on so few cases that it means little; it is marked, and the mark explained.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub small: bool,
    /// The query that lists the cases behind it: `lost_at=invoice,reason=no_delivery` (F8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Figure {
    /// Nothing: it does not apply here.
    #[default]
    Empty,
    /// There could be a number, and there is none: the median of no visits. Shown as a dash.
    None,
    /// A text, as it is.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A share, 0 to 1, and the interval in which the true one lies.
    Share {
        /// The share.
        value: f64,
        /// Its interval.
        interval: Option<Interval>,
    },
    /// How much a share is greater than another, −1 to 1.
    Points {
        /// The difference.
        value: f64,
        /// Its interval.
        interval: Option<Interval>,
    },
    /// An amount.
    Money {
        /// How much.
        amount: Decimal,
        /// In which currency.
        currency: String,
    },
    /// A length of time, in milliseconds; a median may be half of one.
    Millis {
        /// How long.
        millis: Decimal,
        /// Whether it is working time.
        working: bool,
    },
    /// Another number, shown with so many decimal places.
    Number {
        /// The number.
        number: Decimal,
        /// Decimal places.
        places: u32,
    },
    /// A date.
    Date(NaiveDate),
    /// A moment, in local time.
    Moment(NaiveDateTime),
}

impl Table {
    /// A table with an id, without a title, columns and rows.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// The same with a title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same with a column more.
    #[must_use]
    pub fn column(mut self, id: impl Into<String>, title: impl Into<String>, kind: Kind) -> Self {
        self.columns.push(Column { id: id.into(), title: title.into(), kind });
        self
    }

    /// Adds a row.
    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
    }
}

impl Row {
    /// A row of these cells.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), ..Self::default() }
    }

    /// The same as a part of the row above.
    #[must_use]
    pub const fn under(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// The same as a sum: a line before it, and strong.
    #[must_use]
    pub const fn sum(mut self) -> Self {
        self.strong = true;
        self.ruled = true;
        self
    }
}

impl Cell {
    /// An empty one.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// One that could hold a number, where there is none.
    #[must_use]
    pub fn none() -> Self {
        Figure::None.into()
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Figure::Text(text.into()).into()
    }

    /// A whole number.
    #[must_use]
    pub fn count(count: u64) -> Self {
        Figure::Count(count).into()
    }

    /// A share without its interval; a dash where it is of nothing.
    #[must_use]
    pub fn share(share: Share) -> Self {
        share.value().map_or_else(Self::none, |value| Figure::Share { value, interval: None }.into())
    }

    /// A share with its interval (F3); a dash where it is of nothing.
    #[must_use]
    pub fn share_with_interval(share: Share) -> Self {
        let interval = share.interval();
        share.value().map_or_else(Self::none, |value| Figure::Share { value, interval }.into())
    }

    /// A share of an amount, 0 to 1; a dash where there is none.
    #[must_use]
    pub fn part(value: Option<f64>) -> Self {
        value.map_or_else(Self::none, |value| Figure::Share { value, interval: None }.into())
    }

    /// An amount.
    pub fn money(amount: Decimal, currency: impl Into<String>) -> Self {
        Figure::Money { amount, currency: currency.into() }.into()
    }

    /// A length of calendar time in milliseconds; a dash where there is none.
    #[must_use]
    pub fn time(millis: Option<Decimal>) -> Self {
        millis.map_or_else(Self::none, |millis| Figure::Millis { millis, working: false }.into())
    }

    /// A length of working time in milliseconds; a dash where there is none.
    #[must_use]
    pub fn working_time(millis: Option<Decimal>) -> Self {
        millis.map_or_else(Self::none, |millis| Figure::Millis { millis, working: true }.into())
    }

    /// Another number, with so many decimal places.
    #[must_use]
    pub fn number(number: Decimal, places: u32) -> Self {
        Figure::Number { number, places }.into()
    }

    /// The same with the query that lists the cases behind it (F8).
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// The same, marked where it rests on few cases.
    #[must_use]
    pub const fn small(mut self, small: bool) -> Self {
        self.small = small;
        self
    }
}

impl From<Figure> for Cell {
    fn from(figure: Figure) -> Self {
        Self { figure, small: false, query: None }
    }
}

impl Kind {
    /// Whether its cells begin at the left, as texts do.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text)
    }

    /// Whether its cells have intervals.
    #[must_use]
    pub const fn has_interval(self) -> bool {
        matches!(self, Self::ShareWithInterval | Self::PointsWithInterval)
    }
}
