//! Walking one way on a real case: whatever the engine says is missing is brought about, then the move is made.

use super::ask::{Ask, MOVE};
use super::domain::Var;
use super::run::{Step, case_id, input_id};
use super::solve::{Asker, Chosen, Solver, document_id};
use crate::case::{
    Case, CloseInput, Context, DocumentInput, DoneInput, Event, FactReading, FactsInput, Fields,
    FinishedInput, Input, Missing, MoveInput, Opening, Party, Rejection,
};
use crate::engine::{InputNames, Mover, excluded, find_plan, find_requirement};
use crate::scenario::def::StageOutcome;
use crate::scenario::model::{Edge, Limit, Stage};
use crate::scenario::names::Meaning;
use crate::{Actor, Moment, Outcome, Scenario, Value};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How many times what is missing is brought about on one way.
const ROUNDS: usize = 12;
/// How many persons are asked to walk one way.
const MOVERS: usize = 2;
/// Between two steps.
const MINUTE: i64 = 60_000;

/// What must not happen on a run that answers a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Avoid {
    #[default]
    Nothing,
    /// An accepted result of this process.
    Process(String),
    /// Standing on this stage.
    Stage(String),
    /// An activity of this item's rule, done well.
    Item(String),
    /// An activity of this kind, done well.
    Kind(String),
}

impl Avoid {
    pub fn forbids(&self, case: &Case) -> bool {
        match self {
            Self::Nothing => false,
            Self::Process(id) => {
                case.processes.iter().any(|run| (run.hook == *id || run.process == *id) && run.is_good())
            }
            Self::Stage(id) => case.visit.stage == *id || case.visits.iter().any(|visit| visit.stage == *id),
            Self::Item(rule) => {
                case.finished.iter().any(|it| it.rule.as_deref() == Some(rule) && it.is_good())
            }
            Self::Kind(kind) => case.finished.iter().any(|it| it.kind == *kind && it.is_good()),
        }
    }
}

/// A case on its way, and the steps that brought it here.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    /// Where it began.
    pub from: Rc<Case>,
    pub case: Rc<Case>,
    /// The steps since.
    pub steps: Vec<Step>,
}

impl Trail {
    /// A trail that begins here.
    pub fn at(case: Rc<Case>) -> Self {
        Self { from: Rc::clone(&case), case, steps: Vec::new() }
    }
}

/// Why a way was not gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Stuck {
    pub missing: Vec<Missing>,
}

/// A step that ran into a cascade without end, the steps before it since a case that was reached, and the chain (T5).
#[derive(Debug, Clone)]
pub(super) struct Endless {
    pub from: Rc<Case>,
    pub steps: Vec<Step>,
    pub chain: Vec<String>,
}

/// Who walks, by whose rules, and how much is left to spend.
pub(super) struct Walker<'s> {
    pub s: &'s Scenario,
    pub solver: Solver<'s>,
    pub people: Vec<Actor>,
    /// Who moves and edits, where a question names somebody; hosts report all the same.
    pub movers: Option<Vec<Actor>>,
    pub avoid: Avoid,
    pub start: Moment,
    /// How many steps are left for the whole proof.
    pub left: Cell<u32>,
    pub endless: RefCell<Vec<Endless>>,
    /// How deep triggers are made to fire so that others can.
    pub depth: Cell<u32>,
}

/// What a step or a way gives.
pub(super) type Gone<T> = Result<T, Stuck>;

fn stuck<T>(missing: Vec<Missing>) -> Gone<T> {
    Err(Stuck { missing })
}

impl<'s> Walker<'s> {
    /// Whether nothing is left to spend.
    pub fn is_spent(&self) -> bool {
        self.left.get() == 0 || self.solver.left.get() == 0
    }

    pub fn walkers(&self) -> &[Actor] {
        self.movers.as_deref().unwrap_or(&self.people)
    }

    pub fn stage(&self, case: &Case) -> Option<(usize, &'s Stage)> {
        let here = self.s.stage_index(&case.visit.stage)?;
        self.s.stages.get(here).map(|stage| (here, stage))
    }

    pub fn asker<'a>(&self, case: &Case, actor: &'a Actor, input: &'a InputNames<'a>) -> Asker<'a> {
        Asker { now: case.last_at.plus_millis(MINUTE), actor, input, fixed: None }
    }

    /// Steps the case for real; what is to be avoided counts as refused.
    pub fn step(&self, trail: &mut Trail, actor: &Actor, input: Input) -> Gone<()> {
        let at = trail.case.last_at.plus_millis(MINUTE);
        self.step_at(trail, actor, input, at)
    }

    pub fn step_at(&self, trail: &mut Trail, actor: &Actor, input: Input, at: Moment) -> Gone<()> {
        let at = at.max(trail.case.last_at);
        let ctx = Context::new(at, actor.clone(), input_id(trail.case.revision + 1));
        let step = Step { at, actor: actor.clone(), input };
        if self.is_spent() {
            return stuck(Vec::new());
        }
        self.left.set(self.left.get() - 1);
        let done = self.s.step(&trail.case, step.input.clone(), &ctx);
        self.take(trail, step, done)
    }

    fn take(&self, trail: &mut Trail, step: Step, done: Result<Outcome, Rejection>) -> Gone<()> {
        let endless = |chain: &[String]| {
            let mut steps = trail.steps.clone();
            steps.push(step.clone());
            let it = Endless { from: Rc::clone(&trail.from), steps, chain: chain.to_vec() };
            self.endless.borrow_mut().push(it);
        };
        match done {
            Ok(outcome) => {
                for event in &outcome.entry().events {
                    if let Event::CascadeUndone { chain } = event {
                        endless(chain);
                    }
                }
                if self.avoid.forbids(outcome.case()) {
                    return stuck(Vec::new());
                }
                trail.case = Rc::new(outcome.into_parts().0);
                trail.steps.push(step);
                Ok(())
            }
            Err(rejection) => {
                if rejection.code() == "V-T5-endless" {
                    endless(rejection.chain());
                }
                stuck(rejection.missing().to_vec())
            }
        }
    }

    /// Opens a case on the first stage, so that all that is asked holds; without `asks` as it comes.
    pub fn open(&self, extra: &[Ask<'s>]) -> Gone<Trail> {
        let Some(first) = self.s.stages.iter().find(|stage| stage.is_ordinary()) else {
            return stuck(Vec::new());
        };
        let mut why = Stuck::default();
        let blank = Case::blank(case_id(), self.start);
        let names = InputNames { kind: "open", ..InputNames::default() };
        for actor in self.allowed(&blank, self.s.rights.open.as_ref(), None).take(4) {
            let mut asks: Vec<Ask<'s>> = first.enter.iter().map(Ask::Need).collect();
            asks.extend(extra);
            let by = Asker { now: self.start, actor: &actor, input: &names, fixed: None };
            let Some(chosen) = self.solver.solve(&blank, by, &asks) else { continue };
            let mut trial = blank.clone();
            self.apply(&mut trial, by, &chosen, &asks);
            let mut opening = Opening {
                fields: self.fields(&chosen),
                facts: self.readings(&trial, &chosen),
                responsible: trial.responsible.clone(),
                team: trial.team.clone(),
                ..Opening::default()
            };
            opening.parties.clone_from(&trial.parties);
            // What was read for the opening needs no right to report.
            opening.read = u32::try_from(opening.facts.len()).unwrap_or(0);
            match self.open_by(&actor, opening) {
                Ok(trail) => return Ok(trail),
                Err(it) => why = it,
            }
        }
        Err(why)
    }

    /// Opens a case with nothing known as a request from a channel, which nobody turns away (M14).
    pub fn take_in(&self) -> Gone<Trail> {
        let opening = Opening { intake: true, ..Opening::default() };
        let blank = Case::blank(case_id(), self.start);
        let mut why = Stuck::default();
        for actor in self.allowed(&blank, self.s.rights.report.as_ref(), None).take(2) {
            match self.open_by(&actor, opening.clone()) {
                Ok(trail) => return Ok(trail),
                Err(it) => why = it,
            }
        }
        Err(why)
    }

    fn open_by(&self, actor: &Actor, opening: Opening) -> Gone<Trail> {
        if self.is_spent() {
            return stuck(Vec::new());
        }
        self.left.set(self.left.get() - 1);
        let mut trail = Trail::at(Rc::new(Case::blank(case_id(), self.start)));
        let ctx = Context::new(self.start, actor.clone(), input_id(1));
        let done = self.s.open(case_id(), opening.clone(), &ctx);
        let step = Step { at: self.start, actor: actor.clone(), input: Input::Open(Box::new(opening)) };
        self.take(&mut trail, step, done)?;
        Ok(trail)
    }

    /// Those whom a right lets, whoever is named first before all.
    pub fn allowed(
        &self,
        case: &Case,
        limit: Option<&Limit>,
        first: Option<&Actor>,
    ) -> impl Iterator<Item = Actor> + use<'s> {
        let names = InputNames::default();
        let fits = |actor: &Actor| self.solver.judge(case, self.asker(case, actor, &names)).may(limit);
        let all = first.into_iter().chain(self.walkers());
        let found: Vec<Actor> = all.filter(|actor| fits(actor)).cloned().collect();
        found.into_iter()
    }

    /// What nobody can choose now: fields that nobody may edit, facts that nobody reports.
    pub fn fixed(&self, case: &Case) -> BTreeSet<Var> {
        let names = InputNames::default();
        let may = |actor: &Actor, limit: &Option<Limit>| {
            self.solver.judge(case, self.asker(case, actor, &names)).may(limit.as_ref())
        };
        let mut fixed = BTreeSet::new();
        for (position, field) in self.s.fields.iter().enumerate() {
            let free = field.see.is_none() && field.edit.is_none();
            let mut people = self.walkers().iter();
            if !free && !people.any(|actor| may(actor, &field.see) && may(actor, &field.edit)) {
                fixed.insert(Var::Field(position));
            }
        }
        if self.reporter(case).is_none() {
            fixed.extend((0..self.s.def.facts.len()).map(Var::Fact));
            fixed.extend((0..self.s.def.documents.len()).map(Var::Document));
        }
        fixed
    }

    /// Who reports: a host, which no question limits.
    fn reporter(&self, case: &Case) -> Option<Actor> {
        let names = InputNames::default();
        let limit = self.s.rights.report.as_ref();
        let fits = |actor: &&Actor| self.solver.judge(case, self.asker(case, actor, &names)).may(limit);
        self.people.iter().find(fits).cloned()
    }

    /// Sets on a trial case what was chosen.
    pub fn apply(&self, trial: &mut Case, by: Asker<'_>, chosen: &Chosen, asks: &[Ask<'s>]) {
        let is_fact = |var: &Var| matches!(var, Var::Fact(_));
        for (var, value) in chosen.iter().filter(|(var, _)| !is_fact(var)) {
            self.solver.set(trial, var, value.as_ref(), &[]);
        }
        let keys = self.solver.keys(trial, by, asks);
        for (var, value) in chosen.iter().filter(|(var, _)| is_fact(var)) {
            self.solver.set(trial, var, value.as_ref(), &keys);
        }
    }

    pub fn fields(&self, chosen: &Chosen) -> Fields {
        let name = |var: &Var| match var {
            Var::Field(position) => self.s.def.fields.at(*position).map(|(name, _)| name.to_owned()),
            _ => None,
        };
        chosen.iter().filter_map(|(var, value)| Some((name(var)?, value.clone()))).collect()
    }

    /// The facts that were chosen, as a trial case knows them.
    fn readings(&self, trial: &Case, chosen: &Chosen) -> Vec<FactReading> {
        let is_chosen = |name: &str| {
            self.s.def.facts.position(name).is_some_and(|at| chosen.contains_key(&Var::Fact(at)))
        };
        let reading = |fact: &crate::case::FactState| FactReading {
            fact: fact.fact.clone(),
            key: fact.key.clone(),
            value: fact.value.clone(),
            unknown: None,
            since: None,
        };
        trial.facts.iter().filter(|fact| is_chosen(&fact.fact)).map(reading).collect()
    }

    /// What the way asks that values can meet.
    pub fn asks_of(&self, case: &Case, here: usize, to: usize) -> Vec<Ask<'s>> {
        let mut asks = Vec::new();
        let (Some(from), Some(target), Some(edge)) =
            (self.s.stages.get(here), self.s.stages.get(to), self.s.edge(here, to))
        else {
            return asks;
        };
        asks.extend(edge.condition.as_ref().map(|condition| Ask::Holds(MOVE, condition)));
        let forward = is_forward(from, target);
        if forward {
            asks.extend(from.leave.iter().map(Ask::Need));
        }
        asks.extend(target.enter.iter().map(Ask::Need));
        if forward && self.s.def.jumps_meet_skipped {
            for stage in skipped(self.s, from, target) {
                asks.extend(stage.enter.iter().chain(&stage.leave).map(Ask::Need));
            }
        }
        if forward {
            let debts = case.debts.iter().filter_map(|debt| find_requirement(self.s, &debt.requirement));
            asks.extend(debts.map(Ask::Need));
        }
        asks
    }

    /// Moves or closes by hand, bringing about first what is missing; ends where the case then stands.
    pub fn by_hand(&self, from: &Trail, to: usize, extra: &[Ask<'s>]) -> Gone<Trail> {
        let Some((here, _)) = self.stage(&from.case) else { return stuck(Vec::new()) };
        let (Some(edge), Some(target)) = (self.s.edge(here, to), self.s.stages.get(to)) else {
            return stuck(Vec::new());
        };
        let mut why = Stuck { missing: vec![Missing::new("V-M1-right").arg("to", target.id.as_str())] };
        for (actor, right) in self.movers_of(&from.case, edge, target) {
            let mut asks: Vec<Ask<'s>> = right.into_iter().map(Ask::Right).collect();
            asks.extend(extra);
            match self.walk(from, here, to, Some(&actor), &asks) {
                Ok(trail) => return Ok(trail),
                Err(it) => why = it,
            }
            if self.is_spent() {
                break;
            }
        }
        Err(why)
    }

    /// Who may go a way, those first who may already; beside each the relation that must be brought about.
    fn movers_of(&self, case: &Case, edge: &'s Edge, target: &Stage) -> Vec<(Actor, Option<&'s Limit>)> {
        let general = if target.is_ordinary() { &self.s.rights.r#move } else { &self.s.rights.close };
        let limit = edge.who.as_ref().or(general.as_ref());
        let names = InputNames::default();
        let mut may = Vec::new();
        let mut might = Vec::new();
        for actor in self.walkers() {
            if excluded(case, &actor.id, edge.not_by.iter()).is_some() {
                continue;
            }
            let judge = self.solver.judge(case, self.asker(case, actor, &names));
            match limit {
                Some(it) if !judge.fits(it) => {
                    if it.when.is_some() {
                        might.push((actor.clone(), Some(it)));
                    }
                }
                _ => may.push((actor.clone(), None)),
            }
        }
        // Whoever it is makes a difference only where conditions ask who acts.
        let asks = self.asks_of(case, self.s.stage_index(&case.visit.stage).unwrap_or(0), edge.to);
        let personal = asks.iter().flat_map(Ask::programs).any(|program| {
            program
                .slots()
                .iter()
                .any(|slot| matches!(self.s.names.meanings.get(slot.0 as usize), Some(Meaning::Actor(_))))
        });
        let take = if personal { usize::MAX } else { MOVERS };
        // Who has every role comes last, and may edit what the others may not.
        let last = may.last().cloned().filter(|_| may.len() > take);
        may.truncate(take);
        may.extend(last);
        might.truncate(MOVERS + 1);
        may.extend(might);
        may
    }

    /// Brings about what a way asks; with somebody, and makes the move; without, until a trigger's wish has moved it.
    pub fn walk(
        &self,
        from: &Trail,
        here: usize,
        to: usize,
        actor: Option<&Actor>,
        extra: &[Ask<'s>],
    ) -> Gone<Trail> {
        let mut trail = from.clone();
        let mut persons: Vec<Ask<'s>> = Vec::new();
        let mut why = Vec::new();
        let scenario = Actor { id: "trigger".to_owned(), ..Actor::default() };
        let who = actor.unwrap_or(&scenario);
        let names = InputNames { kind: "move", ..InputNames::default() };
        for _ in 0..ROUNDS {
            if self.is_spent() {
                break;
            }
            if self.has_left(from, &trail) {
                return Ok(trail);
            }
            let fixed = self.fixed(&trail.case);
            let by = Asker { fixed: Some(&fixed), ..self.asker(&trail.case, who, &names) };
            let mut asks = self.asks_of(&trail.case, here, to);
            asks.extend(extra);
            asks.extend(&persons);
            let Some((chosen, asks)) = self.choose(&trail.case, by, here, to, &asks) else {
                if matches!(self.push(&mut trail, who, &asks), Ok(true)) {
                    continue;
                }
                let by = self.asker(&trail.case, who, &names);
                let judge = self.solver.judge(&trail.case, by);
                let mover = actor.map_or(Mover::Scenario, |_| Mover::Actor { r#override: None });
                return stuck(judge.move_to(here, to, mover).err().unwrap_or_default());
            };
            let mut trial = Case::clone(&trail.case);
            self.apply(&mut trial, by, &chosen, &asks);
            let judge = self.solver.judge(&trial, by);
            let mover = actor.map_or(Mover::Scenario, |_| Mover::Actor { r#override: None });
            let missing = judge.move_to(here, to, mover).err().unwrap_or_default();
            let revision = trail.case.revision;
            let more = self.persons_of(&missing, &persons);
            persons.extend(more);
            // What the stage plans and starts by these values must be there before it can be done.
            let early = missing.iter().any(|it| it.code.starts_with("V-A7-") || is_not_started(it));
            self.tell(&mut trail, who, &trial, &chosen)?;
            if self.has_left(from, &trail) {
                return Ok(trail);
            }
            let fields = self.fields(&chosen);
            if missing.is_empty() || early || actor.is_none() {
                let kept = self.set_outside(&mut trail, who, fields, early || actor.is_none())?;
                if self.has_left(from, &trail) {
                    return Ok(trail);
                }
                if let (Some(actor), true) = (actor, missing.is_empty()) {
                    match self.move_on(&mut trail, actor, to, kept) {
                        Ok(()) => return Ok(trail),
                        Err(it) => why = it.missing,
                    }
                }
            }
            why = if missing.is_empty() { why } else { missing.clone() };
            for it in &missing {
                self.bring_about(&mut trail, who, it, here)?;
                if self.has_left(from, &trail) {
                    return Ok(trail);
                }
            }
            // A round that has told the case nothing new will not do so in the next.
            if trail.case.revision == revision && !early {
                break;
            }
        }
        stuck(why)
    }

    /// Whether the case stands no longer where it began to walk.
    fn has_left(&self, from: &Trail, trail: &Trail) -> bool {
        trail.case.visit.number != from.case.visit.number || trail.case.is_open() != from.case.is_open()
    }

    /// Values for all that is asked; where they can be, such that no process is waited for.
    fn choose(
        &self,
        case: &Case,
        by: Asker<'_>,
        here: usize,
        to: usize,
        asks: &[Ask<'s>],
    ) -> Option<(Chosen, Vec<Ask<'s>>)> {
        let (Some(from), Some(target)) = (self.s.stages.get(here), self.s.stages.get(to)) else {
            return None;
        };
        let hooks = from.hooks.iter().filter(|hook| hook.def.awaited && hook.when.is_some());
        let free: Vec<Ask<'s>> = hooks.filter(|_| is_forward(from, target)).map(Ask::Free).collect();
        if !free.is_empty() {
            let mut all = asks.to_vec();
            all.extend(free);
            if let Some(chosen) = self.solver.solve(case, by, &all) {
                return Some((chosen, all));
            }
        }
        self.solver.solve(case, by, asks).map(|chosen| (chosen, asks.to_vec()))
    }

    /// What groups ask that have nobody to ask.
    fn persons_of(&self, missing: &[Missing], known: &[Ask<'s>]) -> Vec<Ask<'s>> {
        let held = missing.iter().filter(|it| it.code.starts_with("V-A7-"));
        let rules = held.filter_map(|it| it.requirement.as_deref());
        let plans = rules.filter_map(|rule| find_plan(self.s, rule, |plan| plan.group.is_some()));
        plans.filter(|plan| !known.iter().any(|ask| ask.rule() == plan.rule)).map(Ask::Persons).collect()
    }

    /// Tells the case what was chosen, but for fields.
    pub fn tell(&self, trail: &mut Trail, who: &Actor, trial: &Case, chosen: &Chosen) -> Gone<()> {
        let values = self.readings(trial, chosen);
        if !values.is_empty() {
            let reporter = self.reporter(&trail.case).ok_or_else(no_reporter)?;
            let input = Input::Facts(FactsInput { values, ..FactsInput::default() });
            self.step(trail, &reporter, input)?;
        }
        for (var, value) in chosen {
            match var {
                Var::Party(role) => {
                    let reference = value.as_ref().and_then(Value::as_text).map(str::to_owned);
                    let party = value.as_ref().map(|_| Party { reference, contacts: Vec::new() });
                    let input = Input::Party { role: role.clone(), party };
                    self.by_right(trail, self.s.rights.contacts.as_ref(), Some(who), input)?;
                }
                Var::Document(kind) => {
                    let Some((document, _)) = self.s.def.documents.at(*kind) else { continue };
                    let Some(Value::Record(record)) = value else { continue };
                    let event = record.get("").and_then(Value::as_text).unwrap_or_default().to_owned();
                    let data: BTreeMap<String, Value> = record
                        .iter()
                        .filter(|(name, _)| !name.is_empty())
                        .map(|(n, v)| (n.clone(), v.clone()))
                        .collect();
                    let input = Input::Document(DocumentInput {
                        document: document.to_owned(),
                        id: document_id(document),
                        event,
                        data,
                        ..DocumentInput::default()
                    });
                    let reporter = self.reporter(&trail.case).ok_or_else(no_reporter)?;
                    self.step(trail, &reporter, input)?;
                }
                _ => {}
            }
        }
        if chosen.contains_key(&Var::Responsible) || chosen.contains_key(&Var::Team) {
            let team = trial.team.clone().filter(|_| chosen.contains_key(&Var::Team));
            let input = Input::HandOver { to: trial.responsible.clone(), team, keep_activities: false };
            self.by_right(trail, self.s.rights.hand_over.as_ref(), Some(who), input)?;
        }
        Ok(())
    }

    /// Does it by the first of those who may.
    pub fn by_right(
        &self,
        trail: &mut Trail,
        limit: Option<&Limit>,
        first: Option<&Actor>,
        input: Input,
    ) -> Gone<()> {
        let mut why = Stuck::default();
        for actor in self.allowed(&trail.case, limit, first).take(2) {
            match self.step(trail, &actor, input.clone()) {
                Ok(()) => return Ok(()),
                Err(it) => why = it,
            }
        }
        Err(why)
    }

    /// Sets the fields that this person may not edit by somebody who may; all of them where it is early. What
    /// remains is to go with the move.
    pub fn set_outside(&self, trail: &mut Trail, who: &Actor, fields: Fields, all: bool) -> Gone<Fields> {
        let names = InputNames::default();
        let (mut kept, mut others) = (Fields::new(), Fields::new());
        for (name, value) in fields {
            let may = self.s.field(&name).is_some_and(|field| {
                let judge = self.solver.judge(&trail.case, self.asker(&trail.case, who, &names));
                judge.may(field.see.as_ref()) && judge.may(field.edit.as_ref())
            });
            if may && !all {
                kept.insert(name, value)
            } else {
                others.insert(name, value)
            };
        }
        if others.is_empty() {
            return Ok(kept);
        }
        let editors: Vec<Actor> = std::iter::once(who).chain(self.walkers()).cloned().collect();
        let may_all = |actor: &&Actor, trail: &Trail| {
            let judge = self.solver.judge(&trail.case, self.asker(&trail.case, actor, &names));
            others
                .keys()
                .filter_map(|name| self.s.field(name))
                .all(|field| judge.may(field.see.as_ref()) && judge.may(field.edit.as_ref()))
        };
        if let Some(actor) = editors.iter().find(|actor| actor.id != "trigger" && may_all(actor, trail)) {
            self.step(trail, actor, Input::Set { fields: others })?;
            return Ok(kept);
        }
        // One by one, where nobody may edit them all.
        for (name, value) in others {
            let one: Fields = std::iter::once((name, value)).collect();
            let mut why = Stuck::default();
            let done = editors.iter().filter(|actor| actor.id != "trigger").any(|actor| {
                match self.step(trail, actor, Input::Set { fields: one.clone() }) {
                    Ok(()) => true,
                    Err(it) => {
                        why = it;
                        false
                    }
                }
            });
            if !done {
                return Err(why);
            }
        }
        Ok(kept)
    }

    /// The move or closing itself.
    fn move_on(&self, trail: &mut Trail, actor: &Actor, to: usize, fields: Fields) -> Gone<()> {
        let Some(target) = self.s.stages.get(to) else { return stuck(Vec::new()) };
        let Some(outcome) = target.outcome else {
            let input = MoveInput { to: target.id.clone(), fields, r#override: None };
            return self.step(trail, actor, Input::Move(input));
        };
        let (reason, comment) = self.reason(&trail.case, outcome);
        let input = CloseInput { stage: target.id.clone(), reason, comment, fields, r#override: None };
        self.step(trail, actor, Input::Close(input))
    }

    /// The first reason that fits (X1).
    fn reason(&self, case: &Case, outcome: StageOutcome) -> (Option<String>, Option<String>) {
        let void = outcome == StageOutcome::Void;
        if !void && outcome != StageOutcome::Lost {
            return (None, None);
        }
        let fits = |reason: &crate::scenario::def::ReasonDef| {
            reason.void == void && (reason.stages.is_empty() || reason.stages.contains(&case.visit.stage))
        };
        let found = self.s.def.reasons.iter().find(|(_, reason)| fits(reason));
        let comment = found.filter(|(_, reason)| reason.comment_required).map(|_| "as it was".to_owned());
        (found.map(|(id, _)| id.to_owned()), comment)
    }

    /// Brings about one thing that values cannot: an activity done, a process finished.
    fn bring_about(&self, trail: &mut Trail, who: &Actor, it: &Missing, here: usize) -> Gone<()> {
        let arg = |name: &str| it.args.get(name).and_then(Value::as_text);
        match it.code.as_str() {
            "V-M3-activity" => {
                let id = arg("activity").unwrap_or_default();
                if trail.case.open_activity(id).is_none() {
                    let input = Input::ReopenActivity { activity: id.to_owned() };
                    self.by_right(trail, self.s.rights.activities.as_ref(), Some(who), input)?;
                }
                self.do_activity(trail, id, who, None)
            }
            "V-M3-group" => {
                let id = arg("id").unwrap_or_default().to_owned();
                let open = trail.case.activities.iter().find(|it| it.group.as_deref() == Some(&id));
                let open = open.map(|it| it.id.clone());
                open.map_or(Ok(()), |activity| self.do_activity(trail, &activity, who, None))
            }
            "V-M11-debt" => {
                let debt = arg("debt").unwrap_or_default();
                let debt = trail.case.debts.iter().find(|it| it.id == debt);
                let activity =
                    debt.and_then(|debt| debt.missing.args.get("activity")?.as_text()).map(str::to_owned);
                activity.map_or(Ok(()), |activity| self.do_activity(trail, &activity, who, None))
            }
            _ => {
                let Some(rule) = &it.requirement else { return Ok(()) };
                let hooks = self.s.stages.get(here).map_or(&[][..], |stage| &stage.hooks);
                let Some(hook) = hooks.iter().find(|hook| hook.rule == *rule && hook.def.awaited) else {
                    return Ok(());
                };
                let running = trail.case.processes.iter().find(|run| run.rule == *rule && run.is_running());
                match running.map(|run| run.id.clone()) {
                    Some(run) => {
                        let result = hook.def.good.first().map_or("good", String::as_str);
                        self.finish(trail, &run, result, true)
                    }
                    None => {
                        let input = Input::StartProcess { process: hook.id.clone() };
                        self.step(trail, who, input)
                    }
                }
            }
        }
    }

    /// Finishes a process as its host would.
    pub fn finish(&self, trail: &mut Trail, run: &str, result: &str, good: bool) -> Gone<()> {
        self.finish_with(trail, run, result, good, BTreeMap::new())
    }

    /// The same with what comes back.
    pub fn finish_with(
        &self,
        trail: &mut Trail,
        run: &str,
        result: &str,
        good: bool,
        fields: BTreeMap<String, Value>,
    ) -> Gone<()> {
        let reporter = self.reporter(&trail.case).ok_or_else(no_reporter)?;
        let process = run.to_owned();
        let input = FinishedInput { process, result: result.to_owned(), good, fields };
        self.step(trail, &reporter, Input::Finished(input))
    }

    /// Does an activity by somebody who may, with an outcome: the first good one where none is named.
    pub fn do_activity(&self, trail: &mut Trail, id: &str, who: &Actor, outcome: Option<&str>) -> Gone<()> {
        let Some(it) = trail.case.open_activity(id).cloned() else { return Ok(()) };
        let outcomes = self.s.kinds.get(&it.kind).map_or(&[][..], |kind| &kind.outcomes);
        let found = match outcome {
            Some(wanted) => outcomes.iter().find(|(id, _)| id == wanted),
            None => outcomes.iter().find(|(_, outcome)| !outcome.bad),
        };
        let mut fields = Fields::new();
        for field in found.into_iter().flat_map(|(_, outcome)| &outcome.ask) {
            if trail.case.fields.contains_key(field) {
                continue;
            }
            let position = self.s.def.fields.position(field).unwrap_or(usize::MAX);
            let domain = self.solver.literals.domain(self.s, &Var::Field(position), self.start);
            fields.insert(field.clone(), domain.into_iter().flatten().next());
        }
        let outcome = found.map(|(id, _)| id.clone());
        let mut persons: Vec<Actor> = Vec::new();
        if let Some(person) = &it.assignee {
            let roles = self.walkers().last().map(|it| it.roles.clone()).unwrap_or_default();
            let known = self.people.iter().find(|actor| actor.id == *person).cloned();
            persons.push(known.unwrap_or(Actor { id: person.clone(), roles, ..Actor::default() }));
        }
        if let Some(role) = &it.role {
            persons.extend(self.walkers().iter().filter(|actor| actor.roles.contains(role)).cloned());
        }
        persons.push(who.clone());
        persons.extend(self.walkers().iter().cloned());
        let mut why = Stuck::default();
        let mut asked: Vec<String> = Vec::new();
        for actor in persons {
            if actor.id == "trigger" || asked.contains(&actor.id) {
                continue;
            }
            asked.push(actor.id.clone());
            let input = DoneInput {
                activity: id.to_owned(),
                outcome: outcome.clone(),
                note: None,
                fields: fields.clone(),
            };
            match self.step(trail, &actor, Input::Done(input)) {
                Ok(()) => return Ok(()),
                Err(it) => why = it,
            }
        }
        Err(why)
    }
}

/// Whether a process is awaited that nobody has started yet.
fn is_not_started(it: &Missing) -> bool {
    it.code == "V-M3-process" && it.args.get("state").and_then(Value::as_text) != Some("running")
}

fn no_reporter() -> Stuck {
    Stuck { missing: vec![Missing::new("V-G1-report")] }
}

/// Whether a way asks what leaving forward asks (M3).
pub(super) fn is_forward(from: &Stage, target: &Stage) -> bool {
    target.is_win() || (target.is_ordinary() && target.order > from.order)
}

/// The stages that a jump skips (M5).
pub(super) fn skipped<'s>(
    s: &'s Scenario,
    from: &'s Stage,
    target: &'s Stage,
) -> impl Iterator<Item = &'s Stage> {
    let between = move |stage: &&Stage| {
        stage.is_ordinary() && stage.order > from.order && (stage.order < target.order || target.is_win())
    };
    s.stages.iter().filter(between).filter(move |stage| stage.id != target.id)
}
