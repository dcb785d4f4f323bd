//! The whole report: funnel, slices, refusals, comparison, discipline, and what could not be looked at.

use super::ask::{Ask, AskError};
use super::compare::Difference;
use super::count::chosen;
use super::discipline::Discipline;
use super::frame::Frame;
use super::funnel::Funnel;
use super::layout::Layout;
use super::matching::Matcher;
use super::query::Query;
use super::records::Records;
use super::refusals::Refusals;
use super::{BroughtBack, HoldUps, Needed, PlanFact, Recovery};
use serde::Serialize;

/// A funnel report over cases.
///
/// Made by [`Report::of`]; what its numbers mean, with formulas and an example of four cases, is in `docs/REPORT.md`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The scenario whose order it is told in.
    pub scenario: String,
    /// That one's version.
    pub version: u32,
    /// The funnel of all cases that were asked for.
    pub funnel: Funnel,
    /// The slices, where the report is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slices: Option<SliceReport>,
    /// Another period or slice beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// Why cases were lost.
    pub refusals: Refusals,
    /// What would come back if reasons were resolved, where that was asked ([`Funnel::recovered`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// What must be resolved for more sales, where that was asked ([`Funnel::needed`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<Needed>,
    /// What was brought back, where that was asked ([`BroughtBack::of`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought: Option<BroughtBack>,
    /// What holds people up, where counts of refusals were given ([`HoldUps::of`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdups: Option<HoldUps>,
    /// Plan and fact, where targets were given ([`PlanFact::of`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanFact>,
    /// How the work is kept up with; none where the records keep no work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discipline: Option<Discipline>,
}

/// A report beside another one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// What this one is of.
    pub here: String,
    /// What the other one is of.
    pub there: String,
    /// The other one.
    pub funnel: Funnel,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// A report that is cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SliceReport {
    /// By what.
    pub by: String,
    /// Whether a case can stand in several slices (of a list it stands under each value, F5), so that they do not add up.
    pub overlapping: bool,
    /// The slices by value; under the empty one those that have none.
    pub slices: Vec<Slice>,
}

/// One slice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Slice {
    /// The value.
    pub value: String,
    /// The funnel of the cases that have it.
    pub funnel: Funnel,
    /// How it differs from all others together; empty where slices overlap.
    pub differences: Vec<Difference>,
}

impl Report {
    /// The report that is asked for.
    ///
    /// # Errors
    /// When the period ends before it begins, when the records do not keep what is asked about, or when there would be
    /// too many slices.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// use voronka::report::{Ask, Keeping, Layout, Records, Report};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let mut records = Records::new(Keeping::default());
    /// records.learn(&scenario);
    /// records.add_journal([opened.entry()], None)?;
    /// let report = Report::of(&records, &Layout::of(&scenario), &Ask::default())?;
    /// assert_eq!(report.funnel.stages[0].open.cases, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(records: &Records, layout: &Layout, ask: &Ask) -> Result<Self, AskError> {
        ask.check()?;
        let frame = Frame::new(records, layout, ask);
        let matcher = Matcher::new(&frame, &ask.only)?;
        let rows = chosen(&frame, ask, &matcher);
        let whole = Ask { by: None, ..ask.clone() };
        let funnel = Funnel::of_rows(&frame, &whole, &rows)?.pop().map(|(_, funnel)| funnel);
        let funnel = funnel.unwrap_or_else(|| Funnel::empty(layout));
        let slices = ask.by.as_ref().map(|by| SliceReport::of(&frame, ask, by.to_string(), &funnel, &rows));
        Ok(Self {
            scenario: layout.reference.id.clone(),
            version: layout.reference.version,
            refusals: Refusals::of(&frame, &funnel, &rows),
            discipline: records.keeping().work.then(|| Discipline::of(&frame, ask, &matcher, &rows)),
            slices: slices.transpose()?,
            comparison: None,
            recovery: None,
            needed: None,
            brought: None,
            holdups: None,
            plan: None,
            funnel,
        })
    }

    /// The same beside another funnel, of another period or other cases; each with its name.
    #[must_use]
    pub fn beside(mut self, here: impl Into<String>, there: impl Into<String>, funnel: Funnel) -> Self {
        let differences = self.funnel.compared(&funnel);
        self.comparison = Some(Comparison { here: here.into(), there: there.into(), funnel, differences });
        self
    }
}

impl SliceReport {
    fn of(frame: &Frame<'_>, ask: &Ask, by: String, whole: &Funnel, rows: &[u32]) -> Result<Self, AskError> {
        let funnels = Funnel::of_rows(frame, ask, rows)?;
        let sum: u64 = funnels.iter().map(|(_, it)| it.cases.cases).sum();
        let overlapping = sum != whole.cases.cases;
        let slices = funnels.into_iter().filter(|(_, funnel)| funnel.cases.cases > 0);
        let slice = |(value, funnel): (String, Funnel)| {
            let others = if overlapping { None } else { whole.without(&funnel) };
            let differences = others.map(|others| funnel.compared(&others)).unwrap_or_default();
            Slice { value, differences, funnel }
        };
        Ok(Self { by, overlapping, slices: slices.map(slice).collect() })
    }
}

/// The cases behind a number, by id (F8): those that the report is asked for and that meet the query as well.
///
/// # Errors
/// When the period ends before it begins, or the records do not keep what the query is about.
pub fn cases(records: &Records, layout: &Layout, ask: &Ask, query: &Query) -> Result<Vec<String>, AskError> {
    ask.check()?;
    let frame = Frame::new(records, layout, ask);
    let matcher = Matcher::new(&frame, &ask.only.clone().with(query))?;
    let mut ids: Vec<String> =
        chosen(&frame, ask, &matcher).into_iter().map(|at| records.id(at as usize).to_owned()).collect();
    ids.sort_unstable();
    Ok(ids)
}
