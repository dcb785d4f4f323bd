//! Building triggers, events and actions.

use crate::scenario::def::{
    ActionDef, ActivityFilter, CloseCaseDef, CommandFilter, DocumentFilter, EffectDef, EventDef,
    InteractionFilter, Named, NotifyDef, OneOrMany, OpenCaseDef, PlanDef, ProcessFilter, Repeat, SetDef,
    Text, TriggerDef,
};

impl TriggerDef {
    /// A trigger that waits for an event and does nothing yet.
    pub fn on(id: impl Into<String>, event: EventDef) -> Self {
        Self {
            id: id.into(),
            title: Text::default(),
            on: event,
            condition: None,
            actions: OneOrMany::default(),
            enabled: true,
            repeat: Repeat::Never,
        }
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Makes it fire only if a condition holds.
    pub fn only_if(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Adds an action.
    pub fn then(mut self, action: ActionDef) -> Self {
        self.actions.0.push(action);
        self
    }

    /// Switches it off at first (T7).
    pub fn off(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// Lets it fire each time (T4).
    pub fn always(mut self) -> Self {
        self.repeat = Repeat::Always;
        self
    }

    /// Lets it fire once a local day (T4).
    pub fn daily(mut self) -> Self {
        self.repeat = Repeat::Daily;
        self
    }
}

impl EventDef {
    /// A condition passes from not holding to holding.
    pub fn becomes(condition: impl Into<String>) -> Self {
        Self::Becomes(condition.into())
    }

    /// A field has got another value.
    pub fn field(name: impl Into<String>) -> Self {
        Self::Field(name.into())
    }

    /// A fact has got another value.
    pub fn fact(name: impl Into<String>) -> Self {
        Self::Fact(name.into())
    }

    /// A message of a name came.
    pub fn message(name: impl Into<String>) -> Self {
        Self::Message(name.into())
    }
}

impl ActivityFilter {
    /// Any activity.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Of this kind.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Planned by this item.
    pub fn item(mut self, item: impl Into<String>) -> Self {
        self.item = Some(item.into());
        self
    }

    /// Done with this outcome.
    pub fn outcome(mut self, outcome: impl Into<String>) -> Self {
        self.outcome = Some(outcome.into());
        self
    }
}

impl InteractionFilter {
    /// Any interaction.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// By this channel.
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Into this direction, `in` or `out`.
    pub fn direction(mut self, direction: impl Into<String>) -> Self {
        self.direction = Some(direction.into());
        self
    }

    /// With this result.
    pub fn result(mut self, result: impl Into<String>) -> Self {
        self.result = Some(result.into());
        self
    }
}

impl ProcessFilter {
    /// Any process.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Started by this hook.
    pub fn process(mut self, hook: impl Into<String>) -> Self {
        self.process = Some(hook.into());
        self
    }

    /// Finished with this result.
    pub fn result(mut self, result: impl Into<String>) -> Self {
        self.result = Some(result.into());
        self
    }

    /// Finished with a result that is accepted, or that is not.
    #[must_use]
    pub const fn good(mut self, good: bool) -> Self {
        self.good = Some(good);
        self
    }
}

impl CommandFilter {
    /// Any command.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// To this command.
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// With this answer.
    pub fn answer(mut self, answer: impl Into<String>) -> Self {
        self.answer = Some(answer.into());
        self
    }
}

impl DocumentFilter {
    /// Any document event.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Of a document of this kind.
    pub fn document(mut self, kind: impl Into<String>) -> Self {
        self.document = Some(kind.into());
        self
    }

    /// This event of it.
    pub fn event(mut self, event: impl Into<String>) -> Self {
        self.event = Some(event.into());
        self
    }
}

impl ActionDef {
    /// Sets a field to the value of an expression.
    pub fn set(field: impl Into<String>, to: impl Into<String>) -> Self {
        Self::Set(SetDef { field: field.into(), to: to.into() })
    }

    /// Plans an activity.
    #[must_use]
    pub fn plan(plan: PlanDef) -> Self {
        Self::Plan(Box::new(plan))
    }

    /// Tells the case's responsible something.
    pub fn notify(text: impl Into<Text>) -> Self {
        Self::Notify(NotifyDef { role: None, person: None, text: text.into() })
    }

    /// Tells those with a role something.
    pub fn notify_role(role: impl Into<String>, text: impl Into<Text>) -> Self {
        Self::Notify(NotifyDef { role: Some(role.into()), person: None, text: text.into() })
    }

    /// Tells the person whose id an expression gives something.
    pub fn notify_person(expression: impl Into<String>, text: impl Into<Text>) -> Self {
        Self::Notify(NotifyDef { role: None, person: Some(expression.into()), text: text.into() })
    }

    /// Starts the process of a hook.
    pub fn start(hook: impl Into<String>) -> Self {
        Self::Start(hook.into())
    }

    /// Cancels the running process of a hook.
    pub fn cancel(hook: impl Into<String>) -> Self {
        Self::Cancel(hook.into())
    }

    /// Reopens a closed case at a stage.
    pub fn reopen(stage: impl Into<String>) -> Self {
        Self::Reopen(stage.into())
    }

    /// Moves the case.
    pub fn move_to(stage: impl Into<String>) -> Self {
        Self::Move(stage.into())
    }

    /// Closes the case on an outcome that needs no reason.
    pub fn close(stage: impl Into<String>) -> Self {
        Self::Close(CloseCaseDef { stage: stage.into(), reason: None })
    }

    /// Closes the case on an outcome for a reason.
    pub fn close_for(stage: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Close(CloseCaseDef { stage: stage.into(), reason: Some(reason.into()) })
    }
}

impl EffectDef {
    /// An effect of a kind that the host knows; [`ActionDef::Effect`] takes it.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), lane: None, payload: Named::new() }
    }

    /// Sets the lane in which its order holds (S5).
    pub fn lane(mut self, lane: impl Into<String>) -> Self {
        self.lane = Some(lane.into());
        self
    }

    /// Gives a part of the payload the value of an expression.
    pub fn with(mut self, name: impl Into<String>, expression: impl Into<String>) -> Self {
        self.payload.insert(name, expression.into());
        self
    }
}

impl OpenCaseDef {
    /// A case by a scenario, which follows this one; [`ActionDef::OpenCase`] takes it.
    pub fn new(scenario: impl Into<String>) -> Self {
        Self { scenario: scenario.into(), link: "follows".to_owned(), give: Named::new() }
    }

    /// Sets how it is linked.
    pub fn link(mut self, link: impl Into<String>) -> Self {
        self.link = link.into();
        self
    }

    /// Gives a field of the new case the value of an expression.
    pub fn give(mut self, field: impl Into<String>, expression: impl Into<String>) -> Self {
        self.give.insert(field, expression.into());
        self
    }
}

impl From<EffectDef> for ActionDef {
    fn from(effect: EffectDef) -> Self {
        Self::Effect(effect)
    }
}

impl From<OpenCaseDef> for ActionDef {
    fn from(open: OpenCaseDef) -> Self {
        Self::OpenCase(open)
    }
}
