//! `voronka replay`: an event log into a database.

use crate::db;
use crate::output::{Failed, Look, Output};
use crate::place::{ADDRESS, Place, Published};
use crate::{Verdict, defects, input, said, source};
use clap::Args;
use std::collections::BTreeSet;
use std::path::PathBuf;
use voronka::case::Input;
use voronka::interop::log::{LogTrace, Replayer};
use voronka::runtime::{Request, Runtime, Setup, StepError, SystemClock, Which};
use voronka::{Actor, Scenario};

/// Step every event of a log (XES or CSV), each at its own moment; a second run goes on where the first one ended.
///
/// Exit status: 0 all of it, 1 something of it was refused, 2 anything else.
#[derive(Args)]
pub struct Replay {
    /// The log, gzipped or not; `-` is standard input.
    log: PathBuf,
    /// The scenario, which is published if it is not yet.
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    /// What each activity of the log means, see docs/LOGS.md.
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
    unchanged: usize,
    refused: usize,
    rows: usize,
}

impl Replay {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.db)?;
        let source = input::read(&self.scenario)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let mapping = source::mapping_for(&self.map, &scenario)?;
        let shown = self.log.display().to_string();
        let (log, bar) = source::opened(&shown)?;
        // Nothing is published for a log that cannot be read.
        let mut traces = source::traces(log, &shown, &mapping)?;
        let reference = scenario.reference().clone();
        db::publish(&place, scenario, &self.actor, "")?;
        let scenario = Published::new(&place).exactly(&reference)?;
        let runtime = Runtime::new(place.kept(), SystemClock, Setup::new(said::new_id("cli-")));
        let mut player = Player {
            scenario: &scenario,
            replayer: Replayer::strict(&scenario, &mapping).actor(self.actor.clone()),
            runtime,
            counts: Counts::default(),
            names: BTreeSet::new(),
        };
        let mut batch = Vec::new();
        if let Some(table) = &traces.table {
            for row in &table.bad_rows {
                out.line(format!("{} {row}", out.look(Look::Bad, "row left out:")))?;
            }
            player.counts.rows = table.left_out;
        }
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
                    return Err(error);
                }
            }
        }
        bar.finish_and_clear();
        let it = player.counts;
        let parts = [
            (it.known, "known already"),
            (it.ignored, "ignored"),
            (it.unchanged, "saying what is so"),
            (it.refused, "refused"),
            (it.rows, "rows left out"),
        ];
        let mut told = format!("{shown}: {} cases, {} inputs stepped", it.traces, it.stepped);
        for (count, what) in parts.iter().filter(|(count, _)| *count > 0) {
            told.push_str(&format!(", {count} {what}"));
        }
        out.line(told)?;
        Ok(if it.refused + it.rows == 0 { Verdict::Good } else { Verdict::Bad })
    }
}

struct Player<'p> {
    scenario: &'p Scenario,
    replayer: Replayer<'p>,
    runtime: Runtime<&'p dyn crate::place::Kept>,
    counts: Counts,
    /// The names of the traces so far.
    names: BTreeSet<String>,
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
        if !self.names.insert(trace.name.clone()) {
            // Its inputs would be taken for those of the first one.
            return Err(format!("{}: {}", trace.name, source::Unread::Twice));
        }
        let replayed = self.replayer.replay(trace);
        self.counts.ignored += replayed.ignored;
        self.counts.unchanged += replayed.unchanged;
        for entry in replayed.entries {
            let (name, id, actor) = (trace.name.as_str(), entry.input_id, entry.actor);
            let request = match entry.input {
                Input::Open(opening) => Request::open(which.clone(), name, *opening, id, actor),
                input => Request::new(name, input, id, actor),
            };
            requests.push(request.at(entry.at));
        }
        replayed.refused.map_or(Ok(()), |refused| Err(refused.told(self.scenario, "en")))
    }
}
