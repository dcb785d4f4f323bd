//! Web forms (I1).

use voronka::Value;
use voronka::intake::read::FormMap;

fn map() -> FormMap {
    serde_json::from_str(
        r#"{ "id": "request", "phone": ["tel", "tel2"], "email": ["mail"], "name": "fio",
        "subject": "topic", "text": "comment", "at": "sent", "documents": ["order"], "line": "page" }"#,
    )
    .unwrap()
}

#[test]
fn i1_a_form_becomes_an_inquiry_and_all_else_is_kept() {
    let found = map().read(r#"{ "request": 77, "tel": "8 495 000-00-01", "mail": "eva@client.example", "fio": "Eva",
        "comment": "tiles", "sent": "2026-03-02T10:00:00+03:00", "order": 4711, "page": "/tiles", "amount": 12.5,
        "colours": ["blue", null, "red"], "size": { "w": 30 }, "agree": true, "none": null }"#).unwrap();
    let it = found.inquiry;
    it.check().unwrap();
    assert_eq!((it.channel.as_str(), it.id.as_str(), it.line.as_deref()), ("web", "77", Some("/tiles")));
    assert_eq!(it.contacts.len(), 2);
    assert_eq!(
        (it.at.unwrap().to_string().as_str(), it.documents.as_slice()),
        ("2026-03-02T07:00:00.000Z", &["4711".to_owned()][..])
    );
    assert_eq!(it.extra["amount"], Value::Decimal("12.5".parse().unwrap()));
    assert_eq!(it.extra["colours"], Value::List(vec!["blue".into(), "red".into()]));
    assert_eq!((&it.extra["agree"], it.extra.contains_key("none")), (&Value::Bool(true), false));
    assert_eq!(found.notes, []);
}

#[test]
fn i1_the_same_form_without_an_id_is_the_same_inquiry() {
    let read = |text: &str| map().read(text).unwrap().inquiry.id;
    assert_eq!(read(r#"{"tel": "1"}"#), read(r#"{"tel": "1"}"#));
    assert_ne!(read(r#"{"tel": "1"}"#), read(r#"{"tel": "2"}"#));
}

#[test]
fn i1_a_form_that_cannot_be_read_is_an_error_and_odd_values_are_sane() {
    for wrong in ["", "[]", "{", "5", r#"{"a": 1e999}"#] {
        assert!(map().read(wrong).unwrap_err().to_string().starts_with("the form: "), "{wrong}");
    }
    let large = format!("{{\"comment\": \"{}\"}}", "x".repeat(2_000_000));
    assert!(map().read(&large).unwrap_err().to_string().contains("bytes"));
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(60), "]".repeat(60));
    map().read(&deep).unwrap().inquiry.check().unwrap();
    let odd =
        map().read("{\"tel\": {}, \"sent\": \"soon\", \"comment\": \"a\\u0000b\", \"\\u0000\": 1}").unwrap();
    odd.inquiry.check().unwrap();
    let codes: Vec<_> = odd.notes.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["intake.note.text_cut", "intake.note.date_unread", "intake.note.fields_left_out"]);
}
