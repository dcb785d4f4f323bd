//! `voronka init`: a scenario to learn from.

use crate::Verdict;
use crate::output::{Failed, Output};
use clap::Args;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Write a scenario of a wholesale sale, its tests, and the schemas by which editors complete them.
///
/// Nothing is overwritten.
#[derive(Args)]
pub struct Init {
    /// Where to; made if it is not there.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const FILES: [(&str, &str); 4] = [
    ("wholesale.json", include_str!("../../../examples/wholesale.json")),
    ("wholesale.tests.json", include_str!("../../../examples/wholesale.tests.json")),
    ("scenario.schema.json", include_str!("../../../docs/scenario.schema.json")),
    ("tests.schema.json", include_str!("../../../docs/tests.schema.json")),
];

impl Init {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        if self.dir.exists() && !self.dir.is_dir() {
            return Err(Failed::said(format!("{}: this is a file, not a directory", self.dir.display())));
        }
        fs::create_dir_all(&self.dir)
            .map_err(|error| Failed::said(format!("{}: cannot be made: {error}", self.dir.display())))?;
        let files = FILES.map(|(name, text)| (self.dir.join(name), text));
        write_all(&files, out)?;
        let scenario = self.dir.join("wholesale.json");
        out.line(format!(
            "now try: voronka check {0}, voronka test {0}, voronka tell {0}",
            scenario.display()
        ))?;
        Ok(Verdict::Good)
    }
}

/// Writes files that are not there yet, all of them or none.
pub fn write_all(files: &[(PathBuf, &str)], out: &mut Output) -> Result<(), Failed> {
    // Looked at before anything is written.
    let there: Vec<String> = files
        .iter()
        .filter(|(path, _)| path.symlink_metadata().is_ok())
        .map(|(path, _)| path.display().to_string())
        .collect();
    if !there.is_empty() {
        let all = there.join(", ");
        let (are, them) = if there.len() == 1 { ("is", "it") } else { ("are", "them") };
        return Err(Failed::said(format!("{all} {are} there already; nothing was written over {them}")));
    }
    for (path, text) in files {
        write(path, text)?;
        out.line(format!("wrote {}", path.display()))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failed> {
    // In this crate's own repository the schemas stand elsewhere.
    let text = text.replacen("\"../docs/", "\"", 1);
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => Failed::said(format!("{}: you may not write here", path.display())),
        _ => Failed::said(format!("{}: cannot be written: {error}", path.display())),
    })
}
