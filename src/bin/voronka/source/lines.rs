//! The journals of an export.

use super::{Journal, Problems, Unread};
use crate::output::Failed;
use std::io::BufRead;
use voronka::case::{Entry, Recorded};

/// The journals of an export; what else is in it is passed over.
pub fn of_lines<'s>(
    file: Box<dyn BufRead>,
    name: &'s str,
    problems: &'s Problems,
) -> impl Iterator<Item = Journal> + 's {
    let mut lines = (1_u64..).zip(file.lines());
    let mut begun: Option<(String, Vec<Recorded>)> = None;
    let made = |(case, entries)| Journal { case, entries: known(entries) };
    std::iter::from_fn(move || {
        loop {
            let Some((number, line)) = lines.next() else {
                return begun.take().map(made);
            };
            let failed = |why: String| problems.fail(Failed::said(format!("{name}:{number}: {why}")));
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    failed(error.to_string());
                    return None;
                }
            };
            let inner = line.strip_prefix("{\"entry\":").and_then(|rest| rest.strip_suffix('}'));
            let text = match inner {
                Some(text) => text,
                None if line.starts_with("{\"format\":") => line.as_str(),
                None => continue,
            };
            let read = match Recorded::read(text) {
                Ok(read) => read,
                Err(error) => {
                    failed(error.to_string());
                    return None;
                }
            };
            let case = match &read {
                Recorded::Known(entry) => &entry.case,
                Recorded::Newer { case, .. } => case,
            };
            match &mut begun {
                Some((known, entries)) if known == case => entries.push(read),
                _ => {
                    let next = (case.clone(), vec![read]);
                    if let Some(whole) = begun.replace(next) {
                        return Some(made(whole));
                    }
                }
            }
        }
    })
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
