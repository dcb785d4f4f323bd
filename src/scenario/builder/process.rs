//! Building processes and commands.

use crate::calendar::Span;
use crate::scenario::def::{CloseCaseDef, CommandDef, Fate, OnBad, ProcessDef, Text, Who};

impl ProcessDef {
    /// Gives the hook an id of its own.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Lets the host run it.
    pub fn by_host(mut self) -> Self {
        self.host = true;
        self
    }

    /// Starts it only when a condition holds.
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// Starts it by a trigger or a person only.
    pub fn by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// Holds up leaving forward until it has an accepted result.
    pub fn awaited(mut self) -> Self {
        self.awaited = true;
        self
    }

    /// Gives a field of the process the value of an expression.
    pub fn give(mut self, field: impl Into<String>, expression: impl Into<String>) -> Self {
        self.give.insert(field, expression.into());
        self
    }

    /// Takes a field of this case from a field of the finish.
    pub fn take(mut self, field: impl Into<String>, from: impl Into<String>) -> Self {
        self.take.insert(field, from.into());
        self
    }

    /// Names the results that are accepted.
    pub fn good<R: Into<String>>(mut self, results: impl IntoIterator<Item = R>) -> Self {
        self.good = results.into_iter().map(Into::into).collect();
        self
    }

    /// Moves the case when the result is not accepted.
    pub fn on_bad_move(mut self, stage: impl Into<String>) -> Self {
        self.on_bad = OnBad::Move(stage.into());
        self
    }

    /// Closes the case when the result is not accepted; lost and void with a reason.
    pub fn on_bad_close(mut self, stage: impl Into<String>, reason: Option<&str>) -> Self {
        self.on_bad = OnBad::Close(CloseCaseDef { stage: stage.into(), reason: reason.map(str::to_owned) });
        self
    }

    /// Limits how long it may take.
    pub fn limit(mut self, limit: Span) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Names the fields whose change voids it.
    pub fn void_on<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.void_on = fields.into_iter().map(Into::into).collect();
        self
    }

    /// Says what becomes of it when the stage is left.
    pub fn on_leave(mut self, fate: Fate) -> Self {
        self.on_leave = Some(fate);
        self
    }

    /// Says what becomes of it when the case closes.
    pub fn on_close(mut self, fate: Fate) -> Self {
        self.on_close = Some(fate);
        self
    }
}

impl CommandDef {
    /// A command with an id, with nothing else said.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), title: Text::default(), who: None, when: None, ask: Vec::new() }
    }

    /// Sets its title for people.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// Says who may run it.
    pub fn who(mut self, who: impl Into<Who>) -> Self {
        self.who = Some(who.into());
        self
    }

    /// Makes it run only while a condition holds.
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.when = Some(condition.into());
        self
    }

    /// Names the fields that are asked for.
    pub fn ask<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.ask = fields.into_iter().map(Into::into).collect();
        self
    }
}
