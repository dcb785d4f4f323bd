//! Several scenarios together: whether they know each other's names, and whether they start each other without end (P2,
//! P7, C4).

use super::at::{At, Part, fit};
use super::checking::{Found, shown};
use super::{CheckOptions, check_text_with};
use crate::condition::{Options, Program, Type};
use crate::scenario::def::{ActionDef, Definition, EventDef, Kind, Named, OneOrMany, ProcessDef, TriggerDef};
use crate::scenario::names::{Names, field_type, names};
use crate::source::{Defect, Severity, read, suggest};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// What is wrong between scenarios that are used together, for each in its place: a process that is no scenario of kind
/// process, what is given to fields that it does not have or that are of another type, results that it has not, and
/// scenarios that start each other without end.
///
/// What each is by itself, [`super::check`] says. A scenario that is named and is not among them is a lint: it may be
/// published elsewhere.
///
/// ```
/// use voronka::scenario::{check_set, def::{ProcessDef, StageDef}};
/// use voronka::Definition;
/// let sale = Definition::new("sale")
///     .stage(StageDef::new("offer").run(ProcessDef::new("approval").give("sum", "case.id")))
///     .stage(StageDef::won("won"));
/// let approval = Definition::process("approval").stage(StageDef::new("ask")).stage(StageDef::result("yes"));
/// let found = check_set(&[&sale, &approval]);
/// assert_eq!(found[0][0].code(), "give-unknown");
/// assert_eq!(found[0][0].pointer(), "/stages/0/run/0/give/sum");
/// assert!(found[1].is_empty());
/// ```
#[must_use]
pub fn check_set(definitions: &[&Definition]) -> Vec<Vec<Defect>> {
    let found = Set::of(definitions).run();
    found
        .into_iter()
        .map(|found| {
            let defect = |found: Found| {
                let pointer = found.pointer.clone();
                found.into_defect(pointer)
            };
            found.into_iter().map(defect).collect()
        })
        .collect()
}

/// The files of scenarios that are used together: what is wrong with each by itself, and between them, with line and
/// column, in the order of each file.
#[must_use]
pub fn check_texts(texts: &[&str], options: CheckOptions) -> Vec<Vec<Defect>> {
    let (definitions, mut defects): (Vec<Option<Definition>>, Vec<Vec<Defect>>) =
        texts.iter().map(|text| check_text_with(text, options)).unzip();
    // What could not be read, or is wrong by itself, would be told twice here.
    let is_sound = |defects: &[Defect]| defects.iter().all(|it| it.severity() == Severity::Lint);
    let sound: Vec<usize> = definitions
        .iter()
        .zip(&defects)
        .enumerate()
        .filter(|(_, (definition, defects))| definition.is_some() && is_sound(defects))
        .map(|(place, _)| place)
        .collect();
    let set: Vec<&Definition> = sound.iter().filter_map(|place| definitions.get(*place)?.as_ref()).collect();
    for (place, found) in sound.iter().zip(Set::of(&set).run()) {
        let (Some(text), Some(defects)) = (texts.get(*place), defects.get_mut(*place)) else { continue };
        let Ok(read) = read::<Definition>(text) else { continue };
        for found in found {
            let pointer = fit(&found.pointer, Part::Written(read.tree.root()));
            defects.push(read.tree.resolve(found.into_defect(pointer)));
        }
        defects.sort();
    }
    defects
}

/// That one scenario opens cases of another.
struct Starts {
    from: usize,
    to: usize,
    at: At,
    /// Whenever a case comes there, without a condition, a person or an event.
    surely: bool,
}

struct Set<'a> {
    all: &'a [&'a Definition],
    by_id: BTreeMap<&'a str, usize>,
    names: Vec<Names>,
    found: Vec<Vec<Found>>,
    starts: Vec<Starts>,
}

impl<'a> Set<'a> {
    fn of(all: &'a [&'a Definition]) -> Self {
        let mut by_id = BTreeMap::new();
        for (place, def) in all.iter().enumerate() {
            by_id.entry(def.id.as_str()).or_insert(place);
        }
        let names = all.iter().map(|def| names(def)).collect();
        Self { all, by_id, names, found: all.iter().map(|_| Vec::new()).collect(), starts: Vec::new() }
    }

    fn run(mut self) -> Vec<Vec<Found>> {
        for (place, def) in self.all.iter().enumerate() {
            if self.by_id.get(def.id.as_str()) != Some(&place) {
                let message = format!("another of these scenarios has the id `{}`", shown(&def.id));
                self.tell(place, Severity::Error, "set-duplicate", &At::root().key("id"), message, None);
            }
            self.definition(place, def);
        }
        self.circles();
        self.found
    }

    fn tell(
        &mut self,
        place: usize,
        severity: Severity,
        code: &'static str,
        at: &At,
        message: String,
        help: Option<String>,
    ) {
        if let Some(found) = self.found.get_mut(place) {
            found.push(Found { help, ..Found::new(severity, code, at, message) });
        }
    }

    fn definition(&mut self, place: usize, def: &'a Definition) {
        let stages = At::root().key("stages");
        let first = def.stages.iter().position(|stage| stage.outcome.is_none());
        for (place_of, stage) in def.stages.iter().enumerate() {
            let at = stages.index(place_of);
            for (index, hook) in stage.run.iter().enumerate().filter(|(_, hook)| !hook.host) {
                // Only the first stage is come to whatever people do.
                self.hook(place, &at.key("run").index(index), hook, first == Some(place_of));
            }
            self.triggers(place, &at.key("triggers"), &stage.triggers);
        }
        self.triggers(place, &At::root().key("triggers"), &def.triggers);
        for (kind, it) in def.kinds.iter() {
            for (outcome, it) in it.outcomes.iter() {
                let at =
                    At::root().key("kinds").key(kind).key("outcomes").key(outcome).key("next").key("then");
                if let Some(next) = &it.next {
                    self.actions(place, &at, &next.after_that);
                }
            }
        }
    }

    fn triggers(&mut self, place: usize, at: &At, triggers: &'a [TriggerDef]) {
        for (index, trigger) in triggers.iter().enumerate() {
            let at = at.index(index);
            if let EventDef::Finished(filter) = &trigger.on
                && let Some(result) = &filter.result
            {
                let hooks =
                    self.all.get(place).into_iter().flat_map(|def| &def.stages).flat_map(|it| &it.run);
                let meant = hooks.filter(|hook| filter.process.as_deref().is_none_or(|id| id == hook.id()));
                let meant: Vec<&str> =
                    meant.map(|hook| if hook.host { "" } else { hook.process.as_str() }).collect();
                let known: Option<Vec<usize>> = meant.iter().map(|id| self.by_id.get(id).copied()).collect();
                if let Some(known) = known.filter(|known| !known.is_empty()) {
                    let at = at.key("on").key("finished").key("result");
                    self.result(place, &at, result, &known);
                }
            }
            self.actions(place, &at.key("do"), &trigger.actions);
        }
    }

    fn actions(&mut self, place: usize, at: &At, actions: &'a OneOrMany<ActionDef>) {
        for (index, action) in actions.iter().enumerate() {
            let ActionDef::OpenCase(open) = action else { continue };
            let at = at.index(index).key("open_case");
            let Some(to) = self.other(place, &at.key("scenario"), &open.scenario) else { continue };
            self.starts.push(Starts { from: place, to, at: at.clone(), surely: false });
            self.give(place, to, &at.key("give"), &open.give);
        }
    }

    /// The scenario of this id; a lint where it is not among these.
    fn other(&mut self, place: usize, at: &At, id: &str) -> Option<usize> {
        let found = self.by_id.get(id).copied();
        if found.is_none() {
            let message = format!("no scenario `{}` among these", shown(id));
            let help = suggest(id, self.by_id.keys().copied())
                .map(|known| format!("did you mean `{known}`?"))
                .unwrap_or_else(|| {
                    "check them together, or mark it `\"host\": true` if it is the host's".to_owned()
                });
            self.tell(place, Severity::Lint, "scenario-elsewhere", at, message, Some(help));
        }
        found
    }

    fn hook(&mut self, place: usize, at: &At, hook: &'a ProcessDef, at_first: bool) {
        let Some(to) = self.other(place, &at.key("process"), &hook.process) else { return };
        let Some(child) = self.all.get(to).copied() else { return };
        if child.kind != Kind::Process {
            let message =
                format!("`{}` is no process: it would never say that it has finished", shown(&child.id));
            let help = "give it `\"kind\": \"process\"`, or open it by `open_case`".to_owned();
            self.tell(place, Severity::Error, "not-a-process", &at.key("process"), message, Some(help));
        }
        let surely = at_first && hook.when.is_none() && !hook.by_hand;
        self.starts.push(Starts { from: place, to, at: at.clone(), surely });
        self.give(place, to, &at.key("give"), &hook.give);
        for (index, result) in hook.good.iter().enumerate() {
            self.result(place, &at.key("good").index(index), result, &[to]);
        }
        for (field, from) in hook.take.iter() {
            let at = at.key("take").key(field);
            let Some(parent) = self.all.get(place).copied() else { continue };
            match (field_type(parent, field), field_type(child, from)) {
                (_, None) => self.unknown(place, "take-unknown", &at, to, from),
                (Some(wanted), Some(comes)) if wanted.meet(&comes).is_none() => {
                    let message = format!("`{}` is a {wanted}, and comes as a {comes}", shown(field));
                    self.tell(place, Severity::Error, "take-type", &at, message, None);
                }
                _ => {}
            }
        }
    }

    fn unknown(&mut self, place: usize, code: &'static str, at: &At, to: usize, field: &str) {
        let Some(child) = self.all.get(to) else { return };
        let message = format!("the scenario `{}` has no field `{}`", shown(&child.id), shown(field));
        let help = suggest(field, child.fields.names()).map(|known| format!("did you mean `{known}`?"));
        self.tell(place, Severity::Error, code, at, message, help);
    }

    fn give(&mut self, place: usize, to: usize, at: &At, give: &'a Named<String>) {
        let Some(child) = self.all.get(to).copied() else { return };
        for (field, expression) in give.iter() {
            let at = at.key(field);
            let Some(wanted) = field_type(child, field) else {
                self.unknown(place, "give-unknown", &at, to, field);
                continue;
            };
            let Some(names) = self.names.get(place) else { continue };
            let options = |expect: Option<Type>| Options { may_use_now: true, expect };
            let fits =
                Program::compile(expression, &names.declarations, &options(Some(wanted.clone()))).is_ok();
            // What does not compile at all the scenario's own check has told.
            if !fits && Program::compile(expression, &names.declarations, &options(None)).is_ok() {
                let message =
                    format!("`{}` of `{}` is a {wanted}, and this is not", shown(field), shown(&child.id));
                self.tell(place, Severity::Error, "give-type", &at, message, None);
            }
        }
    }

    fn result(&mut self, place: usize, at: &At, result: &str, of: &[usize]) {
        let processes = of.iter().filter_map(|place| self.all.get(*place));
        let ends = processes.flat_map(|def| &def.stages).filter(|stage| stage.outcome.is_some());
        let known: Vec<&str> = ends.map(|stage| stage.id.as_str()).collect();
        if !known.contains(&result) {
            let message = format!("no such process ends with `{}`", shown(result));
            let help = suggest(result, known.iter().copied())
                .map(|known| format!("did you mean `{known}`?"))
                .or_else(|| Some(format!("it ends with {}", known.join(", "))));
            self.tell(place, Severity::Error, "result-unknown", at, message, help);
        }
    }

    /// Scenarios that start each other: an error where nothing ends it, else a lint.
    fn circles(&mut self) {
        for (severity, only_sure) in [(Severity::Error, true), (Severity::Lint, false)] {
            let mut graph: DiGraph<(), ()> = DiGraph::new();
            for _ in self.all {
                graph.add_node(());
            }
            for it in self.starts.iter().filter(|it| it.surely || !only_sure) {
                graph.add_edge(NodeIndex::new(it.from), NodeIndex::new(it.to), ());
            }
            for circle in tarjan_scc(&graph) {
                let inside = |place: usize| circle.contains(&NodeIndex::new(place));
                let first = self
                    .starts
                    .iter()
                    .filter(|it| (it.surely || !only_sure) && inside(it.from) && inside(it.to))
                    .min_by_key(|it| it.from);
                let Some((place, at)) = first.map(|it| (it.from, it.at.clone())) else { continue };
                // What surely has no end was told; that it may have none adds nothing.
                let told = self
                    .found
                    .get(place)
                    .is_some_and(|found| found.iter().any(|it| it.code == "start-cycle"));
                if told {
                    continue;
                }
                let mut ids: Vec<&str> = circle
                    .iter()
                    .filter_map(|node| self.all.get(node.index()))
                    .map(|def| def.id.as_str())
                    .collect();
                ids.sort_unstable();
                let ids = ids.iter().map(|id| format!("`{}`", shown(id))).collect::<Vec<_>>().join(", ");
                let how = if only_sure { "without end" } else { "and may do so without end" };
                let message = format!("scenarios that start each other {how}: {ids}");
                let help =
                    "give one of them a `when` that ends it; at most 8 cases stand above one".to_owned();
                self.tell(place, severity, "start-cycle", &at, message, Some(help));
            }
        }
    }
}
