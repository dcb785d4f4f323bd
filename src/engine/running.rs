//! The processes of a case as somebody sees them: what runs, what is waited for, what can be started by hand (P1).

use super::judge::Judge;
use crate::Scenario;
use crate::case::{Case, Missing, ProcessRun};
use crate::condition::Truth;
use crate::scenario::model::Hook;

/// A process of the stage, or one of another stage that still runs.
#[derive(Debug, Clone)]
pub struct ProcessView<'a> {
    /// The hook's id; `start_process` names it.
    pub id: &'a str,
    /// The process.
    pub process: &'a str,
    /// Whether the stage cannot be left forward without an accepted result.
    pub awaited: bool,
    /// Its last run, of this visit or still running: its id is that of the child case; none before it was started.
    pub run: Option<&'a ProcessRun>,
    /// What is missing to start it by hand; nothing where it can be started, or is of another stage.
    pub missing: Vec<Missing>,
}

impl Scenario {
    /// The processes of the stage in their order, then those of other stages that still run.
    pub(super) fn processes<'a>(
        &'a self,
        judge: &Judge<'_>,
        here: Option<usize>,
        case: &'a Case,
    ) -> Vec<ProcessView<'a>> {
        let visit = case.visit.number;
        let hooks = here.and_then(|here| self.stages.get(here)).map_or(&[][..], |stage| &stage.hooks);
        let mut views: Vec<ProcessView<'a>> = hooks
            .iter()
            .map(|hook| {
                let of_hook = |run: &&ProcessRun| run.rule == hook.rule;
                let run = case
                    .processes
                    .iter()
                    .rev()
                    .filter(of_hook)
                    .find(|run| run.is_running() || run.visit == visit);
                let missing =
                    judge.start(hook).err().map(|missing| judge.told(vec![missing])).unwrap_or_default();
                let (id, process) = (hook.id.as_str(), hook.def.process.as_str());
                let awaited = hook.def.awaited && !case.visit.spared.contains(&hook.rule);
                ProcessView { id, process, awaited, run, missing }
            })
            .collect();
        let elsewhere = case.processes.iter().filter(|run| run.is_running());
        for run in elsewhere.filter(|run| !hooks.iter().any(|hook| hook.rule == run.rule)) {
            let (id, process) = (run.hook.as_str(), run.process.as_str());
            views.push(ProcessView { id, process, awaited: false, run: Some(run), missing: Vec::new() });
        }
        views
    }
}

impl Judge<'_> {
    /// Whether a process can be started by hand now.
    pub fn start(&self, hook: &Hook) -> Result<(), Missing> {
        let id = hook.id.as_str();
        if self.case.processes.iter().any(|run| run.rule == hook.rule && run.is_running()) {
            return Err(Missing::new("V-P1-running").arg("process", id));
        }
        let Some(when) = &hook.when else { return Ok(()) };
        match when.holds(self) {
            Truth::True => Ok(()),
            Truth::Unknown => Err(self.unknown("P1", None, when)),
            Truth::False => {
                let mut missing = Missing::new("V-P1-when").arg("process", id).arg("condition", when.text());
                missing.findings = when.explain(self).findings;
                Err(missing)
            }
        }
    }
}
