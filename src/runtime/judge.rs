//! One input at the desk: known already, stale, ahead of time; its facts, its step, its commit (S2, S3, S10, C9).

use super::clock::later;
use super::error::StepError;
use super::facts::{AnyFacts, complete};
use super::host::Host;
use super::request::{Asked, Done};
use crate::case::{
    Case, Context, Entry, Event, FactReading, FactState, FactsInput, Input, Missing, Opening, Rejection,
    Switch,
};
use crate::scenario::Scenario;
use crate::store::{
    AnyStore, Commit, EntryText, Keep, Loaded, Look, StoreError, Switched, Wanted, commit_of,
};
use crate::{FactNeed, Moment, Outcome, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many times facts are read for one input: a key that depends on a fact shows only when that is known.
const MOST_READINGS: u32 = 8;
/// How many facts are read at once.
const MOST_FACTS: usize = 1_000;
/// How many entries of the journal are looked at to tell whether an input is stale.
const PAGE: u32 = 100;

type Answer = Box<Result<Done, StepError>>;
type Needed = (String, Vec<Value>);

/// Where inputs of one batch are judged; what it looked up for one serves the others.
pub(super) struct Desk<'d, S, F> {
    host: &'d Host<'d, S, F>,
    /// The store's clock.
    clock: Option<Moment>,
    latest: BTreeMap<(String, Option<u32>), Option<Arc<Scenario>>>,
    switches: BTreeMap<String, Vec<Switched>>,
}

/// An input that may be judged.
pub(super) struct Seat<'r> {
    pub asked: &'r Asked,
    case: Option<Case>,
    switches: Vec<Switched>,
    now: Moment,
    /// The moment that it came with, where it is another one.
    asked_at: Option<Moment>,
    readings: u32,
    known: BTreeSet<Needed>,
}

/// What was made of it, to be committed.
pub(super) struct Made<'r> {
    pub seat: Seat<'r>,
    pub facts: bool,
    outcome: Outcome,
}

/// What comes next.
pub(super) enum Next<'r> {
    Answer(Answer),
    Commit(Box<Commit>, Box<Made<'r>>),
}

impl Made<'_> {
    pub fn done(self) -> Done {
        let (case, entry) = self.outcome.into_parts();
        Done { entry: Box::new(entry), case: Box::new(case), repeated: false }
    }
}

impl<'r> Made<'r> {
    /// The facts are learnt; where they moved, planned or closed something, what the sender saw is stale (S2).
    pub fn learnt(self) -> Result<Seat<'r>, Answer> {
        let Self { mut seat, outcome, .. } = self;
        let (case, entry) = outcome.into_parts();
        if let Some(seen) = seat.asked.request.seen_revision
            && disturbs(&entry)
        {
            let stale = StepError::Stale { case: case.id, seen, revision: case.revision };
            return Err(Box::new(Err(stale)));
        }
        seat.case = Some(case);
        Ok(seat)
    }
}

fn error<T>(error: StepError) -> Result<T, Answer> {
    Err(Box::new(Err(error)))
}

impl<'d, S: AnyStore, F: AnyFacts> Desk<'d, S, F> {
    pub fn new(host: &'d Host<'d, S, F>, clock: Option<Moment>) -> Self {
        Self { host, clock, latest: BTreeMap::new(), switches: BTreeMap::new() }
    }

    /// Lets an input in, or answers it: first of all whether it was answered before (S3).
    pub async fn admit<'r>(&self, asked: &'r Asked, loaded: Loaded) -> Result<Seat<'r>, Answer> {
        let request = &asked.request;
        let id = &request.case;
        let failed = |error: StoreError| Box::new(Err(StepError::store(id, error)));
        let case = loaded.case.map(|text| text.read()).transpose();
        if let Some(answer) = &loaded.answer {
            return Err(Box::new(repeated(asked, answer, case)));
        }
        let case = case.map_err(failed)?;
        match (&case, &request.input) {
            (Some(case), Input::Open(_)) => {
                return error(StepError::Exists { case: id.clone(), revision: case.revision });
            }
            (None, Input::Open(_)) | (Some(_), _) => {}
            (None, _) => return error(StepError::NoCase { case: id.clone() }),
        }
        let (now, asked_at) = self.moment(asked, case.as_ref())?;
        if let (Some(seen), Some(case)) = (request.seen_revision, &case)
            && self.is_stale(asked, seen, case).await.map_err(failed)?
        {
            return error(StepError::Stale { case: id.clone(), seen, revision: case.revision });
        }
        let (readings, known) = (0, BTreeSet::new());
        Ok(Seat { asked, case, switches: loaded.switches, now, asked_at, readings, known })
    }

    /// The moment of recording, and the one that the input came with where that is another (S10).
    fn moment(&self, asked: &Asked, case: Option<&Case>) -> Result<(Moment, Option<Moment>), Answer> {
        let skew = self.host.shared.setup.skew;
        let ours = self.host.time.now();
        let at = asked.request.at.unwrap_or(ours);
        let clock = self.clock.unwrap_or(ours);
        if at > later(clock, skew) {
            let skew_ms = u64::try_from(skew.as_millis()).unwrap_or(u64::MAX);
            return error(StepError::TooFarAhead { case: asked.request.case.clone(), at, clock, skew_ms });
        }
        match case {
            // What lags more the step itself refuses (C5).
            Some(case) if at < case.last_at && later(at, skew) >= case.last_at => {
                Ok((case.last_at, Some(at)))
            }
            _ => Ok((at, None)),
        }
    }

    /// Whether the case has moved on since the sender saw it, but for facts that were read for this very input (S2).
    async fn is_stale(&self, asked: &Asked, seen: u64, case: &Case) -> Result<bool, StoreError> {
        if seen >= case.revision {
            return Ok(seen > case.revision);
        }
        let own = format!("{}/facts/", asked.request.input_id);
        let mut from = seen + 1;
        while from <= case.revision {
            let page = self.host.store.journal(&case.id, from, PAGE).await?;
            if page.is_empty() {
                return Ok(true);
            }
            for entry in &page {
                let entry = entry.read()?;
                let is_own = entry.input_id.starts_with(&own) && matches!(entry.input, Input::Facts(_));
                if !is_own || disturbs(&entry) {
                    return Ok(true);
                }
                from = entry.number + 1;
            }
        }
        Ok(false)
    }

    /// The next input on what was just made, which is not committed yet: both stand and fall together.
    pub fn follow<'r>(&self, made: &Made<'_>, asked: &'r Asked) -> Seat<'r> {
        let case = made.outcome.case().clone();
        // Of a case that was just opened, the switches were looked up by its scenario.
        let switches = self.switches.get(&case.scenario.id).unwrap_or(&made.seat.switches).clone();
        let (readings, known) = (0, BTreeSet::new());
        Seat { asked, case: Some(case), switches, now: made.seat.now, asked_at: None, readings, known }
    }

    /// Reads the facts that are missing or too old (C9), and where there is none, steps.
    pub async fn next<'r>(&mut self, mut seat: Seat<'r>) -> Next<'r> {
        let id = &seat.asked.request.case;
        let scenario = match self.scenario(&seat).await {
            Ok(Some(scenario)) => scenario,
            Ok(None) => {
                let scenario = named(&seat);
                return answer(Err(StepError::NoScenario { case: id.clone(), scenario }));
            }
            Err(error) => return answer(Err(StepError::store(id, error))),
        };
        let switches = match self.switches(&seat, &scenario).await {
            Ok(switches) => switches,
            Err(error) => return answer(Err(StepError::store(id, error))),
        };
        let request = &seat.asked.request;
        let setup = &self.host.shared.setup;
        let mut ctx = Context::new(seat.now, request.actor.clone(), request.input_id.clone());
        ctx.switches = switches;
        ctx.absences = setup.absences();
        if let Some(case) = &seat.case
            && let needs = self.needs(&scenario, case, &seat)
            && !needs.is_empty()
        {
            let values = match self.read(&scenario, case, &needs).await {
                Ok(values) => values,
                Err(error) => return answer(Err(StepError::store(id, error))),
            };
            let source = Some(setup.machine.id.clone());
            let input = Input::Facts(FactsInput { source, sequence: None, values });
            ctx.input_id = format!("{}/facts/{}", request.input_id, case.revision);
            ctx.actor = setup.machine.clone();
            let stepped = scenario.step(case, input, &ctx);
            seat.readings += 1;
            seat.known.extend(needs.into_iter().map(|need| (need.fact, need.key)));
            return match stepped {
                Ok(outcome) => self.commit(seat, &scenario, outcome, true),
                Err(rejection) => {
                    let (case, rejection) = (seat.asked.request.case.clone(), Box::new(rejection));
                    answer(Err(StepError::Facts { case, rejection }))
                }
            };
        }
        let stepped = match (&seat.case, &request.input) {
            (None, Input::Open(opening)) => match self.with_facts(&scenario, &seat, opening).await {
                Ok(opening) => scenario.open(id, opening, &ctx),
                Err(error) => return answer(Err(StepError::store(id, error))),
            },
            (Some(case), input) => scenario.step(case, input.clone(), &ctx),
            (None, _) => return answer(Err(StepError::NoCase { case: id.clone() })),
        };
        let stepped = match stepped {
            Ok(outcome) => match self.lost_target(&request.input).await {
                Ok(None) => Ok(outcome),
                Ok(Some(missing)) => Err(Rejection::one(missing)),
                Err(error) => return answer(Err(StepError::store(id, error))),
            },
            refused => refused,
        };
        match stepped {
            Ok(mut outcome) => {
                outcome.keep_asked_at(seat.asked_at);
                self.commit(seat, &scenario, outcome, false)
            }
            Err(rejection) => {
                let stage = seat.case.as_ref().map_or("", Case::stage);
                self.host.shared.count(&scenario, stage, &request.actor, &rejection);
                answer(Err(StepError::Refused { case: id.clone(), rejection: Box::new(rejection) }))
            }
        }
    }

    /// What is missing where a case is to hand something to one that is not there (P7): a mistyped id would take it
    /// away here, and stop what this case says to others.
    async fn lost_target(&self, input: &Input) -> Result<Option<Missing>, StoreError> {
        let to = match input {
            Input::Merge(merge) => &merge.into,
            Input::Redirect { to, .. } => to,
            _ => return Ok(None),
        };
        let found = self.host.store.load(&[Wanted { case: to.clone(), input_id: None }]).await?.found;
        let is_there = found.first().is_some_and(|it| it.case.is_some());
        Ok((!is_there).then(|| crate::engine::no_case(to)))
    }

    fn commit<'r>(&self, seat: Seat<'r>, scenario: &Scenario, outcome: Outcome, facts: bool) -> Next<'r> {
        let made = commit_of(scenario, seat.case.as_ref(), &outcome).and_then(|mut commit| {
            if !facts {
                commit.settles.clone_from(&seat.asked.settles);
            }
            // What the store cannot keep must not hold up the others of the call.
            commit.check().map(|()| commit)
        });
        match made {
            Ok(commit) => Next::Commit(Box::new(commit), Box::new(Made { seat, facts, outcome })),
            Err(error) => answer(Err(StepError::store(&seat.asked.request.case, error))),
        }
    }

    /// The scenario that judges it: the case's own version (V3), or where it opens or adopts, the one named.
    async fn scenario(&mut self, seat: &Seat<'_>) -> Result<Option<Arc<Scenario>>, StoreError> {
        let (shared, store) = (&self.host.shared, self.host.store);
        let request = &seat.asked.request;
        let which = request.scenario.as_ref().map(|it| (it.scenario.clone(), it.version));
        let which = match (&request.input, &seat.case) {
            (Input::Open(_), _) => which,
            (Input::Adopt(_), Some(case)) => Some(which.unwrap_or((case.scenario.id.clone(), None))),
            (_, Some(case)) => return shared.exactly(store, &case.scenario).await,
            (_, None) => None,
        };
        let Some(which) = which else { return Ok(None) };
        if let Some(known) = self.latest.get(&which) {
            return Ok(known.clone());
        }
        let found = shared.named(store, &which.0, which.1).await?;
        self.latest.insert(which, found.clone());
        Ok(found)
    }

    /// The switches that differ from the file (T7).
    async fn switches(&mut self, seat: &Seat<'_>, scenario: &Scenario) -> Result<Vec<Switch>, StoreError> {
        let id = &scenario.reference().id;
        if seat.case.as_ref().is_some_and(|case| case.scenario.id == *id) {
            return Ok(in_force(scenario, &seat.switches));
        }
        if !self.switches.contains_key(id) {
            let kept = self.host.store.kept(&Look::Switches { scenario: id.clone() }).await?;
            self.switches.insert(id.clone(), switched(kept));
        }
        Ok(self.switches.get(id).map(|switches| in_force(scenario, switches)).unwrap_or_default())
    }

    /// What is to be read before it is stepped.
    fn needs(&self, scenario: &Scenario, case: &Case, seat: &Seat<'_>) -> Vec<FactNeed> {
        let input = &seat.asked.request.input;
        // The old version is gone for an adopting case, and the new one may not step it before.
        if !self.host.facts.is_there() || matches!(input, Input::Adopt(_)) || seat.readings >= MOST_READINGS {
            return Vec::new();
        }
        let told = |need: &FactNeed| match input {
            Input::Facts(told) => told.values.iter().any(|it| it.fact == need.fact && it.key == need.key),
            _ => false,
        };
        let mut needs = scenario.needs(case, input);
        needs.retain(|need| {
            !need.is_met(case, scenario, seat.now)
                && !told(need)
                && !seat.known.contains(&(need.fact.clone(), need.key.clone()))
        });
        needs.truncate(MOST_FACTS);
        needs
    }

    async fn read(
        &self,
        scenario: &Scenario,
        case: &Case,
        needs: &[FactNeed],
    ) -> Result<Vec<FactReading>, StoreError> {
        let readings = self.host.facts.read(case, needs).await?;
        super::trace::facts(&readings, needs.len());
        Ok(complete(scenario, needs, readings))
    }

    /// An opening with the facts that it needs and does not bring.
    async fn with_facts(
        &self,
        scenario: &Scenario,
        seat: &Seat<'_>,
        opening: &Opening,
    ) -> Result<Opening, StoreError> {
        let mut opening = Opening { read: 0, ..opening.clone() };
        if !self.host.facts.is_there() {
            return Ok(opening);
        }
        let mut blank = Case::blank(&seat.asked.request.case, seat.now);
        for reading in &opening.facts {
            suppose(scenario, &mut blank, reading, seat.now);
        }
        for _ in 0..MOST_READINGS {
            let mut needs = scenario.needs(&blank, &Input::Open(Box::new(opening.clone())));
            let has =
                |need: &FactNeed| opening.facts.iter().any(|it| it.fact == need.fact && it.key == need.key);
            needs.retain(|need| !has(need));
            needs.truncate(MOST_FACTS);
            if needs.is_empty() {
                break;
            }
            for reading in self.read(scenario, &blank, &needs).await? {
                suppose(scenario, &mut blank, &reading, seat.now);
                opening.facts.push(reading);
                opening.read += 1;
            }
        }
        Ok(opening)
    }
}

fn answer<'r>(answer: Result<Done, StepError>) -> Next<'r> {
    Next::Answer(Box::new(answer))
}

fn named(seat: &Seat<'_>) -> String {
    let request = &seat.asked.request;
    match (&request.scenario, &seat.case) {
        (Some(which), _) if matches!(request.input, Input::Open(_) | Input::Adopt(_)) => {
            let version = which.version.map(|it| format!(" version {it}")).unwrap_or_default();
            format!("scenario {}{version}", which.scenario)
        }
        (_, Some(case)) => {
            let it = &case.scenario;
            format!("version {} of scenario {} ({})", it.version, it.id, it.hash)
        }
        _ => "a scenario that the request does not name".to_owned(),
    }
}

/// The first answer, if it is the same input (S3).
fn repeated(
    asked: &Asked,
    answer: &EntryText,
    case: Result<Option<Case>, StoreError>,
) -> Result<Done, StepError> {
    let request = &asked.request;
    let failed = |error: StoreError| StepError::store(&request.case, error);
    let entry = answer.read().map_err(failed)?;
    // What was erased cannot be compared any more; what comes again must not be done twice all the same (S12).
    let erased_at = case.as_ref().ok().and_then(|case| case.as_ref()?.erased_at);
    let erased = erased_at.is_some_and(|at| entry.at <= at && entry.input.name() == request.input.name());
    if entry.case != request.case || !(erased || is_same(asked, &entry)) {
        return Err(StepError::Taken {
            case: request.case.clone(),
            input_id: request.input_id.clone(),
            of: entry.case,
            number: entry.number,
        });
    }
    let case = case.map_err(failed)?.ok_or_else(|| {
        failed(StoreError::damaged(format!("case {}", entry.case), "its entries are there, it is not"))
    })?;
    Ok(Done { entry: Box::new(entry), case: Box::new(case), repeated: true })
}

/// Whether an entry's input is the one that comes now, but for facts that the runtime read for its opening.
fn is_same(asked: &Asked, entry: &Entry) -> bool {
    let request = &asked.request;
    if let Some(which) = &request.scenario
        && matches!(request.input, Input::Open(_) | Input::Adopt(_))
        && (which.scenario != entry.scenario.id
            || which.version.is_some_and(|version| version != entry.scenario.version))
    {
        return false;
    }
    match (&request.input, &entry.input) {
        (Input::Open(now), Input::Open(then)) => {
            let mut then = then.clone();
            then.facts.truncate(then.facts.len().saturating_sub(then.read as usize));
            then.read = 0;
            Opening { read: 0, ..(**now).clone() } == *then
        }
        (now, then) => now == then,
    }
}

/// Whether an entry moved, planned or closed something, so that what its sender saw is no more so (S2).
fn disturbs(entry: &Entry) -> bool {
    entry.events.iter().any(|event| {
        matches!(
            event,
            Event::Left(_)
                | Event::Entered(_)
                | Event::Closed(_)
                | Event::Reopened
                | Event::Planned(_)
                | Event::GroupPlanned(_)
                | Event::Ended { .. }
                | Event::ProcessStarted(_)
                | Event::ProcessEnded { .. }
        )
    })
}

pub(super) fn switched(kept: Vec<Keep>) -> Vec<Switched> {
    kept.into_iter().filter_map(|it| if let Keep::Switch(it) = it { Some(it) } else { None }).collect()
}

pub(super) fn in_force(scenario: &Scenario, switches: &[Switched]) -> Vec<Switch> {
    let differs = |it: &&Switched| scenario.trigger(&it.trigger).is_some_and(|known| known.enabled != it.on);
    let plain = |it: &Switched| Switch { trigger: it.trigger.clone(), on: it.on };
    switches.iter().filter(differs).map(plain).collect()
}

/// Puts a fact into a case that is not there yet, for what is needed next.
fn suppose(scenario: &Scenario, blank: &mut Case, reading: &FactReading, now: Moment) {
    let Ok(value) = scenario.fact_value(reading) else { return };
    let state = FactState {
        fact: reading.fact.clone(),
        key: reading.key.clone(),
        value: value.filter(|_| reading.unknown.is_none()),
        unknown: reading.unknown.clone(),
        since: now,
        learnt_at: now,
        source: None,
        sequence: None,
        sequences: BTreeMap::new(),
    };
    let place = blank.facts.partition_point(|it| (&it.fact, &it.key) < (&state.fact, &state.key));
    blank.facts.insert(place, state);
}
