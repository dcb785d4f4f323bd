//! Inputs: everything that a case can be told, and what opening one takes.

use super::{Adoption, Attachment, Handing, LinkKind, MergeInput, Party, SplitInput};
use crate::scenario::def::Text;
use crate::{Moment, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a case is told: by a person, a host's program, an import, or as a report of what happened.
///
/// In JSON an input is an object with one key, its name: `{"move": {"to": "invoice"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Input {
    /// Opens the case (M14); the first entry of every journal.
    Open(Box<Opening>),
    /// Moves the case to another ordinary stage (M1–M9).
    Move(MoveInput),
    /// Closes the case on an outcome's stage (X1, X2).
    Close(CloseInput),
    /// Reopens a closed case (X3).
    Reopen {
        /// At this stage; at the last ordinary one where silent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
        /// Fields that come with it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        fields: Fields,
        /// Passing over what M4 asks, with this reason (M11).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#override: Option<String>,
    },
    /// Sets fields; `null` empties one.
    Set {
        /// The fields and their new values.
        fields: Fields,
    },
    /// Facts that their source tells (C7).
    Facts(FactsInput),
    /// Plans an activity by hand.
    Plan(PlanInput),
    /// An activity is done, with an outcome.
    Done(DoneInput),
    /// An activity is due at another time (A8).
    Reschedule {
        /// The activity.
        activity: String,
        /// Its new due moment; none leaves it without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DueAt>,
    },
    /// An activity goes to somebody else (A8).
    Reassign {
        /// The activity.
        activity: String,
        /// To whom; back to the case's responsible where silent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// A finished, closed or cancelled activity is open again (A8).
    ReopenActivity {
        /// The activity.
        activity: String,
    },
    /// An activity will not be done (A8; a mandatory one needs the right to override, M3).
    CancelActivity {
        /// The activity.
        activity: String,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The case gets another responsible (A10).
    HandOver {
        /// The new one; none leaves the case without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// Their team, where it changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// Whether the open activities of the old one stay with them.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        keep_activities: bool,
    },
    /// A note (A12).
    Note {
        /// What it says.
        text: String,
    },
    /// An interaction with the client that has happened.
    Interaction(Box<InteractionInput>),
    /// A message by name, from the host or another system.
    Message {
        /// Its name.
        name: String,
        /// Which one of its sort, so that a trigger fires once for each.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// What it carries.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        data: BTreeMap<String, Value>,
    },
    /// Something happened to a document of the host.
    Document(DocumentInput),
    /// Asks the host to do something (K1).
    Command {
        /// The command's id on the stage.
        command: String,
        /// The fields that it asks for.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        fields: Fields,
    },
    /// The host's answer to a command (K1).
    Answer {
        /// The id of the run, as the effect named it.
        command: String,
        /// Done, done in part, or refused.
        answer: CommandAnswer,
        /// What the host says to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Starts a stage's process by hand.
    StartProcess {
        /// The hook's id on the stage.
        process: String,
    },
    /// A process has finished (P1, P6).
    Finished(FinishedInput),
    /// A timer has come due (T11).
    Timer {
        /// The timer's id.
        timer: String,
    },
    /// An effect could not be done and was given up (S5).
    GivenUp {
        /// The effect's id.
        effect: String,
        /// The effect's kind, as the host knows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// What went wrong.
        error: String,
    },
    /// An effect that was given up has been done after all, or dropped.
    Settled {
        /// The effect's id.
        effect: String,
    },
    /// A debt is waived, with right and reason (M11).
    Waive {
        /// The debt's id.
        debt: String,
        /// Why.
        reason: String,
    },
    /// A company or person has a role in the case; none takes it away.
    Party {
        /// The role.
        role: String,
        /// Who it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<Party>,
    },
    /// The case is linked with another one (P7).
    Link {
        /// The other case.
        case: String,
        /// How.
        kind: LinkKind,
    },
    /// The case turns out to be the same request as another one (P7).
    Merge(MergeInput),
    /// An interaction that was logged on the wrong case goes to another (I2, P7).
    Redirect {
        /// The interaction.
        interaction: String,
        /// The case to which it belongs.
        to: String,
    },
    /// Chosen lines go into a linked case (P7).
    Split(SplitInput),
    /// Another case hands over what it had or was told (P7).
    Handed {
        /// The other case.
        from: String,
        /// What it hands over.
        what: Box<Handing>,
    },
    /// The reason or comment of a closed case is corrected (X4).
    CorrectReason {
        /// The right reason.
        reason: String,
        /// The comment, where it changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// The case passes to another version or another scenario, which steps it (V3, M12).
    Adopt(Adoption),
    /// The case that started this process needs it no more (P5): it closes as cancelled. Closed already, it stays so.
    Cancel {
        /// The case that started it.
        case: String,
        /// Why not: `left`, `closed`, `voided`, or in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Every personal text of the case is erased for good (S12); made by [`crate::Scenario::erase`] only.
    Erase {
        /// Why.
        reason: String,
    },
    /// A look at the clock and the switches: brings pauses and debts up to date, tries wishes again.
    Tick,
}

impl Input {
    /// Its name, as JSON has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Move(_) => "move",
            Self::Close(_) => "close",
            Self::Reopen { .. } => "reopen",
            Self::Set { .. } => "set",
            Self::Facts(_) => "facts",
            Self::Plan(_) => "plan",
            Self::Done(_) => "done",
            Self::Reschedule { .. } => "reschedule",
            Self::Reassign { .. } => "reassign",
            Self::ReopenActivity { .. } => "reopen_activity",
            Self::CancelActivity { .. } => "cancel_activity",
            Self::HandOver { .. } => "hand_over",
            Self::Note { .. } => "note",
            Self::Interaction(_) => "interaction",
            Self::Message { .. } => "message",
            Self::Document(_) => "document",
            Self::Command { .. } => "command",
            Self::Answer { .. } => "answer",
            Self::StartProcess { .. } => "start_process",
            Self::Finished(_) => "finished",
            Self::Timer { .. } => "timer",
            Self::GivenUp { .. } => "given_up",
            Self::Settled { .. } => "settled",
            Self::Waive { .. } => "waive",
            Self::Party { .. } => "party",
            Self::Link { .. } => "link",
            Self::Merge(_) => "merge",
            Self::Redirect { .. } => "redirect",
            Self::Split(_) => "split",
            Self::Handed { .. } => "handed",
            Self::CorrectReason { .. } => "correct_reason",
            Self::Adopt(_) => "adopt",
            Self::Cancel { .. } => "cancel",
            Self::Erase { .. } => "erase",
            Self::Tick => "tick",
        }
    }
}

/// Field values by name; none empties a field.
pub type Fields = BTreeMap<String, Option<Value>>;

/// When something is due that a person plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueAt {
    /// At this moment.
    At(Moment),
    /// On this date: at the first instant of the next local day (A1).
    On(chrono::NaiveDate),
    /// So long after now.
    In(crate::Span),
}

/// A move to another ordinary stage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveInput {
    /// To which stage.
    pub to: String,
    /// Fields that come with it, set first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
    /// Passing over M3 and M4, with this reason (M11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#override: Option<String>,
}

/// Closing on an outcome's stage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// The outcome's stage.
    pub stage: String,
    /// The reason from the catalogue; lost and void need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The comment; some reasons need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Fields that come with it, set first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
    /// Passing over M3 and M4 on winning, with this reason (M11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#override: Option<String>,
}

/// Facts that one source tells at once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsInput {
    /// Who tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The source's own counter: an older one never replaces a newer one (C7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// What it tells.
    pub values: Vec<FactReading>,
}

/// One value of a fact, or that the source could not give it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactReading {
    /// The fact.
    pub fact: String,
    /// Its key, where it is keyed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Value>,
    /// Its value; none is "empty" (nothing there), which is not unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why the source could not give it; then it is unknown (C8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Since when it is so; the moment of learning where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
}

/// An activity that a person plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: Text,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueAt>,
    /// To whom it goes; to the case's responsible where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Whether the stage cannot be left forward without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mandatory: bool,
}

/// An activity is done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoneInput {
    /// The activity.
    pub activity: String,
    /// Its outcome; the kind's first where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Fields that come with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
}

/// Something happened to a document of the host.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentInput {
    /// The document's kind: order, invoice, payment, shipment.
    pub document: String,
    /// The document's own id.
    pub id: String,
    /// What happened: posted, unposted, amended, paid, shipped, returned, cancelled.
    pub event: String,
    /// When it happened; it may lie in the past (C5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// The host's own counter of this document's events: an older one never replaces a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// What it carries.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Value>,
}

/// The host's answer to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandAnswer {
    /// Done.
    Done,
    /// Done in part.
    Part,
    /// Refused.
    Refused,
}

impl CommandAnswer {
    /// Its name, as conditions read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Part => "part",
            Self::Refused => "refused",
        }
    }
}

/// A process has finished.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishedInput {
    /// The process's id, as the effect that started it named it.
    pub process: String,
    /// Its result.
    pub result: String,
    /// Whether its own scenario marks that result as good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub good: bool,
    /// Fields that come back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}

/// An interaction with the client that has happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InteractionInput {
    /// By which channel: phone, email, web, …
    pub channel: String,
    /// `in` or `out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// The channel's own id; the same id again amends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it happened; it may lie in the past (C5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// The employee of ours who took part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// The client's contact key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How it went: answered, missed, busy, bounced, automatic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// The planned activity that it answers, which it closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
    /// The ids of what it answers: of letters, of a chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thread: Vec<String>,
    /// Our line or mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Contact keys of others who took part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What came with it, by reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Where its recording is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
}

/// What opening a case takes (M14); everything may be left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// At this stage; at the first where silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// A title for lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// By which channel it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Their team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Fields that are known at once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
    /// Facts that are known at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactReading>,
    /// How many of the facts, the last ones, the runtime read for this opening (C9): who opens the case needs no
    /// right to report them.
    #[serde(default, skip_serializing_if = "super::state::is_zero")]
    pub read: u32,
    /// Who takes part, by role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parties: BTreeMap<String, Party>,
    /// Ids that it has elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<String>,
    /// Cases that it is linked with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, LinkKind>,
    /// Whether it comes from intake, which is never turned away: what M4 misses becomes a debt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub intake: bool,
    /// Its past, where it is an import (M10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<Import>,
    /// What it has of the case that opened it: a process's, or a linked case's (P2, P7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<super::Origin>>,
    /// Passing over M4, with this reason (M11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#override: Option<String>,
}

/// The past of an imported case (M10).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The earlier visits, oldest first; they fire, plan and arm nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<PastVisit>,
    /// Since when it stands on the stage that it is opened at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Whether what M4 misses becomes a debt, by the right to override.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_debts: bool,
}

/// An earlier visit of an imported case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastVisit {
    /// The stage.
    pub stage: String,
    /// From when.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
}
