//! Values by which everything that is asked holds at once: a bounded search, in which the engine's own judge decides.

use super::ask::Ask;
use super::domain::{Literals, Var};
use crate::case::{Case, DocumentState, DocumentSum, FactState, Party};
use crate::engine::{InputNames, Judge};
use crate::{Actor, Moment, Scenario, Value};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How many judgements one search may take (C4).
const MAX_JUDGED: u32 = 3_000;
/// How many names may be chosen at once.
const MAX_VARS: usize = 12;
/// How many times what else is touched is let go as well.
const WIDEN: usize = 3;

/// What was chosen: only what is not so already.
pub(super) type Chosen = BTreeMap<Var, Option<Value>>;

/// The search for values.
pub(super) struct Solver<'s> {
    pub s: &'s Scenario,
    pub literals: Literals,
    /// How many judgements are left for the whole proof.
    pub left: Cell<u64>,
    domains: RefCell<BTreeMap<Var, Rc<Vec<Option<Value>>>>>,
}

/// Of whom and when it is asked.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub now: Moment,
    pub actor: &'a Actor,
    pub input: &'a InputNames<'a>,
    /// What nobody can choose now.
    pub fixed: Option<&'a BTreeSet<Var>>,
}

impl<'s> Solver<'s> {
    pub fn new(s: &'s Scenario, literals: Literals, budget: u64) -> Self {
        Self { s, literals, left: Cell::new(budget), domains: RefCell::default() }
    }

    fn domain(&self, var: &Var, now: Moment) -> Rc<Vec<Option<Value>>> {
        let known = self.domains.borrow().get(var).cloned();
        known.unwrap_or_else(|| {
            let values = Rc::new(self.literals.domain(self.s, var, now));
            self.domains.borrow_mut().insert(var.clone(), Rc::clone(&values));
            values
        })
    }

    /// Values by which all that is asked holds; none where none were found.
    pub fn solve(&self, case: &Case, by: Asker<'_>, asks: &[Ask<'s>]) -> Option<Chosen> {
        let read: Vec<Vec<Var>> = asks
            .iter()
            .map(|ask| {
                let mut vars = Vec::new();
                ask.vars(self.s, &mut vars);
                vars.retain(|var| by.fixed.is_none_or(|fixed| !fixed.contains(var)));
                vars
            })
            .collect();
        let mut free: Vec<Var> = Vec::new();
        let mut all_met = true;
        self.left.set(self.left.get().saturating_sub(asks.len() as u64));
        for (ask, vars) in asks.iter().zip(&read) {
            if ask.holds(&self.judge(case, by)) {
                continue;
            }
            if vars.is_empty() {
                return None;
            }
            all_met = false;
            add(&mut free, vars);
        }
        if all_met {
            return Some(Chosen::new());
        }
        for _ in 0..=WIDEN {
            if free.len() > MAX_VARS {
                return None;
            }
            // What is read by key is asked once the keys are known.
            free.sort_by_key(|var| self.is_keyed(var));
            if let Some(found) = self.attempt(case, by, asks, &read, &free) {
                return Some(found);
            }
            // What is met now may have to be met otherwise.
            let before = free.len();
            let touched: Vec<&Vec<Var>> =
                read.iter().filter(|vars| vars.iter().any(|var| free.contains(var))).collect();
            touched.into_iter().for_each(|vars| add(&mut free, vars));
            if free.len() == before {
                return None;
            }
        }
        None
    }

    fn is_keyed(&self, var: &Var) -> bool {
        match var {
            Var::Fact(position) => self.s.def.facts.at(*position).is_some_and(|(_, it)| !it.by.is_empty()),
            _ => false,
        }
    }

    fn attempt(
        &self,
        case: &Case,
        by: Asker<'_>,
        asks: &[Ask<'s>],
        read: &[Vec<Var>],
        free: &[Var],
    ) -> Option<Chosen> {
        // What is asked of the names chosen so far, at the last of them.
        let due = |at: usize| -> Vec<&Ask<'s>> {
            let chosen = free.get(..=at).unwrap_or_default();
            let last = free.get(at);
            let is_due = |vars: &[Var]| {
                last.is_some_and(|last| vars.contains(last))
                    && vars.iter().all(|var| chosen.contains(var) || !free.contains(var))
            };
            asks.iter().zip(read).filter(|(_, vars)| is_due(vars)).map(|(ask, _)| ask).collect()
        };
        let due: Vec<Vec<&Ask<'s>>> = (0..free.len()).map(due).collect();
        let mut trial = case.clone();
        let mut trying = Trying { solver: self, by, asks, free, due: &due, judged: 0 };
        // One alone before several together: what need not change stays.
        let one = free.len() > 1 && (0..free.len()).any(|at| trying.alone(at, &mut trial));
        if one {
            return Some(self.difference(case, &trial, free));
        }
        trying.choose(0, &mut trial).then(|| self.difference(case, &trial, free))
    }

    pub fn judge<'a>(&'a self, case: &'a Case, by: Asker<'a>) -> Judge<'a> {
        Judge { scenario: self.s, case, now: by.now, actor: by.actor, input: by.input }
    }

    fn difference(&self, case: &Case, trial: &Case, free: &[Var]) -> Chosen {
        let mut chosen = Chosen::new();
        for var in free {
            let (was, is) = (self.value(case, var), self.value(trial, var));
            if was != is {
                chosen.insert(var.clone(), is.flatten());
            }
        }
        chosen
    }

    /// What it is now: none where it is not known.
    fn value(&self, case: &Case, var: &Var) -> Option<Option<Value>> {
        let text = |text: &Option<String>| text.clone().map(Value::from);
        Some(match var {
            Var::Field(position) => {
                case.fields.get(self.s.def.fields.at(*position).map_or("", |(name, _)| name)).cloned()
            }
            Var::Fact(position) => {
                let name = self.s.def.facts.at(*position).map_or("", |(name, _)| name);
                let mut states = case.facts.iter().filter(|fact| fact.fact == name);
                let first = states.next()?;
                if first.unknown.is_some() {
                    return None;
                }
                first.value.clone()
            }
            Var::Party(role) => case.parties.get(role).map(|it| text(&it.reference).unwrap_or(false.into())),
            Var::Responsible => text(&case.responsible),
            Var::Team => text(&case.team),
            Var::Document(kind) => {
                let name = self.s.def.documents.at(*kind).map_or("", |(name, _)| name);
                let id = document_id(name);
                let it = case.documents.iter().find(|it| it.document == name && it.id == id)?;
                let mut record: BTreeMap<String, Value> = it
                    .sums
                    .iter()
                    .filter_map(|(name, sum)| Some((name.clone(), sum.value?.into())))
                    .collect();
                record.insert(String::new(), it.event.as_str().into());
                Some(Value::Record(record))
            }
        })
    }

    /// Sets it on a trial case.
    pub fn set(&self, trial: &mut Case, var: &Var, value: Option<&Value>, keys: &[(usize, Vec<Value>)]) {
        let text = || value.and_then(Value::as_text).map(str::to_owned);
        match var {
            Var::Field(position) => {
                let Some((name, _)) = self.s.def.fields.at(*position) else { return };
                match value {
                    Some(value) => drop(trial.fields.insert(name.to_owned(), value.clone())),
                    None => drop(trial.fields.remove(name)),
                }
            }
            Var::Fact(position) => {
                let Some((name, def)) = self.s.def.facts.at(*position) else { return };
                if def.by.is_empty() {
                    learn(trial, name, Vec::new(), value);
                }
                for (_, key) in keys.iter().filter(|(of, _)| of == position) {
                    learn(trial, name, key.clone(), value);
                }
            }
            Var::Party(role) => match value {
                Some(_) => {
                    let party = Party { reference: text(), contacts: Vec::new() };
                    drop(trial.parties.insert(role.clone(), party));
                }
                None => drop(trial.parties.remove(role)),
            },
            Var::Responsible => trial.responsible = text(),
            Var::Team => trial.team = text(),
            Var::Document(kind) => self.set_document(trial, *kind, value),
        }
    }

    fn set_document(&self, trial: &mut Case, kind: usize, value: Option<&Value>) {
        let Some((name, def)) = self.s.def.documents.at(kind) else { return };
        let id = document_id(name);
        trial.documents.retain(|it| it.document != name || it.id != id);
        let Some(Value::Record(record)) = value else { return };
        let event = record.get("").and_then(Value::as_text).unwrap_or_default().to_owned();
        let sums = record
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, value)| (name.clone(), DocumentSum { value: value.as_decimal(), sequence: None }))
            .collect();
        trial.documents.push(DocumentState {
            document: name.to_owned(),
            id,
            in_force: def.force_of(&event),
            event,
            at: trial.last_at,
            sequence: None,
            force_sequence: None,
            sums,
        });
    }

    /// The keys by which what is asked reads keyed facts on the case as it stands.
    pub fn keys(&self, case: &Case, by: Asker<'_>, asks: &[Ask<'s>]) -> Vec<(usize, Vec<Value>)> {
        let mut found = Vec::new();
        for program in asks.iter().flat_map(Ask::programs) {
            for (slot, key) in program.keyed_reads(&self.judge(case, by)) {
                if let Some(Var::Fact(position)) = super::domain::var_of(self.s, slot)
                    && !found.contains(&(position, key.clone()))
                {
                    found.push((position, key));
                }
            }
        }
        found
    }
}

/// The id of the one document of a kind that a run tells of.
pub(super) fn document_id(kind: &str) -> String {
    format!("{kind}-1")
}

/// One search.
struct Trying<'t, 's> {
    solver: &'t Solver<'s>,
    by: Asker<'t>,
    asks: &'t [Ask<'s>],
    free: &'t [Var],
    due: &'t [Vec<&'t Ask<'s>>],
    judged: u32,
}

impl Trying<'_, '_> {
    fn holds(&mut self, trial: &Case, ask: &Ask<'_>) -> bool {
        self.judged += 1;
        self.solver.left.set(self.solver.left.get().saturating_sub(price(trial)));
        ask.holds(&self.solver.judge(trial, self.by))
    }

    fn choose(&mut self, at: usize, trial: &mut Case) -> bool {
        let Some(var) = self.free.get(at) else {
            let asks = self.asks;
            return asks.iter().all(|ask| self.holds(trial, ask));
        };
        let kept = Kept::of(self.solver.s, trial, var);
        let domain = self.solver.domain(var, self.by.now);
        // First as it is, then the likeliest.
        for choice in std::iter::once(None).chain(domain.iter().map(Some)) {
            if self.judged > MAX_JUDGED || self.solver.left.get() == 0 {
                break;
            }
            if let Some(value) = choice {
                let keys = match var {
                    Var::Fact(_) if self.solver.is_keyed(var) => self.solver.keys(trial, self.by, self.asks),
                    _ => Vec::new(),
                };
                self.solver.set(trial, var, value.as_ref(), &keys);
            }
            let due = self.due.get(at).map_or(&[][..], Vec::as_slice);
            if due.iter().all(|ask| self.holds(trial, ask)) && self.choose(at + 1, trial) {
                return true;
            }
            kept.put_back(trial);
        }
        false
    }

    /// Whether another value of one name will do, which is then set.
    fn alone(&mut self, at: usize, trial: &mut Case) -> bool {
        let Some(var) = self.free.get(at).filter(|var| !self.solver.is_keyed(var)) else { return false };
        let kept = Kept::of(self.solver.s, trial, var);
        let domain = self.solver.domain(var, self.by.now);
        for value in domain.iter() {
            if self.judged > MAX_JUDGED || self.solver.left.get() == 0 {
                break;
            }
            self.solver.set(trial, var, value.as_ref(), &[]);
            let asks = self.asks;
            if asks.iter().all(|ask| self.holds(trial, ask)) {
                return true;
            }
        }
        kept.put_back(trial);
        false
    }
}

/// What it costs to judge something on a case: a condition may go through long lists within each other.
fn price(trial: &Case) -> u64 {
    let lists = trial
        .fields
        .values()
        .filter_map(|value| if let Value::List(all) = value { Some(all.len()) } else { None });
    let longest = lists.max().unwrap_or(0) as u64;
    1 + longest.saturating_pow(3) / 64
}

/// What a choice replaced.
enum Kept {
    Field(String, Option<Value>),
    Facts(Vec<FactState>),
    Party(String, Option<Party>),
    Responsible(Option<String>),
    Team(Option<String>),
    Documents(Vec<DocumentState>),
}

impl Kept {
    fn of(s: &Scenario, case: &Case, var: &Var) -> Self {
        match var {
            Var::Field(position) => {
                let name = s.def.fields.at(*position).map_or("", |(name, _)| name);
                Self::Field(name.to_owned(), case.fields.get(name).cloned())
            }
            Var::Fact(_) => Self::Facts(case.facts.clone()),
            Var::Party(role) => Self::Party(role.clone(), case.parties.get(role).cloned()),
            Var::Responsible => Self::Responsible(case.responsible.clone()),
            Var::Team => Self::Team(case.team.clone()),
            Var::Document(_) => Self::Documents(case.documents.clone()),
        }
    }

    fn put_back(&self, case: &mut Case) {
        match self {
            Self::Field(name, Some(value)) => drop(case.fields.insert(name.clone(), value.clone())),
            Self::Field(name, None) => drop(case.fields.remove(name)),
            Self::Facts(facts) => case.facts.clone_from(facts),
            Self::Party(role, Some(party)) => drop(case.parties.insert(role.clone(), party.clone())),
            Self::Party(role, None) => drop(case.parties.remove(role)),
            Self::Responsible(it) => case.responsible.clone_from(it),
            Self::Team(it) => case.team.clone_from(it),
            Self::Documents(it) => case.documents.clone_from(it),
        }
    }
}

fn add(free: &mut Vec<Var>, vars: &[Var]) {
    for var in vars {
        if !free.contains(var) {
            free.push(var.clone());
        }
    }
}

fn learn(trial: &mut Case, name: &str, key: Vec<Value>, value: Option<&Value>) {
    let place = trial.facts.binary_search_by(|known| (known.fact.as_str(), &known.key).cmp(&(name, &key)));
    let fact = FactState {
        fact: name.to_owned(),
        key,
        value: value.cloned(),
        unknown: None,
        since: trial.last_at,
        learnt_at: trial.last_at,
        source: None,
        sequence: None,
        sequences: BTreeMap::new(),
    };
    match place {
        Ok(at) => {
            if let Some(known) = trial.facts.get_mut(at) {
                *known = fact;
            }
        }
        Err(at) => trial.facts.insert(at, fact),
    }
}
