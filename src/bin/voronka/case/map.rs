//! What the columns of a table of deals mean.

use crate::input::Source;
use crate::output::Failed;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The mapping file: which column is what. `docs/CLI.md` tells it key by key.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Map {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// The scenario, where the command line names none.
    pub scenario: Option<String>,
    /// What parts columns: `,`, `;` or a tab; found out where silent.
    pub delimiter: Option<char>,
    /// Whether numbers are written as `1 250,50`.
    pub decimal_comma: bool,
    /// How dates are written, such as `%d.%m.%Y`; the usual forms where silent.
    pub dates: Vec<String>,
    /// In which time zone; the scenario's where silent.
    pub time_zone: Option<String>,
    /// What tells the deals apart.
    pub id: String,
    /// What the cases' ids begin with.
    pub id_prefix: String,
    pub title: Option<Column>,
    pub responsible: Option<Column>,
    pub team: Option<Column>,
    pub channel: Option<Column>,
    pub external_ids: Vec<Column>,
    pub parties: BTreeMap<String, Column>,
    pub fields: BTreeMap<String, Column>,
    /// The stage on which it stands.
    pub stage: Option<Column>,
    /// Since when, a column for each stage.
    pub entered: BTreeMap<String, String>,
    /// Since when, a row for each stay.
    pub visits: Option<Visits>,
    /// How it was closed.
    pub closed: Option<Closed>,
    /// Whether what a row lacks becomes a debt, by the right to override; where false, it is refused.
    pub with_debts: Option<bool>,
    /// The reason with which a won one passes over what is missing; without it that is an error.
    pub r#override: Option<String>,
}

/// Rows of case, stage and date: in the same table, or in one of their own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visits {
    /// The file, beside the mapping.
    pub file: Option<PathBuf>,
    /// Its column with the deal; the same as in the table where silent.
    pub id: Option<String>,
    pub stage: Column,
    pub entered: String,
}

/// How deals were closed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// The outcome's stage; empty for an open deal.
    pub stage: Column,
    /// The date.
    pub at: Option<String>,
    pub reason: Option<Column>,
    pub comment: Option<Column>,
}

/// A column, and what its values mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// As it stands there.
    Name(String),
    /// By a table of values.
    Values(Values),
    /// The same for all.
    Fixed(Fixed),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    pub column: String,
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    pub value: String,
}

impl Column {
    /// The column's name; none where it is the same for all.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Values(it) => Some(&it.column),
            Self::Fixed(_) => None,
        }
    }
}

impl Map {
    pub fn read(source: &Source) -> Result<Self, Failed> {
        let map: Self = serde_json::from_str(source.text.trim_start_matches('\u{feff}'))
            .map_err(|error| Failed::said(format!("{}: not a mapping: {error}", source.name)))?;
        if map.id.is_empty() {
            let why = "`id` is missing: the column that tells the deals apart";
            return Err(Failed::said(format!("{}: {why}", source.name)));
        }
        if !map.entered.is_empty() && map.visits.is_some() {
            let why = "`entered` and `visits` both say when stages were entered; keep one of them";
            return Err(Failed::said(format!("{}: {why}", source.name)));
        }
        Ok(map)
    }

    /// Every column of the table that it names.
    pub fn columns(&self) -> Vec<&str> {
        let single = [&self.title, &self.responsible, &self.team, &self.channel, &self.stage];
        let mut columns: Vec<&Column> = single.into_iter().flatten().collect();
        columns.extend(self.external_ids.iter().chain(self.parties.values()).chain(self.fields.values()));
        let mut names = vec![self.id.as_str()];
        names.extend(self.entered.values().map(String::as_str));
        if let Some(visits) = self.visits.as_ref().filter(|it| it.file.is_none()) {
            columns.push(&visits.stage);
            names.push(&visits.entered);
        }
        if let Some(closed) = &self.closed {
            columns.push(&closed.stage);
            columns.extend(closed.reason.iter().chain(&closed.comment));
            names.extend(closed.at.as_deref());
        }
        names.extend(columns.into_iter().filter_map(Column::name));
        names
    }
}
