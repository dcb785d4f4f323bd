//! Reading the files that are named on the command line.

use crate::output::Failed;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// A file that was read, and how to call it.
pub struct Source {
    pub name: String,
    pub text: String,
}

/// Reads a file, or standard input where it is called `-`.
pub fn read(path: &Path) -> Result<Source, Failed> {
    let (name, read) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
        ("<stdin>".to_owned(), read)
    } else {
        (path.display().to_string(), fs::read(path))
    };
    let bytes = read.map_err(|error| Failed::said(explain(&name, path, &error)))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failed::said(format!("{name}:{line}: the file is not UTF-8; save it in that encoding"))
    })?;
    Ok(Source { name, text })
}

fn explain(name: &str, path: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            let near = neighbours(path);
            let help =
                if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
            format!("{name}: there is no such file{help}")
        }
        ErrorKind::PermissionDenied => format!("{name}: you may not read this file"),
        _ if path.is_dir() => {
            let file = path.join("SCENARIO.json");
            format!("{name}: this is a directory; name a file in it, such as {}", file.display())
        }
        _ => format!("{name}: cannot be read: {error}"),
    }
}

/// Scenarios in the directory where the file was looked for.
fn neighbours(path: &Path) -> Vec<String> {
    const MOST: usize = 5;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut near: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    near.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.ends_with(".json") && !name.ends_with(".schema.json")
    });
    near.sort();
    near.truncate(MOST);
    let shown = |path: &PathBuf| path.strip_prefix("./").unwrap_or(path).display().to_string();
    near.iter().map(shown).collect()
}
