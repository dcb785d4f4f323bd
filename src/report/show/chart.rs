//! What charts show, as plain data.

use serde::Serialize;

/// A chart: what it is called, and what it draws.
///
/// Its numbers are floats, since a picture is not exact; the exact ones stand in a table beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// Its id within the section, the same in every language.
    pub id: String,
    /// What it shows, above it.
    pub title: String,
    /// What it draws.
    pub drawing: Drawing,
}

/// What a chart draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Drawing {
    /// Stage after stage, how many came so far.
    Funnel(Funnel),
    /// Causes by weight, and what the first so many make together.
    Pareto(Pareto),
    /// How long cases stay on each stage.
    TimeOnStage(TimeOnStage),
    /// Something over time.
    Lines(Lines),
}

/// In what a chart measures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Whole things, cases mostly.
    #[default]
    Count,
    /// Shares, 0 to 1.
    Share,
    /// Amounts in a currency.
    Money(String),
    /// Milliseconds.
    Millis,
}

/// Stage after stage, how many came so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Funnel {
    /// In what.
    pub measure: Measure,
    /// The stages in order, and what is won at the end.
    pub steps: Vec<FunnelStep>,
}

/// A stage of a funnel.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FunnelStep {
    /// Its title.
    pub label: String,
    /// How many reached it.
    pub reached: f64,
    /// How many were lost on it.
    pub lost: f64,
}

/// Causes by weight, the heaviest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Pareto {
    /// In what.
    pub measure: Measure,
    /// The causes; they are drawn in this order.
    pub bars: Vec<Bar>,
    /// What all together make, at least the sum of the bars: the base of the line of shares.
    pub total: f64,
}

/// A bar with its label.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Bar {
    /// Its label.
    pub label: String,
    /// How much.
    pub value: f64,
}

/// How long cases stay on each stage.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TimeOnStage {
    /// Whether it is working time.
    pub working: bool,
    /// The stages in order.
    pub stages: Vec<StageTime>,
}

/// How long cases stay on a stage, in milliseconds; nothing where nobody left it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct StageTime {
    /// Its title.
    pub label: String,
    /// The median.
    pub median: Option<f64>,
    /// The 90th percentile.
    pub p90: Option<f64>,
}

/// Something over time, or over another order.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Lines {
    /// In what.
    pub measure: Measure,
    /// What stands below, from left to right: months, days.
    pub labels: Vec<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Line {
    /// What it shows.
    pub label: String,
    /// Its value at each label; a gap where there is none.
    pub values: Vec<Option<f64>>,
}

impl Chart {
    /// A chart.
    pub fn new(id: impl Into<String>, title: impl Into<String>, drawing: Drawing) -> Self {
        Self { id: id.into(), title: title.into(), drawing }
    }
}
