//! Events: the results that a journal keeps of an accepted input.

use super::state::{Closing, DueState, Pause, Reason};
use super::{
    Activity, ActivityEnd, CommandAnswer, CommandRun, Debt, DebtEnd, DocumentState, FactState, Group,
    Handing, HeldItem, Interaction, LinkKind, Mark, Missing, Party, ProcessEnd, ProcessRun, ScenarioRef,
    Timer, Visit, VisitEnd, Wish,
};
use crate::scenario::def::{Fate, Kind, TemplateRef, Text};
use crate::{Moment, Span, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One result of an accepted input; folding them gives the case back without any scenario (C3).
///
/// `docs/JOURNAL.md` lists each with its fields, its rule, and their order in a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Event {
    /// The case begins (M14).
    Opened(Box<Opened>),
    /// An earlier visit of an imported case (M10).
    Imported(Box<VisitEnd>),
    /// The case passed to another version or scenario (V3, M12).
    Adopted {
        /// The new one.
        scenario: ScenarioRef,
        /// The shipped template that the new one was copied from (P3).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<TemplateRef>,
        /// What it is drawn over.
        kind: Kind,
        /// The light of the case on its stage while nothing is planned, by the new one.
        nothing_planned: crate::scenario::def::Color,
        /// The outcome's stage by which a closed case goes on; none where it keeps its name, or is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
        /// The stage's place in the new order.
        order: u32,
        /// The stage's title in the new one.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        label: Text,
    },
    /// A field has another value.
    FieldSet {
        /// The field.
        field: String,
        /// Its value; none when it was emptied.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
        /// What it was before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Value>,
        /// The trigger or hook that set it; none if it came with the input.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// A fact was learnt (C7).
    FactLearnt {
        /// What is known now, or would be.
        fact: Box<FactState>,
        /// That it is older than what is known, and replaces nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
        /// What it was before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Value>,
    },
    /// The visit to a stage ended (M6).
    Left(Box<VisitEnd>),
    /// A stage was entered, and a visit begins (M8).
    Entered(Box<Visit>),
    /// The visit's time limit was set, or set anew after a pause.
    LimitSet {
        /// What the scenario says; none takes the limit away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        span: Option<Span>,
        /// When it is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueState>,
    },
    /// The stage's clock stands still (A9).
    Paused(Pause),
    /// The stage's clock goes on (A9).
    Resumed {
        /// When the limit is due now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<DueState>,
        /// When each timer is due now.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        timers: BTreeMap<String, Moment>,
        /// Milliseconds that the pause took.
        paused_ms: i64,
    },
    /// The case's own deadline was set from its field, or taken away (A3).
    DeadlineSet {
        /// When it is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueState>,
    },
    /// An activity was planned (M8).
    Planned(Box<Activity>),
    /// An activity ended: done, closed by a rule, or cancelled.
    Ended {
        /// The activity.
        activity: String,
        /// How.
        end: ActivityEnd,
        /// What was said to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An activity is due at another time (A8).
    Rescheduled {
        /// The activity.
        activity: String,
        /// When it is due now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueState>,
    },
    /// An activity is somebody else's (A8, A10).
    Reassigned {
        /// The activity.
        activity: String,
        /// Whose it is now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// For whom they do it, who is away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<String>,
    },
    /// An activity is open again (A8).
    ActivityReopened {
        /// The activity.
        activity: String,
    },
    /// A group of activities was planned (A7).
    GroupPlanned(Box<Group>),
    /// A group ended (A7), or is open again.
    GroupEnded {
        /// The group.
        group: String,
        /// Whether it is good; none when it is open again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        good: Option<bool>,
    },
    /// An item could not be planned, and holds up leaving (A7).
    ItemHeld(Box<HeldItem>),
    /// A process was started (P1).
    ProcessStarted(Box<ProcessRun>),
    /// A process ended: it finished, was cancelled, or its result was voided.
    ProcessEnded {
        /// The process.
        process: String,
        /// How.
        end: ProcessEnd,
    },
    /// A finish that came twice, late, or for a process that is not known (P6): it changes nothing.
    FinishIgnored {
        /// The process.
        process: String,
        /// Its result.
        result: String,
        /// Why: `late`, `unknown`.
        why: String,
    },
    /// A command was run (K1).
    CommandRun(Box<CommandRun>),
    /// The host answered a command (K1).
    Answered {
        /// The run.
        command: String,
        /// The answer.
        answer: CommandAnswer,
        /// What the host says to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// That it had been answered before, or is not known: it changes nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// A timer was armed (T11).
    Armed(Box<Timer>),
    /// A timer was taken back.
    Disarmed {
        /// The timer.
        timer: String,
    },
    /// A timer fired.
    TimerFired {
        /// The timer.
        timer: String,
    },
    /// A trigger fired (T4).
    Triggered(Box<Mark>),
    /// A trigger's action could not be done and was left out (T6).
    LeftOut {
        /// The trigger.
        trigger: String,
        /// Which of its actions, from 1.
        action: u32,
        /// Why.
        missing: Vec<Missing>,
    },
    /// A "becomes" saw its condition hold, or cease to (T9).
    Seen {
        /// The trigger.
        trigger: String,
        /// Whether it holds.
        holds: bool,
    },
    /// The marks of a scenario's triggers, or a trigger's sight, were taken back (X3, T7).
    Forgotten {
        /// The trigger; none for all of the scenario's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trigger: Option<String>,
    },
    /// The case noticed that a trigger was switched on or off (T7).
    Switched {
        /// The trigger.
        trigger: String,
        /// Whether it is on.
        on: bool,
    },
    /// A trigger's move is held up (T6).
    Wished(Box<Wish>),
    /// A wish was granted, or lapsed (T6).
    WishEnded {
        /// The trigger.
        trigger: String,
        /// Why it lapsed: `condition`, `off`, `left`, `closed`, `gone`; none when it was granted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lapsed: Option<String>,
    },
    /// A requirement was passed over, or ceased to hold, and is remembered (M11, M13, M14).
    DebtArose(Box<Debt>),
    /// A debt ended.
    DebtEnded {
        /// The debt.
        debt: String,
        /// How.
        end: DebtEnd,
    },
    /// Something hangs on an unknown fact, or no longer (A3).
    Hangs {
        /// A debt's id or a hook's rule.
        rule: String,
        /// Whether it does.
        hangs: bool,
    },
    /// The items and processes that this visit is spared, since the stage got them while the case stood there (V4).
    Spared {
        /// The full names of all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<String>,
    },
    /// An open activity follows its item as the adopted version says it (V4).
    Replanned {
        /// The activity.
        activity: String,
        /// When it is due now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueState>,
        /// Whether the stage cannot be left forward without it, or without its group.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mandatory: bool,
        /// Its title.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        title: Text,
        /// A script or checklist.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        script: Text,
    },
    /// A running process follows its hook as the adopted version says it (V4).
    ProcessChanged {
        /// The process.
        process: String,
        /// Whether the stage waits for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        awaited: bool,
        /// The results that are accepted; where empty, those that the finish calls good.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        good: Vec<String>,
        /// When it is due now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueState>,
        /// What becomes of it when the stage is left.
        on_leave: Fate,
        /// What becomes of it when the case closes.
        on_close: Fate,
    },
    /// The case has another responsible (A10).
    HandedOver {
        /// The new one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// The team.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
    },
    /// A role was given or taken away.
    PartySet {
        /// The role.
        role: String,
        /// Who has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<Party>,
    },
    /// The case was linked (P7).
    Linked {
        /// The other case.
        case: String,
        /// How.
        kind: LinkKind,
    },
    /// The case is closed as the same request as another one (P7); its own `closed` follows.
    Merged {
        /// The case that goes on.
        into: String,
    },
    /// An interaction went to the case to which it belongs (I2, P7).
    Redirected {
        /// The interaction.
        interaction: String,
        /// The other case.
        to: String,
    },
    /// The case took over what another one handed to it (P7); what it took follows as events of its own.
    TakenOver {
        /// The other case.
        from: String,
        /// Ids elsewhere that are this case's as well now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        external_ids: Vec<String>,
        /// Activities that a closed case does not take, and ids elsewhere beyond what a case keeps (C4).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<String>,
        /// Whether the other case was merged into this one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        merged: bool,
    },
    /// A note was made (A12).
    Noted {
        /// What it says.
        text: String,
    },
    /// An interaction was logged, or amended by the same id (I1).
    Logged(Box<Interaction>),
    /// A message came.
    Messaged {
        /// Its name.
        name: String,
        /// Which one of its sort.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// Something happened to a document (P4).
    Documented(Box<DocumentState>),
    /// An event of a document that came after a later one told what that had left open: whether the document is
    /// in force, a sum (P4).
    DocumentCompleted {
        /// What had happened earlier.
        event: String,
        /// What is known of the document now; its last event is the one known before.
        document: Box<DocumentState>,
    },
    /// An event of a document that changes nothing (P4).
    DocumentIgnored {
        /// The document's kind.
        document: String,
        /// Its id.
        id: String,
        /// What happened.
        event: String,
        /// Why: `late`, `twice`, `too_many`.
        why: String,
    },
    /// The host must do something.
    Effect(Box<Effect>),
    /// An effect was given up (S5).
    GaveUp {
        /// The effect.
        effect: String,
        /// Its kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// What went wrong.
        error: String,
    },
    /// An effect that was given up is settled.
    Settled {
        /// The effect.
        effect: String,
    },
    /// The case was closed (X1).
    Closed(Box<Closing>),
    /// The case was reopened (X3).
    Reopened,
    /// The reason of a closed case was corrected (X4).
    Corrected {
        /// The right one.
        reason: Reason,
        /// The comment, where it changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// Every personal text was erased for good (S12).
    Erased {
        /// The fields that had a value.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<String>,
    },
    /// A cascade without end was undone; only what came in was recorded (T5).
    CascadeUndone {
        /// The triggers that had fired, in order.
        chain: Vec<String>,
    },
}

/// What a case begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The scenario.
    pub scenario: ScenarioRef,
    /// The shipped template that the scenario was copied from (P3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// What it is drawn over.
    pub kind: Kind,
    /// Which of its calendars was chosen; none is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// A title for lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who opened it.
    pub author: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Their team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Ids that it has elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<String>,
    /// Cases that it is linked with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, LinkKind>,
    /// Who takes part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parties: BTreeMap<String, Party>,
    /// How many cases stand above it, each opened by the next (C4).
    #[serde(default, skip_serializing_if = "super::state::is_zero")]
    pub depth: u32,
    /// Of a process that another case started: which of its fields that one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<Vec<String>>,
}

/// What a case that another one opens has of it: whose it is, by which channel it came (I4), who takes part.
///
/// What is said of the new case itself goes before; roles that its scenario does not have are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Origin {
    /// A title for lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Their team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Who takes part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parties: BTreeMap<String, Party>,
    /// By when the other case needs it: its deadline, where its scenario names a field for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// How many cases stand above it, each opened by the next (C4).
    #[serde(skip_serializing_if = "super::state::is_zero")]
    pub depth: u32,
    /// Of a process: which of its fields the case that starts it takes back; nothing else is told when it finishes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub take: Vec<String>,
}

impl Origin {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Something that the host must do: data, never executed here (S5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Its id, which makes doing it twice harmless.
    pub id: String,
    /// The lane in which its order holds.
    pub lane: String,
    /// The rule that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is to be done.
    pub act: Act,
}

/// What an effect asks of the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Act {
    /// Tell somebody something.
    Notify {
        /// The person; none where it is a role's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        /// The role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// What.
        text: Text,
    },
    /// Start a process: a child case on a scenario of kind process, or the host's own.
    StartProcess {
        /// Its id, under which its finish is to be reported.
        run: String,
        /// The process.
        process: String,
        /// Whether the host runs it.
        host: bool,
        /// Its fields.
        fields: BTreeMap<String, Value>,
        /// What it has of the case that starts it.
        #[serde(default, skip_serializing_if = "Origin::is_empty")]
        origin: Box<Origin>,
    },
    /// Cancel a process.
    CancelProcess {
        /// Its id.
        run: String,
        /// The process.
        process: String,
        /// Whether the host runs it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        host: bool,
    },
    /// Open a linked case.
    OpenCase {
        /// The scenario.
        scenario: String,
        /// How it is linked to this one.
        link: LinkKind,
        /// Its fields.
        fields: BTreeMap<String, Value>,
        /// What it has of the case that opens it.
        #[serde(default, skip_serializing_if = "Origin::is_empty")]
        origin: Box<Origin>,
    },
    /// Do what a person asked for (K1).
    Command {
        /// The run, under which the answer is to be reported.
        run: String,
        /// The command.
        command: String,
        /// The fields that it asked for.
        fields: BTreeMap<String, Value>,
    },
    /// Something of the host's own kind.
    Host {
        /// The kind.
        kind: String,
        /// What it carries.
        payload: BTreeMap<String, Value>,
    },
    /// Hand over to another case what was told or planned here (P7).
    Hand {
        /// The other case.
        to: String,
        /// What it gets.
        what: Box<Handing>,
    },
    /// Tell the parent that this process has finished (P2).
    Finish {
        /// The case that started it; its own id is the process's there.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        parent: String,
        /// The result: the outcome's stage.
        result: String,
        /// Whether it is a good one.
        good: bool,
        /// The fields of this case.
        fields: BTreeMap<String, Value>,
    },
}

impl Act {
    /// Its name, as JSON has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Notify { .. } => "notify",
            Self::StartProcess { .. } => "start_process",
            Self::CancelProcess { .. } => "cancel_process",
            Self::OpenCase { .. } => "open_case",
            Self::Command { .. } => "command",
            Self::Host { .. } => "host",
            Self::Hand { .. } => "hand",
            Self::Finish { .. } => "finish",
        }
    }
}
