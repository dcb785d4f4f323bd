//! Process hooks: starting, finishing, voiding (P1, P5, P6).

use super::work::{Done, Work};
use crate::Value;
use crate::case::{Act, Event, FinishedInput, Missing, ProcessEnd, ProcessRun};
use crate::condition::{Evaluated, Program, Truth};
use crate::scenario::def::{Fate, ProcessDef};
use crate::scenario::model::Hook;
use std::collections::BTreeMap;
use std::ops::Range;

impl<'a> Work<'a> {
    /// Starts the stage's processes: on entry those that are due, later those whose `when` has become true.
    pub fn start_processes(&mut self, entering: bool) {
        let Some(stage) = self.stage() else { return };
        for hook in stage.hooks.iter().filter(|hook| !hook.def.by_hand) {
            if (!entering && hook.when.is_none()) || self.was_started(hook) || self.is_spared(&hook.rule) {
                continue;
            }
            if hook.when.as_ref().map_or(Truth::True, |when| when.holds(&self.judge())).holds() {
                self.start_process(hook);
            }
        }
    }

    /// Each hook happens once a visit (M8), but for what was voided (P1); one that still runs from an earlier
    /// visit is not started again.
    pub fn was_started(&self, hook: &Hook) -> bool {
        let visit = self.case.visit.number;
        self.case
            .processes
            .iter()
            .any(|run| run.rule == hook.rule && (run.is_running() || run.visit == visit && !is_voided(run)))
    }

    /// The values that expressions give now; what is empty or unknown is left out.
    pub fn values(&self, programs: &[(String, Program)]) -> BTreeMap<String, Value> {
        let judge = self.judge();
        programs
            .iter()
            .filter_map(|(name, program)| match program.eval(&judge) {
                Evaluated::Value(value) => Some((name.clone(), value)),
                _ => None,
            })
            .collect()
    }

    pub fn start_process(&mut self, hook: &Hook) {
        let def = &hook.def;
        // Only the stage whose hook it is waits for it.
        let here = self.stage().is_some_and(|stage| stage.hooks.iter().any(|it| it.rule == hook.rule));
        let awaited = def.awaited && here;
        let id = self.id();
        let due = def.limit.as_ref().and_then(|span| self.due_in(span));
        let fields = self.values(&hook.give);
        let (on_leave, on_close) = fates(def, awaited);
        let run = ProcessRun {
            id: id.clone(),
            rule: hook.rule.clone(),
            hook: hook.id.clone(),
            process: def.process.clone(),
            host: def.host,
            visit: self.case.visit.number,
            started_at: self.now(),
            awaited,
            due,
            good: def.good.clone(),
            on_leave,
            on_close,
            end: None,
        };
        self.emit(Event::ProcessStarted(Box::new(run)));
        let mut origin = self.origin(due.map(|due| due.at));
        origin.take = def.take.iter().map(|(_, from)| from.clone()).collect();
        let process = def.process.clone();
        let act = Act::StartProcess { run: id.clone(), process, host: def.host, fields, origin };
        self.effect("process", Some(&hook.rule), act);
        if let (true, Some(due)) = (self.s.process_timers, due) {
            self.arm(due.at, "", Some(&id), None, None);
        }
    }

    /// The hooks of the stage, and those on which a debt stands, with the visit from which their runs count.
    fn held_by(&self) -> Vec<(&'a Hook, u32)> {
        let here = self.stage().into_iter().flat_map(|stage| stage.hooks.iter());
        let mut hooks: Vec<(&'a Hook, u32)> = here.map(|hook| (hook, self.case.visit.number)).collect();
        for debt in &self.case.debts {
            match self.hook(&debt.requirement) {
                Some(hook) if !hooks.iter().any(|(it, _)| it.rule == hook.rule) => {
                    hooks.push((hook, debt.visit));
                }
                _ => {}
            }
        }
        hooks
    }

    /// A change of a field cancels the running process or voids its result (P1), at once, so that a move that
    /// comes with the change is judged without it. What a process itself brings back voids nothing of its own.
    pub fn void_on(&mut self, field: &str, rule: Option<&str>) {
        if !self.case.is_open() {
            return;
        }
        for (hook, since) in self.held_by() {
            if !hook.def.void_on.iter().any(|it| it == field) || rule == Some(hook.rule.as_str()) {
                continue;
            }
            let valid = |run: &&ProcessRun| {
                run.rule == hook.rule && run.visit >= since && (run.is_running() || is_finished(run))
            };
            let runs: Vec<String> =
                self.case.processes.iter().filter(valid).map(|run| run.id.clone()).collect();
            for run in runs {
                self.cancel_process(&run, "voided");
            }
        }
    }

    /// What this batch voided starts anew where its `when` still holds (P1).
    pub fn restart_voided(&mut self, batch: Range<usize>) {
        for (hook, _) in self.held_by().into_iter().filter(|(hook, _)| !hook.def.void_on.is_empty()) {
            let of_hook = |run: &&ProcessRun| run.rule == hook.rule;
            let was_voided = self.events.get(batch.clone()).into_iter().flatten().any(|event| match event {
                Event::ProcessEnded { process, end: ProcessEnd::Cancelled { why, .. } } => {
                    why == "voided"
                        && self.case.processes.iter().filter(of_hook).any(|run| run.id == *process)
                }
                _ => false,
            });
            // One that was started after the change knows the new value already.
            let anew = self.case.processes.iter().rev().find(of_hook).is_some_and(is_voided);
            if was_voided
                && anew
                && hook.when.as_ref().map_or(Truth::True, |when| when.holds(&self.judge())).holds()
            {
                self.start_process(hook);
            }
        }
    }

    /// A process has finished; the first finish counts, one that comes late or twice is journalled (P6).
    pub fn finished(&mut self, input: &FinishedInput) {
        let found = self.case.processes.iter().find(|run| run.id == input.process);
        let why = match found {
            None => Some("unknown"),
            Some(run) if !run.is_running() => Some("late"),
            Some(_) => None,
        };
        let (Some(run), None) = (found, why) else {
            let (process, result) = (input.process.clone(), input.result.clone());
            self.emit(Event::FinishIgnored { process, result, why: why.unwrap_or("late").to_owned() });
            return;
        };
        let good = if run.good.is_empty() { input.good } else { run.good.contains(&input.result) };
        let (rule, hook) = (run.rule.clone(), self.hook(&run.rule.clone()));
        self.disarm(|timer| timer.subject.as_deref() == Some(&input.process));
        let end = ProcessEnd::Finished { at: self.now(), result: input.result.clone(), good };
        self.emit(Event::ProcessEnded { process: input.process.clone(), end });
        for (field, from) in hook.into_iter().flat_map(|hook| hook.def.take.iter()) {
            if let Some(value) = input.fields.get(from) {
                // What comes back and does not fit is left out; a report is never refused for it.
                let value = Some(value.clone());
                if let Err(missing) = self.set_by_rule(&rule, field, value) {
                    self.emit(Event::LeftOut { trigger: rule.clone(), action: 0, missing: vec![missing] });
                }
            }
        }
    }

    pub fn hook(&self, rule: &str) -> Option<&'a Hook> {
        let stage = self.s.stage_named(rule.split('/').next().unwrap_or_default())?;
        stage.hooks.iter().find(|hook| hook.rule == rule)
    }

    /// A person starts a stage's process by hand.
    pub fn start_by_hand(&mut self, id: &str) -> Done {
        let s = self.s;
        let here = self.here().and_then(|i| s.stages.get(i));
        let Some(hook) = here.and_then(|stage| stage.hooks.iter().find(|hook| hook.id == id)) else {
            return Err(Missing::new("V-P1-unknown").arg("process", id).into());
        };
        self.judge().start(hook)?;
        self.start_process(hook);
        Ok(())
    }
}

/// What becomes of a process when the stage is left, and when the case closes (P5).
pub(super) fn fates(def: &ProcessDef, awaited: bool) -> (Fate, Fate) {
    let on_leave = def.on_leave.unwrap_or(if awaited { Fate::Cancel } else { Fate::Keep });
    (on_leave, def.on_close.unwrap_or(Fate::Cancel))
}

fn is_voided(run: &ProcessRun) -> bool {
    matches!(&run.end, Some(ProcessEnd::Cancelled { why, .. }) if why == "voided")
}

const fn is_finished(run: &ProcessRun) -> bool {
    matches!(run.end, Some(ProcessEnd::Finished { .. }))
}
