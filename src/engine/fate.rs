//! What changed rules do to a case that stands on their stage while it adopts (V4).

use super::work::Work;
use crate::case::{Activity, ActivityEnd, Adoption, Event, Pause, RuleFate};
use crate::condition::Truth;
use crate::scenario::def::EventDef;
use crate::scenario::model::{Hook, Plan, Stage, Trigger};
use crate::{Moment, Span};
use std::collections::BTreeSet;

/// Whether a name is that of a rule which can have a fate: `STAGE/plan/ITEM`, `STAGE/run/PROCESS`, `STAGE/limit`,
/// `STAGE/trigger/ID`, `/trigger/ID`. Whether the two versions have it, the engine cannot know, which sees only the
/// later one (V3); [`Adoption::defects`] does.
pub(super) fn is_rule(name: &str) -> bool {
    let mut parts = name.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(stage), Some("limit"), None) => !stage.is_empty(),
        (Some(stage), Some("plan" | "run"), Some(id)) => !stage.is_empty() && !id.is_empty(),
        (Some(_), Some("trigger"), Some(id)) => !id.is_empty(),
        _ => false,
    }
}

/// What closes an activity whose item is gone, where the publisher says so.
const ADOPTED: &str = "adopt";

impl Work<'_> {
    /// On the same stage each changed rule meets its fate (V4), and what the stage did not have is spared in this
    /// visit where it is kept as it began.
    pub fn meet_fates(&mut self, stage: &Stage, adoption: &Adoption) {
        self.fate_of_limit(stage, adoption);
        self.spare(stage, adoption);
        self.fate_of_items(stage, adoption);
        self.fate_of_processes(stage, adoption);
        for trigger in &stage.triggers {
            self.fate_of_trigger(trigger, adoption);
        }
    }

    /// A limit that is gone ends (V3); one that changed is kept, set from now, or from the entry (V4).
    fn fate_of_limit(&mut self, stage: &Stage, adoption: &Adoption) {
        let fate = adoption.fate(&format!("{}/limit", stage.id)).unwrap_or_default();
        let from = match (stage.limit, fate) {
            (None, _) if self.case.visit.limit.is_some() => {
                self.emit(Event::LimitSet { span: None, due: None });
                self.repause(|pause| pause.limit = None);
                return;
            }
            (None, _) | (_, RuleFate::Keep) => return,
            (_, RuleFate::Restart) => self.now(),
            (_, RuleFate::Recompute) => self.visit_clock_from(),
        };
        let Some(span) = stage.limit else { return };
        let Ok(due) = self.calendar.due(&span, from) else { return };
        let due = self.due_at(due.moment, due.beyond_known);
        self.emit(Event::LimitSet { span: Some(span), due: Some(due) });
        let left = self.left_of(&span, due.at, fate);
        self.repause(|pause| pause.limit = left);
    }

    /// Since when the stage's clock has run, had it never stood still: pauses that have ended are left out.
    fn visit_clock_from(&self) -> Moment {
        self.case.visit.entered_at.plus_millis(self.case.visit.paused_ms)
    }

    /// What is left of a span while the clock stands still: counted from now, or from when it came to stand (A9).
    fn left_of(&self, span: &Span, due: Moment, fate: RuleFate) -> Option<crate::calendar::Remaining> {
        let pause = self.case.visit.pause.as_ref()?;
        let at = if fate == RuleFate::Recompute { pause.since } else { self.now() };
        Some(self.calendar.remaining(span, at, due))
    }

    /// Where the clock stands still, what is left once it runs again is told anew.
    fn repause(&mut self, change: impl FnOnce(&mut Pause)) {
        if let Some(pause) = &self.case.visit.pause {
            let mut told = Pause::clone(pause);
            change(&mut told);
            if told != **pause {
                self.emit(Event::Paused(told));
            }
        }
    }

    /// What the stage did not have when it was entered is not asked in this visit, unless the publisher says so.
    fn spare(&mut self, stage: &Stage, adoption: &Adoption) {
        let asked = |rule: &str| {
            adoption.added.contains(rule) && adoption.fate(rule).unwrap_or_default() == RuleFate::Keep
        };
        let items = stage.items.iter().filter(|item| asked(&item.rule) && !self.has_happened(item));
        // Nor is waited for what was started without waiting for it.
        let visit = self.case.visit.number;
        let goes_on = |hook: &Hook| {
            let mut runs = self.case.processes.iter().rev().filter(|run| run.rule == hook.rule);
            let last = runs.find(|run| run.is_running() || run.visit == visit);
            hook.def.awaited
                && adoption.fate(&hook.rule) == Some(RuleFate::Keep)
                && last.is_some_and(|run| !run.awaited)
        };
        let hooks =
            stage.hooks.iter().filter(|hook| asked(&hook.rule) && !self.was_started(hook) || goes_on(hook));
        let new = items.map(|item| item.rule.clone()).chain(hooks.map(|hook| hook.rule.clone()));
        // Where a rule begins anew, or is none any more, it is spared no more.
        let is_kept = |rule: &&String| {
            let known = stage.items.iter().any(|item| item.rule == **rule)
                || stage.hooks.iter().any(|hook| hook.rule == **rule);
            known && adoption.fate(rule).unwrap_or_default() == RuleFate::Keep
        };
        let kept = self.case.visit.spared.iter().filter(is_kept).cloned();
        let rules: BTreeSet<String> = kept.chain(new).collect();
        let rules: Vec<String> = rules.into_iter().collect();
        if rules != self.case.visit.spared {
            self.emit(Event::Spared { rules });
        }
    }

    fn fate_of_items(&mut self, stage: &Stage, adoption: &Adoption) {
        for item in &stage.items {
            match adoption.fate(&item.rule) {
                None | Some(RuleFate::Keep) => {}
                Some(fate) => self.fate_of_item(item, fate),
            }
        }
        // An item that is gone leaves its work to be done, unless the publisher says otherwise.
        let plans = format!("{}/plan/", stage.id);
        let known: BTreeSet<&str> = stage.items.iter().map(|item| item.rule.as_str()).collect();
        let is_gone = |rule: &str| {
            rule.starts_with(&plans)
                && !known.contains(rule)
                && adoption.fate(rule).unwrap_or_default() != RuleFate::Keep
        };
        let gone: Vec<String> = self
            .case
            .activities
            .iter()
            .filter(|it| it.rule.as_deref().is_some_and(is_gone))
            .map(|it| it.id.clone())
            .collect();
        for activity in gone {
            // A group's end may have closed it meanwhile.
            if self.case.open_activity(&activity).is_some() {
                let end = ActivityEnd::Closed { at: self.now(), rule: ADOPTED.to_owned() };
                self.end_activity(activity, end, None);
            }
        }
    }

    /// What is open follows the item as it is now; what the visit never had is planned. What was done stays done.
    fn fate_of_item(&mut self, item: &Plan, fate: RuleFate) {
        // What the outcome of an earlier attempt planned has its due moment from that outcome.
        let of_item = |it: &&Activity| it.rule.as_deref() == Some(&item.rule) && it.replaces.is_none();
        let open: Vec<Activity> = self.case.activities.iter().filter(of_item).cloned().collect();
        for it in open {
            self.counted_from = (fate == RuleFate::Recompute).then_some(it.planned_at);
            let due = item.due.as_ref().and_then(|due| self.due(due));
            self.counted_from = None;
            self.emit(Event::Replanned {
                activity: it.id.clone(),
                due,
                mandatory: item.mandatory,
                title: item.title.clone(),
                script: item.script.clone(),
            });
            self.disarm(|timer| timer.subject.as_deref() == Some(&it.id));
            if let Some(due) = due {
                self.arm_overdue(&it.id, due.at);
            }
        }
        let holds = item.when.as_ref().is_none_or(|when| when.holds(&self.judge()).holds());
        if holds && !self.has_happened(item) {
            self.counted_from = (fate == RuleFate::Recompute).then_some(self.case.visit.entered_at);
            self.plan(item);
            self.counted_from = None;
        }
    }

    fn fate_of_processes(&mut self, stage: &Stage, adoption: &Adoption) {
        for hook in &stage.hooks {
            match adoption.fate(&hook.rule) {
                None | Some(RuleFate::Keep) => {}
                Some(fate) => self.fate_of_process(hook, fate),
            }
            // What holds up leaving and would never be started would hold the case up for good.
            let unstarted = hook.def.awaited && hook.when.is_none() && !self.is_spared(&hook.rule);
            if unstarted && !hook.def.by_hand && !self.has_run(hook) {
                self.start_process(hook);
            }
        }
    }

    fn has_run(&self, hook: &Hook) -> bool {
        let visit = self.case.visit.number;
        self.case
            .processes
            .iter()
            .any(|run| run.rule == hook.rule && (run.is_running() || run.visit == visit))
    }

    /// What runs follows the hook as it is now; another process takes the place of the one that runs.
    fn fate_of_process(&mut self, hook: &Hook, fate: RuleFate) {
        let running =
            self.case.processes.iter().find(|run| run.rule == hook.rule && run.is_running()).cloned();
        if let Some(run) = &running {
            if run.process != hook.def.process || run.host != hook.def.host {
                // Another takes its place, where it would be started now.
                self.cancel_process(&run.id, "adopted");
                if !hook.def.by_hand
                    && hook.when.as_ref().is_none_or(|when| when.holds(&self.judge()).holds())
                {
                    self.start_process(hook);
                }
                return;
            }
            self.counted_from = (fate == RuleFate::Recompute).then_some(run.started_at);
            let due = hook.def.limit.as_ref().and_then(|span| self.due_in(span));
            self.counted_from = None;
            let awaited = hook.def.awaited;
            let (on_leave, on_close) = super::processes::fates(&hook.def, awaited);
            let (process, good) = (run.id.clone(), hook.def.good.clone());
            self.emit(Event::ProcessChanged { process, awaited, good, due, on_leave, on_close });
            self.disarm(|timer| timer.subject.as_deref() == Some(&run.id));
            if let (true, Some(due)) = (self.s.process_timers, due) {
                self.arm(due.at, "", Some(&run.id), None, None);
            }
            return;
        }
        let due = hook.when.as_ref().map_or(Truth::True, |when| when.holds(&self.judge()));
        if due.holds() && !hook.def.by_hand && !self.has_run(hook) {
            self.counted_from = (fate == RuleFate::Recompute).then_some(self.case.visit.entered_at);
            self.start_process(hook);
            self.counted_from = None;
        }
    }

    /// A trigger begins anew from now, or its clock is set as if it had run from the entry.
    pub fn fate_of_trigger(&mut self, trigger: &Trigger, adoption: &Adoption) {
        let fate = adoption.fate(&trigger.rule).unwrap_or_default();
        let visit = self.case.visit.number;
        // It has gone off: no clock of it runs any more, and one did.
        let armed = self.case.timers.iter().any(|timer| timer.trigger.as_ref() == Some(&trigger.rule));
        let has_gone_off = !armed && self.had(trigger);
        match fate {
            RuleFate::Keep => return,
            RuleFate::Restart => {
                let known = self.case.seen.contains_key(&trigger.rule)
                    || self.case.fired.iter().chain(&self.case.rung).any(|mark| mark.trigger == trigger.rule);
                if known {
                    self.emit(Event::Forgotten { trigger: Some(trigger.rule.clone()) });
                }
            }
            // What has fired is not done a second time.
            RuleFate::Recompute if has_gone_off => return,
            RuleFate::Recompute => {}
        }
        match &trigger.on {
            EventDef::After(span) => {
                self.disarm(|timer| timer.trigger.as_ref() == Some(&trigger.rule));
                let from = if fate == RuleFate::Recompute { self.visit_clock_from() } else { self.now() };
                if let Ok(due) = self.calendar.due(span, from) {
                    self.arm(due.moment, &trigger.rule, None, Some(visit), Some(*span));
                    let armed = self.case.timers.last().map(|timer| timer.id.clone());
                    let left = self.left_of(span, due.moment, fate);
                    self.repause(|pause| {
                        if let (Some(id), Some(left)) = (armed, left) {
                            pause.timers.insert(id, left);
                        }
                    });
                }
            }
            EventDef::Moment(moment) => {
                self.disarm(|timer| timer.trigger.as_ref() == Some(&trigger.rule));
                self.arm_moment(&trigger.rule, moment, trigger.stage.map(|_| visit));
            }
            _ => {}
        }
    }
}
