//! What the command line asks of a report.

use super::{Gathered, Report};
use crate::output::Failed;
use crate::said;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use voronka::report::{Ask, Basis, Dimension, Key, Query, Rates};
use voronka::runtime::SystemClock;
use voronka::{Moment, Scenario};

/// What is asked, understood.
pub struct Asked {
    pub ask: Ask,
    /// What is to stand beside it, with its name.
    pub beside: Option<(String, Ask)>,
    pub as_of: Option<Moment>,
    zone: Tz,
    now: Moment,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Asked {
    pub fn of(it: &Report, scenario: &Scenario) -> Result<Self, Failed> {
        let zone = said::zone(scenario);
        let now = match &it.now {
            Some(text) => said::moment(text, zone)?,
            None => SystemClock::now(),
        };
        let as_of = it.as_of.as_ref().map(|text| as_of(text, zone)).transpose()?;
        let from = it.from.as_ref().map(|text| day(text)).transpose()?;
        let to = it.to.as_ref().map(|text| day(text)).transpose()?;
        let by = |text: &String| text.parse().map_err(|error| Failed::said(format!("--by {text}: {error}")));
        let only = query("--only", &it.only)?;
        let mut ask = Ask {
            basis: if it.opened { Basis::Opened } else { Basis::Closed },
            now: Some(as_of.unwrap_or(now)),
            only,
            by: it.by.as_ref().map(by).transpose()?,
            bands: it.bands.clone(),
            rates: rates(it)?,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            ..Ask::default()
        };
        if let (Some(first), Some(last)) = (from, to)
            && last < first
        {
            return Err(Failed::said(format!("the period ends ({last}) before it begins ({first})")));
        }
        ask.from = from.map(|day| begins(day, zone)).transpose()?;
        ask.to = to.map(|day| ends(day, zone)).transpose()?;
        let beside = it.compare.as_ref().map(|text| beside(text, &ask, zone)).transpose()?;
        Ok(Self { ask, beside, as_of, zone, now, from, to })
    }

    /// The fields that the records must keep for it.
    pub fn fields(&self, it: &Report) -> Result<Vec<String>, Failed> {
        let mut fields = BTreeSet::new();
        let mut take = |by: &Dimension| {
            if let Dimension::Field(name) = by {
                fields.insert(name.clone());
            }
        };
        self.ask.by.iter().for_each(&mut take);
        let cases = query("--cases", it.cases.as_deref().unwrap_or_default())?;
        let beside = self.beside.iter().map(|(_, ask)| &ask.only);
        for term in [&self.ask.only, &cases].into_iter().chain(beside).flat_map(|it| &it.terms) {
            if let Key::By(by) = &term.key {
                take(by);
            }
        }
        Ok(fields.into_iter().collect())
    }

    /// As of when it is, in local time.
    pub fn local(&self) -> NaiveDateTime {
        self.zoned(self.as_of.unwrap_or(self.now)).naive_local()
    }

    fn zoned(&self, at: Moment) -> DateTime<Tz> {
        at.to_utc().with_timezone(&self.zone)
    }

    /// What this report is of, beside another one.
    pub fn named(&self, language: &str) -> String {
        let only = (!self.ask.only.is_empty()).then(|| self.ask.only.to_string());
        let parts: Vec<String> = self.period().into_iter().chain(only).collect();
        let all = if language == "ru" { "все" } else { "all" };
        if parts.is_empty() { all.to_owned() } else { parts.join(", ") }
    }

    fn period(&self) -> Option<String> {
        let end = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        (self.from.is_some() || self.to.is_some()).then(|| format!("{}..{}", end(self.from), end(self.to)))
    }

    /// The lines below the title.
    pub fn lines(&self, source: &str, gathered: &Gathered, language: &str) -> Vec<String> {
        let russian = language == "ru";
        let say = |en: &str, ru: &str| if russian { ru.to_owned() } else { en.to_owned() };
        let name = source.rsplit(['/', '\\']).next().unwrap_or(source);
        let source = if source.contains("://") || source.contains('=') { "PostgreSQL" } else { name };
        let layout = gathered.layout.reference();
        let mut lines = vec![format!(
            "{source}; {} {}, {} {}",
            say("scenario", "сценарий"),
            layout.id,
            say("version", "версия"),
            layout.version
        )];
        let chosen = match (self.period(), self.ask.basis) {
            (None, _) => say("All cases", "Все обращения"),
            (Some(period), Basis::Opened) => format!("{} {period}", say("Opened", "Открытые")),
            (Some(period), _) => format!("{} {period}", say("Closed", "Закрытые")),
        };
        let only = if self.ask.only.is_empty() { String::new() } else { format!("; {}", self.ask.only) };
        lines.push(format!("{chosen}{only}"));
        lines.push(format!(
            "{} {} ({})",
            say("As of", "На"),
            self.local().format("%Y-%m-%d %H:%M"),
            self.zone
        ));
        lines
    }
}

fn query(option: &str, text: &str) -> Result<Query, Failed> {
    text.parse().map_err(|error| Failed::said(format!("{option} {text}: {error}")))
}

fn day(text: &str) -> Result<NaiveDate, Failed> {
    let wrong = |_| Failed::said(format!("`{text}` is no day; write `2026-03-02`"));
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(wrong)
}

fn begins(day: NaiveDate, zone: Tz) -> Result<Moment, Failed> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    Moment::of_local(midnight, zone)
        .ok_or_else(|| Failed::said(format!("`{day}` is beyond the years 1 to 9999")))
}

/// The moment at which a day is over.
fn ends(day: NaiveDate, zone: Tz) -> Result<Moment, Failed> {
    let next = day.checked_add_days(Days::new(1));
    next.map_or_else(
        || Err(Failed::said(format!("`{day}` is beyond the years 1 to 9999"))),
        |it| begins(it, zone),
    )
}

/// A day alone is meant to its end.
fn as_of(text: &str, zone: Tz) -> Result<Moment, Failed> {
    match day(text) {
        Ok(day) => Ok(ends(day, zone)?.plus_millis(-1)),
        Err(_) => said::moment(text, zone),
    }
}

fn beside(text: &str, ask: &Ask, zone: Tz) -> Result<(String, Ask), Failed> {
    let other = Ask { by: None, ..ask.clone() };
    if !text.contains('=') {
        let Some((from, to)) = text.split_once("..") else {
            let why = "write a period as `2026-01-01..2026-01-31`, or a query as `channel=phone`";
            return Err(Failed::said(format!("--compare {text}: {why}")));
        };
        let (from, to) = (day(from)?, day(to)?);
        if to < from {
            return Err(Failed::said(format!("--compare {text}: the period ends before it begins")));
        }
        let period = Ask { from: Some(begins(from, zone)?), to: Some(ends(to, zone)?), ..other };
        return Ok((text.to_owned(), period));
    }
    Ok((text.to_owned(), Ask { only: query("--compare", text)?, ..other }))
}

fn rates(it: &Report) -> Result<Option<Rates>, Failed> {
    let Some(to) = &it.currency else { return Ok(None) };
    let mut rates = BTreeMap::new();
    for (currency, rate) in &it.rate {
        let wrong = || Failed::said(format!("--rate {currency}={rate}: `{rate}` is no positive number"));
        let rate: rust_decimal::Decimal = rate.parse().map_err(|_| wrong())?;
        if rate <= rust_decimal::Decimal::ZERO {
            return Err(wrong());
        }
        if rates.insert(currency.clone(), rate).is_some() {
            return Err(Failed::said(format!("--rate {currency}: it is said twice")));
        }
    }
    Ok(Some(Rates { to: to.clone(), rates }))
}
