//! Questions that an author may ask of a scenario, and their answers.

use super::ask::Ask;
use super::barrier::{Barrier, Over, Way, reached};
use super::proving::walker;
use super::run::Run;
use super::search::Search;
use super::walk::is_forward;
use super::walker::Avoid;
use super::{Barred, Because, Budget, Why};
use crate::case::Case;
use crate::engine::find_requirement;
use crate::scenario::model::{Hook, Plan};
use crate::{Actor, Scenario};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// How many different cases are gone on from on one stage.
const CASES: usize = 4;

/// What a case is to win without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Without {
    /// An accepted result of this process: the hook's id, or the process's.
    Process(String),
    /// Standing on this stage.
    Stage(String),
    /// What a requirement asks, by its full name (`shipment/enter/paid`), when it wins.
    Requirement(String),
    /// What an item plans, done with a good outcome: its id, or its full name (`request/plan/clarify`).
    Item(String),
    /// An activity of this kind, done with a good outcome.
    Kind(String),
    /// A value in this field, when it wins.
    Field(String),
    /// Whatever the scenario calls so.
    Any(String),
}

/// A question to a scenario.
///
/// As a text: `win without approval`, `win without stage prepayment`, `reach shipment`,
/// `reach shipment from invoice as manager`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Question {
    /// Can anyone win (of a process or document: come to a good result) without this? Nobody overrides.
    WinWithout(Without),
    /// Can a case come to stand on a stage?
    Reach {
        /// The stage, or an outcome's.
        to: String,
        /// After it has stood on this one; from its opening where silent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Moved and worked on by people of this role alone, who report nothing: hosts do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
}

/// What the scenario says to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// Yes, and this is how: a shortest run that was found.
    Shown {
        /// The run.
        run: Run,
    },
    /// No, whatever the values: every way is barred.
    Impossible {
        /// What bars each.
        because: Vec<Because>,
    },
    /// No run was found, and none was ruled out.
    Possible {
        /// Whether the budget was spent before everything was looked at.
        exhausted: bool,
    },
}

/// A question that cannot be asked of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// It is written in no way that is known.
    #[error("no question: `{0}`; write `win without NAME` or `reach STAGE [from STAGE] [as ROLE]`")]
    Unknown(String),
    /// It names what the scenario does not have.
    #[error("the scenario has no {what} `{name}`")]
    NoSuch {
        /// What was named.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// It names what the scenario has several of.
    #[error("`{name}` is several things; write one of: {}", .as_one_of.join(", "))]
    Several {
        /// The name.
        name: String,
        /// How to name each.
        as_one_of: Vec<String>,
    },
}

impl Without {
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Process(name) => ("process", name),
            Self::Stage(name) => ("stage", name),
            Self::Requirement(name) => ("requirement", name),
            Self::Item(name) => ("item", name),
            Self::Kind(name) => ("kind", name),
            Self::Field(name) => ("field", name),
            Self::Any(name) => ("", name),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WinWithout(without) => {
                let (what, name) = without.parts();
                let space = if what.is_empty() { "" } else { " " };
                write!(f, "win without {what}{space}{name}")
            }
            Self::Reach { to, from, role } => {
                write!(f, "reach {to}")?;
                if let Some(from) = from {
                    write!(f, " from {from}")?;
                }
                role.as_ref().map_or(Ok(()), |role| write!(f, " as {role}"))
            }
        }
    }
}

impl FromStr for Question {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        let unknown = || QuestionError::Unknown(text.to_owned());
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["win", "without", name] => Ok(Self::WinWithout(Without::Any((*name).to_owned()))),
            ["win", "without", what, rest @ ..] if !rest.is_empty() => {
                // The full name of a rule without an id holds blanks.
                let name =
                    text.split_once(what).map(|(_, name)| name.trim().to_owned()).ok_or_else(unknown)?;
                Ok(Self::WinWithout(match *what {
                    "process" => Without::Process(name),
                    "stage" => Without::Stage(name),
                    "requirement" => Without::Requirement(name),
                    "item" => Without::Item(name),
                    "kind" => Without::Kind(name),
                    "field" => Without::Field(name),
                    _ => return Err(unknown()),
                }))
            }
            ["reach", to, rest @ ..] => {
                let (mut from, mut role) = (None, None);
                for pair in rest.chunks(2) {
                    match pair {
                        ["from", stage] if from.is_none() => from = Some((*stage).to_owned()),
                        ["as", name] if role.is_none() => role = Some((*name).to_owned()),
                        _ => return Err(unknown()),
                    }
                }
                Ok(Self::Reach { to: (*to).to_owned(), from, role })
            }
            _ => Err(unknown()),
        }
    }
}

/// Asks a scenario a question.
///
/// # Errors
/// When it names what the scenario does not have, or has several of.
///
/// # Examples
/// ```
/// use voronka::Scenario;
/// use voronka::foresight::proof::{Answer, ask};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scenario = Scenario::from_json(r#"{ "id": "small",
///     "fields": { "amount": { "type": "money", "currency": "RUB" } },
///     "stages": [
///         { "id": "offer", "leave": { "need": ["amount"] },
///           "run": [{ "process": "approval", "when": "fields.amount > 1000000", "await": true }] },
///         { "id": "won", "outcome": "won" }, { "id": "lost", "outcome": "lost" } ] }"#)
///     .map_err(|it| format!("{it:?}"))?;
/// let answer = ask(&scenario, &"win without approval".parse()?)?;
/// let Answer::Shown { run } = answer else { return Err("small amounts need none".into()) };
/// assert_eq!(run.steps.len(), 2); // opened, and won with a small amount
/// # Ok(()) }
/// ```
pub fn ask(scenario: &Scenario, question: &Question) -> Result<Answer, QuestionError> {
    ask_with(scenario, question, Budget::default())
}

/// The same with a budget of one's own.
///
/// # Errors
/// As [`ask`].
pub fn ask_with(scenario: &Scenario, question: &Question, budget: Budget) -> Result<Answer, QuestionError> {
    match question {
        Question::WinWithout(without) => {
            let without = resolve(scenario, without)?;
            Ok(win_without(scenario, &without, budget))
        }
        Question::Reach { to, from, role } => reach(scenario, to, from.as_deref(), role.as_deref(), budget),
    }
}

/// What is meant, by its full name.
fn resolve(s: &Scenario, without: &Without) -> Result<Without, QuestionError> {
    let (what, name) = without.parts();
    let hooks = || s.stages.iter().flat_map(|stage| &stage.hooks);
    let mut found: Vec<Without> = Vec::new();
    let wants = |wanted: &str| what.is_empty() || what == wanted;
    if wants("process") && hooks().any(|hook| hook.id == name || hook.def.process == name) {
        found.push(Without::Process(name.to_owned()));
    }
    if wants("stage") && s.stage_named(name).is_some() {
        found.push(Without::Stage(name.to_owned()));
    }
    if wants("requirement") && find_requirement(s, name).is_some() {
        found.push(Without::Requirement(name.to_owned()));
    }
    if wants("item") {
        let items = s.stages.iter().flat_map(|stage| &stage.items);
        let rules = items.filter(|item| item.item == name || item.rule == name).map(|item| &item.rule);
        found.extend(rules.map(|rule| Without::Item(rule.clone())));
    }
    if wants("kind") && s.kinds.contains_key(name) {
        found.push(Without::Kind(name.to_owned()));
    }
    if wants("field") && s.def.fields.get(name).is_some() {
        found.push(Without::Field(name.to_owned()));
    }
    match found.len() {
        1 => found.pop().ok_or_else(|| no_such("name", name)),
        0 if what.is_empty() => Err(no_such("process, stage, requirement, item, kind or field", name)),
        0 => Err(no_such(
            ["process", "stage", "requirement", "item", "kind", "field"]
                .into_iter()
                .find(|it| *it == what)
                .unwrap_or("name"),
            name,
        )),
        _ => Err(QuestionError::Several {
            name: name.to_owned(),
            as_one_of: found
                .iter()
                .map(|it| {
                    let (what, name) = it.parts();
                    format!("{what} {name}")
                })
                .collect(),
        }),
    }
}

fn no_such(what: &'static str, name: &str) -> QuestionError {
    QuestionError::NoSuch { what, name: name.to_owned() }
}

fn win_without(s: &Scenario, without: &Without, budget: Budget) -> Answer {
    let mut walker = walker(s, budget);
    if let Some(because) =
        never_without(s, &Barrier::new(s, walker.start, Over::Never, budget.judgements), without)
    {
        return Answer::Impossible { because };
    }
    walker.avoid = match without {
        Without::Process(id) => Avoid::Process(id.clone()),
        Without::Stage(id) => Avoid::Stage(id.clone()),
        Without::Item(rule) => Avoid::Item(rule.clone()),
        Without::Kind(kind) => Avoid::Kind(kind.clone()),
        _ => Avoid::Nothing,
    };
    let at_the_end = at_the_end(s, without);
    let is_win = |case: &Case| {
        let stage = s.stage_named(&case.visit.stage);
        if case.is_open() || !stage.is_some_and(crate::scenario::model::Stage::is_win) {
            return false;
        }
        let (names, nobody) = (crate::engine::InputNames::default(), Actor::default());
        let judge = walker.solver.judge(case, walker.asker(case, &nobody, &names));
        at_the_end.iter().all(|ask| ask.holds(&judge))
    };
    let extra = |to: usize| {
        let wins = s.stages.get(to).is_some_and(crate::scenario::model::Stage::is_win);
        if wins { at_the_end.clone() } else { Vec::new() }
    };
    let mut search = Search::new(&walker, CASES);
    drop(search.open());
    match search.run(&is_win, &extra) {
        Some(id) => Answer::Shown { run: search.run_to(id) },
        None => Answer::Possible { exhausted: walker.is_spent() },
    }
}

/// What must hold when a case wins, for it to have won without.
fn at_the_end<'s>(s: &'s Scenario, without: &Without) -> Vec<Ask<'s>> {
    match without {
        Without::Requirement(rule) => find_requirement(s, rule).map(Ask::Unmet).into_iter().collect(),
        Without::Field(name) => s.def.fields.position(name).map(Ask::Empty).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What bars every way to winning without; none where some way is not barred for certain.
fn never_without(s: &Scenario, barrier: &Barrier<'_>, without: &Without) -> Option<Vec<Because>> {
    let at_the_end = at_the_end(s, without);
    let mut all = barrier.ways();
    let returned = returned_to(s, &all);
    for way in &mut all {
        if way.barred.is_some() {
            continue;
        }
        let (Some(from), Some(target)) = (s.stages.get(way.from), s.stages.get(way.to)) else { continue };
        let forward = is_forward(from, target);
        let awaits = |hook: &&Hook| {
            let id = match without {
                Without::Process(id) => id,
                _ => return false,
            };
            hook.def.awaited && (hook.id == *id || hook.def.process == *id)
        };
        let clash = |rule: &str, condition: String| {
            Some(Barred::Clash { clash: vec![super::Clash { rule: rule.to_owned(), condition }] })
        };
        way.barred = match without {
            Without::Stage(id) if from.id == *id || target.id == *id => {
                clash("", format!("stage.id != '{id}'"))
            }
            Without::Process(_) if forward => from.hooks.iter().find(awaits).and_then(|hook| {
                let id = format!("!processes.{}.good", hook.id);
                match &hook.when {
                    None => clash(&hook.rule, id),
                    // It is awaited whatever the values with which this way can be gone.
                    Some(_) => barrier.barred(way.from, way.to, &[Ask::Free(hook)]),
                }
            }),
            Without::Item(rule) if forward => {
                let item = from.items.iter().find(|item| item.rule == *rule);
                item.filter(|item| must_be_done(s, item) && !returned.contains(&way.from))
                    .and_then(|item| clash(&item.rule, String::new()))
            }
            Without::Requirement(_) | Without::Field(_) if target.is_win() => {
                // What overrides pass over nobody passes over here, but what is asked so must be asked.
                let mut asks: Vec<Ask<'_>> = at_the_end.clone();
                asks.extend(from.leave.iter().chain(&target.enter).map(Ask::Need));
                barrier.contradiction(&asks).map(|clash| Barred::Clash { clash })
            }
            _ => None,
        };
    }
    let first = s.stages.iter().position(|stage| stage.is_ordinary())?;
    if let Without::Stage(id) = without
        && s.stages.get(first).is_some_and(|stage| stage.id == *id)
    {
        let why = Why::Barred(Barred::Clash {
            clash: vec![super::Clash { rule: String::new(), condition: format!("stage.id != '{id}'") }],
        });
        return Some(vec![Because { from: String::new(), to: id.clone(), why }]);
    }
    let reached = reached(&all, first);
    let wins = |at: &usize| s.stages.get(*at).is_some_and(crate::scenario::model::Stage::is_win);
    if reached.iter().any(wins) {
        return None;
    }
    Some(frontier(s, all, &reached))
}

/// What stands between the stages that are reached and the rest.
fn frontier(s: &Scenario, ways: Vec<Way>, reached: &BTreeSet<usize>) -> Vec<Because> {
    let name = |at: usize| s.stages.get(at).map_or_else(String::new, |stage| stage.id.clone());
    let between = ways.into_iter().filter(|way| reached.contains(&way.from) && !reached.contains(&way.to));
    between
        .filter_map(|way| {
            Some(Because { from: name(way.from), to: name(way.to), why: Why::Barred(way.barred?) })
        })
        .collect()
}

/// Stages that a case may leave otherwise than forward and come back to: an item that is still open is not planned anew
/// then, and what ends it badly binds no more, since it is of an earlier visit (M3, M8).
fn returned_to(s: &Scenario, ways: &[Way]) -> BTreeSet<usize> {
    let goes_back = |way: &&Way| {
        let (Some(from), Some(to)) = (s.stages.get(way.from), s.stages.get(way.to)) else { return false };
        way.barred.is_none() && from.is_ordinary() && to.is_ordinary() && !is_forward(from, to)
    };
    let back = ways.iter().filter(goes_back);
    back.filter(|way| reached(ways, way.to).contains(&way.from)).map(|way| way.from).collect()
}

/// Whether nobody leaves forward without an item done well: not one of its own with a good outcome (M3).
fn must_be_done(s: &Scenario, item: &Plan) -> bool {
    let replaced = s.kinds.get(&item.kind).is_some_and(|kind| {
        let mut outcomes = kind.outcomes.iter().filter_map(|(_, outcome)| outcome.next.as_ref());
        outcomes.any(|next| next.plan.is_some())
    });
    item.mandatory && item.when.is_none() && !item.once && item.group.is_none() && !replaced
}

fn reach(
    s: &Scenario,
    to: &str,
    from: Option<&str>,
    role: Option<&str>,
    budget: Budget,
) -> Result<Answer, QuestionError> {
    let stage = |name: &str| s.stage_index(name).ok_or_else(|| no_such("stage", name));
    let target = stage(to)?;
    let source = from.map(stage).transpose()?;
    let mut walker = walker(s, budget);
    let first = s.stages.iter().position(|stage| stage.is_ordinary()).unwrap_or(0);
    let all = Barrier::new(s, walker.start, Over::Never, budget.judgements).ways();
    let begins = source.unwrap_or(first);
    for (begin, end, named) in
        [(first, begins, ("", from.unwrap_or_default())), (begins, target, (from.unwrap_or_default(), to))]
    {
        let reached = reached(&all, begin);
        if !reached.contains(&end) {
            let mut because = frontier(s, all, &reached);
            if because.is_empty() {
                let (from, to) = (named.0.to_owned(), named.1.to_owned());
                because.push(Because { from, to, why: Why::Undrawn });
            }
            return Ok(Answer::Impossible { because });
        }
    }
    if let Some(role) = role {
        if !super::people::roles(&s.def).iter().any(|known| known == role) {
            return Err(no_such("role", role));
        }
        let of_role = |id: &str| Actor::new(id, role);
        walker.movers = Some(vec![of_role(role), of_role(&format!("{role}-2"))]);
    }
    // Triggers may take it on at once: then it has stood there all the same.
    let has_stood = |case: &Case| {
        let visits = case.visits.iter().map(|visit| visit.stage.as_str());
        let mut stages = visits.chain([case.visit.stage.as_str()]);
        let begun = from.is_none_or(|from| stages.by_ref().any(|stage| stage == from));
        begun && stages.any(|stage| stage == to)
    };
    let mut search = Search::new(&walker, CASES);
    drop(search.open());
    let found = search.run(&has_stood, &|_| Vec::new());
    Ok(match found {
        Some(id) => Answer::Shown { run: search.run_to(id) },
        None => Answer::Possible { exhausted: walker.is_spent() },
    })
}
