//! Conditions over what people do, and not over values: activities done, groups decided, processes finished.

use super::ask::Ask;
use super::domain::Var;
use super::fire::has_moved;
use super::walker::{Gone, Stuck, Trail, Walker};
use crate::Actor;
use crate::case::{Case, Input, PlanInput};
use crate::condition::Slot;
use crate::engine::{InputNames, find_plan};
use crate::scenario::def::Text;
use crate::scenario::model::{Action, Trigger};
use crate::scenario::names::{ActivityCount, GroupName, Meaning, ProcessName};

impl<'s> Walker<'s> {
    /// Does something of what the conditions that do not hold count; whether anything was done.
    pub fn push(&self, trail: &mut Trail, who: &Actor, asks: &[Ask<'s>]) -> Gone<bool> {
        let names = InputNames::default();
        let began = trail.clone();
        let unmet: Vec<Ask<'s>> = {
            let by = self.asker(&trail.case, who, &names);
            let judge = self.solver.judge(&trail.case, by);
            asks.iter().filter(|ask| !ask.holds(&judge)).copied().collect()
        };
        let fixed = self.fixed(&trail.case);
        for ask in unmet {
            let mut vars = Vec::new();
            ask.vars(self.s, &mut vars);
            for var in vars.iter().filter(|var| fixed.contains(var)) {
                if let Var::Field(position) = var
                    && self.fill(trail, *position)?
                {
                    return Ok(true);
                }
            }
            for program in ask.programs() {
                let uses = program.uses();
                for it in &uses.slots {
                    let texts: Vec<&str> = it.with.iter().filter_map(|value| value.as_text()).collect();
                    let revision = trail.case.revision;
                    self.push_one(trail, who, it.slot, &texts)?;
                    if has_moved(&began, trail) || trail.case.revision > revision {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Has a field filled that nobody may edit: by a trigger that sets it, or by what a process brings back.
    fn fill(&self, trail: &mut Trail, position: usize) -> Gone<bool> {
        let Some((name, _)) = self.s.def.fields.at(position) else { return Ok(false) };
        if self.depth.get() > 0 {
            return Ok(false);
        }
        let was = trail.case.fields.get(name).cloned();
        let stage = self.stage(&trail.case).map(|(_, stage)| stage);
        let sets = |trigger: &&Trigger| {
            trigger.enabled
                && trigger
                    .actions
                    .iter()
                    .any(|action| matches!(action, Action::Set { field, .. } if field == name))
        };
        let of_stage = stage.into_iter().flat_map(|stage| &stage.triggers);
        for trigger in of_stage.chain(&self.s.triggers).filter(sets) {
            self.depth.set(self.depth.get() + 1);
            let done = self.fire(trail, trigger, &[]);
            self.depth.set(self.depth.get() - 1);
            if let Ok(done) = done
                && done.case.fields.get(name) != was.as_ref()
            {
                *trail = done;
                return Ok(true);
            }
        }
        for hook in stage.into_iter().flat_map(|stage| &stage.hooks) {
            let Some((_, from)) = hook.def.take.iter().find(|(field, _)| *field == name) else { continue };
            let run = trail.case.processes.iter().find(|run| run.rule == hook.rule && run.is_running());
            let Some(run) = run.map(|run| run.id.clone()) else { continue };
            let domain = self.solver.literals.domain(self.s, &Var::Field(position), self.start);
            let Some(value) = domain.into_iter().flatten().find(|value| Some(value) != was.as_ref()) else {
                continue;
            };
            let fields = std::iter::once((from.clone(), value)).collect();
            let result = hook.def.good.first().map_or("good", String::as_str);
            self.finish_with(trail, &run, result, true, fields)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn push_one(&self, trail: &mut Trail, who: &Actor, slot: Slot, texts: &[&str]) -> Gone<()> {
        match self.s.names.meanings.get(slot.0 as usize) {
            Some(Meaning::Group { rules, what }) => self.push_group(trail, who, rules, *what),
            Some(Meaning::Activities { kind, what }) => self.push_activity(trail, who, kind.as_deref(), what),
            Some(Meaning::Process { hook, what }) => self.push_process(trail, who, hook, *what, texts),
            _ => Ok(()),
        }
    }

    /// One more of a group's activities done, well or badly as is asked; a group without persons gets some.
    fn push_group(&self, trail: &mut Trail, who: &Actor, rules: &[String], what: GroupName) -> Gone<()> {
        let held =
            trail.case.held.iter().find(|held| rules.contains(&held.rule)).map(|held| held.rule.clone());
        if let Some(plan) = held.and_then(|rule| find_plan(self.s, &rule, |plan| plan.group.is_some())) {
            self.bring(trail, &[Ask::Persons(plan)], who)?;
        }
        let of_group = |case: &Case| {
            let group =
                case.groups.iter().rev().find(|group| rules.contains(&group.rule) && group.good.is_none())?;
            let open = case.activities.iter().find(|it| it.group.as_deref() == Some(&group.id))?;
            Some((open.id.clone(), open.kind.clone()))
        };
        let Some((id, kind)) = of_group(&trail.case) else { return Ok(()) };
        let outcomes = self.s.kinds.get(&kind).map_or(&[][..], |kind| &kind.outcomes);
        let bad = outcomes.iter().find(|(_, outcome)| outcome.bad).map(|(id, _)| id.as_str());
        match (what, bad) {
            (GroupName::Bad, Some(bad)) => self.do_activity(trail, &id, who, Some(bad)),
            (GroupName::Bad, None) => Ok(()),
            _ => self.do_activity(trail, &id, who, None),
        }
    }

    fn push_activity(
        &self,
        trail: &mut Trail,
        who: &Actor,
        kind: Option<&str>,
        what: &ActivityCount,
    ) -> Gone<()> {
        let outcome = match what {
            ActivityCount::Outcome(outcome) => Some(outcome.as_str()),
            ActivityCount::Done | ActivityCount::Open => None,
            ActivityCount::Cancelled | ActivityCount::Closed => return Ok(()),
        };
        let open = |case: &Case| {
            let of_kind = |kind: &str, it: &crate::case::Activity| it.kind == kind;
            let found = case.activities.iter().find(|it| kind.is_none_or(|kind| of_kind(kind, it)));
            found.map(|it| it.id.clone())
        };
        if let Some(id) = open(&trail.case) {
            return self.do_activity(trail, &id, who, outcome);
        }
        let kind = kind.unwrap_or("task").to_owned();
        let input =
            PlanInput { kind, title: Text::from("more work"), due: None, assignee: None, mandatory: false };
        self.by_right(trail, self.s.rights.activities.as_ref(), Some(who), Input::Plan(input))?;
        match (what, open(&trail.case)) {
            (ActivityCount::Open, _) | (_, None) => Ok(()),
            (_, Some(id)) => self.do_activity(trail, &id, who, outcome),
        }
    }

    fn push_process(
        &self,
        trail: &mut Trail,
        who: &Actor,
        hook: &str,
        what: ProcessName,
        texts: &[&str],
    ) -> Gone<()> {
        let running = |case: &Case| {
            let found = case.processes.iter().find(|run| run.hook == hook && run.is_running());
            found.map(|run| (run.id.clone(), run.good.clone()))
        };
        if running(&trail.case).is_none() {
            let here = self.stage(&trail.case).map(|(_, stage)| &stage.hooks);
            let Some(found) = here.into_iter().flatten().find(|it| it.id == hook) else { return Ok(()) };
            if let Some(when) = &found.when {
                self.bring(trail, &[Ask::Holds(&found.rule, when)], who)?;
            }
            if running(&trail.case).is_none() {
                self.step(trail, who, Input::StartProcess { process: hook.to_owned() })?;
            }
            if what == ProcessName::Running {
                return Ok(());
            }
        }
        let (run, good) = running(&trail.case).ok_or_else(Stuck::default)?;
        let named = texts.first().copied().filter(|_| what == ProcessName::Result);
        let result = named.or(good.first().map(String::as_str)).unwrap_or("good").to_owned();
        let is_good = good.is_empty() || good.contains(&result);
        self.finish(trail, &run, &result, is_good)
    }
}
