//! What is shown of a report: a document of sections with tables and charts, and the printers that write it.
//!
//! The numbers are made elsewhere; here they only get a form. A [`Document`] is plain data in the words of one language,
//! with every number still a number, so that each printer does with it what its readers need: a terminal gets aligned
//! text, a spreadsheet numbers that add up, a page charts.

mod chart;
mod clean;
mod csv;
#[cfg(feature = "pages")]
mod html;
mod locale;
#[cfg(feature = "pages")]
mod svg;
mod table;
mod text;
mod words;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use chart::{
    Bar, Chart, Drawing, Funnel, FunnelStep, Line, Lines, Measure, Pareto, StageTime, TimeOnStage,
};
pub use table::{Cell, Column, Figure, Kind, Row, Table};

#[cfg(feature = "pages")]
pub(crate) use clean::clean;
pub(crate) use locale::Locale;

#[cfg(feature = "xlsx")]
pub use xlsx::WorkbookError;

use chrono::NaiveDateTime;
use serde::Serialize;

/// A report to be shown: its sections, in the words of one language.
///
/// Its texts may come from cases as they are: each printer makes harmless what its readers' programs would take for
/// more than text (terminal codes, formulas, markup).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Document {
    /// What it is about.
    pub title: String,
    /// The lines below: which cases, which period, as of when.
    pub subtitle: Vec<String>,
    /// The language of its words (`en`, `ru`), by which numbers are written too.
    pub language: String,
    /// As of when it was made, in local time; what a workbook says of itself. Never asked of a clock here.
    pub as_of: Option<NaiveDateTime>,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A part of a document with a heading; in a workbook a sheet.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Section {
    /// Its id: the same in every language, so that a program finds it (`funnel`, `refusals`).
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What must be known to read it: what a share is of, what was left out.
    pub notes: Vec<String>,
    /// What it shows.
    pub parts: Vec<Part>,
}

/// One thing that a section shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A table.
    Table(Table),
    /// A chart, where the reader can see one; it shows nothing that a table does not say.
    Chart(Chart),
}

impl Document {
    /// A document without sections.
    pub fn new(title: impl Into<String>, language: impl Into<String>) -> Self {
        Self { title: title.into(), language: language.into(), ..Self::default() }
    }

    /// A table by the ids of its section and its own.
    #[must_use]
    pub fn table(&self, section: &str, table: &str) -> Option<&Table> {
        let sections = self.sections.iter().filter(|it| it.id == section);
        sections.flat_map(|it| &it.parts).find_map(|part| match part {
            Part::Table(it) if it.id == table => Some(it),
            _ => None,
        })
    }

    /// A chart by the ids of its section and its own.
    #[must_use]
    pub fn chart(&self, section: &str, chart: &str) -> Option<&Chart> {
        let sections = self.sections.iter().filter(|it| it.id == section);
        sections.flat_map(|it| &it.parts).find_map(|part| match part {
            Part::Chart(it) if it.id == chart => Some(it),
            _ => None,
        })
    }
}

impl Section {
    /// A section without content.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with one part more.
    #[must_use]
    pub fn part(mut self, part: impl Into<Part>) -> Self {
        self.parts.push(part.into());
        self
    }
}

impl From<Table> for Part {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl From<Chart> for Part {
    fn from(chart: Chart) -> Self {
        Self::Chart(chart)
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
