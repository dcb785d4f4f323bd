//! Who walks: the people, what they may, the steps that they take, and how much is left to spend.

use super::ask::Ask;
use super::domain::Var;
use super::run::{Step, case_id, input_id};
use super::solve::{Asker, Chosen, Solver};
use crate::case::{Case, Context, Event, FactReading, Fields, Input, Missing, Opening, Rejection};
use crate::engine::InputNames;
use crate::scenario::model::{Limit, Stage};
use crate::{Actor, Moment, Outcome, Scenario};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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

/// How many runs are kept of chains of the same triggers.
const MOST_ALIKE: usize = 4;

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
    /// The fields that somebody may edit, where no relation to the case decides.
    pub editable: RefCell<BTreeMap<usize, bool>>,
    /// How deep triggers are made to fire so that others can.
    pub depth: Cell<u32>,
}

/// What a step or a way gives.
pub(super) type Gone<T> = Result<T, Stuck>;

pub(super) fn stuck<T>(missing: Vec<Missing>) -> Gone<T> {
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
            // A few of each chain are enough to find a short one.
            let same = |it: &&Endless| it.chain.iter().collect::<BTreeSet<_>>() == chain.iter().collect();
            if self.endless.borrow().iter().filter(same).count() >= MOST_ALIKE {
                return;
            }
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
        // Most fields are open to all, and few rights hang on the case.
        for (position, field) in self.s.fields.iter().enumerate() {
            if field.see.is_none() && field.edit.is_none() {
                continue;
            }
            let by_case = field.see.iter().chain(&field.edit).any(|limit| limit.when.is_some());
            let known = self.editable.borrow().get(&position).copied().filter(|_| !by_case);
            let is_free = known.unwrap_or_else(|| {
                let mut people = self.walkers().iter();
                people.any(|actor| may(actor, &field.see) && may(actor, &field.edit))
            });
            self.editable.borrow_mut().insert(position, is_free);
            if !is_free {
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
    pub fn reporter(&self, case: &Case) -> Option<Actor> {
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
    pub fn readings(&self, trial: &Case, chosen: &Chosen) -> Vec<FactReading> {
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
}
