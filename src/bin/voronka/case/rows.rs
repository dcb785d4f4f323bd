//! Rows of a table of deals, as openings and closings.

use super::map::{Column, Map, Values};
use crate::input::{self, Source};
use crate::output::Failed;
use crate::said;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::BTreeMap;
use std::path::Path;
use voronka::case::{CloseInput, Import, Party, PastVisit};
use voronka::scenario::def::{FieldType, StageDef};
use voronka::{Moment, Opening, Scenario, Value};

/// A deal, as the engine is told it.
pub struct Deal {
    /// The line on which it begins.
    pub line: u64,
    pub case: String,
    pub opening: Opening,
    pub close: Option<CloseInput>,
    /// When it was closed, where the table says.
    pub closed_at: Option<Moment>,
}

/// A row that cannot be taken in.
pub struct Bad {
    pub file: String,
    pub line: u64,
    pub why: String,
}

/// A table: the places of its columns, and its rows with their lines.
struct Table {
    name: String,
    places: BTreeMap<String, usize>,
    rows: Vec<(u64, Result<StringRecord, String>)>,
}

const USUAL: [&str; 8] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y",
];

impl Table {
    fn read(source: Source, map: &Map, wanted: &[&str]) -> Result<Self, Failed> {
        // The reader counts lines by single signs.
        let text = source.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let head = text.lines().next().unwrap_or_default();
        let count = |sign: char| head.matches(sign).count();
        let found = [';', '\t', ','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(',');
        let delimiter = u8::try_from(map.delimiter.unwrap_or(found))
            .map_err(|_| Failed::said("the mapping's `delimiter` must be one plain character"))?;
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).trim(Trim::All).from_reader(text.as_bytes());
        let failed = |error: csv::Error| Failed::said(format!("{}: not a table: {error}", source.name));
        let headers = reader.headers().map_err(failed)?.clone();
        let places: BTreeMap<String, usize> =
            headers.iter().enumerate().map(|(place, name)| (name.to_owned(), place)).collect();
        let missing: Vec<&str> = wanted.iter().filter(|it| !places.contains_key(**it)).copied().collect();
        if !missing.is_empty() {
            let there: Vec<String> = headers.iter().map(|name| format!("`{name}`")).collect();
            let missing: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            let (missing, there) = (missing.join(", "), there.join(", "));
            let why = format!("the mapping names {missing}, the table has {there}");
            return Err(Failed::said(format!("{}:1: {why}", source.name)));
        }
        let mut rows = Vec::new();
        let mut record = StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(line, csv::Position::line);
                    if record.iter().any(|it| !it.is_empty()) {
                        rows.push((line, Ok(record.clone())));
                    }
                }
                Err(error) => {
                    let why = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("the row has {len} columns, the first line has {expected_len}")
                        }
                        _ => error.to_string(),
                    };
                    let line = error.position().map_or(line, csv::Position::line);
                    rows.push((line, Err(why)));
                }
            }
        }
        Ok(Self { name: source.name, places, rows })
    }

    fn get<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        self.places.get(column).and_then(|place| row.get(*place)).unwrap_or_default()
    }

    /// What a column says, by the mapping's values; empty where it is.
    fn said(&self, row: &StringRecord, column: &Column) -> Result<String, String> {
        match column {
            Column::Name(name) => Ok(self.get(row, name).to_owned()),
            Column::Fixed(it) => Ok(it.value.clone()),
            Column::Values(Values { column, values }) => {
                let text = self.get(row, column);
                match values.get(text) {
                    Some(meant) => Ok(meant.clone()),
                    None if text.is_empty() || values.is_empty() => Ok(text.to_owned()),
                    None => Err(format!("column `{column}`: the mapping does not say what `{text}` means")),
                }
            }
        }
    }
}

/// What the rows are read by.
pub struct Reading<'r> {
    pub map: &'r Map,
    pub scenario: &'r Scenario,
    pub zone: Tz,
    /// Where the mapping stands.
    pub beside: &'r Path,
}

type Stays = Vec<(String, Moment)>;

impl Reading<'_> {
    /// The deals of a table, in the order of their rows, and the rows that are bad.
    pub fn deals(&self, source: Source) -> Result<(Vec<Deal>, Vec<Bad>), Failed> {
        let table = Table::read(source, self.map, &self.map.columns())?;
        let mut bad = Vec::new();
        // What a deal's rows say together, each with its line.
        let mut order: Vec<String> = Vec::new();
        let mut deals: BTreeMap<String, Vec<(u64, &StringRecord)>> = BTreeMap::new();
        let several = self.map.visits.as_ref().is_some_and(|it| it.file.is_none());
        for (line, row) in &table.rows {
            let mut wrong = |why: String| bad.push(Bad { file: table.name.clone(), line: *line, why });
            let row = match row {
                Ok(row) => row,
                Err(why) => {
                    wrong(why.clone());
                    continue;
                }
            };
            let id = table.get(row, &self.map.id);
            if id.is_empty() {
                wrong(format!("column `{}` is empty", self.map.id));
                continue;
            }
            let rows = deals.entry(id.to_owned()).or_default();
            match rows.first() {
                Some((first, _)) if !several => wrong(format!("deal {id} stands in line {first} already")),
                Some(_) => rows.push((*line, row)),
                None => {
                    order.push(id.to_owned());
                    rows.push((*line, row));
                }
            }
        }
        let mut elsewhere = self.stays_elsewhere(&mut bad)?;
        let mut done = Vec::with_capacity(order.len());
        for id in order {
            let rows = deals.remove(&id).unwrap_or_default();
            let line = rows.first().map_or(0, |(line, _)| *line);
            match self.deal(&table, &id, &rows, elsewhere.remove(&id)) {
                Ok(deal) => done.push(deal),
                Err((at, why)) => bad.push(Bad { file: table.name.clone(), line: at.unwrap_or(line), why }),
            }
        }
        Ok((done, bad))
    }

    /// The stays that stand in a table of their own.
    fn stays_elsewhere(&self, bad: &mut Vec<Bad>) -> Result<BTreeMap<String, Stays>, Failed> {
        let mut stays: BTreeMap<String, Stays> = BTreeMap::new();
        let Some(visits) = &self.map.visits else { return Ok(stays) };
        let Some(file) = &visits.file else { return Ok(stays) };
        let id = visits.id.as_ref().unwrap_or(&self.map.id);
        let mut wanted = vec![id.as_str(), visits.entered.as_str()];
        wanted.extend(visits.stage.name());
        let path = self.beside.parent().unwrap_or(Path::new("")).join(file);
        let table = Table::read(input::read(&path)?, self.map, &wanted)?;
        for (line, row) in &table.rows {
            let stay = row.as_ref().map_err(Clone::clone).and_then(|row| {
                Ok((table.get(row, id).to_owned(), self.stay(&table, row, &visits.stage, &visits.entered)?))
            });
            match stay {
                Ok((id, Some(stay))) => stays.entry(id).or_default().push(stay),
                Ok((_, None)) => {}
                Err(why) => bad.push(Bad { file: table.name.clone(), line: *line, why }),
            }
        }
        Ok(stays)
    }

    fn stay(
        &self,
        table: &Table,
        row: &StringRecord,
        stage: &Column,
        entered: &str,
    ) -> Result<Option<(String, Moment)>, String> {
        let stage = table.said(row, stage)?;
        if stage.is_empty() {
            return Ok(None);
        }
        self.stage(&stage)?;
        let at = self.date(entered, table.get(row, entered))?;
        at.map(|at| Some((stage, at))).ok_or_else(|| format!("column `{entered}` is empty"))
    }

    fn deal(
        &self,
        table: &Table,
        id: &str,
        rows: &[(u64, &StringRecord)],
        elsewhere: Option<Stays>,
    ) -> Result<Deal, (Option<u64>, String)> {
        let Some((line, first)) = rows.first().copied() else { return Err((None, "no row".to_owned())) };
        let here = |why: String| (Some(line), why);
        let mut stays = elsewhere.unwrap_or_default();
        for (stage, column) in &self.map.entered {
            if let Some(at) = self.date(column, table.get(first, column)).map_err(here)? {
                stays.push((stage.clone(), at));
            }
        }
        if let Some(visits) = self.map.visits.as_ref().filter(|it| it.file.is_none()) {
            for (at, row) in rows {
                let stay = self.stay(table, row, &visits.stage, &visits.entered);
                stays.extend(stay.map_err(|why| (Some(*at), why))?);
            }
        }
        let (mut opening, fields) = (Opening::default(), &self.map.fields);
        let last = |column: &Option<Column>| -> Result<Option<String>, (Option<u64>, String)> {
            let Some(column) = column else { return Ok(None) };
            // Of several rows the last that says something counts.
            for (at, row) in rows.iter().rev() {
                let text = table.said(row, column).map_err(|why| (Some(*at), why))?;
                if !text.is_empty() {
                    return Ok(Some(text));
                }
            }
            Ok(None)
        };
        opening.title = last(&self.map.title)?;
        opening.responsible = last(&self.map.responsible)?;
        opening.team = last(&self.map.team)?;
        opening.channel = last(&self.map.channel)?;
        for column in &self.map.external_ids {
            opening.external_ids.extend(last(&Some(column.clone()))?);
        }
        for (role, column) in &self.map.parties {
            if let Some(reference) = last(&Some(column.clone()))? {
                let party = Party { reference: Some(reference), ..Party::default() };
                opening.parties.insert(role.clone(), party);
            }
        }
        for (field, column) in fields {
            if let Some(text) = last(&Some(column.clone()))? {
                opening.fields.insert(field.clone(), Some(self.value(field, &text).map_err(here)?));
            }
        }
        let stage = last(&self.map.stage)?;
        let (closed_on, closed_at) =
            self.closing(table, first, stage.as_deref(), &mut stays).map_err(here)?;
        self.past(&mut opening, stage, stays, closed_on.is_some()).map_err(here)?;
        let close = match closed_on {
            None => None,
            Some(stage) => {
                let closed = self.map.closed.as_ref();
                let reason = last(&closed.and_then(|it| it.reason.clone()))?;
                let comment = last(&closed.and_then(|it| it.comment.clone()))?;
                let r#override = self.map.r#override.clone();
                Some(CloseInput { stage, reason, comment, r#override, ..CloseInput::default() })
            }
        };
        let from = opening.import.as_ref().and_then(|import| import.from);
        if let (Some(from), Some(at)) = (from, closed_at)
            && at < from
        {
            return Err(here(format!("it was closed at {at}, before it came to its last stage at {from}")));
        }
        let case = format!("{}{id}", self.map.id_prefix);
        Ok(Deal { line, case, opening, close, closed_at })
    }

    /// On which outcome's stage it was closed and when; its date is no stay.
    fn closing(
        &self,
        table: &Table,
        row: &StringRecord,
        stage: Option<&str>,
        stays: &mut Stays,
    ) -> Result<(Option<String>, Option<Moment>), String> {
        let mut on =
            stage.filter(|it| self.stage(it).is_ok_and(|it| it.outcome.is_some())).map(str::to_owned);
        let mut at = None;
        if let Some(closed) = &self.map.closed {
            let text = table.said(row, &closed.stage)?;
            if !text.is_empty() {
                if self.stage(&text)?.outcome.is_none() {
                    return Err(format!("`{text}` is not a stage on which deals are closed"));
                }
                on = Some(text);
            }
            if let Some(column) = closed.at.as_deref().filter(|_| on.is_some()) {
                at = self.date(column, table.get(row, column))?;
            }
        }
        stays.retain(|(stage, from)| {
            let is_outcome = self.stage(stage).is_ok_and(|it| it.outcome.is_some());
            if is_outcome && on.is_none() {
                on = Some(stage.clone());
            }
            if is_outcome && on.as_ref() == Some(stage) {
                at = at.or(Some(*from));
            }
            !is_outcome
        });
        Ok((on, at))
    }

    /// The stage on which it stands, its earlier visits, and since when.
    fn past(
        &self,
        opening: &mut Opening,
        stage: Option<String>,
        mut stays: Stays,
        closed: bool,
    ) -> Result<(), String> {
        let order = |stage: &str| self.scenario.definition().stages.iter().position(|it| it.id == stage);
        stays.sort_by_key(|(stage, at)| (*at, order(stage)));
        let named = stage.as_deref().map(|it| self.stage(it)).transpose()?;
        let ordinary = named.filter(|it| it.outcome.is_none()).map(|it| it.id.clone());
        let mut import = Import { with_debts: self.map.with_debts.unwrap_or(true), ..Import::default() };
        if let Some((last, from)) = stays.pop() {
            if let Some(stage) = &ordinary
                && *stage != last
            {
                return Err(format!("it stands on `{stage}`, but the latest date is that of `{last}`"));
            }
            let mut to = from;
            for (stage, from) in stays.into_iter().rev() {
                import.visits.insert(0, PastVisit { stage, from, to });
                to = from;
            }
            import.from = Some(from);
            opening.stage = Some(last);
        } else if let Some(stage) = ordinary {
            opening.stage = Some(stage);
        } else if !closed && self.map.stage.is_some() {
            return Err("it has no stage".to_owned());
        }
        opening.import = Some(import);
        Ok(())
    }

    fn stage(&self, id: &str) -> Result<&StageDef, String> {
        let stages = &self.scenario.definition().stages;
        stages
            .iter()
            .find(|it| it.id == id)
            .ok_or_else(|| format!("there is no stage `{id}` in the scenario"))
    }

    fn value(&self, field: &str, text: &str) -> Result<Value, String> {
        let Some(def) = self.scenario.definition().fields.get(field) else {
            return Err(format!("there is no field `{field}` in the scenario"));
        };
        let wrong = |what: &str| format!("field `{field}`: `{text}` is no {what}");
        Ok(match def.kind {
            FieldType::Number | FieldType::Decimal | FieldType::Money => {
                let plain: String =
                    text.chars().filter(|it| !it.is_whitespace() && *it != '\u{2009}').collect();
                let plain =
                    if self.map.decimal_comma { plain.replace(',', ".") } else { plain.replace(',', "") };
                Value::from(plain)
            }
            FieldType::Date => Value::Date(self.day(text).ok_or_else(|| wrong("date"))?),
            FieldType::Moment => Value::Moment(self.date(field, text)?.ok_or_else(|| wrong("moment"))?),
            FieldType::Bool => match text {
                "1" => Value::Bool(true),
                "0" => Value::Bool(false),
                _ => said::value(Some(def.kind), text).ok_or_else(|| wrong("yes or no"))?,
            },
            kind => said::value(Some(kind), text).ok_or_else(|| wrong("value"))?,
        })
    }

    fn forms(&self) -> Vec<&str> {
        if self.map.dates.is_empty() {
            USUAL.to_vec()
        } else {
            self.map.dates.iter().map(String::as_str).collect()
        }
    }

    fn day(&self, text: &str) -> Option<NaiveDate> {
        let forms = self.forms();
        let date = |form: &&str| NaiveDate::parse_from_str(text, form).ok();
        forms.iter().find_map(date).or_else(|| {
            forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|it| it.date())
        })
    }

    /// A date or moment of a column; none where it is empty.
    fn date(&self, column: &str, text: &str) -> Result<Option<Moment>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Ok(moment) = text.parse() {
            return Ok(Some(moment));
        }
        let forms = self.forms();
        let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        let time = time.or_else(|| Some(self.day(text)?.and_time(NaiveTime::MIN)));
        let moment = time.and_then(|time| Moment::of_local(time, self.zone));
        moment.map(Some).ok_or_else(|| {
            let known = match self.map.dates.as_slice() {
                [] => "no date in any form that is known; the mapping's `dates` can name another".to_owned(),
                dates => format!("no date in the form {}", dates.join(", ")),
            };
            format!("column `{column}`: `{text}` is {known}")
        })
    }
}
