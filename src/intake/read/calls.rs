//! Call records as Asterisk writes them (`cdr-csv`, `Master.csv`): missed calls told from answered ones (I1).

use super::{Found, ReadError, line, made_id, short_id};
use crate::Moment;
use crate::intake::decision::Step;
use crate::intake::inquiry::{Direction, Inquiry};
use crate::intake::keys::ContactKey;
use chrono::{LocalResult, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

/// The longest line.
const MAX_LINE: u64 = 64 * 1024;
/// The least and the most columns: without unique id and user field, and with those of later versions.
const COLUMNS: std::ops::RangeInclusive<usize> = 16..=21;

/// What the reader of call records must know of our telephone exchange.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallLog {
    /// The time zone in which the file tells the time: `Europe/Moscow`; UTC where empty.
    pub time_zone: String,
    /// Our extensions, and whose they are where it is known; an extension without a person has an empty one.
    pub extensions: BTreeMap<String, String>,
    /// Numbers of no more digits than this are extensions as well; 0 for none but those named.
    pub inner_digits: usize,
    /// Our lines: the numbers that clients call.
    pub lines: Vec<String>,
}

impl CallLog {
    /// A log whose extensions have no more than four digits.
    pub fn new(time_zone: impl Into<String>) -> Self {
        Self { time_zone: time_zone.into(), inner_digits: 4, ..Self::default() }
    }

    /// With an extension of an employee.
    #[must_use]
    pub fn extension(mut self, number: impl Into<String>, employee: impl Into<String>) -> Self {
        self.extensions.insert(number.into(), employee.into());
        self
    }

    /// With a line of ours.
    #[must_use]
    pub fn line(mut self, number: impl Into<String>) -> Self {
        self.lines.push(number.into());
        self
    }

    /// Reads records one by one: each a call, or an error with its line, after which the rest goes on. Calls between our
    /// own extensions are left out.
    ///
    /// # Errors
    /// When the time zone is not known.
    pub fn read<R: BufRead>(&self, input: R) -> Result<CallRecords<'_, R>, ReadError> {
        let zone = match self.time_zone.as_str() {
            "" => Tz::UTC,
            name => name.parse::<Tz>().map_err(|_| ReadError::Setting {
                what: "time_zone",
                why: format!("`{name}` is no time zone; write it as `Europe/Moscow`"),
            })?,
        };
        Ok(CallRecords { log: self, zone, input, at: 0, ahead: None, ended: false })
    }

    fn is_ours(&self, number: &str) -> bool {
        let digits = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
        self.extensions.contains_key(number) || (digits && number.len() <= self.inner_digits)
    }

    fn employee(&self, extension: &str) -> Option<String> {
        self.extensions.get(extension).filter(|it| !it.is_empty()).cloned()
    }
}

/// The calls of a file, in its order; made by [`CallLog::read`].
#[derive(Debug)]
pub struct CallRecords<'l, R> {
    log: &'l CallLog,
    zone: Tz,
    input: R,
    at: u64,
    /// The call after the one that is given: records of one call follow each other, and are one.
    ahead: Option<Found>,
    ended: bool,
}

impl<R: BufRead> Iterator for CallRecords<'_, R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let record = match self.line() {
                Ok(Some(bytes)) => self.record(&bytes),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            match record {
                Ok(None) => {}
                Ok(Some(found)) => match &mut self.ahead {
                    Some(known) if known.inquiry.id == found.inquiry.id => merge(known, found),
                    _ => {
                        if let Some(done) = self.ahead.replace(found) {
                            return Some(Ok(done));
                        }
                    }
                },
                Err(error) => return Some(Err(error)),
            }
        }
        self.ended = true;
        self.ahead.take().map(Ok)
    }
}

/// Several records of one call: whoever took it, it was answered.
fn merge(known: &mut Found, other: Found) {
    let answered = |it: &Found| it.inquiry.result.as_deref() == Some("answered");
    if answered(&other) && !answered(known) {
        let recording = known.inquiry.recording.take();
        let at = known.inquiry.at;
        *known = other;
        known.inquiry.at = at.or(known.inquiry.at);
        known.inquiry.recording = known.inquiry.recording.take().or(recording);
    } else {
        let more = other.inquiry;
        known.inquiry.recording = known.inquiry.recording.take().or(more.recording);
        known.inquiry.employee = known.inquiry.employee.take().or(more.employee);
    }
}

impl<R: BufRead> CallRecords<'_, R> {
    fn error(&self, why: impl Into<String>) -> ReadError {
        ReadError::Line { line: self.at, why: why.into() }
    }

    /// The next line; a longer one than any record is passed over with an error.
    fn line(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let mut bytes = Vec::new();
        self.at += 1;
        let read = (&mut self.input).take(MAX_LINE).read_until(b'\n', &mut bytes);
        let read = read.and_then(|read| {
            let more = read as u64 == MAX_LINE && !bytes.ends_with(b"\n");
            if more { self.input.skip_until(b'\n').map(|_| (read, true)) } else { Ok((read, false)) }
        });
        match read {
            Ok((0, _)) => Ok(None),
            Ok((_, false)) => Ok(Some(bytes)),
            Ok((_, true)) => Err(self.error(format!("it is longer than {MAX_LINE} bytes"))),
            Err(error) => {
                self.ended = true;
                Err(self.error(error.to_string()))
            }
        }
    }

    /// A call of a line; none for an empty line, and for a call between our own extensions.
    fn record(&self, bytes: &[u8]) -> Result<Option<Found>, ReadError> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return Ok(None);
        }
        // A quote that is not closed would swallow the lines after it.
        if text.matches('"').count() % 2 == 1 {
            return Err(self.error("a quote is not closed"));
        }
        if text.contains('\0') {
            return Err(self.error("it holds the character U+0000"));
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(text.len().max(64))
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return Err(self.error(error.to_string())),
        }
        if !COLUMNS.contains(&record.len()) {
            return Err(self.error(format!("{} columns, 18 are expected", record.len())));
        }
        self.call(&record, text)
    }

    fn call(&self, record: &csv::StringRecord, text: &str) -> Result<Option<Found>, ReadError> {
        let column = |at: usize| record.get(at).unwrap_or_default().trim();
        let (src, dst, clid, dstchannel) = (column(1), column(2), column(4), column(6));
        let start = self.moment(column(9))?;
        let billsec: u64 = self.number("billsec", column(13))?;
        let (disposition, userfield) = (column(14), column(17));
        let mut notes = Vec::new();
        let id = match column(16) {
            "" => {
                notes.push(Step::new("intake.note.no_id"));
                made_id(text.as_bytes())
            }
            id => short_id(id),
        };
        let log = self.log;
        // Some exchanges put our line's number in the place of the extension that calls out.
        let mine = |number: &str| log.is_ours(number) || log.lines.iter().any(|it| it == number);
        let from = peer_of(column(5)).filter(|it| log.is_ours(it));
        let ours = mine(src) || from.is_some();
        if ours && log.is_ours(dst) {
            return Ok(None);
        }
        let out = ours && !mine(dst);
        let mut inquiry = Inquiry::new("phone", id);
        inquiry.at = start;
        let other = if out { dst } else { src };
        // A caller who hides the number has a name only, or nothing.
        if other.bytes().any(|byte| byte.is_ascii_digit()) {
            let name = name_of(clid).filter(|_| !out).and_then(|it| line(&it));
            inquiry.contacts.push(ContactKey { name, ..ContactKey::phone(short_id(other)) });
        }
        let peer = peer_of(dstchannel);
        let (direction, extension) = if out {
            (Direction::Out, from.filter(|_| !log.is_ours(src)).or(Some(src)))
        } else {
            (Direction::In, Some(dst).filter(|it| log.is_ours(it)).or(peer))
        };
        inquiry.direction = direction;
        // Whoever the client called first is told by the channel; whoever took it, by the other one.
        let took = if out { extension } else { peer.filter(|it| log.is_ours(it)).or(extension) };
        inquiry.employee = took.and_then(|it| log.employee(it));
        let ours = if out { src } else { dst };
        inquiry.line = log.lines.iter().find(|it| *it == ours).cloned().or_else(|| line(ours));
        let spoke = disposition.eq_ignore_ascii_case("ANSWERED");
        let result = match (out, disposition.to_ascii_uppercase().as_str()) {
            // The exchange itself answers: a voice menu, a queue, a mailbox. Nobody did where no channel was joined.
            (false, "ANSWERED") if dstchannel.is_empty() => "missed",
            (_, "ANSWERED") => "answered",
            (_, "BUSY") => "busy",
            (true, "NO ANSWER") => "no_answer",
            (true, "FAILED" | "CONGESTION") => "failed",
            (false, "NO ANSWER" | "FAILED" | "CONGESTION") => "missed",
            _ => return Err(self.error(format!("the disposition `{}` is not known", shown(disposition)))),
        };
        inquiry.result = Some(result.to_owned());
        inquiry.duration_ms = Some(billsec.saturating_mul(1_000)).filter(|_| spoke && result == "answered");
        if let Some(place) = recording(userfield) {
            inquiry.recording = line(place);
        } else if !userfield.is_empty() {
            inquiry.text = line(userfield);
        }
        Ok(Some(Found { inquiry, notes }))
    }

    fn number(&self, what: &str, text: &str) -> Result<u64, ReadError> {
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| self.error(format!("{what} is `{}`, not a number of seconds", shown(text))))
    }

    /// A moment by the file's time zone: of two the earlier, in a gap the first after it.
    fn moment(&self, text: &str) -> Result<Option<Moment>, ReadError> {
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = || self.error(format!("`{}` is no time as `2026-03-02 10:00:00`", shown(text)));
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map_err(|_| wrong())?;
        let mut at = local;
        for _ in 0..8 {
            let found = match self.zone.from_local_datetime(&at) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
                LocalResult::None => {
                    at = at.checked_add_signed(TimeDelta::minutes(30)).ok_or_else(wrong)?;
                    continue;
                }
            };
            return Moment::from_millis(found.timestamp_millis()).map(Some).map_err(|_| wrong());
        }
        Err(wrong())
    }
}

/// The extension in a channel's name: `SIP/101-0000002a`.
fn peer_of(channel: &str) -> Option<&str> {
    let (_, rest) = channel.split_once('/')?;
    let peer = rest.split(['-', '@', '/']).next()?;
    Some(peer).filter(|it| !it.is_empty())
}

/// The name in a caller's id: `"Eva" <79990000001>`.
fn name_of(clid: &str) -> Option<String> {
    let (name, _) = clid.split_once('<')?;
    let name = name.trim().trim_matches('"').trim();
    (!name.is_empty() && name.chars().any(char::is_alphabetic)).then(|| name.to_owned())
}

/// The recording that a user field names: `audio:/var/spool/1.wav`, or a sound file.
fn recording(userfield: &str) -> Option<&str> {
    if let Some(place) = userfield.strip_prefix("audio:") {
        return Some(place).filter(|it| !it.is_empty());
    }
    let lower = userfield.to_ascii_lowercase();
    let sound = [".wav", ".wav49", ".mp3", ".gsm", ".ogg", ".opus"];
    sound.iter().any(|end| lower.ends_with(end)).then_some(userfield)
}

/// A text in a message: its beginning.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
