//! What the checks share: the definition, its names, and the defects found so far.

use super::MAX_DEFECTS;
use super::at::At;
use crate::condition::{ConditionError, Options, Program, Slot, Type};
use crate::scenario::def::{ActionDef, Definition, FieldDef, OutcomeDef, StageDef, Who};
use crate::scenario::graph::{Edge, edges};
use crate::scenario::names::{KindInfo, Meaning, Names, kinds, names};
use crate::source::{Defect, Severity, suggest};
use std::collections::{BTreeMap, BTreeSet};

/// The longest id.
const MAX_ID: usize = 64;
/// Words that conditions keep for themselves.
const KEPT_WORDS: [&str; 4] = ["true", "false", "null", "in"];

/// A defect whose pointer is not yet fitted to what was written.
#[derive(Debug)]
pub(super) struct Found {
    pub severity: Severity,
    pub code: &'static str,
    pub pointer: String,
    pub message: String,
    pub help: Option<String>,
    /// The unknown name that it is about; a part that could not be read may have had that name.
    pub name: Option<String>,
}

impl Found {
    pub fn new(severity: Severity, code: &'static str, at: &At, message: impl Into<String>) -> Self {
        let pointer = at.clone().into_pointer();
        Self { severity, code, pointer, message: message.into(), help: None, name: None }
    }

    /// The defect, at this pointer.
    pub fn into_defect(self, pointer: String) -> Defect {
        let defect = match self.severity {
            Severity::Error => Defect::error(self.code, pointer, self.message),
            Severity::Lint => Defect::lint(self.code, pointer, self.message),
        };
        match self.help {
            Some(help) => defect.with_help(help),
            None => defect,
        }
    }
}

pub(super) struct Checking<'a> {
    pub def: &'a Definition,
    pub names: Names,
    pub kinds: Vec<KindInfo<'a>>,
    /// Stages by id; of equal ones the first.
    pub stages: BTreeMap<&'a str, usize>,
    pub edges: Vec<Edge>,
    pub found: Vec<Found>,
    /// The fields that something uses.
    pub used: BTreeSet<usize>,
    /// Everything that is planned, by id.
    pub items: BTreeMap<String, Item<'a>>,
    /// The fields that triggers and processes fill.
    pub filled: BTreeSet<&'a str>,
}

/// What is planned under one id, by stages, triggers and outcomes.
pub(super) struct Item<'a> {
    /// Its kind; none if there are several.
    pub kind: Option<&'a str>,
    /// Whether some of it is ever due.
    pub due: bool,
}

impl<'a> Checking<'a> {
    pub fn new(def: &'a Definition, found: Vec<Found>) -> Self {
        let mut stages = BTreeMap::new();
        for (at, stage) in def.stages.iter().enumerate() {
            stages.entry(stage.id.as_str()).or_insert(at);
        }
        Self {
            def,
            names: names(def),
            kinds: kinds(def),
            stages,
            edges: edges(def),
            found,
            used: BTreeSet::new(),
            items: items(def),
            filled: filled(def),
        }
    }

    /// Whether so much was found that looking for more is of no use: no more is told.
    pub fn is_full(&self) -> bool {
        self.found.len() > MAX_DEFECTS
    }

    pub fn error(&mut self, code: &'static str, at: &At, message: impl Into<String>) {
        self.found.push(Found::new(Severity::Error, code, at, message));
    }

    pub fn error_with(
        &mut self,
        code: &'static str,
        at: &At,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let found = Found::new(Severity::Error, code, at, message);
        self.found.push(Found { help: Some(help.into()), ..found });
    }

    pub fn lint(&mut self, code: &'static str, at: &At, message: impl Into<String>, help: impl Into<String>) {
        let found = Found::new(Severity::Lint, code, at, message);
        self.found.push(Found { help: Some(help.into()), ..found });
    }

    /// Says that there is no such thing, and what was perhaps meant.
    pub fn unknown<'k>(
        &mut self,
        code: &'static str,
        at: &At,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        // To look for what was meant is slow where there are many names.
        if self.is_full() {
            return;
        }
        let mut known: Vec<&str> = known.into_iter().collect();
        let mut seen = BTreeSet::new();
        known.retain(|name| seen.insert(*name));
        let help = match suggest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "none is defined".to_owned(),
            None if known.len() <= 10 => {
                let known: Vec<_> = known.iter().map(|name| format!("`{}`", shown(name))).collect();
                format!("known are {}", known.join(", "))
            }
            None => format!("{} others are known", known.len()),
        };
        let message = format!("there is no {what} `{}`", shown(name));
        let found = Found::new(Severity::Error, code, at, message);
        self.found.push(Found { help: Some(help), name: Some(name.to_owned()), ..found });
    }

    /// An id that no condition reads: small letters, digits, `-` and `_`.
    pub fn id(&mut self, at: &At, id: &str) {
        if !is_name(id, "_-") {
            self.error_with(
                "invalid-id",
                at,
                format!("`{}` is no id", shown(id)),
                "an id begins with a small letter a to z, and goes on with small letters, digits, `-` and `_`, \
                 64 at most",
            );
        }
    }

    /// A name that conditions read: an id without `-`, which would be a minus there.
    pub fn name(&mut self, at: &At, name: &str) {
        if KEPT_WORDS.contains(&name) {
            let message = format!("`{name}` is a word that conditions keep for themselves");
            self.error_with("reserved-name", at, message, "take another name");
        } else if !is_name(name, "_") {
            self.error_with(
                "invalid-name",
                at,
                format!("`{}` is no name that conditions can read", shown(name)),
                "a name begins with a small letter a to z, and goes on with small letters, digits and `_`, 64 at \
                 most",
            );
        }
    }

    /// Says of each id that stood before that it stands twice.
    pub fn once(&mut self, what: &str, ids: impl IntoIterator<Item = (At, String)>) {
        let mut seen = BTreeSet::new();
        for (at, id) in ids {
            if seen.contains(&id) {
                let message = format!("there is another {what} `{}` before this one", shown(&id));
                self.error_with("duplicate-id", &at, message, "ids tell things apart: give this one its own");
            } else {
                seen.insert(id);
            }
        }
    }

    /// A condition that must be true or false.
    pub fn condition(&mut self, at: &At, text: &str, may_use_now: bool) -> Option<Program> {
        self.compile(at, text, &Options { may_use_now, expect: Some(Type::Bool) })
    }

    /// An expression that is evaluated once, so that `now` may stand in it.
    pub fn expression(&mut self, at: &At, text: &str, expect: Option<Type>) -> Option<Program> {
        self.compile(at, text, &Options { may_use_now: true, expect })
    }

    fn compile(&mut self, at: &At, text: &str, options: &Options) -> Option<Program> {
        if self.is_full() {
            return None;
        }
        match Program::compile(text, &self.names.declarations, options) {
            Ok(program) => {
                for slot in program.slots() {
                    if let Some(Meaning::Field(field)) = self.meaning(*slot) {
                        self.used.insert(*field);
                    }
                }
                Some(program)
            }
            Err(errors) => {
                // What it reads is not known; a field that stands in it is not called unused.
                for (position, name) in self.def.fields.names().enumerate() {
                    if text.contains(&format!("fields.{name}")) {
                        self.used.insert(position);
                    }
                }
                for error in errors {
                    self.condition_error(at, text, &error);
                }
                None
            }
        }
    }

    pub fn condition_error(&mut self, at: &At, text: &str, error: &ConditionError) {
        let (line, column) = error.place(text);
        let place = if text.contains('\n') {
            format!("line {line}, column {column}")
        } else {
            format!("column {column}")
        };
        let rest = text.get(error.offset()..).unwrap_or_default();
        let rest: String = rest.chars().take_while(|letter| *letter != '\n').take(30).collect();
        let message = match rest.trim() {
            "" => format!("{}, at {place} (the end)", error.message()),
            rest => format!("{}, at {place}: `{rest}`", error.message()),
        };
        let name = (error.code() == "unknown-name")
            .then(|| error.message().split('`').nth(1).map(str::to_owned))
            .flatten();
        let found = Found::new(Severity::Error, condition_code(error.code()), at, message);
        self.found.push(Found { help: error.help().map(str::to_owned), name, ..found });
    }

    pub fn meaning(&self, slot: Slot) -> Option<&Meaning> {
        self.names.meanings.get(slot.0 as usize)
    }

    /// Who may: roles, or a relation between the actor and the case.
    pub fn who(&mut self, at: &At, who: &Who) {
        for (index, role) in who.roles.iter().enumerate() {
            self.id(&at.key("roles").index(index), role);
        }
        let Some(when) = &who.when else { return };
        let at = at.key("when");
        let Some(program) = self.condition(&at, when, true) else { return };
        let slots: Vec<Slot> = program.slots().iter().chain(program.keyed_slots()).copied().collect();
        for slot in slots {
            if !matches!(self.meaning(slot), Some(Meaning::Case(_) | Meaning::Actor(_))) {
                let path = self.names.declarations.path(slot).to_owned();
                self.error_with(
                    "relation-too-wide",
                    &at,
                    format!("a right cannot depend on `{path}`"),
                    "a relation reads `actor` and `case` only, as in `case.responsible == actor.id`",
                );
            }
        }
    }

    /// A field that is used here; says so when there is none.
    pub fn field(&mut self, at: &At, name: &str) -> Option<&'a FieldDef> {
        let def = self.def;
        if let Some(position) = def.fields.position(name) {
            self.used.insert(position);
            return def.fields.get(name);
        }
        if self.is_full() {
            return None;
        }
        // What was meant is no unused field.
        let meant = suggest(name, def.fields.names()).and_then(|meant| def.fields.position(meant));
        self.used.extend(meant);
        self.unknown("unknown-field", at, "field", name, def.fields.names());
        None
    }

    /// A stage that is named here, or a defect.
    pub fn stage(&mut self, at: &At, name: &str) -> Option<(usize, &'a StageDef)> {
        let def = self.def;
        if let Some(position) = self.stages.get(name) {
            return def.stages.get(*position).map(|stage| (*position, stage));
        }
        self.unknown("unknown-stage", at, "stage", name, def.stages.iter().map(|stage| stage.id.as_str()));
        None
    }

    /// One of a few words that the format knows.
    pub fn word(&mut self, at: &At, what: &str, word: &str, known: &[&str]) {
        if !known.contains(&word) {
            self.unknown("unknown-value", at, what, word, known.iter().copied());
        }
    }
}

fn items(def: &Definition) -> BTreeMap<String, Item<'_>> {
    let nexts = || outcomes(def).filter_map(|outcome| outcome.next.as_ref());
    let by_action = actions(def).filter_map(|action| match action {
        ActionDef::Plan(plan) => Some(&**plan),
        _ => None,
    });
    let by_stage = def.stages.iter().flat_map(|stage| &stage.plan);
    let mut items: BTreeMap<String, Item<'_>> = BTreeMap::new();
    for plan in by_stage.chain(by_action).chain(nexts().filter_map(|next| next.plan.as_deref())) {
        let item = items.entry(plan.id()).or_insert(Item { kind: Some(&plan.kind), due: false });
        item.kind = item.kind.filter(|kind| *kind == plan.kind);
        item.due |= plan.due.is_some();
    }
    items
}

fn filled(def: &Definition) -> BTreeSet<&str> {
    let set = actions(def).filter_map(|action| match action {
        ActionDef::Set(set) => Some(set.field.as_str()),
        _ => None,
    });
    let hooks = def.stages.iter().flat_map(|stage| &stage.run);
    let given = def.intake.iter().flat_map(|intake| intake.give.names());
    set.chain(hooks.flat_map(|hook| hook.take.names())).chain(given).collect()
}

/// All actions: of triggers, and of what follows outcomes.
fn actions(def: &Definition) -> impl Iterator<Item = &ActionDef> {
    let of_stages = def.stages.iter().flat_map(|stage| &stage.triggers);
    let of_triggers = def.triggers.iter().chain(of_stages).flat_map(|trigger| trigger.actions.iter());
    let nexts = outcomes(def).filter_map(|outcome| outcome.next.as_ref());
    of_triggers.chain(nexts.flat_map(|next| next.after_that.iter()))
}

fn outcomes(def: &Definition) -> impl Iterator<Item = &OutcomeDef> {
    def.kinds.iter().flat_map(|(_, kind)| kind.outcomes.iter()).map(|(_, outcome)| outcome)
}

fn is_name(id: &str, also: &str) -> bool {
    let mut letters = id.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || also.contains(letter))
        && id.len() <= MAX_ID
}

fn condition_code(code: &str) -> &'static str {
    match code {
        "syntax" => "condition-syntax",
        "unknown-name" => "condition-unknown-name",
        "type" => "condition-type",
        "literal" => "condition-literal",
        "now-not-allowed" => "condition-now-not-allowed",
        "too-long" => "condition-too-long",
        "too-deep" => "condition-too-deep",
        "too-many-nodes" => "condition-too-many-nodes",
        "too-nested" => "condition-too-nested",
        _ => "condition-error",
    }
}

/// Names in messages are cut, since a file can hold any text.
pub(super) fn shown(text: &str) -> String {
    const LETTERS: usize = 60;
    match text.char_indices().nth(LETTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
