//! `voronka replay`: an event log into a database.

use crate::db;
use crate::output::{Failed, Look, Output};
use crate::place::{ADDRESS, Place, Published};
use crate::{Verdict, defects, input, said};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use voronka::interop::xes::{self, LogTrace, Mapping};
use voronka::runtime::{Request, Runtime, Setup, StepError, SystemClock, Which};
use voronka::tell::Speaker;
use voronka::{Actor, Case, Context, Scenario};

/// Step every event of a log in XES, each at its own moment; a second run goes on where the first one ended.
///
/// Exit status: 0 all of it, 1 something of it was refused, 2 anything else.
#[derive(Args)]
pub struct Replay {
    /// The log, gzipped or not; `-` is standard input.
    log: PathBuf,
    /// The scenario, which is published if it is not yet.
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    /// What each activity of the log means: an input as JSON, see docs/CLI.md.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    #[arg(long, value_name = "ADDRESS", help = ADDRESS)]
    db: String,
    /// Who acts where the log does not say, and who publishes the scenario.
    #[arg(long = "as", default_value = "replay", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
}

/// So many traces are stepped together.
const BATCH: usize = 200;

#[derive(Default)]
struct Counts {
    traces: usize,
    stepped: usize,
    known: usize,
    ignored: usize,
    refused: usize,
}

impl Replay {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.db)?;
        let source = input::read(&self.scenario)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let map = input::read(&self.map)?;
        let mapping = Mapping::from_json(&map.text)
            .map_err(|error| Failed::said(format!("{}: not a mapping of a log: {error}", map.name)))?;
        let reference = scenario.reference().clone();
        db::publish(&place, scenario, &self.actor, "")?;
        let scenario = Published::new(&place).exactly(&reference)?;
        let (log, bar) = self.open()?;
        let shown = self.log.display().to_string();
        let failed = |error: xes::XesError| Failed::said(format!("{shown}: {error}"));
        let runtime = Runtime::new(place.kept(), SystemClock, Setup::new(said::new_id("cli-")));
        let mut player = Player {
            replay: self,
            scenario: &scenario,
            mapping: &mapping,
            runtime,
            counts: Counts::default(),
        };
        let mut batch = Vec::new();
        let mut traces = xes::read(BufReader::new(log)).map_err(failed)?;
        loop {
            let next = traces.next().transpose();
            let ended = !matches!(next, Ok(Some(_)));
            if let Ok(Some(trace)) = &next {
                batch.push(trace.clone());
            }
            // What stands before damage in the log is stepped all the same.
            if batch.len() >= BATCH || ended {
                player.play(out, &place, &batch)?;
                batch.clear();
            }
            match next {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    bar.finish_and_clear();
                    return Err(failed(error));
                }
            }
        }
        bar.finish_and_clear();
        let it = player.counts;
        let parts = [(it.known, "known already"), (it.ignored, "ignored"), (it.refused, "refused")];
        let mut told = format!("{shown}: {} cases, {} inputs stepped", it.traces, it.stepped);
        for (count, what) in parts.iter().filter(|(count, _)| *count > 0) {
            told.push_str(&format!(", {count} {what}"));
        }
        out.line(told)?;
        Ok(if it.refused == 0 { Verdict::Good } else { Verdict::Bad })
    }

    /// The log, and a bar that runs with it where somebody sees it.
    fn open(&self) -> Result<(Box<dyn Read>, ProgressBar), Failed> {
        if self.log == Path::new("-") {
            return Ok((Box::new(std::io::stdin()), ProgressBar::hidden()));
        }
        let failed = |error| Failed::said(format!("{}: cannot be read: {error}", self.log.display()));
        let file = File::open(&self.log).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let bar =
            if std::io::stderr().is_terminal() { ProgressBar::new(size) } else { ProgressBar::hidden() };
        if let Ok(style) =
            ProgressStyle::with_template("{bar:40} {percent}% {bytes} of {total_bytes}, {eta} left")
        {
            bar.set_style(style);
        }
        Ok((Box::new(bar.wrap_read(file)), bar))
    }
}

struct Player<'p> {
    replay: &'p Replay,
    scenario: &'p Scenario,
    mapping: &'p Mapping,
    runtime: Runtime<&'p dyn crate::place::Kept>,
    counts: Counts,
}

impl Player<'_> {
    fn play(&mut self, out: &mut Output, place: &Place, traces: &[LogTrace]) -> Result<(), Failed> {
        let mut requests = Vec::new();
        for trace in traces {
            self.counts.traces += 1;
            if let Err(why) = self.requests(trace, &mut requests) {
                self.counts.refused += 1;
                out.line(format!("{} {why}", out.look(Look::Bad, "refused:")))?;
            }
        }
        let answers = self.runtime.bulk(requests, |_| ());
        for answer in answers {
            match answer {
                Ok(done) if done.repeated => self.counts.known += 1,
                Ok(_) => self.counts.stepped += 1,
                Err(StepError::Store { error, .. }) => return Err(place.failed(&error)),
                Err(error) => {
                    self.counts.refused += 1;
                    out.line(format!("{} {error}", out.look(Look::Bad, "refused:")))?;
                }
            }
        }
        Ok(())
    }

    /// The inputs of a trace, up to the first that cannot be; which they are depends on where the case stands then.
    fn requests(&mut self, trace: &LogTrace, requests: &mut Vec<Request>) -> Result<(), String> {
        let it = self.scenario.reference();
        let which = Which { scenario: it.id.clone(), version: Some(it.version) };
        let mut case: Option<Case> = None;
        for (number, event) in (1..).zip(&trace.events) {
            let mut actor = self.replay.actor.clone();
            if let Some(who) = &event.resource {
                actor.id.clone_from(who);
            }
            let id = format!("replay/{}/{number}", trace.name);
            let ctx = Context::new(event.at, actor.clone(), id.clone());
            let refused = |rejection: voronka::Rejection| {
                let speaker = Speaker::new(self.scenario, "en");
                format!(
                    "{}, event {number} ({}): {}",
                    trace.name,
                    event.activity,
                    speaker.refusal(&rejection)
                )
            };
            let (request, outcome) = match &case {
                None => {
                    let opening = self.mapping.opening(trace, event);
                    let Some(opening) = opening else {
                        if self.mapping.ignore.contains(&event.activity) {
                            self.counts.ignored += 1;
                            continue;
                        }
                        return Err(format!("{}: `{}` opens no case", trace.name, event.activity));
                    };
                    let outcome = self.scenario.open(trace.name.as_str(), opening.clone(), &ctx);
                    let request = Request::open(which.clone(), trace.name.as_str(), opening, id, actor);
                    (request, outcome.map_err(refused)?)
                }
                Some(case) => {
                    let input = self.mapping.input(trace, event, case).map_err(|error| error.to_string())?;
                    let Some(input) = input else {
                        self.counts.ignored += 1;
                        continue;
                    };
                    let outcome = self.scenario.step(case, input.clone(), &ctx).map_err(refused)?;
                    (Request::new(trace.name.as_str(), input, id, actor), outcome)
                }
            };
            requests.push(request.at(event.at));
            case = Some(outcome.into_parts().0);
        }
        Ok(())
    }
}
