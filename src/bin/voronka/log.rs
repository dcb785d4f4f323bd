//! `voronka log …`: event logs in and out.

use crate::output::{Failed, Format, Output, Telling};
use crate::source::{Asked, Problems, Source, mapping};
use crate::{Verdict, said};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use voronka::Actor;
use voronka::interop::csv::BadRow;
use voronka::interop::log::Summary;
use voronka::interop::xes::XesWriter;

/// Event logs: write one of any journals, see where one does not go by a scenario, make a scenario of one.
#[derive(Args)]
pub struct Log {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Export(Export),
    Deviations(Deviations),
    Scenario(OfMapping),
}

impl Log {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        match &self.command {
            Command::Export(it) => it.run(out),
            Command::Deviations(it) => it.run(out),
            Command::Scenario(it) => it.run(out),
        }
    }
}

/// Write journals as an event log (XES), gzipped where the file's name ends in `.gz`.
///
/// What is about a person (titles, comments, notes, fields marked so) is left out unless asked for. Exit status: 0 all of
/// it, 1 something could not be read or did not fit, 2 anything else.
#[derive(Args)]
struct Export {
    /// The journals: a database (a SQLite file, or `postgres://user@host/database`), an export of one, or with --map an
    /// event log (XES or CSV, gzipped or not).
    from: String,
    /// The file to write; standard output where silent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The scenario: of a database or export only its cases are written.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Of an event log: what each of its activities means, see docs/LOGS.md.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Write what is about persons too.
    #[arg(long)]
    personal: bool,
    /// Of an event log: who acts where it does not say.
    #[arg(long = "as", default_value = "replay", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
}

impl Export {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let asked = Asked {
            from: &self.from,
            scenario: self.scenario.as_deref(),
            map: self.map.as_deref(),
            actor: &self.actor,
        };
        let Some(source) = Source::open(out, &asked)? else { return Ok(Verdict::Bad) };
        let mut writer = XesWriter::new();
        for scenario in source.versions()?.iter().chain(source.scenario().map(|it| &**it)) {
            writer = writer.scenario(scenario);
        }
        if self.personal {
            writer = writer.personal();
        }
        let gz = |path: &Path| path.extension().is_some_and(|it| it.eq_ignore_ascii_case("gz"));
        writer = writer.gzip(self.output.as_deref().is_some_and(gz));
        let problems = Problems::default();
        let journals = source.journals(&problems)?.filter_map(|journal| journal.entries.ok());
        let shown = self.output.as_ref().map(|it| it.display().to_string());
        let name = shown.as_deref().unwrap_or("standard output");
        let failed =
            |error: &dyn std::fmt::Display| Failed::said(format!("{name}: cannot be written: {error}"));
        // Under its own name the log stands only when it is whole.
        let part = self.output.as_ref().map(|path| {
            let mut part = path.clone().into_os_string();
            part.push(".part");
            PathBuf::from(part)
        });
        let written = match &part {
            None => writer.write(out.writer(), journals),
            Some(part) => {
                let file = File::create(part).map_err(|error| failed(&error))?;
                writer.write(BufWriter::new(file), journals)
            }
        };
        let written = written
            .map_err(|error| Failed::said(format!("{name}: {error}")))
            .and_then(|written| problems.failed().map_or(Ok(written), Err))
            .and_then(|written| source.known(&problems).map(|()| written));
        if let (Some(part), Some(path)) = (&part, &self.output) {
            match &written {
                Ok(_) => std::fs::rename(part, path).map_err(|error| failed(&error))?,
                Err(_) => drop(std::fs::remove_file(part)),
            }
        }
        let written = written?;
        problems.tell(source.scenario().map(|it| &**it), &self.from, "en");
        if self.output.is_some() {
            out.line(format!("{name}: {} traces, {} events", written.traces, written.events))?;
        }
        Ok(if problems.any() { Verdict::Bad } else { Verdict::Good })
    }
}

/// Say where a log does not go by a scenario: which events it refuses, why, and what becomes of them.
///
/// Exit status: 0 all of it fits, 1 something does not, 2 the log, the mapping or the scenario cannot be read.
#[derive(Args)]
struct Deviations {
    /// The log (XES or CSV), gzipped or not; `-` is standard input.
    log: String,
    /// The scenario; where silent the one that the mapping gives.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// What each activity of the log means, see docs/LOGS.md.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Name the first hundred events one by one.
    #[arg(long)]
    each: bool,
    #[command(flatten)]
    telling: Telling,
}

#[derive(Serialize)]
struct Found<'f> {
    #[serde(flatten)]
    summary: &'f Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<Table<'f>>,
}

#[derive(Serialize)]
struct Table<'f> {
    encoding: &'f str,
    delimiter: String,
    rows: usize,
    left_out: usize,
    bad_rows: &'f [BadRow],
}

impl Deviations {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let actor = Actor { id: "replay".to_owned(), ..Actor::default() };
        let asked = Asked {
            from: &self.log,
            scenario: self.scenario.as_deref(),
            map: Some(&self.map),
            actor: &actor,
        };
        let Some(source) = Source::open(out, &asked)? else { return Ok(Verdict::Bad) };
        let Some(scenario) = source.scenario() else { return Ok(Verdict::Bad) };
        let problems = Problems::default();
        source.journals(&problems)?.for_each(drop);
        if let Some(failed) = problems.failed() {
            return Err(failed);
        }
        let (summary, table) = (problems.summary(), problems.of_table());
        match self.telling.format {
            Format::Text => {
                if let Some(table) = &*table {
                    let (encoding, delimiter) = (table.encoding, table.delimiter);
                    out.line(format!(
                        "{}: {} rows, {encoding}, parted by {delimiter}s",
                        self.log, table.rows
                    ))?;
                    for row in &table.bad_rows {
                        out.line(format!("row left out: {row}"))?;
                    }
                    if table.left_out > table.bad_rows.len() {
                        out.line(format!("… and {} more rows", table.left_out - table.bad_rows.len()))?;
                    }
                }
                out.text(&summary.told(scenario, &self.telling.lang))?;
                if self.each && !summary.deviations.is_empty() {
                    out.line("")?;
                    for it in &summary.deviations {
                        out.line(it.told(scenario, &self.telling.lang))?;
                    }
                }
            }
            Format::Json => {
                let table = table.as_ref().map(|it| Table {
                    encoding: it.encoding,
                    delimiter: it.delimiter.to_string(),
                    rows: it.rows,
                    left_out: it.left_out,
                    bad_rows: &it.bad_rows,
                });
                let json = serde_json::to_string_pretty(&Found { summary: &summary, table })
                    .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
                out.line(json)?;
            }
        }
        Ok(if problems.any() { Verdict::Bad } else { Verdict::Good })
    }
}

/// Print the scenario that a mapping gives: its stages in order, outcomes, reasons and fields, with all moves allowed.
///
/// Exit status: 0 it is there, 2 the mapping cannot be read or gives none.
#[derive(Args)]
struct OfMapping {
    /// What each activity of a log means, see docs/LOGS.md; `-` is standard input.
    map: PathBuf,
}

impl OfMapping {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let failed = |error: &dyn std::fmt::Display| Failed::said(format!("{}: {error}", self.map.display()));
        let scenario = mapping(&self.map)?.scenario().map_err(|error| failed(&error))?;
        let json = serde_json::to_string_pretty(scenario.definition()).map_err(|error| failed(&error))?;
        out.line(json)?;
        Ok(Verdict::Good)
    }
}
