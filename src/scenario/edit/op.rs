//! What is done with one of several things that stand in an order.

use super::shelf::Shelf;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Adds, removes, says anew, or puts elsewhere one of several things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Op<T> {
    /// A new one, behind another; the first where none.
    Add {
        /// Its id, which it may have in itself as well.
        id: String,
        /// Behind which; none puts it first.
        #[serde(default = "no_anchor", skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// What it is.
        to: T,
    },
    /// It goes.
    Remove {
        /// Its id.
        id: String,
    },
    /// It is said anew; one that has its id in itself may have another one then.
    Change {
        /// Its id until now.
        id: String,
        /// What it is from now on.
        to: T,
    },
    /// It stands elsewhere in the order.
    Reorder {
        /// Its id.
        id: String,
        /// Behind which; none puts it first.
        #[serde(default = "no_anchor", skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
}

const fn no_anchor() -> Option<String> {
    None
}

/// Why an edit cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// What it names is not there.
    Unknown,
    /// What it would add, or the id that it would give, is there already.
    Exists,
    /// The one behind which it would stand is not there.
    NoAnchor {
        /// Which.
        after: String,
    },
    /// The thing has another id in itself than the edit says.
    OtherId {
        /// The one that it has.
        id: String,
    },
}

/// An edit that cannot be applied; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditError {
    place: String,
    why: Why,
}

impl EditError {
    pub(super) fn new(place: &str, why: Why) -> Self {
        Self { place: place.to_owned(), why }
    }

    /// What it is about: `stages/invoice/plan/call`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why it cannot be applied.
    #[must_use]
    pub const fn why(&self) -> &Why {
        &self.why
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        match &self.why {
            Why::Unknown => f.write_str("there is no such thing"),
            Why::Exists => f.write_str("it is there already"),
            Why::NoAnchor { after } => write!(f, "there is no `{after}` behind which it could stand"),
            Why::OtherId { id } => write!(f, "in itself its id is `{id}`"),
        }
    }
}

impl std::error::Error for EditError {}

/// The inverse of what was applied.
pub(super) type Applied<T> = Result<T, EditError>;

impl<T: Clone> Op<T> {
    /// The id of the thing, as it stands before.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Add { id, .. }
            | Self::Remove { id }
            | Self::Change { id, .. }
            | Self::Reorder { id, .. } => id,
        }
    }

    /// Behind which other thing it is to stand.
    #[must_use]
    pub fn anchor(&self) -> Option<&str> {
        match self {
            Self::Add { after, .. } | Self::Reorder { after, .. } => after.as_deref(),
            Self::Remove { .. } | Self::Change { .. } => None,
        }
    }

    pub(super) fn apply<S: Shelf<T>>(&self, shelf: &mut S, place: &str) -> Applied<Self> {
        let error = |why| EditError::new(&format!("{place}/{}", self.id()), why);
        let known = |shelf: &S| shelf.place_of(self.id()).ok_or_else(|| error(Why::Unknown));
        let behind = |shelf: &S, after: &Option<String>| match after {
            None => Ok(0),
            Some(after) => shelf
                .place_of(after)
                .map(|place| place + 1)
                .ok_or_else(|| error(Why::NoAnchor { after: after.clone() })),
        };
        let before = |shelf: &S, at: usize| at.checked_sub(1).and_then(|at| shelf.id_at(at));
        match self {
            Self::Add { id, after, to } => {
                let own = S::id_of(to, id);
                if own != *id {
                    return Err(error(Why::OtherId { id: own }));
                }
                if shelf.place_of(id).is_some() {
                    return Err(error(Why::Exists));
                }
                let at = behind(shelf, after)?;
                shelf.put(at, id, to.clone());
                Ok(Self::Remove { id: id.clone() })
            }
            Self::Remove { id } => {
                let at = known(shelf)?;
                let after = before(shelf, at);
                let (_, to) = shelf.take(at).ok_or_else(|| error(Why::Unknown))?;
                Ok(Self::Add { id: id.clone(), after, to })
            }
            Self::Change { id, to } => {
                let at = known(shelf)?;
                let own = S::id_of(to, id);
                if own != *id && shelf.place_of(&own).is_some() {
                    return Err(EditError::new(&format!("{place}/{own}"), Why::Exists));
                }
                let (_, was) = shelf.take(at).ok_or_else(|| error(Why::Unknown))?;
                shelf.put(at, &own, to.clone());
                Ok(Self::Change { id: own, to: was })
            }
            Self::Reorder { id, after } => {
                let at = known(shelf)?;
                if after.as_deref() == Some(id) {
                    return Err(error(Why::NoAnchor { after: id.clone() }));
                }
                behind(shelf, after)?;
                let was = before(shelf, at);
                let (_, thing) = shelf.take(at).ok_or_else(|| error(Why::Unknown))?;
                let to = behind(shelf, after)?;
                shelf.put(to, id, thing);
                Ok(Self::Reorder { id: id.clone(), after: was })
            }
        }
    }
}
