//! `voronka tell`: the scenario as a regulation.

use crate::output::{Failed, Output};
use crate::{Verdict, defects, input};
use clap::Args;
use std::path::PathBuf;
use voronka::tell::{Catalog, tell};

/// Print a scenario as a regulation that the people who work by it can read (Markdown).
#[derive(Args)]
pub struct Tell {
    /// The scenario; `-` is standard input.
    file: PathBuf,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    lang: String,
}

impl Tell {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let source = input::read(&self.file)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let text = tell(scenario.definition(), &self.lang);
        out.text(&text)?;
        Ok(Verdict::Good)
    }
}

/// A language in which the engine's own words are told.
pub fn language(name: &str) -> Result<String, String> {
    let catalog = Catalog::default();
    let meant = catalog.meant(name);
    let short = name.split(['-', '_']).next().unwrap_or(name);
    if meant == name || meant == short {
        Ok(meant.to_owned())
    } else {
        Err("the languages are en and ru".to_owned())
    }
}
