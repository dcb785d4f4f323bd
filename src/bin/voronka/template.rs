//! `voronka template`: scenarios that ship with the program, to use or to copy and change (P3).

use crate::output::{Failed, Output};
use crate::{Verdict, init, tell};
use clap::Args;
use std::path::PathBuf;
use voronka::process::{Template, template, templates};

/// Print a scenario that ships with the program, or write it and its tests, to use as it is or to change.
///
/// Without a name it lists them: approval, claim handling, assignment, sale, quick sale.
#[derive(Args)]
pub struct Templates {
    /// Which one.
    id: Option<String>,
    /// Write it to this file, and its tests beside it; nothing is overwritten.
    #[arg(short, long, value_name = "FILE", requires = "id")]
    output: Option<PathBuf>,
    /// In which language to list them: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = tell::language)]
    lang: String,
}

impl Templates {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let Some(id) = &self.id else {
            for it in templates() {
                out.line(format!("{:<12}{} ({})", it.id, it.title(&self.lang), it.version))?;
            }
            return Ok(Verdict::Good);
        };
        let Some(found) = template(id) else {
            let known: Vec<&str> = templates().iter().map(|it| it.id).collect();
            return Err(Failed::said(format!("there is no template `{id}`; there are {}", known.join(", "))));
        };
        match &self.output {
            Some(path) => write(out, found, path.clone())?,
            None => out.text(found.json)?,
        }
        Ok(Verdict::Good)
    }
}

fn write(out: &mut Output, found: &Template, path: PathBuf) -> Result<(), Failed> {
    let tests = path.with_extension("tests.json");
    if path == tests || path.extension().is_none_or(|it| it != "json") {
        return Err(Failed::said(format!("{}: a scenario's file is called `….json`", path.display())));
    }
    init::write_all(&[(path, found.json), (tests, found.tests)], out)
}
