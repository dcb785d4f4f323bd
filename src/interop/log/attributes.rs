//! The attributes of a trace or event.

use crate::Value;
use std::ops::Index;

/// Values by name, in the order of the names.
///
/// A log has some for each of its events, few each time: a sorted list takes a third of the room of a tree, and of the time
/// to read one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes(Vec<(String, Value)>);

impl Attributes {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.place(name).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Whether there is a value of a name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets the value of a name; gives the one that it had.
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        match self.place(&name) {
            Ok(place) => self.0.get_mut(place).map(|(_, old)| std::mem::replace(old, value)),
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    /// All of them, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The names.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}

impl Index<&str> for Attributes {
    type Output = Value;

    /// # Panics
    /// When there is no value of the name, as for any map.
    #[expect(clippy::panic, reason = "an index that is not there has nothing to give; `get` asks")]
    fn index(&self, name: &str) -> &Value {
        match self.get(name) {
            Some(value) => value,
            None => panic!("there is no attribute `{name}`"),
        }
    }
}

impl FromIterator<(String, Value)> for Attributes {
    /// Of a name that comes twice the last value counts.
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(all: I) -> Self {
        let mut all: Vec<(String, Value)> = all.into_iter().collect();
        if !all.is_sorted_by(|(a, _), (b, _)| a < b) {
            all.sort_by(|(a, _), (b, _)| a.cmp(b));
            all.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(&mut later.1, &mut kept.1);
                }
                same
            });
        }
        Self(all)
    }
}

impl Extend<(String, Value)> for Attributes {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, more: I) {
        for (name, value) in more {
            self.insert(name, value);
        }
    }
}

impl<const N: usize> From<[(String, Value); N]> for Attributes {
    fn from(all: [(String, Value); N]) -> Self {
        all.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts_and_order_does_not() {
        let of = |all: &[(&str, i64)]| -> Attributes {
            all.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
        };
        let it = of(&[("b", 1), ("a", 2), ("b", 3), ("c", 4), ("b", 5)]);
        assert_eq!(it, of(&[("a", 2), ("b", 5), ("c", 4)]));
        assert_eq!((it.get("b"), it.get("d"), it.len()), (Some(&5.into()), None, 3));
        let mut put = Attributes::new();
        put.extend([("c".to_owned(), 4.into()), ("a".to_owned(), 0.into()), ("b".to_owned(), 5.into())]);
        assert_eq!(put.insert("a".to_owned(), 2.into()), Some(0.into()));
        assert_eq!((&put, put.keys().collect::<Vec<_>>()), (&it, vec!["a", "b", "c"]));
    }
}
