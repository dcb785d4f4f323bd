//! Tables: encodings, delimiters, rows that are no events, bounds.

use super::mapping;
use std::fmt::Write as _;
use std::io::Write as _;
use voronka::interop::csv::{CsvError, CsvLog, Fault, MAX_COLUMNS, MAX_ROW, read};
use voronka::interop::log::{Delimiter, LISTED, Mapping, Replayer};

const MAP: &str = r#"{
  "columns": { "case": "Заказ", "activity": "Статус", "time": "Дата", "resource": "Менеджер" },
  "time_format": "day_first", "time_zone": "Europe/Moscow",
  "fields": { "amount": { "column": "Сумма", "type": "money", "currency": "RUB" } },
  "activities": { "Новый": "request", "Оплачен": { "outcome": "won" } }
}"#;

const TABLE: &str = "\
Заказ;Дата;Статус;Менеджер;Сумма
17;03.03.2026 09:00;Оплачен;Анна;1600
18;02.03.2026 11:00;Новый;Пётр;100
17;01.03.2026 10:00;Новый;Анна;\"1500\"
";

fn log(table: &[u8], map: &str) -> CsvLog {
    read(table, &mapping(map)).unwrap_or_else(|error| panic!("{error}"))
}

fn error(table: &[u8], map: &str) -> CsvError {
    read(table, &mapping(map)).unwrap_err()
}

fn told(log: &CsvLog) -> Vec<String> {
    let event = |name: &str, it: &voronka::interop::log::LogEvent| {
        format!("{name} {} {} {}", it.at, it.activity, it.resource.as_deref().unwrap_or("-"))
    };
    log.traces.iter().flat_map(|trace| trace.events.iter().map(|it| event(&trace.name, it))).collect()
}

const TOLD: [&str; 3] = [
    "17 2026-03-01T07:00:00.000Z Новый Анна",
    "17 2026-03-03T06:00:00.000Z Оплачен Анна",
    "18 2026-03-02T08:00:00.000Z Новый Пётр",
];

#[test]
fn rows_of_a_case_are_gathered_and_put_in_order() {
    let it = log(TABLE.as_bytes(), MAP);
    assert_eq!(told(&it), TOLD);
    assert_eq!((it.encoding, it.delimiter, it.rows, it.left_out), ("UTF-8", Delimiter::Semicolon, 3, 0));
    assert_eq!(it.traces[0].events[0].attributes["Сумма"], "1500".into());
    // Those of one moment stay in the order of the rows.
    let table = "case,activity,time\n1,b,2026-01-01\n1,a,2026-01-01\n1,c,2025-01-01\n";
    let it = log(table.as_bytes(), "{}");
    let order: Vec<_> = it.traces[0].events.iter().map(|it| it.activity.as_str()).collect();
    assert_eq!(order, ["c", "b", "a"]);
}

#[test]
fn encodings_delimiters_and_packing_are_found_out() {
    let (cyrillic, ..) = encoding_rs::WINDOWS_1251.encode(TABLE);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&cyrillic).unwrap();
    let packed = packed.finish().unwrap();
    let marked = format!("\u{feff}{TABLE}");
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let excel = format!("sep=;\r\n{}", TABLE.replace('\n', "\r\n"));
    for (bytes, encoding) in [
        (&cyrillic[..], "windows-1251"),
        (&packed, "windows-1251"),
        (marked.as_bytes(), "UTF-8"),
        (&utf16, "UTF-16LE"),
        (excel.as_bytes(), "UTF-8"),
    ] {
        let it = log(bytes, MAP);
        assert_eq!((told(&it), it.encoding), (TOLD.map(str::to_owned).to_vec(), encoding));
    }
    for (from, to, delimiter) in
        [(";", ",", Delimiter::Comma), (";", "\t", Delimiter::Tab), (";", "|", Delimiter::Bar)]
    {
        let it = log(TABLE.replace(from, to).as_bytes(), MAP);
        assert_eq!((told(&it), it.delimiter), (TOLD.map(str::to_owned).to_vec(), delimiter));
    }
    // What is named goes before what would be found out.
    let named = MAP.replacen('{', r#"{ "encoding": "cp1251", "delimiter": ";","#, 1);
    assert_eq!(told(&log(&cyrillic, &named)), TOLD);
    let wrong = MAP.replacen('{', r#"{ "encoding": "utf-8","#, 1);
    assert!(matches!(error(&cyrillic, &wrong), CsvError::Read(_)));
    let wrong = MAP.replacen('{', r#"{ "encoding": "morse","#, 1);
    assert_eq!(
        error(&cyrillic, &wrong).to_string(),
        "there is no encoding `morse`; write one such as `utf-8` or `windows-1251`"
    );
}

#[test]
fn quotes_and_breaks_in_cells_are_part_of_them() {
    let table = "case,activity,time,note\n1,\"a, \"\"b\"\"\nc\",2026-01-01,x\n2,d,soon,x\n";
    let it = log(table.as_bytes(), "{}");
    assert_eq!(it.traces[0].events[0].activity, "a, \"b\"\nc");
    // The line is that of the file.
    assert_eq!(it.bad_rows[0].to_string(), "line 4, column `time`: `soon` is no moment");
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_with_its_line() {
    let table = "case,activity,time,note\n1,a,2026-01-01,x\n2,b,2026-01-02,\"x\n3,c,2026-01-03,y\n";
    assert_eq!(error(table.as_bytes(), "{}").to_string(), "the quote opened in line 3 is never closed");
    let marked = format!("sep=,\n{table}");
    assert_eq!(error(marked.as_bytes(), "{}").to_string(), "the quote opened in line 4 is never closed");
    assert!(matches!(error(b"\"case,activity\n", "{}"), CsvError::QuoteOpen { line: 1 }));
    // Closed ones, doubled ones, and one in the midst of a cell are none.
    for note in ["\"x\"", "\"a \"\"b\"\"\"", "5\" pipe", "\"\""] {
        let table = format!("case,activity,time,note\n1,a,2026-01-01,{note}\n2,b,2026-01-01,{note}");
        assert_eq!(log(table.as_bytes(), "{}").traces.len(), 2, "{note}");
    }
}

#[test]
fn a_row_that_is_no_event_is_named_with_line_and_column_and_counted() {
    let table = "\
Заказ;Дата;Статус;Менеджер;Сумма
;01.03.2026 10:00;Новый;Анна;1
17;01.03.2026 10:00;;Анна;1
17;;Новый;Анна;1
17;32.03.2026;Новый;Анна;1
17
17;01.03.2026;Новый;Анна;1;лишнее;и ещё
;;;;

17;01.03.2026;Новый;Анна;1;;
18;01.03.2026;Новый
Итого;;;;1600
";
    let it = log(table.as_bytes(), MAP);
    let bad: Vec<_> = it.bad_rows.iter().map(ToString::to_string).collect();
    assert_eq!(
        bad,
        [
            "line 2, column `Заказ`: it is empty",
            "line 3, column `Статус`: it is empty",
            "line 4, column `Дата`: it is empty",
            "line 5, column `Дата`: `32.03.2026` is no moment",
            "line 6, column `Статус`: it is empty",
            "line 7: it has 7 cells, more than there are columns",
            "line 12, column `Статус`: it is empty",
        ]
    );
    assert_eq!((it.rows, it.left_out, it.traces.len()), (9, 7, 2));
    assert_eq!(it.bad_rows[5].fault, Fault::TooLong { cells: 7 });
    // All are counted, the first are listed.
    let mut many = "case,activity,time\n".to_owned();
    for row in 0..LISTED * 3 {
        let _ = writeln!(many, "{row},a,never");
    }
    let it = log(many.as_bytes(), "{}");
    assert_eq!((it.left_out, it.bad_rows.len(), it.traces.len()), (LISTED * 3, LISTED, 0));
}

#[test]
fn columns_that_are_not_there_are_named_with_those_that_are() {
    let it = error(TABLE.replace("Статус", "Статусы").as_bytes(), MAP);
    assert_eq!(
        it.to_string(),
        "there is no column `Статус` (activity), did you mean `Статусы`?; the columns are `Заказ`, `Дата`, `Статусы`, \
         `Менеджер`, `Сумма`"
    );
    let it = error(b"a,b\n1,2\n", "{}");
    assert_eq!(
        it.to_string(),
        "the mapping does not say in which column the case stands; the mapping does not say in which column the activity \
         stands; the mapping does not say in which column the time stands; the columns are `a`, `b`"
    );
    assert!(matches!(error(b"", "{}"), CsvError::Empty));
    assert!(matches!(error(b"case,case,activity,time\n", "{}"), CsvError::Twice(name) if name == "case"));
    // In other letters it is the same column, unless there are two.
    assert_eq!(log(b" Case ,ACTIVITY,Time\n1,a,2026-01-01\n", "{}").traces.len(), 1);
    assert!(matches!(error(b"Case,CASE,activity,time\n", "{}"), CsvError::Twice(_)));
    let zone = r#"{ "time_zone": "Mars/Base" }"#;
    assert_eq!(
        error(b"case,activity,time\n", zone).to_string(),
        "there is no time zone `Mars/Base`; write one such as `Europe/Moscow`"
    );
}

#[test]
fn a_date_and_a_time_may_stand_apart() {
    let map = r#"{ "columns": { "time": ["date", "hour"] } }"#;
    let it = log(b"case,activity,date,hour\n1,a,2026-01-01,10:30\n1,b,2026-01-02,\n1,c,,10:00\n", map);
    let moments: Vec<_> = it.traces[0].events.iter().map(|it| it.at.to_string()).collect();
    assert_eq!(moments, ["2026-01-01T10:30:00.000Z", "2026-01-02T00:00:00.000Z"]);
    assert_eq!(it.bad_rows[0].to_string(), "line 4, column `date`: it is empty");
    // A spreadsheet writes a midnight behind the date.
    let map = r#"{ "columns": { "time": ["date", "hour"] }, "time_format": "day_first" }"#;
    let it = log(b"case,activity,date,hour\n1,a,01.03.2026 0:00:00,10:30\n1,b,02.03.2026 0:00:00,\n", map);
    let moments: Vec<_> = it.traces[0].events.iter().map(|it| it.at.to_string()).collect();
    assert_eq!(moments, ["2026-03-01T10:30:00.000Z", "2026-03-02T00:00:00.000Z"]);
}

#[test]
fn c4_a_million_columns_and_a_row_without_an_end_are_errors_at_once() {
    let mut names = String::from("case,activity,time");
    for column in 0..1_000_000 {
        let _ = write!(names, ",c{column}");
    }
    let it = error(format!("{names}\n1,a,2026-01-01\n").as_bytes(), "{}");
    assert_eq!(
        it.to_string(),
        format!(
            "the table has 1000003 columns, and a log has {MAX_COLUMNS} at most; is its delimiter right?"
        )
    );
    // Names without an end, then a cell whose quote is never closed.
    let endless = std::io::BufReader::new(std::io::repeat(b'a'));
    assert!(matches!(read(endless, &Mapping::default()), Err(CsvError::RowTooLong { line: 1 })));
    let start = &b"case,activity,time\n1,a,2026-01-01\n2,\"a,"[..];
    let endless = std::io::BufReader::new(std::io::Read::chain(start, std::io::repeat(b'\n')));
    let it = read(endless, &Mapping::default()).unwrap_err();
    assert_eq!(
        it.to_string(),
        format!("the row that begins in line 3 is longer than {MAX_ROW} bytes; is a quote never closed?")
    );
    // A million rows of one case are no row too long.
    let most = MAX_COLUMNS - 3;
    let wide = format!("case,activity,time{}\n1,a,2026-01-01\n", ",x".repeat(most));
    assert_eq!(log(wide.as_bytes(), "{}").traces.len(), 1);
}

#[test]
fn any_bytes_are_a_log_or_an_error() {
    // A small generator of its own: the same bytes in every run.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let parts: [&[u8]; 12] = [
        b"case",
        b"activity",
        b"time",
        b",",
        b";",
        b"\n",
        b"\"",
        b"2026-01-01",
        b"\xff\xfe",
        b"\xe4",
        b"\0",
        "ж".as_bytes(),
    ];
    let map = mapping(r#"{ "activities": { "activity": "a" } }"#);
    let scenario = map.scenario().unwrap();
    let mut logs = 0;
    for round in 0..4_000 {
        let mut bytes = if round % 2 == 0 { b"case,activity,time\n".to_vec() } else { Vec::new() };
        for _ in 0..next() % 40 {
            bytes.extend_from_slice(parts[(next() % 12) as usize]);
        }
        if let Ok(log) = read(&bytes[..], &map) {
            logs += 1;
            let events: usize = log.traces.iter().map(|it| it.events.len()).sum();
            assert_eq!(log.rows, events + log.left_out);
            for trace in &log.traces {
                let _ = Replayer::new(&scenario, &map).replay(trace);
            }
        }
    }
    assert!(logs > 1_000, "{logs}");
}

#[test]
fn a_table_alone_gives_journals() {
    let map = mapping(MAP);
    let scenario = map.scenario().unwrap();
    let it = log(TABLE.as_bytes(), MAP);
    let replayer = Replayer::new(&scenario, &map);
    let replayed: Vec<_> = it.traces.iter().map(|trace| replayer.replay(trace)).collect();
    assert!(replayed.iter().all(|it| it.deviations.is_empty() && it.refused.is_none()));
    assert_eq!(replayed[0].case.as_ref().unwrap().fields["amount"], 1600.into());
    assert!(replayed[1].case.as_ref().unwrap().is_open());
}
