//! Two editors at once (V5): what touches nothing in common is applied again on the new base.

use super::{Edit, EditError, diff};
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
        let common: Vec<Edit> = theirs
            .iter()
            .filter(|(theirs, _)| overlaps(theirs, &place))
            .map(|(_, edit)| edit.clone())
            .collect();
        let mut tried = rebased.definition.clone();
        let error = edit.apply(&mut tried).err();
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
