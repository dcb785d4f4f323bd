//! Tables as text and as CSV.

use super::sample::{HOSTILE, dec, hostile, report};
use voronka::report::Share;
use voronka::report::show::{Cell, Document, Figure, Kind, Row, Section, Table};

fn small() -> Document {
    let mut table = Table::new("stages")
        .title("By stage")
        .column("stage", "Stage", Kind::Text)
        .column("lost", "Lost", Kind::Count)
        .column("share", "Share", Kind::ShareWithInterval)
        .column("amount", "Amount", Kind::Money)
        .column("median", "Median", Kind::Time)
        .column("date", "Day", Kind::Date);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    table.push(Row::new([
        Cell::text("Request"),
        Cell::count(1234).query("lost_at=request"),
        Cell::share_with_interval(Share::new(1, 4)).small(true),
        Cell::money(dec("-1250.5"), "RUB"),
        Cell::time(Some(dec("90061500.5"))),
        Figure::Date(day).into(),
    ]));
    table.push(Row::new([Cell::text("No delivery"), Cell::count(7), Cell::none(), Cell::empty()]).under(1));
    table.push(
        Row::new([Cell::text("Won"), Cell::count(7), Cell::share_with_interval(Share::new(4, 4))]).sum(),
    );
    let mut document = Document::new("Sale", "en");
    document.subtitle.push("all of March".into());
    document
        .sections
        .push(Section::new("funnel", "Funnel").note("A note.").part(table).part("It balances.".to_owned()));
    document
}

#[test]
fn a_document_is_told_as_text() {
    let told = "\
Sale
all of March

Funnel
A note.

By stage
Stage           Lost                  Share         Amount   Median         Day
───────────────────────────────────────────────────────────────────────────────
Request        1,234     25.0 % (4.6–69.9)*  -1,250.50 RUB  1 d 1 h  2026-03-02
  No delivery      7                     —
───────────────────────────────────────────────────────────────────────────────
Won                7  100.0 % (51.0–100.0)
* few cases: the number can be far off by chance

It balances.
";
    assert_eq!(small().text(), told);
    let mut russian = small();
    russian.language = "ru".into();
    let text = russian.text();
    for told in
        ["1\u{a0}234", "25,0 % (4,6–69,9)*", "-1\u{a0}250,50 RUB", "1 дн 1 ч", "02.03.2026", "мало обращений"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn no_text_obeys_a_terminal_or_breaks_a_row() {
    let text = hostile().text();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!text.contains(['\u{202e}', '\u{2066}']));
    let empty = Table::new("t").column("a", "A", Kind::Text).column("b", "B", Kind::Count);
    assert_eq!(empty.text("en"), "A  B\n────\n");
    assert_eq!(Table::new("t").text("en"), "\n");
}

/// The records of a CSV text, by another's reader.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(false).from_reader(text.as_bytes());
    reader.records().map(|it| it.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_table_is_written_as_csv_for_machines() {
    let document = small();
    let text = document.table("funnel", "stages").unwrap().csv();
    assert_eq!(
        text,
        "level,stage,lost,share,share_low,share_high,amount,amount_currency,median_ms,date\r\n\
         0,Request,1234,0.25,0.045587260809700575,0.6993581574175981,-1250.5,RUB,90061500.5,2026-03-02\r\n\
         1,No delivery,7,,,,,,,\r\n\
         0,Won,7,1,0.5101091635454027,1,,,,\r\n"
    );
    assert!(document.table("funnel", "other").is_none() && document.table("other", "stages").is_none());
    let all = document.csv();
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines[0], "section,table,number,row,level,column,value,low,high,currency,few,cases");
    assert_eq!(lines[2], "funnel,stages,1,Request,0,lost,1234,,,,,lost_at=request");
    assert_eq!(lines[3], "funnel,stages,1,Request,0,share,0.25,0.045587260809700575,0.6993581574175981,,1,");
    assert_eq!(lines[4], "funnel,stages,1,Request,0,amount,-1250.5,,,RUB,,");
    assert_eq!(records(&all).len(), 1 + 6 + 2 + 3);
}

#[test]
fn no_text_becomes_a_formula() {
    for text in HOSTILE
        .iter()
        .copied()
        .chain(["=1", "+1", "-1", "@a", "\t=1", "\r1", "\n=1", " =1", "＝1", "\u{a0}+1"])
    {
        let mut table = Table::new("t").column("a", "A", Kind::Text).column("b", "B", Kind::Money);
        table.push(Row::new([Cell::text(text), Cell::money(dec("-1.5"), text)]));
        let read = records(&table.csv());
        let first = read[1][0].trim_start_matches([' ', '\u{a0}']).chars().next().unwrap();
        assert!(!"=+-@\t\r\n＝＋－＠".contains(first), "{read:?}");
        // What is written is the text, at most with an apostrophe before it.
        assert!(read[1][0] == text || read[1][0] == format!("'{text}"), "{read:?}");
        assert_eq!(read[1][0], read[1][2], "a currency is a text as well");
        assert_eq!(read[1][1], "-1.5", "a number is no text");
    }
    let mut table = Table::new("t").column("a", "A", Kind::Text);
    table.push(Row::new([Cell::text("a=b, \"c\"; d-e")]));
    assert_eq!(table.csv(), "a\r\n\"a=b, \"\"c\"\"; d-e\"\r\n");
}

#[test]
fn every_cell_of_a_report_can_be_read_back() {
    for document in [report(), hostile()] {
        let all = records(&document.csv());
        let width = all[0].len();
        assert!(all.len() > 20 && all.iter().all(|it| it.len() == width));
    }
}
