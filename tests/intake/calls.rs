//! Call records of Asterisk (I1).

use voronka::intake::read::{CallLog, Found, ReadError};
use voronka::intake::{Direction, Inquiry};

fn log() -> CallLog {
    CallLog::new("Europe/Moscow").extension("101", "anna").extension("102", "boris").line("74950000001")
}

fn read(text: &str) -> Vec<Result<Found, ReadError>> {
    log().read(text.as_bytes()).unwrap().collect()
}

fn one(text: &str) -> Inquiry {
    let mut all = read(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).unwrap().inquiry
}

fn row(
    src: &str,
    dst: &str,
    dstchannel: &str,
    billsec: u32,
    disposition: &str,
    id: &str,
    user: &str,
) -> String {
    format!(
        "\"\",\"{src}\",\"{dst}\",\"from-trunk\",\"\"\"Eva\"\" <{src}>\",\"SIP/trunk-1\",\"{dstchannel}\",\"Dial\",\
         \"SIP/101,30\",\"2026-03-02 10:00:00\",\"\",\"2026-03-02 10:02:00\",120,{billsec},\"{disposition}\",\
         \"DOCUMENTATION\",\"{id}\",\"{user}\"\n"
    )
}

#[test]
fn i1_an_answered_call_is_told_from_a_missed_one() {
    let call = one(&row(
        "79990000001",
        "74950000001",
        "SIP/101-0000002a",
        65,
        "ANSWERED",
        "1741.1",
        "audio:rec/1.wav",
    ));
    assert_eq!((call.direction, call.result.as_deref()), (Direction::In, Some("answered")));
    assert_eq!((call.employee.as_deref(), call.line.as_deref()), (Some("anna"), Some("74950000001")));
    assert_eq!((call.duration_ms, call.recording.as_deref()), (Some(65_000), Some("rec/1.wav")));
    assert_eq!(call.at.unwrap().to_string(), "2026-03-02T07:00:00.000Z");
    assert_eq!(
        (call.contacts[0].key.as_str(), call.contacts[0].name.as_deref()),
        ("79990000001", Some("Eva"))
    );
    for (channel, disposition, result) in [
        ("SIP/101-1", "NO ANSWER", "missed"),
        ("SIP/101-1", "BUSY", "busy"),
        ("", "FAILED", "missed"),
        // The voice menu answered, and nobody took the call.
        ("", "ANSWERED", "missed"),
    ] {
        let call = one(&row("79990000001", "74950000001", channel, 30, disposition, "1741.2", ""));
        assert_eq!((call.result.as_deref(), call.duration_ms), (Some(result), None), "{disposition}");
    }
}

#[test]
fn i1_a_call_of_ours_goes_out_and_one_between_extensions_is_left_out() {
    let call = one(&row("102", "79990000001", "SIP/trunk-2", 0, "NO ANSWER", "1741.3", "x"));
    assert_eq!((call.direction, call.result.as_deref()), (Direction::Out, Some("no_answer")));
    assert_eq!((call.employee.as_deref(), call.contacts[0].key.as_str()), (Some("boris"), "79990000001"));
    assert_eq!(call.text.as_deref(), Some("x"), "a user field that is no recording is kept");
    assert_eq!(read(&row("101", "102", "SIP/102-1", 5, "ANSWERED", "1741.4", "")), []);
}

#[test]
fn i1_several_records_of_one_call_are_one_and_whoever_took_it_counts() {
    let text = row("79990000001", "74950000001", "SIP/101-1", 0, "NO ANSWER", "1741.5", "")
        + &row("79990000001", "74950000001", "SIP/102-1", 40, "ANSWERED", "1741.5", "")
        + &row("79990000002", "74950000001", "SIP/101-1", 0, "NO ANSWER", "1741.6", "");
    let calls: Vec<_> = read(&text).into_iter().map(|it| it.unwrap().inquiry).collect();
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].result.as_deref(), calls[0].employee.as_deref()), (Some("answered"), Some("boris")));
}

#[test]
fn i1_broken_records_are_errors_with_their_line_and_the_rest_goes_on() {
    let good = row("79990000001", "74950000001", "SIP/101-1", 65, "ANSWERED", "1741.7", "");
    let late = good.replace("1741.7", "1741.8").replace("2026-03-02 10:00:00", "the second of March");
    let odd = good.replace("1741.7", "1741.9").replace("\"Dial\"", "\"Dial");
    let few = "a,b,c\n".to_owned();
    let unknown = good.replace("ANSWERED", "ASLEEP");
    let billed = good.replace(",65,", ",sixty,");
    let long = format!("\"{}\"\n", "x".repeat(100_000));
    let last = good.replace("1741.7", "1741.99");
    let text = [good, odd, few, "\n".to_owned(), late, unknown, billed, long, last].concat();
    let all = read(&text);
    let errors: Vec<String> =
        all.iter().filter_map(|it| it.as_ref().err()).map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "line 2: a quote is not closed",
            "line 3: 3 columns, 18 are expected",
            "line 5: `the second of March` is no time as `2026-03-02 10:00:00`",
            "line 6: the disposition `ASLEEP` is not known",
            "line 7: billsec is `sixty`, not a number of seconds",
            "line 8: it is longer than 65536 bytes",
        ]
    );
    let ids: Vec<_> = all.iter().filter_map(|it| it.as_ref().ok()).map(|it| it.inquiry.id.as_str()).collect();
    assert_eq!(ids, ["1741.7", "1741.99"]);
}

#[test]
fn i1_the_files_time_zone_counts_also_where_the_clock_is_changed() {
    let at = |zone: &str, time: &str| {
        let text = row("79990000001", "1", "", 0, "NO ANSWER", "1", "").replace("2026-03-02 10:00:00", time);
        let log = CallLog::new(zone);
        let all: Vec<_> = log.read(text.as_bytes()).unwrap().collect();
        all[0].as_ref().unwrap().inquiry.at.unwrap().to_string()
    };
    assert_eq!(at("", "2026-03-02 10:00:00"), "2026-03-02T10:00:00.000Z");
    assert_eq!(at("Europe/Berlin", "2026-03-29 02:30:00"), "2026-03-29T01:00:00.000Z", "in the gap");
    assert_eq!(at("Europe/Berlin", "2026-10-25 02:30:00"), "2026-10-25T00:30:00.000Z", "the earlier of two");
    let error = CallLog::new("Mars/Olympus").read(&b""[..]).unwrap_err();
    assert_eq!(error.to_string(), "time_zone: `Mars/Olympus` is no time zone; write it as `Europe/Moscow`");
}

#[test]
fn i1_a_hidden_number_and_a_record_without_id_are_kept() {
    let call = one(&row("", "74950000001", "", 0, "NO ANSWER", "1741.1", ""));
    assert_eq!(call.contacts, []);
    let found = read(&row("79990000001", "74950000001", "", 0, "NO ANSWER", "", "")).remove(0).unwrap();
    assert!(found.inquiry.id.starts_with("sha256:"));
    assert_eq!(found.notes[0].code, "intake.note.no_id");
    found.inquiry.check().unwrap();
}

#[test]
fn i2_a_call_out_that_shows_our_line_is_one_of_ours() {
    let text = row("74950000001", "79990000001", "SIP/trunk-2", 30, "ANSWERED", "1741.9", "")
        .replace("SIP/trunk-1", "SIP/101-0000001");
    let call = one(&text);
    assert_eq!((call.direction, call.employee.as_deref()), (Direction::Out, Some("anna")));
    assert_eq!(call.contacts.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["79990000001"]);
    let hidden = one(&row("anonymous", "74950000001", "SIP/101-1", 5, "ANSWERED", "1741.8", ""));
    assert!(hidden.contacts.is_empty() && hidden.direction == Direction::In);
}
