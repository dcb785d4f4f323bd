//! Planning: activities, and groups of them (M8, A1, A2, A7, A10, G4).

use super::rights::excluded;
use super::work::Work;
use crate::Value;
use crate::case::{Activity, ActivityEnd, Event, Group, HeldItem};
use crate::condition::{Evaluated, Program, Truth};
use crate::scenario::def::{GroupMode, Needed};
use crate::scenario::model::{Plan, PlanGroup};
use std::collections::BTreeMap;

impl Work<'_> {
    /// Plans the items of the stage: on entry those that are due, later those whose `when` has become true or
    /// that were held up (M8).
    pub fn plan_items(&mut self, entering: bool) {
        let Some(stage) = self.stage() else { return };
        for item in &stage.items {
            let held = self.case.held.iter().any(|held| held.rule == item.rule);
            if !entering && item.when.is_none() && !held {
                continue;
            }
            if self.has_happened(item) || self.is_spared(&item.rule) {
                continue;
            }
            let holds = item.when.as_ref().map_or(Truth::True, |when| when.holds(&self.judge()));
            if holds.holds() {
                self.plan(item);
            }
        }
        // So is what a trigger was to plan for a list that was empty.
        let s = self.s;
        let held = self.case.held.iter().filter(|held| held.rule.contains("/trigger/"));
        for rule in held.map(|held| held.rule.clone()).collect::<Vec<_>>() {
            if let Some(plan) = find_plan(s, &rule, |plan| plan.group.is_some()) {
                self.plan(plan);
            }
        }
    }

    /// Each item happens once a visit (or once a case), and not while one is open from an earlier visit (M8).
    pub fn has_happened(&self, item: &Plan) -> bool {
        let visit = self.case.visit.number;
        let this = |it: &Activity| it.rule.as_deref() == Some(&item.rule);
        self.case.activities.iter().any(this)
            || self.case.finished.iter().any(|it| this(it) && (item.once || it.visit == visit))
            || self.case.groups.iter().any(|group| {
                group.rule == item.rule && (item.once || group.visit == visit || group.good.is_none())
            })
    }

    /// Whether this visit is spared a rule that the stage got while the case stood here (V4).
    pub fn is_spared(&self, rule: &str) -> bool {
        self.case.visit.spared.iter().any(|it| it == rule)
    }

    /// Plans one activity, or a group of them.
    pub fn plan(&mut self, plan: &Plan) {
        match &plan.group {
            Some(group) => self.plan_group(plan, group),
            None => {
                let person = plan.person.as_ref().and_then(|person| self.text_of(person));
                self.plan_one(plan, person.as_deref(), None, None);
            }
        }
    }

    /// The text that an expression gives now; none where it is empty or unknown.
    pub fn text_of(&self, program: &Program) -> Option<String> {
        match program.eval(&self.judge()) {
            Evaluated::Value(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The texts that an expression gives now: one, those of a list, or none where it is empty or unknown.
    pub fn texts_of(&self, program: &Program) -> Vec<String> {
        let given = match program.eval(&self.judge()) {
            Evaluated::Value(Value::List(items)) => items,
            Evaluated::Value(one) => vec![one],
            _ => Vec::new(),
        };
        let texts = given.into_iter().filter_map(|it| it.as_text().map(str::to_owned));
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// Plans one activity for a person, a role, or the case's responsible.
    pub fn plan_one(
        &mut self,
        plan: &Plan,
        person: Option<&str>,
        group: Option<&str>,
        replaced: Option<&Activity>,
    ) {
        let due = plan.due.as_ref().and_then(|due| self.due(due));
        let (mut assignee, mut instead_of) = self.assigned(person, plan.role.is_some());
        // A deputy who may not do it by what they did before leaves it with the person (G4).
        if instead_of.is_some()
            && assignee.as_ref().is_some_and(|deputy| excluded(&self.case, deputy, not_by(plan)).is_some())
        {
            (assignee, instead_of) = (instead_of, None);
        }
        let visit = &self.case.visit;
        // What takes the place of another binds where that one did (M3).
        let (stage, visit) = replaced.map_or((&visit.stage, visit.number), |it| (&it.stage, it.visit));
        let (stage, attempt) = (stage.clone(), replaced.map_or(0, |it| it.attempt.saturating_add(1)));
        let activity = Activity {
            id: self.id(),
            kind: plan.kind.clone(),
            title: plan.title.clone(),
            rule: Some(plan.rule.clone()),
            stage,
            visit,
            mandatory: plan.mandatory && group.is_none(),
            assignee,
            role: plan.role.clone(),
            instead_of,
            due,
            first_due: None,
            moved: 0,
            planned_at: self.now(),
            group: group.map(str::to_owned),
            attempt,
            replaces: replaced.map(|it| it.id.clone()),
            script: plan.script.clone(),
            end: None,
        };
        self.plan_activity(activity);
    }

    /// To whom something goes: the person, or the case's responsible; while they are away their deputy (A10).
    pub fn assigned(&self, person: Option<&str>, of_role: bool) -> (Option<String>, Option<String>) {
        match person {
            Some(person) => {
                let (person, instead_of) = self.stand_in(person);
                (Some(person), instead_of)
            }
            // Without an assignee it follows the responsible; a deputy has it by name.
            None if of_role || self.ctx.absences.is_empty() => (None, None),
            None => match self.case.responsible.as_ref().map(|it| self.stand_in(it)) {
                Some((deputy, Some(away))) => (Some(deputy), Some(away)),
                _ => (None, None),
            },
        }
    }

    pub fn plan_activity(&mut self, activity: Activity) {
        // The id is asked for again only where some trigger waits for the activity to become overdue.
        let overdue = activity.due.filter(|_| self.s.overdue_timers).map(|due| (activity.id.clone(), due.at));
        self.emit(Event::Planned(Box::new(activity)));
        if let Some((id, at)) = overdue {
            self.arm_overdue(&id, at);
        }
    }

    /// Arms what tells that an activity is overdue, where some trigger waits for it (T1).
    pub fn arm_overdue(&mut self, activity: &str, at: crate::Moment) {
        if self.s.overdue_timers {
            self.arm(at, "", Some(activity), None, None);
        }
    }

    fn plan_group(&mut self, plan: &Plan, group: &PlanGroup) {
        let def = &group.def;
        let persons = match group.each.eval(&self.judge()) {
            Evaluated::Value(Value::List(items)) => {
                items.into_iter().filter_map(|item| item.as_text().map(str::to_owned)).collect()
            }
            Evaluated::Unknown(_) => return self.hold(plan, "unknown", BTreeMap::new()),
            _ => Vec::new(),
        };
        let mut asked: Vec<String> = Vec::new();
        let mut skipped = BTreeMap::new();
        for person in persons {
            if person.is_empty() || asked.contains(&person) {
                continue;
            }
            match excluded(&self.case, &person, not_by(plan)) {
                Some(why) => drop(skipped.insert(person, why.to_owned())),
                None => asked.push(person),
            }
        }
        let all = u32::try_from(asked.len()).unwrap_or(u32::MAX);
        let needed = match (&def.needed, &group.count) {
            (Needed::Any, _) => 1,
            (Needed::AtLeast(number), _) => *number,
            (_, None) => all,
            (_, Some(count)) => match count.eval(&self.judge()) {
                Evaluated::Empty => all,
                // What is no whole number is more persons than there are.
                Evaluated::Value(Value::Decimal(number)) => whole(number).unwrap_or(u32::MAX),
                _ => return self.hold(plan, "unknown", BTreeMap::new()),
            },
        };
        if asked.is_empty() || !(1..=all).contains(&needed) {
            return self.hold(plan, "no_approver", skipped);
        }
        let id = self.id();
        let group = Group {
            id: id.clone(),
            rule: plan.rule.clone(),
            stage: self.case.visit.stage.clone(),
            visit: self.case.visit.number,
            mandatory: plan.mandatory,
            mode: def.mode,
            persons: asked.clone(),
            needed,
            skipped,
            good: None,
        };
        self.emit(Event::GroupPlanned(Box::new(group)));
        let at_once = if def.mode == GroupMode::InTurn { 1 } else { asked.len() };
        for person in asked.iter().take(at_once) {
            self.plan_one(plan, Some(person), Some(&id), None);
        }
    }

    /// The item of a group is gone, and whom it began to ask is asked on all the same (V3): as those before, and
    /// without a due moment, since nothing says any more how long it may take.
    fn ask_as_before(&mut self, person: &str, group: &str) {
        let last = self.case.finished.iter().rev().find(|it| it.group.as_deref() == Some(group));
        let Some(last) = last.cloned() else { return };
        let (assignee, instead_of) = self.assigned(Some(person), false);
        let visit = &self.case.visit;
        let (stage, visit) = (visit.stage.clone(), visit.number);
        let activity = Activity {
            id: self.id(),
            stage,
            visit,
            assignee,
            instead_of,
            due: None,
            first_due: None,
            moved: 0,
            planned_at: self.now(),
            attempt: 0,
            replaces: None,
            end: None,
            ..last
        };
        self.plan_activity(activity);
    }

    /// An item that cannot be planned holds up leaving (A7); said once.
    fn hold(&mut self, plan: &Plan, why: &str, skipped: BTreeMap<String, String>) {
        let visit = self.case.visit.number;
        let held = HeldItem { rule: plan.rule.clone(), visit, why: why.to_owned(), skipped };
        if !self.case.held.contains(&held) {
            self.emit(Event::ItemHeld(Box::new(held)));
        }
    }

    /// Ends an activity, and what follows for its group (A7).
    pub fn end_activity(&mut self, activity: impl Into<String>, end: ActivityEnd, note: Option<String>) {
        let activity = activity.into();
        let group = self.case.open_activity(&activity).and_then(|it| it.group.clone());
        if self.s.overdue_timers {
            self.disarm(|timer| timer.subject.as_deref() == Some(activity.as_str()));
        }
        self.emit(Event::Ended { activity, end, note });
        if let Some(group) = group {
            self.judge_group(&group);
        }
    }

    /// A group is good when enough outcomes are good, bad as soon as that is out of reach (A7).
    pub fn judge_group(&mut self, id: &str) {
        let Some(group) = self.case.groups.iter().find(|group| group.id == id) else { return };
        let of_group = |it: &&Activity| it.group.as_deref() == Some(id);
        let good = self.case.finished.iter().filter(of_group).filter(|it| it.is_good()).count();
        let open: Vec<String> =
            self.case.activities.iter().filter(of_group).map(|it| it.id.clone()).collect();
        let asked = open.len() + self.case.finished.iter().filter(of_group).count();
        let not_asked = group.persons.len().saturating_sub(asked);
        let needed = group.needed as usize;
        let was = group.good;
        let (rule, next) = (group.rule.clone(), group.persons.get(asked).cloned());
        let now_good = if good >= needed {
            Some(true)
        } else if good + open.len() + not_asked < needed {
            Some(false)
        } else {
            None
        };
        if now_good != was {
            self.emit(Event::GroupEnded { group: id.to_owned(), good: now_good });
        }
        if now_good.is_some() {
            let at = self.now();
            for activity in open {
                self.disarm(|timer| timer.subject.as_deref() == Some(&activity));
                let end = ActivityEnd::Closed { at, rule: rule.clone() };
                self.emit(Event::Ended { activity, end, note: None });
            }
        } else if let (true, Some(person)) = (open.is_empty(), next) {
            // In turn: the next one is asked.
            let s = self.s;
            match find_plan(s, &rule, |plan| plan.group.is_some()) {
                Some(plan) => self.plan_one(plan, Some(&person), Some(id), None),
                None => self.ask_as_before(&person, id),
            }
        }
    }
}

/// A whole number of persons.
fn whole(number: rust_decimal::Decimal) -> Option<u32> {
    if number.is_integer() { u32::try_from(number).ok() } else { None }
}

/// The plan of a rule: of a stage's item, or among those of a trigger the one that is meant.
pub(crate) fn find_plan<'s>(
    s: &'s crate::Scenario,
    rule: &str,
    meant: impl Fn(&Plan) -> bool,
) -> Option<&'s Plan> {
    let stage = s.stage_named(rule.split('/').next().unwrap_or_default());
    if let Some(item) = stage.and_then(|stage| stage.items.iter().find(|item| item.rule == rule)) {
        return Some(item);
    }
    s.trigger(rule)?.actions.iter().find_map(|action| match action {
        crate::scenario::model::Action::Plan(plan) if meant(plan) => Some(&**plan),
        _ => None,
    })
}

/// The plan by which an activity was planned.
pub(crate) fn plan_of<'s>(s: &'s crate::Scenario, it: &Activity) -> Option<&'s Plan> {
    let meant = |plan: &Plan| {
        plan.group.is_some() == it.group.is_some() && plan.kind == it.kind && plan.title == it.title
    };
    find_plan(s, it.rule.as_deref()?, meant)
}

/// Whom a plan and its group exclude by what they did before (G4).
pub(crate) fn not_by(plan: &Plan) -> impl Iterator<Item = &crate::scenario::def::PastRole> {
    plan.group.iter().flat_map(|group| group.def.not_by.iter()).chain(plan.not_by.iter())
}

/// Whether the item, trigger or process of a rule's name is not in the scenario any more (V3). What the outcome of a
/// kind of activity plans has no rule of a stage.
pub(crate) fn is_gone(s: &crate::Scenario, rule: &str) -> bool {
    !rule.starts_with("kind/") && find_plan(s, rule, |_| true).is_none() && s.trigger(rule).is_none()
}
