//! Eleven days of a wholesale company by the scenario of `examples/wholesale.json`, in a SQLite file that stays.
//!
//! The company, its clients, goods and figures are of the project's own making; any likeness is chance.
//!
//! - `host.rs`, `accounting.rs` and `tables.sql` are the company: what a new host copies;
//! - `story.rs` is what happens there, `desk.rs` and `words.rs` tell it.
//!
//! All rules are in the scenario's file; what stands after an arrow or a cross is the engine's answer.
//!
//! ```text
//! cargo run --features sqlite --example wholesale -- [FILE] [--lang en|ru] [--anew]
//! ```

mod accounting;
mod desk;
pub(crate) mod host;
mod story;
mod words;

use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use story::Result;

const USAGE: &str = "usage: wholesale [FILE] [--lang en|ru] [--anew]
  FILE          where it is kept; wholesale.db in this folder, if none is named
  --lang en|ru  the language of the story
  --anew        begin the story anew where FILE is there already; what is in it is lost";

/// What to do.
pub struct Asked {
    /// Where the company keeps it.
    pub file: PathBuf,
    /// `en` or `ru`.
    pub language: &'static str,
    /// Whether a story that is there already is lost.
    pub anew: bool,
}

impl Asked {
    fn from(args: impl IntoIterator<Item = String>) -> Result<Self> {
        let (mut file, mut language, mut anew) = (None, "en", false);
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--anew" => anew = true,
                "--lang" => match args.next().as_deref() {
                    Some("en") => language = "en",
                    Some("ru") => language = "ru",
                    _ => return Err(USAGE.into()),
                },
                name if !name.starts_with('-') && file.is_none() => file = Some(PathBuf::from(name)),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(Self { file: file.unwrap_or_else(|| "wholesale.db".into()), language, anew })
    }
}

/// Whether the file is one of this example's, which has both sides' tables.
fn is_ours(file: &Path) -> bool {
    let sql = "SELECT count(*) FROM sqlite_master WHERE name IN ('voronka_meta', 'contract', 'reserve')";
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|db| db.query_row(sql, [], |row| row.get(0)))
        .is_ok_and(|tables: i64| tables == 3)
}

/// Tells the story, or what is left of it in the file; as text, so far as it goes.
pub fn start(asked: &Asked, out: &mut String) -> Result {
    let Asked { file, language, anew } = asked;
    let there = file.exists();
    if there && !is_ours(file) {
        return Err(format!("{} is no file of this example; name another", file.display()).into());
    }
    if there && !anew {
        story::left(file, language, out)?;
    } else {
        if there {
            for end in ["", "-wal", "-shm"] {
                let part = PathBuf::from(format!("{}{end}", file.display()));
                if part.exists() {
                    std::fs::remove_file(part)?;
                }
            }
        }
        story::run(file, language, out)?;
    }
    story::what_now(file, language, out);
    Ok(())
}

fn main() -> std::process::ExitCode {
    if std::env::args().skip(1).any(|arg| arg == "--help" || arg == "-h") {
        println!("{USAGE}");
        return std::process::ExitCode::SUCCESS;
    }
    let mut told = String::new();
    let ended = Asked::from(std::env::args().skip(1)).and_then(|asked| start(&asked, &mut told));
    print!("{told}");
    if let Err(error) = ended {
        eprintln!("{error}");
        return std::process::ExitCode::FAILURE;
    }
    std::process::ExitCode::SUCCESS
}
