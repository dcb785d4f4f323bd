//! Queries: what lists the cases behind a number (F8).

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// By what reports are cut into slices (F5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dimension {
    /// By which channel it came.
    Channel,
    /// Whose it is.
    Responsible,
    /// Their team.
    Team,
    /// The field that the scenario names its product.
    Product,
    /// The field that the scenario names its region.
    Region,
    /// The version by which it runs.
    Version,
    /// The band of its value, in its currency.
    Amount,
    /// The month in which it was closed, or opened where cases are chosen so; in the time zone of the report.
    Month,
    /// Another field that the records keep.
    Field(String),
}

impl Dimension {
    const NAMED: [(&'static str, Self); 8] = [
        ("channel", Self::Channel),
        ("responsible", Self::Responsible),
        ("team", Self::Team),
        ("product", Self::Product),
        ("region", Self::Region),
        ("version", Self::Version),
        ("amount", Self::Amount),
        ("month", Self::Month),
    ];
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "field:{name}"),
            named => {
                let known = Self::NAMED.iter().find(|(_, it)| it == named);
                f.write_str(known.map_or("", |(name, _)| name))
            }
        }
    }
}

impl FromStr for Dimension {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        if let Some(name) = text.strip_prefix("field:").filter(|name| !name.is_empty()) {
            return Ok(Self::Field(name.to_owned()));
        }
        let known = Self::NAMED.into_iter().find(|(name, _)| *name == text);
        known.map(|(_, it)| it).ok_or_else(|| QueryError::Dimension(text.to_owned()))
    }
}

/// What a term of a query looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Key {
    /// Cases that stood on a stage at least once.
    Entered,
    /// Cases whose furthest stage is this or a later one (F1).
    Reached,
    /// Cases that were lost from a stage (F2).
    LostAt,
    /// Cases that stand on a stage.
    OpenAt,
    /// How they ended: `open`, `won`, `lost`, `void`, `transferred`. Results of processes and documents count as won
    /// and lost.
    Outcome,
    /// Cases that ended for a reason; of a bad result without one, the outcome's stage.
    Reason,
    /// Cases that ended for a reason that somebody can resolve: `employee`, `company`, `nobody`.
    ResolvedBy,
    /// Cases that were passed over a stage when they were moved forward.
    Skipped,
    /// Cases that were moved back from a stage.
    Back,
    /// `yes`: cases that were reopened; `no`: others.
    Reopened,
    /// Cases that had been lost for this reason and were then reopened.
    LostBefore,
    /// Cases with an activity of this stage that was, or is, overdue. Needs work in the records.
    Late,
    /// Cases with a debt of this requirement. Needs work in the records.
    Debt,
    /// By their ids.
    Case,
    /// By what slices are cut by; an empty value: those that have none.
    By(Dimension),
}

impl Key {
    const NAMED: [(&'static str, Self); 14] = [
        ("entered", Self::Entered),
        ("reached", Self::Reached),
        ("lost_at", Self::LostAt),
        ("open_at", Self::OpenAt),
        ("outcome", Self::Outcome),
        ("reason", Self::Reason),
        ("resolved_by", Self::ResolvedBy),
        ("skipped", Self::Skipped),
        ("back", Self::Back),
        ("reopened", Self::Reopened),
        ("lost_before", Self::LostBefore),
        ("late", Self::Late),
        ("debt", Self::Debt),
        ("case", Self::Case),
    ];
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(dimension) => dimension.fmt(f),
            named => {
                let known = Self::NAMED.iter().find(|(_, it)| it == named);
                f.write_str(known.map_or("", |(name, _)| name))
            }
        }
    }
}

impl FromStr for Key {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        if let Some((_, key)) = Self::NAMED.into_iter().find(|(name, _)| *name == text) {
            return Ok(key);
        }
        text.parse().map(Self::By).map_err(|_| QueryError::Key(text.to_owned()))
    }
}

/// A text that is no query, or a query that these records cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// There is no such key.
    #[error(
        "F8: {0:?} is nothing by which cases are chosen; there are `entered`, `reached`, `lost_at`, `open_at`, `outcome`, `reason`, `resolved_by`, `skipped`, `back`, `reopened`, `lost_before`, `late`, `debt`, `case`, `channel`, `responsible`, `team`, `product`, `region`, `version`, `amount`, `month`, `field:NAME`"
    )]
    Key(String),
    /// There is no such dimension.
    #[error(
        "F5: {0:?} is nothing by which a report is cut; there are `channel`, `responsible`, `team`, `product`, `region`, `version`, `amount`, `month`, `field:NAME`"
    )]
    Dimension(String),
    /// A term has no `=`.
    #[error("F8: {0:?} is no term of a query; say KEY=VALUE, with commas between terms and | between values")]
    Term(String),
    /// The records do not keep what is asked about.
    #[error("F8: the records do not keep {0}; say so when they are made")]
    NotKept(String),
    /// A value that the key does not have.
    #[error("F8: {value:?} is no value of `{key}`")]
    Value {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
}

/// One condition of a query: a case meets it with any of the values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// What it looks at.
    pub key: Key,
    /// Any of these.
    pub values: Vec<String>,
}

/// A query for cases: they meet all of its terms (F8).
///
/// As text: `lost_at=invoice,reason=no_delivery|price`; a backslash stands before `,`, `|`, `=` and itself in a value.
///
/// ```
/// use voronka::report::Query;
/// let query: Query = "lost_at=invoice,reason=no_delivery|price".parse()?;
/// assert_eq!(query.to_string(), "lost_at=invoice,reason=no_delivery|price");
/// # Ok::<(), voronka::report::QueryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Query {
    /// All of these.
    pub terms: Vec<Term>,
}

impl Query {
    /// Every case.
    #[must_use]
    pub const fn all() -> Self {
        Self { terms: Vec::new() }
    }

    /// Also this.
    #[must_use]
    pub fn and(mut self, key: Key, value: impl Into<String>) -> Self {
        self.terms.push(Term { key, values: vec![value.into()] });
        self
    }

    /// Also all of another one.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.terms.extend(other.terms.iter().cloned());
        self
    }

    /// Whether every case meets it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, term) in self.terms.iter().enumerate() {
            if nth > 0 {
                f.write_str(",")?;
            }
            escaped(f, &term.key.to_string())?;
            for (nth, value) in term.values.iter().enumerate() {
                f.write_str(if nth == 0 { "=" } else { "|" })?;
                escaped(f, value)?;
            }
            if term.values.is_empty() {
                f.write_str("=")?;
            }
        }
        Ok(())
    }
}

fn escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for it in text.chars() {
        if matches!(it, ',' | '|' | '=' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{it}")?;
    }
    Ok(())
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let mut query = Self::default();
        if text.is_empty() {
            return Ok(query);
        }
        for term in split(text, ',') {
            let parts = split(term, '=');
            let (key, values) = match parts.as_slice() {
                [key, values] => (*key, *values),
                _ => return Err(QueryError::Term(term.to_owned())),
            };
            let values = split(values, '|').into_iter().map(plain).collect();
            query.terms.push(Term { key: plain(key).trim().parse()?, values });
        }
        Ok(query)
    }
}

/// The parts between separators that no backslash stands before.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (at, it) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if it == '\\' {
            escaped = true;
        } else if it == separator {
            parts.push(text.get(from..at).unwrap_or_default());
            from = at + it.len_utf8();
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(it) = chars.next() {
        out.push(if it == '\\' { chars.next().unwrap_or(it) } else { it });
    }
    out
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A band of amounts: from the first (inclusive) to the second (exclusive), in a currency; `RUB 10000..50000`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Band {
    pub currency: String,
    pub from: Option<Decimal>,
    pub to: Option<Decimal>,
}

impl Band {
    pub fn holds(&self, currency: &str, amount: Decimal) -> bool {
        currency == self.currency
            && self.from.is_none_or(|from| amount >= from)
            && self.to.is_none_or(|to| amount < to)
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |it: Option<Decimal>| it.map(|it| it.to_string()).unwrap_or_default();
        write!(f, "{} {}..{}", self.currency, end(self.from), end(self.to))
    }
}

impl FromStr for Band {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let wrong = || QueryError::Value { key: "amount".into(), value: text.to_owned() };
        let (currency, band) = text.split_once(' ').ok_or_else(wrong)?;
        let (from, to) = band.split_once("..").ok_or_else(wrong)?;
        let end = |it: &str| if it.is_empty() { Ok(None) } else { it.parse().map(Some).map_err(|_| wrong()) };
        Ok(Self { currency: currency.to_owned(), from: end(from)?, to: end(to)? })
    }
}
