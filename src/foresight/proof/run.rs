//! A run: what is told a case, step by step, so that anybody can see it happen.

use crate::case::{Actor, Case, Context, Entry, Input, Rejection};
use crate::{Moment, Scenario};
use serde::{Deserialize, Serialize};

/// The id of the case that a run runs.
const CASE: &str = "proof";

/// One step of a run: who tells the case what, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The moment.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What.
    pub input: Input,
}

/// A run of one case, from its opening on.
///
/// It needs nothing but the scenario: [`Run::replay`] takes it through [`Scenario::step`], as anybody's inputs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The steps; the first opens the case.
    pub steps: Vec<Step>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The case as its journal gives it; none where it was not even opened.
    pub case: Option<Case>,
    /// Its journal.
    pub journal: Vec<Entry>,
    /// The step that was refused, by its place, and why; nothing after it was done.
    pub refused: Option<(usize, Rejection)>,
}

impl Run {
    /// Takes the run through `open` and `step`, and the journal that comes of it through replay.
    ///
    /// # Examples
    /// ```
    /// use voronka::Scenario;
    /// use voronka::foresight::proof::{Answer, ask};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    ///     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// let Answer::Shown { run } = ask(&scenario, &"reach won".parse()?)? else { return Err("not shown".into()) };
    /// let replayed = run.replay(&scenario);
    /// assert_eq!(replayed.refused, None);
    /// assert_eq!(replayed.journal.len(), 3); // opened, moved, won
    /// assert_eq!(replayed.case.map(|case| case.visit.stage), Some("won".to_owned()));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn replay(&self, scenario: &Scenario) -> Replayed {
        let mut it = Replayed { case: None, journal: Vec::new(), refused: None };
        let mut case: Option<Case> = None;
        for (at, step) in self.steps.iter().enumerate() {
            let ctx = Context::new(step.at, step.actor.clone(), input_id(it.journal.len() as u64 + 1));
            let done = match (&case, &step.input) {
                (None, Input::Open(opening)) => scenario.open(CASE, (**opening).clone(), &ctx),
                // A run that does not begin with an opening steps a case that nobody opened.
                (None, other) => scenario.step(&Case::blank(CASE, step.at), other.clone(), &ctx),
                (Some(case), input) => scenario.step(case, input.clone(), &ctx),
            };
            match done {
                Ok(outcome) => {
                    let (stepped, entry) = outcome.into_parts();
                    it.journal.push(entry);
                    case = Some(stepped);
                }
                Err(rejection) => {
                    it.refused = Some((at, rejection));
                    break;
                }
            }
        }
        it.case = Case::replay(&it.journal).ok();
        it
    }
}

/// The id of a run's input, by the number of the entry that it makes.
pub(super) fn input_id(number: u64) -> String {
    format!("{CASE}-{number}")
}

/// The id of the case of every run.
pub(super) const fn case_id() -> &'static str {
    CASE
}
