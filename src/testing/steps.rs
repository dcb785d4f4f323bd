//! What a step of a test says that happens, in its short and long forms.

use super::file::{AbsentSaid, Expect, PartySaid, Timers, Values};
use super::short::{FromShort, Short};
use super::when::When;
use crate::Value;
use crate::case::{Actor, CommandAnswer, LinkKind};
use crate::scenario::def::Text;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The type of values as the schema sees them.
#[cfg(feature = "schema")]
type Json = BTreeMap<String, serde_json::Value>;

/// One thing that happens, and what is so then.
///
/// At most one of the inputs is given; with none the step only looks, once time has passed.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Step {
    /// What it is about, for who reads it.
    pub about: Option<Text>,
    /// When; at the same moment as before where silent.
    pub at: Option<When>,
    /// Who acts: roles, then the person.
    #[serde(rename = "as")]
    pub actor: Option<Short<Actor>>,
    /// Whether timers that fall due until then are reported first.
    pub timers: Timers,
    /// Triggers that are switched on or off before it.
    pub switch: BTreeMap<String, bool>,
    /// Who is away from then on; null is back.
    pub absent: BTreeMap<String, Option<AbsentSaid>>,
    /// What is so then.
    pub expect: Option<Expect>,

    /// Moves the case onto another stage.
    pub r#move: Option<Short<MoveSaid>>,
    /// Closes the case on an outcome's stage.
    pub close: Option<Short<CloseSaid>>,
    /// Reopens the closed case: a stage, or more.
    pub reopen: Option<Short<ReopenSaid>>,
    /// Sets fields; null empties one.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Json>"))]
    pub set: Option<Values>,
    /// Facts that their source tells: a value, `{"unknown": "why"}`, `{"value": …, "since": …}`; of a keyed
    /// fact an object from key (`"4711, blue, main"`) to such.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Json>"))]
    pub facts: Option<Values>,
    /// Plans an activity.
    pub plan: Option<PlanSaid>,
    /// Finishes an activity: its title or item, or more.
    pub done: Option<Short<DoneSaid>>,
    /// Reschedules an activity.
    pub reschedule: Option<RescheduleSaid>,
    /// Gives an activity to somebody else.
    pub reassign: Option<ReassignSaid>,
    /// Opens a finished activity again.
    pub reopen_activity: Option<String>,
    /// Cancels an activity: its title or item, or more.
    pub cancel_activity: Option<Short<CancelSaid>>,
    /// Hands the case over: to whom, or more.
    pub hand_over: Option<Short<HandOverSaid>>,
    /// Makes a note.
    pub note: Option<String>,
    /// Logs an interaction with the client.
    pub interaction: Option<InteractionSaid>,
    /// A message by its name, or more.
    pub message: Option<Short<MessageSaid>>,
    /// Something happened to a document of the host.
    pub document: Option<DocumentSaid>,
    /// Runs a command: its id, or more.
    pub command: Option<Short<CommandSaid>>,
    /// The host answers the last run of a command.
    pub answer: Option<AnswerSaid>,
    /// Starts a process of the stage by hand.
    pub start_process: Option<String>,
    /// The last run of a process finishes.
    pub finished: Option<FinishedSaid>,
    /// Reports a timer by its trigger (or, of an overdue activity, its title), whether it is due or not.
    pub timer: Option<String>,
    /// The last effect of this kind is given up.
    pub given_up: Option<Short<GivenUpSaid>>,
    /// The last effect of this kind that was given up is settled.
    pub settled: Option<String>,
    /// Waives a debt.
    pub waive: Option<WaiveSaid>,
    /// Gives roles to companies and persons; null takes one away.
    pub party: Option<BTreeMap<String, Option<Short<PartySaid>>>>,
    /// Links the case with another.
    pub link: Option<LinkSaid>,
    /// Merges the case into another one: that case, or more.
    pub merge: Option<Short<MergeSaid>>,
    /// Moves an interaction to the case to which it belongs.
    pub redirect: Option<RedirectSaid>,
    /// Takes lines out into a linked case.
    pub split: Option<SplitSaid>,
    /// Corrects the reason of the closed case.
    pub correct_reason: Option<Short<CorrectSaid>>,
    /// Looks at the clock and the switches.
    pub tick: Option<bool>,
}

impl Step {
    /// The inputs that are given, by their keys.
    pub fn inputs(&self) -> Vec<&'static str> {
        let given = [
            ("move", self.r#move.is_some()),
            ("close", self.close.is_some()),
            ("reopen", self.reopen.is_some()),
            ("set", self.set.is_some()),
            ("facts", self.facts.is_some()),
            ("plan", self.plan.is_some()),
            ("done", self.done.is_some()),
            ("reschedule", self.reschedule.is_some()),
            ("reassign", self.reassign.is_some()),
            ("reopen_activity", self.reopen_activity.is_some()),
            ("cancel_activity", self.cancel_activity.is_some()),
            ("hand_over", self.hand_over.is_some()),
            ("note", self.note.is_some()),
            ("interaction", self.interaction.is_some()),
            ("message", self.message.is_some()),
            ("document", self.document.is_some()),
            ("command", self.command.is_some()),
            ("answer", self.answer.is_some()),
            ("start_process", self.start_process.is_some()),
            ("finished", self.finished.is_some()),
            ("timer", self.timer.is_some()),
            ("given_up", self.given_up.is_some()),
            ("settled", self.settled.is_some()),
            ("waive", self.waive.is_some()),
            ("party", self.party.is_some()),
            ("link", self.link.is_some()),
            ("merge", self.merge.is_some()),
            ("redirect", self.redirect.is_some()),
            ("split", self.split.is_some()),
            ("correct_reason", self.correct_reason.is_some()),
            ("tick", self.tick == Some(true)),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }
}

/// An object of the format, with its fields all optional but for those that are named so.
macro_rules! said {
    ($(#[$doc:meta])* $name:ident as $schema:literal { $($(#[$field:meta])* $key:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "schema", schemars(rename = $schema))]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $($(#[$field])* pub $key: $type,)* }
    };
}

said! {
    /// A move.
    MoveSaid as "Move" {
        /// To which stage.
        to: String,
        /// Fields that come with it.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        fields: Values,
        /// Passing over what is missing, with this reason (M11).
        #[serde(default)]
        r#override: Option<String>,
    }
}

said! {
    /// A closing.
    CloseSaid as "Close" {
        /// The outcome's stage.
        stage: String,
        /// The reason; lost and void need one.
        #[serde(default)]
        reason: Option<String>,
        /// The comment; some reasons need one.
        #[serde(default)]
        comment: Option<String>,
        /// Fields that come with it.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        fields: Values,
        /// Passing over what is missing, with this reason (M11).
        #[serde(default)]
        r#override: Option<String>,
    }
}

said! {
    /// A reopening.
    ReopenSaid as "Reopen" {
        /// At this stage; at the last ordinary one where silent.
        #[serde(default)]
        stage: Option<String>,
        /// Fields that come with it.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        fields: Values,
        /// Passing over what is missing, with this reason (M11).
        #[serde(default)]
        r#override: Option<String>,
    }
}

said! {
    /// An activity that a person plans.
    PlanSaid as "PlanByHand" {
        /// Its kind.
        kind: String,
        /// Its title.
        title: Text,
        /// When it is due: a time, a date (then until its end), or `+2 working hours`.
        #[serde(default)]
        due: Option<When>,
        /// To whom it goes.
        #[serde(default)]
        assignee: Option<String>,
        /// Whether the stage cannot be left forward without it.
        #[serde(default)]
        mandatory: bool,
    }
}

said! {
    /// An activity is done.
    DoneSaid as "Done" {
        /// Its title or item.
        activity: String,
        /// Its outcome; the kind's first where silent.
        #[serde(default)]
        outcome: Option<String>,
        /// What there is to say.
        #[serde(default)]
        note: Option<String>,
        /// Fields that come with it.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        fields: Values,
    }
}

said! {
    /// An activity is due at another time.
    RescheduleSaid as "Reschedule" {
        /// Its title or item.
        activity: String,
        /// When it is due now; null is without.
        #[serde(default)]
        due: Option<When>,
    }
}

said! {
    /// An activity goes to somebody else.
    ReassignSaid as "Reassign" {
        /// Its title or item.
        activity: String,
        /// To whom; back to the case's responsible where silent.
        #[serde(default)]
        to: Option<String>,
    }
}

said! {
    /// An activity is cancelled.
    CancelSaid as "Cancel" {
        /// Its title or item.
        activity: String,
        /// Why.
        #[serde(default)]
        reason: Option<String>,
    }
}

said! {
    /// The case gets another responsible.
    HandOverSaid as "HandOver" {
        /// To whom; null is nobody.
        #[serde(default)]
        to: Option<String>,
        /// Their team.
        #[serde(default)]
        team: Option<String>,
        /// Whether the open activities stay.
        #[serde(default)]
        keep_activities: bool,
    }
}

said! {
    /// An interaction with the client.
    InteractionSaid as "Interaction" {
        /// By which channel.
        channel: String,
        /// `in` or `out`.
        #[serde(default)]
        direction: Option<String>,
        /// The channel's own id.
        #[serde(default)]
        id: Option<String>,
        /// When it happened, where not now.
        #[serde(default)]
        at: Option<When>,
        /// Our employee.
        #[serde(default)]
        employee: Option<String>,
        /// The client's contact key.
        #[serde(default)]
        contact: Option<String>,
        /// The subject.
        #[serde(default)]
        subject: Option<String>,
        /// The text.
        #[serde(default)]
        text: Option<String>,
        /// How it went.
        #[serde(default)]
        result: Option<String>,
        /// The activity that it answers, by title or item.
        #[serde(default)]
        answers: Option<String>,
    }
}

said! {
    /// A message by name.
    MessageSaid as "Message" {
        /// Its name.
        name: String,
        /// Which one of its sort.
        #[serde(default)]
        key: Option<String>,
        /// What it carries.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        data: BTreeMap<String, Value>,
    }
}

said! {
    /// Something happened to a document.
    DocumentSaid as "Document" {
        /// Its kind.
        document: String,
        /// Its id.
        id: String,
        /// What happened.
        event: String,
        /// When it happened, where not now.
        #[serde(default)]
        at: Option<When>,
        /// The host's own counter of the document's events.
        #[serde(default)]
        sequence: Option<u64>,
        /// What it carries.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        data: BTreeMap<String, Value>,
    }
}

said! {
    /// A command.
    CommandSaid as "Command" {
        /// Its id.
        command: String,
        /// The fields that it asks for.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        fields: Values,
    }
}

said! {
    /// The host's answer to a command.
    AnswerSaid as "Answer" {
        /// The command's id.
        command: String,
        /// `done`, `part` or `refused`.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        answer: CommandAnswer,
        /// What the host says to it.
        #[serde(default)]
        text: Option<String>,
    }
}

said! {
    /// A process has finished.
    FinishedSaid as "Finished" {
        /// Its hook.
        process: String,
        /// Its result.
        result: String,
        /// Whether its own scenario marks that as good.
        #[serde(default)]
        good: bool,
        /// Fields that come back.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Json"))]
        fields: BTreeMap<String, Value>,
    }
}

said! {
    /// An effect was given up.
    GivenUpSaid as "GivenUp" {
        /// Its kind: `notify`, a command's id, a kind of the host's own.
        effect: String,
        /// What went wrong.
        #[serde(default)]
        error: Option<String>,
    }
}

said! {
    /// A debt is waived.
    WaiveSaid as "Waive" {
        /// The requirement.
        debt: String,
        /// Why.
        reason: String,
    }
}

said! {
    /// A link with another case.
    LinkSaid as "Link" {
        /// The other case.
        case: String,
        /// `part_of`, `duplicate_of`, `follows`, `claim_on` or `child_of`.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        kind: LinkKind,
    }
}

said! {
    /// A merging into another case.
    MergeSaid as "Merge" {
        /// The case that goes on.
        into: String,
        /// The outcome's stage, one of void.
        #[serde(default)]
        stage: Option<String>,
        /// The reason.
        #[serde(default)]
        reason: Option<String>,
        /// The comment.
        #[serde(default)]
        comment: Option<String>,
    }
}

said! {
    /// An interaction that belongs to another case.
    RedirectSaid as "Redirect" {
        /// The interaction's id.
        interaction: String,
        /// The other case.
        to: String,
    }
}

said! {
    /// Lines that go into a linked case.
    SplitSaid as "Split" {
        /// The list field.
        field: String,
        /// Which lines, from 1.
        lines: Vec<u32>,
        /// The other case's scenario.
        #[serde(default)]
        scenario: Option<String>,
        /// Its title.
        #[serde(default)]
        title: Option<String>,
        /// Fields that it gets as well.
        #[serde(default)]
        copy: Vec<String>,
    }
}

said! {
    /// The right reason of a closed case.
    CorrectSaid as "CorrectReason" {
        /// The reason.
        reason: String,
        /// The comment, where it changes.
        #[serde(default)]
        comment: Option<String>,
    }
}

/// The short form of an object of which one text says the most important.
macro_rules! short {
    ($name:ident, $expecting:literal, |$text:ident| $make:expr) => {
        impl FromShort for $name {
            const EXPECTING: &'static str = $expecting;

            fn from_short($text: &str) -> Result<Self, String> {
                let $text = $text.to_owned();
                Ok($make)
            }
        }
    };
}

short!(MoveSaid, "a stage, or an object with `to`", |to| Self {
    to,
    fields: Values::new(),
    r#override: None
});
short!(CloseSaid, "an outcome's stage, or an object with `stage`", |stage| Self {
    stage,
    reason: None,
    comment: None,
    fields: Values::new(),
    r#override: None,
});
short!(ReopenSaid, "a stage, or an object", |stage| Self {
    stage: Some(stage),
    fields: Values::new(),
    r#override: None
});
short!(DoneSaid, "an activity's title or item, or an object with `activity`", |activity| Self {
    activity,
    outcome: None,
    note: None,
    fields: Values::new()
});
short!(CancelSaid, "an activity's title or item, or an object with `activity`", |activity| Self {
    activity,
    reason: None
});
short!(MergeSaid, "the other case, or an object with `into`", |into| Self {
    into,
    stage: None,
    reason: None,
    comment: None
});
short!(HandOverSaid, "a person, or an object with `to`", |to| Self {
    to: Some(to),
    team: None,
    keep_activities: false
});
short!(MessageSaid, "a message's name, or an object with `name`", |name| Self {
    name,
    key: None,
    data: BTreeMap::new()
});
short!(CommandSaid, "a command, or an object with `command`", |command| Self {
    command,
    fields: Values::new()
});
short!(GivenUpSaid, "an effect's kind, or an object with `effect`", |effect| Self { effect, error: None });
short!(CorrectSaid, "a reason, or an object with `reason`", |reason| Self { reason, comment: None });
