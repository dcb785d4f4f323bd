//! Many cases at once: a bulk input answers case by case (M10).

use super::step::Outcome;
use crate::case::{Case, Context, Input, Rejection};
use crate::scenario::Scenario;
use std::collections::BTreeMap;

impl Scenario {
    /// Steps many cases, each by its input, and answers in the order of the inputs; one failure stops no other.
    ///
    /// Inputs for one case are stepped in their order, each on what the one before gave. Each case's input
    /// has the id of the bulk and the case: `BULK/CASE`, from the second on `BULK/CASE/2`.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let note = Input::Note { text: "called".into() };
    /// let answers = scenario.step_many([(opened.case(), note)], &ctx);
    /// assert!(answers.iter().all(Result::is_ok));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn step_many<'c>(
        &self,
        inputs: impl IntoIterator<Item = (&'c Case, Input)>,
        ctx: &Context,
    ) -> Vec<Result<Outcome, Rejection>> {
        // The last outcome of each case, by its place among the answers.
        let mut last: BTreeMap<&'c str, (usize, u32)> = BTreeMap::new();
        let mut answers: Vec<Result<Outcome, Rejection>> = Vec::new();
        let mut ctx = ctx.clone();
        let bulk = std::mem::take(&mut ctx.input_id);
        for (case, input) in inputs {
            let (known, count) = match last.get(case.id.as_str()) {
                Some((place, count)) => (Some(*place), count + 1),
                None => (None, 1),
            };
            ctx.input_id = match count {
                1 => format!("{bulk}/{}", case.id),
                more => format!("{bulk}/{}/{more}", case.id),
            };
            let now = known.and_then(|place| answers.get(place)?.as_ref().ok()).map_or(case, Outcome::case);
            let answer = self.step(now, input, &ctx);
            let place = if answer.is_ok() { Some(answers.len()) } else { known };
            // A refused input leaves the case as the last accepted one made it.
            last.insert(&case.id, (place.unwrap_or(usize::MAX), count));
            answers.push(answer);
        }
        answers
    }
}
