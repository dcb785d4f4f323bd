//! What can happen to a case that adopts: the lines of an impact.

use crate::case::RuleFate;
use crate::scenario::def::Color;
use crate::scenario::edit::RuleChange;
use serde::Serialize;

/// To which side of the time before a moment moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// To an earlier one.
    Earlier,
    /// To a later one.
    Later,
}

/// How the moment changes at which a case turns red that is not red yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Earlier than before.
    Earlier,
    /// Later than before.
    Later,
    /// At some time, and before it never did.
    Newly,
    /// Never, and before it did at some time.
    NoMore,
}

/// One thing that happens to cases (V4), by what it is about: a stage, a rule, a field.
///
/// In JSON an object with `what` and what it is about: `{"what": "moved", "from": "talk", "to": "offer"}`. Stages and
/// rules of what the new version has no more are named as the old one names them, all others as the new one does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
#[non_exhaustive]
pub enum Line {
    /// Not looked at: the case runs by another version or scenario.
    OtherVersion {
        /// The scenario.
        scenario: String,
        /// Its version.
        version: u32,
        /// The hash of its content.
        hash: String,
    },
    /// Its stage is gone, or an outcome now, and is mapped to none on which it could stand.
    Stranded {
        /// The stage.
        stage: String,
        /// Where it would go: the stage itself, or onto what it is mapped.
        to: String,
    },
    /// It cannot adopt for another reason.
    Refused {
        /// The code of the refusal: `V-G1-edit-scenario`.
        code: String,
    },
    /// It goes onto another stage by the mapping.
    Moved {
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// The new version's triggers move or close it as soon as it adopts.
    Onward {
        /// From the stage onto which it came by adopting.
        from: String,
        /// To the stage on which it stands then.
        to: String,
    },
    /// It lacks a field that is newly required for some move.
    LacksField {
        /// The requirement: `invoice/leave/amount`.
        requirement: String,
        /// The field.
        field: String,
    },
    /// A field has a value that a requirement newly does not take.
    FieldUnfit {
        /// The requirement.
        requirement: String,
        /// The field.
        field: String,
    },
    /// It does not meet another new requirement of some move.
    Unmet {
        /// The requirement.
        requirement: String,
    },
    /// The own condition of a move newly does not hold.
    MoveCondition {
        /// To which stage.
        to: String,
    },
    /// Something is newly asked that the actor may not see (G2).
    Hidden {
        /// By which rule: `M4`.
        rule: String,
    },
    /// A field that has a value is not of the new version; the value stays in the case, and nothing shows it.
    FieldGone {
        /// The field.
        field: String,
    },
    /// A mandatory activity, or group of them, newly holds it up.
    HeldByActivity {
        /// The rule: `invoice/plan/check`.
        rule: String,
    },
    /// A process that must end well newly holds it up.
    HeldByProcess {
        /// The rule: `invoice/run/approval`.
        rule: String,
    },
    /// A debt arises (M11).
    DebtArises {
        /// What it asks.
        requirement: String,
    },
    /// A debt ends.
    DebtEnds {
        /// What it asked.
        requirement: String,
    },
    /// A move forward was possible, and none is.
    HeldUp {
        /// The stage on which it stands then.
        stage: String,
    },
    /// Some move or closing was possible, and none is: it reaches no outcome as it stands.
    NoOutcome {
        /// The stage on which it stands then.
        stage: String,
    },
    /// A way led to a good outcome (won, a result), and none does, whatever is done.
    NoGoodOutcome {
        /// The stage on which it stands then.
        stage: String,
    },
    /// Activities are planned.
    ActivityPlanned {
        /// The rule that plans them.
        rule: String,
    },
    /// Open activities end.
    ActivityEnds {
        /// The rule that had planned them; empty where a person had.
        rule: String,
    },
    /// Open activities are due at another moment.
    ActivityShifted {
        /// The rule that had planned them; empty where a person had.
        rule: String,
        /// To which side; with or without a due moment for the first time counts as later or earlier.
        shift: Shift,
    },
    /// A process is started.
    ProcessStarts {
        /// The rule.
        rule: String,
    },
    /// A running process is cancelled.
    ProcessCancelled {
        /// The rule.
        rule: String,
    },
    /// A running process is due at another moment.
    ProcessShifted {
        /// The rule.
        rule: String,
        /// To which side.
        shift: Shift,
    },
    /// It gets a timer: of a trigger, of the stage's limit (`STAGE/limit`), or that tells that something is overdue
    /// (`overdue`).
    TimerGained {
        /// Which.
        rule: String,
    },
    /// It loses one.
    TimerLost {
        /// Which.
        rule: String,
    },
    /// One is due at another moment.
    TimerShifted {
        /// Which.
        rule: String,
        /// To which side.
        shift: Shift,
    },
    /// A trigger is live that was not.
    TriggerGained {
        /// The trigger.
        trigger: String,
    },
    /// A trigger was live that is not.
    TriggerLost {
        /// The trigger.
        trigger: String,
    },
    /// A trigger fires as soon as the case adopts.
    TriggerFires {
        /// The trigger.
        trigger: String,
    },
    /// A trigger's move that is held up arises as soon as the case adopts (T6).
    WishArises {
        /// The trigger.
        trigger: String,
    },
    /// A trigger's move that was held up lapses.
    WishLapses {
        /// The trigger.
        trigger: String,
    },
    /// It stands under a rule that changed, to which this happens.
    Rule {
        /// The rule.
        rule: String,
        /// What became of it.
        change: RuleChange,
        /// What the adoption says of it.
        fate: RuleFate,
    },
    /// Its light has another colour as soon as it adopts; none for a closed case.
    Color {
        /// Before.
        from: Option<Color>,
        /// After.
        to: Option<Color>,
    },
    /// It is red neither before nor after, and turns so at another moment.
    TurnsRed {
        /// How that changes.
        turn: Turn,
    },
}

/// Under which heading a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    NotLookedAt,
    CannotAdopt,
    Moved,
    Fields,
    Requirements,
    Held,
    Outcomes,
    Work,
    Timers,
    Triggers,
    Rules,
    Lights,
}

impl Line {
    pub(super) const fn section(&self) -> Section {
        match self {
            Self::OtherVersion { .. } => Section::NotLookedAt,
            Self::Stranded { .. } | Self::Refused { .. } => Section::CannotAdopt,
            Self::Moved { .. } | Self::Onward { .. } => Section::Moved,
            Self::LacksField { .. } | Self::FieldUnfit { .. } | Self::FieldGone { .. } => Section::Fields,
            Self::Unmet { .. }
            | Self::MoveCondition { .. }
            | Self::Hidden { .. }
            | Self::DebtArises { .. }
            | Self::DebtEnds { .. } => Section::Requirements,
            Self::HeldByActivity { .. } | Self::HeldByProcess { .. } => Section::Held,
            Self::HeldUp { .. } | Self::NoOutcome { .. } | Self::NoGoodOutcome { .. } => Section::Outcomes,
            Self::ActivityPlanned { .. }
            | Self::ActivityEnds { .. }
            | Self::ActivityShifted { .. }
            | Self::ProcessStarts { .. }
            | Self::ProcessCancelled { .. }
            | Self::ProcessShifted { .. } => Section::Work,
            Self::TimerGained { .. } | Self::TimerLost { .. } | Self::TimerShifted { .. } => Section::Timers,
            Self::TriggerGained { .. }
            | Self::TriggerLost { .. }
            | Self::TriggerFires { .. }
            | Self::WishArises { .. }
            | Self::WishLapses { .. } => Section::Triggers,
            Self::Rule { .. } => Section::Rules,
            Self::Color { .. } | Self::TurnsRed { .. } => Section::Lights,
        }
    }
}
