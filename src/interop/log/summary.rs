//! What came of a whole log, counted, with examples.

use super::deviation::{Deviation, Followed, Refused, Words, clean};
use super::{LogError, Mapping, Replayed, Unknown};
use crate::scenario::Scenario;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// So many of each sort are kept to be shown; all are counted.
pub const LISTED: usize = 100;
/// So many different names are kept of what the mapping does not know.
const NAMES: usize = 1_000;
/// So many examples stand beside a line, and so many names in an error.
const SHOWN: usize = 3;
const NAMED: usize = 20;

/// What came of the traces of a log; it is fed one by one, and keeps bounded lists (C4).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// How many traces.
    pub traces: usize,
    /// How many of them have a journal.
    pub journals: usize,
    /// How many entries their journals have.
    pub entries: usize,
    /// How many events mean nothing by the mapping.
    pub ignored: usize,
    /// How many events say what is so already.
    pub unchanged: usize,
    /// How many events were passed over.
    pub passed_over: usize,
    /// How many were passed over in part.
    pub in_part: usize,
    /// How many were left out.
    pub left_out: usize,
    /// How many traces were left out.
    pub refused: usize,
    /// How many rows of a table were left out before they could be events, as who read the table says.
    #[serde(skip_serializing_if = "crate::scenario::def::is_default")]
    pub rows_left_out: usize,
    /// The events that the scenario refuses, by activity and code.
    pub kinds: Vec<Kind>,
    /// The first of them one by one.
    pub deviations: Vec<Deviation>,
    /// The first traces that were left out.
    pub refused_traces: Vec<Refused>,
    /// Activities of which the mapping says nothing, with how often each occurs.
    pub unknown: BTreeMap<String, usize>,
    /// Words for a reason of which the mapping says nothing, with how often each occurs.
    pub unknown_reasons: BTreeMap<String, usize>,
}

/// Events that are refused for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Kind {
    /// The activity.
    pub activity: String,
    /// The code of why.
    pub code: String,
    /// What became of them.
    pub followed: Followed,
    /// How many.
    pub count: usize,
    /// The first of them.
    pub examples: Vec<Deviation>,
}

impl Summary {
    /// Adds what came of a trace.
    pub fn add(&mut self, it: &Replayed) {
        self.traces += 1;
        self.journals += usize::from(it.case.is_some());
        self.entries += it.entries.len();
        self.ignored += it.ignored;
        self.unchanged += it.unchanged;
        for deviation in &it.deviations {
            self.deviation(deviation);
        }
        if let Some(refused) = &it.refused {
            self.refused += 1;
            if self.refused_traces.len() < LISTED {
                self.refused_traces.push(refused.clone());
            }
        }
        for (into, from) in
            [(&mut self.unknown, &it.unknown), (&mut self.unknown_reasons, &it.unknown_reasons)]
        {
            for (name, count) in from {
                if into.len() < NAMES || into.contains_key(name) {
                    *into.entry(name.clone()).or_default() += count;
                } else {
                    *into.entry("…".to_owned()).or_default() += count;
                }
            }
        }
    }

    fn deviation(&mut self, it: &Deviation) {
        *match it.followed {
            Followed::PassedOver => &mut self.passed_over,
            Followed::InPart => &mut self.in_part,
            Followed::LeftOut => &mut self.left_out,
        } += 1;
        if self.deviations.len() < LISTED {
            self.deviations.push(it.clone());
        }
        let same = |kind: &&Kind| {
            kind.activity == it.activity && kind.code == it.why.code() && kind.followed == it.followed
        };
        let place = match self.kinds.iter().position(|kind| same(&kind)) {
            Some(place) => place,
            None if self.kinds.len() >= NAMES => return,
            None => {
                let (activity, code) = (it.activity.clone(), it.why.code().to_owned());
                self.kinds.push(Kind {
                    activity,
                    code,
                    followed: it.followed,
                    count: 0,
                    examples: Vec::new(),
                });
                self.kinds.len() - 1
            }
        };
        let Some(kind) = self.kinds.get_mut(place) else { return };
        kind.count += 1;
        if kind.examples.len() < SHOWN {
            kind.examples.push(it.clone());
        }
    }

    /// How many events the scenario refuses.
    #[must_use]
    pub const fn deviating(&self) -> usize {
        self.passed_over + self.in_part + self.left_out
    }

    /// Whether everything fits.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.deviating() + self.refused == 0 && self.unknown.is_empty() && self.unknown_reasons.is_empty()
    }

    /// That nothing was unknown, or the mapping says that it may be.
    ///
    /// # Errors
    /// The activities of which the mapping says nothing, with how often each occurs.
    pub fn known(&self, mapping: &Mapping) -> Result<(), LogError> {
        if self.unknown.is_empty() || mapping.unknown == Unknown::List {
            return Ok(());
        }
        let mut all: Vec<_> = self.unknown.iter().collect();
        all.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then(a.cmp(b)));
        let mut named: Vec<String> =
            all.iter().take(NAMED).map(|(name, count)| format!("`{}` ({count})", clean(name))).collect();
        if all.len() > NAMED {
            named.push(format!("{} more", all.len() - NAMED));
        }
        Err(LogError::Unknown(named.join(", ")))
    }

    /// What came of the log, in words. English and Russian.
    #[must_use]
    pub fn told(&self, scenario: &Scenario, language: &str) -> String {
        let words = Words::of(language);
        let mut out = format!(
            "{}: {}; {}: {}; {}: {}\n",
            words.traces, self.traces, words.journals, self.journals, words.entries, self.entries
        );
        if self.fits() && self.traces > 0 && self.rows_left_out == 0 {
            let _ = writeln!(out, "{}", words.fits);
        }
        if !self.kinds.is_empty() {
            let _ = writeln!(out, "\n{}: {}", words.deviations, self.deviating());
            let mut kinds: Vec<&Kind> = self.kinds.iter().collect();
            kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
            for kind in kinds {
                let Some(first) = kind.examples.first() else { continue };
                let why = first.why_told(scenario, language);
                let examples: Vec<String> =
                    kind.examples.iter().map(|it| format!("{} ({})", clean(&it.case), it.event)).collect();
                let (activity, followed) = (clean(&kind.activity), kind.followed.told(language));
                let examples = examples.join(", ");
                let _ = writeln!(
                    out,
                    "  {}  {activity}: {why} — {followed}; {} {examples}",
                    kind.count, words.example
                );
            }
        }
        if self.refused > 0 {
            let _ = writeln!(out, "\n{}: {}", words.refused, self.refused);
            for refused in self.refused_traces.iter().take(NAMED) {
                let _ = writeln!(out, "  {}", refused.told(scenario, language));
            }
            if self.refused > NAMED {
                let _ = writeln!(out, "  … {} {}", words.more, self.refused - NAMED);
            }
        }
        for (title, names) in [(words.unknown, &self.unknown), (words.unknown_reasons, &self.unknown_reasons)]
        {
            if names.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{title}: {}", names.len());
            let mut all: Vec<_> = names.iter().collect();
            all.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then(a.cmp(b)));
            for (name, count) in all {
                let _ = writeln!(out, "  {count}  {}", clean(name));
            }
        }
        out
    }
}
