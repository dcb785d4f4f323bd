//! `voronka draw`: the scenario as a picture.

use crate::output::{Failed, Output};
use crate::tell::language;
use crate::{Verdict, defects, input};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use voronka::interop::{to_dot, to_mermaid};

/// Draw a scenario, for Mermaid (shown by code forges) or Graphviz.
#[derive(Args)]
pub struct Draw {
    /// The scenario; `-` is standard input.
    file: PathBuf,
    /// For which program.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    lang: String,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A Mermaid flowchart.
    #[default]
    Mermaid,
    /// Graphviz: `voronka draw FILE --format dot | dot -Tsvg > FILE.svg`.
    Dot,
}

impl Draw {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let source = input::read(&self.file)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let text = match self.format {
            Format::Mermaid => to_mermaid(scenario.definition(), &self.lang),
            Format::Dot => to_dot(scenario.definition(), &self.lang),
        };
        out.text(&text)?;
        Ok(Verdict::Good)
    }
}
