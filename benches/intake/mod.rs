//! Deciding inquiries, and reading letters.

use super::common::{Bench, quick};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use voronka::intake::{Candidate, ContactKey, Inquiry, Intake, IntakeContext, LookupKind, Match};
use voronka::{Moment, Scenario};

/// How many contacts have an open case.
const CONTACTS: u32 = 1_000_000;

fn number(contact: u32) -> String {
    format!("+7{:010}", 9_000_000_000_u64 + u64::from(contact))
}

/// What a store's index gives of a case.
fn candidate(case: u32, now: Moment, inquiry: &Inquiry) -> Candidate {
    Candidate {
        case: format!("case-{case}"),
        revision: 3,
        title: None,
        scenario: "wholesale".to_owned(),
        closed: None,
        calendar: None,
        responsible: inquiry.employee.clone(),
        last_at: now,
        matched: [Match::Contact].into(),
        known: None,
        planned: Vec::new(),
        erased: false,
    }
}

/// Calls and letters against the open cases of a million contacts: contact keys, look-ups, what is wanted, the decision.
fn decide(bench: &mut Bench) {
    if !bench.wants("intake/decide_per_s") {
        return;
    }
    let scenario = Scenario::from_json(include_str!("../../examples/wholesale.json")).unwrap();
    let intake = Intake::new([Arc::new(scenario)]);
    let contacts = if quick() { 1_000 } else { CONTACTS };
    let index: BTreeMap<String, u32> = (0..contacts).map(|it| (number(it), it)).collect();
    let now: Moment = "2026-03-02T10:00:00Z".parse().unwrap();
    let ctx = IntakeContext::new(now);
    // As letters are: lines, a few of them with numbers that are no document's.
    let text = "Good morning!\nWe need 20 boxes of the white tiles, and two cans of paint.\nThe site is where it was, \
                on the road behind the mill; the gate is open until 6.\nPlease say when you can deliver, and what it \
                comes to with the delivery.\nThank you for the last time, all of it was used.\n\nWith kind regards\n\
                The builders of the house by the mill\nTelephone 8 999 000-00-12\n"
        .to_owned();
    let inquiries: Vec<Inquiry> = (0..1_000_u32)
        .map(|nth| {
            // Four of five are of known contacts, scattered over the index; half are calls, half letters.
            let contact = nth.wrapping_mul(2_654_435_761) % (contacts + contacts / 4);
            let mut inquiry = Inquiry {
                contacts: vec![ContactKey::phone(number(contact))],
                employee: Some("anna".to_owned()),
                at: Some(now),
                ..Inquiry::new("phone", format!("17419.{nth}"))
            };
            if nth % 2 == 0 {
                inquiry.channel = "email".to_owned();
                inquiry.subject = Some("Tiles for the site".to_owned());
                inquiry.text = Some(text.clone());
                inquiry.thread = vec!["<1@client.example>".to_owned()];
            } else {
                inquiry.result = Some("answered".to_owned());
            }
            inquiry
        })
        .collect();
    let round = || {
        let mut logged = 0;
        for inquiry in &inquiries {
            let inquiry = intake.normal(inquiry.clone());
            black_box(intake.wants(&inquiry, &ctx.owners, now));
            let found: Vec<Candidate> = intake
                .lookups(&inquiry, &ctx.owners)
                .iter()
                .filter(|it| it.kind == LookupKind::Contact)
                .filter_map(|it| index.get(&it.key))
                .map(|case| candidate(*case, now, &inquiry))
                .collect();
            let decision = black_box(intake.decide(&inquiry, &found, &ctx));
            logged += usize::from(decision.verdict.name() == "log");
        }
        logged
    };
    let logged = round();
    assert!((600..950).contains(&logged) || quick(), "{logged}");
    let samples: Vec<f64> = (0..if quick() { 1 } else { 40 })
        .map(|_| {
            let start = Instant::now();
            black_box(round());
            inquiries.len() as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    bench.at_least("intake/decide_per_s", &samples, 100_000.0, "decisions a second");
}

/// A letter of 20 kB, with an attachment and a text, against the parser alone.
#[cfg(feature = "mail")]
fn mail(bench: &mut Bench) {
    use super::common::alternately;
    use mail_parser::MessageParser;
    use voronka::intake::read::MailReader;
    if !bench.wants("intake/mail") {
        return;
    }
    let line = "Good morning! We need twenty boxes of the white tiles, and paint.\r\n";
    let coded = format!("{}\r\n", "JVBERi0xLjQgbm90IGEgcmVhbCBwbGFu".repeat(2));
    let raw = format!(
        "Return-Path: <eva@client.example>\r\nReceived: from a.example by b.example; Mon, 2 Mar 2026 10:00:01 +0300\r\n\
         From: Eva <eva@client.example>\r\nTo: info@ours.example\r\nSubject: tiles\r\nMessage-ID: <2@client.example>\r\n\
         In-Reply-To: <1@ours.example>\r\nReferences: <0@client.example> <1@ours.example>\r\n\
         Date: Mon, 2 Mar 2026 10:00:00 +0300\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=part\r\n\r\n\
         --part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}--part\r\nContent-Type: application/pdf; name=plan.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}--part--\r\n",
        line.repeat(60),
        coded.repeat(230)
    );
    assert!((19_000..21_000).contains(&raw.len()), "{}", raw.len());
    let (reader, parser) = (MailReader::new(["@ours.example"]), MessageParser::default());
    let (ours, alone) = alternately(
        || {
            black_box(reader.read(black_box(raw.as_bytes()), "mail/1", None).unwrap());
        },
        || {
            black_box(parser.parse(black_box(raw.as_bytes())).unwrap());
        },
    );
    bench.ratio("intake/mail", &ours, &alone, 1.3);
}

pub fn run(bench: &mut Bench) {
    decide(bench);
    #[cfg(feature = "mail")]
    mail(bench);
}
