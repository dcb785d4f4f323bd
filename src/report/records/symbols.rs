//! Texts by number: each is kept once, and rows hold its number.

use hashbrown::HashTable;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Texts by number. Which number a text has depends on the order in which they came, and shows nowhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbols {
    texts: Vec<Box<str>>,
    index: HashTable<u32>,
}

pub(super) fn hash(text: &str) -> u64 {
    // Its keys are fixed, so that a run is like the other.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Symbols {
    /// The number of a text, a new one if it is new.
    pub fn of(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known(text) {
            return known;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        let texts = &self.texts;
        self.index.insert_unique(hash(text), number, |at| hash(text_at(texts, *at)));
        number
    }

    /// The number of a text that is known.
    pub fn known(&self, text: &str) -> Option<u32> {
        self.index.find(hash(text), |at| self.text(*at) == text).copied()
    }

    /// The text of a number; the empty one of a number that is not there.
    pub fn text(&self, number: u32) -> &str {
        text_at(&self.texts, number)
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}

fn text_at(texts: &[Box<str>], number: u32) -> &str {
    texts.get(number as usize).map_or("", |text| text)
}
