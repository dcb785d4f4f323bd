//! A draft: a published version and the edits made to it, each of which can be undone (V1).

use super::{Edit, EditError, HeadEdit};
use crate::Scenario;
use crate::case::ScenarioRef;
use crate::scenario::check;
use crate::scenario::def::Definition;
use crate::source::Defect;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A version and the edits made to it.
///
/// # Examples
/// ```
/// use voronka::scenario::edit::{Draft, Edit, HeadEdit};
/// use voronka::{Definition, Scenario, scenario::def::{StageDef, Text}};
/// let base = Scenario::new(Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won")))
///     .map_err(|defects| format!("{defects:?}"))?;
/// let mut draft = Draft::of(&base);
/// draft.edit(&base, Edit::Head(HeadEdit::Title(Text::from("Sale"))))?;
/// assert_eq!(draft.definition(&base)?.title, Text::from("Sale"));
/// draft.undo();
/// assert_eq!(&draft.definition(&base)?, base.definition());
/// assert!(draft.redo());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    base: ScenarioRef,
    edits: Vec<Edit>,
    /// What was undone, the last first to be done again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    undone: Vec<Edit>,
}

/// Why a draft is none; it is left as it was.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DraftError {
    /// It was begun on another version, or on other content under the same number.
    OtherBase {
        /// That of the draft.
        draft: Box<ScenarioRef>,
        /// That which was given.
        given: Box<ScenarioRef>,
    },
    /// An edit cannot be applied.
    Edit {
        /// Which, from 1.
        number: usize,
        /// Why.
        error: EditError,
    },
    /// Its id is the scenario's for good, and its version is given by publishing.
    Fixed {
        /// `id` or `version`.
        what: &'static str,
    },
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherBase { draft, given } => write!(
                f,
                "the draft is of {} {} ({}), not of {} {} ({})",
                draft.id, draft.version, draft.hash, given.id, given.version, given.hash
            ),
            Self::Edit { number, error } => write!(f, "edit {number}: {error}"),
            Self::Fixed { what } => write!(f, "the {what} of a published scenario cannot be edited"),
        }
    }
}

impl std::error::Error for DraftError {}

impl Draft {
    /// A draft without edits.
    #[must_use]
    pub fn of(base: &Scenario) -> Self {
        Self { base: base.reference().clone(), edits: Vec::new(), undone: Vec::new() }
    }

    /// A draft of edits that are known to apply.
    pub(crate) fn with(base: &Scenario, edits: Vec<Edit>) -> Self {
        Self { edits, ..Self::of(base) }
    }

    /// The version on which it stands.
    #[must_use]
    pub const fn base(&self) -> &ScenarioRef {
        &self.base
    }

    /// The edits, in their order.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Makes one more edit; what was undone cannot be done again then.
    ///
    /// # Errors
    /// It cannot be applied, or the base is another one; the draft is as it was.
    pub fn edit(&mut self, base: &Scenario, edit: Edit) -> Result<(), DraftError> {
        let mut def = self.definition(base)?;
        apply(&mut def, &edit, self.edits.len() + 1)?;
        self.edits.push(edit);
        self.undone.clear();
        Ok(())
    }

    /// Undoes the last edit; whether there was one.
    pub fn undo(&mut self) -> bool {
        let last = self.edits.pop();
        let done = last.is_some();
        self.undone.extend(last);
        done
    }

    /// Does again what was undone last; whether there was something.
    pub fn redo(&mut self) -> bool {
        let last = self.undone.pop();
        let done = last.is_some();
        self.edits.extend(last);
        done
    }

    /// The scenario as the draft has it.
    ///
    /// # Errors
    /// The base is another one, or an edit cannot be applied to it.
    pub fn definition(&self, base: &Scenario) -> Result<Definition, DraftError> {
        if *base.reference() != self.base {
            let (draft, given) = (Box::new(self.base.clone()), Box::new(base.reference().clone()));
            return Err(DraftError::OtherBase { draft, given });
        }
        let mut def = base.definition().clone();
        for (at, edit) in self.edits.iter().enumerate() {
            apply(&mut def, edit, at + 1)?;
        }
        Ok(def)
    }

    /// Everything that is wrong with the scenario as the draft has it (V2).
    ///
    /// # Errors
    /// As [`Draft::definition`].
    pub fn check(&self, base: &Scenario) -> Result<Vec<Defect>, DraftError> {
        Ok(check(&self.definition(base)?))
    }
}

fn apply(def: &mut Definition, edit: &Edit, number: usize) -> Result<(), DraftError> {
    match edit {
        Edit::Head(HeadEdit::Id(_)) => Err(DraftError::Fixed { what: "id" }),
        Edit::Head(HeadEdit::Version(_)) => Err(DraftError::Fixed { what: "version" }),
        edit => edit.apply(def).map(drop).map_err(|error| DraftError::Edit { number, error }),
    }
}
