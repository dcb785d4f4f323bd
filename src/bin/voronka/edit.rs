//! `voronka edit`: a scenario with edits applied.

use crate::output::{Failed, Output};
use crate::{Verdict, defects, input};
use clap::Args;
use std::path::PathBuf;
use voronka::scenario::check;
use voronka::scenario::edit::{Draft, Edit};
use voronka::{Definition, Severity};

/// Apply edits to a scenario, and write what comes of it.
///
/// Edits are a JSON list, as `voronka diff --format json` writes it, or a draft, which names its base. Nothing is written where one cannot be applied, or
/// where the scenario that comes of them has errors. Exit status: 0 written, 1 refused, 2 a file could not be read.
#[derive(Args)]
pub struct Edits {
    /// The scenario; `-` is standard input.
    file: PathBuf,
    /// The list of edits, or a draft.
    edits: PathBuf,
}

impl Edits {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let source = input::read(&self.file)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let list = input::read(&self.edits)?;
        // A draft says of which version its edits are; a list fits wherever it can be applied.
        let is_draft = list.text.trim_start().starts_with('{');
        let edits: Vec<Edit> = if is_draft {
            let draft: Draft = serde_json::from_str(&list.text).map_err(|error| {
                Failed::said(format!("{}: neither a list of edits nor a draft: {error}", list.name))
            })?;
            if draft.base() != scenario.reference() {
                let (base, here) = (draft.base(), scenario.reference());
                let named =
                    |it: &voronka::case::ScenarioRef| format!("{} {} ({})", it.id, it.version, it.hash);
                out.line(format!("{}: the draft is of {}, not of {}", list.name, named(base), named(here)))?;
                return Ok(Verdict::Bad);
            }
            draft.edits().to_vec()
        } else {
            serde_json::from_str(&list.text)
                .map_err(|error| Failed::said(format!("{}: no list of edits: {error}", list.name)))?
        };
        let mut definition: Definition = scenario.definition().clone();
        for (at, edit) in edits.iter().enumerate() {
            if let Err(error) = edit.apply(&mut definition) {
                out.line(format!("{}: edit {}: {error}", list.name, at + 1))?;
                return Ok(Verdict::Bad);
            }
        }
        let found: Vec<_> =
            check(&definition).into_iter().filter(|it| it.severity() == Severity::Error).collect();
        if !found.is_empty() {
            defects::tell(out, &list.name, &found)?;
            return Ok(Verdict::Bad);
        }
        let json = serde_json::to_string_pretty(&definition)
            .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
        out.text(&format!("{json}\n"))?;
        Ok(Verdict::Good)
    }
}
