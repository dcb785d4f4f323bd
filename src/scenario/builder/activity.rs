//! Building activities, their kinds, outcomes and groups.

use crate::calendar::Span;
use crate::scenario::def::{
    ActionDef, Assignee, DueDef, FieldMoment, GroupDef, GroupMode, KindDef, Needed, NextDef, OneOrMany,
    OutcomeDef, PastRole, PlanDef, Text,
};
use chrono::{NaiveTime, Timelike};

impl PlanDef {
    /// A task.
    pub fn task(title: impl Into<Text>) -> Self {
        Self::new("task", title)
    }

    /// A call.
    pub fn call(title: impl Into<Text>) -> Self {
        Self::new("call", title)
    }

    /// A letter by e-mail.
    pub fn email(title: impl Into<Text>) -> Self {
        Self::new("email", title)
    }

    /// A meeting.
    pub fn meeting(title: impl Into<Text>) -> Self {
        Self::new("meeting", title)
    }

    /// A message.
    pub fn message(title: impl Into<Text>) -> Self {
        Self::new("message", title)
    }

    /// Gives it an id of its own.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets when it is due: a [`Span`], or a [`FieldMoment`].
    pub fn due(mut self, due: impl Into<DueDef>) -> Self {
        self.due = Some(due.into());
        self
    }

    /// Makes the stage wait for it (M3).
    pub fn mandatory(mut self) -> Self {
        self.mandatory = true;
        self
    }

    /// Gives it to anyone with a role; a group has its persons from its own list.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.assignee = Assignee::Role(role.into());
        self.group = None;
        self
    }

    /// Gives it to the person whose id an expression gives; a group has its persons from its own list.
    pub fn assignee(mut self, expression: impl Into<String>) -> Self {
        self.assignee = Assignee::Person(expression.into());
        self.group = None;
        self
    }

    /// Plans it only when a condition holds (M8).
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// Plans it once in the whole case.
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Plans one for each person of a list (A7), in place of any assignee.
    pub fn group(mut self, group: GroupDef) -> Self {
        self.group = Some(group);
        self.assignee = Assignee::Responsible;
        self
    }

    /// Excludes somebody by what they did before (G4).
    pub fn not_by(mut self, past: PastRole) -> Self {
        self.not_by.0.push(past);
        self
    }

    /// Sets the script or checklist.
    pub fn script(mut self, script: impl Into<Text>) -> Self {
        self.script = script.into();
        self
    }
}

impl GroupDef {
    /// One for each person whose id an expression gives, all at once, all needed.
    pub fn new(each: impl Into<String>) -> Self {
        Self { each: each.into(), mode: GroupMode::AtOnce, needed: Needed::All, not_by: OneOrMany::default() }
    }

    /// Asks one after the other.
    pub fn in_turn(mut self) -> Self {
        self.mode = GroupMode::InTurn;
        self
    }

    /// Sets how many good outcomes are needed.
    pub fn needed(mut self, needed: Needed) -> Self {
        self.needed = needed;
        self
    }

    /// Passes somebody over by what they did before (G4).
    pub fn not_by(mut self, past: PastRole) -> Self {
        self.not_by.0.push(past);
        self
    }
}

impl From<Span> for DueDef {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}

impl From<FieldMoment> for DueDef {
    fn from(moment: FieldMoment) -> Self {
        Self::Field(moment)
    }
}

impl FieldMoment {
    /// The moment in a field.
    pub fn at_field(field: impl Into<String>) -> Self {
        Self { field: field.into(), before: None, after: None, at: None }
    }

    /// So long before it.
    pub fn before(mut self, span: Span) -> Self {
        self.before = Some(span);
        self
    }

    /// So long after it.
    pub fn after(mut self, span: Span) -> Self {
        self.after = Some(span);
        self
    }

    /// The hour that a date stands for; seconds are cut, since the format has none.
    pub fn at(mut self, time: NaiveTime) -> Self {
        self.at = NaiveTime::from_hms_opt(time.hour(), time.minute(), 0);
        self
    }
}

impl KindDef {
    /// A kind of task.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Makes it an interaction with the client.
    pub fn interaction(mut self) -> Self {
        self.interaction = true;
        self
    }

    /// Adds a way to end.
    pub fn outcome(mut self, id: impl Into<String>, outcome: OutcomeDef) -> Self {
        self.outcomes.insert(id, outcome);
        self
    }
}

impl OutcomeDef {
    /// A good outcome.
    pub fn good(title: impl Into<Text>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// An outcome that satisfies nothing (A7).
    pub fn bad(title: impl Into<Text>) -> Self {
        Self { bad: true, ..Self::good(title) }
    }

    /// Asks for a field.
    pub fn ask(mut self, field: impl Into<String>) -> Self {
        self.ask.push(field.into());
        self
    }

    /// Says what follows.
    pub fn next(mut self, next: NextDef) -> Self {
        self.next = Some(next);
        self
    }
}

impl NextDef {
    /// The same again, due so long after.
    pub fn again(due: impl Into<DueDef>) -> Self {
        Self { plan: None, due: Some(due.into()), at_most: None, after_that: OneOrMany::default() }
    }

    /// Another activity.
    #[must_use]
    pub fn plan(plan: PlanDef) -> Self {
        Self { plan: Some(Box::new(plan)), due: None, at_most: None, after_that: OneOrMany::default() }
    }

    /// Limits how many times within a visit.
    pub fn at_most(mut self, times: u32) -> Self {
        self.at_most = Some(times);
        self
    }

    /// Adds what is done once that many are used up.
    pub fn then(mut self, action: ActionDef) -> Self {
        self.after_that.0.push(action);
        self
    }
}
