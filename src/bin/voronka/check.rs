//! `voronka check`: everything that is wrong with scenarios, at once.

use crate::input::Source;
use crate::output::{Failed, Look, Output};
use crate::{Verdict, defects, input};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use voronka::scenario::{CheckOptions, check_text_with, check_texts};
use voronka::{Defect, Severity};

/// Say everything that is wrong with scenarios, each defect with its place.
///
/// Several files are also checked together: whether a process that one starts is there, has the fields that it is given
/// and the results that are asked of it, and whether they start each other without end.
/// Errors forbid using the scenario; warnings do no harm, but the file probably does not say what was meant.
/// Exit status: 0 no errors, 1 errors, 2 a file could not be read.
#[derive(Args)]
pub struct Check {
    /// The scenarios; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// The day for which to check calendars, such as 2026-03-02; today where silent.
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people and editors: `file:line:col: error[code]: message`.
    #[default]
    Text,
    /// One list of objects with file, severity, code, pointer, line, column, message and help.
    Json,
}

impl Check {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let mut verdict = Verdict::Good;
        let mut json = Vec::new();
        let mut unread = Vec::new();
        let mut sources = Vec::new();
        for file in &self.files {
            // One file that cannot be read does not hide what is wrong with the others.
            let source = match input::read(file) {
                Ok(source) => source,
                Err(Failed::Said(why)) => {
                    unread.push(why);
                    continue;
                }
                Err(other) => return Err(other),
            };
            if is_tests_file(&source.text) {
                unread.push(format!("{}: this is a tests file; `voronka test` runs it", source.name));
                continue;
            }
            sources.push(source);
        }
        for (source, found) in sources.iter().zip(self.check(&sources)) {
            if found.iter().any(|defect| defect.severity() == Severity::Error) {
                verdict = Verdict::Bad;
            }
            match self.format {
                Format::Json => json.extend(found.iter().map(|defect| in_json(&source.name, defect))),
                Format::Text => {
                    defects::tell(out, &source.name, &found)?;
                    let summary = defects::summary(&found).unwrap_or_else(|| out.look(Look::Good, "ok"));
                    out.line(format!("{}: {summary}", source.name))?;
                }
            }
        }
        if self.format == Format::Json {
            let text = serde_json::to_string_pretty(&json)
                .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
            out.line(text)?;
        }
        if unread.is_empty() { Ok(verdict) } else { Err(Failed::Said(unread.join("\nvoronka: "))) }
    }

    fn check(&self, sources: &[Source]) -> Vec<Vec<Defect>> {
        let today = self.today.or_else(today);
        let options = today.map_or_else(CheckOptions::default, CheckOptions::on);
        match sources {
            // One alone need not know the others.
            [one] => vec![check_text_with(&one.text, options).1],
            many => {
                let texts: Vec<&str> = many.iter().map(|source| source.text.as_str()).collect();
                check_texts(&texts, options)
            }
        }
    }
}

fn in_json(file: &str, defect: &Defect) -> serde_json::Value {
    let mut json = serde_json::to_value(defect).unwrap_or_default();
    if let Some(parts) = json.as_object_mut() {
        parts.insert("file".to_owned(), file.into());
    }
    json
}

/// Whether somebody checks the tests instead of the scenario.
fn is_tests_file(text: &str) -> bool {
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    json.is_some_and(|json| json.get("tests").is_some() && json.get("stages").is_none())
}

/// Today's date, to warn of calendars that end soon.
fn today() -> Option<NaiveDate> {
    const DAY: u64 = 86_400;
    #[expect(clippy::disallowed_methods, reason = "the command line is outside the core, and asks once")]
    let now = SystemTime::now();
    let days = now.duration_since(UNIX_EPOCH).ok()?.as_secs() / DAY;
    NaiveDate::from_epoch_days(i32::try_from(days).ok()?)
}
