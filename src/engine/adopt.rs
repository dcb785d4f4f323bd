//! Adopting: a case passes to another version or another scenario (V3, M12).

use super::moves::{Verdicts, find_requirement};
use super::stage::Way;
use super::work::{Done, Work};
use crate::case::{DebtEnd, Event, Missing};
use std::collections::{BTreeMap, BTreeSet};

impl Work<'_> {
    /// The case passes to this scenario, which steps it from the case alone.
    pub fn adopt(&mut self, mapping: &BTreeMap<String, String>) -> Done {
        let s = self.s;
        let mut missing = Vec::new();
        if self.case.scenario == s.reference {
            missing.push(Missing::new("V-V3-same"));
        }
        if !self.judge().may(s.rights.edit.as_ref()) {
            missing.push(Missing::new("V-G1-edit-scenario"));
        }
        let old = self.case.visit.stage.clone();
        let name = mapping.get(&old).cloned().unwrap_or_else(|| old.clone());
        let target = s.stage_index(&name).and_then(|i| s.stages.get(i).map(|stage| (i, stage)));
        let fits = |stage: &crate::scenario::model::Stage| stage.is_ordinary() == self.case.is_open();
        let Some((to, stage)) = target.filter(|(_, stage)| fits(stage)) else {
            missing.push(Missing::new("V-V3-stage").arg("stage", old.as_str()).arg("to", name.as_str()));
            return Err(missing.into());
        };
        if !missing.is_empty() {
            return Err(missing.into());
        }
        let calendar_gone =
            self.case.calendar.as_ref().is_some_and(|id| !s.calendars.iter().any(|(it, ..)| it == id));
        self.emit(Event::Adopted {
            scenario: s.reference.clone(),
            kind: s.def.kind,
            nothing_planned: stage.nothing_planned,
            // A visit under a mapped stage begins below; the old one keeps its own place and label.
            order: if name == old { stage.order } else { self.case.visit.order },
            label: if name == old { stage.title.clone() } else { self.case.visit.label.clone() },
        });
        if calendar_gone {
            self.calendar = &s.calendar;
        }
        let gone: BTreeSet<String> = self
            .case
            .seen
            .keys()
            .chain(self.case.fired.iter().map(|mark| &mark.trigger))
            .filter(|rule| s.trigger(rule).is_none())
            .cloned()
            .collect();
        for trigger in gone {
            self.emit(Event::Forgotten { trigger: Some(trigger) });
        }
        if self.case.is_open() {
            if name == old {
                self.adopt_in_place();
            } else {
                self.adopt_onto(to, stage);
            }
        }
        self.quiet_until = self.events.len();
        Ok(())
    }

    /// Onto the same stage the visit goes on; what is gone is cancelled in the journal.
    fn adopt_in_place(&mut self) {
        let s = self.s;
        self.disarm(|timer| timer.trigger.as_deref().is_some_and(|rule| s.trigger(rule).is_none()));
        let wishes: Vec<String> = self.case.wishes.iter().map(|wish| wish.trigger.clone()).collect();
        for trigger in wishes.into_iter().filter(|rule| s.trigger(rule).is_none()) {
            self.emit(Event::WishEnded { trigger, lapsed: Some("gone".to_owned()) });
        }
        self.end_debts_of_nobody();
        // Triggers that the case did not have before are armed from now on (V4: nothing is told to count back).
        let armed: BTreeSet<String> =
            self.case.timers.iter().filter_map(|timer| timer.trigger.clone()).collect();
        let known = |rule: &str| armed.contains(rule);
        let visit = Some(self.case.visit.number);
        let stage = self.stage();
        for trigger in stage.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&s.triggers) {
            let fired = self.case.fired.iter().any(|mark| mark.trigger == trigger.rule);
            if known(&trigger.rule) || fired {
                continue;
            }
            self.arm_after(trigger, visit);
            if let crate::scenario::def::EventDef::Moment(moment) = &trigger.on {
                self.arm_moment(&trigger.rule, moment, trigger.stage.and(visit));
            }
        }
    }

    /// Onto a mapped stage a new visit begins without M3, M7 or entered/left triggers: unmet M4 becomes debts,
    /// items the case never had are planned, nothing is closed silently.
    fn adopt_onto(&mut self, to: usize, stage: &crate::scenario::model::Stage) {
        let s = self.s;
        self.leave(Way::Adopted);
        self.disarm(|timer| timer.trigger.as_deref().is_some_and(|rule| s.trigger(rule).is_none()));
        self.end_debts_of_nobody();
        self.settle_debts_behind(stage.order);
        self.enter(to, Way::Adopted, None);
        let mut verdicts = Verdicts::default();
        self.judge().entry(stage, &mut verdicts);
        self.owe(verdicts.owed);
    }

    /// A debt ends whose requirement no longer stands in the scenario.
    fn end_debts_of_nobody(&mut self) {
        let s = self.s;
        let asked = |rule: &str| {
            find_requirement(s, rule).is_some()
                || self.hook(rule).is_some()
                || super::plan::find_plan(s, rule).is_some()
                || self.case.activity(rule).is_some()
        };
        let gone: Vec<String> = self
            .case
            .debts
            .iter()
            .filter(|debt| !asked(&debt.requirement))
            .map(|debt| debt.id.clone())
            .collect();
        for debt in gone {
            self.emit(Event::DebtEnded { debt, end: DebtEnd::Gone });
        }
    }
}
