//! The names that a condition may read, and their types.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The type of a value in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// A text.
    Text,
    /// An exact decimal; there is no other kind of number.
    Decimal,
    /// True or false.
    Bool,
    /// A calendar date.
    Date,
    /// An instant.
    Moment,
    /// A length of time, in whole milliseconds.
    Span,
    /// A list whose elements have one type.
    List(Box<Type>),
    /// A record: the types of its parts by name.
    Record(BTreeMap<String, Type>),
    /// What `null` is and what the elements of `[]` are: it fits every type.
    Nothing,
}

impl Type {
    /// The type that holds both, if there is one.
    pub(crate) fn meet(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Nothing, known) | (known, Self::Nothing) => Some(known.clone()),
            (Self::List(a), Self::List(b)) => Some(Self::List(Box::new(a.meet(b)?))),
            (a, b) if a == b => Some(a.clone()),
            _ => None,
        }
    }

    /// Whether values of this type come before and after each other.
    pub(super) fn is_ordered(&self) -> bool {
        matches!(self, Self::Text | Self::Decimal | Self::Date | Self::Moment | Self::Span | Self::Nothing)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Decimal => f.write_str("decimal"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::Moment => f.write_str("moment"),
            Self::Span => f.write_str("duration"),
            Self::List(of) => write!(f, "list of {of}"),
            Self::Record(_) => f.write_str("record"),
            Self::Nothing => f.write_str("null"),
        }
    }
}

/// The number of a declared name; what an [`Env`](super::Env) is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(pub u32);

#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub path: String,
    /// Names and types of the keys; empty for a plain name.
    pub keys: Vec<(String, Type)>,
    pub ty: Type,
}

/// The names that conditions may read; slots count up from 0 in the order of declaring.
///
/// ```
/// use voronka::condition::{Declarations, Type};
/// let mut names = Declarations::new();
/// let amount = names.declare("fields.amount", Type::Decimal);
/// assert_eq!(names.path(amount), "fields.amount");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    by_path: BTreeMap<String, Slot>,
    slots: Vec<Declared>,
}

impl Declarations {
    /// No names at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a name that is read as it stands, such as `fields.amount`; a later one replaces an earlier.
    pub fn declare(&mut self, path: &str, ty: Type) -> Slot {
        self.add(path, Vec::new(), ty)
    }

    /// Declares a name that is read by keys, such as `facts.stock[l.item, 'main']`.
    ///
    /// Without any key it is the same as [`declare`](Self::declare).
    pub fn declare_keyed(&mut self, path: &str, keys: Vec<(String, Type)>, ty: Type) -> Slot {
        self.add(path, keys, ty)
    }

    fn add(&mut self, path: &str, keys: Vec<(String, Type)>, ty: Type) -> Slot {
        let slot = Slot(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(Declared { path: path.to_owned(), keys, ty });
        self.by_path.insert(path.to_owned(), slot);
        slot
    }

    /// The name behind a slot; empty if there is no such slot.
    #[must_use]
    pub fn path(&self, slot: Slot) -> &str {
        self.declared(slot).map_or("", |declared| &declared.path)
    }

    /// The type behind a slot.
    #[must_use]
    pub fn ty(&self, slot: Slot) -> Option<&Type> {
        self.declared(slot).map(|declared| &declared.ty)
    }

    /// The slot of a name.
    #[must_use]
    pub fn slot(&self, path: &str) -> Option<Slot> {
        self.by_path.get(path).copied()
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn declared(&self, slot: Slot) -> Option<&Declared> {
        self.slots.get(slot.0 as usize)
    }

    /// Whether some declared name is `root` or begins with `root.`.
    pub(super) fn has_root(&self, root: &str) -> bool {
        self.by_path.range(root.to_owned()..).take_while(|(path, _)| path.starts_with(root)).any(
            |(path, _)| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        )
    }

    /// The declared name that was perhaps meant by `path`.
    pub(super) fn nearest(&self, path: &str) -> Option<&str> {
        let last = path.rsplit('.').next().unwrap_or(path);
        let same_end = |known: &&String| known.rsplit('.').next() == Some(last);
        if let Some(known) = self.by_path.keys().find(same_end) {
            return Some(known);
        }
        nearest(path, self.by_path.keys().map(String::as_str))
    }
}

/// The name among `known` that differs from `name` by a slip of the hand, if any.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A long name would make the search slow and is no slip anyway.
    if name.len() > 100 {
        return None;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let allowed = (last.chars().count() / 3).max(1);
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters must be put in, taken out or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut corner = i;
        let mut next = vec![left];
        for (y, up) in b.chars().zip(row.iter().skip(1)) {
            left = (left + 1).min(up + 1).min(corner + usize::from(x != y));
            corner = *up;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// What a condition may do where it stands, and what it must give.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether `now` and `today` may be read (C10).
    pub may_use_now: bool,
    /// The type that it must have; none: any.
    pub expect: Option<Type>,
}

impl Options {
    /// A condition that must be true or false, without `now` and `today`.
    #[must_use]
    pub fn condition() -> Self {
        Self { may_use_now: false, expect: Some(Type::Bool) }
    }

    /// The same where `now` and `today` may be read.
    #[must_use]
    pub fn with_now(mut self) -> Self {
        self.may_use_now = true;
        self
    }
}
