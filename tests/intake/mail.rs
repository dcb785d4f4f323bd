//! Letters: threads, character sets, automatic replies, bounces, and what is broken (I1, I2).

use std::io::Cursor;
use voronka::Moment;
use voronka::intake::read::{Found, MailReader, Mbox, ReadError, maildir};
use voronka::intake::{Direction, Inquiry};

fn reader() -> MailReader {
    MailReader::new(["@ours.example"])
}

fn found(raw: impl AsRef<[u8]>) -> Found {
    let found = reader().read(raw.as_ref(), "m/1.eml", None).unwrap();
    found.inquiry.check().unwrap();
    found
}

fn read(raw: impl AsRef<[u8]>) -> Inquiry {
    found(raw).inquiry
}

fn codes(found: &Found) -> Vec<&str> {
    found.notes.iter().map(|it| it.code.as_str()).collect()
}

const HEAD: &str = "From: Eva <Eva@Client.example>\r\nTo: info@ours.example\r\nMessage-ID: <2@c>\r\n\
    Date: Mon, 2 Mar 2026 10:00:00 +0300\r\nSubject: tiles\r\n";

#[test]
fn i1_a_letter_tells_its_thread_sides_and_time() {
    let it = read(format!("{HEAD}In-Reply-To: <1@o>\r\nReferences: <0@c> <1@o>\r\n\r\nTwenty boxes.\r\n"));
    assert_eq!((it.channel.as_str(), it.id.as_str(), it.direction), ("email", "2@c", Direction::In));
    assert_eq!(it.thread, ["0@c", "1@o"]);
    assert_eq!(
        (it.contacts[0].key.as_str(), it.contacts[0].name.as_deref()),
        ("eva@client.example", Some("Eva"))
    );
    assert_eq!((it.line.as_deref(), it.employee.as_deref()), (Some("info@ours.example"), None));
    assert_eq!(it.at.unwrap().to_string(), "2026-03-02T07:00:00.000Z");
    assert_eq!((it.subject.as_deref(), it.text.as_deref()), (Some("tiles"), Some("Twenty boxes.")));
    assert_eq!(it.attachments[0].reference, "m/1.eml");
    let ours = read(
        "From: anna@ours.example\r\nTo: eva@client.example, boris@ours.example\r\nMessage-ID: <1@o>\r\n\r\nx",
    );
    assert_eq!((ours.direction, ours.employee.as_deref()), (Direction::Out, Some("anna@ours.example")));
    assert_eq!(ours.contacts.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["eva@client.example"]);
}

/// Bytes of a Russian text in a character set with one byte a letter, by the tables of the standards.
fn koi8(text: &str) -> Vec<u8> {
    const LETTERS: &str = "юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ";
    let place = |letter| LETTERS.chars().position(|it| it == letter);
    text.chars().map(|it| place(it).map_or(it as u8, |at| 0xc0 + u8::try_from(at).unwrap())).collect()
}

fn windows(text: &str) -> Vec<u8> {
    text.chars()
        .map(|it| match it {
            'А'..='я' => u8::try_from(u32::from(it) - 0x410 + 0xc0).unwrap(),
            'ё' => 0xb8,
            '№' => 0xb9,
            other => other as u8,
        })
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let all = group.iter().fold(0_u32, |all, it| (all << 8) | u32::from(*it)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            out.push(char::from(DIGITS[(all >> (18 - 6 * digit) & 63) as usize]));
        }
        out.push_str(&"=".repeat(3 - group.len()));
    }
    out
}

#[test]
fn i1_koi8_r_and_windows_1251_are_read_right() {
    for (name, bytes) in [("koi8-r", koi8 as fn(&str) -> Vec<u8>), ("windows-1251", windows)] {
        let subject = format!("Subject: =?{name}?B?{}?=\r\n", base64(&bytes("Заказ плитки")));
        let from = format!("From: =?{name}?B?{}?= <eva@client.example>\r\n", base64(&bytes("Ева Петрова")));
        let head =
            format!("{from}{subject}Message-ID: <1@c>\r\nContent-Type: text/plain; charset={name}\r\n");
        let mut raw = format!("{head}Content-Transfer-Encoding: 8bit\r\n\r\n").into_bytes();
        raw.extend(bytes("Здравствуйте, нужно двадцать коробок."));
        let it = read(&raw);
        assert_eq!(it.subject.as_deref(), Some("Заказ плитки"), "{name}");
        assert_eq!(it.contacts[0].name.as_deref(), Some("Ева Петрова"));
        assert_eq!(it.text.as_deref(), Some("Здравствуйте, нужно двадцать коробок."));
        // The same as base64.
        let body = base64(&bytes("Счёт №17".replace('ё', "е").replace('№', "n").as_str()));
        let raw = format!("{head}Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n");
        assert_eq!(read(raw).text.as_deref(), Some("Счет n17"));
    }
}

#[test]
fn i1_markup_gives_its_text_and_attachments_their_references() {
    let raw = format!(
        "{HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Twenty <b>boxes</b></p><script>x()</script>\r\n\
        --b\r\nContent-Type: application/pdf; name=\"plan.pdf\"\r\nContent-Disposition: attachment\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64(&[7; 3_000])
    );
    let it = read(raw);
    assert!(it.text.as_deref().unwrap().contains("Twenty boxes"), "{:?}", it.text);
    assert!(!it.text.as_deref().unwrap().contains('<'));
    let file = &it.attachments[1];
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str(), file.size),
        ("plan.pdf", "application/pdf", Some(3_000))
    );
    assert_eq!(file.reference, "m/1.eml#2");
}

#[test]
fn i2_automatic_replies_and_bounces_are_told() {
    let result = |more: &str| read(format!("{more}{HEAD}\r\nx")).result;
    assert_eq!(result(""), None);
    assert_eq!(result("Auto-Submitted: no\r\n"), None);
    for header in [
        "Auto-Submitted: auto-replied",
        "X-Autoreply: yes",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "Return-Path: <>",
        "X-Autorespond: holiday",
    ] {
        assert_eq!(result(&format!("{header}\r\n")).as_deref(), Some("automatic"), "{header}");
    }
    assert_eq!(result("Return-Path: <eva@client.example>\r\n"), None);
    let bounce = "Return-Path: <>\r\nFrom: MAILER-DAEMON@client.example\r\nTo: anna@ours.example\r\nMessage-ID: <9@c>\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nIt did not arrive.\r\n\
        --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; client.example\r\n\r\n\
        Final-Recipient: rfc822; eva@client.example\r\nAction: failed\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: anna@ours.example\r\nMessage-ID: <1@o>\r\nSubject: offer\r\n\r\nx\r\n--b--\r\n";
    let it = read(bounce);
    assert_eq!((it.result.as_deref(), it.thread.as_slice()), (Some("bounced"), &["1@o".to_owned()][..]));
    assert_eq!(it.contacts[0].key, "eva@client.example");
    assert!(it.text.as_deref().unwrap().contains("It did not arrive."));
    assert_eq!(it.attachments.last().unwrap().media_type, "message/rfc822");
    // A receipt is automatic, no bounce.
    let receipt = read(format!(
        "{HEAD}Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nread\r\n--b--\r\n"
    ));
    assert_eq!(receipt.result.as_deref(), Some("automatic"));
}

#[test]
fn i1_ten_thousand_parts_are_read_within_bounds() {
    let mut raw = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for part in 0..10_000 {
        raw.push_str(&format!("--b\r\nContent-Type: text/plain; name=f{part}.txt\r\nContent-Disposition: attachment\r\n\r\n{part}\r\n"));
    }
    raw.push_str("--b--\r\n");
    let found = found(&raw);
    assert_eq!(found.inquiry.attachments.len(), 1_000);
    assert_eq!(codes(&found), ["intake.note.attachments_left_out"]);
    assert!(
        found.notes[0].told(&voronka::tell::Catalog::default(), "en").starts_with("9001 of its attachments")
    );
}

/// A small stack shows what nests too deep; without care for it the process would end here.
#[test]
fn i1_what_nests_ten_thousand_deep_does_not_exhaust_the_stack() {
    let nested = |head: &str, depth: usize| format!("{HEAD}{}\r\nx", head.repeat(depth));
    let mut multipart = HEAD.to_owned();
    for depth in 0..10_000 {
        multipart
            .push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"));
    }
    let digest = "Content-Type: Multipart/\r\n digest; boundary=b\r\n\r\n--b\r\n\r\n".repeat(10_000);
    let inner = base64(nested("Content-Type: message/rfc822\r\n\r\n", 5_000).as_bytes());
    let letters = [
        nested("Content-Type: message/rfc822\r\n\r\n", 10_000),
        nested("content-type: MESSAGE/RFC822\n\n", 10_000),
        nested("Content-Type: message/global\r\n\r\n", 10_000),
        nested("Content-Type:\r\n\tmessage/rfc822\r\n\r\n", 10_000),
        format!("{HEAD}{digest}"),
        multipart,
        format!("{HEAD}Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{inner}"),
    ];
    let all = move || letters.iter().for_each(|raw| drop(found(raw)));
    std::thread::Builder::new().stack_size(512 * 1024).spawn(all).unwrap().join().unwrap();
}

#[test]
fn i1_no_date_and_a_date_in_2100_give_way_to_the_receiving() {
    let received: Moment = "2026-03-02T08:00:00Z".parse().unwrap();
    let read = |head: &str| reader().read(format!("{head}\r\nx").as_bytes(), "", Some(received)).unwrap();
    let none = read("From: eva@client.example\r\nMessage-ID: <1@c>\r\n");
    assert_eq!((none.inquiry.at, codes(&none)), (Some(received), vec!["intake.note.no_date"]));
    let ahead =
        read("From: eva@client.example\r\nMessage-ID: <1@c>\r\nDate: Fri, 1 Jan 2100 00:00:00 +0000\r\n");
    assert_eq!((ahead.inquiry.at, codes(&ahead)), (Some(received), vec!["intake.note.date_ahead"]));
    let broken = read("From: eva@client.example\r\nMessage-ID: <1@c>\r\nDate: yesterday\r\n");
    assert_eq!(codes(&broken), ["intake.note.no_date"]);
    // Where nobody says when it was received, what it says is taken.
    let said = found(
        b"From: eva@client.example\r\nMessage-ID: <1@c>\r\nDate: Fri, 1 Jan 2100 00:00:00 +0000\r\n\r\nx",
    );
    assert_eq!(said.inquiry.at.unwrap().to_string(), "2100-01-01T00:00:00.000Z");
}

#[test]
fn i1_an_attachment_of_50_mb_is_not_copied_and_more_than_the_limit_is_not_read() {
    let mut raw = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the film.\r\n\
        --b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    raw.resize(50 * 1024 * 1024, b'A');
    let found = found(&raw);
    assert_eq!(found.inquiry.text.as_deref(), Some("See the film."));
    assert!(codes(&found).contains(&"intake.note.letter_cut"), "{:?}", found.notes);
    assert_eq!(found.inquiry.attachments[0].size, Some(50 * 1024 * 1024));
    assert!(serde_json::to_string(&found.inquiry).unwrap().len() < 5_000);
}

#[test]
fn i1_broken_mime_gives_an_error_or_a_sane_value() {
    for nothing in [&b""[..], b"\r\n", b"no header at all"] {
        assert!(matches!(reader().read(nothing, "", None), Err(ReadError::NoLetter { .. })), "{nothing:?}");
    }
    let broken = [
        format!("{HEAD}Content-Type: multipart/mixed\r\n\r\nno boundary"),
        format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--c\r\nwrong boundary"),
        format!("{HEAD}Content-Type: text/plain; charset=klingon\r\n\r\nx"),
        format!("{HEAD}Content-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!"),
        format!("{HEAD}Content-Type: ;;;=\r\n\r\nx"),
        format!("{HEAD}Subject: =?utf-8?B?broken\r\n\r\nx"),
        "From: <<>>\r\nTo:\r\n\r\nx".to_owned(),
        format!("{HEAD}\r\nnul\0 within"),
    ];
    for raw in broken {
        let it = read(&raw);
        assert!(it.text.is_some(), "{raw:?}");
    }
    let mut bytes = HEAD.as_bytes().to_vec();
    bytes.extend(b"\r\n\xff\xfe\xfd");
    read(&bytes);
    let long = "x".repeat(300_000);
    let found = found(format!(
        "Subject: {long}\r\nMessage-ID: <{long}>\r\nReferences: {}\r\nFrom: {long}@c.example\r\n\r\n{long}",
        (0..5_000).map(|it| format!("<{it}@c>")).collect::<String>()
    ));
    assert_eq!(found.inquiry.text.unwrap().len(), 100_000);
    assert!(found.inquiry.id.starts_with("sha256:") && found.inquiry.thread.len() <= 200);
    assert_eq!(
        (found.inquiry.thread[0].as_str(), found.inquiry.thread.last().unwrap().as_str()),
        ("0@c", "4999@c")
    );
}

/// Letters cut and damaged at every place: nothing panics, and whatever is read can be taken in.
#[test]
fn i1_damaged_letters_never_panic() {
    let whole = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: =?koi8-r?Q?=C1?=\r\n\r\ny\r\n--b--\r\n").into_bytes();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(7);
        for raw in [&damaged[..], &whole[..at]] {
            if let Ok(found) = reader().read(raw, "m", None) {
                found.inquiry.check().unwrap();
            }
        }
    }
}

#[test]
fn i1_a_maildir_is_read_in_the_order_of_delivery() {
    let folder = tempfile::tempdir().unwrap();
    for (part, name) in [("new", "1002.b"), ("cur", "1001.a:2,S"), ("tmp", "1000.x"), ("new", ".hidden")] {
        std::fs::create_dir_all(folder.path().join(part)).unwrap();
        std::fs::write(folder.path().join(part).join(name), format!("{HEAD}\r\n{name}")).unwrap();
    }
    let files = maildir(folder.path()).unwrap();
    let texts: Vec<_> = files.iter().map(|it| reader().file(it).unwrap().inquiry.text.unwrap()).collect();
    assert_eq!(texts, ["1001.a:2,S", "1002.b"]);
    assert_eq!(maildir(&folder.path().join("nowhere")).unwrap(), Vec::<std::path::PathBuf>::new());
    assert!(matches!(reader().file(&folder.path().join("nowhere")), Err(ReadError::File { .. })));
}

#[test]
fn i1_an_mbox_is_read_letter_by_letter() {
    let letter = |id: &str, text: &str| {
        format!(
            "From eva@client.example Mon Mar  2 10:00:00 2026\nMessage-ID: <{id}>\n\
        From: eva@client.example\n\n{text}\n\n"
        )
    };
    let all = letter("1", "first\n\n>From here on")
        + &letter("2", "He wrote:\nFrom inside it is text")
        + &letter("3", "last");
    let reader = reader();
    let found: Vec<_> =
        Mbox::new(&reader, Cursor::new(all.as_bytes()), "a.mbox").map(|it| it.unwrap().inquiry).collect();
    let texts: Vec<_> = found.iter().map(|it| it.text.as_deref().unwrap()).collect();
    assert_eq!(texts, ["first\n\nFrom here on", "He wrote:\nFrom inside it is text", "last"]);
    assert_eq!(found[0].attachments[0].reference, "a.mbox@49");
    // What is no letter is an error in its place; an endless line is held within bounds.
    let broken = "From x\n\nnothing\n\n".to_owned() + &letter("4", &"x".repeat(1_000_000));
    let reader = MailReader::new(["@ours.example"]).at_most(10_000);
    let found: Vec<_> = Mbox::new(&reader, Cursor::new(broken.as_bytes()), "a").collect();
    assert!(found[0].is_err());
    assert_eq!(found[1].as_ref().unwrap().inquiry.id, "4");
}

#[test]
fn i1_a_form_of_our_own_site_is_the_clients_letter() {
    let it = read(
        "From: site@ours.example\r\nTo: info@ours.example\r\nReply-To: Eva <eva@client.example>\r\nMessage-ID: <1@o>\r\n\r\nx",
    );
    assert_eq!(it.direction, Direction::In);
    assert_eq!(it.contacts.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["eva@client.example"]);
}

#[test]
fn i1_what_a_marketplace_sends_on_is_the_clients_and_not_the_marketplaces() {
    let keys = |from: &str| {
        let it = read(format!(
            "From: {from}\r\nTo: info@ours.example\r\nReply-To: eva@client.example\r\nMessage-ID: <1@m>\r\n\r\nx"
        ));
        it.contacts.into_iter().map(|it| it.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("No-Reply@market.example"), ["eva@client.example"]);
    assert_eq!(keys("donotreply+17@market.example"), ["eva@client.example"]);
    assert_eq!(keys("oleg@builder.example"), ["oleg@builder.example", "eva@client.example"]);
}

#[test]
fn i1_a_boundary_or_a_name_that_holds_such_a_word_stays_as_it_is() {
    let letter = found(format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=\"=_Global_1\"\r\n\r\n--=_Global_1\r\nContent-Type: text/plain\r\n\r\n\
         Twenty boxes.\r\n--=_Global_1\r\nContent-Type: application/pdf; name=\"Global digest.pdf\"\r\n\r\nx\r\n--=_Global_1--\r\n"
    ));
    assert_eq!(letter.inquiry.text.as_deref(), Some("Twenty boxes."));
    assert_eq!(letter.inquiry.attachments.last().unwrap().name, "Global digest.pdf");
}
