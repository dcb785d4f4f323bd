//! How many cases show a finding, and some of them.

use super::Count;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How many examples a finding keeps, those with the smallest ids.
pub const EXAMPLES: usize = 10;

/// A case that shows a finding, and the entry at which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Example {
    /// The case.
    pub case: String,
    /// The entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
}

/// How many cases show a finding, and some of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Found {
    /// How many cases.
    pub cases: usize,
    /// At most [`EXAMPLES`] of them, those with the smallest ids.
    pub examples: Vec<Example>,
}

impl Found {
    pub(super) fn add(&mut self, case: &str, entry: Option<u64>) {
        self.cases += 1;
        let last = self.examples.last().filter(|_| self.examples.len() >= EXAMPLES);
        if last.is_none_or(|last| case < last.case.as_str()) {
            self.keep(Example { case: case.to_owned(), entry });
        }
    }

    fn keep(&mut self, example: Example) {
        if let Err(place) = self.examples.binary_search(&example) {
            self.examples.insert(place, example);
            self.examples.truncate(EXAMPLES);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.cases += other.cases;
        for example in other.examples {
            self.keep(example);
        }
    }
}

/// Findings by what they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<K: Ord>(BTreeMap<K, Found>);

impl<K: Ord> Default for Tally<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Tally<K> {
    /// Each finding, in the order of what they are of.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Found)> {
        self.0.iter()
    }

    /// What was found of something.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Found> {
        self.0.get(key)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn add(&mut self, key: K, case: &str, entry: Option<u64>) {
        self.0.entry(key).or_default().add(case, entry);
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (key, found) in other.0 {
            self.0.entry(key).or_default().merge(found);
        }
    }
}

impl<K: Ord + Serialize> Serialize for Tally<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        lines(&self.0, serializer)
    }
}

/// A map whose keys are no texts, as a list.
pub(super) fn lines<K: Serialize, V: Serialize, S: Serializer>(
    map: &BTreeMap<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Line<'a, K, V> {
        #[serde(flatten)]
        key: &'a K,
        #[serde(flatten)]
        value: &'a V,
    }
    serializer.collect_seq(map.iter().map(|(key, value)| Line { key, value }))
}

/// How often something happened on either side, and in which cases more or less often.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// How many times in all.
    #[serde(flatten)]
    pub all: Count,
    /// Cases in which the draft does it more often.
    pub more: Found,
    /// Cases in which the draft does it less often.
    pub fewer: Found,
}

impl Counts {
    pub(super) fn add(&mut self, count: Count, case: &str) {
        self.all.recorded += count.recorded;
        self.all.draft += count.draft;
        match count.draft.cmp(&count.recorded) {
            Ordering::Greater => self.more.add(case, None),
            Ordering::Less => self.fewer.add(case, None),
            Ordering::Equal => {}
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.all.recorded += other.all.recorded;
        self.all.draft += other.all.draft;
        self.more.merge(other.more);
        self.fewer.merge(other.fewer);
    }
}
