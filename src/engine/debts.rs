//! Debts: requirements that were passed over, or that ceased to hold, remembered (M11, M13).

use super::moves::{Owed, debt_due};
use super::requirement::Verdict;
use super::work::{Done, Work};
use crate::case::{Debt, DebtEnd, Event, Missing};
use crate::condition::Truth;

impl Work<'_> {
    /// What an override, an opening from intake or an import passes over becomes debts.
    pub fn owe(&mut self, owed: Vec<Owed>) {
        for it in owed {
            self.owe_one(it, self.case.visit.number);
        }
    }

    /// The same for a move: what entering asks belongs to the visit that is about to begin.
    pub fn owe_on_moving(&mut self, owed: Vec<Owed>) {
        let here = self.case.visit.number;
        for it in owed {
            let visit = if it.entry { self.next_visit() } else { here };
            self.owe_one(it, visit);
        }
    }

    fn owe_one(&mut self, it: Owed, visit: u32) {
        // One debt for one requirement (of one activity or group), however often it is passed over.
        let what = |missing: &Missing| {
            let args = &missing.args;
            args.get("activity").or_else(|| args.get("id")).cloned()
        };
        let known =
            |debt: &Debt| debt.requirement == it.requirement && what(&debt.missing) == what(&it.missing);
        if self.case.debts.iter().any(known) {
            return;
        }
        let due = debt_due(self.calendar, it.deadline.as_ref(), self.now());
        let debt = Debt {
            id: self.id(),
            requirement: it.requirement,
            missing: it.missing,
            order: it.order,
            visit,
            since: self.now(),
            due,
            end: None,
        };
        self.emit(Event::DebtArose(Box::new(debt)));
    }

    /// Judged after every batch: a debt that is met ends; one that hangs on something unknown says so (A3).
    pub fn bring_debts_up_to_date(&mut self) {
        if !self.case.debts.is_empty() {
            let verdicts: Vec<(String, Truth)> = self
                .case
                .debts
                .iter()
                .map(|debt| {
                    let truth = match self.judge().debt(debt) {
                        Verdict::Met => Truth::True,
                        Verdict::Unmet(_) => Truth::False,
                        Verdict::Unknown(_) => Truth::Unknown,
                    };
                    (debt.id.clone(), truth)
                })
                .collect();
            for (debt, truth) in verdicts {
                if truth.holds() {
                    self.emit(Event::DebtEnded { debt, end: DebtEnd::Met });
                } else {
                    self.hang(&debt, truth == Truth::Unknown);
                }
            }
        }
        self.hang_processes();
    }

    /// An awaited process whose `when` is unknown hangs on it (A3).
    fn hang_processes(&mut self) {
        let Some(stage) = self.stage() else { return };
        let spared = self.case.visit.spared.clone();
        let awaited = |hook: &&crate::scenario::model::Hook| hook.def.awaited && !spared.contains(&hook.rule);
        for hook in stage.hooks.iter().filter(&awaited) {
            if let Some(when) = &hook.when {
                let visit = self.case.visit.number;
                let mut runs = self.case.processes.iter().rev();
                let last = runs.find(|run| run.rule == hook.rule && run.visit == visit);
                let good = last.is_some_and(crate::case::ProcessRun::is_good);
                let unknown = !good && when.holds(&self.judge()) == Truth::Unknown;
                self.hang(&hook.rule, unknown);
            }
        }
        // What hung on the stage that was left, or by a version that was left, hangs no more.
        let gone: Vec<String> = self
            .case
            .hanging
            .iter()
            .filter(|it| {
                let still = |hook: &crate::scenario::model::Hook| {
                    hook.rule == it.rule && awaited(&hook) && hook.when.is_some()
                };
                it.rule.contains("/run/") && !stage.hooks.iter().any(still)
            })
            .map(|it| it.rule.clone())
            .collect();
        for rule in gone {
            self.emit(Event::Hangs { rule, hangs: false });
        }
    }

    fn hang(&mut self, rule: &str, hangs: bool) {
        if self.case.hanging.iter().any(|it| it.rule == rule) != hangs {
            self.emit(Event::Hangs { rule: rule.to_owned(), hangs });
        }
    }

    /// A requirement marked `keep` binds as long as the case stands on the stage: when it ceases to hold, a
    /// debt arises at that moment (M13). Unknown is not ceasing to hold.
    pub fn keep_debts(&mut self) {
        let Some(stage) = self.stage() else { return };
        let visit = self.case.visit.number;
        for it in stage.enter.iter().filter(|it| it.keep) {
            if self.case.debts.iter().any(|debt| debt.requirement == it.rule) {
                continue;
            }
            // Waived in this visit is waived for it.
            let waived = self.case.ended_debts.iter().any(|debt| {
                debt.requirement == it.rule
                    && debt.visit == visit
                    && matches!(debt.end, Some(DebtEnd::Waived { .. }))
            });
            if waived {
                continue;
            }
            if let Verdict::Unmet(missing) = self.judge().requirement("M13", it) {
                let (requirement, deadline) = (it.rule.clone(), it.deadline);
                self.owe_one(Owed { entry: true, requirement, missing, order: stage.order, deadline }, visit);
            }
        }
    }

    /// A debt is waived, with right and reason (M11).
    pub fn waive(&mut self, debt: &str, reason: &str) -> Done {
        let mut missing = Vec::new();
        if !self.case.debts.iter().any(|it| it.id == debt) {
            missing.push(Missing::new("V-M11-unknown").arg("debt", debt));
        }
        if reason.trim().is_empty() {
            missing.push(Missing::new("V-M11-reason"));
        }
        if !self.judge().may_override() {
            missing.push(Missing::new("V-M11-right"));
        }
        if !missing.is_empty() {
            return Err(missing.into());
        }
        let end = DebtEnd::Waived { by: self.actor().id.clone(), reason: reason.to_owned() };
        self.emit(Event::DebtEnded { debt: debt.to_owned(), end });
        Ok(())
    }
}
