//! The command line of voronka: check a scenario, run its tests, tell it, draw it, begin one.
//!
//! Exit status: 0 all is well (lints may have been told), 1 the scenario has defects or a test failed, 2 the
//! command was not understood or a file could not be read or written.

mod check;
mod defects;
mod draw;
mod init;
mod input;
mod output;
mod tell;
mod test;

use clap::{Parser, Subcommand};
use output::{Failed, Output};
use std::process::ExitCode;

/// Run every client request by a scenario: check scenarios, run their tests, tell and draw them.
#[derive(Parser)]
#[command(name = "voronka", version, max_term_width = 100)]
#[command(after_help = "Begin with `voronka init`, which writes a scenario to learn from and its tests.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Test(test::Test),
    Tell(tell::Tell),
    Draw(draw::Draw),
    Init(init::Init),
}

/// Whether what was asked about is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Bad,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = Output::new();
    let done = match &arguments.command {
        Command::Check(it) => it.run(&mut out),
        Command::Test(it) => it.run(&mut out),
        Command::Tell(it) => it.run(&mut out),
        Command::Draw(it) => it.run(&mut out),
        Command::Init(it) => it.run(&mut out),
    };
    // What was found so far is said before the reason for stopping.
    let flushed = out.flush();
    match done.and_then(|verdict| flushed.map(|()| verdict)) {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::FAILURE,
        // Whoever reads has seen enough: `voronka tell … | head`.
        Err(Failed::BrokenPipe) => ExitCode::SUCCESS,
        Err(Failed::Said(message)) => {
            output::complain(&message);
            ExitCode::from(2)
        }
    }
}
