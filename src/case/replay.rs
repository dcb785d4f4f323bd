//! Replay: a case from its journal, without any scenario.

use super::{Case, Entry, Event, FORMAT, Recorded};
use crate::Moment;

/// A journal that is no case's (S4, C3, C11).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// There is no entry.
    #[error("S4: the journal is empty")]
    Empty,
    /// An entry is missing, stands twice or out of order, or the journal was cut at its beginning.
    #[error("S4: the journal of case {case} has a hole: after entry {after} comes entry {found}")]
    Hole {
        /// The case.
        case: String,
        /// The last entry in order.
        after: u64,
        /// What came next.
        found: u64,
    },
    /// An entry belongs to another case.
    #[error("S4: entry {number} is of case {found}, not of case {case}")]
    Foreign {
        /// The case.
        case: String,
        /// The other case.
        found: String,
        /// The entry's number.
        number: u64,
    },
    /// An entry was recorded before the one in front of it.
    #[error("C5: entry {number} of case {case} is of {at}, the one before it of {before}")]
    Backwards {
        /// The case.
        case: String,
        /// The entry's number.
        number: u64,
        /// Its moment.
        at: Moment,
        /// The moment of the one before.
        before: Moment,
    },
    /// The first entry opens nothing, or a later one opens again.
    #[error("C3: entry {number} of case {case} {}", if *.number == 1 { "opens no case" } else { "opens the case again" })]
    Opening {
        /// The case.
        case: String,
        /// The entry's number.
        number: u64,
    },
    /// An entry has another format.
    #[error("C3: entry {number} of case {case} has format {format}, this engine reads format {FORMAT}")]
    Format {
        /// The case.
        case: String,
        /// The entry's number.
        number: u64,
        /// Its format.
        format: u32,
    },
    /// An entry holds what only a newer engine knows; its bytes are kept, the case is refused (C11).
    #[error("C11: entry {number} of case {case} was written by a newer engine: {why}")]
    Newer {
        /// The case.
        case: String,
        /// The entry's number.
        number: u64,
        /// What could not be read.
        why: String,
    },
}

impl Case {
    /// The case that a whole journal gives, from its first entry on; needs no scenario (C3).
    ///
    /// # Errors
    /// When the journal is empty, has a hole, mixes cases, runs backwards, or has another format.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// assert_eq!(&Case::replay([opened.entry()])?, opened.case());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Self, ReplayError> {
        let mut entries = entries.into_iter();
        let first = entries.next().ok_or(ReplayError::Empty)?;
        let mut case = Self::blank(&first.case, first.at);
        case.take(first)?;
        for entry in entries {
            case.take(entry)?;
        }
        Ok(case)
    }

    /// The same from entries as a store gives them.
    ///
    /// # Errors
    /// As [`Case::replay`], and when an entry is of a newer engine (C11).
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let stored = serde_json::to_string(opened.entry())?;
    /// let read = voronka::case::Recorded::read(&stored)?;
    /// assert_eq!(&Case::replay_recorded([&read])?, opened.case());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replay_recorded<'a>(entries: impl IntoIterator<Item = &'a Recorded>) -> Result<Self, ReplayError> {
        let mut case: Option<Self> = None;
        for recorded in entries {
            match recorded {
                Recorded::Known(entry) => {
                    case.get_or_insert_with(|| Self::blank(&entry.case, entry.at)).take(entry)?;
                }
                Recorded::Newer { case, number, why, .. } => {
                    return Err(ReplayError::Newer { case: case.clone(), number: *number, why: why.clone() });
                }
            }
        }
        case.ok_or(ReplayError::Empty)
    }

    /// This case with one more entry of its journal.
    ///
    /// # Errors
    /// When the entry is not the next one of this case; then the case is what it was.
    pub fn follow(&self, entry: &Entry) -> Result<Self, ReplayError> {
        let mut next = self.clone();
        next.take(entry)?;
        Ok(next)
    }

    /// Whether these are all entries of one case in order, without folding them.
    ///
    /// # Errors
    /// As [`Case::replay`].
    pub(crate) fn is_whole(entries: &[Entry]) -> Result<(), ReplayError> {
        let first = entries.first().ok_or(ReplayError::Empty)?;
        let mut last = (0, first.at);
        for entry in entries {
            next(entry, &first.case, last)?;
            last = (entry.number, entry.at);
        }
        Ok(())
    }

    fn take(&mut self, entry: &Entry) -> Result<(), ReplayError> {
        next(entry, &self.id, (self.revision, self.last_at))?;
        self.fold(entry);
        Ok(())
    }
}

/// Whether an entry is the next one of a case, whose last one had this number and moment.
fn next(entry: &Entry, id: &str, (last, last_at): (u64, Moment)) -> Result<(), ReplayError> {
    let Entry { case, number, at, .. } = entry;
    let (number, at) = (*number, *at);
    if entry.format != FORMAT {
        return Err(ReplayError::Format { case: case.clone(), number, format: entry.format });
    }
    if case != id {
        return Err(ReplayError::Foreign { case: id.to_owned(), found: case.clone(), number });
    }
    if number != last + 1 {
        return Err(ReplayError::Hole { case: case.clone(), after: last, found: number });
    }
    if at < last_at {
        return Err(ReplayError::Backwards { case: case.clone(), number, at, before: last_at });
    }
    let opens = matches!(entry.events.first(), Some(Event::Opened(_)));
    if opens != (number == 1) {
        return Err(ReplayError::Opening { case: case.clone(), number });
    }
    Ok(())
}
