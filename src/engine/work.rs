//! The step at work: a trial copy of the case that changes only by events.

use super::judge::{InputNames, Judge};
use crate::calendar::Calendar;
use crate::case::{Act, Actor, Case, Context, DueState, Effect, Event, Missing, Rejection, Timer};
use crate::scenario::Scenario;
use crate::scenario::model::Stage;
use crate::{Moment, Span};

/// Why a step stopped.
pub(crate) enum Stop {
    /// The input is refused (C2).
    Refused(Vec<Missing>),
    /// A cascade has no end; the triggers that fired, in order (T5).
    Endless(Vec<String>),
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Refused(vec![missing])
    }
}

impl From<Vec<Missing>> for Stop {
    fn from(missing: Vec<Missing>) -> Self {
        Self::Refused(missing)
    }
}

/// What a part of a step gives.
pub(crate) type Done<T = ()> = Result<T, Stop>;

/// A step at work.
pub(crate) struct Work<'a> {
    pub s: &'a Scenario,
    pub ctx: &'a Context,
    pub names: InputNames<'a>,
    pub case: Box<Case>,
    pub calendar: &'a Calendar,
    pub events: Vec<Event>,
    /// The visit in which each event arose (T3).
    pub visits: Vec<u32>,
    ordinal: u32,
    /// The place of the stage on which the case stands; asked for at every turn, so looked up once a visit.
    place: Option<usize>,
    /// The triggers that have fired, in order (T5).
    pub chain: Vec<&'a str>,
    /// The timer that this input reports.
    pub timer: Option<Timer>,
    /// Events before this one are passed to no `entered` or `left` trigger (V3).
    pub quiet_until: usize,
    /// The visit whose `entered` has been passed to the triggers: only then its "becomes" compare (T12).
    pub entered_passed: u32,
    /// Events before this one are the past of another case, to which no trigger reacts (P7).
    pub past_until: usize,
    /// From when spans are counted where that is not now: an adoption may count from the entry (V4).
    pub counted_from: Option<Moment>,
    /// That a trigger moves, and no person (G3, G4).
    pub as_scenario: bool,
}

impl<'a> Work<'a> {
    pub fn new(s: &'a Scenario, ctx: &'a Context, names: InputNames<'a>, case: Box<Case>) -> Self {
        let calendar = s.calendar_named(case.calendar.as_deref());
        let place = s.stage_index(&case.visit.stage);
        Self {
            s,
            ctx,
            names,
            case,
            calendar,
            events: Vec::with_capacity(16),
            visits: Vec::with_capacity(16),
            ordinal: 0,
            place,
            chain: Vec::new(),
            timer: None,
            quiet_until: 0,
            entered_passed: 0,
            past_until: 0,
            counted_from: None,
            as_scenario: false,
        }
    }

    pub const fn now(&self) -> Moment {
        self.ctx.now
    }

    pub const fn actor(&self) -> &'a Actor {
        &self.ctx.actor
    }

    /// The environment of conditions as the case stands now.
    pub const fn judge(&self) -> Judge<'_> {
        Judge {
            scenario: self.s,
            case: &self.case,
            now: self.ctx.now,
            actor: &self.ctx.actor,
            input: &self.names,
        }
    }

    /// The one way in which a step changes the case: by an event (C3).
    pub fn emit(&mut self, event: Event) {
        // What ends a visit belongs to the visit that it ends.
        let before = self.case.visit.number;
        self.case.apply(&event, self.ctx.now);
        if matches!(event, Event::Entered(_) | Event::Adopted { .. }) {
            self.place = self.s.stage_index(&self.case.visit.stage);
        }
        self.visits.push(if matches!(event, Event::Left(_)) { before } else { self.case.visit.number });
        self.events.push(event);
    }

    /// The next id that this step makes: case/entry/ordinal (C1).
    pub fn id(&mut self) -> String {
        self.ordinal += 1;
        let mut id = String::with_capacity(self.case.id.len() + 12);
        id.push_str(&self.case.id);
        id.push('/');
        push_number(&mut id, self.case.revision);
        id.push('/');
        push_number(&mut id, u64::from(self.ordinal));
        id
    }

    pub fn effect(&mut self, lane: &str, rule: Option<&str>, act: Act) {
        let id = self.id();
        let effect = Effect { id, lane: lane.to_owned(), rule: rule.map(str::to_owned), act };
        self.emit(Event::Effect(Box::new(effect)));
    }

    /// The place of the stage on which the case stands.
    pub const fn here(&self) -> Option<usize> {
        self.place
    }

    pub fn stage(&self) -> Option<&'a Stage> {
        let s = self.s;
        self.here().and_then(|i| s.stages.get(i))
    }

    /// When something is due so long after now (or after the moment from which an adoption counts, V4), and since when that counts as today.
    pub fn due_in(&self, span: &Span) -> Option<DueState> {
        let due = self.calendar.due(span, self.counted_from.unwrap_or(self.now())).ok()?;
        Some(self.due_at(due.moment, due.beyond_known))
    }

    pub fn due_at(&self, at: Moment, beyond_known: bool) -> DueState {
        DueState { at, yellow_from: self.calendar.yellow_from(at), beyond_known }
    }

    /// Who does the work of a person now: they, or their deputy while they are away (A10).
    pub fn stand_in(&self, person: &str) -> (String, Option<String>) {
        let mut who = person;
        // A deputy may be away as well; those who stand in for each other in a ring keep their own.
        for _ in 0..=self.ctx.absences.len() {
            let away = self.ctx.absences.iter().find(|it| it.person == who && it.until > self.now());
            match away.and_then(|absence| absence.deputy.as_deref()) {
                Some(deputy) if deputy != person => who = deputy,
                Some(_) => break,
                None if who == person => return (person.to_owned(), None),
                None => return (who.to_owned(), Some(person.to_owned())),
            }
        }
        (person.to_owned(), None)
    }

    /// Who moves the case, as visits keep it: a person, or nobody where a trigger does (G3).
    pub fn mover(&self) -> String {
        if self.as_scenario { String::new() } else { self.actor().id.clone() }
    }

    /// Whether a trigger is on (T7).
    pub fn is_on(&self, rule: &str, enabled: bool) -> bool {
        is_on(self.ctx, rule, enabled)
    }

    /// A refusal as its sender may be told it (G2).
    pub fn refuse(&self, missing: Vec<Missing>) -> Rejection {
        Rejection::new(self.judge().told(missing))
    }
}

/// Whether a trigger is on (T7): the switch, else what the file says.
pub(crate) fn is_on(ctx: &Context, rule: &str, enabled: bool) -> bool {
    ctx.switches.iter().find(|switch| switch.trigger == rule).map_or(enabled, |switch| switch.on)
}

fn push_number(text: &mut String, number: u64) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + u8::try_from(number % 10).unwrap_or(0)));
}
