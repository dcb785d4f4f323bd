//! Event logs from tables (CSV), as other systems export them: a row is an event.
//!
//! A [`Mapping`] names the columns of case, activity and moment, and those from which fields are taken. Rows of a case
//! may stand anywhere and in any order. The encoding and what parts the cells are found out unless the mapping names
//! them; [`CsvLog`] says what was taken. A row that cannot be an event is left out, counted, and listed with its line and
//! column (the first [`LISTED`] of them).

mod columns;
mod decode;
mod quotes;
mod rows;

pub use rows::{BadRow, CsvLog, Fault};

use super::log::{LISTED, LogError, Mapping};
use columns::Places;
use decode::Decoded;
use std::cell::Cell;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

/// So many columns a table may have, as many as a sheet of Excel (C4).
pub const MAX_COLUMNS: usize = 16_384;
/// So many bytes a row may have (C4): a quote that is never closed would else take the whole file for one cell.
pub const MAX_ROW: usize = 64 << 20;
/// From so much of a table its delimiter is found out.
const LOOK: u64 = 64 << 10;

/// A table that cannot be read as a log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is empty.
    #[error("the table is empty")]
    Empty,
    /// There is no such encoding.
    #[error("there is no encoding `{0}`; write one such as `utf-8` or `windows-1251`")]
    Encoding(String),
    /// It has too many columns.
    #[error("the table has {found} columns, and a log has {MAX_COLUMNS} at most; is its delimiter right?")]
    TooManyColumns {
        /// How many.
        found: usize,
    },
    /// A row does not end.
    #[error("the row that begins in line {line} is longer than {MAX_ROW} bytes; is a quote never closed?")]
    RowTooLong {
        /// Where it begins.
        line: u64,
    },
    /// A quote does not end, so that all that follows would be one cell.
    #[error("the quote opened in line {line} is never closed")]
    QuoteOpen {
        /// Where it stands.
        line: u64,
    },
    /// Columns are not there.
    #[error("{}", columns::missing_told(.missing, .there))]
    Missing {
        /// What for, and the name; none where the mapping is silent.
        missing: Vec<(&'static str, Option<String>)>,
        /// The columns that are there.
        there: Vec<String>,
    },
    /// A column that is needed is there twice.
    #[error("the table has two columns `{0}`; give one of them another name")]
    Twice(String),
    /// The mapping does not fit.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Reads a table; a gzipped one is known by its first bytes.
///
/// # Errors
/// When it cannot be read, or has no columns for case, activity and moment. Single rows that are wrong are no error.
///
/// # Examples
/// ```
/// use voronka::interop::log::Mapping;
/// let mapping = Mapping::from_json(
///     r#"{ "columns": { "case": "Order", "activity": "Status", "time": "When" }, "time_format": "day_first" }"#,
/// )?;
/// let table = "Order;When;Status\n7;31.12.2026 14:05;New\n7;soon;Paid\n";
/// let log = voronka::interop::csv::read(table.as_bytes(), &mapping)?;
/// assert_eq!(log.traces[0].events[0].at.to_string(), "2026-12-31T14:05:00.000Z");
/// assert_eq!(log.bad_rows[0].to_string(), "line 3, column `When`: `soon` is no moment");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(mut table: impl BufRead, mapping: &Mapping) -> Result<CsvLog, CsvError> {
    if table.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        read_plain(flate2::bufread::MultiGzDecoder::new(table), mapping)
    } else {
        read_plain(table, mapping)
    }
}

fn read_plain(table: impl Read, mapping: &Mapping) -> Result<CsvLog, CsvError> {
    // Wrong time zones are told before the whole table is read.
    let clock = mapping.clock()?;
    let (decoded, encoding) = Decoded::new(table, mapping.encoding.as_deref())?;
    let room = Rc::new(Cell::new(MAX_ROW));
    let mut bounded = Bounded { inner: decoded, room: Rc::clone(&room) };
    let mut start = Vec::new();
    (&mut bounded).take(LOOK).read_to_end(&mut start)?;
    let (skip, named) = columns::separator_line(&start);
    let head = start.get(skip..).unwrap_or_default();
    let delimiter = mapping.delimiter.or(named).unwrap_or_else(|| columns::delimiter(head, mapping));
    let open = Rc::new(Cell::new(None));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter.byte()).flexible(true).has_headers(false).from_reader(
            quotes::Watched::new(
                Cursor::new(head.to_vec()).chain(bounded),
                delimiter.byte(),
                Rc::clone(&open),
            ),
        );
    let mut record = csv::StringRecord::new();
    let first_line = if skip > 0 { 2 } else { 1 };
    // A row that ends only where the table does is no row.
    let closed = || match open.get() {
        Some(line) => Err(CsvError::QuoteOpen { line: line + first_line - 1 }),
        None => Ok(()),
    };
    if !next(&mut reader, &mut record, &room)? {
        return Err(CsvError::Empty);
    }
    closed()?;
    if record.len() > MAX_COLUMNS {
        return Err(CsvError::TooManyColumns { found: record.len() });
    }
    let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    let places = Places::of(&names, mapping)?;
    let mut rows = rows::Rows::new(places, names.len(), &clock);
    while next(&mut reader, &mut record, &room)? {
        closed()?;
        let line = record.position().map_or(0, csv::Position::line) + first_line - 1;
        rows.take(line, &record);
    }
    closed()?;
    Ok(rows.into_log(encoding.get(), delimiter, names))
}

/// The next row; whether there is one.
fn next<R: Read>(
    reader: &mut csv::Reader<R>,
    record: &mut csv::StringRecord,
    room: &Cell<usize>,
) -> Result<bool, CsvError> {
    room.set(MAX_ROW);
    let line = reader.position().line();
    reader.read_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            CsvError::RowTooLong { line }
        }
        csv::ErrorKind::Io(error) => error.into(),
        other => io::Error::new(io::ErrorKind::InvalidData, format!("line {line}: {other:?}")).into(),
    })
}

/// Reads no further than a row may go.
struct Bounded<R> {
    inner: R,
    room: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = self.room.get();
        if room == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let fits = into.len().min(room);
        let read = self.inner.read(into.get_mut(..fits).unwrap_or_default())?;
        self.room.set(room - read);
        Ok(read)
    }
}
