//! Checking a scenario: every defect at once, with its place (V2). `docs/CHECKS.md` lists the codes.

mod actions;
mod activities;
mod at;
mod bounds;
mod calendars;
mod cascade;
mod checking;
mod documents;
mod fields;
mod intake;
mod lints;
mod moves;
mod requirements;
mod set;
mod stages;
mod triggers;
mod values;

use self::at::{Part, fit, reindex};
use self::bounds::sizes;
use self::checking::{Checking, Found};
pub use self::set::{check_set, check_texts};
use super::def::Definition;
use crate::source::{Defect, Kind, Node, Severity, Tree, read};
use chrono::NaiveDate;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// No more defects than these are told.
const MAX_DEFECTS: usize = 1_000;
/// Defects that are told only of a definition all of which could be read: a part left out would explain them.
const OF_THE_WHOLE: [&str; 16] = [
    "no-ordinary-stage",
    "no-outcome-stage",
    "first-stage-outcome",
    "stage-unreachable",
    "stage-dead-end",
    "move-not-drawn",
    "move-empty",
    "no-action",
    "no-good-outcome",
    "no-reason-for-outcome",
    "then-without-at-most",
    "requirement-cannot-be-met",
    "cascade-endless",
    "currency-missing",
    "of-missing",
    "reason-missing",
];

/// What a check is told beside the scenario.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckOptions {
    /// The day on which it is checked, to warn of calendars that end soon; without it nothing is said of that.
    pub today: Option<NaiveDate>,
}

impl CheckOptions {
    /// A check on this day.
    #[must_use]
    pub const fn on(today: NaiveDate) -> Self {
        Self { today: Some(today) }
    }
}

/// Everything that is wrong with a definition, and what is probably not meant; nothing if it is fine.
///
/// A scenario with an [error](Severity::Error) cannot be used; lints do no harm. Rule V2.
#[must_use]
pub fn check(def: &Definition) -> Vec<Defect> {
    check_with(def, CheckOptions::default())
}

/// The circles of triggers that wake each other and may not end (T5), by the triggers' full names.
pub(crate) fn circles(def: &Definition) -> Vec<Vec<String>> {
    Checking::new(def, Vec::new()).circles()
}

/// The same with options.
#[must_use]
pub fn check_with(def: &Definition, options: CheckOptions) -> Vec<Defect> {
    let (found, made) = inspect(def, options);
    let mut defects: Vec<Defect> = found
        .into_iter()
        .map(|found| {
            let pointer = fit(&found.pointer, Part::Made(&made));
            found.into_defect(pointer)
        })
        .collect();
    defects.sort_by_cached_key(|defect| natural(defect.pointer()));
    limit(&mut defects);
    defects
}

/// Reads a scenario's file and checks it: the definition as far as it could be read, and every defect with its
/// line and column, in the order of the file.
///
/// ```
/// let (definition, defects) = voronka::scenario::check_text(
///     r#"{ "id": "sale", "stages": [
///            { "id": "request", "limit": "2 working days", "leave": { "need": ["amuont"] } },
///            { "id": "won", "outcome": "won" } ],
///          "fields": { "amount": { "type": "decimal" } }, "value": "amount" }"#,
/// );
/// assert!(definition.is_some());
/// assert_eq!(defects.len(), 1);
/// assert_eq!(defects[0].pointer(), "/stages/0/leave/need/0");
/// assert_eq!(defects[0].help(), Some("did you mean `amount`?"));
/// ```
#[must_use]
pub fn check_text(text: &str) -> (Option<Definition>, Vec<Defect>) {
    check_text_with(text, CheckOptions::default())
}

/// The same with options.
#[must_use]
pub fn check_text_with(text: &str, options: CheckOptions) -> (Option<Definition>, Vec<Defect>) {
    let read = match read::<Definition>(text) {
        Ok(read) => read,
        Err(defects) => return (None, defects),
    };
    let mut defects = read.defects;
    if let Some(def) = &read.value {
        let (found, made) = inspect(def, options);
        let more = if defects.is_empty() { found } else { without_consequences(found, &read.tree) };
        let form: Vec<String> = defects.iter().map(|defect| defect.pointer().to_owned()).collect();
        let root = read.tree.root();
        // The reader has told of U+0000 already.
        for found in more.into_iter().filter(|found| found.code != "text-with-nul") {
            let mut pointer = found.pointer.clone();
            if !form.is_empty() {
                pointer = reindex(&pointer, root, &made, &|part| form.iter().any(|at| is_below(at, part)));
            }
            let fitted = fit(&pointer, Part::Written(root));
            defects.push(read.tree.resolve(found.into_defect(fitted)));
        }
    }
    defects.sort();
    defects.dedup();
    limit(&mut defects);
    (read.value, defects)
}

fn inspect(def: &Definition, options: CheckOptions) -> (Vec<Found>, Json) {
    // A definition is plain data, whose writing cannot fail; if it did, its texts were not looked at.
    let made = serde_json::to_value(def).unwrap_or(Json::Null);
    let (found, beyond) = sizes(def);
    if beyond {
        // The rest takes time that grows with more than the size, and would drown what is to be done first.
        return (found, made);
    }
    let mut checking = Checking::new(def, found);
    checking.id(&at::At::root().key("id"), &def.id);
    checking.check_fields();
    checking.check_facts();
    checking.check_documents();
    checking.check_parties();
    checking.check_named_fields();
    checking.check_calendars(options.today);
    checking.check_kinds();
    checking.check_stages();
    checking.check_reasons();
    checking.check_cancelled();
    checking.check_moves();
    checking.check_triggers(&at::At::root().key("triggers"), &def.triggers, None);
    checking.check_intake();
    checking.check_rights();
    checking.check_graph();
    checking.check_cascades();
    checking.check_habits();
    checking.check_texts(&made);
    // One more than are told, so that it is said that there are more.
    checking.found.truncate(MAX_DEFECTS + 1);
    (checking.found, made)
}

/// What does not merely follow from parts that could not be read.
fn without_consequences(found: Vec<Found>, tree: &Tree) -> Vec<Found> {
    let mut written = BTreeSet::new();
    collect_names(tree.root(), &mut written);
    // Of `fields.amount` the first part is a word of the language, not a name that somebody gave.
    let is_written = |name: &str| {
        let skipped = usize::from(name.contains('.'));
        name.split('.').skip(skipped).any(|part| written.contains(part))
    };
    found
        .into_iter()
        .filter(|found| found.severity == Severity::Error)
        .filter(|found| !OF_THE_WHOLE.contains(&found.code))
        .filter(|found| !found.name.as_deref().is_some_and(is_written))
        .collect()
}

/// Every key, and every text under `id`.
fn collect_names<'t>(node: &'t Node, into: &mut BTreeSet<&'t str>) {
    match &node.kind {
        Kind::Array(items) => items.iter().for_each(|item| collect_names(item, into)),
        Kind::Object(entries) => {
            for (key, value) in entries {
                into.insert(&key.text);
                if let (true, Kind::String(id)) =
                    (["id", "process"].contains(&key.text.as_str()), &value.kind)
                {
                    into.insert(id);
                }
                collect_names(value, into);
            }
        }
        _ => {}
    }
}

fn is_below(pointer: &str, part: &str) -> bool {
    pointer.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A pointer for sorting: indexes by number.
fn natural(pointer: &str) -> Vec<(usize, String)> {
    pointer.split('/').map(|segment| (segment.parse().unwrap_or(0), segment.to_owned())).collect()
}

fn limit(defects: &mut Vec<Defect>) {
    if defects.len() > MAX_DEFECTS {
        defects.truncate(MAX_DEFECTS);
        defects.retain(|defect| defect.code() != "too-many-defects");
        let more = Defect::error("too-many-defects", "", "there are more defects than are told here");
        let last = defects.last().and_then(Defect::place);
        defects.push(last.map_or_else(|| more.clone(), |at| more.clone().at(at.line, at.column)));
    }
}
