//! The workbook, read back from its parts.

use super::sample::{HOSTILE, hostile, report};
use std::io::{Cursor, Read};
use voronka::report::show::{Cell, Document, Kind, Row, Section, Table};

struct Book(zip::ZipArchive<Cursor<Vec<u8>>>);

impl Book {
    fn of(document: &Document) -> Self {
        Self(zip::ZipArchive::new(Cursor::new(document.xlsx().unwrap())).unwrap())
    }

    fn part(&mut self, name: &str) -> String {
        let mut text = String::new();
        self.0.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn sheet(&mut self, number: usize) -> String {
        self.part(&format!("xl/worksheets/sheet{number}.xml"))
    }

    /// The names of its sheets.
    fn names(&mut self) -> Vec<String> {
        let book = self.part("xl/workbook.xml");
        book.split("<sheet name=\"").skip(1).map(|it| plain(it.split('"').next().unwrap())).collect()
    }

    /// The texts of its cells, by number.
    fn texts(&mut self) -> Vec<String> {
        let all = self.part("xl/sharedStrings.xml");
        all.split("<si>")
            .skip(1)
            .map(|it| plain(it.split_once("</t>").unwrap().0.split_once('>').unwrap().1))
            .collect()
    }
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// A cell of a sheet: its type and value.
fn cell(sheet: &str, place: &str) -> (String, String) {
    let rest =
        sheet.split(&format!("<c r=\"{place}\"")).nth(1).unwrap_or_else(|| panic!("{place} in {sheet}"));
    let (tag, rest) = rest.split_once('>').unwrap();
    let kind = tag.split("t=\"").nth(1).map_or("n", |it| it.split('"').next().unwrap());
    (kind.to_owned(), rest.split_once("<v>").map_or("", |it| it.1.split('<').next().unwrap()).to_owned())
}

#[test]
fn numbers_are_numbers_and_texts_are_texts() {
    let mut book = Book::of(&report());
    assert_eq!(book.names(), ["Оптовые продажи отчёт по воронк", "Воронка", "Отказы"]);
    let (sheet, texts) = (book.sheet(2), book.texts());
    let (kind, at) = cell(&sheet, "A1");
    assert_eq!((kind.as_str(), texts[at.parse::<usize>().unwrap()].as_str()), ("s", "Этап"));
    assert_eq!(cell(&sheet, "B2"), ("n".into(), "1240".into()));
    // A share takes three columns: itself and its interval.
    let (kind, at) = cell(&sheet, "E1");
    assert_eq!(
        (kind.as_str(), texts[at.parse::<usize>().unwrap()].as_str()),
        ("s", "Конверсия в следующий, от")
    );
    let share: f64 = cell(&sheet, "D2").1.parse().unwrap();
    let low: f64 = cell(&sheet, "E2").1.parse().unwrap();
    assert!((share - 1028.0 / 1240.0).abs() < 1e-12 && low < share, "{share} {low}");
    assert_eq!(cell(&sheet, "H2"), ("n".into(), "1250000.5".into()), "an amount");
    assert_eq!(cell(&sheet, "I2"), ("n".into(), "0.125".into()), "three hours of a day");
    assert_eq!(cell(&sheet, "N2"), ("n".into(), "46111".into()), "30 March 2026");
    assert!(sheet.contains("<pane xSplit=\"1\" ySplit=\"1\" topLeftCell=\"B2\""), "the headings stay");
    let styles = book.part("xl/styles.xml");
    for format in ["0.0%", "#,##0.00 &quot;RUB&quot;", "[h]:mm:ss", "yyyy-mm-dd"] {
        assert!(styles.contains(format) || styles.contains(&plain(format)), "{format}: {styles}");
    }
}

#[test]
fn no_text_becomes_a_formula() {
    let mut book = Book::of(&hostile());
    let names = book.names();
    for (at, name) in names.iter().enumerate() {
        assert!(
            name.encode_utf16().count() <= 31 && !name.contains(['[', ']', ':', '*', '?', '/', '\\']),
            "{name}"
        );
        assert!(!name.starts_with('\'') && !name.ends_with('\''), "{name}");
        assert!(names[..at].iter().all(|it| it.to_lowercase() != name.to_lowercase()), "{name} twice");
        let sheet = book.sheet(at + 1);
        assert!(!sheet.contains("<f>") && !sheet.contains("<f ") && !sheet.contains("<hyperlink"), "{name}");
    }
    // They are there as they are.
    let texts = book.texts();
    for text in &HOSTILE[..8] {
        assert!(texts.iter().any(|it| it == text), "{text} among {texts:?}");
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (first, second) = (report().xlsx().unwrap(), report().xlsx().unwrap());
    assert!(first == second);
    let core = Book::of(&report()).part("docProps/core.xml");
    assert!(core.contains("2026-03-31T18:00:00Z"), "{core}");
    let mut undated = report();
    undated.as_of = None;
    assert!(Book::of(&undated).part("docProps/core.xml").contains("2000-01-01T00:00:00Z"));
}

#[test]
fn a_table_that_no_sheet_holds_is_an_error() {
    let wide = (0..16_385).fold(Table::new("t"), |table, at| table.column(format!("c{at}"), "", Kind::Count));
    let mut document = Document::new("D", "en");
    document.sections.push(Section::new("s", "S").part(wide));
    assert!(document.xlsx().unwrap_err().to_string().starts_with("the workbook cannot be made: "));
    // Nothing, and numbers that no float holds, are no error.
    let mut table = Table::new("t").column("a", "A", Kind::Share).column("b", "B", Kind::Money);
    table.push(Row::new([Cell::part(Some(f64::NAN)), Cell::money(rust_decimal::Decimal::MAX, "\"x")]));
    document.sections = vec![Section::new("s", "").part(table).part(Table::new("u"))];
    assert_eq!(Book::of(&document).names(), ["D", "—", "— (2)"]);
}
