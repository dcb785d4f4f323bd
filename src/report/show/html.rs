//! A document as one page in HTML: tables, charts, and nothing from outside.

use super::words::{Words, words};
use super::{Cell, Document, Part, Row, Section, Table};
use crate::html::Html;

impl Document {
    /// The document as one self-contained page: no links to outside, no scripts, readable on a phone and on paper, by
    /// day and by night. Texts of cases are text there whatever they hold.
    #[must_use]
    pub fn html(&self) -> String {
        let words = words(&self.language);
        let mut page = Html::page(&self.title, &self.language);
        page.open("header", &[]);
        page.element("h1", &[], &self.title);
        for line in &self.subtitle {
            page.element("p", &[("class", "faint")], line);
        }
        if self.sections.len() > 1 {
            self.contents(&mut page, words);
        }
        page.close();
        page.open("main", &[]);
        for (number, section) in self.sections.iter().enumerate() {
            section.write(&mut page, number + 1, words);
        }
        page.end()
    }

    fn contents(&self, page: &mut Html, words: &Words) {
        page.open("nav", &[("aria-label", words.chart.contents)]);
        page.open("ul", &[]);
        for (number, section) in self.sections.iter().enumerate() {
            page.open("li", &[]);
            page.element("a", &[("href", &format!("#s{}", number + 1))], &section.title);
            page.close();
        }
        page.close();
        page.close();
    }
}

impl Section {
    fn write(&self, page: &mut Html, number: usize, words: &Words) {
        let (id, heading) = (format!("s{number}"), format!("h{number}"));
        page.open("section", &[("id", &id), ("aria-labelledby", &heading)]);
        page.element("h2", &[("id", &heading)], &self.title);
        for note in &self.notes {
            page.element("p", &[("class", "faint")], note);
        }
        let mut among_charts = false;
        for part in &self.parts {
            let is_chart = matches!(part, Part::Chart(_));
            // Charts that follow one another stand side by side where there is room.
            if is_chart && !among_charts {
                page.open("div", &[("class", "charts")]);
            } else if !is_chart && among_charts {
                page.close();
            }
            among_charts = is_chart;
            match part {
                Part::Text(text) => page.element("p", &[], text),
                Part::Table(table) => table.write(page, &self.title, words),
                Part::Chart(chart) => {
                    page.open("figure", &[]);
                    page.element("figcaption", &[], &chart.title);
                    page.markup(&chart.inline(words));
                    page.close();
                }
            }
        }
        if among_charts {
            page.close();
        }
        page.close();
    }
}

impl Table {
    fn write(&self, page: &mut Html, section: &str, words: &Words) {
        // A name for those who cannot see where it stands.
        let name = if self.title.is_empty() { section } else { &self.title };
        page.open("div", &[("class", "box"), ("role", "region"), ("tabindex", "0"), ("aria-label", name)]);
        page.open("table", &[]);
        let unseen: &[_] = if self.title.is_empty() { &[("class", "unseen")] } else { &[] };
        page.element("caption", unseen, name);
        page.open("thead", &[]);
        page.open("tr", &[]);
        for column in &self.columns {
            let look = if column.kind.is_text() { "t" } else { "n" };
            page.element("th", &[("scope", "col"), ("class", look)], &column.title);
        }
        page.close();
        page.close();
        page.open("tbody", &[]);
        for row in &self.rows {
            self.row(row, page, words);
        }
        page.close();
        page.close();
        if self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.small) {
            page.element("p", &[("class", "faint")], words.few);
        }
        page.close();
    }

    fn row(&self, row: &Row, page: &mut Html, words: &Words) {
        let mut look = format!("l{}", row.level.min(3));
        if row.strong {
            look.push_str(" strong");
        }
        if row.ruled {
            look.push_str(" ruled");
        }
        page.open("tr", &[("class", &look)]);
        let empty = Cell::empty();
        for (place, column) in self.columns.iter().enumerate() {
            let cell = row.cells.get(place).unwrap_or(&empty);
            let (mut text, interval) = cell.in_words(words, self.places(place));
            if cell.small {
                text.push('*');
            }
            let mut attributes = vec![("class", if column.kind.is_text() { "t" } else { "n" })];
            let about = cell.query.as_ref().map(|it| format!("{}: {it}", words.chart.cases));
            if let (Some(query), Some(about)) = (&cell.query, &about) {
                attributes.extend([("data-cases", query.as_str()), ("title", about.as_str())]);
            }
            if place == 0 {
                attributes.push(("scope", "row"));
            }
            page.open(if place == 0 { "th" } else { "td" }, &attributes);
            page.text(&text);
            if let Some(interval) = interval {
                page.element("small", &[], &interval);
            }
            page.close();
        }
        page.close();
    }
}
