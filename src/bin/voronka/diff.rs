//! `voronka diff`: what was changed from one version of a scenario to another.

use crate::output::{Failed, Output};
use crate::tell::language;
use crate::{Verdict, defects, input};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use voronka::interop::to_mermaid_diff;
use voronka::scenario::edit::diff;
use voronka::tell::tell_diff;

/// Say what was changed from one version of a scenario to another.
///
/// As text, as edits that `voronka edit` applies to the first, or as a drawing. Exit status: 0 both could be read, also
/// where they differ.
#[derive(Args)]
pub struct Diff {
    /// The earlier version; `-` is standard input.
    old: PathBuf,
    /// The later one.
    new: PathBuf,
    /// How to say it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    lang: String,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// The list of edits.
    Json,
    /// A Mermaid flowchart: added green, removed red, changed amber.
    Mermaid,
}

impl Diff {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let (old, new) = (input::read(&self.old)?, input::read(&self.new)?);
        let old = defects::scenario(out, &old)?;
        let (Some(old), Some(new)) = (old, defects::scenario(out, &new)?) else { return Ok(Verdict::Bad) };
        let (from, to) = (old.definition(), new.definition());
        let text = match self.format {
            Format::Text => tell_diff(from, to, &self.lang),
            Format::Json => {
                let json = serde_json::to_string_pretty(&diff(from, to))
                    .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
                format!("{json}\n")
            }
            Format::Mermaid => to_mermaid_diff(from, to, &self.lang),
        };
        out.text(&text)?;
        Ok(Verdict::Good)
    }
}
