//! Building stages and moves.

use crate::calendar::Span;
use crate::scenario::def::{
    CloseDef, CloseWhat, Color, CommandDef, MoveDef, OneOrMany, PastRole, PauseDef, PlanDef, ProcessDef,
    RequirementDef, StageDef, StageOutcome, Text, TriggerDef, Who,
};

impl StageDef {
    /// The outcome on which the client has bought.
    pub fn won(id: impl Into<String>) -> Self {
        Self::new(id).outcome(StageOutcome::Won)
    }

    /// The outcome on which the client or the company has refused.
    pub fn lost(id: impl Into<String>) -> Self {
        Self::new(id).outcome(StageOutcome::Lost)
    }

    /// The outcome of what was no request at all.
    pub fn void(id: impl Into<String>) -> Self {
        Self::new(id).outcome(StageOutcome::Void)
    }

    /// A good result of a process or document.
    pub fn result(id: impl Into<String>) -> Self {
        Self::new(id).outcome(StageOutcome::Result)
    }

    /// A result of a process or document that is not good.
    pub fn bad_result(id: impl Into<String>) -> Self {
        Self::new(id).outcome(StageOutcome::BadResult)
    }

    /// Makes it an outcome.
    pub fn outcome(mut self, outcome: StageOutcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Says what people do here.
    pub fn instruction(mut self, text: impl Into<Text>) -> Self {
        self.instruction = text.into();
        self
    }

    /// Adds what entering asks (M4).
    pub fn enter_need(mut self, requirement: impl Into<RequirementDef>) -> Self {
        self.enter.need.push(requirement.into());
        self
    }

    /// Closes what is overdue, on entry (M7).
    pub fn close_overdue(mut self) -> Self {
        self.enter.close.what = CloseWhat::Overdue;
        self
    }

    /// Closes all that is open, on entry (M7).
    pub fn close_all(mut self) -> Self {
        self.enter.close.what = CloseWhat::All;
        self
    }

    /// Closes what is open of some kinds, on entry (M7).
    pub fn close_kinds<K: Into<String>>(
        mut self,
        what: CloseWhat,
        kinds: impl IntoIterator<Item = K>,
    ) -> Self {
        self.enter.close = CloseDef { what, kinds: kinds.into_iter().map(Into::into).collect() };
        self
    }

    /// Adds what leaving forward asks (M3).
    pub fn leave_need(mut self, requirement: impl Into<RequirementDef>) -> Self {
        self.leave.need.push(requirement.into());
        self
    }

    /// Adds an activity that is planned here.
    pub fn plan(mut self, plan: PlanDef) -> Self {
        self.plan.push(plan);
        self
    }

    /// Adds a process that is started from here.
    pub fn run(mut self, process: ProcessDef) -> Self {
        self.run.push(process);
        self
    }

    /// Adds a command that can be given here.
    pub fn command(mut self, command: CommandDef) -> Self {
        self.commands.push(command);
        self
    }

    /// Adds a trigger.
    pub fn trigger(mut self, trigger: TriggerDef) -> Self {
        self.triggers.push(trigger);
        self
    }

    /// Limits how long a visit may last.
    pub fn limit(mut self, limit: Span) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Stops the stage's clock while a condition holds (A9), and says what the case waits for.
    pub fn pause(mut self, when: impl Into<String>, title: impl Into<Text>) -> Self {
        self.pause = Some(PauseDef { when: when.into(), title: title.into() });
        self
    }

    /// Stops the stage's clock while a condition holds, without a word on what the case waits for.
    pub fn pause_when(mut self, when: impl Into<String>) -> Self {
        self.pause = Some(PauseDef { when: when.into(), title: Text::default() });
        self
    }

    /// Sets the chance of winning from here, 0 to 100.
    pub fn probability(mut self, percent: u32) -> Self {
        self.probability = Some(percent);
        self
    }

    /// Sets the light of a case with nothing planned here (A4).
    pub fn nothing_planned(mut self, color: Color) -> Self {
        self.nothing_planned = Some(color);
        self
    }
}

impl MoveDef {
    /// A move from one stage to another; `*` is every ordinary one.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self::between([from], [to])
    }

    /// Moves from each of some stages to each of others.
    pub fn between<F: Into<String>, T: Into<String>>(
        from: impl IntoIterator<Item = F>,
        to: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            from: OneOrMany(from.into_iter().map(Into::into).collect()),
            to: OneOrMany(to.into_iter().map(Into::into).collect()),
            title: Text::default(),
            condition: None,
            or_say: Text::default(),
            who: None,
            not_by: OneOrMany::default(),
        }
    }

    /// Sets what the button says.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets its own condition (M2).
    pub fn only_if(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Sets what people are told when the condition does not hold.
    pub fn or_say(mut self, text: impl Into<Text>) -> Self {
        self.or_say = text.into();
        self
    }

    /// Says who may make it.
    pub fn who(mut self, who: impl Into<Who>) -> Self {
        self.who = Some(who.into());
        self
    }

    /// Excludes somebody by what they did before (G4).
    pub fn not_by(mut self, past: PastRole) -> Self {
        self.not_by.0.push(past);
        self
    }
}
