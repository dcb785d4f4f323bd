//! A document as a workbook: a sheet that says what it is, and one for each table.
//!
//! Texts are written as texts, so that none is ever a formula; numbers as numbers, so that they add up; times as lengths of
//! time, dates as dates. The same document gives the same bytes.

use super::clean::clean;
use super::words::{Words, words};
use super::{Cell, Column, Document, Figure, Kind, Part, Section, Table};
use chrono::{Datelike, NaiveDateTime, Timelike};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeSet;

/// Why a workbook could not be made: more rows or columns than a sheet holds.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be made: {why}")]
pub struct WorkbookError {
    why: String,
}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        Self { why: error.to_string() }
    }
}

/// No sheet holds a longer text in one cell.
const LONGEST: usize = 32_767;
const MILLIS_OF_DAY: u32 = 86_400_000;

impl Document {
    /// The document as a workbook (XLSX), without its charts: the bytes of the file.
    ///
    /// # Errors
    /// A [`WorkbookError`] where a table has more rows (1,048,575) or columns (16,384) than a sheet holds.
    pub fn xlsx(&self) -> Result<Vec<u8>, WorkbookError> {
        let words = words(&self.language);
        let mut book = Workbook::new();
        // Without a moment of its own the library would ask the clock.
        let made = self.as_of.and_then(excel_moment).or_else(|| ExcelDateTime::from_ymd(2000, 1, 1).ok());
        let mut properties = DocProperties::new().set_title(text(&self.title));
        if let Some(made) = &made {
            properties = properties.set_creation_datetime(made);
        }
        book.set_properties(&properties);
        let mut names = Names::default();
        let cover = book.add_worksheet();
        cover.set_name(names.take(&self.title))?;
        self.cover(cover)?;
        for section in &self.sections {
            let tables = || {
                section.parts.iter().filter_map(|part| match part {
                    Part::Table(table) => Some(table),
                    _ => None,
                })
            };
            let several = tables().count() > 1;
            for table in tables() {
                let sheet = book.add_worksheet();
                let name = if several && !table.title.is_empty() { &table.title } else { &section.title };
                sheet.set_name(names.take(name))?;
                Sheet { sheet, words }.table(table)?;
            }
        }
        Ok(book.save_to_buffer()?)
    }

    /// What it is about, and what must be known to read it.
    fn cover(&self, sheet: &mut Worksheet) -> Result<(), WorkbookError> {
        let (strong, wrapped) =
            (Format::new().set_bold(), Format::new().set_text_wrap().set_align(FormatAlign::Top));
        sheet.set_column_width(0, 100)?;
        sheet.write_string_with_format(0, 0, text(&self.title), &strong.clone().set_font_size(14))?;
        let mut row = 1;
        for line in &self.subtitle {
            sheet.write_string_with_format(row, 0, text(line), &wrapped)?;
            row += 1;
        }
        for section in &self.sections {
            row += 1;
            sheet.write_string_with_format(row, 0, text(&section.title), &strong)?;
            row += 1;
            for line in said(section) {
                sheet.write_string_with_format(row, 0, text(line), &wrapped)?;
                row += 1;
            }
        }
        Ok(())
    }
}

/// The notes and paragraphs of a section.
fn said(section: &Section) -> impl Iterator<Item = &str> {
    let paragraphs = section.parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        _ => None,
    });
    section.notes.iter().map(String::as_str).chain(paragraphs)
}

struct Sheet<'s> {
    sheet: &'s mut Worksheet,
    words: &'s Words,
}

impl Sheet<'_> {
    fn table(&mut self, table: &Table) -> Result<(), WorkbookError> {
        let head = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin);
        let mut place: u16 = 0;
        let mut widths = Vec::new();
        for (number, column) in table.columns.iter().enumerate() {
            let mut heads = vec![column.title.clone()];
            if column.kind.has_interval() {
                let [from, to] = self.words.interval;
                heads.extend([format!("{}, {from}", column.title), format!("{}, {to}", column.title)]);
            }
            for (part, title) in heads.iter().enumerate() {
                let format = if column.kind.is_text() {
                    head.clone()
                } else {
                    head.clone().set_align(FormatAlign::Right)
                };
                self.sheet.write_string_with_format(0, place, text(title), &format)?;
                widths.push(if part == 0 { self.width(table, number, column) } else { 12 });
                place = place.saturating_add(1);
            }
        }
        for (place, width) in (0..).zip(widths) {
            self.sheet.set_column_width(place, width)?;
        }
        self.sheet.set_freeze_panes(1, 1)?;
        self.sheet.set_repeat_rows(0, 0)?;
        self.sheet.set_landscape();
        self.sheet.set_print_fit_to_pages(1, 0);
        let mut row: u32 = 1;
        for it in &table.rows {
            let mut look = Format::new().set_align(FormatAlign::Top);
            if it.strong {
                look = look.set_bold();
            }
            if it.ruled {
                look = look.set_border_top(FormatBorder::Thin);
            }
            let mut place: u16 = 0;
            for (number, column) in table.columns.iter().enumerate() {
                if let Some(cell) = it.cells.get(number) {
                    let indent = if number == 0 { it.level } else { 0 };
                    self.cell(
                        cell,
                        (row, place),
                        column,
                        &look.clone().set_indent(indent),
                        table.places(number),
                    )?;
                }
                place = place.saturating_add(if column.kind.has_interval() { 3 } else { 1 });
            }
            row = row.saturating_add(1);
        }
        if table.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.small) {
            self.sheet.write_string_with_format(row + 1, 0, self.words.few, &Format::new().set_italic())?;
        }
        Ok(())
    }

    fn cell(
        &mut self,
        cell: &Cell,
        (row, place): (u32, u16),
        column: &Column,
        look: &Format,
        places: u32,
    ) -> Result<(), WorkbookError> {
        // A number on few cases is a number all the same; its look says what the mark says elsewhere.
        let look = if cell.small { look.clone().set_italic() } else { look.clone() };
        let mut number = |place: u16, value: f64, format: &str| -> Result<(), WorkbookError> {
            if value.is_finite() {
                self.sheet.write_number_with_format(
                    row,
                    place,
                    value,
                    &look.clone().set_num_format(format),
                )?;
            }
            Ok(())
        };
        match &cell.figure {
            Figure::Empty | Figure::None => {
                self.sheet.write_blank(row, place, &look)?;
            }
            Figure::Text(it) => {
                let look = if column.kind.is_text() { look.set_text_wrap() } else { look };
                self.sheet.write_string_with_format(row, place, text(it), &look)?;
            }
            #[expect(clippy::cast_precision_loss, reason = "counts of cases")]
            Figure::Count(count) => number(place, *count as f64, "#,##0")?,
            Figure::Share { value, interval } | Figure::Points { value, interval } => {
                let format =
                    if matches!(cell.figure, Figure::Points { .. }) { "+0.0%;-0.0%;0.0%" } else { "0.0%" };
                number(place, *value, format)?;
                if let (Some(it), true) = (interval, column.kind.has_interval()) {
                    number(place + 1, it.low, format)?;
                    number(place + 2, it.high, format)?;
                }
            }
            Figure::Money { amount, currency } => {
                let digits = if places == 0 { "#,##0" } else { "#,##0.00" };
                // What is no plain code could mean something in a format.
                let plain = !currency.is_empty() && currency.chars().all(char::is_alphanumeric);
                let format = if plain { format!("{digits} \"{currency}\"") } else { digits.to_owned() };
                number(place, float(*amount), &format)?;
            }
            Figure::Millis { millis, .. } => {
                number(place, float(*millis / Decimal::from(MILLIS_OF_DAY)), "[h]:mm:ss")?
            }
            Figure::Number { number: it, places } => {
                let format = match *places {
                    0 => "#,##0".to_owned(),
                    places => format!("#,##0.{}", "0".repeat(places.min(10) as usize)),
                };
                number(place, float(*it), &format)?;
            }
            Figure::Date(date) => {
                self.date(date.and_time(chrono::NaiveTime::MIN), (row, place), &look, "yyyy-mm-dd")?
            }
            Figure::Moment(at) => self.date(*at, (row, place), &look, "yyyy-mm-dd hh:mm")?,
        }
        Ok(())
    }

    /// A date as such; one that a workbook does not know, before 1900, as a text.
    fn date(
        &mut self,
        at: NaiveDateTime,
        (row, place): (u32, u16),
        look: &Format,
        format: &str,
    ) -> Result<(), WorkbookError> {
        match excel_moment(at) {
            Some(date) => self.sheet.write_datetime_with_format(
                row,
                place,
                &date,
                &look.clone().set_num_format(format),
            )?,
            None => self.sheet.write_string_with_format(row, place, at.to_string(), look)?,
        };
        Ok(())
    }

    /// As wide as what it holds, within reason.
    fn width(&self, table: &Table, number: usize, column: &Column) -> u16 {
        let places = table.places(number);
        let told = |cell: &Cell| cell.in_words(self.words, places).0.chars().count();
        let cells = table.rows.iter().filter_map(|row| row.cells.get(number)).map(told).max().unwrap_or(0);
        // A long heading goes on below.
        let head = column.title.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        let most = if matches!(column.kind, Kind::Text) { 60 } else { 30 };
        u16::try_from(cells.max(head).max(8).min(most) + 2).unwrap_or(20)
    }
}

fn float(number: Decimal) -> f64 {
    number.to_f64().unwrap_or(f64::NAN)
}

fn excel_moment(at: NaiveDateTime) -> Option<ExcelDateTime> {
    let year = u16::try_from(at.year()).ok().filter(|year| (1900..=9999).contains(year))?;
    let (month, day) = (u8::try_from(at.month()).ok()?, u8::try_from(at.day()).ok()?);
    let (minute, second) = (u8::try_from(at.minute()).ok()?, u8::try_from(at.second()).ok()?);
    let hour = u16::try_from(at.hour()).ok()?;
    ExcelDateTime::from_ymd(year, month, day).ok()?.and_hms(hour, minute, second).ok()
}

/// A text as a cell may hold it.
fn text(text: &str) -> String {
    let text = clean(text);
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= LONGEST
    };
    text.chars().take_while(fits).collect()
}

/// Names of sheets that a workbook takes: short, without signs that mean something, none twice.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    const LONGEST: usize = 31;

    fn take(&mut self, title: &str) -> String {
        let plain: String =
            clean(title).chars().map(|c| if "[]:*?/\\".contains(c) { ' ' } else { c }).collect();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = plain.trim_matches('\'').trim();
        // The one name that Excel keeps for itself.
        let plain = if plain.is_empty() || plain.eq_ignore_ascii_case("history") { "—" } else { plain };
        let mut number = 1_u32;
        loop {
            let end = if number == 1 { String::new() } else { format!(" ({number})") };
            let mut left = Self::LONGEST - end.len();
            let fits = |c: &char| {
                let fits = c.len_utf16() <= left;
                left = if fits { left - c.len_utf16() } else { 0 };
                fits
            };
            let begin: String = plain.chars().take_while(fits).collect();
            let name = format!("{}{end}", begin.trim_end_matches(['\'', ' ']));
            // They are told apart without regard to capitals.
            if self.0.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_legal_whatever_the_title() {
        let mut names = Names::default();
        assert_eq!(names.take("Sales [2026]: a/b?"), "Sales 2026 a b");
        assert_eq!(names.take("sales 2026 A B"), "sales 2026 A B (2)");
        assert_eq!(names.take("''"), "—");
        assert_eq!(names.take("History"), "— (2)");
        let long = "Обращения по каналам и ответственным за период";
        let [first, second] = [names.take(long), names.take(long)];
        assert_eq!(
            (first.as_str(), second.as_str()),
            ("Обращения по каналам и ответств", "Обращения по каналам и отве (2)")
        );
        assert!(names.take(&"🙂".repeat(40)).encode_utf16().count() <= 31);
    }

    #[test]
    fn a_long_text_is_cut_where_no_cell_could_hold_it() {
        assert_eq!(text(&"🙂".repeat(20_000)).encode_utf16().count(), 32_766);
    }
}
