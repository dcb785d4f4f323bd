//! `open` and `step`: the one door (M10).

use super::judge::InputNames;
use super::moves::{Mover, Verdicts};
use super::stage::Way;
use super::work::{Done, Stop, Work};
use super::{bounds, door};
use crate::Calendar;
use crate::case::{
    Case, CloseInput, Context, Entry, Event, FORMAT, Input, Missing, MoveInput, Opening, Rejection,
};
use crate::condition::Truth;
use crate::scenario::Scenario;
use crate::scenario::model::Trigger;
use std::borrow::Cow;

/// What an accepted input gives: the new case, and its entry with everything that the host must do (S1).
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    // Boxed, since a result is moved from hand to hand and both are large.
    case: Box<Case>,
    entry: Box<Entry>,
}

impl Outcome {
    /// The case as it is now.
    #[must_use]
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// The journal's new entry.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// What the host must do, in order.
    pub fn effects(&self) -> impl Iterator<Item = &crate::case::Effect> {
        self.entry.effects()
    }

    /// Keeps beside the moment of recording the one that the input came with (S10).
    pub(crate) fn keep_asked_at(&mut self, asked_at: Option<crate::Moment>) {
        self.entry.asked_at = asked_at;
    }

    /// Both, to keep.
    #[must_use]
    pub fn into_parts(self) -> (Case, Entry) {
        (*self.case, *self.entry)
    }
}

/// Whether a cascade without end is to be undone (T5).
#[derive(Clone)]
enum Cascade {
    Run,
    Undone(Vec<String>),
}

impl Scenario {
    /// Opens a case (M14).
    ///
    /// # Errors
    /// A [`Rejection`] that names everything missing; there is no case then.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// assert_eq!(opened.case().visit.stage, "talk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(
        &self,
        case: impl Into<String>,
        opening: Opening,
        ctx: &Context,
    ) -> Result<Outcome, Rejection> {
        let id = case.into();
        if id.is_empty() || id.len() > 200 || id.contains('\0') {
            return Err(Rejection::one(Missing::new("V-IN-case")));
        }
        let input = Input::Open(Box::new(opening));
        let (case, events) = self.run(&Case::blank(&id, ctx.now), &input, ctx)?;
        Ok(self.outcome(case, events, input, ctx))
    }

    /// Steps a case by one input: the case that comes in is untouched, a new one comes out.
    ///
    /// # Errors
    /// A [`Rejection`] that names the rule and everything missing at once (C2); nothing has changed.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Case, Context, Input, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
    /// # let opened = scenario.open("c1", Opening::default(), &ctx)?;
    /// let noted = scenario.step(opened.case(), Input::Note { text: "called".into() }, &ctx)?;
    /// assert_eq!(&opened.case().follow(noted.entry())?, noted.case());
    /// let refused = scenario.step(opened.case(), Input::Note { text: " ".into() }, &ctx);
    /// assert!(refused.is_err_and(|it| !it.missing().is_empty()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn step(&self, case: &Case, input: Input, ctx: &Context) -> Result<Outcome, Rejection> {
        let (case, events) = self.tried(case, &input, ctx)?;
        Ok(self.outcome(case, events, input, ctx))
    }

    /// What a step by an input would make of a case, without an entry: for looking ahead over many (V4).
    pub(crate) fn tried(
        &self,
        case: &Case,
        input: &Input,
        ctx: &Context,
    ) -> Result<(Box<Case>, Vec<Event>), Rejection> {
        if case.format != FORMAT {
            return Err(Rejection::one(Missing::new("V-C11-format").arg("format", i64::from(case.format))));
        }
        // V3: no other version than the case's, except for adopting.
        if case.scenario != self.reference && !matches!(input, Input::Adopt(_)) {
            let name = |it: &crate::case::ScenarioRef| format!("{} {} ({})", it.id, it.version, it.hash);
            let missing = Missing::new("V-V3-version").arg("case", name(&case.scenario));
            return Err(Rejection::one(missing.arg("scenario", name(&self.reference))));
        }
        if matches!(input, Input::Open(_)) {
            return Err(Rejection::one(Missing::new("V-M14-open")));
        }
        if ctx.now < case.last_at {
            let missing = Missing::new("V-C5-backwards").arg("now", ctx.now).arg("last", case.last_at);
            return Err(Rejection::one(missing));
        }
        self.run(case, input, ctx)
    }

    fn run(&self, case: &Case, input: &Input, ctx: &Context) -> Result<(Box<Case>, Vec<Event>), Rejection> {
        let chain = match self.attempt(case, input, ctx, Cascade::Run) {
            Ok(done) => return Ok(done),
            Err((Stop::Refused(missing), work)) => return Err(work.refuse(missing)),
            Err((Stop::Endless(chain), _)) => chain,
        };
        if !is_report(input) {
            let missing = Missing::new("V-T5-endless").arg("limit", chain.len() as i64 - 1);
            return Err(Rejection::endless(missing, chain));
        }
        match self.attempt(case, input, ctx, Cascade::Undone(chain)) {
            Ok(done) => Ok(done),
            Err((Stop::Refused(missing), work)) => Err(work.refuse(missing)),
            Err((Stop::Endless(chain), _)) => Err(Rejection::endless(Missing::new("V-T5-endless"), chain)),
        }
    }

    #[expect(clippy::type_complexity, reason = "the work is given back for what a refusal may tell")]
    fn attempt<'a>(
        &'a self,
        case: &Case,
        input: &'a Input,
        ctx: &'a Context,
        cascade: Cascade,
    ) -> Result<(Box<Case>, Vec<Event>), (Stop, Box<Work<'a>>)> {
        let mut work = Work::new(self, ctx, InputNames::of(input), Box::new(case.clone()));
        work.case.begin(work.case.revision + 1, ctx.now);
        match work.input(input, cascade) {
            Ok(()) => {
                work.case.finish(ctx.now);
                Ok((work.case, work.events))
            }
            Err(stop) => Err((stop, Box::new(work))),
        }
    }

    pub(super) fn outcome(
        &self,
        case: Box<Case>,
        events: Vec<Event>,
        input: Input,
        ctx: &Context,
    ) -> Outcome {
        let entry = Box::new(Entry {
            format: FORMAT,
            case: case.id.clone(),
            number: case.revision,
            at: ctx.now,
            asked_at: None,
            actor: ctx.actor.clone(),
            input_id: ctx.input_id.clone(),
            scenario: self.reference.clone(),
            engine: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
            time_zones: Cow::Borrowed(Calendar::TIME_ZONE_DATA),
            input,
            switches: ctx.switches.clone(),
            absences: ctx.absences.clone(),
            events,
        });
        Outcome { case, entry }
    }
}

/// A report of what has happened is recorded even if the cascade that it starts has no end (T5, X4).
fn is_report(input: &Input) -> bool {
    match input {
        Input::Open(opening) => opening.intake || opening.origin.is_some(),
        Input::Facts(_)
        | Input::Interaction(_)
        | Input::Message { .. }
        | Input::Document(_)
        | Input::Handed { .. }
        | Input::Answer { .. }
        | Input::Finished(_)
        | Input::Cancel { .. }
        | Input::Timer { .. }
        | Input::GivenUp { .. }
        | Input::Settled { .. }
        | Input::Tick => true,
        _ => false,
    }
}

impl<'a> Work<'a> {
    fn input(&mut self, input: &'a Input, cascade: Cascade) -> Done {
        let mut missing = Vec::new();
        door::check(self.s, input, &mut missing);
        bounds::check(input, self.ctx, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        if !matches!(input, Input::Open(_)) {
            self.notice_switches();
        }
        self.entered_passed = self.case.visit.number;
        self.first_batch(input)?;
        match cascade {
            Cascade::Run => self.cascade(),
            Cascade::Undone(chain) => {
                // The state is brought up to date, but no trigger acts; what each "becomes" sees is taken as
                // seen, or the next input would start the same cascade.
                self.bring_up_to_date(0..self.events.len());
                self.see_everything();
                self.emit(Event::CascadeUndone { chain });
                Ok(())
            }
        }
    }

    fn see_everything(&mut self) {
        let s = self.s;
        let here = if self.case.is_open() { self.stage() } else { None };
        for trigger in here.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&s.triggers) {
            if self.is_on(&trigger.rule, trigger.enabled) {
                self.see(trigger);
            }
        }
    }

    /// What a "becomes" sees now is taken as seen; unknown neither fires nor resets (T9).
    pub fn see(&mut self, trigger: &Trigger) {
        let Some(becomes) = &trigger.becomes else { return };
        let truth = becomes.holds(&self.judge());
        let holds = truth.holds();
        if truth != Truth::Unknown && self.case.seen.get(&trigger.rule).copied().unwrap_or(false) != holds {
            self.emit(Event::Seen { trigger: trigger.rule.clone(), holds });
        }
    }

    /// What a trigger's switch is where the case first comes to it; nothing is new by that (T7).
    pub fn note_switches(&mut self, triggers: &[Trigger]) {
        for trigger in triggers {
            let on = self.is_on(&trigger.rule, trigger.enabled);
            if on != self.knows_on(trigger) {
                self.emit(Event::Switched { trigger: trigger.rule.clone(), on });
            }
        }
    }

    fn knows_on(&self, trigger: &Trigger) -> bool {
        self.case.switches.get(&trigger.rule).copied().unwrap_or(trigger.enabled)
    }

    /// That a trigger was switched on a case notices at its next input; then for a stage's "becomes" what
    /// holds already counts as new, while a scenario's goes on from the truth (T7, T9).
    fn notice_switches(&mut self) {
        let s = self.s;
        let here = self.stage();
        for trigger in here.into_iter().flat_map(|stage| stage.triggers.iter()).chain(&s.triggers) {
            let on = self.is_on(&trigger.rule, trigger.enabled);
            if on == self.knows_on(trigger) {
                continue;
            }
            self.emit(Event::Switched { trigger: trigger.rule.clone(), on });
            if !on || trigger.becomes.is_none() {
                continue;
            }
            if trigger.stage.is_none() {
                self.see(trigger);
            } else if self.case.seen.get(&trigger.rule) == Some(&true) {
                self.emit(Event::Seen { trigger: trigger.rule.clone(), holds: false });
            }
        }
    }

    /// What the input itself changes.
    fn first_batch(&mut self, input: &'a Input) -> Done {
        let open = self.case.is_open();
        if !open && !is_taken_when_closed(input) {
            return Err(Missing::new("V-X4-closed").into());
        }
        let s = self.s;
        match input {
            Input::Open(opening) => self.open(opening),
            Input::Move(input) => self.move_by_hand(input),
            Input::Close(input) => self.close_by_hand(input),
            Input::Reopen { stage, fields, r#override } => {
                self.reopen_by_hand(stage.as_deref(), fields, r#override.as_deref())
            }
            Input::Set { fields } => {
                if !open {
                    self.need(self.judge().may(s.rights.correct.as_ref()), "V-G1-correct")?;
                }
                self.set_fields(fields)
            }
            Input::Facts(input) => {
                self.report()?;
                self.learn(input)
            }
            Input::Plan(input) => self.plan_by_hand(input),
            Input::Done(input) => self.do_activity(input),
            Input::Reschedule { activity, due } => self.reschedule(activity, due.as_ref()),
            Input::Reassign { activity, to } => self.reassign(activity, to.as_deref()),
            Input::ReopenActivity { activity } => self.reopen_activity(activity),
            Input::CancelActivity { activity, reason } => self.cancel(activity, reason.as_deref()),
            Input::HandOver { to, team, keep_activities } => {
                self.hand_over(to.as_deref(), team.as_deref(), *keep_activities)
            }
            Input::StartProcess { process } => self.start_by_hand(process),
            Input::Merge(input) => self.merge(input),
            Input::Redirect { interaction, to } => self.redirect(interaction, to),
            Input::Split(input) => self.split(input),
            Input::Handed { from, what } => self.handed(from, what),
            Input::Waive { debt, reason } => self.waive(debt, reason),
            Input::Adopt(adoption) => self.adopt(adoption),
            Input::Finished(input) => {
                self.report()?;
                self.finished(input);
                Ok(())
            }
            Input::Cancel { case, why } => self.cancel_by_parent(case, why.as_deref()),
            Input::Erase { .. } => Err(Missing::new("V-S12-journal").into()),
            Input::Tick => Ok(()),
            other => self.tell(other),
        }
    }

    pub fn need(&self, holds: bool, code: &str) -> Done {
        if holds { Ok(()) } else { Err(Missing::new(code).into()) }
    }

    pub fn report(&self) -> Done {
        self.need(self.judge().may(self.s.rights.report.as_ref()), "V-G1-report")
    }

    /// Fields that come with an input, set first on the trial copy.
    fn set_fields(&mut self, fields: &crate::case::Fields) -> Done {
        if fields.is_empty() {
            return Ok(());
        }
        let mut missing = Vec::new();
        let checked = self.judge().fields(fields, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        for (field, value) in checked {
            self.set(&field, value, None);
        }
        Ok(())
    }

    /// The same where what else is missing is to be told with it (C2).
    pub fn try_fields(&mut self, fields: &crate::case::Fields, missing: &mut Vec<Missing>) {
        let checked = self.judge().fields(fields, missing);
        for (field, value) in checked {
            self.set(&field, value, None);
        }
    }

    /// A move onto another ordinary stage.
    fn move_by_hand(&mut self, input: &MoveInput) -> Done {
        let (here, to) = self.targets(&input.to)?;
        if self.s.stages.get(to).is_some_and(|stage| !stage.is_ordinary()) {
            let close = CloseInput {
                stage: input.to.clone(),
                fields: input.fields.clone(),
                r#override: input.r#override.clone(),
                ..CloseInput::default()
            };
            return self.close_by_hand(&close);
        }
        let mut missing = Vec::new();
        self.try_fields(&input.fields, &mut missing);
        let mover = Mover::Actor { r#override: input.r#override.as_deref() };
        let owed = self.judge().move_to(here, to, mover).unwrap_or_else(|more| {
            missing.extend(more);
            Vec::new()
        });
        if !missing.is_empty() {
            return Err(missing.into());
        }
        self.owe_on_moving(owed);
        self.go(here, to);
        Ok(())
    }

    fn close_by_hand(&mut self, input: &CloseInput) -> Done {
        let (here, to) = self.targets(&input.stage)?;
        let s = self.s;
        let Some(stage) = s.stages.get(to).filter(|stage| !stage.is_ordinary()) else {
            return Err(Missing::new("V-X1-stage-kind").arg("stage", input.stage.as_str()).into());
        };
        let mut missing = Vec::new();
        self.try_fields(&input.fields, &mut missing);
        let mover = Mover::Actor { r#override: input.r#override.as_deref() };
        let owed = self.judge().move_to(here, to, mover).unwrap_or_else(|more| {
            missing.extend(more);
            Vec::new()
        });
        self.judge().reason(stage, input, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        self.owe_on_moving(owed);
        self.close(to, input, self.actor().id.clone());
        Ok(())
    }

    fn targets(&self, to: &str) -> Done<(usize, usize)> {
        let here = self.here().ok_or_else(|| Missing::new("V-M1-stage").arg("stage", self.case.stage()))?;
        let to = self.s.stage_index(to).ok_or_else(|| Missing::new("V-M1-stage").arg("stage", to))?;
        Ok((here, to))
    }

    /// The passage itself: leaving, then entering (M6–M8).
    pub fn go(&mut self, here: usize, to: usize) {
        let way = if to < here { Way::Back } else { Way::On };
        self.leave(way);
        if let Some(stage) = self.s.stages.get(to) {
            self.settle_debts_behind(stage.order);
        }
        self.enter(to, way, None);
    }

    fn reopen_by_hand(
        &mut self,
        stage: Option<&str>,
        fields: &crate::case::Fields,
        over: Option<&str>,
    ) -> Done {
        let s = self.s;
        if self.case.is_open() {
            return Err(Missing::new("V-X3-open").into());
        }
        let last = self.case.closing.as_ref().map(|closing| closing.from.as_str());
        let name = stage.or(last).unwrap_or_default();
        let found =
            s.stage_index(name).and_then(|i| s.stages.get(i).filter(|it| it.is_ordinary()).map(|it| (i, it)));
        let Some((to, target)) = found else {
            return Err(Missing::new("V-M1-stage").arg("stage", name).into());
        };
        let mut missing = Vec::new();
        if !self.judge().may(s.rights.reopen.as_ref()) {
            missing.push(Missing::new("V-G1-reopen"));
        }
        self.try_fields(fields, &mut missing);
        let owed = self.entry_owed(target, over, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        self.reopen(to);
        self.owe(owed);
        Ok(())
    }

    /// M4 alone, as opening and reopening ask it.
    pub fn entry_owed(
        &self,
        target: &crate::scenario::model::Stage,
        over: Option<&str>,
        missing: &mut Vec<Missing>,
    ) -> Vec<super::moves::Owed> {
        let mut verdicts = Verdicts::default();
        self.judge().entry(target, &mut verdicts);
        self.judge().weigh(verdicts, Mover::Actor { r#override: over }).unwrap_or_else(|more| {
            missing.extend(more);
            Vec::new()
        })
    }
}

/// What a closed case still takes (X4).
const fn is_taken_when_closed(input: &Input) -> bool {
    matches!(
        input,
        Input::Facts(_)
            | Input::Document(_)
            | Input::Interaction(_)
            | Input::Message { .. }
            | Input::Answer { .. }
            | Input::Finished(_)
            | Input::Cancel { .. }
            | Input::Timer { .. }
            | Input::GivenUp { .. }
            | Input::Settled { .. }
            | Input::Note { .. }
            | Input::Link { .. }
            | Input::Redirect { .. }
            | Input::Handed { .. }
            | Input::HandOver { .. }
            | Input::CorrectReason { .. }
            | Input::Set { .. }
            | Input::Reopen { .. }
            | Input::Party { .. }
            | Input::Adopt(_)
            | Input::Erase { .. }
            | Input::Tick
    )
}
