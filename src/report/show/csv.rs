//! Tables as CSV (RFC 4180), for spreadsheets and programs.
//!
//! Numbers are written as machines read them, with a point and without signs of thousands, whatever the language; so are
//! shares (0 to 1), times (milliseconds) and dates (ISO 8601). Headings are the columns' ids, which no language changes.
//!
//! A text that a spreadsheet would take for a formula gets an apostrophe before it: texts come from clients, and a formula
//! can read what stands beside it and send it away.

use super::{Cell, Document, Figure, Kind, Part, Table};
use chrono::NaiveDateTime;
use rust_decimal::Decimal;

impl Document {
    /// All numbers of all tables as one CSV table, a line for each cell: `section,table,number,row,level,column,value,low,
    /// high,currency,few,cases`.
    ///
    /// Whatever the report holds, the columns are the same; `number` is that of the row, `row` the text of its first cell, `few` 1 where
    /// the number rests on few cases, and `cases` the query that lists the cases behind the number (F8). For one table as it looks see [`Table::csv`].
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::new();
        let heads = [
            "section", "table", "number", "row", "level", "column", "value", "low", "high", "currency",
            "few", "cases",
        ];
        line(&mut out, heads.map(str::to_owned));
        for section in &self.sections {
            for part in &section.parts {
                if let Part::Table(table) = part {
                    table.cells(&section.id, &mut out);
                }
            }
        }
        out
    }
}

impl Table {
    /// The table as CSV, with the ids of its columns for headings.
    ///
    /// A share with its interval has three columns (`x`, `x_low`, `x_high`), an amount two (`x`, `x_currency`), a time
    /// one in milliseconds (`x_ms`). Where rows are parts of others a column `level` comes first.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::new();
        let levels = self.rows.iter().any(|row| row.level > 0);
        let mut heads = Vec::new();
        if levels {
            heads.push("level".to_owned());
        }
        for column in &self.columns {
            match column.kind {
                Kind::Time | Kind::WorkingTime => heads.push(format!("{}_ms", column.id)),
                _ => heads.push(column.id.clone()),
            }
            if column.kind.has_interval() {
                heads.extend([format!("{}_low", column.id), format!("{}_high", column.id)]);
            }
            if column.kind == Kind::Money {
                heads.push(format!("{}_currency", column.id));
            }
        }
        line(&mut out, heads);
        let empty = Cell::empty();
        for row in &self.rows {
            let mut fields = Vec::new();
            if levels {
                fields.push(row.level.to_string());
            }
            for (place, column) in self.columns.iter().enumerate() {
                let it = Plain::of(row.cells.get(place).unwrap_or(&empty));
                fields.push(it.value);
                if column.kind.has_interval() {
                    fields.extend([it.low, it.high]);
                }
                if column.kind == Kind::Money {
                    fields.push(it.currency);
                }
            }
            line(&mut out, fields);
        }
        out
    }

    fn cells(&self, section: &str, out: &mut String) {
        for (number, row) in self.rows.iter().enumerate() {
            let name = row.cells.first().map(|it| Plain::of(it).value).unwrap_or_default();
            for (column, cell) in self.columns.iter().zip(&row.cells) {
                if matches!(cell.figure, Figure::Empty | Figure::None) {
                    continue;
                }
                let it = Plain::of(cell);
                let few = if cell.small { "1" } else { "" };
                let query = cell.query.as_deref().map(harmless).unwrap_or_default();
                let place = [section.to_owned(), self.id.clone(), (number + 1).to_string(), name.clone()];
                let value =
                    [row.level.to_string(), column.id.clone(), it.value, it.low, it.high, it.currency];
                line(out, place.into_iter().chain(value).chain([few.to_owned(), query]));
            }
        }
    }
}

/// A cell as a machine reads it.
#[derive(Default)]
struct Plain {
    value: String,
    low: String,
    high: String,
    currency: String,
}

impl Plain {
    fn of(cell: &Cell) -> Self {
        let one = |value: String| Self { value, ..Self::default() };
        match &cell.figure {
            Figure::Empty | Figure::None => Self::default(),
            Figure::Text(text) => one(harmless(text)),
            Figure::Count(count) => one(count.to_string()),
            Figure::Share { value, interval } | Figure::Points { value, interval } => Self {
                value: float(*value),
                low: interval.map(|it| float(it.low)).unwrap_or_default(),
                high: interval.map(|it| float(it.high)).unwrap_or_default(),
                ..Self::default()
            },
            Figure::Money { amount, currency } => {
                Self { value: amount.to_string(), currency: harmless(currency), ..Self::default() }
            }
            Figure::Millis { millis: number, .. } | Figure::Number { number, .. } => one(plain(*number)),
            Figure::Date(date) => one(date.to_string()),
            Figure::Moment(at) => one(moment(*at)),
        }
    }
}

fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

fn float(number: f64) -> String {
    if number.is_finite() { number.to_string() } else { String::new() }
}

fn moment(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The text, with an apostrophe before it where a spreadsheet would take it for a formula (OWASP, "CSV injection").
fn harmless(text: &str) -> String {
    const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    // Some programs leave out the spaces before it.
    let first = text.chars().find(|c| *c != ' ' && *c != '\u{a0}');
    if first.is_some_and(|c| FORMULA.contains(&c)) { format!("'{text}") } else { text.to_owned() }
}

/// One line of fields, each within quotation marks where it has to be.
fn line(out: &mut String, fields: impl IntoIterator<Item = String>) {
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        // Programs of other countries part fields by semicolons and tabs.
        if field.contains(['"', ',', ';', '\t', '\r', '\n']) || field.starts_with(' ') || field.ends_with(' ')
        {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}
