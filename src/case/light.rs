//! The traffic light: red, yellow, green, with its cause, from the case alone (A3–A6).

use super::{Case, DueState};
use crate::Moment;
use crate::calendar::Remaining;
use crate::scenario::def::Color;
use serde::{Deserialize, Serialize};

/// What makes a case's light what it is; of a green one, what is due next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause<'a> {
    /// An open activity, by its id.
    Activity(&'a str),
    /// An awaited process, by its id.
    Process(&'a str),
    /// The stage's time limit.
    Limit,
    /// A debt, by its id.
    Debt(&'a str),
    /// The case's own deadline.
    Deadline,
    /// A wish that is held up, by its trigger.
    Wish(&'a str),
    /// A wish, debt or process hangs on an unknown fact, by its rule.
    Unknown(&'a str),
    /// An effect was given up, by its id.
    GivenUp(&'a str),
    /// Nothing is planned (A4).
    NoNextStep,
}

/// The traffic light of an open case at a moment (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Light<'a> {
    /// The colour.
    pub color: Color,
    /// What makes it so; none where there is nothing at all to wait for.
    pub cause: Option<Cause<'a>>,
    /// Since or from when it is at least yellow, if nothing changes (A5).
    pub yellow_from: Option<Moment>,
    /// Since or from when it is red, if nothing changes (A5).
    pub red_from: Option<Moment>,
}

/// From when an open case is yellow, and from when red, if nothing changes (A5).
///
/// Kept in the case and brought up to date by every entry, so that a list needs nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LightIndex {
    /// Since or from when it is at least yellow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yellow_from: Option<Moment>,
    /// Since or from when it is red.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red_from: Option<Moment>,
}

impl LightIndex {
    pub(super) const fn is_empty(&self) -> bool {
        self.yellow_from.is_none() && self.red_from.is_none()
    }

    /// The colour at a moment.
    #[must_use]
    pub fn color(&self, now: Moment) -> Color {
        let reached = |from: Option<Moment>| from.is_some_and(|from| from <= now);
        if reached(self.red_from) {
            Color::Red
        } else if reached(self.yellow_from) {
            Color::Yellow
        } else {
            Color::Green
        }
    }
}

/// The candidates for the cause, gathered in one pass in the order of rule A3.
struct Pass<'a> {
    due: Option<(Moment, Cause<'a>)>,
    yellow_from: Option<Moment>,
    since: Option<(Moment, Cause<'a>)>,
}

impl<'a> Pass<'a> {
    fn due(&mut self, due: &DueState, cause: Cause<'a>) {
        // An equal moment leaves the earlier one in the order of the rule.
        if self.due.is_none_or(|(at, _)| due.at < at) {
            self.due = Some((due.at, cause));
        }
        if self.yellow_from.is_none_or(|from| due.yellow_from < from) {
            self.yellow_from = Some(due.yellow_from);
        }
    }

    fn since(&mut self, since: Moment, cause: Cause<'a>) {
        if self.since.is_none_or(|(at, _)| since < at) {
            self.since = Some((since, cause));
        }
    }
}

impl Case {
    /// The light at a moment; none for a closed case (A6). Needs no scenario.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// assert!(opened.case().light(ctx.now).is_some()); // yellow: nothing is planned
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn light(&self, now: Moment) -> Option<Light<'_>> {
        if !self.is_open() {
            return None;
        }
        let mut pass = Pass { due: None, yellow_from: None, since: None };
        for it in &self.activities {
            if let Some(due) = &it.due {
                pass.due(due, Cause::Activity(&it.id));
            }
        }
        for run in self.processes.iter().filter(|run| run.is_awaited()) {
            if let Some(due) = &run.due {
                pass.due(due, Cause::Process(&run.id));
            }
        }
        if let Some(limit) = &self.visit.limit
            && self.visit.pause.as_ref().is_none_or(|pause| matches!(pause.limit, Some(Remaining::WasDue(_))))
        {
            pass.due(&limit.due, Cause::Limit);
        }
        for debt in &self.debts {
            if let Some(due) = &debt.due {
                pass.due(due, Cause::Debt(&debt.id));
            }
        }
        if let Some(due) = &self.deadline {
            pass.due(due, Cause::Deadline);
        }
        for wish in &self.wishes {
            pass.since(wish.since, Cause::Wish(&wish.trigger));
        }
        for it in &self.hanging {
            pass.since(it.since, Cause::Unknown(&it.rule));
        }
        for it in &self.given_up {
            pass.since(it.since, Cause::GivenUp(&it.effect));
        }
        Some(self.weigh_light(&pass, now))
    }

    /// The colour alone at a moment, for lists; none for a closed case (A6). Needs no scenario.
    #[must_use]
    pub fn color(&self, now: Moment) -> Option<Color> {
        self.is_open().then(|| self.lights.color(now))
    }

    /// From when the case as it stands is yellow and red.
    pub(super) fn light_index(&self) -> LightIndex {
        let light = self.light(self.last_at);
        light.map_or_else(LightIndex::default, |it| LightIndex {
            yellow_from: it.yellow_from,
            red_from: it.red_from,
        })
    }

    fn weigh_light<'a>(&'a self, pass: &Pass<'a>, now: Moment) -> Light<'a> {
        let planned = self.unplanned_since;
        let silent = |color| planned.filter(|_| self.visit.nothing_planned >= color);
        let earliest = |a: Option<Moment>, b: Option<Moment>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let red_from = earliest(pass.due.map(|(at, _)| at), silent(Color::Red));
        let yellow_from = earliest(
            earliest(pass.yellow_from, pass.since.map(|(at, _)| at)),
            earliest(silent(Color::Yellow), red_from),
        );
        let reached = |from: Option<Moment>| from.is_some_and(|from| from <= now);
        let color = LightIndex { yellow_from, red_from }.color(now);
        // Within the colour what is due first; what has no due moment counts from when it came about.
        let mut best: Option<(Moment, Cause<'a>)> = match color {
            Color::Red => pass.due.filter(|(at, _)| *at <= now),
            Color::Yellow => pass.due.filter(|_| reached(pass.yellow_from)),
            Color::Green => pass.due,
        };
        let mut consider = |candidate: Option<(Moment, Cause<'a>)>| {
            if let Some((at, cause)) = candidate
                && best.is_none_or(|(known, _)| at < known)
            {
                best = Some((at, cause));
            }
        };
        if color == Color::Yellow {
            consider(pass.since);
        }
        if let Some(since) = planned
            && (self.visit.nothing_planned == color || color == Color::Green)
        {
            consider(Some((since, Cause::NoNextStep)));
        }
        Light { color, cause: best.map(|(_, cause)| cause), yellow_from, red_from }
    }
}
