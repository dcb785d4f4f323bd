//! Writing to the terminal: colours only where somebody sees them, and a quiet end when nobody reads on.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write};

/// Why a command came to no end.
pub enum Failed {
    /// Nobody reads the output any more.
    BrokenPipe,
    /// Something to tell the person who asked.
    Said(String),
}

impl Failed {
    pub fn said(message: impl Into<String>) -> Self {
        Self::Said(message.into())
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Said(format!("cannot write the output: {error}")),
        }
    }
}

/// How a word is shown.
#[derive(Clone, Copy)]
pub enum Look {
    Bad,
    Warning,
    Good,
    Help,
    Strong,
    Faint,
}

/// Standard output.
pub struct Output {
    out: BufWriter<StdoutLock<'static>>,
    colours: bool,
}

impl Output {
    pub fn new() -> Self {
        let stdout = io::stdout();
        let colours = stdout.is_terminal() && wants_colours();
        Self { out: BufWriter::new(stdout.lock()), colours }
    }

    pub fn line(&mut self, text: impl Display) -> Result<(), Failed> {
        writeln!(self.out, "{text}").map_err(Failed::from)
    }

    pub fn text(&mut self, text: &str) -> Result<(), Failed> {
        self.out.write_all(text.as_bytes()).map_err(Failed::from)
    }

    /// Where bytes are written as they are.
    pub fn writer(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    pub fn flush(&mut self) -> Result<(), Failed> {
        self.out.flush().map_err(Failed::from)
    }

    /// The text in the look, if colours are shown.
    pub fn look(&self, look: Look, text: impl Display) -> String {
        if !self.colours {
            return text.to_string();
        }
        let code = match look {
            Look::Bad => "1;31",
            Look::Warning => "1;33",
            Look::Good => "1;32",
            Look::Help => "36",
            Look::Strong => "1",
            Look::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// <https://no-color.org>: any value that is not empty.
fn wants_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Says on standard error why nothing came of it.
pub fn complain(message: &str) {
    // If even that cannot be written there is nobody to tell.
    let _ = writeln!(io::stderr(), "voronka: {message}");
}

/// How findings are told, and in which language.
#[derive(clap::Args)]
pub struct Telling {
    /// How to say it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = crate::tell::language)]
    pub lang: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// Everything, for programs.
    Json,
}
