//! One journal run again over a draft.

mod timers;

use super::counterpart::{Effects, Fate, Names, Sides, effect_key, effect_kind};
use super::result::{CaseResult, Count, End, Ended, First, Passage, Stop, Verdict};
use super::{Journal, Options, alike};
use crate::case::{Actor, Case, Context, Entry, Event, Input, Missing, Rejection, Switch};
use crate::engine::Outcome;
use crate::scenario::Scenario;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The journal holds what only a newer engine knows (C11).
pub(super) const NEWER: &str = "newer";
/// The journal is no whole journal (S4).
pub(super) const DAMAGED: &str = "damaged";
/// The case was opened by another scenario.
const SCENARIO: &str = "scenario";
/// The draft's timers have no end.
const TIMERS: &str = "timers";

/// More timers than these of one case have no end.
const MAX_TIMERS: u32 = 10_000;

/// Runs one journal again over a draft (C6).
#[must_use]
pub fn run_one(draft: &Scenario, options: &Options, journal: &Journal<'_>) -> CaseResult {
    let mut result = CaseResult::of(journal.case());
    let entries = match &journal.entries {
        Ok(entries) => entries,
        Err(why) => {
            result.verdict = Verdict::Failed(why);
            return result;
        }
    };
    let stages = map(&options.stages, entries);
    let mut run = Run {
        draft,
        names: Names { draft, stages: &stages },
        off: &options.off,
        case: None,
        apart: None,
        switches: &[],
        absences: &[],
        fired: 0,
        machine: None,
        entries,
        adopted_visits: BTreeSet::new(),
        result,
    };
    if let Err(verdict) = run.fits() {
        run.result.verdict = verdict;
        return run.result;
    }
    for entry in entries.iter() {
        if matches!(entry.input, Input::Adopt(_)) && entry.scenario.id != draft.reference.id {
            run.result.transferred = Some(entry.scenario.id.clone());
            break;
        }
        match run.entry(entry) {
            Ok(()) => {}
            Err(Halt::Stopped) => break,
            Err(Halt::Timers) => {
                let mut failed = CaseResult::of(journal.case());
                failed.verdict = Verdict::Failed(TIMERS);
                return failed;
            }
        }
    }
    run.compare();
    run.result
}

/// By which names a journal calls the draft's stages: what is said, and what its adoptions call them later.
fn map(stages: &BTreeMap<String, String>, entries: &[Entry]) -> BTreeMap<String, String> {
    let mut map = stages.clone();
    for entry in entries.iter().rev() {
        let Input::Adopt(adoption) = &entry.input else { continue };
        for (old, new) in &adoption.stages {
            let last = map.get(new).unwrap_or(new).clone();
            // What the caller says goes before what the journal learnt.
            map.entry(old.clone()).or_insert(last);
        }
    }
    map
}

/// Why a case is not run further.
enum Halt {
    Stopped,
    Timers,
}

/// What the journal's run has and the draft's has not, or otherwise: from the first difference on.
struct Apart {
    recorded: Case,
    recorded_effects: Effects,
    draft_effects: Effects,
}

struct Run<'a> {
    draft: &'a Scenario,
    names: Names<'a>,
    /// Triggers that were off where the journal was written: their timers got no notice.
    off: &'a BTreeSet<String>,
    /// The case by the draft.
    case: Option<Case>,
    /// The journal's side, once the two differ; until then the draft's case is the journal's.
    apart: Option<Apart>,
    /// The switches and absences of the entry before.
    switches: &'a [Switch],
    absences: &'a [crate::case::Absence],
    /// How many timers fired that no notice tells of.
    fired: u32,
    machine: Option<Actor>,
    entries: &'a [Entry],
    /// Visits that an adoption began in the journal.
    adopted_visits: BTreeSet<u32>,
    result: CaseResult,
}

impl<'a> Run<'a> {
    /// Whether the journal is one that the draft can run.
    fn fits(&self) -> Result<(), Verdict> {
        if self.entries.iter().any(|it| {
            matches!(it.input, Input::Erase { .. }) || matches!(it.events.first(), Some(Event::Erased { .. }))
        }) {
            return Err(Verdict::Erased);
        }
        if Case::is_whole(self.entries).is_err() {
            return Err(Verdict::Failed(DAMAGED));
        }
        let first = self.entries.first().filter(|first| matches!(first.input, Input::Open(_)));
        match first {
            Some(first) if first.scenario.id == self.draft.reference.id => Ok(()),
            Some(_) => Err(Verdict::Failed(SCENARIO)),
            None => Err(Verdict::Failed(DAMAGED)),
        }
    }

    fn entry(&mut self, entry: &'a Entry) -> Result<(), Halt> {
        self.own_timers(entry)?;
        match entry.input {
            Input::Adopt(_) => self.adopted(entry),
            Input::Timer { .. } => self.notice(entry),
            _ => self.input(entry)?,
        }
        // What was armed for a moment that is past is handed out at once.
        self.fire(entry, &entry.switches, &entry.absences, None)?;
        self.switches = &entry.switches;
        self.absences = &entry.absences;
        Ok(())
    }

    /// The draft stands for all versions, so that passing to another one of them is no input. The entry's number is left
    /// free, so that what was made later has the same ids.
    fn adopted(&mut self, entry: &Entry) {
        self.result.adopted += 1;
        let alone = entry.events.iter().all(|it| matches!(it, Event::Adopted { stage: None, .. }));
        if !alone {
            self.differ(entry, entry.events.iter().find(|it| !matches!(it, Event::Adopted { .. })));
            self.part();
        }
        for event in &entry.events {
            if let Event::Entered(visit) = event {
                self.adopted_visits.insert(visit.number);
            }
        }
        if let Some(case) = &mut self.case {
            case.begin(case.revision + 1, entry.at);
        }
        self.follow(entry);
    }

    /// The journal's side goes on by an entry.
    fn follow(&mut self, entry: &Entry) {
        let names = self.names;
        if let Some(apart) = &mut self.apart {
            apart.recorded.fold(entry);
            let made = entry.effects().map(|it| (effect_key(Some(names), it), it.id.clone()));
            apart.recorded_effects.extend(made);
        }
    }

    /// From here on the two have a case each.
    fn part(&mut self) {
        if let (None, Some(case)) = (&self.apart, &self.case) {
            self.apart = Some(Apart {
                recorded: case.clone(),
                recorded_effects: Effects::new(),
                draft_effects: Effects::new(),
            });
        }
    }

    fn differ(&mut self, entry: &Entry, event: Option<&Event>) {
        self.result.verdict = Verdict::Different;
        if self.result.first.is_none() {
            let event = event.map_or_else(|| entry.input.name().to_owned(), name);
            self.result.first = Some(First { event, entry: entry.number });
        }
    }

    fn sides(&self) -> Option<(&Case, Sides<'_>)> {
        let (apart, case) = (self.apart.as_ref()?, self.case.as_ref()?);
        let sides = Sides {
            names: self.names,
            recorded: &apart.recorded,
            draft: case,
            recorded_effects: &apart.recorded_effects,
            draft_effects: &apart.draft_effects,
        };
        Some((case, sides))
    }

    /// A recorded input that is no timer's notice and no adoption.
    fn input(&mut self, entry: &'a Entry) -> Result<(), Halt> {
        let input = match self.sides() {
            Some((_, sides)) => sides.input(&entry.input),
            None => Fate::Stepped(self.names.input(&entry.input)),
        };
        self.note_renamed(&entry.input);
        let input = match input {
            Fate::Stepped(input) => input,
            Fate::Gone(what) => return Err(self.stop(entry, Vec::new(), Some(what))),
            Fate::Unasked => {
                *self.result.unasked.entry(entry.input.name().to_owned()).or_default() += 1;
                self.count(&entry.events, true);
                self.follow(entry);
                return Ok(());
            }
        };
        let ctx = self.context(entry);
        match self.step(&entry.case, input, &ctx) {
            Ok(outcome) => {
                self.took(entry, outcome);
                Ok(())
            }
            Err(rejection) => {
                let missing = rejection.missing().iter().map(bare).collect();
                Err(self.stop(entry, missing, None))
            }
        }
    }

    fn note_renamed(&mut self, input: &Input) {
        if self.names.stages.is_empty() {
            return;
        }
        let named = match input {
            Input::Open(opening) => opening.stage.as_deref(),
            Input::Move(it) => Some(it.to.as_str()),
            Input::Close(it) => Some(it.stage.as_str()),
            Input::Reopen { stage, .. } => stage.as_deref(),
            Input::Merge(it) => it.stage.as_deref(),
            _ => None,
        };
        if let Some((old, new)) = named.and_then(|old| Some((old, self.names.renamed(old)?))) {
            self.result.renamed.insert(old.to_owned(), new.to_owned());
        }
    }

    fn context(&self, entry: &Entry) -> Context {
        Context {
            now: entry.at,
            actor: entry.actor.clone(),
            input_id: entry.input_id.clone(),
            switches: match self.names.stages.is_empty() {
                true => entry.switches.clone(),
                false => self.names.switches(&entry.switches),
            },
            absences: entry.absences.clone(),
        }
    }

    fn step(&self, id: &str, input: Input, ctx: &Context) -> Result<Outcome, Rejection> {
        match (&self.case, input) {
            (None, Input::Open(opening)) => self.draft.open(id, *opening, ctx),
            (Some(case), input) => self.draft.step(case, input, ctx),
            (None, _) => Err(Rejection::one(Missing::new("V-IN-case"))),
        }
    }

    /// An entry that the draft has as well.
    fn took(&mut self, entry: &Entry, outcome: Outcome) {
        let (case, made) = outcome.into_parts();
        self.count(&entry.events, true);
        self.count(&made.events, false);
        let recorded = if self.apart.is_none() { self.names.events(&entry.events) } else { Cow::default() };
        if self.apart.is_none() && !alike::all(&recorded, &made.events) {
            self.differ(entry, alike::first_difference(&recorded, &made.events));
            match &self.case {
                Some(_) => self.part(),
                // They differ from the opening on.
                None => {
                    let recorded = Case::blank(&entry.case, entry.at);
                    let (recorded_effects, draft_effects) = (Effects::new(), Effects::new());
                    self.apart = Some(Apart { recorded, recorded_effects, draft_effects });
                }
            }
        }
        self.follow(entry);
        self.keep(case, &made);
    }

    fn keep(&mut self, case: Case, made: &Entry) {
        if let Some(apart) = &mut self.apart {
            apart.draft_effects.extend(made.effects().map(|it| (effect_key(None, it), it.id.clone())));
        }
        self.case = Some(case);
    }

    fn count(&mut self, events: &[Event], recorded: bool) {
        let names = self.names;
        let rule = |rule: &str| if recorded { names.rule(rule).into_owned() } else { rule.to_owned() };
        let add = |counts: &mut BTreeMap<String, Count>, key: String| {
            let count = counts.entry(key).or_default();
            if recorded { count.recorded += 1 } else { count.draft += 1 }
        };
        for event in events {
            match event {
                Event::Triggered(mark) => add(&mut self.result.triggers, rule(&mark.trigger)),
                Event::Wished(wish) => add(&mut self.result.wishes, rule(&wish.trigger)),
                Event::Effect(effect) => add(&mut self.result.effects, effect_kind(&effect.act)),
                _ => {}
            }
        }
    }

    /// Where a person's input no longer fits.
    fn stop(&mut self, entry: &Entry, missing: Vec<Missing>, gone: Option<&'static str>) -> Halt {
        self.result.verdict = Verdict::Different;
        let recorded = self.apart.as_ref().map(|apart| &apart.recorded).or(self.case.as_ref());
        let stands = |case: &Case| (case.is_open(), case.visit.stage.clone());
        let alike = match (recorded, &self.case) {
            (Some(recorded), Some(case)) => {
                let (open, stage) = stands(recorded);
                (open, self.names.stage(&stage).to_owned()) == stands(case)
            }
            _ => false,
        };
        let moves = matches!(entry.input, Input::Move(_) | Input::Close(_));
        let closed = self.case.as_ref().filter(|case| !case.is_open());
        let was_open = recorded.is_some_and(Case::is_open);
        self.result.closed_earlier = closed.filter(|_| was_open).map(End::of);
        self.result.stop = Some(Stop {
            entry: entry.number,
            at: entry.at,
            input: entry.input.name().to_owned(),
            stage: self.case.as_ref().map(|case| case.visit.stage.clone()).unwrap_or_default(),
            held_up: moves && alike && gone.is_none(),
            missing,
            gone,
        });
        Halt::Stopped
    }

    /// The two as a whole, as far as they were run.
    fn compare(&mut self) {
        let (Some(apart), Some(case)) = (&self.apart, &self.case) else { return };
        let names = self.names;
        let mut passages: BTreeMap<Passage, Count> = BTreeMap::new();
        let mut add = |case: &Case, recorded: bool| {
            let ended = case.visits.iter().map(|it| (it.number, it.stage.as_str()));
            let last = (case.visit.number, case.visit.stage.as_str());
            let skipped = |number: u32| recorded && self.adopted_visits.contains(&number);
            let mut from: Option<&str> = None;
            for (number, stage) in ended.chain([last]) {
                let stage = if recorded { names.stage(stage) } else { stage };
                if let Some(from) = from.filter(|_| !skipped(number)) {
                    let key = Passage { from: from.to_owned(), to: stage.to_owned() };
                    let count = passages.entry(key).or_default();
                    if recorded { count.recorded += 1 } else { count.draft += 1 }
                }
                from = Some(stage);
            }
        };
        add(&apart.recorded, true);
        add(case, false);
        passages.retain(|_, count| count.recorded != count.draft);
        self.result.passages = passages;
        if self.result.stop.is_none() {
            let mut recorded = End::of(&apart.recorded);
            recorded.stage = names.stage(&recorded.stage).to_owned();
            let draft = End::of(case);
            if recorded != draft {
                self.result.ended = Some(Ended { recorded, draft });
            }
        }
    }
}

impl CaseResult {
    fn of(case: &str) -> Self {
        Self {
            case: case.to_owned(),
            verdict: Verdict::Same,
            stop: None,
            first: None,
            passages: BTreeMap::new(),
            ended: None,
            closed_earlier: None,
            triggers: BTreeMap::new(),
            wishes: BTreeMap::new(),
            effects: BTreeMap::new(),
            unasked: BTreeMap::new(),
            transferred: None,
            adopted: 0,
            renamed: BTreeMap::new(),
        }
    }
}

/// The arguments that say what a scenario asks, and nothing of the case.
const ASKED: [&str; 22] = [
    "among",
    "command",
    "condition",
    "document",
    "fact",
    "field",
    "from",
    "group",
    "item",
    "kind",
    "limit",
    "max",
    "min",
    "outcome",
    "pattern",
    "process",
    "reason",
    "requirement",
    "role",
    "stage",
    "state",
    "to",
];

/// What is missing, without the values of the case.
fn bare(it: &Missing) -> Missing {
    let args = it.args.iter().filter(|(name, _)| ASKED.contains(&name.as_str()));
    let mut bare = Missing::new(&it.code);
    bare.args = args.map(|(name, value)| (name.clone(), value.clone())).collect();
    bare.requirement.clone_from(&it.requirement);
    // Words with a place for a value say nothing without it.
    let filled = |text: &str| text.contains('{');
    // What a person planned has its id and its title from this case alone.
    let is_rule = |rule: &str| {
        ["/plan/", "/run/", "/enter/", "/leave/", "/trigger/"].iter().any(|it| rule.contains(it))
    };
    if it.requirement.as_ref().is_some_and(|rule| !is_rule(rule)) {
        bare.requirement = None;
        bare.args.remove("requirement");
        return bare;
    }
    let languages = ["en", "ru"];
    if !languages.into_iter().any(|language| filled(it.say.get(language))) {
        bare.say = it.say.clone();
    }
    bare
}

/// An event's name, as the journal writes it.
fn name(event: &Event) -> String {
    match serde_json::to_value(event) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(serde_json::Value::Object(parts)) => parts.into_iter().next().map(|it| it.0).unwrap_or_default(),
        _ => String::new(),
    }
}
