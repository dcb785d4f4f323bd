//! `voronka backtest`: what would have come of recorded cases, had a draft been in force.

use crate::output::{Failed, Format, Output, Telling};
use crate::place::Place;
use crate::source::{self, Kind, Logged, Problems};
use crate::{Verdict, db, defects, input, said};
use clap::Args;
use std::path::PathBuf;
use voronka::foresight::backtest::{Journal, Options, backtest_with};
use voronka::interop::log::{Mapping, Replayer};
use voronka::store::{Keep, Look};
use voronka::{Actor, Scenario};

/// Run the journals of closed cases again over a draft, and say what would have come otherwise (C6).
///
/// Nothing is written. Exit status: 0 they were run, whatever differs; 1 the draft has errors, part of a log was refused, or
/// with --check something differs; 2 anything else.
#[derive(Args)]
pub struct Backtest {
    /// The cases: a database (a SQLite file, or `postgres://user@host/database`), an export of one, or with --base and
    /// --map an event log (XES or CSV).
    from: String,
    /// The draft: a scenario of the same id; `-` is standard input.
    draft: PathBuf,
    /// Open cases as well, up to where they stand.
    #[arg(long)]
    open: bool,
    /// Of an event log: the scenario by which its cases went.
    #[arg(long, value_name = "FILE", requires = "map")]
    base: Option<PathBuf>,
    /// Of an event log: what each of its activities means, see docs/CLI.md.
    #[arg(long, value_name = "FILE", requires = "base")]
    map: Option<PathBuf>,
    /// Of an event log: who acts where it does not say.
    #[arg(long = "as", default_value = "replay", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
    /// A stage that the draft names otherwise, as `old=new`.
    #[arg(long = "stage", value_name = "OLD=NEW", value_parser = said::pair)]
    stages: Vec<(String, String)>,
    /// Exit with 1 where something differs.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    telling: Telling,
}

impl Backtest {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let kind = source::kind(&self.from)?;
        if matches!(kind, Kind::Log) && self.base.is_none() {
            let why = "an event log needs --base and --map: the scenario by which its cases went, and what its \
                       activities mean";
            return Err(Failed::said(format!("{}: {why}", self.from)));
        }
        let text = input::read(&self.draft)?;
        let Some(draft) = defects::scenario(out, &text)? else { return Ok(Verdict::Bad) };
        let known = |stage: &str| draft.definition().stages.iter().any(|it| it.id == stage);
        if let Some((old, new)) = self.stages.iter().find(|(_, new)| !known(new)) {
            return Err(Failed::said(format!("--stage {old}={new}: the draft has no stage `{new}`")));
        }
        let mut options = Options::default();
        options.stages = self.stages.iter().cloned().collect();
        let problems = Problems::default();
        let mut refused: Vec<String> = Vec::new();
        let found = match kind {
            Kind::Database => {
                let place = Place::open(&self.from)?;
                let ask = Look::Versions { scenario: Some(draft.reference().id.clone()) };
                for keep in place.kept().kept(&ask).map_err(|error| place.failed(&error))? {
                    if let Keep::Version(version) = keep
                        && let Ok(version) = Scenario::from_json(&version.text)
                    {
                        options = options.recorded(&version);
                    }
                }
                let bar = db::spinner("cases");
                let id = Some(draft.reference().id.as_str());
                let journals = source::of_database(&place, id, self.open, &problems).map(Journal::from);
                let found = backtest_with(&draft, &options, journals, |cases| bar.set_position(cases as u64));
                bar.finish_and_clear();
                found
            }
            Kind::Lines => {
                let (file, bar) = source::opened(&self.from)?;
                let journals = source::of_lines(file, &self.from, &problems).map(Journal::from);
                let wanted = |it: &Journal<'_>| {
                    let of_it = it.scenario().is_none_or(|scenario| scenario == draft.reference().id);
                    // What cannot be read is counted as such.
                    of_it && (self.open || it.is_closed() || it.scenario().is_none())
                };
                let found = backtest_with(&draft, &options, journals.filter(wanted), |_| ());
                bar.finish_and_clear();
                found
            }
            Kind::Log => {
                let Some(base) = self.base(out)? else { return Ok(Verdict::Bad) };
                options = options.recorded(&base);
                let mapping = match &self.map {
                    Some(map) => source::mapping_for(map, &base)?,
                    None => Mapping::default(),
                };
                let (file, bar) = source::opened(&self.from)?;
                let replayer = Replayer::strict(&base, &mapping).actor(self.actor.clone());
                let logged = Logged { replayer, mapping: &mapping, strict: true };
                let journals = logged.of_log(file, &self.from, &problems)?.map(Journal::from);
                let found = backtest_with(
                    &draft,
                    &options,
                    journals.filter(|it| self.open || it.is_closed()),
                    |_| (),
                );
                bar.finish_and_clear();
                refused = problems.strictly(&base);
                found
            }
        };
        if let Some(failed) = problems.failed() {
            return Err(failed);
        }
        for line in &refused {
            // Standard output is for the findings.
            crate::output::complain(line);
        }
        match self.telling.format {
            Format::Text => out.text(&found.told(&draft, &self.telling.lang))?,
            Format::Json => {
                let json = serde_json::to_string_pretty(&found)
                    .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
                out.line(json)?;
            }
        }
        let well = refused.is_empty() && !(self.check && found.same < found.cases);
        Ok(if well { Verdict::Good } else { Verdict::Bad })
    }

    fn base(&self, out: &mut Output) -> Result<Option<Scenario>, Failed> {
        let Some(base) = &self.base else { return Ok(None) };
        defects::scenario(out, &input::read(base)?)
    }
}
