//! The inquiry itself, its keys, and what a case keeps of it (I1).

use super::world::*;
use voronka::Value;
use voronka::case::Attachment;
use voronka::intake::{ContactKey, Inquiry, KeyType, normal};

#[test]
fn i1_an_inquiry_is_plain_data_and_unknown_keys_are_refused() {
    let text = json!({ "channel": "phone", "direction": "out", "id": "77", "contacts": [{ "kind": "phone",
        "key": "+7 1", "name": "Eva" }], "at": START, "result": "answered", "duration_ms": 65000,
        "recording": "rec/77.wav", "extra": { "amount": { "decimal": "5.50" } } });
    let inquiry: Inquiry = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(&inquiry).unwrap()["duration_ms"], 65_000);
    assert_eq!(serde_json::from_value::<Inquiry>(serde_json::to_value(&inquiry).unwrap()).unwrap(), inquiry);
    let mut wrong = text;
    wrong["chanel"] = json!("x");
    assert!(serde_json::from_value::<Inquiry>(wrong).unwrap_err().to_string().contains("chanel"));
}

#[test]
fn i1_what_cannot_be_kept_is_refused_by_name() {
    let said = |change: fn(&mut Inquiry)| {
        let mut inquiry = mail("<1@c>", "eva@client.example", "tiles");
        change(&mut inquiry);
        inquiry.check().unwrap_err().to_string()
    };
    assert!(said(|it| it.id = " ".to_owned()).starts_with("`id` is empty"));
    assert!(said(|it| it.text = Some("a\0b".to_owned())).starts_with("`text` holds the character U+0000"));
    assert!(said(|it| it.contacts[0].key.push('\0')).starts_with("`contacts` holds"));
    assert!(
        said(|it| {
            it.extra.insert("city".to_owned(), Value::from("\0"));
        })
        .starts_with("`extra.city` holds")
    );
    assert_eq!(
        said(|it| it.text = Some("x".repeat(100_001))),
        "`text` has 100001 characters, 100000 are allowed"
    );
    assert_eq!(said(|it| it.id = "x".repeat(701)), "`id` has 701 bytes, 700 are allowed");
    assert_eq!(
        said(|it| it.thread = vec![String::new(); 1_001]),
        "`thread` has 1001 elements, 1000 are allowed"
    );
    assert!(
        said(|it| it.attachments.push(Attachment { name: "\0".to_owned(), ..Attachment::default() }))
            .starts_with("`attachments` holds")
    );
    let deep = (0..20).fold(Value::from("x"), |inner, _| Value::List(vec![inner]));
    let mut inquiry = Inquiry::new("web", "1");
    inquiry.extra.insert("deep".to_owned(), deep);
    assert!(inquiry.check().is_err());
    let world = World::new(json!({}));
    let error = world.runtime.take_in(&Inquiry::new("email", "")).unwrap_err();
    assert!(!error.is_transient());
    assert_eq!(error.to_string(), "inquiry: `id` is empty; a channel and the channel's own id must be there");
}

#[test]
fn i1_the_same_again_does_nothing_and_with_more_amends() {
    let world = World::new(json!({}));
    let mut ringing = call("1.1", "8 999 000-00-01", "answered");
    let case = world.opened(&ringing);
    let again = world.take(&ringing);
    assert_eq!((again.decision.verdict.name(), again.done.len()), ("nothing", 0));
    assert_eq!(world.case(&case.id).revision, case.revision);
    // Five minutes later the recording is there.
    ringing.recording = Some("rec/1.wav".to_owned());
    ringing.duration_ms = Some(125_000);
    let amended = world.take(&ringing);
    assert_eq!(
        (amended.decision.verdict.name(), amended.decision.reason.codes()),
        ("log", vec!["intake.same"])
    );
    let now = world.case(&case.id);
    assert_eq!(now.interactions.len(), 1);
    assert_eq!(now.interactions[0].recording.as_deref(), Some("rec/1.wav"));
    assert_eq!(now.interactions[0].contact.as_deref(), Some("+79990000001"));
    // The first record once more takes nothing away.
    let first = call("1.1", "8 999 000-00-01", "answered");
    assert_eq!(world.take(&first).decision.verdict.name(), "nothing");
    assert_eq!(world.case(&case.id), now);
}

#[test]
fn i1_an_amended_missed_call_plans_one_call_back() {
    let world = World::new(json!({}));
    let mut missed = call("1.1", "8 999 000-00-01", "missed");
    let case = world.opened(&missed);
    missed.recording = Some("voicemail/1.wav".to_owned());
    world.take(&missed);
    let now = world.case(&case.id);
    assert_eq!((now.interactions[0].recording.is_some(), open_kinds(&now)), (true, vec!["call"]));
}

#[test]
fn i1_attachments_are_kept_by_reference_and_grow() {
    let file = |name: &str, reference: &str, size| Attachment {
        name: name.to_owned(),
        media_type: "application/pdf".to_owned(),
        size: Some(size),
        reference: reference.to_owned(),
    };
    let world = World::new(json!({}));
    let mut letter = mail("<1@c>", "eva@client.example", "plan");
    letter.attachments = vec![file("plan.pdf", "part 2", 5)];
    let case = world.opened(&letter);
    letter.attachments = vec![file("plan.pdf", "part 2", 7), file("order.pdf", "part 3", 9)];
    world.take(&letter);
    assert_eq!(world.case(&case.id).interactions[0].attachments, letter.attachments);
}

#[test]
fn s12_contacts_recordings_and_file_names_are_erased_with_their_keys() {
    let mut definition = scenario(&json!({}));
    definition["rights"] = json!({ "erase": "officer" });
    let world = World::of(&[definition]);
    let mut letter = answering(mail("<1@c>", "eva@client.example", "secret subject"), "<0@c>");
    letter.contacts.push(ContactKey::phone("8 999 000-00-01"));
    letter.recording = Some("rec/eva.wav".to_owned());
    letter.attachments = vec![Attachment {
        name: "eva.pdf".to_owned(),
        reference: "/eva/1".to_owned(),
        size: Some(5),
        ..Attachment::default()
    }];
    let case = world.opened(&letter);
    world.clock.go(1_000);
    world.runtime.erase(&case.id, "asked", &voronka::Actor::new("olga", "officer"), "e1").unwrap();
    let all = serde_json::to_string(&world.case(&case.id)).unwrap()
        + &format!("{:?}", world.runtime.journal(&case.id, 1, 100).unwrap());
    for gone in ["eva", "secret", "9990000001", "<0@c>"] {
        assert!(!all.contains(gone), "{gone}");
    }
    assert_eq!(world.case(&case.id).interactions[0].attachments[0].size, Some(5));
    // It comes once more: what was erased does not come back.
    let taken = world.take(&letter);
    assert!(taken.done.iter().all(|it| it.repeated), "{taken:?}");
    assert!(!serde_json::to_string(&world.case(&case.id)).unwrap().contains("secret"));
}

#[test]
fn i2_keys_are_normal_and_what_cannot_be_read_is_kept() {
    let phone = |text: &str, region| {
        let key = normal(&ContactKey::phone(text), region);
        (key.kind == KeyType::Phone).then_some(key.key)
    };
    for written in ["8 (495) 000-00-01", "+7 495 000 00 01", "74950000001", "007 495 000-00-01", "4950000001"]
    {
        assert_eq!(phone(written, Some("RU")).as_deref(), Some("+74950000001"), "{written}");
    }
    assert_eq!(phone("anonymous", Some("RU")), None);
    assert_eq!(phone("", None), None);
    assert_eq!(phone("101", Some("RU")), None, "an inner number is no key that the world knows");
    assert_eq!(phone(&"9".repeat(100_000), Some("RU")), None);
    assert_eq!(phone("+1 202 555 0123", None).as_deref(), Some("+12025550123"));
    let kept = normal(&ContactKey::phone(" 101 ").named("Eva"), Some("RU"));
    assert_eq!((kept.kind, kept.key.as_str(), kept.name.as_deref()), (KeyType::Other, "101", Some("Eva")));
    let email = |text: &str| voronka::intake::email(text);
    assert_eq!(email(" <Eva.B@Client.EXAMPLE> ").as_deref(), Some("eva.b@client.example"));
    assert_eq!(email("mailto:eva@client.example").as_deref(), Some("eva@client.example"));
    for wrong in
        ["", "@", "eva@", "@client.example", "eva b@client.example", "a,b@c.example", "a@b@c.example"]
    {
        assert_eq!(email(wrong), None, "{wrong}");
    }
}

#[test]
fn i1_a_forms_fields_are_given_and_what_does_not_fit_stands_in_the_text() {
    let world = World::new(json!({ "form": { "city": "text", "amount": "decimal" },
        "give": { "city": "inquiry.form.city", "amount": "inquiry.form.amount" },
        "title": "'Web: ' + inquiry.form.city" }));
    let form = |id: &str, amount: &str| Inquiry {
        extra: [("city", "Tver"), ("amount", amount), ("colour", "blue")]
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .into(),
        ..Inquiry::new("web", id)
    };
    let case = world.opened(&form("1", "12.50"));
    assert_eq!(case.fields["city"], Value::from("Tver"));
    assert_eq!(case.fields["amount"], Value::Decimal("12.50".parse().unwrap()));
    assert!(case.interactions[0].text.as_deref().unwrap().contains("colour: blue"));
    let taken = world.take(&form("2", "about five"));
    let case = world.case(taken.case.as_deref().unwrap());
    assert!(taken.decision.reason.codes().contains(&"intake.left_out"), "{}", taken.decision.reason);
    assert!(!case.fields.contains_key("amount"));
    assert!(case.interactions[0].text.as_deref().unwrap().contains("amount: about five"));
    assert_eq!(world.take(&form("2", "about five")).decision.verdict.name(), "nothing");
}
