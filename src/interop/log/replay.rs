//! Replaying a trace: its events stepped by a scenario, each at its own moment, into a journal.

use super::deviation::{Deviation, Followed, Refused, Why};
use super::{LogError, LogEvent, LogTrace, Mapping};
use crate::case::{Actor, Case, Context, Entry, Fields, Input, Rejection};
use crate::scenario::Scenario;
use crate::scenario::def::OneOrMany;
use crate::scenario::def::Text;
use crate::scenario::model::{Edge, Limit, Rights};
use std::collections::BTreeMap;

/// What stands as the reason of an override (M11).
const AS_LOGGED: &str = "as the log has it";
/// The role of the actor that may pass over what the scenario asks.
const ROLE: &str = "replay";

/// Steps the traces of a log by a scenario.
///
/// By itself it follows what really happened. A log does not say which roles people have, so no right is asked for. An
/// event that the scenario refuses is a [`Deviation`], and is stepped once more with an override (M11), along moves that
/// are not drawn too, and after waiving the debts that bind it; only what cannot be stepped even so is left out. The
/// events of a trace are taken in the order of their moments (C5), those of one moment in the order of the log.
///
/// A [strict](Replayer::strict) one steps just what the scenario and the actor's rights allow, and refuses the rest of a
/// trace from the first event on that does not fit.
///
/// The same log, mapping and scenario give the same bytes (C1). What was passed over is judged by a copy of the scenario
/// that forbids less; its entries say that they are of the scenario itself, and an audit (C6) of them finds the override.
#[derive(Debug, Clone)]
pub struct Replayer<'a> {
    mapping: &'a Mapping,
    actor: Actor,
    rules: Rules<'a>,
}

#[derive(Debug, Clone)]
enum Rules<'a> {
    Strict(&'a Scenario),
    Following(Box<Copies>),
}

/// The scenario as it judges what a log says.
#[derive(Debug, Clone)]
struct Copies {
    /// All of its rules but the rights.
    fair: Scenario,
    /// Every move is drawn, and all may be passed over.
    lenient: Scenario,
    /// The same without a catalogue of reasons, so that none is asked for.
    bare: Scenario,
}

/// What came of a trace.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// The case as its journal ends; none where nothing opened it.
    pub case: Option<Case>,
    /// Its journal.
    pub entries: Vec<Entry>,
    /// The events that the scenario refuses.
    pub deviations: Vec<Deviation>,
    /// How many events mean nothing by the mapping.
    pub ignored: usize,
    /// How many events say what is so already.
    pub unchanged: usize,
    /// Activities of which the mapping says nothing, with how often each occurs; a strict replayer refuses them.
    pub unknown: BTreeMap<String, usize>,
    /// Words for a reason of which the mapping says nothing; they stand in the comment.
    pub unknown_reasons: BTreeMap<String, usize>,
    /// Why there is no journal of it, or only the beginning of one.
    pub refused: Option<Refused>,
}

impl<'a> Replayer<'a> {
    /// One that follows what happened.
    #[must_use]
    pub fn new(scenario: &Scenario, mapping: &'a Mapping) -> Self {
        let actor = Actor { id: "replay".to_owned(), ..Actor::default() };
        Self { mapping, actor, rules: Rules::Following(Box::new(Copies::of(scenario))) }
    }

    /// One that steps what the scenario allows, and nothing else.
    #[must_use]
    pub fn strict(scenario: &'a Scenario, mapping: &'a Mapping) -> Self {
        let actor = Actor { id: "replay".to_owned(), ..Actor::default() };
        Self { mapping, actor, rules: Rules::Strict(scenario) }
    }

    /// Says who acts where the log does not.
    #[must_use]
    pub fn actor(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// Steps the events of a trace.
    #[must_use]
    pub fn replay(&self, trace: &LogTrace) -> Replayed {
        let mut run = Run { it: self, trace, out: Replayed::default() };
        let mut events: Vec<(usize, &LogEvent)> = (1..).zip(&trace.events).collect();
        if matches!(self.rules, Rules::Following(_)) {
            events.sort_by_key(|(_, event)| event.at);
        }
        for (number, event) in events {
            run.event(number, event);
            if run.out.refused.is_some() {
                return run.out;
            }
        }
        if run.out.case.is_none() && matches!(self.rules, Rules::Following(_)) {
            let deviation = run.out.deviations.first().cloned();
            run.out.refused = Some(Refused { case: trace.name.clone(), deviation });
        }
        run.out
    }

    fn scenario(&self) -> &Scenario {
        match &self.rules {
            Rules::Strict(scenario) => scenario,
            Rules::Following(copies) => &copies.fair,
        }
    }
}

struct Run<'r> {
    it: &'r Replayer<'r>,
    trace: &'r LogTrace,
    out: Replayed,
}

impl Run<'_> {
    fn event(&mut self, number: usize, event: &LogEvent) {
        let mapping = self.it.mapping;
        if mapping.is_ignored(&event.activity) {
            self.out.ignored += 1;
            return;
        }
        if matches!(self.it.rules, Rules::Following(_)) && !mapping.knows(&event.activity) {
            *self.out.unknown.entry(event.activity.clone()).or_default() += 1;
            return;
        }
        let inputs = match mapping.meant(self.it.scenario(), self.trace, event, self.out.case.as_ref()) {
            Some(meant) => {
                if let Some(words) = meant.unknown_reason {
                    *self.out.unknown_reasons.entry(words).or_default() += 1;
                }
                meant.inputs
            }
            None => match self.exactly(event) {
                Ok(input) => input.into_iter().collect(),
                Err(why) => {
                    self.deviates(number, event, why, Followed::LeftOut);
                    return;
                }
            },
        };
        if inputs.is_empty() {
            self.out.unchanged += 1;
        }
        let (parts, listed) = (inputs.len(), self.out.deviations.len());
        let before = (parts > 1).then(|| (self.out.case.clone(), self.out.entries.len()));
        let mut done = false;
        for (part, input) in inputs.into_iter().enumerate() {
            // Of what was said beside a move, none asks for the other.
            let alone =
                matches!(input, Input::Set { .. } | Input::HandOver { .. } | Input::CorrectReason { .. });
            let mut id = format!("replay/{}/{number}", self.trace.name);
            if part > 0 {
                id.push_str(&format!("/{}", part + 1));
            }
            let stepped = self.step(number, event, input, id);
            done |= stepped;
            if !stepped && (!alone || self.out.refused.is_some()) {
                break;
            }
        }
        if self.out.refused.is_some() {
            // Strictly an event is done whole or not at all.
            if let Some((case, entries)) = before {
                self.out.case = case;
                self.out.entries.truncate(entries);
            }
        } else if done {
            let of_event = self.out.deviations.iter_mut().skip(listed);
            for it in of_event.filter(|it| it.followed == Followed::LeftOut) {
                it.followed = Followed::InPart;
            }
        }
    }

    /// The input that the exact form has for an event.
    fn exactly(&self, event: &LogEvent) -> Result<Option<Input>, Why> {
        let mapping = self.it.mapping;
        match &self.out.case {
            None => match mapping.opening(self.trace, event) {
                Some(mut opening) => {
                    mapping.typed(self.it.scenario(), &mut opening.fields);
                    Ok(Some(Input::Open(Box::new(opening))))
                }
                None => Err(Why::OpensNothing),
            },
            Some(case) => mapping.input(self.trace, event, case).map_err(|error| match error {
                LogError::Unmapped { closed, .. } => Why::Unmapped { closed },
                _ => Why::OpensAgain,
            }),
        }
    }

    /// Whether the input was stepped, in one way or another.
    fn step(&mut self, number: usize, event: &LogEvent, input: Input, id: String) -> bool {
        let mut actor = self.it.actor.clone();
        if let Some(who) = &event.resource {
            actor.id.clone_from(who);
        }
        let ctx = Context::new(event.at, actor, id);
        let case = self.out.case.take();
        match &self.it.rules {
            Rules::Strict(scenario) => {
                match stepped(scenario, case.as_ref(), &self.trace.name, input, &ctx) {
                    Ok((case, entry)) => {
                        self.keep(case, [entry]);
                        return true;
                    }
                    Err(rejection) => {
                        self.out.case = case;
                        self.deviates(number, event, Why::Refused(rejection), Followed::LeftOut);
                    }
                }
                false
            }
            Rules::Following(copies) => {
                match stepped(&copies.fair, case.as_ref(), &self.trace.name, input.clone(), &ctx) {
                    Ok((case, entry)) => {
                        self.keep(case, [entry]);
                        true
                    }
                    Err(rejection) => {
                        let over = copies.over(case.as_ref(), &self.trace.name, input, ctx, &rejection);
                        let followed = over.as_ref().map_or(Followed::LeftOut, |over| over.followed);
                        match over {
                            Some(over) => self.keep(over.case, over.entries),
                            None => self.out.case = case,
                        }
                        self.deviates(number, event, Why::Refused(rejection), followed);
                        followed != Followed::LeftOut
                    }
                }
            }
        }
    }

    fn keep(&mut self, case: Case, entries: impl IntoIterator<Item = Entry>) {
        self.out.case = Some(case);
        self.out.entries.extend(entries);
    }

    fn deviates(&mut self, number: usize, event: &LogEvent, why: Why, followed: Followed) {
        let (case, activity) = (self.trace.name.clone(), event.activity.clone());
        let it = Deviation { case, event: number, activity, at: event.at, why, followed };
        if matches!(self.it.rules, Rules::Strict(_)) {
            self.out.refused = Some(Refused { case: self.trace.name.clone(), deviation: Some(it) });
        } else {
            self.out.deviations.push(it);
        }
    }
}

/// One input by one scenario.
fn stepped(
    scenario: &Scenario,
    case: Option<&Case>,
    name: &str,
    input: Input,
    ctx: &Context,
) -> Result<(Case, Entry), Rejection> {
    let outcome = match (case, input) {
        (None, Input::Open(opening)) => scenario.open(name, *opening, ctx),
        (Some(case), input) => scenario.step(case, input, ctx),
        // Only what opens a case is stepped without one.
        (None, _) => Err(Rejection::one(crate::case::Missing::new("V-X4-closed"))),
    };
    Ok(outcome?.into_parts())
}

/// An input that was passed over, with the waivers that it took.
struct Over {
    case: Case,
    entries: Vec<Entry>,
    followed: Followed,
}

impl Copies {
    fn of(scenario: &Scenario) -> Self {
        let mut fair = scenario.clone();
        fair.rights = Rights::default();
        for field in &mut fair.fields {
            (field.see, field.edit) = (None, None);
        }
        for edge in fair.edges.iter_mut().flatten() {
            edge.who = None;
        }
        let mut lenient = fair.clone();
        lenient.rights.r#override = Some(Limit { roles: vec![ROLE.to_owned()], when: None });
        lenient.def.jumps_meet_skipped = false;
        let stages = lenient.stages.len();
        for (from, edges) in lenient.edges.iter_mut().enumerate() {
            let drawn = |to| Edge {
                to,
                title: Text::default(),
                condition: None,
                or_say: Text::default(),
                who: None,
                not_by: OneOrMany::default(),
            };
            *edges = (0..stages).filter(|to| *to != from).map(drawn).collect();
        }
        let reasons: Vec<String> = lenient.def.reasons.names().map(str::to_owned).collect();
        for name in reasons {
            if let Some(mut reason) = lenient.def.reasons.get(&name).cloned() {
                reason.comment_required = false;
                reason.stages.clear();
                lenient.def.reasons.insert(name, reason);
            }
        }
        let mut bare = lenient.clone();
        bare.def.reasons = crate::scenario::def::Named::new();
        Self { fair, lenient, bare }
    }

    /// Steps what was refused with an override, without what can be left off.
    fn over(
        &self,
        case: Option<&Case>,
        name: &str,
        mut input: Input,
        mut ctx: Context,
        first: &Rejection,
    ) -> Option<Over> {
        if !ctx.actor.roles.iter().any(|role| role == ROLE) {
            ctx.actor.roles.push(ROLE.to_owned());
        }
        pass_over(&mut input);
        let mut case = case.cloned();
        let mut entries = Vec::new();
        let mut followed = Followed::PassedOver;
        let mut scenario = &self.lenient;
        let mut rejection = first.clone();
        // Debts, then fields, the comment and the reason: each round takes away what the one before told of.
        for _ in 0..6 {
            if let Some(known) = &mut case {
                self.waive(known, &rejection, &ctx, &mut entries);
            }
            match stepped(scenario, case.as_ref(), name, input.clone(), &ctx) {
                Ok((case, entry)) => {
                    entries.push(entry);
                    return Some(Over { case, entries, followed });
                }
                Err(again) => {
                    if without_fields(&mut input, &again) || with_shorter_comment(&mut input, &again) {
                        followed = Followed::InPart;
                    } else if again.missing().iter().any(|it| it.code.starts_with("V-X1-"))
                        && without_reason(&mut input)
                    {
                        followed = Followed::InPart;
                        scenario = &self.bare;
                    } else if !again.missing().iter().any(|it| it.code == DEBT) || again == rejection {
                        return None;
                    }
                    rejection = again;
                }
            }
        }
        None
    }

    /// Waives the debts that bind a move: the log says that it went on without them.
    fn waive(&self, case: &mut Case, rejection: &Rejection, ctx: &Context, entries: &mut Vec<Entry>) {
        for missing in rejection.missing().iter().filter(|it| it.code == DEBT) {
            let Some(debt) = missing.args.get("debt").and_then(crate::Value::as_text) else { continue };
            let input = Input::Waive { debt: debt.to_owned(), reason: AS_LOGGED.to_owned() };
            let mut ctx = ctx.clone();
            ctx.input_id = format!("{}/waive/{debt}", ctx.input_id);
            if let Ok((next, entry)) = stepped(&self.lenient, Some(case), "", input, &ctx) {
                *case = next;
                entries.push(entry);
            }
        }
    }
}

const DEBT: &str = "V-M11-debt";

/// Asks for an override where an input can.
fn pass_over(input: &mut Input) {
    let reason = match input {
        Input::Open(opening) => &mut opening.r#override,
        Input::Move(it) => &mut it.r#override,
        Input::Close(it) => &mut it.r#override,
        Input::Reopen { r#override, .. } => r#override,
        _ => return,
    };
    reason.get_or_insert_with(|| AS_LOGGED.to_owned());
}

/// Takes the fields away that were refused; whether there were any, and something is left to do.
fn without_fields(input: &mut Input, rejection: &Rejection) -> bool {
    let fields: &mut Fields = match input {
        Input::Open(opening) => &mut opening.fields,
        Input::Move(it) => &mut it.fields,
        Input::Close(it) => &mut it.fields,
        Input::Reopen { fields, .. } | Input::Set { fields } => fields,
        _ => return false,
    };
    let before = fields.len();
    for missing in rejection.missing() {
        if let Some(field) = missing.args.get("field").and_then(crate::Value::as_text) {
            fields.remove(field);
        }
    }
    let (some_went, some_left) = (fields.len() < before, !fields.is_empty());
    some_went && (some_left || !matches!(input, Input::Set { .. }))
}

/// Cuts a comment that was refused to what can be taken; whether there was one.
fn with_shorter_comment(input: &mut Input, rejection: &Rejection) -> bool {
    let comment = match input {
        Input::Close(close) => &mut close.comment,
        Input::CorrectReason { comment, .. } => comment,
        _ => return false,
    };
    let of_comment = |name: &str| name == "comment" || name.ends_with("/comment");
    let refused = rejection
        .missing()
        .iter()
        .find(|it| it.args.values().filter_map(crate::Value::as_text).any(of_comment));
    let Some(refused) = refused else { return false };
    let Some(text) = comment.take() else { return false };
    let limit = refused.args.get("limit").and_then(|it| it.to_string().parse().ok()).unwrap_or(usize::MAX);
    let shorter: String = text.chars().filter(|it| *it != '\0').take(limit).collect();
    // What is not shorter would be refused again.
    *comment = Some(shorter).filter(|it| *it != text);
    true
}

/// Takes a reason away that was refused; its word stands in the comment then.
fn without_reason(input: &mut Input) -> bool {
    let Input::Close(close) = input else { return false };
    let reason = close.reason.take();
    if close.comment.is_none() {
        close.comment = reason;
    }
    true
}
