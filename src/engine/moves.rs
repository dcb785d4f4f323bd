//! Whether a move or a closing may be made: M1–M5, M11 and X1, judged on the trial copy, told at once.

use super::judge::Judge;
use super::plan::{find_plan, is_gone};
use super::requirement::Verdict;
use super::rights::excluded;
use crate::calendar::Calendar;
use crate::case::{Activity, CloseInput, Debt, Group, HeldItem, Missing};
use crate::condition::Truth;
use crate::scenario::def::StageOutcome;
use crate::scenario::model::{Edge, Requirement, Stage};
use crate::{Moment, Value};

/// Who moves, and by what right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mover<'a> {
    /// A person or program; with the reason of an override, if they ask for one.
    Actor { r#override: Option<&'a str> },
    /// A trigger, which acts as the scenario (G3).
    Scenario,
}

/// A requirement that an override passes over, and so will be a debt (M11).
pub(crate) struct Owed {
    /// Whether entering asks it, and not leaving: then it belongs to the visit that begins.
    pub entry: bool,
    pub requirement: String,
    pub missing: Missing,
    pub order: u32,
    pub deadline: Option<crate::Span>,
}

/// What of a move can be passed over, and what cannot.
#[derive(Default)]
pub(crate) struct Verdicts {
    pub missing: Vec<Missing>,
    pub owed: Vec<Owed>,
}

impl Verdicts {
    fn owe(&mut self, requirement: String, missing: Missing, order: u32, deadline: Option<crate::Span>) {
        self.owed.push(Owed { entry: false, requirement, missing, order, deadline });
    }
}

impl Judge<'_> {
    /// Whether the case may go from `here` to `to`; what an override passes over comes back as debts to be.
    pub fn move_to(&self, here: usize, to: usize, mover: Mover<'_>) -> Result<Vec<Owed>, Vec<Missing>> {
        let (Some(from), Some(target)) = (self.scenario.stages.get(here), self.scenario.stages.get(to))
        else {
            return Err(vec![Missing::new("V-M1-stage")]);
        };
        let mut verdicts = Verdicts::default();
        let by_person = matches!(mover, Mover::Actor { .. });
        match self.scenario.edge(here, to) {
            None => verdicts
                .missing
                .push(Missing::new("V-M1-edge").arg("from", from.id.as_str()).arg("to", target.id.as_str())),
            Some(edge) => self.edge(edge, target, by_person, &mut verdicts.missing),
        }
        let forward = target.is_win() || (target.is_ordinary() && target.order > from.order);
        if forward {
            self.exit(from, &mut verdicts);
        }
        // A refusal with half the data is still a refusal: lost and void ask nothing of entry either, but
        // what their own stage asks.
        self.entry(target, &mut verdicts);
        if forward && self.scenario.def.jumps_meet_skipped {
            self.skipped(from, target, &mut verdicts);
        }
        if forward {
            self.debts(&mut verdicts.missing);
        }
        self.weigh(verdicts, mover)
    }

    /// An override passes M3 and M4 only, needs the right and a reason (M11).
    pub fn weigh(&self, verdicts: Verdicts, mover: Mover<'_>) -> Result<Vec<Owed>, Vec<Missing>> {
        let Verdicts { mut missing, owed } = verdicts;
        let reason = if let Mover::Actor { r#override } = mover { r#override } else { None };
        match reason {
            Some(reason) if !owed.is_empty() => {
                if reason.trim().is_empty() {
                    missing.push(Missing::new("V-M11-reason"));
                }
                if !self.may_override() {
                    missing.push(Missing::new("V-M11-right"));
                }
                if missing.is_empty() {
                    return Ok(owed);
                }
                missing.extend(owed.into_iter().map(|owed| owed.missing));
                Err(missing)
            }
            _ => {
                missing.extend(owed.into_iter().map(|owed| owed.missing));
                if missing.is_empty() { Ok(Vec::new()) } else { Err(missing) }
            }
        }
    }

    /// M1 and M2: the actor may make the move, and its own condition holds.
    fn edge(&self, edge: &Edge, target: &Stage, by_person: bool, missing: &mut Vec<Missing>) {
        if by_person {
            let general =
                if target.is_ordinary() { &self.scenario.rights.r#move } else { &self.scenario.rights.close };
            let may =
                if edge.who.is_some() { self.may(edge.who.as_ref()) } else { self.may(general.as_ref()) };
            if !may {
                missing.push(Missing::new("V-M1-right").arg("to", target.id.as_str()));
            }
            if let Some(why) = excluded(self.case, &self.actor.id, edge.not_by.iter()) {
                missing.push(Missing::new("V-G4-move").arg("to", target.id.as_str()).arg("why", why));
            }
        }
        if let Some(condition) = &edge.condition {
            match condition.holds(self) {
                Truth::True => {}
                Truth::Unknown => missing.push(self.unknown("M2", None, condition)),
                Truth::False => {
                    let mut it = Missing::new("V-M2-condition").arg("condition", condition.text());
                    it.say = edge.or_say.clone();
                    it.findings = condition.explain(self).findings;
                    missing.push(it);
                }
            }
        }
    }

    /// M3: the stage's exit requirements.
    fn exit(&self, from: &Stage, verdicts: &mut Verdicts) {
        for it in &from.leave {
            self.one("M3", it, from.order, verdicts);
        }
        self.exit_activities(from, verdicts);
        let visit = self.case.visit.number;
        let spared = &self.case.visit.spared;
        for hook in from.hooks.iter().filter(|hook| hook.def.awaited && !spared.contains(&hook.rule)) {
            let runs =
                || self.case.processes.iter().rev().filter(|run| run.rule == hook.rule && run.visit == visit);
            if runs().next().is_some_and(crate::case::ProcessRun::is_good) {
                continue;
            }
            let due = hook.when.as_ref().map_or(Truth::True, |when| when.holds(self));
            if due == Truth::False {
                continue;
            }
            let state = match runs().next() {
                Some(run) if run.is_running() => "running",
                Some(_) => "bad",
                None if due == Truth::Unknown => "unknown",
                None => "not_started",
            };
            let mut missing =
                Missing::new("V-M3-process").arg("process", hook.id.as_str()).arg("state", state);
            missing.requirement = Some(hook.rule.clone());
            if let (Truth::Unknown, Some(when)) = (due, &hook.when) {
                missing = self.unknown("M3", None, when);
                missing.requirement = Some(hook.rule.clone());
            }
            verdicts.owe(hook.rule.clone(), missing, from.order, None);
        }
    }

    /// A mandatory activity binds leaving the stage on which it was planned, and no other (M3).
    fn exit_activities(&self, from: &Stage, verdicts: &mut Verdicts) {
        let visit = self.case.visit.number;
        let binds = |it: &&Activity| {
            it.mandatory
                && it.stage == from.id
                && (it.visit == visit || it.end.is_none())
                && self.is_unmet(it)
                // What has ended and that nobody plans any more cannot be done any more.
                && (it.end.is_none() || !it.rule.as_deref().is_some_and(|rule| is_gone(self.scenario, rule)))
        };
        for it in self.case.activities.iter().chain(&self.case.finished).filter(binds) {
            let rule = it.rule.as_deref().unwrap_or(&it.id);
            let mut missing =
                Missing::new("V-M3-activity").arg("activity", it.id.as_str()).arg("kind", it.kind.as_str());
            missing.requirement = Some(rule.to_owned());
            missing.say = it.title.clone();
            verdicts.owe(rule.to_owned(), missing, from.order, None);
        }
        for group in self.case.groups.iter().filter(|group| group.mandatory && group.stage == from.id) {
            let binds = match group.good {
                Some(good) => group.visit == visit && !good && !is_gone(self.scenario, &group.rule),
                None => true,
            };
            if binds {
                let mut missing = Missing::new("V-M3-group").arg("group", group.rule.as_str());
                missing = missing.arg("state", if group.good == Some(false) { "bad" } else { "open" });
                missing = missing.arg("id", group.id.as_str());
                missing.requirement = Some(group.rule.clone());
                verdicts.owe(group.rule.clone(), missing, from.order, None);
            }
        }
        // What the scenario does not plan any more, or not now, holds nothing up.
        let stands = |held: &&HeldItem| {
            find_plan(self.scenario, &held.rule, |plan| plan.group.is_some())
                .is_some_and(|plan| plan.when.as_ref().is_none_or(|when| when.holds(self) != Truth::False))
        };
        for held in self.case.held.iter().filter(stands) {
            let code = if held.why == "unknown" { "V-A7-unknown" } else { "V-A7-no-approver" };
            let mut missing = Missing::new(code).arg("item", held.rule.as_str());
            missing.requirement = Some(held.rule.clone());
            verdicts.owe(held.rule.clone(), missing, from.order, None);
        }
    }

    /// Whether a mandatory activity is not met: open, or ended otherwise than well. What a bad outcome plans
    /// next takes its place and is judged by itself.
    fn is_unmet(&self, it: &Activity) -> bool {
        it.end.is_none() || (!it.is_good() && self.replaced_by(&it.id).is_none())
    }

    fn replaced_by(&self, id: &str) -> Option<&Activity> {
        let mut all = self.case.activities.iter().chain(&self.case.finished);
        all.find(|it| it.replaces.as_deref() == Some(id))
    }

    /// The activity that a debt asks for, and what took its place.
    pub fn owed_activities<'s>(&'s self, debt: &'s Debt) -> impl Iterator<Item = &'s Activity> {
        let first = debt.missing.args.get("activity").and_then(Value::as_text);
        let first = first.and_then(|id| self.case.activity(id));
        std::iter::successors(first, |it| self.replaced_by(&it.id))
    }

    /// M4: the target's entry requirements.
    pub fn entry(&self, target: &Stage, verdicts: &mut Verdicts) {
        let before = verdicts.owed.len();
        for it in &target.enter {
            self.one("M4", it, target.order, verdicts);
        }
        for owed in verdicts.owed.iter_mut().skip(before) {
            owed.entry = true;
        }
    }

    fn one(&self, rule: &str, it: &Requirement, order: u32, verdicts: &mut Verdicts) {
        if let Some(missing) = self.requirement(rule, it).missing() {
            verdicts.owe(it.rule.clone(), missing, order, it.deadline);
        }
    }

    /// M5: a jump meets the field and condition requirements of the stages that it skips.
    fn skipped(&self, from: &Stage, target: &Stage, verdicts: &mut Verdicts) {
        let between = |stage: &&Stage| {
            stage.is_ordinary() && stage.order > from.order && (stage.order < target.order || target.is_win())
        };
        for stage in self.scenario.stages.iter().filter(between).filter(|stage| stage.id != target.id) {
            // An override passes M3 and M4 only: what is skipped is asked all the same (M11).
            let asked = stage.enter.iter().chain(&stage.leave);
            verdicts.missing.extend(asked.filter_map(|it| self.requirement("M5", it).missing()));
        }
    }

    /// M11: while a debt stands it binds moves forward and winning; what comes with the input may meet it.
    fn debts(&self, missing: &mut Vec<Missing>) {
        for debt in &self.case.debts {
            let Some(now) = self.debt(debt).missing() else { continue };
            let mut it = Missing::new("V-M11-debt")
                .arg("debt", debt.id.as_str())
                .arg("requirement", debt.requirement.as_str());
            it.requirement = Some(debt.requirement.clone());
            it.say = now.say;
            it.findings = now.findings;
            if let Some(field) = now.args.get("field") {
                it = it.arg("field", field.clone());
            }
            missing.push(it);
        }
    }

    /// X1: lost and void need a reason from the catalogue.
    pub fn reason(&self, target: &Stage, input: &CloseInput, missing: &mut Vec<Missing>) {
        let needs = matches!(target.outcome, Some(StageOutcome::Lost | StageOutcome::Void));
        let Some(id) = &input.reason else {
            if needs && !self.scenario.def.reasons.is_empty() {
                missing.push(Missing::new("V-X1-reason").arg("stage", target.id.as_str()));
            }
            return;
        };
        let Some(reason) = self.scenario.def.reasons.get(id) else {
            missing.push(Missing::new("V-X1-unknown").arg("reason", id.as_str()));
            return;
        };
        let fits = match target.outcome {
            Some(StageOutcome::Void) => reason.void,
            Some(StageOutcome::Lost) => !reason.void,
            _ => false,
        };
        if !fits {
            missing
                .push(Missing::new("V-X1-kind").arg("reason", id.as_str()).arg("stage", target.id.as_str()));
        }
        if !reason.stages.is_empty() && !reason.stages.contains(&self.case.visit.stage) {
            missing.push(
                Missing::new("V-X1-stage")
                    .arg("reason", id.as_str())
                    .arg("stage", self.case.visit.stage.as_str()),
            );
        }
        let comment = input.comment.as_deref().unwrap_or_default();
        if reason.comment_required && comment.trim().is_empty() {
            missing.push(Missing::new("V-X1-comment").arg("reason", id.as_str()));
        }
    }

    /// Whether what a debt asks holds now (M11).
    pub fn debt(&self, debt: &Debt) -> Verdict {
        let rule = &debt.requirement;
        if let Some(it) = find_requirement(self.scenario, rule) {
            return self.requirement("M11", it);
        }
        let unmet = || Verdict::Unmet(debt.missing.clone());
        let stage = self.scenario.stage_named(rule.split('/').next().unwrap_or_default());
        if let Some(hook) = stage.and_then(|stage| stage.hooks.iter().find(|hook| hook.rule == *rule)) {
            let good = self
                .case
                .processes
                .iter()
                .rev()
                .find(|run| run.rule == *rule && run.visit >= debt.visit)
                .is_some_and(crate::case::ProcessRun::is_good);
            return match (good, hook.when.as_ref().map_or(Truth::True, |when| when.holds(self))) {
                (true, _) | (false, Truth::False) => Verdict::Met,
                (false, Truth::Unknown) => Verdict::Unknown(debt.missing.clone()),
                (false, Truth::True) => unmet(),
            };
        }
        // Done later on the same stage is done: a visit that began after the debt arose plans it anew.
        let met = if debt.missing.args.contains_key("activity") {
            let owed = || self.owed_activities(debt);
            let again = |it: &&Activity| it.visit > debt.visit && it.rule.as_deref() == Some(rule);
            owed().all(|it| it.end.is_some()) && owed().any(Activity::is_good)
                || self.case.finished.iter().filter(again).any(Activity::is_good)
        } else {
            let id = debt.missing.args.get("id").and_then(Value::as_text);
            let owed = |group: &&Group| {
                Some(group.id.as_str()) == id || (group.rule == *rule && group.visit > debt.visit)
            };
            self.case.groups.iter().filter(owed).any(|group| group.good == Some(true))
        };
        if met { Verdict::Met } else { unmet() }
    }
}

/// The requirement of a full name.
pub(crate) fn find_requirement<'s>(s: &'s crate::Scenario, rule: &str) -> Option<&'s Requirement> {
    let stage = s.stage_named(rule.split('/').next().unwrap_or_default())?;
    stage.enter.iter().chain(&stage.leave).find(|it| it.rule == rule)
}

/// By when a debt must be met, if the scenario says so.
pub(crate) fn debt_due(
    calendar: &Calendar,
    deadline: Option<&crate::Span>,
    now: Moment,
) -> Option<crate::case::DueState> {
    let due = calendar.due(deadline?, now).ok()?;
    Some(crate::case::DueState {
        at: due.moment,
        yellow_from: calendar.yellow_from(due.moment),
        beyond_known: due.beyond_known,
    })
}
