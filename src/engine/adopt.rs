//! Adopting: a case passes to another version or another scenario (V3, M12).

use super::moves::{Verdicts, find_requirement};
use super::stage::Way;
use super::work::{Done, Work};
use crate::Value;
use crate::case::{Adoption, Debt, DebtEnd, DueState, Event, Missing, ScenarioRef, Wish};
use crate::scenario::def::EventDef;
use crate::scenario::model::{Action, Stage, Trigger};
use std::collections::BTreeSet;

impl Work<'_> {
    /// The case passes to this scenario, which steps it from the case alone.
    pub fn adopt(&mut self, adoption: &Adoption) -> Done {
        let s = self.s;
        let mut missing = Vec::new();
        if self.case.scenario == s.reference {
            missing.push(Missing::new("V-V3-same"));
        }
        if let Some(from) = adoption.from.as_ref().filter(|from| **from != self.case.scenario) {
            let name = |it: &ScenarioRef| format!("{} {} ({})", it.id, it.version, it.hash);
            let (case, from) = (name(&self.case.scenario), name(from));
            missing.push(Missing::new("V-V3-from").arg("case", case).arg("from", from));
        }
        if !self.judge().may(s.rights.edit.as_ref()) {
            missing.push(Missing::new("V-G1-edit-scenario"));
        }
        for rule in adoption.rules.keys().chain(&adoption.added) {
            if !super::fate::is_rule(rule) {
                missing.push(Missing::new("V-V4-rule").arg("rule", rule.as_str()));
            }
        }
        let old = self.case.visit.stage.clone();
        let name = adoption.stages.get(&old).cloned().unwrap_or_else(|| old.clone());
        let target = s.stage_index(&name).and_then(|i| s.stages.get(i).map(|stage| (i, stage)));
        let fits = |stage: &crate::scenario::model::Stage| stage.outcome == self.case.visit.outcome;
        let Some((to, stage)) = target.filter(|(_, stage)| fits(stage)) else {
            missing.push(Missing::new("V-V3-stage").arg("stage", old.as_str()).arg("to", name.as_str()));
            return Err(missing.into());
        };
        if !missing.is_empty() {
            return Err(missing.into());
        }
        // A closed case begins no visit: it stands on the mapped outcome.
        let here = name == old || !self.case.is_open();
        let calendar_gone =
            self.case.calendar.as_ref().is_some_and(|id| !s.calendars.iter().any(|(it, ..)| it == id));
        self.emit(Event::Adopted {
            scenario: s.reference.clone(),
            template: s.def.template.clone(),
            kind: s.def.kind,
            nothing_planned: stage.nothing_planned,
            stage: (here && name != old).then(|| name.clone()),
            // A visit under a mapped stage begins below; the old one keeps its own place and label.
            order: if here { stage.order } else { self.case.visit.order },
            label: if here { stage.title.clone() } else { self.case.visit.label.clone() },
        });
        if calendar_gone {
            self.calendar = &s.calendar;
        }
        let gone: BTreeSet<String> = self
            .case
            .seen
            .keys()
            .chain(self.case.fired.iter().chain(&self.case.rung).map(|mark| &mark.trigger))
            .filter(|rule| s.trigger(rule).is_none())
            .cloned()
            .collect();
        for trigger in gone {
            self.emit(Event::Forgotten { trigger: Some(trigger) });
        }
        if self.case.is_open() {
            self.drop_what_is_gone();
            if name == old {
                self.adopt_in_place(adoption);
            } else {
                self.adopt_onto(to, stage);
            }
            self.end_debts_of_nobody();
            self.adopt_scenario_triggers(adoption);
            self.adopt_overdue_timers();
            self.set_deadline();
        } else {
            // A closed case too notices only what becomes so later.
            self.see_scenario_triggers();
        }
        self.quiet_until = self.events.len();
        Ok(())
    }

    /// What the scenario has no more is cancelled in the journal: timers, wishes, debts, processes (V3).
    fn drop_what_is_gone(&mut self) {
        let s = self.s;
        // A trigger that waits for something else now has no clock any more.
        let ticks = |rule: &str| {
            s.trigger(rule).is_some_and(|it| matches!(it.on, EventDef::After(_) | EventDef::Moment(_)))
        };
        self.disarm(|timer| timer.trigger.as_deref().is_some_and(|rule| !ticks(rule)));
        self.adopt_wishes();
        let running = self.case.processes.iter().filter(|run| run.is_running());
        let orphans: Vec<String> =
            running.filter(|run| self.hook(&run.rule).is_none()).map(|run| run.id.clone()).collect();
        for run in orphans {
            self.cancel_process(&run, "adopted");
        }
    }

    /// A wish follows its trigger: gone with it, and towards what it moves to now.
    fn adopt_wishes(&mut self) {
        let s = self.s;
        for wish in self.case.wishes.clone() {
            let actions = s.trigger(&wish.trigger).map_or(&[][..], |trigger| &trigger.actions);
            let goes = actions.iter().find_map(|action| match action {
                Action::Move(to) => Some((*to, None)),
                Action::Close { stage, reason } => Some((*stage, reason.clone())),
                _ => None,
            });
            let goes = goes.and_then(|(to, reason)| Some((s.stages.get(to)?.id.clone(), reason)));
            if goes.as_ref().is_some_and(|(to, reason)| *to == wish.to && *reason == wish.reason) {
                continue;
            }
            self.emit(Event::WishEnded { trigger: wish.trigger.clone(), lapsed: Some("gone".to_owned()) });
            if let Some((to, reason)) = goes {
                self.emit(Event::Wished(Box::new(Wish { to, reason, ..wish })));
            }
        }
    }

    /// Onto the same stage the visit goes on.
    fn adopt_in_place(&mut self, adoption: &Adoption) {
        let visit = Some(self.case.visit.number);
        let stage = self.stage();
        if stage.is_some_and(|stage| stage.pause.is_none()) {
            self.resume();
        }
        if let Some(stage) = stage {
            self.meet_fates(stage, adoption);
        }
        // Triggers that the case did not have before are armed from now on, unless the publisher counts from the
        // entry (V4).
        for trigger in stage.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&self.s.triggers) {
            if !self.had(trigger) {
                self.arm_after(trigger, visit);
                if let (EventDef::Moment(moment), Some(_)) = (&trigger.on, trigger.stage) {
                    self.arm_moment(&trigger.rule, moment, visit);
                }
            }
        }
        // What is armed while the clock stands still stands still too.
        if self.case.visit.pause.is_some() {
            self.pause_newly_armed();
        }
        if let Some(stage) = stage {
            self.note_switches(&stage.triggers);
        }
    }

    pub fn had(&self, trigger: &Trigger) -> bool {
        self.case.timers.iter().any(|timer| timer.trigger.as_ref() == Some(&trigger.rule))
            || self.case.fired.iter().chain(&self.case.rung).any(|mark| mark.trigger == trigger.rule)
    }

    /// Onto a mapped stage a new visit begins without M3, M7 or entered/left triggers: unmet M4 becomes debts,
    /// items the case never had are planned, no activity is closed.
    fn adopt_onto(&mut self, to: usize, stage: &Stage) {
        self.leave(Way::Adopted);
        self.settle_debts_behind(stage.order);
        self.enter(to, Way::Adopted, None);
        let mut verdicts = Verdicts::default();
        self.judge().entry(stage, &mut verdicts);
        self.owe(verdicts.owed);
    }

    /// The scenario's own triggers: moments are armed, and a "becomes" that never held here starts from the
    /// truth, for a scenario's counts as not holding at opening only (T9).
    fn adopt_scenario_triggers(&mut self, adoption: &Adoption) {
        let s = self.s;
        for trigger in &s.triggers {
            self.fate_of_trigger(trigger, adoption);
        }
        self.note_switches(&s.triggers);
        for trigger in &s.triggers {
            if let (EventDef::Moment(moment), false) = (&trigger.on, self.had(trigger)) {
                self.arm_moment(&trigger.rule, moment, None);
            }
        }
        self.see_scenario_triggers();
    }

    fn see_scenario_triggers(&mut self) {
        let s = self.s;
        for trigger in &s.triggers {
            if !self.case.seen.contains_key(&trigger.rule) {
                self.see(trigger);
            }
        }
    }

    /// Timers that tell that an activity or process is overdue, where this scenario waits for it and the one
    /// before did not, or the other way round.
    fn adopt_overdue_timers(&mut self) {
        let (activities, processes) = (self.s.overdue_timers, self.s.process_timers);
        let ids: BTreeSet<String> = self.case.processes.iter().map(|run| run.id.clone()).collect();
        self.disarm(|timer| {
            timer.subject.as_ref().is_some_and(|id| if ids.contains(id) { !processes } else { !activities })
        });
        let armed: BTreeSet<String> =
            self.case.timers.iter().filter_map(|timer| timer.subject.clone()).collect();
        let open = self.case.activities.iter().map(|it| (it.id.clone(), it.due));
        let running = self.case.processes.iter().filter(|run| run.is_running());
        let all: Vec<(String, Option<DueState>)> = open
            .filter(|_| activities)
            .chain(running.map(|run| (run.id.clone(), run.due)).filter(|_| processes))
            .collect();
        for (id, due) in all {
            // What is overdue already was told, or is no news to a trigger that nobody had.
            if let (Some(due), false) = (due.filter(|due| due.at > self.now()), armed.contains(&id)) {
                self.arm(due.at, "", Some(&id), None, None);
            }
        }
    }

    /// A debt ends whose requirement no longer stands in the scenario.
    fn end_debts_of_nobody(&mut self) {
        let s = self.s;
        let asked = |rule: &str| {
            find_requirement(s, rule).is_some()
                || self.hook(rule).is_some()
                || super::plan::find_plan(s, rule, |_| true).is_some()
                || self.case.activity(rule).is_some()
        };
        // An activity that is still open can still be done.
        let judge = self.judge();
        let open = |debt: &Debt| {
            let group = debt.missing.args.get("id").and_then(Value::as_text);
            judge.owed_activities(debt).any(|it| it.end.is_none())
                || self.case.activities.iter().any(|it| group.is_some() && it.group.as_deref() == group)
        };
        let gone: Vec<String> = self
            .case
            .debts
            .iter()
            .filter(|debt| !asked(&debt.requirement) && !open(debt))
            .map(|debt| debt.id.clone())
            .collect();
        for debt in gone {
            self.emit(Event::DebtEnded { debt, end: DebtEnd::Gone });
        }
    }
}
