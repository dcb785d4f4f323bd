//! From stage to stage: which share of the cases goes on, and how far that can be trusted (F3).

use super::funnel::{Funnel, StageLine};
use super::stats::Share;
use serde::Serialize;

/// How many cases go on from a stage, and how many of all come to it. Void cases are in neither (F2).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Conversion {
    /// The stage.
    pub stage: String,
    /// Of those that reached it, how many reached the next one; of the last, how many were won.
    pub step: Share,
    /// Of those that reached the first, how many reached it.
    pub overall: Share,
}

impl Funnel {
    /// The conversions of the scenario's stages in their order, each with its counts: `interval()` says how far a share
    /// can be trusted, `difference()` and `chance()` compare it with that of another funnel.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Context, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let funnel = voronka::report::Funnel::of(&scenario, [opened.case()]);
    /// let talk = &funnel.conversions()[0];
    /// assert_eq!((talk.step.hits, talk.step.of), (0, 1)); // one came, none went on
    /// let interval = talk.step.interval().ok_or("nobody came")?;
    /// assert!(interval.high > 0.79); // of one case alone nothing follows
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn conversions(&self) -> Vec<Conversion> {
        let counted = |line: &StageLine| line.reached.cases - line.reached_void.cases;
        let known: Vec<&StageLine> = self.stages.iter().filter(|line| line.known).collect();
        let first = known.first().map_or(0, |line| counted(line));
        let next = known.iter().skip(1).map(|line| counted(line)).chain([self.won.cases]);
        known
            .iter()
            .zip(next)
            .map(|(line, next)| Conversion {
                stage: line.id.clone(),
                step: Share::new(next, counted(line)),
                overall: Share::new(counted(line), first),
            })
            .collect()
    }
}
