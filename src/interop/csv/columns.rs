//! Which column holds what.

use super::CsvError;
use crate::interop::log::{Delimiter, Mapping};
use crate::source::suggest;
use std::collections::BTreeSet;

const CASE: &[&str] = &["case", "case_id", "case:concept:name"];
const ACTIVITY: &[&str] = &["activity", "concept:name"];
const TIME: &[&str] = &["time", "timestamp", "time:timestamp"];
const RESOURCE: &[&str] = &["resource", "org:resource"];

/// The places of the columns that are needed.
#[derive(Debug)]
pub(super) struct Places {
    pub case: usize,
    pub activity: usize,
    pub time: Vec<usize>,
    pub resource: Option<usize>,
    /// What is kept of a row besides, by the name that the mapping has for it.
    pub kept: Vec<(String, usize)>,
}

impl Places {
    pub fn of(names: &[String], mapping: &Mapping) -> Result<Self, CsvError> {
        let columns = &mapping.columns;
        let mut missing = Vec::new();
        let mut one =
            |what: &'static str, named: Option<&str>, usual: &[&str]| match place(names, named, usual)? {
                Some(place) => Ok(place),
                None => {
                    missing.push((what, named.map(str::to_owned)));
                    Ok::<_, CsvError>(usize::MAX)
                }
            };
        let case = one("case", columns.case.as_deref(), CASE)?;
        let activity = one("activity", columns.activity.as_deref(), ACTIVITY)?;
        let mut time = Vec::new();
        for named in columns.time.iter() {
            time.push(one("time", Some(named), &[])?);
        }
        if time.is_empty() {
            time.push(one("time", None, TIME)?);
        }
        let resource = match &columns.resource {
            Some(named) => Some(one("resource", Some(named), &[])?),
            None => place(names, None, RESOURCE)?,
        };
        let wanted = kept(mapping);
        let mut kept = Vec::new();
        for (what, name) in wanted {
            let place = one(what, Some(name), &[])?;
            if !kept.iter().any(|(known, _)| known == name) {
                kept.push((name.to_owned(), place));
            }
        }
        if !missing.is_empty() {
            return Err(CsvError::Missing { missing, there: names.to_vec() });
        }
        Ok(Self { case, activity, time, resource, kept })
    }
}

/// The columns of which a mapping makes something besides the events themselves, and what.
fn kept(mapping: &Mapping) -> impl Iterator<Item = (&'static str, &str)> {
    let it = &mapping.columns;
    let of_columns = [
        ("channel", &it.channel),
        ("responsible", &it.responsible),
        ("team", &it.team),
        ("title", &it.title),
        ("reason", &it.reason),
        ("comment", &it.comment),
    ];
    let named = of_columns.into_iter().filter_map(|(what, name)| Some((what, name.as_deref()?)));
    named.chain(mapping.fields.iter().map(|(_, from)| ("a field", from.column.as_str())))
}

/// The place of a column: by its name as it stands, else in small or capital letters.
fn place(names: &[String], named: Option<&str>, usual: &[&str]) -> Result<Option<usize>, CsvError> {
    let wanted: Vec<&str> = named.map_or_else(|| usual.to_vec(), |name| vec![name]);
    for name in wanted {
        let name = name.trim();
        let small = name.to_lowercase();
        let exactly = |it: &String| it == name;
        let alike = |it: &String| it.to_lowercase() == small;
        let tests: [&dyn Fn(&String) -> bool; 2] = [&exactly, &alike];
        for test in tests {
            let mut found = names.iter().enumerate().filter(|(_, it)| test(it)).map(|(place, _)| place);
            match (found.next(), found.next()) {
                (Some(place), None) => return Ok(Some(place)),
                (Some(_), Some(_)) => return Err(CsvError::Twice(name.to_owned())),
                (None, _) => {}
            }
        }
    }
    Ok(None)
}

/// What is missing, with what it may be meant by, and what is there.
pub(super) fn missing_told(missing: &[(&'static str, Option<String>)], there: &[String]) -> String {
    const SHOWN: usize = 30;
    let shown = |name: &str| {
        name.chars().map(|it| if it.is_control() { ' ' } else { it }).take(60).collect::<String>()
    };
    let told = missing.iter().map(|(what, name)| match name {
        Some(name) => {
            // Of a million names only the first are looked at.
            let near = suggest(name, there.iter().take(1_000).map(String::as_str));
            let near = near.map(|near| format!(", did you mean `{}`?", shown(near))).unwrap_or_default();
            format!("there is no column `{}` ({what}){near}", shown(name))
        }
        None => format!("the mapping does not say in which column the {what} stands"),
    });
    let told: Vec<String> = told.collect();
    let mut names: Vec<String> = there.iter().take(SHOWN).map(|name| format!("`{}`", shown(name))).collect();
    if there.len() > SHOWN {
        names.push(format!("{} more", there.len() - SHOWN));
    }
    format!("{}; the columns are {}", told.join("; "), names.join(", "))
}

/// A first line as Excel writes it, `sep=;`: how long it is, and what it names.
pub(super) fn separator_line(start: &[u8]) -> (usize, Option<Delimiter>) {
    let end = start.iter().position(|it| *it == b'\n').map_or(start.len(), |at| at + 1);
    let line = start.get(..end).unwrap_or_default();
    let line = std::str::from_utf8(line).unwrap_or_default().trim_end_matches(['\r', '\n']);
    let Some(named) = line.strip_prefix("sep=") else { return (0, None) };
    let named = named.as_bytes();
    match Delimiter::ALL.into_iter().find(|it| named == [it.byte()]) {
        Some(delimiter) => (end, Some(delimiter)),
        None => (0, None),
    }
}

/// What parts the cells: of the delimiters the one that finds the most columns of the mapping, then the most cells.
pub(super) fn delimiter(start: &[u8], mapping: &Mapping) -> Delimiter {
    let it = &mapping.columns;
    let named = [it.case.as_deref(), it.activity.as_deref(), it.resource.as_deref()];
    let named = named.into_iter().flatten().chain(it.time.iter().map(String::as_str));
    let usual = [CASE, ACTIVITY, TIME, RESOURCE].concat();
    let wanted: BTreeSet<String> = named
        .chain(kept(mapping).map(|(_, name)| name))
        .chain(usual)
        .map(|name| name.trim().to_lowercase())
        .collect();
    let worth = |delimiter: &Delimiter| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.byte())
            .flexible(true)
            .has_headers(false)
            .from_reader(start);
        let mut record = csv::ByteRecord::new();
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            return (0, 0);
        }
        let known = |cell: &[u8]| wanted.contains(&String::from_utf8_lossy(cell).trim().to_lowercase());
        (record.iter().filter(|cell| known(cell)).count(), record.len())
    };
    let mut best = (Delimiter::Comma, (0, 0));
    for delimiter in Delimiter::ALL {
        let it = worth(&delimiter);
        if it > best.1 {
            best = (delimiter, it);
        }
    }
    best.0
}
