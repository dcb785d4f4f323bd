//! A document as text for a terminal or a letter.

use super::clean::clean;
use super::words::{Words, words};
use super::{Cell, Document, Figure, Kind, Part, Section, Table};

/// Longer texts in a table go on below.
const WIDEST: usize = 60;

impl Document {
    /// The document as text: headings, aligned tables, notes; no charts.
    ///
    /// ```
    /// use voronka::report::show::{Cell, Document, Kind, Row, Section, Table};
    /// let mut table = Table::new("stages").column("stage", "Stage", Kind::Text).column("entered", "Entered", Kind::Count);
    /// table.push(Row::new([Cell::text("Request"), Cell::count(1200)]));
    /// let mut document = Document::new("Sale", "en");
    /// document.sections.push(Section::new("funnel", "Funnel").part(table));
    /// assert_eq!(document.text(), "Sale\n\nFunnel\n\nStage    Entered\n────────────────\nRequest    1,200\n");
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        line(&mut out, &self.title);
        for text in &self.subtitle {
            line(&mut out, text);
        }
        for section in &self.sections {
            out.push('\n');
            section.print(&mut out, words(&self.language));
        }
        out
    }
}

impl Section {
    fn print(&self, out: &mut String, words: &Words) {
        line(out, &self.title);
        for note in &self.notes {
            line(out, note);
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    out.push('\n');
                    line(out, text);
                }
                Part::Table(table) => {
                    out.push('\n');
                    if !table.title.is_empty() {
                        line(out, &table.title);
                    }
                    table.print(out, words);
                }
                // A table beside it says the same.
                Part::Chart(_) => {}
            }
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(clean(text).trim_end());
    out.push('\n');
}

impl Table {
    /// The table as text: its columns aligned, a line below the headings.
    #[must_use]
    pub fn text(&self, language: &str) -> String {
        let mut out = String::new();
        self.print(&mut out, words(language));
        out
    }

    fn print(&self, out: &mut String, words: &Words) {
        let heads = self.columns.iter().map(|it| clean(&it.title).into_owned()).collect();
        // What is printed, and whether a line stands before it.
        let mut rows: Vec<(Vec<String>, bool)> = vec![(heads, false)];
        for (number, row) in self.rows.iter().enumerate() {
            let ruled = number == 0 || row.ruled;
            let mut told = Vec::with_capacity(self.columns.len());
            for (place, column) in self.columns.iter().enumerate() {
                let indent = if place == 0 { "  ".repeat(row.level.into()) } else { String::new() };
                let cell = row.cells.get(place).map(|it| self.told(it, place, words)).unwrap_or_default();
                let room =
                    if column.kind.is_text() { WIDEST - indent.len().min(WIDEST / 2) } else { usize::MAX };
                told.push(
                    wrapped(&cell, room).into_iter().map(|it| format!("{indent}{it}")).collect::<Vec<_>>(),
                );
            }
            let height = told.iter().map(Vec::len).max().unwrap_or(1).max(1);
            for below in 0..height {
                let cells = told.iter().map(|it| it.get(below).cloned().unwrap_or_default()).collect();
                rows.push((cells, ruled && below == 0));
            }
        }
        if self.rows.is_empty() {
            rows.push((Vec::new(), true));
        }
        let width = |place: usize| {
            let cells = rows.iter().filter_map(|(row, _)| row.get(place));
            cells.map(|it| it.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let whole = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        for (cells, ruled) in &rows {
            if *ruled {
                out.push_str(&"─".repeat(whole));
                out.push('\n');
            }
            if cells.is_empty() {
                continue;
            }
            let mut text = String::new();
            for ((cell, width), column) in cells.iter().zip(&widths).zip(&self.columns) {
                if !text.is_empty() {
                    text.push_str("  ");
                }
                let room = " ".repeat(width.saturating_sub(cell.chars().count()));
                let (first, second) = if column.kind.is_text() { (cell, &room) } else { (&room, cell) };
                text.push_str(first);
                text.push_str(second);
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
        if self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.small) {
            line(out, words.few);
        }
    }

    /// A cell of a column in words, with its mark; where others in the column are marked, there is room for one.
    fn told(&self, cell: &Cell, place: usize, words: &Words) -> String {
        let text = cell.told(words, self.places(place));
        let marked = self.rows.iter().filter_map(|row| row.cells.get(place)).any(|it| it.small);
        match (cell.small, marked && !text.is_empty()) {
            (true, _) => format!("{text}*"),
            (false, true) => format!("{text} "),
            (false, false) => text,
        }
    }

    /// The decimal places of a column's amounts: none where all are whole.
    pub(crate) fn places(&self, place: usize) -> u32 {
        if self.columns.get(place).is_none_or(|it| it.kind != Kind::Money) {
            return 2;
        }
        let mut cells = self.rows.iter().filter_map(|row| row.cells.get(place));
        let broken = |it: &Cell| matches!(&it.figure, Figure::Money { amount, .. } if !amount.is_integer());
        if cells.any(broken) { 2 } else { 0 }
    }
}

impl Cell {
    /// The cell in words, without its mark.
    fn told(&self, words: &Words, places: u32) -> String {
        let (text, interval) = self.in_words(words, places);
        interval.map_or(text.clone(), |interval| format!("{text} ({interval})"))
    }

    /// The cell in words, and its interval apart.
    pub(crate) fn in_words(&self, words: &Words, places: u32) -> (String, Option<String>) {
        let locale = words.locale;
        let text = match &self.figure {
            Figure::Empty => String::new(),
            Figure::None => "—".to_owned(),
            Figure::Text(text) => clean(text).into_owned(),
            Figure::Count(count) => locale.count(*count),
            Figure::Share { value, interval } => {
                let interval = interval.map(|it| (locale.hundredths(it.low), locale.hundredths(it.high)));
                return (locale.share(*value), interval.map(|(low, high)| format!("{low}–{high}")));
            }
            Figure::Points { value, interval } => {
                let told = |it: f64| locale.signed_hundredths(it);
                let interval = interval.map(|it| format!("{} … {}", told(it.low), told(it.high)));
                return (locale.points(*value), interval);
            }
            Figure::Money { amount, currency } => locale.money(*amount, &clean(currency), places),
            Figure::Millis { millis, working } => locale.time(*millis, *working),
            Figure::Number { number, places } => locale.number(*number, *places),
            Figure::Date(date) => locale.date(*date),
            Figure::Moment(at) => locale.moment(*at),
        };
        (text, None)
    }
}

/// A text in lines of at most so many signs, parted between words where it can be.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    if text.chars().count() <= room {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut long = 0;
    for word in text.split(' ') {
        let mut word = word.to_owned();
        let mut length = word.chars().count();
        if long > 0 && long + 1 + length <= room {
            line.push(' ');
            line.push_str(&word);
            long += 1 + length;
            continue;
        }
        if long > 0 {
            lines.push(std::mem::take(&mut line));
        }
        while length > room {
            lines.push(word.chars().take(room).collect());
            word = word.chars().skip(room).collect();
            length -= room;
        }
        (line, long) = (word, length);
    }
    if long > 0 {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_goes_on_below() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("за границей", 6), ["за", "границ", "ей"]);
    }
}
