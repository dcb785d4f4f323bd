//! What a back-test found: of one case, and of all of them. Parts merge in any order to the same whole (F7).

mod found;

pub use found::{Counts, EXAMPLES, Example, Found, Tally};

use crate::Moment;
use crate::case::{Case, Missing};
use crate::scenario::def::StageOutcome;
use found::lines;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CaseResult {
    /// The case.
    pub case: String,
    /// Whether anything differs.
    pub verdict: Verdict,
    /// The step at which it diverged; what is told below is of what was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// The first thing that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// Passages that only one of the two took, or took more often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", serialize_with = "lines")]
    pub passages: BTreeMap<Passage, Count>,
    /// How it ended, where it did so otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// That the draft had closed it already where it diverged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_earlier: Option<End>,
    /// How many times each trigger fired.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<String, Count>,
    /// How many moves of each trigger were held up (T6).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub wishes: BTreeMap<String, Count>,
    /// How many effects of each kind there were.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub effects: BTreeMap<String, Count>,
    /// Reports that were left out, since what they report on is not in the draft's run: by the input's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unasked: BTreeMap<String, u32>,
    /// The scenario to which it passed, where the comparison ends (M12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred: Option<String>,
    /// How many adoptions of other versions were passed over: the draft stands for all versions.
    #[serde(skip_serializing_if = "is_zero")]
    pub adopted: u32,
    /// Stages that were taken by another name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed: BTreeMap<String, String>,
}

/// What is said of one case as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing differs but texts for people, the scenario's own version, and stages' places in the order.
    Same,
    /// Something differs.
    Different,
    /// Its personal texts were erased, so that its inputs no longer give its events (S12).
    Erased,
    /// It could not be run; the code of why: `damaged`, `newer`, `scenario`, `timers`.
    Failed(&'static str),
}

/// The step at which a case diverged.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stop {
    /// The journal's entry.
    pub entry: u64,
    /// Its moment.
    pub at: Moment,
    /// The input's name.
    pub input: String,
    /// On which stage the draft's case stood.
    pub stage: String,
    /// Whether it is a move or close that the draft refuses where it was made.
    pub held_up: bool,
    /// What the draft misses, without the values of the case; empty where the input names what the draft's run does not
    /// have.
    pub missing: Vec<Missing>,
    /// What the input names and the draft's run does not have: `activity`, `debt`, `interaction`, `stage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<&'static str>,
}

/// The first thing that differs in a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct First {
    /// The recorded event that the draft has not, or otherwise; where the draft has one more, that one.
    pub event: String,
    /// The journal's entry.
    #[serde(skip)]
    pub entry: u64,
}

/// From one stage to the next, an outcome's included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Passage {
    /// From which stage.
    pub from: String,
    /// To which.
    pub to: String,
}

/// How many times on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Count {
    /// In the journal.
    pub recorded: u64,
    /// By the draft.
    pub draft: u64,
}

/// How a case stands in the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct End {
    /// The stage; of a closed case the outcome's.
    pub stage: String,
    /// What it means: `won`, `lost`, `void`, `result`, `bad_result`; none while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a case ended in the journal, and by the draft.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Ended {
    /// In the journal.
    pub recorded: End,
    /// By the draft.
    pub draft: End,
}

/// A move or close that a draft refuses, by one thing that it misses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Barrier {
    /// The input's name.
    pub input: String,
    /// What is missing, without the values of any case.
    pub missing: Missing,
}

/// An input that no longer fits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Divergence {
    /// The input's name.
    pub input: String,
    /// The first code of the refusal; `gone/…` where it names what the draft's run does not have.
    pub code: String,
    /// The first thing that is missing, without the values of any case; none where the input names what the draft's run
    /// does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// Whose a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The journal's.
    Recorded,
    /// The draft's.
    Draft,
}

/// A passage that only one of the two took, or took more often.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Changed {
    /// Which of the two.
    pub side: Side,
    /// From where to where.
    #[serde(flatten)]
    pub passage: Passage,
}

/// Why a case was not run, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Left {
    /// The code of a failure, or the scenario to which it passed.
    pub why: String,
}

/// What a back-test found.
///
/// Made of parts by [`Backtest::add`] and [`Backtest::merge`], in any order; the parts must share no case.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Backtest {
    /// How many cases there are.
    pub cases: usize,
    /// Cases in which nothing differs.
    pub same: usize,
    /// Cases in which something does.
    pub different: Found,
    /// Cases in which the draft refuses a move or close that was made.
    pub held_up: Found,
    /// By what: a case counts under each thing that its move misses.
    pub barriers: Tally<Barrier>,
    /// Cases in which another input no longer fits, or one meets the case elsewhere than it was.
    pub diverged: Found,
    /// By which input and code.
    pub divergences: Tally<Divergence>,
    /// Cases that would have gone another way.
    pub moved: Found,
    /// The passages that only one of the two took.
    pub passages: Tally<Changed>,
    /// Cases that would have ended otherwise, or would still be open.
    pub ended: Tally<Ended>,
    /// Cases that the draft had closed where a person's input met it.
    pub closed_earlier: Tally<End>,
    /// Automatic actions: how many times each trigger fired.
    pub triggers: BTreeMap<String, Counts>,
    /// Moves of triggers that are held up (T6).
    pub wishes: BTreeMap<String, Counts>,
    /// Effects by their kind.
    pub effects: BTreeMap<String, Counts>,
    /// The first event that differs in each case where one does.
    pub first: Tally<First>,
    /// Reports that were left out, since the draft's run does not have what they report on.
    pub unasked: BTreeMap<String, Found>,
    /// Cases that passed to another scenario (M12); they are compared up to there.
    pub transferred: Tally<Left>,
    /// Cases that adopted other versions of this scenario; the draft stands for all versions.
    pub adopted: Found,
    /// Stages that were taken by another name: old to new, and in which cases.
    pub renamed: BTreeMap<String, Tally<Left>>,
    /// Cases left out, since their personal texts were erased (S12).
    pub erased: Found,
    /// Cases that could not be run, by why.
    pub failed: Tally<Left>,
}

impl Backtest {
    /// Adds what came of one more case.
    pub fn add(&mut self, it: CaseResult) {
        let case = it.case.as_str();
        self.cases += 1;
        match it.verdict {
            Verdict::Same => self.same += 1,
            Verdict::Different => {
                let first = it.first.as_ref().map(|first| first.entry);
                self.different.add(case, first.or_else(|| it.stop.as_ref().map(|stop| stop.entry)));
            }
            Verdict::Erased => return self.erased.add(case, None),
            Verdict::Failed(why) => return self.failed.add(Left { why: why.to_owned() }, case, None),
        }
        if let Some(stop) = &it.stop {
            let entry = Some(stop.entry);
            if stop.held_up {
                self.held_up.add(case, entry);
                let mut keys: Vec<Barrier> = Vec::new();
                for missing in &stop.missing {
                    let key = Barrier { input: stop.input.clone(), missing: missing.clone() };
                    if !keys.contains(&key) {
                        keys.push(key);
                    }
                }
                for key in keys {
                    self.barriers.add(key, case, entry);
                }
            } else {
                self.diverged.add(case, entry);
                let missing = stop.missing.first().cloned();
                let key = Divergence { input: stop.input.clone(), code: stop.code(), missing };
                self.divergences.add(key, case, entry);
            }
        }
        if let Some(first) = it.first {
            let entry = first.entry;
            self.first.add(First { entry: 0, ..first }, case, Some(entry));
        }
        if !it.passages.is_empty() {
            self.moved.add(case, None);
        }
        for (passage, count) in it.passages {
            let side = if count.recorded > count.draft { Side::Recorded } else { Side::Draft };
            self.passages.add(Changed { side, passage }, case, None);
        }
        if let Some(ended) = it.ended {
            self.ended.add(ended, case, None);
        }
        if let Some(end) = it.closed_earlier {
            self.closed_earlier.add(end, case, it.stop.as_ref().map(|stop| stop.entry));
        }
        for (into, counts) in [
            (&mut self.triggers, it.triggers),
            (&mut self.wishes, it.wishes),
            (&mut self.effects, it.effects),
        ] {
            for (key, count) in counts {
                into.entry(key).or_default().add(count, case);
            }
        }
        for (input, _) in it.unasked {
            self.unasked.entry(input).or_default().add(case, None);
        }
        if let Some(scenario) = it.transferred {
            self.transferred.add(Left { why: scenario }, case, None);
        }
        if it.adopted > 0 {
            self.adopted.add(case, None);
        }
        for (from, to) in it.renamed {
            self.renamed.entry(from).or_default().add(Left { why: to }, case, None);
        }
    }

    /// The whole of two parts that share no case.
    pub fn merge(&mut self, other: Self) {
        self.cases += other.cases;
        self.same += other.same;
        self.different.merge(other.different);
        self.held_up.merge(other.held_up);
        self.barriers.merge(other.barriers);
        self.diverged.merge(other.diverged);
        self.divergences.merge(other.divergences);
        self.moved.merge(other.moved);
        self.passages.merge(other.passages);
        self.ended.merge(other.ended);
        self.closed_earlier.merge(other.closed_earlier);
        for (into, from) in [
            (&mut self.triggers, other.triggers),
            (&mut self.wishes, other.wishes),
            (&mut self.effects, other.effects),
        ] {
            for (key, counts) in from {
                into.entry(key).or_default().merge(counts);
            }
        }
        self.first.merge(other.first);
        for (input, found) in other.unasked {
            self.unasked.entry(input).or_default().merge(found);
        }
        self.transferred.merge(other.transferred);
        self.adopted.merge(other.adopted);
        for (from, to) in other.renamed {
            self.renamed.entry(from).or_default().merge(to);
        }
        self.erased.merge(other.erased);
        self.failed.merge(other.failed);
    }

    /// How many cases were run again: all but the erased ones and those that could not be.
    #[must_use]
    pub const fn run(&self) -> usize {
        self.same + self.different.cases
    }
}

impl Stop {
    /// The first code of the refusal; `gone/…` where the input names what the draft's run does not have.
    #[must_use]
    pub fn code(&self) -> String {
        match (self.gone, self.missing.first()) {
            (Some(what), _) => format!("gone/{what}"),
            (None, Some(missing)) => missing.code.clone(),
            (None, None) => String::new(),
        }
    }
}

impl End {
    pub(super) fn of(case: &Case) -> Self {
        let Some(closing) = &case.closing else {
            return Self { stage: case.visit.stage.clone(), outcome: None, reason: None };
        };
        let outcome = match closing.outcome {
            StageOutcome::Won => "won",
            StageOutcome::Lost => "lost",
            StageOutcome::Void => "void",
            StageOutcome::Result => "result",
            StageOutcome::BadResult => "bad_result",
        };
        let reason = closing.reason.as_ref().map(|reason| reason.id.clone());
        Self { stage: closing.stage.clone(), outcome: Some(outcome), reason }
    }
}

/// By what a thing that is missing is told from others.
fn key(it: &Missing) -> impl Ord + '_ {
    (&it.code, &it.requirement, &it.args, &it.say)
}

impl Eq for Barrier {}

impl PartialOrd for Barrier {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Barrier {
    fn cmp(&self, other: &Self) -> Ordering {
        self.input.cmp(&other.input).then_with(|| key(&self.missing).cmp(&key(&other.missing)))
    }
}

impl Eq for Divergence {}

impl PartialOrd for Divergence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Divergence {
    fn cmp(&self, other: &Self) -> Ordering {
        let of = |it: &Self| (it.input.clone(), it.code.clone());
        let (one, two) = (self.missing.as_ref().map(key), other.missing.as_ref().map(key));
        of(self).cmp(&of(other)).then_with(|| one.cmp(&two))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
