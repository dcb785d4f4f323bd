//! Looking at cases one by one, or many at once.

use super::compare;
use super::line::Line;
use super::stand::{Stand, stands};
use super::{EXAMPLES, Impact};
use crate::case::{Adoption, Case, Context, Input};
use crate::scenario::Scenario;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// So many cases a thread takes at a time.
const PORTION: usize = 256;

/// What adopting another version would do to cases of one (V4).
///
/// The context says for which moment and for which actor: what that actor may not do or see is not done or told, and
/// who has no right to edit the scenario gets it refused for each case.
///
/// See [`Impact::of`] for cases that come page by page.
#[must_use]
pub fn impact(old: &Scenario, new: &Scenario, adoption: &Adoption, ctx: &Context, cases: &[Case]) -> Impact {
    let mut survey = Impact::of(old, new, adoption, ctx);
    survey.take_all(cases);
    survey.into_impact()
}

/// An impact that is being counted.
#[derive(Debug)]
pub struct Survey<'a> {
    plan: Plan<'a>,
    found: Impact,
}

/// What is the same for all cases.
pub(super) struct Plan<'a> {
    pub old: &'a Scenario,
    pub new: &'a Scenario,
    pub adoption: &'a Adoption,
    pub ctx: &'a Context,
    /// The input of the step that is tried on each.
    pub input: Input,
    /// By the position of the stage in the earlier version.
    pub stands: Vec<Stand>,
    /// The fields that the later version has no more.
    pub gone: Vec<&'a str>,
}

impl std::fmt::Debug for Plan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("from", &self.old.reference).field("to", &self.new.reference).finish()
    }
}

impl Impact {
    /// Begins to count what adopting another version would do to cases, taken one by one or in pages.
    ///
    /// # Examples
    /// ```
    /// # use voronka::case::{Adoption, Opening};
    /// # use voronka::foresight::impact::Impact;
    /// # use voronka::{Actor, Context, Definition, Scenario, scenario::def::StageDef};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let compiled = |def| Scenario::new(def).map_err(|defects| format!("{defects:?}"));
    /// # let old = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won"));
    /// # let new = Definition { version: 2, ..old.clone() };
    /// # let (old, new) = (compiled(old)?, compiled(new)?);
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "head"), "impact");
    /// # let (case, _) = old.open("c1", Opening::default(), &ctx)?.into_parts();
    /// # let pages = [[case]];
    /// let adoption = Adoption::between(old.definition(), new.definition());
    /// let mut survey = Impact::of(&old, &new, &adoption, &ctx);
    /// for page in &pages {
    ///     survey.take_all(page);
    /// }
    /// let impact = survey.into_impact();
    /// assert_eq!((impact.cases, impact.untouched), (1, 1));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn of<'a>(
        old: &'a Scenario,
        new: &'a Scenario,
        adoption: &'a Adoption,
        ctx: &'a Context,
    ) -> Survey<'a> {
        let gone = old.def.fields.iter().map(|(name, _)| name);
        let plan = Plan {
            old,
            new,
            adoption,
            ctx,
            input: Input::Adopt(adoption.clone()),
            stands: stands(old, new, adoption, ctx),
            gone: gone.filter(|name| new.def.fields.get(name).is_none()).collect(),
        };
        let found = Self {
            from: old.reference.clone(),
            to: new.reference.clone(),
            at: ctx.now,
            adoption: adoption.clone(),
            defects: adoption.defects(&old.def, &new.def),
            cases: 0,
            untouched: 0,
            closed: 0,
            lines: BTreeMap::new(),
            examples: EXAMPLES,
        };
        Survey { plan, found }
    }
}

impl Survey<'_> {
    /// Sets how many cases each line names at most.
    #[must_use]
    pub fn examples(mut self, most: usize) -> Self {
        self.found.examples = most;
        for found in self.found.lines.values_mut() {
            found.examples.truncate(most);
        }
        self
    }

    /// Looks at one case. Each case is to be taken once.
    pub fn take(&mut self, case: &Case) {
        self.plan.take(case, &mut self.found);
    }

    /// Looks at cases on all cores; what comes of it is the same on any number of them.
    pub fn take_all(&mut self, cases: &[Case]) {
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.take_all_on(cores, cases);
    }

    /// Looks at cases on so many threads.
    pub fn take_all_on(&mut self, threads: usize, cases: &[Case]) {
        let (plan, part) = (&self.plan, self.found.emptied());
        let next = AtomicUsize::new(0);
        let work = || {
            let mut part = part.clone();
            loop {
                let from = next.fetch_add(PORTION, Ordering::Relaxed);
                let Some(rest) = cases.get(from..).filter(|rest| !rest.is_empty()) else { return part };
                for case in rest.iter().take(PORTION) {
                    plan.take(case, &mut part);
                }
            }
        };
        let helpers = threads.min(cases.len().div_ceil(PORTION)).saturating_sub(1);
        let parts = thread::scope(|scope| {
            let spawn = |_| thread::Builder::new().spawn_scoped(scope, work);
            // Where no thread can be had, the ones that there are do it all.
            let running: Vec<_> = (0..helpers).filter_map(|it| spawn(it).ok()).collect();
            let mut parts = vec![work()];
            for thread in running {
                parts.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            parts
        });
        for part in parts {
            self.found.add(part);
        }
    }

    /// What was counted so far.
    #[must_use]
    pub const fn impact(&self) -> &Impact {
        &self.found
    }

    /// What was counted.
    #[must_use]
    pub fn into_impact(self) -> Impact {
        self.found
    }
}

impl Plan<'_> {
    fn take(&self, case: &Case, found: &mut Impact) {
        if !case.is_open() {
            found.closed += 1;
            return;
        }
        // A count tells nothing of one case; its id is for those who may see it in lists (G2).
        let id = self.old.sees(case, &self.ctx.actor).then_some(case.id.as_str());
        if case.scenario != self.old.reference {
            let it = case.scenario.clone();
            let line = Line::OtherVersion { scenario: it.id, version: it.version, hash: it.hash };
            found.record(line, id);
            return;
        }
        found.cases += 1;
        let lines = compare::lines(self, case);
        if lines.is_empty() {
            found.untouched += 1;
        }
        for line in lines {
            found.record(line, id);
        }
    }
}
