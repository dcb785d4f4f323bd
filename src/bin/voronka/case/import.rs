//! `voronka case import`: deals that are under way elsewhere, with the dates of their stages.

use super::map::Map;
use super::rows::{Bad, Deal, Reading};
use super::{host, open};
use crate::output::{Failed, Look, Output};
use crate::place::{ADDRESS, Place, Published};
use crate::tell::language;
use crate::{Verdict, defects, input, said};
use chrono_tz::Tz;
use clap::Args;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use voronka::case::Input;
use voronka::runtime::{Done, Request, StepError, SystemClock, Which};
use voronka::store::{Loaded, Wanted};
use voronka::tell::Speaker;
use voronka::{Actor, Context, Moment, Scenario};

/// Take over deals from a table (CSV), with the real dates of their stages; a second run adds only what is new.
///
/// What a row lacks becomes a debt of its case. Rows that cannot be taken over are told with their lines, the
/// others are. Exit status: 0 all of them, 1 some could not be, 2 anything else.
#[derive(Args)]
pub struct Import {
    /// The table; `-` is standard input.
    file: PathBuf,
    /// What its columns mean, as JSON: see docs/CLI.md.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    #[arg(long, value_name = "ADDRESS", help = ADDRESS)]
    db: String,
    /// The scenario: a file, or the id of a published one; the mapping's where silent.
    #[arg(long, value_name = "FILE|ID")]
    scenario: Option<String>,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Who imports; they need the rights to import and to override.
    #[arg(long = "as", default_value = "operator", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    lang: String,
}

/// So many deals are written together.
const BATCH: usize = 200;

#[derive(Default)]
struct Counts {
    opened: usize,
    closed: usize,
    known: usize,
    /// Closed as of now, since the table has no date, or one before what the case has.
    closed_now: usize,
}

/// What stands for a deal in the store.
enum There {
    Nothing,
    Opened { close_known: bool },
}

impl Import {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.db)?;
        let map = Map::read(&input::read(&self.map)?)?;
        let Some(scenario) = self.scenario(out, &place, &map)? else { return Ok(Verdict::Bad) };
        let zone = match &map.time_zone {
            None => said::zone(&scenario),
            Some(name) => name.parse::<Tz>().map_err(|_| {
                Failed::said(format!("{}: there is no time zone `{name}`", self.map.display()))
            })?,
        };
        self.known_names(&map, &scenario)?;
        let source = input::read(&self.file)?;
        let name = source.name.clone();
        let reading = Reading { map: &map, scenario: &scenario, zone, beside: &self.map };
        let (deals, mut bad) = reading.deals(source)?;
        let mut counts = Counts::default();
        for deals in deals.chunks(BATCH) {
            let told = self.take(&place, &scenario, deals, &mut counts)?;
            bad.extend(told.into_iter().map(|(line, why)| Bad { file: name.clone(), line, why }));
        }
        bad.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        for it in &bad {
            let at = out.look(Look::Strong, format!("{}:{}", it.file, it.line));
            out.line(format!("{at}: {}", it.why))?;
        }
        self.summary(out, &name, &counts, bad.len())?;
        Ok(if bad.is_empty() { Verdict::Good } else { Verdict::Bad })
    }

    /// The scenario; a dry run publishes none.
    fn scenario(&self, out: &mut Output, place: &Place, map: &Map) -> Result<Option<Rc<Scenario>>, Failed> {
        let beside = |name: &String| {
            let path = self.map.parent().unwrap_or(Path::new("")).join(name);
            if name.ends_with(".json") { path.display().to_string() } else { name.clone() }
        };
        let named = self.scenario.clone().or_else(|| map.scenario.as_ref().map(beside));
        let named = named.ok_or_else(|| Failed::said("by which scenario? name it with `--scenario`"))?;
        if self.dry_run && open::is_file(&named) {
            let source = input::read(Path::new(&named))?;
            return Ok(defects::scenario(out, &source)?.map(Rc::new));
        }
        open::scenario(out, place, &Published::new(place), &named, &self.actor, &self.lang)
    }

    /// What the mapping names must be there, or every row would be bad for the same reason.
    fn known_names(&self, map: &Map, scenario: &Scenario) -> Result<(), Failed> {
        let def = scenario.definition();
        let wrong = |why: String| Err(Failed::said(format!("{}: {why}", self.map.display())));
        if let Some(field) = map.fields.keys().find(|it| def.fields.get(it).is_none()) {
            return wrong(format!("there is no field `{field}` in the scenario"));
        }
        if let Some(stage) = map.entered.keys().find(|it| !def.stages.iter().any(|stage| stage.id == **it)) {
            return wrong(format!("there is no stage `{stage}` in the scenario"));
        }
        if let Some(role) = map.parties.keys().find(|it| def.parties.get(it).is_none()) {
            return wrong(format!("there is no party `{role}` in the scenario"));
        }
        Ok(())
    }

    fn take(
        &self,
        place: &Place,
        scenario: &Scenario,
        deals: &[Deal],
        counts: &mut Counts,
    ) -> Result<Vec<(u64, String)>, Failed> {
        let mut bad = Vec::new();
        let mut requests: Vec<Request> = Vec::new();
        let mut asked: Vec<(&Deal, bool)> = Vec::new();
        let now = SystemClock::now();
        for (deal, there) in deals.iter().zip(self.there(place, deals)?) {
            // A closed deal is opened and closed at the date of its closing: later moments would count it as closed today.
            let at = deal.closed_at.filter(|at| *at <= now && deal.close.is_some());
            let fresh = matches!(there, There::Nothing);
            if fresh && let Err(why) = self.rehearse(scenario, deal, at.unwrap_or(now)) {
                bad.push((deal.line, why));
                continue;
            }
            if self.dry_run {
                match there {
                    There::Nothing => counts.opened += 1,
                    There::Opened { .. } => counts.known += 1,
                }
                counts.closed += usize::from(fresh && deal.close.is_some());
                continue;
            }
            let it = scenario.reference();
            let which = Which { scenario: it.id.clone(), version: Some(it.version) };
            let which = if fresh { which } else { Which { version: None, ..which } };
            let (open_id, close_id) = ids(deal);
            let mut opening =
                Request::open(which, deal.case.as_str(), deal.opening.clone(), open_id, self.actor.clone());
            opening.at = at;
            requests.push(opening);
            asked.push((deal, false));
            if let Some(close) = &deal.close {
                let input = Input::Close(close.clone());
                let mut closing = Request::new(deal.case.as_str(), input, close_id, self.actor.clone());
                closing.at = at.filter(|_| fresh);
                if closing.at.is_none() && !matches!(there, There::Opened { close_known: true }) {
                    counts.closed_now += 1;
                }
                requests.push(closing);
                asked.push((deal, true));
            }
        }
        let mut lost: Vec<&str> = Vec::new();
        for ((deal, is_close), answer) in asked.into_iter().zip(host(place, None).bulk(requests, |_| ())) {
            match answer {
                Ok(Done { repeated: true, .. }) if is_close => {}
                Ok(Done { repeated: true, .. }) => counts.known += 1,
                Ok(_) if is_close => counts.closed += 1,
                Ok(_) => counts.opened += 1,
                // Told already with its opening.
                Err(_) if is_close && lost.contains(&deal.case.as_str()) => {}
                Err(error) => {
                    lost.push(&deal.case);
                    bad.push((deal.line, self.why(place, scenario, &error)?));
                }
            }
        }
        Ok(bad)
    }

    /// What stands for each deal in the store.
    fn there(&self, place: &Place, deals: &[Deal]) -> Result<Vec<There>, Failed> {
        let mut wanted = Vec::with_capacity(deals.len() * 2);
        for deal in deals {
            let (open, close) = ids(deal);
            for id in [open, close] {
                wanted.push(Wanted { case: deal.case.clone(), input_id: Some(id) });
            }
        }
        let loading = place.kept().load(&wanted).map_err(|error| place.failed(&error))?;
        let known = |loaded: Option<&Loaded>| loaded.is_some_and(|it| it.answer.is_some());
        let there = loading.found.chunks(2).map(|of| match known(of.first()) {
            true => There::Opened { close_known: known(of.get(1)) },
            false => There::Nothing,
        });
        Ok(there.collect())
    }

    /// Opens and closes it without any store, so that no deal is taken over by half.
    fn rehearse(&self, scenario: &Scenario, deal: &Deal, at: Moment) -> Result<(), String> {
        let ctx = Context::new(at, self.actor.clone(), "import");
        let told = |rejection: voronka::Rejection| Speaker::new(scenario, &self.lang).refusal(&rejection);
        let opened = scenario.open(deal.case.as_str(), deal.opening.clone(), &ctx).map_err(told)?;
        if let Some(close) = &deal.close {
            scenario.step(opened.case(), Input::Close(close.clone()), &ctx).map_err(told)?;
        }
        Ok(())
    }

    fn why(&self, place: &Place, scenario: &Scenario, error: &StepError) -> Result<String, Failed> {
        match error {
            StepError::Store { error, .. } => Err(place.failed(error)),
            StepError::Taken { case, .. } => Ok(format!(
                "case {case} was imported with another content; it was not changed, since people work with it now"
            )),
            error => Ok(match error.rejection() {
                Some(rejection) => Speaker::new(scenario, &self.lang).refusal(rejection),
                None => error.to_string(),
            }),
        }
    }

    fn summary(&self, out: &mut Output, name: &str, counts: &Counts, bad: usize) -> Result<(), Failed> {
        let would = if self.dry_run { "would be " } else { "" };
        let mut parts = vec![format!("{} {would}opened", counts.opened)];
        for (count, what) in [
            (counts.closed, "of them closed"),
            (counts.known, "known already"),
            (counts.closed_now, "closed as of now, without a date of closing that could be kept"),
            (bad, "not taken over"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        out.line(format!("{name}: {}", parts.join(", ")))
    }
}

/// The ids of the two inputs of a deal; the same in every run.
fn ids(deal: &Deal) -> (String, String) {
    (format!("import/{}", deal.case), format!("import/{}/close", deal.case))
}
