//! The journals of an export.

use super::{Journal, Problems, Unread};
use crate::output::Failed;
use std::collections::VecDeque;
use std::io::BufRead;
use voronka::case::{Entry, Recorded};
use voronka::store::Keep;

/// How the lines of an export begin that are no entries, see `voronka::store::carry`.
const OTHERS: [&str; 11] = [
    "voronka_export",
    "version",
    "draft",
    "drop_draft",
    "mapping",
    "switch",
    "refusals",
    "counter",
    "effect",
    "inbox",
    "end",
];

enum Line {
    Entry(Box<Recorded>),
    /// The first line of an export.
    Head,
    /// The last one.
    End,
    Other,
}

/// What a line of an export is, or why it is none.
fn read(line: &[u8]) -> Result<Line, String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not of UTF-8".to_owned())?;
    let line = line.trim_end_matches('\r');
    let inner = line.strip_prefix("{\"entry\":").and_then(|rest| rest.strip_suffix('}'));
    if let Some(text) = inner.or_else(|| line.starts_with("{\"format\":").then_some(line)) {
        let read = Recorded::read(text).map_err(|error| error.to_string())?;
        return Ok(Line::Entry(Box::new(read)));
    }
    if line.trim().is_empty() {
        return Ok(Line::Other);
    }
    let name = line.strip_prefix("{\"").and_then(|rest| rest.split_once("\":")).map(|(name, _)| name);
    let Some(name) = name.filter(|name| OTHERS.contains(name)) else {
        return Err("it is no line of an export".to_owned());
    };
    if !line.ends_with('}') {
        return Err("it is cut off".to_owned());
    }
    Ok(match name {
        "voronka_export" => Line::Head,
        "end" => Line::End,
        _ => Line::Other,
    })
}

/// The case that a damaged line names, if it still does.
fn named(line: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(line);
    let (case, _) = line.split_once("\"case\":\"")?.1.split_once('"')?;
    (!case.contains('\\')).then(|| case.to_owned())
}

/// The entries of a case that are read, and what is wrong with them.
struct Begun {
    case: String,
    entries: Vec<Recorded>,
    damage: Option<Unread>,
}

impl Begun {
    fn made(self) -> Journal {
        Journal { case: self.case, entries: self.damage.map_or_else(|| known(self.entries), Err) }
    }
}

/// The journals of an export. A line that is none is a journal that cannot be read: of the case that the line names, or
/// in the midst of which it stands, else one called by the number of the line.
pub fn of_lines<'s>(
    file: Box<dyn BufRead>,
    name: &'s str,
    problems: &'s Problems,
) -> impl Iterator<Item = Journal> + 's {
    let mut lines = (1_u64..).zip(file.split(b'\n'));
    let mut begun: Option<Begun> = None;
    // A damaged line of which it is not known yet to which case it belongs.
    let mut loose: Option<(u64, Unread)> = None;
    let mut ready: VecDeque<Journal> = VecDeque::new();
    let (mut headed, mut ended) = (false, false);
    let by_line = |(number, why)| Journal { case: format!("line {number}"), entries: Err(why) };
    std::iter::from_fn(move || {
        loop {
            if let Some(journal) = ready.pop_front() {
                return Some(journal);
            }
            let Some((number, line)) = lines.next() else {
                ready.extend(begun.take().map(Begun::made));
                ready.extend(loose.take().map(by_line));
                if headed && !ended {
                    // The line that counts the others is missing, so some of them may be.
                    ended = true;
                    let why = Unread::Damaged("the export is cut off: its last line is missing".to_owned());
                    ready.push_back(Journal { case: "the end".to_owned(), entries: Err(why) });
                }
                return ready.pop_front();
            };
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    problems.fail(Failed::said(format!("{name}:{number}: {error}")));
                    return None;
                }
            };
            let (case, entry, damage) = match read(&line) {
                Ok(Line::Entry(entry)) => {
                    let case = match &*entry {
                        Recorded::Known(entry) => entry.case.clone(),
                        Recorded::Newer { case, .. } => case.clone(),
                    };
                    (case, Some(*entry), None)
                }
                Ok(Line::Head) => {
                    headed = true;
                    continue;
                }
                Ok(Line::End) => {
                    ended = true;
                    continue;
                }
                Ok(Line::Other) => continue,
                Err(why) => {
                    let why = Unread::Damaged(format!("line {number}: {why}"));
                    match named(&line) {
                        Some(case) => (case, None, Some(why)),
                        None => {
                            ready.extend(loose.replace((number, why)).map(by_line));
                            continue;
                        }
                    }
                }
            };
            match &mut begun {
                Some(known) if known.case == case => {
                    known.entries.extend(entry);
                    let damage = loose.take().map(|(_, why)| why).or(damage);
                    known.damage = known.damage.take().or(damage);
                }
                _ => {
                    let next = Begun { case, entries: entry.into_iter().collect(), damage };
                    ready.extend(begun.replace(next).map(Begun::made));
                    ready.extend(loose.take().map(by_line));
                }
            }
        }
    })
}

/// What an export keeps beside journals: versions, mappings, counts of refusals. All of it stands before the entries.
pub(super) fn kept(file: Box<dyn BufRead>) -> std::io::Result<Vec<Keep>> {
    let mut kept = Vec::new();
    for line in file.split(b'\n') {
        let line = line?;
        if line.starts_with(b"{\"entry\":") {
            break;
        }
        if [&b"{\"version\":"[..], b"{\"mapping\":", b"{\"refusals\":"].iter().any(|it| line.starts_with(it))
        {
            // What is damaged is told where the journals are read.
            kept.extend(serde_json::from_slice::<Keep>(&line).ok());
        }
    }
    Ok(kept)
}

/// Entries, if all of them are understood and follow each other (S4).
pub(super) fn known(recorded: Vec<Recorded>) -> Result<Vec<Entry>, Unread> {
    let mut entries = Vec::with_capacity(recorded.len());
    for (number, it) in (1..).zip(recorded) {
        match it {
            Recorded::Known(entry) if entry.number == number => entries.push(*entry),
            Recorded::Known(entry) => {
                let why = format!("entry {} stands where entry {number} should", entry.number);
                return Err(Unread::Damaged(why));
            }
            Recorded::Newer { why, .. } => return Err(Unread::Newer(why)),
        }
    }
    Ok(entries)
}
