//! Letters: RFC 5322, with threads, character sets, automatic replies and bounces (I1, I2).

use super::{Found, ReadError, file_error, line, made_id, short_id};
use crate::Moment;
use crate::case::Attachment;
use crate::intake::decision::Step;
use crate::intake::inquiry::{Direction, Inquiry, MAX_LIST, MAX_TEXT};
use crate::intake::keys::{ContactKey, email};
use mail_parser::{
    Address, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How many bytes of a letter are read where nothing else is said.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How many ids of a thread are kept.
const MAX_THREAD: usize = 200;
/// How far a letter's date may lie after its receiving.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1_000;

/// Reads letters as inquiries of the channel `email`.
///
/// ```
/// use voronka::intake::read::MailReader;
/// let reader = MailReader::new(["@ours.example"]);
/// let found = reader.read(b"From: Eva <eva@client.example>\r\nTo: info@ours.example\r\nMessage-ID: <1@c>\r\n\
///     Date: Mon, 2 Mar 2026 10:00:00 +0300\r\nSubject: tiles\r\n\r\nTwenty boxes.", "mail/1.eml", None)?;
/// assert_eq!((found.inquiry.id.as_str(), found.inquiry.text.as_deref()), ("1@c", Some("Twenty boxes.")));
/// # Ok::<(), voronka::intake::read::ReadError>(())
/// ```
#[derive(Debug)]
pub struct MailReader {
    ours: BTreeSet<String>,
    limit: usize,
    parser: MessageParser,
}

impl MailReader {
    /// A reader that knows our own addresses: `info@ours.example`, or a whole domain as `@ours.example`.
    pub fn new<A: AsRef<str>>(ours: impl IntoIterator<Item = A>) -> Self {
        let ours = ours.into_iter().map(|it| it.as_ref().trim().to_lowercase()).collect();
        Self { ours, limit: MAX_BYTES, parser: MessageParser::default() }
    }

    /// How many bytes of a letter are read: 32 MiB. Of a longer one the beginning is read, which holds the text; what
    /// lies beyond is noted.
    #[must_use]
    pub const fn at_most(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// Whether an address is ours.
    #[must_use]
    pub fn is_ours(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        let domain = address.find('@').and_then(|at| address.get(at..));
        self.ours.contains(&address) || domain.is_some_and(|domain| self.ours.contains(domain))
    }

    /// Reads a file (`.eml`, or one of a Maildir); its path is the reference of the letter and of its parts, and the time
    /// of its last change is taken as that of its receiving.
    ///
    /// # Errors
    /// A [`ReadError`].
    pub fn file(&self, path: &Path) -> Result<Found, ReadError> {
        let failed = |error: std::io::Error| file_error(path, &error);
        let file = std::fs::File::open(path).map_err(failed)?;
        let received = file.metadata().and_then(|it| it.modified()).ok();
        let received = received.and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
        let received = received.and_then(|it| Moment::from_millis(i64::try_from(it.as_millis()).ok()?).ok());
        let mut raw = Vec::new();
        let one_more = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(1);
        file.take(one_more).read_to_end(&mut raw).map_err(failed)?;
        self.read(&raw, &path.display().to_string(), received)
    }

    /// Reads a letter's bytes. The reference says where the host keeps them; attachments are told of as its parts
    /// (`mail/1.eml#3`). `received` stands in for a date that is missing, or lies more than a day after it.
    ///
    /// # Errors
    /// When it has no headers.
    pub fn read(&self, raw: &[u8], reference: &str, received: Option<Moment>) -> Result<Found, ReadError> {
        let mut notes = Vec::new();
        let bytes = raw.len();
        let raw = match raw.get(..self.limit) {
            Some(head) if bytes > self.limit => {
                notes.push(Step::new("intake.note.letter_cut").with("limit", count(self.limit)));
                head
            }
            _ => raw,
        };
        let tame = tamed(raw);
        // It is meant never to panic; a letter that makes it do so all the same must not take down the host.
        let parsed = catch_unwind(AssertUnwindSafe(|| self.parser.parse(tame.as_ref())));
        let none = || ReadError::NoLetter { bytes };
        let message = parsed.map_err(|_| none())?.filter(is_letter).ok_or_else(none)?;
        let letter = Letter { reader: self, message: &message, raw, reference, bytes };
        Ok(letter.read(received, notes))
    }
}

/// Whether it has some header that letters have; any text with a colon has one that they have not.
fn is_letter(message: &Message<'_>) -> bool {
    message.headers().iter().any(|header| {
        matches!(
            header.name,
            HeaderName::From
                | HeaderName::To
                | HeaderName::Subject
                | HeaderName::Date
                | HeaderName::MessageId
                | HeaderName::Received
                | HeaderName::ReturnPath
        )
    })
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

struct Letter<'m> {
    reader: &'m MailReader,
    message: &'m Message<'m>,
    raw: &'m [u8],
    reference: &'m str,
    bytes: usize,
}

impl Letter<'_> {
    fn read(&self, received: Option<Moment>, mut notes: Vec<Step>) -> Found {
        let message = self.message;
        let id = message.message_id().map(str::trim).filter(|it| !it.is_empty()).map(short_id);
        let id = id.unwrap_or_else(|| {
            notes.push(Step::new("intake.note.no_id"));
            made_id(self.raw)
        });
        let mut inquiry = Inquiry::new("email", id);
        for header in [message.references(), message.in_reply_to()] {
            ids(header, &mut inquiry.thread);
        }
        inquiry.thread.retain(|it| *it != inquiry.id);
        inquiry.at = self.date(received, &mut notes);
        inquiry.subject = message.subject().and_then(line);
        self.text(&mut inquiry, &mut notes);
        self.sides(&mut inquiry);
        self.attachments(&mut inquiry, &mut notes);
        self.nature(&mut inquiry);
        let broken = Step::new("intake.note.broken_mime");
        if message.parts.iter().any(|it| it.is_encoding_problem) && !notes.contains(&broken) {
            notes.push(broken);
        }
        Found { inquiry, notes }
    }

    fn date(&self, received: Option<Moment>, notes: &mut Vec<Step>) -> Option<Moment> {
        let date = self.message.date().filter(|it| it.is_valid());
        let date = date.and_then(|it| Moment::from_millis(it.to_timestamp().checked_mul(1_000)?).ok());
        let Some(date) = date else {
            notes.push(Step::new("intake.note.no_date"));
            return received;
        };
        match received {
            Some(received) if date.millis_since(received) > AHEAD_MS => {
                notes.push(Step::new("intake.note.date_ahead").with("at", date));
                Some(received)
            }
            _ => Some(date),
        }
    }

    /// The text, of markup the text within it.
    fn text(&self, inquiry: &mut Inquiry, notes: &mut Vec<Step>) {
        let mut all = String::new();
        let mut whole = true;
        for position in 0..self.message.text_body_count() {
            // Characters are at most four bytes: what is beyond is cut anyway.
            if all.len() > MAX_TEXT.saturating_mul(4) {
                whole = false;
                break;
            }
            let Some(text) = self.message.body_text(position) else { continue };
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(&text);
        }
        if all.trim().is_empty()
            && let Some(text) = self.lost_text()
        {
            all = text;
            notes.push(Step::new("intake.note.broken_mime"));
        }
        let all = untamed(all);
        let (text, all_of_it) = super::fitting(all.trim_end(), MAX_TEXT);
        inquiry.text = text;
        if !whole || !all_of_it {
            notes.push(Step::new("intake.note.text_cut"));
        }
    }

    /// The text of a letter that says to have parts, and has none that can be told from each other.
    fn lost_text(&self) -> Option<String> {
        let root = self.message.parts.first().filter(|_| self.message.parts.len() == 1)?;
        let multipart = root.content_type().is_some_and(|it| it.ctype().eq_ignore_ascii_case("multipart"));
        match &root.body {
            PartType::Text(text) | PartType::Html(text) => Some(text.to_string()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) if multipart => {
                Some(String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes)).into_owned())
            }
            _ => None,
        }
    }

    /// Which way it goes, whose the contact keys are, and our mailbox.
    fn sides(&self, inquiry: &mut Inquiry) {
        let message = self.message;
        let from = contacts(message.from().or_else(|| message.sender()));
        let mut to = Vec::new();
        message.all_to().for_each(|it| to.extend(contacts(Some(it))));
        message.all_cc().for_each(|it| to.extend(contacts(Some(it))));
        let ours = |it: &&ContactKey| self.reader.is_ours(&it.key);
        let delivered = match message.header(HeaderName::DeliveredTo) {
            Some(HeaderValue::Text(text)) => email(text),
            _ => None,
        };
        let mut answers = contacts(message.reply_to());
        answers.retain(|it| !ours(&it));
        let is_ours = from.first().is_some_and(|it| ours(&it));
        // A form of our own site writes to us in our own name, and says who is to be answered.
        let form = is_ours && !answers.is_empty() && !to.is_empty() && to.iter().all(|it| ours(&it));
        if is_ours && !form {
            inquiry.direction = Direction::Out;
            inquiry.employee = from.first().map(|it| it.key.clone());
            inquiry.line.clone_from(&inquiry.employee);
            inquiry.contacts = to.iter().filter(|it| !ours(it)).cloned().collect();
        } else {
            inquiry.line = delivered.or_else(|| to.iter().find(ours).map(|it| it.key.clone()));
            // What is written in the name of nobody who reads is whose answer is asked for.
            let relayed = !answers.is_empty() && from.first().is_some_and(|it| is_nobody(&it.key));
            inquiry.contacts = if form || relayed { Vec::new() } else { from };
            inquiry.contacts.extend(answers);
        }
        let mut seen = BTreeSet::new();
        inquiry.contacts.retain(|it| seen.insert(it.key.clone()));
        inquiry.contacts.truncate(MAX_LIST);
    }

    /// What came with it, by the number of its part.
    fn attachments(&self, inquiry: &mut Inquiry, notes: &mut Vec<Step>) {
        if !self.reference.is_empty() {
            inquiry.attachments.push(Attachment {
                name: String::new(),
                media_type: "message/rfc822".to_owned(),
                size: u64::try_from(self.bytes).ok(),
                reference: line(self.reference).unwrap_or_default(),
            });
        }
        let parts = &self.message.attachments;
        for id in parts.iter().take(MAX_LIST.saturating_sub(1)) {
            let Some(part) = self.message.part(*id) else { continue };
            let cut = self.bytes > self.raw.len() && part.offset_end as usize >= self.raw.len();
            inquiry.attachments.push(Attachment {
                name: part.attachment_name().and_then(line).unwrap_or_default(),
                media_type: media_type(part),
                size: u64::try_from(part.len()).ok().filter(|_| !cut),
                reference: line(&format!("{}#{id}", self.reference)).unwrap_or_default(),
            });
        }
        let left = parts.len().saturating_sub(MAX_LIST.saturating_sub(1));
        if left > 0 {
            notes.push(Step::new("intake.note.attachments_left_out").with("n", count(left)));
        }
    }

    fn raw_header(&self, name: &str) -> Option<String> {
        let value = self.message.header_raw(name)?;
        Some(value.trim().to_ascii_lowercase())
    }

    /// Whether a machine made it: an automatic reply, or a letter that came back.
    fn nature(&self, inquiry: &mut Inquiry) {
        if inquiry.direction == Direction::Out {
            return;
        }
        let content = self.message.content_type();
        let kind = content.map(|it| (it.ctype(), it.subtype().unwrap_or_default()));
        let report = kind.is_some_and(|(main, sub)| {
            main.eq_ignore_ascii_case("multipart") && sub.eq_ignore_ascii_case("report")
        });
        let of = content.and_then(|it| it.attribute("report-type")).unwrap_or("delivery-status");
        let receipt = report && !of.eq_ignore_ascii_case("delivery-status");
        let empty_path = self.raw_header("Return-Path").is_some_and(|it| it == "<>" || it.is_empty());
        let from = inquiry.contacts.first().map_or("", |it| it.key.as_str());
        let daemon = from.starts_with("mailer-daemon@") || (empty_path && from.starts_with("postmaster@"));
        if (report && !receipt) || daemon {
            inquiry.result = Some("bounced".to_owned());
            self.bounce(inquiry);
            return;
        }
        let submitted = self.raw_header("Auto-Submitted").is_some_and(|it| !it.starts_with("no"));
        let said = ["X-Autoreply", "X-Autorespond", "X-Auto-Reply"];
        let replied = said.iter().any(|name| self.raw_header(name).is_some_and(|it| it != "no"));
        let precedence = self.raw_header("Precedence").unwrap_or_default();
        let bulk = ["auto_reply", "bulk", "junk"].contains(&precedence.as_str());
        if receipt || empty_path || submitted || replied || bulk {
            inquiry.result = Some("automatic".to_owned());
        }
    }

    /// A letter that came back belongs to the thread of what was sent, and tells whom it did not reach.
    fn bounce(&self, inquiry: &mut Inquiry) {
        let mut failed = Vec::new();
        for part in &self.message.parts {
            let media = media_type(part);
            let bytes: &[u8] = match &part.body {
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
                PartType::Text(text) => text.as_bytes(),
                _ => continue,
            };
            if media == "message/delivery-status" {
                let text = String::from_utf8_lossy(bytes.get(..64 * 1024).unwrap_or(bytes));
                let recipients = text.lines().filter_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.trim().eq_ignore_ascii_case("final-recipient").then_some(value)
                });
                failed.extend(recipients.filter_map(|it| email(it.rsplit(';').next().unwrap_or(it))));
            }
            if media.starts_with("message/rfc82") || media == "text/rfc822-headers" {
                let mut head = bytes.get(..256 * 1024).unwrap_or(bytes).to_vec();
                head.extend_from_slice(b"\r\n\r\n");
                let parsed = catch_unwind(AssertUnwindSafe(|| self.reader.parser.parse_headers(&head)));
                let Some(sent) = parsed.ok().flatten() else { continue };
                if let Some(id) = sent.message_id().map(short_id).filter(|it| !it.is_empty()) {
                    push_id(id, &mut inquiry.thread);
                }
                ids(sent.references(), &mut inquiry.thread);
            }
        }
        if let Some(HeaderValue::Text(text)) = self.message.header("X-Failed-Recipients") {
            failed.extend(text.split(',').filter_map(email));
        }
        if !failed.is_empty() {
            let mut seen = BTreeSet::new();
            failed.retain(|it| seen.insert(it.clone()));
            failed.truncate(MAX_LIST);
            inquiry.contacts = failed.into_iter().map(ContactKey::email).collect();
        }
    }
}

/// Whether an address says by itself that nobody reads it: many persons may write from it.
fn is_nobody(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().replace(['-', '_', '.'], "");
    ["noreply", "donotreply", "nobody"].iter().any(|it| local.starts_with(it))
}

fn media_type(part: &MessagePart<'_>) -> String {
    let Some(content) = part.content_type() else { return "text/plain".to_owned() };
    let media = format!("{}/{}", content.ctype(), content.subtype().unwrap_or_default()).to_lowercase();
    line(&untamed(media)).unwrap_or_default()
}

fn contacts(address: Option<&Address<'_>>) -> Vec<ContactKey> {
    let Some(address) = address else { return Vec::new() };
    let all = address.iter().take(MAX_LIST);
    all.filter_map(|it| {
        let written = it.address.as_deref()?.trim();
        let key = email(written).unwrap_or_else(|| short_id(written));
        let name = it.name.as_deref().and_then(line);
        (!key.is_empty()).then(|| ContactKey { name, ..ContactKey::email(key) })
    })
    .collect()
}

fn push_id(id: String, into: &mut Vec<String>) {
    if !id.is_empty() && into.len() < MAX_THREAD && !into.contains(&id) {
        into.push(id);
    }
}

fn ids(header: &HeaderValue<'_>, into: &mut Vec<String>) {
    match header {
        HeaderValue::Text(id) => push_id(short_id(id), into),
        HeaderValue::TextList(list) => {
            // The first began the thread, the last are what it answers.
            let skip = list.len().saturating_sub(MAX_THREAD / 2);
            let first = list.iter().take(1);
            first.chain(list.iter().skip(skip.max(1))).for_each(|id| push_id(short_id(id), into));
        }
        _ => {}
    }
}

/// The subtypes of letters within letters; the parser follows them as deep as they nest, and a letter that nests ten
/// thousand deep would exhaust the stack. So that none is followed, their last letter is replaced.
const NESTING: [(&[u8], u8); 3] = [(b"rfc822", 0x1a), (b"digest", 0x1c), (b"global", 0x1d)];

/// The letter with the types of letters within it made unknown: they are parts like any other.
fn tamed(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut owned: Option<Vec<u8>> = None;
    let mut at = 0;
    let mut within = false;
    let mut rest = raw;
    // Lines are looked for by a fast search; few begin with what is looked for.
    while let Ok(length @ 1..) = rest.skip_until(b'\n') {
        let next = at + length;
        let line = raw.get(at..next).unwrap_or_default();
        let first = line.first().copied().unwrap_or_default();
        let goes_on = within && matches!(first, b' ' | b'\t');
        within = goes_on
            || (matches!(first, b'c' | b'C')
                && line.get(..12).is_some_and(|it| it.eq_ignore_ascii_case(b"content-type")));
        if within {
            for (word, mark) in NESTING {
                let found = line.windows(word.len()).enumerate();
                for (place, _) in found.filter(|(_, it)| it.eq_ignore_ascii_case(word)) {
                    let last = at + place + word.len() - 1;
                    if !is_subtype(raw, at + place, last + 1) {
                        continue;
                    }
                    if let Some(byte) = owned.get_or_insert_with(|| raw.to_vec()).get_mut(last) {
                        *byte = mark;
                    }
                }
            }
        }
        at = next;
    }
    owned.map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// Whether a word of a content type is its subtype, and no part of a boundary or a name.
fn is_subtype(raw: &[u8], from: usize, to: usize) -> bool {
    let before = raw.get(..from).unwrap_or_default().iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let after = raw.get(to).copied().unwrap_or(b' ');
    matches!(before, Some(b'/' | b')'))
        && !after.is_ascii_alphanumeric()
        && !matches!(after, b'-' | b'_' | b'.' | b'+')
}

/// A text in which such types are what they were.
fn untamed(text: String) -> String {
    if !text.bytes().any(|byte| matches!(byte, 0x1a | 0x1c | 0x1d)) {
        return text;
    }
    text.replace('\u{1a}', "2").replace('\u{1c}', "t").replace('\u{1d}', "l")
}
