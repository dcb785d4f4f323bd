//! Two editors at once (V5): what touches nothing in common is applied again on the new base.

use super::{Edit, EditError, Why, diff};
use crate::scenario::def::Definition;

/// An edit that touches what another editor changed, side by side with that.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// The edit that was not applied.
    pub mine: Edit,
    /// What the other editor did there.
    pub theirs: Vec<Edit>,
    /// Why it cannot be applied to what is there now; none where it could, and would undo what the other did.
    pub error: Option<EditError>,
}

/// Edits on a new base.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebased {
    /// Those that stand on the new base, in their order.
    pub edits: Vec<Edit>,
    /// Those that do not; none is lost.
    pub clashes: Vec<Clash>,
    /// The scenario as the edits make it.
    pub definition: Definition,
}

/// Applies the edits made on one version to a later one (V5). What both did alike is done.
#[must_use]
pub fn rebase(from: &Definition, to: &Definition, mine: &[Edit]) -> Rebased {
    let theirs: Vec<(Vec<String>, Edit)> = diff(from, to)
        .into_iter()
        // Publishing gives the number; nobody edits it.
        .filter(|edit| !matches!(edit, Edit::Head(super::HeadEdit::Version(_))))
        .map(|edit| (edit.place(), edit))
        .collect();
    let mut rebased = Rebased { edits: Vec::new(), clashes: Vec::new(), definition: to.clone() };
    for edit in mine {
        if theirs.iter().any(|(_, theirs)| theirs == edit) {
            continue;
        }
        let place = edit.place();
        let mut tried = rebased.definition.clone();
        let error = edit.apply(&mut tried).err();
        // What stands where mine would stand behind, or has the id that mine would give, is told as well.
        let named = error.as_ref().and_then(|error| beside(&place, error));
        let common: Vec<Edit> = theirs
            .iter()
            .filter(|(theirs, _)| {
                overlaps(theirs, &place) || named.as_ref().is_some_and(|it| overlaps(theirs, it))
            })
            .map(|(_, edit)| edit.clone())
            .collect();
        if common.is_empty() && error.is_none() {
            rebased.definition = tried;
            rebased.edits.push(edit.clone());
        } else {
            rebased.clashes.push(Clash { mine: edit.clone(), theirs: common, error });
        }
    }
    rebased
}

/// Whether one place lies within the other.
fn overlaps(a: &[String], b: &[String]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}

/// The place of the neighbour that an edit names and that is not there any more, or of the one whose id is taken.
fn beside(place: &[String], error: &EditError) -> Option<Vec<String>> {
    let neighbour = match error.why() {
        Why::NoAnchor { after } => after,
        Why::OtherId { id } => id,
        _ => return None,
    };
    let mut beside = place.to_vec();
    beside.pop();
    beside.push(neighbour.clone());
    Some(beside)
}
