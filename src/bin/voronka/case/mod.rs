//! `voronka case`: running cases by hand.

mod back;
mod import;
mod journal;
mod list;
mod map;
mod open;
mod rows;
mod show;
mod step;
mod told;

use crate::output::{Failed, Output};
use crate::place::{ADDRESS, Place};
use crate::tell::language;
use crate::{Verdict, said};
use clap::{Args, Subcommand};
use voronka::runtime::{Runtime, Setup, StepError};
use voronka::{Actor, Moment};

/// Open, step, show and list cases; import those that are under way elsewhere; bring back those that were lost.
#[derive(Args)]
pub struct Case {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Open(open::Open),
    Step(step::Step),
    Show(show::Show),
    List(list::List),
    Journal(journal::Journal),
    Import(import::Import),
    BringBack(back::BringBackArgs),
}

/// Where, who, when, in which language.
#[derive(Args)]
pub(crate) struct Desk {
    #[arg(help = ADDRESS)]
    pub(crate) address: String,
    /// Who acts: `anna`, with roles and teams `anna:manager,head@north`.
    #[arg(long = "as", default_value = "operator", value_name = "ACTOR", value_parser = said::actor)]
    pub(crate) actor: Actor,
    /// The moment, such as `2026-03-02 10:00` in the scenario's time zone; now where silent.
    #[arg(long, value_name = "MOMENT")]
    pub(crate) at: Option<String>,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    pub(crate) lang: String,
}

impl Case {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        match &self.command {
            Command::Open(it) => it.run(out),
            Command::Step(it) => it.run(out),
            Command::Show(it) => it.run(out),
            Command::List(it) => it.run(out),
            Command::Journal(it) => it.run(out),
            Command::Import(it) => it.run(out),
            Command::BringBack(it) => it.run(out),
        }
    }
}

pub(crate) type Host<'p> = Runtime<&'p dyn crate::place::Kept>;

/// A runtime on a place; its clock stands at the moment, where one is given.
pub(crate) fn host(place: &Place, at: Option<Moment>) -> Host<'_> {
    Runtime::new(place.kept(), said::Now(at), Setup::new(said::new_id("cli-")))
}

impl Desk {
    /// One of two texts, by the language.
    pub(crate) fn t<'t>(&self, en: &'t str, ru: &'t str) -> &'t str {
        if self.lang == "ru" { ru } else { en }
    }
}

/// What is to be said where an input was not stepped for another reason than a rule.
fn failed(place: &Place, error: &StepError) -> Failed {
    match error {
        StepError::Store { error, .. } => place.failed(error),
        error => Failed::said(format!("{}: {error}", place.address())),
    }
}
