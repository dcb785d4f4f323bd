//! The command line of voronka: check a scenario, run its tests, tell it, draw it, begin one; keep cases in a database,
//! run them by hand, import them, replay logs, do what is due.
//!
//! Exit status: 0 all is well (lints may have been told), 1 the scenario has defects, a test failed or a rule refused, 2 the
//! command was not understood or a file or database could not be read or written.

mod backtest;
mod board;
mod case;
mod check;
mod db;
mod defects;
mod diff;
mod draw;
mod edit;
mod impact;
mod init;
mod input;
mod log;
mod output;
mod passing;
mod place;
mod prove;
mod replay;
mod report;
mod said;
mod source;
mod tell;
mod template;
mod test;
mod work;

use clap::{Parser, Subcommand};
use output::{Failed, Output};
use std::process::ExitCode;

/// Run every client request by a scenario: check and test scenarios, keep and run cases by them.
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
    Diff(diff::Diff),
    Edit(edit::Edits),
    Prove(prove::Prove),
    Impact(impact::Impacts),
    Backtest(backtest::Backtest),
    Init(init::Init),
    Template(template::Templates),
    Db(db::Db),
    Case(Box<case::Case>),
    Log(log::Log),
    Board(board::Board),
    Report(Box<report::Report>),
    Replay(replay::Replay),
    Work(work::Work),
}

/// Whether what was asked about is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Bad,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Work(it) = &arguments.command {
        // Effects are written by threads of their own, for which standard output must be free.
        return ended(it.run());
    }
    let mut out = Output::new();
    let done = match &arguments.command {
        Command::Check(it) => it.run(&mut out),
        Command::Test(it) => it.run(&mut out),
        Command::Tell(it) => it.run(&mut out),
        Command::Draw(it) => it.run(&mut out),
        Command::Diff(it) => it.run(&mut out),
        Command::Edit(it) => it.run(&mut out),
        Command::Prove(it) => it.run(&mut out),
        Command::Impact(it) => it.run(&mut out),
        Command::Backtest(it) => it.run(&mut out),
        Command::Init(it) => it.run(&mut out),
        Command::Template(it) => it.run(&mut out),
        Command::Db(it) => it.run(&mut out),
        Command::Case(it) => it.run(&mut out),
        Command::Log(it) => it.run(&mut out),
        Command::Board(it) => it.run(&mut out),
        Command::Report(it) => it.run(&mut out),
        Command::Replay(it) => it.run(&mut out),
        Command::Work(it) => it.run(),
    };
    // What was found so far is said before the reason for stopping.
    let flushed = out.flush();
    ended(done.and_then(|verdict| flushed.map(|()| verdict)))
}

fn ended(done: Result<Verdict, Failed>) -> ExitCode {
    match done {
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
