//! What lies between two scenarios, as edits: applied to the first they give the second (V1).

use super::shelf::Shelf;
use super::{Edit, HeadEdit, Op, StageEdit, rights_diff};
use crate::scenario::def::Definition;
use std::collections::{BTreeMap, BTreeSet};

/// The edits that make the second scenario of the first, the fewest moves in each order.
///
/// ```
/// use voronka::scenario::edit::diff;
/// use voronka::{Definition, scenario::def::StageDef};
/// let before = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won"));
/// let after = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::new("offer")).stage(StageDef::won("won"));
/// let edits = diff(&before, &after);
/// assert_eq!(edits.len(), 1);
/// let mut made = before.clone();
/// for edit in &edits {
///     edit.apply(&mut made)?;
/// }
/// assert_eq!(made, after);
/// # Ok::<(), voronka::scenario::edit::EditError>(())
/// ```
#[must_use]
pub fn diff(from: &Definition, to: &Definition) -> Vec<Edit> {
    let mut edits: Vec<Edit> = HeadEdit::diff(from, to).into_iter().map(Edit::Head).collect();
    edits.extend(shelf(&from.calendars, &to.calendars).into_iter().map(Edit::Calendar));
    edits.extend(shelf(&from.fields, &to.fields).into_iter().map(Edit::Field));
    edits.extend(shelf(&from.facts, &to.facts).into_iter().map(Edit::Fact));
    edits.extend(shelf(&from.fact_groups, &to.fact_groups).into_iter().map(Edit::FactGroup));
    edits.extend(shelf(&from.documents, &to.documents).into_iter().map(Edit::Document));
    edits.extend(shelf(&from.parties, &to.parties).into_iter().map(Edit::Party));
    edits.extend(shelf(&from.kinds, &to.kinds).into_iter().map(Edit::Kind));
    edits.extend(shelf(&from.reasons, &to.reasons).into_iter().map(Edit::Reason));
    // Of a stage that both have, the parts; the others, and the order, as wholes.
    for op in shelf(&from.stages, &to.stages) {
        match op {
            Op::Change { id, to: stage } => {
                let Some(before) = from.stages.iter().find(|it| it.id == id) else { continue };
                let parts = StageEdit::diff(before, &stage);
                edits.extend(parts.into_iter().map(|edit| Edit::InStage { stage: id.clone(), edit }));
            }
            op => edits.push(Edit::Stage(op)),
        }
    }
    edits.extend(moves(from, to));
    edits.extend(shelf(&from.triggers, &to.triggers).into_iter().map(Edit::Trigger));
    edits.extend(rights_diff(from, to));
    edits
}

/// Moves one by one, where each pair of ends stands once; else all at once.
fn moves(from: &Definition, to: &Definition) -> Vec<Edit> {
    match (&from.moves, &to.moves) {
        (from, to) if from == to => Vec::new(),
        (Some(from), Some(to)) if is_unique(from) && is_unique(to) => {
            shelf(from, to).into_iter().map(Edit::Move).collect()
        }
        (_, to) => vec![Edit::Moves(to.clone())],
    }
}

fn is_unique<T>(shelf: &impl Shelf<T>) -> bool {
    let ids: BTreeSet<Option<String>> = (0..shelf.count()).map(|place| shelf.id_at(place)).collect();
    ids.len() == shelf.count()
}

/// What makes the second order of the first.
pub(super) fn shelf<T: Clone + PartialEq, S: Shelf<T>>(from: &S, to: &S) -> Vec<Op<T>> {
    let ids =
        |shelf: &S| -> Vec<String> { (0..shelf.count()).filter_map(|place| shelf.id_at(place)).collect() };
    let (old, new) = (ids(from), ids(to));
    let was: BTreeMap<&str, usize> = old.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let is: BTreeMap<&str, usize> = new.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let mut ops: Vec<Op<T>> = old
        .iter()
        .filter(|id| !is.contains_key(id.as_str()))
        .map(|id| Op::Remove { id: id.clone() })
        .collect();
    // Those that keep their order among each other stay where they are.
    let common: Vec<usize> = old.iter().filter_map(|id| is.get(id.as_str()).copied()).collect();
    let stays: BTreeSet<usize> = longest_rising(&common).into_iter().collect();
    let mut after: Option<String> = None;
    for (place, id) in new.iter().enumerate() {
        let Some(thing) = to.thing_at(place) else { continue };
        match was.get(id.as_str()) {
            None => ops.push(Op::Add { id: id.clone(), after: after.clone(), to: thing.clone() }),
            Some(before) => {
                if !stays.contains(&place) {
                    ops.push(Op::Reorder { id: id.clone(), after: after.clone() });
                }
                if from.thing_at(*before) != Some(thing) {
                    ops.push(Op::Change { id: id.clone(), to: thing.clone() });
                }
            }
        }
        after = Some(id.clone());
    }
    ops
}

/// The longest rising subsequence (patience sorting).
fn longest_rising(numbers: &[usize]) -> Vec<usize> {
    // The last number of the best run of each length, and before each number the one that precedes it there.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    for number in numbers {
        let length = ends.partition_point(|end| end < number);
        if let Some(previous) = length.checked_sub(1).and_then(|at| ends.get(at)) {
            before.insert(*number, *previous);
        }
        match ends.get_mut(length) {
            Some(end) => *end = *number,
            None => ends.push(*number),
        }
    }
    let mut rising = Vec::new();
    let mut at = ends.last().copied();
    while let Some(number) = at {
        rising.push(number);
        at = before.get(&number).copied();
    }
    rising.reverse();
    rising
}
