#![doc = include_str!("../../../docs/EDITING.md")]

mod adoption;
mod diff;
mod draft;
mod op;
mod rebase;
mod shelf;

pub use adoption::{AdoptionDefect, RuleChange, changed_rules};
pub use diff::diff;
pub use draft::{Draft, DraftError};
pub use op::{EditError, Op, Why};
pub use rebase::{Clash, Rebased, rebase};

use super::def::{
    Bounds, CalendarChoice, CloseDef, Color, CommandDef, Definition, DocumentDef, FactDef, FactGroupDef,
    FieldDef, IntakeDef, Kind, KindDef, MoveDef, PartyDef, PauseDef, PlanDef, ProcessDef, ReasonDef,
    RequirementDef, StageDef, StageOutcome, TemplateRef, Text, TriggerDef, Who,
};
use crate::calendar::{CalendarSource, Span};
use op::Applied;
use serde::{Deserialize, Serialize};

/// One edit of a scenario (V1).
///
/// In JSON an edit is an object with one key: `{"field": {"remove": {"id": "amount"}}}`,
/// `{"in_stage": {"stage": "invoice", "edit": {"limit": "2 working days"}}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Edit {
    /// What stands at the scenario's head.
    Head(HeadEdit),
    /// Who may do what; none opens it to all, or closes it where the right says so.
    Right {
        /// The right: `open`, `move`, `close`, …
        right: String,
        /// Who has it.
        who: Option<Who>,
    },
    /// A further calendar.
    Calendar(Op<CalendarChoice>),
    /// A field.
    Field(Op<FieldDef>),
    /// A fact.
    Fact(Op<FactDef>),
    /// A group of facts.
    FactGroup(Op<FactGroupDef>),
    /// A kind of documents of the host.
    Document(Op<DocumentDef>),
    /// A role of parties.
    Party(Op<PartyDef>),
    /// A kind of activity.
    Kind(Op<KindDef>),
    /// A reason for losing or voiding.
    Reason(Op<ReasonDef>),
    /// A stage as a whole: added, removed, put elsewhere, or said anew.
    Stage(Op<StageDef>),
    /// A part of a stage.
    InStage {
        /// The stage.
        stage: String,
        /// What is edited there.
        edit: StageEdit,
    },
    /// A move that is drawn, named by its ends: `request>invoice`, `a,b>c`.
    Move(Op<MoveDef>),
    /// All moves at once; none draws none, and cases go from each stage to the next.
    Moves(Option<Vec<MoveDef>>),
    /// One of the scenario's own triggers.
    Trigger(Op<TriggerDef>),
}

/// An edit of what stands at the scenario's head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "edits are few, and read as the parts of a scenario are")]
#[non_exhaustive]
pub enum HeadEdit {
    /// Where an editor finds the schema.
    Schema(Option<String>),
    /// The id; a draft of a version keeps it.
    Id(String),
    /// The version's number, which publishing gives.
    Version(u32),
    /// The template that it was made from.
    Template(Option<TemplateRef>),
    /// The title.
    Title(Text),
    /// What it is drawn over.
    Kind(Kind),
    /// What it is for.
    About(Text),
    /// The field that the case is worth.
    Value(Option<String>),
    /// The field that says when closing is expected.
    Expected(Option<String>),
    /// The field that is the case's own deadline.
    Deadline(Option<String>),
    /// Where a cancelled process ends.
    Cancelled(Option<String>),
    /// The field that names the product.
    Product(Option<String>),
    /// The field that names the region.
    Region(Option<String>),
    /// What becomes of requests from channels.
    Intake(Option<IntakeDef>),
    /// Working time and time zone.
    Calendar(Option<CalendarSource>),
    /// Whether a jump meets what the skipped stages ask.
    JumpsMeetSkipped(bool),
    /// The light where nothing is planned.
    NothingPlanned(Option<Color>),
    /// Limits below the engine's own.
    Bounds(Bounds),
}

/// An edit of a part of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum StageEdit {
    /// It is renamed: its title; its id stays.
    Title(Text),
    /// What ending here means.
    Outcome(Option<StageOutcome>),
    /// What people do here.
    Instruction(Text),
    /// What entering closes.
    Close(CloseDef),
    /// What entering asks.
    Enter(Op<RequirementDef>),
    /// What leaving asks.
    Leave(Op<RequirementDef>),
    /// What is planned.
    Plan(Op<PlanDef>),
    /// What is started.
    Run(Op<ProcessDef>),
    /// What can be asked of the host.
    Command(Op<CommandDef>),
    /// What happens by itself.
    Trigger(Op<TriggerDef>),
    /// How long a visit may last.
    Limit(Option<Span>),
    /// When its clock stands still.
    Pause(Option<PauseDef>),
    /// The chance of winning from here.
    Probability(Option<u32>),
    /// The light where nothing is planned.
    NothingPlanned(Option<Color>),
}

impl Edit {
    /// Applies it, and gives the edit that takes it back exactly.
    ///
    /// Whether the scenario is sound then, [`super::check`] says: on the way from one sound scenario to another it may
    /// well not be.
    ///
    /// # Errors
    /// What it names is not there, is there already, or stands under another id; nothing was changed.
    ///
    /// # Examples
    /// ```
    /// use voronka::scenario::edit::{Edit, Op, StageEdit};
    /// use voronka::{Definition, scenario::def::{StageDef, Text}};
    /// let before = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won"));
    /// let mut scenario = before.clone();
    /// let rename = Edit::InStage { stage: "talk".into(), edit: StageEdit::Title(Text::from("First talk")) };
    /// let back = rename.apply(&mut scenario)?;
    /// assert_eq!(scenario.stages[0].title, Text::from("First talk"));
    /// back.apply(&mut scenario)?;
    /// assert_eq!(scenario, before);
    /// let unknown = Edit::Stage(Op::Remove { id: "offer".into() }).apply(&mut scenario);
    /// assert_eq!(unknown.map_err(|it| it.to_string()), Err("stages/offer: there is no such thing".to_owned()));
    /// # Ok::<(), voronka::scenario::edit::EditError>(())
    /// ```
    pub fn apply(&self, def: &mut Definition) -> Result<Self, EditError> {
        let set = |it: Applied<HeadEdit>| it.map(Self::Head);
        let of = |place: &str| place.to_owned();
        match self {
            Self::Head(edit) => set(edit.apply(def)),
            Self::Right { right, who } => {
                let known = right_of(def, right)
                    .ok_or_else(|| EditError::new(&format!("rights/{right}"), Why::Unknown))?;
                Ok(Self::Right { right: right.clone(), who: std::mem::replace(known, who.clone()) })
            }
            Self::Calendar(op) => op.apply(&mut def.calendars, &of("calendars")).map(Self::Calendar),
            Self::Field(op) => op.apply(&mut def.fields, &of("fields")).map(Self::Field),
            Self::Fact(op) => op.apply(&mut def.facts, &of("facts")).map(Self::Fact),
            Self::FactGroup(op) => op.apply(&mut def.fact_groups, &of("fact_groups")).map(Self::FactGroup),
            Self::Document(op) => op.apply(&mut def.documents, &of("documents")).map(Self::Document),
            Self::Party(op) => op.apply(&mut def.parties, &of("parties")).map(Self::Party),
            Self::Kind(op) => op.apply(&mut def.kinds, &of("kinds")).map(Self::Kind),
            Self::Reason(op) => op.apply(&mut def.reasons, &of("reasons")).map(Self::Reason),
            Self::Stage(op) => op.apply(&mut def.stages, &of("stages")).map(Self::Stage),
            Self::InStage { stage, edit } => {
                let place = format!("stages/{stage}");
                let known = def.stages.iter_mut().find(|it| it.id == *stage);
                let known = known.ok_or_else(|| EditError::new(&place, Why::Unknown))?;
                let edit = edit.apply(known, &place)?;
                Ok(Self::InStage { stage: stage.clone(), edit })
            }
            Self::Move(op) => {
                let moves = def.moves.as_mut().ok_or_else(|| EditError::new("moves", Why::Unknown))?;
                op.apply(moves, "moves").map(Self::Move)
            }
            Self::Moves(moves) => Ok(Self::Moves(std::mem::replace(&mut def.moves, moves.clone()))),
            Self::Trigger(op) => op.apply(&mut def.triggers, &of("triggers")).map(Self::Trigger),
        }
    }

    /// The place that it touches, from the whole to the part: `stages`, `invoice`, `plan`, `call`. Two edits touch
    /// something in common where one place lies within the other (V5).
    #[must_use]
    pub fn place(&self) -> Vec<String> {
        let one = |shelf: &str, id: &str| vec![shelf.to_owned(), id.to_owned()];
        match self {
            Self::Head(edit) => one("head", edit.name()),
            Self::Right { right, .. } => one("rights", right),
            Self::Calendar(op) => one("calendars", op.id()),
            Self::Field(op) => one("fields", op.id()),
            Self::Fact(op) => one("facts", op.id()),
            Self::FactGroup(op) => one("fact_groups", op.id()),
            Self::Document(op) => one("documents", op.id()),
            Self::Party(op) => one("parties", op.id()),
            Self::Kind(op) => one("kinds", op.id()),
            Self::Reason(op) => one("reasons", op.id()),
            Self::Stage(op) => one("stages", op.id()),
            Self::InStage { stage, edit } => {
                let mut place = one("stages", stage);
                let (part, id) = edit.part();
                place.push(part.to_owned());
                place.extend(id.map(str::to_owned));
                place
            }
            Self::Move(op) => one("moves", op.id()),
            Self::Moves(_) => vec!["moves".to_owned()],
            Self::Trigger(op) => one("triggers", op.id()),
        }
    }
}

macro_rules! head {
    ($($variant:ident $field:ident,)*) => {
        impl HeadEdit {
            fn apply(&self, def: &mut Definition) -> Applied<Self> {
                Ok(match self {
                    $( Self::$variant(value) => Self::$variant(std::mem::replace(&mut def.$field, value.clone())), )*
                })
            }

            /// What it sets, by its name in the scenario's file.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $( Self::$variant(_) => stringify!($field), )*
                }
            }

            /// What stands otherwise in another scenario.
            fn diff(from: &Definition, to: &Definition) -> Vec<Self> {
                let mut edits = Vec::new();
                $( if from.$field != to.$field {
                    edits.push(Self::$variant(to.$field.clone()));
                } )*
                edits
            }
        }
    };
}

head! {
    Schema schema,
    Id id,
    Version version,
    Template template,
    Title title,
    Kind kind,
    About about,
    Value value,
    Expected expected,
    Deadline deadline,
    Cancelled cancelled,
    Product product,
    Region region,
    Intake intake,
    Calendar calendar,
    JumpsMeetSkipped jumps_meet_skipped,
    NothingPlanned nothing_planned,
    Bounds bounds,
}

macro_rules! rights {
    ($($name:ident,)*) => {
        /// A right by its name.
        fn right_of<'a>(def: &'a mut Definition, right: &str) -> Option<&'a mut Option<Who>> {
            $( if right == stringify!($name).trim_start_matches("r#") {
                return Some(&mut def.rights.$name);
            } )*
            None
        }

        fn rights_diff(from: &Definition, to: &Definition) -> Vec<Edit> {
            let mut edits = Vec::new();
            $( if from.rights.$name != to.rights.$name {
                let right = stringify!($name).trim_start_matches("r#").to_owned();
                edits.push(Edit::Right { right, who: to.rights.$name.clone() });
            } )*
            edits
        }
    };
}

rights! {
    open, r#move, close, reopen, r#override, hand_over, activities, contacts, correct, report, import, erase, see_all,
    see_team, see_own, switch, edit,
}

impl StageEdit {
    fn apply(&self, stage: &mut StageDef, place: &str) -> Result<Self, EditError> {
        macro_rules! set {
            ($variant:ident $($field:ident).+, $value:expr) => {
                Self::$variant(std::mem::replace(&mut stage.$($field).+, $value.clone()))
            };
        }
        let of = |part: &str| format!("{place}/{part}");
        Ok(match self {
            Self::Title(value) => set!(Title title, value),
            Self::Outcome(value) => set!(Outcome outcome, value),
            Self::Instruction(value) => set!(Instruction instruction, value),
            Self::Close(value) => set!(Close enter.close, value),
            Self::Limit(value) => set!(Limit limit, value),
            Self::Pause(value) => set!(Pause pause, value),
            Self::Probability(value) => set!(Probability probability, value),
            Self::NothingPlanned(value) => set!(NothingPlanned nothing_planned, value),
            Self::Enter(op) => Self::Enter(op.apply(&mut stage.enter.need, &of("enter"))?),
            Self::Leave(op) => Self::Leave(op.apply(&mut stage.leave.need, &of("leave"))?),
            Self::Plan(op) => Self::Plan(op.apply(&mut stage.plan, &of("plan"))?),
            Self::Run(op) => Self::Run(op.apply(&mut stage.run, &of("run"))?),
            Self::Command(op) => Self::Command(op.apply(&mut stage.commands, &of("commands"))?),
            Self::Trigger(op) => Self::Trigger(op.apply(&mut stage.triggers, &of("triggers"))?),
        })
    }

    /// The part of the stage, and which one of several.
    fn part(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Title(_) => ("title", None),
            Self::Outcome(_) => ("outcome", None),
            Self::Instruction(_) => ("instruction", None),
            Self::Close(_) => ("close", None),
            Self::Limit(_) => ("limit", None),
            Self::Pause(_) => ("pause", None),
            Self::Probability(_) => ("probability", None),
            Self::NothingPlanned(_) => ("nothing_planned", None),
            Self::Enter(op) => ("enter", Some(op.id())),
            Self::Leave(op) => ("leave", Some(op.id())),
            Self::Plan(op) => ("plan", Some(op.id())),
            Self::Run(op) => ("run", Some(op.id())),
            Self::Command(op) => ("commands", Some(op.id())),
            Self::Trigger(op) => ("triggers", Some(op.id())),
        }
    }

    /// What stands otherwise in another stage of the same id.
    fn diff(from: &StageDef, to: &StageDef) -> Vec<Self> {
        let mut edits = Vec::new();
        macro_rules! set {
            ($variant:ident $($field:ident).+) => {
                if from.$($field).+ != to.$($field).+ {
                    edits.push(Self::$variant(to.$($field).+.clone()));
                }
            };
        }
        set!(Title title);
        set!(Outcome outcome);
        set!(Instruction instruction);
        set!(Close enter.close);
        set!(Limit limit);
        set!(Pause pause);
        set!(Probability probability);
        set!(NothingPlanned nothing_planned);
        edits.extend(diff::shelf(&from.enter.need, &to.enter.need).into_iter().map(Self::Enter));
        edits.extend(diff::shelf(&from.leave.need, &to.leave.need).into_iter().map(Self::Leave));
        edits.extend(diff::shelf(&from.plan, &to.plan).into_iter().map(Self::Plan));
        edits.extend(diff::shelf(&from.run, &to.run).into_iter().map(Self::Run));
        edits.extend(diff::shelf(&from.commands, &to.commands).into_iter().map(Self::Command));
        edits.extend(diff::shelf(&from.triggers, &to.triggers).into_iter().map(Self::Trigger));
        edits
    }
}
