//! What a host asks of the runtime, and what it gets.

use crate::Moment;
use crate::case::{Actor, Case, Entry, Input, Opening};
use crate::store::Settle;

/// A scenario by name: its latest version, or one by its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Which {
    /// The scenario's id.
    pub scenario: String,
    /// The version; the latest where none.
    pub version: Option<u32>,
}

impl<T: Into<String>> From<T> for Which {
    fn from(scenario: T) -> Self {
        Self { scenario: scenario.into(), version: None }
    }
}

/// One input for one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The case.
    pub case: String,
    /// What it is told.
    pub input: Input,
    /// The input's id, unique in the store: the same again gives the first answer (S3).
    pub input_id: String,
    /// Who acts.
    pub actor: Actor,
    /// The revision that its sender saw; where the case has moved on, it goes back (S2).
    pub seen_revision: Option<u64>,
    /// The moment by its sender's clock; the host's own now where none (S10).
    pub at: Option<Moment>,
    /// By which scenario a case is opened, or which it adopts (of a case that is open already: its own, the
    /// latest version). Of no meaning for other inputs.
    pub scenario: Option<Which>,
}

impl Request {
    /// An input for a case that is there.
    pub fn new(case: impl Into<String>, input: Input, input_id: impl Into<String>, actor: Actor) -> Self {
        Self {
            case: case.into(),
            input,
            input_id: input_id.into(),
            actor,
            seen_revision: None,
            at: None,
            scenario: None,
        }
    }

    /// Opens a case by the latest version of a scenario, or by a named one.
    pub fn open(
        scenario: impl Into<Which>,
        case: impl Into<String>,
        opening: Opening,
        input_id: impl Into<String>,
        actor: Actor,
    ) -> Self {
        let request = Self::new(case, Input::Open(Box::new(opening)), input_id, actor);
        Self { scenario: Some(scenario.into()), ..request }
    }

    /// With the revision that its sender saw (S2).
    #[must_use]
    pub const fn seen(mut self, revision: u64) -> Self {
        self.seen_revision = Some(revision);
        self
    }

    /// With the moment by its sender's clock (S10).
    #[must_use]
    pub const fn at(mut self, moment: Moment) -> Self {
        self.at = Some(moment);
        self
    }

    /// With the scenario that the case adopts (V3, M12).
    #[must_use]
    pub fn adopting(mut self, scenario: Which) -> Self {
        self.scenario = Some(scenario);
        self
    }

    /// One input for many cases: each under an id of the bulk and the case (M10).
    ///
    /// # Examples
    /// ```
    /// use voronka::{Actor, Input, runtime::Request};
    /// let cases = ["c1".to_owned(), "c2".to_owned()];
    /// let bulk = Request::bulk("handover-7", &cases, &Input::Tick, &Actor::new("olga", "head"));
    /// assert_eq!(bulk[1].input_id, "handover-7/c2");
    /// ```
    pub fn bulk(bulk: &str, cases: &[String], input: &Input, actor: &Actor) -> Vec<Self> {
        let one = |case: &String| Self::new(case, input.clone(), bulk_id(bulk, case), actor.clone());
        cases.iter().map(one).collect()
    }
}

/// The id of a bulk's input for a case: `BULK/CASE` (M10).
#[must_use]
pub fn bulk_id(bulk: &str, case: &str) -> String {
    format!("{bulk}/{case}")
}

/// An accepted input.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Its entry: of an input that came again, the first answer (S3).
    pub entry: Box<Entry>,
    /// The case as it is now; of an input that came again, after all that has happened since.
    pub case: Box<Case>,
    /// Whether the input had been accepted before, and nothing was done now.
    pub repeated: bool,
}

/// How far a bulk has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many inputs have their answer.
    pub answered: usize,
    /// How many of those were not accepted.
    pub failed: usize,
    /// How many there are.
    pub of: usize,
}

/// A request under way, with what its commit settles.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub request: Request,
    pub settles: Vec<Settle>,
}

impl From<Request> for Asked {
    fn from(request: Request) -> Self {
        Self { request, settles: Vec::new() }
    }
}
