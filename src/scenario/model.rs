//! A scenario as the engine runs it: names resolved, conditions compiled, rules under their full names.

use super::def::{
    CloseDef, Color, DueDef, EventDef, GroupDef, NextDef, OneOrMany, PastRole, PlanDef, ProcessDef, Repeat,
    StageOutcome, Text,
};
use crate::condition::Program;
use crate::{Span, Value};

/// Who may do something, with the relation compiled.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub roles: Vec<String>,
    pub when: Option<Program>,
}

/// What a requirement asks.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Field {
        field: String,
        position: usize,
        min: Option<Value>,
        max: Option<Value>,
        pattern: Option<regex_lite::Regex>,
        among: Vec<Value>,
    },
    That(Program),
    Party(String),
}

/// One requirement under its full name.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    /// `shipment/enter/paid`.
    pub rule: String,
    pub ask: Ask,
    pub when: Option<Program>,
    pub keep: bool,
    pub or_say: Text,
    pub deadline: Option<Span>,
}

/// An activity that is planned by a rule.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// `request/plan/call: Clarify what is needed`.
    pub rule: String,
    /// The item's id, which the rule of what a trigger plans does not tell.
    pub item: String,
    pub kind: String,
    pub title: Text,
    pub due: Option<DueDef>,
    pub mandatory: bool,
    pub role: Option<String>,
    pub person: Option<Program>,
    pub when: Option<Program>,
    pub once: bool,
    pub group: Option<PlanGroup>,
    pub not_by: OneOrMany<PastRole>,
    pub script: Text,
}

/// One activity for each person of a list.
#[derive(Debug, Clone)]
pub(crate) struct PlanGroup {
    pub each: Program,
    /// How many outcomes are needed, where an expression says so.
    pub count: Option<Program>,
    pub def: GroupDef,
}

/// A process hook.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    /// `invoice/run/approval`.
    pub rule: String,
    pub id: String,
    pub def: ProcessDef,
    pub when: Option<Program>,
    pub give: Vec<(String, Program)>,
}

/// A command.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub id: String,
    pub title: Text,
    pub who: Option<Limit>,
    pub when: Option<Program>,
    pub ask: Vec<String>,
}

/// An action with its expressions compiled.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    Set { field: String, to: Program },
    Plan(Box<Plan>),
    CloseActivities(super::def::ActivityFilter),
    Start(String),
    Cancel(String),
    OpenCase { scenario: String, link: crate::case::LinkKind, give: Vec<(String, Program)> },
    Notify { role: Option<String>, person: Option<Program>, text: Text },
    Effect { kind: String, lane: String, payload: Vec<(String, Program)> },
    Reopen(String),
    Move(usize),
    Close { stage: usize, reason: Option<String> },
}

/// A trigger under its full name.
#[derive(Debug, Clone)]
pub(crate) struct Trigger {
    /// `prepayment/trigger/paid`, or `/trigger/ID` for one of the scenario's.
    pub rule: String,
    pub title: Text,
    /// The stage whose it is; none for the scenario's.
    pub stage: Option<usize>,
    pub on: EventDef,
    pub becomes: Option<Program>,
    pub condition: Option<Program>,
    pub actions: Vec<Action>,
    pub enabled: bool,
    pub repeat: Repeat,
}

/// A stage.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub id: String,
    pub title: Text,
    pub order: u32,
    pub outcome: Option<StageOutcome>,
    pub enter: Vec<Requirement>,
    pub leave: Vec<Requirement>,
    pub close: CloseDef,
    /// `invoice/enter`: what closes activities on entry.
    pub enter_rule: String,
    pub items: Vec<Plan>,
    pub hooks: Vec<Hook>,
    pub commands: Vec<Command>,
    pub triggers: Vec<Trigger>,
    pub limit: Option<Span>,
    pub pause: Option<Program>,
    pub nothing_planned: Color,
    /// The facts that a step here may read, by position (C9).
    pub facts: Vec<usize>,
    /// The programs that read keyed facts here (C9).
    pub keyed: Vec<Program>,
    /// The stages that triggers can reach from here, this one among them.
    pub reach: Vec<usize>,
}

impl Stage {
    /// Whether it is an ordinary one.
    pub const fn is_ordinary(&self) -> bool {
        self.outcome.is_none()
    }

    /// Whether M3 binds moves onto it as it binds forward ones: winning, or a good result.
    pub const fn is_win(&self) -> bool {
        matches!(self.outcome, Some(StageOutcome::Won | StageOutcome::Result))
    }
}

/// A move that is drawn, from one stage to another.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub to: usize,
    pub title: Text,
    pub condition: Option<Program>,
    pub or_say: Text,
    pub who: Option<Limit>,
    pub not_by: OneOrMany<PastRole>,
}

/// A kind of activity.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub interaction: bool,
    pub outcomes: Vec<(String, Outcome)>,
}

/// One way in which an activity can end.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub bad: bool,
    pub ask: Vec<String>,
    pub next: Option<Next>,
}

/// What follows an outcome.
#[derive(Debug, Clone)]
pub(crate) struct Next {
    pub def: NextDef,
    pub plan: Option<Plan>,
    pub after_that: Vec<Action>,
}

/// A field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub def: super::def::FieldDef,
    pub pattern: Option<regex_lite::Regex>,
    pub see: Option<Limit>,
    pub edit: Option<Limit>,
}

/// Rights that are not a field's, move's or command's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rights {
    pub open: Option<Limit>,
    pub r#move: Option<Limit>,
    pub close: Option<Limit>,
    pub reopen: Option<Limit>,
    pub r#override: Option<Limit>,
    pub hand_over: Option<Limit>,
    pub activities: Option<Limit>,
    pub contacts: Option<Limit>,
    pub correct: Option<Limit>,
    pub report: Option<Limit>,
    pub import: Option<Limit>,
    pub erase: Option<Limit>,
    pub switch: Option<Limit>,
    pub edit: Option<Limit>,
}

/// What a plan's definition says of its stage.
pub(crate) fn plan_rule(place: &str, plan: &PlanDef) -> String {
    format!("{place}/plan/{}", plan.id())
}
