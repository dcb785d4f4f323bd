//! `voronka report`: the funnel report of a database, an export of one, or an event log.

mod asked;
mod gathered;

use crate::output::{Failed, Output, complain};
use crate::place::without_password;
use crate::said;
use crate::{Verdict, input, tell};
use asked::Asked;
use clap::{Args, ValueEnum};
use gathered::Gathered;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use voronka::Actor;
use voronka::report::{
    About, BroughtBack, Expected, Goal, HoldUps, PlanFact, Query, Recover, RecoverError, Report as Made,
    Target, Yardstick, cases,
};

/// Say how far cases come, where and why they are lost, and how long it takes (docs/REPORT.md).
///
/// Exit status: 0 all was looked at; 1 something was left out, which is told, or the scenario has defects; 2 anything else.
#[derive(Args)]
pub struct Report {
    /// The cases: a database (a SQLite file, or `postgres://user@host/database`), an export of one, or with --map an event
    /// log (XES or CSV, gzipped or not; `-` is standard input).
    source: String,
    /// The scenario in whose order to tell it: a file, or of a database the id of one that is published.
    #[arg(long, value_name = "FILE|ID")]
    scenario: Option<PathBuf>,
    /// Of an event log: what each of its activities means, see docs/LOGS.md.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Cut it by `channel`, `responsible`, `team`, `product`, `region`, `version`, `amount`, `month` or `field:NAME`.
    #[arg(long, value_name = "DIMENSION")]
    by: Option<String>,
    /// Only cases that were closed (with --opened: opened) on this day or later.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Only cases that were closed (with --opened: opened) on this day or earlier.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Choose cases by when they were opened, not by when they were last closed.
    #[arg(long)]
    opened: bool,
    /// As it was known at this moment: what was recorded later is passed over.
    #[arg(long, value_name = "MOMENT")]
    as_of: Option<String>,
    /// Only cases that meet this: `channel=email,reason=price`.
    #[arg(long, value_name = "QUERY", default_value = "")]
    only: String,
    /// Beside another period (`2026-01-01..2026-01-31`), or beside other cases (`channel=phone`, in the place of --only).
    /// The two must not share cases.
    #[arg(long, value_name = "PERIOD|QUERY", conflicts_with = "cases")]
    compare: Option<String>,
    /// List the ids of the cases that meet this, one a line, instead of a report: `lost_at=invoice,reason=no_delivery`.
    #[arg(long, value_name = "QUERY")]
    cases: Option<String>,
    /// The bounds between bands of `--by amount`.
    #[arg(long, value_name = "AMOUNT,…", value_delimiter = ',', requires = "by")]
    bands: Vec<rust_decimal::Decimal>,
    /// What a unit of another currency is worth in the one of --currency: `USD=90.5`.
    #[arg(long, value_name = "CURRENCY=RATE", value_parser = said::pair, requires = "currency")]
    rate: Vec<(String, String)>,
    /// Tell currencies that have a --rate in this one.
    #[arg(long, value_name = "CURRENCY", requires = "rate")]
    currency: Option<String>,
    /// What would come back if this share of the cases lost for a reason did: `no_delivery=20%`; may be said several times.
    #[arg(long, value_name = "REASON=SHARE", conflicts_with = "cases")]
    recover: Vec<Recover>,
    /// Which reasons must be resolved for so much more sales: `30%`.
    #[arg(long, value_name = "PERCENT", value_parser = percent, conflicts_with = "cases")]
    goal: Option<rust_decimal::Decimal>,
    /// Measure the goal by amount in this currency, not by cases.
    #[arg(long, value_name = "CURRENCY", requires = "goal")]
    goal_in: Option<String>,
    /// What was expected to come back, to stand beside what did: a file, see docs/REPORT.md.
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// Targets, to stand beside what came of them: a file, see docs/REPORT.md.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// How to write it; where silent by the name of the file, else as text.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// The file to write; standard output where silent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = tell::language)]
    lang: String,
    /// Of an event log: who acts where it does not say.
    #[arg(long = "as", default_value = "replay", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
    /// Take this moment for now: by it is told what is overdue.
    #[arg(long, value_name = "MOMENT", conflicts_with = "as_of")]
    now: Option<String>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for a terminal.
    Text,
    /// Every number, for programs.
    Json,
    /// Every table, for programs.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page for a browser.
    Html,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

/// The report for programs.
#[derive(Serialize)]
struct Json<'r> {
    /// What was asked, in words.
    about: &'r [String],
    report: &'r Made,
    /// What is not in it.
    left_out: &'r [String],
}

impl Report {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let format = match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, Some(path)) => Format::of(path).ok_or_else(|| {
                let why = "its name says no format; write --format text, json, csv, xlsx or html";
                Failed::said(format!("{}: {why}", path.display()))
            })?,
            (None, None) => Format::Text,
        };
        if format == Format::Xlsx && self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(Failed::said("a workbook is nothing for a terminal; write it to a file with -o"));
        }
        let Some(source) = gathered::open(out, self)? else { return Ok(Verdict::Bad) };
        let asked = Asked::of(self, source.scenario())?;
        let gathered = source.gather(&asked)?;
        if let Some(query) = &self.cases {
            return self.list(out, &gathered, &asked, query, format);
        }
        let wrong = |error| Failed::said(format!("{}: {error}", without_password(&self.source)));
        let mut report = Made::of(&gathered.records, &gathered.layout, &asked.ask).map_err(wrong)?;
        if let Some((name, other)) = &asked.beside {
            let of = |ask| cases(&gathered.records, &gathered.layout, ask, &Query::all()).map_err(wrong);
            let here: BTreeSet<String> = of(&asked.ask)?.into_iter().collect();
            let shared = of(other)?.iter().filter(|id| here.contains(*id)).count();
            if shared > 0 {
                let why = "and a test of the difference takes the two as independent; part them with --only, --from and --to";
                return Err(Failed::said(format!("--compare {name}: the two share {shared} cases, {why}")));
            }
            let there =
                voronka::report::Funnel::asked(&gathered.records, &gathered.layout, other).map_err(wrong)?;
            if let Some((_, funnel)) = there.into_iter().next() {
                report = report.beside(asked.named(&self.lang), name.clone(), funnel);
            }
        }
        self.reckon(&mut report, &source, &gathered, &asked)?;
        let about = About {
            lines: asked.lines(&self.source, &gathered, &self.lang),
            as_of: Some(asked.local()),
            left_out: gathered.left_out.clone(),
        };
        self.write(out, format, &report, &about)?;
        for line in &gathered.left_out {
            complain(line);
        }
        Ok(if gathered.left_out.is_empty() { Verdict::Good } else { Verdict::Bad })
    }

    /// What is not of the funnel alone: what would come back, what did, the plan, and what holds people up.
    fn reckon(
        &self,
        report: &mut Made,
        source: &gathered::Opened<'_>,
        gathered: &Gathered,
        asked: &Asked,
    ) -> Result<(), Failed> {
        let wrong = |error| Failed::said(format!("{}: {error}", without_password(&self.source)));
        let (records, layout, ask) = (&gathered.records, &gathered.layout, &asked.ask);
        if !self.recover.is_empty() {
            let unknown = self.recover.iter().find(|it| !source.has_reason(&it.reason, &report.funnel));
            if let Some(it) = unknown {
                return Err(Failed::said(format!("--recover {}: there is no such reason", it.reason)));
            }
            let recovery = report.funnel.recovered(&self.recover);
            report.recovery = Some(recovery.map_err(|error| Failed::said(format!("--recover: {error}")))?);
        }
        if let Some(growth) = self.goal {
            let mut goal = Goal::growth(growth);
            if let Some(currency) = &self.goal_in {
                goal.by = Yardstick::Amount(currency.clone());
            }
            goal.shares = self.recover.iter().map(|it| (it.reason.clone(), it.share)).collect();
            match report.funnel.needed(&goal) {
                Ok(needed) => report.needed = Some(needed),
                // The rest of the report can be told all the same.
                Err(error @ RecoverError::NothingWon(_)) => complain(&format!("--goal: {error}")),
                Err(error) => return Err(Failed::said(format!("--goal: {error}"))),
            }
        }
        let expected = match &self.expected {
            None => Vec::new(),
            Some(file) => {
                let file = input::read(file)?;
                Expected::read(&file.text).map_err(|it| Failed::said(format!("{}: {it}", file.name)))?
            }
        };
        report.brought = Some(BroughtBack::of(records, layout, ask, &expected).map_err(wrong)?);
        if let Some(file) = &self.plan {
            let file = input::read(file)?;
            let targets =
                Target::read(&file.text).map_err(|it| Failed::said(format!("{}: {it}", file.name)))?;
            report.plan = Some(PlanFact::of(records, layout, ask, &targets).map_err(wrong)?);
        }
        let counts = source.refusals()?;
        if !counts.is_empty() {
            let found = HoldUps::of(records, layout, ask, source.scenario(), &counts);
            report.holdups = Some(found.map_err(wrong)?);
        }
        Ok(())
    }

    fn list(
        &self,
        out: &mut Output,
        gathered: &Gathered,
        asked: &Asked,
        query: &str,
        format: Format,
    ) -> Result<Verdict, Failed> {
        let query: Query =
            query.parse().map_err(|error| Failed::said(format!("--cases {query}: {error}")))?;
        let ids = cases(&gathered.records, &gathered.layout, &asked.ask, &query)
            .map_err(|error| Failed::said(format!("--cases {query}: {error}")))?;
        let text = match format {
            Format::Json => json(&ids)?,
            Format::Text | Format::Csv => ids.iter().map(|id| format!("{id}\n")).collect(),
            Format::Xlsx | Format::Html => {
                return Err(Failed::said("cases are listed as text, csv or json"));
            }
        };
        self.put(out, text.as_bytes())?;
        for line in &gathered.left_out {
            complain(line);
        }
        Ok(if gathered.left_out.is_empty() { Verdict::Good } else { Verdict::Bad })
    }

    fn write(&self, out: &mut Output, format: Format, report: &Made, about: &About) -> Result<(), Failed> {
        let document = || report.document(&self.lang, about);
        let bytes = match format {
            Format::Text => document().text().into_bytes(),
            Format::Csv => document().csv().into_bytes(),
            Format::Html => document().html().into_bytes(),
            Format::Xlsx => document()
                .xlsx()
                .map_err(|error| Failed::said(format!("the workbook cannot be made: {error}")))?,
            Format::Json => {
                json(&Json { about: &about.lines, report, left_out: &about.left_out })?.into_bytes()
            }
        };
        self.put(out, &bytes)
    }

    /// Under its own name a file stands only when it is whole.
    fn put(&self, out: &mut Output, bytes: &[u8]) -> Result<(), Failed> {
        let Some(path) = &self.output else {
            return out.writer().write_all(bytes).map_err(Failed::from);
        };
        let mut part = path.clone().into_os_string();
        part.push(".part");
        std::fs::write(&part, bytes)
            .and_then(|()| std::fs::rename(&part, path))
            .inspect_err(|_| drop(std::fs::remove_file(&part)))
            .map_err(|error| Failed::said(format!("{}: cannot be written: {error}", path.display())))
    }
}

/// `30%` or `0.3`.
fn percent(text: &str) -> Result<rust_decimal::Decimal, String> {
    let (number, part) = text.strip_suffix('%').map_or((text, false), |it| (it, true));
    let number: rust_decimal::Decimal =
        number.trim().parse().map_err(|_| "write it as `30%` or `0.3`".to_owned())?;
    let share = if part { number / rust_decimal::Decimal::ONE_HUNDRED } else { number };
    if share > rust_decimal::Decimal::ONE_THOUSAND {
        return Err("that is more than a thousand times as much".to_owned());
    }
    Ok(share)
}

fn json(it: &impl Serialize) -> Result<String, Failed> {
    let text = serde_json::to_string_pretty(it);
    text.map(|text| text + "\n").map_err(|error| Failed::said(format!("cannot write JSON: {error}")))
}
