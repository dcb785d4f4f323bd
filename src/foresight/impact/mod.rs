//! What would happen to running cases if they adopted another version (V4).
//!
//! Every open case is evaluated by its own version, adopts the other one on a copy, and is evaluated again; what
//! differs is counted by what it is about, with the ids of some cases. Nothing is written.
//!
//! ```
//! use voronka::case::{Adoption, Opening};
//! use voronka::foresight::impact::{Line, impact};
//! use voronka::scenario::def::{FieldDef, StageDef};
//! use voronka::{Actor, Context, Definition, Scenario};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let compiled = |def| Scenario::new(def).map_err(|defects| format!("{defects:?}"));
//! let talk = StageDef::new("talk");
//! let before = Definition::new("sale").field("client", FieldDef::text()).stage(talk).stage(StageDef::won("won"));
//! let mut after = before.clone();
//! after.version = 2;
//! after.stages[0] = StageDef::new("talk").leave_need("client");
//! let adoption = Adoption::between(&before, &after);
//! let (before, after) = (compiled(before)?, compiled(after)?);
//!
//! let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "head"), "impact");
//! let (case, _) = before.open("c1", Opening::default(), &ctx)?.into_parts();
//! let impact = impact(&before, &after, &adoption, &ctx, &[case]);
//! let lacks = Line::LacksField { requirement: "talk/leave/client".to_owned(), field: "client".to_owned() };
//! assert_eq!((impact.cases, impact.count(&lacks)), (1, 1));
//! # Ok(()) }
//! ```

mod compare;
mod line;
mod stand;
mod survey;
mod told;
mod words;

pub use line::{Line, Shift, Turn};
pub use survey::{Survey, impact};

use crate::Moment;
use crate::case::{Adoption, ScenarioRef};
use crate::scenario::edit::AdoptionDefect;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// How many cases a line names, where nothing else is said.
pub const EXAMPLES: usize = 5;

/// How many cases something happens to, and some of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Found {
    /// How many.
    pub cases: u64,
    /// The least ids among them, in order; of cases only that the actor may see in lists (G2).
    pub examples: Vec<String>,
}

impl Found {
    /// One more case; its id is named where there is room.
    fn one(&mut self, id: Option<&str>, most: usize) {
        self.cases += 1;
        if let Some(id) = id {
            self.name(id, most);
        }
    }

    fn name(&mut self, id: &str, most: usize) {
        let full = self.examples.len() >= most;
        if full && self.examples.last().is_none_or(|last| last.as_str() <= id) {
            return;
        }
        if let Err(place) = self.examples.binary_search_by(|known| known.as_str().cmp(id)) {
            if full {
                self.examples.pop();
            }
            self.examples.insert(place, id.to_owned());
        }
    }
}

/// What adopting does to running cases, counted (V4).
///
/// Parts of one impact over different cases are [merged](Impact::merge) in any order to the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Impact {
    /// The version by which the cases run.
    pub from: ScenarioRef,
    /// The version that they would adopt.
    pub to: ScenarioRef,
    /// The moment for which it was judged.
    pub at: Moment,
    /// What the cases would be told.
    pub adoption: Adoption,
    /// What of that does not fit the two versions, whatever the cases are.
    #[serde(serialize_with = "as_texts", skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<AdoptionDefect>,
    /// How many open cases of the version were looked at.
    pub cases: u64,
    /// How many of them nothing happens to but that they adopt.
    pub untouched: u64,
    /// How many closed cases were left out.
    pub closed: u64,
    /// What happens to the cases.
    #[serde(serialize_with = "as_list")]
    pub lines: BTreeMap<Line, Found>,
    /// How many cases a line names at most.
    #[serde(skip)]
    pub(crate) examples: usize,
}

fn as_texts<S: Serializer>(defects: &[AdoptionDefect], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(defects.iter().map(ToString::to_string))
}

fn as_list<S: Serializer>(lines: &BTreeMap<Line, Found>, out: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        line: &'a Line,
        #[serde(flatten)]
        found: &'a Found,
    }
    let mut list = out.serialize_seq(Some(lines.len()))?;
    for (line, found) in lines {
        list.serialize_element(&Row { line, found })?;
    }
    list.end()
}

/// Two impacts are no parts of one: they are of other versions, another moment or another adoption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherImpact;

impl fmt::Display for OtherImpact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the impacts are of other versions, another moment or another adoption")
    }
}

impl std::error::Error for OtherImpact {}

impl Impact {
    /// How many cases a line counts.
    #[must_use]
    pub fn count(&self, line: &Line) -> u64 {
        self.lines.get(line).map_or(0, |found| found.cases)
    }

    /// What of the adoption stands in the way of publishing: its defects, but for stages that are gone and on which
    /// none of these cases stands.
    pub fn hindrances(&self) -> impl Iterator<Item = &AdoptionDefect> {
        let stands = |stage: &String| {
            let line = Line::Stranded { stage: stage.clone(), to: stage.clone() };
            self.count(&line) > 0
        };
        self.defects.iter().filter(move |it| match it {
            AdoptionDefect::Unmapped { stage } => stands(stage),
            _ => true,
        })
    }

    /// Adds a part that was counted over other cases; the order does not matter.
    ///
    /// # Errors
    /// [`OtherImpact`] where it is not of the same versions, moment and adoption; nothing is added then.
    pub fn merge(&mut self, part: Self) -> Result<(), OtherImpact> {
        let same = self.from == part.from
            && self.to == part.to
            && self.at == part.at
            && self.adoption == part.adoption
            && self.examples == part.examples;
        if !same {
            return Err(OtherImpact);
        }
        self.add(part);
        Ok(())
    }

    fn add(&mut self, part: Self) {
        self.cases += part.cases;
        self.untouched += part.untouched;
        self.closed += part.closed;
        for (line, found) in part.lines {
            let known = self.lines.entry(line).or_default();
            known.cases += found.cases;
            for id in &found.examples {
                known.name(id, self.examples);
            }
        }
    }

    /// The same with nothing counted.
    fn emptied(&self) -> Self {
        let adoption = self.adoption.clone();
        Self {
            from: self.from.clone(),
            to: self.to.clone(),
            at: self.at,
            adoption,
            defects: Vec::new(),
            cases: 0,
            untouched: 0,
            closed: 0,
            lines: BTreeMap::new(),
            examples: self.examples,
        }
    }

    fn record(&mut self, line: Line, id: Option<&str>) {
        let most = self.examples;
        self.lines.entry(line).or_default().one(id, most);
    }
}
