//! What people do with activities: plan, do, reschedule, reassign, reopen, cancel (A1, A8, A10, A11).

use super::plan::{not_by, plan_of};
use super::rights::excluded;
use super::work::{Done, Work};
use crate::Moment;
use crate::case::{Activity, ActivityEnd, DoneInput, DueAt, DueState, Event, Missing, PlanInput};
use crate::scenario::model::{Next, Plan};
use chrono::Datelike;

impl<'a> Work<'a> {
    /// Whether an activity is the actor's own: assigned to them, or to whom they stand in for.
    fn is_own(&self, it: &Activity) -> bool {
        let actor = self.actor();
        let is_me = |person: &String| *person == actor.id || actor.stands_in_for.contains(person);
        match (&it.assignee, &it.role) {
            (Some(person), _) => is_me(person) || it.instead_of.as_ref().is_some_and(is_me),
            (None, Some(role)) => actor.roles.contains(role),
            (None, None) => self.case.responsible.as_ref().is_none_or(is_me),
        }
    }

    fn may_touch(&self, it: &Activity) -> bool {
        self.is_own(it) || self.judge().may(self.s.rights.activities.as_ref())
    }

    fn open_one(&self, id: &str) -> Result<&Activity, Missing> {
        self.case.open_activity(id).ok_or_else(|| {
            let code = if self.case.activity(id).is_some() { "V-A8-ended" } else { "V-A8-unknown" };
            Missing::new(code).arg("activity", id)
        })
    }

    fn touchable(&self, id: &str) -> Result<&Activity, Missing> {
        let it = self.open_one(id)?;
        if self.may_touch(it) { Ok(it) } else { Err(Missing::new("V-G1-activity").arg("activity", id)) }
    }

    fn due_state(&self, due: &DueAt) -> Result<DueState, Missing> {
        match due {
            DueAt::At(at) => Ok(self.due_at(*at, self.is_beyond(*at))),
            DueAt::On(date) if !(1..=9999).contains(&date.year()) => {
                Err(Missing::new("V-A2-due").arg("due", date.to_string()))
            }
            DueAt::On(date) => Ok(self.due_on(*date)),
            DueAt::In(span) => {
                self.due_in(span).ok_or_else(|| Missing::new("V-A2-due").arg("due", span.to_string()))
            }
        }
    }

    /// Why a person may not do an activity, by what they did before (G4).
    fn excluded(&self, it: &Activity, person: &str) -> Option<&'static str> {
        excluded(&self.case, person, not_by(plan_of(self.s, it)?))
    }

    /// A person plans an activity.
    pub fn plan_by_hand(&mut self, input: &PlanInput) -> Done {
        let mut missing = Vec::new();
        if !self.s.kinds.contains_key(&input.kind) {
            missing.push(Missing::new("V-A11-kind").arg("kind", input.kind.as_str()));
        }
        let for_other = input.assignee.as_ref().is_some_and(|person| *person != self.actor().id);
        if (for_other || input.mandatory) && !self.judge().may(self.s.rights.activities.as_ref()) {
            missing.push(Missing::new("V-G1-activity").arg("activity", input.kind.as_str()));
        }
        let due = input.due.as_ref().map(|due| self.due_state(due)).transpose();
        let due = due.unwrap_or_else(|it| {
            missing.push(it);
            None
        });
        if !missing.is_empty() {
            return Err(missing.into());
        }
        let (assignee, instead_of) = self.assigned(input.assignee.as_deref(), false);
        let activity = Activity {
            id: self.id(),
            kind: input.kind.clone(),
            title: input.title.clone(),
            rule: None,
            stage: self.case.visit.stage.clone(),
            visit: self.case.visit.number,
            mandatory: input.mandatory,
            assignee,
            role: None,
            instead_of,
            due,
            first_due: None,
            moved: 0,
            planned_at: self.now(),
            group: None,
            attempt: 0,
            replaces: None,
            script: crate::scenario::def::Text::default(),
            end: None,
        };
        self.plan_activity(activity);
        Ok(())
    }

    /// An activity is done, with an outcome; what the outcome asks and plans next (A11).
    pub fn do_activity(&mut self, input: &DoneInput) -> Done {
        let mut missing = Vec::new();
        let it = self.open_one(&input.activity)?.clone();
        let own = self.is_own(&it);
        // Only its assignee or a deputy finishes an approver's (A1).
        if !(own || it.group.is_none() && self.may_touch(&it)) {
            missing.push(Missing::new("V-A1-assignee").arg("activity", it.id.as_str()));
        }
        if let Some(why) = self.excluded(&it, &self.actor().id) {
            missing.push(Missing::new("V-G4-activity").arg("activity", it.id.as_str()).arg("why", why));
        }
        let s = self.s;
        let outcomes = s.kinds.get(&it.kind).map_or(&[][..], |kind| &kind.outcomes);
        let wanted = input.outcome.as_deref();
        let found = match wanted {
            Some(id) => outcomes.iter().find(|(known, _)| known == id),
            None => outcomes.first(),
        };
        if let (None, Some(id)) = (found, wanted) {
            missing.push(Missing::new("V-A11-outcome").arg("outcome", id).arg("kind", it.kind.as_str()));
        }
        let checked = self.judge().fields(&input.fields, &mut missing);
        if let Some((_, outcome)) = found {
            for field in &outcome.ask {
                let given = checked.iter().find(|(name, _)| name == field);
                let filled =
                    given.map_or_else(|| self.case.fields.contains_key(field), |(_, value)| value.is_some());
                if !filled {
                    missing.push(Missing::new("V-A11-field").arg("field", field.as_str()));
                }
            }
        }
        if !missing.is_empty() {
            return Err(missing.into());
        }
        for (field, value) in checked {
            self.set(&field, value, None);
        }
        let (outcome, bad) = found.map_or(("done", false), |(id, outcome)| (id.as_str(), outcome.bad));
        let end = ActivityEnd::Done {
            at: self.now(),
            by: self.actor().id.clone(),
            outcome: outcome.to_owned(),
            good: !bad,
        };
        self.end_activity(&it.id, end, input.note.clone().filter(|note| !note.is_empty()));
        if let Some(next) = found.and_then(|(_, outcome)| outcome.next.as_ref())
            && it.group.is_none()
            && self.case.is_open()
        {
            self.plan_next(&it, next)?;
        }
        Ok(())
    }

    /// What an outcome plans next takes the activity's place: it is mandatory where that was (M3, A11).
    pub fn plan_next(&mut self, it: &Activity, next: &'a Next) -> Done {
        let attempt = it.attempt.saturating_add(1);
        if next.def.at_most.is_some_and(|most| attempt > most) {
            let rule = format!("kind/{}", it.kind);
            return self.act(&rule, &next.after_that, None).map(|_| ());
        }
        let again = Plan {
            rule: it.rule.clone().unwrap_or_else(|| it.id.clone()),
            item: String::new(),
            kind: it.kind.clone(),
            title: it.title.clone(),
            due: next.def.due.clone(),
            mandatory: it.mandatory,
            role: it.role.clone(),
            person: None,
            when: None,
            once: false,
            group: None,
            not_by: crate::scenario::def::OneOrMany::default(),
            script: it.script.clone(),
        };
        let plan = match &next.plan {
            Some(plan) => Plan {
                rule: again.rule.clone(),
                mandatory: again.mandatory || plan.mandatory,
                ..plan.clone()
            },
            None => again,
        };
        let person = match &plan.person {
            Some(person) => self.text_of(person),
            None => it.instead_of.clone().or_else(|| it.assignee.clone()),
        };
        self.plan_one(&plan, person.as_deref(), None, Some(it));
        Ok(())
    }

    /// An activity is due at another time; the first one is kept (A8).
    pub fn reschedule(&mut self, id: &str, due: Option<&DueAt>) -> Done {
        self.touchable(id)?;
        let due = due.map(|due| self.due_state(due)).transpose()?;
        self.disarm(|timer| timer.subject.as_deref() == Some(id));
        self.emit(Event::Rescheduled { activity: id.to_owned(), due });
        if let Some(due) = due {
            self.arm_overdue(id, due.at);
        }
        Ok(())
    }

    /// An activity goes to somebody else (A8).
    pub fn reassign(&mut self, id: &str, to: Option<&str>) -> Done {
        let it = self.touchable(id)?;
        if it.group.is_some() && to.is_none() {
            return Err(Missing::new("V-A7-person").arg("activity", id).into());
        }
        if let Some(why) = to.and_then(|person| self.excluded(it, person)) {
            return Err(Missing::new("V-G4-activity").arg("activity", id).arg("why", why).into());
        }
        let (to, instead_of) = self.assigned(to, false);
        self.emit(Event::Reassigned { activity: id.to_owned(), to, instead_of });
        Ok(())
    }

    /// An ended activity is open again: it binds again, and shows its first due moment (A8, M3).
    pub fn reopen_activity(&mut self, id: &str) -> Done {
        let Some(it) = self.case.finished.iter().find(|it| it.id == id) else {
            let code = if self.case.open_activity(id).is_some() { "V-A8-open" } else { "V-A8-unknown" };
            return Err(Missing::new(code).arg("activity", id).into());
        };
        if !self.may_touch(it) {
            return Err(Missing::new("V-G1-activity").arg("activity", id).into());
        }
        let (group, due) = (it.group.clone(), it.due);
        self.emit(Event::ActivityReopened { activity: id.to_owned() });
        if let Some(due) = due {
            self.arm_overdue(id, due.at);
        }
        if let Some(group) = group {
            self.reopen_group(&group);
        }
        Ok(())
    }

    /// The others whom the group's own end closed are asked again: the question is open once more (A7).
    fn reopen_group(&mut self, id: &str) {
        let Some(rule) = self.case.groups.iter().find(|it| it.id == id).map(|it| it.rule.clone()) else {
            return;
        };
        let by_group = |it: &&Activity| {
            it.group.as_deref() == Some(id)
                && matches!(&it.end, Some(ActivityEnd::Closed { rule: by, .. }) if *by == rule)
        };
        let closed = self.case.finished.iter().filter(by_group);
        for (activity, due) in closed.map(|it| (it.id.clone(), it.due)).collect::<Vec<_>>() {
            self.emit(Event::ActivityReopened { activity: activity.clone() });
            if let Some(due) = due {
                self.arm_overdue(&activity, due.at);
            }
        }
        self.judge_group(id);
    }

    /// An activity will not be done; a mandatory one needs the right to override, and is not met by it (M3).
    pub fn cancel(&mut self, id: &str, reason: Option<&str>) -> Done {
        let it = self.touchable(id)?;
        let binds = it.mandatory
            || it
                .group
                .as_ref()
                .is_some_and(|id| self.case.groups.iter().any(|g| g.id == *id && g.mandatory));
        let mut missing = Vec::new();
        if binds && !self.judge().may_override() {
            missing.push(Missing::new("V-M3-cancel").arg("activity", id));
        }
        if binds && reason.is_none_or(|reason| reason.trim().is_empty()) {
            missing.push(Missing::new("V-M11-reason"));
        }
        if !missing.is_empty() {
            return Err(missing.into());
        }
        let end = ActivityEnd::Cancelled { at: self.now(), by: self.actor().id.clone() };
        self.end_activity(id, end, reason.map(str::to_owned));
        Ok(())
    }

    /// The case gets another responsible; open activities go along unless it says otherwise (A10).
    pub fn hand_over(&mut self, to: Option<&str>, team: Option<&str>, keep: bool) -> Done {
        if !self.judge().may(self.s.rights.hand_over.as_ref()) {
            return Err(Missing::new("V-G1-hand-over").into());
        }
        let old = self.case.responsible.clone();
        if old.as_deref() == to && team.is_none_or(|team| self.case.team.as_deref() == Some(team)) {
            return Ok(());
        }
        let team = team.map(str::to_owned).or_else(|| self.case.team.clone());
        self.emit(Event::HandedOver { to: to.map(str::to_owned), team });
        let Some(old) = old else { return Ok(()) };
        let follows = |it: &Activity| it.assignee.is_none() && it.role.is_none();
        let his = |it: &Activity| {
            it.group.is_none() && (it.assignee.as_ref() == Some(&old) || it.instead_of.as_ref() == Some(&old))
        };
        let moved: Vec<String> = self
            .case
            .activities
            .iter()
            .filter(|it| if keep { follows(it) } else { his(it) })
            .map(|it| it.id.clone())
            .collect();
        for activity in moved {
            // Kept ones get the old responsible by name; those that were his by name follow the new one.
            let (person, instead_of) =
                if keep { (Some(old.clone()), None) } else { self.assigned(to, false) };
            self.emit(Event::Reassigned { activity, to: person, instead_of });
        }
        Ok(())
    }

    /// When something that is being told happened; now where it does not say (C5, C7).
    pub fn happened(&self, at: Option<Moment>) -> Moment {
        at.unwrap_or_else(|| self.now())
    }
}
