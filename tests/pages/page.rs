//! The page: one file, in which texts are texts.

use super::drawn::well_formed;
use super::sample::{HOSTILE, hostile, report};
use voronka::report::show::{Cell, Document, Kind, Row, Section, Table};

/// The page as XML would have it: elements without an end are closed, and the style, which has signs of its own, is away.
pub fn as_xml(page: &str) -> String {
    let body = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let (before, after) = body.split_once("<style>").unwrap();
    let after = after.split_once("</style>").unwrap().1;
    let mut out = String::new();
    for part in format!("{before}{after}").split_inclusive('>') {
        match part.strip_suffix('>') {
            Some(tag) if tag.contains("<meta ") => out.push_str(&format!("{tag}/>")),
            _ => out.push_str(part),
        }
    }
    out
}

#[test]
fn a_page_is_one_file_with_nothing_from_outside() {
    for document in [report(), hostile()] {
        let page = document.html();
        well_formed(&as_xml(&page)).unwrap();
        // An address in a text stays a text; no element loads anything.
        for way in
            ["<link", "<script", "<img", "<iframe", "<object", "url(", "@import", " src=", "javascript:"]
        {
            let texts = HOSTILE.iter().any(|it| it.contains(way) && !way.starts_with('<'));
            assert!(texts || !page.contains(way), "{way}");
        }
        let links = page.split(" href=\"").skip(1);
        assert!(
            links.clone().count() == document.sections.len() && links.clone().all(|it| it.starts_with("#s"))
        );
        assert!(page.contains("Content-Security-Policy\" content=\"default-src &#39;none&#39;;"));
        assert_eq!(page, document.html(), "the same bytes");
    }
}

#[test]
fn every_hostile_text_is_shown_as_it_is() {
    let page = hostile().html();
    for text in &HOSTILE[..8] {
        let told = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let told = told.replace('"', "&quot;").replace('\'', "&#39;");
        assert!(page.contains(&format!("<p>{told}</p>")), "{text}");
    }
    for sign in ['\u{202e}', '\u{2066}', '\u{0}', '\u{7}', '\u{1b}', '\u{ffff}'] {
        assert!(!page.contains(sign), "{sign:?}");
    }
}

#[test]
fn f8_a_number_of_a_page_carries_the_query_that_lists_its_cases() {
    let mut table = Table::new("t").column("a", "A", Kind::Text).column("b", "B", Kind::Count);
    table.push(Row::new([Cell::text("x"), Cell::count(3).query("lost_at=\"><b>,reason=x")]));
    let mut document = Document::new("D", "en");
    document.sections.push(Section::new("s", "S").part(table));
    let page = document.html();
    assert!(page.contains("data-cases=\"lost_at=&quot;&gt;&lt;b&gt;,reason=x\""), "{page}");
}

#[test]
fn a_reader_who_cannot_see_is_told_what_a_table_and_a_chart_are() {
    let page = report().html();
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"ru\">"));
    let tables = page.matches("<table>").count();
    assert_eq!((tables, page.matches("<caption").count()), (2, tables));
    assert_eq!(
        page.matches("<th ").count(),
        page.matches("scope=\"col\"").count() + page.matches("scope=\"row\"").count()
    );
    let charts = page.matches("<svg ").count();
    assert_eq!((charts, page.matches("role=\"img\"><title>").count()), (4, charts));
}
